//! Contents of streams, with those of the conformance vectors, and callers that close the client.

use std::fs;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::Fate::GoesOn;
use super::{List, fin, ok};
use crate::program::root;

/// Adds the rules of the stream. Each stream starts with `retry`, since clients wait 3 s without it.
pub(super) fn streams(list: &mut List) {
    for (name, body) in [
        ("empty", ""),
        ("one event", "data: b\n\n"),
        ("type", "event: test\ndata: b\n\n"),
        ("type emptied", "event: test\nevent:\ndata: b\n\n"),
        ("type without data", "event: test\n\ndata: b\n\n"),
        (
            "types of the client's own notices",
            "event: open\ndata: b\n\nevent: error\ndata: c\n\n",
        ),
        ("CR", "data: b\r\rdata: c\r\r"),
        ("CRLF", "data: b\r\n\r\ndata: c\r\n\r\n"),
        (
            "line ends of all kinds",
            "data: b\r\ndata: c\rdata: d\n\r\ndata: e\n\r",
        ),
        ("no colon", "data\n\ndata\ndata\n\n"),
        ("spaces after the colon", "data:b\n\ndata:  c\n\ndata: \n\n"),
        ("colon in a value", "data: b: c\n\n"),
        ("space before the name", " data: b\n\ndata: c\n\n"),
        ("name in another case", "Data: b\n\ndata: c\n\n"),
        ("unknown fields", "datas: b\nx: c\n\ndata: d\n\n"),
        ("comments", ": b\n:\n\n:c\ndata: d\n:e\n\n"),
        ("two data lines", "data: b\ndata: c\n\n"),
        (
            "data that ends with line feeds",
            "data: b\ndata:\ndata:\n\n",
        ),
        ("missing final blank line", "data: b\n\ndata: c\n"),
        ("missing final line end", "data: b\n\ndata: c"),
        ("NUL in data", "data: b\0c\n\n"),
        ("NUL in a name", "da\0ta: b\n\ndata: c\n\n"),
        ("other line ends", "data: b\u{2028}c\u{85}d\x0be\x0cf\n\n"),
        ("mark within the stream", "\u{feff}data: b\n\ndata: c\n\n"),
        ("tab after the colon", "data:\tb\n\n"),
        ("retry with letters", "retry: 99999999x\ndata: b\n\n"),
        (
            "retry with a sign",
            "retry: +99999999\nretry: -1\ndata: b\n\n",
        ),
        ("retry with two spaces", "retry:  99999999\ndata: b\n\n"),
        (
            "retry with a space after it",
            "retry: 99999999 \ndata: b\n\n",
        ),
        ("retry as a fraction", "retry: 99999999.0\ndata: b\n\n"),
        ("retry in hexadecimal", "retry: 0x9999999\ndata: b\n\n"),
        ("retry in another case", "Retry: 99999999\ndata: b\n\n"),
        ("retry without a line end", "data: b\n\nretry: 99999999"),
        (
            "retry that is replaced",
            "retry: 99999999\nretry: 20\ndata: b\n\n",
        ),
        (
            "retry with leading zeros",
            "retry: 99999999\nretry: 00020\ndata: b\n\n",
        ),
        (
            "retry without a blank line",
            "retry: 99999999\n\nretry: 20\n",
        ),
    ] {
        list.stream(name, &format!("retry: 10\n{body}"));
    }
    list.stream("mark", "\u{feff}retry: 10\ndata: b\n\n");
    list.stream(
        "two marks",
        "\u{feff}\u{feff}data: b\n\nretry: 10\ndata: c\n\n",
    );
    let malformed = b"retry: 10\ndata: \xff\xc3(\xe2\x82\xf0\x9f\x98\n\n";
    list.first(
        "stream: malformed UTF-8",
        GoesOn,
        [ok("", "").as_bytes(), malformed].concat(),
    );
    let partial = b"\xef\xbbretry: 99999999\nretry: 10\ndata: b\n\n";
    list.first(
        "stream: part of a mark",
        GoesOn,
        [ok("", "").as_bytes(), partial].concat(),
    );
    // This stream alone keeps the default reconnection time, 3 s.
    list.stream("empty retry", "retry\ndata: b\n\n");
    let marks = [
        fin(ok("", "\u{feff}retry: 10\ndata: b\n\n")),
        fin(ok("", "\u{feff}data: c\n\n")),
    ];
    list.answers("stream: a mark in each stream", GoesOn, marks);
    let unfinished = [
        fin(ok(
            "",
            "retry: 10\nid: 1\nevent: test\ndata: b\n\nid: 2\nevent: test\ndata: c\n",
        )),
        fin(ok("", "data: d\n\n")),
    ];
    list.answers(
        "stream: event that the next stream does not finish",
        GoesOn,
        unfinished,
    );
}

pub(super) fn ids(list: &mut List) {
    for (name, body) in [
        ("UTF-8", "id: …\ndata: b\n\n"),
        ("persists", "id: 1\ndata: b\n\ndata: c\n\n"),
        (
            "replaced",
            "id: 1\ndata: b\n\nid: 2\ndata: c\n\ndata: d\n\n",
        ),
        ("emptied", "id: 1\ndata: b\n\nid:\ndata: c\n\ndata: d\n\n"),
        (
            "emptied without a colon",
            "id: 1\ndata: b\n\nid\ndata: c\n\n",
        ),
        ("without data", "id: 1\n\n"),
        ("without data, and an event", "id: 1\n\ndata: b\n\n"),
        ("without a blank line", "id: 1\ndata: b\n\nid: 2\n"),
        ("two in an event", "id: 1\nid: 2\ndata: b\n\n"),
        ("after the data", "data: b\nid: 1\n\n"),
        ("with spaces", "id:  a b \ndata: b\n\n"),
        ("of spaces", "id:   \ndata: b\n\n"),
        ("0", "id: 0\ndata: b\n\n"),
        ("two NULs", "data: b\nid: \0\0\n\n"),
        ("NUL after it", "data: b\nid: x\0\n\n"),
        ("NUL before it", "data: b\nid: \0x\n\n"),
        ("NUL within it", "data: b\nid: x\0x\n\n"),
        ("space and NUL", "data: b\nid:  \0\n\n"),
        (
            "NUL after another id",
            "id: 1\ndata: b\n\nid: 2\0\ndata: c\n\n",
        ),
        ("in another case", "ID: 1\ndata: b\n\n"),
        ("with a colon", "id: a:b\ndata: b\n\n"),
        ("with a tab", "id: a\tb\ndata: b\n\n"),
        ("with a control character", "id: a\x01b\ndata: b\n\n"),
        ("with quotes", "id: \"a\\b\"\ndata: b\n\n"),
    ] {
        list.first(
            &format!("id: {name}"),
            GoesOn,
            ok("", &format!("retry: 10\n{body}")),
        );
    }
    let long = format!("retry: 10\nid: {}\ndata: b\n\n", "0123456789".repeat(20));
    list.first("id: of 200 bytes", GoesOn, ok("", &long));
    let kept = [
        fin(ok("", "retry: 10\nid: …\ndata: hello\n\n")),
        fin(ok("", "data: …\n\n")),
        fin(ok("", "data: …\n\n")),
    ];
    list.answers("id: kept by streams without one", GoesOn, kept);
    let emptied = [
        fin(ok("", "retry: 10\nid: 1\ndata: b\n\n")),
        fin(ok("", "id\n\n")),
        fin(ok("", "data: c\n\n")),
    ];
    list.answers("id: emptied by a later stream", GoesOn, emptied);
    let replaced = [
        fin(ok("", "retry: 10\nid: 1\ndata: b\n\n")),
        fin("HTTP/1.1 301 A\r\nLocation: /b\r\n\r\n"),
        fin(ok("", "id: 2\ndata: c\n\n")),
    ];
    list.answers("id: replaced after a redirect", GoesOn, replaced);
}

/// Adds scenarios in which the caller closes the client.
pub(super) fn callers(list: &mut List) {
    let answers = [fin(ok("", "data: b\n\ndata: c\n\n"))];
    list.until_closed_at("open", "caller: closes when it opens", answers.clone());
    list.until_closed_at("b", "caller: closes at an event", answers.clone());
    list.until_closed_at("lost", "caller: closes when it is lost", answers);
}

/// Adds the streams of the conformance vectors. Another test compares the decoder's events with the vectors.
pub(super) fn vectors(list: &mut List) {
    for file in ["wpt.json", "edge.json"] {
        let text = fs::read_to_string(root().join("tests/vectors").join(file)).unwrap();
        let vectors: Vec<Value> = serde_json::from_str(&text).unwrap();
        for vector in vectors {
            let text = |key: &str| vector[key].as_str().unwrap_or_default();
            // A page cannot set the first last event ID.
            if !text("initial_last_event_id").is_empty() {
                continue;
            }
            let stream = BASE64_STANDARD.decode(text("stream_base64")).unwrap();
            let answer = fin([ok("", "").as_bytes(), &stream].concat());
            list.until_closed_at("lost", &format!("vector: {}", text("name")), [answer]);
        }
    }
}
