//! What can go wrong besides what is found out.

use std::path::PathBuf;

/// Why there is no catalogue, or why it is not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The chain could not be read.
    #[error(transparent)]
    Client(#[from] ton_client::Error),
    /// Accounts changed while they were read, again and again.
    #[error("the organisation changed while it was read, {tries} times in a row")]
    Moving {
        /// How often it was read.
        tries: u32,
    },
    /// A file or directory.
    #[error("{path} cannot be written: {source}", path = path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something is where the catalogue should be.
    #[error("{path} is there already", path = path.display())]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// A page could not be made.
    #[error("a page cannot be made: {0}")]
    Page(#[from] askama::Error),
    /// A table could not be made.
    #[error("a table cannot be made: {0}")]
    Table(#[from] csv::Error),
    /// A value has no JSON form.
    #[error("the catalogue cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl From<ton_abi::Error> for Error {
    fn from(error: ton_abi::Error) -> Self {
        Self::Client(error.into())
    }
}
