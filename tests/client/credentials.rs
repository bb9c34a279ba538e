//! Which header fields are for the origin alone that the caller has named (WHATWG Fetch 4.4).

use embedded_sse::client::ClientOptions;
use embedded_sse::http::Method;

use crate::helpers::{EXACT, OPTIONS, field, play_every_way};
use crate::scripted::{Scene, Story};

/// What a client with these credentials sends: first, where this redirect leads, and after that.
fn redirected(options: &ClientOptions<'_>, status: u16, place: &str) -> Story {
    let answer = format!("{status} x\r\nLocation: {place}");
    let script = [
        Scene::answer(&answer, ""),
        Scene::stream(""),
        Scene::stream(""),
    ];
    play_every_way(options, &script)
}

/// Breaks when another origin is told a secret, or the same one is not.
#[test]
fn authorization_is_sent_to_the_same_origin_only() {
    let fields = [
        field("Authorization", "Bearer secret"),
        field("content-type", "application/json"),
        field("X-Model", "small"),
    ];
    let post = ClientOptions::new()
        .request(Method::POST, b"{}")
        .fields(&fields)
        .reconnect(EXACT);
    let report = post.request(Method::new("REPORT").unwrap(), b"{}");
    let cases = [
        (301, "/b", &post, true),
        (302, "/b", &post, true),
        (303, "/b", &post, true),
        (307, "/b", &post, true),
        (308, "/b", &post, true),
        (302, "/b", &report, true),
        (303, "/b", &report, true),
        (307, "//device:80/b", &post, true),
        (307, "//DEVICE/b", &post, true),
        (307, "//device:81/b", &post, false),
        (307, "https://device/b", &post, false),
        (307, "//other/b", &post, false),
    ];
    for (status, place, options, is_same_origin) in cases {
        let story = redirected(options, status, place);
        let has_secret = |number| {
            let request = story.request(number);
            request.contains("\r\nAuthorization: Bearer secret\r\n")
        };
        assert!(has_secret(0));
        assert_eq!(has_secret(1), is_same_origin, "{status} {place}");
    }
}

/// Breaks when one of these fields goes to another origin, or another field does not.
#[test]
fn cookie_and_proxy_authorization_are_not_sent_to_another_origin() {
    let fields = [
        field("cookie", "secret=1"),
        field("PROXY-AUTHORIZATION", "Basic secret"),
        field("authorization", "Basic secret"),
        field("X-Model", "small"),
    ];
    let options = ClientOptions::new().fields(&fields).reconnect(EXACT);
    for (status, place) in [(301, "//other/"), (307, "//device:81/")] {
        let story = redirected(&options, status, place);
        assert_eq!(story.request(0).matches("secret").count(), 3);
        assert!(!story.request(1).contains("secret"), "{place}");
        assert!(story.request(1).contains("\r\nX-Model: small\r\n"));
    }
}

/// Breaks when a secret is kept from the caller's own URL after a redirect that counted for one connection.
#[test]
fn credentials_are_sent_when_the_callers_url_is_asked_again() {
    let fields = [field("Authorization", "Bearer secret")];
    let options = ClientOptions::new().fields(&fields).reconnect(EXACT);
    let story = redirected(&options, 307, "//other/");
    assert!(!story.request(1).contains("secret"));
    assert!(story.request(2).contains("secret"));
}

/// Breaks when the caller's `Host` names the server that was left.
#[test]
fn host_of_the_caller_is_not_sent_to_another_origin() {
    let fields = [
        field("host", "name"),
        field("Content-Length", "99"),
        field("Transfer-Encoding", "chunked"),
        field("last-event-id", "7"),
    ];
    let options = ClientOptions::new().fields(&fields).reconnect(EXACT);
    let script = [
        Scene::stream("id: 8\n\n"),
        Scene::answer("307 x\r\nLocation: //other/", ""),
        Scene::stream(""),
    ];
    let story = play_every_way(&options, &script);
    let redirected = story.request(2);
    assert!(
        redirected.starts_with("GET / HTTP/1.1\r\nHost: other\r\n"),
        "{redirected}"
    );
}

/// Breaks when the last event ID is taken for a secret.
#[test]
fn last_event_id_is_sent_to_another_origin() {
    let script = [
        Scene::stream("id: 8\n\n"),
        Scene::answer("307 x\r\nLocation: //other/", ""),
        Scene::stream(""),
    ];
    let story = play_every_way(&OPTIONS, &script);
    assert!(story.request(2).contains("\r\nLast-Event-ID: 8\r\n"));
}
