//! A year's account of what was out.

use std::collections::BTreeMap;

use gridrush_core::grid::Technology;

/// What was out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    /// Units of a technology.
    Technology(Technology),
    /// A branch.
    Branch(u32),
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// It failed.
    Forced,
    /// It was maintained.
    Planned,
    /// The scenario says so.
    Scripted,
}

impl Cause {
    /// The name in tables.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Cause::Forced => "forced",
            Cause::Planned => "planned",
            Cause::Scripted => "scripted",
        }
    }
}

/// How much.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    /// Outages that began.
    pub starts: u32,
    /// Hours out, summed over machines or branches.
    pub out_h: f64,
    /// Power that was missing, over time.
    pub unavailable_mwh: f64,
}

impl Tally {
    /// Adds time and energy.
    pub(crate) fn add(&mut self, out_h: f64, unavailable_mwh: f64) {
        self.out_h += out_h;
        self.unavailable_mwh += unavailable_mwh;
    }
}

/// The account.
#[derive(Clone, Debug, Default)]
pub(crate) struct OutageYear {
    /// By subject and cause.
    pub tallies: BTreeMap<(Subject, Cause), Tally>,
}

impl OutageYear {
    /// Counts beginnings.
    pub(crate) fn start(&mut self, subject: Subject, cause: Cause, count: u32) {
        if count > 0 {
            self.tallies.entry((subject, cause)).or_default().starts += count;
        }
    }

    /// Adds time and energy.
    pub(crate) fn add(&mut self, subject: Subject, cause: Cause, out_h: f64, unavailable_mwh: f64) {
        if out_h > 0.0 || unavailable_mwh > 0.0 {
            self.tallies.entry((subject, cause)).or_default().add(out_h, unavailable_mwh);
        }
    }

    /// The tally so far.
    pub(crate) fn of(&self, subject: Subject, cause: Cause) -> Tally {
        self.tallies.get(&(subject, cause)).copied().unwrap_or_default()
    }

    /// Puts a tally back that was added to elsewhere.
    pub(crate) fn put(&mut self, subject: Subject, cause: Cause, tally: Tally) {
        if tally != Tally::default() {
            self.tallies.insert((subject, cause), tally);
        }
    }
}
