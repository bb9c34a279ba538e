//! Reads the recording of a machine's network traffic: a libpcap file of QEMU's `filter-dump`, with times of the machine's
//! clock.

use std::time::Duration;

/// A TCP segment.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    pub at: Duration,
    pub is_from_machine: bool,
    /// The client's port, which is the same inside and outside QEMU.
    pub client: u16,
    /// The number of data bytes.
    pub len: usize,
    pub is_syn: bool,
    pub is_fin: bool,
    pub is_rst: bool,
}

/// The segments of a file to and from port 80.
pub struct Capture<'f> {
    rest: &'f [u8],
}

impl<'f> Capture<'f> {
    pub fn new(file: &'f [u8]) -> Self {
        // The file header takes 24 bytes.
        let rest = file.get(24..).unwrap_or_default();
        Self { rest }
    }
}

impl Iterator for Capture<'_> {
    type Item = Segment;

    fn next(&mut self) -> Option<Segment> {
        loop {
            let word = |at: usize| Some(u32::from_le_bytes(*self.rest.get(at..)?.first_chunk()?));
            let at = Duration::from_secs(word(0)?.into()) + Duration::from_micros(word(4)?.into());
            // QEMU may not have written the last frame completely.
            let frame = self.rest.get(16..)?.get(..word(8)? as usize)?;
            self.rest = &self.rest[16 + frame.len()..];
            if let Some(segment) = segment(at, frame) {
                return Some(segment);
            }
        }
    }
}

/// Parses an Ethernet frame. `None` if it is no TCP segment over IPv4 to or from port 80.
fn segment(at: Duration, frame: &[u8]) -> Option<Segment> {
    let (ethernet, packet) = frame.split_at_checked(14)?;
    if ethernet[12..] != [0x08, 0x00] || *packet.get(9)? != 6 {
        return None;
    }
    let half = |bytes: &[u8], at: usize| Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
    // Ethernet pads short frames, so the packet's own length counts.
    let packet = packet.get(..half(packet, 2)?.into())?;
    let tcp = packet.get(usize::from(packet[0] & 0xf) * 4..)?;
    let (from, to, flags) = (half(tcp, 0)?, half(tcp, 2)?, *tcp.get(13)?);
    let is_from_machine = from == 80;
    if !is_from_machine && to != 80 {
        return None;
    }
    Some(Segment {
        at,
        is_from_machine,
        client: if is_from_machine { to } else { from },
        len: tcp.len().checked_sub(usize::from(tcp[12] >> 4) * 4)?,
        is_syn: flags & 0x02 != 0,
        is_fin: flags & 0x01 != 0,
        is_rst: flags & 0x04 != 0,
    })
}
