//! Whole functions: parameters, modifiers, results.

use tsol_sema::hir::{FunctionId, Messages};

use super::cx::{Cx, Instance, Lowered};
use super::fx::{Ctl, Frame, Fx};
use super::stmt::Todo;
use super::vars::Var;
use crate::ir::{End, FuncId, Function, Inline, Value, made};
use crate::opcode::Op;

/// Lowers a function of the contract into its room in the module.
pub(super) fn lower(cx: &Cx<'_>, instance: Instance, func: FuncId) -> Lowered<()> {
    let id = instance.function;
    let function = cx.function(id);
    let effects = cx.effects(id);
    let inputs: Vec<Var> = effects.inputs().into_iter().collect();
    let width: usize = function.params.iter().map(|id| cx.slots(&function.locals[id.0 as usize].ty)).sum();
    let hidden: usize = inputs.iter().map(|var| cx.slots(&cx.var_type(*var))).sum();
    let span = function.span;
    let mut fx = Fx::new(cx, cx.listing_name(function), width + hidden);
    fx.b.set_span(Some(span));
    let mut params = fx.b.params().to_vec();
    let shared = params.split_off(width);
    fx.set_all(&inputs, &shared);
    fx.hidden_results = effects.writes.iter().copied().collect();
    if let (true, Some(receiver)) = (instance.bound, function.params.first()) {
        // the first frame has number 0
        fx.hidden_results.insert(0, Var::Local(0, *receiver));
    }
    fx.returns_directly = true;
    let results = fx.in_place(id, params)?;
    let count = results.len() + fx.hidden_slots();
    let end = match fx.env.end.clone() {
        Some(end) => end,
        None => {
            let mut values = results;
            values.extend(fx.values_of(&fx.hidden_results.clone()));
            End::Return(values)
        }
    };
    let inline = match () {
        () if is_recursive(cx, id) => Inline::Never,
        () if function.inline => Inline::Always,
        () => Inline::Auto,
    };
    let function = fx.b.finish(count, end, inline, Some(span));
    cx.define(func, function);
    Ok(())
}

/// Lowers a runtime routine or an entry: `body` gives the results.
pub(super) fn build<'p>(
    cx: &Cx<'p>,
    func: FuncId,
    name: &str,
    params: usize,
    options: (Inline, bool),
    body: impl FnOnce(&mut Fx<'_, 'p>, &[Value]) -> Lowered<Vec<Value>>,
) -> Lowered<()> {
    let mut fx = Fx::new(cx, name, params);
    let place = Some(made(func));
    fx.b.set_span(place);
    let params = fx.b.params().to_vec();
    let results = body(&mut fx, &params)?;
    let count = results.len();
    let end = fx.env.end.clone().unwrap_or(End::Return(results));
    let Function { name, params, results, body, inline, values, scopes, span, .. } =
        fx.b.finish(count, end, options.0, place);
    cx.define(func, Function { name, params, results, body, inline, cold: options.1, span, values, scopes });
    Ok(())
}

fn is_recursive(cx: &Cx<'_>, id: FunctionId) -> bool {
    cx.effects(id).reaches(&cx.effects, id)
}

impl<'p> Fx<'_, 'p> {
    /// Gives `vars` their slots from `values`, in order.
    pub(super) fn set_all(&mut self, vars: &[Var], values: &[Value]) {
        let mut at = 0;
        for var in vars {
            let len = self.slots(&self.cx.var_type(*var));
            self.set(*var, values[at..at + len].to_vec());
            at += len;
        }
    }

    fn hidden_slots(&self) -> usize {
        self.hidden_results.iter().map(|var| self.env.vars.get(var).map_or(0, Vec::len)).sum()
    }

    /// Lowers the body of a function here, with these arguments; gives its results.
    ///
    /// The hidden variables that it uses must be in the environment.
    pub(super) fn in_place(&mut self, id: FunctionId, args: Vec<Value>) -> Lowered<Vec<Value>> {
        let function = self.cx.function(id);
        let outer = self.frames.len();
        let frame = self.push_frame(function);
        let mut at = 0;
        for param in &function.params {
            let len = self.slots(&function.locals[param.0 as usize].ty);
            self.set(Var::Local(frame, *param), args[at..at + len].to_vec());
            at += len;
        }
        for result in &function.returns {
            let default = self.default(&function.locals[result.0 as usize].ty);
            self.set(Var::Local(frame, *result), default);
        }
        self.check_kind(function.messages)?;
        let is_whole = outer == 0 && self.returns_directly;
        self.modified(Frame { id: frame, function }, 0, is_whole)?;
        self.frames.truncate(outer);
        let vars: Vec<_> = function.returns.iter().map(|id| Var::Local(frame, *id)).collect();
        Ok(self.values_of(&vars))
    }

    /// `externalMsg` and `internalMsg`.
    fn check_kind(&mut self, messages: Messages) -> Lowered<()> {
        if messages == Messages::Both || self.kind_is_checked {
            return Ok(());
        }
        let selector = self.get1(Var::Selector)?;
        match messages {
            Messages::External => {
                let external = self.op1(Op::EqInt(-1), &[selector]);
                self.op0(Op::ThrowIfNot(71), &[external]);
            }
            _ => {
                let external = self.op1(Op::EqInt(-1), &[selector]);
                self.op0(Op::ThrowIf(72), &[external]);
            }
        }
        Ok(())
    }

    /// Modifier number `index` and what is inside of it; behind the last one the body.
    pub(super) fn modified(&mut self, frame: Frame<'p>, index: usize, is_whole: bool) -> Lowered<()> {
        self.frames.push(frame);
        let result = match frame.function.modifiers.get(index) {
            None if index == 0 && is_whole => self.stmts(&frame.function.body),
            None => self.scope(frame.id, |fx| fx.stmts(&frame.function.body)),
            Some(modifier) => self.scope(frame.id, |fx| {
                for (param, arg) in modifier.params.iter().zip(&modifier.args) {
                    let values = fx.expr(arg)?;
                    fx.set(Var::Local(frame.id, *param), values);
                }
                let outer = std::mem::replace(&mut fx.modifier, index + 1);
                let result = fx.stmts(&modifier.body);
                fx.modifier = outer;
                result
            }),
        };
        self.frames.pop();
        result
    }

    /// `_;`.
    pub(super) fn placeholder(&mut self) -> Lowered<()> {
        let frame = self.frame()?;
        self.modified(frame, self.modifier, false)
    }

    /// `return`, when the results are in their locals.
    pub(super) fn leave_function(&mut self) -> Lowered<()> {
        let frame = self.frame()?;
        let found = self.ctl.iter().rposition(|ctl| match ctl {
            Ctl::Loop { .. } | Ctl::Guard { .. } => true,
            Ctl::Scope { frame: of, .. } => *of == frame.id,
        });
        if let Some(Ctl::Guard { todo, .. }) = found.map(|i| &self.ctl[i]) {
            return self.leave_guard(*todo, Todo::Return);
        }
        match found.map(|i| (i, matches!(self.ctl[i], Ctl::Loop { .. }))) {
            Some((_, true)) => {
                let yes = self.bool(true);
                self.set(Var::Returning, vec![yes]);
                self.break_loop()
            }
            Some((i, false)) => {
                self.leave(i);
                Ok(())
            }
            None => {
                let locals: Vec<_> =
                    frame.function.returns.iter().map(|id| Var::Local(frame.id, *id)).collect();
                let mut values = self.values_of(&locals);
                values.extend(self.values_of(&self.hidden_results.clone()));
                self.env.end = Some(End::Return(values));
                Ok(())
            }
        }
    }
}
