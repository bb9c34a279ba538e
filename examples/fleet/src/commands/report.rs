//! The figures of a run.

use std::fmt;
use std::time::Duration;

use super::Options;
use crate::follower::{CLIENT_BYTES, RETRY_MS};
use crate::measure::{largest_window, percentile};

#[derive(Debug)]
pub struct Report {
    pub options: Options,
    /// Devices that have handled each command once, in order.
    pub complete: usize,
    /// Commands that the devices have handled in total.
    pub handled: u64,
    /// Commands that were missing when a device got a later one.
    pub gaps: u64,
    /// Commands that devices have received again, and ignored.
    pub repeated: u64,
    /// Requests of the publisher without a confirmation. It has repeated each of them.
    pub failed_requests: u32,
    /// Messages in the channel at the end. More than the commands if a request without a confirmation was stored.
    pub stored: u64,
    /// How long the devices of node A were without a stream after the kill, sorted.
    pub reconnects: Vec<Duration>,
    /// The delays that their clients have chosen, sorted.
    pub delays: Vec<Duration>,
    /// Losses of a stream with another cause than the kill of node A.
    pub other_outages: usize,
    /// Resident memory of this process for each device: after the first command and at the end.
    pub device_bytes: [u64; 2],
    /// Size of the task of a device: client, buffers and counters.
    pub task_bytes: usize,
    /// Resident memory of node A for each of its devices, after the first command.
    pub node_bytes: u64,
    /// Open sockets of nodes A and B, after the first command and at the end.
    pub connections: [[usize; 2]; 2],
    pub time: Duration,
}

impl Report {
    const RETRY: Duration = Duration::from_millis(RETRY_MS as u64);
    /// The random part of a delay is at most half of it.
    const SPREAD: Duration = Duration::from_millis(RETRY_MS as u64 / 2);
    const WINDOW: Duration = Duration::from_millis(RETRY_MS as u64 / 40);

    /// Reconnects before the reconnection time has passed.
    pub fn early(&self) -> usize {
        // A clock of whole milliseconds can lose one at each end.
        let earliest = Self::RETRY - Duration::from_millis(2);
        self.reconnects.partition_point(|time| *time < earliest)
    }

    /// The largest number of reconnects in a window of 5 % of the spread.
    pub fn largest_window(&self) -> usize {
        largest_window(&self.reconnects, Self::WINDOW)
    }

    /// The same for the delays that the clients have chosen. It does not depend on the load of the machine.
    pub fn largest_window_of_delays(&self) -> usize {
        largest_window(&self.delays, Self::WINDOW)
    }

    /// Writes a line for each window, and one for later reconnects, such as those after a failed attempt.
    fn write_histogram(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = |time: Duration| self.reconnects.partition_point(|value| *value < time);
        let mut start = Self::RETRY;
        while start < Self::RETRY + Self::SPREAD {
            let end = start + Self::WINDOW;
            let (number, ms) = (before(end) - before(start), start.as_millis());
            writeln!(f, "  {ms:5} ms {number:4} {}", "#".repeat(number.min(100)))?;
            start = end;
        }
        let later = self.reconnects.len() - before(start);
        writeln!(f, "     later {later:4}")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Options {
            devices, commands, ..
        } = self.options;
        let mut line = |name: &str, value: &dyn fmt::Display| writeln!(f, "{name:<58} {value}");
        line("devices", &devices)?;
        line("commands", &commands)?;
        line("commands handled", &self.handled)?;
        line(
            "devices that handled each command once, in order",
            &self.complete,
        )?;
        line("commands missing", &self.gaps)?;
        line(
            "requests of the publisher that failed, and were repeated",
            &self.failed_requests,
        )?;
        line("messages in the channel", &self.stored)?;
        line("repeated commands that devices ignored", &self.repeated)?;
        for (time, [a, b]) in ["after the first command", "at the end"]
            .iter()
            .zip(self.connections)
        {
            line(
                &format!("sockets of nodes A, B {time}"),
                &format_args!("{a}, {b}"),
            )?;
        }
        line("size of a client with its buffers, bytes", &CLIENT_BYTES)?;
        line("size of the task of a device, bytes", &self.task_bytes)?;
        line(
            "memory a device after the first command, bytes",
            &self.device_bytes[0],
        )?;
        line("memory a device at the end, bytes", &self.device_bytes[1])?;
        line("memory of node A a device, bytes", &self.node_bytes)?;
        line(
            "streams lost for another cause than the kill",
            &self.other_outages,
        )?;
        line("streams lost by the kill of node A", &self.reconnects.len())?;
        line("reconnects before the reconnection time", &self.early())?;
        let percent = |number: usize| 100 * number / self.reconnects.len().max(1);
        line(
            "most reconnects in 5 % of the spread, percent",
            &percent(self.largest_window()),
        )?;
        line(
            "the same for the delays chosen",
            &percent(self.largest_window_of_delays()),
        )?;
        for p in [50, 99, 100] {
            let time = percentile(&self.reconnects, p).as_millis();
            line(&format!("{p} % were back after, ms"), &time)?;
        }
        line(
            "time, seconds",
            &format_args!("{:.1}", self.time.as_secs_f64()),
        )?;
        writeln!(
            f,
            "reconnects after the kill of node A, by time without a stream:"
        )?;
        self.write_histogram(f)
    }
}
