//! Whether a market can be made of a pack: what the pack's own reader cannot know.

use gridrush_core::demand::ClassId;
use gridrush_core::grid::Technology;
use gridrush_core::grid::pack::{PlannedAction, RegionPack};
use gridrush_core::outage::MachineClass;
use gridrush_workload::CLASSES;

use super::SetupError;
use crate::fleet::{Fleet, FleetUnit};
use crate::scenario::nearest;
use crate::units::ENTRANTS;

/// What a pack says and this market cannot do: every fault with the row it stands in.
pub(super) fn unusable(pack: &RegionPack) -> Vec<SetupError> {
    let mut out = Vec::new();
    for unit in pack.network.generators.iter().filter(|unit| unit.forced_outage_rate.is_some_and(|r| r > 0.0))
    {
        if MachineClass::typical_mw(unit.technology).is_none() {
            let (name, technology) = (&unit.name, unit.technology.name());
            let why =
                format!("`{name}` has a forced outage rate, and outages of {technology} are not modelled");
            out.push(SetupError::Pack(format!("generators.csv: {why}")));
        }
    }
    for link in &pack.network.dc_links {
        if link.fixed_loss_mw != 0.0 || link.cost.is_some() {
            let why = "has a fixed loss or a cost; the hourly market knows losses as a fraction of flow only";
            out.push(SetupError::Pack(format!("dc_links.csv: `{}` {why}", link.name)));
        }
    }
    out
}

/// Plans that the fleet of the run gives nothing to change.
pub(super) fn nothing_to_change(pack: &RegionPack, fleet: &Fleet) -> Vec<SetupError> {
    let mut out = Vec::new();
    for planned in &pack.planned {
        let stands = fleet.units.iter().any(|FleetUnit { unit, .. }| {
            unit.technology == planned.technology && pack.network.bus(unit.bus).zone == planned.zone
        });
        let enters = ENTRANTS.contains(&planned.technology) || planned.technology == Technology::Battery;
        let can_come = enters && planned.action == PlannedAction::Add;
        if !(stands || can_come) {
            let (name, technology) = (&planned.name, planned.technology.name());
            let zone = &pack.network.zones[usize::from(planned.zone.0)].name;
            let message = format!("planned.csv: `{name}`: zone {zone} has no {technology} to change");
            out.push(SetupError::Pack(message));
        }
    }
    out
}

/// The class of each site of a pack. Native load has no sites.
pub(super) fn classes_of_sites(pack: &RegionPack, faults: &mut Vec<SetupError>) -> Vec<ClassId> {
    let allowed = || CLASSES.iter().copied().skip(1);
    let mut classes = Vec::new();
    for site in &pack.sites {
        if let Some(n) = CLASSES.iter().skip(1).position(|name| *name == site.class) {
            classes.push(ClassId(n as u8 + 1));
        } else {
            let near = nearest(&site.class, allowed())
                .map_or_else(String::new, |near| format!("; did you mean {near}?"));
            let names = allowed().collect::<Vec<_>>().join(", ");
            let (name, class) = (&site.name, &site.class);
            faults.push(SetupError::Pack(format!(
                "sites.csv: `{name}`: `{class}` is no class of large load (allowed: {names}){near}"
            )));
        }
    }
    classes
}
