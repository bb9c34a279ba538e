//! The kinds of buffer that a decoder can have, their lengths, and what events borrow from the input. The standard
//! says nothing about these.

use embedded_sse::{Decoder, EventId};

const STREAM: &[u8] = b"event: e\nid: 7\nretry: 5\ndata: ab\n\n";

/// Breaks when a decoder cannot have one of these buffers, or needs a longer one of some kind.
#[test]
fn all_storages_decode_alike() {
    fn check<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized>(decoder: &mut Decoder<B>) {
        let mut input = STREAM;
        let event = decoder.next(&mut input).unwrap().unwrap();
        assert_eq!(
            (event.event_type.as_bytes(), event.data.as_bytes()),
            (&b"e"[..], &b"ab"[..])
        );
        assert_eq!(event.last_event_id, "7");
        assert_eq!(decoder.next(&mut input), Ok(None));
        assert_eq!(decoder.last_event_id(), "7");
    }
    const SIZE: usize = Decoder::buffer_len(1, 2, 1) - 1;
    check(&mut Decoder::<[u8; SIZE]>::new());
    let mut buffer = [0; SIZE];
    check(&mut Decoder::with_buffer(buffer.as_mut_slice()));
    let decoder: &mut Decoder<[u8]> = &mut Decoder::<[u8; SIZE]>::new();
    check(decoder);
    static CONSTANT: Decoder<[u8; SIZE]> = Decoder::new();
    check(&mut CONSTANT.clone());
}

/// Breaks when an event is copied although it lies whole in the input.
#[test]
fn whole_events_are_borrowed_from_the_input() {
    let mut decoder = Decoder::<[u8; 64]>::new();
    let mut input = STREAM;
    let event = decoder.next(&mut input).unwrap().unwrap();
    let input = STREAM.as_ptr_range();
    assert!(input.contains(&event.data.as_bytes().as_ptr()));
    assert!(input.contains(&event.event_type.as_bytes().as_ptr()));
    // The last event ID must outlive the input.
    assert!(!input.contains(&event.last_event_id.as_bytes().as_ptr()));
}

/// Breaks when an id that fills the buffer is refused.
#[test]
fn an_id_may_fill_the_buffer() {
    let mut decoder = Decoder::<[u8; 2]>::new();
    assert_eq!(
        decoder.set_last_event_id(EventId::new("12").unwrap()),
        Ok(())
    );
    assert_eq!(decoder.last_event_id(), "12");
    assert_eq!(decoder.next(&mut &b"id\n\n"[..]), Ok(None));
    assert_eq!(decoder.last_event_id(), "");
}
