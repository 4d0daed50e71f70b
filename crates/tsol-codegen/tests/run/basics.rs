//! Entries, headers, state, arithmetic.

use num_bigint::BigInt;
use tycho_types::abi::AbiValue;

use crate::world::{World, args, friend, int, uint};

const COUNTER: &str = "
pragma AbiHeader pubkey;
pragma AbiHeader expire;
contract Counter {
    uint32 public count;
    uint256 static seed;
    event Added(uint32 by, uint32 total);
    constructor(uint32 start) {
        require(msg.pubkey() == tvm.pubkey(), 101);
        tvm.accept();
        count = start;
    }
    function add(uint32 by) public {
        require(msg.pubkey() == tvm.pubkey(), 101);
        tvm.accept();
        count += by;
        emit Added(by, count);
    }
    function sum(uint32 a, uint32 b) public pure returns (uint32 c) {
        c = a + b;
    }
}";

// heading: emit
// heading: Events and return
// heading: return
#[test]
fn a_counter_counts() {
    let mut world = World::deployed(COUNTER, &args(&[("start", uint(32, 5))]));
    assert_eq!(world.int("count"), BigInt::from(5));
    let outcome = world.signed("add", &args(&[("by", uint(32, 7))]));
    assert_eq!((outcome.exit, outcome.accepted), (0, true), "{outcome:?}");
    assert_eq!(outcome.sent.len(), 1);
    let event =
        world.abi.events["Added"].decode_internal_input(outcome.sent[0].body.as_slice().unwrap()).unwrap();
    assert_eq!(event[1].value, uint(32, 12));
    assert_eq!(world.int("count"), BigInt::from(12));
    assert_eq!(world.int_of("sum", &args(&[("a", uint(32, 1)), ("b", uint(32, 2))])), BigInt::from(3));
    let fields = world.fields();
    assert_eq!(fields["count"], uint(32, 12));
    assert_eq!(fields["_constructorFlag"], AbiValue::Bool(true));
    assert_eq!(fields["_timestamp"], uint(64, world.time - 2));
}

#[test]
fn headers_are_judged_as_documented() {
    let mut world = World::deployed(COUNTER, &args(&[("start", uint(32, 5))]));
    // the constructor runs once
    assert_eq!(world.signed("constructor", &args(&[("start", uint(32, 5))])).exit, 51);
    // the same time again
    let time = world.time;
    let by = args(&[("by", uint(32, 1))]);
    let first = world.external_message("add", &by, true, Some(time + 10));
    assert_eq!(world.send(first.clone(), true).exit, 0);
    assert_eq!(world.send(first, true).exit, 52);
    let far = world.external_message("add", &by, true, Some(time + 1_900_000));
    assert_eq!(world.send(far, true).exit, 52);
    // overflow is code 4
    let most = args(&[("by", uint(32, u64::from(u32::MAX)))]);
    world.time = time + 100;
    let outcome = world.signed("add", &most);
    assert_eq!(outcome.exit, 4);
    // another key
    world.key = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    assert_eq!(world.signed("add", &by).exit, 101);
    assert_eq!(world.unsigned("add", &by).exit, 101);
}

#[test]
fn functions_before_the_constructor_are_refused() {
    let mut world = World::new(COUNTER);
    assert_eq!(world.signed("add", &args(&[("by", uint(32, 1))])).exit, 76);
    assert_eq!(world.unsigned("count", &[]).exit, 76);
}

#[test]
fn internal_messages_are_dispatched() {
    let mut world = World::deployed(COUNTER, &args(&[("start", uint(32, 5))]));
    let outcome = world.call(friend(), 1_000_000_000, "add", &args(&[("by", uint(32, 1))]));
    assert_eq!(outcome.exit, 101);
    let empty = tycho_types::cell::Cell::default();
    assert_eq!(world.internal(friend(), 1_000_000_000, false, empty).exit, 0);
    let mut unknown = tycho_types::cell::CellBuilder::new();
    unknown.store_u32(0x1234_5678).unwrap();
    assert_eq!(world.internal(friend(), 1_000_000_000, false, unknown.build().unwrap()).exit, 60);
    let mut short = tycho_types::cell::CellBuilder::new();
    short.store_u8(1).unwrap();
    assert_eq!(world.internal(friend(), 1_000_000_000, false, short.build().unwrap()).exit, 60);
}

const MATH: &str = "
contract Math {
    constructor() { tvm.accept(); }
    function ops(int32 a, int32 b) public pure returns (int32 sum, int32 diff, int64 product, int32 quotient, int32 rest) {
        sum = a + b;
        diff = a - b;
        product = int64(a) * b;
        quotient = a / b;
        rest = a % b;
    }
    function bits(uint8 a, uint8 b) public pure returns (uint8 x, uint8 y, uint8 z, uint8 n, uint16 l, uint8 r) {
        x = a & b; y = a | b; z = a ^ b; n = ~a; l = uint16(a) << 3; r = a >> 2;
    }
    function power(uint16 base, uint8 e) public pure returns (uint256 p) { p = uint256(base) ** e; }
    function narrow(uint16 a) public pure returns (uint8 b) { b = uint8(a); }
    function fold(uint32 n) public pure returns (uint64 total) {
        for (uint32 i = 0; i < n; i++) {
            if (i % 3 == 0) { continue; }
            if (i > 20) { break; }
            total += i;
        }
    }
    function early(uint32 n) public pure returns (uint32 where) {
        for (uint32 i = 0; i < 10; i++) {
            uint32 j = 0;
            while (true) {
                if (i * j == n) { return i * 100 + j; }
                if (j == 9) { break; }
                ++j;
            }
        }
        return 9999;
    }
    function gcd(uint32 a, uint32 b) public pure returns (uint32) { return _gcd(a, b); }
    function _gcd(uint32 a, uint32 b) private pure returns (uint32) {
        if (b == 0) { return a; }
        return _gcd(b, a % b);
    }
    function tern(uint32 a) public pure returns (uint32) { return a > 5 && a < 10 || a == 100 ? 1 : 2; }
    function muldiv(uint128 a, uint128 b, uint128 c) public pure returns (uint128 d, uint128 e, uint128 m) {
        d = math.muldiv(a, b, c);
        e = math.muldivc(a, b, c);
        m = math.max(a, b, c);
    }
}";

fn values(list: &[AbiValue]) -> Vec<i64> {
    list.iter()
        .map(|value| match value {
            AbiValue::Uint(_, v) => i64::try_from(v).unwrap(),
            AbiValue::Int(_, v) => i64::try_from(v).unwrap(),
            AbiValue::Bool(v) => i64::from(*v),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn arithmetic_follows_the_reference() {
    let mut world = World::deployed(MATH, &[]);
    let two = |a, b| args(&[("a", int(32, a)), ("b", int(32, b))]);
    assert_eq!(values(&world.get("ops", &two(7, 2))), [9, 5, 14, 3, 1]);
    // division rounds down, the remainder has the sign of the divisor
    assert_eq!(values(&world.get("ops", &two(-7, 2))), [-5, -9, -14, -4, 1]);
    assert_eq!(world.unsigned("ops", &two(1, 0)).exit, 4);
    let bits = args(&[("a", uint(8, 0b1100)), ("b", uint(8, 0b1010))]);
    assert_eq!(values(&world.get("bits", &bits)), [0b1000, 0b1110, 0b0110, 0xF3, 0b110_0000, 0b11]);
    let power = |b, e| args(&[("base", uint(16, b)), ("e", uint(8, e))]);
    assert_eq!(values(&world.get("power", &power(3, 20))), [3_486_784_401]);
    assert_eq!(values(&world.get("power", &power(5, 0))), [1]);
    assert_eq!(world.unsigned("power", &power(0, 0)).exit, 69);
    assert_eq!(world.unsigned("power", &power(16, 64)).exit, 4);
    assert_eq!(values(&world.get("narrow", &args(&[("a", uint(16, 255))]))), [255]);
    assert!([4, 5].contains(&world.unsigned("narrow", &args(&[("a", uint(16, 256))])).exit));
    let three = args(&[("a", uint(128, 7)), ("b", uint(128, 5)), ("c", uint(128, 2))]);
    assert_eq!(values(&world.get("muldiv", &three)), [17, 18, 7]);
}

#[test]
fn control_flow_follows_the_reference() {
    let mut world = World::deployed(MATH, &[]);
    let n = |n| args(&[("n", uint(32, n))]);
    let fold =
        |n: u64| (0..n).take_while(|i| i % 3 == 0 || *i <= 20).filter(|i| i % 3 != 0).sum::<u64>() as i64;
    for count in [0, 1, 5, 21, 22, 23, 40] {
        assert_eq!(values(&world.get("fold", &n(count))), [fold(count)], "{count}");
    }
    assert_eq!(values(&world.get("early", &n(0))), [0]);
    assert_eq!(values(&world.get("early", &n(12))), [206]);
    assert_eq!(values(&world.get("early", &n(11))), [9999]);
    assert_eq!(values(&world.get("gcd", &args(&[("a", uint(32, 84)), ("b", uint(32, 36))]))), [12]);
    for (a, expected) in [(5, 2), (6, 1), (9, 1), (10, 2), (100, 1)] {
        assert_eq!(values(&world.get("tern", &args(&[("a", uint(32, a))]))), [expected], "{a}");
    }
}
