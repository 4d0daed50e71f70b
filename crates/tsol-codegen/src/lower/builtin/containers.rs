//! Mappings, arrays, optionals, vectors, stacks, texts.

use tsol_sema::builtin::Builtin;
use tsol_sema::hir::{Expr, Type};

use crate::ir::Value;
use crate::lower::cx::Lowered;
use crate::lower::dict::{Neighbour, Write};
use crate::lower::fx::Fx;
use crate::lower::runtime::Runtime;
use crate::opcode::Op;

/// New value of the receiver and result.
type Changed = Option<(Vec<Value>, Vec<Value>)>;

impl<'p> Fx<'_, 'p> {
    /// Operations that leave their operands alone.
    pub(super) fn container_builtin(
        &mut self,
        builtin: &Builtin,
        v: &[Value],
        args: &'p [Expr],
        e: &'p Expr,
    ) -> Lowered<Option<Vec<Value>>> {
        let one = |value| Ok(Some(vec![value]));
        match (builtin, args.first().map(|arg| &arg.ty)) {
            (Builtin::AbiEncode, _) => {
                let types: Vec<_> = args.iter().map(|arg| arg.ty.clone()).collect();
                one(self.encode_cell(&types, v)?)
            }
            (_, Some(Type::Mapping(key, value))) => self.map_read(builtin, v, (key, value), e),
            (Builtin::ArrayLength, _) => one(v[0]),
            (Builtin::ArrayEmpty, _) => one(self.op1(Op::EqInt(0), &[v[0]])),
            (Builtin::BytesLength | Builtin::StringByteLength, _) => {
                Ok(Some(self.call_runtime(Runtime::ByteLength, v)))
            }
            (Builtin::BytesEmpty, _) => {
                let slice = self.op1(Op::CToS, v);
                one(self.op1(Op::SEmpty, &[slice]))
            }
            (Builtin::BytesConcat, _) => Ok(Some(self.call_runtime(Runtime::Concat, v))),
            (Builtin::StringSubstr, _) => {
                let count = match v.get(2) {
                    Some(count) => *count,
                    None => self.int(1 << 20),
                };
                let strict = self.bool(false);
                Ok(Some(self.call_runtime(Runtime::SubBytes, &[v[0], v[1], count, strict])))
            }
            (_, Some(Type::Optional(inner))) => self.optional_read(builtin, v, inner),
            (Builtin::VectorLast, Some(Type::Vector(item))) => {
                let raw = self.op1(Op::Last, v);
                Ok(Some(self.element_unpack(item, raw)))
            }
            (Builtin::VectorLength, _) => one(self.op1(Op::TLen, v)),
            (Builtin::VectorEmpty, _) => {
                let len = self.op1(Op::TLen, v);
                one(self.op1(Op::EqInt(0), &[len]))
            }
            (Builtin::StackEmpty, _) => one(self.op1(Op::IsNull, v)),
            (Builtin::StackTop, Some(Type::Stack(item))) => {
                let (_, top) = self.op2(Op::Untuple(2), v);
                Ok(Some(self.element_unpack(item, top)))
            }
            (Builtin::StructUnpack, _) => Ok(Some(v.to_vec())),
            _ => Ok(None),
        }
    }

    fn map_read(
        &mut self,
        builtin: &Builtin,
        v: &[Value],
        (key, value): (&'p Type, &'p Type),
        e: &'p Expr,
    ) -> Lowered<Option<Vec<Value>>> {
        let map = self.map_shape(key, value);
        let dict = v[0];
        let one = |value| Ok(Some(vec![value]));
        let out = match builtin {
            Builtin::MapEmpty => self.op1(Op::IsNull, &[dict]),
            Builtin::MapAt => {
                let key = self.map_key(&map, &v[1..])?;
                let (raw, found) = self.map_get_raw(&map, dict, key);
                self.op0(Op::ThrowIfNot(50), &[found]);
                return Ok(Some(self.map_decode_value(&map, raw)?));
            }
            Builtin::MapFetch => {
                let key = self.map_key(&map, &v[1..])?;
                let (raw, found) = self.map_get_raw(&map, dict, key);
                self.map_optional(&map, raw, found)?
            }
            Builtin::MapExists => {
                let key = self.map_key(&map, &v[1..])?;
                self.map_get_raw(&map, dict, key).1
            }
            Builtin::MapMin | Builtin::MapMax => {
                let raw = self.map_extreme_raw(&map, dict, *builtin == Builtin::MapMax);
                self.map_pair(&map, &raw)?
            }
            Builtin::MapNext | Builtin::MapPrev | Builtin::MapNextOrEq | Builtin::MapPrevOrEq => {
                let neighbour = match builtin {
                    Builtin::MapNext => Neighbour::Next,
                    Builtin::MapPrev => Neighbour::Prev,
                    Builtin::MapNextOrEq => Neighbour::NextOrEq,
                    _ => Neighbour::PrevOrEq,
                };
                // keys that are kept as hashes are given and taken as such
                let key = match (&map.key, v.len()) {
                    (Type::Bytes | Type::String | Type::Cell, _) => v[1],
                    _ => self.map_key(&map, &v[1..])?,
                };
                let raw = self.map_neighbour_raw(&map, dict, key, neighbour);
                self.map_pair(&map, &raw)?
            }
            Builtin::MapKeys | Builtin::MapValues => {
                let keys = *builtin == Builtin::MapKeys;
                return Ok(Some(self.map_list(&map, dict, keys)?));
            }
            _ => return Err(self.cx.unsupported(e.span, format!("`{builtin:?}`"))),
        };
        one(out)
    }

    /// All keys or values as an array.
    fn map_list(
        &mut self,
        map: &crate::lower::dict::MapShape,
        dict: Value,
        keys: bool,
    ) -> Lowered<Vec<Value>> {
        let item = if keys { Self::key_out_type(&map.key) } else { map.value.clone() };
        let list = self.array_shape(&item);
        let first = self.map_extreme_raw(map, dict, false);
        let cursor = self.temp(first);
        let (zero, none) = (self.int(0), self.null());
        let out = self.temp(vec![zero, none]);
        self.loop_over(
            vec![cursor, out],
            Some(&mut |fx: &mut Self| Ok(fx.get(cursor)?[2])),
            &mut |fx: &mut Self| {
                let now = fx.get(cursor)?;
                let values =
                    if keys { fx.map_decode_key(map, now[1])? } else { fx.map_decode_value(map, now[0])? };
                let array = fx.get(out)?;
                let new = fx.map_set(&list, array[1], array[0], &values)?;
                let len = fx.op1(Op::Inc, &[array[0]]);
                fx.set(out, vec![len, new]);
                let next = fx.map_neighbour_raw(map, dict, now[1], Neighbour::Next);
                fx.set(cursor, next);
                Ok(())
            },
        )?;
        self.get(out)
    }

    fn optional_read(
        &mut self,
        builtin: &Builtin,
        v: &[Value],
        inner: &'p Type,
    ) -> Lowered<Option<Vec<Value>>> {
        let absent = self.op1(Op::IsNull, &[v[0]]);
        match builtin {
            Builtin::OptHasValue => Ok(Some(vec![self.op1(Op::Not, &[absent])])),
            Builtin::OptGet => {
                self.op0(Op::ThrowIf(63), &[absent]);
                Ok(Some(self.opt_unwrap(inner, v[0])))
            }
            Builtin::OptGetOr => {
                let out =
                    self.branch(absent, |_| Ok(v[1..].to_vec()), |fx| Ok(fx.opt_unwrap(inner, v[0])))?;
                Ok(Some(out))
            }
            Builtin::OptGetOrDefault => {
                let out =
                    self.branch(absent, |fx| Ok(fx.default(inner)), |fx| Ok(fx.opt_unwrap(inner, v[0])))?;
                Ok(Some(out))
            }
            _ => Ok(None),
        }
    }

    /// Operations that write their receiver.
    pub(super) fn container_change(
        &mut self,
        builtin: &Builtin,
        receiver: &[Value],
        v: &[Vec<Value>],
        args: &'p [Expr],
    ) -> Lowered<Changed> {
        let ty = &args[0].ty;
        let none = Vec::new();
        Ok(Some(match (builtin, ty) {
            (_, Type::Mapping(key, value)) => return self.map_change(builtin, receiver[0], v, (key, value)),
            (Builtin::ArrayPush, Type::Array(item, _)) => (self.array_push(item, receiver, &v[0])?, none),
            (Builtin::ArrayPushDefault, Type::Array(item, _)) => {
                let default = self.default(item);
                (self.array_push(item, receiver, &default)?, none)
            }
            (Builtin::ArrayPop, Type::Array(item, _)) => {
                self.op0(Op::ThrowIfNot(54), &[receiver[0]]);
                let map = self.array_shape(item);
                let len = self.op1(Op::Dec, &[receiver[0]]);
                let dict = self.map_delete(&map, receiver[1], len);
                (vec![len, dict], none)
            }
            (Builtin::BytesAppend, _) => (self.call_runtime(Runtime::Concat, &[receiver[0], v[0][0]]), none),
            (Builtin::OptSet, Type::Optional(inner)) => (vec![self.opt_wrap(inner, &v[0])], none),
            (Builtin::OptReset, _) => (vec![self.null()], none),
            (Builtin::VectorPush, _) => {
                let packed = self.element_pack(&v[0]);
                (vec![self.op1(Op::TPush, &[receiver[0], packed])], none)
            }
            (Builtin::VectorPop, Type::Vector(item)) => {
                let (rest, raw) = self.op2(Op::TPop, receiver);
                (vec![rest], self.element_unpack(item, raw))
            }
            (Builtin::StackPush, _) => {
                let packed = self.element_pack(&v[0]);
                (vec![self.op1(Op::Tuple(2), &[receiver[0], packed])], none)
            }
            (Builtin::StackPop, Type::Stack(item)) => {
                let (rest, raw) = self.op2(Op::Untuple(2), receiver);
                (vec![rest], self.element_unpack(item, raw))
            }
            (Builtin::StackReverse, _) => (self.call_runtime(Runtime::StackReverse, receiver), none),
            _ => return Ok(None),
        }))
    }

    fn array_push(&mut self, item: &Type, receiver: &[Value], values: &[Value]) -> Lowered<Vec<Value>> {
        let map = self.array_shape(item);
        let dict = self.map_set(&map, receiver[1], receiver[0], values)?;
        Ok(vec![self.op1(Op::Inc, &[receiver[0]]), dict])
    }

    fn map_change(
        &mut self,
        builtin: &Builtin,
        dict: Value,
        v: &[Vec<Value>],
        (key, value): (&'p Type, &'p Type),
    ) -> Lowered<Changed> {
        let map = self.map_shape(key, value);
        let write = match builtin {
            Builtin::MapReplace => Write::Replace,
            Builtin::MapAdd => Write::Add,
            Builtin::MapGetSet => Write::SetGet,
            Builtin::MapGetAdd => Write::AddGet,
            Builtin::MapGetReplace => Write::ReplaceGet,
            Builtin::MapDelMin | Builtin::MapDelMax => {
                let out = self.map_remove_extreme(&map, dict, *builtin == Builtin::MapDelMax);
                let pair = self.map_pair(&map, &out[1..])?;
                return Ok(Some((vec![out[0]], vec![pair])));
            }
            Builtin::MapGetDel => {
                let key = self.map_key(&map, &v[0])?;
                let out = self.map_delete_get(&map, dict, key);
                let old = self.map_optional(&map, out[1], out[2])?;
                return Ok(Some((vec![out[0]], vec![old])));
            }
            _ => return Ok(None),
        };
        let key = self.map_key(&map, &v[0])?;
        let out = self.map_write(&map, write, dict, key, &v[1])?;
        let result = match write {
            Write::Set => Vec::new(),
            Write::Replace | Write::Add => vec![out[1]],
            // the flag of ADDGET says that the key was new
            Write::AddGet => {
                let old = self.op1(Op::Not, &[out[2]]);
                vec![self.map_optional(&map, out[1], old)?]
            }
            Write::SetGet | Write::ReplaceGet => vec![self.map_optional(&map, out[1], out[2])?],
        };
        Ok(Some((vec![out[0]], result)))
    }
}
