//! What a caller chooses.

/// Version of the ABI that a contract speaks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum AbiVersion {
    /// Signatures cover the body alone.
    V2_2,
    /// Signatures cover the address of the contract as well.
    #[default]
    V2_3,
}

impl AbiVersion {
    /// The number, as in the ABI file.
    pub fn as_str(self) -> &'static str {
        match self {
            AbiVersion::V2_2 => "2.2",
            AbiVersion::V2_3 => "2.3",
        }
    }
}

/// Machine that runs the contract.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum TvmVersion {
    /// The machine of TON, version 12: the one of our network.
    #[default]
    Ton,
    /// The machine of Everscale, which the official SDK library runs messages on, too. It opens and hashes no
    /// builder: signed calls cost 518 gas more.
    Ever,
}

/// Settings of code generation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Settings {
    /// `--abi-version`.
    pub abi_version: AbiVersion,
    /// `--tvm-version`.
    pub tvm_version: TvmVersion,
}

impl Settings {
    /// Whether signatures of external messages cover the address.
    pub(crate) fn signs_address(&self) -> bool {
        self.abi_version >= AbiVersion::V2_3
    }
}
