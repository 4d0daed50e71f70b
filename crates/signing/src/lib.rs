//! The offline custodian: reads a prepared message, shows what it does, signs it.
//!
//! Place in the map: above `keystore` and `ton-abi`, below the command line. The program `subgov-sign` of this crate and
//! the command `subgov sign` call the same function, [`command::run`].
//!
//! A member prepares a message on a machine with a network (`--prepare FILE`), carries the file to a machine without one,
//! reads there what it does and signs it, and anybody sends the signed file (`subgov submit`).
//!
//! # What the person at the offline machine can trust
//! The message, this program and the interfaces built into it: [`review()`] shows function, arguments, amounts, nested
//! calls and expiry from them alone. Not the file: the hash to sign is computed from the message, never read; the
//! interface in the file is asked only for functions that no built-in contract has, and then nothing is signed unless
//! that is accepted by name; what the preparing machine said is marked as a claim. A message that has a second meaning
//! for another contract, or hides cells behind others, is refused.
//!
//! # Invariants
//! - no code path of this crate, or of what it is built on, opens a socket: a test proves it on the graph of crates;
//! - files have limits (512 KiB, messages of 64 KiB in cells nested 512 deep), unknown members are refused, and no file
//!   makes this crate panic;
//! - [`Signed`] exists only with a signature that fits its message and key;
//! - texts from files cannot move the cursor, change colours or turn the direction of writing.
//!
//! ```
//! use keys::{KeyPair, Signer};
//! use serde_json::json;
//! use signing::{Claims, Network, Prepared, Signed, review};
//! use ton_abi::{ContractAbi, Header, UnixMillis, UnixTime};
//!
//! let abi = ContractAbi::parse(include_str!("../../../abi/Multisig.abi.json"))?;
//! let (key, wallet) = (KeyPair::from_secret(&[7; 32]), format!("0:{}", "11".repeat(32)).parse()?);
//! let (time, expire) = (UnixMillis(1_606_780_800_000), UnixTime(1_606_784_400));
//! let header = Header { time, expire, pubkey: Some(key.public_key()) };
//! let message = abi.call_message(&wallet, "confirmTransaction", &json!({ "transactionId": 7 }), &header)?;
//!
//! // On the machine with a network:
//! let network = Network { name: "se".into(), global_id: 42, development: true };
//! let claims = Claims { title: "pays 5 TON".into(), lines: vec![], prepared_at: UnixTime(1_606_780_800) };
//! let file = Prepared::new(&message, &abi, network, claims)?.to_json()?;
//!
//! // On the machine without:
//! let prepared = Prepared::parse(file.as_bytes())?;
//! let review = review(&prepared, UnixTime(1_606_780_900))?;
//! assert_eq!((review.contracts[0], review.function.as_str()), ("Multisig", "confirmTransaction"));
//! assert!(review.warnings.iter().any(|warning| warning.code == "blind"), "a number says nothing of the payment");
//! let signed = Signed::sign(prepared, &key)?;
//! assert_eq!(Signed::parse(signed.to_json()?.as_bytes())?.message_hash(), signed.message_hash());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod actions;
mod boc;
pub mod command;
mod contracts;
mod error;
mod prepared;
mod qr;
mod review;
mod signed;
mod words;

pub use error::{BadMessage, Error, Result};
pub use prepared::{Claims, FILE_LIMIT, Network, Prepared};
pub use qr::qr;
pub use review::{Argument, Clock, Inside, Level, Review, Warning, review};
pub use signed::Signed;
