//! T13: how long plants took in Texas, and how many gave up.
//!
//! The times of the steps are put in from the records; what is not put in is what follows: how the way as a
//! whole is spread, and how the queue grows.

use super::requests::{
    MONTH_DAYS, Request, TABLES, WAITING, day_of, mw_by_month, quantile_of, ratio, requests,
};
use super::{Arm, Claim, Confidence, Fact, MeasureError, Shipped, Worth};

static SCENARIO: Shipped = Shipped {
    file: "facts-step-times.toml",
    text: include_str!("../../../../../scenarios/facts/facts-step-times.toml"),
};

/// Positions of December 2018 and December 2022 among the months of the run.
const RECORD_MONTHS: (usize, usize) = (12 * 8 + 11, 12 * 12 + 11);

const fn claim(
    name: &'static str,
    unit: &'static str,
    target: f64,
    accepted: (f64, f64),
    worth: Worth,
    observations: u32,
) -> Claim {
    Claim { name, unit, target, accepted, worth, confidence: Confidence::Data, observations, naive: None }
}

/// T13.
pub static FACT: Fact = Fact {
    id: "T13",
    statement: "Plants in Texas took 33, 36, 37 and 40 months from screening to synchronisation in 2019 to 2022, \
                17 of them from agreement to power, and 1.4 to 2.6 % of those on the way gave up in a month.",
    source: "ERCOT's monthly reports of generator interconnection, December 2018 to December 2022",
    naive: "the queue grows like the requests filed in a year",
    caveat: "requests are of one kind; steps are independent of each other and of size",
    scenario: &SCENARIO,
    tables: TABLES,
    claims: &[
        claim("median time to power, 2019-2022", "months", 36.5, (32.0, 41.0), Worth::Calibrated, 205),
        claim("median time from agreement to power", "months", 16.3, (14.0, 20.0), Worth::Input, 202),
        claim(
            "upper over lower quartile of the time to power",
            "",
            47.2 / 25.3,
            (1.5, 2.4),
            Worth::Calibrated,
            205,
        ),
        claim("leaving in a month, 2019-2022", "%", 1.83, (1.4, 2.6), Worth::Input, 27_612),
        Claim {
            naive: Some(1.87),
            ..claim("megawatts waiting in 2022 over 2018", "", 210.0 / 70.6, (2.2, 3.8), Worth::Predicted, 1)
        },
        claim("median time to power in 2022 over 2019", "", 39.7 / 32.7, (1.05, 1.4), Worth::Predicted, 61),
    ],
    measure,
};

fn measure(arms: &[Arm<'_>]) -> Result<Vec<Option<f64>>, MeasureError> {
    let months = &arms[0].setup.months;
    let begin_day = |month: usize| months.get(month).map(|month| day_of(month.begin));
    let (from, until) = RECORD_MONTHS;
    let requests = requests(&arms[0])?;
    let waiting = mw_by_month(&arms[0], WAITING)?;
    let mut out = match (begin_day(from + 1), begin_day(until)) {
        (Some(from), Some(until)) => clocks(&requests, from, until),
        _ => [None; 5],
    };
    let growth = waiting.get(from).zip(waiting.get(until)).and_then(|(before, after)| ratio(*after, *before));
    // The order of the claims.
    let last = out[4].take();
    Ok(vec![out[0], out[1], out[2], out[3], growth, last])
}

/// Median months to power; from agreement to power; quartiles' ratio; percent that leave in a month; median of the
/// last of four years over that of the first. Of what happens from one day to another.
fn clocks(requests: &[Request], from: f64, until: f64) -> [Option<f64>; 5] {
    let powered = |first: f64, last: f64| {
        requests.iter().filter_map(move |request| {
            let days = request.energized_days?;
            let day = request.filed_day + days;
            (first..last).contains(&day).then_some((days, request.signed_days))
        })
    };
    let whole =
        |first, last| -> Vec<f64> { powered(first, last).map(|(days, _)| days / MONTH_DAYS).collect() };
    let building: Vec<f64> =
        powered(from, until).filter_map(|(days, signed)| Some((days - signed?) / MONTH_DAYS)).collect();
    let all = whole(from, until);
    let quarter = (until - from) / 4.0;
    let (first, last) = (whole(from, from + quarter), whole(until - quarter, until));
    let (mut left, mut months) = (0.0, 0.0);
    for request in requests {
        let way = [request.ended_days, request.energized_days].into_iter().flatten().fold(f64::MAX, f64::min);
        let end = request.filed_day + way;
        months += (end.min(until) - request.filed_day.max(from)).max(0.0) / MONTH_DAYS;
        left += f64::from(u8::from(request.ended_days.is_some() && (from..until).contains(&end)));
    }
    let median = |values: &[f64]| quantile_of(values, 0.5, 5);
    let over = |a: Option<f64>, b: Option<f64>| a.zip(b).and_then(|(a, b)| ratio(a, b));
    [
        median(&all),
        median(&building),
        over(quantile_of(&all, 0.75, 5), quantile_of(&all, 0.25, 5)),
        ratio(100.0 * left, months),
        over(median(&last), median(&first)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five get power after 10 to 50 months, all signed ten months before; one leaves after 20 months on the way.
    #[test]
    fn clocks_by_hand() {
        let mut requests: Vec<Request> = (1..=5)
            .map(|n| Request {
                energized_days: Some(f64::from(10 * n) * MONTH_DAYS),
                signed_days: Some(f64::from(10 * n - 10) * MONTH_DAYS),
                ..Request::default()
            })
            .collect();
        requests.push(Request { ended_days: Some(20.0 * MONTH_DAYS), ..Request::default() });
        let [median, building, quartiles, leaving, growth] = clocks(&requests, 0.0, 100.0 * MONTH_DAYS);
        let near =
            |got: Option<f64>, want: f64| assert!((got.expect("a value") - want).abs() < 1e-9, "{got:?}");
        near(median, 30.0);
        near(building, 10.0);
        near(quartiles, 2.0);
        // One of 150 + 20 months.
        near(leaving, 100.0 / 170.0);
        assert_eq!(growth, None);
    }
}
