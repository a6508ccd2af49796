//! The plain types that a key can have: switches, numbers, text, dates, curves and named numbers.

use std::collections::BTreeMap;

use gridrush_core::market::{ReserveCurve, ReserveStep};
use jiff::civil::Date;

use super::check::{Fault, Faults};
use super::declare::{Key, Setting};
use super::document::{Node, Value};

/// Adds the fault that a value is wrong; nothing is read.
pub(super) fn refuse<T: Setting>(
    node: &Node,
    path: &str,
    key: &Key,
    message: &str,
    faults: &mut Faults,
) -> Option<T> {
    let fault = Fault::new(&node.place, path, message.to_owned());
    faults.add(fault.value(node.value.shown()).allowed(T::kind(key)));
    None
}

fn ranged(kind: &str, key: &Key) -> String {
    key.range.map_or_else(|| kind.to_owned(), |(low, high)| format!("{kind} from {low} to {high}"))
}

fn in_range(x: f64, key: &Key) -> bool {
    key.range.is_none_or(|(low, high)| (low..=high).contains(&x))
}

fn number(node: &Node) -> Option<f64> {
    match node.value {
        Value::Integer(i) => Some(i as f64),
        Value::Float(x) if x.is_finite() => Some(x),
        _ => None,
    }
}

/// A list of pairs of numbers.
pub(super) fn pairs(node: &Node) -> Option<Vec<(f64, f64)>> {
    let Value::List(items) = &node.value else { return None };
    let pair = |item: &Node| match &item.value {
        Value::List(pair) => match pair.as_slice() {
            [first, second] => Some((number(first)?, number(second)?)),
            _ => None,
        },
        _ => None,
    };
    items.iter().map(pair).collect()
}

/// Pairs of numbers as TOML.
pub(super) fn written_pairs(pairs: impl Iterator<Item = (f64, f64)>) -> String {
    let pairs: Vec<String> = pairs.map(|(a, b)| format!("[{}, {}]", written(a), written(b))).collect();
    format!("[{}]", pairs.join(", "))
}

fn written(x: f64) -> String {
    format!("{x:?}")
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

impl Setting for bool {
    fn kind(_: &Key) -> String {
        "true or false".to_owned()
    }
    fn read(node: &Node, path: &str, key: &Key, faults: &mut Faults) -> Option<bool> {
        match node.value {
            Value::Boolean(b) => Some(b),
            _ => refuse(node, path, key, "is not a switch", faults),
        }
    }
    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Setting for f64 {
    fn kind(key: &Key) -> String {
        ranged("number", key)
    }
    fn read(node: &Node, path: &str, key: &Key, faults: &mut Faults) -> Option<f64> {
        match number(node) {
            Some(x) if in_range(x, key) => Some(x),
            Some(_) => refuse(node, path, key, "is out of range", faults),
            None => refuse(node, path, key, "is not a number", faults),
        }
    }
    fn write(&self) -> Option<String> {
        Some(written(*self))
    }
}

macro_rules! whole {
    ($($type:ty),+) => {$(
        impl Setting for $type {
            fn kind(key: &Key) -> String {
                ranged("whole number", key)
            }
            fn read(node: &Node, path: &str, key: &Key, faults: &mut Faults) -> Option<$type> {
                let Value::Integer(i) = node.value else {
                    return refuse(node, path, key, "is not a whole number", faults);
                };
                match <$type>::try_from(i) {
                    Ok(n) if in_range(i as f64, key) => Some(n),
                    _ => refuse(node, path, key, "is out of range", faults),
                }
            }
            fn write(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )+};
}

whole!(u32, u64, usize);

impl Setting for String {
    fn kind(_: &Key) -> String {
        "text".to_owned()
    }
    fn read(node: &Node, path: &str, key: &Key, faults: &mut Faults) -> Option<String> {
        match &node.value {
            Value::Text(text) if !text.trim().is_empty() => Some(text.clone()),
            Value::Text(_) => refuse(node, path, key, "is empty", faults),
            _ => refuse(node, path, key, "is not text", faults),
        }
    }
    fn write(&self) -> Option<String> {
        Some(quoted(self))
    }
}

impl Setting for Date {
    fn kind(_: &Key) -> String {
        "date such as 2025-01-31".to_owned()
    }
    fn read(node: &Node, path: &str, key: &Key, faults: &mut Faults) -> Option<Date> {
        match &node.value {
            Value::Moment(text) | Value::Text(text) => match text.parse::<Date>() {
                Ok(date) if text.len() == 10 => Some(date),
                _ => refuse(node, path, key, "is not a calendar date", faults),
            },
            _ => refuse(node, path, key, "is not a calendar date", faults),
        }
    }
    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl<T: Setting> Setting for Option<T> {
    fn kind(key: &Key) -> String {
        T::kind(key)
    }
    fn read(node: &Node, path: &str, key: &Key, faults: &mut Faults) -> Option<Option<T>> {
        T::read(node, path, key, faults).map(Some)
    }
    fn write(&self) -> Option<String> {
        self.as_ref().and_then(T::write)
    }
}

impl Setting for Vec<String> {
    fn kind(_: &Key) -> String {
        "list of texts".to_owned()
    }
    fn read(node: &Node, path: &str, key: &Key, faults: &mut Faults) -> Option<Vec<String>> {
        let Value::List(items) = &node.value else {
            return refuse(node, path, key, "is not a list", faults);
        };
        let read = |(i, item)| String::read(item, &format!("{path}.{i}"), key, faults);
        items.iter().enumerate().map(read).collect()
    }
    fn write(&self) -> Option<String> {
        let items: Vec<String> = self.iter().map(|text| quoted(text)).collect();
        Some(format!("[{}]", items.join(", ")))
    }
}

impl Setting for Vec<u32> {
    fn kind(_: &Key) -> String {
        "list of whole numbers".to_owned()
    }
    fn read(node: &Node, path: &str, key: &Key, faults: &mut Faults) -> Option<Vec<u32>> {
        let Value::List(items) = &node.value else {
            return refuse(node, path, key, "is not a list", faults);
        };
        let read = |(i, item)| u32::read(item, &format!("{path}.{i}"), key, faults);
        items.iter().enumerate().map(read).collect()
    }
    fn write(&self) -> Option<String> {
        let items: Vec<String> = self.iter().map(u32::to_string).collect();
        Some(format!("[{}]", items.join(", ")))
    }
}

/// Numbers by name; the range holds for each.
impl Setting for BTreeMap<String, f64> {
    fn kind(key: &Key) -> String {
        format!("table of names, each with a {}", ranged("number", key))
    }
    fn read(node: &Node, path: &str, key: &Key, faults: &mut Faults) -> Option<Self> {
        let Value::Table(table) = &node.value else {
            return refuse(node, path, key, "is not a table", faults);
        };
        let mut out = BTreeMap::new();
        for (name, (_, node)) in &table.entries {
            if let Some(x) = f64::read(node, &format!("{path}.{name}"), key, faults) {
                out.insert(name.clone(), x);
            }
        }
        Some(out)
    }
    fn write(&self) -> Option<String> {
        let items: Vec<String> =
            self.iter().map(|(name, x)| format!("{} = {}", quoted(name), written(*x))).collect();
        Some(if items.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", items.join(", ")) })
    }
}

impl Setting for ReserveCurve {
    fn kind(_: &Key) -> String {
        "list of [positive width in MW, worth in $/MWh] with falling worth".to_owned()
    }
    fn read(node: &Node, path: &str, key: &Key, faults: &mut Faults) -> Option<ReserveCurve> {
        let step = |(mw, usd_per_mwh)| ReserveStep { mw, usd_per_mwh };
        let steps = pairs(node).map(|pairs| pairs.into_iter().map(step).collect());
        let curve = steps.and_then(ReserveCurve::new);
        if curve.is_none() {
            return refuse(node, path, key, "is not such a list", faults);
        }
        curve
    }
    fn write(&self) -> Option<String> {
        Some(written_pairs(self.steps().iter().map(|step| (step.mw, step.usd_per_mwh))))
    }
}
