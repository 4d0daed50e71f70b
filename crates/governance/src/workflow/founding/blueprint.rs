//! What is known before anything is sent: addresses, messages, amounts.

use keys::{PublicKey, Signer};
use serde_json::{Value, json};
use ton_abi::{Address, Boc, Cell, Header, Nano};
use ton_client::processing::Outgoing;
use ton_client::{Client, Contract, Deploy};

use super::{Charter, Organ, Step, gas_money, verify};
use crate::contracts::Built;
use crate::handle::poke_message;
use crate::multisig::Payment;
use crate::registry::CodeKind;
use crate::workflow::{Error, Result, ensure};
use crate::{MemberRegistry, Multisig, Organs, jury_pool, multisig, registry, treasury};

/// What the deployer's wallet has for fees: its own and those of what it sends. A founding costs less than a token.
pub const FEES: Nano = Nano::tokens(10);

/// Where everything will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The deployer's own wallet, which pays.
    pub purse: Address,
    /// The member registry.
    pub registry: Address,
    /// The members' wallet.
    pub multisig: Address,
    /// The stage budgets.
    pub treasury: Address,
    /// The independent jury.
    pub jury_pool: Address,
}

impl Places {
    /// Address of an organ.
    pub fn of(&self, organ: Organ) -> &Address {
        match organ {
            Organ::Registry => &self.registry,
            Organ::Multisig => &self.multisig,
            Organ::Treasury => &self.treasury,
            Organ::JuryPool => &self.jury_pool,
        }
    }
}

/// A call of a contract from the outside.
#[derive(Debug, Clone)]
pub struct Call {
    /// The contract.
    pub contract: Contract,
    /// Its function.
    pub function: &'static str,
    /// Parameters, a JSON object.
    pub params: Value,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum Work {
    /// Money of somebody else must arrive.
    Arrive {
        /// Where.
        to: Address,
        /// How much.
        value: Nano,
    },
    /// The deployer's message deploys a contract.
    Deploy(Box<Deploy>),
    /// The deployer's message calls a contract.
    Signed(Call),
    /// Anybody's message calls a contract.
    Poke(Call),
    /// Nothing is sent: the chain is asked.
    Check,
}

/// A founding in every detail.
#[derive(Debug, Clone)]
pub struct Blueprint<'a> {
    charter: Charter<'a>,
    deployer: PublicKey,
    places: Places,
    purse: Deploy,
    registry: Deploy,
    codes: Vec<(CodeKind, Cell)>,
    plan: Cell,
}

impl<'a> Blueprint<'a> {
    /// Works out what an organisation of that deployer will be.
    ///
    /// # Errors
    /// [`ton_client::Error::Abi`] if images and interfaces do not fit each other, [`Error::Found`] for an image without
    /// code.
    pub fn draw(charter: Charter<'a>, deployer: PublicKey) -> Result<Self> {
        let wallet = charter.contracts.get(multisig::CONTRACT);
        let purse =
            Multisig::deployment(wallet.image.clone(), wallet.abi.clone(), &deployer, &[deployer], 1)?;
        let built = charter.contracts.get(registry::CONTRACT);
        let registry = MemberRegistry::deployment(
            built.image.clone(),
            built.abi.clone(),
            &deployer,
            charter.nonce,
            &charter.founding()?,
        )?;
        let root = registry.contract()?.address;
        // Source: `RegistryBoot`, which deploys each child with public key 0 and the registry's account id.
        let child = |name: &str, variable: &str| -> Result<Address> {
            let Built { image, abi } = charter.contracts.get(name).clone();
            let data = json!({ variable: format!("0x{}", root.address) });
            let image = image.with_init_data(&abi, Some(&PublicKey::default()), &data);
            Ok(image.and_then(|image| image.address(0)).map_err(ton_client::Error::from)?)
        };
        let places = Places {
            purse: purse.contract()?.address,
            multisig: child(multisig::CONTRACT, "boot")?,
            treasury: child(treasury::CONTRACT, "root")?,
            jury_pool: child(jury_pool::CONTRACT, "root")?,
            registry: root,
        };
        let (codes, plan) = (charter.codes()?, charter.plan()?);
        Ok(Self { charter, deployer, places, purse, registry, codes, plan })
    }

    /// What it was drawn from.
    pub fn charter(&self) -> &Charter<'a> {
        &self.charter
    }

    /// Who signs.
    pub fn deployer(&self) -> PublicKey {
        self.deployer
    }

    /// Where everything will be.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// Gas money of an organ.
    pub fn gas(&self, organ: Organ) -> Nano {
        let gas = self.charter.organisation.governance.gas;
        match organ {
            Organ::Registry => gas.registry,
            Organ::Multisig => gas.multisig,
            Organ::Treasury => gas.treasury,
            Organ::JuryPool => gas.jury_pool,
        }
    }

    /// What the deployer's wallet needs for everything: all gas money, and [`FEES`].
    pub fn money(&self) -> Nano {
        Organ::ALL.map(|organ| self.gas(organ)).into_iter().chain([FEES]).sum()
    }

    /// Tells a client the names of what will be there.
    pub fn register(&self, client: &Client) {
        self.charter.contracts.register(client);
        client.update_registry(|names| {
            for (place, name) in [
                (&self.places.purse, multisig::CONTRACT),
                (&self.places.registry, registry::CONTRACT),
                (&self.places.multisig, multisig::CONTRACT),
                (&self.places.treasury, treasury::CONTRACT),
                (&self.places.jury_pool, jury_pool::CONTRACT),
            ] {
                names.add_account(place.clone(), name);
            }
        });
    }

    /// What a step does.
    ///
    /// # Errors
    /// [`ton_client::Error::Abi`] if a body does not fit its interface.
    pub fn work(&self, step: Step) -> Result<Work> {
        let registry = |function, params| {
            let abi = self.charter.contracts.get(registry::CONTRACT).abi.clone();
            let contract = Contract { address: self.places.registry.clone(), abi };
            Work::Poke(Call { contract, function, params })
        };
        Ok(match step {
            Step::FillPurse => Work::Arrive { to: self.places.purse.clone(), value: self.money() },
            Step::OpenPurse => Work::Deploy(Box::new(self.purse.clone())),
            Step::Feed(organ) => Work::Signed(self.payment(organ)?),
            Step::DeployRegistry => Work::Deploy(Box::new(self.registry.clone())),
            Step::SetCode(kind) => {
                let code = self.codes.iter().find(|(known, _)| *known == kind);
                let (_, code) = code.ok_or_else(|| Error::found("code of the image", "there", kind))?;
                registry("setCode", json!({ "kind": kind, "code": Boc::encode_base64(code) }))
            }
            Step::SetPlan => registry("setPlan", json!({ "plan": Boc::encode_base64(&self.plan) })),
            Step::Live | Step::Verify => Work::Check,
        })
    }

    /// Whether the deployer signs the step's message.
    pub fn is_signed(&self, step: Step) -> bool {
        matches!(step, Step::OpenPurse | Step::DeployRegistry | Step::Feed(_))
    }

    /// The account that the step's message goes to; none for a step without one.
    pub fn destination(&self, step: Step) -> Option<&Address> {
        match step {
            Step::OpenPurse | Step::Feed(_) => Some(&self.places.purse),
            Step::DeployRegistry | Step::SetCode(_) | Step::SetPlan => Some(&self.places.registry),
            Step::FillPurse | Step::Live | Step::Verify => None,
        }
    }

    /// The account that the step changes.
    pub fn target(&self, step: Step) -> &Address {
        match step {
            Step::FillPurse | Step::OpenPurse => &self.places.purse,
            Step::Feed(organ) => self.places.of(organ),
            _ => &self.places.registry,
        }
    }

    /// The money that the step gives to its target.
    pub fn value(&self, step: Step) -> Nano {
        match step {
            Step::FillPurse => self.money(),
            Step::Feed(organ) => self.gas(organ),
            _ => Nano::ZERO,
        }
    }

    /// The step's message, not yet posted; none for a step without one. Equal headers give equal messages.
    ///
    /// # Errors
    /// Those of [`Client::sign`].
    pub async fn message(
        &self,
        client: &Client,
        step: Step,
        header: &Header,
        deployer: &dyn Signer,
    ) -> Result<Option<Outgoing>> {
        Ok(match self.work(step)? {
            Work::Arrive { .. } | Work::Check => None,
            Work::Deploy(deploy) => Some(client.deploy_message(&deploy, header, deployer).await?),
            Work::Signed(Call { contract, function, params }) => {
                Some(client.call_message(&contract, function, &params, header, deployer).await?)
            }
            Work::Poke(Call { contract, function, params }) => {
                Some(poke_message(&contract, function, &params, header)?)
            }
        })
    }

    /// Whether the chain shows the outcome of a step, whoever brought it about.
    ///
    /// Money counts as there when the account has as much as the step would give, so this must be asked before the account
    /// is used.
    ///
    /// # Errors
    /// Those of getters.
    pub async fn is_done(&self, client: &Client, step: Step) -> Result<bool> {
        let account = client.account(self.target(step)).await?;
        let active = account.code().is_some();
        Ok(match step {
            Step::FillPurse => active || account.balance() >= self.money(),
            Step::OpenPurse | Step::DeployRegistry => active,
            Step::Feed(Organ::Registry) => active || account.balance() >= self.gas(Organ::Registry),
            Step::Feed(organ) => {
                active && gas_money(&self.organs(client).await?, organ).await? >= self.gas(organ)
            }
            Step::SetCode(_) | Step::SetPlan if !active => false,
            Step::SetCode(kind) => self.registry(client).codes().await?.has(kind),
            Step::SetPlan => {
                let plan = self.registry(client).codes().await?.plan;
                ton_client::boc::decode_base64(&plan).is_ok_and(|cell| cell == self.plan)
            }
            Step::Live => active && self.registry(client).status().await?.is_live(),
            Step::Verify => false,
        })
    }

    /// Takes a step that only looks.
    ///
    /// # Errors
    /// [`ton_client::Error::BalanceTooLow`], [`Error::Found`], [`Error::Differs`].
    pub async fn check(&self, client: &Client, step: Step) -> Result<()> {
        match step {
            Step::FillPurse if !self.is_done(client, step).await? => {
                let (address, needed) = (self.places.purse.clone(), self.money());
                let balance = client.balance(&address).await?;
                Err(ton_client::Error::BalanceTooLow { address, balance, needed }.into())
            }
            Step::Live => ensure("the registry is live", self.is_done(client, step).await?, "no"),
            Step::Verify => verify(&self.organs(client).await?, &self.charter).await,
            _ => Ok(()),
        }
    }

    /// The organs of the live organisation.
    ///
    /// # Errors
    /// Those of [`Organs::open`].
    pub async fn organs<'c>(&self, client: &'c Client) -> Result<Organs<'c>> {
        Ok(Organs::open(client, self.charter.contracts.abis(), self.places.registry.clone()).await?)
    }

    fn registry<'c>(&self, client: &'c Client) -> MemberRegistry<'c> {
        let abi = self.charter.contracts.get(registry::CONTRACT).abi.clone();
        MemberRegistry::at(client, self.places.registry.clone(), abi)
    }

    /// Gas money from the deployer's wallet. Registry and multisig take it as a plain transfer; the others book it.
    fn payment(&self, organ: Organ) -> Result<Call> {
        let contract = match organ {
            Organ::Registry | Organ::Multisig => None,
            Organ::Treasury => Some(treasury::CONTRACT),
            Organ::JuryPool => Some(jury_pool::CONTRACT),
        };
        let body =
            |name: &str| self.charter.contracts.get(name).abi.encode_internal_body("topUp", &json!({}));
        let payload = contract.map(body).transpose().map_err(ton_client::Error::from)?;
        let plain = Payment::new(self.places.of(organ).clone(), self.gas(organ));
        let payment = Payment { bounce: payload.is_some(), payload, ..plain };
        let abi = self.charter.contracts.get(multisig::CONTRACT).abi.clone();
        let contract = Contract { address: self.places.purse.clone(), abi };
        Ok(Call { contract, function: "submitTransaction", params: payment.params() })
    }
}
