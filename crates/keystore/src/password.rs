use std::fmt;

use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// A password; wiped when dropped, shown nowhere.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Least number of characters of a new password.
    pub const LEAST: usize = 8;

    /// The password for a new key, or another one for a key that is there.
    ///
    /// # Errors
    /// [`Error::ShortPassword`] for less than [`Password::LEAST`] characters.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let password = Self::entered(text);
        password.check_new()?;
        Ok(password)
    }

    /// A password for a key that is there, whatever its length.
    pub fn entered(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    pub(crate) fn check_new(&self) -> Result<()> {
        match self.0.chars().count() {
            found if found < Self::LEAST => Err(Error::ShortPassword { least: Self::LEAST }),
            _ => Ok(()),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}
