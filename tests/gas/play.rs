//! One fixed life of a community: three contests, every kind of decision, every message between the contracts, and the
//! messages that get lost. Nothing in it is random.

use std::ops::Range;

use ed25519_dalek::Signer;
use serde_json::{Value, json};
use ton_abi::{Address, MessageView, Nano};
use workspace_tests::community::{
    Community, DAY, TON, account, action, document, number, params, payload, plan, wallet,
};
use workspace_tests::world::{Contract, World, key, public_json};

/// Jurors that the first contest brings.
pub(crate) const JURORS: Range<u8> = 50..74;
/// Entrants of a contest, and jurors who judge it.
pub(crate) const ENTRIES: u8 = 64;
/// Prizes of a contest.
pub(crate) const PRIZES: u8 = 32;
/// How long the answer to a request must be missing before it is sent again.
const LOST: u32 = 601;
/// A member who enters the first contest.
const ENTRANT_MEMBER: u8 = 13;
/// Budget of stage 1, see the plan of the proposal.
const STAGE: u128 = 673_120 * TON;

/// Everybody after the play.
pub(crate) struct Play {
    /// All contracts; the world holds the notes.
    pub(crate) community: Community,
    /// The contests: one with a jury of its own, a sealed one judged by the pool, one without entries.
    pub(crate) contests: Vec<Contract>,
    /// The proposal on which all members voted.
    pub(crate) proposal: Contract,
    /// The list of org payments that was confirmed.
    pub(crate) paid: u128,
    /// A juror of the pool.
    pub(crate) juror: u8,
}

/// Entrants of the first contest, in the order of their entries.
pub(crate) fn entrants() -> Vec<u8> {
    [ENTRANT_MEMBER].into_iter().chain(100..163).collect()
}

/// Entrants of the sealed contest.
fn sealed_entrants() -> Vec<u8> {
    (15..50).chain(74..100).chain(163..166).collect()
}

impl Play {
    /// The community and the money of stage 1.
    pub(crate) fn begin() -> Self {
        let mut world = World::default();
        world.notes = Some(Vec::new());
        let mut community = Community::found_in(world, 15, &params(), &plan());
        for n in 0..=u8::MAX {
            community.world.puppets.insert(wallet(n));
        }
        community.grant(STAGE);
        community.fund_stage(1, STAGE);
        let registry = community.registry.clone();
        for _ in 0..10 {
            let gas = registry.internal(&account(0xAC, 0), Nano(100 * TON), "topUp", &json!({}));
            community.world.send_internal(gas);
        }
        for n in 0..15 {
            let profile = json!({ "payout": account(0xD0, n).to_string(), "profileHash": document(4) });
            community.call(&registry, n, "setProfile", &profile).success();
            community.call(&registry, n, "attest", &json!({ "docHash": document(5) })).success();
        }
        let proposal = community.proposal(1);
        Self { community, contests: Vec::new(), proposal, paid: 0, juror: 0 }
    }

    /// Everything up to the ranking of the first contest, with its winners named and its payout held.
    pub(crate) fn first_contest(&mut self) {
        let spec = self.first_spec();
        let c = &mut self.community;
        self.proposal = c.propose(0, action::LAUNCH_CONTEST, &payload("Spec", &spec));
        for n in 8..15 {
            c.vote(&self.proposal, n, 2).success();
        }
        for n in 0..8 {
            c.vote(&self.proposal, n, 1).success();
        }
        assert_eq!(c.execute(&self.proposal)["outcome"], json!("4"), "launched");
        let contest = c.contest(1);
        self.contests.push(contest.clone());
        let message = contest.internal(&account(0xAC, 0), Nano(TON), "topUp", &json!({}));
        c.world.send_internal(message);
        self.community.world.now = self.time(&contest, "openAt");
        self.entries(&contest);
        let end = self.time(&contest, "entriesEnd") + DAY;
        let later = json!({ "contestId": 1, "phase": 2, "time": end });
        self.decide(action::EXTEND_DEADLINE, "ExtendDeadline", &later);
        self.community.world.now = end;
        self.judge(&contest, &JURORS.collect::<Vec<_>>());
        self.hold(&contest);
        self.winners(&contest);
    }

    fn first_spec(&self) -> Value {
        let jurors = JURORS.map(|n| json!({ "key": public_json(&key(n)), "addr": wallet(n).to_string() }));
        let mut spec = self.spec(1, 1, 1_000);
        spec["kind"] = json!(1);
        spec["seats"] = json!(24);
        spec["bootstrapJury"] = jurors.collect();
        spec
    }

    /// Entries, one of them replaced, one withdrawn and made again.
    fn entries(&mut self, contest: &Contract) {
        let all = entrants();
        for n in &all {
            self.community.enter(contest, *n);
        }
        let content =
            json!({ "entry": 1, "contentHash": document(7), "link": "x".repeat(256), "commitment": "0" });
        self.by_wallet(contest, all[0], "replaceEntry", &content);
        self.by_wallet(contest, all[63], "withdrawEntry", &json!({ "entry": 64 }));
        self.community.enter(contest, all[63]);
        assert_eq!(number(&self.phase(contest)["entries"]), u128::from(ENTRIES));
    }

    /// All jurors judge all entries, each a little differently. The registry does not hear of the result at first.
    fn judge(&mut self, contest: &Contract, jurors: &[u8]) {
        self.community.poke(contest, "drawJury", &json!({}));
        let card = |c: &Community, juror: u8| {
            let score = |entry: u8| 1 + entry.wrapping_mul(7).wrapping_add(juror.wrapping_mul(entry)) % 10;
            c.card(contest, &(1..=ENTRIES).map(|entry| (entry, score(entry))).collect::<Vec<_>>())
        };
        for n in jurors {
            let first = card(&self.community, *n);
            self.community.commit(contest, *n, &first);
            self.community.world.now += 1;
            self.community.commit(contest, *n, &first);
        }
        self.community.world.now = self.time(contest, "commitEnd");
        for n in jurors {
            let card = card(&self.community, *n);
            self.community.reveal(contest, *n, &card);
        }
        self.community.world.now = self.time(contest, "revealEnd");
        let registry = self.community.registry.address.clone();
        self.lose(&contest.address, &registry, |c| {
            c.poke(contest, "advance", &json!({}));
        });
        self.resend(contest);
        assert_eq!(self.community.phase(contest), 7, "Confirm");
    }

    /// Three members hold the payout, then all of them.
    fn hold(&mut self, contest: &Contract) {
        let registry = self.community.registry.clone();
        for n in [3, 4, 5] {
            self.community.call(&registry, n, "quickHold", &json!({ "contestId": 1 })).success();
        }
        let until = self.time(contest, "heldUntil") + DAY;
        self.decide(action::HOLD_PAYOUT, "HoldPayout", &json!({ "contestId": 1, "until": until }));
        assert_eq!(self.time(contest, "heldUntil"), until);
    }

    /// Two winners ask for a seat, one from the wallet and one with the key.
    fn winners(&mut self, contest: &Contract) {
        let ranking = self.community.get(contest, "getRanking", &json!({}))["ranking"].clone();
        let best = |place: usize| number(&ranking[place]["entry"]) as u8;
        let (first, second) = (best(0), best(1));
        let n = entrants()[usize::from(first) - 1];
        self.by_wallet(contest, n, "nominate", &json!({ "entry": first }));
        let n = entrants()[usize::from(second) - 1];
        self.community.call(contest, n, "nominate", &json!({ "entry": second })).success();
    }

    /// Seats change hands; the members' wallet misses it once.
    pub(crate) fn seats(&mut self) {
        let (registry, multisig) = (self.community.registry.clone(), self.community.multisig.clone());
        self.lose(&registry.address, &multisig.address, |c| {
            c.call(&registry, 14, "resign", &json!({})).success();
        });
        self.community.wait(LOST);
        self.community.poke(&registry, "resync", &json!({}));
        self.decide(action::ADMIT_MEMBER, "AdmitMember", &json!({ "candidate": 1 }));
        let rotation = json!({ "oldKey": public_json(&key(12)), "newKey": public_json(&key(170)) });
        self.decide(action::ROTATE_KEY, "RotateKey", &rotation);
        let removal = json!({ "key": public_json(&key(11)), "reasonHash": document(6) });
        self.decide(action::REMOVE_MEMBER, "RemoveMember", &removal);
    }

    /// Decisions that change only rules, and proposals that end otherwise.
    pub(crate) fn rules(&mut self) {
        self.decide(action::SET_PARAMS, "Params", &params());
        let allowed: Vec<_> = (0..8).map(|n| account(0xE0, n).to_string()).collect();
        let policy = json!({ "allowlist": allowed, "freeLimit": (100 * TON).to_string() });
        self.decide(action::SET_POLICY, "SetPolicy", &policy);
        let text = json!({ "docHash": document(3), "link": "ipfs://text", "soft": true });
        let soft = self.community.propose(9, action::SIGNAL, &payload("Signal", &text));
        self.community.call(&soft, 9, "cancel", &json!({})).success();
        let unwanted = self.community.propose(9, action::SIGNAL, &payload("Signal", &text));
        self.community.wait(7 * DAY);
        self.community.poke(&unwanted, "close", &json!({}));
    }

    /// The first contest is confirmed, paid and settled; two payouts come back, one answer is lost.
    pub(crate) fn payout(&mut self) {
        let contest = self.contests[0].clone();
        self.community.world.now = self.time(&contest, "heldUntil").max(self.community.world.now);
        self.community.confirm_oldest(0..8);
        self.pay(&contest);
        for n in [100, 101] {
            let payout = self.message_to(&wallet(n), 64);
            self.community.world.bounce(&payout);
        }
        let items =
            self.community.get(&contest, "getPayouts", &json!({ "from": 0, "n": 200 }))["items"].clone();
        let failed = items.as_array().expect("a list").iter().find(|item| number(&item["state"]) == 3);
        let failed = failed.expect("two are Failed");
        let n = (100..102).find(|n| failed["to"] == json!(wallet(*n).to_string())).expect("one of the two");
        self.by_wallet(&contest, n, "claim", &json!({ "item": failed["item"] }));
        self.community.wait(DAY + 1);
        let treasury = self.community.treasury.address.clone();
        self.lose(&treasury, &contest.address, |c| {
            c.poke(&contest, "settle", &json!({}));
        });
        self.resend(&contest);
        assert_eq!(self.community.phase(&contest), 11, "Closed");
    }

    /// A sealed contest whose budget gets lost on the way, and one without entries.
    pub(crate) fn other_contests(&mut self) {
        let registry = self.community.registry.clone();
        let mut spec = self.spec(2, 2, 100_000);
        spec["isSealed"] = json!(true);
        let proposal = self.community.propose(0, action::LAUNCH_CONTEST, &payload("Spec", &spec));
        for n in 0..8 {
            self.community.vote(&proposal, n, 1).success();
        }
        let sealed = self.community.contest(2);
        self.community.wait(DAY);
        let treasury = self.community.treasury.address.clone();
        self.lose(&sealed.address, &treasury, |c| {
            c.poke(&proposal, "execute", &json!({}));
        });
        self.resend(&registry);
        let spec = self.spec(3, 2, 100_000);
        let empty = self.community.launch(&spec);
        self.contests.extend([sealed.clone(), empty.clone()]);
        self.jurors();
        self.sealed(&sealed);
        self.community.confirm_oldest(0..8);
        self.community.poke(&empty, "advance", &json!({}));
        self.community.confirm_oldest(0..8);
        self.pay(&sealed);
        self.community.wait(DAY + 1);
        for contest in [&sealed, &empty] {
            self.community.poke(contest, "settle", &json!({}));
            assert_eq!(self.community.phase(contest), 11, "Closed");
        }
    }

    /// The jury of the pool: topics, addresses, and one who wants no part in the third contest.
    fn jurors(&mut self) {
        let pool = self.community.jury_pool.clone();
        assert_eq!(self.seated().len(), 22, "every winner but the member and the one who became a member");
        self.juror = self.seated()[0];
        for n in self.seated() {
            self.community.call(&pool, n, "setTopics", &json!({ "topicMask": 31 })).success();
            self.community.world.now += 1;
            let address = json!({ "addr": wallet(n).to_string() });
            self.community.call(&pool, n, "setAddress", &address).success();
            self.community.world.now += 1;
            self.community.call(&pool, n, "recuse", &json!({ "contestId": 3 })).success();
        }
    }

    /// Sealed entries, opened, judged by the pool.
    fn sealed(&mut self, contest: &Contract) {
        self.community.world.now = self.time(contest, "openAt");
        let all = sealed_entrants();
        assert_eq!(all.len(), usize::from(ENTRIES));
        for n in &all {
            let address = wallet(*n);
            let sealed = json!({ "wallet": address.to_string(), "contentHash": document(*n),
                "link": "x".repeat(256), "salt": document(8) });
            let commitment = self.community.get(contest, "sealHash", &sealed)["commitment"].clone();
            let hash = self.community.get(contest, "entryHash", &json!({ "wallet": address.to_string() }));
            let form = json!({
                "key": public_json(&key(*n)), "keySig": sign(*n, &hash["hash"]), "contentHash": "0", "link": "",
                "commitment": commitment, "termsHash": document(2), "dodHash": "0", "dodSig": "",
            });
            let entry = contest.internal(&address, Nano(8 * TON), "submitEntry", &form);
            self.community.world.send_internal(entry);
        }
        self.community.world.now = self.time(contest, "entriesEnd");
        for (entry, n) in (1..).zip(&all) {
            let open = json!({ "entry": entry, "contentHash": document(*n), "link": "x".repeat(256),
                "salt": document(8) });
            self.by_wallet(contest, *n, "openEntry", &open);
        }
        self.community.wait(DAY);
        self.judge(contest, &self.seated());
    }

    /// Jurors of the pool.
    fn seated(&self) -> Vec<u8> {
        let all = json!({ "afterKey": "0", "limit": 128 });
        let keys = self.community.get(&self.community.jury_pool, "getJurors", &all)["jurors"].to_string();
        let is_seated = |n: &u8| keys.contains(public_json(&key(*n)).trim_start_matches("0x"));
        entrants().into_iter().filter(is_seated).collect()
    }

    /// A launch that the jury pool refuses until its proposal expires, org payments, a closed stage, money that nobody named.
    pub(crate) fn money(&mut self) {
        let mut spec = self.spec(4, 2, 200_000);
        spec["kind"] = json!(1);
        spec["seats"] = json!(1);
        spec["bootstrapJury"] = self.first_spec()["bootstrapJury"].clone();
        let refused = self.community.decide(action::LAUNCH_CONTEST, &payload("Spec", &spec), 0..8);
        assert_eq!(refused["code"], json!("600"), "the pool has jurors of its own");
        let refused = self.community.proposal(self.last_proposal());
        self.org();
        self.community.poke(&refused, "close", &json!({}));
        let registry = self.community.registry.clone();
        for contest in 1..=3 {
            let record = json!({ "contestId": contest, "recordHash": document(9), "link": "x".repeat(256) });
            self.community.call(&registry, 0, "publish", &record).success();
        }
        let report = json!({ "stage": 1, "reportHash": document(8), "link": "x".repeat(256) });
        self.decide(action::CLOSE_STAGE, "CloseStage", &report);
        let treasury = self.community.treasury.clone();
        for contract in
            [treasury.clone(), self.community.jury_pool.clone(), registry, self.contests[2].clone()]
        {
            self.community.world.give(&contract.address, Nano(10 * TON));
        }
        let lost = json!({ "contestId": 9_999, "nonce": "1" });
        let mut lost = treasury.internal(&account(0xAC, 1), Nano(200 * TON), "query", &lost);
        lost.bounce = false;
        self.community.world.send_internal(lost);
        self.community.poke(&treasury, "reconcile", &json!({}));
    }

    /// A list of payments that is confirmed, one of which comes back, and a list that nobody confirms.
    fn org(&mut self) {
        let payments = |count: u8| -> Vec<Value> {
            let to = |n| json!({ "to": wallet(n).to_string(), "amount": TON.to_string() });
            (220..220 + count).map(to).collect()
        };
        let list = json!({ "payments": payments(16), "memoHash": document(5) });
        self.decide(action::PAY_ORG, "PayOrg", &list);
        self.paid = self.last_proposal();
        self.community.confirm_oldest(0..8);
        let payment = self.message_to(&wallet(235), 72);
        self.community.world.bounce(&payment);
        let list = json!({ "payments": payments(2), "memoHash": document(6) });
        self.decide(action::PAY_ORG, "PayOrg", &list);
        let treasury = self.community.treasury.clone();
        let list = json!({ "payId": self.last_proposal().to_string() });
        let waiting = self.community.get(&treasury, "getReservation", &list);
        self.community.wait(30 * DAY);
        self.community.poke(&treasury, "releaseReserve", &json!({ "nonce": waiting["list"]["nonce"] }));
    }

    /// What is left half a year later.
    pub(crate) fn end(&mut self) {
        self.community.wait(181 * DAY);
        let contest = self.contests[0].clone();
        self.community.poke(&contest, "sweep", &json!({}));
        let pool = self.community.jury_pool.clone();
        self.community.call(&pool, self.juror, "resign", &json!({})).success();
    }

    // Steps.

    /// A contest of stage 1 with everything as long as it may be; half a day until it opens.
    fn spec(&self, item: u8, topic: u8, fund: u128) -> Value {
        let open = self.community.world.now + 2 * DAY;
        let fund = fund * TON;
        let prizes: Vec<_> = (0..u128::from(PRIZES)).map(|n| (fund / 40 - n).to_string()).collect();
        json!({
            "kind": 0, "stage": 1, "item": item, "topic": topic, "title": "t".repeat(128),
            "docLink": "l".repeat(256), "docHash": document(1), "termsHash": document(2), "needDod": false,
            "prizes": prizes, "proRata": false, "fund": fund.to_string(), "juryBps": 1000, "orgBps": 200,
            "openAt": open, "entriesEnd": open + 7 * DAY, "commitSpan": 2 * DAY, "revealSpan": 2 * DAY,
            "confirmWindow": 14 * DAY, "minJurors": 3, "minScores": 2, "maxEntries": ENTRIES,
            "entryDeposit": (5 * TON).to_string(), "isSealed": false, "seats": 0,
            "author": wallet(0).to_string(), "dependsOn": [], "bootstrapJury": [],
        })
    }

    /// Eight members decide something, which succeeds.
    #[track_caller]
    fn decide(&mut self, kind: u8, ty: &str, value: &Value) {
        let outcome = self.community.decide(kind, &payload(ty, value), 0..8);
        assert_eq!(outcome["outcome"], json!("4"), "{ty}: {outcome}");
    }

    /// Everything that is due is paid.
    fn pay(&mut self, contest: &Contract) {
        let due = |c: &Community| {
            let ledger = c.get(contest, "getLedger", &json!({}));
            number(&ledger["budget"]["due"]) + number(&ledger["deposits"]["due"])
        };
        while due(&self.community) > 0 {
            self.community.poke(contest, "payNext", &json!({ "n": 20 }));
        }
    }

    /// A call of a contestant, with money for gas.
    fn by_wallet(&mut self, contest: &Contract, n: u8, function: &str, params: &Value) {
        let message = contest.internal(&wallet(n), Nano(3 * TON), function, params);
        let done = self.community.world.send_internal(message);
        assert!(done[0].view.is_success(), "{function}: {:?}", done[0].view.exit_code());
    }

    /// Does something while every message from one contract to another gets lost.
    fn lose(&mut self, from: &Address, to: &Address, act: impl FnOnce(&mut Community)) {
        let c = &mut self.community;
        c.world.deliver = false;
        act(c);
        while let Some(first) = c.world.queue.front() {
            let view = MessageView::parse(first).expect("readable");
            let lost = view.src.as_ref() == Some(from) && view.dst.as_ref() == Some(to);
            if lost {
                c.world.puppets.insert(to.clone());
            }
            c.world.deliver_at(0);
            if lost {
                c.world.puppets.remove(to);
            }
        }
        c.world.deliver = true;
        c.world.check();
    }

    /// Requests without an answer are sent again.
    fn resend(&mut self, contract: &Contract) {
        self.community.wait(LOST);
        let registry = contract.address == self.community.registry.address;
        let params = if registry { json!({ "afterNonce": 0, "limit": 255 }) } else { json!({}) };
        let requests = self.community.get(contract, "getPending", &params)["requests"].clone();
        // The registry's confirmations wait for the members.
        let lost =
            requests.as_array().expect("a list").iter().filter(|request| request["step"] != json!("11"));
        let lost: Vec<_> = lost.map(|request| request["nonce"].clone()).collect();
        assert!(!lost.is_empty(), "a request without an answer");
        for nonce in lost {
            self.community.poke(contract, "resend", &json!({ "nonce": nonce }));
        }
    }

    /// The last message to a played wallet whose body has that many bits.
    fn message_to(&self, to: &Address, bits: u16) -> MessageView {
        let sent = self.community.world.inbox.iter().rev();
        let mut sent = sent.filter(|m| m.dst.as_ref() == Some(to));
        let found = sent.find(|m| m.body.as_ref().is_some_and(|body| body.bit_len() == bits));
        found.expect("a payment").clone()
    }

    /// Id of the newest proposal.
    fn last_proposal(&self) -> u128 {
        number(&self.community.get(&self.community.registry, "getStatus", &json!({}))["nextProposal"]) - 1
    }

    /// `getPhase`.
    fn phase(&self, contest: &Contract) -> Value {
        self.community.get(contest, "getPhase", &json!({}))["info"].clone()
    }

    fn time(&self, contest: &Contract, field: &str) -> u32 {
        number(&self.phase(contest)[field]) as u32
    }
}

/// A signature of a hash out of a getter.
fn sign(n: u8, hash: &Value) -> String {
    let digits = hash.as_str().expect("a number").trim_start_matches("0x").to_owned();
    let bytes = hex::decode(format!("{digits:0>64}")).expect("hexadecimal");
    hex::encode(key(n).sign(&bytes).to_bytes())
}
