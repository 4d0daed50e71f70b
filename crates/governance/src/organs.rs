//! The organs of an organisation on a network: registry, treasury, jury pool, multisig.

use ton_abi::{Address, UnixTime};
use ton_client::Client;

use crate::contracts::Abis;
use crate::handle::Result;
use crate::{
    ContestEscrow, JuryPool, MemberRegistry, Multisig, Proposal, Treasury, contest, jury_pool, multisig,
    proposal, registry, treasury,
};

/// The organs of an organisation, found from its registry.
pub struct Organs<'a> {
    client: &'a Client,
    abis: Abis,
    /// Members, decisions, directory of contests.
    pub registry: MemberRegistry<'a>,
    /// Stage budgets.
    pub treasury: Treasury<'a>,
    /// The independent jury.
    pub jury_pool: JuryPool<'a>,
    /// The members' wallet.
    pub multisig: Multisig<'a>,
    /// Where grants come from.
    pub main_giver: Address,
}

impl<'a> Organs<'a> {
    /// Asks a live registry for the others.
    ///
    /// # Errors
    /// [`ton_client::Error::AccountMissing`] with the registry's address if it is not live, and those of getters.
    pub async fn open(client: &'a Client, abis: Abis, address: Address) -> Result<Self> {
        abis.register(client);
        let registry = MemberRegistry::at(client, address.clone(), abis.get(registry::CONTRACT).clone());
        let found = registry.addresses().await?;
        let live = |found: Option<Address>| {
            found.ok_or(ton_client::Error::AccountMissing { address: address.clone() })
        };
        let abi = |name: &str| abis.get(name).clone();
        Ok(Self {
            treasury: Treasury::at(client, live(found.treasury)?, abi(treasury::CONTRACT)),
            jury_pool: JuryPool::at(client, live(found.jury_pool)?, abi(jury_pool::CONTRACT)),
            multisig: Multisig::at(client, live(found.multisig)?, abi(multisig::CONTRACT)),
            main_giver: found.main_giver,
            registry,
            client,
            abis,
        })
    }

    /// The network.
    pub fn client(&self) -> &'a Client {
        self.client
    }

    /// The interfaces.
    pub fn abis(&self) -> &Abis {
        &self.abis
    }

    /// A proposal.
    ///
    /// # Errors
    /// Those of getters.
    pub async fn proposal(&self, id: u32) -> Result<Proposal<'a>> {
        let address = self.registry.proposal_address(id).await?;
        Ok(Proposal::at(self.client, address, self.abis.get(proposal::CONTRACT).clone()))
    }

    /// A contest.
    ///
    /// # Errors
    /// Those of getters.
    pub async fn contest(&self, id: u32) -> Result<ContestEscrow<'a>> {
        let address = self.registry.contest_address(id).await?;
        Ok(ContestEscrow::at(self.client, address, self.abis.get(contest::CONTRACT).clone()))
    }

    /// Chain time.
    ///
    /// # Errors
    /// [`ton_client::Error::Transport`].
    pub async fn now(&self) -> Result<UnixTime> {
        Ok(self.client.transport().now(self.registry.address()).await?.seconds())
    }
}
