//! Conversions between types.

use num_bigint::BigInt;
use tsol_sema::hir::{Expr, ExprKind, Type};
use tycho_types::cell::{Cell, CellBuilder};

use super::arith::int_shape;
use super::cx::Lowered;
use super::fx::Fx;
use super::slots;
use crate::ir::{Const, Value};
use crate::opcode::Op;

/// Bits of `addr_std` with workchain 0 before the hash: `$10`, no anycast, eight zeroes.
const STD_PREFIX: (u64, u8) = (0b100 << 8, 11);

impl<'p> Fx<'_, 'p> {
    pub(super) fn convert(&mut self, e: &'p Expr, to: &Type, checked: bool) -> Lowered<Vec<Value>> {
        if let (ExprKind::Int(value), Type::Address | Type::Contract(_)) = (&e.kind, to) {
            return Ok(vec![self.address_const(0, value)]);
        }
        let values = self.expr(e)?;
        self.convert_values(values, &e.ty, to, checked)
    }

    /// Whether a conversion leaves the values as they are.
    pub(super) fn is_free(&self, from: &Type, to: &Type) -> bool {
        let text = |ty: &Type| matches!(ty, Type::Bytes | Type::String);
        let address = |ty: &Type| matches!(ty, Type::Address | Type::Contract(_));
        match (from, to) {
            _ if from == to => true,
            (Type::Array(a, _), Type::Array(b, None)) => a == b,
            _ => text(from) && (text(to) || *to == Type::Cell) || address(from) && address(to),
        }
    }

    fn convert_values(
        &mut self,
        values: Vec<Value>,
        from: &Type,
        to: &Type,
        checked: bool,
    ) -> Lowered<Vec<Value>> {
        if self.is_free(from, to) {
            return Ok(values);
        }
        let one = |value| Ok(vec![value]);
        match (from, to) {
            (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
                let mut out = Vec::new();
                let mut at = 0;
                for (a, b) in a.iter().zip(b) {
                    let len = self.slots(a);
                    out.extend(self.convert_values(values[at..at + len].to_vec(), a, b, checked)?);
                    at += len;
                }
                Ok(out)
            }
            (Type::Optional(a), Type::Optional(b)) => {
                let (a, b) = (a.clone(), b.clone());
                let absent = self.op1(Op::IsNull, &[values[0]]);
                self.branch(
                    absent,
                    |fx| Ok(vec![fx.null()]),
                    |fx| {
                        let inner = fx.opt_unwrap(&a, values[0]);
                        let inner = fx.convert_values(inner, &a, &b, checked)?;
                        Ok(vec![fx.opt_wrap(&b, &inner)])
                    },
                )
            }
            (_, Type::Optional(inner)) => {
                let inner = inner.clone();
                let values = self.convert_values(values, from, &inner, checked)?;
                one(self.opt_wrap(&inner, &values))
            }
            (Type::FixedBytes(a), Type::FixedBytes(b)) if a < b => {
                one(self.op1(Op::LShiftConst(8 * u16::from(b - a)), &[values[0]]))
            }
            (Type::FixedBytes(a), Type::FixedBytes(b)) => {
                one(self.op1(Op::RShiftConst(8 * u16::from(a - b)), &[values[0]]))
            }
            (Type::FixedBytes(n), Type::Bytes | Type::String) => {
                let builder = self.op1(Op::NewC, &[]);
                let builder = self.op1(Op::StU(8 * u16::from(*n)), &[values[0], builder]);
                one(self.op1(Op::EndC, &[builder]))
            }
            (Type::Bytes | Type::String, Type::FixedBytes(n)) => one(self.first_bytes(values[0], *n)),
            (Type::Bytes | Type::String | Type::Cell, Type::Slice) => one(self.op1(Op::CToS, &[values[0]])),
            (Type::Slice, Type::Bytes | Type::String | Type::Cell) => {
                let builder = self.op1(Op::NewC, &[]);
                let builder = self.op1(Op::StSlice, &[values[0], builder]);
                one(self.op1(Op::EndC, &[builder]))
            }
            (Type::Builder, Type::Cell) => one(self.op1(Op::EndC, &[values[0]])),
            (Type::Cell, Type::Bytes | Type::String) => Ok(values),
            (_, Type::Address | Type::Contract(_)) if int_shape(from).is_some() => {
                let builder = self.op1(Op::NewC, &[]);
                let builder = self.store_bits(builder, STD_PREFIX.0, STD_PREFIX.1);
                let builder = self.op1(Op::StU(256), &[values[0], builder]);
                one(self.op1(Op::BToS, &[builder]))
            }
            (Type::Bool, Type::QuietBool) => Ok(values),
            _ => match (int_shape(from), int_shape(to)) {
                (Some(a), Some(b)) => one(self.resize(values[0], a, b, to, checked)),
                _ => Err(self.cx.unsupported(self.span(), "this conversion")),
            },
        }
    }

    /// Between integers: a check where the new range is not wider.
    fn resize(
        &mut self,
        value: Value,
        from: (bool, u16),
        to: (bool, u16),
        ty: &Type,
        checked: bool,
    ) -> Value {
        let contained = match (from, to) {
            ((false, a), (false, b)) | ((true, a), (true, b)) => a <= b,
            ((false, a), (true, b)) => a < b,
            ((true, _), (false, _)) => false,
        };
        if contained { value } else { self.fit(value, ty, checked) }
    }

    /// The first `n` bytes of a text as a number, with zero bytes where it is shorter.
    fn first_bytes(&mut self, cell: Value, n: u8) -> Value {
        let slice = self.op1(Op::CToS, &[cell]);
        let bits = 8 * u16::from(n);
        let words = bits.next_multiple_of(32);
        let wide = self.op(Op::PldUZ(words), &[slice])[1];
        if words == bits { wide } else { self.op1(Op::RShiftConst(words - bits), &[wide]) }
    }

    // --- constants

    pub(super) fn address_none(&mut self) -> Value {
        let mut builder = CellBuilder::new();
        // a new builder has room for two bits
        let _ = builder.store_zeros(2);
        self.b.constant(Const::Slice(builder.build().unwrap_or_default()))
    }

    pub(super) fn address_const(&mut self, workchain: i8, hash: &BigInt) -> Value {
        let bytes = hash.to_bytes_be().1;
        let mut full = [0; 32];
        let len = bytes.len().min(32);
        full[32 - len..].copy_from_slice(&bytes[bytes.len() - len..]);
        self.b.constant(Const::Slice(address_cell(workchain, &full)))
    }

    /// A text as a chain of cells with 127 bytes each.
    pub(super) fn text(&mut self, bytes: &[u8]) -> Value {
        self.b.constant(Const::Cell(text_cell(bytes)))
    }

    /// Members of a value of a struct or tuple type, cut out of its slots.
    pub(super) fn member_values(&self, ty: &Type, values: &[Value], index: usize) -> Vec<Value> {
        let (start, len) = slots::member(self.cx.program, ty, index);
        values[start..start + len].to_vec()
    }
}

/// `addr_std` as a cell.
pub(super) fn address_cell(workchain: i8, hash: &[u8; 32]) -> Cell {
    let mut builder = CellBuilder::new();
    let stored = builder
        .store_small_uint(0b100, 3)
        .and_then(|()| builder.store_u8(workchain.cast_unsigned()))
        .and_then(|()| builder.store_raw(hash, 256));
    debug_assert!(stored.is_ok(), "267 bits fit into a cell");
    builder.build().unwrap_or_default()
}

/// A text as a chain of cells: 127 bytes in each but the last.
pub(super) fn text_cell(bytes: &[u8]) -> Cell {
    let mut next: Option<Cell> = None;
    let chunks: Vec<_> = if bytes.is_empty() { vec![&bytes[..0]] } else { bytes.chunks(127).collect() };
    for chunk in chunks.into_iter().rev() {
        let mut builder = CellBuilder::new();
        let stored = builder.store_raw(chunk, 8 * chunk.len() as u16);
        debug_assert!(stored.is_ok(), "127 bytes fit into a cell");
        if let Some(next) = next.take() {
            let stored = builder.store_reference(next);
            debug_assert!(stored.is_ok(), "one reference fits into a cell");
        }
        next = builder.build().ok();
    }
    next.unwrap_or_default()
}
