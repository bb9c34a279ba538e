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

    /// Boots a firmware that serves, waits until it does, and records what goes through the network cable.
    pub fn serving_recorded(name: &str) -> Self {
        let machine = Self::boot_recorded(name, None);
        machine.wait_for("this device is", 0);
        machine
    }

    /// Boots `status_stream` with so many milliseconds between two readings of its sensor, and records the same.
    pub fn reading_every(milliseconds: u32) -> Self {
        let machine = Self::boot_recorded("status_stream", Some(&milliseconds.to_string()));
        machine.wait_for("this device is", 0);
        machine
    }
}

/// Follows the stream, and checks that no event is missing.
pub struct Viewer {
    client: Client,
    pub last_event_id: String,
}

impl Viewer {
    /// Joins, or comes back with this id.
    pub fn join(machine: &Machine, last_event_id: &str) -> Self {
        Self::of(
            Client::connect(machine.address(), last_event_id),
            last_event_id,
        )
    }

    /// After the head of the response.
    pub fn of(client: Client, last_event_id: &str) -> Self {
        Self {
            client,
            last_event_id: last_event_id.into(),
        }
    }

    /// The next event of the log, or of a loss. Its id has to be the one after the last. The present state, which has no ids,
    /// may only come at the start and after a loss.
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
            assert_eq!(boot, known, "another boot");
            let last = last.parse::<u64>().unwrap();
            assert_eq!(number, last + 1, "an event is missing, or comes twice");
        }
        self.last_event_id.clone_from(&event.id);
        Some(event)
    }
}

/// Boot and number of an id.
pub fn split(id: &str) -> (&str, u64) {
    let (epoch, number) = id.split_once('-').expect("an id of the log's");
    (epoch, number.parse().expect("a number"))
}
