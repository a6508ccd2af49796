//! The numbers of the queue, with their sources.

use serde::{Deserialize, Serialize};

use super::equipment::EquipmentParams;
use super::office::Duration;
use super::siting::SitingRules;
use super::study::StudyRules;
use super::track::{Amount, Penalty, Phase, Track};
use super::upgrade::Catalogue;
use super::zonal::ZonalRules;

/// Parameters of the queue; where no rule says otherwise, requests go through a serial process, first come
/// first served.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueParams {
    /// Studies that can be under way at once. Default 45: ERCOT's process was built for 40-50 `[S]`.
    pub study_slots: usize,
    /// Duration of a first study. Default log-normal, median 180 days: a system impact and a facilities
    /// study of 90 days each under Order 2003 `[M]`; sigma 0.63 from the quartiles 12 and 28 months of
    /// ERCOT full interconnection studies to 2022 `[D]`.
    pub study: Duration,
    /// Duration of a restudy. Default log-normal, median 60 days (Order 2003) `[M]`, sigma as above.
    pub restudy: Duration,
    /// Paid at filing, kept. Default 100,000 $: the least screening fee of Texas SB6 `[S]`.
    pub study_fee_usd: f64,
    /// Paid at each restudy, kept. Default 10,000 $, assumed.
    pub restudy_fee_usd: f64,
    /// Paid at filing; returned at signing, on rejection, and on leaving before the study has begun,
    /// otherwise forfeited. Default 10,000 $ (Order 2003) `[M]`.
    pub application_deposit_usd: f64,
    /// From the offer to the owner's decision point. Default 30 days, assumed.
    pub decision_days: f64,
    /// From the offer to the instant it lapses. Default 60 days, assumed.
    pub offer_valid_days: f64,
    /// From signing to the begin of building: 30 days to draft and 60 to negotiate (Order 2003) `[M]`.
    pub agreement_days: f64,
    /// Security held from signing to full demand. Default 50,000 $/MW: the Texas commission's proposed
    /// 16 TAC 25.194 of March 2026 `[S2]`.
    pub security_usd_per_mw: f64,
    /// Part of the security kept when a request leaves after signing. Default 1, assumed.
    pub security_forfeit_share: f64,
    /// Chance per month of giving up before signing. Default 0.019: ERCOT generation without an
    /// agreement, to 2022 `[D]`.
    pub exit_hazard_unsigned_per_month: f64,
    /// Chance per month of giving up between signing and energization. Default 0.0155: ERCOT generation
    /// with an agreement, to 2022 `[D]`.
    pub exit_hazard_signed_per_month: f64,
    /// When a branch is charged to a request.
    pub rules: StudyRules,
    /// Where a request without a bus attaches.
    pub siting: SitingRules,
    /// Standard works.
    pub catalogue: Catalogue,
    /// Works where pipes join zones.
    pub zonal: ZonalRules,
    /// Lines of work for equipment and crews; without them stations and upgrades take the times of the catalogue.
    pub equipment: Option<EquipmentParams>,
    /// The year in which the run starts, with its fraction: lines of work begin with the backlog of that date.
    pub start_year: f64,
}

impl Default for QueueParams {
    fn default() -> QueueParams {
        QueueParams {
            study_slots: 45,
            study: Duration::LogNormal { median_days: 180.0, sigma: 0.63 },
            restudy: Duration::LogNormal { median_days: 60.0, sigma: 0.63 },
            study_fee_usd: 100_000.0,
            restudy_fee_usd: 10_000.0,
            application_deposit_usd: 10_000.0,
            decision_days: 30.0,
            offer_valid_days: 60.0,
            agreement_days: 90.0,
            security_usd_per_mw: 50_000.0,
            security_forfeit_share: 1.0,
            exit_hazard_unsigned_per_month: 0.019,
            exit_hazard_signed_per_month: 0.0155,
            rules: StudyRules::default(),
            siting: SitingRules::default(),
            catalogue: Catalogue::default(),
            zonal: ZonalRules::default(),
            equipment: None,
            start_year: 2025.0,
        }
    }
}

impl QueueParams {
    /// The process of requests about which no rule says anything: one study each, in order of filing, on
    /// top of all earlier ones.
    pub fn track(&self) -> Track {
        Track {
            study_slots: Some(self.study_slots),
            application_fee: Amount::flat(self.study_fee_usd),
            application_deposit: Amount::flat(self.application_deposit_usd),
            phases: vec![Phase {
                study: self.study,
                restudy: self.restudy,
                decision_days: self.decision_days,
                valid_days: self.offer_valid_days,
                ..Phase::default()
            }],
            restudy_fee: Amount::flat(self.restudy_fee_usd),
            agreement_days: self.agreement_days,
            security: Amount::per_mw(self.security_usd_per_mw),
            signed_penalty: Penalty { deposit_share: self.security_forfeit_share, ..Penalty::default() },
            ..Track::default()
        }
    }
}
