//! Intervals hold the truth as often as they say: many synthetic experiments with a known answer.

use gridrush_core::kernel::{Purpose, Streams, uniform_open};
use gridrush_core::math::normal_quantile;
use gridrush_core::names::Key;
use gridrush_experiment::design::latin_hypercube;
use gridrush_experiment::stats::{
    Bootstrap, Paired, QuantileEstimate, Ratio, Stopping, Total, Verdict, bonferroni, holm,
};

const EXPERIMENTS: u32 = 4_000;

/// Normal draws of one experiment.
fn normals(experiment: u32, purpose: &'static str, count: usize) -> Vec<f64> {
    let mut rng = Streams::new(17, experiment).open(Key::of("coverage"), Purpose::of(purpose));
    (0..count).map(|_| normal_quantile(uniform_open(&mut rng))).collect()
}

/// Two arms of `n` common replications: what is common is five times as strong as what is not.
fn arms(experiment: u32, n: usize, effect: f64) -> (Vec<f64>, Vec<f64>) {
    let [common, a, b] = ["common", "first", "second"].map(|purpose| normals(experiment, purpose, n));
    let base: Vec<f64> = common.iter().zip(&a).map(|(c, e)| 20.0 + 5.0 * c + e).collect();
    let other = common.iter().zip(&b).map(|(c, e)| 20.0 + effect + 5.0 * c + e).collect();
    (base, other)
}

fn share(hits: impl Iterator<Item = bool>) -> f64 {
    let (mut hit, mut all) = (0, 0);
    for one in hits {
        hit += u32::from(one);
        all += 1;
    }
    f64::from(hit) / f64::from(all)
}

fn holds(interval: Option<(f64, f64)>, truth: f64) -> bool {
    let (low, high) = interval.expect("an interval");
    low <= truth && truth <= high
}

fn assert_nominal(name: &str, coverage: f64) {
    assert!((0.93..=0.97).contains(&coverage), "{name}: {coverage}");
}

#[test]
fn paired_t_intervals_hold_the_truth() {
    for n in [4, 10, 30] {
        let coverage = share((0..EXPERIMENTS).map(|e| {
            let (base, other) = arms(e, n, 1.5);
            holds(Paired::of(&base, &other, 0.95).expect("pairs").difference.interval, 1.5)
        }));
        assert_nominal(&format!("t, {n} replications"), coverage);
    }
}

#[test]
fn pairing_is_worth_what_the_common_part_makes() {
    // Variances 26 each, 2 for the difference: 52 / 2.
    let (base, other) = arms(0, 20_000, 1.5);
    let factor = Paired::of(&base, &other, 0.95).expect("pairs").variance_factor().expect("varies");
    assert!((factor - 26.0).abs() < 1.0, "{factor}");
}

#[test]
fn bootstrap_intervals_hold_the_truth() {
    let coverage = share((0..800).map(|e| {
        let (base, other) = arms(e, 40, 1.5);
        let differences: Vec<f64> = base.iter().zip(&other).map(|(a, b)| b - a).collect();
        let bootstrap =
            Bootstrap { draws: 1_000, confidence: 0.95, streams: Streams::new(1, e), key: Key::of("mean") };
        let mut mean =
            |numbers: &[usize]| numbers.iter().map(|&i| differences[i]).sum::<f64>() / numbers.len() as f64;
        let found = bootstrap.accelerated(differences.len(), &mut mean);
        holds(found.map(|found| found.interval), 1.5)
    }));
    assert_nominal("bootstrap", coverage);
}

#[test]
fn ratio_intervals_hold_the_truth() {
    let coverage = share((0..EXPERIMENTS).map(|e| {
        let (base, other) = arms(e, 12, 10.0);
        holds(Ratio::of(&other, &base, 0.95).expect("pairs").interval, 1.5)
    }));
    assert_nominal("ratio", coverage);
}

/// Order statistics cannot hit 95 % exactly: they promise at least that.
#[test]
fn quantile_intervals_hold_at_least_what_they_say() {
    let truth = normal_quantile(0.8);
    let coverage = share((0..EXPERIMENTS).map(|e| {
        let values = normals(e, "quantile", 60);
        holds(QuantileEstimate::of(&values, 0.8, 0.95).expect("values").interval, truth)
    }));
    assert!((0.945..=0.98).contains(&coverage), "{coverage}");
}

/// Twelve comparisons without any effect: corrected, one experiment in twenty finds something. Uncorrected
/// it would be nearly one in two.
#[test]
fn corrections_keep_the_rate_of_false_findings() {
    let found = |correct: &dyn Fn(&[f64]) -> Vec<f64>| {
        share((0..2_000).map(|e| {
            let p: Vec<f64> = (0..12)
                .map(|arm| {
                    let (base, other) = arms(12 * e + arm, 10, 0.0);
                    Paired::of(&base, &other, 0.95).expect("pairs").difference.p_value().expect("pairs")
                })
                .collect();
            correct(&p).iter().any(|&p| p <= 0.05)
        }))
    };
    let (holm, bonferroni, raw) = (found(&holm), found(&bonferroni), found(&<[f64]>::to_vec));
    assert!((0.035..=0.065).contains(&holm), "{holm}");
    assert!(bonferroni <= holm && raw > 0.4, "{bonferroni} {raw}");
}

#[test]
fn stopping_at_a_half_width_keeps_the_coverage() {
    let stopping = Stopping { half_width: 0.5, confidence: 0.95, least: 10, most: 2_000 };
    let mut sizes = 0;
    let coverage = share((0..1_000).map(|e| {
        let all = normals(e, "sequential", 2_000);
        let mut count = 10;
        loop {
            match stopping.verdict(&all[..count]) {
                Verdict::Until(next) => count = next as usize,
                Verdict::Enough => break,
                Verdict::Exhausted => panic!("2,000 replications are plenty"),
            }
        }
        sizes += count;
        let estimate = gridrush_experiment::stats::Estimate::of(&all[..count], 0.95).expect("values");
        holds(estimate.interval, 0.0)
    }));
    // The normal count is (1.96 / 0.5)^2 = 15.4; early luck costs a little coverage, as it must.
    assert!((0.92..=0.97).contains(&coverage), "{coverage}");
    let mean = sizes as f64 / 1_000.0;
    assert!((15.0..=20.0).contains(&mean), "{mean}");
}

/// A result `2 p + noise` with p uniform in [0, 1]: the total interval of many draws lies where the
/// distribution of the result does.
#[test]
fn the_total_interval_is_that_of_the_result() {
    let streams = Streams::new(8, 0);
    let draws = latin_hypercube(&["p"], 4_000, &streams);
    let noise = normals(0, "noise", 4_000);
    let results: Vec<f64> = draws.iter().zip(&noise).map(|(p, e)| 2.0 * p[0] + 0.01 * e).collect();
    let total = Total::of(&results, 0.95).expect("draws");
    assert!((total.interval.0 - 0.05).abs() < 0.01 && (total.interval.1 - 1.95).abs() < 0.01, "{total:?}");
    // A fresh result of the same kind lies inside as often as it says.
    let inside = share((1..2_001).map(|e| {
        let p = uniform_open(&mut streams.open_at(Key::of("p"), Purpose::of("fresh"), e));
        holds(Some(total.interval), 2.0 * p)
    }));
    assert_nominal("total", inside);
}
