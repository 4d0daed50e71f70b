use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::password::Password;

/// What opening a key costs: parameters of argon2id (RFC 9106), recorded in each key file.
///
/// The default is 256 MiB in 3 passes and 4 lanes: the second recommendation of RFC 9106, section 4, with four times its
/// memory, since a person opens a key a few times a day and not a server thousands of times a second. It takes about a
/// second.
///
/// Lower costs make a stolen file easier to guess. The library takes any that argon2id allows (its tests use that); the
/// command line takes no less memory than [`Cost::LEAST_MEBIBYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self { memory_kib: 256 * 1024, passes: 3, lanes: 4 }
    }
}

/// Bytes that the key derivation gives: key of the cipher and check of the password.
pub(crate) const DERIVED: usize = 64;

impl Cost {
    /// Least memory that people may choose, in MiB: what the OWASP password storage sheet asks for with 2 passes.
    pub const LEAST_MEBIBYTES: u32 = 19;
    /// Most memory that a file may ask for, in MiB; more would stop a small machine.
    pub const MOST_MEBIBYTES: u32 = 4096;

    /// These parameters: memory in KiB, passes over it, lanes.
    ///
    /// # Errors
    /// [`Error::Cost`] for less memory than 8 KiB a lane or more than [`Cost::MOST_MEBIBYTES`], or for passes or lanes
    /// outside of 1 to 16.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self> {
        let cost = Self { memory_kib, passes, lanes };
        cost.check()?;
        Ok(cost)
    }

    /// The default with this much memory, as people choose it.
    ///
    /// # Errors
    /// [`Error::Cost`] outside of [`Cost::LEAST_MEBIBYTES`] to [`Cost::MOST_MEBIBYTES`].
    pub fn with_mebibytes(mebibytes: u32) -> Result<Self> {
        between("memory in MiB", mebibytes, Self::LEAST_MEBIBYTES, Self::MOST_MEBIBYTES)?;
        Self::new(mebibytes * 1024, Self::default().passes, Self::default().lanes)
    }

    /// Refuses what a file may not ask for.
    pub(crate) fn check(&self) -> Result<()> {
        between("the number of lanes", self.lanes, 1, 16)?;
        between("the number of passes", self.passes, 1, 16)?;
        between("memory in KiB", self.memory_kib, 8 * self.lanes, Self::MOST_MEBIBYTES * 1024)
    }

    /// The bytes that a password gives with this salt.
    pub(crate) fn derive(&self, password: &Password, salt: &[u8]) -> Result<Zeroizing<[u8; DERIVED]>> {
        let memory = || Error::Memory { mebibytes: self.memory_kib.div_ceil(1024) };
        let params =
            Params::new(self.memory_kib, self.passes, self.lanes, Some(DERIVED)).map_err(|_| memory())?;
        let mut derived = Zeroizing::new([0; DERIVED]);
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        // INVARIANT: parameters are checked and the salt has 16 bytes, so memory is all that can be missing.
        argon2.hash_password_into(password.bytes(), salt, derived.as_mut_slice()).map_err(|_| memory())?;
        Ok(derived)
    }
}

fn between(what: &'static str, found: u32, least: u32, most: u32) -> Result<()> {
    if (least..=most).contains(&found) { Ok(()) } else { Err(Error::Cost { what, found, least, most }) }
}
