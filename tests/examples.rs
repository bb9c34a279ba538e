//! The example programs, run as a user runs them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

fn example(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--example", name, "--"]);
    command.args(arguments);
    command
}

fn run(name: &str, arguments: &[&str], input: &[u8]) -> Output {
    let mut command = example(name, arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that rejects its arguments may be gone by now.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// Breaks when an event, a retry or an overflow is not printed where it belongs.
#[test]
fn decode_stream_prints_one_object_a_line() {
    let stream = b"data: a\rid: 1\rdata: b\r\rretry: 5\nevent: x\ndata: \xff\n\ndata: 123456789\n\nretry:7\n";
    let expected = concat!(
        r#"{"type":"message","data":"a\nb","lastEventId":"1"}"#,
        "\n",
        r#"{"retry":5}"#,
        "\n",
        r#"{"type":"x","data":"�","lastEventId":"1"}"#,
        "\n",
        r#"{"overflow":true}"#,
        "\n",
        r#"{"retry":7}"#,
        "\n",
    );
    for chunk in ["1", "2", "5", "4096"] {
        let output = run(
            "decode_stream",
            &["-", "--buffer", "8", "--chunk", chunk],
            stream,
        );
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            expected,
            "chunk {chunk}"
        );
        assert_eq!(output.status.code(), Some(0));
    }
}

/// Breaks when failures share an exit status.
#[test]
fn decode_stream_tells_usage_from_failure() {
    let status = |arguments: &[&str]| run("decode_stream", arguments, b"").status.code();
    assert_eq!(status(&["Cargo.toml"]), Some(0));
    assert_eq!(status(&["no such file"]), Some(1));
    for usage in [
        &[][..],
        &["-", "--chunk", "0"],
        &["-", "--buffer", "x"],
        &["-", "-"],
        &["--x"],
    ] {
        assert_eq!(status(usage), Some(2), "{usage:?}");
    }
}

/// Breaks when an illegal frame leaves a byte, or the frames before it are lost.
#[test]
fn encode_stream_writes_all_of_a_frame_or_nothing() {
    let frames = r#"{"type":"t","id":"7","retry":3000,"data":"a\r\n b"}
{"comment":"hi"}
{"id":""}
"#;
    let expected = "event: t\nid: 7\nretry: 3000\ndata: a\ndata:  b\n\n:hi\nid: \n\n";
    let output = run("encode_stream", &[], frames.as_bytes());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    assert_eq!(output.status.code(), Some(0));

    assert_eq!(run("encode_stream", &["FILE"], b"").status.code(), Some(2));

    for illegal in [
        r#"{"type":"a\nb","data":"x"}"#,
        r#"{"data":"x","id":"a\rb"}"#,
        r#"{"data":"x","id":"a\u0000b"}"#,
        r#"{"data":5}"#,
        r#"{"data":"x","retry":-1}"#,
        r#"{"data":"x","retry":4294967296}"#,
        r#"{"comment":"x","data":"y"}"#,
        r#"{"event":"x"}"#,
        "[]",
        "{",
    ] {
        let input = format!("{frames}{illegal}\n{frames}");
        let output = run("encode_stream", &[], input.as_bytes());
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            expected,
            "{illegal}"
        );
        assert_eq!(output.status.code(), Some(2), "{illegal}");
        let error: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
        assert!(error["error"].is_string(), "{illegal}");
    }
}

/// Stopped when the test ends, also by a panic.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Breaks when the server does not answer, or a client of two misses an id.
#[test]
fn status_server_streams_to_two_clients() {
    // On Unix cargo becomes the program that it runs, so stopping the one stops the other.
    let mut command = example(
        "status_server",
        &["--addr", "127.0.0.1:0", "--interval", "10"],
    );
    let mut server = Server(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    let mut output = BufReader::new(server.0.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://").unwrap();
    let address = address.trim_end_matches('/');

    let connect = |path: &str| {
        let mut socket = TcpStream::connect(address).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        write!(socket, "GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
        BufReader::new(socket)
    };
    let fetch = |path| {
        let mut answer = String::new();
        let mut socket = connect(path);
        while !answer.ends_with("</html>\n") && !answer.ends_with('}') {
            socket.read_line(&mut answer).unwrap();
        }
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        answer
    };
    assert!(fetch("/").contains("new EventSource("));
    assert!(fetch("/metrics.json").contains("\"published\":"));

    let ids = |client: BufReader<TcpStream>| -> Vec<u64> {
        let lines = client.lines().map(Result::unwrap);
        let ids =
            lines.filter_map(|line| line.strip_prefix("id: ")?.split_once('-')?.1.parse().ok());
        ids.take(20).collect()
    };
    let (first, second) = (connect("/events"), connect("/events"));
    for ids in [ids(first), ids(second)] {
        assert!(ids.windows(2).all(|pair| pair[1] == pair[0] + 1), "{ids:?}");
        assert_eq!(ids.len(), 20);
    }
}

/// Answers one connection after the other, and returns what was asked. The last one may be cut short.
fn answers(responses: &[&str]) -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let responses: Vec<String> = responses.iter().map(|text| text.to_string()).collect();
    let requests = std::thread::spawn(move || {
        let answer = |response: String| {
            let mut socket = listener.accept().unwrap().0;
            let (mut request, mut bytes) = (String::new(), [0; 1024]);
            while !request.contains("\r\n\r\n") {
                let length = socket.read(&mut bytes).unwrap();
                request += std::str::from_utf8(&bytes[..length]).unwrap();
            }
            socket.write_all(response.as_bytes()).unwrap();
            request
        };
        responses.into_iter().map(answer).collect()
    });
    (port, requests)
}

/// Breaks when the program asks for something else than it was told to, or tells it wrong.
#[test]
fn eventsource_prints_what_becomes_of_a_stream() {
    let (port, requests) = answers(&[
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: /b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n\
         : hello\nid: 8\nretry: 100\ndata: a\n\ndata: 0123456789012345678901234567890123456789\n\n\
         event: b\ndata: c\ndata\n\ndata: unfin",
        "HTTP/1.1 204 No Content\r\n\r\n",
    ]);
    let url = format!("http://127.0.0.1:{port}/a");
    let arguments = [
        &url,
        "--last-event-id",
        "7",
        "--header",
        "Authorization: Bearer x",
        "--body",
        "{}",
        "--buffer",
        "40",
    ];
    let output = run("eventsource", &arguments, b"");
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    let (connecting, others): (Vec<&str>, Vec<&str>) =
        lines.into_iter().partition(|line| line.contains("in_ms"));
    assert_eq!(
        others,
        [
            r#"{"state":"open"}"#,
            r#"{"retry":100}"#,
            r#"{"type":"message","data":"a","lastEventId":"8"}"#,
            r#"{"overflow":true}"#,
            r#"{"type":"b","data":"c\n","lastEventId":"8"}"#,
            r#"{"state":"closed","reason":"server wants no more requests"}"#,
        ]
    );
    // A millisecond or more may have passed before it was told.
    let [waits] = connecting[..] else {
        panic!("{connecting:?}");
    };
    let milliseconds = waits.strip_prefix(r#"{"state":"connecting","in_ms":"#);
    let milliseconds = milliseconds.and_then(|rest| rest.strip_suffix('}')?.parse().ok());
    assert!((0..=100).contains(&milliseconds.unwrap()), "{waits}");
    assert_eq!(output.status.code(), Some(0));

    let requests = requests.join().unwrap();
    assert!(
        requests[1].starts_with("POST /b HTTP/1.1\r\n"),
        "{}",
        requests[1]
    );
    assert!(requests[1].contains("Authorization: Bearer x\r\n"));
    assert!(requests[1].contains("Last-Event-ID: 7\r\n"));
    assert!(requests[1].contains("Content-Length: 2\r\n"));
    assert!(requests[2].starts_with("POST /a HTTP/1.1\r\n"));
    assert!(requests[2].contains("Last-Event-ID: 8\r\n"));
}

/// Breaks when ends of different kinds share an exit status.
#[test]
fn eventsource_tells_why_it_ends() {
    let stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    let events = format!("{stream}data: a\n\ndata: b\n\ndata: c\n\n");
    let cases: [(&[&str], &[&str], i32); 11] = [
        (&[&events], &["--count", "2"], 0),
        (&["HTTP/1.1 404 Not Found\r\n\r\n"], &[], 2),
        (&["HTTP/1.1 503 Busy\r\n\r\n"], &["--strict"], 2),
        (
            &["HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"],
            &[],
            2,
        ),
        (&["HTTP/1.1 302 Found\r\n\r\n"], &[], 3),
        (
            &["HTTP/1.1 302 Found\r\nLocation: https://a/\r\n\r\n"],
            &[],
            3,
        ),
        (&["SSH-2.0\r\n\r\n"], &[], 3),
        (&[stream, stream], &["--attempts", "2", "--retry", "1"], 4),
        (&[], &["--body"], 1),
        (&[], &["--header", "no colon"], 1),
        (&[], &["--last-event-id", "a\nb"], 1),
    ];
    for (responses, options, status) in cases {
        let (port, requests) = answers(responses);
        let url = format!("http://127.0.0.1:{port}/");
        let arguments = [&[url.as_str()], options].concat();
        let output = run("eventsource", &arguments, b"");
        assert_eq!(
            output.status.code(),
            Some(status),
            "{responses:?} {output:?}"
        );
        let lines = String::from_utf8(output.stdout).unwrap();
        let is_told = lines
            .lines()
            .any(|line| line.starts_with(r#"{"state":"closed""#));
        assert_eq!(is_told, status > 1, "{lines}");
        requests.join().unwrap();
    }
}
