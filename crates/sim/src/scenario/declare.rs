//! What a section of a scenario may contain, declared once.
//!
//! [`section!`] writes a typed struct together with its declaration: every key with type, default,
//! unit, source, range and meaning. Reading, checking, the resolved scenario, `gridrush schema` and the
//! reference in `docs/scenario.md` all walk that one declaration. Reading takes a *base* value, so the
//! defaults of a region pack can stand below the user's file.

use std::fmt::Write;
use std::ops::RangeInclusive;

use serde::Serialize;

use super::check::{Fault, Faults};
use super::document::{Node, Table, Value};

/// The declaration of a key.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its name, with the unit last.
    pub name: &'static str,
    /// Its unit; empty for names, switches and counts.
    pub unit: &'static str,
    /// Where the default comes from; empty where there is nothing to source.
    pub source: &'static str,
    /// What it means, in one sentence.
    pub meaning: &'static str,
    /// Least and greatest value of a number, both allowed.
    pub range: Option<(f64, f64)>,
    /// Whether it has no default.
    pub required: bool,
}

/// A type that a key can have.
pub trait Setting: Sized + Clone {
    /// What may be written, in words, such as "number".
    fn kind(key: &Key) -> String;
    /// Reads a value; `None` when it was wrong and a fault was added.
    fn read(node: &Node, path: &str, key: &Key, faults: &mut Faults) -> Option<Self>;
    /// The value as TOML; `None` when the key is not set.
    fn write(&self) -> Option<String>;
}

/// A table of declared keys and tables.
pub trait Section: Sized + Clone {
    /// The values that stand where a file says nothing. A required key holds an empty value here.
    fn defaults() -> Self;
    /// Reads a table over `base`, adding every fault.
    fn read(base: &Self, table: &Table, path: &str, faults: &mut Faults) -> Self;
    /// Adds the declarations of this table and those below it, with the defaults of `base`.
    fn describe(base: &Self, meaning: &'static str, path: &str, out: &mut Vec<SectionDoc>);
    /// Writes the table and those below it as TOML with comments.
    fn write(&self, path: &str, out: &mut String);
}

/// The declaration of a table as data, for documentation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SectionDoc {
    /// The dotted path, in brackets for the entries of a list; empty for the top of the file.
    pub path: String,
    /// What the table is about.
    pub meaning: &'static str,
    /// Its keys.
    pub keys: Vec<KeyDoc>,
}

/// The declaration of a key as data, for documentation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeyDoc {
    /// The name.
    pub name: &'static str,
    /// What may be written.
    pub kind: String,
    /// The unit.
    pub unit: &'static str,
    /// The default as TOML; absent where the key is required or not set by default.
    pub default: Option<String>,
    /// Whether it must be given.
    pub required: bool,
    /// Where the default comes from.
    pub source: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

impl SectionDoc {
    /// Gives a key of this table another source than that of its declaration.
    pub(super) fn set_source(&mut self, name: &str, source: &'static str) {
        for key in self.keys.iter_mut().filter(|key| key.name == name) {
            key.source = source;
        }
    }
}

/// Turns a written range into the bounds of a key.
pub(super) fn bounds(range: RangeInclusive<f64>) -> (f64, f64) {
    range.into_inner()
}

/// How the reference names the entries of a list, also of one that stands in the entries of another: in brackets.
pub(super) fn entries(path: &str, list: &str) -> String {
    format!("[{}]", join(path.trim_matches(['[', ']']), list))
}

/// Joins a table's path and a key.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Adds a fault for every name in the table that is not declared.
pub(super) fn refuse_unknown(table: &Table, path: &str, known: &[&'static str], faults: &mut Faults) {
    for (name, (place, node)) in &table.entries {
        if !known.contains(&name.as_str()) {
            let what = if matches!(node.value, Value::Table(_)) { "table" } else { "key" };
            let fault = Fault::new(place, &join(path, name), format!("is not a known {what}"));
            faults.add(fault.nearest(name, known.iter().copied()));
        }
    }
}

/// Reads one key over its base value.
pub(super) fn read_key<T: Setting>(base: &T, table: &Table, path: &str, key: &Key, faults: &mut Faults) -> T {
    let full = join(path, key.name);
    if let Some(node) = table.get(key.name) {
        return T::read(node, &full, key, faults).unwrap_or_else(|| base.clone());
    }
    if key.required {
        let message = format!("is missing: {}", key.meaning.trim());
        faults.add_missing(Fault::new(&table.place, &full, message).allowed(T::kind(key)));
    }
    base.clone()
}

/// Reads one table over its base value.
pub(super) fn read_section<S: Section>(
    base: &S,
    table: &Table,
    path: &str,
    name: &str,
    faults: &mut Faults,
) -> S {
    let full = join(path, name);
    match table.get(name) {
        Some(Node { value: Value::Table(inner), .. }) => S::read(base, inner, &full, faults),
        Some(node) => {
            let fault = Fault::new(&node.place, &full, "must be a table".to_owned());
            faults.add(fault.value(node.value.shown()).allowed(format!("[{full}] with its keys below")));
            base.clone()
        }
        None => base.clone(),
    }
}

/// Reads repeated tables. Every entry starts from the declared defaults.
pub(super) fn read_list<S: Section>(
    base: &[S],
    table: &Table,
    path: &str,
    name: &str,
    faults: &mut Faults,
) -> Vec<S> {
    let full = join(path, name);
    let wrong = |node: &Node, at: &str, faults: &mut Faults| {
        let fault = Fault::new(&node.place, at, "must be repeated tables".to_owned());
        faults.add(fault.value(node.value.shown()).allowed(format!("[[{full}]] with its keys below")));
    };
    match table.get(name) {
        None => base.to_vec(),
        Some(Node { value: Value::List(items), .. }) => {
            let mut out = Vec::with_capacity(items.len());
            for (i, item) in items.iter().enumerate() {
                let at = format!("{full}.{i}");
                match &item.value {
                    Value::Table(inner) => out.push(S::read(&S::defaults(), inner, &at, faults)),
                    _ => wrong(item, &at, faults),
                }
            }
            out
        }
        Some(node) => {
            wrong(node, &full, faults);
            Vec::new()
        }
    }
}

/// Documents one key.
pub(super) fn describe_key<T: Setting>(base: &T, key: &Key) -> KeyDoc {
    KeyDoc {
        name: key.name,
        kind: T::kind(key),
        unit: key.unit,
        default: if key.required { None } else { base.write() },
        required: key.required,
        source: key.source,
        meaning: key.meaning.trim(),
    }
}

/// Writes one key with a comment.
pub(super) fn write_key<T: Setting>(value: &T, key: &Key, out: &mut String) {
    let _ = write!(out, "# {}", key.meaning.trim());
    if !key.unit.is_empty() {
        let _ = write!(out, " [{}]", key.unit);
    }
    out.push('\n');
    let _ = match value.write() {
        Some(text) => writeln!(out, "{} = {text}", key.name),
        None => writeln!(out, "# {} is not set", key.name),
    };
}

/// Declares a table of the scenario: a struct and, from the same lines, how it is read, checked,
/// written and documented.
///
/// A key is `name: Type = default, "unit", "source", least..=greatest;`. Without `= default` it is
/// required; the range is optional. After the keys, `tables { .. }` names tables below with their
/// defaults, and `lists { .. }` repeated tables. Where several tables share a declaration, a default of one
/// may have another source: `table: Type = default, sources { key: "source" };`.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $name:ident {
            $(
                $(#[doc = $meaning:literal])+
                $key:ident : $type:ty $(= $default:expr)?, $unit:literal, $source:literal $(, $range:expr)? ;
            )*
        }
        $(tables { $(
            $(#[doc = $sub_meaning:literal])+
            $sub:ident : $sub_type:ty $(= $sub_default:expr)? $(, sources { $( $sourced:ident : $own:literal ),+ $(,)? })? ;
        )* })?
        $(lists { $( $(#[doc = $list_meaning:literal])+ $list:ident : $item:ty ; )* })?
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $( $(#[doc = $meaning])+ pub $key: $type, )*
            $($( $(#[doc = $sub_meaning])+ pub $sub: $sub_type, )*)?
            $($( $(#[doc = $list_meaning])+ pub $list: Vec<$item>, )*)?
        }

        impl $crate::scenario::declare::Section for $name {
            fn defaults() -> Self {
                Self {
                    $( $key: $crate::scenario::declare::or_empty!($type $(, $default)?), )*
                    $($( $sub: $crate::scenario::declare::or_defaults!($sub_type $(, $sub_default)?), )*)?
                    $($( $list: Vec::<$item>::new(), )*)?
                }
            }

            fn read(
                base: &Self,
                table: &$crate::scenario::document::Table,
                path: &str,
                faults: &mut $crate::scenario::check::Faults,
            ) -> Self {
                use $crate::scenario::declare as d;
                let known = [
                    $( stringify!($key), )*
                    $($( stringify!($sub), )*)?
                    $($( stringify!($list), )*)?
                ];
                d::refuse_unknown(table, path, &known, faults);
                Self {
                    $( $key: d::read_key(&base.$key, table, path, &$crate::scenario::declare::key!(
                    $key, $unit, $source, [$($meaning),+], [$($range)?], [$($default)?]
                ), faults), )*
                    $($( $sub: d::read_section(&base.$sub, table, path, stringify!($sub), faults), )*)?
                    $($( $list: d::read_list(&base.$list, table, path, stringify!($list), faults), )*)?
                }
            }

            fn describe(
                base: &Self,
                meaning: &'static str,
                path: &str,
                out: &mut Vec<$crate::scenario::declare::SectionDoc>,
            ) {
                use $crate::scenario::declare as d;
                // A table may consist of lists only.
                let _ = base;
                let keys: Vec<d::KeyDoc> = vec![ $( d::describe_key(&base.$key, &$crate::scenario::declare::key!(
                    $key, $unit, $source, [$($meaning),+], [$($range)?], [$($default)?]
                )), )* ];
                out.push(d::SectionDoc { path: path.to_owned(), meaning: meaning.trim(), keys });
                $($(
                    let at = out.len();
                    d::Section::describe(
                        &base.$sub, concat!($($sub_meaning),+), &d::join(path, stringify!($sub)), out,
                    );
                    $( $(
                        // Only a key of that table has a source.
                        let _ = |table: &$sub_type| { let _ = &table.$sourced; };
                        out[at].set_source(stringify!($sourced), $own);
                    )+ )?
                    let _ = at;
                )*)?
                $($( <$item as d::Section>::describe(
                    &<$item as d::Section>::defaults(),
                    concat!($($list_meaning),+),
                    &d::entries(path, stringify!($list)),
                    out,
                ); )*)?
            }

            fn write(&self, path: &str, out: &mut String) {
                use $crate::scenario::declare as d;
                let _ = path;
                $( d::write_key(&self.$key, &$crate::scenario::declare::key!(
                    $key, $unit, $source, [$($meaning),+], [$($range)?], [$($default)?]
                ), out); )*
                $($(
                    let below = d::join(path, stringify!($sub));
                    out.push_str(&format!("\n[{below}]\n"));
                    d::Section::write(&self.$sub, &below, out);
                )*)?
                $($(
                    for item in &self.$list {
                        let below = d::join(path, stringify!($list));
                        out.push_str(&format!("\n[[{below}]]\n"));
                        d::Section::write(item, &below, out);
                    }
                )*)?
            }
        }
    };
}

/// Declares a table whose keys are fields of a parameter struct of another crate, so that a default is
/// written once: `Name of Struct, from value => { name: Type, "unit", "source", least..=greatest; .. }`.
/// `of` reads the struct and `set` writes it back.
macro_rules! mirror {
    (
        $(#[doc = $about:literal])+
        $name:ident of $of:ty, from $from:expr => {
            $( $(#[doc = $meaning:literal])+ $key:ident : $type:ty, $unit:literal, $source:literal $(, $range:expr)? ; )*
        }
    ) => {
        $crate::scenario::declare::section! {
            $(#[doc = $about])+
            $name {
                $( $(#[doc = $meaning])+ $key: $type = $from.$key, $unit, $source $(, $range)?; )*
            }
        }

        impl $name {
            /// The values of the parameters.
            pub fn of(params: &$of) -> Self {
                let mut out = <Self as $crate::scenario::declare::Section>::defaults();
                $( out.$key.clone_from(&params.$key); )*
                out
            }

            /// Copies the values into the parameters.
            pub fn set(&self, params: &mut $of) {
                $( params.$key.clone_from(&self.$key); )*
            }
        }
    };
}

macro_rules! key {
    (
        $key:ident, $unit:literal, $source:literal,
        [$($meaning:literal),+], [$($range:expr)?], [$($default:expr)?]
    ) => {
        $crate::scenario::declare::Key {
            name: stringify!($key),
            unit: $unit,
            source: $source,
            meaning: concat!($($meaning),+),
            range: None$(.or(Some($crate::scenario::declare::bounds($range))))?,
            required: $crate::scenario::declare::is_required!($($default)?),
        }
    };
}

macro_rules! or_empty {
    ($type:ty) => {
        <$type>::default()
    };
    ($type:ty, $default:expr) => {
        $default
    };
}

macro_rules! or_defaults {
    ($type:ty) => {
        <$type as $crate::scenario::declare::Section>::defaults()
    };
    ($type:ty, $default:expr) => {
        $default
    };
}

macro_rules! is_required {
    () => {
        true
    };
    ($default:expr) => {
        false
    };
}

/// Declares names of which a key takes one. Names after `refused` exist in the model but not yet in
/// this version and are refused with their reason.
macro_rules! choices {
    (
        $(#[doc = $about:literal])+
        $name:ident { $( $(#[doc = $meaning:literal])+ $variant:ident = $text:literal, )+ }
        $(refused { $( $other:literal : $reason:literal, )+ })?
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $( $(#[doc = $meaning])+ $variant, )+ }

        impl $crate::scenario::declare::Setting for $name {
            fn kind(_: &$crate::scenario::declare::Key) -> String {
                [ $( concat!("\"", $text, "\"") ),+ ].join(" or ")
            }

            fn read(
                node: &$crate::scenario::document::Node,
                path: &str,
                key: &$crate::scenario::declare::Key,
                faults: &mut $crate::scenario::check::Faults,
            ) -> Option<Self> {
                use $crate::scenario::{check::Fault, document::Value};
                let text = match &node.value {
                    Value::Text(text) => text.as_str(),
                    _ => "",
                };
                let message = match text {
                    $( $text => return Some($name::$variant), )+
                    $($( $other => $reason, )+)?
                    _ => "is not one of the choices",
                };
                let fault = Fault::new(&node.place, path, message.to_owned());
                faults.add(
                    fault.value(node.value.shown()).allowed(Self::kind(key)).nearest(text, [$( $text ),+]),
                );
                None
            }

            fn write(&self) -> Option<String> {
                Some(match self { $( $name::$variant => concat!("\"", $text, "\"").to_owned(), )+ })
            }
        }
    };
}

pub(super) use {choices, is_required, key, mirror, or_defaults, or_empty, section};
