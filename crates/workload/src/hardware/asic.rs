//! Mining rigs: the models sold so far, the efficiency frontier beyond them, and what a rig costs.
//!
//! Three views of one market. [`MODELS`] is a table of what was announced. The *frontier* is a smooth
//! curve through its best entries, falling 21 % a year until the table ends and by an assumed, slower
//! rate afterwards. The *price* of a rig moves with hashprice and with its efficiency relative to the
//! frontier:
//!
//! ```text
//! $/TH = p50 (hashprice / 50)^a (J/TH / frontier)^-b
//! ```
//!
//! Times are decimal years (2025.5 is the middle of 2025).

use gridrush_core::math::{exp, ln, pow};
use serde::{Deserialize, Serialize};

/// How well a number is supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// Read in a named source.
    Source,
    /// From memory, not verified.
    Memory,
}

/// A generation of SHA-256 rigs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AsicModel {
    /// Maker and model.
    pub name: &'static str,
    /// Year of release.
    pub year: u16,
    /// Month of release, 1 to 12.
    pub month: u8,
    /// Hashes per second, in units of 1e12.
    pub hashrate_ths: f64,
    /// Draw at the wall, W.
    pub power_w: f64,
    /// Energy per 1e12 hashes, J.
    pub efficiency_j_per_th: f64,
    /// Price at launch, $ per rig; list or futures price, mostly from memory.
    pub launch_price_usd: f64,
    /// Support of hashrate, power and efficiency.
    pub spec: Support,
    /// Support of the price.
    pub price: Support,
}

impl AsicModel {
    /// The start of the month of release as a decimal year.
    pub fn released(&self) -> f64 {
        f64::from(self.year) + (f64::from(self.month) - 1.0) / 12.0
    }
}

macro_rules! asics {
    ($($name:literal $year:literal-$month:literal $ths:literal $w:literal $j:literal $usd:literal $spec:ident $price:ident;)*) => {
        &[$(AsicModel {
            name: $name, year: $year, month: $month, hashrate_ths: $ths, power_w: $w,
            efficiency_j_per_th: $j, launch_price_usd: $usd, spec: Support::$spec, price: Support::$price,
        }),*]
    };
}

/// Rigs from 2014 to early 2026, by maker's announcement. Efficiencies of ranges are their middle.
///
/// Sources of the specifications: Cambridge device list, `F2Pool` table of March 2020, makers' and dealers'
/// pages; launch prices are from memory except where marked.
#[rustfmt::skip]
pub const MODELS: &[AsicModel] = asics![
    "Bitmain Antminer S5"           2014-12   1.155  590.0 511.0   370.0 Source Memory;
    "Bitmain Antminer S7"           2015-9    4.73  1293.0 273.0  1823.0 Source Memory;
    "Bitmain Antminer S9"           2016-6   13.5   1323.0  98.0  2100.0 Source Memory;
    "MicroBT Whatsminer M3"         2018-1   11.5   2000.0 170.5  1400.0 Source Memory;
    "Bitmain Antminer S9i"          2018-5   14.0   1320.0  94.0   800.0 Source Memory;
    "MicroBT Whatsminer M10"        2018-9   33.0   2145.0  65.0  1500.0 Source Memory;
    "Bitmain Antminer S15"          2018-11  28.0   1596.0  57.0  1475.0 Source Memory;
    "Bitmain Antminer S17"          2019-4   53.0   2385.0  45.0  2250.0 Source Memory;
    "Bitmain Antminer S17 Pro"      2019-4   53.0   2094.0  39.5  2500.0 Source Memory;
    "Bitmain Antminer T17"          2019-5   40.0   2200.0  55.0  1270.0 Source Memory;
    "MicroBT Whatsminer M20S"       2019-8   68.0   3360.0  48.5  1900.0 Source Memory;
    "Bitmain Antminer S17+"         2019-12  73.0   2920.0  40.0  2000.0 Source Memory;
    "MicroBT Whatsminer M30S"       2020-4   88.0   3344.0  38.0  2430.0 Source Memory;
    "Bitmain Antminer S19"          2020-5   95.0   3250.0  34.2  1785.0 Source Memory;
    "Bitmain Antminer S19 Pro"      2020-5  110.0   3250.0  29.5  2407.0 Source Memory;
    "MicroBT Whatsminer M30S++"     2020-10 112.0   3472.0  31.0  3000.0 Memory Memory;
    "Bitmain Antminer S19j Pro"     2021-6  104.0   3068.0  29.5  9999.0 Source Source;
    "Bitmain Antminer S19 Pro+ Hyd" 2022-5  198.0   5445.0  27.5 18000.0 Memory Memory;
    "Bitmain Antminer S19 XP"       2022-7  140.0   3010.0  21.5 11620.0 Source Memory;
    "MicroBT Whatsminer M50"        2022-8  118.0   3306.0  28.5  5500.0 Memory Memory;
    "MicroBT Whatsminer M50S"       2022-9  126.0   3276.0  26.0  6500.0 Source Memory;
    "Bitmain Antminer S19k Pro"     2023-3  120.0   2760.0  23.0  2400.0 Memory Memory;
    "MicroBT Whatsminer M50S+"      2023-4  138.0   3312.0  24.0  3500.0 Source Memory;
    "Bitmain Antminer S19j XP"      2023-6  151.0   3247.0  21.5  3600.0 Memory Memory;
    "Bitmain Antminer S21"          2024-1  200.0   3500.0  17.5  4500.0 Source Memory;
    "MicroBT Whatsminer M60S"       2024-1  186.0   3441.0  18.5  4400.0 Memory Memory;
    "MicroBT Whatsminer M66S"       2024-1  298.0   5513.0  18.5  7000.0 Memory Memory;
    "Bitmain Antminer S21 Pro"      2024-7  234.0   3510.0  15.0  5400.0 Memory Memory;
    "Bitmain Antminer S21 XP"       2024-10 270.0   3645.0  13.5  6500.0 Source Memory;
    "Bitmain Antminer S21 XP Hyd"   2024-10 473.0   5676.0  12.0 12500.0 Memory Memory;
    "Bitmain Antminer S21+"         2025-2  235.0   3564.0  15.2  3349.0 Source Source;
    "Bitmain Antminer S21+ Hyd"     2025-2  319.0   4785.0  15.0  6000.0 Source Memory;
    "Bitmain Antminer S23 Hyd"      2026-1  580.0   5510.0   9.5 17400.0 Source Memory;
];

/// The most efficient model released by `year`, if any. Linear in the table.
pub fn best_available(year: f64) -> Option<&'static AsicModel> {
    MODELS
        .iter()
        .filter(|model| model.released() <= year)
        .min_by(|a, b| a.efficiency_j_per_th.total_cmp(&b.efficiency_j_per_th))
}

/// The rig market: frontier and price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AsicParams {
    /// Frontier at the start of 2025, J/TH. \[D\] the curve from the S9 (98 in June 2016) at -0.238 a
    /// year in logarithms, which meets the best model of October 2024 within 5 %.
    pub frontier_2025_j_per_th: f64,
    /// Yearly fall of the frontier before the table ends. \[D\] 1 - exp(-0.238).
    pub frontier_fall_per_year: f64,
    /// Where the table ends, decimal year.
    pub frontier_change_year: f64,
    /// Yearly fall of the frontier after that. Assumed, to be swept.
    pub frontier_fall_per_year_later: f64,
    /// Age of the frontier that is delivered, years. \[S\] rigs ship 3-9 months after they are announced.
    pub delivery_age_years: f64,
    /// Price of a frontier rig at a hashprice of 50 $/PH/day, $/TH. \[D\] least squares in logarithms on
    /// 20 quotes of May 2021 to June 2025 (Hashrate Index and dealers), residual 17 %.
    pub price_usd_per_th_at_50: f64,
    /// Elasticity of the rig price in hashprice. \[D\] same fit.
    pub price_hashprice_elasticity: f64,
    /// Elasticity of the rig price in relative inefficiency (entered as a positive number). \[D\] same fit.
    pub price_efficiency_elasticity: f64,
}

impl Default for AsicParams {
    fn default() -> Self {
        Self {
            frontier_2025_j_per_th: 12.8,
            frontier_fall_per_year: 0.212,
            frontier_change_year: 2026.0,
            frontier_fall_per_year_later: 0.10,
            delivery_age_years: 0.75,
            price_usd_per_th_at_50: 18.8,
            price_hashprice_elasticity: 1.15,
            price_efficiency_elasticity: 1.05,
        }
    }
}

impl AsicParams {
    /// The efficiency of the best rig of `year`, J/TH.
    pub fn frontier_j_per_th(&self, year: f64) -> f64 {
        let before = year.min(self.frontier_change_year) - 2025.0;
        let after = (year - self.frontier_change_year).max(0.0);
        self.frontier_2025_j_per_th
            * exp(before * ln(1.0 - self.frontier_fall_per_year)
                + after * ln(1.0 - self.frontier_fall_per_year_later))
    }

    /// The efficiency of rigs delivered in `year`, J/TH.
    pub fn delivered_j_per_th(&self, year: f64) -> f64 {
        self.frontier_j_per_th(year - self.delivery_age_years)
    }

    /// The market price of a rig of some efficiency, $/TH.
    pub fn rig_price_usd_per_th(&self, year: f64, hashprice_usd_per_ph_day: f64, j_per_th: f64) -> f64 {
        self.price_usd_per_th_at_50
            * pow(hashprice_usd_per_ph_day.max(0.0) / 50.0, self.price_hashprice_elasticity)
            * pow(j_per_th / self.frontier_j_per_th(year), -self.price_efficiency_elasticity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_consistent() {
        for model in MODELS {
            let computed = model.power_w / model.hashrate_ths;
            assert!((computed / model.efficiency_j_per_th - 1.0).abs() < 0.03, "{} {computed}", model.name);
            assert!((1..=12).contains(&model.month));
        }
        assert!(
            MODELS.windows(2).all(|pair| pair[0].released() <= pair[1].released()),
            "in order of release"
        );
        assert_eq!(best_available(2014.0), None);
        assert_eq!(best_available(2022.0).map(|m| m.efficiency_j_per_th), Some(29.5));
    }

    #[test]
    fn frontier_follows_the_table_and_then_slows() {
        let asic = AsicParams::default();
        // The S9 led for two years and was then overtaken at once; the curve is meant for the time since.
        for model in MODELS.iter().filter(|m| m.released() > 2018.5) {
            let best = best_available(model.released()).unwrap();
            if best == model {
                let ratio = asic.frontier_j_per_th(model.released()) / model.efficiency_j_per_th;
                assert!((0.75..1.35).contains(&ratio), "{} {ratio}", model.name);
            }
        }
        let yearly = asic.frontier_j_per_th(2031.0) / asic.frontier_j_per_th(2030.0);
        assert!((yearly - 0.9).abs() < 1e-12);
        assert!((asic.frontier_j_per_th(2025.0) - 12.8).abs() < 1e-12);
    }

    /// Hashrate Index: under 38 J/TH from 119.25 $/TH (7 May 2021) to 15.71 (25 December 2022), -87 %, while
    /// hashprice (30-day mean) went from 324 to 62 $/PH/day.
    /// Within two residual standard deviations (17 % each) of the quotes.
    #[test]
    fn rig_prices_pass_hashprice_through() {
        let asic = AsicParams::default();
        let high = asic.rig_price_usd_per_th(2021.35, 324.0, 32.0);
        let low = asic.rig_price_usd_per_th(2022.98, 62.2, 29.0);
        assert!(ln(high / 119.25).abs() < 0.34, "{high}");
        assert!(ln(low / 15.71).abs() < 0.34, "{low}");
        assert!((1.0 - low / high - 0.87).abs() < 0.03);
        // The least efficient tier falls most: 55 -> 4.72 for rigs above 68 J/TH.
        let old_fall =
            asic.rig_price_usd_per_th(2022.98, 62.2, 95.0) / asic.rig_price_usd_per_th(2021.35, 324.0, 95.0);
        assert!(old_fall < low / high);
    }
}
