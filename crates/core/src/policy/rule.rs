//! Policies, their rules, and the list of those in force.

use serde::{Deserialize, Serialize};

use super::applies::{AppliesTo, Asked, Books};
use super::hooks::{Hooks, Verdict};
use crate::interconnection::Track;
use crate::kernel::SimTime;

/// How well a number is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Computed from data.
    Data,
    /// Read in the source.
    Source,
    /// Read in a secondary source.
    Secondary,
    /// From memory, unverified.
    Memory,
    /// An assumption.
    Assumed,
}

/// A kind of rule.
#[derive(Clone, Copy, Debug)]
pub struct Module {
    /// Its name in policy files.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub meaning: &'static str,
    /// Its parameters.
    pub params: &'static [ParamDecl],
    /// What it has a say in.
    pub hooks: Hooks,
}

/// A parameter of a kind of rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParamDecl {
    /// Its key.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Its unit; empty for a plain number.
    pub unit: &'static str,
    /// Value where a policy does not say; `None` if it must.
    pub default: Option<f64>,
    /// Least value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
}

/// The value of a parameter in a policy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Param {
    /// The number.
    pub value: f64,
    /// How well it is known.
    pub confidence: Confidence,
}

/// A rule: a kind, whom it is about, and its numbers in the order of the kind's declaration.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The policy's id.
    pub policy: String,
    /// Its kind.
    pub module: &'static Module,
    /// Whom it is about.
    pub applies_to: AppliesTo,
    /// Its numbers.
    pub params: Vec<Param>,
    /// When the policy was announced.
    pub announced: SimTime,
    /// In force from here.
    pub effective: SimTime,
    /// In force until here.
    pub sunset: Option<SimTime>,
}

impl Rule {
    /// The value of a parameter.
    ///
    /// # Panics
    /// If the kind declares no such parameter.
    pub fn number(&self, name: &str) -> f64 {
        let at = self.module.params.iter().position(|param| param.name == name);
        self.params[at.unwrap_or_else(|| panic!("{} has no parameter {name}", self.module.name))].value
    }

    /// Whether it is in force.
    pub fn in_force(&self, now: SimTime) -> bool {
        now >= self.effective && self.sunset.is_none_or(|sunset| now < sunset)
    }

    /// Whether it is in force and about `asked`.
    pub fn binds(&self, asked: &Asked, now: SimTime) -> bool {
        self.in_force(now) && self.applies_to.holds(asked, self.effective)
    }
}

/// What a policy says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Its id, the name of its file.
    pub id: String,
    /// A readable title.
    pub title: String,
    /// Where it is law.
    pub jurisdiction: String,
    /// Where its text is found.
    pub source: String,
    /// How well its numbers are known, unless a number says otherwise.
    pub confidence: Confidence,
    /// The region it is shown to bind on.
    pub tested_on: String,
}

/// The rules of a region in their order.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// What each policy says of itself.
    pub policies: Vec<Policy>,
    /// All rules of all policies.
    pub rules: Vec<Rule>,
}

impl Policies {
    /// The process of a request filed now: the last one in force that is about it, amended in order;
    /// `None` if no rule says.
    pub fn track(&self, asked: &Asked, now: SimTime) -> Option<Track> {
        let binding = || self.rules.iter().filter(|rule| rule.binds(asked, now));
        let process = binding().filter_map(|rule| rule.module.hooks.process.map(|f| f(rule))).last();
        process.map(|track| self.amended(track, asked, now))
    }

    /// A process with all amendments in force.
    pub fn amended(&self, mut track: Track, asked: &Asked, now: SimTime) -> Track {
        for rule in self.rules.iter().filter(|rule| rule.binds(asked, now)) {
            if let Some(amend) = rule.module.hooks.amend {
                amend(rule, &mut track);
            }
        }
        track
    }

    /// Whether a request may come in: the first answer that is not a plain yes, and whose it is.
    pub fn admit(&self, asked: &Asked, now: SimTime, books: &dyn Books) -> (Verdict, Option<&str>) {
        for rule in self.rules.iter().filter(|rule| rule.binds(asked, now)) {
            if let Some(admit) = rule.module.hooks.admit {
                let verdict = admit(rule, asked, now, books);
                if verdict != Verdict::Accept {
                    return (verdict, Some(&rule.policy));
                }
            }
        }
        (Verdict::Accept, None)
    }
}
