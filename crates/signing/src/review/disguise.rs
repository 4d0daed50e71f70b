//! Messages with two meanings.
//!
//! A contract of ABI 2.3 checks a signature over its own address and the call, one of an earlier version over the call
//! alone. Whoever prepares a message chooses its interface, so that the bytes of a grave call for one contract, with the
//! address in front, could be passed off as a harmless call of an old one, or the other way round. Both ways are tried
//! here with every built-in interface.

use ton_abi::{AbiVersion, Address, Cell, CellBuilder, ContractAbi, Decoded};
use tycho_types::cell::{Cell as _Cell, CellFamily, Load, Store};

use crate::contracts::built_in;
use crate::error::{Error, Result};
use crate::prepared::Prepared;

/// Refuses a message that also means something else.
pub(super) fn check(prepared: &Prepared) -> Result<()> {
    let payload = &prepared.message().call.payload;
    let second = if prepared.abi().version() >= AbiVersion::V2_3 {
        with_address(prepared.destination(), payload).and_then(|signed| without_address(&signed))
    } else {
        for_an_address(payload)
    };
    second.map_or(Ok(()), |meaning| {
        let Meaning { contract, function, address } = meaning;
        Err(Error::Disguised { contract: contract.to_owned(), function, address })
    })
}

struct Meaning {
    contract: &'static str,
    function: String,
    address: Option<Address>,
}

/// The cell whose hash a contract of ABI 2.3 checks.
fn with_address(address: &Address, payload: &Cell) -> Option<Cell> {
    let mut signed = CellBuilder::new();
    address.store_into(&mut signed, _Cell::empty_context()).ok()?;
    signed.store_slice(payload.as_slice().ok()?).ok()?;
    signed.build().ok()
}

/// The meaning of signed bytes for a contract that signs no address.
fn without_address(signed: &Cell) -> Option<Meaning> {
    let mut old = built_in().iter().flat_map(|contract| contract.old.iter().map(|abi| (contract.name, abi)));
    old.find_map(|(contract, abi)| {
        let Decoded { name, .. } = call(abi, signed)?;
        Some(Meaning { contract, function: name.to_string(), address: None })
    })
}

/// The meaning of signed bytes for a contract that signs its address.
fn for_an_address(signed: &Cell) -> Option<Meaning> {
    let mut slice = signed.as_slice().ok()?;
    let address = Address::load_from(&mut slice).ok()?;
    let payload = CellBuilder::build_from(slice).ok()?;
    built_in().iter().find_map(|contract| {
        let Decoded { name, .. } = call(&contract.new, &payload)?;
        Some(Meaning { contract: contract.name, function: name.to_string(), address: Some(address.clone()) })
    })
}

fn call(abi: &ContractAbi, payload: &Cell) -> Option<Decoded> {
    abi.decode_payload(payload).ok().map(|(_, call)| call)
}
