//! The wallet of the members: its controller replaces custodians and queues confirmations (governance 5.7; T11,
//! T15, T16, T20, T53, T81).

use serde_json::{Value, json};
use ton_abi::{Address, Cell, ContractAbi, Hash, MessageKind, MessageView, Nano};
use workspace_tests::compiled::contract;
use workspace_tests::world::{Contract, Outcome, World, key};

use crate::wallet::{
    TON, Wallet, assert_refused, header_at, keys, payee, payment, stranger, transaction, try_deploy, update,
};

/// Value of a request of the controller.
const CALL: u64 = TON;
/// First transaction id of the controller's requests.
const ORDER_IDS: u64 = 0xF000_0000_0000_0000;

/// The controller: a registry played by the test.
pub(crate) fn root() -> Address {
    Address::new(0, Hash([0x52; 32]))
}

/// The treasury of the policy, played by the test.
pub(crate) fn treasury() -> Address {
    Address::new(0, Hash([0x71; 32]))
}

/// What a confirmation calls.
pub(crate) fn confirmable() -> ContractAbi {
    let abi = json!({ "ABI version": 2, "version": "2.3", "header": ["pubkey", "time", "expire"],
        "functions": [{ "name": "confirmed", "outputs": [], "inputs": [
            { "name": "nonce", "type": "uint64" }, { "name": "hash", "type": "uint256" }] }],
        "events": [], "fields": [] });
    ContractAbi::parse(&abi.to_string()).expect("a valid ABI")
}

/// The wallet with a controller, not yet deployed.
fn image() -> Contract {
    contract("Multisig.tsol", None, &json!({ "boot": format!("0x{}", "52".repeat(32)) }))
}

/// Deployed by the controller: custodians 0 to `owners` - 1 and that many TON.
pub(crate) fn controlled(owners: u8, required: u8, tons: u64) -> Wallet {
    let (contract, mut world) = (image(), World::default());
    world.puppets.extend([root(), treasury()]);
    let params = json!({ "owners": keys(0..owners), "reqConfirms": required });
    let done = world.send_internal(contract.internal_deploy(&root(), Nano::tokens(2), &params));
    assert!(done[0].view.is_success(), "exit code {:?}", done[0].view.exit_code());
    world.give(&contract.address, Nano::tokens(tons));
    world.now += 1;
    Wallet { world, contract }
}

impl Wallet {
    /// A request of the controller; what it led to.
    pub(crate) fn order(&mut self, function: &str, params: &Value) -> Outcome {
        self.order_from(&root(), CALL, function, params)
    }

    /// The same from any address and with any value.
    pub(crate) fn order_from(
        &mut self,
        from: &Address,
        nano: u64,
        function: &str,
        params: &Value,
    ) -> Outcome {
        let message = self.contract.internal(from, Nano(nano.into()), function, params);
        Outcome::Done(self.world.send_internal(message))
    }

    /// Replaces the custodians.
    pub(crate) fn sync(&mut self, owners: impl IntoIterator<Item = u8>, required: u8, epoch: u32) -> Outcome {
        self.order("syncCustodians", &sync_params(owners, required, epoch))
    }

    /// Queues a confirmation of 1 TON at the treasury for 30 days; its transaction id.
    #[track_caller]
    fn enqueue(&mut self, nonce: u64, excluded: &[u8]) -> Value {
        let params = enqueue_params(nonce, self.world.now + 30 * 86_400, excluded);
        self.order("enqueue", &params).success();
        json!((ORDER_IDS + nonce).to_string())
    }

    /// The only queued transaction with that id, as `getPending` shows it.
    #[track_caller]
    fn pending(&self, id: &Value) -> Value {
        let all = self.get("getPending", &json!({ "afterId": "0", "limit": 255 }))["items"].take();
        let found = all.as_array().expect("a list").iter().find(|item| item["id"] == *id).cloned();
        found.unwrap_or_else(|| panic!("{id} is not queued: {all}"))
    }
}

fn sync_params(owners: impl IntoIterator<Item = u8>, required: u8, epoch: u32) -> Value {
    json!({ "keys": keys(owners), "reqConfirms": required, "epoch": epoch })
}

fn enqueue_params(nonce: u64, until: u32, excluded: &[u8]) -> Value {
    json!({ "nonce": nonce.to_string(), "dest": treasury().to_string(), "value": TON.to_string(),
        "hash": format!("0x{}", "ab".repeat(32)), "until": until,
        "excludedKeys": keys(excluded.iter().copied()) })
}

/// Exit code of the first transaction, which is not a success.
#[track_caller]
fn assert_failed(outcome: &Outcome, code: i32) {
    assert!(!outcome.transactions()[0].view.is_success(), "it succeeded");
    assert_eq!(outcome.code(), code);
}

/// What arrived at the controller since the last look.
fn arrived(wallet: &mut Wallet, at: &Address) -> Vec<MessageView> {
    let all = std::mem::take(&mut wallet.world.inbox);
    let (here, rest) = all.into_iter().partition(|view| view.dst.as_ref() == Some(at));
    wallet.world.inbox = rest;
    here
}

#[test]
fn t20_only_the_controller_deploys_and_orders() {
    let (contract, mut world) = (image(), World::default());
    let params = json!({ "owners": keys(0..3), "reqConfirms": 2 });
    let done = world.send_internal(contract.internal_deploy(&payee(1), Nano::tokens(2), &params));
    assert_eq!(done[0].view.exit_code(), Some(129), "a stranger deploys");
    world.give(&contract.address, Nano::tokens(1));
    let header = world.header(Some(&key(0)));
    assert_refused(&world.send(&contract.deploy(&key(0), &params, &header)), 129);

    let mut wallet = controlled(15, 8, 100);
    let policy = json!({ "treasury": treasury().to_string(), "mainGiver": payee(9).to_string(),
        "allowlist": [], "freeLimit": "0" });
    let until = wallet.world.now + 86_400;
    let orders = [
        ("syncCustodians", sync_params(0..3, 2, 7)),
        ("enqueue", enqueue_params(1, until, &[])),
        ("setPolicy", policy),
    ];
    let own = wallet.contract.address.clone();
    let mut plain = Wallet::new(3, 2, 100);
    for (function, params) in &orders {
        for from in [payee(9), treasury(), own.clone(), Address::new(-1, Hash([0x52; 32]))] {
            assert_failed(&wallet.order_from(&from, CALL, function, params), 129);
        }
        assert_refused(&wallet.call(0, function, params), 129);
        let unsigned = wallet.world.header(None);
        assert_refused(&wallet.world.send(&wallet.contract.unsigned(function, params, &unsigned)), 129);
        assert_failed(&wallet.order_from(&root(), TON / 2 - 1, function, params), 151);
        for from in [root(), Address::new(0, Hash([0; 32]))] {
            assert_failed(&plain.order_from(&from, CALL, function, params), 129);
        }
        assert_refused(&plain.call(0, function, params), 129);
    }
    assert_eq!(wallet.queued(), 0);
    assert_eq!(wallet.get("getEpoch", &json!({}))["epoch"], json!("0"));
}

#[test]
fn t20_an_older_epoch_is_refused_and_the_same_one_changes_nothing() {
    let mut wallet = controlled(15, 8, 100);
    let outcome = wallet.sync(0..12, 7, 5);
    assert_eq!(wallet.names(&outcome), ["CustodiansChanged"]);
    let before = wallet.get("getCustodians", &json!({}));
    let same = wallet.sync(3..10, 6, 5);
    same.success();
    assert_eq!(wallet.names(&same), [""; 0]);
    assert_failed(&wallet.sync(3..10, 6, 4), 130);
    assert_eq!(wallet.get("getCustodians", &json!({})), before);
    assert_eq!(wallet.get("getParameters", &json!({}))["requiredTxnConfirms"], json!("7"));
    for (owners, required, code) in
        [(keys(0..0), 1, 117), (keys(0..33), 8, 117), (keys([1, 2, 1]), 2, 117), (keys(0..5), 6, 128)]
    {
        let params = json!({ "keys": owners, "reqConfirms": required, "epoch": 6 });
        assert_failed(&wallet.order("syncCustodians", &params), code);
    }
    assert_failed(&wallet.sync(0..5, 0, 6), 128);
    let zero = json!({ "keys": [format!("0x{}", "0".repeat(64))], "reqConfirms": 1, "epoch": 6 });
    assert_failed(&wallet.order("syncCustodians", &zero), 117);
}

#[test]
fn what_an_order_does_not_use_goes_back_without_a_bounce_flag() {
    let mut wallet = controlled(15, 8, 100);
    let until = wallet.world.now + 86_400;
    let policy = json!({ "treasury": treasury().to_string(), "mainGiver": payee(9).to_string(),
        "allowlist": [payee(1).to_string()], "freeLimit": "1000" });
    let orders = [
        ("syncCustodians", sync_params(0..32, 17, 1)),
        ("syncCustodians", sync_params(0..32, 17, 1)),
        ("enqueue", enqueue_params(1, until, &[1, 2])),
        ("enqueue", enqueue_params(1, until, &[1, 2])),
        ("setPolicy", policy),
    ];
    for (function, params) in &orders {
        let before = wallet.balance();
        wallet.order(function, params).success();
        let back = arrived(&mut wallet, &root());
        assert_eq!((back.len(), back[0].bounce, back[0].bounced), (1, false, false), "{function}");
        assert!(back[0].value.0 > u128::from(CALL / 4), "{function}: {:?}", back[0].value);
        assert!(
            wallet.balance() <= before && before - wallet.balance() < 20_000_000,
            "{function}: rent only"
        );
    }
}

#[test]
fn t15_confirmations_of_custodians_that_a_sync_removed_do_not_count() {
    let mut wallet = controlled(15, 8, 100);
    wallet.enqueue(7, &[]);
    let id = json!((ORDER_IDS + 7).to_string());
    for member in 0..7 {
        wallet.confirm(member, &id).success();
    }
    wallet.sync(3..15, 7, 1).success();
    assert_eq!(wallet.states(), [json!("5")], "it is Stale");
    assert_refused(&wallet.confirm(7, &id), 130);
    assert_refused(&wallet.call(7, "executeTransaction", &transaction(&id)), 130);
    assert_refused(&wallet.call(7, "rejectTransaction", &transaction(&id)), 130);
    assert_refused(&wallet.call(3, "revokeConfirmation", &transaction(&id)), 130);
    assert_refused(&wallet.confirm(0, &id), 100);
    assert!(arrived(&mut wallet, &treasury()).is_empty());
}

#[test]
fn t16_the_same_set_again_revives_neither_items_nor_messages() {
    let mut wallet = controlled(3, 2, 100);
    let id = wallet.enqueue(1, &[]);
    wallet.confirm(0, &id).success();
    let now = wallet.world.now;
    let header = header_at(now, 100, now + 80_000, 2);
    let old = wallet.contract.call(&key(2), "confirmTransaction", &transaction(&id), &header);
    wallet.world.now += 10;
    wallet.sync([0, 1, 3], 2, 1).success();
    assert_refused(&wallet.world.send(&old), 100);
    wallet.sync([0, 1, 2], 2, 2).success();
    assert_refused(&wallet.confirm(1, &id), 130);
    assert_refused(&wallet.world.send(&old), 52);
    wallet.world.now += 1;
    assert_eq!(wallet.enqueue(1, &[]), id);
    assert_refused(&wallet.world.send(&old), 52);
    wallet.confirm(2, &id).success();
    assert_eq!(wallet.pending(&id)["signsReceived"], json!("1"), "the confirmation of epoch 0 is gone");
}

#[test]
fn a_sync_overtakes_a_ready_item_and_its_self_message() {
    let mut wallet = controlled(3, 2, 100);
    let id = wallet.enqueue(1, &[]);
    wallet.confirm(0, &id).success();
    wallet.world.deliver = false;
    wallet.confirm(1, &id).success();
    assert_eq!(wallet.states(), [json!("1")], "it is Ready and its self-message under way");
    wallet.sync([0, 1, 2, 3], 3, 1);
    let done = wallet.world.drain();
    assert_eq!(done.len(), 2, "the sync, then executeOne");
    assert!(done.iter().all(|t| t.view.is_success()));
    assert_eq!(wallet.states(), [json!("5")]);
    wallet.world.deliver = true;
    assert!(arrived(&mut wallet, &treasury()).is_empty(), "nothing was called");
    let id = wallet.enqueue(1, &[]);
    for member in 1..4 {
        wallet.confirm(member, &id).success();
    }
    assert_eq!(arrived(&mut wallet, &treasury()).len(), 1);
}

#[test]
fn a_confirmed_order_calls_its_recipient_with_nonce_and_hash() {
    let mut wallet = controlled(15, 8, 100);
    let until = wallet.world.now + 1000;
    let outcome = wallet.order("enqueue", &enqueue_params(7, until, &[]));
    let id = wallet.submitted(&outcome);
    assert_eq!(id, json!((ORDER_IDS + 7).to_string()));
    let item = wallet.pending(&id);
    assert_eq!(
        (&item["nonce"], &item["signsReceived"], &item["until"]),
        (&json!("7"), &json!("0"), &json!(until.to_string()))
    );
    for member in 0..7 {
        wallet.confirm(member, &id).success();
    }
    assert!(arrived(&mut wallet, &treasury()).is_empty());
    let outcome = wallet.confirm(7, &id);
    assert_eq!(wallet.names(&outcome), ["TxConfirmed", "TxExecuted"]);
    let calls = arrived(&mut wallet, &treasury());
    assert_eq!((calls.len(), calls[0].value.0, calls[0].bounce), (1, u128::from(TON), true));
    let body = calls[0].body.clone().expect("it has a body");
    let call = confirmable().decode_internal_call(&body).expect("it is confirmed").json();
    assert_eq!(call, json!({ "nonce": "7", "hash": format!("0x{}", "ab".repeat(32)) }));
    assert_eq!(wallet.queued(), 0);
    assert_eq!(wallet.get("getPolicy", &json!({}))["spent"], json!("0"), "it is outside the free limit");
    wallet.world.bounce(&calls[0]);
    assert_refused(&wallet.confirm(8, &id), 102);
}

#[test]
fn t53_excluded_custodians_have_no_vote_and_the_number_stays() {
    let mut wallet = controlled(15, 8, 100);
    // Key 99 is nobody's: it excludes nobody.
    let id = wallet.enqueue(1, &[2, 14, 99]);
    for member in [2, 14] {
        assert_refused(&wallet.confirm(member, &id), 132);
        assert_refused(&wallet.call(member, "rejectTransaction", &transaction(&id)), 132);
        assert_refused(&wallet.call(member, "revokeConfirmation", &transaction(&id)), 120);
    }
    let item = wallet.pending(&id);
    assert_eq!(item["excludedMask"], json!((1 << 2 | 1 << 14).to_string()));
    assert_eq!(item["signsRequired"], json!("8"));
    for member in [0, 1, 3, 4, 5, 6, 7] {
        wallet.confirm(member, &id).success();
    }
    assert!(arrived(&mut wallet, &treasury()).is_empty(), "seven of thirteen are not enough");
    wallet.confirm(8, &id).success();
    assert_eq!(arrived(&mut wallet, &treasury()).len(), 1);
}

#[test]
fn t11_neither_side_fills_the_queue_of_the_other() {
    let mut wallet = controlled(15, 8, 100);
    wallet.set_policy(&[], 0);
    let grant = crate::policy::fund(&treasury(), 50 * TON, true, false, &Cell::default());
    for _ in 0..5 {
        for member in 0..15 {
            wallet.call(member, "submitTransaction", &grant).success();
        }
    }
    assert_refused(&wallet.call(0, "submitTransaction", &grant), 113);
    for nonce in 0..16 {
        wallet.enqueue(nonce, &[]);
    }
    let until = wallet.world.now + 86_400;
    arrived(&mut wallet, &root());
    let outcome = wallet.order("enqueue", &enqueue_params(16, until, &[]));
    assert_failed(&outcome, 113);
    assert!(arrived(&mut wallet, &root())[0].bounced, "the controller hears of it");
    assert_eq!(wallet.queued(), 91);
    let id = json!((ORDER_IDS + 3).to_string());
    for member in 0..8 {
        wallet.confirm(member, &id).success();
    }
    wallet.enqueue(16, &[]);
    assert_failed(&wallet.order("enqueue", &enqueue_params(17, until, &[])), 113);
    // The dead requests of custodians can be cleaned although the controller's live for weeks.
    wallet.world.now += crate::wallet::LIFETIME;
    for _ in 0..15 {
        wallet.call(0, "clean", &json!({})).success();
    }
    assert_refused(&wallet.call(0, "clean", &json!({})), 157);
    assert_eq!(wallet.queued(), 16);
    wallet.call(0, "submitTransaction", &grant).success();
}

#[test]
fn the_same_nonce_again_changes_an_open_item_in_nothing() {
    let mut wallet = controlled(5, 3, 100);
    let id = wallet.enqueue(4, &[1]);
    wallet.confirm(0, &id).success();
    let before = wallet.pending(&id);
    let later = enqueue_params(4, wallet.world.now + 1000, &[2]);
    let outcome = wallet.order("enqueue", &later);
    outcome.success();
    assert_eq!(wallet.names(&outcome), [""; 0]);
    assert_eq!(wallet.pending(&id), before);
    for member in [2, 3, 4] {
        wallet.call(member, "rejectTransaction", &transaction(&id)).success();
    }
    assert_eq!(wallet.states(), [json!("3")], "it is Rejected");
    wallet.order("enqueue", &later).success();
    assert_eq!(wallet.states(), [json!("3")], "asking again does not undo that");
}

#[test]
fn the_same_nonce_again_replaces_a_stale_or_expired_item() {
    let mut wallet = controlled(5, 3, 100);
    let id = wallet.enqueue(4, &[1]);
    wallet.confirm(0, &id).success();
    wallet.sync([0, 1, 2, 6], 2, 9).success();
    assert_eq!(wallet.enqueue(4, &[6]), id);
    let item = wallet.pending(&id);
    let seen = ["state", "epoch", "signsRequired", "signsReceived", "excludedMask"].map(|f| item[f].clone());
    assert_eq!(seen, ["0", "9", "2", "0", "8"].map(|v| json!(v)));
    wallet.world.now += 31 * 86_400;
    assert_refused(&wallet.confirm(0, &id), 135);
    wallet.enqueue(4, &[]);
    assert_eq!(wallet.states(), [json!("0")]);
    // A slot that expired is given back exactly once: sixteen more fit with this one out of the way.
    for member in 0..2 {
        wallet.confirm(member, &id).success();
    }
    for nonce in 10..26 {
        wallet.enqueue(nonce, &[]);
    }
    let until = wallet.world.now + 86_400;
    assert_failed(&wallet.order("enqueue", &enqueue_params(26, until, &[])), 113);
}

#[test]
fn dead_orders_of_earlier_epochs_leave_with_the_next_one() {
    let mut wallet = controlled(5, 3, 100);
    for nonce in 0..16 {
        wallet.enqueue(nonce, &[]);
    }
    wallet.sync(0..6, 4, 1).success();
    let until = wallet.world.now + 86_400;
    let outcome = wallet.order("enqueue", &enqueue_params(100, until, &[]));
    assert_eq!(wallet.names(&outcome).iter().filter(|name| *name == "TxExpired").count(), 16);
    assert_eq!(wallet.queued(), 1);
    wallet.world.now = until;
    wallet.call(0, "clean", &json!({})).success();
    assert_eq!(wallet.queued(), 0);
}

#[test]
fn orders_out_of_bounds_are_refused() {
    let mut wallet = controlled(3, 2, 100);
    let good = enqueue_params(1, wallet.world.now + 86_400, &[]);
    let changed = |field: &str, value: Value| {
        let mut params = good.clone();
        params[field] = value;
        params
    };
    let many: Vec<u8> = (0..33).collect();
    let cases = [
        (changed("value", json!((TON + 1).to_string())), 155),
        (changed("nonce", json!((1_u64 << 60).to_string())), 155),
        (changed("excludedKeys", json!(keys(many))), 155),
        (changed("dest", json!(Address::new(-1, Hash([1; 32])).to_string())), 161),
        (changed("dest", json!(Address::new(0, Hash([0; 32])).to_string())), 161),
    ];
    for (params, code) in cases {
        assert_failed(&wallet.order("enqueue", &params), code);
    }
    assert_eq!(wallet.queued(), 0);
}

#[test]
fn t81_a_fourth_withdrawal_from_an_order_is_refused() {
    let mut wallet = controlled(5, 3, 100);
    let id = wallet.enqueue(1, &[]);
    for _ in 0..3 {
        wallet.confirm(0, &id).success();
        wallet.call(0, "revokeConfirmation", &transaction(&id)).success();
    }
    wallet.confirm(0, &id).success();
    assert_refused(&wallet.call(0, "revokeConfirmation", &transaction(&id)), 155);
    wallet.confirm(1, &id).success();
    assert_refused(&wallet.call(1, "revokeConfirmation", &transaction(&id)), 155);
}

#[test]
fn members_update_nothing_under_a_controller() {
    let mut wallet = controlled(15, 8, 100);
    let code = json!({ "codeHash": format!("0x{}", "11".repeat(32)), "owners": null, "reqConfirms": null, "lifetime": null });
    assert_refused(&wallet.call(0, "submitUpdate", &code), 212);
    let mut both = code.clone();
    both["lifetime"] = json!(7200);
    for params in [update(Some(keys(0..3)), Some(2)), update(None, Some(9)), update(None, None), both] {
        assert_refused(&wallet.call(0, "submitUpdate", &params), 129);
    }
    assert_refused(&wallet.call(0, "confirmUpdate", &json!({ "updateId": "0" })), 115);
    assert_refused(&wallet.call(0, "executeUpdate", &json!({ "updateId": "0", "code": null })), 115);
    assert_eq!(wallet.get("getUpdateRequests", &json!({}))["updates"], json!([]));
}

#[test]
fn a_plain_wallet_has_no_policy() {
    let (wallet, outcome) = try_deploy(crate::wallet::ours(), &keys(0..3), 2, 10 * TON);
    outcome.success();
    let policy = wallet.get("getPolicy", &json!({}));
    assert_eq!((&policy["freeLimit"], &policy["allowlist"]), (&json!("0"), &json!([])));
}

#[test]
fn strangers_do_not_vote_on_orders() {
    let mut wallet = controlled(3, 2, 100);
    let id = wallet.enqueue(1, &[]);
    let header = wallet.world.header(Some(&stranger()));
    let message = wallet.contract.call(&stranger(), "confirmTransaction", &transaction(&id), &header);
    assert_refused(&wallet.world.send(&message), 100);
    assert_refused(&wallet.call(0, "submitTransaction", &payment(&payee(1), 101 * TON)), 131);
    let views = arrived(&mut wallet, &treasury());
    assert!(views.iter().all(|view| view.kind != MessageKind::Internal));
}
