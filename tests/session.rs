//! One client's stream, in virtual time.

mod common;

use common::{Item, oracle};
use embedded_sse::server::{Close, EventLog, Output, Session, Start, StreamOptions};
use embedded_sse::{EventId, EventName, Frame, Instant, event_name};

type Log = EventLog<[u8; 256]>;

const PREAMBLE: &str = ":\nretry: 3000\n\n";
const LOST: &str = "event: lost\ndata: \n\n";

fn at(milliseconds: u64) -> Instant {
    Instant::from_millis(milliseconds)
}

fn id(id: &str) -> EventId<'_> {
    EventId::new(id).unwrap()
}

/// A log of `capacity` bytes with one event for each word, which is its data and its id.
fn log(words: &str) -> Log {
    let mut log = Log::new();
    publish(&mut log, words);
    log
}

fn publish(log: &mut Log, words: &str) {
    for word in words.split_whitespace() {
        log.publish(&Frame::data(word).id(id(word))).unwrap();
    }
}

fn events(words: &str) -> String {
    let event = |word| format!("id: {word}\ndata: {word}\n\n");
    words.split_whitespace().map(event).collect()
}

/// Sends everything, at most `step` bytes at a time; ends with what the session waits for.
fn send(session: &mut Session, now: Instant, log: &Log, step: usize) -> (String, Output<'static>) {
    let mut body = Vec::new();
    for _ in 0..100_000 {
        match session.poll(now, log) {
            Output::Send(bytes) => {
                let part = &bytes[..bytes.len().min(step)];
                assert!(!part.is_empty());
                body.extend_from_slice(part);
                session.sent(part.len());
            }
            // Called again at once, because there was much to leave out.
            Output::Wait(until) if until == now => {}
            Output::Wait(until) => return (String::from_utf8(body).unwrap(), Output::Wait(until)),
            Output::Close(reason) => {
                return (String::from_utf8(body).unwrap(), Output::Close(reason));
            }
        }
    }
    panic!("the session never waits");
}

/// The body of a new session up to where it waits, which has to be the same for every step.
fn body(log: &Log, last_event_id: &str, options: &StreamOptions) -> String {
    let whole = |step| {
        let mut session = Session::new(at(0), log, id(last_event_id), options);
        let (body, output) = send(&mut session, at(0), log, step);
        assert!(matches!(output, Output::Wait(_)));
        body
    };
    let body = whole(usize::MAX);
    for step in [1, 2, 3, 7] {
        assert_eq!(whole(step), body);
    }
    body
}

/// Breaks when a client gets what it has seen, misses what it has not, or is told wrongly.
#[test]
fn a_client_gets_what_it_has_not_seen() {
    let log = log("1 2 3");
    let options = StreamOptions::new();
    for (last_event_id, seen) in [
        ("", "".into()),
        ("3", "".into()),
        ("2", events("3")),
        ("1", events("2 3")),
    ] {
        assert_eq!(
            body(&log, last_event_id, &options),
            format!("{PREAMBLE}{seen}")
        );
    }
    let expected = format!("{PREAMBLE}{LOST}{}", events("1 2 3"));
    assert_eq!(body(&log, "0", &options), expected);
    assert_eq!(
        body(&Log::new(), "0", &options),
        format!("{PREAMBLE}{LOST}")
    );
}

/// Breaks when a client without an id is not served as configured, or one with an id is.
#[test]
fn a_client_without_an_id_starts_as_configured() {
    let mut log = log("1 2");
    for (name, data) in [
        ("led", "on"),
        ("fan", "off"),
        ("led", "off"),
        ("message", "m"),
        ("ledger", "x"),
    ] {
        log.publish(&Frame::data(data).event(EventName::new(name).unwrap()))
            .unwrap();
    }
    log.publish(&Frame::data("n").event(event_name!("")))
        .unwrap();
    log.publish(&Frame::comment("not an event")).unwrap();
    log.publish(&Frame::new().retry(5)).unwrap();
    let all = events("1 2")
        + "event: led\ndata: on\n\nevent: fan\ndata: off\n\nevent: led\ndata: off\n\n\
        event: message\ndata: m\n\nevent: ledger\ndata: x\n\nevent: \ndata: n\n\n:not an event\nretry: 5\n\n";
    let latest = "event: fan\ndata: off\n\nevent: led\ndata: off\n\nevent: ledger\ndata: x\n\nevent: \ndata: n\n\n";
    for (start, expected) in [
        (Start::Live, ""),
        (Start::Oldest, &all),
        (Start::LatestOfEachType, latest),
    ] {
        let options = StreamOptions::new().start(start);
        assert_eq!(body(&log, "", &options), format!("{PREAMBLE}{expected}"));
        assert_eq!(
            body(&log, "2", &options),
            format!("{PREAMBLE}{}", &all[events("1 2").len()..])
        );
    }

    // What comes later is all sent.
    let options = StreamOptions::new().start(Start::LatestOfEachType);
    let mut session = Session::new(at(0), &log, id(""), &options);
    publish(&mut log, "3 4");
    let (body, _) = send(&mut session, at(0), &log, 5);
    let without_messages = latest.strip_suffix("event: \ndata: n\n\n").unwrap();
    assert_eq!(
        body,
        format!(
            "{PREAMBLE}{without_messages}event: \ndata: n\n\n{}",
            events("3 4")
        )
    );
}

/// Breaks when an event of another type passes, one of these types is held back, or a filter takes
/// away what is no event.
#[test]
fn a_client_gets_only_the_types_it_wants() {
    let mut log = Log::new();
    log.publish(&Frame::data("1").event(event_name!("led")))
        .unwrap();
    log.publish(&Frame::data("2").event(event_name!("le")))
        .unwrap();
    log.publish(&Frame::data("3")).unwrap();
    log.publish(&Frame::data("4\nevent: led").event(event_name!("ledger")))
        .unwrap();
    log.publish(&Frame::new().id(id("7"))).unwrap();
    log.publish(
        &Frame::data("")
            .event(event_name!("led"))
            .with_comment(b"event: fan"),
    )
    .unwrap();
    let led = "event: led\ndata: 1\n\n";
    let rest = "id: 7\n\n";
    let last = ":event: fan\nevent: led\ndata: \n\n";
    for (names, expected) in [
        (&[event_name!("led")][..], format!("{led}{rest}{last}")),
        (&[event_name!("message")], format!("data: 3\n\n{rest}")),
        (
            &[event_name!("fan"), event_name!("le")],
            format!("event: le\ndata: 2\n\n{rest}"),
        ),
        (&[], rest.into()),
    ] {
        let options = StreamOptions::new().start(Start::Oldest).only(names);
        assert_eq!(body(&log, "", &options), format!("{PREAMBLE}{expected}"));
    }
}

/// Breaks when one call leaves out frames without end, or forgets what comes behind them.
#[test]
fn no_call_leaves_out_many_frames() {
    let mut log = Log::new();
    for _ in 0..20 {
        log.publish(&Frame::data("")).unwrap();
    }
    log.publish(&Frame::data("").event(event_name!("led")))
        .unwrap();
    let options = StreamOptions::new()
        .start(Start::Oldest)
        .only(&[event_name!("led")]);
    let mut session = Session::new(at(0), &log, id(""), &options);
    let mut rests = 0;
    let mut body = String::new();
    loop {
        match session.poll(at(0), &log) {
            Output::Send(bytes) => {
                body += str::from_utf8(bytes).unwrap();
                session.sent(bytes.len());
            }
            Output::Wait(until) if until == at(0) => rests += 1,
            _ => break,
        }
    }
    assert_eq!(
        (rests, body),
        (2, format!("{PREAMBLE}event: led\ndata: \n\n"))
    );
}

/// Breaks when a keep-alive comes early, late, within a frame, or not again; or when an empty one, or
/// none, makes the session spin.
#[test]
fn silence_is_broken_by_a_keep_alive() {
    let mut log = Log::new();
    let options = StreamOptions::new().keep_alive(1000);
    let mut session = Session::new(at(0), &log, id(""), &options);
    assert_eq!(
        send(&mut session, at(10), &log, 99),
        (PREAMBLE.into(), Output::Wait(at(1010)))
    );
    assert_eq!(
        send(&mut session, at(1009), &log, 99),
        (String::new(), Output::Wait(at(1010)))
    );
    assert_eq!(
        send(&mut session, at(1010), &log, 99),
        (":\n".into(), Output::Wait(at(2010)))
    );
    publish(&mut log, "1");
    assert_eq!(
        send(&mut session, at(1900), &log, 99),
        (events("1"), Output::Wait(at(2900)))
    );
    // A frame that waits to be sent keeps nothing alive, nor does it let a comment in between.
    publish(&mut log, "2");
    let Output::Send(bytes) = session.poll(at(2000), &log) else {
        panic!()
    };
    assert_eq!(bytes, events("2").as_bytes());
    session.sent(3);
    let (rest, _) = send(&mut session, at(9000), &log, 99);
    assert_eq!(rest, events("2")[3..]);
    assert_eq!(
        send(&mut session, at(10_000), &log, 99),
        (":\n".into(), Output::Wait(at(11_000)))
    );

    let visible = Frame::new().event(event_name!("ping")).with_data(b"");
    for (options, expected, wait) in [
        (
            options.keep_alive_frame(visible),
            "event: ping\ndata: \n\n",
            6000,
        ),
        (options.keep_alive_frame(Frame::new()), "", 6000),
        (options.keep_alive(0), "", u64::MAX),
    ] {
        let mut session = Session::new(at(0), &log, id(""), &options);
        send(&mut session, at(0), &log, 99);
        assert_eq!(
            send(&mut session, at(5000), &log, 99),
            (expected.into(), Output::Wait(at(wait)))
        );
    }
}

/// Breaks when a reader that was lapped is not told, is told anywhere but where events are missing, or
/// gets a part of one frame and the rest of another.
#[test]
fn a_slow_client_skips_ahead_between_frames_only() {
    let options = StreamOptions::new();
    let mut log = log("1");
    let word = "x".repeat(90);
    for sent in 0..events("1").len() {
        let mut log = log.clone();
        let mut session = Session::new(at(0), &log, id("1"), &options);
        send(&mut session, at(0), &log, 99);
        publish(&mut log, "2");
        let Output::Send(bytes) = session.poll(at(0), &log) else {
            panic!()
        };
        assert_eq!(bytes, events("2").as_bytes());
        session.sent(sent);
        publish(&mut log, &format!("{word} {word}"));
        let (rest, output) = send(&mut session, at(0), &log, 99);
        if sent == 0 {
            assert_eq!(rest, format!("{LOST}{}", events(&word)));
            assert_eq!(session.losses(), 1);
        } else {
            assert_eq!(
                (rest, output),
                (String::new(), Output::Close(Close::Lapped))
            );
            assert_eq!(session.poll(at(0), &log), Output::Close(Close::Lapped));
        }
    }

    let notice = Frame::new().event(event_name!("gap")).with_data(b"x");
    let options = options.loss_notice(notice);
    publish(&mut log, &word);
    let expected = format!(
        "{PREAMBLE}event: gap\ndata: x\n\n{}",
        events(&format!("1 {word}"))
    );
    assert_eq!(body(&log, "0", &options), expected);
}

/// Breaks when a client that takes nothing keeps its connection, or one that takes a byte now and then
/// loses it.
#[test]
fn a_client_that_takes_nothing_is_closed() {
    let log = Log::new();
    let options = StreamOptions::new();
    let mut session = Session::new(at(0), &log, id(""), &options);
    for now in [100, 20_099] {
        assert!(matches!(session.poll(at(now), &log), Output::Send(_)));
    }
    session.sent(1);
    session.sent(0);
    for now in [40_000, 59_999] {
        assert!(
            matches!(session.poll(at(now), &log), Output::Send(_)),
            "{now}"
        );
    }
    assert_eq!(
        session.poll(at(60_000), &log),
        Output::Close(Close::Stalled)
    );
    assert_eq!(session.poll(at(0), &log), Output::Close(Close::Stalled));
}

/// Breaks when a stream ends within a frame, early, late, or for another reason than it says.
#[test]
fn a_stream_ends_between_two_frames() {
    let options = StreamOptions::new().lifetime(5000);
    let mut log = log("1");
    let mut session = Session::new(at(1000), &log, id("1"), &options);
    assert_eq!(
        send(&mut session, at(1000), &log, 99),
        (PREAMBLE.into(), Output::Wait(at(6000)))
    );
    publish(&mut log, "2 3");
    let Output::Send(_) = session.poll(at(5999), &log) else {
        panic!()
    };
    session.sent(2);
    let rest = events("2")[2..].to_string();
    assert_eq!(
        send(&mut session, at(6000), &log, 99),
        (rest, Output::Close(Close::Lifetime))
    );

    for (sent, rest) in [(0, String::new()), (1, events("2")[1..].into())] {
        let mut session = Session::new(at(1000), &log, id("1"), &options);
        for byte in 0..PREAMBLE.len() + sent {
            assert!(
                matches!(session.poll(at(1000), &log), Output::Send(_)),
                "{byte}"
            );
            session.sent(1);
        }
        session.end();
        assert_eq!(
            send(&mut session, at(1000), &log, 99),
            (rest, Output::Close(Close::Ended))
        );
        assert_eq!(session.poll(at(9000), &log), Output::Close(Close::Ended));
    }
}

/// Breaks when the padding is no comment of 2 KB, or the reconnection time leaves its range.
#[test]
fn a_stream_begins_as_configured() {
    let log = Log::new();
    let padded = body(&log, "", &StreamOptions::new().padding());
    let padding = padded.strip_prefix(PREAMBLE).unwrap();
    assert_eq!(padding, format!(":{}\n", " ".repeat(2047)));
    assert_eq!(
        body(&log, "0", &StreamOptions::new().padding()),
        format!("{padded}{LOST}")
    );

    let mut seen = std::collections::BTreeSet::new();
    let options = StreamOptions::new().retry(100).retry_spread(9);
    for now in 0..1000 {
        let mut session = Session::new(at(now), &log, id(""), &options);
        let (body, _) = send(&mut session, at(now), &log, 99);
        seen.insert(oracle::interpret(body.as_bytes(), "").retry.unwrap());
    }
    assert_eq!(
        seen.into_iter().collect::<Vec<_>>(),
        (100..110).collect::<Vec<_>>()
    );
    let widest = StreamOptions::new().retry(u32::MAX).retry_spread(u32::MAX);
    assert_eq!(body(&log, "", &widest), ":\nretry: 4294967295\n\n");
}

/// Breaks when any order of publishing, reading, losing connections and coming back makes a client
/// miss an event without being told, get one twice, or be told where nothing is missing.
#[test]
fn clients_that_come_and_go_miss_nothing_unknowingly() {
    let mut random = fastrand::Rng::with_seed(7);
    let (mut resumed, mut told, mut lapped) = (0, 0, 0);
    for round in 0..300 {
        let mut log = Log::new();
        log.make_ids(round);
        let options = StreamOptions::new()
            .loss_notice(Frame::new().event(event_name!("lost")).with_data(b"!"));
        let mut now = 0;
        let mut published = 0;
        // What the client has seen: the number of the last event, and its id.
        let (mut seen, mut last_event_id) = (0, String::new());
        for connection in 0..10 {
            for _ in 0..random.u32(0..8) {
                published += 1;
                log.publish_with(event_name!("n"), |data| write!(data, "{published}"))
                    .unwrap();
            }
            if last_event_id.is_empty() {
                seen = published;
            }
            let mut session = Session::new(at(now), &log, id(&last_event_id), &options);
            let mut body = Vec::new();
            for _ in 0..random.u32(0..60) {
                now += random.u64(0..1000);
                match session.poll(at(now), &log) {
                    Output::Send(bytes) => {
                        let length = random.usize(0..=bytes.len());
                        body.extend_from_slice(&bytes[..length]);
                        session.sent(length);
                    }
                    Output::Wait(_) => {}
                    Output::Close(Close::Lapped) => {
                        lapped += 1;
                        break;
                    }
                    Output::Close(reason) => panic!("{reason}"),
                }
                if random.u32(0..3) == 0 {
                    published += 1;
                    log.publish_with(event_name!("n"), |data| write!(data, "{published}"))
                        .unwrap();
                }
            }
            let outcome = oracle::interpret(&body, &last_event_id);
            let mut lost = false;
            for item in outcome.items {
                let Item::Event {
                    event_type, data, ..
                } = item
                else {
                    unreachable!()
                };
                if event_type == "lost" {
                    lost = true;
                    told += 1;
                    continue;
                }
                let number: u32 = data.parse().unwrap();
                if lost {
                    assert!(
                        number > seen + 1,
                        "told of a loss, but {number} follows {seen}"
                    );
                    lost = false;
                } else {
                    assert_eq!(number, seen + 1);
                }
                seen = number;
            }
            resumed += u32::from(connection > 0 && !outcome.last_event_id.is_empty());
            last_event_id = outcome.last_event_id;
        }
    }
    println!("{resumed} resumed, {told} told, {lapped} lapped");
    assert!(resumed > 500 && told > 100 && lapped > 10);
}

/// Breaks when bytes that were never given count as sent.
#[test]
fn what_was_not_given_is_not_sent() {
    let mut log = Log::new();
    let options = StreamOptions::new();
    let mut session = Session::new(at(0), &log, id(""), &options);
    send(&mut session, at(0), &log, 99);
    session.sent(7);
    publish(&mut log, "1");
    assert_eq!(send(&mut session, at(0), &log, 99).0, events("1"));
}

/// Breaks when a filled buffer differs from what is polled, or a frame is lost between two buffers.
#[test]
fn a_buffer_is_filled_with_what_is_polled() {
    let log = log("1 2 3 4");
    for start in [Start::Oldest, Start::LatestOfEachType] {
        let options = StreamOptions::new().start(start);
        let expected = body(&log, "", &options);
        for length in 1..100 {
            let mut session = Session::new(at(0), &log, id(""), &options);
            let mut buffer = vec![0; length];
            let mut filled = Vec::new();
            loop {
                match session.fill(at(0), &log, &mut buffer) {
                    Output::Send(bytes) => filled.extend_from_slice(bytes),
                    Output::Wait(until) if until == at(0) => {}
                    Output::Wait(_) => break,
                    Output::Close(reason) => panic!("{reason}"),
                }
            }
            assert_eq!(String::from_utf8(filled).unwrap(), expected);
        }
    }
    let options = StreamOptions::new();
    let mut session = Session::new(at(0), &log, id(""), &options);
    let stalled = session.fill(at(0), &log, &mut []);
    assert_eq!(stalled, Output::Close(Close::Stalled));
}
