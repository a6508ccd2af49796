//! Tables of ten years with the shapes of a real run: a daily and yearly rhythm, growth, a boom and a bust
//! of mining, a campus build-out, a bad August, storms, and a queue that fills and drains.

use std::path::Path;

use gridrush_tables::{Batch, Cell, Civil, Column, DirectorySink, Kind, RowSink, Table};

pub const ZONES: [&str; 8] =
    ["coast", "east", "far_west", "north", "north_central", "south", "south_central", "west"];
/// The part of each zone in all load, large or not.
const SHARES: [f64; 8] = [0.22, 0.05, 0.18, 0.04, 0.24, 0.09, 0.12, 0.06];
pub const LARGE: [&str; 3] = ["mining", "ai_training", "ai_inference"];
const CLASSES: [&str; 4] = ["native", LARGE[0], LARGE[1], LARGE[2]];
pub const FUELS: [&str; 8] = ["gas", "coal", "nuclear", "wind", "solar", "hydro", "storage", "other"];

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, unit: "", meaning: "Made for a test." }
}

const fn table(name: &'static str, columns: &'static [Column]) -> Table {
    Table { name, meaning: "Made for a test.", columns, csv: false }
}

const TIME: Column = column("time_utc", Kind::Timestamp);
const T_S: Column = column("t_s", Kind::Integer);
const ZONE: Column = column("zone", Kind::Text);
const CLASS: Column = column("class", Kind::Text);
const YEAR: Column = column("year", Kind::Integer);

const fn float(name: &'static str) -> Column {
    column(name, Kind::Float)
}

pub static CONTENTION_HOURLY: Table = table(
    "contention_hourly",
    &[TIME, T_S, ZONE, CLASS, float("requested_mw"), float("served_mw"), float("price_usd_per_mwh")],
);
pub static SYSTEM_HOURLY: Table = table(
    "system_hourly",
    &[
        TIME,
        T_S,
        float("native_mw"),
        float("large_requested_mw"),
        float("large_served_mw"),
        float("deliverable_mw"),
        float("energized_mw"),
        float("price_usd_per_mwh"),
    ],
);
pub static LOAD_MONTHLY: Table = table(
    "load_monthly",
    &[
        TIME,
        ZONE,
        CLASS,
        float("requested_mwh"),
        float("served_mwh"),
        float("price_paid_usd_per_mwh"),
        float("energized_mw"),
    ],
);
pub static CURTAILMENT_MONTHLY: Table =
    table("curtailment_monthly", &[TIME, ZONE, CLASS, column("cause", Kind::Text), float("curtailed_mwh")]);
pub static EMISSIONS_MONTHLY: Table = table(
    "emissions_monthly",
    &[TIME, ZONE, CLASS, float("energy_mwh"), float("average_t"), float("marginal_t")],
);
pub static BILLS_MONTHLY: Table = table(
    "bills_monthly",
    &[
        TIME,
        column("payer", Kind::Text),
        float("energy_mwh"),
        float("energy_usd"),
        float("capacity_usd"),
        float("network_usd"),
        float("distribution_usd"),
        float("tariff_usd"),
        float("tax_usd"),
        float("credit_usd"),
        float("total_usd"),
    ],
);
pub static QUEUE_MONTHLY: Table = table(
    "queue_monthly",
    &[TIME, CLASS, column("stage", Kind::Text), column("requests", Kind::Integer), float("mw")],
);
pub static BITCOIN_DAILY: Table = table(
    "bitcoin_daily",
    &[
        TIME,
        float("price_usd"),
        float("network_ehs"),
        float("modelled_ehs"),
        float("difficulty"),
        float("hashprice_usd_per_ph_day"),
    ],
);
/// A table that lacks most of its columns.
pub static LACKING: Table = table("bitcoin_daily", &[TIME, float("price_usd")]);
pub static COMPUTE_MONTHLY: Table = table(
    "compute_monthly",
    &[
        TIME,
        ZONE,
        CLASS,
        column("accelerators", Kind::Integer),
        float("it_mw"),
        float("delivered_flop"),
        column("jobs_finished", Kind::Integer),
        column("jobs_waiting", Kind::Integer),
    ],
);
pub static ADEQUACY_YEARLY: Table = table(
    "adequacy_yearly",
    &[
        TIME,
        YEAR,
        float("peak_mw"),
        float("reserve_margin"),
        float("firm_shed_mwh"),
        float("price_usd_per_mwh"),
    ],
);
pub static SUPPLY_YEARLY: Table = table(
    "supply_yearly",
    &[
        TIME,
        YEAR,
        column("fuel", Kind::Text),
        float("capacity_mw"),
        float("planned_mw"),
        float("entered_mw"),
        float("retired_mw"),
    ],
);

/// A plain generator of numbers in 0..1, enough to roughen curves.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Roughly normal, mean 0, deviation 1.
    fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

const HOUR_MS: i64 = 3_600_000;

/// Where growth stands between 0 at the start and 1 after `years`.
fn ramp(t: f64, start: f64, years: f64) -> f64 {
    let part = ((t - start) / years).clamp(0.0, 1.0);
    part * part * (3.0 - 2.0 * part)
}

/// MW that a class asks for, `t` years after the start.
fn asked_mw(class: &str, t: f64, hour: f64) -> f64 {
    match class {
        "mining" => {
            1_900.0 + 2_600.0 * ramp(t, 0.3, 1.6) - 1_900.0 * ramp(t, 3.2, 0.8) + 2_900.0 * ramp(t, 5.0, 2.0)
        }
        "ai_training" => 250.0 + 7_800.0 * ramp(t, 0.8, 8.0),
        _ => {
            (80.0 + 2_500.0 * ramp(t, 1.2, 8.5))
                * (1.0 + 0.22 * ((hour - 20.0) / 24.0 * std::f64::consts::TAU).cos())
        }
    }
}

/// Writes all tables for so many years from 2025 into a folder.
pub fn write(dir: &Path, years: i64) {
    let mut sink = DirectorySink::create(dir).unwrap();
    hourly(&mut sink, years);
    queue(&mut sink, years);
    bitcoin(&mut sink, years);
    compute(&mut sink, years);
    supply(&mut sink, years);
    emissions(&mut sink, years);
    bills(&mut sink, years);
    sink.finish().unwrap();
}

/// Customers who pay most, large loads that grow, a tax on mines that customers get back.
fn bills(sink: &mut DirectorySink, years: i64) {
    let mut rows = Batch::new(&BILLS_MONTHLY);
    let payers = ["residential", "commercial", "industrial", LARGE[0], LARGE[1], LARGE[2]];
    for n in 0..12 * years {
        let civil = Civil::date(2025 + n / 12, (n % 12 + 1) as u8, 1);
        let t = n as f64 / 12.0;
        for (payer, name) in payers.iter().enumerate() {
            let large = payer >= 3;
            let mwh = if large { 2e5 * (1.0 + t) } else { 4e6 / (1.0 + payer as f64) };
            let price = [80.0, 50.0, 20.0, 0.0, 0.0, 0.0][payer];
            let tax = if *name == LARGE[0] { 12.0 * mwh } else { 0.0 };
            let credit = if large { 0.0 } else { -4.0 * 2e5 * (1.0 + t) };
            let tariff = if *name == LARGE[1] { 9.0 * mwh } else { 0.0 };
            let parts = [(35.0 + t) * mwh, 3.0 * t * mwh, 9.0 * mwh, price * mwh, tariff, tax, credit];
            let cells = parts.map(Cell::Float);
            let [energy, capacity, network, distribution, tariff, tax, credit] = cells;
            let total = Cell::Float(parts.iter().sum());
            let month = Cell::Integer(civil.to_ms());
            let mwh = Cell::Float(mwh);
            let name = Cell::Text(name);
            rows.push(&[
                month,
                name,
                mwh,
                energy,
                capacity,
                network,
                distribution,
                tariff,
                tax,
                credit,
                total,
            ]);
        }
    }
    sink.write(&rows).unwrap();
}

/// A grid that gets cleaner, with a class that draws at night.
fn emissions(sink: &mut DirectorySink, years: i64) {
    let mut rows = Batch::new(&EMISSIONS_MONTHLY);
    for n in 0..12 * years {
        let civil = Civil::date(2025 + n / 12, (n % 12 + 1) as u8, 1);
        let t = n as f64 / 12.0;
        for (zone, size) in ZONES.iter().zip(1_i32..) {
            for (class, shift) in CLASSES.iter().zip(0_i32..) {
                let mwh = 1e6 * f64::from(size);
                let average = (0.45 - 0.02 * t + 0.02 * f64::from(shift)) * mwh;
                let marginal = (0.55 - 0.03 * f64::from(shift * size)) * mwh;
                let cells = [mwh, average, marginal].map(Cell::Float);
                let month = Cell::Integer(civil.to_ms());
                rows.push(&[month, Cell::Text(zone), Cell::Text(class), cells[0], cells[1], cells[2]]);
            }
        }
    }
    sink.write(&rows).unwrap();
}

#[derive(Clone, Copy, Default)]
struct Month {
    requested: f64,
    served: f64,
    paid: f64,
    causes: [f64; 7],
}

const CAUSES: [&str; 7] =
    ["price", "scarcity", "congestion", "substation", "outage", "policy", "not_connected"];

/// The parts of what a class did not get that have each cause.
fn why_not(t: f64, price: f64, class: usize, civil: Civil) -> [f64; 7] {
    let frozen = f64::from(civil.year == 2028 && civil.month == 2) * 0.4;
    let mut parts = [0.0; 7];
    parts[1] = if class == 1 && price < 900.0 { 0.0 } else { 0.7 * f64::from(price > 200.0) };
    parts[2] = 0.12 + 0.1 * ramp(t, 4.0, 3.0);
    parts[3] = 0.06;
    parts[4] = 0.02 + frozen;
    parts[5] = 0.05 * ramp(t, 6.0, 0.1);
    parts[6] = 0.04 * (1.0 - ramp(t, 5.0, 4.0));
    parts[0] = (1.0 - parts.iter().sum::<f64>()).max(0.0);
    let whole: f64 = parts.iter().sum();
    parts.map(|part| part / whole)
}

/// Writes the sums of a month and begins anew.
fn close_month(civil: Civil, sums: &mut [[Month; 4]], monthly: &mut Batch, curtailed: &mut Batch) {
    let month = Cell::Integer(civil.month_start().to_ms());
    for (zone, sums) in ZONES.iter().zip(sums) {
        for (class, sum) in CLASSES.iter().zip(sums) {
            let (zone, class) = (Cell::Text(zone), Cell::Text(class));
            let [requested, served, price] =
                [sum.requested, sum.served, sum.paid / sum.served].map(Cell::Float);
            monthly.push(&[month, zone, class, requested, served, price, Cell::Float(1.0)]);
            for (cause, &mwh) in CAUSES.iter().zip(&sum.causes).filter(|(_, mwh)| **mwh > 0.0) {
                curtailed.push(&[month, zone, class, Cell::Text(cause), Cell::Float(mwh)]);
            }
            *sum = Month::default();
        }
    }
}

fn hourly(sink: &mut DirectorySink, years: i64) {
    let (start, end) = (Civil::date(2025, 1, 1).to_ms(), Civil::date(2025 + years, 1, 1).to_ms());
    let mut noise = Noise(7);
    let [mut hours, mut system] = [Batch::new(&CONTENTION_HOURLY), Batch::new(&SYSTEM_HOURLY)];
    let [mut monthly, mut curtailed] = [Batch::new(&LOAD_MONTHLY), Batch::new(&CURTAILMENT_MONTHLY)];
    let mut sums = [[Month::default(); 4]; ZONES.len()];
    let (mut weather, mut wind) = (0.0, 0.0);
    let mut time = start;
    while time < end {
        let civil = Civil::from_ms(time);
        let t = (time - start) as f64 / (365.25 * 86_400_000.0);
        let hour = civil.ms_of_day as f64 / HOUR_MS as f64;
        let season = (t - 0.6).rem_euclid(1.0);
        let summer = (season * std::f64::consts::TAU).cos();
        weather = 0.98 * weather + 0.2 * noise.bell();
        wind = 0.97 * wind + 0.24 * noise.bell();
        let afternoon = ((hour - 22.5) / 24.0 * std::f64::consts::TAU).cos();
        let native = 52_000.0
            + 1_100.0 * t
            + 9_000.0 * summer
            + (5_000.0 + 3_500.0 * summer.max(0.0)) * afternoon
            + 1_800.0 * weather;
        let solar = (16_000.0 + 5_000.0 * t) * ((hour - 18.5) / 24.0 * std::f64::consts::TAU).cos().max(0.0);
        // Two lean years: demand has run ahead of supply, and a dry August makes it worse.
        let lean = 4_500.0 * ramp(t, 5.5, 1.0) * (1.0 - ramp(t, 7.2, 1.2));
        let drought = if civil.year == 2031 && civil.month == 8 { 3_500.0 } else { 0.0 };
        let firm = 68_000.0 + 1_800.0 * t - lean - drought;
        let available = firm + 0.75 * solar + 9_000.0 * (0.9 + 0.35 * wind).clamp(0.1, 2.2);
        let asked: Vec<f64> = LARGE.iter().map(|class| asked_mw(class, t, hour)).collect();
        let all_asked: f64 = asked.iter().sum();
        let energized = 1.12 * all_asked;
        let room = available - native - 2_300.0;
        let deliverable = room.clamp(0.0, energized);
        let tight = (room - all_asked) / 10_000.0;
        let price = if tight < 0.0 {
            (55.0 * (-5.0 * tight).exp()).min(5_000.0)
        } else {
            34.0 - 7.0 * tight.min(3.4) - 9.0 * (tight - 3.4).max(0.0) + 1.5 * noise.bell()
        };
        // Mines leave first; then training is cut to what can be delivered; inference is cut last.
        let breakeven = 62.0 - 18.0 * ramp(t, 3.2, 0.8) + 10.0 * ramp(t, 5.0, 2.0);
        let mut left = deliverable;
        let mut served = [0.0; 3];
        for class in [2, 1, 0] {
            let wanted = if class == 0 && price > breakeven { 0.15 * asked[0] } else { 0.985 * asked[class] };
            served[class] = wanted.min(left);
            left -= served[class];
        }
        for (zone, name) in ZONES.iter().enumerate() {
            let zone_price =
                price + 2.5 * (zone as f64 - 3.0) * (1.0 + 0.6 * summer) - 8.0 * f64::from(zone == 2);
            for (class, class_name) in CLASSES.iter().enumerate() {
                let (requested, got) = if class == 0 {
                    (native * SHARES[zone], native * SHARES[zone])
                } else {
                    (asked[class - 1] * SHARES[zone], served[class - 1] * SHARES[zone])
                };
                hours.push(&[
                    Cell::Integer(time),
                    Cell::Integer((time - start) / 1_000),
                    Cell::Text(name),
                    Cell::Text(class_name),
                    Cell::Float(requested),
                    Cell::Float(got),
                    Cell::Float(zone_price),
                ]);
                let sum = &mut sums[zone][class];
                sum.requested += requested;
                sum.served += got;
                sum.paid += got * zone_price;
                let parts = why_not(t, price, class, civil);
                for (sum, part) in sum.causes.iter_mut().zip(parts) {
                    *sum += (requested - got) * part;
                }
            }
        }
        system.push(&[
            Cell::Integer(time),
            Cell::Integer((time - start) / 1_000),
            Cell::Float(native),
            Cell::Float(all_asked),
            Cell::Float(served.iter().sum()),
            Cell::Float(deliverable),
            Cell::Float(energized),
            Cell::Float(price),
        ]);
        time += HOUR_MS;
        if Civil::from_ms(time).month != civil.month {
            close_month(civil, &mut sums, &mut monthly, &mut curtailed);
            for batch in [&mut hours, &mut system] {
                sink.write(batch).unwrap();
                batch.clear();
            }
        }
    }
    sink.write(&monthly).unwrap();
    sink.write(&curtailed).unwrap();
}

fn months(years: i64) -> impl Iterator<Item = (i64, f64)> {
    let first = Civil::date(2025, 1, 1);
    let all = std::iter::successors(Some(first), |civil| Some(civil.next_month()));
    all.take_while(move |civil| civil.year < 2025 + years)
        .map(|civil| (civil.to_ms(), (civil.year - 2025) as f64 + f64::from(civil.month - 1) / 12.0))
}

fn queue(sink: &mut DirectorySink, years: i64) {
    let mut batch = Batch::new(&QUEUE_MONTHLY);
    for (time, t) in months(years) {
        for class in LARGE {
            let now = asked_mw(class, t, 20.0);
            let ahead = |years: f64| (asked_mw(class, t + years, 20.0) - now).max(0.0);
            let boom = if class == "mining" { 1.0 } else { 1.7 };
            let stages = [
                ("filed", 0.9 * boom * (ahead(3.5) - ahead(2.6)).max(0.0)),
                ("studying", 1.8 * boom * (ahead(2.6) - ahead(1.6)).max(0.0)),
                ("agreement", 1.2 * (ahead(1.6) - ahead(1.0)).max(0.0)),
                ("building", ahead(1.0)),
                ("energized", 1.12 * now),
                ("withdrawn", 0.6 * boom * asked_mw(class, (t - 1.0).max(0.0), 20.0) * ramp(t, 0.0, 6.0)),
            ];
            for (stage, mw) in stages {
                let requests = (mw / 120.0).round() as i64;
                batch.push(&[
                    Cell::Integer(time),
                    Cell::Text(class),
                    Cell::Text(stage),
                    Cell::Integer(requests),
                    Cell::Float(mw),
                ]);
            }
        }
    }
    sink.write(&batch).unwrap();
}

fn bitcoin(sink: &mut DirectorySink, years: i64) {
    let mut batch = Batch::new(&BITCOIN_DAILY);
    let mut noise = Noise(11);
    let (start, mut log_price, mut network) = (Civil::date(2025, 1, 1).to_ms(), 94_000_f64.ln(), 780.0);
    for day in 0..years * 365 {
        let t = day as f64 / 365.0;
        let cycle = 0.75 * ((t - 0.9) / 4.0 * std::f64::consts::TAU).cos();
        log_price += 0.004 * (94_000_f64.ln() + 0.14 * t + cycle - log_price) + 0.022 * noise.bell();
        let price = log_price.exp();
        let subsidy = if t < 3.3 {
            3.125
        } else if t < 7.3 {
            1.5625
        } else {
            0.781_25
        };
        let hashprice = 144.0 * (subsidy + 0.15) * price / (network * 1_000.0);
        network *= 1.0 + 0.0016 * (hashprice / 38.0 - 0.75).clamp(-1.0, 1.0);
        batch.push(&[
            Cell::Integer(start + day * 86_400_000),
            Cell::Float(price),
            Cell::Float(network),
            Cell::Float(asked_mw("mining", t, 0.0) / 24.0 * (1.0 + 0.06 * t)),
            Cell::Float(network * 1.4e11),
            Cell::Float(hashprice),
        ]);
    }
    sink.write(&batch).unwrap();
}

fn compute(sink: &mut DirectorySink, years: i64) {
    let mut batch = Batch::new(&COMPUTE_MONTHLY);
    for (time, t) in months(years) {
        for (zone, share) in ZONES.iter().zip(SHARES) {
            for class in &LARGE[1..] {
                let mw = share * (0.4 + 0.6 * ramp(t, 1.0, 3.0)) * asked_mw(class, t, 20.0);
                let accelerators = (mw * 1_000.0 / 1.4) as i64;
                let per_second = 4e14 * (1.0 + 0.35 * t);
                let flop = if *class == "ai_training" {
                    accelerators as f64
                        * per_second
                        * 2.63e6
                        * (0.9 - 0.12 * (t * std::f64::consts::TAU).sin().max(0.0))
                } else {
                    0.0
                };
                batch.push(&[
                    Cell::Integer(time),
                    Cell::Text(zone),
                    Cell::Text(class),
                    Cell::Integer(accelerators),
                    Cell::Float(mw),
                    Cell::Float(flop),
                    Cell::Integer(12),
                    Cell::Integer(3),
                ]);
            }
        }
    }
    sink.write(&batch).unwrap();
}

fn supply(sink: &mut DirectorySink, years: i64) {
    let [mut supply, mut adequacy] = [Batch::new(&SUPPLY_YEARLY), Batch::new(&ADEQUACY_YEARLY)];
    let mut capacity = [66_000.0, 13_600.0, 5_150.0, 39_500.0, 30_000.0, 560.0, 11_000.0, 900.0];
    for year in 2025..2025 + years {
        let t = (year - 2025) as f64;
        let time = Cell::Integer(Civil::date(year, 1, 1).to_ms());
        for (index, fuel) in FUELS.iter().enumerate() {
            let (planned, entered, retired) = match *fuel {
                "gas" => (if t < 3.0 { 900.0 } else { 0.0 }, 1_500.0 * ramp(t, 3.0, 3.0), 350.0),
                "coal" => (0.0, 0.0, if t > 2.0 { 800.0 } else { 0.0 }),
                "wind" => (if t < 3.0 { 1_400.0 } else { 0.0 }, 1_100.0 * ramp(t, 2.0, 3.0), 200.0),
                "solar" => (if t < 3.0 { 6_000.0 } else { 0.0 }, 4_200.0 * ramp(t, 2.0, 2.0), 0.0),
                "storage" => (if t < 3.0 { 4_500.0 } else { 0.0 }, 2_800.0 * ramp(t, 2.0, 2.0), 0.0),
                _ => (0.0, 0.0, 0.0),
            };
            capacity[index] += planned + entered - retired;
            let numbers = [capacity[index], planned, entered, retired].map(Cell::Float);
            supply.push(&[
                time,
                Cell::Integer(year),
                Cell::Text(fuel),
                numbers[0],
                numbers[1],
                numbers[2],
                numbers[3],
            ]);
        }
        let peak = 85_200.0 + 3_100.0 * t;
        let margin = 0.16 - 0.09 * ramp(t, 3.0, 3.0) + 0.06 * ramp(t, 6.5, 2.0);
        let numbers = [peak, margin, 0.0, 48.0 + 6.0 * t].map(Cell::Float);
        adequacy.push(&[time, Cell::Integer(year), numbers[0], numbers[1], numbers[2], numbers[3]]);
    }
    sink.write(&supply).unwrap();
    sink.write(&adequacy).unwrap();
}
