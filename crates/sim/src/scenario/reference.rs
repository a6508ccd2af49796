//! The reference of the scenario format, generated from the declarations.

use std::fmt::Write;

use super::declare::{KeyDoc, Section, SectionDoc};
use super::{SCHEMA, Scenario};

fn sections() -> Vec<SectionDoc> {
    let mut out = Vec::new();
    let about = "The top of the file: what is simulated, where and when.";
    Scenario::describe(&Scenario::defaults(), about, "", &mut out);
    out
}

/// Every section and key as a Markdown document.
pub fn markdown() -> String {
    let mut out = String::from("# Scenario reference\n\n");
    let _ = write!(
        out,
        "Version {SCHEMA} of the format, as printed by `gridrush schema`. Every key that is left out takes \
         its default; a region pack may bring defaults of its own. `gridrush run` writes the scenario with \
         every value explicit beside its results, and `-p dotted.path=value` overrides any key.\n\n\
         Sources: [D] derived from data, [S] published source, [S2] secondary source, [M] general knowledge \
         of the field, not checked against a document; *assumed*: our choice.\n"
    );
    for section in sections() {
        let heading = match section.path.as_str() {
            "" => "Top of the file".to_owned(),
            path => format!("`[{path}]`"),
        };
        let _ = write!(out, "\n## {heading}\n\n{}\n", section.meaning);
        if !section.keys.is_empty() {
            out.push_str(
                "\n| key | value | unit | default | source | meaning |\n|---|---|---|---|---|---|\n",
            );
        }
        for key in &section.keys {
            row(key, &mut out);
        }
    }
    out
}

fn row(key: &KeyDoc, out: &mut String) {
    let default = match (&key.default, key.required) {
        (_, true) => "required".to_owned(),
        (Some(value), _) => format!("`{value}`"),
        (None, _) => "not set".to_owned(),
    };
    let _ = writeln!(
        out,
        "| `{}` | {} | {} | {default} | {} | {} |",
        key.name, key.kind, key.unit, key.source, key.meaning
    );
}

/// Every section and key as JSON: a list of sections with their keys.
pub fn json() -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&sections())
}
