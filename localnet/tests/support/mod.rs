//! A contract that sends what its messages say, and random work for many of them in both chains.

#![allow(dead_code)] // each test file uses its own part
#![allow(clippy::unwrap_used)] // a panic is how a test fails

use chain::{Account, Config};
use localnet::{BASECHAIN, Genesis, MASTERCHAIN, Mining, Node, NodeOptions};
use ton_abi::{Address, Boc, Cell, CellBuilder, Hash, Image, Nano, external_message};
use ton_client::MsgHash;
use tycho_asm::Code;
use tycho_types::cell::{CellFamily, CellSliceParts, Lazy, Store};
use tycho_types::models::{
    CurrencyCollection, OutAction, OwnedRelaxedMessage, RelaxedExtOutMsgInfo, RelaxedIntMsgInfo,
    RelaxedMsgInfo, SendMsgFlags,
};
use tycho_types::num::Tokens;

/// Stack at the start: balance value message body selector (0 internal, -1 external). The actions stand in the
/// first reference of the body; an internal body that begins with a set bit fails. Everybody may call it, and
/// it knows no replay.
const RELAY: &str = "
    IFJMPREF { ACCEPT PLDREF POP c5 }
    SWAP CTOS PLDU 4 PUSHINT 1 AND IFRET
    DUP SEMPTY IFRET
    LDU 1 SWAP THROWIF 77
    DUP SREFS IFNOTRET
    PLDREF POP c5
";

/// What the relay throws when it is told to fail.
pub(crate) const FAILS: i32 = 77;

/// Send modes.
pub(crate) const FEES_APART: u8 = 1;
pub(crate) const REST_OF_MESSAGE: u8 = 64;
pub(crate) const ALL_AND_DIE: u8 = 160;

/// Code of the relay; the salt keeps accounts apart.
pub(crate) fn relay(salt: u32) -> Image {
    Image::new(Code::assemble(RELAY).unwrap(), CellBuilder::build_from(salt).unwrap())
}

/// Address number `number` of a chain.
pub(crate) fn place(workchain: i8, number: u8) -> Address {
    Address::new(workchain, Hash([number; 32]))
}

/// Options of the tests: blocks by hand.
pub(crate) fn manual() -> NodeOptions {
    NodeOptions { mining: Mining::Manual, ..NodeOptions::default() }
}

/// So many relays in each chain, each with 1000 tokens, and blocks by hand.
pub(crate) fn relays(each: u8) -> Node {
    node_of(each, manual())
}

pub(crate) fn node_of(each: u8, options: NodeOptions) -> Node {
    let mut genesis = Genesis::new(Config::local());
    genesis.options = options;
    for workchain in [BASECHAIN, MASTERCHAIN] {
        for number in 1..=each {
            let image = relay(number.into());
            let account = Account::active(place(workchain, number), Nano::tokens(1000), &image).unwrap();
            genesis.accounts.push(account);
        }
    }
    Node::new(genesis).unwrap()
}

/// Sends money with a body.
pub(crate) fn send(to: &Address, value: Nano, mode: u8, bounce: bool, body: Option<Cell>) -> OutAction {
    let info = RelaxedIntMsgInfo {
        ihr_disabled: true,
        bounce,
        dst: to.clone().into(),
        value: CurrencyCollection::from(Tokens::from(value)),
        ..Default::default()
    };
    action(RelaxedMsgInfo::Int(info), mode, body)
}

/// Says something to the world outside.
pub(crate) fn note(number: u32) -> OutAction {
    let info = RelaxedExtOutMsgInfo { src: None, dst: None, created_lt: 0, created_at: 0 };
    action(RelaxedMsgInfo::ExtOut(info), 0, Some(CellBuilder::build_from(number).unwrap()))
}

fn action(info: RelaxedMsgInfo, mode: u8, body: Option<Cell>) -> OutAction {
    let body = body.map(CellSliceParts::from).unwrap_or_default();
    let message = OwnedRelaxedMessage { info, init: None, body, layout: None };
    OutAction::SendMsg { mode: SendMsgFlags::from_bits_retain(mode), out_msg: Lazy::new(&message).unwrap() }
}

/// The list of actions as the machine keeps it.
pub(crate) fn actions(list: impl IntoIterator<Item = OutAction>) -> Cell {
    let mut cell = Cell::empty_cell();
    for action in list {
        let mut builder = CellBuilder::new();
        builder.store_reference(cell).unwrap();
        action.store_into(&mut builder, Cell::empty_context()).unwrap();
        cell = builder.build().unwrap();
    }
    cell
}

/// A body that makes a relay do these actions; `fail` makes it throw instead.
pub(crate) fn body(list: impl IntoIterator<Item = OutAction>, fail: bool) -> Cell {
    let mut builder = CellBuilder::new();
    builder.store_bit(fail).unwrap();
    builder.store_reference(actions(list)).unwrap();
    builder.build().unwrap()
}

/// An external message that makes a relay do these actions; equal numbers and actions make equal messages.
pub(crate) fn call(to: &Address, number: u32, list: impl IntoIterator<Item = OutAction>) -> Cell {
    let mut builder = CellBuilder::new();
    builder.store_u32(number).unwrap();
    builder.store_reference(actions(list)).unwrap();
    external_message(to, None, Some(builder.build().unwrap())).unwrap()
}

/// Posts a message, which must be a good one.
pub(crate) fn post(node: &mut Node, message: &Cell) -> MsgHash {
    node.post(&Boc::encode(message)).unwrap()
}

/// A random tree of actions: transfers and calls across both chains, to nobody, failing, dying, noting.
pub(crate) fn random_actions(random: &mut fastrand::Rng, each: u8, depth: u32) -> Vec<OutAction> {
    let mut list = Vec::new();
    for _ in 0..random.u32(0..=3) {
        let workchain = if random.u32(0..3) == 0 { MASTERCHAIN } else { BASECHAIN };
        // One past the last relay is nobody.
        let to = place(workchain, random.u8(1..=each + 1));
        let value = Nano(random.u128(0..20_000_000_000));
        let body = match depth {
            0 => None,
            _ => Some(body(random_actions(random, each, depth - 1), random.u32(0..6) == 0)),
        };
        let mode = match random.u32(0..60) {
            0 => ALL_AND_DIE,
            1..=15 => REST_OF_MESSAGE,
            _ => FEES_APART,
        };
        list.push(send(&to, value, mode, random.bool(), body));
    }
    if random.bool() {
        list.push(note(random.u32(..)));
    }
    list
}

/// Plays random work: so many rounds with messages in each, then rounds until nothing waits.
pub(crate) fn play(node: &mut Node, seed: u64, each: u8, rounds: u32, messages: u32) {
    let mut random = fastrand::Rng::with_seed(seed);
    for round in 0..rounds {
        for number in 0..messages {
            let workchain = if random.u32(0..4) == 0 { MASTERCHAIN } else { BASECHAIN };
            let to = place(workchain, random.u8(1..=each + 1));
            let depth = random.u32(0..4);
            let list = random_actions(&mut random, each, depth);
            post(node, &call(&to, round * messages + number, list));
        }
        node.advance(random.u32(0..100)).unwrap();
        node.produce().unwrap();
    }
    node.settle().unwrap();
}
