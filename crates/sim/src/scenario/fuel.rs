//! `[fuel]`: prices of fuels and of carbon.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::check::{Fault, Faults};
use super::declare::{Key, Setting, choices, section};
use super::document::{Node, Value};
use super::replay::{DateName, DropName};
use super::setting::refuse;
use crate::fuel_draws::Movement;

choices! {
    /// A fuel whose price may differ by zone.
    ZonedFuel {
        /// Natural gas.
        Gas = "gas",
        /// Coal and lignite.
        Coal = "coal",
        /// Oil products.
        Oil = "oil",
    }
}

section! {
    /// Fuel prices at the plant, in money of the start year unless a growth or dates are given.
    Fuel {
        /// Natural gas.
        gas_usd_per_mmbtu: f64 = 3.5, "$/MMBtu", "[M] near the 2025 average", 0.0..=200.0;
        /// Coal and lignite.
        coal_usd_per_mmbtu: f64 = 2.1, "$/MMBtu", "[S] RTS-GMLC", 0.0..=200.0;
        /// Uranium fuel.
        nuclear_usd_per_mmbtu: f64 = 0.8, "$/MMBtu", "[S] RTS-GMLC", 0.0..=200.0;
        /// Oil products.
        oil_usd_per_mmbtu: f64 = 10.35, "$/MMBtu", "[S] RTS-GMLC", 0.0..=200.0;
        /// Biomass and waste.
        other_usd_per_mmbtu: f64 = 2.0, "$/MMBtu", "assumed", 0.0..=200.0;
        /// Gas from dates on, instead of the price above and its growth.
        gas_by_date_usd_per_mmbtu: Dated = Dated::default(), "$/MMBtu", "", 0.0..=200.0;
        /// Coal from dates on.
        coal_by_date_usd_per_mmbtu: Dated = Dated::default(), "$/MMBtu", "", 0.0..=200.0;
        /// Uranium fuel from dates on.
        nuclear_by_date_usd_per_mmbtu: Dated = Dated::default(), "$/MMBtu", "", 0.0..=200.0;
        /// Oil products from dates on.
        oil_by_date_usd_per_mmbtu: Dated = Dated::default(), "$/MMBtu", "", 0.0..=200.0;
        /// Biomass and waste from dates on.
        other_by_date_usd_per_mmbtu: Dated = Dated::default(), "$/MMBtu", "", 0.0..=200.0;
        /// What gas costs more in a zone, by the zone's name.
        gas_basis_usd_per_mmbtu: BTreeMap<String, f64> = BTreeMap::new(), "$/MMBtu", "", -50.0..=50.0;
        /// What coal costs more in a zone, by the zone's name.
        coal_basis_usd_per_mmbtu: BTreeMap<String, f64> = BTreeMap::new(), "$/MMBtu", "", -50.0..=50.0;
        /// Growth of the gas price; the other prices stay.
        gas_growth_percent_per_year: f64 = 0.0, "% per year", "assumed", -20.0..=50.0;
        /// How far the gas price wanders from its path, which stays its mean; drawn by replication. Henry Hub, monthly means of 1997 to 2022: 51 (2009 to 2022: 52).
        gas_volatility_percent_per_year: f64 = 0.0, "% per year", "off; fit [D]", 0.0..=200.0;
        /// Time in which a deviation of the gas price falls to 37 %. Henry Hub, 1997 to 2022: 20 (2009 to 2022: 10).
        gas_reversion_months: f64 = 20.0, "months", "[D]", 0.5..=600.0;
        /// How far the coal price wanders from its path.
        coal_volatility_percent_per_year: f64 = 0.0, "% per year", "off", 0.0..=200.0;
        /// Time in which a deviation of the coal price falls to 37 %.
        coal_reversion_months: f64 = 20.0, "months", "assumed, as gas", 0.5..=600.0;
        /// How far the oil price wanders from its path.
        oil_volatility_percent_per_year: f64 = 0.0, "% per year", "off", 0.0..=200.0;
        /// Time in which a deviation of the oil price falls to 37 %.
        oil_reversion_months: f64 = 20.0, "months", "assumed, as gas", 0.5..=600.0;
        /// Price of emitted carbon dioxide, added to the offers of plants that burn.
        carbon_usd_per_tonne: f64 = 0.0, "$/tonne", "no such price in Texas", 0.0..=2000.0;
    }
    lists {
        /// Prices of a file, each from its date on.
        files: FuelFile;
    }
}

section! {
    /// Prices of a CSV file in place of all others, each from its date on; lines above the header are passed over.
    FuelFile {
        /// What the file is and where the public finds it; said when it is missing.
        source: Option<String> = None, "", "";
        /// The fuel.
        fuel: ZonedFuel = ZonedFuel::Gas, "", "";
        /// The zones that pay these prices; without any the whole region.
        zones: Vec<String> = Vec::new(), "", "";
        /// The file; path from the scenario file or in `observed_folder`.
        file: String, "", "";
        /// Header of the column of dates.
        date_column: String = "date".to_owned(), "", "";
        /// Header of the column of prices, in $/MMBtu.
        column: String, "", "";
        /// Order of the parts of a date.
        date: DateName = DateName::YearMonthDay, "", "";
        /// Cells without a price; left out, the price before it holds on.
        text: DropName = DropName::Refuse, "", "";
        /// Added to every price, such as the cost of delivery.
        add_usd_per_mmbtu: f64 = 0.0, "$/MMBtu", "nothing added", -50.0..=50.0;
    }
}

impl Fuel {
    /// How the prices of gas, coal and oil move about their paths; none for those that do not.
    pub(crate) fn movements(&self) -> [Option<Movement>; 3] {
        [
            (self.gas_volatility_percent_per_year, self.gas_reversion_months),
            (self.coal_volatility_percent_per_year, self.coal_reversion_months),
            (self.oil_volatility_percent_per_year, self.oil_reversion_months),
        ]
        .map(|(percent, reversion_months)| {
            (percent > 0.0).then_some(Movement { volatility: percent / 100.0, reversion_months })
        })
    }
}

/// Numbers that hold from dates on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dated(BTreeMap<Date, f64>);

impl Dated {
    /// Dates in order, each with what holds from then on.
    pub fn iter(&self) -> impl Iterator<Item = (Date, f64)> {
        self.0.iter().map(|(&date, &x)| (date, x))
    }
}

/// The first day that a text such as `2025-03` or `2025-03-15` names.
fn first_day(text: &str) -> Option<Date> {
    match text.len() {
        7 => format!("{text}-01").parse().ok(),
        10 => text.parse().ok(),
        _ => None,
    }
}

impl Setting for Dated {
    fn kind(key: &Key) -> String {
        format!(
            "table of months or dates such as \"2025-03\" or \"2025-03-15\", each with a {}",
            f64::kind(key)
        )
    }

    fn read(node: &Node, path: &str, key: &Key, faults: &mut Faults) -> Option<Dated> {
        let Value::Table(table) = &node.value else {
            return refuse(node, path, key, "is not a table", faults);
        };
        let mut out = BTreeMap::new();
        for (name, (place, node)) in &table.entries {
            let at = format!("{path}.{name}");
            let Some(date) = first_day(name) else {
                faults.add(
                    Fault::new(place, &at, "is not a month or a date".to_owned()).allowed(Self::kind(key)),
                );
                continue;
            };
            let Some(x) = f64::read(node, &at, key, faults) else { continue };
            if out.insert(date, x).is_some() {
                faults.add(Fault::new(place, &at, format!("is {date} a second time")));
            }
        }
        Some(Dated(out))
    }

    fn write(&self) -> Option<String> {
        let items: Vec<String> = self.0.iter().map(|(date, x)| format!("\"{date}\" = {x:?}")).collect();
        Some(if items.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", items.join(", ")) })
    }
}
