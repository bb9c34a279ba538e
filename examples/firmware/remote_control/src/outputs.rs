//! What the device can do, simulated.

use embedded_sse::Event;
use heapless::{String, Vec};

/// Its outputs.
#[derive(Clone, Debug, Default, defmt::Format)]
pub struct Outputs {
    led: bool,
    /// In percent.
    fan: u8,
    display: String<MAX_TEXT>,
}

const MAX_TEXT: usize = 32;
/// The length of outputs as bytes.
pub const MAX_LEN: usize = 2 + MAX_TEXT;

impl Outputs {
    /// As they were, from [`as_bytes`](Self::as_bytes).
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [led, fan, text @ ..] = bytes else {
            return None;
        };
        Some(Self {
            led: *led != 0,
            fan: *fan,
            display: str::from_utf8(text).ok()?.try_into().ok()?,
        })
    }

    pub fn as_bytes(&self) -> Vec<u8, MAX_LEN> {
        let bytes = [u8::from(self.led), self.fan];
        bytes
            .iter()
            .chain(self.display.as_bytes())
            .copied()
            .collect()
    }

    /// Does what an event says; nothing, if it says nothing that can be done.
    pub fn switch(&mut self, event: &Event<'_>) {
        let (event_type, data) = (event.event_type.to_str(), event.data.to_str());
        match (event_type.unwrap_or_default(), data.unwrap_or_default()) {
            ("led", "on") => self.led = true,
            ("led", "off") => self.led = false,
            ("fan", percent) => match percent.parse() {
                Ok(percent @ 0..=100) => self.fan = percent,
                _ => defmt::warn!("no percentage: {}", event),
            },
            ("display", text) => match text.try_into() {
                Ok(text) => self.display = text,
                Err(_) => defmt::warn!("too long: {}", event),
            },
            _ => defmt::warn!("no such command: {}", event),
        }
    }
}
