//! How long does the connection take?

use super::{ASK, GROWTH, MINES, PATIENCE, REAL, SPECULATION, STUDY};
use crate::brief::question::{Headline, Question, by_tag, channel};
use crate::stats::Better;

/// The question.
pub(in crate::brief) static QUESTION: Question = Question {
    id: "queue",
    asks: "What does {policy} do to the time that large loads wait for power in {region}?",
    headlines: &[
        Headline {
            metric: "ai_training_time_to_power_days",
            of: "the mean time without power, in the first years after filing, of AI campuses that are meant to be built",
            raises: "lengthens the time to power of AI campuses by",
            lowers: "shortens the time to power of AI campuses by",
            better: Better::Low,
        },
        Headline {
            metric: "large_loads_connected_gw_years",
            of: "the capacity of large loads that is connected, added up over the years",
            raises: "connects more large loads sooner: it raises their connected capacity over the years by",
            lowers: "connects fewer large loads, or later: it lowers their connected capacity over the years by",
            better: Better::High,
        },
    ],
    channels: &[
        channel("large_loads_connected_gw_years", "capacity of large loads connected, over time"),
        channel("ai_training_powered_share_percent", "share of those campuses with power in that time"),
        channel("mining_time_to_power_days", "mean time without power of mines that are meant to be built"),
        channel("asked_gw", "capacity asked for"),
        channel("waiting_mean_gw", "capacity waiting in the queue"),
        channel("left_the_queue_gw", "capacity that left the queue"),
        channel("left_declined_gw", "capacity whose owners declined their offer"),
        channel("left_owner_withdrew_gw", "capacity whose owners withdrew"),
        channel("left_not_ready_gw", "capacity sent away because it was not ready"),
        channel("ai_training_energized_requests", "AI campuses that got power"),
        channel("ai_training_wait_of_energized_days", "wait of those AI campuses that got power"),
        channel("mining_energized_requests", "mines that got power"),
        channel("upgrade_cost_musd", "network upgrades agreed with large loads"),
    ],
    uncertain: &[
        ASK,
        REAL,
        STUDY,
        SPECULATION,
        PATIENCE,
        MINES,
        GROWTH,
        by_tag(
            "arrivals.owners.ready_share_speculative",
            "share of speculative projects with a site under control",
        ),
    ],
    years: 5,
    least_years: 4,
    facts: &["T1", "T3", "T4", "T5", "T9", "T13", "T15"],
    silent: &[
        "Staff and skill of the study office: the number of study desks is assumed and decides much.",
        "Projects that would have been filed in another region instead.",
    ],
};
