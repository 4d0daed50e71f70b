//! The jury of a contest: drawn, committing, revealing; and the pokes of the phases.

use governance::contest::{Card, Line, Phase, SealedCard, Verdict};
use governance::model::contest::Contest;
use governance::model::judging::CardState;
use governance::text::Digest;
use serde_json::json;
use ton_abi::Hash;

use crate::contests::{ENTRANT, boc};
use crate::decisions::digest;
use crate::run::{Place, Run, STRIKE};

/// Whether a juror of the pool with this key never acts.
const fn is_idle(n: u8) -> bool {
    n >= ENTRANT && n % 4 == 1
}

impl Run {
    /// Anyone asks for the jury.
    pub(crate) fn draw(&mut self) {
        let Some(id) = self.contest_in(&[Phase::Drawing]) else { return };
        self.poke(Place::Contest(id), "drawJury", &json!({}), |m, now| m.draw_jury(id, now));
    }

    /// Anyone records the phase, and starts what it begins with.
    pub(crate) fn advance(&mut self) {
        let now = self.now();
        let contests = self.model.contests.iter();
        let moved = contests
            .filter(|(_, it)| it.phase(now) != it.recorded || Contest::clone(it).begin_advance(now).is_ok());
        let moved: Vec<_> = moved.map(|(id, _)| *id).collect();
        let all: Vec<_> = self.model.contests.keys().copied().collect();
        let wild = moved.is_empty() || self.one_in(10);
        let Some(id) = self.pick(if wild { &all } else { &moved }) else { return };
        self.poke(Place::Contest(id), "advance", &json!({}), |m, now| m.advance(id, now));
    }

    /// A juror of a contest, seldom somebody else; mostly one whose card is in this state.
    fn juror(&mut self, id: u32, state: CardState) -> Option<u8> {
        if self.one_in(25) {
            return Some(self.rng.u8(..));
        }
        let jury = &self.model.contests[&id].jury;
        let all: Vec<_> = jury.keys().map(|key| self.numbers[key]).collect();
        let fitting = jury.iter().filter(|(_, seat)| seat.state == state);
        let fitting: Vec<_> = fitting.map(|(key, _)| self.numbers[key]).collect();
        let found = if fitting.is_empty() || self.one_in(8) { self.pick(&all) } else { self.pick(&fitting) };
        let strikes = self.lazy >= STRIKE && self.model.contests[&id].spec.bootstrap_jury.is_empty();
        // Some never judge: after three contests they are suspended.
        found.filter(|n| n % 3 != self.lazy && !is_idle(*n) && !strikes)
    }

    /// A card over the entries of a contest; seldom a malformed one.
    fn card(&mut self, id: u32) -> Card {
        let judged = self.model.contests[&id].judged();
        let mut lines: Vec<_> = judged
            .into_iter()
            .map(|entry| {
                let verdict = match self.rng.u8(0..12) {
                    0 => Verdict::Abstain,
                    1 => Verdict::Reject,
                    2 => Verdict::Recuse,
                    _ => Verdict::For,
                };
                let score = if verdict == Verdict::For { 1 + self.rng.u8(0..10) } else { 0 };
                Line { entry, verdict, score, comment: digest(entry) }
            })
            .collect();
        if lines.is_empty() {
            return Card { lines };
        }
        let at = self.rng.usize(0..lines.len());
        match self.rng.u8(0..40) {
            0 => lines[at].score = 11,
            1 => lines[at].comment = Digest::default(),
            2 => lines[at].entry = 64,
            3 => lines.push(lines[at]),
            4 => lines.reverse(),
            5 => drop(lines.remove(at)),
            _ => {}
        }
        Card { lines }
    }

    /// Some jurors commit to their cards.
    pub(crate) fn commit(&mut self) {
        for _ in 0..self.rng.u8(1..4) {
            self.commit_once();
        }
    }

    fn commit_once(&mut self) {
        let Some(id) = self.contest_in(&[Phase::Commit]) else { return };
        let Some(n) = self.juror(id, CardState::None) else { return };
        let by = self.by_odd(n);
        let sealed = SealedCard { card: self.card(id), salt: [n ^ 0x33; 32] };
        let contest = self.contract(Place::Contest(id)).address;
        let zero = self.one_in(40);
        let hash =
            if zero { Digest::default() } else { sealed.hash(&contest, &by.key).expect("a card that fits") };
        let params = json!({ "cardHash": hash });
        let done = self.signed(Place::Contest(id), &by, "commitCard", &params, |m, now| {
            m.contest(id)?.commit_card(&by, Hash(hash.0), now)
        });
        if done.is_some() {
            self.cards.insert((id, n), sealed);
        }
    }

    /// Some jurors reveal their cards, seldom others.
    pub(crate) fn reveal(&mut self) {
        for _ in 0..self.rng.u8(1..4) {
            self.reveal_once();
        }
    }

    fn reveal_once(&mut self) {
        let Some(id) = self.contest_in(&[Phase::Reveal]) else { return };
        let Some(n) = self.juror(id, CardState::Committed) else { return };
        let by = self.by_odd(n);
        let other = SealedCard { card: Card { lines: Vec::new() }, salt: [1; 32] };
        let sealed = self.cards.get(&(id, n)).cloned().unwrap_or(other);
        let sealed = if self.one_in(25) { SealedCard { salt: [2; 32], ..sealed } } else { sealed };
        let contest = self.contract(Place::Contest(id)).address;
        let hash = sealed.hash(&contest, &by.key).expect("a card that fits");
        let card = sealed.card.cell().expect("a card that fits");
        let params = json!({ "card": boc(&card), "salt": Digest(sealed.salt) });
        self.signed(Place::Contest(id), &by, "revealCard", &params, |m, now| {
            m.contest(id)?.reveal_card(&by, Hash(hash.0), Some(&sealed.card.lines), now)
        });
    }
}
