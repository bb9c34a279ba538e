//! `remote_control` on an emulated Cortex-M3, with a server that refuses, redirects, cuts streams and is unreachable.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use e2e::program::free_port;
use firmware_tests::machine::Machine;

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

/// Waits for the next request. Returns its connection and its head.
fn accept(listener: &TcpListener) -> (TcpStream, String) {
    let until = Instant::now() + Duration::from_secs(120);
    listener.set_nonblocking(true).unwrap();
    let mut socket = loop {
        match listener.accept() {
            Ok((socket, _)) => break socket,
            Err(error) => assert!(Instant::now() < until, "no request: {error}"),
        }
        sleep(Duration::from_millis(10));
    };
    socket.set_nonblocking(false).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    (socket, String::from_utf8(head).unwrap())
}

/// Waits for the next request, checks its last event ID, and answers it.
fn answer(listener: &TcpListener, last_event_id: &str, answer: &str) -> TcpStream {
    let (mut socket, head) = accept(listener);
    let id = match last_event_id {
        "" => String::new(),
        id => format!("Last-Event-ID: {id}\r\n"),
    };
    let port = listener.local_addr().unwrap().port();
    assert!(
        head.contains(&format!("Host: 10.0.2.2:{port}\r\n")),
        "{head}"
    );
    assert!(head.ends_with(&format!("\r\n{id}\r\n")), "{head}");
    assert_eq!(head.contains("Last-Event-ID"), !id.is_empty(), "{head}");
    socket.write_all(answer.as_bytes()).unwrap();
    socket
}

/// Breaks when an outage, an error response or a reboot makes the device miss a command, execute one twice, or give up.
#[test]
fn each_command_is_executed_once_over_outages_and_reboots() {
    let port = free_port();
    let mut machine = Machine::boot("remote_control", Some(port));
    let mut seen = 0;
    let mut wait_for = |machine: &Machine, text: &str| {
        (_, seen) = machine.wait_for(text, seen);
    };
    // No server listens yet.
    wait_for(&machine, "Reconnecting { reason: server cannot be reached");
    let server = TcpListener::bind(("127.0.0.1", port)).unwrap();

    let commands = "retry: 300\n\nevent: led\ndata: on\nid: 1\n\nevent: fan\ndata: 30\nid: 2\n\n";
    let half = "event: fan\ndata: 99\nid: 3\n";
    drop(answer(&server, "", &format!("{HEAD}{commands}{half}")));
    wait_for(&machine, "Open");
    wait_for(&machine, "Outputs { led: true, fan: 0, display: \"\" }");
    wait_for(&machine, "Outputs { led: true, fan: 30, display: \"\" }");
    wait_for(&machine, "Reconnecting { reason: response has ended");

    drop(answer(
        &server,
        "2",
        "HTTP/1.1 503 x\r\nRetry-After: 1\r\n\r\n",
    ));
    wait_for(&machine, "Reconnecting { reason: response has status 503");
    let elsewhere = "HTTP/1.1 307 x\r\nLocation: /elsewhere?a=b\r\n\r\n";
    drop(answer(&server, "2", elsewhere));
    let chunked = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
        Transfer-Encoding: chunked\r\n\r\n1C\r\nid: 3\nevent: display\ndata: h\r\n6\r\nello\n\n\r\n";
    let mut socket = answer(&server, "2", chunked);
    wait_for(
        &machine,
        "Outputs { led: true, fan: 30, display: \"hello\" }",
    );

    // The device reboots on command. It resumes after that command, so it does not reboot again.
    socket
        .write_all(b"1A\r\nevent: reboot\nid: 4\ndata\n\n\r\n")
        .unwrap();
    wait_for(&machine, "reboot");
    wait_for(
        &machine,
        "resumes: ResumePoint { last_event_id: \"4\", retry: Some(300) }",
    );
    // The outputs keep their state over the reboot.
    let last = "event: led\ndata: off\nid: five, \u{e9}\n\n";
    let socket = answer(&server, "4", &format!("{HEAD}{last}"));
    wait_for(
        &machine,
        "Outputs { led: false, fan: 30, display: \"hello\" }",
    );

    machine.monitor.reset();
    wait_for(
        &machine,
        "resumes: ResumePoint { last_event_id: \"five, \u{e9}\"",
    );
    drop(socket);
    drop(answer(
        &server,
        "five, \u{e9}",
        "HTTP/1.1 204 No Content\r\n\r\n",
    ));
    wait_for(
        &machine,
        "closed: server wants no more requests (status 204), by Policy",
    );
    assert!(machine.runs());
    let log = machine.lines().join("\n");
    assert!(!log.contains("panic") && !log.contains("fan: 99"), "{log}");
}
