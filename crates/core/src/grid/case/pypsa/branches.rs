//! Lines, transformers and links of a PyPSA folder.

use std::collections::BTreeMap;

use super::cells::Cells;
use super::{BASE_MVA, Reader};
use crate::grid::{Branch, BranchKind, CostCurve, DcLink, Network};

const LINES: &str = "lines.csv";
const TRANSFORMERS: &str = "transformers.csv";
const LINKS: &str = "links.csv";
const LINE_TYPES: &str = "line_types.csv";
const TRANSFORMER_TYPES: &str = "transformer_types.csv";

const KM_PER_MILE: f64 = 1.609_344;

/// Ohm per km of a line type.
#[derive(Clone, Copy)]
struct LineType {
    r: f64,
    x: f64,
}

/// A two-winding transformer type.
#[derive(Clone, Copy)]
struct TransformerType {
    s_nom: f64,
    r: f64,
    x: f64,
    shift_deg: f64,
    tap_neutral: f64,
    tap_step: f64,
}

impl Reader<'_> {
    pub fn read_lines(&mut self, network: &mut Network) {
        self.names.clear();
        let types = self.line_types();
        let s_max_pu = self.read_series("lines", "s_max_pu");
        self.each(LINES, &["bus0", "bus1"], |reader, cells| {
            let ends = reader.ends(&cells);
            let length_km = reader.number(&cells, "length", 0.0);
            let ohms = match cells.text("type") {
                "" => reader.number(&cells, "r", 0.0).zip(reader.number(&cells, "x", 0.0)),
                kind => {
                    let circuits = reader.circuits(&cells);
                    let found = reader.type_named(&cells, kind, &types, LINE_TYPES);
                    found
                        .zip(length_km.zip(circuits))
                        .map(|(kind, (km, circuits))| (kind.r * km / circuits, kind.x * km / circuits))
                }
            };
            let s_nom = reader.size(&cells, "s_nom");
            let s_max = reader.number_or_mean(&cells, "s_max_pu", 1.0, &s_max_pu);
            let rating_mw = reader.rating(&cells, s_nom, s_max);
            let active = reader.flag(&cells, "active", true);
            let angle_difference_deg = reader.angle_difference(&cells);
            let (Some((from, to)), Some((r_ohm, x_ohm))) = (ends, ohms) else { return };
            let direct = reader.direct_current.contains(&from) && reader.direct_current.contains(&to);
            let (column, flow_ohm) = if direct { ("r", r_ohm) } else { ("x", x_ohm) };
            if flow_ohm == 0.0 {
                let what = if direct { "resistance" } else { "reactance" };
                reader.fault(&cells, column, format!("a line needs a {what} other than zero"));
                return;
            }
            if direct {
                reader.notes.count(
                    "lines.csv: the resistance of lines for direct current stands in x_pu",
                    cells.name,
                );
            }
            let base_kv = network.bus(from).base_kv;
            let per_unit = BASE_MVA / (base_kv * base_kv);
            let (Some(rating_mw), Some(active), Some(length_km)) = (rating_mw, active, length_km) else {
                return;
            };
            let branch = Branch {
                name: reader.own_name(cells.name),
                from,
                to,
                kind: BranchKind::Line,
                r_pu: r_ohm * per_unit,
                x_pu: flow_ohm * per_unit,
                tap: 1.0,
                shift_deg: 0.0,
                angle_difference_deg,
                rating_mw,
                emergency_rating_mw: None,
                length_mi: (length_km > 0.0).then_some(length_km / KM_PER_MILE),
                in_service: active,
            };
            network.add_branch(branch);
        });
    }

    pub fn read_transformers(&mut self, network: &mut Network) {
        let types = self.transformer_types();
        let s_max_pu = self.read_series("transformers", "s_max_pu");
        let shifts = self.read_series("transformers", "phase_shift");
        self.each(TRANSFORMERS, &["bus0", "bus1"], |reader, cells| {
            let ends = reader.ends(&cells);
            let s_nom = reader.size(&cells, "s_nom");
            let s_max = reader.number_or_mean(&cells, "s_max_pu", 1.0, &s_max_pu);
            // Size, impedances on it, turns ratio, shift.
            let data = match cells.text("type") {
                "" => {
                    let impedance = reader.number(&cells, "r", 0.0).zip(reader.number(&cells, "x", 0.0));
                    let tap = reader.number(&cells, "tap_ratio", 1.0);
                    let shift = reader.number_or_mean(&cells, "phase_shift", 0.0, &shifts);
                    s_nom
                        .zip(impedance)
                        .zip(tap.zip(shift))
                        .map(|((s, (r, x)), (tap, shift))| (s, r, x, tap, shift))
                }
                kind => {
                    let circuits = reader.circuits(&cells);
                    let position = reader.number(&cells, "tap_position", 0.0);
                    let found = reader.type_named(&cells, kind, &types, TRANSFORMER_TYPES);
                    found.zip(circuits.zip(position)).map(|(kind, (circuits, position))| {
                        let tap = 1.0 + (position - kind.tap_neutral) * kind.tap_step / 100.0;
                        (kind.s_nom, kind.r / circuits, kind.x / circuits, tap, kind.shift_deg)
                    })
                }
            };
            let rating_mw = reader.rating(&cells, data.map(|(s_nom, ..)| s_nom), s_max);
            let active = reader.flag(&cells, "active", true);
            let angle_difference_deg = reader.angle_difference(&cells);
            reader.unused(&cells, &[("phase_shift_min", Some(0.0)), ("phase_shift_max", Some(0.0))]);
            let (Some((from, to)), Some((s_nom, r, x, tap, shift_deg))) = (ends, data) else { return };
            let mut sound = true;
            let mut wrong = |wrong: bool, column: &str, message: &str| {
                if wrong {
                    reader.fault(&cells, column, message);
                    sound = false;
                }
            };
            wrong(x == 0.0, "x", "a transformer needs a reactance other than zero");
            wrong(
                !(s_nom > 0.0 && s_nom.is_finite()),
                "s_nom",
                "a transformer needs a finite size above zero, on which its reactance is",
            );
            wrong(tap <= 0.0, "tap_ratio", "the turns ratio must be positive");
            let (true, Some(rating_mw), Some(active)) = (sound, rating_mw, active) else { return };
            let branch = Branch {
                name: reader.own_name(cells.name),
                from,
                to,
                kind: BranchKind::Transformer,
                r_pu: r * BASE_MVA / s_nom,
                x_pu: x * BASE_MVA / s_nom,
                tap,
                shift_deg,
                angle_difference_deg,
                rating_mw,
                emergency_rating_mw: None,
                length_mi: None,
                in_service: active,
            };
            network.add_branch(branch);
        });
    }

    pub fn read_links(&mut self, network: &mut Network) {
        let least = self.read_series("links", "p_min_pu");
        let most = self.read_series("links", "p_max_pu");
        let efficiencies = self.read_series("links", "efficiency");
        let costs = self.cost_series("links");
        let more_ends: Vec<String> =
            self.open(LINKS, &[]).map_or_else(Vec::new, |table| further_ends(table.columns()));
        self.names.clear();
        self.each(LINKS, &["bus0", "bus1"], |reader, cells| {
            let ends = reader.ends(&cells);
            for column in more_ends.iter().filter(|column| !cells.text(column).is_empty()) {
                reader.fault(&cells, column, "links with more than two ends are not read");
            }
            if reader.number(&cells, "delay", 0.0).is_some_and(|delay| delay != 0.0) {
                reader.fault(&cells, "delay", "links with delay are not read");
            }
            let size_mw = reader.size(&cells, "p_nom");
            if size_mw.is_some_and(f64::is_infinite) {
                reader.fault(&cells, "p_nom", "this must be finite");
            }
            let least_pu = reader.number_or_mean(&cells, "p_min_pu", 0.0, &least);
            let most_pu = reader.number_or_mean(&cells, "p_max_pu", 1.0, &most);
            let efficiency = reader.number_or_mean(&cells, "efficiency", 1.0, &efficiencies);
            let active = reader.flag(&cells, "active", true);
            let cost = reader.cost(&cells, &costs);
            reader.unused(&cells, &UNUSED_OF_LINKS);
            if least_pu.zip(most_pu).is_some_and(|(least, most)| least > most) {
                reader.fault(&cells, "p_min_pu", "the least flow is above the greatest");
            }
            if efficiency.is_some_and(|efficiency| !(0.0..=1.0).contains(&efficiency)) {
                reader.fault(&cells, "efficiency", "this is out of range").allowed =
                    Some("0 to 1".to_owned());
            }
            let (Some((from, to)), Some(size_mw), Some(active)) = (ends, size_mw, active) else { return };
            let (Some(least_pu), Some(most_pu), Some(efficiency)) = (least_pu, most_pu, efficiency) else {
                return;
            };
            let name = reader.own_name(cells.name);
            network.dc_links.push(DcLink {
                name,
                from,
                to,
                minimum_mw: least_pu * size_mw,
                maximum_mw: most_pu * size_mw,
                loss_fraction: 1.0 - efficiency,
                fixed_loss_mw: 0.0,
                cost: cost.filter(|cost| *cost != CostCurve::Polynomial(vec![0.0, 0.0])),
                in_service: active,
            });
        });
    }

    /// The limit on the angle difference either way.
    fn angle_difference(&mut self, cells: &Cells<'_>) -> Option<(f64, f64)> {
        let most = self.number_or_infinity(cells, "v_ang_max", f64::INFINITY)?;
        if most < 0.0 {
            self.fault(cells, "v_ang_max", format!("{most} is out of range")).allowed =
                Some("0 or more".to_owned());
        }
        most.is_finite().then_some((-most, most))
    }

    /// The number of parallel circuits of a component with a type.
    fn circuits(&mut self, cells: &Cells<'_>) -> Option<f64> {
        let circuits = self.number(cells, "num_parallel", 1.0)?;
        if circuits <= 0.0 {
            self.fault(cells, "num_parallel", "this must be positive");
            return None;
        }
        Some(circuits)
    }

    /// `s_nom s_max_pu`; no limit where the size is infinite.
    fn rating(&mut self, cells: &Cells<'_>, s_nom: Option<f64>, s_max_pu: Option<f64>) -> Option<f64> {
        let (s_nom, s_max_pu) = (s_nom?, s_max_pu?);
        if s_max_pu < 0.0 {
            self.fault(cells, "s_max_pu", format!("{s_max_pu} is out of range")).allowed =
                Some("0 or more".to_owned());
            return None;
        }
        Some(if s_nom.is_infinite() { s_nom } else { s_nom * s_max_pu })
    }

    /// The type of that name; a fault if its table does not hold it.
    fn type_named<T: Copy>(
        &mut self,
        cells: &Cells<'_>,
        name: &str,
        types: &BTreeMap<String, T>,
        file: &str,
    ) -> Option<T> {
        let found = types.get(name).copied();
        if found.is_none() {
            let nearest = super::super::nearest(name, types.keys().map(String::as_str)).map(str::to_owned);
            let table = file.trim_end_matches(".csv");
            let fault = self.fault(cells, "type", format!("standard type \"{name}\" is not in the folder"));
            fault.nearest = nearest;
            fault.allowed = Some(format!("types of {file}: write it with n.{table}.to_csv(\"{file}\")"));
        }
        found
    }

    fn line_types(&mut self) -> BTreeMap<String, LineType> {
        let mut types = BTreeMap::new();
        self.each(LINE_TYPES, &["r_per_length", "x_per_length"], |reader, cells| {
            let r = reader.number(&cells, "r_per_length", 0.0);
            let x = reader.number(&cells, "x_per_length", 0.0);
            if let (Some(r), Some(x)) = (r, x) {
                types.insert(cells.name.to_owned(), LineType { r, x });
            }
        });
        types
    }

    fn transformer_types(&mut self) -> BTreeMap<String, TransformerType> {
        let mut types = BTreeMap::new();
        self.each(TRANSFORMER_TYPES, &["s_nom", "vsc", "vscr"], |reader, cells| {
            let s_nom = reader.number(&cells, "s_nom", 0.0);
            let percent = reader.number(&cells, "vsc", 0.0).zip(reader.number(&cells, "vscr", 0.0));
            let shift_deg = reader.number(&cells, "phase_shift", 0.0);
            let tap = reader.number(&cells, "tap_neutral", 0.0).zip(reader.number(&cells, "tap_step", 0.0));
            let (Some(s_nom), Some((vsc, vscr)), Some(shift_deg)) = (s_nom, percent, shift_deg) else {
                return;
            };
            let Some((tap_neutral, tap_step)) = tap else { return };
            // Short-circuit voltages in percent: the whole and its ohmic part.
            let (z, r) = (vsc / 100.0, vscr / 100.0);
            let x = (z * z - r * r).max(0.0).sqrt();
            types.insert(
                cells.name.to_owned(),
                TransformerType { s_nom, r, x, shift_deg, tap_neutral, tap_step },
            );
        });
        types
    }
}

const UNUSED_OF_LINKS: [(&str, Option<f64>); 12] = [
    ("p_set", None),
    ("stand_by_cost", Some(0.0)),
    ("start_up_cost", Some(0.0)),
    ("shut_down_cost", Some(0.0)),
    ("committable", Some(0.0)),
    ("maintainable", Some(0.0)),
    ("min_up_time", Some(0.0)),
    ("min_down_time", Some(0.0)),
    ("ramp_limit_up", None),
    ("ramp_limit_down", None),
    ("ramp_limit_start_up", None),
    ("ramp_limit_shut_down", None),
];

/// Columns `bus2`, `bus3` and so on.
fn further_ends(columns: &[String]) -> Vec<String> {
    let further = |name: &&String| {
        name.strip_prefix("bus").and_then(|end| end.parse::<u32>().ok()).is_some_and(|end| end >= 2)
    };
    columns.iter().filter(further).cloned().collect()
}
