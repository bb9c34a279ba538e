//! Readers and writers over sockets that cut, stall and fail.

mod common;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use common::generate::{random_chunks, random_stream};
use common::{Item, oracle};
use embedded_io::ErrorType;
use embedded_sse::io::{Error, asynch, blocking};
use embedded_sse::{DataWriter, Decoder, Frame, Overflow};

/// A socket that gives and takes so many bytes at a time as it is told; 0 means not yet.
#[derive(Default)]
struct Socket {
    received: Vec<u8>,
    sent: Vec<u8>,
    steps: VecDeque<usize>,
    flushes: usize,
}

impl ErrorType for Socket {
    type Error = embedded_io::ErrorKind;
}

impl embedded_io::Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        let step = self.steps.pop_front().unwrap_or(usize::MAX);
        if step == 0 {
            return Err(embedded_io::ErrorKind::TimedOut);
        }
        let length = step.min(buffer.len()).min(self.received.len());
        buffer[..length].copy_from_slice(&self.received[..length]);
        self.received.drain(..length);
        Ok(length)
    }
}

impl embedded_io::Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        let step = self.steps.pop_front().unwrap_or(usize::MAX);
        if step == 0 {
            return Err(embedded_io::ErrorKind::TimedOut);
        }
        let length = step.min(bytes.len());
        self.sent.extend(&bytes[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        self.flushes += 1;
        Ok(())
    }
}

/// The same, but waiting instead of failing.
#[derive(Default)]
struct AsyncSocket(Socket);

impl ErrorType for AsyncSocket {
    type Error = embedded_io::ErrorKind;
}

impl AsyncSocket {
    /// Waits once if the next step is to wait.
    async fn ready(&mut self) {
        if self.0.steps.front() == Some(&0) {
            self.0.steps.pop_front();
            let mut waited = false;
            std::future::poll_fn(|_| match std::mem::replace(&mut waited, true) {
                false => Poll::Pending,
                true => Poll::Ready(()),
            })
            .await;
        }
    }
}

impl embedded_io_async::Read for AsyncSocket {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        self.ready().await;
        embedded_io::Read::read(&mut self.0, buffer)
    }
}

impl embedded_io_async::Write for AsyncSocket {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.ready().await;
        embedded_io::Write::write(&mut self.0, bytes)
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        self.ready().await;
        embedded_io::Write::flush(&mut self.0)
    }
}

/// Polls a future once, and drops it.
fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

fn random_steps(random: &mut fastrand::Rng) -> VecDeque<usize> {
    (0..200).map(|_| random.usize(0..6)).collect()
}

fn item(event: &embedded_sse::Event) -> Item {
    Item::Event {
        event_type: event.event_type.to_string(),
        data: event.data.to_string(),
        last_event_id: event.last_event_id.to_string(),
    }
}

/// Breaks when an event is lost or doubled where a read was cut, an event did not fit, the socket
/// failed for a while, or a future was dropped.
#[test]
fn readers_give_every_event_once() {
    for seed in 0..3_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let stream = random_stream(&mut random);
        let size = random.usize(0..100);
        let expected = oracle::interpret_within(&stream, "", size);
        let mut storage = vec![0; size];
        let mut buffer = vec![0; random.usize(1..20)];
        let socket = || Socket {
            received: stream.clone(),
            steps: random_steps(&mut fastrand::Rng::with_seed(seed)),
            ..Socket::default()
        };

        let mut decoder = Decoder::with_buffer(storage.as_mut_slice());
        let mut reader = blocking::Reader::new(socket(), &mut decoder, &mut buffer);
        let mut items = Vec::new();
        loop {
            match reader.next() {
                Ok(Some(event)) => items.push(item(&event)),
                Ok(None) => break,
                Err(Error::Overflow) => items.push(Item::Overflow),
                Err(Error::Io(_)) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!(items, expected.items, "blocking, seed {seed}");
        assert_eq!(
            reader.decoder().last_event_id().to_string(),
            expected.last_event_id
        );

        let mut decoder = Decoder::with_buffer(storage.as_mut_slice());
        let mut reader = asynch::Reader::new(AsyncSocket(socket()), &mut decoder, &mut buffer);
        let mut items = Vec::new();
        loop {
            match poll_once(reader.next()) {
                None => {}
                Some(Ok(Some(event))) => items.push(item(&event)),
                Some(Ok(None)) => break,
                Some(Err(Error::Overflow)) => items.push(Item::Overflow),
                Some(Err(error)) => panic!("{error:?}"),
            }
        }
        assert_eq!(items, expected.items, "async, seed {seed}");
        assert_eq!(
            reader.decoder().last_event_id().to_string(),
            expected.last_event_id
        );
    }
}

/// Breaks when bytes that came with a response head are lost, or more of them are believed than there
/// is room for.
#[test]
fn readers_begin_with_what_was_received() {
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

/// Breaks when what one connection has left unfinished shows in the next.
#[test]
fn readers_begin_and_end_a_stream() {
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

/// Breaks when an event that was given up leaves bytes for the next one, or the next one is sent
/// behind a part of it.
#[test]
fn an_event_given_up_is_not_sent_or_cuts_the_stream_off() {
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
            assert_eq!(next, Err(Error::CutOff));
            assert!(b"data: given up".starts_with(&socket.sent));
        }
    }

    let steps = VecDeque::from([4, 0]);
    let mut socket = Socket {
        steps,
        ..Socket::default()
    };
    let mut buffer = [0; 64];
    let mut sink = blocking::SocketSink::new(&mut socket, &mut buffer);
    let timed_out = Err(Error::Io(embedded_io::ErrorKind::TimedOut));
    assert_eq!(Frame::data("first").write_to(&mut sink), timed_out);
    // Not even a frame of nothing mends it.
    for frame in [Frame::new(), Frame::data("second")] {
        assert_eq!(frame.write_to(&mut sink), Err(Error::CutOff));
    }
    assert_eq!(socket.sent, b"data");
}

/// Breaks when a writer loses or doubles bytes where the socket took a part, failed for a while, or a
/// future was dropped.
#[test]
fn writers_write_every_byte_once() {
    for seed in 0..3_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let texts = ["", "a", "two\nlines", "a longer line, and more of it\r\n"].map(String::from);
        let frames = texts.each_ref().map(|text| Frame::data(text).retry(100));
        let expected: Vec<u8> = frames
            .iter()
            .flat_map(Frame::chunks)
            .flatten()
            .copied()
            .collect();
        let mut buffer = vec![0; random.usize(0..30)];
        let socket = || Socket {
            steps: random_steps(&mut fastrand::Rng::with_seed(seed)),
            ..Socket::default()
        };

        let mut writer = blocking::Writer::new(socket(), &mut buffer);
        for frame in &frames {
            while let Err(error) = writer.write(frame) {
                assert_eq!(error, Error::Io(embedded_io::ErrorKind::TimedOut));
            }
        }
        writer.flush().unwrap();
        assert_eq!(writer.get_mut().flushes, 1);
        assert_eq!(writer.into_inner().sent, expected, "blocking, seed {seed}");

        let mut writer = asynch::Writer::new(AsyncSocket(socket()), &mut buffer);
        for frame in &frames {
            while poll_once(writer.write(frame)).is_none() {}
        }
        while poll_once(writer.flush()).is_none() {}
        assert_eq!(writer.get_mut().0.flushes, 1);
        assert_eq!(writer.into_inner().0.sent, expected, "async, seed {seed}");

        let mut sent = Socket::default();
        let frame = Frame::new().retry(100);
        for text in &texts {
            let mut sink = blocking::SocketSink::new(&mut sent, &mut buffer);
            let mut writer = DataWriter::new(&mut sink, &frame).unwrap();
            for piece in random_chunks(&mut random, text.as_bytes()) {
                embedded_io::Write::write_all(&mut writer, piece).unwrap();
            }
            writer.finish().unwrap();
        }
        assert_eq!(sent.sent, expected, "sink, seed {seed}");
    }
}

/// Breaks when short pieces of a frame go out one by one.
#[test]
fn a_frame_that_fits_the_buffer_is_one_write() {
    struct Counter(usize);
    impl ErrorType for Counter {
        type Error = Infallible;
    }
    impl embedded_io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
            self.0 += 1;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> Result<(), Infallible> {
            Ok(())
        }
    }
    let mut buffer = [0; 64];
    let mut writer = blocking::Writer::new(Counter(0), &mut buffer);
    writer.write(&Frame::data("a\nb\nc").retry(5)).unwrap();
    assert_eq!(writer.into_inner().0, 1);
    let mut counter = Counter(0);
    let sink = blocking::SocketSink::new(&mut counter, &mut buffer);
    let mut writer = DataWriter::new(sink, &Frame::new()).unwrap();
    for _ in 0..10 {
        core::fmt::Write::write_str(&mut writer, "a\n").unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(counter.0, 2);
}

/// Breaks when a frame passes for the rest of another one, of which a part was sent.
#[test]
fn a_writer_refuses_another_frame() {
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
        assert!(writer.is_mid_frame());
        let other = Frame::data("12345678retry: 1");
        for other in [Frame::new(), Frame::comment(""), other, other.retry(1)] {
            assert_eq!(writer.write(&other), Err(Error::CutOff));
        }
    }
    assert!(!writer.is_mid_frame());
    assert_eq!(writer.into_inner().sent, b"data: 0123456789\n\n");
}

/// Breaks when a socket that takes no more bytes makes a panic or an endless loop.
#[test]
fn a_socket_that_is_full_is_an_error() {
    let mut full = [0_u8; 0];
    let mut buffer = [0; 16];
    struct Full;
    impl ErrorType for Full {
        type Error = Infallible;
    }
    impl embedded_io::Write for Full {
        fn write(&mut self, _: &[u8]) -> Result<usize, Infallible> {
            Ok(0)
        }
        fn flush(&mut self) -> Result<(), Infallible> {
            Ok(())
        }
    }
    impl embedded_io_async::Write for Full {
        async fn write(&mut self, _: &[u8]) -> Result<usize, Infallible> {
            Ok(0)
        }
        async fn flush(&mut self) -> Result<(), Infallible> {
            Ok(())
        }
    }
    let mut writer = blocking::Writer::new(Full, &mut buffer);
    assert_eq!(writer.write(&Frame::data("a")), Err(Error::WriteZero));
    let mut writer = asynch::Writer::new(Full, &mut buffer);
    let written = poll_once(writer.write(&Frame::data("a")));
    assert_eq!(written, Some(Err(Error::WriteZero)));
    let sink = blocking::SocketSink::new(Full, &mut full);
    assert_eq!(
        DataWriter::new(sink, &Frame::new()).err(),
        Some(Error::WriteZero)
    );
}

/// Breaks when an error is taken for another one.
#[test]
fn errors_tell_their_kind() {
    use embedded_io::{Error as _, ErrorKind};
    let kind = |error: Error<ErrorKind>| error.kind();
    assert_eq!(kind(Error::Io(ErrorKind::TimedOut)), ErrorKind::TimedOut);
    assert_eq!(kind(Error::Overflow), ErrorKind::OutOfMemory);
    assert_eq!(kind(Error::WriteZero), ErrorKind::WriteZero);
    assert_eq!(kind(Error::CutOff), ErrorKind::BrokenPipe);
    assert_eq!(
        Error::<Infallible>::Overflow.to_string(),
        Overflow.to_string()
    );
}
