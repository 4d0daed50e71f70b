//! Chain time as people read it.

use ton_abi::UnixTime;

/// `2020-12-01 00:00`, in UTC.
pub(crate) fn utc(time: UnixTime) -> String {
    format!("{:#}", time.utc())
}
