//! What does a ban change?

use super::{ASK, COIN, GAS, GROWTH, MINES, REAL, STUDY};
use crate::brief::question::{Headline, Question, channel};
use crate::stats::Better;

/// The question.
pub(in crate::brief) static QUESTION: Question = Question {
    id: "ban",
    asks: "What does {policy} do to prices in {region}, and to the mining that it is about?",
    headlines: &[Headline {
        metric: "price_usd_per_mwh",
        of: "the mean price of energy",
        raises: "raises the mean price of energy by",
        lowers: "lowers the mean price of energy by",
        better: Better::Low,
    }],
    channels: &[
        channel("mining_served_twh", "energy served to mines"),
        channel("mining_connected_gw_years", "mining capacity connected, over time"),
        channel("modelled_hashrate_mean_ehs", "hashrate of the region's mines"),
        channel("curtailed_by_policy_gwh", "energy that rules cut"),
        channel("firm_shed_gwh", "firm load not served"),
        channel("ai_training_connected_gw_years", "AI capacity connected, over time"),
        channel("delivered_training_flop_e24", "training compute delivered in all"),
        channel("residential_bill_usd_per_month", "mean monthly bill of a household"),
    ],
    uncertain: &[ASK, MINES, COIN, REAL, STUDY, GAS, GROWTH],
    years: 3,
    least_years: 2,
    facts: &["T1", "T7", "T8", "T13"],
    silent: &[
        "Where the machines go: they leave the region and are not followed.",
        "Mining behind the meter or off the grid, beyond the evading share that the policy's file assumes.",
    ],
};
