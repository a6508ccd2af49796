//! What the pairs of a brief say: every metric's paired difference and its total interval, and what moves the
//! headline.
//!
//! Below [`FEW_DRAWS`] draws quantiles mean little, so the interval is that from the least to the greatest result,
//! of which `n` draws hold (n - 1) / (n + 1) on average (the spacings of a sample are alike). Parameters are fitted together
//! if there are enough draws for it, otherwise each by itself.

use super::{Headline, Pair, Part, Question};
use crate::stats::{Drivers, Paired, Total, Wording, wording};

/// Level of confidence of all intervals.
pub const CONFIDENCE: f64 = 0.95;
/// Draws from which on quantiles are taken.
pub const FEW_DRAWS: u32 = 40;

/// What a policy does to a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// The metric.
    pub metric: String,
    /// Its unit.
    pub unit: String,
    /// Without, with, and their difference at best guesses, with its simulation interval.
    pub paired: Paired,
    /// The difference over draws; `None` with fewer than two.
    pub total: Option<Total>,
}

/// What the difference allows one to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// No pair differs in the last digit.
    Nothing,
    /// There are too few pairs for intervals.
    TooFew,
    /// One of both intervals contains zero.
    Unclear,
    /// Both lie above zero.
    Higher,
    /// Both lie below zero.
    Lower,
}

impl Said {
    /// The word in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Said::Nothing => "no difference in any pair",
            Said::TooFew => "no interval",
            Said::Unclear => "not distinguishable from zero",
            Said::Higher => "higher",
            Said::Lower => "lower",
        }
    }
}

impl Moved {
    fn of(metric: &str, unit: &str, pairs: &[Pair]) -> Option<Moved> {
        let (mut without, mut with, mut drawn) = (Vec::new(), Vec::new(), Vec::new());
        for pair in pairs {
            let Some([base, other]) = pair.values(metric) else { continue };
            match pair.part() {
                Part::Best(_) => {
                    without.push(base);
                    with.push(other);
                }
                Part::Draw(_) => drawn.push(other - base),
            }
        }
        let paired = Paired::of(&without, &with, CONFIDENCE)?;
        let total = (drawn.len() > 1).then(|| Total::of(&drawn, held(drawn.len() as u32))).flatten();
        Some(Moved { metric: metric.to_owned(), unit: unit.to_owned(), paired, total })
    }

    /// What the difference allows one to say.
    pub fn said(&self) -> Said {
        let simulation = self.paired.difference.interval;
        let total = self.total.map(|total| total.interval);
        if simulation == Some((0.0, 0.0)) && total == Some((0.0, 0.0)) {
            return Said::Nothing;
        }
        match (wording(simulation), wording(total)) {
            (Wording::NoInterval, _) | (_, Wording::NoInterval) => Said::TooFew,
            (Wording::Higher, Wording::Higher) => Said::Higher,
            (Wording::Lower, Wording::Lower) => Said::Lower,
            _ => Said::Unclear,
        }
    }

    /// The share of draws with the sign of the difference at best guesses, in percent.
    pub fn sign_percent(&self) -> Option<f64> {
        let total = self.total?;
        let share =
            if self.paired.difference.mean < 0.0 { total.negative_share } else { total.positive_share };
        Some(100.0 * share)
    }
}

/// The share of draws between the ends of the interval: all of few.
fn held(draws: u32) -> f64 {
    if draws < FEW_DRAWS { 1.0 } else { CONFIDENCE }
}

/// How much of all possible draws the interval of so many holds on average.
pub fn expected_share(draws: u32) -> f64 {
    if draws < FEW_DRAWS { f64::from(draws.saturating_sub(1)) / f64::from(draws + 1) } else { CONFIDENCE }
}

/// A parameter that moves the headline.
#[derive(Clone, Debug, PartialEq)]
pub struct Mover {
    /// Its number among the ranges.
    pub range: usize,
    /// Change of the difference per unit of the parameter.
    pub slope: f64,
    /// Share of the variance of the difference over the draws.
    pub share: f64,
    /// Its value at which the fitted difference is zero, within the drawn values.
    pub turns_at: Option<f64>,
}

/// What the pairs say.
#[derive(Clone, Debug)]
pub struct Findings {
    /// The number that answers the question.
    pub headline: &'static Headline,
    /// What the policy does to it.
    pub answer: Moved,
    /// What it does to every metric, in order of first appearance.
    pub all: Vec<Moved>,
    /// The parameters that move the headline, the strongest first.
    pub movers: Vec<Mover>,
    /// Whether they were fitted together.
    pub together: bool,
    /// Pairs at best guesses that answer.
    pub best: u32,
    /// Draws that answer.
    pub draws: u32,
    /// Pairs that failed.
    pub failed: u32,
    /// Pairs that ran and have no value of the headline.
    pub silent: u32,
}

impl Findings {
    /// What the pairs say; `None` where none of them, at best guesses, has a number that answers the question.
    /// `ranges` is the number of uncertain parameters.
    pub fn of(question: &'static Question, pairs: &[Pair], ranges: usize) -> Option<Findings> {
        let mut names: Vec<(String, String)> = Vec::new();
        for metric in pairs.iter().filter_map(|pair| pair.outcome.as_ref().ok()).flatten().flatten() {
            if !names.iter().any(|(name, _)| *name == metric.name) {
                names.push((metric.name.clone(), metric.unit.clone()));
            }
        }
        let all: Vec<Moved> =
            names.iter().filter_map(|(metric, unit)| Moved::of(metric, unit, pairs)).collect();
        let (headline, answer) = question.headlines.iter().find_map(|headline| {
            Some((headline, all.iter().find(|moved| moved.metric == headline.metric)?.clone()))
        })?;
        let mut drawn: Vec<(Vec<f64>, f64)> = Vec::new();
        let mut best = 0;
        let (mut failed, mut silent) = (0, 0);
        for pair in pairs {
            match (pair.values(headline.metric), pair.part()) {
                (Some(_), Part::Best(_)) => best += 1,
                (Some([base, other]), Part::Draw(_)) => drawn.push((pair.drawn.clone(), other - base)),
                (None, _) if pair.outcome.is_err() => failed += 1,
                (None, _) => silent += 1,
            }
        }
        let draws = drawn.len() as u32;
        let (parameters, results): (Vec<Vec<f64>>, Vec<f64>) = drawn.into_iter().unzip();
        let (movers, together) = movers(&parameters, &results, ranges);
        Some(Findings { headline, answer, all, movers, together, best, draws, failed, silent })
    }

    /// What the policy does to a metric, if the pairs have it.
    pub fn moved(&self, metric: &str) -> Option<&Moved> {
        self.all.iter().find(|moved| moved.metric == metric)
    }
}

/// All parameters together, or each by itself where there are too few draws for that.
fn movers(parameters: &[Vec<f64>], results: &[f64], ranges: usize) -> (Vec<Mover>, bool) {
    let mover = |range: usize, driver: &crate::stats::Driver| Mover {
        range,
        slope: driver.slope,
        share: driver.share,
        turns_at: driver.turns_at,
    };
    if let Some(found) = Drivers::of(parameters, results) {
        return (found.list.iter().map(|driver| mover(driver.parameter, driver)).collect(), true);
    }
    let alone = |range: usize| {
        let column: Vec<Vec<f64>> =
            parameters.iter().filter_map(|row| row.get(range)).map(|&x| vec![x]).collect();
        Some(mover(range, &Drivers::of(&column, results)?.list[0]))
    };
    let mut list: Vec<Mover> = (0..ranges).filter_map(alone).collect();
    list.sort_by(|a, b| b.share.total_cmp(&a.share));
    (list, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Metric;
    use crate::brief::question;

    /// Pairs whose household bill rises by `rise(part, draw)`; the one parameter is the draw's number.
    pub(in crate::brief) fn pairs(count: u32, rise: &dyn Fn(Part) -> f64) -> Vec<Pair> {
        let list = |value: f64| {
            vec![Metric {
                name: "residential_bill_usd_per_month".to_owned(),
                unit: "$/month".to_owned(),
                value,
            }]
        };
        let one = |number: u32| {
            let part = Part::of(number);
            let base = 100.0 + f64::from(number % 5);
            let drawn = match part {
                Part::Best(_) => Vec::new(),
                Part::Draw(n) => vec![f64::from(n)],
            };
            Pair::new(number, drawn, Ok([list(base), list(base + rise(part))]))
        };
        (0..count).map(one).collect()
    }

    fn findings(count: u32, rise: &dyn Fn(Part) -> f64) -> Findings {
        let question = question("who-pays").expect("a question");
        Findings::of(question, &pairs(count, rise), 1).expect("a headline")
    }

    /// Best guesses rise by 4, 5, 4, 5; draws by their number less 2: -2 to 5, seven of eight not negative.
    #[test]
    fn intervals_and_signs_by_hand() {
        let rise = |part: Part| match part {
            Part::Best(n) => 4.0 + f64::from(n % 2),
            Part::Draw(n) => f64::from(n) - 2.0,
        };
        let found = findings(12, &rise);
        assert_eq!((found.best, found.draws, found.failed), (4, 8, 0));
        let answer = &found.answer;
        assert!((answer.paired.difference.mean - 4.5).abs() < 1e-12);
        let total = answer.total.expect("draws");
        assert_eq!(total.interval, (-2.0, 5.0));
        assert_eq!((total.positive_share, total.negative_share), (5.0 / 8.0, 2.0 / 8.0));
        assert_eq!(answer.sign_percent(), Some(62.5));
        // The simulation interval is well above zero, the total is not.
        assert_eq!(answer.said(), Said::Unclear);
        let [mover] = &found.movers[..] else { panic!("one parameter") };
        assert!((mover.slope - 1.0).abs() < 1e-9 && (mover.share - 1.0).abs() < 1e-9);
        assert!((mover.turns_at.expect("inside") - 2.0).abs() < 1e-9);
    }

    #[test]
    fn clear_cases() {
        let noise = |part: Part| f64::from(part.replication() % 3) * 0.1;
        assert_eq!(findings(12, &|part| 3.0 + noise(part)).answer.said(), Said::Higher);
        assert_eq!(findings(12, &|part| -3.0 - noise(part)).answer.said(), Said::Lower);
        assert_eq!(findings(12, &|_| 0.0).answer.said(), Said::Nothing);
        assert_eq!(findings(1, &|_| 3.0).answer.said(), Said::TooFew);
        assert_eq!(findings(12, &|part| noise(part) - 0.1).answer.said(), Said::Unclear);
    }

    #[test]
    fn few_draws_hold_less() {
        assert!((expected_share(9) - 0.8).abs() < 1e-12);
        assert!((expected_share(39) - 0.95).abs() < 1e-12);
        assert_eq!(expected_share(100), 0.95);
        assert_eq!(expected_share(0), 0.0);
    }
}
