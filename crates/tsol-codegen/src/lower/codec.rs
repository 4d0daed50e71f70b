//! Values to cells and back, one rule for messages, state, mappings and arrays: see [`Plan`].

use tsol_sema::hir::Type;

use super::cx::Lowered;
use super::fx::Fx;
use super::slots;
use crate::abi::{Leaf, Plan, Size, is_large_optional, leaves};
use crate::ir::{Const, Value};
use crate::opcode::{Op, ShortBits};

/// How `bytesN` is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// In a reference, as ABI versions below 2.4 do.
    Abi,
    /// In place: `TvmBuilder.store`, keys of mappings.
    Inline,
}

/// What decoding checks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Trust {
    /// Data of someone else: nothing may be left over, enums are in range.
    Foreign,
    /// Data that this contract has written.
    Own,
}

impl Fx<'_, '_> {
    /// Appends values of `types` to `builder`, in which `used` may be taken already; long lists go on in references.
    pub(super) fn encode(
        &mut self,
        types: &[Type],
        values: &[Value],
        builder: Value,
        used: Size,
        form: Form,
    ) -> Lowered<Value> {
        let plan = Plan::new(leaves(self.cx.program, types), used);
        self.encode_plan(&plan, values, builder, form)
    }

    pub(super) fn encode_plan(
        &mut self,
        plan: &Plan,
        values: &[Value],
        builder: Value,
        form: Form,
    ) -> Lowered<Value> {
        let mut outer = Vec::new();
        let mut builder = builder;
        let mut at = 0;
        for (leaf, new_cell) in plan.leaves.iter().zip(&plan.breaks) {
            if *new_cell {
                outer.push(builder);
                builder = self.op1(Op::NewC, &[]);
            }
            let len = self.slots(&leaf.ty);
            builder = self.store_leaf(builder, &leaf.ty, &values[at..at + len], form)?;
            at += len;
        }
        while let Some(parent) = outer.pop() {
            builder = self.op1(Op::StBRefR, &[parent, builder]);
        }
        Ok(builder)
    }

    /// The values in a cell of their own.
    pub(super) fn encode_cell(&mut self, types: &[Type], values: &[Value]) -> Lowered<Value> {
        let builder = self.op1(Op::NewC, &[]);
        let builder = self.encode(types, values, builder, Size::default(), Form::Abi)?;
        Ok(self.op1(Op::EndC, &[builder]))
    }

    /// Appends up to 64 constant bits.
    pub(super) fn store_bits(&mut self, builder: Value, bits: u64, len: u8) -> Value {
        match ShortBits::new(bits, len) {
            Some(short) => self.op1(Op::StSliceConst(short), &[builder]),
            None => {
                let high = self.store_bits(builder, bits >> 32, len - 32);
                self.store_bits(high, bits & 0xFFFF_FFFF, 32)
            }
        }
    }

    /// Appends one member of a plan.
    pub(super) fn store_leaf(&mut self, b: Value, ty: &Type, v: &[Value], form: Form) -> Lowered<Value> {
        let stored = match ty {
            Type::Int { signed, bits } | Type::QuietInt { signed, bits } => {
                self.store_int(b, v[0], *signed, *bits)
            }
            Type::Bool | Type::QuietBool => self.op1(Op::StI(1), &[v[0], b]),
            Type::Enum(_) => self.op1(Op::StU(8), &[v[0], b]),
            Type::VarInt { signed: false, size: 16 } => self.op1(Op::StGrams, &[b, v[0]]),
            Type::VarInt { signed: true, size: 16 } => self.op1(Op::StVarInt16, &[b, v[0]]),
            Type::VarInt { signed: false, .. } => self.op1(Op::StVarUInt32, &[b, v[0]]),
            Type::VarInt { signed: true, .. } => self.op1(Op::StVarInt32, &[b, v[0]]),
            Type::FixedBytes(n) if form == Form::Inline => self.op1(Op::StU(8 * u16::from(*n)), &[v[0], b]),
            Type::FixedBytes(n) => {
                let inner = self.op1(Op::NewC, &[]);
                let inner = self.op1(Op::StU(8 * u16::from(*n)), &[v[0], inner]);
                self.op1(Op::StBRef, &[inner, b])
            }
            Type::Address | Type::Contract(_) | Type::Slice => self.op1(Op::StSlice, &[v[0], b]),
            Type::Bytes | Type::String | Type::Cell => self.op1(Op::StRef, &[v[0], b]),
            Type::Builder => self.op1(Op::StB, &[v[0], b]),
            Type::Mapping(..) => self.op1(Op::StDict, &[v[0], b]),
            Type::Array(..) => {
                let b = self.op1(Op::StU(32), &[v[0], b]);
                self.op1(Op::StDict, &[v[1], b])
            }
            Type::Optional(inner) => return self.store_optional(b, inner, v[0], form),
            _ => return Err(self.cx.unsupported(self.span(), "storing a value of this type in a cell")),
        };
        Ok(stored)
    }

    fn store_int(&mut self, b: Value, v: Value, signed: bool, bits: u16) -> Value {
        match (signed, bits) {
            // one instruction holds up to 256 bits
            (true, 257) => {
                let width = self.int(257);
                self.op1(Op::StIX, &[v, b, width])
            }
            (true, _) => self.op1(Op::StI(bits), &[v, b]),
            (false, _) => self.op1(Op::StU(bits), &[v, b]),
        }
    }

    fn store_optional(&mut self, b: Value, inner: &Type, v: Value, form: Form) -> Lowered<Value> {
        if matches!(inner, Type::Bytes | Type::String | Type::Cell) {
            return Ok(self.op1(Op::StDict, &[v, b]));
        }
        let large = is_large_optional(self.cx.program, inner);
        let absent = self.op1(Op::IsNull, &[v]);
        let out = self.branch(
            absent,
            |fx| Ok(vec![fx.store_bits(b, 0, 1)]),
            |fx| {
                let b = fx.store_bits(b, 1, 1);
                let values = fx.opt_unwrap(inner, v);
                let types = std::slice::from_ref(inner);
                let stored = if large {
                    let child = fx.op1(Op::NewC, &[]);
                    let child = fx.encode(types, &values, child, Size::default(), form)?;
                    fx.op1(Op::StBRefR, &[b, child])
                } else {
                    fx.encode(types, &values, b, Size::default(), form)?
                };
                Ok(vec![stored])
            },
        )?;
        Ok(out[0])
    }

    /// Takes one member of a plan from `slice`: its values and the rest.
    pub(super) fn load_leaf(
        &mut self,
        slice: Value,
        ty: &Type,
        form: Form,
        trust: Trust,
    ) -> Lowered<(Vec<Value>, Value)> {
        let (value, rest) = match ty {
            Type::Int { signed, bits } | Type::QuietInt { signed, bits } => match (signed, bits) {
                (true, 257) => {
                    let width = self.int(257);
                    self.op2(Op::LdIX, &[slice, width])
                }
                (true, _) => self.op2(Op::LdI(*bits), &[slice]),
                (false, _) => self.op2(Op::LdU(*bits), &[slice]),
            },
            Type::Bool | Type::QuietBool => self.op2(Op::LdI(1), &[slice]),
            Type::Enum(id) => {
                let (value, rest) = self.op2(Op::LdU(8), &[slice]);
                if trust == Trust::Foreign {
                    let count = self.cx.program.enums[id.0 as usize].members.len();
                    let limit = self.int(count);
                    let wrong = self.op1(Op::Geq, &[value, limit]);
                    self.op0(Op::ThrowIf(73), &[wrong]);
                }
                (value, rest)
            }
            Type::VarInt { signed: false, size: 16 } => self.op2(Op::LdGrams, &[slice]),
            Type::VarInt { signed: true, size: 16 } => self.op2(Op::LdVarInt16, &[slice]),
            Type::VarInt { signed: false, .. } => self.op2(Op::LdVarUInt32, &[slice]),
            Type::VarInt { signed: true, .. } => self.op2(Op::LdVarInt32, &[slice]),
            Type::FixedBytes(n) if form == Form::Inline => self.op2(Op::LdU(8 * u16::from(*n)), &[slice]),
            Type::FixedBytes(n) => {
                let (rest, inner) = self.op2(Op::LdRefRToS, &[slice]);
                (self.op1(Op::PldU(8 * u16::from(*n)), &[inner]), rest)
            }
            Type::Address | Type::Contract(_) => self.op2(Op::LdMsgAddr, &[slice]),
            Type::Bytes | Type::String | Type::Cell => self.op2(Op::LdRef, &[slice]),
            Type::Mapping(..) => self.op2(Op::LdDict, &[slice]),
            Type::Array(..) => {
                let (len, rest) = self.op2(Op::LdU(32), &[slice]);
                let (dict, rest) = self.op2(Op::LdDict, &[rest]);
                return Ok((vec![len, dict], rest));
            }
            Type::Optional(inner) => return self.load_optional(slice, inner, form, trust),
            // the whole slice: only where it is the last one
            Type::Slice => (slice, self.b.constant(Const::Slice(tycho_types::cell::Cell::default()))),
            _ => return Err(self.cx.unsupported(self.span(), "loading a value of this type from a cell")),
        };
        Ok((vec![value], rest))
    }

    fn load_optional(
        &mut self,
        slice: Value,
        inner: &Type,
        form: Form,
        trust: Trust,
    ) -> Lowered<(Vec<Value>, Value)> {
        if matches!(inner, Type::Bytes | Type::String | Type::Cell) {
            let (value, rest) = self.op2(Op::LdDict, &[slice]);
            return Ok((vec![value], rest));
        }
        let large = is_large_optional(self.cx.program, inner);
        let (present, slice) = self.op2(Op::LdU(1), &[slice]);
        let types = std::slice::from_ref(inner);
        let out = self.branch(
            present,
            |fx| {
                let (values, rest) = if large {
                    let (rest, opened) = fx.op2(Op::LdRefRToS, &[slice]);
                    (fx.decode(types, opened, Size::default(), form, trust)?.0, rest)
                } else {
                    fx.decode(types, slice, Size::default(), form, trust)?
                };
                Ok(vec![fx.opt_wrap(inner, &values), rest])
            },
            |fx| Ok(vec![fx.null(), slice]),
        )?;
        Ok((vec![out[0]], out[1]))
    }

    /// Takes values of `types` from `slice`, of which `used` counts as taken; gives them and what is left of the
    /// last cell.
    pub(super) fn decode(
        &mut self,
        types: &[Type],
        slice: Value,
        used: Size,
        form: Form,
        trust: Trust,
    ) -> Lowered<(Vec<Value>, Value)> {
        let plan = Plan::new(leaves(self.cx.program, types), used);
        let mut slice = slice;
        let mut out = Vec::new();
        for (leaf, new_cell) in plan.leaves.iter().zip(&plan.breaks) {
            if *new_cell {
                slice = self.next_cell(slice, trust);
            }
            let (values, rest) = self.load_leaf(slice, &leaf.ty, form, trust)?;
            out.extend(values);
            slice = rest;
        }
        Ok((out, slice))
    }

    /// Goes on in the reference at the end of `slice`.
    pub(super) fn next_cell(&mut self, slice: Value, trust: Trust) -> Value {
        if trust == Trust::Own {
            return self.op(Op::LdRefRToS, &[slice])[1];
        }
        let (cell, rest) = self.op2(Op::LdRef, &[slice]);
        self.op0(Op::EndS, &[rest]);
        self.op1(Op::CToS, &[cell])
    }

    /// As [`decode`](Fx::decode) of own data, but only the members marked in `needed`; others give nothing.
    ///
    /// What is not needed is skipped in one step where its size is fixed.
    pub(super) fn decode_some(
        &mut self,
        plan: &Plan,
        slice: Value,
        needed: &[bool],
    ) -> Lowered<Vec<Vec<Value>>> {
        let mut slice = slice;
        let mut skip = Size::default();
        let mut out = vec![Vec::new(); plan.leaves.len()];
        let last = needed.iter().rposition(|needed| *needed);
        for (i, leaf) in plan.leaves.iter().enumerate().take(last.map_or(0, |last| last + 1)) {
            if plan.breaks[i] {
                slice = {
                    let at = self.flush_skip(slice, &mut skip);
                    self.next_cell(at, Trust::Own)
                };
            }
            if !needed[i] {
                slice = self.skip_leaf(slice, leaf, &mut skip)?;
                continue;
            }
            slice = self.flush_skip(slice, &mut skip);
            if Some(i) == last
                && let Some(value) = self.preload(slice, &leaf.ty)
            {
                out[i] = vec![value];
                break;
            }
            let (values, rest) = self.load_leaf(slice, &leaf.ty, Form::Abi, Trust::Own)?;
            out[i] = values;
            slice = rest;
        }
        Ok(out)
    }

    /// A last member, where the rest is of no use.
    fn preload(&mut self, slice: Value, ty: &Type) -> Option<Value> {
        let op = match ty {
            Type::Int { signed: false, bits } => Op::PldU(*bits),
            Type::Int { signed: true, bits } if *bits <= 256 => Op::PldI(*bits),
            Type::Bool => Op::PldI(1),
            Type::Enum(_) => Op::PldU(8),
            Type::Mapping(..) => Op::PldDict,
            Type::Bytes | Type::String | Type::Cell => Op::PldRefIdx(0),
            _ => return None,
        };
        Some(self.op1(op, &[slice]))
    }

    /// Steps over a member; a fixed size is only noted in `skip`.
    pub(super) fn skip_leaf(&mut self, slice: Value, leaf: &Leaf, skip: &mut Size) -> Lowered<Value> {
        if let Some(size) = fixed_size(&leaf.ty) {
            *skip = skip.add(size);
            return Ok(slice);
        }
        let slice = self.flush_skip(slice, skip);
        Ok(match &leaf.ty {
            Type::Mapping(..) => self.op1(Op::SkipDict, &[slice]),
            Type::Array(..) => {
                let width = self.int(32);
                let slice = self.op1(Op::SdSkipFirst, &[slice, width]);
                self.op1(Op::SkipDict, &[slice])
            }
            other => self.load_leaf(slice, other, Form::Abi, Trust::Own)?.1,
        })
    }

    /// Steps over what `skip` has noted.
    pub(super) fn flush_skip(&mut self, slice: Value, skip: &mut Size) -> Value {
        let size = std::mem::take(skip);
        match (size.bits, size.refs) {
            (0, 0) => slice,
            (bits, 0) => {
                let bits = self.int(bits);
                self.op1(Op::SdSkipFirst, &[slice, bits])
            }
            (bits, refs) => {
                let (bits, refs) = (self.int(bits), self.int(refs));
                self.op1(Op::SSkipFirst, &[slice, bits, refs])
            }
        }
    }

    // --- optionals

    /// An optional that holds `values`.
    pub(super) fn opt_wrap(&mut self, inner: &Type, values: &[Value]) -> Value {
        if slots::is_plain(self.cx.program, inner) { values[0] } else { self.pack(values) }
    }

    /// The values in an optional that is not null.
    pub(super) fn opt_unwrap(&mut self, inner: &Type, value: Value) -> Vec<Value> {
        if slots::is_plain(self.cx.program, inner) {
            return vec![value];
        }
        self.unpack(value, self.slots(inner))
    }

    /// Any number of values in one tuple; more than 15 in tuples of tuples.
    pub(super) fn pack(&mut self, values: &[Value]) -> Value {
        if values.len() <= 15 {
            return self.op1(Op::Tuple(values.len() as u8), values);
        }
        let parts: Vec<_> =
            values.chunks(15).map(|part| self.op1(Op::Tuple(part.len() as u8), part)).collect();
        self.pack(&parts)
    }

    /// The `count` values of [`pack`](Fx::pack).
    pub(super) fn unpack(&mut self, tuple: Value, count: usize) -> Vec<Value> {
        if count <= 15 {
            return self.op(Op::Untuple(count as u8), &[tuple]);
        }
        let parts = self.unpack(tuple, count.div_ceil(15));
        let sizes = (0..count).step_by(15).map(|at| (count - at).min(15));
        parts.iter().zip(sizes).flat_map(|(part, size)| self.op(Op::Untuple(size as u8), &[*part])).collect()
    }
}

/// Size of a type that has only one.
pub(super) fn fixed_size(ty: &Type) -> Option<Size> {
    let size = |bits, refs| Some(Size { bits, refs });
    match ty {
        Type::Int { bits, .. } | Type::QuietInt { bits, .. } => size(u32::from(*bits), 0),
        Type::Bool | Type::QuietBool => size(1, 0),
        Type::Enum(_) => size(8, 0),
        Type::FixedBytes(_) | Type::Bytes | Type::String | Type::Cell => size(0, 1),
        _ => None,
    }
}
