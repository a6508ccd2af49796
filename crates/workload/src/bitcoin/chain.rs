//! The protocol: block production, difficulty, subsidy.
//!
//! Blocks are a continuous amount that grows at `hashrate / (difficulty 2^32)` per second, integrated
//! exactly while hashrate is constant. Every 2016 blocks the difficulty is multiplied by
//! `14 days / T`, held within [1/4, 4], where `T` spans 2015 block intervals as in the real client. The
//! end of the epoch is one event that moves when hashrate changes. The subsidy halves every 210,000
//! blocks, inside an interval if need be.
//!
//! With luck switched on, each group of 16 blocks takes an Erlang amount of work drawn by the group's
//! number, so the same blocks are lucky under any hashrate path. Without luck an interval costs O(1).
//!
//! Constant hashrate `H` gives difficulty `H 600 (2016/2015) / 2^32` after one full epoch, and epochs of
//! `14 (2016/2015)` days.

use gridrush_core::kernel::{Purpose, Schedule, SimSpan, SimTime, Streams, uniform_open};
use gridrush_core::math::ln;
use gridrush_core::names::Key;
use serde::{Deserialize, Serialize};

/// Blocks between two changes of difficulty.
pub const RETARGET_BLOCKS: u64 = 2016;
/// Blocks between two halvings of the subsidy.
pub const HALVING_BLOCKS: u64 = 210_000;

const HASHES_PER_UNIT_DIFFICULTY: f64 = 4_294_967_296.0;
const TARGET_SECONDS: f64 = 14.0 * 86_400.0;
const TIMED_INTERVALS: f64 = (RETARGET_BLOCKS - 1) as f64 / RETARGET_BLOCKS as f64;
const LUCK_GROUP: u64 = 16;
const CHAIN: Key = Key::of("bitcoin/chain");
const LUCK: Purpose = Purpose::of("luck");

/// What the chain has in the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ChainEvent {
    /// The last block of an epoch.
    Retarget,
    /// A day of the coin market begins.
    Day,
}

/// The chain at the scenario's start. The defaults are 2025-01-01.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChainParams {
    /// Blocks that exist. \[M\] 877,259; consistent with 840,000 on 2024-04-20 \[D\] and 146 blocks a day.
    pub start_height: u64,
    /// Difficulty. \[M\] 109.78e12 (epoch of 876,960); equals 786 EH/s at one block in ten minutes.
    pub start_difficulty: f64,
    /// Age of the current epoch, days. \[M\] 299 blocks at 145 a day.
    pub start_epoch_age_days: f64,
    /// Whether block times are random. Off: expected production.
    pub luck: bool,
}

impl Default for ChainParams {
    fn default() -> Self {
        Self { start_height: 877_259, start_difficulty: 109.78e12, start_epoch_age_days: 2.06, luck: false }
    }
}

/// A change of difficulty.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Retargeted {
    /// First block of the new epoch.
    pub height: u64,
    /// New difficulty.
    pub difficulty: f64,
    /// New difficulty over old, minus one.
    pub change: f64,
    /// Length of the epoch that ended, days.
    pub epoch_days: f64,
}

/// What was mined over some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mined {
    /// Blocks, in expectation or by luck.
    pub blocks: f64,
    /// New coins.
    pub issued_btc: f64,
}

/// The state of the chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chain {
    epoch_height: u64,
    epoch_blocks: f64,
    epoch_start_ms: i64,
    difficulty: f64,
    hashrate_ehs: f64,
    last: SimTime,
    luck: Option<Streams>,
    mined: Mined,
}

impl Chain {
    /// The chain at `SimTime::ZERO`, without hashrate.
    pub fn new(params: &ChainParams, streams: &Streams) -> Self {
        let into_epoch = params.start_height % RETARGET_BLOCKS;
        Self {
            epoch_height: params.start_height - into_epoch,
            epoch_blocks: into_epoch as f64,
            epoch_start_ms: -((params.start_epoch_age_days * 86_400_000.0) as i64),
            difficulty: params.start_difficulty,
            hashrate_ehs: 0.0,
            last: SimTime::ZERO,
            luck: params.luck.then_some(*streams),
            mined: Mined::default(),
        }
    }

    /// Difficulty in force.
    pub fn difficulty(&self) -> f64 {
        self.difficulty
    }

    /// Network hashrate in force, EH/s.
    pub fn hashrate_ehs(&self) -> f64 {
        self.hashrate_ehs
    }

    /// Blocks that exist, as of the last change.
    pub fn height(&self) -> u64 {
        self.epoch_height + self.epoch_blocks as u64
    }

    /// Subsidy of the block being mined, BTC.
    pub fn subsidy_btc(&self) -> f64 {
        subsidy_btc(self.height())
    }

    /// Expected income of 1 PH/s over a day at this difficulty, $. `fee_btc` is per block.
    pub fn hashprice_usd_per_ph_day(&self, price_usd: f64, fee_btc: f64) -> f64 {
        let blocks = 1e15 * 86_400.0 / (self.difficulty * HASHES_PER_UNIT_DIFFICULTY);
        blocks * (self.subsidy_btc() + fee_btc) * price_usd
    }

    /// Brings production up to now, sets the hashrate and moves the end of the epoch.
    pub fn set_hashrate(&mut self, hashrate_ehs: f64, schedule: &mut impl Schedule<ChainEvent>) {
        debug_assert!(hashrate_ehs >= 0.0 && hashrate_ehs.is_finite(), "hashrate of {hashrate_ehs} EH/s");
        self.advance(schedule.now());
        self.hashrate_ehs = hashrate_ehs;
        self.schedule_retarget(schedule);
    }

    /// Ends the epoch: to be called when [`ChainEvent::Retarget`] is due.
    pub fn retarget(&mut self, schedule: &mut impl Schedule<ChainEvent>) -> Retargeted {
        let now = schedule.now();
        self.advance(now);
        let length = RETARGET_BLOCKS as f64;
        debug_assert!(self.epoch_blocks > length - 1e-3, "epoch ended at {} blocks", self.epoch_blocks);
        let epoch_s = (now.0 as i64 - self.epoch_start_ms) as f64 / 1000.0;
        let ratio = (TARGET_SECONDS / (epoch_s * TIMED_INTERVALS)).clamp(0.25, 4.0);
        // Work beyond the last block, less than a millisecond of it, counts at the new difficulty.
        self.epoch_blocks = (self.epoch_blocks - length).max(0.0) / ratio;
        self.epoch_height += RETARGET_BLOCKS;
        self.epoch_start_ms = now.0 as i64;
        self.difficulty *= ratio;
        self.schedule_retarget(schedule);
        Retargeted {
            height: self.epoch_height,
            difficulty: self.difficulty,
            change: ratio - 1.0,
            epoch_days: epoch_s / 86_400.0,
        }
    }

    /// What was mined since the last call, up to `now`.
    pub fn take_mined(&mut self, now: SimTime) -> Mined {
        self.advance(now);
        core::mem::take(&mut self.mined)
    }

    fn blocks_per_second(&self) -> f64 {
        self.hashrate_ehs * 1e18 / (self.difficulty * HASHES_PER_UNIT_DIFFICULTY)
    }

    fn advance(&mut self, now: SimTime) {
        let mut seconds = now.since(self.last).0 as f64 / 1000.0;
        self.last = self.last.max(now);
        let rate = self.blocks_per_second();
        if rate <= 0.0 {
            return;
        }
        let before = self.epoch_blocks;
        while seconds > 0.0 {
            let (edge, work) = self.stretch(self.epoch_blocks);
            let needed = (edge - self.epoch_blocks) * work / rate;
            if seconds < needed {
                self.epoch_blocks += seconds * rate / work;
                break;
            }
            self.epoch_blocks = edge;
            seconds -= needed;
        }
        let start = self.epoch_height as f64;
        self.mined.blocks += self.epoch_blocks - before;
        self.mined.issued_btc += issued_btc(start + before, start + self.epoch_blocks);
    }

    /// Where the present stretch of equal luck ends, in blocks of this epoch, and the work of one block
    /// in it relative to the expected work.
    fn stretch(&self, blocks: f64) -> (f64, f64) {
        let Some(streams) = self.luck else { return (f64::INFINITY, 1.0) };
        let group = blocks as u64 / LUCK_GROUP;
        let mut rng = streams.open_at(CHAIN, LUCK, self.epoch_height / LUCK_GROUP + group);
        let work: f64 = (0..LUCK_GROUP).map(|_| -ln(uniform_open(&mut rng))).sum();
        (((group + 1) * LUCK_GROUP) as f64, work / LUCK_GROUP as f64)
    }

    fn schedule_retarget(&self, schedule: &mut impl Schedule<ChainEvent>) {
        let rate = self.blocks_per_second();
        if rate <= 0.0 {
            schedule.cancel(ChainEvent::Retarget);
            return;
        }
        let (mut blocks, mut seconds, end) = (self.epoch_blocks, 0.0, RETARGET_BLOCKS as f64);
        while blocks < end {
            let (edge, work) = self.stretch(blocks);
            seconds += (edge.min(end) - blocks) * work / rate;
            blocks = edge;
        }
        let span = SimSpan::from_hours_f64(seconds / 3600.0).max(SimSpan(1));
        schedule.at(schedule.now() + span, ChainEvent::Retarget);
    }
}

/// Subsidy of the block at `height`, BTC.
pub fn subsidy_btc(height: u64) -> f64 {
    50.0 / (1_u128 << (height / HALVING_BLOCKS).min(127)) as f64
}

/// New coins between two heights, with a halving inside if there is one.
fn issued_btc(from: f64, to: f64) -> f64 {
    let era = from as u64 / HALVING_BLOCKS;
    let halving = ((era + 1) * HALVING_BLOCKS) as f64;
    if to <= halving {
        (to - from) * subsidy_btc(era * HALVING_BLOCKS)
    } else {
        (halving - from) * subsidy_btc(era * HALVING_BLOCKS) + issued_btc(halving, to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gridrush_core::kernel::Calendar;

    const STREAMS: Streams = Streams::new(7, 0);

    fn run(params: &ChainParams, ehs: f64, days: u64) -> (Chain, Vec<Retargeted>, Mined) {
        let mut chain = Chain::new(params, &STREAMS);
        let mut calendar = Calendar::<ChainEvent>::new();
        chain.set_hashrate(ehs, &mut calendar);
        let end = SimTime::from_hours(24 * days);
        let mut retargets = Vec::new();
        while calendar.pop_before(end).is_some() {
            retargets.push(chain.retarget(&mut calendar));
        }
        let mined = chain.take_mined(end);
        (chain, retargets, mined)
    }

    #[test]
    fn constant_hashrate_has_the_closed_form_fixed_point() {
        let (chain, retargets, _) = run(&ChainParams::default(), 500.0, 200);
        let expected = 500e18 * 600.0 * (2016.0 / 2015.0) / HASHES_PER_UNIT_DIFFICULTY;
        assert!((chain.difficulty() / expected - 1.0).abs() < 1e-9, "{} {expected}", chain.difficulty());
        for later in &retargets[2..] {
            assert!((later.epoch_days - 14.0 * 2016.0 / 2015.0).abs() < 1e-7, "{}", later.epoch_days);
            assert!(later.change.abs() < 1e-8);
        }
        // The first epoch is mixed with what came before; the second shows the whole change.
        assert!(retargets[0].change < -0.2);
    }

    #[test]
    fn difficulty_moves_by_a_factor_of_four_at_most() {
        let (_, up, _) = run(&ChainParams::default(), 786.0 * 50.0, 20);
        assert_eq!(up[1].change, 3.0);
        let (_, down, _) = run(&ChainParams::default(), 786.0 / 50.0, 2000);
        assert_eq!(down[0].change, -0.75);
    }

    #[test]
    fn the_start_is_consistent_and_the_next_halving_is_in_spring_2028() {
        let params = ChainParams::default();
        let ehs = params.start_difficulty * HASHES_PER_UNIT_DIFFICULTY / 600.0 / 1e18;
        assert!((780.0..800.0).contains(&ehs), "{ehs}");
        let chain = Chain::new(&params, &STREAMS);
        let hashprice = chain.hashprice_usd_per_ph_day(94_000.0, 0.15);
        assert!((50.0..60.0).contains(&hashprice), "{hashprice}");
        let (chain, _, mined) = run(&params, ehs, 1_250);
        assert!(chain.height() > 1_050_000);
        assert_eq!(chain.subsidy_btc(), 1.5625);
        let before = f64::from(1_050_000 - 877_259);
        let expected = before * 3.125 + (mined.blocks - before) * 1.5625;
        assert!((mined.issued_btc - expected).abs() < 1e-6);
        // 172,741 blocks at 144 a day: day 1,200, mid-April 2028.
        let (chain, ..) = run(&params, ehs, 1_203);
        assert!(chain.height() >= 1_050_000, "{}", chain.height());
        let (chain, ..) = run(&params, ehs, 1_196);
        assert!(chain.height() < 1_050_000, "{}", chain.height());
    }

    #[test]
    fn luck_is_poisson_and_belongs_to_the_block() {
        let params = ChainParams { luck: true, ..ChainParams::default() };
        let (_, retargets, mined) = run(&params, 786.0, 6_000);
        // Epoch length is Erlang(2016) around a slowly adapting mean: sd of 14 d/sqrt(2016) = 0.31 d, times
        // sqrt(2), because each epoch also carries the luck that set its difficulty.
        let n = retargets.len() as f64;
        let mean = retargets.iter().map(|r| r.epoch_days).sum::<f64>() / n;
        let sd = (retargets.iter().map(|r| (r.epoch_days - mean).powi(2)).sum::<f64>() / n).sqrt();
        assert!((mean - 14.0).abs() < 4.0 * 0.44 / n.sqrt(), "{mean}");
        assert!((sd / 0.441 - 1.0).abs() < 0.15, "{sd}");
        assert!((mined.blocks / 6_000.0 / 144.0 - 1.0).abs() < 0.005);
        // Splitting an interval changes nothing but the last bits.
        let mut whole = Chain::new(&params, &STREAMS);
        let mut split = whole.clone();
        let mut calendar = Calendar::<ChainEvent>::new();
        whole.set_hashrate(700.0, &mut calendar);
        split.set_hashrate(700.0, &mut calendar);
        for hour in 1..=100 {
            split.advance(SimTime::from_hours(hour));
        }
        whole.advance(SimTime::from_hours(100));
        assert!((whole.epoch_blocks - split.epoch_blocks).abs() < 1e-8);
    }

    #[test]
    fn no_hashrate_no_blocks_no_event() {
        let mut chain = Chain::new(&ChainParams::default(), &STREAMS);
        let mut calendar = Calendar::<ChainEvent>::new();
        chain.set_hashrate(100.0, &mut calendar);
        assert_eq!(calendar.len(), 1);
        chain.set_hashrate(0.0, &mut calendar);
        assert!(calendar.is_empty());
        assert_eq!(chain.take_mined(SimTime::from_hours(1000)), Mined::default());
    }
}
