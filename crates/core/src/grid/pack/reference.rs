//! The reference of the format of region packs, from what is declared beside each reader.

use std::fmt::Write;

use super::context::{CapacityMarket, PublicFigures, Retail, WeatherOrigin};
use super::region::{
    Adequacy, Availability, BranchCeiling, CarbonPrice, CommitmentFacts, FuelPrice, Market, RegionFacts,
    ReserveStep, SCHEMA, Shed, ZoneFacts,
};
use super::settings::SectionDoc;
use super::{PLANNED_TABLE, REINFORCEMENT_TABLE, SITE_TABLE, interfaces, ties};
use crate::grid::case::own;
use crate::grid::case::table::Declared;

/// The sections of `region.toml`, each with whether it must be there.
fn sections() -> [(SectionDoc, bool); 15] {
    [
        (RegionFacts::declared(), true),
        (ZoneFacts::declared(), true),
        (Market::declared(), true),
        (Shed::declared(), true),
        (BranchCeiling::declared(), true),
        (ReserveStep::declared(), true),
        (FuelPrice::declared(), true),
        (CarbonPrice::declared(), false),
        (CommitmentFacts::declared(), false),
        (Availability::declared(), true),
        (Adequacy::declared(), true),
        (CapacityMarket::declared(), false),
        (Retail::declared(), false),
        (PublicFigures::declared(), false),
        (WeatherOrigin::declared(), false),
    ]
}

const TABLES: [&Declared; 9] = [
    &own::BUS_TABLE,
    &own::BRANCH_TABLE,
    &own::UNIT_TABLE,
    &own::DC_LINK_TABLE,
    &interfaces::TABLE,
    &PLANNED_TABLE,
    &SITE_TABLE,
    &REINFORCEMENT_TABLE,
    &ties::TABLE,
];

/// Every section of `region.toml` and every column of the tables as Markdown.
pub fn markdown() -> String {
    let mut out = String::new();
    let _ = writeln!(out, "## region.toml\n\n`schema = {SCHEMA}`, then the sections below.");
    for (section, required) in sections() {
        let note = if required { "" } else { " (optional)" };
        let _ = writeln!(out, "\n`{}`{note}:{}\n", section.heading, section.about);
        out.push_str("| key | value | meaning |\n|---|---|---|\n");
        for key in section.keys {
            let _ = writeln!(out, "| `{}` | {} |{} |", key.name, key.kind, key.meaning);
        }
    }
    out.push_str("\n## Tables\n");
    for table in TABLES {
        let _ = writeln!(out, "\n`{}`: {}\n", table.file, table.about);
        out.push_str("| column | meaning |\n|---|---|\n");
        for (name, meaning) in table.required {
            let _ = writeln!(out, "| `{name}` | {meaning} |");
        }
        for (name, meaning) in table.optional {
            let _ = writeln!(out, "| `{name}` (optional) | {meaning} |");
        }
    }
    out
}
