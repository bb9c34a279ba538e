//! A client that reads the response line by line, without code of the crate.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An event: the values of its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    pub event: String,
    pub id: String,
    pub data: String,
}

pub struct Client {
    reader: BufReader<TcpStream>,
}

impl Client {
    /// Requests the stream, and reads the head of the response.
    pub fn connect(address: SocketAddr, last_event_id: &str) -> Self {
        let mut client = Self::send(address, &request(last_event_id));
        let head = client.read_head();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        client
    }

    /// As [`connect`](Self::connect). `None` if the server refuses the request or the connection.
    pub fn try_connect(address: SocketAddr, last_event_id: &str) -> Option<Self> {
        let mut client = Self::try_send(address, &request(last_event_id)).ok()?;
        let mut status = String::new();
        client.reader.read_line(&mut status).ok()?;
        if !status.starts_with("HTTP/1.1 200 ") {
            return None;
        }
        client.read_head();
        Some(client)
    }

    pub fn send(address: SocketAddr, request: &str) -> Self {
        Self::try_send(address, request).unwrap()
    }

    fn try_send(address: SocketAddr, request: &str) -> io::Result<Self> {
        let mut socket = TcpStream::connect(address)?;
        socket.set_read_timeout(Some(Duration::from_secs(30)))?;
        socket.write_all(request.as_bytes())?;
        Ok(Self {
            reader: BufReader::new(socket),
        })
    }

    pub fn read_head(&mut self) -> String {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let length = self.reader.read_line(&mut head).unwrap();
            assert!(length > 0, "the connection ended within the head: {head}");
        }
        head
    }

    /// Reads the next event. `None` at the end of the stream.
    pub fn next_event(&mut self) -> Option<Event> {
        let mut event = Event::default();
        let mut line = String::new();
        loop {
            line.clear();
            match self.reader.read_line(&mut line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("{error}"),
            }
            match line.trim_end_matches('\n').split_once(": ") {
                Some(("event", name)) => event.event = name.into(),
                Some(("id", id)) => event.id = id.into(),
                Some(("data", data)) => event.data = data.into(),
                Some(_) => {}
                None if line == "\n" && event != Event::default() => return Some(event),
                None => {}
            }
        }
    }

    /// Reads everything up to the end of the connection.
    pub fn read_to_end(&mut self) -> std::io::Result<String> {
        let mut text = String::new();
        self.reader.read_to_string(&mut text)?;
        Ok(text)
    }

    pub fn socket(&mut self) -> &mut TcpStream {
        self.reader.get_mut()
    }

    /// The reader of the received bytes.
    pub fn reader(&mut self) -> &mut impl Read {
        &mut self.reader
    }
}

pub fn request(last_event_id: &str) -> String {
    let id = match last_event_id {
        "" => String::new(),
        id => format!("Last-Event-ID: {id}\r\n"),
    };
    format!("GET /events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n{id}\r\n")
}
