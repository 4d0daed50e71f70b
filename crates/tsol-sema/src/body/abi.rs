//! Operations that take types, functions or values of any type: `load(uint8, …)`, `store(…)`, `abi.*`.

use tsol_syntax::ast::{self, CallArgs};
use tsol_syntax::diag::Reported;
use tsol_syntax::span::Span;

use super::{Body, Operand};
use crate::builtin::{Access, Builtin};
use crate::codes::{E0310, E0316, E0322, E0323, E0324, E0325};
use crate::cx::R;
use crate::defs::Sym;
use crate::hir::{Expr, ExprKind, ExternId, Type};
use crate::types;

impl Body<'_, '_> {
    /// The arguments as a list; names are refused.
    pub(crate) fn positional<'x>(&self, args: &'x CallArgs, span: Span) -> R<&'x [ast::Expr]> {
        match args {
            CallArgs::Positional(list) => Ok(list),
            CallArgs::Named(_) => {
                let error = self.cx.error(E0310, span, "arguments of this call have no names");
                Err(error.help("write the values in order").emit())
            }
        }
    }

    /// An expression that is a type.
    pub(crate) fn type_arg(&mut self, expr: &ast::Expr) -> R<Type> {
        match expr.unparen().to_type_name() {
            Some(name) => self.cx.ty(&name, self.home),
            None => Err(self.cx.error(E0322, expr.span, "a type is wanted here").emit()),
        }
    }

    fn type_args(&mut self, list: &[ast::Expr], span: Span) -> R<Vec<Type>> {
        if list.is_empty() {
            return Err(self.cx.error(E0316, span, "at least one type is wanted").emit());
        }
        let mut types = Vec::new();
        for expr in list {
            let ty = self.type_arg(expr)?;
            if !types::is_storable(&ty, &self.cx.program) {
                let message = format!("`{}` cannot be read from cells", self.cx.show(&ty));
                return Err(self.cx.error(E0323, expr.span, message).emit());
            }
            types.push(ty);
        }
        Ok(types)
    }

    /// `slice.load(T, …)` and its kin; `None` if the name is another one.
    pub(crate) fn slice_load(
        &mut self,
        slice: &Expr,
        name: &ast::Ident,
        args: &CallArgs,
        span: Span,
    ) -> Option<R<Operand>> {
        let (access, quiet) = match name.as_str() {
            "load" => (Access::Load, false),
            "loadQ" => (Access::Load, true),
            "preload" => (Access::Preload, false),
            "preloadQ" => (Access::Preload, true),
            _ => return None,
        };
        Some(self.slice_load_types(slice.clone(), access, quiet, args, span))
    }

    fn slice_load_types(
        &mut self,
        slice: Expr,
        access: Access,
        quiet: bool,
        args: &CallArgs,
        span: Span,
    ) -> R<Operand> {
        let list = self.positional(args, span)?;
        let types = self.type_args(list, span)?;
        // A slice that nobody keeps need not be advanced.
        let access = if super::place::place_root(&slice).is_err() { Access::Preload } else { access };
        let slice = if access == Access::Load { self.as_place(slice)? } else { slice };
        let ty = one_or_tuple(types);
        let (builtin, ty) = match quiet {
            false => (Builtin::SliceLoad(access), ty),
            true => (Builtin::SliceLoadQ(access), types::optional(ty)),
        };
        Ok(Operand::Value(Expr { kind: ExprKind::Builtin(builtin, vec![slice]), ty, span }))
    }

    /// `builder.store(…)`, `builder.storeQ(x)`; `None` if the name is another one.
    pub(crate) fn builder_store(
        &mut self,
        builder: &Expr,
        name: &ast::Ident,
        args: &CallArgs,
        span: Span,
    ) -> Option<R<Operand>> {
        match name.as_str() {
            "store" => Some(self.store(builder.clone(), args, false, span)),
            "storeQ" => Some(self.store(builder.clone(), args, true, span)),
            _ => None,
        }
    }

    fn store(&mut self, builder: Expr, args: &CallArgs, quiet: bool, span: Span) -> R<Operand> {
        let list = self.positional(args, span)?;
        if list.is_empty() || (quiet && list.len() != 1) {
            let wanted = if quiet { "one value" } else { "at least one value" };
            return Err(self.cx.error(E0316, span, format!("{wanted} is wanted")).emit());
        }
        let mut operands = vec![self.as_place(builder)?];
        for expr in list {
            let value = self.stored_value(expr)?;
            if quiet
                && matches!(
                    value.ty,
                    Type::Struct(_) | Type::Mapping(..) | Type::Array(..) | Type::Optional(_)
                )
            {
                let message = format!("`storeQ` does not take `{}`", self.cx.show(&value.ty));
                return Err(self.cx.error(E0323, expr.span, message).emit());
            }
            operands.push(value);
        }
        let (builtin, ty) = match quiet {
            false => (Builtin::BuilderStore, Type::void()),
            true => (Builtin::BuilderStoreQ, Type::Bool),
        };
        Ok(Operand::Value(Expr { kind: ExprKind::Builtin(builtin, operands), ty, span }))
    }

    /// A value whose type was chosen: bare number literals have no width that a reader could know.
    fn typed_value(&mut self, expr: &ast::Expr) -> R<Expr> {
        let operand = self.operand(expr)?;
        if let Operand::Number { .. } = operand {
            let error = self.cx.error(E0323, expr.span, "a bare number has no width");
            return Err(error.help("say its type, for example `uint32(…)`").emit());
        }
        self.settle(operand)
    }

    /// A value with a form in cells.
    fn stored_value(&mut self, expr: &ast::Expr) -> R<Expr> {
        let value = self.typed_value(expr)?;
        let ok = matches!(value.ty, Type::Slice | Type::Builder)
            || types::is_storable(&value.ty, &self.cx.program);
        if !ok {
            let message = format!("`{}` cannot be stored in cells", self.cx.show(&value.ty));
            return Err(self.cx.error(E0323, expr.span, message).emit());
        }
        Ok(value)
    }

    /// `abi.name(…)`.
    pub(crate) fn abi_call(&mut self, name: &ast::Ident, args: &CallArgs, span: Span) -> R<Operand> {
        match name.as_str() {
            "encode" => self.abi_encode(args, span),
            "decode" => self.abi_decode(args, span),
            "encodeBody" => self.encode_body(args, span),
            "functionId" => {
                let list = self.positional(args, span)?;
                let [function] = list else { return Err(self.count(span, 1, list.len())) };
                let function = self.extern_arg(function)?;
                let kind = ExprKind::FunctionId(function);
                Ok(Operand::Value(Expr { kind, ty: Type::UINT32, span }))
            }
            "decodeFunctionParams" => self.decode_params(args, span),
            "encodeStateInit" => self.encode_state_init(args, span),
            "encodeIntMsg" => self.encode_int_msg(args, span),
            "encodeData" | "encodeOldDataInit" | "decodeData" => {
                let message = format!("`abi.{name}` is not supported");
                let help = match name.as_str() {
                    "decodeData" => "ask the contract for its variables by a message",
                    _ => "use `abi.encodeStateInit`, or `new` with `code:` and `varInit:`",
                };
                Err(self.cx.error(crate::codes::E0509, name.span, message).help(help).emit())
            }
            _ => self.namespace_function(super::operand::Ns::Abi, name, args, span),
        }
    }

    fn count(&self, span: Span, wanted: usize, given: usize) -> Reported {
        self.wrong_count(span, &wanted.to_string(), given)
    }

    fn abi_encode(&mut self, args: &CallArgs, span: Span) -> R<Operand> {
        let list = self.positional(args, span)?;
        if list.is_empty() {
            return Err(self.cx.error(E0316, span, "at least one value is wanted").emit());
        }
        let mut values = Vec::new();
        for expr in list {
            let value = self.typed_value(expr)?;
            self.check_abi(&value.ty, expr.span)?;
            values.push(value);
        }
        let kind = ExprKind::Builtin(Builtin::AbiEncode, values);
        Ok(Operand::Value(Expr { kind, ty: Type::Cell, span }))
    }

    fn check_abi(&self, ty: &Type, span: Span) -> R<()> {
        match types::abi_problem(ty, &self.cx.program) {
            Some(why) => Err(self.cx.error(E0324, span, "this type has no form in the ABI").note(why).emit()),
            None => Ok(()),
        }
    }

    fn abi_decode(&mut self, args: &CallArgs, span: Span) -> R<Operand> {
        let list = self.positional(args, span)?;
        let [cell, types] = list else { return Err(self.count(span, 2, list.len())) };
        let cell = self.typed(cell, &Type::Cell)?;
        let mut decoded = Vec::new();
        let parts: Vec<&ast::Expr> = match &types.kind {
            ast::ExprKind::Tuple(parts) => parts.iter().flatten().collect(),
            _ => vec![types.unparen()],
        };
        for part in parts {
            let ty = self.type_arg(part)?;
            self.check_abi(&ty, part.span)?;
            decoded.push(ty);
        }
        let kind = ExprKind::Builtin(Builtin::AbiDecode, vec![cell]);
        Ok(Operand::Value(Expr { kind, ty: one_or_tuple(decoded), span }))
    }

    /// `C.f`, `f`, or `C` for its constructor.
    pub(crate) fn extern_arg(&mut self, expr: &ast::Expr) -> R<ExternId> {
        let Some(path) = expr.unparen().to_path() else {
            return Err(self
                .cx
                .error(E0325, expr.span, "the name of a function or contract is wanted")
                .emit());
        };
        let syms = self.cx.resolve_path(&path, self.home)?;
        match syms.as_slice() {
            [Sym::Func(func)] => self.extern_of(*func, expr.span),
            [Sym::Func(_), ..] => {
                let message = format!("`{path}` has several forms");
                Err(self
                    .cx
                    .error(E0325, expr.span, message)
                    .help("give the functions different names")
                    .emit())
            }
            [Sym::Contract(contract)] => match self.cx.program.interfaces[*contract].constructor {
                Some(constructor) => Ok(constructor),
                None => {
                    let message = format!("`{path}` cannot be deployed");
                    Err(self.cx.error(E0325, expr.span, message).emit())
                }
            },
            _ => {
                let message = format!("`{path}` is neither a function nor a contract");
                Err(self.cx.error(E0325, expr.span, message).emit())
            }
        }
    }

    pub(crate) fn extern_of(&self, func: usize, span: Span) -> R<ExternId> {
        self.cx.externs.get(&func).copied().ok_or_else(|| {
            let def = self.cx.defs.funcs[func].def;
            let message = format!("`{}` cannot be called by messages", def.name);
            self.cx
                .error(E0325, span, message)
                .label(def.name.span, "declared here")
                .help("declare it `public` or `external`")
                .emit()
        })
    }

    fn encode_body(&mut self, args: &CallArgs, span: Span) -> R<Operand> {
        let list = self.positional(args, span)?;
        let Some((function, rest)) = list.split_first() else { return Err(self.count(span, 1, 0)) };
        let (function, callback, args) = self.call_list(function, rest, span)?;
        let kind = ExprKind::EncodeBody { function, callback, args };
        Ok(Operand::Value(Expr { kind, ty: Type::Cell, span }))
    }

    /// `function, [callback,] args…` as in `encodeBody` and `call:`.
    pub(crate) fn call_list(
        &mut self,
        function: &ast::Expr,
        rest: &[ast::Expr],
        span: Span,
    ) -> R<(ExternId, Option<ExternId>, Vec<Expr>)> {
        let function = self.extern_arg(function)?;
        let target = self.cx.program.externs[function.0 as usize].clone();
        let (callback, rest) = match rest.split_first() {
            Some((callback, rest)) if target.responsible => (Some(self.callback(callback, function)?), rest),
            None if target.responsible => {
                let message = format!("`{}` is responsible and needs a callback", target.name);
                return Err(self.cx.error(crate::codes::E0329, span, message).emit());
            }
            _ => (None, rest),
        };
        let args = self.args(&CallArgs::Positional(rest.to_vec()), span)?;
        let values = self.bind_args(args, &target.params, &format!("`{}`", target.name))?;
        Ok((function, callback, values))
    }

    fn decode_params(&mut self, args: &CallArgs, span: Span) -> R<Operand> {
        let list = self.positional(args, span)?;
        let [function, slice] = list else { return Err(self.count(span, 2, list.len())) };
        let function = self.extern_arg(function)?;
        let slice = self.typed(slice, &Type::Slice)?;
        let target = &self.cx.program.externs[function.0 as usize];
        let answer = target.responsible.then_some(Type::UINT32);
        let types = answer.into_iter().chain(target.params.iter().map(|(_, ty)| ty.clone())).collect();
        let kind = ExprKind::DecodeFunctionParams(function, Box::new(slice));
        Ok(Operand::Value(Expr { kind, ty: one_or_tuple(types), span }))
    }
}

/// The only type, or a tuple.
pub(crate) fn one_or_tuple(types: Vec<Type>) -> Type {
    match <[Type; 1]>::try_from(types) {
        Ok([only]) => only,
        Err(many) => Type::Tuple(many),
    }
}
