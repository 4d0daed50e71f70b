//! A few accounts on a [`Backend`]: signed messages in, all transactions out, money counted.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chain::{Account, Config, ExecContext, ExecError, Executed, Ledger, LocalContext, RejectReason};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::Value;
use ton_abi::{
    Address, Cell, CellBuilder, ContractAbi, Hash, Header, Image, InternalMessage, MessageKind, MessageView,
    Nano, PublicKey, Signature, UnixMillis, UnixTime, external_message,
};

use crate::backend::{self, Backend, Moment};

/// The key of custodian `n`: fixed, so that tests are the same on every run.
pub fn key(n: u8) -> SigningKey {
    SigningKey::from_bytes(&std::array::from_fn(|i| n.wrapping_mul(7).wrapping_add(i as u8)))
}

/// Its public half.
pub fn public(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

/// Its public half as the ABI's JSON writes a `uint256`.
pub fn public_json(key: &SigningKey) -> String {
    format!("0x{}", hex::encode(key.verifying_key().to_bytes()))
}

/// What became of an external message.
#[derive(Debug)]
pub enum Outcome {
    /// Not accepted: nothing changed and nobody paid.
    Refused {
        /// Exit code of the contract; `None` if it did not run.
        exit_code: Option<i32>,
        /// Why.
        reason: RejectReason,
    },
    /// Every transaction that followed, the message's own first.
    Done(Vec<Executed>),
}

impl Outcome {
    /// Exit code of the first transaction or of the refusal; -1 if the contract did not run.
    pub fn code(&self) -> i32 {
        match self {
            Outcome::Refused { exit_code, .. } => exit_code.unwrap_or(-1),
            Outcome::Done(all) => all[0].view.exit_code().unwrap_or(-1),
        }
    }

    /// Whether it was refused without a transaction.
    pub fn refused(&self) -> bool {
        matches!(self, Outcome::Refused { .. })
    }

    /// All transactions; none for a refused message.
    pub fn transactions(&self) -> &[Executed] {
        match self {
            Outcome::Refused { .. } => &[],
            Outcome::Done(all) => all,
        }
    }

    /// The transactions of an accepted message that did not fail.
    ///
    /// # Panics
    /// If it was refused or its own transaction failed; the message names the exit code.
    #[track_caller]
    pub fn success(&self) -> &[Executed] {
        match self {
            Outcome::Done(all) if all[0].view.is_success() => all,
            other => panic!("expected success, got exit code {} ({:?})", other.code(), other.refused()),
        }
    }

    /// Bodies of all external outbound messages, in order.
    pub fn events(&self) -> Vec<Cell> {
        let messages = self.transactions().iter().flat_map(|t| t.out_messages());
        let views = messages.map(|m| MessageView::parse(m).expect("our own messages are readable"));
        views.filter(|v| v.kind == MessageKind::ExternalOut).filter_map(|v| v.body).collect()
    }
}

/// What a world notes of an execution, if it is asked to.
pub struct Note {
    /// The message.
    pub message: MessageView,
    /// The transaction.
    pub executed: Executed,
    /// Gas before acceptance; none for internal messages.
    pub before_accept: Option<u64>,
}

/// Accounts, a clock and the books.
pub struct World {
    /// Prices and limits.
    pub config: Config,
    /// Unix time of the next transaction.
    pub now: u32,
    /// Deliver internal messages at once; otherwise they stay in [`World::queue`].
    pub deliver: bool,
    /// Internal messages under way, oldest first.
    pub queue: VecDeque<Cell>,
    /// Addresses that the test plays: what arrives there is not executed but waits in [`World::inbox`].
    pub puppets: BTreeSet<Address>,
    /// Messages that arrived at puppets, oldest first.
    pub inbox: Vec<MessageView>,
    /// Whether failed actions bounce and bounces carry whole bodies, as on SE and mainnet.
    pub mainnet_bounces: bool,
    /// Whether the receiver of the next message runs out of gas at once. A node cannot do that.
    pub starved: bool,
    /// Every execution so far, if it is to be noted.
    pub notes: Option<Vec<Note>>,
    backend: Box<dyn Backend>,
    /// Balances after the last transaction of each account.
    balances: BTreeMap<Address, Nano>,
    ledger: Ledger,
    stamp: u64,
}

impl Default for World {
    fn default() -> Self {
        Self::on(backend::chosen())
    }
}

impl World {
    /// A world on that backend.
    pub fn on(backend: Box<dyn Backend>) -> Self {
        Self {
            config: Config::local(),
            now: 1_700_000_000,
            deliver: true,
            queue: VecDeque::new(),
            puppets: BTreeSet::new(),
            inbox: Vec::new(),
            mainnet_bounces: false,
            starved: false,
            notes: None,
            backend,
            balances: BTreeMap::new(),
            ledger: Ledger::default(),
            stamp: 0,
        }
    }

    /// An account as it is now; a missing one is empty.
    pub fn account(&self, address: &Address) -> Account {
        self.backend.account(address)
    }

    /// Balance of an account.
    pub fn balance(&self, address: &Address) -> Nano {
        self.account(address).balance()
    }

    /// Header values that no earlier message had: now, a new millisecond, living for a minute.
    pub fn header(&mut self, key: Option<&SigningKey>) -> Header {
        self.stamp += 1;
        Header {
            time: UnixMillis(u64::from(self.now) * 1000 + self.stamp % 1000),
            expire: UnixTime(self.now + 60),
            pubkey: key.map(public),
        }
    }

    /// Puts money on an account with a plain transfer from nowhere.
    pub fn give(&mut self, address: &Address, amount: Nano) -> Vec<Executed> {
        let mut transfer =
            InternalMessage::transfer(Address::new(0, Hash([0x99; 32])), address.clone(), amount);
        transfer.bounce = false;
        self.send_internal(transfer)
    }

    /// Sends an internal message made by hand; its money is minted.
    pub fn send_internal(&mut self, message: InternalMessage) -> Vec<Executed> {
        let cell = self.backend.inject(&message);
        self.ledger.mint_message(&cell).expect("readable");
        self.queue.push_front(cell);
        if self.deliver { self.drain() } else { Vec::new() }
    }

    /// Delivers everything under way, including what that causes.
    pub fn drain(&mut self) -> Vec<Executed> {
        let mut done = Vec::new();
        while !self.queue.is_empty() {
            done.extend(self.deliver_at(0));
            assert!(done.len() < 500, "the contracts send messages in circles");
        }
        self.check();
        done
    }

    /// Delivers one message that is under way; nothing is executed at an address that the test plays.
    ///
    /// # Panics
    /// If there are fewer messages under way.
    pub fn deliver_at(&mut self, at: usize) -> Option<Executed> {
        let message = self.queue.remove(at).expect("a message under way");
        let view = MessageView::parse(&message).expect("readable");
        if view.dst.as_ref().is_some_and(|dst| self.puppets.contains(dst)) {
            self.inbox.push(view);
            return None;
        }
        let executed = self.run(&message);
        Some(executed.unwrap_or_else(|e| panic!("internal messages are always executed: {e:?}")))
    }

    /// Sends an external message.
    ///
    /// # Panics
    /// If the executor cannot go on: a mistake of the test.
    pub fn send(&mut self, message: &Cell) -> Outcome {
        let first = match self.run(message) {
            Ok(executed) => executed,
            Err(ExecError::Rejected(rejected)) => {
                return Outcome::Refused { exit_code: rejected.exit_code, reason: rejected.reason };
            }
            Err(error) => panic!("{error:?}"),
        };
        let mut all = vec![first];
        if self.deliver {
            all.extend(self.drain());
        }
        Outcome::Done(all)
    }

    /// Sends a message that a puppet got back to its sender, with the first 256 bits of its body and what the
    /// network left of its value.
    pub fn bounce(&mut self, message: &MessageView) -> Vec<Executed> {
        let (from, to) = (message.dst.clone(), message.src.clone());
        let (from, to) = (from.expect("an internal message"), to.expect("an internal message"));
        let mut body = CellBuilder::new();
        body.store_u32(u32::MAX).expect("fits");
        if let Some(original) = &message.body {
            let mut data = original.as_slice().expect("an ordinary cell");
            let bits = data.size_bits().min(256);
            body.store_slice(data.load_prefix(bits, 0).expect("checked")).expect("fits");
        }
        let mut bounced = InternalMessage::transfer(from, to, message.value);
        (bounced.bounce, bounced.bounced) = (false, true);
        bounced.body = Some(body.build().expect("fits"));
        self.send_internal(bounced)
    }

    fn run(&mut self, message: &Cell) -> Result<Executed, ExecError> {
        let view = MessageView::parse(message).expect("readable");
        let target = view.dst.clone().expect("a message to an account");
        let before_accept = self.notes.is_some().then(|| self.gas_before_accept(message).ok()).flatten();
        let (mainnet_bounces, starved) = (self.mainnet_bounces, self.starved);
        let moment = Moment { now: UnixTime(self.now), mainnet_bounces, starved };
        let executed = self.backend.execute(message, moment)?;
        self.ledger.record(&executed).expect("readable");
        for out in executed.out_messages() {
            if MessageView::parse(out).expect("readable").kind == MessageKind::Internal {
                self.queue.push_back(out.clone());
            }
        }
        self.balances.insert(target, executed.account.balance());
        if let Some(notes) = &mut self.notes {
            notes.push(Note { message: view, executed: executed.clone(), before_accept });
        }
        Ok(executed)
    }

    /// Proves that no nanotoken appeared or vanished so far.
    ///
    /// # Panics
    /// If the books do not balance.
    #[track_caller]
    pub fn check(&self) {
        if let Err(imbalance) = self.ledger.check(self.balances.values().copied()) {
            panic!("{imbalance}");
        }
        self.backend.check();
    }

    /// Gas that a message uses before it is accepted.
    ///
    /// # Errors
    /// The refusal, if it is not accepted.
    pub fn gas_before_accept(&self, message: &Cell) -> Result<u64, ExecError> {
        let target = MessageView::parse(message).expect("readable").dst.expect("a message to an account");
        let account = self.account(&target);
        let context = ExecContext::new(UnixTime(self.now), account.next_lt());
        chain::gas_before_accept(&self.config, &account, message, &context)
    }

    /// Calls a getter.
    ///
    /// # Errors
    /// Those of [`chain::run_getter`].
    pub fn getter(
        &self,
        contract: &Contract,
        function: &str,
        params: &Value,
    ) -> Result<Value, chain::GetterError> {
        let context = LocalContext::new(UnixTime(self.now));
        let account = self.account(&contract.address);
        chain::run_getter(&self.config, &account, &contract.abi, function, params, &context)
            .map(|found| found.json())
    }
}

/// A contract at its address.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Its interface.
    pub abi: ContractAbi,
    /// Its code and initial data.
    pub image: Image,
    /// Where it lives.
    pub address: Address,
}

impl Contract {
    /// A contract from its ABI text and image bytes, deployed by `key`.
    pub fn new(abi: &str, tvc: &[u8], key: &SigningKey, statics: &Value) -> Self {
        Self::with_key(abi, tvc, Some(&public(key)), statics)
    }

    /// A contract that another contract deploys: its public key is 0.
    pub fn without_key(abi: &str, tvc: &[u8], statics: &Value) -> Self {
        Self::with_key(abi, tvc, None, statics)
    }

    fn with_key(abi: &str, tvc: &[u8], key: Option<&PublicKey>, statics: &Value) -> Self {
        let abi = ContractAbi::parse(abi).expect("a valid ABI");
        let image = Image::from_tvc(tvc).expect("a valid image");
        let image = image.with_init_data(&abi, key, statics).expect("fitting initial data");
        let address = image.address(0).expect("an image has an address");
        Self { abi, image, address }
    }

    /// The deploy message, signed by `key`.
    pub fn deploy(&self, key: &SigningKey, params: &Value, header: &Header) -> Cell {
        let message = self.abi.deploy_message(&self.image, 0, params, header).expect("encodable");
        message.sign_with(|hash| Signature(key.sign(&hash.0).to_bytes())).expect("encodable")
    }

    /// A call signed by `key`, whatever public key the header names.
    pub fn call(&self, key: &SigningKey, function: &str, params: &Value, header: &Header) -> Cell {
        let message = self.abi.call_message(&self.address, function, params, header).expect("encodable");
        message.sign_with(|hash| Signature(key.sign(&hash.0).to_bytes())).expect("encodable")
    }

    /// An internal message of `from` with this call and value. It has the bounce flag.
    pub fn internal(&self, from: &Address, value: Nano, function: &str, params: &Value) -> InternalMessage {
        let body = self.abi.encode_internal_body(function, params).expect("encodable");
        let mut message = InternalMessage::transfer(from.clone(), self.address.clone(), value);
        message.body = Some(body);
        message.bounce = true;
        message
    }

    /// The internal message of `from` that deploys it.
    pub fn internal_deploy(&self, from: &Address, value: Nano, params: &Value) -> InternalMessage {
        let mut message = self.internal(from, value, "constructor", params);
        message.init = Some(self.image.clone());
        message
    }

    /// A call without a signature.
    pub fn unsigned(&self, function: &str, params: &Value, header: &Header) -> Cell {
        let body = self.abi.encode_unsigned_call(function, params, header).expect("encodable");
        external_message(&self.address, None, Some(body)).expect("encodable")
    }
}
