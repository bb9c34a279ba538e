//! Writes the streams of the conformance vectors as Rust code, for the program to include.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

fn main() {
    let folder = Path::new("../../../tests/vectors");
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = fs::read_dir(folder).expect("the folder of the vectors");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|name| name == "json"))
        .collect();
    files.sort();

    let mut streams = String::new();
    for file in files {
        let text = fs::read_to_string(file).expect("a readable file");
        let vectors: Vec<Value> = serde_json::from_str(&text).expect("a list of vectors");
        for vector in vectors {
            let stream = vector["stream_base64"].as_str().expect("a stream");
            let bytes = STANDARD.decode(stream).expect("base64");
            writeln!(streams, "&{bytes:?},").expect("there is memory");
        }
    }
    let path = Path::new(&env::var("OUT_DIR").expect("set by cargo")).join("vectors.rs");
    fs::write(path, format!("&[{streams}]")).expect("a writable file");
}
