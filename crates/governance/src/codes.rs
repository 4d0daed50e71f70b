//! What exit codes mean: one table for the Solidity constants, the texts that people read and the decoder.
//!
//! Numbers are in bands per contract and stable for ever. The multisig keeps the numbers of SafeMultisig for
//! the checks that both have.

mod solidity;
mod table;

use ton_abi::ExitCode;

pub use solidity::solidity;
pub use table::{BANDS, TABLE};

/// Where a code comes from. A contract's own codes are unambiguous: bands do not overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Area {
    /// Checks that all contracts share.
    Common,
    /// Giver of test money.
    Giver,
    /// Multisig wallet.
    Multisig,
    /// Member registry.
    Registry,
    /// Proposal.
    Proposal,
    /// Treasury.
    Treasury,
    /// Contest escrow.
    Contest,
    /// Jury pool.
    JuryPool,
}

/// One exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The exit code.
    pub number: i32,
    /// The name of the constant in `contracts/libraries/Errors.tsol`.
    pub name: &'static str,
    /// Who throws it.
    pub area: Area,
    /// What happened, in one clause.
    pub meaning: &'static str,
    /// What the reader can do about it.
    pub hint: &'static str,
}

/// Numbers that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// The first number.
    pub first: i32,
    /// The last number that may ever be used.
    pub last: i32,
    /// Whose numbers these are, in a few words.
    pub title: &'static str,
}

impl Band {
    /// The codes of the band in the order of their numbers.
    pub fn codes(&self) -> impl Iterator<Item = &'static Code> + use<> {
        let band = self.first..=self.last;
        TABLE.iter().filter(move |code| band.contains(&code.number))
    }
}

impl Code {
    /// The meaning as a sentence: with a capital letter and a full stop.
    pub fn sentence(&self) -> String {
        let mut letters = self.meaning.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        format!("{first}{}.", letters.as_str())
    }
}

/// What `number` means when one of our contracts throws it.
///
/// Codes of the virtual machine, of the compiler's runtime and of the action phase are in [`ton_abi`].
pub fn find(number: i32) -> Option<&'static Code> {
    TABLE.iter().find(|code| code.number == number)
}

/// The table in the form that clients take to decode failures.
pub fn exit_codes() -> Vec<ExitCode> {
    TABLE.iter().map(|code| ExitCode::new(code.number, code.name, code.meaning)).collect()
}

#[cfg(test)]
mod tests;
