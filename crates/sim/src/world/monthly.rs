//! The monthly tables and those of the whole run.

use std::sync::Arc;

use gridrush_core::demand::ClassId;
use gridrush_core::grid::BranchId;
use gridrush_core::interconnection::{Item, ReadyItem, Request, Stage};
use gridrush_core::kernel::SimSpan;
use gridrush_tables::{Cell, RowSink};
use gridrush_workload::{CLASSES, MINING};

use super::{RunError, World};
use crate::limits::Limit;
use crate::probe::{self, LoadMonth, Why};
use crate::setup::Month;
use crate::site::{Asset, Compute};

impl World {
    pub(super) fn write_load(&mut self, month: Month, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let at = self.setup.unix_ms(month.begin);
        for zone in 0..self.clearing.zones.len() {
            for (class, name) in CLASSES.iter().enumerate() {
                let load = std::mem::take(self.probes.load_of(zone, class as u8));
                if load.requested_mwh <= 0.0 {
                    continue;
                }
                let LoadMonth { requested_mwh, served_mwh, paid_usd, energy_usd } = load;
                let per_mwh = |usd: f64| if served_mwh > 0.0 { usd / served_mwh } else { f64::NAN };
                let totals = &mut self.metrics.classes[class];
                totals.requested_mwh += requested_mwh;
                totals.served_mwh += served_mwh;
                totals.paid_usd += paid_usd;
                let energized_mw = if class == 0 {
                    f64::NAN
                } else {
                    let mine = |site: &&crate::site::Site| {
                        site.zone == zone && usize::from(site.asset.class().0) == class
                    };
                    // An empty sum is -0.0.
                    0.0 + self.sites.iter().filter(mine).map(|site| site.energized_mw).sum::<f64>()
                };
                let row = [
                    Cell::Integer(at),
                    Cell::Text(&self.setup.pack.region.zones[zone].name),
                    Cell::Text(name),
                    Cell::Float(requested_mwh),
                    Cell::Float(served_mwh),
                    Cell::Float(per_mwh(paid_usd)),
                    Cell::Float(per_mwh(energy_usd)),
                    Cell::Float(per_mwh(paid_usd - energy_usd)),
                    Cell::Float(energized_mw),
                ];
                self.probes.table(&probe::load::TABLE).push(sink, &row)?;
            }
        }
        Ok(())
    }

    pub(super) fn write_curtailment(&mut self, month: Month, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let at = self.setup.unix_ms(month.begin);
        let setup = Arc::clone(&self.setup);
        let name = |branch: Option<u32>| {
            branch.map_or("", |branch| setup.pack.network.branch(BranchId(branch)).name.as_str())
        };
        let limited = |limit: Option<Limit>| limit.map_or(String::new(), |l| l.element.name(&setup.pack));
        for ((zone, class, why), mwh) in std::mem::take(&mut self.probes.curtailed_mwh) {
            let Why { cause, limit, outage, rule } = why;
            if class > 0 {
                *self.metrics.curtailed_mwh.entry(cause).or_insert(0.0) += mwh;
            }
            let row = [
                Cell::Integer(at),
                Cell::Text(&self.setup.pack.region.zones[zone].name),
                Cell::Text(CLASSES[usize::from(class)]),
                Cell::Text(cause.name()),
                Cell::Text(&rule.map_or_else(
                    || limited(limit),
                    |rule| setup.policies.rules[rule as usize].policy.clone(),
                )),
                Cell::Text(name(outage)),
                Cell::Text(name(limit.and_then(|limit| limit.loss))),
                Cell::Float(mwh),
            ];
            self.probes.table(&probe::curtailment::TABLE).push(sink, &row)?;
        }
        Ok(())
    }

    /// The limits that bound in the month.
    pub(super) fn write_congestion(&mut self, month: Month, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let at = self.setup.unix_ms(month.begin);
        let setup = Arc::clone(&self.setup);
        for (limit, month) in std::mem::take(&mut self.probes.limits) {
            let loss = limit.loss.map_or("", |l| setup.pack.network.branch(BranchId(l)).name.as_str());
            let row = [
                Cell::Integer(at),
                Cell::Text(&limit.element.name(&setup.pack)),
                Cell::Text(limit.element.kind(&setup.pack)),
                Cell::Text(loss),
                Cell::Float(month.limit_mw),
                Cell::Float(month.binding_h),
                Cell::Float(month.shadow_usd_per_mw / month.binding_h),
                Cell::Float(month.shadow_max_usd_per_mwh),
                Cell::Float(month.rent_usd),
                Cell::Float(month.overload_mwh),
            ];
            self.probes.table(&probe::congestion::TABLE).push(sink, &row)?;
        }
        Ok(())
    }

    /// The queue as it stands at the end of the month.
    pub(super) fn write_queue(&mut self, month: Month, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let at = self.setup.unix_ms(month.begin);
        for stage in self.queue.stage_rows() {
            let row = [
                Cell::Integer(at),
                Cell::Text(name_of_class(stage.class)),
                Cell::Text(stage.stage.name()),
                Cell::Integer(i64::from(stage.requests)),
                Cell::Float(stage.requested_mw),
            ];
            self.probes.table(&probe::queue::TABLE).push(sink, &row)?;
        }
        Ok(())
    }

    /// Delivered compute of the month, by zone and class.
    pub(super) fn write_compute(&mut self, month: Month, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let at = self.setup.unix_ms(month.begin);
        let zones = self.clearing.zones.len();
        let now = self.calendar.now();
        let mut cells = vec![[Compute::default(); 2]; zones];
        for site in &mut self.sites {
            if let Asset::Campus(campus) = &mut site.asset {
                let [training, inference] = Compute::take(campus, now);
                self.metrics.delivered_flop += training.delivered_flop;
                cells[site.zone][0].add(&training);
                cells[site.zone][1].add(&inference);
            }
        }
        for (zone, pair) in cells.iter().enumerate() {
            for (class, cell) in pair.iter().enumerate().filter(|(_, cell)| cell.accelerators > 0.0) {
                let row = [
                    Cell::Integer(at),
                    Cell::Text(&self.setup.pack.region.zones[zone].name),
                    Cell::Text(CLASSES[2 + class]),
                    Cell::Float(cell.accelerators),
                    Cell::Float(cell.it_mw),
                    Cell::Float(cell.delivered_flop),
                    Cell::Integer(cell.jobs_finished as i64),
                    Cell::Integer(cell.jobs_waiting as i64),
                ];
                self.probes.table(&probe::compute::TABLE).push(sink, &row)?;
            }
        }
        Ok(())
    }

    /// Writes the table of requests and hands on everything that is waiting.
    pub(super) fn write_final_tables(&mut self, sink: &mut dyn RowSink) -> Result<(), RunError> {
        for (id, request) in self.queue.requests() {
            let application = request.application();
            let days = |stage: Stage| {
                request.entered(stage).map_or(f64::NAN, |at| at.since(request.filed()).as_days())
            };
            let limiting = request.limiting().map_or(String::new(), |element| self.name_of_works(element));
            let bus =
                request.bus().map_or(String::new(), |b| self.setup.pack.network.bus(b).number.to_string());
            let plant = self.intents.get(id.0 as usize).and_then(|intent| intent.technology);
            let gone = request.exit().is_some();
            let left = request.history().last().filter(|_| gone);
            let left_from = request.history().iter().rev().nth(1).filter(|_| gone);
            let row = [
                Cell::Text(&application.name),
                Cell::Text(&application.owner),
                Cell::Text(plant.map_or(name_of_class(application.class), |technology| technology.name())),
                Cell::Text(&self.setup.pack.region.zones[usize::from(application.zone.0)].name),
                Cell::Text(&bus),
                Cell::Text(&self.queue.track(id)?.name),
                Cell::Float(request.asked_mw()),
                Cell::Float(application.requested_mw),
                Cell::Float(request.energized_mw()),
                Cell::Text(request.stage().name()),
                Cell::Text(request.reason().unwrap_or(request.exit().map_or("", |exit| exit.name()))),
                Cell::Text(left_from.map_or("", |stamp| stamp.stage.name())),
                Cell::Integer(self.setup.unix_ms(request.filed())),
                Cell::Integer(i64::from(request.studies())),
                Cell::Float(days(Stage::Offered)),
                Cell::Float(days(Stage::Agreement)),
                Cell::Float(days(Stage::Energized)),
                Cell::Float(left.map_or(f64::NAN, |stamp| stamp.at.since(request.filed()).as_days())),
                Cell::Float(request.late().map_or(f64::NAN, SimSpan::as_days)),
                Cell::Float(request.allocated().as_usd()),
                Cell::Text(&limiting),
            ];
            self.probes.table(&probe::requests::TABLE).push(sink, &row)?;
        }
        self.write_energizations(sink)?;
        self.probes.flush(sink)?;
        Ok(())
    }

    /// What set the date of every first power, and what mines that withdrew have to do with it.
    fn write_energizations(&mut self, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let is_withdrawn_mine =
            |request: &Request| request.stage().is_gone() && request.application().class == MINING;
        for energization in self.queue.energizations(&is_withdrawn_mine) {
            let application = self.queue.request(energization.request)?.application();
            let works = match energization.set_by {
                ReadyItem::Upgrade(id) => self.queue.upgrade(id),
                _ => None,
            };
            let works = works.map_or(String::new(), |upgrade| self.name_of_works(upgrade.branch));
            let row = [
                Cell::Text(&application.name),
                Cell::Text(name_of_class(application.class)),
                Cell::Integer(self.setup.unix_ms(energization.ready)),
                Cell::Text(energization.set_by.name()),
                Cell::Text(&works),
                Cell::Text(energization.item.map_or("", Item::name)),
                Cell::Float(energization.ready.since(energization.ready_without).as_days()),
            ];
            self.probes.table(&probe::energizations::TABLE).push(sink, &row)?;
        }
        Ok(())
    }
}

/// The class of a request in tables: power plants have none of the classes of load.
pub(super) fn name_of_class(class: ClassId) -> &'static str {
    if class == ClassId::NATIVE { "generation" } else { CLASSES[usize::from(class.0)] }
}
