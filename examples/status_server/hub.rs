//! Hands encoded events to every client.

use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard};

/// How many events a client may be behind.
const QUEUE_LENGTH: usize = 128;

/// An encoded event, shared by all clients.
pub type Encoded = Arc<[u8]>;

#[derive(Default)]
pub struct Hub {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    latest: Option<Encoded>,
    clients: Vec<SyncSender<Encoded>>,
}

impl Hub {
    /// Adds a client: it receives the latest status at once, and then all events that follow.
    pub fn join(&self) -> Receiver<Encoded> {
        let (sender, receiver) = mpsc::sync_channel(QUEUE_LENGTH);
        let mut state = self.lock();
        if let Some(latest) = &state.latest {
            let _ = sender.try_send(Arc::clone(latest));
        }
        state.clients.push(sender);
        receiver
    }

    /// How many clients there were when the last event was published, and those who came since.
    pub fn clients(&self) -> usize {
        self.lock().clients.len()
    }

    /// Publishes an event with which later clients begin.
    pub fn publish_latest(&self, event: Encoded) {
        let mut state = self.lock();
        state.publish(&event);
        state.latest = Some(event);
    }

    pub fn publish(&self, event: Encoded) {
        self.lock().publish(&event);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics under the lock")
    }
}

impl State {
    /// Lets clients go that are gone, or whose queue is full: these reconnect, rather than miss events
    /// unknowingly. Nobody is waited for.
    fn publish(&mut self, event: &Encoded) {
        self.clients
            .retain(|client| client.try_send(Arc::clone(event)).is_ok());
    }
}
