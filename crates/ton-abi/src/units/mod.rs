//! Units: money, times, logical time, keys, signatures.

mod hex;
mod keys;
mod money;
mod time;
mod utc;

pub use self::hex::{ParseHexError, parse_hex};
pub use keys::{PublicKey, Signature};
pub use money::{Nano, ParseNanoError};
pub use time::{Lt, UnixMillis, UnixTime};
pub use utc::{ParseUtcError, Utc};
