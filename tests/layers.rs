//! Files of `src` import only from lower layers or from their own folder, and their imports form no cycle.
//!
//! An import is a name in a `use`, or a path in code; in arguments of macros too. Comments, documentation, strings and
//! items under `#[cfg(test)]` do not count. What is imported through a re-export belongs to the file that defines it.
//! A `mod.rs` counts only for what it defines and uses itself. Calls of methods are not seen, because their paths do
//! not name a file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The folders of `src`, and the files beside them, by layer: the lowest first.
const LAYERS: [&[&str]; 7] = [
    &["bytes", "time"],
    &["wire"],
    &["decode", "encode", "http"],
    &["client", "server"],
    &["io"],
    &["io/asynch", "io/blocking"],
    &["hub"],
];

/// Breaks when a file imports from a higher layer, or from another folder of its own layer.
#[test]
fn files_import_only_from_lower_layers_or_their_folder() {
    let imports = imports(&sources());
    let faults = faults(&imports);
    println!("layers: {} imports, {} faults", imports.len(), faults.len());
    assert!(imports.len() > 100, "imports were not found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Breaks when files import each other, directly or by way of others.
#[test]
fn imports_form_no_cycle() {
    let imports = imports(&sources());
    let cycles: Vec<String> = cycles(&imports)
        .iter()
        .map(|cycle| describe(cycle, &imports))
        .collect();
    assert!(cycles.is_empty(), "{}", cycles.join("\n"));
}

/// The files of `src`: their paths in it, and their texts.
fn sources() -> Vec<(String, String)> {
    let mut sources = Vec::new();
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let names = path.iter().skip(1).map(|name| name.to_str().unwrap());
            let names: Vec<&str> = names.collect();
            sources.push((names.join("/"), fs::read_to_string(&path).unwrap()));
        }
    }
    sources
}

/// Items that a file imports, by that file and the file that defines them.
type Imports = BTreeMap<(String, String), BTreeSet<String>>;

fn imports(sources: &[(impl AsRef<str>, impl AsRef<str>)]) -> Imports {
    let mut tree = Tree::default();
    for (file, text) in sources {
        let (file, text) = (file.as_ref(), text.as_ref());
        let names = file.trim_end_matches(".rs").split('/');
        let names = names.filter(|name| !["lib", "mod"].contains(name));
        let module: Vec<String> = names.map(String::from).collect();
        let tokens = text.parse();
        tree.read(
            file,
            &module,
            tokens.unwrap_or_else(|error| panic!("{file}: {error}")),
        );
    }
    tree.imports()
}

/// The imports that do not go down.
fn faults(imports: &Imports) -> Vec<String> {
    let layer = |folder: &str| LAYERS.iter().position(|layer| layer.contains(&folder));
    let mut faults = Vec::new();
    for ((from, to), items) in imports {
        let (above, below) = (folder(from), folder(to));
        match (layer(above), layer(below)) {
            (None, _) => faults.push(format!("{above} has no layer")),
            (_, None) => faults.push(format!("{below} has no layer")),
            (Some(high), Some(low)) if low < high || above == below => {}
            _ => faults.push(describe_import(from, to, items)),
        }
    }
    faults
}

/// The folder of a file. A file beside the folders is one of its own.
fn folder(file: &str) -> &str {
    let folder = file.rsplit_once('/').map(|(folder, _)| folder);
    folder.unwrap_or(file.trim_end_matches(".rs"))
}

/// The files of each cycle. Cycles that share a file are one.
fn cycles(imports: &Imports) -> BTreeSet<BTreeSet<&str>> {
    let files = imports.keys().map(|(from, _)| from.as_str());
    let reached: BTreeMap<_, _> = files
        .map(|file| (file, reached_from(file, imports)))
        .collect();
    let cycles = reached.iter().map(|(file, others)| {
        let comes_back = |other: &&str| {
            reached
                .get(other)
                .is_some_and(|reached| reached.contains(file))
        };
        others.iter().copied().filter(comes_back).collect()
    });
    cycles
        .filter(|cycle: &BTreeSet<&str>| !cycle.is_empty())
        .collect()
}

/// The files that a file imports from, directly or by way of others.
fn reached_from<'i>(file: &'i str, imports: &'i Imports) -> BTreeSet<&'i str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![file];
    while let Some(file) = open.pop() {
        let found = imports.keys().filter(|(from, _)| from == file);
        let found = found.map(|(_, to)| to.as_str());
        open.extend(found.filter(|to| reached.insert(*to)));
    }
    reached
}

fn describe(cycle: &BTreeSet<&str>, imports: &Imports) -> String {
    let mut lines = vec![format!("a cycle of {} files: {cycle:?}", cycle.len())];
    for ((from, to), items) in imports {
        if cycle.contains(from.as_str()) && cycle.contains(to.as_str()) {
            lines.push(format!("    {}", describe_import(from, to, items)));
        }
    }
    lines.join("\n")
}

fn describe_import(from: &str, to: &str, items: &BTreeSet<String>) -> String {
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    format!("{from} imports {} of {to}", items.join(", "))
}

/// A path of names, such as `["crate", "http", "Url"]`.
type Names = Vec<String>;

/// The modules of a crate, by their paths. The path of the root is empty.
#[derive(Default)]
struct Tree {
    modules: BTreeMap<Names, Module>,
    /// The files of macros. An exported macro is an item of the root.
    macros: BTreeMap<String, String>,
}

#[derive(Default)]
struct Module {
    file: String,
    uses: Vec<Use>,
    /// The paths in code. Many are a single name.
    paths: BTreeSet<Names>,
}

/// A name that a `use` declares.
struct Use {
    name: String,
    path: Names,
    is_public: bool,
}

impl Tree {
    /// Adds what a file, or a group of tokens in it, says about a module.
    fn read(&mut self, file: &str, module: &[String], tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        self.modules.entry(module.to_vec()).or_default().file = file.into();
        let mut rest = &tokens[..];
        while !rest.is_empty() {
            if let Some((is_of_tests, after)) = attribute(rest) {
                rest = if is_of_tests {
                    after_item(after)
                } else {
                    after
                };
                continue;
            }
            let this = self.modules.get_mut(module).unwrap();
            rest = match rest {
                // In types, `use<'a>` is no import.
                [keyword, after @ ..] if is_ident(keyword, "use") && !starts_with(after, "<") => {
                    let is_public = match &tokens[..tokens.len() - rest.len()] {
                        [.., before] if is_ident(before, "pub") => true,
                        [.., before, TokenTree::Group(_)] => is_ident(before, "pub"),
                        _ => false,
                    };
                    let end = after.iter().position(|token| is_punct(token, ';')).unwrap();
                    read_use(&after[..end], &[], is_public, &mut this.uses);
                    &after[end..]
                }
                [keyword, TokenTree::Ident(name), after @ ..] if is_ident(keyword, "mod") => {
                    if let Some(TokenTree::Group(body)) = after.first() {
                        self.read(file, &[module, &[name.to_string()]].concat(), body.stream());
                    }
                    &after[1..]
                }
                [keyword, _, TokenTree::Ident(name), after @ ..]
                    if is_ident(keyword, "macro_rules") =>
                {
                    self.macros.insert(name.to_string(), file.into());
                    after
                }
                [TokenTree::Group(group), after @ ..] => {
                    self.read(file, module, group.stream());
                    after
                }
                _ if starts_with(rest, "..") => &rest[2..],
                // A field or a method.
                [dot, _, after @ ..] if is_punct(dot, '.') => after,
                _ => {
                    let (path, after) = path(rest);
                    this.paths
                        .extend(Some(path).filter(|path| !path.is_empty()));
                    after
                }
            };
        }
    }

    fn imports(&self) -> Imports {
        let mut imports = Imports::new();
        for (path, module) in &self.modules {
            // What is re-exported, and not used in the same module, is no import.
            let is_used = |name: &str| module.paths.iter().any(|path| path[0] == name);
            let uses = module.uses.iter();
            let uses = uses.filter(|item| !item.is_public || is_used(&item.name));
            for item in uses.map(|item| &item.path).chain(&module.paths) {
                for (file, item) in self.definitions(path, item) {
                    if file != module.file {
                        let files = (module.file.clone(), file);
                        imports.entry(files).or_default().insert(item);
                    }
                }
            }
        }
        imports
    }

    /// The file that defines what a path in a module means, and the name there: none for other crates and local names.
    /// There may be several, for other targets or features.
    fn definitions(&self, module: &[String], path: &[String]) -> Vec<(String, String)> {
        let absolute = self.absolute(module, path).into_iter();
        absolute
            .flat_map(|path| self.definitions_at(&path))
            .collect()
    }

    fn definitions_at(&self, path: &[String]) -> Vec<(String, String)> {
        for (at, name) in path.iter().enumerate() {
            if self.modules.contains_key(&path[..=at]) {
                continue;
            }
            let module = &self.modules[&path[..at]];
            if module.uses.iter().any(|item| item.name == *name) {
                return self.definitions(&path[..at], &path[at..]);
            }
            let of_macro = self.macros.get(name).filter(|_| at == 0);
            return vec![(of_macro.unwrap_or(&module.file).clone(), name.clone())];
        }
        // The path ends at a module. If that is a folder, the paths in code tell what is imported from it.
        let file = &self.modules[path].file;
        match path.last() {
            Some(name) if !file.ends_with("mod.rs") => vec![(file.clone(), name.clone())],
            _ => Vec::new(),
        }
    }

    /// The path from the root for a path in a module.
    fn absolute(&self, module: &[String], path: &[String]) -> Vec<Names> {
        let Some((first, rest)) = path.split_first() else {
            return vec![module.to_vec()];
        };
        match first.as_str() {
            "crate" => return vec![rest.to_vec()],
            "self" => return self.absolute(module, rest),
            "super" => {
                let parent = &module[..module.len() - 1];
                return if rest.first().is_some_and(|name| name == "super") {
                    self.absolute(parent, rest)
                } else {
                    vec![[parent, rest].concat()]
                };
            }
            _ => {}
        }
        let child = [module, &path[..1]].concat();
        if !rest.is_empty() && self.modules.contains_key(&child) {
            return vec![[module, path].concat()];
        }
        let uses = self.modules[module].uses.iter();
        let uses = uses.filter(|item| item.name == *first && item.path[0] != *first);
        uses.flat_map(|item| self.absolute(module, &[&item.path, rest].concat()))
            .collect()
    }
}

/// Reads what follows `use`: `path`, `path as name`, or `path::{...}`.
fn read_use(tokens: &[TokenTree], prefix: &[String], is_public: bool, uses: &mut Vec<Use>) {
    let (names, mut rest) = path(tokens);
    let mut path = [prefix, &names].concat();
    if starts_with(rest, "::") {
        rest = &rest[2..];
    }
    match rest {
        [TokenTree::Group(group), ..] => {
            let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
            let parts = tokens.split(|token| is_punct(token, ','));
            for part in parts.filter(|part| !part.is_empty()) {
                read_use(part, &path, is_public, uses);
            }
        }
        [star, ..] if is_punct(star, '*') => panic!("{path:?}::*: name what is imported"),
        _ => {
            if path.last().is_some_and(|name| name == "self") {
                path.pop();
            }
            let name = match rest {
                [_as, name, ..] => name.to_string(),
                _ => path.last().cloned().unwrap_or_default(),
            };
            uses.push(Use {
                name,
                path,
                is_public,
            });
        }
    }
}

/// The path at the start of the tokens, and what follows it. It is empty if a path begins with `::`, and if there is
/// another token.
fn path(tokens: &[TokenTree]) -> (Names, &[TokenTree]) {
    let (mut path, mut rest) = match tokens {
        [TokenTree::Ident(name), rest @ ..] => (vec![name.to_string()], rest),
        _ => (Vec::new(), tokens),
    };
    while starts_with(rest, "::") {
        let [_, _, TokenTree::Ident(name), after @ ..] = rest else {
            break;
        };
        path.extend((!path.is_empty()).then(|| name.to_string()));
        rest = after;
    }
    let is_other = rest.len() == tokens.len();
    (path, &rest[usize::from(is_other)..])
}

/// Whether the attribute at the start of the tokens is `#[cfg(test)]`, and what follows it.
fn attribute(tokens: &[TokenTree]) -> Option<(bool, &[TokenTree])> {
    let marks = if starts_with(tokens, "#!") { 2 } else { 1 };
    match tokens.get(marks..)? {
        [TokenTree::Group(group), after @ ..]
            if starts_with(tokens, "#") && group.delimiter() == Delimiter::Bracket =>
        {
            let text = group.stream().to_string();
            Some((text.replace(' ', "") == "cfg(test)", after))
        }
        _ => None,
    }
}

/// What follows the item at the start of the tokens.
fn after_item(tokens: &[TokenTree]) -> &[TokenTree] {
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_punct(token, ';'),
    };
    let end = tokens.iter().position(is_end);
    end.map_or(&[], |end| &tokens[end + 1..])
}

fn starts_with(tokens: &[TokenTree], marks: &str) -> bool {
    let mut tokens = tokens.iter();
    marks
        .chars()
        .all(|mark| tokens.next().is_some_and(|token| is_punct(token, mark)))
}

fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn is_ident(token: &TokenTree, name: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == name)
}

/// What `http/url.rs` imports if this is its text, in a crate of a few files.
fn imports_of(text: &str) -> Vec<String> {
    let sources = [
        (
            "lib.rs",
            "mod decode; pub mod http; mod wire; pub use decode::Event;",
        ),
        (
            "decode/mod.rs",
            "mod event; pub use event::{Event, Late as Last}; pub const MAX: u8 = 9;",
        ),
        ("decode/event.rs", "pub struct Event; pub struct Late;"),
        ("http/mod.rs", "mod field; mod url; pub use field::Field;"),
        ("http/field.rs", "pub struct Field;"),
        ("http/url.rs", text),
        ("wire/mod.rs", "pub mod text;"),
        (
            "wire/text.rs",
            "#[macro_export] macro_rules! text { () => { $crate::wire::text::Text } }",
        ),
    ];
    let imports = imports(&sources);
    let files = imports.iter();
    let files = files.inspect(|((from, _), _)| assert_eq!(from, "http/url.rs"));
    files
        .flat_map(|((_, to), items)| items.iter().map(move |item| format!("{to}: {item}")))
        .collect()
}

/// Breaks when one of these forms is not seen, or is said of another file than the one that defines the item.
#[test]
fn imports_are_found_in_every_form() {
    for text in [
        "use crate::decode::event::Event;",
        "use crate::decode::Event;",
        "use crate::Event;",
        "use crate::decode::{Event as Other};",
        "pub(crate) use crate::decode::Event; type A = Event;",
        "use super::super::decode::Event;",
        "use super::super::{decode::{self, Event}};",
        "use crate::decode; fn f() { decode::Event::new() }",
        "fn f() { use crate::Event; }",
        "fn f(event: &crate::Event) {}",
        "fn f() { x.next().map(crate::Event::new) }",
        "fn f() { assert!(0..crate::Event::MAX == 1) }",
        "macro_rules! m { () => { $crate::Event } }",
        "mod inner { use super::super::super::Event; }",
        "#[cfg(feature = \"std\")] use crate::Event;",
        "#[cfg(test)] use crate::MAX; use crate::Event;",
    ] {
        assert_eq!(imports_of(text), ["decode/event.rs: Event"], "{text}");
    }
    for (text, import) in [
        ("use crate::decode::Last;", "decode/event.rs: Late"),
        ("use crate::decode::MAX;", "decode/mod.rs: MAX"),
        ("use super::Field;", "http/field.rs: Field"),
        ("use crate::wire::text;", "wire/text.rs: text"),
        ("const A: u8 = crate::text!();", "wire/text.rs: text"),
    ] {
        assert_eq!(imports_of(text), [import], "{text}");
    }
}

/// Breaks when something counts as an import that is none.
#[test]
fn what_is_no_import_does_not_count() {
    for text in [
        "// use crate::Event;\n/* crate::Event */",
        "//! [`Event`](crate::Event)\n/// use crate::Event;\nstruct Url;",
        "const A: &str = \"crate::Event\";",
        "#[cfg(test)]\nmod tests { use crate::Event; fn f() { crate::Event::new() } }",
        "#[cfg(test)]\n#[allow(unused)]\nuse crate::{Event};",
        "pub use crate::Event;",
        "use crate::decode; use core::fmt; use ::decode::Event;",
        "pub(crate) struct Url; fn f() -> impl Sized + use<> { self.decode::<u8>().event }",
        "mod inner { use super::Url; }",
    ] {
        assert_eq!(imports_of(text), [""; 0], "{text}");
    }
}

/// Breaks when an import goes up, or to a folder beside, and is not reported.
#[test]
fn upward_imports_are_reported() {
    let text =
        "use crate::http::Url; use crate::io::{Error, blocking::Pump}; use crate::wire::Text;";
    for (file, expected) in [
        ("hub/mod.rs", &[][..]),
        ("io/blocking/serve.rs", &[]),
        ("io/asynch/serve.rs", &["io/blocking/mod.rs: Pump"]),
        ("io/turns.rs", &["io/blocking/mod.rs: Pump"]),
        (
            "client/reason.rs",
            &["io/blocking/mod.rs: Pump", "io/mod.rs: Error"],
        ),
        (
            "decode/core.rs",
            &[
                "http/mod.rs: Url",
                "io/blocking/mod.rs: Pump",
                "io/mod.rs: Error",
            ],
        ),
    ] {
        let expected = expected.iter().map(|import| {
            let (to, item) = import.split_once(": ").unwrap();
            describe_import(file, to, &[item.into()].into())
        });
        let mut sources = [
            ("lib.rs", ""),
            ("http/mod.rs", "pub struct Url;"),
            ("io/mod.rs", "pub struct Error;"),
            ("io/blocking/mod.rs", "pub struct Pump;"),
            ("wire/mod.rs", "pub struct Text;"),
            (file, ""),
        ];
        sources[5].1 = text;
        assert_eq!(faults(&imports(&sources)), expected.collect::<Vec<_>>());
    }
    let sources = [
        ("lib.rs", ""),
        ("wire/text.rs", ""),
        ("new/file.rs", "use crate::wire::text;"),
    ];
    assert_eq!(faults(&imports(&sources)), ["new has no layer"]);
}

/// Breaks when a cycle is not reported, or imports without a cycle are.
#[test]
fn cycles_are_reported() {
    let cycles_with = |log: &str| {
        let sources = [
            ("lib.rs", ""),
            (
                "server/mod.rs",
                "mod log; mod record; mod session; pub use record::Record; pub use session::Session;",
            ),
            ("server/record.rs", "use super::log::Log;"),
            ("server/session.rs", "use super::Record;"),
            ("server/log.rs", log),
        ];
        let imports = imports(&sources);
        let cycles = cycles(&imports);
        cycles
            .iter()
            .map(|cycle| describe(cycle, &imports))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        cycles_with("/// As a [`Session`](super::Session).\npub struct Log;"),
        [""; 0]
    );
    assert_eq!(
        cycles_with("fn f(_: super::Record) {}"),
        [
            "a cycle of 2 files: {\"server/log.rs\", \"server/record.rs\"}\n    \
            server/log.rs imports Record of server/record.rs\n    server/record.rs imports Log of server/log.rs"
        ]
    );
    let [cycle] = &cycles_with("use crate::server::Session;")[..] else {
        panic!("not one cycle");
    };
    assert!(cycle.starts_with("a cycle of 3 files"), "{cycle}");
}
