//! A deployed treasury in a world of its own; the test plays registry, multisig, main giver, escrows and payees.
//!
//! After every transaction the books are added up again from the getters, and the treasury's gas money must not
//! have changed unless the step says so.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use ton_abi::{
    Address, Boc, Cell, CellBuilder, ContractAbi, Hash, InternalMessage, MessageKind, MessageView, Nano,
};
use workspace_tests::compiled::contract;
use workspace_tests::world::{Contract, Outcome, World};

use crate::plan::{self, Plan};

/// One TON in nano.
pub(crate) const TON: u128 = 1_000_000_000;
/// `Gas.CALL`: value of a request, and what a booking needs above its amount.
pub(crate) const CALL: u128 = TON;
/// `Gas.FUND`: what an escrow must get above its total.
pub(crate) const FUND: u128 = TON / 2;
/// `Gas.BOOK`: what a plain transfer pays for its booking.
pub(crate) const BOOK: u128 = TON / 20;
/// `Gas.STEP`: least value of a request.
pub(crate) const STEP: u128 = TON / 2;
/// `Gas.TREASURY_FLOOR`.
pub(crate) const FLOOR: u128 = 20 * TON;
/// `Gas.CHILD`: what the registry deploys it with.
pub(crate) const CHILD: u128 = 2 * TON;
/// `Limits.MIN_PRIZE`: the least org payment.
pub(crate) const LEAST: u128 = TON / 10;
/// Thirty days in seconds, the life of a reserved org payment.
pub(crate) const RESERVE_LIFE: u32 = 2_592_000;

/// What the treasury sends to contracts.
const ANSWERS: &str = r#"{
    "ABI version": 2, "version": "2.3", "header": ["pubkey", "time", "expire"], "data": [], "events": [], "fields": [],
    "functions": [
        {"name": "done", "outputs": [],
            "inputs": [{"name": "nonce", "type": "uint64"}, {"name": "code", "type": "uint16"}]},
        {"name": "fund", "outputs": [],
            "inputs": [{"name": "contestId", "type": "uint32"}, {"name": "nonce", "type": "uint64"}]}
    ]
}"#;

/// The registry, played by the test.
pub(crate) fn registry() -> Address {
    account(0x11)
}

/// The members' wallet, played by the test.
pub(crate) fn multisig() -> Address {
    account(0x22)
}

/// The main giver, played by the test.
pub(crate) fn giver() -> Address {
    account(0x33)
}

/// Nobody in particular.
pub(crate) fn stranger() -> Address {
    account(0x77)
}

/// A payee of the org fund.
pub(crate) fn payee(n: u8) -> Address {
    account(0x80 + n)
}

/// The escrow of a contest.
pub(crate) fn escrow(contest: u32) -> Address {
    let mut id = [0xEE; 32];
    id[28..].copy_from_slice(&contest.to_be_bytes());
    Address::new(0, Hash(id))
}

fn account(n: u8) -> Address {
    Address::new(0, Hash([n; 32]))
}

/// A cell as the ABI's JSON writes it.
pub(crate) fn base64(cell: &Cell) -> String {
    BASE64_STANDARD.encode(Boc::encode(cell))
}

/// A number out of the ABI's JSON.
#[track_caller]
pub(crate) fn number(value: &Value) -> u128 {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no number"));
    match text.strip_prefix("0x") {
        Some(digits) => u128::from_str_radix(digits, 16).expect("a number"),
        None => text.parse().expect("a number"),
    }
}

/// A message of the treasury to one of the played accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The answer to a request.
    Done { to: Address, nonce: u64, code: u16, value: u128 },
    /// The budget of a contest.
    Fund { to: Address, contest: u32, nonce: u64, value: u128 },
    /// A payment of the org fund.
    Payment { to: Address, pay: u32, index: u8, value: u128 },
    /// A transfer without a body.
    Plain { to: Address, value: u128 },
    /// A message that the treasury refused.
    Back { to: Address, value: u128 },
}

/// What a message led to.
#[derive(Debug)]
pub(crate) struct Step {
    /// Exit code of the treasury.
    pub(crate) code: i32,
    /// Names and values of its events.
    pub(crate) events: Vec<(String, Value)>,
    /// What it sent to others.
    pub(crate) sent: Vec<Sent>,
    /// The same messages as they are.
    pub(crate) messages: Vec<MessageView>,
    /// Gas that it used.
    pub(crate) gas: u64,
    /// Change of what the account has above its books, in nano, but for rent.
    pub(crate) gas_money: i128,
}

impl Step {
    /// Names of the events.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.events.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Values of an event that is there.
    #[track_caller]
    pub(crate) fn event(&self, name: &str) -> &Value {
        let found = self.events.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("no {name} among {:?}", self.names())).1
    }

    /// Code of the only message, which is an answer to `to` under `nonce`; and its value.
    #[track_caller]
    pub(crate) fn answer(&self, to: &Address, nonce: u64) -> (u16, u128) {
        match self.sent.as_slice() {
            [Sent::Done { to: found, nonce: given, code, value }] => {
                assert_eq!((found, *given), (to, nonce));
                (*code, *value)
            }
            other => panic!("one answer was expected, not {other:?} (exit code {})", self.code),
        }
    }
}

/// A treasury and the chain it lives on.
pub(crate) struct Books {
    pub(crate) world: World,
    pub(crate) contract: Contract,
    /// Whether every step adds up the books; only the tests of full size turn it off.
    pub(crate) audits: bool,
    answers: ContractAbi,
    nonce: u64,
}

impl Books {
    /// A treasury with the plan of the proposal and 50 TON of gas money.
    pub(crate) fn new() -> Self {
        Self::with(&plan::seed())
    }

    /// The same with another plan.
    pub(crate) fn with(plan: &Plan) -> Self {
        let mut books = Self::bare(plan);
        let step = books.call(&stranger(), 50 * TON, "topUp", &json!({}));
        assert_eq!(step.names(), ["ToppedUp"]);
        books
    }

    /// A treasury as the registry leaves it: before anybody sent gas money.
    pub(crate) fn bare(plan: &Plan) -> Self {
        let (books, step) = Self::deploy(&registry(), &params(&base64(&plan.cell())));
        assert_eq!(step.code, 0);
        books
    }

    /// The deployment by `from`, which may fail.
    pub(crate) fn deploy(from: &Address, params: &Value) -> (Self, Step) {
        let root = format!("0x{}", "11".repeat(32));
        let contract = contract("Treasury.tsol", None, &json!({ "root": root }));
        let mut world = World::default();
        world.puppets.extend([registry(), multisig(), giver(), stranger()]);
        world.puppets.extend((0..20).map(payee).chain((0..20).map(escrow)));
        let answers = ContractAbi::parse(ANSWERS).expect("a valid ABI");
        let deploy = contract.internal_deploy(from, nano(CHILD), params);
        let mut books = Self { world, contract, audits: false, answers, nonce: 1000 };
        let step = books.send(deploy);
        books.audits = true;
        (books, step)
    }

    /// A nonce that no earlier request had.
    pub(crate) fn nonce(&mut self) -> u64 {
        self.nonce += 1;
        self.nonce
    }

    /// An internal message, its consequences and the audit.
    #[track_caller]
    pub(crate) fn send(&mut self, message: InternalMessage) -> Step {
        let before = self.gas_money();
        let executed = self.world.send_internal(message);
        let view = &executed[0].view;
        let gas = view.run().map_or(0, |run| run.gas_used);
        let mut events = Vec::new();
        for out in executed[0].out_messages() {
            let out = MessageView::parse(out).expect("readable");
            if let (MessageKind::ExternalOut, Some(body)) = (out.kind, &out.body) {
                let event = self.contract.abi.decode_event(body).expect("an event of the interface");
                events.push((event.name.to_string(), event.json()));
            }
        }
        let rent = i128::try_from(view.fees.storage.0).expect("money of this world");
        let code = view.exit_code().unwrap_or(-1);
        assert!(code != 0 || view.is_success(), "the action phase failed: {:?}", view.action);
        let messages = std::mem::take(&mut self.world.inbox);
        let sent = messages.iter().map(|message| self.read(message)).collect();
        self.audit();
        Step { code, events, sent, messages, gas, gas_money: self.gas_money() - before + rent }
    }

    /// A call with a value. Whatever it is, it does not cost the treasury's own gas money.
    #[track_caller]
    pub(crate) fn call(&mut self, from: &Address, value: u128, function: &str, params: &Value) -> Step {
        let step = self.send(self.contract.internal(from, nano(value), function, params));
        assert!(step.gas_money >= 0, "{function} cost {} nano of the gas money", -step.gas_money);
        step
    }

    /// A request that is refused: the money goes home less fees, and nothing changes.
    #[track_caller]
    pub(crate) fn refused(&mut self, from: &Address, value: u128, function: &str, params: &Value, code: i32) {
        let before = (self.ledger(), self.state());
        let step = self.call(from, value, function, params);
        assert_eq!(step.code, code, "{function} {params}");
        assert!(step.events.is_empty());
        match step.sent.as_slice() {
            [Sent::Back { to, value: back }] => {
                assert_eq!(to, from);
                assert!(*back <= value && *back + BOOK > value, "{back} of {value} nano came home");
            }
            other => panic!("{function} was refused but sent {other:?}"),
        }
        assert_eq!((self.ledger(), self.state()), before, "a refused {function} changes nothing");
    }

    /// A request that the registry makes; its answer's code.
    #[track_caller]
    pub(crate) fn ask(&mut self, function: &str, params: &Value) -> u16 {
        self.ask_step(function, params).0
    }

    /// The same with all that it led to. A request that changes nothing gets its value back but for fees.
    #[track_caller]
    pub(crate) fn ask_step(&mut self, function: &str, params: &Value) -> (u16, Step) {
        let nonce = u64::try_from(number(&params["nonce"])).expect("a nonce");
        let step = self.call(&registry(), CALL, function, params);
        let (code, value) = step.answer(&registry(), nonce);
        assert!(value < CALL && value > CALL - 3 * BOOK, "{value} nano came back with the answer");
        assert_eq!(step.gas_money, 0, "{function} pays for itself, and no more");
        (code, step)
    }

    /// The network's bounce of a message that a played account did not take, after it took `loss` nano of it.
    #[track_caller]
    pub(crate) fn bounce(&mut self, message: &MessageView, loss: u128) -> Step {
        let mut body = CellBuilder::new();
        body.store_u32(u32::MAX).expect("fits");
        if let Some(original) = &message.body {
            let mut data = original.as_slice().expect("an ordinary cell");
            let bits = data.size_bits().min(256);
            body.store_slice(data.load_prefix(bits, 0).expect("checked")).expect("fits");
        }
        let from = message.dst.clone().expect("an internal message");
        self.bounced(&from, message.value.0 - loss, body.build().expect("fits"))
    }

    /// A message with the mark of a bounce.
    #[track_caller]
    pub(crate) fn bounced(&mut self, from: &Address, value: u128, body: Cell) -> Step {
        let mut message = InternalMessage::transfer(from.clone(), self.contract.address.clone(), nano(value));
        (message.bounce, message.bounced) = (false, true);
        message.body = Some(body);
        self.send(message)
    }

    /// A plain transfer.
    #[track_caller]
    pub(crate) fn transfer(&mut self, from: &Address, value: u128) -> Step {
        self.send(InternalMessage::transfer(from.clone(), self.contract.address.clone(), nano(value)))
    }

    /// An unsigned external message, and the audit.
    #[track_caller]
    pub(crate) fn poke(&mut self, function: &str, params: &Value) -> Outcome {
        let header = self.world.header(None);
        let message = self.contract.unsigned(function, params, &header);
        let outcome = self.world.send(&message);
        self.audit();
        outcome
    }

    /// Result of a getter.
    #[track_caller]
    pub(crate) fn get(&self, function: &str, params: &Value) -> Value {
        self.world.getter(&self.contract, function, params).unwrap_or_else(|e| panic!("{function}: {e}"))
    }

    /// `getLedger` without the balance.
    pub(crate) fn ledger(&self) -> Value {
        let mut ledger = self.get("getLedger", &json!({}))["ledger"].clone();
        ledger.as_object_mut().expect("an object").remove("balance");
        ledger
    }

    /// One number of `getLedger`.
    #[track_caller]
    pub(crate) fn sum(&self, field: &str) -> u128 {
        number(&self.get("getLedger", &json!({}))["ledger"][field])
    }

    /// A stage.
    pub(crate) fn stage(&self, stage: u8) -> Value {
        self.get("getStage", &json!({ "number": stage.to_string() }))["stage"].clone()
    }

    /// One number of a stage.
    #[track_caller]
    pub(crate) fn stage_sum(&self, stage: u8, field: &str) -> u128 {
        number(&self.stage(stage)[field])
    }

    /// What is left of an item, in nano.
    #[track_caller]
    pub(crate) fn left(&self, stage: u8, item: u8) -> u128 {
        let items = self.get("getItems", &json!({ "stage": stage.to_string() }));
        let items = items["items"].as_array().expect("a list");
        number(&items.iter().find(|i| i["number"] == json!(item.to_string())).expect("an item")["left"])
    }

    /// Everything that getters tell of stages and org fund.
    pub(crate) fn state(&self) -> (Value, Value) {
        (self.get("getStages", &json!({})), self.get("getOrg", &json!({})))
    }

    /// Balance in nano.
    pub(crate) fn balance(&self) -> u128 {
        self.world.balance(&self.contract.address).0
    }

    fn gas_money(&self) -> i128 {
        if !self.audits {
            return 0;
        }
        let surplus = self.balance().checked_sub(self.sum("booked")).expect("the balance covers the books");
        i128::try_from(surplus).expect("money of this world")
    }

    /// Adds up the books (governance 5.8, I9).
    #[track_caller]
    fn audit(&self) {
        if !self.audits {
            return;
        }
        let ledger = self.get("getLedger", &json!({}))["ledger"].clone();
        let of = |field: &str| number(&ledger[field]);
        let stages = self.get("getStages", &json!({}));
        let mut sums = [0; 3];
        for stage in stages["stages"].as_array().expect("a list") {
            let of = |field: &str| number(&stage[field]);
            let went = ["available", "reserved", "sent", "allocated", "carryOut", "returned"].map(of);
            let came = ["received", "carryIn", "refunded"].map(of);
            let (came, total) = (came.iter().sum::<u128>(), went.iter().sum::<u128>());
            assert_eq!(came, total, "a stage does not add up: {stage}");
            for (sum, part) in sums.iter_mut().zip(went) {
                *sum += part;
            }
        }
        assert_eq!(sums, ["available", "reserved", "sent"].map(of));
        let rest = ["orgAvailable", "orgReserved", "unassigned"].map(of).iter().sum::<u128>();
        assert_eq!(of("booked"), sums[0] + sums[1] + rest);
        assert_eq!(of("balance"), self.balance());
        assert!(of("booked") <= self.balance(), "the books exceed the balance");
        assert_eq!(ledger["holds"], json!(true));
    }

    fn read(&self, message: &MessageView) -> Sent {
        let (to, value) = (message.dst.clone().expect("an internal message"), message.value.0);
        if message.bounced {
            return Sent::Back { to, value };
        }
        let Some(body) = message.body.as_ref().filter(|body| body.bit_len() > 0) else {
            return Sent::Plain { to, value };
        };
        let mut slice = body.as_slice().expect("an ordinary cell");
        if slice.load_u32().expect("an id") == 0 {
            assert!(message.bounce, "a payment comes back if nobody takes it");
            let (pay, index) = (slice.load_u32().expect("a list"), slice.load_u8().expect("an index"));
            return Sent::Payment { to, pay, index, value };
        }
        let call = self.answers.decode_internal_call(body).expect("an answer");
        let fields = call.json();
        let nonce = u64::try_from(number(&fields["nonce"])).expect("a nonce");
        if call.name.as_ref() == "fund" {
            assert!(message.bounce, "a funding comes back if nobody takes it");
            let contest = u32::try_from(number(&fields["contestId"])).expect("an id");
            return Sent::Fund { to, contest, nonce, value };
        }
        assert!(!message.bounce, "an answer never bounces");
        Sent::Done { to, nonce, code: u16::try_from(number(&fields["code"])).expect("a code"), value }
    }
}

/// Parameters of the constructor.
pub(crate) fn params(plan: &str) -> Value {
    json!({ "multisig": multisig().to_string(), "mainGiver": giver().to_string(), "plan": plan })
}

fn nano(amount: u128) -> Nano {
    Nano(amount)
}
