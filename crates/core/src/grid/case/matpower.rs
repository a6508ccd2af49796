//! MATPOWER case files, version 2.
//!
//! | read | as |
//! |---|---|
//! | `bus` | buses; type 4 (isolated) is left out with everything attached to it |
//! | `branch` | branches; a non-zero `ratio` or `angle` makes a transformer; `rateA` 0 means no limit, as do an `angmin` and `angmax` both 0 or beyond 360 |
//! | `gen`, `genfuel`, `gentype` | generators; fuel and prime mover are `other` where no cell array names them |
//! | `gencost` | [`CostCurve`], polynomial or piecewise; the second half (reactive) is left out |
//! | `dcline`, `dclinecost` | direct-current lines with their losses and costs; a negative `Pmin` or `Pmax` limits the flow at the `to` end |
//! | `bus_name` | names |
//!
//! Reactive power, voltages, start-up costs and fields that only other programs know are left out.
//! A bus's share of its zone's load is its part of the zone's positive `Pd`; a zone without load spreads
//! evenly. Buses that transformers join are one substation, named by its lowest bus number.
//!
//! Format: R. D. Zimmerman and C. E. Murillo-Sanchez, MATPOWER User's Manual, appendix B. `O(n log n)`.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::unionfind::UnionFind;

use self::text::{Assignment, MatrixRow, Value};
use super::{CaseFault, Faults, check};
use crate::grid::{
    Branch, BranchKind, Bus, BusId, CostCurve, DcLink, Fuel, Generator, Network, Technology, Zone, ZoneId,
};

mod text;
mod write;

pub use write::{NoPrice, Written, write};

/// Which column of the bus table makes the zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneBy {
    /// The loss zone.
    Zone,
    /// The area.
    Area,
}

/// Reads a case. `file` is the name used in faults; all faults are returned at once. A bus that nothing
/// joins to the others is a fault.
pub fn read(file: &str, text: &str, zone_by: ZoneBy) -> Result<Network, Vec<CaseFault>> {
    let (network, bus_lines, _) = parse(file, text, zone_by)?;
    let mut list = Vec::new();
    check::connected(&network, &bus_lines, &mut Faults::new(file, &mut list));
    if list.is_empty() { Ok(network) } else { Err(list) }
}

/// As [`read`], but a case of several islands is as good as any. Also tells in words what the case has and the network
/// does not hold.
pub fn read_case(file: &str, text: &str, zone_by: ZoneBy) -> Result<(Network, Vec<String>), Vec<CaseFault>> {
    parse(file, text, zone_by).map(|(network, _, notes)| (network, notes))
}

/// The network, the line of each bus, and what was left out.
fn parse(
    file: &str,
    text: &str,
    zone_by: ZoneBy,
) -> Result<(Network, Vec<u64>, Vec<String>), Vec<CaseFault>> {
    let mut list = Vec::new();
    let mut faults = Faults::new(file, &mut list);
    let fields = text::assignments(text, &mut faults);
    let mut case = Case { fields, faults, isolated: BTreeSet::new(), numbers: BTreeMap::new() };
    let notes = case.left_out();
    let built = case.build(zone_by);
    if built.0.graph.node_count() == 0 && list.is_empty() {
        Faults::new(file, &mut list).add(None, "bus", "the network has no bus");
    }
    if list.is_empty() { Ok((built.0, built.1, notes)) } else { Err(list) }
}

/// The fields that are read.
const READ: [&str; 11] = [
    "version",
    "baseMVA",
    "bus",
    "branch",
    "gen",
    "genfuel",
    "gentype",
    "gencost",
    "dcline",
    "dclinecost",
    "bus_name",
];

struct Case<'l> {
    fields: Vec<Assignment>,
    faults: Faults<'l>,
    isolated: BTreeSet<u32>,
    numbers: BTreeMap<u32, BusId>,
}

impl Case<'_> {
    fn build(&mut self, zone_by: ZoneBy) -> (Network, Vec<u64>) {
        self.version();
        let mut network = Network { base_mva: self.base_mva(), ..Network::default() };
        let bus_lines = self.buses(zone_by, &mut network);
        self.branches(&mut network);
        self.generators(&mut network);
        self.dc_links(&mut network);
        substations(&mut network);
        spread_load(&mut network);
        (network, bus_lines)
    }

    fn field(&self, name: &str) -> Option<&Assignment> {
        self.fields.iter().rev().find(|field| field.name == name)
    }

    fn version(&mut self) {
        let (line, two) = match self.field("version") {
            None => (None, false),
            Some(Assignment { line, value, .. }) => (
                Some(*line),
                matches!(value, Value::Text(text) if text == "2") || matches!(value, Value::Number(2.0)),
            ),
        };
        if !two {
            let fault = self.faults.add(line, "version", "only version 2 of the case format is read");
            fault.allowed = Some("mpc.version = '2'".to_owned());
        }
    }

    fn base_mva(&mut self) -> f64 {
        let (line, base) = match self.field("baseMVA") {
            Some(Assignment { line, value: Value::Number(base), .. }) => (Some(*line), *base),
            Some(Assignment { line, .. }) => (Some(*line), f64::NAN),
            None => (None, f64::NAN),
        };
        if !(base.is_finite() && base > 0.0) {
            self.faults.add(line, "baseMVA", "the base must be a positive number");
        }
        base
    }

    /// What the case has and no network holds. Rows are counted as they stand, so this comes first.
    fn left_out(&self) -> Vec<String> {
        let count = |table: &str, columns: &[usize]| match self.field(table).map(|field| &field.value) {
            Some(Value::Matrix(rows)) => {
                let any = |row: &&MatrixRow| {
                    columns.iter().any(|&at| row.numbers.get(at).is_some_and(|number| *number != 0.0))
                };
                rows.iter().filter(any).count()
            }
            _ => 0,
        };
        let isolated = match self.field("bus").map(|field| &field.value) {
            Some(Value::Matrix(rows)) => rows.iter().filter(|row| row.numbers.get(1) == Some(&4.0)).count(),
            _ => 0,
        };
        let counted = [
            (isolated, "isolated buses (type 4) with all that is attached to them"),
            (count("bus", &[3]), "reactive loads"),
            (count("bus", &[5]), "shunt susceptances"),
            (count("branch", &[4]), "line charging susceptances"),
            (count("gencost", &[1, 2]), "start-up and shut-down costs"),
        ];
        let counted = counted.into_iter().filter(|(count, _)| *count > 0);
        let mut notes: Vec<String> =
            counted.map(|(count, what)| format!("left out: {count} {what}")).collect();
        let unread = self.fields.iter().map(|field| field.name.as_str()).filter(|name| !READ.contains(name));
        let unread: BTreeSet<&str> = unread.collect();
        if !unread.is_empty() {
            notes.push(format!("left out: fields {}", unread.into_iter().collect::<Vec<_>>().join(", ")));
        }
        notes
    }

    /// The rows of a matrix that could be read and have at least `width` columns.
    fn rows(&mut self, name: &str, width: usize, required: bool) -> Vec<MatrixRow> {
        let Some(at) = self.fields.iter().rposition(|field| field.name == name) else {
            if required {
                self.faults.add(None, name, "this matrix is missing");
            }
            return Vec::new();
        };
        let line = self.fields[at].line;
        let Value::Matrix(rows) = &mut self.fields[at].value else {
            self.faults.add(Some(line), name, "this must be a matrix");
            return Vec::new();
        };
        let mut rows = core::mem::take(rows);
        for row in rows.iter_mut().filter(|row| !row.bad) {
            if row.numbers.len() < width {
                let message = format!("{} columns where at least {width} are needed", row.numbers.len());
                self.faults.add(Some(row.line), name, message);
                row.bad = true;
            }
        }
        rows
    }

    fn cells(&self, name: &str) -> &[String] {
        match self.field(name) {
            Some(Assignment { value: Value::Cells(cells), .. }) => cells,
            _ => &[],
        }
    }

    fn finite(&mut self, row: &MatrixRow, table: &str, column: usize, name: &str) -> f64 {
        let value = row.numbers[column];
        if !value.is_finite() {
            self.faults.add(Some(row.line), &format!("{table}.{name}"), format!("{value} is not finite"));
        }
        value
    }

    fn whole(&mut self, row: &MatrixRow, table: &str, column: usize, name: &str) -> Option<u32> {
        let value = row.numbers[column];
        let whole = value >= 0.0 && value <= f64::from(u32::MAX) && value.fract() == 0.0;
        if !whole {
            let message = format!("{value} is not a whole number of zero or more");
            self.faults.add(Some(row.line), &format!("{table}.{name}"), message);
        }
        whole.then_some(value as u32)
    }

    fn buses(&mut self, zone_by: ZoneBy, network: &mut Network) -> Vec<u64> {
        let names: Vec<String> = self.cells("bus_name").to_vec();
        let (column, word) = match zone_by {
            ZoneBy::Zone => (10, "zone"),
            ZoneBy::Area => (6, "area"),
        };
        let rows = self.rows("bus", 13, true);
        let good = rows.iter().filter(|row| !row.bad);
        let zones: BTreeSet<u32> = good.map(|row| row.numbers[column].max(0.0) as u32).collect();
        if zones.len() > usize::from(u16::MAX) {
            let message = format!("{} different numbers, more than {}", zones.len(), u16::MAX);
            self.faults.add(None, &format!("bus.{word}"), message);
            return Vec::new();
        }
        network.zones = zones.iter().map(|zone| Zone { name: format!("{word}_{zone}") }).collect();
        let mut lines = Vec::new();
        for (index, row) in rows.iter().enumerate().filter(|(_, row)| !row.bad) {
            let number = self.whole(row, "bus", 0, "bus_i");
            let kind = self.whole(row, "bus", 1, "type");
            let zone = self.whole(row, "bus", column, word);
            let load_mw = self.finite(row, "bus", 2, "Pd");
            let shunt_mw = self.finite(row, "bus", 4, "Gs");
            let base_kv = self.finite(row, "bus", 9, "baseKV");
            let (Some(number), Some(kind), Some(zone)) = (number, kind, zone) else { continue };
            if kind == 4 {
                self.isolated.insert(number);
                continue;
            }
            if !(1..=3).contains(&kind) {
                let fault = self.faults.add(Some(row.line), "bus.type", format!("{kind} is not a bus type"));
                fault.allowed = Some("1, 2, 3 or 4".to_owned());
            }
            let name = names.get(index).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
            let zone = ZoneId(zones.range(..zone).count() as u16);
            let id = network.add_bus(Bus {
                number,
                name: name.unwrap_or_else(|| format!("bus {number}")),
                zone,
                substation: number,
                base_kv,
                load_mw,
                shunt_mw,
                load_share: 0.0,
                position: None,
            });
            lines.push(row.line);
            if self.numbers.insert(number, id).is_some() {
                self.faults.add(Some(row.line), "bus.bus_i", format!("bus {number} appears twice"));
            }
        }
        lines
    }

    /// A bus that exists; `None` for an isolated one and, with a fault, for an unknown one.
    fn bus(&mut self, row: &MatrixRow, table: &str, column: usize, name: &str) -> Option<BusId> {
        let number = self.whole(row, table, column, name)?;
        if self.isolated.contains(&number) {
            return None;
        }
        let found = self.numbers.get(&number).copied();
        if found.is_none() {
            self.faults.add(Some(row.line), &format!("{table}.{name}"), format!("there is no bus {number}"));
        }
        found
    }

    fn branches(&mut self, network: &mut Network) {
        let rows = self.rows("branch", 11, true);
        let mut names = Ordinals::default();
        for row in rows.iter().filter(|row| !row.bad) {
            let from = self.bus(row, "branch", 0, "fbus");
            let to = self.bus(row, "branch", 1, "tbus");
            let r_pu = self.finite(row, "branch", 2, "r");
            let x_pu = self.finite(row, "branch", 3, "x");
            let ratio = self.finite(row, "branch", 8, "ratio");
            let status = self.finite(row, "branch", 10, "status");
            let shift_deg = self.finite(row, "branch", 9, "angle");
            let angle_difference_deg = self.angle_difference(row);
            let [a, b, c] = [row.numbers[5], row.numbers[6], row.numbers[7]];
            if x_pu == 0.0 {
                self.faults.add(Some(row.line), "branch.x", "a branch needs a reactance other than zero");
            }
            if ratio < 0.0 {
                self.faults.add(Some(row.line), "branch.ratio", "the turns ratio must not be negative");
            }
            for (rate, name) in [(a, "branch.rateA"), (b, "branch.rateB"), (c, "branch.rateC")] {
                if rate.is_nan() || rate < 0.0 {
                    self.faults.add(
                        Some(row.line),
                        name,
                        format!("a rating of {rate} is negative or no number"),
                    );
                }
            }
            let (Some(from), Some(to)) = (from, to) else { continue };
            if from == to {
                self.faults.add(Some(row.line), "branch.tbus", "the branch begins and ends at the same bus");
                continue;
            }
            let pair = format!("{}-{}", network.bus(from).number, network.bus(to).number);
            let limit = |rate: f64| Some(rate).filter(|rate| *rate > 0.0 && rate.is_finite());
            let transformer = ratio != 0.0 || shift_deg != 0.0;
            network.add_branch(Branch {
                name: names.next(&pair),
                from,
                to,
                kind: if transformer { BranchKind::Transformer } else { BranchKind::Line },
                r_pu,
                x_pu,
                tap: if ratio == 0.0 { 1.0 } else { ratio },
                shift_deg,
                angle_difference_deg,
                rating_mw: limit(a).unwrap_or(f64::INFINITY),
                emergency_rating_mw: limit(c).or(limit(b)),
                length_mi: None,
                in_service: status > 0.0,
            });
        }
    }

    /// Limits on the angle difference: none when the columns are absent or both zero, and none on a side
    /// of 360 degrees or more.
    fn angle_difference(&mut self, row: &MatrixRow) -> Option<(f64, f64)> {
        let &[least, most, ..] = row.numbers.get(11..)? else { return None };
        if least.is_nan() || most.is_nan() || least > most {
            let message = format!("{least} to {most} degrees is no range");
            self.faults.add(Some(row.line), "branch.angmin", message);
            return None;
        }
        let least = if least > -360.0 { least } else { f64::NEG_INFINITY };
        let most = if most < 360.0 { most } else { f64::INFINITY };
        let limited = (least, most) != (0.0, 0.0) && (least.is_finite() || most.is_finite());
        limited.then_some((least, most))
    }

    fn generators(&mut self, network: &mut Network) {
        let rows = self.rows("gen", 10, true);
        let costs = self.rows("gencost", 4, false);
        let line = self.field("gencost").map(|field| field.line);
        if line.is_some() && costs.len() != rows.len() && costs.len() != 2 * rows.len() {
            let message = format!("{} rows of costs for {} generators", costs.len(), rows.len());
            self.faults.add(line, "gencost", message);
        }
        let fuels: Vec<String> = self.cells("genfuel").to_vec();
        let movers: Vec<String> = self.cells("gentype").to_vec();
        let mut names = Ordinals::default();
        for (index, row) in rows.iter().enumerate() {
            let cost = costs.get(index).filter(|row| !row.bad).and_then(|row| self.cost(row, "gencost"));
            if row.bad {
                continue;
            }
            let bus = self.bus(row, "gen", 0, "bus");
            let capacity_mw = self.finite(row, "gen", 8, "Pmax");
            let minimum_mw = self.finite(row, "gen", 9, "Pmin");
            let status = self.finite(row, "gen", 7, "status");
            if minimum_mw > capacity_mw {
                self.faults.add(Some(row.line), "gen.Pmin", "the minimum output is above the capacity");
            }
            let Some(bus) = bus else { continue };
            let fuel = fuels.get(index).map_or(Fuel::Other, |name| fuel_of(name));
            let technology = technology_of(fuel, movers.get(index).map_or("", |mover| mover.trim()));
            network.generators.push(Generator {
                name: names.next(&format!("gen {}", network.bus(bus).number)),
                bus,
                fuel,
                technology,
                capacity_mw,
                minimum_mw,
                heat_rate_mmbtu_per_mwh: 0.0,
                variable_om_usd_per_mwh: 0.0,
                storage_mwh: 0.0,
                online: None,
                retired: None,
                co2_kg_per_mmbtu: None,
                forced_outage_rate: None,
                neighbour: None,
                in_service: status > 0.0,
                cost,
            });
        }
    }

    fn cost(&mut self, row: &MatrixRow, table: &str) -> Option<CostCurve> {
        let (model, count) = (row.numbers[0], row.numbers[3]);
        let width = if model == 1.0 { 2.0 * count } else { count };
        let data = &row.numbers[4..];
        if !(count >= 0.0 && count.fract() == 0.0 && width <= data.len() as f64) {
            let message = format!("n = {count} does not fit {} numbers", data.len());
            self.faults.add(Some(row.line), &format!("{table}.n"), message);
            return None;
        }
        let data = &data[..width as usize];
        if data.iter().any(|x| !x.is_finite()) {
            self.faults.add(Some(row.line), table, "the numbers of a cost curve must be finite");
            return None;
        }
        let curve = match model {
            1.0 => CostCurve::Piecewise(data.chunks_exact(2).map(|xy| (xy[0], xy[1])).collect()),
            2.0 if data.is_empty() => return None,
            2.0 => CostCurve::Polynomial(data.iter().rev().copied().collect()),
            _ => {
                let field = format!("{table}.model");
                let fault = self.faults.add(Some(row.line), &field, format!("{model} is not a model"));
                fault.allowed = Some("1 (piecewise linear) or 2 (polynomial)".to_owned());
                return None;
            }
        };
        if !curve.is_valid() {
            let message = "a piecewise cost needs two or more points with rising MW";
            self.faults.add(Some(row.line), table, message);
            return None;
        }
        Some(curve)
    }

    fn dc_links(&mut self, network: &mut Network) {
        let mut names = Ordinals::default();
        let rows = self.rows("dcline", 17, false);
        let costs = self.rows("dclinecost", 4, false);
        let line = self.field("dclinecost").map(|field| field.line);
        if line.is_some() && costs.len() != rows.len() {
            let message = format!("{} rows of costs for {} direct-current lines", costs.len(), rows.len());
            self.faults.add(line, "dclinecost", message);
        }
        for (index, row) in rows.iter().enumerate() {
            let cost = costs.get(index).filter(|row| !row.bad).and_then(|row| self.cost(row, "dclinecost"));
            if row.bad {
                continue;
            }
            let from = self.bus(row, "dcline", 0, "fbus");
            let to = self.bus(row, "dcline", 1, "tbus");
            let minimum_mw = self.finite(row, "dcline", 9, "Pmin");
            let maximum_mw = self.finite(row, "dcline", 10, "Pmax");
            let status = self.finite(row, "dcline", 2, "status");
            let fixed_loss_mw = self.finite(row, "dcline", 15, "loss0");
            let loss_fraction = self.finite(row, "dcline", 16, "loss1");
            if !(0.0..1.0).contains(&loss_fraction) && loss_fraction.is_finite() {
                let fault = self.faults.add(Some(row.line), "dcline.loss1", "not a fraction of the flow");
                fault.allowed = Some("0 or more and less than 1".to_owned());
            }
            // A negative limit is one on the flow at the far end.
            let sent = |mw: f64| if mw < 0.0 { (mw + fixed_loss_mw) / (1.0 - loss_fraction) } else { mw };
            if minimum_mw > maximum_mw {
                self.faults.add(Some(row.line), "dcline.Pmin", "the least flow is above the greatest");
            }
            let (Some(from), Some(to)) = (from, to) else { continue };
            let pair = format!("dc {}-{}", network.bus(from).number, network.bus(to).number);
            let in_service = status > 0.0;
            let name = names.next(&pair);
            network.dc_links.push(DcLink {
                name,
                from,
                to,
                minimum_mw: sent(minimum_mw),
                maximum_mw: sent(maximum_mw),
                loss_fraction,
                fixed_loss_mw,
                cost,
                in_service,
            });
        }
    }
}

/// Names made unique by counting: `a`, `a #2`, `a #3`.
#[derive(Default)]
pub(crate) struct Ordinals(BTreeMap<String, u32>);

impl Ordinals {
    pub(crate) fn next(&mut self, name: &str) -> String {
        let count = self.0.entry(name.to_owned()).or_default();
        *count += 1;
        if *count == 1 { name.to_owned() } else { format!("{name} #{count}") }
    }
}

/// The names of `genfuel` in MATPOWER and in cases made with it.
fn fuel_of(name: &str) -> Fuel {
    match name.trim().to_ascii_lowercase().as_str() {
        "ng" | "gas" | "naturalgas" => Fuel::Gas,
        "coal" | "lignite" => Fuel::Coal,
        "nuclear" | "uranium" => Fuel::Nuclear,
        "wind" => Fuel::Wind,
        "solar" => Fuel::Solar,
        "hydro" => Fuel::Hydro,
        "ess" | "storage" | "battery" | "hydrops" => Fuel::Storage,
        "dfo" | "rfo" | "oil" => Fuel::Oil,
        _ => Fuel::Other,
    }
}

/// The prime mover codes of EIA form 860, as `gentype` uses them; without one, what is most common for
/// the fuel (gas: combined cycle).
fn technology_of(fuel: Fuel, mover: &str) -> Technology {
    match (fuel, mover) {
        (Fuel::Nuclear, _) => Technology::Nuclear,
        (Fuel::Wind, _) => Technology::Wind,
        (Fuel::Solar, _) => Technology::Solar,
        (Fuel::Hydro, _) | (_, "HY") => Technology::Hydro,
        (Fuel::Storage, _) => Technology::Battery,
        (Fuel::Coal, _) => Technology::CoalSteam,
        (Fuel::Gas | Fuel::Oil, "GT" | "IC" | "JE") => Technology::CombustionTurbine,
        (Fuel::Gas | Fuel::Oil, "ST") => Technology::GasSteam,
        (Fuel::Gas, _) | (_, "CA" | "CC" | "CS" | "CT") => Technology::CombinedCycle,
        (Fuel::Oil, _) => Technology::CombustionTurbine,
        (Fuel::Other, _) => Technology::Other,
        (Fuel::Import, _) => Technology::Import,
    }
}

/// Numbers substations: buses that transformers join take the lowest bus number among them.
pub(crate) fn substations(network: &mut Network) {
    let mut joined = UnionFind::<usize>::new(network.graph.node_count());
    for (_, branch) in network.branches().filter(|(_, branch)| branch.kind == BranchKind::Transformer) {
        joined.union(branch.from.0 as usize, branch.to.0 as usize);
    }
    let labels = joined.into_labeling();
    let mut lowest: BTreeMap<usize, u32> = BTreeMap::new();
    for (id, bus) in network.buses() {
        let number = lowest.entry(labels[id.0 as usize]).or_insert(bus.number);
        *number = bus.number.min(*number);
    }
    for (bus, label) in network.graph.node_weights_mut().zip(&labels) {
        bus.substation = lowest[label];
    }
}

/// Sets every bus's share of its zone's load from the positive loads of the case.
pub(crate) fn spread_load(network: &mut Network) {
    let mut totals = vec![(0.0, 0_u32); network.zones.len()];
    for (_, bus) in network.buses() {
        let (load_mw, count) = &mut totals[bus.zone.0 as usize];
        *load_mw += bus.load_mw.max(0.0);
        *count += 1;
    }
    for bus in network.graph.node_weights_mut() {
        let (load_mw, count) = totals[bus.zone.0 as usize];
        bus.load_share = if load_mw > 0.0 { bus.load_mw.max(0.0) / load_mw } else { 1.0 / f64::from(count) };
    }
}

#[cfg(test)]
mod tests;
