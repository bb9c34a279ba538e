//! Floor 1: the bytes on the wire, with no notion of an event yet.

pub(crate) mod copy;
pub(crate) mod decimal;
pub(crate) mod line_end;
pub(crate) mod media_type;
pub(crate) mod scanner;
pub(crate) mod text;
