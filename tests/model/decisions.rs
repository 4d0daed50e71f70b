//! Proposals: what is proposed, votes, and what anyone does with them.

use governance::contest::{Kind, Phase};
use governance::model::treasury::Stage;
use governance::model::{Refusal, limits};
use governance::organisation::{Params, Span};
use governance::payload::{
    Action, AdmitMember, CloseStage, ExtendDeadline, HoldPayout, OrgPayment, PayOrg, RemoveMember, RotateKey,
    SetPolicy, Signal, Spec, SpecJuror,
};
use governance::proposal::{Choice, Outcome};
use governance::text::Digest;
use governance::treasury::StageStatus;
use serde_json::json;
use ton_abi::{Address, Hash, Nano};
use workspace_tests::community::{DAY, account, base64, payload, wallet};

use crate::run::{Place, Run};

/// Kinds that this round refuses.
const REFUSED: [u8; 9] = [0, 6, 9, 10, 12, 14, 15, 18, 200];

/// A hash that stands for a document.
pub(crate) const fn digest(n: u8) -> Digest {
    Digest([n; 32])
}

impl Run {
    /// A member proposes something.
    pub(crate) fn propose(&mut self) {
        let action = self.action();
        self.propose_action(action);
    }

    /// A member proposes this; now and then a stranger, or with a link that is too long.
    pub(crate) fn propose_action(&mut self, action: Action) {
        let proposer = self.mostly_member();
        let by = self.by_odd(proposer);
        let link = if self.one_in(60) { "x".repeat(257) } else { "ipfs://proposal".to_owned() };
        let cell = action.encode().expect("an action that fits");
        let params =
            json!({ "kind": action.kind(), "payload": base64(&cell), "link": link, "docHash": digest(1) });
        self.signed(Place::Registry, &by, "propose", &params, |m, now| {
            m.propose(&by, action, link.clone(), digest(1), now)
        });
    }

    /// An action that is not in this round.
    pub(crate) fn propose_unknown(&mut self) {
        let kind = self.pick(&REFUSED).expect("a list");
        let n = self.mostly_member();
        let by = self.by_odd(n);
        let params = json!({ "kind": kind, "payload": base64(&payload("uint32", &json!(1))), "link": "", "docHash": digest(1) });
        self.signed(Place::Registry, &by, "propose", &params, |m, now| {
            m.members.authorize(&by, now).and(Err::<(), _>(Refusal::BAD_ACTION))
        });
    }

    /// What is useful now, or anything.
    fn action(&mut self) -> Action {
        let mut useful = Vec::new();
        let launches = self.launches();
        if !launches.is_empty() {
            useful.extend([0; 16]);
        }
        if !self.model.members.candidates.is_empty() {
            useful.extend([1; 2]);
        }
        if self.closable().is_some() {
            useful.extend([2; 4]);
        }
        if self.published_stage().is_some() {
            useful.push(6);
        }
        if self.model.treasury.org_available.0 > 0 {
            useful.extend([3; 2]);
        }
        if self.running_contest().is_some() {
            useful.extend([5; 2]);
        }
        if self.held_contest().is_some() {
            useful.extend([4; 2]);
        }
        if !useful.is_empty() && self.rng.u8(0..4) > 0 {
            return match self.pick(&useful).expect("not empty") {
                0 => self.launch(&launches),
                1 => self.admission(),
                2 => self.closing(),
                3 => self.org_payments(),
                4 => self.hold(),
                5 => self.extension(),
                _ => self.early_closing(),
            };
        }
        match self.rng.u8(0..14) {
            0 => self.launch(&[]),
            1 => self.admission(),
            2 => self.closing(),
            3 => self.org_payments(),
            4 => self.hold(),
            5 => self.extension(),
            6 | 7 => self.rotation(),
            8 if self.model.members.count() > 11 || self.one_in(4) => {
                Action::RemoveMember(RemoveMember { key: self.someone(), reason_hash: digest(2) })
            }
            9 => self.parameters(),
            10 => self.policy(),
            _ => {
                let link = if self.one_in(10) { "x".repeat(257) } else { String::new() };
                Action::Signal(Signal { doc_hash: digest(3), link, soft: self.rng.bool() })
            }
        }
    }

    /// Key of a member, seldom of somebody else.
    fn someone(&mut self) -> ton_abi::PublicKey {
        let n = self.mostly_member();
        self.public(n)
    }

    /// Number of a member's key, seldom of somebody else's.
    pub(crate) fn mostly_member(&mut self) -> u8 {
        if self.one_in(40) {
            return self.rng.u8(..);
        }
        self.member()
    }

    /// Number of a member's key.
    pub(crate) fn member(&mut self) -> u8 {
        let members: Vec<_> = self.model.members.seats.keys().map(|key| self.numbers[key]).collect();
        self.pick(&members).expect("there are always members")
    }

    /// Items of active stages that can be launched: stage, number, topic, total; no open proposal launches them.
    pub(crate) fn launches(&self) -> Vec<(u8, u8, u8, Nano)> {
        let proposed: Vec<u8> = self
            .open_ids()
            .into_iter()
            .filter_map(|id| match &self.model.proposals[&id].terms.action {
                Action::LaunchContest(spec) => Some(spec.item),
                _ => None,
            })
            .collect();
        let treasury = &self.model.treasury;
        let jurors = self.model.pool.available(2);
        let mut found = Vec::new();
        for (stage, part) in (1..).zip(&self.model.plan) {
            if treasury.stages[&stage].status != StageStatus::Active {
                continue;
            }
            for item in &part.items {
                let left = treasury.items[&item.number].left;
                let free = left == item.total && !left.is_zero() && left <= treasury.stages[&stage].available;
                let judged = item.number == 1 || jurors >= 2 || self.model.last_contest > 3;
                if free && judged && !proposed.contains(&item.number) {
                    found.push((stage, item.number, item.topic, item.total));
                }
            }
        }
        found
    }

    /// A contest of one of these items, or of any; with jurors of its own when it is a jury contest.
    fn launch(&mut self, items: &[(u8, u8, u8, Nano)]) -> Action {
        let any: Vec<_> = (1..)
            .zip(&self.model.plan)
            .flat_map(|(stage, part)| part.items.iter().map(move |it| (stage, it.number, it.topic, it.total)))
            .collect();
        let (stage, item, topic, total) =
            self.pick(items).or_else(|| self.pick(&any)).expect("the plan has items");
        let few = self.model.pool.available(topic) < 3;
        let kind =
            if item == 1 || (few && self.rng.u8(0..3) > 0) { Kind::JurySelection } else { Kind::Regular };
        let mut spec = self.spec(stage, item, topic, total, kind);
        if self.one_in(4) {
            self.spoil(&mut spec);
        }
        Action::LaunchContest(Box::new(spec))
    }

    fn spec(&mut self, stage: u8, item: u8, topic: u8, total: Nano, kind: Kind) -> Spec {
        let now = self.now();
        let fund = Nano((total.0 * 100 / 112).max(10 * Nano::PER_TOKEN));
        let pro_rata = self.one_in(4);
        let part = |percent: u128| Nano(fund.0 * percent / 100);
        let prizes = if pro_rata { Vec::new() } else { [50, 30, 15, 5].map(part).to_vec() };
        let open_at = now.plus(2 * DAY + self.rng.u32(0..3) * DAY);
        let seats = if kind == Kind::JurySelection { 3 + self.rng.u8(0..3) } else { 0 };
        let own = kind == Kind::JurySelection && (self.model.pool.available(topic) < 2 || self.one_in(6));
        let jurors: Vec<_> = if own { (50..55).collect() } else { Vec::new() };
        let jury = jurors.into_iter().map(|n| SpecJuror { key: self.public(n), addr: wallet(n) }).collect();
        Spec {
            kind,
            stage,
            item,
            topic,
            title: format!("Contest {item}"),
            doc_link: "ipfs://contest".to_owned(),
            doc_hash: digest(1),
            terms_hash: digest(2),
            need_dod: self.one_in(6),
            prizes,
            pro_rata,
            fund,
            jury_bps: 1000,
            org_bps: 200,
            open_at,
            entries_end: open_at.plus(3 * DAY + self.rng.u32(0..5) * DAY),
            commit_span: Span(DAY + self.rng.u32(0..2) * DAY),
            reveal_span: Span(DAY + self.rng.u32(0..2) * DAY),
            confirm_window: Span::days(14),
            min_jurors: 2,
            min_scores: 1 + self.rng.u8(0..2),
            max_entries: if self.one_in(3) { 3 } else { 8 },
            entry_deposit: Nano::tokens(5),
            is_sealed: self.one_in(3),
            seats,
            author: Some(wallet(0)),
            depends_on: Vec::new(),
            bootstrap_jury: jury,
        }
    }

    /// Breaks one of the rules of a launch.
    fn spoil(&mut self, spec: &mut Spec) {
        match self.rng.u8(0..14) {
            0 => spec.title = "x".repeat(129),
            1 => spec.jury_bps = 1001,
            2 => spec.min_jurors = 0,
            3 => spec.entries_end = spec.open_at.plus(DAY - 1),
            4 => spec.depends_on = vec![self.rng.u32(0..6)],
            5 => spec.seats = 1 + self.rng.u8(0..2),
            6 => spec.stage = 9,
            7 => spec.item = 60,
            8 => spec.topic = spec.topic % 5 + 1,
            9 => spec.fund = Nano(spec.fund.0 * 2),
            10 => spec.bootstrap_jury = vec![SpecJuror { key: self.someone(), addr: wallet(1) }; 2],
            11 => {
                spec.bootstrap_jury =
                    [60, 61].map(|n| SpecJuror { key: self.public(n), addr: account(0, 0) }).to_vec();
            }
            12 => spec.prizes = vec![Nano(1)],
            _ => {
                let jurors = [50, 51, self.member()];
                spec.kind = Kind::JurySelection;
                spec.bootstrap_jury =
                    jurors.map(|n| SpecJuror { key: self.public(n), addr: wallet(n) }).to_vec();
            }
        }
    }

    fn admission(&mut self) -> Action {
        let known: Vec<_> = self.model.members.candidates.keys().copied().collect();
        let candidate = if self.one_in(8) { None } else { self.pick(&known) };
        Action::AdmitMember(AdmitMember { candidate: candidate.unwrap_or_else(|| self.rng.u32(0..6)) })
    }

    fn rotation(&mut self) -> Action {
        let n = if self.one_in(6) { self.rng.u8(..) } else { self.rng.u8(200..250) };
        let old_key = self.someone();
        Action::RotateKey(RotateKey { old_key, new_key: self.public(n) })
    }

    /// A stage whose contests are over and published.
    fn closable(&self) -> Option<u8> {
        let stages = self.model.treasury.stages.iter();
        let active = stages.filter(|(_, stage)| stage.status == StageStatus::Active && stage.open == 0);
        active.map(|(number, _)| *number).find(|number| {
            let listed = self.model.directory.values().filter(|listing| listing.stage == *number);
            let paid = listed.clone().filter(|listing| listing.ending == governance::contest::Ending::Paid);
            paid.count() >= 3 && !listed.clone().any(governance::model::directory::Listing::is_unpublished)
        })
    }

    /// A stage with running contests, all of which are published.
    fn published_stage(&self) -> Option<u8> {
        let stages = self.model.treasury.stages.iter().filter(|(_, stage)| stage.open > 0);
        let unpublished = |number: u8| {
            self.model.directory.values().any(|listing| listing.stage == number && listing.is_unpublished())
        };
        stages.map(|(number, _)| *number).find(|number| !unpublished(*number))
    }

    /// A stage that cannot be closed, so that contests go on.
    fn unfinished_stage(&mut self) -> u8 {
        let ends = |stage: &Stage| stage.status == StageStatus::Active && stage.open == 0;
        let stages = self.model.treasury.stages.iter().filter(|(_, stage)| !ends(stage));
        let stages: Vec<_> = stages.map(|(number, _)| *number).collect();
        if self.one_in(3) { 0 } else { self.pick(&stages).unwrap_or_default() }
    }

    fn early_closing(&mut self) -> Action {
        let stage = self.published_stage().unwrap_or(1);
        Action::CloseStage(CloseStage { stage, report_hash: digest(4), link: String::new() })
    }

    fn closing(&mut self) -> Action {
        let stage =
            self.closable().filter(|_| self.rng.u8(0..8) > 0).unwrap_or_else(|| self.unfinished_stage());
        let link = if self.one_in(20) { "x".repeat(257) } else { "ipfs://report".to_owned() };
        Action::CloseStage(CloseStage { stage, report_hash: digest(4), link })
    }

    fn org_payments(&mut self) -> Action {
        let available = self.model.treasury.org_available.0;
        let count = match self.rng.u8(0..20) {
            0 => 0,
            1 => 16,
            _ => self.rng.usize(1..4),
        };
        let share = available / 4 / count.max(1) as u128;
        let payments = (0..count)
            .map(|_| {
                let n = self.rng.u8(0..30);
                let amount = match self.rng.u8(0..24) {
                    0 => 999_999,
                    1 => available + 1,
                    // The bounce of a much smaller one could not pay the gas of its booking.
                    _ => share.max(Nano::PER_TOKEN) + u128::from(self.rng.u16(..)),
                };
                let to = if self.one_in(40) { account(0, 0) } else { wallet(n) };
                OrgPayment { to, amount: Nano(amount) }
            })
            .collect();
        Action::PayOrg(PayOrg { payments, memo_hash: digest(5) })
    }

    /// A contest whose payout can be held.
    fn held_contest(&self) -> Option<u32> {
        let now = self.now();
        let waits = |phase| matches!(phase, Phase::Confirm | Phase::Held);
        self.model.contests.iter().find(|(_, contest)| waits(contest.phase(now))).map(|(id, _)| *id)
    }

    /// A contest with a deadline that can be moved.
    fn running_contest(&self) -> Option<u32> {
        let now = self.now();
        let runs = |phase| matches!(phase, Phase::Open | Phase::Commit | Phase::Reveal);
        self.model.contests.iter().find(|(_, contest)| runs(contest.phase(now))).map(|(id, _)| *id)
    }

    /// Id of a contest, mostly of one that there is.
    pub(crate) fn some_contest(&mut self) -> u32 {
        let known: Vec<_> = self.model.contests.keys().copied().collect();
        if self.one_in(15) { None } else { self.pick(&known) }.unwrap_or_else(|| self.rng.u32(0..40))
    }

    fn hold(&mut self) -> Action {
        let contest_id = self.held_contest().unwrap_or_else(|| self.some_contest());
        let until = self.now().plus(self.rng.u32(0..12) * DAY);
        Action::HoldPayout(HoldPayout { contest_id, until })
    }

    fn extension(&mut self) -> Action {
        let now = self.now();
        let running = if self.one_in(4) { None } else { self.running_contest() };
        let contest_id = running.unwrap_or_else(|| self.some_contest());
        let phase = match self.model.contests.get(&contest_id).map(|contest| contest.phase(now)) {
            Some(phase) if self.rng.u8(0..4) > 0 && phase <= Phase::Reveal => phase.max(Phase::Open),
            _ => self.pick(&[Phase::Open, Phase::Commit, Phase::Reveal, Phase::Tallied]).expect("a list"),
        };
        let time = match self.rng.u8(0..6) {
            0 => now,
            1 => now.plus(limits::EXTENSION + 30 * DAY),
            _ => now.plus(self.rng.u32(5..12) * DAY),
        };
        Action::ExtendDeadline(ExtendDeadline { contest_id, phase, time })
    }

    fn parameters(&mut self) -> Action {
        let mut params: Params = self.model.params;
        match self.rng.u8(0..8) {
            0 => params.voting_period = Span(DAY - 1),
            1 => params.min_members = 11,
            2 => params.voting_delay = Span(3_600 * self.rng.u32(0..3)),
            3 => params.voting_period = Span(0),
            4 => params.max_place = 1 + self.rng.u8(0..3),
            5 => params.candidacy_cycles = 1 + self.rng.u8(0..2),
            6 => params.voting_period = Span(DAY * self.rng.u32(5..9)),
            _ => params.forbid_members = !params.forbid_members,
        }
        Action::SetParams(params)
    }

    fn policy(&mut self) -> Action {
        let free_limit = if self.one_in(6) { Nano::tokens(1_001) } else { Nano::tokens(100) };
        let bad = Address::new(-1, Hash([1; 32]));
        let allowlist = if self.one_in(5) { vec![bad] } else { vec![wallet(self.rng.u8(0..4))] };
        Action::SetPolicy(SetPolicy { allowlist, free_limit })
    }

    /// Some vote.
    pub(crate) fn vote(&mut self) {
        for _ in 0..self.rng.u8(1..7) {
            self.vote_once();
        }
    }

    fn vote_once(&mut self) {
        let voting: Vec<_> = self.open_ids().into_iter().filter(|id| self.wants_votes(*id)).collect();
        let all: Vec<_> = self.model.proposals.keys().copied().collect();
        let wild = self.one_in(12);
        let chosen = match voting.first() {
            Some(first) if !wild && self.rng.u8(0..3) > 0 => Some(*first),
            Some(_) if !wild => self.pick(&voting),
            _ => self.pick(&all),
        };
        let Some(id) = chosen else { return };
        let terms = &self.model.proposals[&id].terms;
        let ballots = &self.model.proposals[&id].ballots;
        let fresh =
            terms.electorate.keys().filter(|key| !ballots.contains_key(key) && !terms.excluded.contains(key));
        let fresh: Vec<_> = fresh.map(|key| self.numbers[key]).collect();
        let electors: Vec<_> = terms.electorate.keys().map(|key| self.numbers[key]).collect();
        let voter = match self.rng.u8(0..14) {
            0 => Some(self.rng.u8(..)),
            1 | 2 => self.pick(&electors),
            _ => self.pick(&fresh),
        };
        let Some(n) = voter.or_else(|| self.pick(&electors)) else { return };
        let choice = match self.rng.u8(0..24) {
            0 => Choice::None,
            1..=3 => Choice::No,
            4 => Choice::Abstain,
            _ => Choice::Yes,
        };
        let by = self.by_odd(n);
        let params = json!({ "choice": choice, "reasonHash": digest(6) });
        self.signed(Place::Proposal(id), &by, "vote", &params, |m, now| {
            m.vote(&by, id, choice, digest(6), now)
        });
    }

    /// Whether somebody can vote on a proposal now who has not.
    pub(crate) fn wants_votes(&self, id: u32) -> bool {
        let proposal = &self.model.proposals[&id];
        let terms = &proposal.terms;
        let now = self.now();
        let open = proposal.stored == Outcome::Active && now >= terms.start && now < terms.end;
        open && terms.electorate.len() - terms.excluded.len() > proposal.ballots.len()
    }

    /// A proposer, seldom another, takes a proposal back.
    pub(crate) fn cancel(&mut self) {
        let open = self.open_ids();
        let lonely = |id: &&u32| self.model.proposals[*id].ballots.len() < 2;
        let fresh: Vec<_> = open.iter().filter(lonely).copied().collect();
        let Some(id) = self.pick(if fresh.is_empty() { &open } else { &fresh }) else { return };
        let proposer = self.numbers[&self.model.proposals[&id].terms.proposer];
        let n = if self.one_in(5) { self.mostly_member() } else { proposer };
        let by = self.by_odd(n);
        self.signed(Place::Proposal(id), &by, "cancel", &json!({}), |m, now| m.cancel(&by, id, now));
    }

    /// Anyone has a proposal executed; what is ready comes first.
    pub(crate) fn execute(&mut self) {
        let now = self.now();
        let ready = self.passed().into_iter().filter(|id| {
            let proposal = &self.model.proposals[id];
            now >= proposal.exec_after && now < proposal.expire_at
        });
        let ready: Vec<_> = ready.collect();
        let all: Vec<_> = self.model.proposals.keys().copied().collect();
        let wild = ready.is_empty() || self.one_in(10);
        let Some(id) = self.pick(if wild { &all } else { &ready }) else { return };
        self.poke(Place::Proposal(id), "execute", &json!({}), |m, now| m.execute(id, now));
    }

    /// Proposals that passed or failed and are not over.
    pub(crate) fn passed(&self) -> Vec<u32> {
        let waits = |id: &u32| matches!(self.model.proposals[id].stored, Outcome::Passed | Outcome::Failed);
        self.open_ids().into_iter().filter(waits).collect()
    }

    /// Anyone closes a proposal.
    pub(crate) fn close(&mut self) {
        let now = self.now();
        let over = |id: &u32| self.model.proposals[id].clone().close(now).is_ok();
        let open: Vec<_> = self.open_ids().into_iter().filter(over).collect();
        let all: Vec<_> = self.model.proposals.keys().copied().collect();
        let wild = open.is_empty() || self.one_in(10);
        let Some(id) = self.pick(if wild { &all } else { &open }) else { return };
        self.poke(Place::Proposal(id), "close", &json!({}), |m, now| m.close(id, now));
    }
}
