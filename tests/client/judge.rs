//! The caller's opinion of an answer, which `ReconnectOptions::judge` asks for.

use std::sync::Mutex;

use embedded_sse::client::{Answer, ClientOptions, Verdict};

use crate::helpers::{EXACT, lines};
use crate::scripted::Scene;

/// What an answer comes to if a judge retries where the client would stop on a 200, stops on a 503, opens a
/// 206 that is an event stream, and retries a 204.
fn judged(head: &str) -> Vec<String> {
    let judge = |answer: &Answer, verdict| match (answer.status, verdict) {
        (200 | 204, Verdict::Stop) => Verdict::Retry,
        (503, Verdict::Retry) => Verdict::Stop,
        (206, _) if answer.is_event_stream => Verdict::Open,
        _ => verdict,
    };
    let options = ClientOptions::new().reconnect(EXACT.judge(&judge));
    lines(&options, &[Scene::answer(head, "data: x\n\n")])
}

/// Breaks when the caller cannot keep a client alive behind a captive portal.
#[test]
fn a_judge_may_retry_what_is_final() {
    assert_eq!(
        judged("200 OK")[1],
        "lost after 0: WrongType, again in 3000"
    );
}

/// Breaks when a 204 is final whatever the caller says.
#[test]
fn a_judge_may_override_a_204() {
    assert_eq!(judged("204 x")[1], "lost after 0: NoContent, again in 3000");
}

/// Breaks when the caller cannot end what would be tried again.
#[test]
fn a_judge_may_end_what_is_retried() {
    assert_eq!(judged("503 x")[1], "closed: Status(503)");
}

/// Breaks when the caller cannot read a stream with another status.
#[test]
fn a_judge_may_open_another_status() {
    assert_eq!(
        judged("206 x\r\nContent-Type: text/event-stream")[2],
        "event message [] x"
    );
}

/// Breaks when a judge that changes nothing changes something.
#[test]
fn a_judge_may_leave_it_at_what_the_rules_say() {
    assert_eq!(judged("404 x")[1], "closed: Status(404)");
}

/// Breaks when the judge decides on something else than the answer and what the rules make of it.
#[test]
fn a_judge_is_told_the_answer_and_what_the_rules_say() {
    let calls = Mutex::new(Vec::new());
    let judge = |answer: &Answer, verdict| {
        let told = (answer.status, answer.is_event_stream, answer.retry_after);
        calls.lock().unwrap().push((told, verdict));
        verdict
    };
    let options = ClientOptions::new().reconnect(EXACT.judge(&judge));
    let told = |head: &str| {
        calls.lock().unwrap().clear();
        lines(&options, &[Scene::answer(head, "")]);
        calls.lock().unwrap()[0]
    };
    let stream = "200 OK\r\nContent-Type: text/event-stream";
    assert_eq!(told(stream), ((200, true, None), Verdict::Open));
    assert_eq!(told("200 OK"), ((200, false, None), Verdict::Stop));
    assert_eq!(told("204 x"), ((204, false, None), Verdict::Stop));
    assert_eq!(
        told("404 x\r\nRetry-After: 7"),
        ((404, false, Some(7)), Verdict::Retry)
    );
    let redirect = "308 x\r\nLocation: /x";
    let permanent = Verdict::Redirect { permanent: true };
    assert_eq!(told(redirect), ((308, false, None), permanent));
}
