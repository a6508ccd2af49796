//! `policies` and `[policy]`: rules in force, from dated files, with numbers of the scenario on top.
//!
//! ```text
//! data/policies/<id>.toml --file--> PolicyFile (names, dates, numbers, their confidence)
//!        policies = ["<id>", ..], [policy.<id>] --overrides--> the same with the scenario's numbers
//!        Setup --rules_in--> core::policy::Policies (instants, zones by position)
//! ```
//!
//! A file is read with the same tree and the same faults as a scenario. The resolved scenario writes every
//! number of every rule as `[policy.<id>.<rule>]`, so any of them is an axis of a sweep.

mod file;
mod overrides;
mod write;

use gridrush_core::grid::ZoneId;
use gridrush_core::interconnection::Direction;
use gridrush_core::kernel::{SimSpan, SimTime};
use gridrush_core::policy::{AppliesTo, Confidence, Module, Param, Policies, Policy, Rule, Tags};
use jiff::civil::Date;

use super::check::{Fault, Faults};
use super::declare::{KeyDoc, Section, SectionDoc};
use super::document::{Node, Table, Value};
use super::{Draft, Surroundings};

pub use file::describe_format;

/// The version of the format of policy files.
pub const POLICY_SCHEMA: u32 = 1;

/// The text of a policy file and the name under which its faults are reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyText {
    /// The file's name.
    pub file: String,
    /// What it says.
    pub text: String,
}

/// A policy as its file says it.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyFile {
    /// What it says of itself.
    pub about: Policy,
    /// When it was made known; its effective date if the file does not say.
    pub announced: Date,
    /// First day in force.
    pub effective: Date,
    /// First day no longer in force.
    pub sunset: Option<Date>,
    /// Its rules in order.
    pub rules: Vec<RuleFile>,
}

/// A rule of a policy file.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// Its name within the policy.
    pub name: String,
    /// Its kind.
    pub module: &'static Module,
    /// Whom it is about.
    pub applies_to: Whom,
    /// Its numbers in the order of the kind's declaration.
    pub numbers: Vec<Number>,
}

impl PartialEq for RuleFile {
    fn eq(&self, other: &RuleFile) -> bool {
        self.name == other.name
            && self.module.name == other.module.name
            && self.applies_to == other.applies_to
            && self.numbers == other.numbers
    }
}

/// Whom a rule is about, with zones by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Whom {
    /// At least one of these, unless empty.
    pub any_tag: Tags,
    /// All of these.
    pub all_tags: Tags,
    /// None of these.
    pub no_tag: Tags,
    /// Load or generation; `None` for both.
    pub direction: Option<Direction>,
    /// At least this large, MW.
    pub min_mw: f64,
    /// Smaller than this, MW.
    pub below_mw: Option<f64>,
    /// At least this voltage, kV.
    pub min_kv: f64,
    /// Only in these zones, unless empty.
    pub zones: Vec<String>,
    /// Only requests filed on or after the effective date.
    pub new_only: bool,
}

/// A number of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// The number.
    pub value: f64,
    /// How well it is known.
    pub confidence: Confidence,
    /// Where it is found, if not where the policy is.
    pub source: Option<String>,
    /// Whether the file says it; otherwise it is the default of the kind of rule.
    pub given: bool,
}

/// The policies of a scenario, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyTable {
    /// Each with the scenario's numbers.
    pub files: Vec<PolicyFile>,
}

impl PolicyFile {
    /// Reads a policy file; `None` where faults leave nothing to work with.
    pub fn read(text: &PolicyText, faults: &mut Faults) -> Option<PolicyFile> {
        file::read(text, faults)
    }

    /// The same policy in force from another day; the other dates move with it.
    pub fn moved_to(&mut self, effective: Date) {
        let by = effective - self.effective;
        self.announced = self.announced.saturating_add(by);
        self.sunset = self.sunset.map(|sunset| sunset.saturating_add(by));
        self.effective = effective;
    }
}

impl PolicyTable {
    /// The rules for a region whose days and zones are told.
    pub fn rules_in(
        &self,
        start: Date,
        time_of: &dyn Fn(Date) -> SimTime,
        zone_named: &dyn Fn(&str) -> Option<ZoneId>,
    ) -> Policies {
        let mut out = Policies::default();
        for policy in &self.files {
            out.policies.push(policy.about.clone());
            let days = (start - policy.effective).get_days();
            let age = SimSpan::from_days(u64::try_from(days).unwrap_or(0));
            out.rules.extend(policy.rules.iter().map(|rule| Rule {
                policy: policy.about.id.clone(),
                name: rule.name.clone(),
                module: rule.module,
                applies_to: rule.applies_to.by_position(zone_named),
                params: rule.numbers.iter().map(Number::param).collect(),
                announced: time_of(policy.announced),
                effective: time_of(policy.effective),
                sunset: policy.sunset.map(time_of),
                age,
            }));
        }
        out
    }
}

impl Number {
    fn param(&self) -> Param {
        Param { value: self.value, confidence: self.confidence }
    }
}

impl Whom {
    fn by_position(&self, zone_named: &dyn Fn(&str) -> Option<ZoneId>) -> AppliesTo {
        AppliesTo {
            any_tag: self.any_tag,
            all_tags: self.all_tags,
            no_tag: self.no_tag,
            direction: self.direction,
            min_mw: self.min_mw,
            below_mw: self.below_mw,
            min_kv: self.min_kv,
            zones: self.zones.iter().filter_map(|name| zone_named(name)).collect(),
            new_only: self.new_only,
        }
    }
}

impl Draft {
    /// The policies that the scenario names, read and with its numbers, every fault added.
    pub(super) fn policies(
        &self,
        names: &[String],
        around: &Surroundings,
        faults: &mut Faults,
    ) -> PolicyTable {
        let known = || around.policies.keys().map(String::as_str);
        let mut files = Vec::new();
        for (i, id) in names.iter().enumerate() {
            let path = format!("policies.{i}");
            let place = self.place_in_list("policies", i);
            if names[..i].contains(id) {
                faults.add(Fault::new(&place, &path, "is named twice".to_owned()).value(format!("\"{id}\"")));
                continue;
            }
            let Some(text) = around.policies.get(id) else {
                let fault = Fault::new(&place, &path, "is not a known policy".to_owned());
                faults.add(fault.value(format!("\"{id}\"")).nearest(id, known()));
                continue;
            };
            if let Some(mut policy) = PolicyFile::read(text, faults) {
                file::check_zones(&policy, text, around, faults);
                if let Some(Value::Table(given)) = self.node(&format!("policy.{id}")).map(|node| &node.value)
                {
                    overrides::apply(&mut policy, given, around, faults);
                }
                files.push(policy);
            }
        }
        if let Some(Value::Table(tables)) = self.node("policy").map(|node| &node.value) {
            for (id, (place, node)) in &tables.entries {
                let path = format!("policy.{id}");
                if !around.policies.contains_key(id) && !names.contains(id) {
                    let fault = Fault::new(place, &path, "is not a known policy".to_owned());
                    faults.add(fault.nearest(id, known()));
                } else if !matches!(node.value, Value::Table(_)) {
                    let fault = Fault::new(place, &path, "must be a table".to_owned());
                    faults.add(
                        fault.value(node.value.shown()).allowed(format!("[{path}] with its keys below")),
                    );
                }
            }
        }
        PolicyTable { files }
    }

    /// Tables of policies that are not in force.
    pub(super) fn idle_policies(&self, names: &[String]) -> Vec<Fault> {
        let Some(Value::Table(tables)) = self.node("policy").map(|node| &node.value) else {
            return Vec::new();
        };
        let idle = tables.entries.iter().filter(|(id, _)| !names.contains(id));
        idle.map(|(id, (place, _))| {
            Fault::new(
                place,
                &format!("policy.{id}"),
                "has no effect: `policies` does not name it".to_owned(),
            )
        })
        .collect()
    }
}

/// Numbers and dates of policies are read once their files are known, by `Draft`.
impl Section for PolicyTable {
    fn defaults() -> PolicyTable {
        PolicyTable::default()
    }

    fn read(base: &PolicyTable, _: &Table, _: &str, _: &mut Faults) -> PolicyTable {
        base.clone()
    }

    fn describe(_: &PolicyTable, meaning: &'static str, path: &str, out: &mut Vec<SectionDoc>) {
        let key = |name, kind: &str, meaning| KeyDoc {
            name,
            kind: kind.to_owned(),
            unit: "",
            default: None,
            required: false,
            source: "its file",
            meaning,
        };
        let date = "date such as 2025-01-31";
        out.push(SectionDoc {
            path: format!("{path}.ID"),
            meaning: meaning.trim(),
            keys: vec![
                key(
                    "effective",
                    date,
                    "First day in force, in place of the file's; the other dates move with it.",
                ),
                key("announced", date, "When it is made known."),
                key("sunset", date, "First day no longer in force."),
                key("zones", "list of texts", "Zones in which its rules hold; empty for all."),
                key(
                    "PARAMETER",
                    "in the range of its kind of rule",
                    "A number of the only rule of the policy that has it.",
                ),
            ],
        });
        out.push(SectionDoc {
            path: format!("{path}.ID.RULE"),
            meaning: "Numbers of one rule of a policy, in place of the file's.",
            keys: vec![
                key("min_mw", "MW, at least 0", "Smallest size that the rule is about."),
                key("below_mw", "MW, at least 0", "Size from which on it is not about a request."),
                key("min_kv", "kV, at least 0", "Lowest voltage that it is about."),
                key("zones", "list of texts", "Zones in which it holds; empty for all."),
                key(
                    "PARAMETER",
                    "in the range of its kind of rule",
                    "One of its numbers: `gridrush policy show ID` lists them.",
                ),
            ],
        });
    }

    fn write(&self, path: &str, out: &mut String) {
        for policy in &self.files {
            write::policy(policy, path, out);
        }
    }
}

/// A number as files write it: also a switch.
fn number_of(node: &Node) -> Option<f64> {
    match node.value {
        Value::Integer(i) => Some(i as f64),
        Value::Float(x) if x.is_finite() => Some(x),
        Value::Boolean(on) => Some(f64::from(u8::from(on))),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
