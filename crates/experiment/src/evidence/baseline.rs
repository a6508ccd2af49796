//! The naive forecast: a price is a constant plus so much for net load and so much for gas.
//!
//! ```text
//!   p = a + b (load - wind - sun) + c gas
//! ```
//!
//! by least squares, out of sample: hours of weeks with an even number are forecast with coefficients of the
//! others, and the other way round. It knows observed prices of the same year, which the model does not.

use super::statistics::least_squares;

/// Hours of a fold.
const FOLD_HOURS: usize = 168;

/// Forecasts of every hour; NaN where one of the halves cannot be fitted. `observed` may have holes.
pub fn forecast(observed: &[Option<f64>], net_load_mw: &[f64], gas_usd_per_mmbtu: &[f64]) -> Vec<f64> {
    let row = |hour: usize| vec![1.0, net_load_mw[hour], gas_usd_per_mmbtu[hour]];
    let fit = |fold: usize| {
        let known: Vec<(usize, f64)> = (observed.iter().enumerate())
            .filter(|(hour, _)| hour / FOLD_HOURS % 2 == fold)
            .filter_map(|(hour, price)| Some((hour, (*price)?)))
            .collect();
        let rows: Vec<Vec<f64>> = known.iter().map(|&(hour, _)| row(hour)).collect();
        let prices: Vec<f64> = known.iter().map(|&(_, price)| price).collect();
        least_squares(&rows, &prices)
    };
    let fits = [fit(0), fit(1)];
    (0..observed.len())
        .map(|hour| match &fits[1 - hour / FOLD_HOURS % 2] {
            Some(c) => row(hour).iter().zip(c).map(|(x, c)| x * c).sum(),
            None => f64::NAN,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_half_is_forecast_from_the_other() {
        let hours = 4 * FOLD_HOURS;
        let load: Vec<f64> = (0..hours).map(|h| 1000.0 + (h % 24) as f64 * 10.0).collect();
        let gas: Vec<f64> = (0..hours).map(|h| 2.0 + (h / 24 % 5) as f64).collect();
        // Odd weeks are dearer by 7: the even ones must be told so, and the odd ones not.
        let week = |h: usize| h / FOLD_HOURS % 2;
        let price = |h: usize| 0.02 * load[h] + 5.0 * gas[h] + if week(h) == 1 { 7.0 } else { 0.0 };
        let mut observed: Vec<Option<f64>> = (0..hours).map(|h| Some(price(h))).collect();
        observed[3] = None;
        let forecast = forecast(&observed, &load, &gas);
        for (h, told) in forecast.into_iter().enumerate() {
            let want = price(h) + if week(h) == 1 { -7.0 } else { 7.0 };
            assert!((told - want).abs() < 1e-6, "{h}: {told} {want}");
        }
        assert!(super::forecast(&[Some(1.0)], &[1.0], &[1.0])[0].is_nan());
    }
}
