//! What rules of policy do to the draw of sites, hour by hour.
//!
//! ```text
//!   bids of all sites --> emergency: which places in the order are called
//!                     --> rules: ceiling (tightest), bid cap, backup        --> Ceilings by site
//!                     --> owners: what a MWh is worth after charges per MWh, what the hour's peak may cost
//! ```
//!
//! **Emergency.** An hour is one if the last hour shed firm load or held less reserve than a part of what its curve
//! asks for, or would have without the load that is cut. What is missing,
//! `max(0, shed + wanted - held + cut)`, is taken from the places of the order one after the other. So load that was cut
//! comes back as fast as reserve recovers, and the order does not swing.
//!
//! **Charges.** A bid `b` says what a MWh is worth to its owner. Where rules charge by the MWh, it bids the highest price
//! `p` at which price and charges together are at most `b`.
//!
//! **Peaks.** Where draw in the hour of the month's highest load is charged, an hour costs its chance to be that hour
//! times the charge. The chance is that of a forecast with normal error, `F((load / peak - 1) / error)`, over the number
//! of hours that look alike; `peak` is the highest of the month so far and of the same month a year ago. An hour stands
//! for the quarter hours of real tariffs. Load that may be turned down bids so much less; firm load stays.
//!
//! Cost per hour: O(sites x rules in force), and O(sites log sites) more for each rule about operation.

mod books;
mod burden;
mod limits;

pub use books::{RuleYear, SiteBook, SiteMonth};
pub use burden::{Plan, burden};
pub use limits::{Order, SiteLimits, Wish, bid_after_charges, charges, owed};

use gridrush_core::math::normal_cdf;
use gridrush_core::policy::PLACES;

/// The chance that an hour turns out to be the highest of its month, when so much load is expected.
pub fn peak_chance(load_mw: f64, peak_mw: f64, error_share: f64, candidates: f64) -> f64 {
    if peak_mw <= 0.0 {
        return 1.0 / candidates;
    }
    normal_cdf((load_mw / peak_mw - 1.0) / error_share) / candidates
}

/// The parts of each place that have to go so that `need_mw` is covered, lowest place first; `at_place_mw` is what each
/// can give.
pub fn called(need_mw: f64, at_place_mw: [f64; PLACES]) -> [f64; PLACES] {
    let mut left_mw = need_mw;
    at_place_mw.map(|mw| {
        let part = if left_mw <= 0.0 {
            0.0
        } else if mw <= 0.0 {
            1.0
        } else {
            (left_mw / mw).min(1.0)
        };
        left_mw -= part * mw;
        part
    })
}

/// The highest price at which it and charges by the MWh cost at most `worth`; `None` if there is none from `least` on.
/// `charges` is what is charged for a MWh that costs so much.
pub fn price_after_charges(worth: f64, least: f64, charges: &dyn Fn(f64) -> f64) -> Option<f64> {
    let cost = |price: f64| price + charges(price);
    if cost(worth) <= worth {
        return Some(worth);
    }
    let (mut low, mut high) = (least.min(worth), worth);
    if cost(low) > worth {
        return None;
    }
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if cost(middle) <= worth {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_called_in_order() {
        let at = [30.0, 0.0, 50.0, 100.0, 1_000.0];
        assert_eq!(called(0.0, at), [0.0; PLACES]);
        assert_eq!(called(15.0, at), [0.5, 0.0, 0.0, 0.0, 0.0]);
        // 30 and 50 MW are gone, 25 of 100 are missing.
        assert_eq!(called(105.0, at), [1.0, 1.0, 1.0, 0.25, 0.0]);
        assert_eq!(called(5_000.0, at), [1.0; PLACES]);
    }

    #[test]
    fn an_excise_divides_and_a_surcharge_subtracts() {
        let near = |got: Option<f64>, want: f64| (got.unwrap() - want).abs() < 1e-6;
        // 30 %: 78 $/MWh of worth pay a price of 60.
        assert!(near(price_after_charges(78.0, -250.0, &|p| 0.3 * p.max(0.0)), 60.0));
        assert!(near(price_after_charges(78.0, -250.0, &|_| 20.0), 58.0));
        assert_eq!(price_after_charges(78.0, -250.0, &|_| 0.0), Some(78.0));
        // A price floor of 174.5: nothing for who has less, any price up to the worth for who has more.
        let floor = |p: f64| (174.5 - p).max(0.0);
        assert_eq!(price_after_charges(78.0, -250.0, &floor), None);
        assert_eq!(price_after_charges(200.0, -250.0, &floor), Some(200.0));
    }

    #[test]
    fn chances_of_a_peak() {
        // At the expected peak a half, over four hours; two standard deviations below 2.3 %.
        assert!((peak_chance(100.0, 100.0, 0.03, 4.0) - 0.125).abs() < 1e-12);
        assert!((peak_chance(94.0, 100.0, 0.03, 4.0) - 0.022_750_13 / 4.0).abs() < 1e-7);
        // A charge of 16,000 $ a megawatt stops a mine with a margin of 50 $/MWh where the chance is above 0.31 %.
        assert!(peak_chance(94.0, 100.0, 0.03, 4.0) * 16_000.0 > 50.0);
        assert!(peak_chance(92.0, 100.0, 0.03, 4.0) * 16_000.0 < 50.0);
    }
}
