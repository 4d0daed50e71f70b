//! The messages that the played accounts send, with their usual values.

use serde_json::{Value, json};
use ton_abi::{Address, MessageView};

use crate::books::{Books, CALL, FUND, Sent, Step, TON, escrow, multisig, registry};

/// Parameters of `fundStage`.
pub(crate) fn funding(stage: u32, nonce: u64, amount: u128) -> Value {
    json!({ "stage": stage.to_string(), "nonce": nonce.to_string(), "amount": amount.to_string() })
}

/// Parameters of `reserve`.
pub(crate) fn reservation(contest: u32, nonce: u64, place: (u8, u8), to: &Address, total: u128) -> Value {
    json!({ "contestId": contest.to_string(), "nonce": nonce.to_string(), "stage": place.0.to_string(),
        "item": place.1.to_string(), "escrow": to.to_string(), "total": total.to_string() })
}

/// Parameters of the functions that take a contest and a nonce.
pub(crate) fn contest(contest: u32, nonce: u64) -> Value {
    json!({ "contestId": contest.to_string(), "nonce": nonce.to_string() })
}

/// Parameters of `refund`.
pub(crate) fn refunding(id: u32, nonce: u64, amount: u128, last: bool, paid: bool) -> Value {
    json!({ "contestId": id.to_string(), "nonce": nonce.to_string(), "amount": amount.to_string(),
        "last": last, "paid": paid })
}

/// Parameters of `orgShare`.
pub(crate) fn sharing(id: u32, nonce: u64, amount: u128) -> Value {
    json!({ "contestId": id.to_string(), "nonce": nonce.to_string(), "amount": amount.to_string() })
}

/// Parameters of `close`.
pub(crate) fn closing(stage: u32, nonce: u64, report: u8) -> Value {
    json!({ "stage": stage.to_string(), "nonce": nonce.to_string(), "reportHash": report.to_string(),
        "link": "https://example.org/report" })
}

/// Parameters of `payOrg`.
pub(crate) fn paying(pay: u32, nonce: u64, payments: &[(Address, u128)]) -> Value {
    let list: Vec<_> = payments
        .iter()
        .map(|(to, amount)| json!({ "to": to.to_string(), "amount": amount.to_string() }))
        .collect();
    json!({ "payId": pay.to_string(), "nonce": nonce.to_string(), "payments": list })
}

/// Parameters of `confirmed`.
pub(crate) fn confirmation(nonce: u64, hash: &Value) -> Value {
    json!({ "nonce": nonce.to_string(), "hash": hash })
}

/// Hash of a list of payments, worked out without the contract.
pub(crate) fn list_hash(payments: &[(Address, u128)]) -> Value {
    let list = paying(0, 0, payments)["payments"].clone();
    let cell = governance::encoding::encode("OrgPayment[]", &list).expect("payments");
    json!(format!("0x{}", hex::encode(cell.repr_hash().as_slice())))
}

impl Books {
    /// Money of the multisig for a stage; code and value of the answer.
    #[track_caller]
    pub(crate) fn fund(&mut self, stage: u32, amount: u128) -> (u16, u128) {
        let nonce = self.nonce();
        let step = self.call(&multisig(), amount + CALL, "fundStage", &funding(stage, nonce, amount));
        assert_eq!(step.gas_money, 0);
        step.answer(&multisig(), nonce)
    }

    /// The whole budget of a stage.
    #[track_caller]
    pub(crate) fn activate(&mut self, stage: u8) {
        let of = |field| self.stage_sum(stage, field);
        let missing = of("planBudget") - of("received") - of("carryIn");
        assert_eq!(self.fund(stage.into(), missing).0, 0);
        assert_eq!(self.stage(stage)["status"], json!("1"));
    }

    /// A reservation for a contest at its usual escrow; the answer's code.
    #[track_caller]
    pub(crate) fn reserve(&mut self, id: u32, stage: u8, item: u8, total: u128) -> u16 {
        let nonce = self.nonce();
        self.ask("reserve", &reservation(id, nonce, (stage, item), &escrow(id), total))
    }

    /// A contest says that it stands.
    #[track_caller]
    pub(crate) fn ready(&mut self, id: u32) -> Step {
        let nonce = self.nonce();
        let step = self.call(&escrow(id), CALL, "escrowReady", &contest(id, nonce));
        assert_eq!((step.code, step.gas_money), (0, 0));
        step
    }

    /// The same; the funding that it gets.
    #[track_caller]
    pub(crate) fn sent(&mut self, id: u32) -> (u64, MessageView) {
        let step = self.ready(id);
        let total = number_of(self, id, "total");
        match step.sent.as_slice() {
            [Sent::Fund { to, contest, nonce, value }] => {
                assert_eq!((to, *contest), (&escrow(id), id));
                assert!(*value >= total + FUND, "the escrow gets what its funding needs");
                (*nonce, step.messages[0].clone())
            }
            other => panic!("a funding was expected, not {other:?}"),
        }
    }

    /// The escrow says that it took its money; it returns half a TON.
    #[track_caller]
    pub(crate) fn ack(&mut self, id: u32, nonce: u64) -> Step {
        let step = self.call(&escrow(id), FUND, "fundAck", &contest(id, nonce));
        assert_eq!((step.code, step.gas_money), (0, 0));
        match step.sent.as_slice() {
            [Sent::Plain { to, value }] => {
                assert_eq!(to, &registry());
                assert!(*value > FUND - TON / 20, "the gas money goes to the registry");
            }
            other => panic!("a transfer was expected, not {other:?}"),
        }
        step
    }

    /// A contest from its reservation to its acknowledgement.
    #[track_caller]
    pub(crate) fn launch(&mut self, id: u32, stage: u8, item: u8, total: u128) {
        assert_eq!(self.reserve(id, stage, item, total), 0);
        let (nonce, _) = self.sent(id);
        assert_eq!(self.ack(id, nonce).names(), ["BudgetTaken"]);
    }

    /// Money that a contest gives back.
    #[track_caller]
    pub(crate) fn refund(&mut self, id: u32, amount: u128, last: bool, paid: bool) -> Step {
        let nonce = self.nonce();
        let step = self.call(&escrow(id), amount + CALL, "refund", &refunding(id, nonce, amount, last, paid));
        assert_eq!(step.answer(&escrow(id), nonce).0, 0);
        assert_eq!(step.gas_money, 0);
        step
    }

    /// The org share of a contest.
    #[track_caller]
    pub(crate) fn share(&mut self, id: u32, amount: u128) {
        let nonce = self.nonce();
        let step = self.call(&escrow(id), amount + CALL, "orgShare", &sharing(id, nonce, amount));
        assert_eq!((step.answer(&escrow(id), nonce).0, step.gas_money), (0, 0));
        assert_eq!(step.names(), ["OrgShareBooked"]);
    }

    /// Closes a stage; the answer's code.
    #[track_caller]
    pub(crate) fn close(&mut self, stage: u32) -> u16 {
        let nonce = self.nonce();
        self.ask("close", &closing(stage, nonce, 7))
    }

    /// Reserves org payments; the answer's code and the nonce of the confirmation.
    #[track_caller]
    pub(crate) fn pay(&mut self, pay: u32, payments: &[(Address, u128)]) -> (u16, u64) {
        let nonce = self.nonce();
        (self.ask("payOrg", &paying(pay, nonce, payments)), nonce)
    }

    /// The multisig confirms a list.
    #[track_caller]
    pub(crate) fn confirm(&mut self, nonce: u64, payments: &[(Address, u128)]) -> Step {
        let step = self.call(&multisig(), CALL, "confirmed", &confirmation(nonce, &list_hash(payments)));
        assert_eq!((step.code, step.gas_money), (0, 0));
        step
    }

    /// Fills the org fund by way of contest 19, a contest of item `item` of stage 1.
    #[track_caller]
    pub(crate) fn fill_org(&mut self, item: u8, amount: u128) {
        let total = self.left(1, item);
        self.launch(19, 1, item, total);
        self.share(19, amount);
        self.refund(19, 0, true, true);
    }

    /// A contest as the treasury knows it.
    #[track_caller]
    pub(crate) fn escrow(&self, id: u32) -> Value {
        self.get("getEscrow", &json!({ "contestId": id.to_string() }))["contest"].clone()
    }
}

fn number_of(books: &Books, id: u32, field: &str) -> u128 {
    crate::books::number(&books.escrow(id)[field])
}
