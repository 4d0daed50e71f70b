//! Keys, messages, contests and a governance for the tests of the model.

use ton_abi::{Address, Hash, Nano, PublicKey, UnixMillis, UnixTime};

use super::tally::Stats;
use super::{Model, Refusal, Signed};
use crate::contest::{Kind, Line, Verdict};
use crate::organisation::{Organisation, Span};
use crate::payload::{self, Action, Spec, SpecJuror};
use crate::proposal::Choice;
use crate::text::Digest;

/// When the tests begin.
pub(super) const START: UnixTime = UnixTime(1_606_780_800);
/// Seconds of a day.
pub(super) const DAY: u32 = 86_400;
/// First key of a juror; members have the keys below, entrants those from 100 on.
pub(super) const JUROR: u8 = 40;
/// First key of an entrant.
pub(super) const ENTRANT: u8 = 100;

/// Key number `n`.
pub(super) const fn key(n: u8) -> PublicKey {
    PublicKey([n + 1; 32])
}

/// Wallet of key number `n`.
pub(super) fn wallet(n: u8) -> Address {
    Address::new(0, Hash([n + 1; 32]))
}

/// A hash.
pub(super) const fn digest(n: u8) -> Digest {
    Digest([n; 32])
}

/// A contest of an item: five prizes, three jurors, a week of entries from `now` on, 5 TON of deposit.
pub(super) fn spec(item: u8, participants: u64, now: UnixTime) -> Spec {
    let fund = Nano::tokens(participants);
    let part = |percent: u128| Nano(fund.0 * percent / 100);
    Spec {
        kind: Kind::Regular,
        stage: 1,
        item,
        topic: 2,
        title: "Packages".to_owned(),
        doc_link: "https://example.org".to_owned(),
        doc_hash: digest(1),
        terms_hash: digest(2),
        need_dod: false,
        prizes: [40, 25, 15, 12, 8].map(part).to_vec(),
        pro_rata: false,
        fund,
        jury_bps: 1000,
        org_bps: 200,
        open_at: now,
        entries_end: now.plus(7 * DAY),
        commit_span: Span::days(3),
        reveal_span: Span::days(2),
        confirm_window: Span::days(14),
        min_jurors: 3,
        min_scores: 2,
        max_entries: 64,
        entry_deposit: Nano::tokens(5),
        is_sealed: false,
        seats: 0,
        author: None,
        depends_on: Vec::new(),
        bootstrap_jury: Vec::new(),
    }
}

/// The first jury contest: item 1, jurors 40 to 42 come along, three seats in the pool.
pub(super) fn jury_contest(now: UnixTime) -> Spec {
    let jurors = (JUROR..JUROR + 3).map(|n| SpecJuror { key: key(n), addr: wallet(n) });
    Spec {
        kind: Kind::JurySelection,
        topic: 1,
        seats: 3,
        bootstrap_jury: jurors.collect(),
        ..spec(1, 1_000, now)
    }
}

/// Counts of an entry that so many jurors gave so many points together.
pub(super) fn scored(points: u16, votes: u8) -> Stats {
    Stats { points, votes, ..Stats::default() }
}

/// A line with a score and a comment.
pub(super) fn line(entry: u8, score: u8) -> Line {
    Line { entry, verdict: Verdict::For, score, comment: digest(9) }
}

/// A governance with a clock. Every message is newer than the one before.
pub(super) struct World {
    pub(super) model: Model,
    pub(super) now: UnixTime,
    stamp: u64,
}

impl World {
    /// Fifteen members and the plan of the proposal; nothing is funded.
    pub(super) fn new() -> Self {
        Self::of(15)
    }

    /// So many members.
    pub(super) fn of(members: u8) -> Self {
        let organisation = Organisation::of_proposal();
        let keys: Vec<_> = (0..members).map(key).collect();
        let plan = payload::plan(&organisation);
        let bounds = [1_617_235_200, 1_627_776_000, 1_638_316_800].map(UnixTime).to_vec();
        let model = Model::new(&keys, organisation.governance.params, plan, bounds, START);
        Self { model, now: START, stamp: 0 }
    }

    /// The same with stage 1 funded.
    pub(super) fn funded() -> Self {
        let mut world = Self::new();
        world.model.treasury.fund_stage(1, Nano::tokens(673_120)).expect("stage 1 has no gate");
        world
    }

    /// A message of key `n`.
    pub(super) fn by(&mut self, n: u8) -> Signed {
        self.stamp += 1;
        // A second holds at most 999 messages of a test.
        let time = UnixMillis(self.now.millis().0 + self.stamp % 999 + 1);
        Signed { key: key(n), time, expire: self.now.plus(60) }
    }

    /// Later by so many seconds.
    pub(super) fn wait(&mut self, seconds: u32) {
        self.now = self.now.plus(seconds);
    }

    /// Member 0 proposes; the id.
    #[track_caller]
    pub(super) fn propose(&mut self, action: Action) -> u32 {
        self.propose_by(0, action).expect("a member may").expect("it opens")
    }

    /// Member `n` proposes.
    pub(super) fn propose_by(&mut self, n: u8, action: Action) -> Result<Option<u32>, Refusal> {
        let by = self.by(n);
        self.model.propose(&by, action, String::new(), digest(3), self.now)
    }

    /// A member votes.
    pub(super) fn vote(
        &mut self,
        n: u8,
        id: u32,
        choice: Choice,
    ) -> Result<super::proposal::Effect, Refusal> {
        let by = self.by(n);
        self.model.vote(&by, id, choice, digest(0), self.now)
    }

    /// Members vote yes until it passes.
    #[track_caller]
    pub(super) fn pass(&mut self, action: Action) -> u32 {
        let id = self.propose(action);
        self.wait(1);
        let electors: Vec<u8> = (0..60).filter(|n| self.model.members.seats.contains_key(&key(*n))).collect();
        for n in electors {
            if self.model.proposals[&id].stored == crate::proposal::Outcome::Passed {
                break;
            }
            // Those with an interest have no vote.
            let _ = self.vote(n, id, Choice::Yes);
        }
        assert_eq!(self.model.proposals[&id].stored, crate::proposal::Outcome::Passed);
        id
    }

    /// The members decide, the delay passes, it is executed; how the action ended.
    #[track_caller]
    pub(super) fn decide(&mut self, action: Action) -> Result<(), Refusal> {
        let id = self.pass(action);
        self.wait(self.model.proposals[&id].terms.delay);
        self.model.execute(id, self.now).expect("it can be executed")
    }

    /// Launches a contest whose entries are open from the launch on; its id. The times of the spec begin when the
    /// delay of the decision is over.
    #[track_caller]
    pub(super) fn launch(&mut self, spec: impl FnOnce(UnixTime) -> Spec) -> u32 {
        let begin = self.now.plus(DAY + 1);
        let launched = spec(begin);
        assert_eq!(self.decide(Action::LaunchContest(Box::new(launched))), Ok(()));
        assert!(self.now >= begin, "entries are open");
        self.model.last_contest
    }

    /// Entrants 0 to `count` - 1 enter.
    #[track_caller]
    pub(super) fn enter(&mut self, id: u32, count: u8) {
        for n in 0..count {
            let form = form(ENTRANT + n);
            assert_eq!(self.model.submit_entry(id, &form, self.now), Ok(n + 1));
        }
    }

    /// Entries close and the jury is drawn.
    #[track_caller]
    pub(super) fn draw(&mut self, id: u32) -> bool {
        self.now = self.model.contests[&id].entries_end;
        self.model.draw_jury(id, self.now).expect("the contest waits for its jury")
    }

    /// Jurors commit and reveal these cards.
    #[track_caller]
    pub(super) fn judge(&mut self, id: u32, cards: &[(u8, Vec<Line>)]) {
        for (n, _) in cards {
            let by = self.by(*n);
            let contest = self.model.contest(id).expect("it is deployed");
            contest.commit_card(&by, card_hash(*n), self.now).expect("a juror commits");
        }
        self.now = self.model.contests[&id].commit_end;
        for (n, lines) in cards {
            let by = self.by(*n);
            let contest = self.model.contest(id).expect("it is deployed");
            let read = contest.reveal_card(&by, card_hash(*n), Some(lines), self.now);
            assert_eq!(read, Ok(Ok(u8::try_from(lines.len()).expect("few lines"))));
        }
        self.now = self.model.contests[&id].reveal_end;
    }

    /// The payout opens by itself, everything is paid, and the contest is settled.
    #[track_caller]
    pub(super) fn pay_and_settle(&mut self, id: u32) {
        self.now = self.model.contests[&id].confirm_by.plus(1);
        while self.model.contests[&id].books.has_due() {
            let contest = self.model.contest(id).expect("it is deployed");
            contest.pay_next(20, self.now).expect("something is due");
        }
        self.wait(DAY);
        self.model.settle(id, self.now).expect("nothing is due");
    }

    /// Every invariant holds.
    #[track_caller]
    pub(super) fn check(&self) {
        let broken = super::invariants::broken(&self.model, self.now);
        assert!(broken.is_empty(), "{broken:?}");
    }
}

/// The commitment of juror `n`.
pub(super) const fn card_hash(n: u8) -> Hash {
    Hash([n; 32])
}

/// An entry of key `n` with all that is needed.
pub(super) fn form(n: u8) -> super::entry::Form {
    super::entry::Form {
        wallet: wallet(n),
        key: key(n),
        terms_accepted: true,
        link_bytes: 20,
        fits_seal: true,
    }
}
