//! How connections end over TCP: with tokio, and from a superloop over the standard library's sockets. The server waits for a
//! client that stays for 1 s, so an end that is seen within half of that was not waited for.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::http::{Response, Status};
use embedded_sse::io::WithShutdown;
use embedded_sse::io::asynch::accept;
use embedded_sse::io::blocking::Wait;
use embedded_sse::server::{Connection, EventLog, ServerOptions, StreamOptions};
use tokio::sync::oneshot;

use crate::end::end;
use crate::helpers::pipe::hub;
use crate::superloop_socket::Socket;
use crate::tokio_clock::TokioClock;

/// Its streams end after 50 ms.
static OPTIONS: ServerOptions =
    ServerOptions::new("/events").stream(StreamOptions::new().lifetime(50));
static PAGE: Response = Response::new(Status::OK).with_body("text/html", b"<h1>Pump</h1>");
const AT_ONCE: Duration = Duration::from_millis(500);

/// Runs until it is dropped.
struct Server {
    address: SocketAddr,
    /// Its other end is dropped to stop the server.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

fn servers() -> [Server; 2] {
    [
        Server::start(serve_on_tokio),
        Server::start(serve_in_a_superloop),
    ]
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap();
    }
}

impl Server {
    fn start(
        run: impl FnOnce(std::net::TcpListener, oneshot::Receiver<()>) + Send + 'static,
    ) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        Self {
            address,
            stop: Some(stop),
            thread: Some(thread::spawn(move || run(listener, stopped))),
        }
    }

    /// A client that has sent this.
    fn connect(&self, request: &[u8]) -> TcpStream {
        let mut client = TcpStream::connect(self.address).unwrap();
        client
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        client.write_all(request).unwrap();
        client
    }
}

#[tokio::main(flavor = "current_thread")]
async fn serve_on_tokio(listener: std::net::TcpListener, stopped: oneshot::Receiver<()>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let hub = hub();
    let serve = async {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let hub = hub.clone();
            tokio::spawn(async move {
                let mut scratch = [0; 512];
                let socket = WithShutdown::new(FromTokio::new(stream), end);
                let incoming = accept(socket, &mut scratch, &TokioClock, &*hub, &OPTIONS).await;
                let Ok(mut incoming) = incoming else { return };
                let _ = match incoming.request().path() {
                    "/" => incoming.respond(&PAGE).await,
                    _ => incoming.answer().await,
                };
            });
        }
    };
    tokio::select! {
        () = serve => {}
        _ = stopped => {}
    }
}

fn serve_in_a_superloop(listener: std::net::TcpListener, mut stopped: oneshot::Receiver<()>) {
    let log = EventLog::<[u8; 512]>::new();
    let start = Instant::now();
    let mut scratches = [[0; 512]; 2];
    let mut slots = scratches.each_mut().map(|scratch| {
        let connection = Connection::new(embedded_sse::Instant::NEVER, &OPTIONS, scratch);
        (connection, None::<Socket>)
    });
    while stopped.try_recv() == Err(oneshot::error::TryRecvError::Empty) {
        let now = embedded_sse::Instant::from_millis(start.elapsed().as_millis() as u64);
        for (connection, socket) in &mut slots {
            if socket.is_none() {
                let accepted = listener.accept().ok();
                *socket = accepted.map(|(stream, _)| Socket::new(stream).unwrap());
                connection.reset(now);
            }
            let Some(open) = socket else { continue };
            match connection.pump(now, &log, open) {
                Ok(Wait::Request) if connection.request().is_path("/") => connection.respond(&PAGE),
                Ok(Wait::Request) => connection.answer(now, &log),
                Ok(Wait::Until(_)) => {}
                Ok(Wait::Closed(_)) | Err(_) => *socket = None,
            }
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Breaks when a client that reads to the end of a response or a stream waits for it.
#[test]
fn ends_are_seen_at_once() {
    for server in servers() {
        for (request, status, content) in [
            ("GET /nope HTTP/1.0", "404", "404 Not Found"),
            ("GET / HTTP/1.0", "200", "<h1>Pump</h1>"),
            ("HEAD / HTTP/1.0", "200", ""),
            ("nonsense", "400", "400 Bad Request"),
            ("POST /events HTTP/1.0", "405", "405 Method Not Allowed"),
            ("GET /events HTTP/1.0", "200", ":\nretry: 3000\n\n"),
        ] {
            let start = Instant::now();
            let mut client = server.connect(format!("{request}\r\n\r\n").as_bytes());
            let mut answer = String::new();
            client.read_to_string(&mut answer).unwrap();
            assert!(
                start.elapsed() < AT_ONCE,
                "{request}: {:?}",
                start.elapsed()
            );
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status} ")),
                "{answer}"
            );
            assert!(answer.ends_with(&format!("\r\n\r\n{content}")), "{answer}");
        }
    }
}

/// Breaks when a socket is closed while its client still sends: that resets it, and the response may be lost.
#[test]
fn what_is_sent_after_a_request_resets_no_response() {
    for server in servers() {
        for _ in 0..10 {
            let mut client = server.connect(b"POST /events HTTP/1.0\r\n\r\n");
            // By now it was answered.
            thread::sleep(Duration::from_millis(20));
            for _ in 0..60 {
                client.write_all(&[b'x'; 1024]).unwrap();
            }
            thread::sleep(Duration::from_millis(20));
            let mut answer = String::new();
            client.read_to_string(&mut answer).unwrap();
            assert!(answer.ends_with("405 Method Not Allowed"), "{answer}");
        }
    }
}

/// Breaks when a client that has said all it will say is taken for gone.
#[test]
fn half_closed_clients_are_answered() {
    for server in servers() {
        for request in ["GET / HTTP/1.0\r\n\r\n", "GET /nope HTTP/1.0\r\n\r\n"] {
            let start = Instant::now();
            let mut client = server.connect(request.as_bytes());
            client.shutdown(Shutdown::Write).unwrap();
            let mut answer = String::new();
            client.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
            assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
        }
    }
}
