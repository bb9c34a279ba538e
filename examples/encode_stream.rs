//! Reads JSON lines, and writes them as an event stream.
//!
//! ```text
//! cargo run --example encode_stream < LINES
//! ```
//!
//! An object has any of the keys `type`, `id`, `retry` and `data`, or the key `comment` alone. The program ends with status 2
//! at the first line that is no such object, or whose type or id is illegal in an event stream. It then prints
//! `{"error":..}` to standard error, and writes nothing of that line. If reading or writing fails, the status is 1.

use std::io::{self, BufRead};
use std::process::ExitCode;

use embedded_io_adapters::std::FromStd;
use embedded_sse::io::blocking::Writer;
use embedded_sse::{EventId, EventType, Frame};
use serde_json::{Map, Value, json};

fn main() -> ExitCode {
    if std::env::args_os().len() > 1 {
        return failure(2, "usage: encode_stream < LINES");
    }
    let mut buffer = [0; 4096];
    let mut output = Writer::new(FromStd::new(io::stdout().lock()), &mut buffer);
    for line in io::stdin().lock().split(b'\n') {
        let line = match line {
            Ok(line) if line.trim_ascii().is_empty() => continue,
            Ok(line) => line,
            Err(error) => return failure(1, &error.to_string()),
        };
        let object = match serde_json::from_slice(&line) {
            Ok(object) => object,
            Err(error) => return failure(2, &error.to_string()),
        };
        let frame = match frame(&object) {
            Ok(frame) => frame,
            Err(error) => return failure(2, &error),
        };
        if let Err(error) = output.write(&frame).and_then(|()| output.flush()) {
            return failure(1, &error.to_string());
        }
    }
    ExitCode::SUCCESS
}

fn failure(status: u8, error: &str) -> ExitCode {
    eprintln!("{}", json!({ "error": error }));
    ExitCode::from(status)
}

fn frame(object: &Map<String, Value>) -> Result<Frame<'_>, String> {
    if let Some(comment) = object.get("comment") {
        if object.len() > 1 {
            return Err("\"comment\" excludes other keys".into());
        }
        return Ok(Frame::comment(text("comment", comment)?));
    }
    let mut frame = match object.get("data") {
        Some(data) => Frame::data(text("data", data)?),
        None => Frame::new(),
    };
    for (key, value) in object {
        frame = match key.as_str() {
            "type" => frame.event_type(EventType::new(text(key, value)?).map_err(message)?),
            "id" => frame.id(EventId::new(text(key, value)?).map_err(message)?),
            "retry" => frame.retry(milliseconds(value)?),
            "data" => frame,
            _ => return Err(format!("unknown key {key:?}")),
        };
    }
    Ok(frame)
}

fn text<'v>(key: &str, value: &'v Value) -> Result<&'v str, String> {
    value.as_str().ok_or(format!("{key:?} is not a string"))
}

fn milliseconds(value: &Value) -> Result<u32, String> {
    let number = value.as_u64().and_then(|number| number.try_into().ok());
    number.ok_or("\"retry\" is not a whole number of milliseconds below 4294967296".into())
}

fn message(error: impl std::error::Error) -> String {
    error.to_string()
}
