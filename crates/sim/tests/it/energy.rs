//! Every megawatt-hour is accounted for, once.

use std::collections::BTreeMap;

use crate::harness::texts;
use crate::story::{self, Story};

/// Relative agreement of sums of energy.
const SAME: f64 = 1e-6;

fn stories() -> [&'static Story; 2] {
    [story::testbed(), story::rts24()]
}

fn close(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() <= SAME * (1.0 + a.abs().max(b.abs())), "{what}: {a} is not {b}");
}

#[test]
fn power_balances_at_every_bus_and_in_every_row() {
    for story in stories() {
        let worst = story.hours.iter().map(|hour| hour.imbalance_mw).fold(0.0, f64::max);
        assert!(worst < 1e-6, "{worst} MW missing at a bus");
        let system = story.run.table("system_hourly");
        assert_eq!(system.len(), story.setup.hours);
        let column = |name: &str| system.floats(name).unwrap();
        let fuels = ["gas", "coal", "nuclear", "wind", "solar", "hydro", "storage", "import", "other"];
        for hour in 0..system.len() {
            let generated: f64 = fuels.iter().map(|fuel| column(&format!("{fuel}_mw"))[hour]).sum();
            let served = column("native_served_mw")[hour] + column("large_served_mw")[hour];
            close(generated, served + story.hours[hour].surplus_mw, "generated and served");
            assert!(column("large_served_mw")[hour] <= column("large_requested_mw")[hour] + 1e-6);
            assert!(column("native_served_mw")[hour] <= column("native_mw")[hour] + 1e-6);
        }
    }
}

#[test]
fn the_hourly_tables_agree_with_each_other() {
    for story in stories() {
        let system = story.run.table("system_hourly");
        let mut sums = vec![[0.0; 4]; system.len()];
        let rows = story.run.table("contention_hourly");
        let (class, t_s) = (texts(&rows, "class"), rows.integers("t_s").unwrap());
        let (requested, served) = (rows.floats("requested_mw").unwrap(), rows.floats("served_mw").unwrap());
        for row in 0..rows.len() {
            let sum = &mut sums[(t_s[row] / 3600) as usize];
            let at = if class[row] == "native" { 0 } else { 2 };
            sum[at] += requested[row];
            sum[at + 1] += served[row];
        }
        let names = ["native_mw", "native_served_mw", "large_requested_mw", "large_served_mw"];
        for (k, name) in names.iter().enumerate() {
            for (hour, &value) in system.floats(name).unwrap().iter().enumerate() {
                close(sums[hour][k], value, name);
            }
        }
    }
}

type Cells = BTreeMap<(i64, String, String), f64>;

/// Sums a float column by month, zone and class.
fn cells(story: &Story, table: &str, column: &str) -> Cells {
    let frame = story.run.table(table);
    let (time, zone, class) =
        (frame.integers("time_utc").unwrap(), texts(&frame, "zone"), texts(&frame, "class"));
    let mut cells = Cells::new();
    for (row, &value) in frame.floats(column).unwrap().iter().enumerate() {
        *cells.entry((time[row], zone[row].clone(), class[row].clone())).or_default() += value;
    }
    cells
}

#[test]
fn every_curtailed_megawatt_hour_has_one_cause() {
    for story in stories() {
        let requested = cells(story, "load_monthly", "requested_mwh");
        let served = cells(story, "load_monthly", "served_mwh");
        let mut caused = cells(story, "curtailment_monthly", "curtailed_mwh");
        for (cell, &requested) in &requested {
            let lost = caused.remove(cell).unwrap_or(0.0);
            close(requested, served[cell] + lost, &format!("{cell:?}"));
        }
        assert!(caused.is_empty(), "curtailed without having asked: {caused:?}");
    }
}

#[test]
fn what_load_pays_is_energy_and_congestion() {
    let mut congested = 0;
    for story in stories() {
        let rows = story.run.table("load_monthly");
        let column = |name: &str| rows.floats(name).unwrap();
        let (paid, energy) = (column("price_paid_usd_per_mwh"), column("price_energy_usd_per_mwh"));
        let congestion = column("price_congestion_usd_per_mwh");
        for row in (0..paid.len()).filter(|&row| paid[row].is_finite()) {
            close(paid[row], energy[row] + congestion[row], &format!("row {row}"));
            congested += usize::from(congestion[row].abs() > 0.01);
        }
    }
    assert!(congested > 0, "no load ever paid for congestion");
}

#[test]
fn months_are_sums_of_hours() {
    for story in stories() {
        let rows = story.run.table("contention_hourly");
        let (zone, class, t_s) = (texts(&rows, "zone"), texts(&rows, "class"), rows.integers("t_s").unwrap());
        for (hourly, monthly) in [("requested_mw", "requested_mwh"), ("served_mw", "served_mwh")] {
            let mut sums = Cells::new();
            for (row, &mw) in rows.floats(hourly).unwrap().iter().enumerate() {
                let hour = (t_s[row] / 3600) as usize;
                let month = story.setup.months.iter().find(|m| m.end.hour() > hour).unwrap();
                let key = (story.setup.unix_ms(month.begin), zone[row].clone(), class[row].clone());
                *sums.entry(key).or_default() += mw;
            }
            let table = cells(story, "load_monthly", monthly);
            assert_eq!(sums.keys().collect::<Vec<_>>(), table.keys().collect::<Vec<_>>());
            for (cell, sum) in &sums {
                close(*sum, table[cell], &format!("{monthly} {cell:?}"));
            }
        }
    }
}

/// The identities above are worth something only where load is lost, in every way.
#[test]
fn the_stories_hold_every_cause() {
    let mut seen: Vec<String> =
        stories().iter().flat_map(|story| texts(&story.run.table("curtailment_monthly"), "cause")).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen, ["congestion", "not_connected", "price", "scarcity", "substation"]);
    let shed: f64 = stories()
        .iter()
        .flat_map(|story| {
            let (cells, native) = (cells(story, "curtailment_monthly", "curtailed_mwh"), "native");
            cells.into_iter().filter(|(cell, _)| cell.2 == native).map(|(_, mwh)| mwh).collect::<Vec<_>>()
        })
        .sum();
    assert!(shed > 0.0, "no native load is ever shed");
}
