//! Removes what nobody needs.

use std::collections::HashSet;

use crate::ir::{Block, End, FuncId, Function, Inst, Module, Value};

/// Removes instructions without effect whose results are unused, unused results of branches, and loop
/// parameters that only carry themselves.
pub(super) fn remove(function: &mut Function) {
    loop {
        let mut used = HashSet::new();
        function.body.for_each_use(&mut |value| {
            used.insert(value);
        });
        if !block(&mut function.body, &used) {
            break;
        }
    }
}

fn block(code: &mut Block, used: &HashSet<Value>) -> bool {
    let before = code.insts.len();
    code.insts.retain(|inst| !(inst.is_removable() && inst.dsts().iter().all(|dst| !used.contains(dst))));
    let mut changed = code.insts.len() != before;
    for inst in &mut code.insts {
        changed |= match inst {
            Inst::If { .. } | Inst::Switch { .. } | Inst::Scope { .. } | Inst::Try { .. } => results(inst, used),
            Inst::Loop { .. } => parameters(inst, used),
            _ => false,
        };
        for inner in inst.blocks_mut() {
            changed |= block(inner, used);
        }
    }
    changed
}

/// Unused results of an instruction with blocks that yield.
fn results(inst: &mut Inst, used: &HashSet<Value>) -> bool {
    let scope = if let Inst::Scope { id, .. } = inst { Some(*id) } else { None };
    let unused: Vec<_> = (0..inst.dsts().len()).rev().filter(|&i| !used.contains(&inst.dsts()[i])).collect();
    for &index in &unused {
        if let Inst::If { dsts, .. } | Inst::Switch { dsts, .. } | Inst::Scope { dsts, .. } | Inst::Try { dsts, .. } =
            inst
        {
            dsts.remove(index);
        }
        for inner in inst.blocks_mut() {
            if let End::Yield(values) = &mut inner.end {
                values.remove(index);
            }
            if let Some(id) = scope {
                drop_from_leaves(inner, id, index);
            }
        }
    }
    !unused.is_empty()
}

fn drop_from_leaves(code: &mut Block, id: crate::ir::ScopeId, index: usize) {
    if let End::Leave(target, values) = &mut code.end
        && *target == id
    {
        values.remove(index);
    }
    for inst in &mut code.insts {
        for inner in inst.blocks_mut() {
            drop_from_leaves(inner, id, index);
        }
    }
}

/// Loop parameters whose only use is to be handed on unchanged.
fn parameters(inst: &mut Inst, used: &HashSet<Value>) -> bool {
    let Inst::Loop { inits, params, cond, body, dsts, .. } = inst else { return false };
    let mut changed = false;
    for index in (0..params.len()).rev() {
        if used.contains(&dsts[index]) || !only_carried(cond.as_ref(), body, params[index], index) {
            continue;
        }
        changed = true;
        inits.remove(index);
        params.remove(index);
        dsts.remove(index);
        drop_from_rounds(body, index);
    }
    changed
}

/// Whether `param` is used nowhere but as number `index` of the loop's own `Continue` and `Break`.
fn only_carried(cond: Option<&Block>, body: &Block, param: Value, index: usize) -> bool {
    let mut uses = 0usize;
    let mut count = |value: Value| uses += usize::from(value == param);
    if let Some(cond) = cond {
        cond.for_each_use(&mut count);
    }
    body.for_each_use(&mut count);
    uses == carried(body, param, index)
}

fn carried(code: &Block, param: Value, index: usize) -> usize {
    let own = match &code.end {
        End::Continue(values) | End::Break(values) => usize::from(values[index] == param),
        _ => 0,
    };
    let inner = code.insts.iter().filter(|inst| !matches!(inst, Inst::Loop { .. })).flat_map(Inst::blocks);
    own + inner.map(|block| carried(block, param, index)).sum::<usize>()
}

fn drop_from_rounds(code: &mut Block, index: usize) {
    if let End::Continue(values) | End::Break(values) = &mut code.end {
        values.remove(index);
    }
    for inst in &mut code.insts {
        if !matches!(inst, Inst::Loop { .. }) {
            for inner in inst.blocks_mut() {
                drop_from_rounds(inner, index);
            }
        }
    }
}

/// Removes functions that the entry does not reach, and renumbers the others.
pub(super) fn unreachable_functions(module: &mut Module) {
    let mut reached = vec![false; module.functions.len()];
    let mut open = vec![module.entry];
    while let Some(id) = open.pop() {
        if !std::mem::replace(&mut reached[id.0 as usize], true) {
            module.functions[id.0 as usize].body.for_each_inst(&mut |inst| {
                if let Inst::Call { func, .. } = inst {
                    open.push(*func);
                }
            });
        }
    }
    let mut next = 0;
    let numbers: Vec<FuncId> = reached
        .iter()
        .map(|&is_reached| {
            let id = FuncId(next);
            next += u32::from(is_reached);
            id
        })
        .collect();
    let mut position = 0;
    module.functions.retain(|_| {
        position += 1;
        reached[position - 1]
    });
    for function in &mut module.functions {
        renumber(&mut function.body, &numbers);
    }
    module.entry = numbers[module.entry.0 as usize];
}

fn renumber(code: &mut Block, numbers: &[FuncId]) {
    for inst in &mut code.insts {
        if let Inst::Call { func, .. } = inst {
            *func = numbers[func.0 as usize];
        }
        for inner in inst.blocks_mut() {
            renumber(inner, numbers);
        }
    }
}
