//! A document of any collection.

use std::fmt;
use std::sync::Arc;

use localnet::Node;
use ton_abi::Address;
use ton_client::{BlockId, MsgHash, TxHash};

use super::{AccountDoc, BlockDoc, Collection, Field, MessageDoc, TransactionDoc, Value};

/// A document; cheap to clone.
#[derive(Clone)]
pub enum Doc {
    /// An account.
    Account(Arc<AccountDoc>),
    /// A block.
    Block(Arc<BlockDoc>),
    /// A message.
    Message(Arc<MessageDoc>),
    /// Signatures under a block.
    Signatures(Arc<BlockDoc>),
    /// A transaction.
    Transaction(Arc<TransactionDoc>),
    /// A zero state.
    Zerostate(Arc<BlockDoc>),
}

/// What tells documents of one collection apart; ordered like their ids.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// Of an account.
    Address(Address),
    /// Of everything else.
    Hash([u8; 32]),
}

impl fmt::Debug for Doc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.collection(), self.key())
    }
}

impl Doc {
    /// The account at an address, existing or not.
    #[must_use]
    pub fn account(node: &Arc<Node>, address: &Address) -> Self {
        Self::Account(Arc::new(AccountDoc::new(node.account(address))))
    }

    /// A transaction by its hash.
    #[must_use]
    pub fn transaction(node: &Arc<Node>, hash: &TxHash) -> Option<Self> {
        let record = node.transaction(hash)?;
        Some(Self::Transaction(Arc::new(TransactionDoc::new(node.clone(), record.clone()))))
    }

    /// A message by its hash.
    #[must_use]
    pub fn message(node: &Arc<Node>, hash: &MsgHash) -> Option<Self> {
        let record = node.message(hash)?;
        Some(Self::Message(Arc::new(MessageDoc::new(node.clone(), record.clone()))))
    }

    /// A block by its hash; a zero state is none.
    #[must_use]
    pub fn block(node: &Arc<Node>, id: &BlockId) -> Option<Self> {
        let block = node.block_by_id(id).filter(|block| block.seq_no != 0)?;
        Some(Self::Block(Arc::new(BlockDoc::new(node.clone(), block.clone()))))
    }

    /// Its collection.
    #[must_use]
    pub fn collection(&self) -> Collection {
        match self {
            Self::Account(_) => Collection::Accounts,
            Self::Block(_) => Collection::Blocks,
            Self::Message(_) => Collection::Messages,
            Self::Signatures(_) => Collection::BlocksSignatures,
            Self::Transaction(_) => Collection::Transactions,
            Self::Zerostate(_) => Collection::Zerostates,
        }
    }

    /// What tells it from others of its collection.
    #[must_use]
    pub fn key(&self) -> Key {
        match self {
            Self::Account(doc) => Key::Address(doc.address().clone()),
            Self::Block(doc) | Self::Signatures(doc) | Self::Zerostate(doc) => Key::Hash(doc.block().id.0),
            Self::Message(doc) => Key::Hash(doc.record().hash.0),
            Self::Transaction(doc) => Key::Hash(doc.record().hash.0),
        }
    }

    /// The `id` field as text.
    #[must_use]
    pub fn id(&self) -> String {
        match self.get("id") {
            Value::Text(id) => id,
            _ => String::new(),
        }
    }

    /// A field by its name; absent for a name that the table does not have.
    #[must_use]
    pub fn get(&self, name: &str) -> Value {
        self.collection().shape().field(name).map_or(Value::Null, |field| self.value(field))
    }

    /// The value of a field of the table.
    #[must_use]
    pub fn value(&self, field: &Field) -> Value {
        field.of_doc(self)
    }
}
