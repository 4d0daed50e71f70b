//! Expressions.

use super::{PResult, Parser};
use crate::ast::{
    BinaryOp, CallArgs, ElementaryType, Expr, ExprKind, LocalVar, NamedArg, TypeKind, TypeName, UnaryOp,
};
use crate::codes::{E0124, E0125, E0129, W0101};
use crate::span::Span;
use crate::token::{Keyword, Punct, TokenKind};

/// One place between the commas of a parenthesis.
pub(super) enum Part {
    Gap,
    Expr(Expr),
    Var(LocalVar),
}

impl Parser<'_> {
    pub(super) fn expr(&mut self) -> PResult<Expr> {
        self.nested(|p| {
            let left = p.binary(0, None)?;
            p.assignment(left)
        })
    }

    /// Goes on with an expression whose first operand is read already (and whose height is known).
    pub(super) fn expr_from(&mut self, first: Expr) -> PResult<Expr> {
        let left = self.binary(0, Some(first))?;
        self.assignment(left)
    }

    /// `= value`, `op= value` or `? a : b` behind an expression.
    fn assignment(&mut self, left: Expr) -> PResult<Expr> {
        let height = self.height;
        let op_span = self.span();
        if let TokenKind::Punct(punct) = self.kind()
            && let Some(op) = assign_op(punct)
        {
            self.refuse_logical_shift(punct);
            self.bump();
            let value = self.expr()?;
            let span = left.span.to(value.span);
            self.grow(height.max(self.height), span)?;
            let (target, value) = (Box::new(left), Box::new(value));
            return Ok(Expr::new(span, ExprKind::Assign { op, op_span, target, value }));
        }
        if self.eat(Punct::Question).is_none() {
            return Ok(left);
        }
        let then = self.expr()?;
        let height = height.max(self.height);
        self.expect(Punct::Colon)?;
        let otherwise = self.expr()?;
        let span = left.span.to(otherwise.span);
        self.grow(height.max(self.height), span)?;
        let (cond, then, otherwise) = (Box::new(left), Box::new(then), Box::new(otherwise));
        Ok(Expr::new(span, ExprKind::Ternary { cond, then, otherwise }))
    }

    /// Operators that bind at least as close as `min`.
    fn binary(&mut self, min: u8, first: Option<Expr>) -> PResult<Expr> {
        let mut left = self.unary(first)?;
        while let TokenKind::Punct(punct) = self.kind() {
            let Some(op) = binary_op(punct).filter(|op| op.precedence() >= min) else { break };
            self.refuse_logical_shift(punct);
            let height = self.height;
            let op_span = self.bump().span;
            // `a ** b ** c` is `a ** (b ** c)`, all others group to the left.
            let next = if op == BinaryOp::Pow { op.precedence() } else { op.precedence() + 1 };
            let right = self.nested(|p| p.binary(next, None))?;
            let span = left.span.to(right.span);
            self.grow(height.max(self.height), span)?;
            left = Expr::new(
                span,
                ExprKind::Binary { op, op_span, left: Box::new(left), right: Box::new(right) },
            );
        }
        Ok(left)
    }

    fn refuse_logical_shift(&self, punct: Punct) {
        if matches!(punct, Punct::Ushr | Punct::UshrAssign) {
            let error = self.diags.error(E0125, self.span(), "`>>>` does not exist for any type");
            let _ = error.help("write `>>`").emit();
        }
    }

    fn unary(&mut self, first: Option<Expr>) -> PResult<Expr> {
        let op = match self.kind() {
            _ if first.is_some() => None,
            TokenKind::Keyword(Keyword::Delete) => Some(UnaryOp::Delete),
            TokenKind::Punct(Punct::Not) => Some(UnaryOp::Not),
            TokenKind::Punct(Punct::Tilde) => Some(UnaryOp::BitNot),
            TokenKind::Punct(Punct::Sub) => Some(UnaryOp::Neg),
            TokenKind::Punct(Punct::Inc) => Some(UnaryOp::PreInc),
            TokenKind::Punct(Punct::Dec) => Some(UnaryOp::PreDec),
            TokenKind::Punct(Punct::Add) => {
                let span = self.bump().span;
                let _ = self.diags.error(E0124, span, "unary plus does not exist").help("remove it").emit();
                return self.nested(|p| p.unary(None));
            }
            _ => None,
        };
        if let Some(op) = op {
            let start = self.bump().span;
            let operand = self.nested(|p| p.unary(None))?;
            return self.unary_expr(op, start.to(operand.span), operand);
        }
        let operand = self.postfix(first)?;
        let op = match self.kind() {
            TokenKind::Punct(Punct::Inc) => UnaryOp::PostInc,
            TokenKind::Punct(Punct::Dec) => UnaryOp::PostDec,
            _ => return Ok(operand),
        };
        let end = self.bump().span;
        self.unary_expr(op, operand.span.to(end), operand)
    }

    fn unary_expr(&mut self, op: UnaryOp, span: Span, operand: Expr) -> PResult<Expr> {
        self.grow(self.height, span)?;
        Ok(Expr::new(span, ExprKind::Unary { op, operand: Box::new(operand) }))
    }

    /// An operand with its members, indexes, options and calls.
    fn postfix(&mut self, first: Option<Expr>) -> PResult<Expr> {
        let mut expr = match first {
            Some(first) => first,
            None => self.primary()?,
        };
        loop {
            let height = self.height;
            let base = Box::new(expr);
            let (start, kind) = (
                base.span,
                match self.kind() {
                    TokenKind::Punct(Punct::LBracket) => {
                        expr = self.brackets(*base)?;
                        continue;
                    }
                    TokenKind::Punct(Punct::Dot) => {
                        self.bump();
                        ExprKind::Member { base, name: self.member_name()? }
                    }
                    TokenKind::Punct(Punct::LParen) => {
                        let args = self.call_args()?;
                        ExprKind::Call { callee: base, args }
                    }
                    // Any other brace begins a block.
                    TokenKind::Punct(Punct::LBrace)
                        if self.peek(1).kind == TokenKind::Ident && self.is(2, Punct::Colon) =>
                    {
                        let options = self.named_args()?;
                        ExprKind::CallOptions { callee: base, options }
                    }
                    _ => return Ok(*base),
                },
            );
            let span = start.to(self.prev_span());
            self.grow(height.max(self.height), span)?;
            expr = Expr::new(span, kind);
        }
    }

    /// `address` is the one built-in type that is also the name of a member.
    fn member_name(&mut self) -> PResult<crate::ast::Ident> {
        if self.kind() == TokenKind::Type(ElementaryType::Address) {
            return Ok(crate::ast::Ident::new("address", self.bump().span));
        }
        self.ident()
    }

    /// `[i]`, `[a:b]`, or `[]` and `[n]` behind a type.
    fn brackets(&mut self, base: Expr) -> PResult<Expr> {
        let is_type = matches!(base.kind, ExprKind::Type(_)) || self.is(1, Punct::RBracket);
        if is_type && let Some(elem) = base.to_type_name() {
            let ty = self.array_suffix(elem)?;
            return Ok(Expr::new(ty.span, ExprKind::Type(Box::new(ty))));
        }
        let mut height = self.height;
        self.expect(Punct::LBracket)?;
        let mut start = None;
        if !self.at(Punct::Colon) {
            start = Some(Box::new(self.expr()?));
            height = height.max(self.height);
        }
        let is_range = self.eat(Punct::Colon).is_some();
        let mut end = None;
        if is_range && !self.at(Punct::RBracket) {
            end = Some(Box::new(self.expr()?));
            height = height.max(self.height);
        }
        let span = base.span.to(self.expect(Punct::RBracket)?);
        self.grow(height, span)?;
        let base = Box::new(base);
        let kind = match start {
            Some(index) if !is_range => ExprKind::Index { base, index },
            start => ExprKind::IndexRange { base, start, end },
        };
        Ok(Expr::new(span, kind))
    }

    /// `(a, b)` or `({x: a, y: b})`.
    pub(super) fn call_args(&mut self) -> PResult<CallArgs> {
        if self.at(Punct::LParen) && self.is(1, Punct::LBrace) {
            self.bump();
            let args = self.named_args()?;
            self.expect(Punct::RParen)?;
            return Ok(CallArgs::Named(args));
        }
        self.list((Punct::LParen, Punct::RParen), Self::expr).map(CallArgs::Positional)
    }

    /// `{x: a, y: b}`.
    pub(super) fn named_args(&mut self) -> PResult<Vec<NamedArg>> {
        self.nested(|p| {
            p.list((Punct::LBrace, Punct::RBrace), |p| {
                let name = p.ident()?;
                p.expect(Punct::Colon)?;
                let value = if p.at(Punct::LBrace) { p.braced_value(name.as_str())? } else { p.expr()? };
                Ok(NamedArg { span: name.span.to(value.span), name, value })
            })
        })
    }

    /// The values in braces that the options `varInit` and `call` have.
    fn braced_value(&mut self, option: &str) -> PResult<Expr> {
        let start = self.span();
        let kind = match option {
            "varInit" => ExprKind::Fields(self.named_args()?),
            "call" => {
                self.bump();
                let function = Box::new(self.expr()?);
                let height = self.height;
                let mut args = Vec::new();
                if self.eat(Punct::Comma).is_some() {
                    args = self.list_until(Punct::RBrace, &mut Self::expr)?;
                } else {
                    self.height = 0;
                    self.expect(Punct::RBrace)?;
                }
                self.height = self.height.max(height);
                ExprKind::CallList { function, args }
            }
            _ => return Err(self.expected("an expression")),
        };
        let span = start.to(self.prev_span());
        self.grow(self.height, span)?;
        Ok(Expr::new(span, kind))
    }

    fn primary(&mut self) -> PResult<Expr> {
        let token = self.token();
        self.height = 1;
        let kind = match token.kind {
            TokenKind::Number => ExprKind::Number(self.number()?),
            TokenKind::String(kind) => ExprKind::String(self.string(kind)?),
            TokenKind::Ident => ExprKind::Ident(self.ident()?),
            TokenKind::Punct(Punct::LParen) => return self.tuple(),
            TokenKind::Punct(Punct::LBracket) => return self.array(),
            TokenKind::Keyword(keyword) if !self.at_built_in_type() => return self.primary_word(keyword),
            _ if self.at_built_in_type() => {
                let ty = self.built_in_type()?;
                return Ok(Expr::new(ty.span, ExprKind::Type(Box::new(ty))));
            }
            _ => return Err(self.expected("an expression")),
        };
        Ok(Expr::new(token.span.to(self.prev_span()), kind))
    }

    fn primary_word(&mut self, keyword: Keyword) -> PResult<Expr> {
        let start = self.span();
        let kind = match keyword {
            Keyword::True => ExprKind::Bool(true),
            Keyword::False => ExprKind::Bool(false),
            Keyword::Null => ExprKind::Null,
            Keyword::EmptyMap => ExprKind::EmptyMap,
            Keyword::NaN => ExprKind::NaN,
            Keyword::New => {
                self.bump();
                let ty = Box::new(self.type_name()?);
                return self.over_type(start, ExprKind::New(ty));
            }
            Keyword::Type => {
                self.bump();
                self.expect(Punct::LParen)?;
                let ty = Box::new(self.type_name()?);
                self.expect(Punct::RParen)?;
                return self.over_type(start, ExprKind::TypeInfo(ty));
            }
            Keyword::Payable if self.is(1, Punct::LParen) => {
                self.diags.warning(W0101, start, "`payable` has no effect").help("write `address`").emit();
                let kind = TypeKind::Elementary(ElementaryType::Address);
                ExprKind::Type(Box::new(TypeName { span: start, kind }))
            }
            _ => return Err(self.expected("an expression")),
        };
        self.bump();
        Ok(Expr::new(start, kind))
    }

    fn over_type(&mut self, start: Span, kind: ExprKind) -> PResult<Expr> {
        let span = start.to(self.prev_span());
        self.grow(self.height, span)?;
        Ok(Expr::new(span, kind))
    }

    fn tuple(&mut self) -> PResult<Expr> {
        let open = self.expect(Punct::LParen)?;
        let parts = self.tuple_parts(|p| p.expr().map(Part::Expr))?;
        self.tuple_expr(open, parts)
    }

    /// What stands between the commas up to the closing parenthesis, which is consumed. `()` has no part.
    pub(super) fn tuple_parts(
        &mut self,
        mut part: impl FnMut(&mut Self) -> PResult<Part>,
    ) -> PResult<Vec<Part>> {
        let mut parts = Vec::new();
        let mut height = 0;
        if self.eat(Punct::RParen).is_some() {
            self.height = 0;
            return Ok(parts);
        }
        loop {
            if self.at(Punct::Comma) || self.at(Punct::RParen) {
                parts.push(Part::Gap);
            } else {
                parts.push(part(self)?);
                height = height.max(self.height);
            }
            if self.eat(Punct::Comma).is_some() {
                continue;
            }
            if self.eat(Punct::RParen).is_none() {
                return Err(self.expected("`,` or `)`"));
            }
            self.height = height;
            return Ok(parts);
        }
    }

    /// The expression that the parts make; none of them is a declaration.
    pub(super) fn tuple_expr(&mut self, open: Span, parts: Vec<Part>) -> PResult<Expr> {
        let span = open.to(self.prev_span());
        self.grow(self.height, span)?;
        let mut exprs: Vec<Option<Expr>> = Vec::with_capacity(parts.len());
        for part in parts {
            exprs.push(match part {
                Part::Expr(expr) => Some(expr),
                Part::Gap | Part::Var(_) => None,
            });
        }
        let kind = match (exprs.len(), exprs.pop()) {
            (1, Some(Some(only))) => ExprKind::Paren(Box::new(only)),
            (_, last) => {
                exprs.extend(last);
                ExprKind::Tuple(exprs)
            }
        };
        Ok(Expr::new(span, kind))
    }

    fn array(&mut self) -> PResult<Expr> {
        let open = self.expect(Punct::LBracket)?;
        let elements = self.list_until(Punct::RBracket, &mut |p: &mut Self| {
            if p.at(Punct::Comma) {
                return Err(p.diags.error(E0129, p.span(), "array element is missing").emit());
            }
            p.expr()
        })?;
        let span = open.to(self.prev_span());
        self.grow(self.height, span)?;
        Ok(Expr::new(span, ExprKind::Array(elements)))
    }
}

/// The operator of an assignment; the inner `None` is plain `=`.
fn assign_op(punct: Punct) -> Option<Option<BinaryOp>> {
    let op = match punct {
        Punct::Assign => return Some(None),
        Punct::OrAssign => BinaryOp::BitOr,
        Punct::XorAssign => BinaryOp::BitXor,
        Punct::AndAssign => BinaryOp::BitAnd,
        Punct::ShlAssign => BinaryOp::Shl,
        Punct::ShrAssign | Punct::UshrAssign => BinaryOp::Shr,
        Punct::AddAssign => BinaryOp::Add,
        Punct::SubAssign => BinaryOp::Sub,
        Punct::MulAssign => BinaryOp::Mul,
        Punct::DivAssign => BinaryOp::Div,
        Punct::ModAssign => BinaryOp::Mod,
        _ => return None,
    };
    Some(Some(op))
}

/// The operator with two operands that is written so.
pub(super) fn binary_op(punct: Punct) -> Option<BinaryOp> {
    let op = match punct {
        Punct::OrOr => BinaryOp::Or,
        Punct::AndAnd => BinaryOp::And,
        Punct::EqEq => BinaryOp::Eq,
        Punct::NotEq => BinaryOp::Ne,
        Punct::Lt => BinaryOp::Lt,
        Punct::Gt => BinaryOp::Gt,
        Punct::Le => BinaryOp::Le,
        Punct::Ge => BinaryOp::Ge,
        Punct::Or => BinaryOp::BitOr,
        Punct::Xor => BinaryOp::BitXor,
        Punct::And => BinaryOp::BitAnd,
        Punct::Shl => BinaryOp::Shl,
        Punct::Shr | Punct::Ushr => BinaryOp::Shr,
        Punct::Add => BinaryOp::Add,
        Punct::Sub => BinaryOp::Sub,
        Punct::Mul => BinaryOp::Mul,
        Punct::Div => BinaryOp::Div,
        Punct::Mod => BinaryOp::Mod,
        Punct::Pow => BinaryOp::Pow,
        _ => return None,
    };
    Some(op)
}
