//! Servers that others wrote, and the example, followed by the crate's clients through deaths and losses.

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

/// A client of a server that counts: the first event is 1, its id is 1, and so on for ever. Streams
/// start behind the id that they are asked for; up to 200, they end behind every 50th event, which only
/// framing tells, for the connection stays.
struct Count {
    follower: Follower,
    last: u64,
    /// How many streams there were.
    streams: u32,
    /// Events of the stream that is open.
    events: u64,
    lost: u64,
    repeated: u64,
}

impl Count {
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
                // By itself it would wait for 20 ms.
                Report::Connecting(milliseconds) => assert!(self.last == 0 || milliseconds >= 50),
                Report::Closed(reason) => panic!("{reason}"),
            }
        }
    }
}

impl fmt::Display for Count {
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

const DEATHS: u32 = 3;

/// Follows a server that counts: one client beside it, and one behind a proxy that sees how it frames
/// what it says. The server is killed again and again, and starts anew on the same port.
fn count_through_deaths(name: &str, command: impl Fn() -> Command) {
    let begin = Instant::now();
    let port = free_port();
    let start = || Program::start(command().arg(port.to_string()));
    let mut server = start();
    let address = ([127, 0, 0, 1], port).into();
    let tap = Tap::start(address);
    let mut clients = [
        Count::follow(Driver::Blocking, address),
        Count::follow(Driver::Asynch, tap.address),
    ];
    for client in &mut clients {
        client.follow_until(|client| client.last >= 200);
        assert_eq!(client.streams, 4, "the server ends streams");
    }
    for death in 1..=DEATHS {
        for client in &mut clients {
            client.follow_until(|client| client.streams == 4 + death && client.events >= 10);
        }
        drop(server);
        server = start();
    }
    for client in &mut clients {
        client.follow_until(|client| client.streams == 5 + DEATHS && client.last >= 250);
        let time = begin.elapsed().as_millis();
        println!("{name}, {DEATHS} deaths: {client}, {time} ms");
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

/// Head, in lower case, and body.
fn split(answer: &[u8]) -> (String, String) {
    let answer = String::from_utf8_lossy(answer);
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (format!("{head}\r\n").to_lowercase(), body.to_string())
}

/// Breaks when chunks of Node's server show in events, when its reconnection time is not taken, or when
/// an event is lost or comes twice after it has ended a stream or died.
#[test]
fn better_sse_is_followed_through_deaths() {
    count_through_deaths("better-sse", || packages::node("count.js"));
}

/// Breaks as with Node; what axum writes differs in names in lower case, and in space behind colons.
#[test]
fn axum_is_followed_through_deaths() {
    count_through_deaths("axum", || Command::new(env!("CARGO_BIN_EXE_count")));
}

/// Breaks as with Node; what Python's server writes differs in lines that end in CR and LF.
#[test]
fn sse_starlette_is_followed_through_deaths() {
    count_through_deaths("sse-starlette", || packages::python("count.py"));
}

/// Where Debian has it.
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

/// Reads exactly these numbers.
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

/// Breaks when a body that only the end of the connection frames is not read as it comes, although the
/// head promises to keep the connection; or when nchan's ids do not come back to it as they were.
#[test]
fn nchan_is_followed_through_losses_and_a_death() {
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
            // Some come while it is connected, some are published when it is not.
            publish(&nginx, cut * 20 - 9..=cut * 20);
            expect(&mut follower, cut * 20 - 9..=cut * 20);
            tap.cut();
            publish(&nginx, cut * 20 + 1..=cut * 20 + 10);
            expect(&mut follower, cut * 20 + 1..=cut * 20 + 10);
        }
        // What it has kept is gone, and its ids begin anew with each second.
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
            "nchan, {driver:?}, {CUTS} losses, 1 death: {} events, 0 lost, 0 repeated, {} ms",
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

/// Skips the present state, with which a stream may begin: it has no id, so that before it stays.
fn next_with_another_id(follower: &mut Follower, id: &str) -> Event {
    loop {
        let event = follower.next_event();
        if event.id != id {
            return event;
        }
    }
}

/// The parts of an id that a hub has made.
fn epoch_and_number(id: &str) -> (u32, u64) {
    let (epoch, number) = id.split_once('-').expect("an id of a hub");
    (
        u32::from_str_radix(epoch, 16).unwrap(),
        number.parse().unwrap(),
    )
}

/// Breaks when the crate's client and server do not understand one another: when an event is missing
/// after a loss, or when a server that has forgotten all does not say so, says so twice, or is not
/// understood.
#[test]
fn status_server_is_followed_through_losses_and_a_death() {
    const CUTS: u32 = 5;
    let port = free_port();
    let arguments = ["--interval", "10", "--log-bytes", "1000000"];
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
                // Events of the connection before may still be on their way.
                if tap.answers().len() as u32 > cut {
                    left -= 1;
                }
            }
            if cut < CUTS {
                tap.cut();
            }
        }
        // It asks for more than the client allows, which is more than the client would wait by itself.
        assert!(follower.connecting >= 200);
        assert_eq!(tap.answers().len() as u32, CUTS + 1);

        drop(server);
        let (_server, _) = status_server(port, &arguments);
        let notice = loop {
            let event = follower.next_event();
            if event.event == "lost" {
                break event;
            }
            // These were on their way.
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
            "status_server, {driver:?}, {CUTS} losses: {events} events, 0 lost, 0 repeated; 1 death: told once, 51 events after it, {} ms",
            begin.elapsed().as_millis()
        );
    }
}
