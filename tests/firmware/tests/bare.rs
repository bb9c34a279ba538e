//! `bare` on an emulated Cortex-M0: decodes all conformance vectors from its UART.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use e2e::program::{root, wait_for_port};
use firmware_tests::machine::Machine;
use serde_json::Value;

/// The fields of an event that the firmware sends.
#[derive(Debug, Default, PartialEq, Eq)]
struct Frame {
    event_type: String,
    data: String,
    id: String,
    retry: Option<u64>,
}

/// Reads an event in the encoder's form: LF, a space after each colon, no comments. It shares no code with the decoder.
fn read_frame(uart: &mut impl BufRead) -> Frame {
    let mut frame = Frame::default();
    let mut data = Vec::new();
    loop {
        let mut line = Vec::new();
        uart.read_until(b'\n', &mut line).unwrap();
        assert_eq!(line.pop(), Some(b'\n'), "the machine ended");
        let line = String::from_utf8_lossy(&line);
        match line.split_once(": ") {
            Some(("event", value)) => frame.event_type = value.into(),
            Some(("data", value)) => data.push(value.to_string()),
            Some(("id", value)) => frame.id = value.into(),
            Some(("retry", value)) => frame.retry = Some(value.parse().unwrap()),
            _ => {
                assert_eq!(line, "");
                frame.data = data.join("\n");
                return frame;
            }
        }
    }
}

/// Breaks when a microcontroller decodes a vector to other events than expected.
#[test]
fn all_vectors_pass_through_a_uart() {
    let mut machine = Machine::boot("bare", None);
    wait_for_port(machine.port);
    let uart = TcpStream::connect(("127.0.0.1", machine.port)).unwrap();
    uart.set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let mut uart = BufReader::new(uart);
    // The first bytes may be the end of an event from before the connection. The answer to `hello` ends them.
    let hello = "data: hello\n\n";
    uart.get_mut().write_all(hello.as_bytes()).unwrap();
    let mut line = String::new();
    while !line.ends_with(hello) {
        assert_ne!(uart.read_line(&mut line).unwrap(), 0);
    }
    while read_frame(&mut uart).data != hello.len().to_string() {}

    let mut run = 0;
    for file in ["wpt.json", "edge.json"] {
        let text = fs::read_to_string(root().join("tests/vectors").join(file)).unwrap();
        let vectors: Vec<Value> = serde_json::from_str(&text).unwrap();
        for vector in vectors {
            check(&vector, &mut machine, &mut uart);
            run += 1;
        }
    }
    println!("vectors over a UART: {run} passed");
    assert!(run > 100);
}

fn check(vector: &Value, machine: &mut Machine, uart: &mut BufReader<TcpStream>) {
    let text = |value: &Value| value.as_str().unwrap().to_string();
    // After a reset, the machine has no state of the previous vector.
    machine.monitor.reset();
    let mut frame = read_frame(uart);
    assert_eq!(frame.data, "0");
    let mut bytes = Vec::new();
    if let Some(id) = vector["initial_last_event_id"].as_str() {
        bytes.extend(format!("id: {id}\n\n").bytes());
    }
    bytes.extend(STANDARD.decode(text(&vector["stream_base64"])).unwrap());
    uart.get_mut().write_all(&bytes).unwrap();

    let mut events = Vec::new();
    let idle = loop {
        match frame.event_type.as_str() {
            "idle" if frame.data == bytes.len().to_string() => break frame,
            "idle" => {}
            _ => events.push(frame),
        }
        frame = read_frame(uart);
    };
    let expected: Vec<Frame> = vector["expected_events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| Frame {
            event_type: text(&event["type"]),
            data: text(&event["data"]),
            id: text(&event["last_event_id"]),
            retry: None,
        })
        .collect();
    let name = &vector["name"];
    assert_eq!(events, expected, "{name}");
    assert_eq!(idle.id, text(&vector["final_last_event_id"]), "{name}");
    assert_eq!(idle.retry, vector["expected_retry_ms"].as_u64(), "{name}");
}
