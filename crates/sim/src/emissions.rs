//! Whose carbon dioxide it is.
//!
//! *Average*: all that plants emit in an hour is shared by those who draw power in that hour, in proportion to what
//! they draw, wherever they stand. Batteries draw too: what they take in is kept with their energy and shared out
//! when they discharge. With emissions `P` of plants, `D` given back and `C` taken in by batteries,
//!
//! ```text
//!   rate = (P + D) / (served + charged)      C = rate x charged      sum over classes = P + D - C
//! ```
//!
//! so that classes and the content of batteries together hold exactly what plants emit. All batteries of a region
//! are one store. Losses and what is spilled belong to everybody who draws.
//!
//! *Marginal*: what another MWh at a bus changes, from the hour's final basis ([`Solver::marginal_of`]). Commitment
//! stands for the hour, so starts and being on are not in it. An elastic load that gives way emits nothing. A
//! battery that gives more, or takes less, counts as what its energy holds: that energy is missing later.

use gridrush_core::dispatch::Solver;
use gridrush_core::grid::Fuel;

use crate::clearing::Clearing;

/// Carbon dioxide and renewable energy in a quantity of energy.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mix {
    /// Energy.
    pub mwh: f64,
    /// Carbon dioxide.
    pub co2_t: f64,
    /// The part of the energy from wind, sun and water.
    pub renewable_mwh: f64,
}

impl Mix {
    /// The part of it that so much energy is; at most all.
    fn part(&self, mwh: f64) -> Mix {
        if self.mwh <= 0.0 {
            return Mix::default();
        }
        let share = mwh / self.mwh;
        Mix { mwh, co2_t: share * self.co2_t, renewable_mwh: share * self.renewable_mwh }
    }

    fn add(&mut self, other: Mix, sign: f64) {
        self.mwh += sign * other.mwh;
        self.co2_t += sign * other.co2_t;
        self.renewable_mwh += sign * other.renewable_mwh;
    }
}

/// Energy that batteries hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stored {
    holds: Mix,
    /// What a MWh of it last held.
    co2_t_per_mwh: f64,
}

impl Stored {
    /// Carbon dioxide per MWh discharged; when empty, that of the last energy.
    pub fn co2_t_per_mwh(&self) -> f64 {
        self.co2_t_per_mwh
    }

    /// Carbon dioxide in store.
    pub fn co2_t(&self) -> f64 {
        self.holds.co2_t
    }

    /// Takes out energy with its part of what is held; the last of it takes all.
    fn give(&mut self, mwh: f64) -> Mix {
        let out = if mwh >= self.holds.mwh * (1.0 - 1e-9) {
            Mix { mwh, ..self.holds }
        } else {
            self.holds.part(mwh)
        };
        self.holds.add(out, -1.0);
        if self.holds.mwh <= 0.0 {
            self.holds = Mix::default();
        }
        out
    }

    /// Puts in what charging leaves; its carbon dioxide stays whole.
    fn take(&mut self, charged: Mix, round_trip: f64) {
        let kept = Mix {
            mwh: round_trip * charged.mwh,
            renewable_mwh: round_trip * charged.renewable_mwh,
            ..charged
        };
        self.holds.add(kept, 1.0);
        if self.holds.mwh > 1e-9 {
            self.co2_t_per_mwh = self.holds.co2_t / self.holds.mwh;
        }
    }
}

/// An hour of the whole region.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HourEnergy {
    /// What plants gave, with what they emitted.
    pub plants: Mix,
    /// Served load.
    pub served_mwh: f64,
    /// Taken by batteries.
    pub charged_mwh: f64,
    /// Given by batteries.
    pub discharged_mwh: f64,
}

/// What a MWh holds in an hour.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HourMix {
    /// Drawn.
    pub co2_t_per_mwh: f64,
    /// Drawn, from wind, sun and water.
    pub renewable_share: f64,
    /// Given by batteries.
    pub discharged_co2_t_per_mwh: f64,
}

impl Stored {
    /// The mix of an hour, batteries included; what is stored changes with it.
    pub fn mix(&mut self, hour: HourEnergy, round_trip: f64) -> HourMix {
        let out = self.give(hour.discharged_mwh);
        let drawn_mwh = hour.served_mwh + hour.charged_mwh;
        let supplied_mwh = hour.plants.mwh + hour.discharged_mwh;
        let over = |what: f64, mwh: f64| if mwh > 0.0 { what / mwh } else { 0.0 };
        let mix = HourMix {
            co2_t_per_mwh: over(hour.plants.co2_t + out.co2_t, drawn_mwh),
            renewable_share: over(hour.plants.renewable_mwh + out.renewable_mwh, supplied_mwh),
            discharged_co2_t_per_mwh: over(out.co2_t, hour.discharged_mwh),
        };
        let charged = Mix {
            mwh: hour.charged_mwh,
            co2_t: mix.co2_t_per_mwh * hour.charged_mwh,
            renewable_mwh: mix.renewable_share * hour.charged_mwh,
        };
        self.take(charged, round_trip);
        mix
    }
}

/// A class's month in a zone.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClassMonth {
    /// Energy, average emissions, renewable energy.
    pub average: Mix,
    /// Energy times marginal rate.
    pub marginal_t: f64,
}

impl ClassMonth {
    /// Adds energy with its emissions.
    pub fn add(&mut self, average: Mix, marginal_t: f64) {
        self.average.add(average, 1.0);
        self.marginal_t += marginal_t;
    }
}

/// A fuel's year.
#[derive(Clone, Copy, Debug, Default)]
pub struct FuelYear {
    /// Carbon dioxide.
    pub co2_t: f64,
    /// Available and not used, where weather decides what is available.
    pub curtailed_mwh: f64,
}

/// The books of emissions.
#[derive(Clone, Debug)]
pub struct Emissions {
    /// This month by zone; classes of load and then storage within zone.
    pub month: Vec<ClassMonth>,
    /// This year, by fuel.
    pub year: [FuelYear; Fuel::ALL.len()],
    /// What batteries hold.
    pub stored: Stored,
    /// This interval's marginal rate by bus.
    pub marginal_t_per_mwh: Vec<f64>,
    by_column: Vec<f64>,
    classes: usize,
}

impl Emissions {
    /// Empty books.
    pub fn new(zones: usize, classes: usize) -> Emissions {
        Emissions {
            month: vec![ClassMonth::default(); zones * (classes + 1)],
            year: [FuelYear::default(); Fuel::ALL.len()],
            stored: Stored::default(),
            marginal_t_per_mwh: Vec::new(),
            by_column: Vec::new(),
            classes,
        }
    }

    /// The account of a class in a zone; the class beyond the last is storage.
    pub fn of(&mut self, zone: usize, class: usize) -> &mut ClassMonth {
        &mut self.month[zone * (self.classes + 1) + class]
    }

    /// Looks at the interval that was cleared last.
    pub fn see(&mut self, clearing: &Clearing, solver: &Solver) {
        clearing.co2_by_column(self.stored.co2_t_per_mwh(), &mut self.by_column);
        solver.marginal_of(&self.by_column, &mut self.marginal_t_per_mwh);
    }

    /// The mean marginal rate of buses with weights.
    pub fn marginal_at(&self, buses: &[(u32, f64)]) -> f64 {
        buses.iter().map(|&(bus, weight)| weight * self.marginal_t_per_mwh[bus as usize]).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_night_in_the_battery_by_hand() {
        let mut stored = Stored::default();
        // 100 MWh of wind and 100 of coal at 1 t/MWh: 180 served, 20 charged.
        let plants = Mix { mwh: 200.0, co2_t: 100.0, renewable_mwh: 100.0 };
        let night = HourEnergy { plants, served_mwh: 180.0, charged_mwh: 20.0, discharged_mwh: 0.0 };
        let mix = stored.mix(night, 0.8);
        assert_eq!((mix.co2_t_per_mwh, mix.renewable_share), (0.5, 0.5));
        assert!((stored.co2_t() - 10.0).abs() < 1e-12 && (stored.co2_t_per_mwh() - 0.625).abs() < 1e-12);
        // Half of what is left, 8 of 16 MWh, with 92 MWh of wind: 5 t for 100 MWh; 92 + 4 MWh are renewable.
        let plants = Mix { mwh: 92.0, co2_t: 0.0, renewable_mwh: 92.0 };
        let day = HourEnergy { plants, served_mwh: 100.0, charged_mwh: 0.0, discharged_mwh: 8.0 };
        let mix = stored.mix(day, 0.8);
        assert!((mix.co2_t_per_mwh - 0.05).abs() < 1e-12 && (mix.renewable_share - 0.96).abs() < 1e-12);
        assert!((mix.discharged_co2_t_per_mwh - 0.625).abs() < 1e-12);
        // The last of it empties the store, and the rate is remembered.
        stored.mix(HourEnergy { discharged_mwh: 8.0, ..day }, 0.8);
        assert_eq!((stored.co2_t(), stored.co2_t_per_mwh()), (0.0, 0.625));
    }

    proptest! {
        #[test]
        fn classes_and_stores_hold_what_plants_emit(
            hours in prop::collection::vec((0.0..500.0_f64, 0.0..1.0_f64, 0.0..80.0_f64, 0.0..1.0_f64), 1..200),
        ) {
            let (mut stored, mut in_store_mwh, mut emitted, mut drawn) = (Stored::default(), 0.0, 0.0, 0.0);
            for (plants_mwh, t_per_mwh, charge, discharge) in hours {
                let charged_mwh = charge.min(plants_mwh);
                let discharged_mwh = discharge * in_store_mwh;
                let plants =
                    Mix { mwh: plants_mwh, co2_t: t_per_mwh * plants_mwh, renewable_mwh: 0.3 * plants_mwh };
                let served_mwh = plants_mwh + discharged_mwh - charged_mwh + 1.0;
                let mix =
                    stored.mix(HourEnergy { plants, served_mwh, charged_mwh, discharged_mwh }, 0.85);
                in_store_mwh += 0.85 * charged_mwh - discharged_mwh;
                emitted += plants.co2_t;
                drawn += mix.co2_t_per_mwh * served_mwh;
                prop_assert!((0.0..=0.3 + 1e-9).contains(&mix.renewable_share));
            }
            prop_assert!((drawn + stored.co2_t() - emitted).abs() < 1e-9 * (1.0 + emitted));
        }
    }
}
