//! Why a contract refuses something.

use std::fmt;

use crate::codes;

/// An exit code or the code of an answer, as in [`codes::TABLE`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refusal(pub u16);

macro_rules! refusals {
    ($($name:ident = $number:literal,)*) => {
        impl Refusal {
            $(#[doc = concat!("`Errors.", stringify!($name), "`, ", stringify!($number), ".")]
            pub const $name: Self = Self($number);)*

            /// All codes that the model uses, with the names of `Errors.tsol`.
            pub const ALL: &[(&'static str, Self)] = &[$((stringify!($name), Self::$name)),*];
        }
    };
}

refusals! {
    REPLAYED = 52,
    EXPIRED = 57,
    NOT_CUSTODIAN = 100,
    NO_TRANSACTION = 102,
    ALREADY_CONFIRMED = 103,
    TOO_MANY_REQUESTS = 113,
    NOT_CONFIRMED = 120,
    STALE_EPOCH = 130,
    EXCLUDED_SIGNER = 132,
    ALREADY_REJECTED = 133,
    NOT_READY = 134,
    LIFETIME_OVER = 135,
    BAD_SENDER = 150,
    BAD_PHASE = 152,
    BAD_TIME = 153,
    TOO_LONG = 154,
    LIMIT = 155,
    DUPLICATE = 156,
    NOT_FOUND = 157,
    BAD_ADDRESS = 161,
    HASH_MISMATCH = 162,
    NOT_MEMBER = 200,
    UNDER_MIN = 201,
    FULL = 202,
    TOO_MANY_OPEN = 203,
    BAD_ACTION = 204,
    PARAMS_BOUND = 205,
    ALREADY_CANDIDATE = 206,
    PLACE_TOO_LOW = 207,
    CANDIDACY_EXPIRED = 208,
    JUROR_CANNOT_BE_MEMBER = 210,
    NOT_ELECTOR = 300,
    CLOSED = 301,
    NOT_PASSED = 302,
    DELAY = 303,
    GRACE_OVER = 304,
    RECOUNT_FAILED = 305,
    IN_PROGRESS = 306,
    NOT_PROPOSER = 307,
    EXCLUDED_ELECTOR = 308,
    STAGE_GATE = 400,
    STAGE_NOT_ACTIVE = 401,
    INSUFFICIENT = 402,
    OPEN_CONTESTS = 403,
    UNPUBLISHED = 404,
    UNKNOWN_ESCROW = 406,
    OVER_PLAN = 407,
    NOT_FUNDED = 500,
    ENTRIES_CLOSED = 501,
    DUPLICATE_ENTRY = 502,
    JUROR_CONFLICT = 503,
    MEMBER_ENTRY = 504,
    BAD_TERMS = 505,
    NOT_JUROR = 507,
    BAD_COMMIT = 508,
    ALREADY_REVEALED = 511,
    HELD = 512,
    NOT_PAYABLE = 513,
    ITEM_STATE = 514,
    NOT_PAYEE = 515,
    NOT_WINNER = 516,
    ENTRIES_FULL = 517,
    NOT_AUTHORISED = 600,
    NOT_IN_POOL = 601,
    IS_MEMBER = 602,
    SUSPENDED = 603,
}

impl Refusal {
    /// The entry of the table.
    pub fn code(self) -> Option<&'static codes::Code> {
        codes::TABLE.iter().find(|code| code.number == i32::from(self.0))
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code() {
            Some(code) => write!(f, "{} {}", self.0, code.name),
            None => write!(f, "{}", self.0),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code() {
            Some(code) => write!(f, "{} ({})", code.meaning, self.0),
            None => write!(f, "code {}", self.0),
        }
    }
}

impl std::error::Error for Refusal {}

/// `Ok` where `condition` holds, else the refusal: the `require` of the contracts.
pub(crate) fn require(condition: bool, otherwise: Refusal) -> Result<(), Refusal> {
    if condition { Ok(()) } else { Err(otherwise) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_the_name_and_number_of_the_table() {
        for (name, refusal) in Refusal::ALL {
            let code = refusal.code().unwrap_or_else(|| panic!("{name} is not in the table"));
            assert_eq!(code.name, *name);
        }
    }
}
