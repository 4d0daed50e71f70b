//! `math`, casts, quiet integers, gas, addresses.

use tsol_sema::builtin::Builtin;
use tsol_sema::hir::{Expr, Type};

use crate::ir::{Const, Value};
use crate::lower::arith::int_shape;
use crate::lower::cx::Lowered;
use crate::lower::fx::Fx;
use crate::opcode::Op;

impl<'p> Fx<'_, 'p> {
    pub(super) fn number_builtin(
        &mut self,
        builtin: &Builtin,
        v: &[Value],
        args: &'p [Expr],
        e: &'p Expr,
    ) -> Lowered<Option<Vec<Value>>> {
        let first = args.first().map(|arg| &arg.ty);
        let quiet = first.is_some_and(|ty| self.is_quiet(ty));
        let pick = |plain, silent| if quiet { silent } else { plain };
        let member = |i: usize| match &e.ty {
            Type::Tuple(types) => types.get(i).cloned().unwrap_or(Type::INT256),
            other => other.clone(),
        };
        let one = |value| Ok(Some(vec![value]));
        match builtin {
            Builtin::MathMin | Builtin::MathMax => {
                let op = if *builtin == Builtin::MathMin {
                    pick(Op::Min, Op::QMin)
                } else {
                    pick(Op::Max, Op::QMax)
                };
                let mut out = v[0];
                for next in &v[1..] {
                    out = self.op1(op, &[out, *next]);
                }
                one(out)
            }
            Builtin::MathMinMax => Ok(Some(self.op(pick(Op::MinMax, Op::QMinMax), v))),
            Builtin::MathAbs => {
                let out = self.op1(pick(Op::Abs, Op::QAbs), v);
                one(self.fit(out, &e.ty, true))
            }
            Builtin::MathModPow2(power) if (1..=256).contains(power) && !quiet => {
                one(self.op1(Op::ModPow2Const(*power), v))
            }
            Builtin::MathModPow2(power) if (1..=256).contains(power) => {
                let unknown = self.op1(Op::IsNan, v);
                let low = |fx: &mut Self| Ok(vec![fx.op1(Op::ModPow2Const(*power), v)]);
                Ok(Some(self.branch(unknown, |_| Ok(v.to_vec()), low)?))
            }
            Builtin::MathModPow2(_) => Err(self.cx.unsupported(e.span, "`math.modpow2` with this power")),
            Builtin::MathDivR => self.rounded(pick(Op::DivR, Op::QDivR), v, e),
            Builtin::MathDivC => self.rounded(pick(Op::DivC, Op::QDivC), v, e),
            Builtin::MathMulDiv => self.rounded(pick(Op::MulDiv, Op::QMulDiv), v, e),
            Builtin::MathMulDivR => self.rounded(pick(Op::MulDivR, Op::QMulDivR), v, e),
            Builtin::MathMulDivC => self.rounded(pick(Op::MulDivC, Op::QMulDivC), v, e),
            Builtin::MathDivMod | Builtin::MathMulDivMod => {
                let op = match builtin {
                    Builtin::MathDivMod => pick(Op::DivMod, Op::QDivMod),
                    _ => pick(Op::MulDivMod, Op::QMulDivMod),
                };
                let (quotient, rest) = self.op2(op, v);
                let quotient = self.fit(quotient, &member(0), true);
                Ok(Some(vec![quotient, rest]))
            }
            Builtin::MathMulMod => one(self.op1(pick(Op::MulMod, Op::QMulMod), v)),
            Builtin::MathSign => one(self.op1(pick(Op::Sgn, Op::QSgn), v)),
            Builtin::BitSize => one(self.op1(Op::BitSize, v)),
            Builtin::UBitSize => one(self.op1(Op::UBitSize, v)),
            Builtin::Cast => one(self.cast(v[0], &args[0].ty, &e.ty)),
            Builtin::IsNan => one(self.op1(Op::IsNan, v)),
            Builtin::QuietGet => {
                let nan = self.op1(Op::IsNan, v);
                self.op0(Op::ThrowIf(80), &[nan]);
                one(v[0])
            }
            Builtin::QuietGetOr => {
                let nan = self.op1(Op::IsNan, &[v[0]]);
                one(self.op1(Op::CondSel, &[nan, v[1], v[0]]))
            }
            Builtin::QuietGetOrDefault => {
                let nan = self.op1(Op::IsNan, v);
                let zero = self.int(0);
                one(self.op1(Op::CondSel, &[nan, zero, v[0]]))
            }
            Builtin::QuietToOptional => {
                let nan = self.op1(Op::IsNan, v);
                let null = self.null();
                one(self.op1(Op::CondSel, &[nan, null, v[0]]))
            }
            Builtin::Nan => one(self.b.constant(Const::NaN)),
            _ => Ok(None),
        }
    }

    fn rounded(&mut self, op: Op, v: &[Value], e: &Expr) -> Lowered<Option<Vec<Value>>> {
        let out = self.op1(op, v);
        Ok(Some(vec![self.fit(out, &e.ty, true)]))
    }

    /// Keeps the low bits.
    fn cast(&mut self, value: Value, from: &Type, to: &Type) -> Value {
        let (Some((from_signed, from_bits)), Some((to_signed, to_bits))) = (int_shape(from), int_shape(to))
        else {
            return value;
        };
        if to_bits > 256 || from_signed == to_signed && from_bits <= to_bits {
            return value;
        }
        let low = self.op1(Op::ModPow2Const(to_bits), &[value]);
        if !to_signed {
            return low;
        }
        // the upper half stands for negative numbers
        let half = self.int(num_bigint::BigInt::from(1) << (to_bits - 1));
        let moved = self.op1(Op::Xor, &[low, half]);
        self.op1(Op::Sub, &[moved, half])
    }

    // --- addresses

    pub(super) fn address_builtin(&mut self, builtin: &Builtin, v: &[Value]) -> Lowered<Option<Vec<Value>>> {
        let value = match builtin {
            Builtin::MakeAddrStd => self.address_of(v[0], v[1]),
            Builtin::MakeAddrExtern => {
                // addr_extern$01 len:9 bits
                let b = self.op1(Op::NewC, &[]);
                let b = self.store_bits(b, 0b01, 2);
                let b = self.op1(Op::StU(9), &[v[1], b]);
                let b = self.op1(Op::StUX, &[v[0], b, v[1]]);
                self.op1(Op::BToS, &[b])
            }
            Builtin::AddrWid => {
                let parts = self.std_or_var(v[0]);
                self.op1(Op::Index(2), &[parts])
            }
            Builtin::AddrValue => {
                let parts = self.std_or_var(v[0]);
                let hash = self.op1(Op::Index(3), &[parts]);
                self.op1(Op::PldU(256), &[hash])
            }
            Builtin::AddrType => self.op1(Op::PldU(2), &[v[0]]),
            Builtin::AddrIsStdZero => {
                let zero = self.address_const(0, &num_bigint::BigInt::ZERO);
                self.op1(Op::SdEq, &[v[0], zero])
            }
            Builtin::AddrIsStdWithoutAnycast => {
                // addr_std$10 anycast:0
                let (padded, head) = self.op2(Op::PldUZ(32), &[v[0]]);
                let _ = padded;
                let head = self.op1(Op::RShiftConst(29), &[head]);
                self.op1(Op::EqInt(0b100), &[head])
            }
            Builtin::AddrIsExternZero => {
                // addr_extern with no bits
                let b = self.op1(Op::NewC, &[]);
                let b = self.store_bits(b, 0b01 << 9, 11);
                let zero = self.op1(Op::BToS, &[b]);
                self.op1(Op::SdEq, &[v[0], zero])
            }
            Builtin::AddrIsNone => {
                let none = self.address_none();
                self.op1(Op::SdEq, &[v[0], none])
            }
            Builtin::AddrUnpack => return Ok(Some(self.op(Op::RewriteStdAddr, v))),
            _ => return Ok(None),
        };
        Ok(Some(vec![value]))
    }

    /// The parsed address: `(2 or 3, anycast, workchain, hash slice)`; INDEX throws 5 for shorter tuples.
    fn std_or_var(&mut self, address: Value) -> Value {
        self.op1(Op::ParseMsgAddr, &[address])
    }
}
