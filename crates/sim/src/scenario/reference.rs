//! The reference of the scenario format, generated from the declarations.

use std::fmt::Write;

use super::declare::{KeyDoc, Section, SectionDoc};
use super::{Experiment, SCHEMA, Scenario};

fn sections() -> Vec<SectionDoc> {
    let mut out = Vec::new();
    let about = "The top of the file: what is simulated, where and when.";
    Scenario::describe(&Scenario::defaults(), about, "", &mut out);
    out
}

fn experiment_sections() -> Vec<SectionDoc> {
    let mut out = Vec::new();
    let about = "The top of an experiment file.";
    Experiment::describe(&Experiment::defaults(), about, "", &mut out);
    out
}

/// The declaration of a key of a scenario by its dotted path.
pub fn declared(path: &str) -> Option<KeyDoc> {
    let (table, key) = path.rsplit_once('.').unwrap_or(("", path));
    let section = sections().into_iter().find(|section| section.path == table)?;
    section.keys.into_iter().find(|found| found.name == key)
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
    write_sections(&sections(), "Top of the file", &mut out);
    out.push_str(
        "\n# Experiment reference\n\nAn experiment file names a base scenario and what is varied; \
         [experiments.md](experiments.md) says how to run one.\n",
    );
    write_sections(&experiment_sections(), "Top of an experiment file", &mut out);
    out
}

fn write_sections(sections: &[SectionDoc], top: &str, out: &mut String) {
    for section in sections {
        let heading = match section.path.as_str() {
            "" => top.to_owned(),
            path => format!("`[{path}]`"),
        };
        let _ = write!(out, "\n## {heading}\n\n{}\n", section.meaning);
        if !section.keys.is_empty() {
            out.push_str(
                "\n| key | value | unit | default | source | meaning |\n|---|---|---|---|---|---|\n",
            );
        }
        for key in &section.keys {
            row(key, out);
        }
    }
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

#[cfg(test)]
mod tests {
    use super::markdown;

    #[test]
    fn headings_are_what_stands_in_a_file() {
        let text = markdown();
        let headings: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`')).collect();
        assert!(headings.contains(&"[[factors.levels]]") && headings.len() > 50, "{headings:?}");
        for heading in headings {
            assert!(heading.parse::<toml::Table>().is_ok(), "{heading}");
        }
    }
}
