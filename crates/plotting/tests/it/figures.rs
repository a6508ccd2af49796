use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gridrush_plotting::{Options, Outcome, PlotError, all, draw_all, draw_figure};
use gridrush_tables::{Batch, Cell, Civil, DirectorySink, RowSink, parquet_path, read_table};

use crate::fixture;

/// Ten years of tables, written once; the figures drawn from them stay in the target folder to be looked at.
fn decade() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("decade");
        fixture::write(&dir, 10);
        dir
    })
}

fn options() -> Options {
    Options { footer: Some("Made for a test: not a result.".to_owned()) }
}

fn draw_one(name: &str, results: &Path, out: &Path) -> Result<Vec<PathBuf>, PlotError> {
    let figure = all().into_iter().find(|figure| figure.name() == name).unwrap();
    draw_figure(figure, results, out, &options())
}

fn skipped(outcome: &Outcome) -> Vec<(&str, &str)> {
    outcome.skipped.iter().map(|one| (one.figure, one.reason.as_str())).collect()
}

/// Figures of other results than those of a run.
const OF_OTHER_RESULTS: [&str; 3] = ["backtest", "headroom", "queue_arms"];

/// A CSV file as rows of fields.
fn csv_rows(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn every_figure_is_drawn_with_its_data() {
    let out = decade().join("figures");
    let outcome = draw_all(decade(), &out, &options()).unwrap();
    // Nothing that really happened and no headroom stands beside the decade.
    assert_eq!(skipped(&outcome), []);
    for figure in all().into_iter().filter(|figure| !OF_OTHER_RESULTS.contains(&figure.name())) {
        let svg = fs::read_to_string(out.join(format!("{}.svg", figure.name()))).unwrap();
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"), "{}", figure.name());
        assert!(svg.contains(figure.title()) && svg.contains("aria-label"), "{}", figure.name());
        assert!(svg.contains("Made for a test"), "{}", figure.name());
        assert!(!svg.contains("NaN"), "{}", figure.name());
        let csv = fs::read_to_string(out.join(format!("{}.csv", figure.name()))).unwrap();
        assert!(csv.lines().count() > 10, "{}", figure.name());
    }
    let formats = if cfg!(feature = "figures") { 4 } else { 2 };
    assert_eq!(outcome.written.len(), formats * (all().len() - OF_OTHER_RESULTS.len()));
    assert!(outcome.written.iter().all(|path| path.is_file()));
}

#[test]
fn the_same_tables_give_the_same_pictures() {
    let [one, other] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for name in ["contention", "price_duration", "supply"] {
        draw_one(name, decade(), one.path()).unwrap();
        draw_one(name, decade(), other.path()).unwrap();
        for extension in ["svg", "csv"] {
            let file = format!("{name}.{extension}");
            assert!(
                fs::read(one.path().join(&file)).unwrap() == fs::read(other.path().join(&file)).unwrap(),
                "{file}"
            );
        }
    }
}

#[test]
fn the_data_of_contention_add_up_to_the_tables() {
    let out = tempfile::tempdir().unwrap();
    draw_one("contention", decade(), out.path()).unwrap();
    let (mut requested, mut served, mut shares) = (0.0, 0.0, 0.0);
    for row in csv_rows(&out.path().join("contention.csv")) {
        let [time, _, series, value, unit] = row.as_slice() else { panic!("{row:?}") };
        if !time.starts_with("2031-08") {
            continue;
        }
        let value: f64 = value.parse().unwrap();
        match (series.rsplit(' ').next(), unit.as_str()) {
            (Some("requested"), "MW") => requested += value * 744.0,
            (Some("served"), "MW") => served += value * 744.0,
            (_, "1") => shares += value,
            _ => assert!(series.starts_with("deliverable"), "{series}"),
        }
    }
    let loads = read_table(decade(), "load_monthly").unwrap();
    let august = Civil::date(2031, 8, 1).to_ms();
    let sum = |column: &str| -> f64 {
        let values = loads.floats(column).unwrap();
        let (times, classes) = (loads.integers("time_utc").unwrap(), loads.texts("class").unwrap());
        (0..loads.len())
            .filter(|&row| times[row] == august && classes.get(row) != "native")
            .map(|row| values[row])
            .sum()
    };
    assert!((requested / sum("requested_mwh") - 1.0).abs() < 1e-12);
    assert!((served / sum("served_mwh") - 1.0).abs() < 1e-12);
    // What was not served has a cause, so the shares fill the gap.
    assert!((shares - (1.0 - served / requested)).abs() < 1e-9, "{shares}");
}

#[test]
fn the_week_is_the_one_with_the_most_valuable_energy_not_served() {
    let out = tempfile::tempdir().unwrap();
    draw_one("contention_week", decade(), out.path()).unwrap();
    let rows = csv_rows(&out.path().join("contention_week.csv"));
    let start = rows.iter().map(|row| row[0].as_str()).min().unwrap();

    // Every midnight of the decade, the slow way.
    let system = read_table(decade(), "system_hourly").unwrap();
    let column = |name: &str| system.floats(name).unwrap();
    let (times, price) = (system.integers("time_utc").unwrap(), column("price_usd_per_mwh"));
    let (asked, got) = (column("large_requested_mw"), column("large_served_mw"));
    let mut best = (f64::MIN, 0);
    for first in (0..=times.len() - 168).step_by(24) {
        let worth =
            (first..first + 168).map(|at| (asked[at] - got[at]).max(0.0) * price[at].max(0.0)).sum::<f64>();
        if worth > best.0 {
            best = (worth, times[first]);
        }
    }
    assert_eq!(start, Civil::from_ms(best.1).to_string());
    assert_eq!(rows.iter().filter(|row| row[2] == "mining served").count(), 168);
}

#[test]
fn missing_and_empty_tables_only_skip_their_figures() {
    let [results, out] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let outcome = draw_all(results.path(), &out.path().join("charts"), &options()).unwrap();
    assert_eq!((outcome.written.len(), outcome.skipped.len()), (0, all().len() - OF_OTHER_RESULTS.len()));
    assert!(!out.path().join("charts").exists());

    let mut sink = DirectorySink::create(results.path()).unwrap();
    sink.declare(&fixture::QUEUE_MONTHLY).unwrap();
    sink.write(&one_hour("north", "mining")).unwrap();
    sink.finish().unwrap();
    let outcome = draw_all(results.path(), out.path(), &options()).unwrap();
    assert!(skipped(&outcome).contains(&("queue", "nothing to show: table `queue_monthly` is empty")));
    assert!(
        skipped(&outcome).iter().any(|(name, reason)| *name == "supply" && reason.contains("supply_yearly"))
    );
}

/// A single hour of a single load.
fn one_hour(zone: &str, class: &str) -> Batch {
    let mut batch = Batch::new(&fixture::LOAD_MONTHLY);
    let (zone, class) = (Cell::Text(zone), Cell::Text(class));
    let numbers = [5.0, 5.0, 20.0, 10.0].map(Cell::Float);
    batch.push(&[
        Cell::Integer(Civil::date(2025, 1, 1).to_ms()),
        zone,
        class,
        numbers[0],
        numbers[1],
        numbers[2],
        numbers[3],
    ]);
    batch
}

#[test]
fn a_lack_of_one_column_is_named() {
    let [results, out] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut sink = DirectorySink::create(results.path()).unwrap();
    let mut batch = Batch::new(&fixture::LACKING);
    batch.push(&[Cell::Integer(0), Cell::Float(1.0)]);
    sink.write(&batch).unwrap();
    sink.finish().unwrap();
    let outcome = draw_all(results.path(), out.path(), &options()).unwrap();
    let reason = "table `bitcoin_daily` has no float column `network_ehs`";
    assert!(skipped(&outcome).contains(&("hashrate", reason)), "{outcome:?}");
}

#[test]
fn short_odd_runs_are_drawn() {
    let [results, out] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut sink = DirectorySink::create(results.path()).unwrap();
    // One month, a class and a cause that nobody knows, names that XML must escape, values that are missing.
    sink.write(&one_hour("<north & \"west\">", "çelik")).unwrap();
    let mut system = Batch::new(&fixture::SYSTEM_HOURLY);
    let mut hourly = Batch::new(&fixture::CONTENTION_HOURLY);
    let start = Civil::date(2025, 1, 1).to_ms();
    for hour in 0..3 {
        let time = Cell::Integer(start + hour * 3_600_000);
        let price = if hour == 1 { f64::NAN } else { 20.0 };
        let numbers = [100.0, 5.0, 4.0, f64::NAN, 6.0, price].map(Cell::Float);
        system.push(&[
            time,
            Cell::Integer(hour * 3_600),
            numbers[0],
            numbers[1],
            numbers[2],
            numbers[3],
            numbers[4],
            numbers[5],
        ]);
        let (zone, class) = (Cell::Text("<north>"), Cell::Text("çelik"));
        hourly.push(&[time, Cell::Integer(hour * 3_600), zone, class, numbers[1], numbers[2], numbers[5]]);
    }
    let mut curtailed = Batch::new(&fixture::CURTAILMENT_MONTHLY);
    let names = ["<north>", "çelik", "öther"].map(Cell::Text);
    curtailed.push(&[Cell::Integer(start), names[0], names[1], names[2], Cell::Float(1.0)]);
    for batch in [&system, &hourly, &curtailed] {
        sink.write(batch).unwrap();
    }
    sink.finish().unwrap();
    let outcome = draw_all(results.path(), out.path(), &Options::default()).unwrap();
    let names: Vec<&str> = skipped(&outcome).iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["queue", "hashrate", "compute", "supply", "emissions", "who_pays"]);
    let svg = fs::read_to_string(out.path().join("price_by_zone.svg")).unwrap();
    assert!(svg.contains("&lt;north &amp; &quot;west&quot;&gt;") && !svg.contains("<north"));
    let svg = fs::read_to_string(out.path().join("curtailment_causes.svg")).unwrap();
    assert!(svg.contains("Çelik") && svg.contains("öther"));
    for path in outcome.written.iter().filter(|path| path.extension().is_some_and(|e| e == "svg")) {
        assert!(!fs::read_to_string(path).unwrap().contains("NaN"), "{}", path.display());
    }
}

#[test]
fn a_damaged_table_is_an_error() {
    let [results, out] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    fs::write(parquet_path(results.path(), "load_monthly"), b"not a table").unwrap();
    let error = draw_all(results.path(), out.path(), &options()).unwrap_err();
    assert!(error.to_string().contains("load_monthly.parquet"), "{error}");
}

#[cfg(feature = "figures")]
#[test]
fn png_is_at_print_resolution_and_pdf_at_paper_size() {
    let out = tempfile::tempdir().unwrap();
    draw_one("supply", decade(), out.path()).unwrap();
    let png = fs::read(out.path().join("supply.png")).unwrap();
    // The width stands in bytes 16 to 19 of a PNG: 7 inches at 300 dots.
    assert_eq!(u32::from_be_bytes([png[16], png[17], png[18], png[19]]), 2_100);
    let pdf = fs::read(out.path().join("supply.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF") && String::from_utf8_lossy(&pdf).contains("/MediaBox [0 0 504 "));
}
