//! What a place pays above or below the merit order, learned from the prices of similar hours.
//!
//! The supply stack knows no lines. What a full line adds to the price of a place depends on where power
//! comes from, so an hour to come is compared with past ones by load, wind and sun: the *nearest* of the last
//! year, at about the same time of day, say what basis (what the stack does not explain of the price) to expect there.
//!
//! ```text
//!   basis(h) = mean over the 16 hours i that lie nearest of  what price_i is above or below the stack at net load_i
//!   distance = sum of squared differences of load, wind and sun in MW,   hours of day at most 3 apart
//! ```
//!
//! Only prices that were published are ever known. Neighbours are the market's, not a place's: they are
//! found once for all places. Before the first hour is learned the basis is zero. Cost of an expectation:
//! O(7 x 365 + 16 x places).

/// Past hours whose mean is expected; assumed.
const NEIGHBOURS: usize = 16;

/// Days that are remembered; assumed.
const DAYS: usize = 365;

/// How far apart the hours of the day of neighbours may lie; assumed.
const APART: usize = 3;

const HOURS: usize = 24;

/// What an hour looks like to those who forecast it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Conditions {
    /// Local hour of the day, 0 to 23.
    pub hour_of_day: usize,
    /// Load.
    pub load_mw: f64,
    /// Available wind.
    pub wind_mw: f64,
    /// Available sun.
    pub solar_mw: f64,
}

impl Conditions {
    fn distance(&self, other: &Conditions) -> f64 {
        square(self.load_mw, other.load_mw)
            + square(self.wind_mw, other.wind_mw)
            + square(self.solar_mw, other.solar_mw)
    }
}

fn square(a: f64, b: f64) -> f64 {
    (a - b) * (a - b)
}

/// Past hours at one hour of the day; the oldest gives way when a year is full.
#[derive(Clone, Debug, Default)]
struct Past {
    conditions: Vec<Conditions>,
    /// Place by place within hours.
    basis_usd_per_mwh: Vec<f32>,
    oldest: usize,
}

/// The basis of some places, learned hour by hour.
#[derive(Clone, Debug)]
pub struct LocalBasis {
    places: usize,
    past: Vec<Past>,
}

impl LocalBasis {
    /// Nothing learned yet.
    pub fn new(places: usize) -> LocalBasis {
        LocalBasis { places, past: vec![Past::default(); HOURS] }
    }

    /// Learns an hour that has passed: what each place paid above the cost in the stack at the hour's net
    /// load.
    pub fn learn(&mut self, seen: Conditions, basis_usd_per_mwh: impl Iterator<Item = f64>) {
        let past = &mut self.past[seen.hour_of_day % HOURS];
        let basis = basis_usd_per_mwh.map(|basis| basis as f32).take(self.places);
        if past.conditions.len() < DAYS {
            past.conditions.push(seen);
            past.basis_usd_per_mwh.extend(basis);
            return;
        }
        past.conditions[past.oldest] = seen;
        let row = &mut past.basis_usd_per_mwh[past.oldest * self.places..][..self.places];
        row.iter_mut().zip(basis).for_each(|(old, new)| *old = new);
        past.oldest = (past.oldest + 1) % DAYS;
    }

    /// The basis of every place in an hour like this.
    pub fn expect(&self, ahead: Conditions, basis_usd_per_mwh: &mut [f64]) {
        basis_usd_per_mwh.fill(0.0);
        let near = self.nearest(ahead);
        let weight = 1.0 / near.len() as f64;
        for &(_, hour, position) in &near {
            let row = &self.past[hour].basis_usd_per_mwh[position * self.places..][..self.places];
            for (sum, &basis) in basis_usd_per_mwh.iter_mut().zip(row) {
                *sum += weight * f64::from(basis);
            }
        }
    }

    /// Distance, hour of day and position of the nearest hours, nearest first; of equals, the first found.
    fn nearest(&self, ahead: Conditions) -> Vec<(f64, usize, usize)> {
        let mut near: Vec<(f64, usize, usize)> = Vec::with_capacity(NEIGHBOURS + 1);
        let mut farthest = f64::INFINITY;
        for apart in 0..=2 * APART {
            let hour = (ahead.hour_of_day + HOURS + apart - APART) % HOURS;
            for (position, seen) in self.past[hour].conditions.iter().enumerate() {
                // Mostly wind alone, or load alone, is too far away.
                if square(ahead.wind_mw, seen.wind_mw) >= farthest
                    || square(ahead.load_mw, seen.load_mw) >= farthest
                {
                    continue;
                }
                let distance = ahead.distance(seen);
                if distance >= farthest {
                    continue;
                }
                let place = near.partition_point(|other| other.0 <= distance);
                near.insert(place, (distance, hour, position));
                near.truncate(NEIGHBOURS);
                if near.len() == NEIGHBOURS {
                    farthest = near[NEIGHBOURS - 1].0;
                }
            }
        }
        near
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windy(hour_of_day: usize, wind_mw: f64) -> Conditions {
        Conditions { hour_of_day, load_mw: 1000.0, wind_mw, solar_mw: 0.0 }
    }

    fn expected(basis: &LocalBasis, ahead: Conditions) -> [f64; 2] {
        let mut out = [f64::NAN; 2];
        basis.expect(ahead, &mut out);
        out
    }

    #[test]
    fn windy_hours_say_what_a_windy_hour_will_be() {
        let mut basis = LocalBasis::new(2);
        assert_eq!(expected(&basis, windy(5, 300.0)), [0.0, 0.0]);
        for day in 0..100 {
            let wind_mw = if day % 2 == 0 { 0.0 } else { 500.0 };
            // A line fills with wind: the first place loses 8, the second gains 4.
            basis.learn(windy(5, wind_mw), [-8.0, 4.0].map(|b| b * wind_mw / 500.0).into_iter());
        }
        assert_eq!(expected(&basis, windy(5, 480.0)), [-8.0, 4.0]);
        assert_eq!(expected(&basis, windy(5, 20.0)), [0.0, 0.0]);
        // Three hours apart it is similar still, four hours apart nothing is known.
        assert_eq!(expected(&basis, windy(2, 480.0)), [-8.0, 4.0]);
        assert_eq!(expected(&basis, windy(9, 480.0)), [0.0, 0.0]);
    }

    #[test]
    fn the_mean_is_that_of_the_nearest() {
        let mut basis = LocalBasis::new(1);
        for n in 0..40 {
            basis.learn(windy(23, f64::from(n)), std::iter::once(f64::from(n)));
        }
        let mut out = [0.0];
        // Around midnight: the nearest 16 of 0 to 39 to 0 are 0 to 15.
        basis.expect(windy(1, 0.0), &mut out);
        assert!((out[0] - 7.5).abs() < 1e-12, "{out:?}");
    }

    #[test]
    fn what_is_older_than_a_year_is_forgotten() {
        let mut basis = LocalBasis::new(2);
        for day in 0..365 + 360 {
            let usd = if day < 365 { 1.0 } else { 2.0 };
            basis.learn(windy(0, f64::from(day % 365)), [usd, -usd].into_iter());
        }
        assert_eq!(expected(&basis, windy(0, 100.0)), [2.0, -2.0]);
        assert_eq!(expected(&basis, windy(0, 364.0))[0], (5.0 + 2.0 * 11.0) / 16.0);
    }
}
