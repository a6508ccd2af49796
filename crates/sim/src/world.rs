//! One replication: the state, and the loop that stops wherever prices are needed.
//!
//! ```text
//!   advance() -> NeedsDispatch        events up to the next market interval are handled,
//!       |                             bids and conditions stand in problem()
//!   runner: solver.solve(problem)
//!       |
//!   apply(solution)                   awards, causes; the interval is settled when it ends
//!       '--> advance() ... -> Done
//! ```
//!
//! A world is a pure function of (setup, replication): it reads no file, no clock and no thread count.

mod accounts;
mod auction;
mod bills;
mod campus;
mod developers;
mod dispatch;
mod emissions;
mod firms;
mod headroom;
mod monthly;
mod operate;
mod outages;
mod queue;
mod review;
mod security;
mod settle;
mod storage;
mod ties;
mod zonal;

use std::sync::Arc;

use gridrush_core::demand::BidBook;
use gridrush_core::dispatch::{
    Block as CauseBlock, Causes, Curtailment, DispatchError, DispatchProblem, DispatchSolution, FlowBranch,
    Solver, Topology,
};
use gridrush_core::grid::BusId;
use gridrush_core::interconnection::{Queue, QueueError, Snapshot, StudyBranch, StudyError, UnitFlows};
use gridrush_core::kernel::{Calendar, SimTime, Streams};
use gridrush_core::ledger::{Ledger, LedgerError};
use gridrush_core::market::LossFactors;
use gridrush_core::weather::WeatherYears;
use gridrush_tables::{RowSink, TableError};
use gridrush_workload::CLASSES;
use gridrush_workload::bitcoin::{BitcoinWorld, DayReport, price_path, replay};
use thiserror::Error;

use crate::clearing::Clearing;
use crate::commitment::Commitment;
use crate::emissions::Emissions;
use crate::event::{Event, FirmEvent, SupplyEvent};
use crate::fuel_draws::FuelDraws;
use crate::limits::{BindingLimit, Elements};
use crate::metrics::{Metric, RunTotals};
use crate::outages::{Behind, Outages};
use crate::planning::Planner;
use crate::probe::Probes;
use crate::scenario::Level;
use crate::setup::{Setup, SetupError, start_day};
use crate::site::Site;
use crate::supply::Supply;
use crate::units::{Costs, FuelPrices};

use accounts::Accounts;
use bills::Billing;
use firms::{Arrivals, Intent, Trailing};
pub use headroom::{Headroom, Limiting};
use operate::Operate;
use review::Transmission;
use zonal::ZonalStudies;

/// Why a replication stopped.
#[derive(Debug, Error)]
pub enum RunError {
    /// The scenario does not fit its region.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// An interval could not be cleared.
    #[error("hour {hour}: {source}")]
    Dispatch {
        /// Hours since the start.
        hour: usize,
        /// What the solver says.
        source: DispatchError,
    },
    /// A planning solve failed.
    #[error("planning: {0}")]
    Planning(DispatchError),
    /// A request cannot be studied.
    #[error("interconnection: {0}")]
    Study(StudyError),
    /// The queue refused a step that the world took.
    #[error("interconnection: {0}")]
    Queue(#[from] QueueError),
    /// The books do not close.
    #[error("ledger: {0}")]
    Ledger(#[from] LedgerError),
    /// A result could not be written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// An accounting identity failed.
    #[error("{what} at hour {hour}: off by {off}")]
    Invariant {
        /// Which identity.
        what: &'static str,
        /// Hours since the start.
        hour: usize,
        /// By how much.
        off: f64,
    },
}

/// What the world needs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Prices for the interval in [`World::problem`].
    NeedsDispatch,
    /// Nothing: the run is over.
    Done,
}

/// One block of load in the present interval.
#[derive(Clone, Copy, Debug)]
struct Block {
    site: usize,
    /// Position among the blocks that the site bid.
    ordinal: usize,
    /// Position among the site's columns.
    column: usize,
    class: u8,
    requested_mw: f64,
    /// What the energized contract allows.
    connected_mw: f64,
    /// What rules leave of that.
    ceiling_mw: f64,
    /// The rule that took the rest, by position.
    rule: Option<u32>,
    /// What goes on from backup of what it took.
    backup_mw: f64,
    firm: bool,
}

/// The interval between two dispatches.
#[derive(Clone, Debug, Default)]
struct Interval {
    hour: usize,
    hours: f64,
    blocks: Vec<Block>,
    native_mw: Vec<f64>,
    weather: Vec<f32>,
    solution: DispatchSolution,
    /// What may lack power: `blocks`, then what is shed.
    may_lack: Vec<CauseBlock>,
    causes: Vec<Curtailment>,
    limits: Vec<BindingLimit>,
    /// Branches that withheld power and the outage behind each.
    behind: Vec<(u32, u32)>,
}

/// One replication of a scenario.
#[derive(Clone)]
pub struct World {
    setup: Arc<Setup>,
    streams: Streams,
    weather: WeatherYears,
    calendar: Calendar<Event>,
    clearing: Clearing,
    causes: Causes,
    prices: FuelPrices,
    costs: Costs,
    /// Hours in which a dated or drawn fuel price begins.
    fuel_price_hours: Vec<usize>,
    fuel_draws: FuelDraws,
    /// By region; empty where every unit runs as it pleases.
    commitment: Vec<Commitment>,
    supply: Supply,
    outages: Outages,
    /// Absent when no branch can be out.
    behind: Option<Behind>,
    /// What may be at its limit, in the order of accounts.
    elements: Elements,
    transmission: Transmission,
    planner: Planner,
    sites: Vec<Site>,
    site_of_request: Vec<Option<usize>>,
    /// Rules of policy in the hour.
    operate: Operate,
    /// What each request may draw or feed in, as the snapshots know it.
    power_of_request: Vec<f64>,
    queue: Queue,
    arrivals: Arrivals,
    intents: Vec<Intent>,
    topology: Topology,
    /// Of `topology`.
    loss_factors: LossFactors,
    unit_flows: UnitFlows,
    study_branches: Vec<StudyBranch>,
    snapshots: Vec<Snapshot>,
    /// What studies look at where pipes join zones.
    zonal: Option<ZonalStudies>,
    bitcoin: BitcoinWorld,
    bitcoin_day: Option<DayReport>,
    ledger: Ledger,
    accounts: Accounts,
    billing: Billing,
    probes: Probes,
    metrics: RunTotals,
    emissions: Emissions,
    interval: Option<Interval>,
    spare: Interval,
    book: BidBook,
    /// This interval's price of native load, by zone.
    zone_price: Vec<f64>,
    /// This interval's price at strong buses, by zone.
    strong_price: Vec<f64>,
    trailing: Vec<Trailing>,
    /// The month whose end comes next.
    month: usize,
    /// The month in which firms are.
    firm_month: usize,
    hours_dispatched: u64,
    pivots: u64,
    /// Whether the present interval must be cleared again.
    again: bool,
}

impl World {
    /// A world at its start.
    pub fn new(setup: Arc<Setup>, replication: u32) -> Result<World, RunError> {
        let streams = Streams::new(setup.scenario.seed, replication);
        let weather = setup.weather_years(&streams)?;
        let mut world = World::assemble(setup, streams, weather)?;
        world.expect_peaks();
        world.open_existing_sites();
        world.begin_bitcoin();
        world.schedule_first_events()?;
        Ok(world)
    }

    /// Handles events until prices are needed or the run is over.
    pub fn advance(&mut self, sink: &mut dyn RowSink) -> Result<Step, RunError> {
        if std::mem::take(&mut self.again) {
            return Ok(Step::NeedsDispatch);
        }
        let end = self.setup.end();
        while let Some((now, event)) = self.calendar.peek() {
            if now > end {
                break;
            }
            self.calendar.pop();
            match event {
                Event::Supply(event) => self.handle_supply(event),
                Event::Outage(event) => self.handle_outage(event),
                Event::Queue(event) => self.handle_queue(event, sink)?,
                Event::Chain(event) => self.handle_chain(event, sink)?,
                Event::Ai(event) => self.handle_ai(event),
                Event::Firm(event) => self.handle_firm(event, sink)?,
                Event::Dispatch => {
                    self.settle_interval(sink)?;
                    if now < end {
                        self.prepare_interval(now)?;
                        return Ok(Step::NeedsDispatch);
                    }
                }
                Event::Settle => self.close_month(sink)?,
                Event::Sample => self.sample_month(sink)?,
            }
        }
        self.write_final_tables(sink)?;
        Ok(Step::Done)
    }

    /// The market of the interval that [`World::advance`] stopped at.
    pub fn problem(&self) -> &DispatchProblem {
        &self.clearing.problem
    }

    /// The market of that interval, with the meaning of its columns.
    pub fn clearing(&self) -> &Clearing {
        &self.clearing
    }

    /// Takes the interval that `solver` has just cleared: awards, causes, and the next interval's date. Where flow runs
    /// in a circle of pipes, the interval is cleared again instead. The world keeps the solution and leaves an old one
    /// in its place.
    pub fn apply(&mut self, solver: &Solver, solution: &mut DispatchSolution) -> Result<(), RunError> {
        self.pivots += u64::from(solution.pivots);
        if self.clearing.break_circle(solution) {
            self.again = true;
            return Ok(());
        }
        self.hours_dispatched += 1;
        self.award(solver, solution)
    }

    /// The present instant.
    pub fn now(&self) -> SimTime {
        self.calendar.now()
    }

    /// Events handled so far.
    pub fn events(&self) -> u64 {
        self.calendar.popped()
    }

    /// Intervals cleared and pivots taken so far.
    pub fn dispatched(&self) -> (u64, u64) {
        (self.hours_dispatched, self.pivots)
    }

    /// Closing numbers of the run so far.
    pub fn metrics(&self) -> Vec<Metric> {
        let run = self.setup.end().since(SimTime::ZERO);
        self.metrics.closing(&self.queue, &self.sites, &self.projects(), run)
    }

    /// The setup it runs in.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// All sites, in the order in which they were opened.
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// The queue for connections.
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// The books.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn schedule_first_events(&mut self) -> Result<(), RunError> {
        let setup = Arc::clone(&self.setup);
        let hourly = setup.scenario.dispatch.hourly;
        if hourly {
            self.calendar.schedule(Event::Dispatch, SimTime::ZERO);
        }
        if let Some(month) = setup.months.first() {
            self.calendar.schedule(Event::Settle, month.end);
            self.calendar.schedule(Event::Sample, month.end);
        }
        for (n, &(at, ..)) in setup.fleet.changes.iter().enumerate() {
            self.calendar.schedule(Event::Supply(SupplyEvent::Fleet(n as u32)), at);
        }
        for (n, project) in self.supply.projects.iter().enumerate() {
            if project.online < setup.end() {
                self.calendar.schedule(Event::Supply(SupplyEvent::Online(n as u32)), project.online);
            }
        }
        if hourly {
            self.secure_at_start()?;
            self.secure()?;
            self.schedule_outages(self.outages.first_events());
        }
        if setup.scenario.supply.entry_through_queue {
            self.file_power_plants();
        }
        if setup.scenario.load.large_loads {
            self.refresh_snapshots()?;
            self.queue.schedule_reforms(&setup.policies, &mut self.calendar);
            self.schedule_dated_requests();
            self.calendar.schedule(Event::Firm(FirmEvent::Review), SimTime::ZERO);
        }
        Ok(())
    }

    fn assemble(setup: Arc<Setup>, streams: Streams, weather: WeatherYears) -> Result<World, RunError> {
        let network = &setup.pack.network;
        let zones = network.zones.len();
        let mut clearing = Clearing::new(network, setup.clearing_terms(), &*setup);
        let fuel_draws = FuelDraws::new(setup.scenario.fuel.movements(), &streams, &setup.months);
        let mut prices = setup.fuel_prices(0);
        fuel_draws.apply(0, &mut prices);
        clearing.set_fuel_prices(&prices);
        let unshifted: Vec<FlowBranch> =
            clearing.problem.branches.iter().map(|branch| FlowBranch { shift_rad: 0.0, ..*branch }).collect();
        let topology = Topology::new(network.buses().len(), &unshifted)
            .map_err(|error| RunError::Planning(error.into()))?;
        let whole = || {
            let problem = &clearing.problem;
            let behind = Behind::new(problem.bus_count(), &problem.branches);
            behind.map_err(|error| RunError::Planning(error.into()))
        };
        let mut ledger = Ledger::new();
        let accounts = Accounts::open(&mut ledger, CLASSES)?;
        let days = (setup.hours / 24) as u32 + 1;
        let on_grid_ehs = setup.existing_ehs();
        let params = &setup.params.bitcoin;
        let mut path = price_path(&params.price, &streams, days);
        if let Some(history) = &setup.coin_history {
            path = replay(history, start_day(&setup.scenario), &path)
                .map_err(|error| SetupError::File(error.to_string()))?;
        }
        let bitcoin = BitcoinWorld::with_prices(params, &streams, path, on_grid_ehs);
        let (buses, branches) = (network.buses().len(), network.branches().len());
        let elements = Elements::of(&setup.pack);
        let hourly = setup.scenario.results.level == Level::Hourly;
        Ok(World {
            causes: Causes::new(&clearing.problem).map_err(RunError::Planning)?,
            costs: clearing.costs(&prices),
            fuel_price_hours: setup.fuel_price_hours(),
            fuel_draws,
            commitment: if clearing.terms().commitment {
                (0..clearing.area_count()).map(|area| Commitment::new(&clearing, area)).collect()
            } else {
                Vec::new()
            },
            supply: Supply::new(&setup, &streams),
            outages: Outages::new(&setup, &clearing, streams, &weather),
            behind: setup.branches_can_fail().then(whole).transpose()?,
            transmission: Transmission::new(elements.count()),
            elements,
            planner: Planner::new(setup.scenario.supply.entry_through_queue),
            sites: Vec::new(),
            site_of_request: Vec::new(),
            operate: Operate::default(),
            power_of_request: Vec::new(),
            queue: Queue::new(setup.params.queue.clone(), streams),
            arrivals: Arrivals::default(),
            intents: Vec::new(),
            unit_flows: UnitFlows::new(buses, branches, BusId(0)),
            topology,
            loss_factors: LossFactors::default(),
            study_branches: StudyBranch::of_network(network),
            snapshots: Vec::new(),
            zonal: setup.is_zonal().then(|| ZonalStudies::new(network)),
            bitcoin,
            bitcoin_day: None,
            billing: Billing::open(&setup, &mut ledger),
            ledger,
            accounts,
            probes: Probes::new(hourly, zones, CLASSES.len(), elements.count()),
            metrics: RunTotals::default(),
            emissions: Emissions::new(zones, CLASSES.len()),
            interval: None,
            spare: Interval::default(),
            book: BidBook::default(),
            zone_price: vec![0.0; zones],
            strong_price: vec![0.0; zones],
            trailing: vec![Trailing::default(); zones],
            month: 0,
            firm_month: 0,
            hours_dispatched: 0,
            pivots: 0,
            again: false,
            calendar: Calendar::new(),
            clearing,
            prices,
            setup,
            streams,
            weather,
        })
    }
}
