//! The members' wallet: confirmations of the registry, and payments that custodians submit.

use governance::contest::Phase;
use governance::model::contest::Contest;
use governance::model::wallet::Subject;
use governance::model::{Refusal, Signed, limits};
use serde_json::{Value, json};
use ton_abi::{Cell, CellBuilder, Nano, UnixTime};
use workspace_tests::community::{TON, base64, number, wallet};

use crate::decisions::digest;
use crate::run::{LOW_VALUE, Payment, Place, Run};

/// First id of the controller's requests. Source: `Layout.ORDER_IDS`.
pub(crate) const ORDER_IDS: u64 = 0xF000_0000_0000_0000;
/// Life of a payment, in seconds. Source: `Limits.DEFAULT_LIFETIME`.
const LIFETIME: u32 = 259_200;
/// Open payments of one custodian. Source: `Limits.MAX_QUEUED`.
const MAX_QUEUED: usize = 5;

/// A function of a custodian on a queued transaction.
#[derive(Debug, Clone, Copy)]
enum Act {
    Confirm,
    Reject,
    Revoke,
    Execute,
}

impl Run {
    /// Some custodians act on what is in the queue.
    pub(crate) fn custodian(&mut self) {
        for _ in 0..self.rng.u8(1..5) {
            self.custodian_once();
        }
    }

    fn custodian_once(&mut self) {
        let now = self.now();
        let live = self.known().into_iter().filter(|(_, subject)| {
            self.model.wallet.orders.get(subject).is_some_and(|order| {
                self.model.wallet.is_live(order, now) && !order.closed && !is_forgotten(*subject)
            })
        });
        let live: Vec<_> = live.collect();
        let all = self.known();
        let wild = live.is_empty() || self.one_in(14);
        let Some((id, subject)) = self.pick(if wild { &all } else { &live }) else {
            return self.unknown_transaction();
        };
        let order = self.model.wallet.orders.get(&subject);
        let fresh: Vec<_> = self
            .model
            .wallet
            .custodians
            .keys()
            .filter(|key| order.is_some_and(|o| !o.confirmed.contains(key) && !o.rejected.contains(key)))
            .filter(|key| order.is_some_and(|order| !order.excluded.contains(key)))
            .map(|key| self.numbers[key])
            .collect();
        let fresh = if self.one_in(8) { None } else { self.pick(&fresh) };
        let n = fresh.unwrap_or_else(|| self.mostly_member());
        let act = match self.rng.u8(0..24) {
            0 => Act::Reject,
            1..4 => Act::Revoke,
            4 => Act::Execute,
            _ => Act::Confirm,
        };
        self.act(act, n, id, subject);
    }

    /// Members hold a payout at once, and the custodians confirm it all the same: the contest refuses.
    pub(crate) fn hold_and_confirm(&mut self) {
        let now = self.now();
        let waits = |contest: &Contest| contest.phase(now) == Phase::Confirm;
        let waiting: Vec<_> =
            self.model.contests.iter().filter(|(_, it)| waits(it)).map(|(id, _)| *id).collect();
        let Some(id) = self.pick(&waiting) else { return };
        let subject = Subject::Contest(id);
        let Some((order, _)) = self.known().into_iter().find(|(_, known)| *known == subject) else { return };
        let members: Vec<_> = self.model.members.seats.keys().map(|key| self.numbers[key]).collect();
        for n in members.iter().take(4) {
            let by = self.by(*n);
            self.signed(Place::Registry, &by, "quickHold", &json!({ "contestId": id }), |m, now| {
                m.quick_hold(&by, id, now)
            });
        }
        for n in members {
            self.act(Act::Confirm, n, order, subject);
        }
    }

    fn unknown_transaction(&mut self) {
        let n = self.mostly_member();
        self.act(Act::Confirm, n, 7, Subject::Payment(7));
    }

    /// Ids of the wallet with what the model calls them.
    fn known(&self) -> Vec<(u64, Subject)> {
        let orders = self.orders.iter().map(|(nonce, subject)| (ORDER_IDS + nonce, *subject));
        // A subject can have had several orders: the newest is the one that the model knows.
        let newest = orders.rev().fold(Vec::new(), |mut all: Vec<(u64, Subject)>, item| {
            if all.iter().all(|(_, subject)| *subject != item.1) {
                all.push(item);
            }
            all
        });
        newest.into_iter().chain(self.payments.keys().map(|id| (*id, Subject::Payment(*id)))).collect()
    }

    fn act(&mut self, act: Act, n: u8, id: u64, subject: Subject) {
        let by = self.by_odd(n);
        let function = match act {
            Act::Confirm => "confirmTransaction",
            Act::Reject => "rejectTransaction",
            Act::Revoke => "revokeConfirmation",
            Act::Execute => "executeTransaction",
        };
        let params = json!({ "transactionId": id.to_string() });
        self.signed(Place::Multisig, &by, function, &params, |m, now| match act {
            Act::Confirm => m.confirm(&by, subject, now),
            Act::Reject => m.wallet.reject(&by, subject, now),
            Act::Revoke => m.wallet.revoke(&by, subject, now),
            Act::Execute => m.execute_order(&by, subject, now),
        });
    }

    /// A custodian submits the funding of a stage, a payment to the main giver, or what the wallet refuses.
    pub(crate) fn submit(&mut self) {
        let n = self.mostly_member();
        if self.one_in(12) {
            for _ in 0..6 {
                self.submit_by(n);
            }
        }
        self.submit_by(n);
    }

    fn submit_by(&mut self, n: u8) {
        let by = self.by_odd(n);
        let (stage, amount) = self.funding();
        let treasury = self.community.treasury.clone();
        let main_giver = self.community.main_giver.clone();
        let body = treasury
            .abi
            .encode_internal_body(
                "fundStage",
                &json!({ "stage": stage, "nonce": 1, "amount": amount.to_string() }),
            )
            .expect("encodable");
        let (dest, value, payload, refusal, funds) = match self.rng.u8(0..16) {
            0 => (treasury.address, 0, base64(&body), Some(Refusal(107)), None),
            1 => (wallet(1), 5_000 * TON, String::new(), Some(Refusal(131)), None),
            2 => (main_giver, TON, base64(&long_cell()), Some(Refusal(121)), None),
            3 | 4 => (main_giver, TON, String::new(), None, None),
            _ => (treasury.address, amount + TON, base64(&body), None, Some((stage, amount))),
        };
        self.give_wallet(value + TON);
        let queue_full = self.is_queue_full(n);
        let params = json!({ "dest": dest.to_string(), "value": value.to_string(), "bounce": true,
            "allBalance": false, "payload": payload });
        self.submitting = Some((by, Payment { funds, creator: n }));
        self.signed(Place::Multisig, &by, "submitTransaction", &params, |m, now| {
            m.wallet.check_custodian(&by, now)?;
            refusal.map_or(Ok(()), Err)?;
            if queue_full {
                return Err(Refusal::TOO_MANY_REQUESTS);
            }
            m.wallet.mark(&by);
            Ok(())
        });
        self.submitting = None;
    }

    /// The wallet gave an id to a payment that was just submitted.
    pub(crate) fn submitted(&mut self, by: &Signed, payment: Payment) {
        let own = |item: &Value| number(&item["nonce"]) == 0;
        let ids = self.pending().into_iter().filter(own).map(|item| number(&item["id"]));
        let ids: Vec<_> = ids.map(|id| u64::try_from(id).expect("an id")).collect();
        let new = ids.into_iter().find(|id| !self.payments.contains_key(id)).expect("it was just submitted");
        self.payments.insert(new, payment);
        if let Some(funding) = payment.funds {
            self.model.wallet.fundings.insert(new, (funding.0, Nano(funding.1)));
        }
        self.model.wallet.submit(by, new, self.now().plus(LIFETIME));
    }

    /// Stage and amount of a funding: mostly what the present stage lacks.
    fn funding(&mut self) -> (u8, u128) {
        let stages = &self.model.treasury.stages;
        let planned =
            stages.iter().find(|(_, stage)| stage.status == governance::treasury::StageStatus::Planned);
        let lacks = planned.map(|(number, stage)| {
            (*number, stage.budget.0.saturating_sub(stage.received.0 + stage.carry_in.0))
        });
        let (stage, lacks) = lacks.unwrap_or((1, TON));
        match self.rng.u8(0..8) {
            0 => (self.rng.u8(0..7), TON),
            1 => (stage + 1, lacks),
            2 => (stage, lacks / 2),
            3 => (stage, lacks + 5 * TON),
            _ => (stage, lacks),
        }
    }

    /// Whether a custodian has the greatest number of payments in the queue.
    fn is_queue_full(&self, n: u8) -> bool {
        let ids = self.ids();
        let own = ids.iter().filter(|id| {
            let payment = self.payments.get(id).filter(|payment| payment.creator == n);
            let order = self.model.wallet.orders.get(&Subject::Payment(**id));
            payment.is_some() && order.is_some_and(|order| order.epoch == self.model.wallet.epoch)
        });
        own.count() >= MAX_QUEUED
    }

    fn ids(&self) -> Vec<u64> {
        let ids = self.get(Place::Multisig, "getTransactionIds", &json!({}));
        let ids = ids["ids"].as_array().expect("a list").clone();
        ids.iter().map(|id| u64::try_from(number(id)).expect("an id")).collect()
    }

    /// A custodian removes what is over; refused while the oldest one is alive.
    pub(crate) fn clean(&mut self) {
        let n = self.mostly_member();
        let by = self.by(n);
        let oldest = self.pending().first().map(|item| {
            let (epoch, until) = (number(&item["epoch"]), number(&item["until"]));
            epoch != u128::from(self.model.wallet.epoch) || until <= u128::from(self.now().0)
        });
        self.signed(Place::Multisig, &by, "clean", &json!({}), |m, now| {
            m.wallet.check_custodian(&by, now)?;
            if oldest != Some(true) {
                return Err(Refusal::NOT_FOUND);
            }
            m.wallet.mark(&by);
            Ok(())
        });
    }

    /// What only a wallet of one custodian may, and what no controlled wallet may.
    pub(crate) fn refused_by_wallet(&mut self) {
        let n = self.member();
        let by = self.by(n);
        let to = wallet(1).to_string();
        if self.rng.bool() {
            let params =
                json!({ "dest": to, "value": "1000000000", "bounce": true, "flags": 1, "payload": "" });
            self.signed(Place::Multisig, &by, "sendTransaction", &params, |_, _| Err::<(), _>(Refusal(108)));
        } else {
            let code = self.rng.bool().then(|| digest(1));
            let confirms = code.is_none().then_some(2);
            let refusal = if code.is_some() { Refusal(212) } else { Refusal(129) };
            let params =
                json!({ "codeHash": code, "owners": null, "reqConfirms": confirms, "lifetime": null });
            self.signed(Place::Multisig, &by, "submitUpdate", &params, |_, _| Err::<(), _>(refusal));
        }
    }

    /// All items of the queue, oldest first.
    pub(crate) fn pending(&self) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let after = all.last().map_or(json!(0), |item| item["id"].clone());
            let page = self.get(Place::Multisig, "getPending", &json!({ "afterId": after, "limit": 32 }));
            let page = page["items"].as_array().expect("a list").clone();
            let last = page.len() < 32;
            all.extend(page);
            if last {
                return all;
            }
        }
    }
}

/// A payload of too many cells.
fn long_cell() -> Cell {
    (0..9).fold(Cell::default(), |below, _| {
        let mut builder = CellBuilder::new();
        builder.store_u8(1).expect("fits");
        builder.store_reference(below).expect("fits");
        builder.build().expect("fits")
    })
}

/// Every third org list is one that nobody confirms: it goes back to the fund.
pub(crate) const fn is_forgotten(subject: Subject) -> bool {
    matches!(subject, Subject::Org(list) if list % 3 == 0)
}

impl Run {
    /// The main giver brings the whole first stage.
    pub(crate) fn fund_first_stage(&mut self) {
        let amount = self.model.treasury.stages[&1].budget;
        let giver = self.community.main_giver.clone();
        let params = json!({ "stage": 1, "nonce": 1, "amount": amount });
        self.inside((&giver, amount.0 + TON), Place::Treasury, "fundStage", &params, |m, _| {
            m.treasury.fund_stage(1, amount)
        });
    }

    /// Anyone has the registry send a request or a confirmation again, at first one whose answer is late.
    pub(crate) fn resend(&mut self) {
        let requests = self.model.requests.open.iter().map(|(nonce, it)| (*nonce, it.sent_at));
        let wishes = self.model.wallet.wishes.values().map(|wish| (wish.nonce, wish.sent_at));
        let late = |(_, at): &(u64, UnixTime)| self.now() >= at.plus(limits::RESEND_AFTER);
        let due: Vec<_> = requests.filter(late).map(|(nonce, _)| nonce).collect();
        let all: Vec<_> = wishes.map(|(nonce, _)| nonce).chain(self.orders.keys().copied()).collect();
        let wild = due.is_empty() || self.one_in(4);
        let nonce = self.pick(if wild { &all } else { &due }).unwrap_or(99_999);
        let params = json!({ "nonce": nonce.to_string() });
        self.poke(Place::Registry, "resend", &params, |m, now| m.resend(nonce, now));
    }

    /// Anyone has a contest send a request again, at first one whose answer is late.
    pub(crate) fn resend_of_contest(&mut self) {
        let asks = self.model.contests.iter();
        let asks = asks.flat_map(|(id, it)| it.desk.asks.keys().map(move |nonce| (*id, *nonce)));
        let asks: Vec<_> = asks.collect();
        let now = self.now();
        let due = |(id, nonce): &&(u32, u64)| {
            let mut contest = self.model.contests[id].clone();
            contest.resend(*nonce, now).is_ok()
        };
        let due: Vec<_> = asks.iter().filter(due).copied().collect();
        let list = if due.is_empty() || self.one_in(5) { asks } else { due };
        let Some((id, nonce)) = self.pick(&list) else { return };
        let nonce = if self.one_in(15) { nonce + 100 } else { nonce };
        let params = json!({ "nonce": nonce.to_string() });
        self.poke(Place::Contest(id), "resend", &params, |m, now| m.resend_of(id, nonce, now));
    }

    /// Anyone has the registry send the members to the wallet again.
    pub(crate) fn resync(&mut self) {
        self.poke(Place::Registry, "resync", &json!({}), |m, now| m.resync(now));
    }

    /// The main giver, seldom another, funds a stage itself; seldom with too little value.
    pub(crate) fn fund_directly(&mut self) {
        let (stage, amount) = self.funding();
        let giver = self.community.main_giver.clone();
        let from = if self.one_in(8) { wallet(9) } else { giver.clone() };
        let value = if self.one_in(8) { amount } else { amount + TON };
        let params = json!({ "stage": stage, "nonce": 2, "amount": amount.to_string() });
        self.inside((&from, value), Place::Treasury, "fundStage", &params, |m, _| {
            if from != giver {
                return Err(Refusal::BAD_SENDER);
            }
            match m.treasury.clone().fund_stage(stage, Nano(amount)) {
                Ok(_) if value < amount + TON => Err(LOW_VALUE),
                _ => m.treasury.fund_stage(stage, Nano(amount)),
            }
        });
    }
}
