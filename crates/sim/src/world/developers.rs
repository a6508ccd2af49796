//! Power plants that come through the queue: who files, what is answered, what comes into the market.

use std::sync::Arc;

use gridrush_core::demand::ClassId;
use gridrush_core::grid::{Fuel, Technology, ZoneId};
use gridrush_core::interconnection::{Application, Attributes, Direction, Service};
use gridrush_core::kernel::SimSpan;
use gridrush_workload::firms::{
    Answer, DeveloperOutlook, DeveloperParams, Filing, OfferView, exogenous, filings,
};
use gridrush_workload::tags::tags_of_plant;

use super::World;
use super::firms::Intent;
use crate::supply::{Origin, Project};

const MONTH_HOURS: f64 = 730.5;
const YEAR_HOURS: f64 = 12.0 * MONTH_HOURS;

impl World {
    /// Files what developers want to build in the year that begins: where it would have paid, and what they
    /// file whatever prices have paid, spread over zones like the plants that stand.
    pub(super) fn file_power_plants(&mut self) {
        let setup = Arc::clone(&self.setup);
        let supply = &setup.scenario.supply;
        let now = self.calendar.now();
        let year = (now.0 as f64 / SimSpan::from_hours_f64(YEAR_HOURS).0 as f64).round() as u32;
        for (technology, zone, mw) in self.supply.would_start(&setup) {
            let Some(params) = supply.developers.of(technology) else { continue };
            let zone_name = &setup.pack.region.zones[zone].name;
            for filing in filings(&params, &self.streams, technology, zone_name, year, mw) {
                self.file_power_plant(technology, zone, &params, filing);
            }
        }
        let mut capacity_mw = vec![0.0; self.clearing.zones.len()];
        for unit in &self.clearing.units {
            capacity_mw[usize::from(unit.zone.0)] += unit.capacity_mw;
        }
        for (technology, _) in supply.entrants() {
            let Some(params) = supply.developers.of(technology) else { continue };
            for (zone, filing) in exogenous(&params, &self.streams, technology, year, &capacity_mw) {
                self.file_power_plant(technology, zone, &params, filing);
            }
        }
    }

    fn file_power_plant(
        &mut self,
        technology: Technology,
        zone: usize,
        params: &DeveloperParams,
        filing: Filing,
    ) {
        let at = self.calendar.now() + SimSpan::from_hours_f64(YEAR_HOURS * filing.within_year);
        let works = SimSpan::from_hours_f64(params.construction_months * MONTH_HOURS);
        let application = Application {
            owner: format!("developers/{}", technology.name()),
            class: ClassId::NATIVE,
            zone: ZoneId(zone as u16),
            bus: None,
            direction: Direction::Generation,
            requested_mw: filing.mw,
            delivered_share: 1.0,
            wanted: at + works,
            construction: works,
            station_lead: None,
            ramp_months: 0,
            service: Service::Firm,
            attrition: filing.speculative,
            project: None,
            attributes: Attributes { tags: tags_of_plant(fuel_of(technology)), ..Attributes::default() },
            name: filing.name,
        };
        let intent = Intent {
            key: filing.key,
            speculative: filing.speculative,
            given: false,
            technology: Some(technology),
            duplicates: 0,
        };
        self.put_application(application, intent, at);
    }

    /// A developer's answer, and the revenue that it reckons with in $/kW-year: what was earned of late, or where
    /// no hour is dispatched what developers expect.
    pub(super) fn developer_answers(
        &self,
        intent: Intent,
        technology: Technology,
        zone: usize,
        offer: &OfferView,
    ) -> (Answer, f64) {
        let supply = &self.setup.scenario.supply;
        let params = supply.developers.of(technology).unwrap_or_default();
        let cost = supply.entrants().into_iter().find(|(entrant, _)| *entrant == technology);
        let cost_usd_per_kw_year = cost.map_or(0.0, |(_, of)| of.annualised_cost_usd_per_kw_year);
        let revenue_usd_per_kw_year = if self.setup.scenario.dispatch.hourly {
            self.supply.revenue_usd_per_kw_year(technology, zone)
        } else {
            params.revenue_over_cost * cost_usd_per_kw_year
        };
        let outlook = DeveloperOutlook { revenue_usd_per_kw_year, cost_usd_per_kw_year };
        let answer = gridrush_workload::firms::developers::answer(
            &params,
            &self.streams,
            intent.key,
            intent.speculative,
            offer,
            &outlook,
        );
        (answer, outlook.revenue_usd_per_kw_year)
    }

    /// Takes a connected plant into the market: capacity of its zone's entrant.
    pub(super) fn connect_plant(&mut self, technology: Technology, zone: usize, added_mw: f64) {
        let supply = &self.setup.scenario.supply;
        let of = supply.entrants().into_iter().find(|(entrant, _)| *entrant == technology);
        let hours = of.filter(|_| technology == Technology::Battery).map_or(0.0, |(_, of)| of.storage_hours);
        let project = Project {
            zone,
            technology,
            capacity_mw: added_mw,
            storage_mwh: added_mw * hours,
            origin: Origin::Entry,
            online: self.calendar.now(),
            done: true,
        };
        self.supply.connect(project, &mut self.clearing);
        self.refresh_costs();
    }
}

/// What a technology that may enter runs on.
fn fuel_of(technology: Technology) -> Fuel {
    match technology {
        Technology::Wind => Fuel::Wind,
        Technology::Solar => Fuel::Solar,
        Technology::Battery => Fuel::Storage,
        _ => Fuel::Gas,
    }
}
