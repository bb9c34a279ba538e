//! How long permanent redirects count. Where redirects lead is tested in `redirects`, which failures a stream resumes
//! after in `resumed`.

use embedded_sse::client::{ClientOptions, EventSource};
use embedded_sse::http::Method;

use crate::helpers::{
    EXACT, OPTIONS, STREAM, STRICT, lines, play_every_way, redirect, stream, url, urls,
};
use crate::scripted::{Scene, play, play_on};

/// Attempts that yield no stream, and the client's line for each.
fn failures() -> Vec<(Vec<Scene>, &'static str)> {
    let answer = |head: &str| vec![Scene::answer(head, "")];
    vec![
        (answer("404 x"), "Status(404), again in 6000"),
        (answer("204 x"), "NoContent, again in 6000"),
        (
            answer("503 x\r\nRetry-After: 9"),
            "Status(503), again in 9000",
        ),
        (answer("200 x"), "WrongType, again in 60000"),
        (answer("x"), "NotHttp, again in 6000"),
        (answer("302 x"), "NoLocation, again in 6000"),
        (vec![Scene::Refused], "Unreachable, again in 6000"),
        (vec![Scene::Unsupported], "Unsupported, again in 60000"),
        (
            vec![Scene::Ends(b"HTTP/1.1 200".to_vec())],
            "Lost, again in 6000",
        ),
        (vec![Scene::Silent], "Idle, again in 6000"),
        (
            vec![redirect(302, "/c"), Scene::Refused],
            "Unreachable, again in 6000",
        ),
        (
            vec![redirect(301, "/c"), Scene::answer("410 x", "")],
            "Status(410), again in 6000",
        ),
    ]
}

/// Breaks when a redirect is remembered although it has led to no stream: a server could send all its clients to a
/// dead host.
#[test]
fn a_permanent_redirect_is_remembered_only_if_it_has_led_to_a_stream() {
    let options = OPTIONS.idle_timeout(500);
    for status in [301, 308] {
        for (failure, _) in failures() {
            // These failures are final for the original URL, because a redirect has just led to them.
            let mut script = vec![redirect(status, "/b")];
            script.extend(failure);
            script.push(stream());
            let story = play_every_way(&options, &script);
            if story.lines.last().unwrap().starts_with("closed: ") {
                continue;
            }
            let last = story.lines_of("connect http://device");
            assert_eq!(
                last[script.len() - 1..],
                ["/events", "/events"],
                "{:?}",
                story.lines
            );
        }
        // A stream without an event counts as a stream.
        for body in ["data: x\n\n", ""] {
            let script = [redirect(status, "/b"), Scene::stream(body), Scene::Refused];
            assert_eq!(urls(&OPTIONS, &script)[..3], ["/events", "/b", "/b"]);
        }
    }
}

/// Breaks when a final status is retried because a redirect has led to it.
#[test]
fn a_final_response_after_a_new_redirect_is_final() {
    for (head, reason) in [("404 x", "Status(404)"), ("204 x", "NoContent")] {
        for options in [&OPTIONS, &STRICT] {
            let script = [redirect(301, "/b"), Scene::answer(head, ""), stream()];
            let lines = lines(options, &script);
            assert_eq!(lines[2..], [format!("closed: {reason}")]);
        }
    }
}

/// Breaks when an old redirect that leads nowhere by now ends a client, or keeps it from the original URL.
#[test]
fn a_remembered_url_that_fails_is_forgotten_and_the_original_requested_after_the_delay() {
    for reconnect in [EXACT, EXACT.strict()] {
        let options = ClientOptions::new().idle_timeout(500).reconnect(reconnect);
        for (failure, line) in failures() {
            let mut script = vec![redirect(301, "/b"), stream()];
            script.extend(failure);
            let length = script.len();
            script.push(stream());
            let story = play_every_way(&options, &script);
            let urls = story.lines_of("connect http://device");
            assert_eq!(urls[..3], ["/events", "/b", "/b"]);
            assert_eq!(urls[length..], ["/events", "/events"]);
            let losses = story.lines_of("lost after ");
            assert!(losses[1].ends_with(line), "{losses:?}");
        }
    }
}

/// Breaks when a client ignores a final response of the original URL.
#[test]
fn a_final_response_of_the_original_url_is_final() {
    let gone = || Scene::answer("404 x", "");
    let script = [redirect(301, "/b"), stream(), gone(), gone(), stream()];
    let lines = lines(&OPTIONS, &script);
    let end = ["connect http://device/events", "closed: Status(404)"];
    assert_eq!(lines[lines.len() - 2..], end);
}

/// Breaks when the loss of a stream makes the client forget the redirect.
#[test]
fn a_lost_stream_forgets_no_redirect() {
    let chunked = format!("{STREAM}\r\nTransfer-Encoding: chunked");
    let options = OPTIONS.idle_timeout(500);
    let script = [
        redirect(301, "/b"),
        stream(),
        Scene::stream(""),
        Scene::answer(&chunked, "9\r\nda"),
        Scene::answer(&chunked, "zz\r\n"),
        Scene::stays("data: x\n\n"),
        Scene::Refused,
    ];
    assert_eq!(
        urls(&options, &script),
        ["/events", "/b", "/b", "/b", "/b", "/b", "/b", "/events"]
    );
}

/// Breaks when a remembered URL cannot redirect again.
#[test]
fn a_remembered_url_may_redirect_again() {
    let script = [
        redirect(301, "/b"),
        stream(),
        redirect(308, "/c"),
        stream(),
        redirect(302, "/d"),
        stream(),
        Scene::Refused,
    ];
    assert_eq!(
        urls(&OPTIONS, &script),
        ["/events", "/b", "/b", "/c", "/c", "/d", "/c", "/events"]
    );
}

/// Breaks when a `POST` is sent to a URL to which a redirect has led a `GET`.
#[test]
fn a_permanent_redirect_that_makes_a_get_of_a_post_is_not_remembered() {
    let post = ClientOptions::new().request(Method::POST, b"{}");
    let post = post.repeat_unsafe().reconnect(EXACT);
    let script = |status| [redirect(status, "/b"), stream(), stream()];
    assert_eq!(urls(&post, &script(301))[..3], ["/events", "/b", "/events"]);
    assert_eq!(urls(&post, &script(308))[..3], ["/events", "/b", "/b"]);
}

/// Breaks when a restart forgets a redirect that has led to a stream, or remembers one that has not.
#[test]
fn a_restart_keeps_a_redirect_that_has_led_to_a_stream() {
    let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
    let mut source = EventSource::new(url("http://device/events"), &OPTIONS, &mut buffer);
    source.follow_redirects(&mut redirects);
    let mut story = play(&mut source, [redirect(301, "/b"), Scene::Silent], 100);
    source.restart();
    let script = [redirect(301, "/c"), Scene::stays("data: x\n\n")];
    play_on(&mut story, &mut source, script, 100);
    source.restart();
    play_on(&mut story, &mut source, [stream()], 100);
    assert_eq!(
        story.lines_of("connect http://device"),
        ["/events", "/b", "/events", "/c", "/c", "/c"]
    );
}

/// Breaks when a program without an idle timeout, which restarts on silence, requests the URL of a dead server for
/// ever.
#[test]
fn a_restart_forgets_a_remembered_url_that_yields_no_stream() {
    let redirected_again = vec![redirect(301, "/c"), Scene::Silent];
    for failure in [
        vec![Scene::Silent],
        vec![Scene::Stays(b"HTTP".to_vec())],
        redirected_again,
    ] {
        let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
        let mut source = EventSource::new(url("http://device/events"), &OPTIONS, &mut buffer);
        source.follow_redirects(&mut redirects);
        let script = [vec![redirect(301, "/b"), stream()], failure.clone()].concat();
        let mut story = play(&mut source, script, 100);
        source.restart();
        play_on(&mut story, &mut source, [stream()], 100);
        let urls = story.lines_of("connect http://device");
        assert_eq!(urls[..3], ["/events", "/b", "/b"]);
        assert_eq!(urls[2 + failure.len()], "/events", "{failure:?}");
    }
}

/// Breaks when a failure does not count because the program restarts before the failure is reported.
#[test]
fn a_restart_after_a_failure_forgets_a_remembered_url() {
    let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
    let mut source = EventSource::new(url("http://device/events"), &OPTIONS, &mut buffer);
    source.follow_redirects(&mut redirects);
    // The connection after these cannot be made.
    let mut story = play(&mut source, [redirect(301, "/b"), stream()], 100);
    source.restart();
    play_on(&mut story, &mut source, [], 100);
    assert_eq!(
        story.lines_of("connect http://device"),
        ["/events", "/b", "/b", "/events"]
    );
}
