//! One factor at a time: the point of all first levels, then every other level of each factor alone.

/// Level numbers by point: 1 + the sum of (levels - 1) points.
pub fn one_at_a_time(levels: &[usize]) -> Vec<Vec<usize>> {
    let base = vec![0; levels.len()];
    let mut points = vec![base.clone()];
    for (factor, &count) in levels.iter().enumerate() {
        for level in 1..count {
            let mut point = base.clone();
            point[factor] = level;
            points.push(point);
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_by_three() {
        assert_eq!(one_at_a_time(&[2, 3]), [[0, 0], [1, 0], [0, 1], [0, 2]]);
    }
}
