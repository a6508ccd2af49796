//! What does flexibility buy?

use super::{ASK, GAS, GROWTH, MINES, PATIENCE, REAL, STUDY};
use crate::brief::question::{Headline, Question, by_tag, channel};
use crate::stats::Better;

/// The question.
pub(in crate::brief) static QUESTION: Question = Question {
    id: "flexibility",
    asks: "Does {policy} bring more large loads onto the grid of {region}, and at what cost in curtailment?",
    headlines: &[Headline {
        metric: "large_loads_connected_gw_years",
        of: "the capacity of large loads that is connected, added up over the years",
        raises: "raises the connected capacity of large loads, added up over the years, by",
        lowers: "lowers the connected capacity of large loads, added up over the years, by",
        better: Better::High,
    }],
    channels: &[
        channel("large_loads_use_percent", "use of that capacity"),
        channel("large_loads_served_twh", "energy served to large loads"),
        channel("ai_training_curtailed_percent", "AI training energy asked for and not served"),
        channel("mining_curtailed_percent", "mining energy asked for and not served"),
        channel("curtailed_by_policy_gwh", "energy that rules cut"),
        channel("curtailed_by_price_gwh", "energy not taken because of its price"),
        channel("curtailed_by_congestion_gwh", "energy that lines could not carry"),
        channel("curtailed_by_scarcity_gwh", "energy that scarcity cut"),
        channel("firm_shed_gwh", "firm load not served"),
        channel("upgrade_cost_musd", "network upgrades agreed with large loads"),
        channel("price_usd_per_mwh", "mean price of energy"),
    ],
    uncertain: &[
        ASK,
        REAL,
        STUDY,
        PATIENCE,
        MINES,
        GAS,
        GROWTH,
        by_tag("queue.works.transformer_lead_months", "delivery time of transformers"),
    ],
    years: 5,
    least_years: 4,
    facts: &["T8", "T11", "T13"],
    silent: &[
        "Limits of voltage and stability: flows are linear.",
        "What being cut costs a campus beyond lost work, and what it would be paid for it.",
    ],
};
