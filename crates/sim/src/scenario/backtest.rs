//! `[backtest]`: what really happened, to compare a replayed year with. Read by `gridrush backtest`.

use jiff::civil::Date;

use super::declare::{choices, section};
use super::replay::HourlyFormat;

choices! {
    /// A single figure of a run.
    FigureName {
        /// Greatest load shed in an hour, MW.
        ShedMaxMw = "shed_max_mw",
        /// Load shed, MWh.
        ShedEnergyMwh = "shed_energy_mwh",
        /// Greatest price of the first entry of `prices`, $/MWh.
        PriceMaxUsdPerMwh = "price_max_usd_per_mwh",
        /// Hours in which that price is at least `dear_usd_per_mwh`.
        DearHours = "dear_hours",
    }
}

section! {
    /// What really happened. Tolerances stand where they are used; without one a line is shown and not judged.
    Backtest {
        /// Whether parameters were chosen after a look at this comparison: its lines are then `calibrated`, not
        /// `predicted`.
        seen: bool = false, "", "";
        /// Prices above this are dear.
        dear_usd_per_mwh: f64 = 100.0, "$/MWh", "assumed", 0.0..=1000000.0;
        /// First hour of the peak period of working days, prevailing time.
        peak_from_hour: u32 = 6, "h", "[M] hour ending 7", 0.0..=23.0;
        /// Hour at which it ends.
        peak_to_hour: u32 = 22, "h", "[M] hour ending 22", 1.0..=24.0;
    }
    tables {
        /// How files of prices are read.
        price_format: HourlyFormat;
        /// How files of output are read.
        output_format: HourlyFormat;
    }
    lists {
        /// Observed prices; the first is the region's.
        prices: ObservedPrice;
        /// Observed output by fuel.
        outputs: ObservedOutput;
        /// Differences between two prices.
        spreads: ObservedSpread;
        /// Single figures of what happened.
        figures: ObservedFigure;
        /// Days that are not compared.
        exclude: Excluded;
    }
}

section! {
    /// An observed price and the zones whose mean price stands for it.
    ObservedPrice {
        /// A name of its own.
        name: String, "", "";
        /// The file; path from the scenario file or in `observed_folder`.
        file: String, "", "";
        /// Header of the column, in $/MWh.
        column: String, "", "";
        /// What must stand in `only_column`.
        only: Option<String> = None, "", "";
        /// The zones, each with the same weight; without any the price weighted by load.
        zones: Vec<String> = Vec::new(), "", "";
        /// Greatest difference of the 10, 50 and 90 % quantiles, each.
        quantile_percent: Option<f64> = None, "%", "not judged", 0.0..=1000.0;
        /// Least rank correlation over the hours.
        rank_correlation: Option<f64> = None, "", "not judged", -1.0..=1.0;
        /// Greatest difference of the ratio of mean prices in and out of the peak period.
        peak_ratio_percent: Option<f64> = None, "%", "not judged", 0.0..=1000.0;
        /// Greatest factor between the numbers of dear hours.
        dear_hours_factor: Option<f64> = None, "", "not judged", 1.0..=1000.0;
    }
}

section! {
    /// Observed output and the fuels of the model that stand for it.
    ObservedOutput {
        /// A name of its own.
        name: String, "", "";
        /// The file; path from the scenario file or in `observed_folder`.
        file: String, "", "";
        /// Headers of the columns that are added up, in MW.
        columns: Vec<String> = Vec::new(), "", "";
        /// Fuels of the model that are added up.
        fuels: Vec<String> = Vec::new(), "", "";
        /// Whether the output itself is replayed, so that agreement says nothing.
        input: bool = false, "", "";
        /// Greatest difference of energy.
        energy_percent: Option<f64> = None, "%", "not judged", 0.0..=1000.0;
        /// Least correlation over the hours.
        correlation: Option<f64> = None, "", "not judged", -1.0..=1.0;
    }
}

section! {
    /// A difference between two observed prices, of which the sign is compared.
    ObservedSpread {
        /// Name of the price that is reduced.
        of: String, "", "";
        /// Name of the price that is taken off.
        less: String, "", "";
    }
}

section! {
    /// A single figure of what happened.
    ObservedFigure {
        /// Which.
        figure: FigureName = FigureName::ShedMaxMw, "", "";
        /// Its value.
        value: f64, "", "", 0.0..=1e12;
        /// Greatest difference.
        percent: f64, "%", "", 0.0..=1000.0;
        /// Who says so.
        source: String, "", "";
    }
}

section! {
    /// Days that are not compared.
    Excluded {
        /// The first.
        from: Date, "", "";
        /// The last.
        through: Date, "", "";
        /// Why.
        reason: String, "", "";
    }
}
