//! The kinds of rules with their numbers.

use std::io::Write;

use gridrush_core::policy::{MODULES, Module};
use gridrush_sim::scenario::nearest;
use serde::Serialize;

use super::view::{hooks, json, shown};
use crate::stop::Stop;

/// A kind of rule.
#[derive(Serialize)]
struct Kind {
    name: &'static str,
    meaning: &'static str,
    hooks: Vec<&'static str>,
    numbers: Vec<Parameter>,
}

/// A number of a kind of rule.
#[derive(Serialize)]
struct Parameter {
    name: &'static str,
    unit: &'static str,
    default: Option<f64>,
    min: f64,
    max: f64,
    meaning: &'static str,
}

/// Prints all kinds of rules, or one with its numbers.
pub(super) fn print(
    out: &mut impl Write,
    kind: Option<&str>,
    as_json: bool,
    markdown: bool,
) -> Result<(), Stop> {
    let wanted = |module: &&&'static Module| kind.is_none_or(|kind| module.name == kind);
    let kinds: Vec<Kind> = MODULES.iter().filter(wanted).map(|module| Kind::of(module)).collect();
    if let (Some(kind), []) = (kind, &kinds[..]) {
        let hint = nearest(kind, MODULES.iter().map(|module| module.name));
        let hint = hint.map_or_else(String::new, |name| format!("; did you mean {name}?"));
        return Err(Stop::usage(format!("there is no kind of rule `{kind}` (gridrush policy kinds){hint}")));
    }
    if as_json {
        out.write_all(json(&kinds)?.as_bytes())?;
        return Ok(());
    }
    if markdown {
        writeln!(out, "| kind | what it does | hooks | numbers |\n|---|---|---|---|")?;
        for of in &kinds {
            let names: Vec<String> = of.numbers.iter().map(|number| format!("`{}`", number.name)).collect();
            writeln!(
                out,
                "| `{}` | {} | {} | {} |",
                of.name,
                of.meaning,
                of.hooks.join(", "),
                names.join(", ")
            )?;
        }
        return Ok(());
    }
    let width = kinds.iter().map(|kind| kind.name.len()).max().unwrap_or(0);
    for of in &kinds {
        writeln!(out, "{:width$}  {} [{}]", of.name, of.meaning, of.hooks.join(", "))?;
        if kind.is_some() {
            for number in &of.numbers {
                let default = number.default.map_or_else(|| "required".to_owned(), shown);
                let range = format!("{} to {}", shown(number.min), shown(number.max));
                writeln!(out, "  {} = {default} {} ({range}): {}", number.name, number.unit, number.meaning)?;
            }
        }
    }
    Ok(())
}

impl Kind {
    fn of(module: &'static Module) -> Kind {
        let number = |param: &'static gridrush_core::policy::ParamDecl| Parameter {
            name: param.name,
            unit: param.unit,
            default: param.default,
            min: param.min,
            max: param.max,
            meaning: param.meaning,
        };
        Kind {
            name: module.name,
            meaning: module.meaning,
            hooks: hooks(&module.hooks),
            numbers: module.params.iter().map(number).collect(),
        }
    }
}
