//! Work on the log goes in steps, each of which reads a bounded number of records and bytes.

use embedded_sse::server::{
    CloseReason, Connection, ConnectionOutput, EventLog, Session, SessionOutput, Start,
    StreamOptions,
};
use embedded_sse::{EventType, Frame, event_type};

use crate::helpers::connection::{GET, OPTIONS, STREAM_HEAD, read_head};
use crate::helpers::session::fill_all;
use crate::helpers::{LOST, PREAMBLE, at, events, id, log, publish};

const SNAPSHOT: StreamOptions = StreamOptions::new().start(Start::LatestOfEachType);

/// The stream of a connection with this id, and how often it paused between two steps. `between` is called at each
/// pause.
fn resume<const N: usize>(
    log: &mut EventLog<[u8; N]>,
    last_event_id: &str,
    mut between: impl FnMut(&mut EventLog<[u8; N]>),
) -> (String, usize) {
    let mut scratch = [0; 512];
    let head = format!("{GET}Last-Event-ID: {last_event_id}\r\n\r\n");
    let mut connection: Connection = read_head(&OPTIONS, &mut scratch, &head);
    let (mut response, mut pauses) = (Vec::new(), 0);
    loop {
        match connection.poll(at(0), log) {
            ConnectionOutput::Send(bytes) => {
                response.extend_from_slice(bytes);
                let length = bytes.len();
                connection.sent(length);
            }
            ConnectionOutput::Request => connection.answer(at(0), log),
            ConnectionOutput::Wait(until) if until == at(0) => {
                pauses += 1;
                between(log);
            }
            ConnectionOutput::Wait(_) => break,
            next @ (ConnectionOutput::Shutdown
            | ConnectionOutput::Close(_)
            | ConnectionOutput::Abort(_)) => panic!("{next:?}"),
        }
    }
    let response = String::from_utf8(response).unwrap();
    let body = response.strip_prefix(STREAM_HEAD).unwrap();
    (body.into(), pauses)
}

/// Breaks when a step reads more than 32 records, or when a search does not pause between its steps.
#[test]
fn a_search_reads_32_records_in_a_step() {
    for (records, expected) in [(31, 0), (32, 0), (33, 2), (64, 2), (65, 3), (640, 20)] {
        let mut log = log::<16_384>(1..=records);
        for unknown in ["0", "x"] {
            let (body, pauses) = resume(&mut log, unknown, |_| {});
            let all = format!("{PREAMBLE}{LOST}{}", events(1..=records));
            assert_eq!((body, pauses), (all, expected), "{records}");
        }
    }
}

/// Breaks when a comment, a type or an id of kilobytes is read in one step, or when a search that pauses within one
/// misses the id.
#[test]
fn a_search_reads_a_bounded_number_of_bytes_in_a_step() {
    let long = "x".repeat(5000);
    let comment = format!("{long}\n{long}\nid: 7\n\n");
    let mut log = EventLog::<[u8; 40_000]>::new();
    let frame = Frame::data("a").id(id("7"));
    log.publish(&frame.with_comment(comment.as_bytes()))
        .unwrap();
    log.publish(&frame.event_type(EventType::new(&long).unwrap()))
        .unwrap();
    log.publish(&Frame::data(&long).id(id("8"))).unwrap();
    log.publish(&Frame::data("b").id(id(&long))).unwrap();
    for (last_event_id, expected) in [("7", 3), ("8", 1), ("9", 0)] {
        let (body, pauses) = resume(&mut log, last_event_id, |_| {});
        let found = match expected {
            3 => body.starts_with(&format!("{PREAMBLE}id: 8\n")),
            1 => body.starts_with(&format!("{PREAMBLE}id: x")),
            _ => body.starts_with(&format!("{PREAMBLE}{LOST}:x")),
        };
        assert!(found, "{last_event_id}: {}", &body[..60]);
        assert!(pauses > 15_000 / 600, "{pauses} pauses");
    }
}

/// Breaks when the log searches for a made id that it does not hold: the number of the id shows that it is not there.
#[test]
fn a_made_id_that_is_not_in_the_log_takes_no_search() {
    let mut log = EventLog::<[u8; 4096]>::new();
    log.make_ids(0xa);
    for _ in 0..1000 {
        log.publish(&Frame::data("x")).unwrap();
    }
    let kept = log.len();
    for (unknown, is_lost) in [
        (1, true),
        (1000 - kept - 1, true),
        (1000 - kept, false),
        (1001, true),
    ] {
        let mut scratch = [0; 512];
        let head = format!("{GET}Last-Event-ID: a-{unknown}\r\n\r\n");
        let mut connection = read_head(&OPTIONS, &mut scratch, &head);
        connection.answer(at(0), &log);
        let ConnectionOutput::Send(head) = connection.poll(at(0), &log) else {
            panic!()
        };
        let length = head.len();
        connection.sent(length);
        let ConnectionOutput::Send(body) = connection.poll(at(0), &log) else {
            panic!("a search for {unknown}")
        };
        let start = format!("{PREAMBLE}{}", if is_lost { LOST } else { "id: " });
        assert!(body.starts_with(start.as_bytes()), "{unknown}");
    }
}

/// Breaks when an event after the id is lost, repeated or out of order although frames are published and evicted
/// between the steps, or when a client gets no loss notice.
#[test]
fn every_id_resumes_while_frames_are_published_and_evicted() {
    for makes_ids in [true, false] {
        for resumed in (1..=400).step_by(7) {
            for per_step in [0, 1, 5, 40] {
                let mut log = EventLog::<[u8; 4096]>::new();
                if makes_ids {
                    log.make_ids(7);
                }
                let mut last = 0;
                let mut next = |log: &mut EventLog<[u8; 4096]>| {
                    last += 1;
                    let (data, own) = (last.to_string(), format!("own{last}"));
                    let frame = Frame::data(&data);
                    let frame = if makes_ids { frame } else { frame.id(id(&own)) };
                    log.publish(&frame).unwrap();
                };
                for _ in 0..400 {
                    next(&mut log);
                }
                let known = 400 - log.len();
                let last_event_id = format!("{}{resumed}", if makes_ids { "7-" } else { "own" });
                let mut pauses = 0;
                let (body, _) = resume(&mut log, &last_event_id, |log| {
                    pauses += 1;
                    // The stream must wait at some time.
                    for _ in 0..if pauses < 20 { per_step } else { 0 } {
                        next(log);
                    }
                });
                let mut seen = resumed;
                let mut is_told = false;
                for line in body.lines() {
                    if line == "event: lost" {
                        is_told = true;
                    } else if let Some(number) = line.strip_prefix("data: ") {
                        let Ok(number) = number.parse::<usize>() else {
                            continue;
                        };
                        // After a loss notice comes every kept event.
                        assert!(number == seen + 1 || is_told, "{number} after {seen}");
                        seen = number;
                        is_told = false;
                    }
                }
                assert_eq!(seen, last, "{last_event_id}, {per_step} in a step");
                if per_step == 0 {
                    let is_kept = resumed > known || resumed == known && makes_ids;
                    assert_eq!(body.contains(LOST), !is_kept, "{last_event_id}");
                }
            }
        }
    }
}

/// Breaks when a search counts records as read that were evicted before it reached them.
#[test]
fn a_search_overtaken_by_new_records_is_a_loss() {
    let mut log = log::<1024>(1..=60);
    let mut published = 60;
    let (body, _) = resume(&mut log, "50", |log| {
        if published == 60 {
            publish(log, 61..=160);
            published = 160;
        }
    });
    let kept = log.len();
    let expected = format!("{PREAMBLE}{LOST}{}", events(161 - kept..=160));
    assert_eq!(body, expected);
}

/// Breaks when one call fills in more than 32 frames, or fewer although more fit.
#[test]
fn a_call_fills_in_at_most_32_records() {
    let mut log = EventLog::<[u8; 4096]>::new();
    let options = StreamOptions::new();
    let mut session = Session::new(at(0), &log, id(""), &options);
    let mut buffer = [0; 2048];
    assert!(matches!(
        session.fill(at(0), &log, &mut buffer),
        SessionOutput::Send(_)
    ));
    for _ in 0..100 {
        log.publish(&Frame::data("1")).unwrap();
    }
    let mut frames = Vec::new();
    while let SessionOutput::Send(bytes) = session.fill(at(0), &log, &mut buffer) {
        frames.push(bytes.len() / "data: 1\n\n".len());
    }
    assert_eq!(frames, [32, 32, 32, 4]);
}

/// Breaks when a call that ended between two frames is treated as if it had ended within one: its client would be
/// closed after an eviction of the frame before, which it has completely. Also breaks when that client gets the loss
/// notice although no later frame was evicted.
#[test]
fn a_call_that_ends_between_two_frames_leaves_no_frame_unfinished() {
    // The log holds 50 frames. One call ends after 32 writes, the other one when its buffer is full.
    for (published, room) in [(40, 2048), (2, PREAMBLE.len() + 9)] {
        for more in [-1, 0, 1, 40] {
            let mut log = EventLog::<[u8; 600]>::new();
            let options = StreamOptions::new();
            let mut session = Session::new(at(0), &log, id(""), &options);
            let publish = |log: &mut EventLog<_>, count| {
                for _ in 0..count {
                    log.publish(&Frame::data("1")).unwrap();
                }
            };
            publish(&mut log, published);
            let mut buffer = vec![0; room];
            let SessionOutput::Send(bytes) = session.fill(at(0), &log, &mut buffer) else {
                panic!();
            };
            let sent = (bytes.len() - PREAMBLE.len()) / 9;
            assert!((1..published).contains(&sent));
            // The log evicts the frames that were sent, and `more` of the others.
            publish(
                &mut log,
                (50 - published + sent).checked_add_signed(more).unwrap(),
            );
            let mut buffer = [0; 2048];
            let SessionOutput::Send(bytes) = session.fill(at(0), &log, &mut buffer) else {
                panic!("{more} unsent frames were evicted");
            };
            assert_eq!(bytes.starts_with(LOST.as_bytes()), more > 0, "{more}");
            assert_eq!(session.losses() > 0, more > 0, "{more}");
        }
    }
}

/// The expected snapshot of these frames.
fn snapshot(frames: &[(Option<String>, Vec<u8>)], only: Option<&[EventType]>) -> Vec<u8> {
    let mut body = Vec::new();
    for (at, (name, bytes)) in frames.iter().enumerate() {
        let Some(name) = name else { continue };
        let is_last = !frames[at + 1..]
            .iter()
            .any(|(later, _)| later.as_ref() == Some(name));
        if is_last && only.is_none_or(|only| only.iter().any(|other| *other == name.as_str())) {
            body.extend_from_slice(bytes);
        }
    }
    body
}

/// Breaks when an event is sent although a later one of its type is kept, or the last one of a type is not sent; when
/// the order differs from that of the log; or when an event is lost that is published meanwhile.
#[test]
fn snapshots_are_the_last_event_of_each_type() {
    let mut random = fastrand::Rng::with_seed(11);
    let types: Vec<String> = (0..60)
        .map(|n| match n {
            0 => String::new(),
            1 => "message".into(),
            2..10 => format!("{}{n}", "long".repeat(12)),
            10..14 => format!("{}{n}", "long".repeat(50)),
            _ => format!("t{n}"),
        })
        .collect();
    for round in 0..600 {
        let mut log = EventLog::<[u8; 30_000]>::new();
        let mut frames = Vec::new();
        let count = random.usize(1..types.len());
        let names: Vec<EventType> = types
            .iter()
            .map(|name| EventType::new(name).unwrap())
            .collect();
        let next = |log: &mut EventLog<[u8; 30_000]>, random: &mut fastrand::Rng| {
            let number = random.usize(0..1000).to_string();
            let comment = "c\n".repeat(match random.usize(0..20) {
                0 => 700,
                1 => 20,
                2 => 1,
                _ => 0,
            });
            let mut frame = Frame::new();
            let mut name = Some("message");
            if random.u8(..) > 20 {
                let at = random.usize(0..count);
                frame = frame.event_type(names[at]);
                name = Some(&types[at])
                    .filter(|name| !name.is_empty())
                    .map_or(name, |name| Some(name));
            }
            if !comment.is_empty() {
                frame = frame.with_comment(comment.as_bytes());
            }
            if random.bool() {
                frame = frame.id(id(&number));
            }
            if random.u8(..) > 20 {
                frame = frame.with_data(number.as_bytes());
            } else {
                frame = frame.retry(5);
                name = None;
            }
            log.publish(&frame).unwrap();
            let mut bytes = vec![0; frame.encoded_len()];
            frame.encode(&mut bytes).unwrap();
            (name.map(String::from), bytes)
        };
        for _ in 0..random.usize(0..150) {
            frames.push(next(&mut log, &mut random));
        }
        let some = &names[..count.min(7)];
        let only = (round % 3 == 0).then_some(some);
        let options = only.map_or(SNAPSHOT, |only| SNAPSHOT.event_types(only));
        let kept = log.len();
        let mut expected = PREAMBLE.as_bytes().to_vec();
        expected.extend(snapshot(&frames[frames.len() - kept..], only));

        let mut session = Session::new(at(0), &log, id(""), &options);
        let mut body = Vec::new();
        let mut buffer = [0; 700];
        let mut to_come = random.usize(0..20);
        let mut pauses = 0;
        loop {
            let output = match round % 2 {
                0 => session.fill(at(0), &log, &mut buffer),
                _ => session.poll(at(0), &log),
            };
            match output {
                SessionOutput::Send(bytes) => {
                    body.extend_from_slice(bytes);
                    let length = bytes.len();
                    if round % 2 == 1 {
                        session.sent(length);
                    }
                }
                SessionOutput::Wait(until) if until == at(0) => pauses += 1,
                SessionOutput::Wait(_) => break,
                SessionOutput::Close(reason) => panic!("{reason}"),
            }
            if to_come > 0 && log.len() >= kept && kept < 60 {
                to_come -= 1;
                let (name, bytes) = next(&mut log, &mut random);
                let is_wanted = match (name, only) {
                    (Some(name), Some(only)) => only.iter().any(|other| *other == name.as_str()),
                    _ => true,
                };
                if is_wanted {
                    expected.extend(bytes);
                }
            }
        }
        if session.losses() == 0 {
            assert_eq!(
                body.escape_ascii().to_string(),
                expected.escape_ascii().to_string(),
                "round {round}"
            );
        } else {
            assert!(to_come < 20 && pauses < 10_000);
        }
    }
}

/// Breaks when the work of a snapshot grows with the product of types and frames: 630 types would take 100,000 steps
/// of 8 frames.
#[test]
fn a_snapshot_of_many_types_takes_few_steps() {
    let mut log = EventLog::<[u8; 16_384]>::new();
    for number in 0..630 {
        let name = format!("t{number}");
        log.publish(&Frame::data("1").event_type(EventType::new(&name).unwrap()))
            .unwrap();
    }
    let mut session = Session::new(at(0), &log, id(""), &SNAPSHOT);
    let mut buffer = [0; 512];
    let (mut steps, mut sent) = (0, 0);
    loop {
        match session.fill(at(0), &log, &mut buffer) {
            SessionOutput::Send(bytes) => {
                sent += bytes
                    .split(|byte| *byte == b'\n')
                    .filter(|line| line.starts_with(b"event"))
                    .count()
            }
            SessionOutput::Wait(until) if until == at(0) => {}
            _ => break,
        }
        steps += 1;
    }
    assert_eq!(sent, 630);
    assert!(steps < 630, "{steps} steps");
}

/// Breaks when a step of a snapshot reads more than 32 records.
#[test]
fn a_snapshot_reads_32_records_in_a_step() {
    let mut log = EventLog::<[u8; 16_384]>::new();
    for number in 0..640 {
        log.publish(&Frame::data(&number.to_string())).unwrap();
    }
    let mut session = Session::new(at(0), &log, id(""), &SNAPSHOT);
    let mut buffer = [0; 512];
    let mut steps = 0;
    loop {
        match session.fill(at(0), &log, &mut buffer) {
            SessionOutput::Send(bytes) if bytes.ends_with(b"data: 639\n\n") => break,
            SessionOutput::Close(reason) => panic!("{reason}"),
            _ => steps += 1,
        }
    }
    assert!(steps >= 640 / 32, "{steps} steps");
}

/// Breaks when one step compares types of hundreds of bytes with those of up to 32 frames.
#[test]
fn a_snapshot_compares_a_bounded_number_of_bytes_in_a_step() {
    let mut log = EventLog::<[u8; 16_384]>::new();
    for number in 0..40 {
        let name = format!("{number:0200}");
        log.publish(&Frame::data("1").event_type(EventType::new(&name).unwrap()))
            .unwrap();
    }
    let mut session = Session::new(at(0), &log, id(""), &SNAPSHOT);
    let mut buffer = [0; 512];
    let mut steps = 0;
    // Each frame is compared with all later ones, three of them in a step.
    let compared: usize = (0..40).sum();
    while !matches!(session.fill(at(0), &log, &mut buffer), SessionOutput::Wait(until) if until > at(0))
    {
        steps += 1;
    }
    assert!(steps > compared / 4, "{steps} steps");
}

/// Breaks when a snapshot that has lost a part of the log leaves out frames by what it knew of evicted ones.
#[test]
fn a_snapshot_goes_on_after_a_loss() {
    for lagged in 0..20 {
        // The log holds 40 frames.
        let mut log = EventLog::<[u8; 40 * 22]>::new();
        let mut frames = Vec::new();
        let publish = |log: &mut EventLog<_>, frames: &mut Vec<_>, name: &str, data: usize| {
            let data = format!("{data:02}");
            let frame = Frame::data(&data).event_type(EventType::new(name).unwrap());
            log.publish(&frame).unwrap();
            let mut bytes = vec![0; frame.encoded_len()];
            frame.encode(&mut bytes).unwrap();
            assert_eq!(bytes.len(), 22 - 3);
            frames.push((Some(name.to_string()), bytes));
        };
        for number in 0..39 {
            // Every other frame is left out.
            let name = match number % 2 {
                0 => char::from(b'A' + number as u8).to_string(),
                _ => "x".into(),
            };
            publish(&mut log, &mut frames, &name, number);
        }
        let mut session = Session::new(at(0), &log, id(""), &SNAPSHOT);
        // The first frame is sent, and the next ones are compared.
        loop {
            match session.poll(at(0), &log) {
                SessionOutput::Send(bytes) if bytes.starts_with(b"event: C") => break,
                SessionOutput::Send(bytes) => {
                    let length = bytes.len();
                    session.sent(length);
                }
                SessionOutput::Wait(until) => assert_eq!(until, at(0)),
                SessionOutput::Close(reason) => panic!("{reason}"),
            }
        }
        let until = frames.len();
        for number in 0..lagged {
            publish(&mut log, &mut frames, "n", number);
        }
        let kept = frames.len() - log.len();
        let body = fill_all(&mut session, &log, &mut [0; 512]).unwrap();
        if let Some((_, rest)) = body.split_once(LOST) {
            let mut expected = snapshot(&frames[kept..until], None);
            expected.extend(frames[until..].iter().flat_map(|(_, bytes)| bytes));
            assert_eq!(
                rest.as_bytes().escape_ascii().to_string(),
                expected.escape_ascii().to_string(),
                "{lagged}"
            );
        }
        assert_eq!(session.losses() > 0, kept > 2, "{lagged}");
    }
}

/// Breaks when a lagged snapshot goes on with evicted frames, or is not reported as a loss.
#[test]
fn a_snapshot_overtaken_by_new_records_is_a_loss() {
    let mut log = EventLog::<[u8; 2048]>::new();
    for number in 0..60 {
        let name = format!("t{number}");
        log.publish(&Frame::data("1").event_type(EventType::new(&name).unwrap()))
            .unwrap();
    }
    let mut session = Session::new(at(0), &log, id(""), &SNAPSHOT);
    let mut buffer = [0; 64];
    for _ in 0..6 {
        session.fill(at(0), &log, &mut buffer);
    }
    for number in 0..50 {
        log.publish(&Frame::data(&number.to_string()).event_type(event_type!("new")))
            .unwrap();
    }
    let body = match fill_all(&mut session, &log, &mut buffer) {
        Ok(body) => body,
        Err(reason) => return assert_eq!(reason, CloseReason::Lagged),
    };
    assert_eq!(session.losses(), 1);
    let after = body.split_once(LOST).unwrap().1;
    let expected: String = (0..50)
        .map(|number| format!("event: new\ndata: {number}\n\n"))
        .collect();
    assert!(after.ends_with(&expected), "{body}");
}
