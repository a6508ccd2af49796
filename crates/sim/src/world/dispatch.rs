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
        self.ask_sites(now, interval.native_mw.iter().sum());
        for site in 0..self.sites.len() {
            self.bid_site(site, &mut interval.blocks);
        }
        self.interval = Some(interval);
        Ok(())
    }

    /// Takes a site's bids into its columns. Contract, energization and rules cap the site as a whole: what it
    /// may draw goes to its most valuable blocks first. Of a firm block, what rules make subject to a bid cap
    /// stands in a column of its own.
    fn bid_site(&mut self, site: usize, blocks: &mut Vec<Block>) {
        let (range, limits) = self.asked_hour(site);
        self.clearing.clear_site(site);
        let mut bids = [None; BLOCKS_PER_SITE];
        debug_assert!(
            range.len() <= BLOCKS_PER_SITE,
            "{} bids {} blocks",
            self.sites[site].name,
            range.len()
        );
        for (slot, bid) in bids.iter_mut().zip(&self.book.blocks()[range.clone()]) {
            *slot = Some(*bid);
        }
        let worth = |ordinal: usize| match bids[ordinal].map(|bid| bid.bid) {
            Some(Bid::AtMost(price)) => price,
            Some(Bid::Firm) | None => f64::INFINITY,
        };
        let mut order: [usize; BLOCKS_PER_SITE] = std::array::from_fn(|i| i);
        let order = &mut order[..range.len().min(BLOCKS_PER_SITE)];
        order.sort_by(|&a, &b| worth(b).total_cmp(&worth(a)).then(a.cmp(&b)));
        let mut left_mw = self.sites[site].energized_mw;
        let (mut allowed_mw, mut firm_mw, mut backup_mw) =
            (limits.ceiling_mw, limits.firm_mw, limits.backup_mw);
        let mut columns = (0, CONTROLLABLE_BLOCKS);
        let first = blocks.len();
        for &ordinal in order.iter() {
            let Some(bid) = bids[ordinal] else { continue };
            let connected_mw = bid.requested_mw.min(left_mw);
            left_mw -= connected_mw;
            let ceiling_mw = connected_mw.min(allowed_mw);
            allowed_mw -= ceiling_mw;
            let from_backup_mw = (connected_mw - ceiling_mw).min(backup_mw);
            backup_mw -= from_backup_mw;
            let mut block = Block {
                site,
                ordinal,
                column: 0,
                class: bid.class.0,
                requested_mw: bid.requested_mw,
                connected_mw,
                ceiling_mw,
                rule: limits.rule.map(|rule| rule as u32),
                backup_mw: from_backup_mw,
                firm: bid.bid == Bid::Firm,
            };
            if let (Bid::Firm, Some(cap)) = (bid.bid, limits.bid_cap_usd_per_mwh) {
                let stays_mw = ceiling_mw.min(firm_mw);
                firm_mw -= stays_mw;
                if stays_mw < ceiling_mw {
                    let bids = Block {
                        requested_mw: block.requested_mw - stays_mw,
                        connected_mw: connected_mw - stays_mw,
                        ceiling_mw: ceiling_mw - stays_mw,
                        firm: false,
                        ..block
                    };
                    self.put_block(bids, Some(cap), &mut columns, blocks);
                    block = Block {
                        requested_mw: stays_mw,
                        connected_mw: stays_mw,
                        ceiling_mw: stays_mw,
                        backup_mw: 0.0,
                        ..block
                    };
                    if stays_mw <= 0.0 {
                        continue;
                    }
                }
            }
            let price = match bid.bid {
                Bid::Firm => None,
                Bid::AtMost(worth) => Some(self.bid_under_rules(site, worth, &limits)),
            };
            self.put_block(block, price, &mut columns, blocks);
        }
        blocks[first..].sort_by_key(|block| block.ordinal);
    }

    /// Puts a block into the site's next column for controllable or for firm load.
    fn put_block(
        &mut self,
        mut block: Block,
        price: Option<f64>,
        columns: &mut (usize, usize),
        blocks: &mut Vec<Block>,
    ) {
        let next = if block.firm { &mut columns.1 } else { &mut columns.0 };
        block.column = *next;
        *next += 1;
        self.clearing.set_block(block.site, block.column, block.ceiling_mw, price);
        blocks.push(block);
    }

    /// Tells every block what it got, finds the causes of what it did not get, and schedules the next
    /// interval.
    pub(super) fn award(&mut self, solver: &Solver, solution: &mut DispatchSolution) -> Result<(), RunError> {
        let now = self.calendar.now();
        let Some(mut interval) = self.interval.take() else {
            return Ok(());
        };
        std::mem::swap(&mut interval.solution, solution);
        let solution = &interval.solution;
        // Ratings may grow before the interval is settled.
        self.clearing.binding_limits(solution, &mut interval.limits);
        self.emissions.see(&self.clearing, solver);
        let span = SimSpan((INTERVAL_HOURS * HOUR_MS as f64) as u64);
        // A block that rules have parted is one to its owner; what backup gives is as good as power from the grid.
        for parts in interval.blocks.chunk_by(|a, b| (a.site, a.ordinal) == (b.site, b.ordinal)) {
            let served_mw = |block: &Block| {
                let column = self.clearing.block_column(block.site, block.column).0 as usize;
                solution.column_mw[column].min(block.ceiling_mw) + block.backup_mw
            };
            let (requested, served) = parts
                .iter()
                .map(|block| (block.requested_mw, served_mw(block)))
                .reduce(|a, b| (a.0 + b.0, a.1 + b.1))
                .unwrap_or_default();
            let site = &mut self.sites[parts[0].site];
            let price = self.clearing.settled(solution, site.bus);
            let award = Award {
                block: parts[0].ordinal,
                requested_mw: requested,
                served_mw: served,
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
        interval.may_lack.clear();
        interval.may_lack.extend(asked.chain(sheds));
        self.causes.attribute(
            &self.clearing.problem,
            solver,
            &interval.solution,
            &interval.may_lack,
            self.clearing.shortages(),
            &mut interval.causes,
        )
    }
}
