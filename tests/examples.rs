//! The example programs, each run as by a user.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

fn example(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--example", name]);
    // In the packaged crate, no dev-dependency adds these.
    command.args(["--features", "embassy-sync,embassy-time", "--"]);
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
    // A program that rejects its arguments may have ended by now.
    let _ = child.stdin.take().unwrap().write_all(input);
    // A client that does not end when it should would run for ever, so stop it after 30 s. The pipes have room for
    // all that it prints.
    if name == "eventsource" {
        let until = Instant::now() + Duration::from_secs(30);
        while child.try_wait().unwrap().is_none() {
            if Instant::now() > until {
                child.kill().unwrap();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    child.wait_with_output().unwrap()
}

/// Breaks when an event, a retry or an overflow is not printed at its place.
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

/// Breaks when a failure and a wrong use have the same exit status.
#[test]
fn decode_stream_has_different_exit_statuses_for_usage_and_failure() {
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

/// Breaks when a byte of an illegal frame is written, or the frames before it are lost.
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

/// A process that is stopped when the test ends, also by a panic.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs `status_server` on a free port, and returns its address.
fn status_server(options: &[&str]) -> (Server, String) {
    let mut command = example("status_server", &["--addr", "127.0.0.1:0"]);
    command.args(options);
    // On Unix, cargo becomes the program that it runs, so stopping cargo stops the program.
    let mut server = Server(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    let mut output = BufReader::new(server.0.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://").unwrap();
    (server, address.trim_end_matches('/').into())
}

/// Runs an example at a free port, and waits until it listens.
fn small_server(name: &str) -> (Server, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let server = Server(example(name, &[&address]).spawn().unwrap());
    let until = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(&address).is_err() {
        assert!(Instant::now() < until, "{name} does not listen");
        std::thread::sleep(Duration::from_millis(5));
    }
    (server, address)
}

fn request(address: &str, method: &str, path: &str) -> BufReader<TcpStream> {
    let mut socket = TcpStream::connect(address).unwrap();
    let timeout = Some(Duration::from_secs(30));
    socket.set_read_timeout(timeout).unwrap();
    write!(
        socket,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\n\r\n"
    )
    .unwrap();
    BufReader::new(socket)
}

/// Fetches a whole response. It must end without an action of the client: sooner than after the second for which the
/// server waits for the client.
fn fetch(address: &str, method: &str, path: &str) -> String {
    let mut answer = String::new();
    let mut socket = request(address, method, path);
    let start = Instant::now();
    socket.read_to_string(&mut answer).unwrap();
    assert!(start.elapsed() < Duration::from_millis(500), "{path}");
    answer
}

/// The ids of a stream, each as epoch and sequence.
fn ids(client: BufReader<TcpStream>) -> impl Iterator<Item = (String, u64)> {
    let lines = client.lines().map(Result::unwrap);
    lines.filter_map(|line| {
        let (epoch, number) = line.strip_prefix("id: ")?.split_once('-')?;
        Some((epoch.into(), number.parse().unwrap()))
    })
}

/// Breaks when the server does not respond, its client waits for the end of the response, or one of two clients
/// misses an id.
#[test]
fn status_server_streams_to_two_clients() {
    let (_server, address) = status_server(&["--interval", "10"]);
    for (path, part) in [
        ("/", "new EventSource("),
        ("/metrics.json", "\"published\":"),
    ] {
        let answer = fetch(&address, "GET", path);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains(part), "{answer}");
    }
    let streams = [(); 2].map(|()| request(&address, "GET", "/events"));
    for stream in streams {
        let ids: Vec<u64> = ids(stream).map(|(_, number)| number).take(20).collect();
        assert!(ids.windows(2).all(|pair| pair[1] == pair[0] + 1), "{ids:?}");
        assert_eq!(ids.len(), 20);
    }
}

/// Breaks when another method than `GET` or `HEAD` gets a 404 for a page that exists.
#[test]
fn status_server_refuses_other_methods_with_405() {
    let (_server, address) = status_server(&[]);
    for path in ["/", "/metrics.json", "/events"] {
        for method in ["POST", "PUT", "DELETE"] {
            let answer = fetch(&address, method, path);
            let status = "HTTP/1.1 405 Method Not Allowed\r\n";
            assert!(answer.starts_with(status), "{method} {path}: {answer}");
            let allow = "\r\nAllow: GET, HEAD\r\n";
            assert!(answer.contains(allow), "{method} {path}: {answer}");
        }
    }
    assert!(fetch(&address, "POST", "/nope").starts_with("HTTP/1.1 404 "));
}

/// Breaks when a request publishes an event: requests would evict the history.
#[test]
fn status_server_publishes_nothing_for_requests() {
    // The interval is longer than this test, so there is one sample. The log has room for more.
    let options = ["--interval", "3600000"];
    let (_server, address) = status_server(&options);
    for _ in 0..500 {
        let mut stream = request(&address, "GET", "/events");
        stream.read_line(&mut String::new()).unwrap();
    }
    let (_, number) = ids(request(&address, "GET", "/events")).next().unwrap();
    assert_eq!(number, 1);
    let metrics = fetch(&address, "GET", "/metrics.json");
    assert!(metrics.contains("\"published\":1}"), "{metrics}");
}

/// Breaks when two runs have ids in common, also within one second: a client would resume in the wrong one.
#[test]
fn servers_make_other_ids_in_each_run() {
    let epoch_at = |address: &str, path: &str| ids(request(address, "GET", path)).next().unwrap().0;
    // The runs start together. One after the other, they could take seconds on a busy machine.
    let runs = [(); 4].map(|()| std::thread::spawn(|| status_server(&[])));
    let runs = runs.map(|run| run.join().unwrap());
    let epochs = runs.map(|(_server, address)| epoch_at(&address, "/events"));
    assert_eq!(HashSet::from(epochs.clone()).len(), 4, "{epochs:?}");
    for name in ["serve_async", "serve_superloop"] {
        let epoch = || epoch_at(&small_server(name).1, "/");
        assert_ne!(epoch(), epoch(), "{name}");
    }
}

/// Breaks when a new client gets the state only with the next event, or when the state counts as an event of the log.
#[test]
fn servers_send_the_state_to_new_clients() {
    let state = |address: &str, path: &str| {
        let lines = request(address, "GET", path).lines().map(Result::unwrap);
        let body = lines.skip_while(|line| !line.is_empty()).skip(3);
        body.take_while(|line| !line.is_empty()).collect::<Vec<_>>()
    };
    for name in ["serve_async", "serve_superloop"] {
        let (_server, address) = small_server(name);
        let lines = state(&address, "/");
        assert_eq!(lines[0], "event: uptime", "{name}");
        assert!(lines[1].starts_with("data: "), "{name}");
    }
    let (_server, address) = status_server(&[]);
    // There is no state before the first sample, so try again until there is one.
    let until = Instant::now() + Duration::from_secs(30);
    while state(&address, "/events").len() != 2 {
        assert!(Instant::now() < until, "the first event is one of the log");
    }
    assert_eq!(state(&address, "/events")[0], "event: status");
}

/// Breaks when a client without a slot waits or gets no 503, or when a slot stays taken.
#[test]
fn small_servers_refuse_a_fifth_client_with_503() {
    for name in ["serve_async", "serve_superloop"] {
        let (_server, address) = small_server(name);
        let stream = || {
            let mut stream = request(&address, "GET", "/");
            let mut status = String::new();
            stream.read_line(&mut status).unwrap();
            (status, stream)
        };
        let mut streams: Vec<_> = (0..4).map(|_| stream()).collect();
        for (status, _) in &streams {
            assert_eq!(status, "HTTP/1.1 200 OK\r\n", "{name}");
        }
        for _ in 0..3 {
            let answer = fetch(&address, "GET", "/");
            assert!(answer.starts_with("HTTP/1.1 503 "), "{name}: {answer}");
            assert!(
                answer.contains("\r\nRetry-After: 5\r\n"),
                "{name}: {answer}"
            );
            assert!(
                answer.ends_with("\r\n\r\n503 Service Unavailable"),
                "{name}: {answer}"
            );
        }
        // After a 503 the event source of a browser would stop for good.
        let mut browser = TcpStream::connect(&address).unwrap();
        let fields = "Host: d\r\nAccept: text/event-stream\r\n";
        write!(browser, "GET / HTTP/1.1\r\n{fields}\r\n").unwrap();
        let mut answer = String::new();
        browser.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{name}: {answer}");
        assert!(
            answer.ends_with("\r\n\r\n:\nretry: 3000\n"),
            "{name}: {answer}"
        );
        // The spare socket is free again.
        drop(browser);
        // The other refusals are the same as with free slots.
        assert!(fetch(&address, "GET", "/nope").starts_with("HTTP/1.1 404 "));
        assert!(fetch(&address, "POST", "/").starts_with("HTTP/1.1 405 "));

        streams.pop();
        let until = Instant::now() + Duration::from_secs(5);
        while stream().0 != "HTTP/1.1 200 OK\r\n" {
            assert!(Instant::now() < until, "{name}: no slot became free");
        }
    }
}

/// Sends these responses, one to each connection, and returns the requests. The last request may be cut. A response
/// with `keep-alive` leaves the end of its connection to the client.
fn answers(responses: &[&str]) -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let responses: Vec<String> = responses.iter().map(|text| text.to_string()).collect();
    let requests = std::thread::spawn(move || {
        let answer = |response: String| {
            let mut socket = listener.accept().unwrap().0;
            let (mut request, mut bytes) = (Vec::new(), [0; 1024]);
            // Closing a socket with unread bytes resets its connection, and the client may lose the response.
            while !is_whole(&String::from_utf8_lossy(&request)) {
                match socket.read(&mut bytes).unwrap() {
                    0 => break,
                    length => request.extend(&bytes[..length]),
                }
            }
            socket.write_all(response.as_bytes()).unwrap();
            if response.contains("keep-alive") {
                assert_eq!(socket.read(&mut bytes).unwrap_or(0), 0);
            }
            String::from_utf8(request).unwrap()
        };
        responses.into_iter().map(answer).collect()
    });
    (port, requests)
}

/// Whether a request has its whole head and body.
fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    let mut lines = head.lines();
    let length = lines.find_map(|line| line.strip_prefix("Content-Length: "));
    body.len() == length.map_or(0, |length| length.parse().unwrap())
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\n\r\n";

/// The output of the example `eventsource`, its exit status, and its requests.
struct Followed {
    states: Vec<String>,
    errors: String,
    status: Option<i32>,
    requests: Vec<String>,
}

/// Runs `eventsource` with a server that sends these responses.
fn follow(responses: &[&str], options: &[&str]) -> Followed {
    let (port, requests) = answers(responses);
    let url = format!("http://127.0.0.1:{port}/");
    let arguments = [&[url.as_str()], options].concat();
    let output = run("eventsource", &arguments, b"");
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines = lines.lines().map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = ["state", "data"]
            .into_iter()
            .find_map(|name| line.get(name));
        let by = line.get("by").and_then(|by| by.as_str());
        let name = name.and_then(|name| name.as_str());
        [name, by]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" by ")
    });
    Followed {
        states: lines.collect(),
        errors: String::from_utf8(output.stderr).unwrap(),
        status: output.status.code(),
        requests: requests.join().unwrap(),
    }
}

/// Breaks when a request is not as the arguments say, or a notice is printed wrong.
#[test]
fn eventsource_prints_events_and_states() {
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
        "--repeat-post",
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
            r#"{"state":"closed","reason":"server wants no more requests (status 204)","by":"policy"}"#,
        ]
    );
    // Some milliseconds of the delay may have passed before the line was printed.
    let [waits] = connecting[..] else {
        panic!("{connecting:?}");
    };
    let milliseconds = waits.strip_prefix(r#"{"state":"connecting","in_ms":"#);
    let milliseconds = milliseconds.and_then(|rest| rest.strip_suffix('}')?.parse().ok());
    assert!((0..=150).contains(&milliseconds.unwrap()), "{waits}");
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

/// Breaks when the exit status does not say who has ended the client.
#[test]
fn the_exit_status_of_eventsource_says_who_has_ended_it() {
    let events = format!("{OK}data: a\n\ndata: b\n\ndata: c\n\n");
    let cases: [(&[&str], &[&str], i32); 13] = [
        (&[&events], &["--count", "2"], 0),
        (&[NO_CONTENT], &[], 0),
        (&["HTTP/1.1 404 Not Found\r\n\r\n"], &[], 2),
        (&["HTTP/1.1 302 Found\r\n\r\n"], &[], 2),
        (&[OK, OK], &["--attempts", "2", "--retry", "1"], 4),
        (&[], &["--body"], 1),
        (&[], &["--body", "@no such file"], 1),
        (&[], &["--header", "no colon"], 1),
        (&[], &["--last-event-id", "a\nb"], 1),
        (&[], &["--end-on", "something"], 1),
        (&[], &["--end-on", "99"], 1),
        (&[], &["--seed", "x"], 1),
        // The client connects before it makes its request.
        (&[""], &["--buffer", "0"], 1),
    ];
    for (responses, options, status) in cases {
        let followed = follow(responses, options);
        assert_eq!(
            followed.status,
            Some(status),
            "{options:?} {}",
            followed.errors
        );
        let by = match status {
            2 => "closed by policy",
            4 => "closed by attempts",
            _ => continue,
        };
        assert_eq!(followed.states.last().unwrap(), by, "{options:?}");
    }
    let output = run("eventsource", &["https://127.0.0.1:1/"], b"");
    assert_eq!(output.status.code(), Some(1));
    let closed =
        r#"{"state":"closed","reason":"the connector does not support this URL","by":"caller"}"#;
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), closed);
}

/// Breaks when a `POST` is repeated without the option, or is sent without its body.
#[test]
fn eventsource_repeats_a_post_only_with_the_option() {
    let answer = format!("{OK}data: [DONE]\n\n");
    let post = ["--body", r#"{"q":1}"#, "--retry", "100"];
    let followed = follow(&[&answer], &post);
    // There is no line about another connection, so this was the only request.
    assert_eq!(followed.states, ["open", "[DONE]", "closed by policy"]);
    assert_eq!(followed.status, Some(2));
    assert!(followed.requests[0].starts_with("POST / HTTP/1.1\r\n"));
    assert!(followed.requests[0].ends_with("\r\n\r\n{\"q\":1}"));

    let repeated = [&post[..], &["--repeat-post"]].concat();
    let followed = follow(&[&answer, &answer, NO_CONTENT], &repeated);
    let told = ["open", "[DONE]", "connecting"].repeat(2);
    assert_eq!(followed.states, [&told[..], &["closed by policy"]].concat());
    assert_eq!(followed.status, Some(0));
    for request in &followed.requests {
        assert!(request.starts_with("POST / "), "{request}");
        assert!(request.ends_with("\r\n\r\n{\"q\":1}"), "{request}");
    }

    // With an id, a `GET` resumes the stream of a `POST` that was cut.
    let answer = format!("{OK}id: 7\ndata: a\n\n");
    let resumed = [&post[..], &["--resume-by-get"]].concat();
    let followed = follow(&[&answer, NO_CONTENT], &resumed);
    assert_eq!(followed.status, Some(0));
    assert!(followed.requests[0].starts_with("POST / "));
    assert!(followed.requests[1].starts_with("GET / "));
    assert!(followed.requests[1].contains("\r\nLast-Event-ID: 7\r\n"));
}

/// Breaks when the body is not that of the file, or when the default method for a body is not `POST`.
#[test]
fn eventsource_reads_a_body_from_a_file() {
    let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/eventsource_body");
    let text = format!("{{\n\"q\": \"{}\"}}", "\u{e4}@".repeat(3_000));
    std::fs::write(path, &text).unwrap();
    for (options, method) in [(&[][..], "POST"), (&["--method", "QUERY"], "QUERY")] {
        let body = format!("@{path}");
        let options = [&["--body", &body], options].concat();
        let followed = follow(&[NO_CONTENT], &options);
        let (head, body) = followed.requests[0].split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("{method} / ")), "{head}");
        assert!(body == text);
    }
}

/// Breaks when `--strict` has no effect, or these responses are final without it.
#[test]
fn eventsource_ends_as_browsers_do_if_strict() {
    for response in [
        "HTTP/1.1 503 Busy\r\n\r\n",
        "HTTP/1.1 400 Bad\r\nRetry-After: 0\r\n\r\n",
    ] {
        let followed = follow(&[response, NO_CONTENT], &["--retry", "1"]);
        assert_eq!(followed.states, ["connecting", "closed by policy"]);
        assert_eq!(followed.status, Some(0));
        let followed = follow(&[response], &["--strict"]);
        assert_eq!(followed.states, ["closed by policy"]);
        assert_eq!(followed.status, Some(2));
    }
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
    assert_eq!(follow(&[page], &["--strict"]).status, Some(2));
}

/// Breaks when a word of `--end-on` stands for another reason.
#[test]
fn eventsource_ends_on_the_reasons_of_end_on() {
    let held = "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n";
    let silent = format!("{held}Content-Type: text/event-stream\r\n\r\n");
    let cut = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100\r\n\r\n";
    let cases: [(&str, &str, &[&str]); 8] = [
        ("503", "HTTP/1.1 503 Busy\r\n\r\n", &[]),
        (
            "wrong-type",
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
            &[],
        ),
        (
            "redirect",
            "HTTP/1.1 302 Found\r\nLocation: ftp://a/\r\n\r\n",
            &[],
        ),
        ("malformed", "SSH-2.0\r\n\r\n", &[]),
        ("lost", cut, &[]),
        ("ended", OK, &[]),
        ("idle", &silent, &["--idle-timeout", "100"]),
        ("slow-head", held, &["--head-timeout", "100"]),
    ];
    for (word, response, options) in cases {
        let followed = follow(&[response], &[options, &["--end-on", word]].concat());
        let last = followed.states.last().map(String::as_str);
        assert_eq!(last, Some("closed by policy"), "{word} {}", followed.errors);
        assert!(!followed.states.contains(&"connecting".into()), "{word}");
        assert_eq!(followed.status, Some(2), "{word}");
    }

    // Nothing listens: the port was freed a moment ago.
    let followed = follow(&[], &["--end-on", "500", "--end-on", "unreachable"]);
    assert_eq!(followed.states, ["closed by policy"]);

    // Other reasons are still retried.
    let others = ["503", "redirect", "malformed", "lost", "idle", "slow-head"];
    let others = others.map(|word| ["--end-on", word]);
    let options = [others.as_flattened(), &["--retry", "1"]].concat();
    let followed = follow(&[OK, NO_CONTENT], &options);
    assert_eq!(followed.states, ["open", "connecting", "closed by policy"]);
    assert_eq!(followed.status, Some(0));
}

/// Breaks when the body of a refusal is not printed, or is printed as a part of the stream.
#[test]
fn eventsource_prints_the_body_of_an_error() {
    let refusal = |status: &str, body: &str| {
        let length = body.len();
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}")
    };
    let busy = refusal("503 Busy", "{\"error\":\"overloaded\"}");
    let wrong = refusal("404 Not Found", "no such model");
    let followed = follow(&[&busy, &wrong], &["--retry", "1"]);
    assert_eq!(followed.states, ["connecting", "closed by policy"]);
    assert_eq!(followed.status, Some(2));
    let errors: Vec<&str> = followed.errors.lines().collect();
    assert!(errors.contains(&"{\"error\":\"overloaded\"}"), "{errors:?}");
    assert_eq!(errors.last(), Some(&"no such model"));
}

/// Breaks when a seed does not repeat its delay, or all runs without a seed have the same delay.
#[test]
fn eventsource_has_the_delays_of_its_seed() {
    let delay = |options: &[&str]| -> u64 {
        let (port, _) = answers(&[OK]);
        let url = format!("http://127.0.0.1:{port}/");
        let arguments = [&[url.as_str(), "--retry", "100000"], options].concat();
        let mut command = example("eventsource", &arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut program = Server(command.spawn().unwrap());
        let lines = BufReader::new(program.0.stdout.take().unwrap()).lines();
        let mut lines = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap());
        let waits = lines.find_map(|line: serde_json::Value| line["in_ms"].as_u64());
        waits.unwrap()
    };
    // The seed does not determine the time between the failure and the printing of its line.
    let is_same = |a: u64, b: u64| a.abs_diff(b) < 1_000;
    let first = delay(&["--seed", "1"]);
    assert!(is_same(first, delay(&["--seed", "1"])));
    assert!(!is_same(first, delay(&["--seed", "2"])));
    // Three random seeds hardly ever give delays that are all within 2 % of the range.
    let drawn = [delay(&[]), delay(&[]), delay(&[])];
    assert!(
        drawn.iter().any(|other| !is_same(drawn[0], *other)),
        "{drawn:?}"
    );
}
