//! Sources and source maps of the contracts of `contracts/`, as they were when this program was built.
//!
//! A contract on a chain is known by the hash of its code: a contract that was changed or built otherwise has no sources
//! here, and nothing wrong is said about it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use rust_embed::RustEmbed;
use ton_abi::Hash;
use ton_client::source::{SourceMap, Sources};

#[derive(RustEmbed)]
#[folder = "../../contracts"]
#[include = "*.tsol"]
#[exclude = "test/*"]
struct Texts;

/// The maps that the compiler wrote beside the images.
const MAPS: [&str; 7] = [
    include_str!("../../../abi/ContestEscrow.map.json"),
    include_str!("../../../abi/Giver.map.json"),
    include_str!("../../../abi/JuryPool.map.json"),
    include_str!("../../../abi/MemberRegistry.map.json"),
    include_str!("../../../abi/Multisig.map.json"),
    include_str!("../../../abi/Proposal.map.json"),
    include_str!("../../../abi/Treasury.map.json"),
];

/// The sources that this program has with it.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuiltIn;

impl Sources for BuiltIn {
    fn map(&self, code: &Hash) -> Option<Arc<SourceMap>> {
        maps().get(code).cloned()
    }

    fn text(&self, file: &str) -> Option<&str> {
        match Texts::get(file)?.data {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok(),
            Cow::Owned(_) => None,
        }
    }
}

impl BuiltIn {
    /// Name of the contract with that code.
    pub fn name_of(&self, code: &Hash) -> Option<&'static str> {
        maps().get(code).map(|map| map.contract())
    }
}

/// By the hashes of code; read when they are needed first.
fn maps() -> &'static HashMap<Hash, Arc<SourceMap>> {
    static READ: OnceLock<HashMap<Hash, Arc<SourceMap>>> = OnceLock::new();
    READ.get_or_init(|| {
        let maps = MAPS.iter().map(|text| {
            let map = SourceMap::parse(text)
                .expect("the compiler wrote it, and a test compares it with the sources");
            (*map.code(), Arc::new(map))
        });
        maps.collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contract_has_its_map_and_every_file_of_a_map_its_text() {
        assert_eq!(maps().len(), MAPS.len(), "each has a code of its own");
        for map in maps().values() {
            assert_eq!(BuiltIn.name_of(map.code()), Some(map.contract()));
            for file in map.files() {
                let text = BuiltIn.text(file);
                assert!(text.is_some_and(|text| text.contains("pragma")), "{}: {file}", map.contract());
            }
        }
        assert_eq!(BuiltIn.text("test/Burner.tsol"), None, "contracts of tests are not part of the program");
        assert!(BuiltIn.map(&Hash([1; 32])).is_none());
    }
}
