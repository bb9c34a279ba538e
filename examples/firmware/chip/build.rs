//! Gives the linker the memory layout of the chip.

use std::path::Path;
use std::{env, fs};

fn main() {
    let chip = if env::var_os("CARGO_FEATURE_LM3S6965").is_some() {
        "lm3s6965.x"
    } else {
        "nrf51822.x"
    };
    let out = env::var("OUT_DIR").expect("cargo sets it");
    fs::copy(chip, Path::new(&out).join("memory.x")).expect("the folder is writable");
    println!("cargo::rustc-link-search={out}");
    println!("cargo::rerun-if-changed={chip}");
}
