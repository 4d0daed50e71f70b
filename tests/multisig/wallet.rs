//! A deployed multisig in a world of its own, with the calls that the scenarios are made of.

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};
use ton_abi::{
    Address, Boc, Cell, CellBuilder, Hash, Header, MessageKind, MessageView, Nano, UnixMillis, UnixTime,
};
use workspace_tests::compiled::contract;
use workspace_tests::foreign;
use workspace_tests::world::{Contract, Outcome, World, key, public, public_json};

/// One TON in nano.
pub(crate) const TON: u64 = 1_000_000_000;
/// Key that deploys; no custodian.
pub(crate) const DEPLOYER: u8 = 200;
/// 72 h, the lifetime of requests that a new wallet has.
pub(crate) const LIFETIME: u32 = 259_200;

/// A wallet and the chain it lives on.
pub(crate) struct Wallet {
    pub(crate) world: World,
    pub(crate) contract: Contract,
}

/// Our multisig, compiled from its source, not yet deployed.
pub(crate) fn ours() -> Contract {
    contract("Multisig.tsol", Some(&key(DEPLOYER)), &json!({ "boot": "0" }))
}

/// A contract of `contracts/test` with these initial values of its static variables.
pub(crate) fn test_contract(name: &str, statics: &Value) -> Contract {
    contract(&format!("test/{name}.tsol"), Some(&key(DEPLOYER)), statics)
}

/// The published SafeMultisigWallet, not yet deployed.
pub(crate) fn published() -> Contract {
    let abi = std::fs::read_to_string(foreign("images/SafeMultisigWallet.abi.json")).expect("readable");
    let tvc = std::fs::read(foreign("images/SafeMultisigWallet.tvc")).expect("readable");
    Contract::new(&abi, &tvc, &key(DEPLOYER), &json!({}))
}

/// Keys of custodians as the ABI's JSON writes them.
pub(crate) fn keys(numbers: impl IntoIterator<Item = u8>) -> Vec<String> {
    numbers.into_iter().map(|n| public_json(&key(n))).collect()
}

/// An account that nobody has deployed.
pub(crate) fn payee(n: u8) -> Address {
    Address::new(0, Hash([n; 32]))
}

/// A cell as the ABI's JSON writes it.
pub(crate) fn base64(cell: &Cell) -> String {
    BASE64_STANDARD.encode(Boc::encode(cell))
}

/// A chain of that many different cells.
pub(crate) fn chain_of(cells: u32) -> Cell {
    let mut cell: Option<Cell> = None;
    for number in 0..cells {
        let mut builder = CellBuilder::new();
        builder.store_u32(number).expect("fits");
        if let Some(inner) = cell.take() {
            builder.store_reference(inner).expect("fits");
        }
        cell = Some(builder.build().expect("fits"));
    }
    cell.unwrap_or_default()
}

/// Parameters of `submitTransaction`.
pub(crate) fn payment(dest: &Address, nano: u64) -> Value {
    json!({
        "dest": dest.to_string(),
        "value": nano.to_string(),
        "bounce": false,
        "allBalance": false,
        "payload": base64(&Cell::default()),
    })
}

/// Parameters of `submitTransactionExt`.
pub(crate) fn extended(
    dest: &Address,
    payload: &Cell,
    state_init: Option<&Cell>,
    lifetime: Option<u32>,
) -> Value {
    json!({
        "dest": dest.to_string(),
        "value": TON.to_string(),
        "bounce": false,
        "flag128": false,
        "payload": base64(payload),
        "stateInit": state_init.map(base64),
        "lifetime": lifetime,
    })
}

/// Parameters of the functions that take a transaction.
pub(crate) fn transaction(id: &Value) -> Value {
    json!({ "transactionId": id })
}

/// Parameters of `submitUpdate`.
pub(crate) fn update(owners: Option<Vec<String>>, required: Option<u8>) -> Value {
    json!({ "codeHash": null, "owners": owners, "reqConfirms": required, "lifetime": null })
}

/// Header with a time so many milliseconds from now.
pub(crate) fn header_at(now: u32, millis: i64, expire: u32, signer: u8) -> Header {
    let time = u64::from(now) * 1000;
    Header {
        time: UnixMillis(time.checked_add_signed(millis).expect("a time")),
        expire: UnixTime(expire),
        pubkey: Some(public(&key(signer))),
    }
}

/// Deploys `contract` with a message signed by its deploy key.
pub(crate) fn try_deploy(
    contract: Contract,
    owners: &[String],
    required: u8,
    nano: u64,
) -> (Wallet, Outcome) {
    let mut world = World::default();
    world.give(&contract.address, Nano(nano.into()));
    let header = world.header(Some(&key(DEPLOYER)));
    let params = json!({ "owners": owners, "reqConfirms": required });
    let deploy = contract.deploy(&key(DEPLOYER), &params, &header);
    let outcome = world.send(&deploy);
    world.now += 1;
    (Wallet { world, contract }, outcome)
}

impl Wallet {
    /// Custodians 0 to `owners` - 1 with that many TON.
    pub(crate) fn new(owners: u8, required: u8, tons: u64) -> Self {
        Self::of(ours(), owners, required, tons)
    }

    /// The same for any wallet of this interface.
    pub(crate) fn of(contract: Contract, owners: u8, required: u8, tons: u64) -> Self {
        let (wallet, outcome) = try_deploy(contract, &keys(0..owners), required, tons * TON);
        outcome.success();
        wallet
    }

    /// A call signed by custodian `member`, not yet sent.
    pub(crate) fn message(&mut self, member: u8, function: &str, params: &Value) -> Cell {
        let header = self.world.header(Some(&key(member)));
        self.contract.call(&key(member), function, params, &header)
    }

    /// Sends a call signed by custodian `member`.
    pub(crate) fn call(&mut self, member: u8, function: &str, params: &Value) -> Outcome {
        let message = self.message(member, function, params);
        self.world.send(&message)
    }

    /// Sends a call with a header of one's own.
    pub(crate) fn call_at(&mut self, header: &Header, member: u8, function: &str, params: &Value) -> Outcome {
        let message = self.contract.call(&key(member), function, params, header);
        self.world.send(&message)
    }

    /// Submits a payment; its id.
    #[track_caller]
    pub(crate) fn submit(&mut self, member: u8, dest: &Address, nano: u64) -> Value {
        let outcome = self.call(member, "submitTransaction", &payment(dest, nano));
        self.submitted(&outcome)
    }

    /// Confirms a payment.
    pub(crate) fn confirm(&mut self, member: u8, id: &Value) -> Outcome {
        self.call(member, "confirmTransaction", &transaction(id))
    }

    /// Id out of the event of a submission.
    #[track_caller]
    pub(crate) fn submitted(&self, outcome: &Outcome) -> Value {
        outcome.success();
        let events = self.events(outcome);
        let found = events.iter().find(|(name, _)| name == "TxSubmitted" || name == "UpdateSubmitted");
        found.expect("a submission says so").1["id"].clone()
    }

    /// Names and values of the wallet's events.
    pub(crate) fn events(&self, outcome: &Outcome) -> Vec<(String, Value)> {
        let mut events = Vec::new();
        for executed in outcome.transactions() {
            if executed.view.account != self.contract.address {
                continue;
            }
            for message in executed.out_messages() {
                let view = MessageView::parse(message).expect("readable");
                if let (MessageKind::ExternalOut, Some(body)) = (view.kind, view.body)
                    && let Ok(event) = self.contract.abi.decode_event(&body)
                {
                    events.push((event.name.to_string(), event.json()));
                }
            }
        }
        events
    }

    /// Names of the wallet's events.
    pub(crate) fn names(&self, outcome: &Outcome) -> Vec<String> {
        self.events(outcome).into_iter().map(|(name, _)| name).collect()
    }

    /// Result of a getter.
    #[track_caller]
    pub(crate) fn get(&self, function: &str, params: &Value) -> Value {
        self.world.getter(&self.contract, function, params).unwrap_or_else(|e| panic!("{function}: {e}"))
    }

    /// States of all queued transactions, oldest first, as `getPending` shows them.
    pub(crate) fn states(&self) -> Vec<Value> {
        let pending = self.get("getPending", &json!({ "afterId": "0", "limit": 200 }));
        pending["items"].as_array().expect("a list").iter().map(|item| item["state"].clone()).collect()
    }

    /// Number of queued transactions, dead ones included.
    pub(crate) fn queued(&self) -> usize {
        self.get("getTransactionIds", &json!({}))["ids"].as_array().expect("a list").len()
    }

    /// Balance of the wallet in nano.
    pub(crate) fn balance(&self) -> u128 {
        self.world.balance(&self.contract.address).0
    }

    /// What an account received, in nano.
    pub(crate) fn received(&self, dest: &Address) -> u128 {
        self.world.balance(dest).0
    }

    /// More money for the wallet.
    pub(crate) fn top_up(&mut self, tons: u64) {
        self.world.give(&self.contract.address, Nano::tokens(tons));
    }

    /// Submits, confirms and executes an update; the outcome of its execution.
    #[track_caller]
    pub(crate) fn update(
        &mut self,
        voters: impl IntoIterator<Item = u8>,
        params: &Value,
        code: Option<&Cell>,
    ) -> Outcome {
        let mut voters = voters.into_iter();
        let first = voters.next().expect("somebody submits it");
        let outcome = self.call(first, "submitUpdate", params);
        let id = self.submitted(&outcome);
        for member in voters {
            self.call(member, "confirmUpdate", &json!({ "updateId": id })).success();
        }
        self.call(first, "executeUpdate", &json!({ "updateId": id, "code": code.map(base64) }))
    }
}

/// Refused before acceptance with that exit code.
#[track_caller]
pub(crate) fn assert_refused(outcome: &Outcome, code: i32) {
    assert!(outcome.refused(), "accepted with exit code {}", outcome.code());
    assert_eq!(outcome.code(), code);
}

/// Payments that left the wallet: receiver and amount.
pub(crate) fn payouts(wallet: &Wallet, outcome: &Outcome) -> Vec<(Address, u128)> {
    let own = outcome.transactions().iter().filter(|t| t.view.account == wallet.contract.address);
    let views = own.flat_map(|t| t.out_messages()).map(|m| MessageView::parse(m).expect("readable"));
    let internal = views.filter(|v| v.kind == MessageKind::Internal);
    let sent = internal.filter_map(|v| Some((v.dst?, v.value.0)));
    sent.filter(|(dest, _)| *dest != wallet.contract.address).collect()
}

/// A key of nobody in particular.
pub(crate) fn stranger() -> SigningKey {
    key(222)
}
