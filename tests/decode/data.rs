//! The `data` field (WHATWG HTML 9.2.6, "If the field name is "data"").

use crate::helpers::data;

/// Breaks when a later `data` field replaces an earlier one, or no line feed joins them.
#[test]
fn each_data_field_appends_a_line() {
    assert_eq!(data("data:a\ndata:b\ndata:c\n\n"), ["a\nb\nc"]);
    assert_eq!(data("data:a\nx:y\nretry:5\n:c\nid:1\ndata:b\n\n"), ["a\nb"]);
}

/// Breaks when all trailing line feeds of the data are dropped, or none is.
#[test]
fn one_trailing_line_feed_is_dropped() {
    assert_eq!(data("data:a\n\n"), ["a"]);
    assert_eq!(data("data:a\ndata:\ndata:\n\n"), ["a\n\n"]);
    assert_eq!(data("data\ndata\n\n"), ["\n"]);
}

/// Breaks when the decoder asks whether the data is empty, and not whether there was a `data` line.
#[test]
fn data_without_a_value_dispatches_an_empty_string() {
    assert_eq!(data("data\n\n"), [""]);
    assert_eq!(data("data:\n\n"), [""]);
    assert_eq!(data("data: \n\n"), [""]);
}
