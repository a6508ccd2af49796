//! Polynomials in rising powers, evaluated without cancellation.

/// The derivative at `x`.
pub(super) fn slope(c: &[f64], x: f64) -> f64 {
    c.iter().enumerate().skip(1).rev().fold(0.0, |sum, (k, c)| sum * x + k as f64 * c)
}

/// The slope of the chord from `a` to `b`; the derivative where they meet. Synthetic division by `x - a`
/// leaves a polynomial whose value at `b` it is, so nothing cancels however close the ends are.
pub(super) fn chord(c: &[f64], a: f64, b: f64) -> f64 {
    let (mut quotient, mut value) = (0.0, 0.0);
    for coefficient in c.iter().skip(1).rev() {
        quotient = quotient * a + coefficient;
        value = value * b + quotient;
    }
    value
}

/// Whether the polynomial is convex from `a` to `b`. The second derivative is written in the Bernstein
/// basis of the range: no negative coefficient is sufficient, and up to degree three necessary.
pub(super) fn is_convex(c: &[f64], a: f64, b: f64) -> bool {
    let second: Vec<f64> = c.iter().enumerate().skip(2).map(|(k, c)| (k * (k - 1)) as f64 * c).collect();
    // Taylor coefficients at `a` for a range of length one.
    let degree = second.len().saturating_sub(1);
    let mut shifted = second;
    for i in 0..shifted.len() {
        for k in (i..degree).rev() {
            shifted[k] += a * shifted[k + 1];
        }
    }
    let mut scale = 1.0;
    for coefficient in &mut shifted {
        *coefficient *= scale;
        scale *= b - a;
    }
    // Bernstein coefficient j: sum over i <= j of C(j, i) / C(degree, i) times Taylor coefficient i.
    (0..shifted.len()).all(|j| {
        let (mut weight, mut sum) = (1.0, 0.0);
        for (i, coefficient) in shifted.iter().enumerate().take(j + 1) {
            sum += weight * coefficient;
            weight *= (j - i) as f64 / (degree - i).max(1) as f64;
        }
        sum >= 0.0
    })
}

/// Where from `a` to `b` a convex polynomial less `price` times `x` is least. Bisection to the last bit.
pub(super) fn cheapest(c: &[f64], a: f64, b: f64, price: f64) -> f64 {
    if slope(c, a) >= price {
        return a;
    }
    if slope(c, b) <= price {
        return b;
    }
    if let [_, linear, quadratic] = *c {
        return ((price - linear) / (2.0 * quadratic)).clamp(a, b);
    }
    let (mut low, mut high) = (a, b);
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if slope(c, middle) < price { low = middle } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_and_chords_by_hand() {
        // 1 + 2 x + 3 x^2 + 4 x^3
        let c = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(slope(&c, 2.0), 2.0 + 12.0 + 48.0);
        assert_eq!(chord(&c, 2.0, 2.0), slope(&c, 2.0));
        // (c(3) - c(1)) / 2 = (142 - 10) / 2
        assert_eq!(chord(&c, 1.0, 3.0), 66.0);
        assert_eq!(chord(&[5.0], 1.0, 3.0), 0.0);
    }

    #[test]
    fn convexity_by_hand() {
        assert!(is_convex(&[0.0, 1.0, 0.5], 0.0, 100.0));
        assert!(!is_convex(&[0.0, 1.0, -0.5], 0.0, 100.0));
        // x^3 is convex for x >= 0 only; x^4 - 6 x^2 has its inflections at -1 and 1.
        assert!(is_convex(&[0.0, 0.0, 0.0, 1.0], 0.0, 5.0));
        assert!(!is_convex(&[0.0, 0.0, 0.0, 1.0], -1.0, 5.0));
        assert!(is_convex(&[0.0, 0.0, -6.0, 0.0, 1.0], 1.0, 5.0));
        assert!(!is_convex(&[0.0, 0.0, -6.0, 0.0, 1.0], 0.5, 5.0));
    }

    #[test]
    fn the_cheapest_output_has_the_price_as_its_slope() {
        assert_eq!(cheapest(&[0.0, 10.0, 0.5], 0.0, 100.0, 30.0), 20.0);
        assert_eq!(cheapest(&[0.0, 10.0, 0.5], 0.0, 100.0, 5.0), 0.0);
        assert_eq!(cheapest(&[0.0, 10.0, 0.5], 0.0, 15.0, 30.0), 15.0);
        let x = cheapest(&[0.0, 0.0, 0.0, 1.0], 0.0, 10.0, 12.0);
        assert!((x - 2.0).abs() < 1e-12, "{x}");
    }
}
