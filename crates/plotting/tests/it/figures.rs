use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gridrush_plotting::{Options, Outcome, all, draw_all};

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

#[test]
fn every_figure_is_drawn_with_its_data() {
    let out = decade().join("figures");
    let outcome = draw_all(decade(), &out, &options()).unwrap();
    assert_eq!(outcome.skipped, []);
    for figure in all() {
        let svg = fs::read_to_string(out.join(format!("{}.svg", figure.name()))).unwrap();
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"), "{}", figure.name());
        assert!(svg.contains(figure.title()) && svg.contains("aria-label"), "{}", figure.name());
        assert!(svg.contains("Made for a test"), "{}", figure.name());
        assert!(!svg.contains("NaN"), "{}", figure.name());
        let csv = fs::read_to_string(out.join(format!("{}.csv", figure.name()))).unwrap();
        assert!(csv.lines().count() > 10, "{}", figure.name());
    }
}
