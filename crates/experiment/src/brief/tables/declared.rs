//! The declarations of the tables of a brief.

use gridrush_tables::{Column, Kind, Table};

use crate::brief::findings::CONFIDENCE;

const _: () = assert!(CONFIDENCE == 0.95, "declarations say 95 %");

const fn column(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column { name, kind, unit: "", meaning }
}

const METRIC: Column = column("metric", Kind::Text, "Name of the metric, with its unit last.");
const UNIT: Column = column("unit", Kind::Text, "Unit of all numbers of the row.");
const WITHOUT: Column = column("without", Kind::Float, "Without the policy.");
const WITH: Column = column("with", Kind::Float, "With the policy.");
const DIFFERENCE: Column = column("difference", Kind::Float, "With less without.");
const LOW: Column = column("low", Kind::Float, "Lower end of the 95 % simulation interval; NaN without one.");
const HIGH: Column =
    column("high", Kind::Float, "Upper end of the 95 % simulation interval; NaN without one.");
const TOTAL_LOW: Column =
    column("total_low", Kind::Float, "Lower end of the total interval; NaN without one.");
const TOTAL_HIGH: Column =
    column("total_high", Kind::Float, "Upper end of the total interval; NaN without one.");
const MORE: Column = column("positive_share", Kind::Float, "Share of draws with a difference above zero.");
const LESS: Column = column("negative_share", Kind::Float, "Share of draws with a difference below zero.");
const FINDING: Column = column("finding", Kind::Text, "What both intervals allow one to say.");

/// What the pages say, in order.
pub static TEXT: Table = Table {
    name: "text",
    meaning: "A paragraph or an entry of the pages.",
    columns: &[
        column("section", Kind::Text, "Part of the page."),
        column("text", Kind::Text, "What it says."),
    ],
    csv: true,
};

/// The answer.
pub static ANSWER: Table = Table {
    name: "answer",
    meaning: "The number that answers the question: one row.",
    columns: &[
        column("question", Kind::Text, "The question's name."),
        METRIC,
        UNIT,
        column("pairs", Kind::Integer, "Pairs at best guesses."),
        WITHOUT,
        WITH,
        DIFFERENCE,
        LOW,
        HIGH,
        column("draws", Kind::Integer, "Draws from the ranges of what is uncertain."),
        TOTAL_LOW,
        TOTAL_HIGH,
        MORE,
        LESS,
        FINDING,
        column("grade", Kind::Text, "How much confidence the answer deserves."),
    ],
    csv: true,
};

/// The headline of every pair: what the chart shows.
pub static PAIRS: Table = Table {
    name: "pairs",
    meaning: "The number that answers the question in one pair of runs.",
    columns: &[
        column("pair", Kind::Integer, "Number of the pair, from 0."),
        column("part", Kind::Text, "At best guesses, or at a draw from the ranges."),
        column("replication", Kind::Integer, "Replication that both runs are."),
        WITHOUT,
        WITH,
        DIFFERENCE,
        UNIT,
    ],
    csv: true,
};

/// Every metric.
pub static METRICS: Table = Table {
    name: "metrics",
    meaning: "One metric without and with the policy.",
    columns: &[
        METRIC,
        UNIT,
        column("pairs", Kind::Integer, "Pairs at best guesses that have it."),
        WITHOUT,
        WITH,
        DIFFERENCE,
        LOW,
        HIGH,
        TOTAL_LOW,
        TOTAL_HIGH,
        MORE,
        LESS,
        FINDING,
    ],
    csv: true,
};

/// Winners and losers.
pub static CLASSES: Table = Table {
    name: "classes",
    meaning: "What the policy does to one measure of one group: winners and losers.",
    columns: &[
        column("group", Kind::Text, "Who."),
        column("measure", Kind::Text, "What."),
        METRIC,
        UNIT,
        WITHOUT,
        WITH,
        DIFFERENCE,
        LOW,
        HIGH,
        TOTAL_LOW,
        TOTAL_HIGH,
        MORE,
        LESS,
        FINDING,
    ],
    csv: true,
};

/// What moves the answer.
pub static DRIVERS: Table = Table {
    name: "drivers",
    meaning: "An uncertain parameter, and how it moves the answer; the strongest first.",
    columns: &[
        column("parameter", Kind::Text, "Dotted path."),
        column("name", Kind::Text, "What it is."),
        column("tag", Kind::Text, "Where its range comes from."),
        column("value", Kind::Float, "Best guess."),
        column("range_low", Kind::Float, "Least value of its range."),
        column("range_high", Kind::Float, "Greatest value of its range."),
        column(
            "slope",
            Kind::Float,
            "Change of the answer per unit of the parameter; NaN with too few draws.",
        ),
        column(
            "share",
            Kind::Float,
            "Share of the answer's variance over the draws; NaN with too few draws.",
        ),
        column(
            "turns_at",
            Kind::Float,
            "Value at which the fitted answer is zero; NaN outside the drawn values.",
        ),
    ],
    csv: true,
};

/// What was drawn.
pub static DRAWS: Table = Table {
    name: "draws",
    meaning: "The value of one uncertain parameter in one pair.",
    columns: &[
        column("pair", Kind::Integer, "Number of the pair."),
        column("parameter", Kind::Text, "Dotted path."),
        column("value", Kind::Float, "Its value in both runs."),
    ],
    csv: true,
};

/// The policy's numbers.
pub static POLICY: Table = Table {
    name: "policy",
    meaning: "A number of the policy, and how well it is known.",
    columns: &[
        column("rule", Kind::Text, "The rule."),
        column("number", Kind::Text, "Its name."),
        column("value", Kind::Float, "The number."),
        UNIT,
        column("confidence", Kind::Text, "How well it is known."),
        column("source", Kind::Text, "Where it is found, if not where the policy is."),
        column("meaning", Kind::Text, "What it means."),
    ],
    csv: true,
};

/// Why the grade.
pub static GRADE: Table = Table {
    name: "grade",
    meaning: "A criterion of the confidence that the answer deserves.",
    columns: &[
        column("criterion", Kind::Text, "What is looked at."),
        column("level", Kind::Text, "Good, fair or poor."),
        column("found", Kind::Text, "What was found."),
    ],
    csv: true,
};

/// Verdicts on the model.
pub static FACTS: Table = Table {
    name: "facts",
    meaning: "A claim of a stylised fact that concerns the question, and how the model fared.",
    columns: &[
        column("fact", Kind::Text, "Id of the fact."),
        column("claim", Kind::Text, "What is measured."),
        column("verdict", Kind::Text, "How the model fared."),
    ],
    csv: true,
};

/// Every number of every pair.
pub static VALUES: Table = Table {
    name: "values",
    meaning: "One metric of one run.",
    columns: &[
        column("pair", Kind::Integer, "Number of the pair."),
        column("part", Kind::Text, "At best guesses, or at a draw from the ranges."),
        column("arm", Kind::Text, "Without or with the policy."),
        METRIC,
        column("value", Kind::Float, "Its value."),
        UNIT,
    ],
    csv: true,
};

/// Pairs that failed.
pub static FAILURES: Table = Table {
    name: "failures",
    meaning: "A pair that failed and is left out.",
    columns: &[
        column("pair", Kind::Integer, "Number of the pair."),
        column("message", Kind::Text, "What went wrong."),
    ],
    csv: true,
};
