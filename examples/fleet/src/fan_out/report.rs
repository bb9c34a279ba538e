//! The figures of a run.

use std::fmt;
use std::time::Duration;

use super::device::Load;

#[derive(Debug)]
pub struct Report {
    pub sizes: Vec<Size>,
}

/// The figures of one number of subscribers.
#[derive(Debug)]
pub struct Size {
    pub subscribers: usize,
    /// Events of both phases.
    pub events: u64,
    /// Subscribers that have received each event once, in order.
    pub complete: usize,
    /// Events that the device publishes in a second at the fixed rate.
    pub pace: usize,
    /// From the device to the subscribers at the fixed rate: the median, 99 %, the longest.
    pub latencies: [Duration; 3],
    /// Events delivered in a second while the device publishes as fast as the bridge passes on.
    pub rate: f64,
    /// The load of the device at the fixed rate.
    pub paced: Load,
    /// The load at full speed. One run of its thread then sends several events, but the slower the subscribers are served, the
    /// fewer. So its processor time comes nearer to that at the fixed rate.
    pub unpaced: Load,
    pub nginx_sockets: usize,
    /// Resident memory of nginx for each subscriber.
    pub nginx_bytes: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, value: &dyn Fn(&Size) -> String| {
            write!(f, "{name:<50}")?;
            for size in &self.sizes {
                write!(f, " {:>9}", value(size))?;
            }
            writeln!(f)
        };
        let ms = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1_000.0);
        let us = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1_000_000.0);
        line("subscribers", &|size| size.subscribers.to_string())?;
        line("events of the device", &|size| size.events.to_string())?;
        line("subscribers with each event once, in order", &|size| {
            size.complete.to_string()
        })?;
        line("events of the device in a second", &|size| {
            size.pace.to_string()
        })?;
        line("latency at this rate, median, ms", &|size| {
            ms(size.latencies[0])
        })?;
        line("latency at this rate, 99 %, ms", &|size| {
            ms(size.latencies[1])
        })?;
        line("latency at this rate, longest, ms", &|size| {
            ms(size.latencies[2])
        })?;
        line("delivered at full speed, events a second", &|size| {
            format!("{:.0}", size.rate)
        })?;
        line("connections of the device", &|size| {
            size.unpaced.connections.to_string()
        })?;
        line("sent by the device an event, bytes", &|size| {
            format!("{:.1}", size.paced.bytes)
        })?;
        line("processor time of the device an event, µs", &|size| {
            us(size.paced.cpu)
        })?;
        line("the same at full speed, µs", &|size| us(size.unpaced.cpu))?;
        line("sockets of nginx", &|size| size.nginx_sockets.to_string())?;
        line("memory of nginx a subscriber, bytes", &|size| {
            size.nginx_bytes.to_string()
        })
    }
}
