//! What happens in a step, and the fair end of a sequence.

use governance::contest::Phase;
use governance::model::contest::Contest;
use governance::model::entry::Nomination;
use governance::model::judging::CardState;
use governance::model::limits;
use serde_json::json;
use ton_abi::{InternalMessage, Nano};
use workspace_tests::community::DAY;

use crate::run::{Message, Place, Run};
use crate::wallet::is_forgotten;

/// Something that a step does.
type Act = fn(&mut Run);

/// Steps from one long wait to the next.
const LONG_EVERY: usize = 1_100;
/// Steps from one comparison of everything to the next.
const ALL_EVERY: usize = 50;

impl Run {
    /// One step.
    pub(crate) fn step(&mut self, number: usize) {
        self.note(format!("step {number}"));
        if number == 0 && self.rng.u8(0..4) > 0 {
            self.fund_first_stage();
        }
        self.tick();
        self.faulty = self.rng.bool();
        if self.one_in(5) {
            self.rush();
        } else {
            self.somebody_acts();
        }
        if number % ALL_EVERY == ALL_EVERY - 1 {
            self.compare_all();
        }
        if number % LONG_EVERY == LONG_EVERY - 1 {
            self.wait_long();
        }
    }

    /// Several act while messages are under way; then the world comes to rest and everything touched is compared.
    fn rush(&mut self) {
        self.rush = true;
        for _ in 0..self.rng.u8(2..7) {
            self.somebody_acts();
            for _ in 0..self.rng.u8(0..3) {
                self.block();
            }
        }
        self.rush = false;
        let before = (self.model.clone(), self.now());
        self.deliver_all();
        self.settle_down((&before.0, before.1));
    }

    /// Somebody does something.
    fn somebody_acts(&mut self) {
        let weights = self.weights();
        let all: u32 = weights.iter().map(|(weight, _)| weight).sum();
        let mut at = self.rng.u32(0..all);
        for (weight, act) in weights {
            if at < weight {
                act(self);
                break;
            }
            at -= weight;
        }
    }

    /// What can happen, with weights: what the state waits for comes up often, everything else now and then.
    fn weights(&self) -> Vec<(u32, Act)> {
        let now = self.now();
        let model = &self.model;
        let voting = self.open_ids().into_iter().filter(|id| self.wants_votes(*id)).count();
        let ready = self.passed().into_iter().filter(|id| now >= model.proposals[id].exec_after).count();
        let live =
            model.wallet.orders.iter().filter(|(subject, it)| {
                model.wallet.is_live(it, now) && !it.closed && !is_forgotten(**subject)
            });
        let live = live.count();
        let late = model.treasury.org_lists.values().filter(|it| !it.paid && now >= it.until).count();
        let phases: Vec<_> = model.contests.values().map(|it| (it.phase(now), it)).collect();
        let count = |phase: Phase| phases.iter().filter(|(at, _)| *at == phase).count();
        let open = phases.iter().filter(|(at, it)| *at == Phase::Open && it.entries.len() < 4).count();
        let sealed = model.contests.values().filter(|it| {
            let opens =
                it.spec.is_sealed && now >= it.entries_end && now < it.entries_end.plus(limits::OPENING);
            opens && it.tallied_at.is_none() && it.entries.values().any(|entry| !entry.judged)
        });
        let sealed = sealed.count();
        let doubts =
            |id: &u32| id % 2 == 1 && model.directory.get(id).is_some_and(|listing| !listing.hold_used);
        let doubted =
            model.contests.iter().filter(|(id, it)| it.phase(now) == Phase::Confirm && doubts(id)).count();
        let drawing = count(Phase::Drawing);
        let uncommitted = self.cards_missing(Phase::Commit, CardState::None);
        let unrevealed = self.cards_missing(Phase::Reveal, CardState::Committed);
        let unsettled = phases.iter().filter(|(at, it)| *at != Phase::Closed || it.desk.unheard);
        let moved = unsettled.clone().filter(|(_, it)| Contest::clone(it).begin_advance(now).is_ok()).count();
        let due = phases.iter().filter(|(_, it)| it.is_payable(now) && it.books.has_due()).count();
        let ending = unsettled.filter(|(_, it)| Contest::clone(it).begin_settling(now).is_ok()).count();
        let is_late = |at: ton_abi::UnixTime| now >= at.plus(limits::RESEND_AFTER);
        let late_answers = model.requests.open.values().filter(|it| is_late(it.sent_at)).count();
        let asks = model.contests.values().flat_map(|it| it.desk.asks.values());
        let late_asks = asks.filter(|ask| is_late(ask.at)).count();
        let urgent = late_answers + voting + ready + open + sealed + uncommitted + unrevealed;
        let busy =
            voting + ready + live + open + sealed + drawing + uncommitted + unrevealed + moved + due + ending;
        let wanted = if self.launches().is_empty() { 4 } else { 14 };
        let when = |count: usize, weight: u32| if count > 0 { weight } else { 1 };
        vec![
            (if voting > 1 { 1 } else { wanted }, Run::propose),
            (1, Run::propose_unknown),
            (when(voting, 110), Run::vote),
            (2, Run::cancel),
            (when(ready, 14), Run::execute),
            (3, Run::close),
            (when(live, 40), Run::custodian),
            (if live < 3 { 5 } else { 1 }, Run::submit),
            (1, Run::fund_directly),
            (3, Run::money),
            (when(late_answers, 10), Run::resend),
            (when(late_asks, 12), Run::resend_of_contest),
            (if late > 0 { 6 } else { 0 }, Run::release_reserve),
            (5, Run::registry),
            (3, Run::publish),
            (when(doubted, 25), Run::quick_hold),
            (when(open, 30), Run::entries),
            (when(sealed, 20), Run::open),
            (when(drawing, 8), Run::draw),
            (when(moved, 12), Run::advance),
            (when(uncommitted, 30), Run::commit),
            (when(unrevealed, 30), Run::reveal),
            (when(due, 10), Run::pay),
            (when(self.arrivals.len(), 6), Run::bounce),
            (3, Run::claim),
            (when(ending, 12), Run::settle),
            (1, Run::sweep),
            (when(self.winners(), 6), Run::nominate),
            (5, Run::at_pool),
            (2, Run::recuse),
            (if doubted > 0 { 2 } else { 0 }, Run::hold_and_confirm),
            (4, Run::intruder),
            (3, Run::stranger),
            (
                if urgent > 0 {
                    3
                } else if busy > 0 {
                    20
                } else {
                    100
                },
                Run::jump,
            ),
        ]
    }

    /// Jurors of contests in this phase whose card is in this state.
    fn cards_missing(&self, phase: Phase, state: CardState) -> usize {
        let now = self.now();
        let contests = self.model.contests.values().filter(|contest| contest.phase(now) == phase);
        contests.flat_map(|contest| contest.jury.values()).filter(|seat| seat.state == state).count()
    }

    /// Winners who could ask for a seat.
    fn winners(&self) -> usize {
        let ranked =
            self.model.contests.values().flat_map(|it| it.ranking.iter().map(move |rank| (it, rank)));
        ranked
            .filter(|(it, rank)| rank.place <= 3 && it.entries[&rank.entry].nominated == Nomination::No)
            .count()
    }

    fn money(&mut self) {
        match self.rng.u8(0..9) {
            5 | 6 => self.resend(),
            7 => self.resync(),
            0 => self.donate(),
            1 | 8 => self.reconcile(),
            2 => self.release_reserve(),
            _ => self.some_top_up(),
        }
    }

    fn registry(&mut self) {
        let members = self.model.members.count();
        match self.rng.u8(0..40) {
            0 => self.chatter(),
            1 => self.refused_by_wallet(),
            2..7 => self.clean(),
            7 if members > 13 || self.one_in(20) => self.resign(),
            8..24 => self.set_profile(),
            _ => self.attest(),
        }
    }

    fn entries(&mut self) {
        match self.rng.u8(0..14) {
            0 => self.replace(),
            1 => self.withdraw(),
            2..4 => self.open(),
            _ => self.enter(),
        }
    }

    fn intruder(&mut self) {
        match self.rng.u8(0..4) {
            0 => self.forgery(),
            1 => self.unsigned(),
            _ => self.replay(),
        }
    }

    /// Weeks pass, or half a year when payouts wait that nobody claims: what nobody wanted goes back.
    fn wait_long(&mut self) {
        let now = self.now();
        let time = self.sweep_time().unwrap_or_default().max(now.plus(31 * DAY));
        self.pass(time.0.saturating_sub(now.0));
        for place in [Place::Registry, Place::Treasury, Place::Pool, Place::Multisig] {
            self.top_up(place);
        }
        self.sweep();
        for _ in 0..3 {
            self.release_reserve();
        }
    }

    /// What became of the governance.
    pub(crate) fn summary(&self) -> String {
        let model = &self.model;
        let endings: Vec<_> = model.contests.values().map(|contest| contest.ending).collect();
        let stages: Vec<_> = model.treasury.stages.values().map(|stage| stage.status).collect();
        let (members, epoch) = (model.members.count(), model.members.epoch);
        let (proposals, jurors) = (model.proposals.len(), model.pool.jurors.len());
        let faults = self.faults;
        format!(
            "{faults} messages without gas, {members} members, epoch {epoch}, {proposals} proposals, {jurors} jurors, contests {endings:?}, stages \
             {stages:?}"
        )
    }

    /// The main giver pays into the members' wallet.
    pub(crate) fn give_wallet(&mut self, amount: u128) {
        let to = self.community.multisig.address.clone();
        let transfer = InternalMessage::transfer(self.community.main_giver.clone(), to, Nano(amount));
        self.send(Message::Inside(Box::new(transfer)));
    }

    /// The pokes alone lead every contest to its end (I20); then everything is compared once more. A contest whose money
    /// came back and whose proposal was not carried out again has none to give back: it stays as it was deployed, until
    /// its members can cancel it, which is not in this round.
    pub(crate) fn finish(&mut self) {
        self.faulty = false;
        let funded = self.model.contests.iter().filter(|(_, contest)| contest.funded);
        let ids: Vec<_> = funded.map(|(id, _)| *id).collect();
        for id in ids {
            self.top_up(Place::Contest(id));
            let mut days = 0;
            while self.model.contests[&id].phase(self.now()) != Phase::Closed {
                self.poke(Place::Contest(id), "drawJury", &json!({}), |m, now| m.draw_jury(id, now));
                self.poke(Place::Contest(id), "advance", &json!({}), |m, now| m.advance(id, now));
                let n = limits::PAYOUTS_PER_CALL;
                self.poke(Place::Contest(id), "payNext", &json!({ "n": n }), |m, now| m.pay_next(id, n, now));
                self.poke(Place::Contest(id), "settle", &json!({}), |m, now| m.settle(id, now));
                self.resend_all(id);
                self.pass(DAY);
                days += 1;
                assert!(days < 800, "contest {id} does not end{}", self.story());
            }
        }
        self.leave_pool();
        self.compare_all();
    }

    /// Anyone has all that waits for an answer sent again.
    fn resend_all(&mut self, id: u32) {
        let nonces: Vec<_> = self.model.requests.open.keys().copied().collect();
        for nonce in nonces {
            let params = json!({ "nonce": nonce.to_string() });
            self.poke(Place::Registry, "resend", &params, |m, now| m.resend(nonce, now));
        }
        let nonces: Vec<_> = self.model.contests[&id].desk.asks.keys().copied().collect();
        for nonce in nonces {
            let params = json!({ "nonce": nonce.to_string() });
            self.poke(Place::Contest(id), "resend", &params, |m, now| m.resend_of(id, nonce, now));
        }
    }
}
