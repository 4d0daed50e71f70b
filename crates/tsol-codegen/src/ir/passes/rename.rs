//! Fresh copies of blocks, and replacing of values.

use std::collections::HashMap;

use crate::ir::{Block, End, Function, Inst, ScopeId, Value};

/// What becomes of values; unknown ones stay.
#[derive(Clone, Debug, Default)]
pub(super) struct Renaming(HashMap<Value, Value>);

impl Renaming {
    pub(super) fn set(&mut self, from: Value, to: Value) {
        self.0.insert(from, to);
    }

    /// Follows chains of replacements.
    pub(super) fn get(&self, mut value: Value) -> Value {
        while let Some(&next) = self.0.get(&value) {
            value = next;
        }
        value
    }

    /// One replacement, without following chains.
    pub(super) fn single(&self, value: Value) -> Option<Value> {
        self.0.get(&value).copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Gives every value and scope defined in `block` a new name in `function`.
pub(super) fn refresh(block: &mut Block, function: &mut Function, names: &mut Renaming) {
    let mut scopes = HashMap::new();
    definitions(block, function, names, &mut scopes);
    block.map_uses(&mut |v| names.0.get(&v).copied().unwrap_or(v));
    leaves(block, &scopes);
}

fn definitions(
    block: &mut Block,
    function: &mut Function,
    names: &mut Renaming,
    scopes: &mut HashMap<ScopeId, ScopeId>,
) {
    for inst in &mut block.insts {
        let mut fresh = |value: &mut Value| {
            let new = Value(function.values);
            function.values += 1;
            names.set(*value, new);
            *value = new;
        };
        inst.dsts_mut().iter_mut().for_each(&mut fresh);
        inst.inner_params_mut().iter_mut().for_each(&mut fresh);
        if let Inst::Scope { id, .. } = inst {
            let new = ScopeId(function.scopes);
            function.scopes += 1;
            scopes.insert(*id, new);
            *id = new;
        }
        for inner in inst.blocks_mut() {
            definitions(inner, function, names, scopes);
        }
    }
}

fn leaves(block: &mut Block, scopes: &HashMap<ScopeId, ScopeId>) {
    if let End::Leave(id, _) = &mut block.end
        && let Some(new) = scopes.get(id)
    {
        *id = *new;
    }
    for inst in &mut block.insts {
        for inner in inst.blocks_mut() {
            leaves(inner, scopes);
        }
    }
}
