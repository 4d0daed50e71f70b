//! Powers, hashes, stacks.

use crate::ir::Value;
use crate::lower::cx::Lowered;
use crate::lower::fx::Fx;
use crate::opcode::Op;

impl Fx<'_, '_> {
    /// By squaring; the base is not squared once more than needed, so only a result out of range overflows.
    pub(super) fn build_pow(&mut self, base: Value, exponent: Value) -> Lowered<Vec<Value>> {
        let any = self.op1(Op::Or, &[base, exponent]);
        self.op0(Op::ThrowIfNot(69), &[any]);
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
                let product = fx.op1(Op::Mul, &[r, b]);
                fx.set(result, vec![product]);
                Ok(())
            })?;
            let half = fx.op1(Op::RShiftConst(1), &[now]);
            fx.set(left, vec![half]);
            fx.when(half, |fx| {
                let b = fx.get1(base)?;
                let square = fx.op1(Op::Mul, &[b, b]);
                fx.set(base, vec![square]);
                Ok(())
            })
        })?;
        self.get(result)
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
