//! Compares the public items of the crate, with all features, with the list in `tests/api/public-items.txt`.
//!
//! ```text
//! cargo run -p api                    prints what differs and the counts; fails if anything differs
//! UPDATE_API=1 cargo run -p api       also writes the list anew
//! ```
//!
//! The list has a line for each item and each member: module, type, variant, field, function, method, trait, constant,
//! macro. Parameter names are left out, because callers do not depend on them.
//!
//! Implementations of traits have a line each too, because programs depend on them (`impl Clone for ...`), but they
//! count apart. Their members are left out: the trait says what they are.
//!
//! The check fails when an item or member is added, removed or renamed, or when its type changes. It also fails when a public
//! type has no `Debug` or no `defmt::Format`, and when the documentation of a public function breaks a rule of `docs.rs`.

mod docs;

use std::collections::HashSet;
use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use public_api::PublicApi;
use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let list = root.join("tests/api/public-items.txt");

    let json = rustdoc_json(&root)?;
    let api = public_api::Builder::from_rustdoc_json(&json)
        .omit_auto_trait_impls(true)
        .omit_blanket_impls(true)
        .build()
        .map_err(|error| {
            format!("another release of `public-api` may be needed for this Rust: {error}")
        })?;
    let found = lines(&api);
    let listed = fs::read_to_string(&list)?;
    let listed: Vec<&str> = listed.lines().collect();

    print_only_in(&listed, &found, '-');
    print_only_in(&found, &listed, '+');
    println!("listed: {}", count(&listed));
    println!("found:  {}", count(&found));
    let documented: Value = serde_json::from_str(&fs::read_to_string(json)?)?;
    if docs::print_missing(&documented) {
        eprintln!("These public functions are not documented as CONTRIBUTING.md asks for.");
        return Ok(ExitCode::FAILURE);
    }
    let silent = [DEBUG, FORMAT].map(|of_trait| print_without(of_trait, &found));
    if silent.contains(&true) {
        eprintln!("These public types cannot be printed.");
        return Ok(ExitCode::FAILURE);
    }
    if listed == found {
        return Ok(ExitCode::SUCCESS);
    }
    if env::var_os("UPDATE_API").is_some() {
        fs::write(&list, found.join("\n") + "\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!(
        "The public API differs from tests/api/public-items.txt. If it is meant to: UPDATE_API=1 cargo run -p api"
    );
    Ok(ExitCode::FAILURE)
}

/// Documents the crate in rustdoc's JSON, and returns the path of the file.
fn rustdoc_json(root: &Path) -> Result<PathBuf> {
    // A folder of its own: build scripts run anew when `RUSTC_BOOTSTRAP` changes, and what depends on them is rebuilt.
    let target = root.join("target/api");
    let status = Command::new("cargo")
        .current_dir(root)
        // The JSON is an unstable option, which a stable toolchain takes too when told so.
        .env("RUSTC_BOOTSTRAP", "1")
        .args([
            "rustdoc",
            "--quiet",
            "--lib",
            "--all-features",
            "--target-dir",
        ])
        .arg(&target)
        .args(["--", "-Z", "unstable-options", "--output-format", "json"])
        .status()?;
    if !status.success() {
        return Err("cargo rustdoc failed".into());
    }
    Ok(target.join("doc/embedded_sse.json"))
}

/// The lines of the list, in its order: types with their members and implementations.
fn lines(api: &PublicApi) -> Vec<String> {
    let items: Vec<_> = api.items().map(|item| (item, item.to_string())).collect();
    let impls = items.iter().filter(|(_, line)| is_trait_impl(line));
    let impls: HashSet<_> = impls.map(|(item, _)| item.id()).collect();
    let of_impl = |id| impls.contains(&id);
    let mut seen = HashSet::new();
    items
        .into_iter()
        .filter(|(item, _)| !item.parent_id().is_some_and(of_impl))
        .map(|(_, line)| line)
        // Pages of text, under `cfg(doc)`: no program can name these modules.
        .filter(|line| !line.starts_with("pub mod embedded_sse::guide"))
        // `impl Type` only begins a block of methods.
        .filter(|line| !line.starts_with("impl") || is_trait_impl(line))
        // The compiler's mark of a derived `PartialEq`, which has a line.
        .filter(|line| !line.contains("::StructuralPartialEq for "))
        // An implementation comes once with its type, and once with its trait.
        .filter(|line| seen.insert(line.clone()))
        .collect()
}

fn is_trait_impl(line: &str) -> bool {
    line.starts_with("impl") && line.contains(" for ")
}

fn print_only_in(lines: &[impl AsRef<str>], others: &[impl AsRef<str>], sign: char) {
    let others: HashSet<&str> = others.iter().map(AsRef::as_ref).collect();
    for line in lines.iter().map(AsRef::as_ref) {
        if !others.contains(line) {
            println!("{sign} {line}");
        }
    }
}

const DEBUG: &str = "core::fmt::Debug for ";
const FORMAT: &str = "defmt::traits::Format for ";

/// Prints the types without an implementation of a trait. Returns whether there are any.
fn print_without(of_trait: &str, lines: &[String]) -> bool {
    let name = |text: &str| {
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
        text[..end.unwrap_or(text.len())].to_owned()
    };
    let impls = lines.iter().filter_map(|line| line.split_once(of_trait));
    let with: HashSet<String> = impls.map(|(_, of)| name(of)).collect();
    let declared = |line: &String| {
        let mut words = line.split(' ').skip_while(|word| *word != "pub").skip(1);
        let kind = words.next()?;
        let is_type = ["struct", "enum", "union"].contains(&kind);
        is_type.then(|| name(words.next().unwrap_or_default()))
    };
    let types: Vec<String> = lines.iter().filter_map(declared).collect();
    assert!(!types.is_empty(), "the list has no types");
    let without: Vec<&String> = types.iter().filter(|path| !with.contains(*path)).collect();
    for path in &without {
        println!("! {of_trait}{path} is missing");
    }
    !without.is_empty()
}

fn count(lines: &[impl AsRef<str>]) -> String {
    let impls = lines.iter().filter(|line| is_trait_impl(line.as_ref()));
    let impls = impls.count();
    let items = lines.len() - impls;
    format!("{items} public items and members, {impls} implementations of traits")
}
