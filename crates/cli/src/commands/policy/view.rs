//! A policy as it is printed and written as JSON.

use gridrush_core::interconnection::Direction;
use gridrush_core::policy::{Hooks, Tags};
use gridrush_sim::scenario::{PolicyFile, RuleFile, Whom};
use gridrush_workload::tags::names;
use serde::Serialize;

/// A policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct PolicyView {
    pub id: String,
    pub title: String,
    pub jurisdiction: String,
    pub source: String,
    pub confidence: &'static str,
    pub announced: String,
    pub effective: String,
    pub sunset: Option<String>,
    pub tested_on: String,
    pub rules: Vec<RuleView>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct RuleView {
    pub name: String,
    pub module: &'static str,
    pub meaning: &'static str,
    pub hooks: Vec<&'static str>,
    pub applies_to: String,
    pub numbers: Vec<NumberView>,
}

/// A number.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct NumberView {
    pub name: &'static str,
    pub value: f64,
    pub unit: &'static str,
    /// How well it is known, or that it is the default of the kind of rule.
    pub confidence: &'static str,
    pub source: Option<String>,
    pub meaning: &'static str,
}

impl PolicyView {
    pub(super) fn of(policy: &PolicyFile) -> PolicyView {
        let about = &policy.about;
        PolicyView {
            id: about.id.clone(),
            title: about.title.clone(),
            jurisdiction: about.jurisdiction.clone(),
            source: about.source.clone(),
            confidence: about.confidence.name(),
            announced: policy.announced.to_string(),
            effective: policy.effective.to_string(),
            sunset: policy.sunset.map(|day| day.to_string()),
            tested_on: about.tested_on.clone(),
            rules: policy.rules.iter().map(RuleView::of).collect(),
        }
    }

    /// When it holds, in words.
    pub(super) fn in_force(&self) -> String {
        match &self.sunset {
            Some(sunset) => format!("{} to {sunset}", self.effective),
            None => format!("from {}", self.effective),
        }
    }
}

impl RuleView {
    fn of(rule: &RuleFile) -> RuleView {
        let number =
            |(param, number): (&gridrush_core::policy::ParamDecl, &gridrush_sim::scenario::Number)| {
                NumberView {
                    name: param.name,
                    value: number.value,
                    unit: param.unit,
                    confidence: if number.given { number.confidence.name() } else { "default" },
                    source: number.source.clone(),
                    meaning: param.meaning,
                }
            };
        RuleView {
            name: rule.name.clone(),
            module: rule.module.name,
            meaning: rule.module.meaning,
            hooks: hooks(&rule.module.hooks),
            applies_to: applies_to(&rule.applies_to),
            numbers: rule.module.params.iter().zip(&rule.numbers).map(number).collect(),
        }
    }
}

/// The names of the hooks that a kind of rule fills.
pub(super) fn hooks(hooks: &Hooks) -> Vec<&'static str> {
    let filled = [
        ("process", hooks.process.is_some()),
        ("amend", hooks.amend.is_some()),
        ("admit", hooks.admit.is_some()),
        ("transition", hooks.transition.is_some()),
        ("service", hooks.service.is_some()),
        ("operate", hooks.operate.is_some()),
        ("fuel_adder", hooks.fuel_adder.is_some()),
        ("charge", hooks.charge.is_some()),
        ("peak_price", hooks.peak_price.is_some()),
        ("obligation", hooks.obligation.is_some()),
    ];
    filled.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect()
}

/// Whom a rule is about, in words.
fn applies_to(whom: &Whom) -> String {
    let mut parts = vec![
        match whom.direction {
            Some(Direction::Load) => "loads",
            Some(Direction::Generation) => "generation",
            None => "loads and generation",
        }
        .to_owned(),
    ];
    let mut tags = |word: &str, tags: Tags| {
        if tags != Tags::default() {
            parts.push(format!("{word} {}", names(tags).join(", ")));
        }
    };
    tags("any of", whom.any_tag);
    tags("all of", whom.all_tags);
    tags("none of", whom.no_tag);
    if whom.min_mw > 0.0 {
        parts.push(format!("from {} MW", whom.min_mw));
    }
    if let Some(below) = whom.below_mw {
        parts.push(format!("below {below} MW"));
    }
    if whom.min_kv > 0.0 {
        parts.push(format!("from {} kV", whom.min_kv));
    }
    if !whom.zones.is_empty() {
        parts.push(format!("in {}", whom.zones.join(", ")));
    }
    if whom.new_only {
        parts.push("filed since it took effect".to_owned());
    }
    parts.join("; ")
}

/// A number as people write it.
pub(super) fn shown(value: f64) -> String {
    let text = format!("{}", value.abs());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if value < 0.0 { "-" } else { "" };
    rest.map_or_else(|| format!("{sign}{grouped}"), |rest| format!("{sign}{grouped}.{rest}"))
}

/// JSON with a line end.
pub(super) fn json(value: &impl Serialize) -> Result<String, crate::stop::Stop> {
    let text = serde_json::to_string_pretty(value).map_err(|e| crate::stop::Stop::Failed(e.into()))?;
    Ok(text + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (value, text) in
            [(0.85, "0.85"), (100_000.0, "100,000"), (1234.5, "1,234.5"), (-1.0, "-1"), (12.0, "12")]
        {
            assert_eq!(shown(value), text);
        }
    }
}
