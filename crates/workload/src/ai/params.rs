//! The numbers of the AI model, each with its source or the word "assumed".
//!
//! Tags: \[D\] computed from data, \[S\] read in a named source, \[S2\] read on a secondary page, \[M\] from
//! memory, not verified. All of them can be overridden by a scenario.

use serde::{Deserialize, Serialize};

/// Parameters of a campus.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AiParams {
    /// Grid power over IT power. 1.2 for modern AI halls \[S\], 1.25-1.43 where contracts include
    /// redundancy \[S\].
    pub pue: f64,
    /// Part of the accelerators that trains; the rest serves. 0.6, assumed.
    pub training_share: f64,
    /// Whether training is firm load instead of controllable load with a bid. Assumed `false`.
    pub training_is_firm: bool,
    /// Server power when idle over its greatest. 0.22 [D: 1st percentile over maximum of A100 servers,
    /// `AcmeTrace`, CC BY 4.0].
    pub idle_power_share: f64,
    /// Server power when busy over its greatest. 0.80 [D: the 90th and 99th percentiles of the same
    /// servers are 0.74 and 0.83].
    pub busy_power_share: f64,
    /// From the order of accelerators to their first work, days. 90, assumed.
    pub delivery_lag_days: f64,
    /// Age at which accelerators are replaced, years. 5, assumed (depreciation of 4 to 6 years \[M\]).
    pub accelerator_life_years: f64,
    /// Growth of FLOP per joule beyond the table of models. 1.3 [D: 1.3-1.4 between generations].
    pub improvement_x_per_year: f64,
    /// Model FLOP utilisation of training. 0.40 (Llama 3: 0.38-0.43 \[M\]).
    pub mfu: f64,
    /// Growth of what one FLOP achieves. 1, none.
    pub algorithmic_efficiency_x_per_year: f64,
    /// A cut below this part of the requested power interrupts the jobs. 0.5, assumed.
    pub interruption_below: f64,
    /// Rent of accelerators.
    pub rent: RentParams,
    /// Training jobs.
    pub jobs: JobParams,
    /// Failures and checkpoints.
    pub checkpoint: CheckpointParams,
    /// Inference.
    pub inference: InferenceParams,
}

impl Default for AiParams {
    fn default() -> Self {
        Self {
            pue: 1.2,
            training_share: 0.6,
            training_is_firm: false,
            idle_power_share: 0.22,
            busy_power_share: 0.80,
            delivery_lag_days: 90.0,
            accelerator_life_years: 5.0,
            improvement_x_per_year: 1.3,
            mfu: 0.40,
            algorithmic_efficiency_x_per_year: 1.0,
            interruption_below: 0.5,
            rent: RentParams::default(),
            jobs: JobParams::default(),
            checkpoint: CheckpointParams::default(),
            inference: InferenceParams::default(),
        }
    }
}

/// What an hour of an accelerator is worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RentParams {
    /// Rent of an H100 at `reference_year`, $/h. 2.0 [S2: spot 2.0 in Oct 2024, 2.2-2.4 in mid-2025].
    pub h100_usd_per_h: f64,
    /// The decimal year of that rent. 2025.
    pub reference_year: f64,
    /// Yearly factor on all rents. 0.9, assumed.
    pub change_x_per_year: f64,
    /// Rent of another model = rent of an H100 x (FLOP/s over that of an H100)^this. 0.5 [S2: A100 at 1.5
    /// against H100 at 2.3-3.0 $/h in late 2024 gives 0.4-0.6].
    pub flops_exponent: f64,
    /// Cost per hour, without power, that ends when the accelerator stops, $/h. 0.05, assumed.
    pub avoidable_usd_per_h: f64,
}

impl Default for RentParams {
    fn default() -> Self {
        Self {
            h100_usd_per_h: 2.0,
            reference_year: 2025.0,
            change_x_per_year: 0.9,
            flops_exponent: 0.5,
            avoidable_usd_per_h: 0.05,
        }
    }
}

/// The mix of training jobs: a body of small ones and rare pretraining runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobParams {
    /// Accelerator hours submitted over accelerator hours of the training part at full power. 0.85
    /// (lenders assume 0.87 \[S2\]).
    pub offered_load: f64,
    /// Part of the submitted accelerator hours in small jobs. 0.08 (pretraining holds more than 0.9 \[M\]).
    pub small_share: f64,
    /// Whether small jobs are simulated one by one. By default they are a steady flow of the same
    /// accelerator hours: a campus of 100,000 accelerators sees millions of them a year.
    pub simulate_small: bool,
    /// Median run time of small jobs, s. 122 [D: 122-124 in two LLM clusters].
    pub small_median_s: f64,
    /// Standard deviation of the logarithm of that time. 2.2 [D: gives a mean of 23 min; 21-24 observed].
    pub small_sigma: f64,
    /// Standard deviation of the logarithm of a small job's accelerators; the median is 1 \[D\]. 2.2, assumed.
    pub small_accelerators_sigma: f64,
    /// Pretraining runs have at least this many accelerators and small jobs fewer. 256 \[M\].
    pub large_from_accelerators: u32,
    /// Least part of the training accelerators that a pretraining run asks for. 1/64, assumed.
    pub large_share_min: f64,
    /// Greatest part; between the two the logarithm is uniform. 1/2, assumed.
    pub large_share_max: f64,
    /// Median run time of pretraining at full power, days. 10, assumed ("days to weeks" \[M\]).
    pub large_median_days: f64,
    /// Standard deviation of the logarithm of that time. 0.8, assumed.
    pub large_sigma: f64,
}

impl Default for JobParams {
    fn default() -> Self {
        Self {
            offered_load: 0.85,
            small_share: 0.08,
            simulate_small: false,
            small_median_s: 122.0,
            small_sigma: 2.2,
            small_accelerators_sigma: 2.2,
            large_from_accelerators: 256,
            large_share_min: 1.0 / 64.0,
            large_share_max: 0.5,
            large_median_days: 10.0,
            large_sigma: 0.8,
        }
    }
}

/// Failures of accelerators and the checkpoints against them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CheckpointParams {
    /// Accelerator hours per failure that stops the job. 50,700 [S: 419 unexpected interruptions in 54 days
    /// of 16,384 H100].
    pub accelerator_hours_per_failure: f64,
    /// How long a checkpoint holds up the job, minutes. 0.25, assumed (written in the background).
    pub stall_minutes: f64,
    /// From a failure to the first useful step, minutes, without the repeated work. 5, assumed.
    pub restart_minutes: f64,
}

impl Default for CheckpointParams {
    fn default() -> Self {
        Self { accelerator_hours_per_failure: 50_700.0, stall_minutes: 0.25, restart_minutes: 5.0 }
    }
}

/// How much users ask of the inference part.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InferenceParams {
    /// Mean utilisation over a week at `reference_year`. 0.5, assumed.
    pub utilisation: f64,
    /// The decimal year of that utilisation. 2025.
    pub reference_year: f64,
    /// Yearly growth of demand per installed accelerator. 1.05, assumed.
    pub growth_x_per_year: f64,
    /// Utilisation above which users are turned away. 0.95, assumed.
    pub utilisation_max: f64,
    /// Demand in the quietest hour of the day over the busiest. 0.5, assumed.
    pub trough_share: f64,
    /// The busiest local hour. 14, assumed.
    pub peak_hour: f64,
    /// Demand on Saturday and Sunday over a weekday. 0.85, assumed.
    pub weekend_share: f64,
}

impl Default for InferenceParams {
    fn default() -> Self {
        Self {
            utilisation: 0.5,
            reference_year: 2025.0,
            growth_x_per_year: 1.05,
            utilisation_max: 0.95,
            trough_share: 0.5,
            peak_hour: 14.0,
            weekend_share: 0.85,
        }
    }
}
