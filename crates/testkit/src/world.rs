//! The world of a test.

use std::ops::RangeBounds;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use chain::{Account, Config};
use keys::{KeyPair, Signer};
use localnet::{Block, Checkpoint, Genesis, Node, NodeOptions, SharedNode, giver};
use serde_json::{Value, json};
use ton_abi::{Address, Decoded, Image, Nano, Signature, UnixTime};
use ton_client::processing::{Outgoing, Tree};
use ton_client::{Client, Contract, Deploy, Registry, Result};

use crate::Artifact;

/// What a world starts with; [`World::builder`] gives the usual.
pub struct WorldBuilder {
    genesis: Genesis,
    registry: Registry,
}

/// A network of its own with a client.
///
/// At its end (or at [`World::finish`]) it checks the conservation of money.
pub struct World {
    node: SharedNode,
    client: Client,
    finished: bool,
}

/// Runs a future of a client on the embedded node, which never has to wait for anybody.
///
/// # Panics
/// If the future waits for something else than the embedded node.
pub fn block_on<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the embedded node answers at once, yet a future waits"),
    }
}

impl WorldBuilder {
    /// Time of the zero state.
    #[must_use]
    pub fn time(mut self, time: UnixTime) -> Self {
        self.genesis.time = time;
        self
    }

    /// Configuration of the network.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.genesis.config = config;
        self
    }

    /// How blocks are made.
    #[must_use]
    pub fn options(mut self, options: NodeOptions) -> Self {
        self.genesis.options = options;
        self
    }

    /// Money on an address that has no contract yet.
    ///
    /// # Panics
    /// If the amount has more than 120 bits.
    #[must_use]
    pub fn balance(mut self, address: &Address, balance: Nano) -> Self {
        self.genesis = self.genesis.with_balance(address.clone(), balance).expect("an amount fits 120 bits");
        self
    }

    /// A contract that is deployed in the zero state: code and data as they are after the constructor.
    ///
    /// # Panics
    /// If the image does not fit into cells.
    #[must_use]
    pub fn contract(mut self, address: &Address, image: &Image, balance: Nano) -> Self {
        let genesis = self.genesis.with_contract(address.clone(), image, balance);
        self.genesis = genesis.expect("the image fits into cells");
        self
    }

    /// The giver at the address and with the key pair that every tool knows; `artifact` is its contract.
    ///
    /// # Panics
    /// If its constructor does not run.
    #[must_use]
    pub fn giver(mut self, artifact: &Artifact) -> Self {
        let sign = |hash: &ton_abi::Hash| {
            Signature(giver_key().sign(&hash.0).expect("a key in memory never refuses"))
        };
        let image = giver::constructed(&artifact.image, &artifact.abi, self.genesis.time, sign);
        let image = image.unwrap_or_else(|e| panic!("{} cannot be the giver: {e}", artifact.name));
        self.genesis = self.genesis.with_giver(&image, giver::BALANCE).expect("the image fits into cells");
        self.registry.add_account(giver::ADDRESS, &artifact.name);
        self.known(artifact)
    }

    /// Names for decoding: a contract with its exit codes.
    #[must_use]
    pub fn known(mut self, artifact: &Artifact) -> Self {
        self.registry.add_contract(&artifact.name, artifact.abi.clone(), artifact.codes.clone());
        self
    }

    /// Builds the world.
    ///
    /// # Panics
    /// If an address was given twice.
    #[must_use]
    pub fn build(self) -> World {
        World::of(Node::new(self.genesis).expect("every address is given once"), self.registry)
    }
}

/// The giver's published key, of public knowledge.
fn giver_key() -> KeyPair {
    KeyPair::from_secret_hex(giver::SECRET_KEY_HEX).expect("the published key is 64 hexadecimal digits")
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// An empty network with default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A world to be furnished.
    #[must_use]
    pub fn builder() -> WorldBuilder {
        WorldBuilder { genesis: Genesis::new(Config::local()), registry: Registry::new() }
    }

    /// A world around an existing node.
    #[must_use]
    pub fn of(node: Node, registry: Registry) -> Self {
        let node = SharedNode::new(node);
        let client = Client::new(Arc::new(node.clone()), registry);
        Self { node, client, finished: false }
    }

    /// The development signer with that number; members have 0 to 14.
    #[must_use]
    pub fn signer(index: u32) -> impl Signer + Clone {
        keys::development::signer(index)
    }

    /// The client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The node as it is now, to look at; later changes do not show in it.
    #[must_use]
    pub fn node(&self) -> Arc<Node> {
        Arc::new(self.node.lock().clone())
    }

    /// Changes the node: settings, accounts, clock.
    ///
    /// # Panics
    /// If `change` asks the world or its client for anything: they wait for the node.
    pub fn edit<T>(&self, change: impl FnOnce(&mut Node) -> T) -> T {
        change(&mut self.node.lock())
    }

    /// Changes how blocks are made.
    pub fn set_options(&self, options: NodeOptions) {
        self.edit(|node| node.set_options(options));
    }

    /// Posts a message without following it.
    ///
    /// # Errors
    /// Those of [`Node::post`].
    pub fn post(&self, message: &Outgoing) -> Result<(), localnet::Error> {
        self.edit(|node| node.post(&message.boc())).map(drop)
    }

    // Time and blocks.

    /// Time of the virtual clock.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        self.node().now()
    }

    /// Moves the clock forward.
    ///
    /// # Panics
    /// Past the year 2106.
    pub fn advance(&self, seconds: u32) -> UnixTime {
        self.edit(|node| node.advance(seconds)).expect("chain time ends in the year 2106")
    }

    /// Makes one block.
    ///
    /// # Panics
    /// On a defect of the node.
    pub fn produce_block(&self) -> Arc<Block> {
        self.edit(Node::produce_block).expect("a block can always be made")
    }

    /// Remembers this moment.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        self.node().checkpoint()
    }

    /// Returns to a remembered moment.
    pub fn restore(&self, checkpoint: &Checkpoint) {
        self.edit(|node| node.restore(checkpoint));
    }

    // Money.

    /// Adds money to an account from nowhere; the books take it as supply.
    ///
    /// # Panics
    /// If the balance would exceed 120 bits.
    pub fn fund(&self, address: &Address, amount: Nano) {
        let balance = Nano(self.balance(address).0 + amount.0);
        self.set_balance(address, balance);
    }

    /// Has the giver send money: a real message, for worlds built with [`WorldBuilder::giver`].
    ///
    /// # Errors
    /// Those of [`Client::call`]; without a giver the account is missing.
    pub fn give(&self, to: &Address, amount: Nano) -> Result<Tree> {
        let registry = self.client.registry();
        let abi = registry.contract_at(&giver::ADDRESS).and_then(|name| registry.abi(name));
        let abi = abi.cloned().ok_or(ton_client::Error::AccountMissing { address: giver::ADDRESS })?;
        let giver = Contract { address: giver::ADDRESS, abi };
        let params = json!({ "dest": to.to_string(), "value": amount, "bounce": false });
        self.call(&giver, "sendTransaction", params, &giver_key())?.expect_success()
    }

    /// Sets the balance of an account; the books take the difference as supply.
    ///
    /// # Panics
    /// If the balance exceeds 120 bits.
    pub fn set_balance(&self, address: &Address, balance: Nano) {
        self.edit(|node| node.set_balance(address, balance)).expect("a balance fits 120 bits");
    }

    /// Balance of an account, 0 if it does not exist.
    #[must_use]
    pub fn balance(&self, address: &Address) -> Nano {
        self.node().balance(address)
    }

    /// An account, also one that does not exist.
    #[must_use]
    pub fn account(&self, address: &Address) -> Account {
        self.node().account(address)
    }

    /// Runs `act` and checks that the balance of an account changed by exactly so many nanotokens.
    ///
    /// # Panics
    /// If it changed by another amount.
    pub fn expect_balance_diff<T>(&self, address: &Address, nano: i128, act: impl FnOnce() -> T) -> T {
        self.expect_balance_diff_in(address, nano..=nano, act)
    }

    /// Runs `act` and checks that the change of an account's balance, in nanotokens, lies in a range.
    ///
    /// # Panics
    /// If it does not.
    pub fn expect_balance_diff_in<T>(
        &self,
        address: &Address,
        nano: impl RangeBounds<i128>,
        act: impl FnOnce() -> T,
    ) -> T {
        let before = self.balance(address);
        let result = act();
        let after = self.balance(address);
        let diff = after.0 as i128 - before.0 as i128;
        let bounds = (nano.start_bound().cloned(), nano.end_bound().cloned());
        assert!(
            nano.contains(&diff),
            "balance of {address} went from {before} to {after}: {diff} nano, expected {bounds:?}"
        );
        result
    }

    // Contracts.

    /// Funds the address of a contract with `balance` and deploys it, signed by `signer`.
    ///
    /// # Errors
    /// Those of [`Client::deploy`].
    pub fn try_deploy(
        &self,
        artifact: &Artifact,
        params: Value,
        signer: &dyn Signer,
        balance: Nano,
    ) -> Result<(Contract, Tree)> {
        self.learn(artifact);
        let mut deploy = Deploy::new(artifact.image.clone(), artifact.abi.clone(), params);
        deploy.name = Some(artifact.name.clone());
        self.fund(&deploy.contract()?.address, balance);
        block_on(self.client.deploy(&deploy, signer))
    }

    /// [`World::try_deploy`] that must succeed.
    ///
    /// # Panics
    /// If it does not, with the reason.
    pub fn deploy(&self, artifact: &Artifact, params: Value, signer: &dyn Signer, balance: Nano) -> Contract {
        match self.try_deploy(artifact, params, signer, balance) {
            Ok((contract, _)) => contract,
            Err(e) => panic!("cannot deploy {}: {e}", artifact.name),
        }
    }

    /// Makes the client know a contract that is deployed already.
    pub fn attach(&self, artifact: &Artifact, address: &Address) -> Contract {
        self.learn(artifact);
        self.client.update_registry(|registry| {
            registry.add_account(address.clone(), &artifact.name);
        });
        Contract { address: address.clone(), abi: artifact.abi.clone() }
    }

    fn learn(&self, artifact: &Artifact) {
        self.client.update_registry(|registry| {
            if registry.abi(&artifact.name).is_none() {
                registry.add_contract(&artifact.name, artifact.abi.clone(), artifact.codes.clone());
            }
            if let Some(code) = artifact.image.code_hash() {
                registry.add_code(code, &artifact.name);
            }
        });
    }

    /// Calls a function by a signed external message and follows everything it causes.
    ///
    /// # Errors
    /// Those of [`Client::call`].
    pub fn call(
        &self,
        contract: &Contract,
        function: &str,
        params: Value,
        signer: &dyn Signer,
    ) -> Result<Tree> {
        block_on(self.client.call(contract, function, &params, signer))
    }

    /// Runs a getter.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub fn try_get(&self, contract: &Contract, getter: &str, params: Value) -> Result<Decoded> {
        block_on(self.client.run_getter(contract, getter, &params))
    }

    /// Runs a getter that must succeed; its results as a JSON object.
    ///
    /// # Panics
    /// If it does not, with the reason.
    pub fn get(&self, contract: &Contract, getter: &str, params: Value) -> Value {
        self.try_get(contract, getter, params).unwrap_or_else(|e| panic!("{e}")).json()
    }

    // End.

    /// Checks the books and ends the world.
    ///
    /// # Panics
    /// If money appeared or vanished.
    pub fn finish(mut self) {
        self.check();
        self.finished = true;
    }

    fn check(&self) {
        let audit = self.node().audit().expect("the books can be added up");
        assert!(audit.is_balanced(), "money is not conserved: {audit}");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // A test that fails already must not abort on a second panic.
        if !self.finished && !std::thread::panicking() {
            self.check();
        }
    }
}
