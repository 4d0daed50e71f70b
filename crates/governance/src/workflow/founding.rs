//! From nothing to a live organisation.
//!
//! There is one list of steps ([`Step::all`]), in the order in which they are taken, each with what it needs. What a step does
//! is known before anything is sent ([`Blueprint`]): addresses on this platform are hashes of code and first data.
//! [`found`] takes all steps at one go; a deployment that has to survive its own process takes the same ones from a
//! journal.

mod blueprint;
mod differences;
mod step;

use keys::{PublicKey, Signer};
use ton_abi::{Address, Cell};
use ton_client::Client;
use ton_client::processing::Tree;

use super::{Error, Host, Result};
use crate::Organs;
use crate::contracts::Contracts;
use crate::handle::poke_message;
use crate::organisation::Organisation;
use crate::payload;
use crate::registry::{CodeKind, Founding};

pub use blueprint::{Blueprint, Call, FEES, Places, Work};
pub use differences::{Difference, Subject, differences, gas_money, verify};
pub use step::{Organ, Step, UnknownStep};

/// What an organisation is founded from.
#[derive(Debug, Clone)]
pub struct Charter<'a> {
    /// Its files.
    pub organisation: &'a Organisation,
    /// Its contracts.
    pub contracts: &'a Contracts,
    /// Keys of the initial members in the order of the files.
    pub members: Vec<PublicKey>,
    /// Where grants come from.
    pub main_giver: Address,
    /// Makes the address differ from that of another organisation of the same deployer.
    pub nonce: u64,
}

impl Charter<'_> {
    /// The plan that the treasury gets.
    ///
    /// # Errors
    /// If an amount does not fit its type.
    pub fn plan(&self) -> Result<Cell> {
        Ok(payload::plan_cell(self.organisation).map_err(ton_client::Error::from)?)
    }

    /// The codes that the registry deploys, in the order of [`CodeKind`].
    ///
    /// # Errors
    /// [`Error::Found`] for an image without code.
    pub fn codes(&self) -> Result<Vec<(CodeKind, Cell)>> {
        let code = |kind: CodeKind| {
            let code = self.contracts.code(kind).cloned();
            code.map(|code| (kind, code)).ok_or_else(|| Error::found("code of the image", "there", kind))
        };
        CodeKind::ALL.iter().copied().map(code).collect()
    }

    /// What the deployment fixes for ever.
    ///
    /// # Errors
    /// Those of [`Charter::plan`] and [`Charter::codes`].
    pub fn founding(&self) -> Result<Founding> {
        let governance = &self.organisation.governance;
        Ok(Founding {
            members: self.members.clone(),
            params: governance.params,
            cycle_bounds: governance.cycle_bounds.clone(),
            code_hashes: self.codes()?.iter().map(|(_, code)| *code.repr_hash()).collect(),
            plan_hash: *self.plan()?.repr_hash(),
            main_giver: self.main_giver.clone(),
            declared_wallet: self.organisation.declared_wallet.clone(),
        })
    }
}

/// Founds an organisation: opens the deployer's own wallet, deploys the registry, hands over codes and plan, waits until it
/// is live, gives each organ its gas money, and checks everything against the files.
///
/// The deployer's wallet pays; its address ([`Places::purse`]) must have [`Blueprint::money`]. `deployer` signs and has no
/// power afterwards.
///
/// # Errors
/// [`Error::Differs`] where getters do not say what the files say, [`ton_client::Error::BalanceTooLow`] if the money is not
/// there, and those of messages.
pub async fn found<'a>(
    client: &'a Client,
    charter: &Charter<'_>,
    deployer: &dyn Signer,
    host: &mut impl Host,
) -> Result<Organs<'a>> {
    let blueprint = Blueprint::draw(charter.clone(), deployer.public_key())?;
    blueprint.register(client);
    for step in Step::all() {
        if let Some(tree) = take(client, &blueprint, step, deployer).await? {
            let who = blueprint.is_signed(step).then(|| deployer.public_key());
            host.note(&step.to_string(), who, &tree.expect_success()?);
        }
    }
    Ok(Organs::open(client, charter.contracts.abis(), blueprint.places().registry.clone()).await?)
}

/// Takes a step; none for one that only looks.
async fn take(
    client: &Client,
    blueprint: &Blueprint<'_>,
    step: Step,
    deployer: &dyn Signer,
) -> Result<Option<Tree>> {
    Ok(match blueprint.work(step)? {
        Work::Arrive { .. } | Work::Check => {
            blueprint.check(client, step).await?;
            None
        }
        Work::Deploy(deploy) => Some(client.deploy(&deploy, deployer).await?.1),
        Work::Signed(Call { contract, function, params }) => {
            Some(client.call(&contract, function, &params, deployer).await?)
        }
        Work::Poke(Call { contract, function, params }) => {
            let header = client.header(&contract.address, None).await?;
            Some(client.process_message(&poke_message(&contract, function, &params, &header)?).await?)
        }
    })
}
