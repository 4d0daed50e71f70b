//! T52: every funded row of the plan (table 1.3) as a contest with a full jury, to the nano.

use governance::Organisation;
use governance::payload::{Launch, Spec};
use serde_json::{Value, json};
use ton_abi::UnixTime;

use crate::cards::{FOR, Line};
use crate::support::{Contest, jurors, number, spec, wallet};
use crate::tally::{agrees, cells};

/// Jurors of every contest.
const JURY: u8 = 24;

/// The contest proposal of a row; the jury contest brings its jury.
fn proposal(organisation: &Organisation, item: u8, now: u32) -> Value {
    let row = organisation.contest(item).expect("a row");
    let launch = Launch {
        item,
        proposed_at: UnixTime(now),
        depends_on: row.depends_on.iter().map(|item| u32::from(*item)).collect(),
        author: Some(wallet(250)),
        ..Launch::default()
    };
    let spec = Spec::of(organisation, &launch).expect("a contest proposal");
    let mut spec = serde_json::to_value(spec).expect("JSON");
    if number(&spec["kind"]) == 1 {
        spec["bootstrapJury"] = jurors(0..JURY);
    }
    spec["maxEntries"] = json!(64);
    spec
}

/// The card of juror `n`: every entry is scored, averages differ.
fn lines(n: u8, entries: u8) -> Vec<Line> {
    let score = |entry: u8| 1 + entry.wrapping_mul(7).wrapping_add(n.wrapping_mul(entry)) % 10;
    (1..=entries).map(|entry| (entry, FOR, score(entry))).collect()
}

fn run(organisation: &Organisation, item: u8, entries: u8) {
    let budget = organisation.contest(item).and_then(|row| row.budget).expect("a funded row");
    let change = |spec: &mut Value, _: &mut Value| {
        let now = u32::try_from(number(&spec["openAt"])).expect("a time") - 3600;
        *spec = proposal(organisation, item, now);
    };
    let mut contest = Contest::open(change);
    contest.audits = false;
    assert_eq!(contest.total(), budget.total().0, "row {item} costs what the table says");
    let cards: Vec<_> = (0..JURY).map(|n| lines(n, entries)).collect();
    for n in 1..=entries {
        contest.enter(n).ok();
    }
    contest.world.now = contest.time("entriesEnd");
    let prizes = contest.spec["prizes"].as_array().expect("a list").len();
    if entries > 0 {
        contest.seat(JURY);
        contest.reveal_all(&cells(&cards));
    }
    contest.tally();
    contest.audits = true;
    let model = agrees(&contest, if entries > 0 { &cards } else { &[] }, entries);
    let won: u128 = model.ranking.iter().map(|rank| rank.prize.0).sum();
    let judged: u128 = model.jury.iter().map(|pay| pay.0).sum();
    if entries > 0 {
        assert_eq!(model.org, budget.org, "the org share of row {item}");
        assert_eq!(judged, budget.jury.0 / u128::from(JURY) * u128::from(JURY), "the jury of row {item}");
    }
    if prizes > 0 && usize::from(entries) >= prizes {
        let first = &contest.spec["prizes"];
        let all: u128 = first.as_array().expect("a list").iter().map(number).sum();
        assert_eq!(all, budget.participants.0, "the prizes of row {item} are its participants' reward");
        assert!(all - won < 64, "all prizes of row {item} are paid, but for what ties cannot share");
    }
    assert_eq!(contest.confirm().answer(), 0);
    let paid: u128 = contest.pay_all().iter().map(|sent| sent.value).sum();
    assert_eq!(paid, won + judged + u128::from(entries) * number(&contest.spec["entryDeposit"]));
    let end = contest.settle_all();
    let back: u128 =
        end.iter().filter(|sent| sent.name == "refund").map(|sent| number(&sent.params["amount"])).sum();
    assert_eq!(won + judged + model.org.0 + back, budget.total().0, "row {item} with {entries} entries");
    contest.expect_phase("Closed");
}

#[test]
fn t52_every_funded_row_of_the_plan_is_paid_to_the_nano() {
    let organisation = Organisation::of_proposal();
    let rows: Vec<_> =
        organisation.contests().filter(|row| row.budget.is_some()).map(|row| row.number).collect();
    assert_eq!(rows.len(), 13);
    for item in rows {
        let prizes =
            proposal(&organisation, item, number(&spec(1_700_000_000)["openAt"]) as u32)["prizes"].clone();
        let prizes = u8::try_from(prizes.as_array().expect("a list").len()).expect("few").max(2);
        for entries in [0, prizes - 1, prizes, prizes + 1, 64] {
            run(&organisation, item, entries);
        }
    }
}
