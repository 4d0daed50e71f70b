use serde::{Deserialize, Serialize};
use serde_json::Value;
use ton_abi::{
    AbiHeaderType, Address, ContractAbi, DecodedHeader, Hash, PublicKey, UnixTime, UnsignedMessage,
};

use crate::boc;
use crate::error::{Error, Result};

/// Longest file: a message of full size in base64, an interface and claims.
pub const FILE_LIMIT: usize = 512 * 1024;

/// Longest name or type in an interface: types are nested as deep as their text is long.
const TEXT_LIMIT: usize = 1024;

/// The network that a message is meant for, as the preparing machine says.
///
/// Nothing in a signature binds it to a network: on every network with the same account and the same key it is good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Its name in the configuration of the preparing machine.
    pub name: String,
    /// Its number in its own configuration (`global_id`).
    pub global_id: i32,
    /// Whether it is one for development, where development keys may sign.
    pub development: bool,
}

/// What the preparing machine said of a message. Nobody can check it without a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// One line: what it is about.
    pub title: String,
    /// What it would do, by the simulation on the state of that moment.
    pub lines: Vec<String>,
    /// When it was prepared, by the clock of that network.
    pub prepared_at: UnixTime,
}

/// A message that waits for its signature, with everything that is needed to read it.
///
/// # The file
/// JSON with `schema` (`subgov-prepared/1`), `network` ([`Network`]), `message` (a message from the outside whose body
/// begins with the mark "no signature", as a bag of cells in base64), `abi` (interface of the contract that it goes to)
/// and `claims` ([`Claims`]). Other members are refused, the hash to sign is in none of them: it is always computed from
/// the message.
#[derive(Debug, Clone)]
pub struct Prepared {
    network: Network,
    claims: Claims,
    abi: ContractAbi,
    message: UnsignedMessage,
    header: DecodedHeader,
    function: String,
}

/// The file as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreparedFile {
    schema: String,
    network: Network,
    message: String,
    abi: Value,
    claims: Claims,
}

impl Prepared {
    /// Name and version of the file's form.
    pub const SCHEMA: &'static str = "subgov-prepared/1";

    /// Takes a message that was built and not signed.
    ///
    /// # Errors
    /// [`Error::Abi`] if the interface is not that of the message.
    pub fn new(
        message: &UnsignedMessage,
        abi: &ContractAbi,
        network: Network,
        claims: Claims,
    ) -> Result<Self> {
        let text = boc::encode(&message.without_signature()?);
        Self::read(&text, abi.clone(), network, claims)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::TooLong`], [`Error::Schema`], [`Error::Form`], [`Error::Message`], [`Error::Abi`],
    /// [`Error::OtherAddress`].
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        check_schema(bytes, Self::SCHEMA)?;
        let file = serde_json::from_slice(bytes);
        Self::from_file(file.map_err(|source| Error::Form { schema: Self::SCHEMA, source })?)
    }

    pub(crate) fn from_file(file: PreparedFile) -> Result<Self> {
        if file.schema != Self::SCHEMA {
            return Err(Error::Schema { found: shortened(&file.schema), wanted: Self::SCHEMA });
        }
        if has_long_text(&file.abi) {
            return Err(Error::LongText { limit: TEXT_LIMIT });
        }
        let abi = ContractAbi::from_value(&file.abi)?;
        Self::read(&file.message, abi, file.network, file.claims)
    }

    fn read(message: &str, abi: ContractAbi, network: Network, claims: Claims) -> Result<Self> {
        let message = UnsignedMessage::parse(&boc::decode(message)?, &abi)?;
        let (header, call) = abi.decode_payload(&message.call.payload)?;
        if let Some(image) = &message.init {
            let computed = image.address(message.dst.workchain)?;
            if computed != message.dst {
                return Err(Error::OtherAddress { computed, written: message.dst });
            }
        }
        Ok(Self { network, claims, abi, message, header, function: call.name.to_string() })
    }

    /// The file's text.
    ///
    /// # Errors
    /// [`Error::Abi`] if the message cannot be built.
    pub fn to_json(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(&self.to_file()?);
        Ok(text.expect("texts and numbers are always JSON") + "\n")
    }

    pub(crate) fn to_file(&self) -> Result<PreparedFile> {
        Ok(PreparedFile {
            schema: Self::SCHEMA.to_owned(),
            network: self.network.clone(),
            message: boc::encode(&self.message.without_signature()?),
            abi: serde_json::from_str(self.abi.json()).expect("an interface was parsed from JSON"),
            claims: self.claims.clone(),
        })
    }

    /// The network that it is meant for.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// What the preparing machine said.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The interface that came along.
    pub fn abi(&self) -> &ContractAbi {
        &self.abi
    }

    /// The message.
    pub fn message(&self) -> &UnsignedMessage {
        &self.message
    }

    /// Where it goes.
    pub fn destination(&self) -> &Address {
        &self.message.dst
    }

    /// Its function by the interface that came along; [`crate::review`] tells by the built-in ones.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// Its headers; the signature is missing.
    pub fn header(&self) -> &DecodedHeader {
        &self.header
    }

    /// From when on it is void; `None` if its contract has no such header.
    pub fn expire(&self) -> Option<UnixTime> {
        self.abi.has_header(AbiHeaderType::Expire).then_some(self.header.expire).flatten()
    }

    /// The key that has to sign, if the message names it.
    pub fn public_key(&self) -> Option<PublicKey> {
        self.header.pubkey
    }

    /// What is signed: computed from the message.
    pub fn hash(&self) -> &Hash {
        self.message.hash()
    }
}

/// Refuses long files and those that say that they are something else.
pub(crate) fn check_schema(bytes: &[u8], wanted: &'static str) -> Result<()> {
    #[derive(Deserialize)]
    struct Version {
        schema: String,
    }
    if bytes.len() > FILE_LIMIT {
        return Err(Error::TooLong { limit: FILE_LIMIT });
    }
    let Version { schema } =
        serde_json::from_slice(bytes).map_err(|source| Error::Form { schema: wanted, source })?;
    if schema == wanted { Ok(()) } else { Err(Error::Schema { found: shortened(&schema), wanted }) }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_default).collect()
}

fn has_long_text(value: &Value) -> bool {
    match value {
        Value::String(text) => text.len() > TEXT_LIMIT,
        Value::Array(items) => items.iter().any(has_long_text),
        Value::Object(members) => {
            members.iter().any(|(name, value)| name.len() > TEXT_LIMIT || has_long_text(value))
        }
        _ => false,
    }
}
