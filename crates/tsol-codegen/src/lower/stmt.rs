//! Statements.

use tsol_sema::hir::{CallOptions, CatchClause, Expr, ExprKind, LocalId, Stmt, StmtKind, Type};

use super::cx::Lowered;
use super::effects;
use super::fx::{Ctl, Fx, Step};
use super::vars::{AnswerOption, Var};
use crate::ir::Value;
use crate::opcode::Op;

/// What is left to do behind a `try` that was left by a jump.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Todo {
    /// The function ends; its results are in their variables.
    Return = 1,
    /// The loop around ends.
    Break,
    /// The next round of the loop around begins.
    Continue,
}

impl<'p> Fx<'_, 'p> {
    /// Statements one after the other, up to the first that ends this point.
    pub(super) fn stmts(&mut self, list: &'p [Stmt]) -> Lowered<()> {
        for stmt in list {
            if !self.env.is_alive() {
                break;
            }
            let outer = self.b.set_span(Some(stmt.span));
            let result = self.stmt(stmt);
            self.b.set_span(outer);
            result?;
        }
        Ok(())
    }

    fn stmt(&mut self, stmt: &'p Stmt) -> Lowered<()> {
        match &stmt.kind {
            StmtKind::Block(body) => self.stmts(body),
            StmtKind::Let(locals, value) => self.declare(locals, value.as_ref()),
            StmtKind::Expr(e) => self.expr_void(e),
            StmtKind::If(cond, then, els) => self.if_else(cond, then, els),
            StmtKind::While(cond, body) => self.while_loop(Some(cond), None, body),
            StmtKind::DoWhile(body, cond) => self.do_while(body, cond),
            StmtKind::For(init, cond, step, body) => {
                if let Some(init) = init {
                    self.stmts(std::slice::from_ref(&**init))?;
                }
                self.while_loop(cond.as_ref(), step.as_ref(), body)
            }
            StmtKind::ForEach { key, value, container, body } => self.for_each(*key, *value, container, body),
            StmtKind::Repeat(count, body) => self.repeat(count, body),
            StmtKind::Return(value, options) => self.return_value(value.as_ref(), options),
            StmtKind::Break => self.jump(Todo::Break),
            StmtKind::Continue => self.jump(Todo::Continue),
            StmtKind::Emit { event, args, dest } => self.emit(*event, args, dest.as_ref()),
            StmtKind::Placeholder => self.placeholder(),
            StmtKind::Try(body, catch) => self.try_catch(body, catch),
        }
    }

    /// After an exception the variables are those of before: the machine loses what the body made.
    fn try_catch(&mut self, body: &'p [Stmt], catch: &'p CatchClause) -> Lowered<()> {
        let none = self.int(0);
        let todo = self.temp(vec![none]);
        self.guarded(
            |fx| fx.guard(todo, |fx| fx.stmts(body)),
            |fx, thrown| {
                for (id, value) in [catch.value, catch.number].into_iter().zip(thrown) {
                    if let Some(id) = id {
                        let var = fx.local(id)?;
                        fx.set(var, vec![value]);
                    }
                }
                fx.guard(todo, |fx| fx.stmts(&catch.body))
            },
        )?;
        for jump in [Todo::Return, Todo::Break, Todo::Continue] {
            if !self.left.contains(&(todo, jump)) || !self.env.is_alive() {
                continue;
            }
            let now = self.get1(todo)?;
            let this = self.op1(Op::EqInt(jump as i8), &[now]);
            self.when(this, |fx| match jump {
                Todo::Return => fx.leave_function(),
                _ => fx.jump(jump),
            })?;
        }
        Ok(())
    }

    /// `break` and `continue`, also out of a `try`.
    fn jump(&mut self, to: Todo) -> Lowered<()> {
        match (self.ctl.last(), to) {
            (Some(Ctl::Guard { todo, .. }), _) => self.leave_guard(*todo, to),
            (_, Todo::Continue) => self.continue_loop(),
            _ => self.break_loop(),
        }
    }

    /// Ends the innermost part of a `try`; what stands behind it goes on with the jump.
    pub(super) fn leave_guard(&mut self, todo: Var, to: Todo) -> Lowered<()> {
        self.left.push((todo, to));
        let number = self.int(to as i64);
        self.set(todo, vec![number]);
        match self.ctl.iter().rposition(|ctl| matches!(ctl, Ctl::Guard { .. })) {
            Some(index) => self.leave(index),
            None => return Err(self.cx.internal(self.span(), "a jump out of no `try`")),
        }
        Ok(())
    }

    fn declare(&mut self, locals: &'p [Option<LocalId>], value: Option<&'p Expr>) -> Lowered<()> {
        let Some(value) = value else {
            for id in locals.iter().flatten() {
                let default = self.default(self.local_type(*id)?);
                let var = self.local(*id)?;
                self.set(var, default);
            }
            return Ok(());
        };
        let mut values = self.expr(value)?;
        if let [Some(id)] = locals {
            let var = self.local(*id)?;
            self.set(var, values);
            return Ok(());
        }
        let Type::Tuple(types) = &value.ty else {
            return Err(self.cx.internal(value.span, "several locals for one value"));
        };
        for (id, ty) in locals.iter().zip(types) {
            let rest = values.split_off(self.slots(ty).min(values.len()));
            if let Some(id) = id {
                let var = self.local(*id)?;
                self.set(var, values);
            }
            values = rest;
        }
        Ok(())
    }

    fn if_else(&mut self, cond: &'p Expr, then: &'p [Stmt], els: &'p [Stmt]) -> Lowered<()> {
        match &cond.kind {
            ExprKind::Bool(value) => self.stmts(if *value { then } else { els }),
            _ => {
                let (cond, inverted) = self.truth(cond)?;
                let (then, els) = if inverted { (els, then) } else { (then, els) };
                self.branch(
                    cond,
                    |fx| fx.stmts(then).map(|()| Vec::new()),
                    |fx| fx.stmts(els).map(|()| Vec::new()),
                )?;
                Ok(())
            }
        }
    }

    /// Variables that a loop around these pieces has to carry.
    fn loop_vars(&mut self, body: &'p [Stmt], exprs: &[&'p Expr]) -> Lowered<Vec<Var>> {
        let frame = self.frame()?;
        let vars = match effects::assigned(self.cx.contract, &self.cx.effects, &[body], exprs) {
            Some(set) => {
                let mut vars: Vec<_> = set
                    .into_iter()
                    .map(|var| match var {
                        Var::Local(_, id) => Var::Local(frame.id, id),
                        other => other,
                    })
                    .collect();
                if vars.contains(&Var::Returning) {
                    vars.extend(frame.function.returns.iter().map(|id| Var::Local(frame.id, *id)));
                    let no = self.bool(false);
                    self.set(Var::Returning, vec![no]);
                }
                vars
            }
            None => self.env.vars.keys().copied().collect(),
        };
        let mut vars: Vec<_> = vars.into_iter().filter(|var| self.env.vars.contains_key(var)).collect();
        vars.sort_unstable();
        vars.dedup();
        Ok(vars)
    }

    /// After a loop: goes on with a `return` that has left it.
    fn after_loop(&mut self, vars: &[Var]) -> Lowered<()> {
        if !vars.contains(&Var::Returning) || !self.env.is_alive() {
            return Ok(());
        }
        let returning = self.get1(Var::Returning)?;
        self.when(returning, Fx::leave_function)?;
        let no = self.bool(false);
        self.set(Var::Returning, vec![no]);
        Ok(())
    }

    fn while_loop(
        &mut self,
        cond: Option<&'p Expr>,
        step: Option<&'p Expr>,
        body: &'p [Stmt],
    ) -> Lowered<()> {
        let exprs: Vec<_> = cond.into_iter().chain(step).collect();
        let vars = self.loop_vars(body, &exprs)?;
        let writes = |e: &Expr| {
            effects::assigned(self.cx.contract, &self.cx.effects, &[], &[e]).is_none_or(|set| !set.is_empty())
        };
        let pure = cond.is_none_or(|cond| !writes(cond));
        self.steps.push(step.map_or(Step::None, Step::Expr));
        let mut round = |fx: &mut Self| {
            fx.stmts(body)?;
            if fx.env.is_alive() { fx.continue_loop() } else { Ok(()) }
        };
        let result = match cond {
            Some(cond) if pure => {
                self.loop_over(vars.clone(), Some(&mut |fx: &mut Self| fx.expr1(cond)), &mut round)
            }
            Some(cond) => self.loop_over(vars.clone(), None, &mut |fx: &mut Self| {
                let cond = fx.expr1(cond)?;
                fx.branch(
                    cond,
                    |fx| round(fx).map(|()| Vec::new()),
                    |fx| fx.break_loop().map(|()| Vec::new()),
                )?;
                Ok(())
            }),
            None => self.loop_over(vars.clone(), None, &mut round),
        };
        self.steps.pop();
        result?;
        self.after_loop(&vars)
    }

    fn do_while(&mut self, body: &'p [Stmt], cond: &'p Expr) -> Lowered<()> {
        let vars = self.loop_vars(body, &[cond])?;
        self.steps.push(Step::While(cond));
        let result = self.loop_over(vars.clone(), None, &mut |fx: &mut Self| {
            fx.stmts(body)?;
            if fx.env.is_alive() { fx.continue_loop() } else { Ok(()) }
        });
        self.steps.pop();
        result?;
        self.after_loop(&vars)
    }

    fn continue_loop(&mut self) -> Lowered<()> {
        match self.steps.last().copied().unwrap_or(Step::None) {
            Step::None => self.next_round(),
            Step::Expr(step) => {
                self.expr_void(step)?;
                if self.env.is_alive() { self.next_round() } else { Ok(()) }
            }
            Step::While(cond) => {
                let cond = self.expr1(cond)?;
                self.branch(
                    cond,
                    |fx| fx.next_round().map(|()| Vec::new()),
                    |fx| fx.break_loop().map(|()| Vec::new()),
                )?;
                Ok(())
            }
        }
    }

    fn repeat(&mut self, count: &'p Expr, body: &'p [Stmt]) -> Lowered<()> {
        let count = self.expr1(count)?;
        let mut vars = self.loop_vars(body, &[])?;
        let left = self.temp(vec![count]);
        vars.push(left);
        self.rounds(&vars, &mut |fx| fx.get1(left), body, &mut |fx| {
            let now = fx.get1(left)?;
            let next = fx.op1(Op::Dec, &[now]);
            fx.set(left, vec![next]);
            Ok(())
        })
    }

    /// `while (cond) { start; body }`.
    fn rounds(
        &mut self,
        vars: &[Var],
        cond: &mut dyn FnMut(&mut Self) -> Lowered<Value>,
        body: &'p [Stmt],
        start: &mut dyn FnMut(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        self.steps.push(Step::None);
        let result = self.loop_over(vars.to_vec(), Some(cond), &mut |fx: &mut Self| {
            start(fx)?;
            fx.stmts(body)
        });
        self.steps.pop();
        result?;
        self.after_loop(vars)
    }

    fn for_each(
        &mut self,
        key: Option<LocalId>,
        value: Option<LocalId>,
        container: &'p Expr,
        body: &'p [Stmt],
    ) -> Lowered<()> {
        let values = self.expr(container)?;
        let vars = self.loop_vars(body, &[])?;
        let key = key.map(|id| self.local(id)).transpose()?;
        let value = value.map(|id| self.local(id)).transpose()?;
        match &container.ty {
            Type::Mapping(k, v) => self.for_each_entry(vars, (key, value), (k, v), values[0], body),
            Type::Array(item, _) => self.for_each_item(vars, value, item, (values[0], values[1]), body),
            Type::Bytes | Type::String => self.for_each_byte(vars, value, values[0], body),
            _ => Err(self.cx.unsupported(container.span, "iterating over this type")),
        }
    }

    fn for_each_entry(
        &mut self,
        mut vars: Vec<Var>,
        (key, value): (Option<Var>, Option<Var>),
        (k, v): (&'p Type, &'p Type),
        dict: Value,
        body: &'p [Stmt],
    ) -> Lowered<()> {
        let map = self.map_shape(k, v);
        let first = self.map_extreme_raw(&map, dict, false);
        let cursor = self.temp(first);
        vars.push(cursor);
        self.rounds(&vars, &mut |fx| Ok(fx.get(cursor)?[2]), body, &mut |fx| {
            let now = fx.get(cursor)?;
            if let Some(var) = value {
                let item = fx.map_decode_value(&map, now[0])?;
                fx.set(var, item);
            }
            if let Some(var) = key {
                let item = fx.map_decode_key(&map, now[1])?;
                fx.set(var, item);
            }
            let next = fx.map_neighbour_raw(&map, dict, now[1], super::dict::Neighbour::Next);
            fx.set(cursor, next);
            Ok(())
        })
    }

    fn for_each_item(
        &mut self,
        mut vars: Vec<Var>,
        value: Option<Var>,
        item: &'p Type,
        (len, dict): (Value, Value),
        body: &'p [Stmt],
    ) -> Lowered<()> {
        let zero = self.int(0);
        let index = self.temp(vec![zero]);
        vars.push(index);
        let cond = &mut |fx: &mut Self| {
            let now = fx.get1(index)?;
            Ok(fx.op1(Op::Less, &[now, len]))
        };
        self.rounds(&vars, cond, body, &mut |fx| {
            let now = fx.get1(index)?;
            if let Some(var) = value {
                let values = fx.array_item(item, dict, now)?;
                fx.set(var, values);
            }
            let next = fx.op1(Op::Inc, &[now]);
            fx.set(index, vec![next]);
            Ok(())
        })
    }

    fn for_each_byte(
        &mut self,
        mut vars: Vec<Var>,
        value: Option<Var>,
        cell: Value,
        body: &'p [Stmt],
    ) -> Lowered<()> {
        let slice = self.op1(Op::CToS, &[cell]);
        let rest = self.temp(vec![slice]);
        vars.push(rest);
        let cond = &mut |fx: &mut Self| {
            let now = fx.get1(rest)?;
            let empty = fx.op1(Op::SEmpty, &[now]);
            Ok(fx.op1(Op::Not, &[empty]))
        };
        self.rounds(&vars, cond, body, &mut |fx| {
            let now = fx.get1(rest)?;
            let at_end = fx.op1(Op::SdEmpty, &[now]);
            let now = fx.branch(at_end, |fx| Ok(vec![fx.op(Op::LdRefRToS, &[now])[1]]), |_| Ok(vec![now]))?;
            let (byte, left) = fx.op2(Op::LdU(8), &[now[0]]);
            if let Some(var) = value {
                fx.set(var, vec![byte]);
            }
            fx.set(rest, vec![left]);
            Ok(())
        })
    }

    fn return_value(&mut self, value: Option<&'p Expr>, options: &'p CallOptions) -> Lowered<()> {
        let frame = self.frame()?;
        let given = [
            (AnswerOption::Value, &options.value),
            (AnswerOption::Bounce, &options.bounce),
            (AnswerOption::Flag, &options.flag),
            (AnswerOption::Currencies, &options.currencies),
        ];
        for (option, value) in given {
            if let Some(value) = value {
                let values = self.expr(value)?;
                self.set(Var::Answer(option), values);
            }
        }
        if let Some(value) = value {
            let mut values = self.expr(value)?;
            for id in &frame.function.returns {
                let rest =
                    values.split_off(self.slots(&frame.function.locals[id.0 as usize].ty).min(values.len()));
                self.set(Var::Local(frame.id, *id), values);
                values = rest;
            }
        }
        if self.env.is_alive() { self.leave_function() } else { Ok(()) }
    }
}
