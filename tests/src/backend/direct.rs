//! The `chain` crate without a node.

use std::collections::BTreeMap;

use chain::{Account, Config, ConfigOptions, ExecContext, ExecError, Executed, execute};
use ton_abi::{Address, Cell, Lt, MessageView};

use super::{Backend, Moment};

/// Accounts and nothing else.
pub struct Direct {
    config: Config,
    /// The same with hardly any gas for a transaction.
    starved: Config,
    accounts: BTreeMap<Address, Account>,
    lt: Lt,
}

impl Default for Direct {
    fn default() -> Self {
        let starved = ConfigOptions { gas_limit: 1_000, ..ConfigOptions::default() };
        let starved = Config::with_options(&starved);
        Self { config: Config::local(), starved, accounts: BTreeMap::new(), lt: Lt(1_000_000) }
    }
}

impl Backend for Direct {
    fn account(&self, address: &Address) -> Account {
        self.accounts.get(address).cloned().unwrap_or_else(|| Account::none(address.clone()))
    }

    fn execute(&mut self, message: &Cell, moment: Moment) -> Result<Executed, ExecError> {
        let view = MessageView::parse(message).expect("readable");
        let target = view.dst.expect("a message to an account");
        let mut context = ExecContext::new(moment.now, self.lt);
        context.block_lt = self.lt;
        context.full_body_in_bounced = moment.mainnet_bounces;
        context.bounce_after_failed_action = moment.mainnet_bounces;
        let config = if moment.starved { &self.starved } else { &self.config };
        let executed = execute(config, &self.account(&target), message, &context)?;
        self.lt = Lt(self.lt.0.max(executed.next_lt.0) + 1000);
        self.accounts.insert(target, executed.account.clone());
        Ok(executed)
    }
}
