//! Numbers and addresses as texts; searching.

use crate::ir::Value;
use crate::lower::cx::Lowered;
use crate::lower::fx::Fx;
use crate::lower::runtime::Runtime;
use crate::opcode::Op;

impl Fx<'_, '_> {
    /// A builder with one byte before the bytes of another.
    fn prepend(&mut self, byte: Value, rest: Value) -> Value {
        let b = self.op1(Op::NewC, &[]);
        let b = self.op1(Op::StU(8), &[byte, b]);
        self.op1(Op::StB, &[rest, b])
    }

    /// `(value, base, letters, width, fill)`: a minus sign, the padding, the digits.
    pub(super) fn build_format_int(&mut self, v: &[Value]) -> Lowered<Vec<Value>> {
        let (value, base, letters, width, fill) = (v[0], v[1], v[2], v[3], v[4]);
        let negative = self.op1(Op::LessInt(0), &[value]);
        let value = self.op1(Op::Abs, &[value]);
        let empty = self.op1(Op::NewC, &[]);
        let left = self.temp(vec![value]);
        let out = self.temp(vec![empty]);
        self.loop_over(vec![left, out], None, &mut |fx: &mut Self| {
            let (now, done) = (fx.get1(left)?, fx.get1(out)?);
            let (rest, digit) = fx.op2(Op::DivMod, &[now, base]);
            let small = fx.op1(Op::LessInt(10), &[digit]);
            let zero = fx.int(b'0');
            let offset = fx.op1(Op::CondSel, &[small, zero, letters]);
            let byte = fx.op1(Op::Add, &[digit, offset]);
            let new = fx.prepend(byte, done);
            fx.set(left, vec![rest]);
            fx.set(out, vec![new]);
            fx.when_not(rest, Fx::break_loop)
        })?;
        let wanted = self.op1(Op::LShiftConst(3), &[width]);
        let cond = &mut |fx: &mut Self| {
            let now = fx.get1(out)?;
            let bits = fx.op1(Op::BBits, &[now]);
            Ok(fx.op1(Op::Less, &[bits, wanted]))
        };
        self.loop_over(vec![out], Some(cond), &mut |fx: &mut Self| {
            let now = fx.get1(out)?;
            let new = fx.prepend(fill, now);
            fx.set(out, vec![new]);
            Ok(())
        })?;
        self.when(negative, |fx| {
            let (now, minus) = (fx.get1(out)?, fx.int(b'-'));
            let new = fx.prepend(minus, now);
            fx.set(out, vec![new]);
            Ok(())
        })?;
        let out = self.get1(out)?;
        Ok(vec![self.op1(Op::EndC, &[out])])
    }

    fn format_number(&mut self, value: Value, base: u8, width: u8) -> Value {
        let (base, letters) = (self.int(base), self.int(b'a' - 10));
        let (width, fill) = (self.int(width), self.int(b'0'));
        self.call_runtime(Runtime::FormatInt, &[value, base, letters, width, fill])[0]
    }

    fn joined(&mut self, parts: &[Value]) -> Vec<Value> {
        let mut text = vec![self.null(), self.op1(Op::NewC, &[])];
        for part in parts {
            text = self.call_runtime(Runtime::AppendText, &[text[0], text[1], *part]);
        }
        self.call_runtime(Runtime::FinishText, &text)
    }

    /// Nano as a sum with nine decimals.
    pub(super) fn build_format_ton(&mut self, value: Value) -> Lowered<Vec<Value>> {
        let negative = self.op1(Op::LessInt(0), &[value]);
        let value = self.op1(Op::Abs, &[value]);
        let unit = self.int(1_000_000_000);
        let (whole, rest) = self.op2(Op::DivMod, &[value, unit]);
        let whole = self.format_number(whole, 10, 0);
        let rest = self.format_number(rest, 10, 9);
        let (minus, nothing, point) = (self.text(b"-"), self.text(b""), self.text(b"."));
        let sign = self.op1(Op::CondSel, &[negative, minus, nothing]);
        Ok(self.joined(&[sign, whole, point, rest]))
    }

    /// `wid:hash` in hexadecimal; addresses other than `addr_std` throw.
    pub(super) fn build_format_address(&mut self, address: Value) -> Lowered<Vec<Value>> {
        let (workchain, hash) = self.op2(Op::RewriteStdAddr, &[address]);
        let workchain = self.format_number(workchain, 16, 0);
        let hash = self.format_number(hash, 16, 64);
        let colon = self.text(b":");
        Ok(self.joined(&[workchain, colon, hash]))
    }

    /// `(text, byte, last) -> index or null`.
    pub(super) fn build_find_byte(&mut self, text: Value, byte: Value, last: Value) -> Lowered<Vec<Value>> {
        let found = self.null();
        let found = self.temp(vec![found]);
        self.each_byte(text, &[found], &mut |fx, index, now| {
            let same = fx.op1(Op::Equal, &[now, byte]);
            fx.when(same, |fx| {
                fx.set(found, vec![index]);
                fx.when_not(last, Fx::break_loop)
            })
        })?;
        self.get(found)
    }

    /// Runs `f` with index and value of every byte; `vars` are what it writes.
    fn each_byte(
        &mut self,
        text: Value,
        vars: &[crate::lower::vars::Var],
        f: &mut dyn FnMut(&mut Self, Value, Value) -> Lowered<()>,
    ) -> Lowered<()> {
        let slice = self.op1(Op::CToS, &[text]);
        let zero = self.int(0);
        let rest = self.temp(vec![slice]);
        let index = self.temp(vec![zero]);
        let mut all = vars.to_vec();
        all.extend([rest, index]);
        let cond = &mut |fx: &mut Self| {
            let now = fx.get1(rest)?;
            let empty = fx.op1(Op::SEmpty, &[now]);
            Ok(fx.op1(Op::Not, &[empty]))
        };
        self.loop_over(all, Some(cond), &mut |fx: &mut Self| {
            let now = fx.get1(rest)?;
            let at_end = fx.op1(Op::SdEmpty, &[now]);
            let now = fx.branch(at_end, |fx| Ok(vec![fx.op(Op::LdRefRToS, &[now])[1]]), |_| Ok(vec![now]))?;
            let (byte, left) = fx.op2(Op::LdU(8), &[now[0]]);
            let here = fx.get1(index)?;
            let next = fx.op1(Op::Inc, &[here]);
            fx.set(rest, vec![left]);
            fx.set(index, vec![next]);
            f(fx, here, byte)
        })
    }

    /// `(text, wanted) -> index or null`: compares at every place.
    pub(super) fn build_find(&mut self, text: Value, wanted: Value) -> Lowered<Vec<Value>> {
        let total = self.call_runtime(Runtime::ByteLength, &[text])[0];
        let len = self.call_runtime(Runtime::ByteLength, &[wanted])[0];
        let (zero, exact) = (self.int(0), self.bool(true));
        // cut anew, so that equal texts are equal cells
        let wanted = self.call_runtime(Runtime::SubBytes, &[wanted, zero, len, exact])[0];
        let hash = self.op1(Op::HashCU, &[wanted]);
        let none = self.null();
        let found = self.temp(vec![none]);
        let index = self.temp(vec![zero]);
        let cond = &mut |fx: &mut Self| {
            let now = fx.get1(index)?;
            let end = fx.op1(Op::Add, &[now, len]);
            Ok(fx.op1(Op::Leq, &[end, total]))
        };
        self.loop_over(vec![found, index], Some(cond), &mut |fx: &mut Self| {
            let now = fx.get1(index)?;
            let piece = fx.call_runtime(Runtime::SubBytes, &[text, now, len, exact])[0];
            let here = fx.op1(Op::HashCU, &[piece]);
            let same = fx.op1(Op::Equal, &[here, hash]);
            fx.when(same, |fx| {
                fx.set(found, vec![now]);
                fx.break_loop()
            })?;
            let next = fx.op1(Op::Inc, &[now]);
            fx.set(index, vec![next]);
            Ok(())
        })?;
        self.get(found)
    }

    /// `(text, first letter)`: letters from `a` become capitals, those from `A` small ones.
    pub(super) fn build_change_case(&mut self, text: Value, first: Value) -> Lowered<Vec<Value>> {
        let (none, empty) = (self.null(), self.op1(Op::NewC, &[]));
        let out = self.temp(vec![none, empty]);
        self.each_byte(text, &[out], &mut |fx, _, byte| {
            let place = fx.op1(Op::Sub, &[byte, first]);
            let (low, high) = (fx.op1(Op::GtInt(-1), &[place]), fx.op1(Op::LessInt(26), &[place]));
            let letter = fx.op1(Op::And, &[low, high]);
            // capitals and small letters differ in this bit alone
            let bit = fx.int(0x20);
            let other = fx.op1(Op::Xor, &[byte, bit]);
            let byte = fx.op1(Op::CondSel, &[letter, other, byte]);
            let b = fx.op1(Op::NewC, &[]);
            let b = fx.op1(Op::StU(8), &[byte, b]);
            let bits = fx.op1(Op::BToS, &[b]);
            let now = fx.get(out)?;
            let new = fx.call_runtime(Runtime::AppendBits, &[now[0], now[1], bits]);
            fx.set(out, new);
            Ok(())
        })?;
        let out = self.get(out)?;
        Ok(self.call_runtime(Runtime::FinishText, &out))
    }
}
