//! Events that are awkward to encode.

const LONG: &str = "A text of more than 128 bytes, since picoserve formats text in a buffer of that size. \
    It has no line end, so a client has to get one line, with each of these words once: \
    one two three four five six seven eight nine ten eleven twelve.";

/// What is awkward, the event type, and the data.
pub static INPUTS: [(&str, &str, &str); 9] = [
    ("a leading space", "type", " text"),
    ("LF", "type", "a\nb"),
    ("LF at the end", "type", "text\n"),
    ("CR", "type", "a\rdata: injected"),
    ("CR LF", "type", "a\r\nb"),
    ("no data", "type", ""),
    ("more than 128 bytes", "type", LONG),
    ("LF in the event type", "type\ndata: injected", "text"),
    ("CR in the event type", "type\rdata: injected", "text"),
];
