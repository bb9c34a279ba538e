//! Blocking readers: every event once, the start and the end of a stream, and events that do not fit.

use embedded_sse::Decoder;
use embedded_sse::io::{ReadError, blocking};

use crate::common::generate::random_stream;
use crate::common::{Item, oracle};
use crate::helpers::socket::{Socket, item, random_steps};

/// Breaks when an event is lost or repeated because a read was cut, an event did not fit, or the socket failed for a
/// while.
#[test]
fn every_event_comes_once_wherever_reads_are_cut_or_fail() {
    for seed in 0..3_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let stream = random_stream(&mut random);
        let size = random.usize(0..100);
        let expected = oracle::interpret_within(&stream, "", size);
        let mut storage = vec![0; size];
        let mut buffer = vec![0; random.usize(1..20)];
        let socket = Socket {
            received: stream.clone(),
            steps: random_steps(&mut fastrand::Rng::with_seed(seed)),
            ..Socket::default()
        };
        let mut decoder = Decoder::with_buffer(storage.as_mut_slice());
        let mut reader = blocking::Reader::new(socket, &mut decoder, &mut buffer);
        let mut items = Vec::new();
        loop {
            match reader.next() {
                Ok(Some(event)) => items.push(item(&event)),
                Ok(None) => break,
                Err(ReadError::Overflow) => items.push(Item::Overflow),
                Err(ReadError::Io(_)) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!(items, expected.items, "seed {seed}");
        assert_eq!(
            reader.decoder().last_event_id().to_string(),
            expected.last_event_id
        );
    }
}

/// Breaks when an event that does not fit is not reported, is reported twice, or ends the stream.
#[test]
fn an_event_that_does_not_fit_is_reported_once() {
    let stream = b"data: too long for this\ndata: x\n\ndata: on\n\n".as_slice();
    let mut decoder = Decoder::<[u8; 8]>::new();
    let mut buffer = [0; 5];
    let mut reader = blocking::Reader::new(stream, &mut decoder, &mut buffer);
    assert_eq!(reader.next(), Err(ReadError::Overflow));
    assert_eq!(reader.next().unwrap().unwrap().data, "on");
    assert_eq!(reader.next(), Ok(None));
}

/// Breaks when bytes that came with the response head are lost, or when the reader accepts a length past the end of
/// its buffer.
#[test]
fn a_reader_starts_with_the_bytes_received_with_the_head() {
    for received in [10, usize::MAX] {
        let mut decoder = Decoder::<[u8; 16]>::new();
        let mut buffer = *b"data: on\n\n";
        let rest = b"data: off\n\n".as_slice();
        let mut reader = blocking::Reader::with_received(rest, &mut decoder, &mut buffer, received);
        assert_eq!(reader.next().unwrap().unwrap().data, "on");
        assert_eq!(reader.next().unwrap().unwrap().data, "off");
        assert_eq!(reader.next(), Ok(None));
    }
}

/// Breaks when the unfinished event of one stream shows in the next one.
#[test]
fn an_unfinished_event_does_not_show_in_the_next_stream() {
    let mut decoder = Decoder::<[u8; 16]>::new();
    let mut buffer = [0; 4];
    assert_eq!(decoder.next(&mut &b"data: left"[..]), Ok(None));
    let mut reader =
        blocking::Reader::new(&b"\xef\xbb\xbfdata: a\n\nda"[..], &mut decoder, &mut buffer);
    assert_eq!(reader.next().unwrap().unwrap().data, "a");
    assert_eq!(reader.next(), Ok(None));
    assert!(reader.into_inner().is_empty());
    let mut stream = &b"data: b\n\n"[..];
    assert_eq!(decoder.next(&mut stream).unwrap().unwrap().data, "b");
}
