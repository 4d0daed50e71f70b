//! Parts of block documents: messages in and out, account blocks, shard descriptions, value flow.

use std::collections::BTreeMap;
use std::sync::Arc;

use localnet::{Node, TransactionRecord};
use ton_abi::Address;
use ton_client::MsgHash;
use tycho_types::models::{
    CurrencyCollection, FutureSplitMerge, HashUpdate, MsgInfo, ShardDescription, ShardIdent, Transaction,
};

use super::block::BlockDoc;
use super::config;
use super::table::{Kind, Shape};
use super::{Value, enums};

const OTHER: Kind = Kind::List(&Kind::Object("OtherCurrency"));

pub(super) fn shapes() -> Vec<Shape> {
    use Kind::{Address, Big, Enum, Float, Hash, Int, List, Object, Text};
    vec![
        Shape::part(
            "OtherCurrency",
            "An amount of another currency.",
            &[("currency", Float), ("value", Big)],
        ),
        Shape::part(
            "ExtBlkRef",
            "A block by its numbers and hashes.",
            &[("end_lt", Big), ("file_hash", Hash), ("root_hash", Hash), ("seq_no", Float)],
        ),
        Shape::part("MsgEnvelope", "A message on its way.", &[("fwd_fee_remaining", Big), ("msg_id", Hash)]),
        Shape::part(
            "InMsg",
            "A message that a block took in.",
            &[
                ("fwd_fee", Big),
                ("in_msg", Object("MsgEnvelope")),
                ("msg_id", Hash),
                ("msg_type", Enum(&enums::IN_MSG_TYPE)),
                ("transaction_id", Hash),
            ],
        ),
        Shape::part(
            "OutMsg",
            "A message that a block created.",
            &[
                ("msg_id", Hash),
                ("msg_type", Enum(&enums::OUT_MSG_TYPE)),
                ("out_msg", Object("MsgEnvelope")),
                ("transaction_id", Hash),
            ],
        ),
        Shape::part(
            "BlockAccountBlocksTransactions",
            "A transaction of a block.",
            &[("lt", Big), ("total_fees", Big), ("total_fees_other", OTHER), ("transaction_id", Hash)],
        ),
        Shape::part(
            "BlockAccountBlocks",
            "What a block did to one account.",
            &[
                ("account_addr", Address),
                ("new_hash", Hash),
                ("old_hash", Hash),
                ("tr_count", Int),
                ("transactions", List(&Object("BlockAccountBlocksTransactions"))),
            ],
        ),
        Shape::part(
            "BlockStateUpdate",
            "The state before and after as Merkle update.",
            &[
                ("new", Text),
                ("new_depth", Int),
                ("new_hash", Hash),
                ("old", Text),
                ("old_depth", Int),
                ("old_hash", Hash),
            ],
        ),
        shard_descr_shape(),
        Shape::part(
            "BlockMasterShardHashes",
            "The newest block of a shard.",
            &[("descr", Object("BlockMasterShardHashesDescr")), ("shard", Text), ("workchain_id", Int)],
        ),
        Shape::part(
            "BlockMasterShardFees",
            "Fees of a shard.",
            &[
                ("create", Big),
                ("create_other", OTHER),
                ("fees", Big),
                ("fees_other", OTHER),
                ("shard", Text),
                ("workchain_id", Int),
            ],
        ),
        Shape::part(
            "BlockMaster",
            "What masterchain blocks add.",
            &[
                ("config", Object("Config")),
                ("config_addr", Hash),
                ("max_shard_gen_utime", Kind::Time),
                ("min_shard_gen_utime", Kind::Time),
                ("shard_fees", List(&Object("BlockMasterShardFees"))),
                ("shard_hashes", List(&Object("BlockMasterShardHashes"))),
            ],
        ),
        value_flow_shape(),
    ]
}

fn shard_descr_shape() -> Shape {
    use Kind::{Big, Bool, Enum, Float, Hash, Int, Text, Time};
    Shape::part(
        "BlockMasterShardHashesDescr",
        "The newest block of a shard.",
        &[
            ("before_merge", Bool),
            ("before_split", Bool),
            ("end_lt", Big),
            ("fees_collected", Big),
            ("fees_collected_other", OTHER),
            ("file_hash", Hash),
            ("flags", Int),
            ("funds_created", Big),
            ("funds_created_other", OTHER),
            ("gen_utime", Time),
            ("min_ref_mc_seqno", Float),
            ("next_catchain_seqno", Float),
            ("next_validator_shard", Text),
            ("nx_cc_updated", Bool),
            ("reg_mc_seqno", Float),
            ("root_hash", Hash),
            ("seq_no", Float),
            ("split_type", Enum(&enums::SPLIT_TYPE)),
            ("start_lt", Big),
            ("want_merge", Bool),
            ("want_split", Bool),
        ],
    )
}

/// Amounts of a value flow, each with an `_other` twin.
const FLOWS: [&str; 8] = [
    "created",
    "exported",
    "fees_collected",
    "fees_imported",
    "from_prev_blk",
    "imported",
    "minted",
    "to_next_blk",
];
const OTHER_FLOWS: [&str; 8] = [
    "created_other",
    "exported_other",
    "fees_collected_other",
    "fees_imported_other",
    "from_prev_blk_other",
    "imported_other",
    "minted_other",
    "to_next_blk_other",
];

fn value_flow_shape() -> Shape {
    let mut fields: Vec<_> = FLOWS.iter().map(|&name| (name, Kind::Big)).collect();
    fields.extend(OTHER_FLOWS.iter().map(|&name| (name, OTHER)));
    Shape::part("BlockValueFlow", "Where money came from and went.", &fields)
}

pub(super) fn value_flow(doc: &BlockDoc) -> Value {
    let Some(flow) = doc.value_flow() else { return Value::Null };
    let amounts = [
        &flow.created,
        &flow.exported,
        &flow.fees_collected,
        &flow.fees_imported,
        &flow.from_prev_block,
        &flow.imported,
        &flow.minted,
        &flow.to_next_block,
    ];
    let main = FLOWS.into_iter().zip(amounts.map(Value::tokens));
    let other = OTHER_FLOWS.into_iter().zip(amounts.map(Value::others));
    Value::object(main.chain(other).collect::<Vec<_>>())
}

pub(super) fn in_messages(doc: &BlockDoc) -> Value {
    Value::List(
        doc.block()
            .transactions
            .iter()
            .filter_map(|transaction| Some(in_message(doc, transaction, transaction.in_msg?)))
            .collect(),
    )
}

fn in_message(doc: &BlockDoc, transaction: &TransactionRecord, hash: MsgHash) -> Value {
    let (node, seq_no) = (doc.node().clone(), transaction.block_seq_no);
    let workchain = transaction.account.workchain;
    let fee = fwd_fee(node.clone(), hash);
    Value::object([
        ("msg_id", Value::hex(hash.0)),
        ("transaction_id", Value::hex(transaction.hash.0)),
        ("msg_type", Value::later(move || import_type(&node, hash, workchain, seq_no))),
        ("fwd_fee", fee.clone()),
        ("in_msg", envelope(hash, fee)),
    ])
}

/// External, created in the same block, or from an earlier block or the other chain.
fn import_type(node: &Node, hash: MsgHash, workchain: i8, seq_no: u32) -> Value {
    let source = node.message(&hash).and_then(|message| message.src_tx);
    Value::Int(match source.and_then(|source| node.transaction(&source)) {
        None => 0,
        Some(source) if source.block_seq_no == seq_no && source.account.workchain == workchain => 2,
        Some(_) => 3,
    })
}

fn fwd_fee(node: Arc<Node>, hash: MsgHash) -> Value {
    Value::later(move || match node.message(&hash).map(|message| message.cell.parse::<MsgInfo>()) {
        Some(Ok(MsgInfo::Int(info))) => info.fwd_fee.into(),
        _ => Value::Null,
    })
}

fn envelope(hash: MsgHash, fee: Value) -> Value {
    Value::object([("msg_id", Value::hex(hash.0)), ("fwd_fee_remaining", fee)])
}

pub(super) fn out_messages(doc: &BlockDoc) -> Value {
    let outputs = doc.block().transactions.iter().flat_map(|transaction| {
        transaction.out_msgs.iter().map(|&hash| {
            let (node, seq_no) = (doc.node().clone(), transaction.block_seq_no);
            let workchain = transaction.account.workchain;
            let fee = fwd_fee(node.clone(), hash);
            Value::object([
                ("msg_id", Value::hex(hash.0)),
                ("transaction_id", Value::hex(transaction.hash.0)),
                ("msg_type", Value::later(move || export_type(&node, hash, workchain, seq_no))),
                ("out_msg", envelope(hash, fee)),
            ])
        })
    });
    Value::List(outputs.collect())
}

/// External, delivered in the same block, or queued.
fn export_type(node: &Node, hash: MsgHash, workchain: i8, seq_no: u32) -> Value {
    let Some(message) = node.message(&hash) else { return Value::Null };
    if matches!(message.cell.parse::<MsgInfo>(), Ok(MsgInfo::ExtOut(_))) {
        return Value::Int(0);
    }
    let here = message
        .dst_tx
        .and_then(|target| node.transaction(&target))
        .is_some_and(|target| target.block_seq_no == seq_no && target.account.workchain == workchain);
    Value::Int(if here { 1 } else { 2 })
}

pub(super) fn account_blocks(doc: &BlockDoc) -> Value {
    let mut accounts = BTreeMap::<&Address, Vec<&Arc<TransactionRecord>>>::new();
    for transaction in &doc.block().transactions {
        accounts.entry(&transaction.account).or_default().push(transaction);
    }
    Value::List(
        accounts.into_iter().map(|(address, transactions)| account_block(address, &transactions)).collect(),
    )
}

fn account_block(address: &Address, transactions: &[&Arc<TransactionRecord>]) -> Value {
    let update = |record: Option<&&Arc<TransactionRecord>>, get: fn(HashUpdate) -> Value| {
        let record = record.map(|&record| record.clone());
        Value::later(move || {
            let model = record.as_ref().and_then(|record| record.cell.parse::<Transaction>().ok());
            model.and_then(|model| model.state_update.load().ok()).map_or(Value::Null, get)
        })
    };
    Value::object([
        ("account_addr", Value::address(address)),
        ("old_hash", update(transactions.first(), |update| update.old.into())),
        ("new_hash", update(transactions.last(), |update| update.new.into())),
        ("tr_count", Value::Int(transactions.len() as i64)),
        ("transactions", Value::List(transactions.iter().map(|record| brief(record)).collect())),
    ])
}

fn brief(record: &Arc<TransactionRecord>) -> Value {
    let fees = |get: fn(&CurrencyCollection) -> Value| {
        let record = record.clone();
        Value::later(move || {
            record.cell.parse::<Transaction>().map_or(Value::Null, |model| get(&model.total_fees))
        })
    };
    Value::object([
        ("lt", record.lt.0.into()),
        ("transaction_id", Value::hex(record.hash.0)),
        ("total_fees", fees(Value::tokens)),
        ("total_fees_other", fees(Value::others)),
    ])
}

pub(super) fn master(doc: &BlockDoc) -> Value {
    let Some(extra) = doc.master().cloned() else { return Value::Null };
    let shards: Vec<_> = extra.shards.iter().filter_map(Result::ok).collect();
    let times = shards.iter().map(|(_, descr)| descr.gen_utime);
    let mut fields = vec![
        ("max_shard_gen_utime", Value::maybe(times.clone().max())),
        ("min_shard_gen_utime", Value::maybe(times.min())),
        ("shard_hashes", Value::List(shards.iter().map(shard_hashes).collect())),
        ("shard_fees", shard_fees(&extra.fees)),
    ];
    if let Some(config) = extra.config {
        fields.push(("config_addr", config.address.into()));
        fields.push(("config", Value::later(move || config::value(&config.params))));
    }
    Value::object(fields)
}

fn shard_fees(fees: &tycho_types::models::ShardFees) -> Value {
    let rows = fees.iter().filter_map(Result::ok).map(|(shard, _, fee)| {
        Value::object([
            ("workchain_id", shard.workchain.into()),
            ("shard", format!("{:016x}", shard.prefix).into()),
            ("fees", Value::tokens(&fee.fees)),
            ("fees_other", Value::others(&fee.fees)),
            ("create", Value::tokens(&fee.create)),
            ("create_other", Value::others(&fee.create)),
        ])
    });
    Value::List(rows.collect())
}

fn shard_hashes((shard, descr): &(ShardIdent, ShardDescription)) -> Value {
    Value::object([
        ("workchain_id", shard.workchain().into()),
        ("shard", format!("{:016x}", shard.prefix()).into()),
        ("descr", shard_descr(descr)),
    ])
}

fn shard_descr(descr: &ShardDescription) -> Value {
    let split_type = match descr.split_merge_at {
        None => 0,
        Some(FutureSplitMerge::Split { .. }) => 2,
        Some(FutureSplitMerge::Merge { .. }) => 3,
    };
    Value::object([
        ("before_merge", descr.before_merge.into()),
        ("before_split", descr.before_split.into()),
        ("end_lt", descr.end_lt.into()),
        ("fees_collected", Value::tokens(&descr.fees_collected)),
        ("fees_collected_other", Value::others(&descr.fees_collected)),
        ("file_hash", descr.file_hash.into()),
        ("flags", Value::Int(0)),
        ("funds_created", Value::tokens(&descr.funds_created)),
        ("funds_created_other", Value::others(&descr.funds_created)),
        ("gen_utime", descr.gen_utime.into()),
        ("min_ref_mc_seqno", descr.min_ref_mc_seqno.into()),
        ("next_catchain_seqno", descr.next_catchain_seqno.into()),
        ("next_validator_shard", format!("{:016x}", descr.next_validator_shard).into()),
        ("nx_cc_updated", descr.nx_cc_updated.into()),
        ("reg_mc_seqno", descr.reg_mc_seqno.into()),
        ("root_hash", descr.root_hash.into()),
        ("seq_no", descr.seqno.into()),
        ("split_type", Value::Int(split_type)),
        ("start_lt", descr.start_lt.into()),
        ("want_merge", descr.want_merge.into()),
        ("want_split", descr.want_split.into()),
    ])
}
