//! Statements.

use tsol_syntax::ast::{self, RangeBinding, StmtKind as Syntax, VarDecl};
use tsol_syntax::diag::Reported;
use tsol_syntax::span::Span;

use super::{Body, Operand};
use crate::codes::{E0303, E0315, E0335, E0336, E0337, E0338, E0339, E0511, W0203, W0204};
use crate::cx::R;
use crate::defs::Sym;
use crate::hir::{CatchClause, Expr, ExprKind, LocalId, Stmt, StmtKind, Type};

impl Body<'_, '_> {
    /// Checks the statements of a block in a scope of its own.
    pub(crate) fn block(&mut self, block: &ast::Block) -> R<Vec<Stmt>> {
        self.enter();
        let checked = self.stmts(&block.stmts);
        self.leave();
        checked
    }

    /// Checks statements one after the other; all errors are reported.
    pub(crate) fn stmts(&mut self, stmts: &[ast::Stmt]) -> R<Vec<Stmt>> {
        let mut checked = Vec::new();
        let mut failed: Option<Reported> = None;
        let mut ended = false;
        for stmt in stmts {
            if ended {
                self.cx.warn(W0203, stmt.span, "this is never reached").emit();
                ended = false;
            }
            match self.statement(stmt) {
                Ok(done) => {
                    ended = ends_flow(&done);
                    checked.push(done);
                }
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(checked), Err)
    }

    /// The body of a loop or branch, which may be a block or one statement.
    fn body_of(&mut self, stmt: &ast::Stmt) -> R<Vec<Stmt>> {
        match &stmt.kind {
            Syntax::Block(block) => self.block(block),
            _ => {
                self.enter();
                let checked = self.stmts(std::slice::from_ref(stmt));
                self.leave();
                checked
            }
        }
    }

    fn loop_body(&mut self, stmt: &ast::Stmt) -> R<Vec<Stmt>> {
        self.loops += 1;
        let checked = self.body_of(stmt);
        self.loops -= 1;
        checked
    }

    fn statement(&mut self, stmt: &ast::Stmt) -> R<Stmt> {
        let span = stmt.span;
        let kind = match &stmt.kind {
            Syntax::Block(block) => StmtKind::Block(self.block(block)?),
            Syntax::Unchecked(block) => {
                let outer = std::mem::replace(&mut self.unchecked, true);
                let checked = self.block(block);
                self.unchecked = outer;
                StmtKind::Block(checked?)
            }
            Syntax::If { cond, then, otherwise } => {
                let cond = self.condition(cond);
                let then = self.body_of(then);
                let otherwise = otherwise.as_ref().map_or(Ok(Vec::new()), |stmt| self.body_of(stmt));
                StmtKind::If(cond?, then?, otherwise?)
            }
            Syntax::While { cond, body } => {
                let cond = self.condition(cond);
                let body = self.loop_body(body);
                StmtKind::While(cond?, body?)
            }
            Syntax::DoWhile { body, cond } => {
                let body = self.loop_body(body);
                let cond = self.condition(cond);
                StmtKind::DoWhile(body?, cond?)
            }
            Syntax::For { init, cond, step, body } => {
                self.enter();
                let checked = self.for_loop(init.as_deref(), cond.as_ref(), step.as_ref(), body);
                self.leave();
                checked?
            }
            Syntax::ForRange { binding, iterable, body } => {
                self.enter();
                let checked = self.for_range(binding, iterable, body, span);
                self.leave();
                checked?
            }
            Syntax::Repeat { count, body } => {
                let count = self.repeat_count(count);
                let body = self.loop_body(body);
                StmtKind::Repeat(count?, body?)
            }
            Syntax::Break => self.jump(StmtKind::Break, "break", span)?,
            Syntax::Continue => self.jump(StmtKind::Continue, "continue", span)?,
            Syntax::Return { options, value } => self.return_stmt(options, value.as_ref(), span)?,
            Syntax::Emit { event, options, args } => self.emit(event, options, args, span)?,
            Syntax::Try { body, catch } => self.try_stmt(body, catch)?,
            Syntax::VarDecl(decl) => self.var_decl(decl, span)?,
            Syntax::Expr(expr) => self.expr_stmt(expr)?,
            Syntax::Placeholder if self.in_modifier => StmtKind::Placeholder,
            Syntax::Placeholder => {
                return Err(self.cx.error(E0335, span, "`_` can only stand in a modifier").emit());
            }
            Syntax::Error(reported) => return Err(*reported),
        };
        Ok(Stmt { kind, span })
    }

    fn for_loop(
        &mut self,
        init: Option<&ast::Stmt>,
        cond: Option<&ast::Expr>,
        step: Option<&ast::Expr>,
        body: &ast::Stmt,
    ) -> R<StmtKind> {
        let init = init.map(|stmt| self.statement(stmt)).transpose();
        let cond = cond.map(|expr| self.condition(expr)).transpose();
        let body = self.loop_body(body);
        let step = step.map(|expr| self.effect(expr)).transpose();
        Ok(StmtKind::For(init?.map(Box::new), cond?, step?, body?))
    }

    fn repeat_count(&mut self, count: &ast::Expr) -> R<Expr> {
        let count = self.value(count)?;
        let unsigned =
            matches!(&count.ty, Type::Int { signed: false, .. } | Type::VarInt { signed: false, .. });
        if !unsigned {
            let message = format!("the count is an unsigned integer, not `{}`", self.cx.show(&count.ty));
            return Err(self.cx.error(E0303, count.span, message).emit());
        }
        Ok(count)
    }

    fn jump(&mut self, kind: StmtKind, word: &str, span: Span) -> R<StmtKind> {
        if self.loops == 0 {
            return Err(self.cx.error(E0335, span, format!("`{word}` outside of a loop")).emit());
        }
        Ok(kind)
    }

    fn for_range(
        &mut self,
        binding: &RangeBinding,
        iterable: &ast::Expr,
        body: &ast::Stmt,
        span: Span,
    ) -> R<StmtKind> {
        let container = self.value(iterable)?;
        let (key_type, value_type) = match &container.ty {
            Type::Mapping(key, value) => (Some(crate::types::real_key(key)), (**value).clone()),
            Type::Array(element, _) => (None, (**element).clone()),
            Type::Bytes => (None, Type::FixedBytes(1)),
            other => {
                let message = format!("`{}` cannot be walked through", self.cx.show(other));
                return Err(self.cx.error(E0336, iterable.span, message).emit());
            }
        };
        let RangeBinding::Declare(decl) = binding else {
            let message = "a loop over existing variables is not supported";
            return Err(self.cx.error(E0511, span, message).help("declare the variables in the loop").emit());
        };
        let head = decl.vars.iter().flatten().map(|var| var.ty.span.to(var.name.span));
        let head = head.reduce(Span::to).unwrap_or(iterable.span);
        let (key, value) = self.range_locals(decl, key_type, value_type, head)?;
        let body = self.loop_body(body)?;
        Ok(StmtKind::ForEach { key, value, container, body })
    }

    fn range_locals(
        &mut self,
        decl: &VarDecl,
        key_type: Option<Type>,
        value_type: Type,
        span: Span,
    ) -> R<(Option<LocalId>, Option<LocalId>)> {
        let vars = &decl.vars;
        match (key_type, vars.as_slice()) {
            (Some(key_type), [key, value]) => {
                let key = key.as_ref().map(|var| self.range_local(var, &key_type)).transpose();
                let value = value.as_ref().map(|var| self.range_local(var, &value_type)).transpose();
                Ok((key?, value?))
            }
            (None, [Some(value)]) => Ok((None, Some(self.range_local(value, &value_type)?))),
            (Some(_), _) => {
                let error = self.cx.error(E0336, span, "a mapping gives pairs");
                Err(error.help("write `for ((K key, V value) : map)`; either may be left out").emit())
            }
            (None, _) => Err(self.cx.error(E0336, span, "one variable is wanted").emit()),
        }
    }

    fn range_local(&mut self, var: &ast::LocalVar, given: &Type) -> R<LocalId> {
        let ty = self.cx.ty(&var.ty, self.home)?;
        if ty != *given {
            let (a, b) = (self.cx.show(&ty), self.cx.show(given));
            let message = format!("the elements have the type `{b}`, not `{a}`");
            return Err(self.cx.error(E0336, var.ty.span, message).emit());
        }
        Ok(self.declare(&var.name, ty))
    }

    fn return_stmt(
        &mut self,
        options: &[ast::NamedArg],
        value: Option<&ast::Expr>,
        span: Span,
    ) -> R<StmtKind> {
        let returns = self.returns.clone();
        if self.in_modifier && value.is_some() {
            return Err(self.cx.error(E0337, span, "a modifier returns nothing").emit());
        }
        if !options.is_empty() && !returns.responsible {
            let at = options[0].span;
            let error = self.cx.error(E0337, at, "only a responsible function sends its result");
            return Err(error.help("declare the function `responsible`, or remove the options").emit());
        }
        let options = self.call_options(options, &["value", "currencies", "bounce", "flag"], None)?;
        let complete = options.value.is_some() && options.bounce.is_some() && options.flag.is_some();
        if returns.responsible && !self.in_modifier && !complete {
            let message = "the answer of a responsible function needs `value`, `bounce` and `flag`";
            let help = "write `return {value: 0, bounce: false, flag: 64} …`";
            return Err(self.cx.error(E0337, span, message).help(help).emit());
        }
        let value = match value {
            None if returns.ty.is_void() || self.in_modifier => None,
            None => {
                let message = format!("a value of the type `{}` is missing", self.cx.show(&returns.ty));
                return Err(self.cx.error(E0337, span, message).emit());
            }
            Some(value) if returns.ty.is_void() => {
                // `return f();` of a call without a result is a plain way to end.
                let checked = self.value(value)?;
                if !checked.ty.is_void() {
                    return Err(self.cx.error(E0337, value.span, "this function returns nothing").emit());
                }
                Some(checked)
            }
            Some(value) => Some(self.returned(value, &returns.ty)?),
        };
        Ok(StmtKind::Return(value, options))
    }

    fn returned(&mut self, value: &ast::Expr, ty: &Type) -> R<Expr> {
        let operand = self.operand(value)?;
        match ty {
            Type::Tuple(types) => {
                let wanted: Vec<Option<Type>> = types.iter().cloned().map(Some).collect();
                self.coerce_parts(operand, &wanted, value.span)
            }
            _ => self.coerce(operand, ty),
        }
    }

    fn emit(
        &mut self,
        event: &ast::Path,
        options: &[ast::NamedArg],
        args: &ast::CallArgs,
        span: Span,
    ) -> R<StmtKind> {
        let syms = self.cx.resolve_path(event, self.home)?;
        let [Sym::Event(id)] = syms.as_slice() else {
            return Err(self.cx.error(E0338, event.span, format!("`{event}` is not an event")).emit());
        };
        let params = self.cx.program.events[id.0 as usize].params.clone();
        let args = self.args(args, span)?;
        let args = self.bind_args(args, &params, &format!("event `{event}`"))?;
        let mut dest = None;
        for option in options {
            if option.name.name != "dest" || dest.is_some() {
                let message = format!("`emit` has no option `{}`", option.name);
                return Err(self
                    .cx
                    .error(E0338, option.name.span, message)
                    .note("the only option is `dest`")
                    .emit());
            }
            dest = Some(self.typed(&option.value, &Type::Address)?);
        }
        if !self.cx.build.events.contains(id) {
            self.cx.build.events.push(*id);
        }
        Ok(StmtKind::Emit { event: *id, args, dest })
    }

    fn try_stmt(&mut self, body: &ast::Block, catch: &ast::CatchClause) -> R<StmtKind> {
        let body = self.block(body);
        self.enter();
        let handler = self.catch_clause(catch);
        self.leave();
        Ok(StmtKind::Try(body?, handler?))
    }

    fn catch_clause(&mut self, catch: &ast::CatchClause) -> R<CatchClause> {
        if let Some(name) = &catch.name {
            return Err(self.cx.error(E0339, name.span, "`catch` has no name").emit());
        }
        let mut locals = [None, None];
        if let Some(params) = &catch.params {
            let wanted = [Type::Variant, Type::UINT16];
            if params.len() != 2 {
                return Err(self.bad_catch(catch.span));
            }
            for (i, param) in params.iter().enumerate() {
                let ty = self.cx.ty(&param.ty, self.home)?;
                if ty != wanted[i] {
                    return Err(self.bad_catch(param.span));
                }
                locals[i] = param.name.as_ref().map(|name| self.declare(name, ty));
            }
        }
        let body = self.block(&catch.body)?;
        let [value, number] = locals;
        Ok(CatchClause { value, number, body })
    }

    fn bad_catch(&self, span: Span) -> Reported {
        let error = self.cx.error(E0339, span, "`catch` takes the thrown value and the exit code");
        error.help("write `catch (variant value, uint16 code) { … }` or `catch { … }`").emit()
    }

    fn var_decl(&mut self, decl: &VarDecl, span: Span) -> R<StmtKind> {
        let mut types = Vec::new();
        let mut failed = None;
        for var in &decl.vars {
            types.push(match var {
                None => None,
                Some(var) => match self.cx.ty(&var.ty, self.home) {
                    Ok(ty) => Some(ty),
                    Err(reported) => {
                        failed = Some(reported);
                        None
                    }
                },
            });
        }
        let value = match &decl.init {
            // The value is checked before the names exist: `uint a = a;` means an outer `a`.
            Some(init) => match failed {
                None => self.declared_value(init, decl, &types, span).map(Some),
                Some(reported) => self.operand(init).and(Err(reported)),
            },
            None => Ok(None),
        };
        let mut locals = Vec::new();
        for (var, ty) in decl.vars.iter().zip(types) {
            locals.push(match (var, ty) {
                (Some(var), Some(ty)) => Some(self.declare(&var.name, ty)),
                _ => None,
            });
        }
        if let Some(reported) = failed {
            return Err(reported);
        }
        Ok(StmtKind::Let(locals, value?))
    }

    fn declared_value(
        &mut self,
        init: &ast::Expr,
        decl: &VarDecl,
        types: &[Option<Type>],
        span: Span,
    ) -> R<Expr> {
        let operand = self.operand(init)?;
        if decl.is_tuple {
            return self.coerce_parts(operand, types, init.span);
        }
        match types {
            [Some(ty)] => self.coerce(operand, ty),
            _ => Err(self.cx.error(E0315, span, "one variable is wanted").emit()),
        }
    }

    fn expr_stmt(&mut self, expr: &ast::Expr) -> R<StmtKind> {
        let value = self.effect(expr)?;
        if !has_effect(&value) {
            self.cx.warn(W0204, expr.span, "the value is not used").emit();
        }
        Ok(StmtKind::Expr(value))
    }

    /// An expression that is evaluated for what it does.
    fn effect(&mut self, expr: &ast::Expr) -> R<Expr> {
        let operand = self.operand(expr)?;
        match operand {
            Operand::Value(value) => Ok(value),
            Operand::Tuple(..) => self.settle(operand),
            other => self.settle(other),
        }
    }
}

fn ends_flow(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Return(..) | StmtKind::Break | StmtKind::Continue => true,
        StmtKind::Expr(Expr { kind: ExprKind::Builtin(builtin, _), .. }) => {
            use crate::builtin::Builtin as B;
            matches!(builtin, B::Revert | B::Exit | B::Exit1)
        }
        _ => false,
    }
}

fn has_effect(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Assign(..) | ExprKind::AssignOp(..) | ExprKind::IncDec { .. } | ExprKind::Delete(_) => true,
        ExprKind::Call(..) | ExprKind::CallBound(..) | ExprKind::MessageCall { .. } => true,
        ExprKind::New { .. } | ExprKind::Transfer { .. } | ExprKind::StackSort(..) => true,
        ExprKind::Builtin(builtin, _) => {
            builtin.writes_receiver() || builtin.effect() != crate::builtin::Effect::Pure
        }
        ExprKind::Ternary(_, a, b) => has_effect(a) && has_effect(b),
        ExprKind::Tuple(parts) => parts.iter().any(has_effect),
        _ => false,
    }
}
