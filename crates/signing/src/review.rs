//! What a message does, read from its bytes and the built-in interfaces alone.
//!
//! The file is not believed: its interface is only asked where no built-in one knows the function, and everything that
//! only the preparing machine can have known is shown as a claim. What cannot be known offline is a [`Warning`].

mod argument;
mod disguise;
mod inside;
mod json;
mod text;
mod warning;

use ton_abi::{
    AbiVersion, Address, ContractAbi, Decoded, DecodedHeader, Hash, PublicKey, UnixMillis, UnixTime,
};

pub use argument::{Argument, Inside};
pub use warning::{Level, Warning};

use crate::contracts::{BuiltIn, built_in};
use crate::error::{Error, Result};
use crate::prepared::{Claims, Network, Prepared};

/// What a message does.
#[derive(Debug, Clone)]
pub struct Review {
    /// The network that the file names.
    pub network: Network,
    /// Where the message goes. What contract is there, only a network can tell.
    pub destination: Address,
    /// Contracts with this function, by the built-in interfaces; empty if none has it. The one that the file means comes
    /// first.
    pub contracts: Vec<&'static str>,
    /// Contract whose code comes along; `None` inside for code that is not built in.
    pub deploys: Option<(Option<&'static str>, Hash)>,
    /// Its function.
    pub function: String,
    /// Its arguments in their order.
    pub arguments: Vec<Argument>,
    /// The key that has to sign, if the message names it.
    pub public_key: Option<PublicKey>,
    /// When it was made, by its header.
    pub time: Option<UnixMillis>,
    /// From when on it is void.
    pub expire: Option<UnixTime>,
    /// What it is judged by.
    pub clock: Clock,
    /// What is signed.
    pub hash: Hash,
    /// What the preparing machine said.
    pub claims: Claims,
    /// What the reader has to know, the gravest first.
    pub warnings: Vec<Warning>,
}

/// The time that a message is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// What time it is.
    pub now: UnixTime,
    /// Whether somebody said so, because the machine's own clock is wrong.
    pub given: bool,
}

/// The clock of this machine.
impl From<UnixTime> for Clock {
    fn from(now: UnixTime) -> Self {
        Self { now, given: false }
    }
}

impl Clock {
    /// Whose time it is.
    fn words(self) -> &'static str {
        if self.given { "the time that --now gives" } else { "the clock of this machine" }
    }
}

/// How a payload reads by an interface.
struct Reading<'a> {
    abi: &'a ContractAbi,
    header: DecodedHeader,
    call: Decoded,
}

/// Reads a message at that time.
///
/// # Errors
/// [`Error::Disguised`] if what would be signed has a second meaning for another contract.
pub fn review(prepared: &Prepared, clock: impl Into<Clock>) -> Result<Review> {
    disguise::check(prepared)?;
    let payload = &prepared.message().call.payload;
    let mut known: Vec<(&BuiltIn, Reading<'_>)> = built_in()
        .iter()
        .filter_map(|contract| {
            let (header, call) = contract.abi.decode_payload(payload).ok()?;
            Some((contract, Reading { abi: &contract.abi, header, call }))
        })
        .collect();
    known.sort_by_key(|(contract, _)| !contract.is_same(prepared.abi()));
    let contracts: Vec<_> = known.iter().map(|(contract, _)| contract.name).collect();

    let (header, call) = prepared.abi().decode_payload(payload)?;
    let own = Reading { abi: prepared.abi(), header, call };
    let best = known.first().map_or(&own, |(_, reading)| reading);
    let deploys = prepared.message().init.as_ref().map(|image| {
        let hash = image.code_hash().unwrap_or_default();
        (built_in().iter().find(|contract| contract.code_hash == hash).map(|contract| contract.name), hash)
    });
    let mut review = Review {
        network: prepared.network().clone(),
        destination: prepared.destination().clone(),
        deploys,
        function: best.call.name.to_string(),
        arguments: argument::arguments(&best.call.values, !contracts.is_empty()),
        public_key: best.header.pubkey,
        time: best.header.time,
        expire: best.header.expire,
        clock: clock.into(),
        hash: *prepared.hash(),
        claims: prepared.claims().clone(),
        warnings: Vec::new(),
        contracts,
    };
    inside::read(&mut review.arguments, &review.function, review.contracts.first().copied());
    review.warnings = warning::all(&review, &own, best);
    Ok(review)
}

impl Reading<'_> {
    /// Whether the address that the message goes to is part of what is signed.
    fn signs_address(&self) -> bool {
        self.abi.version() >= AbiVersion::V2_3
    }
}

impl Review {
    /// Whether the message is void already.
    ///
    /// # Errors
    /// [`Error::Expired`].
    pub fn check_expiry(&self) -> Result<()> {
        match self.expire {
            Some(expire) if expire <= self.clock.now => Err(Error::Expired { expire }),
            _ => Ok(()),
        }
    }

    /// The warnings that a signer has to accept by their names, and did not.
    pub fn not_accepted<'a>(&'a self, accepted: &[String]) -> Vec<&'a Warning> {
        let mut warnings = self.warnings.iter();
        let missing = |warning: &&Warning| {
            warning.level == Level::Accept && !accepted.iter().any(|code| code == warning.code)
        };
        warnings.by_ref().filter(missing).collect()
    }
}
