//! `status_stream` on an emulated Cortex-M3, with browsers and other clients.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use e2e::browser::Browser;
use e2e::client::{Client, request};
use e2e::packages;
use e2e::program::Program;
use firmware_tests::ends::{Cause, port};
use firmware_tests::machine::Machine;
use firmware_tests::status::{Viewer, split};
use socket2::{Domain, Socket, Type};

/// Reads `count` events, and checks that none is a loss notice.
fn read(viewer: &mut Viewer, count: usize) {
    for _ in 0..count {
        assert_ne!(viewer.next_event().unwrap().event, "lost");
    }
}

/// Breaks when the page does not show new values, or does not reconnect after a reboot.
#[test]
fn chromium_shows_the_dashboard_and_reconnects() {
    let mut machine = Machine::serving();
    let browser = Browser::start();
    browser.open(&machine.url());
    browser.wait_for("return document.getElementById('state').textContent === 'open'");
    browser.wait_for("return document.querySelector('polyline').points.length > 8");
    let uptime: u32 = browser.text("uptime").parse().unwrap();
    assert!(browser.text("stack").parse::<u32>().unwrap() > 1024);
    let temperature: f32 = browser.text("temperature").parse().unwrap();
    assert!((20.0..=25.0).contains(&temperature));
    browser.wait_for(&format!(
        "return document.getElementById('uptime').textContent > {}",
        uptime + 1
    ));
    let id = browser.text("id");
    let (boot, _) = split(&id);

    for scheme in ["light", "dark"] {
        browser.show_as((360, 800), scheme);
        assert_eq!(browser.cut_texts(), serde_json::json!([]), "{scheme}");
    }

    // After a reboot, the page reconnects and shows that events are missing.
    machine.monitor.reset();
    browser.wait_for(&format!(
        "const id = document.getElementById('id').textContent;
         return id !== '' && !id.startsWith('{boot}-')"
    ));
    browser.wait_for("return document.getElementById('state').textContent === 'open'");
    browser.wait_for("return document.getElementById('log').textContent.includes('missing')");
    assert!(machine.runs());
}

/// Breaks when a page that found no free slot does not connect later.
#[test]
fn a_page_connects_once_a_slot_is_free() {
    let machine = Machine::serving();
    let mut viewers: Vec<_> = (0..4).map(|_| Viewer::join(&machine, "")).collect();
    let browser = Browser::start();
    browser.open(&machine.url());
    browser.wait_for("return document.getElementById('state').textContent === 'waiting'");
    viewers.pop();
    browser.wait_for("return document.getElementById('state').textContent === 'open'");
    for viewer in &mut viewers {
        read(viewer, 2);
    }
}

/// Breaks when a request publishes an event. Many requests would then evict the device's events from the log.
#[test]
fn requests_publish_nothing() {
    // At this interval, the device publishes two events during this test: a reading and a line of the log.
    let machine = Machine::reading_every(3_600_000);
    let mut first = Viewer::join(&machine, "");
    let events = [(); 2].map(|()| first.next_event().unwrap());
    for _ in 0..50 {
        let _ = Client::try_connect(machine.address(), "");
    }
    let mut last = Viewer::join(&machine, "");
    assert_eq!([(); 2].map(|()| last.next_event().unwrap()), events);
    machine.wait_for("published: 2 }", 0);
    let lines = machine.lines();
    let counts = lines.iter().filter(|line| line.contains("published: "));
    for line in counts {
        assert!(line.contains("published: 2 }"), "{line}");
    }
}

/// Breaks when `curl` or Node's `eventsource` gets no event, or a wrong one.
#[test]
fn curl_and_node_receive_events() {
    let machine = Machine::serving();
    let mut command = Command::new("curl");
    command.args([
        "--silent",
        "--no-buffer",
        "--fail",
        &format!("{}events", machine.url()),
    ]);
    let mut curl = Program::start(command.stdout(Stdio::piped()));
    let mut node = packages::node("follow.js");
    node.arg(format!("{}events", machine.url()))
        .arg("temperature");
    let mut node = Program::start(node.stdout(Stdio::piped()));

    let mut lines = BufReader::new(curl.0.stdout.take().unwrap()).lines();
    let mut temperatures = 0;
    while temperatures < 4 {
        let line = lines.next().unwrap().unwrap();
        if line == "event: temperature" {
            assert!(lines.next().unwrap().unwrap().starts_with("id: "));
            assert!(lines.next().unwrap().unwrap().starts_with("data: 2"));
            temperatures += 1;
        }
    }
    let mut lines = BufReader::new(node.0.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), r#"{"state":"open"}"#);
    for _ in 0..4 {
        let line = lines.next().unwrap().unwrap();
        let event: serde_json::Value = serde_json::from_str(&line).unwrap();
        split(event["id"].as_str().unwrap());
        assert!(event["data"].as_str().unwrap().starts_with('2'));
    }
}

/// Breaks when the end of the page or of a refusal waits until the server drops its socket, which is four ticks of 250 ms
/// later.
#[test]
fn pages_end_at_once() {
    let machine = Machine::serving_recorded("status_stream");
    let mut ticker = Client::connect(machine.address(), "");
    ticker.next_event();
    for (method, path, status) in [
        ("GET", "/", "200"),
        ("HEAD", "/", "200"),
        ("POST", "/", "405"),
        ("GET", "/nope", "404"),
    ] {
        let start = Instant::now();
        let request = format!("{method} {path} HTTP/1.0\r\n\r\n");
        let mut client = Client::send(machine.address(), &request);
        let response = client.read_to_end().unwrap();
        let host = start.elapsed();
        let status = format!("HTTP/1.1 {status} ");
        assert!(response.starts_with(&status), "{response}");
        let allows = response.contains("\r\nAllow: GET, HEAD\r\n");
        assert_eq!(allows, method == "POST", "{response}");
        let ending = machine.ending(port(&mut client), Cause::Request, &mut ticker);
        println!("{method} {path}: seen after {host:?}; {ending:?}");
        assert!(ending.ticks < 3, "{ending:?}");
    }
}

/// Breaks when a client is refused while a slot is free, or served while none is, or when the log does not show the outcome.
#[test]
fn a_fifth_client_is_refused() {
    let mut machine = Machine::serving();
    let mut viewers: Vec<_> = (0..4).map(|_| Viewer::join(&machine, "")).collect();
    let fifth = |request: &str| {
        let mut client = Client::send(machine.address(), request);
        (client.read_head(), client)
    };
    let (head, _) = fifth("GET /events HTTP/1.0\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
    assert!(head.contains("\r\nRetry-After: "), "{head}");
    machine.wait_for("answered with 503 Service Unavailable", 0);
    // A browser would give up after a 503, so a request for an event stream gets 200 and the end.
    let (head, mut client) = fifth(&request(""));
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(client.next_event().is_none());
    machine.wait_for("stream ended", 0);
    machine.wait_for("clients: 4, served: 4", 0);
    for viewer in &mut viewers {
        read(viewer, 10);
    }
    viewers.pop();
    machine.wait_for("client hung up", 0);
    let (head, client) = fifth(&request(""));
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    read(&mut Viewer::after_head(client, ""), 3);
    for viewer in &mut viewers {
        read(viewer, 10);
    }
    assert!(machine.runs());
}

/// Breaks when a new client does not get the present state before the next event, or when the state has ids of the log.
#[test]
fn new_clients_get_the_state_first() {
    let machine = Machine::reading_every(1000);
    for _ in 0..3 {
        let mut client = Client::connect(machine.address(), "");
        for event_type in ["uptime", "stack"] {
            let event = client.next_event().unwrap();
            assert_eq!((event.event.as_str(), event.id.as_str()), (event_type, ""));
            event.data.parse::<u32>().unwrap();
        }
    }
}

/// Breaks when an event that the log still holds is lost over a reconnect, or comes twice.
#[test]
fn clients_resume_without_loss() {
    let machine = Machine::serving();
    let mut viewer = Viewer::join(&machine, "");
    read(&mut viewer, 3);
    for _ in 0..5 {
        let id = viewer.last_event_id.clone();
        drop(viewer);
        // The firmware publishes about seven events in this time.
        sleep(Duration::from_secs(1));
        viewer = Viewer::join(&machine, &id);
        read(&mut viewer, 12);
    }
    // An unknown id gets the loss notice.
    drop(viewer);
    let mut viewer = Viewer::join(&machine, "dead-1");
    assert_eq!(viewer.next_event().unwrap().event, "lost");
    read(&mut viewer, 12);
}

/// Breaks when a client that never reads delays another one, keeps its slot, or is not reset.
#[test]
fn a_client_that_never_reads_is_reset_and_delays_no_other() {
    // Many events a second fill all buffers on the way to the client that never reads.
    let machine = Machine::reading_every(10);
    let mut reading = Viewer::join(&machine, "");
    read(&mut reading, 3);
    let never_reads = connect_without_reading(&machine);
    let start = Instant::now();
    while machine
        .lines()
        .iter()
        .all(|line| !line.contains("client took no byte"))
    {
        assert!(start.elapsed() < Duration::from_secs(300), "not reset");
        // On a busy host, the viewer may be too slow for the log. A loss notice is no failure here.
        for _ in 0..20 {
            reading.next_event().unwrap();
        }
    }
    println!(
        "a client that never reads was reset after {:?}",
        start.elapsed()
    );
    machine.wait_for("aborted: 1", 0);
    let port = never_reads
        .local_addr()
        .unwrap()
        .as_socket()
        .unwrap()
        .port();
    let segments = machine.segments();
    let of_it = segments
        .iter()
        .rfind(|s| s.client == port && s.is_from_machine);
    assert!(of_it.is_some_and(|segment| segment.is_rst), "{of_it:?}");
}

/// Connects a client with the smallest possible receive buffer. The client requests the stream and never reads.
fn connect_without_reading(machine: &Machine) -> Socket {
    let mut socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(1).unwrap();
    socket.set_tcp_mss(536).unwrap();
    socket.connect(&machine.address().into()).unwrap();
    socket.write_all(request("").as_bytes()).unwrap();
    socket
}

/// Breaks when clients that vanish without FIN or RST, as with an unplugged cable, keep their slots.
#[test]
fn an_unplugged_cable_frees_all_slots() {
    let mut machine = Machine::serving();
    let mut viewers: Vec<_> = (0..4).map(|_| Viewer::join(&machine, "")).collect();
    for viewer in &mut viewers {
        read(viewer, 2);
    }
    machine.monitor.unplug();
    machine.wait_for("aborted: 4", 0);
    machine.monitor.plug_in();
    drop(viewers);
    for _ in 0..4 {
        read(&mut Viewer::join(&machine, ""), 2);
    }
    assert!(machine.runs());
}
