//! Statements.

use super::expr::Part;
use super::{PResult, Parser};
use crate::ast::{
    Block, CallArgs, CatchClause, Expr, ExprKind, LocalVar, RangeBinding, Stmt, StmtKind, TypeName, VarDecl,
};
use crate::codes::{E0111, E0121, E0126, E0128, E0130};
use crate::span::Span;
use crate::token::{Keyword, Punct, TokenKind};

impl Parser<'_> {
    /// `{ ... }`; errors inside become error statements.
    pub(super) fn block(&mut self) -> PResult<Block> {
        let open = self.expect(Punct::LBrace)?;
        let mut stmts = Vec::new();
        while !self.at(Punct::RBrace) && !self.at_eof() && !self.starts_declaration() {
            let (before, start) = (self.pos, self.span());
            match self.stmt(true) {
                Ok(stmt) => stmts.push(stmt),
                Err(reported) => {
                    if self.pos == before {
                        self.skip_tree();
                    }
                    self.skip_statement();
                    // The other branch of a broken `if` is read as a statement of its own.
                    self.eat_word(Keyword::Else);
                    stmts.push(Stmt { span: start.to(self.prev_span()), kind: StmtKind::Error(reported) });
                }
            }
        }
        let end = self.close_brace(open);
        Ok(Block { span: open.to(end), stmts })
    }

    /// The body of a branch or loop.
    fn body(&mut self) -> PResult<Box<Stmt>> {
        self.stmt(false).map(Box::new)
    }

    fn stmt(&mut self, in_block: bool) -> PResult<Stmt> {
        self.nested(|p| {
            let start = p.span();
            let kind = p.stmt_kind(in_block)?;
            Ok(Stmt { span: start.to(p.prev_span()), kind })
        })
    }

    fn stmt_kind(&mut self, in_block: bool) -> PResult<StmtKind> {
        use Keyword as K;
        let TokenKind::Keyword(keyword) = self.kind() else { return self.stmt_without_word() };
        match keyword {
            K::If => self.if_stmt(),
            K::While => self.while_stmt(),
            K::Repeat => self.repeat_stmt(),
            K::Do => self.do_stmt(),
            K::For => self.for_stmt(),
            K::Try => self.try_stmt(),
            K::Return => self.return_stmt(),
            K::Emit => self.emit_stmt(),
            K::Break => self.one_word(StmtKind::Break),
            K::Continue => self.one_word(StmtKind::Continue),
            K::Unchecked => {
                let span = self.bump().span;
                if !in_block {
                    let message = "`unchecked` block is only allowed inside of a block";
                    let _ = self.diags.error(E0130, span, message).help("put it into braces").emit();
                }
                self.block().map(StmtKind::Unchecked)
            }
            K::Assembly => {
                let span = self.bump().span;
                Err(self.refuse_assembly(span))
            }
            K::Throw => {
                let span = self.bump().span;
                let error = self.diags.error(E0126, span, "`throw` was removed from the language");
                Err(error.help("write `revert()`").emit())
            }
            _ => self.stmt_without_word(),
        }
    }

    fn stmt_without_word(&mut self) -> PResult<StmtKind> {
        if self.at(Punct::LBrace) {
            return self.block().map(StmtKind::Block);
        }
        if self.in_modifier && self.at_name("_") && self.is(1, Punct::Semicolon) {
            return self.one_word(StmtKind::Placeholder);
        }
        if self.at_name("revert") && self.peek(1).kind == TokenKind::Ident {
            let error =
                self.diags.error(E0121, self.span(), "errors with names do not exist in TON Solidity");
            return Err(error.help("write `revert(code)`").emit());
        }
        let kind = self.simple_stmt(false)?;
        self.semicolon()?;
        Ok(kind)
    }

    fn one_word(&mut self, kind: StmtKind) -> PResult<StmtKind> {
        self.bump();
        self.semicolon()?;
        Ok(kind)
    }

    /// The semicolon at the end. If it is only forgotten at the end of a line, the statement stands.
    pub(super) fn semicolon(&mut self) -> PResult<()> {
        if self.eat(Punct::Semicolon).is_some() {
            return Ok(());
        }
        let place = self.prev_span().after();
        let between = Span::new(place.file, place.end, self.span().start);
        let ends_line = self.snippet(between).contains('\n') || self.at(Punct::RBrace);
        // What the lexer has refused may have swallowed the semicolon.
        let refused = self.kind() == TokenKind::Error || self.prev_kind() == TokenKind::Error;
        if refused && ends_line {
            return Ok(());
        }
        if refused {
            return Err(self.expected("`;`"));
        }
        let reported = self.diags.error(E0111, place, "expected `;`").here("expected `;`").emit();
        if ends_line { Ok(()) } else { Err(reported) }
    }

    fn condition(&mut self) -> PResult<Expr> {
        self.expect(Punct::LParen)?;
        let cond = self.expr()?;
        self.expect(Punct::RParen)?;
        Ok(cond)
    }

    fn if_stmt(&mut self) -> PResult<StmtKind> {
        self.bump();
        let cond = self.condition()?;
        let then = self.body()?;
        let otherwise = if self.eat_word(Keyword::Else).is_some() { Some(self.body()?) } else { None };
        Ok(StmtKind::If { cond, then, otherwise })
    }

    fn while_stmt(&mut self) -> PResult<StmtKind> {
        self.bump();
        let cond = self.condition()?;
        Ok(StmtKind::While { cond, body: self.body()? })
    }

    fn repeat_stmt(&mut self) -> PResult<StmtKind> {
        self.bump();
        let count = self.condition()?;
        Ok(StmtKind::Repeat { count, body: self.body()? })
    }

    fn do_stmt(&mut self) -> PResult<StmtKind> {
        self.bump();
        let body = self.body()?;
        self.expect_word(Keyword::While)?;
        let cond = self.condition()?;
        self.semicolon()?;
        Ok(StmtKind::DoWhile { body, cond })
    }

    fn for_stmt(&mut self) -> PResult<StmtKind> {
        self.bump();
        self.expect(Punct::LParen)?;
        let start = self.span();
        let mut init = None;
        if !self.at(Punct::Semicolon) {
            let kind = self.simple_stmt(true)?;
            if self.eat(Punct::Colon).is_some() {
                return self.for_range(kind, start);
            }
            init = Some(Box::new(Stmt { span: start.to(self.prev_span()), kind }));
        }
        self.expect(Punct::Semicolon)?;
        let cond = if self.at(Punct::Semicolon) { None } else { Some(self.expr()?) };
        self.expect(Punct::Semicolon)?;
        let step = if self.at(Punct::RParen) { None } else { Some(self.expr()?) };
        self.expect(Punct::RParen)?;
        Ok(StmtKind::For { init, cond, step, body: self.body()? })
    }

    fn for_range(&mut self, binding: StmtKind, start: Span) -> PResult<StmtKind> {
        let binding = match binding {
            StmtKind::VarDecl(decl) if decl.init.is_none() => RangeBinding::Declare(decl),
            StmtKind::Expr(expr) => RangeBinding::Assign(expr),
            _ => {
                let span = start.to(self.prev_span());
                let message = "variables of a range loop take their values from the range";
                return Err(self.diags.error(E0111, span, message).help("remove the value").emit());
            }
        };
        let iterable = self.expr()?;
        self.expect(Punct::RParen)?;
        Ok(StmtKind::ForRange { binding, iterable, body: self.body()? })
    }

    fn try_stmt(&mut self) -> PResult<StmtKind> {
        self.bump();
        let body = self.block()?;
        let start = self.expect_word(Keyword::Catch)?;
        let name = self.optional_ident();
        let params = if self.at(Punct::LParen) { Some(self.params()?) } else { None };
        let handler = self.block()?;
        let catch = CatchClause { span: start.to(self.prev_span()), name, params, body: handler };
        Ok(StmtKind::Try { body, catch })
    }

    fn return_stmt(&mut self) -> PResult<StmtKind> {
        self.bump();
        let options = if self.at(Punct::LBrace) { self.named_args()? } else { Vec::new() };
        // Nothing can be returned where a block ends: only the semicolon is missing.
        let ends = self.at(Punct::Semicolon) || self.at(Punct::RBrace);
        let value = if ends { None } else { Some(self.expr()?) };
        self.semicolon()?;
        Ok(StmtKind::Return { options, value })
    }

    fn emit_stmt(&mut self) -> PResult<StmtKind> {
        self.bump();
        let event = self.path()?;
        let options = if self.at(Punct::LBrace) { self.named_args()? } else { Vec::new() };
        let args: CallArgs = self.call_args()?;
        self.semicolon()?;
        Ok(StmtKind::Emit { event, options, args })
    }

    /// A declaration or an expression, without the semicolon.
    ///
    /// `a.b[3] c` declares and `a.b[3] = c` assigns: what stands in front is read as an expression, and
    /// read again as a type if a name follows.
    fn simple_stmt(&mut self, in_for: bool) -> PResult<StmtKind> {
        if self.at(Punct::LParen) {
            return self.tuple_stmt(in_for);
        }
        let expr = self.expr()?;
        if !self.declares(&expr) {
            return Ok(StmtKind::Expr(expr));
        }
        let Some(ty) = expr.to_type_name() else { return Err(self.expected("`;`")) };
        let var = self.local_var(ty)?;
        let init = if self.eat(Punct::Assign).is_some() { Some(self.initializer()) } else { None };
        Ok(StmtKind::VarDecl(VarDecl { vars: vec![Some(var)], is_tuple: false, init }))
    }

    /// Whether the expression just read is the type of a declaration: a name follows, or, behind a built-in
    /// type, a word that someone took for a name.
    fn declares(&self, expr: &Expr) -> bool {
        match self.kind() {
            TokenKind::Ident => expr.to_type_name().is_some(),
            TokenKind::Keyword(_) | TokenKind::Type(_) | TokenKind::Unit(_) => {
                matches!(expr.kind, ExprKind::Type(_)) && !self.starts_declaration()
            }
            _ => false,
        }
    }

    fn local_var(&mut self, ty: TypeName) -> PResult<LocalVar> {
        self.refuse_attribute_words();
        self.refuse_data_location();
        let name = self.ident()?;
        Ok(LocalVar { span: ty.span.to(name.span), ty, name })
    }

    /// A statement that begins with a parenthesis: declaration of several variables, or an expression.
    fn tuple_stmt(&mut self, in_for: bool) -> PResult<StmtKind> {
        let open = self.expect(Punct::LParen)?;
        let parts = self.tuple_parts(|p| {
            let expr = p.expr()?;
            if !p.declares(&expr) {
                return Ok(Part::Expr(expr));
            }
            let Some(ty) = expr.to_type_name() else { return Err(p.expected("`,` or `)`")) };
            p.local_var(ty).map(Part::Var)
        })?;
        if !parts.iter().any(|p| matches!(p, Part::Var(_))) {
            let tuple = self.tuple_expr(open, parts)?;
            return self.expr_from(tuple).map(StmtKind::Expr);
        }
        let vars = self.declared_vars(parts)?;
        if in_for && self.at(Punct::Colon) {
            return Ok(StmtKind::VarDecl(VarDecl { vars, is_tuple: true, init: None }));
        }
        if self.eat(Punct::Assign).is_none() {
            let error = self.diags.error(E0128, self.span(), "a declaration in parentheses needs a value");
            return Err(error.here("expected `=`").emit());
        }
        let init = Some(self.initializer());
        Ok(StmtKind::VarDecl(VarDecl { vars, is_tuple: true, init }))
    }

    fn declared_vars(&self, parts: Vec<Part>) -> PResult<Vec<Option<LocalVar>>> {
        let var = |part| match part {
            Part::Gap => Ok(None),
            Part::Var(var) => Ok(Some(var)),
            Part::Expr(expr) => {
                let error = self.diags.error(E0128, expr.span, "tuple declares some of its variables only");
                Err(error
                    .help("declare the variable before and assign the tuple in a second statement")
                    .emit())
            }
        };
        parts.into_iter().map(var).collect()
    }
}
