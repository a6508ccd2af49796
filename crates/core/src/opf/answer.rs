//! The solution by element of the network.

use crate::grid::BranchId;

/// What a limit comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitKind {
    /// The continuous rating.
    Rating,
    /// The greatest or least angle difference.
    AngleDifference,
}

/// A limit that costs something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BindingLimit {
    /// The branch.
    pub branch: BranchId,
    /// What the limit comes from.
    pub kind: LimitKind,
    /// Its flow.
    pub flow_mw: f64,
    /// What one more MW of limit would save; negative when it is the limit of reversed flow.
    pub shadow_price_usd_per_mwh: f64,
}

/// The cheapest operation. Elements out of service have zeros.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Cost of all generators and direct-current lines in service, constants included, and of load shed.
    /// Polynomial costs count as they are, not by their blocks.
    pub objective_usd_per_h: f64,
    /// The least cost is at most this much lower: what the blocks of polynomial costs may still hide.
    pub gap_usd_per_h: f64,
    /// How far prices and the marginal costs of polynomial units that should equal them are apart at most.
    pub price_gap_usd_per_mwh: f64,
    /// Output by generator.
    pub output_mw: Vec<f64>,
    /// Flow sent by direct-current line.
    pub dc_flow_mw: Vec<f64>,
    /// Load shed by bus.
    pub shed_mw: Vec<f64>,
    /// Flow by branch, positive from `from` to `to`.
    pub flow_mw: Vec<f64>,
    /// Locational marginal price by bus.
    pub lmp_usd_per_mwh: Vec<f64>,
    /// The part of it that binding limits make, by bus: price less the load-weighted mean price of its island.
    pub congestion_usd_per_mwh: Vec<f64>,
    /// Limits with a shadow price, in order of branches.
    pub binding: Vec<BindingLimit>,
    /// Pivots taken.
    pub pivots: u32,
    /// How often the blocks were cut.
    pub rounds: u32,
}
