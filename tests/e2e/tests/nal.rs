//! The client over the `embedded-nal-async` traits, which embassy-net implements.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use e2e::clock::TokioClock;
use e2e::server::Server;
use e2e::tap::Tap;
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_nal_async::{AddrType, Dns, TcpConnect};
use embedded_sse::client::{ClientOptions, EventSource, ReconnectOptions};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::{Client, Nal};
use embedded_sse::server::{ServerOptions, Start, StreamOptions};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

const SERVER: ServerOptions =
    ServerOptions::new("/events").stream(StreamOptions::new().start(Start::Oldest));
static OPTIONS: ClientOptions =
    ClientOptions::new().reconnect(ReconnectOptions::new().retry(20).max_delay(50));

/// `TcpConnect` with sockets of tokio.
struct Tcp;

impl TcpConnect for Tcp {
    type Error = io::Error;
    type Connection<'a> = FromTokio<TcpStream>;

    async fn connect(&self, remote: SocketAddr) -> io::Result<Self::Connection<'_>> {
        TcpStream::connect(remote).await.map(FromTokio::new)
    }
}

/// `Dns` with the system's resolver. The first look-ups fail, as many as `failures_left` says.
#[derive(Default)]
struct Names {
    failures_left: Cell<u32>,
    asked: RefCell<Vec<String>>,
}

impl Dns for Names {
    type Error = io::Error;

    async fn get_host_by_name(&self, host: &str, addr_type: AddrType) -> io::Result<IpAddr> {
        assert_eq!(addr_type, AddrType::Either);
        self.asked.borrow_mut().push(host.into());
        if let Some(left) = self.failures_left.get().checked_sub(1) {
            self.failures_left.set(left);
            return Err(io::ErrorKind::HostUnreachable.into());
        }
        // The server listens on IPv4 only.
        let mut addresses = lookup_host((host, 0)).await?.map(|address| address.ip());
        let address = addresses.find(IpAddr::is_ipv4);
        address.ok_or(io::ErrorKind::NotFound.into())
    }

    async fn get_host_by_address(&self, _: IpAddr, _: &mut [u8]) -> io::Result<usize> {
        unimplemented!("the client looks up names only")
    }
}

const CUTS: u64 = 5;

/// Follows 20 events on each of several connections. All connections but the last are cut.
#[tokio::main(flavor = "current_thread")]
async fn follow(server: &Server, host: &str, names: &Names) {
    let tap = Tap::start(server.address);
    let url = format!("http://{host}:{}/events", tap.address.port());
    let (mut buffer, mut received) = ([0; 256], [0; 536]);
    let source = EventSource::new(Url::new(&url).unwrap(), &OPTIONS, &mut buffer);
    let mut client = Client::new(source, Nal::new(&Tcp, names), &mut received, TokioClock);
    let mut last = 0;
    for cut in 0..=CUTS {
        // Half of the events are published while the client is disconnected.
        for number in cut * 20 + 1..=cut * 20 + 10 {
            server.publish(number);
        }
        while let Some(event) = in_time(client.next()).await {
            last += 1;
            assert_eq!(
                (event.event_type.to_string(), event.data.to_string()),
                ("n".into(), last.to_string())
            );
            if last == cut * 20 + 10 {
                for number in cut * 20 + 11..=cut * 20 + 20 {
                    server.publish(number);
                }
            }
            if last == cut * 20 + 20 {
                break;
            }
        }
        if cut < CUTS {
            tap.cut();
        }
    }
    assert_eq!(last, CUTS * 20 + 20);
    assert_eq!(tap.answers().len() as u64, CUTS + 1);
    println!(
        "{host}: {CUTS} losses, {last} events, 0 lost, 0 repeated; {} names asked for",
        names.asked.borrow().len()
    );
}

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(30);
    timeout(limit, future).await.expect("a result in time")
}

/// Breaks when the client does not look up the name for each connection, when a failed look-up is final, or when an event is
/// lost or comes twice over a reconnect.
#[test]
fn a_client_over_nal_finds_its_server_by_name() {
    let server = Server::start(SERVER);
    let names = Names::default();
    names.failures_left.set(3);
    follow(&server, "localhost", &names);
    let asked = vec!["localhost"; 3 + CUTS as usize + 1];
    assert_eq!(*names.asked.borrow(), asked);
}

/// Breaks when the client looks up an IP address, which fails in a network without a name server.
#[test]
fn a_client_over_nal_does_not_look_up_an_ip_address() {
    let server = Server::start(SERVER);
    let names = Names::default();
    follow(&server, "127.0.0.1", &names);
    assert!(names.asked.borrow().is_empty());
}
