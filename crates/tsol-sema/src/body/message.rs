//! Calls of members, and everything that makes messages: calls of contracts, `new`, `transfer`.

use num_bigint::BigInt;
use tsol_syntax::ast::{self, CallArgs, NamedArg};
use tsol_syntax::diag::Reported;
use tsol_syntax::span::Span;

use super::place::place_root;
use super::{Body, Kind, Operand};
use crate::builtin::Builtin;
use crate::codes::{E0310, E0316, E0320, E0322, E0329, E0330, E0331, E0334, E0509, W0207};
use crate::cx::R;
use crate::defs::Sym;
use crate::hir::{CallOptions, Expr, ExprKind, ExternId, InterfaceId, Type};
use crate::types::{self, COINS};

impl Body<'_, '_> {
    /// `receiver.name(args)`.
    pub(crate) fn call_member(
        &mut self,
        receiver: Operand,
        name: &ast::Ident,
        args: &CallArgs,
        span: Span,
    ) -> R<Operand> {
        match receiver {
            Operand::Namespace(ns, _) => self.namespace_call(ns, name, args, span),
            Operand::Type(Type::Address, _) if name.name != "addrNone" => self.make_address(name, args, span),
            receiver @ (Operand::Type(..)
            | Operand::Module(..)
            | Operand::Super(_)
            | Operand::TypeInfo(..)) => {
                let at = receiver.span().to(name.span);
                let callee = self.member(receiver, name, at)?;
                self.call_operand(callee, args, span)
            }
            other => {
                let value = self.settle(other)?;
                self.call_value_member(value, name, args, span)
            }
        }
    }

    fn make_address(&mut self, name: &ast::Ident, args: &CallArgs, span: Span) -> R<Operand> {
        let (builtin, params) = match name.as_str() {
            "makeAddrStd" => (Builtin::MakeAddrStd, vec![Type::INT8, Type::UINT256]),
            "makeAddrExtern" => (Builtin::MakeAddrExtern, vec![Type::UINT256, Type::UINT256]),
            "makeAddrNone" => {
                let error =
                    self.cx.error(E0509, name.span, "`address.makeAddrNone()` was removed from the language");
                return Err(error.help("use `address.addrNone`").emit());
            }
            _ => return Err(self.no_member(&Type::Address, name, Some("makeAddrStd".to_owned()))),
        };
        let forms = [super::method::Method { builtin, params, result: Type::Address }];
        let made = self.call_forms(&forms, Vec::new(), &format!("`address.{name}`"), args, span)?;
        match made {
            Operand::Value(expr) => Ok(Operand::Value(fold_address(expr))),
            other => Ok(other),
        }
    }

    fn call_value_member(
        &mut self,
        value: Expr,
        name: &ast::Ident,
        args: &CallArgs,
        span: Span,
    ) -> R<Operand> {
        let special = match &value.ty {
            Type::Slice => self.slice_load(&value, name, args, span),
            Type::Builder => self.builder_store(&value, name, args, span),
            Type::Address if name.name == "transfer" => Some(self.transfer(value.clone(), args, span)),
            Type::Stack(_) if name.name == "sort" => Some(self.sort(value.clone(), args, span)),
            Type::Int { .. } if name.name == "cast" => Some(self.cast(value.clone(), args, span)),
            Type::Contract(id) => self.contract_call(&value, *id, name, args, span),
            _ => None,
        };
        if let Some(result) = special {
            return result;
        }
        let forms = super::method::methods(&value.ty, &name.name, &self.cx.program);
        if forms.is_empty() {
            let attached = self.attached(&value, &name.name);
            if attached.is_empty() {
                return Err(self.no_method(&value, name));
            }
            return self.call_attached(value, &attached, name, args, span);
        }
        self.call_method(value, &forms, name, args, span)
    }

    fn no_method(&self, value: &Expr, name: &ast::Ident) -> Reported {
        let counted = matches!(value.ty, Type::Array(..) | Type::Bytes) && name.name == "length";
        if counted {
            let message = format!("`{name}` is not a function");
            return self.cx.error(E0320, name.span, message).help("leave the parentheses out").emit();
        }
        if let Type::Struct(id) = &value.ty {
            let fields = &self.cx.program.structs[id.0 as usize].fields;
            if fields.iter().any(|(field, _)| *field == name.name) {
                return self.cx.error(E0310, name.span, format!("`{name}` is not a function")).emit();
            }
        }
        self.no_value_member(&value.ty, name)
    }

    fn call_method(
        &mut self,
        value: Expr,
        forms: &[super::method::Method],
        name: &ast::Ident,
        args: &CallArgs,
        span: Span,
    ) -> R<Operand> {
        let temporary = place_root(&value).is_err().then(|| on_temporary(forms)).flatten();
        let forms = temporary.as_deref().unwrap_or(forms);
        let value = if forms[0].builtin.writes_receiver() { self.as_place(value)? } else { value };
        // Several values of an optional or a vector travel as one tuple.
        let packs = match &value.ty {
            Type::Optional(inner) | Type::Vector(inner) => matches!(&**inner, Type::Tuple(_)),
            _ => false,
        };
        let called = self.call_forms(forms, vec![value], &format!("`{name}`"), args, span)?;
        let Operand::Value(mut expr) = called else { return Ok(called) };
        if packs
            && let ExprKind::Builtin(_, operands) = &mut expr.kind
            && operands.len() > 2
        {
            let parts: Vec<Expr> = operands.drain(1..).collect();
            let ty = Type::Tuple(parts.iter().map(|part| part.ty.clone()).collect());
            operands.push(Expr { kind: ExprKind::Tuple(parts), ty, span });
        }
        Ok(Operand::Value(expr))
    }

    fn cast(&mut self, value: Expr, args: &CallArgs, span: Span) -> R<Operand> {
        let list = self.positional(args, span)?;
        let [ty] = list else { return Err(self.wrong_count(span, "1", list.len())) };
        let ty = self.type_arg(ty)?;
        let (Some(from), Some(to)) = (types::int_shape(&value.ty), types::int_shape(&ty)) else {
            return Err(self.cx.error(E0322, span, "`cast` makes integers").emit());
        };
        if !matches!(ty, Type::Int { .. }) || (from.0 != to.0 && from.1 != to.1) {
            let (a, b) = (self.cx.show(&value.ty), self.cx.show(&ty));
            let message = format!("`{a}` cannot be cast to `{b}` in one step");
            let help = "the two types have one sign or one width: write two casts";
            return Err(self.cx.error(E0322, span, message).help(help).emit());
        }
        let kind = ExprKind::Builtin(Builtin::Cast, vec![value]);
        Ok(Operand::Value(Expr { kind, ty, span }))
    }

    fn sort(&mut self, value: Expr, args: &CallArgs, span: Span) -> R<Operand> {
        self.allowed(crate::features::STACK_SORT, span)?;
        let value = self.as_place(value)?;
        let Type::Stack(inner) = value.ty.clone() else {
            return Err(self.cx.error(E0310, span, "only a stack is sorted").emit());
        };
        let list = self.positional(args, span)?;
        let [less] = list else { return Err(self.wrong_count(span, "1", list.len())) };
        let operand = self.operand(less)?;
        let Operand::Funcs { list, via, .. } = operand else {
            return Err(self.cx.error(E0310, less.span, "the name of a function is wanted").emit());
        };
        let wanted = [(*inner).clone(), (*inner).clone()];
        let fitting = list.iter().copied().find(|func| {
            let info = &self.cx.defs.funcs[*func];
            info.signature.as_ref().is_ok_and(|s| s.param_types() == wanted && s.result_type() == Type::Bool)
        });
        let Some(func) = fitting else {
            let ty = self.cx.show(&inner);
            let message = format!("a function ({ty}, {ty}) returns (bool) is wanted");
            return Err(self.cx.error(E0310, less.span, message).emit());
        };
        if self.cx.mutability(func) != crate::hir::Mutability::Pure {
            return Err(self.cx.error(E0310, less.span, "the function must be `pure`").emit());
        }
        self.check_callable(func, via, less.span)?;
        let target = self.cx.final_target(func);
        let id = self.function_id(target);
        Ok(Operand::Value(Expr { kind: ExprKind::StackSort(id, Box::new(value)), ty: Type::void(), span }))
    }

    // --- calls of other contracts

    fn contract_call(
        &mut self,
        value: &Expr,
        interface: InterfaceId,
        name: &ast::Ident,
        args: &CallArgs,
        span: Span,
    ) -> Option<R<Operand>> {
        let syms = self.cx.lookup_member(interface.0 as usize, &name.name, None);
        if !matches!(syms.first(), Some(Sym::Func(_))) {
            return None;
        }
        Some(self.message_call(value.clone(), interface, name, &[], args, span))
    }

    fn message_call(
        &mut self,
        target: Expr,
        interface: InterfaceId,
        name: &ast::Ident,
        options: &[NamedArg],
        args: &CallArgs,
        span: Span,
    ) -> R<Operand> {
        self.no_messages_in_constants(span)?;
        let list: Vec<usize> = self
            .cx
            .lookup_member(interface.0 as usize, &name.name, None)
            .into_iter()
            .filter_map(|sym| match sym {
                Sym::Func(func) => Some(func),
                _ => None,
            })
            .collect();
        if list.is_empty() {
            let ty = Type::Contract(interface);
            return Err(self.no_value_member(&ty, name));
        }
        let args = self.args(args, span)?;
        let (func, params) = self.choose_function(&list, &args, name.span)?;
        let function = self.extern_of(func, name.span)?;
        let called = self.cx.program.externs[function.0 as usize].clone();
        if called.external_only {
            let message = format!("`{name}` takes external messages only");
            return Err(self
                .cx
                .error(E0330, name.span, message)
                .label(called.span, "declared `externalMsg` here")
                .emit());
        }
        let values = self.bind_args(args, &params, &format!("`{name}`"))?;
        let allowed = ["value", "currencies", "bounce", "flag", "callback", "stateInit"];
        let mut options = self.call_options(options, &allowed, Some(function))?;
        if options.value.is_none() {
            options.value = self.default_value(span)?.map(Box::new);
        }
        if called.responsible && options.callback.is_none() {
            let message = format!("`{name}` is responsible and needs a callback");
            let help = "add the option `callback: f`, a public function that takes the results";
            return Err(self.cx.error(E0329, name.span, message).help(help).emit());
        }
        let target = Box::new(super::convert::convert(target, &Type::Address));
        let kind = ExprKind::MessageCall { target, function, args: values, options };
        Ok(Operand::Value(Expr { kind, ty: Type::void(), span }))
    }

    /// What `pragma msgValue` gives to calls without `value`.
    fn default_value(&mut self, span: Span) -> R<Option<Expr>> {
        let Some(value) = self.cx.defs.files[self.home.file].msg_value else { return Ok(None) };
        let expr = self.typed(value, &COINS)?;
        let expr = crate::consteval::fold(self.cx, expr)?;
        Ok(Some(Expr { span, ..expr }))
    }

    pub(crate) fn no_messages_in_constants(&self, span: Span) -> R<()> {
        if self.kind == Kind::Constant { Err(self.not_constant(span)) } else { Ok(()) }
    }

    /// The function that takes the answer of `function`.
    pub(crate) fn callback(&mut self, expr: &ast::Expr, function: ExternId) -> R<ExternId> {
        let id = self.extern_arg(expr)?;
        let callback = &self.cx.program.externs[id.0 as usize];
        let answered = &self.cx.program.externs[function.0 as usize];
        let types = |list: &[(String, Type)]| list.iter().map(|(_, ty)| ty.clone()).collect::<Vec<_>>();
        let (takes, gives) = (types(&callback.params), types(&answered.returns));
        if callback.responsible || takes != gives {
            let show = |list: &[Type]| list.iter().map(|ty| self.cx.show(ty)).collect::<Vec<_>>().join(", ");
            let message = format!("`{}` cannot take the results of `{}`", callback.name, answered.name);
            return Err(self
                .cx
                .error(E0329, expr.span, message)
                .note(format!("results: ({}), parameters: ({})", show(&gives), show(&takes)))
                .emit());
        }
        Ok(id)
    }

    /// Options in braces.
    pub(crate) fn call_options(
        &mut self,
        list: &[NamedArg],
        allowed: &[&str],
        function: Option<ExternId>,
    ) -> R<CallOptions> {
        let mut options = CallOptions::default();
        for (i, option) in list.iter().enumerate() {
            if list[..i].iter().any(|other| other.name.name == option.name.name) {
                let message = format!("option `{}` is given twice", option.name);
                return Err(self.cx.error(E0331, option.name.span, message).emit());
            }
            let name = option.name.as_str();
            if !allowed.contains(&name) {
                let message = format!("there is no option `{name}` here");
                let note = format!("options: {}", allowed.join(", "));
                return Err(self.cx.error(E0331, option.name.span, message).note(note).emit());
            }
            let value = &option.value;
            match name {
                "value" => options.value = Some(Box::new(self.typed(value, &COINS)?)),
                "currencies" => options.currencies = Some(Box::new(self.typed(value, &types::currencies())?)),
                "bounce" => options.bounce = Some(Box::new(self.typed(value, &Type::Bool)?)),
                "flag" => options.flag = Some(Box::new(self.message_flag(value)?)),
                "stateInit" => options.state_init = Some(Box::new(self.typed(value, &Type::Cell)?)),
                "callback" => options.callback = self.callback_option(value, function, option.name.span)?,
                _ => {} // read by the caller
            }
        }
        Ok(options)
    }

    /// Message flags; what is known at compile time is judged.
    fn message_flag(&mut self, value: &ast::Expr) -> R<Expr> {
        let flag = self.typed(value, &Type::UINT16)?;
        let folded = crate::consteval::fold(self.cx, flag.clone())?;
        if let ExprKind::Int(number) = &folded.kind
            && !is_message_flag(number)
        {
            self.cx
                .warn(W0207, value.span, format!("a message with flag {number} is not sent"))
                .note("flags are 0, 64 or 128, plus any of 1, 2, 16 and 32")
                .emit();
        }
        Ok(flag)
    }

    fn callback_option(
        &mut self,
        value: &ast::Expr,
        function: Option<ExternId>,
        name: Span,
    ) -> R<Option<ExternId>> {
        let function = function.filter(|id| self.cx.program.externs[id.0 as usize].responsible);
        match function {
            Some(function) => Ok(Some(self.callback(value, function)?)),
            None => Err(self
                .cx
                .error(E0329, name, "only a responsible function answers")
                .help("remove `callback`")
                .emit()),
        }
    }

    /// `f{…}(…)`.
    pub(crate) fn call_with_options(
        &mut self,
        callee: &ast::Expr,
        options: &[NamedArg],
        args: &CallArgs,
        span: Span,
    ) -> R<Operand> {
        match &callee.unparen().kind {
            ast::ExprKind::New(ty) => self.new_object(ty, options, args, span),
            ast::ExprKind::Member { base, name } => {
                let receiver = self.operand(base)?;
                let value = match receiver {
                    Operand::Value(value) => value,
                    other => return Err(self.no_options(&other, callee.span)),
                };
                match value.ty {
                    Type::Contract(id) => self.message_call(value, id, name, options, args, span),
                    _ => Err(self.no_options(&Operand::Value(value), callee.span)),
                }
            }
            _ => Err(self.cx.error(E0331, callee.span, "this call takes no options").emit()),
        }
    }

    fn no_options(&self, receiver: &Operand, span: Span) -> Reported {
        let mut error = self.cx.error(E0331, span, "this call takes no options");
        if let Operand::Value(Expr { ty: Type::Address, .. }) = receiver {
            error = error.help("say which interface the address has: `IWallet(address).f{…}(…)`");
        }
        error.emit()
    }

    // --- transfer

    fn transfer(&mut self, target: Expr, args: &CallArgs, span: Span) -> R<Operand> {
        const ORDER: [&str; 6] = ["value", "bounce", "flag", "body", "currencies", "stateInit"];
        let named: Vec<NamedArg> = match args {
            CallArgs::Named(list) => list.clone(),
            CallArgs::Positional(list) if list.len() <= ORDER.len() => list
                .iter()
                .zip(ORDER)
                .map(|(value, name)| NamedArg {
                    span: value.span,
                    name: ast::Ident::new(name, value.span),
                    value: value.clone(),
                })
                .collect(),
            CallArgs::Positional(list) => return Err(self.wrong_count(span, "1 to 6", list.len())),
        };
        let options = self.call_options(&named, &ORDER, None)?;
        if options.value.is_none() {
            let error = self.cx.error(E0316, span, "`transfer` needs `value`");
            return Err(error.help("with flag 128 or 64 write `value: 0`").emit());
        }
        let body = match named.iter().find(|option| option.name.name == "body") {
            Some(option) => Some(Box::new(self.typed(&option.value, &Type::Cell)?)),
            None => None,
        };
        let kind = ExprKind::Transfer { target: Box::new(target), body, options };
        Ok(Operand::Value(Expr { kind, ty: Type::void(), span }))
    }

    pub(crate) fn encode_int_msg(&mut self, args: &CallArgs, span: Span) -> R<Operand> {
        let CallArgs::Named(list) = args else {
            return Err(self.cx.error(E0310, span, "arguments of `abi.encodeIntMsg` have names").emit());
        };
        let allowed = ["dest", "value", "call", "bounce", "currencies", "stateInit"];
        let mut options = self.call_options(list, &allowed, None)?;
        let find = |name: &str| list.iter().find(|option| option.name.name == name);
        let (Some(dest), Some(_), Some(call)) = (find("dest"), find("value"), find("call")) else {
            return Err(self.cx.error(E0316, span, "`dest`, `value` and `call` must be given").emit());
        };
        let target = Box::new(self.typed(&dest.value, &Type::Address)?);
        let ast::ExprKind::CallList { function, args } = &call.value.unparen().kind else {
            return Err(self
                .cx
                .error(E0334, call.value.span, "`call` takes `{function, arguments…}`")
                .emit());
        };
        let (function, callback, args) = self.call_list(function, args, span)?;
        options.callback = callback;
        let kind = ExprKind::EncodeIntMsg { target, function, args, options };
        Ok(Operand::Value(Expr { kind, ty: Type::Cell, span }))
    }
}

/// Whether the action phase takes the flags: 64 and 128 exclude each other, 4, 8 and all above 255 mean nothing.
fn is_message_flag(flag: &BigInt) -> bool {
    u16::try_from(flag).is_ok_and(|flag| flag & !(1 | 2 | 16 | 32 | 64 | 128) == 0 && flag & 192 != 192)
}

/// Reading from a slice that nobody keeps is the same with or without advancing it: `cell.toSlice().loadRef()`.
fn on_temporary(forms: &[super::method::Method]) -> Option<Vec<super::method::Method>> {
    forms
        .iter()
        .map(|form| Some(super::method::Method { builtin: form.builtin.preloading()?, ..form.clone() }))
        .collect()
}

/// `address.makeAddrStd` of literals is a literal.
fn fold_address(expr: Expr) -> Expr {
    if let ExprKind::Builtin(Builtin::MakeAddrStd, operands) = &expr.kind
        && let [wid, value] = operands.as_slice()
        && let (ExprKind::Int(wid), ExprKind::Int(value)) = (&wid.kind, &value.kind)
        && let Ok(wid) = i8::try_from(wid)
    {
        let bytes = super::convert::to_bytes(value);
        return Expr { kind: ExprKind::Address(wid, bytes), ..expr };
    }
    expr
}
