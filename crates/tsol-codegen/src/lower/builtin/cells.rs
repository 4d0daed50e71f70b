//! Cells, slices, builders, `abi.encode` and `abi.decode`.

use tsol_sema::builtin::{Access, Builtin};
use tsol_sema::hir::{Expr, Type};

use super::machine::optional_inner;
use crate::abi::Size;
use crate::ir::Value;
use crate::lower::codec::{Form, Trust};
use crate::lower::cx::Lowered;
use crate::lower::fx::Fx;
use crate::lower::slots;
use crate::opcode::Op;

/// New value of the receiver and result.
type Changed = Option<(Vec<Value>, Vec<Value>)>;

impl<'p> Fx<'_, 'p> {
    /// Operations that leave their operands alone.
    pub(super) fn cell_builtin(
        &mut self,
        builtin: &Builtin,
        v: &[Value],
        e: &'p Expr,
    ) -> Lowered<Option<Vec<Value>>> {
        let plain = match builtin {
            Builtin::CellDepth => Op::CDepth,
            Builtin::CellDataSize => Op::CDataSize,
            Builtin::CellToSlice => Op::CToS,
            Builtin::CellExoticToSlice => Op::XCToS,
            Builtin::SliceEmpty => Op::SEmpty,
            Builtin::SliceBitEmpty => Op::SdEmpty,
            Builtin::SliceRefEmpty => Op::SrEmpty,
            Builtin::SliceSize => Op::SBitRefs,
            Builtin::SliceBits => Op::SBits,
            Builtin::SliceRefs => Op::SRefs,
            Builtin::SliceDataSize => Op::SDataSize,
            Builtin::SliceDepth => Op::SDepth,
            Builtin::SliceHasBits => Op::SChkBitsQ,
            Builtin::SliceHasRefs => Op::SChkRefsQ,
            Builtin::SliceHasBitsAndRefs => Op::SChkBitRefsQ,
            Builtin::SliceCompare => Op::SdLexCmp,
            Builtin::SliceStartsWith => Op::SdPfxRev,
            Builtin::SliceStartsWithOne => Op::SdFirst,
            Builtin::SlicePreloadRefAt => Op::PldRefVar,
            Builtin::BuilderToSlice => Op::BToS,
            Builtin::BuilderToCell => Op::EndC,
            Builtin::BuilderSize => Op::BBitRefs,
            Builtin::BuilderBits => Op::BBits,
            Builtin::BuilderRefs => Op::BRefs,
            Builtin::BuilderRemBits => Op::BRemBits,
            Builtin::BuilderRemRefs => Op::BRemRefs,
            Builtin::BuilderRemBitsAndRefs => Op::BRemBitRefs,
            Builtin::BuilderDepth => Op::BDepth,
            _ => return self.cell_sequence(builtin, v, e),
        };
        Ok(Some(self.op(plain, v)))
    }

    fn cell_sequence(&mut self, builtin: &Builtin, v: &[Value], e: &'p Expr) -> Lowered<Option<Vec<Value>>> {
        match builtin {
            Builtin::CellDataSizeQ | Builtin::SliceDataSizeQ => {
                let op = if *builtin == Builtin::CellDataSizeQ { Op::CDataSizeQ } else { Op::SDataSizeQ };
                let out = self.op(op, v);
                let found = out[3];
                let packed =
                    self.branch(found, |fx| Ok(vec![fx.pack(&out[..3])]), |fx| Ok(vec![fx.null()]))?;
                Ok(Some(packed))
            }
            Builtin::BuilderToExoticCell => {
                let yes = self.bool(true);
                Ok(Some(vec![self.op1(Op::EndXC, &[v[0], yes])]))
            }
            Builtin::AbiDecode => {
                let types = slots::members(self.cx.program, &e.ty);
                let types = if matches!(e.ty, Type::Struct(_)) { vec![e.ty.clone()] } else { types };
                let slice = self.op1(Op::CToS, &[v[0]]);
                let (values, rest) =
                    self.decode(&types, slice, Size::default(), Form::Abi, Trust::Foreign)?;
                self.op0(Op::EndS, &[rest]);
                Ok(Some(values))
            }
            // a preload is a load whose rest is dropped
            _ if is_preload(builtin) => {
                Ok(self.slice_load(builtin, v[0], &v[1..], e)?.map(|(_, result)| result))
            }
            _ => Ok(None),
        }
    }

    /// Operations that advance a slice.
    pub(super) fn slice_change(
        &mut self,
        builtin: &Builtin,
        receiver: &[Value],
        v: &[Value],
        e: &'p Expr,
    ) -> Lowered<Changed> {
        let slice = receiver[0];
        let out = match builtin {
            Builtin::SliceLoadRefAsSlice => {
                let (rest, opened) = self.op2(Op::LdRefRToS, &[slice]);
                (vec![rest], vec![opened])
            }
            Builtin::SliceSkip => match v {
                [bits] => (self.op(Op::SdSkipFirst, &[slice, *bits]), Vec::new()),
                _ => (self.op(Op::SSkipFirst, &[slice, v[0], v[1]]), Vec::new()),
            },
            Builtin::SliceLoadZeroes | Builtin::SliceLoadOnes | Builtin::SliceLoadSame => {
                let (count, rest) = match builtin {
                    Builtin::SliceLoadZeroes => self.op2(Op::LdZeroes, &[slice]),
                    Builtin::SliceLoadOnes => self.op2(Op::LdOnes, &[slice]),
                    _ => self.op2(Op::LdSame, &[slice, v[0]]),
                };
                (vec![rest], vec![count])
            }
            _ => {
                let loaded = self.slice_load(builtin, slice, v, e)?;
                return Ok(loaded.map(|(rest, result)| (vec![rest], result)));
            }
        };
        Ok(Some(out))
    }

    /// The load and preload family: rest and result.
    fn slice_load(
        &mut self,
        builtin: &Builtin,
        slice: Value,
        v: &[Value],
        e: &'p Expr,
    ) -> Lowered<Option<(Value, Vec<Value>)>> {
        let quiet = |out: Vec<Value>| (out[1], vec![out[0]], out[2]);
        let single = |(value, rest): (Value, Value)| Ok(Some((rest, vec![value])));
        let (rest, value, found) = match builtin {
            Builtin::SliceLoad(_) => {
                let types = match &e.ty {
                    Type::Tuple(types) => types.clone(),
                    other => vec![other.clone()],
                };
                let (values, rest) = self.load_in_line(&types, slice)?;
                return Ok(Some((rest, values)));
            }
            Builtin::SliceLoadQ(_) => return self.slice_load_q(slice, e).map(Some),
            Builtin::SliceLoadRef(_) => {
                let out = self.op2(Op::LdRef, &[slice]);
                return single(out);
            }
            Builtin::SliceLoadInt(_) => {
                let out = self.op2(Op::LdIX, &[slice, v[0]]);
                return single(out);
            }
            Builtin::SliceLoadUint(_) => {
                let out = self.op2(Op::LdUX, &[slice, v[0]]);
                return single(out);
            }
            Builtin::SliceLoadLe(_) => {
                let Some(op) = le_load(&e.ty) else {
                    let (low, slice) = self.op2(Op::LdU(8), &[slice]);
                    let signed = matches!(e.ty, Type::Int { signed: true, .. });
                    let (high, rest) = self.op2(if signed { Op::LdI(8) } else { Op::LdU(8) }, &[slice]);
                    let high = self.op1(Op::LShiftConst(8), &[high]);
                    return single((self.op1(Op::Add, &[high, low]), rest));
                };
                let out = self.op2(op, &[slice]);
                return single(out);
            }
            Builtin::SliceLoadSlice(_) => {
                let out = match v {
                    [bits] => self.op2(Op::LdSliceX, &[slice, *bits]),
                    _ => self.op2(Op::Split, &[slice, v[0], v[1]]),
                };
                return single(out);
            }
            Builtin::SliceLoadIntQ(_) => quiet(self.op(Op::LdIXQ, &[slice, v[0]])),
            Builtin::SliceLoadUintQ(_) => quiet(self.op(Op::LdUXQ, &[slice, v[0]])),
            Builtin::SliceLoadSliceQ(_) => match v {
                [bits] => quiet(self.op(Op::LdSliceXQ, &[slice, *bits])),
                _ => quiet(self.op(Op::SplitQ, &[slice, v[0], v[1]])),
            },
            Builtin::SliceLoadLeQ(_) => match le_load_q(&optional_inner(&e.ty)) {
                Some(op) => quiet(self.op(op, &[slice])),
                None => {
                    return Err(self.cx.unsupported(e.span, "loading a little-endian integer of two bytes"));
                }
            },
            _ => return Ok(None),
        };
        self.quiet_result(slice, (rest, value[0], found)).map(Some)
    }

    /// Where nothing was loaded the machine gives the slice back as the first result.
    fn quiet_result(
        &mut self,
        slice: Value,
        (rest, value, found): (Value, Value, Value),
    ) -> Lowered<(Value, Vec<Value>)> {
        let null = self.null();
        let out = self.branch(found, |_| Ok(vec![rest, value]), |_| Ok(vec![slice, null]))?;
        Ok((out[0], vec![out[1]]))
    }

    /// Values one after the other in one cell, `bytesN` in place: the counterpart of `TvmBuilder.store`.
    pub(in crate::lower) fn load_in_line(
        &mut self,
        types: &[Type],
        slice: Value,
    ) -> Lowered<(Vec<Value>, Value)> {
        let mut slice = slice;
        let mut out = Vec::new();
        for leaf in crate::abi::leaves(self.cx.program, types) {
            let (values, rest) = self.load_leaf(slice, &leaf.ty, Form::Inline, Trust::Foreign)?;
            out.extend(values);
            slice = rest;
        }
        Ok((out, slice))
    }

    fn slice_load_q(&mut self, slice: Value, e: &'p Expr) -> Lowered<(Value, Vec<Value>)> {
        let inner = optional_inner(&e.ty);
        let types = match &inner {
            Type::Tuple(types) => types.clone(),
            other => vec![other.clone()],
        };
        let pieces: Option<Vec<_>> = types.iter().map(load_q).collect();
        let Some(pieces) = pieces else {
            return Err(self.cx.unsupported(e.span, "`loadQ` of this type"));
        };
        let out = self.load_all_q(slice, slice, &pieces.concat(), &[], &inner)?;
        Ok((out[0], vec![out[1]]))
    }

    fn load_all_q(
        &mut self,
        whole: Value,
        slice: Value,
        pieces: &[Piece],
        loaded: &[Value],
        inner: &Type,
    ) -> Lowered<Vec<Value>> {
        let Some((piece, pieces)) = pieces.split_first() else {
            return Ok(vec![slice, self.opt_wrap(inner, loaded)]);
        };
        let next = |fx: &mut Self, value: Value, rest: Value| {
            let loaded: Vec<Value> = loaded.iter().copied().chain([value]).collect();
            fx.load_all_q(whole, rest, pieces, &loaded, inner)
        };
        match piece {
            Piece::Quiet(op) => {
                let out = self.op(*op, &[slice]);
                self.branch(out[2], |fx| next(fx, out[0], out[1]), |fx| Ok(vec![whole, fx.null()]))
            }
            Piece::Reference => {
                let one = self.int(1);
                let found = self.op1(Op::SChkRefsQ, &[slice, one]);
                self.branch(
                    found,
                    |fx| {
                        let (cell, rest) = fx.op2(Op::LdRef, &[slice]);
                        next(fx, cell, rest)
                    },
                    |fx| Ok(vec![whole, fx.null()]),
                )
            }
        }
    }

    /// Operations that extend a builder.
    pub(super) fn builder_change(
        &mut self,
        builtin: &Builtin,
        receiver: &[Value],
        v: &[Vec<Value>],
        args: &'p [Expr],
    ) -> Lowered<Changed> {
        let b = receiver[0];
        let first = v.first().and_then(|values| values.first()).copied();
        let out = match (builtin, first) {
            (Builtin::BuilderStore, _) => {
                let mut b = b;
                for (values, arg) in v.iter().zip(&args[1..]) {
                    b = self.store_in_line(b, &arg.ty, values)?;
                }
                b
            }
            (Builtin::BuilderStoreRef, Some(value)) => match &args[1].ty {
                Type::Builder => self.op1(Op::StBRef, &[value, b]),
                Type::Slice => {
                    let child = self.op1(Op::NewC, &[]);
                    let child = self.op1(Op::StSlice, &[value, child]);
                    self.op1(Op::StBRef, &[child, b])
                }
                _ => self.op1(Op::StRef, &[value, b]),
            },
            (Builtin::BuilderStoreZeroes, Some(n)) => self.op1(Op::StZeroes, &[b, n]),
            (Builtin::BuilderStoreOnes, Some(n)) => self.op1(Op::StOnes, &[b, n]),
            (Builtin::BuilderStoreSame, Some(n)) => self.op1(Op::StSame, &[b, n, v[1][0]]),
            (Builtin::BuilderStoreInt, Some(value)) => self.op1(Op::StIX, &[value, b, v[1][0]]),
            (Builtin::BuilderStoreUint, Some(value)) => self.op1(Op::StUX, &[value, b, v[1][0]]),
            (Builtin::BuilderStoreLe, Some(value)) => match le_store(&args[1].ty) {
                Some(op) => self.op1(op, &[value, b]),
                None => {
                    let low = self.op1(Op::ModPow2Const(8), &[value]);
                    let high = self.op1(Op::RShiftConst(8), &[value]);
                    let b = self.op1(Op::StU(8), &[low, b]);
                    let signed = matches!(args[1].ty, Type::Int { signed: true, .. });
                    self.op1(if signed { Op::StI(8) } else { Op::StU(8) }, &[high, b])
                }
            },
            (Builtin::BuilderStoreQ, Some(_)) => {
                // built apart, then appended if there is room
                let empty = self.op1(Op::NewC, &[]);
                let part = self.store_in_line(empty, &args[1].ty, &v[0])?;
                let (bits, refs) = self.op2(Op::BBitRefs, &[part]);
                let fits = self.op1(Op::BChkBitRefsQ, &[b, bits, refs]);
                let out = self.branch(fits, |fx| Ok(vec![fx.op1(Op::StB, &[part, b])]), |_| Ok(vec![b]))?;
                return Ok(Some((out, vec![fits])));
            }
            _ => return Ok(None),
        };
        Ok(Some((vec![out], Vec::new())))
    }

    /// All members in the cell that is being built: `TvmBuilder.store`.
    fn store_in_line(&mut self, b: Value, ty: &Type, values: &[Value]) -> Lowered<Value> {
        let mut b = b;
        let mut at = 0;
        for leaf in crate::abi::leaves(self.cx.program, [ty]) {
            let len = self.slots(&leaf.ty);
            b = self.store_leaf(b, &leaf.ty, &values[at..at + len], Form::Inline)?;
            at += len;
        }
        Ok(b)
    }
}

fn is_preload(builtin: &Builtin) -> bool {
    use Builtin as B;
    let access = match builtin {
        B::SliceLoad(a)
        | B::SliceLoadQ(a)
        | B::SliceLoadRef(a)
        | B::SliceLoadInt(a)
        | B::SliceLoadIntQ(a) => a,
        B::SliceLoadUint(a) | B::SliceLoadUintQ(a) | B::SliceLoadLe(a) | B::SliceLoadLeQ(a) => a,
        B::SliceLoadSlice(a) | B::SliceLoadSliceQ(a) => a,
        _ => return false,
    };
    *access == Access::Preload
}

fn le_load(ty: &Type) -> Option<Op> {
    match ty {
        Type::Int { signed: true, bits: 32 } => Some(Op::LdILe4),
        Type::Int { signed: false, bits: 32 } => Some(Op::LdULe4),
        Type::Int { signed: true, bits: 64 } => Some(Op::LdILe8),
        Type::Int { signed: false, bits: 64 } => Some(Op::LdULe8),
        _ => None,
    }
}

fn le_load_q(ty: &Type) -> Option<Op> {
    match ty {
        Type::Int { signed: true, bits: 32 } => Some(Op::LdILe4Q),
        Type::Int { signed: false, bits: 32 } => Some(Op::LdULe4Q),
        Type::Int { signed: true, bits: 64 } => Some(Op::LdILe8Q),
        Type::Int { signed: false, bits: 64 } => Some(Op::LdULe8Q),
        _ => None,
    }
}

fn le_store(ty: &Type) -> Option<Op> {
    match ty {
        Type::Int { signed: true, bits: 32 } => Some(Op::StILe4),
        Type::Int { signed: false, bits: 32 } => Some(Op::StULe4),
        Type::Int { signed: true, bits: 64 } => Some(Op::StILe8),
        Type::Int { signed: false, bits: 64 } => Some(Op::StULe8),
        _ => None,
    }
}

/// One value of `loadQ` that may be missing.
#[derive(Clone, Copy)]
enum Piece {
    /// An instruction that says itself whether it has found something.
    Quiet(Op),
    /// A cell, for which there is no such instruction.
    Reference,
}

fn load_q(ty: &Type) -> Option<Vec<Piece>> {
    let op = match ty {
        Type::Cell | Type::Bytes | Type::String => return Some(vec![Piece::Reference]),
        Type::Array(..) => return Some(vec![Piece::Quiet(Op::LdUQ(32)), Piece::Quiet(Op::LdDictQ)]),
        Type::Int { signed: true, bits } if *bits <= 256 => Op::LdIQ(*bits),
        Type::Int { signed: false, bits } => Op::LdUQ(*bits),
        Type::Bool => Op::LdIQ(1),
        Type::FixedBytes(n) => Op::LdUQ(8 * u16::from(*n)),
        Type::Address | Type::Contract(_) => Op::LdMsgAddrQ,
        Type::Mapping(..) => Op::LdDictQ,
        _ => return None,
    };
    Some(vec![Piece::Quiet(op)])
}
