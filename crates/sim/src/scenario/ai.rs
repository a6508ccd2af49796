//! `[ai]`: campuses, what their compute is worth, jobs, failures, inference.

use gridrush_workload::ai::AiParams;
use gridrush_workload::ai::params::{CheckpointParams, InferenceParams, JobParams, RentParams};

use super::declare::{mirror, section};

section! {
    /// AI campuses.
    Ai {}
    tables {
        /// Halls, accelerators and how they are used.
        campus: Campus;
        /// What an hour of an accelerator is worth.
        rent: Rent;
        /// Training jobs.
        jobs: Jobs;
        /// Failures of accelerators and the checkpoints against them.
        checkpoint: Checkpoint;
        /// What users ask of the inference part.
        inference: Inference;
    }
}

mirror! {
    /// Halls, accelerators and how they are used.
    Campus of AiParams, from AiParams::default() => {
        /// Grid power over IT power.
        pue: f64, "", "[S] modern AI halls", 1.0..=3.0;
        /// Part of the accelerators that trains; the rest serves.
        training_share: f64, "share", "assumed", 0.0..=1.0;
        /// Whether training is firm load; if not, it is controllable and bids.
        training_is_firm: bool, "", "";
        /// Server power when idle over its greatest.
        idle_power_share: f64, "share", "[D] A100 servers, AcmeTrace", 0.0..=1.0;
        /// Server power when busy over its greatest.
        busy_power_share: f64, "share", "[D] A100 servers, AcmeTrace", 0.01..=1.0;
        /// Time from the order of accelerators to their first work.
        delivery_lag_days: f64, "days", "assumed", 0.0..=3650.0;
        /// Age at which accelerators are replaced.
        accelerator_life_years: f64, "years", "assumed", 0.5..=50.0;
        /// Growth of FLOP per joule beyond the table of models.
        improvement_x_per_year: f64, "factor per year", "[D] 1.3-1.4 between generations", 0.5..=5.0;
        /// Model FLOP utilisation of training.
        mfu: f64, "share", "[M] Llama 3 reached 0.38-0.43", 0.01..=1.0;
        /// Growth of what one FLOP achieves.
        algorithmic_efficiency_x_per_year: f64, "factor per year", "none by default", 0.1..=20.0;
        /// A cut below this part of the requested power interrupts the jobs.
        interruption_below: f64, "share", "assumed", 0.0..=1.0;
    }
}

mirror! {
    /// What an hour of an accelerator is worth.
    Rent of RentParams, from RentParams::default() => {
        /// Rent of an H100 in the reference year.
        h100_usd_per_h: f64, "$/h", "[S2]", 0.001..=1000.0;
        /// Decimal year of that rent.
        reference_year: f64, "year", "[S2]", 2000.0..=2200.0;
        /// Yearly factor on all rents.
        change_x_per_year: f64, "factor per year", "assumed", 0.1..=5.0;
        /// Exponent of a model's rent in its FLOP/s relative to an H100.
        flops_exponent: f64, "", "[S2]", 0.0..=2.0;
        /// Cost, without power, that ends when the accelerator stops.
        avoidable_usd_per_h: f64, "$/h", "assumed", 0.0..=1000.0;
    }
}

mirror! {
    /// Training jobs: many small ones and rare pretraining runs.
    Jobs of JobParams, from JobParams::default() => {
        /// Accelerator hours submitted over those that the training part has at full power.
        offered_load: f64, "share", "assumed; lenders take 0.87 [S2]", 0.0..=5.0;
        /// Part of the submitted accelerator hours in small jobs.
        small_share: f64, "share", "[M]", 0.0..=1.0;
        /// Whether small jobs are simulated one by one; if not, they are a steady flow.
        simulate_small: bool, "", "";
        /// Median run time of small jobs.
        small_median_s: f64, "s", "[D] two LLM clusters", 0.1..=1e7;
        /// Standard deviation of the logarithm of that time.
        small_sigma: f64, "", "[D]", 0.0..=5.0;
        /// Standard deviation of the logarithm of a small job's accelerators.
        small_accelerators_sigma: f64, "", "assumed", 0.0..=5.0;
        /// Least accelerators of a pretraining run.
        large_from_accelerators: u32, "accelerators", "[M]", 1.0..=10000000.0;
        /// Least part of the training accelerators that a pretraining run asks for.
        large_share_min: f64, "share", "assumed", 0.000001..=1.0;
        /// Greatest part; between the two the logarithm is uniform.
        large_share_max: f64, "share", "assumed", 0.000001..=1.0;
        /// Median run time of pretraining at full power.
        large_median_days: f64, "days", "assumed", 0.01..=3650.0;
        /// Standard deviation of the logarithm of that time.
        large_sigma: f64, "", "assumed", 0.0..=5.0;
    }
}

mirror! {
    /// Failures of accelerators and the checkpoints against them.
    Checkpoint of CheckpointParams, from CheckpointParams::default() => {
        /// Accelerator hours for each failure that stops the job.
        accelerator_hours_per_failure: f64, "h", "[S] 16,384 H100 over 54 days", 1.0..=1e12;
        /// How long a checkpoint holds up the job.
        stall_minutes: f64, "minutes", "assumed", 0.0..=1000.0;
        /// Time from a failure to the first useful step, without the repeated work.
        restart_minutes: f64, "minutes", "assumed", 0.0..=10000.0;
    }
}

mirror! {
    /// What users ask of the inference part.
    Inference of InferenceParams, from InferenceParams::default() => {
        /// Mean utilisation over a week in the reference year.
        utilisation: f64, "share", "assumed", 0.0..=1.0;
        /// Decimal year of that utilisation.
        reference_year: f64, "year", "assumed", 2000.0..=2200.0;
        /// Growth of demand for each installed accelerator.
        growth_x_per_year: f64, "factor per year", "assumed", 0.1..=10.0;
        /// Utilisation above which users are turned away.
        utilisation_max: f64, "share", "assumed", 0.01..=1.0;
        /// Demand in the quietest hour of the day over the busiest.
        trough_share: f64, "share", "assumed", 0.0..=1.0;
        /// The busiest local hour.
        peak_hour: f64, "h", "assumed", 0.0..=23.0;
        /// Demand on Saturday and Sunday over that on a weekday.
        weekend_share: f64, "share", "assumed", 0.0..=2.0;
    }
}

impl Ai {
    /// The parameters of campuses.
    pub fn params(&self) -> AiParams {
        let mut params = AiParams::default();
        self.campus.set(&mut params);
        self.rent.set(&mut params.rent);
        self.jobs.set(&mut params.jobs);
        self.checkpoint.set(&mut params.checkpoint);
        self.inference.set(&mut params.inference);
        params
    }
}
