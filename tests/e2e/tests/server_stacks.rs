//! The servers of `examples/stacks`, each a program that is followed over a real socket.

#[path = "../../../examples/stacks/picoserve_server/src/inputs.rs"]
mod inputs;

use std::fs;

use e2e::body::Body;
use e2e::client::{Client, request};
use e2e::program::root;
use e2e::promises;
use e2e::stacks::StackServer;
use inputs::INPUTS;

/// Breaks when the clock does not wake a task at its time.
#[test]
fn tokio_sockets_keep_the_promises_of_a_hub() {
    promises::check("tokio_server");
}

/// Breaks when the thread of a connection takes a read timeout for an error.
#[test]
fn threads_keep_the_promises_of_a_log() {
    promises::check("std_server");
}

/// Breaks when `end` does not set zero linger.
#[test]
fn tokio_sockets_reset_a_slow_client() {
    promises::check_reset("tokio_server");
}

/// Breaks when the socket has no zero linger at an `Abort`.
#[test]
fn threads_reset_a_slow_client() {
    promises::check_reset("std_server");
}

/// Breaks when the service does not pass the last event id on, or takes no slot.
#[test]
fn a_service_of_picoserve_keeps_the_promises_of_a_hub() {
    promises::check("picoserve_server");
}

/// Breaks when the handler does not read from the connection during the response: the slot of a client that is gone would stay
/// taken until a write fails.
#[test]
fn a_handler_of_edge_http_keeps_the_promises_of_a_hub() {
    promises::check("edge_http_server");
}

/// Breaks when a response that is no stream lets the client keep the connection. The handler would wait for its next request, and
/// be missing for other clients.
#[test]
fn a_handler_of_edge_http_closes_the_connection_of_a_refused_client() {
    let server = StackServer::start("edge_http_server", 0);
    let not_found = request("").replace("/events", "/other");
    let response = Client::send(server.address, &not_found).read_to_end();
    assert_closing(&response.unwrap(), "404");
    let streams = [(); promises::SLOTS].map(|()| promises::open(&server, ""));
    let response = Client::send(server.address, &request("")).read_to_end();
    assert_closing(&response.unwrap(), "503");
    drop(streams);
}

fn assert_closing(response: &str, status: &str) {
    let head = format!("HTTP/1.1 {status}");
    assert!(response.starts_with(&head), "{response}");
    assert!(response.contains("Connection: Close\r\n"), "{response}");
}

/// Breaks when the stream goes on after axum has dropped the body: the slot of a client that is gone would stay taken.
#[test]
fn a_route_of_axum_keeps_the_promises_of_a_hub() {
    promises::check("axum_server");
}

/// Breaks when a frame is cut, or the body does not end after the last frame.
#[test]
fn a_body_of_frames_has_all_of_them_and_ends() {
    let server = StackServer::start("axum_frames", 0);
    let (status, mut body) = Body::request(server.address, "/events", "");
    assert_eq!(status, 200);
    for number in (0..=9).rev() {
        let event = body.next_event().unwrap();
        assert_eq!(event.event, "count");
        assert_eq!(event.data, number.to_string());
    }
    assert_eq!(body.next_event(), None);
}

/// Breaks when a frame over picoserve changes or splits its text, or when the README of the examples is out of date.
#[test]
fn awkward_events_arrive_over_picoserve_as_the_readme_says() {
    let server = StackServer::start("picoserve_server", 0);
    let frames = awkward_events(&server, "/frames");
    let sse = awkward_events(&server, "/sse");
    let readme = fs::read_to_string(root().join("examples/stacks/README.md")).unwrap();
    let mut missing = 0;
    for (index, (what, event_type, data)) in INPUTS.into_iter().enumerate() {
        let sent = (event_type.to_owned(), data.to_owned());
        let expected = match event_type.contains(['\r', '\n']) {
            true => vec![],
            // Every line end of the data ends a line of the stream, and a client joins lines with LF.
            false => vec![(
                sent.0.clone(),
                data.replace("\r\n", "\n").replace('\r', "\n"),
            )],
        };
        assert_eq!(frames[index], expected, "{what}");
        let row = format!(
            "| {what} | {} | {} | {} |",
            shown(&[sent]),
            shown(&frames[index]),
            shown(&sse[index])
        );
        println!("{row}");
        missing += usize::from(!readme.contains(&row));
    }
    assert_eq!(missing, 0, "rows that the README has otherwise");
}

/// Requests a route that sends all inputs. Returns the events that a client gets for each.
fn awkward_events(server: &StackServer, path: &str) -> Vec<Vec<(String, String)>> {
    let (status, mut body) = Body::request(server.address, path, "");
    assert_eq!(status, 200);
    let mut inputs = Vec::new();
    while let Some(event) = body.next_event() {
        match &*event.event {
            "next" => inputs.push(vec![]),
            _ => {
                let events = inputs.last_mut().expect("a mark comes first");
                events.push((event.event.into_owned(), event.data));
            }
        }
    }
    assert_eq!(inputs.len(), INPUTS.len());
    inputs
}

/// Shows events in a cell of a table: the type if it is awkward, and the data.
fn shown(events: &[(String, String)]) -> String {
    let events = events.iter().map(|(event_type, data)| {
        let data = match data.len() {
            0..=40 => format!("`{data:?}`"),
            length => format!("{length} bytes"),
        };
        match &**event_type {
            "type" => data,
            _ => format!("`{event_type:?}`: {data}"),
        }
    });
    match events.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "nothing".to_owned(),
        some => some,
    }
}
