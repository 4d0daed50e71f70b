//! Expressions.

use tsol_sema::hir::{Expr, ExprKind, FunctionId, Type};
use tycho_types::cell::CellBuilder;

use super::cx::{Instance, Lowered};
use super::effects;
use super::fx::Fx;
use super::runtime::Runtime;
use super::slots;
use super::vars::Var;
use crate::abi::{extern_id, leaves};
use crate::ir::{Const, Value};
use crate::opcode::Op;

impl<'p> Fx<'_, 'p> {
    /// The values of an expression.
    pub(super) fn expr(&mut self, e: &'p Expr) -> Lowered<Vec<Value>> {
        let outer = self.b.set_span(Some(e.span));
        let result = self.expr_kind(e);
        self.b.set_span(outer);
        result
    }

    /// The value of an expression of one slot.
    pub(super) fn expr1(&mut self, e: &'p Expr) -> Lowered<Value> {
        match self.expr(e)?.as_slice() {
            [value] => Ok(*value),
            // a dead end such as `revert()`: any value will do
            [] if !self.env.is_alive() => Ok(self.int(0)),
            _ => Err(self.cx.internal(e.span, "one value expected")),
        }
    }

    /// Evaluates and drops.
    pub(super) fn expr_void(&mut self, e: &'p Expr) -> Lowered<()> {
        self.expr(e).map(drop)
    }

    /// The values of several expressions, from left to right.
    pub(super) fn exprs(&mut self, list: &'p [Expr]) -> Lowered<Vec<Value>> {
        let mut out = Vec::new();
        for e in list {
            out.extend(self.expr(e)?);
        }
        Ok(out)
    }

    fn expr_kind(&mut self, e: &'p Expr) -> Lowered<Vec<Value>> {
        let one = |value| Ok(vec![value]);
        match &e.kind {
            ExprKind::Int(value) => one(self.int(value.clone())),
            ExprKind::Bool(value) => one(self.bool(*value)),
            ExprKind::Bytes(bytes) => one(self.text(bytes)),
            ExprKind::SliceBits(bits) => self.slice_bits(bits, e),
            ExprKind::Address(workchain, hash) => {
                let cell = super::convert::address_cell(*workchain, hash);
                one(self.b.constant(Const::Slice(cell)))
            }
            ExprKind::AddressNone => one(self.address_none()),
            ExprKind::Default => Ok(self.default(&e.ty)),
            ExprKind::Local(id) => {
                let var = self.local(*id)?;
                self.get(var)
            }
            ExprKind::State(id) => self.get(Var::State(*id)),
            ExprKind::Tuple(list) | ExprKind::StructNew(_, list) => self.exprs(list),
            ExprKind::Field(base, index) => self.field(base, *index),
            ExprKind::Index(base, index) => self.index(base, index),
            ExprKind::Slice(base, from, to) => self.sub_bytes(base, from.as_deref(), to.as_deref()),
            ExprKind::Unary(op, a, checked) => self.unary(*op, a, *checked),
            ExprKind::Binary(op, a, b, checked) => self.binary(*op, a, b, *checked),
            ExprKind::Ternary(cond, a, b) => {
                let (cond, inverted) = self.truth(cond)?;
                let (a, b) = if inverted { (b, a) } else { (a, b) };
                self.branch(cond, |fx| fx.expr(a), |fx| fx.expr(b))
            }
            ExprKind::Assign(target, value) => self.assign(target, value),
            ExprKind::AssignOp(op, target, value, checked) => self.assign_op(*op, target, value, *checked),
            ExprKind::IncDec { target, increment, prefix, checked } => {
                self.inc_dec(target, *increment, *prefix, *checked)
            }
            ExprKind::Delete(place) => self.delete(place).map(|()| Vec::new()),
            ExprKind::Convert(inner, checked) => self.convert(inner, &e.ty, *checked),
            ExprKind::ArrayNew(len) => self.array_new(&e.ty, len),
            ExprKind::ArrayLiteral(items) => self.array_literal(&e.ty, items),
            ExprKind::Call(id, args) => self.call(*id, args),
            ExprKind::CallBound(id, args) => self.call_bound(*id, args),
            ExprKind::Builtin(builtin, args) => self.builtin(builtin, args, e),
            ExprKind::MessageCall { target, function, args, options } => {
                self.message_call(target, *function, args, options).map(|()| Vec::new())
            }
            ExprKind::Transfer { target, body, options } => {
                self.transfer(target, body.as_deref(), options).map(|()| Vec::new())
            }
            ExprKind::EncodeIntMsg { target, function, args, options } => {
                self.encode_int_msg(target, *function, args, options)
            }
            ExprKind::New { interface, args, options } => self.deploy(*interface, args, options),
            ExprKind::EncodeBody { function, callback, args } => self.encode_body(*function, *callback, args),
            ExprKind::EncodeStateInit { interface, options, data, split_depth } => {
                self.encode_state_init(*interface, options, data.as_deref(), split_depth.as_deref())
            }
            ExprKind::DecodeFunctionParams(function, slice) => self.decode_function_params(*function, slice),
            ExprKind::FunctionId(function) => one(self.int(extern_id(self.cx.program, *function))),
            ExprKind::EnumCast(id, value) => {
                let value = self.expr1(value)?;
                let count = self.cx.program.enums[id.0 as usize].members.len();
                let (limit, low) = (self.int(count), self.op1(Op::LessInt(0), &[value]));
                let high = self.op1(Op::Geq, &[value, limit]);
                let wrong = self.op1(Op::Or, &[low, high]);
                // the official compiler reports a failed conversion to an enum as an overflow
                self.op0(Op::ThrowIf(4), &[wrong]);
                one(value)
            }
            ExprKind::StackSort(..) => Err(self.cx.unsupported(e.span, "`sort` of a stack")),
            #[allow(unreachable_patterns)] // the typed tree may grow
            _ => Err(self.cx.unsupported(e.span, "this expression")),
        }
    }

    fn slice_bits(&mut self, bits: &[bool], e: &Expr) -> Lowered<Vec<Value>> {
        let mut builder = CellBuilder::new();
        let stored = bits.iter().try_for_each(|bit| builder.store_bit(*bit));
        match (stored, builder.build()) {
            (Ok(()), Ok(cell)) => Ok(vec![self.b.constant(Const::Slice(cell))]),
            _ => Err(self.cx.unsupported(e.span, "a slice literal of more than 1023 bits")),
        }
    }

    /// A member; of an entry of a mapping or array only this member is decoded.
    fn field(&mut self, base: &'p Expr, index: usize) -> Lowered<Vec<Value>> {
        if let ExprKind::Index(container, key) = &base.kind
            && let Type::Mapping(..) | Type::Array(..) = &container.ty
        {
            return self.entry_member(container, key, &base.ty, index);
        }
        let values = self.expr(base)?;
        Ok(self.member_values(&base.ty, &values, index))
    }

    fn entry_member(
        &mut self,
        container: &'p Expr,
        key: &'p Expr,
        ty: &Type,
        index: usize,
    ) -> Lowered<Vec<Value>> {
        let program = self.cx.program;
        let types = slots::members(program, ty);
        let before = leaves(program, &types[..index]).len();
        let count = leaves(program, [&types[index]]).len();
        let total = leaves(program, [ty]).len();
        let needed: Vec<_> = (0..total).map(|i| (before..before + count).contains(&i)).collect();
        let base = self.expr(container)?;
        let at = self.expr(key)?;
        match &container.ty {
            Type::Mapping(k, v) => {
                let map = self.map_shape(k, v);
                let key = self.map_key(&map, &at)?;
                let (raw, found) = self.map_get_raw(&map, base[0], key);
                self.branch(
                    found,
                    |fx| Ok(fx.map_decode_some(&map, raw, &needed)?.concat()),
                    |fx| Ok(fx.default(&types[index])),
                )
            }
            Type::Array(item, _) => {
                let map = self.array_shape(item);
                let (raw, found) = self.map_get_raw(&map, base[1], at[0]);
                self.op0(Op::ThrowIfNot(50), &[found]);
                Ok(self.map_decode_some(&map, raw, &needed)?.concat())
            }
            _ => Err(self.cx.internal(container.span, "an entry of something else")),
        }
    }

    fn index(&mut self, base: &'p Expr, index: &'p Expr) -> Lowered<Vec<Value>> {
        let values = self.expr(base)?;
        let at = self.expr(index)?;
        match &base.ty {
            Type::Mapping(k, v) => {
                let map = self.map_shape(k, v);
                let key = self.map_key(&map, &at)?;
                self.map_get(&map, values[0], key)
            }
            Type::Array(item, _) => self.array_item(item, values[1], at[0]),
            Type::Bytes | Type::String => Ok(self.call_runtime(Runtime::ByteAt, &[values[0], at[0]])),
            Type::Vector(item) => {
                let raw = self.op1(Op::IndexVar, &[values[0], at[0]]);
                Ok(self.element_unpack(item, raw))
            }
            Type::FixedBytes(n) => {
                let last = self.int(n - 1);
                let left = self.op1(Op::Sub, &[last, at[0]]);
                let outside = self.op1(Op::LessInt(0), &[left]);
                self.op0(Op::ThrowIf(50), &[outside]);
                let bits = self.op1(Op::MulConst(8), &[left]);
                let shifted = self.op1(Op::RShift, &[values[0], bits]);
                Ok(vec![self.op1(Op::ModPow2Const(8), &[shifted])])
            }
            _ => Err(self.cx.unsupported(base.span, "indexing this type")),
        }
    }

    fn sub_bytes(
        &mut self,
        base: &'p Expr,
        from: Option<&'p Expr>,
        to: Option<&'p Expr>,
    ) -> Lowered<Vec<Value>> {
        let cell = self.expr1(base)?;
        let from = match from {
            Some(from) => self.expr1(from)?,
            None => self.int(0),
        };
        let to = match to {
            Some(to) => self.expr1(to)?,
            None => self.call_runtime(Runtime::ByteLength, &[cell])[0],
        };
        let ordered = self.op1(Op::Leq, &[from, to]);
        self.op0(Op::ThrowIfNot(70), &[ordered]);
        let count = self.op1(Op::Sub, &[to, from]);
        let strict = self.bool(true);
        Ok(self.call_runtime(Runtime::SubBytes, &[cell, from, count, strict]))
    }

    fn array_new(&mut self, ty: &Type, len: &'p Expr) -> Lowered<Vec<Value>> {
        let Type::Array(item, _) = ty else {
            return Err(self.cx.unsupported(len.span, "`new` of this type"));
        };
        if let Some(n) = super::arith::constant(len).and_then(|n| u64::try_from(n).ok()) {
            return Ok(self.array_of_defaults(item, n));
        }
        let len = self.expr1(len)?;
        let len = self.op1(Op::UFits(32), &[len]);
        let map = self.array_shape(item);
        let (zero, none) = (self.int(0), self.null());
        let index = self.temp(vec![zero]);
        let dict = self.temp(vec![none]);
        let item = (**item).clone();
        self.loop_over(
            vec![index, dict],
            Some(&mut |fx: &mut Self| {
                let now = fx.get1(index)?;
                Ok(fx.op1(Op::Less, &[now, len]))
            }),
            &mut |fx: &mut Self| {
                let (now, old) = (fx.get1(index)?, fx.get1(dict)?);
                let values = fx.default(&item);
                let new = fx.map_set(&map, old, now, &values)?;
                let next = fx.op1(Op::Inc, &[now]);
                fx.set(dict, vec![new]);
                fx.set(index, vec![next]);
                Ok(())
            },
        )?;
        Ok(vec![len, self.get1(dict)?])
    }

    fn array_literal(&mut self, ty: &Type, items: &'p [Expr]) -> Lowered<Vec<Value>> {
        let Type::Array(item, _) = ty else {
            return Err(self.cx.unsupported(self.span(), "a list of this type"));
        };
        let map = self.array_shape(item);
        let mut dict = self.null();
        for (i, e) in items.iter().enumerate() {
            let values = self.expr(e)?;
            let key = self.int(i);
            dict = self.map_set(&map, dict, key, &values)?;
        }
        Ok(vec![self.int(items.len()), dict])
    }

    // --- calls

    fn call(&mut self, id: FunctionId, args: &'p [Expr]) -> Lowered<Vec<Value>> {
        let values = self.exprs(args)?;
        if self.cx.contract.entries.on_code_upgrade == Some(id) {
            return self.enter_new_code(id, &values).map(|()| Vec::new());
        }
        self.call_values(Instance { function: id, bound: false }, values, 0)
    }

    /// Calls with hidden arguments and results; `extra` are results in front of them besides the function's own.
    fn call_values(
        &mut self,
        instance: Instance,
        mut values: Vec<Value>,
        extra: usize,
    ) -> Lowered<Vec<Value>> {
        let function = self.cx.function(instance.function);
        let effects = self.cx.effects(instance.function);
        for var in effects.inputs() {
            values.extend(self.get(var)?);
        }
        let own: usize =
            function.returns.iter().map(|id| self.slots(&function.locals[id.0 as usize].ty)).sum();
        let writes: Vec<_> = effects.writes.iter().copied().collect();
        let hidden: usize = writes.iter().map(|var| self.slots(&self.cx.var_type(*var))).sum();
        let func = self.cx.func(instance);
        let mut results = self.call_func(func, values, own + extra + hidden);
        let shared = results.split_off(own + extra);
        self.set_all(&writes, &shared);
        if effects.saves {
            self.env.stored = None;
        }
        Ok(results)
    }

    fn call_bound(&mut self, id: FunctionId, args: &'p [Expr]) -> Lowered<Vec<Value>> {
        let function = self.cx.function(id);
        let receiver = function.params.first().copied();
        let written = effects::assigned(self.cx.contract, &self.cx.effects, &[&function.body], &[])
            .is_none_or(|set| receiver.is_some_and(|id| set.contains(&Var::Local(0, id))));
        let is_place = effects::root(&args[0]).is_some();
        if !written || !is_place || !function.modifiers.is_empty() {
            return self.call(id, args);
        }
        let instance = Instance { function: id, bound: true };
        self.change(&args[0], |fx, mut values| {
            let width = values.len();
            for arg in &args[1..] {
                values.extend(fx.expr(arg)?);
            }
            let mut results = fx.call_values(instance, values, width)?;
            let receiver = results.split_off(results.len() - width);
            Ok((receiver, results))
        })
    }
}
