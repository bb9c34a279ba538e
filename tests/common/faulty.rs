//! A decoder with one fault at a time, each of which breaks one rule of the standard. The tests must find a
//! difference for every fault, and none without a fault.

use super::{Item, Outcome};

macro_rules! faults {
    ($($fault:ident,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault {
            $($fault,)*
        }

        impl Fault {
            pub const ALL: &[Fault] = &[$(Fault::$fault,)*];
        }
    };
}

faults! {
    BomIsContent,
    SecondBomIsDropped,
    BomIsDroppedInEveryChunk,
    PartOfBomIsDropped,
    CrIsContent,
    CrLfIsTwoLineEnds,
    CrLfOverTwoChunksIsTwoLineEnds,
    CrWaitsForTheNextByte,
    VerticalTabIsLineEnd,
    LineSeparatorIsLineEnd,
    AllSpacesAreStripped,
    NoSpaceIsStripped,
    LineWithoutColonIsIgnored,
    LastColonSplits,
    NamesIgnoreCase,
    NamesMatchByPrefix,
    CommentIsData,
    NulEndsValue,
    IdMayHoldNul,
    NulClearsId,
    IdCountsAtOnce,
    IdNeedsData,
    EmptyIdIsIgnored,
    RetryMayHaveRubbish,
    EmptyRetryIsZero,
    RetryWraps,
    RetryWaitsForBlankLine,
    EventNeedsNoData,
    EmptyDataIsNoEvent,
    TypeOutlivesBlankLine,
    EmptyTypeStays,
    LastTypeIsIgnored,
    LastLineFeedStays,
    AllLineFeedsAreDropped,
    EndOfStreamDispatches,
    MalformedUtf8IsDropped,
}

/// Decodes a stream with this fault, or correctly if there is none.
pub fn decode(fault: Option<Fault>, chunks: &[&[u8]]) -> Outcome {
    let mut decoder = Faulty {
        fault,
        first_line: true,
        ..Faulty::default()
    };
    for chunk in chunks {
        decoder.chunk(chunk);
    }
    if decoder.has(Fault::EndOfStreamDispatches) {
        decoder.end_line();
        decoder.blank_line();
    }
    Outcome {
        items: decoder.items,
        last_event_id: decoder.last_event_id,
        retry: decoder.retry,
    }
}

#[derive(Default)]
struct Faulty {
    fault: Option<Fault>,
    first_line: bool,
    after_cr: bool,
    line: Vec<u8>,
    data: String,
    has_data: bool,
    event_type: String,
    id: Option<String>,
    next_retry: Option<u32>,
    last_event_id: String,
    retry: Option<u32>,
    items: Vec<Item>,
}

impl Faulty {
    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    fn chunk(&mut self, chunk: &[u8]) {
        let mut chunk = chunk;
        if self.has(Fault::CrLfOverTwoChunksIsTwoLineEnds) {
            self.after_cr = false;
        }
        if self.has(Fault::BomIsDroppedInEveryChunk) {
            chunk = chunk.strip_prefix(b"\xef\xbb\xbf").unwrap_or(chunk);
        }
        for byte in chunk {
            self.byte(*byte);
        }
    }

    fn byte(&mut self, byte: u8) {
        let after_cr = std::mem::take(&mut self.after_cr);
        if self.has(Fault::CrWaitsForTheNextByte) {
            if after_cr {
                self.end_line();
            }
            match byte {
                b'\r' => self.after_cr = true,
                b'\n' if after_cr => {}
                b'\n' => self.end_line(),
                _ => self.line.push(byte),
            }
            return;
        }
        match byte {
            b'\n' if after_cr && !self.has(Fault::CrLfIsTwoLineEnds) => {}
            b'\r' if !self.has(Fault::CrIsContent) => {
                self.after_cr = true;
                self.end_line();
            }
            b'\n' => self.end_line(),
            0x0b if self.has(Fault::VerticalTabIsLineEnd) => self.end_line(),
            _ => self.line.push(byte),
        }
        if self.has(Fault::LineSeparatorIsLineEnd) && self.line.ends_with(b"\xe2\x80\xa8") {
            self.line.truncate(self.line.len() - 3);
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let mut line = line.as_slice();
        if std::mem::take(&mut self.first_line) && !self.has(Fault::BomIsContent) {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
            if self.has(Fault::SecondBomIsDropped) {
                line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
            }
            if self.has(Fault::PartOfBomIsDropped) {
                line = line.strip_prefix(b"\xef\xbb").unwrap_or(line);
            }
        }
        let text = if self.has(Fault::MalformedUtf8IsDropped) {
            line.utf8_chunks().map(|chunk| chunk.valid()).collect()
        } else {
            String::from_utf8_lossy(line).into_owned()
        };
        if line.is_empty() {
            self.blank_line();
        } else if !text.starts_with(':') || self.has(Fault::CommentIsData) {
            self.field(&text);
        }
    }

    fn field(&mut self, line: &str) {
        let colon = if self.has(Fault::LastColonSplits) {
            line.rsplit_once(':')
        } else {
            line.split_once(':')
        };
        if colon.is_none() && self.has(Fault::LineWithoutColonIsIgnored) {
            return;
        }
        let (name, value) = colon.unwrap_or((line, ""));
        let value = match self.fault {
            Some(Fault::AllSpacesAreStripped) => value.trim_start_matches(' '),
            Some(Fault::NoSpaceIsStripped) => value,
            Some(Fault::NulEndsValue) => {
                let value = value.strip_prefix(' ').unwrap_or(value);
                value.split('\0').next().unwrap()
            }
            _ => value.strip_prefix(' ').unwrap_or(value),
        };
        let mut name = name.to_string();
        if self.has(Fault::NamesIgnoreCase) {
            name = name.to_lowercase();
        }
        if self.has(Fault::NamesMatchByPrefix) {
            name.truncate(name.find("data").map_or(name.len(), |at| at + 4));
        }
        if self.has(Fault::CommentIsData) && name.is_empty() {
            name = "data".into();
        }
        match name.as_str() {
            "data" => {
                self.data += value;
                self.data += "\n";
                self.has_data = true;
            }
            "event" if value.is_empty() && self.has(Fault::EmptyTypeStays) => {}
            "event" if !self.event_type.is_empty() && self.has(Fault::LastTypeIsIgnored) => {}
            "event" => self.event_type = value.into(),
            "id" => self.id(value),
            "retry" => self.retry(value),
            _ => {}
        }
    }

    fn id(&mut self, value: &str) {
        if value.contains('\0') && !self.has(Fault::IdMayHoldNul) {
            if self.has(Fault::NulClearsId) {
                self.id = Some(String::new());
            }
        } else if !value.is_empty() || !self.has(Fault::EmptyIdIsIgnored) {
            self.id = Some(value.into());
            if self.has(Fault::IdCountsAtOnce) {
                self.last_event_id = value.into();
            }
        }
    }

    fn retry(&mut self, value: &str) {
        let mut digits = value;
        if self.has(Fault::RetryMayHaveRubbish) {
            let end = value.find(|c: char| !c.is_ascii_digit());
            digits = &value[..end.unwrap_or(value.len())];
        }
        if digits.is_empty() && self.has(Fault::EmptyRetryIsZero) {
            digits = "0";
        }
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        let saturated = digits.parse().unwrap_or(u32::MAX);
        let wrapped = digits.bytes().fold(0_u32, |time, digit| {
            time.wrapping_mul(10).wrapping_add(u32::from(digit - b'0'))
        });
        match self.fault {
            Some(Fault::RetryWraps) => self.retry = Some(wrapped),
            Some(Fault::RetryWaitsForBlankLine) => self.next_retry = Some(saturated),
            _ => self.retry = Some(saturated),
        }
    }

    fn blank_line(&mut self) {
        let mut data = std::mem::take(&mut self.data);
        let event_type = self.event_type.clone();
        self.retry = self.next_retry.take().or(self.retry);
        if self.has_data || !self.has(Fault::IdNeedsData) {
            if let Some(id) = self.id.take() {
                self.last_event_id = id;
            }
        }
        let empty = data == "\n" && self.has(Fault::EmptyDataIsNoEvent);
        let alone = !event_type.is_empty() && self.has(Fault::EventNeedsNoData);
        if self.has_data && !empty || alone {
            if self.has(Fault::AllLineFeedsAreDropped) {
                data.truncate(data.trim_end_matches('\n').len());
            } else if !self.has(Fault::LastLineFeedStays) {
                data.pop();
            }
            self.items.push(Item::Event {
                event_type: match event_type.as_str() {
                    "" => "message".into(),
                    _ => event_type,
                },
                data,
                last_event_id: self.last_event_id.clone(),
            });
        }
        if self.has_data || !self.has(Fault::TypeOutlivesBlankLine) {
            self.event_type.clear();
        }
        self.has_data = false;
    }
}
