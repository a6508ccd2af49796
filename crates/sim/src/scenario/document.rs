//! A scenario file as a tree in which every value knows where it stands.
//!
//! The whole file is read even when it has syntax faults, so that one run of the checker reports
//! everything. Values given on the command line are grafted onto the same tree and are then checked by
//! the same rules as the file. O(length of the file).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::{Fault, Faults};

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file's name, or the command-line argument that gave the value.
    pub file: Arc<str>,
    /// Line and column, both from 1; absent for the command line.
    pub at: Option<(u32, u32)>,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub place: Place,
}

/// A value as written.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// Text in quotes.
    Text(String),
    /// A date or time without quotes.
    Moment(String),
    /// Values in square brackets, or repeated tables.
    List(Vec<Node>),
    /// Keys and values.
    Table(Table),
}

/// Keys and their values.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Where it begins.
    pub place: Place,
    /// Each key with the place of its name, in order of the name.
    pub entries: BTreeMap<String, (Place, Node)>,
}

impl Table {
    fn empty(place: Place) -> Table {
        Table { place, entries: BTreeMap::new() }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries.get(key).map(|(_, node)| node)
    }
}

impl Value {
    /// The value as it would be written, shortened for messages.
    pub fn shown(&self) -> String {
        match self {
            Value::Boolean(b) => b.to_string(),
            Value::Integer(i) => i.to_string(),
            Value::Float(x) => format!("{x:?}"),
            Value::Text(s) if s.chars().count() > 60 => {
                format!("\"{}...\"", s.chars().take(57).collect::<String>())
            }
            Value::Text(s) => format!("\"{s}\""),
            Value::Moment(s) => s.clone(),
            Value::List(items) => format!("a list of {}", items.len()),
            Value::Table(table) => format!("a table of {} keys", table.entries.len()),
        }
    }
}

/// Positions of line ends, to turn byte offsets into lines and columns.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    file: Arc<str>,
}

impl<'a> Lines<'a> {
    fn new(file: &str, text: &'a str) -> Lines<'a> {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(i, _)| i + 1));
        Lines { text, starts, file: file.into() }
    }

    fn place(&self, offset: usize) -> Place {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|&start| start <= offset);
        let column = self.text.get(self.starts[line - 1]..offset).map_or(0, |s| s.chars().count());
        Place { file: self.file.clone(), at: Some((line as u32, column as u32 + 1)) }
    }
}

/// Reads a TOML file into a tree. Every syntax fault goes to `faults`; what could be read is returned.
pub fn parse(file: &str, text: &str, faults: &mut Faults) -> Table {
    let lines = Lines::new(file, text);
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let place = lines.place(error.span().map_or(0, |span| span.start));
        faults.add(Fault::new(&place, "", error.message().to_owned()));
    }
    table(root.get_ref(), lines.place(0), &lines, faults)
}

fn table(source: &DeTable<'_>, place: Place, lines: &Lines<'_>, faults: &mut Faults) -> Table {
    let mut out = Table::empty(place);
    for (key, value) in source {
        let place = lines.place(key.span().start);
        let node = node(value, place.clone(), lines, faults);
        out.entries.insert(key.get_ref().to_string(), (place, node));
    }
    out
}

/// Turns a parsed value into a node. Tables begin where their key stands, since a table that is built
/// from dotted keys has no place of its own.
fn node(source: &Spanned<DeValue<'_>>, key: Place, lines: &Lines<'_>, faults: &mut Faults) -> Node {
    let here = lines.place(source.span().start);
    let value = match source.get_ref() {
        DeValue::String(s) => Value::Text(s.to_string()),
        DeValue::Boolean(b) => Value::Boolean(*b),
        DeValue::Datetime(moment) => Value::Moment(moment.to_string()),
        DeValue::Integer(digits) => {
            let whole = i64::from_str_radix(digits.as_str(), digits.radix());
            if whole.is_err() {
                faults.add(Fault::new(&here, "", format!("the whole number {digits} is too large")));
            }
            Value::Integer(whole.unwrap_or_default())
        }
        DeValue::Float(digits) => Value::Float(digits.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Array(items) => Value::List(
            items.iter().map(|item| node(item, lines.place(item.span().start), lines, faults)).collect(),
        ),
        DeValue::Table(entries) => {
            return Node { value: Value::Table(table(entries, key.clone(), lines, faults)), place: key };
        }
    };
    Node { value, place: here }
}

/// Adds what `below` says and `table` does not. Tables are joined key by key; lists are not joined.
pub fn underlay(table: &mut Table, below: Table) {
    for (key, (place, node)) in below.entries {
        match table.entries.entry(key) {
            Entry::Vacant(free) => {
                free.insert((place, node));
            }
            Entry::Occupied(mut taken) => {
                if let (Value::Table(mine), Value::Table(theirs)) = (&mut taken.get_mut().1.value, node.value)
                {
                    underlay(mine, theirs);
                }
            }
        }
    }
}

/// Puts `path=value` from the command line into the tree.
///
/// The path names keys separated by dots; a number picks an entry of a list. The value is read as TOML,
/// and as plain text if it is not TOML, so quotes may be left out. Tables on the way are created; the
/// checker then says if they mean nothing. `path+=[..]` adds to a list what is not in it yet, in place of
/// the list.
pub fn graft(root: &mut Table, origin: &str, argument: &str, faults: &mut Faults) {
    let place = Place { file: format!("{origin} {argument}").into(), at: None };
    let Some((path, text)) = argument.split_once('=') else {
        return faults.add(Fault::new(&place, "", "is not of the form dotted.path=value".to_owned()));
    };
    let (path, adds) = match path.trim().strip_suffix('+') {
        Some(path) => (path.trim(), true),
        None => (path.trim(), false),
    };
    let keys: Vec<&str> = path.split('.').map(str::trim).collect();
    if keys.iter().any(|key| key.is_empty()) {
        return faults.add(Fault::new(&place, path, "has an empty key".to_owned()));
    }
    let mut value = value_of(text.trim(), &place);
    if adds {
        match added(at(root, &keys), value) {
            Ok(whole) => value = whole,
            Err(message) => return faults.add(Fault::new(&place, path, message)),
        }
    }
    graft_table(root, &keys, "", Node { value, place }, faults);
}

/// The node at a path; none where there is none yet.
fn at<'a>(root: &'a Table, keys: &[&str]) -> Option<&'a Node> {
    let (first, below) = keys.split_first()?;
    below.iter().try_fold(root.get(first)?, |node, key| match &node.value {
        Value::Table(table) => table.get(key),
        Value::List(items) => items.get(key.parse::<usize>().ok()?),
        _ => None,
    })
}

/// A list with further entries behind its own, each once.
fn added(list: Option<&Node>, more: Value) -> Result<Value, String> {
    let Value::List(more) = more else { return Err("takes a list behind +=".to_owned()) };
    let mut items = match list.map(|node| &node.value) {
        None => Vec::new(),
        Some(Value::List(items)) => items.clone(),
        Some(other) => return Err(format!("is {}, and += adds to lists", other.shown())),
    };
    for item in more {
        if !items.iter().any(|known| known.value == item.value) {
            items.push(item);
        }
    }
    Ok(Value::List(items))
}

fn graft_table(table: &mut Table, keys: &[&str], above: &str, new: Node, faults: &mut Faults) {
    let [key, below @ ..] = keys else { return };
    let path = if above.is_empty() { (*key).to_owned() } else { format!("{above}.{key}") };
    let place = new.place.clone();
    let fresh = || {
        let value = Value::Table(Table::empty(place.clone()));
        (place.clone(), Node { value, place: place.clone() })
    };
    let (_, node) = table.entries.entry((*key).to_owned()).or_insert_with(fresh);
    graft_node(node, below, &path, new, faults);
}

fn graft_node(node: &mut Node, keys: &[&str], path: &str, new: Node, faults: &mut Faults) {
    let [key, below @ ..] = keys else {
        *node = new;
        return;
    };
    match &mut node.value {
        Value::Table(table) => graft_table(table, keys, path, new, faults),
        Value::List(items) => {
            let count = items.len();
            let Some(item) = key.parse::<usize>().ok().and_then(|i| items.get_mut(i)) else {
                let message = format!("is a list of {count}: name an entry by its number, from 0");
                return faults.add(Fault::new(&new.place, path, message));
            };
            graft_node(item, below, &format!("{path}.{key}"), new, faults);
        }
        other => {
            let message = format!("is {} and has no keys below it", other.shown());
            faults.add(Fault::new(&new.place, path, message));
        }
    }
}

fn value_of(text: &str, place: &Place) -> Value {
    let line = format!("v = {text}");
    let mut faults = Faults::default();
    let mut table = parse("", &line, &mut faults);
    match table.entries.remove("v") {
        Some((_, mut node)) if faults.is_empty() && table.entries.is_empty() => {
            move_to(&mut node, place);
            node.value
        }
        _ => Value::Text(text.to_owned()),
    }
}

fn move_to(node: &mut Node, place: &Place) {
    node.place = place.clone();
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| move_to(item, place)),
        Value::Table(table) => {
            table.place = place.clone();
            for (key, node) in table.entries.values_mut() {
                *key = place.clone();
                move_to(node, place);
            }
        }
        _ => {}
    }
}
