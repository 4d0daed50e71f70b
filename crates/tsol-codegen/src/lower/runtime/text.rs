//! `bytes` and `string`: chains of cells with up to 127 bytes each.
//!
//! Texts from outside may be cut differently, so reading never relies on full cells. A text that is being built is a
//! list of full builders (null, or the list before and a builder) and the current builder.

use crate::ir::Value;
use crate::lower::cx::Lowered;
use crate::lower::fx::Fx;
use crate::lower::runtime::Runtime;
use crate::lower::vars::Var;
use crate::opcode::Op;

/// Bits that fit into one cell of a text.
const CELL_BITS: u16 = 127 * 8;

impl Fx<'_, '_> {
    fn bits_of(&mut self, slice: Value) -> Value {
        self.op1(Op::SBits, &[slice])
    }

    fn next_part(&mut self, slice: Value) -> Value {
        self.op(Op::LdRefRToS, &[slice])[1]
    }

    pub(super) fn build_byte_length(&mut self, text: Value) -> Lowered<Vec<Value>> {
        let slice = self.op1(Op::CToS, &[text]);
        let bits = self.bits_of(slice);
        let part = self.temp(vec![slice]);
        let total = self.temp(vec![bits]);
        let cond = &mut |fx: &mut Self| {
            let now = fx.get1(part)?;
            Ok(fx.op1(Op::SRefs, &[now]))
        };
        self.loop_over(vec![part, total], Some(cond), &mut |fx: &mut Self| {
            let now = fx.get1(part)?;
            let next = fx.next_part(now);
            let (sum, bits) = (fx.get1(total)?, fx.bits_of(next));
            let sum = fx.op1(Op::Add, &[sum, bits]);
            fx.set(part, vec![next]);
            fx.set(total, vec![sum]);
            Ok(())
        })?;
        let bits = self.get1(total)?;
        Ok(vec![self.op1(Op::RShiftConst(3), &[bits])])
    }

    /// Steps over `bits` bits; `at_end` also goes on where exactly the end of a cell is reached. Throws `code` where
    /// the text is shorter.
    fn seek(&mut self, text: Value, bits: Value, through_end: bool, code: u16) -> Lowered<Value> {
        let slice = self.op1(Op::CToS, &[text]);
        let part = self.temp(vec![slice]);
        let left = self.temp(vec![bits]);
        let cond = &mut |fx: &mut Self| {
            let (now, bits) = (fx.get1(part)?, fx.get1(left)?);
            let here = fx.bits_of(now);
            Ok(fx.op1(if through_end { Op::Leq } else { Op::Less }, &[here, bits]))
        };
        self.loop_over(vec![part, left], Some(cond), &mut |fx: &mut Self| {
            let (now, bits) = (fx.get1(part)?, fx.get1(left)?);
            let more = fx.op1(Op::SRefs, &[now]);
            fx.op0(Op::ThrowIfNot(code), &[more]);
            let here = fx.bits_of(now);
            let bits = fx.op1(Op::Sub, &[bits, here]);
            let next = fx.next_part(now);
            fx.set(part, vec![next]);
            fx.set(left, vec![bits]);
            Ok(())
        })?;
        let (now, bits) = (self.get1(part)?, self.get1(left)?);
        Ok(self.op1(Op::SdSkipFirst, &[now, bits]))
    }

    pub(super) fn build_byte_at(&mut self, text: Value, index: Value) -> Lowered<Vec<Value>> {
        // an index that no text can have: the product below must not overflow
        let bits = self.op1(Op::LShiftConst(3), &[index]);
        let slice = self.seek(text, bits, true, 50)?;
        Ok(vec![self.op1(Op::PldU(8), &[slice])])
    }

    pub(super) fn build_append_bits(
        &mut self,
        full: Value,
        builder: Value,
        bits: Value,
    ) -> Lowered<Vec<Value>> {
        let taken = self.op1(Op::BBits, &[builder]);
        let capacity = self.int(CELL_BITS);
        let room = self.op1(Op::Sub, &[capacity, taken]);
        let len = self.bits_of(bits);
        let fits = self.op1(Op::Leq, &[len, room]);
        self.branch(
            fits,
            |fx| {
                let bits = fx.op1(Op::SdCutFirst, &[bits, len]);
                Ok(vec![full, fx.op1(Op::StSlice, &[bits, builder])])
            },
            |fx| {
                let (first, _) = fx.op2(Op::LdSliceX, &[bits, room]);
                let rest_len = fx.op1(Op::Sub, &[len, room]);
                let rest = fx.op1(Op::SdSkipFirst, &[bits, room]);
                let rest = fx.op1(Op::SdCutFirst, &[rest, rest_len]);
                let done = fx.op1(Op::StSlice, &[first, builder]);
                let full = fx.op1(Op::Tuple(2), &[full, done]);
                let builder = fx.op1(Op::NewC, &[]);
                Ok(vec![full, fx.op1(Op::StSlice, &[rest, builder])])
            },
        )
    }

    pub(super) fn build_append_text(
        &mut self,
        full: Value,
        builder: Value,
        text: Value,
    ) -> Lowered<Vec<Value>> {
        let slice = self.op1(Op::CToS, &[text]);
        let first = self.call_runtime(Runtime::AppendBits, &[full, builder, slice]);
        let part = self.temp(vec![slice]);
        let out = self.temp(first);
        let cond = &mut |fx: &mut Self| {
            let now = fx.get1(part)?;
            Ok(fx.op1(Op::SRefs, &[now]))
        };
        self.loop_over(vec![part, out], Some(cond), &mut |fx: &mut Self| {
            let now = fx.get1(part)?;
            let next = fx.next_part(now);
            fx.set(part, vec![next]);
            fx.append_to(out, next)
        })?;
        self.get(out)
    }

    fn append_to(&mut self, out: Var, slice: Value) -> Lowered<()> {
        let now = self.get(out)?;
        let new = self.call_runtime(Runtime::AppendBits, &[now[0], now[1], slice]);
        self.set(out, new);
        Ok(())
    }

    pub(super) fn build_finish_text(&mut self, full: Value, builder: Value) -> Lowered<Vec<Value>> {
        let full = self.temp(vec![full]);
        let builder = self.temp(vec![builder]);
        let cond = &mut |fx: &mut Self| {
            let now = fx.get1(full)?;
            let empty = fx.op1(Op::IsNull, &[now]);
            Ok(fx.op1(Op::Not, &[empty]))
        };
        self.loop_over(vec![full, builder], Some(cond), &mut |fx: &mut Self| {
            let (list, child) = (fx.get1(full)?, fx.get1(builder)?);
            let (list, parent) = fx.op2(Op::Untuple(2), &[list]);
            let parent = fx.op1(Op::StBRefR, &[parent, child]);
            fx.set(full, vec![list]);
            fx.set(builder, vec![parent]);
            Ok(())
        })?;
        let builder = self.get1(builder)?;
        Ok(vec![self.op1(Op::EndC, &[builder])])
    }

    pub(super) fn build_concat(&mut self, a: Value, b: Value) -> Lowered<Vec<Value>> {
        let (none, empty) = (self.null(), self.op1(Op::NewC, &[]));
        let out = self.call_runtime(Runtime::AppendText, &[none, empty, a]);
        let out = self.call_runtime(Runtime::AppendText, &[out[0], out[1], b]);
        Ok(self.call_runtime(Runtime::FinishText, &out))
    }

    pub(super) fn build_sub_bytes(&mut self, v: &[Value]) -> Lowered<Vec<Value>> {
        let (text, from, count, exact) = (v[0], v[1], v[2], v[3]);
        let skip = self.op1(Op::LShiftConst(3), &[from]);
        let slice = self.seek(text, skip, false, 70)?;
        let bits = self.op1(Op::LShiftConst(3), &[count]);
        let (none, empty) = (self.null(), self.op1(Op::NewC, &[]));
        let part = self.temp(vec![slice]);
        let left = self.temp(vec![bits]);
        let out = self.temp(vec![none, empty]);
        let vars = vec![part, left, out];
        self.loop_over(vars, Some(&mut |fx: &mut Self| fx.get1(left)), &mut |fx: &mut Self| {
            let (now, wanted) = (fx.get1(part)?, fx.get1(left)?);
            let here = fx.bits_of(now);
            let take = fx.op1(Op::Min, &[here, wanted]);
            let piece = fx.op1(Op::SdCutFirst, &[now, take]);
            fx.append_to(out, piece)?;
            let rest = fx.op1(Op::Sub, &[wanted, take]);
            fx.set(left, vec![rest]);
            let more = fx.op1(Op::SRefs, &[now]);
            fx.branch(
                more,
                |fx| {
                    let next = fx.next_part(now);
                    fx.set(part, vec![next]);
                    Ok(Vec::new())
                },
                |fx| fx.break_loop().map(|()| Vec::new()),
            )?;
            Ok(())
        })?;
        let left = self.get1(left)?;
        let missing = self.op1(Op::And, &[left, exact]);
        self.op0(Op::ThrowIf(70), &[missing]);
        let out = self.get(out)?;
        Ok(self.call_runtime(Runtime::FinishText, &out))
    }

    pub(super) fn build_compare(&mut self, a: Value, b: Value) -> Lowered<Vec<Value>> {
        let (a, b) = (self.op1(Op::CToS, &[a]), self.op1(Op::CToS, &[b]));
        let zero = self.int(0);
        let left = self.temp(vec![a]);
        let right = self.temp(vec![b]);
        let order = self.temp(vec![zero]);
        self.loop_over(vec![left, right, order], None, &mut |fx: &mut Self| {
            let (a, b) = (fx.get1(left)?, fx.get1(right)?);
            let now = fx.op1(Op::SdLexCmp, &[a, b]);
            fx.set(order, vec![now]);
            fx.when(now, Fx::break_loop)?;
            let (more_a, more_b) = (fx.op1(Op::SRefs, &[a]), fx.op1(Op::SRefs, &[b]));
            let longer = fx.op1(Op::Cmp, &[more_a, more_b]);
            let both = fx.op1(Op::Min, &[more_a, more_b]);
            fx.branch(
                both,
                |fx| {
                    let (a, b) = (fx.next_part(a), fx.next_part(b));
                    fx.set(left, vec![a]);
                    fx.set(right, vec![b]);
                    Ok(Vec::new())
                },
                |fx| {
                    fx.set(order, vec![longer]);
                    fx.break_loop().map(|()| Vec::new())
                },
            )?;
            Ok(())
        })?;
        self.get(order)
    }
}
