//! Checks of the repository itself: the tables under "Rules and their tests" in `CONTRIBUTING.md` name tests that
//! exist, each file of a test folder is a module of its `main.rs`, "Where things are" lists the files of `src`, and no comment is
//! too wide.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const HEADING: &str = "## Rules and their tests";

/// Breaks when a row names a file or a test that does not exist, or when a row names no test.
#[test]
fn every_rule_has_a_test_that_exists() {
    let text = fs::read_to_string("CONTRIBUTING.md").unwrap();
    let rows = rows(&text);
    let faults = faults(&rows, |path| fs::read_to_string(path).ok());
    for fault in &faults {
        println!("{fault}");
    }
    println!("rules: {} rows, {} faults", rows.len(), faults.len());
    assert!(!rows.is_empty(), "no row under `{HEADING}`");
    assert!(faults.is_empty(), "the faults are listed above");
}

/// Breaks when a file of a test folder is not a module of its `main.rs`: its tests would never run.
#[test]
fn every_file_of_a_test_folder_is_a_module() {
    for folder in paths("tests") {
        let Ok(main) = fs::read_to_string(folder.join("main.rs")) else {
            continue;
        };
        for file in paths(&folder) {
            let name = file.file_stem().unwrap().to_str().unwrap();
            let declaration = format!("mod {name};");
            let declared = main.lines().any(|line| line == declaration);
            assert!(name == "main" || declared, "{}", file.display());
        }
    }
}

/// Breaks when the table "Where things are" names a file that does not exist, or leaves out a file of `src`.
#[test]
fn the_table_of_files_is_complete() {
    let text = fs::read_to_string("CONTRIBUTING.md").unwrap();
    let (_, table) = text.split_once("## Where things are").unwrap();
    let (table, _) = table.split_once("\n## ").unwrap();
    let (_, table) = table.split_once("\n| ---").unwrap();
    let rows = table.lines().filter_map(|line| line.split('|').nth(2));
    let named: BTreeSet<String> = rows
        .flat_map(|row| row.split('`').skip(1).step_by(2))
        .flat_map(|path| match path.split_once("{asynch,blocking}") {
            Some((folder, file)) => ["asynch", "blocking"]
                .map(|name| format!("{folder}{name}{file}"))
                .to_vec(),
            None => vec![path.to_owned()],
        })
        .collect();
    let mut files = BTreeSet::new();
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for path in paths(folder.to_str().unwrap()) {
            let name = path
                .strip_prefix("src")
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            if name == "guide" {
                files.insert("guide/".to_owned());
            } else if path.is_dir() {
                folders.push(path);
            } else if !name.ends_with("mod.rs") {
                files.insert(name);
            }
        }
    }
    let named: Vec<_> = named
        .into_iter()
        .filter(|name| !name.ends_with("mod.rs"))
        .collect();
    assert_eq!(named, Vec::from_iter(files));
}

/// Breaks when a line of a comment in `src` is wider than 128 characters. A row of a table cannot be wrapped.
#[test]
fn no_comment_is_wider_than_128_characters() {
    let mut folders = vec![PathBuf::from("src")];
    let mut wide = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in paths(&folder) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for (line, number) in text.lines().zip(1..) {
                let comment = line.trim_start();
                let content = comment.trim_start_matches(['/', '!']).trim_start();
                if comment.starts_with("//")
                    && !content.starts_with('|')
                    && line.chars().count() > 128
                {
                    wide.push(format!("{}:{number}", path.display()));
                }
            }
        }
    }
    assert!(wide.is_empty(), "{wide:#?}");
}

fn paths(folder: impl AsRef<Path>) -> impl Iterator<Item = std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path())
}

/// A row of a table: its cells, without the space around them.
type Row<'t> = Vec<&'t str>;

/// The rows of all tables in the section, under any heading. The row before the dashes is the head of its table and
/// is left out.
fn rows(text: &str) -> Vec<Row<'_>> {
    let section = text.lines().skip_while(|line| *line != HEADING).skip(1);
    let mut rows = Vec::new();
    for line in section.take_while(|line| !line.starts_with("## ")) {
        let Some(line) = line.trim().strip_prefix('|') else {
            continue;
        };
        let cells = line.strip_suffix('|').unwrap_or(line).split('|');
        let cells: Row = cells.map(str::trim).collect();
        let dashes = |cell: &&str| cell.contains('-') && cell.trim_matches([':', '-']).is_empty();
        if cells.iter().all(dashes) {
            rows.pop();
        } else {
            rows.push(cells);
        }
    }
    rows
}

/// The faults of the rows, each with its rule. The second cell of a row is a list of paths. After each path come the
/// names of tests in that file. All of these are in backticks.
fn faults(rows: &[Row], read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut faults = Vec::new();
    for row in rows {
        let [rule, tests] = row[..] else {
            faults.push(format!("{row:?}: not two cells"));
            continue;
        };
        let mut file: Option<(&str, Vec<String>)> = None;
        // How many tests of `file` the row names.
        let mut named = 0;
        // Every second piece is text in backticks.
        for word in tests.split('`').skip(1).step_by(2) {
            if word.ends_with(".rs") {
                if let (Some((path, _)), 0) = (&file, named) {
                    faults.push(format!("{rule}: no test of {path} is named"));
                }
                (file, named) = (None, 0);
                let Some(source) = read(word) else {
                    faults.push(format!("{rule}: there is no file {word}"));
                    continue;
                };
                file = Some((word, test_names(&source)));
                continue;
            }
            named += 1;
            match &file {
                None => faults.push(format!("{rule}: {word} has no file")),
                Some((path, tests)) if !tests.iter().any(|test| test == word) => {
                    faults.push(format!("{rule}: there is no test {word} in {path}"));
                }
                Some(_) => {}
            }
        }
        if named == 0 {
            faults.push(format!("{rule}: no test is named"));
        }
    }
    faults
}

/// The functions of a source file that follow `#[test]` or `#[tokio::test]`.
fn test_names(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_test = false;
    for line in source.lines().map(str::trim_start) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        }
        let function = ["fn ", "async fn "].map(|start| line.strip_prefix(start));
        if let Some(function) = function.into_iter().flatten().next() {
            if std::mem::take(&mut is_test) {
                names.extend(function.split_once('(').map(|(name, _)| name.into()));
            }
        }
    }
    names
}

/// The faults of a page with these rows, and a source file `a.rs` with the tests `one` and `two`.
fn faults_of_page(rows_of_page: &str) -> Vec<String> {
    let page =
        format!("{HEADING}\n\n| rule | tests |\n| --- | :-: |\n{rows_of_page}\n## After\n| x |\n");
    let source = "/// Doc.\n#[test]\n#[ignore]\nfn one() {\n    fn inner() {}\n}\n\nfn helper() {}\n\n\
        // #[test]\nfn gone() {}\n\nmod tests {\n    #[tokio::test(start_paused = true)]\n    async fn two() {}\n}\n";
    faults(&rows(&page), |path| (path == "a.rs").then(|| source.into()))
}

/// Breaks when a correct row is reported.
#[test]
fn rows_that_name_tests_have_no_fault() {
    let rows = "### One\n| a | `a.rs`: `one` |\n\n### Two\n\n| rule | tests |\n| --- | --- |\n\
        | b | `a.rs`: `two`, `one` |\n| c | `a.rs`: `one`; `a.rs`: `two` |";
    assert_eq!(faults_of_page(rows), [""; 0]);
    assert_eq!(number_of_rows(rows), 3);
}

fn number_of_rows(rows_of_page: &str) -> usize {
    rows(&format!("{HEADING}\n{rows_of_page}")).len()
}

/// Breaks when a name counts as a test that was renamed, removed or commented out, or never was a test.
#[test]
fn a_row_that_names_a_missing_test_is_reported() {
    for missing in ["three", "helper", "inner", "gone", "on", "one()"] {
        let faults = faults_of_page(&format!("| a | `a.rs`: `one`, `{missing}` |"));
        assert_eq!(faults, [format!("a: there is no test {missing} in a.rs")]);
    }
}

/// Breaks when a file that was renamed or removed is not reported.
#[test]
fn a_row_that_names_a_missing_file_is_reported() {
    let faults = faults_of_page("| a | `b.rs`: `one` |");
    assert_eq!(faults, ["a: there is no file b.rs", "a: one has no file"]);
}

/// Breaks when a rule without a test counts as tested.
#[test]
fn a_row_without_a_test_is_reported() {
    assert_eq!(faults_of_page("| a | `a.rs` |"), ["a: no test is named"]);
    assert_eq!(
        faults_of_page("| a | `a.rs`; `a.rs`: `one` |"),
        ["a: no test of a.rs is named"]
    );
    assert_eq!(faults_of_page("| a | one |"), ["a: no test is named"]);
    assert_eq!(faults_of_page("| a | `one` |"), ["a: one has no file"]);
    assert_eq!(faults_of_page("| a |"), [r#"["a"]: not two cells"#]);
    assert_eq!(faults_of_page("| a | b | `a.rs`: `one` |").len(), 1);
}

/// Breaks when rows of other sections, or the heads of tables, count as rules.
#[test]
fn a_section_without_rows_has_no_rows() {
    assert_eq!(
        number_of_rows("### One\n\n| rule | tests |\n| --- | --- |\n"),
        0
    );
    assert_eq!(number_of_rows("## Other\n\n| a | `a.rs`: `one` |"), 0);
    assert!(rows("| a | `a.rs`: `one` |").is_empty());
}
