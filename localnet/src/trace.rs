//! Looking into past transactions: they are executed again on the account as it was.
//!
//! The states between are not kept. Every [`KEPT_EVERY`]th transaction of an account, and the first one after
//! an edit, remembers the state before it; from there the transactions up to the wanted one are executed again under
//! the configuration and options of their blocks. Each must come out with the hash it has in the history: that proves
//! the state.
//!
//! [`KEPT_EVERY`]: crate::state::KEPT_EVERY

use std::sync::Arc;

use chain::{Account, Config, ExecContext, Trace};
use ton_abi::Cell;
use ton_client::TxHash;
use tycho_types::models::Block as BlockModel;

use crate::block::TransactionRecord;
use crate::{Error, MASTERCHAIN, Node};

/// A past transaction with everything that it was made from.
struct Replay {
    account: Account,
    message: Cell,
    config: Config,
    context: ExecContext,
}

impl Node {
    /// Runs the contract of a past transaction again, step by step, on the account as it was then.
    ///
    /// # Errors
    /// [`Error::NoTransaction`], [`Error::NotTraceable`] if the contract did not run in it.
    pub fn trace(&self, hash: &TxHash) -> Result<Trace, Error> {
        let Replay { account, message, config, context } = self.replay(hash)?;
        if context.force_bounce {
            let reason = "a fault sent its message back unread".to_owned();
            return Err(Error::NotTraceable { hash: *hash, reason });
        }
        chain::trace(&config, &account, &message, &context)
            .map_err(|error| Error::NotTraceable { hash: *hash, reason: error.to_string() })
    }

    /// The account as it was before a past transaction.
    ///
    /// # Errors
    /// [`Error::NoTransaction`], [`Error::NotTraceable`].
    pub fn account_before(&self, hash: &TxHash) -> Result<Account, Error> {
        Ok(self.replay(hash)?.account)
    }

    fn replay(&self, hash: &TxHash) -> Result<Replay, Error> {
        let wanted = self.transaction(hash).ok_or(Error::NoTransaction { hash: *hash })?;
        let stuck = |reason: String| Error::NotTraceable { hash: *hash, reason };
        let path = self.path_to(wanted).ok_or_else(|| stuck("no earlier state is known".to_owned()))?;
        let mut account = path.last().and_then(|first| first.before.clone());
        let mut last = None;
        for record in path.into_iter().rev() {
            let before = account.take().ok_or_else(|| stuck("no earlier state is known".to_owned()))?;
            let (after, replay) = self.execute_again(record, before).map_err(stuck)?;
            account = Some(after);
            last = Some(replay);
        }
        last.ok_or_else(|| stuck("no earlier state is known".to_owned()))
    }

    /// Transactions of the account from the wanted one back to one whose state before is known.
    fn path_to(&self, wanted: &Arc<TransactionRecord>) -> Option<Vec<&Arc<TransactionRecord>>> {
        let mut path = Vec::new();
        for record in self.transactions(&wanted.account, wanted.lt) {
            path.push(record);
            if record.before.is_some() {
                return Some(path);
            }
        }
        None
    }

    /// Executes a past transaction on the account before it; gives the account after it.
    fn execute_again(
        &self,
        record: &TransactionRecord,
        account: Account,
    ) -> Result<(Account, Replay), String> {
        let config = self.config_of(record).ok_or("its configuration is not known")?;
        let block = self.chain_block(record.account.workchain, record.block_seq_no);
        let mut context = block.ok_or("its block is not known")?.context();
        context.min_lt = record.lt;
        let message =
            record.in_msg.and_then(|hash| self.message(&hash)).ok_or("no message caused it")?.cell.clone();
        // That a fault forced a bounce is not written down: the transaction's hash tells.
        for force_bounce in [false, true] {
            context.force_bounce = force_bounce;
            if let Ok(done) = chain::execute(&config, &account, &message, &context)
                && TxHash::from(done.transaction.repr_hash()) == record.hash
            {
                // A deleted account has forgotten its past.
                let after =
                    if done.account.exists() { done.account } else { Account::none(record.account.clone()) };
                return Ok((after, Replay { account, message, config, context }));
            }
        }
        Err(format!("transaction {} comes out differently", record.hash))
    }

    /// The configuration of a past round, which its masterchain block carries.
    fn config_of(&self, record: &TransactionRecord) -> Option<Config> {
        let master = self.chain_block(MASTERCHAIN, record.block_seq_no)?;
        let model = master.cell.parse::<BlockModel>().ok()?;
        let raw = model.load_extra().ok()?.load_custom().ok()??.config?;
        if raw.params == self.config().raw().params {
            Some(self.config().clone())
        } else {
            Config::from_raw(raw).ok()
        }
    }
}
