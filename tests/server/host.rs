//! The hosts that a server serves, against DNS rebinding (RFC 9110, section 7.2; RFC 9112, section 3.2).

use embedded_sse::http::{Response, Status};
use embedded_sse::server::{ServerOptions, StreamOptions};

use crate::helpers::at;
use crate::helpers::connection::{Log, OPTIONS, STRICT, answer, read_head, refusal, send_all};

fn status(options: &ServerOptions, target: &str, host: &str) -> String {
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    answer(options, &Log::new(), &request)[9..12].to_string()
}

/// Breaks when a device without a list of hosts refuses one.
#[test]
fn any_host_is_served_by_default() {
    for host in ["", "192.168.1.7", "other:81"] {
        assert_eq!(status(&OPTIONS, "/events", host), "200");
    }
}

/// Breaks when a host that is not listed, or a missing one, is served; or when the check or the path decides before
/// the host.
#[test]
fn a_foreign_host_is_refused_with_403() {
    for request in [
        "GET /events HTTP/1.1\r\nHost: other\r\n\r\n",
        "GET /events HTTP/1.1\r\nHost: device.local:x\r\n\r\n",
        "GET /other HTTP/1.0\r\n\r\n",
    ] {
        assert_eq!(
            answer(&STRICT, &Log::new(), request),
            refusal("403 Forbidden", ""),
            "{request}"
        );
    }
}

/// Breaks when a listed host does not match because of its case, its trailing dot or its port, or when an IPv6
/// address does not because of its brackets.
#[test]
fn a_listed_host_is_known_whatever_its_case_dot_and_port() {
    let options = OPTIONS.allowed_hosts(&["device", "[::1]"]);
    for host in ["device", "DEVICE.:80", "device:", "[::1]", "[::1]:80"] {
        assert_eq!(status(&options, "/events", host), "200", "{host}");
    }
    for host in ["device:x", "device..", "::1", "[::1", "1]"] {
        assert_eq!(status(&options, "/events", host), "403", "{host}");
    }
}

/// Breaks when the field `Host` overrules the host in the target (RFC 9112, section 3.2.2).
#[test]
fn the_host_of_a_target_overrules_the_field() {
    let options = OPTIONS.allowed_hosts(&["device"]);
    assert_eq!(status(&options, "http://device/events", "other"), "200");
    assert_eq!(
        status(&options, "HTTPS://device:443/events?x", "other"),
        "200"
    );
    assert_eq!(status(&options, "http://other/events", "device"), "403");
}

/// Breaks when a target that is no absolute HTTP URL names a host.
#[test]
fn a_target_of_another_form_names_no_host() {
    let options = OPTIONS.allowed_hosts(&["device"]);
    assert_eq!(status(&options, "ftp://device/events", "device"), "404");
    assert_eq!(status(&options, "hello/x/events", "device"), "404");
}

/// Breaks when a client with a foreign host gets the caller's response.
#[test]
fn a_foreign_host_gets_no_response_of_the_caller() {
    static STREAM: StreamOptions = StreamOptions::new();
    static PAGE: Response = Response::new(Status::OK).with_body("text/plain", b"page");
    let log = Log::new();
    let options = OPTIONS.allowed_hosts(&["device"]);
    for stream in [true, false] {
        let mut scratch = [0; 400];
        let head = "GET / HTTP/1.1\r\nHost: other\r\nOrigin: http://a\r\n\r\n";
        let mut connection = read_head(&options, &mut scratch, head);
        if stream {
            connection.stream(at(0), &log, &STREAM);
        } else {
            connection.respond(&PAGE);
        }
        let (answer, _) = send_all(&mut connection, 0, &log);
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    }
}
