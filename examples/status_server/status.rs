//! What the machine tells about itself, and the events that carry it.

use std::error::Error;
use std::fmt::{self, Display, Write};
use std::fs;
use std::str::FromStr;

use embedded_sse::{DataWriter, EventId, Frame, SliceSink, event_name};

use crate::hub::Encoded;

const STATUS: &str = "status";
const CLIENTS: &str = "clients";

/// What cannot be read, as on machines without `/proc`, is `None` here and `null` in the event.
pub struct Status {
    uptime_s: Option<f64>,
    load: [Option<f32>; 3],
    memory_total_kb: Option<u64>,
    memory_available_kb: Option<u64>,
    clients: usize,
}

impl Status {
    pub fn read(clients: usize) -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let [uptime, load, memory] = ["/proc/uptime", "/proc/loadavg", "/proc/meminfo"].map(read);
        let mut loads = load.split_whitespace();
        Self {
            uptime_s: first_word(&uptime),
            load: [(); 3].map(|()| first_word(loads.next()?)),
            memory_total_kb: field(&memory, "MemTotal:"),
            memory_available_kb: field(&memory, "MemAvailable:"),
            clients,
        }
    }

    /// Formats the status as JSON, straight into an event.
    pub fn encode(&self, id: u64) -> Result<Encoded, Box<dyn Error>> {
        let id = id.to_string();
        let head = Frame::new()
            .event(event_name!(STATUS))
            .id(EventId::new(&id)?);

        let mut buffer = [0; Frame::max_len(STATUS.len(), 20, 512, 1)];
        let mut sink = SliceSink::new(&mut buffer);
        let mut data = DataWriter::new(&mut sink, &head)?;
        let [load_1, load_5, load_15] = self.load.map(OrNull);
        write!(data, "{{\"uptime_s\":{:.2}", OrNull(self.uptime_s))?;
        write!(data, ",\"load\":[{load_1:.2},{load_5:.2},{load_15:.2}]")?;
        write!(
            data,
            ",\"memory_total_kb\":{}",
            OrNull(self.memory_total_kb)
        )?;
        write!(
            data,
            ",\"memory_available_kb\":{}",
            OrNull(self.memory_available_kb)
        )?;
        write!(data, ",\"clients\":{}}}", self.clients)?;
        data.finish()?;
        Ok(sink.as_written().into())
    }
}

/// Tells how many clients there are. It has no id: there is no resuming from it, and the ids of
/// statuses grow by one.
pub fn encode_clients(clients: usize) -> Result<Encoded, Box<dyn Error>> {
    let number = clients.to_string();
    let frame = Frame::data(&number).event(event_name!(CLIENTS));
    Ok(frame
        .encode(&mut [0; Frame::max_len(CLIENTS.len(), 0, 20, 1)])?
        .into())
}

/// The value of a line of `/proc/meminfo`.
fn field<T: FromStr>(text: &str, name: &str) -> Option<T> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    first_word(value)
}

fn first_word<T: FromStr>(text: &str) -> Option<T> {
    text.split_whitespace().next()?.parse().ok()
}

struct OrNull<T>(Option<T>);

impl<T: Display> Display for OrNull<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("null"),
        }
    }
}
