use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use keys::PublicKey;

use crate::cost::Cost;
use crate::disk;
use crate::error::{Error, Result};
use crate::file::{KeyFile, Random, SIZE_LIMIT};
use crate::info::{KeyInfo, KeyName};
use crate::password::Password;
use crate::secret::{Secret, Unlocked};

/// Ending of key files.
const ENDING: &str = "key";

/// A directory of key files.
#[derive(Debug, Clone)]
pub struct Store {
    directory: PathBuf,
    cost: Cost,
}

/// What a store has.
#[derive(Debug, Default)]
pub struct Listing {
    /// The keys, by name.
    pub keys: Vec<KeyInfo>,
    /// Files that look like keys and cannot be read.
    pub broken: Vec<Broken>,
}

/// A file that looks like a key and cannot be read.
#[derive(Debug)]
pub struct Broken {
    /// Its name without the ending.
    pub name: String,
    /// Why it cannot be read.
    pub error: Error,
}

impl Store {
    /// The store in a directory, which is made when the first key is put there. Reads nothing yet.
    pub fn open(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), cost: Cost::default() }
    }

    /// The store, sealing new keys at this cost; keys that are there keep theirs.
    #[must_use]
    pub fn with_cost(mut self, cost: Cost) -> Self {
        self.cost = cost;
        self
    }

    /// Where the keys of a user are: `subgov/keys` in the user's directory of configurations.
    ///
    /// `variable` looks up an environment variable; `None` if neither of those that say it is set.
    pub fn default_directory(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
        let variable = |name: &str| variable(name).filter(|value| !value.as_os_str().is_empty());
        let configuration = variable("XDG_CONFIG_HOME")
            .or_else(|| variable("APPDATA"))
            .or_else(|| Some(variable("HOME")?.join(".config")))?;
        Some(configuration.join("subgov").join("keys"))
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What the store has, by name; needs no password. A directory that does not exist has nothing.
    ///
    /// # Errors
    /// [`Error::Permissions`] and [`Error::File`] for the directory itself; for single files they are in the listing.
    pub fn list(&self) -> Result<Listing> {
        let failed = |source| Error::File { action: "read", path: self.directory.clone(), source };
        let entries = match fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Listing::default()),
            Err(error) => return Err(failed(error)),
        };
        disk::check_directory(&self.directory)?;
        let mut listing = Listing::default();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            if path.extension().is_none_or(|ending| ending != ENDING) || name.starts_with('.') {
                continue;
            }
            match name.parse().and_then(|name| self.info(&name)) {
                Ok(info) => listing.keys.push(info),
                Err(error) => listing.broken.push(Broken { name: name.to_owned(), error }),
            }
        }
        listing.keys.sort_by(|a, b| a.name.cmp(&b.name));
        listing.broken.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(listing)
    }

    /// What is known of a key without its password.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Permissions`], and those of a file that was damaged, cut, renamed or is of a later
    /// version.
    pub fn info(&self, name: &KeyName) -> Result<KeyInfo> {
        Ok(self.read(name)?.info().clone())
    }

    /// The first key, by name, with this public key; files that cannot be read are passed over.
    ///
    /// # Errors
    /// As [`Store::list`].
    pub fn find(&self, key: &PublicKey) -> Result<Option<KeyInfo>> {
        Ok(self.list()?.keys.into_iter().find(|info| info.public_key == *key))
    }

    /// Puts a new key into the store.
    ///
    /// # Errors
    /// [`Error::Exists`] if there is a key of that name, [`Error::DevelopmentKey`] unless the secret says
    /// [`Secret::for_development`], [`Error::ShortPassword`], [`Error::Permissions`], [`Error::Memory`],
    /// [`Error::File`].
    pub fn add(&self, name: &KeyName, secret: &Secret, password: &Password) -> Result<KeyInfo> {
        secret.check_allowed()?;
        password.check_new()?;
        self.check_free(name)?;
        disk::make_directory(&self.directory)?;
        let file = KeyFile::seal(name, secret, password, self.cost, &Random::new()?)?;
        disk::write_new(&self.path(name), file.to_text().as_bytes()).map_err(|error| match error {
            Error::File { source, .. } if source.kind() == io::ErrorKind::AlreadyExists => exists(name),
            other => other,
        })?;
        Ok(file.info().clone())
    }

    /// Says whether a name is free before anybody is asked for a password.
    ///
    /// # Errors
    /// [`Error::Exists`].
    pub fn check_free(&self, name: &KeyName) -> Result<()> {
        if fs::symlink_metadata(self.path(name)).is_ok() { Err(exists(name)) } else { Ok(()) }
    }

    /// Opens a key.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::Altered`], [`Error::Memory`], and those of [`Store::info`].
    pub fn unlock(&self, name: &KeyName, password: &Password) -> Result<Unlocked> {
        self.read(name)?.open(password, &self.path(name))
    }

    /// Seals a key anew with another password at the store's cost. The old file stays until the new one is safe on disk.
    ///
    /// # Errors
    /// [`Error::ShortPassword`], and those of [`Store::unlock`] and [`Store::add`].
    pub fn change_password(&self, name: &KeyName, old: &Password, new: &Password) -> Result<KeyInfo> {
        new.check_new()?;
        let unlocked = self.unlock(name, old)?;
        let file = KeyFile::seal(name, unlocked.secret(), new, self.cost, &Random::new()?)?;
        disk::replace(&self.path(name), file.to_text().as_bytes())?;
        Ok(file.info().clone())
    }

    fn path(&self, name: &KeyName) -> PathBuf {
        self.directory.join(format!("{name}.{ENDING}"))
    }

    fn read(&self, name: &KeyName) -> Result<KeyFile> {
        let path = self.path(name);
        let unknown = || Error::Unknown { name: name.to_string(), directory: self.directory.clone() };
        if !self.directory.exists() {
            return Err(unknown());
        }
        disk::check_directory(&self.directory)?;
        let text = disk::read(&path, SIZE_LIMIT)?.ok_or_else(unknown)?;
        KeyFile::parse(&text, &path, name)
    }
}

fn exists(name: &KeyName) -> Error {
    Error::Exists { name: name.to_string() }
}
