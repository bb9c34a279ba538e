//! Clients of the firmware `status_stream`.

use e2e::client::{Client, Event};

use crate::machine::Machine;

impl Machine {
    /// Boots `status_stream`, and waits until it serves.
    pub fn serving() -> Self {
        let machine = Self::boot("status_stream", None);
        machine.wait_for("this device is", 0);
        machine
    }

    /// Boots a firmware with a server, waits until it serves, and records the network traffic.
    pub fn serving_recorded(name: &str) -> Self {
        let machine = Self::boot_recorded(name, None);
        machine.wait_for("this device is", 0);
        machine
    }

    /// Boots `status_stream` with this time between two readings of its sensor, and records the network traffic.
    pub fn reading_every(milliseconds: u32) -> Self {
        let machine = Self::boot_recorded("status_stream", Some(&milliseconds.to_string()));
        machine.wait_for("this device is", 0);
        machine
    }
}

/// A client that checks that no event is missing.
pub struct Viewer {
    client: Client,
    pub last_event_id: String,
}

impl Viewer {
    /// Connects with this last event ID, which may be empty.
    pub fn join(machine: &Machine, last_event_id: &str) -> Self {
        Self::after_head(
            Client::connect(machine.address(), last_event_id),
            last_event_id,
        )
    }

    /// Makes a viewer of a client that has read the head of the response.
    pub fn after_head(client: Client, last_event_id: &str) -> Self {
        Self {
            client,
            last_event_id: last_event_id.into(),
        }
    }

    /// Reads the next event of the log, or the next loss notice. Skips the present state, which has no ids.
    ///
    /// Panics if the id is not the one after the last, or if the state comes elsewhere than at the start and after a loss.
    pub fn next_event(&mut self) -> Option<Event> {
        let mut event = self.client.next_event()?;
        while event.event != "lost" && event.id.is_empty() {
            assert_eq!(self.last_event_id, "", "the state comes in mid-stream");
            event = self.client.next_event()?;
        }
        if event.event == "lost" {
            self.last_event_id.clear();
            return Some(event);
        }
        let (boot, number) = split(&event.id);
        if let Some((known, last)) = self.last_event_id.split_once('-') {
            assert_eq!(boot, known, "the id is of another boot");
            let last = last.parse::<u64>().unwrap();
            assert_eq!(number, last + 1, "an event is missing, or comes twice");
        }
        self.last_event_id.clone_from(&event.id);
        Some(event)
    }
}

/// Splits an id into its boot and its number.
pub fn split(id: &str) -> (&str, u64) {
    let (epoch, number) = id.split_once('-').expect("an id that the log made");
    (epoch, number.parse().expect("a number"))
}
