//! What stations and upgrades order, and who is to blame for their dates.
//!
//! ```text
//!   station     transformers (n + 1), breakers; then a station crew, not before design is done
//!   transformer the same for one bank; a new transmission station for several, not before catalogue time
//!   line        catalogue time, with a line crew for the last part of it
//! ```

use serde::{Deserialize, Serialize};

use super::params::{EquipmentParams, Item};
use super::pool::{Customer, Order, OrderId, Pool};
use crate::interconnection::upgrade::{Works, months};
use crate::kernel::{SimSpan, SimTime};

/// All pools of a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Equipment {
    params: EquipmentParams,
    pools: Vec<Pool>,
    start_year: f64,
}

/// What was ordered for a station or an upgrade.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Procured {
    /// Orders by item, in the order in which they are needed.
    pub orders: Vec<(Item, OrderId)>,
    /// When design, permits and everything that needs nobody else is done.
    pub prepared: SimTime,
    /// When all is there.
    pub ready: SimTime,
    /// The item that sets this date; none if preparation does.
    pub set_by: Option<Item>,
}

impl Equipment {
    /// The pools at the start of a run, which is `start_year` with its fraction.
    pub fn new(params: EquipmentParams, start_year: f64) -> Equipment {
        let pool =
            |&item: &Item| Pool::new(params.pool(item).clone(), params.resold_in_line_share, start_year);
        let pools = Item::ALL.iter().map(pool).collect();
        Equipment { params, pools, start_year }
    }

    /// Its numbers.
    pub fn params(&self) -> &EquipmentParams {
        &self.params
    }

    /// The pool of an item.
    pub fn pool(&self, item: Item) -> &Pool {
        &self.pools[item as usize]
    }

    fn pool_mut(&mut self, item: Item) -> &mut Pool {
        &mut self.pools[item as usize]
    }

    /// A month passes.
    pub fn month(&mut self, now: SimTime) {
        let year = self.start_year + now.since(SimTime::ZERO).as_days() / 365.25;
        self.pools.iter_mut().for_each(|pool| pool.month(now, year));
    }

    /// Orders one item.
    pub fn order(&mut self, item: Item, at: SimTime, slots: f64, customer: Customer) -> OrderId {
        self.pool_mut(item).order(at, slots, customer)
    }

    /// Transformers of a station: smaller ones, for those who may, where these come enough earlier. With the date
    /// on which they would be delivered.
    fn transformers(&self, units: u32, may_substitute: bool, now: SimTime) -> ((Item, f64), SimTime) {
        let units = f64::from(units);
        let small = units * self.params.small_per_large;
        let large_at = self.pool(Item::LargeTransformer).quote(now, units);
        let small_at = self.pool(Item::SmallTransformer).quote(now, small);
        if may_substitute && small_at + months(self.params.substitute_gain_months) <= large_at {
            ((Item::SmallTransformer, small), small_at)
        } else {
            ((Item::LargeTransformer, units), large_at)
        }
    }

    /// Orders a station of so many transformers.
    pub fn order_station(
        &mut self,
        units: u32,
        may_substitute: bool,
        customer: Customer,
        now: SimTime,
    ) -> Procured {
        let (transformers, _) = self.transformers(units, may_substitute, now);
        let breakers = (Item::Breaker, f64::from(units) * self.params.breakers_per_transformer);
        let design = months(self.params.station_design_months);
        self.procure(&[transformers, breakers], Item::StationCrew, design, customer, now)
    }

    /// When a station ordered now would be there.
    pub fn quote_station(&self, units: u32, may_substitute: bool, now: SimTime) -> SimTime {
        let (_, transformers_at) = self.transformers(units, may_substitute, now);
        let breakers = f64::from(units) * self.params.breakers_per_transformer;
        let there = (now + months(self.params.station_design_months))
            .max(transformers_at)
            .max(self.pool(Item::Breaker).quote(now, breakers));
        self.pool(Item::StationCrew).quote(there, 1.0)
    }

    /// Orders what an upgrade needs; `lead` is what the catalogue allows for it. Works that the catalogue only knows as
    /// a whole keep its time.
    pub fn order_works(&mut self, works: Works, lead: SimSpan, customer: Customer, now: SimTime) -> Procured {
        match works {
            Works::Transformer => {
                let breakers = (Item::Breaker, self.params.breakers_per_transformer);
                let design = months(self.params.station_design_months);
                self.procure(
                    &[(Item::LargeTransformer, 1.0), breakers],
                    Item::StationCrew,
                    design,
                    customer,
                    now,
                )
            }
            Works::NewStation => {
                let banks = self.params.new_station_transformers;
                let breakers = (Item::Breaker, banks * self.params.breakers_per_transformer);
                let crew = &self.params.station_crew;
                let own = months(1.0 / crew.slots_per_month + crew.making_months);
                let design = SimSpan(lead.0.saturating_sub(own.0));
                let equipment = [(Item::LargeTransformer, banks), breakers];
                self.procure(&equipment, Item::StationCrew, design, customer, now)
            }
            Works::Reconductor | Works::ParallelCircuit => {
                let own = self.params.line_crew.making_months + 1.0 / self.params.line_crew.slots_per_month;
                let before_crew = SimSpan(lead.0.saturating_sub(months(own).0));
                self.procure(&[], Item::LineCrew, before_crew, customer, now)
            }
            Works::LocalStation | Works::ZoneImport | Works::ZoneExport => {
                Procured { prepared: now + lead, ready: now + lead, ..Procured::default() }
            }
        }
    }

    /// Orders equipment now and a crew for when it is there and preparation is done.
    fn procure(
        &mut self,
        equipment: &[(Item, f64)],
        crew: Item,
        preparation: SimSpan,
        customer: Customer,
        now: SimTime,
    ) -> Procured {
        let mut procured = Procured { prepared: now + preparation, ..Procured::default() };
        let mut there = procured.prepared;
        for &(item, slots) in equipment {
            let order = self.order(item, now, slots, customer);
            procured.orders.push((item, order));
            there = there.max(self.pool(item).ready(order));
        }
        procured.orders.push((crew, self.order(crew, there, 1.0, customer)));
        self.refresh(&mut procured);
        procured
    }

    /// Looks up dates again, as orders ahead may have been cancelled or capacity added. A crew keeps its place in
    /// the line and comes earlier if equipment does and it is free.
    pub fn refresh(&self, procured: &mut Procured) {
        let (ready, set_by) = self.dated(procured, &|_| false);
        if !procured.orders.is_empty() {
            (procured.ready, procured.set_by) = (ready, set_by);
        }
    }

    /// Cancels everything that was ordered.
    pub fn cancel(&mut self, procured: &Procured, now: SimTime) {
        for &(item, order) in &procured.orders {
            self.pool_mut(item).cancel(order, now);
        }
    }

    /// When all would have been there if some orders before it had never been placed.
    pub fn ready_without(&self, procured: &Procured, left_out: &dyn Fn(&Order) -> bool) -> SimTime {
        if procured.orders.is_empty() { procured.ready } else { self.dated(procured, left_out).0 }
    }

    /// The date of all orders without some others, and which item sets it: what equipment comes last unless the
    /// crew itself has to be waited for.
    fn dated(&self, procured: &Procured, left_out: &dyn Fn(&Order) -> bool) -> (SimTime, Option<Item>) {
        let Some((&(crew, crew_order), equipment)) = procured.orders.split_last() else {
            return (procured.ready, None);
        };
        let (mut there, mut set_by) = (procured.prepared, None);
        for &(item, order) in equipment {
            let at = self.pool(item).ready_without(order, left_out);
            if at > there {
                (there, set_by) = (at, Some(item));
            }
        }
        let pool = self.pool(crew);
        let (comes, waits) = pool.ready_from(crew_order, there, left_out);
        (comes, if waits { Some(crew) } else { set_by })
    }
}
