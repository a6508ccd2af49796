//! The numbers of a brief as rows of its tables.

use gridrush_tables::{Batch, Cell};

use super::About;
use super::declared::{
    ANSWER, CLASSES, DRAWS, DRIVERS, FACTS, FAILURES, GRADE, METRICS, PAIRS, POLICY, VALUES,
};
use crate::brief::findings::Findings;
use crate::brief::{Grade, Moved, Pair};

/// Groups and measures of the table of winners and losers.
const GROUPS: [(&str, &str, &str); 20] = [
    ("AI training", "time to power", "ai_training_time_to_power_days"),
    ("AI training", "wait of those with power", "ai_training_wait_of_energized_days"),
    ("AI training", "with power in time", "ai_training_powered_share_percent"),
    ("AI training", "connected", "ai_training_connected_gw_years"),
    ("AI training", "served", "ai_training_served_twh"),
    ("AI training", "price paid", "ai_training_price_paid_usd_per_mwh"),
    ("AI training", "pays in all", "ai_training_cents_per_kwh"),
    ("AI inference", "served", "ai_inference_served_twh"),
    ("AI inference", "price paid", "ai_inference_price_paid_usd_per_mwh"),
    ("mines", "time to power", "mining_time_to_power_days"),
    ("mines", "wait of those with power", "mining_wait_of_energized_days"),
    ("mines", "connected", "mining_connected_gw_years"),
    ("mines", "served", "mining_served_twh"),
    ("mines", "price paid", "mining_price_paid_usd_per_mwh"),
    ("mines", "pays in all", "mining_cents_per_kwh"),
    ("households", "monthly bill", "residential_bill_usd_per_month"),
    ("households", "pay in all", "residential_cents_per_kwh"),
    ("shops and offices", "pay in all", "commercial_cents_per_kwh"),
    ("industry", "pays in all", "industrial_cents_per_kwh"),
    ("all firm load", "not served", "firm_shed_gwh"),
];

fn total_cells(moved: &Moved) -> [Cell<'static>; 4] {
    let numbers = moved
        .total
        .map_or([f64::NAN; 4], |t| [t.interval.0, t.interval.1, t.positive_share, t.negative_share]);
    numbers.map(Cell::Float)
}

fn middle_cells(moved: &Moved) -> [Cell<'static>; 5] {
    let (low, high) = moved.paired.difference.interval.unwrap_or((f64::NAN, f64::NAN));
    let paired = &moved.paired;
    [paired.base_mean, paired.other_mean, paired.difference.mean, low, high].map(Cell::Float)
}

pub(super) fn answer_row(about: &About, findings: &Findings, grade: &Grade) -> Batch {
    let mut out = Batch::new(&ANSWER);
    let moved = &findings.answer;
    let mut row = vec![
        Cell::Text(about.question.id),
        Cell::Text(&moved.metric),
        Cell::Text(&moved.unit),
        Cell::Integer(i64::from(findings.best)),
    ];
    row.extend(middle_cells(moved));
    row.push(Cell::Integer(i64::from(findings.draws)));
    row.extend(total_cells(moved));
    row.extend([Cell::Text(moved.said().name()), Cell::Text(grade.name)]);
    out.push(&row);
    out
}

pub(super) fn pair_rows(pairs: &[Pair], findings: &Findings) -> Batch {
    let mut out = Batch::new(&PAIRS);
    for pair in pairs {
        let Some([without, with]) = pair.values(&findings.answer.metric) else { continue };
        out.push(&[
            Cell::Integer(i64::from(pair.number)),
            Cell::Text(pair.part().name()),
            Cell::Integer(i64::from(pair.part().replication())),
            Cell::Float(without),
            Cell::Float(with),
            Cell::Float(with - without),
            Cell::Text(&findings.answer.unit),
        ]);
    }
    out
}

pub(super) fn classes(findings: &Findings) -> Batch {
    let mut out = Batch::new(&CLASSES);
    for (group, measure, metric) in GROUPS {
        let Some(moved) = findings.moved(metric) else { continue };
        let mut row =
            vec![Cell::Text(group), Cell::Text(measure), Cell::Text(metric), Cell::Text(&moved.unit)];
        row.extend(middle_cells(moved));
        row.extend(total_cells(moved));
        row.push(Cell::Text(moved.said().name()));
        out.push(&row);
    }
    out
}

pub(super) fn metrics(findings: &Findings) -> Batch {
    let mut out = Batch::new(&METRICS);
    for moved in &findings.all {
        let mut row = vec![
            Cell::Text(&moved.metric),
            Cell::Text(&moved.unit),
            Cell::Integer(i64::from(moved.paired.difference.count)),
        ];
        row.extend(middle_cells(moved));
        row.extend(total_cells(moved));
        row.push(Cell::Text(moved.said().name()));
        out.push(&row);
    }
    out
}

/// Every range, those that move the answer first.
pub(super) fn drivers(about: &About, findings: &Findings) -> Batch {
    let mut out = Batch::new(&DRIVERS);
    let moving = findings.movers.iter().map(|m| (m.range, m.slope, m.share, m.turns_at.unwrap_or(f64::NAN)));
    let rest = (0..about.ranges.len()).filter(|i| findings.movers.iter().all(|m| m.range != *i));
    for (range, slope, share, turns_at) in moving.chain(rest.map(|i| (i, f64::NAN, f64::NAN, f64::NAN))) {
        let Some(range) = about.ranges.get(range) else { continue };
        out.push(&[
            Cell::Text(&range.path),
            Cell::Text(&range.name),
            Cell::Text(&range.tag),
            Cell::Float(range.value),
            Cell::Float(range.low),
            Cell::Float(range.high),
            Cell::Float(slope),
            Cell::Float(share),
            Cell::Float(turns_at),
        ]);
    }
    out
}

pub(super) fn draws(about: &About, pairs: &[Pair]) -> Batch {
    let mut out = Batch::new(&DRAWS);
    for pair in pairs {
        for (range, value) in about.ranges.iter().zip(&pair.drawn) {
            out.push(&[Cell::Integer(i64::from(pair.number)), Cell::Text(&range.path), Cell::Float(*value)]);
        }
    }
    out
}

pub(super) fn policy(about: &About) -> Batch {
    let mut out = Batch::new(&POLICY);
    for number in &about.numbers {
        out.push(&[
            Cell::Text(&number.rule),
            Cell::Text(number.name),
            Cell::Float(number.value),
            Cell::Text(number.unit),
            Cell::Text(number.confidence),
            Cell::Text(&number.source),
            Cell::Text(number.meaning),
        ]);
    }
    out
}

pub(super) fn criteria(grade: &Grade) -> Batch {
    let mut out = Batch::new(&GRADE);
    for criterion in &grade.criteria {
        out.push(&[
            Cell::Text(criterion.name),
            Cell::Text(criterion.level.name()),
            Cell::Text(&criterion.found),
        ]);
    }
    out
}

pub(super) fn facts(about: &About) -> Batch {
    let mut out = Batch::new(&FACTS);
    for verdict in &about.verdicts {
        out.push(&[Cell::Text(&verdict.fact), Cell::Text(&verdict.claim), Cell::Text(&verdict.said)]);
    }
    out
}

pub(super) fn values(pairs: &[Pair]) -> Batch {
    let mut out = Batch::new(&VALUES);
    for pair in pairs {
        let Ok(arms) = &pair.outcome else { continue };
        for (arm, metrics) in ["without", "with"].into_iter().zip(arms) {
            for metric in metrics {
                out.push(&[
                    Cell::Integer(i64::from(pair.number)),
                    Cell::Text(pair.part().name()),
                    Cell::Text(arm),
                    Cell::Text(&metric.name),
                    Cell::Float(metric.value),
                    Cell::Text(&metric.unit),
                ]);
            }
        }
    }
    out
}

pub(super) fn failures(pairs: &[Pair]) -> Batch {
    let mut out = Batch::new(&FAILURES);
    for pair in pairs {
        if let Err(message) = &pair.outcome {
            out.push(&[Cell::Integer(i64::from(pair.number)), Cell::Text(message)]);
        }
    }
    out
}
