//! Policies, their rules, and the list of those in force.

use serde::{Deserialize, Serialize};

use super::applies::{AppliesTo, Asked, Books};
use super::hooks::{Hooks, ServiceTerms, Transition, Verdict};
use crate::interconnection::Track;
use crate::kernel::{SimSpan, SimTime};

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

impl Confidence {
    /// All of them, the best first.
    pub const ALL: [Confidence; 5] = [
        Confidence::Data,
        Confidence::Source,
        Confidence::Secondary,
        Confidence::Memory,
        Confidence::Assumed,
    ];

    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Confidence::Data => "data",
            Confidence::Source => "source",
            Confidence::Secondary => "secondary",
            Confidence::Memory => "memory",
            Confidence::Assumed => "assumed",
        }
    }
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

impl ParamDecl {
    /// A number with a default that a policy may replace.
    pub const fn new(
        name: &'static str,
        unit: &'static str,
        default: f64,
        (min, max): (f64, f64),
        meaning: &'static str,
    ) -> ParamDecl {
        ParamDecl { name, meaning, unit, default: Some(default), min, max }
    }

    /// A length of time in days, up to a century.
    pub const fn days(name: &'static str, default: f64, meaning: &'static str) -> ParamDecl {
        ParamDecl::new(name, "days", default, (0.0, 36_500.0), meaning)
    }

    /// An amount of money.
    pub const fn usd(name: &'static str, default: f64, meaning: &'static str) -> ParamDecl {
        ParamDecl::new(name, "$", default, (0.0, 1e10), meaning)
    }

    /// An amount of money by size.
    pub const fn usd_per_mw(name: &'static str, default: f64, meaning: &'static str) -> ParamDecl {
        ParamDecl::new(name, "$/MW", default, (0.0, 1e8), meaning)
    }

    /// A part of something, 0 to 1.
    pub const fn share(name: &'static str, default: f64, meaning: &'static str) -> ParamDecl {
        ParamDecl::new(name, "share", default, (0.0, 1.0), meaning)
    }

    /// A switch: 0 or 1.
    pub const fn switch(name: &'static str, default: f64, meaning: &'static str) -> ParamDecl {
        ParamDecl::new(name, "", default, (0.0, 1.0), meaning)
    }

    /// A limit that holds from 0 up and is not set below; not set by default.
    pub const fn limit(name: &'static str, unit: &'static str, meaning: &'static str) -> ParamDecl {
        ParamDecl::new(name, unit, -1.0, (-1.0, 1e9), meaning)
    }

    /// The same parameter without a default: a policy has to give it.
    #[must_use]
    pub const fn required(mut self) -> ParamDecl {
        self.default = None;
        self
    }
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
    /// Its name within the policy; that of its kind where the policy has only one of the kind.
    pub name: String,
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
    /// How long it had been in force when the run began; zero if it takes effect later.
    pub age: SimSpan,
}

impl Rule {
    /// The value of a parameter that its kind declares. Kinds ask for their own numbers only, which a test of all
    /// of them checks.
    pub fn number(&self, name: &str) -> f64 {
        let mut all = self.module.params.iter().zip(&self.params);
        let found = all.find(|(declared, _)| declared.name == name);
        debug_assert!(found.is_some(), "{} has no parameter {name}", self.module.name);
        found.map_or(0.0, |(_, param)| param.value)
    }

    /// A parameter that switches something.
    pub fn switch(&self, name: &str) -> bool {
        self.number(name) != 0.0
    }

    /// A parameter as a count.
    pub fn count(&self, name: &str) -> u32 {
        self.number(name) as u32
    }

    /// A parameter of which a negative value means that there is none: a limit that is not set.
    pub fn limit(&self, name: &str) -> Option<f64> {
        Some(self.number(name)).filter(|value| *value >= 0.0)
    }

    /// The first instant of the run that lies a whole number of periods after the rule took effect.
    pub fn first_period(&self, period: SimSpan) -> SimTime {
        let into = if period.0 == 0 { 0 } else { self.age.0 % period.0 };
        if into == 0 { self.effective } else { SimTime(period.0 - into) }
    }

    /// The begin of the period that contains `now`, counted from when the rule took effect; the start of
    /// the run if the period began earlier.
    pub fn period_of(&self, now: SimTime, period: SimSpan) -> SimTime {
        let first = self.first_period(period);
        if now < first || period.0 == 0 {
            return self.effective.min(first);
        }
        SimTime(first.0 + (now.0 - first.0) / period.0 * period.0)
    }

    /// The first instant after `now` at which a period begins.
    pub fn next_period(&self, now: SimTime, period: SimSpan) -> SimTime {
        let first = self.first_period(period);
        if now < first { first } else { self.period_of(now, period) + period }
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
    /// The process of a request filed now: the last one in force that is about it, or the `usual` one,
    /// amended in order; `None` if no rule changes the usual one.
    pub fn track(&self, usual: &Track, asked: &Asked, now: SimTime) -> Option<Track> {
        let binding =
            || self.rules.iter().filter(|rule| rule.binds(asked, now)).map(|rule| (rule, rule.module.hooks));
        let process = binding().filter_map(|(rule, hooks)| hooks.process.map(|f| f(rule))).next_back();
        let amends = binding().any(|(_, hooks)| hooks.amend.is_some());
        (process.is_some() || amends)
            .then(|| self.amended(process.unwrap_or_else(|| usual.clone()), asked, now))
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

    /// The earliest date at which a rule takes effect that has been announced and will decide on the way
    /// in of requests like this one; `None` if none is announced.
    pub fn announced(&self, asked: &Asked, now: SimTime) -> Option<SimTime> {
        let decides = |hooks: &Hooks| {
            hooks.process.is_some()
                || hooks.amend.is_some()
                || hooks.admit.is_some()
                || hooks.transition.is_some()
        };
        let later = |rule: &&Rule| {
            let then = Asked { filed: rule.effective, ..*asked };
            rule.announced <= now && now < rule.effective && rule.binds(&then, rule.effective)
        };
        self.rules
            .iter()
            .filter(|rule| decides(&rule.module.hooks))
            .filter(later)
            .map(|rule| rule.effective)
            .min()
    }

    /// What becomes of a waiting request when rules take effect at `now`: the first answer that is not to
    /// stay, and whose it is.
    pub fn transition(&self, asked: &Asked, now: SimTime) -> (Transition, Option<&str>) {
        let starting = self.rules.iter().filter(|rule| rule.effective == now && rule.binds(asked, now));
        for rule in starting {
            if let Some(transition) = rule.module.hooks.transition {
                let answer = transition(rule, asked);
                if answer != Transition::Stay {
                    return (answer, Some(&rule.policy));
                }
            }
        }
        (Transition::Stay, None)
    }

    /// The terms of the last rule in force that says on which terms a site is served.
    pub fn service(&self, asked: &Asked, now: SimTime) -> Option<ServiceTerms> {
        let binding = self.rules.iter().filter(|rule| rule.binds(asked, now));
        binding.filter_map(|rule| rule.module.hooks.service.map(|f| f(rule, asked))).next_back()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interconnection::Scope;
    use crate::policy::MODULES;
    use crate::policy::parts::track;
    use crate::policy::testing::{asked, rule};

    #[test]
    fn the_last_process_wins_and_is_amended_in_order() {
        let of = |name: &str, numbers: &[(&str, f64)]| {
            let module = MODULES.iter().find(|module| module.name == name).expect("a kind of rule");
            rule(module, numbers)
        };
        let usual = Track { name: "usual".to_owned(), ..track(&of("ban_new", &[]), Vec::new()) };
        let policies = |rules: Vec<Rule>| Policies { policies: Vec::new(), rules };
        let at = SimTime::from_hours(1);
        assert_eq!(policies(vec![of("ban_new", &[])]).track(&usual, &asked(), at), None);
        // An amendment changes the usual process and leaves its name.
        let local =
            policies(vec![of("connect_and_manage", &[])]).track(&usual, &asked(), at).expect("amended");
        assert_eq!((local.name.as_str(), local.scope), ("usual", Scope::Local));
        // Fees of two amendments add up on the last of two processes, wherever they stand.
        let first = Rule { policy: "first".to_owned(), ..of("serial_fcfs", &[]) };
        let second = Rule { policy: "second".to_owned(), ..of("large_load_study", &[("study_days", 10.0)]) };
        let fee = || of("study_fee", &[("fee_usd", 1_000.0)]);
        let both =
            policies(vec![first, fee(), second, fee()]).track(&usual, &asked(), at).expect("a process");
        assert_eq!((both.name.as_str(), both.application_fee.flat_usd), ("second", 2_000.0));
    }
}
