//! What exit codes mean: one table for the Solidity constants, the texts that people read and the decoder.
//!
//! Numbers are in bands per contract and stable for ever. The multisig keeps the numbers of SafeMultisig for
//! the checks that both have.

mod table;

use ton_abi::ExitCode;

pub use table::TABLE;

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
