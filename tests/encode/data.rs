//! The data of events: lines, spaces, and round trips.

use embedded_sse::Frame;

use crate::common::{Item, decode_every_way};
use crate::encoded::{encode, id, name, random_text, with_line_feeds};

/// Breaks when the space after the colon is left out: decoders would strip a leading space of the data.
#[test]
fn a_space_follows_the_colon_so_that_leading_spaces_survive() {
    assert_eq!(encode(&Frame::data("a")), b"data: a\n\n");
    assert_eq!(encode(&Frame::data(" a ")), b"data:  a \n\n");
    assert_eq!(round_trip(" a\n  b"), " a\n  b");
}

/// Breaks when empty data makes no event.
#[test]
fn empty_data_makes_a_data_line_which_dispatches() {
    assert_eq!(encode(&Frame::data("")), b"data: \n\n");
    assert_eq!(round_trip(""), "");
}

/// Breaks when a line end starts no new line, or more than one.
#[test]
fn n_line_ends_make_n_plus_1_lines() {
    assert_eq!(
        encode(&Frame::data("a\nb\rc\r\nd")),
        b"data: a\ndata: b\ndata: c\ndata: d\n\n"
    );
    assert_eq!(encode(&Frame::data("\n")), b"data: \ndata: \n\n");
    assert_eq!(
        encode(&Frame::data("\r\n\n\r")),
        b"data: \ndata: \ndata: \ndata: \n\n"
    );
}

/// Breaks when a line end stays in the data: a client would read the text after it as a field.
#[test]
fn cr_lf_and_crlf_all_split_data() {
    for line_end in ["\r", "\n", "\r\n"] {
        let data = format!("a{line_end}id: 1{line_end}");
        assert_eq!(
            encode(&Frame::data(&data)),
            b"data: a\ndata: id: 1\ndata: \n\n"
        );
        assert_eq!(round_trip(&data), "a\nid: 1\n");
    }
}

/// Breaks when a character splits data that is no line end for clients.
#[test]
fn no_other_character_splits_data() {
    assert_eq!(
        encode(&Frame::data("\u{2028}\x0b\x0c\u{85}")).len(),
        6 + 3 + 1 + 1 + 2 + 2
    );
    assert_eq!(
        round_trip("\u{2029}\u{2028}\x0b\x0c\u{85}\0"),
        "\u{2029}\u{2028}\x0b\x0c\u{85}\0"
    );
}

/// Breaks when data with LF as its only line end is changed.
#[test]
fn data_with_lf_alone_round_trips_exactly() {
    let mut random = fastrand::Rng::with_seed(4);
    for data in [
        "\n",
        "a\n",
        "\na",
        "\n\n\n",
        "a\n\nb",
        " \n \n",
        "data: x\n\nid: 1\n",
    ] {
        assert_eq!(round_trip(data), data);
    }
    for _ in 0..1_000 {
        let data = random_text(&mut random).replace('\r', "");
        assert_eq!(round_trip(&data), data);
    }
}

/// Breaks when a byte of an event is lost or changed between encoder and decoder.
#[test]
fn an_encoded_event_decodes_to_the_same_event() {
    let mut random = fastrand::Rng::with_seed(2);
    for _ in 0..3_000 {
        let data = random_text(&mut random);
        let names = random_text(&mut random).replace(['\r', '\n'], "");
        let ids = random_text(&mut random).replace(['\r', '\n', '\0'], "");
        let retry = random.u32(..) >> random.u8(0..32);
        let frame = Frame::data(&data)
            .event_type(name(&names))
            .id(id(&ids))
            .retry(retry);

        let outcome = decode_every_way(&encode(&frame), 1000);
        let expected = Item::Event {
            event_type: if names.is_empty() {
                "message".into()
            } else {
                names
            },
            data: with_line_feeds(&data),
            last_event_id: ids,
        };
        assert_eq!(outcome.items, [expected]);
        assert_eq!(outcome.retry, Some(retry));
    }
}

/// The data that a client receives. It must come as one event.
fn round_trip(data: &str) -> String {
    let outcome = decode_every_way(&encode(&Frame::data(data)), 1000);
    match outcome.items.as_slice() {
        [Item::Event { data, .. }] => data.clone(),
        items => panic!("{items:?}"),
    }
}
