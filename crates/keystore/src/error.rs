use std::io;
use std::path::PathBuf;

/// Result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a key cannot be kept or used. No variant carries a secret or a part of one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The name of a key is the name of its file, and this one cannot be.
    #[error("\"{name}\" is no name for a key: {why}")]
    BadName {
        /// The name as given, shortened.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A key of that name is there, and is not overwritten.
    #[error("there is a key \"{name}\" already")]
    Exists {
        /// The name.
        name: String,
    },
    /// The store has no such key.
    #[error("there is no key \"{name}\" in {}", directory.display())]
    Unknown {
        /// The name asked for.
        name: String,
        /// Where it was looked for.
        directory: PathBuf,
    },
    /// The password is not the one that the key was put there with.
    #[error("the password does not open the key \"{name}\"")]
    WrongPassword {
        /// Name of the key.
        name: String,
    },
    /// No password was given, and there is nobody to ask.
    #[error("no password was given for the key \"{name}\", and there is no terminal to ask on")]
    NoPassword {
        /// Name of the key.
        name: String,
    },
    /// What was typed is no password.
    #[error("no password was typed: {0}")]
    Typed(std::io::Error),
    /// The two passwords typed differ.
    #[error("the two passwords are not the same")]
    PasswordsDiffer,
    /// A new password is too short.
    #[error("a password has at least {least} characters")]
    ShortPassword {
        /// The least number of characters.
        least: usize,
    },
    /// The file ends too early: a copy or a disk was interrupted.
    #[error("the key file {} ends in the middle", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
    },
    /// The file's bytes are not those that were written.
    #[error("the key file {} is damaged: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was noticed.
        why: String,
    },
    /// The password is right, and the file was changed by somebody since.
    #[error("the key file {} was altered: what it says in the clear is not what was sealed", path.display())]
    Altered {
        /// The file.
        path: PathBuf,
    },
    /// Others can read or change the file or the directory.
    #[error("others than you have access to {} (mode {mode:03o})", path.display())]
    Permissions {
        /// File or directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// The permission bits that it should have.
        wanted: u32,
    },
    /// The file is of a later version of this program.
    #[error("the key file {} has the form \"{found}\", which this version cannot read", path.display())]
    UnknownVersion {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: String,
    },
    /// The file was renamed: the name of a key is part of what is sealed.
    #[error("the key file {} is that of the key \"{name}\"", path.display())]
    Renamed {
        /// The file.
        path: PathBuf,
        /// The name in it.
        name: String,
    },
    /// Parameters of the key derivation outside of what this program takes.
    #[error("{what} is {found}, which is not from {least} to {most}")]
    Cost {
        /// The parameter.
        what: &'static str,
        /// Its value.
        found: u32,
        /// The least value.
        least: u32,
        /// The greatest value.
        most: u32,
    },
    /// The key derivation did not get its memory.
    #[error("there is no memory of {mebibytes} MiB to open the key with")]
    Memory {
        /// What it asks for.
        mebibytes: u32,
    },
    /// A secret that everybody knows was not asked for as such.
    #[error("this is a development key: its secret is public knowledge")]
    DevelopmentKey,
    /// The system gives no randomness.
    #[error("the system gives no random numbers")]
    Entropy,
    /// A file descriptor cannot be read or written.
    #[error("file descriptor {descriptor} cannot be {action}")]
    Descriptor {
        /// Its number.
        descriptor: u32,
        /// "read" or "written".
        action: &'static str,
        /// Why.
        source: io::Error,
    },
    /// A file or directory cannot be used.
    #[error("cannot {action} {}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The directory for keys is not known.
    #[error("neither XDG_CONFIG_HOME nor HOME says where keys are kept")]
    NoDirectory,
    /// A phrase or a path gives no key.
    #[error(transparent)]
    Key(#[from] keys::Error),
}

impl Error {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadName { .. } => "bad-key-name",
            Self::Exists { .. } => "key-exists",
            Self::Unknown { .. } => "unknown-key",
            Self::WrongPassword { .. } => "wrong-password",
            Self::NoPassword { .. } => "no-password",
            Self::Typed(_) => "cancelled",
            Self::PasswordsDiffer => "passwords-differ",
            Self::ShortPassword { .. } => "short-password",
            Self::Truncated { .. } => "key-truncated",
            Self::Damaged { .. } => "key-damaged",
            Self::Altered { .. } => "key-altered",
            Self::Permissions { .. } => "key-permissions",
            Self::UnknownVersion { .. } => "key-version",
            Self::Renamed { .. } => "key-renamed",
            Self::Cost { .. } | Self::Memory { .. } => "key-cost",
            Self::DevelopmentKey => "development-key",
            Self::Entropy => "no-entropy",
            Self::Descriptor { .. } => "bad-descriptor",
            Self::File { .. } | Self::NoDirectory => "key-file",
            Self::Key(_) => "bad-key",
        }
    }

    /// Exit status of a program that ends with this: 2 for arguments, 5 for what would do harm, else 4.
    pub fn status(&self) -> u8 {
        match self {
            Self::BadName { .. } | Self::Cost { .. } | Self::Descriptor { .. } => 2,
            Self::Exists { .. } | Self::DevelopmentKey => 5,
            _ => 4,
        }
    }

    /// What the reader can do next.
    pub fn hint(&self) -> String {
        match self {
            Self::BadName { .. } => "take letters, digits, - and _, with a letter among them".into(),
            Self::Exists { .. } => "take another name, or move the old key's file away first".into(),
            Self::Unknown { .. } => "look at `subgov key list`, or name another directory with --keys".into(),
            Self::WrongPassword { .. } => "try again; nothing was changed".into(),
            Self::NoPassword { .. } => {
                "run it on a terminal, or give --password-fd N or SUBGOV_PASSWORD".into()
            }
            Self::Typed(_) | Self::PasswordsDiffer | Self::ShortPassword { .. } => {
                "try again; nothing was kept".into()
            }
            Self::Truncated { .. } | Self::Damaged { .. } | Self::Altered { .. } => {
                "restore the file from a copy, or import the key again from its phrase".into()
            }
            Self::Permissions { path, wanted, .. } => {
                format!(
                    "close it with `chmod {wanted:o} {}`; if others could read it, use another key",
                    path.display()
                )
            }
            Self::UnknownVersion { .. } => "use a later version of subgov".into(),
            Self::Renamed { name, .. } => format!("give the file its name {name}.key back"),
            Self::Cost { .. } => "give a number in between".into(),
            Self::Memory { .. } => "close other programs, or open the key on a larger machine".into(),
            Self::DevelopmentKey => {
                "make a key of your own with `subgov key new`; --development keeps it for local networks"
                    .into()
            }
            Self::Entropy => "check the system's random device".into(),
            Self::Descriptor { .. } => "open it for the program, for instance with 3<FILE in a shell".into(),
            Self::File { .. } => "check the path and its permissions".into(),
            Self::NoDirectory => "name a directory with --keys or SUBGOV_KEYS".into(),
            Self::Key(error) => key_hint(error).into(),
        }
    }
}

fn key_hint(error: &keys::Error) -> &'static str {
    match error {
        keys::Error::UnknownWord { .. } => "correct that word and try again",
        keys::Error::Checksum => "compare every word and their order with your notes",
        keys::Error::WordCount { .. } => "give the whole phrase, words separated by spaces",
        keys::Error::BadSecret => "give the 64 digits of the secret key",
        keys::Error::Refused { .. } => "look at the device or program that holds the key",
        _ => "give a path like m/44'/396'/0'/0/0",
    }
}
