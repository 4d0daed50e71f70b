//! Expressions other than calls and operators.

use num_bigint::BigInt;
use tsol_syntax::ast;
use tsol_syntax::span::Span;

use super::operand::Ns;
use super::ops::Infix;
use super::{Body, Kind, Operand, Via};
use crate::builtin::Builtin;
use crate::codes::{E0208, E0310, E0311, E0312, E0313, E0335, E0403};
use crate::cx::{FnKey, R};
use crate::defs::Sym;
use crate::hir::{Expr, ExprKind, InterfaceId, Type};
use crate::rational::Rational;

impl Body<'_, '_> {
    /// What an expression means.
    pub(crate) fn operand(&mut self, expr: &ast::Expr) -> R<Operand> {
        let span = expr.span;
        let value = |kind, ty| Ok(Operand::Value(Expr { kind, ty, span }));
        match &expr.kind {
            ast::ExprKind::Bool(truth) => value(ExprKind::Bool(*truth), Type::Bool),
            ast::ExprKind::Number(number) => Ok(Operand::Number {
                value: Rational::new(
                    BigInt::from(number.numerator.clone()),
                    BigInt::from(number.denominator.clone()),
                ),
                hex_digits: number.hex_digits().filter(|_| number.unit.is_none()),
                span,
            }),
            ast::ExprKind::String(text) => Ok(Operand::Text { value: text.value.clone(), span }),
            ast::ExprKind::Null => Ok(Operand::Null(span)),
            ast::ExprKind::EmptyMap => Ok(Operand::EmptyMap(span)),
            ast::ExprKind::NaN => Ok(Operand::Nan(span)),
            ast::ExprKind::Ident(name) => self.ident(name),
            ast::ExprKind::Type(ty) => Ok(Operand::Type(self.cx.ty(ty, self.home)?, span)),
            ast::ExprKind::TypeInfo(ty) => Ok(Operand::TypeInfo(self.cx.ty(ty, self.home)?, span)),
            ast::ExprKind::Member { base, name } => {
                let base = self.operand(base)?;
                self.member(base, name, span)
            }
            ast::ExprKind::Index { base, index } => self.index(base, index, span),
            ast::ExprKind::IndexRange { base, start, end } => {
                self.slice(base, start.as_deref(), end.as_deref(), span)
            }
            ast::ExprKind::Call { callee, args } => self.call(callee, args, span),
            ast::ExprKind::CallOptions { callee, .. } => {
                let _ = self.operand(callee)?;
                Err(self.cx.error(E0310, span, "options without a call").emit())
            }
            ast::ExprKind::New(_) => Err(self
                .cx
                .error(E0310, span, "`new` without arguments")
                .help("write parentheses behind it: `new T(…)`")
                .emit()),
            ast::ExprKind::Unary { op, operand } => self.unary(*op, operand, span),
            ast::ExprKind::Binary { op, op_span, left, right } => {
                self.binary(Infix { op: *op, op_span: *op_span, span }, left, right)
            }
            ast::ExprKind::Assign { op, op_span, target, value } => {
                self.assign(*op, *op_span, target, value, span)
            }
            ast::ExprKind::Ternary { cond, then, otherwise } => self.ternary(cond, then, otherwise, span),
            ast::ExprKind::Paren(inner) => self.operand(inner),
            ast::ExprKind::Tuple(parts) => {
                let mut operands = Vec::new();
                for part in parts {
                    operands.push(match part {
                        Some(part) => Some(self.operand(part)?),
                        None => return Err(self.cx.error(E0310, span, "a value is missing here").emit()),
                    });
                }
                Ok(Operand::Tuple(operands, span))
            }
            ast::ExprKind::Array(items) => {
                let mut operands = Vec::new();
                for item in items {
                    operands.push(self.operand(item)?);
                }
                Ok(Operand::List(operands, span))
            }
            ast::ExprKind::Fields(_) | ast::ExprKind::CallList { .. } => {
                Err(self.cx.error(E0310, span, "braces have no meaning here").emit())
            }
            ast::ExprKind::Error(reported) => Err(*reported),
        }
    }

    fn ident(&mut self, name: &ast::Ident) -> R<Operand> {
        let span = name.span;
        if let Some(local) = self.find_local(&name.name) {
            return Ok(Operand::Value(self.local_expr(local, span)));
        }
        match name.as_str() {
            "this" => return self.this(span),
            "super" => return Ok(Operand::Super(span)),
            _ => {}
        }
        let syms = self.cx.lookup(self.home, &name.name);
        if !syms.is_empty() {
            return self.symbols(&syms, Via::Name, span);
        }
        if let Some(ns) = Ns::of(&name.name) {
            return Ok(Operand::Namespace(ns, span));
        }
        if name.name == "now" {
            let message = "`now` was removed from the language";
            return Err(self.cx.error(E0208, span, message).help("use `block.timestamp`").emit());
        }
        if name.name == "_" {
            return Err(self.cx.error(E0335, span, "`_` can only stand in a modifier").emit());
        }
        Err(self.cx.unknown_name(name, self.home))
    }

    fn this(&mut self, span: Span) -> R<Operand> {
        let Some(contract) = self.home.contract.filter(|c| !self.cx.defs.contracts[*c].is_library()) else {
            return Err(self.cx.error(E0311, span, "there is no `this` outside of a contract").emit());
        };
        if self.kind == Kind::Constant {
            return Err(self.not_constant(span));
        }
        let ty = Type::Contract(InterfaceId(contract as u32));
        Ok(Operand::Value(Expr { kind: ExprKind::Builtin(Builtin::This, Vec::new()), ty, span }))
    }

    /// What declared names mean as an operand.
    pub(crate) fn symbols(&mut self, syms: &[Sym], via: Via, span: Span) -> R<Operand> {
        match syms {
            [Sym::Func(_), ..] => {
                let list = syms
                    .iter()
                    .filter_map(|sym| match sym {
                        Sym::Func(func) => Some(*func),
                        _ => None,
                    })
                    .collect();
                Ok(Operand::Funcs { list, via, span })
            }
            [Sym::Var(var)] => self.variable(*var, span),
            [Sym::Contract(contract)] => {
                Ok(Operand::Type(Type::Contract(InterfaceId(*contract as u32)), span))
            }
            [Sym::Struct(id)] => Ok(Operand::Type(Type::Struct(*id), span)),
            [Sym::Enum(id)] => Ok(Operand::Type(Type::Enum(*id), span)),
            [Sym::Event(_)] => Ok(Operand::Event(span)),
            [Sym::Module(file)] => Ok(Operand::Module(*file, span)),
            [Sym::Modifier(_)] => {
                Err(self.cx.error(E0312, span, "a modifier can only stand in the head of a function").emit())
            }
            _ => Err(self.cx.error(E0208, span, "this name does not mean one thing").emit()),
        }
    }

    fn variable(&mut self, var: usize, span: Span) -> R<Operand> {
        let info = &self.cx.defs.vars[var];
        let ty = info.ty.clone()?;
        if info.def.constant.is_some() {
            let mut expr = self.cx.constant(var)?;
            respan(&mut expr, span);
            return Ok(Operand::Value(expr));
        }
        if self.kind == Kind::Constant {
            return Err(self.not_constant(span));
        }
        let Some(state) = self.cx.build.state.get(&var).copied() else {
            let message = format!("state variable `{}` cannot be reached from here", info.def.name);
            return Err(self.cx.error(E0311, span, message).emit());
        };
        self.reads_state(span);
        Ok(Operand::Value(Expr { kind: ExprKind::State(state), ty, span }))
    }

    pub(crate) fn not_constant(&self, span: Span) -> tsol_syntax::diag::Reported {
        self.cx
            .error(E0403, span, "this is not known at compile time")
            .note("the value of a constant consists of literals, other constants and operators")
            .emit()
    }

    fn index(&mut self, base: &ast::Expr, index: &ast::Expr, span: Span) -> R<Operand> {
        let base = self.operand(base)?;
        if let Operand::Type(..) = base {
            return Err(self.cx.error(E0310, span, "a type with a length has no meaning here").emit());
        }
        let base = self.settle(base)?;
        let (key, ty) = match &base.ty {
            Type::Mapping(key, value) => ((**key).clone(), (**value).clone()),
            Type::Array(element, _) => (Type::UINT256, (**element).clone()),
            Type::Vector(element) => (Type::UINT256, (**element).clone()),
            Type::Bytes => (Type::UINT256, Type::FixedBytes(1)),
            Type::FixedBytes(_) => (Type::UINT256, Type::FixedBytes(1)),
            other => {
                let message = format!("`{}` has no elements", self.cx.show(other));
                let mut error = self.cx.error(E0313, span, message);
                if *other == Type::String {
                    error = error.help("convert it to `bytes` first");
                }
                return Err(error.emit());
            }
        };
        let index = self.index_value(index, &key)?;
        Ok(Operand::Value(Expr { kind: ExprKind::Index(Box::new(base), Box::new(index)), ty, span }))
    }

    /// An index; arrays take signed integers too, which are checked when it runs.
    fn index_value(&mut self, index: &ast::Expr, key: &Type) -> R<Expr> {
        self.typed(index, key)
    }

    fn slice(
        &mut self,
        base: &ast::Expr,
        start: Option<&ast::Expr>,
        end: Option<&ast::Expr>,
        span: Span,
    ) -> R<Operand> {
        let base = self.value(base)?;
        if !matches!(base.ty, Type::Bytes | Type::String) {
            let message = format!("`{}` cannot be cut", self.cx.show(&base.ty));
            return Err(self.cx.error(E0313, span, message).note("only `bytes` and `string` can").emit());
        }
        let start = start.map(|e| self.typed(e, &Type::UINT256)).transpose()?.map(Box::new);
        let end = end.map(|e| self.typed(e, &Type::UINT256)).transpose()?.map(Box::new);
        let ty = base.ty.clone();
        Ok(Operand::Value(Expr { kind: ExprKind::Slice(Box::new(base), start, end), ty, span }))
    }

    fn ternary(
        &mut self,
        cond: &ast::Expr,
        then: &ast::Expr,
        otherwise: &ast::Expr,
        span: Span,
    ) -> R<Operand> {
        let cond = self.condition(cond);
        let then = self.operand(then);
        let otherwise = self.operand(otherwise);
        let (cond, then, otherwise) = (cond?, then?, otherwise?);
        let Some(ty) = self.branch_type(&then, &otherwise) else {
            let (a, b) = (self.describe(&then), self.describe(&otherwise));
            return Err(self
                .cx
                .error(E0310, span, format!("the branches have no common type: {a} and {b}"))
                .label(then.span(), format!("this is {a}"))
                .label(otherwise.span(), format!("this is {b}"))
                .emit());
        };
        let then = Box::new(self.coerce(then, &ty)?);
        let otherwise = Box::new(self.coerce(otherwise, &ty)?);
        Ok(Operand::Value(Expr { kind: ExprKind::Ternary(Box::new(cond), then, otherwise), ty, span }))
    }

    fn branch_type(&self, a: &Operand, b: &Operand) -> Option<Type> {
        match (self.own_type(a), self.own_type(b)) {
            // As the official compiler: each branch has its own type first, a literal the smallest one.
            (Some(x), Some(y)) => self.common_type(&x, &y),
            (Some(x), None) if matches!(b, Operand::Null(_)) && !matches!(x, Type::Optional(_)) => {
                Some(crate::types::optional(x))
            }
            (None, Some(y)) if matches!(a, Operand::Null(_)) && !matches!(y, Type::Optional(_)) => {
                Some(crate::types::optional(y))
            }
            (Some(x), None) => self.accepts(b, &x).then_some(x),
            (None, Some(y)) => self.accepts(a, &y).then_some(y),
            (None, None) => None,
        }
    }

    /// The function of the contract being built that a declaration stands for.
    pub(crate) fn function_id(&mut self, func: usize) -> crate::hir::FunctionId {
        self.cx.build.function(FnKey::Func(func))
    }
}

/// Gives a copied constant the place where it is used.
fn respan(expr: &mut Expr, span: Span) {
    expr.span = span;
}
