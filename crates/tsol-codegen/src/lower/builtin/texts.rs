//! Searching, changing and formatting texts.

use tsol_sema::builtin::{Builtin, FormatPart, FormatSpec, Radix};
use tsol_sema::hir::{Expr, Type};

use crate::ir::Value;
use crate::lower::arith::int_shape;
use crate::lower::cx::Lowered;
use crate::lower::fx::Fx;
use crate::lower::runtime::Runtime;
use crate::opcode::Op;

impl<'p> Fx<'_, 'p> {
    pub(super) fn text_builtin(
        &mut self,
        builtin: &'p Builtin,
        v: &[Value],
        args: &'p [Expr],
    ) -> Lowered<Option<Vec<Value>>> {
        Ok(Some(match builtin {
            Builtin::StringFindByte | Builtin::StringFindLast => {
                let last = self.bool(*builtin == Builtin::StringFindLast);
                self.call_runtime(Runtime::FindByte, &[v[0], v[1], last])
            }
            Builtin::StringFind => self.call_runtime(Runtime::Find, v),
            Builtin::StringToUpper | Builtin::StringToLower => {
                let from = self.int(if *builtin == Builtin::StringToUpper { b'a' } else { b'A' });
                self.call_runtime(Runtime::ChangeCase, &[v[0], from])
            }
            Builtin::Format(parts) => vec![self.format(parts, v, args)?],
            _ => return Ok(None),
        }))
    }

    fn format(&mut self, parts: &[FormatPart], v: &[Value], args: &'p [Expr]) -> Lowered<Value> {
        let mut text = vec![self.null(), self.op1(Op::NewC, &[])];
        let mut next = 0;
        let mut at = 0;
        for part in parts {
            let piece = match part {
                FormatPart::Text(bytes) => self.text(bytes),
                FormatPart::Value(spec) => {
                    let arg = &args[next];
                    let len = self.slots(&arg.ty);
                    let values = &v[at..at + len];
                    next += 1;
                    at += len;
                    self.formatted(*spec, arg, values[0])?
                }
            };
            text = self.call_runtime(Runtime::AppendText, &[text[0], text[1], piece]);
        }
        Ok(self.call_runtime(Runtime::FinishText, &text)[0])
    }

    /// One value as a text.
    fn formatted(&mut self, spec: FormatSpec, arg: &'p Expr, value: Value) -> Lowered<Value> {
        let width = self.int(spec.width);
        let fill = self.int(if spec.zero_pad { b'0' } else { b' ' });
        match &arg.ty {
            Type::String | Type::Bytes => Ok(value),
            Type::Bool => {
                let (yes, no) = (self.text(b"true"), self.text(b"false"));
                Ok(self.op1(Op::CondSel, &[value, yes, no]))
            }
            Type::Address | Type::Contract(_) => Ok(self.call_runtime(Runtime::FormatAddress, &[value])[0]),
            ty if int_shape(ty).is_some() => {
                if spec.radix == Radix::Ton {
                    return Ok(self.call_runtime(Runtime::FormatTon, &[value])[0]);
                }
                let base = self.int(if spec.radix == Radix::Decimal { 10 } else { 16 });
                // what is added to digits above nine to come to a letter
                let letters = self.int(if spec.radix == Radix::UpperHex { b'A' - 10 } else { b'a' - 10 });
                Ok(self.call_runtime(Runtime::FormatInt, &[value, base, letters, width, fill])[0])
            }
            _ => Err(self.cx.unsupported(arg.span, "formatting a value of this type")),
        }
    }
}
