//! Formatting, searching, exceptions, little things.

use tycho_types::abi::AbiValue;

use crate::world::{World, args, int, uint};

const FORMATS: &str = r#"
contract Formats {
    constructor() { tvm.accept(); }
    function numbers(int256 n) public pure returns (string a, string b, string c, string d, string e) {
        a = format("n = {}!", n);
        b = format("{:06}", n);
        c = format("{:6}|{:x}|{:X}", n, n, n);
        d = format("{:04X}", n);
        e = format("{:t}", varuint16(uint120(n < 0 ? -n : n)));
    }
    function others(string s, bool flag) public pure returns (string a, string b) {
        a = format("{} and {}", s, flag);
        b = format("{}", address.makeAddrStd(-33, 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF123456789ABCDE));
    }
    function search(string s, string t) public pure returns (uint32 first, uint32 last, bool none, uint32 sub, bool missing) {
        first = s.find(bytes1("o")).get();
        last = s.findLast(bytes1("o")).get();
        none = s.find(bytes1("?")).hasValue();
        optional(uint32) at = s.find(t);
        missing = !at.hasValue();
        sub = at.getOr(7777);
    }
    function cases(string s) public pure returns (string up, string low) { up = s.toUpperCase(); low = s.toLowerCase(); }
}"#;

fn text(value: &str) -> AbiValue {
    AbiValue::String(value.into())
}

#[test]
fn values_are_formatted_as_the_reference_shows() {
    let mut world = World::deployed(FORMATS, &[]);
    let n = |n: i64| args(&[("n", int(256, n))]);
    let wanted = ["n = 123!", "000123", "   123|7b|7B", "007B", "0.000000123"];
    assert_eq!(world.get("numbers", &n(123)), wanted.map(text));
    let wanted = ["n = 0!", "000000", "     0|0|0", "0000", "0.000000000"];
    assert_eq!(world.get("numbers", &n(0)), wanted.map(text));
    assert_eq!(world.get("numbers", &n(-5_000_000_001))[0], text("n = -5000000001!"));
    assert_eq!(world.get("numbers", &n(-5_000_000_001))[4], text("5.000000001"));
    let out = world.get("others", &args(&[("s", text("x")), ("flag", AbiValue::Bool(true))]));
    assert_eq!(out[0], text("x and true"));
    assert_eq!(out[1], text("-21:7fffffffffffffffffffffffffffffffffffffffffffffffff123456789abcde"));
}

#[test]
fn texts_are_searched_and_change_case() {
    let mut world = World::deployed(FORMATS, &[]);
    let s = format!("Hello{}World", "-".repeat(200));
    let out = world.get("search", &args(&[("s", text(&s)), ("t", text("Wor"))]));
    assert_eq!(
        out,
        [uint(32, 4), uint(32, 206), AbiValue::Bool(false), uint(32, 205), AbiValue::Bool(false)]
    );
    let out = world.get("search", &args(&[("s", text(&s)), ("t", text("xyz"))]));
    assert_eq!(out[3..], [uint(32, 7777), AbiValue::Bool(true)]);
    let out = world.get("cases", &args(&[("s", text("aZ @[`{é 09"))]));
    assert_eq!(out, [text("AZ @[`{é 09"), text("az @[`{é 09")]);
}

const ODDS: &str = r#"
contract Odds {
    struct Point { uint32 x; int32 y; }
    enum Color { Red, Green, Blue }
    constructor() { tvm.accept(); }
    function guarded(uint32 a, uint32 b) public pure returns (uint32 result, uint16 code, uint32 before) {
        before = 1;
        try {
            before = 2;
            result = a / b;
            require(result != 3, 205);
        } catch (variant, uint16 number) {
            code = number;
            result = 77;
        }
    }
    function colors(uint8 n) public pure returns (uint8 c, bool blue) { Color color = Color(n); c = uint8(color); blue = color == Color.Blue; }
    function points(uint32 x) public pure returns (uint32 a, int32 b) {
        Point p = Point({y: -3, x: x});
        Point q = p;
        q.x += 10;
        (uint32 px, int32 py) = p.unpack();
        (a, b) = (px + q.x, py);
        (a, b) = x == 100 ? (uint32(1), int32(2)) : (a, b);
    }
    function wrap(uint8 a, uint8 b) public pure returns (int256 r) { unchecked { uint8 c = a - b; r = int256(c); } }
    function casts(uint8 a) public pure returns (uint4 low, int8 same, uint16 wide) { low = a.cast(uint4); same = a.cast(int8); wide = a; }
    function quiet(uint32 a, uint32 b) public pure returns (bool nan, uint32 or) { quint32 s = quint32(a) * quint32(b); nan = s.isNaN(); or = s.getOr(5); }
    function vectors(uint32 n) public pure returns (uint32 sum, uint8 length) {
        vector(uint32) v;
        for (uint32 i = 0; i < n; i++) { v.push(i * i); }
        v[0] = 100;
        length = v.length();
        while (!v.empty()) { sum += v.pop(); }
    }
    function stacks() public pure returns (uint32 a, uint32 b) {
        stack(uint32) s;
        s.push(1); s.push(2); s.top() += 40;
        s.reverse();
        a = s.pop(); b = s.pop();
    }
    function slices(TvmCell c) public pure returns (uint8 a, bool b, uint16 bits, uint32 q, bool none) {
        TvmSlice s = c.toSlice();
        (a, b) = s.load(uint8, bool);
        bits = s.bits();
        optional(uint32) x = s.loadQ(uint32);
        q = x.getOr(9);
        none = s.loadQ(uint256).hasValue();
    }
    function nested(uint32 n) public pure returns (uint32 r) {
        do {
            n--;
            if (n % 2 == 0) { continue; }
            uint32 k = n;
            repeat (3) { k += 1; if (k > 100) { return k; } }
            r += k;
        } while (n > 0);
    }
}"#;

#[test]
fn odds_and_ends() {
    let mut world = World::deployed(ODDS, &[]);
    let two = |a, b| args(&[("a", uint(32, a)), ("b", uint(32, b))]);
    let three = |a, b, c| [uint(32, a), uint(16, b), uint(32, c)];
    assert_eq!(world.get("guarded", &two(8, 2)), three(4, 0, 2));
    assert_eq!(world.get("guarded", &two(8, 0)), three(77, 4, 1));
    assert_eq!(world.get("guarded", &two(9, 3)), three(77, 205, 1));
    assert_eq!(world.get("colors", &args(&[("n", uint(8, 2))])), [uint(8, 2), AbiValue::Bool(true)]);
    assert!([4, 5].contains(&world.unsigned("colors", &args(&[("n", uint(8, 3))])).exit));
    assert_eq!(world.get("points", &args(&[("x", uint(32, 5))])), [uint(32, 20), int(32, -3)]);
    assert_eq!(world.get("points", &args(&[("x", uint(32, 100))])), [uint(32, 1), int(32, 2)]);
    let bytes = |a, b| args(&[("a", uint(8, a)), ("b", uint(8, b))]);
    assert_eq!(world.get("wrap", &bytes(2, 3)), [int(256, -1)]);
    assert_eq!(world.get("casts", &args(&[("a", uint(8, 255))])), [uint(4, 15), int(8, -1), uint(16, 255)]);
    assert_eq!(world.get("quiet", &two(70_000, 70_000)), [AbiValue::Bool(true), uint(32, 5)]);
    assert_eq!(world.get("quiet", &two(7, 7)), [AbiValue::Bool(false), uint(32, 49)]);
    assert_eq!(world.get("vectors", &args(&[("n", uint(32, 5))])), [uint(32, 130), uint(8, 5)]);
    assert_eq!(world.get("stacks", &[]), [uint(32, 1), uint(32, 42)]);
    let mut builder = tycho_types::cell::CellBuilder::new();
    builder.store_u8(7).unwrap();
    builder.store_bit_one().unwrap();
    builder.store_u32(6).unwrap();
    let cell = builder.build().unwrap();
    let out = world.get("slices", &args(&[("c", AbiValue::Cell(cell))]));
    assert_eq!(out, [uint(8, 7), AbiValue::Bool(true), uint(16, 32), uint(32, 6), AbiValue::Bool(false)]);
    assert_eq!(world.get("nested", &args(&[("n", uint(32, 6))])), [uint(32, 5 + 3 + 3 + 3 + 1 + 3)]);
    assert_eq!(world.get("nested", &args(&[("n", uint(32, 100))])), [uint(32, 101)]);
}
