//! Redirects: their targets, and for how long they are remembered.

use super::Fate::{Ends, GoesOn};
use super::{FOR_ALL, List, PATH, fin, good, ok, redirect};
use crate::scripted::{Answer, End};

pub(super) fn redirects(list: &mut List) {
    for status in [301, 302, 303, 307, 308] {
        list.redirect(&format!("{status}"), GoesOn, status, "/b");
        let answers = [
            good(),
            fin(redirect(status, "http://{other}/b")),
            fin(ok(FOR_ALL, "data: b\n\n")),
        ];
        list.answers(
            &format!("redirect: {status} to another port"),
            GoesOn,
            answers,
        );
        let answers = [
            good(),
            fin(redirect(status, "/b")),
            fin("HTTP/1.1 404 No\r\n\r\n"),
        ];
        list.answers(&format!("redirect: {status} to a 404"), Ends, answers);
    }
    for status in [300, 304, 305, 306] {
        list.redirect(&format!("{status} with a location"), Ends, status, "/b");
    }
    for (name, location) in [
        ("relative", "b"),
        ("relative with dots", "./c/../../b"),
        ("query alone", "?b"),
        ("fragment", "/b#c"),
        ("without a scheme", "//{here}/b"),
        ("scheme in upper case", "HTTP://{here}/b"),
        ("no path", "http://{here}"),
        ("space in it", "/a b"),
        ("space in the query", "/b?a b"),
        ("UTF-8", "/café"),
        ("UTF-8 in the query", "/b?é"),
        ("escape", "/caf%C3%A9"),
        ("quotes and brackets", "/a\"b<c>"),
        ("spaces around it", "  /b \t"),
        ("back slash", "\\b"),
        ("tab in it", "/a\tb"),
        ("user", "http://u@{here}/b"),
    ] {
        list.redirect(name, GoesOn, 301, location);
    }
    let latin = [&b"HTTP/1.1 301 A\r\nLocation: /caf\xe9\r\n\r\n"[..]].concat();
    let answers = [good(), fin(latin), fin(ok("", "data: b\n\n"))];
    list.answers("redirect: bytes that are no UTF-8", GoesOn, answers);
    list.redirect("empty location", Ends, 302, "");
    for (name, location) in [
        ("ftp", "ftp://x/"),
        ("mailto", "mailto:x"),
        ("data", "data:text/event-stream,data:%20b%0A%0A"),
        ("port that is none", "http://127.0.0.1:99999/"),
        ("no host", "http://"),
        ("closed port", "http://{closed}/"),
    ] {
        let answers = [good(), fin(redirect(302, location))];
        list.answers(&format!("redirect: {name}"), GoesOn, answers);
    }
    let permanent = [good(), fin(redirect(301, "http://{closed}/"))];
    list.answers("redirect: 301 to a closed port", GoesOn, permanent);
    for (name, status, count) in [
        ("20 in a row", 302, 20),
        ("25 in a row", 302, 25),
        ("25 permanent ones in a row", 301, 25),
    ] {
        let mut answers = vec![good()];
        answers.extend((0..count).map(|number| fin(redirect(status, &format!("/{number}")))));
        list.answers(&format!("redirect: {name}"), GoesOn, answers);
    }
    // Long enough for two attempts of 21 requests each, after which the client sees no redirect.
    let loops = vec![fin(redirect(302, PATH)); 42];
    list.answers("redirect: loop", GoesOn, [vec![good()], loops].concat());
    let two = [
        good(),
        fin(redirect(301, "/b")),
        fin(redirect(302, "/c")),
        fin(ok("", "data: b\n\n")),
    ];
    list.answers("redirect: permanent, then temporary", GoesOn, two);
    let twice = [
        good(),
        fin(redirect(301, "/b")),
        fin(ok("", "data: b\n\n")),
        fin(redirect(301, "/c")),
        fin(ok("", "data: c\n\n")),
    ];
    list.answers(
        "redirect: permanent, and on a later attempt again",
        GoesOn,
        twice,
    );
    let lost = [
        good(),
        fin(redirect(301, "/b")),
        fin(ok("", "data: b\n\n")),
        fin("HTTP/1.1 404 No\r\n\r\n"),
    ];
    list.answers(
        "redirect: permanent, and its target gone later",
        GoesOn,
        lost,
    );
    let silent = [
        good(),
        fin(redirect(301, "/b")),
        fin(ok("", "data: b\n\n")),
        fin(""),
    ];
    list.answers(
        "redirect: permanent, and its target silent later",
        GoesOn,
        silent,
    );
    let two_locations = "HTTP/1.1 301 A\r\nLocation: /b\r\nLocation: /c\r\n\r\n";
    let answers = [good(), fin(two_locations), fin(ok("", "data: b\n\n"))];
    list.answers("redirect: two locations", GoesOn, answers);
    let stays = Answer {
        end: End::Stay,
        ..fin("HTTP/1.1 301 A\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n")
    };
    let answers = [good(), stays, fin(ok("", "data: b\n\n"))];
    list.answers("redirect: on a connection that stays", GoesOn, answers);
}
