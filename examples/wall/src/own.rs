//! The host names and the port of this program.

use std::sync::OnceLock;

use embedded_sse::http::Url;

static OWN: OnceLock<Own> = OnceLock::new();

struct Own {
    hosts: Vec<&'static str>,
    port: u16,
}

/// Sets the port, and the host names in addition to those of this computer itself.
pub fn set(hosts: impl Iterator<Item = String>, port: u16) {
    OWN.get_or_init(|| {
        let more = hosts.map(|host| &*host.leak());
        let hosts = ["127.0.0.1", "[::1]", "localhost"]
            .into_iter()
            .chain(more)
            .collect();
        Own { hosts, port }
    });
}

/// The host names that requests may have.
pub fn hosts() -> &'static [&'static str] {
    &own().hosts
}

/// Whether this program answers requests for a URL. At any other host name, it answers with 403.
pub fn is_own(url: Url<'_>) -> bool {
    let host = url.host().strip_suffix('.').unwrap_or(url.host());
    // `Url::host` leaves out the brackets of an IPv6 address.
    let mut hosts = hosts().iter().map(|own| own.trim_matches(['[', ']']));
    url.port() == own().port && hosts.any(|own| own.eq_ignore_ascii_case(host))
}

fn own() -> &'static Own {
    OWN.get().expect("`run` sets it before its first use")
}
