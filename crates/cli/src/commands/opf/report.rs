//! Everything that is known of a solved case, as tables that are printed, written as CSV and as JSON.

use std::path::Path;

use gridrush_core::grid::{BranchId, BusId};
use gridrush_core::opf::{Answer, LimitKind, Opf};
use gridrush_tables::{Batch, Cell, Column, Kind, Table, TableError, Values, write_csv};
use serde_json::{Map, Value, json};

use crate::case::Case;

/// Version of the layout of the JSON and of the tables.
pub const SCHEMA: u32 = 1;

const fn text(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Text, unit: "", meaning }
}

const fn whole(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Integer, unit: "", meaning }
}

const fn mw(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Float, unit: "MW", meaning }
}

const fn price(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Float, unit: "$/MWh", meaning }
}

/// One row per generator.
pub const GENERATORS: Table = Table {
    name: "generators",
    meaning: "One row per generator.",
    columns: &[
        text("generator", "Name."),
        whole("bus", "Number of its bus."),
        text("fuel", "Fuel."),
        whole("in_service", "1 in service, 0 out of service."),
        mw("output_mw", "Output."),
        mw("minimum_mw", "Least output in this problem."),
        mw("maximum_mw", "Greatest output in this problem."),
        price("lmp_usd_per_mwh", "Price at its bus."),
    ],
    csv: true,
};

/// One row per bus.
pub const BUSES: Table = Table {
    name: "buses",
    meaning: "One row per bus.",
    columns: &[
        whole("bus", "Number."),
        text("name", "Name."),
        text("zone", "Zone."),
        mw("load_mw", "Load."),
        mw("shunt_mw", "Shunt conductance at nominal voltage."),
        mw("shed_mw", "Load that is not served."),
        price("lmp_usd_per_mwh", "Cost of one more MWh of load here."),
        price(
            "congestion_usd_per_mwh",
            "What binding limits add to it; the rest is the load-weighted mean price of the island.",
        ),
    ],
    csv: true,
};

/// One row per branch.
pub const BRANCHES: Table = Table {
    name: "branches",
    meaning: "One row per branch.",
    columns: &[
        text("branch", "Name."),
        whole("from_bus", "Number of the bus where positive flow leaves."),
        whole("to_bus", "Number of the bus where positive flow arrives."),
        whole("in_service", "1 in service, 0 out of service."),
        mw("flow_mw", "Flow."),
        mw("least_mw", "Least flow that rating and angle difference allow; empty for no limit."),
        mw("greatest_mw", "Greatest flow that rating and angle difference allow; empty for no limit."),
    ],
    csv: true,
};

/// One row per direct-current line.
pub const DC_LINES: Table = Table {
    name: "dc_lines",
    meaning: "One row per direct-current line.",
    columns: &[
        text("dc_line", "Name."),
        whole("from_bus", "Number of the bus where positive flow leaves."),
        whole("to_bus", "Number of the bus where positive flow arrives."),
        whole("in_service", "1 in service, 0 out of service."),
        mw("sent_mw", "Flow at the sending end."),
        mw("least_mw", "Least flow."),
        mw("greatest_mw", "Greatest flow."),
    ],
    csv: true,
};

/// One row per limit with a price.
pub const BINDING: Table = Table {
    name: "binding",
    meaning: "One row per limit of a branch that costs something.",
    columns: &[
        text("branch", "Name of the branch."),
        whole("from_bus", "Number of the bus where positive flow leaves."),
        whole("to_bus", "Number of the bus where positive flow arrives."),
        text("limit", "`rating` or `angle_difference`."),
        mw("flow_mw", "Flow."),
        price(
            "shadow_price_usd_per_mwh",
            "What one more MW of limit would save; negative when it is the limit of reversed flow.",
        ),
    ],
    csv: true,
};

/// A solved case.
pub struct Report {
    /// What the case is.
    pub title: String,
    /// Whose approximation.
    pub convention: &'static str,
    /// The hour of the series.
    pub hour: Option<usize>,
    /// What was left out or replaced.
    pub notes: Vec<String>,
    /// Labels and values of the closing numbers; labels end in their unit.
    pub numbers: Vec<(&'static str, f64)>,
    /// Tables in the order in which they are printed.
    pub tables: Vec<Batch>,
}

impl Report {
    /// The report of an answer.
    pub fn new(
        convention: &'static str,
        hour: Option<usize>,
        case: &Case,
        opf: &Opf,
        answer: &Answer,
    ) -> Report {
        let network = &case.network;
        let sum = |values: &[f64]| values.iter().fold(0.0, |sum, value| sum + value);
        let shunt_mw: f64 = network.buses().fold(0.0, |sum, (_, bus)| sum + bus.shunt_mw);
        let (load_mw, shed_mw, output_mw) =
            (sum(opf.load_mw()), sum(&answer.shed_mw), sum(&answer.output_mw));
        Report {
            title: case.title.clone(),
            convention,
            hour,
            notes: case.notes.iter().chain(opf.notes()).cloned().collect(),
            numbers: vec![
                ("objective_usd_per_h", answer.objective_usd_per_h),
                ("gap_usd_per_h", answer.gap_usd_per_h),
                ("price_gap_usd_per_mwh", answer.price_gap_usd_per_mwh),
                ("load_mw", load_mw),
                ("shunt_mw", shunt_mw),
                ("output_mw", output_mw),
                ("shed_mw", shed_mw),
                // Nothing else takes power: alternating-current flows have no losses here.
                ("dc_loss_mw", output_mw + shed_mw - load_mw - shunt_mw),
            ],
            tables: tables(case, opf, answer),
        }
    }

    /// All of it: closing numbers at the top level, each table as a list of objects. Numbers that are not
    /// finite (no limit) are null.
    pub fn json(&self) -> Value {
        let mut root = Map::new();
        root.insert("schema".to_owned(), json!(SCHEMA));
        root.insert("case".to_owned(), json!(self.title));
        root.insert("convention".to_owned(), json!(self.convention));
        root.insert("hour".to_owned(), json!(self.hour));
        for (name, value) in &self.numbers {
            root.insert((*name).to_owned(), json!(value));
        }
        root.insert("notes".to_owned(), json!(self.notes));
        for batch in &self.tables {
            let rows = (0..batch.len()).map(|row| Value::Object(object(batch, row))).collect();
            root.insert(batch.table().name.to_owned(), Value::Array(rows));
        }
        Value::Object(root)
    }

    /// Writes each table as CSV into a folder.
    pub fn write(&self, dir: &Path) -> Result<(), TableError> {
        std::fs::create_dir_all(dir).map_err(|source| TableError::Io {
            action: "create",
            path: dir.to_owned(),
            source,
        })?;
        self.tables
            .iter()
            .try_for_each(|batch| write_csv(&dir.join(format!("{}.csv", batch.table().name)), batch))
    }
}

fn object(batch: &Batch, row: usize) -> Map<String, Value> {
    let columns = batch.table().columns.iter().zip(batch.columns());
    let cell = |values: &Values| match values {
        Values::Integer(values) => json!(values[row]),
        Values::Float(values) => json!(Some(values[row]).filter(|value| value.is_finite())),
        Values::Text { dictionary, codes } => json!(dictionary[codes[row] as usize]),
    };
    columns.map(|(column, values)| (column.name.to_owned(), cell(values))).collect()
}

fn tables(case: &Case, opf: &Opf, answer: &Answer) -> Vec<Batch> {
    let network = &case.network;
    let number = |id: BusId| Cell::Integer(i64::from(network.bus(id).number));
    let price = |id: BusId| Cell::Float(answer.lmp_usd_per_mwh[id.0 as usize]);
    let flag = |flag: bool| Cell::Integer(i64::from(flag));

    let mut binding = Batch::new(&BINDING);
    for limit in &answer.binding {
        let branch = network.branch(limit.branch);
        let kind = match limit.kind {
            LimitKind::Rating => "rating",
            LimitKind::AngleDifference => "angle_difference",
        };
        binding.push(&[
            Cell::Text(&branch.name),
            number(branch.from),
            number(branch.to),
            Cell::Text(kind),
            Cell::Float(limit.flow_mw),
            Cell::Float(limit.shadow_price_usd_per_mwh),
        ]);
    }
    let mut generators = Batch::new(&GENERATORS);
    for (position, unit) in network.generators.iter().enumerate() {
        let (least, greatest) = opf.generator_range_mw(position);
        generators.push(&[
            Cell::Text(&unit.name),
            number(unit.bus),
            Cell::Text(unit.fuel.name()),
            flag(unit.in_service),
            Cell::Float(answer.output_mw[position]),
            Cell::Float(least),
            Cell::Float(greatest),
            price(unit.bus),
        ]);
    }
    let mut buses = Batch::new(&BUSES);
    for (id, bus) in network.buses() {
        buses.push(&[
            Cell::Integer(i64::from(bus.number)),
            Cell::Text(&bus.name),
            Cell::Text(&network.zones[bus.zone.0 as usize].name),
            Cell::Float(opf.load_mw()[id.0 as usize]),
            Cell::Float(bus.shunt_mw),
            Cell::Float(answer.shed_mw[id.0 as usize]),
            price(id),
            Cell::Float(answer.congestion_usd_per_mwh[id.0 as usize]),
        ]);
    }
    let mut branches = Batch::new(&BRANCHES);
    for (id, branch) in network.branches() {
        let (least, greatest) = opf.flow_limits_mw(BranchId(id.0));
        branches.push(&[
            Cell::Text(&branch.name),
            number(branch.from),
            number(branch.to),
            flag(branch.in_service),
            Cell::Float(answer.flow_mw[id.0 as usize]),
            Cell::Float(least),
            Cell::Float(greatest),
        ]);
    }
    let mut dc_lines = Batch::new(&DC_LINES);
    for (link, sent_mw) in network.dc_links.iter().zip(&answer.dc_flow_mw) {
        dc_lines.push(&[
            Cell::Text(&link.name),
            number(link.from),
            number(link.to),
            flag(link.in_service),
            Cell::Float(*sent_mw),
            Cell::Float(link.minimum_mw),
            Cell::Float(link.maximum_mw),
        ]);
    }
    vec![binding, generators, buses, branches, dc_lines]
}
