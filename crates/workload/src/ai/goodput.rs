//! What failures and checkpoints leave of a training job's time.
//!
//! With `n` accelerators failures are a Poisson process of mean gap `M = H / n`, where `H` is accelerator
//! hours per failure. The job saves its state every `tau` of useful work at the price of a stall `C`; after
//! a failure it restarts in `R` and repeats the work since the last checkpoint. A segment of `tau + C`
//! that must be free of failures takes `M exp(R/M) (exp((tau + C)/M) - 1)` on average, so
//!
//! ```text
//! goodput = tau / (M exp(R/M) (exp((tau + C)/M) - 1)),     tau = sqrt(2 C M)   (Young)
//! ```
//!
//! Failures may strike during a restart, which then begins anew. References: J. W. Young, "A first order
//! approximation to the optimum checkpoint interval" (1974); J. T. Daly, "A higher order estimate of the
//! optimum checkpoint interval for restart dumps" (2006).

use gridrush_core::math::{exp, expm1, sqrt};

use super::params::CheckpointParams;

impl CheckpointParams {
    /// Mean time between failures of a job, hours.
    pub fn mtbf_hours(&self, accelerators: f64) -> f64 {
        self.accelerator_hours_per_failure / accelerators.max(1.0)
    }

    /// Young's interval between checkpoints, hours.
    pub fn interval_hours(&self, accelerators: f64) -> f64 {
        sqrt(2.0 * self.stall_minutes / 60.0 * self.mtbf_hours(accelerators))
    }

    /// Useful part of a job's time, in (0, 1].
    pub fn goodput(&self, accelerators: f64) -> f64 {
        let mtbf = self.mtbf_hours(accelerators);
        let tau = self.interval_hours(accelerators);
        let segment = tau + self.stall_minutes / 60.0;
        if tau <= 0.0 {
            // Free checkpoints are taken all the time: only restarts are lost.
            return exp(-self.restart_minutes / 60.0 / mtbf);
        }
        tau / (mtbf * exp(self.restart_minutes / 60.0 / mtbf) * expm1(segment / mtbf))
    }

    /// Work that a job must repeat after an interruption from outside, with the restart, hours: half an
    /// interval on average.
    pub fn loss_hours(&self, accelerators: f64) -> f64 {
        self.interval_hours(accelerators) / 2.0 + self.restart_minutes / 60.0
    }
}

#[cfg(test)]
mod tests {
    use gridrush_core::kernel::{Purpose, Streams, uniform_open};
    use gridrush_core::math::ln;
    use gridrush_core::names::Key;

    use super::*;

    /// Llama 3 405B: a failure every 3.1 hours on 16,384 H100, more than 90 % effective time.
    #[test]
    fn sixteen_thousand_accelerators_as_published() {
        let p = CheckpointParams::default();
        assert!((p.mtbf_hours(16_384.0) - 3.1).abs() < 0.01);
        assert!(p.goodput(16_384.0) > 0.90);
        // With a stall of a minute the interval is the published 19 minutes.
        let slow = CheckpointParams { stall_minutes: 1.0, ..p };
        assert!((slow.interval_hours(16_384.0) * 60.0 - 19.3).abs() < 0.1);
    }

    #[test]
    fn small_jobs_lose_nothing_and_larger_ones_more() {
        let p = CheckpointParams::default();
        assert!(p.goodput(1.0) > 0.999);
        let mut last = 1.0;
        for thousands in 1..400 {
            let now = p.goodput(f64::from(thousands) * 1000.0);
            assert!(now > 0.0 && now < last);
            last = now;
        }
        let free = CheckpointParams { stall_minutes: 0.0, ..p };
        let cheap = CheckpointParams { stall_minutes: 1e-9, ..p };
        assert!((free.goodput(1e5) - cheap.goodput(1e5)).abs() < 1e-4);
    }

    /// The formula against playing the failures out, segment by segment: within four standard errors.
    #[test]
    fn goodput_is_what_playing_the_failures_out_gives() {
        let p = CheckpointParams::default();
        for (n, accelerators) in [4_096.0, 16_384.0, 100_000.0].into_iter().enumerate() {
            let mtbf = p.mtbf_hours(accelerators);
            let tau = p.interval_hours(accelerators);
            let segment = tau + p.stall_minutes / 60.0;
            let mut rng = Streams::new(1, 0).open_at(Key::of("goodput"), Purpose::of("failures"), n as u64);
            let mut failure = || -ln(uniform_open(&mut rng)) * mtbf;
            let runs = 60_000;
            let (mut sum, mut squares) = (0.0, 0.0);
            for _ in 0..runs {
                let mut time = 0.0;
                loop {
                    let strike = failure();
                    if strike >= segment {
                        time += segment;
                        break;
                    }
                    time += strike;
                    loop {
                        let strike = failure();
                        if strike >= p.restart_minutes / 60.0 {
                            time += p.restart_minutes / 60.0;
                            break;
                        }
                        time += strike;
                    }
                }
                sum += time;
                squares += time * time;
            }
            let mean = sum / f64::from(runs);
            let error = ((squares / f64::from(runs) - mean * mean) / f64::from(runs)).sqrt();
            let exact = tau / p.goodput(accelerators);
            assert!((mean - exact).abs() < 4.0 * error, "{accelerators}: {mean} +- {error}, {exact}");
            assert!(error < 0.01 * exact, "too few runs to tell");
        }
    }
}
