//! Blocking writers, and asynchronous ones that are not cancelled: every byte once, and one write for a frame that
//! fits.

use std::collections::VecDeque;

use embedded_sse::Frame;
use embedded_sse::io::{WriteError, asynch, blocking};

use crate::helpers::socket::{Counter, Full, Socket, frames, poll_once, random_steps};

/// Breaks when a writer loses or repeats bytes because the socket took only a part, or failed for a while.
#[test]
fn every_byte_is_written_once_wherever_writes_are_cut_or_fail() {
    for seed in 0..3_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let (frames, expected) = frames();
        let mut buffer = vec![0; random.usize(0..30)];
        let socket = Socket {
            steps: random_steps(&mut fastrand::Rng::with_seed(seed)),
            ..Socket::default()
        };
        let mut writer = blocking::Writer::new(socket, &mut buffer);
        for frame in &frames {
            while let Err(error) = writer.write(frame) {
                assert_eq!(error, WriteError::Io(embedded_io::ErrorKind::TimedOut));
            }
        }
        writer.flush().unwrap();
        let socket = writer.into_inner();
        assert_eq!(socket.flushes, 1);
        assert_eq!(socket.sent, expected, "seed {seed}");
    }
}

/// Breaks when short pieces of a frame are written one by one.
#[test]
fn a_frame_that_fits_the_buffer_is_one_write() {
    let mut buffer = [0; 64];
    let mut writer = blocking::Writer::new(Counter(0), &mut buffer);
    writer.write(&Frame::data("a\nb\nc").retry(5)).unwrap();
    assert_eq!(writer.into_inner().0, 1);
}

/// Breaks when a frame is sent after a part of another one: it would continue that event.
#[test]
fn another_frame_is_refused_in_mid_frame() {
    let steps = VecDeque::from([6, 2, 0]);
    let mut writer = blocking::Writer::new(
        Socket {
            steps,
            ..Socket::default()
        },
        &mut [],
    );
    let first = Frame::data("0123456789");
    while writer.write(&first).is_err() {
        let other = Frame::data("12345678retry: 1");
        for other in [Frame::new(), Frame::comment(""), other, other.retry(1)] {
            assert_eq!(writer.write(&other), Err(WriteError::CutOff));
        }
    }
    assert_eq!(writer.into_inner().sent, b"data: 0123456789\n\n");
}

/// Breaks when a socket that takes no more bytes causes a panic or an endless loop.
#[test]
fn a_socket_that_is_full_is_an_error() {
    let mut buffer = [0; 16];
    let mut writer = blocking::Writer::new(Full, &mut buffer);
    assert_eq!(writer.write(&Frame::data("a")), Err(WriteError::WriteZero));
    let mut writer = asynch::Writer::new(Full, &mut buffer);
    let written = poll_once(writer.write(&Frame::data("a")));
    assert_eq!(written, Some(Err(WriteError::WriteZero)));
}
