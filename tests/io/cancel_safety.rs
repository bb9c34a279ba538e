//! Futures that are dropped and made again, which must neither lose nor repeat anything.

use embedded_sse::Decoder;
use embedded_sse::io::{ReadError, asynch};

use crate::common::generate::random_stream;
use crate::common::{Item, oracle};
use crate::helpers::socket::{AsyncSocket, Socket, frames, item, poll_once, random_steps};

/// Breaks when an event is lost or repeated because a read was cut, an event did not fit, or a future was dropped.
#[test]
fn a_dropped_read_loses_no_event() {
    for seed in 0..3_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let stream = random_stream(&mut random);
        let size = random.usize(0..100);
        let expected = oracle::interpret_within(&stream, "", size);
        let mut storage = vec![0; size];
        let mut buffer = vec![0; random.usize(1..20)];
        let socket = AsyncSocket(Socket {
            received: stream.clone(),
            steps: random_steps(&mut fastrand::Rng::with_seed(seed)),
            ..Socket::default()
        });
        let mut decoder = Decoder::with_buffer(storage.as_mut_slice());
        let mut reader = asynch::Reader::new(socket, &mut decoder, &mut buffer);
        let mut items = Vec::new();
        loop {
            match poll_once(reader.next()) {
                None => {}
                Some(Ok(Some(event))) => items.push(item(&event)),
                Some(Ok(None)) => break,
                Some(Err(ReadError::Overflow)) => items.push(Item::Overflow),
                Some(Err(error)) => panic!("{error:?}"),
            }
        }
        assert_eq!(items, expected.items, "seed {seed}");
        assert_eq!(
            reader.decoder().last_event_id().to_string(),
            expected.last_event_id
        );
    }
}

/// Breaks when a writer loses or repeats bytes because the socket took only a part, or a future was dropped.
#[test]
fn a_dropped_write_or_flush_loses_no_byte() {
    for seed in 0..3_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let (frames, expected) = frames();
        let mut buffer = vec![0; random.usize(0..30)];
        let socket = AsyncSocket(Socket {
            steps: random_steps(&mut fastrand::Rng::with_seed(seed)),
            ..Socket::default()
        });
        let mut writer = asynch::Writer::new(socket, &mut buffer);
        for frame in &frames {
            while poll_once(writer.write(frame)).is_none() {}
        }
        while poll_once(writer.flush()).is_none() {}
        let AsyncSocket(socket) = writer.into_inner();
        assert_eq!(socket.flushes, 1);
        assert_eq!(socket.sent, expected, "seed {seed}");
    }
}

/// Breaks when a client keeps its slot after its task was cancelled.
#[cfg(feature = "http")]
#[tokio::test(start_paused = true)]
async fn a_dropped_serve_frees_its_slot() {
    use crate::helpers::pipe::{GET, PREAMBLE, hub, read_body, request};

    let hub = hub();
    let (mut client, task) = request(&hub, GET).await;
    assert_eq!(read_body(&mut client).await, PREAMBLE);
    assert_eq!(hub.stats().clients, 1);
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(hub.stats().clients, 0);
}
