//! Who signs: a member, or the holder of a key.

use governance::registry::Member;
use governance::{Organs, Roster};
use keys::development;
use keys::{KeyPair, Phrase, PublicKey, Signer};
use zeroize::Zeroizing;

use crate::consent::Trial;
use crate::error::{CliError, Status};
use crate::failure::from_client;
use crate::members;
use crate::organisation::member;
use crate::state::World;

/// Who acts, and whether it counts.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Actor {
    /// Who signs: a member (a name, the start of one, or a number from `subgov member list`), or a key of the key store
    /// by its name.
    #[arg(long = "as", value_name = "MEMBER|KEY")]
    who: String,
    #[command(flatten)]
    pub(crate) trial: Trial,
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
    /// The environment: SUBGOV_SECRET or SUBGOV_PHRASE.
    Environment(KeyPair),
}

impl Actor {
    /// Name and key of who acts. On a simulation no secret is touched.
    pub(crate) async fn signer(
        &self,
        world: &World,
        organs: &Organs<'_>,
    ) -> Result<(String, Identity), CliError> {
        let index = member(&world.organisation, &self.who)?;
        let name = world.organisation.members[index].name.clone();
        let registered = organs.registry.members().await;
        let registered = registered.map_err(|error| from_client("the members cannot be read", error))?;
        let seat = seat_of(world, &registered, index);
        let seat = seat.ok_or_else(|| no_member(&name))?;
        let identity = Identity::of_key(world, &name, seat.key)?;
        Ok((name, identity))
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

    /// Whoever holds the secret of `key`; on a simulation the public key alone.
    ///
    /// # Errors
    /// Status 4 if the secret is nowhere here.
    fn of_key(world: &World, name: &str, key: PublicKey) -> Result<Self, CliError> {
        let source = source(world, key)?.ok_or_else(|| no_key(name, key))?;
        if let Source::Development(index) = source {
            return Ok(Self::development(world, index));
        }
        world.hops.signed_by(key);
        if world.is_simulation() {
            return Ok(Self(Box::new(PublicOnly { key, development: false })));
        }
        match source {
            Source::Development(index) => Ok(Self(Box::new(development::signer(index)))),
            Source::Environment(pair) => Ok(Self(Box::new(pair))),
        }
    }
}

fn source(world: &World, key: PublicKey) -> Result<Option<Source>, CliError> {
    if let Some(pair) = from_environment()?
        && pair.public_key() == key
    {
        return Ok(Some(Source::Environment(pair)));
    }
    let index = development_index(world, key).filter(|_| world.local.client.transport().is_local());
    Ok(index.map(Source::Development))
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
