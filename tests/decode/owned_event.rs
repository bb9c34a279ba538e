//! Owned copies of events: which events fit, and that tasks can send copies to each other.

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::channel::Channel;
use embedded_sse::{Decoder, Event, EventTooLong, OwnedEvent};

/// Calls `check` with the first event of a stream.
fn with_event<T>(stream: &[u8], check: impl FnOnce(Event<'_>) -> T) -> T {
    let mut decoder = Decoder::<[u8; 256]>::new();
    check(decoder.next(&mut &*stream).unwrap().unwrap())
}

fn copy<const TYPE: usize, const DATA: usize, const ID: usize>(
    stream: &[u8],
) -> Result<OwnedEvent<TYPE, DATA, ID>, EventTooLong> {
    with_event(stream, |event| {
        let copied = OwnedEvent::try_from(event);
        assert_eq!(copied, OwnedEvent::try_from(&event));
        copied
    })
}

const LED: &[u8] = b"event: led\nid: 42\ndata: on\ndata: 50 %\n\n";

/// Breaks when a copy borrows from its decoder, cannot be sent to another task, or differs from its event.
#[tokio::test]
async fn an_owned_event_goes_through_a_channel() {
    type Command = OwnedEvent<8, 16, 8>;
    static COMMANDS: Channel<CriticalSectionRawMutex, Command, 2> = Channel::new();

    let sender = tokio::spawn(async {
        let mut decoder = Decoder::<[u8; 64]>::new();
        for piece in LED.chunks(3).chain([&b"data\n\n"[..]]) {
            let mut piece = piece;
            while let Some(event) = decoder.next(&mut piece).unwrap() {
                let command = Command::try_from(event).unwrap();
                COMMANDS.send(command).await;
            }
        }
    });
    let command = COMMANDS.receive().await;
    assert_eq!(command.event_type, "led");
    assert_eq!(command.data, "on\n50 %");
    assert_eq!(command.last_event_id, "42");
    let command = COMMANDS.receive().await;
    assert_eq!(command.event_type, "message");
    assert_eq!(command.data, "");
    assert_eq!(command.last_event_id, "42");
    sender.await.unwrap();
}

/// Breaks when a part that fills its capacity is refused, when a part that is one byte longer is cut or accepted, or
/// when the error names another part.
#[test]
fn each_part_of_an_owned_event_fits_up_to_its_capacity() {
    assert!(copy::<3, 7, 2>(LED).is_ok());
    assert_eq!(copy::<2, 7, 2>(LED), Err(EventTooLong::EventType));
    assert_eq!(copy::<3, 6, 2>(LED), Err(EventTooLong::Data));
    assert_eq!(copy::<3, 7, 1>(LED), Err(EventTooLong::LastEventId));
}

/// Breaks when a capacity of zero takes a byte, or refuses an empty part.
#[test]
fn a_capacity_of_zero_takes_an_empty_part_only() {
    assert!(copy::<7, 0, 0>(b"data\n\n").is_ok());
    assert_eq!(copy::<0, 0, 0>(b"data\n\n"), Err(EventTooLong::EventType));
    assert_eq!(copy::<7, 0, 0>(b"data: x\n\n"), Err(EventTooLong::Data));
    let with_id = b"id: 1\ndata\n\n";
    assert_eq!(copy::<7, 0, 0>(with_id), Err(EventTooLong::LastEventId));
}

/// Breaks when malformed bytes are copied, are replaced otherwise than by `Display`, or when the length of their
/// replacement is not counted.
#[test]
fn malformed_bytes_are_copied_as_replacement_characters() {
    // The cut sequence `e2 82` and the byte `ff` make one replacement character of three bytes each.
    let stream = b"event: t\xff\nid: \xc3\ndata: a\xe2\x82z\xff\n\n";
    let owned = copy::<4, 8, 3>(stream).unwrap();
    assert_eq!(owned.event_type, "t\u{fffd}");
    assert_eq!(owned.data, "a\u{fffd}z\u{fffd}");
    assert_eq!(owned.last_event_id, "\u{fffd}");
    with_event(stream, |event| {
        assert_eq!(owned.event_type, event.event_type.to_string().as_str());
        assert_eq!(owned.data, event.data.to_string().as_str());
        assert_eq!(
            owned.last_event_id,
            event.last_event_id.to_string().as_str()
        );
    });
    assert_eq!(copy::<3, 8, 3>(stream), Err(EventTooLong::EventType));
    assert_eq!(copy::<4, 7, 3>(stream), Err(EventTooLong::Data));
    assert_eq!(copy::<4, 8, 2>(stream), Err(EventTooLong::LastEventId));
}

/// Breaks when a copy differs from its event after it is borrowed as an event.
#[test]
fn an_owned_event_can_be_borrowed_as_an_event() {
    let owned = copy::<8, 16, 8>(LED).unwrap();
    with_event(LED, |event| assert_eq!(owned.as_event(), Some(event)));
    let malformed = copy::<8, 16, 8>(b"id: \xff\ndata: \xff\n\n").unwrap();
    let event = malformed.as_event().unwrap();
    assert_eq!(event.last_event_id, "\u{fffd}");
    assert_eq!(OwnedEvent::try_from(event), Ok(malformed.clone()));
}

/// Breaks when `as_event` makes an `EventType` or an `EventId` of text that must not be in one. The caller can write
/// any text into a copy.
#[test]
fn an_owned_event_with_an_invalid_type_or_id_is_no_event() {
    for text in ["\r", "a\n", "x\ndata: injected"] {
        let mut owned = copy::<32, 32, 32>(LED).unwrap();
        owned.event_type.push_str(text).unwrap();
        assert_eq!(owned.as_event(), None, "{text:?}");
    }
    for text in ["\r", "a\n", "x\ndata: injected", "\0"] {
        let mut owned = copy::<32, 32, 32>(LED).unwrap();
        owned.last_event_id.push_str(text).unwrap();
        assert_eq!(owned.as_event(), None, "{text:?}");
    }
    let mut owned = copy::<32, 32, 32>(LED).unwrap();
    owned.data.push_str("\r\n\0").unwrap();
    owned.event_type.push('\0').unwrap();
    assert!(owned.as_event().is_some());
}

/// Breaks when the text of an error names another part.
#[test]
fn the_error_names_the_part_that_does_not_fit() {
    let texts = [
        EventTooLong::EventType,
        EventTooLong::Data,
        EventTooLong::LastEventId,
    ]
    .map(|error| error.to_string());
    assert_eq!(
        texts,
        [
            "event type is longer than its capacity",
            "data is longer than its capacity",
            "last event ID is longer than its capacity"
        ]
    );
}
