//! A brief as tables: everything that a page says stands in them, words too.

use std::fmt::Write;

use gridrush_tables::{Batch, Cell, Column, Kind, Table, shown};

use super::findings::{CONFIDENCE, Findings, Said};
use super::words::{answer, capitalised, intervals, signed};
use super::{Grade, Moved, Obstacle, Pair, Question, Standing, Verdict};

/// A number of the policy.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyNumber {
    /// The rule.
    pub rule: String,
    /// Its name.
    pub name: &'static str,
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// How well it is known.
    pub confidence: &'static str,
    /// Where it is found, if not where the policy is.
    pub source: String,
    /// What it means.
    pub meaning: &'static str,
}

impl PolicyNumber {
    /// Whether nobody has looked it up.
    pub fn is_unsure(&self) -> bool {
        matches!(self.confidence, "memory" | "assumed")
    }
}

/// The range of an uncertain parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Its dotted path.
    pub path: String,
    /// What it is.
    pub name: String,
    /// Where the range comes from.
    pub tag: String,
    /// Best guess.
    pub value: f64,
    /// Least value.
    pub low: f64,
    /// Greatest value.
    pub high: f64,
}

/// What a brief is about.
#[derive(Clone, Debug)]
pub struct About {
    /// The question.
    pub question: &'static Question,
    /// Id of the policy.
    pub policy: String,
    /// Its title.
    pub title: String,
    /// Where it is law.
    pub jurisdiction: String,
    /// Whose law it is in the region.
    pub standing: Standing,
    /// The region's name and readable name.
    pub region: [String; 2],
    /// What the policy is compared with, in words.
    pub against: String,
    /// Policies of both arms.
    pub arms: [Vec<String>; 2],
    /// First and last year.
    pub years: [i64; 2],
    /// First day of the policy in its own file.
    pub effective: String,
    /// Rules that cannot act.
    pub obstacles: Vec<Obstacle>,
    /// What the file leaves out of its law, and further remarks in it.
    pub remarks: Vec<String>,
    /// Its numbers.
    pub numbers: Vec<PolicyNumber>,
    /// What is drawn.
    pub ranges: Vec<Drawn>,
    /// What the region's pack says of itself.
    pub notices: Vec<String>,
    /// Verdicts on stylised facts.
    pub verdicts: Vec<Verdict>,
    /// The line that makes the same brief again.
    pub rerun: String,
    /// Version of the program.
    pub version: String,
}

/// Tables of a brief, in order.
#[derive(Clone, Debug)]
pub struct Brief {
    /// The answer in one sentence.
    pub sentence: String,
    /// Everything.
    pub tables: Vec<Batch>,
}

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

/// Puts a brief together.
pub fn brief(about: &About, pairs: &[Pair], findings: &Findings, grade: &Grade) -> Brief {
    let sentence = sentence(about, findings);
    let mut tables = vec![text(about, findings, grade, &sentence), answer_row(about, findings, grade)];
    tables.push(pair_rows(pairs, findings));
    tables.push(classes(findings));
    tables.push(metrics(findings));
    tables.push(drivers(about, findings));
    tables.extend([draws(about, pairs), policy(about), criteria(grade), facts(about)]);
    tables.extend([values(pairs), failures(pairs)]);
    Brief { sentence, tables }
}

fn sentence(about: &About, findings: &Findings) -> String {
    let name = format!("“{}” ({})", about.title, about.jurisdiction);
    answer(findings, &name, &about.region[1], &about.against)
}

/// What every page says of a law that is not of the region.
fn banner(about: &About) -> Option<String> {
    let [_, region] = &about.region;
    match about.standing {
        Standing::Home => None,
        Standing::Part => {
            Some(format!("Law of {}, a part of {region}, tried on all of it.", about.jurisdiction))
        }
        Standing::Transplant => Some(format!(
            "Law of {} tried on {region}: a transplant, not a forecast of either place.",
            about.jurisdiction
        )),
    }
}

fn text(about: &About, findings: &Findings, grade: &Grade, sentence: &str) -> Batch {
    let mut out = Batch::new(&TEXT);
    let mut say = |section: &str, text: &str| out.push(&[Cell::Text(section), Cell::Text(text)]);
    let [_, region] = &about.region;
    let name = format!("“{}”", about.title);
    say("title", &format!("{name} in {region}: {}", about.question.id.replace('-', " ")));
    if let Some(banner) = banner(about) {
        say("banner", &banner);
    }
    say("question", &about.question.asks.replace("{policy}", &name).replace("{region}", region));
    say("answer", sentence);
    say("intervals", &intervals(findings));
    let answer = &findings.answer;
    say(
        "chart",
        &format!("{}: with the policy less without it, {}", capitalised(findings.headline.of), answer.unit),
    );
    say("setting", &setting(about, findings));
    say("grade", &format!("Confidence: {}", grade.name));
    for line in why(about, findings) {
        say("why", &line);
    }
    for line in flips(about, findings) {
        say("flips", &line);
    }
    for line in assumptions(about) {
        say("assumptions", &line);
    }
    for line in leakage(about, findings) {
        say("leakage", &line);
    }
    for line in silent(about) {
        say("silent", &line);
    }
    say("rerun", &about.rerun);
    say("footer", &format!("gridrush {}. {}", about.version, about.notices.join(" ")));
    out
}

fn setting(about: &About, findings: &Findings) -> String {
    let list = |arm: &[String]| if arm.is_empty() { "none".to_owned() } else { arm.join(", ") };
    let [first, last] = about.years;
    let count = findings.best + findings.draws + findings.silent + findings.failed;
    format!(
        "{count} pairs of runs, {first} to {last}: {} at best guesses, {} at draws from the ranges of {} parameters, \
         with common random numbers. Policies without: {}. With: {}. {} is in force from the first day (in its own file: {}).",
        findings.best,
        findings.draws,
        about.ranges.len(),
        list(&about.arms[0]),
        list(&about.arms[1]),
        about.policy,
        about.effective
    )
}

/// Channels whose simulation interval excludes zero, the most certain first; the others in one line.
fn why(about: &About, findings: &Findings) -> Vec<String> {
    let (mut clear, mut unclear, mut still) = (Vec::new(), Vec::new(), Vec::new());
    for channel in about.question.channels {
        let Some(moved) = findings.moved(channel.metric) else { continue };
        let d = &moved.paired.difference;
        if d.mean == 0.0 && d.standard_error.is_none_or(|error| error == 0.0) {
            still.push(channel.name);
        } else if d.is_distinguishable_from_zero() == Some(true) {
            let t = d.standard_error.map_or(0.0, |error| (d.mean / error).abs());
            let line = format!(
                "{}: {} → {} {} ({}; {}).",
                capitalised(channel.name),
                shown(moved.paired.base_mean),
                shown(moved.paired.other_mean),
                moved.unit,
                signed(d.mean),
                if moved.said() == Said::Unclear {
                    "not clear over the draws"
                } else {
                    "clear over the draws"
                }
            );
            clear.push((t, line));
        } else {
            unclear.push(channel.name);
        }
    }
    clear.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut out: Vec<String> = clear.into_iter().map(|(_, line)| line).collect();
    if out.is_empty() {
        out.push("No channel moves clearly at best guesses.".to_owned());
    }
    if !unclear.is_empty() {
        out.push(format!("Not distinguishable from zero: {}.", unclear.join("; ")));
    }
    if !still.is_empty() {
        out.push(format!("Unchanged in every pair: {}.", still.join("; ")));
    }
    out
}

/// Parameters that turn the sign, or that nothing drawn does.
fn flips(about: &About, findings: &Findings) -> Vec<String> {
    let mut out = Vec::new();
    if findings.answer.said() == Said::Nothing {
        return vec!["Nothing that was drawn: no pair differs.".to_owned()];
    }
    for mover in findings.movers.iter().filter(|mover| mover.share >= 0.05).take(5) {
        let Some(range) = about.ranges.get(mover.range) else { continue };
        let mut line = format!(
            "{}, {} to {} (best guess {}, {}): {:.0} % of the spread",
            capitalised(&range.name),
            shown(range.low),
            shown(range.high),
            shown(range.value),
            range.tag,
            100.0 * mover.share
        );
        let _ = match mover.turns_at {
            Some(at) => write!(line, "; the sign turns at {}.", shown(at)),
            None => write!(line, "; turns no sign within its range."),
        };
        out.push(line);
    }
    if out.is_empty() {
        out.push("Too few draws to say which parameter moves the answer.".to_owned());
    } else if !findings.together {
        out.push(
            "Each parameter is fitted by itself: there are too few draws to fit all together.".to_owned(),
        );
    }
    out
}

fn assumptions(about: &About) -> Vec<String> {
    let mut out = Vec::new();
    let unsure: Vec<String> = (about.numbers.iter())
        .filter(|number| number.is_unsure())
        .map(|n| {
            format!(
                "{} {} {} ({}, {})",
                n.meaning,
                shown(n.value),
                n.unit,
                n.rule.replace('_', " "),
                n.confidence
            )
        })
        .collect();
    out.push(match unsure.len() {
        0 => "No number of the policy is from memory or assumed.".to_owned(),
        count => format!("Numbers of the policy that nobody looked up: {}{}.", first(&unsure), rest(count)),
    });
    let common = about.ranges.iter().filter(|range| !range.path.starts_with("policy."));
    let common: Vec<String> = common.map(|range| format!("{} ({})", range.name, range.tag)).collect();
    let policy = about.ranges.len() - common.len();
    out.push(format!(
        "Ranges drawn: {}; and {policy} numbers of the policy (tables drivers and draws).",
        common.join("; ")
    ));
    out.push(
        "The number of requests and of study desks, in proportion to the region's peak, and the share of requests \
         that is meant to be built are assumed."
            .to_owned(),
    );
    out.extend(about.remarks.iter().map(|remark| format!("The policy's file says: {remark}")));
    out
}

/// Entries of a list that the page has room for.
const SHOWN: usize = 8;

fn first(list: &[String]) -> String {
    list[..list.len().min(SHOWN)].join("; ")
}

fn rest(count: usize) -> String {
    if count > SHOWN { format!("; and {} more (table policy)", count - SHOWN) } else { String::new() }
}

fn leakage(about: &About, findings: &Findings) -> Vec<String> {
    let mut out =
        vec![format!("Nothing outside {} is simulated: what leaves is not followed.", about.region[1])];
    for (metric, what) in [("asked_gw", "was asked for"), ("left_the_queue_gw", "left the queue")] {
        let Some(moved) = findings.moved(metric) else { continue };
        out.push(format!(
            "Capacity that {what}: {} GW without, {} GW with the policy ({}).",
            shown(moved.paired.base_mean),
            shown(moved.paired.other_mean),
            signed(moved.paired.difference.mean)
        ));
    }
    out
}

fn silent(about: &About) -> Vec<String> {
    let mut out: Vec<String> = about.question.silent.iter().map(|&line| line.to_owned()).collect();
    let cannot = about.obstacles.iter();
    out.extend(cannot.map(|o| format!("Rule {} of the policy does not act here: it {}.", o.rule, o.why)));
    let failing: Vec<String> = (about.verdicts.iter())
        .filter(|verdict| verdict.fails())
        .map(|verdict| format!("{} {}", verdict.fact, verdict.claim))
        .collect();
    if !failing.is_empty() {
        out.push(format!("Known facts that the model misses: {}.", failing.join("; ")));
    }
    out
}

fn answer_row(about: &About, findings: &Findings, grade: &Grade) -> Batch {
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

fn pair_rows(pairs: &[Pair], findings: &Findings) -> Batch {
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

fn classes(findings: &Findings) -> Batch {
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

fn metrics(findings: &Findings) -> Batch {
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
fn drivers(about: &About, findings: &Findings) -> Batch {
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

fn draws(about: &About, pairs: &[Pair]) -> Batch {
    let mut out = Batch::new(&DRAWS);
    for pair in pairs {
        for (range, value) in about.ranges.iter().zip(&pair.drawn) {
            out.push(&[Cell::Integer(i64::from(pair.number)), Cell::Text(&range.path), Cell::Float(*value)]);
        }
    }
    out
}

fn policy(about: &About) -> Batch {
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

fn criteria(grade: &Grade) -> Batch {
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

fn facts(about: &About) -> Batch {
    let mut out = Batch::new(&FACTS);
    for verdict in &about.verdicts {
        out.push(&[Cell::Text(&verdict.fact), Cell::Text(&verdict.claim), Cell::Text(&verdict.said)]);
    }
    out
}

fn values(pairs: &[Pair]) -> Batch {
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

fn failures(pairs: &[Pair]) -> Batch {
    let mut out = Batch::new(&FAILURES);
    for pair in pairs {
        if let Err(message) = &pair.outcome {
            out.push(&[Cell::Integer(i64::from(pair.number)), Cell::Text(message)]);
        }
    }
    out
}

const _: () = assert!(CONFIDENCE == 0.95, "declarations say 95 %");
