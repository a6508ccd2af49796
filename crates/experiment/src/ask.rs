//! The ten questions that the model was made for, and the command that answers each as far as this version can.

/// A question and where its answer stands.
#[derive(Debug)]
pub struct Asked {
    /// The question in plain words.
    pub question: &'static str,
    /// The commands, one after the other, without the program's name.
    pub commands: &'static [&'static str],
    /// What it runs.
    pub runs: &'static str,
    /// Where to look: a table and its columns.
    pub tables: &'static [(&'static str, &'static [&'static str])],
    /// Closing numbers that it compares, if it compares.
    pub metrics: &'static [&'static str],
    /// The chart to look at.
    pub chart: &'static str,
    /// What the answer leaves out.
    pub limits: &'static str,
}

/// An experiment is planned, then run.
const BOOM: &[&str] = &["plan scenarios/boom-vs-flat.toml", "resume output/boom-vs-flat/plan.json"];

/// The questions, in order.
pub static ASKED: [Asked; 10] = [
    Asked {
        question: "Who gets the megawatt-hour when mines and AI campuses both want it, at what price, and what stopped the other?",
        commands: &["run scenarios/texas.toml"],
        runs: "Ten years of Texas, hour by hour, on a synthetic network of 2,000 buses.",
        tables: &[
            ("contention_hourly", &["class", "requested_mw", "served_mw", "price_usd_per_mwh"]),
            ("curtailment_monthly", &["class", "cause", "element", "curtailed_mwh"]),
        ],
        metrics: &[],
        chart: "charts/contention.svg and contention_week.svg",
        limits: "One run is one draw of weather, coins and requests. Lines are not real ones: read zones and causes, not places.",
    },
    Asked {
        question: "How long is the wait for a connection, for whom, and how much of the queue is real?",
        commands: &["compare scenarios/texas-queue-policies.toml -n 8"],
        runs: "The same Texas under five ways to connect large loads, eight replications of each.",
        tables: &[("requests", &["class", "stage", "reason", "energized_days", "left_days"])],
        metrics: &["ai_training_time_to_power_days", "ai_training_powered_share_percent"],
        chart: "charts/queue.svg of a run",
        limits: "Who gives up counts as without power. How much is speculative goes in as an assumption. Table requests is written by run.",
    },
    Asked {
        question: "How do booms, halvings and crashes of coins move mining, and with it everybody else's prices and waits?",
        commands: BOOM,
        runs: "Five years of Texas on three paths of the coin price: its trend alone, the trend times random booms and busts, the trend scaled to the mean of the boom path.",
        tables: &[(
            "bitcoin_daily",
            &["price_usd", "network_ehs", "modelled_ehs", "hashprice_usd_per_ph_day"],
        )],
        metrics: &["mining_served_twh", "price_usd_per_mwh", "native_price_paid_usd_per_mwh"],
        chart: "charts/hashrate.svg of a run",
        limits: "The path of the price is drawn and owes nothing to mining. Table bitcoin_daily is written by run.",
    },
    Asked {
        question: "How many days later or sooner does AI compute arrive because of a boom, and through which channel?",
        commands: BOOM,
        runs: "The same experiment; answers.md has the differences.",
        tables: &[("compute_monthly", &["class", "it_mw", "delivered_flop"])],
        metrics: &["delivered_training_flop_e24", "ai_training_time_to_power_days"],
        chart: "charts/compute.svg of a run",
        limits: "Compute delivered in one region, not a date of AI progress. The split by channel does not exist yet; gridrush brief --question delay gives days for a policy.",
    },
    Asked {
        question: "When does a mine become an AI campus, who can afford it, and how long does it take?",
        commands: &["run scenarios/quickstart.toml"],
        runs: "Three years of a small grid where one mine and one campus apply: what each is willing to pay.",
        tables: &[("decisions", &["firm", "class", "decision", "mw", "power_usd_per_mwh"])],
        metrics: &[],
        chart: "charts/contention.svg",
        limits: "This version cannot answer it: no mine converts, and firms have no budgets. The run shows the two values of power that a conversion would weigh.",
    },
    Asked {
        question: "What do over-ordering, falling rents and sticky prices do to those who lease compute?",
        commands: &["run scenarios/texas.toml -p ai.rent.change_x_per_year=0.7"],
        runs: "Texas with rents of accelerators that fall by 30 % a year instead of 10 %.",
        tables: &[("compute_monthly", &["accelerators", "delivered_flop", "jobs_waiting"])],
        metrics: &[],
        chart: "charts/compute.svg",
        limits: "Rents change what campuses bid for power and nothing else: orders, leases and defaults are not modelled. For over-ordering of connections see gridrush evidence T7 T8.",
    },
    Asked {
        question: "What do bans, moratoria, tariffs, queue reforms and flexible connections change, and who gains?",
        commands: &["brief --region texas --policy p28_china_ban --question ban"],
        runs: "As many pairs of runs with and without the policy as ten minutes allow; two pages and tables.",
        tables: &[],
        metrics: &["price_usd_per_mwh", "mining_served_twh", "modelled_hashrate_mean_ehs"],
        chart: "the one on the first page of brief.html",
        limits: "Where the load goes is not simulated. gridrush policy list has all policies.",
    },
    Asked {
        question: "Who pays: upgrades, household bills, capacity; and what happens to emissions?",
        commands: &["compare scenarios/who-pays.toml"],
        runs: "A small region with an auction of capacity: without large loads, with them, and with another rule for sharing the cost of the network.",
        tables: &[
            ("bills_monthly", &["payer", "energy_usd", "capacity_usd", "network_usd", "total_usd"]),
            ("emissions_yearly", &["year"]),
        ],
        metrics: &["residential_bill_usd_per_month", "upgrade_cost_musd"],
        chart: "charts/who_pays.svg and emissions.svg of a run",
        limits: "24 buses: for a region use gridrush brief --question who-pays. Bills follow costs at once, without a regulator. Tables are written by run.",
    },
    Asked {
        question: "Do flexible sites relieve the grid, and by how much?",
        commands: &["brief --region texas --policy p40_flexible_connection --question flexibility"],
        runs: "Texas with connections at once for those who may be cut for some hours a year.",
        tables: &[],
        metrics: &["large_loads_connected_gw_years", "ai_training_curtailed_percent", "firm_shed_gwh"],
        chart: "the one on the first page of brief.html",
        limits: "Owners do not choose own generation: only a rule or a dated request brings it. gridrush headroom texas tells what every bus could take without works.",
    },
    Asked {
        question: "How do momentum and guessing what others think change the amplitude of the cycle?",
        commands: &["run scenarios/texas.toml -p bitcoin.price.path.boom_amplitude=1.0"],
        runs: "Ten years of Texas with the booms and busts of the coin price at the amplitude of 2015-24 instead of the damped default.",
        tables: &[("bitcoin_daily", &["price_usd", "hashprice_usd_per_ph_day"])],
        metrics: &["modelled_hashrate_mean_ehs", "mining_served_twh"],
        chart: "charts/hashrate.svg of a run",
        limits: "The amplitude is put in, not made by beliefs: owners look at published prices, not at each other.",
    },
];

#[cfg(test)]
mod tests {
    use gridrush_sim::probe::TABLES;

    use super::ASKED;

    #[test]
    fn tables_and_columns_are_there() {
        for asked in &ASKED {
            assert!(asked.question.ends_with('?') && !asked.limits.is_empty());
            for (name, columns) in asked.tables {
                let table = TABLES.iter().find(|table| table.name == *name);
                let table = table.unwrap_or_else(|| panic!("no table {name}"));
                for column in *columns {
                    assert!(table.columns.iter().any(|known| known.name == *column), "{name}.{column}");
                }
            }
        }
    }
}
