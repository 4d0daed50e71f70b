//! Removes code that is never reached.

use crate::ir::{Block, End, Inst};

/// Ends each block after the first instruction that never comes back.
pub(super) fn cut(block: &mut Block) {
    let mut keep = None;
    for (i, inst) in block.insts.iter_mut().enumerate() {
        for inner in inst.blocks_mut() {
            cut(inner);
        }
        if !comes_back(inst) {
            keep = Some(i + 1);
            break;
        }
    }
    if let Some(n) = keep {
        block.insts.truncate(n);
        block.end = End::Unreachable;
    }
}

/// True when control may reach what follows the instruction.
fn comes_back(inst: &Inst) -> bool {
    match inst {
        Inst::Const { .. } | Inst::Call { .. } => true,
        Inst::Op { op, .. } => !op.never_returns(),
        Inst::If { then, els, .. } => then.yields() || els.yields(),
        Inst::Switch { cases, default, .. } => default.yields() || cases.iter().any(|(_, b)| b.yields()),
        Inst::Loop { cond, body, .. } => match cond {
            Some(cond) => cond.yields(),
            None => has_break(body),
        },
        Inst::Scope { id, body, .. } => {
            body.yields() || {
                let mut left = matches!(body.end, End::Leave(to, _) if to == *id);
                body.for_each_inst(&mut |inst| {
                    left |= inst.blocks().iter().any(|b| matches!(b.end, End::Leave(to, _) if to == *id));
                });
                left
            }
        }
        Inst::Try { body, catch, .. } => body.yields() || catch.yields(),
    }
}

fn has_break(block: &Block) -> bool {
    matches!(block.end, End::Break(_))
        || block
            .insts
            .iter()
            .any(|inst| !matches!(inst, Inst::Loop { .. }) && inst.blocks().into_iter().any(has_break))
}
