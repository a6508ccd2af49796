//! Student's t distribution for whole degrees of freedom.
//!
//! The probability of `|T| <= t` has a finite trigonometric form (Abramowitz and Stegun, 26.7.3 and
//! 26.7.4), so no special function is needed; the quantile is found by halving. A probability costs
//! O(degrees of freedom).

/// Probability that the absolute value of a t variable stays within `t` (at least 0). `degrees` must be
/// positive.
pub fn t_probability(t: f64, degrees: u32) -> f64 {
    assert!(degrees > 0, "no degrees of freedom");
    let n = f64::from(degrees);
    let (sin, cos) = (t / (n + t * t).sqrt(), (n / (n + t * t)).sqrt());
    // Powers of the cosine up to degrees - 2, each with the product of the ratios before it.
    let series = |first: f64, ratio: fn(f64) -> f64, last: u32| {
        let (mut term, mut sum) = (first, first);
        for j in 1..=last {
            term *= cos * cos * ratio(f64::from(j));
            sum += term;
        }
        sum
    };
    if degrees.is_multiple_of(2) {
        sin * series(1.0, |j| (2.0 * j - 1.0) / (2.0 * j), degrees / 2 - 1)
    } else {
        let sum =
            if degrees == 1 { 0.0 } else { series(cos, |j| 2.0 * j / (2.0 * j + 1.0), (degrees - 3) / 2) };
        std::f64::consts::FRAC_2_PI * ((t / n.sqrt()).atan() + sin * sum)
    }
}

/// The `t` within which the absolute value of a t variable stays with that probability.
///
/// `None` unless `0 < probability < 1` and `degrees` is positive.
pub fn t_quantile(probability: f64, degrees: u32) -> Option<f64> {
    if degrees == 0 || !(probability > 0.0 && probability < 1.0) {
        return None;
    }
    let mut high = 1.0;
    while t_probability(high, degrees) < probability {
        high *= 2.0;
        if high > 1e15 {
            return None;
        }
    }
    let mut low = 0.0;
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return Some(middle);
        }
        if t_probability(middle, degrees) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two-sided 95 % and 99 % points as printed in the usual tables.
    #[test]
    fn quantiles_agree_with_published_tables() {
        for (degrees, at_95, at_99) in [
            (1, 12.706, 63.657),
            (2, 4.303, 9.925),
            (3, 3.182, 5.841),
            (4, 2.776, 4.604),
            (5, 2.571, 4.032),
            (7, 2.365, 3.499),
            (10, 2.228, 3.169),
            (15, 2.131, 2.947),
            (29, 2.045, 2.756),
            (30, 2.042, 2.750),
            (60, 2.000, 2.660),
            (120, 1.980, 2.617),
        ] {
            let q = |p| t_quantile(p, degrees).expect("inside");
            assert!((q(0.95) - at_95).abs() < 6e-4, "{degrees}: {}", q(0.95));
            assert!((q(0.99) - at_99).abs() < 6e-4, "{degrees}: {}", q(0.99));
        }
    }

    /// One degree is the Cauchy distribution, two have an algebraic form.
    #[test]
    fn closed_forms_of_few_degrees() {
        for p in [0.1, 0.5, 0.9, 0.999] {
            let cauchy = (p * std::f64::consts::FRAC_PI_2).tan();
            assert!((t_quantile(p, 1).expect("inside") / cauchy - 1.0).abs() < 1e-12);
            let two = p * (2.0 / (1.0 - p * p)).sqrt();
            assert!((t_quantile(p, 2).expect("inside") / two - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn many_degrees_approach_the_normal_distribution() {
        assert!((t_quantile(0.95, 1_000_000).expect("inside") - 1.959_966_4).abs() < 5e-6);
    }

    #[test]
    fn nothing_outside_the_domain() {
        for (p, degrees) in [(0.95, 0), (0.0, 3), (1.0, 3), (f64::NAN, 3)] {
            assert_eq!(t_quantile(p, degrees), None);
        }
    }
}
