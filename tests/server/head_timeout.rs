//! How long the head of a request may take.

use embedded_sse::Instant;
use embedded_sse::server::{Connection, ConnectionOutput, Outcome, ServerOptions};

use crate::helpers::at;
use crate::helpers::connection::{GET, Log, OPTIONS, read_head, refusal, send_all};

/// Breaks when a client that sends nothing keeps its connection or loses it too early, or when it gets a response:
/// browsers open connections in advance.
#[test]
fn a_silent_client_is_closed_without_a_response() {
    let log = Log::new();
    let mut scratch = [0; 512];
    let mut silent = Connection::new(at(5), &OPTIONS, &mut scratch);
    assert_eq!(
        silent.poll(at(10_004), &log),
        ConnectionOutput::Wait(at(10_005))
    );
    assert_eq!(silent.poll(at(10_005), &log), ConnectionOutput::Shutdown);
    assert_eq!(
        silent.poll(at(11_005), &log),
        ConnectionOutput::Close(Outcome::Unanswered)
    );
}

/// Breaks when each byte of a head restarts its time, or a slow client gets no 408.
#[test]
fn a_head_that_takes_10_s_is_refused_with_408() {
    let log = Log::new();
    let mut scratch = [0; 512];
    let mut slow = Connection::new(at(0), &OPTIONS, &mut scratch);
    for (second, byte) in GET.bytes().enumerate().take(10) {
        assert_eq!(
            slow.poll(at(1000 * second as u64), &log),
            ConnectionOutput::Wait(at(10_000))
        );
        slow.receive_buffer()[0] = byte;
        slow.received(1);
    }
    let (answer, next) = send_all(&mut slow, 10_000, &log);
    assert_eq!(answer, refusal("408 Request Timeout", ""));
    assert_eq!(next, "Shutdown");
    assert_eq!(
        slow.poll(at(10_000), &log),
        ConnectionOutput::Wait(at(11_000))
    );
}

/// Breaks when 0 refuses every client at once: 0 means "never" in every time option.
#[test]
fn a_head_timeout_of_0_never_expires() {
    let log = Log::new();
    const OPTIONS: ServerOptions = ServerOptions::new("/events").head_timeout(0);
    for head in ["", "GET", GET] {
        let mut scratch = [0; 512];
        let mut slow = read_head(&OPTIONS, &mut scratch, head);
        for now in [0, 10_000, u64::from(u32::MAX), u64::MAX - 1] {
            let next = slow.poll(at(now), &log);
            assert_eq!(next, ConnectionOutput::Wait(Instant::NEVER), "{head}");
        }
    }
    let mut scratch = [0; 512];
    let mut slow = read_head(&OPTIONS, &mut scratch, &format!("{GET}\r\n"));
    assert_eq!(slow.poll(at(1_000_000), &log), ConnectionOutput::Request);
}

/// Breaks when the time is not that of the options.
#[test]
fn the_head_timeout_is_as_configured() {
    let log = Log::new();
    const OPTIONS: ServerOptions = ServerOptions::new("/events").head_timeout(700);
    let mut scratch = [0; 512];
    let mut slow = read_head(&OPTIONS, &mut scratch, "GET");
    assert_eq!(slow.poll(at(699), &log), ConnectionOutput::Wait(at(700)));
    let (answer, _) = send_all(&mut slow, 700, &log);
    assert_eq!(answer, refusal("408 Request Timeout", ""));
}
