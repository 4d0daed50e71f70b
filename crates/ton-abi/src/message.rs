//! Messages: building them and looking into them.

use serde_json::Value;
use tycho_types::cell::{Cell, CellBuilder, CellSliceParts, HashBytes, Load};
use tycho_types::models::{ExtInMsgInfo, IntAddr, IntMsgInfo, MsgInfo, OwnedMessage, StateInit, StdAddr};

use crate::call::{Header, UnsignedCall};
use crate::contract::ContractAbi;
use crate::error::{Error, Result};
use crate::image::{Image, tokens};
use crate::units::{Lt, Nano, Signature, UnixTime};

/// Where a message comes from and goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// From a contract to a contract.
    Internal,
    /// From the outside to a contract.
    ExternalIn,
    /// From a contract to the outside: an event or an answer.
    ExternalOut,
}

/// A message taken apart.
#[derive(Debug, Clone)]
pub struct MessageView {
    /// Hash of the message cell, by which it is known.
    pub hash: HashBytes,
    /// Direction.
    pub kind: MessageKind,
    /// Sender; `None` for messages from the outside.
    pub src: Option<StdAddr>,
    /// Receiver; `None` for messages to the outside.
    pub dst: Option<StdAddr>,
    /// Money it carries (internal messages).
    pub value: Nano,
    /// What is left of the forward fee (internal messages).
    pub fwd_fee: Nano,
    /// Whether it comes back if the receiver fails.
    pub bounce: bool,
    /// Whether it came back.
    pub bounced: bool,
    /// Logical time of its making.
    pub created_lt: Lt,
    /// Time of its making.
    pub created_at: UnixTime,
    /// Code and data that come along.
    pub init: Option<StateInit>,
    /// Body; `None` if there is not a bit in it.
    pub body: Option<Cell>,
}

impl MessageView {
    /// Takes a message cell apart.
    ///
    /// # Errors
    /// [`Error::Decode`] if it is no message, or has addresses other than standard ones.
    pub fn parse(message: &Cell) -> Result<Self> {
        let failed = |e| Error::decode("message", e);
        let parsed = message.parse::<OwnedMessage>().map_err(failed)?;
        let mut view = Self {
            hash: *message.repr_hash(),
            kind: MessageKind::Internal,
            src: None,
            dst: None,
            value: Nano::ZERO,
            fwd_fee: Nano::ZERO,
            bounce: false,
            bounced: false,
            created_lt: Lt(0),
            created_at: UnixTime(0),
            init: parsed.init,
            body: body_cell(parsed.body).map_err(failed)?,
        };
        match parsed.info {
            MsgInfo::Int(info) => {
                view.src = Some(standard(info.src)?);
                view.dst = Some(standard(info.dst)?);
                view.value = info.value.tokens.into();
                view.fwd_fee = info.fwd_fee.into();
                view.bounce = info.bounce;
                view.bounced = info.bounced;
                view.created_lt = Lt(info.created_lt);
                view.created_at = UnixTime(info.created_at);
            }
            MsgInfo::ExtIn(info) => {
                view.kind = MessageKind::ExternalIn;
                view.dst = Some(standard(info.dst)?);
            }
            MsgInfo::ExtOut(info) => {
                view.kind = MessageKind::ExternalOut;
                view.src = Some(standard(info.src)?);
                view.created_lt = Lt(info.created_lt);
                view.created_at = UnixTime(info.created_at);
            }
        }
        Ok(view)
    }
}

/// The body as a cell of its own, `None` if it is empty.
fn body_cell((range, cell): CellSliceParts) -> Result<Option<Cell>, tycho_types::error::Error> {
    if range.is_data_empty() && range.is_refs_empty() {
        return Ok(None);
    }
    if range.is_full(&cell) {
        return Ok(Some(cell));
    }
    CellBuilder::build_from(range.apply_allow_exotic(&cell)).map(Some)
}

fn standard(address: IntAddr) -> Result<StdAddr> {
    match address {
        IntAddr::Std(address) => Ok(address),
        IntAddr::Var(_) => Err(Error::decode("message", "its address is not a standard one")),
    }
}

/// Builds a message from the outside.
///
/// # Errors
/// [`Error::Encode`].
pub fn external_message(dst: &StdAddr, init: Option<&Image>, body: Option<Cell>) -> Result<Cell> {
    let info = ExtInMsgInfo { dst: dst.clone().into(), ..Default::default() };
    message(MsgInfo::ExtIn(info), init, body)
}

/// The fields of an internal message that the sender chooses.
#[derive(Debug, Clone)]
pub struct InternalMessage {
    /// Sender.
    pub src: StdAddr,
    /// Receiver.
    pub dst: StdAddr,
    /// Money it carries.
    pub value: Nano,
    /// Whether it comes back if the receiver fails.
    pub bounce: bool,
    /// Whether it claims to have come back.
    pub bounced: bool,
    /// Logical time of its making.
    pub created_lt: Lt,
    /// Time of its making.
    pub created_at: UnixTime,
    /// Code and data to deploy with.
    pub init: Option<Image>,
    /// Body.
    pub body: Option<Cell>,
}

impl InternalMessage {
    /// A plain bounceable transfer without a body, made at lt 0.
    pub fn transfer(src: StdAddr, dst: StdAddr, value: Nano) -> Self {
        Self {
            src,
            dst,
            value,
            bounce: true,
            bounced: false,
            created_lt: Lt(0),
            created_at: UnixTime(0),
            init: None,
            body: None,
        }
    }

    /// Builds the message cell.
    ///
    /// # Errors
    /// [`Error::Encode`].
    pub fn build(&self) -> Result<Cell> {
        let info = IntMsgInfo {
            ihr_disabled: true,
            bounce: self.bounce,
            bounced: self.bounced,
            src: self.src.clone().into(),
            dst: self.dst.clone().into(),
            value: tokens(self.value).into(),
            created_lt: self.created_lt.0,
            created_at: self.created_at.0,
            ..Default::default()
        };
        message(MsgInfo::Int(info), self.init.as_ref(), self.body.clone())
    }
}

fn message(info: MsgInfo, init: Option<&Image>, body: Option<Cell>) -> Result<Cell> {
    let message = OwnedMessage {
        info,
        init: init.map(|image| image.state_init.clone()),
        body: body.map(CellSliceParts::from).unwrap_or_default(),
        layout: None,
    };
    CellBuilder::build_from(message).map_err(|e| Error::encode("message", e))
}

/// An external message that waits for its signature.
#[derive(Debug, Clone)]
pub struct UnsignedMessage {
    /// Receiver.
    pub dst: StdAddr,
    /// Code and data of a deploy message.
    pub init: Option<Image>,
    /// The call.
    pub call: UnsignedCall,
}

impl UnsignedMessage {
    /// What to sign, see [`UnsignedCall::hash`].
    pub fn hash(&self) -> &HashBytes {
        &self.call.hash
    }

    /// The message with the signature that `sign` makes of the hash.
    ///
    /// # Errors
    /// [`Error::Encode`].
    pub fn sign_with(&self, sign: impl FnOnce(&HashBytes) -> Signature) -> Result<Cell> {
        external_message(&self.dst, self.init.as_ref(), Some(self.call.sign_with(sign)?))
    }

    /// The message with the mark "no signature", the form in which it travels to whoever signs it.
    ///
    /// # Errors
    /// [`Error::Encode`].
    pub fn without_signature(&self) -> Result<Cell> {
        external_message(&self.dst, self.init.as_ref(), Some(self.call.without_signature()?))
    }

    /// Reads a message that [`UnsignedMessage::without_signature`] gave; the hash to sign is computed from it.
    ///
    /// # Errors
    /// [`Error::Decode`] if it is no message from the outside, has no body, or bears a signature already.
    pub fn parse(message: &Cell, abi: &ContractAbi) -> Result<Self> {
        let failed = |why: &'static str| Error::decode("unsigned message", why);
        let view = MessageView::parse(message)?;
        if view.kind != MessageKind::ExternalIn {
            return Err(failed("it is no message from the outside"));
        }
        let dst = view.dst.ok_or_else(|| failed("it goes nowhere"))?;
        let body = view.body.ok_or_else(|| failed("it has no body"))?;
        let call = abi.unsigned_call(&body, Some(&dst))?;
        Ok(Self { dst, init: view.init.map(|state_init| Image { state_init }), call })
    }

    /// The message with this signature.
    ///
    /// # Errors
    /// [`Error::Encode`].
    pub fn with_signature(&self, signature: &Signature) -> Result<Cell> {
        self.sign_with(|_| *signature)
    }
}

impl ContractAbi {
    /// A signed call of a contract, as a message.
    ///
    /// # Errors
    /// As [`ContractAbi::encode_call`].
    pub fn call_message(
        &self,
        dst: &StdAddr,
        function: &str,
        params: &Value,
        header: &Header,
    ) -> Result<UnsignedMessage> {
        let call = self.encode_call(function, params, header, Some(dst))?;
        Ok(UnsignedMessage { dst: dst.clone(), init: None, call })
    }

    /// A signed deploy: `image` with its constructor called. The image's initial data must be complete.
    ///
    /// # Errors
    /// As [`ContractAbi::encode_call`].
    pub fn deploy_message(
        &self,
        image: &Image,
        workchain: i8,
        params: &Value,
        header: &Header,
    ) -> Result<UnsignedMessage> {
        let dst = image.address(workchain)?;
        let call = self.encode_call("constructor", params, header, Some(&dst))?;
        Ok(UnsignedMessage { dst, init: Some(image.clone()), call })
    }
}

/// Reads a message's direction and addresses without its state and body.
///
/// # Errors
/// [`Error::Decode`].
pub fn message_info(message: &Cell) -> Result<MsgInfo> {
    message
        .as_slice()
        .and_then(|mut slice| MsgInfo::load_from(&mut slice))
        .map_err(|e| Error::decode("message", e))
}
