//! Expressions.

use super::Printer;
use crate::ast::{BinaryOp, CallArgs, Expr, ExprKind, NamedArg, UnaryOp};

// How close the outermost operator of an expression binds; binary operators stand between by their precedence.
const ANY: u8 = 0;
const BINARY: u8 = 4;
const PREFIX: u8 = 15;
const POSTFIX: u8 = 16;
const OPERAND: u8 = 17;

fn level(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Assign { .. } | ExprKind::Ternary { .. } => ANY + 1,
        ExprKind::Binary { op, .. } => op.precedence(),
        ExprKind::Unary { op, .. } if op.is_postfix() => POSTFIX,
        ExprKind::Unary { .. } => PREFIX,
        _ => OPERAND,
    }
}

impl Printer {
    pub(super) fn expr(&mut self, expr: &Expr) {
        self.expr_at(expr, ANY);
    }

    /// Writes parentheses if the expression binds less than its place demands.
    fn expr_at(&mut self, expr: &Expr, least: u8) {
        if level(expr) < least {
            self.put("(");
            self.expr_kind(&expr.kind);
            self.put(")");
        } else {
            self.expr_kind(&expr.kind);
        }
    }

    fn expr_kind(&mut self, kind: &ExprKind) {
        match kind {
            ExprKind::Bool(value) => self.put(if *value { "true" } else { "false" }),
            ExprKind::Number(number) => {
                self.put(&number.text);
                if let Some(unit) = number.unit {
                    self.attr(unit.as_str());
                }
            }
            ExprKind::String(string) => self.string(string),
            ExprKind::Null => self.put("null"),
            ExprKind::EmptyMap => self.put("emptyMap"),
            ExprKind::NaN => self.put("NaN"),
            ExprKind::Ident(ident) => self.put(ident.as_str()),
            ExprKind::Type(ty) => self.type_name(ty),
            ExprKind::TypeInfo(ty) => {
                self.put("type(");
                self.type_name(ty);
                self.put(")");
            }
            ExprKind::New(ty) => {
                self.put("new ");
                self.type_name(ty);
            }
            ExprKind::Member { base, name } => {
                self.expr_at(base, OPERAND);
                self.put(".");
                self.put(name.as_str());
            }
            ExprKind::Index { base, index } => {
                self.expr_at(base, OPERAND);
                self.put("[");
                self.expr(index);
                self.put("]");
            }
            ExprKind::IndexRange { base, start, end } => {
                self.expr_at(base, OPERAND);
                self.put("[");
                self.optional_expr(start.as_deref());
                self.put(":");
                self.optional_expr(end.as_deref());
                self.put("]");
            }
            ExprKind::Call { callee, args } => {
                self.expr_at(callee, OPERAND);
                self.call_args(args);
            }
            ExprKind::CallOptions { callee, options } => {
                self.expr_at(callee, OPERAND);
                self.named_args(options);
            }
            ExprKind::Unary { op, operand } => self.unary(*op, operand),
            ExprKind::Binary { op, left, right, .. } => self.binary(*op, left, right),
            ExprKind::Assign { op, target, value, .. } => {
                self.expr_at(target, BINARY);
                self.put(" ");
                self.put(op.map_or("", BinaryOp::as_str));
                self.put("= ");
                self.expr(value);
            }
            ExprKind::Ternary { cond, then, otherwise } => {
                self.expr_at(cond, BINARY);
                self.put(" ? ");
                self.expr(then);
                self.put(" : ");
                self.expr(otherwise);
            }
            ExprKind::Paren(inner) => {
                self.put("(");
                self.expr(inner);
                self.put(")");
            }
            ExprKind::Tuple(parts) => self.tuple(parts),
            ExprKind::Array(elements) => {
                self.put("[");
                self.list(elements, Self::expr);
                self.put("]");
            }
            ExprKind::Fields(fields) => self.named_args(fields),
            ExprKind::CallList { function, args } => {
                self.put("{");
                self.expr(function);
                for arg in args {
                    self.put(", ");
                    self.expr(arg);
                }
                self.put("}");
            }
            ExprKind::Error(_) => self.put("/* error */"),
        }
    }

    fn optional_expr(&mut self, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn unary(&mut self, op: UnaryOp, operand: &Expr) {
        if op.is_postfix() {
            self.expr_at(operand, OPERAND);
            return self.put(op.as_str());
        }
        self.put(op.as_str());
        // `- -x` must not become `--x`.
        if op == UnaryOp::Delete || matches!(operand.kind, ExprKind::Unary { op, .. } if !op.is_postfix()) {
            self.put(" ");
        }
        self.expr_at(operand, PREFIX);
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr) {
        let precedence = op.precedence();
        let (least_left, least_right) =
            if op == BinaryOp::Pow { (precedence + 1, precedence) } else { (precedence, precedence + 1) };
        self.expr_at(left, least_left);
        self.put(" ");
        self.put(op.as_str());
        self.put(" ");
        self.expr_at(right, least_right);
    }

    fn tuple(&mut self, parts: &[Option<Expr>]) {
        self.put("(");
        self.list(parts, |p, part| p.optional_expr(part.as_ref()));
        self.put(")");
    }

    pub(super) fn call_args(&mut self, args: &CallArgs) {
        self.put("(");
        match args {
            CallArgs::Positional(args) => self.list(args, Self::expr),
            CallArgs::Named(args) => self.named_args(args),
        }
        self.put(")");
    }

    pub(super) fn named_args(&mut self, args: &[NamedArg]) {
        self.put("{");
        self.list(args, |p, arg| {
            p.put(arg.name.as_str());
            p.put(": ");
            p.expr(&arg.value);
        });
        self.put("}");
    }
}
