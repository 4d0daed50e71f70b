//! One decoder for everything that a message can say.

use std::sync::Arc;

use tycho_types::cell::{Cell, CellSlice};

use crate::call::DecodedHeader;
use crate::contract::ContractAbi;
use crate::decoded::Decoded;
use crate::message::{MessageKind, MessageView};

/// The ABIs of all contracts that may be met, by contract name.
///
/// The result is data; rendering it as text, JSON or HTML is up to the caller.
#[derive(Debug, Clone, Default)]
pub struct Decoder {
    contracts: Vec<(Arc<str>, ContractAbi)>,
}

/// What a message body says.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// There is none.
    Empty,
    /// A function is called.
    Call {
        /// Name of the contract whose ABI fits.
        contract: Arc<str>,
        /// Headers, for calls from the outside.
        header: Option<DecodedHeader>,
        /// Function and parameters.
        call: Decoded,
    },
    /// A function answers.
    Answer {
        /// Name of the contract whose ABI fits.
        contract: Arc<str>,
        /// Function and results.
        answer: Decoded,
    },
    /// An event.
    Event {
        /// Name of the contract whose ABI fits.
        contract: Arc<str>,
        /// Event and values.
        event: Decoded,
    },
    /// A message that came back, with what is left of the call.
    Bounced {
        /// Contract and function, if an ABI fits.
        function: Option<(Arc<str>, Arc<str>)>,
        /// Id of the function that was called, if the body had one.
        id: Option<u32>,
    },
    /// A text: function id 0, then UTF-8.
    Comment(String),
    /// Nothing known; the first 32 bits, if there are so many (behind the signature for no external message).
    Unknown {
        /// The id that no ABI has.
        id: Option<u32>,
    },
}

impl Decoder {
    /// A decoder that knows nothing but comments.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a contract. Where ids are equal in several ABIs, the first added wins.
    pub fn add(&mut self, name: &str, abi: ContractAbi) -> &mut Self {
        self.contracts.push((name.into(), abi));
        self
    }

    /// The decoder with one more contract.
    #[must_use]
    pub fn with(mut self, name: &str, abi: ContractAbi) -> Self {
        self.add(name, abi);
        self
    }

    /// The ABI of that contract.
    pub fn contract(&self, name: &str) -> Option<&ContractAbi> {
        self.contracts.iter().find(|(n, _)| &**n == name).map(|(_, abi)| abi)
    }

    /// All contracts in the order in which they were added.
    pub fn contracts(&self) -> impl Iterator<Item = (&str, &ContractAbi)> {
        self.contracts.iter().map(|(name, abi)| (&**name, abi))
    }

    /// Decodes the body of a message; `hint` names the contract to ask first (of the receiver for messages to a
    /// contract, of the sender for messages to the outside).
    pub fn decode_message(&self, message: &MessageView, hint: Option<&str>) -> Body {
        match &message.body {
            None => Body::Empty,
            Some(body) if message.bounced => self.decode_bounced(body, hint),
            Some(body) => self.decode(body, message.kind, hint),
        }
    }

    /// Decodes a body that did not bounce.
    pub fn decode(&self, body: &Cell, kind: MessageKind, hint: Option<&str>) -> Body {
        if body.bit_len() == 0 && body.reference_count() == 0 {
            return Body::Empty;
        }
        let found = self.candidates(hint).find_map(|(name, abi)| decode_with(name, abi, body, kind));
        if let Some(found) = found {
            return found;
        }
        let id = first_u32(body);
        if kind == MessageKind::Internal
            && id == Some(0)
            && let Some(text) = comment(body)
        {
            return Body::Comment(text);
        }
        Body::Unknown { id: if kind == MessageKind::ExternalIn { None } else { id } }
    }

    /// Decodes a bounced body: 32 one-bits, then the beginning of the original body.
    fn decode_bounced(&self, body: &Cell, hint: Option<&str>) -> Body {
        let id = body.as_slice().ok().and_then(|mut slice| {
            let mark = slice.load_u32().ok()?;
            if mark == u32::MAX { slice.load_u32().ok() } else { None }
        });
        let function = id.and_then(|id| {
            self.candidates(hint)
                .find_map(|(name, abi)| abi.function_by_id(id).map(|f| (name.clone(), f.name.clone())))
        });
        Body::Bounced { function, id }
    }

    fn candidates<'a>(
        &'a self,
        hint: Option<&'a str>,
    ) -> impl Iterator<Item = (&'a Arc<str>, &'a ContractAbi)> {
        let hinted = move |name: &str| hint == Some(name);
        let first = self.contracts.iter().filter(move |(name, _)| hinted(name));
        let others = self.contracts.iter().filter(move |(name, _)| !hinted(name));
        first.chain(others).map(|(name, abi)| (name, abi))
    }
}

fn decode_with(name: &Arc<str>, abi: &ContractAbi, body: &Cell, kind: MessageKind) -> Option<Body> {
    let contract = name.clone();
    match kind {
        MessageKind::Internal => {
            if let Ok(call) = abi.decode_internal_call(body) {
                return Some(Body::Call { contract, header: None, call });
            }
            let answer = abi.decode_any_answer(body).ok()?;
            Some(Body::Answer { contract, answer })
        }
        MessageKind::ExternalIn => {
            let (header, call) = abi.decode_call(body).ok()?;
            Some(Body::Call { contract, header: Some(header), call })
        }
        MessageKind::ExternalOut => {
            if let Ok(event) = abi.decode_event(body) {
                return Some(Body::Event { contract, event });
            }
            let answer = abi.decode_any_answer(body).ok()?;
            Some(Body::Answer { contract, answer })
        }
    }
}

fn first_u32(body: &Cell) -> Option<u32> {
    body.as_slice().ok()?.load_u32().ok()
}

/// The text behind the id 0: in the same cell and its chain, or as `bytes` in a reference.
fn comment(body: &Cell) -> Option<String> {
    let mut slice = body.as_slice().ok()?;
    slice.skip_first(32, 0).ok()?;
    let mut bytes = Vec::new();
    loop {
        read_bytes(&mut slice, &mut bytes)?;
        match slice.size_refs() {
            0 => return String::from_utf8(bytes).ok(),
            1 => slice = slice.load_reference().ok()?.as_slice().ok()?,
            _ => return None,
        }
    }
}

fn read_bytes(slice: &mut CellSlice<'_>, bytes: &mut Vec<u8>) -> Option<()> {
    if !slice.size_bits().is_multiple_of(8) {
        return None;
    }
    let mut buffer = vec![0; usize::from(slice.size_bits() / 8)];
    slice.load_raw(&mut buffer, slice.size_bits()).ok()?;
    bytes.extend_from_slice(&buffer);
    Some(())
}
