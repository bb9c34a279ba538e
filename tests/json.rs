//! JSON by `serde-json-core` and `ser-write-json`, through the log, the encoder and the decoder, as the guide shows it.

use core::fmt;

use embedded_sse::server::EventLog;
use embedded_sse::{DataWriter, Decoder, Frame, SliceSink, event_type};
use heapless::String;
use ser_write_json::SerWrite;
use ser_write_json::ser::to_writer;
use serde::{Deserialize, Serialize};
use serde_json_core::{from_slice_escaped, to_slice};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Reading {
    sensor: String<64>,
    millicelsius: i32,
}

/// Strings with what JSON escapes, what ends lines of a stream, and what other encodings of them would change.
const SENSORS: [&str; 14] = [
    "",
    "attic",
    " attic ",
    "a\nb\r\nc\rd",
    "\n\n",
    "\r",
    "\"north\"",
    "\\",
    "C:\\new\\\"",
    "a\tb\u{8}\u{c}\u{1}\u{1f}\u{7f}",
    "Grüße, 温度, 😀",
    "\u{2028}\u{2029}\u{85}\u{feff}",
    "data: x\n\nid: 7\n\n",
    "{\"sensor\":\"[]\"}",
];

/// Passes text of a serializer on, as in the guide.
struct Json<'w>(&'w mut dyn fmt::Write);

impl SerWrite for Json<'_> {
    type Error = fmt::Error;

    fn write(&mut self, bytes: &[u8]) -> fmt::Result {
        self.0
            .write_str(str::from_utf8(bytes).map_err(|_| fmt::Error)?)
    }
}

fn write_json(output: &mut dyn fmt::Write, value: &impl Serialize) -> fmt::Result {
    to_writer(Json(output), value).map_err(|_| fmt::Error)
}

fn readings() -> impl Iterator<Item = Reading> {
    let numbers = [0, -1, 21_500, i32::MIN, i32::MAX];
    let pairs = SENSORS.iter().zip(numbers.into_iter().cycle());
    pairs.map(|(sensor, number)| Reading {
        sensor: String::try_from(*sensor).unwrap(),
        millicelsius: number,
    })
}

/// Decodes a stream, byte by byte and whole, and parses its only event.
fn parse(stream: &[u8]) -> Reading {
    // JSON escapes line ends, so the data is one line.
    let lines = stream.split(|byte| *byte == b'\n');
    assert_eq!(lines.filter(|line| line.starts_with(b"data")).count(), 1);
    let mut readings = std::vec::Vec::new();
    for length in [1, stream.len()] {
        let mut decoder = Decoder::<[u8; 512]>::new();
        for mut piece in stream.chunks(length) {
            while let Some(event) = decoder.next(&mut piece).unwrap() {
                assert_eq!(event.event_type, "reading");
                let data = event.data.as_bytes();
                let (reading, read) = from_slice_escaped::<Reading>(data, &mut [0; 64]).unwrap();
                assert_eq!(read, data.len());
                readings.push(reading);
            }
        }
    }
    assert_eq!(readings.len(), 2);
    assert_eq!(readings[0], readings[1]);
    readings.remove(0)
}

/// Breaks when the encoder or the decoder changes a value that was written into a slice.
#[test]
fn values_written_to_a_slice_come_back() {
    for reading in readings() {
        let mut json = [0; 512];
        let length = to_slice(&reading, &mut json).unwrap();
        let frame = Frame::data(&json[..length]).event_type(event_type!("reading"));
        assert_eq!(parse(frame.encode(&mut [0; 512]).unwrap()), reading);
        let mut log = EventLog::<[u8; 512]>::new();
        log.publish(&frame).unwrap();
        let record = log.read(&mut log.oldest()).unwrap().unwrap();
        assert_eq!(parse(record.as_bytes()), reading);
    }
}

/// Breaks when the way of a serializer's pieces through `publish_with` or a `DataWriter` changes a value.
#[test]
fn values_written_straight_into_a_stream_come_back() {
    for reading in readings() {
        let mut log = EventLog::<[u8; 512]>::new();
        log.publish_with(event_type!("reading"), |data| write_json(data, &reading))
            .unwrap();
        let record = log.read(&mut log.oldest()).unwrap().unwrap();
        assert_eq!(parse(record.as_bytes()), reading);

        let mut buffer = [0; 512];
        let mut sink = SliceSink::new(&mut buffer);
        let frame = Frame::from(event_type!("reading"));
        let mut data = DataWriter::new(&mut sink, &frame).unwrap();
        write_json(&mut data, &reading).unwrap();
        data.finish().unwrap();
        assert_eq!(sink.as_written(), record.as_bytes());
    }
}

/// Breaks when a value that does not fit leaves a part of it in the log or the sink.
#[test]
fn a_value_that_does_not_fit_is_not_sent() {
    let reading = Reading {
        sensor: String::try_from("\n".repeat(64).as_str()).unwrap(),
        millicelsius: 1,
    };
    let mut log = EventLog::<[u8; 64]>::new();
    let published = log.publish_with(event_type!("reading"), |data| write_json(data, &reading));
    assert!(published.is_err() && log.is_empty());

    let mut buffer = [0; 64];
    let mut sink = SliceSink::new(&mut buffer);
    let frame = Frame::from(event_type!("reading"));
    let mut data = DataWriter::new(&mut sink, &frame).unwrap();
    assert!(write_json(&mut data, &reading).is_err());
    assert!(data.finish().is_err());
    assert_eq!(sink.as_written(), b"");
}
