//! Keeps the resume point and the outputs over a reboot.
//!
//! Both are stored together: the server sends only events after the resume point, so the outputs must have their state of
//! that event.

use embedded_sse::EventId;
use embedded_sse::client::{EventSource, ResumePoint};
use heapless::Vec;

use crate::outputs::{self, Outputs};

/// The longest id that can be stored. With a longer one, the device starts without a resume point after a reboot.
const MAX_ID: usize = 128;

/// Stands for no reconnection time.
const NONE: u32 = u32::MAX;

/// Four bytes of reconnection time, one byte with the length of the outputs, the outputs, and the id.
type Kept = Vec<u8, { 4 + 1 + outputs::MAX_LEN + MAX_ID }>;

/// Stores the source's resume point, and the outputs.
pub fn keep(source: &EventSource<'_>, outputs: &Outputs) {
    let point = source.resume_point();
    let retry = point.retry.unwrap_or(NONE).to_le_bytes();
    let outputs = outputs.as_bytes();
    let parts = [
        &retry[..],
        &[outputs.len() as u8],
        &outputs,
        point.last_event_id.as_bytes(),
    ];
    let mut kept = Kept::new();
    if parts
        .iter()
        .any(|part| kept.extend_from_slice(part).is_err())
    {
        kept.clear();
    }
    chip::retained::store(&kept);
}

/// Sets the source's resume point to the stored one. Returns the stored outputs, or the default without stored ones.
pub fn restore(source: &mut EventSource<'_>) -> Outputs {
    let mut bytes = [0; size_of::<Kept>()];
    let kept = chip::retained::load(&mut bytes).and_then(split);
    let Some((point, outputs)) = kept else {
        return Outputs::default();
    };
    match source.resume_from(&point) {
        Ok(()) => {
            defmt::info!("resumes: {} {}", point, outputs);
            outputs
        }
        Err(error) => {
            defmt::warn!("starts without a resume point: {}", error);
            Outputs::default()
        }
    }
}

fn split(kept: &[u8]) -> Option<(ResumePoint<'_>, Outputs)> {
    let (retry, rest) = kept.split_first_chunk()?;
    let (length, rest) = rest.split_first()?;
    let (outputs, id) = rest.split_at_checked(usize::from(*length))?;
    let retry = u32::from_le_bytes(*retry);
    let point = ResumePoint {
        last_event_id: EventId::from_bytes(id).ok()?,
        retry: (retry != NONE).then_some(retry),
    };
    Some((point, Outputs::from_bytes(outputs)?))
}
