//! The conformance vectors of `tests/vectors`, and those of the file or folder `SSE_VECTORS`.

mod common;

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::{Item, Outcome, decode, decode_parts};
use serde_json::Value;

/// Streams reach 100 KB.
const BUFFER: usize = 256 * 1024;

#[test]
fn vectors() {
    let mut files = json_files(Path::new("tests/vectors"));
    if let Ok(path) = std::env::var("SSE_VECTORS") {
        files.extend(json_files(Path::new(&path)));
    }
    let mut run = 0;
    let mut failures = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let vectors: Vec<Value> = serde_json::from_str(&text).unwrap();
        for vector in vectors {
            run += 1;
            if let Err(difference) = Vector::parse(&vector).check() {
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
        let bytes = |value: &Value| STANDARD.decode(value.as_str().unwrap()).unwrap();
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

/// All places to cut a short stream in two; of a long one 1,000 places and all around line ends.
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
