//! Forward pass: constants, common operations, ranges, branches that are decided.

use std::collections::HashMap;

use num_bigint::BigInt;
use num_traits::{One, ToPrimitive, Zero};
use tsol_syntax::span::Span;

use super::range::{self, Range};
use super::rename::Renaming;
use crate::ir::{Block, Const, End, Function, Inst, Value};
use crate::opcode::{Class, Op};

pub(super) fn simplify(function: &mut Function) {
    let mut pass = Simplify {
        names: Renaming::default(),
        ints: HashMap::new(),
        known: HashMap::new(),
        made: HashMap::new(),
        defs: HashMap::new(),
        ranges: HashMap::new(),
        facts: HashMap::new(),
    };
    pass.block(&mut function.body);
}

struct Simplify {
    names: Renaming,
    ints: HashMap<Value, BigInt>,
    /// Values of constants that are visible here.
    known: HashMap<BigInt, Value>,
    /// Results of operations that are visible here.
    made: HashMap<(Op, Vec<Value>), Vec<Value>>,
    /// Operation of a value with one result.
    defs: HashMap<Value, (Op, Vec<Value>)>,
    ranges: HashMap<Value, Range>,
    /// Truth values that an earlier test has settled on the way here.
    facts: HashMap<Value, bool>,
}

/// What an instruction becomes.
enum Now {
    Keep,
    Gone,
    Int(BigInt),
    Op(Op, Vec<Value>),
}

impl Simplify {
    fn block(&mut self, block: &mut Block) {
        let (known, made, facts) = (self.known.clone(), self.made.clone(), self.facts.clone());
        let mut out = Vec::with_capacity(block.insts.len());
        for inst in std::mem::take(&mut block.insts) {
            if !self.inst(inst, &mut out, block) {
                break;
            }
        }
        block.insts = out;
        if let Some(values) = block.end.values_mut() {
            for value in values {
                *value = self.names.get(*value);
            }
        }
        self.known = known;
        self.made = made;
        self.facts = facts;
    }

    /// Is the value known to be zero or not?
    fn truth(&self, value: Value) -> Option<bool> {
        self.int(value).map(|n| !n.is_zero()).or_else(|| self.facts.get(&value).copied())
    }

    fn int(&self, value: Value) -> Option<&BigInt> {
        self.ints.get(&value)
    }

    /// Handles one instruction; false when the block ends here.
    fn inst(&mut self, mut inst: Inst, out: &mut Vec<Inst>, block: &mut Block) -> bool {
        for value in inst.args_mut() {
            *value = self.names.get(*value);
        }
        match inst {
            Inst::Const { dst, value: Const::Int(n), span } => self.constant(dst, n, span, out),
            Inst::Op { op, args, dsts, span } => self.op(op, args, dsts, span, out),
            Inst::If { cond, then, els, dsts, span } => {
                return self.branch(cond, then, els, dsts, span, out, block);
            }
            Inst::Switch { on, mut cases, mut default, dsts, span } if self.int(on).is_some() => {
                let key = self.int(on).and_then(ToPrimitive::to_u64);
                let hit = cases.iter().position(|(k, _)| Some(*k) == key);
                let chosen = match hit {
                    Some(i) => cases.swap_remove(i).1,
                    None => std::mem::take(&mut default),
                };
                return self.splice(chosen, &dsts, out, block, span);
            }
            mut inst => {
                for inner in inst.blocks_mut() {
                    self.block(inner);
                }
                out.push(inst);
            }
        }
        true
    }

    fn constant(&mut self, dst: Value, n: BigInt, span: Option<Span>, out: &mut Vec<Inst>) {
        if let Some(&same) = self.known.get(&n) {
            self.names.set(dst, same);
            return;
        }
        self.known.insert(n.clone(), dst);
        self.ranges.insert(dst, Range::exactly(&n));
        self.ints.insert(dst, n.clone());
        out.push(Inst::Const { dst, value: Const::Int(n), span });
    }

    fn op(&mut self, op: Op, args: Vec<Value>, dsts: Vec<Value>, span: Option<Span>, out: &mut Vec<Inst>) {
        let ints: Option<Vec<BigInt>> = args.iter().map(|&v| self.int(v).cloned()).collect();
        if let Some(ints) = &ints
            && !ints.is_empty()
            && let Some(results) = super::eval(op, ints)
        {
            for (&dst, n) in dsts.iter().zip(results) {
                self.constant(dst, n, span, out);
            }
            return;
        }
        let (op, args) = match self.rewrite(op, &args, &dsts) {
            Now::Keep => (op, args),
            Now::Gone => return,
            Now::Int(n) => {
                self.constant(dsts[0], n, span, out);
                return;
            }
            Now::Op(op, args) => (op, args),
        };
        let pure = matches!(op.class(), Class::Pure | Class::MayThrow);
        if pure && !args.is_empty() {
            let key = (op, args.clone());
            if let Some(same) = self.made.get(&key) {
                for (&dst, &old) in dsts.iter().zip(same) {
                    self.names.set(dst, old);
                }
                return;
            }
            self.made.insert(key, dsts.clone());
        }
        let ranges: Vec<Option<&Range>> = args.iter().map(|v| self.ranges.get(v)).collect();
        if let (Some(found), _) = range::of(op, &ranges)
            && let Some(&dst) = dsts.first()
        {
            self.ranges.insert(dst, found);
        }
        match op {
            Op::ThrowIf(_) => self.facts.insert(args[0], false),
            Op::ThrowIfNot(_) => self.facts.insert(args[0], true),
            _ => None,
        };
        if let [dst] = dsts[..] {
            self.defs.insert(dst, (op, args.clone()));
        }
        out.push(Inst::Op { op, args, dsts, span });
    }

    /// Is the value -1 or 0?
    fn is_flag(&self, value: Value) -> bool {
        self.ranges.get(&value).is_some_and(|r| r.max <= BigInt::zero() && r.min >= BigInt::from(-1))
    }

    /// The operation that gives the opposite truth value.
    fn inverse(op: Op) -> Option<Op> {
        Some(match op {
            Op::Less => Op::Geq,
            Op::Geq => Op::Less,
            Op::Greater => Op::Leq,
            Op::Leq => Op::Greater,
            Op::Equal => Op::Neq,
            Op::Neq => Op::Equal,
            Op::EqInt(n) => Op::NeqInt(n),
            Op::NeqInt(n) => Op::EqInt(n),
            Op::LessInt(n) if n > i8::MIN => Op::GtInt(n - 1),
            Op::GtInt(n) if n < i8::MAX => Op::LessInt(n + 1),
            _ => return None,
        })
    }

    fn rewrite(&mut self, op: Op, args: &[Value], dsts: &[Value]) -> Now {
        let same = |this: &mut Self, value: Value| {
            this.names.set(dsts[0], value);
            Now::Gone
        };
        let b = args.get(1).and_then(|&v| self.int(v)).cloned();
        let a = args.first().and_then(|&v| self.int(v)).cloned();
        let minus_one = BigInt::from(-1);
        match op {
            Op::UFits(_) | Op::Fits(_) => {
                let known = [self.ranges.get(&args[0])];
                if self.ranges.contains_key(&args[0]) && range::of(op, &known).1 {
                    return same(self, args[0]);
                }
            }
            Op::Add | Op::Or | Op::Xor if b.as_ref().is_some_and(Zero::is_zero) => {
                return same(self, args[0]);
            }
            Op::Add | Op::Or | Op::Xor if a.as_ref().is_some_and(Zero::is_zero) => {
                return same(self, args[1]);
            }
            Op::Sub if b.as_ref().is_some_and(Zero::is_zero) => return same(self, args[0]),
            Op::Mul | Op::Div if b.as_ref().is_some_and(One::is_one) => return same(self, args[0]),
            Op::Mul if a.as_ref().is_some_and(One::is_one) => return same(self, args[1]),
            Op::And if b.as_ref() == Some(&minus_one) => return same(self, args[0]),
            Op::And if a.as_ref() == Some(&minus_one) => return same(self, args[1]),
            Op::And if args[0] == args[1] => return same(self, args[0]),
            Op::Or if args[0] == args[1] => return same(self, args[0]),
            Op::And if a.as_ref().or(b.as_ref()).is_some_and(Zero::is_zero) => {
                return Now::Int(BigInt::zero());
            }
            Op::AddConst(0) | Op::MulConst(1) => return same(self, args[0]),
            Op::Equal if b.as_ref().is_some_and(Zero::is_zero) => return self.is_zero(args[0]),
            Op::Neq if b.as_ref().is_some_and(Zero::is_zero) && self.is_flag(args[0]) => {
                return same(self, args[0]);
            }
            Op::NeqInt(0) if self.is_flag(args[0]) => return same(self, args[0]),
            Op::EqInt(0) | Op::Not if op == Op::EqInt(0) || self.is_flag(args[0]) => {
                return self.is_zero(args[0]);
            }
            Op::ThrowIf(n) | Op::ThrowIfNot(n) if self.truth(args[0]).is_some() => {
                let when = matches!(op, Op::ThrowIf(_));
                if self.truth(args[0]) != Some(when) {
                    return Now::Gone;
                }
                return Now::Op(Op::Throw(n), Vec::new());
            }
            Op::ThrowIf(n) => {
                if let Some(cond) = self.opposite(args[0]) {
                    return Now::Op(Op::ThrowIfNot(n), vec![cond]);
                }
            }
            Op::ThrowIfNot(n) => {
                if let Some(cond) = self.opposite(args[0]) {
                    return Now::Op(Op::ThrowIf(n), vec![cond]);
                }
            }
            Op::IsNull if matches!(self.defs.get(&args[0]), Some((Op::Tuple(_) | Op::SetIndex(_), _))) => {
                return Now::Int(BigInt::zero());
            }
            Op::LShift if a.as_ref().is_some_and(One::is_one) => return Now::Op(Op::Pow2, vec![args[1]]),
            Op::And => {
                // All ones: the value modulo a power of two.
                let mask = |n: &BigInt| {
                    let above: BigInt = n + 1;
                    let bits = above.trailing_zeros().filter(|&z| above == BigInt::one() << z)?;
                    (1..=256).contains(&bits).then_some(bits as u16)
                };
                for (n, other) in [(&b, args[0]), (&a, args[1])] {
                    if let Some(bits) = n.as_ref().and_then(mask) {
                        let small = self.ranges.get(&other).is_some_and(|r| r.within(&Range::unsigned(bits)));
                        if small {
                            return same(self, other);
                        }
                        return Now::Op(Op::ModPow2Const(bits), vec![other]);
                    }
                }
            }
            Op::ModPow2Const(bits)
                if self.ranges.get(&args[0]).is_some_and(|r| r.within(&Range::unsigned(bits))) =>
            {
                return same(self, args[0]);
            }
            Op::CondSel if args[1] == args[2] => return same(self, args[1]),
            Op::CondSel => {
                if let Some(n) = a {
                    return same(self, if n.is_zero() { args[2] } else { args[1] });
                }
            }
            Op::Index(i) => {
                if let Some((Op::Tuple(_), items)) = self.defs.get(&args[0])
                    && let Some(&item) = items.get(usize::from(i))
                {
                    return same(self, item);
                }
            }
            Op::Untuple(n) => {
                if let Some((Op::Tuple(m), items)) = self.defs.get(&args[0]).cloned()
                    && n == m
                {
                    for (&dst, item) in dsts.iter().zip(items) {
                        self.names.set(dst, item);
                    }
                    return Now::Gone;
                }
            }
            _ => {}
        }
        Now::Keep
    }

    /// A value `v` for which `value` is true exactly when `v` is zero.
    fn opposite(&self, value: Value) -> Option<Value> {
        match self.defs.get(&value) {
            Some((Op::EqInt(0), args)) => Some(args[0]),
            Some((Op::Equal, args)) if self.int(args[1]).is_some_and(Zero::is_zero) => Some(args[0]),
            Some((Op::Not, args)) if self.is_flag(args[0]) => Some(args[0]),
            _ => None,
        }
    }

    fn is_zero(&mut self, value: Value) -> Now {
        if let Some((op, args)) = self.defs.get(&value).cloned()
            && let Some(inverse) = Self::inverse(op)
        {
            return Now::Op(inverse, args);
        }
        Now::Op(Op::EqInt(0), vec![value])
    }

    #[allow(clippy::too_many_arguments)]
    fn branch(
        &mut self,
        cond: Value,
        mut then: Block,
        mut els: Block,
        dsts: Vec<Value>,
        span: Option<Span>,
        out: &mut Vec<Inst>,
        block: &mut Block,
    ) -> bool {
        let mut cond = cond;
        while let Some(other) = self.opposite(cond) {
            cond = other;
            std::mem::swap(&mut then, &mut els);
        }
        if let Some(truth) = self.truth(cond) {
            let chosen = if truth { then } else { els };
            return self.splice(chosen, &dsts, out, block, span);
        }
        // A branch that only throws is a conditional throw.
        for (side, other, when) in [(&then, &els, true), (&els, &then, false)] {
            if let ([Inst::Op { op: Op::Throw(n), span: throw, .. }], End::Unreachable) =
                (&side.insts[..], &side.end)
            {
                let op = if when { Op::ThrowIf(*n) } else { Op::ThrowIfNot(*n) };
                let (other, span) = (other.clone(), throw.or(span));
                out.push(Inst::Op { op, args: vec![cond], dsts: Vec::new(), span });
                self.facts.insert(cond, !when);
                return self.splice(other, &dsts, out, block, span);
            }
        }
        let before = self.facts.insert(cond, true);
        self.block(&mut then);
        self.facts.insert(cond, false);
        self.block(&mut els);
        match before {
            Some(truth) => self.facts.insert(cond, truth),
            None => self.facts.remove(&cond),
        };
        // Equal results need no branch.
        let mut kept = dsts;
        if let (End::Yield(a), End::Yield(b)) = (&mut then.end, &mut els.end) {
            let mut i = 0;
            while i < kept.len() {
                if a[i] == b[i] {
                    self.names.set(kept[i], a[i]);
                    kept.remove(i);
                    a.remove(i);
                    b.remove(i);
                } else {
                    i += 1;
                }
            }
            if then.insts.is_empty() && els.insts.is_empty() && kept.is_empty() {
                return true;
            }
        }
        if let ([], [], [dst]) = (&then.insts[..], &els.insts[..], &kept[..])
            && let (End::Yield(a), End::Yield(b)) = (&then.end, &els.end)
            && self.is_flag(cond)
        {
            let (a, b) = (a[0], b[0]);
            let truth = |v: Value, n: i32| self.int(v) == Some(&BigInt::from(n));
            let dst = *dst;
            if truth(a, -1) && truth(b, 0) {
                self.names.set(dst, cond);
                return true;
            }
            let op = if truth(b, 0) && self.is_flag(a) {
                Some((Op::And, vec![cond, a]))
            } else if truth(a, -1) && self.is_flag(b) {
                Some((Op::Or, vec![cond, b]))
            } else {
                None
            };
            if let Some((op, args)) = op {
                self.op(op, args, vec![dst], span, out);
                return true;
            }
        }
        out.push(Inst::If { cond, then, els, dsts: kept, span });
        true
    }

    /// Puts a block in the place of its instruction; false when it does not come back.
    fn splice(
        &mut self,
        chosen: Block,
        dsts: &[Value],
        out: &mut Vec<Inst>,
        block: &mut Block,
        _span: Option<Span>,
    ) -> bool {
        for inst in chosen.insts {
            if !self.inst(inst, out, block) {
                return false;
            }
        }
        match chosen.end {
            End::Yield(values) => {
                for (&dst, &value) in dsts.iter().zip(&values) {
                    let value = self.names.get(value);
                    if dst != value {
                        self.names.set(dst, value);
                    }
                }
                true
            }
            end => {
                block.end = end;
                false
            }
        }
    }
}
