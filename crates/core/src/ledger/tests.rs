//! The books balance, rounding loses nothing, and refusals change nothing.

use proptest::prelude::*;

use super::*;

#[test]
fn a_payment_moves_cents_between_two_accounts() {
    let mut books = Ledger::new();
    let (grid, firm) = (books.account("grid"), books.account("firm"));
    let fee = books.kind("study_fee");
    books.post(SimTime(5), grid, firm, fee, Cents(10_050)).unwrap();
    assert_eq!(books.balance(grid), Cents(10_050));
    assert_eq!(books.balance_of("firm"), Some(Cents(-10_050)));
    assert_eq!(books.balance_of("nobody"), None);
    assert_eq!(books.open_postings().len(), 1);
    assert_eq!(books.check(), Ok(()));
    assert_eq!(books.account("grid"), grid, "a name is interned once");
}

#[test]
fn refusals_leave_the_books_alone() {
    let mut books = Ledger::new();
    let (a, b, kind) = (books.account("a"), books.account("b"), books.kind("k"));
    books.post(SimTime(0), a, b, kind, Cents(i64::MAX)).unwrap();
    let before = books.clone();
    assert_eq!(
        books.post(SimTime(1), a, b, kind, Cents(1)),
        Err(LedgerError::Overflow("a".into())),
        "a balance beyond 64 bits"
    );
    assert_eq!(books.post(SimTime(1), b, b, kind, Cents(1)), Err(LedgerError::SameAccount("b".into())));
    assert_eq!(books.post(SimTime(1), b, a, kind, Cents(-1)), Err(LedgerError::Negative(Cents(-1))));
    assert!(matches!(books.line(a, a, kind), Err(LedgerError::SameAccount(_))));
    assert_eq!(books, before);

    books.accrue(a, b, kind, 7.0).unwrap();
    assert!(books.accrue(a, b, kind, f64::NAN).is_err());
    let before = books.clone();
    assert_eq!(books.close_month(SimTime(2)), Err(LedgerError::Overflow("a".into())));
    assert_eq!(books, before);
}

#[test]
fn the_remainder_is_carried_over_the_close() {
    let mut books = Ledger::new();
    let (seller, buyer, energy) = (books.account("seller"), books.account("buyer"), books.kind("energy"));
    let mut paid = Vec::new();
    for month in 1..=4 {
        books.accrue(seller, buyer, energy, 0.004).unwrap();
        paid.push(books.close_month(SimTime(month)).unwrap().iter().map(|p| p.amount.0).sum::<i64>());
        books.check().unwrap();
    }
    // 0.4, 0.8, 0.2 (after one cent), 0.6 cents stand on the line at the four closes.
    assert_eq!(paid, [0, 1, 0, 1]);
    assert_eq!(books.balance(seller), Cents(2));
}

#[test]
fn negative_dollars_flow_the_other_way() {
    let mut books = Ledger::new();
    let (wind, load, energy) = (books.account("wind"), books.account("load"), books.kind("energy"));
    books.accrue(wind, load, energy, -12.5).unwrap();
    let postings = books.close_month(SimTime(9)).unwrap();
    assert_eq!(
        postings,
        [Posting { at: SimTime(9), debit: load, credit: wind, kind: energy, amount: Cents(1_250) }]
    );
}

#[test]
fn what_leaves_the_books_is_sorted_by_name() {
    let mut books = Ledger::new();
    let accounts = ["zinc", "amber", "mint"].map(|name| books.account(name));
    let (late, early) = (books.kind("late"), books.kind("early"));
    books.accrue(accounts[0], accounts[1], late, 1.0).unwrap();
    books.accrue(accounts[0], accounts[1], early, 1.0).unwrap();
    books.accrue(accounts[2], accounts[0], late, 1.0).unwrap();
    books.accrue(accounts[1], accounts[2], late, 1.0).unwrap();
    let names: Vec<_> = books.balances().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, ["amber", "mint", "zinc"]);
    let closed = books.close_month(SimTime(1)).unwrap();
    let rows: Vec<_> =
        closed.iter().map(|p| (books.account_name(p.debit), books.kind_name(p.kind))).collect();
    assert_eq!(rows, [("amber", "late"), ("mint", "late"), ("zinc", "early"), ("zinc", "late")]);
}

#[test]
fn a_damaged_balance_is_found() {
    let mut books = Ledger::new();
    let (a, b, kind) = (books.account("a"), books.account("b"), books.kind("k"));
    books.post(SimTime(0), a, b, kind, Cents(5)).unwrap();
    books.balances[0] = Cents(6);
    assert!(matches!(books.check(), Err(LedgerError::Drift { .. })));
    books.opening[0] = Cents(1);
    assert_eq!(books.check(), Err(LedgerError::Unbalanced(1)));
}

#[test]
fn amounts_read_as_money() {
    assert_eq!(Cents(-1_205).to_string(), "-12.05");
    assert_eq!(Cents::from_usd(0.125).unwrap(), Cents(13));
    assert_eq!(Cents::from_usd(-0.125).unwrap(), Cents(-13));
    assert!(Cents::from_usd(1e17).is_err());
    assert!(Cents::from_usd(f64::INFINITY).is_err());
}

/// One step of a random history of the books.
#[derive(Clone, Debug)]
enum Step {
    Post(usize, usize, i64),
    Accrue(usize, usize, f64),
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..5_usize, 0..5_usize, 0..1_000_000_i64).prop_map(|(a, b, c)| Step::Post(a, b, c)),
        8 => (0..5_usize, 0..5_usize, -5e4..5e4).prop_map(|(a, b, usd)| Step::Accrue(a, b, usd)),
        1 => Just(Step::Close),
    ]
}

proptest! {
    #[test]
    fn any_history_balances_and_rounds_by_half_a_cent(steps in prop::collection::vec(step(), 1..200)) {
        let mut books = Ledger::new();
        let accounts = ["a", "b", "c", "d", "e"].map(|name| books.account(name));
        let kind = books.kind("k");
        let mut exact_usd = BTreeMap::new();
        let mut posted = [0_i64; 5];
        let mut lines = BTreeMap::new();
        for (time, step) in steps.into_iter().chain([Step::Close]).enumerate() {
            let at = SimTime(time as u64);
            match step {
                Step::Post(a, b, cents) if a != b => {
                    books.post(at, accounts[a], accounts[b], kind, Cents(cents)).unwrap();
                    posted[a] += cents;
                    posted[b] -= cents;
                }
                Step::Accrue(a, b, usd) if a != b => {
                    books.accrue(accounts[a], accounts[b], kind, usd).unwrap();
                    *exact_usd.entry((a, b)).or_insert(0.0) += usd;
                    lines.insert((a, b), books.line(accounts[a], accounts[b], kind).unwrap());
                }
                Step::Close => {
                    books.close_month(at).unwrap();
                    prop_assert!(books.open_postings().is_empty());
                    prop_assert!(lines.values().all(|&line| books.accrued_usd(line).abs() <= 0.005 + 1e-9));
                }
                _ => {}
            }
            prop_assert_eq!(books.check(), Ok(()));
            let text = serde_json::to_string(&books).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Ledger>(&text).unwrap(), &books);
        }
        for (i, &account) in accounts.iter().enumerate() {
            let accrued_usd: f64 = exact_usd
                .iter()
                .map(|(&(a, b), usd)| if a == i { *usd } else if b == i { -usd } else { 0.0 })
                .sum();
            let expected_usd = posted[i] as f64 / 100.0 + accrued_usd;
            // Half a cent for each of the eight lines that touch an account.
            prop_assert!((books.balance(account).as_usd() - expected_usd).abs() <= 8.0 * 0.005 + 1e-6);
        }
    }
}
