//! Numbers and sentences of a brief.

use std::fmt::Write;

use gridrush_tables::shown;

use super::findings::{Findings, Said, expected_share};
use super::{Moved, WANTED_DRAWS};

/// A difference with its sign.
pub(super) fn signed(x: f64) -> String {
    if x > 0.0 { format!("+{}", shown(x)) } else { shown(x) }
}

/// The unit in a sentence.
fn unit(moved: &Moved) -> &str {
    if moved.unit == "d" { "days" } else { &moved.unit }
}

/// An amount with its unit.
pub(super) fn amount(x: f64, unit: &str) -> String {
    if unit == "$" { format!("${}", shown(x)) } else { format!("{} {unit}", shown(x)) }
}

/// `the household bill` as the beginning of a sentence.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Two ends of an interval.
fn ends((low, high): (f64, f64)) -> String {
    format!("{} to {}", signed(low), signed(high))
}

/// The total interval and the share of each sign, in words; what there is of them.
pub(super) fn total(moved: &Moved) -> String {
    let Some(total) = moved.total else { return "no total interval: fewer than two draws".to_owned() };
    format!(
        "total interval {} {}; {:.0} % of {} draws higher, {:.0} % lower",
        ends(total.interval),
        unit(moved),
        100.0 * total.positive_share,
        total.draws,
        100.0 * total.negative_share
    )
}

/// The answer in one sentence. `policy` and `region` are readable names, `against` what the policy is compared with.
pub(super) fn answer(findings: &Findings, policy: &str, region: &str, against: &str) -> String {
    let (moved, headline) = (&findings.answer, findings.headline);
    let difference = moved.paired.difference.mean;
    let total = total(moved);
    let here = format!("Compared with {against}, {policy} in {region}");
    match moved.said() {
        Said::Nothing => format!(
            "{here} makes no difference to {}: all {} pairs are equal to the last digit.",
            headline.of,
            findings.best + findings.draws
        ),
        Said::Higher => {
            format!("{here} {} {} ({total}).", headline.raises, amount(difference, unit(moved)))
        }
        Said::Lower => {
            format!("{here} {} {} ({total}).", headline.lowers, amount(-difference, unit(moved)))
        }
        Said::Unclear => format!(
            "{here} changes {} by {} {}, which is not distinguishable from zero ({total}).",
            headline.of,
            signed(difference),
            unit(moved)
        ),
        Said::TooFew => format!(
            "{here} changes {} by {} {}, from too few pairs to say anything ({total}).",
            headline.of,
            signed(difference),
            unit(moved)
        ),
    }
}

/// What the intervals are, and how far from wanted.
pub(super) fn intervals(findings: &Findings) -> String {
    let moved = &findings.answer;
    let simulation = moved.paired.difference.interval.map_or_else(
        || "With one pair at best guesses there is no simulation interval.".to_owned(),
        |interval| {
            format!(
                "Chance alone, at best guesses, leaves {} {} (95 % simulation interval, {} pairs).",
                ends(interval),
                unit(moved),
                findings.best
            )
        },
    );
    let draws = findings.draws;
    let total = if draws >= WANTED_DRAWS {
        format!(" The total interval holds the middle 95 % of {draws} draws of what is uncertain.")
    } else if draws > 1 {
        format!(
            " The total interval is provisional: {draws} of {WANTED_DRAWS} wanted draws, which hold about {:.0} % of \
             what the ranges allow; more time narrows the first interval and may widen this one.",
            100.0 * expected_share(draws)
        )
    } else {
        String::new()
    };
    let mut out = simulation + &total;
    if moved.said() == Said::Nothing {
        out += " That no pair differs means that the rule does not bind, or that too little happens in these years (--years).";
    }
    if findings.silent > 0 {
        let _ = write!(out, " {} pairs have no value of this number.", findings.silent);
    }
    if findings.failed > 0 {
        let _ = write!(out, " {} pairs failed and are left out.", findings.failed);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Metric;
    use crate::brief::{Pair, question};

    #[test]
    fn differences_have_their_sign() {
        assert_eq!(
            (signed(2.0), signed(-2.0), signed(0.0)),
            ("+2".to_owned(), "-2".to_owned(), "0".to_owned())
        );
    }

    fn findings(count: u32, rise: &dyn Fn(u32) -> f64) -> Findings {
        let list = |value: f64| {
            let name = "residential_bill_usd_per_month".to_owned();
            vec![Metric { name, unit: "$/month".to_owned(), value }]
        };
        let one = |n: u32| Pair::new(n, vec![f64::from(n)], Ok([list(100.0), list(100.0 + rise(n))]));
        let pairs: Vec<Pair> = (0..count).map(one).collect();
        Findings::of(question("who-pays").expect("a question"), &pairs, 1).expect("a headline")
    }

    #[test]
    fn the_sentence_says_what_the_intervals_allow() {
        let said = |found: &Findings| answer(found, "the tariff", "Texas", "no policy");
        let higher = said(&findings(12, &|n| 4.0 + f64::from(n % 2)));
        let start = "Compared with no policy, the tariff in Texas raises the mean monthly bill of a household by 4.5 $/month \
                     (total interval +4 to +5 $/month; 100 % of 8 draws higher, 0 % lower).";
        assert_eq!(higher, start);
        let lower = said(&findings(12, &|n| -4.0 - f64::from(n % 2)));
        assert!(lower.contains("lowers the mean monthly bill of a household by 4.5 $/month"), "{lower}");
        let unclear = said(&findings(12, &|n| 3.0 - f64::from(n)));
        assert!(unclear.contains("not distinguishable from zero"), "{unclear}");
        assert!(said(&findings(12, &|_| 0.0)).contains("makes no difference"), "nothing moves");
        assert!(said(&findings(1, &|_| 1.0)).contains("too few"), "one pair");
        assert!(
            intervals(&findings(12, &|n| f64::from(n)))
                .contains("8 of 100 wanted draws, which hold about 78 %")
        );
    }
}
