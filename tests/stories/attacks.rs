//! Attacks on the whole governance, by strangers and by insiders: each is refused, or costs nobody but the attacker
//! (governance 6).

mod conflicts;
mod forged;
mod liveness;
mod races;

use chain::Executed;
use serde_json::{Value, json};
use ton_abi::{Address, Nano};
use workspace_tests::community::{Community, TON, account, action, number, payload};
use workspace_tests::world::{Contract, key, public_json};

use crate::arena::{JURORS, WINNERS, enter, judge, jury_contest};

/// Number of the phases Drawing, Commit, Confirm, Held, Payable, Closed.
const DRAWING: u128 = 3;
const COMMIT: u128 = 4;
const CONFIRM: u128 = 7;
const HELD: u128 = 8;
const PAYABLE: u128 = 9;
const CLOSED: u128 = 11;

/// An account that has no right to anything.
fn stranger() -> Address {
    account(0xEE, 1)
}

/// A message of somebody with five TON; exit code of the contract.
fn message_of(
    community: &mut Community,
    from: &Address,
    to: &Contract,
    function: &str,
    params: &Value,
) -> i32 {
    community.world.puppets.insert(from.clone());
    let message = to.internal(from, Nano(5 * TON), function, params);
    exit_code(&community.world.send_internal(message))
}

/// Exit code of the first of some transactions.
fn exit_code(executed: &[Executed]) -> i32 {
    executed[0].view.exit_code().unwrap_or(-1)
}

/// Member `old` gives the seat to the key of number `new`; how it ended.
#[track_caller]
fn rotate(community: &mut Community, old: u8, new: u8) -> Value {
    let keys = json!({ "oldKey": public_json(&key(old)), "newKey": public_json(&key(new)) });
    community.decide(action::ROTATE_KEY, &payload("RotateKey", &keys), 0..8)
}

/// Member 14 leaves, so that there is a free seat.
fn free_a_seat(community: &mut Community) {
    let registry = community.registry.clone();
    community.call(&registry, 14, "resign", &json!({})).success();
}

/// The winner with this entry asks for a seat.
fn nominate(community: &mut Community, contest: &Contract, wallet: &Address, entry: u8) {
    let nominate = contest.internal(wallet, Nano(3 * TON), "nominate", &json!({ "entry": entry }));
    assert_eq!(exit_code(&community.world.send_internal(nominate)), 0);
}

/// The jury contest with its ranking, waiting for the confirmation of its payout.
fn tallied(community: &mut Community) -> Contract {
    let spec = jury_contest(community);
    judged(community, &spec)
}

/// The same with a spec of the test's own.
fn judged(community: &mut Community, spec: &Value) -> Contract {
    let contest = community.launch(spec);
    enter(community, &contest, &WINNERS);
    judge(community, &contest, &JURORS, &[(1, 9), (2, 7), (3, 5)]);
    assert_eq!(community.phase(&contest), CONFIRM);
    contest
}

/// How many messages with exactly this value arrived at a wallet.
fn payments_of(community: &Community, to: &Address, value: u128) -> usize {
    let inbox = community.world.inbox.iter();
    inbox.filter(|message| message.dst.as_ref() == Some(to) && message.value.0 == value).count()
}

/// Stage 1 as the treasury shows it.
fn stage_one(community: &Community) -> Value {
    community.get(&community.treasury, "getStage", &json!({ "number": 1 }))["stage"].clone()
}

/// The books of the treasury add up and are covered.
#[track_caller]
fn assert_books_hold(community: &Community) {
    let ledger = community.get(&community.treasury, "getLedger", &json!({}))["ledger"].clone();
    assert_eq!(ledger["holds"], json!(true), "{ledger}");
}

/// The books of a contest add up and are covered.
#[track_caller]
fn assert_contest_holds(community: &Community, contest: &Contract) {
    let books = community.get(contest, "getLedger", &json!({}));
    for ledger in [&books["budget"], &books["deposits"]] {
        let parts = ["pot", "due", "sent", "failed", "orgShare", "refunded"];
        let sum: u128 = parts.iter().map(|part| number(&ledger[*part])).sum();
        assert_eq!(number(&ledger["funded"]), sum, "{ledger}");
    }
    assert!(community.world.balance(&contest.address).0 >= number(&books["owed"]), "owed money is there");
}
