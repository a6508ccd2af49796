//! A ban on new connections while the policy is in force; what stands goes on.

use crate::policy::{Hooks, Module, Verdict};

/// No new requests.
pub const MODULE: Module = Module {
    name: "ban_new",
    meaning: "refuses new requests while it is in force",
    params: &[],
    hooks: Hooks { admit: Some(|_, _, _, _| Verdict::Refuse("ban")), ..Hooks::NONE },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::SimTime;
    use crate::policy::testing::{Admitted, asked, rule};
    use crate::policy::{AppliesTo, Asked, Policies, Rule, Tags};

    #[test]
    fn only_those_it_is_about_and_only_while_it_lasts() {
        let day = |days: u64| SimTime::from_hours(24 * days);
        let mining = Tags(1);
        let ban = Rule {
            effective: day(10),
            sunset: Some(day(20)),
            applies_to: AppliesTo { any_tag: mining, ..AppliesTo::default() },
            ..rule(&MODULE, &[])
        };
        let policies = Policies { policies: Vec::new(), rules: vec![ban] };
        let mine = Asked { tags: mining, ..asked() };
        let refused =
            |asked: &Asked, now| policies.admit(asked, now, &Admitted::default()).0 != Verdict::Accept;
        assert_eq!([9, 10, 19, 20].map(|at| refused(&mine, day(at))), [false, true, true, false]);
        assert!(!refused(&asked(), day(15)));
    }
}
