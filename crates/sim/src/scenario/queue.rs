//! `[queue]`: how requests for a grid connection are studied, charged and built.

use gridrush_core::interconnection::{
    Catalogue, Duration, QueueParams, Security, SitingRules, Source, StudyRules, ZonalRules,
};

use super::declare::{choices, mirror, section};

mirror! {
    /// Places, fees and deadlines of the queue.
    Process of QueueParams, from QueueParams::default() => {
        /// Studies that can be under way at once.
        study_slots: usize, "studies", "[S] ERCOT's process was built for 40-50", 1.0..=100000.0;
        /// Paid at filing and kept.
        study_fee_usd: f64, "$", "[S] Texas SB6", 0.0..=1e9;
        /// Paid at each restudy and kept.
        restudy_fee_usd: f64, "$", "assumed", 0.0..=1e9;
        /// Paid at filing; returned at signing, on rejection, or on leaving before the study.
        application_deposit_usd: f64, "$", "[M] Order 2003", 0.0..=1e9;
        /// Time from the offer to the owner's decision.
        decision_days: f64, "days", "assumed", 0.0..=3650.0;
        /// Time from the offer to its lapse.
        offer_valid_days: f64, "days", "assumed", 0.0..=3650.0;
        /// Time from signing to the begin of building.
        agreement_days: f64, "days", "[M] Order 2003", 0.0..=3650.0;
        /// Security held from signing to full demand.
        security_usd_per_mw: f64, "$/MW", "[S2] proposed in Texas in 2026", 0.0..=1e8;
        /// Part of the security that is kept when a request leaves after signing.
        security_forfeit_share: f64, "share", "assumed", 0.0..=1.0;
        /// Chance of giving up in a month before signing.
        exit_hazard_unsigned_per_month: f64, "1/month", "[D] ERCOT generation to 2022", 0.0..=10.0;
        /// Chance of giving up in a month between signing and energization.
        exit_hazard_signed_per_month: f64, "1/month", "[D] ERCOT generation to 2022", 0.0..=10.0;
    }
}

section! {
    /// The interconnection queue: first come, first served.
    Queue {
        /// Median duration of a first study.
        study_median_days: f64 = 180.0, "days", "[M] Order 2003", 0.01..=36500.0;
        /// Median duration of a restudy.
        restudy_median_days: f64 = 60.0, "days", "[M] Order 2003", 0.01..=36500.0;
        /// Standard deviation of the logarithm of both durations.
        study_spread_log: f64 = 0.63, "", "[D] ERCOT studies to 2022", 0.0..=3.0;
    }
    tables {
        /// Places, fees and deadlines.
        process: Process;
        /// When a branch is charged to a request.
        rules: Rules;
        /// Where a request without a bus attaches.
        siting: Siting;
        /// Cost and time of standard works.
        works: Works;
        /// Stations and works where pipes join zones.
        zonal: Zonal;
    }
}

choices! {
    /// In which states of the network requests are studied.
    StudySecurity {
        /// All branches in service.
        None = "n0",
        /// And after the loss of any one branch, against emergency ratings.
        One = "n1",
    }
}

choices! {
    /// Which generators serve a request under study.
    StudySource {
        /// Those of the region, pro rata to what more they could produce.
        Headroom = "headroom",
        /// The same for charges; what is firm without works is the most that redispatch allows.
        Redispatch = "redispatch",
        /// Those of its zone, pro rata.
        Local = "local",
    }
}

section! {
    /// When a branch is charged to a request.
    Rules {
        /// Smallest share of the request's power on a branch that counts.
        dfax_min: f64 = StudyRules::default().dfax_min, "share", "[S2] PJM", 0.0..=1.0;
        /// Smallest growth of an overload that counts, as a part of the rating.
        overload_growth_min: f64 = StudyRules::default().overload_growth_min, "share", "assumed", 0.0..=1.0;
        /// States of the network in which requests are studied.
        security: StudySecurity = StudySecurity::None, "", "assumed; real studies are n1, which costs more time";
        /// Which generators serve a request.
        source: StudySource = StudySource::Headroom, "", "";
    }
}

impl Rules {
    /// The rules of studies.
    fn rules(&self) -> StudyRules {
        StudyRules {
            dfax_min: self.dfax_min,
            overload_growth_min: self.overload_growth_min,
            security: match self.security {
                StudySecurity::None => Security::N0,
                StudySecurity::One => Security::N1,
            },
            source: match self.source {
                StudySource::Headroom => Source::Headroom,
                StudySource::Redispatch => Source::Redispatch,
                StudySource::Local => Source::Local,
            },
        }
    }
}

mirror! {
    /// Where a request without a bus attaches.
    Siting of SitingRules, from SitingRules::default() => {
        /// Preferred largest part of a bus's headroom that one request takes.
        headroom_share: f64, "share", "assumed", 0.01..=1.0;
    }
}

mirror! {
    /// Cost and time of standard works.
    Works of Catalogue, from Catalogue::default() => {
        /// Factor on line and transformer costs for contingency and interest during construction.
        cost_adder: f64, "", "[S] MISO estimating rules", 0.0..=100.0;
        /// Cost of new conductors as a part of a new circuit's.
        reconductor_cost_share: f64, "share", "assumed", 0.0..=10.0;
        /// Lead time of new conductors.
        reconductor_lead_months: f64, "months", "[M] 18-36", 0.0..=600.0;
        /// Most circuits added at once.
        max_circuits: u32, "circuits", "assumed", 1.0..=100.0;
        /// Cost of a transformer bank.
        transformer_usd_per_mw: f64, "$/MW", "[M]", 0.0..=1e8;
        /// Cost of its bay.
        transformer_bay_usd: f64, "$", "[M]", 0.0..=1e9;
        /// Lead time of power transformers.
        transformer_lead_months: f64, "months", "[S] 128 weeks in Q2 2025", 0.0..=600.0;
        /// Cost of a new transmission station without its banks, where one bank is too little.
        new_station_usd: f64, "$", "[M] 30-60 M$", 0.0..=1e10;
        /// Lead time of a new transmission station.
        new_station_lead_months: f64, "months", "[M] 24-48", 0.0..=600.0;
        /// Most banks in a new transmission station.
        new_station_banks_max: u32, "banks", "assumed", 0.0..=100.0;
        /// Size of one transformer of a customer station.
        station_unit_mva: f64, "MVA", "[M] 100-150", 1.0..=10000.0;
        /// Power factor at which a station's firm capacity is counted.
        station_power_factor: f64, "", "assumed", 0.1..=1.0;
        /// Cost of a station for each transformer.
        station_unit_usd: f64, "$", "[M]", 0.0..=1e9;
        /// Lead time of a station.
        station_lead_months: f64, "months", "[S] that of its transformers", 0.0..=600.0;
    }
}

mirror! {
    /// Stations and works where pipes join zones: a request is studied on the stations and the import of its zone.
    Zonal of ZonalRules, from ZonalRules::default() => {
        /// Capacity of a zone's stations over its native peak.
        station_ratio: f64, "", "assumed", 1.0..=100.0;
        /// Size of the steps in which works come.
        step_mw: f64, "MW", "assumed", 1.0..=10000.0;
        /// Median cost of local works.
        local_cost_usd_per_mw: f64, "$/MW", "[S] active requests in PJM 2020-2022", 0.0..=1e8;
        /// Standard deviation of the logarithm of that cost.
        local_cost_spread_log: f64, "", "[S] mean 240 $/kW of the same", 0.0..=3.0;
        /// Median time to build local works.
        local_lead_months: f64, "months", "[D] ERCOT generation from agreement to energization", 0.0..=600.0;
        /// Standard deviation of the logarithm of that time.
        local_lead_spread_log: f64, "", "[D] tenth and ninetieth percentile 8 and 32 months", 0.0..=3.0;
        /// Median cost of more import into a zone.
        import_cost_usd_per_mw: f64, "$/MW", "assumed", 0.0..=1e8;
        /// Standard deviation of the logarithm of that cost.
        import_cost_spread_log: f64, "", "assumed", 0.0..=3.0;
        /// Median time to build more import.
        import_lead_months: f64, "months", "[M] 60-96 for a 345 kV line", 0.0..=600.0;
        /// Standard deviation of the logarithm of that time.
        import_lead_spread_log: f64, "", "[M] tenth and ninetieth percentile 60 and 96 months", 0.0..=3.0;
    }
}

impl Queue {
    /// The parameters of the queue.
    pub fn params(&self) -> QueueParams {
        let lasting = |median_days| Duration::LogNormal { median_days, sigma: self.study_spread_log };
        let mut params = QueueParams {
            study: lasting(self.study_median_days),
            restudy: lasting(self.restudy_median_days),
            ..QueueParams::default()
        };
        self.process.set(&mut params);
        params.rules = self.rules.rules();
        self.siting.set(&mut params.siting);
        self.works.set(&mut params.catalogue);
        self.zonal.set(&mut params.zonal);
        params
    }
}
