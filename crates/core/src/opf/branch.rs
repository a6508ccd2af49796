//! A branch in the convention of a program.
//!
//! Dispatch knows limits that are the same both ways. Limits `lower` to `upper` that are not are centred:
//! their mean counts as withdrawn at `from` and injected at `to`, and the rest of the flow is what dispatch
//! sees, shifted by as much. Flows, prices and shadow prices stay what they are.

use super::answer::LimitKind;
use super::{Convention, OpfError, Options};
use crate::dispatch::FlowBranch;
use crate::grid::Branch;

/// What PowerModels takes for an angle difference that the case does not limit.
const POWER_MODELS_ANGLE_RAD: f64 = 1.0472;

/// A branch and the part of its flow that counts as demand.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    /// What dispatch sees.
    pub branch: FlowBranch,
    /// Added to its flow there.
    pub centre_mw: f64,
    /// What limits the flow from below and above.
    pub kinds: [LimitKind; 2],
    /// Least and greatest flow.
    pub limits_mw: (f64, f64),
}

impl Channel {
    /// The branch under these options. `far_mw` is a flow that no dispatch reaches.
    pub fn of(branch: &Branch, base_mva: f64, far_mw: f64, options: &Options) -> Result<Channel, OpfError> {
        let (susceptance_mw_per_rad, shift_rad) = series(branch, base_mva, options.convention);
        let angle = |rad: f64| susceptance_mw_per_rad * (rad - shift_rad);
        let rating_mw = branch.rating_mw * options.limit_scale;
        let mut limits_mw = (-rating_mw, rating_mw);
        let mut kinds = [LimitKind::Rating; 2];
        if let Some((least, most)) = angles_rad(branch, options) {
            let (a, b) = (angle(least), angle(most));
            if a.min(b) > limits_mw.0 {
                (limits_mw.0, kinds[0]) = (a.min(b), LimitKind::AngleDifference);
            }
            if a.max(b) < limits_mw.1 {
                (limits_mw.1, kinds[1]) = (a.max(b), LimitKind::AngleDifference);
            }
        }
        // A NaN rating must not pass either.
        if !(limits_mw.0 <= limits_mw.1) {
            return Err(OpfError::NoFlow { branch: branch.name.clone() });
        }
        let (lower, upper) = match limits_mw {
            (f64::NEG_INFINITY, upper) if upper.is_finite() => (upper.min(0.0) - far_mw, upper),
            (lower, f64::INFINITY) if lower.is_finite() => (lower, lower.max(0.0) + far_mw),
            limits => limits,
        };
        let centre_mw = if lower == -upper { 0.0 } else { f64::midpoint(lower, upper) };
        Ok(Channel {
            branch: FlowBranch {
                from: branch.from.0,
                to: branch.to.0,
                susceptance_mw_per_rad,
                shift_rad: shift_rad + centre_mw / susceptance_mw_per_rad,
                limit_mw: upper - centre_mw,
                ceiling_usd_per_mwh: f64::INFINITY,
                in_service: branch.in_service,
            },
            centre_mw,
            kinds,
            limits_mw,
        })
    }
}

/// Susceptance in MW/rad and phase shift in rad.
pub(super) fn series(branch: &Branch, base_mva: f64, convention: Convention) -> (f64, f64) {
    let (r, x) = (branch.r_pu, branch.x_pu);
    match convention {
        Convention::PowerModels => (base_mva * x / (r * r + x * x), 0.0),
        Convention::Matpower => (base_mva / (x * branch.tap), branch.shift_deg.to_radians()),
    }
}

/// Limits on the angle difference that count.
fn angles_rad(branch: &Branch, options: &Options) -> Option<(f64, f64)> {
    if !options.angle_limits {
        return None;
    }
    let given = branch.angle_difference_deg;
    match options.convention {
        Convention::Matpower => given.map(|(least, most)| (least.to_radians(), most.to_radians())),
        Convention::PowerModels => {
            let (least, most) = given.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
            let least = if least <= -90.0 { -POWER_MODELS_ANGLE_RAD } else { least.to_radians() };
            let most = if most >= 90.0 { POWER_MODELS_ANGLE_RAD } else { most.to_radians() };
            Some((least, most))
        }
    }
}
