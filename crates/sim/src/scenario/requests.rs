//! `[[requests]]` and the requests file: dated requests for a grid connection.
//!
//! The file is CSV with the same columns as the keys of an entry; empty fields take the default. Both
//! are checked by the same declaration.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::check::{Fault, Faults};
use super::declare::{KeyDoc, Section, choices, section};
use super::document::{Node, Place, Table, Value};

choices! {
    /// What wants to connect.
    Kind {
        /// A Bitcoin mine.
        Mining = "mining",
        /// An AI campus.
        Ai = "ai",
    }
}

section! {
    /// A dated request for a grid connection.
    RequestRow {
        /// A name of its own, which keys its random draws.
        name: String, "", "";
        /// What wants to connect.
        kind: Kind = Kind::Mining, "", "";
        /// Who asks; without it the name of the request.
        owner: Option<String> = None, "", "";
        /// The zone in which it wants to stand.
        zone: String, "", "";
        /// The bus at which it wants to stand; without it the study looks for one in the zone.
        bus: Option<u32> = None, "", "";
        /// Power asked for.
        requested_mw: f64, "MW", "", 1.0..=20000.0;
        /// When it is filed.
        filed: Date, "", "";
        /// When it wants to be in service; without it as soon as possible.
        wanted: Option<Date> = None, "", "";
        /// Time from energization to full load.
        ramp_months: u32 = 12, "months", "assumed", 0.0..=120.0;
        /// Part of its contract that it will use in the end.
        delivered_share: f64 = 1.0, "share", "none", 0.0..=1.0;
        /// The project, if it is filed at several places: at most one of them is built.
        project: Option<String> = None, "", "";
        /// Part of its site that is under control.
        site_control_share: f64 = 1.0, "share", "none", 0.0..=1.0;
        /// Own generation that can be dispatched.
        onsite_mw: f64 = 0.0, "MW", "none", 0.0..=20000.0;
        /// Own backup that cannot export.
        backup_mw: f64 = 0.0, "MW", "none", 0.0..=20000.0;
        /// Part of its energy that additional renewable generation covers.
        renewable_share: f64 = 0.0, "share", "none", 0.0..=1.0;
        /// What it bids for a place that is auctioned.
        bid_usd_per_mw: f64 = 0.0, "$/MW", "none", 0.0..=1e9;
    }
}

/// The keys of an entry, which are the columns of the file.
fn keys() -> Vec<KeyDoc> {
    let mut sections = Vec::new();
    RequestRow::describe(&RequestRow::defaults(), "", "", &mut sections);
    sections.into_iter().flat_map(|section| section.keys).collect()
}

/// Adds a fault for every column that is unknown, twice there or missing; returns whether rows can be read.
fn check_header(header: &csv::StringRecord, here: &Place, keys: &[KeyDoc], faults: &mut Faults) -> bool {
    let names = || keys.iter().map(|key| key.name);
    let mut seen = BTreeSet::new();
    for name in header {
        if !names().any(|known| known == name) {
            let message = format!("has a column `{name}`, which is no key of a request");
            faults.add(Fault::new(here, "requests", message).nearest(name, names()));
        } else if !seen.insert(name) {
            faults.add(Fault::new(here, "requests", format!("has the column `{name}` twice")));
        }
    }
    let missing = keys.iter().filter(|key| key.required && !seen.contains(key.name));
    missing.fold(true, |_, key| {
        let message = format!("has no column `{}`: {}", key.name, key.meaning);
        faults.add(Fault::new(here, "requests", message));
        false
    })
}

/// Reads a requests file: a header line with key names, then one request a line.
pub(super) fn parse_csv(file: &str, text: &str, faults: &mut Faults) -> Vec<(Place, RequestRow)> {
    let place = |line: u64| Place { file: file.into(), at: Some((line as u32, 1)) };
    let textual: BTreeSet<&str> = ["name", "kind", "owner", "zone", "project"].into();
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let keys = keys();
    let mut header: Option<csv::StringRecord> = None;
    let mut whole = true;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let here = place(error.position().map_or(1, csv::Position::line));
                faults.add(Fault::new(&here, "requests", "is not readable as CSV".to_owned()));
                continue;
            }
        };
        let here = place(record.position().map_or(1, csv::Position::line));
        let Some(header) = &header else {
            whole = check_header(&record, &here, &keys, faults);
            header = Some(record);
            continue;
        };
        if !whole {
            continue;
        }
        if record.len() != header.len() {
            let message = format!("has {} fields where the header has {}", record.len(), header.len());
            faults.add(Fault::new(&here, "requests", message));
            continue;
        }
        let mut entries = BTreeMap::new();
        let known = |key: &str| keys.iter().any(|known| known.name == key);
        let fields = header.iter().zip(&record).filter(|(key, field)| known(key) && !field.is_empty());
        for (key, field) in fields {
            let value = match (field.parse::<i64>(), field.parse::<f64>()) {
                _ if textual.contains(key) => Value::Text(field.to_owned()),
                (Ok(i), _) => Value::Integer(i),
                (_, Ok(x)) => Value::Float(x),
                _ => Value::Text(field.to_owned()),
            };
            entries.insert(key.to_owned(), (here.clone(), Node { value, place: here.clone() }));
        }
        let table = Table { place: here.clone(), entries };
        rows.push((here, RequestRow::read(&RequestRow::defaults(), &table, "requests", faults)));
    }
    if header.is_none() {
        faults.add(Fault::new(&place(1), "requests", "file has no header line".to_owned()));
    }
    rows
}
