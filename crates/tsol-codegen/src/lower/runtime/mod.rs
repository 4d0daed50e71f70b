//! Routines that several places share, built once for each contract that needs them.

mod numbers;
mod text;

use super::cx::{Cx, Lowered};
use super::func;
use crate::ir::{FuncId, Inline};

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
    /// `(code hash, data hash, code depth, data depth) -> hash`.
    StateInitHash,
    /// `(stack) -> stack`.
    StackReverse,
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
            Runtime::ByteLength | Runtime::StackReverse => 1,
            Runtime::ByteAt | Runtime::Concat | Runtime::Compare | Runtime::Pow | Runtime::FinishText => 2,
            Runtime::AppendBits | Runtime::AppendText => 3,
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
        Runtime::Pow => fx.build_pow(v[0], v[1]),
        Runtime::StateInitHash => fx.build_state_init_hash(v),
        Runtime::StackReverse => fx.build_stack_reverse(v[0]),
    })
}
