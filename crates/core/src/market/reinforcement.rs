//! Background transmission: a branch that costs more in congestion than in steel is strengthened.
//!
//! Sizing follows the flow that the branch is *asked* for (its flow when limits are nearly free), not
//! the flow it carries: steps by a fixed share are too slow where much is missing, and uniform growth
//! of all ratings misses the places that bind.

/// A branch's year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BranchYear {
    /// Continuous rating.
    pub rating_mw: f64,
    /// Length; transformers count as zero.
    pub length_mi: f64,
    /// Sum over the year of shadow price times rating.
    pub congestion_rent_usd: f64,
    /// The wanted percentile of the absolute flow with limits nearly free.
    pub asked_mw: f64,
}

/// What strengthening costs and when it pays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReinforcementTerms {
    /// Cost of added line capacity.
    pub cost_usd_per_mw_mile: f64,
    /// Cost of added capacity at the two ends, or of a transformer.
    pub cost_usd_per_mw: f64,
    /// Yearly revenue requirement as a share of cost.
    pub carrying_charge_per_year: f64,
    /// Room above the asked flow, as a share of it.
    pub margin_share: f64,
}

/// A decision to strengthen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reinforcement {
    /// The new rating.
    pub rating_mw: f64,
    /// What it costs once.
    pub cost_usd: f64,
}

/// Strengthens a branch if its rent exceeds the yearly charge of the upgrade it asks for.
pub fn reinforce(terms: &ReinforcementTerms, year: &BranchYear) -> Option<Reinforcement> {
    let rating_mw = (1.0 + terms.margin_share) * year.asked_mw;
    let added_mw = rating_mw - year.rating_mw;
    if added_mw <= 0.0 {
        return None;
    }
    let cost_usd = added_mw * (terms.cost_usd_per_mw + terms.cost_usd_per_mw_mile * year.length_mi);
    (year.congestion_rent_usd > terms.carrying_charge_per_year * cost_usd)
        .then_some(Reinforcement { rating_mw, cost_usd })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: ReinforcementTerms = ReinforcementTerms {
        cost_usd_per_mw_mile: 2000.0,
        cost_usd_per_mw: 10_000.0,
        carrying_charge_per_year: 0.12,
        margin_share: 0.05,
    };

    #[test]
    fn rent_must_exceed_the_carrying_charge() {
        // 300 MW asked on a 200 MW line of 20 miles: 115 MW more cost 115 * (10,000 + 40,000) $.
        let mut year =
            BranchYear { rating_mw: 200.0, length_mi: 20.0, congestion_rent_usd: 700_000.0, asked_mw: 300.0 };
        let built = reinforce(&TERMS, &year).expect("rent above 690,000 $ a year");
        assert!((built.rating_mw - 315.0).abs() < 1e-9 && (built.cost_usd - 5_750_000.0).abs() < 1e-6);
        year.congestion_rent_usd = 680_000.0;
        assert_eq!(reinforce(&TERMS, &year), None);
    }

    #[test]
    fn a_branch_that_is_asked_for_less_is_left_alone() {
        let year = BranchYear { rating_mw: 200.0, length_mi: 1.0, congestion_rent_usd: 1e9, asked_mw: 150.0 };
        assert_eq!(reinforce(&TERMS, &year), None);
    }
}
