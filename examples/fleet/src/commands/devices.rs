//! The devices: one thread, one runtime, and a task for each device.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use embedded_sse::client::Notice;
use embedded_sse::io::asynch::Clock;
use tokio::runtime;
use tokio::sync::oneshot;
use tokio::task::LocalSet;
use tokio::time::sleep;

use super::CHANNEL;
use crate::clock::TokioClock;
use crate::follower::{self, Nodes};
use crate::{Failure, nginx};

/// How long the devices may take to reach a state.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Devices {
    progress: Arc<Progress>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<(usize, Vec<Record>)>,
}

#[derive(Default)]
struct Progress {
    open: AtomicUsize,
    handled: AtomicU64,
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

impl Devices {
    /// Starts the devices. Those with even numbers start at the first node, the others at the second.
    pub fn start(count: usize, ports: [u16; 2]) -> Result<Self, Failure> {
        let progress = Arc::new(Progress::default());
        let (stop, stopped) = oneshot::channel();
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let shared = Arc::clone(&progress);
        let thread = thread::spawn(move || {
            let tasks = LocalSet::new();
            let mut records = Vec::with_capacity(count);
            let mut task_bytes = 0;
            for number in 0..count {
                let record = Rc::new(RefCell::new(Record::new()));
                records.push(Rc::clone(&record));
                let task = device(number, ports, record, Arc::clone(&shared));
                task_bytes = size_of_val(&task);
                tasks.spawn_local(task);
            }
            // An error means that the owner is gone, which stops the devices as well.
            let _ = tasks.block_on(&runtime, stopped);
            // The tasks have the other references.
            drop(tasks);
            let records = records.into_iter().filter_map(Rc::into_inner);
            (task_bytes, records.map(RefCell::into_inner).collect())
        });
        Ok(Self {
            progress,
            stop,
            thread,
        })
    }

    /// Waits until this number of streams is open.
    pub async fn until_open(&self, count: usize) -> Result<(), Failure> {
        self.until(|progress| progress.open.load(Relaxed) == count)
            .await
    }

    /// Waits until the devices have handled this number of commands in total.
    pub async fn until_handled(&self, count: u64) -> Result<(), Failure> {
        self.until(|progress| progress.handled.load(Relaxed) >= count)
            .await
    }

    async fn until(&self, is_reached: impl Fn(&Progress) -> bool) -> Result<(), Failure> {
        let start = Instant::now();
        while !is_reached(&self.progress) {
            if start.elapsed() > PATIENCE {
                let (open, handled) = (&self.progress.open, &self.progress.handled);
                return Err(format!("{open:?} streams, {handled:?} commands handled").into());
            }
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Stops the devices. Returns the size of the task of one, and what each has received.
    pub fn stop(self) -> Result<(usize, Vec<Record>), Failure> {
        let _ = self.stop.send(());
        let result = self.thread.join();
        result.map_err(|_| "the thread of the devices has panicked".into())
    }
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

impl Record {
    fn new() -> Self {
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

    /// Numbers start at 1, so 0, for what is no number, counts as a repeat.
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
        let mut record = Record::new();
        for number in [1, 2, 2, 1, 3, 6, 5] {
            record.handle(number, &Progress::default());
        }
        assert_eq!((record.handled, record.gaps, record.repeated), (4, 2, 3));
    }
}
