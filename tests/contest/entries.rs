//! Entries: made, replaced, withdrawn, opened, and every way to be refused (T54, T61, T75, T76, A14, A15).

use ed25519_dalek::SigningKey;
use serde_json::{Value, json};
use ton_abi::{Address, Nano};
use workspace_tests::world::public_json;

use crate::scenes::{bootstrap, entry, master, plain, replaced, tower};
use crate::support::{
    CALL, Contest, DAY, DEPOSIT, DESK, ENTRY, Step, TON, entrant, hash, juror, juror_wallet, member,
    member_wallet, number, sign, stranger, wallet,
};

const PRICE: u128 = DEPOSIT + ENTRY;

/// A form with one field changed, from wallet 1 with key 1.
fn enter_with(contest: &mut Contest, field: &str, value: &Value) -> Step {
    let mut form = contest.form(&wallet(1), &entrant(1), 1);
    form[field] = value.clone();
    contest.call(&wallet(1), PRICE + CALL, "submitEntry", &form)
}

fn enter_as(contest: &mut Contest, from: &Address, key: &SigningKey, value: u128) -> Step {
    let form = contest.form(from, key, 1);
    contest.call(from, value, "submitEntry", &form)
}

fn new_content(entry: u8, content: u8) -> Value {
    json!({ "entry": entry, "contentHash": hash(content), "link": "https://example.org/new", "commitment": "0" })
}

#[test]
fn t54_there_is_room_for_so_many_entries_and_no_more() {
    let mut contest = Contest::open(|spec, _| spec["maxEntries"] = json!(3));
    for n in 1..=3 {
        contest.enter(n).ok();
    }
    contest.enter(4).fails(517).message("bounced");
    let mut full = Contest::open(plain);
    for n in 1..=64 {
        full.enter(n).ok();
    }
    full.enter(65).fails(517);
    assert_eq!(full.sum("deposits", "pot"), 64 * DEPOSIT);
}

#[test]
fn t54_an_entry_costs_its_deposit_and_its_gas_to_the_nano() {
    let mut contest = Contest::open(plain);
    enter_as(&mut contest, &wallet(1), &entrant(1), PRICE - 1).fails(151).message("bounced");
    let before = contest.balance();
    let step = enter_as(&mut contest, &wallet(1), &entrant(1), PRICE).ok();
    assert_eq!(contest.balance(), before + DEPOSIT, "the deposit stays, the gas money is untouched");
    assert!(step.message("").value < ENTRY);
}

#[test]
fn t54_one_entry_an_address_and_one_a_key() {
    let mut contest = Contest::open(plain);
    contest.enter(1).ok();
    contest.enter(1).fails(502);
    enter_as(&mut contest, &wallet(1), &entrant(2), PRICE).fails(502);
    enter_as(&mut contest, &wallet(2), &entrant(1), PRICE).fails(502);
    enter_as(&mut contest, &wallet(2), &entrant(2), PRICE).ok();
}

#[test]
fn t54_links_are_short_in_bytes_and_in_cells() {
    let mut contest = Contest::open(plain);
    enter_with(&mut contest, "link", &json!("x".repeat(257))).fails(154);
    // Cells without a single bit: nothing to read, much to keep.
    let mut form = contest.form(&wallet(1), &entrant(1), 1);
    form["link"] = json!("the place of the tower");
    for height in [20, 400] {
        let mut message = contest.contract.internal(&wallet(1), Nano(PRICE + TON), "submitEntry", &form);
        let body = message.body.take().expect("a call");
        message.body = Some(replaced(&body, b"the place of the tower", &tower(height)));
        assert_ne!(message.body.as_ref(), Some(&body));
        contest.send(message).fails(154);
    }
    enter_with(&mut contest, "link", &json!("x".repeat(256))).ok();
    let mut message = contest.contract.internal(&wallet(1), Nano(TON), "replaceEntry", &new_content(1, 2));
    let body = message.body.take().expect("a call");
    message.body = Some(replaced(&body, b"https://example.org/new", &tower(20)));
    contest.send(message).fails(154);
    let shown = contest.get("getEntry", &entry(1));
    assert_eq!(shown["info"]["link"], json!("x".repeat(256)));
}

#[test]
fn entries_are_made_while_the_contest_is_open() {
    let mut contest = Contest::funded(plain);
    contest.enter(1).fails(501);
    contest.world.now = contest.time("openAt");
    let step = contest.enter(1).ok();
    assert_eq!(step.names(), ["PhaseChanged", "EntrySubmitted"]);
    contest.world.now = contest.time("entriesEnd") - 1;
    contest.enter(2).ok();
    contest.world.now += 1;
    contest.enter(3).fails(501);
    contest.call(&wallet(1), TON, "replaceEntry", &new_content(1, 9)).fails(501);
    contest.call(&wallet(1), TON, "withdrawEntry", &entry(1)).fails(501);
    let created = &mut Contest::created(plain);
    created.world.now = created.time("openAt");
    created.enter(1).fails(501);
}

#[test]
fn t75_terms_key_and_wallet_are_signed_for() {
    let mut contest = Contest::open(plain);
    enter_with(&mut contest, "termsHash", &json!(hash(0xE1))).fails(505);
    let other = contest.form(&wallet(1), &entrant(2), 1)["keySig"].clone();
    enter_with(&mut contest, "keySig", &other).fails(505);
    let elsewhere = contest.form(&wallet(2), &entrant(1), 1)["keySig"].clone();
    enter_with(&mut contest, "keySig", &elsewhere).fails(505);
    enter_with(&mut contest, "key", &json!(public_json(&juror(1)))).fails(505);
    enter_with(&mut contest, "key", &json!("0")).fails(505);
    enter_with(&mut contest, "keySig", &json!("")).fails(505);
    enter_with(&mut contest, "keySig", &json!("00".repeat(63))).fails(505);
    enter_with(&mut contest, "keySig", &json!("00".repeat(64))).fails(505);
    enter_with(&mut contest, "contentHash", &json!("0")).fails(162);
    enter_with(&mut contest, "commitment", &json!("1")).fails(162);
    assert_eq!(number(&contest.info()["entries"]), 0);
}

#[test]
fn t75_a_declaration_is_signed_where_it_is_asked_for() {
    let mut contest = Contest::open(|spec, _| spec["needDod"] = json!(true));
    let declared = contest.get("declarationHash", &json!({ "dodHash": hash(3) }));
    let mut form = contest.form(&wallet(1), &entrant(1), 1);
    contest.call(&wallet(1), PRICE, "submitEntry", &form).fails(505);
    form["dodHash"] = json!(hash(3));
    contest.call(&wallet(1), PRICE, "submitEntry", &form).fails(505);
    form["dodSig"] = json!(sign(&entrant(2), &declared["hash"]));
    contest.call(&wallet(1), PRICE, "submitEntry", &form).fails(505);
    form["dodSig"] = form["keySig"].clone();
    contest.call(&wallet(1), PRICE, "submitEntry", &form).fails(505);
    form["dodSig"] = json!(sign(&entrant(1), &declared["hash"]));
    let step = contest.call(&wallet(1), PRICE, "submitEntry", &form).ok();
    assert_eq!(step.event("DeclarationSigned"), &json!({ "entry": "1", "dodHash": hash(3) }));
    assert_eq!(contest.get("getEntry", &entry(1))["info"]["dodHash"], json!(hash(3)));
}

#[test]
fn t75_nobody_shows_a_declaration_that_was_not_signed() {
    let mut contest = Contest::open(plain);
    enter_with(&mut contest, "dodHash", &json!(hash(3))).fails(505);
    let declared = contest.get("declarationHash", &json!({ "dodHash": hash(3) }));
    let mut form = contest.form(&wallet(1), &entrant(1), 1);
    form["dodHash"] = json!(hash(3));
    form["dodSig"] = json!(sign(&entrant(1), &declared["hash"]));
    contest.call(&wallet(1), PRICE, "submitEntry", &form).ok().event("DeclarationSigned");
}

#[test]
fn an_entrant_has_a_wallet_in_the_basechain() {
    let mut contest = Contest::open(plain);
    contest.world.puppets.insert(master());
    enter_as(&mut contest, &master(), &entrant(1), PRICE).fails(161).message("bounced");
}

#[test]
fn t61_members_are_flagged_by_key_and_by_address() {
    let mut contest = Contest::open(plain);
    enter_as(&mut contest, &wallet(1), &member(3), PRICE + CALL - 1).fails(151);
    let step = enter_as(&mut contest, &wallet(1), &member(3), PRICE + CALL).ok();
    assert_eq!(step.event("EntrySubmitted")["member"], json!(true));
    assert_eq!(step.message("onMemberEntry").params["key"], json!(public_json(&member(3))));
    let step = enter_as(&mut contest, &member_wallet(4), &entrant(4), PRICE + CALL).ok();
    assert_eq!(step.message("onMemberEntry").params["key"], json!(public_json(&member(4))));
    // The registry refuses it: nothing of the contest changes.
    let told = step.message("onMemberEntry").clone();
    contest.bounce(&told).ok();
    assert_eq!(contest.get("getEntry", &entry(2))["info"]["member"], json!(true));
}

#[test]
fn t61_members_are_refused_where_the_contest_says_so() {
    let mut contest = Contest::open(|_, setup| setup["forbidMembers"] = json!(true));
    enter_as(&mut contest, &wallet(1), &member(3), PRICE + CALL).fails(504);
    enter_as(&mut contest, &member_wallet(4), &entrant(4), PRICE + CALL).fails(504);
    contest.enter(1).ok();
}

#[test]
fn t61_a_bootstrap_juror_does_not_enter() {
    let mut contest = Contest::open(|spec, _| bootstrap(spec, 3));
    enter_as(&mut contest, &wallet(1), &juror(2), PRICE).fails(503);
    enter_as(&mut contest, &juror_wallet(2), &entrant(1), PRICE).fails(503);
    contest.enter(1).ok();
}

#[test]
fn an_entry_is_replaced_by_its_wallet_alone() {
    let mut contest = Contest::open(plain);
    contest.enter(1).ok();
    contest.enter(2).ok();
    let before = contest.balance();
    contest.call(&wallet(2), TON, "replaceEntry", &new_content(1, 9)).fails(515);
    contest.call(&wallet(1), TON, "replaceEntry", &new_content(3, 9)).fails(157);
    contest.call(&wallet(1), DESK - 1, "replaceEntry", &new_content(1, 9)).fails(151);
    let mut bad = new_content(1, 9);
    bad["link"] = json!("y".repeat(257));
    contest.call(&wallet(1), TON, "replaceEntry", &bad).fails(154);
    bad["link"] = json!("");
    bad["contentHash"] = json!("0");
    contest.call(&wallet(1), TON, "replaceEntry", &bad).fails(162);
    contest.world.now += 60;
    let step = contest.call(&wallet(1), DESK, "replaceEntry", &new_content(1, 9)).ok();
    assert_eq!(step.event("EntryReplaced")["contentHash"], json!(hash(9)));
    let info = contest.get("getEntry", &entry(1))["info"].clone();
    assert_eq!((&info["contentHash"], &info["link"]), (&json!(hash(9)), &json!("https://example.org/new")));
    assert_eq!(number(&info["at"]), u128::from(contest.world.now));
    assert_eq!(info["key"], json!(public_json(&entrant(1))));
    assert!(
        contest.balance().abs_diff(before) < TON / 1000,
        "storage fees aside, it costs the contest nothing"
    );
}

#[test]
fn a_withdrawn_entry_has_its_deposit_and_leaves_its_number() {
    let mut contest = Contest::open(plain);
    for n in 1..=3 {
        contest.enter(n).ok();
    }
    contest.call(&wallet(1), TON, "withdrawEntry", &entry(2)).fails(515);
    contest.call(&wallet(2), DESK - 1, "withdrawEntry", &entry(2)).fails(151);
    let before = contest.balance();
    let step = contest.call(&wallet(2), DESK, "withdrawEntry", &entry(2)).ok();
    assert_eq!(step.names(), ["EntryWithdrawn"]);
    let back = step.message("");
    assert!(back.value > DEPOSIT && back.value < DEPOSIT + DESK && !back.view.bounce);
    assert_eq!(contest.balance(), before - DEPOSIT);
    assert_eq!((contest.sum("deposits", "sent"), contest.sum("deposits", "pot")), (DEPOSIT, 2 * DEPOSIT));
    contest.call(&wallet(2), TON, "withdrawEntry", &entry(2)).fails(157);
    assert_eq!(contest.enter(9).ok().event("EntrySubmitted")["entry"], json!("2"));
    // Who withdrew may come back.
    assert_eq!(contest.enter(2).ok().event("EntrySubmitted")["entry"], json!("4"));
    contest.call(&stranger(), TON, "withdrawEntry", &entry(9)).fails(157);
}

/// A sealed contest in which wallet `n` has committed to content `n`, for 1 to `count`.
fn sealed(count: u8) -> Contest {
    let mut contest = Contest::open(|spec, _| spec["isSealed"] = json!(true));
    for n in 1..=count {
        let mut form = contest.form(&wallet(n), &entrant(n), n);
        form["commitment"] = seal(&contest, n);
        form["contentHash"] = json!("0");
        form["link"] = json!("");
        contest.call(&wallet(n), PRICE, "submitEntry", &form).ok();
    }
    contest
}

fn seal(contest: &Contest, n: u8) -> Value {
    let params = json!({ "wallet": wallet(n).to_string(), "contentHash": hash(n), "link": "ipfs://work",
        "salt": hash(n ^ 0xFF) });
    contest.get("sealHash", &params)["commitment"].clone()
}

fn opening(n: u8) -> Value {
    json!({ "entry": n, "contentHash": hash(n), "link": "ipfs://work", "salt": hash(n ^ 0xFF) })
}

#[test]
fn t76_a_sealed_entry_shows_nothing_but_a_hash() {
    let mut contest = Contest::open(|spec, _| spec["isSealed"] = json!(true));
    let mut form = contest.form(&wallet(1), &entrant(1), 1);
    form["commitment"] = json!(hash(1));
    contest.call(&wallet(1), PRICE, "submitEntry", &form).fails(162);
    form["contentHash"] = json!("0");
    contest.call(&wallet(1), PRICE, "submitEntry", &form).fails(162);
    form["link"] = json!("");
    form["commitment"] = json!("0");
    contest.call(&wallet(1), PRICE, "submitEntry", &form).fails(162);
    form["commitment"] = json!(hash(1));
    let step = contest.call(&wallet(1), PRICE, "submitEntry", &form).ok();
    assert_eq!(step.event("EntrySubmitted")["link"], json!(""));
    let info = contest.get("getEntry", &entry(1))["info"].clone();
    assert_eq!((number(&info["contentHash"]), &info["link"]), (0, &json!("")));
    assert_eq!(info["judged"], json!(false));
}

#[test]
fn t76_an_opened_entry_is_what_was_sealed_and_in_time() {
    let mut contest = sealed(3);
    contest.call(&wallet(1), TON, "openEntry", &opening(1)).fails(153);
    contest.world.now = contest.time("entriesEnd") - 1;
    contest.call(&wallet(1), TON, "openEntry", &opening(1)).fails(153);
    contest.world.now += 1;
    contest.call(&wallet(2), TON, "openEntry", &opening(1)).fails(515);
    contest.call(&wallet(1), TON, "openEntry", &opening(9)).fails(157);
    contest.call(&wallet(1), DESK - 1, "openEntry", &opening(1)).fails(151);
    for (field, value) in
        [("contentHash", json!(hash(9))), ("link", json!("ipfs://other")), ("salt", json!("1"))]
    {
        let mut wrong = opening(1);
        wrong[field] = value;
        contest.call(&wallet(1), TON, "openEntry", &wrong).fails(162);
    }
    let mut long = opening(1);
    long["link"] = json!("z".repeat(257));
    contest.call(&wallet(1), TON, "openEntry", &long).fails(154);
    let step = contest.call(&wallet(1), DESK, "openEntry", &opening(1)).ok();
    assert_eq!(step.event("EntryOpened")["link"], json!("ipfs://work"));
    contest.call(&wallet(1), TON, "openEntry", &opening(1)).fails(156);
    contest.world.now = contest.time("entriesEnd") + DAY - 1;
    contest.call(&wallet(2), TON, "openEntry", &opening(2)).ok();
    contest.world.now += 1;
    contest.call(&wallet(3), TON, "openEntry", &opening(3)).fails(153);
    let judged = |n: u8| contest.get("getEntry", &entry(n))["info"]["judged"].clone();
    assert_eq!([judged(1), judged(2), judged(3)], [json!(true), json!(true), json!(false)]);
}

#[test]
fn t76_a_rival_who_copies_a_seal_cannot_open_it() {
    let mut contest = Contest::open(|spec, _| spec["isSealed"] = json!(true));
    for n in 1..=2 {
        let mut form = contest.form(&wallet(n), &entrant(n), n);
        form["commitment"] = seal(&contest, 1);
        form["contentHash"] = json!("0");
        form["link"] = json!("");
        contest.call(&wallet(n), PRICE, "submitEntry", &form).ok();
    }
    contest.world.now = contest.time("entriesEnd");
    contest.call(&wallet(1), TON, "openEntry", &opening(1)).ok();
    let mut copied = opening(1);
    copied["entry"] = json!(2);
    contest.call(&wallet(2), TON, "openEntry", &copied).fails(162);
}

#[test]
fn entries_of_an_open_contest_are_not_opened() {
    let mut contest = Contest::open(plain);
    contest.enter(1).ok();
    contest.world.now = contest.time("entriesEnd");
    contest.call(&wallet(1), TON, "openEntry", &opening(1)).fails(152);
}

#[test]
fn a_sealed_contest_that_nobody_opens_ends_without_a_jury() {
    let mut contest = sealed(2);
    contest.world.now = contest.time("entriesEnd");
    contest.expect_phase("Drawing");
    contest.poke("drawJury", &json!({})).fails(153);
    contest.world.now += DAY;
    contest.expect_phase("Tallied");
    contest.poke("drawJury", &json!({})).fails(152);
    contest.tally();
    assert_eq!(contest.sum("deposits", "due"), 2 * DEPOSIT);
    assert_eq!(contest.sum("budget", "pot"), contest.total());
}
