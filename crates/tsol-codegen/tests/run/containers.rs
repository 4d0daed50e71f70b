//! Structs, mappings, arrays, texts, optionals, builders.

use num_bigint::BigInt;
use tycho_types::abi::AbiValue;

use crate::world::{World, args, uint};

const CONTAINERS: &str = r#"
library Lists {
    function drop(uint32[] list, uint32 index) internal pure {
        for (uint i = index; i + 1 < list.length; ++i) { list[i] = list[i + 1]; }
        list.pop();
    }
    function total(uint32[] list) internal pure returns (uint32 sum) {
        for (uint32 item : list) { sum += item; }
    }
}
contract Containers {
    using Lists for uint32[];
    struct Inner { uint8 kind; address who; }
    struct Item { uint256 head; TvmCell body; Inner inner; optional(uint32) when; string name; }
    mapping(uint64 => Item) items;
    mapping(uint256 => uint8) small;
    mapping(address => bytes) notes;
    mapping(int16 => mapping(uint8 => bool)) nested;
    mapping(bool => uint8) flags;
    uint32[] list;
    string text;
    bytes32 fixedHash;
    optional(uint32, bool) pair;

    constructor() { tvm.accept(); }

    function fill() public {
        tvm.accept();
        Item item;
        item.head = 7;
        item.inner = Inner(3, address(0x55));
        item.when = 99;
        item.name = "first";
        TvmBuilder b;
        b.store(uint16(0xABCD), true);
        item.body = b.toCell();
        items[10] = item;
        items[20].head = 8;
        items[20].inner.kind += 5;
        small[1] = 2;
        small[1] += 3;
        small[2]++;
        notes[address(0x77)] = "hello";
        nested[-5][1] = true;
        nested[6][2] = true;
        flags[true] = 1;
        flags[false] = 9;
        list.push(1); list.push(2); list.push(3); list.push(4);
        text = "abc";
        fixedHash = bytes32(uint256(0x1234));
        pair = (uint32(5), true);
    }
    function item(uint64 id) public view returns (uint256 head, uint8 kind, bool present, uint32 when, string name, address who) {
        Item it = items[id];
        head = it.head;
        kind = items[id].inner.kind;
        present = it.when.hasValue();
        when = it.when.getOr(1);
        name = it.name;
        who = it.inner.who;
    }
    function smalls() public view returns (uint8 a, uint8 b, uint8 c, bool has, uint32 count) {
        a = small[1]; b = small[2]; c = small[3]; has = small.exists(2);
        for ((, uint8 v) : small) { count += v; }
    }
    function walk() public view returns (uint32 keys, uint64 first, uint64 last, bool none) {
        optional(uint64, Item) entry = items.min();
        while (entry.hasValue()) {
            (uint64 id, ) = entry.get();
            keys += uint32(id);
            entry = items.next(id);
        }
        (first, ) = items.min().get();
        (last, ) = items.max().get();
        none = items.fetch(15).hasValue();
    }
    function nest() public view returns (bool a, bool b, bool c, int16 least, uint8 t, uint8 f) {
        a = nested[-5][1]; b = nested[6][2]; c = nested[6][3];
        (least, ) = nested.min().get();
        t = flags[true]; f = flags[false];
    }
    function lists() public returns (uint32 total, uint32 length, uint32 second, uint32 last) {
        tvm.accept();
        list[1] = 20;
        list.drop(0);
        total = list.total();
        length = uint32(list.length);
        second = list[1];
        last = list[list.length - 1];
    }
    function bad() public view returns (uint32) { return list[100]; }
    function popped() public pure { uint32[] empty; empty.pop(); }
    function made(uint32 n) public pure returns (uint32 sum, uint32[] fresh, uint8[] three) {
        fresh = new uint32[](n);
        fresh[1] = 5;
        three = new uint8[](3);
        three[2] = 9;
        for (uint32 x : fresh) { sum += x; }
        uint32[] lit = [uint32(1), 2, 3];
        sum += uint32(lit.length) * 100;
    }
    function at(uint256 key) public view returns (uint8) { return small.at(key); }
    function none() public pure returns (uint32) { optional(uint32) o; return o.get(); }
    function pairs() public view returns (uint32 a, bool b) { (a, b) = pair.get(); }
    function hash() public view returns (bytes32) { return fixedHash; }
    function note() public view returns (bytes value, uint256 length, bytes1 third) {
        value = notes[address(0x77)];
        length = value.length;
        third = value[2];
    }
    function remove() public returns (bool gone, uint8 old) {
        tvm.accept();
        delete small[1];
        gone = !small.exists(1);
        optional(uint8) before = small.getSet(2, 77);
        old = before.get();
        delete items;
        delete list;
    }
}"#;

fn world() -> World {
    let mut world = World::deployed(CONTAINERS, &[]);
    let outcome = world.signed("fill", &[]);
    assert_eq!(outcome.exit, 0, "{outcome:?}");
    world
}

fn number(value: &AbiValue) -> i64 {
    match value {
        AbiValue::Uint(_, v) => i64::try_from(v).unwrap(),
        AbiValue::Int(_, v) => i64::try_from(v).unwrap(),
        AbiValue::Bool(v) => i64::from(*v),
        other => panic!("{other:?}"),
    }
}

fn numbers(list: &[AbiValue]) -> Vec<i64> {
    list.iter().map(number).collect()
}

#[test]
fn structs_live_in_mappings() {
    let mut world = world();
    let ten = world.get("item", &args(&[("id", uint(64, 10))]));
    assert_eq!(numbers(&ten[..4]), [7, 3, 1, 99]);
    assert_eq!(ten[4], AbiValue::String("first".into()));
    let twenty = world.get("item", &args(&[("id", uint(64, 20))]));
    assert_eq!(numbers(&twenty[..4]), [8, 5, 0, 1]);
    let missing = world.get("item", &args(&[("id", uint(64, 30))]));
    assert_eq!(numbers(&missing[..4]), [0, 0, 0, 1]);
    assert_eq!(numbers(&world.get("walk", &[])), [30, 10, 20, 0]);
    let fields = world.fields();
    assert_eq!(fields["text"], AbiValue::String("abc".into()));
    assert!(matches!(&fields["items"], AbiValue::Map(_, _, map) if map.len() == 2), "{:?}", fields["items"]);
    assert!(matches!(&fields["list"], AbiValue::Array(_, list) if list.len() == 4));
}

#[test]
fn mappings_give_defaults_and_throw_at() {
    let mut world = world();
    assert_eq!(numbers(&world.get("smalls", &[])), [5, 1, 0, 1, 6]);
    assert_eq!(numbers(&world.get("nest", &[])), [1, 1, 0, -5, 1, 9]);
    assert_eq!(world.int_of("at", &args(&[("key", uint(256, 1))])), BigInt::from(5));
    assert_eq!(world.unsigned("at", &args(&[("key", uint(256, 9))])).exit, 50);
    assert_eq!(numbers(&world.get("pairs", &[])), [5, 1]);
    assert_eq!(world.unsigned("none", &[]).exit, 63);
    assert_eq!(world.signed("remove", &[]).exit, 0);
    assert_eq!(numbers(&world.get("smalls", &[])), [0, 77, 0, 1, 77]);
}

#[test]
fn arrays_are_bounded() {
    let mut world = world();
    assert_eq!(world.unsigned("bad", &[]).exit, 50);
    assert_eq!(world.unsigned("popped", &[]).exit, 54);
    let outcome = world.signed("lists", &[]);
    let answer =
        world.abi.functions["lists"].decode_output(outcome.sent[0].body.as_slice().unwrap()).unwrap();
    let answer: Vec<_> = answer.into_iter().map(|value| value.value).collect();
    assert_eq!(numbers(&answer), [27, 3, 3, 4]);
    let made = world.get("made", &args(&[("n", uint(32, 4))]));
    assert_eq!(number(&made[0]), 305);
    assert!(matches!(&made[1], AbiValue::Array(_, list) if numbers(list) == [0, 5, 0, 0]));
    assert!(matches!(&made[2], AbiValue::Array(_, list) if numbers(list) == [0, 0, 9]));
}

#[test]
fn fixed_bytes_and_bytes_reach_clients() {
    let mut world = world();
    let mut expected = [0; 32];
    expected[30..].copy_from_slice(&[0x12, 0x34]);
    assert_eq!(world.get("hash", &[]), [AbiValue::FixedBytes(expected.to_vec().into())]);
    let note = world.get("note", &[]);
    assert_eq!(note[0], AbiValue::Bytes("hello".into()));
    assert_eq!(number(&note[1]), 5);
    assert_eq!(note[2], AbiValue::FixedBytes(b"l".to_vec().into()));
}

const TEXT: &str = r#"
contract Text {
    constructor() { tvm.accept(); }
    function join(string a, string b) public pure returns (string c, uint32 n) { c = a + b; n = c.byteLength(); }
    function cut(string a, uint256 from, uint256 count) public pure returns (string) { return a.substr(from, count); }
    function tail(string a, uint256 from) public pure returns (string) { return a.substr(from); }
    function slice(bytes a, uint256 from, uint256 to) public pure returns (bytes) { return a[from:to]; }
    function byteAt(bytes a, uint256 i) public pure returns (bytes1) { return a[i]; }
    function same(string a, string b) public pure returns (bool e, bool l) { e = a == b; l = a < b; }
    function sum(bytes a) public pure returns (uint32 s) { for (bytes1 b : a) { s += uint8(b); } }
    function grow(string a, uint8 n) public pure returns (string s) { repeat(n) { s.append(a); } }
}"#;

fn text(value: &str) -> AbiValue {
    AbiValue::String(value.into())
}

fn long(len: usize, from: u8) -> String {
    (0..len).map(|i| char::from(b'a' + ((i as u8).wrapping_mul(7).wrapping_add(from)) % 26)).collect()
}

#[test]
fn texts_join_and_are_cut_at_any_length() {
    let mut world = World::deployed(TEXT, &[]);
    for (a, b) in [(0, 0), (0, 5), (5, 0), (126, 1), (127, 1), (127, 127), (100, 100), (300, 400), (254, 3)] {
        let (a, b) = (long(a, 1), long(b, 2));
        let out = world.get("join", &args(&[("a", text(&a)), ("b", text(&b))]));
        assert_eq!(out[0], text(&format!("{a}{b}")), "{} + {}", a.len(), b.len());
        assert_eq!(number(&out[1]), (a.len() + b.len()) as i64);
    }
    let a = long(400, 3);
    for (from, count) in [(0, 0), (0, 400), (1, 126), (127, 127), (126, 200), (399, 1), (400, 0), (200, 900)]
    {
        let wanted = &a[from..(from + count).min(400)];
        let list =
            args(&[("a", text(&a)), ("from", uint(256, from as u64)), ("count", uint(256, count as u64))]);
        assert_eq!(world.get("cut", &list), [text(wanted)], "{from} {count}");
    }
    let list = |from: u64| args(&[("a", text(&a)), ("from", uint(256, from))]);
    assert_eq!(world.get("tail", &list(300)), [text(&a[300..])]);
    assert_eq!(world.unsigned("tail", &list(401)).exit, 70);
}

#[test]
fn bytes_are_indexed_and_compared() {
    let mut world = World::deployed(TEXT, &[]);
    let a = long(300, 5);
    let bytes = AbiValue::Bytes(a.clone().into_bytes().into());
    for i in [0, 1, 126, 127, 128, 253, 254, 299] {
        let out = world.get("byteAt", &args(&[("a", bytes.clone()), ("i", uint(256, i as u64))]));
        assert_eq!(out, [AbiValue::FixedBytes(vec![a.as_bytes()[i]].into())], "{i}");
    }
    assert_eq!(world.unsigned("byteAt", &args(&[("a", bytes.clone()), ("i", uint(256, 300))])).exit, 50);
    let cut = args(&[("a", bytes.clone()), ("from", uint(256, 100)), ("to", uint(256, 290))]);
    assert_eq!(world.get("slice", &cut), [AbiValue::Bytes(a.as_bytes()[100..290].to_vec().into())]);
    let beyond = args(&[("a", bytes.clone()), ("from", uint(256, 100)), ("to", uint(256, 301))]);
    assert_eq!(world.unsigned("slice", &beyond).exit, 70);
    let sum: i64 = a.bytes().map(i64::from).sum();
    assert_eq!(numbers(&world.get("sum", &args(&[("a", bytes)]))), [sum]);
    for (x, y) in [("", ""), ("a", "b"), ("b", "a"), ("abc", "abcd"), ("abcd", "abc")] {
        let out = world.get("same", &args(&[("a", text(x)), ("b", text(y))]));
        assert_eq!(numbers(&out), [i64::from(x == y), i64::from(x < y)], "{x} {y}");
    }
    let longer = long(400, 5);
    let out = world.get("same", &args(&[("a", text(&longer[..300])), ("b", text(&longer))]));
    assert_eq!(numbers(&out), [0, 1]);
    let grown = world.get("grow", &args(&[("a", text("0123456789")), ("n", uint(8, 30))]));
    assert_eq!(grown, [text(&"0123456789".repeat(30))]);
}
