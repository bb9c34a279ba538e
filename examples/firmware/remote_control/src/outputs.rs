//! What the device can do, simulated.

use embedded_sse::Event;
use heapless::String;

/// Its outputs.
#[derive(Clone, Debug, Default, defmt::Format)]
pub struct Outputs {
    led: bool,
    /// In percent.
    fan: u8,
    display: String<32>,
}

impl Outputs {
    /// Does what an event says; nothing, if it says nothing that can be done.
    pub fn switch(&mut self, event: &Event<'_>) {
        let (event_type, data) = (event.event_type.to_str(), event.data.to_str());
        match (event_type.unwrap_or_default(), data.unwrap_or_default()) {
            ("led", "on") => self.led = true,
            ("led", "off") => self.led = false,
            ("fan", percent) => {
                if let Ok(percent @ 0..=100) = percent.parse() {
                    self.fan = percent;
                }
            }
            ("display", text) => {
                if let Ok(text) = text.try_into() {
                    self.display = text;
                }
            }
            _ => defmt::warn!("no such command: {}", event),
        }
    }
}
