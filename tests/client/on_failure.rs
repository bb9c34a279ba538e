//! The caller's decision about a failure, by `ReconnectOptions::on_failure`.

use std::sync::Mutex;

use embedded_sse::Instant;
use embedded_sse::client::{
    CallerReason, ClientOptions, ConnectError, Decision, EventSource, EventSourceOutput, Failure,
    Reason, ReconnectOptions, ResponseInfo, ServerReason,
};

use crate::helpers::{EXACT, STREAM, lines, play_every_way, url};
use crate::scripted::{Scene, brief, play};

/// The outcome of a response for a caller who retries a 404 and a 204, ends on a 503, and opens a 206 and JSON.
fn decided(head: &str) -> Vec<String> {
    let decide = |failure: &Failure, decision| match failure.response.map(|answer| answer.status) {
        Some(404 | 204) => Decision::Retry,
        Some(503) => Decision::End,
        Some(206 | 200) => Decision::Open,
        _ => decision,
    };
    let options = ClientOptions::new().reconnect(EXACT.on_failure(&decide));
    lines(&options, &[Scene::answer(head, "data: x\n\n")])
}

/// Breaks when the caller cannot retry a final status: a server that is being updated may send one for a while.
#[test]
fn a_final_status_may_be_retried() {
    assert_eq!(
        decided("404 x")[1],
        "lost after 0: Status(404), again in 3000"
    );
}

/// Breaks when the client does not end after its last attempt because the caller has retried the failure.
#[test]
fn a_failure_that_the_caller_retries_ends_after_the_last_attempt() {
    let retry = |_: &Failure, _| Decision::Retry;
    let options = ClientOptions::new().reconnect(EXACT.max_attempts(2).on_failure(&retry));
    let script = [Scene::answer("404 x", ""), Scene::answer("404 x", "")];
    let lines = lines(&options, &script);
    assert_eq!(lines.last().unwrap(), "closed: Status(404) (last attempt)");
}

/// Breaks when the caller cannot retry a 204.
#[test]
fn a_204_may_be_overridden() {
    assert_eq!(
        decided("204 x")[1],
        "lost after 0: NoContent, again in 3000"
    );
}

/// Breaks when the caller cannot end a client on a failure that the rules would retry.
#[test]
fn a_retried_failure_may_be_ended() {
    assert_eq!(decided("503 x")[1..], ["closed: Status(503)"]);
    let options = EXACT.on_failure(&|_, _| Decision::End);
    let options = ClientOptions::new().reconnect(options);
    for (scene, reason) in [
        (Scene::Refused, "Unreachable"),
        (Scene::stream("data: x\n\n"), "Ended"),
        (Scene::answer("no number", ""), "NotHttp"),
        (
            Scene::answer("302 x\r\nLocation: ftp://x", ""),
            "InvalidLocation",
        ),
    ] {
        let lines = lines(&options, &[scene]);
        assert_eq!(*lines.last().unwrap(), format!("closed: {reason}"));
    }
}

/// Breaks when the caller cannot open a stream with another status or type.
#[test]
fn another_status_or_type_may_be_opened() {
    for head in [
        "206 x\r\nContent-Type: text/event-stream",
        "206 x",
        "200 x\r\nContent-Type: application/json",
        "200 x",
    ] {
        assert_eq!(
            decided(head)[1..3],
            ["open", "event message [] x"],
            "{head}"
        );
    }
}

/// Breaks when the `Retry-After` of an opened response delays the attempt after its stream.
#[test]
fn retry_after_of_an_opened_response_is_ignored() {
    let lines = decided("200 x\r\nContent-Type: application/json\r\nRetry-After: 120");
    assert_eq!(lines[3], "lost after 0: Ended, again in 3000");
}

/// Breaks when `Retry-After` on a 2xx or 3xx delays a retry: there it is not about the next request.
#[test]
fn retry_after_of_2xx_and_3xx_is_ignored_although_they_are_retried() {
    let options = EXACT.on_failure(&|_, _| Decision::Retry);
    let options = ClientOptions::new().reconnect(options);
    for (status, delay) in [
        ("202", 3_000),
        ("206", 3_000),
        ("300", 3_000),
        ("304", 3_000),
        ("404", 9_000),
    ] {
        let answer = Scene::answer(&format!("{status} x\r\nRetry-After: 9"), "");
        let lines = lines(&options, &[answer]);
        let expected = format!("lost after 0: Status({status}), again in {delay}");
        assert_eq!(lines[1], expected);
    }
}

/// Breaks when a function that returns the decision of the rules changes something.
#[test]
fn the_decision_of_the_rules_may_be_kept() {
    assert_eq!(decided("403 x")[1..], ["closed: Status(403)"]);
    let lines = decided("500 x");
    assert_eq!(lines[1], "lost after 0: Status(500), again in 3000");
}

/// Breaks when `Open` ends the client or opens a stream although there is no body to read.
#[test]
fn open_without_a_readable_body_counts_as_retry() {
    let options = EXACT.on_failure(&|_, _| Decision::Open);
    let options = ClientOptions::new().idle_timeout(500).reconnect(options);
    for (scene, lost) in [
        (Scene::Refused, "Unreachable, again in 3000"),
        (Scene::stream("data: x\n\n"), "Ended, again in 3000"),
        (Scene::answer("204 x", ""), "NoContent, again in 3000"),
        (Scene::answer("101 x", ""), "Status(101), again in 3000"),
        (Scene::answer("304 x", ""), "Status(304), again in 3000"),
        (Scene::answer("302 x", ""), "NoLocation, again in 3000"),
        (
            Scene::answer("200 x\r\nContent-Encoding: br", ""),
            "Encoded, again in 3000",
        ),
        (Scene::answer("no number", ""), "NotHttp, again in 3000"),
    ] {
        let lines = lines(&options, &[scene]);
        let expected = format!("lost after 0: {lost}");
        assert!(lines.contains(&expected), "{lines:?}");
        assert_eq!(lines.last().unwrap(), "connect http://device/events");
    }
}

/// Whether the client has a buffer for redirects.
#[derive(Clone, Copy, PartialEq)]
enum RedirectBuffer {
    Given,
    None,
}

/// Plays a script with a function that returns the decision of the rules. Returns what the function was given: the
/// reason, the decision, and whether it is the last attempt.
fn calls(
    reconnect: ReconnectOptions<'_>,
    redirect_buffer: RedirectBuffer,
    script: &[Scene],
) -> Vec<(String, Decision, bool)> {
    let calls = Mutex::new(Vec::new());
    let decide = |failure: &Failure, decision| {
        let call = (brief(failure.reason), decision, failure.is_last_attempt);
        calls.lock().unwrap().push(call);
        decision
    };
    let options = ClientOptions::new()
        .idle_timeout(100_000)
        .reconnect(reconnect.on_failure(&decide));
    let (mut buffer, mut redirects) = ([0; 256], [0; 100]);
    let mut source = EventSource::new(url("http://device/events"), &options, &mut buffer);
    if redirect_buffer == RedirectBuffer::Given {
        source.follow_redirects(&mut redirects);
    }
    play(&mut source, script.iter().cloned(), 100);
    calls.into_inner().unwrap()
}

/// Breaks when the function is not called for a failure, is called twice, or is given another decision than that of
/// the rules.
#[test]
fn the_function_gets_each_failure_with_the_decision_of_the_rules() {
    let chunked = format!("{STREAM}\r\nTransfer-Encoding: chunked");
    let two_lengths = format!("{STREAM}\r\nContent-Length: 5\r\nContent-Length: 6");
    let redirect = |location: &str| Scene::answer(&format!("302 x\r\nLocation: {location}"), "");
    let long = "x".repeat(200);
    use Decision::{End, Retry};
    // The decisions with the default options, and with the strict ones.
    let table = [
        ("Unreachable", Retry, Retry, vec![Scene::Refused]),
        (
            "Lost",
            Retry,
            Retry,
            vec![Scene::answer(&chunked, "5\r\nda")],
        ),
        ("Ended", Retry, Retry, vec![Scene::stream("data: x\n\n")]),
        ("Idle", Retry, Retry, vec![Scene::stays("")]),
        (
            "SlowHead",
            Retry,
            Retry,
            vec![Scene::Stays(b"HTTP/1.1 ".to_vec())],
        ),
        ("Status(404)", End, End, vec![Scene::answer("404 x", "")]),
        ("Status(503)", Retry, End, vec![Scene::answer("503 x", "")]),
        (
            "Status(101)",
            Retry,
            Retry,
            vec![Scene::answer("101 x", "")],
        ),
        ("NoContent", End, End, vec![Scene::answer("204 x", "")]),
        ("WrongType", Retry, End, vec![Scene::answer("200 x", "")]),
        ("TooMany", Retry, Retry, vec![redirect("/x"); 21]),
        ("NoLocation", End, End, vec![Scene::answer("302 x", "")]),
        ("InvalidLocation", Retry, Retry, vec![redirect("ftp://x/")]),
        (
            "Insecure",
            Retry,
            Retry,
            vec![redirect("https://x/"), redirect("http://x/")],
        ),
        ("LocationTooLong", Retry, Retry, vec![redirect(&long)]),
        ("NoBuffer", Retry, End, vec![redirect("/x")]),
        (
            "Unsupported",
            Retry,
            End,
            vec![redirect("https://x/"), Scene::Unsupported],
        ),
        ("NotHttp", Retry, Retry, vec![Scene::answer("x", "")]),
        (
            "HeadTooLong",
            Retry,
            Retry,
            vec![Scene::answer(
                &format!("200 x\r\nContent-Type: {long}{long}"),
                "",
            )],
        ),
        (
            "Framing",
            Retry,
            Retry,
            vec![Scene::answer(&two_lengths, "")],
        ),
        (
            "InvalidChunk",
            Retry,
            Retry,
            vec![Scene::answer(&chunked, "zz\r\n")],
        ),
        (
            "Encoded",
            Retry,
            Retry,
            vec![Scene::answer(
                &format!("{STREAM}\r\nContent-Encoding: br"),
                "",
            )],
        ),
    ];
    for (reason, decision, strict, script) in table {
        let redirect_buffer = match reason {
            "NoBuffer" => RedirectBuffer::None,
            _ => RedirectBuffer::Given,
        };
        for (options, decision) in [(EXACT, decision), (EXACT.strict(), strict)] {
            let calls = calls(options, redirect_buffer, &script);
            assert_eq!(calls, [(reason.to_string(), decision, false)]);
        }
    }
}

/// Breaks when the function is not given the response.
#[test]
fn the_function_gets_type_and_retry_after_of_a_response() {
    let answers = Mutex::new(Vec::new());
    let decide = |failure: &Failure, decision| {
        answers.lock().unwrap().push(failure.response);
        decision
    };
    let options = ClientOptions::new().reconnect(EXACT.on_failure(&decide));
    for (head, expected) in [
        (
            "404 x\r\nRetry-After: 7",
            ResponseInfo::new(404, "", Some(7)),
        ),
        (
            "503 x\r\nContent-Type: text/event-stream",
            ResponseInfo::new(503, "text/event-stream", None),
        ),
        ("200 x", ResponseInfo::new(200, "text/html", None)),
    ] {
        answers.lock().unwrap().clear();
        lines(&options, &[Scene::answer(head, "")]);
        assert_eq!(answers.lock().unwrap()[0], Some(expected));
    }
}

/// Breaks when the function is called for an end that the caller has caused.
#[test]
fn the_function_does_not_get_close_and_faults_of_the_caller() {
    let options = EXACT.on_failure(&|failure, _| panic!("{failure:?}"));
    let options = ClientOptions::new().reconnect(options);
    let now = Instant::from_millis(0);

    let mut buffer = [0; 256];
    let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
    play(&mut source, [Scene::stays("data: x\n\n")], 100);
    source.close();
    let lines = play(&mut source, [], 100).lines;
    assert_eq!(lines, ["closed: Closed (caller)"]);

    let mut source = EventSource::new(url("http://a"), &options, &mut []);
    let lines = play(&mut source, [Scene::stream("")], 100).lines;
    assert_eq!(lines[1..], ["closed: BufferTooSmall (caller)"]);

    let mut buffer = [0; 256];
    let mut source = EventSource::new(url("https://a"), &options, &mut buffer);
    let output = source.poll(now, &mut &b""[..]);
    assert!(matches!(output, EventSourceOutput::Connect(_)));
    source.connect_failed(ConnectError::Unsupported);
    let lines = play(&mut source, [], 100).lines;
    assert_eq!(lines, ["closed: Unsupported (caller)"]);
    assert_eq!(
        brief(Reason::Caller(CallerReason::Unsupported)),
        "Unsupported"
    );
}

/// Breaks when the function does not learn that this was the last attempt, or can go on nevertheless.
#[test]
fn the_function_gets_the_last_attempt_and_cannot_undo_it() {
    for (scene, reason) in [
        (Scene::Refused, "Unreachable"),
        (Scene::answer("503 x", ""), "Status(503)"),
        (
            Scene::answer("302 x\r\nLocation: ftp://x", ""),
            "InvalidLocation",
        ),
    ] {
        let script = vec![scene; 5];
        let calls = calls(EXACT.max_attempts(3), RedirectBuffer::Given, &script);
        let (last, before) = calls.split_last().unwrap();
        assert_eq!(*last, (reason.to_string(), Decision::End, true));
        assert!(before.iter().all(|call| !call.2), "{calls:?}");

        for decision in [Decision::Retry, Decision::Open] {
            let decide = |_: &Failure, _| decision;
            let options = ClientOptions::new();
            let options = options.reconnect(EXACT.max_attempts(3).on_failure(&decide));
            if (decision, reason) == (Decision::Open, "Status(503)") {
                // The rules would open this response, which is no failure.
                continue;
            }
            let lines = play_every_way(&options, &script).lines;
            let expected = format!("closed: {reason} (last attempt)");
            assert_eq!(lines.last().unwrap(), &expected);
        }
    }
}

/// Breaks when a response is reported as the last attempt although its body was opened, which may be a success.
#[test]
fn a_response_opened_at_the_last_attempt_is_a_success() {
    let decide = |failure: &Failure, decision| match failure.reason {
        Reason::Server(ServerReason::Status(206)) => Decision::Open,
        _ => decision,
    };
    let options = ClientOptions::new().reconnect(EXACT.max_attempts(1).on_failure(&decide));
    let script = [Scene::answer("206 x", "data: x\n\n"), Scene::Refused];
    let lines = lines(&options, &script);
    assert_eq!(
        lines[1..],
        [
            "open",
            "event message [] x",
            "lost after 0: Ended, again in 3000",
            "connect http://device/events",
            "closed: Unreachable (last attempt)"
        ]
    );
}
