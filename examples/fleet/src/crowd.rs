//! Many clients on one thread: one runtime, and a task for each client.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::runtime;
use tokio::sync::oneshot;
use tokio::task::LocalSet;
use tokio::time::sleep;

use crate::Failure;

/// How long the clients may take to reach a state.
const PATIENCE: Duration = Duration::from_secs(120);

/// The clients. `R` is what the program records of each.
pub struct Crowd<R> {
    progress: Arc<Progress>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<(usize, Vec<R>)>,
}

/// How far all clients have come.
#[derive(Default)]
pub struct Progress {
    /// Open streams.
    pub open: AtomicUsize,
    /// Events that the clients have handled.
    pub handled: AtomicU64,
}

impl<R: Default + Send + 'static> Crowd<R> {
    /// Starts the clients. `client` returns the task of the client with this number, which fills its record.
    pub fn start<F: Future<Output = ()> + 'static>(
        count: usize,
        client: impl Fn(usize, Rc<RefCell<R>>, Arc<Progress>) -> F + Send + 'static,
    ) -> Result<Self, Failure> {
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
                let record = Rc::<RefCell<R>>::default();
                records.push(Rc::clone(&record));
                let task = client(number, record, Arc::clone(&shared));
                task_bytes = size_of_val(&task);
                tasks.spawn_local(task);
            }
            // An error means that the owner is gone, which stops the clients as well.
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
        self.until(|progress| progress.open.load(Relaxed) >= count)
            .await
    }

    /// Waits until the clients have handled this number of events in total.
    pub async fn until_handled(&self, count: u64) -> Result<(), Failure> {
        self.until(|progress| progress.handled.load(Relaxed) >= count)
            .await
    }

    async fn until(&self, is_reached: impl Fn(&Progress) -> bool) -> Result<(), Failure> {
        let start = Instant::now();
        while !is_reached(&self.progress) {
            if start.elapsed() > PATIENCE {
                let (open, handled) = (&self.progress.open, &self.progress.handled);
                return Err(format!("{open:?} streams, {handled:?} events handled").into());
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Stops the clients. Returns the size of the task of one, and the records.
    pub fn stop(self) -> Result<(usize, Vec<R>), Failure> {
        let _ = self.stop.send(());
        let result = self.thread.join();
        result.map_err(|_| "the thread of the clients has panicked".into())
    }
}
