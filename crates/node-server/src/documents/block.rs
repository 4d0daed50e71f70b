//! Documents of blocks.

use std::sync::{Arc, OnceLock};

use localnet::{Block, Node};
use tycho_types::models::{
    Block as BlockModel, BlockExtra, BlockInfo, BlockRef, McBlockExtra, PrevBlockRef, ValueFlow,
};

use super::order::{ChainOrder, Place};
use super::table::{Collection, Field, Kind, Shape};
use super::{Doc, Value, block_parts, enums};

/// The only shard of a workchain, and that of the masterchain.
pub(super) const FULL_SHARD: &str = "8000000000000000";

/// A block, a zero state, or the signatures under a block.
pub struct BlockDoc {
    node: Arc<Node>,
    block: Arc<Block>,
    model: OnceLock<Option<BlockModel>>,
    info: OnceLock<Option<BlockInfo>>,
    extra: OnceLock<Option<BlockExtra>>,
    master: OnceLock<Option<McBlockExtra>>,
}

impl BlockDoc {
    /// A block of a snapshot.
    #[must_use]
    pub fn new(node: Arc<Node>, block: Arc<Block>) -> Self {
        Self {
            node,
            block,
            model: OnceLock::new(),
            info: OnceLock::new(),
            extra: OnceLock::new(),
            master: OnceLock::new(),
        }
    }

    /// The snapshot.
    #[must_use]
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// The record.
    #[must_use]
    pub fn block(&self) -> &Arc<Block> {
        &self.block
    }

    fn model(&self) -> Option<&BlockModel> {
        self.model.get_or_init(|| self.block.cell.parse().ok()).as_ref()
    }

    fn info(&self) -> Option<&BlockInfo> {
        self.info.get_or_init(|| self.model()?.load_info().ok()).as_ref()
    }

    pub(super) fn extra(&self) -> Option<&BlockExtra> {
        self.extra.get_or_init(|| self.model()?.load_extra().ok()).as_ref()
    }

    /// What only blocks of the masterchain have.
    pub(super) fn master(&self) -> Option<&McBlockExtra> {
        self.master.get_or_init(|| self.extra()?.load_custom().ok()?).as_ref()
    }

    pub(super) fn value_flow(&self) -> Option<ValueFlow> {
        self.model()?.load_value_flow().ok()
    }

    fn of_info<T: Into<Value>>(&self, get: impl Fn(&BlockInfo) -> T) -> Value {
        Value::maybe(self.info().map(get))
    }

    fn prev_ref(&self, alternative: bool) -> Value {
        let reference = match self.info().and_then(|info| info.load_prev_ref().ok()) {
            Some(PrevBlockRef::Single(only)) if !alternative => Some(only),
            Some(PrevBlockRef::AfterMerge { left, .. }) if !alternative => Some(left),
            Some(PrevBlockRef::AfterMerge { right, .. }) => Some(right),
            _ => None,
        };
        reference.map_or(Value::Null, |reference| block_ref(&reference))
    }

    fn master_ref(&self) -> Value {
        match self.info().map(BlockInfo::load_master_ref) {
            Some(Ok(Some(reference))) => block_ref(&reference),
            _ => Value::Null,
        }
    }

    fn state_update(&self) -> Value {
        let Some(update) = self.model().and_then(|model| model.load_state_update().ok()) else {
            return Value::Null;
        };
        Value::object([
            ("new_hash", Value::from(update.new_hash)),
            ("new_depth", Value::from(update.new_depth)),
            ("new", Value::boc(&update.new)),
            ("old_hash", Value::from(update.old_hash)),
            ("old_depth", Value::from(update.old_depth)),
            ("old", Value::boc(&update.old)),
        ])
    }
}

fn block_ref(reference: &BlockRef) -> Value {
    Value::object([
        ("end_lt", reference.end_lt.into()),
        ("file_hash", reference.file_hash.into()),
        ("root_hash", reference.root_hash.into()),
        ("seq_no", reference.seqno.into()),
    ])
}

/// Fields of a block that have the same values in the document of its signatures.
pub(super) fn identity() -> Vec<Field> {
    vec![
        Field::block("id", Kind::Hash, "Root hash of the block.", |b| Value::hex(b.block.id.0)),
        Field::block("gen_utime", Kind::Time, "Time of the block, Unix seconds.", |b| {
            b.block.gen_utime.0.into()
        }),
        Field::block("seq_no", Kind::Float, "Number in its chain; both chains count alike.", |b| {
            b.block.seq_no.into()
        }),
        Field::block("shard", Kind::Text, "Shard prefix with its end bit: the whole chain.", |_| {
            FULL_SHARD.into()
        }),
        Field::block("workchain_id", Kind::Int, "0, or -1 for the masterchain.", |b| {
            b.block.workchain.into()
        }),
    ]
}

pub(super) fn shape() -> Shape {
    let mut fields = identity();
    fields.extend(own_fields());
    fields.extend(header_fields());
    fields.extend(content_fields());
    Shape::documents(Collection::Blocks, "A block of the workchain or of the masterchain.", fields)
}

fn own_fields() -> Vec<Field> {
    use Kind::{Big, Bool, Enum, Float, Hash, Int, Join, Text};
    vec![
        Field::block("boc", Text, "The block as a bag of cells in base64.", |b| Value::boc(&b.block.cell)),
        Field::block("chain_order", Text, "Place in the whole history, sorts as text.", |b| {
            ChainOrder(Place::block(b.block.workchain, b.block.seq_no)).to_string().into()
        }),
        Field::block("end_lt", Big, "Logical time at the end.", |b| b.block.end_lt.0.into()),
        Field::block("file_hash", Hash, "SHA-256 of the bag of cells.", |b| Value::hex(b.block.file_hash.0)),
        Field::block("key_block", Bool, "Whether it carries the whole configuration.", |b| {
            b.block.key_block.into()
        }),
        Field::block("master_seq_no", Float, "Number of the masterchain block that commits it.", |b| {
            b.block.seq_no.into()
        }),
        Field::block("rand_seed", Hash, "Seed of the contracts' random numbers.", |b| {
            Value::hex(b.block.rand_seed)
        }),
        Field::block(
            "signatures",
            Join(Collection::BlocksSignatures),
            "Nobody signs: no signatures in it.",
            |b| Doc::Signatures(Arc::new(BlockDoc::new(b.node.clone(), b.block.clone()))).into(),
        ),
        Field::block("start_lt", Big, "Logical time at the start.", |b| b.block.start_lt.0.into()),
        Field::block("status", Enum(&enums::BLOCK_STATUS), "Always finalized.", |_| Value::Int(2)),
        Field::block("tr_count", Int, "Number of transactions.", |b| {
            Value::Int(b.block.transactions.len() as i64)
        }),
    ]
}

fn header_fields() -> Vec<Field> {
    use Kind::{Big, Bool, Float, Int, Object};
    vec![
        Field::block("after_merge", Bool, "", |b| b.of_info(|i| i.after_merge)),
        Field::block("after_split", Bool, "", |b| b.of_info(|i| i.after_split)),
        Field::block("before_split", Bool, "", |b| b.of_info(|i| i.before_split)),
        Field::block("want_merge", Bool, "", |b| b.of_info(|i| i.want_merge)),
        Field::block("want_split", Bool, "", |b| b.of_info(|i| i.want_split)),
        Field::block("flags", Int, "", |b| b.of_info(|i| i.flags)),
        Field::block("gen_catchain_seqno", Float, "", |b| b.of_info(|i| i.gen_catchain_seqno)),
        Field::block("gen_software_capabilities", Big, "", |b| {
            b.of_info(|i| i.gen_software.capabilities.into_inner())
        }),
        Field::block("gen_software_version", Float, "", |b| b.of_info(|i| i.gen_software.version)),
        Field::block("gen_validator_list_hash_short", Float, "", |b| {
            b.of_info(|i| i.gen_validator_list_hash_short)
        }),
        Field::block("global_id", Int, "Identity of the network.", |b| {
            Value::maybe(b.model().map(|model| model.global_id))
        }),
        Field::block(
            "master_ref",
            Object("ExtBlkRef"),
            "Masterchain block that a workchain block builds on.",
            |b| b.master_ref(),
        ),
        Field::block("min_ref_mc_seqno", Float, "", |b| b.of_info(|i| i.min_ref_mc_seqno)),
        Field::block("prev_alt_ref", Object("ExtBlkRef"), "Second predecessor after a merge: never.", |b| {
            b.prev_ref(true)
        }),
        Field::block("prev_key_block_seqno", Float, "", |b| b.of_info(|i| i.prev_key_block_seqno)),
        Field::block("prev_ref", Object("ExtBlkRef"), "The block before in the same chain.", |b| {
            b.prev_ref(false)
        }),
        Field::block("prev_vert_alt_ref", Object("ExtBlkRef"), "Never there.", |_| Value::Null),
        Field::block("prev_vert_ref", Object("ExtBlkRef"), "Never there.", |_| Value::Null),
        Field::block("state_update", Object("BlockStateUpdate"), "", BlockDoc::state_update),
        Field::block("version", Float, "", |b| b.of_info(|i| i.version)),
        Field::block("vert_seq_no", Float, "", |b| b.of_info(|i| i.vert_seqno)),
    ]
}

fn content_fields() -> Vec<Field> {
    use Kind::{Hash, List, Object};
    vec![
        Field::block(
            "account_blocks",
            List(&Object("BlockAccountBlocks")),
            "Transactions by account.",
            block_parts::account_blocks,
        ),
        Field::block("created_by", Hash, "", |b| Value::maybe(b.extra().map(|extra| extra.created_by))),
        Field::block(
            "in_msg_descr",
            List(&Object("InMsg")),
            "Messages that were taken in.",
            block_parts::in_messages,
        ),
        Field::block("master", Object("BlockMaster"), "What masterchain blocks add.", block_parts::master),
        Field::block(
            "out_msg_descr",
            List(&Object("OutMsg")),
            "Messages that were created.",
            block_parts::out_messages,
        ),
        Field::block(
            "value_flow",
            Object("BlockValueFlow"),
            "Where money came from and went.",
            block_parts::value_flow,
        ),
    ]
}
