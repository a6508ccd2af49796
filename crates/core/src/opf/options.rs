//! What an optimal power flow counts, and how.

use crate::grid::{Convexity, Fuel};

/// Whose DC approximation.
///
/// | | PowerModels | MATPOWER |
/// |---|---|---|
/// | susceptance | `x / (r^2 + x^2)` | `1 / (x tap)` |
/// | taps and phase shifts | ignored | kept |
/// | angle difference | always limited, to 60 degrees where the case has 0 or 90 and more | limited where the case says so |
///
/// Sources: PowerModels.jl, `DCPPowerModel` and `correct_voltage_angle_differences!`; MATPOWER User's Manual,
/// sections 3.7 and 6.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Convention {
    /// PowerModels.jl and the objectives published with PGLib-OPF.
    PowerModels,
    /// MATPOWER `rundcopf`, PYPOWER, pandapower.
    #[default]
    Matpower,
}

/// The options of an [`Opf`](super::Opf).
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Whose DC approximation.
    pub convention: Convention,
    /// Whether limits on angle differences count.
    pub angle_limits: bool,
    /// Whether units run at their minimum output at least. Without it they can go down to zero.
    pub minimum_output: bool,
    /// Whether storage units run like any other generator; without it they stand still.
    pub storage: bool,
    /// What stands for a cost curve that is not convex.
    pub convexity: Convexity,
    /// Load may be shed at its bus at this price.
    pub shed_usd_per_mwh: Option<f64>,
    /// Every rating is multiplied by this; angle limits stay.
    pub limit_scale: f64,
    /// How many blocks stand for a polynomial of degree two or more; at least 8.
    pub blocks: usize,
    /// Prices of fuels, for units that have a heat rate and no cost curve.
    pub fuel_usd_per_mmbtu: Vec<(Fuel, f64)>,
    /// [`Opf::solve`](super::Opf::solve) goes on until the cost is proven to be within this part of the least.
    pub relative_gap: f64,
    /// [`Opf::solve`](super::Opf::solve) goes on until every price is within this of the marginal cost of
    /// every polynomial unit that sets it.
    pub price_gap_usd_per_mwh: f64,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            convention: Convention::default(),
            angle_limits: true,
            minimum_output: true,
            storage: true,
            convexity: Convexity::Hull,
            shed_usd_per_mwh: None,
            limit_scale: 1.0,
            blocks: 18,
            fuel_usd_per_mmbtu: Vec::new(),
            relative_gap: 1e-10,
            price_gap_usd_per_mwh: 1e-6,
        }
    }
}

impl Options {
    /// A single case as that program solves it.
    pub fn case(convention: Convention) -> Options {
        Options { convention, ..Options::default() }
    }

    /// An hour of a case with series, as linear programs of production cost studies without unit
    /// commitment see it: no minimum output, no storage, segments of cost curves in order of their slope,
    /// shedding at every bus at 9,000 $/MWh (assumed).
    pub fn hourly(convention: Convention) -> Options {
        Options {
            convention,
            minimum_output: false,
            storage: false,
            convexity: Convexity::Sorted,
            shed_usd_per_mwh: Some(9000.0),
            ..Options::default()
        }
    }
}
