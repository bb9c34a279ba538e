//! Sinks in memory take a frame whole or not at all.

use core::fmt::Write as _;

use embedded_sse::{BufferTooSmall, DataWriter, Frame};

/// Breaks when a vector takes a part of a frame.
#[test]
fn a_heapless_vec_takes_whole_frames() {
    let frame = Frame::data("a\nb");
    let mut vec = heapless::Vec::<u8, 24>::new();
    frame.write_to(&mut vec).unwrap();
    assert_eq!(frame.write_to(&mut vec), Err(BufferTooSmall));
    assert_eq!(vec, b"data: a\ndata: b\n\n");
}

/// Breaks when a frame cannot be written to a sink whose type does not name its capacity.
#[test]
fn a_view_of_a_heapless_vec_is_a_sink() {
    let mut vec = heapless::Vec::<u8, 20>::new();
    let view: &mut heapless::VecView<u8> = &mut vec;
    let mut writer = DataWriter::new(view, &Frame::new()).unwrap();
    writer.write_str("1").unwrap();
    writer.finish().unwrap();
    assert_eq!(vec, b"data: 1\n\n");
}
