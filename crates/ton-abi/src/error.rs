//! The error type of the crate.

use tycho_types::abi::AbiVersion;

/// Result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong in ABI handling.
///
/// Variants that come from JSON values carry the path of the bad value, e.g. `params.owners[2]`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ABI document is not valid JSON or lacks a required member.
    #[error("bad ABI document: {0}")]
    BadAbi(#[source] serde_json::Error),
    /// The ABI version is outside 2.0 – 2.3.
    #[error("ABI version {0} is not supported (2.0 to 2.3 are)")]
    UnsupportedVersion(AbiVersion),
    /// No function of that name.
    #[error("the ABI has no function `{0}`")]
    UnknownFunction(String),
    /// No event of that name.
    #[error("the ABI has no event `{0}`")]
    UnknownEvent(String),
    /// No function or event has that id.
    #[error("the ABI has nothing with id 0x{0:08x}")]
    UnknownId(u32),
    /// The body belongs to another function, answer or event.
    #[error("expected id 0x{expected:08x} ({name}), got 0x{got:08x}")]
    WrongId {
        /// What was being decoded.
        name: String,
        /// Its id.
        expected: u32,
        /// The id in the body.
        got: u32,
    },
    /// A value has the wrong JSON type.
    #[error("{path}: expected {expected}, got {got}")]
    WrongJson {
        /// Path of the value.
        path: String,
        /// Wanted kind of value.
        expected: String,
        /// A short form of what was given.
        got: String,
    },
    /// A value has the right JSON type and cannot be read.
    #[error("{path}: `{value}` is not {expected}")]
    BadValue {
        /// Path of the value.
        path: String,
        /// The value, shortened.
        value: String,
        /// Wanted form.
        expected: String,
    },
    /// A number does not fit its ABI type.
    #[error("{path}: {value} does not fit into {ty}")]
    OutOfRange {
        /// Path of the value.
        path: String,
        /// The number.
        value: String,
        /// ABI type.
        ty: String,
    },
    /// A fixed-size array or byte string has another length.
    #[error("{path}: expected length {expected}, got {got}")]
    WrongLength {
        /// Path of the value.
        path: String,
        /// Wanted length in elements or bytes.
        expected: usize,
        /// Given length.
        got: usize,
    },
    /// A parameter is absent and has no default.
    #[error("{path} is missing")]
    MissingParam {
        /// Path of the parameter.
        path: String,
    },
    /// A parameter that the ABI does not know.
    #[error("{path} is not a parameter (expected: {known})")]
    UnknownParam {
        /// Path of the parameter.
        path: String,
        /// The known names, comma separated.
        known: String,
    },
    /// A type that cannot be a map key in a cell.
    #[error("{path}: {ty} cannot be a map key")]
    BadMapKey {
        /// Path of the map.
        path: String,
        /// ABI type of the key.
        ty: String,
    },
    /// The message header asks for a value that was not given.
    #[error("the ABI wants the header `{0}`, which was not given")]
    MissingHeader(&'static str),
    /// ABI 2.3 signs the destination address, and none was given.
    #[error("the destination address is needed to sign this call")]
    AddressNeeded,
    /// A cell does not hold what the ABI says.
    #[error("cannot decode {what}: {source}")]
    Decode {
        /// What was being decoded.
        what: String,
        /// Cause.
        source: BoxError,
    },
    /// A value cannot be written to cells.
    #[error("cannot encode {what}: {source}")]
    Encode {
        /// What was being encoded.
        what: String,
        /// Cause.
        source: BoxError,
    },
    /// Bytes are not a bag of cells.
    #[error("{what} is not a valid bag of cells: {source}")]
    BadBoc {
        /// What was being read.
        what: String,
        /// Cause.
        source: BoxError,
    },
    /// A decoded value does not fit the Rust type asked for.
    #[error("decoded value does not fit the expected type: {0}")]
    Binding(#[source] serde_json::Error),
}

/// A boxed cause.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

impl Error {
    pub(crate) fn decode(what: impl Into<String>, source: impl Into<BoxError>) -> Self {
        Self::Decode { what: what.into(), source: source.into() }
    }

    pub(crate) fn encode(what: impl Into<String>, source: impl Into<BoxError>) -> Self {
        Self::Encode { what: what.into(), source: source.into() }
    }

    pub(crate) fn boc(what: impl Into<String>, source: impl Into<BoxError>) -> Self {
        Self::BadBoc { what: what.into(), source: source.into() }
    }
}
