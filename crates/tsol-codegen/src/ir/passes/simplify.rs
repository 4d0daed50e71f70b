//! One walk from top to bottom: constants, known results, repeated work, decided branches.

use std::collections::{HashMap, VecDeque};

use num_bigint::BigInt;
use num_traits::Zero;

use super::fold;
use super::range::{self, Range};
use crate::ir::{Block, Const, End, Function, Inst, Value};
use crate::opcode::{Class, Op};

/// Simplifies a function.
pub(super) fn simplify(function: &mut Function) {
    let mut pass = Simplify { values: function.values, ..Simplify::default() };
    let body = std::mem::take(&mut function.body);
    function.body = pass.block(body);
    // A use may stand before the walk learned what replaces it (loop parameters never are replaced).
    function.body.map_uses(&mut |value| pass.resolve(value));
    function.values = pass.values;
}

/// An operand as the key of a known result: constants by content.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Operand {
    Value(Value),
    Int(BigInt),
}

#[derive(Default)]
struct Simplify {
    values: u32,
    replaced: HashMap<Value, Value>,
    ints: HashMap<Value, BigInt>,
    ranges: HashMap<Value, Range>,
    /// Not-operations by result: `EQINT 0` and, of truth values, `NOT`.
    negated: HashMap<Value, Value>,
    /// Results of operations that dominate the current place, innermost block last.
    known: Vec<HashMap<(Op, Vec<Operand>), Vec<Value>>>,
}

impl Simplify {
    fn resolve(&self, mut value: Value) -> Value {
        while let Some(next) = self.replaced.get(&value) {
            value = *next;
        }
        value
    }

    fn fresh(&mut self) -> Value {
        self.values += 1;
        Value(self.values - 1)
    }

    fn block(&mut self, block: Block) -> Block {
        self.known.push(HashMap::new());
        let mut queue = VecDeque::from(block.insts);
        let (mut out, mut end) = (Vec::new(), block.end);
        while let Some(mut inst) = queue.pop_front() {
            for value in inst.args_mut() {
                *value = self.resolve(*value);
            }
            match inst {
                Inst::Const { dst, ref value, .. } => {
                    if let Const::Int(int) = value {
                        self.ranges.insert(dst, Range::exactly(int));
                        self.ints.insert(dst, int.clone());
                    }
                    out.push(inst);
                }
                Inst::Op { op, .. } if op.never_returns() => {
                    out.push(inst);
                    (queue, end) = (VecDeque::new(), End::Unreachable);
                }
                Inst::Op { .. } => {
                    if let Some(new_end) = self.operation(inst, &mut out) {
                        (queue, end) = (VecDeque::new(), new_end);
                    }
                }
                Inst::If { .. } => {
                    if let Some(new_end) = self.branch(inst, &mut out, &mut queue) {
                        end = new_end;
                    }
                }
                _ => {
                    for inner in inst.blocks_mut() {
                        *inner = self.block(std::mem::take(inner));
                    }
                    out.push(inst);
                }
            }
        }
        self.known.pop();
        if let Some(values) = end.values_mut() {
            for value in values {
                *value = self.resolve(*value);
            }
        }
        Block { insts: out, end }
    }

    /// An operation; gives the new end of the block when it turns out to throw always.
    fn operation(&mut self, inst: Inst, out: &mut Vec<Inst>) -> Option<End> {
        let Inst::Op { mut op, mut args, dsts, span } = inst else { return None };
        self.constant_to_the_right(&mut op, &mut args);
        if let Some(value) = self.folded(op, &args) {
            self.define_int(dsts[0], value, span, out);
            return None;
        }
        if let [dst] = dsts[..] {
            if let Some(same) = self.same_as(op, &args) {
                self.replaced.insert(dst, same);
                return None;
            }
        }
        if let Some(decided) = self.decided_throw(op, &args) {
            if decided {
                let always = if let Op::ThrowIf(code) | Op::ThrowIfNot(code) = op { Op::Throw(code) } else { op };
                out.push(Inst::Op { op: always, args: Vec::new(), dsts, span });
                return Some(End::Unreachable);
            }
            return None;
        }
        self.into_immediate(&mut op, &mut args);
        self.without_negation(&mut op, &mut args);
        let key = (op, args.iter().map(|value| self.operand(*value)).collect::<Vec<_>>());
        if matches!(op.class(), Class::Pure | Class::MayThrow) {
            if let Some(known) = self.known.iter().rev().find_map(|scope| scope.get(&key)).cloned() {
                self.replaced.extend(dsts.into_iter().zip(known));
                return None;
            }
            if let Some(scope) = self.known.last_mut() {
                scope.insert(key, dsts.clone());
            }
        }
        self.learn(op, &args, &dsts);
        out.push(Inst::Op { op, args, dsts, span });
        None
    }

    fn operand(&self, value: Value) -> Operand {
        self.ints.get(&value).map_or(Operand::Value(value), |int| Operand::Int(int.clone()))
    }

    fn define_int(
        &mut self,
        dst: Value,
        value: BigInt,
        span: Option<tsol_syntax::span::Span>,
        out: &mut Vec<Inst>,
    ) {
        self.ranges.insert(dst, Range::exactly(&value));
        self.ints.insert(dst, value.clone());
        out.push(Inst::Const { dst, value: Const::Int(value), span });
    }

    fn constant_to_the_right(&self, op: &mut Op, args: &mut [Value]) {
        let is_int = |value: &Value| self.ints.contains_key(value);
        if let [left, right] = args
            && is_int(left)
            && !is_int(right)
            && let Some(flipped) = op.flipped()
            && matches!(op.class(), Class::Pure | Class::MayThrow)
            && op.row().signature.starts_with("ii-")
        {
            std::mem::swap(left, right);
            *op = flipped;
        }
    }

    fn folded(&self, op: Op, args: &[Value]) -> Option<BigInt> {
        if op.results() != 1 || args.is_empty() {
            return None;
        }
        let ints: Option<Vec<_>> = args.iter().map(|value| self.ints.get(value)).collect();
        fold::fold(op, &ints?)
    }

    /// The operand that the operation gives back as it is.
    fn same_as(&self, op: Op, args: &[Value]) -> Option<Value> {
        match (op, args) {
            (Op::Fits(bits), [value]) => self.ranges.get(value)?.within(&Range::signed(bits)).then_some(*value),
            (Op::UFits(bits), [value]) => self.ranges.get(value)?.within(&Range::unsigned(bits)).then_some(*value),
            (Op::AddConst(0), [value]) => Some(*value),
            (_, [left, right]) => {
                // NaN is an operand of quiet operations only, and those are other variants.
                fold::is_identity(op, self.ints.get(right)?).then_some(*left)
            }
            _ => None,
        }
    }

    /// Whether a conditional throw always (`true`) or never (`false`) happens.
    fn decided_throw(&self, op: Op, args: &[Value]) -> Option<bool> {
        let condition = |value: &Value| self.ints.get(value).map(|int| !int.is_zero());
        match (op, args) {
            (Op::ThrowIf(_), [value]) => condition(value),
            (Op::ThrowIfNot(_), [value]) => condition(value).map(|is_true| !is_true),
            _ => None,
        }
    }

    fn into_immediate(&self, op: &mut Op, args: &mut Vec<Value>) {
        if let [_, right] = args[..]
            && let Some(right) = self.ints.get(&right)
            && let Some(shorter) = fold::immediate(*op, right)
        {
            *op = shorter;
            args.pop();
        }
    }

    fn without_negation(&self, op: &mut Op, args: &mut [Value]) {
        let [value] = args else { return };
        let Some(inner) = self.negated.get(value) else { return };
        *op = match *op {
            Op::ThrowIf(code) => Op::ThrowIfNot(code),
            Op::ThrowIfNot(code) => Op::ThrowIf(code),
            _ => return,
        };
        *value = *inner;
    }

    fn learn(&mut self, op: Op, args: &[Value], dsts: &[Value]) {
        let Some(first) = dsts.first() else { return };
        let known = range::of(op, |index| args.get(index).and_then(|value| self.ranges.get(value)).cloned());
        if let Some(range) = known {
            self.ranges.insert(*first, range);
        }
        let is_truth = |value: &Value| self.ranges.get(value).is_some_and(|r| r.within(&Range::truth()));
        match (op, args) {
            (Op::EqInt(0), [value]) => {
                self.negated.insert(*first, *value);
            }
            (Op::Not, [value]) if is_truth(value) => {
                self.negated.insert(*first, *value);
            }
            _ => {}
        }
    }

    /// A branch; gives the new end of the block when only one way is left and it does not come back.
    fn branch(&mut self, inst: Inst, out: &mut Vec<Inst>, queue: &mut VecDeque<Inst>) -> Option<End> {
        let Inst::If { mut cond, mut then, mut els, dsts, span } = inst else { return None };
        while let Some(inner) = self.negated.get(&cond).copied() {
            cond = self.resolve(inner);
            std::mem::swap(&mut then, &mut els);
        }
        if let Some(int) = self.ints.get(&cond) {
            let chosen = if int.is_zero() { els } else { then };
            return self.splice(chosen, &dsts, queue);
        }
        let (mut then, mut els) = (self.block(then), self.block(els));
        if let Some(code) = lone_throw(&then) {
            out.push(Inst::Op { op: Op::ThrowIf(code), args: vec![cond], dsts: Vec::new(), span });
            return self.splice(els, &dsts, queue);
        }
        if let Some(code) = lone_throw(&els) {
            out.push(Inst::Op { op: Op::ThrowIfNot(code), args: vec![cond], dsts: Vec::new(), span });
            return self.splice(then, &dsts, queue);
        }
        let mut dsts = dsts;
        self.drop_equal_results(&mut then, &mut els, &mut dsts);
        if then.insts.is_empty() && els.insts.is_empty() && dsts.is_empty() && then.yields() && els.yields() {
            return None;
        }
        out.push(Inst::If { cond, then, els, dsts, span });
        None
    }

    /// Puts a block in place of the instruction that owned it.
    fn splice(&mut self, chosen: Block, dsts: &[Value], queue: &mut VecDeque<Inst>) -> Option<End> {
        let new_end = match chosen.end {
            End::Yield(values) => {
                for (dst, value) in dsts.iter().zip(values) {
                    self.replaced.insert(*dst, value);
                }
                None
            }
            other => {
                queue.clear();
                Some(other)
            }
        };
        for inst in chosen.insts.into_iter().rev() {
            queue.push_front(inst);
        }
        new_end
    }

    /// Results that both ways yield as the same value are that value.
    fn drop_equal_results(&mut self, then: &mut Block, els: &mut Block, dsts: &mut Vec<Value>) {
        let (End::Yield(a), End::Yield(b)) = (&mut then.end, &mut els.end) else { return };
        for index in (0..dsts.len()).rev() {
            let same_int = match (self.ints.get(&a[index]), self.ints.get(&b[index])) {
                (Some(x), Some(y)) if x == y => Some(x.clone()),
                _ => None,
            };
            if a[index] == b[index] {
                self.replaced.insert(dsts[index], a[index]);
            } else if let Some(int) = same_int {
                // Both ways push the same number: push it in one of them and keep the result, but know its value.
                self.ranges.insert(dsts[index], Range::exactly(&int));
                continue;
            } else {
                self.join_ranges(dsts[index], a[index], b[index]);
                continue;
            }
            a.remove(index);
            b.remove(index);
            dsts.remove(index);
        }
    }

    fn join_ranges(&mut self, dst: Value, a: Value, b: Value) {
        if let (Some(a), Some(b)) = (self.ranges.get(&a), self.ranges.get(&b)) {
            let low = a.low.clone().min(b.low.clone());
            let high = a.high.clone().max(b.high.clone());
            self.ranges.insert(dst, Range::new(low, high));
        }
    }
}

/// The exit code of a block that does nothing but throw.
fn lone_throw(block: &Block) -> Option<u16> {
    match (&block.insts[..], &block.end) {
        ([Inst::Op { op: Op::Throw(code), .. }], End::Unreachable) => Some(*code),
        _ => None,
    }
}
