//! A contract whose actions the test chooses: every message brings the list of them along.

#![allow(dead_code)] // each test file uses its own part
#![allow(clippy::unwrap_used)] // a panic is how a test fails

use serde_json::{Value, json};
use testkit::{Artifact, World};
use ton_abi::{Address, Cell, ContractAbi, Image, Nano, PublicKey};
use ton_client::{Contract, boc};
use tycho_asm::Code;
use tycho_types::cell::{CellBuilder, CellFamily, CellSliceParts, Lazy, Store};
use tycho_types::models::{
    CurrencyCollection, OutAction, OwnedRelaxedMessage, RelaxedExtOutMsgInfo, RelaxedIntMsgInfo,
    RelaxedMsgInfo, ReserveCurrencyFlags, SendMsgFlags,
};
use tycho_types::num::Tokens;

const ABI: &str = r#"{
    "ABI version": 2, "version": "2.2", "header": ["time", "expire"],
    "functions": [
        { "name": "constructor", "id": "0x00000100", "inputs": [], "outputs": [] },
        { "name": "run", "id": "0x00000101", "inputs": [{ "name": "actions", "type": "cell" }], "outputs": [] },
        { "name": "fail", "id": "0x00000102", "inputs": [{ "name": "code", "type": "uint16" }], "outputs": [] },
        { "name": "failLate", "id": "0x00000103", "inputs": [{ "name": "code", "type": "uint16" }], "outputs": [] },
        { "name": "refuse", "id": "0x00000104", "inputs": [{ "name": "code", "type": "uint16" }], "outputs": [] },
        { "name": "last", "id": "0x00000105", "inputs": [], "outputs": [{ "name": "time", "type": "uint64" }] },
        { "name": "silent", "id": "0x00000106", "inputs": [], "outputs": [] }
    ],
    "events": [
        { "name": "Noted", "id": "0x00000201", "inputs": [{ "name": "number", "type": "uint32" }], "outputs": [] }
    ],
    "data": []
}"#;

// Data: public key (256 bits), time of the last message (64 bits), salt that makes the address.
// Stack at the start: balance value message body selector (0 internal, -1 external).
// `OBEY` stands for the text of that name.
const CODE: &str = r#"
    IFJMPREF {
        LDU 1 SWAP
        IFREFELSEREF {
            PUSHINT 512 LDSLICEX
            DUP HASHSU
            ROT
            PUSH c4 CTOS PLDU 256
            CHKSIGNU THROWIFNOT 40
            LDU 64 LDU 32
            SWAP NOW GREATER THROWIFNOT 57
            OVER PUSH c4 CTOS LDU 256 NIP PLDU 64
            GREATER THROWIFNOT 52
            SWAP PUSH c4 CTOS PLDU 256
            NEWC STU 256 STU 64 ENDC POP c4
            LDU 32
            OVER PUSHINT 260 EQUAL
            PUSHCONT { PLDU 16 THROWANY } IFJMP
            ACCEPT
            CALLREF { OBEY }
        } , {
            LDU 64 NIP LDU 32 NIP LDU 32 DROP
            DUP PUSHINT 262 EQUAL IFRET
            PUSHINT 261 EQUAL THROWIFNOT 58
            PUSHINT 261
            NEWC PUSHINT 48 SWAP STU 6
            PUSHINT 98 STZEROES
            STU 32
            PUSH c4 CTOS LDU 256 NIP PLDU 64
            SWAP STU 64
            ENDC PUSHINT 0 SENDRAWMSG
        }
    }
    SWAP CTOS PLDU 4 PUSHINT 1 AND IFRET
    DUP SEMPTY IFRET
    LDU 32
    CALLREF { OBEY }
"#;

/// What the message says to do. Stack: function id, rest of the body.
const OBEY: &str = "
    OVER PUSHINT 257 EQUAL
    PUSHCONT { PLDREF POP c5 } IFJMP
    OVER PUSHINT 258 EQUAL
    PUSHCONT { PLDU 16 THROWANY } IFJMP
    OVER PUSHINT 259 EQUAL
    PUSHCONT { PLDU 16 COMMIT THROWANY } IFJMP
";

/// The puppet's ABI.
pub(crate) fn abi() -> ContractAbi {
    ContractAbi::parse(ABI).unwrap()
}

/// A puppet of that owner; the salt makes its address.
pub(crate) fn puppet(owner: &PublicKey, salt: u64) -> Artifact {
    let code = Code::assemble(&CODE.replace("OBEY", OBEY)).unwrap();
    let mut data = CellBuilder::new();
    data.store_raw(&owner.0, 256).unwrap();
    data.store_u64(0).unwrap();
    data.store_u64(salt).unwrap();
    Artifact::new("Puppet", abi(), Image::new(code, data.build().unwrap()))
}

/// A world with that many deployed puppets of development signer 0, each with 100 tokens.
pub(crate) fn puppets(count: u64) -> (World, Vec<Contract>) {
    let world = World::new();
    let contracts = add_puppets(&world, count);
    (world, contracts)
}

/// Deploys so many puppets of development signer 0, each with 100 tokens.
pub(crate) fn add_puppets(world: &World, count: u64) -> Vec<Contract> {
    let owner = World::signer(0);
    (0..count)
        .map(|salt| {
            let artifact = puppet(&keys::Signer::public_key(&owner), salt);
            world.deploy(&artifact, json!({}), &owner, Nano::tokens(100))
        })
        .collect()
}

/// An address without anything.
pub(crate) fn nobody(byte: u8) -> Address {
    Address::new(0, ton_abi::Hash([byte; 32]))
}

/// Data that costs rent: so many full cells.
pub(crate) fn chain_of_cells(count: u32) -> Cell {
    let mut cell = Cell::empty_cell();
    for number in 0..count {
        let mut builder = CellBuilder::new();
        builder.store_u32(number).unwrap();
        builder.store_zeros(900).unwrap();
        builder.store_reference(cell).unwrap();
        cell = builder.build().unwrap();
    }
    cell
}

/// Send modes.
pub(crate) const PLAIN: u8 = 0;
pub(crate) const FEES_APART: u8 = 1;
pub(crate) const REST_OF_MESSAGE: u8 = 64;
pub(crate) const ALL: u8 = 128;
pub(crate) const ALL_AND_DIE: u8 = 160;

/// A message that a puppet is to send.
pub(crate) struct Send {
    pub(crate) to: Address,
    pub(crate) value: Nano,
    pub(crate) mode: u8,
    pub(crate) bounce: bool,
    pub(crate) body: Option<Cell>,
}

impl Send {
    pub(crate) fn transfer(to: &Address, value: Nano) -> Self {
        Self { to: to.clone(), value, mode: FEES_APART, bounce: false, body: None }
    }

    pub(crate) fn call(to: &Contract, value: Nano, function: &str, params: Value) -> Self {
        let body = to.abi.encode_internal_body(function, &params).unwrap();
        Self { to: to.address.clone(), value, mode: FEES_APART, bounce: true, body: Some(body) }
    }

    pub(crate) fn mode(mut self, mode: u8) -> Self {
        self.mode = mode;
        self
    }

    pub(crate) fn action(self) -> OutAction {
        let info = RelaxedIntMsgInfo {
            ihr_disabled: true,
            bounce: self.bounce,
            dst: self.to.into(),
            value: CurrencyCollection::from(Tokens::from(self.value)),
            ..Default::default()
        };
        send(RelaxedMsgInfo::Int(info), self.mode, self.body)
    }
}

/// Emits the event `Noted`.
pub(crate) fn note(number: u32) -> OutAction {
    let body = abi().encode_event("Noted", &json!({ "number": number })).unwrap();
    let info = RelaxedExtOutMsgInfo { src: None, dst: None, created_lt: 0, created_at: 0 };
    send(RelaxedMsgInfo::ExtOut(info), PLAIN, Some(body))
}

/// Keeps so much back from mode 128.
pub(crate) fn reserve(value: Nano) -> OutAction {
    OutAction::ReserveCurrency {
        mode: ReserveCurrencyFlags::empty(),
        value: CurrencyCollection::from(Tokens::from(value)),
    }
}

fn send(info: RelaxedMsgInfo, mode: u8, body: Option<Cell>) -> OutAction {
    let body = body.map(CellSliceParts::from).unwrap_or_default();
    let message = OwnedRelaxedMessage { info, init: None, body, layout: None };
    OutAction::SendMsg { mode: SendMsgFlags::from_bits_retain(mode), out_msg: Lazy::new(&message).unwrap() }
}

/// Parameters of `run`: these actions in this order.
pub(crate) fn actions(list: impl IntoIterator<Item = OutAction>) -> Value {
    let mut cell = Cell::empty_cell();
    for action in list {
        let mut builder = CellBuilder::new();
        builder.store_reference(cell).unwrap();
        action.store_into(&mut builder, Cell::empty_context()).unwrap();
        cell = builder.build().unwrap();
    }
    json!({ "actions": boc::encode_base64(&cell) })
}
