//! Mappings and arrays as dictionaries.

use num_bigint::BigInt;
use tsol_sema::hir::Type;

use super::codec::{Form, Trust};
use super::cx::Lowered;
use super::fx::Fx;
use crate::abi::{Plan, Size, key_bits, leaves, value_in_ref};
use crate::ir::{Const, Value};
use crate::opcode::Op;

/// How keys are handed to the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum KeyKind {
    /// Unsigned integer.
    Unsigned,
    /// Signed integer.
    Signed,
    /// Slice.
    Bits,
}

/// How values are handed to the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ValueForm {
    /// The value is a cell: one reference.
    Cell,
    /// The encoded value is in a reference, because it may be too large for a leaf.
    InRef,
    /// The value is a slice, stored as it is.
    Slice,
    /// The encoded value is the leaf.
    Inline,
}

/// Everything about a mapping type that choosing instructions needs.
#[derive(Clone, Debug)]
pub(super) struct MapShape {
    pub(super) key: Type,
    pub(super) value: Type,
    pub(super) bits: u32,
    pub(super) kind: KeyKind,
    pub(super) form: ValueForm,
}

/// Which entry beside a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Neighbour {
    Next,
    NextOrEq,
    Prev,
    PrevOrEq,
}

/// Which write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Write {
    Set,
    Replace,
    Add,
    SetGet,
    ReplaceGet,
    AddGet,
}

/// Picks by kind of key: slice, signed, unsigned.
fn by_kind(kind: KeyKind, bits: Op, signed: Op, unsigned: Op) -> Op {
    match kind {
        KeyKind::Bits => bits,
        KeyKind::Signed => signed,
        KeyKind::Unsigned => unsigned,
    }
}

impl MapShape {
    fn is_ref(&self) -> bool {
        matches!(self.form, ValueForm::Cell | ValueForm::InRef)
    }

    fn get_op(&self) -> Op {
        match self.is_ref() {
            true => by_kind(self.kind, Op::DictGetRef, Op::DictIGetRef, Op::DictUGetRef),
            false => by_kind(self.kind, Op::DictGet, Op::DictIGet, Op::DictUGet),
        }
    }

    fn del_get_op(&self) -> Op {
        match self.is_ref() {
            true => by_kind(self.kind, Op::DictDelGetRef, Op::DictIDelGetRef, Op::DictUDelGetRef),
            false => by_kind(self.kind, Op::DictDelGet, Op::DictIDelGet, Op::DictUDelGet),
        }
    }

    fn write_op(&self, write: Write) -> Op {
        let (slice, cell, builder) = match write {
            Write::Set => (
                by_kind(self.kind, Op::DictSet, Op::DictISet, Op::DictUSet),
                by_kind(self.kind, Op::DictSetRef, Op::DictISetRef, Op::DictUSetRef),
                by_kind(self.kind, Op::DictSetB, Op::DictISetB, Op::DictUSetB),
            ),
            Write::Replace => (
                by_kind(self.kind, Op::DictReplace, Op::DictIReplace, Op::DictUReplace),
                by_kind(self.kind, Op::DictReplaceRef, Op::DictIReplaceRef, Op::DictUReplaceRef),
                by_kind(self.kind, Op::DictReplaceB, Op::DictIReplaceB, Op::DictUReplaceB),
            ),
            Write::Add => (
                by_kind(self.kind, Op::DictAdd, Op::DictIAdd, Op::DictUAdd),
                by_kind(self.kind, Op::DictAddRef, Op::DictIAddRef, Op::DictUAddRef),
                by_kind(self.kind, Op::DictAddB, Op::DictIAddB, Op::DictUAddB),
            ),
            Write::SetGet => (
                by_kind(self.kind, Op::DictSetGet, Op::DictISetGet, Op::DictUSetGet),
                by_kind(self.kind, Op::DictSetGetRef, Op::DictISetGetRef, Op::DictUSetGetRef),
                by_kind(self.kind, Op::DictSetGetB, Op::DictISetGetB, Op::DictUSetGetB),
            ),
            Write::ReplaceGet => (
                by_kind(self.kind, Op::DictReplaceGet, Op::DictIReplaceGet, Op::DictUReplaceGet),
                by_kind(self.kind, Op::DictReplaceGetRef, Op::DictIReplaceGetRef, Op::DictUReplaceGetRef),
                by_kind(self.kind, Op::DictReplaceGetB, Op::DictIReplaceGetB, Op::DictUReplaceGetB),
            ),
            Write::AddGet => (
                by_kind(self.kind, Op::DictAddGet, Op::DictIAddGet, Op::DictUAddGet),
                by_kind(self.kind, Op::DictAddGetRef, Op::DictIAddGetRef, Op::DictUAddGetRef),
                by_kind(self.kind, Op::DictAddGetB, Op::DictIAddGetB, Op::DictUAddGetB),
            ),
        };
        match self.form {
            ValueForm::Cell | ValueForm::InRef => cell,
            ValueForm::Slice => slice,
            ValueForm::Inline => builder,
        }
    }

    fn extreme_op(&self, max: bool, remove: bool) -> Op {
        let pick = |a, b, c, d| match (max, remove) {
            (false, false) => a,
            (true, false) => b,
            (false, true) => c,
            (true, true) => d,
        };
        match (self.is_ref(), self.kind) {
            (false, KeyKind::Bits) => pick(Op::DictMin, Op::DictMax, Op::DictRemMin, Op::DictRemMax),
            (false, KeyKind::Signed) => pick(Op::DictIMin, Op::DictIMax, Op::DictIRemMin, Op::DictIRemMax),
            (false, KeyKind::Unsigned) => pick(Op::DictUMin, Op::DictUMax, Op::DictURemMin, Op::DictURemMax),
            (true, KeyKind::Bits) => {
                pick(Op::DictMinRef, Op::DictMaxRef, Op::DictRemMinRef, Op::DictRemMaxRef)
            }
            (true, KeyKind::Signed) => {
                pick(Op::DictIMinRef, Op::DictIMaxRef, Op::DictIRemMinRef, Op::DictIRemMaxRef)
            }
            (true, KeyKind::Unsigned) => {
                pick(Op::DictUMinRef, Op::DictUMaxRef, Op::DictURemMinRef, Op::DictURemMaxRef)
            }
        }
    }

    fn neighbour_op(&self, neighbour: Neighbour) -> Op {
        match neighbour {
            Neighbour::Next => by_kind(self.kind, Op::DictGetNext, Op::DictIGetNext, Op::DictUGetNext),
            Neighbour::NextOrEq => {
                by_kind(self.kind, Op::DictGetNextEq, Op::DictIGetNextEq, Op::DictUGetNextEq)
            }
            Neighbour::Prev => by_kind(self.kind, Op::DictGetPrev, Op::DictIGetPrev, Op::DictUGetPrev),
            Neighbour::PrevOrEq => {
                by_kind(self.kind, Op::DictGetPrevEq, Op::DictIGetPrevEq, Op::DictUGetPrevEq)
            }
        }
    }
}

impl Fx<'_, '_> {
    pub(super) fn map_shape(&self, key: &Type, value: &Type) -> MapShape {
        let program = self.cx.program;
        let bits = key_bits(program, key);
        let kind = match key {
            Type::Int { signed: true, .. } => KeyKind::Signed,
            Type::Address | Type::Contract(_) | Type::Struct(_) => KeyKind::Bits,
            _ => KeyKind::Unsigned,
        };
        let form = match value {
            Type::Cell | Type::Bytes | Type::String => ValueForm::Cell,
            Type::Slice => ValueForm::Slice,
            _ if value_in_ref(program, bits, value) => ValueForm::InRef,
            _ => ValueForm::Inline,
        };
        MapShape { key: key.clone(), value: value.clone(), bits, kind, form }
    }

    /// The dictionary of an array: keys are 32 bits.
    pub(super) fn array_shape(&self, item: &Type) -> MapShape {
        self.map_shape(&Type::UINT32, item)
    }

    fn key_width(&mut self, map: &MapShape) -> Value {
        self.int(BigInt::from(map.bits))
    }

    /// A key as the machine wants it.
    pub(super) fn map_key(&mut self, map: &MapShape, values: &[Value]) -> Lowered<Value> {
        Ok(match &map.key {
            Type::Bool => self.op1(Op::Negate, &[values[0]]),
            Type::Bytes | Type::String | Type::Cell => self.op1(Op::HashCU, &[values[0]]),
            Type::Struct(_) => {
                let mut builder = self.op1(Op::NewC, &[]);
                let mut at = 0;
                for leaf in leaves(self.cx.program, [&map.key]) {
                    let len = self.slots(&leaf.ty);
                    builder = self.store_leaf(builder, &leaf.ty, &values[at..at + len], Form::Inline)?;
                    at += len;
                }
                self.op1(Op::BToS, &[builder])
            }
            _ => values[0],
        })
    }

    /// A key from the machine; hashed keys stay hashes.
    pub(super) fn map_decode_key(&mut self, map: &MapShape, key: Value) -> Lowered<Vec<Value>> {
        match &map.key {
            Type::Bool => Ok(vec![self.op1(Op::Negate, &[key])]),
            Type::Struct(_) => {
                let mut slice = key;
                let mut out = Vec::new();
                for leaf in leaves(self.cx.program, [&map.key]) {
                    let (values, rest) = self.load_leaf(slice, &leaf.ty, Form::Inline, Trust::Own)?;
                    out.extend(values);
                    slice = rest;
                }
                Ok(out)
            }
            _ => Ok(vec![key]),
        }
    }

    /// Type of the keys that a mapping gives out.
    pub(super) fn key_out_type(key: &Type) -> Type {
        match key {
            Type::Bytes | Type::String | Type::Cell => Type::UINT256,
            other => other.clone(),
        }
    }

    /// A value as the machine wants it.
    fn map_value(&mut self, map: &MapShape, values: &[Value]) -> Lowered<Value> {
        let types = std::slice::from_ref(&map.value);
        match map.form {
            ValueForm::Cell | ValueForm::Slice => Ok(values[0]),
            ValueForm::InRef => self.encode_cell(types, values),
            ValueForm::Inline => {
                let builder = self.op1(Op::NewC, &[]);
                self.encode(types, values, builder, Size::default(), Form::Abi)
            }
        }
    }

    /// A value from the machine.
    pub(super) fn map_decode_value(&mut self, map: &MapShape, raw: Value) -> Lowered<Vec<Value>> {
        let all = self.all_leaves(map);
        Ok(self.map_decode_some(map, raw, &all)?.concat())
    }

    fn all_leaves(&self, map: &MapShape) -> Vec<bool> {
        vec![true; leaves(self.cx.program, [&map.value]).len()]
    }

    /// Some members of a value from the machine.
    pub(super) fn map_decode_some(
        &mut self,
        map: &MapShape,
        raw: Value,
        needed: &[bool],
    ) -> Lowered<Vec<Vec<Value>>> {
        let slice = match map.form {
            ValueForm::Cell | ValueForm::Slice => return Ok(vec![vec![raw]]),
            ValueForm::InRef => self.op1(Op::CToS, &[raw]),
            ValueForm::Inline => raw,
        };
        let plan = Plan::new(leaves(self.cx.program, [&map.value]), Size::default());
        self.decode_some(&plan, slice, needed)
    }

    /// The raw value (or null) and whether it is there.
    pub(super) fn map_get_raw(&mut self, map: &MapShape, dict: Value, key: Value) -> (Value, Value) {
        let width = self.key_width(map);
        self.op2(map.get_op(), &[key, dict, width])
    }

    /// `map[key]`: the default where the key is absent.
    pub(super) fn map_get(&mut self, map: &MapShape, dict: Value, key: Value) -> Lowered<Vec<Value>> {
        let (raw, found) = self.map_get_raw(map, dict, key);
        let ty = map.value.clone();
        self.branch(found, |fx| fx.map_decode_value(map, raw), |fx| Ok(fx.default(&ty)))
    }

    /// Raw value (or null) and presence to an optional value.
    pub(super) fn map_optional(&mut self, map: &MapShape, raw: Value, found: Value) -> Lowered<Value> {
        if matches!(map.form, ValueForm::Cell | ValueForm::Slice) {
            return Ok(raw);
        }
        let out = self.branch(
            found,
            |fx| {
                let values = fx.map_decode_value(map, raw)?;
                Ok(vec![fx.opt_wrap(&map.value, &values)])
            },
            |fx| Ok(vec![fx.null()]),
        )?;
        Ok(out[0])
    }

    /// Writes; gives the new dictionary and, by kind of write, nothing, success, or the old value and presence.
    pub(super) fn map_write(
        &mut self,
        map: &MapShape,
        write: Write,
        dict: Value,
        key: Value,
        values: &[Value],
    ) -> Lowered<Vec<Value>> {
        let value = self.map_value(map, values)?;
        let width = self.key_width(map);
        Ok(self.op(map.write_op(write), &[value, key, dict, width]))
    }

    pub(super) fn map_set(
        &mut self,
        map: &MapShape,
        dict: Value,
        key: Value,
        values: &[Value],
    ) -> Lowered<Value> {
        Ok(self.map_write(map, Write::Set, dict, key, values)?[0])
    }

    /// The dictionary without the key.
    pub(super) fn map_delete(&mut self, map: &MapShape, dict: Value, key: Value) -> Value {
        let width = self.key_width(map);
        let op = by_kind(map.kind, Op::DictDel, Op::DictIDel, Op::DictUDel);
        self.op(op, &[key, dict, width])[0]
    }

    /// The dictionary without the key, the old raw value (or null), and whether it was there.
    pub(super) fn map_delete_get(&mut self, map: &MapShape, dict: Value, key: Value) -> Vec<Value> {
        let width = self.key_width(map);
        self.op(map.del_get_op(), &[key, dict, width])
    }

    /// Raw value, key and presence of the first or last entry.
    pub(super) fn map_extreme_raw(&mut self, map: &MapShape, dict: Value, max: bool) -> Vec<Value> {
        let width = self.key_width(map);
        self.op(map.extreme_op(max, false), &[dict, width])
    }

    /// The dictionary without its first or last entry; raw value, key and presence of that.
    pub(super) fn map_remove_extreme(&mut self, map: &MapShape, dict: Value, max: bool) -> Vec<Value> {
        let width = self.key_width(map);
        self.op(map.extreme_op(max, true), &[dict, width])
    }

    /// Raw value, key and presence of an entry beside `key`.
    pub(super) fn map_neighbour_raw(
        &mut self,
        map: &MapShape,
        dict: Value,
        key: Value,
        neighbour: Neighbour,
    ) -> Vec<Value> {
        let width = self.key_width(map);
        let raw = self.op(map.neighbour_op(neighbour), &[key, dict, width]);
        if !map.is_ref() {
            return raw;
        }
        // there is no form of these instructions that takes the value out of its reference
        let (slice, found) = (raw[0], raw[2]);
        let opened =
            self.branch(found, |fx| Ok(vec![fx.op1(Op::PldRefIdx(0), &[slice])]), |fx| Ok(vec![fx.null()]));
        match opened {
            Ok(value) => vec![value[0], raw[1], found],
            Err(_) => raw,
        }
    }

    /// `(raw value, key, presence)` to `optional(K, V)`.
    pub(super) fn map_pair(&mut self, map: &MapShape, raw: &[Value]) -> Lowered<Value> {
        let (value, key, found) = (raw[0], raw[1], raw[2]);
        let out = self.branch(
            found,
            |fx| {
                let mut values = fx.map_decode_key(map, key)?;
                values.extend(fx.map_decode_value(map, value)?);
                Ok(vec![fx.pack(&values)])
            },
            |fx| Ok(vec![fx.null()]),
        )?;
        Ok(out[0])
    }

    // --- arrays

    /// An element that is known to exist.
    pub(super) fn array_item(&mut self, item: &Type, dict: Value, index: Value) -> Lowered<Vec<Value>> {
        let map = self.array_shape(item);
        let (raw, found) = self.map_get_raw(&map, dict, index);
        self.op0(Op::ThrowIfNot(50), &[found]);
        self.map_decode_value(&map, raw)
    }

    /// Length and dictionary of an array of `n` default values, built at compile time where that is possible.
    pub(super) fn array_of_defaults(&mut self, item: &Type, n: u64) -> Vec<Value> {
        let len = self.int(n);
        if n == 0 {
            return vec![len, self.null()];
        }
        match crate::abi::default_array(self.cx.program, item, n) {
            Some(dict) => vec![len, self.b.constant(Const::Cell(dict))],
            None => {
                let reported = self.cx.unsupported(self.span(), "an array of this type and length");
                let _ = reported;
                vec![len, self.null()]
            }
        }
    }
}
