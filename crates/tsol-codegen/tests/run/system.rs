//! What contracts learn of their message and what they ask of the machine.

use num_bigint::BigUint;
use tycho_types::abi::AbiValue;
use tycho_types::cell::{Cell, CellBuilder, HashBytes};
use tycho_types::models::{
    AnyAddr, CurrencyCollection, ExtInMsgInfo, ExtraCurrencyCollection, IntAddr, IntMsgInfo, MsgInfo,
    OwnedMessage, OwnedRelaxedMessage, RelaxedMsgInfo, StateInit, StdAddr,
};
use tycho_types::num::{Tokens, VarUint248};

use crate::world::{NOW, World, args, compile, friend, int, uint};

const MESSAGE: &str = r#"
pragma AbiHeader pubkey;
contract Message {
    address public sender;
    uint128 public value;
    uint128 public currency;
    uint256 public key;
    uint8 public kind;
    uint32 public created;
    uint16 public bits;
    uint128 public fee;
    bool public init;
    bool public whole;
    uint32 public ticks;
    constructor() { tvm.accept(); }
    function look(uint8 n) public {
        tvm.accept();
        sender = msg.sender;
        value = msg.value;
        currency = uint128(msg.currencies[7]);
        key = msg.pubkey();
        kind = (msg.isInternal ? 1 : 0) + (msg.isExternal ? 2 : 0) + (msg.isTickTock ? 4 : 0) + n * 10;
        created = msg.createdAt;
        bits = msg.body.bits();
        fee = msg.forwardFee;
        init = msg.hasStateInit;
        whole = msg.data.depth() > 0 || msg.data.toSlice().bits() > 200;
    }
    onTickTock(bool isTock) external {
        ticks += isTock ? 100 : 1;
        kind = msg.isTickTock ? 4 : 0;
        sender = msg.sender;
    }
}"#;

fn address(of: &StdAddr) -> AbiValue {
    AbiValue::Address(Box::new(AnyAddr::Std(of.clone())))
}

fn zero() -> StdAddr {
    StdAddr::new(0, HashBytes::ZERO)
}

fn key_of(world: &World) -> AbiValue {
    AbiValue::Uint(256, BigUint::from_bytes_be(world.key.verifying_key().as_bytes()))
}

// heading: msg namespace
// heading: msg.sender
// heading: msg.value
// heading: msg.currencies
// heading: msg.isInternal, msg.isExternal and msg.isTickTock
// heading: msg.createdAt
// heading: msg.data
// heading: msg.forwardFee
// heading: msg.body
// heading: msg.hasStateInit
#[test]
fn an_internal_message_is_seen_as_it_was_sent() {
    let mut world = World::deployed(MESSAGE, &[]);
    let body = world.abi.functions["look"].encode_internal_input(&args(&[("n", uint(8, 2))])).unwrap();
    let mut other = ExtraCurrencyCollection::new();
    other.as_dict_mut().set(7, VarUint248::new(55)).unwrap();
    let message = OwnedMessage {
        info: MsgInfo::Int(IntMsgInfo {
            bounce: true,
            src: IntAddr::Std(friend()),
            dst: IntAddr::Std(world.address.clone()),
            value: CurrencyCollection { tokens: Tokens::new(3_000_000_000), other },
            fwd_fee: Tokens::new(1_000_000),
            created_at: 1234,
            ..Default::default()
        }),
        init: Some(StateInit::default()),
        body: body.build().unwrap().into(),
        layout: None,
    };
    assert_eq!(world.send(CellBuilder::build_from(&message).unwrap(), true).exit, 0);
    assert_eq!(world.get("sender", &[]), [address(&friend())]);
    assert_eq!(world.int("value"), 3_000_000_000u64.into());
    assert_eq!(world.int("currency"), 55.into());
    assert_eq!(world.int("key"), 0.into());
    assert_eq!(world.int("kind"), 21.into());
    assert_eq!(world.int("bits"), 40.into());
    assert_eq!(world.int("created"), 1234.into());
    assert_eq!(world.int("fee"), 1_000_000.into());
    assert_eq!(world.get("init", &[]), [AbiValue::Bool(true)]);
    assert_eq!(world.get("whole", &[]), [AbiValue::Bool(true)]);
}

// heading: msg.pubkey()
#[test]
fn an_external_message_is_seen_as_it_was_signed() {
    let mut world = World::deployed(MESSAGE, &[]);
    assert_eq!(world.signed("look", &args(&[("n", uint(8, 0))])).exit, 0);
    assert_eq!(world.get("sender", &[]), [address(&zero())]);
    assert_eq!(world.int("value"), 0.into());
    assert_eq!(world.get("key", &[]), [key_of(&world)]);
    assert_eq!(world.int("kind"), 2.into());
    assert_eq!(world.int("created"), 0.into(), "external messages have no such field");
    assert_eq!(world.int("fee"), 0.into());
    assert_eq!(world.get("init", &[]), [AbiValue::Bool(false)]);
}

// heading: onTickTock
#[test]
fn ticks_and_tocks_are_told_apart() {
    let mut world = World::deployed(MESSAGE, &[]);
    assert_eq!(world.tick_tock(false).exit, 0);
    assert_eq!(world.int("ticks"), 1.into());
    assert_eq!(world.tick_tock(true).exit, 0);
    assert_eq!(world.int("ticks"), 101.into());
    assert_eq!(world.int("kind"), 4.into());
    assert_eq!(world.get("sender", &[]), [address(&zero())]);
}

const MACHINE: &str = r#"
pragma msgValue 123456789;
interface IPeer { function ping() external functionID(77); }
contract Machine {
    uint32 public count;
    uint256 public number;
    constructor() { tvm.accept(); }
    function limited(uint32 rounds) public { tvm.setGasLimit(20000); repeat (rounds) { number += count + 1; } }
    function bought(uint32 rounds) public { tvm.buyGas(20000 * 400); repeat (rounds) { number += count + 1; } }
    function refused() public { count = 1; }
    function committed() public { tvm.accept(); count = 1; tvm.commit(); count = 2; revert(200); }
    function rawCommitted() public { tvm.accept(); count = 5; address(9).transfer(1); tvm.rawCommit(); revert(201); }
    function data() public returns (bool same) {
        tvm.accept();
        TvmCell before = tvm.getData();
        count += 1;
        same = tvm.getData() == before;
    }
    function replaced(TvmCell cell) public { tvm.accept(); tvm.setData(cell); tvm.rawCommit(); revert(202); }
    function left(uint32 n) public { tvm.accept(); count = n; if (n > 3) { tvm.exit(); } tvm.exit1(); }
    function key() public pure returns (uint256) { return _key(); }
    function _key() private pure returns (uint256) { return 5; }
    function rekey(uint256 next) public returns (uint256) { tvm.accept(); tvm.setPubkey(next); return tvm.pubkey(); }
    function reserve() public pure { tvm.accept(); tvm.rawReserve(1 ton, 12); mapping(uint32 => varuint32) c; c[7] = 5; tvm.rawReserve(2 ton, c, 4); }
    function raw() public pure {
        tvm.accept();
        tvm.sendrawmsg(abi.encodeIntMsg({dest: address(9), value: 5, call: {IPeer.ping}, bounce: false}), 3);
    }
    function cheap() public pure { tvm.accept(); IPeer(address(9)).ping(); }
    function end() public { tvm.accept(); selfdestruct(address(9)); }
    function gas() public pure returns (uint128 value, uint128 units) { value = gasToValue(1000); units = valueToGas(400000); }
    function gasOf(int8 wid) public pure returns (uint128 value, uint128 units) { value = gasToValue(1000, wid); units = valueToGas(10009, wid); }
    function check(uint256 hash, uint256 high, uint256 low, uint256 pubkey, TvmCell sign) public pure returns (bool a, bool b, bool c, bool d) {
        a = tvm.checkSign(hash, high, low, pubkey);
        b = tvm.checkSign(hash, sign.toSlice(), pubkey);
        TvmBuilder data;
        data.store(hash);
        c = tvm.checkSign(data.toSlice(), sign.toSlice(), pubkey);
        d = tvm.checkSign(hash ^ 1, high, low, pubkey);
    }
}"#;

fn machine() -> World {
    World::deployed(MACHINE, &[])
}

fn answer(world: &World, name: &str, outcome: &crate::world::Outcome) -> Vec<AbiValue> {
    let body = outcome.sent.last().unwrap().body.as_slice().unwrap();
    let values = world.abi.functions[name].decode_output(body).unwrap();
    values.into_iter().map(|value| value.value).collect()
}

// heading: tvm.accept()
// heading: tvm.setGasLimit()
// heading: tvm.buyGas()
#[test]
fn gas_beyond_the_credit_is_for_those_who_pay() {
    let mut world = machine();
    let rounds = |n| args(&[("rounds", uint(32, n))]);
    for name in ["limited", "bought"] {
        let few = world.unsigned(name, &rounds(10));
        assert_eq!((few.exit, few.accepted), (0, true), "{name}");
        assert_eq!(world.unsigned(name, &rounds(5000)).exit, -14, "{name}: 20 000 units are not enough");
    }
    assert_eq!(world.int("number"), 20.into());
    assert!(!world.unsigned("refused", &[]).accepted);
}

// heading: tvm.commit()
// heading: tvm.rawCommit()
#[test]
fn a_commit_outlives_an_exception() {
    let mut world = machine();
    assert_eq!(world.unsigned("committed", &[]).exit, 200);
    assert_eq!(world.int("count"), 1.into());
    let outcome = world.unsigned("rawCommitted", &[]);
    assert_eq!((outcome.exit, outcome.sent.len()), (201, 1));
    assert_eq!(world.int("count"), 1.into(), "the raw commit does not write the variables");
}

// heading: tvm.getData()
// heading: tvm.setData()
#[test]
fn the_data_cell_can_be_read_and_replaced() {
    let mut world = machine();
    let outcome = world.unsigned("data", &[]);
    assert_eq!(answer(&world, "data", &outcome), [AbiValue::Bool(true)]);
    let cell = CellBuilder::build_from((1u32, 2u32)).unwrap();
    let list = args(&[("cell", AbiValue::Cell(cell.clone()))]);
    assert_eq!(world.unsigned("replaced", &list).exit, 202);
    assert_eq!(world.data, cell);
}

// heading: tvm.exit() and tvm.exit1()
#[test]
fn an_early_end_keeps_the_variables() {
    let mut world = machine();
    let n = |n| args(&[("n", uint(32, n))]);
    assert_eq!(world.unsigned("left", &n(4)).exit, 0);
    assert_eq!(world.int("count"), 4.into());
    assert_eq!(world.unsigned("left", &n(2)).exit, 1);
    assert_eq!(world.int("count"), 2.into());
}

// heading: tvm.pubkey()
// heading: tvm.setPubkey()
#[test]
fn the_key_of_a_contract_can_change() {
    let mut world = machine();
    let next = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let number = AbiValue::Uint(256, BigUint::from_bytes_be(next.verifying_key().as_bytes()));
    let outcome = world.signed("rekey", &args(&[("next", number.clone())]));
    assert_eq!(answer(&world, "rekey", &outcome), [number]);
    // messages are checked with the new key from now on
    assert_eq!(world.signed("reserve", &[]).exit, 40);
    world.key = next;
    assert_eq!(world.signed("reserve", &[]).exit, 0);
}

// heading: tvm.rawReserve()
// heading: tvm.sendrawmsg()
// heading: pragma msgValue
// heading: functionID()
// heading: External function calls
#[test]
fn money_is_reserved_and_sent() {
    let mut world = machine();
    let reserved = world.unsigned("reserve", &[]);
    assert_eq!((reserved.exit, reserved.other_actions), (0, 2));
    let raw = world.unsigned("raw", &[]);
    assert_eq!((raw.exit, raw.sent[0].mode), (0, 3));
    let cheap = world.unsigned("cheap", &[]);
    assert_eq!(cheap.exit, 0);
    for (sent, value) in [(&raw.sent[0], 5), (&cheap.sent[0], 123_456_789)] {
        let message: OwnedRelaxedMessage = sent.message.parse().unwrap();
        let RelaxedMsgInfo::Int(info) = message.info else { panic!("an internal message") };
        assert_eq!(u128::from(info.value.tokens), value);
        assert_eq!(sent.body.as_slice().unwrap().load_u32().unwrap(), 77);
    }
}

// heading: selfdestruct
#[test]
fn a_contract_can_end_itself() {
    let mut world = machine();
    let outcome = world.unsigned("end", &[]);
    assert_eq!((outcome.exit, outcome.sent.len(), outcome.sent[0].mode), (0, 1, 128 + 32));
}

// heading: gasToValue
// heading: valueToGas
#[test]
fn gas_has_its_price() {
    // the machine of these tests takes 400 nanotokens for a unit
    let mut world = machine();
    assert_eq!(world.get("gas", &[]), [uint(128, 400_000), uint(128, 1000)]);
    // the price of a named workchain stands in the configuration
    let wid = |wid| args(&[("wid", int(8, wid))]);
    assert_eq!(world.get("gasOf", &wid(0)), [uint(128, 10_000), uint(128, 1000)]);
    assert_eq!(world.unsigned("gasOf", &wid(-1)).exit, 68);
    assert_eq!(world.unsigned("gasOf", &wid(5)).exit, 67);
}

// heading: tvm.checkSign()
#[test]
fn signatures_are_checked_in_every_form() {
    use ed25519_dalek::Signer;
    let mut world = machine();
    let hash = [0x5A; 32];
    let signature = world.key.sign(&hash).to_bytes();
    let number = |bytes: &[u8]| AbiValue::Uint(256, BigUint::from_bytes_be(bytes));
    let mut sign = CellBuilder::new();
    sign.store_raw(&signature, 512).unwrap();
    let list = args(&[
        ("hash", number(&hash)),
        ("high", number(&signature[..32])),
        ("low", number(&signature[32..])),
        ("pubkey", key_of(&world)),
        ("sign", AbiValue::Cell(sign.build().unwrap())),
    ]);
    assert_eq!(world.get("check", &list), [true, true, true, false].map(AbiValue::Bool));
}

const DEPLOYER: &str = r#"
contract Child {
    uint32 static number;
    constructor(uint8 kind) { require(kind > number, 102); }
}
contract Bare { uint32 public count; function add(uint32 by) public { tvm.accept(); count += by; } }
contract Deployer {
    constructor() { tvm.accept(); }
    function ready(TvmCell state) public returns (address child) {
        tvm.accept();
        mapping(uint32 => varuint32) extra;
        extra[7] = 9;
        child = new Child{stateInit: state, value: 1 ton, wid: -1, flag: 1, bounce: false, currencies: extra}(9);
    }
    function split(TvmCell code, uint8 depth) public returns (address child) {
        tvm.accept();
        child = new Child{code: code, value: 1 ton, splitDepth: depth, varInit: {number: 3}, pubkey: 5}(9);
    }
    function plain(TvmCell state) public returns (address child) {
        tvm.accept();
        child = address(tvm.hash(state));
        child.transfer({value: 1 ton, stateInit: state, bounce: false});
        Bare(child).add{value: 2 ton, stateInit: state}(5);
    }
}"#;

fn sent_info(cell: &Cell) -> (tycho_types::models::RelaxedIntMsgInfo, Option<StateInit>) {
    let message: OwnedRelaxedMessage = cell.parse().unwrap();
    match message.info {
        RelaxedMsgInfo::Int(info) => (info, message.init),
        other => panic!("{other:?}"),
    }
}

// heading: stateInit option usage
// heading: Other deploy options
// heading: Deploy via <address>.transfer()
#[test]
fn a_ready_state_is_deployed() {
    let mut world = World::deployed(DEPLOYER, &[]);
    let state =
        compile("contract Bare { uint32 public count; function add(uint32 by) public { count += by; } }");
    let hash = *state.state_init.repr_hash();
    let list = args(&[("state", AbiValue::Cell(state.state_init.clone()))]);

    let outcome = world.unsigned("ready", &list);
    assert_eq!((outcome.exit, outcome.sent[0].mode), (0, 1), "{outcome:?}");
    let (info, init) = sent_info(&outcome.sent[0].message);
    let child = StdAddr::new(-1, hash);
    assert_eq!((info.dst, info.bounce), (IntAddr::Std(child.clone()), false));
    assert_eq!(info.value.other.as_dict().get(7).unwrap(), Some(VarUint248::new(9)));
    assert_eq!(CellBuilder::build_from(init.unwrap()).unwrap(), state.state_init);
    assert_eq!(answer(&world, "ready", &outcome), [address(&child)]);

    let outcome = world.unsigned("plain", &list);
    assert_eq!(outcome.exit, 0, "{outcome:?}");
    for sent in &outcome.sent[..2] {
        let (info, init) = sent_info(&sent.message);
        assert_eq!(info.dst, IntAddr::Std(StdAddr::new(0, hash)));
        assert_eq!(CellBuilder::build_from(init.unwrap()).unwrap(), state.state_init);
    }
}

// heading: code option usage
#[test]
fn a_split_depth_is_part_of_the_state_and_so_of_the_address() {
    let mut world = World::deployed(DEPLOYER, &[]);
    let code = CellBuilder::build_from((1u32, 2u32)).unwrap();
    let list = |depth| args(&[("code", AbiValue::Cell(code.clone())), ("depth", uint(8, depth))]);
    let outcome = world.unsigned("split", &list(7));
    assert_eq!(outcome.exit, 0, "{outcome:?}");
    let (info, init) = sent_info(&outcome.sent[0].message);
    let init = init.unwrap();
    assert_eq!(init.split_depth.map(|depth| depth.into_bit_len()), Some(7));
    assert_eq!(init.code.as_ref(), Some(&code));
    let data: tycho_types::dict::Dict<u64, tycho_types::cell::CellSlice<'_>> =
        init.data.as_ref().unwrap().parse().unwrap();
    assert_eq!(data.iter().count(), 2, "the key and the static variable");
    let child = StdAddr::new(0, *CellBuilder::build_from(&init).unwrap().repr_hash());
    assert_eq!(info.dst, IntAddr::Std(child.clone()));
    assert_eq!(answer(&world, "split", &outcome), [address(&child)]);
    assert_eq!(world.unsigned("split", &list(32)).exit, 5, "the depth has five bits");
}

const HEADERS: &str = "
pragma AbiHeader pubkey;
pragma AbiHeader expire;
contract Headers { uint32 public count; constructor() { tvm.accept(); } function add() public { tvm.accept(); count++; } }";

// heading: Contract execution
// heading: pragma AbiHeader
#[test]
fn the_checks_before_a_function_have_their_codes() {
    let mut world = World::deployed(HEADERS, &[]);
    assert_eq!(world.signed("add", &[]).exit, 0);
    // signed by one key, sent with another
    let good = world.external_message("add", &[], true, None);
    let mut message: OwnedMessage = good.parse().unwrap();
    let mut body =
        CellBuilder::build_from(tycho_types::cell::CellSlice::apply(&message.body).unwrap()).unwrap();
    let mut bytes = vec![0; 128];
    let bits = body.bit_len();
    body.as_slice().unwrap().load_raw(&mut bytes, bits).unwrap();
    bytes[5] ^= 1;
    let mut broken = CellBuilder::new();
    broken.store_raw(&bytes, bits).unwrap();
    for index in 0..body.reference_count() {
        broken.store_reference(body.reference_cloned(index).unwrap()).unwrap();
    }
    body = broken.build().unwrap();
    message.body = body.into();
    assert_eq!(world.send(CellBuilder::build_from(&message).unwrap(), true).exit, 40);
    // expired: the message says until when it is good
    world.now = NOW + 61;
    assert_eq!(world.send(good, true).exit, 57);
    world.now = NOW;
    // a key without a signature
    assert_eq!(world.send(key_without_signature(&world), true).exit, 58);
    assert_eq!(world.int("count"), 1.into());
}

/// An unsigned message whose header names a key.
fn key_without_signature(world: &World) -> Cell {
    let id = world.abi.functions["add"].input_id;
    let mut body = CellBuilder::new();
    body.store_bit_zero().unwrap();
    body.store_bit_one().unwrap();
    body.store_raw(world.key.verifying_key().as_bytes(), 256).unwrap();
    body.store_u64(world.time + 5).unwrap();
    body.store_u32(NOW + 60).unwrap();
    body.store_u32(id).unwrap();
    let message = OwnedMessage {
        info: MsgInfo::ExtIn(ExtInMsgInfo { dst: IntAddr::Std(world.address.clone()), ..Default::default() }),
        init: None,
        body: body.build().unwrap().into(),
        layout: None,
    };
    CellBuilder::build_from(&message).unwrap()
}

const STATIC: &str = "
contract Static {
    uint32 public static number;
    uint8 public static kind;
    constructor() { tvm.accept(); }
}";

// heading: Keyword static
// heading: Keyword public
// heading: Decoding state variables
#[test]
fn static_variables_come_from_the_initial_data() {
    let output = compile(STATIC);
    let mut world = World::from_output(output);
    let key = world.key.verifying_key();
    let list = args(&[("number", uint(32, 77)), ("kind", uint(8, 5))]);
    world.data = world.abi.encode_init_data(Some(&key), &list).unwrap();
    assert_eq!(world.signed("constructor", &[]).exit, 0);
    assert_eq!(world.int("number"), 77.into());
    assert_eq!(world.int("kind"), 5.into());
    let fields = world.fields();
    assert_eq!((&fields["number"], &fields["kind"]), (&uint(32, 77), &uint(8, 5)));
}
