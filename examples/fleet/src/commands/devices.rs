//! The devices: each follows the channel of the commands, and handles each command once.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use embedded_sse::client::Notice;
use embedded_sse::io::asynch::Clock;

use super::CHANNEL;
use crate::clock::TokioClock;
use crate::crowd::{Crowd, Progress};
use crate::follower::{self, Nodes};
use crate::{Failure, nginx};

/// Starts the devices. Those with even numbers start at the first node, the others at the second.
pub fn start(count: usize, ports: [u16; 2]) -> Result<Crowd<Record>, Failure> {
    Crowd::start(count, move |number, record, progress| {
        device(number, ports, record, progress)
    })
}

/// What a device has received.
#[derive(Debug)]
pub struct Record {
    /// Commands that the device has handled. They have the numbers from 1 to the last one if there is no gap.
    pub handled: u32,
    last: u32,
    /// Commands that were missing before the next one.
    pub gaps: u64,
    /// Commands that the device had handled already, and ignored.
    pub repeated: u64,
    pub outages: Vec<Outage>,
    is_open: bool,
}

/// A device was without a stream.
#[derive(Clone, Copy, Debug)]
pub struct Outage {
    pub lost: Instant,
    /// The delay that the client has chosen.
    pub delay: Duration,
    /// Until the next stream was open. Zero if there was none.
    pub time: Duration,
}

async fn device(
    number: usize,
    ports: [u16; 2],
    record: Rc<RefCell<Record>>,
    progress: Arc<Progress>,
) {
    let path = nginx::channel_path(CHANNEL);
    let nodes = Nodes::new(ports, number);
    let on_notice = |notice: Notice<'_>| record.borrow_mut().note(&notice, &progress);
    // The record shows how far the device has come before its client ended.
    let _ = follower::follow(nodes, &path, number as u32, on_notice).await;
}

impl Default for Record {
    fn default() -> Self {
        Self {
            handled: 0,
            last: 0,
            gaps: 0,
            repeated: 0,
            // Reserved at the start, so that the record needs no more memory later.
            outages: Vec::with_capacity(4),
            is_open: false,
        }
    }
}

impl Record {
    fn note(&mut self, notice: &Notice<'_>, progress: &Progress) {
        match notice {
            Notice::Open => {
                self.is_open = true;
                progress.open.fetch_add(1, Relaxed);
                if let Some(outage) = self.outages.last_mut() {
                    outage.time = outage.lost.elapsed();
                }
            }
            Notice::Event(event) if event.event_type == "command" => {
                let text = event.data.to_string();
                self.handle(text.parse().unwrap_or_default(), progress);
            }
            Notice::Reconnecting { at, .. } => {
                let delay = at.as_millis().saturating_sub(TokioClock.now().as_millis());
                if self.close(progress) {
                    self.outages.push(Outage {
                        lost: Instant::now(),
                        delay: Duration::from_millis(delay),
                        time: Duration::ZERO,
                    });
                }
            }
            Notice::Closed { .. } => {
                self.close(progress);
            }
            _ => {}
        }
    }

    /// Returns whether a stream was open.
    fn close(&mut self, progress: &Progress) -> bool {
        let was_open = std::mem::take(&mut self.is_open);
        if was_open {
            progress.open.fetch_sub(1, Relaxed);
        }
        was_open
    }

    /// Counts a command. Numbers start at 1. Text that is no number is passed as 0, which counts as a repeat.
    fn handle(&mut self, number: u32, progress: &Progress) {
        if number <= self.last {
            self.repeated += 1;
            return;
        }
        self.gaps += u64::from(number - self.last - 1);
        self.last = number;
        self.handled += 1;
        progress.handled.fetch_add(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::{Progress, Record};

    /// Breaks when a repeat takes effect, or a missing command is not noticed.
    #[test]
    fn repeats_are_ignored_and_gaps_counted() {
        let mut record = Record::default();
        for number in [1, 2, 2, 1, 3, 6, 5] {
            record.handle(number, &Progress::default());
        }
        assert_eq!((record.handled, record.gaps, record.repeated), (4, 2, 3));
    }
}
