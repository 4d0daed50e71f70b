//! Names of keys.

use std::collections::BTreeMap;

use ton_abi::PublicKey;

use crate::Organisation;

/// Who holds which key, for showing custodians and signers by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster(BTreeMap<PublicKey, String>);

impl Roster {
    /// The members with the keys that the organisation lists.
    pub fn of(organisation: &Organisation) -> Self {
        Self(organisation.members.iter().map(|member| (member.public_key, member.name.clone())).collect())
    }

    /// The members with other keys, given in the order of the members: on a local network, where nobody has the
    /// members' secrets, stand-ins sign for them.
    pub fn with_keys(organisation: &Organisation, keys: impl IntoIterator<Item = PublicKey>) -> Self {
        Self(keys.into_iter().zip(organisation.members.iter().map(|member| member.name.clone())).collect())
    }

    /// Adds somebody who is no member.
    pub fn add(&mut self, key: PublicKey, name: &str) {
        self.0.insert(key, name.to_owned());
    }

    /// Name of the holder of a key, if known.
    pub fn name(&self, key: &PublicKey) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Name of the holder, or the first digits of the key.
    pub fn label(&self, key: &PublicKey) -> String {
        self.name(key).map_or_else(|| format!("{}…", &key.to_string()[..8]), str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_shown_by_name_or_by_their_start() {
        let organisation = Organisation::of_proposal();
        let roster = Roster::of(&organisation);
        assert_eq!(roster.label(&organisation.members[7].public_key), "Itakura");
        assert_eq!(roster.label(&PublicKey([0xab; 32])), "abababab…");

        let stand_ins = Roster::with_keys(&organisation, (0..15).map(|n| PublicKey([n; 32])));
        assert_eq!(stand_ins.name(&PublicKey([14; 32])), Some("Ekaterina Pantaz"));
        assert_eq!(stand_ins.name(&organisation.members[7].public_key), None);
    }
}
