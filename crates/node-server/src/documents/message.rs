//! Documents of messages.

use std::sync::{Arc, OnceLock};

use localnet::{Block, MessageRecord, Node, TransactionRecord};
use ton_abi::{Address, Cell};
use tycho_types::cell::CellBuilder;
use tycho_types::models::{ExtAddr, IntAddr, IntMsgInfo, Message, MsgInfo, StateInit, Transaction};

use super::order::{ChainOrder, Place};
use super::table::{Collection, Field, Kind, Shape};
use super::transaction::account_join;
use super::{Doc, Value, enums};

/// A message that a transaction created or took in.
pub struct MessageDoc {
    node: Arc<Node>,
    record: Arc<MessageRecord>,
    model: OnceLock<Option<Model>>,
}

struct Model {
    info: MsgInfo,
    init: Option<StateInit>,
    body: Option<Cell>,
}

impl MessageDoc {
    /// A message of a snapshot.
    #[must_use]
    pub fn new(node: Arc<Node>, record: Arc<MessageRecord>) -> Self {
        Self { node, record, model: OnceLock::new() }
    }

    /// The record.
    #[must_use]
    pub fn record(&self) -> &Arc<MessageRecord> {
        &self.record
    }

    fn model(&self) -> Option<&Model> {
        let load = || {
            let message = self.record.cell.parse::<Message<'_>>().ok()?;
            let empty = message.body.is_data_empty() && message.body.is_refs_empty();
            let body = if empty { None } else { CellBuilder::build_from(message.body).ok() };
            Some(Model { info: message.info, init: message.init, body })
        };
        self.model.get_or_init(load).as_ref()
    }

    fn info(&self) -> Option<&MsgInfo> {
        self.model().map(|model| &model.info)
    }

    /// A fact that only internal messages have.
    fn internal<T: Into<Value>>(&self, get: impl Fn(&IntMsgInfo) -> T) -> Value {
        match self.info() {
            Some(MsgInfo::Int(info)) => get(info).into(),
            _ => Value::Null,
        }
    }

    fn of_init<T: Into<Value>>(&self, get: impl Fn(&StateInit) -> Option<T>) -> Value {
        Value::maybe(self.model().and_then(|model| model.init.as_ref()).and_then(get))
    }

    fn created_lt(&self) -> Value {
        match self.info() {
            Some(MsgInfo::Int(info)) => info.created_lt.into(),
            Some(MsgInfo::ExtOut(info)) => info.created_lt.into(),
            _ => Value::Null,
        }
    }

    /// Seconds; those of an external inbound message are the time of the block that took it in.
    fn created_at(&self) -> Value {
        match self.info() {
            Some(MsgInfo::Int(info)) => info.created_at.into(),
            Some(MsgInfo::ExtOut(info)) => info.created_at.into(),
            Some(MsgInfo::ExtIn(_)) => {
                let model = self.target().and_then(|target| target.cell.parse::<Transaction>().ok());
                Value::maybe(model.map(|model| model.now))
            }
            None => Value::Null,
        }
    }

    /// Sender if it is an account.
    #[must_use]
    pub fn src(&self) -> Option<&Address> {
        match self.info()? {
            MsgInfo::Int(info) => standard(&info.src),
            MsgInfo::ExtOut(info) => standard(&info.src),
            MsgInfo::ExtIn(_) => None,
        }
    }

    /// Receiver if it is an account.
    #[must_use]
    pub fn dst(&self) -> Option<&Address> {
        match self.info()? {
            MsgInfo::Int(info) => standard(&info.dst),
            MsgInfo::ExtIn(info) => standard(&info.dst),
            MsgInfo::ExtOut(_) => None,
        }
    }

    fn source(&self) -> Option<&Arc<TransactionRecord>> {
        self.node.transaction(&self.record.src_tx?)
    }

    fn target(&self) -> Option<&Arc<TransactionRecord>> {
        self.node.transaction(&self.record.dst_tx?)
    }

    /// Place among the messages that its sender created.
    fn src_place(&self) -> Option<Place> {
        let source = self.source()?;
        let index = source.out_msgs.iter().position(|hash| *hash == self.record.hash)?;
        Some(Place::of_transaction(&self.node, source)?.with_message(index + 1))
    }

    /// Place where its receiver took it in.
    fn dst_place(&self) -> Option<Place> {
        Some(Place::of_transaction(&self.node, self.target()?)?.with_message(0))
    }

    /// The block in which it appeared first; none for a message made by hand that still waits.
    fn record_block(&self) -> Option<&Arc<Block>> {
        let MessageRecord { block_workchain, block_seq_no, .. } = *self.record;
        self.node.chain_block(block_workchain, block_seq_no).filter(|block| block.seq_no != 0)
    }

    fn block(&self) -> Option<Doc> {
        Doc::block(&self.node, &self.record_block()?.id)
    }

    /// Time of the block in which it appeared first, Unix seconds.
    #[must_use]
    pub fn block_time(&self) -> Option<u32> {
        Some(self.record_block()?.gen_utime.0)
    }
}

fn standard(address: &IntAddr) -> Option<&Address> {
    match address {
        IntAddr::Std(address) => Some(address),
        IntAddr::Var(_) => None,
    }
}

fn internal_address(address: &IntAddr) -> Value {
    match address {
        IntAddr::Std(address) => Value::address(address),
        IntAddr::Var(address) => format!("{}:{}", address.workchain, hex::encode(&address.address)).into(),
    }
}

/// A colon and the digits, or nothing.
fn external_address(address: Option<&ExtAddr>) -> Value {
    address.map_or_else(String::new, |address| format!(":{}", hex::encode(&address.data))).into()
}

fn order(place: Option<Place>) -> Value {
    Value::maybe(place.map(|place| ChainOrder(place).to_string()))
}

pub(super) fn shape() -> Shape {
    let mut fields = identity_fields();
    fields.extend(header_fields());
    fields.extend(content_fields());
    fields.extend(join_fields());
    Shape::documents(Collection::Messages, "A message, on its way or delivered.", fields)
}

fn identity_fields() -> Vec<Field> {
    use Kind::{Enum, Float, Hash, Text};
    vec![
        Field::message("id", Hash, "Hash of the message.", |m| Value::hex(m.record.hash.0)),
        Field::message("block_id", Hash, "Block in which it appeared first.", |m| {
            Value::maybe(m.record_block().map(|block| block.id.to_string()))
        }),
        Field::message("boc", Text, "The message as a bag of cells in base64.", |m| {
            Value::boc(&m.record.cell)
        }),
        Field::message("chain_order", Text, "Place in the whole history, sorts as text.", |m| {
            order(m.src_place().or_else(|| m.dst_place()))
        }),
        Field::message("dst_chain_order", Text, "Place where it was taken in.", |m| order(m.dst_place())),
        Field::message("src_chain_order", Text, "Place where it was created.", |m| order(m.src_place())),
        Field::message("master_seq_no", Float, "Masterchain block of its first appearance.", |m| {
            m.record.block_seq_no.into()
        }),
        Field::message("msg_type", Enum(&enums::MESSAGE_TYPE), "Internal, or external in or out.", |m| {
            Value::maybe(m.info().map(|info| match info {
                MsgInfo::Int(_) => 0_u8,
                MsgInfo::ExtIn(_) => 1,
                MsgInfo::ExtOut(_) => 2,
            }))
        }),
        Field::message("status", Enum(&enums::MESSAGE_STATUS), "Always finalized.", |_| Value::Int(5)),
    ]
}

fn header_fields() -> Vec<Field> {
    use Kind::{Address, Big, Bool, Int, List, Object, Time};
    vec![
        Field::message("bounce", Bool, "Whether it comes back if it fails.", |m| {
            m.internal(|info| info.bounce)
        }),
        Field::message("bounced", Bool, "Whether it came back.", |m| m.internal(|info| info.bounced)),
        Field::message("created_at", Time, "Unix seconds.", MessageDoc::created_at),
        Field::message("created_lt", Big, "Logical time of its creation.", MessageDoc::created_lt),
        Field::message("dst", Address, "Receiver.", |m| match m.info() {
            Some(MsgInfo::Int(info)) => internal_address(&info.dst),
            Some(MsgInfo::ExtIn(info)) => internal_address(&info.dst),
            Some(MsgInfo::ExtOut(info)) => external_address(info.dst.as_ref()),
            None => Value::Null,
        }),
        Field::message("dst_workchain_id", Int, "Workchain of the receiver.", |m| {
            Value::maybe(m.dst().map(|address| address.workchain))
        }),
        Field::message("fwd_fee", Big, "Forwarding fee inside it.", |m| m.internal(|info| info.fwd_fee)),
        Field::message("ihr_disabled", Bool, "", |m| m.internal(|info| info.ihr_disabled)),
        Field::message("ihr_fee", Big, "", |m| m.internal(|info| info.extra_flags.as_stored())),
        Field::message("import_fee", Big, "", |m| match m.info() {
            Some(MsgInfo::ExtIn(info)) => info.import_fee.into(),
            _ => Value::Null,
        }),
        Field::message("src", Address, "Sender.", |m| match m.info() {
            Some(MsgInfo::Int(info)) => internal_address(&info.src),
            Some(MsgInfo::ExtIn(info)) => external_address(info.src.as_ref()),
            Some(MsgInfo::ExtOut(info)) => internal_address(&info.src),
            None => Value::Null,
        }),
        Field::message("src_workchain_id", Int, "Workchain of the sender.", |m| {
            Value::maybe(m.src().map(|address| address.workchain))
        }),
        Field::message("value", Big, "Money that it carries.", |m| m.internal(|info| info.value.tokens)),
        Field::message("value_other", List(&Object("OtherCurrency")), "", |m| {
            m.internal(|info| Value::others(&info.value))
        }),
    ]
}

fn content_fields() -> Vec<Field> {
    use Kind::{Bool, Hash, Int, Text};
    vec![
        Field::message("body", Text, "The body as a bag of cells in base64.", |m| {
            Value::maybe(m.model().and_then(|model| model.body.as_ref()))
        }),
        Field::message("body_hash", Hash, "Hash of the body.", |m| {
            Value::maybe(m.model().and_then(|model| model.body.as_ref()).map(Value::hash_of))
        }),
        Field::message("code", Text, "Code that it deploys.", |m| {
            m.of_init(|i| i.code.as_ref().map(Value::boc))
        }),
        Field::message("code_hash", Hash, "Hash of that code.", |m| {
            m.of_init(|i| i.code.as_ref().map(Value::hash_of))
        }),
        Field::message("data", Text, "Data that it deploys.", |m| {
            m.of_init(|i| i.data.as_ref().map(Value::boc))
        }),
        Field::message("data_hash", Hash, "Hash of that data.", |m| {
            m.of_init(|i| i.data.as_ref().map(Value::hash_of))
        }),
        Field::message("library", Text, "Libraries that it deploys.", |m| {
            m.of_init(|i| i.libraries.root().as_ref().map(Value::boc))
        }),
        Field::message("library_hash", Hash, "Hash of those libraries.", |m| {
            m.of_init(|i| i.libraries.root().as_ref().map(Value::hash_of))
        }),
        Field::message("proof", Text, "Never there: nothing is proved here.", |_| Value::Null),
        Field::message("split_depth", Int, "", |m| {
            m.of_init(|i| i.split_depth.map(|depth| Value::Int(depth.into_bit_len().into())))
        }),
        Field::message("tick", Bool, "", |m| m.of_init(|i| i.special.map(|special| special.tick))),
        Field::message("tock", Bool, "", |m| m.of_init(|i| i.special.map(|special| special.tock))),
    ]
}

fn join_fields() -> Vec<Field> {
    use Kind::Join;
    vec![
        Field::message("block", Join(Collection::Blocks), "Block in which it appeared first.", |m| {
            Value::maybe(m.block())
        }),
        Field::message("dst_account", Join(Collection::Accounts), "Receiver as it is now.", |m| {
            m.dst().map_or(Value::Null, |address| account_join(&m.node, address))
        }),
        Field::message(
            "dst_transaction",
            Join(Collection::Transactions),
            "The transaction it caused.",
            |m| Value::maybe(m.record.dst_tx.and_then(|hash| Doc::transaction(&m.node, &hash))),
        ),
        Field::message("src_account", Join(Collection::Accounts), "Sender as it is now.", |m| {
            m.src().map_or(Value::Null, |address| account_join(&m.node, address))
        }),
        Field::message(
            "src_transaction",
            Join(Collection::Transactions),
            "The transaction that made it.",
            |m| Value::maybe(m.record.src_tx.and_then(|hash| Doc::transaction(&m.node, &hash))),
        ),
    ]
}
