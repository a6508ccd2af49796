//! A track: the way from a request to a signed agreement, as data.
//!
//! Every process of the catalogue (serial, cluster, cycle with decision points, expedited lane, capacity
//! block) is one value of [`Track`]; the queue has one interpreter for all of them. A rule module is a
//! function from its parameters to a track, so that a process can be printed, compared and tested by hand.
//!
//! ```text
//! intake: filed -> gathered into a round (serial: a round of one)
//! phase 0, 1, ..: study of the round -> report -> decision: stay (deposit raised) or leave (penalty)
//!                     ^                                |
//!                     '--- restudy, if leaving harms --'
//! after the last phase: agreement, security, building
//! ```

use serde::{Deserialize, Serialize};

use super::office::Duration;
use crate::kernel::{SimSpan, SimTime};

/// A process, from filing to agreement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Track {
    /// Name in tables, such as the id of the policy that brought it.
    pub name: String,
    /// How requests are gathered.
    pub intake: Intake,
    /// Studies under way at once on this track; `None` if a study waits for no desk.
    pub study_slots: Option<usize>,
    /// Paid at filing, kept.
    pub application_fee: Amount,
    /// Held from filing; returned at signing, on rejection and on leaving before a study has begun.
    pub application_deposit: Amount,
    /// Readiness deposit held from filing, counted into those of the phases.
    pub entry_deposit: Amount,
    /// Part of the site that must be under control at filing.
    pub entry_site_control_share: f64,
    /// Studies and decisions in order, at least one.
    pub phases: Vec<Phase>,
    /// What happens to others when somebody leaves.
    pub restudy: Restudy,
    /// Paid at each restudy, kept.
    pub restudy_fee: Amount,
    /// Who pays for what several requests need.
    pub shares: CostShares,
    /// Upgrades of a request up to this much are paid by everybody in the region.
    pub allowance_usd: f64,
    /// What a study charges.
    pub scope: Scope,
    /// Where forfeited money goes.
    pub forfeits: Forfeits,
    /// From the last decision to the begin of building.
    pub agreement_days: f64,
    /// Security held from signing to full demand.
    pub security: Amount,
    /// What leaving between signing and energization costs.
    pub signed_penalty: Penalty,
    /// How long an owner may put off a signed project in all.
    pub suspension_years: f64,
}

impl Default for Track {
    /// A serial track of one study without fees, from which others are written.
    fn default() -> Track {
        Track {
            name: "serial".to_owned(),
            intake: Intake::Continuous,
            study_slots: None,
            application_fee: Amount::NONE,
            application_deposit: Amount::NONE,
            entry_deposit: Amount::NONE,
            entry_site_control_share: 0.0,
            phases: vec![Phase::default()],
            restudy: Restudy::Dependents,
            restudy_fee: Amount::NONE,
            shares: CostShares::Causer,
            allowance_usd: 0.0,
            scope: Scope::Network,
            forfeits: Forfeits::Owner,
            agreement_days: 90.0,
            security: Amount::NONE,
            signed_penalty: Penalty::default(),
            suspension_years: 0.0,
        }
    }
}

/// How requests come into rounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intake {
    /// Each request is a round of its own, at once.
    Continuous,
    /// Requests filed while a window is open form one round.
    Windows {
        /// The first window opens.
        first: SimTime,
        /// From one opening to the next; `None` if there is only one window.
        every: Option<SimSpan>,
        /// A window stays open.
        open: SimSpan,
        /// From closing to the begin of the study.
        engagement: SimSpan,
    },
    /// A limited number of requests (and megawatts) a period, the best ranked ones; the others wait for
    /// the next period.
    Slots {
        /// The first period begins.
        first: SimTime,
        /// Length of a period.
        period: SimSpan,
        /// Requests taken in a period.
        requests: Option<u32>,
        /// Megawatts taken in a period.
        mw: Option<f64>,
        /// Requests taken in all.
        total_requests: Option<u32>,
        /// Whether the limits of a period hold in each zone by itself.
        by_zone: bool,
        /// Who comes first.
        rank: Rank,
        /// Whether those taken are studied together.
        jointly: bool,
    },
}

/// Who comes first where places are scarce.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// By date of filing.
    Filed,
    /// By a weighted score, highest first: each term is in 0..1.
    Score {
        /// Weight of readiness (site control and permits).
        readiness: f64,
        /// Weight of an early date wanted.
        early: f64,
        /// Weight of small size.
        small: f64,
        /// Weight of flexibility (controllable part).
        flexible: f64,
    },
    /// By what the owner bids per megawatt, highest first; all pay the highest bid that was not taken.
    Auction,
}

/// A study and the decision after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// Name in tables.
    pub name: String,
    /// Duration of the study.
    pub study: Duration,
    /// Duration of a restudy in this phase.
    pub restudy: Duration,
    /// From the report to the owner's answer.
    pub decision_days: f64,
    /// From the report to the lapse of the offer; at least the above.
    pub valid_days: f64,
    /// Paid when the phase begins, kept.
    pub fee: Amount,
    /// Readiness deposit in all that those who stay have to hold after this decision.
    pub deposit: Amount,
    /// What leaving costs at this decision and until the next.
    pub penalty: Penalty,
    /// What leaving costs after a restudy in this phase; `None` if the same.
    pub restudy_penalty: Option<Penalty>,
    /// Part of the site that must be under control to stay.
    pub site_control_share: f64,
    /// What the office owes each request of the round if its study takes too long.
    pub late: Option<Late>,
}

/// What a study office owes for being late.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Late {
    /// A study may last so long.
    pub due_days: f64,
    /// Dollars for each day beyond, shared by the round in equal parts.
    pub usd_per_day: f64,
    /// At most this part of the round's entry deposits.
    pub max_deposit_share: f64,
}

impl Default for Phase {
    /// 90 days of study and 30 to answer, without money.
    fn default() -> Phase {
        Phase {
            name: "study".to_owned(),
            study: Duration::Fixed { days: 90.0 },
            restudy: Duration::Fixed { days: 60.0 },
            decision_days: 30.0,
            valid_days: 60.0,
            fee: Amount::NONE,
            deposit: Amount::NONE,
            penalty: Penalty::default(),
            restudy_penalty: None,
            site_control_share: 0.0,
            late: None,
        }
    }
}

/// An amount of money as rules write it: all terms are added, then held between the bounds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Amount {
    /// Dollars.
    pub flat_usd: f64,
    /// Dollars per megawatt asked for.
    pub usd_per_mw: f64,
    /// Part of the network upgrades allocated to it.
    pub upgrade_share: f64,
    /// Multiple of what its studies have cost so far.
    pub study_multiple: f64,
    /// Steps by size, in ascending order: the first whose limit is at least the size is added.
    pub bands: Vec<Band>,
    /// Never less.
    pub min_usd: f64,
    /// Never less per megawatt asked for.
    pub min_usd_per_mw: f64,
    /// Never more.
    pub max_usd: Option<f64>,
}

/// A step of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// For requests up to this size.
    pub to_mw: f64,
    /// Dollars.
    pub flat_usd: f64,
    /// Dollars per megawatt.
    pub usd_per_mw: f64,
}

/// What an amount is reckoned from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Basis {
    /// Megawatts asked for.
    pub mw: f64,
    /// Network upgrades allocated to it, $.
    pub upgrades_usd: f64,
    /// Cost of its studies so far, $.
    pub studies_usd: f64,
}

impl Amount {
    /// Nothing.
    pub const NONE: Amount = Amount {
        flat_usd: 0.0,
        usd_per_mw: 0.0,
        upgrade_share: 0.0,
        study_multiple: 0.0,
        bands: Vec::new(),
        min_usd: 0.0,
        min_usd_per_mw: 0.0,
        max_usd: None,
    };

    /// A fixed amount.
    pub fn flat(usd: f64) -> Amount {
        Amount { flat_usd: usd, ..Amount::NONE }
    }

    /// So much per megawatt.
    pub fn per_mw(usd_per_mw: f64) -> Amount {
        Amount { usd_per_mw, ..Amount::NONE }
    }

    /// Dollars for a request.
    pub fn usd(&self, basis: Basis) -> f64 {
        let band = self.bands.iter().find(|band| basis.mw <= band.to_mw).or(self.bands.last());
        let of_band = band.map_or(0.0, |band| band.flat_usd + band.usd_per_mw * basis.mw);
        let sum = self.flat_usd
            + self.usd_per_mw * basis.mw
            + self.upgrade_share * basis.upgrades_usd
            + self.study_multiple * basis.studies_usd
            + of_band;
        sum.max(self.min_usd).max(self.min_usd_per_mw * basis.mw).min(self.max_usd.unwrap_or(f64::INFINITY))
    }
}

/// What leaving costs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Penalty {
    /// Part of the deposits held that is kept.
    pub deposit_share: f64,
    /// An amount kept or claimed besides, at most what is held.
    pub amount: Amount,
    /// Whether nothing is due if leaving changes nobody's cost.
    pub only_if_harmful: bool,
    /// Nothing is due if the allocated cost grew by more than this part since the report before.
    pub free_if_cost_grew: Option<f64>,
}

/// What happens to others when somebody leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restudy {
    /// Nothing: the next phase's study sees it.
    NextPhase,
    /// Unanswered offers that counted on it are void and studied again, at their old place.
    Dependents,
    /// The round is studied again until nobody whose leaving harms others leaves, at most so often.
    UntilStable {
        /// Restudies at most.
        most: u32,
    },
}

/// Who pays for an upgrade that several requests need.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostShares {
    /// The one in whose study it first appears, wholly.
    Causer,
    /// Equal shares of all who use it.
    PerCapita,
    /// In proportion to |DFAX| x MW of those whose |DFAX| is at least this.
    Impact {
        /// The threshold.
        dfax_min: f64,
    },
    /// Everybody in the region by energy: nobody in the queue pays.
    PostageStamp,
}

/// What a study charges.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everything that it overloads.
    Network,
    /// Only its station and the branches that meet its bus; what it overloads beyond is left to dispatch.
    Local,
    /// Nothing is charged: megawatts that would overload something are conditional (interruptible) for
    /// this long, firm afterwards against payment of the upgrades.
    Conditional {
        /// Years until it has to become firm.
        years: f64,
    },
}

/// Where forfeited deposits go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forfeits {
    /// To the transmission owner.
    Owner,
    /// Into a pool that pays for what leaving has shifted onto the others of the round; the rest is
    /// returned pro rata.
    Round,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn study_deposits_of_order_2023_step_by_size() {
        let deposit = Amount {
            bands: vec![
                Band { to_mw: 80.0, flat_usd: 35_000.0, usd_per_mw: 1_000.0 },
                Band { to_mw: 200.0, flat_usd: 150_000.0, usd_per_mw: 0.0 },
                Band { to_mw: f64::INFINITY, flat_usd: 250_000.0, usd_per_mw: 0.0 },
            ],
            ..Amount::NONE
        };
        let of = |mw| deposit.usd(Basis { mw, ..Basis::default() });
        assert_eq!(of(50.0), 85_000.0);
        assert_eq!(of(80.0), 115_000.0);
        assert_eq!(of(81.0), 150_000.0);
        assert_eq!(of(500.0), 250_000.0);
    }

    #[test]
    fn the_third_milestone_of_miso_is_what_the_share_exceeds_the_second_by() {
        // 20 % of 40 M$ less 8,000 $/MW x 100 MW = 7.2 M$, at least 1,000 $/MW.
        let milestone =
            Amount { upgrade_share: 0.2, usd_per_mw: -8_000.0, min_usd_per_mw: 1_000.0, ..Amount::NONE };
        let usd = |upgrades_usd| milestone.usd(Basis { mw: 100.0, upgrades_usd, studies_usd: 0.0 });
        assert!((usd(40e6) - 7.2e6).abs() < 1e-6);
        // 20 % of 1 M$ is less than the second milestone.
        assert!((usd(1e6) - 1e5).abs() < 1e-6);
    }
}
