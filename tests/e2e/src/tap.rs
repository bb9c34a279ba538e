//! A proxy that keeps what the server says, and cuts connections when it is told to.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

pub struct Tap {
    pub address: SocketAddr,
    connections: Arc<Mutex<Connections>>,
}

#[derive(Default)]
struct Connections {
    /// Both ends of each.
    open: Vec<TcpStream>,
    /// What came from the server, for each connection there was.
    answers: Vec<Vec<u8>>,
}

impl Tap {
    pub fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(Mutex::new(Connections::default()));
        thread::spawn({
            let connections = Arc::clone(&connections);
            move || {
                for client in listener.incoming() {
                    // While the server is away, its clients are sent away.
                    if let (Ok(client), Ok(server)) = (client, TcpStream::connect(server)) {
                        pass_on(client, server, &connections);
                    }
                }
            }
        });
        Self {
            address,
            connections,
        }
    }

    /// Cuts all connections.
    pub fn cut(&self) {
        for socket in self.connections.lock().unwrap().open.drain(..) {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    /// What the server has said so far, connection by connection.
    pub fn answers(&self) -> Vec<Vec<u8>> {
        self.connections.lock().unwrap().answers.clone()
    }
}

fn pass_on(client: TcpStream, server: TcpStream, connections: &Arc<Mutex<Connections>>) {
    let clone = |socket: &TcpStream| socket.try_clone().unwrap();
    let mut all = connections.lock().unwrap();
    let number = all.answers.len();
    all.answers.push(Vec::new());
    all.open.extend([clone(&client), clone(&server)]);
    let (from_client, to_server) = (clone(&client), clone(&server));
    thread::spawn(move || copy(from_client, to_server, |_| {}));
    let connections = Arc::clone(connections);
    thread::spawn(move || {
        copy(server, client, |bytes| {
            connections.lock().unwrap().answers[number].extend(bytes);
        });
    });
}

fn copy(mut from: TcpStream, mut to: TcpStream, keep: impl Fn(&[u8])) {
    let mut buffer = [0; 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        keep(&buffer[..length]);
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
