//! What a generator burns and how it turns.

use serde::{Deserialize, Serialize};

macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The name in files and tables.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }

            /// The value of that name.
            pub fn from_name(name: &str) -> Option<$name> {
                match name { $($text => Some($name::$variant),)+ _ => None }
            }
        }
    };
}

named! {
    /// The energy source of a generator, as reported in fuel mixes.
    Fuel {
        /// Natural gas.
        Gas = "gas",
        /// Coal and lignite.
        Coal = "coal",
        /// Uranium.
        Nuclear = "nuclear",
        /// Wind.
        Wind = "wind",
        /// Sun, at utility scale.
        Solar = "solar",
        /// Water.
        Hydro = "hydro",
        /// Batteries and pumped storage.
        Storage = "storage",
        /// Oil products.
        Oil = "oil",
        /// Biomass, geothermal, waste.
        Other = "other",
        /// What a neighbour sells: a tie to it, with the cost of its marginal gas unit.
        Import = "import",
    }
}

named! {
    /// The prime mover, which decides heat rate, flexibility and cost.
    Technology {
        /// Gas turbine with a steam cycle behind it.
        CombinedCycle = "combined_cycle",
        /// Simple-cycle gas turbine.
        CombustionTurbine = "combustion_turbine",
        /// Boiler and steam turbine on gas or oil.
        GasSteam = "gas_steam",
        /// Boiler and steam turbine on coal.
        CoalSteam = "coal_steam",
        /// Nuclear steam supply.
        Nuclear = "nuclear",
        /// Wind turbine.
        Wind = "wind",
        /// Photovoltaic plant.
        Solar = "solar",
        /// Hydro turbine.
        Hydro = "hydro",
        /// Battery.
        Battery = "battery",
        /// Anything else.
        Other = "other",
        /// A tie to a neighbour.
        Import = "import",
    }
}

impl Fuel {
    /// Carbon dioxide per unit of heat where a unit does not give its own: EPA emission factors \[M\]. Zero for
    /// what burns nothing, for biomass and waste, and for imports, which count by energy.
    pub const fn co2_kg_per_mmbtu(self) -> f64 {
        match self {
            Fuel::Gas => 53.1,
            Fuel::Coal => 95.7,
            Fuel::Oil => 75.0,
            _ => 0.0,
        }
    }
}

/// Carbon dioxide per MWh of imports whose origin is not known: the default of California's rule \[M\].
pub const IMPORT_CO2_TONNES_PER_MWH: f64 = 0.428;
