//! The members' multisig wallet: what custodians can do with it and what it says about itself.
//!
//! The handle works on any wallet with the interface of SafeMultisig; rejecting, revoking, executing again and
//! the votes need this project's own contract and fail with [`ton_client::Error::Abi`] on others.

mod types;

use keys::Signer;
use serde::Deserialize;
use serde_json::{Value, json};
use ton_abi::{Address, ContractAbi, Image, Nano, PublicKey};
use ton_client::processing::Tree;
use ton_client::{Client, Contract, Deploy};

pub use types::{
    Custodian, Mask, Parameters, Payment, Policy, QueuedTransaction, State, TransactionId, UnknownState,
    Votes,
};

/// Result with [`ton_client::Error`].
pub type Result<T, E = ton_client::Error> = std::result::Result<T, E>;

/// Name of the contract in registries, messages and trees.
pub const CONTRACT: &str = "Multisig";

/// Page length of [`Multisig::transactions`]: more than a wallet's getter answers within a local run's gas is
/// fetched in several calls.
const PAGE: usize = 32;

/// A multisig wallet on a network.
pub struct Multisig<'a> {
    client: &'a Client,
    contract: Contract,
}

impl<'a> Multisig<'a> {
    /// The wallet at an address; nothing is asked yet.
    pub fn at(client: &'a Client, address: Address, abi: ContractAbi) -> Self {
        client.update_registry(|registry| {
            registry.add_account(address.clone(), CONTRACT);
        });
        Self { client, contract: Contract { address, abi } }
    }

    /// What deploys a wallet; its address is known from it before anything is sent.
    ///
    /// The wallet belongs to `owners` (in the order of their indices) and needs `required` confirmations.
    /// `deploy_key` signs the deployment and has no power afterwards unless it is an owner's.
    ///
    /// # Errors
    /// [`ton_client::Error::Abi`] if the image does not fit the ABI.
    pub fn deployment(
        image: Image,
        abi: ContractAbi,
        deploy_key: &PublicKey,
        owners: &[PublicKey],
        required: u8,
    ) -> Result<Deploy> {
        let image = image.with_init_data(&abi, Some(deploy_key), &json!({}))?;
        let owners: Vec<_> = owners.iter().map(PublicKey::to_uint256).collect();
        let mut deploy = Deploy::new(image, abi, json!({ "owners": owners, "reqConfirms": required }));
        deploy.name = Some(CONTRACT.to_owned());
        Ok(deploy)
    }

    /// Deploys a wallet; its address must have money.
    ///
    /// # Errors
    /// Those of [`Client::deploy`].
    pub async fn deploy(
        client: &'a Client,
        deployment: &Deploy,
        deploy_key: &dyn Signer,
    ) -> Result<(Self, Tree)> {
        let (contract, tree) = client.deploy(deployment, deploy_key).await?;
        Ok((Self { client, contract }, tree))
    }

    /// Its address.
    pub fn address(&self) -> &Address {
        &self.contract.address
    }

    // What custodians do.

    /// Submits a payment; the submitter thereby confirms it.
    ///
    /// # Errors
    /// [`ton_client::Error::NotIncluded`] with the contract's exit code if it refuses, and those of
    /// [`Client::call`].
    pub async fn submit(&self, payment: &Payment, custodian: &dyn Signer) -> Result<(TransactionId, Tree)> {
        let tree = self.call("submitTransaction", &payment.params(), custodian).await?;
        let Some(answer) = tree.answer() else {
            let function = "submitTransaction".to_owned();
            return Err(ton_client::Error::NoAnswer { address: self.address().clone(), function });
        };
        let Submitted { id } = answer.to()?;
        Ok((TransactionId(id), tree))
    }

    /// Confirms a transaction. The confirmation that completes the number needed also makes the wallet pay; what
    /// that caused is in the tree.
    ///
    /// # Errors
    /// As [`Multisig::submit`].
    pub async fn confirm(&self, id: TransactionId, custodian: &dyn Signer) -> Result<Tree> {
        self.call_for("confirmTransaction", id, custodian).await
    }

    /// Rejects a transaction; it is closed once the others cannot confirm it any more.
    ///
    /// # Errors
    /// As [`Multisig::submit`].
    pub async fn reject(&self, id: TransactionId, custodian: &dyn Signer) -> Result<Tree> {
        self.call_for("rejectTransaction", id, custodian).await
    }

    /// Takes one's confirmation back.
    ///
    /// # Errors
    /// As [`Multisig::submit`].
    pub async fn revoke(&self, id: TransactionId, custodian: &dyn Signer) -> Result<Tree> {
        self.call_for("revokeConfirmation", id, custodian).await
    }

    /// Tries again to pay a transaction that has its confirmations, for instance after the balance was short.
    ///
    /// # Errors
    /// As [`Multisig::submit`].
    pub async fn execute(&self, id: TransactionId, custodian: &dyn Signer) -> Result<Tree> {
        self.call_for("executeTransaction", id, custodian).await
    }

    async fn call_for(&self, function: &str, id: TransactionId, custodian: &dyn Signer) -> Result<Tree> {
        self.call(function, &json!({ "transactionId": id.0.to_string() }), custodian).await
    }

    async fn call(&self, function: &str, params: &Value, custodian: &dyn Signer) -> Result<Tree> {
        self.client.call(&self.contract, function, params, custodian).await
    }

    // What it says.

    /// Balance of the wallet.
    ///
    /// # Errors
    /// Those of [`Client::balance`].
    pub async fn balance(&self) -> Result<Nano> {
        self.client.balance(self.address()).await
    }

    /// Limits and settings.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn parameters(&self) -> Result<Parameters> {
        let answer = self.client.run_getter(&self.contract, "getParameters", &json!({})).await?;
        Ok(answer.to()?)
    }

    /// What custodians may pay; with a controller only.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn policy(&self) -> Result<Policy> {
        let answer = self.client.run_getter(&self.contract, "getPolicy", &json!({})).await?;
        Ok(answer.to()?)
    }

    /// Custodians in the order of their indices.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn custodians(&self) -> Result<Vec<Custodian>> {
        let answer = self.client.run_getter(&self.contract, "getCustodians", &json!({})).await?;
        let CustodiansAnswer { mut custodians } = answer.to()?;
        custodians.sort_by_key(|custodian| custodian.index);
        Ok(custodians)
    }

    /// Transactions that wait for confirmations or for money, oldest first.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn transactions(&self) -> Result<Vec<QueuedTransaction>> {
        let answer = self.client.run_getter(&self.contract, "getTransactions", &json!({})).await?;
        let TransactionsAnswer { mut transactions } = answer.to()?;
        transactions.sort_by_key(|transaction| transaction.id);
        if self.contract.abi.function("getPending").is_ok() {
            let votes = self.votes().await?;
            for transaction in &mut transactions {
                transaction.votes = votes.iter().find(|votes| votes.id == transaction.id).copied();
            }
        }
        Ok(transactions)
    }

    /// The waiting transaction with this id, if there is one.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn transaction(&self, id: TransactionId) -> Result<Option<QueuedTransaction>> {
        Ok(self.transactions().await?.into_iter().find(|transaction| transaction.id == id))
    }

    async fn votes(&self) -> Result<Vec<Votes>> {
        let mut all: Vec<Votes> = Vec::new();
        loop {
            let after = all.last().map_or(0, |votes| votes.id.0).to_string();
            let params = json!({ "afterId": after, "limit": PAGE });
            let answer = self.client.run_getter(&self.contract, "getPending", &params).await?;
            let PendingAnswer { items } = answer.to()?;
            let is_last = items.len() < PAGE;
            all.extend(items);
            if is_last {
                return Ok(all);
            }
        }
    }
}

#[derive(Deserialize)]
struct Submitted {
    #[serde(rename = "transId", with = "ton_abi::number")]
    id: u64,
}

#[derive(Deserialize)]
struct CustodiansAnswer {
    custodians: Vec<Custodian>,
}

#[derive(Deserialize)]
struct TransactionsAnswer {
    transactions: Vec<QueuedTransaction>,
}

#[derive(Deserialize)]
struct PendingAnswer {
    items: Vec<Votes>,
}
