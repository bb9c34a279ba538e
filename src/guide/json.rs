//! JSON as the data of events, without a heap.
//!
//! The crate does not read or write JSON. [`serde-json-core`](https://docs.rs/serde-json-core) does, in fixed buffers:
//!
//! ```text
//! cargo add serde --no-default-features --features derive
//! cargo add serde-json-core
//! ```
//!
//! JSON escapes the line ends of its strings, so one value is one `data` line. `examples/chat` in the repository uses all of
//! this with the API of a language model.
//!
//! # Out
//!
//! Write the value into a slice, and publish a frame with it. If the slice is too short, `to_slice` returns an error, and
//! nothing is published.
//!
//! ```
//! # #[cfg(feature = "embassy-sync")] {
//! use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
//! use embedded_sse::hub::Hub;
//! use embedded_sse::{Frame, event_type};
//! use serde::Serialize;
//! use serde_json_core::to_slice;
//!
//! #[derive(Serialize)]
//! struct Reading<'a> {
//!     sensor: &'a str,
//!     millicelsius: i32,
//! }
//!
//! static HUB: Hub<CriticalSectionRawMutex, 1024, 2> = Hub::new();
//!
//! /// Returns whether the reading was published.
//! fn publish(reading: &Reading) -> bool {
//!     let mut json = [0; 64];
//!     let Ok(length) = to_slice(reading, &mut json) else { return false };
//!     let frame = Frame::data(&json[..length]).event_type(event_type!("reading"));
//!     HUB.publish(&frame).is_ok()
//! }
//!
//! assert!(publish(&Reading { sensor: "attic\n\"north\"", millicelsius: 21_500 }));
//! # }
//! ```
//!
//! `EventLog::publish`, `Frame::encode` and the writers of sockets take the same frame.
//!
//! `serde-json-core` cannot write into a [`core::fmt::Write`]. [`ser-write-json`](https://docs.rs/ser-write-json) can, without
//! its default features. It writes straight into the log, or by a [`DataWriter`](crate::DataWriter) straight into a sink or a
//! socket, without the slice:
//!
//! ```
//! use core::fmt;
//! use embedded_sse::server::{EventLog, PublishError};
//! use embedded_sse::{DataWriter, Frame, SliceSink, event_type};
//! use ser_write_json::{ser::to_writer, SerWrite};
//! use serde::Serialize;
//!
//! struct Json<'w>(&'w mut dyn fmt::Write);
//!
//! impl SerWrite for Json<'_> {
//!     type Error = fmt::Error;
//!
//!     fn write(&mut self, bytes: &[u8]) -> fmt::Result {
//!         self.0.write_str(str::from_utf8(bytes).map_err(|_| fmt::Error)?)
//!     }
//! }
//!
//! fn write_json(output: &mut dyn fmt::Write, value: &impl Serialize) -> fmt::Result {
//!     to_writer(Json(output), value).map_err(|_| fmt::Error)
//! }
//!
//! # #[derive(Serialize)]
//! # struct Reading<'a> {
//! #     sensor: &'a str,
//! #     millicelsius: i32,
//! # }
//! let reading = Reading { sensor: "attic\n\"north\"", millicelsius: 21_500 };
//! let mut log = EventLog::<[u8; 256]>::new();
//! log.publish_with(event_type!("reading"), |data| write_json(data, &reading))?;
//! let record = log.read(&mut log.oldest())?.unwrap();
//! let expected = br#"event: reading
//! data: {"sensor":"attic\n\"north\"","millicelsius":21500}
//!
//! "#;
//! assert_eq!(record.as_bytes(), expected);
//!
//! let mut buffer = [0; 128];
//! let mut sink = SliceSink::new(&mut buffer);
//! let mut data = DataWriter::new(&mut sink, &Frame::from(event_type!("reading")))?;
//! let _ = write_json(&mut data, &reading); // `finish` returns the error
//! data.finish()?;
//! assert_eq!(sink.as_written(), expected);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # In
//!
//! Parse the bytes of [`Event::data`](crate::Event::data). A string that can have escapes needs a `heapless::String`, and a
//! buffer in which the longest string is decoded:
//!
//! ```
//! use embedded_sse::Decoder;
//! use heapless::String;
//! use serde::Deserialize;
//! use serde_json_core::from_slice_escaped;
//!
//! #[derive(Deserialize)]
//! struct Command<'a> {
//!     name: &'a str, // borrowed from the event: an error if it has escapes
//!     text: String<32>,
//!     #[serde(default)]
//!     level: Option<u8>, // can be absent or null
//! }
//!
//! let mut received = &b"data: {\"name\":\"show\",\"text\":\"\\\"18\\u00b0\\\"\\n\",\"unknown\":[1]}\n\n"[..];
//! let mut decoder = Decoder::<[u8; 256]>::new();
//! while let Some(event) = decoder.next(&mut received)? {
//!     match from_slice_escaped::<Command>(event.data.as_bytes(), &mut [0; 64]) {
//!         Ok((command, _)) => {
//!             assert_eq!(command.name, "show");
//!             assert_eq!(command.text, "\"18°\"\n");
//!             assert_eq!(command.level, None);
//!         }
//!         Err(error) => { /* this event is no command: continue with the next one */ }
//!     }
//! }
//! # Ok::<(), embedded_sse::Overflow>(())
//! ```
//!
//! | a field of this type | gets |
//! | --- | --- |
//! | `heapless::String<N>`, by `from_slice_escaped` | the decoded string. An error if it does not fit, or if a string of the JSON with escapes does not fit the buffer, even one that is skipped |
//! | `&str`, by `from_slice_escaped` | the string if it has no escapes, otherwise an error |
//! | `&str`, by `from_slice` | **the string with its escapes**: `a\n` is three characters. Right for names and numbers that never have any |
//! | `EscapedStr`, by `from_slice` | the string with its escapes. `fragments` decodes it piece by piece, without a buffer |
//!
//! **Malformed UTF-8** in a string is an error. To read it as U+FFFD, as browsers do, parse a decoded copy of the data:
//!
//! ```
//! use core::fmt::Write;
//! use embedded_sse::Text;
//! use heapless::String;
//!
//! let data = Text::new(b"[\"caf\xe9\"]");
//! assert!(serde_json_core::from_slice::<[&str; 1]>(data.as_bytes()).is_err());
//! let mut json = String::<64>::new();
//! write!(json, "{data}")?; // an error if it does not fit
//! assert_eq!(serde_json_core::from_str(&json), Ok((["caf\u{fffd}"], 10)));
//! # Ok::<(), core::fmt::Error>(())
//! ```
//!
//! **Data in parts**, from a [`PartDecoder`](crate::PartDecoder), can be cut within a character or an escape. Collect all of
//! an event before you parse it:
//!
//! ```
//! use embedded_sse::{Part, PartDecoder};
//! use heapless::Vec;
//! use serde_json_core::from_slice;
//!
//! let mut decoder = PartDecoder::<[u8; 64]>::new();
//! let (mut json, mut fits) = (Vec::<u8, 256>::new(), true);
//! let mut readings = Vec::<i32, 8>::new();
//! for mut received in [&b"data: [21"[..], b"500,\ndata: 2", b"1600]\n\n"] {
//!     loop {
//!         match decoder.next(&mut received) {
//!             Ok(Some(Part::Data { bytes, .. })) => fits &= json.extend_from_slice(bytes).is_ok(),
//!             Ok(Some(Part::Dispatch { .. })) => {
//!                 if let (true, Ok((read, _))) = (fits, from_slice(&json)) {
//!                     readings = read;
//!                 }
//!                 json.clear();
//!                 fits = true;
//!             }
//!             Ok(Some(_)) => {}
//!             Ok(None) => break,
//!             // The event was dropped.
//!             Err(_) => {
//!                 json.clear();
//!                 fits = true;
//!             }
//!         }
//!     }
//! }
//! assert_eq!(readings, [21_500, 21_600]);
//! ```
//!
//! Call `clear` also when the connection is lost: the rest of that event never comes.
//!
//! # Limits of `serde-json-core` 0.7
//!
//! - **Surrogate pairs** are an error: `"\ud83d\ude00"`, which many servers send for an emoji. `JsonText` in `examples/chat`
//!   decodes them from an `EscapedStr`.
//! - **Depth** is not limited. A field that is skipped is read by recursive calls, so a peer that you do not trust can
//!   use up the stack: one byte of the event adds one level.
//! - Writing **panics** for a `char`, an enum variant with several values, and errors of a `Serialize` of yours.
//! - **Floating point** links code that formats or parses it. Integers in a smaller unit do without.
