//! A contest in a world of its own; the test plays registry, treasury, members' wallet, jury pool and all wallets.
//!
//! After every step the books are added up again from the getters: both ledgers, what is owed, and that the balance
//! covers it.

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signer, SigningKey};
use governance::encoding::encode;
use serde_json::{Value, json};
use ton_abi::{Address, Boc, Cell, ContractAbi, Hash, InternalMessage, MessageKind, MessageView, Nano};
use workspace_tests::compiled::contract;
use workspace_tests::world::{Contract, Outcome, World, key, public_json};

/// One TON in nano.
pub(crate) const TON: u128 = 1_000_000_000;
/// Seconds of a day.
pub(crate) const DAY: u32 = 86_400;
/// Number of the contest.
pub(crate) const ID: u32 = 7;
/// `Gas.CONTEST`: what the registry deploys it with.
pub(crate) const GAS: u128 = 40 * TON;
/// `Gas.CALL`: value of a request.
pub(crate) const CALL: u128 = TON;
/// `Gas.ENTRY`: what an entrant pays above the deposit.
pub(crate) const ENTRY: u128 = TON / 2;
/// `Gas.DESK`: least value of a call by an entrant or payee.
pub(crate) const DESK: u128 = TON / 5;
/// `Gas.CONTEST_FLOOR`.
pub(crate) const FLOOR: u128 = 2 * TON;
/// `Gas.BOUNCE_LOSS`: what a bounced payout may cost the contest.
pub(crate) const BOUNCE_LOSS: u128 = TON / 20;
/// Deposit of an entry.
pub(crate) const DEPOSIT: u128 = 5 * TON;
/// First item numbers of jury pay and deposits: that of juror 0, and of entry 0.
pub(crate) const JURY_ITEM: u8 = 65;
pub(crate) const DEPOSIT_ITEM: u8 = 100;

/// Messages that the contest sends to the contracts around it.
const PEERS: &[(&str, &str)] = &[
    ("done", "nonce uint64, code uint16"),
    ("onFunded", "contestId uint32"),
    (
        "onFinalized",
        "contestId uint32, nonce uint64, resultsHash uint256, payoutHash uint256, until uint32, \
         entrants map(uint256,bool)",
    ),
    ("onContestClosed", "contestId uint32, ending uint8"),
    ("onMemberEntry", "contestId uint32, key uint256"),
    (
        "registerCandidate",
        "contestId uint32, nonce uint64, entryId uint32, place uint8, key uint256, addr address",
    ),
    ("escrowReady", "contestId uint32, nonce uint64"),
    ("fundAck", "contestId uint32, nonce uint64"),
    ("refund", "contestId uint32, nonce uint64, amount uint128, last bool, paid bool"),
    ("orgShare", "contestId uint32, nonce uint64, amount uint128"),
    ("query", "contestId uint32, nonce uint64"),
    ("snapshotFor", "contestId uint32, nonce uint64, minJurors uint8, entrants map(uint256,bool)"),
    ("reportWork", "contestId uint32, nonce uint64, seated map(uint256,bool)"),
    ("admitJuror", "contestId uint32, nonce uint64, key uint256, addr address, topicMask uint8"),
];

fn peers() -> ContractAbi {
    let functions: Vec<Value> = PEERS
        .iter()
        .map(|(name, inputs)| {
            let inputs: Vec<Value> = inputs
                .split(", ")
                .map(|input| input.split_once(' ').expect("name and type"))
                .map(|(name, ty)| json!({ "name": name, "type": ty }))
                .collect();
            json!({ "name": name, "inputs": inputs, "outputs": [] })
        })
        .collect();
    let abi = json!({ "ABI version": 2, "version": "2.3", "header": ["pubkey", "time", "expire"],
        "functions": functions, "data": [], "events": [], "fields": [] });
    ContractAbi::parse(&abi.to_string()).expect("a valid ABI")
}

fn account(kind: u8, n: u8) -> Address {
    let mut id = [kind; 32];
    id[31] = n;
    Address::new(0, Hash(id))
}

/// The registry.
pub(crate) fn registry() -> Address {
    account(0x11, 0x11)
}

/// The treasury.
pub(crate) fn treasury() -> Address {
    account(0x22, 0)
}

/// The members' wallet.
pub(crate) fn multisig() -> Address {
    account(0x33, 0)
}

/// The jury pool.
pub(crate) fn pool() -> Address {
    account(0x44, 0)
}

/// Nobody in particular.
pub(crate) fn stranger() -> Address {
    account(0x77, 0)
}

/// The wallet of entrant `n`. Entrant 1 makes entry 1, if all enter in order.
pub(crate) fn wallet(n: u8) -> Address {
    account(0x50, n)
}

/// The key of entrant `n`.
pub(crate) fn entrant(n: u8) -> SigningKey {
    key(n)
}

/// The key of juror `n`, from 0 on.
pub(crate) fn juror(n: u8) -> SigningKey {
    key(100 + n)
}

/// The payout address of juror `n`.
pub(crate) fn juror_wallet(n: u8) -> Address {
    account(0x60, n)
}

/// The key of member `n`.
pub(crate) fn member(n: u8) -> SigningKey {
    key(200 + n)
}

/// The payout address of member `n`.
pub(crate) fn member_wallet(n: u8) -> Address {
    account(0x70, n)
}

/// The salt of juror `n`.
pub(crate) fn salt(n: u8) -> String {
    format!("0x{}", hex::encode([n ^ 0xA5; 32]))
}

/// A document's hash.
pub(crate) fn hash(n: u8) -> String {
    format!("0x{}", hex::encode([n; 32]))
}

/// A cell as the ABI's JSON writes it.
pub(crate) fn base64(cell: &Cell) -> String {
    BASE64_STANDARD.encode(Boc::encode(cell))
}

/// A number out of the ABI's JSON.
#[track_caller]
pub(crate) fn number(value: &Value) -> u128 {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.strip_prefix("0x") {
        Some(digits) => u128::from_str_radix(digits, 16).expect("a number"),
        None => text.parse().unwrap_or_else(|_| panic!("{value} is no number")),
    }
}

/// Jurors `numbers` as the pool and the spec name them.
pub(crate) fn jurors(numbers: impl IntoIterator<Item = u8>) -> Value {
    let juror = |n| json!({ "key": public_json(&juror(n)), "addr": juror_wallet(n).to_string() });
    numbers.into_iter().map(juror).collect()
}

/// A regular contest of 1 000 TON: prizes 500, 300 and 200, jury 100, org 20; at least three jurors and two
/// scores. Entries are open from one hour to 25 hours after `now`.
pub(crate) fn spec(now: u32) -> Value {
    let prizes = [500, 300, 200].map(|tons: u128| (tons * TON).to_string());
    json!({
        "kind": 0, "stage": 1, "item": 2, "topic": 2, "title": "Packaging", "docLink": "https://freeton.org",
        "docHash": hash(0xD0), "termsHash": hash(0xE0), "needDod": false,
        "prizes": prizes, "proRata": false,
        "fund": (1000 * TON).to_string(), "juryBps": 1000, "orgBps": 200,
        "openAt": now + 3600, "entriesEnd": now + 3600 + DAY, "commitSpan": DAY, "revealSpan": DAY,
        "confirmWindow": 14 * DAY, "minJurors": 3, "minScores": 2, "maxEntries": 64,
        "entryDeposit": DEPOSIT.to_string(), "isSealed": false, "seats": 0, "author": wallet(250).to_string(),
        "dependsOn": [], "bootstrapJury": [],
    })
}

/// A message that the contest sent to one of the played accounts.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) to: Address,
    pub(crate) value: u128,
    /// Name of the function; `payout` for a payout item, `bounced` for a message that was refused, empty for change.
    pub(crate) name: String,
    /// Its parameters; `item` of a payout.
    pub(crate) params: Value,
    /// The message as it is.
    pub(crate) view: MessageView,
}

/// What a message led to.
#[derive(Debug)]
pub(crate) struct Step {
    /// Exit code of the first transaction, or of the refusal; -1 if the contract did not run.
    pub(crate) code: i32,
    /// Whether an external message was refused.
    pub(crate) refused: bool,
    /// Names and values of all events, in order.
    pub(crate) events: Vec<(String, Value)>,
    /// What the contest sent to others.
    pub(crate) sent: Vec<Sent>,
    /// Gas of each transaction of the contest.
    pub(crate) gas: Vec<u64>,
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
        &found.unwrap_or_else(|| panic!("no {name} among {:?} (exit code {})", self.names(), self.code)).1
    }

    /// A message of that name that is there.
    #[track_caller]
    pub(crate) fn message(&self, name: &str) -> &Sent {
        let found = self.sent.iter().find(|sent| sent.name == name);
        found.unwrap_or_else(|| {
            let names: Vec<_> = self.sent.iter().map(|sent| &sent.name).collect();
            panic!("no {name} among {names:?} (exit code {})", self.code)
        })
    }

    /// The same step, which did not fail.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert!(!self.refused && self.code == 0, "exit code {} (refused: {})", self.code, self.refused);
        self
    }

    /// The same step, which failed with that code: an external message was refused, or a value came home.
    #[track_caller]
    pub(crate) fn fails(self, code: i32) -> Self {
        assert_eq!(self.code, code);
        assert!(self.events.is_empty(), "a refused message says nothing: {:?}", self.names());
        self
    }

    /// Code of the answer `done` to a request of another contract.
    #[track_caller]
    pub(crate) fn answer(&self) -> u16 {
        u16::try_from(number(&self.message("done").params["code"])).expect("a code")
    }
}

/// A contest and the chain it lives on.
pub(crate) struct Contest {
    pub(crate) world: World,
    pub(crate) contract: Contract,
    /// What the members voted on.
    pub(crate) spec: Value,
    /// Whether every step adds up the books; only the tests of full size turn it off.
    pub(crate) audits: bool,
    peers: ContractAbi,
    nonce: u64,
}

impl Contest {
    // Contests in a phase.

    /// Deployed with `change` made to [`spec`] and Setup; the world's clock is in `now`.
    pub(crate) fn deploy(change: impl FnOnce(&mut Value, &mut Value)) -> (Self, Step) {
        Self::deploy_by(&registry(), GAS, change)
    }

    /// The same by anybody and with any gas money.
    pub(crate) fn deploy_by(
        from: &Address,
        gas: u128,
        change: impl FnOnce(&mut Value, &mut Value),
    ) -> (Self, Step) {
        let contract = contract("ContestEscrow.tsol", None, &statics());
        let mut world = World::default();
        world.puppets.extend([registry(), treasury(), multisig(), pool(), stranger(), wallet(250)]);
        world.puppets.extend((0..100).map(wallet).chain((0..30).map(juror_wallet)));
        world.puppets.extend((0..15).map(member_wallet));
        let mut spec = spec(world.now);
        let members: serde_json::Map<String, Value> =
            (0..15).map(|n| (public_json(&member(n)), json!(member_wallet(n).to_string()))).collect();
        let mut setup = json!({
            "treasury": treasury().to_string(), "multisig": multisig().to_string(),
            "juryPool": pool().to_string(), "members": members, "forbidMembers": false, "holdMax": 30 * DAY,
        });
        change(&mut spec, &mut setup);
        setup["spec"] = json!(base64(&encode("Spec", &spec).expect("a spec")));
        let params = json!({ "nonce": "1", "setup": setup });
        let deploy = contract.internal_deploy(from, Nano(gas), &params);
        let mut this = Self { world, contract, spec, audits: false, peers: peers(), nonce: 1000 };
        let step = this.send(deploy);
        this.audits = step.code == 0;
        (this, step)
    }

    /// Created: deployed, not funded.
    pub(crate) fn created(change: impl FnOnce(&mut Value, &mut Value)) -> Self {
        let (this, step) = Self::deploy(change);
        step.ok().message("escrowReady");
        this
    }

    /// Funded in full; entries open in an hour.
    pub(crate) fn funded(change: impl FnOnce(&mut Value, &mut Value)) -> Self {
        let mut this = Self::created(change);
        this.fund().ok().message("fundAck");
        this
    }

    /// Open for entries.
    pub(crate) fn open(change: impl FnOnce(&mut Value, &mut Value)) -> Self {
        let mut this = Self::funded(change);
        this.world.now = this.time("openAt");
        this.expect_phase("Open");
        this
    }

    /// Commit: entrants 1 to `entries` have entered, jurors 0 to `jurors` - 1 are seated.
    pub(crate) fn judging(entries: u8, jurors: u8, change: impl FnOnce(&mut Value, &mut Value)) -> Self {
        let mut this = Self::open(change);
        for n in 1..=entries {
            this.enter(n).ok();
        }
        this.world.now = this.time("entriesEnd");
        this.seat(jurors);
        this
    }

    /// Tallied and known to the registry: every juror's card was revealed and counted.
    pub(crate) fn judged(entries: u8, cards: &[Cell], change: impl FnOnce(&mut Value, &mut Value)) -> Self {
        let mut this = Self::judging(entries, u8::try_from(cards.len()).expect("few"), change);
        this.reveal_all(cards);
        this.tally();
        this
    }

    /// Payable: confirmed by the members.
    pub(crate) fn payable(entries: u8, cards: &[Cell], change: impl FnOnce(&mut Value, &mut Value)) -> Self {
        let mut this = Self::judged(entries, cards, change);
        assert_eq!(this.confirm().answer(), 0);
        this
    }

    // Steps of the flow.

    /// The treasury's money: the total and what it sends for gas.
    pub(crate) fn fund(&mut self) -> Step {
        let total = self.total();
        self.call(&treasury(), total + CALL, "fund", &json!({ "contestId": ID, "nonce": "1" }))
    }

    /// Entrant `n` enters from wallet `n`; the value covers what a member pays too.
    pub(crate) fn enter(&mut self, n: u8) -> Step {
        let form = self.form(&wallet(n), &entrant(n), n);
        self.call(&wallet(n), DEPOSIT + ENTRY + CALL, "submitEntry", &form)
    }

    /// What somebody enters with, all signatures valid.
    pub(crate) fn form(&self, wallet: &Address, entrant: &SigningKey, content: u8) -> Value {
        let signed = self.get("entryHash", &json!({ "wallet": wallet.to_string() }));
        json!({
            "key": public_json(entrant), "keySig": sign(entrant, &signed["hash"]), "contentHash": hash(content),
            "link": format!("https://example.org/{content}"), "commitment": "0",
            "termsHash": self.spec["termsHash"], "dodHash": "0", "dodSig": "",
        })
    }

    /// Draws the jury; the pool answers with jurors 0 to `count` - 1, unless there is a bootstrap jury.
    #[track_caller]
    pub(crate) fn seat(&mut self, count: u8) -> Step {
        let step = self.poke("drawJury", &json!({})).ok();
        if !self.spec["bootstrapJury"].as_array().expect("a list").is_empty() {
            return step;
        }
        let nonce = step.message("snapshotFor").params["nonce"].clone();
        self.on_jury(&nonce, &jurors(0..count)).ok()
    }

    /// The pool's answer.
    pub(crate) fn on_jury(&mut self, nonce: &Value, jurors: &Value) -> Step {
        let params = json!({ "contestId": ID, "nonce": nonce, "jurors": jurors });
        self.call(&pool(), CALL / 2, "onJury", &params)
    }

    /// Juror `n` commits to a card with [`salt`].
    pub(crate) fn commit(&mut self, n: u8, card: &Cell) -> Step {
        let hashed = self.card_hash(n, card);
        self.signed(&juror(n), "commitCard", &json!({ "cardHash": hashed }))
    }

    /// What juror `n` commits to.
    pub(crate) fn card_hash(&self, n: u8, card: &Cell) -> Value {
        let params = json!({ "juror": public_json(&juror(n)), "salt": salt(n), "card": base64(card) });
        self.get("hashCard", &params)["cardHash"].clone()
    }

    /// Juror `n` reveals a card with [`salt`].
    pub(crate) fn reveal(&mut self, n: u8, card: &Cell) -> Step {
        self.signed(&juror(n), "revealCard", &json!({ "card": base64(card), "salt": salt(n) }))
    }

    /// Jurors 0, 1, ... commit to these cards and reveal them; the clock goes to the end of reveals.
    #[track_caller]
    pub(crate) fn reveal_all(&mut self, cards: &[Cell]) {
        for (n, card) in (0..).zip(cards) {
            self.commit(n, card).ok();
        }
        self.world.now = self.time("commitEnd");
        for (n, card) in (0..).zip(cards) {
            self.reveal(n, card).ok();
        }
        self.world.now = self.time("revealEnd");
    }

    /// Counts; the registry takes the result.
    #[track_caller]
    pub(crate) fn tally(&mut self) -> Step {
        let step = self.poke("advance", &json!({})).ok();
        let nonce = step.message("onFinalized").params["nonce"].clone();
        self.done(&registry(), &nonce, 0).ok();
        step
    }

    /// The members confirm the payout list.
    pub(crate) fn confirm(&mut self) -> Step {
        let list = self.get("getPayouts", &json!({ "from": 0, "n": 0 }));
        let params = json!({ "nonce": "9", "hash": list["payoutHash"] });
        self.call(&multisig(), CALL, "confirmed", &params)
    }

    /// Pays until nothing is Due.
    #[track_caller]
    pub(crate) fn pay_all(&mut self) -> Vec<Sent> {
        let mut paid = Vec::new();
        while self.sum("budget", "due") + self.sum("deposits", "due") > 0 {
            let step = self.poke("payNext", &json!({ "n": 20 })).ok();
            paid.extend(step.sent.into_iter().filter(|sent| sent.name == "payout"));
        }
        paid
    }

    /// Settles a day after the last payout; treasury and pool answer. All that was sent.
    #[track_caller]
    pub(crate) fn settle_all(&mut self) -> Vec<Sent> {
        self.world.now += DAY;
        let mut step = self.poke("settle", &json!({})).ok();
        let mut all = Vec::new();
        while let Some(request) = step.sent.first().cloned() {
            assert_eq!(step.sent.len(), 1, "settling asks for one thing at a time");
            all.push(request.clone());
            if request.name == "onContestClosed" {
                break;
            }
            step = self.done(&request.to, &request.params["nonce"], 0).ok();
        }
        all
    }

    /// An answer of a contract.
    pub(crate) fn done(&mut self, from: &Address, nonce: &Value, code: u16) -> Step {
        self.call(from, CALL / 2, "done", &json!({ "nonce": nonce, "code": code }))
    }

    /// A request of the registry, with id and a fresh nonce.
    pub(crate) fn order(&mut self, function: &str, mut params: Value) -> Step {
        self.nonce += 1;
        params["contestId"] = json!(ID);
        params["nonce"] = json!(self.nonce.to_string());
        self.call(&registry(), CALL, function, &params)
    }

    // Messages.

    /// An internal call with a value.
    pub(crate) fn call(&mut self, from: &Address, value: u128, function: &str, params: &Value) -> Step {
        self.send(self.contract.internal(from, Nano(value), function, params))
    }

    /// An internal message made by hand, its consequences and the audit.
    pub(crate) fn send(&mut self, message: InternalMessage) -> Step {
        let outcome = Outcome::Done(self.world.send_internal(message));
        self.step(&outcome)
    }

    /// An unsigned external message.
    pub(crate) fn poke(&mut self, function: &str, params: &Value) -> Step {
        let header = self.world.header(None);
        let message = self.contract.unsigned(function, params, &header);
        self.external(&message)
    }

    /// A call signed by `key`.
    pub(crate) fn signed(&mut self, key: &SigningKey, function: &str, params: &Value) -> Step {
        let header = self.world.header(Some(key));
        let message = self.contract.call(key, function, params, &header);
        self.external(&message)
    }

    /// An external message made by hand.
    pub(crate) fn external(&mut self, message: &Cell) -> Step {
        let outcome = self.world.send(message);
        self.step(&outcome)
    }

    /// The network brings a message of the contest back, whole but for the network's fee.
    pub(crate) fn bounce(&mut self, sent: &Sent) -> Step {
        let outcome = Outcome::Done(self.world.bounce(&sent.view));
        self.step(&outcome)
    }

    fn step(&mut self, outcome: &Outcome) -> Step {
        let mut events = Vec::new();
        let mut gas = Vec::new();
        for executed in outcome.transactions() {
            gas.push(executed.view.run().map_or(0, |run| run.gas_used));
            for out in executed.out_messages() {
                let out = MessageView::parse(out).expect("readable");
                if let (MessageKind::ExternalOut, Some(body)) = (out.kind, &out.body) {
                    let event = self.contract.abi.decode_event(body).expect("an event of the interface");
                    events.push((event.name.to_string(), event.json()));
                }
            }
            let failed = executed.view.exit_code() == Some(0) && !executed.view.is_success();
            assert!(!failed, "the action phase failed: {:?}", executed.view.action);
        }
        let inbox = std::mem::take(&mut self.world.inbox);
        let sent = inbox.into_iter().map(|view| self.read(view)).collect();
        self.audit();
        Step { code: outcome.code(), refused: outcome.refused(), events, sent, gas }
    }

    fn read(&self, view: MessageView) -> Sent {
        let (to, value) = (view.dst.clone().expect("an internal message"), view.value.0);
        let (name, params) = match view.body.as_ref().filter(|body| body.bit_len() > 0) {
            _ if view.bounced => ("bounced".to_owned(), Value::Null),
            None => (String::new(), Value::Null),
            Some(body) => {
                let mut slice = body.as_slice().expect("an ordinary cell");
                if slice.load_u32().expect("an id") == 0 {
                    let item = slice.load_u32().expect("an item");
                    ("payout".to_owned(), json!({ "item": item }))
                } else {
                    let call = self.peers.decode_internal_call(body).expect("a known message");
                    (call.name.to_string(), call.json())
                }
            }
        };
        Sent { to, value, name, params, view }
    }

    // What it says.

    /// Result of a getter.
    #[track_caller]
    pub(crate) fn get(&self, function: &str, params: &Value) -> Value {
        self.world.getter(&self.contract, function, params).unwrap_or_else(|e| panic!("{function}: {e}"))
    }

    /// `getPhase`.
    pub(crate) fn info(&self) -> Value {
        self.get("getPhase", &json!({}))["info"].clone()
    }

    /// A time of `getPhase`.
    #[track_caller]
    pub(crate) fn time(&self, field: &str) -> u32 {
        u32::try_from(number(&self.info()[field])).expect("a time")
    }

    /// Name of the present phase.
    pub(crate) fn phase(&self) -> &'static str {
        PHASES[usize::try_from(number(&self.info()["phase"])).expect("a phase")]
    }

    /// The present phase is this one.
    #[track_caller]
    pub(crate) fn expect_phase(&self, phase: &str) {
        assert_eq!(self.phase(), phase);
    }

    /// One column of a ledger: `budget` or `deposits`.
    #[track_caller]
    pub(crate) fn sum(&self, ledger: &str, column: &str) -> u128 {
        number(&self.get("getLedger", &json!({}))[ledger][column])
    }

    /// All payout items: number -> (payee, amount, state).
    pub(crate) fn items(&self) -> Vec<(u8, String, u128, u8)> {
        let list = self.get("getPayouts", &json!({ "from": 0, "n": 200 }));
        let items = list["items"].as_array().expect("a list").iter();
        items
            .map(|item| {
                let to = item["to"].as_str().expect("an address").to_owned();
                let small = |field: &str| u8::try_from(number(&item[field])).expect("a small number");
                (small("item"), to, number(&item["amount"]), small("state"))
            })
            .collect()
    }

    /// The whole budget, in nano.
    pub(crate) fn total(&self) -> u128 {
        let shares = 10_000 + number(&self.spec["juryBps"]) + number(&self.spec["orgBps"]);
        number(&self.spec["fund"]) * shares / 10_000
    }

    /// Balance in nano.
    pub(crate) fn balance(&self) -> u128 {
        self.world.balance(&self.contract.address).0
    }

    /// Adds up the books (governance 5.9, I10).
    #[track_caller]
    pub(crate) fn audit(&self) {
        if !self.audits {
            return;
        }
        let ledger = self.get("getLedger", &json!({}));
        let mut held = 0;
        for name in ["budget", "deposits"] {
            let of = |column: &str| number(&ledger[name][column]);
            let columns = ["pot", "due", "sent", "failed", "orgShare", "refunded"].map(of);
            assert_eq!(of("funded"), columns.iter().sum::<u128>(), "{name} does not add up: {ledger}");
            held += of("pot") + of("due") + of("failed");
        }
        let (owed, org) = (number(&ledger["owed"]), number(&ledger["budget"]["orgShare"]));
        assert!(owed == held || owed == held + org, "{owed} is owed, not {held} (org {org})");
        assert!(owed <= self.balance(), "the books exceed the balance");
    }
}

/// Names of the phases.
const PHASES: [&str; 13] = [
    "Created",
    "Funded",
    "Open",
    "Drawing",
    "Commit",
    "Reveal",
    "Tallied",
    "Confirm",
    "Held",
    "Payable",
    "Settling",
    "Closed",
    "Cancelled",
];

fn statics() -> Value {
    json!({ "root": format!("0x{}", "11".repeat(32)), "id": ID.to_string() })
}

/// A signature of a hash out of a getter, as the ABI's JSON writes bytes.
pub(crate) fn sign(key: &SigningKey, hash: &Value) -> String {
    let text = hash.as_str().expect("a number");
    let digits = text.strip_prefix("0x").expect("hexadecimal");
    let bytes = hex::decode(format!("{digits:0>64}")).expect("hexadecimal");
    hex::encode(key.sign(&bytes).to_bytes())
}
