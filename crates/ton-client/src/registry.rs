//! Names: which contract lives where, what its messages mean, what its exit codes mean.

use std::collections::HashMap;
use std::sync::Arc;

use ton_abi::{
    Address, Body, Cell, ContractAbi, Decoder, ExitCode, ExitCodes, Hash, MessageKind, MessageView, Phase,
};

use crate::boc;
use crate::source::Sources;

/// Everything a client knows about contracts beforehand; what it does not know is shown raw.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    decoder: Decoder,
    standard: ExitCodes,
    codes: HashMap<Arc<str>, ExitCodes>,
    by_address: HashMap<Address, Arc<str>>,
    by_code: HashMap<Hash, Arc<str>>,
    sources: Option<Arc<dyn Sources>>,
}

impl Registry {
    /// A registry that knows nothing but comments and the standard exit codes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a contract; `codes` are its own exit codes, which win over the standard ones.
    pub fn add_contract(&mut self, name: &str, abi: ContractAbi, codes: Vec<ExitCode>) -> &mut Self {
        self.decoder.add(name, abi);
        if !codes.is_empty() {
            self.codes.insert(name.into(), ExitCodes::standard().with(codes));
        }
        self
    }

    /// Says that accounts with this code are of that contract.
    pub fn add_code(&mut self, code_hash: Hash, contract: &str) -> &mut Self {
        self.by_code.insert(code_hash, contract.into());
        self
    }

    /// Says that the account at this address is of that contract.
    pub fn add_account(&mut self, address: Address, contract: &str) -> &mut Self {
        self.by_address.insert(address, contract.into());
        self
    }

    /// Says where source maps and sources are.
    pub fn set_sources(&mut self, sources: Arc<dyn Sources>) -> &mut Self {
        self.sources = Some(sources);
        self
    }

    /// Source maps and sources, if there are any.
    #[must_use]
    pub fn sources(&self) -> Option<&Arc<dyn Sources>> {
        self.sources.as_ref()
    }

    /// The ABI of a contract.
    #[must_use]
    pub fn abi(&self, contract: &str) -> Option<&ContractAbi> {
        self.decoder.contract(contract)
    }

    /// The contract at an address, if it is known.
    #[must_use]
    pub fn contract_at(&self, address: &Address) -> Option<&Arc<str>> {
        self.by_address.get(address)
    }

    /// The contract with that code, if it is known.
    #[must_use]
    pub fn contract_of_code(&self, code_hash: &Hash) -> Option<&Arc<str>> {
        self.by_code.get(code_hash)
    }

    /// What an exit code means for a contract (`None`: for any).
    #[must_use]
    pub fn explain(&self, contract: Option<&str>, code: i32, phase: Phase) -> Option<&ExitCode> {
        contract.and_then(|name| self.codes.get(name)).unwrap_or(&self.standard).lookup(code, phase)
    }

    /// Whether any contract is known by its code.
    #[must_use]
    pub fn knows_codes(&self) -> bool {
        !self.by_code.is_empty()
    }

    /// What a message says. Asked first is the contract that receives it, for outbound messages the one that
    /// sends it: `end` if given, else the one at that address.
    ///
    /// A body of more than [`boc::MAX_TREE`] cells (cells that stand in several places counted each time) is not read.
    #[must_use]
    pub fn decode(&self, message: &MessageView, end: Option<&str>) -> Body {
        if message.body.as_ref().is_some_and(boc::is_bomb) {
            return Body::Unknown { id: None };
        }
        let address = match message.kind {
            MessageKind::ExternalOut => &message.src,
            MessageKind::Internal | MessageKind::ExternalIn => &message.dst,
        };
        let known = || address.as_ref().and_then(|address| self.contract_at(address)).map(AsRef::as_ref);
        self.decoder.decode_message(message, end.or_else(known))
    }

    /// What a body says to its receiver, as [`Registry::decode`].
    #[must_use]
    pub fn decode_body(&self, body: &Cell, receiver: &Address) -> Body {
        if boc::is_bomb(body) {
            return Body::Unknown { id: None };
        }
        self.decoder.decode(body, MessageKind::Internal, self.contract_at(receiver).map(AsRef::as_ref))
    }
}
