//! `[thermal]`: what plants that burn can do from hour to hour, and what starting them costs.

use gridrush_core::grid::Technology;

use super::declare::section;

section! {
    /// How thermal units offer, start and ramp. With `dispatch.commitment = "none"` only the blocks count.
    Thermal {
        /// Blocks of a unit's offer.
        offer_blocks: u32 = 3, "", "assumed", 1.0..=8.0;
        /// By how much the last block costs more fuel than the first; the average at full load stays.
        heat_rate_rise_percent: f64 = 8.0, "%", "assumed; 5-10 is usual", 0.0..=100.0;
        /// Local hour in which the next day's commitment is fixed.
        decision_hour: u32 = 12, "h", "assumed; day-ahead markets clear around noon", 0.0..=23.0;
        /// Hours from the next midnight that it looks at.
        horizon_h: u32 = 48, "h", "assumed", 24.0..=168.0;
        /// What it starts beyond the forecast of net load.
        margin_percent: f64 = 3.0, "%", "assumed", 0.0..=100.0;
        /// Hours for which one hour of the forecast is cleared with all lines, to commit what the network needs;
        /// zero for no such check.
        network_check_h: u32 = 12, "h", "assumed; one replication of Texas was tried with 6 and 12", 0.0..=24.0;
        /// Least output of nuclear units where the region gives none; they are always on.
        nuclear_minimum_share: f64 = 0.9, "share", "assumed", 0.0..=1.0;
    }
    tables {
        /// Coal-fired boilers.
        coal_steam: ThermalOf = ThermalOf {
            minimum_share: 0.4, minimum_up_h: 24, minimum_down_h: 48, ramp_share_per_h: 0.7,
            no_load_share: 0.1, start_mmbtu_per_mw: 28.9, start_usd_per_mw: 65.0, hours_per_start: 100.0,
            unit_mw: 400.0,
        };
        /// Gas- and oil-fired boilers.
        gas_steam: ThermalOf = ThermalOf {
            minimum_share: 0.3, minimum_up_h: 8, minimum_down_h: 6, ramp_share_per_h: 0.7,
            no_load_share: 0.15, start_mmbtu_per_mw: 10.0, start_usd_per_mw: 58.0, hours_per_start: 12.0,
            unit_mw: 200.0,
        }, sources {
            minimum_share: "assumed", minimum_up_h: "assumed", minimum_down_h: "assumed",
            ramp_share_per_h: "assumed", start_mmbtu_per_mw: "assumed",
        };
        /// Combined cycles.
        combined_cycle: ThermalOf = ThermalOf {
            minimum_share: 0.48, minimum_up_h: 8, minimum_down_h: 5, ramp_share_per_h: 0.7,
            no_load_share: 0.08, start_mmbtu_per_mw: 9.0, start_usd_per_mw: 55.0, hours_per_start: 16.0,
            unit_mw: 400.0,
        };
        /// Simple-cycle turbines. They start within the hour: nothing holds them, and the cost of a start is
        /// spread over their offer.
        combustion_turbine: ThermalOf = ThermalOf {
            minimum_share: 0.0, minimum_up_h: 0, minimum_down_h: 0, ramp_share_per_h: 1.0,
            no_load_share: 0.0, start_mmbtu_per_mw: 3.0, start_usd_per_mw: 32.0, hours_per_start: 6.0,
            unit_mw: 100.0,
        }, sources {
            minimum_share: "assumed", minimum_up_h: "assumed", minimum_down_h: "assumed",
            ramp_share_per_h: "assumed", no_load_share: "assumed", start_mmbtu_per_mw: "assumed",
        };
    }
}

section! {
    /// One kind of thermal unit. Times, fuel of starts, ramps and fuel for being on are those of units of that
    /// kind in RTS-GMLC (U350, U12, U355; gas steam with longer times); starts beside fuel are medians of warm starts (hot ones of turbines) in
    /// "Power Plant Cycling Costs", NREL 2012; the rest is assumed.
    ThermalOf {
        /// Least output while on, as a share of capacity, where the region gives none.
        minimum_share: f64 = 0.4, "share", "[S] RTS-GMLC", 0.0..=1.0;
        /// Time that a unit stays on once started.
        minimum_up_h: u32 = 8, "h", "[S] RTS-GMLC", 0.0..=336.0;
        /// Time that a unit stays off once stopped.
        minimum_down_h: u32 = 8, "h", "[S] RTS-GMLC", 0.0..=336.0;
        /// Most by which output changes from hour to hour, as a share of capacity.
        ramp_share_per_h: f64 = 0.7, "share per h", "[S] RTS-GMLC", 0.01..=100.0;
        /// Part of the fuel at full load that is burnt for being on.
        no_load_share: f64 = 0.1, "share", "[S] RTS-GMLC, from its heat-rate curves", 0.0..=0.9;
        /// Fuel of a start.
        start_mmbtu_per_mw: f64 = 10.0, "MMBtu/MW", "[S] RTS-GMLC", 0.0..=1000.0;
        /// Cost of a start beside fuel: wear and repairs.
        start_usd_per_mw: f64 = 60.0, "$/MW", "[M] NREL 2012", 0.0..=10000.0;
        /// Hours at full load that a start usually serves.
        hours_per_start: f64 = 12.0, "h", "assumed", 1.0..=8760.0;
        /// Size of the units that new capacity of a zone consists of.
        unit_mw: f64 = 400.0, "MW", "assumed", 1.0..=10000.0;
    }
}

impl Thermal {
    /// The numbers of a technology; `None` for those that have none.
    pub fn of(&self, technology: Technology) -> Option<&ThermalOf> {
        match technology {
            Technology::CoalSteam => Some(&self.coal_steam),
            Technology::GasSteam => Some(&self.gas_steam),
            Technology::CombinedCycle => Some(&self.combined_cycle),
            Technology::CombustionTurbine => Some(&self.combustion_turbine),
            _ => None,
        }
    }
}
