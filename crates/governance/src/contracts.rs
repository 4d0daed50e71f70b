//! The contracts of an organisation as the compiler built them.

use std::collections::BTreeMap;
use std::sync::Arc;

use ton_abi::{Cell, ContractAbi, Hash, Image};
use ton_client::Client;

use crate::registry::CodeKind;
use crate::sources::BuiltIn;
use crate::{codes, contest, jury_pool, multisig, proposal, registry, treasury};

/// A contract that can be deployed.
#[derive(Debug, Clone)]
pub struct Built {
    /// Its interface.
    pub abi: ContractAbi,
    /// Its code and initial data.
    pub image: Image,
}

/// Name, interface and image of a committed build.
macro_rules! built_in {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../../abi/", $name, ".abi.json")),
            include_bytes!(concat!("../../../abi/", $name, ".tvc")),
        )
    };
}

/// Names of the contracts, as the compiler writes them.
pub const NAMES: [&str; 6] = [
    registry::CONTRACT,
    proposal::CONTRACT,
    multisig::CONTRACT,
    treasury::CONTRACT,
    contest::CONTRACT,
    jury_pool::CONTRACT,
];

/// All contracts of an organisation.
#[derive(Debug, Clone)]
pub struct Contracts(BTreeMap<&'static str, Built>);

/// Interfaces of all contracts of an organisation.
#[derive(Debug, Clone)]
pub struct Abis(BTreeMap<&'static str, ContractAbi>);

/// The committed builds of the contracts: name, interface, code with initial data.
const BUILT_IN: [(&str, &str, &[u8]); 6] = [
    built_in!("MemberRegistry"),
    built_in!("Proposal"),
    built_in!("Multisig"),
    built_in!("Treasury"),
    built_in!("ContestEscrow"),
    built_in!("JuryPool"),
];

impl Contracts {
    /// The contracts as they are committed in `abi/`, which a test compares with what the compiler makes of the
    /// sources.
    ///
    /// # Errors
    /// [`ton_abi::Error`] if a file there is damaged.
    pub fn built_in() -> Result<Self, ton_abi::Error> {
        Self::find(|name| {
            // INVARIANT: both lists have the same six names, as a test shows.
            let found = BUILT_IN.iter().find(|(known, ..)| *known == name);
            let (_, abi, tvc) = found.ok_or_else(|| ton_abi::Error::UnknownFunction(name.to_owned()))?;
            Ok(Built { abi: ContractAbi::parse(abi)?, image: Image::from_tvc(tvc)? })
        })
    }

    /// The contracts that `find` gives for [`NAMES`].
    ///
    /// # Errors
    /// The first error of `find`.
    pub fn find<E>(mut find: impl FnMut(&str) -> Result<Built, E>) -> Result<Self, E> {
        NAMES.into_iter().map(|name| Ok((name, find(name)?))).collect::<Result<_, E>>().map(Self)
    }

    /// The contract of that name.
    ///
    /// # Panics
    /// If the name is none of [`NAMES`].
    pub fn get(&self, name: &str) -> &Built {
        self.0.get(name).expect("the name is one of NAMES")
    }

    /// Code that the registry deploys; `None` for an image without code.
    pub fn code(&self, kind: CodeKind) -> Option<&Cell> {
        self.get(kind.word()).image.state_init.code.as_ref()
    }

    /// The interfaces.
    pub fn abis(&self) -> Abis {
        Abis(self.0.iter().map(|(name, built)| (*name, built.abi.clone())).collect())
    }

    /// Tells a client how to recognise and decode these contracts wherever they are deployed.
    pub fn register(&self, client: &Client) {
        self.abis().register(client);
        let hashes: Vec<(&str, Hash)> =
            self.0.iter().filter_map(|(name, built)| Some((*name, built.image.code_hash()?))).collect();
        client.update_registry(|registry| {
            for (name, hash) in hashes {
                registry.add_code(hash, name);
            }
        });
    }
}

impl Abis {
    /// The interfaces that `find` gives for [`NAMES`].
    ///
    /// # Errors
    /// The first error of `find`.
    pub fn find<E>(mut find: impl FnMut(&str) -> Result<ContractAbi, E>) -> Result<Self, E> {
        NAMES.into_iter().map(|name| Ok((name, find(name)?))).collect::<Result<_, E>>().map(Self)
    }

    /// The interface of the contract of that name.
    ///
    /// # Panics
    /// If the name is none of [`NAMES`].
    pub fn get(&self, name: &str) -> &ContractAbi {
        self.0.get(name).expect("the name is one of NAMES")
    }

    /// Tells a client how to decode these contracts, and where their sources are.
    pub fn register(&self, client: &Client) {
        client.update_registry(|registry| {
            for (name, abi) in &self.0 {
                registry.add_contract(name, abi.clone(), codes::exit_codes());
            }
            registry.set_sources(Arc::new(BuiltIn));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_builds_are_all_there() {
        let contracts = Contracts::built_in().unwrap();
        for name in NAMES {
            assert!(contracts.get(name).image.code_hash().is_some(), "{name} has a code");
            assert!(contracts.get(name).abi.function("getVersion").is_ok(), "{name} tells its version");
        }
    }
}
