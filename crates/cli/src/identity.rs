//! Who signs: a member, or the holder of a key.
//!
//! The key is the one that the chain has registered, not the one of the files: keys are changed. Its secret is looked for
//! in this order: `--signer-command`, the environment, the key store, and on networks for development the stand-ins.

use std::path::PathBuf;

use governance::registry::Member;
use governance::{Organs, Roster};
use keys::development;
use keys::{KeyPair, Phrase, PublicKey, Signer};
use keystore::{CommandSigner, KeyInfo, KeyName, StoreArgs};
use zeroize::Zeroizing;

use crate::consent::Trial;
use crate::error::{CliError, Status};
use crate::failure::from_client;
use crate::members;
use crate::organisation::member;
use crate::state::World;
use crate::store::from_store;

/// Who acts, and whether it counts.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Actor {
    /// Who signs: a member (a name, the start of one, or a number from `subgov member list`), or a key of the key store
    /// by its name.
    #[arg(long = "as", value_name = "MEMBER|KEY")]
    who: String,
    #[command(flatten)]
    keys: KeyArgs,
    #[command(flatten)]
    pub(crate) trial: Trial,
}

/// Where secrets are.
///
/// For automatic runs the environment may have one: SUBGOV_SECRET (64 hexadecimal digits) or SUBGOV_PHRASE. It signs
/// where it is the key that is asked for, and nowhere else.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct KeyArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// A program that signs: it reads {"public_key", "hash"} as one line of JSON and answers with the signature as 128
    /// hexadecimal digits.
    #[arg(long, value_name = "PROGRAM")]
    signer_command: Option<PathBuf>,
}

/// Whoever signs; on a simulation only the public key is known.
pub(crate) struct Identity(Box<dyn Signer>);

impl Signer for Identity {
    fn public_key(&self) -> PublicKey {
        self.0.public_key()
    }

    fn sign(&self, hash: &[u8; 32]) -> Result<[u8; 64], keys::Error> {
        self.0.sign(hash)
    }

    fn is_development(&self) -> bool {
        self.0.is_development()
    }
}

/// A key without its secret. What it signs is right for no key: simulations do not look.
struct PublicOnly {
    key: PublicKey,
    development: bool,
}

impl Signer for PublicOnly {
    fn public_key(&self) -> PublicKey {
        self.key
    }

    fn sign(&self, hash: &[u8; 32]) -> Result<[u8; 64], keys::Error> {
        let mut placeholder = [0xff; 64];
        placeholder[..32].copy_from_slice(hash);
        Ok(placeholder)
    }

    fn is_development(&self) -> bool {
        self.development
    }
}

/// Where the secret of a key is.
enum Source {
    /// The development key with this number.
    Development(u32),
    /// The environment.
    Environment(KeyPair),
    /// The key store.
    Store(KeyInfo),
    /// Another program.
    Command(PathBuf),
}

impl Actor {
    /// Name and key of who acts. On a simulation no secret is touched.
    pub(crate) async fn signer(
        &self,
        world: &World,
        organs: &Organs<'_>,
    ) -> Result<(String, Identity), CliError> {
        let prepare = self.trial.prepare.is_some();
        if let Some((name, key)) = self.keys.named(world, &self.who)? {
            let identity = self.keys.identity(world, &name, key, prepare)?;
            return Ok((name, identity));
        }
        let index = member(&world.organisation, &self.who)?;
        let name = world.organisation.members[index].name.clone();
        let registered = organs.registry.members().await;
        let registered = registered.map_err(|error| from_client("the members cannot be read", error))?;
        let seat = seat_of(world, &registered, index);
        let seat = seat.ok_or_else(|| no_member(&name))?;
        let identity = self.keys.identity(world, &name, seat.key, prepare)?;
        Ok((name, identity))
    }
}

impl KeyArgs {
    /// The key that `who` means if it is one of the store by its name, or a public key; with a name for people.
    pub(crate) fn named(&self, world: &World, who: &str) -> Result<Option<(String, PublicKey)>, CliError> {
        if let Ok(key) = who.parse::<PublicKey>() {
            return Ok(Some((world.roster().label(&key), key)));
        }
        let Ok(name) = who.parse::<KeyName>() else { return Ok(None) };
        let failed = |error| from_store(format!("the key {name} cannot be used"), error);
        let Ok(store) = self.store.store() else { return Ok(None) };
        match store.info(&name) {
            Ok(info) => {
                let holder = world.roster().name(&info.public_key).map(str::to_owned);
                Ok(Some((holder.unwrap_or_else(|| format!("the key {name}")), info.public_key)))
            }
            Err(keystore::Error::Unknown { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Whoever holds the secret of `key`; on a simulation, and where others are going to sign (`prepare`), the public
    /// key alone.
    ///
    /// # Errors
    /// Status 4 if the secret is nowhere here.
    pub(crate) fn identity(
        &self,
        world: &World,
        name: &str,
        key: PublicKey,
        prepare: bool,
    ) -> Result<Identity, CliError> {
        world.hops.signed_by(key);
        let development = development::is_known(&key);
        if prepare {
            return Ok(Identity(Box::new(PublicOnly { key, development })));
        }
        let source = self.source(world, key)?.ok_or_else(|| no_key(name, key))?;
        if world.is_simulation() {
            return Ok(Identity(Box::new(PublicOnly { key, development })));
        }
        Ok(Identity(match source {
            Source::Development(index) => Box::new(development::signer(index)),
            Source::Environment(pair) => Box::new(pair),
            Source::Command(program) => Box::new(CommandSigner::new(program, key)),
            Source::Store(info) => {
                let password = self.store.password(&info.name);
                let unlocked =
                    password.and_then(|password| self.store.store()?.unlock(&info.name, &password));
                Box::new(unlocked.map_err(|error| from_store(format!("{name} cannot sign"), error))?)
            }
        }))
    }

    fn source(&self, world: &World, key: PublicKey) -> Result<Option<Source>, CliError> {
        if let Some(program) = &self.signer_command {
            return Ok(Some(Source::Command(program.clone())));
        }
        if let Some(pair) = from_environment()?
            && pair.public_key() == key
        {
            return Ok(Some(Source::Environment(pair)));
        }
        if let Ok(store) = self.store.store() {
            let found =
                store.find(&key).map_err(|error| from_store("the key store cannot be read", error))?;
            if let Some(info) = found {
                return Ok(Some(Source::Store(info)));
            }
        }
        let index = development_index(world, key).filter(|_| world.local.client.transport().is_local());
        Ok(index.map(Source::Development))
    }
}

/// The seat of a member of the files: the first key of a seat says whose it is, also after the key was changed.
pub(crate) fn seat_of<'a>(world: &World, members: &'a [Member], index: usize) -> Option<&'a Member> {
    let declared = world.organisation.members[index].public_key;
    let stand_in = members::stand_ins(&world.organisation)[index];
    members.iter().find(|seat| seat.origin == declared || seat.origin == stand_in)
}

impl Identity {
    /// The holder of a development key, whoever that is.
    pub(crate) fn development(world: &World, index: u32) -> Self {
        let signer = development::signer(index);
        world.hops.signed_by(signer.public_key());
        if world.is_simulation() {
            return Self(Box::new(PublicOnly { key: signer.public_key(), development: true }));
        }
        Self(Box::new(signer))
    }
}

/// Which member's stand-in a key is.
fn development_index(world: &World, key: PublicKey) -> Option<u32> {
    let stand_ins = members::stand_ins(&world.organisation);
    stand_ins.iter().position(|it| *it == key).and_then(|index| u32::try_from(index).ok())
}

/// The key that the environment gives, for automatic runs.
fn from_environment() -> Result<Option<KeyPair>, CliError> {
    let read = |name| std::env::var(name).ok().filter(|text| !text.is_empty()).map(Zeroizing::new);
    let bad = |name: &str, error: keys::Error| {
        let what = format!("the key in {name} cannot be used");
        CliError::new(
            Status::Keys,
            "bad-secret",
            what,
            error.to_string(),
            "correct the variable, or unset it",
        )
    };
    if let Some(secret) = read("SUBGOV_SECRET") {
        return KeyPair::from_secret_hex(&secret).map(Some).map_err(|error| bad("SUBGOV_SECRET", error));
    }
    let Some(phrase) = read("SUBGOV_PHRASE") else { return Ok(None) };
    let pair = Phrase::parse(&phrase).and_then(|phrase| phrase.key(0));
    pair.map(Some).map_err(|error| bad("SUBGOV_PHRASE", error))
}

fn no_member(name: &str) -> CliError {
    CliError::new(
        Status::Keys,
        "no-member",
        format!("{name} cannot sign"),
        "the registry on this network has no seat of this member",
        "see who has one with `subgov member list --state DIR`",
    )
}

fn no_key(name: &str, key: PublicKey) -> CliError {
    CliError::new(
        Status::Keys,
        "no-key",
        format!("{name} cannot sign here"),
        format!("the secret of the registered key {key} is neither in the key store nor in the environment"),
        "import it with `subgov key import`, or let it be signed elsewhere: add --prepare FILE",
    )
}

/// Names of the keys that sign here.
pub(crate) fn roster(world: &World) -> Roster {
    if world.local.client.transport().is_local() {
        members::roster(&world.organisation)
    } else {
        Roster::of(&world.organisation)
    }
}
