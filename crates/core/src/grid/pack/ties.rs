//! Ties: what may flow between two regions that are simulated together.
//!
//! A tie is a pipe from a zone of one region to a zone of another: a flow that is chosen, at most `forward_limit_mw`
//! one way and `reverse_limit_mw` the other. One table holds the ties of all regions; a scenario uses those
//! whose two regions it joins.

use std::collections::BTreeSet;

use crate::grid::case::table::{Declared, Table};
use crate::grid::case::{CaseFault, Faults};

/// File name of the ties between regions, beside the folder of packs.
pub const TIES: &str = "ties.csv";

pub(super) const TABLE: Declared = Declared {
    file: TIES,
    about: "What may flow between two regions that are simulated together; beside the folder of packs.",
    required: &[
        ("name", "unique"),
        ("from_region", "name of a pack; forward flow leaves it"),
        ("from_zone", "a zone of it"),
        ("to_region", "name of another pack"),
        ("to_zone", "a zone of it"),
        ("forward_limit_mw", "greatest flow from the first to the second"),
        ("reverse_limit_mw", "greatest flow the other way"),
        ("loss_fraction", "lost on the way for each MW sent, 0 to 0.5"),
        ("source", "where the numbers come from"),
    ],
    optional: &[],
};

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Tie {
    /// The name in tables, unique.
    pub name: String,
    /// The region that forward flow leaves.
    pub from_region: String,
    /// The zone of it.
    pub from_zone: String,
    /// The region at which it arrives; another one.
    pub to_region: String,
    /// The zone of it.
    pub to_zone: String,
    /// Greatest flow from the first to the second.
    pub forward_limit_mw: f64,
    /// Greatest flow the other way.
    pub reverse_limit_mw: f64,
    /// Lost on the way for each MW sent.
    pub loss_fraction: f64,
    /// Where the numbers come from.
    pub source: String,
    /// The line of the file.
    pub line: u64,
}

impl Tie {
    /// Reads the table. Regions and zones are names whose packs need not be at hand. `O(rows log rows)`.
    ///
    /// # Errors
    /// All faults of the table.
    pub fn parse(text: &str) -> Result<Vec<Tie>, Vec<CaseFault>> {
        let mut list = Vec::new();
        let mut faults = Faults::new(TIES, &mut list);
        let table = TABLE.read(text, &[], &mut faults);
        let mut names = BTreeSet::new();
        let mut ties = Vec::new();
        for row in table.iter().flat_map(Table::rows) {
            let text = |column: &str, faults: &mut Faults<'_>| row.name(column, faults);
            let name = text("name", &mut faults);
            if name.as_ref().is_some_and(|name| !names.insert(name.clone())) {
                faults.add(Some(row.line), "name", "this name appears twice");
            }
            let (from_region, from_zone) = (text("from_region", &mut faults), text("from_zone", &mut faults));
            let (to_region, to_zone) = (text("to_region", &mut faults), text("to_zone", &mut faults));
            if from_region.is_some() && from_region == to_region {
                faults.add(Some(row.line), "to_region", "a tie joins two regions");
            }
            let forward = row.not_negative("forward_limit_mw", &mut faults);
            let reverse = row.not_negative("reverse_limit_mw", &mut faults);
            let loss = row.number_in("loss_fraction", 0.0, 0.5, &mut faults);
            let source = text("source", &mut faults);
            let tie = || {
                Some(Tie {
                    name: name?,
                    from_region: from_region?,
                    from_zone: from_zone?,
                    to_region: to_region?,
                    to_zone: to_zone?,
                    forward_limit_mw: forward?,
                    reverse_limit_mw: reverse?,
                    loss_fraction: loss?,
                    source: source?,
                    line: row.line,
                })
            };
            ties.extend(tie());
        }
        if list.is_empty() { Ok(ties) } else { Err(list) }
    }
}
