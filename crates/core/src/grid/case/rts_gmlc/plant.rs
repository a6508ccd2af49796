//! A row of `gen.csv`: fuel, prime mover, and the cost curve from the heat rate curve.
//!
//! The curve starts at the first output point with the average heat rate there and goes on with
//! incremental heat rates, all in BTU/kWh (1000 BTU/kWh are one MMBtu/MWh). Columns `Output_pct_k` and
//! `HR_incr_k` are read as far as they go; a point that does not rise ends the curve when it is empty,
//! `NA` or zero, and is a fault otherwise. An incremental heat rate of zero says nothing: the average one
//! goes on, as in the MATPOWER file of the same authors.

use super::super::Faults;
use super::super::table::Row;
use crate::grid::{BusId, CostCurve, Fuel, Generator, Technology};

/// The columns that every row must have.
pub(super) const COLUMNS: [&str; 10] = [
    "GEN UID",
    "Bus ID",
    "Unit Type",
    "Fuel",
    "PMax MW",
    "PMin MW",
    "Fuel Price $/MMBTU",
    "Output_pct_0",
    "HR_avg_0",
    "VOM",
];

/// Names of column `Fuel`.
const FUELS: [(&str, Fuel); 9] = [
    ("NG", Fuel::Gas),
    ("Coal", Fuel::Coal),
    ("Oil", Fuel::Oil),
    ("Nuclear", Fuel::Nuclear),
    ("Wind", Fuel::Wind),
    ("Solar", Fuel::Solar),
    ("Hydro", Fuel::Hydro),
    ("Storage", Fuel::Storage),
    ("Other", Fuel::Other),
];

/// Names of column `Unit Type`. Concentrated solar power has a steam cycle, so it is no photovoltaic plant.
const UNIT_TYPES: [(&str, Technology); 11] = [
    ("CC", Technology::CombinedCycle),
    ("CT", Technology::CombustionTurbine),
    ("STEAM", Technology::GasSteam),
    ("NUCLEAR", Technology::Nuclear),
    ("WIND", Technology::Wind),
    ("PV", Technology::Solar),
    ("RTPV", Technology::Solar),
    ("CSP", Technology::Other),
    ("HYDRO", Technology::Hydro),
    ("ROR", Technology::Hydro),
    ("STORAGE", Technology::Battery),
];

/// A generator without name and bus.
pub(super) fn read(row: &Row<'_>, faults: &mut Faults<'_>) -> Option<Generator> {
    let fuel = lookup(row, "Fuel", &FUELS, faults);
    let technology = lookup(row, "Unit Type", &UNIT_TYPES, faults);
    let capacity_mw = row.not_negative("PMax MW", faults);
    let minimum_mw = row.not_negative("PMin MW", faults);
    let price = row.number("Fuel Price $/MMBTU", faults);
    let variable_om = row.number("VOM", faults);
    if let (Some(minimum), Some(capacity)) = (minimum_mw, capacity_mw)
        && minimum > capacity
    {
        faults.add(Some(row.line), "PMin MW", "the minimum output is above the capacity");
    }
    let heat = heat_curve(row, capacity_mw?, faults)?;
    let (fuel, technology, price, variable_om) = (fuel?, technology?, price?, variable_om?);
    let technology = match (technology, fuel) {
        (Technology::GasSteam, Fuel::Coal) => Technology::CoalSteam,
        (technology, _) => technology,
    };
    let burns = matches!(fuel, Fuel::Gas | Fuel::Coal | Fuel::Oil | Fuel::Nuclear);
    let (full_mw, full_mmbtu) = heat.last().copied().unwrap_or((0.0, 0.0));
    let cost = match heat.as_slice() {
        [] => CostCurve::Polynomial(vec![0.0, variable_om]),
        [(mw, mmbtu)] => CostCurve::Polynomial(vec![0.0, mmbtu / mw * price + variable_om]),
        points => {
            let usd = |&(mw, mmbtu): &(f64, f64)| (mw, mmbtu * price + variable_om * mw);
            CostCurve::Piecewise(points.iter().map(usd).collect())
        }
    };
    Some(Generator {
        name: String::new(),
        bus: BusId(0),
        fuel,
        technology,
        capacity_mw: capacity_mw?,
        minimum_mw: minimum_mw?,
        heat_rate_mmbtu_per_mwh: if burns && full_mw > 0.0 { full_mmbtu / full_mw } else { 0.0 },
        variable_om_usd_per_mwh: variable_om,
        storage_mwh: 0.0,
        online: None,
        retired: None,
        co2_kg_per_mmbtu: None,
        forced_outage_rate: None,
        neighbour: None,
        in_service: true,
        cost: Some(cost),
    })
}

fn lookup<T: Copy>(
    row: &Row<'_>,
    column: &str,
    known: &[(&'static str, T)],
    faults: &mut Faults<'_>,
) -> Option<T> {
    let text = row.text(column);
    let found = known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    if found.is_none() {
        faults.unknown(Some(row.line), column, "name", text, known.iter().map(|(name, _)| *name));
    }
    found
}

/// Points of output and heat input in MW and MMBtu/h; empty for a unit without a curve, `None` after a
/// fault.
fn heat_curve(row: &Row<'_>, capacity_mw: f64, faults: &mut Faults<'_>) -> Option<Vec<(f64, f64)>> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for k in 0.. {
        let (output, rate) =
            (format!("Output_pct_{k}"), if k == 0 { "HR_avg_0".to_owned() } else { format!("HR_incr_{k}") });
        if matches!(row.text(&output), "" | "NA") {
            break;
        }
        let part = row.number_in(&output, 0.0, 1.0, faults)?;
        if part == 0.0 {
            break;
        }
        let stated = row.not_negative(&rate, faults)? / 1000.0;
        let mw = part * capacity_mw;
        let (mw_before, heat_before) = points.last().copied().unwrap_or((0.0, 0.0));
        let rate = if stated > 0.0 || k == 0 { stated } else { heat_before / mw_before };
        if mw <= mw_before {
            faults.add(Some(row.line), &output, "the points of a heat rate curve must rise");
            return None;
        }
        points.push((mw, heat_before + rate * (mw - mw_before)));
    }
    Some(points)
}
