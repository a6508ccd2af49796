//! The questions, one file each. Ranges without ends follow the tag of their declaration (`docs/limits.md`, M16).

pub(super) mod ban;
pub(super) mod delay;
pub(super) mod flexibility;
pub(super) mod queue;
pub(super) mod who_pays;

use super::question::{Uncertain, by_tag};

/// How many ask and mean it; about their values.
const REAL: Uncertain = by_tag("arrivals.ai.real_share", "share of AI requests that are meant to be built");
/// How many ask.
const ASK: Uncertain = by_tag("arrivals.scale", "number of requests for large loads");
/// How long studies take.
const STUDY: Uncertain = by_tag("queue.study_median_days", "length of a first study");
/// What gas costs.
const GAS: Uncertain = by_tag("fuel.gas_usd_per_mmbtu", "gas price");
/// How everybody else grows.
const GROWTH: Uncertain = by_tag("load.growth_percent_per_year", "growth of native load");
/// What a mine earns in the long run.
const COIN: Uncertain = by_tag("bitcoin.price.path.trend_log_per_year", "long-run growth of the coin price");
/// Mines that mean it.
const MINES: Uncertain =
    by_tag("arrivals.mining.real_share", "share of mining requests that are meant to be built");
/// Who accepts without meaning it.
const SPECULATION: Uncertain = by_tag(
    "arrivals.decisions.speculative_accept_share",
    "chance that a speculative request accepts an offer",
);
/// How long campuses wait before they go elsewhere.
const PATIENCE: Uncertain = by_tag("arrivals.decisions.ai_patience_months", "patience of AI campuses");
