//! Header fields whose values are produced for each connection (`ClientOptions::dynamic_fields`).

use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed};

use embedded_sse::client::{ClientOptions, DynamicField, EventSource};
use embedded_sse::http::{HeaderField, Method};

use crate::helpers::{EXACT, field, play_every_way, redirect, url};
use crate::scripted::{Scene, Story, play, play_on};

const OPTIONS: ClientOptions = ClientOptions::new().reconnect(EXACT);
const POST: ClientOptions = OPTIONS.request(Method::POST, b"{}").repeat_unsafe();

/// A function that produces a value.
type Produce<'a> = &'a (dyn Fn(&mut dyn Write) -> fmt::Result + Sync);

fn produced<'a>(name: &'a str, produce: Produce<'a>) -> DynamicField<'a> {
    DynamicField::new(name, produce).unwrap()
}

/// The requests that a client sends in these scenes, with these constant and produced fields. The values of the
/// produced ones are always the same here.
fn requests(
    options: ClientOptions<'_>,
    constant: &[(&str, &str)],
    names_and_values: &[(&str, &str)],
    script: &[Scene],
) -> Vec<String> {
    let constant: Vec<HeaderField<'_>> = constant
        .iter()
        .map(|(name, value)| field(name, value))
        .collect();
    let producers: Vec<_> = names_and_values
        .iter()
        .map(|(_, value)| move |to: &mut dyn Write| to.write_str(value))
        .collect();
    let fields: Vec<_> = std::iter::zip(names_and_values, &producers)
        .map(|((name, _), produce)| produced(name, produce))
        .collect();
    let options = options.fields(&constant).dynamic_fields(&fields);
    let story = play_every_way(&options, script);
    let numbers = 0..story.requests.len();
    numbers
        .map(|number| story.request(number).to_string())
        .collect()
}

/// The first request with these fields.
fn request(constant: &[(&str, &str)], names_and_values: &[(&str, &str)]) -> String {
    requests(OPTIONS, constant, names_and_values, &[Scene::stream("")]).swap_remove(0)
}

/// Breaks when a token that has expired is sent again.
#[test]
fn each_connection_has_its_own_value() {
    let token = AtomicU32::new(1);
    let produce = |value: &mut dyn Write| write!(value, "Bearer {}", token.load(Relaxed));
    let fields = [produced("Authorization", &produce)];
    let options = OPTIONS.dynamic_fields(&fields);
    let (mut buffer, mut redirects) = ([0; 100], [0; 100]);
    let mut source = EventSource::new(url("http://device/"), &options, &mut buffer);
    source.follow_redirects(&mut redirects);
    let mut story = Story::default();
    let scenes = [
        Scene::stream("data: x\n\n"),
        redirect(307, "/b"),
        Scene::answer("503 x", ""),
        Scene::Takes(usize::MAX),
    ];
    for (number, scene) in (1..).zip(scenes) {
        token.store(number, Relaxed);
        play_on(&mut story, &mut source, [scene], usize::MAX);
    }
    assert_eq!(story.requests.len(), 4);
    for (number, request) in story.requests.iter().enumerate() {
        let expected = format!("\r\nAuthorization: Bearer {}\r\n\r\n", number + 1);
        assert!(request.ends_with(expected.as_bytes()), "{number}");
    }
}

/// Breaks when a produced value is sent otherwise than a constant one, or in another place.
#[test]
fn a_dynamic_field_is_sent_like_a_constant_one() {
    let long = "0123456789".repeat(300);
    for value in ["x", "", "a b", "\ta\t", "größe \u{1f600}", "\u{85}", &long] {
        let expected = request(&[("X-A", "1"), ("X-B", value)], &[]);
        assert!(expected.ends_with(&format!("\r\nX-A: 1\r\nX-B: {value}\r\n\r\n")));
        assert_eq!(request(&[("X-A", "1")], &[("X-B", value)]), expected);
        assert_eq!(request(&[], &[("X-A", "1"), ("X-B", value)]), expected);
    }
    let script = [Scene::stream("id: 7\n\n"), Scene::stream("")];
    let last = requests(POST, &[], &[("X-A", "1")], &script).swap_remove(1);
    assert!(
        last.ends_with("\r\nX-A: 1\r\nLast-Event-ID: 7\r\nContent-Length: 2\r\n\r\n{}"),
        "{last}"
    );
}

/// Breaks when an option drops the setting of another one.
#[test]
fn options_may_be_set_in_any_order() {
    let constant = [field("X-A", "1")];
    let fields = [produced("X-B", &|value| value.write_char('2'))];
    for options in [
        OPTIONS.fields(&constant).dynamic_fields(&fields),
        OPTIONS.dynamic_fields(&fields).fields(&constant),
    ] {
        let story = play_every_way(&options, &[Scene::stream("")]);
        let request = story.request(0);
        assert!(
            request.ends_with("\r\nX-A: 1\r\nX-B: 2\r\n\r\n"),
            "{request}"
        );
    }
    let none = OPTIONS.dynamic_fields(&[]);
    let story = play_every_way(&none, &[Scene::stream("")]);
    assert_eq!(story.request(0), request(&[], &[]));
}

/// Breaks when a default field is sent besides a produced one of the same name.
#[test]
fn dynamic_fields_replace_the_defaults() {
    let request = request(
        &[],
        &[
            ("HOST", "name"),
            ("accept", "application/json, text/event-stream"),
            ("Cache-Control", "no-store"),
            ("accept-encoding", "br"),
        ],
    );
    assert_eq!(
        request,
        "GET /events HTTP/1.1\r\nHOST: name\r\naccept: application/json, text/event-stream\r\n\
         Cache-Control: no-store\r\naccept-encoding: br\r\n\r\n"
    );
}

/// Breaks when one of two fields of the same name replaces the other.
#[test]
fn a_name_that_is_produced_and_constant_is_sent_twice() {
    let request = request(
        &[("Accept", "text/event-stream"), ("X-A", "1")],
        &[("accept", "application/json"), ("x-a", "2")],
    );
    assert_eq!(
        request,
        "GET /events HTTP/1.1\r\nHost: device\r\nCache-Control: no-cache\r\nAccept-Encoding: identity\r\n\
         Accept: text/event-stream\r\nX-A: 1\r\naccept: application/json\r\nx-a: 2\r\n\r\n"
    );
}

/// Breaks when a produced field repeats or changes a field that frames the request, or `Last-Event-ID`.
#[test]
fn content_length_transfer_encoding_and_last_event_id_cannot_be_produced() {
    let fields = [
        ("Content-Length", "99"),
        ("transfer-encoding", "chunked"),
        ("Last-Event-Id", "7"),
    ];
    let script = [Scene::stream("id: 8\n\n"), Scene::stream("")];
    for options in [OPTIONS, POST] {
        let with = requests(options, &[], &fields, &script);
        assert_eq!(with, requests(options, &[], &[], &script));
    }
    // Such a field does not end the client, either.
    let fields = [produced("Content-Length", &|_| Err(fmt::Error))];
    let options = OPTIONS.dynamic_fields(&fields);
    let story = play_every_way(&options, &[Scene::stays("")]);
    assert_eq!(story.lines[1..], ["open"]);
}

/// Whether each request in this script has the secret, for a client without other fields.
fn secrets_sent(name: &str, script: &[Scene]) -> Vec<bool> {
    let requests = requests(OPTIONS, &[], &[(name, "secret"), ("X-A", "1")], script);
    let requests = requests.iter();
    requests
        .map(|request| {
            assert!(request.contains("\r\nX-A: 1\r\n"), "{request}");
            request.contains("secret")
        })
        .collect()
}

/// Breaks when another origin gets a secret or can have it sent to a path of its choice, or when the caller's own URL
/// no longer gets it.
#[test]
fn produced_credentials_are_not_sent_to_another_origin_nor_after_a_redirect_back() {
    let stream = || Scene::stream("data: x\n\n");
    for name in ["Authorization", "cookie", "PROXY-AUTHORIZATION", "Host"] {
        let there_and_back = [
            redirect(307, "/b"),
            redirect(307, "//other/"),
            redirect(307, "//device/c"),
            stream(),
            stream(),
        ];
        assert_eq!(
            secrets_sent(name, &there_and_back),
            [true, true, false, false, true],
            "{name}"
        );
        let remembered = [redirect(301, "//device:81/"), stream(), stream()];
        assert_eq!(
            secrets_sent(name, &remembered),
            [true, false, false],
            "{name}"
        );
    }
}

/// Breaks when a secret is produced that is not sent: that may take long, or fail.
#[test]
fn a_field_that_is_not_sent_is_not_produced() {
    let calls = AtomicUsize::new(0);
    let produce = |value: &mut dyn Write| {
        calls.fetch_add(1, Relaxed);
        value.write_str("secret")
    };
    let fields = [produced("Cookie", &produce)];
    let options = OPTIONS.dynamic_fields(&fields);
    let calls_of = |script: &[Scene]| {
        calls.store(0, Relaxed);
        let story = play_every_way(&options, script);
        assert_eq!(*story.lines.last().unwrap(), "open");
        calls.load(Relaxed)
    };
    let direct = calls_of(&[Scene::stays("")]);
    let redirected = calls_of(&[redirect(307, "//other/"), Scene::stays("")]);
    assert_eq!(redirected, direct);
    assert!(direct > 0);
}

/// Breaks when a field that describes the body is sent without the body.
#[test]
fn produced_content_fields_are_dropped_with_the_body() {
    let fields = [
        ("Content-Type", "application/json"),
        ("content-language", "en"),
        ("X-A", "1"),
    ];
    let script = |status| [redirect(status, "/b"), Scene::stays("")];
    let kept = requests(POST, &[], &fields, &script(307)).swap_remove(1);
    assert!(
        kept.contains("\r\nContent-Type: application/json\r\ncontent-language: en\r\nX-A: 1\r\n")
    );
    let dropped = requests(POST, &[], &fields, &script(303)).swap_remove(1);
    assert!(dropped.starts_with("GET /b "), "{dropped}");
    assert!(
        dropped.ends_with("\r\nAccept-Encoding: identity\r\nX-A: 1\r\n\r\n"),
        "{dropped}"
    );
}

/// Breaks when a part of a value that cannot be produced reaches the server, when it is sent as another field, when
/// the client ends for another reason, or when it tries again by itself.
#[test]
fn a_value_that_fails_or_holds_a_control_character_ends_the_client_before_anything_is_sent() {
    let injected = "\r\nSet-Cookie: x";
    let cases: [Produce<'_>; 10] = [
        &|_| Err(fmt::Error),
        &|value| {
            value.write_str("Bearer ")?;
            Err(fmt::Error)
        },
        &|value| value.write_str("a\rb"),
        &|value| value.write_str("a\nb"),
        &|value| value.write_str("a\0b"),
        &|value| value.write_str("\x7f"),
        &|value| write!(value, "a{injected}b"),
        &|value| value.write_str("a").and(value.write_char('\n')),
        // These functions ignore the result of `write_str`.
        &|value| {
            let _ = value.write_str("\r\n");
            Ok(())
        },
        &|value| {
            let _ = value.write_str("a\nb");
            value.write_str("c")
        },
    ];
    for (number, produce) in cases.into_iter().enumerate() {
        let good = produced("X-A", &|value| value.write_char('1'));
        let bad = produced("X-B", produce);
        for fields in [vec![bad], vec![good, bad], vec![bad, good]] {
            let options = OPTIONS.reconnect(EXACT.on_failure(&|failure, _| panic!("{failure:?}")));
            let options = options.dynamic_fields(&fields);
            for length in [1, 64, 1_000] {
                let mut buffer = vec![0; length];
                let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
                let story = play(&mut source, [Scene::stream("")], usize::MAX);
                assert_eq!(
                    story.lines,
                    ["connect http://a", "closed: InvalidField (caller)"],
                    "{number}"
                );
                assert_eq!(story.requests, [b""]);
            }
        }
    }
}

/// Breaks when a program needs a new client after its token was renewed, or the last event ID is lost by the restart.
#[test]
fn a_restart_tries_again_to_produce_the_value() {
    let token = AtomicU32::new(1);
    let produce = |value: &mut dyn Write| match token.load(Relaxed) {
        0 => Err(fmt::Error),
        token => write!(value, "{token}"),
    };
    let fields = [produced("Authorization", &produce)];
    let options = OPTIONS.dynamic_fields(&fields);
    let mut buffer = [0; 64];
    let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
    let mut story = play(&mut source, [Scene::stream("id: 7\ndata: x\n\n")], 100);
    token.store(0, Relaxed);
    for _ in 0..2 {
        play_on(&mut story, &mut source, [Scene::stays("")], 100);
        assert_eq!(
            *story.lines.last().unwrap(),
            "closed: InvalidField (caller)"
        );
        assert_eq!(source.last_event_id(), "7");
        assert!(story.requests.pop().unwrap().is_empty());
        source.restart();
    }
    token.store(2, Relaxed);
    play_on(&mut story, &mut source, [Scene::stays("")], 100);
    assert_eq!(*story.lines.last().unwrap(), "open");
    let request = story.request(1);
    assert!(
        request.ends_with("\r\nAuthorization: 2\r\nLast-Event-ID: 7\r\n\r\n"),
        "{request}"
    );
}

/// Breaks when a request that is sent in parts repeats or loses a part of a value.
#[test]
fn a_value_longer_than_the_buffer_is_sent_in_parts() {
    let calls = AtomicUsize::new(0);
    let long = "x".repeat(2_000);
    let produce = |value: &mut dyn Write| {
        calls.fetch_add(1, Relaxed);
        write!(value, "Bearer-{:04x}", 0xab)?;
        value.write_str("")?;
        value.write_char('ß')?;
        value.write_str(&long)
    };
    let fields = [produced("Authorization", &produce)];
    let options = OPTIONS.dynamic_fields(&fields);
    let expected = format!("\r\nAuthorization: Bearer-00abß{long}\r\n\r\n");
    let mut whole = Vec::new();
    for length in [4_000, 64, 7, 1] {
        for step in [usize::MAX, 5] {
            let mut buffer = vec![0; length];
            let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
            calls.store(0, Relaxed);
            let mut story = play(&mut source, [Scene::stays("")], step);
            let request = story.requests.remove(0);
            assert!(request.ends_with(expected.as_bytes()));
            if whole.is_empty() {
                // One call produces the value to send it, and one to see that nothing is left.
                assert_eq!(calls.load(Relaxed), 2);
                whole = request;
            } else {
                assert_eq!(request, whole, "{length} {step}");
                assert!(calls.load(Relaxed) > whole.len() / length);
            }
        }
    }
}

/// Breaks when the client sends the rest of a head although it does not match the beginning.
#[test]
fn a_value_that_changes_its_length_in_mid_request_ends_the_client() {
    for (before, after) in [("1", "22"), ("22", "1"), ("1", "")] {
        for changes_at in 1..4 {
            let calls = AtomicUsize::new(0);
            let produce = |value: &mut dyn Write| {
                let is_before = calls.fetch_add(1, Relaxed) < changes_at;
                value.write_str(if is_before { before } else { after })
            };
            let fields = [produced("X-A", &produce)];
            let options = POST.dynamic_fields(&fields);
            let mut buffer = [0; 32];
            let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
            let story = play(&mut source, [Scene::stream("")], usize::MAX);
            assert_eq!(
                *story.lines.last().unwrap(),
                "closed: InvalidField (caller)"
            );
            assert_eq!(story.requests[0].len(), changes_at * 32);
        }
    }
}

/// Breaks when a name that is no token is accepted: it could begin another field.
#[test]
fn a_name_that_is_no_token_is_an_error() {
    for name in ["", "a b", "a:", "a\r\nb", "é", " a", "a\0"] {
        assert!(DynamicField::new(name, &|_| Ok(())).is_err(), "{name:?}");
    }
    assert!(DynamicField::new("X-!#$%&'*+.^_`|~9", &|_| Ok(())).is_ok());
}

/// Breaks when debug output shows a secret or produces its value.
#[test]
fn debug_does_not_show_the_value() {
    let produce = |_: &mut dyn Write| panic!("it is not to be sent");
    let fields = [produced("Authorization", &produce)];
    assert_eq!(
        format!("{:?}", fields[0]),
        "DynamicField { name: \"Authorization\", .. }"
    );
    let options = OPTIONS.dynamic_fields(&fields);
    let _ = format!("{options:?}");
}
