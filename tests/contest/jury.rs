//! The jury: drawn without entrants and members, committing in secret, revealing in time (T56-T61, T77, A13-A15).

use serde_json::{Value, json};
use ton_abi::{Cell, CellBuilder, Hash};
use workspace_tests::world::public_json;

use crate::cards::{ABSTAIN, FOR, RECUSE, REJECT, card, scores, store};
use crate::scenes::{WAIT, bootstrap, exhaust, master, plain};
use crate::support::{
    CALL, Contest, DAY, ID, base64, entrant, hash, juror, juror_wallet, jurors, member, member_wallet,
    number, pool, salt, wallet,
};

/// Two entries and the end of entries.
fn drawing() -> Contest {
    let mut contest = Contest::open(plain);
    contest.enter(1).ok();
    contest.enter(2).ok();
    contest.world.now = contest.time("entriesEnd");
    contest
}

fn keys(contest: &Contest) -> Vec<String> {
    let jury = contest.get("getJury", &json!({}));
    let jury = jury["jurors"].as_array().expect("a list");
    jury.iter().map(|juror| juror["key"].as_str().expect("a key").to_owned()).collect()
}

/// State of juror `n`: 1 committed, 2 revealed, 3 invalid.
fn seat(contest: &Contest, n: u8) -> u128 {
    let jury = contest.get("getJury", &json!({}));
    let jury = jury["jurors"].as_array().expect("a list");
    let found = jury.iter().find(|known| known["key"] == json!(public_json(&juror(n))));
    number(&found.expect("a juror")["state"])
}

fn stats(contest: &Contest, entry: u8) -> Value {
    contest.get("getStats", &json!({ "entry": entry }))["stats"].clone()
}

#[test]
fn t61_entrants_are_dropped_by_key_and_by_address_and_members_by_key() {
    let mut contest = drawing();
    let nonce = contest.poke("drawJury", &json!({})).ok().message("snapshotFor").params["nonce"].clone();
    let mut drawn = jurors(0..4);
    let list = drawn.as_array_mut().expect("a list");
    let one = |key: &str, addr: String| json!({ "key": key, "addr": addr });
    list.push(one(&public_json(&entrant(1)), juror_wallet(10).to_string()));
    list.push(one(&public_json(&juror(11)), wallet(2).to_string()));
    list.push(one(&public_json(&member(0)), juror_wallet(12).to_string()));
    list.push(one(&public_json(&juror(0)), juror_wallet(14).to_string()));
    list.push(one("0", juror_wallet(15).to_string()));
    list.push(one(&public_json(&juror(16)), master().to_string()));
    list.push(one(&public_json(&juror(17)), format!("0:{}", "0".repeat(64))));
    let step = contest.on_jury(&nonce, &drawn).ok();
    assert_eq!(step.event("JuryDrawn"), &json!({ "jurors": "4", "dropped": "7" }));
    let mut expected: Vec<_> = (0..4).map(|n| public_json(&juror(n))).collect();
    expected.sort();
    assert_eq!(keys(&contest), expected);
}

#[test]
fn t74_a_member_who_names_a_jurors_wallet_keeps_nobody_out() {
    let mut contest = drawing();
    let nonce = contest.poke("drawJury", &json!({})).ok().message("snapshotFor").params["nonce"].clone();
    let drawn: Value = (0..3)
        .map(|n| json!({ "key": public_json(&juror(n)), "addr": member_wallet(n).to_string() }))
        .collect();
    let step = contest.on_jury(&nonce, &drawn).ok();
    assert_eq!(step.event("JuryDrawn"), &json!({ "jurors": "3", "dropped": "0" }));
}

#[test]
fn a_jury_that_is_too_small_is_drawn_again_with_growing_waits() {
    let mut contest = drawing();
    let mut wait = WAIT;
    for tries in 1..=4 {
        let step = contest.poke("drawJury", &json!({})).ok();
        assert_eq!(step.event("JuryRequested")["tries"], json!(tries.to_string()));
        let request = step.message("snapshotFor");
        assert_eq!((&request.to, number(&request.params["minJurors"])), (&pool(), 3));
        let entrants = request.params["entrants"].as_object().expect("a map");
        assert_eq!(entrants.len(), 2 * 2, "keys and wallets of those who take part");
        let nonce = request.params["nonce"].clone();
        let given = if tries % 2 == 0 { json!([]) } else { jurors(0..2) };
        let step = contest.on_jury(&nonce, &given).ok();
        assert_eq!(step.names(), if tries % 2 == 0 { vec![] } else { vec!["JuryTooSmall"] });
        contest.expect_phase("Drawing");
        contest.world.now += wait - 1;
        contest.poke("drawJury", &json!({})).fails(153);
        contest.world.now += 1;
        wait *= 2;
    }
    contest.seat(3);
    contest.expect_phase("Commit");
}

#[test]
fn a_jury_is_seated_once_and_from_the_pool_alone() {
    let mut contest = drawing();
    let early = &mut Contest::open(plain);
    early.enter(1).ok();
    early.poke("drawJury", &json!({})).fails(152);
    early.on_jury(&json!("1"), &jurors(0..3)).ok();
    early.expect_phase("Open");
    contest.on_jury(&json!("77"), &jurors(0..25)).ok();
    contest.expect_phase("Drawing");
    let other = json!({ "contestId": ID + 1, "nonce": "2", "jurors": jurors(0..3) });
    contest.call(&pool(), CALL, "onJury", &other).fails(157);
    contest.seat(3);
    let before = keys(&contest);
    contest.on_jury(&json!("2"), &jurors(5..10)).ok();
    assert_eq!(keys(&contest), before);
    contest.poke("drawJury", &json!({})).fails(152);
}

#[test]
fn a_drawing_under_way_is_not_started_again() {
    let mut contest = drawing();
    contest.world.deliver = false;
    contest.poke("drawJury", &json!({})).ok();
    contest.poke("advance", &json!({})).fails(152);
    contest.world.now += WAIT - 1;
    contest.poke("drawJury", &json!({})).fails(153);
    contest.world.deliver = true;
    contest.world.drain();
    assert_eq!(contest.world.inbox.len(), 1, "one question to the pool");
}

#[test]
fn a_bounced_question_to_the_pool_is_asked_again() {
    let mut contest = drawing();
    let asked = contest.poke("drawJury", &json!({})).ok().message("snapshotFor").clone();
    contest.bounce(&asked).ok();
    let pending = contest.get("getPending", &json!({}));
    assert_eq!(pending["requests"], json!([]));
    contest.world.now += WAIT;
    contest.seat(3);
    contest.expect_phase("Commit");
}

#[test]
fn t77_a_bootstrap_jury_is_seated_without_the_pool_and_without_members() {
    let mut contest = Contest::open(|spec, _| {
        bootstrap(spec, 4);
        let list = spec["bootstrapJury"].as_array_mut().expect("a list");
        list.push(json!({ "key": public_json(&member(2)), "addr": juror_wallet(9).to_string() }));
    });
    contest.enter(1).ok();
    contest.world.now = contest.time("entriesEnd");
    let step = contest.poke("drawJury", &json!({})).ok();
    assert_eq!(step.event("JuryDrawn"), &json!({ "jurors": "4", "dropped": "1" }));
    assert!(step.sent.is_empty(), "the pool is not asked");
    let mut small = Contest::open(|spec, _| bootstrap(spec, 2));
    small.enter(1).ok();
    small.world.now = small.time("entriesEnd");
    small.poke("drawJury", &json!({})).ok().event("JuryTooSmall");
    small.expect_phase("Drawing");
}

#[test]
fn a_commit_is_a_jurors_and_is_replaced_four_times() {
    let mut contest = Contest::judging(2, 3, plain);
    let commit = |n: u8| json!({ "cardHash": hash(n) });
    contest.signed(&juror(3), "commitCard", &commit(1)).fails(507);
    contest.signed(&entrant(1), "commitCard", &commit(1)).fails(507);
    contest.signed(&member(0), "commitCard", &commit(1)).fails(507);
    contest.poke("commitCard", &commit(1)).fails(507);
    contest.call(&juror_wallet(0), CALL, "commitCard", &commit(1)).fails(507);
    contest.signed(&juror(0), "commitCard", &json!({ "cardHash": "0" })).fails(155);
    for n in 1..=4 {
        let step = contest.signed(&juror(0), "commitCard", &commit(n)).ok();
        assert_eq!(step.event("CardCommitted")["commits"], json!(n.to_string()));
    }
    let mine = scores(&[(1, 5)]);
    contest.commit(0, &mine).ok();
    contest.signed(&juror(0), "commitCard", &commit(6)).fails(155);
    contest.world.now = contest.time("commitEnd");
    contest.reveal(0, &mine).ok();
    assert_eq!(seat(&contest, 0), 2);
}

#[test]
fn t57_a_copied_commit_reveals_nothing() {
    let mut contest = Contest::judging(2, 3, plain);
    let good = scores(&[(1, 9), (2, 3)]);
    let hashed = contest.card_hash(0, &good);
    contest.commit(0, &good).ok();
    contest.signed(&juror(1), "commitCard", &json!({ "cardHash": hashed })).ok();
    contest.world.now = contest.time("commitEnd");
    contest.reveal(0, &good).ok();
    let copied = json!({ "card": base64(&good), "salt": salt(0) });
    contest.signed(&juror(1), "revealCard", &copied).fails(508);
    assert_eq!((seat(&contest, 1), number(&stats(&contest, 1)["votes"])), (1, 1));
}

#[test]
fn t58_a_commit_is_not_found_by_trying_all_cards() {
    let contest = Contest::judging(1, 3, plain);
    let chosen = scores(&[(1, 7)]);
    let commitment = contest.card_hash(0, &chosen);
    let mut cards: Vec<Cell> = (1..=10).map(|score| scores(&[(1, score)])).collect();
    cards.extend([ABSTAIN, REJECT, RECUSE].map(|verdict| card(&[(1, verdict, 0)])));
    assert!(cards.contains(&chosen), "every possible card is tried");
    for (guess, card) in cards.iter().enumerate() {
        for salt in [json!("0"), json!("1"), json!(hash(0)), json!(crate::support::salt(1))] {
            let params = json!({ "juror": public_json(&juror(0)), "salt": salt, "card": base64(card) });
            assert_ne!(contest.get("hashCard", &params)["cardHash"], commitment, "guess {guess}");
        }
    }
}

#[test]
fn t58_a_commitment_binds_contest_juror_salt_and_card() {
    let contest = Contest::judging(1, 3, plain);
    let chosen = scores(&[(1, 7)]);
    let commitment = |id: [u8; 32]| {
        let mut builder = CellBuilder::new();
        // An address of workchain 0: addr_std, no anycast.
        builder.store_small_uint(0b100, 3).expect("fits");
        builder.store_u8(0).expect("fits");
        builder.store_raw(&id, 256).expect("fits");
        builder.store_raw(&juror(0).verifying_key().to_bytes(), 256).expect("fits");
        builder.store_raw(&[0xA5; 32], 256).expect("fits");
        builder.store_reference(chosen.clone()).expect("fits");
        format!("0x{}", hex::encode(builder.build().expect("a cell").repr_hash().0))
    };
    let own = contest.contract.address.address.0;
    assert_eq!(contest.card_hash(0, &chosen), json!(commitment(own)));
    assert_ne!(contest.card_hash(0, &chosen), json!(commitment([0x77; 32])));
}

#[test]
fn t59_a_card_is_revealed_once() {
    let mut contest = Contest::judging(2, 3, plain);
    let mine = scores(&[(1, 9), (2, 3)]);
    contest.commit(0, &mine).ok();
    contest.world.now = contest.time("commitEnd");
    contest.reveal(0, &mine).ok();
    let before = (stats(&contest, 1), contest.info());
    contest.reveal(0, &mine).fails(511);
    contest.reveal(0, &scores(&[(1, 1)])).fails(511);
    assert_eq!((stats(&contest, 1), contest.info()), before);
    assert_eq!(number(&before.0["points"]), 9);
}

#[test]
fn a_reveal_needs_the_commit_of_that_card_and_salt() {
    let mut contest = Contest::judging(2, 3, plain);
    let mine = scores(&[(1, 9), (2, 3)]);
    contest.commit(0, &mine).ok();
    contest.world.now = contest.time("commitEnd");
    contest.reveal(1, &mine).fails(508);
    contest.reveal(0, &scores(&[(1, 9), (2, 4)])).fails(508);
    let salted = json!({ "card": base64(&mine), "salt": "1" });
    contest.signed(&juror(0), "revealCard", &salted).fails(508);
    contest.signed(&juror(9), "revealCard", &salted).fails(507);
    contest.poke("revealCard", &salted).fails(507);
    contest.reveal(0, &mine).ok();
}

#[test]
fn t60_commits_and_reveals_end_to_the_second() {
    let mut contest = Contest::judging(2, 4, plain);
    let mine = scores(&[(1, 9)]);
    let (commit_end, reveal_end) = (contest.time("commitEnd"), contest.time("revealEnd"));
    contest.commit(0, &mine).ok();
    contest.reveal(0, &mine).fails(152);
    contest.world.now = commit_end - 1;
    contest.expect_phase("Commit");
    contest.commit(1, &mine).ok();
    contest.reveal(0, &mine).fails(152);
    contest.world.now = commit_end;
    contest.expect_phase("Reveal");
    contest.commit(2, &mine).fails(152);
    contest.reveal(0, &mine).ok();
    contest.world.now = reveal_end - 1;
    contest.reveal(1, &mine).ok();
    contest.poke("advance", &json!({})).fails(152);
    contest.world.now = reveal_end;
    contest.reveal(2, &mine).fails(152);
    let late = &mut Contest::judging(2, 3, plain);
    for n in 0..3 {
        late.commit(n, &mine).ok();
    }
    late.world.now = late.time("commitEnd") + 1;
    late.commit(0, &mine).fails(152);
    late.reveal(0, &mine).ok();
    late.world.now = late.time("revealEnd") + 1;
    late.reveal(1, &mine).fails(152);
}

/// A card of one line with any bits after it and any references.
fn odd(line: (u8, u8, u8), comment: [u8; 32], bits: u16, references: &[Cell]) -> Cell {
    let mut builder = CellBuilder::new();
    store(&mut builder, line, comment);
    builder.store_zeros(bits).expect("fits");
    for reference in references {
        builder.store_reference(reference.clone()).expect("fits");
    }
    builder.build().expect("a cell")
}

/// Cards with one thing wrong, and the reason in CardInvalid.
fn malformed() -> Vec<(u16, Cell)> {
    let fine = [0x5A; 32];
    let line = (1, FOR, 5);
    let more = scores(&[(2, 5)]);
    vec![
        (510, scores(&[(1, 0)])),
        (510, scores(&[(1, 11)])),
        (510, scores(&[(1, 255)])),
        (510, card(&[(1, ABSTAIN, 1)])),
        (510, card(&[(1, REJECT, 5)])),
        (510, card(&[(1, RECUSE, 10)])),
        (509, card(&[(1, 4, 5)])),
        (509, card(&[(1, 255, 0)])),
        (509, scores(&[(0, 5)])),
        (509, scores(&[(4, 5)])),
        (509, scores(&[(64, 5)])),
        (509, scores(&[(65, 5)])),
        (509, scores(&[(255, 5)])),
        (509, scores(&[(1, 5), (1, 6)])),
        (509, scores(&[(1, 5), (3, 5), (2, 5)])),
        (509, scores(&[(1, 5), (2, 5), (3, 5), (3, 9)])),
        (509, odd(line, [0; 32], 0, &[])),
        (509, odd(line, fine, 1, &[])),
        (509, odd(line, fine, 279, &[])),
        (509, odd(line, fine, 0, &[Cell::default()])),
        (509, odd(line, fine, 0, &[more.clone(), more.clone()])),
        (509, odd(line, fine, 0, &[odd(line, fine, 0, &[])])),
        (509, Cell::default()),
        (509, odd((1, FOR, 5), fine, 8, &[more])),
    ]
}

#[test]
fn t56_a_malformed_card_is_consumed_and_counts_for_nothing() {
    let cards = malformed();
    let mut contest = Contest::judging(3, 24, plain);
    assert_eq!(cards.len(), 24, "one for each juror");
    for (n, (_, card)) in (0..).zip(&cards) {
        contest.commit(n, card).ok();
    }
    contest.world.now = contest.time("commitEnd");
    let before: Vec<_> = (1..=3).map(|entry| stats(&contest, entry)).collect();
    for (n, (reason, card)) in (0..).zip(&cards) {
        let step = contest.reveal(n, card).ok();
        assert_eq!(step.event("CardInvalid")["reason"], json!(reason.to_string()), "card {n}");
        assert_eq!(seat(&contest, n), 3);
        contest.reveal(n, card).fails(511);
    }
    let after: Vec<_> = (1..=3).map(|entry| stats(&contest, entry)).collect();
    assert_eq!(after, before);
    assert_eq!(number(&contest.info()["revealed"]), 0);
    assert_eq!(contest.get("getCards", &json!({ "from": 0, "n": 24 }))["cards"], json!([]));
}

#[test]
fn t56_a_card_of_a_special_cell_is_malformed_like_any_other() {
    let mut library = CellBuilder::new();
    library.set_exotic(true);
    library.store_u8(2).expect("fits");
    library.store_u256(&Hash([7; 32])).expect("fits");
    let library = library.build().expect("a cell");
    let cards = [library.clone(), odd((1, FOR, 5), [0x5A; 32], 0, &[library])];
    let mut contest = Contest::judging(2, 3, plain);
    for (n, card) in (0..).zip(&cards) {
        contest.commit(n, card).ok();
    }
    contest.world.now = contest.time("commitEnd");
    for (n, card) in (0..).zip(&cards) {
        let step = contest.reveal(n, card).ok();
        assert_eq!(step.event("CardInvalid")["reason"], json!("509"), "card {n}");
        assert_eq!(seat(&contest, n), 3);
    }
    assert_eq!(number(&stats(&contest, 1)["votes"]), 0);
}

#[test]
fn t56_an_invalid_card_cannot_be_repaired_when_judging_is_repeated() {
    let mut contest = Contest::judging(1, 3, plain);
    contest.commit(0, &scores(&[(1, 11)])).ok();
    contest.world.now = contest.time("commitEnd");
    contest.reveal(0, &scores(&[(1, 11)])).ok();
    contest.world.now = contest.time("revealEnd");
    contest.poke("advance", &json!({})).ok();
    contest.expect_phase("Commit");
    contest.commit(0, &scores(&[(1, 5)])).fails(511);
}

#[test]
fn a_card_for_a_withdrawn_entry_is_malformed() {
    let mut contest = Contest::open(plain);
    for n in 1..=3 {
        contest.enter(n).ok();
    }
    contest.call(&wallet(2), CALL, "withdrawEntry", &json!({ "entry": 2 })).ok();
    contest.world.now = contest.time("entriesEnd");
    contest.seat(3);
    let (bad, good) = (scores(&[(1, 5), (2, 5)]), scores(&[(1, 5), (3, 5)]));
    contest.commit(0, &bad).ok();
    contest.commit(1, &good).ok();
    contest.world.now = contest.time("commitEnd");
    assert_eq!(contest.reveal(0, &bad).ok().event("CardInvalid")["reason"], json!("509"));
    contest.reveal(1, &good).ok().event("CardRevealed");
}

#[test]
fn valid_cards_are_shown_line_by_line() {
    let mut contest = Contest::judging(5, 3, plain);
    let lines = [(1, FOR, 9), (2, ABSTAIN, 0), (3, REJECT, 0), (4, RECUSE, 0), (5, FOR, 1)];
    contest.commit(2, &card(&lines)).ok();
    contest.world.now = contest.time("commitEnd");
    contest.reveal(2, &card(&lines)).ok();
    let shown = contest.get("getCards", &json!({ "from": 0, "n": 5 }))["cards"].clone();
    let shown = shown.as_array().expect("a list");
    assert_eq!((shown.len(), &shown[0]["key"]), (1, &json!(public_json(&juror(2)))));
    let read: Vec<_> = shown[0]["lines"].as_array().expect("a list").iter().collect();
    let read: Vec<_> = read
        .iter()
        .map(|line| ["entry", "verdict", "score"].map(|field| number(&line[field]) as u8))
        .map(|[entry, verdict, score]| (entry, verdict, score))
        .collect();
    assert_eq!(read, lines);
    let built = contest.get("buildCard", &json!({ "lines": shown[0]["lines"] }));
    assert_eq!(built["card"], json!(base64(&card(&lines))), "buildCard makes the same cell");
    assert_eq!(contest.get("getCards", &json!({ "from": 3, "n": 5 }))["cards"], json!([]));
}

#[test]
fn t81_a_juror_at_the_floor_is_refused_before_it_costs_anything() {
    let mut contest = Contest::judging(2, 3, plain);
    let mine = scores(&[(1, 9)]);
    contest.commit(0, &mine).ok();
    exhaust(&mut contest);
    contest.commit(1, &mine).fails(160);
    contest.world.now = contest.time("commitEnd");
    let before = contest.balance();
    contest.reveal(0, &mine).fails(160);
    assert_eq!(contest.balance(), before);
    contest.call(&wallet(9), 5 * CALL, "topUp", &json!({})).ok();
    contest.reveal(0, &mine).ok();
    contest.world.now += DAY;
}

#[test]
fn a_jury_that_comes_without_gas_money_is_not_seated() {
    let mut contest = drawing();
    let nonce = contest.poke("drawJury", &json!({})).ok().message("snapshotFor").params["nonce"].clone();
    exhaust(&mut contest);
    let params = json!({ "contestId": ID, "nonce": nonce, "jurors": jurors(0..3) });
    contest.call(&pool(), CALL / 10, "onJury", &params).ok().event("LowBalance");
    contest.expect_phase("Drawing");
    contest.call(&wallet(9), 5 * CALL, "topUp", &json!({})).ok();
    contest.world.now += WAIT;
    contest.seat(3);
}
