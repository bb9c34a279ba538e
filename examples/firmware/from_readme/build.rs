//! Extracts the code blocks of the README's section "Serve".

use std::path::PathBuf;
use std::{env, fs};

const README: &str = "../../../README.md";

fn main() {
    println!("cargo::rerun-if-changed={README}");
    let text = fs::read_to_string(README).expect("the README of embedded-sse");
    let (_, section) = text
        .split_once("\n## Serve\n")
        .expect("a section on serving");
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo runs this"));
    for (fence, name) in [("```rust\n", "hub.rs"), ("```rust,ignore\n", "serve.rs")] {
        let (_, rest) = section.split_once(fence).expect("a block of code");
        let (code, _) = rest.split_once("```").expect("its end");
        fs::write(folder.join(name), code).expect("space for it");
    }
}
