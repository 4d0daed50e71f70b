//! Accounts whose every transaction is made by both executors from the same account, message and time.
//!
//! Both start each transaction from our account. While all hashes are equal that is also the official executor's
//! own account; after a named difference the two go on from ours, so that one cause is counted once.

use std::collections::{BTreeMap, VecDeque};

use chain::{Account, AccountStatus, Config, ExecContext, ExecError, Executed, execute};
use ton_abi::{Address, Cell, Image, InternalMessage, Lt, MessageKind, MessageView, UnixTime};

use crate::differences::{Case, Tally};
use crate::peer::Peer;

/// Deliveries that one message may cause before a test is held to be circular.
const MOST_DELIVERIES: usize = 300;

/// Both executors and the accounts.
pub(crate) struct Pair {
    /// Prices and limits, the same for both.
    pub(crate) config: Config,
    /// Time of the next transaction.
    pub(crate) now: u32,
    /// What was met so far.
    pub(crate) tally: Tally,
    accounts: BTreeMap<Address, Account>,
    /// Code and data that each account had when it was active last: what a frozen one is woken with.
    last_images: BTreeMap<Address, Image>,
    queue: VecDeque<Cell>,
    lt: Lt,
    peer: Peer,
}

impl Pair {
    /// No accounts, at the time when test worlds start.
    pub(crate) fn new(config: Config) -> Self {
        let peer = Peer::start(&config);
        Self {
            config,
            now: 1_700_000_000,
            tally: Tally::default(),
            accounts: BTreeMap::new(),
            last_images: BTreeMap::new(),
            queue: VecDeque::new(),
            lt: Lt(1_000_000),
            peer,
        }
    }

    /// An account as it is now.
    pub(crate) fn account(&self, address: &Address) -> Account {
        self.accounts.get(address).cloned().unwrap_or_else(|| Account::none(address.clone()))
    }

    /// Code and data that the account had when it was active last.
    pub(crate) fn last_image(&self, address: &Address) -> Option<Image> {
        self.last_images.get(address).cloned()
    }

    /// All accounts in one state.
    pub(crate) fn with_status(&self, status: AccountStatus) -> Vec<Address> {
        let found = self.accounts.values().filter(|account| account.status() == status);
        found.map(|account| account.address().clone()).collect()
    }

    /// Sends a message and delivers everything that follows from it; whether it led to a transaction.
    pub(crate) fn send(&mut self, message: &Cell) -> bool {
        let done = self.run(message);
        let mut deliveries = 0;
        while let Some(message) = self.queue.pop_front() {
            self.run(&message);
            deliveries += 1;
            assert!(deliveries < MOST_DELIVERIES, "messages go in circles");
        }
        done
    }

    /// Sends an internal message made by hand.
    pub(crate) fn send_internal(&mut self, mut message: InternalMessage) -> bool {
        (message.created_lt, message.created_at) = (Lt(self.lt.0 - 500), UnixTime(self.now));
        self.send(&message.build().expect("a message that fits"))
    }

    /// Repeats a transaction that happened elsewhere: there the account came to be as it is here.
    pub(crate) fn repeat(&mut self, executed: &Executed) {
        let message = executed.view.in_msg.clone().expect("ordinary transactions have a message");
        (self.now, self.lt) = (executed.view.now.0, executed.view.lt);
        let queued = self.queue.len();
        assert!(self.run(&message), "what was executed once is executed again");
        self.queue.truncate(queued);
        let again = &self.accounts[&executed.view.account];
        assert_eq!(
            again.cell().repr_hash(),
            executed.account.cell().repr_hash(),
            "the same account comes out"
        );
    }

    fn run(&mut self, message: &Cell) -> bool {
        let view = MessageView::parse(message).expect("readable");
        let target = view.dst.clone().expect("a message to an account");
        let before = self.account(&target);
        let context = ExecContext::new(UnixTime(self.now), self.lt);
        let ours = match execute(&self.config, &before, message, &context) {
            Ok(executed) => Ok(executed),
            Err(ExecError::Rejected(rejected)) => Err(rejected),
            Err(error) => panic!("a valid message to the right account is executed: {error}"),
        };
        let theirs = self.peer.run(&before, message, self.now, self.lt);
        self.tally.compare(&Case { before: &before, message: &view, now: self.now }, &ours, &theirs);
        let Ok(executed) = ours else { return false };
        self.lt = Lt(self.lt.0.max(executed.next_lt.0) + 1000);
        for out in executed.out_messages() {
            if MessageView::parse(out).is_ok_and(|view| view.kind == MessageKind::Internal) {
                self.queue.push_back(out.clone());
            }
        }
        if let Some(tycho_types::models::AccountState::Active(state_init)) =
            executed.account.load().map(|account| account.state)
        {
            self.last_images.insert(target.clone(), Image { state_init });
        }
        self.accounts.insert(target, executed.account);
        true
    }
}
