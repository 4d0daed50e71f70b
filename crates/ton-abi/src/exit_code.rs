//! Exit codes and what they mean.

use std::borrow::Cow;
use std::fmt;

/// One exit or result code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExitCode {
    /// The number.
    pub code: i32,
    /// A constant's name, upper case, e.g. `REPLAY`.
    pub name: Cow<'static, str>,
    /// What it means, for people; lower case, without a full stop.
    pub text: Cow<'static, str>,
}

impl ExitCode {
    /// An entry of a constant table.
    pub const fn new(code: i32, name: &'static str, text: &'static str) -> Self {
        Self { code, name: Cow::Borrowed(name), text: Cow::Borrowed(text) }
    }
}

impl fmt::Display for ExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.code, self.name, self.text)
    }
}

/// Codes of the virtual machine's exceptions. Source: TVM specification 4.5.7, API.md of TVM Solidity.
pub const VM: &[ExitCode] = &[
    ExitCode::new(0, "OK", "success"),
    ExitCode::new(1, "ALTERNATIVE_OK", "success by the alternative way out"),
    ExitCode::new(2, "STACK_UNDERFLOW", "the stack has too few values"),
    ExitCode::new(3, "STACK_OVERFLOW", "the stack has too many values"),
    ExitCode::new(4, "INTEGER_OVERFLOW", "a result does not fit its type, or a division by zero"),
    ExitCode::new(5, "RANGE_CHECK", "an integer is out of the allowed range"),
    ExitCode::new(6, "INVALID_OPCODE", "unknown instruction"),
    ExitCode::new(7, "TYPE_CHECK", "a value has the wrong type for the instruction"),
    ExitCode::new(8, "CELL_OVERFLOW", "more than 1023 bits or 4 references do not fit into a cell"),
    ExitCode::new(9, "CELL_UNDERFLOW", "a slice has fewer bits or references than are read"),
    ExitCode::new(10, "DICTIONARY_ERROR", "a dictionary is damaged"),
    ExitCode::new(11, "UNKNOWN_FUNCTION", "the function of the message is not known"),
    ExitCode::new(12, "FATAL", "the machine cannot go on"),
    ExitCode::new(13, "OUT_OF_GAS", "out of gas"),
    ExitCode::new(-14, "OUT_OF_GAS", "out of gas"),
];

/// Result codes of the action phase. Source: ton-blockchain `transaction.cpp`, as in tycho-executor.
pub const ACTION: &[ExitCode] = &[
    ExitCode::new(32, "ACTIONS_INVALID", "the action list is damaged"),
    ExitCode::new(33, "TOO_MANY_ACTIONS", "more than 255 actions"),
    ExitCode::new(34, "ACTION_INVALID", "an action is invalid or unsupported"),
    ExitCode::new(35, "BAD_SOURCE", "the source address of an outgoing message is wrong"),
    ExitCode::new(36, "BAD_DESTINATION", "the destination address of an outgoing message is wrong"),
    ExitCode::new(37, "NO_FUNDS", "not enough money for an outgoing message"),
    ExitCode::new(38, "NO_EXTRA_FUNDS", "not enough extra currency for an outgoing message"),
    ExitCode::new(39, "MESSAGE_TOO_LARGE", "an outgoing message does not fit into a cell"),
    ExitCode::new(40, "CANNOT_PROCESS_MESSAGE", "an outgoing message cannot be processed"),
    ExitCode::new(41, "LIBRARY_NULL", "a library reference is null"),
    ExitCode::new(42, "LIBRARY_CHANGE", "a library cannot be changed"),
    ExitCode::new(43, "LIBRARY_LIMITS", "a library is too large"),
    ExitCode::new(50, "STATE_LIMITS", "the account would be larger than allowed"),
];

/// Codes that the runtime of TVM Solidity throws. Source: API.md, "Solidity runtime errors".
pub const SOLIDITY: &[ExitCode] = &[
    ExitCode::new(40, "BAD_SIGNATURE", "the signature of the external message is wrong"),
    ExitCode::new(
        50,
        "INDEX_OUT_OF_RANGE",
        "an array index, or the key of a mapping's at(), is out of range",
    ),
    ExitCode::new(51, "CONSTRUCTOR_CALLED", "the constructor has been called already"),
    ExitCode::new(52, "REPLAY", "replay protection: the message is not newer than the last one"),
    ExitCode::new(54, "POP_EMPTY_ARRAY", "pop of an empty array"),
    ExitCode::new(57, "EXPIRED", "the message has expired"),
    ExitCode::new(58, "NO_SIGNATURE", "the message has a public key and no signature"),
    ExitCode::new(60, "UNKNOWN_FUNCTION", "the contract has no function of this id and no fallback"),
    ExitCode::new(61, "NO_PUBKEY_IN_DATA", "the state that is deployed has no public key in its data"),
    ExitCode::new(62, "RESERVED", "reserved by the compiler for internal use"),
    ExitCode::new(63, "EMPTY_OPTIONAL", "get() of an optional without a value"),
    ExitCode::new(67, "GAS_TO_VALUE", "gas and value cannot be converted for this workchain"),
    ExitCode::new(68, "NO_GAS_CONFIG", "the network has no configuration parameter 20 or 21"),
    ExitCode::new(69, "ZERO_TO_ZERO", "zero to the power of zero"),
    ExitCode::new(70, "SUBSTRING_TOO_LONG", "substr was asked for more than the whole string"),
    ExitCode::new(71, "EXTERNAL_ONLY", "a function for external messages was called by an internal one"),
    ExitCode::new(72, "INTERNAL_ONLY", "a function for internal messages was called by an external one"),
    ExitCode::new(76, "NOT_CONSTRUCTED", "a function was called before the constructor"),
    ExitCode::new(77, "VARIANT_TYPE", "a variant holds a value of another type"),
    ExitCode::new(78, "NO_PRIVATE_FUNCTION", "there is no private function of this id"),
    ExitCode::new(79, "OLD_SOL", "a contract with pragma upgrade oldsol cannot be deployed"),
    ExitCode::new(80, "STACK_GET", "get() of a stack without a value"),
];

/// Where a code comes from; the same number means different things in the two phases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The virtual machine ran and ended with the code.
    Compute,
    /// The action phase ended with it.
    Action,
}

/// Tables of codes, asked one after another.
///
/// ```
/// use ton_abi::{ExitCode, ExitCodes, Phase};
/// static MINE: &[ExitCode] = &[ExitCode::new(100, "NOT_OWNER", "the sender is not an owner")];
/// let codes = ExitCodes::standard().with(MINE);
/// assert_eq!(codes.lookup(100, Phase::Compute).unwrap().name, "NOT_OWNER");
/// assert_eq!(codes.lookup(52, Phase::Compute).unwrap().name, "REPLAY");
/// assert_eq!(codes.lookup(37, Phase::Action).unwrap().name, "NO_FUNDS");
/// ```
#[derive(Debug, Clone)]
pub struct ExitCodes {
    compute: Vec<Cow<'static, [ExitCode]>>,
}

impl ExitCodes {
    /// The machine's codes and the Solidity runtime's.
    pub fn standard() -> Self {
        Self { compute: vec![Cow::Borrowed(SOLIDITY), Cow::Borrowed(VM)] }
    }

    /// The tables with one more in front: its entries win over the ones already there.
    #[must_use]
    pub fn with(mut self, table: impl Into<Cow<'static, [ExitCode]>>) -> Self {
        self.compute.insert(0, table.into());
        self
    }

    /// The entry of a code, if a table has it.
    pub fn lookup(&self, code: i32, phase: Phase) -> Option<&ExitCode> {
        let find = |table: &'static [ExitCode]| table.iter().find(|e| e.code == code);
        match phase {
            Phase::Action => find(ACTION),
            Phase::Compute => self.compute.iter().find_map(|table| table.iter().find(|e| e.code == code)),
        }
    }
}

impl Default for ExitCodes {
    fn default() -> Self {
        Self::standard()
    }
}
