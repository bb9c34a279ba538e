//! Matches the name of a field, the colon and the space after it, at the start of a line.

use super::exact::Exact;
use super::token::Field;

/// The names that the standard knows, as nearly all servers write them before a value. NUL ends each of them. The
/// length of the table is a power of two, so that a mask keeps a position in bounds.
const NAMES: [u8; 32] = *b"data: \0event: \0id: \0retry: \0\0\0\0\0";

/// How much of a name has matched, where it is read byte by byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct NameMatch {
    /// The position in `NAMES` of the byte that is expected next.
    next: u8,
}

impl NameMatch {
    pub const fn new() -> Self {
        Self { next: 0 }
    }

    /// Starts to match with the first byte of a line. Returns the field that the byte may begin.
    #[inline(always)] // a part of `Scanner::start_line`, its only caller
    pub fn start(byte: u8) -> (Field, Self) {
        let (field, next) = match byte {
            b'd' => (Field::Data, 1),
            b'e' => (Field::Event, 8),
            b'i' => (Field::Id, 16),
            b'r' => (Field::Retry, 21),
            _ => (Field::Unknown, 0),
        };
        (field, Self { next })
    }

    #[inline(always)] // two instructions
    fn expected(self) -> u8 {
        // The mask shows that the position is in bounds, so no check is compiled.
        let position = usize::from(self.next & 31);
        NAMES.get(position).copied().unwrap_or_default()
    }

    /// Takes the byte if the match expects it. Returns whether it does.
    #[inline(always)] // for each byte of a name, a call would cost more than the match
    pub fn take(&mut self, byte: u8) -> bool {
        let is_next = self.expected() == byte && byte != 0;
        if is_next {
            self.next = self.next.plus(1);
        }
        is_next
    }

    /// Whether the name has ended before `byte`, which `take` has not taken: `byte` is the first one of the value, or
    /// ends a line that has no value.
    #[inline(always)] // a part of `Scanner::step`, its only caller
    pub fn ends_before(self, byte: u8) -> bool {
        match self.expected() {
            0 | b' ' => true,
            b':' => matches!(byte, b'\n' | b'\r'),
            _ => false,
        }
    }
}

/// Returns the field that a line begins with and its value, if the line has the whole name, the colon and one byte
/// more.
#[inline(always)] // each line begins with it, and its result stays in registers
pub(super) fn whole(line: &[u8]) -> Option<(Field, &[u8])> {
    // One check of the length serves all names, and numbers are compared instead of bytes.
    let &[a, b, c, d, e, f] = line.first_chunk()?;
    let name = u32::from_ne_bytes([a, b, c, d]);
    let (field, value) = if name == u32::from_ne_bytes(*b"data") && e == b':' {
        (Field::Data, line.get(5..)?)
    } else if [a, b, c] == *b"id:" {
        (Field::Id, line.get(3..)?)
    } else if name == u32::from_ne_bytes(*b"even") && [e, f] == *b"t:" && line.len() > 6 {
        (Field::Event, line.get(6..)?)
    } else {
        return None;
    };
    // A space after the colon is no part of the value.
    let value = match value {
        [b' ', rest @ ..] => rest,
        value => value,
    };
    Some((field, value))
}
