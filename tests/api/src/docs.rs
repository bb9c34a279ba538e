//! Checks the documentation of all public functions, where no lint of clippy or rustdoc does.

use std::collections::BTreeSet;

use serde_json::Value;

/// A rule for the documentation of a function.
struct Rule {
    /// What is missing if the rule is broken.
    text: &'static str,
    applies: fn(&Function<'_>) -> bool,
    holds: fn(&str) -> bool,
}

/// `clippy::missing_errors_doc` looks for `# Errors`.
const RULES: [Rule; 6] = [
    Rule {
        text: "a first word such as `Returns`",
        applies: |_| true,
        holds: |docs| {
            let first = docs.split_whitespace().next();
            first.is_some_and(|word| {
                word.starts_with(char::is_uppercase) && word.trim_end_matches(':').ends_with('s')
            })
        },
    },
    Rule {
        text: "what `None` means",
        applies: |function| function.returns("Option"),
        holds: |docs| docs.contains("`None`"),
    },
    Rule {
        text: "`# Cancel safety`, which says what a dropped future loses",
        applies: |function| function.is_async(),
        holds: |docs| docs.lines().any(|line| line == "# Cancel safety"),
    },
    Rule {
        text: "the unit of `milliseconds`",
        applies: |function| function.takes("milliseconds"),
        holds: |docs| docs.contains("millisecond"),
    },
    Rule {
        text: "the unit of `seconds`",
        applies: |function| function.takes("seconds"),
        holds: |docs| docs.contains("in seconds"),
    },
    Rule {
        text: "the unit of `bytes`",
        applies: |function| function.takes("bytes") && !function.takes_slice("bytes"),
        holds: |docs| docs.contains("in bytes"),
    },
];

/// Prints what the documentation of public functions lacks. Returns whether it lacks anything.
pub fn print_missing(json: &Value) -> bool {
    let functions = functions(json);
    let mut lines = BTreeSet::new();
    for rule in &RULES {
        let mut found = functions.iter().filter(|f| (rule.applies)(f)).peekable();
        assert!(found.peek().is_some(), "no function needs {}", rule.text);
        let broken = found.filter(|f| !(rule.holds)(f.docs()));
        lines.extend(broken.map(|f| format!("! {}: the docs lack {}", f.place(), rule.text)));
    }
    for line in &lines {
        println!("{line}");
    }
    println!("docs:   {} public functions", functions.len());
    !lines.is_empty()
}

/// A public function, method or method of a trait.
struct Function<'j> {
    item: &'j Value,
}

impl Function<'_> {
    fn docs(&self) -> &str {
        self.item["docs"].as_str().unwrap_or_default()
    }

    /// The file, the line and the name.
    fn place(&self) -> String {
        let span = &self.item["span"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (file, name) = (text(&span["filename"]), text(&self.item["name"]));
        format!("{file}:{} `{name}`", span["begin"][0])
    }

    fn is_async(&self) -> bool {
        let header = &self.item["inner"]["function"]["header"];
        header["is_async"] == Value::Bool(true) || self.returns("Future")
    }

    /// Whether the result has a type or a trait of this name anywhere.
    fn returns(&self, name: &str) -> bool {
        mentions(&self.item["inner"]["function"]["sig"]["output"], name)
    }

    fn takes(&self, name: &str) -> bool {
        self.parameter(name).is_some()
    }

    fn takes_slice(&self, name: &str) -> bool {
        self.parameter(name)
            .is_some_and(|of_type| of_type["primitive"].is_null())
    }

    /// The type of the parameter of this name.
    fn parameter(&self, name: &str) -> Option<&Value> {
        let inputs = self.item["inner"]["function"]["sig"]["inputs"].as_array()?;
        let input = inputs.iter().find(|input| input[0] == name)?;
        Some(&input[1])
    }
}

fn mentions(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(key, value)| {
            let is_name = |path: &str| path.rsplit("::").next() == Some(name);
            key == "path" && value.as_str().is_some_and(is_name) || mentions(value, name)
        }),
        Value::Array(values) => values.iter().any(|value| mentions(value, name)),
        _ => false,
    }
}

/// The functions of modules, of traits and of inherent implementations. Those of implementations of traits are left out:
/// the trait documents them.
fn functions(json: &Value) -> Vec<Function<'_>> {
    let index = json["index"].as_object().expect("an index");
    let mut functions = Vec::new();
    for item in index.values().filter(|item| item["crate_id"] == 0) {
        let inner = &item["inner"];
        let is_of_trait = !inner["trait"].is_null();
        let members = match inner {
            _ if !inner["module"].is_null() => &inner["module"]["items"],
            _ if is_of_trait => &inner["trait"]["items"],
            _ if inner["impl"]["trait"].is_null() => &inner["impl"]["items"],
            _ => continue,
        };
        let ids = members.as_array().into_iter().flatten();
        let items = ids.filter_map(|id| index.get(&id.to_string()));
        // An item of a private module is reached through a `use`.
        let items = items.map(|item| match &item["inner"]["use"]["id"] {
            Value::Null => item,
            id => index.get(&id.to_string()).unwrap_or(item),
        });
        let public = items.filter(|item| is_of_trait || item["visibility"] == "public");
        let found = public.filter(|item| !item["inner"]["function"].is_null());
        functions.extend(found.map(|item| Function { item }));
    }
    functions
}
