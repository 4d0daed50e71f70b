//! What a deployment is bound to: network, organisation, codes, deployer.

use std::fmt;

use governance::text::Digest;
use governance::workflow::founding::Blueprint;
use keys::PublicKey;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ton_abi::{Address, Nano};
use ton_client::crypto::sha256;
use ton_client::{Client, TxHash};

use crate::Result;

/// Name and version of the journal's form.
const SCHEMA: &str = "subgov-deploy-journal/1";

/// Parameters of a network's configuration that stay the same as long as it is the same network: addresses of the
/// configuration, the elector and the minter, and the network's number. Source: block.tlb.
const IDENTITY: [u32; 4] = [0, 1, 2, 19];

/// Which network it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkId {
    /// What people call it; not compared.
    pub name: String,
    /// Parameter 19 of its configuration.
    pub global_id: i32,
    /// SHA-256 over the parts of its configuration that never change.
    pub configuration: Digest,
    /// A transaction that it knew: the main giver's newest one; none if that had none.
    pub anchor: Option<TxHash>,
}

impl NetworkId {
    /// Asks a network.
    ///
    /// # Errors
    /// [`ton_client::Error::Transport`].
    pub async fn of(client: &Client, main_giver: &Address) -> Result<Self> {
        let transport = client.transport();
        let config = transport.config().await.map_err(ton_client::Error::from)?;
        let mut parts = Vec::new();
        for number in IDENTITY {
            if let Ok(Some(cell)) = config.raw().params.as_dict().get(number) {
                parts.extend_from_slice(&number.to_be_bytes());
                parts.extend_from_slice(&cell.repr_hash().0);
            }
        }
        let newest = transport.transactions(main_giver, None, 1).await.map_err(ton_client::Error::from)?;
        Ok(Self {
            name: transport.name(),
            global_id: config.global_id(),
            configuration: Digest(sha256(&parts)),
            anchor: newest.first().map(|found| found.hash()),
        })
    }
}

/// What a journal is begun with and continues on only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    schema: String,
    /// The network.
    pub network: NetworkId,
    /// SHA-256 over everything of the organisation that gets onto the chain.
    pub organisation: Digest,
    /// Hashes of the contracts' codes by their names.
    pub codes: Vec<(String, Digest)>,
    /// Who signs.
    pub deployer: PublicKey,
    /// What makes the addresses differ from those of another organisation.
    pub nonce: u64,
    /// The registry's address, which follows from deployer, nonce and code.
    pub registry: Address,
}

/// Something that is not what the journal was begun with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What differs.
    pub what: String,
    /// What the journal has.
    pub journal: String,
    /// What there is now.
    pub now: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was {} and is {}", self.what, self.journal, self.now)
    }
}

impl Binding {
    /// What a deployment on that network is bound to.
    ///
    /// # Errors
    /// [`ton_client::Error::Abi`] if the plan does not fit its types.
    pub fn of(blueprint: &Blueprint<'_>, network: NetworkId) -> Result<Self> {
        let charter = blueprint.charter();
        let names = governance::contracts::NAMES.iter();
        let codes = names.filter_map(|name| {
            let hash = charter.contracts.get(name).image.code_hash()?;
            Some(((*name).to_owned(), Digest::from(hash)))
        });
        Ok(Self {
            schema: SCHEMA.to_owned(),
            network,
            organisation: organisation(blueprint)?,
            codes: codes.collect(),
            deployer: blueprint.deployer(),
            nonce: charter.nonce,
            registry: blueprint.places().registry.clone(),
        })
    }

    /// What differs now; empty if the journal may go on. A transaction that the network does not know any more is found.
    ///
    /// # Errors
    /// [`ton_client::Error::Transport`].
    pub async fn mismatches(&self, now: &Self, client: &Client) -> Result<Vec<Mismatch>> {
        let mut list = Vec::new();
        let mut compare = |what: &str, journal: String, now: String| {
            if journal != now {
                list.push(Mismatch { what: what.to_owned(), journal, now });
            }
        };
        compare("form of the journal", self.schema.clone(), now.schema.clone());
        let [old, new] = [self, now].map(|binding| &binding.network);
        compare("network's number", old.global_id.to_string(), new.global_id.to_string());
        compare("network's configuration", old.configuration.to_string(), new.configuration.to_string());
        compare("organisation", self.organisation.to_string(), now.organisation.to_string());
        for ((name, old), (_, new)) in self.codes.iter().zip(&now.codes) {
            compare(&format!("code of {name}"), old.to_string(), new.to_string());
        }
        compare("deployer", self.deployer.to_string(), now.deployer.to_string());
        compare("nonce", self.nonce.to_string(), now.nonce.to_string());
        compare("address of the registry", self.registry.to_string(), now.registry.to_string());
        if let Some(anchor) = &old.anchor {
            let known = client.transport().transaction(anchor).await.map_err(ton_client::Error::from)?;
            if known.is_none() {
                let what = "network".to_owned();
                let (journal, now) = (format!("one with transaction {anchor}"), "one without it".to_owned());
                list.push(Mismatch { what, journal, now });
            }
        }
        Ok(list)
    }
}

/// SHA-256 over what the registry is given, and the gas money. Names, titles and backgrounds are not on the chain.
fn organisation(blueprint: &Blueprint<'_>) -> Result<Digest> {
    let founding = blueprint.charter().founding()?;
    let gas = governance::workflow::founding::Organ::ALL.map(|organ| blueprint.gas(organ));
    let text = json!({
        "members": founding.members,
        "params": founding.params,
        "cycles": founding.cycle_bounds,
        "codes": founding.code_hashes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "plan": founding.plan_hash.to_string(),
        "main_giver": founding.main_giver.to_string(),
        "declared_wallet": founding.declared_wallet.to_string(),
        "gas": gas.map(|Nano(nano)| nano.to_string()),
    });
    Ok(Digest::of(&text.to_string()))
}
