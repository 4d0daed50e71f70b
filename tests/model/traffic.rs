//! Messages under way: delivered block by block, followed by the model, delayed, sent back and lost.

use std::collections::BTreeSet;

use governance::model::invariants;
use governance::model::wire::{Message as Said, Party};
use ton_abi::MessageView;

use crate::run::{Place, Run};

/// Messages that follow from one, at most.
const CHAIN: usize = 1_000;

impl Place {
    /// What the model calls it.
    const fn party(self) -> Party {
        match self {
            Place::Registry => Party::Registry,
            Place::Multisig => Party::Wallet,
            Place::Treasury => Party::Treasury,
            Place::Pool => Party::Pool,
            Place::Proposal(id) => Party::Proposal(id),
            Place::Contest(id) => Party::Contest(id),
        }
    }
}

impl Run {
    /// Delivers what is under way in a random order; messages from one account to another keep theirs.
    pub(crate) fn deliver_all(&mut self) {
        let mut count = 0;
        while !self.community.world.queue.is_empty() {
            self.deliver();
            count += 1;
            assert!(count < CHAIN, "the contracts send messages in circles{}", self.story());
        }
        let left = &self.model.wire.hops;
        assert!(left.is_empty(), "the chain has nothing under way, the model {left:?}{}", self.story());
        self.community.world.check();
    }

    /// A block: some of the messages under way arrive; all invariants hold behind it, and what was touched may be
    /// compared although the world is not quiet.
    pub(crate) fn block(&mut self) {
        let before = (self.model.clone(), self.now());
        let count = self.rng.usize(0..=self.community.world.queue.len());
        for _ in 0..count {
            self.deliver();
        }
        self.check_invariants((&before.0, before.1));
        if self.one_in(6) {
            self.compare_some();
        }
        let seconds = match self.rng.u8(0..40) {
            0 => self.rng.u32(600..3_000),
            1..4 => self.rng.u32(20..600),
            _ => self.rng.u32(0..8),
        };
        self.pass(seconds);
        self.community.world.check();
    }

    /// Compares contracts that are not in the middle of something which the model does at once: a tally, or the
    /// deployment of a proposal.
    fn compare_some(&mut self) {
        for place in self.touched.clone() {
            let whole = match place {
                Place::Registry => self.model.open.keys().all(|id| self.model.proposals.contains_key(id)),
                Place::Contest(id) => self.model.contests.get(&id).is_some_and(|it| it.desk.counted == 0),
                _ => true,
            };
            if whole {
                self.compare(place);
            }
        }
    }

    pub(crate) fn check_invariants(&mut self, before: (&governance::model::Model, ton_abi::UnixTime)) {
        let now = self.now();
        let states = invariants::broken(&self.model, now);
        assert!(states.is_empty(), "{states:?}{}", self.story());
        let steps = invariants::broken_by(before, (&self.model, now));
        assert!(steps.is_empty(), "{steps:?}{}", self.story());
    }

    /// Delivers one message that is the oldest between its contracts.
    fn deliver(&mut self) {
        self.expect_children();
        let mut lanes = BTreeSet::new();
        let mut next = Vec::new();
        for (at, cell) in self.community.world.queue.iter().enumerate() {
            let view = MessageView::parse(cell).expect("readable");
            if lanes.insert((view.src.clone(), view.dst.clone())) {
                next.push((at, view));
            }
        }
        let (at, view) = next.swap_remove(self.rng.usize(0..next.len()));
        match self.followed(&view) {
            Some(hop) => self.deliver_followed(at, hop),
            None => {
                if let Some(executed) = self.community.world.deliver_at(at) {
                    self.saw(&executed);
                }
            }
        }
    }

    /// Delivers a message that the model has under way, too, or lets its receiver run out of gas.
    fn deliver_followed(&mut self, at: usize, hop: usize) {
        let now = self.now();
        let message = self.model.wire.hops[hop].clone();
        let fails = self.fails(hop);
        self.community.world.starved = fails;
        let executed = self.community.world.deliver_at(at).expect("contracts execute their messages");
        self.community.world.starved = false;
        let result = if fails {
            self.model.starve(hop);
            self.faults += 1;
            Ok(())
        } else {
            self.model.deliver(hop, now)
        };
        let kind = match (fails, message.bounced) {
            (true, _) => "finds no gas",
            (false, true) => "comes back",
            (false, false) => "arrives",
        };
        let (from, to, name) = (message.from, message.to, message.message.name());
        self.note(format!("  {} {from:?} -> {to:?} {name} {kind}: {result:?}", now.0));
        self.note_orders();
        let done = executed.view.is_success();
        let code = executed.view.exit_code();
        assert!(
            done == (result.is_ok() && !fails),
            "{name} of {from:?} at {to:?}: {code:?}, the model says {result:?}{}",
            self.story()
        );
        self.saw(&executed);
    }

    /// Place in the model of a message between two contracts.
    fn followed(&self, view: &MessageView) -> Option<usize> {
        let from = self.place(view.src.as_ref()?)?;
        let to = self.place(view.dst.as_ref()?)?;
        let name = self.called(view, if view.bounced { from } else { to })?;
        if matches!(name.as_str(), "setPolicy" | "topUp") {
            return None;
        }
        let at = self.model.wire.oldest(from.party(), to.party());
        let same = |at: &usize| {
            let hop = &self.model.wire.hops[*at];
            hop.message.name() == name && hop.bounced == view.bounced
        };
        assert!(
            at.as_ref().is_some_and(same),
            "{from:?} sent {name} to {to:?} (bounced: {}), the model {:?}{}",
            view.bounced,
            at.map(|at| &self.model.wire.hops[at]),
            self.story()
        );
        at
    }

    /// Function that a message calls, or called before it came back.
    fn called(&self, view: &MessageView, receiver: Place) -> Option<String> {
        let mut data = view.body.as_ref()?.as_slice().expect("an ordinary cell");
        if view.bounced {
            data.load_u32().ok()?;
        }
        let id = data.load_u32().ok()?;
        self.abi(receiver).function_by_id(id).map(|function| function.name.to_string())
    }

    /// Whether the receiver has no gas for this message. Often where that is the only way to what follows.
    fn fails(&mut self, hop: usize) -> bool {
        let hop = &self.model.wire.hops[hop];
        if !self.faulty || hop.bounced || !hop.message.can_fail() {
            return false;
        }
        let often = match (&hop.message, hop.to) {
            (Said::Done(..), Party::Contest(_)) if hop.from == Party::Treasury => 2,
            (Said::Fund(_) | Said::OnFunded, _) => 2,
            (Said::CreateContest(..), _) => 6,
            _ => 40,
        };
        self.one_in(often)
    }
}
