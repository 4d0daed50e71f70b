//! Lowering of one function: the environment, branches, scopes and calls.

use num_bigint::BigInt;
use tsol_sema::hir::{Function, LocalId, Type};
use tsol_syntax::span::Span;
use tycho_types::cell::Cell;

use super::cx::{Cx, Lowered};
use super::runtime::Runtime;
use super::slots;
use super::vars::{Env, Stored, Var};
use crate::ir::{Block, Builder, Const, End, FuncId, Inst, ScopeId, Value, made_for};
use crate::opcode::Op;

/// What encloses the current point, innermost last.
pub(super) enum Ctl {
    /// `return` of this frame leaves a scope; the environments of all exits so far.
    Scope { id: ScopeId, frame: u32, exits: Vec<Env> },
    /// A part of a `try`: every jump out of it ends it first and says in this variable what is left to do.
    Guard { id: ScopeId, todo: Var, exits: Vec<Env> },
    /// A loop with these parameters.
    Loop { vars: Vec<Var>, before: Env },
}

/// What `continue` runs before the next round.
#[derive(Clone, Copy)]
pub(super) enum Step<'p> {
    /// Nothing.
    None,
    /// The step of a `for`.
    Expr(&'p tsol_sema::hir::Expr),
    /// The condition of a `do … while`.
    While(&'p tsol_sema::hir::Expr),
}

/// A function whose body is being lowered in place.
#[derive(Clone, Copy)]
pub(super) struct Frame<'p> {
    pub(super) id: u32,
    pub(super) function: &'p Function,
}

/// Computes the truth value of a loop.
pub(super) type Condition<'f, 'c, 'p> = &'f mut dyn FnMut(&mut Fx<'c, 'p>) -> Lowered<Value>;

/// The function of the module that is being built.
pub(super) struct Fx<'c, 'p> {
    pub(super) cx: &'c Cx<'p>,
    pub(super) b: Builder,
    pub(super) env: Env,
    pub(super) frames: Vec<Frame<'p>>,
    pub(super) ctl: Vec<Ctl>,
    /// For each enclosing loop: what `continue` runs first.
    pub(super) steps: Vec<Step<'p>>,
    /// Values that a `return` of the whole function carries behind its own results.
    pub(super) hidden_results: Vec<Var>,
    /// The outermost body may return from the function of the module.
    pub(super) returns_directly: bool,
    /// Integers that were pushed.
    pub(super) constants: std::collections::HashMap<Value, BigInt>,
    /// How the state is stored from here.
    pub(super) saving: super::state::Saving,
    /// Dispatch has made sure that the kind of message is right.
    pub(super) kind_is_checked: bool,
    /// Number of the modifier that the next placeholder stands for.
    pub(super) modifier: usize,
    /// Jumps that left a `try`, by the variable that says so.
    pub(super) left: Vec<(Var, super::stmt::Todo)>,
    next_frame: u32,
    next_temp: u32,
}

impl<'c, 'p> Fx<'c, 'p> {
    pub(super) fn new(cx: &'c Cx<'p>, name: impl Into<String>, params: usize) -> Self {
        Self {
            cx,
            b: Builder::new(name, params),
            env: Env::default(),
            frames: Vec::new(),
            ctl: Vec::new(),
            steps: Vec::new(),
            hidden_results: Vec::new(),
            returns_directly: false,
            constants: std::collections::HashMap::new(),
            saving: super::state::Saving::Again,
            kind_is_checked: false,
            modifier: 0,
            left: Vec::new(),
            next_frame: 0,
            next_temp: 0,
        }
    }

    /// A number for a function that is lowered in place.
    pub(super) fn push_frame(&mut self, function: &'p Function) -> u32 {
        let id = self.next_frame;
        self.next_frame += 1;
        self.frames.push(Frame { id, function });
        id
    }

    pub(super) fn frame(&self) -> Lowered<Frame<'p>> {
        let frame = self.frames.last().copied();
        frame.ok_or_else(|| self.cx.internal(Span::default(), "a statement outside of a function"))
    }

    pub(super) fn span(&self) -> Span {
        self.b.span().filter(|span| made_for(*span).is_none()).unwrap_or_default()
    }

    // --- values

    pub(super) fn int(&mut self, value: impl Into<BigInt>) -> Value {
        let value = value.into();
        let out = self.b.int(value.clone());
        self.constants.insert(out, value);
        out
    }

    pub(super) fn bool(&mut self, value: bool) -> Value {
        self.b.int(if value { -1 } else { 0 })
    }

    pub(super) fn null(&mut self) -> Value {
        self.b.constant(Const::Null)
    }

    pub(super) fn op(&mut self, op: Op, args: &[Value]) -> Vec<Value> {
        self.b.op(op, args)
    }

    pub(super) fn op1(&mut self, op: Op, args: &[Value]) -> Value {
        self.b.op1(op, args)
    }

    /// An operation with two results.
    pub(super) fn op2(&mut self, op: Op, args: &[Value]) -> (Value, Value) {
        let out = self.b.op(op, args);
        (out[0], out[1])
    }

    pub(super) fn op0(&mut self, op: Op, args: &[Value]) {
        self.b.op(op, args);
    }

    /// Calls a runtime routine.
    pub(super) fn call_runtime(&mut self, routine: Runtime, args: &[Value]) -> Vec<Value> {
        let func = self.cx.runtime(routine);
        self.b.call(func, args.to_vec(), routine.results())
    }

    pub(super) fn call_func(&mut self, func: FuncId, args: Vec<Value>, results: usize) -> Vec<Value> {
        self.b.call(func, args, results)
    }

    pub(super) fn slots(&self, ty: &Type) -> usize {
        self.cx.slots(ty)
    }

    /// The default value of a type.
    pub(super) fn default(&mut self, ty: &Type) -> Vec<Value> {
        match ty {
            Type::Struct(_) | Type::Tuple(_) => {
                let members = slots::members(self.cx.program, ty);
                members.iter().flat_map(|ty| self.default(ty)).collect()
            }
            Type::Array(inner, Some(n)) => {
                let inner = inner.clone();
                self.array_of_defaults(&inner, *n)
            }
            Type::Array(_, None) => vec![self.int(0), self.null()],
            Type::Address | Type::Contract(_) => vec![self.address_none()],
            Type::Bytes | Type::String | Type::Cell => vec![self.b.constant(Const::Cell(Cell::default()))],
            Type::Slice => vec![self.b.constant(Const::Slice(Cell::default()))],
            Type::Builder => vec![self.op1(Op::NewC, &[])],
            Type::Mapping(..) | Type::Optional(_) | Type::Stack(_) | Type::Variant => vec![self.null()],
            Type::Vector(_) => vec![self.b.constant(Const::EmptyTuple)],
            _ => vec![self.int(0)],
        }
    }

    // --- environment

    pub(super) fn get(&self, var: Var) -> Lowered<Vec<Value>> {
        let values = self.env.vars.get(&var).cloned();
        values.ok_or_else(|| self.cx.internal(self.span(), format!("{var:?} has no value here")))
    }

    pub(super) fn get1(&self, var: Var) -> Lowered<Value> {
        Ok(self.get(var)?[0])
    }

    pub(super) fn set(&mut self, var: Var, values: Vec<Value>) {
        self.env.vars.insert(var, values);
    }

    /// A new variable of the compiler.
    pub(super) fn temp(&mut self, values: Vec<Value>) -> Var {
        let var = Var::Temp(self.next_temp);
        self.next_temp += 1;
        self.set(var, values);
        var
    }

    /// A local of the current frame.
    pub(super) fn local(&self, id: LocalId) -> Lowered<Var> {
        Ok(Var::Local(self.frame()?.id, id))
    }

    pub(super) fn local_type(&self, id: LocalId) -> Lowered<&'p Type> {
        Ok(&self.frame()?.function.locals[id.0 as usize].ty)
    }

    // --- blocks

    /// Ends this point: nothing after it runs.
    pub(super) fn end_with(&mut self, end: End) {
        if self.env.end.is_none() {
            self.env.end = Some(end);
        }
    }

    /// Throws `code`.
    pub(super) fn throw(&mut self, code: u16) {
        self.op0(Op::Throw(code), &[]);
        self.end_with(End::Unreachable);
    }

    /// Lowers into a block of its own that starts in the current environment, which is kept.
    ///
    /// The end of the block is set by whoever knows the results; here it is what the environment says.
    fn block<T>(&mut self, f: impl FnOnce(&mut Self) -> Lowered<T>) -> Lowered<(Block, Env, T)> {
        let saved = self.env.clone();
        self.b.open();
        let result = f(self);
        let env = std::mem::replace(&mut self.env, saved);
        let block = self.b.close(env.end.clone().unwrap_or_default());
        Ok((block, env, result?))
    }

    /// `cond ? then : els` with what the two ways give and with their changes to the environment.
    pub(super) fn branch(
        &mut self,
        cond: Value,
        then: impl FnOnce(&mut Self) -> Lowered<Vec<Value>>,
        els: impl FnOnce(&mut Self) -> Lowered<Vec<Value>>,
    ) -> Lowered<Vec<Value>> {
        let (mut a, env_a, out_a) = self.block(then)?;
        let (mut b, env_b, out_b) = self.block(els)?;
        let span = self.b.span();
        let (alive_a, alive_b) = (env_a.is_alive(), env_b.is_alive());
        if !alive_a && !alive_b {
            self.b.push(Inst::If { cond, then: a, els: b, dsts: Vec::new(), span });
            self.env.end = Some(End::Unreachable);
            return Ok(Vec::new());
        }
        let count = if alive_a { out_a.len() } else { out_b.len() };
        let changed = self.changed(&env_a, &env_b);
        let yields = |env: &Env, out: &[Value]| {
            let mut values = out.to_vec();
            changed.iter().for_each(|var| values.extend(&env.vars[var]));
            values
        };
        if alive_a {
            a.end = End::Yield(yields(&env_a, &out_a));
        }
        if alive_b {
            b.end = End::Yield(yields(&env_b, &out_b));
        }
        let width: usize = changed.iter().map(|var| self.env.vars[var].len()).sum();
        let dsts = self.b.values(count + width);
        self.b.push(Inst::If { cond, then: a, els: b, dsts: dsts.clone(), span });
        self.take_changed(&changed, &dsts[count..]);
        self.env.stored = match (alive_a, alive_b) {
            (true, true) if env_a.stored == env_b.stored => env_a.stored,
            (true, true) => None,
            (true, false) => self.visible(env_a.stored),
            _ => self.visible(env_b.stored),
        };
        Ok(dsts[..count].to_vec())
    }

    /// What c4 holds may name values of a closed block only if they are those of the environment around.
    fn visible(&self, stored: Option<Stored>) -> Option<Stored> {
        if stored == self.env.stored { stored } else { None }
    }

    /// Variables of the current environment that either way (if it goes on) leaves with other values.
    fn changed(&self, a: &Env, b: &Env) -> Vec<Var> {
        let differs =
            |env: &Env, var: &Var, values: &Vec<Value>| env.is_alive() && env.vars.get(var) != Some(values);
        let vars = self.env.vars.iter();
        vars.filter(|(var, values)| differs(a, var, values) || differs(b, var, values))
            .map(|(var, _)| *var)
            .collect()
    }

    fn take_changed(&mut self, changed: &[Var], dsts: &[Value]) {
        let mut at = 0;
        for var in changed {
            let len = self.env.vars[var].len();
            self.env.vars.insert(*var, dsts[at..at + len].to_vec());
            at += len;
        }
    }

    /// Runs the body; when it throws, `catch` with the thrown value and number.
    pub(super) fn guarded(
        &mut self,
        body: impl FnOnce(&mut Self) -> Lowered<()>,
        catch: impl FnOnce(&mut Self, [Value; 2]) -> Lowered<()>,
    ) -> Lowered<()> {
        let thrown = [self.b.value(), self.b.value()];
        self.env.stored = None;
        let (mut a, env_a, ()) = self.block(body)?;
        let (mut b, env_b, ()) = self.block(|fx| catch(fx, thrown))?;
        let span = self.b.span();
        let changed = self.changed(&env_a, &env_b);
        let width: usize = changed.iter().map(|var| self.env.vars[var].len()).sum();
        let alive = env_a.is_alive() || env_b.is_alive();
        for (block, env) in [(&mut a, &env_a), (&mut b, &env_b)] {
            if env.is_alive() {
                block.end = End::Yield(changed.iter().flat_map(|var| env.vars[var].clone()).collect());
            }
        }
        let dsts = self.b.values(if alive { width } else { 0 });
        self.b.push(Inst::Try { body: a, catch: b, thrown, dsts: dsts.clone(), span });
        if alive {
            self.take_changed(&changed, &dsts);
        } else {
            self.env.end = Some(End::Unreachable);
        }
        self.env.stored = None;
        Ok(())
    }

    /// Only the first way, if `cond` holds.
    pub(super) fn when(&mut self, cond: Value, then: impl FnOnce(&mut Self) -> Lowered<()>) -> Lowered<()> {
        self.branch(cond, |fx| then(fx).map(|()| Vec::new()), |_| Ok(Vec::new()))?;
        Ok(())
    }

    /// A body that `return` of frame `frame` leaves; what follows starts where all its exits meet.
    pub(super) fn scope(&mut self, frame: u32, body: impl FnOnce(&mut Self) -> Lowered<()>) -> Lowered<()> {
        let id = self.b.scope();
        self.meeting(Ctl::Scope { id, frame, exits: Vec::new() }, id, body)
    }

    /// A part of a `try` that jumps leave through `todo`.
    pub(super) fn guard(&mut self, todo: Var, body: impl FnOnce(&mut Self) -> Lowered<()>) -> Lowered<()> {
        let id = self.b.scope();
        self.meeting(Ctl::Guard { id, todo, exits: Vec::new() }, id, body)
    }

    fn meeting(&mut self, ctl: Ctl, id: ScopeId, body: impl FnOnce(&mut Self) -> Lowered<()>) -> Lowered<()> {
        self.ctl.push(ctl);
        let result = self.block(body);
        let Some(Ctl::Scope { mut exits, .. } | Ctl::Guard { mut exits, .. }) = self.ctl.pop() else {
            return Err(self.cx.internal(self.span(), "unbalanced scope"));
        };
        let (mut block, end, ()) = result?;
        let falls_through = end.is_alive();
        let ends_by_leaving = matches!(&block.end, End::Leave(scope, _) if *scope == id);
        if exits.is_empty() || exits.len() == 1 && ends_by_leaving {
            // a single way out: no scope is needed
            let env = if falls_through { end } else { exits.pop().unwrap_or(end) };
            let reached = falls_through || ends_by_leaving;
            block.insts.into_iter().for_each(|inst| self.b.push(inst));
            self.env.stored = env.stored;
            for (var, values) in env.vars {
                if self.env.vars.contains_key(&var) {
                    self.env.vars.insert(var, values);
                }
            }
            self.env.end = if reached { None } else { Some(block.end) };
            return Ok(());
        }
        if falls_through {
            exits.push(end);
        }
        let before = &self.env.vars;
        let differs =
            |(var, values): &(&Var, &Vec<Value>)| exits.iter().any(|env| env.vars.get(var) != Some(values));
        let changed: Vec<_> = before.iter().filter(differs).map(|(var, _)| *var).collect();
        let results: Vec<Vec<Value>> =
            exits.iter().map(|env| changed.iter().flat_map(|var| env.vars[var].clone()).collect()).collect();
        fill_leaves(&mut block, id, &results);
        if falls_through {
            block.end = End::Yield(results[results.len() - 1].clone());
        }
        let dsts = self.b.values(results.first().map_or(0, Vec::len));
        let span = self.b.span();
        self.b.push(Inst::Scope { id, body: block, dsts: dsts.clone(), span });
        self.take_changed(&changed, &dsts);
        let stored = exits.first().and_then(|env| env.stored.clone());
        let same = exits.iter().all(|env| env.stored == stored);
        self.env.stored = if same { self.visible(stored) } else { None };
        Ok(())
    }

    /// Leaves the scope at `ctl[index]` with the current environment.
    pub(super) fn leave(&mut self, index: usize) {
        let env = self.env.clone();
        if let Ctl::Scope { id, exits, .. } | Ctl::Guard { id, exits, .. } = &mut self.ctl[index] {
            // the number of the exit stands for its results until they are known
            let end = End::Leave(*id, vec![Value(exits.len() as u32)]);
            exits.push(env);
            self.env.end = Some(end);
        }
    }

    /// `while (cond) { body }` where `vars` are all that the two may write; `body` ends a round by itself or falls
    /// through.
    pub(super) fn loop_over(
        &mut self,
        vars: Vec<Var>,
        cond: Option<Condition<'_, 'c, 'p>>,
        body: &mut dyn FnMut(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        let vars: Vec<_> = vars.into_iter().filter(|var| self.env.vars.contains_key(var)).collect();
        let inits = self.values_of(&vars);
        let params = self.b.values(inits.len());
        let saved = self.env.clone();
        self.env.stored = None;
        self.take_changed(&vars, &params);
        let before = self.env.clone();
        let cond = match cond {
            None => None,
            Some(f) => {
                let (mut block, env, value) = self.block(f)?;
                self.check_unchanged(&before, &env, &[])?;
                block.end = End::Yield(vec![value]);
                Some(block)
            }
        };
        self.ctl.push(Ctl::Loop { vars: vars.clone(), before });
        let result = self.block(|fx| {
            body(fx)?;
            if fx.env.is_alive() { fx.next_round() } else { Ok(()) }
        });
        self.ctl.pop();
        let (block, ..) = result?;
        self.env = saved;
        self.env.stored = None;
        let dsts = self.b.values(params.len());
        let span = self.b.span();
        self.b.push(Inst::Loop { inits, params, cond, body: block, dsts: dsts.clone(), span });
        self.take_changed(&vars, &dsts);
        Ok(())
    }

    pub(super) fn values_of(&self, vars: &[Var]) -> Vec<Value> {
        vars.iter().flat_map(|var| self.env.vars.get(var).cloned().unwrap_or_default()).collect()
    }

    /// Starts the next round of the innermost loop.
    pub(super) fn next_round(&mut self) -> Lowered<()> {
        let values = self.loop_values()?;
        self.env.end = Some(End::Continue(values));
        Ok(())
    }

    /// Leaves the innermost loop.
    pub(super) fn break_loop(&mut self) -> Lowered<()> {
        let values = self.loop_values()?;
        self.env.end = Some(End::Break(values));
        Ok(())
    }

    fn loop_values(&self) -> Lowered<Vec<Value>> {
        match self.ctl.last() {
            Some(Ctl::Loop { vars, before }) => {
                self.check_unchanged(before, &self.env, vars)?;
                Ok(self.values_of(vars))
            }
            _ => Err(self.cx.unsupported(self.span(), "leaving a loop across an inlined body")),
        }
    }

    /// INVARIANT: a loop's parameters are all that it writes; anything else would be lost silently.
    fn check_unchanged(&self, before: &Env, after: &Env, except: &[Var]) -> Lowered<()> {
        let lost = before.vars.iter().find(|(var, values)| {
            !except.contains(var) && after.is_alive() && after.vars.get(var).is_some_and(|now| now != *values)
        });
        match lost {
            None => Ok(()),
            Some((var, _)) => Err(self.cx.internal(self.span(), format!("a loop changes {var:?} unseen"))),
        }
    }
}

/// Puts the results of every exit where its number stands.
fn fill_leaves(block: &mut Block, id: ScopeId, results: &[Vec<Value>]) {
    fill_end(&mut block.end, id, results);
    for inst in &mut block.insts {
        match inst {
            Inst::If { then, els, .. } => {
                fill_leaves(then, id, results);
                fill_leaves(els, id, results);
            }
            Inst::Switch { cases, default, .. } => {
                cases.iter_mut().for_each(|(_, block)| fill_leaves(block, id, results));
                fill_leaves(default, id, results);
            }
            Inst::Scope { body, .. } => fill_leaves(body, id, results),
            Inst::Try { body, catch, .. } => {
                fill_leaves(body, id, results);
                fill_leaves(catch, id, results);
            }
            _ => {}
        }
    }
}

fn fill_end(end: &mut End, id: ScopeId, results: &[Vec<Value>]) {
    if let End::Leave(scope, values) = end
        && *scope == id
        && let Some(found) = values.first().and_then(|number| results.get(number.0 as usize))
    {
        *values = found.clone();
    }
}
