//! Where keys are, and how people give passwords and secrets to a program: never on its command line.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::info::KeyName;
use crate::password::Password;
use crate::store::Store;
use crate::terminal::prompt;

/// Environment variable with a password, for automatic runs.
const PASSWORD_VARIABLE: &str = "SUBGOV_PASSWORD";
/// Longest secret or password that is read.
const LIMIT: u64 = 4096;

/// Which store a command uses, and who gives it the password. The same in all programs.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct StoreArgs {
    /// Directory of the key files [default: subgov/keys in the user's directory of configurations].
    #[arg(long = "keys", value_name = "DIR", env = "SUBGOV_KEYS")]
    pub directory: Option<PathBuf>,
    /// Read the password from this file descriptor, up to the end of its first line. Without it: the environment
    /// variable SUBGOV_PASSWORD, or a question on the terminal.
    #[arg(long, value_name = "N")]
    pub password_fd: Option<u32>,
}

impl StoreArgs {
    /// The store.
    ///
    /// # Errors
    /// [`Error::NoDirectory`] if nothing says where keys are kept.
    pub fn store(&self) -> Result<Store> {
        let directory = self.directory.clone().filter(|directory| !directory.as_os_str().is_empty());
        let default = || Store::default_directory(|name| std::env::var_os(name).map(PathBuf::from));
        directory.or_else(default).map(Store::open).ok_or(Error::NoDirectory)
    }

    /// The password of a key that is there.
    ///
    /// # Errors
    /// [`Error::NoPassword`] if nobody gives it, [`Error::Descriptor`].
    pub fn password(&self, name: &KeyName) -> Result<Password> {
        match self.given()? {
            Some(password) => Ok(password),
            None => ask(name, &format!("password of the key {name}: ")),
        }
    }

    /// The password for a new key; a person types it twice.
    ///
    /// # Errors
    /// Those of [`StoreArgs::password`], [`Error::ShortPassword`], [`Error::PasswordsDiffer`].
    pub fn new_password(&self, name: &KeyName) -> Result<Password> {
        if let Some(password) = self.given()? {
            password.check_new()?;
            return Ok(password);
        }
        self.ask_new_password(name)
    }

    /// The same from the terminal alone, for a second password besides one that is given.
    ///
    /// # Errors
    /// As [`StoreArgs::new_password`].
    pub fn ask_new_password(&self, name: &KeyName) -> Result<Password> {
        let password = ask(name, &format!("new password for the key {name}: "))?;
        password.check_new()?;
        if !ask(name, "the same once more: ")?.is_same(&password) {
            return Err(Error::PasswordsDiffer);
        }
        Ok(password)
    }

    fn given(&self) -> Result<Option<Password>> {
        if let Some(descriptor) = self.password_fd {
            let text = read_descriptor(descriptor)?;
            return Ok(Some(Password::entered(text.lines().next().unwrap_or_default())));
        }
        let variable = std::env::var(PASSWORD_VARIABLE).ok().filter(|text| !text.is_empty());
        Ok(variable.map(Password::entered))
    }
}

fn ask(name: &KeyName, question: &str) -> Result<Password> {
    let nobody = || Error::NoPassword { name: name.to_string() };
    if !io::stdin().is_terminal() && !io::stderr().is_terminal() {
        return Err(nobody());
    }
    prompt(question).map(|typed| Password::entered(typed.as_str())).map_err(|error| match error.kind() {
        io::ErrorKind::Interrupted | io::ErrorKind::InvalidInput => Error::Typed(error),
        _ => nobody(),
    })
}

/// Reads a text from an open file descriptor of this process, up to 4 kB.
///
/// # Errors
/// [`Error::Descriptor`] if it is not open, or is no text.
pub fn read_descriptor(descriptor: u32) -> Result<Zeroizing<String>> {
    let failed = |source| Error::Descriptor { descriptor, action: "read", source };
    let mut text = Zeroizing::new(String::with_capacity(LIMIT as usize + 1));
    let read = match descriptor {
        // Opened once more, a file would be read from its beginning and not from where it stands.
        0 => io::stdin().take(LIMIT).read_to_string(&mut text),
        _ => File::open(path(descriptor)).and_then(|file| file.take(LIMIT).read_to_string(&mut text)),
    };
    read.map_err(failed)?;
    Ok(text)
}

/// Writes a text to an open file descriptor of this process.
///
/// # Errors
/// [`Error::Descriptor`].
pub fn write_descriptor(descriptor: u32, text: &str) -> Result<()> {
    let failed = |source| Error::Descriptor { descriptor, action: "written", source };
    let mut file: Box<dyn Write> = match descriptor {
        // Opened once more, a file would be written beside what this process writes, which may end over it.
        1 => Box::new(io::stdout()),
        2 => Box::new(io::stderr()),
        _ => Box::new(OpenOptions::new().append(true).open(path(descriptor)).map_err(failed)?),
    };
    file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(failed)
}

/// The name under which Linux, macOS and the BSDs show a process its own descriptors.
fn path(descriptor: u32) -> PathBuf {
    PathBuf::from(format!("/dev/fd/{descriptor}"))
}
