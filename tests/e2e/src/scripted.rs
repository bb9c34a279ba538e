//! A server that sends raw answers, one for each request, and records the requests.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::program::free_port;

/// The answer to one request. In its bytes, `{here}` and `{other}` stand for the two addresses of the server, `{closed}`
/// for an address at which nothing listens.
#[derive(Clone, Debug)]
pub struct Answer {
    pub bytes: Vec<u8>,
    pub end: End,
}

/// The server's action after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Closes the connection.
    Fin,
    /// Resets the connection.
    Reset,
    /// Leaves the connection open, and reads the next request from it.
    Stay,
}

/// The path of the page. A browser that opens it requests the stream from the same origin.
pub const PAGE_PATH: &str = "/page";
pub const PAGE_REQUEST: &str = "GET /page ";

/// The header fields that each request for an event stream must have.
const FIELDS: [(&str, &str); 2] = [
    ("Accept", "text/event-stream"),
    ("Cache-Control", "no-cache"),
];

/// A server at two addresses, which stops when it is dropped. Both addresses share one list of answers.
pub struct Scripted {
    pub address: SocketAddr,
    script: Arc<Script>,
    _tasks: JoinSet<()>,
}

struct Script {
    answers: Vec<Answer>,
    /// The answer to every request after the list is used up.
    last: Answer,
    page: String,
    /// The address for each placeholder.
    addresses: [(&'static str, SocketAddr); 3],
    requests: Mutex<Vec<String>>,
}

impl Scripted {
    /// Starts a server that sends these answers, and `last` to every later request. Requests for [`PAGE_PATH`] get the page,
    /// and are not recorded.
    pub async fn start(answers: Vec<Answer>, last: Answer, page: &str) -> Self {
        let here = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = here.local_addr().unwrap();
        let script = Arc::new(Script {
            answers,
            last,
            page: format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}"),
            addresses: [
                ("{here}", address),
                ("{other}", other.local_addr().unwrap()),
                ("{closed}", ([127, 0, 0, 1], free_port()).into()),
            ],
            requests: Mutex::default(),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(listen(here, "", Arc::clone(&script)));
        tasks.spawn(listen(other, "{other}", Arc::clone(&script)));
        Self {
            address,
            script,
            _tasks: tasks,
        }
    }

    /// The requests so far, one line each: method, `{other}` if it came to that address, path, required header fields that
    /// are missing, and `Last-Event-ID` in brackets.
    pub fn requests(&self) -> Vec<String> {
        self.script.requests.lock().unwrap().clone()
    }
}

async fn listen(listener: TcpListener, name: &'static str, script: Arc<Script>) {
    // The set aborts its tasks when this task is dropped.
    let mut connections = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        let script = Arc::clone(&script);
        connections.spawn(async move {
            let _ = script.play(socket, name).await;
        });
    }
}

impl Script {
    async fn play(&self, mut socket: TcpStream, name: &str) -> io::Result<()> {
        socket.set_nodelay(true)?;
        // A connection that closes without a request uses up no answer.
        while let Some(request) = read_head(&mut socket).await? {
            if request.starts_with(PAGE_REQUEST) {
                return finish(socket, self.page.as_bytes()).await;
            }
            let answer = self.answer(&request, name);
            socket.write_all(&self.fill_in(&answer.bytes)).await?;
            match answer.end {
                End::Stay => continue,
                End::Reset => socket.set_zero_linger()?,
                End::Fin => return finish(socket, b"").await,
            }
            break;
        }
        Ok(())
    }

    /// Records the request, and returns the next answer.
    fn answer(&self, request: &str, name: &str) -> &Answer {
        let mut words = request.split(' ');
        let (method, path) = (words.next(), words.next());
        let (method, path) = (method.unwrap_or_default(), path.unwrap_or_default());
        let mut line = format!("{method} {name}{path}");
        for (field, value) in FIELDS {
            if value_of(field, request) != Some(value) {
                line += &format!(" without {field}");
            }
        }
        if let Some(id) = value_of("Last-Event-ID", request) {
            line += &format!(" [{id}]");
        }
        let mut requests = self.requests.lock().unwrap();
        let number = requests.len();
        requests.push(line);
        self.answers.get(number).unwrap_or(&self.last)
    }

    fn fill_in(&self, bytes: &[u8]) -> Vec<u8> {
        let mut filled = Vec::new();
        let mut rest = bytes;
        'next: while let [byte, after @ ..] = rest {
            for (name, address) in &self.addresses {
                if let Some(after) = rest.strip_prefix(name.as_bytes()) {
                    filled.extend(address.to_string().bytes());
                    rest = after;
                    continue 'next;
                }
            }
            filled.push(*byte);
            rest = after;
        }
        filled
    }
}

/// Sends these bytes, and closes the connection.
async fn finish(mut socket: TcpStream, bytes: &[u8]) -> io::Result<()> {
    socket.write_all(bytes).await?;
    socket.shutdown().await?;
    // A socket that closes while the client still sends resets the connection, which can destroy the answer.
    let mut rest = Vec::new();
    let _ = timeout(Duration::from_secs(10), socket.read_to_end(&mut rest)).await;
    Ok(())
}

fn value_of<'r>(name: &str, request: &'r str) -> Option<&'r str> {
    let fields = request.lines().filter_map(|line| line.split_once(':'));
    let mut fields = fields.filter(|(other, _)| other.eq_ignore_ascii_case(name));
    fields.next().map(|(_, value)| value.trim())
}

/// Reads a request without a body. `None` if the client closes the connection first.
async fn read_head(socket: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match socket.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return Ok(None),
        }
    }
    Ok(Some(String::from_utf8_lossy(&head).into_owned()))
}
