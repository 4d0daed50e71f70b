//! Random programs (locals, branches, loops, structs, mappings, modifiers, internal calls, state) on the machine
//! and on an interpreter.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use tycho_types::abi::AbiValue;

use crate::world::{World, args, uint};

/// Printed with every failure.
const SEED: u64 = 0xC0FF_EE11;
const MASK: u64 = 0xFFFF;
/// Contracts of three programs each: 1 020 programs.
const ROUNDS: u32 = 340;

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

#[derive(Clone, Debug)]
enum Place {
    Local(String),
    State(usize),
    Entry(Box<E>),
    Member(usize),
}

#[derive(Clone, Debug)]
enum E {
    Const(u64),
    Read(Place),
    Op(char, Box<E>, Box<E>),
    Choose(Box<E>, Box<E>, Box<E>, Box<E>),
    Call(usize, Box<E>, Box<E>),
    Exists(Box<E>),
    Both(Box<E>, Box<E>, Box<E>),
}

#[derive(Clone, Debug)]
enum S {
    Declare(String, E),
    Set(Place, E),
    Add(Place, E),
    If(E, E, Vec<S>, Vec<S>),
    For(String, u64, Vec<S>),
    DoWhile(String, u64, Vec<S>),
    Each(String, Vec<S>),
    Break(E, E),
    Continue(E, E),
    Return(E),
    Delete(E),
}

struct Function {
    body: Vec<S>,
    modified: bool,
}

/// Makes programs; `locals` are those in scope.
struct Maker<'r> {
    random: &'r mut Random,
    locals: Vec<String>,
    names: u32,
    functions: usize,
}

impl Maker<'_> {
    fn place(&mut self, depth: u32, assignable: &[String]) -> Place {
        match self.random.below(5) {
            0 => Place::State(self.random.below(2) as usize),
            1 if depth > 0 => Place::Entry(Box::new(self.expr(depth - 1))),
            2 => Place::Member(self.random.below(2) as usize),
            _ if assignable.is_empty() => Place::State(0),
            _ => Place::Local(assignable[self.random.below(assignable.len() as u64) as usize].clone()),
        }
    }

    fn expr(&mut self, depth: u32) -> E {
        if depth == 0 {
            let locals = self.locals.clone();
            return match self.random.below(3) {
                0 => E::Const(self.random.below(20)),
                _ => E::Read(self.place(0, &locals)),
            };
        }
        let sub = |this: &mut Self| Box::new(this.expr(depth - 1));
        match self.random.below(9) {
            0 | 1 => E::Op('+', sub(self), sub(self)),
            2 => E::Op('*', sub(self), sub(self)),
            3 => E::Op('^', sub(self), sub(self)),
            4 => E::Choose(sub(self), sub(self), sub(self), sub(self)),
            5 if self.functions > 0 => {
                let callee = self.random.below(self.functions as u64) as usize;
                E::Call(callee, sub(self), sub(self))
            }
            6 => E::Exists(sub(self)),
            7 => E::Both(sub(self), sub(self), sub(self)),
            _ => {
                let locals = self.locals.clone();
                E::Read(self.place(depth, &locals))
            }
        }
    }

    fn name(&mut self, letter: char) -> String {
        self.names += 1;
        format!("{letter}{}", self.names)
    }

    fn block(&mut self, depth: u32, in_loop: bool) -> Vec<S> {
        let scope = self.locals.len();
        let count = 1 + self.random.below(4);
        let list = (0..count).map(|_| self.stmt(depth, in_loop)).collect();
        self.locals.truncate(scope);
        list
    }

    fn stmt(&mut self, depth: u32, in_loop: bool) -> S {
        // counters of loops begin with another letter and are never written
        let free: Vec<String> = self.locals.iter().filter(|name| name.starts_with('v')).cloned().collect();
        match self.random.below(if depth > 0 { 14 } else { 8 }) {
            0 | 1 => {
                let value = self.expr(2);
                let name = self.name('v');
                self.locals.push(name.clone());
                S::Declare(name, value)
            }
            2 | 3 => S::Set(self.place(2, &free), self.expr(2)),
            4 => S::Add(self.place(1, &free), self.expr(2)),
            5 if in_loop => S::Break(self.expr(1), self.expr(1)),
            6 if in_loop => S::Continue(self.expr(1), self.expr(1)),
            5 => S::Delete(self.expr(1)),
            6 | 7 => S::Set(self.place(1, &free), self.expr(3)),
            8 | 9 => {
                let (a, b) = (self.expr(1), self.expr(1));
                S::If(a, b, self.block(depth - 1, in_loop), self.block(depth - 1, in_loop))
            }
            10 => {
                let name = self.name('i');
                self.locals.push(name.clone());
                let body = self.block(depth - 1, true);
                self.locals.pop();
                S::For(name, self.random.below(5), body)
            }
            11 => {
                let name = self.name('i');
                self.locals.push(name.clone());
                let body = self.block(depth - 1, true);
                self.locals.pop();
                S::DoWhile(name, 1 + self.random.below(4), body)
            }
            12 => {
                let name = self.name('k');
                self.locals.push(name.clone());
                let body = self.block(depth - 1, true);
                self.locals.pop();
                S::Each(name, body)
            }
            _ => {
                let (a, b) = (self.expr(1), self.expr(1));
                S::If(a, b, vec![S::Return(self.expr(1))], vec![])
            }
        }
    }
}

// --- text

fn place(p: &Place) -> String {
    match p {
        Place::Local(name) => name.clone(),
        Place::State(i) => format!("s{i}"),
        Place::Entry(e) => format!("m[uint8({} & 7)]", expr(e)),
        Place::Member(i) => format!("p.{}", ["x", "y"][*i]),
    }
}

fn expr(e: &E) -> String {
    match e {
        E::Const(n) => format!("uint64({n})"),
        E::Read(p) => place(p),
        E::Op('^', a, b) => format!("({} ^ {})", expr(a), expr(b)),
        E::Op(op, a, b) => format!("(({} {op} {}) & 0xFFFF)", expr(a), expr(b)),
        E::Choose(a, b, x, y) => format!("({} < {} ? {} : {})", expr(a), expr(b), expr(x), expr(y)),
        E::Call(i, a, b) => format!("g{i}({}, {})", expr(a), expr(b)),
        E::Exists(a) => format!("(m.exists(uint8({} & 7)) ? uint64(1) : uint64(0))", expr(a)),
        E::Both(a, b, c) => {
            format!("({} != 0 && {} > {} ? uint64(3) : uint64(4))", expr(a), expr(b), expr(c))
        }
    }
}

fn stmts(list: &[S], out: &mut String) {
    for s in list {
        match s {
            S::Declare(name, e) => writeln!(out, "uint64 {name} = {};", expr(e)),
            S::Set(p, e) => writeln!(out, "{} = {};", place(p), expr(e)),
            S::Add(p, e) => writeln!(out, "{} += {};", place(p), expr(e)),
            S::Delete(e) => writeln!(out, "delete m[uint8({} & 7)];", expr(e)),
            S::Break(a, b) => writeln!(out, "if ({} < {}) {{ break; }}", expr(a), expr(b)),
            S::Continue(a, b) => writeln!(out, "if ({} < {}) {{ continue; }}", expr(a), expr(b)),
            S::Return(e) => writeln!(out, "return {};", expr(e)),
            S::If(a, b, then, els) => {
                let _ = writeln!(out, "if ({} <= {}) {{", expr(a), expr(b));
                stmts(then, out);
                let _ = writeln!(out, "}} else {{");
                stmts(els, out);
                writeln!(out, "}}")
            }
            S::For(name, n, body) => {
                let _ = writeln!(out, "for (uint64 {name} = 0; {name} < {n}; {name}++) {{");
                stmts(body, out);
                writeln!(out, "}}")
            }
            S::DoWhile(name, n, body) => {
                let _ = writeln!(out, "uint64 {name} = 0;\ndo {{\n{name}++;");
                stmts(body, out);
                writeln!(out, "}} while ({name} < {n});")
            }
            S::Each(name, body) => {
                let _ = writeln!(out, "for ((uint8 k{name}, uint64 {name}) : m) {{ s1 ^= k{name};");
                stmts(body, out);
                writeln!(out, "}}")
            }
        }
        .unwrap();
    }
}

fn source(functions: &[Function]) -> String {
    let mut out = "contract Programs {
struct P { uint64 x; uint64 y; }
uint64 s0; P p; mapping(uint8 => uint64) m; uint64 s1; string name;
constructor() { tvm.accept(); s0 = 3; s1 = 5; p = P(7, 9); m[1] = 2; m[6] = 4; name = \"kept\"; }
modifier around(uint64 n) { s0 = (s0 + n) & 0xFFFF; if (s0 == 77) { return; } _; s1 = s1 ^ s0; }
function run(uint64 a, uint64 b) public returns (uint64 r) { tvm.accept(); r = g2(a, b) & 0xFFFF; }
function state() public view returns (uint64, uint64, uint64, uint64, uint64[] list, string) {
    for (uint8 i = 0; i < 8; i++) { list.push(m.exists(i) ? m[i] : 99999999); }
    return (s0, s1, p.x, p.y, list, name);
}\n"
    .to_owned();
    for (i, function) in functions.iter().enumerate() {
        let modifier = if function.modified { " around(a)" } else { "" };
        let _ = writeln!(out, "function g{i}(uint64 a, uint64 b) private{modifier} returns (uint64 r) {{");
        stmts(&function.body, &mut out);
        out += "r = (a ^ b) & 0xFFFF;\n}\n";
    }
    out + "}"
}

// --- interpreter

#[derive(Clone, PartialEq, Debug)]
struct State {
    s: [u64; 2],
    p: [u64; 2],
    m: BTreeMap<u64, u64>,
}

enum Flow {
    Next,
    Break,
    Continue,
    Return(u64),
}

/// What the program did; `None` when it takes too long or leaves its numbers' range.
struct Run<'f> {
    functions: &'f [Function],
    state: State,
    fuel: u32,
}

type Locals = BTreeMap<String, u64>;

impl Run<'_> {
    fn read(&mut self, p: &Place, locals: &Locals) -> Option<u64> {
        Some(match p {
            Place::Local(name) => locals[name],
            Place::State(i) => self.state.s[*i],
            Place::Member(i) => self.state.p[*i],
            Place::Entry(e) => {
                let key = self.expr(e, locals)? & 7;
                self.state.m.get(&key).copied().unwrap_or(0)
            }
        })
    }

    fn write(&mut self, p: &Place, key: u64, value: u64, locals: &mut Locals) -> Option<()> {
        if value > 1 << 40 {
            return None;
        }
        match p {
            Place::Local(name) => {
                locals.insert(name.clone(), value);
            }
            Place::State(i) => self.state.s[*i] = value,
            Place::Member(i) => self.state.p[*i] = value,
            Place::Entry(_) => {
                self.state.m.insert(key, value);
            }
        }
        Some(())
    }

    fn key(&mut self, p: &Place, locals: &Locals) -> Option<u64> {
        match p {
            Place::Entry(e) => Some(self.expr(e, locals)? & 7),
            _ => Some(0),
        }
    }

    fn expr(&mut self, e: &E, locals: &Locals) -> Option<u64> {
        self.fuel = self.fuel.checked_sub(1)?;
        Some(match e {
            E::Const(n) => *n,
            E::Read(p) => self.read(p, locals)?,
            E::Op(op, a, b) => {
                let (a, b) = (self.expr(a, locals)?, self.expr(b, locals)?);
                match op {
                    '+' => (a + b) & MASK,
                    '*' => a.checked_mul(b)? & MASK,
                    _ => a ^ b,
                }
            }
            E::Choose(a, b, x, y) => {
                let less = self.expr(a, locals)? < self.expr(b, locals)?;
                self.expr(if less { x } else { y }, locals)?
            }
            E::Call(i, a, b) => {
                let (a, b) = (self.expr(a, locals)?, self.expr(b, locals)?);
                self.call(*i, a, b)?
            }
            E::Exists(a) => {
                let key = self.expr(a, locals)? & 7;
                u64::from(self.state.m.contains_key(&key))
            }
            E::Both(a, b, c) => {
                let both = self.expr(a, locals)? != 0 && self.expr(b, locals)? > self.expr(c, locals)?;
                if both { 3 } else { 4 }
            }
        })
    }

    fn call(&mut self, i: usize, a: u64, b: u64) -> Option<u64> {
        let functions = self.functions;
        let function = &functions[i];
        if function.modified {
            self.state.s[0] = (self.state.s[0] + a) & MASK;
            if self.state.s[0] == 77 {
                return Some(0);
            }
        }
        let mut locals = Locals::from([("a".to_owned(), a), ("b".to_owned(), b)]);
        let result = match self.block(&function.body, &mut locals)? {
            Flow::Return(value) => value,
            _ => (a ^ b) & MASK,
        };
        if function.modified {
            self.state.s[1] ^= self.state.s[0];
        }
        Some(result)
    }

    fn block(&mut self, list: &[S], locals: &mut Locals) -> Option<Flow> {
        for s in list {
            match self.stmt(s, locals)? {
                Flow::Next => {}
                other => return Some(other),
            }
        }
        Some(Flow::Next)
    }

    /// `None` in the inner place: go on with the loop.
    fn round(&mut self, body: &[S], locals: &mut Locals) -> Option<Option<Flow>> {
        Some(match self.block(body, locals)? {
            Flow::Break => Some(Flow::Next),
            Flow::Return(value) => Some(Flow::Return(value)),
            _ => None,
        })
    }

    fn stmt(&mut self, s: &S, locals: &mut Locals) -> Option<Flow> {
        self.fuel = self.fuel.checked_sub(1)?;
        match s {
            S::Declare(name, e) => {
                let value = self.expr(e, locals)?;
                locals.insert(name.clone(), value);
            }
            S::Set(p, e) => {
                let value = self.expr(e, locals)?;
                let key = self.key(p, locals)?;
                self.write(p, key, value, locals)?;
            }
            S::Add(p, e) => {
                let key = self.key(p, locals)?;
                let old = match p {
                    Place::Entry(_) => self.state.m.get(&key).copied().unwrap_or(0),
                    _ => self.read(p, locals)?,
                };
                let value = old + self.expr(e, locals)?;
                self.write(p, key, value, locals)?;
            }
            S::Delete(e) => {
                let key = self.expr(e, locals)? & 7;
                self.state.m.remove(&key);
            }
            S::Break(a, b) if self.expr(a, locals)? < self.expr(b, locals)? => return Some(Flow::Break),
            S::Continue(a, b) if self.expr(a, locals)? < self.expr(b, locals)? => {
                return Some(Flow::Continue);
            }
            S::Break(..) | S::Continue(..) => {}
            S::Return(e) => return Some(Flow::Return(self.expr(e, locals)?)),
            S::If(a, b, then, els) => {
                let holds = self.expr(a, locals)? <= self.expr(b, locals)?;
                return self.block(if holds { then } else { els }, locals);
            }
            S::For(name, n, body) => {
                for i in 0..*n {
                    locals.insert(name.clone(), i);
                    if let Some(flow) = self.round(body, locals)? {
                        return Some(flow);
                    }
                }
            }
            S::DoWhile(name, n, body) => {
                let mut i = 0;
                loop {
                    i += 1;
                    locals.insert(name.clone(), i);
                    if let Some(flow) = self.round(body, locals)? {
                        return Some(flow);
                    }
                    if i >= *n {
                        break;
                    }
                }
            }
            S::Each(name, body) => {
                for (key, value) in self.state.m.clone() {
                    self.state.s[1] ^= key;
                    locals.insert(name.clone(), value);
                    if let Some(flow) = self.round(body, locals)? {
                        return Some(flow);
                    }
                }
            }
        }
        Some(Flow::Next)
    }
}

#[test]
fn random_programs_agree_with_an_interpreter() {
    let mut random = Random(SEED);
    let mut compared = 0;
    for round in 0..ROUNDS {
        let functions: Vec<_> = (0..3)
            .map(|i| {
                let modified = random.below(3) == 0;
                let locals = vec!["a".to_owned(), "b".to_owned()];
                let mut maker = Maker { random: &mut random, locals, names: 0, functions: i };
                Function { body: maker.block(3, false), modified }
            })
            .collect();
        let text = source(&functions);
        let mut world = World::deployed(&text, &[]);
        let mut state = State { s: [3, 5], p: [7, 9], m: BTreeMap::from([(1, 2), (6, 4)]) };
        for _ in 0..5 {
            let (a, b) = (random.below(30), random.below(30));
            let mut run = Run { functions: &functions, state: state.clone(), fuel: 3000 };
            let Some(result) = run.call(2, a, b) else { break };
            let outcome = world.signed("run", &args(&[("a", uint(64, a)), ("b", uint(64, b))]));
            assert_eq!(outcome.exit, 0, "seed {SEED:#x}, round {round}, run({a}, {b}):\n{text}");
            let body = outcome.sent[0].body.as_slice().unwrap();
            let got = world.abi.functions["run"].decode_output(body).unwrap().remove(0).value;
            assert_eq!(got, uint(64, result & MASK), "seed {SEED:#x}, round {round}, run({a}, {b}):\n{text}");
            state = run.state;
            let got = world.get("state", &[]);
            let entries: Vec<AbiValue> =
                (0..8u64).map(|i| uint(64, state.m.get(&i).copied().unwrap_or(99_999_999))).collect();
            let numbers = [state.s[0], state.s[1], state.p[0], state.p[1]].map(|n| uint(64, n));
            assert_eq!(got[..4], numbers, "seed {SEED:#x}, round {round}, run({a}, {b}):\n{text}");
            assert!(matches!(&got[4], AbiValue::Array(_, list) if *list == entries), "{:?}\n{text}", got[4]);
            assert_eq!(got[5], AbiValue::String("kept".into()));
            compared += 1;
        }
    }
    assert!(compared > 300, "only {compared} runs were compared");
}
