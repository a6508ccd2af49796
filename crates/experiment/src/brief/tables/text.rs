//! What the pages of a brief say, as rows of [`TEXT`].

use std::fmt::Write;

use gridrush_tables::{Batch, Cell, shown};

use super::About;
use super::declared::TEXT;
use crate::brief::findings::{Findings, Said};
use crate::brief::words::{answer, capitalised, intervals, signed};
use crate::brief::{Grade, Standing};

pub(super) fn sentence(about: &About, findings: &Findings) -> String {
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

pub(super) fn text(about: &About, findings: &Findings, grade: &Grade, sentence: &str) -> Batch {
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
