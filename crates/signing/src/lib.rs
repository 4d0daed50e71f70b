//! The offline custodian: reads a prepared message, shows what it does, signs it. No network anywhere.
//!
//! Place in the map: above `keystore` and `ton-abi`, beside nothing that talks to a network.

mod boc;
mod error;
mod prepared;
mod signed;
mod words;

pub use error::{BadMessage, Error, Result};
pub use prepared::{Claims, Network, Prepared};
pub use signed::Signed;
