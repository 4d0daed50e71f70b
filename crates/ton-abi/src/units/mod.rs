//! Units: money, times, logical time, keys, signatures.

mod keys;
mod money;
mod time;

pub use keys::{ParseKeyError, PublicKey, Signature};
pub use money::{Nano, ParseNanoError};
pub use time::{Lt, UnixMillis, UnixTime};
