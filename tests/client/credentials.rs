//! Header fields that are sent only to the origin that the caller has named (WHATWG Fetch 4.4).

use embedded_sse::client::ClientOptions;
use embedded_sse::http::Method;

use crate::helpers::{EXACT, OPTIONS, field, play_every_way};
use crate::scripted::{Scene, Story};

/// Plays a redirect from the caller's URL to `place`, a stream there, and the next connection, for a client with
/// these credentials.
fn redirected(options: &ClientOptions<'_>, status: u16, place: &str) -> Story {
    let answer = format!("{status} x\r\nLocation: {place}");
    let script = [
        Scene::answer(&answer, ""),
        Scene::stream(""),
        Scene::stream(""),
    ];
    play_every_way(options, &script)
}

/// Breaks when another origin gets a secret, or the same origin does not.
#[test]
fn authorization_is_sent_to_the_same_origin_only() {
    let fields = [
        field("Authorization", "Bearer secret"),
        field("content-type", "application/json"),
        field("X-Model", "small"),
    ];
    let post = ClientOptions::new()
        .request(Method::POST, b"{}")
        .repeat_unsafe()
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

/// Breaks when another origin gets one of these fields, or does not get another field.
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

/// Breaks when the caller's own URL no longer gets a secret after a redirect that counted for one connection.
#[test]
fn credentials_are_sent_when_the_callers_url_is_requested_again() {
    let fields = [field("Authorization", "Bearer secret")];
    let options = ClientOptions::new().fields(&fields).reconnect(EXACT);
    let story = redirected(&options, 307, "//other/");
    assert!(!story.request(1).contains("secret"));
    assert!(story.request(2).contains("secret"));
}

/// Whether each request has the secret, for a client that is redirected in these steps. `s` is a stream that ends,
/// and `f` a connection that cannot be made. Each other step is a status and a location.
fn secrets_sent(steps: &[&str]) -> Vec<bool> {
    let fields = [field("Authorization", "Bearer secret")];
    let options = ClientOptions::new().fields(&fields).reconnect(EXACT);
    let scene = |step: &&str| match step.split_once(' ') {
        Some((status, place)) => Scene::answer(&format!("{status} x\r\nLocation: {place}"), ""),
        None if *step == "f" => Scene::Refused,
        None => Scene::stream("data: x\n\n"),
    };
    let script: Vec<Scene> = steps.iter().map(scene).collect();
    let story = play_every_way(&options, &script);
    let numbers = (0..story.requests.len()).filter(|number| !story.requests[*number].is_empty());
    numbers
        .map(|number| story.request(number).contains("secret"))
        .collect()
}

/// Breaks when another origin can have the secret sent to a path of its choice (WHATWG Fetch 4.4: credentials that
/// were removed stay removed).
#[test]
fn credentials_are_not_sent_after_a_redirect_back() {
    let back = "307 //device/c";
    assert_eq!(
        secrets_sent(&["307 //other/", back, "s"]),
        [true, false, false]
    );
    assert_eq!(
        secrets_sent(&["307 /b", "307 //other/", back, "307 /d", "s"]),
        [true, true, false, false, false]
    );
    assert_eq!(
        secrets_sent(&["307 //device:81/", back, "s"]),
        [true, false, false]
    );
    assert_eq!(secrets_sent(&["307 /b", back, "s"]), [true, true, true]);
    // The next attempt begins with the caller's own URL.
    assert_eq!(
        secrets_sent(&["307 //other/", back, "s", "s"]),
        [true, false, false, true]
    );
}

/// Breaks when a client remembers a redirect, but forgets that another origin took part in it.
#[test]
fn credentials_are_not_sent_to_a_remembered_url_that_another_origin_has_named() {
    let back = "301 //device/c";
    assert_eq!(
        secrets_sent(&["301 //other/", back, "s", "s", "s"]),
        [true, false, false, false, false]
    );
    assert_eq!(
        secrets_sent(&["301 //other/", "s", "s", "308 //device/d", "s", "s"]),
        [true, false, false, false, false, false]
    );
    // The remembered URL has the same origin, and no other origin took part in its redirect.
    assert_eq!(secrets_sent(&["301 /b", "s", "s"]), [true, true, true]);
}

/// Breaks when the redirect of one attempt over another origin counts for a remembered URL, or when a URL that was
/// forgotten counts for the original one.
#[test]
fn credentials_are_sent_again_if_no_other_origin_took_part() {
    assert_eq!(
        secrets_sent(&["301 /b", "s", "307 //other/", "s", "s"]),
        [true, true, true, false, true]
    );
    assert_eq!(
        secrets_sent(&["301 //other/", "s", "f", "s"]),
        [true, false, true]
    );
}

/// Breaks when another server gets the caller's `Host`, which names the first one.
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

/// Breaks when the last event ID counts as a secret.
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
