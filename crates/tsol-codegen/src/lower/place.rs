//! Places: reading, writing, and changing in one go.

use tsol_sema::builtin::Builtin;
use tsol_sema::hir::{AssignTarget, BinaryOp, Expr, ExprKind, Type};

use super::cx::Lowered;
use super::dict::MapShape;
use super::fx::Fx;
use super::slots;
use super::vars::Var;
use crate::ir::Value;
use crate::opcode::Op;

/// A variable and the way into it; indices have been evaluated.
#[derive(Clone, Debug)]
pub(super) struct Place {
    root: Var,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    /// Slots of a member.
    Member { start: usize, len: usize },
    /// Entry of a mapping.
    Entry { map: MapShape, key: Value },
    /// Element of an array.
    Item { map: MapShape, index: Value },
    /// Element of a vector; number of slots of one.
    Element { item: Type, index: Value },
    /// Value of an optional.
    Some { inner: Type },
    /// Top of a stack.
    Top { inner: Type },
}

impl<'p> Fx<'_, 'p> {
    /// Evaluates the indices of a place, from left to right.
    pub(super) fn place(&mut self, e: &'p Expr) -> Lowered<Place> {
        match &e.kind {
            ExprKind::Local(id) => Ok(Place { root: self.local(*id)?, steps: Vec::new() }),
            ExprKind::State(id) => Ok(Place { root: Var::State(*id), steps: Vec::new() }),
            ExprKind::Convert(base, _) if self.is_free(&base.ty, &e.ty) => self.place(base),
            ExprKind::Field(base, index) => {
                let mut place = self.place(base)?;
                let (start, len) = slots::member(self.cx.program, &base.ty, *index);
                place.steps.push(Step::Member { start, len });
                Ok(place)
            }
            ExprKind::Index(base, index) => {
                let mut place = self.place(base)?;
                let step = self.index_step(&base.ty, index)?;
                place.steps.push(step);
                Ok(place)
            }
            ExprKind::Builtin(builtin @ (Builtin::OptGet | Builtin::StackTop), args) => {
                let mut place = self.place(&args[0])?;
                place.steps.push(match (builtin, &args[0].ty) {
                    (Builtin::OptGet, Type::Optional(inner)) => Step::Some { inner: (**inner).clone() },
                    (_, Type::Stack(inner)) => Step::Top { inner: (**inner).clone() },
                    _ => return Err(self.cx.internal(e.span, "a place in a value of another type")),
                });
                Ok(place)
            }
            _ => Err(self.cx.unsupported(e.span, "assigning to this expression")),
        }
    }

    fn index_step(&mut self, base: &Type, index: &'p Expr) -> Lowered<Step> {
        let values = self.expr(index)?;
        match base {
            Type::Mapping(key, value) => {
                let map = self.map_shape(key, value);
                let key = self.map_key(&map, &values)?;
                Ok(Step::Entry { map, key })
            }
            Type::Array(item, _) => Ok(Step::Item { map: self.array_shape(item), index: values[0] }),
            Type::Vector(item) => Ok(Step::Element { item: (**item).clone(), index: values[0] }),
            _ => Err(self.cx.unsupported(index.span, "assigning to an element of this type")),
        }
    }

    /// Values before each step and at the end: the last one is the value of the place.
    fn read_chain(&mut self, place: &Place) -> Lowered<Vec<Vec<Value>>> {
        let mut chain = vec![self.get(place.root)?];
        for step in &place.steps {
            let now = chain[chain.len() - 1].clone();
            let next = self.read_step(step, &now)?;
            chain.push(next);
        }
        Ok(chain)
    }

    fn read_step(&mut self, step: &Step, now: &[Value]) -> Lowered<Vec<Value>> {
        match step {
            Step::Member { start, len } => Ok(now[*start..start + len].to_vec()),
            Step::Entry { map, key } => self.map_get(map, now[0], *key),
            Step::Item { map, index } => self.array_item(&map.value, now[1], *index),
            Step::Element { item, index } => {
                let raw = self.op1(Op::IndexVar, &[now[0], *index]);
                Ok(self.element_unpack(item, raw))
            }
            Step::Some { inner } => self.opt_get(inner, now[0]),
            Step::Top { inner } => {
                let (_, top) = self.op2(Op::Untuple(2), &[now[0]]);
                Ok(self.element_unpack(inner, top))
            }
        }
    }

    /// The value inside an optional; throws 63.
    pub(super) fn opt_get(&mut self, inner: &Type, value: Value) -> Lowered<Vec<Value>> {
        let absent = self.op1(Op::IsNull, &[value]);
        self.op0(Op::ThrowIf(63), &[absent]);
        Ok(self.opt_unwrap(inner, value))
    }

    /// An element of a vector or stack in one slot.
    pub(super) fn element_pack(&mut self, values: &[Value]) -> Value {
        if values.len() == 1 { values[0] } else { self.pack(values) }
    }

    /// The values of [`element_pack`](Fx::element_pack).
    pub(super) fn element_unpack(&mut self, ty: &Type, raw: Value) -> Vec<Value> {
        let count = self.slots(ty);
        if count == 1 { vec![raw] } else { self.unpack(raw, count) }
    }

    /// Writes `values` into the place.
    pub(super) fn write_place(&mut self, place: &Place, values: Vec<Value>) -> Lowered<()> {
        self.write_with(place, values, None)
    }

    /// As [`write_place`](Fx::write_place), where the values on the way in have been read already.
    fn write_with(&mut self, place: &Place, values: Vec<Value>, chain: Option<&[Vec<Value>]>) -> Lowered<()> {
        let root = self.get(place.root)?;
        // what was read is only good as long as nothing has changed the variable
        let chain = chain.filter(|chain| chain[0] == root);
        let new = self.write_steps(&place.steps, root, values, chain.map(|chain| &chain[1..]))?;
        self.set(place.root, new);
        Ok(())
    }

    fn write_steps(
        &mut self,
        steps: &[Step],
        now: Vec<Value>,
        values: Vec<Value>,
        chain: Option<&[Vec<Value>]>,
    ) -> Lowered<Vec<Value>> {
        let Some((step, rest)) = steps.split_first() else {
            return Ok(values);
        };
        let inner_chain = chain.map(|chain| &chain[1..]);
        let inner = if rest.is_empty() {
            values
        } else {
            let old = match chain {
                Some(chain) => chain[0].clone(),
                None => self.read_step(step, &now)?,
            };
            self.write_steps(rest, old, values, inner_chain)?
        };
        self.write_step(step, now, &inner)
    }

    fn write_step(&mut self, step: &Step, now: Vec<Value>, inner: &[Value]) -> Lowered<Vec<Value>> {
        match step {
            Step::Member { start, len } => {
                let mut new = now;
                new.splice(*start..start + len, inner.iter().copied());
                Ok(new)
            }
            Step::Entry { map, key } => Ok(vec![self.map_set(map, now[0], *key, inner)?]),
            Step::Item { map, index } => {
                let inside = self.op1(Op::Less, &[*index, now[0]]);
                self.op0(Op::ThrowIfNot(50), &[inside]);
                Ok(vec![now[0], self.map_set(map, now[1], *index, inner)?])
            }
            Step::Element { index, .. } => {
                let packed = self.element_pack(inner);
                Ok(vec![self.op1(Op::SetIndexVar, &[now[0], packed, *index])])
            }
            Step::Some { inner: ty } => {
                let absent = self.op1(Op::IsNull, &[now[0]]);
                self.op0(Op::ThrowIf(63), &[absent]);
                Ok(vec![self.opt_wrap(ty, inner)])
            }
            Step::Top { .. } => {
                let (below, _) = self.op2(Op::Untuple(2), &[now[0]]);
                let packed = self.element_pack(inner);
                Ok(vec![self.op1(Op::Tuple(2), &[below, packed])])
            }
        }
    }

    /// Reads the place, computes, writes back the first part of the result; gives the second.
    pub(super) fn change(
        &mut self,
        e: &'p Expr,
        f: impl FnOnce(&mut Self, Vec<Value>) -> Lowered<(Vec<Value>, Vec<Value>)>,
    ) -> Lowered<Vec<Value>> {
        let place = self.place(e)?;
        let chain = self.read_chain(&place)?;
        let (new, result) = f(self, chain[chain.len() - 1].clone())?;
        self.write_with(&place, new, Some(&chain))?;
        Ok(result)
    }

    // --- assignments

    /// `target = value`.
    pub(super) fn assign(&mut self, target: &'p AssignTarget, value: &'p Expr) -> Lowered<Vec<Value>> {
        let values = self.expr(value)?;
        self.assign_values(target, &value.ty, values.clone())?;
        Ok(match target {
            AssignTarget::Place(_) => values,
            AssignTarget::Tuple(_) => Vec::new(),
        })
    }

    fn assign_values(&mut self, target: &'p AssignTarget, ty: &Type, values: Vec<Value>) -> Lowered<()> {
        match target {
            AssignTarget::Place(e) => {
                let place = self.place(e)?;
                self.write_place(&place, values)
            }
            AssignTarget::Tuple(parts) => {
                let mut at = 0;
                for (part, ty) in parts.iter().zip(slots::members(self.cx.program, ty)) {
                    let len = self.slots(&ty);
                    if let Some(part) = part {
                        self.assign_values(part, &ty, values[at..at + len].to_vec())?;
                    }
                    at += len;
                }
                Ok(())
            }
        }
    }

    /// `target op= value`.
    pub(super) fn assign_op(
        &mut self,
        op: BinaryOp,
        target: &'p Expr,
        value: &'p Expr,
        checked: bool,
    ) -> Lowered<Vec<Value>> {
        let place = self.place(target)?;
        let chain = self.read_chain(&place)?;
        let old = chain[chain.len() - 1].clone();
        let right = self.expr(value)?;
        let new = self.binary_values(op, (&old, &target.ty), (&right, value), checked)?;
        self.write_with(&place, new.clone(), Some(&chain))?;
        Ok(new)
    }

    /// `++x` and its kin.
    pub(super) fn inc_dec(
        &mut self,
        target: &'p Expr,
        increment: bool,
        prefix: bool,
        checked: bool,
    ) -> Lowered<Vec<Value>> {
        self.change(target, |fx, old| {
            let op = match (fx.is_quiet(&target.ty), increment) {
                (false, true) => Op::Inc,
                (false, false) => Op::Dec,
                (true, true) => Op::QInc,
                (true, false) => Op::QDec,
            };
            let new = fx.op1(op, &[old[0]]);
            let new = fx.fit(new, &target.ty, checked);
            let result = if prefix { vec![new] } else { old };
            Ok((vec![new], result))
        })
    }

    /// `delete x`.
    pub(super) fn delete(&mut self, e: &'p Expr) -> Lowered<()> {
        let mut place = self.place(e)?;
        let last = place.steps.pop();
        if let Some(Step::Entry { map, key }) = last {
            let chain = self.read_chain(&place)?;
            let dict = chain[chain.len() - 1][0];
            let new = self.map_delete(&map, dict, key);
            return self.write_with(&place, vec![new], Some(&chain));
        }
        place.steps.extend(last);
        let default = self.default(&e.ty);
        self.write_place(&place, default)
    }
}
