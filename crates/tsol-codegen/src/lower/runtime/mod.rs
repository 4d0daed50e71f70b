//! Routines that several places share, built once for each contract that needs them.

mod format;
mod numbers;
mod text;

use super::cx::{Cx, Lowered};
use super::func;
use crate::ir::{FuncId, Inline};
use crate::opcode::Op;

/// A routine; its operands and results are named by its builder.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Runtime {
    /// `(text) -> bytes`.
    ByteLength,
    /// `(text, index) -> byte`; throws 50.
    ByteAt,
    /// `(text, text) -> text`.
    Concat,
    /// `(text, text) -> -1, 0 or 1`.
    Compare,
    /// `(text, from, count, exact) -> text`; throws 70.
    SubBytes,
    /// `(full builders, builder, bits) -> (full builders, builder)`.
    AppendBits,
    /// `(full builders, builder, text) -> (full builders, builder)`.
    AppendText,
    /// `(full builders, builder) -> text`.
    FinishText,
    /// `(base, exponent) -> power`; throws 69 and 4.
    Pow,
    /// `(base, exponent) -> power or NaN`.
    QuietPow,
    /// `(workchain) -> price of a unit of gas, 16 bits of it a fraction`; throws 67 and 68.
    GasPrice,
    /// `(code hash, data hash, code depth, data depth) -> hash`.
    StateInitHash,
    /// `(stack) -> stack`.
    StackReverse,
    /// `(value, base, letters, width, fill) -> text`.
    FormatInt,
    /// `(nano) -> text`.
    FormatTon,
    /// `(address) -> text`; throws for other than `addr_std`.
    FormatAddress,
    /// `(text, byte, last) -> index or null`.
    FindByte,
    /// `(text, text) -> index or null`.
    Find,
    /// `(text, first letter) -> text`.
    ChangeCase,
}

impl Runtime {
    /// Number of results.
    pub(super) fn results(self) -> usize {
        match self {
            Runtime::AppendBits | Runtime::AppendText => 2,
            _ => 1,
        }
    }

    fn params(self) -> usize {
        match self {
            Runtime::ByteLength | Runtime::StackReverse | Runtime::FormatTon | Runtime::FormatAddress => 1,
            Runtime::GasPrice => 1,
            Runtime::ByteAt | Runtime::Concat | Runtime::Compare | Runtime::Pow | Runtime::FinishText => 2,
            Runtime::QuietPow | Runtime::Find | Runtime::ChangeCase => 2,
            Runtime::AppendBits | Runtime::AppendText | Runtime::FindByte => 3,
            Runtime::FormatInt => 5,
            Runtime::SubBytes | Runtime::StateInitHash => 4,
        }
    }
}

/// Builds a routine into its room.
pub(super) fn build(cx: &Cx<'_>, routine: Runtime, id: FuncId) -> Lowered<()> {
    let name = format!("{routine:?}");
    func::build(cx, id, &name, routine.params(), (Inline::Auto, false), |fx, v| match routine {
        Runtime::ByteLength => fx.build_byte_length(v[0]),
        Runtime::ByteAt => fx.build_byte_at(v[0], v[1]),
        Runtime::Concat => fx.build_concat(v[0], v[1]),
        Runtime::Compare => fx.build_compare(v[0], v[1]),
        Runtime::SubBytes => fx.build_sub_bytes(v),
        Runtime::AppendBits => fx.build_append_bits(v[0], v[1], v[2]),
        Runtime::AppendText => fx.build_append_text(v[0], v[1], v[2]),
        Runtime::FinishText => fx.build_finish_text(v[0], v[1]),
        Runtime::Pow => {
            let any = fx.op1(Op::Or, &[v[0], v[1]]);
            fx.op0(Op::ThrowIfNot(69), &[any]);
            fx.build_pow(v[0], v[1], Op::Mul)
        }
        Runtime::QuietPow => fx.build_quiet_pow(v[0], v[1]),
        Runtime::GasPrice => fx.build_gas_price(v[0]),
        Runtime::StateInitHash => fx.build_state_init_hash(v),
        Runtime::StackReverse => fx.build_stack_reverse(v[0]),
        Runtime::FormatInt => fx.build_format_int(v),
        Runtime::FormatTon => fx.build_format_ton(v[0]),
        Runtime::FormatAddress => fx.build_format_address(v[0]),
        Runtime::FindByte => fx.build_find_byte(v[0], v[1], v[2]),
        Runtime::Find => fx.build_find(v[0], v[1]),
        Runtime::ChangeCase => fx.build_change_case(v[0], v[1]),
    })
}
