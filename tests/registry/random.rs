//! Random decisions, answers, losses and departures; the rules of 5.14 hold after each (I1, I2, I3, I6, I19).

use fastrand::Rng;
use serde_json::{Value, json};
use ton_abi::Nano;

use crate::hall::{Hall, RESEND_AFTER, TON, k};
use crate::payload::{self, CLOSE_STAGE, LAUNCH, REMOVE, ROTATE, SIGNAL};
use crate::peers::{Sent, number};

/// Steps of one run.
const STEPS: usize = 150;
/// Keys that may become members by rotation: from this number on.
const FRESH: u8 = 100;

/// A run: the registry and what is known about it from outside.
struct Run {
    hall: Hall,
    rng: Rng,
    /// Numbers of the members' keys.
    members: Vec<u8>,
    /// Requests that arrived and were not answered.
    unanswered: Vec<Sent>,
    proposals: Vec<u32>,
    fresh: u8,
    epoch: u64,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut hall = Hall::new(15);
        let contract = hall.contract.address.clone();
        hall.world.give(&contract, Nano(3_000 * TON));
        Self {
            hall,
            rng: Rng::with_seed(seed),
            members: (0..15).collect(),
            unanswered: Vec::new(),
            proposals: Vec::new(),
            fresh: FRESH,
            epoch: 0,
        }
    }

    fn member(&mut self) -> u8 {
        self.members[self.rng.usize(..self.members.len())]
    }

    fn step(&mut self) {
        match self.rng.u8(..12) {
            0..3 => self.propose(),
            3..6 => self.vote_and_execute(),
            6..9 => self.answer(),
            9 => self.lose(),
            10 => self.again(),
            _ => self.leave(),
        }
        let sent = self.hall.inbox();
        self.unanswered
            .extend(sent.into_iter().filter(|s| s.params.get("nonce").is_some() && s.name != "enqueue"));
        self.hall.world.now += 3_000;
        self.check();
    }

    fn propose(&mut self) {
        let now = self.hall.world.now;
        let (kind, cell) = match self.rng.u8(..5) {
            0 => (SIGNAL, payload::signal(1, false)),
            1 => (REMOVE, payload::remove(self.member())),
            2 => {
                self.fresh += 1;
                (ROTATE, payload::rotate(self.member(), self.fresh))
            }
            3 => (CLOSE_STAGE, payload::close_stage(1)),
            _ => (LAUNCH, payload::launch(&payload::spec(now, json!({})))),
        };
        let by = self.member();
        let before = self.hall.status("nextProposal");
        if !self.hall.try_propose(by, kind, &cell).refused() {
            self.proposals.push(u32::try_from(before).expect("an id"));
        }
    }

    fn vote_and_execute(&mut self) {
        if self.proposals.is_empty() {
            return;
        }
        let id = self.proposals[self.rng.usize(..self.proposals.len())];
        for n in self.members.clone() {
            self.hall.vote(id, n, if self.rng.u8(..10) == 0 { 2 } else { 1 });
        }
        self.hall.world.now += 86_400;
        self.hall.poke_proposal(id, "execute");
    }

    /// One of the requests is answered as its callee might.
    fn answer(&mut self) {
        if self.unanswered.is_empty() {
            return;
        }
        let sent = self.unanswered.swap_remove(self.rng.usize(..self.unanswered.len()));
        let code = if self.rng.bool() { 0 } else { 401 };
        if sent.name == "reserveMember" {
            let answer = json!({ "nonce": sent.nonce().to_string(), "ok": code == 0 });
            self.hall.tell(&sent.to, "onMemberReserved", &answer);
        } else {
            let answer = json!({ "nonce": sent.nonce().to_string(), "code": code });
            self.hall.tell(&sent.to, "done", &answer);
        }
        for id in 1..=self.hall.status("contests") {
            if self.rng.u8(..3) == 0 {
                let escrow = self.hall.escrow(u32::try_from(id).expect("an id"));
                self.hall.tell(&escrow, "onFunded", &json!({ "contestId": id }));
            }
        }
    }

    /// One of the requests comes back.
    fn lose(&mut self) {
        if let Some(sent) = self.unanswered.pop() {
            self.hall.world.bounce(&sent.view);
        }
    }

    /// Everything that waits is sent again.
    fn again(&mut self) {
        self.hall.world.now += RESEND_AFTER;
        for (nonce, _) in self.hall.pending() {
            self.hall.poke("resend", &json!({ "nonce": nonce.to_string() }));
        }
    }

    fn leave(&mut self) {
        if self.members.len() > 8 && self.rng.u8(..4) == 0 {
            let leaver = self.member();
            self.hall.call(leaver, "resign", &json!({}));
        }
    }

    /// The rules that hold in every state.
    fn check(&mut self) {
        let listed = self.hall.members();
        let all: Vec<u8> = (0..=self.fresh).filter(|n| listed.contains(&k(*n))).collect();
        assert_eq!(all.len(), listed.len(), "I2: every key once, and no unknown one");
        self.members = all;
        let status = self.hall.get("getStatus", &json!({}));
        let count = u64::try_from(listed.len()).expect("small");
        assert_eq!(number(&status["members"]), count);
        assert!((6..=15).contains(&count));
        assert_eq!(status["underMin"], json!(count < 10), "I1");
        let threshold = number(&self.hall.get("getThreshold", &json!({}))["threshold"]);
        assert_eq!(threshold, (count / 2 + 1).max(6), "I3");
        let epoch = number(&status["epoch"]);
        assert!(epoch >= self.epoch, "an epoch never comes again");
        self.epoch = epoch;
        let page = json!({ "afterId": 0, "limit": 99 });
        let open = self.hall.get("getOpenProposals", &page)["proposals"].clone();
        let open = open.as_array().expect("a list").clone();
        assert_eq!(number(&status["open"]), u64::try_from(open.len()).expect("small"));
        self.check_chains(&open);
    }

    /// I6, I19: a running action waits for exactly one request, and nothing waits for an action that is not running.
    fn check_chains(&self, open: &[Value]) {
        let page = json!({ "afterNonce": 0, "limit": 255 });
        let pending = self.hall.get("getPending", &page)["requests"].clone();
        let pending = pending.as_array().expect("a list");
        for proposal in open {
            let waits = pending.iter().filter(|p| p["proposal"] == proposal["id"]).count();
            let runs = proposal["running"] == json!(true);
            assert_eq!(waits, usize::from(runs), "proposal {}: {pending:?}", proposal["id"]);
        }
        for request in pending {
            let waits_for = &request["proposal"];
            let known = open.iter().any(|p| p["id"] == *waits_for);
            assert!(*waits_for == json!("0") || known, "{request}");
        }
    }
}

#[test]
fn the_rules_hold_whatever_is_answered_lost_or_left() {
    for seed in 0..4 {
        println!("seed {seed}");
        let mut run = Run::new(seed);
        for _ in 0..STEPS {
            run.step();
        }
        let executed = run.hall.status("lastExecuted");
        assert!(
            run.epoch > 0 && executed > 0 && run.hall.status("contests") > 0,
            "seed {seed} did too little"
        );
    }
}
