//! T3: the time from request to power grows with the queue.
//!
//! For each year of the run: the median time of those who got power in it, and the megawatts in the queue,
//! averaged over its months. Years with fewer than five are left out.

use super::requests::{MONTH_DAYS, Request, TABLES, WAITING, mw_by_month, quantile_of, requests};
use super::scenarios::SERIAL;
use super::{Arm, Claim, Confidence, Fact, MeasureError, Worth};
use crate::evidence::statistics::{least_squares, rank_correlation};

/// Fewest requests of a year with a median.
const FEWEST: usize = 5;
const YEAR_DAYS: f64 = 365.25;

/// T3.
pub static FACT: Fact = Fact {
    id: "T3",
    statement: "In a serial queue the time to power grows with the queue: medians of 11 months in 2008, 36 \
                in 2019, 65 in 2023.",
    source: "PJM queue of 2026-05-05, medians by year of service; active megawatts grew about fourfold",
    naive: "the median of the first year",
    caveat: "the first years begin with an empty queue; the office is that of Texas and does not grow",
    scenario: &SERIAL,
    tables: TABLES,
    claims: &[
        Claim {
            name: "median when four times as much waits over the median before",
            unit: "",
            target: 3.3,
            accepted: (3.0, 6.0),
            worth: Worth::Predicted,
            confidence: Confidence::Data,
            observations: 1,
            naive: Some(1.0),
        },
        Claim {
            name: "rank correlation of median and megawatts waiting",
            unit: "",
            target: 0.9,
            accepted: (0.7, 1.0),
            worth: Worth::Predicted,
            confidence: Confidence::Assumed,
            observations: 1,
            naive: Some(0.0),
        },
    ],
    measure,
};

fn measure(arms: &[Arm<'_>]) -> Result<Vec<Option<f64>>, MeasureError> {
    let waiting_mw = mw_by_month(&arms[0], WAITING)?;
    let years = years(&requests(&arms[0])?, &waiting_mw);
    Ok(vec![growth(&years), monotone(&years)])
}

/// Megawatts waiting and the median of months to power, by year.
fn years(requests: &[Request], waiting_mw: &[f64]) -> Vec<(f64, f64)> {
    let year = |(n, months): (usize, &[f64])| {
        let within = |request: &&Request| {
            let powered = request.energized_days.map(|days| request.filed_day + days);
            powered.is_some_and(|day| (day / YEAR_DAYS).floor() == n as f64)
        };
        let times: Vec<f64> =
            requests.iter().filter(within).filter_map(|request| request.energized_days).collect();
        let mean_mw = months.iter().sum::<f64>() / months.len() as f64;
        Some((mean_mw, quantile_of(&times, 0.5, FEWEST)? / MONTH_DAYS))
    };
    waiting_mw.chunks(12).enumerate().filter_map(year).collect()
}

/// By what factor the median grows when the queue grows to four times, from the line through the logarithms.
fn growth(years: &[(f64, f64)]) -> Option<f64> {
    let rows: Vec<Vec<f64>> = years.iter().map(|(mw, _)| vec![1.0, mw.ln()]).collect();
    let medians: Vec<f64> = years.iter().map(|(_, months)| months.ln()).collect();
    let line = (years.len() >= 4).then(|| least_squares(&rows, &medians)).flatten()?;
    Some(4.0_f64.powf(line[1]))
}

fn monotone(years: &[(f64, f64)]) -> Option<f64> {
    let (mw, months): (Vec<f64>, Vec<f64>) = years.iter().copied().unzip();
    (years.len() >= 4).then(|| rank_correlation(&mw, &months))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_by_hand() {
        // Months rise with the square root of megawatts: fourfold megawatts double them.
        let years: Vec<(f64, f64)> =
            [1.0, 4.0, 9.0, 16.0].map(|mw: f64| (100.0 * mw, 10.0 * mw.sqrt())).into();
        assert!((growth(&years).expect("four years") - 2.0).abs() < 1e-9);
        assert!((monotone(&years).expect("four years") - 1.0).abs() < 1e-12);
        assert_eq!(growth(&years[..3]), None);
    }

    #[test]
    fn years_hold_those_who_got_power_in_them() {
        let powered =
            |filed_day, days| Request { filed_day, energized_days: Some(days), ..Request::default() };
        // Five in the second year after 10 months each, one in the first.
        let mut requests = vec![powered(0.0, 100.0)];
        requests.extend((0..5).map(|n| powered(100.0 + f64::from(n), 10.0 * MONTH_DAYS)));
        let mut waiting_mw = vec![1.0; 12];
        waiting_mw.extend([200.0; 12]);
        let years = years(&requests, &waiting_mw);
        assert_eq!(years.len(), 1);
        assert_eq!(years[0].0, 200.0);
        assert!((years[0].1 - 10.0).abs() < 1e-12);
    }
}
