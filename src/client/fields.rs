//! The header fields of requests.

use super::redirects::Redirects;
use crate::http::{HeaderField, Url, write_field};

/// The fields that the caller adds. What chooses among them stands behind a pointer, so that a program that
/// adds none does not hold it in flash.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    fields: &'a [HeaderField<'a>],
    write: WriteFields,
}

/// Writes these fields, and those that every request has, for the place where the redirects have led.
type WriteFields = fn(&[HeaderField<'_>], &Redirects<'_>, &Url<'_>, &mut dyn FnMut(&[u8]));

/// What every request has. `Host` has no value yet.
static DEFAULTS: [(&str, &str); 3] = [
    ("Host", ""),
    ("Accept", "text/event-stream"),
    ("Cache-Control", "no-cache"),
];

/// The fields that are not the caller's to name.
static OURS: [&str; 3] = ["Content-Length", "Transfer-Encoding", "Last-Event-ID"];

/// The fields that are for the server that the caller has named, and for no other.
static CONFIDENTIAL: [&str; 4] = ["Authorization", "Cookie", "Proxy-Authorization", "Host"];

impl<'a> Fields<'a> {
    pub const NONE: Self = Self {
        fields: &[],
        write: |_, _, url, write| {
            for default in &DEFAULTS {
                write_default(default, url, write);
            }
        },
    };

    pub const fn new(fields: &'a [HeaderField<'a>]) -> Self {
        Self {
            fields,
            write: write_all,
        }
    }

    /// Writes them, and those that every request has, for the place where the redirects have led: that is
    /// `url`.
    pub fn write(&self, redirects: &Redirects<'_>, url: &Url<'_>, write: &mut dyn FnMut(&[u8])) {
        (self.write)(self.fields, redirects, url, write);
    }
}

fn write_all(
    fields: &[HeaderField<'_>],
    redirects: &Redirects<'_>,
    url: &Url<'_>,
    write: &mut dyn FnMut(&[u8]),
) {
    let has_left = !url.has_origin_of(&redirects.original());
    let is_wanted = |field: &&HeaderField<'_>| {
        let name = field.name();
        !(is_any_of(&OURS, name)
            || has_left && is_any_of(&CONFIDENTIAL, name)
            || redirects.asks_by_get() && is_of_body(name))
    };
    for default in &DEFAULTS {
        let is_named = |field: &HeaderField<'_>| field.name().eq_ignore_ascii_case(default.0);
        if !fields.iter().filter(is_wanted).any(is_named) {
            write_default(default, url, write);
        }
    }
    for field in fields.iter().filter(is_wanted) {
        write_field(field.name(), field.value().as_bytes(), write);
    }
}

fn write_default((name, value): &(&str, &str), url: &Url<'_>, write: &mut dyn FnMut(&[u8])) {
    let value = match value.as_bytes() {
        [] => url.authority(),
        value => value,
    };
    write_field(name, value, write);
}

fn is_any_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|other| other.eq_ignore_ascii_case(name))
}

/// Whether it tells about a body (RFC 9110, section 8).
fn is_of_body(name: &str) -> bool {
    let start = name.as_bytes().get(..8);
    start.is_some_and(|start| start.eq_ignore_ascii_case(b"content-"))
}
