//! Does AI compute come sooner or later?

use super::{ASK, COIN, GAS, GROWTH, MINES, PATIENCE, REAL, SPECULATION, STUDY};
use crate::brief::question::{Headline, Question, channel};
use crate::stats::Better;

/// The question.
pub(in crate::brief) static QUESTION: Question = Question {
    id: "delay",
    asks: "By how many days does {policy} delay AI compute in {region}, or bring it forward?",
    headlines: &[Headline {
        metric: "ai_compute_date_days",
        of: "the date by which AI campuses have done half of the training that they do without it",
        raises: "delays AI training compute by",
        lowers: "brings AI training compute forward by",
        better: Better::Low,
    }],
    channels: &[
        channel("delivered_training_flop_e24", "training compute delivered in all"),
        channel("ai_training_connected_gw_years", "AI capacity connected, over time"),
        channel("ai_training_wait_of_energized_days", "wait of those AI campuses that got power"),
        channel("ai_training_energized_requests", "AI campuses that got power"),
        channel(
            "ai_training_time_to_power_days",
            "mean time without power of campuses that are meant to be built",
        ),
        channel("asked_gw", "capacity asked for"),
        channel("waiting_mean_gw", "capacity waiting in the queue"),
        channel("left_the_queue_gw", "capacity that left the queue"),
        channel("ai_training_price_paid_usd_per_mwh", "price that AI training paid for energy"),
        channel("ai_training_curtailed_percent", "AI training energy asked for and not served"),
        channel("ai_compute_date_open_percent", "pairs in which that much is not done by the end"),
    ],
    uncertain: &[ASK, REAL, STUDY, SPECULATION, PATIENCE, MINES, COIN, GAS, GROWTH],
    years: 5,
    least_years: 4,
    facts: &["T1", "T3", "T5", "T7", "T8", "T13", "T14"],
    silent: &[
        "A delay of AI progress: chips, capital and models of the rest of the world are not simulated.",
        "Whether a campus that is late here is built elsewhere.",
    ],
};
