//! The status of this machine, from `/proc`.

use std::fmt::{self, Display};
use std::fs;
use std::str::FromStr;
use std::time::{Duration, Instant, SystemTime};

/// Reads the status, and keeps the counters of the last sample for the rates.
pub struct Machine {
    /// The time of day at the start, since 1970.
    start: Duration,
    /// The start for the times of samples. The system's clock may be set back, but the times of events must only grow.
    started: Instant,
    before: Option<Counters>,
    is_busy: bool,
}

/// Counters that only grow.
struct Counters {
    at: Instant,
    cpu_busy: u64,
    cpu_total: u64,
    network_bytes: u64,
}

/// One sample, displayed as JSON. A value that cannot be read, as on machines without `/proc`, is `None`, and `null` in the
/// JSON.
pub struct Status {
    at_ms: u128,
    uptime_s: Option<f64>,
    cpu: Option<f64>,
    load: [Option<f32>; 3],
    memory_total_kb: Option<u64>,
    memory_available_kb: Option<u64>,
    network_bytes_per_s: Option<f64>,
    clients: usize,
}

impl Machine {
    pub fn new() -> Self {
        Self {
            start: SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default(),
            started: Instant::now(),
            before: None,
            is_busy: false,
        }
    }

    pub fn read(&mut self, clients: usize) -> Status {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let [uptime, load, memory] = ["/proc/uptime", "/proc/loadavg", "/proc/meminfo"].map(read);
        let mut loads = load.split_whitespace();
        let now = Counters::read(&read("/proc/stat"), &read("/proc/net/dev"));
        let (cpu, network) = match (&self.before, &now) {
            (Some(before), Some(now)) => now.since(before),
            _ => (None, None),
        };
        self.before = now;
        Status {
            at_ms: (self.start + self.started.elapsed()).as_millis(),
            uptime_s: first_word(&uptime),
            cpu,
            load: [(); 3].map(|()| first_word(loads.next()?)),
            memory_total_kb: field(&memory, "MemTotal:"),
            memory_available_kb: field(&memory, "MemAvailable:"),
            network_bytes_per_s: network,
            clients,
        }
    }

    /// Returns a log line, as JSON, if the processor has become busy or idle with this sample.
    pub fn log_line(&mut self, status: &Status) -> Option<String> {
        let cpu = status.cpu?;
        // Two limits: a load that varies about one of them is logged once.
        let is_busy = if self.is_busy { cpu > 0.4 } else { cpu > 0.8 };
        if is_busy == self.is_busy {
            return None;
        }
        self.is_busy = is_busy;
        let word = if is_busy { "busy" } else { "idle again" };
        let percent = 100.0 * cpu;
        let at_ms = status.at_ms;
        Some(format!(
            "{{\"at_ms\":{at_ms},\"text\":\"the processor is {word}: {percent:.0} %\"}}"
        ))
    }
}

impl Counters {
    fn read(stat: &str, network: &str) -> Option<Self> {
        let words = stat
            .lines()
            .next()?
            .strip_prefix("cpu ")?
            .split_whitespace();
        let times: Vec<u64> = words.filter_map(|word| word.parse().ok()).take(8).collect();
        let [_, _, _, idle, waiting, ..] = times[..] else {
            return None;
        };
        let total = times.iter().sum();
        Some(Self {
            at: Instant::now(),
            cpu_busy: total - idle - waiting,
            cpu_total: total,
            network_bytes: network.lines().filter_map(interface_bytes).sum(),
        })
    }

    /// Returns the busy share of the processors, and network bytes a second.
    fn since(&self, before: &Self) -> (Option<f64>, Option<f64>) {
        let difference = |now: u64, before: u64| now.saturating_sub(before) as f64;
        let total = difference(self.cpu_total, before.cpu_total);
        let busy = difference(self.cpu_busy, before.cpu_busy);
        let seconds = (self.at - before.at).as_secs_f64();
        let bytes = difference(self.network_bytes, before.network_bytes);
        (
            (total > 0.0).then(|| busy / total),
            (seconds > 0.0).then(|| bytes / seconds),
        )
    }
}

/// Bytes received and sent, from a line of `/proc/net/dev`.
fn interface_bytes(line: &str) -> Option<u64> {
    let (_, counters) = line.split_once(':')?;
    let mut counters = counters.split_whitespace();
    let received: u64 = counters.next()?.parse().ok()?;
    let sent: u64 = counters.nth(7)?.parse().ok()?;
    Some(received + sent)
}

impl Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [load_1, load_5, load_15] = self.load.map(OrNull);
        write!(f, "{{\"at_ms\":{}", self.at_ms)?;
        write!(f, ",\"uptime_s\":{:.2}", OrNull(self.uptime_s))?;
        write!(f, ",\"cpu\":{:.3}", OrNull(self.cpu))?;
        write!(f, ",\"load\":[{load_1:.2},{load_5:.2},{load_15:.2}]")?;
        write!(f, ",\"memory_total_kb\":{}", OrNull(self.memory_total_kb))?;
        write!(
            f,
            ",\"memory_available_kb\":{}",
            OrNull(self.memory_available_kb)
        )?;
        write!(
            f,
            ",\"network_bytes_per_s\":{:.0}",
            OrNull(self.network_bytes_per_s)
        )?;
        write!(f, ",\"clients\":{}}}", self.clients)
    }
}

/// Finds the value of a line of `/proc/meminfo`.
fn field<T: FromStr>(text: &str, name: &str) -> Option<T> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    first_word(value)
}

fn first_word<T: FromStr>(text: &str) -> Option<T> {
    text.split_whitespace().next()?.parse().ok()
}

#[derive(Clone, Copy)]
struct OrNull<T>(Option<T>);

impl<T: Display> Display for OrNull<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("null"),
        }
    }
}
