//! When a remote network counts as one for development, where keys of public knowledge are welcome.
//!
//! Neither an address like 127.0.0.1 (a forwarded port looks the same) nor a node's own word decides it, but money:
//! the network's giver, whose secret key is published, has a fortune. Where tokens are worth anything the first reader
//! of the documentation would have taken it. A node that lies about the giver deceives nobody but its own users, and
//! gets signatures of keys that everybody has.

use std::sync::atomic::{AtomicBool, Ordering};

use ton_abi::{Address, Nano, PublicKey};

/// What a network must show to count as one for development.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalProof {
    /// Account whose secret key is published.
    pub giver: Address,
    /// Its public key, which its data starts with.
    pub key: PublicKey,
    /// The least that it must have.
    pub least: Nano,
}

impl LocalProof {
    /// Whether this account is a giver that nobody has emptied.
    #[must_use]
    pub fn holds(&self, account: &chain::Account) -> bool {
        let owner = account.data().and_then(|data| data.as_slice().ok()?.get_u256(0).ok());
        account.address() == &self.giver
            && account.code().is_some()
            && owner.is_some_and(|owner| owner.0 == self.key.0)
            && account.balance() >= self.least
    }
}

/// The answer, once it is known.
#[derive(Default)]
pub(crate) struct Proven(AtomicBool);

impl Proven {
    pub(crate) fn set(&self, local: bool) -> bool {
        self.0.store(local, Ordering::Relaxed);
        local
    }

    pub(crate) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use ton_abi::{CellBuilder, Image};
    use tycho_types::cell::HashBytes;

    use super::*;

    #[test]
    fn only_a_rich_giver_with_the_published_key_proves_it() {
        let giver = Address::new(0, HashBytes([7; 32]));
        let proof = LocalProof { giver: giver.clone(), key: PublicKey([9; 32]), least: Nano::tokens(100) };
        let account = |address: &Address, owner: u8, tokens| {
            let data = CellBuilder::build_from(HashBytes([owner; 32])).unwrap();
            let image = Image::new(CellBuilder::build_from(1u8).unwrap(), data);
            chain::Account::active(address.clone(), Nano::tokens(tokens), &image).unwrap()
        };
        assert!(proof.holds(&account(&giver, 9, 100)));
        assert!(!proof.holds(&account(&giver, 9, 99)), "emptied");
        assert!(!proof.holds(&account(&giver, 8, 100)), "another owner");
        assert!(!proof.holds(&account(&Address::new(0, HashBytes([8; 32])), 9, 100)), "another account");
        assert!(!proof.holds(&chain::Account::none(giver.clone())), "no account");
        let poor = chain::Account::uninit(giver, Nano::tokens(100)).unwrap();
        assert!(!proof.holds(&poor), "no code: {}", json!(poor.balance()));
    }
}
