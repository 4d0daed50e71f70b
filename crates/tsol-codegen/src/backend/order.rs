//! Which functions are needed, callees first, and which ones call themselves.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{FuncId, Inst, Module};

/// Order of work.
pub(super) struct Plan {
    /// Reachable functions; a callee stands before its callers unless it is recursive.
    pub(super) order: Vec<FuncId>,
    /// Functions on a cycle of calls.
    pub(super) recursive: BTreeSet<FuncId>,
}

fn callees(module: &Module, id: FuncId) -> BTreeSet<FuncId> {
    let mut out = BTreeSet::new();
    module.functions[id.0 as usize].body.for_each_inst(&mut |inst| {
        if let Inst::Call { func, .. } = inst {
            out.insert(*func);
        }
    });
    out
}

pub(super) fn order(module: &Module) -> Plan {
    let mut calls: BTreeMap<FuncId, BTreeSet<FuncId>> = BTreeMap::new();
    let mut order = Vec::new();
    // Depth first without recursion: (function, callees still to visit).
    let mut path = vec![(module.entry, callees(module, module.entry))];
    calls.insert(module.entry, path[0].1.clone());
    while let Some((id, rest)) = path.last_mut() {
        match rest.pop_first() {
            Some(next) if !calls.contains_key(&next) => {
                let set = callees(module, next);
                calls.insert(next, set.clone());
                path.push((next, set));
            }
            Some(_) => {}
            None => {
                order.push(*id);
                path.pop();
            }
        }
    }
    let recursive = calls.keys().copied().filter(|&id| reaches(&calls, id)).collect();
    Plan { order, recursive }
}

/// True when calls starting in `id` come back to it.
fn reaches(calls: &BTreeMap<FuncId, BTreeSet<FuncId>>, id: FuncId) -> bool {
    let mut seen = BTreeSet::new();
    let mut todo: Vec<FuncId> = calls[&id].iter().copied().collect();
    while let Some(next) = todo.pop() {
        if next == id {
            return true;
        }
        if seen.insert(next) {
            todo.extend(calls[&next].iter().copied());
        }
    }
    false
}
