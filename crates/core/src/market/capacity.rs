//! A forward auction of capacity: a sloped demand curve meets the offers of all plants.
//!
//! The requirement is what the forecast peak needs in accredited megawatts. Demand is a falling line through three
//! points, held between a floor and a cap:
//!
//! ```text
//!   $/MW-day  cap ----.                     up to `first` of the requirement the price is the cap,
//!                      \                    at `middle` it is a part of the net cost of a new plant,
//!                       `--.                at `last` nothing more is bought
//!   floor  - - - - - - - - -`----
//!                  first middle last  x requirement
//! ```
//!
//! A bilateral obligation is the same with a vertical curve: suppliers must hold the requirement, and pay the
//! cap for what they lack. Offers are taken from the cheapest up; the price is where supply meets demand.
//! O(n log n) in the number of offers.

/// How much is wanted at which price.
#[derive(Clone, Debug, PartialEq)]
pub struct CapacityCurve {
    /// Quantity as a share of the requirement, and its price; shares rise, prices fall.
    points: Vec<(f64, f64)>,
    floor_usd_per_mw_day: f64,
}

/// The numbers of a sloped curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlopedTerms {
    /// Highest price.
    pub cap_usd_per_mw_day: f64,
    /// Lowest price.
    pub floor_usd_per_mw_day: f64,
    /// Annualised cost of a new plant less what it earns with energy.
    pub net_cone_usd_per_mw_day: f64,
    /// Up to this share of the requirement the price is the cap.
    pub first_share: f64,
    /// Here it is `middle_multiple` of the net cost of a new plant.
    pub middle_share: f64,
    /// See `middle_share`.
    pub middle_multiple: f64,
    /// From here on it is zero.
    pub last_share: f64,
}

impl CapacityCurve {
    /// A falling line.
    pub fn sloped(terms: &SlopedTerms) -> CapacityCurve {
        let cap = terms.cap_usd_per_mw_day;
        let middle = (terms.middle_multiple * terms.net_cone_usd_per_mw_day).min(cap);
        CapacityCurve {
            points: vec![(terms.first_share, cap), (terms.middle_share, middle), (terms.last_share, 0.0)],
            floor_usd_per_mw_day: terms.floor_usd_per_mw_day.min(cap),
        }
    }

    /// The requirement and nothing beyond, up to a cap.
    pub fn vertical(cap_usd_per_mw_day: f64) -> CapacityCurve {
        CapacityCurve { points: vec![(1.0, cap_usd_per_mw_day), (1.0, 0.0)], floor_usd_per_mw_day: 0.0 }
    }

    /// The highest price that anybody is paid.
    pub fn cap_usd_per_mw_day(&self) -> f64 {
        self.points[0].1
    }

    /// What the next megawatt is worth when such a share of the requirement is covered.
    pub fn price_at(&self, share: f64) -> f64 {
        let mut before = self.points[0];
        if share < before.0 {
            return before.1;
        }
        for &(at, price) in &self.points[1..] {
            if share < at {
                let way = (share - before.0) / (at - before.0);
                return (before.1 + way * (price - before.1)).max(self.floor_usd_per_mw_day);
            }
            before = (at, price);
        }
        before.1.max(self.floor_usd_per_mw_day)
    }

    /// The share up to which a megawatt is worth at least so much; above the cap nothing, at the floor everything.
    fn share_at(&self, price: f64) -> f64 {
        if price > self.points[0].1 {
            return 0.0;
        }
        if price <= self.floor_usd_per_mw_day {
            return f64::INFINITY;
        }
        let mut share = self.points[0].0;
        for pair in self.points.windows(2) {
            let ((from, high), (to, low)) = (pair[0], pair[1]);
            if price > low {
                let way = if high > low { (high - price) / (high - low) } else { 0.0 };
                return from + way * (to - from);
            }
            share = to;
        }
        share
    }
}

/// Capacity that its owner offers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CapacityOffer {
    /// What it counts.
    pub accredited_mw: f64,
    /// Least price at which it commits itself.
    pub usd_per_mw_day: f64,
}

/// What an auction found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CapacityCleared {
    /// What the forecast asks for.
    pub requirement_mw: f64,
    /// What all offers together count.
    pub offered_mw: f64,
    /// What was taken.
    pub cleared_mw: f64,
    /// What each megawatt of it is paid.
    pub price_usd_per_mw_day: f64,
    /// Whether that is the cap.
    pub at_cap: bool,
    /// Megawatts taken of each offer, in their order.
    pub taken_mw: Vec<f64>,
}

/// Clears an auction.
pub fn clear_capacity(
    curve: &CapacityCurve,
    requirement_mw: f64,
    offers: &[CapacityOffer],
) -> CapacityCleared {
    let mut order: Vec<usize> = (0..offers.len()).collect();
    order.sort_by(|&a, &b| offers[a].usd_per_mw_day.total_cmp(&offers[b].usd_per_mw_day).then(a.cmp(&b)));
    let worth = |mw: f64| curve.price_at(if requirement_mw > 0.0 { mw / requirement_mw } else { f64::MAX });
    let mut taken_mw = vec![0.0; offers.len()];
    let (mut cleared_mw, mut price) = (0.0, None);
    for n in order {
        let offer = offers[n];
        // Where the curve drops below the next offer it crosses a gap between two offers.
        if worth(cleared_mw) < offer.usd_per_mw_day {
            break;
        }
        let wanted_mw = curve.share_at(offer.usd_per_mw_day) * requirement_mw - cleared_mw;
        let mw = offer.accredited_mw.min(wanted_mw).max(0.0);
        taken_mw[n] = mw;
        cleared_mw += mw;
        if mw < offer.accredited_mw {
            price = Some(offer.usd_per_mw_day);
            break;
        }
    }
    let price_usd_per_mw_day = price.unwrap_or_else(|| worth(cleared_mw));
    CapacityCleared {
        requirement_mw,
        offered_mw: offers.iter().map(|offer| offer.accredited_mw).sum(),
        cleared_mw,
        price_usd_per_mw_day,
        at_cap: price_usd_per_mw_day >= curve.cap_usd_per_mw_day(),
        taken_mw,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Cap 330, floor 0, net cost of a new plant 240: 330 up to 99 %, 180 at 101.5 %, 0 at 104.5 %.
    const TERMS: SlopedTerms = SlopedTerms {
        cap_usd_per_mw_day: 330.0,
        floor_usd_per_mw_day: 0.0,
        net_cone_usd_per_mw_day: 240.0,
        first_share: 0.99,
        middle_share: 1.015,
        middle_multiple: 0.75,
        last_share: 1.045,
    };

    fn offers(list: &[(f64, f64)]) -> Vec<CapacityOffer> {
        let offer = |&(accredited_mw, usd_per_mw_day)| CapacityOffer { accredited_mw, usd_per_mw_day };
        list.iter().map(offer).collect()
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * (1.0 + b.abs())
    }

    #[test]
    fn prices_on_the_curve_by_hand() {
        let curve = CapacityCurve::sloped(&TERMS);
        // Halfway from 330 to 180 at 100.25 %; a third of the way from 180 to 0 at 102.5 %.
        for (share, want) in
            [(0.5, 330.0), (0.99, 330.0), (1.0025, 255.0), (1.015, 180.0), (1.025, 120.0), (1.2, 0.0)]
        {
            assert!(close(curve.price_at(share), want), "{share}: {}", curve.price_at(share));
            if share > 0.99 && share < 1.045 {
                assert!(close(curve.share_at(want), share));
            }
        }
        let held = CapacityCurve::sloped(&SlopedTerms { floor_usd_per_mw_day: 175.0, ..TERMS });
        assert_eq!([1.025, 1.2].map(|share| held.price_at(share)), [175.0; 2]);
    }

    #[test]
    fn supply_meets_demand_by_hand() {
        let curve = CapacityCurve::sloped(&TERMS);
        let clear = |list: &[(f64, f64)]| clear_capacity(&curve, 1_000.0, &offers(list));
        // All is taken: 1,002.5 MW are worth 255.
        let all = clear(&[(1_000.0, 0.0), (2.5, 100.0)]);
        assert!(close(all.price_usd_per_mw_day, 255.0) && all.cleared_mw == 1_002.5 && !all.at_cap);
        // 1,000 MW for nothing; the next at 180 is taken as far as 1,015.
        let part = clear(&[(100.0, 180.0), (1_000.0, 0.0)]);
        assert!(close(part.price_usd_per_mw_day, 180.0) && close(part.cleared_mw, 1_015.0));
        assert!(close(part.taken_mw[0], 15.0) && part.taken_mw[1] == 1_000.0);
        // The curve passes between two offers: 1,025 MW are worth 120, the next one wants 200.
        let between = clear(&[(1_025.0, 0.0), (50.0, 200.0)]);
        assert!(close(between.price_usd_per_mw_day, 120.0) && between.taken_mw[1] == 0.0);
        // Too little, and nobody at any price.
        let short = clear(&[(900.0, 10.0)]);
        assert!(short.at_cap && short.price_usd_per_mw_day == 330.0 && short.cleared_mw == 900.0);
        assert!(clear(&[]).at_cap);
        // An offer above the cap is not taken.
        assert_eq!(clear(&[(900.0, 331.0)]).cleared_mw, 0.0);
    }

    #[test]
    fn an_obligation_is_a_vertical_curve() {
        let curve = CapacityCurve::vertical(200.0);
        let clear = |list: &[(f64, f64)]| clear_capacity(&curve, 1_000.0, &offers(list));
        let enough = clear(&[(800.0, 10.0), (400.0, 50.0)]);
        assert!(enough.price_usd_per_mw_day == 50.0 && close(enough.cleared_mw, 1_000.0));
        assert!(clear(&[(999.0, 10.0)]).price_usd_per_mw_day == 200.0);
    }

    /// Load grows by 5 GW a year and supply by less than 0.5: the price is at its cap in the second auction at the
    /// latest, from wherever a market of 135 GW starts between short and 5 % long.
    #[test]
    fn the_cap_is_hit_within_two_auctions() {
        let curve = CapacityCurve::sloped(&TERMS);
        for long in [0.99, 1.0, 1.02, 1.04, 1.05] {
            let prices: Vec<f64> = (1..=2)
                .map(|year| {
                    let requirement_mw = 135_000.0 + 0.93 * 5_000.0 * f64::from(year);
                    let supply_mw = 135_000.0 * long + 450.0 * f64::from(year);
                    let offers = offers(&[(0.8 * supply_mw, 0.0), (0.2 * supply_mw, 60.0)]);
                    clear_capacity(&curve, requirement_mw, &offers).price_usd_per_mw_day
                })
                .collect();
            assert!(prices.contains(&330.0), "{long}: {prices:?}");
        }
    }

    proptest! {
        #[test]
        fn a_cleared_auction_is_an_equilibrium(
            list in prop::collection::vec((0.0..400.0_f64, 0.0..400.0_f64), 0..20),
            requirement in 1.0..2_000.0_f64, floor in 0.0..300.0_f64, sloped: bool,
        ) {
            let terms = SlopedTerms { floor_usd_per_mw_day: floor, ..TERMS };
            let curve = if sloped { CapacityCurve::sloped(&terms) } else { CapacityCurve::vertical(330.0) };
            let offers = offers(&list);
            let cleared = clear_capacity(&curve, requirement, &offers);
            let price = cleared.price_usd_per_mw_day;
            prop_assert!((0.0..=330.0).contains(&price));
            prop_assert!((cleared.taken_mw.iter().sum::<f64>() - cleared.cleared_mw).abs() < 1e-6);
            for (offer, taken) in offers.iter().zip(&cleared.taken_mw) {
                prop_assert!((0.0..=offer.accredited_mw).contains(taken));
                // Who is cheaper than the price is in, who is dearer is out.
                if offer.usd_per_mw_day < price - 1e-9 {
                    prop_assert!((taken - offer.accredited_mw).abs() < 1e-6);
                }
                if offer.usd_per_mw_day > price + 1e-9 {
                    prop_assert!(*taken == 0.0);
                }
            }
        }
    }
}
