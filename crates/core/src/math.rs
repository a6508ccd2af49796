//! Elementary functions that give the same bits on every platform.
//!
//! The methods of `f64` call the platform's library, whose last bit differs between systems; a
//! replication must not. `clippy.toml` refuses the methods in core, workload and sim.

pub use libm::{atan2, cos, erf, erfc, exp, expm1, log as ln, log1p as ln_1p, pow, sin, sqrt, tanh};

/// Standard normal distribution function.
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc(-z / core::f64::consts::SQRT_2)
}

/// Inverse of [`normal_cdf`] by Acklam's rational approximation and one Halley step; relative error
/// below 1e-14 for `p` in (1e-300, 1 - 1e-16). Panics in debug builds outside (0, 1).
///
/// Reference: P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution
/// function" (2003).
pub fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969683028665376e1,
        2.209460984245205e2,
        -2.759285104469687e2,
        1.38357751867269e2,
        -3.066479806614716e1,
        2.506628277459239,
    ];
    const B: [f64; 5] = [
        -5.447609879822406e1,
        1.615858368580409e2,
        -1.556989798598866e2,
        6.680131188771972e1,
        -1.328068155288572e1,
    ];
    const C: [f64; 6] = [
        -7.784894002430293e-3,
        -3.223964580411365e-1,
        -2.400758277161838,
        -2.549732539343734,
        4.374664141464968,
        2.938163982698783,
    ];
    const D: [f64; 4] = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416];
    debug_assert!(p > 0.0 && p < 1.0, "normal_quantile of {p}");
    let tail = |q: f64| {
        (((((C[0] * q + C[1]) * q + C[2]) * q + C[3]) * q + C[4]) * q + C[5])
            / ((((D[0] * q + D[1]) * q + D[2]) * q + D[3]) * q + 1.0)
    };
    let z = if p < 0.02425 {
        tail(sqrt(-2.0 * ln(p)))
    } else if p > 1.0 - 0.02425 {
        -tail(sqrt(-2.0 * ln_1p(-p)))
    } else {
        let q = p - 0.5;
        let r = q * q;
        (((((A[0] * r + A[1]) * r + A[2]) * r + A[3]) * r + A[4]) * r + A[5]) * q
            / (((((B[0] * r + B[1]) * r + B[2]) * r + B[3]) * r + B[4]) * r + 1.0)
    };
    let e = normal_cdf(z) - p;
    let u = e * sqrt(2.0 * core::f64::consts::PI) * exp(z * z / 2.0);
    z - u / (1.0 + z * u / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantile_inverts_the_distribution() {
        for p in [1e-12, 1e-4, 0.02, 0.3, 0.5, 0.7, 0.975, 1.0 - 1e-9] {
            let back = normal_cdf(normal_quantile(p));
            assert!((back - p).abs() <= 1e-13 + 1e-12 * p, "{p} -> {back}");
        }
        assert!((normal_quantile(0.975) - 1.959963984540054).abs() < 1e-12);
    }
}
