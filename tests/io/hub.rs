//! One log for many clients (`Hub`): its slots and counters, and clients that do not disturb each other.

use embedded_sse::http::Status;
use embedded_sse::server::{CloseReason, Outcome, PublishError, ServerOptions};
use embedded_sse::{Frame, event_type};
use tokio::io::AsyncWriteExt;
use tokio::time::{Duration, Instant};

use crate::helpers::pipe::{
    GET, OPTIONS, PREAMBLE, connect, hub, is_gone, read, read_body, request, request_with,
};

/// Breaks when a frame waits, or does not go to all clients.
#[tokio::test(start_paused = true)]
async fn frames_go_to_all_clients_at_once() {
    let hub = hub();
    let (mut first, _task) = request(&hub, GET).await;
    let (mut second, _task) = request(&hub, GET).await;
    for client in [&mut first, &mut second] {
        assert_eq!(read_body(client).await, PREAMBLE);
    }
    hub.publish(&Frame::data("1")).unwrap();
    hub.publish_with(event_type!("n"), |data| write!(data, "{}", 2))
        .unwrap();
    let events = "id: 7-1\ndata: 1\n\nevent: n\nid: 7-2\ndata: 2\n\n";
    for client in [&mut first, &mut second] {
        assert_eq!(read(client).await, events);
    }
    let stats = hub.stats();
    assert_eq!((stats.clients, stats.served, stats.published), (2, 2, 2));
}

/// Breaks when a client does not resume after its id.
#[tokio::test(start_paused = true)]
async fn a_client_resumes_after_its_id() {
    let hub = hub();
    hub.publish(&Frame::data("1")).unwrap();
    hub.publish(&Frame::data("2").event_type(event_type!("n")))
        .unwrap();
    let (mut client, _task) = request(&hub, &format!("{GET}Last-Event-ID: 7-1\r\n")).await;
    assert_eq!(
        read_body(&mut client).await,
        format!("{PREAMBLE}event: n\nid: 7-2\ndata: 2\n\n")
    );
    assert_eq!(hub.stats().lagged, 0);
}

/// Breaks when a client for which there is no slot gets no 503, or no time to come back.
#[tokio::test(start_paused = true)]
async fn a_full_hub_refuses_with_503_and_retry_after() {
    let hub = hub();
    let _slots = (hub.join().unwrap(), hub.join().unwrap());
    let (mut third, task) = request(&hub, GET).await;
    let response = read(&mut third).await;
    assert!(
        response.starts_with("HTTP/1.1 503 Service Unavailable\r\n"),
        "{response}"
    );
    assert!(
        response.contains("\r\nRetry-After: 5\r\n")
            && response.ends_with("\r\n\r\n503 Service Unavailable")
    );
    assert_eq!(
        task.await.unwrap().unwrap(),
        Outcome::Answered(Status::SERVICE_UNAVAILABLE)
    );
    assert_eq!((hub.stats().clients, hub.stats().refused), (2, 1));
}

/// Breaks when a browser gets a response after which its event source stops for good, or is not counted as refused.
#[tokio::test(start_paused = true)]
async fn a_full_hub_sends_event_sources_a_stream_that_ends_if_so_configured() {
    static RECONNECT: ServerOptions = ServerOptions::new("/events").reconnect_when_full();
    let hub = hub();
    let slots = (hub.join().unwrap(), hub.join().unwrap());
    let lines = format!("{GET}Accept: text/event-stream\r\n");
    let (mut third, task) = request_with(&hub, &RECONNECT, &lines).await;
    assert_eq!(read_body(&mut third).await, PREAMBLE);
    assert!(is_gone(&mut third).await);
    drop(third);
    assert_eq!(
        task.await.unwrap().unwrap(),
        Outcome::Streamed(CloseReason::Ended)
    );
    assert_eq!(
        (hub.stats().clients, hub.stats().refused, hub.stats().served),
        (2, 1, 2)
    );
    drop(slots);
    let (mut third, _task) = request_with(&hub, &RECONNECT, &lines).await;
    assert_eq!(read_body(&mut third).await, PREAMBLE);
    assert!(!is_gone(&mut third).await);
}

/// Breaks when a client that never reads keeps its slot, or is not counted.
#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_loses_its_slot() {
    let hub = hub();
    let (mut first, _task) = request(&hub, GET).await;
    assert_eq!(read_body(&mut first).await, PREAMBLE);
    // The client takes no more than its 64 bytes.
    let (mut second, task) = connect(&hub, &OPTIONS, 64);
    second
        .write_all(format!("{GET}\r\n").as_bytes())
        .await
        .unwrap();
    let stalled = task.await.unwrap().unwrap();
    assert_eq!(stalled, Outcome::Streamed(CloseReason::Stalled));
    assert_eq!((hub.stats().clients, hub.stats().aborted), (1, 1));
}

/// Breaks when a client that hangs up keeps its slot, or the next client cannot take it.
#[tokio::test(start_paused = true)]
async fn a_client_that_hangs_up_gives_its_slot_to_the_next() {
    let hub = hub();
    let _slot = hub.join().unwrap();
    for _ in 0..3 {
        let (mut client, task) = request(&hub, GET).await;
        assert_eq!(read_body(&mut client).await, PREAMBLE);
        assert_eq!(hub.stats().clients, 2);
        drop(client);
        let outcome = task.await.unwrap().unwrap();
        assert_eq!(outcome, Outcome::Streamed(CloseReason::HungUp));
        assert_eq!(hub.stats().clients, 1);
    }
}

/// Breaks when a client that is too slow gets no loss notice, delays another one, or is not counted.
#[tokio::test(start_paused = true)]
async fn a_slow_client_gets_the_loss_notice_and_delays_nobody() {
    let hub = hub();
    let (mut slow, slow_task) = connect(&hub, &OPTIONS, 300);
    slow.write_all(format!("{GET}\r\n").as_bytes())
        .await
        .unwrap();
    let (mut fast, _task) = request(&hub, GET).await;
    read_body(&mut fast).await;
    for number in 1..=100 {
        hub.publish_with(event_type!("n"), |data| write!(data, "{number}"))
            .unwrap();
        assert_eq!(
            read(&mut fast).await,
            format!("event: n\nid: 7-{number}\ndata: {number}\n\n")
        );
    }
    let body = read_body(&mut slow).await;
    // The frame on its way was sent whole, or the connection would have been closed.
    let (before, after) = body.split_once("event: lost\ndata: \n\n").unwrap();
    assert!(
        before.starts_with(&format!("{PREAMBLE}event: n\nid: 7-1\n")) && before.ends_with("\n\n")
    );
    assert!(after.ends_with("id: 7-100\ndata: 100\n\n"));
    assert!(!slow_task.is_finished());
    assert_eq!((hub.stats().lagged, hub.stats().aborted), (1, 0));
    // The stream goes on, and the client has still lagged once.
    hub.publish(&Frame::data("1")).unwrap();
    assert_eq!(read(&mut slow).await, "id: 7-101\ndata: 1\n\n");
    assert_eq!(hub.stats().lagged, 1);
}

/// Breaks when a client whose id was evicted gets no loss notice, or is not counted.
#[tokio::test(start_paused = true)]
async fn a_client_with_an_evicted_id_gets_the_loss_notice() {
    let hub = hub();
    for number in 1..=100 {
        hub.publish_with(event_type!("n"), |data| write!(data, "{number}"))
            .unwrap();
    }
    let (mut late, _task) = request(&hub, &format!("{GET}Last-Event-ID: 7-1\r\n")).await;
    assert!(
        read_body(&mut late)
            .await
            .starts_with(&format!("{PREAMBLE}event: lost\n"))
    );
    assert_eq!(hub.stats().lagged, 1);
}

/// Breaks when a client that gets the loss notice is not counted because its stream ends before it waits for a frame.
#[tokio::test(start_paused = true)]
async fn a_client_that_stalls_after_the_loss_notice_is_counted() {
    let hub = hub();
    for number in 1..=100 {
        hub.publish_with(event_type!("n"), |data| write!(data, "{number}"))
            .unwrap();
    }
    let (mut late, task) = connect(&hub, &OPTIONS, 300);
    late.write_all(format!("{GET}Last-Event-ID: 7-1\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let stalled = task.await.unwrap().unwrap();
    assert_eq!(stalled, Outcome::Streamed(CloseReason::Stalled));
    assert!(read_body(&mut late).await.contains("event: lost\n"));
    assert_eq!((hub.stats().lagged, hub.stats().aborted), (1, 1));
}

/// Breaks when a stream goes on after the end of its hub, or ends within a frame.
#[tokio::test(start_paused = true)]
async fn streams_end_with_the_hub() {
    let hub = hub();
    let (mut client, task) = request(&hub, GET).await;
    assert_eq!(read_body(&mut client).await, PREAMBLE);
    hub.publish(&Frame::data("1")).unwrap();
    hub.end();
    assert_eq!(
        task.await.unwrap().unwrap(),
        Outcome::Streamed(CloseReason::Ended)
    );
    let rest = read(&mut client).await;
    assert!(
        ["", "id: 7-1\ndata: 1\n\n"].contains(&rest.as_str()),
        "{rest}"
    );
    assert!(is_gone(&mut client).await);
}

/// Breaks when streams go on because a function that formats an event has ended the hub, and then failed.
#[tokio::test(start_paused = true)]
async fn streams_end_with_a_hub_that_a_failing_function_ends() {
    let hub = hub();
    let (mut client, task) = request(&hub, GET).await;
    assert_eq!(read_body(&mut client).await, PREAMBLE);
    let published = hub.publish_with(Frame::new(), |_| {
        hub.end();
        Err(core::fmt::Error)
    });
    assert!(published.is_err());
    let start = Instant::now();
    assert_eq!(
        task.await.unwrap().unwrap(),
        Outcome::Streamed(CloseReason::Ended)
    );
    // Before the first keep-alive. The socket stays open for 1 s after FIN.
    assert!(start.elapsed() < Duration::from_secs(15));
}

/// Breaks when a stream begins after the end of its hub.
#[tokio::test(start_paused = true)]
async fn no_stream_begins_after_the_end_of_the_hub() {
    let hub = hub();
    hub.end();
    assert!(hub.join().is_none());
    let (mut late, _task) = request(&hub, GET).await;
    assert!(read(&mut late).await.starts_with("HTTP/1.1 503 "));
}

/// Breaks when a call of a hub in use panics, or loses the frame in progress.
#[test]
fn a_hub_in_use_is_busy_and_keeps_the_frame_in_progress() {
    let hub = hub();
    let client = hub.join().unwrap();
    let result = hub.publish_with(event_type!("n"), |data| {
        let inner = hub.publish(&Frame::data("x"));
        assert_eq!(hub.stats(), Default::default());
        write!(data, "{}", inner.unwrap_err() == PublishError::Busy)
    });
    result.unwrap();
    drop(client);
    assert_eq!((hub.stats().published, hub.stats().clients), (1, 0));
}

/// Breaks when a request that gets no stream takes a slot, or a request is checked more than once.
#[tokio::test(start_paused = true)]
async fn only_streams_take_slots_and_each_is_checked_once() {
    static CHECKS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    static CHECKED: ServerOptions = ServerOptions::new("/events").check(&|_| {
        CHECKS.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        None
    });
    let hub = hub();
    let mut clients = Vec::new();
    for head in [
        "HEAD /events HTTP/1.0",
        "POST /events HTTP/1.0",
        "GET / HTTP/1.0",
        "HEAD /events HTTP/1.0",
    ] {
        let (mut client, task) = connect(&hub, &CHECKED, 4096);
        client
            .write_all(format!("{head}\r\n\r\n").as_bytes())
            .await
            .unwrap();
        clients.push((read(&mut client).await, client, task));
    }
    let statuses: Vec<_> = clients.iter().map(|(answer, ..)| &answer[9..12]).collect();
    assert_eq!(statuses, ["200", "405", "404", "200"]);
    let stats = hub.stats();
    assert_eq!((stats.clients, stats.served, stats.refused), (0, 0, 2));
    assert_eq!(CHECKS.load(std::sync::atomic::Ordering::SeqCst), 2);
    let (mut client, _task) = connect(&hub, &CHECKED, 4096);
    client
        .write_all(b"GET /events HTTP/1.0\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(read_body(&mut client).await, PREAMBLE);
    assert_eq!(CHECKS.load(std::sync::atomic::Ordering::SeqCst), 3);
}
