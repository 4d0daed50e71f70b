//! Uniform access to what an instruction uses, defines and owns.

use tsol_syntax::span::Span;

use super::{Block, End, Inst, Value};
use crate::opcode::Class;

impl Inst {
    /// Values that the instruction itself takes, without those used in its blocks.
    pub fn args(&self) -> &[Value] {
        match self {
            Inst::Const { .. } | Inst::Scope { .. } | Inst::Try { .. } => &[],
            Inst::Op { args, .. } | Inst::Call { args, .. } => args,
            Inst::If { cond: value, .. } | Inst::Switch { on: value, .. } => std::slice::from_ref(value),
            Inst::Loop { inits, .. } => inits,
        }
    }

    /// The same, to change.
    pub fn args_mut(&mut self) -> &mut [Value] {
        match self {
            Inst::Const { .. } | Inst::Scope { .. } | Inst::Try { .. } => &mut [],
            Inst::Op { args, .. } | Inst::Call { args, .. } => args,
            Inst::If { cond: value, .. } | Inst::Switch { on: value, .. } => std::slice::from_mut(value),
            Inst::Loop { inits, .. } => inits,
        }
    }

    /// Values that exist after the instruction.
    pub fn dsts(&self) -> &[Value] {
        match self {
            Inst::Const { dst, .. } => std::slice::from_ref(dst),
            Inst::Op { dsts, .. }
            | Inst::Call { dsts, .. }
            | Inst::If { dsts, .. }
            | Inst::Switch { dsts, .. }
            | Inst::Loop { dsts, .. }
            | Inst::Scope { dsts, .. }
            | Inst::Try { dsts, .. } => dsts,
        }
    }

    /// The same, to change.
    pub fn dsts_mut(&mut self) -> &mut [Value] {
        match self {
            Inst::Const { dst, .. } => std::slice::from_mut(dst),
            Inst::Op { dsts, .. }
            | Inst::Call { dsts, .. }
            | Inst::If { dsts, .. }
            | Inst::Switch { dsts, .. }
            | Inst::Loop { dsts, .. }
            | Inst::Scope { dsts, .. }
            | Inst::Try { dsts, .. } => dsts,
        }
    }

    /// Values defined for the blocks alone: loop parameters, what was thrown.
    pub fn inner_params(&self) -> &[Value] {
        match self {
            Inst::Loop { params, .. } => params,
            Inst::Try { thrown, .. } => thrown,
            _ => &[],
        }
    }

    /// The same, to change.
    pub fn inner_params_mut(&mut self) -> &mut [Value] {
        match self {
            Inst::Loop { params, .. } => params,
            Inst::Try { thrown, .. } => thrown,
            _ => &mut [],
        }
    }

    /// The blocks, in order of the text.
    pub fn blocks(&self) -> Vec<&Block> {
        match self {
            Inst::Const { .. } | Inst::Op { .. } | Inst::Call { .. } => Vec::new(),
            Inst::If { then, els, .. } => vec![then, els],
            Inst::Switch { cases, default, .. } => {
                cases.iter().map(|(_, block)| block).chain([default]).collect()
            }
            Inst::Loop { cond, body, .. } => cond.iter().chain([body]).collect(),
            Inst::Scope { body, .. } => vec![body],
            Inst::Try { body, catch, .. } => vec![body, catch],
        }
    }

    /// The same, to change.
    pub fn blocks_mut(&mut self) -> Vec<&mut Block> {
        match self {
            Inst::Const { .. } | Inst::Op { .. } | Inst::Call { .. } => Vec::new(),
            Inst::If { then, els, .. } => vec![then, els],
            Inst::Switch { cases, default, .. } => {
                cases.iter_mut().map(|(_, block)| block).chain([default]).collect()
            }
            Inst::Loop { cond, body, .. } => cond.iter_mut().chain([body]).collect(),
            Inst::Scope { body, .. } => vec![body],
            Inst::Try { body, catch, .. } => vec![body, catch],
        }
    }

    /// Source position.
    pub fn span(&self) -> Option<Span> {
        match self {
            Inst::Const { span, .. }
            | Inst::Op { span, .. }
            | Inst::Call { span, .. }
            | Inst::If { span, .. }
            | Inst::Switch { span, .. }
            | Inst::Loop { span, .. }
            | Inst::Scope { span, .. }
            | Inst::Try { span, .. } => *span,
        }
    }

    /// The same, to change.
    pub fn span_mut(&mut self) -> &mut Option<Span> {
        match self {
            Inst::Const { span, .. }
            | Inst::Op { span, .. }
            | Inst::Call { span, .. }
            | Inst::If { span, .. }
            | Inst::Switch { span, .. }
            | Inst::Loop { span, .. }
            | Inst::Scope { span, .. }
            | Inst::Try { span, .. } => span,
        }
    }

    /// True when nobody notices that the instruction is gone, if its results are unused.
    pub fn is_removable(&self) -> bool {
        match self {
            Inst::Const { .. } => true,
            Inst::Op { op, .. } => matches!(op.class(), Class::Pure | Class::ReadsRegister),
            Inst::Call { .. } | Inst::Loop { .. } => false,
            _ => self.blocks().iter().all(|block| {
                matches!(block.end, End::Yield(_)) && block.insts.iter().all(Inst::is_removable)
            }),
        }
    }
}

impl End {
    /// The values that leave the block.
    pub fn values(&self) -> &[Value] {
        match self {
            End::Yield(values)
            | End::Return(values)
            | End::Leave(_, values)
            | End::Break(values)
            | End::Continue(values) => values,
            End::Unreachable => &[],
        }
    }

    /// The same, to change.
    pub fn values_mut(&mut self) -> Option<&mut Vec<Value>> {
        match self {
            End::Yield(values)
            | End::Return(values)
            | End::Leave(_, values)
            | End::Break(values)
            | End::Continue(values) => Some(values),
            End::Unreachable => None,
        }
    }
}

impl Block {
    /// Calls `f` with every value used in the block and in the blocks inside, once for each use.
    pub fn for_each_use(&self, f: &mut impl FnMut(Value)) {
        for inst in &self.insts {
            inst.args().iter().copied().for_each(&mut *f);
            for block in inst.blocks() {
                block.for_each_use(f);
            }
        }
        self.end.values().iter().copied().for_each(f);
    }

    /// Replaces every used value.
    pub fn map_uses(&mut self, f: &mut impl FnMut(Value) -> Value) {
        for inst in &mut self.insts {
            for value in inst.args_mut() {
                *value = f(*value);
            }
            for block in inst.blocks_mut() {
                block.map_uses(f);
            }
        }
        if let Some(values) = self.end.values_mut() {
            for value in values {
                *value = f(*value);
            }
        }
    }

    /// Calls `f` with every instruction, outer ones first.
    pub fn for_each_inst(&self, f: &mut impl FnMut(&Inst)) {
        for inst in &self.insts {
            f(inst);
            for block in inst.blocks() {
                block.for_each_inst(f);
            }
        }
    }

    /// Number of instructions, with those inside.
    pub fn size(&self) -> usize {
        let mut n = 0;
        self.for_each_inst(&mut |_| n += 1);
        n
    }

    /// True when every way through the block ends in an exception.
    pub fn throws(&self) -> bool {
        matches!(self.end, End::Unreachable)
            && match self.insts.last() {
                Some(Inst::Op { op, .. }) => op.never_returns(),
                Some(Inst::If { then, els, .. }) => then.throws() && els.throws(),
                _ => false,
            }
    }

    /// True when the block itself hands values to the instruction that owns it.
    pub fn yields(&self) -> bool {
        matches!(self.end, End::Yield(_))
    }
}
