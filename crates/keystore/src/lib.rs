//! The key store: encrypted key files in a directory that only their owner can read.
//!
//! Place in the map: above `keys`, below `signing` and the command line.
//!
//! One file holds one key: a seed phrase with a path, or a secret key. What identifies the key ([`KeyInfo`]: name,
//! public key, kind, path) is in the clear, so that listing keys asks for no password; it is authenticated, so that
//! changing it is noticed when the key is used.
//!
//! # Why argon2id and XChaCha20-Poly1305, and not `age`
//! Both were read. `age` 0.12 derives its key with scrypt, and what it encrypts has no associated data: the part in the
//! clear would have to be stored a second time inside. It also brings 136 crates (among them hybrid recipients,
//! translations and a parser) for the one use of a passphrase. `argon2` and `chacha20poly1305`, both of RustCrypto and
//! both stable releases, bring 18, take the part in the clear as associated data, and argon2id (RFC 9106) is the function
//! that password storage guides name first. The file says which parameters it was made with ([`Cost`]), so that they can
//! grow without a new format.
//!
//! # A key file
//! JSON with `schema` (`subgov-key/1`), `key` (the part in the clear), `kdf` (argon2id parameters and 16 bytes of salt),
//! `check` (8 bytes of the derived key, which tell a wrong password from an altered file), `nonce`, `sealed` (always 272
//! bytes: neither the kind nor the number of words shows in its length) and `checksum` (SHA-256 of the rest, which tells
//! a damaged file without a password). Bytes are hexadecimal digits.
//!
//! # Invariants
//! - a secret leaves a file only into memory that is wiped, and only with the right password; no `Debug`, no error and no
//!   file in the clear shows it;
//! - an existing key is never overwritten: a new file appears whole or not at all, and a failed change leaves the old one;
//! - a file or directory that others can read is refused, not repaired in silence (on Unix; other systems keep the
//!   directory of the user closed by themselves);
//! - whatever stands in a file, it never gives another key than the one that was put there under that name;
//! - the development phrase, which everybody knows, is taken only when asked for by name and stays marked for ever.
//!
//! ```
//! use keys::{Phrase, Path, Signer};
//! use keystore::{Cost, Password, Secret, Store};
//!
//! let folder = tempfile::tempdir()?;
//! let store = Store::open(folder.path().join("keys")).with_cost(Cost::new(64, 1, 1)?);
//! let phrase = Phrase::parse("abandon math mimic master filter design carbon crystal rookie group knife young")?;
//! let (name, password) = ("treasurer".parse()?, Password::new("correct horse")?);
//! let key = store.add(&name, &Secret::phrase(phrase, Path::account(0)?)?, &password)?;
//!
//! assert_eq!(store.list()?.keys, [key.clone()]);
//! let signer = store.unlock(&name, &password)?;
//! assert_eq!(signer.public_key(), key.public_key);
//! assert_eq!(store.unlock(&name, &Password::new("correct house")?).unwrap_err().code(), "wrong-password");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod access;
mod cost;
mod disk;
mod error;
mod external;
mod file;
mod info;
mod password;
mod secret;
mod store;
mod terminal;

pub use access::{StoreArgs, read_descriptor, write_descriptor};
pub use cost::Cost;
pub use disk::write_new;
pub use error::{Error, Result};
pub use external::{CommandSigner, DetachedSigner, from_environment};
pub use info::{KeyInfo, KeyName, Kind};
pub use password::Password;
pub use secret::{Secret, Unlocked};
pub use store::{Broken, Listing, Store};
pub use terminal::prompt;
