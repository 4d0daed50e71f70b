//! Contracts as the compiler wrote them.

use std::path::{Path, PathBuf};

use serde_json::Value;
use ton_abi::{ContractAbi, ExitCode, Image, PublicKey};

/// ABI and image of a contract, with its name and its own exit codes.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// Name of the contract.
    pub name: String,
    /// Its ABI.
    pub abi: ContractAbi,
    /// Its code and initial data.
    pub image: Image,
    /// Its own exit codes.
    pub codes: Vec<ExitCode>,
}

impl Artifact {
    /// A contract without exit codes of its own.
    #[must_use]
    pub fn new(name: &str, abi: ContractAbi, image: Image) -> Self {
        Self { name: name.to_owned(), abi, image, codes: Vec::new() }
    }

    /// Reads `NAME.abi.json` and `NAME.tvc` from the workspace's `abi` folder.
    ///
    /// # Panics
    /// If they are not there or cannot be read: the message names the file.
    #[must_use]
    pub fn committed(name: &str) -> Self {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Self::read(&workspace.join("abi"), name)
    }

    /// Reads `NAME.abi.json` and `NAME.tvc` from a folder.
    ///
    /// # Panics
    /// As [`Artifact::committed`].
    #[must_use]
    pub fn read(folder: &Path, name: &str) -> Self {
        let bytes = |path: PathBuf| {
            std::fs::read(&path).unwrap_or_else(|e| panic!("cannot read {}: {e}", path.display()))
        };
        let abi = String::from_utf8(bytes(folder.join(format!("{name}.abi.json"))));
        let abi = abi.unwrap_or_else(|e| panic!("{name}.abi.json: {e}"));
        let abi = ContractAbi::parse(&abi).unwrap_or_else(|e| panic!("{name}.abi.json: {e}"));
        let image = Image::from_tvc(&bytes(folder.join(format!("{name}.tvc"))));
        Self::new(name, abi, image.unwrap_or_else(|e| panic!("{name}.tvc: {e}")))
    }

    /// The same with exit codes of its own.
    #[must_use]
    pub fn with_codes(mut self, codes: Vec<ExitCode>) -> Self {
        self.codes = codes;
        self
    }

    /// The same with the public key and static variables (a JSON object) in its initial data.
    ///
    /// # Panics
    /// If the ABI does not have these variables.
    #[must_use]
    pub fn with_init_data(mut self, pubkey: Option<&PublicKey>, vars: &Value) -> Self {
        let image = self.image.with_init_data(&self.abi, pubkey, vars);
        self.image = image.unwrap_or_else(|e| panic!("initial data of {}: {e}", self.name));
        self
    }
}
