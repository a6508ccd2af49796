//! A policy as the resolved scenario writes it.

use std::fmt::Write;

use super::{PolicyFile, RuleFile};
use crate::scenario::declare::Setting;

/// `[policy.<id>]` with its dates, and a table for each rule.
pub(super) fn policy(policy: &PolicyFile, path: &str, out: &mut String) {
    let path = format!("{path}.{}", policy.about.id);
    let _ = write!(out, "\n# {}\n[{path}]\n", policy.about.title);
    let _ = writeln!(out, "announced = {}\neffective = {}", policy.announced, policy.effective);
    if let Some(sunset) = policy.sunset {
        let _ = writeln!(out, "sunset = {sunset}");
    }
    for rule in &policy.rules {
        self::rule(rule, &path, out);
    }
}

fn rule(rule: &RuleFile, path: &str, out: &mut String) {
    let _ = write!(out, "\n# {}\n[{path}.{}]\n", rule.module.meaning, rule.name);
    let whom = &rule.applies_to;
    let _ = writeln!(out, "min_mw = {:?}", whom.min_mw);
    if let Some(below) = whom.below_mw {
        let _ = writeln!(out, "below_mw = {below:?}");
    }
    let _ = writeln!(out, "min_kv = {:?}", whom.min_kv);
    let _ = writeln!(out, "zones = {}", whom.zones.write().unwrap_or_default());
    for (param, number) in rule.module.params.iter().zip(&rule.numbers) {
        let unit = if param.unit.is_empty() { String::new() } else { format!(" [{}]", param.unit) };
        let _ = writeln!(out, "# {}{unit} ({})", param.meaning, number.confidence.name());
        let _ = writeln!(out, "{} = {:?}", param.name, number.value);
    }
}
