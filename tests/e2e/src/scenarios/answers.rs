//! Statuses, with and without `Retry-After`, and content types.

use super::Fate::{Ends, EndsIfStrict, GoesOn};
use super::{List, fin, good};

pub(super) fn statuses(list: &mut List) {
    for status in [201, 202, 203, 204, 205, 206, 210, 226, 299] {
        list.status(status, "", Ends);
    }
    for status in [300, 301, 302, 303, 304, 305, 306, 307, 308] {
        list.status(status, "", Ends);
    }
    for status in [
        400, 401, 402, 403, 404, 405, 406, 407, 409, 410, 418, 431, 451,
    ] {
        list.status(status, "", Ends);
    }
    for status in [408, 421, 425, 429, 500, 501, 502, 503, 504, 507, 511, 599] {
        list.status(status, "", EndsIfStrict);
    }
    let at_once = "Retry-After: 0\r\n";
    for status in [400, 403, 404, 408, 429, 500, 503] {
        list.status(status, at_once, EndsIfStrict);
    }
    for status in [202, 204, 304] {
        list.status(status, at_once, Ends);
    }
    let date = "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n";
    list.status(404, date, EndsIfStrict);
    list.status(302, at_once, Ends);
    let misdirected = fin("HTTP/1.1 421 Misdirected\r\n\r\n");
    let answers = [good(), misdirected.clone(), misdirected];
    list.answers("status: 421 twice", EndsIfStrict, answers);
    let body = "HTTP/1.1 204 No Content\r\n\r\n";
    list.left_open("204 on a connection that stays", Ends, body);
    list.first("204 to the first request", Ends, body);
    list.first("404 to the first request", Ends, "HTTP/1.1 404 No\r\n\r\n");
    let page = "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno";
    list.first("503 to the first request", EndsIfStrict, page);
}

pub(super) fn content_types(list: &mut List) {
    for (name, value) in [
        ("upper case", "TEXT/EVENT-STREAM"),
        ("charset", "text/event-stream; charset=utf-8"),
        ("another charset", "text/event-stream;charset=windows-1252"),
        ("unknown charset", "text/event-stream;charset=bogus"),
        ("quoted parameter", "text/event-stream; a=\"b;c\""),
        ("trailing semicolon", "text/event-stream;"),
        ("two semicolons", "text/event-stream;;"),
        ("parameter without a value", "text/event-stream; a"),
        (
            "space before the semicolon",
            "text/event-stream ;charset=utf-8",
        ),
        ("spaces and tabs around it", " \t text/event-stream \t "),
    ] {
        list.content_type(name, GoesOn, &format!("Content-Type:{value}\r\n"));
    }
    for (name, value) in [
        ("HTML", "text/html"),
        ("JSON", "application/json"),
        ("plain text", "text/plain"),
        ("another stream", "text/x-event-stream"),
        ("a letter more", "text/event-streamX"),
        ("a word after it", "text/event-stream x"),
        ("a letter less", "text/event-strea"),
        ("bogus", "x bogus"),
        ("bogus with an escape", "x%20bogus"),
        ("valid bogus", "text/x-bogus"),
        ("empty", ""),
        ("space in it", "text/event- stream"),
        ("space after the slash", "text/ event-stream"),
        ("two slashes", "text/event-stream/x"),
        ("the subtype alone", "event-stream"),
        ("quoted", "\"text/event-stream\""),
    ] {
        list.content_type(name, EndsIfStrict, &format!("Content-Type: {value}\r\n"));
    }
    let (stream, html) = (
        "Content-Type: text/event-stream\r\n",
        "Content-Type: text/html\r\n",
    );
    list.content_type("missing", EndsIfStrict, "");
    list.content_type("twice the same", GoesOn, &stream.repeat(2));
    list.content_type(
        "stream, then HTML",
        EndsIfStrict,
        &format!("{stream}{html}"),
    );
    list.content_type("HTML, then stream", GoesOn, &format!("{html}{stream}"));
    let folded = "Content-Type:\r\n text/event-stream\r\n";
    list.content_type("folded", GoesOn, folded);
    let listed = "Content-Type: text/event-stream, text/html\r\n";
    list.content_type("list", EndsIfStrict, listed);
    let listed = "Content-Type: text/html, text/event-stream\r\n";
    list.content_type("list that ends well", EndsIfStrict, listed);
    let name = "content-TYPE: text/event-stream\r\n";
    list.content_type("name in another case", GoesOn, name);
    let portal =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\n<p>Log in</p>";
    list.left_open("page of a captive portal", EndsIfStrict, portal);
}
