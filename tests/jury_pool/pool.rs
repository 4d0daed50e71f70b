//! A deployed jury pool in a world of its own; the test plays the registry and the contests.

use chain::Executed;
use serde_json::{Value, json};
use ton_abi::{Address, Cell, CellBuilder, ContractAbi, Hash, MessageKind, MessageView, Nano};
use workspace_tests::compiled::contract;
use workspace_tests::world::{Contract, Outcome, World, key, public_json};

/// Value of a request between contracts: `Gas.CALL`.
pub(crate) const CALL: Nano = Nano(1_000_000_000);
/// Contest kinds of `IContestEscrow.Kind`.
pub(crate) const REGULAR: u8 = 0;
/// The kind whose winners become jurors.
pub(crate) const JURY_SELECTION: u8 = 1;
/// All five topics.
pub(crate) const ALL_TOPICS: u8 = 31;
/// Id of the contest that fills the pool in [`Pool::with_jurors`].
pub(crate) const FIRST: u32 = 1;
/// First key of a juror; members have the keys below.
pub(crate) const JUROR: u8 = 20;

/// What the pool sends to others.
const ANSWERS: &str = r#"{
    "ABI version": 2, "version": "2.3", "header": ["pubkey", "time", "expire"], "data": [], "events": [], "fields": [],
    "functions": [
        {"name": "done", "outputs": [],
            "inputs": [{"name": "nonce", "type": "uint64"}, {"name": "code", "type": "uint16"}]},
        {"name": "onMemberReserved", "outputs": [],
            "inputs": [{"name": "nonce", "type": "uint64"}, {"name": "ok", "type": "bool"}]},
        {"name": "onJury", "outputs": [],
            "inputs": [{"name": "contestId", "type": "uint32"}, {"name": "nonce", "type": "uint64"},
                {"name": "jurors", "type": "tuple[]", "components": [
                    {"name": "key", "type": "uint256"}, {"name": "addr", "type": "address"}]}]}
    ]
}"#;

/// A pool and the chain it lives on.
pub(crate) struct Pool {
    pub(crate) world: World,
    pub(crate) contract: Contract,
    answers: ContractAbi,
    nonce: u64,
}

/// What a request led to.
#[derive(Debug)]
pub(crate) struct Reply {
    /// Name and values of the answer.
    pub(crate) answer: (String, Value),
    /// Events of the pool.
    pub(crate) events: Vec<(String, Value)>,
    /// Gas of the pool's transaction.
    pub(crate) gas: u64,
}

impl Reply {
    /// Code of a `done`.
    #[track_caller]
    pub(crate) fn code(&self) -> u16 {
        assert_eq!(self.answer.0, "done");
        self.answer.1["code"].as_str().expect("a number").parse().expect("a number")
    }

    /// The `ok` of an `onMemberReserved`.
    #[track_caller]
    pub(crate) fn ok(&self) -> bool {
        assert_eq!(self.answer.0, "onMemberReserved");
        self.answer.1["ok"].as_bool().expect("a truth value")
    }

    /// Keys of an `onJury`, sorted.
    #[track_caller]
    pub(crate) fn jury(&self) -> Vec<String> {
        assert_eq!(self.answer.0, "onJury");
        let jurors = self.answer.1["jurors"].as_array().expect("a list");
        sorted(jurors.iter().map(|juror| juror["key"].as_str().expect("a key").to_owned()))
    }

    /// Names of the events.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.events.iter().map(|(name, _)| name.as_str()).collect()
    }
}

/// The registry, played by the test.
pub(crate) fn registry() -> Address {
    Address::new(0, Hash([0x11; 32]))
}

/// The multisig of the members: nobody for the pool.
pub(crate) fn multisig() -> Address {
    Address::new(0, Hash([0x22; 32]))
}

/// The escrow of a contest, played by the test.
pub(crate) fn escrow(contest: u32) -> Address {
    let mut id = [0xEE; 32];
    id[28..].copy_from_slice(&contest.to_be_bytes());
    Address::new(0, Hash(id))
}

/// Payout address of a key.
pub(crate) fn payout(n: u8) -> Address {
    Address::new(0, Hash([n; 32]))
}

/// The key of number `n` as JSON.
pub(crate) fn k(n: u8) -> String {
    public_json(&key(n))
}

/// Keys as JSON, sorted as the pool stores them.
pub(crate) fn keys(numbers: impl IntoIterator<Item = u8>) -> Vec<String> {
    sorted(numbers.into_iter().map(k))
}

/// A list in order.
pub(crate) fn sorted(list: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut list: Vec<_> = list.into_iter().collect();
    list.sort();
    list
}

/// Strings of a JSON list, sorted.
#[track_caller]
pub(crate) fn strings(list: &Value) -> Vec<String> {
    sorted(list.as_array().expect("a list").iter().map(|item| item.as_str().expect("a string").to_owned()))
}

/// A number that the ABI's JSON writes as text.
#[track_caller]
pub(crate) fn number(value: &Value) -> u64 {
    value.as_str().expect("a number").parse().expect("a number")
}

/// Parameters of `authorizeContest` without the nonce.
pub(crate) fn terms(contest: u32, kind: u8, topic: u8, min: u8, bootstrap: &[String]) -> Value {
    json!({ "contestId": contest, "escrow": escrow(contest).to_string(), "kind": kind, "topic": topic,
        "minJurors": min, "bootstrap": bootstrap })
}

/// Parameters of `admitJuror` without the nonce.
pub(crate) fn seat(contest: u32, n: u8, topics: u8) -> Value {
    json!({ "contestId": contest, "key": k(n), "addr": payout(n).to_string(), "topicMask": topics })
}

/// Hash that orders the jurors of a contest: of a cell with the id and the key.
pub(crate) fn draw_hash(contest: u32, key: &str) -> [u8; 32] {
    let mut builder = CellBuilder::new();
    builder.store_u32(contest).expect("fits");
    builder.store_raw(&hex::decode(&key[2..]).expect("hex"), 256).expect("fits");
    builder.build().expect("fits").repr_hash().0
}

impl Pool {
    /// A pool with the members 0 to `members` - 1 and 20 TON of gas money.
    pub(crate) fn new(members: u8) -> Self {
        let contract = contract("JuryPool.tsol", None, &json!({ "root": format!("0x{}", "11".repeat(32)) }));
        let mut world = World::default();
        world.puppets.extend([registry(), multisig()]);
        let members: Vec<_> = (0..members).map(k).collect();
        let params = json!({ "memberKeys": members });
        let deployed = world.send_internal(contract.internal_deploy(&registry(), CALL, &params));
        assert!(deployed[0].view.is_success(), "exit code {:?}", deployed[0].view.exit_code());
        let top_up = contract.internal(&registry(), Nano::tokens(20), "topUp", &json!({}));
        assert!(world.send_internal(top_up)[0].view.is_success());
        let answers = ContractAbi::parse(ANSWERS).expect("a valid ABI");
        Self { world, contract, answers, nonce: 0 }
    }

    /// A pool of 15 members in which the jury contest [`FIRST`] admitted `jurors` jurors of all topics, from key
    /// [`JUROR`] on. The contest had no jury of its own.
    pub(crate) fn with_jurors(jurors: u8) -> Self {
        let mut pool = Self::new(15);
        assert_eq!(pool.authorize(FIRST, JURY_SELECTION, 1, 3, &[]).code(), 0);
        for n in JUROR..JUROR + jurors {
            assert_eq!(pool.admit(FIRST, n).code(), 0, "juror {n}");
        }
        pool
    }

    /// Sends a request with a new nonce; the transaction of the pool.
    pub(crate) fn attempt(
        &mut self,
        from: &Address,
        value: Nano,
        function: &str,
        params: &Value,
    ) -> Executed {
        self.nonce += 1;
        let mut params = params.clone();
        params["nonce"] = json!(self.nonce.to_string());
        self.world.puppets.insert(from.clone());
        let mut done = self.world.send_internal(self.contract.internal(from, value, function, &params));
        done.remove(0)
    }

    /// A request that must be answered.
    #[track_caller]
    pub(crate) fn request(&mut self, from: &Address, function: &str, params: &Value) -> Reply {
        self.world.inbox.clear();
        let executed = self.attempt(from, CALL, function, params);
        assert!(executed.view.is_success(), "{function}: exit code {:?}", executed.view.exit_code());
        self.reply(&executed, from)
    }

    /// The answer that a transaction led to. It goes to who asked, with the nonce and most of the value.
    #[track_caller]
    pub(crate) fn reply(&mut self, executed: &Executed, from: &Address) -> Reply {
        assert_eq!(self.world.inbox.len(), 1, "exactly one answer");
        let view = self.world.inbox.remove(0);
        assert_eq!(view.dst.as_ref(), Some(from));
        let gas = executed.view.run().expect("it ran").gas_used;
        let least = CALL.0 - u128::from(gas) * 1000 - 20_000_000;
        assert!(view.value.0 >= least, "{} of the value came back", view.value.0);
        let call = self.answers.decode_internal_call(&view.body.expect("a body")).expect("a known answer");
        assert_eq!(number(&call.json()["nonce"]), self.nonce);
        Reply {
            answer: (call.name.to_string(), call.json()),
            events: self.events(std::slice::from_ref(executed)),
            gas,
        }
    }

    /// A request that must be refused with that exit code and bounce.
    #[track_caller]
    pub(crate) fn refuse(&mut self, from: &Address, value: Nano, function: &str, params: &Value, code: i32) {
        self.world.inbox.clear();
        let executed = self.attempt(from, value, function, params);
        assert_eq!(executed.view.exit_code(), Some(code), "{function}");
        assert!(self.events(&[executed]).is_empty());
        assert!(self.world.inbox.iter().all(|view| view.bounced), "{function}: nothing but the bounce");
    }

    /// The registry authorises a contest.
    #[track_caller]
    pub(crate) fn authorize(&mut self, id: u32, kind: u8, topic: u8, min: u8, bootstrap: &[String]) -> Reply {
        self.request(&registry(), "authorizeContest", &terms(id, kind, topic, min, bootstrap))
    }

    /// A contest admits the juror with key `n` for all topics.
    #[track_caller]
    pub(crate) fn admit(&mut self, contest: u32, n: u8) -> Reply {
        self.request(&escrow(contest), "admitJuror", &seat(contest, n, ALL_TOPICS))
    }

    /// A contest asks for its jury.
    #[track_caller]
    pub(crate) fn draw(&mut self, contest: u32, min: u8) -> Reply {
        self.draw_without(contest, min, [])
    }

    /// A contest asks for its jury; these keys and accounts take part.
    #[track_caller]
    pub(crate) fn draw_without<const N: usize>(
        &mut self,
        contest: u32,
        min: u8,
        entrants: [String; N],
    ) -> Reply {
        let entrants: Value = entrants.into_iter().map(|name| (name, json!(true))).collect();
        let params = json!({ "contestId": contest, "minJurors": min, "entrants": entrants });
        self.request(&escrow(contest), "snapshotFor", &params)
    }

    /// A contest reports who of its jury worked; all of them had a seat.
    #[track_caller]
    pub(crate) fn report(&mut self, contest: u32, worked: &[String]) -> Reply {
        let mut jury = strings(&self.contest(contest)["jury"]);
        jury.extend_from_slice(worked);
        self.report_seated(contest, &jury, worked)
    }

    /// A contest reports whom it seated and who of them worked.
    #[track_caller]
    pub(crate) fn report_seated(&mut self, contest: u32, seated: &[String], worked: &[String]) -> Reply {
        let seated: Value = seated.iter().map(|key| (key.clone(), json!(worked.contains(key)))).collect();
        self.request(&escrow(contest), "reportWork", &json!({ "contestId": contest, "seated": seated }))
    }

    /// The registry wants a key to be a member.
    #[track_caller]
    pub(crate) fn reserve(&mut self, key: &str) -> Reply {
        self.request(&registry(), "reserveMember", &json!({ "id": 7, "key": key }))
    }

    /// The registry says that a key is no member any more.
    #[track_caller]
    pub(crate) fn release(&mut self, key: &str) -> Reply {
        self.request(&registry(), "releaseMember", &json!({ "id": 0, "key": key }))
    }

    /// A call signed with key `n`, not yet sent.
    pub(crate) fn message(&mut self, n: u8, function: &str, params: &Value) -> Cell {
        let header = self.world.header(Some(&key(n)));
        self.contract.call(&key(n), function, params, &header)
    }

    /// Sends a call signed with key `n`.
    pub(crate) fn call(&mut self, n: u8, function: &str, params: &Value) -> Outcome {
        let message = self.message(n, function, params);
        self.world.send(&message)
    }

    /// A signed call that must be refused before it is accepted.
    #[track_caller]
    pub(crate) fn refuse_call(&mut self, n: u8, function: &str, params: &Value, code: i32) {
        let outcome = self.call(n, function, params);
        assert!(outcome.refused(), "{function}: accepted with exit code {}", outcome.code());
        assert_eq!(outcome.code(), code, "{function}");
    }

    /// Names and values of the pool's events.
    pub(crate) fn events(&self, transactions: &[Executed]) -> Vec<(String, Value)> {
        let own = transactions.iter().filter(|t| t.view.account == self.contract.address);
        let views = own.flat_map(|t| t.out_messages()).map(|m| MessageView::parse(m).expect("readable"));
        let bodies = views.filter(|v| v.kind == MessageKind::ExternalOut).filter_map(|v| v.body);
        let events = bodies.map(|body| self.contract.abi.decode_event(&body).expect("an event of the ABI"));
        events.map(|event| (event.name.to_string(), event.json())).collect()
    }

    /// Result of a getter.
    #[track_caller]
    pub(crate) fn get(&self, function: &str, params: &Value) -> Value {
        self.world.getter(&self.contract, function, params).unwrap_or_else(|e| panic!("{function}: {e}"))
    }

    /// The juror with key `n`.
    #[track_caller]
    pub(crate) fn juror(&self, n: u8) -> Value {
        self.get("getJuror", &json!({ "key": k(n) }))["juror"].clone()
    }

    /// A contest as the getter shows it.
    #[track_caller]
    pub(crate) fn contest(&self, id: u32) -> Value {
        self.get("getContest", &json!({ "contestId": id }))["contest"].clone()
    }

    /// In how many unfinished juries a key sits.
    #[track_caller]
    pub(crate) fn busy(&self, key: &str) -> u64 {
        let found = self.get("isBusy", &json!({ "key": key }));
        let contests = number(&found["contests"]);
        assert_eq!(found["busy"], json!(contests > 0));
        contests
    }

    /// Keys of all jurors, whatever their status.
    pub(crate) fn all_jurors(&self) -> Vec<Value> {
        let (mut after, mut all) = (json!("0"), Vec::new());
        loop {
            let page = self.get("getJurors", &json!({ "afterKey": after, "limit": 100 }));
            let page = page["jurors"].as_array().expect("a list");
            all.extend_from_slice(page);
            match page.last() {
                Some(last) if page.len() == 100 => after = last["key"].clone(),
                _ => return all,
            }
        }
    }

    /// Keys that the pool knows as members.
    pub(crate) fn mirror(&self) -> Vec<String> {
        strings(&self.get("getMirror", &json!({}))["keys"])
    }

    /// Balance in nano.
    pub(crate) fn balance(&self) -> u128 {
        self.world.balance(&self.contract.address).0
    }

    /// Suspends the juror with key `n` by three contests that only the others judged.
    pub(crate) fn suspend(&mut self, n: u8, ids: [u32; 3]) {
        for id in ids {
            assert_eq!(self.authorize(id, REGULAR, 1, 1, &[]).code(), 0);
            let jury = self.draw(id, 1).jury();
            assert!(jury.contains(&k(n)), "juror {n} was drawn");
            let others: Vec<_> = jury.into_iter().filter(|key| *key != k(n)).collect();
            assert_eq!(self.report(id, &others).code(), 0);
        }
        assert_eq!(self.juror(n)["status"], json!("1"));
    }
}
