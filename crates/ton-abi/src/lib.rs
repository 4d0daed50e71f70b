//! ABI 2.x over `tycho-types`: the units, values and messages that all other crates speak in.
//!
//! - [`ContractAbi`] is a parsed `.abi.json`; it encodes and decodes calls, answers, events and storage;
//! - [`parse_value`] and [`render_value`] are the JSON form of values, the one of the official SDK;
//! - [`Image`] is a `.tvc`: code, initial data, address; [`MessageView`] takes messages apart;
//! - [`Decoder`] decodes whatever a message says, over the ABIs of many contracts;
//! - [`ExitCodes`] tells what an exit code means;
//! - [`Nano`], [`UnixTime`], [`UnixMillis`], [`Lt`], [`PublicKey`], [`Signature`] are the units.
//!
//! # Invariants
//! - This crate never reads a clock, a file, an environment variable or a random source: header values are
//!   arguments, and equal arguments give equal bytes.
//! - Encoded bodies are equal bit by bit to those of the official SDK for the same header values.
//! - It holds no secret keys: signing is a closure from the hash to the signature.
//! - A value that does not fit is an error with its path; nothing is cut, guessed or filled in.
//!
//! # Example
//! ```
//! use serde_json::json;
//! use ton_abi::{ContractAbi, Header, Signature, UnixMillis, UnixTime};
//!
//! let abi = ContractAbi::parse(r#"{
//!     "version": "2.3", "header": ["pubkey", "time", "expire"],
//!     "functions": [{
//!         "name": "transfer",
//!         "inputs": [{ "name": "dest", "type": "address" }, { "name": "value", "type": "uint128" }],
//!         "outputs": []
//!     }],
//!     "events": []
//! }"#)?;
//! let wallet = format!("0:{}", "11".repeat(32)).parse().unwrap();
//! let header = Header { time: UnixMillis(1_700_000_000_000), expire: UnixTime(1_700_000_060), pubkey: None };
//! let params = json!({ "dest": format!("0:{}", "22".repeat(32)), "value": 1_000_000_000 });
//! let call = abi.encode_call("transfer", &params, &header, Some(&wallet))?;
//! let body = call.sign_with(|_hash| Signature([0; 64]))?;
//!
//! let (header, call) = abi.decode_call(&body)?;
//! assert_eq!(header.expire, Some(UnixTime(1_700_000_060)));
//! assert_eq!(call.get_json("value"), Some(json!("1000000000")));
//!
//! let bad = json!({ "dest": "0:22", "value": 1 });
//! let error = abi.encode_internal_body("transfer", &bad).unwrap_err();
//! assert_eq!(error.to_string(), "params.dest: `0:22` is not an address wc:hex");
//! # Ok::<(), ton_abi::Error>(())
//! ```

mod boc;
mod call;
mod contract;
mod decoded;
mod decoder;
mod error;
mod exit_code;
mod image;
mod message;
mod printable;
mod units;
mod value;

pub use tycho_types::abi::{
    AbiHeaderType, AbiType, AbiValue, AbiVersion, Event, Function, NamedAbiType, NamedAbiValue, PlainAbiType,
    PlainAbiValue,
};
pub use tycho_types::boc::Boc;
/// A 256-bit hash; shown as 64 lower-case hex digits.
pub use tycho_types::cell::HashBytes as Hash;
pub use tycho_types::cell::{Cell, CellBuilder};
pub use tycho_types::models::StateInit;
/// A standard address, `wc:hex`.
pub use tycho_types::models::StdAddr as Address;

pub use self::boc::{BadBoc, CellLimits, decode_boc};
pub use self::call::{DecodedHeader, Header, UnsignedCall};
pub use self::contract::{ContractAbi, DataItem};
pub use self::decoded::{Decoded, number};
pub use self::decoder::{Body, Decoder};
pub use self::error::{BoxError, Error, Result};
pub use self::exit_code::{ACTION, ExitCode, ExitCodes, Phase, SOLIDITY, VM};
pub use self::image::Image;
pub use self::message::{
    InternalMessage, MessageKind, MessageView, UnsignedMessage, external_message, message_info,
};
pub use self::printable::printable;
pub use self::units::{
    Lt, Nano, ParseHexError, ParseNanoError, ParseUtcError, PublicKey, Signature, UnixMillis, UnixTime, Utc,
    parse_hex,
};
pub use self::value::{parse_params, parse_value, render_params, render_value};
