//! `gridrush policy`: the policies that can be found, what one says, what two say differently, and the
//! kinds of rules.

mod diff;
mod kinds;
mod list;
mod show;
mod view;

use std::collections::BTreeMap;

use gridrush_sim::scenario::{Faults, PolicyFile, nearest};

use crate::args::{PolicyArgs, PolicyCommand};
use crate::files::{PackSource, PolicySource};
use crate::stop::Stop;

/// A policy and where it comes from.
struct Found {
    policy: PolicyFile,
    origin: String,
}

/// Does what was asked for.
pub fn run(args: &PolicyArgs) -> Result<(), Stop> {
    let source = PackSource::find(args.data.as_deref(), None)?;
    let all = source.policies()?;
    let mut out = std::io::stdout().lock();
    match &args.command {
        PolicyCommand::List { markdown } => list::print(&mut out, &read_all(&all)?, args.json, *markdown),
        PolicyCommand::Show { policy } => show::print(&mut out, &read(policy, &all)?, args.json),
        PolicyCommand::Diff { first, second } => {
            diff::print(&mut out, &read(first, &all)?.policy, &read(second, &all)?.policy, args.json)
        }
        PolicyCommand::Kinds { kind, markdown } => {
            kinds::print(&mut out, kind.as_deref(), args.json, *markdown)
        }
    }
}

/// The policy of an id, or of the beginning of one that no other begins with.
fn read(id: &str, all: &BTreeMap<String, PolicySource>) -> Result<Found, Stop> {
    let beginning: Vec<&String> = all.keys().filter(|known| known.starts_with(id)).collect();
    let found = match (all.get_key_value(id), &beginning[..]) {
        (Some((id, _)), _) => id,
        (None, [only]) => *only,
        (None, []) => {
            let hint = nearest(id, all.keys().map(String::as_str));
            let hint = hint.map_or_else(String::new, |name| format!("; did you mean {name}?"));
            return Err(Stop::usage(format!("there is no policy `{id}` (gridrush policy list){hint}")));
        }
        (None, several) => {
            let names: Vec<&str> = several.iter().map(|name| name.as_str()).collect();
            return Err(Stop::usage(format!("`{id}` could be {}", names.join(" or "))));
        }
    };
    Ok(parse(std::iter::once(&all[found]))?.remove(0))
}

fn read_all(all: &BTreeMap<String, PolicySource>) -> Result<Vec<Found>, Stop> {
    parse(all.values())
}

/// Reads policies; every fault of every file at once.
fn parse<'a>(sources: impl Iterator<Item = &'a PolicySource>) -> Result<Vec<Found>, Stop> {
    let mut faults = Faults::default();
    let read = |source: &PolicySource| {
        let policy = PolicyFile::read(&source.text, &mut faults)?;
        Some(Found { policy, origin: source.origin.clone() })
    };
    let found: Vec<Found> = sources.filter_map(read).collect();
    faults.or(found).map_err(Stop::Input)
}
