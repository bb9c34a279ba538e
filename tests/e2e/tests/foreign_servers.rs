//! The crate's clients with other projects' servers and with the example `status_server`, over cuts and restarts.

use std::fmt;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use e2e::client::Event;
use e2e::follower::{Driver, Follower, Report};
use e2e::nginx::Nginx;
use e2e::packages;
use e2e::program::{Program, free_port, status_server};
use e2e::tap::Tap;

/// A client of a counting server, which checks the events.
///
/// The first event is 1 with the id 1, the next one 2, and so on without end. A stream starts after the requested id. Up to
/// 200, a stream ends after every 50th event, and the server keeps the connection open: only framing shows the end.
struct CountingClient {
    follower: Follower,
    last: u64,
    /// The number of streams so far.
    streams: u32,
    /// The number of events of the open stream.
    events: u64,
    lost: u64,
    repeated: u64,
}

impl CountingClient {
    fn follow(driver: Driver, address: SocketAddr) -> Self {
        Self {
            follower: Follower::start(driver, &format!("http://{address}/events")),
            last: 0,
            streams: 0,
            events: 0,
            lost: 0,
            repeated: 0,
        }
    }

    fn follow_until(&mut self, is_enough: impl Fn(&Self) -> bool) {
        while !is_enough(self) {
            match self.follower.next_report() {
                Report::Open => {
                    self.streams += 1;
                    self.events = 0;
                }
                Report::Event(event) => {
                    assert_eq!((&*event.event, &event.data), ("count", &event.id));
                    let number: u64 = event.id.parse().unwrap();
                    self.lost += number.saturating_sub(self.last + 1);
                    self.repeated += u64::from(number <= self.last);
                    self.last = number;
                    self.events += 1;
                    assert_eq!((self.lost, self.repeated), (0, 0), "{self}");
                }
                // The server sets 50 ms. The client's own default would be 20 ms.
                Report::Connecting(milliseconds) => assert!(self.last == 0 || milliseconds >= 50),
                Report::Closed(reason) => panic!("{reason}"),
            }
        }
    }
}

impl fmt::Display for CountingClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            last,
            streams,
            lost,
            repeated,
            ..
        } = self;
        write!(
            f,
            "{last} events over {streams} streams, {lost} lost, {repeated} repeated"
        )
    }
}

const RESTARTS: u32 = 3;

/// Follows a counting server by two clients, one of them through a proxy that records the framing. Kills the server and
/// starts it again on the same port, [`RESTARTS`] times.
fn count_over_restarts(name: &str, command: impl Fn() -> Command) {
    let begin = Instant::now();
    let port = free_port();
    let start = || Program::start(command().arg(port.to_string()));
    let mut server = start();
    let address = ([127, 0, 0, 1], port).into();
    let tap = Tap::start(address);
    let mut clients = [
        CountingClient::follow(Driver::Blocking, address),
        CountingClient::follow(Driver::Asynch, tap.address),
    ];
    for client in &mut clients {
        client.follow_until(|client| client.last >= 200);
        assert_eq!(client.streams, 4, "the server ends streams");
    }
    for restart in 1..=RESTARTS {
        for client in &mut clients {
            client.follow_until(|client| client.streams == 4 + restart && client.events >= 10);
        }
        drop(server);
        server = start();
    }
    for client in &mut clients {
        client.follow_until(|client| client.streams == 5 + RESTARTS && client.last >= 250);
        let time = begin.elapsed().as_millis();
        println!("{name}, {RESTARTS} restarts: {client}, {time} ms");
    }
    let answers = tap.answers();
    assert!(answers.len() >= 8);
    for answer in answers {
        let (head, body) = split(&answer);
        assert!(
            head.contains("\r\ntransfer-encoding: chunked\r\n"),
            "{head}"
        );
        let size = body.lines().next().unwrap();
        assert!(u32::from_str_radix(size, 16).is_ok(), "{size}");
    }
}

/// Splits a response into its head, in lower case, and its body.
fn split(answer: &[u8]) -> (String, String) {
    let answer = String::from_utf8_lossy(answer);
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (format!("{head}\r\n").to_lowercase(), body.to_string())
}

/// Breaks when chunks of Node's server show in events, when its reconnection time has no effect, or when an event is lost or
/// comes twice after the end of a stream or a restart of the server.
#[test]
fn better_sse_is_followed_over_restarts() {
    count_over_restarts("better-sse", || packages::node("count.js"));
}

/// Breaks as with Node. axum writes names of header fields in lower case, and a space after the colons of the stream.
#[test]
fn axum_is_followed_over_restarts() {
    count_over_restarts("axum", || Command::new(env!("CARGO_BIN_EXE_count")));
}

/// Breaks as with Node. sse-starlette ends lines with CRLF.
#[test]
fn sse_starlette_is_followed_over_restarts() {
    count_over_restarts("sse-starlette", || packages::python("count.py"));
}

/// The module's path in Debian.
const NCHAN: &str = "load_module /usr/lib/nginx/modules/ngx_nchan_module.so;";
const LOCATIONS: &str = "
    location /publish {
      nchan_publisher; nchan_channel_id numbers; nchan_message_buffer_length 1000;
    }
    location /events {
      nchan_subscriber eventsource; nchan_channel_id numbers; nchan_subscriber_first_message oldest;
    }";

/// Publishes these numbers to nchan.
fn publish(nginx: &Nginx, numbers: RangeInclusive<u64>) {
    for number in numbers {
        ureq::post(format!("http://127.0.0.1:{}/publish", nginx.port))
            .header("X-EventSource-Event", "count")
            .send(&number.to_string())
            .unwrap();
    }
}

/// Checks that the next events are exactly these numbers.
fn expect(follower: &mut Follower, numbers: RangeInclusive<u64>) {
    for number in numbers {
        let event = follower.next_event();
        assert_eq!(
            (event.event, event.data),
            ("count".into(), number.to_string())
        );
        let (time, tag) = event.id.split_once(':').expect("an id of nchan");
        assert!(time.parse::<u64>().is_ok() && tag.parse::<u64>().is_ok());
    }
}

/// Breaks when events of a body that ends with the connection are delayed because the head has `Connection: keep-alive`, or
/// when the client sends nchan's ids back changed.
#[test]
fn nchan_is_followed_over_cuts_and_a_restart() {
    const CUTS: u64 = 10;
    for driver in [Driver::Blocking, Driver::Asynch] {
        let begin = Instant::now();
        let nginx = Nginx::new(NCHAN, LOCATIONS);
        let server = nginx.start();
        let tap = Tap::start(([127, 0, 0, 1], nginx.port).into());
        publish(&nginx, 1..=10);
        let mut follower = Follower::start(driver, &format!("http://{}/events", tap.address));
        expect(&mut follower, 1..=10);
        for cut in 1..=CUTS {
            // Half of the events are published while the client is connected, half while it is not.
            publish(&nginx, cut * 20 - 9..=cut * 20);
            expect(&mut follower, cut * 20 - 9..=cut * 20);
            tap.cut();
            publish(&nginx, cut * 20 + 1..=cut * 20 + 10);
            expect(&mut follower, cut * 20 + 1..=cut * 20 + 10);
        }
        // The restarted nginx has no history. Its ids consist of the second and a number that starts anew in each second:
        // in another second, none of them repeats.
        drop(server);
        wait_for_another_second();
        let _server = nginx.start();
        let last = CUTS * 20 + 10;
        publish(&nginx, last + 1..=last + 20);
        expect(&mut follower, last + 1..=last + 20);
        for answer in tap.answers() {
            let (head, body) = split(&answer);
            assert!(head.contains("\r\nconnection: keep-alive\r\n"), "{head}");
            assert!(
                !head.contains("\r\ntransfer-encoding:") && !head.contains("\r\ncontent-length:")
            );
            assert!(body.starts_with(": hi\n"), "{body}");
        }
        println!(
            "nchan, {driver:?}, {CUTS} cuts, 1 restart: {} events, 0 lost, 0 repeated, {} ms",
            last + 20,
            begin.elapsed().as_millis()
        );
    }
}

fn unix_time() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

fn wait_for_another_second() {
    let now = unix_time();
    while unix_time() == now {
        sleep(Duration::from_millis(10));
    }
}

/// Returns the next event with another id than `id`. Skips the present state, which has no id and leaves `id` unchanged.
fn next_with_another_id(follower: &mut Follower, id: &str) -> Event {
    loop {
        let event = follower.next_event();
        if event.id != id {
            return event;
        }
    }
}

/// Splits an id that a hub has made.
fn epoch_and_number(id: &str) -> (u32, u64) {
    let (epoch, number) = id.split_once('-').expect("an id of a hub");
    (
        u32::from_str_radix(epoch, 16).unwrap(),
        number.parse().unwrap(),
    )
}

/// Breaks when the crate's client loses an event of the crate's server over a cut, or when it does not get exactly one loss
/// notice after a restart has cleared the log.
#[test]
fn status_server_is_followed_over_cuts_and_a_restart() {
    const CUTS: u32 = 5;
    let port = free_port();
    // The log keeps the events of some 10 s, more than the client is away.
    let arguments = ["--interval", "50"];
    for driver in [Driver::Blocking, Driver::Asynch] {
        let begin = Instant::now();
        let (server, address) = status_server(port, &arguments);
        let tap = Tap::start(address);
        let mut follower = Follower::start(driver, &format!("http://{}/events", tap.address));
        let first = next_with_another_id(&mut follower, "");
        let (epoch, mut number) = epoch_and_number(&first.id);
        let mut events = 1;
        for cut in 0..=CUTS {
            let mut left = 20;
            while left > 0 {
                let event = follower.next_event();
                assert!(["status", "log"].contains(&&*event.event), "{event:?}");
                number += 1;
                assert_eq!(epoch_and_number(&event.id), (epoch, number));
                events += 1;
                // Events of the previous connection may still arrive. They do not count.
                if tap.answers().len() as u32 > cut {
                    left -= 1;
                }
            }
            if cut < CUTS {
                tap.cut();
            }
        }
        // The server asks for more than the client's limit of 200 ms. The client's own default is shorter.
        assert!(follower.connecting >= 200);
        assert_eq!(tap.answers().len() as u32, CUTS + 1);

        drop(server);
        let (_server, _) = status_server(port, &arguments);
        let notice = loop {
            let event = follower.next_event();
            if event.event == "lost" {
                break event;
            }
            // Events that the old server sent before it stopped.
            number += 1;
            assert_eq!(epoch_and_number(&event.id), (epoch, number));
        };
        assert_eq!(notice.data, "");
        let first = next_with_another_id(&mut follower, &notice.id);
        let (new_epoch, mut number) = epoch_and_number(&first.id);
        assert_ne!(new_epoch, epoch);
        for _ in 0..50 {
            number += 1;
            let event = follower.next_event();
            assert_eq!(
                epoch_and_number(&event.id),
                (new_epoch, number),
                "{event:?}"
            );
        }
        println!(
            "status_server, {driver:?}, {CUTS} cuts: {events} events, 0 lost, 0 repeated; 1 restart: 1 loss notice, 51 events after it, {} ms",
            begin.elapsed().as_millis()
        );
    }
}
