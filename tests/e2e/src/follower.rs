//! The crate's client, on a thread of its own.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant as StdInstant};

use embedded_sse::Instant;
use embedded_sse::client::{
    ClientOptions, ConnectError, EventSource, Notice, Reason, ReconnectOptions,
};
use embedded_sse::http::Url;
use embedded_sse::io::{asynch, blocking};

use crate::client::Event;
use crate::clock::TokioClock;
use crate::tcp::Tcp;

/// A notice of the client, in owned form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    Open,
    Event(Event),
    /// With the milliseconds from the previous report to the next attempt, which is at least the client's delay.
    Connecting(u64),
    Closed(Reason),
}

#[derive(Clone, Copy, Debug)]
pub enum Driver {
    Blocking,
    Asynch,
}

/// Follows a stream until the client is closed or this is dropped.
pub struct Follower {
    reports: Receiver<Report>,
    /// The milliseconds of the last [`Report::Connecting`].
    pub connecting: u64,
    /// The time limit for the next event.
    until: StdInstant,
}

const LIMIT: Duration = Duration::from_secs(60);

static OPTIONS: ClientOptions = ClientOptions::new().reconnect(
    ReconnectOptions::new()
        .no_jitter()
        .retry(20)
        .min_delay(1)
        .max_delay(200),
);

impl Follower {
    pub fn start(driver: Driver, url: &str) -> Self {
        let url = url.to_string();
        let (sender, reports) = channel();
        thread::spawn(move || match driver {
            Driver::Blocking => follow_blocking(&url, &sender),
            Driver::Asynch => follow_asynch(&url, &sender),
        });
        Self {
            reports,
            connecting: 0,
            until: StdInstant::now() + LIMIT,
        }
    }

    /// Waits for the next report.
    pub fn next_report(&mut self) -> Report {
        let left = self.until.saturating_duration_since(StdInstant::now());
        let report = self.reports.recv_timeout(left);
        let report = report.expect("a report within the time limit");
        match report {
            Report::Connecting(milliseconds) => self.connecting = milliseconds,
            Report::Event(_) => self.until = StdInstant::now() + LIMIT,
            _ => {}
        }
        report
    }

    /// Waits for the next event, through reconnects.
    pub fn next_event(&mut self) -> Event {
        loop {
            match self.next_report() {
                Report::Event(event) => return event,
                Report::Closed(reason) => panic!("{reason}"),
                Report::Open | Report::Connecting(_) => {}
            }
        }
    }
}

impl Report {
    fn new(notice: Notice<'_>, before: Instant) -> Self {
        match notice {
            Notice::Open => Self::Open,
            Notice::Event(event) => Self::Event(Event {
                event: event.event_type.to_string(),
                id: event.last_event_id.to_string(),
                data: event.data.to_string(),
            }),
            Notice::Reconnecting { at, .. } => Self::Connecting(at.since(before)),
            Notice::Closed { reason, .. } => Self::Closed(reason),
            other => panic!("{other:?}"),
        }
    }
}

fn follow_blocking(url: &str, sender: &Sender<Report>) {
    let (mut buffer, mut received) = ([0; 1024], [0; 536]);
    let source = EventSource::new(Url::new(url).unwrap(), &OPTIONS, &mut buffer);
    let mut client = blocking::Client::new(source, Tcp, &mut received, TokioClock);
    loop {
        let before = asynch::Clock::now(&TokioClock);
        let report = Report::new(client.next_notice(), before);
        let is_last = matches!(report, Report::Closed(_));
        if sender.send(report).is_err() || is_last {
            return;
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn follow_asynch(url: &str, sender: &Sender<Report>) {
    let (mut buffer, mut received) = ([0; 1024], [0; 536]);
    let source = EventSource::new(Url::new(url).unwrap(), &OPTIONS, &mut buffer);
    let mut client = asynch::Client::new(source, Tcp, &mut received, TokioClock);
    loop {
        let before = asynch::Clock::now(&TokioClock);
        let report = Report::new(client.next_notice().await, before);
        let is_last = matches!(report, Report::Closed(_));
        if sender.send(report).is_err() || is_last {
            return;
        }
    }
}

impl blocking::Connect for Tcp {
    type Socket = Socket;

    fn connect(&mut self, url: Url<'_>) -> Result<Self::Socket, ConnectError> {
        let socket = TcpStream::connect((url.host(), url.port()));
        let socket = socket.map_err(|_| ConnectError::Unreachable)?;
        let timeout = Some(Duration::from_millis(50));
        socket.set_read_timeout(timeout).unwrap();
        Ok(Socket(socket))
    }
}

impl blocking::Clock for TokioClock {
    fn now(&self) -> Instant {
        asynch::Clock::now(self)
    }

    fn wait_until(&self, at: Instant) {
        thread::sleep(Duration::from_millis(at.since(asynch::Clock::now(self))));
    }
}

/// A socket that reports a timeout as `TimedOut`. On Unix, the standard library reports `WouldBlock`.
pub struct Socket(TcpStream);

impl embedded_io::ErrorType for Socket {
    type Error = io::Error;
}

impl embedded_io::Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
            _ => error,
        })
    }
}

impl embedded_io::Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
