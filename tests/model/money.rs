//! Gas money, donations, and what the org fund gets back.

use governance::model::{Refusal, wallet::Subject};
use serde_json::json;
use ton_abi::{InternalMessage, Nano};
use workspace_tests::community::{TON, account, number, wallet};

use crate::run::{LOW_VALUE, Message, Place, Run};

/// What booking a plain transfer costs at most. Source: `Gas.BOOK`.
const BOOK: u128 = 50_000_000;

impl Run {
    /// Somebody brings gas money to some contract.
    pub(crate) fn some_top_up(&mut self) {
        let mut places = vec![Place::Registry, Place::Treasury, Place::Pool];
        places.extend(self.model.contests.keys().map(|id| Place::Contest(*id)));
        let place = self.pick(&places).expect("not empty");
        let before = (self.model.clone(), self.now());
        if place == Place::Registry || self.one_in(3) {
            self.top_up(place);
            self.settle_down((&before.0, before.1));
        } else {
            let from = account(0xAC, 1);
            self.inside((&from, 15_000_000), place, "topUp", &json!({}), |_, _| Err::<(), _>(LOW_VALUE));
        }
    }

    /// Somebody gives the treasury a present.
    pub(crate) fn donate(&mut self) {
        let amount = TON + u128::from(self.rng.u32(..));
        let to = self.community.treasury.address.clone();
        let mut transfer = InternalMessage::transfer(wallet(3), to, Nano(amount));
        transfer.bounce = true;
        self.community.world.puppets.insert(wallet(3));
        self.play(Place::Treasury, "receive", Message::Inside(Box::new(transfer)), |m, _| {
            m.treasury.donate(Nano(amount - BOOK));
            Ok(())
        });
    }

    /// Anyone gives back what nobody confirmed in time.
    pub(crate) fn release_reserve(&mut self) {
        let known = self.orders.iter().filter_map(|(nonce, subject)| match subject {
            Subject::Org(list) => Some((*nonce, *list)),
            Subject::Contest(_) | Subject::Payment(_) => None,
        });
        let known: Vec<_> = known.collect();
        let late = |(_, list): &&(u64, u32)| {
            self.model.treasury.org_lists.get(list).is_some_and(|it| !it.paid && self.now() >= it.until)
        };
        let due: Vec<_> = known.iter().filter(late).copied().collect();
        let Some((nonce, list)) = self.pick(if due.is_empty() { &known } else { &due }) else {
            let params = json!({ "nonce": "77777" });
            self.poke(Place::Treasury, "releaseReserve", &params, |_, _| Err::<(), _>(Refusal::NOT_FOUND));
            return;
        };
        self.poke(Place::Treasury, "releaseReserve", &json!({ "nonce": nonce.to_string() }), |m, now| {
            m.treasury.release_reserve(list, now)
        });
    }

    /// Anyone books what the treasury has beyond its books and its gas money.
    pub(crate) fn reconcile(&mut self) {
        let before = self.unassigned();
        let from = self.now();
        let former = self.model.clone();
        let cell = {
            let header = ton_abi::Header { time: from.millis(), expire: from.plus(60), pubkey: None };
            self.contract(Place::Treasury).unsigned("reconcile", &json!({}), &header)
        };
        let found = self.send(Message::Outside(cell));
        self.coverage.code(found.code);
        if found.refused {
            assert_eq!(found.code, 160, "there is nothing to book");
            return;
        }
        self.coverage.success("Treasury.reconcile");
        // How much it is depends on gas: the model takes the chain's word, and the books must still add up.
        self.model.treasury.donate(Nano(self.unassigned() - before));
        self.settle_down((&former, from));
    }

    fn unassigned(&self) -> u128 {
        number(&self.get(Place::Treasury, "getLedger", &json!({}))["ledger"]["unassigned"])
    }
}
