//! The figures of both runs.

use std::fmt;
use std::time::Duration;

use super::{LEASE, Options};
use crate::check::Tally;
use crate::device::{LOG_SECONDS, MAX_RATE};
use crate::measure::percentile;

/// The results of both runs.
pub struct Report {
    pub options: Options,
    /// Gateways are killed at random moments, and started again.
    pub kills: Outcome,
    /// A gateway is added, one stalls, one is killed for good, and one leaves.
    pub changes: Outcome,
}

/// The result of one run.
#[derive(Default)]
pub struct Outcome {
    pub tally: Tally,
    /// How many gateways were killed (SIGKILL).
    pub killed: u32,
    /// Publishes that JetStream has refused. Those of gateways that were killed are not counted.
    pub conflicts: u64,
    pub events_per_second: f64,
    pub most_events_in_a_second: u64,
    /// From the device to JetStream, sorted.
    pub delays: Vec<Duration>,
    /// The times without a gateway that began when one was killed or changed, sorted.
    pub alone: Vec<Duration>,
    /// The largest memory of a gateway, and how many devices it followed then.
    pub memory: (u64, u64),
    /// The memory of a gateway without devices.
    pub idle_memory: u64,
    /// What was done, and how many devices each gateway followed, each with its time.
    pub course: Vec<(Duration, String)>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = &self.options;
        writeln!(
            f,
            "{} devices, {} events a second each, {} gateways, {} s a run, leases of {} s, logs of {LOG_SECONDS} s at {MAX_RATE} events a second",
            options.devices,
            options.rate,
            options.gateways,
            options.seconds,
            LEASE.as_secs()
        )?;
        for (title, outcome) in [
            ("Gateways are killed at random moments", &self.kills),
            ("Gateways are added and removed", &self.changes),
        ] {
            writeln!(f, "\n{title}:")?;
            for (moment, line) in &outcome.course {
                writeln!(f, "  {:5.1} s  {}", moment.as_secs_f64(), line.trim_end())?;
            }
        }
        writeln!(f, "\n{:44}{:>12}{:>12}", "", "kills", "changes")?;
        let (kills, changes) = (&self.kills, &self.changes);
        let mut row = |label: &str, value: fn(&Outcome) -> String| {
            writeln!(f, "{label:44}{:>12}{:>12}", value(kills), value(changes))
        };
        row("gateways killed", |outcome| outcome.killed.to_string())?;
        row("events published by the devices", |outcome| {
            outcome.tally.published.to_string()
        })?;
        row("events stored in JetStream", |outcome| {
            outcome.tally.stored.to_string()
        })?;
        row("lost while the device held them", |outcome| {
            outcome.tally.lost.to_string()
        })?;
        row("stored twice", |outcome| outcome.tally.twice.to_string())?;
        row("out of order", |outcome| {
            outcome.tally.out_of_order.to_string()
        })?;
        row("with other data", |outcome| {
            outcome.tally.damaged.to_string()
        })?;
        row("gaps told", |outcome| outcome.tally.gaps.to_string())?;
        row("gone with a device that was reset", |outcome| {
            outcome.tally.gone.to_string()
        })?;
        row("publishes refused as stale", |outcome| {
            outcome.conflicts.to_string()
        })?;
        row("events a second", |outcome| {
            format!("{:.0}", outcome.events_per_second)
        })?;
        row("most in one second (after an outage)", |outcome| {
            outcome.most_events_in_a_second.to_string()
        })?;
        row("device to JetStream, median (ms)", |outcome| {
            milliseconds(&outcome.delays, 50)
        })?;
        row("device to JetStream, 99 % (ms)", |outcome| {
            milliseconds(&outcome.delays, 99)
        })?;
        row("device without gateway, times", |outcome| {
            outcome.alone.len().to_string()
        })?;
        row("device without gateway, median (ms)", |outcome| {
            milliseconds(&outcome.alone, 50)
        })?;
        row("device without gateway, longest (ms)", |outcome| {
            milliseconds(&outcome.alone, 100)
        })?;
        row("memory of a gateway, largest (KB)", |outcome| {
            outcome.memory.0.to_string()
        })?;
        row("devices that it followed then", |outcome| {
            outcome.memory.1.to_string()
        })?;
        row("memory of a gateway without devices (KB)", |outcome| {
            outcome.idle_memory.to_string()
        })
    }
}

/// Returns a percentile of sorted times.
fn milliseconds(sorted: &[Duration], percent: usize) -> String {
    format!("{:.1}", percentile(sorted, percent).as_secs_f64() * 1e3)
}
