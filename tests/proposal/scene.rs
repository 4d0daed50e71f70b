//! A deployed proposal in a world of its own, and the registry as the test plays it.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use ton_abi::{
    Address, Boc, Cell, CellBuilder, ContractAbi, Decoded, Hash, Header, InternalMessage, MessageView, Nano,
};
use workspace_tests::compiled::contract;
use workspace_tests::world::{Contract, Outcome, World, key, public, public_json};

/// One TON in nano.
pub(crate) const TON: u64 = 1_000_000_000;
/// Gas money that the registry gives to a proposal, in TON.
pub(crate) const GAS: u64 = 6;
/// Electors of the usual proposal.
pub(crate) const ELECTORS: u8 = 15;
/// Length of voting in seconds.
pub(crate) const PERIOD: u32 = 7 * 86_400;
/// Seconds after the delay in which it can be executed.
pub(crate) const GRACE: u32 = 14 * 86_400;
/// Seconds between two attempts to execute it.
pub(crate) const RETRY: u32 = 600;
/// Choices.
pub(crate) const YES: u8 = 1;
pub(crate) const NO: u8 = 2;
pub(crate) const ABSTAIN: u8 = 3;

/// Outcomes as the getters show them.
pub(crate) const PENDING: &str = "0";
pub(crate) const ACTIVE: &str = "1";
pub(crate) const PASSED: &str = "2";
pub(crate) const REJECTED: &str = "3";
pub(crate) const EXECUTED: &str = "4";
pub(crate) const FAILED: &str = "5";
pub(crate) const EXPIRED: &str = "6";
pub(crate) const CANCELLED: &str = "7";

/// The registry.
pub(crate) fn root() -> Address {
    Address::new(0, Hash([0x52; 32]))
}

/// Somebody else.
pub(crate) fn stranger() -> Address {
    Address::new(0, Hash([0x53; 32]))
}

/// Parameters of the action that is decided about.
pub(crate) fn payload() -> Cell {
    let mut builder = CellBuilder::new();
    builder.store_u64(0xDEC1_DED0).expect("fits");
    builder.build().expect("fits")
}

/// The functions of the registry that a proposal calls.
fn registry() -> ContractAbi {
    let abi = json!({ "ABI version": 2, "version": "2.3", "header": ["pubkey", "time", "expire"], "functions": [
        { "name": "onPassed", "outputs": [], "inputs": [ { "name": "id", "type": "uint32" },
            { "name": "yesKeys", "type": "uint256[]" }, { "name": "payload", "type": "cell" }] },
        { "name": "onClosed", "outputs": [], "inputs": [ { "name": "id", "type": "uint32" },
            { "name": "outcome", "type": "uint8" }] }], "events": [], "fields": [] });
    ContractAbi::parse(&abi.to_string()).expect("a valid ABI")
}

/// What the proposal said to the registry.
pub(crate) struct Said {
    pub(crate) view: MessageView,
    pub(crate) call: Decoded,
}

impl Said {
    pub(crate) fn name(&self) -> &str {
        &self.call.name
    }

    pub(crate) fn json(&self) -> Value {
        self.call.json()
    }

    pub(crate) fn nano(&self) -> u128 {
        self.view.value.0
    }
}

/// A proposal and the chain it lives on.
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) contract: Contract,
}

/// What the registry fixes: `electors` electors from key 0 on, 50 % + 1 of them, seven days from `now`.
pub(crate) fn setup(electors: u8, now: u32) -> Value {
    let electorate: serde_json::Map<String, Value> =
        (0..electors).map(|n| (public_json(&key(n)), json!(n + 1))).collect();
    let threshold = electors / 2 + 1;
    json!({
        "kind": 5,
        "payload": BASE64_STANDARD.encode(Boc::encode(payload())),
        "link": "https://example.org/proposal",
        "docHash": format!("0x{}", "d0".repeat(32)),
        "proposer": public_json(&key(0)),
        "electorate": electorate,
        "excluded": {},
        "epoch": 3,
        "threshold": threshold,
        "classThreshold": threshold,
        "soft": false,
        "start": now,
        "end": now + PERIOD,
        "delay": 0,
        "grace": GRACE,
    })
}

/// The proposal with this id, not yet deployed.
pub(crate) fn image(id: u32) -> Contract {
    contract("Proposal.tsol", None, &json!({ "root": format!("0x{}", "52".repeat(32)), "id": id }))
}

impl Scene {
    /// Fifteen electors, eight votes needed.
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    /// The same with something changed.
    pub(crate) fn with(change: impl FnOnce(&mut Value)) -> Self {
        Self::of(ELECTORS, GAS * TON, change)
    }

    /// With that many electors and that much gas money in nano.
    pub(crate) fn of(electors: u8, nano: u64, change: impl FnOnce(&mut Value)) -> Self {
        let mut world = World::default();
        world.puppets.insert(root());
        let mut scene = Self { world, contract: image(7) };
        let mut setup = setup(electors, scene.world.now);
        change(&mut setup);
        let contract = scene.contract.clone();
        scene.open(&contract, &setup, nano);
        scene.world.now += 1;
        scene
    }

    /// The registry deploys a proposal.
    pub(crate) fn open(&mut self, contract: &Contract, setup: &Value, nano: u64) {
        let params = json!({ "setup": setup });
        let done = self.world.send_internal(contract.internal_deploy(&root(), Nano(nano.into()), &params));
        assert!(done[0].view.is_success(), "exit code {:?}", done[0].view.exit_code());
    }

    /// A call signed by `member`, not yet sent.
    pub(crate) fn message(&mut self, member: u8, function: &str, params: &Value) -> Cell {
        let header = self.world.header(Some(&key(member)));
        self.contract.call(&key(member), function, params, &header)
    }

    /// A call with a header of one's own: `millis` from now, expiring `life` seconds from now.
    pub(crate) fn call_at(
        &mut self,
        member: u8,
        function: &str,
        params: &Value,
        millis: i64,
        life: i64,
    ) -> Outcome {
        let now = i64::from(self.world.now);
        let header = Header {
            time: ton_abi::UnixMillis(u64::try_from(now * 1000 + millis).expect("a time")),
            expire: ton_abi::UnixTime(u32::try_from(now + life).expect("a time")),
            pubkey: Some(public(&key(member))),
        };
        let message = self.contract.call(&key(member), function, params, &header);
        self.world.send(&message)
    }

    /// Votes.
    pub(crate) fn vote(&mut self, member: u8, choice: u8) -> Outcome {
        let message = self.message(member, "vote", &ballot(choice));
        self.world.send(&message)
    }

    /// These members vote alike, all successfully.
    #[track_caller]
    pub(crate) fn votes(&mut self, members: impl IntoIterator<Item = u8>, choice: u8) {
        for member in members {
            self.vote(member, choice).success();
        }
    }

    /// Takes the proposal back.
    pub(crate) fn cancel(&mut self, member: u8) -> Outcome {
        let message = self.message(member, "cancel", &json!({}));
        self.world.send(&message)
    }

    /// A poke: `close` or `execute`.
    pub(crate) fn poke(&mut self, function: &str) -> Outcome {
        let header = self.world.header(None);
        let message = self.contract.unsigned(function, &json!({}), &header);
        self.world.send(&message)
    }

    /// An internal call from any address with 1 TON.
    pub(crate) fn internal(&mut self, from: &Address, function: &str, params: &Value) -> Outcome {
        let message = self.contract.internal(from, Nano(TON.into()), function, params);
        Outcome::Done(self.world.send_internal(message))
    }

    /// The registry's answer, with what is left of the value of the request.
    pub(crate) fn executed(&mut self, code: u16) -> Outcome {
        self.internal(&root(), "executed", &json!({ "proposal": 7, "code": code }))
    }

    /// What the registry heard since the last look; its own messages that came back are left out.
    pub(crate) fn heard(&mut self) -> Vec<Said> {
        let abi = registry();
        let views = std::mem::take(&mut self.world.inbox);
        views
            .into_iter()
            .filter(|view| !view.bounced)
            .map(|view| {
                let body = view.body.clone().expect("the registry only gets calls");
                let call = abi.decode_internal_call(&body).expect("a call of the registry");
                Said { view, call }
            })
            .collect()
    }

    /// Result of a getter.
    #[track_caller]
    pub(crate) fn get(&self, function: &str) -> Value {
        self.world.getter(&self.contract, function, &json!({})).unwrap_or_else(|e| panic!("{function}: {e}"))
    }

    /// A field of `getInfo`.
    #[track_caller]
    pub(crate) fn info(&self, field: &str) -> Value {
        self.get("getInfo")["info"][field].clone()
    }

    /// Outcome as a number.
    #[track_caller]
    pub(crate) fn outcome(&self) -> Value {
        self.get("getOutcome")["outcome"].clone()
    }

    /// Votes in favour, against, abstentions.
    #[track_caller]
    pub(crate) fn tally(&self) -> [u8; 3] {
        let outcome = self.get("getOutcome");
        ["yes", "no", "abstain"]
            .map(|field| outcome[field].as_str().and_then(|n| n.parse().ok()).expect("a number"))
    }

    /// Names and values of the events of the proposal.
    pub(crate) fn events(&self, outcome: &Outcome) -> Vec<(String, Value)> {
        let bodies = outcome.events();
        let events =
            bodies.iter().map(|body| self.contract.abi.decode_event(body).expect("an event of ours"));
        events.map(|event| (event.name.to_string(), event.json())).collect()
    }

    /// Their names.
    pub(crate) fn names(&self, outcome: &Outcome) -> Vec<String> {
        self.events(outcome).into_iter().map(|(name, _)| name).collect()
    }

    /// Balance in nano.
    pub(crate) fn balance(&self) -> u128 {
        self.world.balance(&self.contract.address).0
    }

    /// More gas money from anybody.
    pub(crate) fn top_up(&mut self, nano: u64) {
        let mut transfer =
            InternalMessage::transfer(stranger(), self.contract.address.clone(), Nano(nano.into()));
        transfer.bounce = true;
        let done = self.world.send_internal(transfer);
        assert!(done[0].view.is_success(), "plain transfers are taken");
    }

    /// Eight electors vote yes.
    #[track_caller]
    pub(crate) fn passed() -> Self {
        let mut scene = Self::new();
        scene.votes(0..8, YES);
        assert_eq!(scene.outcome(), json!(PASSED));
        scene
    }

    /// Asserts that it is over and that the registry was told once, with all money above the floor.
    #[track_caller]
    pub(crate) fn assert_over(&mut self, outcome: &str) -> Said {
        assert_eq!(self.outcome(), json!(outcome));
        let mut heard = self.heard();
        assert_eq!(heard.len(), 1, "the registry is told once");
        let said = heard.remove(0);
        assert_eq!(said.name(), "onClosed");
        assert_eq!(said.json(), json!({ "id": "7", "outcome": outcome }));
        assert!(said.view.bounce, "a registry that does not take it sends it back");
        assert!(self.balance() <= u128::from(TON / 2), "{} nano stay", self.balance());
        assert!(said.nano() > 0);
        said
    }
}

/// Parameters of `vote`.
pub(crate) fn ballot(choice: u8) -> Value {
    json!({ "choice": choice, "reasonHash": format!("0x{}", "c5".repeat(32)) })
}

/// Refused before acceptance with that exit code.
#[track_caller]
pub(crate) fn assert_refused(outcome: &Outcome, code: i32) {
    assert!(outcome.refused(), "accepted with exit code {}", outcome.code());
    assert_eq!(outcome.code(), code);
}

/// An internal message that failed with that exit code.
#[track_caller]
pub(crate) fn assert_failed(outcome: &Outcome, code: i32) {
    assert!(!outcome.transactions()[0].view.is_success(), "it succeeded");
    assert_eq!(outcome.code(), code);
}
