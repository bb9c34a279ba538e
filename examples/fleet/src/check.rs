//! Compares the stream in JetStream with what the devices have published.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_nats::Error;
use async_nats::jetstream::consumer::pull;
use futures_util::StreamExt;
use serde_json::Value;
use tokio::time::timeout;

use crate::device::Published;
use crate::nats::{self, Nats};

/// What the stream holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events that the devices have published.
    pub published: u64,
    /// Events in the stream.
    pub stored: u64,
    /// Events that are not in the stream, although the device still held them.
    pub lost: u64,
    /// Events that are in the stream for a second time.
    pub twice: u64,
    /// Events that come after a later event of their device.
    pub out_of_order: u64,
    /// Events whose data is not that of their id.
    pub damaged: u64,
    /// Gaps that the stream tells.
    pub gaps: u64,
    /// Events that were gone with the log of a device when it was reset. The stream tells a gap in their place.
    pub gone: u64,
}

/// A message of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Event { epoch: u32, sequence: u32 },
    Gap,
}

/// The messages of each device, in the order of the stream.
pub type Entries = BTreeMap<String, Vec<Entry>>;

/// What [`read`] has found.
#[derive(Default)]
pub struct Stored {
    pub entries: Entries,
    pub damaged: u64,
    /// From the publishing of each event by its device until JetStream had it, sorted.
    pub delays: Vec<Duration>,
}

/// Reads the whole stream.
pub async fn read(nats: &Nats) -> Result<Stored, Error> {
    let mut stored = Stored::default();
    let count = nats.stream.get_info().await?.state.messages;
    let consumer = nats.stream.create_consumer(pull::OrderedConfig::default());
    let mut messages = consumer.await?.messages().await?;
    for _ in 0..count {
        let message = timeout(Duration::from_secs(30), messages.next()).await?;
        let message = message.ok_or("the stream has ended")??;
        let device = nats::device(&message.subject);
        let fields = message.headers.clone().unwrap_or_default();
        let entries = stored.entries.entry(device.to_owned()).or_default();
        if nats::is_gap(&fields) {
            entries.push(Entry::Gap);
            continue;
        }
        let (epoch, sequence) = parse(nats::last_event_id(&fields))?;
        entries.push(Entry::Event { epoch, sequence });
        let data: Value = serde_json::from_slice(&message.payload).unwrap_or_default();
        if data["n"] != sequence {
            stored.damaged += 1;
        }
        let stored_us = message.info()?.published.unix_timestamp_nanos() / 1_000;
        let delay_us = stored_us - i128::from(data["at_us"].as_u64().unwrap_or(0));
        let delay_us = u64::try_from(delay_us).unwrap_or(0);
        stored.delays.push(Duration::from_micros(delay_us));
    }
    stored.delays.sort_unstable();
    Ok(stored)
}

/// Reads an id that a log has made.
fn parse(id: &str) -> Result<(u32, u32), Error> {
    let (epoch, sequence) = id.split_once('-').ok_or("no made id")?;
    Ok((u32::from_str_radix(epoch, 16)?, sequence.parse()?))
}

impl Tally {
    /// Counts the messages of a device, which has published these events, boot by boot.
    pub fn add(&mut self, published: &[Published], entries: &[Entry]) {
        let mut seen = BTreeSet::new();
        // The boot of the last event, the next sequence, and whether a gap was told since then.
        let (mut boot, mut next, mut is_told) = (0, 1, false);
        for entry in entries {
            let Entry::Event { epoch, sequence } = *entry else {
                self.gaps += 1;
                is_told = true;
                continue;
            };
            self.stored += 1;
            let of_event = published.iter().position(|boot| boot.epoch == epoch);
            let of_event = of_event.unwrap_or(boot);
            if !seen.insert((epoch, sequence)) {
                self.twice += 1;
            } else if (of_event, sequence) < (boot, next) {
                self.out_of_order += 1;
            } else {
                while boot < of_event {
                    self.miss_rest(&published[boot], next, is_told);
                    (boot, next) = (boot + 1, 1);
                }
                // The device was not reset, and its log is long enough: it held them.
                self.lost += u64::from(sequence - next);
                next = sequence + 1;
            }
            is_told = false;
        }
        for (number, of_boot) in published.iter().enumerate() {
            self.published += u64::from(of_boot.count);
            match number {
                // Nothing of a later boot is stored. The last boot still holds its events.
                _ if number < boot => {}
                _ if number + 1 < published.len() => self.miss_rest(of_boot, next, is_told),
                _ => self.miss_rest(of_boot, next, false),
            }
            if number >= boot {
                next = 1;
            }
        }
    }

    /// Counts the events from `next` on. The device was reset after them.
    fn miss_rest(&mut self, boot: &Published, next: u32, is_told: bool) {
        let missing = u64::from((boot.count + 1).saturating_sub(next));
        match is_told {
            true => self.gone += missing,
            false => self.lost += missing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Published, Tally};

    fn tally(published: &[(u32, u32)], entries: &[(u32, u32)]) -> Tally {
        let published: Vec<_> = published
            .iter()
            .map(|&(epoch, count)| Published { epoch, count })
            .collect();
        // Epoch 0 is a gap.
        let entries: Vec<_> = entries
            .iter()
            .map(|&(epoch, sequence)| match epoch {
                0 => Entry::Gap,
                _ => Entry::Event { epoch, sequence },
            })
            .collect();
        let mut tally = Tally::default();
        tally.add(&published, &entries);
        tally
    }

    #[test]
    fn complete_stream_has_no_fault() {
        let tally = tally(&[(7, 3)], &[(7, 1), (7, 2), (7, 3)]);
        let expected = Tally {
            published: 3,
            stored: 3,
            ..Tally::default()
        };
        assert_eq!(tally, expected);
    }

    #[test]
    fn missing_events_are_lost_even_if_a_gap_is_told() {
        assert_eq!(tally(&[(7, 4)], &[(7, 1), (7, 4)]).lost, 2);
        assert_eq!(tally(&[(7, 4)], &[(7, 1), (0, 0), (7, 4)]).lost, 2);
        assert_eq!(tally(&[(7, 4)], &[(7, 2), (7, 3)]).lost, 2);
        assert_eq!(tally(&[(7, 4)], &[]).lost, 4);
        assert_eq!(tally(&[(7, 2), (8, 2)], &[(7, 1), (0, 0)]).lost, 2);
    }

    #[test]
    fn events_of_a_log_that_was_reset_are_gone_if_a_gap_is_told() {
        let told = tally(&[(7, 3), (8, 1)], &[(7, 1), (0, 0), (8, 1)]);
        assert_eq!((told.gone, told.gaps, told.lost), (2, 1, 0));
        let untold = tally(&[(7, 3), (8, 1)], &[(7, 1), (8, 1)]);
        assert_eq!((untold.gone, untold.gaps, untold.lost), (0, 0, 2));
    }

    #[test]
    fn repeated_and_late_events_are_counted() {
        let repeated = tally(&[(7, 2)], &[(7, 1), (7, 2), (7, 1)]);
        assert_eq!((repeated.twice, repeated.out_of_order), (1, 0));
        let late = tally(&[(7, 3)], &[(7, 1), (7, 3), (7, 2)]);
        assert_eq!((late.twice, late.out_of_order, late.lost), (0, 1, 1));
        let of_old_boot = tally(&[(7, 2), (8, 1)], &[(7, 1), (0, 0), (8, 1), (7, 2)]);
        assert_eq!(of_old_boot.out_of_order, 1);
    }
}
