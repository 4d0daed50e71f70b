//! Failures of the key store in the words of the command line.

use crate::error::{CliError, Status};

/// `what` did not work for the store's reason.
pub(crate) fn from_store(what: impl Into<String>, error: keystore::Error) -> CliError {
    let failure = CliError::new(status(error.status()), error.code(), what, error.to_string(), error.hint());
    match std::error::Error::source(&error) {
        Some(_) => failure.caused_by(error),
        None => failure,
    }
}

/// The exit status with this number.
pub(crate) fn status(number: u8) -> Status {
    match number {
        1 => Status::Refused,
        2 => Status::Usage,
        3 => Status::Network,
        5 => Status::Safety,
        _ => Status::Keys,
    }
}
