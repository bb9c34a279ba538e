//! Streams in chunks (RFC 9112, section 7.1).

use embedded_sse::Frame;
use embedded_sse::server::{ConnectionOutput, ServerOptions};

use crate::helpers::connection::{
    self, GET, Log, STREAM_HEAD, answer, answer_in_steps, connect, send_all,
};
use crate::helpers::{PREAMBLE, at, events, log};

const OPTIONS: ServerOptions = connection::OPTIONS.chunked();

/// Decodes a chunked body. Returns its content and the number of chunks.
fn dechunk(mut body: &str) -> (String, usize) {
    let mut content = String::new();
    let mut chunks = 0;
    while !body.is_empty() {
        let (size, rest) = body.split_once("\r\n").unwrap();
        let (chunk, rest) = rest.split_at(usize::from_str_radix(size, 16).unwrap());
        content += chunk;
        body = rest.strip_prefix("\r\n").unwrap();
        chunks += 1;
    }
    (content, chunks)
}

/// Breaks when the size of a chunk is not its length, or when one flush sends more than one chunk.
#[test]
fn bytes_that_fit_the_scratch_are_one_chunk() {
    let log = log(1..=45);
    let request = format!("{GET}Last-Event-ID: 1\r\n\r\n");
    let (response, _) = answer_in_steps(&OPTIONS, &log, &request, 1000);
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains("\r\nTransfer-Encoding: chunked\r\n")
            && head.contains("\r\nConnection: close")
    );
    let (stream, chunks) = dechunk(body);
    assert_eq!(stream, format!("{PREAMBLE}{}", events(2..=45)));
    assert_eq!(chunks, 2, "one for all that fits the scratch");
}

/// Breaks when events that were published together come in several chunks: a client would see the second event only
/// after another flush.
#[test]
fn events_published_at_once_are_one_chunk() {
    let mut log = Log::new();
    let mut scratch = [0; 256];
    let mut connection = connect(&OPTIONS, &log, &mut scratch, GET);
    send_all(&mut connection, 0, &log);
    for data in ["1", "2", "3"] {
        log.publish(&Frame::data(data)).unwrap();
    }
    let (sent, _) = send_all(&mut connection, 0, &log);
    let expected = "data: 1\n\ndata: 2\n\ndata: 3\n\n";
    assert_eq!(dechunk(&sent), (expected.into(), 1));
}

/// Breaks when a client of HTTP/1.0 gets chunks, which it cannot decode.
#[test]
fn an_http_1_0_client_gets_no_chunks() {
    let old = answer(
        &OPTIONS,
        &log(1..=45),
        "GET /events HTTP/1.0\r\nLast-Event-ID: 45\r\n\r\n",
    );
    assert_eq!(old, format!("{STREAM_HEAD}{PREAMBLE}"));
}

/// Breaks when a stream that ends has no last chunk.
#[test]
fn a_stream_that_ends_has_a_last_chunk() {
    let log = Log::new();
    let mut scratch = [0; 256];
    let mut connection = connect(&OPTIONS, &log, &mut scratch, GET);
    assert!(send_all(&mut connection, 0, &log).1.starts_with("Wait"));
    connection.end();
    assert_eq!(
        send_all(&mut connection, 0, &log),
        ("0\r\n\r\n".into(), "Shutdown".into())
    );
}

/// Breaks when a stream that was cut within a frame has a last chunk: its client would take it for complete.
#[test]
fn a_stream_that_is_cut_in_mid_frame_has_no_last_chunk() {
    let mut log = Log::new();
    let mut scratch = [0; 256];
    let mut connection = connect(&OPTIONS, &log, &mut scratch, GET);
    send_all(&mut connection, 0, &log);
    let long = "x".repeat(600);
    log.publish(&Frame::data(&long)).unwrap();
    // One chunk has a part of the frame. Then the frame is evicted.
    let ConnectionOutput::Send(bytes) = connection.poll(at(0), &log) else {
        panic!()
    };
    let length = bytes.len();
    connection.sent(length);
    log.publish(&Frame::data(&long)).unwrap();
    assert_eq!(
        send_all(&mut connection, 0, &log),
        (String::new(), "Abort(Streamed(Lagged))".to_string())
    );
}
