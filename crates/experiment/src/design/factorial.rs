//! The full factorial design: every level of every factor with every level of all others.

/// Level numbers by point; the last factor changes fastest, so the first point has all first levels.
pub fn factorial(levels: &[usize]) -> Vec<Vec<usize>> {
    let mut points = vec![Vec::new()];
    for &count in levels {
        points = points
            .into_iter()
            .flat_map(|point: Vec<usize>| (0..count).map(move |level| [point.as_slice(), &[level]].concat()))
            .collect();
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_by_three() {
        let expected = [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]];
        assert_eq!(factorial(&[2, 3]), expected);
        assert_eq!(factorial(&[]), [[0; 0]]);
        assert_eq!(factorial(&[3, 4, 5]).len(), 60);
    }
}
