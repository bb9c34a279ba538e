//! Status lines, header fields and interim answers that are odd, malformed or long.

use super::Fate::GoesOn;
use super::{List, ok};

pub(super) fn status_lines(list: &mut List) {
    let rest = "Content-Type: text/event-stream\r\n\r\ndata: b\n\n";
    for (name, status_line) in [
        ("HTTP/1.0", "HTTP/1.0 200 OK"),
        ("HTTP/1.9", "HTTP/1.9 200 OK"),
        ("HTTP/2.0", "HTTP/2.0 200 OK"),
        ("HTTP/0.9", "HTTP/0.9 200 OK"),
        ("HTTP/3", "HTTP/3 200 OK"),
        ("HTTP/11.1", "HTTP/11.1 200 OK"),
        ("ICY", "ICY 200 OK"),
        ("lower case", "http/1.1 200 OK"),
        ("without a reason", "HTTP/1.1 200"),
        ("with an empty reason", "HTTP/1.1 200 "),
        ("with a space before it", " HTTP/1.1 200 OK"),
        ("with two spaces", "HTTP/1.1  200 OK"),
        ("with a tab", "HTTP/1.1\t200 OK"),
        ("without a status", "HTTP/1.1"),
        ("status 99", "HTTP/1.1 99 OK"),
        ("status of two digits", "HTTP/1.1 20 OK"),
        ("status of four digits", "HTTP/1.1 2000 OK"),
        ("status 000", "HTTP/1.1 000 OK"),
        ("status of letters", "HTTP/1.1 abc OK"),
        ("negative status", "HTTP/1.1 -200 OK"),
        ("status with letters after it", "HTTP/1.1 200OK"),
        ("after an empty line", "\r\nHTTP/1.1 200 OK"),
        ("after four empty lines", "\r\n\r\n\r\n\r\nHTTP/1.1 200 OK"),
        ("after a bare LF", "\nHTTP/1.1 200 OK"),
        ("after a line of text", "hello\r\nHTTP/1.1 200 OK"),
    ] {
        let answer = format!("{status_line}\r\n{rest}");
        list.between(&format!("status line: {name}"), GoesOn, answer);
    }
    list.between("garbage", GoesOn, b"\xff\xfdgarbage\r\n\r\n");
    list.between("garbage of one byte", GoesOn, b"\xff");
    list.between("SSH", GoesOn, "SSH-2.0-OpenSSH_9.9\r\n");
    list.between("SMTP", GoesOn, "220 mail.example ESMTP\r\n");
    list.between("TLS alert", GoesOn, b"\x15\x03\x01\x00\x02\x02\x0a");
    list.between("HTML without a head", GoesOn, "<html>no</html>\n");
    list.between("event without a head", GoesOn, "data: b\n\n");
}

pub(super) fn heads(list: &mut List) {
    for (name, fields) in [
        ("obs-fold", "X-A: b\r\n c\r\n"),
        ("line without a colon", "no field\r\n"),
        ("empty name", ": b\r\n"),
        ("space before the colon", "X-A : b\r\n"),
        ("space in a name", "X A: b\r\n"),
        ("NUL in a value", "X-A: b\0c\r\n"),
        ("NUL in a name", "X\0A: b\r\n"),
        ("CR in a value", "X-A: b\rc\r\n"),
        ("bytes past ASCII", "X-A: é\r\n"),
        ("control character", "X-A: b\x01c\r\n"),
        ("no space after the colon", "X-A:b\r\n"),
    ] {
        list.between(&format!("head: {name}"), GoesOn, ok(fields, "data: b\n\n"));
    }
    let fold = "HTTP/1.1 200 OK\r\n X-A: b\r\nContent-Type: text/event-stream\r\n\r\ndata: b\n\n";
    list.between("head: obs-fold of the status line", GoesOn, fold);
    let bare = "HTTP/1.1 200 OK\nContent-Type: text/event-stream\n\ndata: b\n\n";
    list.between("head: bare LF", GoesOn, bare);
    let mixed = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\n\r\ndata: b\n\n";
    list.between("head: bare LF and CRLF", GoesOn, mixed);
    let line = |length| format!("X-A: {}\r\n", "b".repeat(length));
    for (name, fields) in [
        ("4 KB in lines", line(100).repeat(40)),
        ("100 KB in lines", line(100).repeat(1_000)),
        ("300 KB in lines", line(100).repeat(3_000)),
        ("4 KB in a line", line(4_000)),
        ("20 KB in a line", line(20_000)),
    ] {
        list.between(&format!("head: {name}"), GoesOn, ok(&fields, "data: b\n\n"));
    }
}

pub(super) fn interim_answers(list: &mut List) {
    let rest = ok("", "data: b\n\n");
    for (name, interim) in [
        ("100", "HTTP/1.1 100 Continue\r\n\r\n"),
        ("102", "HTTP/1.1 102 Processing\r\n\r\n"),
        ("103", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
        ("199", "HTTP/1.1 199 Bye\r\n\r\n"),
        (
            "100 with a length",
            "HTTP/1.1 100 A\r\nContent-Length: 5\r\n\r\n",
        ),
        (
            "100 with a type",
            "HTTP/1.1 100 A\r\nContent-Type: text/html\r\n\r\n",
        ),
    ] {
        let answer = format!("{interim}{rest}");
        list.between(&format!("interim: {name}"), GoesOn, answer);
    }
    let answer = format!("{}{rest}", "HTTP/1.1 100 Continue\r\n\r\n".repeat(10));
    list.between("interim: ten times 100", GoesOn, answer);
    let switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n";
    list.between("interim: 101", GoesOn, switching);
    list.between(
        "interim: 101 and a stream",
        GoesOn,
        format!("{switching}{rest}"),
    );
    list.between(
        "interim: 100 alone",
        GoesOn,
        "HTTP/1.1 100 Continue\r\n\r\n",
    );
}
