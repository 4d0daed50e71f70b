//! Proof that no money appears or vanishes.

use ton_abi::{Nano, message_info};
use tycho_types::cell::Cell;
use tycho_types::models::MsgInfo;

use crate::execute::Executed;

/// Counts money over a whole history: what there was at the start must be on the accounts, in messages on their way,
/// or collected as fees, to the nanotoken.
///
/// Two thirds of a forward fee travel inside an internal message and are collected when it is imported, which the
/// executor leaves to the maker of blocks: [`Ledger::record`] returns that part, too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    start: Nano,
    fees: Nano,
    burned: Nano,
    in_flight: Nano,
}

/// The books do not balance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the books do not balance: {expected} nano expected, found {found} ({ledger:?})")]
pub struct Imbalance {
    /// Nanotokens there were.
    pub expected: u128,
    /// Nanotokens found on accounts, in messages, in fees and burned.
    pub found: u128,
    /// The books.
    pub ledger: Ledger,
}

/// A message in a transaction that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("unreadable message in a transaction: {0}")]
pub struct BadMessage(#[from] ton_abi::Error);

impl Ledger {
    /// Books that start with so much money on all accounts together.
    pub fn new(start: Nano) -> Self {
        Self { start, ..Self::default() }
    }

    /// Money that came from nowhere: an account placed, or an internal message made, by hand.
    pub fn mint(&mut self, amount: Nano) {
        self.start.0 += amount.0;
    }

    /// Enters an internal message made by hand: its money is minted and on its way.
    ///
    /// # Errors
    /// [`BadMessage`].
    pub fn mint_message(&mut self, message: &Cell) -> Result<(), BadMessage> {
        let (value, fee) = carried(message)?;
        let amount = Nano(value.0 + fee.0);
        self.mint(amount);
        self.in_flight.0 += amount.0;
        Ok(())
    }

    /// Enters a transaction and returns all fees that its block collects for it: those of the transaction and those
    /// left in its inbound message.
    ///
    /// # Errors
    /// [`BadMessage`].
    ///
    /// # Panics
    /// If an inbound message was never entered, as an outgoing one of a recorded transaction or as a minted one.
    pub fn record(&mut self, executed: &Executed) -> Result<Nano, BadMessage> {
        let mut collected = executed.collected_fees;
        if let Some(message) = &executed.view.in_msg {
            let (value, fee) = carried(message)?;
            self.in_flight = self
                .in_flight
                .checked_sub(Nano(value.0 + fee.0))
                .expect("a message is delivered once, and only if it was sent");
            collected.0 += fee.0;
        }
        for message in executed.out_messages() {
            let (value, fee) = carried(message)?;
            self.in_flight.0 += value.0 + fee.0;
        }
        self.fees.0 += collected.0;
        self.burned.0 += executed.burned.0;
        Ok(collected)
    }

    /// Fees collected so far.
    pub fn fees(&self) -> Nano {
        self.fees
    }

    /// Money in messages on their way, with the forward fees left in them.
    pub fn in_flight(&self) -> Nano {
        self.in_flight
    }

    /// Compares the books with the accounts' balances.
    ///
    /// # Errors
    /// [`Imbalance`] if a single nanotoken is missing or too much.
    pub fn check(&self, balances: impl IntoIterator<Item = Nano>) -> Result<(), Imbalance> {
        let found = balances.into_iter().sum::<Nano>().0 + self.fees.0 + self.in_flight.0 + self.burned.0;
        if found == self.start.0 {
            return Ok(());
        }
        Err(Imbalance { expected: self.start.0, found, ledger: self.clone() })
    }
}

/// Value and the fees left inside a message; nothing for external ones.
fn carried(message: &Cell) -> Result<(Nano, Nano), BadMessage> {
    Ok(match message_info(message)? {
        MsgInfo::Int(info) => (info.value.tokens.into(), info.fwd_fee.into()),
        MsgInfo::ExtIn(_) | MsgInfo::ExtOut(_) => (Nano::ZERO, Nano::ZERO),
    })
}
