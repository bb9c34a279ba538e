//! A proxy that keeps what the server says, and cuts or resets connections when it is told to.
//!
//! It may have a page, which browsers take for one of the server's own.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::broadcast::{Receiver, Sender, channel};

use crate::scripted::PAGE_REQUEST;

/// Listens until it is dropped.
pub struct Tap {
    pub address: SocketAddr,
    connections: Connections,
    orders: Sender<Order>,
    runtime: Option<Runtime>,
}

type Connections = Arc<Mutex<Vec<Connection>>>;

#[derive(Default)]
struct Connection {
    asked: Option<Instant>,
    /// What came from the server.
    answer: Vec<u8>,
    is_reset: bool,
}

/// What becomes of the connections that are open.
#[derive(Clone, Copy)]
enum Order {
    Cut,
    /// The connection is reset one byte after this text, when it comes next.
    Reset(&'static str),
}

impl Tap {
    pub fn start(server: SocketAddr) -> Self {
        Self::start_at(0, server, "")
    }

    /// Listens at this port, which a tap that was dropped may have had, and answers requests for
    /// [`PAGE_PATH`](crate::scripted::PAGE_PATH) with this page.
    pub fn start_at(port: u16, server: SocketAddr, page: &'static str) -> Self {
        let mut runtime = Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build().unwrap();
        let listener = {
            let _guard = runtime.enter();
            let socket = TcpSocket::new_v4().unwrap();
            socket.set_reuseaddr(true).unwrap();
            socket.bind(([127, 0, 0, 1], port).into()).unwrap();
            socket.listen(1024).unwrap()
        };
        let address = listener.local_addr().unwrap();
        let connections = Connections::default();
        let (orders, _) = channel(8);
        let passage = Passage {
            server,
            page,
            connections: Arc::clone(&connections),
        };
        runtime.spawn(accept_all(listener, passage, orders.clone()));
        Self {
            address,
            connections,
            orders,
            runtime: Some(runtime),
        }
    }

    /// Cuts all connections.
    pub fn cut(&self) {
        let _ = self.orders.send(Order::Cut);
    }

    /// Resets all connections in mid-stream: each one byte after this text, when it comes next.
    pub fn reset_after(&self, text: &'static str) {
        let _ = self.orders.send(Order::Reset(text));
    }

    /// What the server has said so far, connection by connection.
    pub fn answers(&self) -> Vec<Vec<u8>> {
        self.of_each(|connection| connection.answer.clone())
    }

    /// When the first request came over each connection, but those for the page.
    pub fn asked(&self) -> Vec<Instant> {
        let asked = self.of_each(|connection| connection.asked);
        asked.into_iter().flatten().collect()
    }

    /// How many connections were reset.
    pub fn resets(&self) -> usize {
        let resets = self.of_each(|connection| usize::from(connection.is_reset));
        resets.iter().sum()
    }

    fn of_each<T>(&self, part: impl Fn(&Connection) -> T) -> Vec<T> {
        self.connections.lock().unwrap().iter().map(part).collect()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        // A runtime must not be dropped by a task of another one.
        let runtime = self.runtime.take();
        thread::spawn(|| drop(runtime)).join().unwrap();
    }
}

/// What connections share.
#[derive(Clone)]
struct Passage {
    server: SocketAddr,
    page: &'static str,
    connections: Connections,
}

async fn accept_all(listener: TcpListener, passage: Passage, orders: Sender<Order>) {
    loop {
        if let Ok((client, _)) = listener.accept().await {
            let passage = passage.clone();
            let orders = orders.subscribe();
            tokio::spawn(async move { passage.pass_on(client, orders).await });
        }
    }
}

impl Passage {
    /// Both sockets are closed when it returns.
    async fn pass_on(self, mut client: TcpStream, mut orders: Receiver<Order>) -> io::Result<()> {
        // While the server is away, its clients are sent away.
        let mut server = TcpStream::connect(self.server).await?;
        let number = {
            let mut connections = self.connections.lock().unwrap();
            connections.push(Connection::default());
            connections.len() - 1
        };
        let mut is_asked = false;
        let mut reset_after = None;
        let (mut question, mut answer) = ([0; 1024], [0; 1024]);
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Ok(Order::Reset(text)) if is_asked => reset_after = Some(text),
                    // Browsers open connections that they may need later.
                    Ok(Order::Reset(_)) => {}
                    _ => return Ok(()),
                },
                length = client.read(&mut question) => {
                    let question = &question[..not_at_end(length)?];
                    if !self.page.is_empty() && question.starts_with(PAGE_REQUEST.as_bytes()) {
                        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n";
                        client.write_all(format!("{head}{}", self.page).as_bytes()).await?;
                        return client.shutdown().await;
                    }
                    if !is_asked {
                        is_asked = true;
                        self.with(number, |connection| connection.asked = Some(Instant::now()));
                    }
                    server.write_all(question).await?;
                }
                length = server.read(&mut answer) => {
                    let answer = &answer[..not_at_end(length)?];
                    self.with(number, |connection| connection.answer.extend(answer));
                    if let Some(length) = reset_after.and_then(|text| find(text, answer)) {
                        client.write_all(&answer[..length + 1]).await?;
                        self.with(number, |connection| connection.is_reset = true);
                        // Closed next, it sends RST then.
                        return client.set_zero_linger();
                    }
                    client.write_all(answer).await?;
                }
            }
        }
    }

    fn with<T>(&self, number: usize, change: impl FnOnce(&mut Connection) -> T) {
        change(&mut self.connections.lock().unwrap()[number]);
    }
}

fn not_at_end(length: io::Result<usize>) -> io::Result<usize> {
    match length? {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        length => Ok(length),
    }
}

/// How long the bytes are up to the end of this text; `None` if it is not followed by another byte.
fn find(text: &str, bytes: &[u8]) -> Option<usize> {
    let mut windows = bytes.windows(text.len() + 1);
    let place = windows.position(|window| window.starts_with(text.as_bytes()))?;
    Some(place + text.len())
}
