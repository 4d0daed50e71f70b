//! What all commands of a deployment work on: network, organisation, contracts, deployer.

use std::path::{Path, PathBuf};

use deploy::{Error, FileStore, Journal, JournalError, MemoryStore};
use governance::Organisation;
use governance::organisation::Files;
use governance::workflow::founding::{Blueprint, Charter};
use keys::{PublicKey, Signer};
use keystore::{KeyName, StoreArgs};
use localnet::{SharedNode, giver};
use serde_json::{Value, json};
use ton_abi::Address;

use crate::contracts::{self, Contracts, ContractsArgs};
use crate::error::{CliError, Status};
use crate::failure::{from_client, from_workflow};
use crate::local::{Backend, Local};
use crate::members;
use crate::network::{EMBEDDED, NetworkArgs, Place, Remote};
use crate::organisation::OrganisationArgs;
use crate::output::Progress;
use crate::state::{NewFolder, kept};
use crate::store::from_store;

/// The journal's file in the directory of a deployment.
const JOURNAL: &str = "deploy.journal";

/// What is founded, where, and by whom.
#[derive(Debug, clap::Args)]
pub(crate) struct SiteArgs {
    #[command(flatten)]
    contracts: ContractsArgs,
    #[command(flatten)]
    pub(crate) organisation: OrganisationArgs,
    #[command(flatten)]
    pub(crate) network: NetworkArgs,
    /// Directory of the deployment: it keeps the journal, and afterwards all that other commands need.
    #[arg(long, value_name = "DIR", env = "SUBGOV_STATE")]
    pub(crate) state: Option<PathBuf>,
    /// Makes the addresses differ from those of another organisation of the same deployer.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    nonce: u64,
    /// Where grants come from and returned money goes; on a network for development without it the giver.
    #[arg(long, value_name = "ADDRESS")]
    main_giver: Option<Address>,
    /// Let development keys stand in for those of the proposal's members (networks for development only); other keys of the
    /// files stay as they are.
    #[arg(long)]
    stand_ins: bool,
    /// The deployer's key: its name in the key store; on a network for development without it a development key.
    #[arg(long = "as", value_name = "KEY")]
    key: Option<KeyName>,
    #[command(flatten)]
    keys: StoreArgs,
}

/// Everything opened.
pub(crate) struct Site {
    pub(crate) local: Local,
    pub(crate) contracts: Contracts,
    pub(crate) files: Files,
    pub(crate) organisation: Organisation,
    pub(crate) members: Vec<PublicKey>,
    pub(crate) main_giver: Address,
    pub(crate) nonce: u64,
    pub(crate) deployer: PublicKey,
    /// The directory, if it is to be written to.
    pub(crate) folder: Option<NewFolder>,
}

impl SiteArgs {
    /// The directory, if one is named.
    fn folder(&self) -> Option<&Path> {
        // A variable that is there and empty names none.
        self.state.as_deref().filter(|folder| !folder.as_os_str().is_empty())
    }

    /// The directory, which a command cannot do without.
    pub(crate) fn state(&self) -> Result<&Path, CliError> {
        self.folder().ok_or_else(|| {
            CliError::new(
                Status::Usage,
                "usage",
                "the deployment has no directory",
                "its journal must be kept somewhere",
                "name a directory with --state",
            )
        })
    }

    /// The journal's file.
    pub(crate) fn journal_path(&self) -> Option<PathBuf> {
        self.folder().map(|folder| folder.join(JOURNAL))
    }

    /// The journal to look at; none if there is none yet.
    pub(crate) fn journal(&self) -> Result<Option<Journal<MemoryStore>>, CliError> {
        let Some(path) = self.journal_path().filter(|path| path.exists()) else { return Ok(None) };
        let journal = FileStore::look(&path).and_then(Journal::open);
        journal.map(Some).map_err(|error| failed("the journal cannot be read", error.into()))
    }

    /// The journal to go on with.
    pub(crate) fn open_journal(&self) -> Result<Journal<FileStore>, CliError> {
        let path = self.state()?.join(JOURNAL);
        let journal = FileStore::open(&path).and_then(Journal::open);
        journal.map_err(|error| failed(format!("{} cannot be used", path.display()), error.into()))
    }

    /// Opens network, organisation and contracts. `keep` makes the directory and writes to it later.
    pub(crate) async fn open(&self, keep: bool, progress: Progress) -> Result<Site, CliError> {
        let (place, (files, organisation)) = self.begun()?;
        let contracts = contracts::build(&self.contracts)?;
        progress.say(format!("contracts {}", contracts.origin));
        let (folder, local) = self.network(&place, &contracts, keep).await?;
        let is_local = local.client.transport().is_local();
        if self.stand_ins && !is_local {
            let name = local.client.transport().name();
            return Err(CliError::new(
                Status::Safety,
                "not-local",
                format!("no organisation of development keys can be founded on {name}"),
                "everybody has these keys, and the network is not one for development",
                "leave --stand-ins out",
            ));
        }
        let members = if self.stand_ins {
            members::founders(&organisation)
        } else {
            organisation.members.iter().map(|member| member.public_key).collect()
        };
        let main_giver = self.main_giver.clone().or(is_local.then_some(giver::ADDRESS)).ok_or_else(|| {
            CliError::new(
                Status::Usage,
                "usage",
                "nobody says where grants come from",
                "the main giver's address is fixed for ever when the registry is deployed",
                "give it with --main-giver",
            )
        })?;
        let deployer = self.deployer(is_local)?;
        let nonce = self.nonce;
        Ok(Site { local, contracts, files, organisation, members, main_giver, nonce, deployer, folder })
    }

    /// Network and files: those of the command line, else those that the directory was begun with.
    fn begun(&self) -> Result<(Place, (Files, Organisation)), CliError> {
        let folder = self.folder().filter(|folder| folder.exists());
        let (name, files) = match folder.map(kept).transpose()?.flatten() {
            Some((name, files)) => (Some(name.unwrap_or_else(|| EMBEDDED.to_owned())), Some(files)),
            None => {
                let journal = self.journal()?;
                let binding = journal.as_ref().and_then(|journal| journal.binding());
                (binding.map(|it| it.network.name.clone()), None)
            }
        };
        let remote = name.as_deref().filter(|name| *name != EMBEDDED);
        let place = self.network.place(remote, name.is_some())?;
        let files = match files.filter(|_| !self.organisation.is_given()) {
            Some(files) => Organisation::parse(&files).ok().map(|organisation| (files, organisation)),
            None => None,
        };
        Ok((place, files.map_or_else(|| self.organisation.files(), Ok)?))
    }

    async fn network(
        &self,
        place: &Place,
        contracts: &Contracts,
        keep: bool,
    ) -> Result<(Option<NewFolder>, Local), CliError> {
        let resumed = match self.folder() {
            Some(folder) if keep || folder.exists() => Some(NewFolder::resume(folder, place)?),
            _ => None,
        };
        let (folder, node) = resumed.map_or((None, None), |(folder, node)| (Some(folder), node));
        let abis = contracts.organisation.abis();
        let backend = match (place, node) {
            (Place::Embedded, None) => return Ok((folder, Local::start(contracts)?)),
            (Place::Embedded, Some(node)) => Backend::Embedded(SharedNode::new(node)),
            (Place::Remote(profile), _) => Backend::Remote(Remote::open(profile).await?),
        };
        let local = Local::on(backend, contracts.giver.abi.clone(), &abis);
        contracts.organisation.register(&local.client);
        Ok((folder, local))
    }

    /// Public key of the deployer: no password is needed to know it.
    fn deployer(&self, is_local: bool) -> Result<PublicKey, CliError> {
        match &self.key {
            Some(name) => {
                let info = self.keys.store().and_then(|store| store.info(name));
                Ok(info.map_err(from_keystore)?.public_key)
            }
            None if is_local => Ok(members::deployer().public_key()),
            None => Err(CliError::new(
                Status::Keys,
                "no-key",
                "nobody signs the deployment",
                "the network is not one for development, so a development key may not",
                "name a key of the key store with --as; `subgov key new` makes one",
            )),
        }
    }

    /// The deployer, ready to sign; asks for the password.
    pub(crate) fn signer(&self) -> Result<Box<dyn Signer>, CliError> {
        let Some(name) = &self.key else { return Ok(Box::new(members::deployer())) };
        let password = self.keys.password(name).map_err(from_keystore)?;
        let unlocked = self.keys.store().and_then(|store| store.unlock(name, &password));
        Ok(Box::new(unlocked.map_err(from_keystore)?))
    }
}

impl Site {
    pub(crate) fn charter(&self) -> Charter<'_> {
        Charter {
            organisation: &self.organisation,
            contracts: &self.contracts.organisation,
            members: self.members.clone(),
            main_giver: self.main_giver.clone(),
            nonce: self.nonce,
        }
    }

    pub(crate) fn blueprint(&self) -> Result<Blueprint<'_>, CliError> {
        let drawn = Blueprint::draw(self.charter(), self.deployer);
        drawn.map_err(|error| from_workflow("the deployment cannot be planned", error))
    }
}

fn from_keystore(error: keystore::Error) -> CliError {
    from_store("the deployer's key cannot be used", error)
}

/// A failed deployment in the words of the command line.
pub(crate) fn failed(what: impl Into<String>, error: Error) -> CliError {
    let why = error.to_string();
    let (status, code, hint) = match error {
        Error::Client(error) => return from_client(what, error),
        Error::Workflow(error) => return from_workflow(what, error),
        Error::Journal(JournalError::Locked) => (
            Status::Safety,
            "deployment-locked",
            "let the other process end, then look with `subgov deploy status`".to_owned(),
        ),
        Error::Journal(JournalError::Altered { .. }) => (
            Status::Safety,
            "journal-altered",
            "restore the journal from a copy; without it a new one finds out from the chain what was done"
                .to_owned(),
        ),
        Error::Journal(_) => {
            (Status::Network, "journal", "check the directory and its permissions".to_owned())
        }
        Error::Mismatch(_) => (
            Status::Safety,
            "journal-mismatch",
            "give the same network, files, contracts and key as in the first run, or another directory"
                .to_owned(),
        ),
        Error::Forgotten { .. } => (
            Status::Safety,
            "network-forgot",
            "use the network that the deployment was begun on, or another directory for another one"
                .to_owned(),
        ),
        Error::Waiting { ref address, balance, needed, .. } => (
            Status::Safety,
            "short-balance",
            format!("send {:#} TON to {address}, then run the command again", needed.saturating_sub(balance)),
        ),
        Error::Failed { .. } => (
            Status::Refused,
            "failed",
            "look at the message with `subgov trace`, then run the command again".to_owned(),
        ),
        Error::WrongSigner { .. } => (Status::Keys, "wrong-key", "sign with the key of the plan".to_owned()),
        _ => (Status::Network, "stopped", "run the command again: it goes on where it stopped".to_owned()),
    };
    CliError::new(status, code, what, why, hint).caused_by(error)
}

/// Addresses for programs.
pub(crate) fn places_json(blueprint: &Blueprint<'_>) -> Value {
    let places = blueprint.places();
    json!({
        "purse": places.purse.to_string(),
        "registry": places.registry.to_string(),
        "multisig": places.multisig.to_string(),
        "treasury": places.treasury.to_string(),
        "jury_pool": places.jury_pool.to_string(),
        "main_giver": blueprint.charter().main_giver.to_string(),
    })
}
