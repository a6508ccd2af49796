//! `gridrush schema`: the reference of the formats of scenarios and region packs.

use std::io::Write;

use gridrush_core::grid::pack;
use gridrush_sim::scenario;

use crate::args::SchemaArgs;
use crate::stop::Stop;

/// Prints the reference.
pub fn run(args: &SchemaArgs) -> Result<(), Stop> {
    let text = if args.packs {
        pack::markdown()
    } else if args.json {
        let mut text = scenario::json().map_err(|e| Stop::Failed(e.into()))?;
        text.push('\n');
        text
    } else {
        scenario::markdown()
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}
