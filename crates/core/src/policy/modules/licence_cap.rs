//! A limited number of licences, and of megawatts under licence.
//!
//! Who is gone gives his licence back.

use crate::kernel::SimTime;
use crate::policy::{Asked, Books, Hooks, Module, ParamDecl, Rule, Verdict};

/// Licences.
pub const MODULE: Module = Module {
    name: "licence_cap",
    meaning: "admits no more than a number of requests and of megawatts of its kind in all",
    params: &[
        ParamDecl::limit("licences", "requests", "requests at most; not limited below 0"),
        ParamDecl::limit("total_mw", "MW", "megawatts at most; not limited below 0"),
    ],
    hooks: Hooks { admit: Some(|rule, asked, _, books| admit(rule, asked, books)), ..Hooks::NONE },
};

fn admit(rule: &Rule, asked: &Asked, books: &dyn Books) -> Verdict {
    let admitted = books.admitted(&rule.applies_to, SimTime::ZERO);
    if rule.limit("licences").is_some_and(|most| f64::from(admitted) >= most) {
        return Verdict::Refuse("no_licence");
    }
    let Some(most) = rule.limit("total_mw") else { return Verdict::Accept };
    let left = most - books.admitted_mw(&rule.applies_to, SimTime::ZERO);
    if left <= 0.0 {
        Verdict::Refuse("cap")
    } else if left < asked.mw {
        Verdict::AcceptUpTo(left)
    } else {
        Verdict::Accept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{Admitted, asked, rule};

    #[test]
    fn a_hundred_megawatts_in_all() {
        let cap = rule(&MODULE, &[("total_mw", 100.0)]);
        let of = |mw| (Asked { mw, ..asked() }, SimTime::ZERO);
        // 30 + 50 MW are under licence: 20 MW fit, of 40 MW only 20 MW, and then nothing.
        let mut books = Admitted(vec![of(30.0), of(50.0)]);
        assert_eq!(admit(&cap, &of(20.0).0, &books), Verdict::Accept);
        assert_eq!(admit(&cap, &of(40.0).0, &books), Verdict::AcceptUpTo(20.0));
        books.0.push(of(20.0));
        assert_eq!(admit(&cap, &of(1.0).0, &books), Verdict::Refuse("cap"));
        let two = rule(&MODULE, &[("licences", 3.0)]);
        assert_eq!(admit(&two, &of(1.0).0, &books), Verdict::Refuse("no_licence"));
    }
}
