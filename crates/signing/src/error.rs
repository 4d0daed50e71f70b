use keys::PublicKey;
use ton_abi::{Address, UnixTime};

/// Result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a file cannot be read, shown or signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file is longer than any message needs.
    #[error("the file has more than {limit} bytes")]
    TooLong {
        /// The most bytes.
        limit: usize,
    },
    /// A name or type in the interface of the file is longer than any real one.
    #[error("the interface in the file has a name or type of more than {limit} bytes")]
    LongText {
        /// The most bytes.
        limit: usize,
    },
    /// The file is no JSON of its form, or has members that this version does not know.
    #[error("the file is not of the form {schema}")]
    Form {
        /// The form.
        schema: &'static str,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// The file is of another form or a later version.
    #[error("the file has the form \"{found}\", not {wanted}")]
    Schema {
        /// What it says of itself, shortened.
        found: String,
        /// What is needed.
        wanted: &'static str,
    },
    /// The message in the file cannot be read.
    #[error("the message in the file cannot be used: {0}")]
    Message(#[from] BadMessage),
    /// The interface in the file, or the message by it, cannot be read.
    #[error("the message in the file cannot be read by the interface in the file")]
    Abi(#[from] ton_abi::Error),
    /// The message's bytes have a second meaning for another contract.
    #[error("what would be signed is also a call of {function} of {contract} for {}", place(address.as_ref()))]
    Disguised {
        /// The contract of the second meaning.
        contract: String,
        /// Its function.
        function: String,
        /// Whom it would be sent to, if that is part of what is signed.
        address: Option<Address>,
    },
    /// The state that comes along gives another address than the message goes to.
    #[error(
        "the contract that is deployed would have the address {computed}, and the message goes to {written}"
    )]
    OtherAddress {
        /// Address of the state.
        computed: Address,
        /// Destination of the message.
        written: Address,
    },
    /// The message is void already.
    #[error("the message expired at {} UTC", expire.utc())]
    Expired {
        /// From when on it is void.
        expire: UnixTime,
    },
    /// The message says whose signature it bears, and it is another key.
    #[error("the message is to be signed by the key {wanted}, this is {found}")]
    OtherKey {
        /// The key in the message.
        wanted: PublicKey,
        /// The key that should sign.
        found: PublicKey,
    },
    /// A development key, and the file names another network.
    #[error("the key {key} is a development key, and the network \"{network}\" is none for development")]
    DevelopmentKey {
        /// The key.
        key: PublicKey,
        /// The network of the file.
        network: String,
    },
    /// A signature that is none of this key for this message.
    #[error("the signature is not one of the key {key} for this message")]
    BadSignature {
        /// The key.
        key: PublicKey,
    },
    /// A signature in another form.
    #[error("a signature is 128 hexadecimal digits")]
    SignatureForm,
    /// A signature came without a key, and the message names none.
    #[error("nothing says which key made the signature")]
    NoKey,
    /// The message in a signed file is not the prepared one with the signature.
    #[error("the signed message in the file is not the prepared one with the signature in the file")]
    OtherMessage,
    /// The key is locked, away or refuses.
    #[error(transparent)]
    Store(#[from] keystore::Error),
    /// A signer gave no signature.
    #[error(transparent)]
    Signer(#[from] keys::Error),
}

/// Why bytes are no message to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadMessage {
    /// The text is not base64.
    #[error("it is not base64")]
    Base64,
    /// The bytes are no bag of cells with one root.
    #[error("it is no bag of cells with one root")]
    Cells,
    /// More bytes than networks take.
    #[error("it has more than 65535 bytes, which no network takes")]
    TooLong,
    /// Cells nested deeper than networks take.
    #[error("its cells are nested deeper than 512, which no network takes")]
    TooDeep,
    /// A cell that stands for another one.
    #[error("it has a cell that stands for another one, so that nobody can see what it says")]
    Exotic,
}

fn place(address: Option<&Address>) -> String {
    address.map_or_else(|| "any account with this key".to_owned(), Address::to_string)
}

impl Error {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } | Self::LongText { .. } | Self::Form { .. } => "bad-file",
            Self::Schema { .. } => "other-form",
            Self::Message(_) | Self::Abi(_) => "bad-message",
            Self::Disguised { .. } => "disguised",
            Self::OtherAddress { .. } => "other-address",
            Self::Expired { .. } => "expired",
            Self::OtherKey { .. } => "other-key",
            Self::DevelopmentKey { .. } => "development-key",
            Self::BadSignature { .. } | Self::SignatureForm => "bad-signature",
            Self::NoKey => "no-public-key",
            Self::OtherMessage => "other-message",
            Self::Store(error) => error.code(),
            Self::Signer(_) => "signer",
        }
    }

    /// What the reader can do next.
    pub fn hint(&self) -> String {
        match self {
            Self::TooLong { .. }
            | Self::LongText { .. }
            | Self::Form { .. }
            | Self::Message(_)
            | Self::Abi(_) => "have the file prepared again, and compare its SHA-256 on both machines".into(),
            Self::Schema { .. } => {
                "prepared files come from --prepare, signed ones from `subgov sign`".into()
            }
            Self::Disguised { .. } => {
                "do not sign it: whoever made the file hides what it does. Tell the other members".into()
            }
            Self::OtherAddress { .. } | Self::OtherMessage => {
                "do not use the file; have it prepared again on a machine that you trust".into()
            }
            Self::Expired { .. } => {
                "have it prepared again, with a later --expire; if this machine's clock is wrong, say what time it is with --now".into()
            }
            Self::OtherKey { .. } => "sign it with that key, or have it prepared for yours".into(),
            Self::DevelopmentKey { .. } => "sign it with a key of your own".into(),
            Self::BadSignature { .. } => "sign the hash shown by the review once more".into(),
            Self::SignatureForm => "copy all of it, and nothing else".into(),
            Self::NoKey => "name the key with --public-key or --as".into(),
            Self::Store(error) => error.hint(),
            Self::Signer(_) => "look at the device or program that holds the key".into(),
        }
    }

    /// Exit status of a program that ends with this: 2 for wrong files, 4 for keys, 5 for what would do harm.
    pub fn status(&self) -> u8 {
        match self {
            Self::TooLong { .. }
            | Self::Form { .. }
            | Self::Schema { .. }
            | Self::Message(_)
            | Self::Abi(_) => 2,
            Self::Disguised { .. }
            | Self::OtherAddress { .. }
            | Self::OtherMessage
            | Self::Expired { .. }
            | Self::DevelopmentKey { .. } => 5,
            Self::Store(error) => error.status(),
            _ => 4,
        }
    }
}
