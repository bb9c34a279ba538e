//! A second oracle: the standard's ABNF for a whole stream (WHATWG HTML 9.2.5), rule by rule in nom.
//!
//! ```text
//! stream  = [ bom ] *event
//! event   = *( comment / field ) end-of-line
//! comment = colon *any-char end-of-line
//! field   = 1*name-char [ colon [ space ] *any-char ] end-of-line
//! ```

use nom::branch::alt;
use nom::bytes::complete::{is_not, tag};
use nom::character::complete::char;
use nom::combinator::{opt, value};
use nom::multi::many0;
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use super::{Item, Outcome};

enum Line<'s> {
    Comment,
    Field(&'s [u8], &'s [u8]),
}

type Event<'s> = Vec<Line<'s>>;

/// The outcome of a stream. Bytes after the last event that the grammar matches are an unfinished event.
pub fn interpret(bytes: &[u8]) -> Outcome {
    let (unfinished, events) = stream(bytes).unwrap();
    let (_, last) = many0(line).parse(unfinished).unwrap();

    let mut outcome = Outcome::default();
    for event in &events {
        let mut event_type = "message".to_string();
        let mut data = None::<String>;
        for (name, value) in fields(event) {
            match name {
                b"event" if value.is_empty() => event_type = "message".into(),
                b"event" => event_type = text(value),
                b"data" => {
                    data = Some(match data {
                        None => text(value),
                        Some(data) => data + "\n" + &text(value),
                    })
                }
                b"id" if !value.contains(&0) => outcome.last_event_id = text(value),
                _ => {}
            }
        }
        if let Some(data) = data {
            outcome.items.push(Item::Event {
                event_type,
                data,
                last_event_id: outcome.last_event_id.clone(),
            });
        }
    }
    for (name, value) in events.iter().chain([&last]).flat_map(fields) {
        if name == b"retry" && !value.is_empty() && value.iter().all(u8::is_ascii_digit) {
            let time = value.iter().fold(0_u32, |time, digit| {
                time.saturating_mul(10)
                    .saturating_add(u32::from(digit - b'0'))
            });
            outcome.retry = Some(time);
        }
    }
    outcome
}

fn fields<'e, 's>(event: &'e Event<'s>) -> impl Iterator<Item = (&'s [u8], &'s [u8])> + 'e {
    event.iter().filter_map(|line| match line {
        Line::Comment => None,
        Line::Field(name, value) => Some((*name, *value)),
    })
}

fn stream(input: &[u8]) -> IResult<&[u8], Vec<Event<'_>>> {
    preceded(opt(tag(&b"\xef\xbb\xbf"[..])), many0(event)).parse(input)
}

fn event(input: &[u8]) -> IResult<&[u8], Event<'_>> {
    terminated(many0(line), end_of_line).parse(input)
}

fn line(input: &[u8]) -> IResult<&[u8], Line<'_>> {
    alt((comment, field)).parse(input)
}

fn comment(input: &[u8]) -> IResult<&[u8], Line<'_>> {
    let text = (char(':'), any_chars, end_of_line);
    value((), text).map(|()| Line::Comment).parse(input)
}

fn field(input: &[u8]) -> IResult<&[u8], Line<'_>> {
    let name = is_not(&b":\r\n"[..]);
    let value = opt(preceded((char(':'), opt(char(' '))), any_chars));
    terminated((name, value), end_of_line)
        .map(|(name, value)| Line::Field(name, value.unwrap_or_default()))
        .parse(input)
}

fn any_chars(input: &[u8]) -> IResult<&[u8], &[u8]> {
    opt(is_not(&b"\r\n"[..]))
        .map(Option::unwrap_or_default)
        .parse(input)
}

fn end_of_line(input: &[u8]) -> IResult<&[u8], &[u8]> {
    alt((tag(&b"\r\n"[..]), tag(&b"\r"[..]), tag(&b"\n"[..]))).parse(input)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
