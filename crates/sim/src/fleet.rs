//! The pack's units as a run sees them: who stands at the start, who comes and goes, whose credit ends.
//!
//! A unit runs from its first day until before the day it retires. What is gone before the start or comes after
//! the end has no place in the market. A wind unit offers at minus its production credit for some years from its
//! first day; one without a date is taken to be young enough (or repowered) to keep it. With planned changes
//! switched off the fleet of the first day stays. `O(units)`.

use gridrush_core::grid::{Date as Day, Fuel, Generator, Network};
use gridrush_core::kernel::SimTime;
use jiff::civil::Date;

/// A unit of the run.
#[derive(Clone, Debug, PartialEq)]
pub struct FleetUnit {
    /// What the pack says of it.
    pub unit: Generator,
    /// Whether it runs from the start on.
    pub stands: bool,
    /// Whether it offers at minus a production credit at the start.
    pub earns_credit: bool,
}

/// What happens to a unit during the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FleetChange {
    /// It opens.
    Opens,
    /// It closes.
    Closes,
    /// Its production credit ends.
    CreditEnds,
}

/// The units of a run and their dated changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fleet {
    /// In file order.
    pub units: Vec<FleetUnit>,
    /// When, which unit, and what; in order.
    pub changes: Vec<(SimTime, usize, FleetChange)>,
}

/// What decides the fleet of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FleetTerms {
    /// The first day.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
    /// Whether units come and go after the first day.
    pub dated: bool,
    /// Years of the production credit of wind.
    pub credit_years: u32,
}

impl Fleet {
    /// The units of a network; `time_of` says when a day begins.
    pub(crate) fn new(network: &Network, terms: FleetTerms, time_of: &dyn Fn(Date) -> SimTime) -> Fleet {
        let FleetTerms { start, end, .. } = terms;
        let mut fleet = Fleet::default();
        for unit in network.generators.iter().filter(|unit| unit.in_service) {
            let online = unit.online.and_then(civil);
            let retired = unit.retired.and_then(civil);
            let stands = online.is_none_or(|day| day <= start);
            let comes = online.filter(|&day| terms.dated && day > start && day < end);
            if retired.is_some_and(|day| day <= start) || !(stands || comes.is_some()) {
                continue;
            }
            let at = fleet.units.len();
            let mut change = |day: Date, what| fleet.changes.push((time_of(day), at, what));
            if let Some(day) = comes {
                change(day, FleetChange::Opens);
            }
            if let Some(day) = retired.filter(|&day| terms.dated && day < end) {
                change(day, FleetChange::Closes);
            }
            let wind = unit.fuel == Fuel::Wind && unit.cost.is_none();
            let last = unit.online.filter(|_| wind).and_then(|day| years_after(day, terms));
            if let Some(day) = last.filter(|&day| day > start && day < end) {
                change(day, FleetChange::CreditEnds);
            }
            let earns_credit = wind && last.is_none_or(|day| day > start);
            fleet.units.push(FleetUnit { unit: unit.clone(), stands, earns_credit });
        }
        fleet.changes.sort_unstable();
        fleet
    }
}

/// The same day in the words of the calendar.
pub(crate) fn civil(day: Day) -> Option<Date> {
    Date::new(day.year, day.month as i8, day.day as i8).ok()
}

/// The day so many years after another; the calendar's last where it would lie beyond, 1 March for 29 February.
fn years_after(day: Day, terms: FleetTerms) -> Option<Date> {
    let year = i64::from(day.year) + i64::from(terms.credit_years);
    let Ok(year) = i16::try_from(year) else { return Some(Date::MAX) };
    civil(Day { year, ..day }).or_else(|| civil(Day { year, month: 3, day: 1 })).or(Some(Date::MAX))
}

#[cfg(test)]
mod tests {
    use gridrush_core::grid::{Bus, BusId, Technology, Zone, ZoneId};
    use jiff::civil::date;

    use super::*;

    fn network(units: &[(Fuel, &str, &str)]) -> Network {
        let mut network = Network { base_mva: 100.0, ..Network::default() };
        network.zones.push(Zone { name: "only".to_owned() });
        network.add_bus(Bus {
            number: 1,
            name: "One".to_owned(),
            zone: ZoneId(0),
            substation: 1,
            base_kv: 230.0,
            load_mw: 0.0,
            shunt_mw: 0.0,
            load_share: 1.0,
            position: None,
        });
        for (n, (fuel, online, retired)) in units.iter().enumerate() {
            network.generators.push(Generator {
                name: format!("unit {n}"),
                bus: BusId(0),
                fuel: *fuel,
                technology: Technology::Other,
                capacity_mw: 100.0,
                minimum_mw: 0.0,
                heat_rate_mmbtu_per_mwh: 0.0,
                variable_om_usd_per_mwh: 0.0,
                storage_mwh: 0.0,
                online: Day::parse(online),
                retired: Day::parse(retired),
                in_service: true,
                cost: None,
                co2_kg_per_mmbtu: None,
                forced_outage_rate: None,
                neighbour: None,
            });
        }
        network
    }

    /// Name, whether it stands, whether it earns a credit.
    type Seen = (String, bool, bool);

    fn fleet(units: &[(Fuel, &str, &str)], dated: bool) -> (Vec<Seen>, Vec<(u64, usize, FleetChange)>) {
        let (start, end) = (date(2021, 1, 1), date(2023, 1, 1));
        let time_of = |day: Date| SimTime::from_hours((day - start).get_days().max(0) as u64 * 24);
        let terms = FleetTerms { start, end, dated, credit_years: 10 };
        let fleet = Fleet::new(&network(units), terms, &time_of);
        let names = fleet.units.iter().map(|u| (u.unit.name.clone(), u.stands, u.earns_credit)).collect();
        let days =
            fleet.changes.iter().map(|&(at, unit, what)| (at.hour() as u64 / 24, unit, what)).collect();
        (names, days)
    }

    #[test]
    fn the_fleet_of_a_day_and_what_changes_after_it() {
        use FleetChange::{Closes, CreditEnds, Opens};
        let units = [
            (Fuel::Coal, "", "2020-12-31"),           // gone
            (Fuel::Coal, "", "2021-01-01"),           // gone on the first day
            (Fuel::Coal, "2021-01-01", "2021-01-11"), // 2: ten days
            (Fuel::Gas, "2021-01-02", ""),            // 3: comes on the second day
            (Fuel::Gas, "2023-01-01", ""),            // not in this run
            (Fuel::Wind, "2011-01-01", ""),           // 5: credit over on the first day
            (Fuel::Wind, "2012-02-29", ""),           // 6: credit ends on 1 March 2022
            (Fuel::Wind, "", ""),                     // 7: no date
            (Fuel::Wind, "2021-02-01", ""),           // 8: comes, with credit beyond the end
        ];
        let (names, changes) = fleet(&units, true);
        let of = |n: usize, stands, credit| (format!("unit {n}"), stands, credit);
        let expected = [
            of(2, true, false),
            of(3, false, false),
            of(5, true, false),
            of(6, true, true),
            of(7, true, true),
            of(8, false, true),
        ];
        assert_eq!(names, expected);
        assert_eq!(changes, [(1, 1, Opens), (10, 0, Closes), (31, 5, Opens), (424, 3, CreditEnds)]);

        // Without planned changes the fleet of the first day stays, and so do its contracts.
        let (names, changes) = fleet(&units, false);
        assert_eq!(names, [of(2, true, false), of(5, true, false), of(6, true, true), of(7, true, true)]);
        assert_eq!(changes, [(424, 2, CreditEnds)]);
    }
}
