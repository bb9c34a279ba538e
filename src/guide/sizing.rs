//! The length of every buffer, and what happens if it is too short.
//!
//! After this page you can choose each length, and add up the RAM and the stack that your program needs. Figures are for
//! 32-bit cores. `const fn`s of the crate compute lengths, so that a build fails if a figure of yours no longer fits.
//!
//! # A server
//!
//! | what | where | how to choose it | if it is too small |
//! | --- | --- | --- | --- |
//! | the log | `BYTES` of a `Hub`, or the buffer of an [`EventLog`](crate::server::EventLog) | the events of the time that a client may be away: [see below](#the-log) | [`PublishError::TooLarge`](crate::server::PublishError::TooLarge) for an event that is longer than the log. A client that was away for longer gets the [loss notice](super::resume). A [slow client](super::slow_clients) misses events, or is reset. |
//! | the slots | `CLIENTS` of a `Hub` | the streams at a time | 503 with `Retry-After`, or a short stream: see [a full server](super::new_clients) |
//! | the sockets | tasks that call `serve` | one more than slots, and one more if you serve a page | The network stack resets the connection, so the client gets no response. |
//! | `StackResources` of embassy-net | its parameter | these sockets, one for DHCP, and one for DNS with its feature `dns` | embassy-net panics. |
//! | the scratch | an argument of `serve`, `Incoming::new` and `Connection::new` | 512 bytes for browsers: [see below](#the-scratch) | 414 or 431. A last event ID that does not fit counts as unknown: the client gets the loss notice. |
//! | the request head | `ServerOptions::max_head_len`, `head_timeout` | 8 KB and 10 s by default. The head takes no RAM but the scratch. | 431; 408 |
//! | the receive buffer of TCP | the socket | 512 bytes. A request is read piece by piece, so a shorter one works, too. | It takes more segments and more time. |
//! | the send buffer of TCP | the socket | the events of one round trip, 1,024 bytes for most devices | Events wait in the log until the client has acknowledged earlier ones. |
//!
//! ## The log
//!
//! A frame takes its encoded bytes and a header of 3 bytes. All clients share the log, so its length does not depend on their
//! number.
//!
//! ```
//! use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
//! use embedded_sse::hub::Hub;
//! use embedded_sse::server::EventLog;
//! use embedded_sse::{Frame, event_type};
//!
//! const MADE_ID: usize = "ffffffff-4294967295".len(); // the longest id that a log makes
//! const DATA: usize = "-12345".len(); // in one line
//! const FRAME: usize = Frame::max_len("temperature".len(), DATA, 1, MADE_ID);
//!
//! const EVENTS: usize = 2 * 30; // two events a second, for 30 seconds
//! const LOG: usize = EventLog::buffer_len(EVENTS, FRAME);
//! static HUB: Hub<CriticalSectionRawMutex, LOG, 4> = Hub::new();
//! assert_eq!((FRAME, LOG), (75, 4_758));
//!
//! // Real frames are shorter: this log holds 96 of them, which are 48 seconds.
//! let mut log = EventLog::<[u8; LOG]>::new();
//! log.make_ids(0x5eed);
//! for _ in 0..1_000 {
//!     log.publish_with(event_type!("temperature"), |data| write!(data, "-12345"))?;
//! }
//! assert_eq!(log.len(), 96);
//! # Ok::<(), embedded_sse::server::PublishError>(())
//! ```
//!
//! [`Frame::max_len`](crate::Frame::max_len) includes a `retry` field of 18 bytes. Each data line takes 7 bytes more than its
//! text. Rare events are evicted by frequent ones: choose what a new client gets by
//! [state for new clients](super::new_clients), and do not enlarge the log for it.
//!
//! ## The scratch
//!
//! The last quarter receives the request. The first three quarters hold what the server keeps of it: the request line,
//! `Host`, `Origin`, `Last-Event-ID` and the fields that `ServerOptions::kept_fields` names. Other fields are skipped. The
//! whole head may have `max_head_len` bytes.
//!
//! Afterwards the scratch holds the bytes of one write: many frames, or a part of one. A shorter scratch makes more writes, and
//! loses no event. Two options need room in it. A frame of `StreamOptions::initial_state` that does not fit is left out;
//! with `ServerOptions::chunked` it has 8 bytes less room.
//! `ServerOptions::chunked` needs 8 bytes for the framing of a chunk: if there is no ninth byte, the stream ends as `Stalled`.
//!
//! This test finds the shortest scratch for a request of a page of another origin that resumes:
//!
//! ```
//! use embedded_sse::server::{Connection, ConnectionOutput, EventLog, ServerOptions};
//! use embedded_sse::{Instant, LastEventId};
//!
//! const REQUEST: &[u8] = b"GET /events HTTP/1.1\r\nHost: 192.168.1.7\r\nAccept: text/event-stream\r\n\
//!     Origin: https://dashboard.example\r\nLast-Event-ID: ffffffff-4294967295\r\nCookie: is-skipped\r\n\r\n";
//!
//! /// Returns whether a server with a scratch of this length accepts the request, and has its last event ID.
//! fn fits(length: usize) -> bool {
//!     let (now, options, log) = (Instant::from_millis(0), ServerOptions::new("/events"), EventLog::<[u8; 64]>::new());
//!     let mut scratch = vec![0; length];
//!     let mut connection = Connection::new(now, &options, &mut scratch);
//!     let mut request = REQUEST;
//!     loop {
//!         match connection.poll(now, &log) {
//!             ConnectionOutput::Wait(_) => {
//!                 let buffer = connection.receive_buffer();
//!                 let length = buffer.len().min(request.len());
//!                 let (now_received, rest) = request.split_at(length);
//!                 buffer[..length].copy_from_slice(now_received);
//!                 request = rest;
//!                 connection.received(length);
//!             }
//!             ConnectionOutput::Request => return connection.request().last_event_id() != LastEventId::Unusable,
//!             _ => return false, // it is refused
//!         }
//!     }
//! }
//!
//! assert_eq!((1..1_000).find(|length| fits(*length)), Some(193));
//! assert!((256..1_000).all(fits));
//! ```
//!
//! # A client
//!
//! | what | where | how to choose it | if it is too small |
//! | --- | --- | --- | --- |
//! | the event buffer | `EventSource::new`, [`Decoder`](crate::Decoder) | [`Decoder::buffer_len`](crate::Decoder::buffer_len), and for an `EventSource` at least 128 bytes more than the longest id | `Overflow`: that event is lost, and the next one is read. `HeadTooLong`: a line of the response head does not fit, and the client retries. `CallerReason::BufferTooSmall`: no byte is free for the request, and the client ends. |
//! | the received bytes | `Client::new`, `Reader::new` | 536 bytes, a short segment of TCP. One byte works. | It takes more calls of `read`. |
//! | the targets of redirects | `EventSource::follow_redirects` | three URLs; 256 bytes for most | `LocationTooLong`, or without a buffer `NoBuffer`. The client retries. |
//! | the response head | `ClientOptions::max_head_len`, `head_timeout` | 16 KB and 30 s by default. The head takes no RAM but the free part of the event buffer. | `HeadTooLong`; `SlowHead`. The client retries. |
//! | the copy of an event | [`OwnedEvent`](crate::OwnedEvent) | one capacity each for type, data and id | [`EventTooLong`](crate::EventTooLong): only the copy is lost. |
//!
//! The event buffer holds four things at once: the data, the type and the id of the event that is being received, and the
//! last event ID, which stays valid until that event is complete. So the id counts twice. Comments and unknown fields take no
//! space.
//!
//! ```
//! use embedded_sse::{Decoder, Overflow};
//!
//! const BUFFER: usize = Decoder::buffer_len("led".len(), "on".len(), "41".len());
//! assert_eq!(BUFFER, 3 + 2 + 2 * 2);
//!
//! let mut received = &b"event: led\nid: 41\ndata: on\n\nevent: led\nid: 42\ndata: off\n\ndata: on\n\n"[..];
//! let mut decoder = Decoder::<[u8; BUFFER]>::new();
//! assert_eq!(decoder.next(&mut received)?.unwrap().data, "on");
//! assert_eq!(decoder.next(&mut received), Err(Overflow)); // "off" is one byte too long
//! assert_eq!(decoder.next(&mut received)?.unwrap().data, "on");
//! # Ok::<(), Overflow>(())
//! ```
//!
//! A last event ID that takes more than half of an `EventSource`'s buffer is cleared before the next request. Events that are
//! larger than your RAM come in parts from a [`PartDecoder`](crate::PartDecoder).
//! [Errors](super::errors#the-size-of-a-buffer) lists each error.
//!
//! # RAM
//!
//! Figures are for embassy-net 0.9 and `opt-level = "z"`.
//!
//! The hub of the README takes 2,160 bytes: 2,048 for the log, 12 for each of 4 slots, and 64 for the rest. In the server of
//! the README, each client takes:
//!
//! | one more client | bytes |
//! | --- | ---: |
//! | the receive and the send buffer of TCP | 512 + 1,024 |
//! | the scratch | 512 |
//! | the future of `serve` without these buffers, and its task | 360 |
//! | the socket inside embassy-net | 350 |
//! | a slot of the hub | 12 |
//! | sum | 2,770 |
//!
//! With a scratch of 256 bytes, which is enough for short paths, the sum is 2,514 bytes. With `Incoming`, the future takes 32
//! bytes more. A socket for refusals or pages takes the same without the slot. A client that follows a stream takes, with the
//! buffers of the table above:
//!
//! | a client on embassy-net | bytes |
//! | --- | ---: |
//! | the event buffer and the buffer of redirects | 256 + 256 |
//! | the received bytes | 536 |
//! | `TcpClientState<1, 512, 536>`: the buffers of TCP | 1,049 |
//! | the rest of the future that owns an `asynch::Client` with `Nal`, and its task | 767 |
//! | the socket inside embassy-net | 350 |
//! | sum | 3,214 |
//!
//! [Sizes](https://github.com/OWNER/embedded-sse#sizes) of the README has the parts that need no network stack, and flash.
//!
//! # Boards
//!
//! The server of the README as a whole program, with the driver of the chip, embassy-net, DHCP and five sockets, in bytes:
//!
//! | board | flash | of embedded-sse | RAM | of embedded-sse |
//! | --- | ---: | ---: | ---: | ---: |
//! | Raspberry Pi Pico W (RP2040) | 82,508 | 15,420 | 36,976 | 6,000 |
//! | STM32H743 with Ethernet | 56,120 | 14,968 | 30,628 | 6,000 |
//! | ESP32-C3 with Wi-Fi | 499,982 | 18,196 | 158,764 | 5,964 |
//!
//! The radio of the Pico W needs 230 KB of flash more, for its firmware. The ESP32-C3 has 80 KB of heap for its radio in this
//! RAM. [Boards](https://github.com/OWNER/embedded-sse/blob/main/examples/boards/README.md#sizes) says how these figures are
//! measured, and has a command that prints those of your own program.
//!
//! # Stack
//!
//! One call needs at most 480 bytes of stack on a Cortex-M3; decoding needs 296, and encoding 236. What your own closures
//! need, such as that of `publish_with`, is added. All tasks of an embassy executor share one stack, so add the deepest
//! call once, and once more for each interrupt level that publishes.
//!
//! # Cores without compare-and-swap
//!
//! This crate only loads and stores atomics, so it builds for `thumbv6m-none-eabi` and `riscv32imc-unknown-none-elf` as it
//! is. `static_cell` needs compare-and-swap, and does not build for such a core, for example the RP2040's, without this line:
//!
//! ```text
//! cargo add portable-atomic --features critical-section
//! ```
//!
//! The feature needs a critical section, which the crate of the chip provides. The program for the ESP32-C3 does without this
//! line.
//!
//! # Chips without a random number generator
//!
//! This crate asks for two numbers, which need not be secret, and embassy-net asks for a third. If the third can be guessed, a
//! computer in the network can forge DNS responses and TCP segments: use the generator of the chip if there is one.
//!
//! | number | has to differ | if it repeats | source without a generator |
//! | --- | --- | --- | --- |
//! | the epoch of [`make_ids`](crate::server::EventLog::make_ids) | between boots of a device | The ids of an earlier boot pass for those of this one: a client continues at the wrong event, and is not told. | a counter of boots in flash. In memory that keeps its content over a reset, it would start again after a power cut. |
//! | the seed of [`ReconnectOptions`](crate::client::ReconnectOptions::seed) | between devices | Devices that lose their server together come back together. | the unique number of the chip, or the MAC address |
//! | the seed of `embassy_net::new` | between boots and devices | TCP chooses the same local ports and sequence numbers again. | both of them, mixed |
//!
//! [`StreamOptions::retry_jitter`](crate::server::StreamOptions::retry_jitter) needs no seed. TLS needs a generator for
//! cryptography: there is no substitute for it ([TLS](super::tls)).
//!
//! ```
//! /// Mixes the unique number of the chip and the count of its boots (FNV-1a).
//! fn mix(unique_number: &[u8], boots: u32) -> u32 {
//!     let bytes = unique_number.iter().copied().chain(boots.to_le_bytes());
//!     bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
//! }
//!
//! assert_ne!(mix(&[1, 2, 3], 7), mix(&[1, 2, 3], 8)); // the same device, the next boot
//! assert_ne!(mix(&[1, 2, 3], 7), mix(&[1, 2, 4], 7)); // the next device
//! ```
