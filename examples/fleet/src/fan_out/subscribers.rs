//! The subscribers: one thread, one runtime, and a task for each subscriber.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use embedded_sse::client::Notice;
use tokio::runtime;
use tokio::sync::oneshot;
use tokio::task::LocalSet;
use tokio::time::sleep;

use super::{CHANNEL, now};
use crate::follower::{self, Nodes};
use crate::{Failure, nginx};

/// How long the subscribers may take to reach a state.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Subscribers {
    progress: Arc<Progress>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<Vec<Received>>,
}

#[derive(Default)]
struct Progress {
    open: AtomicUsize,
    received: AtomicU64,
}

/// What a subscriber has received.
#[derive(Default)]
pub struct Received {
    /// Events whose number followed that of the one before. The first has the number 1.
    pub in_order: u64,
    /// From the device to this subscriber, for each event.
    pub latencies: Vec<Duration>,
}

impl Subscribers {
    pub fn start(count: usize, port: u16) -> Result<Self, Failure> {
        let progress = Arc::new(Progress::default());
        let (stop, stopped) = oneshot::channel();
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let shared = Arc::clone(&progress);
        let thread = thread::spawn(move || {
            let tasks = LocalSet::new();
            let mut all = Vec::with_capacity(count);
            for number in 0..count {
                let received = Rc::new(RefCell::new(Received::default()));
                all.push(Rc::clone(&received));
                tasks.spawn_local(subscriber(number, port, received, Arc::clone(&shared)));
            }
            // An error means that the owner is gone, which stops the subscribers as well.
            let _ = tasks.block_on(&runtime, stopped);
            // The tasks have the other references.
            drop(tasks);
            let all = all.into_iter().filter_map(Rc::into_inner);
            all.map(RefCell::into_inner).collect()
        });
        Ok(Self {
            progress,
            stop,
            thread,
        })
    }

    /// Waits until this number of streams is open.
    pub async fn until_open(&self, count: usize) -> Result<(), Failure> {
        self.until(|progress| progress.open.load(Relaxed) >= count)
            .await
    }

    /// Waits until the subscribers have received this number of events in total.
    pub async fn until_received(&self, count: u64) -> Result<(), Failure> {
        self.until(|progress| progress.received.load(Relaxed) >= count)
            .await
    }

    async fn until(&self, is_reached: impl Fn(&Progress) -> bool) -> Result<(), Failure> {
        let start = Instant::now();
        while !is_reached(&self.progress) {
            if start.elapsed() > PATIENCE {
                let (open, received) = (&self.progress.open, &self.progress.received);
                return Err(format!("{open:?} streams, {received:?} events received").into());
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    pub fn stop(self) -> Result<Vec<Received>, Failure> {
        let _ = self.stop.send(());
        let result = self.thread.join();
        result.map_err(|_| "the thread of the subscribers has panicked".into())
    }
}

async fn subscriber(
    number: usize,
    port: u16,
    received: Rc<RefCell<Received>>,
    progress: Arc<Progress>,
) {
    let on_notice = |notice: Notice<'_>| match notice {
        Notice::Open => {
            progress.open.fetch_add(1, Relaxed);
        }
        Notice::Event(event) if event.event_type == "status" => {
            received.borrow_mut().note(&event.data.to_string());
            progress.received.fetch_add(1, Relaxed);
        }
        _ => {}
    };
    let path = nginx::channel_path(CHANNEL);
    // What was received shows when the client has ended.
    let _ = follower::follow(Nodes::one(port), &path, number as u32, on_notice).await;
}

impl Received {
    /// `data` is the number of the event, and when it was published, in nanoseconds.
    fn note(&mut self, data: &str) {
        let mut words = data.split(' ').map(|word| word.parse().unwrap_or_default());
        let (number, published) = (words.next(), words.next());
        if number == Some(self.in_order + 1) {
            self.in_order += 1;
        }
        let published = Duration::from_nanos(published.unwrap_or_default());
        self.latencies.push(now().saturating_sub(published));
    }
}

#[cfg(test)]
mod tests {
    use super::Received;

    /// Breaks when a repeated or missing event counts as one in order.
    #[test]
    fn only_the_next_number_is_in_order() {
        let mut received = Received::default();
        for data in ["1 0", "1 0", "2 0", "4 0", "text"] {
            received.note(data);
        }
        assert_eq!((received.in_order, received.latencies.len()), (2, 5));
    }
}
