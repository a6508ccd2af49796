//! How often units fail and how long they are maintained, by technology and size of machine.
//!
//! The table is that of the RTS-GMLC test system (`SourceData/gen.csv`: forced outage rate, mean time to repair, weeks of
//! scheduled maintenance) \[D\]. It has no gas steam plant, so the classes of coal steam stand for it (assumed); reactors
//! have improved since its 12 % of 1979, so newer figures stand in its place \[M\].
//!
//! A fuel's declared mean availability is what the market is calibrated to, and stays. With forced share f and planned
//! share p
//!
//! ```text
//!   availability = ambient (1 - f) (1 - p),  ambient <= 1
//! ```
//!
//! so either ambient conditions take the rest, or, if f and p take more than there is, both shrink by one factor.

use crate::grid::Technology;

/// Failures and maintenance of a machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MachineClass {
    /// Share of time out by failure.
    pub forced_share: f64,
    /// Mean time to repair, hours.
    pub repair_h: f64,
    /// Maintenance per year, weeks.
    pub planned_weeks: f64,
}

impl MachineClass {
    /// The class of a machine; `None` where outages are in the weather series (wind, sun) or not modelled
    /// (batteries, imports).
    pub fn of(technology: Technology, machine_mw: f64) -> Option<MachineClass> {
        let (forced_share, repair_h, planned_weeks) = match technology {
            // RTS-GMLC CC 355 MW.
            Technology::CombinedCycle => (0.033, 33.0, 1.07),
            // RTS-GMLC CT 20 MW and CT 55 MW.
            Technology::CombustionTurbine if machine_mw <= 30.0 => (0.10, 50.0, 2.0),
            Technology::CombustionTurbine => (0.031, 31.0, 0.79),
            // RTS-GMLC steam 76, 155 and 350 MW.
            Technology::CoalSteam | Technology::GasSteam | Technology::Other => match machine_mw {
                mw if mw <= 100.0 => (0.02, 40.0, 3.0),
                mw if mw <= 250.0 => (0.04, 40.0, 4.0),
                _ => (0.08, 100.0, 5.0),
            },
            // Fleet of the United States: 2 % forced, 30 days of refuelling in 18 months [M]; repair as RTS-GMLC.
            Technology::Nuclear => (0.02, 150.0, 2.9),
            // RTS-GMLC hydro 50 MW.
            Technology::Hydro => (0.01, 20.0, 2.0),
            Technology::Wind | Technology::Solar | Technology::Battery | Technology::Import => return None,
        };
        Some(MachineClass { forced_share, repair_h, planned_weeks })
    }

    /// The usual size of one machine, MW: RTS-GMLC for combined cycle, steam and hydro \[D\]; of frame turbines and
    /// reactors \[M\]. A larger plant is several machines, an aggregate as many as fit.
    pub fn typical_mw(technology: Technology) -> Option<f64> {
        match technology {
            Technology::CombinedCycle => Some(355.0),
            Technology::CombustionTurbine => Some(100.0),
            Technology::CoalSteam | Technology::GasSteam => Some(350.0),
            Technology::Nuclear => Some(1200.0),
            Technology::Hydro | Technology::Other => Some(50.0),
            Technology::Wind | Technology::Solar | Technology::Battery | Technology::Import => None,
        }
    }

    /// Share of the year in maintenance.
    pub fn planned_share(&self) -> f64 {
        (self.planned_weeks / 52.18).min(1.0)
    }
}

/// A mean availability taken apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares {
    /// Share of time out by failure.
    pub forced: f64,
    /// Share of time in maintenance.
    pub planned: f64,
    /// What is left of capacity when neither holds.
    pub ambient: f64,
}

impl Shares {
    /// Takes a mean availability apart: `ambient (1 - forced) (1 - planned) = availability`.
    pub fn within(availability: f64, forced: f64, planned: f64) -> Shares {
        let up = (1.0 - forced) * (1.0 - planned);
        if up >= availability && up > 0.0 {
            return Shares { forced, planned, ambient: availability / up };
        }
        // (1 - k f) (1 - k p) = a, the smaller root; k < 1.
        let (sum, product, lacking) = (forced + planned, forced * planned, 1.0 - availability);
        let k = 2.0 * lacking / (sum + (sum * sum - 4.0 * product * lacking).max(0.0).sqrt());
        Shares { forced: k * forced, planned: k * planned, ambient: 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declared_availability_stays() {
        for (a, f, p) in [
            (0.92, 0.033, 0.02),
            (0.88, 0.08, 0.1),
            (0.45, 0.01, 0.04),
            (0.95, 0.0, 0.06),
            (1.0, 0.1, 0.1),
            (0.0, 0.3, 0.0),
        ] {
            let shares = Shares::within(a, f, p);
            let got = shares.ambient * (1.0 - shares.forced) * (1.0 - shares.planned);
            assert!((got - a).abs() < 1e-12, "{a} {f} {p}: {shares:?}");
            assert!(shares.ambient <= 1.0 && shares.forced <= f && shares.planned <= p);
        }
        // Room enough: the rates are those of the table.
        let gas = Shares::within(0.92, 0.033, 0.0205);
        assert_eq!((gas.forced, gas.planned), (0.033, 0.0205));
        // Not enough: both shrink alike.
        let coal = Shares::within(0.88, 0.08, 0.096);
        assert!((coal.planned / coal.forced - 0.096 / 0.08).abs() < 1e-12 && coal.ambient == 1.0);
    }

    #[test]
    fn every_machine_that_burns_or_turns_has_a_class() {
        for &technology in Technology::ALL {
            let class = MachineClass::of(technology, 60.0);
            assert_eq!(class.is_some(), MachineClass::typical_mw(technology).is_some());
        }
        let small = MachineClass::of(Technology::CombustionTurbine, 20.0).unwrap();
        assert_eq!((small.forced_share, small.repair_h), (0.10, 50.0));
        let large = MachineClass::of(Technology::CoalSteam, 350.0).unwrap();
        assert!((large.planned_share() - 5.0 / 52.18).abs() < 1e-12);
    }
}
