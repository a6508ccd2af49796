//! Operating reserve: per region one row over everything that can answer, and one column per step of its curve.

use gridrush_core::dispatch::{Bound, ColumnId, DispatchProblem, LinearRow, Place, RowId};
use gridrush_core::names::Key;

use super::AreaTerms;
use crate::stores::Stores;
use crate::units::Unit;

/// A region's demand for reserve.
#[derive(Clone, Debug)]
pub(super) struct Reserve {
    pub(super) row: RowId,
    pub(super) steps: Vec<ColumnId>,
}

impl Reserve {
    /// Appends the row of a region and a column for each step of its curve.
    pub(super) fn new(
        area: &AreaTerms,
        units: &[Unit],
        stores: &Stores,
        problem: &mut DispatchProblem,
    ) -> Reserve {
        let key = |what: &str| match &area.name {
            None => Key::of(what),
            Some(name) => Key::of(&format!("{name}/{what}")),
        };
        let mut terms = Vec::new();
        let here = |unit: &&Unit| area.zones.contains(&usize::from(unit.zone.0));
        for unit in units.iter().filter(here).filter(|unit| unit.gives_reserve()) {
            terms.extend(unit.columns().map(|column| (ColumnId(column as u32), 1.0)));
        }
        terms.extend(stores.discharge_columns(&area.zones).map(|column| (column, 1.0)));
        let steps: Vec<ColumnId> = (area.reserve.steps().iter().enumerate())
            .map(|(n, step)| {
                let bound = Bound { lower_mw: 0.0, upper_mw: step.mw, cost_usd_per_mwh: -step.usd_per_mwh };
                problem.add_column(key("reserve/step").part(n as u64), Place::None, bound)
            })
            .collect();
        terms.extend(steps.iter().map(|&column| (column, 1.0)));
        let row =
            problem.add_row(LinearRow { key: key("reserve"), terms, lower: f64::NEG_INFINITY, upper: 0.0 });
        Reserve { row, steps }
    }
}
