//! Accelerators: the models sold so far and an assumed frontier beyond them.
//!
//! A campus buys by compute per joule at the server: dense 16-bit FLOP/s over the server's power per
//! accelerator, fans and network included, cooling not. Past the end of [`MODELS`] the best entry improves
//! by a constant factor a year at the same power and price, which is an assumption to be swept.
//!
//! Times are decimal years (2025.5 is the middle of 2025).

use gridrush_core::math::pow;
use serde::{Deserialize, Serialize};

use super::asic::Support;

/// A generation of data-center accelerators.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AcceleratorModel {
    /// Model.
    pub name: &'static str,
    /// Year of release.
    pub year: u16,
    /// Month of release, 1 to 12.
    pub month: u8,
    /// What a campus needs to know of it.
    pub spec: Accelerator,
    /// Support of the FLOP/s.
    pub flops_support: Support,
    /// Support of the server's power.
    pub power_support: Support,
    /// Support of the price.
    pub price_support: Support,
}

/// The numbers of an accelerator that decide about power and compute.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accelerator {
    /// Dense BF16 (FP16 before 2020) peak, in 1e12 FLOP/s.
    pub dense_tflops: f64,
    /// Greatest power of the server per accelerator, kW, without cooling.
    pub server_kw: f64,
    /// Price with its share of nothing else, $.
    pub price_usd: f64,
}

impl Accelerator {
    /// Peak compute per energy at the server, 1e12 FLOP per joule.
    pub fn tflop_per_joule(&self) -> f64 {
        self.dense_tflops / (self.server_kw * 1000.0)
    }
}

impl AcceleratorModel {
    /// The start of the month of release as a decimal year.
    pub fn released(&self) -> f64 {
        f64::from(self.year) + (f64::from(self.month) - 1.0) / 12.0
    }
}

macro_rules! accelerators {
    ($($name:literal $year:literal-$month:literal $tflops:literal $kw:literal $usd:literal $f:ident $k:ident $p:ident;)*) => {
        &[$(AcceleratorModel {
            name: $name, year: $year, month: $month,
            spec: Accelerator { dense_tflops: $tflops, server_kw: $kw, price_usd: $usd },
            flops_support: Support::$f, power_support: Support::$k, price_support: Support::$p,
        }),*]
    };
}

/// Data-center accelerators from 2017 to 2025, oldest first. Powers given as a range are its middle.
///
/// Sources: total-cost tables and price trackers for FLOP/s, chip power and street price; server powers
/// from memory of makers' data sheets (DGX-1V 3.5 kW, DGX A100 6.5, DGX H100 10.2, DGX B200 14.3 for eight;
/// NVL72 racks 120-132 and 132-142 kW, the rack of 132 kW was read).
#[rustfmt::skip]
pub const MODELS: &[AcceleratorModel] = accelerators![
    "V100 SXM2 32GB"  2017-6   125.0 0.44   10000.0 Memory Memory Memory;
    "A100 SXM4 40GB"  2020-5   312.0 0.81   12000.0 Source Memory Memory;
    "A100 SXM4 80GB"  2020-11  312.0 0.81   15000.0 Source Memory Memory;
    "H100 SXM5 80GB"  2022-10  989.0 1.275  30000.0 Source Memory Source;
    "MI300X"          2023-12 1307.0 1.4    15000.0 Memory Memory Memory;
    "H200 SXM"        2024-4   989.0 1.275  35000.0 Source Memory Source;
    "B200 SXM"        2025-1  2250.0 1.79   40000.0 Source Memory Source;
    "GB200 NVL72"     2025-2  2500.0 1.75   42000.0 Memory Source Memory;
    "GB300 NVL72"     2025-9  2500.0 1.9    50000.0 Memory Memory Memory;
];

/// The model with this name.
pub fn by_name(name: &str) -> Option<&'static AcceleratorModel> {
    MODELS.iter().find(|model| model.name == name)
}

/// The accelerator with the most compute per joule that is sold in `year`: from the table while it lasts,
/// then its best entry improved by `improvement_x_per_year` in FLOP/s, at the same power and price. Before
/// the first release: the first model.
pub fn best_available(year: f64, improvement_x_per_year: f64) -> Accelerator {
    let best = MODELS
        .iter()
        .filter(|model| model.released() <= year)
        .max_by(|a, b| a.spec.tflop_per_joule().total_cmp(&b.spec.tflop_per_joule()))
        .unwrap_or(&MODELS[0])
        .spec;
    let beyond = year - MODELS[MODELS.len() - 1].released();
    if beyond <= 0.0 {
        return best;
    }
    Accelerator { dense_tflops: best.dense_tflops * pow(improvement_x_per_year, beyond), ..best }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_of_release() {
        assert!(MODELS.windows(2).all(|pair| pair[0].released() <= pair[1].released()));
    }

    #[test]
    fn servers_deliver_the_published_compute_per_joule() {
        // A100 0.39, H100 0.78, B200 1.26, GB200 1.4-1.5 dense TFLOP per joule at the server.
        for (name, expected) in
            [("A100 SXM4 80GB", 0.39), ("H100 SXM5 80GB", 0.78), ("B200 SXM", 1.26), ("GB200 NVL72", 1.43)]
        {
            let got = by_name(name).unwrap().spec.tflop_per_joule();
            assert!((got - expected).abs() < 0.006, "{name}: {got}");
        }
    }

    #[test]
    fn the_best_never_gets_worse_and_improves_by_the_factor() {
        assert_eq!(best_available(2024.0, 1.3), by_name("MI300X").unwrap().spec);
        assert_eq!(best_available(2025.2, 1.3), by_name("GB200 NVL72").unwrap().spec);
        let mut last = 0.0;
        for month in 0..300 {
            let now = best_available(2010.0 + f64::from(month) / 12.0, 1.3).tflop_per_joule();
            assert!(now >= last);
            last = now;
        }
        let ratio = best_available(2030.0, 1.3).dense_tflops / best_available(2029.0, 1.3).dense_tflops;
        assert!((ratio - 1.3).abs() < 1e-12);
        assert_eq!(best_available(2034.0, 1.0), by_name("GB200 NVL72").unwrap().spec);
    }
}
