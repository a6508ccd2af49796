//! Campuses in the world: local time, equipment, jobs, delivered compute.

use gridrush_core::kernel::SimTime;
use gridrush_workload::ai::AiEvent;
use gridrush_workload::hardware::accelerator::best_available;

use super::World;
use crate::site::Asset;

/// Days in a year of the calendar that technology follows.
const YEAR_DAYS: f64 = 365.25;

impl World {
    /// Tells a campus what its users' clock says.
    pub(super) fn set_local_time(&mut self, site: usize, now: SimTime) {
        let zone = self.sites[site].zone;
        if let Asset::Campus(campus) = &mut self.sites[site].asset {
            let stamp = &self.setup.area_of(zone).stamps[now.hour()];
            campus.set_local_hour(stamp.hour_prevailing, stamp.weekday);
        }
    }

    /// Moves the wake-ups of all campuses after an award changed their speed.
    pub(super) fn reschedule_campuses(&mut self) {
        for site in &mut self.sites {
            if let Asset::Campus(campus) = &mut site.asset {
                campus.after_dispatch(&mut self.calendar);
            }
        }
    }

    pub(super) fn handle_ai(&mut self, event: AiEvent) {
        if let Asset::Campus(campus) = &mut self.sites[event.site().0 as usize].asset {
            campus.handle(event, &self.streams, &mut self.calendar);
        }
    }

    /// Fills a campus up to `ready_mw` at the meter with the best accelerators on sale, delivered for the
    /// date on which its power comes.
    pub(super) fn fill_campus(&mut self, site: usize, ready_mw: f64) {
        let year = self.decimal_year();
        if let Asset::Campus(campus) = &mut self.sites[site].asset {
            campus.energize(ready_mw);
            let spec = best_available(year, campus.params().improvement_x_per_year);
            let room_kw = (ready_mw - campus.installed_mw()) * 1000.0 / campus.params().pue;
            let count = (room_kw / spec.server_kw).max(0.0) as u32;
            if count > 0 {
                campus.install(spec, count, &self.streams, &mut self.calendar);
            }
        }
    }

    /// The present date as a decimal year.
    pub(super) fn decimal_year(&self) -> f64 {
        let hour = self.calendar.now().hour().min(self.setup.stamps().len() - 1);
        let stamp = &self.setup.stamps()[hour];
        f64::from(stamp.year) + f64::from(stamp.day_of_year - 1) / YEAR_DAYS
    }
}
