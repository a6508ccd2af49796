//! With native load alone the shipped small regions shed nothing.

use crate::harness;

#[test]
fn without_large_loads_nothing_is_shed() {
    for region in ["testbed", "rts24"] {
        let setup = harness::setup(region, "2025-01-01", "2028-01-01", "[load]\nlarge_loads = false\n");
        let mut shed_mw = 0.0_f64;
        let run = harness::run(&setup, 0, &mut |world, _| assert!(world.sites().is_empty()));
        let system = run.table("system_hourly");
        let (asked, served) =
            (system.floats("native_mw").unwrap(), system.floats("native_served_mw").unwrap());
        for (asked, served) in asked.iter().zip(served) {
            shed_mw = shed_mw.max(asked - served);
        }
        assert!(shed_mw < 1e-6, "{region}: {shed_mw} MW shed");
        let years = run.table("adequacy_yearly");
        assert_eq!(years.len(), 3);
        assert!(years.floats("firm_shed_mwh").unwrap().iter().all(|mwh| *mwh == 0.0));
        assert!(years.floats("reserve_margin").unwrap().iter().all(|margin| *margin > 0.0));
    }
}
