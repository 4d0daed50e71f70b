//! Jumps out of `try`, and what an exception takes back.

use tycho_types::abi::AbiValue;

use crate::world::{World, args, friend, uint};

const TRIES: &str = "
contract Tries {
    uint32 public m;
    uint32[] public list;
    mapping(uint32 => uint32) map;
    constructor() { tvm.accept(); }
    function note(uint32 x) public returns (uint32) {
        tvm.accept();
        try {
            m += x;
            map[x] = 1;
            list.push(x);
            require(x < 5, 105, x);
        } catch (variant, uint16 code) { m = code; }
        return m;
    }
    function loops(uint32 x) public returns (uint32 r) {
        tvm.accept();
        while (true) {
            try {
                if (x == 0) { break; }
                x--;
                if (x % 2 == 0) { continue; }
                r += inner(x);
            } catch { return r + 1000; }
        }
    }
    function inner(uint32 x) private returns (uint32) {
        try {
            if (x > 7) { return x * 2; }
            require(x != 3, 103);
            require(x != 2000, 104);
            m += 1;
            return m;
        } catch (variant, uint16 code) {
            require(code != 104, 105);
            return code;
        }
    }
    function every(uint32 x) public returns (uint32 r) {
        tvm.accept();
        repeat (3) { try { if (x == 2) { return 5; } r += 1; } catch {} }
        for ((uint32 k, ) : map) { try { if (k == x) { break; } r += k; } catch { continue; } }
        for (uint32 item : list) { try { r += item; if (r > 100) { return r; } } catch {} }
        do { try { x--; if (x == 1) { continue; } } catch { break; } } while (x > 0);
    }
    modifier safe() { try { _; } catch { m = 99; } }
    function modified(uint32 x) public safe returns (uint32) {
        tvm.accept();
        require(x > 3);
        if (x == 4) { return 44; }
        m = x;
        return m;
    }
    function answer(uint32 x) public pure responsible returns (uint32) {
        tvm.accept();
        try { return {value: 0, bounce: false, flag: 64} x / (x - 3); }
        catch { return {value: 1, bounce: false, flag: 1} 7; }
    }
}";

fn call(world: &mut World, name: &str, x: u64) -> AbiValue {
    let outcome = world.unsigned(name, &args(&[("x", uint(32, x))]));
    assert_eq!(outcome.exit, 0, "{name}({x}): {outcome:?}\n{}", world.output.listing);
    let body = outcome.sent.last().unwrap().body.as_slice().unwrap();
    world.abi.functions[name].decode_output(body).unwrap().remove(0).value
}

#[test]
fn an_exception_takes_back_what_the_body_wrote() {
    let mut world = World::deployed(TRIES, &[]);
    assert_eq!(call(&mut world, "note", 3), uint(32, 3));
    assert_eq!(call(&mut world, "note", 7), uint(32, 105));
    assert_eq!(call(&mut world, "note", 4), uint(32, 109));
    let list = world.get("list", &[]);
    assert!(
        matches!(&list[0], AbiValue::Array(_, items) if *items == [uint(32, 3), uint(32, 4)]),
        "{list:?}"
    );
}

#[test]
fn loops_and_functions_are_left_from_inside() {
    let mut world = World::deployed(TRIES, &[]);
    // 9 gives 18, 7 and 5 count, 3 throws and is caught, 1 counts; even numbers go on
    assert_eq!(call(&mut world, "loops", 10), uint(32, 18 + 1 + 2 + 103 + 3));
    assert_eq!(world.int("m"), 3.into());
    assert_eq!(call(&mut world, "loops", 0), uint(32, 0));
    assert_eq!(call(&mut world, "note", 4), uint(32, 7));
    assert_eq!(call(&mut world, "note", 2), uint(32, 9));
    assert_eq!(call(&mut world, "every", 2), uint(32, 5));
    // three rounds, the key 2 in front of 4, both items of the list
    assert_eq!(call(&mut world, "every", 4), uint(32, 3 + 2 + 4 + 2));
}

#[test]
fn a_modifier_catches_what_the_function_throws() {
    let mut world = World::deployed(TRIES, &[]);
    assert_eq!(call(&mut world, "modified", 4), uint(32, 44));
    assert_eq!(call(&mut world, "modified", 9), uint(32, 9));
    assert_eq!(world.int("m"), 9.into());
    assert_eq!(call(&mut world, "modified", 2), uint(32, 0));
    assert_eq!(world.int("m"), 99.into());
}

#[test]
fn the_answer_has_the_options_of_the_return_that_was_reached() {
    let mut world = World::deployed(TRIES, &[]);
    for (x, result, flag) in [(6, 2, 64), (3, 7, 1)] {
        let list = args(&[("answerId", uint(32, 77)), ("x", uint(32, x))]);
        let outcome = world.call(friend(), 1_000_000_000, "answer", &list);
        assert_eq!((outcome.exit, outcome.sent.len(), outcome.sent[0].mode), (0, 1, flag), "{outcome:?}");
        let mut body = outcome.sent[0].body.as_slice().unwrap();
        assert_eq!((body.load_u32().unwrap(), body.load_u32().unwrap()), (77, result));
    }
}
