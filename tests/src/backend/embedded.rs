//! The embedded node, which makes one block for each message of the world.

use std::collections::{HashMap, VecDeque};

use chain::{Account, Config, ExecError, Executed};
use localnet::{Delivery, Genesis, Mining, Node, NodeOptions};
use ton_abi::{Address, Boc, Cell, InternalMessage, Lt, MessageKind, MessageView};
use ton_client::MsgHash;

use super::{Backend, Moment, outcome};

/// A node whose blocks are made by hand.
pub struct Embedded {
    node: Node,
    /// Messages made by hand that wait in the node, which gives each a logical time and so another hash.
    injected: HashMap<MsgHash, VecDeque<MsgHash>>,
}

impl Embedded {
    /// A network that consists of its zero state.
    ///
    /// # Panics
    /// Never: an empty genesis is a right one.
    pub fn start() -> Self {
        let mut genesis = Genesis::new(Config::local());
        genesis.options = options(false);
        Self { node: Node::new(genesis).expect("an empty network"), injected: HashMap::new() }
    }
}

/// Blocks by hand, every hop a block of its own.
pub(super) fn options(mainnet_bounces: bool) -> NodeOptions {
    NodeOptions {
        delivery: Delivery::NextBlock,
        mining: Mining::Manual,
        full_body_in_bounced: mainnet_bounces,
        bounce_after_failed_action: mainnet_bounces,
        ..NodeOptions::default()
    }
}

impl Backend for Embedded {
    fn account(&self, address: &Address) -> Account {
        self.node.account(address)
    }

    fn inject(&mut self, message: &InternalMessage) -> Cell {
        let hash = self.node.inject(message).expect("a message that the test made");
        let cell = message.build().expect("a message that fits");
        self.injected.entry(cell.repr_hash().into()).or_default().push_back(hash);
        cell
    }

    fn execute(&mut self, message: &Cell, moment: Moment) -> Result<Executed, ExecError> {
        assert!(!moment.starved, "contracts of a node have the gas of its configuration");
        let view = MessageView::parse(message).expect("readable");
        let node = &mut self.node;
        node.set_options(options(moment.mainnet_bounces));
        node.set_now(moment.now).expect("a world's clock goes forward");
        let mut hash = MsgHash::from(message.repr_hash());
        match view.kind {
            MessageKind::ExternalIn => {
                hash =
                    node.post(&Boc::encode(message)).map_err(|error| ExecError::Fatal(error.to_string()))?;
            }
            MessageKind::Internal | MessageKind::ExternalOut => {
                hash = self.injected.get_mut(&hash).and_then(VecDeque::pop_front).unwrap_or(hash);
            }
        }
        let target = view.dst.clone().expect("a message to an account");
        let before = node.account(&target).balance();
        node.produce_only(&[hash]).expect("the message waits");
        let account = node.account(&target);
        if let Some(rejection) = node.rejection(&hash) {
            return Err(outcome::refusal(&rejection.reason));
        }
        let found =
            node.transactions(&target, Lt(u64::MAX)).next().expect("its transaction is the newest one");
        assert_eq!(found.in_msg, Some(hash), "the node has executed something else");
        outcome::executed(before, &view, found.cell.clone(), account)
    }

    fn check(&self) {
        let audit = self.node.audit().expect("amounts of this world");
        assert!(audit.is_balanced(), "{audit}");
    }
}
