//! Checks of the pages that people read: links of Markdown files lead somewhere, all links to the repository have one owner, the
//! README shows a server that is compiled and the dependencies that cargo finds, and the guide has the sizes of the READMEs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Breaks when a relative link of a Markdown file leads to a file or a heading that does not exist. A registry shows the README,
/// too: there, a relative path is one in the repository. `.ci/run docs` checks the links to pages of the documentation.
#[test]
fn relative_links_of_markdown_files_lead_somewhere() {
    let mut links = 0;
    for page in texts().filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
        let text = fs::read_to_string(&page).unwrap();
        let targets = text
            .split("](")
            .skip(1)
            .map(|rest| rest.split(')').next().unwrap());
        for target in targets.filter(|target| !target.contains(':')) {
            links += 1;
            let (path, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = match path {
                "" => page.clone(),
                path => page.parent().unwrap().join(path),
            };
            let leads = match heading {
                "" => file.exists(),
                heading => has_heading(&fs::read_to_string(&file).unwrap_or_default(), heading),
            };
            assert!(leads, "{}: {target}", page.display());
        }
    }
    assert!(links > 20, "{links} links");
}

/// Returns whether a page has the heading that this anchor names.
fn has_heading(text: &str, anchor: &str) -> bool {
    let headings = text.lines().filter_map(|line| line.strip_prefix('#'));
    let mut anchors = headings.map(|line| {
        let name = line.trim_start_matches('#').trim();
        let name = name.to_lowercase().replace(' ', "-");
        name.replace(|c: char| !(c.is_alphanumeric() || "-_".contains(c)), "")
    });
    anchors.any(|name| name == anchor)
}

/// Breaks when a file names a repository other than that of `Cargo.toml`, such as after a change of the owner.
#[test]
fn all_links_to_the_repository_have_the_owner_of_the_manifest() {
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let field = manifest
        .lines()
        .find_map(|line| line.strip_prefix("repository = "));
    let repository = field.unwrap().trim_matches('"');
    let host = "https://github.com/";
    let name = repository
        .strip_prefix(host)
        .unwrap()
        .split_once('/')
        .unwrap()
        .1;
    for path in texts() {
        let text = fs::read_to_string(&path).unwrap();
        for link in text.split(host).skip(1) {
            let mut parts = link.split(|c: char| !(c.is_alphanumeric() || "-_.".contains(c)));
            let (owner, project) = (parts.next().unwrap(), parts.next().unwrap_or_default());
            if project.trim_end_matches('.').trim_end_matches(".git") == name {
                assert_eq!(
                    format!("{host}{owner}/{name}"),
                    repository,
                    "{}",
                    path.display()
                );
            }
        }
    }
}

/// Breaks when the server for embassy-net in the README differs from the one in the documentation of `Hub`, which is
/// compiled.
#[test]
fn the_server_for_embassy_net_in_the_readme_is_compiled() {
    let readme = fs::read_to_string("README.md").unwrap();
    let (_, rest) = readme.split_once("```rust,ignore\n").unwrap();
    let (block, rest) = rest.split_once("```").unwrap();
    assert!(!rest.contains("```rust,ignore"), "another block");
    let hub = fs::read_to_string("src/hub/mod.rs").unwrap();
    let lines = hub.lines().filter_map(|line| line.strip_prefix("///"));
    let shown = lines.filter(|line| !line.starts_with(" # "));
    let text: String = shown
        .map(|line| format!("{}\n", line.trim_start_matches(' ')))
        .collect();
    let block: String = block
        .lines()
        .map(|line| format!("{}\n", line.trim_start()))
        .collect();
    assert!(text.contains(&block), "{block}");
}

/// Breaks when the default features pull in a crate that the README does not list, or another incompatible version of one.
#[test]
fn the_readme_lists_the_default_dependencies() {
    let arguments = [
        "tree",
        "--edges=normal",
        "--charset=utf8",
        "--target=thumbv7em-none-eabihf",
    ];
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let tree = String::from_utf8(output.stdout).unwrap();
    let tree: String = tree
        .lines()
        .map(|line| format!("{}\n", without_patch(line)))
        .collect();
    let readme = fs::read_to_string("README.md").unwrap();
    let (_, section) = readme.split_once("\n### Dependencies\n").unwrap();
    assert_eq!(section.split("```").nth(1), Some(&*format!("text\n{tree}")));
}

/// Leaves out of a line of `cargo tree` which of the compatible versions it is, and what follows the version.
fn without_patch(line: &str) -> String {
    let (name, rest) = line.split_once(" v").unwrap();
    let mut numbers = rest.split(['.', ' ']);
    match numbers.next().unwrap() {
        "0" => format!("{name} 0.{}", numbers.next().unwrap()),
        major => format!("{name} {major}"),
    }
}

/// Breaks when a page names another version of this crate, or a version of another crate that no program here is built with.
#[test]
fn pages_name_the_versions_of_the_manifests() {
    let is_manifest = |path: &PathBuf| path.ends_with("Cargo.toml");
    let manifests: String = texts()
        .filter(is_manifest)
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let (_, version) = manifest.split_once("\nversion = \"").unwrap();
    let version: Vec<_> = version.split(['.', '"']).take(2).collect();
    let version = version.join(".");
    let mut count = 0;
    for path in texts().filter(|path| !path.ends_with("CHANGELOG.md")) {
        let is_page =
            path.extension().is_some_and(|end| end == "md") || path.starts_with("./src/guide");
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines().filter(|_| is_page) {
            let path = path.display();
            if let Some((_, own)) = line.split_once("embedded-sse = \"") {
                assert!(own.starts_with(&version), "{path}: {line}");
            }
            if let Some((_, own)) = line.split_once("| `embedded-sse` | ") {
                assert!(own.starts_with(&format!("{version} |")), "{path}: {line}");
            }
            let Some((_, crates)) = line.split_once("cargo add ") else {
                continue;
            };
            for (name, version) in crates
                .split([' ', '`'])
                .filter_map(|word| word.split_once('@'))
            {
                count += 1;
                let short = format!("\n{name} = \"{version}");
                let long = format!("\n{name} = {{ version = \"{version}");
                assert!(
                    manifests.contains(&short) || manifests.contains(&long),
                    "{path}: {line}"
                );
            }
        }
    }
    assert!(count > 10, "{count} versions");
}

/// Breaks when the guide states other sizes than the READMEs, or when its sums are wrong.
#[test]
fn the_guide_states_the_sizes_of_the_tables() {
    let guide = fs::read_to_string("src/guide/sizing.rs").unwrap();
    let boards = fs::read_to_string("examples/boards/README.md").unwrap();
    let (_, table) = boards.split_once("| `HUB` | a socket's task |").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let rows: Vec<Vec<u32>> = rows.map(numbers).collect();
    assert!(!rows.is_empty());
    let largest = |column: usize| rows.iter().map(|row| row[column]).max().unwrap();
    let (hub, task) = (largest(4), largest(5));
    // The log and four slots; the buffers that the task declares.
    let (rest, future) = (hub - 2_048 - 4 * 12, task - 2_048);
    let (hub, future) = (thousands(hub), thousands(future));
    assert!(guide.contains(&format!(" takes {hub} bytes: ")), "{hub}");
    assert!(
        guide.contains(&format!(", and {rest} for the rest.")),
        "{rest}"
    );
    assert!(
        guide.contains(&format!("and its task | {future} |")),
        "{future}"
    );

    let (_, sizes) = guide.split_once("//! # Boards").unwrap();
    for row in &rows {
        let cells: Vec<_> = row[..4].iter().map(|number| thousands(*number)).collect();
        let cells = format!(" | {} |", cells.join(" | "));
        assert!(sizes.contains(&cells), "{cells}");
    }

    let readme = fs::read_to_string("README.md").unwrap();
    let (_, stack) = readme.split_once(" a call needs up to ").unwrap();
    let (_, section) = guide.split_once("# Stack").unwrap();
    for stack in numbers(stack.split('.').next().unwrap()) {
        let needs = [
            format!("most {stack} bytes"),
            format!("needs {stack},"),
            format!("encoding {stack}."),
        ];
        assert!(needs.iter().any(|need| section.contains(need)), "{stack}");
    }

    let (_, sums) = guide.split_once("//! # RAM").unwrap();
    let mut sum = 0;
    let mut count = 0;
    for line in sums.lines().filter(|line| line.ends_with(" |")) {
        let Some((name, value)) = line[..line.len() - 2].rsplit_once(" | ") else {
            continue;
        };
        if name.ends_with("| sum") {
            assert_eq!(numbers(value), [sum], "{line}");
            (sum, count) = (0, count + 1);
        } else {
            sum += numbers(value).iter().sum::<u32>();
        }
        if count == 2 {
            return;
        }
    }
    panic!("{count} sums");
}

/// Returns the numbers of a text, in which a comma separates thousands.
fn numbers(text: &str) -> Vec<u32> {
    let text = text.replace(',', "");
    let words = text.split(|letter: char| {
        !letter.is_ascii_digit() && letter != '`' && !letter.is_ascii_lowercase()
    });
    words.filter_map(|word| word.parse().ok()).collect()
}

/// Writes a number with a comma before the last three digits.
fn thousands(number: u32) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", number / 1_000, number % 1_000),
    }
}

/// The files with text that people read, and the manifests.
fn texts() -> impl Iterator<Item = PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(".")];
    while let Some(folder) = folders.pop() {
        for path in paths(&folder) {
            let name = path.file_name().unwrap().to_str().unwrap();
            let extension = path.extension().and_then(|extension| extension.to_str());
            if path.is_dir() {
                let is_source =
                    !name.starts_with('.') && !["target", "node_modules"].contains(&name);
                folders.extend(is_source.then_some(path));
            } else if let Some("html" | "md" | "rs" | "toml") = extension {
                files.push(path);
            }
        }
    }
    files.into_iter()
}

/// The files and folders of a folder.
fn paths(folder: impl AsRef<Path>) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path())
}
