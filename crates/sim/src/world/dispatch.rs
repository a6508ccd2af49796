//! From bids to awards: the beginning of a market interval.

use gridrush_core::demand::{Award, Bid, Demand};
use gridrush_core::dispatch::{Block as CauseBlock, DispatchError, DispatchSolution, Solver};
use gridrush_core::kernel::{HOUR_MS, SimSpan, SimTime};

use super::{Block, Interval, RunError, World};
use crate::clearing::BLOCKS_PER_SITE;
use crate::commitment::Outlook;
use crate::event::Event;
use crate::setup::Setup;
use crate::site::CONTROLLABLE_BLOCKS;

/// Length of a market interval.
const INTERVAL_HOURS: f64 = 1.0;

impl World {
    /// Brings the market to the interval that begins now: weather, native load, bids.
    pub(super) fn prepare_interval(&mut self, now: SimTime) -> Result<(), RunError> {
        self.clearing.stores.let_go();
        let hour = now.hour();
        let mut interval = self.interval.take().unwrap_or_else(|| std::mem::take(&mut self.spare));
        interval.hour = hour;
        interval.hours = INTERVAL_HOURS;
        interval.native_mw.resize(self.setup.series.len(), 0.0);
        interval.weather.resize(self.weather.values.len(), 0.0);
        self.setup.native_mw(&self.weather, hour, &mut interval.native_mw);
        Setup::weather_at(&self.weather, hour, &mut interval.weather);
        self.prepare_outages(now, &interval);
        if self.fuel_price_hours.binary_search(&hour).is_ok() {
            self.refresh_fuel_prices();
        }
        let outlook = Outlook {
            setup: &self.setup,
            weather: &self.weather,
            streams: &self.streams,
            prices: &self.prices,
        };
        for commitment in &mut self.commitment {
            commitment
                .begin_hour(outlook, &mut self.clearing, hour)
                .map_err(|source| RunError::Dispatch { hour, source })?;
        }
        self.clearing.forget_circles();
        self.quote_stores(hour, &interval.weather);
        self.clearing.set_hour(&interval.native_mw, &interval.weather, INTERVAL_HOURS);
        interval.blocks.clear();
        for site in 0..self.sites.len() {
            self.bid_site(site, now, &mut interval.blocks);
        }
        self.interval = Some(interval);
        Ok(())
    }

    /// Takes a site's bids into its columns. Contract and energization cap the site as a whole: what it
    /// may draw goes to its most valuable blocks first.
    fn bid_site(&mut self, site: usize, now: SimTime, blocks: &mut Vec<Block>) {
        self.set_local_time(site, now);
        self.book.clear();
        self.sites[site].asset.bid(now, &mut self.book);
        self.clearing.clear_site(site);
        let bids = self.book.blocks();
        debug_assert!(bids.len() <= BLOCKS_PER_SITE, "{} bids {} blocks", self.sites[site].name, bids.len());
        let worth = |bid: Bid| match bid {
            Bid::Firm => f64::INFINITY,
            Bid::AtMost(price) => price,
        };
        let mut order: [usize; BLOCKS_PER_SITE] = std::array::from_fn(|i| i);
        let order = &mut order[..bids.len().min(BLOCKS_PER_SITE)];
        order.sort_by(|&a, &b| worth(bids[b].bid).total_cmp(&worth(bids[a].bid)).then(a.cmp(&b)));
        let mut left_mw = self.sites[site].energized_mw;
        let (mut controllable, mut firm) = (0, CONTROLLABLE_BLOCKS);
        let first = blocks.len();
        for &ordinal in order.iter() {
            let bid = bids[ordinal];
            let ceiling_mw = bid.requested_mw.min(left_mw);
            left_mw -= ceiling_mw;
            let next = if bid.bid == Bid::Firm { &mut firm } else { &mut controllable };
            let column = *next;
            *next += 1;
            let price = match bid.bid {
                Bid::Firm => None,
                Bid::AtMost(price) => Some(price),
            };
            self.clearing.set_block(site, column, ceiling_mw, price);
            blocks.push(Block {
                site,
                ordinal,
                column,
                class: bid.class.0,
                requested_mw: bid.requested_mw,
                ceiling_mw,
                firm: bid.bid == Bid::Firm,
            });
        }
        blocks[first..].sort_by_key(|block| block.ordinal);
    }

    /// Tells every block what it got, finds the causes of what it did not get, and schedules the next
    /// interval.
    pub(super) fn award(&mut self, solver: &Solver, solution: &DispatchSolution) -> Result<(), RunError> {
        let now = self.calendar.now();
        let Some(mut interval) = self.interval.take() else {
            return Ok(());
        };
        interval.solution.clone_from(solution);
        // Ratings may grow before the interval is settled.
        self.clearing.binding_limits(solution, &mut interval.limits);
        self.emissions.see(&self.clearing, solver);
        let span = SimSpan((INTERVAL_HOURS * HOUR_MS as f64) as u64);
        for block in &interval.blocks {
            let column = self.clearing.block_column(block.site, block.column).0 as usize;
            let site = &mut self.sites[block.site];
            let price = self.clearing.settled(solution, site.bus);
            let award = Award {
                block: block.ordinal,
                requested_mw: block.requested_mw,
                served_mw: solution.column_mw[column].min(block.ceiling_mw),
                price_usd_per_mwh: price,
                span,
            };
            site.asset.award(now, &award);
        }
        self.reschedule_campuses();
        self.find_causes(solver, &mut interval)
            .map_err(|source| RunError::Dispatch { hour: interval.hour, source })?;
        self.name_outages(&mut interval);
        self.interval = Some(interval);
        self.calendar.schedule(Event::Dispatch, now + span);
        Ok(())
    }

    /// The causes of everything that was asked for within its ceiling and not served.
    fn find_causes(&mut self, solver: &Solver, interval: &mut Interval) -> Result<(), DispatchError> {
        let asked = interval.blocks.iter().map(|block| CauseBlock::Elastic {
            column: self.clearing.block_column(block.site, block.column),
            ceiling_mw: block.ceiling_mw,
        });
        let sheds = self.clearing.sheds().iter().map(|&column| CauseBlock::Shed { column });
        let blocks: Vec<CauseBlock> = asked.chain(sheds).collect();
        self.causes.attribute(
            &self.clearing.problem,
            solver,
            &interval.solution,
            &blocks,
            self.clearing.shortages(),
            &mut interval.causes,
        )
    }
}
