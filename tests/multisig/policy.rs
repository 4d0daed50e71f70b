//! Whom custodians may pay where there is a controller (governance 5.7, rows policy and conflict; T06, T18).

use serde_json::{Value, json};
use ton_abi::{Address, Cell, CellBuilder, Hash};
use workspace_tests::world::Outcome;

use crate::controller::{confirmable, controlled, root, treasury};
use crate::wallet::{
    TON, Wallet, assert_refused, base64, chain_of, extended, payee, test_contract, transaction,
};

/// The main giver of the policy.
fn giver() -> Address {
    payee(0x9A)
}

/// Parameters of `submitTransaction` with every choice.
pub(crate) fn fund(dest: &Address, nano: u64, bounce: bool, all: bool, payload: &Cell) -> Value {
    json!({ "dest": dest.to_string(), "value": nano.to_string(), "bounce": bounce, "allBalance": all,
        "payload": base64(payload) })
}

/// The same without payload and bounce flag.
fn plain(dest: &Address, nano: u64) -> Value {
    fund(dest, nano, false, false, &Cell::default())
}

fn policy_params(allowlist: &[Address], free_limit: u64) -> Value {
    let allowlist: Vec<String> = allowlist.iter().map(Address::to_string).collect();
    json!({ "treasury": treasury().to_string(), "mainGiver": giver().to_string(),
        "allowlist": allowlist, "freeLimit": free_limit.to_string() })
}

impl Wallet {
    /// Sets the policy: treasury, main giver and these others with that limit.
    #[track_caller]
    pub(crate) fn set_policy(&mut self, allowlist: &[Address], free_limit: u64) {
        let outcome = self.order("setPolicy", &policy_params(allowlist, free_limit));
        assert_eq!(self.names(&outcome), ["PolicyChanged"]);
    }

    /// Custodian 0 submits; its id.
    #[track_caller]
    fn queue(&mut self, params: &Value) -> Value {
        let outcome = self.call(0, "submitTransaction", params);
        self.submitted(&outcome)
    }

    /// Exit code of the self-message that pays, after the second of two confirmations.
    fn pay(&mut self, id: &Value) -> Option<i32> {
        let outcome = self.confirm(1, id);
        executed(&outcome)
    }
}

/// Exit code of the self-message behind a signed message.
#[track_caller]
fn executed(outcome: &Outcome) -> Option<i32> {
    outcome.success()[1].view.exit_code()
}

/// A call of `confirmed` as a custodian might write it.
fn smuggled() -> Cell {
    let params = json!({ "nonce": "7", "hash": format!("0x{}", "ab".repeat(32)) });
    confirmable().encode_internal_body("confirmed", &params).expect("encodable")
}

/// A payload of that many bits of the function id of `confirmed`.
fn beginning(bits: u16) -> Cell {
    let mut builder = CellBuilder::new();
    let body = smuggled();
    let id = body.as_slice().and_then(|mut s| s.load_prefix(bits, 0)).expect("long enough");
    builder.store_slice(id).expect("fits");
    builder.build().expect("fits")
}

#[test]
fn the_policy_can_be_read() {
    let mut wallet = controlled(3, 2, 1000);
    let policy = wallet.get("getPolicy", &json!({}));
    let nobody = Address::new(0, Hash([0; 32])).to_string();
    let fresh = json!({ "treasury": nobody, "mainGiver": nobody, "allowlist": [],
        "freeLimit": (100 * TON).to_string(), "spent": "0" });
    assert_eq!(policy, fresh);
    assert_refused(&wallet.call(0, "submitTransaction", &plain(&payee(1), 101 * TON)), 131);
    wallet.set_policy(&[payee(3), payee(1), payee(3)], 1000 * TON);
    let policy = wallet.get("getPolicy", &json!({}));
    let both = [payee(1), payee(3)].map(|a| a.to_string());
    let expected = json!({ "treasury": treasury().to_string(), "mainGiver": giver().to_string(),
        "allowlist": both, "freeLimit": (1000 * TON).to_string(), "spent": "0" });
    assert_eq!(policy, expected);
    wallet.sync(0..5, 3, 1).success();
    assert_eq!(wallet.get("getPolicy", &json!({})), expected, "a new epoch keeps it");
}

#[test]
fn policies_out_of_bounds_are_refused() {
    let mut wallet = controlled(3, 2, 1000);
    let eight: Vec<Address> = (1..9).map(payee).collect();
    wallet.set_policy(&eight, 1000 * TON);
    let nine: Vec<Address> = (1..10).map(payee).collect();
    let foreign = Address::new(-1, Hash([1; 32]));
    let zero = Address::new(0, Hash([0; 32]));
    let mut no_treasury = policy_params(&[], 0);
    no_treasury["treasury"] = json!(zero.to_string());
    let mut no_giver = policy_params(&[], 0);
    no_giver["mainGiver"] = json!(foreign.to_string());
    let cases = [
        (policy_params(&nine, 0), 155),
        (policy_params(&[], 1000 * TON + 1), 155),
        (policy_params(&[foreign], 0), 161),
        (policy_params(&[zero], 0), 161),
        (no_treasury, 161),
        (no_giver, 161),
    ];
    for (params, code) in cases {
        assert_eq!(wallet.order("setPolicy", &params).code(), code, "{params}");
    }
    assert_eq!(wallet.get("getPolicy", &json!({}))["freeLimit"], json!((1000 * TON).to_string()));
}

#[test]
fn t18_submissions_outside_the_policy_are_refused() {
    let mut wallet = controlled(3, 2, 1000);
    wallet.set_policy(&[payee(1), payee(2)], 100 * TON);
    let own = wallet.contract.address.clone();
    let empty = Cell::default();
    let refused = [
        plain(&payee(3), 101 * TON),
        fund(&payee(3), 101 * TON, true, false, &empty),
        fund(&payee(3), TON, false, true, &empty),
        plain(&payee(1), 100 * TON + 1),
        fund(&payee(1), TON, false, true, &empty),
        fund(&payee(1), TON, true, true, &empty),
        plain(&own, 101 * TON),
        fund(&own, TON, true, true, &empty),
        plain(&treasury(), TON),
        fund(&treasury(), TON, true, true, &empty),
        fund(&treasury(), TON, true, false, &smuggled()),
        fund(&treasury(), TON, true, false, &beginning(32)),
        fund(&payee(1), TON, true, false, &smuggled()),
        fund(&giver(), TON, true, false, &smuggled()),
    ];
    for params in &refused {
        assert_refused(&wallet.call(0, "submitTransaction", params), 131);
        let mut ext = params.clone();
        let map = ext.as_object_mut().expect("parameters");
        let all = map.remove("allBalance").expect("it is there");
        map.extend(
            [("flag128", all), ("stateInit", Value::Null), ("lifetime", Value::Null)]
                .map(|(k, v)| (k.to_owned(), v)),
        );
        assert_refused(&wallet.call(0, "submitTransactionExt", &ext), 131);
    }
    let accepted = [
        plain(&payee(1), 100 * TON),
        fund(&treasury(), 900 * TON, true, false, &chain_of(3)),
        fund(&treasury(), TON, true, false, &beginning(31)),
        plain(&giver(), 900 * TON),
        fund(&giver(), TON, false, true, &empty),
    ];
    for params in &accepted {
        wallet.call(0, "submitTransaction", params).success();
    }
}

#[test]
fn t18_the_wallet_itself_cannot_be_put_on_the_list() {
    let mut wallet = controlled(3, 2, 1000);
    let own = wallet.contract.address.clone();
    for field in ["treasury", "mainGiver"] {
        let mut params = policy_params(&[], 100 * TON);
        params[field] = json!(own.to_string());
        assert_eq!(wallet.order("setPolicy", &params).code(), 161);
    }
    let listed = policy_params(std::slice::from_ref(&own), 100 * TON);
    assert_eq!(wallet.order("setPolicy", &listed).code(), 161);
    assert_refused(&wallet.call(0, "submitTransaction", &plain(&own, 101 * TON)), 131);
}

#[test]
fn t18_who_is_not_on_the_list_is_rejected_at_once() {
    let mut wallet = controlled(3, 2, 1000);
    wallet.set_policy(&[payee(1)], 100 * TON);
    let image = test_contract("Acceptor", &json!({ "salt": "9" }));
    let state_init = image.image.cell().expect("an image");
    let own = wallet.contract.address.clone();
    let deploys = extended(&image.address, &Cell::default(), Some(&state_init), None);
    let cases = [
        ("submitTransaction", plain(&payee(2), TON)),
        ("submitTransaction", fund(&own, TON, true, false, &chain_of(7))),
        ("submitTransactionExt", deploys.clone()),
    ];
    for (member, (function, params)) in (0..).zip(&cases) {
        let outcome = wallet.call(member, function, params);
        assert_eq!(wallet.names(&outcome), ["TxSubmitted", "TxRejected"]);
        let id = wallet.submitted(&outcome);
        assert_refused(&wallet.confirm((member + 1) % 3, &id), 102);
    }
    assert_eq!(wallet.states(), [json!("3"), json!("3"), json!("3")]);
    let mut much = deploys;
    much["value"] = json!((101 * TON).to_string());
    assert_refused(&wallet.call(0, "submitTransactionExt", &much), 131);
    let allowed = wallet.queue(&plain(&payee(1), TON));
    wallet.set_policy(&[], 100 * TON);
    assert_eq!(wallet.pay(&allowed), Some(131), "taken off the list meanwhile");
}

#[test]
fn t18_a_tightened_policy_stops_what_was_submitted_before() {
    let mut wallet = controlled(3, 2, 1000);
    wallet.set_policy(&[payee(1), payee(2)], 100 * TON);
    let everything = fund(&giver(), TON, false, true, &Cell::default());
    let ids = [
        wallet.queue(&plain(&payee(1), 60 * TON)),
        wallet.queue(&plain(&payee(2), 10 * TON)),
        wallet.queue(&plain(&giver(), 200 * TON)),
        wallet.queue(&everything),
    ];
    let mut other = policy_params(&[payee(1)], 50 * TON);
    other["mainGiver"] = json!(payee(0x9B).to_string());
    wallet.order("setPolicy", &other).success();
    for id in &ids {
        assert_eq!(wallet.pay(id), Some(131));
    }
    assert_eq!(wallet.states(), [json!("1"), json!("1"), json!("1"), json!("1")], "all stay Ready");
    assert_eq!([1, 2, 0x9A].map(|n| wallet.received(&payee(n))), [0; 3]);
    wallet.set_policy(&[payee(1), payee(2)], 100 * TON);
    for id in &ids[..3] {
        assert_eq!(executed(&wallet.call(2, "executeTransaction", &transaction(id))), Some(0));
    }
    assert_eq!([1, 2, 0x9A].map(|n| wallet.received(&payee(n))), [60, 10, 200].map(|t| t * u128::from(TON)));
    assert_eq!(executed(&wallet.call(2, "executeTransaction", &transaction(&ids[3]))), Some(0));
    assert_eq!(wallet.balance(), 0);
}

#[test]
fn t18_a_deploying_payment_is_bound_by_the_policy_of_its_execution() {
    let mut wallet = controlled(3, 2, 1000);
    let acceptor = test_contract("Acceptor", &json!({ "salt": "9" }));
    let image = acceptor.image.cell().expect("an image");
    let body = acceptor.abi.encode_internal_body("constructor", &json!({})).expect("encodable");
    wallet.set_policy(std::slice::from_ref(&acceptor.address), 100 * TON);
    let outcome =
        wallet.call(0, "submitTransactionExt", &extended(&acceptor.address, &body, Some(&image), None));
    let id = wallet.submitted(&outcome);
    wallet.set_policy(&[], 100 * TON);
    assert_eq!(wallet.pay(&id), Some(131));
    wallet.set_policy(std::slice::from_ref(&acceptor.address), 100 * TON);
    assert_eq!(executed(&wallet.call(2, "executeTransaction", &transaction(&id))), Some(0));
    assert!(wallet.world.getter(&acceptor, "transfers", &json!({})).is_ok(), "it lives");
}

#[test]
fn the_free_limit_holds_for_a_day_together() {
    let mut wallet = controlled(3, 2, 1000);
    wallet.world.now = 1_700_006_400; // the beginning of a day of unix time
    wallet.set_policy(&[payee(1), payee(2)], 100 * TON);
    let first = wallet.queue(&plain(&payee(1), 60 * TON));
    let second = wallet.queue(&plain(&payee(2), 60 * TON));
    let grant = wallet.queue(&plain(&giver(), 300 * TON));
    assert_eq!(wallet.pay(&first), Some(0));
    assert_eq!(wallet.get("getPolicy", &json!({}))["spent"], json!((60 * TON).to_string()));
    assert_eq!(wallet.pay(&second), Some(131), "120 in one day");
    assert_eq!(wallet.pay(&grant), Some(0), "the main giver is outside of the limit");
    let third = wallet.queue(&plain(&payee(1), 40 * TON));
    assert_eq!(wallet.pay(&third), Some(0), "exactly the limit");
    wallet.set_policy(&[payee(1), payee(2)], 100 * TON);
    assert_eq!(
        wallet.get("getPolicy", &json!({}))["spent"],
        json!((100 * TON).to_string()),
        "setting it again frees nothing"
    );
    wallet.world.now += 86_399;
    assert_eq!(executed(&wallet.call(2, "executeTransaction", &transaction(&second))), Some(131));
    wallet.world.now += 1;
    assert_eq!(wallet.get("getPolicy", &json!({}))["spent"], json!("0"));
    assert_eq!(executed(&wallet.call(2, "executeTransaction", &transaction(&second))), Some(0));
    assert_eq!(wallet.get("getPolicy", &json!({}))["spent"], json!((60 * TON).to_string()));
    let received = [1, 2, 0x9A].map(|n| wallet.received(&payee(n)) / u128::from(TON));
    assert_eq!(received, [100, 60, 300]);
}

#[test]
fn a_payment_that_is_deferred_counts_nothing() {
    let mut wallet = controlled(3, 2, 50);
    wallet.set_policy(&[payee(1)], 100 * TON);
    let id = wallet.queue(&plain(&payee(1), 80 * TON));
    let outcome = wallet.confirm(1, &id);
    assert_eq!(wallet.names(&outcome), ["TxConfirmed", "TxDeferred"]);
    assert_eq!(wallet.get("getPolicy", &json!({}))["spent"], json!("0"));
    wallet.top_up(50);
    assert_eq!(executed(&wallet.call(2, "executeTransaction", &transaction(&id))), Some(0));
    assert_eq!(wallet.get("getPolicy", &json!({}))["spent"], json!((80 * TON).to_string()));
}

#[test]
fn the_policy_binds_a_single_custodian_too() {
    let mut wallet = controlled(1, 1, 1000);
    wallet.set_policy(&[payee(1)], 100 * TON);
    let send = |dest: &Address, tons: u64, bounce: bool, flags: u8| {
        json!({ "dest": dest.to_string(), "value": (tons * TON).to_string(), "bounce": bounce, "flags": flags,
            "payload": base64(&Cell::default()) })
    };
    let outcome = wallet.call(0, "sendTransaction", &send(&payee(2), 1, false, 3));
    assert_eq!(wallet.names(&outcome), ["TxSubmitted", "TxRejected"]);
    for params in [
        send(&payee(1), 101, false, 3),
        send(&payee(1), 1, false, 130),
        send(&treasury(), 1, false, 3),
        send(&treasury(), 1, true, 128),
    ] {
        assert_refused(&wallet.call(0, "sendTransaction", &params), 131);
    }
    wallet.call(0, "sendTransaction", &send(&payee(1), 100, false, 3)).success();
    assert_eq!(wallet.received(&payee(1)), u128::from(100 * TON));
}

#[test]
fn t06_a_controlled_wallet_accepts_inside_the_credit_at_full_size() {
    let mut wallet = controlled(32, 17, 1000);
    let eight: Vec<Address> = (1..9).map(payee).collect();
    let acceptor = test_contract("Acceptor", &json!({ "salt": "9" }));
    let mut policy = policy_params(&eight, 1000 * TON);
    policy["mainGiver"] = json!(acceptor.address.to_string());
    wallet.order("setPolicy", &policy).success();
    for _ in 0..5 {
        for member in 0..15 {
            wallet
                .call(
                    member,
                    "submitTransaction",
                    &fund(&treasury(), 500 * TON, true, false, &Cell::default()),
                )
                .success();
        }
    }
    let until = wallet.world.now + 30 * 86_400;
    for nonce in 0..16 {
        let params = json!({ "nonce": nonce.to_string(), "dest": treasury().to_string(), "value": TON.to_string(),
            "hash": "1", "until": until, "excludedKeys": [] });
        wallet.order("enqueue", &params).success();
    }
    let ids = wallet.get("getTransactionIds", &json!({}))["ids"].take();
    let order = transaction(&ids[80]);
    let mut worst = ("", 0);
    let mut measure = |wallet: &mut Wallet, member: u8, function: &'static str, params: &Value| {
        let message = wallet.message(member, function, params);
        let gas = wallet.world.gas_before_accept(&message).unwrap_or_else(|e| panic!("{function}: {e}"));
        println!("{gas:>8}  {function}");
        worst = if gas > worst.1 { (function, gas) } else { worst };
        wallet.world.send(&message).success();
    };
    for (dest, tons) in [(payee(1), 1), (treasury(), 1), (treasury(), 2000), (acceptor.address.clone(), 2000)]
    {
        let params = fund(&dest, tons * TON, true, false, &chain_of(7));
        measure(&mut wallet, 31, "submitTransaction", &params);
    }
    let image = acceptor.image.cell().expect("an image");
    let mut ext = extended(&acceptor.address, &chain_of(8), Some(&image), Some(3600));
    measure(&mut wallet, 30, "submitTransactionExt", &ext);
    ext["value"] = json!((2000 * TON).to_string());
    measure(&mut wallet, 30, "submitTransactionExt", &ext);
    for member in 16..32 {
        measure(&mut wallet, member, "confirmTransaction", &order);
    }
    measure(&mut wallet, 29, "revokeConfirmation", &order);
    measure(&mut wallet, 0, "rejectTransaction", &order);
    assert!(worst.1 < 9_000, "{} needs {} gas before it is accepted", worst.0, worst.1);
    let sync = json!({ "keys": crate::wallet::keys(40..72), "reqConfirms": 17, "epoch": 1 });
    let outcome = wallet.order("syncCustodians", &sync);
    let gas = outcome.success()[0].view.run().map_or(0, |run| run.gas_used);
    println!("{gas:>8}  syncCustodians of 32 new keys");
    assert!(gas < 500_000, "the least value of a request pays for it");
    wallet.world.inbox.retain(|view| view.dst.as_ref() != Some(&root()));
}
