//! Payouts: sent, come back, claimed; the end of a contest; winners who ask for a seat.

use governance::contest::{ItemState, Phase};
use governance::model::contest::Contest;
use governance::model::{Refusal, limits};
use serde_json::json;
use ton_abi::{MessageView, Nano, UnixTime};
use workspace_tests::community::{DAY, TON, wallet};

use crate::contests::DESK;
use crate::run::{LOW_VALUE, Message, Place, Run};

/// Fees of a bounced payout that the payer bears. Source: `Gas.BOUNCE_LOSS`.
const BOUNCE_LOSS: u128 = 50_000_000;

/// Whether a message that arrived at a wallet is a payout: body with function id 0.
pub(crate) fn is_payout(message: &MessageView) -> bool {
    let Some(body) = &message.body else { return false };
    body.as_slice().is_ok_and(|mut data| data.load_u32() == Ok(0) && data.size_bits() >= 32)
}

impl Run {
    /// Anyone has payouts sent.
    pub(crate) fn pay(&mut self) {
        let contests = self.model.contests.iter();
        let due: Vec<_> = contests.filter(|(_, it)| it.books.has_due()).map(|(id, _)| *id).collect();
        let all: Vec<_> = self.model.contests.keys().copied().collect();
        let wild = due.is_empty() || self.one_in(12);
        let Some(id) = self.pick(if wild { &all } else { &due }) else { return };
        let n = if self.one_in(12) { 21 * self.rng.u8(0..2) } else { 1 + self.rng.u8(0..20) };
        self.poke(Place::Contest(id), "payNext", &json!({ "n": n }), |m, now| m.pay_next(id, n, now));
    }

    /// A payout comes back, whole or less what the payee's code burned; the same one may come twice.
    pub(crate) fn bounce(&mut self) {
        if self.arrivals.is_empty() {
            return;
        }
        let at = self.rng.usize(0..self.arrivals.len());
        let arrival = self.arrivals[at].clone();
        if !self.one_in(6) {
            self.arrivals.swap_remove(at);
        }
        let mut message = arrival.message;
        if self.one_in(3) {
            message.value = Nano(message.value.0 / 2);
        }
        let value = message.value.0;
        let mut data = message.body.as_ref().expect("a payout").as_slice().expect("an ordinary cell");
        data.load_u32().expect("checked");
        let id = data.load_u32().expect("checked");
        let index = data.load_u8().unwrap_or_default();
        let bounced = bounced(&message);
        match arrival.from {
            Place::Contest(contest) => {
                let item = u8::try_from(id).expect("a number of an item");
                let to = message.dst.clone().expect("a wallet");
                self.play(arrival.from, "onBounce", Message::Inside(Box::new(bounced)), |m, _| {
                    let books = &mut m.contest(contest)?.books;
                    let own = books.items.get(&item).is_some_and(|known| known.to == to);
                    Ok(own && books.bounced(item, Nano(value + BOUNCE_LOSS)))
                });
            }
            Place::Treasury => {
                self.play(arrival.from, "onBounce", Message::Inside(Box::new(bounced)), |m, _| {
                    let list = m.treasury.org_lists.get(&id);
                    let amount =
                        list.and_then(|it| it.payments.get(usize::from(index))).map(|it| it.amount.0);
                    let back = amount.unwrap_or_default().min(value + BOUNCE_LOSS);
                    Ok(m.treasury.payment_bounced(id, index, Nano(back)))
                });
            }
            _ => {}
        }
    }

    /// A payee claims an own item; seldom a stranger, or with too little value.
    pub(crate) fn claim(&mut self) {
        let waits = |state| matches!(state, ItemState::Failed | ItemState::Due);
        let contests = self.model.contests.iter();
        let failed: Vec<_> = contests
            .flat_map(|(id, it)| {
                it.books.items.iter().map(move |(number, item)| (*id, *number, item.clone()))
            })
            .filter(|(_, _, item)| waits(item.state))
            .collect();
        let preferred: Vec<_> =
            failed.iter().filter(|(_, _, item)| item.state == ItemState::Failed).cloned().collect();
        let list = if preferred.is_empty() { failed } else { preferred };
        let Some((id, item, payee)) = self.pick(&list).map(|(id, number, item)| (id, number, item.to)) else {
            return;
        };
        let item = if self.one_in(15) { self.rng.u8(..) } else { item };
        let from = if self.one_in(15) { wallet(98) } else { payee };
        let value = if self.one_in(15) { DESK - 1 } else { TON };
        self.inside((&from, value), Place::Contest(id), "claim", &json!({ "item": item }), |m, now| match m
            .contest(id)?
            .clone()
            .claim(item, &from, now)
        {
            Err(refusal) if refusal != Refusal::NOT_PAYEE => Err(refusal),
            _ if value < DESK => Err(LOW_VALUE),
            _ => m.contest(id)?.claim(item, &from, now),
        });
    }

    /// Anyone ends a contest.
    pub(crate) fn settle(&mut self) {
        let now = self.now();
        let contests = self.model.contests.iter();
        let ready: Vec<_> = contests
            .filter(|(_, it)| Contest::clone(it).begin_settling(now).is_ok())
            .map(|(id, _)| *id)
            .collect();
        let all: Vec<_> = self.model.contests.keys().copied().collect();
        let wild = ready.is_empty() || self.one_in(12);
        let Some(id) = self.pick(if wild { &all } else { &ready }) else { return };
        self.poke(Place::Contest(id), "settle", &json!({}), |m, now| m.settle(id, now));
    }

    /// Anyone gives back what nobody claimed.
    pub(crate) fn sweep(&mut self) {
        let now = self.now();
        let contests = self.model.contests.iter();
        let ready: Vec<_> =
            contests.filter(|(_, it)| it.check_sweep(now).is_ok()).map(|(id, _)| *id).collect();
        let all: Vec<_> = self.model.contests.keys().copied().collect();
        let wild = ready.is_empty() || self.one_in(12);
        let Some(id) = self.pick(if wild { &all } else { &ready }) else { return };
        self.poke(Place::Contest(id), "sweep", &json!({}), |m, now| m.sweep(id, now));
    }

    /// When unclaimed payouts can be given back, if there are any.
    pub(crate) fn sweep_time(&self) -> Option<UnixTime> {
        let failed = self
            .model
            .contests
            .values()
            .filter(|contest| contest.books.items.values().any(|item| item.state == ItemState::Failed));
        failed.filter_map(|contest| contest.settled_at).map(|at| at.plus(limits::SWEEP_AFTER + DAY)).min()
    }

    /// A winner, seldom another, asks for a seat: from the wallet or by the key.
    pub(crate) fn nominate(&mut self) {
        let known = [Phase::Confirm, Phase::Held, Phase::Payable, Phase::Closed];
        let Some(id) = self.contest_in(&known) else { return };
        let contest = &self.model.contests[&id];
        let ranked: Vec<_> = contest.ranking.iter().take(4).map(|rank| rank.entry).collect();
        let entries: Vec<_> = contest.entries.keys().copied().collect();
        let list = if ranked.is_empty() || self.one_in(8) { entries } else { ranked };
        let Some(number) = self.pick(&list) else { return };
        let entry = self.model.contests[&id].entries[&number].clone();
        let number = if self.one_in(20) { 60 } else { number };
        let n = self.numbers[&entry.key];
        let n = if self.one_in(15) { n.wrapping_add(1) } else { n };
        let params = json!({ "entry": number });
        if self.rng.bool() {
            let by = self.by(n);
            self.signed(Place::Contest(id), &by, "nominate", &params, |m, now| {
                m.nominate(id, number, &by.key, None, now)
            });
        } else {
            let from = if self.one_in(15) { wallet(97) } else { entry.wallet };
            let value = if self.one_in(15) { TON } else { 2 * TON };
            self.inside((&from, value), Place::Contest(id), "nominate", &params, |m, now| {
                let key = entry.key;
                match m.clone().nominate(id, number, &key, Some(&from), now) {
                    Ok(_) if value < TON + DESK => Err(LOW_VALUE),
                    _ => m.nominate(id, number, &key, Some(&from), now),
                }
            });
        }
    }
}

/// The message that the network sends when a wallet cannot take one.
pub(crate) fn bounced(message: &MessageView) -> ton_abi::InternalMessage {
    let (from, to) = (message.dst.clone(), message.src.clone());
    let (from, to) = (from.expect("an internal message"), to.expect("an internal message"));
    let mut body = ton_abi::CellBuilder::new();
    body.store_u32(u32::MAX).expect("fits");
    if let Some(original) = &message.body {
        let mut data = original.as_slice().expect("an ordinary cell");
        let bits = data.size_bits().min(256);
        body.store_slice(data.load_prefix(bits, 0).expect("checked")).expect("fits");
    }
    let mut back = ton_abi::InternalMessage::transfer(from, to, message.value);
    (back.bounce, back.bounced) = (false, true);
    back.body = Some(body.build().expect("fits"));
    back
}
