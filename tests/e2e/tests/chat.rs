//! The example `chat`, against a server that misbehaves as those of language models do.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use e2e::program::{Program, root};
use serde_json::{Value, json};

const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
const DONE: &str = "data: [DONE]\n\n";

/// An event with the next piece of the answer.
fn delta(text: &str) -> String {
    let chunk = json!({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "usage": null,
        "choices": [{ "index": 0, "delta": { "content": text }, "finish_reason": null }],
    });
    format!("data: {chunk}\n\n")
}

/// The event after the last piece of the answer.
fn finish() -> String {
    let chunk = json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] });
    format!("data: {chunk}\n\n")
}

/// A stream of these events, which ends with the connection.
fn stream(events: &[&str]) -> Vec<Step> {
    vec![send(format!("{STREAM}\r\n{}", events.concat()))]
}

/// The same in chunks, each sent by itself.
fn chunked<'c>(chunks: impl IntoIterator<Item = &'c [u8]>) -> Vec<Step> {
    let head = format!("{STREAM}Transfer-Encoding: chunked\r\n\r\n");
    let mut steps = vec![send(head)];
    for chunk in chunks {
        let size = format!("{:x}\r\n", chunk.len());
        steps.push(send([size.as_bytes(), chunk, b"\r\n"].concat()));
    }
    steps
}

/// A response that is no stream.
fn refuse(status: &str, field: &str, body: &str) -> Vec<Step> {
    let length = body.len();
    vec![send(format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{field}\r\n\r\n{body}"
    ))]
}

/// An action of the server for one request. After the last one it closes the connection.
enum Step {
    Send(Vec<u8>),
    Do(Box<dyn FnOnce() + Send>),
}

fn send(bytes: impl Into<Vec<u8>>) -> Step {
    Step::Send(bytes.into())
}

/// A request that the server has received, and when.
struct Request {
    head: String,
    body: Value,
    at: Instant,
}

impl Request {
    fn field(&self, name: &str) -> Option<&str> {
        let start = format!("{name}: ");
        self.head.lines().find_map(|line| line.strip_prefix(&start))
    }
}

/// Answers one request after the other.
struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    fn start(answers: impl IntoIterator<Item = Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let received = Arc::clone(&requests);
        let answers: Vec<_> = answers.into_iter().collect();
        thread::spawn(move || {
            let mut answers = answers.into_iter();
            // It ends with the process of the test.
            while let Ok((mut socket, _)) = listener.accept() {
                socket.set_nodelay(true).unwrap();
                received.lock().unwrap().push(read_request(&socket));
                // A 204 ends a client that asks too often.
                let end = || vec![send("HTTP/1.1 204 No Content\r\n\r\n")];
                let answer = answers.next().unwrap_or_else(end);
                // An error means that the client has ended.
                let _ = play(&mut socket, answer);
            }
        });
        Self { address, requests }
    }
}

fn play(socket: &mut TcpStream, answer: Vec<Step>) -> std::io::Result<()> {
    for step in answer {
        match step {
            Step::Send(bytes) => {
                socket.write_all(&bytes)?;
                // The client most likely receives these bytes alone. Its output must be the same if it does not.
                sleep(Duration::from_millis(10));
            }
            Step::Do(action) => action(),
        }
    }
    Ok(())
}

fn read_request(socket: &TcpStream) -> Request {
    let mut reader = BufReader::new(socket);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
    }
    let mut request = Request {
        head,
        body: Value::Null,
        at: Instant::now(),
    };
    let length = request.field("Content-Length").unwrap().parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    request.body = serde_json::from_slice(&body).unwrap();
    request
}

static CHAT: LazyLock<PathBuf> = LazyLock::new(|| {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "-p", "chat"])
        .args(["--target-dir", "target"])
        .current_dir(root())
        .status();
    assert!(status.unwrap().success());
    root().join("target/debug/chat")
});

/// A run of the program. It is stopped when this is dropped.
struct Chat {
    program: Program,
    output: Receiver<Vec<u8>>,
    printed: Vec<u8>,
    errors: Receiver<Vec<u8>>,
}

/// The result of a run.
struct Ended {
    status: i32,
    output: String,
    errors: String,
}

impl Chat {
    fn start(server: &Server, arguments: &[&str], token: Option<&str>) -> Self {
        let mut command = Command::new(&*CHAT);
        command
            .args(arguments)
            .arg(format!("http://{}/v1/chat/completions", server.address))
            .arg("Why?")
            .env_remove("CHAT_TOKEN")
            .envs(token.map(|token| ("CHAT_TOKEN", token)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut program = Program::start(&mut command);
        let output = pieces(program.0.stdout.take().unwrap());
        let errors = pieces(program.0.stderr.take().unwrap());
        Self {
            program,
            output,
            printed: Vec::new(),
            errors,
        }
    }

    /// Waits until the program has printed this as the start of its output.
    fn wait_for(&mut self, text: &str) {
        while self.printed.len() < text.len() {
            let piece = self.output.recv_timeout(LIMIT).expect("no output");
            self.printed.extend(piece);
        }
        assert_eq!(str::from_utf8(&self.printed), Ok(text));
    }

    fn end(mut self) -> Ended {
        let mut errors = Vec::new();
        let until = Instant::now() + LIMIT;
        for (pieces, text) in [
            (&self.output, &mut self.printed),
            (&self.errors, &mut errors),
        ] {
            // The pipes close when the program ends.
            while let Ok(piece) = pieces.recv_timeout(until - Instant::now()) {
                text.extend(piece);
            }
        }
        let output = String::from_utf8(std::mem::take(&mut self.printed)).unwrap();
        let errors = String::from_utf8(errors).unwrap();
        // The pipes close a moment before the program has ended.
        let status = loop {
            match self.program.0.try_wait().unwrap() {
                Some(status) => break status,
                None => assert!(Instant::now() < until, "it runs on: {output}\n{errors}"),
            }
            sleep(Duration::from_millis(5));
        };
        println!("{status}\n{output}\n{errors}");
        Ended {
            status: status.code().unwrap(),
            output,
            errors,
        }
    }
}

const LIMIT: Duration = Duration::from_secs(60);

fn pieces(mut pipe: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = pipe.read(&mut buffer) {
            let _ = sender.send(buffer[..length].to_vec());
        }
    });
    receiver
}

/// Runs the program without a token against a server with these answers. Returns its result, and the number of requests.
fn run(answers: impl IntoIterator<Item = Vec<Step>>) -> (Ended, usize) {
    let server = Server::start(answers);
    let ended = Chat::start(&server, &[], None).end();
    let count = server.requests.lock().unwrap().len();
    (ended, count)
}

/// Breaks when the request is not the one that servers expect, or has a token though there is none.
#[test]
fn the_request_is_a_post_with_a_json_body() {
    let server = Server::start([stream(&[DONE])]);
    let ended = Chat::start(&server, &["--model", "m-1"], None).end();
    assert_eq!((ended.status, &*ended.output), (0, "\n"));
    let requests = server.requests.lock().unwrap();
    let request = &requests[0];
    assert!(
        request
            .head
            .starts_with("POST /v1/chat/completions HTTP/1.1\r\n")
    );
    assert_eq!(request.field("Content-Type"), Some("application/json"));
    assert_eq!(request.field("Accept"), Some("text/event-stream"));
    assert_eq!(request.field("Authorization"), None);
    let messages = json!([{ "role": "user", "content": "Why?" }]);
    let expected = json!({ "model": "m-1", "stream": true, "messages": messages });
    assert_eq!(request.body, expected);
}

/// Breaks when a piece of the answer is not printed before the next one comes, or the program waits for more than `[DONE]`.
#[test]
fn the_answer_is_printed_as_it_comes() {
    let (printed, next) = channel::<()>();
    let (ended, end) = channel::<()>();
    let wait =
        |signal: Receiver<()>| Step::Do(Box::new(move || signal.recv_timeout(LIMIT).unwrap()));
    let mut steps = stream(&[&delta("Hel")]);
    steps.extend([wait(next), send(delta("lo") + &finish() + DONE), wait(end)]);
    let server = Server::start([steps]);
    let mut chat = Chat::start(&server, &[], None);
    chat.wait_for("Hel");
    printed.send(()).unwrap();
    let chat = chat.end();
    assert_eq!((chat.status, &*chat.output), (0, "Hello\n"));
    ended.send(()).unwrap();
}

/// Breaks when a form in which servers write the stream changes the answer: chunks that end within characters, fields and
/// line ends, comments, no space after the colon, CRLF, a role without content, escaped surrogate pairs.
#[test]
fn the_answer_is_the_same_however_the_stream_is_written() {
    const ANSWER: &str = "Gr\u{fc}\u{df}e,\n\"\u{1f600}\"";
    let text = [
        &delta("Gr\u{fc}\u{df}e,\n"),
        &delta("\"\u{1f600}\""),
        &*finish(),
        DONE,
    ];
    let text = text.concat();
    let escaped = text
        .replace('\u{1f600}', "\\ud83d\\uDE00")
        .replace('\u{fc}', "\\u00fc");
    assert!(escaped.contains("\\ud83d\\uDE00"), "{escaped}");
    let role = r#"data: {"choices":[{"delta":{"role":"assistant","content":""}}]}"#;
    let usage = r#"data: {"choices":[],"usage":{"total_tokens":9,"details":{"cached":[]}}}"#;
    let comment = ": OPENROUTER PROCESSING\n\n";
    let commented = text.replace("data: ", &format!("{comment}data: "));
    let framed = format!(
        "{role}\n\n{}",
        text.replace(DONE, &format!("{usage}\n\n{DONE}"))
    );
    let forms = [
        text.clone(),
        escaped,
        commented,
        text.replace("data: ", "data:"),
        text.replace('\n', "\r\n"),
        text.replace('\n', "\r"),
        framed,
        format!("event: ping\ndata: {{\"type\": \"ping\"}}\n\nretry: 9\n\n{text}"),
    ];
    let within = text.find('\u{fc}').unwrap() + 1;
    let (front, back) = text.as_bytes().split_at(within);
    assert!(str::from_utf8(front).is_err());
    let mut answers = vec![chunked([front, back]), chunked(text.as_bytes().chunks(7))];
    answers.extend(forms.map(|form| stream(&[&form])));
    for (number, answer) in answers.into_iter().enumerate() {
        let (ended, requests) = run([answer]);
        assert_eq!(ended.output, format!("{ANSWER}\n"), "form {number}");
        assert_eq!((ended.status, &*ended.errors, requests), (0, "", 1));
    }
}

/// Breaks when an overloaded server is not asked again, or is asked before the time that it names.
#[test]
fn an_overloaded_server_is_asked_again_after_its_time() {
    let body = r#"{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}"#;
    for status in ["429 Too Many Requests", "503 Service Unavailable"] {
        let refusal = refuse(
            status,
            "Retry-After: 1\r\nContent-Type: application/json",
            body,
        );
        let server = Server::start([refusal, stream(&[&delta("Because."), DONE])]);
        let ended = Chat::start(&server, &[], None).end();
        assert_eq!((ended.status, &*ended.output), (0, "Because.\n"));
        assert!(
            ended
                .errors
                .contains("the server says: Rate limit reached\n")
        );
        assert!(ended.errors.contains(&status[..3]));
        let requests = server.requests.lock().unwrap();
        assert_eq!(requests.len(), 2);
        let delay = requests[1].at - requests[0].at;
        assert!(delay >= Duration::from_secs(1), "{delay:?}");
        assert_eq!(requests[1].body, requests[0].body);
    }
}

/// Breaks when a refused token is not replaced by the one that the file has then, or is sent more than twice.
#[test]
fn a_refused_token_is_read_anew() {
    let body = r#"{"error":{"message":"The token has expired"}}"#;
    let refuse = || refuse("401 Unauthorized", "Content-Type: application/json", body);
    for is_valid in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, "old\n").unwrap();
        let path = file.to_str().unwrap().to_owned();
        let mut first = refuse();
        let renew = move || std::fs::write(&file, "fresh token\n").unwrap();
        first.insert(0, Step::Do(Box::new(renew)));
        let second = match is_valid {
            true => stream(&[&delta("Because."), DONE]),
            false => refuse(),
        };
        let server = Server::start([first, second]);
        let ended = Chat::start(
            &server,
            &["--token-file", &path],
            Some("of the environment"),
        )
        .end();
        let requests = server.requests.lock().unwrap();
        let tokens: Vec<_> = requests
            .iter()
            .map(|request| request.field("Authorization"))
            .collect();
        assert_eq!(tokens, [Some("Bearer old"), Some("Bearer fresh token")]);
        assert!(
            ended
                .errors
                .contains("the server says: The token has expired\n")
        );
        let expected = if is_valid { (0, "Because.\n") } else { (2, "") };
        assert_eq!((ended.status, &*ended.output), expected);
    }
}

/// Breaks when a token that cannot change is sent again after it was refused.
#[test]
fn a_token_of_the_environment_is_sent_once() {
    let body = r#"{"error":{"message":"Incorrect API key"}}"#;
    let server = Server::start([refuse(
        "401 Unauthorized",
        "Content-Type: application/json",
        body,
    )]);
    let ended = Chat::start(&server, &[], Some("secret")).end();
    assert_eq!((ended.status, &*ended.output), (2, ""));
    assert!(ended.errors.contains("Incorrect API key"));
    assert!(!ended.errors.contains("secret"));
    let requests = server.requests.lock().unwrap();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].field("Authorization"), Some("Bearer secret"));
}

/// Breaks when an error is not explained, or the request is repeated though the server may have carried it out.
#[test]
fn an_error_is_shown_and_the_request_is_not_repeated() {
    let page = "<html><h1>Internal error</h1></html>";
    let message = r#"{"error":{"message":"No such model: \u201cdefault\u201d","param":null}}"#;
    let text = r#"{"error":"model is loading"}"#;
    let json = "Content-Type: application/json";
    for (status, field, body, shown) in [
        (
            "500 Internal Server Error",
            "Content-Type: text/html",
            page,
            page,
        ),
        (
            "200 OK",
            json,
            message,
            "No such model: \u{201c}default\u{201d}",
        ),
        (
            "404 Not Found",
            json,
            message,
            "No such model: \u{201c}default\u{201d}",
        ),
        ("400 Bad Request", json, text, "model is loading"),
    ] {
        let (ended, requests) = run([refuse(status, field, body)]);
        assert_eq!(
            (ended.status, &*ended.output, requests),
            (2, "", 1),
            "{status}"
        );
        assert!(
            ended
                .errors
                .contains(&format!("the server says: {shown}\n")),
            "{}",
            ended.errors
        );
        assert!(
            ended.errors.contains("no answer: response "),
            "{}",
            ended.errors
        );
    }
}

/// Breaks when an error in the middle of the answer is not noticed, or makes the program ask again.
#[test]
fn an_error_in_mid_stream_ends_the_answer() {
    let typed = "event: error\ndata: {\"type\": \"error\", \"error\": {\"type\": \"overloaded_error\", \"message\": \"Overloaded\"}}\n\n";
    let untyped = "data: {\"error\":{\"code\":502,\"message\":\"Overloaded\"},\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\n";
    let text = "data: {\"error\":\"Overloaded\"}\n\n";
    let only_typed = "event: error\ndata: Overloaded\n\n";
    let other_json = "event: error\ndata: {\"message\":\"Overloaded\"}\n\n";
    for error in [typed, untyped, text, only_typed, other_json] {
        let (ended, requests) = run([stream(&[&delta("Bec"), error, &delta("x"), DONE])]);
        assert_eq!((ended.status, &*ended.output, requests), (2, "Bec", 1));
        let says = ended.errors.lines().next().unwrap();
        assert!(says.starts_with("the server says: ") && says.contains("Overloaded"));
    }
}

/// Breaks when a connection that is cut in mid-answer is not reported, or the question is sent a second time.
#[test]
fn a_cut_in_mid_answer_is_reported_and_the_question_is_sent_once() {
    let delta = delta("Bec");
    for (answer, reason) in [
        // Without the last chunk.
        (chunked([delta.as_bytes()]), "connection was lost"),
        // Such a response ends with the connection, so only `[DONE]` is missing.
        (stream(&[&delta]), "response has ended"),
        (stream(&[&delta, &delta[..20]]), "response has ended"),
    ] {
        let (ended, requests) = run([answer]);
        assert_eq!((ended.status, &*ended.output, requests), (3, "Bec", 1));
        let expected = format!("\nthe answer is incomplete: {reason}\n");
        assert_eq!(ended.errors, expected);
    }
}

/// Breaks when a piece that is longer than the buffer, is no UTF-8 or is no JSON, is not reported, or ends the answer.
#[test]
fn a_piece_that_cannot_be_read_is_reported_and_the_rest_continues() {
    let long = delta(&"x".repeat(5_000)).into_bytes();
    // A delta with a byte that is no UTF-8.
    let malformed = delta("Z").into_bytes();
    let malformed = malformed
        .iter()
        .map(|byte| if *byte == b'Z' { 0xff } else { *byte });
    for (piece, reported) in [
        (long, "a piece of the answer is too long"),
        (malformed.collect(), "an event cannot be read"),
        (
            b"data: {\"choices\": [\n\n".to_vec(),
            "an event cannot be read",
        ),
    ] {
        let mut answer = stream(&[&delta("Bec")]);
        answer.extend([send(piece), send(delta("ause.") + DONE)]);
        let (ended, requests) = run([answer]);
        assert_eq!((ended.status, &*ended.output, requests), (3, "Because.", 1));
        assert!(ended.errors.contains(reported), "{}", ended.errors);
    }
}

/// Breaks when an answer that the model has finished counts as incomplete because `[DONE]` is missing.
#[test]
fn a_finished_answer_needs_no_done() {
    for answer in [
        stream(&[&delta("Because."), &finish()]),
        chunked([(delta("Because.") + &finish()).as_bytes()]),
    ] {
        let (ended, requests) = run([answer]);
        assert_eq!(
            (ended.status, &*ended.output, requests),
            (0, "Because.\n", 1)
        );
        assert_eq!(ended.errors, "");
    }
}
