//! Units that make numbers readable, and numbers as text.

/// A unit for display: what to multiply with and how to call it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unit {
    pub factor: f64,
    pub label: String,
}

impl Unit {
    fn new(factor: f64, label: impl Into<String>) -> Unit {
        Unit { factor, label: label.into() }
    }

    /// For power in MW of which the largest is `max`.
    pub fn power(max: f64) -> Unit {
        if max >= 2_000.0 { Unit::new(1e-3, "GW") } else { Unit::new(1.0, "MW") }
    }

    /// For energy in MWh of which the largest is `max`.
    pub fn energy(max: f64) -> Unit {
        match max {
            _ if max >= 2e6 => Unit::new(1e-6, "TWh"),
            _ if max >= 2e3 => Unit::new(1e-3, "GWh"),
            _ => Unit::new(1.0, "MWh"),
        }
    }

    /// For counts of which the largest is `max`.
    pub fn count(max: f64, what: &str) -> Unit {
        match max {
            _ if max >= 2e6 => Unit::new(1e-6, format!("million {what}")),
            _ if max >= 2e4 => Unit::new(1e-3, format!("thousand {what}")),
            _ => Unit::new(1.0, what),
        }
    }

    /// For quantities of any size, such as operations: a power of a thousand before the unit.
    pub fn scientific(max: f64, what: &str) -> Unit {
        if max < 1e4 {
            return Unit::new(1.0, what);
        }
        let thousands = (max.log10() / 3.0).floor() as i32;
        let digits: String = (3 * thousands)
            .to_string()
            .chars()
            .map(|digit| ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize - '0' as usize])
            .collect();
        Unit::new(1e-3_f64.powi(thousands), format!("10{digits} {what}"))
    }

    /// Values in this unit.
    pub fn of(&self, values: &[f64]) -> Vec<f64> {
        values.iter().map(|value| value * self.factor).collect()
    }
}

/// A number with so many decimals and a comma at every thousand.
pub(crate) fn number(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let zero = text.bytes().all(|byte| byte == b'0' || byte == b'.');
    let sign = if value < 0.0 && !zero { "\u{2212}" } else { "" };
    let point = if part.is_empty() { "" } else { "." };
    format!("{sign}{grouped}{point}{part}")
}

/// A share in percent, with a digit more when it is small.
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    number(percent, usize::from(percent.abs() < 10.0))
}

/// A label as the beginning of a heading.
pub(crate) fn capitalised(label: &str) -> String {
    let mut letters = label.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(number(1_234_567.0, 0), "1,234,567");
        assert_eq!(number(-1_000.25, 1), "\u{2212}1,000.2");
        assert_eq!(number(-0.04, 1), "0.0");
        assert_eq!(number(999.0, 0), "999");
        assert_eq!(percent(0.0412), "4.1");
        assert_eq!(percent(0.412), "41");
        assert_eq!([capitalised("a rule"), capitalised("šedá"), capitalised("")], ["A rule", "Šedá", ""]);
    }

    #[test]
    fn units_fit_the_largest_value() {
        assert_eq!(Unit::power(1_999.0).label, "MW");
        assert_eq!(Unit::power(2_000.0).label, "GW");
        assert_eq!(Unit::energy(5e6).of(&[5e6]), [5.0]);
        let flop = Unit::scientific(4.2e25, "FLOP");
        assert_eq!(flop.label, "10²⁴ FLOP");
        assert!((flop.of(&[4.2e25])[0] - 42.0).abs() < 1e-9);
        assert_eq!(Unit::count(3e6, "accelerators").label, "million accelerators");
    }
}
