//! Who pays?

use super::{ASK, GAS, GROWTH, MINES, PATIENCE, REAL, STUDY};
use crate::brief::question::{Headline, Question, by_tag, channel};
use crate::stats::Better;

/// The question.
pub(in crate::brief) static QUESTION: Question = Question {
    id: "who-pays",
    asks: "Who pays: what does {policy} do to the bills of households in {region}?",
    headlines: &[Headline {
        metric: "residential_bill_usd_per_month",
        of: "the mean monthly bill of a household",
        raises: "raises the mean monthly bill of a household by",
        lowers: "lowers the mean monthly bill of a household by",
        better: Better::Low,
    }],
    channels: &[
        channel("price_usd_per_mwh", "mean price of energy"),
        channel("industrial_cents_per_kwh", "what industry pays in all"),
        channel("ai_training_cents_per_kwh", "what AI training pays in all"),
        channel("mining_cents_per_kwh", "what mines pay in all"),
        channel("upgrade_cost_musd", "network upgrades agreed with large loads"),
        channel("transmission_cost_musd", "lines built for everybody"),
        channel("stranded_musd", "network investments whose cause has left"),
        channel("upgrades_in_rate_base_musd", "upgrades that everybody pays"),
        channel("large_loads_served_twh", "energy served to large loads"),
        channel("asked_gw", "capacity asked for"),
        channel("left_the_queue_gw", "capacity that left the queue"),
    ],
    uncertain: &[
        ASK,
        REAL,
        STUDY,
        PATIENCE,
        MINES,
        GAS,
        GROWTH,
        by_tag("supply.transmission.cost_usd_per_mw_mile", "cost of lines"),
    ],
    years: 5,
    least_years: 3,
    facts: &["T8", "T10", "T13", "T14"],
    silent: &[
        "How fast a regulator passes costs on: bills here follow costs month by month.",
        "Owners who foresee how rules about operation cut them: they weigh charges, not calls and bans.",
    ],
};
