//! Messages that outlived their time: the proof that they are void, the reason, and whether to make them anew.
//!
//! COMPAT(sdk): error 507 (expired) and 514 (rejected) with their `local_error`; messages that the contract would have
//! taken, or refused for their time only (exit codes 52 and 57), are made anew a limited number of times.

use chain::TransactionView;
use ton_abi::{Lt, UnixTime};

use super::Outgoing;
use crate::error::NotIncludedCause;
use crate::net::{FoundTransaction, Head, RejectReason, Rejection};
use crate::{Client, Error, Result, Settings, tvm};

/// Exit code of the contract's replay protection.
const REPLAY: i32 = 52;
/// Exit code for a message after its time.
pub(super) const EXPIRED: i32 = 57;

impl Settings {
    /// Life of a message that is made for the `attempt`-th time (from 0), in seconds.
    #[must_use]
    pub fn lifetime_of(&self, attempt: u32) -> u32 {
        let mut life = u64::from(self.lifetime);
        for _ in 0..attempt.min(self.retries) {
            life = life * u64::from(self.growth) / 100;
        }
        u32::try_from(life).unwrap_or(u32::MAX)
    }

    /// Whether to make a message anew for the `attempt`-th time (from 1) after this failure of the one before.
    #[must_use]
    pub fn retries_after(&self, error: &Error, attempt: u32) -> bool {
        let Error::NotIncluded(it) = error else { return false };
        let NotIncludedCause::Expired { diagnosis, .. } = &it.cause else { return false };
        let lost = matches!(diagnosis, None | Some(RejectReason::ExitCode(REPLAY | EXPIRED)));
        lost && attempt <= self.retries
    }
}

impl Client {
    /// A message that outlived its time: once its absence is proven, the reason by a run of our own.
    pub(super) async fn expired(
        &self,
        message: &Outgoing,
        expire: UnixTime,
        mut head: Head,
    ) -> Result<FoundTransaction> {
        for _ in 0..self.settings().patience.max(1) {
            let proven = self.knows_all_transactions(message, expire).await?;
            // A last look, after the proof.
            if let Some(found) = self.transport().transaction_of(&message.hash).await? {
                return Ok(found);
            }
            if proven {
                let time = UnixTime(expire.0.saturating_sub(1));
                let diagnosis = self.diagnose(message, time).await?;
                let cause = NotIncludedCause::Expired { expire, diagnosis };
                return Err(self.not_included(message, cause, time).await);
            }
            head = self.next_head(&message.address, &head, message.hash).await?;
        }
        Err(Error::Pending { message: message.hash, at: head.gen_utime })
    }

    /// Whether it is certain that a message was not executed and never will be: chain time has passed the end of its life,
    /// grace included, and its absence is proven.
    ///
    /// A rejection alone does not say so: a later block may include what an earlier one left out.
    ///
    /// # Errors
    /// [`Error::Transport`], [`Error::BadTransaction`].
    pub async fn is_void(&self, message: &Outgoing) -> Result<bool> {
        let Some(expire) = message.expire else { return Ok(false) };
        let head = self.transport().head(&message.address).await?;
        if head.gen_utime <= expire.plus(self.settings().grace) {
            return Ok(false);
        }
        let proven = self.knows_all_transactions(message, expire).await?;
        // A last look, after the proof.
        Ok(proven && self.transport().transaction_of(&message.hash).await?.is_none())
    }

    /// Whether the network's list of transactions is as new as its state of the account, so that a message which is
    /// not in the list cannot have changed the account. Lists may lag, and an account that refuses a message as a replay
    /// may do so because it has executed it.
    async fn knows_all_transactions(&self, message: &Outgoing, expire: UnixTime) -> Result<bool> {
        let account = self.account(&message.address).await?;
        let longest = self.settings().lifetime_of(self.settings().retries);
        if account.last_trans_lt() == Lt(0) || account.last_paid().plus(longest) < expire {
            // Nothing has happened there since the message was made.
            return Ok(true);
        }
        let newest = self.transport().transactions(&message.address, None, 1).await?;
        let Some(newest) = newest.first() else { return Ok(false) };
        let view = TransactionView::parse(&newest.cell, newest.account.workchain)?;
        // States count to the end of the last transaction: itself and one step for each message that it sent.
        let end = view.lt.plus(1 + view.out_msgs.len() as u64);
        Ok(end >= account.last_trans_lt())
    }

    /// Why a message would not be included at `time`; `None` if it would, or if the account has changed since.
    async fn diagnose(&self, message: &Outgoing, time: UnixTime) -> Result<Option<RejectReason>> {
        let account = self.account(&message.address).await?;
        if account.last_paid() > time {
            return Ok(None);
        }
        let config = self.transport().config().await?;
        tvm::check_external(&config, &account, &message.cell, time)
    }

    /// The reason of a rejection: the network's own if it is a code, else what a run of our own finds.
    pub(super) async fn explain_rejection(
        &self,
        message: &Outgoing,
        rejection: Rejection,
        time: UnixTime,
    ) -> RejectReason {
        let words @ RejectReason::Other(_) = rejection.reason else { return rejection.reason };
        // The rejection stands whatever becomes of the search for its reason.
        self.diagnose(message, time).await.ok().flatten().unwrap_or(words)
    }
}
