//! The org fund: payments are reserved, confirmed by the members' wallet, sent once, or given back.

use std::collections::BTreeSet;

use ton_abi::{Nano, UnixTime};

use super::jury::is_payable;
use super::limits;
use super::refusal::{Refusal, require};
use super::treasury::Treasury;
use crate::payload::OrgPayment;

/// A list of payments of the org fund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgList {
    /// The payments.
    pub payments: Vec<OrgPayment>,
    /// Their sum.
    pub sum: Nano,
    /// From when on it can be given back when nobody confirmed it.
    pub until: UnixTime,
    /// Whether it was confirmed and sent.
    pub paid: bool,
    /// Payments that came back.
    pub bounced: BTreeSet<u8>,
    /// Request of the registry that reserved it.
    pub nonce: u64,
}

impl Treasury {
    /// The registry reserves payments of the org fund. The same list again waits anew.
    ///
    /// # Errors
    /// 155 counts or an amount; 156 another list under this id, or a paid one; 161 address; 402 more than the fund.
    pub fn pay_org(&mut self, id: u32, payments: &[OrgPayment], now: UnixTime) -> Result<(), Refusal> {
        require((1..=limits::ORG_PAYMENTS).contains(&payments.len()), Refusal::LIMIT)?;
        if let Some(known) = self.org_lists.get_mut(&id) {
            require(!known.paid && known.payments == payments, Refusal::DUPLICATE)?;
            known.until = now.plus(limits::RESERVE_LIFE);
            return Ok(());
        }
        let waiting = self.org_lists.values().filter(|list| !list.paid).count();
        require(waiting < limits::ORG_WAITING, Refusal::LIMIT)?;
        let mut sum = 0;
        for payment in payments {
            require(payment.amount >= limits::MIN_PRIZE, Refusal::LIMIT)?;
            require(is_payable(&payment.to), Refusal::BAD_ADDRESS)?;
            require(payment.amount.0 <= self.org_available.0 - sum, Refusal::INSUFFICIENT)?;
            sum += payment.amount.0;
        }
        self.org_available.0 -= sum;
        self.org_reserved.0 += sum;
        self.org_lists.insert(
            id,
            OrgList {
                payments: payments.to_vec(),
                sum: Nano(sum),
                until: now.plus(limits::RESERVE_LIFE),
                paid: false,
                bounced: BTreeSet::new(),
                nonce: 0,
            },
        );
        Ok(())
    }

    /// The registry reserves payments by a request. The same request again changes nothing.
    ///
    /// # Errors
    /// Those of [`Self::pay_org`].
    pub(super) fn pay_org_again(
        &mut self,
        id: u32,
        nonce: u64,
        payments: &[OrgPayment],
        now: UnixTime,
    ) -> Result<(), Refusal> {
        let same = |list: &&OrgList| list.nonce == nonce && !list.paid && list.payments == payments;
        if self.org_lists.get(&id).filter(same).is_none() {
            self.pay_org(id, payments, now)?;
        }
        if let Some(list) = self.org_lists.get_mut(&id) {
            list.nonce = nonce;
        }
        Ok(())
    }

    /// The members confirmed an org list: every payment is sent.
    ///
    /// # Errors
    /// 157 nothing waits under this id.
    pub fn confirmed(&mut self, id: u32) -> Result<Vec<OrgPayment>, Refusal> {
        let list = self.org_lists.get_mut(&id).filter(|list| !list.paid).ok_or(Refusal::NOT_FOUND)?;
        list.paid = true;
        self.org_reserved.0 -= list.sum.0;
        self.org_paid.0 += list.sum.0;
        Ok(list.payments.clone())
    }

    /// A payment of an org list came back with so much of its amount; whether that was news.
    pub fn payment_bounced(&mut self, id: u32, index: u8, back: Nano) -> bool {
        let Some(list) = self.org_lists.get_mut(&id).filter(|list| list.paid) else { return false };
        if usize::from(index) >= list.payments.len() || !list.bounced.insert(index) {
            return false;
        }
        self.org_available.0 += back.0;
        self.org_paid.0 -= back.0;
        true
    }

    /// Anyone gives an org list back that nobody confirmed.
    ///
    /// # Errors
    /// 157, 153.
    pub fn release_reserve(&mut self, id: u32, now: UnixTime) -> Result<(), Refusal> {
        let list = self.org_lists.get(&id).filter(|list| !list.paid).ok_or(Refusal::NOT_FOUND)?;
        require(now >= list.until, Refusal::BAD_TIME)?;
        self.org_reserved.0 -= list.sum.0;
        self.org_available.0 += list.sum.0;
        self.org_lists.remove(&id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{START, wallet};
    use crate::organisation::Organisation;
    use crate::payload;

    fn payment(n: u8, tons: u64) -> OrgPayment {
        OrgPayment { to: wallet(n), amount: Nano::tokens(tons) }
    }

    /// An org fund of 100 TON.
    fn with_org_fund() -> Treasury {
        let mut treasury = Treasury::new(&payload::plan(&Organisation::of_proposal()));
        treasury.fund_stage(1, Nano::tokens(673_120)).expect("stage 1 has no gate");
        treasury.reserve(1, 1, 2, Nano::tokens(112_000)).expect("it is in the plan");
        treasury.escrow_ready(1).expect("it is reserved");
        treasury.org_share(1, Nano::tokens(100)).expect("it is known");
        treasury
    }

    #[test]
    fn t53_org_payments_are_reserved_confirmed_and_sent_once() {
        let mut treasury = with_org_fund();
        let list = [payment(1, 30), payment(2, 20)];
        assert_eq!(treasury.pay_org(5, &[payment(1, 101)], START), Err(Refusal::INSUFFICIENT));
        assert_eq!(treasury.pay_org(5, &[], START), Err(Refusal::LIMIT));
        assert_eq!(treasury.pay_org(5, &vec![payment(1, 1); 17], START), Err(Refusal::LIMIT));
        let dust = OrgPayment { to: wallet(1), amount: Nano(99_999_999) };
        assert_eq!(treasury.pay_org(5, &[dust], START), Err(Refusal::LIMIT));
        let masterchain =
            OrgPayment { to: ton_abi::Address::new(-1, ton_abi::Hash([1; 32])), ..payment(1, 1) };
        assert_eq!(treasury.pay_org(5, &[masterchain], START), Err(Refusal::BAD_ADDRESS));
        assert_eq!(treasury.pay_org(5, &list, START), Ok(()));
        assert_eq!(treasury.pay_org(5, &list, START.plus(60)), Ok(()), "the same again");
        assert_eq!(treasury.org_lists[&5].until, START.plus(30 * 86_400 + 60), "it waits anew");
        assert_eq!(treasury.pay_org(5, &list[..1], START), Err(Refusal::DUPLICATE));
        assert_eq!(treasury.pay_org(6, &[payment(3, 51)], START), Err(Refusal::INSUFFICIENT));
        assert_eq!(treasury.confirmed(6), Err(Refusal::NOT_FOUND));
        assert_eq!(treasury.confirmed(5).as_deref(), Ok(list.as_slice()));
        assert_eq!(treasury.confirmed(5), Err(Refusal::NOT_FOUND));
        assert_eq!((treasury.org_available, treasury.org_reserved), (Nano::tokens(50), Nano::ZERO));
        assert!(treasury.payment_bounced(5, 1, Nano::tokens(20)));
        assert!(!treasury.payment_bounced(5, 1, Nano::tokens(20)), "once");
        assert!(!treasury.payment_bounced(5, 2, Nano::tokens(20)));
        assert_eq!(treasury.org_available, Nano::tokens(70));
    }

    #[test]
    fn unconfirmed_org_payments_are_given_back_after_thirty_days() {
        let mut treasury = with_org_fund();
        treasury.pay_org(5, &[payment(1, 30)], START).expect("the fund holds it");
        let until = START.plus(30 * 86_400);
        assert_eq!(treasury.release_reserve(5, UnixTime(until.0 - 1)), Err(Refusal::BAD_TIME));
        assert_eq!(treasury.release_reserve(5, until), Ok(()));
        assert_eq!(treasury.release_reserve(5, until), Err(Refusal::NOT_FOUND));
        assert_eq!(treasury.org_available, Nano::tokens(100));
        assert_eq!(treasury.confirmed(5), Err(Refusal::NOT_FOUND));
    }
}
