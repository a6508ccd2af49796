//! How a section of `region.toml` is declared: a struct that is read by name, and its keys as data.
//!
//! [`settings!`] writes both from one text, so that the reference of the format cannot differ from what is read.

use std::collections::BTreeMap;

use crate::grid::Fuel;

/// A section of `region.toml` as data.
pub(super) struct SectionDoc {
    /// As it is written: `[region]`, `[[zones]]`, `[fuels.<fuel>]`.
    pub heading: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// Its keys in order.
    pub keys: Vec<KeyDoc>,
}

/// A key as data.
pub(super) struct KeyDoc {
    /// Its name.
    pub name: &'static str,
    /// What may be written.
    pub kind: String,
    /// What it means.
    pub meaning: &'static str,
}

/// What the value of a key may be, in words.
pub(super) trait Written {
    /// The words.
    fn kind() -> String;
}

macro_rules! written {
    ($($type:ty: $kind:literal,)+) => {$(
        impl Written for $type {
            fn kind() -> String {
                $kind.to_owned()
            }
        }
    )+};
}

written! {
    f64: "number",
    i16: "year",
    bool: "`true` or `false`",
    String: "text",
    Vec<String>: "list of texts",
    BTreeMap<String, f64>: "numbers by zone, optional",
    BTreeMap<Fuel, f64>: "numbers by fuel",
}

impl<T: Written> Written for Option<T> {
    fn kind() -> String {
        format!("{}, optional", T::kind())
    }
}

/// The names of a choice, as they may be written.
pub(super) fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// Declares a section: a struct that serde reads, and `declared()`, its keys as data.
macro_rules! settings {
    ($heading:literal, $(#[doc = $about:literal])+ $public:vis struct $name:ident {
        $( $(#[doc = $meaning:literal])+ $(#[serde($serde:ident)])? $visible:vis $key:ident: $type:ty, )+
    }) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        $public struct $name {
            $( $(#[doc = $meaning])+ $(#[serde($serde)])? $visible $key: $type, )+
        }

        impl $name {
            /// Heading, subject and keys.
            pub(super) fn declared() -> $crate::grid::pack::settings::SectionDoc {
                $crate::grid::pack::settings::SectionDoc {
                    heading: $heading,
                    about: concat!($($about),+),
                    keys: vec![$( $crate::grid::pack::settings::KeyDoc {
                        name: stringify!($key),
                        kind: <$type as $crate::grid::pack::settings::Written>::kind(),
                        meaning: concat!($($meaning),+),
                    } ),+],
                }
            }
        }
    };
}

pub(super) use settings;
