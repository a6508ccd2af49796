//! Requests for a connection, arm by arm: what became of each, and how much waited from month to month.
//!
//! A [`Connections`] takes the rows of one replication while it runs and keeps of them what the comparison
//! shows; [`waiting`] joins the months of all. Months are means over replications, requests stay single: who
//! still waits at the end is known as such, so that times to power need not leave them out.

use std::collections::BTreeMap;

use gridrush_tables::{Batch, Cell, Column, Kind, RowSink, Table, TableError};

use super::{ARM, column};

/// Every request of every replication.
pub static CONNECTIONS: Table = Table {
    name: "connections",
    meaning: "One request of one replication of one arm, as it stood at the end.",
    columns: &[
        ARM,
        column("replication", Kind::Integer, "Number of the replication, from 0."),
        column("class", Kind::Text, "Class of load, or generation."),
        Column { name: "mw", kind: Kind::Float, unit: "MW", meaning: "Its size." },
        column("stage", Kind::Text, "Stage at the end."),
        Column {
            name: "power_days",
            kind: Kind::Float,
            unit: "d",
            meaning: "From filing to first power; NaN without.",
        },
        Column {
            name: "left_days",
            kind: Kind::Float,
            unit: "d",
            meaning: "From filing to leaving; NaN for who did not leave.",
        },
        Column {
            name: "waited_days",
            kind: Kind::Float,
            unit: "d",
            meaning: "From filing to the end of the run, for who waits there; NaN for others.",
        },
        Column {
            name: "upgrade_cost_usd",
            kind: Kind::Float,
            unit: "$",
            meaning: "Upgrades charged to it, if it has signed and not left; NaN for others.",
        },
    ],
    csv: false,
};

/// What waits, month by month.
pub static WAITING: Table = Table {
    name: "waiting_monthly",
    meaning: "One arm in one month: requests that wait for a connection, means over replications.",
    columns: &[
        ARM,
        Column {
            name: "time_utc",
            kind: Kind::Timestamp,
            unit: "",
            meaning: "Start of the month after which the state was counted.",
        },
        column("class", Kind::Text, "Class of load, or generation."),
        column("requests", Kind::Float, "How many."),
        Column { name: "mw", kind: Kind::Float, unit: "MW", meaning: "Their requested size." },
    ],
    csv: true,
};

/// Stages of a request that does not wait any more.
const DONE: [&str; 5] = ["energized", "full", "withdrawn", "rejected", "expired"];

const MS_PER_DAY: f64 = 86_400_000.0;

/// What one replication says about its queue.
#[derive(Clone, Debug)]
pub struct Connections {
    arm: String,
    replication: u32,
    end_ms: i64,
    requests: Batch,
    /// Requests and megawatts by month and class.
    waiting: BTreeMap<(i64, String), (f64, f64)>,
}

impl Connections {
    /// Nothing yet of a replication that ends at `end_ms`, milliseconds since 1970.
    pub fn new(arm: &str, replication: u32, end_ms: i64) -> Connections {
        let requests = Batch::new(&CONNECTIONS);
        Connections { arm: arm.to_owned(), replication, end_ms, requests, waiting: BTreeMap::new() }
    }

    /// Its requests, as rows of [`CONNECTIONS`].
    pub fn requests(&self) -> &Batch {
        &self.requests
    }

    fn take_requests(&mut self, rows: &Batch) -> Result<(), TableError> {
        let (classes, stages) = (rows.texts("class")?, rows.texts("stage")?);
        let (mw, filed) = (rows.floats("requested_mw")?, rows.integers("filed_utc")?);
        let (power, left) = (rows.floats("energized_days")?, rows.floats("left_days")?);
        let (signed, cost) = (rows.floats("signed_days")?, rows.floats("upgrade_cost_usd")?);
        for n in 0..rows.len() {
            let waits = !power[n].is_finite() && !left[n].is_finite();
            let pays = signed[n].is_finite() && !left[n].is_finite();
            self.requests.push(&[
                Cell::Text(&self.arm),
                Cell::Integer(i64::from(self.replication)),
                Cell::Text(classes.get(n)),
                Cell::Float(mw[n]),
                Cell::Text(stages.get(n)),
                Cell::Float(power[n]),
                Cell::Float(left[n]),
                Cell::Float(if waits { (self.end_ms - filed[n]) as f64 / MS_PER_DAY } else { f64::NAN }),
                Cell::Float(if pays { cost[n] } else { f64::NAN }),
            ]);
        }
        Ok(())
    }

    fn take_months(&mut self, rows: &Batch) -> Result<(), TableError> {
        let (times, classes) = (rows.integers("time_utc")?, rows.texts("class")?);
        let (stages, requests, mw) = (rows.texts("stage")?, rows.integers("requests")?, rows.floats("mw")?);
        for n in 0..rows.len() {
            // A month without anybody waiting is a month all the same.
            let sums = self.waiting.entry((times[n], classes.get(n).to_owned())).or_default();
            if !DONE.contains(&stages.get(n)) {
                *sums = (sums.0 + requests[n] as f64, sums.1 + mw[n]);
            }
        }
        Ok(())
    }
}

impl RowSink for Connections {
    fn write(&mut self, batch: &Batch) -> Result<(), TableError> {
        match batch.table().name {
            "requests" => self.take_requests(batch),
            "queue_monthly" => self.take_months(batch),
            _ => Ok(()),
        }
    }
}

/// The months of all replications as rows of [`WAITING`]; keys are arm and replication.
pub fn waiting(all: &BTreeMap<(usize, u32), Connections>) -> Batch {
    let mut months = Batch::new(&WAITING);
    let mut sums: BTreeMap<(usize, i64, &str), (f64, f64)> = BTreeMap::new();
    let mut arms: BTreeMap<usize, (&str, f64)> = BTreeMap::new();
    for ((arm, _), queue) in all {
        arms.entry(*arm).or_insert((&queue.arm, 0.0)).1 += 1.0;
        for ((time, class), (requests, mw)) in &queue.waiting {
            let sum = sums.entry((*arm, *time, class)).or_default();
            *sum = (sum.0 + requests, sum.1 + mw);
        }
    }
    for ((arm, time, class), (requests, mw)) in sums {
        let (name, replications) = arms[&arm];
        months.push(&[
            Cell::Text(name),
            Cell::Integer(time),
            Cell::Text(class),
            Cell::Float(requests / replications),
            Cell::Float(mw / replications),
        ]);
    }
    months
}

#[cfg(test)]
mod tests {
    use super::*;

    static REQUESTS: Table = Table {
        name: "requests",
        meaning: "",
        columns: &[
            column("class", Kind::Text, ""),
            column("stage", Kind::Text, ""),
            column("requested_mw", Kind::Float, ""),
            column("filed_utc", Kind::Timestamp, ""),
            column("energized_days", Kind::Float, ""),
            column("left_days", Kind::Float, ""),
            column("signed_days", Kind::Float, ""),
            column("upgrade_cost_usd", Kind::Float, ""),
        ],
        csv: false,
    };
    static MONTHS: Table = Table {
        name: "queue_monthly",
        meaning: "",
        columns: &[
            column("time_utc", Kind::Timestamp, ""),
            column("class", Kind::Text, ""),
            column("stage", Kind::Text, ""),
            column("requests", Kind::Integer, ""),
            column("mw", Kind::Float, ""),
        ],
        csv: false,
    };

    /// A run that ends on day 100. Filed on day 10: one waits for 90 days, one left, one signed for 5 M$ and has
    /// power, one signed and left and so pays nothing.
    #[test]
    fn who_waits_and_who_pays() {
        let day = 86_400_000;
        let mut rows = Batch::new(&REQUESTS);
        for (stage, power, left, signed) in [
            ("studying", f64::NAN, f64::NAN, f64::NAN),
            ("withdrawn", f64::NAN, 30.0, f64::NAN),
            ("full", 60.0, f64::NAN, 20.0),
            ("withdrawn", f64::NAN, 40.0, 20.0),
        ] {
            rows.push(&[
                Cell::Text("mining"),
                Cell::Text(stage),
                Cell::Float(100.0),
                Cell::Integer(10 * day),
                Cell::Float(power),
                Cell::Float(left),
                Cell::Float(signed),
                Cell::Float(5e6),
            ]);
        }
        let mut months = Batch::new(&MONTHS);
        for (stage, requests, mw) in [("filed", 2, 150.0), ("building", 1, 50.0), ("withdrawn", 4, 400.0)] {
            let row = [Cell::Integer(0), Cell::Text("mining"), Cell::Text(stage), Cell::Integer(requests)];
            months.push(&[row.as_slice(), &[Cell::Float(mw)]].concat());
        }
        let mut one = Connections::new("arm", 0, 100 * day);
        one.write(&rows).unwrap();
        one.write(&months).unwrap();
        // The second replication has nothing.
        let all = BTreeMap::from([((0, 0), one), ((0, 1), Connections::new("arm", 1, 100 * day))]);
        let (single, waiting) = (all[&(0, 0)].requests(), waiting(&all));
        let near = |column: &str, want: [f64; 4]| {
            let values = single.floats(column).unwrap();
            let same = |(a, b): (&f64, f64)| *a == b || (a.is_nan() && b.is_nan());
            assert!(values.iter().zip(want).all(same), "{column}: {values:?}");
        };
        near("waited_days", [90.0, f64::NAN, f64::NAN, f64::NAN]);
        near("power_days", [f64::NAN, f64::NAN, 60.0, f64::NAN]);
        near("upgrade_cost_usd", [f64::NAN, f64::NAN, 5e6, f64::NAN]);
        // 2 + 1 requests of 150 + 50 MW in one of two replications.
        assert_eq!(
            (waiting.floats("requests").unwrap(), waiting.floats("mw").unwrap()),
            (&[1.5][..], &[100.0][..])
        );
    }
}
