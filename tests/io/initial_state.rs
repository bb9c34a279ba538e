//! Greetings to the clients of a shared log: the present state, which a hook of the caller writes.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::hub::Hub;
use embedded_sse::server::{ServerOptions, Start, StreamOptions};
use embedded_sse::{EventId, Frame, SliceSink, event_type};
use tokio::io::{AsyncWriteExt, duplex};
use tokio::time::{Duration, timeout};

use crate::clock::VirtualClock;
use crate::helpers::pipe::{GET, PREAMBLE, TestHub, hub, read, read_body, request_with};

const STATE: &str = "event: led\ndata: 0\n\nevent: led\ndata: 1\n\n";

fn greet(number: u32, sink: &mut SliceSink<'_>) -> bool {
    let frame = Frame::new().event_type(event_type!("led"));
    number < 2
        && frame
            .with_data(if number == 0 { b"0" } else { b"1" })
            .write_to(sink)
            .is_ok()
}

static GREETING: ServerOptions =
    ServerOptions::new("/events").stream(StreamOptions::new().initial_state(&greet).initial_id());

/// Breaks when a hub sends no greeting, or sends it at another place.
#[tokio::test(start_paused = true)]
async fn a_hub_greets_new_clients() {
    let hub = hub();
    let (mut client, _task) = request_with(&hub, &GREETING, GET).await;
    let expected = format!("{PREAMBLE}{STATE}id: 7-0\n\n");
    assert_eq!(read_body(&mut client).await, expected);
    hub.publish(&Frame::data("x")).unwrap();
    assert_eq!(read(&mut client).await, "id: 7-1\ndata: x\n\n");

    let lines = format!("{GET}Last-Event-ID: 6-1\r\n");
    let (mut lost, _task) = request_with(&hub, &GREETING, &lines).await;
    let loss_notice = "event: lost\ndata: \n\n";
    let kept = "id: 7-1\ndata: x\n\n";
    assert_eq!(
        read_body(&mut lost).await,
        format!("{PREAMBLE}{loss_notice}{STATE}{kept}")
    );
}

/// Breaks when a new client does not get a state whose event was evicted by events of another type.
#[tokio::test(start_paused = true)]
async fn a_greeting_has_a_state_whose_event_was_evicted() {
    static DOOR: AtomicBool = AtomicBool::new(false);
    fn greet(number: u32, sink: &mut SliceSink<'_>) -> bool {
        let data: &[u8] = if DOOR.load(Relaxed) { b"open" } else { b"shut" };
        let frame = Frame::new().event_type(event_type!("door")).with_data(data);
        number == 0 && frame.write_to(sink).is_ok()
    }
    const STREAM: StreamOptions = StreamOptions::new()
        .start(Start::LatestOfEachType)
        .initial_state(&greet);
    static OPTIONS: ServerOptions = ServerOptions::new("/events").stream(STREAM);

    let hub = hub();
    DOOR.store(true, Relaxed);
    hub.publish(&Frame::data("open").event_type(event_type!("door")))
        .unwrap();
    for number in 2..=60 {
        let data = format!("{number}");
        hub.publish(&Frame::data(&data).event_type(event_type!("temperature")))
            .unwrap();
    }
    let (mut client, _task) = request_with(&hub, &OPTIONS, GET).await;
    let door = "event: door\ndata: open\n\n";
    let last = "event: temperature\nid: 7-60\ndata: 60\n\n";
    assert_eq!(
        read_body(&mut client).await,
        format!("{PREAMBLE}{door}{last}")
    );
}

/// Breaks when a client of another HTTP stack is not greeted.
#[tokio::test(start_paused = true)]
async fn a_client_of_another_http_stack_is_greeted() {
    let hub = hub();
    let (mut client, server) = duplex(4096);
    let mut scratch = [0; 64];
    let options = StreamOptions::new().initial_state(&greet);
    let joined = hub.join().unwrap();
    let server = FromTokio::new(server);
    let stream = joined.stream(
        server,
        &mut scratch,
        &VirtualClock,
        EventId::default(),
        &options,
    );
    let (_, received) = tokio::join!(
        timeout(Duration::from_millis(50), stream),
        read(&mut client)
    );
    assert_eq!(received, format!("{PREAMBLE}{STATE}"));
}

/// Breaks when the hook runs while the hub is locked: the hook could not publish, and other tasks would wait for it.
#[tokio::test(start_paused = true)]
async fn the_hook_runs_while_the_hub_is_not_locked() {
    static HUB: TestHub = Hub::new();
    fn publish(number: u32, sink: &mut SliceSink<'_>) -> bool {
        HUB.publish(&Frame::data("from the hook")).unwrap();
        assert_eq!(HUB.stats().clients, 1);
        number == 0 && Frame::data("state").write_to(sink).is_ok()
    }
    const STREAM: StreamOptions = StreamOptions::new().initial_state(&publish);
    static OPTIONS: ServerOptions = ServerOptions::new("/events").stream(STREAM);

    let from_the_hook = "data: from the hook\n\n";
    let expected = format!("{PREAMBLE}data: state\n\n{from_the_hook}{from_the_hook}");
    for room in [64, 512] {
        let (mut client, server) = duplex(4096);
        client
            .write_all(format!("{GET}\r\n").as_bytes())
            .await
            .unwrap();
        let mut scratch = vec![0; room.max(160)];
        let socket = embedded_sse::io::WithoutShutdown(FromTokio::new(server));
        let serve = HUB.serve(socket, &mut scratch, &VirtualClock, &OPTIONS);
        let received = tokio::select! {
            _ = serve => panic!("ended"),
            body = read_body(&mut client) => body,
        };
        assert_eq!(received, expected);
    }
    let (mut client, server) = duplex(4096);
    let mut scratch = [0; 64];
    let joined = HUB.join().unwrap();
    let stream = joined.stream(
        FromTokio::new(server),
        &mut scratch,
        &VirtualClock,
        EventId::default(),
        &STREAM,
    );
    let (_, received) = tokio::join!(
        timeout(Duration::from_millis(50), stream),
        read(&mut client)
    );
    assert_eq!(received, expected);
}
