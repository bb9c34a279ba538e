//! `Reconnect` without an event source, for programs with another HTTP client.

use embedded_sse::Instant;
use embedded_sse::client::{
    CallerReason, ConnectError, Decision, EndedBy, Failure, NetworkReason, Reason, Reconnect,
    ReconnectOptions, RedirectReason, ResponseInfo, ResponseReason, ServerReason, Verdict,
};

use crate::helpers::EXACT;

const LOST: Reason = Reason::Network(NetworkReason::Lost);

fn at(milliseconds: u64) -> Instant {
    Instant::from_millis(milliseconds)
}

/// Breaks when a response is not opened, retried or ended by its status and type.
#[test]
fn a_response_is_judged_by_its_status_and_type() {
    let status = |status| Verdict::Failed(Reason::Server(ServerReason::Status(status)));
    let stream = "Text/Event-Stream; charset=utf-8";
    for options in [EXACT, EXACT.strict()] {
        let mut reconnect = Reconnect::new(&options);
        let mut judge =
            |status, content_type| reconnect.judge(&ResponseInfo::new(status, content_type, None));
        assert_eq!(judge(200, stream), Verdict::Open);
        for content_type in ["", "text/html", "text/event-streams"] {
            let wrong_type = Verdict::Failed(Reason::Server(ServerReason::WrongType));
            assert_eq!(judge(200, content_type), wrong_type);
        }
        let no_content = Verdict::Failed(Reason::Server(ServerReason::NoContent));
        assert_eq!(judge(204, stream), no_content);
        for code in [301, 308] {
            assert_eq!(judge(code, stream), Verdict::Redirect { permanent: true });
        }
        for code in [302, 303, 307] {
            assert_eq!(judge(code, stream), Verdict::Redirect { permanent: false });
        }
        for code in [
            0,
            101,
            201,
            206,
            300,
            304,
            400,
            404,
            429,
            500,
            503,
            599,
            u16::MAX,
        ] {
            assert_eq!(judge(code, stream), status(code));
        }
    }
}

/// Breaks when a header field is not found in another case, when another field counts, or when a date counts as no
/// `Retry-After`.
#[test]
fn a_response_is_described_by_its_header_fields() {
    let described = |fields: &[(&str, &str)]| {
        let of_text = ResponseInfo::from_fields(503, fields.iter().copied());
        let bytes = fields.iter().map(|(name, value)| (name, value.as_bytes()));
        assert_eq!(ResponseInfo::from_fields(503, bytes), of_text);
        of_text
    };
    for (fields, content_type, retry_after) in [
        (&[][..], "", None),
        (
            &[("", ""), ("X", "text/event-stream"), ("Age", "5")],
            "",
            None,
        ),
        (
            &[("content-TYPE", "text/event-stream;x")],
            "text/event-stream",
            None,
        ),
        (
            &[("RETRY-after", " 07 "), ("Content-Type", "text/html")],
            "text/html",
            Some(7),
        ),
        (
            &[("Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT")],
            "",
            Some(0),
        ),
        (&[("Retry-After", "")], "", Some(0)),
        (&[("Retry-After", "5000000000")], "", Some(u32::MAX)),
    ] {
        let expected = ResponseInfo::new(503, content_type, retry_after);
        assert_eq!(described(fields), expected, "{fields:?}");
    }
}

/// Breaks when the caller does not learn when to try again, or who has ended the client.
#[test]
fn a_failure_gives_the_next_attempt_or_who_has_ended_the_client() {
    let options = EXACT.max_attempts(3);
    let failed = |reason| Reconnect::new(&options).failed(at(5), reason);
    for (reason, expected) in [
        (LOST, Ok(at(3_005))),
        (Reason::Response(ResponseReason::NotHttp), Ok(at(3_005))),
        (Reason::Redirect(RedirectReason::TooMany), Ok(at(3_005))),
        (Reason::Server(ServerReason::WrongType), Ok(at(60_005))),
        (
            Reason::Server(ServerReason::NoContent),
            Err(EndedBy::Policy),
        ),
        (
            Reason::Server(ServerReason::Status(404)),
            Err(EndedBy::Policy),
        ),
        (Reason::Caller(CallerReason::Closed), Err(EndedBy::Caller)),
        (
            Reason::Caller(CallerReason::Unsupported),
            Err(EndedBy::Caller),
        ),
    ] {
        assert_eq!(failed(reason), expected, "{reason:?}");
    }
    let mut reconnect = Reconnect::new(&options);
    let delays = [(); 3].map(|()| reconnect.failed(at(5), LOST));
    assert_eq!(
        delays,
        [Ok(at(3_005)), Ok(at(6_005)), Err(EndedBy::Attempts)]
    );
    reconnect.restarted();
    assert_eq!(reconnect.failed(at(5), LOST), Ok(at(3_005)));
}

/// Breaks when the decision about a response counts for a later stream or response.
#[test]
fn a_decision_counts_for_its_response_only() {
    let (gone, busy) = (
        ResponseInfo::new(404, "", None),
        ResponseInfo::new(503, "", Some(9)),
    );
    let options = EXACT;
    let mut reconnect = Reconnect::new(&options);
    reconnect.judge(&gone);
    reconnect.opened(at(0));
    assert_eq!(reconnect.failed(at(0), LOST), Ok(at(3_000)));

    let mut reconnect = Reconnect::new(&options);
    reconnect.judge(&busy);
    reconnect.opened(at(0));
    assert_eq!(reconnect.failed(at(0), LOST), Ok(at(3_000)));

    let mut reconnect = Reconnect::new(&options);
    reconnect.judge(&gone);
    let Verdict::Failed(reason) = reconnect.judge(&busy) else {
        panic!();
    };
    assert_eq!(reconnect.failed(at(0), reason), Ok(at(9_000)));
}

/// Breaks when the caller's function is called again about the same response.
#[test]
fn a_response_is_decided_once() {
    static DECIDE: fn(&Failure, Decision) -> Decision = |failure, decision| match failure.response {
        Some(_) => Decision::Retry,
        None => decision,
    };
    let options = ReconnectOptions::new().no_jitter().on_failure(&DECIDE);
    let mut reconnect = Reconnect::new(&options);
    let Verdict::Failed(reason) = reconnect.judge(&ResponseInfo::new(404, "", None)) else {
        panic!();
    };
    assert_eq!(reconnect.failed(at(0), reason), Ok(at(3_000)));
    // Without a response, the function is called again.
    assert_eq!(reconnect.failed(at(0), reason), Err(EndedBy::Policy));
}

/// Breaks when a reason displays as its name in the code, or as an empty text.
#[test]
fn reasons_read_as_text() {
    let reasons = [
        (LOST, "connection was lost"),
        (
            Reason::Server(ServerReason::Status(503)),
            "response has status 503",
        ),
        (
            Reason::Redirect(RedirectReason::TooMany),
            "too many redirects in a row",
        ),
        (Reason::Caller(CallerReason::Closed), "client was closed"),
    ];
    for (reason, text) in reasons {
        assert_eq!(reason.to_string(), text);
    }
    let text = ConnectError::Unreachable.to_string();
    assert_eq!(text, "server cannot be reached");
}
