//! Event types and ids that would end their field and begin another one (CWE-93) are rejected. The types `EventType`
//! and `EventId` check their text, so a frame cannot hold unchecked text.

use embedded_sse::{EventId, EventType, InvalidEventId, InvalidEventType};

/// Texts with each line end at several places.
fn with_line_ends() -> impl Iterator<Item = String> {
    let long = "x".repeat(100);
    let ends = ["\r", "\n", "\r\n"].into_iter();
    let texts = ends.flat_map(|end| {
        let places = [("", ""), ("a", ""), ("", "b"), ("a", "data: b")];
        places.map(|(front, back)| format!("{front}{end}{back}"))
    });
    texts.chain([format!("{long}\n{long}"), format!("{long}\r{long}")])
}

/// Breaks when an event type with a line end at any place is accepted.
#[test]
fn an_event_type_with_a_line_end_is_rejected() {
    for text in with_line_ends() {
        assert_eq!(EventType::new(&text), Err(InvalidEventType));
        assert_eq!(
            EventType::from_bytes(text.as_bytes()),
            Err(InvalidEventType)
        );
    }
    assert_eq!(EventType::from_bytes(b"\xff\n"), Err(InvalidEventType));
}

/// Breaks when an id with a line end at any place is accepted.
#[test]
fn an_id_with_a_line_end_is_rejected() {
    for text in with_line_ends() {
        assert_eq!(EventId::new(&text), Err(InvalidEventId));
        assert_eq!(EventId::from_bytes(text.as_bytes()), Err(InvalidEventId));
    }
    assert_eq!(EventId::from_bytes(b"\xff\n"), Err(InvalidEventId));
}

/// Breaks when an id with NUL is accepted: clients would ignore it.
#[test]
fn an_id_with_nul_is_rejected() {
    let long = "x".repeat(100);
    for text in ["\0", "a\0", "\0b", "a\0b", &format!("{long}\0")] {
        assert_eq!(EventId::new(text), Err(InvalidEventId));
        assert_eq!(EventId::from_bytes(text.as_bytes()), Err(InvalidEventId));
    }
}

/// Breaks when a harmless event type or id is rejected.
#[test]
fn other_characters_are_accepted() {
    let long = "x".repeat(100);
    for legal in ["", " ", ":", "a\0b", "…", long.as_str()] {
        assert_eq!(EventType::new(legal).unwrap(), legal);
    }
    for legal in ["", " ", ":", "a\tb", "…", long.as_str()] {
        assert_eq!(EventId::new(legal).unwrap(), legal);
    }
    assert!(EventType::from_bytes(b"\xff").is_ok());
    assert!(EventId::from_bytes(b"\xff").is_ok());
}
