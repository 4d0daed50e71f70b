//! An organisation kept in a directory between two commands: with its whole network, or with the name of a remote one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use governance::contracts::{Abis, NAMES};
use governance::organisation::Files;
use governance::{Multisig, Organisation, Organs, Roster, multisig};
use keys::PublicKey;
use localnet::{Node, SharedNode, StateFile};
use serde::{Deserialize, Serialize};
use ton_abi::{Address, ContractAbi};
use ton_client::Settings;
use ton_client::processing::Tree;

use crate::error::{CliError, Status};
use crate::failure::{from_client, from_node};
use crate::hops::{self, Hops};
use crate::identity;
use crate::local::{Backend, Local};
use crate::network::{NetworkArgs, Place, Remote};
use crate::outbox::Outbox;

const NODE_FILE: &str = "node.state";
const DEPLOYMENT_FILE: &str = "deployment.json";
/// Name and version of [`DEPLOYMENT_FILE`].
const SCHEMA: &str = "subgov-deployment/2";
/// Account names that always exist.
const MULTISIG: &str = "multisig";
const REGISTRY: &str = "registry";
const GIVER: &str = "giver";
/// Where the organs of an organisation are.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub(crate) registry: Address,
    pub(crate) treasury: Address,
    pub(crate) jury_pool: Address,
    pub(crate) multisig: Address,
}

impl Addresses {
    pub(crate) fn of(organs: &Organs<'_>) -> Self {
        Self {
            registry: organs.registry.address().clone(),
            treasury: organs.treasury.address().clone(),
            jury_pool: organs.jury_pool.address().clone(),
            multisig: organs.multisig.address().clone(),
        }
    }
}

/// Which network a command works on.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct StateArgs {
    /// Directory that keeps the organisation and its local network between commands; made by `subgov node init` or
    /// `subgov demo`.
    #[arg(long, value_name = "DIR", env = "SUBGOV_STATE")]
    pub(crate) state: PathBuf,
    #[command(flatten)]
    pub(crate) network: NetworkArgs,
}

/// What was deployed, and how to talk to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deployment {
    schema: String,
    /// The network it is on, unless the directory keeps that, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    network: Option<String>,
    /// The organisation whose members hold the wallet.
    organisation: Files,
    /// Addresses by the names that commands take.
    accounts: BTreeMap<String, Address>,
    /// Interfaces of the contracts by their names.
    abis: BTreeMap<String, String>,
}

/// A network with an organisation on it, and the directory that keeps it.
pub(crate) struct World {
    pub(crate) local: Local,
    pub(crate) organisation: Organisation,
    /// What becomes of the messages that are sent here.
    pub(crate) hops: Arc<Hops>,
    files: Files,
    accounts: BTreeMap<String, Address>,
    /// Names of accounts that were looked up, for this run of the program.
    looked_up: Arc<Mutex<BTreeMap<Address, String>>>,
    /// Keys that members got by decisions, with their names.
    rotated: Vec<(PublicKey, String)>,
    abis: Abis,
    /// Name of the remote network in the directory's own file.
    network: Option<String>,
    file: Option<(PathBuf, Option<StateFile>)>,
}

impl World {
    /// A network with a live organisation; kept in `folder`, or nowhere.
    pub(crate) fn new(
        local: Local,
        (files, organisation): (Files, Organisation),
        organs: Addresses,
        abis: Abis,
        folder: Option<NewFolder>,
    ) -> Self {
        let accounts = [
            (MULTISIG, organs.multisig),
            (REGISTRY, organs.registry),
            ("treasury", organs.treasury),
            ("jury-pool", organs.jury_pool),
            (GIVER, local.giver.address.clone()),
        ];
        let accounts = accounts.map(|(name, address)| (name.to_owned(), address)).into();
        let (network, file) =
            folder.map(|NewFolder { folder, network, file }| (network, (folder, file))).unzip();
        let (network, hops) = (network.flatten(), hops::watch(&local.client));
        Self {
            local,
            organisation,
            hops,
            files,
            accounts,
            looked_up: Arc::default(),
            rotated: Vec::new(),
            abis,
            network,
            file,
        }
    }

    /// Opens what a directory keeps, on the network that the arguments say or that it was made on.
    pub(crate) async fn open(args: &StateArgs) -> Result<Self, CliError> {
        let folder = &args.state;
        let deployment = read_deployment(folder)?;
        let bad = |error: ton_abi::Error| bad_deployment(folder, error.to_string());
        let abi = |name: &str| {
            let text = deployment.abis.get(name);
            let text =
                text.ok_or_else(|| bad_deployment(folder, format!("it has no interface of {name}")))?;
            ContractAbi::parse(text).map_err(bad)
        };
        let (giver_abi, abis) = (abi(GIVER)?, Abis::find(abi)?);
        for name in [MULTISIG, REGISTRY] {
            if !deployment.accounts.contains_key(name) {
                return Err(bad_deployment(folder, format!("it names no {name}")));
            }
        }
        let kept = deployment.network.as_deref();
        let (backend, file) = match args.network.place(kept, kept.is_none())? {
            Place::Embedded => {
                let (node, file) = open_node(folder)?;
                (Backend::Embedded(SharedNode::new(node)), Some(file))
            }
            Place::Remote(profile) => (Backend::Remote(Remote::open(&profile).await?), None),
        };
        let (network, files) = (deployment.network, deployment.organisation);
        let organisation =
            Organisation::parse(&files).map_err(|error| bad_deployment(folder, error.to_string()))?;
        let local = Local::on(backend, giver_abi, &abis);
        let accounts = deployment.accounts;
        let file = Some((folder.clone(), file));
        let hops = hops::watch(&local.client);
        let looked_up = Arc::default();
        let rotated = Vec::new();
        let mut world =
            Self { local, organisation, hops, files, accounts, looked_up, rotated, abis, network, file };
        world.learn_keys().await;
        Ok(world)
    }

    /// Looks up the keys that members have got since the organisation was founded. Where they cannot be looked up, the
    /// command itself will say why.
    async fn learn_keys(&mut self) {
        let Ok(organs) = self.organs().await else { return };
        // Each change of a member or a key begins another epoch; the first one is the founding's.
        if organs.registry.status().await.is_ok_and(|status| status.epoch == 0) {
            return;
        }
        let Ok(members) = organs.registry.members().await else { return };
        let indices = 0..self.organisation.members.len();
        let rotated = indices.filter_map(|index| {
            let seat = identity::seat_of(self, &members, index)?;
            (seat.key != seat.origin).then(|| (seat.key, self.organisation.members[index].name.clone()))
        });
        self.rotated = rotated.collect();
    }

    /// The same organisation on a simulation of its network: whatever is done there has no effect, and no signer is
    /// asked. `lifetime` is that of messages in seconds, if not the usual one.
    pub(crate) fn simulated(&self, lifetime: Option<u32>) -> Self {
        let usual = Settings::default();
        let settings = Settings { lifetime: lifetime.unwrap_or(usual.lifetime), ..usual };
        let local = self.local.simulated(settings);
        Self {
            hops: hops::watch(&local.client),
            local,
            organisation: self.organisation.clone(),
            files: self.files.clone(),
            accounts: self.accounts.clone(),
            looked_up: self.looked_up.clone(),
            rotated: self.rotated.clone(),
            abis: self.abis.clone(),
            network: self.network.clone(),
            file: None,
        }
    }

    /// Whether this is a simulation: nothing may be kept, no secret touched.
    pub(crate) fn is_simulation(&self) -> bool {
        self.local.client.transport().is_simulation()
    }

    /// Where sent messages are written down; a network in this process needs none: what was not kept did not happen.
    pub(crate) fn outbox(&self) -> Option<Outbox> {
        let (folder, _) = self.file.as_ref().filter(|_| self.local.embedded().is_none())?;
        Some(Outbox::new(folder, self.local.client.transport().name()))
    }

    /// Removes the record of a sent message whose fate is known; other files stay.
    pub(crate) fn forget_sent(&self, file: &Path) {
        if let Some(outbox) = self.outbox() {
            outbox.forget(file);
        }
    }

    /// Writes the network back, whole or not at all.
    pub(crate) fn save(&mut self) -> Result<(), CliError> {
        let Some((folder, file)) = &mut self.file else { return Ok(()) };
        let what = format!("the network cannot be kept in {}", folder.display());
        let deployment = Deployment {
            schema: SCHEMA.to_owned(),
            network: self.network.clone(),
            organisation: self.files.clone(),
            accounts: self.accounts.clone(),
            abis: NAMES
                .iter()
                .map(|name| (*name, self.abis.get(name)))
                .chain([(GIVER, &self.local.giver.abi)])
                .map(|(name, abi)| (name.to_owned(), abi.json().to_owned()))
                .collect(),
        };
        // The network first: it says whether another process was faster.
        if let (Some(file), Some(node)) = (file, self.local.embedded()) {
            file.save(&node.lock()).map_err(|error| from_node(&what, error))?;
        }
        let text = serde_json::to_string_pretty(&deployment).expect("texts and addresses are always JSON");
        let path = folder.join(DEPLOYMENT_FILE);
        if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
            fs::write(&path, text).map_err(|source| {
                from_node(&what, localnet::Error::File { action: "write", path, source })
            })?;
        }
        Ok(())
    }

    /// The members' wallet.
    pub(crate) fn multisig(&self) -> Multisig<'_> {
        let abi = self.abis.get(multisig::CONTRACT).clone();
        Multisig::at(&self.local.client, self.accounts[MULTISIG].clone(), abi)
    }

    /// All organs of the organisation.
    pub(crate) async fn organs(&self) -> Result<Organs<'_>, CliError> {
        let organs =
            Organs::open(&self.local.client, self.abis.clone(), self.accounts[REGISTRY].clone()).await;
        organs.map_err(|error| from_client("the organisation on this network cannot be read", error))
    }

    /// Gives an account a name that commands take in place of its address.
    pub(crate) fn name_account(&mut self, name: &str, address: Address) {
        self.accounts.insert(name.to_owned(), address);
    }

    /// An address as people read it: `name (0:f92b…7202)`, or in full if it has no name.
    pub(crate) fn label(&self, address: &Address) -> String {
        let name = self.accounts.iter().find(|(_, known)| *known == address).map(|(name, _)| name.clone());
        let name = name.or_else(|| self.looked_up().get(address).cloned());
        name.map_or_else(|| address.to_string(), |name| format!("{name} ({})", short(address)))
    }

    fn looked_up(&self) -> MutexGuard<'_, BTreeMap<Address, String>> {
        self.looked_up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks up the names of contests and proposals that message trees went through; what cannot be looked up keeps its
    /// address.
    pub(crate) async fn learn_names(&self, organs: &Organs<'_>, trees: &[Tree]) {
        let registry = self.local.client.registry();
        let unnamed = |contract: &str| {
            let looked_up = self.looked_up();
            let named =
                |it: &Address| looked_up.contains_key(it) || self.accounts.values().any(|known| known == it);
            let mut steps = trees.iter().flat_map(|tree| &tree.steps);
            steps.any(|step| {
                registry.contract_at(step.account()).is_some_and(|it| **it == *contract)
                    && !named(step.account())
            })
        };
        if unnamed(governance::contest::CONTRACT)
            && let Ok(contests) = organs.registry.contests().await
        {
            let names = contests.into_iter().map(|it| (it.addr, format!("contest/{}", it.id)));
            self.looked_up().extend(names);
        }
        if unnamed(governance::proposal::CONTRACT)
            && let Ok(status) = organs.registry.status().await
        {
            for id in (1..status.next_proposal).rev() {
                let Ok(address) = organs.registry.proposal_address(id).await else { break };
                self.looked_up().insert(address, format!("proposal/{id}"));
                if !unnamed(governance::proposal::CONTRACT) {
                    break;
                }
            }
        }
    }

    /// The account that `text` means: what [`World::account`] takes, `contest/3`, `proposal/5`, or a member who has an
    /// address for payments.
    pub(crate) async fn find_account(&self, organs: &Organs<'_>, text: &str) -> Result<Address, CliError> {
        let known = match self.account(text) {
            Ok(address) => return Ok(address),
            Err(known) => known,
        };
        let what = format!("\"{text}\" is not an account");
        let failed = |error| from_client(&what, error);
        let none = |why: String| {
            CliError::new(
                Status::Usage,
                "bad-address",
                &what,
                why,
                "see what there is with `subgov contest list`",
            )
        };
        let (address, name) = match text.split_once('/').map(|(noun, id)| (noun, id.parse::<u32>())) {
            Some(("contest", Ok(id))) => {
                let contests = organs.registry.contests().await.map_err(failed)?;
                let found = contests.into_iter().find(|contest| contest.id == id);
                (
                    found.ok_or_else(|| none(format!("there is no contest {id}")))?.addr,
                    format!("contest/{id}"),
                )
            }
            Some(("proposal", Ok(id))) => {
                let next = organs.registry.status().await.map_err(failed)?.next_proposal;
                if !(1..next).contains(&id) {
                    return Err(none(format!("there is no proposal {id}")));
                }
                let address = organs.registry.proposal_address(id).await.map_err(failed)?;
                (address, format!("proposal/{id}"))
            }
            _ => {
                let Ok(index) = self.organisation.find_member(text) else { return Err(known) };
                let name = &self.organisation.members[index].name;
                let members = organs.registry.members().await.map_err(failed)?;
                let seat = identity::seat_of(self, &members, index);
                let payout = seat.and_then(|seat| seat.payout.clone());
                (payout.ok_or_else(|| none(format!("{name} has set no address for payments")))?, name.clone())
            }
        };
        self.looked_up().insert(address.clone(), name);
        Ok(address)
    }

    /// The account that `text` means: a name or an address.
    pub(crate) fn account(&self, text: &str) -> Result<Address, CliError> {
        if let Some(address) = self.accounts.get(text) {
            return Ok(address.clone());
        }
        let why = match text.split_once(':') {
            Some((workchain, digits)) => match (workchain, digits.len()) {
                ("0" | "-1", 64) => match text.parse() {
                    Ok(address) => return Ok(address),
                    Err(_) => "it has characters that are not hexadecimal digits".to_owned(),
                },
                ("0" | "-1", found) => format!("it has {found} digits after the colon, 64 are needed"),
                _ => "its workchain is neither 0 nor -1".to_owned(),
            },
            None => {
                let names: Vec<_> = self.accounts.keys().map(String::as_str).collect();
                format!("it is neither an address nor one of the names {}", names.join(", "))
            }
        };
        let what = format!("\"{text}\" is not an account");
        let hint = "give an address like 0: and 64 hexadecimal digits, or a name like treasury or contest/3";
        Err(CliError::new(Status::Usage, "bad-address", what, why, hint))
    }

    /// Names of the keys that the members have here.
    pub(crate) fn roster(&self) -> Roster {
        let mut roster = identity::roster(self);
        for (key, name) in &self.rotated {
            roster.add(*key, name);
        }
        roster
    }
}

/// A directory that is about to keep a new network.
pub(crate) struct NewFolder {
    folder: PathBuf,
    network: Option<String>,
    file: Option<StateFile>,
}

impl NewFolder {
    /// Makes the directory for a network that it keeps, or for a remote one; it must not keep any already.
    pub(crate) fn create(folder: &Path, place: &Place) -> Result<Self, CliError> {
        let what = format!("no network can be made in {}", folder.display());
        fs::create_dir_all(folder).map_err(|source| {
            let path = folder.to_owned();
            from_node(&what, localnet::Error::File { action: "make", path, source })
        })?;
        if folder.join(NODE_FILE).exists() || folder.join(DEPLOYMENT_FILE).exists() {
            return Err(CliError::new(
                Status::Safety,
                "state-exists",
                what,
                "the directory keeps a network already, which would be lost",
                "choose another directory, or remove this one first",
            ));
        }
        let (network, file) = match place {
            Place::Embedded => {
                let opened = StateFile::open(folder.join(NODE_FILE));
                (None, Some(opened.map_err(|error| from_node(&what, error))?.0))
            }
            Place::Remote(profile) => (Some(profile.name.clone()), None),
        };
        Ok(Self { folder: folder.to_owned(), network, file })
    }
}

impl NewFolder {
    /// Makes or opens the directory of a deployment, which may have been stopped half-way: the node that it keeps comes
    /// along, if the network is not a remote one.
    pub(crate) fn resume(folder: &Path, place: &Place) -> Result<(Self, Option<Node>), CliError> {
        let what = format!("no network can be kept in {}", folder.display());
        fs::create_dir_all(folder).map_err(|source| {
            let path = folder.to_owned();
            from_node(&what, localnet::Error::File { action: "make", path, source })
        })?;
        let (network, file, node) = match place {
            Place::Embedded => {
                let opened = StateFile::open(folder.join(NODE_FILE));
                let (file, node) = opened.map_err(|error| from_node(&what, error))?;
                (None, Some(file), node)
            }
            Place::Remote(profile) => (Some(profile.name.clone()), None, None),
        };
        Ok((Self { folder: folder.to_owned(), network, file }, node))
    }

    /// Writes the node down, whole or not at all.
    pub(crate) fn keep(&mut self, node: &Node) -> Result<(), CliError> {
        let what = format!("the network cannot be kept in {}", self.folder.display());
        match &mut self.file {
            Some(file) => file.save(node).map_err(|error| from_node(what, error)),
            None => Ok(()),
        }
    }
}

/// The network that the organisation of a directory is on, if that is a remote one, and the files that it was founded
/// from; none if the directory keeps no organisation.
pub(crate) fn kept(folder: &Path) -> Result<Option<(Option<String>, Files)>, CliError> {
    if !folder.join(DEPLOYMENT_FILE).exists() {
        return Ok(None);
    }
    read_deployment(folder).map(|deployment| Some((deployment.network, deployment.organisation)))
}

/// The node that a directory keeps.
fn open_node(folder: &Path) -> Result<(Node, StateFile), CliError> {
    let what = format!("the network in {} cannot be used", folder.display());
    let path = folder.join(NODE_FILE);
    let missing = || no_state(folder, &format!("there is no file {NODE_FILE}"));
    let (file, node) = StateFile::open(path).map_err(|error| from_node(&what, error))?;
    Ok((node.ok_or_else(missing)?, file))
}

/// `0:f92b…7202`
pub(crate) fn short(address: &Address) -> String {
    let text = address.to_string();
    let (workchain, digits) = text.split_once(':').unwrap_or(("", &text));
    format!("{workchain}:{}…{}", &digits[..4], &digits[digits.len() - 4..])
}

fn read_deployment(folder: &Path) -> Result<Deployment, CliError> {
    let path = folder.join(DEPLOYMENT_FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(no_state(folder, &format!("there is no file {DEPLOYMENT_FILE}")));
        }
        Err(source) => {
            let what = format!("the network in {} cannot be used", folder.display());
            return Err(from_node(what, localnet::Error::File { action: "read", path, source }));
        }
    };
    let deployment: Deployment =
        serde_json::from_str(&text).map_err(|error| bad_deployment(folder, error.to_string()))?;
    if deployment.schema != SCHEMA {
        return Err(bad_deployment(folder, format!("its schema is {}, not {SCHEMA}", deployment.schema)));
    }
    Ok(deployment)
}

fn no_state(folder: &Path, why: &str) -> CliError {
    CliError::new(
        Status::Usage,
        "no-state",
        format!("{} keeps no network", folder.display()),
        why,
        format!("make one with `subgov node init --state {}`", folder.display()),
    )
}

fn bad_deployment(folder: &Path, why: String) -> CliError {
    CliError::new(
        Status::Network,
        "bad-state",
        format!("{} is not usable", folder.join(DEPLOYMENT_FILE).display()),
        why,
        "restore the directory from a copy, or make a new one with `subgov node init`",
    )
}
