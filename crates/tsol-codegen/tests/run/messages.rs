//! Outgoing messages, answers, bounces, deployment, upgrades, custom replay protection.

use tycho_types::abi::AbiValue;
use tycho_types::cell::{Cell, CellBuilder, HashBytes};
use tycho_types::models::{
    AccountState, AnyAddr, IntAddr, OwnedRelaxedMessage, RelaxedMsgInfo, StateInit, StdAddr,
};

use crate::world::{World, args, friend, uint};

const _: Option<AccountState> = None;

const SENDER: &str = r#"
pragma AbiHeader pubkey;
pragma AbiHeader expire;
interface IPeer {
    function ping(uint32 n) external;
    function ask(uint32 n) external responsible returns (uint64 answer, address who);
    function big(address a, address b, string s, uint256 c) external;
}
contract Child {
    address static owner;
    uint32 static number;
    constructor(uint8 kind) { require(msg.sender == owner, 101); require(kind > 0, 102); }
}
contract Sender is IPeer {
    uint32 public pings;
    uint64 public lastAnswer;
    uint32 public bounced;
    uint32 public received;
    address public from;
    modifier mine() {
        require(msg.pubkey() == tvm.pubkey(), 101);
        tvm.accept();
        _;
    }
    constructor() { tvm.accept(); }
    function ping(uint32 n) external override { pings += n; from = msg.sender; }
    function ask(uint32 n) external override responsible returns (uint64 answer, address who) {
        return {value: 0, bounce: false, flag: 64} (uint64(n) * 2, msg.sender);
    }
    function big(address a, address b, string s, uint256 c) external override { require(a != b && s == "text" && c == 5, 105); pings = 1000; }
    function go(address peer) external mine {
        IPeer(peer).ping{value: 1 ton, flag: 1, bounce: false}(7);
        IPeer(peer).ask{value: 2 ton, callback: Sender.answered}(21);
        IPeer(peer).big{value: 0.5 ton}(peer, address(this), "text", 5);
        peer.transfer({value: 3 ton, bounce: true, flag: 3});
        TvmBuilder b;
        b.store(uint32(0), "note");
        peer.transfer({value: 1, body: b.toCell(), flag: 128});
    }
    function answered(uint64 answer, address who) external { lastAnswer = answer; from = who; }
    function deploy(TvmCell code, uint32 number) external mine returns (address child, uint256 hash) {
        child = new Child{value: 1 ton, flag: 1, code: code, varInit: {owner: address(this), number: number}, pubkey: 3}(9);
        TvmCell init = abi.encodeStateInit({code: code, contr: Child, varInit: {owner: address(this), number: number}, pubkey: 3});
        hash = tvm.hash(init);
    }
    onBounce(TvmSlice body) external { bounced += 1; if (body.bits() >= 32) { bounced += body.load(uint32) == abi.functionId(IPeer.ping) ? 10 : 100; } }
    receive() external { received += 1; }
}"#;

fn address(of: &StdAddr) -> AbiValue {
    AbiValue::Address(Box::new(AnyAddr::Std(of.clone())))
}

fn info(message: &Cell) -> tycho_types::models::RelaxedIntMsgInfo {
    match message.parse::<OwnedRelaxedMessage>().unwrap().info {
        RelaxedMsgInfo::Int(info) => info,
        other => panic!("{other:?}"),
    }
}

// heading: <address>.transfer()
// heading: External function calls
// heading: receive
// heading: onBounce
#[test]
fn messages_carry_what_was_said() {
    let mut world = World::deployed(SENDER, &[]);
    let outcome = world.signed("go", &args(&[("peer", address(&friend()))]));
    assert_eq!(outcome.exit, 0, "{outcome:?}");
    let modes: Vec<_> = outcome.sent.iter().map(|sent| sent.mode).collect();
    assert_eq!(modes, [1, 0, 0, 3, 128]);
    let values: Vec<_> =
        outcome.sent.iter().map(|sent| u128::from(info(&sent.message).value.tokens)).collect();
    assert_eq!(values, [1_000_000_000, 2_000_000_000, 500_000_000, 3_000_000_000, 1]);
    let bounces: Vec<_> = outcome.sent.iter().map(|sent| info(&sent.message).bounce).collect();
    assert_eq!(bounces, [false, true, true, true, true]);
    assert!(outcome.sent.iter().all(|sent| info(&sent.message).dst == IntAddr::Std(friend())));
    // what was sent can be received by the same functions
    let from = friend();
    assert_eq!(world.internal(from.clone(), 1_000_000_000, false, outcome.sent[0].body.clone()).exit, 0);
    assert_eq!(world.int("pings"), 7.into());
    let answer = world.internal(from.clone(), 1_000_000_000, false, outcome.sent[1].body.clone());
    assert_eq!((answer.exit, answer.sent.len(), answer.sent[0].mode), (0, 1, 64));
    assert!(!info(&answer.sent[0].message).bounce);
    assert_eq!(world.internal(from.clone(), 1_000_000_000, false, answer.sent[0].body.clone()).exit, 0);
    assert_eq!(world.int("lastAnswer"), 42.into());
    assert_eq!(world.get("from", &[]), [address(&from)]);
    assert_eq!(world.internal(from.clone(), 1_000_000_000, false, outcome.sent[2].body.clone()).exit, 0);
    assert_eq!(world.int("pings"), 1000.into());
    assert_eq!(world.internal(from.clone(), 1_000_000_000, false, outcome.sent[3].body.clone()).exit, 0);
    assert_eq!(world.internal(from.clone(), 1_000_000_000, false, outcome.sent[4].body.clone()).exit, 0);
    assert_eq!(world.int("received"), 2.into());
    // a bounced ping: 32 ones, then the start of the body
    let mut bounced = CellBuilder::new();
    bounced.store_u32(u32::MAX).unwrap();
    bounced.store_slice(outcome.sent[0].body.as_slice().unwrap()).unwrap();
    assert_eq!(world.internal(from, 1_000_000_000, true, bounced.build().unwrap()).exit, 0);
    assert_eq!(world.int("bounced"), 11.into());
}

// heading: Deploy contract from contract
// heading: Deploy via new
// heading: code option usage
// heading: New contract address problem
#[test]
fn a_child_gets_the_address_of_its_state() {
    let mut world = World::deployed(SENDER, &[]);
    let code = CellBuilder::build_from((1u32, 2u32)).unwrap();
    let outcome =
        world.signed("deploy", &args(&[("code", AbiValue::Cell(code.clone())), ("number", uint(32, 4))]));
    assert_eq!(outcome.exit, 0, "{outcome:?}");
    let message: OwnedRelaxedMessage = outcome.sent[0].message.parse().unwrap();
    let init: StateInit = message.init.unwrap();
    assert_eq!(init.code.as_ref(), Some(&code));
    let hash = *CellBuilder::build_from(&init).unwrap().repr_hash();
    assert_eq!(info(&outcome.sent[0].message).dst, IntAddr::Std(StdAddr::new(0, hash)));
    let answer = outcome.sent.last().unwrap();
    let values = world.abi.functions["deploy"].decode_output(answer.body.as_slice().unwrap()).unwrap();
    assert_eq!(values[0].value, address(&StdAddr::new(0, hash)));
    assert_eq!(values[1].value, AbiValue::Uint(256, num_bigint::BigUint::from_bytes_be(hash.as_slice())));
    let data: tycho_types::dict::Dict<u64, tycho_types::cell::CellSlice<'_>> =
        init.data.as_ref().unwrap().parse().unwrap();
    assert_eq!(data.iter().count(), 3);
}

const CUSTOM: &str = r#"
pragma AbiHeader pubkey;
pragma AbiHeader expire;
contract Custom {
    mapping(uint256 => uint64) last;
    uint256 public value;
    TvmCell cold;
    uint64 nostorage headerTime;
    uint32 nostorage headerExpire;
    constructor() { tvm.accept(); cold = abi.encode(uint32(1), uint8(2)); }
    function afterSignatureCheck(TvmSlice body, TvmCell) private inline returns (TvmSlice) {
        (headerTime, headerExpire) = body.load(uint64, uint32);
        return body;
    }
    modifier once() {
        require(headerExpire > block.timestamp, 57);
        require(headerTime > last[msg.pubkey()], 52);
        tvm.accept();
        last[msg.pubkey()] = headerTime;
        _;
    }
    function set(uint256 v) external externalMsg once { value = v; }
    function half(uint256 v) external externalMsg once { value = v; tvm.commit(); value = 999; revert(200); }
    function leave(uint256 v) external externalMsg once { value = v; if (v > 5) { tvm.exit(); } value = 0; }
    function inside(uint256 v) external internalMsg { value = v; }
    function early(uint256 v) external externalMsg once { if (v == 1) { return; } value = v; _deep(v); }
    function _deep(uint256 v) private { if (v == 3) { value += 100; tvm.commit(); revert(201, v); } }
    function read() external view returns (uint32 a, uint8 b) { (a, b) = abi.decode(cold, (uint32, uint8)); }
    fallback() external { value = 77; }
}"#;

// heading: afterSignatureCheck
// heading: externalMsg and internalMsg
// heading: fallback
#[test]
fn replay_protection_can_be_custom() {
    let mut world = World::deployed(CUSTOM, &[]);
    let v = |v| args(&[("v", uint(256, v))]);
    let first = world.external_message("set", &v(5), true, None);
    assert_eq!(world.send(first.clone(), true).exit, 0);
    assert_eq!(world.int("value"), 5.into());
    assert_eq!(world.send(first, true).exit, 52);
    assert!(!world.output.abi.contains("_timestamp"));
    let outcome = world.signed("half", &v(6));
    assert_eq!(outcome.exit, 200);
    assert_eq!(world.int("value"), 6.into());
    assert_eq!(world.signed("leave", &v(8)).exit, 0);
    assert_eq!(world.int("value"), 8.into());
    assert_eq!(world.signed("leave", &v(2)).exit, 0);
    assert_eq!(world.int("value"), 0.into());
    assert_eq!(world.signed("inside", &v(2)).exit, 72);
    assert_eq!(world.call(friend(), 1, "set", &v(2)).exit, 71);
    assert_eq!(world.call(friend(), 1, "inside", &v(2)).exit, 0);
    assert_eq!(world.int("value"), 2.into());
    assert_eq!(world.signed("early", &v(1)).exit, 0);
    assert_eq!(world.int("value"), 2.into());
    assert_eq!(world.signed("early", &v(4)).exit, 0);
    assert_eq!(world.int("value"), 4.into());
    assert_eq!(world.signed("early", &v(3)).exit, 201);
    assert_eq!(world.int("value"), 103.into());
    let read = world.get("read", &[]);
    assert_eq!(read, [uint(32, 1), uint(8, 2)]);
    let mut unknown = CellBuilder::new();
    unknown.store_u8(1).unwrap();
    assert_eq!(world.internal(friend(), 1, false, unknown.build().unwrap()).exit, 0);
    assert_eq!(world.int("value"), 77.into());
}

const OLD: &str = r#"
contract Old {
    uint32 public a;
    uint256 b;
    constructor() { tvm.accept(); a = 5; b = 6; }
    function upgrade(TvmCell code) public { tvm.accept(); a = 9; tvm.setcode(code); tvm.setCurrentCode(code); onCodeUpgrade(abi.encode(a, b), 3); }
    function onCodeUpgrade(TvmCell state, uint8 n) private {}
}"#;

const NEW: &str = r#"
contract New {
    uint256 b;
    string name;
    uint32 public a;
    constructor() { tvm.accept(); }
    function both() public view returns (uint32 x, uint256 y, string s, uint256 key) { x = a; y = b; s = name; key = tvm.pubkey(); }
    function onCodeUpgrade(TvmCell state, uint8 n) private {
        require(n == 3, 110);
        tvm.resetStorage();
        (a, b) = abi.decode(state, (uint32, uint256));
        name = "new";
    }
}"#;

// heading: onCodeUpgrade
// heading: tvm.setcode()
// heading: tvm.setCurrentCode()
// heading: tvm.resetStorage()
#[test]
fn new_code_takes_over_the_state() {
    let mut world = World::deployed(OLD, &[]);
    let new = World::new(NEW);
    let outcome = world.signed("upgrade", &args(&[("code", AbiValue::Cell(new.code.clone()))]));
    assert_eq!((outcome.exit, outcome.other_actions), (0, 1), "{outcome:?}");
    world.code = new.code;
    world.abi = new.abi;
    let out = world.get("both", &[]);
    assert_eq!(out[..3], [uint(32, 9), uint(256, 6), AbiValue::String("new".into())]);
    let key = HashBytes(world.key.verifying_key().to_bytes());
    assert_eq!(out[3], AbiValue::Uint(256, num_bigint::BigUint::from_bytes_be(key.as_slice())));
}

#[test]
fn a_function_that_begins_with_the_reset_is_as_good_as_the_reset() {
    let helpers = "function take(TvmCell state) private { (a, b) = abi.decode(state, (uint32, uint256)); }
    function start() private { forget(); name = \"new\"; }
    function forget() private { tvm.resetStorage(); }";
    let begins = NEW
        .replace(
            "tvm.resetStorage();\n        (a, b) = abi.decode(state, (uint32, uint256));",
            "{ start(); take(state); }",
        )
        .replace("name = \"new\";", "")
        .replace("constructor", &format!("{helpers}\n    constructor"));
    let mut world = World::deployed(OLD, &[]);
    let new = World::new(&begins);
    let outcome = world.signed("upgrade", &args(&[("code", AbiValue::Cell(new.code.clone()))]));
    assert_eq!(outcome.exit, 0, "{outcome:?}");
    world.code = new.code;
    world.abi = new.abi;
    let out = world.get("both", &[]);
    assert_eq!(out[..3], [uint(32, 9), uint(256, 6), AbiValue::String("new".into())]);
}

const PLAIN: &str = r#"
contract Plain {
    uint32 public count;
    uint32 static step;
    function add() public { tvm.accept(); count += step + 1; }
}"#;

// heading: Deploy the contract with no constructor
#[test]
fn a_contract_without_constructor_starts_at_once() {
    let mut world = World::new(PLAIN);
    assert_eq!(world.int("count"), 0.into());
    assert_eq!(world.signed("add", &[]).exit, 0);
    assert_eq!(world.signed("add", &[]).exit, 0);
    assert_eq!(world.int("count"), 2.into());
}
