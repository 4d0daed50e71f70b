//! Random modules: arithmetic, builders, tuples, globals, nested branches, loops with break and
//! continue, scopes, early returns, calls, try; some with far more than 32 live values.

use num_bigint::BigInt;
use tsol_codegen::ir::{Block, Builder, Const, End, FuncId, Function, Inline, Inst, Module, ScopeId, Value};
use tsol_codegen::opcode::Op;

/// xorshift: the same programs on every machine.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ty {
    Int,
    Pair,
    Builder,
    Slice,
    Dict,
}

/// What ends are allowed here.
#[derive(Clone)]
struct Place {
    returns: bool,
    scopes: Vec<(ScopeId, usize)>,
    /// Number of loop parameters and the value that the first one gets.
    looped: Option<(usize, Value)>,
    depth: usize,
}

struct Gen<'a> {
    rng: &'a mut Rng,
    b: Builder,
    values: Vec<(Value, Ty)>,
    results: usize,
    callees: Vec<(FuncId, usize, usize)>,
    budget: usize,
    wide: bool,
}

impl Gen<'_> {
    fn int_const(&mut self) -> Value {
        let n: BigInt = match self.rng.below(12) {
            0..=5 => (self.rng.below(12) as i64 - 3).into(),
            6 | 7 => (self.rng.below(600) as i64 - 300).into(),
            8 => BigInt::from(self.rng.next()) << self.rng.below(200),
            9 => (BigInt::from(1) << self.rng.below(256)) - self.rng.below(2),
            10 => -(BigInt::from(1) << self.rng.below(257)),
            _ => (self.rng.below(100_000) as i64 - 50_000).into(),
        };
        self.b.int(n)
    }

    fn pick(&mut self, ty: Ty) -> Option<Value> {
        let all: Vec<Value> = self.values.iter().filter(|(_, t)| *t == ty).map(|(v, _)| *v).collect();
        if all.is_empty() {
            return None;
        }
        let n = all.len();
        // Mostly recent ones, sometimes very old ones.
        let i = if self.rng.chance(60) { n - 1 - self.rng.below(n.min(4)) } else { self.rng.below(n) };
        Some(all[i])
    }

    fn int(&mut self) -> Value {
        if self.rng.chance(15) {
            return self.int_const();
        }
        match self.pick(Ty::Int) {
            Some(v) => v,
            None => self.int_const(),
        }
    }

    fn ints(&mut self, n: usize) -> Vec<Value> {
        (0..n).map(|_| self.int()).collect()
    }

    fn op(&mut self, op: Op, args: &[Value], types: &[Ty]) {
        let dsts = self.b.op(op, args);
        self.values.extend(dsts.into_iter().zip(types.iter().copied()));
    }

    fn arithmetic(&mut self) {
        use Ty::Int;
        let n = self.rng.below(8) as i8 - 4;
        let w = 1 + self.rng.below(20) as u16;
        let op = match self.rng.below(34) {
            0..=5 => Op::Add,
            6..=8 => Op::Sub,
            9 | 10 => Op::Mul,
            11 => Op::Div,
            12 => Op::Mod,
            13 => Op::DivMod,
            14 => Op::Negate,
            15 => Op::AddConst(n),
            16 => Op::MulConst(n),
            17 => Op::And,
            18 => Op::Or,
            19 => Op::Xor,
            20 => Op::Not,
            21 => Op::Min,
            22 => Op::Max,
            23 => Op::Less,
            24 => Op::Equal,
            25 => Op::Geq,
            26 => Op::EqInt(n),
            27 => Op::LShiftConst(w),
            28 => Op::RShiftConst(w),
            29 => Op::ModPow2Const(w),
            30 => Op::UFits(w + 60),
            31 => Op::MulDiv,
            32 => Op::Neq,
            _ => Op::SubR,
        };
        let args = self.ints(op.args());
        self.op(op, &args, &vec![Int; op.results()]);
    }

    fn data(&mut self) {
        use Ty::{Builder, Dict, Int, Pair, Slice};
        match self.rng.below(18) {
            0 | 1 => {
                let args = self.ints(2);
                self.op(Op::Tuple(2), &args, &[Pair]);
            }
            2 => {
                if let Some(t) = self.pick(Pair) {
                    self.op(Op::Untuple(2), &[t], &[Int, Int]);
                }
            }
            3 => {
                if let Some(t) = self.pick(Pair) {
                    let i = self.rng.below(2) as u8;
                    self.op(Op::Index(i), &[t], &[Int]);
                }
            }
            4 => {
                if let Some(t) = self.pick(Pair) {
                    let v = self.int();
                    let i = self.rng.below(2) as u8;
                    self.op(Op::SetIndex(i), &[t, v], &[Pair]);
                }
            }
            5 => self.op(Op::NewC, &[], &[Builder]),
            6 | 7 => {
                if let Some(b) = self.pick(Builder) {
                    let w = 3 + self.rng.below(60) as u16;
                    let v = self.int();
                    let v = self.b.op1(Op::ModPow2Const(w), &[v]);
                    self.op(Op::StU(w), &[v, b], &[Builder]);
                }
            }
            8 => {
                if let Some(b) = self.pick(Builder) {
                    let cell = self.b.op1(Op::EndC, &[b]);
                    self.op(Op::CToS, &[cell], &[Slice]);
                }
            }
            9 => {
                if let Some(s) = self.pick(Slice) {
                    self.op(Op::LdU(2), &[s], &[Int, Slice]);
                }
            }
            11 => self.looked_up(),
            12 => self.looked_up(),
            13 | 14 => {
                let dict = self.pick(Dict).unwrap_or_else(|| self.b.constant(Const::Null));
                if let Some(b) = self.pick(Builder) {
                    let key = self.key();
                    let bits = self.b.int(8);
                    let room = self.b.op1(Op::BBits, &[b]);
                    let room = self.b.op1(Op::LessInt(100), &[room]);
                    self.op(Op::ThrowIfNot(90), &[room], &[]);
                    self.op(Op::DictUSetB, &[b, key, dict, bits], &[Dict]);
                }
            }
            15 => {
                if let Some(s) = self.pick(Slice) {
                    let w = 1 + self.rng.below(12) as u16;
                    let loaded = self.b.op(Op::LdUQ(w), &[s]);
                    self.flagged(&loaded, &[None, Some(Slice)]);
                }
            }
            10 => {
                if let Some(s) = self.pick(Slice) {
                    self.op(Op::SBits, &[s], &[Int]);
                }
            }
            _ => {
                if let (Some(s), Some(b)) = (self.pick(Slice), self.pick(Builder)) {
                    self.op(Op::StSlice, &[s, b], &[Builder]);
                }
            }
        }
    }

    fn key(&mut self) -> Value {
        let key = self.int();
        self.b.op1(Op::ModPow2Const(3), &[key])
    }

    /// A lookup whose flag decides at once.
    fn looked_up(&mut self) {
        let Some(dict) = self.pick(Ty::Dict) else { return };
        let bits = self.b.int(8);
        match self.rng.below(4) {
            3 => {
                let key = self.key();
                let found = self.b.op(Op::DictUGet, &[key, dict, bits]);
                self.optional(found[0], found[1]);
            }
            0 => {
                let key = self.key();
                let found = self.b.op(Op::DictUGet, &[key, dict, bits]);
                self.flagged(&found, &[Some(Ty::Slice)]);
            }
            1 => {
                let key = self.key();
                let found = self.b.op(Op::DictUDelGet, &[key, dict, bits]);
                self.values.push((found[0], Ty::Dict));
                self.flagged(&found[1..], &[Some(Ty::Slice)]);
            }
            _ => {
                let found = self.b.op(Op::DictUMin, &[dict, bits]);
                self.flagged(&found, &[Some(Ty::Slice), Some(Ty::Int)]);
            }
        }
    }

    /// A pair or null, tested for null at once or later.
    fn optional(&mut self, slice: Value, flag: Value) {
        self.b.open();
        let size = self.b.op1(Op::SBits, &[slice]);
        let other = self.int();
        let pair = self.b.op1(Op::Tuple(2), &[size, other]);
        let then = self.b.close(End::Yield(vec![pair]));
        self.b.open();
        let none = self.b.constant(Const::Null);
        let els = self.b.close(End::Yield(vec![none]));
        let dst = self.b.value();
        self.b.push(Inst::If { cond: flag, then, els, dsts: vec![dst], span: None });
        if self.rng.chance(30) {
            self.arithmetic();
        }
        let absent = self.b.op1(Op::IsNull, &[dst]);
        self.values.push((absent, Ty::Int));
        if self.rng.chance(80) {
            self.op(Op::ThrowIf(92), &[absent], &[]);
            if self.rng.chance(50) {
                self.op(Op::ThrowIf(63), &[absent], &[]);
            }
            self.op(Op::Untuple(2), &[dst], &[Ty::Int, Ty::Int]);
        }
    }

    /// Uses results that are only there when the flag behind them says so.
    fn flagged(&mut self, found: &[Value], types: &[Option<Ty>]) {
        let flag = found[found.len() - 1];
        if self.rng.chance(40) {
            self.op(Op::ThrowIfNot(91), &[flag], &[]);
            for (&v, ty) in found.iter().zip(types) {
                self.values.extend(ty.map(|ty| (v, ty)));
            }
            return;
        }
        let use_of = |this: &mut Self| match types.iter().position(|ty| *ty == Some(Ty::Slice)) {
            Some(i) => this.b.op1(Op::SBits, &[found[i]]),
            None => this.int_const(),
        };
        self.b.open();
        let value = use_of(self);
        let then = self.b.close(End::Yield(vec![value]));
        self.b.open();
        if self.rng.chance(50) {
            let g = self.int_const();
            self.op(Op::SetGlob(1), &[g], &[]);
        }
        let other = self.int();
        let els = self.b.close(End::Yield(vec![other]));
        let dst = self.b.value();
        let (cond, then, els) = if self.rng.chance(30) {
            (self.b.op1(Op::EqInt(0), &[flag]), els, then)
        } else {
            (flag, then, els)
        };
        self.b.push(Inst::If { cond, then, els, dsts: vec![dst], span: None });
        self.values.push((dst, Ty::Int));
        self.values.push((flag, Ty::Int));
    }

    fn effect(&mut self) {
        match self.rng.below(6) {
            0 | 1 => {
                let v = self.int();
                let n = 1 + self.rng.below(3) as u8;
                self.op(Op::SetGlob(n), &[v], &[]);
            }
            2 => {
                let n = 1 + self.rng.below(3) as u8;
                let v = self.b.op1(Op::GetGlob(n), &[]);
                self.op(Op::IsNull, &[v], &[Ty::Int]);
            }
            3 => {
                let v = self.int();
                let v = self.b.op1(Op::GtInt(100), &[v]);
                let code = [5, 63, 64, 700][self.rng.below(4)];
                self.op(Op::ThrowIf(code), &[v], &[]);
            }
            4 => {
                let v = self.int();
                let v = self.b.op1(Op::LessInt(100), &[v]);
                self.op(Op::ThrowIfNot(101), &[v], &[]);
            }
            _ => {
                if !self.callees.is_empty() {
                    let (id, params, results) = self.callees[self.rng.below(self.callees.len())];
                    let args = self.ints(params);
                    let dsts = self.b.call(id, args, results);
                    self.values.extend(dsts.into_iter().map(|v| (v, Ty::Int)));
                }
            }
        }
    }

    /// A nested block: what is defined inside is forgotten afterwards.
    fn nested(&mut self, place: &Place, yields: Option<usize>, forced: Option<End>) -> Block {
        let before = self.values.len();
        self.b.open();
        let n = self.rng.below(4);
        self.statements(n, place);
        let end = forced.unwrap_or_else(|| self.end(place, yields));
        self.values.truncate(before);
        self.b.close(end)
    }

    fn end(&mut self, place: &Place, yields: Option<usize>) -> End {
        let leave_chance = if yields.is_some() { 30 } else { 100 };
        if self.rng.chance(leave_chance) {
            for _ in 0..6 {
                match self.rng.below(8) {
                    0 | 1 if place.returns => return End::Return(self.ints(self.results)),
                    2 | 3 if !place.scopes.is_empty() => {
                        let (id, n) = place.scopes[self.rng.below(place.scopes.len())];
                        return End::Leave(id, self.ints(n));
                    }
                    4 | 5 => {
                        if let Some((n, counter)) = place.looped {
                            let mut values = vec![counter];
                            values.extend(self.ints(n - 1));
                            let stop = self.rng.chance(50);
                            return if stop { End::Break(values) } else { End::Continue(values) };
                        }
                    }
                    6 => {
                        let code = 70 + self.rng.below(5) as u16;
                        self.op(Op::Throw(code), &[], &[]);
                        return End::Unreachable;
                    }
                    _ => {}
                }
            }
        }
        match yields {
            Some(n) => End::Yield(self.ints(n)),
            None => match place.looped {
                Some((n, counter)) => {
                    let mut values = vec![counter];
                    values.extend(self.ints(n - 1));
                    End::Continue(values)
                }
                None if place.returns => End::Return(self.ints(self.results)),
                None => match place.scopes.last() {
                    Some(&(id, n)) => End::Leave(id, self.ints(n)),
                    None => {
                        self.op(Op::Throw(75), &[], &[]);
                        End::Unreachable
                    }
                },
            },
        }
    }

    fn add_results(&mut self, n: usize) -> Vec<Value> {
        let dsts = self.b.values(n);
        self.values.extend(dsts.iter().map(|&v| (v, Ty::Int)));
        dsts
    }

    fn control(&mut self, place: &Place) {
        let deeper = Place { depth: place.depth + 1, ..place.clone() };
        let n = self.rng.below(3);
        match self.rng.below(10) {
            0..=4 => {
                let cond = self.int();
                let cond = if self.rng.chance(70) { self.b.op1(Op::GtInt(2), &[cond]) } else { cond };
                let then = self.nested(&deeper, Some(n), None);
                let els = if n == 0 && self.rng.chance(40) {
                    Block::default()
                } else {
                    self.nested(&deeper, Some(n), None)
                };
                let dsts = self.add_results(n);
                self.b.push(Inst::If { cond, then, els, dsts, span: None });
            }
            5 | 6 => {
                let id = self.b.scope();
                let mut inner = deeper;
                inner.scopes.push((id, n));
                let body = self.nested(&inner, Some(n), None);
                let dsts = self.add_results(n);
                self.b.push(Inst::Scope { id, body, dsts, span: None });
            }
            7 | 8 => self.looped(place),
            _ if self.rng.chance(50) => {
                let on = self.int();
                let on = self.b.op1(Op::ModPow2Const(3), &[on]);
                let count = 1 + self.rng.below(12);
                let mut cases = Vec::new();
                for key in 0..count {
                    cases.push((key as u64 * 2 % 13, self.nested(&deeper, Some(n), None)));
                }
                let default = self.nested(&deeper, Some(n), None);
                let dsts = self.add_results(n);
                self.b.push(Inst::Switch { on, cases, default, dsts, span: None });
            }
            _ => {
                let guarded =
                    Place { returns: false, scopes: Vec::new(), looped: None, depth: place.depth + 1 };
                let before = self.values.len();
                // Few values inside: the instruction takes fifteen.
                let kept: Vec<_> = self.values.iter().rev().take(4).copied().collect();
                let outer = std::mem::replace(&mut self.values, kept);
                let body = self.nested(&guarded, Some(n), None);
                let thrown = [self.b.value(), self.b.value()];
                self.values.push((thrown[1], Ty::Int));
                let catch = self.nested(&guarded, Some(n), None);
                self.values = outer;
                self.values.truncate(before);
                let dsts = self.add_results(n);
                self.b.push(Inst::Try { body, catch, thrown, dsts, span: None });
            }
        }
    }

    fn looped(&mut self, place: &Place) {
        let extra = self.rng.below(3);
        let rounds = self.rng.below(5) as i8;
        let zero = self.b.int(0);
        let mut inits = vec![zero];
        inits.extend(self.ints(extra));
        let before = self.values.len();
        let params = self.add_results(1 + extra);
        let forever = self.rng.chance(40);
        let cond = (!forever).then(|| {
            let mark = self.values.len();
            self.b.open();
            let n = self.rng.below(2);
            for _ in 0..n {
                self.arithmetic();
            }
            let flag = self.b.op1(Op::LessInt(rounds), &[params[0]]);
            self.values.truncate(mark);
            self.b.close(End::Yield(vec![flag]))
        });
        let inner_values = self.values.len();
        self.b.open();
        let next = self.b.op1(Op::Inc, &[params[0]]);
        self.values.push((next, Ty::Int));
        let inner = Place {
            returns: false,
            scopes: Vec::new(),
            looped: Some((1 + extra, next)),
            depth: place.depth + 1,
        };
        if forever {
            let stop = self.b.op1(Op::GtInt(rounds), &[next]);
            self.b.open();
            let mut values = vec![next];
            values.extend(self.ints(extra));
            let then = self.b.close(End::Break(values));
            self.b.push(Inst::If { cond: stop, then, els: Block::default(), dsts: Vec::new(), span: None });
        }
        let n = self.rng.below(4);
        self.statements(n, &inner);
        let end = self.end(&inner, None);
        self.values.truncate(inner_values);
        let body = self.b.close(end);
        self.values.truncate(before);
        let dsts = self.add_results(1 + extra);
        self.b.push(Inst::Loop { inits, params, cond, body, dsts, span: None });
    }

    fn statements(&mut self, n: usize, place: &Place) {
        for _ in 0..n {
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            match self.rng.below(20) {
                0..=9 => self.arithmetic(),
                10..=12 => self.data(),
                13..=15 => self.effect(),
                _ if place.depth < 5 => self.control(place),
                _ => self.arithmetic(),
            }
        }
    }

    fn body(&mut self) -> End {
        let place = Place { returns: true, scopes: Vec::new(), looped: None, depth: 0 };
        if self.wide {
            let n = 20 + self.rng.below(40);
            for _ in 0..n {
                let op = [Op::Add, Op::Xor, Op::Sub, Op::Min][self.rng.below(4)];
                let args = self.ints(2);
                self.op(op, &args, &[Ty::Int]);
            }
        }
        let n = 3 + self.rng.below(14);
        self.statements(n, &place);
        if self.wide {
            // Everything stays alive to the end.
            let all: Vec<Value> =
                self.values.iter().filter(|(_, t)| *t == Ty::Int).map(|(v, _)| *v).collect();
            let sum = all.into_iter().reduce(|a, v| self.b.op1(Op::Xor, &[a, v]));
            if let Some(sum) = sum {
                self.values.push((sum, Ty::Int));
                let mut results = vec![sum];
                results.extend(self.ints(self.results.saturating_sub(1)));
                results.truncate(self.results);
                return End::Return(results);
            }
        }
        End::Return(self.ints(self.results))
    }
}

/// A function that calls itself with a smaller first argument.
fn recursive(rng: &mut Rng, id: FuncId, name: &str) -> Function {
    let mut b = Builder::new(name, 2);
    let (fuel, x) = (b.params()[0], b.params()[1]);
    let fuel = b.op1(Op::ModPow2Const(3), &[fuel]);
    let stop = b.op1(Op::LessInt(1), &[fuel]);
    b.open();
    let then = b.close(End::Yield(vec![x]));
    b.open();
    let less = b.op1(Op::Dec, &[fuel]);
    let more = b.op1(Op::AddConst(rng.below(5) as i8), &[x]);
    let result = b.call(id, vec![less, more], 1)[0];
    let sum = b.op1(Op::Add, &[result, fuel]);
    let els = b.close(End::Yield(vec![sum]));
    let dst = b.value();
    b.push(Inst::If { cond: stop, then, els, dsts: vec![dst], span: None });
    b.finish(1, End::Return(vec![dst]), Inline::Auto, None)
}

/// A whole module.
pub(crate) fn random_module(seed: u64) -> Module {
    let mut rng = Rng::new(seed);
    let mut functions = Vec::new();
    let mut callees = Vec::new();
    if rng.chance(10) {
        let id = FuncId(0);
        functions.push(recursive(&mut rng, id, "recursive"));
        callees.push((id, 2, 1));
    }
    let count = 1 + rng.below(4);
    for i in 0..count {
        let entry = i + 1 == count;
        let params = rng.below(4);
        let results = if entry { 1 + rng.below(3) } else { rng.below(3) };
        let wide = rng.chance(8);
        let b = Builder::new(format!("f{i}"), params);
        let values = b.params().iter().map(|&v| (v, Ty::Int)).collect();
        let budget = 10 + rng.below(60);
        let mut g = Gen { rng: &mut rng, b, values, results, callees: callees.clone(), budget, wide };
        let end = g.body();
        let b = g.b;
        let inline = [Inline::Auto, Inline::Auto, Inline::Always, Inline::Never][rng.below(4)];
        let mut function = b.finish(results, end, inline, None);
        function.cold = rng.chance(15);
        let id = FuncId(functions.len() as u32);
        functions.push(function);
        callees.push((id, params, results));
    }
    let entry = FuncId(functions.len() as u32 - 1);
    Module { name: format!("Random{seed}"), functions, entry }
}

/// A module of one function, from a builder.
pub(crate) fn single(b: Builder, results: usize, end: End) -> Module {
    let function = b.finish(results, end, Inline::Auto, None);
    Module { name: "Single".into(), functions: vec![function], entry: FuncId(0) }
}

/// A constant that is not an integer.
pub(crate) fn null(b: &mut Builder) -> Value {
    b.constant(Const::Null)
}
