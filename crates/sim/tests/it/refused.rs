//! What a run refuses about a pack that reads well.

use gridrush_core::grid::RegionPack;

use crate::harness::{pack_files, try_setup_of};

/// The messages of a changed testbed.
fn faults(change: &dyn Fn(&mut RegionPack)) -> Vec<String> {
    let setup = try_setup_of(pack_files("testbed"), "2025-01-01", "2025-02-01", "", change);
    setup.err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn a_class_that_is_no_large_load_is_refused_with_the_nearest_one() {
    let found = faults(&|pack| {
        pack.sites[0].class = "minning".to_owned();
        pack.sites[1].class = "native".to_owned();
    });
    let allowed = "is no class of large load (allowed: mining, ai_training, ai_inference)";
    let want = [
        format!("sites.csv: `mine_plains_1`: `minning` {allowed}; did you mean mining?"),
        format!("sites.csv: `campus_city_1`: `native` {allowed}"),
    ];
    assert_eq!(found, want);
}

#[test]
fn the_testbed_itself_is_fine() {
    assert_eq!(faults(&|_| {}), Vec::<String>::new());
}

#[test]
fn a_time_zone_that_is_not_whole_hours_from_utc_is_refused() {
    // The last of these is half an hour off in its winter only, which is not in these months.
    for (zone, fine) in [
        ("Asia/Kolkata", false),
        ("Australia/Adelaide", false),
        ("Asia/Kathmandu", false),
        ("Europe/Berlin", true),
        ("Australia/Lord_Howe", true),
    ] {
        let found = faults(&|pack| pack.region.facts.time_zone = zone.to_owned());
        assert_eq!(found.is_empty(), fine, "{zone}: {found:?}");
        let named = format!("`{zone}` is not whole hours from UTC");
        assert!(fine || found[0].contains(&named), "{found:?}");
    }
}
