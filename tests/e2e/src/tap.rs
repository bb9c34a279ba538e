//! A proxy that records the server's answers, and cuts or resets connections on request.
//!
//! The proxy can also serve a page, which then has the same origin as the server's stream.

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

/// A proxy that listens until it is dropped.
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
    /// The bytes from the server.
    answer: Vec<u8>,
    is_reset: bool,
}

/// An order to all open connections.
#[derive(Clone, Copy)]
enum Order {
    Cut,
    /// Reset the connection one byte after the next occurrence of this text.
    Reset(&'static str),
}

impl Tap {
    pub fn start(server: SocketAddr) -> Self {
        Self::start_at(0, server, "")
    }

    /// Listens at this port, which may be the port of a dropped tap. Requests for
    /// [`PAGE_PATH`](crate::scripted::PAGE_PATH) get this page if it is not empty.
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

    /// Closes all connections.
    pub fn cut(&self) {
        let _ = self.orders.send(Order::Cut);
    }

    /// Resets each connection that has a request, one byte after the next occurrence of this text.
    pub fn reset_after(&self, text: &'static str) {
        let _ = self.orders.send(Order::Reset(text));
    }

    /// The server's bytes so far, one entry for each connection.
    pub fn answers(&self) -> Vec<Vec<u8>> {
        self.of_each(|connection| connection.answer.clone())
    }

    /// When the first request came over each connection. Requests for the page are not counted.
    pub fn asked(&self) -> Vec<Instant> {
        let asked = self.of_each(|connection| connection.asked);
        asked.into_iter().flatten().collect()
    }

    /// The number of connections that were reset.
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
        // tokio panics if a runtime is dropped within a task of another runtime.
        let runtime = self.runtime.take();
        thread::spawn(|| drop(runtime)).join().unwrap();
    }
}

/// The part that all connections share.
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
    /// Passes on both directions. Both sockets are closed when this returns.
    async fn pass_on(self, mut client: TcpStream, mut orders: Receiver<Order>) -> io::Result<()> {
        // While the server is stopped, this fails, and the client's connection is closed.
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
                    // Browsers also open spare connections, which have no request. Those stay open.
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
                        // With zero linger, the close that follows sends RST.
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

/// Finds the end of this text. `None` if the text is missing, or is the end of the bytes.
fn find(text: &str, bytes: &[u8]) -> Option<usize> {
    let mut windows = bytes.windows(text.len() + 1);
    let place = windows.position(|window| window.starts_with(text.as_bytes()))?;
    Some(place + text.len())
}
