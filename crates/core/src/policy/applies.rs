//! Whom a rule is about, and what it may see of them.

use serde::{Deserialize, Serialize};

use crate::demand::ClassId;
use crate::grid::ZoneId;
use crate::interconnection::{Direction, Service};
use crate::kernel::SimTime;

/// A set of properties of a load, such as "proof of work"; the workload declares their names, a position
/// in its list is a bit here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tags(pub u32);

impl Tags {
    /// Whether one of `others` is in the set.
    pub const fn has_any(self, others: Tags) -> bool {
        self.0 & others.0 != 0
    }

    /// Whether all of `others` are in the set.
    pub const fn has_all(self, others: Tags) -> bool {
        self.0 & others.0 == others.0
    }
}

/// What a rule may see of a request or a site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Asked {
    /// The class in tables.
    pub class: ClassId,
    /// What it is.
    pub tags: Tags,
    /// Load or generation.
    pub direction: Direction,
    /// Contract megawatts.
    pub mw: f64,
    /// Voltage of its bus, if known.
    pub kv: Option<f64>,
    /// Its zone.
    pub zone: ZoneId,
    /// Firm or controllable.
    pub service: Service,
    /// When it was filed.
    pub filed: SimTime,
    /// Part of its site that is under control.
    pub site_control_share: f64,
    /// Own dispatchable generation, MW.
    pub onsite_mw: f64,
    /// Own backup that cannot export, MW.
    pub backup_mw: f64,
    /// Part of its energy that is covered by additional renewable generation.
    pub renewable_share: f64,
    /// Power at the meter over power of the machines.
    pub pue: f64,
    /// Further requests for the same project elsewhere.
    pub duplicates: u32,
}

/// Whom a rule applies to: all conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AppliesTo {
    /// At least one of these, unless empty.
    pub any_tag: Tags,
    /// All of these.
    pub all_tags: Tags,
    /// None of these.
    pub no_tag: Tags,
    /// Load or generation; `None` for both.
    pub direction: Option<Direction>,
    /// At least this large.
    pub min_mw: f64,
    /// Smaller than this.
    pub below_mw: Option<f64>,
    /// At least this voltage, where it is known.
    pub min_kv: f64,
    /// Only in these zones, unless empty.
    pub zones: Vec<ZoneId>,
    /// Only requests filed on or after the date on which the policy takes effect.
    pub new_only: bool,
}

impl AppliesTo {
    /// Whether a rule of a policy in force since `effective` is about `asked`.
    pub fn holds(&self, asked: &Asked, effective: SimTime) -> bool {
        (self.any_tag == Tags::default() || asked.tags.has_any(self.any_tag))
            && asked.tags.has_all(self.all_tags)
            && !asked.tags.has_any(self.no_tag)
            && self.direction.is_none_or(|direction| direction == asked.direction)
            && asked.mw >= self.min_mw
            && self.below_mw.is_none_or(|below| asked.mw < below)
            && asked.kv.is_none_or(|kv| kv >= self.min_kv)
            && (self.zones.is_empty() || self.zones.contains(&asked.zone))
            && (!self.new_only || asked.filed >= effective)
    }
}

/// What a rule may ask of the queue's books: sums over requests that a rule applies to.
pub trait Books {
    /// Megawatts admitted since an instant and not gone.
    fn admitted_mw(&self, about: &AppliesTo, since: SimTime) -> f64;
    /// Requests admitted since an instant and not gone.
    fn admitted(&self, about: &AppliesTo, since: SimTime) -> u32;
    /// Megawatts that may draw power now.
    fn energized_mw(&self, about: &AppliesTo) -> f64;
}
