//! T11: a load that may be curtailed for a few hours finds room where a firm one finds none.
//!
//! Each balancing area is a copper plate that serves its native load whatever it is, up to the greatest of
//! the season over all years. A new constant load `X` is cut where native load and it exceed that peak `P`.
//! With the gaps `g = P - native` of all `N` hours in ascending order, the share of the load's greatest
//! energy that is cut is
//!
//! ```text
//!   c(X) = sum max(0, X - g) / (N X) = (k X - G_k) / (N X),    k gaps below X, G_k their sum
//! ```
//!
//! which rises with `X`, so that `X = G_k / (k - c N)` at the one `k` where it lies between the gaps `k` and
//! `k + 1`. Costs the sorting of the hours.

use gridrush_core::kernel::Streams;

use super::{Arm, Claim, Confidence, Fact, MeasureError, Shipped, Worth};

/// Permitted curtailment, as shares of the load's greatest energy.
const SHARES: [f64; 3] = [0.0025, 0.005, 0.01];

static SCENARIO: Shipped = Shipped {
    file: "facts-headroom.toml",
    text: include_str!("../../../../../scenarios/facts/facts-headroom.toml"),
};

const fn claim(
    name: &'static str,
    unit: &'static str,
    target: f64,
    accepted: (f64, f64),
    naive: Option<f64>,
) -> Claim {
    Claim {
        name,
        unit,
        target,
        accepted,
        worth: Worth::OtherModel,
        confidence: Confidence::Source,
        observations: 22,
        naive,
    }
}

const fn area(name: &'static str, target_gw: f64, accepted: (f64, f64)) -> Claim {
    let confidence = Confidence::Memory;
    Claim { confidence, observations: 1, ..claim(name, "GW", target_gw, accepted, None) }
}

/// T11.
pub static FACT: Fact = Fact {
    id: "T11",
    statement: "The load that can be connected rises concavely with the curtailment that it accepts: \
                76, 98 and 126 GW at 0.25, 0.5 and 1 %.",
    source: "Norris and others, Rethinking Load Growth, Duke University 2025: 22 balancing areas of the \
             United States, hourly load 2016-2024",
    naive: "room in proportion to permitted curtailment",
    caveat: "7 of the 22 areas; load drawn from models fitted to 2020-2022 instead of nine observed years; \
             summer is May to October and winter the rest (assumed)",
    scenario: &SCENARIO,
    tables: &[],
    claims: &[
        claim("room at 0.5 % over room at 0.25 %", "", 98.0 / 76.0, (1.23, 1.35), Some(2.0)),
        claim("room at 1 % over room at 0.25 %", "", 126.0 / 76.0, (1.56, 1.76), Some(4.0)),
        claim(
            "slope from 0.5 to 1 % over slope from 0.25 to 0.5 %",
            "",
            28.0 / 44.0,
            (0.45, 0.95),
            Some(1.0),
        ),
        Claim {
            confidence: Confidence::Memory,
            ..claim("room at 0.25 % over the sum of peaks", "%", 10.0, (7.5, 12.5), None)
        },
        area("PJM at 0.5 %", 18.0, (13.5, 22.5)),
        area("MISO at 0.5 %", 15.0, (11.25, 18.75)),
        area("ERCOT at 0.5 %", 10.0, (7.5, 12.5)),
        area("SPP at 0.5 %", 10.0, (7.5, 12.5)),
    ],
    measure,
};

/// Arms whose own room is claimed, in the order of the claims.
const AREAS: [&str; 4] = ["pjm", "miso", "ercot", "spp"];

fn measure(arms: &[Arm<'_>]) -> Result<Vec<Option<f64>>, MeasureError> {
    let mut total_mw = [0.0; SHARES.len()];
    let mut peaks_mw = 0.0;
    let mut of_area = [None; AREAS.len()];
    for arm in arms {
        let (gaps_mw, peak_mw) = gaps(arm)?;
        let room_mw = SHARES.map(|share| room(&gaps_mw, share));
        for (total, mw) in total_mw.iter_mut().zip(room_mw) {
            *total += mw;
        }
        peaks_mw += peak_mw;
        if let Some(n) = AREAS.iter().position(|name| *name == arm.name) {
            of_area[n] = Some(room_mw[1] / 1000.0);
        }
    }
    let [quarter, half, one] = total_mw;
    let slopes = ((half - quarter) / (SHARES[1] - SHARES[0]), (one - half) / (SHARES[2] - SHARES[1]));
    let mut out = vec![
        Some(half / quarter),
        Some(one / quarter),
        Some(slopes.1 / slopes.0),
        Some(100.0 * quarter / peaks_mw),
    ];
    out.extend(of_area);
    Ok(out)
}

/// How far the native load of an area stays below the peak of its season, hour by hour, in ascending order;
/// and its greatest load.
fn gaps(arm: &Arm<'_>) -> Result<(Vec<f64>, f64), MeasureError> {
    let setup = arm.setup;
    let weather = setup.weather_years(&Streams::new(setup.scenario.seed, arm.replication))?;
    let mut zones = vec![0.0; setup.series.len()];
    let summer = |hour: usize| (5..=10).contains(&setup.stamps()[hour].month);
    let mut loads_mw = Vec::with_capacity(setup.hours);
    let mut peaks_mw = [0.0_f64; 2];
    for hour in 0..setup.hours {
        setup.native_mw(&weather, hour, &mut zones);
        let load_mw: f64 = zones.iter().sum();
        let peak = &mut peaks_mw[usize::from(summer(hour))];
        *peak = peak.max(load_mw);
        loads_mw.push(load_mw);
    }
    let gap = |(hour, load): (usize, f64)| peaks_mw[usize::from(summer(hour))] - load;
    let mut gaps: Vec<f64> = loads_mw.into_iter().enumerate().map(gap).collect();
    gaps.sort_unstable_by(f64::total_cmp);
    Ok((gaps, peaks_mw[0].max(peaks_mw[1])))
}

/// The greatest constant load of which at most `share` is cut. `gaps` ascend and are not negative.
fn room(gaps: &[f64], share: f64) -> f64 {
    let allowed = share * gaps.len() as f64;
    let mut sum = 0.0;
    for (k, &gap) in (1_u32..).zip(gaps) {
        sum += gap;
        let k = f64::from(k);
        if k > allowed {
            let x = sum / (k - allowed);
            if gaps.get(k as usize).is_none_or(|&next| x <= next) {
                return x;
            }
        }
    }
    f64::INFINITY
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_share(gaps: &[f64], load: f64) -> f64 {
        gaps.iter().map(|gap| (load - gap).max(0.0)).sum::<f64>() / (gaps.len() as f64 * load)
    }

    /// Ten hours; gaps 0, 10, 20, ... 90. At 12 % of 10 X = 1.2 X: with three gaps below X, 3 X - 30 = 1.2 X
    /// gives X = 16.67, which is below the third gap; with two, 2 X - 10 = 1.2 X gives 12.5, between the gaps.
    #[test]
    fn room_by_hand() {
        let gaps: Vec<f64> = (0..10).map(|i| 10.0 * f64::from(i)).collect();
        assert!((room(&gaps, 0.12) - 12.5).abs() < 1e-12);
        assert_eq!(room(&gaps, 0.0), 0.0);
        // Everything may be cut.
        assert_eq!(room(&gaps, 1.0), f64::INFINITY);
        // Beyond all gaps: 10 X - 450 = 9 X.
        assert!((room(&gaps, 0.9) - 450.0).abs() < 1e-9);
    }

    /// The closed form meets the definition on uneven gaps and rises with the share.
    #[test]
    fn room_is_cut_by_the_permitted_share() {
        let mut gaps: Vec<f64> = (0..8760_u32).map(|i| f64::from(i * 7919 % 8761).powf(1.3) / 3.0).collect();
        gaps.sort_unstable_by(f64::total_cmp);
        gaps[0] = 0.0;
        let mut last = 0.0;
        for share in [0.0005, 0.0025, 0.005, 0.01, 0.05, 0.3] {
            let x = room(&gaps, share);
            assert!((cut_share(&gaps, x) - share).abs() < 1e-12, "{share}: {x}");
            assert!(x > last);
            last = x;
        }
    }
}
