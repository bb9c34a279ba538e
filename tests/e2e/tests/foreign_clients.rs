//! Other projects' clients with the crate's server: how they take the start of a stream, and which events they see over
//! resets and restarts.

use std::any::Any;
use std::fmt;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing;
use e2e::browser::{Browser, Firefox};
use e2e::client::Event;
use e2e::packages;
use e2e::program::{Program, free_port};
use e2e::scripted::{Answer, End, PAGE_PATH, Scripted};
use e2e::server::{LOG_BYTES, Server, TestHub, hub};
use e2e::tap::Tap;
use embedded_sse::server::{ServerOptions, StreamOptions};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

struct Client {
    name: &'static str,
    source: Source,
    /// How the client takes a block that has only `retry`.
    empty_block: EmptyBlock,
    /// An id counts for the client at the end of its line. A cut before the blank line loses the event.
    takes_id_early: bool,
    /// The shortest delay, as a factor of the reconnection time.
    least_delay: f64,
}

#[derive(Debug)]
enum Source {
    Npm,
    PyPi,
    CratesIo,
    Chromium,
    Firefox,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum EmptyBlock {
    /// Sets the reconnection time.
    Retry,
    /// Delivers an event to the caller.
    Event,
    /// Ignores the block and its `retry`.
    Nothing,
}

const fn client(name: &'static str, source: Source) -> Client {
    Client {
        name,
        source,
        empty_block: EmptyBlock::Retry,
        takes_id_early: false,
        least_delay: 1.0,
    }
}

/// The clients. Their versions are in `node/package.json`, `python/requirements.txt` and `Cargo.toml`. Firefox and Chromium
/// are the versions of Debian.
const CLIENTS: [Client; 12] = [
    client("Chromium", Source::Chromium),
    client("Firefox", Source::Firefox),
    client("eventsource", Source::Npm),
    client("undici", Source::Npm),
    client("eventsource-client", Source::Npm),
    Client {
        empty_block: EmptyBlock::Event,
        takes_id_early: true,
        ..client("fetch-event-source", Source::Npm)
    },
    Client {
        empty_block: EmptyBlock::Event,
        takes_id_early: true,
        ..client("extended-eventsource", Source::Npm)
    },
    Client {
        empty_block: EmptyBlock::Event,
        ..client("httpx-sse", Source::PyPi)
    },
    Client {
        // requests-sse doubles the delay after each failure, also after the first.
        least_delay: 2.0,
        ..client("requests-sse", Source::PyPi)
    },
    Client {
        empty_block: EmptyBlock::Nothing,
        ..client("reqwest-eventsource", Source::CratesIo)
    },
    Client {
        empty_block: EmptyBlock::Nothing,
        // The jitter of eventsource-client subtracts up to a half.
        least_delay: 0.5,
        ..client("eventsource-client", Source::CratesIo)
    },
    Client {
        empty_block: EmptyBlock::Event,
        ..client("sse-stream", Source::CratesIo)
    },
];

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source {
            Source::Chromium | Source::Firefox => write!(f, "{}", self.name),
            _ => write!(f, "{} ({:?})", self.name, self.source),
        }
    }
}

/// The events of a client that runs until this is dropped.
struct Follower {
    events: Receiver<Event>,
    _client: Box<dyn Any>,
}

const LIMIT: Duration = Duration::from_secs(120);

impl Follower {
    fn start(client: &Client, stream: SocketAddr) -> Self {
        let (sender, events) = channel();
        let url = format!("http://{stream}/events");
        let page = |reports: &str| format!("http://{stream}{PAGE_PATH}#{reports}");
        let running: Box<dyn Any> = match client.source {
            Source::Npm => run(packages::node("foreign.js"), client.name, &url, sender),
            Source::PyPi => run(packages::python("foreign.py"), client.name, &url, sender),
            Source::CratesIo => {
                let command = Command::new(env!("CARGO_BIN_EXE_foreign"));
                run(command, client.name, &url, sender)
            }
            Source::Chromium => {
                let (runtime, reports) = receive(sender);
                let browser = Browser::start();
                browser.open(&page(&reports));
                Box::new((browser, runtime))
            }
            Source::Firefox => {
                let (runtime, reports) = receive(sender);
                Box::new((Firefox::open(&page(&reports)), runtime))
            }
        };
        Self {
            events,
            _client: running,
        }
    }
}

/// Starts a program that prints events as JSON lines, and sends them to `sender`.
fn run(mut command: Command, client: &str, url: &str, sender: Sender<Event>) -> Box<dyn Any> {
    command.args([client, url]).stdout(Stdio::piped());
    let mut program = Program::start(&mut command);
    let lines = BufReader::new(program.0.stdout.take().unwrap()).lines();
    thread::spawn(move || lines.for_each(|line| pass_on(&line.unwrap_or_default(), &sender)));
    Box::new(program)
}

fn pass_on(line: &str, sender: &Sender<Event>) {
    let Ok(event) = serde_json::from_str::<Value>(line) else {
        return;
    };
    let text = |name: &str| event[name].as_str().unwrap_or_default().into();
    // The receiver is gone if the test has failed.
    let _ = sender.send(Event {
        event: text("type"),
        id: text("id"),
        data: text("data"),
    });
}

/// The page that follows the stream in browsers, and posts the events one by one to the URL in its fragment. It has the same
/// origin as the stream, since Firefox closes a stream of another origin for good when a connection is refused.
const PAGE: &str = "<link rel=icon href=data:,><script>
    const report = (body) => fetch(location.hash.slice(1), { method: 'POST', mode: 'no-cors', body });
    const source = new EventSource('events');
    let reported = Promise.resolve();
    for (const type of ['message', 'n', 'lost']) source.addEventListener(type, (event) => {
        const body = JSON.stringify({ type, id: event.lastEventId, data: event.data });
        reported = reported.then(() => report(body));
    });
</script>";

/// Starts a server that sends posted events to `sender`. Returns the server's URL.
fn receive(sender: Sender<Event>) -> (Runtime, String) {
    let post = move |line: String| async move { pass_on(&line, &sender) };
    let router = Router::new().route("/", routing::post(post));
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    runtime.spawn(async { axum::serve(listener, router).await });
    (runtime, url)
}

const OPTIONS: ServerOptions = ServerOptions::new("/events");

/// The server's reconnection time. It is longer than the default of every client, which is 5 s at most.
const RETRY: Duration = Duration::from_millis(6000);

/// A client's first event, and its delay after a cut.
struct Start {
    first: Event,
    /// The time from the cut to the next request, or `MAX` if none came.
    away: Duration,
}

/// Starts all clients on this server. Publishes until each client has an event, then cuts the connections and waits for each
/// client's next request.
fn start_streams(server: SocketAddr, mut publish: impl FnMut()) -> Vec<Start> {
    let taps = CLIENTS.each_ref().map(|_| Tap::start_at(0, server, PAGE));
    let clients = CLIENTS.iter().zip(&taps);
    let followers: Vec<_> = clients
        .map(|(client, tap)| Follower::start(client, tap.address))
        .collect();
    let until = Instant::now() + LIMIT;
    let mut first: Vec<Option<Event>> = vec![None; CLIENTS.len()];
    while first.contains(&None) {
        assert!(Instant::now() < until, "{first:?}");
        sleep(Duration::from_millis(10));
        publish();
        for (first, follower) in first.iter_mut().zip(&followers) {
            if first.is_none() {
                *first = follower.events.try_recv().ok();
            }
        }
    }

    let counts = taps.each_ref().map(|tap| tap.asked().len());
    let cut = Instant::now();
    taps.iter().for_each(Tap::cut);
    let starts = first.into_iter().zip(taps.iter().zip(counts));
    let starts = starts.map(|(first, (tap, count))| Start {
        first: first.unwrap(),
        away: loop {
            match tap.asked().get(count) {
                Some(back) => break *back - cut,
                None if cut.elapsed() > LIMIT => break Duration::MAX,
                None => sleep(Duration::from_millis(10)),
            }
        },
    });
    starts.collect()
}

fn event(epoch: u32, number: u64, data: u64) -> Event {
    Event {
        event: "n".into(),
        id: format!("{epoch:x}-{number}"),
        data: data.to_string(),
    }
}

impl Start {
    /// How the client took the block with `retry`, by its first event and its delay.
    fn block(&self, client: &Client) -> EmptyBlock {
        // Clocks and timers differ by a few milliseconds.
        let time = RETRY.mul_f64(client.least_delay) - Duration::from_millis(100);
        match self.first == event(0x5eed, 1, 1) {
            false => EmptyBlock::Event,
            true if self.away < time => EmptyBlock::Nothing,
            true => EmptyBlock::Retry,
        }
    }
}

/// Breaks when a stream starts without `retry`, or when a blank line ends its first block: then some clients report an event,
/// and others ignore `retry`.
#[test]
fn a_stream_starts_with_a_retry_and_without_an_event() {
    const STREAM: StreamOptions = StreamOptions::new().retry(RETRY.as_millis() as u32);
    let server = LargeServer::with_sizes(OPTIONS.stream(STREAM));
    let mut number = 0;
    let mut publish = || {
        // All clients are connected before the first event, so that it is the first event of each.
        if number > 0 || server.hub.stats().clients == CLIENTS.len() {
            number += 1;
            server.publish(number);
        }
    };
    let starts = start_streams(server.address, &mut publish);
    expect(&starts, |_| EmptyBlock::Retry);
}

/// Breaks when no client reports an empty block at the start: then the test above could not fail.
#[test]
fn some_clients_report_an_empty_block_at_the_start() {
    // requests-sse reads blocks of 512 bytes, and would not see a shorter stream while the connection is open.
    let padding = " ".repeat(512);
    let body = format!(
        ":\nretry: {}\n\nevent: n\nid: 5eed-1\ndata: 1\n\n:{padding}\n",
        RETRY.as_millis()
    );
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    let answer = Answer {
        bytes: format!("{head}{body}").into_bytes(),
        end: End::Stay,
    };
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(Scripted::start(Vec::new(), answer, ""));
    let starts = start_streams(server.address, || {});
    expect(&starts, |client| client.empty_block);
}

fn expect(starts: &[Start], expected: impl Fn(&Client) -> EmptyBlock) {
    let mut faults = Vec::new();
    for (client, start) in CLIENTS.iter().zip(starts) {
        let Start { first, away } = start;
        let block = start.block(client);
        println!("{client}: {block:?}, away {away:.1?}");
        if block != expected(client) {
            faults.push(format!("{client}: {block:?}, {first:?}, away {away:?}"));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// A server with a slot for each client.
type LargeServer = Server<LOG_BYTES, { CLIENTS.len() }>;
type LargeHub = TestHub<LOG_BYTES, { CLIENTS.len() }>;

/// How many events are published after each disturbance.
const EVENTS: u64 = 50;

/// All clients, and the events that they have seen.
struct Group {
    server: Option<LargeServer>,
    options: ServerOptions<'static>,
    taps: Vec<Tap>,
    followers: Vec<Follower>,
    seen: Vec<Vec<Event>>,
    published: u64,
}

impl Group {
    /// Starts the server and all clients. Returns once each client has a stream.
    fn start(options: ServerOptions<'static>) -> Self {
        let server = LargeServer::with_sizes(options);
        // The ports are used again after each restart, so no other program may take them in the meantime.
        let taps: Vec<_> = CLIENTS
            .iter()
            .map(|_| Tap::start_at(free_port(), server.address, PAGE))
            .collect();
        let clients = CLIENTS.iter().zip(&taps);
        let followers = clients.map(|(client, tap)| Follower::start(client, tap.address));
        let followers = followers.collect();
        let until = Instant::now() + LIMIT;
        while server.hub.stats().clients < CLIENTS.len() {
            assert!(Instant::now() < until, "{:?}", server.hub.stats());
            sleep(Duration::from_millis(10));
        }
        Self {
            server: Some(server),
            options,
            taps,
            followers,
            seen: vec![Vec::new(); CLIENTS.len()],
            published: 0,
        }
    }

    fn publish(&mut self) {
        let server = self.server.as_ref().unwrap();
        for _ in 0..EVENTS {
            self.published += 1;
            server.publish(self.published);
            // The pause lets most events leave in a write of their own.
            sleep(Duration::from_millis(2));
        }
    }

    /// Waits until each client has seen the event that was published last.
    fn read(&mut self) {
        let last = self.published.to_string();
        let clients = CLIENTS.iter().zip(&self.followers);
        for ((client, follower), seen) in clients.zip(&mut self.seen) {
            while seen.last().is_none_or(|event| event.data != last) {
                let event = follower.events.recv_timeout(LIMIT).ok();
                let event = event
                    .unwrap_or_else(|| panic!("{client}: nothing comes after {:?}", seen.last()));
                seen.push(event);
            }
        }
    }

    /// Publishes, and resets each connection within the next event.
    fn reset(&mut self) {
        for (client, tap) in CLIENTS.iter().zip(&self.taps) {
            tap.reset_after(match client.takes_id_early {
                true => "event: ",
                false => "data: ",
            });
        }
        self.publish();
        self.read();
        for (client, tap) in CLIENTS.iter().zip(&self.taps) {
            assert_eq!(tap.resets(), 1, "{client}");
        }
    }

    /// Stops the server, publishes while nobody can connect, and lets clients connect again. The hub of the new server is
    /// made of that of the old one.
    fn restart(&mut self, hub: impl FnOnce(Arc<LargeHub>) -> Arc<LargeHub>) {
        let ports = self.taps.drain(..).map(|tap| tap.address.port());
        let ports: Vec<_> = ports.collect();
        let server = self.server.take().unwrap();
        let server = LargeServer::with_hub(hub(server.into_hub()), self.options);
        let address = server.address;
        self.server = Some(server);
        self.publish();
        // In this time, clients try to connect and fail.
        sleep(Duration::from_millis(500));
        let taps = ports
            .into_iter()
            .map(|port| Tap::start_at(port, address, PAGE));
        self.taps = taps.collect();
        self.read();
        self.publish();
        self.read();
    }
}

/// Breaks when a client that reconnects after a reset in mid-event or after a restart misses an event that is still in the
/// log, gets one twice or gets one that was not published, or when a client does not get exactly one loss notice after a
/// restart has cleared the log.
#[test]
fn no_event_is_lost_or_repeated_over_two_resets_and_two_restarts() {
    const STREAM: StreamOptions = StreamOptions::new().retry(100);
    let begin = Instant::now();
    // With chunks, clients that read blocks of 512 bytes get each event at once.
    let mut group = Group::start(OPTIONS.chunked().stream(STREAM));
    group.publish();
    group.read();
    group.reset();
    group.restart(|hub| hub);
    group.reset();
    let kept = group.published;
    group.restart(|_| hub(0xb007));

    let mut expected: Vec<_> = (1..=kept)
        .map(|number| event(0x5eed, number, number))
        .collect();
    expected.push(Event {
        event: "lost".into(),
        ..Event::default()
    });
    let number_and_data = (1..).zip(kept + 1..=group.published);
    expected.extend(number_and_data.map(|(number, data)| event(0xb007, number, data)));
    let mut faults = Vec::new();
    for (client, mut seen) in CLIENTS.iter().zip(group.seen) {
        for event in &mut seen {
            if event.event == "lost" {
                // For an event without id, some clients report the last event ID and others none.
                event.id.clear();
            }
        }
        let missing = expected.iter().filter(|event| !seen.contains(event));
        let missing = missing.count();
        let surplus = seen.len() + missing - expected.len();
        println!(
            "{client}: {} events, {missing} lost, {surplus} too many, 2 resets, 2 restarts",
            seen.len()
        );
        let mut pairs = seen.iter().zip(&expected);
        if let Some((seen, expected)) = pairs.find(|(seen, expected)| seen != expected) {
            faults.push(format!("{client}: {seen:?} instead of {expected:?}"));
        }
    }
    println!("{:.1?}", begin.elapsed());
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
