//! Hashrate outside the simulated grid.
//!
//! Rigs are kept by vintage; the price of power that their owners pay is log-normal, the same for every
//! vintage, and for some it is sunk (own generation, take-or-pay). A vintage runs at the places where its
//! breakeven exceeds the price of power; switching takes days, entry takes months:
//!
//! ```text
//! wanted share = sunk + (1 - sunk) Phi(ln(breakeven / median) / spread)
//! orders per month = installed * clamp(k ln(b_new / all-in cost), 0, cap)
//! ```
//!
//! with `b_new` the breakeven of the rigs sold today and the all-in cost of power, operation and capital.
//! Orders arrive evenly between two lags. Idle rigs are scrapped slowly, running ones fail.
//!
//! Invariant: installed = start + delivered - scrapped, all non-negative. A day costs O(vintages + lag).

use std::collections::VecDeque;

use gridrush_core::math::{exp, ln, normal_cdf};
use serde::{Deserialize, Serialize};

use super::valuation::{annuity, breakeven_usd_per_mwh};
use crate::hardware::asic::AsicParams;

/// Rigs of one efficiency at the start.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartVintage {
    /// Efficiency at the wall, J/TH.
    pub j_per_th: f64,
    /// Share of the installed hashrate.
    pub share: f64,
}

/// Parameters of the rest of the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RestOfWorldParams {
    /// Median delivered price of power, $/MWh. \[S\] Cambridge survey 2025.
    pub power_median_usd_per_mwh: f64,
    /// Standard deviation of the logarithm of the price of power. Assumed: a tenth of miners pays
    /// less than 27 $/MWh and a tenth more than 75; the network falls when the fleet's breakeven nears
    /// 65-80 $/MWh \[D\].
    pub power_spread_log: f64,
    /// Share of rigs whose power is sunk and that run at any hashprice. Assumed. Without it the elasticity of
    /// hashrate in hashprice exceeds one in a deep crash and difficulty swings from epoch to epoch, which has
    /// never been seen; with it the elasticity is 0.5 at a breakeven of 70 $/MWh, as after the halving of 2020
    /// \[D\].
    pub sunk_power_share: f64,
    /// Time over which rigs are switched off and on, days. \[D\] -24 % within nine days of the crash of March
    /// 2020, and back within three weeks of the recovery.
    pub switch_days: f64,
    /// Power at the meter over power of the rigs. \[S\] 1.02-1.10.
    pub pue: f64,
    /// Other operating cost, $/MWh. \[S\] all-in 55.5 less power 45.
    pub other_usd_per_mwh: f64,
    /// Cost of a rig and its place, $ per W. \[S\] a current rig in June 2025: 14.25 $/TH at 15.2 J/TH; a
    /// place in a mine adds 0.3.
    pub capital_usd_per_w: f64,
    /// Interest, per year. Assumed.
    pub interest_per_year: f64,
    /// Planned life of a rig, years. \[S\] 1.5 to 5.
    pub rig_life_years: f64,
    /// Monthly entry per unit of ln(breakeven / all-in cost). \[D\] growth over the next 3 months by fleet
    /// breakeven, 2016-26: 4-5 % a month at 100 $/MWh to 11 % at 300.
    pub entry_per_month: f64,
    /// Greatest monthly entry (hosting and production capacity). \[D\] the best year
    /// since 2020 is 2023 with a factor of 1.88.
    pub entry_cap_per_month: f64,
    /// Shortest lag from order to hashing, days. \[D\] hashrate follows price by 4-16 weeks.
    pub lag_min_days: u32,
    /// Longest lag, days.
    pub lag_max_days: u32,
    /// Days over which entrants average hashprice. Assumed.
    pub outlook_days: f64,
    /// Share of idle rigs scrapped per month. Assumed.
    pub scrap_idle_per_month: f64,
    /// Share of running rigs that fail for good per year. Assumed.
    pub failure_per_year: f64,
    /// The fleet at the start. \[M\] models sold 2020-24; 22 J/TH on average, against 25 in 2024 by
    /// Cambridge \[D\].
    pub start: Vec<StartVintage>,
}

impl Default for RestOfWorldParams {
    fn default() -> Self {
        let start = [(31.0, 0.20), (23.0, 0.35), (18.0, 0.35), (14.5, 0.10)];
        Self {
            power_median_usd_per_mwh: 45.0,
            power_spread_log: 0.40,
            sunk_power_share: 0.20,
            switch_days: 6.0,
            pue: 1.05,
            other_usd_per_mwh: 10.5,
            capital_usd_per_w: 1.2,
            interest_per_year: 0.15,
            rig_life_years: 4.0,
            entry_per_month: 0.08,
            entry_cap_per_month: 0.055,
            lag_min_days: 28,
            lag_max_days: 112,
            outlook_days: 28.0,
            scrap_idle_per_month: 0.05,
            failure_per_year: 0.04,
            start: start.into_iter().map(|(j_per_th, share)| StartVintage { j_per_th, share }).collect(),
        }
    }
}

impl RestOfWorldParams {
    /// The price of power at which a new mine earns its capital cost and no more, $/MWh.
    pub fn all_in_usd_per_mwh(&self) -> f64 {
        let capital =
            self.capital_usd_per_w * 1e6 * annuity(self.interest_per_year, self.rig_life_years) / 8766.0;
        self.power_median_usd_per_mwh + self.other_usd_per_mwh + capital
    }

    /// Share of a vintage that its owners want to run at a hashprice.
    fn wanted_share(&self, hashprice_usd_per_ph_day: f64, j_per_th: f64) -> f64 {
        let breakeven_usd_per_mwh = breakeven_usd_per_mwh(hashprice_usd_per_ph_day, j_per_th, self.pue);
        if breakeven_usd_per_mwh <= 0.0 {
            return 0.0;
        }
        let pays =
            normal_cdf(ln(breakeven_usd_per_mwh / self.power_median_usd_per_mwh) / self.power_spread_log);
        self.sunk_power_share + (1.0 - self.sunk_power_share) * pays
    }
}

/// Rigs delivered in one month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Vintage {
    month: i32,
    j_per_th: f64,
    running_ehs: f64,
    idle_ehs: f64,
}

impl Vintage {
    fn installed_ehs(&self) -> f64 {
        self.running_ehs + self.idle_ehs
    }
}

/// State of the rest of the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestOfWorld {
    params: RestOfWorldParams,
    vintages: Vec<Vintage>,
    /// Deliveries of the coming days, EH/s.
    pipeline_ehs: VecDeque<f64>,
    outlook_usd_per_ph_day: f64,
}

impl RestOfWorld {
    /// The rest of the world with `running_ehs` running at the given hashprice. Deliveries of orders
    /// placed before the start are those of a world whose hashprice was the same.
    pub fn new(
        params: &RestOfWorldParams,
        asic: &AsicParams,
        year: f64,
        running_ehs: f64,
        hashprice: f64,
    ) -> Self {
        let wanted = |v: &StartVintage| params.wanted_share(hashprice, v.j_per_th);
        let running: f64 = params.start.iter().map(|v| v.share * wanted(v)).sum();
        let installed = if running > 0.0 { running_ehs / running } else { 0.0 };
        let vintage = |v: &StartVintage| Vintage {
            month: i32::MIN,
            j_per_th: v.j_per_th,
            running_ehs: installed * v.share * wanted(v),
            idle_ehs: installed * v.share * (1.0 - wanted(v)),
        };
        let lag = params.lag_max_days.max(params.lag_min_days).max(1) as usize;
        let mut world = Self {
            params: params.clone(),
            vintages: params.start.iter().map(vintage).collect(),
            pipeline_ehs: VecDeque::from(vec![0.0; lag]),
            outlook_usd_per_ph_day: hashprice,
        };
        for day in 0..lag {
            let order = world.order_ehs(asic, year);
            world.place(order);
            if day + 1 < lag {
                world.pipeline_ehs.rotate_left(1);
                if let Some(last) = world.pipeline_ehs.back_mut() {
                    *last = 0.0;
                }
            }
        }
        world
    }

    /// Hashrate in force, EH/s.
    pub fn running_ehs(&self) -> f64 {
        self.vintages.iter().map(|v| v.running_ehs).sum()
    }

    /// Hashrate of all rigs, running or not, EH/s.
    pub fn installed_ehs(&self) -> f64 {
        self.vintages.iter().map(Vintage::installed_ehs).sum()
    }

    /// Draw at the meters, MW.
    pub fn running_mw(&self) -> f64 {
        self.vintages.iter().map(|v| v.running_ehs * v.j_per_th * self.params.pue).sum()
    }

    /// Hashrate on order, EH/s.
    pub fn ordered_ehs(&self) -> f64 {
        self.pipeline_ehs.iter().sum()
    }

    /// Lives through one day at a hashprice; `year` is its date.
    pub fn step_day(&mut self, asic: &AsicParams, year: f64, hashprice_usd_per_ph_day: f64) {
        let memory = exp(-1.0 / self.params.outlook_days);
        self.outlook_usd_per_ph_day =
            memory * self.outlook_usd_per_ph_day + (1.0 - memory) * hashprice_usd_per_ph_day;
        self.wear();
        let delivered = self.pipeline_ehs.pop_front().unwrap_or(0.0);
        self.pipeline_ehs.push_back(0.0);
        self.deliver(asic.delivered_j_per_th(year), year, delivered);
        self.switch(hashprice_usd_per_ph_day);
        let order = self.order_ehs(asic, year);
        self.place(order);
    }

    /// Today's orders, EH/s.
    fn order_ehs(&self, asic: &AsicParams, year: f64) -> f64 {
        let p = &self.params;
        let breakeven =
            breakeven_usd_per_mwh(self.outlook_usd_per_ph_day, asic.delivered_j_per_th(year), p.pue);
        if breakeven <= 0.0 {
            return 0.0;
        }
        let entry =
            (p.entry_per_month * ln(breakeven / p.all_in_usd_per_mwh())).clamp(0.0, p.entry_cap_per_month);
        self.installed_ehs() * entry * 12.0 / 365.25
    }

    fn place(&mut self, order_ehs: f64) {
        let from = (self.params.lag_min_days as usize).saturating_sub(1);
        let to = self.pipeline_ehs.len();
        let each = order_ehs / (to - from) as f64;
        for slot in self.pipeline_ehs.iter_mut().skip(from) {
            *slot += each;
        }
    }

    fn deliver(&mut self, j_per_th: f64, year: f64, ehs: f64) {
        if ehs <= 0.0 {
            return;
        }
        let month = (year * 12.0).floor() as i32;
        match self.vintages.last_mut().filter(|v| v.month == month) {
            Some(v) => {
                // Efficiency adds up as power: J/TH weighted with hashrate.
                let installed = v.installed_ehs();
                v.j_per_th = (v.j_per_th * installed + j_per_th * ehs) / (installed + ehs);
                v.running_ehs += ehs;
            }
            None => self.vintages.push(Vintage { month, j_per_th, running_ehs: ehs, idle_ehs: 0.0 }),
        }
    }

    fn wear(&mut self) {
        let p = &self.params;
        for v in &mut self.vintages {
            v.idle_ehs *= 1.0 - p.scrap_idle_per_month * 12.0 / 365.25;
            v.running_ehs *= 1.0 - p.failure_per_year / 365.25;
        }
        // A vintage of less than a millionth of the network is gone.
        let least = 1e-6 * self.installed_ehs();
        self.vintages.retain(|v| v.installed_ehs() > least);
    }

    fn switch(&mut self, hashprice: f64) {
        let p = &self.params;
        let moved = 1.0 - exp(-1.0 / p.switch_days);
        for v in &mut self.vintages {
            let installed = v.installed_ehs();
            let wanted = installed * p.wanted_share(hashprice, v.j_per_th);
            v.running_ehs += (wanted - v.running_ehs) * moved;
            v.idle_ehs = installed - v.running_ehs;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: f64 = 2025.0;

    fn world(hashprice: f64) -> RestOfWorld {
        RestOfWorld::new(&RestOfWorldParams::default(), &AsicParams::default(), YEAR, 650.0, hashprice)
    }

    #[test]
    fn starts_with_the_hashrate_asked_for() {
        let row = world(55.0);
        assert!((row.running_ehs() - 650.0).abs() < 1e-9);
        assert!(row.installed_ehs() > 650.0);
        // 22 J/TH and a PUE of 1.05: about 15 GW.
        assert!((13_000.0..16_000.0).contains(&row.running_mw()), "{}", row.running_mw());
    }

    #[test]
    fn switches_off_and_on_with_hashprice_within_days() {
        let asic = AsicParams::default();
        let still = RestOfWorldParams {
            entry_per_month: 0.0,
            scrap_idle_per_month: 0.0,
            failure_per_year: 0.0,
            start: vec![StartVintage { j_per_th: 20.0, share: 1.0 }],
            ..RestOfWorldParams::default()
        };
        let mut row = RestOfWorld::new(&still, &asic, YEAR, 650.0, 200.0);
        let installed = row.installed_ehs();
        // At the median price of power half of those who can choose run: Phi(0) = 1/2.
        let half = f64::midpoint(1.0, still.sunk_power_share);
        let median = 45.0 * 20.0 * 1.05 * 24.0 / 1000.0;
        for day in 1..=60 {
            row.step_day(&asic, YEAR, median);
            let expected = half + (650.0 / installed - half) * exp(-f64::from(day) / still.switch_days);
            assert!((row.running_ehs() / installed - expected).abs() < 1e-9, "day {day}");
        }
        for _ in 0..60 {
            row.step_day(&asic, YEAR, 200.0);
        }
        assert!((row.running_ehs() / 650.0 - 1.0).abs() < 1e-4);
        for _ in 0..200 {
            row.step_day(&asic, YEAR, 0.0);
        }
        assert!(row.running_ehs() < 1e-9);
    }

    /// A network of new rigs alone is stable at any level of margin: the elasticity of wanted hashrate in
    /// hashprice, damped by the days it takes to switch, stays below one per epoch.
    #[test]
    fn difficulty_cannot_swing_from_epoch_to_epoch() {
        let p = RestOfWorldParams::default();
        let (epoch, switch) = (14.0, p.switch_days);
        let damping = 1.0 - switch / epoch * (1.0 - exp(-epoch / switch));
        for step in 0..200 {
            let hashprice = 5.0 * 1.02_f64.powi(step);
            let [low, high] = [0.999, 1.001].map(|f| ln(p.wanted_share(hashprice * f, 20.0)));
            let elasticity = (high - low) / ln(1.001 / 0.999);
            assert!(elasticity * damping < 1.0, "{elasticity} at {hashprice}");
        }
    }

    #[test]
    fn entry_stops_at_the_all_in_cost_and_is_capped() {
        let p = RestOfWorldParams::default();
        let asic = AsicParams::default();
        let j = asic.delivered_j_per_th(YEAR);
        let zero_entry = p.all_in_usd_per_mwh() * j * p.pue * 24.0 / 1000.0;
        assert_eq!(world(zero_entry * 0.999).ordered_ehs(), 0.0);
        assert!(world(zero_entry * 1.01).ordered_ehs() > 0.0);
        let capped = world(zero_entry * 20.0);
        let per_month = capped.order_ehs(&asic, YEAR) * 365.25 / 12.0 / capped.installed_ehs();
        assert!((per_month - p.entry_cap_per_month).abs() < 1e-12);
    }

    #[test]
    fn orders_arrive_between_the_lags_and_none_is_lost() {
        let asic = AsicParams::default();
        let still = RestOfWorldParams {
            entry_per_month: 0.0,
            scrap_idle_per_month: 0.0,
            failure_per_year: 0.0,
            ..RestOfWorldParams::default()
        };
        let mut row = RestOfWorld::new(&still, &asic, YEAR, 650.0, 55.0);
        let before = row.installed_ehs();
        row.place(85.0);
        for day in 1..=120 {
            row.step_day(&asic, YEAR, 55.0);
            let expected = f64::from((day - 27_i32).clamp(0, 85));
            assert!((row.installed_ehs() - before - expected).abs() < 1e-6, "day {day}");
        }
        assert!(row.ordered_ehs().abs() < 1e-9);
    }
}
