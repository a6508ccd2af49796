//! Pairs: both arms of one replication with the same parameters, run one after the other on one thread.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use super::Part;
use crate::compare::panic_message;
use crate::{ExperimentError, Metric};

/// What came out of a pair.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// Its number, from 0.
    pub number: u32,
    /// The values of uncertain parameters; empty at best guesses.
    pub drawn: Vec<f64>,
    /// Numbers without and with the policy, or why there are none.
    pub outcome: Result<[Vec<Metric>; 2], String>,
}

/// Units of amounts: one that an arm does not report is none of it.
const AMOUNTS: [&str; 7] = ["TWh", "GWh", "GW", "GW-years", "requests", "M$", "EH/s"];

impl Pair {
    /// A pair of which an amount that only one arm reports is zero in the other.
    pub fn new(number: u32, drawn: Vec<f64>, outcome: Result<[Vec<Metric>; 2], String>) -> Pair {
        let outcome = outcome.map(|[mut without, mut with]| {
            complete(&mut without, &with);
            complete(&mut with, &without);
            [without, with]
        });
        Pair { number, drawn, outcome }
    }

    /// What it shows.
    pub fn part(&self) -> Part {
        Part::of(self.number)
    }

    /// A metric without and with the policy; `None` where the pair failed or an arm has no value.
    pub fn values(&self, metric: &str) -> Option<[f64; 2]> {
        let [without, with] = self.outcome.as_ref().ok()?;
        let find = |list: &[Metric]| list.iter().find(|m| m.name == metric).map(|m| m.value);
        Some([find(without)?, find(with)?])
    }
}

fn complete(mine: &mut Vec<Metric>, theirs: &[Metric]) {
    for other in theirs.iter().filter(|m| AMOUNTS.contains(&m.unit.as_str())) {
        if mine.iter().all(|m| m.name != other.name) {
            mine.push(Metric { value: 0.0, ..other.clone() });
        }
    }
}

/// Runs pairs on `threads` threads (all of the machine's if `None`), in order of their number in the result.
/// `simulate(pair)` must be a pure function; `finished` is called after each, from any thread.
pub fn run(
    pairs: Range<u32>,
    threads: Option<usize>,
    simulate: &(dyn Fn(u32) -> Pair + Sync),
    finished: &(dyn Fn() + Sync),
) -> Result<Vec<Pair>, ExperimentError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build()?;
    let one = |number: u32| {
        let pair = catch_unwind(AssertUnwindSafe(|| simulate(number)))
            .unwrap_or_else(|panic| Pair::new(number, Vec::new(), Err(panic_message(panic.as_ref()))));
        finished();
        pair
    };
    Ok(pool.install(|| pairs.into_par_iter().map(one).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(name: &str, unit: &str, value: f64) -> Metric {
        Metric { name: name.to_owned(), unit: unit.to_owned(), value }
    }

    #[test]
    fn what_only_one_arm_has_is_none_of_it_or_without_a_value() {
        let without = vec![metric("mining_served_twh", "TWh", 3.0), metric("mining_price", "$/MWh", 40.0)];
        let pair = Pair::new(0, Vec::new(), Ok([without, vec![metric("x_gwh", "GWh", 1.0)]]));
        assert_eq!(pair.values("mining_served_twh"), Some([3.0, 0.0]));
        assert_eq!(pair.values("x_gwh"), Some([0.0, 1.0]));
        assert_eq!(pair.values("mining_price"), None);
    }

    #[test]
    fn threads_do_not_matter_and_a_pair_that_breaks_takes_only_itself_out() {
        let simulate = |number: u32| {
            assert!(number != 2, "no water");
            let list = |add: f64| vec![metric("x", "", f64::from(number) + add)];
            Pair::new(number, Vec::new(), Ok([list(0.0), list(1.0)]))
        };
        let one = run(0..5, Some(1), &simulate, &|| ()).expect("runs");
        let two = run(0..5, Some(2), &simulate, &|| ()).expect("runs");
        assert_eq!(one, two);
        assert!(one[2].outcome.as_ref().is_err_and(|message| message.contains("no water")));
        assert_eq!(one[4].values("x"), Some([4.0, 5.0]));
    }
}
