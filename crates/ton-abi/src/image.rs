//! Contract images: `.tvc` files, initial data, addresses.

use serde_json::Value;
use tycho_types::boc::{Boc, BocRepr};
use tycho_types::cell::{Cell, CellBuilder, CellFamily, CellSlice, HashBytes};
use tycho_types::dict::{Dict, RawDict};
use tycho_types::models::{StateInit, StdAddr};
use tycho_types::num::Tokens;

use crate::contract::ContractAbi;
use crate::decoded::Decoded;
use crate::error::{Error, Result};
use crate::units::PublicKey;
use crate::value::{chain, parse_params, unpack, value_pieces};

/// Code and initial data of a contract that is to be deployed; its hash is the address.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// What a deploy message carries.
    pub state_init: StateInit,
}

impl Image {
    /// Reads a `.tvc` file, which is a bag of cells with a `StateInit`.
    ///
    /// # Errors
    /// [`Error::BadBoc`].
    pub fn from_tvc(bytes: &[u8]) -> Result<Self> {
        let state_init = BocRepr::decode::<StateInit, _>(bytes).map_err(|e| Error::boc("tvc", e))?;
        Ok(Self { state_init })
    }

    /// An image of these cells.
    pub fn new(code: Cell, data: Cell) -> Self {
        Self { state_init: StateInit { code: Some(code), data: Some(data), ..Default::default() } }
    }

    /// The image as the bytes of a `.tvc` file.
    ///
    /// # Errors
    /// [`Error::Encode`].
    pub fn to_tvc(&self) -> Result<Vec<u8>> {
        Ok(Boc::encode(self.cell()?))
    }

    /// The `StateInit` cell.
    ///
    /// # Errors
    /// [`Error::Encode`].
    pub fn cell(&self) -> Result<Cell> {
        CellBuilder::build_from(&self.state_init).map_err(|e| Error::encode("state init", e))
    }

    /// The address that the contract gets in a workchain (0 is the base one).
    ///
    /// # Errors
    /// [`Error::Encode`].
    pub fn address(&self, workchain: i8) -> Result<StdAddr> {
        Ok(StdAddr::new(workchain, *self.cell()?.repr_hash()))
    }

    /// Hash of the code cell, if there is code.
    pub fn code_hash(&self) -> Option<HashBytes> {
        self.state_init.code.as_ref().map(|code| *code.repr_hash())
    }

    /// The image with the public key and static variables put into its data; `vars` is a JSON object with any of
    /// the ABI's static variables, what it lacks stays as it is.
    ///
    /// # Errors
    /// [`Error::UnknownParam`] and the other errors of [`crate::parse_params`]; [`Error::Decode`] if the data is no
    /// dictionary of initial values (the contract is deployed already).
    pub fn with_init_data(
        mut self,
        abi: &ContractAbi,
        pubkey: Option<&PublicKey>,
        vars: &Value,
    ) -> Result<Self> {
        let data = self.state_init.data.take().unwrap_or_else(Cell::empty_cell);
        let types: Vec<_> = abi
            .data()
            .iter()
            .map(|item| item.ty.clone())
            .filter(|ty| vars.get(&*ty.name).is_some())
            .collect();
        let known = vars.as_object().is_none_or(|vars| vars.len() == types.len());
        let all: Vec<_> = abi.data().iter().map(|item| item.ty.clone()).collect();
        let values = parse_params(if known { &types } else { &all }, vars, "data")?;

        let failed = |e: tycho_types::error::Error| Error::decode("initial data", e);
        let mut dict = if is_empty_cell(&data) {
            RawDict::<64>::new()
        } else {
            data.parse::<RawDict<64>>().map_err(failed)?
        };
        if let Some(key) = pubkey {
            let mut value = CellBuilder::new();
            value.store_raw(&key.0, 256).map_err(failed)?;
            set(&mut dict, 0, value.as_full_slice()).map_err(failed)?;
        }
        for item in abi.data() {
            let Some(value) = values.iter().find(|v| v.name == item.ty.name) else { continue };
            let value = value_pieces(std::slice::from_ref(value), abi.version())
                .and_then(|pieces| chain(pieces, abi.version()))
                .map_err(|e| Error::encode(&*item.ty.name, e))?;
            set(&mut dict, item.key, value.as_full_slice()).map_err(failed)?;
        }
        self.state_init.data = Some(CellBuilder::build_from(dict).map_err(failed)?);
        Ok(self)
    }

    /// The static variables in the image's data.
    ///
    /// # Errors
    /// [`Error::Decode`].
    pub fn init_data(&self, abi: &ContractAbi) -> Result<(Option<PublicKey>, Decoded)> {
        let failed = |e| Error::decode("initial data", e);
        let empty = Cell::empty_cell();
        let data = self.state_init.data.as_ref().unwrap_or(&empty);
        let dict = if is_empty_cell(data) {
            Dict::<u64, CellSlice<'_>>::new()
        } else {
            data.parse().map_err(failed)?
        };
        let mut pubkey = None;
        if let Some(mut value) = dict.get(0).map_err(failed)? {
            pubkey = Some(PublicKey(value.load_u256().map_err(failed)?.0));
        }
        let mut values = Vec::new();
        for item in abi.data() {
            let Some(value) = dict.get(item.key).map_err(failed)? else { continue };
            let value = unpack(std::slice::from_ref(&item.ty), abi.version(), value)
                .map_err(|(_, e)| Error::decode(&*item.ty.name, e))?;
            values.extend(value);
        }
        Ok((pubkey, Decoded { name: "".into(), id: 0, values }))
    }
}

fn is_empty_cell(cell: &Cell) -> bool {
    cell.bit_len() == 0 && cell.reference_count() == 0
}

fn set(dict: &mut RawDict<64>, key: u64, value: CellSlice<'_>) -> Result<bool, tycho_types::error::Error> {
    let mut name = CellBuilder::new();
    name.store_u64(key)?;
    dict.set(name.as_data_slice(), value)
}

/// Nanotokens as messages carry them.
pub(crate) fn tokens(nano: crate::units::Nano) -> Tokens {
    nano.into()
}
