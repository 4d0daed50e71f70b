//! Values: JSON to [`AbiValue`] and back, [`AbiValue`] to cells.
//!
//! The JSON form is the one of the official SDK, see [`parse`] and [`render`].
//!
//! [`AbiValue`]: tycho_types::abi::AbiValue

mod pack;
mod parse;
mod render;
mod unpack;

pub(crate) use pack::{Piece, chain, value_pieces};
pub use parse::{parse_params, parse_value};
pub use render::{render_params, render_value};
pub(crate) use unpack::unpack;
