//! The conformance vectors of `tests/vectors`, and those of the file or folder `SSE_VECTORS`.

mod common;

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::{Item, Outcome, decode, decode_parts};
use serde_json::Value;

/// Long enough for every vector: streams have up to 100 KB.
const BUFFER: usize = 256 * 1024;

/// Streams longer than this have no text in the file, only bytes.
const LONGEST_TEXT: usize = 300;

/// Breaks when a decoder disagrees with a vector, in whatever chunks its stream comes.
#[test]
fn vectors() {
    let mut files = json_files(Path::new("tests/vectors"));
    if let Ok(path) = std::env::var("SSE_VECTORS") {
        files.extend(json_files(Path::new(&path)));
    }
    let mut run = 0;
    let mut failures = Vec::new();
    for file in files {
        for vector in vectors_of(&file) {
            run += 1;
            let result = check_texts(&vector).and_then(|()| Vector::parse(&vector).check());
            if let Err(difference) = result {
                failures.push(format!("{}: {difference}", vector["name"]));
            }
        }
    }
    for failure in &failures {
        println!("{failure}");
    }
    println!("vectors: {run} run, {} passed", run - failures.len());
    assert!(failures.is_empty() && run > 0);
}

/// Breaks when a short stream has no text: readers need it to see what the vector tests.
#[test]
fn short_streams_have_a_text() {
    for file in json_files(Path::new("tests/vectors")) {
        for vector in vectors_of(&file) {
            let is_long = bytes(&vector["stream_base64"]).len() > LONGEST_TEXT;
            assert!(is_long || vector["stream"].is_string(), "{vector}");
            let chunks = ["chunks", "chunks_base64"].map(|key| vector[key].is_array());
            assert!(is_long || chunks[0] == chunks[1], "{vector}");
        }
    }
}

/// Breaks when a text is accepted that does not match the bytes of the vector.
#[test]
fn a_text_that_differs_from_its_bytes_is_reported() {
    let check = |vector| check_texts(&serde_json::from_str(vector).unwrap());
    for agrees in [
        r#"{ "stream_base64": "77vv" }"#,
        r#"{ "stream_base64": "77vv", "stream": "\u00ef\u00bb\u00ef" }"#,
        r#"{ "chunks_base64": ["YQ==", ""], "chunks": ["a", ""] }"#,
        r#"{ "chunks_base64": ["YQ==", ""] }"#,
    ] {
        assert_eq!(check(agrees), Ok(()), "{agrees}");
    }
    for differs in [
        r#"{ "stream_base64": "77vv", "stream": "" }"#,
        r#"{ "stream_base64": "77vv", "stream": "\u00ef\u00bb" }"#,
        r#"{ "stream_base64": "4oCm", "stream": "…" }"#,
        r#"{ "stream_base64": "YQ==", "stream": ["a"] }"#,
        r#"{ "chunks_base64": ["YQ==", "Yg=="], "chunks": ["a"] }"#,
        r#"{ "chunks_base64": ["YQ==", "Yg=="], "chunks": ["a", "c"] }"#,
    ] {
        assert!(check(differs).is_err(), "{differs}");
    }
}

/// Compares the texts of a vector with its bytes.
fn check_texts(vector: &Value) -> Result<(), String> {
    for (text, base64) in [("stream", "stream_base64"), ("chunks", "chunks_base64")] {
        if !stands_for(&vector[text], &vector[base64]) {
            return Err(format!("`{text}` differs from `{base64}`"));
        }
    }
    Ok(())
}

/// Whether a text, or each text of a list, matches the bytes. An absent text or absent bytes match anything.
fn stands_for(text: &Value, base64: &Value) -> bool {
    match (text, base64) {
        (Value::Null, _) | (_, Value::Null) => true,
        (Value::String(text), base64) if base64.is_string() => {
            let characters = text.chars().map(|character| u8::try_from(character).ok());
            characters.eq(bytes(base64).into_iter().map(Some))
        }
        (Value::Array(texts), Value::Array(list)) => {
            let mut pairs = texts.iter().zip(list);
            texts.len() == list.len() && pairs.all(|(text, base64)| stands_for(text, base64))
        }
        _ => false,
    }
}

fn vectors_of(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn bytes(base64: &Value) -> Vec<u8> {
    STANDARD.decode(base64.as_str().unwrap()).unwrap()
}

fn json_files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.into()];
    }
    let entries = std::fs::read_dir(path).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|name| name == "json"))
        .collect();
    files.sort();
    files
}

struct Vector {
    stream: Vec<u8>,
    chunks: Option<Vec<Vec<u8>>>,
    initial: String,
    expected: Outcome,
    comments: Option<Vec<String>>,
}

impl Vector {
    fn parse(vector: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_string();
        let list = |value: &Value| value.as_array().cloned();
        let items = list(&vector["expected_events"]).unwrap();
        Vector {
            stream: bytes(&vector["stream_base64"]),
            chunks: list(&vector["chunks_base64"]).map(|list| list.iter().map(bytes).collect()),
            initial: vector["initial_last_event_id"]
                .as_str()
                .unwrap_or("")
                .into(),
            expected: Outcome {
                items: items
                    .iter()
                    .map(|item| Item::Event {
                        event_type: text(&item["type"]),
                        data: text(&item["data"]),
                        last_event_id: text(&item["last_event_id"]),
                    })
                    .collect(),
                last_event_id: text(&vector["final_last_event_id"]),
                retry: vector["expected_retry_ms"]
                    .as_u64()
                    .map(|time| time.try_into().unwrap()),
            },
            comments: list(&vector["expected_comments"])
                .map(|list| list.iter().map(text).collect()),
        }
    }

    fn check(&self) -> Result<(), String> {
        let stream = self.stream.as_slice();
        let mut buffer = vec![0; BUFFER];
        self.check_chunks("whole", &[stream], &mut buffer)?;
        self.check_chunks(
            "bytewise",
            &stream.chunks(1).collect::<Vec<_>>(),
            &mut buffer,
        )?;
        if let Some(chunks) = &self.chunks {
            let chunks: Vec<_> = chunks.iter().map(Vec::as_slice).collect();
            self.check_chunks("in its chunks", &chunks, &mut buffer)?;
        }
        for cut in cuts(stream) {
            let (front, back) = stream.split_at(cut);
            self.check_chunks(&format!("cut at {cut}"), &[front, back], &mut buffer)?;
        }
        Ok(())
    }

    fn check_chunks(&self, way: &str, chunks: &[&[u8]], buffer: &mut [u8]) -> Result<(), String> {
        let chunks = || chunks.iter().copied();
        let outcome = decode(chunks(), buffer, &self.initial);
        self.compare(way, &outcome)?;
        let (outcome, comments) = decode_parts(chunks(), buffer, &self.initial);
        self.compare(&format!("{way}, in parts"), &outcome)?;
        match &self.comments {
            Some(expected) if *expected != comments => Err(format!(
                "{way}: comments {comments:?}, expected {expected:?}"
            )),
            _ => Ok(()),
        }
    }

    fn compare(&self, way: &str, outcome: &Outcome) -> Result<(), String> {
        if *outcome == self.expected {
            return Ok(());
        }
        Err(format!("{way}: {outcome:?}, expected {:?}", self.expected))
    }
}

/// The places to cut a stream in two: all places of a short one; 1,000 places and all around line ends of a long one.
fn cuts(stream: &[u8]) -> Vec<usize> {
    let length = stream.len();
    if length <= 4096 {
        return (0..=length).collect();
    }
    let mut cuts: Vec<_> = (0..1000).map(|n| n * length / 1000).collect();
    for (at, byte) in stream.iter().enumerate() {
        if matches!(byte, b'\r' | b'\n') {
            cuts.extend(at.saturating_sub(8)..=(at + 8).min(length));
        }
    }
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}
