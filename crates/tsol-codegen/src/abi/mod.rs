//! The ABI side of a contract: names and sizes of types, function ids, the ABI json and the initial data.
//!
//! Everything here follows the ABI 2.x specification (2.3 by default): a tuple is packed member by member, each
//! at its largest size, and goes on in a new cell where the next member could fail to fit ([`Plan`]).

mod ids;
mod image;
mod json;
mod plan;
mod types;

pub use ids::FunctionSignature;
pub(crate) use ids::{event_id, extern_id, function_ids, getter_answer};
pub(crate) use image::{default_array, default_data, state_init};
pub(crate) use json::abi_json;
pub(crate) use plan::{Leaf, Plan, header_bits, leaves};
pub(crate) use types::{Size, is_large_optional, key_bits, value_in_ref};
