//! The device's outputs, simulated.

use embedded_sse::Event;
use heapless::{String, Vec};

/// The state of the outputs.
#[derive(Clone, Debug, Default, defmt::Format)]
pub struct Outputs {
    led: bool,
    /// In percent.
    fan: u8,
    display: String<MAX_TEXT>,
}

const MAX_TEXT: usize = 32;
/// The largest length of [`Outputs::as_bytes`].
pub const MAX_LEN: usize = 2 + MAX_TEXT;

impl Outputs {
    /// Restores outputs from [`as_bytes`](Self::as_bytes).
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

    /// Executes the command of an event. Does nothing if the event is no valid command.
    pub fn switch(&mut self, event: &Event<'_>) {
        let (event_type, data) = (event.event_type.to_str(), event.data.to_str());
        match (event_type.unwrap_or_default(), data.unwrap_or_default()) {
            ("led", "on") => self.led = true,
            ("led", "off") => self.led = false,
            ("fan", percent) => match percent.parse() {
                Ok(percent @ 0..=100) => self.fan = percent,
                _ => defmt::warn!("not a percentage: {}", event),
            },
            ("display", text) => match text.try_into() {
                Ok(text) => self.display = text,
                Err(_) => defmt::warn!("text too long: {}", event),
            },
            _ => defmt::warn!("unknown command: {}", event),
        }
    }
}
