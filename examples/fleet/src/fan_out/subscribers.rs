//! The subscribers: each follows the channel of the device, and notes when an event has arrived.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use embedded_sse::client::Notice;

use super::{CHANNEL, now};
use crate::crowd::{Crowd, Progress};
use crate::follower::{self, Nodes};
use crate::{Failure, nginx};

/// Starts the subscribers.
pub fn start(count: usize, port: u16) -> Result<Crowd<Received>, Failure> {
    Crowd::start(count, move |number, received, progress| {
        subscriber(number, port, received, progress)
    })
}

/// What a subscriber has received.
#[derive(Default)]
pub struct Received {
    /// Events whose number followed that of the one before. The first has the number 1.
    pub in_order: u64,
    /// From the device to this subscriber, for each event.
    pub latencies: Vec<Duration>,
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
            progress.handled.fetch_add(1, Relaxed);
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
