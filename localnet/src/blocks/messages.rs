//! Descriptions of the messages that a block takes in and sends out.
//!
//! Left out: messages that nobody can receive, and the removal of a message from the queue of the chain that
//! sent it to the other one.

use std::collections::BTreeMap;

use ton_abi::{Cell, Hash};
use tycho_types::cell::Lazy;
use tycho_types::dict::AugDict;
use tycho_types::error::Error as CellError;
use tycho_types::models::{
    CurrencyCollection, ImportFees, InMsg, InMsgDescr, InMsgExternal, InMsgFinal, IntMsgInfo,
    IntermediateAddr, MsgEnvelope, MsgInfo, OutMsg, OutMsgDequeueImmediate, OutMsgDescr, OutMsgExternal,
    OutMsgImmediate, OutMsgNew, Transaction,
};

use crate::blocks::seal::{Import, Step};

type Described = (Lazy<InMsgDescr>, Lazy<OutMsgDescr>);

/// Both descriptions.
pub(crate) fn descriptions(steps: &[Step]) -> Result<Described, CellError> {
    let mut inbound = BTreeMap::new();
    let mut outbound = BTreeMap::new();
    for step in steps {
        let hash = *step.in_msg.repr_hash();
        let transaction = Lazy::<Transaction>::from_raw(step.record.cell.clone())?;
        let (fees, in_msg) = match step.import {
            Import::External => {
                let in_msg = Lazy::from_raw(step.in_msg.clone())?;
                (ImportFees::default(), InMsg::External(InMsgExternal { in_msg, transaction }))
            }
            Import::Immediate(_) | Import::Queue(_) => import(step, transaction, &mut outbound)?,
        };
        inbound.insert(hash, (fees, in_msg));
    }
    for step in steps {
        for message in &step.out_msgs {
            export(step, message, &inbound, &mut outbound)?;
        }
    }
    Ok((Lazy::new(&AugDict::try_from_btree(&inbound)?)?, Lazy::new(&AugDict::try_from_btree(&outbound)?)?))
}

type Outbound = BTreeMap<Hash, (CurrencyCollection, OutMsg)>;

/// An internal message that is executed; one from the own queue leaves it by that.
fn import(
    step: &Step,
    transaction: Lazy<Transaction>,
    outbound: &mut Outbound,
) -> Result<(ImportFees, InMsg), CellError> {
    let MsgInfo::Int(info) = step.in_msg.parse::<MsgInfo>()? else { return Err(CellError::InvalidData) };
    let envelope = envelope(&step.in_msg, &info)?;
    let last = InMsgFinal { in_msg_envelope: envelope.clone(), transaction, fwd_fee: info.fwd_fee };
    if let Import::Immediate(_) = step.import {
        let fees = ImportFees { fees_collected: info.fwd_fee, value_imported: CurrencyCollection::ZERO };
        return Ok((fees, InMsg::Immediate(last)));
    }
    let mut value_imported = info.value.clone();
    value_imported.try_add_assign_tokens(info.fwd_fee)?;
    let in_msg = InMsg::Final(last);
    if !crosses(&info) {
        let out = OutMsgDequeueImmediate { out_msg_envelope: envelope, reimport: Lazy::new(&in_msg)? };
        outbound.insert(*step.in_msg.repr_hash(), (CurrencyCollection::ZERO, OutMsg::DequeueImmediate(out)));
    }
    Ok((ImportFees { fees_collected: info.fwd_fee, value_imported }, in_msg))
}

/// A message that the block creates: to the outside, executed at once, or into a queue.
fn export(
    step: &Step,
    message: &Cell,
    inbound: &BTreeMap<Hash, (ImportFees, InMsg)>,
    outbound: &mut Outbound,
) -> Result<(), CellError> {
    let hash = *message.repr_hash();
    let transaction = Lazy::from_raw(step.record.cell.clone())?;
    let entry = match message.parse::<MsgInfo>()? {
        MsgInfo::Int(info) => match inbound.get(&hash) {
            Some((_, reimport @ InMsg::Immediate(last))) => {
                let (out_msg_envelope, reimport) = (last.in_msg_envelope.clone(), Lazy::new(reimport)?);
                let out = OutMsgImmediate { out_msg_envelope, transaction, reimport };
                (CurrencyCollection::ZERO, OutMsg::Immediate(out))
            }
            _ => {
                let mut exported = info.value.clone();
                exported.try_add_assign_tokens(info.fwd_fee)?;
                let out_msg_envelope = envelope(message, &info)?;
                (exported, OutMsg::New(OutMsgNew { out_msg_envelope, transaction }))
            }
        },
        _ => {
            let out_msg = Lazy::from_raw(message.clone())?;
            (CurrencyCollection::ZERO, OutMsg::External(OutMsgExternal { out_msg, transaction }))
        }
    };
    outbound.insert(hash, entry);
    Ok(())
}

/// The envelope is a function of the message: sender and receiver of it write the same.
fn envelope(message: &Cell, info: &IntMsgInfo) -> Result<Lazy<MsgEnvelope>, CellError> {
    let arrived = IntermediateAddr::FULL_DEST_SAME_WORKCHAIN;
    let departing = IntermediateAddr::FULL_SRC_SAME_WORKCHAIN;
    Lazy::new(&MsgEnvelope {
        cur_addr: if crosses(info) { departing } else { arrived.clone() },
        next_addr: arrived,
        fwd_fee_remaining: info.fwd_fee,
        message: Lazy::from_raw(message.clone())?,
    })
}

fn crosses(info: &IntMsgInfo) -> bool {
    let workchain =
        |address: &tycho_types::models::IntAddr| address.as_std().map(|address| address.workchain);
    workchain(&info.src) != workchain(&info.dst)
}
