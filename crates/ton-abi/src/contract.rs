//! A contract's ABI document.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use tycho_types::abi::{AbiHeaderType, AbiVersion, Contract, Event, Function, NamedAbiType};

use crate::error::{Error, Result};

/// The ABI of a contract, versions 2.0 to 2.3; cheap to clone.
///
/// Functions and events keep the order of the file, and the text of the file is kept as it was.
#[derive(Clone)]
pub struct ContractAbi {
    inner: Arc<Inner>,
}

struct Inner {
    json: String,
    version: AbiVersion,
    headers: Vec<AbiHeaderType>,
    functions: Vec<Function>,
    events: Vec<Event>,
    data: Vec<DataItem>,
    fields: Vec<NamedAbiType>,
}

/// A static variable: an entry of the dictionary that a contract's initial data is.
#[derive(Debug, Clone)]
pub struct DataItem {
    /// Key in the dictionary; 0 is the public key's.
    pub key: u64,
    /// Name and type.
    pub ty: NamedAbiType,
}

/// The members of the document whose order matters here.
#[derive(Deserialize)]
struct Order {
    functions: Vec<Name>,
    #[serde(default)]
    events: Vec<Name>,
    #[serde(default)]
    data: Vec<Data>,
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

#[derive(Deserialize)]
struct Data {
    key: u64,
    #[serde(flatten)]
    ty: NamedAbiType,
}

impl ContractAbi {
    /// Parses the text of an `.abi.json` file.
    ///
    /// # Errors
    /// [`Error::BadAbi`] and [`Error::UnsupportedVersion`].
    pub fn parse(json: &str) -> Result<Self> {
        let contract: Contract = serde_json::from_str(json).map_err(Error::BadAbi)?;
        let order: Order = serde_json::from_str(json).map_err(Error::BadAbi)?;
        let version = contract.abi_version;
        if version < AbiVersion::V2_0 || version > AbiVersion::V2_3 {
            return Err(Error::UnsupportedVersion(version));
        }
        let functions = order.functions.iter().filter_map(|n| contract.functions.get(n.name.as_str()));
        let events = order.events.iter().filter_map(|n| contract.events.get(n.name.as_str()));
        Ok(Self {
            inner: Arc::new(Inner {
                version,
                headers: contract.headers.to_vec(),
                functions: functions.cloned().collect(),
                events: events.cloned().collect(),
                data: order.data.into_iter().map(|d| DataItem { key: d.key, ty: d.ty }).collect(),
                fields: contract.fields.to_vec(),
                json: json.to_owned(),
            }),
        })
    }

    /// Parses an ABI document that is a JSON value already.
    ///
    /// # Errors
    /// As [`ContractAbi::parse`].
    pub fn from_value(json: &Value) -> Result<Self> {
        Self::parse(&json.to_string())
    }

    /// The document's text as it was parsed.
    pub fn json(&self) -> &str {
        &self.inner.json
    }

    /// ABI version.
    pub fn version(&self) -> AbiVersion {
        self.inner.version
    }

    /// Headers of external messages, in the order in which messages carry them.
    pub fn headers(&self) -> &[AbiHeaderType] {
        &self.inner.headers
    }

    /// Functions in the order of the file; getters among them, since versions below 2.7 do not tell them apart.
    pub fn functions(&self) -> &[Function] {
        &self.inner.functions
    }

    /// Events in the order of the file.
    pub fn events(&self) -> &[Event] {
        &self.inner.events
    }

    /// Static variables in the order of the file.
    pub fn data(&self) -> &[DataItem] {
        &self.inner.data
    }

    /// Storage fields in the order in which the contract's data holds them; empty for versions below 2.1.
    pub fn fields(&self) -> &[NamedAbiType] {
        &self.inner.fields
    }

    /// Functions that give something back and are no constructor: candidates for a local run.
    pub fn getters(&self) -> impl Iterator<Item = &Function> {
        self.functions().iter().filter(|f| !f.outputs.is_empty() && &*f.name != "constructor")
    }

    /// Finds a function by name.
    ///
    /// # Errors
    /// [`Error::UnknownFunction`].
    pub fn function(&self, name: &str) -> Result<&Function> {
        let found = self.functions().iter().find(|f| &*f.name == name);
        found.ok_or_else(|| Error::UnknownFunction(name.to_owned()))
    }

    /// Finds the function that a call with this id means.
    pub fn function_by_id(&self, id: u32) -> Option<&Function> {
        self.functions().iter().find(|f| f.input_id == id)
    }

    /// Finds the function that answers with this id.
    pub fn function_by_answer_id(&self, id: u32) -> Option<&Function> {
        self.functions().iter().find(|f| f.output_id == id)
    }

    /// Finds an event by name.
    ///
    /// # Errors
    /// [`Error::UnknownEvent`].
    pub fn event(&self, name: &str) -> Result<&Event> {
        let found = self.events().iter().find(|e| &*e.name == name);
        found.ok_or_else(|| Error::UnknownEvent(name.to_owned()))
    }

    /// Finds an event by id.
    pub fn event_by_id(&self, id: u32) -> Option<&Event> {
        self.events().iter().find(|e| e.id == id)
    }

    /// Whether external messages carry this header.
    pub fn has_header(&self, header: AbiHeaderType) -> bool {
        self.headers().contains(&header)
    }
}

impl fmt::Debug for ContractAbi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.functions().iter().map(|x| &*x.name).collect();
        f.debug_struct("ContractAbi").field("version", &self.version()).field("functions", &names).finish()
    }
}

impl std::str::FromStr for ContractAbi {
    type Err = Error;

    fn from_str(json: &str) -> Result<Self> {
        Self::parse(json)
    }
}
