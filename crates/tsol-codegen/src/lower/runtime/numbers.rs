//! Powers, hashes, stacks.

use crate::ir::{Const, Value};
use crate::lower::cx::Lowered;
use crate::lower::fx::Fx;
use crate::opcode::Op;

impl Fx<'_, '_> {
    /// By squaring; the base is not squared once more than needed, so only a result out of range overflows.
    /// `times` multiplies, quietly or not.
    pub(super) fn build_pow(&mut self, base: Value, exponent: Value, times: Op) -> Lowered<Vec<Value>> {
        let one = self.int(1);
        let result = self.temp(vec![one]);
        let base = self.temp(vec![base]);
        let left = self.temp(vec![exponent]);
        let vars = vec![result, base, left];
        self.loop_over(vars, Some(&mut |fx: &mut Self| fx.get1(left)), &mut |fx: &mut Self| {
            let now = fx.get1(left)?;
            let odd = fx.op1(Op::ModPow2Const(1), &[now]);
            fx.when(odd, |fx| {
                let (r, b) = (fx.get1(result)?, fx.get1(base)?);
                let product = fx.op1(times, &[r, b]);
                fx.set(result, vec![product]);
                Ok(())
            })?;
            let half = fx.op1(Op::RShiftConst(1), &[now]);
            fx.set(left, vec![half]);
            fx.when(half, |fx| {
                let b = fx.get1(base)?;
                let square = fx.op1(times, &[b, b]);
                fx.set(base, vec![square]);
                Ok(())
            })
        })?;
        self.get(result)
    }

    /// What throws in the other power is NaN here, zero to the power of zero as well.
    pub(super) fn build_quiet_pow(&mut self, base: Value, exponent: Value) -> Lowered<Vec<Value>> {
        let unknown = self.op1(Op::IsNan, &[base]);
        self.branch(
            unknown,
            |_| Ok(vec![base]),
            |fx| {
                let any = fx.op1(Op::Or, &[base, exponent]);
                fx.branch(
                    any,
                    |fx| fx.build_pow(base, exponent, Op::QMul),
                    |fx| Ok(vec![fx.b.constant(Const::NaN)]),
                )
            },
        )
    }

    /// Configuration parameter 20 or 21: `flat_gas_limit`, `flat_gas_price` and `gas_price` behind their tags.
    pub(super) fn build_gas_price(&mut self, wid: Value) -> Lowered<Vec<Value>> {
        let master = self.op1(Op::EqInt(-1), &[wid]);
        let base = self.op1(Op::EqInt(0), &[wid]);
        let known = self.op1(Op::Or, &[master, base]);
        self.op0(Op::ThrowIfNot(67), &[known]);
        let (of_master, of_base) = (self.int(20), self.int(21));
        let number = self.op1(Op::CondSel, &[master, of_master, of_base]);
        let (cell, _) = self.op2(Op::ConfigParam, &[number]);
        let missing = self.op1(Op::IsNull, &[cell]);
        self.op0(Op::ThrowIf(68), &[missing]);
        let slice = self.op1(Op::CToS, &[cell]);
        let head = self.int(8 + 64 + 64 + 8);
        let slice = self.op1(Op::SdSkipFirst, &[slice, head]);
        Ok(vec![self.op1(Op::PldU(64), &[slice])])
    }

    /// Representation hash of a state init with code and data only: two references, five bits `00110`.
    pub(super) fn build_state_init_hash(&mut self, v: &[Value]) -> Lowered<Vec<Value>> {
        let (code_hash, data_hash, code_depth, data_depth) = (v[0], v[1], v[2], v[3]);
        let b = self.op1(Op::NewC, &[]);
        // descriptors d1 = 2 references, d2 = 5 bits in one byte; the bits with their completion tag
        let b = self.store_bits(b, 0x02_0134, 24);
        let b = self.op1(Op::StU(16), &[code_depth, b]);
        let b = self.op1(Op::StU(16), &[data_depth, b]);
        let b = self.op1(Op::StU(256), &[code_hash, b]);
        let b = self.op1(Op::StU(256), &[data_hash, b]);
        let slice = self.op1(Op::BToS, &[b]);
        Ok(vec![self.op1(Op::Sha256U, &[slice])])
    }

    pub(super) fn build_stack_reverse(&mut self, stack: Value) -> Lowered<Vec<Value>> {
        let none = self.null();
        let from = self.temp(vec![stack]);
        let to = self.temp(vec![none]);
        let cond = &mut |fx: &mut Self| {
            let now = fx.get1(from)?;
            let empty = fx.op1(Op::IsNull, &[now]);
            Ok(fx.op1(Op::Not, &[empty]))
        };
        self.loop_over(vec![from, to], Some(cond), &mut |fx: &mut Self| {
            let (now, done) = (fx.get1(from)?, fx.get1(to)?);
            let (rest, top) = fx.op2(Op::Untuple(2), &[now]);
            let new = fx.op1(Op::Tuple(2), &[done, top]);
            fx.set(from, vec![rest]);
            fx.set(to, vec![new]);
            Ok(())
        })?;
        self.get(to)
    }
}
