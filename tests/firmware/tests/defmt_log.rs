//! `defmt_log` on an emulated Cortex-M3: what `defmt` and `Debug` print of every public type.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use e2e::program::{Program, root};

/// The log of the firmware, which boots once for all tests.
static LOG: LazyLock<String> = LazyLock::new(|| {
    let run = root().join("examples/firmware/run");
    let mut command = Command::new(run);
    command
        .arg("defmt_log")
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut program = Program::start(&mut command);
    let mut log = String::new();
    let mut output = BufReader::new(program.0.stdout.take().unwrap());
    output.read_to_string(&mut log).unwrap();
    assert!(program.0.wait().unwrap().success(), "{log}");
    log
});

const BY_DEBUG: &str = " by Debug: ";
const IN_WORDS: &str = " in words: ";

/// Breaks when a public type prints something else: bytes instead of text, or a variant instead of words.
///
/// After an intended change, `UPDATE_LOG=1` writes the file anew.
#[test]
fn every_type_prints_as_expected() {
    let lines = LOG.lines();
    let lines = lines.filter(|line| !line.contains(BY_DEBUG) && !line.contains(IN_WORDS));
    let log: String = lines.map(|line| format!("{line}\n")).collect();
    let file = root().join("tests/firmware/defmt_log.txt");
    if std::env::var_os("UPDATE_LOG").is_some() {
        fs::write(&file, &log).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap();
    for (number, (line, expected)) in log.lines().zip(expected.lines()).enumerate() {
        assert_eq!(line, expected, "line {}", number + 1);
    }
    assert_eq!(log.lines().count(), expected.lines().count());
}

/// Breaks when a public type is not in the program, and so possibly has no `defmt::Format` or prints a credential.
#[test]
fn every_public_type_is_printed() {
    let printed: BTreeSet<&str> = LOG
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(path, _)| path)
        .collect();
    let api = Api::read();
    assert!(api.types.len() > 90, "the list of types was not read");
    let missing = |separator: &str| -> Vec<_> {
        let missing = |path: &&String| !printed.contains(format!("{path}{separator}").as_str());
        api.types.keys().filter(missing).collect()
    };
    assert_eq!(missing(""), Vec::<&String>::new());
    assert_eq!(
        missing(BY_DEBUG.trim_end_matches(": ")),
        Vec::<&String>::new()
    );
}

/// Breaks when `defmt` prints an error, a reason or a text in other words than `Display`.
#[test]
fn defmt_has_the_words_of_display() {
    let mut compared = BTreeSet::new();
    for line in LOG.lines() {
        let Some((path, words)) = line.split_once(IN_WORDS) else {
            continue;
        };
        let (by_defmt, by_display) = words.split_once(" | ").unwrap();
        assert_eq!(by_defmt, by_display, "{path}");
        compared.insert(path);
    }
    let api = Api::read();
    let with_display = api.types.iter().filter(|(path, facts)| {
        // `defmt` leaves out the query of a URL.
        facts.has_display && *path != "http::Url"
    });
    let mut count = 0;
    for (path, facts) in with_display {
        let values = match facts.variants.is_empty() {
            true => vec![path.clone()],
            false => facts
                .variants
                .iter()
                .map(|name| format!("{path}::{name}"))
                .collect(),
        };
        for value in values {
            assert!(compared.contains(value.as_str()), "{value} is not compared");
            count += 1;
        }
    }
    println!("defmt: {count} values have the words of Display");
    assert!(count > 50, "the list of types was not read");
}

/// Breaks when `defmt` or `Debug` prints the value of a header field, a query, a body or a buffer.
#[test]
fn no_credential_is_printed() {
    let bytes: Vec<String> = b"hunter2".iter().map(u8::to_string).collect();
    for (form, text) in [("text", "hunter2"), ("bytes", &bytes.join(", "))] {
        let line = LOG.lines().find(|line| line.contains(text));
        assert_eq!(line, None, "as {form}");
    }
    // The values hold the credential: the program has the text.
    let program =
        root().join("examples/firmware/defmt_log/target/thumbv7m-none-eabi/release/defmt_log");
    let program = fs::read(program).unwrap();
    assert!(program.windows(7).any(|window| window == b"hunter2"));
}

/// The public types, by their path in the crate.
struct Api {
    types: BTreeMap<String, Facts>,
}

#[derive(Default)]
struct Facts {
    has_display: bool,
    variants: Vec<String>,
}

impl Api {
    /// Reads the list of public items, which `cargo run -p api` compares with the crate.
    fn read() -> Self {
        let list = fs::read_to_string(root().join("tests/api/public-items.txt")).unwrap();
        let mut types = BTreeMap::<String, Facts>::new();
        let mut in_enum = false;
        for line in list.lines() {
            let line = line.trim_start_matches("#[non_exhaustive] ");
            let declared = ["pub struct ", "pub enum ", "pub union "];
            if let Some(kind) = declared.iter().find(|kind| line.starts_with(**kind)) {
                in_enum = *kind == "pub enum ";
                types.insert(path(&line[kind.len()..]), Facts::default());
            } else if let Some((_, path_of_type)) = line.split_once("core::fmt::Display for ") {
                types.get_mut(&path(path_of_type)).unwrap().has_display = true;
            } else if let Some(member) = line.strip_prefix("pub embedded_sse::") {
                let member = path(&format!("embedded_sse::{member}"));
                let (owner, name) = member.rsplit_once("::").unwrap_or_default();
                if let Some(facts) = types.get_mut(owner).filter(|_| in_enum) {
                    facts.variants.push(name.to_owned());
                }
            }
        }
        Self { types }
    }
}

/// The path at the start of a text, without the name of the crate.
fn path(text: &str) -> String {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let path = text.get(..end.unwrap_or(text.len())).unwrap();
    path.trim_end_matches(':')
        .trim_start_matches("embedded_sse::")
        .to_owned()
}
