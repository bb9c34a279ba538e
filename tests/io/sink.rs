//! Blocking sinks (`SocketSink`), into which events are formatted.

use std::collections::VecDeque;

use embedded_sse::io::{WriteError, blocking};
use embedded_sse::{DataWriter, Frame};

use crate::common::generate::random_chunks;
use crate::helpers::socket::{Counter, Full, Socket, TEXTS, frames};

/// Breaks when bytes are lost or repeated because data was written in pieces.
#[test]
fn every_byte_is_written_once_however_the_data_is_cut() {
    for seed in 0..3_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let (_, expected) = frames();
        let mut buffer = vec![0; random.usize(0..30)];
        let mut sent = Socket::default();
        let frame = Frame::new().retry(100);
        for text in TEXTS {
            let mut sink = blocking::SocketSink::new(&mut sent, &mut buffer);
            let mut writer = DataWriter::new(&mut sink, &frame).unwrap();
            for piece in random_chunks(&mut random, text.as_bytes()) {
                embedded_io::Write::write_all(&mut writer, piece).unwrap();
            }
            writer.finish().unwrap();
        }
        assert_eq!(sent.sent, expected, "seed {seed}");
    }
}

/// Breaks when short pieces are written one by one.
#[test]
fn short_pieces_are_gathered_into_one_write() {
    let mut buffer = [0; 64];
    let mut counter = Counter(0);
    let sink = blocking::SocketSink::new(&mut counter, &mut buffer);
    let mut writer = DataWriter::new(sink, &Frame::new()).unwrap();
    for _ in 0..10 {
        core::fmt::Write::write_str(&mut writer, "a\n").unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(counter.0, 2);
}

/// Breaks when a dropped event leaves bytes for the next one, or when an event is sent after a part of another one.
#[test]
fn no_event_follows_a_part_of_a_dropped_one() {
    for room in [0, 8, 64] {
        let mut socket = Socket::default();
        let mut buffer = vec![0; room];
        let mut sink = blocking::SocketSink::new(&mut socket, &mut buffer);
        let mut writer = DataWriter::new(&mut sink, &Frame::new()).unwrap();
        core::fmt::Write::write_str(&mut writer, "given up").unwrap();
        drop(writer);
        let next = Frame::data("next").write_to(&mut sink);
        if room == 64 {
            assert_eq!(next, Ok(()));
            assert_eq!(socket.sent, b"data: next\n\n");
        } else {
            assert_eq!(next, Err(WriteError::CutOff));
            assert!(b"data: given up".starts_with(&socket.sent));
        }
    }
}

/// Breaks when a frame is sent after a part of another one: the frame would continue that event.
#[test]
fn no_frame_follows_an_event_that_failed() {
    let steps = VecDeque::from([4, 0]);
    let mut socket = Socket {
        steps,
        ..Socket::default()
    };
    let mut buffer = [0; 64];
    let mut sink = blocking::SocketSink::new(&mut socket, &mut buffer);
    let timed_out = Err(WriteError::Io(embedded_io::ErrorKind::TimedOut));
    assert_eq!(Frame::data("first").write_to(&mut sink), timed_out);
    // An empty frame is refused, too.
    for frame in [Frame::new(), Frame::data("second")] {
        assert_eq!(frame.write_to(&mut sink), Err(WriteError::CutOff));
    }
    assert_eq!(socket.sent, b"data");
}

/// Breaks when a socket that takes no more bytes causes a panic or an endless loop.
#[test]
fn a_socket_that_is_full_is_an_error() {
    let mut full = [0_u8; 0];
    let sink = blocking::SocketSink::new(Full, &mut full);
    assert_eq!(
        DataWriter::new(sink, &Frame::new()).err(),
        Some(WriteError::WriteZero)
    );
}
