//! From nothing to a stream: on a computer, in a browser, as firmware, and from the other side with a client.
//!
//! After this page you have a server that publishes an event each second, a page that shows it, and a client that follows it.
//! You know which lines change on a microcontroller, and which versions of other crates fit together.
//!
//! # A server on your computer
//!
//! You need [Rust](https://rustup.rs). The server runs on tokio here, and on embassy on a microcontroller. Both use the same
//! `Hub`.
//!
//! ```text
//! cargo new first-stream
//! cd first-stream
//! cargo add embedded-sse --features embassy-sync,embassy-time
//! cargo add embassy-sync@0.8
//! cargo add embassy-time@0.5 --features std,generic-queue-8
//! cargo add critical-section@1 --features std
//! cargo add embedded-io-adapters@0.7 --features tokio-1
//! cargo add tokio@1 --features macros,net,rt
//! ```
//!
//! Replace the content of `src/main.rs` with this program. The two statics and `main` are the server; the loop in the spawned
//! task is your device.
//!
//! ```
//! use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
//! use embassy_time::Timer;
//! use embedded_io_adapters::tokio_1::FromTokio;
//! use embedded_sse::event_type;
//! use embedded_sse::hub::Hub;
//! use embedded_sse::io::{WithoutShutdown, asynch::EmbassyClock};
//! use embedded_sse::server::ServerOptions;
//! use tokio::net::TcpListener;
//!
//! static HUB: Hub<CriticalSectionRawMutex, 2048, 4> = Hub::new(); // 2 KB of history, slots for 4 clients
//! static OPTIONS: ServerOptions = ServerOptions::new("/events");
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> std::io::Result<()> {
//! #   use any_port::TcpListener;
//!     let listener = TcpListener::bind("127.0.0.1:8080").await?;
//!     tokio::spawn(async {
//!         for count in 1.. {
//!             let _ = HUB.publish_with(event_type!("count"), |data| write!(data, "{count}"));
//!             Timer::after_secs(1).await;
//!         }
//!     });
//!     loop {
//!         let (stream, _) = listener.accept().await?;
//!         tokio::spawn(async {
//!             let socket = WithoutShutdown(FromTokio::new(stream));
//!             let mut scratch = [0; 512]; // what the hub keeps of a request, and then the bytes to send
//!             let _ = HUB.serve(socket, &mut scratch, &EmbassyClock, &OPTIONS).await;
//!         });
//!     }
//! }
//! # // The test of this page: a free port instead of 8080, and a client that ends the program after the first event.
//! # mod any_port {
//! #     use std::io::{Read, Write};
//! #     pub struct TcpListener;
//! #     impl TcpListener {
//! #         pub async fn bind(_: &str) -> std::io::Result<tokio::net::TcpListener> {
//! #             let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! #             let address = listener.local_addr()?;
//! #             std::thread::spawn(move || {
//! #                 let mut socket = std::net::TcpStream::connect(address).unwrap();
//! #                 socket.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
//! #                 socket.write_all(b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
//! #                 let mut received = Vec::new();
//! #                 let mut chunk = [0; 1024];
//! #                 while !received.ends_with(b"\n\n") {
//! #                     match socket.read(&mut chunk) {
//! #                         Ok(length @ 1..) => received.extend(&chunk[..length]),
//! #                         _ => std::process::exit(1),
//! #                     }
//! #                 }
//! #                 let text = String::from_utf8(received).unwrap();
//! #                 let as_shown = text.contains(":\nretry: 3000\nevent: count\ndata: ");
//! #                 std::process::exit(if as_shown { 0 } else { 1 });
//! #             });
//! #             Ok(listener)
//! #         }
//! #     }
//! # }
//! ```
//!
//! Start it with `cargo run`, and in another terminal `curl -N http://127.0.0.1:8080/events`. `-N` makes curl print each
//! event when it arrives:
//!
//! ```text
//! :
//! retry: 3000
//! event: count
//! data: 2
//!
//! event: count
//! data: 3
//! ```
//!
//! The stream begins with a comment and the reconnection time, so that proxies pass the response on before the first event.
//! While it runs, start curl four more times. The last one gets 503, because the hub has four slots ([a full
//! server](super::new_clients)). Stop one of them, and its slot is free.
//!
//! `WithoutShutdown` closes a socket by dropping it, which is enough here. `WithShutdown` sends FIN first:
//! `examples/common/end.rs` in the repository has the function for tokio.
//!
//! The events have no ids yet. So a client that loses its connection misses the events until it is back. `Hub::make_ids`
//! gives them ids, and the log closes that gap: [ids and resume](super::resume).
//!
//! # In the browser
//!
//! A page from the same server can read the stream. A page from elsewhere cannot: see [foreign pages](super::foreign_pages).
//! To serve the page, read the request first: an `Incoming` in place of `HUB.serve`. In `main`, the inner `tokio::spawn`
//! becomes `tokio::spawn(serve(stream))`.
//!
//! ```
//! use core::ops::ControlFlow;
//! use embedded_sse::http::{Response, Status};
//! use embedded_sse::io::{ServeError, asynch::Incoming};
//! use embedded_sse::server::Outcome;
//! use tokio::net::TcpStream;
//! # use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
//! # use embedded_io_adapters::tokio_1::FromTokio;
//! # use embedded_sse::hub::Hub;
//! # use embedded_sse::io::{WithoutShutdown, asynch::EmbassyClock};
//! # use embedded_sse::server::ServerOptions;
//! # use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! # static HUB: Hub<CriticalSectionRawMutex, 2048, 4> = Hub::new();
//! # static OPTIONS: ServerOptions = ServerOptions::new("/events");
//!
//! static PAGE: Response = Response::new(Status::OK).with_body("text/html", br#"<!doctype html>
//! <p>Count: <b></b>
//! <script>
//!     const source = new EventSource("/events");
//!     source.addEventListener("count", event => document.querySelector("b").textContent = event.data);
//! </script>"#);
//!
//! async fn serve(stream: TcpStream) -> Result<Outcome, ServeError<std::io::Error>> {
//!     let socket = WithoutShutdown(FromTokio::new(stream));
//!     let mut scratch = [0; 512];
//!     let mut incoming = Incoming::new(socket, &mut scratch, &EmbassyClock, &HUB, &OPTIONS);
//!     if let ControlFlow::Break(outcome) = incoming.accept().await? {
//!         return Ok(outcome); // no request came, or it was refused
//!     }
//!     match incoming.request().is_path("/") {
//!         true => incoming.respond(&PAGE).await,
//!         false => incoming.answer().await, // the stream, or 404
//!     }
//! }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! #     let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! #     let mut client = TcpStream::connect(listener.local_addr()?).await?;
//! #     tokio::spawn(serve(listener.accept().await?.0));
//! #     client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await?;
//! #     client.shutdown().await?;
//! #     let mut page = String::new();
//! #     client.read_to_string(&mut page).await?;
//! #     assert!(page.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n") && page.ends_with("</script>"));
//! #     Ok(())
//! # }
//! ```
//!
//! Open `http://127.0.0.1:8080/`: the number grows each second. The tab "Network" of the browser's developer tools lists the
//! events of the request `events`. Stop the server and start it again: after some seconds `EventSource` has reconnected by
//! itself. An event without an `event` field has the type `message`. [Browsers and proxies](super::peers) have limits to
//! know.
//!
//! # A client
//!
//! Save this as `examples/client.rs` in the same project, and run it with `cargo run --example client` while the server runs.
//!
//! ```
//! use embedded_io_adapters::tokio_1::FromTokio;
//! use embedded_sse::client::{ClientOptions, ConnectError, EventSource};
//! use embedded_sse::http::{InvalidUrl, Url};
//! use embedded_sse::io::asynch::{Client, Connect, EmbassyClock};
//! use tokio::net::TcpStream;
//!
//! static OPTIONS: ClientOptions = ClientOptions::new().idle_timeout(45_000); // 45 s without a byte: reconnect
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), InvalidUrl> {
//!     let (mut buffer, mut received) = ([0; 256], [0; 536]);
//!     let url = Url::new("http://127.0.0.1:8080/events")?;
//!     let source = EventSource::new(url, &OPTIONS, &mut buffer);
//!     let mut client = Client::new(source, Tcp, &mut received, EmbassyClock);
//! #   let mut data = String::new();
//!     while let Some(event) = client.next().await {
//!         println!("{}: {}", event.event_type, event.data);
//! #       data = event.data.to_string();
//!     }
//! #   assert_eq!(data, "2");
//!     Ok(()) // 204, a refusal such as 404, or a fault of this program
//! }
//!
//! struct Tcp;
//!
//! impl Connect for Tcp {
//!     type Socket = FromTokio<TcpStream>;
//!
//!     async fn connect(&mut self, url: Url<'_>) -> Result<Self::Socket, ConnectError> {
//! #       use any_port::TcpStream;
//!         let stream = TcpStream::connect((url.host(), url.port())).await;
//!         stream.map(FromTokio::new).map_err(|_| ConnectError::Unreachable)
//!     }
//! }
//! # // The test of this page: a server on a free port that sends two events, and 204 to the second request.
//! # mod any_port {
//! #     use std::io::{Read, Write};
//! #     use std::sync::LazyLock;
//! #     static ADDRESS: LazyLock<std::net::SocketAddr> = LazyLock::new(|| {
//! #         let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
//! #         let address = listener.local_addr().unwrap();
//! #         std::thread::spawn(move || {
//! #             let stream: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n\
//! #                 retry: 1\nevent: count\ndata: 1\n\ndata: 2\n\n";
//! #             for response in [stream, b"HTTP/1.1 204 No Content\r\n\r\n"] {
//! #                 let (mut socket, _) = listener.accept().unwrap();
//! #                 let mut request = Vec::new();
//! #                 let mut byte = [0];
//! #                 while !request.ends_with(b"\r\n\r\n") {
//! #                     socket.read_exact(&mut byte).unwrap();
//! #                     request.push(byte[0]);
//! #                 }
//! #                 socket.write_all(response).unwrap();
//! #             }
//! #         });
//! #         address
//! #     });
//! #     pub struct TcpStream;
//! #     impl TcpStream {
//! #         pub async fn connect(_: (&str, u16)) -> std::io::Result<tokio::net::TcpStream> {
//! #             tokio::net::TcpStream::connect(*ADDRESS).await
//! #         }
//! #     }
//! # }
//! ```
//!
//! It prints `count: 2`, `count: 3` and so on. Stop the server and start it again: after some seconds the client has
//! reconnected, too. [What is final](super::what_is_final) says when it stops, and `Client::next_notice` also returns each
//! loss. On embassy-net, use `Nal::new(&tcp_client, &dns_socket)` in place of `Tcp`.
//!
//! # As firmware, without hardware
//!
//! QEMU emulates a Cortex-M3 with Ethernet. Install git, Python 3, Rust by rustup, and QEMU for Arm (Debian:
//! `apt-get install qemu-system-arm`). Then:
//!
//! ```text
//! git clone https://github.com/OWNER/embedded-sse
//! cd embedded-sse
//! examples/firmware/run status_stream
//! ```
//!
//! `run` installs the target by rustup, builds the firmware and boots it. Open `http://127.0.0.1:8088/`, or run `curl -N
//! http://127.0.0.1:8088/events`. Ctrl-C ends it. The log output of the firmware is shown if `defmt-print` is installed:
//! `cargo install --locked defmt-print`.
//!
//! # On a board
//!
//! [`examples/boards`](https://github.com/OWNER/embedded-sse/tree/main/examples/boards) has complete programs for a Raspberry
//! Pi Pico W, an STM32H743 with Ethernet and an ESP32-C3. Start from the one that is closest to your board: the README
//! there says what to change in a copy.
//!
//! [The book of embassy](https://embassy.dev/book/) explains tasks, `Spawner` and `StaticCell`. In an embassy project of your
//! own, add to the crates of your chip:
//!
//! ```text
//! cargo add embedded-sse --features embassy-sync,embassy-time
//! cargo add embassy-net@0.9 --features dhcpv4,medium-ethernet,proto-ipv4,tcp
//! cargo add embassy-executor@0.10 embassy-sync@0.8 embassy-time@0.5 static_cell@2
//! ```
//!
//! Add the features of `embassy-executor` for your core, which are `executor-thread` and `platform-cortex-m` for a Cortex-M.
//! A client also needs the feature `embedded-nal-async` of `embedded-sse`, and `dns` of `embassy-net`. These lines differ
//! from the program above:
//!
//! | on your computer | on embassy-net |
//! | --- | --- |
//! | `TcpListener`, a task for each connection | a fixed number of tasks, each with a `TcpSocket` and its buffers: [the task `serve` of the README](https://github.com/OWNER/embedded-sse#serve) |
//! | `WithoutShutdown(FromTokio::new(..))` | `WithShutdown::new(&mut socket, end)`: a dropped `TcpSocket` sends neither FIN nor RST |
//! | a page: `Incoming` in the task of each connection | the same, in the task of each socket: [`serve.rs` of `status_stream`](https://github.com/OWNER/embedded-sse/blob/main/examples/firmware/status_stream/src/serve.rs) |
//! | the feature `std` of `critical-section`; `std` and `generic-queue-8` of `embassy-time` | the critical section and the time driver of the chip's crate |
//!
//! [Sizing](super::sizing) has the size of each buffer, and what boards without compare-and-swap or without a random number
//! generator need.
//!
//! # Compatible versions
//!
//! Traits and types of the crates in the first part pass between your program and this crate, so your program needs these
//! versions. With another version, the compiler reports that a trait is not implemented. The second part lists the versions
//! with which the examples are built. `cargo tree -d` lists crates that are present in two versions.
//!
//! | crate | version | feature of embedded-sse | Rust |
//! | --- | --- | --- | --- |
//! | `embedded-sse` | 0.2 | | 1.87 |
//! | `embedded-io` | 0.7 | `embedded-io` | 1.81 |
//! | `embedded-io-async` | 0.7 | `embedded-io-async` | 1.81 |
//! | `embassy-sync` | 0.8 | `embassy-sync` | |
//! | `embassy-time` | 0.5 | `embassy-time` | |
//! | `embedded-nal-async` | 0.9 | `embedded-nal-async` | |
//! | `defmt` | 1 | `defmt` | 1.81 |
//! | `heapless`, if a `Vec` of it is your [`Sink`](crate::Sink) | 0.9 | | 1.87 with 0.9.3, 1.88 with 0.9.4 |
//! | **built with the examples** | | | |
//! | `embassy-net` | 0.9 | | 1.91, for its `smoltcp` 0.13 |
//! | `embassy-executor` | 0.10 | | |
//! | `embedded-io-adapters` | 0.7 | | 1.81 |
//! | `picoserve` | 0.20 | | 1.93 |
//! | `edge-http`, `edge-nal` | 0.8, 0.7 | | 1.88 |
//! | `reqwless` | 0.14 | | 1.91 |
//! | `axum` | 0.8 | | 1.80 |
//! | `embedded-tls` | 0.19 | | |
//! | **used inside: your program can have another version** | | | |
//! | `nom` | 8 | `http` | 1.65 |
//!
//! An empty cell in the last column: the crate names no minimum Rust version. With `rust-version` in your `Cargo.toml` and
//! the edition 2024, cargo selects versions that your Rust can build.
