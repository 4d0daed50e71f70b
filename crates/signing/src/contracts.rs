//! The contracts that this program knows by itself: the committed interfaces and code hashes.

use std::sync::LazyLock;

use serde_json::Value;
use ton_abi::{ContractAbi, Hash};

/// A contract of the organisation, or the giver of development networks.
pub(crate) struct BuiltIn {
    pub(crate) name: &'static str,
    pub(crate) abi: ContractAbi,
    pub(crate) code_hash: Hash,
    document: Value,
    /// The same functions in the versions whose contracts sign no address, each with a layout of its own.
    pub(crate) old: Vec<ContractAbi>,
    /// The same functions in the version whose contracts sign their address.
    pub(crate) new: ContractAbi,
}

macro_rules! interfaces {
    ($($name:literal),*) => {
        [$(($name, include_str!(concat!("../../../abi/", $name, ".abi.json")))),*]
    };
}

/// Versions whose contracts sign no address.
const OLD_VERSIONS: [&str; 3] = ["2.0", "2.1", "2.2"];

/// The wallet first: its calls are the most frequent.
const INTERFACES: [(&str, &str); 7] =
    interfaces!["Multisig", "MemberRegistry", "Proposal", "Treasury", "ContestEscrow", "JuryPool", "Giver"];

const MANIFEST: &str = include_str!("../../../abi/manifest.json");

/// All of them.
pub(crate) fn built_in() -> &'static [BuiltIn] {
    static ALL: LazyLock<Vec<BuiltIn>> = LazyLock::new(|| {
        let manifest: Value = serde_json::from_str(MANIFEST).expect("the committed manifest is JSON");
        INTERFACES
            .iter()
            .map(|(name, text)| BuiltIn {
                name,
                abi: ContractAbi::parse(text).expect("the committed interfaces are valid"),
                old: in_versions(text, &OLD_VERSIONS),
                new: in_versions(text, &["2.3"]).remove(0),
                code_hash: manifest["contracts"][name]["codeHash"]
                    .as_str()
                    .and_then(|hash| hash.parse().ok())
                    .expect("the committed manifest has the hash of every code"),
                document: serde_json::from_str(text).expect("the committed interfaces are JSON"),
            })
            .collect()
    });
    &ALL
}

impl BuiltIn {
    /// Whether a document is this interface, however it is laid out.
    pub(crate) fn is_same(&self, abi: &ContractAbi) -> bool {
        serde_json::from_str::<Value>(abi.json()).is_ok_and(|document| document == self.document)
    }
}

fn in_versions(text: &str, versions: &[&str]) -> Vec<ContractAbi> {
    let mut document: Value = serde_json::from_str(text).expect("the committed interfaces are JSON");
    let version = |version: &&str| {
        document["version"] = (*version).into();
        ContractAbi::from_value(&document).expect("the committed interfaces are valid in every version")
    };
    versions.iter().map(version).collect()
}
