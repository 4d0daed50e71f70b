//! What a message header says about money, destination and order.

use ton_abi::{Address, Cell, Lt, Nano};
use ton_client::MsgHash;
use tycho_types::models::{IntAddr, MsgInfo};

use crate::Error;
use crate::block::{BASECHAIN, MASTERCHAIN};
use crate::state::QueueKey;

/// An internal message on its way, with its header read.
#[derive(Debug, Clone)]
pub(crate) struct Queued {
    pub(crate) hash: MsgHash,
    pub(crate) cell: Cell,
    /// `None` if no account of this network can be meant.
    pub(crate) destination: Option<Address>,
    pub(crate) created_lt: Lt,
    pub(crate) value: Nano,
    /// Forwarding fees inside the message, collected at import.
    pub(crate) prepaid: Nano,
}

impl Queued {
    /// Reads an internal message.
    ///
    /// # Errors
    /// [`Error::BadCell`], and [`Error::NotInternal`] for every other kind of message.
    pub(crate) fn parse(cell: &Cell) -> Result<Self, Error> {
        Self::parse_internal(cell)?.ok_or(Error::NotInternal)
    }

    /// The same; `None` for every other kind of message.
    pub(crate) fn parse_internal(cell: &Cell) -> Result<Option<Self>, Error> {
        let MsgInfo::Int(info) = cell.parse::<MsgInfo>().map_err(Error::BadCell)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            hash: MsgHash::from(cell.repr_hash()),
            cell: cell.clone(),
            destination: standard(info.dst),
            created_lt: Lt(info.created_lt),
            value: info.value.tokens.into(),
            prepaid: info.fwd_fee.into(),
        }))
    }

    /// Place in the queue.
    pub(crate) fn key(&self) -> QueueKey {
        QueueKey { created_lt: self.created_lt, hash: self.hash }
    }

    /// Chain that delivers it.
    pub(crate) fn workchain(&self) -> i8 {
        self.destination.as_ref().map_or(BASECHAIN, |address| address.workchain)
    }
}

/// Destination of an external inbound message; `None` for every other cell.
pub(crate) fn external_destination(message: &Cell) -> Option<Address> {
    match message.parse::<MsgInfo>() {
        Ok(MsgInfo::ExtIn(info)) => standard(info.dst),
        _ => None,
    }
}

fn standard(address: IntAddr) -> Option<Address> {
    match address {
        IntAddr::Std(address) if address.anycast.is_none() => {
            matches!(address.workchain, BASECHAIN | MASTERCHAIN).then_some(address)
        }
        _ => None,
    }
}
