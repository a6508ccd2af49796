//! Writes a network as a MATPOWER case, version 2.
//!
//! What a case can hold is read back as it was; the rest is told in notes. Names of branches and units,
//! for which the format has no field, stand behind their rows as comments. Numbers are in their shortest
//! exact form. Every island gets a reference bus: that of its largest unit in service, otherwise its first
//! bus. `O(n log n)`.

use core::fmt::Write;
use std::collections::BTreeMap;

use petgraph::unionfind::UnionFind;

use super::Ordinals;
use crate::grid::{
    Branch, BranchKind, Bus, BusId, CostCurve, DcLink, Fuel, Generator, Network, Technology, ZoneId,
};

/// A case and what it could not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The case file.
    pub text: String,
    /// What has no place in it, or another form.
    pub notes: Vec<String>,
}

/// Units have a heat rate, but their fuel has no price.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no price of {} for the heat rate of \"{unit}\"", fuel.name())]
pub struct NoPrice {
    /// The fuel.
    pub fuel: Fuel,
    /// The first unit that burns it.
    pub unit: String,
}

/// What stands for a limit of exactly zero, which the format takes for no limit (assumed).
const NEARLY_ZERO: f64 = 1e-6;

/// Writes a case under a name. Units without a cost curve cost heat rate times fuel price plus variable
/// operation and maintenance.
///
/// # Errors
/// All fuels that have no price and need one.
pub fn write(
    name: &str,
    network: &Network,
    fuel_usd_per_mmbtu: &[(Fuel, f64)],
) -> Result<Written, Vec<NoPrice>> {
    let costs = costs(network, fuel_usd_per_mmbtu)?;
    let first = network.buses().map(|(_, bus)| bus.number).min();
    let raise = if first == Some(0) { 1.0 } else { 0.0 };
    let mut case = Case { network, raise, text: String::new(), notes: Vec::new(), commented: false };
    case.line(&format!("function mpc = {}", identifier(name)));
    case.line("mpc.version = '2';");
    case.line(&format!("mpc.baseMVA = {};", network.base_mva));
    case.buses();
    case.generators(&costs);
    case.branches();
    case.dc_links();
    case.general_notes();
    Ok(Written { text: case.text, notes: case.notes })
}

/// The curve of every unit.
fn costs(network: &Network, fuel_usd_per_mmbtu: &[(Fuel, f64)]) -> Result<Vec<CostCurve>, Vec<NoPrice>> {
    let prices: BTreeMap<Fuel, f64> = fuel_usd_per_mmbtu.iter().copied().collect();
    let mut missing: Vec<NoPrice> = Vec::new();
    let mut cost = |unit: &Generator| {
        if let Some(curve) = &unit.cost {
            return curve.clone();
        }
        let heat_rate = unit.heat_rate_mmbtu_per_mwh;
        let price = prices.get(&unit.fuel).copied();
        if price.is_none() && heat_rate != 0.0 && missing.iter().all(|m| m.fuel != unit.fuel) {
            missing.push(NoPrice { fuel: unit.fuel, unit: unit.name.clone() });
        }
        let slope = heat_rate * price.unwrap_or(0.0) + unit.variable_om_usd_per_mwh;
        CostCurve::Polynomial(vec![0.0, slope])
    };
    let costs = network.generators.iter().map(&mut cost).collect();
    if missing.is_empty() { Ok(costs) } else { Err(missing) }
}

struct Case<'n> {
    network: &'n Network,
    /// Added to all bus numbers, which begin at one in the format.
    raise: f64,
    text: String,
    notes: Vec<String>,
    /// Whether a name stands in a comment.
    commented: bool,
}

impl Case<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Opens a matrix, with the names of its columns.
    fn open(&mut self, field: &str, columns: &str) {
        self.line(&format!("\n% {columns}\nmpc.{field} = ["));
    }

    fn row(&mut self, numbers: &[f64], comment: &str) {
        for (i, number) in numbers.iter().enumerate() {
            // Writing to a string cannot fail.
            let _ = write!(self.text, "{}{number}", if i == 0 { '\t' } else { ' ' });
        }
        self.text.push(';');
        if !comment.is_empty() {
            let _ = write!(self.text, " % {}", plain(comment));
            self.commented = true;
        }
        self.text.push('\n');
    }

    fn cells(&mut self, field: &str, cells: impl Iterator<Item = String>) {
        self.line(&format!("\nmpc.{field} = {{"));
        for cell in cells {
            let cell = plain(&cell).replace('\'', "''");
            self.line(&format!("\t'{cell}';"));
        }
        self.line("};");
    }

    fn note_count(&mut self, count: usize, note: &str) {
        if count > 0 {
            self.notes.push(format!("{note} ({count})"));
        }
    }

    fn number(&self, id: BusId) -> f64 {
        f64::from(self.network.bus(id).number) + self.raise
    }

    fn buses(&mut self) {
        let (network, types) = (self.network, bus_types(self.network));
        let zones = self.zone_numbers();
        self.open("bus", "bus_i type Pd Qd Gs Bs area Vm Va baseKV zone Vmax Vmin");
        for (id, bus) in network.buses() {
            let (area, zone) = zones[bus.zone.0 as usize];
            let number = self.number(id);
            self.row(
                &[
                    number,
                    types[id.0 as usize],
                    bus.load_mw,
                    0.0,
                    bus.shunt_mw,
                    0.0,
                    area,
                    1.0,
                    0.0,
                    bus.base_kv,
                    zone,
                    1.1,
                    0.9,
                ],
                "",
            );
        }
        self.line("];");
        if network.buses().any(|(_, bus)| bus.name != format!("bus {}", bus.number)) {
            self.cells("bus_name", network.buses().map(|(_, bus)| bus.name.clone()));
        }
        if self.raise > 0.0 {
            self.notes.push("bus numbers are one higher, because they begin at one in the format".to_owned());
        }
        let count = network.buses().filter(|(_, bus)| bus.position.is_some()).count();
        self.note_count(count, "buses whose position has no place");
    }

    /// Area and zone number of every zone: those in the names that the reader gives, otherwise counted.
    fn zone_numbers(&mut self) -> Vec<(f64, f64)> {
        let zones = &self.network.zones;
        let used = |zone: usize| self.network.buses().any(|(_, bus)| bus.zone == ZoneId(zone as u16));
        for (prefix, by_area) in [("zone_", false), ("area_", true)] {
            let number = |name: &str| name.strip_prefix(prefix)?.parse::<u32>().ok();
            let numbers: Option<Vec<u32>> = zones.iter().map(|zone| number(&zone.name)).collect();
            let Some(numbers) = numbers else { continue };
            if numbers.is_sorted_by(|a, b| a < b) && (0..zones.len()).all(used) {
                let pair = |n: u32| if by_area { (f64::from(n), f64::from(n)) } else { (1.0, f64::from(n)) };
                return numbers.into_iter().map(pair).collect();
            }
        }
        let named = zones.iter().enumerate().map(|(i, zone)| format!("{} {}", i + 1, zone.name));
        let list: Vec<String> = named.collect();
        self.notes.push(format!("zones are numbered: {}", list.join(", ")));
        (1..=zones.len()).map(|n| (n as f64, n as f64)).collect()
    }

    fn generators(&mut self, costs: &[CostCurve]) {
        let network = self.network;
        self.open(
            "gen",
            "bus Pg Qg Qmax Qmin Vg mBase status Pmax Pmin Pc1 Pc2 Qc1min Qc1max Qc2min Qc2max ramp_agc ramp_10 \
             ramp_30 ramp_q apf",
        );
        let mut names = Ordinals::default();
        for unit in &network.generators {
            let number = self.number(unit.bus);
            let status = f64::from(u8::from(unit.in_service));
            let mut cells = vec![
                number,
                0.0,
                0.0,
                0.0,
                0.0,
                1.0,
                network.base_mva,
                status,
                unit.capacity_mw,
                unit.minimum_mw,
            ];
            cells.resize(21, 0.0);
            let given = names.next(&format!("gen {number}"));
            self.row(&cells, if given == unit.name { "" } else { &unit.name });
        }
        self.line("];");
        self.cost_matrix("gencost", costs);
        let fuels = network.generators.iter().map(|unit| fuel_name(unit.fuel).to_owned());
        self.cells("genfuel", fuels);
        let movers = network.generators.iter().map(|unit| mover_code(unit.technology).to_owned());
        self.cells("gentype", movers);
        let count =
            |which: &dyn Fn(&Generator) -> bool| network.generators.iter().filter(|unit| which(unit)).count();
        let priced = count(&|unit| unit.cost.is_none() && unit.heat_rate_mmbtu_per_mwh != 0.0);
        self.note_count(priced, "units whose heat rate stands in their cost");
        self.note_count(
            count(&|unit| unit.storage_mwh != 0.0),
            "storage units that are units without end of energy here",
        );
        self.note_count(
            count(&|unit| unit.online.is_some() || unit.retired.is_some()),
            "units whose dates of operation have no place",
        );
        self.note_count(count(&|unit| unit.fuel == Fuel::Import), "imports that are other units here");
        let changed = |unit: &Generator| {
            super::technology_of(super::fuel_of(fuel_name(unit.fuel)), mover_code(unit.technology))
                != unit.technology
        };
        self.note_count(count(&changed), "units whose fuel and prime mover do not go together in the format");
    }

    fn cost_matrix(&mut self, field: &str, costs: &[CostCurve]) {
        let row = |curve: &CostCurve| match curve {
            CostCurve::Polynomial(c) => {
                let head = [2.0, 0.0, 0.0, c.len() as f64];
                head.into_iter().chain(c.iter().rev().copied()).collect::<Vec<f64>>()
            }
            CostCurve::Piecewise(points) => {
                let head = [1.0, 0.0, 0.0, points.len() as f64];
                head.into_iter().chain(points.iter().flat_map(|&(mw, usd)| [mw, usd])).collect()
            }
        };
        let mut rows: Vec<Vec<f64>> = costs.iter().map(row).collect();
        let width = rows.iter().map(Vec::len).max().unwrap_or(0);
        self.open(field, "model startup shutdown n c(n-1) ... c0, or x1 y1 ... xn yn");
        for cells in &mut rows {
            cells.resize(width, 0.0);
            self.row(cells, "");
        }
        self.line("];");
    }

    fn branches(&mut self) {
        let network = self.network;
        self.open("branch", "fbus tbus r x b rateA rateB rateC ratio angle status angmin angmax");
        let mut names = Ordinals::default();
        for (_, branch) in network.branches() {
            let (from, to) = (self.number(branch.from), self.number(branch.to));
            let ratio = if plain_line(branch) { 0.0 } else { branch.tap };
            let short_mw = branch.emergency_rating_mw.map_or(0.0, limit);
            let (least, most) = angles(branch);
            let status = f64::from(u8::from(branch.in_service));
            let cells = [
                from,
                to,
                branch.r_pu,
                branch.x_pu,
                0.0,
                limit(branch.rating_mw),
                short_mw,
                short_mw,
                ratio,
                branch.shift_deg,
                status,
                least,
                most,
            ];
            let given = names.next(&format!("{from}-{to}"));
            self.row(&cells, if given == branch.name { "" } else { &branch.name });
        }
        self.line("];");
        let count =
            |which: &dyn Fn(&Branch) -> bool| network.branches().filter(|(_, branch)| which(branch)).count();
        let zero = count(&|branch| {
            branch.rating_mw == 0.0
                || branch.emergency_rating_mw == Some(0.0)
                || branch.angle_difference_deg == Some((0.0, 0.0))
        });
        self.note_count(
            zero,
            "branches with a limit of zero, which means no limit in the format: 1e-6 stands for it",
        );
        let like_transformer = count(&|branch| branch.kind == BranchKind::Line && !plain_line(branch));
        self.note_count(
            like_transformer,
            "lines with a turns ratio or shift, which make a transformer in the format",
        );
        self.note_count(count(&|branch| branch.length_mi.is_some()), "branches whose length has no place");
    }

    fn dc_links(&mut self) {
        let (links, dead): (Vec<&DcLink>, Vec<&DcLink>) =
            self.network.dc_links.iter().partition(|link| link.loss_fraction < 1.0);
        self.note_count(dead.len(), "direct-current lines that lose all they carry are left out");
        if links.is_empty() {
            return;
        }
        self.open(
            "dcline",
            "fbus tbus status Pf Pt Qf Qt Vf Vt Pmin Pmax QminF QmaxF QminT QmaxT loss0 loss1",
        );
        let mut names = Ordinals::default();
        for link in &links {
            let (from, to) = (self.number(link.from), self.number(link.to));
            // A negative limit is one on the flow at the far end.
            let (loss, fixed) = (link.loss_fraction, link.fixed_loss_mw);
            let end = |mw: f64| if mw < 0.0 { mw * (1.0 - loss) - fixed } else { mw };
            let mut cells =
                vec![from, to, f64::from(u8::from(link.in_service)), 0.0, 0.0, 0.0, 0.0, 1.0, 1.0];
            cells.extend([end(link.minimum_mw), end(link.maximum_mw), 0.0, 0.0, 0.0, 0.0, fixed, loss]);
            let given = names.next(&format!("dc {from}-{to}"));
            self.row(&cells, if given == link.name { "" } else { &link.name });
        }
        self.line("];");
        if links.iter().any(|link| link.cost.is_some()) {
            let free = || CostCurve::Polynomial(vec![0.0, 0.0]);
            let costs: Vec<CostCurve> =
                links.iter().map(|link| link.cost.clone().unwrap_or_else(free)).collect();
            self.cost_matrix("dclinecost", &costs);
        }
    }

    fn general_notes(&mut self) {
        if self.commented {
            self.notes.push("names of branches and units stand in comments".to_owned());
        }
        // What the reader would make of substations and load shares.
        let mut read = self.network.clone();
        super::substations(&mut read);
        super::spread_load(&mut read);
        let count = |differ: &dyn Fn(&Bus, &Bus) -> bool| {
            self.network.buses().zip(read.buses()).filter(|((_, a), (_, b))| differ(a, b)).count()
        };
        let stations = count(&|a, b| a.substation != b.substation);
        let shares = count(&|a, b| (a.load_share - b.load_share).abs() > 1e-9);
        self.note_count(stations, "buses whose substation number has no place");
        self.note_count(shares, "buses whose share of the load of their zone is not that of their load");
    }
}

/// Whether the reader would take a branch with neither ratio nor angle for this one.
fn plain_line(branch: &Branch) -> bool {
    branch.kind == BranchKind::Line && branch.tap == 1.0 && branch.shift_deg == 0.0
}

/// A rating as the format has it: zero for none.
fn limit(rating_mw: f64) -> f64 {
    match rating_mw {
        f64::INFINITY => 0.0,
        0.0 => NEARLY_ZERO,
        rating_mw => rating_mw,
    }
}

/// Limits on the angle difference as the format has them: 360 degrees for none.
fn angles(branch: &Branch) -> (f64, f64) {
    match branch.angle_difference_deg {
        None => (-360.0, 360.0),
        Some((0.0, 0.0)) => (-NEARLY_ZERO, NEARLY_ZERO),
        Some((least, most)) => (least.max(-360.0), most.min(360.0)),
    }
}

/// 3 for the reference of each island, 2 for other buses with a unit in service, 1 for the rest.
fn bus_types(network: &Network) -> Vec<f64> {
    let count = network.graph.node_count();
    let mut joined = UnionFind::<usize>::new(count);
    for (_, branch) in network.branches().filter(|(_, branch)| branch.in_service) {
        joined.union(branch.from.0 as usize, branch.to.0 as usize);
    }
    let mut types = vec![1.0; count];
    let mut reference: BTreeMap<usize, (usize, f64)> = BTreeMap::new();
    for bus in 0..count {
        reference.entry(joined.find(bus)).or_insert((bus, f64::NEG_INFINITY));
    }
    for unit in network.generators.iter().filter(|unit| unit.in_service) {
        let bus = unit.bus.0 as usize;
        types[bus] = 2.0;
        let best = reference.entry(joined.find(bus)).or_insert((bus, f64::NEG_INFINITY));
        if unit.capacity_mw > best.1 {
            *best = (bus, unit.capacity_mw);
        }
    }
    for (bus, _) in reference.values() {
        types[*bus] = 3.0;
    }
    types
}

/// The names of `genfuel`.
const fn fuel_name(fuel: Fuel) -> &'static str {
    match fuel {
        Fuel::Gas => "ng",
        Fuel::Coal => "coal",
        Fuel::Nuclear => "nuclear",
        Fuel::Wind => "wind",
        Fuel::Solar => "solar",
        Fuel::Hydro => "hydro",
        Fuel::Storage => "ess",
        Fuel::Oil => "dfo",
        Fuel::Other | Fuel::Import => "other",
    }
}

/// The codes of `gentype`, which are those of EIA form 860.
const fn mover_code(technology: Technology) -> &'static str {
    match technology {
        Technology::CombinedCycle => "CC",
        Technology::CombustionTurbine => "GT",
        Technology::GasSteam | Technology::CoalSteam | Technology::Nuclear => "ST",
        Technology::Wind => "WT",
        Technology::Solar => "PV",
        Technology::Hydro => "HY",
        Technology::Battery => "BA",
        Technology::Other | Technology::Import => "OT",
    }
}

/// A name that MATLAB takes for a function.
fn identifier(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = name.chars().map(plain).collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("case_{name}") }
}

/// A text that stays on its line.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests;
