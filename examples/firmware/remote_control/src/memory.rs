//! The resume point, in memory that outlives a reboot.

use embedded_sse::EventId;
use embedded_sse::client::{EventSource, ResumePoint};
use heapless::Vec;

/// The longest id that is kept. With a longer one, the device begins anew after a reboot.
const MAX_ID: usize = 128;

/// In place of a reconnection time that no server has set.
const NONE: u32 = u32::MAX;

/// Keeps where a source is: the reconnection time in four bytes, and the id.
pub fn keep(source: &EventSource<'_>) {
    let point = source.resume_point();
    let mut bytes = Vec::<u8, { 4 + MAX_ID }>::new();
    let retry = point.retry.unwrap_or(NONE).to_le_bytes();
    let parts = [&retry[..], point.last_event_id.as_bytes()];
    if parts
        .iter()
        .any(|part| bytes.extend_from_slice(part).is_err())
    {
        bytes.clear();
    }
    chip::retained::store(&bytes);
}

/// Lets a source go on there.
pub fn restore(source: &mut EventSource<'_>) {
    let mut bytes = [0; 4 + MAX_ID];
    let kept = chip::retained::load(&mut bytes);
    let Some((retry, id)) = kept.and_then(|kept| kept.split_first_chunk()) else {
        return;
    };
    let retry = u32::from_le_bytes(*retry);
    let point = ResumePoint {
        last_event_id: EventId::from_bytes(id).unwrap_or_default(),
        retry: (retry != NONE).then_some(retry),
    };
    match source.resume_from(&point) {
        Ok(()) => defmt::info!("resumes: {}", point),
        Err(error) => defmt::warn!("begins anew: {}", error),
    }
}
