//! Sums and products of long vectors, with the widest instructions that the machine has.
//!
//! Every result is made of the same operations in the same order whatever their width is (nothing is fused), so it is
//! the same to the last bit on every machine.

// A function takes over the instruction set of its caller only where it is inlined.
#![allow(clippy::inline_always)]

/// Evaluates a call of functions that are always inlined with the widest vector instructions of the machine.
macro_rules! widest {
    ($call:expr) => {
        fearless_simd::dispatch!(fearless_simd::Level::new(), _ => $call)
    };
}

/// `y += factor * x`.
#[inline(always)]
pub(super) fn add_scaled(y: &mut [f64], factor: f64, x: &[f64]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}

/// `y += sum of factor x row` over the terms, up to four rows at a time to save passes over `y`.
pub(super) fn add_combination<'a>(y: &mut [f64], terms: impl Iterator<Item = (f64, &'a [f64])>) {
    widest!(combine(y, terms, false));
}

/// `y = sum of factor x row` over the terms; rows are at least as long as `y`.
pub(super) fn set_combination<'a>(y: &mut [f64], terms: impl Iterator<Item = (f64, &'a [f64])>) {
    widest!(combine(y, terms, true));
}

#[inline(always)]
fn combine<'a>(y: &mut [f64], terms: impl Iterator<Item = (f64, &'a [f64])>, mut fresh: bool) {
    let mut group: [(f64, &[f64]); 4] = [(0.0, &[]); 4];
    let mut filled = 0;
    for term in terms.filter(|term| term.0 != 0.0) {
        group[filled] = term;
        filled += 1;
        if filled == 4 {
            filled = 0;
            let [(f0, r0), (f1, r1), (f2, r2), (f3, r3)] = group;
            for ((((y, a), b), c), d) in y.iter_mut().zip(r0).zip(r1).zip(r2).zip(r3) {
                let sum = (f0 * a + f1 * b) + (f2 * c + f3 * d);
                *y = if fresh { sum } else { *y + sum };
            }
            fresh = false;
        }
    }
    if fresh {
        y.fill(0.0);
    }
    let [(f0, r0), (f1, r1), (f2, r2), _] = group;
    match filled {
        1 => add_scaled(y, f0, r0),
        2 => {
            for ((y, a), b) in y.iter_mut().zip(r0).zip(r1) {
                *y += f0 * a + f1 * b;
            }
        }
        3 => {
            for (((y, a), b), c) in y.iter_mut().zip(r0).zip(r1).zip(r2) {
                *y += (f0 * a + f1 * b) + f2 * c;
            }
        }
        _ => {}
    }
}

/// The scalar product, summed in eight lanes in a fixed order.
#[inline(always)]
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0_f64; 8];
    let (a, b) = if a.len() <= b.len() { (a, &b[..a.len()]) } else { (&a[..b.len()], b) };
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = a8.remainder().iter().zip(b8.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a8.zip(b8) {
        for lane in 0..8 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    rest + ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))
}

/// The same for long vectors.
pub(super) fn long_dot(a: &[f64], b: &[f64]) -> f64 {
    widest!(dot(a, b))
}

/// The sum, in eight lanes in a fixed order.
pub(super) fn sum(values: &[f64]) -> f64 {
    let (runs, rest) = values.as_chunks::<8>();
    let mut lanes = [0.0_f64; 8];
    for run in runs {
        for (lane, value) in lanes.iter_mut().zip(run) {
            *lane += value;
        }
    }
    let rest: f64 = rest.iter().sum();
    rest + ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))
}
