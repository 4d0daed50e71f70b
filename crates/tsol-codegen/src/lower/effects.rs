//! Which hidden variables each function reads and writes, with everything it calls.

use tsol_sema::builtin::Builtin;
use tsol_sema::hir::{AssignTarget, Contract, Expr, ExprKind, Function, FunctionId, Stmt, StmtKind};

use super::vars::{AnswerOption, Var, VarSet};
use super::walk::{self, Node};

/// What one function does beyond its arguments and results.
#[derive(Clone, Debug, Default)]
pub(super) struct Effects {
    /// Read somewhere.
    pub(super) reads: VarSet,
    /// Written somewhere.
    pub(super) writes: VarSet,
    /// Saves the state itself: `commit`, `exit`, a call of `onCodeUpgrade`.
    pub(super) saves: bool,
    /// Can make an external message pay: `accept` and its kin.
    pub(super) accepts: bool,
    /// Resets the storage.
    pub(super) resets: bool,
    /// Functions it calls.
    calls: Vec<FunctionId>,
}

impl Effects {
    /// What a function needs as hidden arguments: a write may be conditional.
    pub(super) fn inputs(&self) -> VarSet {
        self.reads.union(&self.writes).copied().collect()
    }

    /// Whether calls lead from here to `target`.
    pub(super) fn reaches(&self, all: &[Effects], target: FunctionId) -> bool {
        let mut seen = vec![false; all.len()];
        let mut todo = self.calls.clone();
        while let Some(id) = todo.pop() {
            if id == target {
                return true;
            }
            if !std::mem::replace(&mut seen[id.0 as usize], true) {
                todo.extend(&all[id.0 as usize].calls);
            }
        }
        false
    }
}

/// Effects of every function of `contract`, by index, and the stored variables that saving functions may find written.
pub(super) fn analyse(contract: &Contract) -> (Vec<Effects>, VarSet) {
    let mut list: Vec<_> = contract.functions.iter().map(|function| direct(contract, function)).collect();
    // to a fixed point: calls may be recursive
    loop {
        let mut changed = false;
        for i in 0..list.len() {
            for callee in list[i].calls.clone() {
                let callee = list[callee.0 as usize].clone();
                let this = &mut list[i];
                let size = |e: &Effects| (e.reads.len(), e.writes.len(), e.saves, e.accepts, e.resets);
                let before = size(this);
                this.reads.extend(callee.reads);
                this.writes.extend(callee.writes);
                this.saves |= callee.saves;
                this.accepts |= callee.accepts;
                this.resets |= callee.resets;
                changed |= before != size(this);
            }
        }
        if !changed {
            break;
        }
    }
    let saved = add_saved(contract, &mut list);
    (list, saved)
}

/// A save stores what any entry that leads to it may have written: those are inputs of the saving functions.
fn add_saved(contract: &Contract, list: &mut [Effects]) -> VarSet {
    let written: VarSet = list
        .iter()
        .filter(|effects| effects.saves)
        .flat_map(|effects| effects.writes.iter().copied().filter(|var| is_stored(contract, *var)))
        .collect();
    for effects in list.iter_mut().filter(|effects| effects.saves) {
        effects.reads.extend(written.iter().copied());
    }
    written
}

fn is_stored(contract: &Contract, var: Var) -> bool {
    match var {
        Var::State(id) => contract.state[id.0 as usize].storage != tsol_sema::hir::Storage::NoStorage,
        other => other.is_state(),
    }
}

fn direct(contract: &Contract, function: &Function) -> Effects {
    let mut effects = Effects::default();
    let mut visit = |node: Node<'_>| add_node(contract, function, node, &mut effects);
    walk::stmts(&function.body, &mut visit);
    for modifier in &function.modifiers {
        modifier.args.iter().for_each(|arg| walk::expr(arg, &mut visit));
        walk::stmts(&modifier.body, &mut visit);
    }
    if function.messages != tsol_sema::hir::Messages::Both {
        effects.reads.insert(Var::Selector);
    }
    effects
}

fn add_node(contract: &Contract, function: &Function, node: Node<'_>, out: &mut Effects) {
    match node {
        Node::Stmt(stmt) => {
            if let StmtKind::Return(_, options) = &stmt.kind {
                let given = [
                    (AnswerOption::Value, &options.value),
                    (AnswerOption::Bounce, &options.bounce),
                    (AnswerOption::Flag, &options.flag),
                    (AnswerOption::Currencies, &options.currencies),
                ];
                let given = given.iter().filter(|(_, option)| function.responsible && option.is_some());
                out.writes.extend(given.map(|(option, _)| Var::Answer(*option)));
            }
        }
        Node::Expr(e) => add_expr(contract, e, out),
    }
}

fn add_expr(contract: &Contract, e: &Expr, out: &mut Effects) {
    for var in written_by(contract, e) {
        if var.is_shared() {
            out.writes.insert(var);
        }
    }
    match &e.kind {
        ExprKind::State(id) => {
            out.reads.insert(Var::State(*id));
        }
        ExprKind::Call(id, _) if contract.entries.on_code_upgrade == Some(*id) => out.saves = true,
        ExprKind::Call(id, _) | ExprKind::CallBound(id, _) | ExprKind::StackSort(id, _) => {
            out.calls.push(*id)
        }
        ExprKind::Builtin(builtin, _) => add_builtin(builtin, out),
        _ => {}
    }
}

fn add_builtin(builtin: &Builtin, out: &mut Effects) {
    let read = match builtin {
        Builtin::MsgSender => Some(Var::Sender),
        Builtin::MsgValue => Some(Var::MsgValue),
        Builtin::MsgPubkey => Some(Var::MsgPubkey),
        Builtin::MsgIsInternal | Builtin::MsgIsExternal | Builtin::MsgIsTickTock => Some(Var::Selector),
        Builtin::MsgData => Some(Var::MsgCell),
        Builtin::MsgBody => Some(Var::MsgBody),
        Builtin::MsgCurrencies | Builtin::MsgCreatedAt | Builtin::MsgForwardFee => Some(Var::MsgCell),
        Builtin::MsgImportFee | Builtin::MsgHasStateInit => Some(Var::MsgCell),
        Builtin::Pubkey => Some(Var::Pubkey),
        _ => None,
    };
    out.reads.extend(read);
    if matches!(
        builtin,
        Builtin::MsgCurrencies
            | Builtin::MsgCreatedAt
            | Builtin::MsgForwardFee
            | Builtin::MsgImportFee
            | Builtin::MsgHasStateInit
    ) {
        out.reads.insert(Var::Selector);
    }
    out.resets |= *builtin == Builtin::ResetStorage;
    out.saves |= matches!(builtin, Builtin::Commit | Builtin::Exit | Builtin::Exit1);
    out.accepts |= matches!(builtin, Builtin::Accept | Builtin::SetGasLimit | Builtin::BuyGas);
}

/// Variables that evaluating this one node (not its operands) may write; locals have frame 0.
pub(super) fn written_by(contract: &Contract, e: &Expr) -> Vec<Var> {
    let place = |place: &Expr| root(place).into_iter().collect::<Vec<_>>();
    match &e.kind {
        ExprKind::Assign(target, _) => {
            let mut out = Vec::new();
            targets(target, &mut out);
            out
        }
        ExprKind::AssignOp(_, target, ..) | ExprKind::IncDec { target, .. } | ExprKind::Delete(target) => {
            place(target)
        }
        ExprKind::StackSort(_, slice) => place(slice),
        ExprKind::CallBound(_, args) => args.first().map(place).unwrap_or_default(),
        ExprKind::Builtin(Builtin::SetPubkey, _) => vec![Var::Pubkey],
        ExprKind::Builtin(Builtin::ResetStorage, _) => {
            (0..contract.state.len() as u32).map(|i| Var::State(tsol_sema::hir::StateId(i))).collect()
        }
        ExprKind::Builtin(builtin, args) if builtin.writes_receiver() => {
            args.first().map(place).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn targets(target: &AssignTarget, out: &mut Vec<Var>) {
    match target {
        AssignTarget::Place(place) => out.extend(root(place)),
        AssignTarget::Tuple(list) => list.iter().flatten().for_each(|part| targets(part, out)),
    }
}

/// The variable that a place is in.
pub(super) fn root(place: &Expr) -> Option<Var> {
    match &place.kind {
        ExprKind::Local(id) => Some(Var::Local(0, *id)),
        ExprKind::State(id) => Some(Var::State(*id)),
        ExprKind::Field(base, _) | ExprKind::Index(base, _) | ExprKind::Convert(base, _) => root(base),
        ExprKind::Builtin(Builtin::OptGet | Builtin::StackTop, args) => args.first().and_then(root),
        _ => None,
    }
}

/// Everything that running `body` may write, for the parameters of a loop around it; locals have frame 0.
///
/// `None` when a placeholder is inside: what it stands for is not seen here.
pub(super) fn assigned(
    contract: &Contract,
    effects: &[Effects],
    body: &[&[Stmt]],
    exprs: &[&Expr],
) -> Option<VarSet> {
    let mut out = VarSet::new();
    let mut hidden = false;
    let mut visit = |node: Node<'_>| match node {
        Node::Stmt(stmt) => match &stmt.kind {
            StmtKind::Placeholder => hidden = true,
            StmtKind::Return(..) => {
                out.insert(Var::Returning);
                out.extend(AnswerOption::ALL.map(Var::Answer));
            }
            _ => {}
        },
        Node::Expr(e) => {
            out.extend(written_by(contract, e));
            if let ExprKind::Call(id, _) | ExprKind::CallBound(id, _) | ExprKind::StackSort(id, _) = &e.kind {
                out.extend(effects[id.0 as usize].writes.iter().copied());
            }
        }
    };
    body.iter().for_each(|list| walk::stmts(list, &mut visit));
    exprs.iter().for_each(|e| walk::expr(e, &mut visit));
    (!hidden).then_some(out)
}
