//! Tiny contracts and messages for them.

use chain::{Account, Config, ExecContext, ExecError, Executed, Rejected, execute};
use ton_abi::{
    Address, Cell, CellBuilder, Hash, Image, InternalMessage, Lt, Nano, UnixTime, external_message,
};
use tycho_types::models::{OwnedRelaxedMessage, RelaxedIntMsgInfo, RelaxedMsgInfo};

pub(crate) const NOW: UnixTime = UnixTime(1_700_000_000);

/// Sends the messages that the body lists: a count, then for each a mode, with the messages in references.
/// An empty body is a plain transfer.
pub(crate) const SENDER: &str = "
    DROP
    DUP SDEMPTY PUSHCONT { DROP } IFJMP
    ACCEPT
    LDU 8 SWAP
    PUSHCONT { LDU 8 LDREF ROT SWAP ROTREV SENDRAWMSG }
    REPEAT
";

pub(crate) fn address(byte: u8) -> Address {
    Address::new(0, Hash([byte; 32]))
}

pub(crate) fn assemble(text: &str) -> Cell {
    tycho_asm::Code::assemble(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// A contract with money at `address(byte)`; its data is the number 7 in 32 bits.
pub(crate) fn contract(byte: u8, code: &str, balance: Nano) -> Account {
    let image = Image::new(assemble(code), number(7));
    Account::active(address(byte), balance, &image).expect("fits")
}

pub(crate) fn number(n: u32) -> Cell {
    CellBuilder::build_from(n).expect("fits")
}

pub(crate) fn context(lt: u64) -> ExecContext {
    ExecContext::new(NOW, Lt(lt))
}

/// An external message without parameters.
pub(crate) fn poke(account: &Account) -> Cell {
    external_message(account.address(), None, Some(number(1))).expect("fits")
}

pub(crate) fn transfer(to: &Account, value: Nano) -> InternalMessage {
    InternalMessage::transfer(address(0xee), to.address().clone(), value)
}

/// An outgoing message as a contract makes it.
pub(crate) struct Out {
    pub(crate) to: Address,
    pub(crate) value: Nano,
    pub(crate) mode: u8,
    pub(crate) bounce: bool,
    pub(crate) body: Option<Cell>,
}

impl Out {
    pub(crate) fn new(to: Address, value: Nano, mode: u8) -> Self {
        Self { to, value, mode, bounce: true, body: None }
    }

    fn cell(&self) -> Cell {
        let message = OwnedRelaxedMessage {
            info: RelaxedMsgInfo::Int(RelaxedIntMsgInfo {
                ihr_disabled: true,
                bounce: self.bounce,
                dst: self.to.clone().into(),
                value: tycho_types::num::Tokens::from(self.value).into(),
                ..Default::default()
            }),
            init: None,
            body: self.body.clone().map(Into::into).unwrap_or_default(),
            layout: None,
        };
        CellBuilder::build_from(message).expect("fits")
    }
}

/// A body for [`SENDER`] with up to three messages.
pub(crate) fn send(messages: &[Out]) -> Cell {
    let mut b = CellBuilder::new();
    b.store_u8(messages.len() as u8).expect("fits");
    for message in messages {
        b.store_u8(message.mode).expect("fits");
        b.store_reference(message.cell()).expect("fits");
    }
    b.build().expect("fits")
}

pub(crate) fn run(account: &Account, message: &Cell) -> Executed {
    execute(&Config::local(), account, message, &context(1_000_000)).expect("a transaction")
}

pub(crate) fn rejected(account: &Account, message: &Cell) -> Rejected {
    match execute(&Config::local(), account, message, &context(1_000_000)) {
        Err(ExecError::Rejected(rejected)) => rejected,
        other => panic!("expected a rejected message, got {other:?}"),
    }
}
