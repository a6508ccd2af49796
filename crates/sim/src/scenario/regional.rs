//! What a region pack contributes to a scenario: defaults below the user's values, and the names that
//! the values may use.

use gridrush_core::grid::{Fuel, RegionPack};
use gridrush_core::market::{ReserveCurve, ReserveStep};

use super::declare::Section;
use super::dispatch::{CeilingStep, Ceilings, Security};
use super::{Scenario, Surroundings};

impl Scenario {
    /// The declared defaults with the region's market rules, prices and availability on top.
    ///
    /// The pack's own reader has checked the numbers; a list that the scenario would refuse leaves the
    /// declared default.
    pub fn defaults_of(pack: &RegionPack) -> Scenario {
        Scenario::defaults_in(pack, 0)
    }

    /// The same of one region of several. What is by zone is that of all of them.
    pub fn defaults_in(pack: &RegionPack, area: usize) -> Scenario {
        let region = pack.region_of(area);
        let mut base = Scenario::defaults();

        let dispatch = &mut base.dispatch;
        dispatch.offer_floor_usd_per_mwh = region.market.offer_floor_usd_per_mwh;
        dispatch.offer_cap_usd_per_mwh = region.market.offer_cap_usd_per_mwh;
        dispatch.settlement_cap_usd_per_mwh = region.market.settlement_cap_usd_per_mwh;
        dispatch.large_load_shed_usd_per_mwh = region.shed.large_load_usd_per_mwh;
        dispatch.native_shed_usd_per_mwh = region.shed.native_usd_per_mwh;
        let steps = region.branch_ceilings.iter().enumerate().map(|(i, step)| CeilingStep {
            minimum_kv: if i == 0 { 0.0 } else { step.minimum_kv },
            usd_per_mwh: step.usd_per_mwh,
        });
        if let Some(ceilings) = Ceilings::new(steps.collect()) {
            dispatch.contingency_ceilings = ceilings.clone();
            dispatch.branch_ceilings = ceilings;
        }
        let steps = region.reserve.iter().map(|s| ReserveStep { mw: s.size_mw, usd_per_mwh: s.usd_per_mwh });
        if let Some(reserve) = ReserveCurve::new(steps.collect()) {
            dispatch.reserve = reserve;
        }

        if region.is_zonal() {
            dispatch.security = Security::None;
        }

        let prices = &mut base.fuel;
        for (fuel, price) in [
            (Fuel::Gas, &mut prices.gas_usd_per_mmbtu),
            (Fuel::Coal, &mut prices.coal_usd_per_mmbtu),
            (Fuel::Nuclear, &mut prices.nuclear_usd_per_mmbtu),
            (Fuel::Oil, &mut prices.oil_usd_per_mmbtu),
            (Fuel::Other, &mut prices.other_usd_per_mmbtu),
        ] {
            if let Some(given) = region.fuels.get(&fuel) {
                *price = given.price_usd_per_mmbtu;
            }
        }
        for (fuel, basis) in [
            (Fuel::Gas, &mut prices.gas_basis_usd_per_mmbtu),
            (Fuel::Coal, &mut prices.coal_basis_usd_per_mmbtu),
        ] {
            for area in 0..pack.area_count() {
                if let Some(given) = pack.region_of(area).fuels.get(&fuel) {
                    basis.extend(given.basis_usd_per_mmbtu.clone());
                }
            }
        }
        if let Some(commitment) = &region.commitment {
            base.thermal.margin_percent = commitment.margin_percent;
        }
        if let Some(carbon) = &region.carbon {
            prices.carbon_usd_per_tonne = carbon.price_usd_per_tonne;
        }
        if let Some(market) = &region.context.capacity_market {
            base.capacity.market = market.kind.into();
            base.capacity.price_usd_per_mw_day = market.price_usd_per_mw_day.unwrap_or(0.0);
        }
        if let Some(retail) = &region.context.retail {
            let bills = &mut base.bills;
            bills.residential.retail_usd_per_mwh = retail.residential_usd_per_mwh;
            bills.commercial.retail_usd_per_mwh = retail.commercial_usd_per_mwh;
            bills.industrial.retail_usd_per_mwh = retail.industrial_usd_per_mwh;
            if let Some(wholesale) = retail.wholesale_usd_per_mwh {
                bills.wholesale_usd_per_mwh = wholesale;
            }
        }
        let shares = &mut base.supply.availability;
        for (fuel, share) in [
            (Fuel::Gas, &mut shares.gas),
            (Fuel::Coal, &mut shares.coal),
            (Fuel::Nuclear, &mut shares.nuclear),
            (Fuel::Hydro, &mut shares.hydro),
            (Fuel::Oil, &mut shares.oil),
            (Fuel::Other, &mut shares.other),
            (Fuel::Import, &mut shares.import),
        ] {
            if let Some(given) = region.availability.get(&fuel) {
                *share = given.fraction;
            }
        }
        let shares = pack.region.zones.iter().filter(|zone| zone.large_load_share > 0.0);
        base.arrivals.zone_share = shares.map(|zone| (zone.name.clone(), zone.large_load_share)).collect();
        base
    }
}

impl Surroundings {
    /// Adds the names of the region's zones and the numbers of its buses.
    pub fn add_region(&mut self, pack: &RegionPack) {
        self.zones = pack.region.zone_names();
        self.zonal = pack.region.is_zonal();
        self.buses = pack.network.buses().map(|(_, bus)| bus.number).collect();
    }
}
