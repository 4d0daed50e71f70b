//! The client: a transport, names, settings, and header times that never repeat.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chain::LocalContext;
use keys::Signer;
use serde_json::Value;
use ton_abi::{
    AbiHeaderType, Address, ContractAbi, Decoded, Header, Image, Nano, PublicKey, UnixMillis, UnsignedMessage,
};
use tycho_types::models::AccountStatus;

use crate::net::Transport;
use crate::processing::{Observer, Outgoing, Tree};
use crate::{Error, Registry, Result, crypto, tvm};

/// How a client makes and follows messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Life of a message in seconds of chain time.
    pub lifetime: u32,
    /// Seconds of chain time after a message's end of life before its absence counts as proof: what a network knows
    /// of its transactions may lag behind its blocks.
    pub grace: u32,
    /// Seconds of chain time in which a message of a tree reaches its receiver, or else counts as pending.
    pub hop_time: u32,
    /// How long one wait for a block lasts.
    pub block_wait: Duration,
    /// After how many such waits without any block a message counts as pending.
    pub patience: u32,
    /// Transactions of one tree that are followed.
    pub tree_limit: usize,
    /// How often [`Client::call`] and [`Client::deploy`] make a message anew that expired without having been executed.
    pub retries: u32,
    /// Life of each further message in percent of the one before.
    pub growth: u32,
}

impl Default for Settings {
    /// 60 s of life and 10 s of grace, 120 s for a hop, 10 s for a block up to 6 times, 10 000 transactions; 5 further
    /// messages, each with one and a half times the life (SDK: `message_retries_count` 5, growth factor 1.5).
    fn default() -> Self {
        Self {
            lifetime: 60,
            grace: 10,
            hop_time: 120,
            block_wait: Duration::from_secs(10),
            patience: 6,
            tree_limit: 10_000,
            retries: 5,
            growth: 150,
        }
    }
}

/// A contract to talk to: its address and its ABI.
#[derive(Debug, Clone)]
pub struct Contract {
    /// Where it is.
    pub address: Address,
    /// How to talk to it.
    pub abi: ContractAbi,
}

/// A contract to be deployed by an external message.
#[derive(Debug, Clone)]
pub struct Deploy {
    /// Code and complete initial data.
    pub image: Image,
    /// ABI with the constructor.
    pub abi: ContractAbi,
    /// Parameters of the constructor, a JSON object.
    pub params: Value,
    /// Workchain, 0 for the base one.
    pub workchain: i8,
    /// Name for the registry, if the account shall be called so in trees.
    pub name: Option<String>,
}

impl Deploy {
    /// A deploy to the base workchain.
    #[must_use]
    pub fn new(image: Image, abi: ContractAbi, params: Value) -> Self {
        Self { image, abi, params, workchain: 0, name: None }
    }

    /// The contract that it makes.
    ///
    /// # Errors
    /// [`Error::Abi`] if the image does not fit into cells.
    pub fn contract(&self) -> Result<Contract> {
        Ok(Contract { address: self.image.address(self.workchain)?, abi: self.abi.clone() })
    }
}

/// A message that a simulation would have had signed.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The message without its signature.
    pub message: UnsignedMessage,
    /// ABI of its destination.
    pub abi: ContractAbi,
    /// The header it was made with: time, end of life, key of the signer.
    pub header: Header,
}

/// The client side of a network.
///
/// Safe to share between threads. Header times made by one client grow strictly, so that two messages of the
/// same chain second do not look like a replay to a contract.
pub struct Client {
    transport: Arc<dyn Transport>,
    registry: RwLock<Arc<Registry>>,
    settings: Settings,
    last_time: Mutex<UnixMillis>,
    observer: Mutex<Option<Arc<dyn Observer>>>,
    drafts: Mutex<Vec<Draft>>,
}

impl Client {
    /// A client with default settings.
    #[must_use]
    pub fn new(transport: Arc<dyn Transport>, registry: Registry) -> Self {
        Self::with_settings(transport, registry, Settings::default())
    }

    /// A client.
    #[must_use]
    pub fn with_settings(transport: Arc<dyn Transport>, registry: Registry, settings: Settings) -> Self {
        let registry = RwLock::new(Arc::new(registry));
        Self {
            transport,
            registry,
            settings,
            last_time: Mutex::default(),
            observer: Mutex::default(),
            drafts: Mutex::default(),
        }
    }

    /// Has somebody told what becomes of messages from now on.
    pub fn observe(&self, observer: Arc<dyn Observer>) {
        *self.observer.lock().unwrap_or_else(PoisonError::into_inner) = Some(observer);
    }

    /// Whoever is told.
    pub(crate) fn observer(&self) -> Option<Arc<dyn Observer>> {
        self.observer.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The messages that would have been signed, on a [simulation](crate::net::Simulation), in their order.
    #[must_use]
    pub fn drafts(&self) -> Vec<Draft> {
        self.drafts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The network.
    #[must_use]
    pub fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The names known now.
    #[must_use]
    pub fn registry(&self) -> Arc<Registry> {
        self.registry.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds to the names.
    pub fn update_registry(&self, update: impl FnOnce(&mut Registry)) {
        let mut registry = self.registry.write().unwrap_or_else(PoisonError::into_inner);
        update(Arc::make_mut(&mut registry));
    }

    /// Header values for a message to `address`: chain time (later than in any header made before), the end of
    /// its life by the settings, and the key.
    ///
    /// # Errors
    /// [`Error::Transport`].
    pub async fn header(&self, address: &Address, pubkey: Option<PublicKey>) -> Result<Header> {
        self.header_again(address, pubkey, 0).await
    }

    /// The same for a message that is made for the `attempt`-th time (from 0): later ones live longer.
    async fn header_again(
        &self,
        address: &Address,
        pubkey: Option<PublicKey>,
        attempt: u32,
    ) -> Result<Header> {
        let now = self.transport.now(address).await?;
        let expire = now.seconds().plus(self.settings.lifetime_of(attempt));
        Ok(Header { time: self.later(now), expire, pubkey })
    }

    /// `now`, or the first millisecond that no header had before.
    fn later(&self, now: UnixMillis) -> UnixMillis {
        let mut last = self.last_time.lock().unwrap_or_else(PoisonError::into_inner);
        *last = UnixMillis(now.0.max(last.0 + 1));
        *last
    }

    /// Has a message signed; on a [simulation](crate::net::Simulation) the signer is not asked.
    ///
    /// `header` is the one the message was made with.
    ///
    /// # Errors
    /// [`Error::DevelopmentKey`] on a network that is not local, [`Error::SignatureId`], and those of
    /// [`crypto::sign_message`].
    pub async fn sign(
        &self,
        message: &UnsignedMessage,
        abi: &ContractAbi,
        header: &Header,
        signer: &dyn Signer,
    ) -> Result<Outgoing> {
        let network = || self.transport.name();
        if signer.is_development() && !self.transport.is_local() {
            return Err(Error::DevelopmentKey { key: signer.public_key(), network: network() });
        }
        if tvm::wants_signature_id(&self.transport.config().await?) {
            return Err(Error::SignatureId { network: network() });
        }
        let cell = if self.transport.is_simulation() {
            let draft = Draft { message: message.clone(), abi: abi.clone(), header: *header };
            self.drafts.lock().unwrap_or_else(PoisonError::into_inner).push(draft);
            message.with_signature(&crypto::placeholder(message.hash()))?
        } else {
            crypto::sign_message(message, signer)?
        };
        let expire = abi.has_header(AbiHeaderType::Expire).then_some(header.expire);
        Outgoing::new(cell, expire)
    }

    /// A signed call, not yet posted. Headers as given: equal arguments give an equal message.
    ///
    /// # Errors
    /// [`Error::Abi`] and those of [`Client::sign`].
    pub async fn call_message(
        &self,
        contract: &Contract,
        function: &str,
        params: &Value,
        header: &Header,
        signer: &dyn Signer,
    ) -> Result<Outgoing> {
        let message = contract.abi.call_message(&contract.address, function, params, header)?;
        self.sign(&message, &contract.abi, header, signer).await
    }

    /// A signed deploy, not yet posted.
    ///
    /// # Errors
    /// [`Error::Abi`] and those of [`Client::sign`].
    pub async fn deploy_message(
        &self,
        deploy: &Deploy,
        header: &Header,
        signer: &dyn Signer,
    ) -> Result<Outgoing> {
        let Deploy { image, abi, params, workchain, .. } = deploy;
        let message = abi.deploy_message(image, *workchain, params, header)?;
        self.sign(&message, abi, header, signer).await
    }

    /// Calls a function by a signed external message and follows everything it causes. A message that expired without
    /// having been executed, and not because the contract refused it, is made anew with a longer life.
    ///
    /// # Errors
    /// Those of [`Client::call_message`] and [`Client::process_message`].
    pub async fn call(
        &self,
        contract: &Contract,
        function: &str,
        params: &Value,
        signer: &dyn Signer,
    ) -> Result<Tree> {
        let mut attempt = 0;
        loop {
            let header = self.header_again(&contract.address, Some(signer.public_key()), attempt).await?;
            let message = self.call_message(contract, function, params, &header, signer).await?;
            let outcome = self.process_message(&message).await;
            attempt += 1;
            match outcome {
                Err(error) if self.settings.retries_after(&error, attempt) => {}
                outcome => return outcome,
            }
        }
    }

    /// Deploys a contract by a signed external message, made anew as in [`Client::call`]; its address must have money.
    ///
    /// # Errors
    /// [`Error::AccountMissing`] or [`Error::AlreadyDeployed`] or [`Error::BalanceTooLow`] (not even the import of the
    /// message can be paid; gas comes on top) before anything is sent, [`Error::NotActive`] if
    /// the constructor ran and the contract is not there afterwards, and those of [`Client::process_message`].
    pub async fn deploy(&self, deploy: &Deploy, signer: &dyn Signer) -> Result<(Contract, Tree)> {
        let contract = deploy.contract()?;
        let address = contract.address.clone();
        let account = self.account(&address).await?;
        match account.status() {
            AccountStatus::NotExists => return Err(Error::AccountMissing { address }),
            AccountStatus::Active => return Err(Error::AlreadyDeployed { address }),
            AccountStatus::Uninit | AccountStatus::Frozen => {}
        }
        if let Some(name) = &deploy.name {
            self.update_registry(|registry| {
                registry.add_account(address.clone(), name);
            });
        }
        let config = self.transport.config().await?;
        let mut attempt = 0;
        let tree = loop {
            let header = self.header_again(&address, Some(signer.public_key()), attempt).await?;
            let message = self.deploy_message(deploy, &header, signer).await?;
            let fee = tvm::import_fee(&config, &message.cell, address.workchain).unwrap_or_default();
            if account.balance() <= fee {
                let (balance, needed) = (account.balance(), Nano(fee.0 + 1));
                return Err(Error::BalanceTooLow { address, balance, needed });
            }
            let outcome = self.process_message(&message).await;
            attempt += 1;
            match outcome {
                Err(error) if self.settings.retries_after(&error, attempt) => {}
                outcome => break outcome?,
            }
        };
        match tree.root().tx.end_status {
            AccountStatus::Active => Ok((contract, tree)),
            status => Err(Error::NotActive { address, status }),
        }
    }

    /// The newest known state of an account.
    ///
    /// # Errors
    /// [`Error::Transport`].
    pub async fn account(&self, address: &Address) -> Result<chain::Account> {
        Ok(self.transport.account(address).await?)
    }

    /// Balance of an account, 0 if it does not exist.
    ///
    /// # Errors
    /// [`Error::Transport`].
    pub async fn balance(&self, address: &Address) -> Result<Nano> {
        Ok(self.account(address).await?.balance())
    }

    /// Runs a function of a contract locally on its present state and decodes what it returns.
    ///
    /// # Errors
    /// [`Error::AccountMissing`], [`Error::NotActive`], [`Error::Getter`] if the contract ended with an exit
    /// code, [`Error::NoAnswer`], [`Error::Transport`].
    pub async fn run_getter(&self, contract: &Contract, function: &str, params: &Value) -> Result<Decoded> {
        let now = self.transport.now(&contract.address).await?;
        let mut context = LocalContext::new(now.seconds());
        context.time = context.time.max(self.later(now));
        let account = self.account(&contract.address).await?;
        let config = self.transport.config().await?;
        tvm::run_getter(&config, &account, contract, function, params, &context, &self.registry())
    }
}
