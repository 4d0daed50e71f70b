//! Replaces calls by the bodies of the callees.

use std::collections::HashMap;

use crate::ir::{Block, End, FuncId, Function, Inline, Inst, Module, ScopeId, Value};

/// A body of at most this many instructions costs less than the call of it: `CALLREF` is 126 gas and a cell.
const SMALL: usize = 10;

/// Inlines wherever the wish or the cost says so; callees first, so that a body is final when it is copied.
pub fn inline(module: &mut Module) {
    let order = callees_first(module);
    let calls = count_calls(module);
    for id in order {
        let mut function = module.functions[id.0 as usize].clone();
        let mut pass = Pass { module, calls: &calls, caller: id, values: function.values, scopes: function.scopes };
        pass.block(&mut function.body);
        (function.values, function.scopes) = (pass.values, pass.scopes);
        module.functions[id.0 as usize] = function;
    }
}

struct Pass<'a> {
    module: &'a Module,
    calls: &'a [usize],
    caller: FuncId,
    values: u32,
    scopes: u32,
}

impl Pass<'_> {
    fn block(&mut self, code: &mut Block) {
        let insts = std::mem::take(&mut code.insts);
        for mut inst in insts {
            for inner in inst.blocks_mut() {
                self.block(inner);
            }
            match inst {
                Inst::Call { func, args, dsts, span } if self.wanted(func) => {
                    let callee = &self.module.functions[func.0 as usize];
                    self.splice(callee, &args, dsts, span, code);
                }
                other => code.insts.push(other),
            }
        }
    }

    fn wanted(&self, func: FuncId) -> bool {
        let callee = &self.module.functions[func.0 as usize];
        if func == self.caller || calls_itself(callee, func) {
            return false;
        }
        match callee.inline {
            Inline::Always => true,
            Inline::Never => false,
            Inline::Auto => self.calls[func.0 as usize] == 1 || callee.body.size() <= SMALL,
        }
    }

    fn splice(
        &mut self,
        callee: &Function,
        args: &[Value],
        dsts: Vec<Value>,
        span: Option<tsol_syntax::span::Span>,
        out: &mut Block,
    ) {
        let mut body = callee.body.clone();
        let mut names: HashMap<Value, Value> = callee.params.iter().copied().zip(args.iter().copied()).collect();
        self.rename(&mut body, &mut names);
        if let End::Return(values) = &body.end
            && !returns_inside(&body)
        {
            let known: HashMap<Value, Value> = dsts.iter().copied().zip(values.iter().copied()).collect();
            out.insts.append(&mut body.insts);
            self.bind(known, out);
            return;
        }
        if self.yield_returns(&mut body, callee.results) && !returns_inside(&body) {
            if let End::Yield(values) = &body.end {
                let known: HashMap<Value, Value> = dsts.iter().copied().zip(values.iter().copied()).collect();
                out.insts.append(&mut body.insts);
                return self.bind(known, out);
            }
        }
        let id = ScopeId(self.scopes);
        self.scopes += 1;
        leave_instead(&mut body, id);
        out.insts.push(Inst::Scope { id, body, dsts, span });
    }

    /// Gives the results of an inlined body their names in the caller: a scope that yields them, which later
    /// passes dissolve.
    fn bind(&mut self, known: HashMap<Value, Value>, out: &mut Block) {
        if known.is_empty() {
            return;
        }
        let mut pairs: Vec<_> = known.into_iter().collect();
        pairs.sort();
        let (dsts, values): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let id = ScopeId(self.scopes);
        self.scopes += 1;
        let body = Block { insts: Vec::new(), end: End::Yield(values) };
        out.insts.push(Inst::Scope { id, body, dsts, span: None });
    }

    /// Fresh names for everything that the copied body defines.
    fn rename(&mut self, code: &mut Block, names: &mut HashMap<Value, Value>) {
        let mut scopes = HashMap::new();
        self.rename_block(code, names, &mut scopes);
    }

    fn rename_block(
        &mut self,
        code: &mut Block,
        names: &mut HashMap<Value, Value>,
        scopes: &mut HashMap<ScopeId, ScopeId>,
    ) {
        for inst in &mut code.insts {
            for value in inst.args_mut() {
                *value = names.get(value).copied().unwrap_or(*value);
            }
            if let Inst::Scope { id, .. } = inst {
                let fresh = ScopeId(self.scopes);
                self.scopes += 1;
                scopes.insert(*id, fresh);
                *id = fresh;
            }
            for index in 0..inst.inner_params().len() {
                let fresh = self.fresh();
                names.insert(std::mem::replace(&mut inst.inner_params_mut()[index], fresh), fresh);
            }
            for inner in inst.blocks_mut() {
                self.rename_block(inner, names, scopes);
            }
            for index in 0..inst.dsts().len() {
                let fresh = self.fresh();
                names.insert(std::mem::replace(&mut inst.dsts_mut()[index], fresh), fresh);
            }
        }
        if let End::Leave(id, _) = &mut code.end {
            *id = scopes.get(id).copied().unwrap_or(*id);
        }
        if let Some(values) = code.end.values_mut() {
            for value in values {
                *value = names.get(value).copied().unwrap_or(*value);
            }
        }
    }

    fn fresh(&mut self) -> Value {
        self.values += 1;
        Value(self.values - 1)
    }

    /// Turns returns at the ends of nested branches into yields, from the outside in. Gives false, with the
    /// body unchanged in meaning, where a way ends otherwise.
    fn yield_returns(&mut self, code: &mut Block, results: usize) -> bool {
        if !all_tails_return(code) {
            return false;
        }
        match std::mem::replace(&mut code.end, End::Unreachable) {
            End::Return(values) => code.end = End::Yield(values),
            _ => {
                let fresh: Vec<_> = (0..results).map(|_| self.fresh()).collect();
                if let Some(inst) = code.insts.last_mut() {
                    for inner in inst.blocks_mut() {
                        if !always_throws(inner) {
                            self.yield_returns(inner, results);
                        }
                    }
                    if let Inst::If { dsts, .. } | Inst::Switch { dsts, .. } = inst {
                        dsts.clone_from(&fresh);
                    }
                }
                code.end = End::Yield(fresh);
            }
        }
        true
    }
}

/// Whether the block ends with a return, or with a branch whose ways all do or throw.
fn all_tails_return(code: &Block) -> bool {
    match (&code.end, code.insts.last()) {
        (End::Return(_), _) => true,
        (End::Unreachable, Some(Inst::If { .. } | Inst::Switch { .. })) => {
            let inst = &code.insts[code.insts.len() - 1];
            inst.dsts().is_empty()
                && inst.blocks().iter().any(|block| !always_throws(block))
                && inst.blocks().iter().all(|block| always_throws(block) || all_tails_return(block))
        }
        _ => false,
    }
}

/// Whether the block ends in a throw of its own.
fn always_throws(code: &Block) -> bool {
    matches!(code.end, End::Unreachable)
        && matches!(code.insts.last(), Some(Inst::Op { op, .. }) if op.never_returns())
}

/// Whether a nested block still returns.
fn returns_inside(code: &Block) -> bool {
    code.insts.iter().flat_map(Inst::blocks).any(|block| matches!(block.end, End::Return(_)) || returns_inside(block))
}

fn leave_instead(code: &mut Block, id: ScopeId) {
    if let End::Return(values) = &mut code.end {
        code.end = End::Leave(id, std::mem::take(values));
    }
    for inst in &mut code.insts {
        for inner in inst.blocks_mut() {
            leave_instead(inner, id);
        }
    }
}

fn calls_itself(function: &Function, id: FuncId) -> bool {
    let mut found = false;
    function.body.for_each_inst(&mut |inst| found |= matches!(inst, Inst::Call { func, .. } if *func == id));
    found
}

fn count_calls(module: &Module) -> Vec<usize> {
    let mut calls = vec![0; module.functions.len()];
    for function in &module.functions {
        function.body.for_each_inst(&mut |inst| {
            if let Inst::Call { func, .. } = inst {
                calls[func.0 as usize] += 1;
            }
        });
    }
    calls
}

/// Functions in an order in which callees come before their callers; within a cycle, as met.
fn callees_first(module: &Module) -> Vec<FuncId> {
    fn visit(module: &Module, id: FuncId, seen: &mut Vec<bool>, order: &mut Vec<FuncId>) {
        if std::mem::replace(&mut seen[id.0 as usize], true) {
            return;
        }
        let mut callees = Vec::new();
        module.functions[id.0 as usize].body.for_each_inst(&mut |inst| {
            if let Inst::Call { func, .. } = inst {
                callees.push(*func);
            }
        });
        for callee in callees {
            visit(module, callee, seen, order);
        }
        order.push(id);
    }
    let (mut seen, mut order) = (vec![false; module.functions.len()], Vec::new());
    for index in 0..module.functions.len() {
        visit(module, FuncId(index as u32), &mut seen, &mut order);
    }
    order
}
