//! `[outages]`: failures and maintenance of units, failures of branches, and events that the user dates.

use gridrush_core::grid::{Fuel, Technology};
use gridrush_core::outage::{MachineClass, Sensitivity, planned};
use jiff::civil::Date;

use super::check::{Fault, Faults};
use super::declare::{Key, Setting, section};
use super::document::{Node, Value};
use super::setting::refuse;
use super::{Draft, Scenario, Surroundings};

section! {
    /// What fails and what is maintained. Mean availability stays that of `[supply.availability]`; without the
    /// switches it holds in every hour.
    Outages {
        /// Whether units fail and are repaired.
        units: bool = false, "", "";
        /// Whether units are maintained in spring and autumn. Without it maintenance counts as ambient derating.
        planned: bool = false, "", "";
        /// Whether lines and transformers fail and are repaired.
        branches: bool = false, "", "";
        /// Maintenance by month relative to the year's mean, January first.
        planned_by_month: Monthly = Monthly(planned::MONTH_WEIGHTS), "", "assumed";
    }
    tables {
        /// How extreme weather makes units fail.
        weather: OutageWeather;
        /// Failures and maintenance by technology.
        machines: Machines;
        /// Lines.
        lines: LineOutages;
        /// Transformers, without those that belong to a unit.
        transformers: TransformerOutages;
    }
    lists {
        /// Losses that happen on a date.
        scripted: ScriptedOutage;
    }
}

section! {
    /// Growth of failure rates in extreme weather, per standard deviation of native load beyond the threshold: an
    /// unusually high load is a cold hour from December to February and a hot one from June to September. The mean rate
    /// over the years is kept. Replayed load is measured by its own mean.
    OutageWeather {
        /// Standard deviations of native load from which an hour counts as extreme.
        threshold: f64 = 1.0, "standard deviations", "assumed", 0.0..=5.0;
        /// Gas and oil units in the cold: frozen instruments, short fuel.
        gas_cold: f64 = 4.0, "1 per standard deviation", "assumed", 0.0..=100.0;
        /// Gas and oil units in the heat.
        gas_heat: f64 = 0.5, "1 per standard deviation", "assumed", 0.0..=100.0;
        /// Coal units in the cold: frozen coal and water.
        coal_cold: f64 = 2.0, "1 per standard deviation", "assumed", 0.0..=100.0;
        /// Coal units in the heat.
        coal_heat: f64 = 0.5, "1 per standard deviation", "assumed", 0.0..=100.0;
        /// All others in the cold.
        other_cold: f64 = 1.0, "1 per standard deviation", "assumed", 0.0..=100.0;
        /// All others in the heat.
        other_heat: f64 = 0.25, "1 per standard deviation", "assumed", 0.0..=100.0;
    }
}

impl OutageWeather {
    /// The kinds of machine that are told apart, in the order of [`OutageWeather::kind_of`].
    pub fn sensitivities(&self) -> [Sensitivity; 3] {
        let of = |cold, heat| Sensitivity { cold, heat, threshold: self.threshold };
        [
            of(self.gas_cold, self.gas_heat),
            of(self.coal_cold, self.coal_heat),
            of(self.other_cold, self.other_heat),
        ]
    }

    /// The kind of a fuel.
    pub fn kind_of(fuel: Fuel) -> usize {
        match fuel {
            Fuel::Gas | Fuel::Oil => 0,
            Fuel::Coal => 1,
            _ => 2,
        }
    }
}

section! {
    /// Failures and maintenance by technology. What is not set follows the size of the machine.
    Machines {}
    tables {
        /// Combined cycle: 355 MW machines, 3.3 % forced, 33 h, 1.07 weeks (RTS-GMLC).
        combined_cycle: MachineOf;
        /// Combustion turbine: 100 MW machines, 3.1 % forced, 31 h, 0.79 weeks; up to 30 MW 10 %, 50 h, 2 weeks (RTS-GMLC).
        combustion_turbine: MachineOf, sources { machine_mw: "[M]" };
        /// Gas steam: 350 MW machines with the classes of coal steam (assumed).
        gas_steam: MachineOf, sources {
            forced_share: "assumed", repair_hours: "assumed", planned_weeks: "assumed", machine_mw: "assumed",
        };
        /// Coal steam: 350 MW machines, 8 % forced, 100 h, 5 weeks; up to 250 MW 4 %, 40 h, 4 weeks; up to 100 MW 2 %, 40 h,
        /// 3 weeks (RTS-GMLC).
        coal_steam: MachineOf;
        /// Nuclear: 1,200 MW machines, 2 % forced, 150 h, 2.9 weeks a year as one refuelling in 18 months (from memory).
        nuclear: MachineOf, sources { forced_share: "[M]", planned_weeks: "[M]", machine_mw: "[M]" };
        /// Hydro: 50 MW machines, 1 % forced, 20 h, 2 weeks (RTS-GMLC).
        hydro: MachineOf;
        /// Anything else: 50 MW machines with the classes of coal steam (assumed).
        other: MachineOf, sources {
            forced_share: "assumed", repair_hours: "assumed", planned_weeks: "assumed", machine_mw: "assumed",
        };
    }
}

section! {
    /// One technology. Where forced and planned outages together take more than mean availability leaves, both shrink by
    /// one factor.
    MachineOf {
        /// Share of time out by failure.
        forced_share: Option<f64> = None, "share", "[D] RTS-GMLC", 0.0..=0.9;
        /// Mean time to repair.
        repair_hours: Option<f64> = None, "h", "[D] RTS-GMLC", 1.0..=100000.0;
        /// Maintenance per year.
        planned_weeks: Option<f64> = None, "weeks", "[D] RTS-GMLC", 0.0..=26.0;
        /// Size of one machine; plants are several of them.
        machine_mw: Option<f64> = None, "MW", "[D] RTS-GMLC", 1.0..=10000.0;
    }
}

impl Machines {
    fn of(&self, technology: Technology) -> Option<&MachineOf> {
        match technology {
            Technology::CombinedCycle => Some(&self.combined_cycle),
            Technology::CombustionTurbine => Some(&self.combustion_turbine),
            Technology::GasSteam => Some(&self.gas_steam),
            Technology::CoalSteam => Some(&self.coal_steam),
            Technology::Nuclear => Some(&self.nuclear),
            Technology::Hydro => Some(&self.hydro),
            Technology::Other => Some(&self.other),
            Technology::Wind | Technology::Solar | Technology::Battery | Technology::Import => None,
        }
    }

    /// The size of one machine of a technology that has outages.
    pub fn machine_mw(&self, technology: Technology) -> Option<f64> {
        self.of(technology)?.machine_mw.or(MachineClass::typical_mw(technology))
    }

    /// Failures and maintenance of a machine of this size.
    pub fn class(&self, technology: Technology, machine_mw: f64) -> Option<MachineClass> {
        let (own, class) = (self.of(technology)?, MachineClass::of(technology, machine_mw)?);
        Some(MachineClass {
            forced_share: own.forced_share.unwrap_or(class.forced_share),
            repair_h: own.repair_hours.unwrap_or(class.repair_h),
            planned_weeks: own.planned_weeks.unwrap_or(class.planned_weeks),
        })
    }
}

section! {
    /// Failures of lines.
    LineOutages {
        /// Failures per hundred miles of straight line between the ends of a line, and year.
        per_100_mile_years: f64 = 1.2, "1 per 100 mile-years", "[D] RTS-GMLC: 40.9 on 3,320 miles", 0.0..=100.0;
        /// Mean time to repair.
        repair_hours: f64 = 11.0, "h", "[D] RTS-GMLC: 11.4", 0.1..=100000.0;
        /// Straight-line length of a line where neither length nor positions are known.
        unknown_length_mi: f64 = 10.0, "miles", "assumed", 0.0..=10000.0;
    }
}

section! {
    /// Failures of transformers.
    TransformerOutages {
        /// Failures of one transformer in a year.
        per_year: f64 = 0.02, "1 per year", "[D] RTS-GMLC", 0.0..=100.0;
        /// Mean time to repair or replace.
        repair_hours: f64 = 768.0, "h", "[D] RTS-GMLC", 0.1..=100000.0;
    }
}

section! {
    /// A loss that happens on a date: a part of generation, or branches and substations as a whole.
    ScriptedOutage {
        /// A name of its own.
        name: String, "", "";
        /// The day on which it begins, in the region's local time.
        from: Date, "", "";
        /// Hours after midnight of that day.
        from_hour: u32 = 0, "h", "midnight", 0.0..=23.0;
        /// The day on which it ends.
        to: Date, "", "";
        /// Hours after midnight of that day.
        to_hour: u32 = 0, "h", "midnight", 0.0..=23.0;
        /// Only units with this fuel.
        fuel: Option<String> = None, "", "";
        /// Only units of this technology.
        technology: Option<String> = None, "", "";
        /// Only units in this zone.
        zone: Option<String> = None, "", "";
        /// The part of the units' power that is lost.
        share: Option<f64> = None, "share", "no default", 0.0..=1.0;
        /// The capacity that is lost, from all these units in proportion; at most all of it.
        mw: Option<f64> = None, "MW", "no default", 0.0..=10000000.0;
        /// Names of branches that go out of service.
        branches: Vec<String> = Vec::new(), "", "";
        /// Numbers of substations whose branches all go out of service.
        substations: Vec<u32> = Vec::new(), "", "";
    }
}

impl ScriptedOutage {
    /// Whether it takes a part of generation.
    pub fn takes_units(&self) -> bool {
        self.share.is_some() || self.mw.is_some()
    }
}

/// Twelve numbers that are not negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Monthly(pub [f64; 12]);

impl Setting for Monthly {
    fn kind(_: &Key) -> String {
        "list of 12 numbers of which none is negative and one is positive".to_owned()
    }
    fn read(node: &Node, path: &str, key: &Key, faults: &mut Faults) -> Option<Monthly> {
        let number = |node: &Node| match node.value {
            Value::Integer(i) => Some(i as f64),
            Value::Float(x) => Some(x),
            _ => None,
        };
        let list: Option<Vec<f64>> = match &node.value {
            Value::List(items) => items.iter().map(number).collect(),
            _ => None,
        };
        let usable =
            |list: &[f64; 12]| list.iter().all(|w| (0.0..1e6).contains(w)) && list.iter().any(|&w| w > 0.0);
        match list.and_then(|list| <[f64; 12]>::try_from(list).ok()).filter(usable) {
            Some(list) => Some(Monthly(list)),
            None => refuse(node, path, key, "is not such a list", faults),
        }
    }
    fn write(&self) -> Option<String> {
        let list: Vec<String> = self.0.iter().map(|w| format!("{w:?}")).collect();
        Some(format!("[{}]", list.join(", ")))
    }
}

impl Draft {
    /// Scripted events: order in time, what they take, names of fuels, technologies and zones.
    pub(super) fn check_scripted(&self, scenario: &Scenario, around: &Surroundings, faults: &mut Faults) {
        for (i, event) in scenario.outages.scripted.iter().enumerate() {
            let place = self.place_in_list("outages.scripted", i);
            let at = |key: &str| format!("outages.scripted.{i}.{key}");
            let wrong = |key: &str, message: &str| Fault::new(&place, &at(key), message.to_owned());
            if (event.to, event.to_hour) <= (event.from, event.from_hour)
                && !faults.touches(&at("to"))
                && !faults.touches(&at("from"))
            {
                faults.add(wrong("to", "is not after its beginning").value(event.to.to_string()));
            }
            if event.share.is_some() && event.mw.is_some() {
                faults.add(wrong("mw", "cannot stand beside share"));
            }
            let picks = event.fuel.is_some() || event.technology.is_some() || event.zone.is_some();
            let cuts = !event.branches.is_empty() || !event.substations.is_empty();
            if !event.takes_units() && (picks || !cuts) {
                faults.add(wrong("share", "or mw is missing: nothing says how much generation is lost"));
            }
            let hint = |key: &str, value: &str, known: Vec<&str>, faults: &mut Faults| {
                let fault = wrong(key, "is not known").value(format!("\"{value}\""));
                let fault = fault.nearest(value, known.iter().copied());
                faults.add(fault.allowed(known.join(", ")));
            };
            if let Some(fuel) = &event.fuel
                && Fuel::from_name(fuel).is_none_or(|fuel| fuel == Fuel::Storage)
            {
                let known = Fuel::ALL.iter().filter(|&&f| f != Fuel::Storage).map(|f| f.name());
                hint("fuel", fuel, known.collect(), faults);
            }
            if let Some(technology) = &event.technology
                && Technology::from_name(technology).is_none_or(|t| t == Technology::Battery)
            {
                let known = Technology::ALL.iter().filter(|&&t| t != Technology::Battery).map(|t| t.name());
                hint("technology", technology, known.collect(), faults);
            }
            if let Some(zone) = &event.zone
                && !around.zones.is_empty()
                && !around.zones.contains(zone)
            {
                hint("zone", zone, around.zones.iter().map(String::as_str).collect(), faults);
            }
        }
    }
}
