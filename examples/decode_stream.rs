//! Decodes an event stream, and prints it as JSON lines.
//!
//! | line | meaning |
//! | --- | --- |
//! | `{"type":..,"data":..,"lastEventId":..}` | an event |
//! | `{"retry":ms}` | a reconnection time, before the event of the same block |
//! | `{"overflow":true}` | an event that does not fit the buffer |
//!
//! ```text
//! cargo run --example decode_stream -- FILE|- [--chunk N] [--buffer N]
//! ```
//!
//! `-` reads standard input. `--chunk` sets the number of bytes that the decoder gets at a time (4096 by default), `--buffer`
//! the size of its buffer in bytes (262144 by default). The exit status is 0 at the end of the input, 1 if reading or writing
//! fails, and 2 for wrong usage.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::process::ExitCode;

use embedded_sse::{Decoder, Overflow};
use lexopt::prelude::*;
use serde_json::json;

fn main() -> ExitCode {
    let options = match Options::parse() {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}\nusage: decode_stream FILE|- [--chunk N] [--buffer N]");
            return ExitCode::from(2);
        }
    };
    match decode(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", options.path);
            ExitCode::from(1)
        }
    }
}

struct Options {
    path: String,
    chunk: usize,
    buffer: usize,
}

impl Options {
    fn parse() -> Result<Self, lexopt::Error> {
        let mut path = None;
        let mut chunk = 4096;
        let mut buffer = 256 * 1024;
        let mut arguments = lexopt::Parser::from_env();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("chunk") => chunk = arguments.value()?.parse()?,
                Long("buffer") => buffer = arguments.value()?.parse()?,
                Value(value) if path.is_none() => path = Some(value.string()?),
                _ => return Err(argument.unexpected()),
            }
        }
        if chunk == 0 {
            return Err("a chunk has at least one byte".into());
        }
        Ok(Self {
            path: path.ok_or("no file given")?,
            chunk,
            buffer,
        })
    }
}

fn decode(options: &Options) -> io::Result<()> {
    let mut input: Box<dyn Read> = match options.path.as_str() {
        "-" => Box::new(io::stdin().lock()),
        path => Box::new(File::open(path)?),
    };
    let mut output = BufWriter::new(io::stdout().lock());
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(options.buffer)?;
    buffer.resize(options.buffer, 0);
    let mut decoder = Decoder::with_buffer(buffer.as_mut_slice());
    let mut chunk = Vec::new();
    chunk.try_reserve_exact(options.chunk)?;
    chunk.resize(options.chunk, 0);
    loop {
        let length = read(&mut input, &mut chunk)?;
        let mut received = &chunk[..length];
        loop {
            let line = match decoder.next(&mut received) {
                Ok(Some(event)) => json!({
                    "type": event.event_type.to_string(),
                    "data": event.data.to_string(),
                    "lastEventId": event.last_event_id.to_string(),
                }),
                Ok(None) => break,
                Err(Overflow) => json!({ "overflow": true }),
            };
            print_retry(&mut decoder, &mut output)?;
            writeln!(output, "{line}")?;
        }
        if length == 0 {
            print_retry(&mut decoder, &mut output)?;
            return output.flush();
        }
        // A user who watches a live stream sees each event at once.
        output.flush()?;
    }
}

/// Prints the reconnection time if the stream has set it since the last event.
fn print_retry(decoder: &mut Decoder<&mut [u8]>, output: &mut impl Write) -> io::Result<()> {
    match decoder.take_retry() {
        Some(time) => writeln!(output, "{}", json!({ "retry": time })),
        None => Ok(()),
    }
}

/// Reads at most a chunk. Returns 0 at the end of the input.
fn read(input: &mut impl Read, chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
