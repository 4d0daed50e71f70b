//! Whole contests, to the nano: regular, pro rata, without quorum, with a bootstrap jury.

use serde_json::{Value, json};
use workspace_tests::world::public_json;

use crate::cards::{ABSTAIN, FOR, RECUSE, REJECT, card, scores};
use crate::support::{
    Contest, DAY, DEPOSIT, DEPOSIT_ITEM, JURY_ITEM, Sent, TON, entrant, juror_wallet, jurors, number,
    registry, treasury, wallet,
};

/// Receiver and amount of payouts by item.
fn payouts(sent: &[Sent]) -> Vec<(u64, String, u128)> {
    sent.iter().map(|s| (s.params["item"].as_u64().expect("a number"), s.to.to_string(), s.value)).collect()
}

/// Amount of a message to the treasury; its value brings `Gas.CALL` more.
#[track_caller]
fn returned(sent: &Sent) -> u128 {
    assert_eq!(sent.to, treasury());
    let amount = number(&sent.params["amount"]);
    assert_eq!(sent.value, amount + TON);
    amount
}

/// How many jurors did their work, by a report to the pool.
fn worked(sent: &Sent) -> usize {
    let seated = sent.params["seated"].as_object().expect("a map");
    seated.values().filter(|worked| **worked == json!(true)).count()
}

fn names(sent: &[Sent]) -> Vec<&str> {
    sent.iter().map(|s| s.name.as_str()).collect()
}

/// Phases that were recorded, from the events of a step.
fn phases(step: &crate::support::Step) -> Vec<(u128, u128)> {
    let changes = step.events.iter().filter(|(name, _)| name == "PhaseChanged");
    changes.map(|(_, change)| (number(&change["from"]), number(&change["to"]))).collect()
}

#[test]
fn a_contest_goes_from_its_funding_to_its_end() {
    let mut contest = Contest::created(|_, _| {});
    contest.expect_phase("Created");
    let step = contest.fund().ok();
    assert_eq!(step.names(), ["PhaseChanged", "ContestFunded"]);
    assert_eq!(number(&step.event("ContestFunded")["total"]), 1120 * TON);
    assert_eq!(step.message("onFunded").to, registry());
    assert!(step.message("fundAck").value > TON / 2, "what exceeds the total goes back");
    assert_eq!(contest.sum("budget", "funded"), 1120 * TON);
    contest.expect_phase("Funded");

    contest.world.now = contest.time("openAt");
    for n in 1..=3 {
        let step = contest.enter(n).ok();
        assert_eq!(step.event("EntrySubmitted")["entry"], json!(n.to_string()));
        let change = step.message("").value;
        assert!(change > TON && change < TON + TON / 2, "the deposit and some gas are kept, not {change}");
    }
    assert_eq!(contest.sum("deposits", "pot"), 3 * DEPOSIT);
    contest.world.now = contest.time("entriesEnd");
    contest.expect_phase("Drawing");
    let step = contest.seat(3);
    assert_eq!(step.event("JuryDrawn"), &json!({ "jurors": "3", "dropped": "0" }));
    contest.expect_phase("Commit");

    // Averages 9.0, 8.0 and 4.0; juror 2 leaves entry 3 out and recuses on entry 1.
    let cards = [
        card(&[(1, FOR, 9), (2, FOR, 8), (3, FOR, 3)]),
        card(&[(1, FOR, 9), (2, FOR, 8), (3, FOR, 5)]),
        card(&[(1, RECUSE, 0), (2, ABSTAIN, 0)]),
    ];
    contest.reveal_all(&cards);
    contest.expect_phase("Tallied");
    let step = contest.tally();
    contest.expect_phase("Confirm");
    // 7 lines count: 3, 3 and 1; the remainder of the division goes back.
    let pay = 100 * TON;
    let (three, one) = (pay * 3 / 7, pay / 7);
    let tallied = step.event("Tallied");
    assert_eq!(number(&tallied["payouts"]), 1000 * TON + 2 * three + one);
    let ranking = contest.get("getRanking", &json!({}));
    let places: Vec<_> = ranking["ranking"].as_array().expect("a list").iter().collect();
    let places: Vec<_> =
        places.iter().map(|r| (number(&r["place"]), number(&r["entry"]), number(&r["average"]))).collect();
    assert_eq!(places, [(1, 1, 9000), (2, 2, 8000), (3, 3, 4000)]);
    let finalized = &step.message("onFinalized").params;
    assert_eq!(finalized["resultsHash"], ranking["resultsHash"]);
    let entrants = finalized["entrants"].as_object().expect("a map");
    assert_eq!(entrants.len(), 2 * 3, "keys and wallets of the entries");
    assert!(entrants.contains_key(&public_json(&entrant(1))), "{entrants:?}");

    assert_eq!(contest.confirm().answer(), 0);
    contest.expect_phase("Payable");
    let paid = contest.pay_all();
    let address = |item: u8| match item {
        1..=64 => wallet(item),
        65..=88 => juror_wallet(item - JURY_ITEM),
        _ => wallet(item - DEPOSIT_ITEM),
    };
    let expected: Vec<_> = [
        (1, 500 * TON),
        (2, 300 * TON),
        (3, 200 * TON),
        (65, three),
        (66, three),
        (67, one),
        (101, DEPOSIT),
        (102, DEPOSIT),
        (103, DEPOSIT),
    ]
    .map(|(item, amount): (u8, u128)| (u64::from(item), address(item).to_string(), amount))
    .into();
    assert_eq!(payouts(&paid), expected);

    let sent = contest.settle_all();
    assert_eq!(names(&sent), ["orgShare", "refund", "reportWork", "onContestClosed"]);
    assert_eq!(returned(&sent[0]), 20 * TON);
    assert_eq!(returned(&sent[1]), pay - 2 * three - one);
    assert_eq!((&sent[1].params["last"], &sent[1].params["paid"]), (&json!(true), &json!(true)));
    assert_eq!(worked(&sent[2]), 3);
    assert_eq!((&sent[3].to, &sent[3].params["ending"]), (&registry(), &json!("1")));
    contest.expect_phase("Closed");
    assert_eq!(contest.balance(), 2 * TON, "the floor stays");
    assert!(sent[3].value > 30 * TON, "the gas money goes home");
    let ledger = contest.get("getLedger", &json!({}));
    assert_eq!(number(&ledger["owed"]), 0);
}

#[test]
fn a_pro_rata_contest_shares_the_fund_by_points() {
    let cards =
        [scores(&[(1, 10), (2, 5), (3, 1)]), scores(&[(1, 10), (2, 5), (3, 1)]), scores(&[(1, 10), (2, 6)])];
    let mut contest = Contest::payable(4, &cards, |spec, _| {
        spec["proRata"] = json!(true);
        spec["prizes"] = json!([]);
    });
    // Points 30, 16 and 2; entry 4 has no score.
    let fund = 1000 * TON;
    let shares = [30, 16, 2].map(|points| fund * points / 48);
    let paid = payouts(&contest.pay_all());
    let prizes: Vec<_> = paid.iter().filter(|(item, ..)| *item <= 64).map(|(_, _, amount)| *amount).collect();
    assert_eq!(prizes, shares);
    let jury: Vec<_> =
        paid.iter().filter(|(item, ..)| (65..89).contains(item)).map(|(.., amount)| *amount).collect();
    let part = |lines: u128| 100 * TON * lines / 8;
    assert_eq!(jury, [part(3), part(3), part(2)]);
    assert_eq!(paid.iter().filter(|(item, ..)| *item > 100).count(), 4, "four deposits");
    let sent = contest.settle_all();
    assert_eq!(returned(&sent[1]), fund - shares.iter().sum::<u128>());
    contest.expect_phase("Closed");
}

#[test]
fn without_a_quorum_everything_goes_back() {
    let mut contest = Contest::judging(2, 3, |_, _| {});
    let lazy = scores(&[(1, 7), (2, 8)]);
    contest.commit(0, &lazy).ok();
    contest.commit(1, &lazy).ok();
    contest.world.now = contest.time("commitEnd");
    contest.reveal(0, &lazy).ok();
    contest.world.now = contest.time("revealEnd");
    // One of three: judging is repeated once, with its whole lengths.
    let step = contest.poke("advance", &json!({})).ok();
    assert_eq!(phases(&step), [(5, 4)]);
    contest.expect_phase("Commit");
    assert_eq!(contest.time("commitEnd"), contest.world.now + DAY);
    contest.reveal(0, &lazy).fails(152);
    contest.commit(0, &lazy).fails(511);
    contest.world.now = contest.time("commitEnd");
    contest.reveal(1, &lazy).ok();
    contest.world.now = contest.time("revealEnd");
    contest.expect_phase("Cancelled");
    let step = contest.poke("advance", &json!({})).ok();
    assert_eq!(phases(&step), [(5, 12)]);
    contest.poke("advance", &json!({})).fails(152);

    let paid = payouts(&contest.pay_all());
    let deposits = [1, 2].map(|n| (u64::from(DEPOSIT_ITEM + n), wallet(n).to_string(), DEPOSIT));
    assert_eq!(paid, deposits);
    let sent = contest.settle_all();
    assert_eq!(names(&sent), ["refund", "reportWork", "onContestClosed"]);
    assert_eq!(returned(&sent[0]), 1120 * TON);
    assert_eq!((&sent[0].params["last"], &sent[0].params["paid"]), (&json!(true), &json!(false)));
    assert_eq!(worked(&sent[1]), 2);
    assert_eq!(sent[2].params["ending"], json!("3"));
    contest.expect_phase("Closed");
}

#[test]
fn a_jury_contest_is_judged_by_its_bootstrap_jury_and_its_winners_become_jurors() {
    let cards = [1, 2, 3].map(|n| scores(&[(1, 9), (2, 8), (3, 4 + n)]));
    let mut contest = Contest::payable(3, &cards, |spec, _| {
        spec["kind"] = json!(1);
        spec["topic"] = json!(1);
        spec["seats"] = json!(2);
        spec["bootstrapJury"] = jurors(0..3);
    });
    contest.pay_all();
    let sent = contest.settle_all();
    assert_eq!(
        names(&sent),
        ["orgShare", "refund", "reportWork", "admitJuror", "admitJuror", "onContestClosed"]
    );
    for (n, admitted) in (1..).zip(&sent[3..5]) {
        assert_eq!(admitted.params["key"], json!(public_json(&entrant(n))));
        assert_eq!(admitted.params["addr"], json!(wallet(n).to_string()));
        assert_eq!(admitted.params["topicMask"], json!("31"));
    }
    contest.expect_phase("Closed");
}

#[test]
fn a_winner_asks_for_a_seat_once() {
    let cards = [1, 2, 3].map(|_| scores(&[(1, 9), (2, 8), (3, 8), (4, 1)]));
    let mut contest = Contest::judged(4, &cards, |_, _| {});
    let entry = |n: u8| json!({ "entry": n });
    let step = contest.signed(&entrant(3), "nominate", &entry(3)).ok();
    let asked = step.message("registerCandidate");
    assert_eq!((&asked.to, number(&asked.params["place"])), (&registry(), 2));
    assert_eq!(asked.params["addr"], json!(wallet(3).to_string()));
    contest.signed(&entrant(3), "nominate", &entry(3)).fails(156);
    contest.signed(&entrant(4), "nominate", &entry(4)).fails(516);
    contest.signed(&entrant(4), "nominate", &entry(1)).fails(515);
    // After a refusal the wallet may ask again, at its own cost.
    contest.done(&registry(), &asked.params["nonce"].clone(), 202).ok();
    contest.signed(&entrant(3), "nominate", &entry(3)).fails(156);
    let step = contest.call(&wallet(3), TON + TON / 2, "nominate", &entry(3)).ok();
    assert_eq!(number(&step.message("registerCandidate").params["entryId"]), 3);
    assert!(step.message("").value > TON / 5, "the change comes back");
}

#[test]
fn a_bounced_payout_is_claimed_by_its_payee() {
    let cards = [1, 2, 3].map(|_| card(&[(1, FOR, 9), (2, REJECT, 0)]));
    let mut contest = Contest::payable(2, &cards, |_, _| {});
    let paid = contest.pay_all();
    let first = paid.iter().find(|sent| sent.to == wallet(1)).expect("a prize").clone();
    let step = contest.bounce(&first);
    assert_eq!(number(&step.event("PayoutFailed")["amount"]), 500 * TON);
    contest.bounce(&first);
    assert_eq!(contest.sum("budget", "failed"), 500 * TON, "a bounce counts once");
    contest.call(&wallet(2), TON, "claim", &json!({ "item": 1 })).fails(515);
    let step = contest.call(&wallet(1), TON, "claim", &json!({ "item": 1 })).ok();
    assert_eq!((step.message("payout").value, &step.message("payout").to), (500 * TON, &wallet(1)));
    contest.call(&wallet(1), TON, "claim", &json!({ "item": 1 })).fails(514);
    // Entry 2 was rejected by the majority: no prize, and its deposit goes to the stage.
    let sent = contest.settle_all();
    assert_eq!(
        returned(&sent[1]),
        500 * TON + DEPOSIT + 1,
        "two prizes, the deposit, the rest of the jury pay"
    );
    assert_eq!(contest.sum("deposits", "refunded"), DEPOSIT);
}

#[test]
fn a_sealed_contest_judges_what_was_opened() {
    let mut contest = Contest::open(|spec, _| spec["isSealed"] = json!(true));
    for n in 1..=2 {
        let params = json!({ "wallet": wallet(n).to_string(), "contentHash": crate::support::hash(n),
            "link": "https://example.org", "salt": "77" });
        let mut form = contest.form(&wallet(n), &entrant(n), n);
        form["commitment"] = contest.get("sealHash", &params)["commitment"].clone();
        contest.call(&wallet(n), 7 * TON, "submitEntry", &form).fails(162);
        form["contentHash"] = json!("0");
        form["link"] = json!("");
        contest.call(&wallet(n), 7 * TON, "submitEntry", &form).ok();
    }
    contest.world.now = contest.time("entriesEnd");
    contest.poke("drawJury", &json!({})).fails(153);
    let opening = |salt: &str| {
        json!({ "entry": 1, "contentHash": crate::support::hash(1),
        "link": "https://example.org", "salt": salt })
    };
    contest.call(&wallet(1), TON, "openEntry", &opening("78")).fails(162);
    contest.call(&wallet(1), TON, "openEntry", &opening("77")).ok();
    contest.world.now += DAY;
    contest.seat(3);
    let cards = [1, 2, 3].map(|n| if n == 3 { scores(&[(1, 9), (2, 9)]) } else { scores(&[(1, 9)]) });
    for (n, card) in (0..).zip(&cards) {
        contest.commit(n, card).ok();
    }
    contest.world.now = contest.time("commitEnd");
    contest.reveal(0, &cards[0]).ok();
    contest.reveal(1, &cards[1]).ok();
    let step = contest.reveal(2, &cards[2]).ok();
    assert_eq!(step.event("CardInvalid")["reason"], json!("509"), "an unopened entry cannot be scored");
    let entries = contest.get("getEntries", &json!({ "from": 0, "n": 9 }));
    let judged: Vec<&Value> =
        entries["entries"].as_array().expect("a list").iter().map(|e| &e["judged"]).collect();
    assert_eq!(judged, [&json!(true), &json!(false)]);
}
