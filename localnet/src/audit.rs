//! The books: where every nanotoken of the zero state is now.

use std::fmt;

use ton_abi::Nano;

/// Both sides of the conservation equation, in nanotokens.
///
/// `supply = balances + fees + in_flight + burned + undeliverable + dropped`, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audit {
    /// Balances of the zero state and of later account edits.
    pub supply: Nano,
    /// Sum of all account balances, added up now.
    pub balances: Nano,
    /// Fees collected by all blocks: gas, storage, import of external messages, forwarding.
    ///
    /// The part of a forwarding fee that travels inside its message is collected when the message is imported.
    pub fees: Nano,
    /// Values, and forwarding fees still to be collected, of queued and of delayed messages.
    pub in_flight: Nano,
    /// Sent to the burning address of the configuration, or left on an account at the moment of its deletion.
    pub burned: Nano,
    /// Carried by messages that nobody can receive.
    pub undeliverable: Nano,
    /// Carried by messages that a fault dropped ([`crate::FaultAction::Drop`]).
    pub dropped: Nano,
}

impl Audit {
    /// What the right side of the equation adds up to.
    ///
    /// # Panics
    /// If the sum exceeds `u128`: amounts have at most 120 bits each.
    #[must_use]
    pub fn accounted(&self) -> Nano {
        let sent = [self.in_flight, self.undeliverable, self.dropped];
        [self.balances, self.fees, self.burned].into_iter().chain(sent).sum()
    }

    /// Whether not one nanotoken appeared or vanished.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        self.supply == self.accounted()
    }
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_balanced() { "=" } else { "!=" };
        write!(
            f,
            "supply {:#} {sign} balances {:#} + fees {:#} + in flight {:#} + burned {:#} + undeliverable {:#} \
             + dropped {:#}",
            self.supply,
            self.balances,
            self.fees,
            self.in_flight,
            self.burned,
            self.undeliverable,
            self.dropped
        )
    }
}

#[cfg(test)]
mod tests {
    use chain::Config;
    use ton_abi::{Address, Hash, Nano};

    use crate::{Genesis, Node};

    #[test]
    fn one_missing_nanotoken_is_noticed() {
        let address = Address::new(0, Hash([1; 32]));
        let genesis = Genesis::new(Config::local()).with_balance(address, Nano(5)).unwrap();
        let mut node = Node::new(genesis).unwrap();
        assert!(node.audit().unwrap().is_balanced());
        node.state.ledger.supply = Nano(6);
        let audit = node.audit().unwrap();
        assert!(!audit.is_balanced() && audit.accounted() == Nano(5));
        assert!(audit.to_string().starts_with("supply 0.000000006 != balances 0.000000005"), "{audit}");
    }
}
