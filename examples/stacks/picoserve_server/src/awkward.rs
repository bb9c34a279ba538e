//! Events with awkward text in frames of this crate, and the same events by `response::sse` of picoserve.

use embedded_sse::{EventType, Frame, event_type};
use picoserve::io::Write;
use picoserve::response::custom::CustomBody;
use picoserve::response::sse::{EventSource, EventWriter};

use crate::inputs::INPUTS;

/// Before each event comes one of this type, so that a client can tell which input an event belongs to.
const NEXT: &str = "next";

pub struct Frames;

impl CustomBody for Frames {
    async fn write_response_body<W: Write>(self, mut writer: W) -> Result<(), W::Error> {
        for (_, name, data) in INPUTS {
            write(&mut writer, &Frame::data("").event_type(event_type!(NEXT))).await?;
            // There is no event if its type cannot be sent.
            if let Ok(name) = EventType::new(name) {
                write(&mut writer, &Frame::data(data).event_type(name)).await?;
            }
        }
        Ok(())
    }
}

async fn write<W: Write>(writer: &mut W, frame: &Frame<'_>) -> Result<(), W::Error> {
    for slice in frame.slices() {
        writer.write_all(slice).await?;
    }
    Ok(())
}

pub struct Picoserve;

impl EventSource for Picoserve {
    async fn write_events<W: Write>(self, mut writer: EventWriter<'_, W>) -> Result<(), W::Error> {
        for (_, name, data) in INPUTS {
            writer.write_event(NEXT, "").await?;
            writer.write_event(name, format_args!("{data}")).await?;
        }
        writer.flush().await
    }
}
