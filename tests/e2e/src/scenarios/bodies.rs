//! Framing and codings of bodies, and lost connections.

use super::Fate::GoesOn;
use super::{List, fin, good, ok, whole_of};
use crate::scripted::{Answer, End};

pub(super) fn lengths(list: &mut List) {
    let body = "data: b\n\n";
    for (name, fields) in [
        ("right", "Content-Length: 9\r\n"),
        (
            "twice the same",
            "Content-Length: 9\r\nContent-Length: 9\r\n",
        ),
        ("list of the same", "Content-Length: 9, 9\r\n"),
        ("two values", "Content-Length: 9\r\nContent-Length: 10\r\n"),
        ("list of two values", "Content-Length: 9, 10\r\n"),
        ("letters", "Content-Length: abc\r\n"),
        ("negative", "Content-Length: -9\r\n"),
        ("with a plus", "Content-Length: +9\r\n"),
        ("hexadecimal", "Content-Length: 0x9\r\n"),
        ("fraction", "Content-Length: 9.0\r\n"),
        ("leading zeros", "Content-Length: 0009\r\n"),
        ("empty", "Content-Length:\r\n"),
        ("spaces around it", "Content-Length:  9 \r\n"),
        ("0", "Content-Length: 0\r\n"),
        ("longer than the body", "Content-Length: 20\r\n"),
        ("shorter than the body", "Content-Length: 5\r\n"),
        ("4 GB", "Content-Length: 4294967296\r\n"),
        ("past 64 bits", "Content-Length: 99999999999999999999\r\n"),
    ] {
        list.between(&format!("length: {name}"), GoesOn, ok(fields, body));
    }
    let two = ok("Content-Length: 9\r\n", "data: b\n\ndata: c\n\n");
    list.between("length: another event after the body", GoesOn, two);
    let whole = ok("Content-Length: 9\r\n", body);
    list.left_open(
        "length: body that ends on an open connection",
        GoesOn,
        whole,
    );
    let kept = ok("Connection: keep-alive\r\n", body);
    list.between(
        "length: none, and the connection said to stay",
        GoesOn,
        kept,
    );
}

pub(super) fn chunks(list: &mut List) {
    let chunked = "Transfer-Encoding: chunked\r\n";
    let good = "9\r\ndata: b\n\n\r\n";
    for (name, body) in [
        ("good", format!("{good}0\r\n\r\n")),
        (
            "two to an event",
            "5\r\ndata:\r\n4\r\n b\n\n\r\n0\r\n\r\n".into(),
        ),
        (
            "extension",
            "9;a=\"b\"\r\ndata: b\n\n\r\n0;c\r\n\r\n".into(),
        ),
        ("trailers", format!("{good}0\r\nX-A: b\r\nX-C: d\r\n\r\n")),
        ("leading zeros", "0009\r\ndata: b\n\n\r\n0\r\n\r\n".into()),
        ("upper case size", "A\r\n\ndata: b\n\n\r\n0\r\n\r\n".into()),
        (
            "space after the size",
            "9 \r\ndata: b\n\n\r\n0\r\n\r\n".into(),
        ),
        (
            "space before the size",
            " 9\r\ndata: b\n\n\r\n0\r\n\r\n".into(),
        ),
        ("bare LF", "9\ndata: b\n\n\n0\n\n".into()),
        ("last one missing", good.into()),
        ("empty last line missing", format!("{good}0\r\n")),
        ("cut", "20\r\ndata: b\n\n".into()),
        (
            "event after the last one",
            format!("{good}0\r\n\r\ndata: c\n\n"),
        ),
    ] {
        list.between(&format!("chunks: {name}"), GoesOn, ok(chunked, &body));
    }
    for (name, bad) in [
        ("size zz", "zz\r\n"),
        ("empty size", "\r\n"),
        ("negative size", "-9\r\n"),
        ("size 0x9", "0x9\r\n"),
        ("size past 64 bits", "10000000000000000\r\n"),
    ] {
        let answer = ok(chunked, &format!("{good}{bad}data: c\n\n\r\n"));
        list.left_open(&format!("chunks: {name} in an open stream"), GoesOn, answer);
    }
    let large = ok(chunked, &format!("{good}100000000\r\ndata: c\n\n"));
    list.between("chunks: size past 32 bits", GoesOn, large);
    let longer = ok(chunked, "8\r\ndata: b\n\n\r\n9\r\ndata: c\n\n\r\n");
    list.left_open("chunks: longer than its size", GoesOn, longer);
    let whole = ok(chunked, &format!("{good}0\r\n\r\n"));
    list.left_open(
        "chunks: body that ends on an open connection",
        GoesOn,
        whole,
    );
    let plain = ok(chunked, "data: b\n\n");
    list.between("chunks: body without any", GoesOn, plain);
    let fields = format!("Content-Type: text/event-stream\r\n{chunked}");
    let old = whole_of("HTTP/1.0 200 OK", &fields, &format!("{good}0\r\n\r\n"));
    list.between("chunks: HTTP/1.0", GoesOn, old);
}

pub(super) fn codings(list: &mut List) {
    let good = "9\r\ndata: b\n\n\r\n0\r\n\r\n";
    for (name, fields) in [
        (
            "length, then chunked",
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        ),
        (
            "chunked, then length",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        ),
        (
            "chunked and a bad length",
            "Transfer-Encoding: chunked\r\nContent-Length: x\r\n",
        ),
        ("chunked in upper case", "Transfer-Encoding: CHUNKED\r\n"),
        (
            "chunked twice",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        ),
        (
            "chunked in a list twice",
            "Transfer-Encoding: chunked, chunked\r\n",
        ),
        ("gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n"),
        (
            "identity, chunked",
            "Transfer-Encoding: identity, chunked\r\n",
        ),
        ("xchunked", "Transfer-Encoding: xchunked\r\n"),
    ] {
        list.between(&format!("coding: {name}"), GoesOn, ok(fields, good));
    }
    for (name, fields) in [
        ("identity", "Transfer-Encoding: identity\r\n"),
        (
            "identity and a length",
            "Transfer-Encoding: identity\r\nContent-Length: 5\r\n",
        ),
        ("transfer coding gzip", "Transfer-Encoding: gzip\r\n"),
        ("empty transfer coding", "Transfer-Encoding:\r\n"),
        ("content coding identity", "Content-Encoding: identity\r\n"),
        ("empty content coding", "Content-Encoding:\r\n"),
        ("unknown content coding", "Content-Encoding: bogus\r\n"),
        (
            "content coding gzip without gzip",
            "Content-Encoding: gzip\r\n",
        ),
    ] {
        list.between(
            &format!("coding: {name}"),
            GoesOn,
            ok(fields, "data: b\n\n"),
        );
    }
    // gzip with one stored block, which holds `data: b` and a blank line.
    let body = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x01\x09\0\xf6\xffdata: b\n\n']\x82:\x09\0\0\0";
    let head = ok("Content-Encoding: gzip\r\n", "");
    list.between(
        "coding: content coding gzip",
        GoesOn,
        [head.as_bytes(), body].concat(),
    );
}

pub(super) fn lost_connections(list: &mut List) {
    for (name, bytes) in [
        ("at once", String::new()),
        ("within the status line", "HTTP/1.1 2".into()),
        ("after the status line", "HTTP/1.1 200 OK\r\n".into()),
        (
            "after the type",
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n".into(),
        ),
        ("within a field", "HTTP/1.1 200 OK\r\nContent-Ty".into()),
        ("after the head", ok("", "")),
        ("within an event", ok("", "data: b\n\ndata: c\n")),
        ("within a line", ok("", "data: b\n\nda")),
        ("within a 404's head", "HTTP/1.1 404 No\r\n".into()),
    ] {
        let close = Answer {
            bytes: bytes.into_bytes(),
            end: End::Fin,
        };
        let reset = Answer {
            end: End::Reset,
            ..close.clone()
        };
        list.answers(&format!("closed {name}"), GoesOn, [good(), close]);
        list.answers(&format!("reset {name}"), GoesOn, [good(), reset]);
    }
    let three = [good(), fin(""), fin(""), fin("")];
    list.answers("closed at once, three times", GoesOn, three);
}
