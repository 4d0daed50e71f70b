//! A registry in a world of its own, with the calls that the scenarios are made of.

use chain::Executed;
use serde_json::{Value, json};
use ton_abi::{Address, Cell, ContractAbi, MessageKind, MessageView, Nano};
use workspace_tests::compiled::contract;
use workspace_tests::world::{Contract, Outcome, World, key, public_json};

use crate::payload;
use crate::peers::{Sent, interface, number, read};

/// One TON in nano.
pub(crate) const TON: u128 = 1_000_000_000;
/// `Gas.CALL`: what a request carries.
pub(crate) const CALL: u128 = TON;
/// Seconds of a day.
pub(crate) const DAY: u32 = 86_400;
/// After so many seconds a request may be sent again.
pub(crate) const RESEND_AFTER: u32 = 600;
/// Key that deploys.
pub(crate) const DEPLOYER: u8 = 200;
/// Codes by `CodeKind`.
pub(crate) const CODES: [&str; 5] = ["Proposal", "Multisig", "Treasury", "ContestEscrow", "JuryPool"];
/// Contests whose escrows are played by the test.
const ESCROWS: u32 = 80;

/// The key of number `n` as JSON. Members have the numbers from 0.
pub(crate) fn k(n: u8) -> String {
    public_json(&key(n))
}

/// Keys in order.
pub(crate) fn keys(numbers: impl IntoIterator<Item = u8>) -> Vec<String> {
    let mut keys: Vec<_> = numbers.into_iter().map(k).collect();
    keys.sort();
    keys
}

/// Strings of a JSON list, in order.
#[track_caller]
pub(crate) fn strings(list: &Value) -> Vec<String> {
    let mut list: Vec<_> =
        list.as_array().expect("a list").iter().map(|s| s.as_str().expect("a string").to_owned()).collect();
    list.sort();
    list
}

/// The registry and the accounts around it.
pub(crate) struct Hall {
    pub(crate) world: World,
    pub(crate) contract: Contract,
    pub(crate) treasury: Address,
    pub(crate) jury_pool: Address,
    pub(crate) multisig: Address,
    peers: ContractAbi,
}

/// Account id as the ABI's JSON writes it.
fn id_of(address: &Address) -> String {
    format!("0x{}", hex::encode(address.address.0))
}

/// Parameters of the constructor for so many members.
pub(crate) fn founding(members: u8) -> Value {
    json!({
        "keys": (0..members).map(k).collect::<Vec<_>>(),
        "params": payload::params(),
        "cycleBounds": [1_690_000_000, 1_710_000_000, 1_720_000_000, 1_730_000_000],
        "codeHashes": CODES.map(|name| format!("0x{}", hex::encode(code(name).repr_hash().0))),
        "planHash": format!("0x{}", hex::encode(payload::plan().repr_hash().0)),
        "mainGiver": payload::account(0xAA).to_string(),
        "declaredWallet": payload::account(0xAB).to_string(),
    })
}

/// The code of a contract that the registry deploys.
pub(crate) fn code(name: &str) -> Cell {
    let image = contract(&format!("{name}.tsol"), None, &json!({})).image;
    image.state_init.code.expect("a contract has code")
}

impl Hall {
    /// A live registry with so many members and 300 TON; what the bootstrap sent is cleared away.
    pub(crate) fn new(members: u8) -> Self {
        let mut hall = Self::founded(&founding(members));
        hall.complete();
        hall
    }

    /// Brings all codes and the plan.
    #[track_caller]
    pub(crate) fn complete(&mut self) {
        for number in 0..CODES.len() {
            self.bring_code(number).success();
        }
        self.bring_plan().success();
        assert_eq!(self.get("getStatus", &json!({}))["status"], "1", "live");
        self.world.inbox.clear();
    }

    /// A registry that waits for its codes.
    pub(crate) fn founded(params: &Value) -> Self {
        let (hall, outcome) = Self::deploy(params);
        outcome.success();
        hall
    }

    /// The deployment with these parameters, which may fail.
    pub(crate) fn deploy(params: &Value) -> (Self, Outcome) {
        Self::deploy_with(params, 300 * TON)
    }

    /// The same with so much money.
    pub(crate) fn deploy_with(params: &Value, money: u128) -> (Self, Outcome) {
        let contract_ = contract("MemberRegistry.tsol", Some(&key(DEPLOYER)), &json!({ "nonce": "7" }));
        let root = json!({ "root": id_of(&contract_.address) });
        let address = |name: &str, statics: &Value| contract(&format!("{name}.tsol"), None, statics).address;
        let boot = json!({ "boot": root["root"] });
        let (treasury, jury_pool) = (address("Treasury", &root), address("JuryPool", &root));
        let multisig = address("Multisig", &boot);
        let mut world = World::default();
        world.puppets.extend([treasury.clone(), jury_pool.clone(), multisig.clone(), stranger()]);
        for id in 1..=ESCROWS {
            let statics = json!({ "root": root["root"], "id": id });
            world.puppets.insert(address("ContestEscrow", &statics));
        }
        world.give(&contract_.address, Nano(money));
        let header = world.header(Some(&key(DEPLOYER)));
        let message = contract_.deploy(&key(DEPLOYER), params, &header);
        let mut hall = Self { world, contract: contract_, treasury, jury_pool, multisig, peers: interface() };
        let outcome = hall.world.send(&message);
        (hall, outcome)
    }

    /// Brings the code of that number.
    pub(crate) fn bring_code(&mut self, number: usize) -> Outcome {
        let code = payload::base64(&code(CODES[number]));
        self.poke("setCode", &json!({ "kind": number, "code": code }))
    }

    /// Brings the plan.
    pub(crate) fn bring_plan(&mut self) -> Outcome {
        self.poke("setPlan", &json!({ "plan": payload::base64(&payload::plan()) }))
    }

    /// Address of the escrow of a contest.
    pub(crate) fn escrow(&self, contest: u32) -> Address {
        let statics = json!({ "root": id_of(&self.contract.address), "id": contest });
        contract("ContestEscrow.tsol", None, &statics).address
    }

    /// A proposal.
    pub(crate) fn proposal(&self, id: u32) -> Contract {
        contract("Proposal.tsol", None, &json!({ "root": id_of(&self.contract.address), "id": id }))
    }

    /// Result of a getter.
    #[track_caller]
    pub(crate) fn get(&self, function: &str, params: &Value) -> Value {
        self.world.getter(&self.contract, function, params).unwrap_or_else(|e| panic!("{function}: {e}"))
    }

    /// A number of `getStatus`.
    #[track_caller]
    pub(crate) fn status(&self, name: &str) -> u64 {
        number(&self.get("getStatus", &json!({}))[name])
    }

    /// A contest of the directory.
    #[track_caller]
    pub(crate) fn contest(&self, id: u32) -> Value {
        self.get("getContest", &json!({ "contestId": id }))["contest"].clone()
    }

    /// Keys of all members, by index.
    pub(crate) fn members(&self) -> Vec<String> {
        let members = self.get("getMembers", &json!({}))["members"].clone();
        members
            .as_array()
            .expect("a list")
            .iter()
            .map(|m| m["key"].as_str().expect("a key").to_owned())
            .collect()
    }

    /// Open requests and confirmations: nonce and step.
    pub(crate) fn pending(&self) -> Vec<(u64, u64)> {
        let all = self.get("getPending", &json!({ "afterNonce": 0, "limit": 255 }))["requests"].clone();
        all.as_array().expect("a list").iter().map(|p| (number(&p["nonce"]), number(&p["step"]))).collect()
    }

    /// A signed call, not yet sent.
    pub(crate) fn message(&mut self, n: u8, function: &str, params: &Value) -> Cell {
        let header = self.world.header(Some(&key(n)));
        self.contract.call(&key(n), function, params, &header)
    }

    /// A signed call.
    pub(crate) fn call(&mut self, n: u8, function: &str, params: &Value) -> Outcome {
        let message = self.message(n, function, params);
        self.world.send(&message)
    }

    /// A signed call that is refused before it costs anything.
    #[track_caller]
    pub(crate) fn refuse(&mut self, n: u8, function: &str, params: &Value, code: i32) {
        let outcome = self.call(n, function, params);
        assert!(outcome.refused(), "{function}: accepted with exit code {}", outcome.code());
        assert_eq!(outcome.code(), code, "{function}");
    }

    /// An unsigned call.
    pub(crate) fn poke(&mut self, function: &str, params: &Value) -> Outcome {
        let header = self.world.header(None);
        let message = self.contract.unsigned(function, params, &header);
        self.world.send(&message)
    }

    /// An unsigned call that is refused before it costs anything.
    #[track_caller]
    pub(crate) fn refuse_poke(&mut self, function: &str, params: &Value, code: i32) {
        let outcome = self.poke(function, params);
        assert!(outcome.refused(), "{function}: accepted with exit code {}", outcome.code());
        assert_eq!(outcome.code(), code, "{function}");
    }

    /// A message of another contract without the bounce flag; the exit code of the registry and its events.
    pub(crate) fn tell(
        &mut self,
        from: &Address,
        function: &str,
        params: &Value,
    ) -> (i32, Vec<(String, Value)>) {
        let mut message = self.contract.internal(from, Nano(CALL - TON / 20), function, params);
        message.bounce = false;
        let done = self.world.send_internal(message);
        (done[0].view.exit_code().unwrap_or(-1), self.events(&done))
    }

    /// The same, which must be taken.
    #[track_caller]
    pub(crate) fn hear(&mut self, from: &Address, function: &str, params: &Value) -> Vec<(String, Value)> {
        let (code, events) = self.tell(from, function, params);
        assert_eq!(code, 0, "{function}");
        events
    }

    /// The answer to a request.
    #[track_caller]
    pub(crate) fn done(&mut self, from: &Address, nonce: u64, code: u16) -> Vec<(String, Value)> {
        self.hear(from, "done", &json!({ "nonce": nonce.to_string(), "code": code }))
    }

    /// The jury pool's word about a key.
    #[track_caller]
    pub(crate) fn reserved(&mut self, nonce: u64, ok: bool) -> Vec<(String, Value)> {
        let pool = self.jury_pool.clone();
        self.hear(&pool, "onMemberReserved", &json!({ "nonce": nonce.to_string(), "ok": ok }))
    }

    /// Names and values of the registry's events.
    pub(crate) fn events(&self, transactions: &[Executed]) -> Vec<(String, Value)> {
        let own = transactions.iter().filter(|t| t.view.account == self.contract.address);
        let views = own.flat_map(|t| t.out_messages()).map(|m| MessageView::parse(m).expect("readable"));
        let bodies = views.filter(|v| v.kind == MessageKind::ExternalOut).filter_map(|v| v.body);
        let events = bodies.map(|body| self.contract.abi.decode_event(&body).expect("an event of the ABI"));
        events.map(|event| (event.name.to_string(), event.json())).collect()
    }

    /// Takes all messages that arrived at played contracts.
    pub(crate) fn inbox(&mut self) -> Vec<Sent> {
        let peers = self.peers.clone();
        self.world.inbox.drain(..).map(|view| read(&peers, view)).collect()
    }

    /// The only message with that name among those that arrived; the others are dropped.
    #[track_caller]
    pub(crate) fn take(&mut self, name: &str) -> Sent {
        let all = self.inbox();
        let mut found: Vec<_> = all.iter().filter(|sent| sent.name == name).cloned().collect();
        assert_eq!(found.len(), 1, "{name} among {:?}", all.iter().map(|s| &s.name).collect::<Vec<_>>());
        found.remove(0)
    }

    /// Names of the messages that arrived; they are dropped.
    pub(crate) fn names(&mut self) -> Vec<String> {
        self.inbox().into_iter().map(|sent| sent.name).collect()
    }

    /// Parameters of `propose`.
    pub(crate) fn proposal_params(kind: u8, payload: &Cell) -> Value {
        json!({ "kind": kind, "payload": payload::base64(payload), "link": "ipfs://text", "docHash": payload::hash(3) })
    }

    /// Proposes; the outcome of the message.
    pub(crate) fn try_propose(&mut self, n: u8, kind: u8, payload: &Cell) -> Outcome {
        self.call(n, "propose", &Self::proposal_params(kind, payload))
    }

    /// Opens a proposal.
    #[track_caller]
    pub(crate) fn propose(&mut self, n: u8, kind: u8, payload: &Cell) -> u32 {
        let outcome = self.try_propose(n, kind, payload);
        let events = self.events(outcome.success());
        let created = events.iter().find(|(name, _)| name == "ProposalCreated");
        let (_, event) = created.unwrap_or_else(|| panic!("not created: {events:?}"));
        u32::try_from(number(&event["id"])).expect("an id")
    }

    /// A vote for a proposal.
    pub(crate) fn vote(&mut self, id: u32, n: u8, choice: u8) -> Outcome {
        let proposal = self.proposal(id);
        let header = self.world.header(Some(&key(n)));
        let params = json!({ "choice": choice, "reasonHash": payload::hash(0) });
        let message = proposal.call(&key(n), "vote", &params, &header);
        self.world.send(&message)
    }

    /// A poke of a proposal.
    pub(crate) fn poke_proposal(&mut self, id: u32, function: &str) -> Outcome {
        let header = self.world.header(None);
        let message = self.proposal(id).unsigned(function, &json!({}), &header);
        self.world.send(&message)
    }

    /// Lets these members vote in favour.
    #[track_caller]
    pub(crate) fn approve(&mut self, id: u32, voters: impl IntoIterator<Item = u8>) {
        for n in voters {
            self.vote(id, n, 1).success();
        }
    }

    /// Executes a passed proposal once its delay is over; the events of the registry.
    #[track_caller]
    pub(crate) fn execute(&mut self, id: u32) -> Vec<(String, Value)> {
        let info = self.info(id);
        let after = u32::try_from(number(&info["execAfter"])).expect("a time");
        self.world.now = self.world.now.max(after);
        let outcome = self.poke_proposal(id, "execute");
        self.events(outcome.success())
    }

    /// Proposes by member 0, passes by as many of the first members as it takes and executes; the id and the events
    /// of the registry.
    #[track_caller]
    pub(crate) fn decide(&mut self, kind: u8, payload: &Cell) -> (u32, Vec<(String, Value)>) {
        let needed = number(&self.get("getThreshold", &json!({}))["threshold"]);
        self.decide_by(kind, payload, 0..u8::try_from(needed).expect("small"))
    }

    /// The same with other voters, the first of whom proposes.
    #[track_caller]
    pub(crate) fn decide_by(
        &mut self,
        kind: u8,
        payload: &Cell,
        voters: impl IntoIterator<Item = u8>,
    ) -> (u32, Vec<(String, Value)>) {
        let voters: Vec<u8> = voters.into_iter().collect();
        let id = self.propose(voters[0], kind, payload);
        self.approve(id, voters);
        let events = self.execute(id);
        (id, events)
    }

    /// What a proposal says about itself.
    #[track_caller]
    pub(crate) fn info(&self, id: u32) -> Value {
        let found = self.world.getter(&self.proposal(id), "getInfo", &json!({}));
        found.unwrap_or_else(|e| panic!("proposal {id}: {e}"))["info"].clone()
    }

    /// Outcome of a proposal and the last code of the registry.
    #[track_caller]
    pub(crate) fn outcome(&self, id: u32) -> (&'static str, u64) {
        const NAMES: [&str; 8] =
            ["Pending", "Active", "Passed", "Rejected", "Executed", "Failed", "Expired", "Cancelled"];
        let info = self.info(id);
        (NAMES[usize::try_from(number(&info["outcome"])).expect("small")], number(&info["code"]))
    }

    /// A decision that fails at once with that code.
    #[track_caller]
    pub(crate) fn fails(&mut self, kind: u8, payload: &Cell, code: u64) -> u32 {
        let (id, events) = self.decide(kind, payload);
        assert_eq!(self.outcome(id), ("Failed", code));
        assert!(events.iter().any(|(name, _)| name == "ActionFailed"));
        self.world.inbox.clear();
        id
    }

    /// Launches a contest to its budget; the id of the contest.
    #[track_caller]
    pub(crate) fn launched(&mut self, spec: &Value) -> u32 {
        self.world.inbox.clear();
        let (id, _) = self.decide(payload::LAUNCH, &payload::launch(spec));
        let reserve = self.take("reserve");
        let contest = u32::try_from(number(&reserve.params["contestId"])).expect("an id");
        let (treasury, pool) = (self.treasury.clone(), self.jury_pool.clone());
        self.done(&treasury, reserve.nonce(), 0);
        let authorize = self.take("authorizeContest");
        self.done(&pool, authorize.nonce(), 0);
        self.take("deploy");
        let escrow = self.escrow(contest);
        self.hear(&escrow, "onFunded", &json!({ "contestId": contest }));
        assert_eq!(self.outcome(id), ("Executed", 0));
        contest
    }

    /// A contest that reports its ranking; the nonce of the confirmation.
    #[track_caller]
    pub(crate) fn finalized(&mut self, contest: u32) -> u64 {
        let escrow = self.escrow(contest);
        let until = self.world.now + 14 * DAY;
        self.hear(
            &escrow,
            "onFinalized",
            &json!({ "contestId": contest, "nonce": "5", "resultsHash": payload::hash(7),
            "payoutHash": payload::hash(8), "until": until, "entrants": {} }),
        );
        self.take("enqueue").nonce()
    }

    /// A finalized contest registers a candidate; the code of the answer.
    #[track_caller]
    pub(crate) fn nominate(&mut self, contest: u32, entry: u32, place: u8, n: u8) -> u16 {
        let escrow = self.escrow(contest);
        self.hear(
            &escrow,
            "registerCandidate",
            &json!({ "contestId": contest, "nonce": "77", "entryId": entry,
            "place": place, "key": k(n), "addr": payload::account(n).to_string() }),
        );
        let answer = self.take("done");
        assert_eq!(answer.nonce(), 77);
        u16::try_from(number(&answer.params["code"])).expect("a code")
    }
}

/// An account that is nobody.
pub(crate) fn stranger() -> Address {
    payload::account(0x77)
}
