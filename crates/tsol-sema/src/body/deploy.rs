//! Deploying: `new`, and the state that a contract begins with.

use tsol_syntax::ast::{self, CallArgs, NamedArg, TypeKind, TypeName};
use tsol_syntax::span::Span;

use super::{Body, Operand};
use crate::codes::{E0331, E0332, E0333};
use crate::cx::R;
use crate::hir::{CallOptions, Expr, ExprKind, InterfaceId, NewOptions, Type};

impl Body<'_, '_> {
    pub(crate) fn new_object(
        &mut self,
        ty: &TypeName,
        options: &[NamedArg],
        args: &CallArgs,
        span: Span,
    ) -> R<Operand> {
        if let TypeKind::Array { .. } = ty.kind {
            return self.new_array(ty, options, args, span);
        }
        let made = self.cx.ty(ty, self.home)?;
        let Type::Contract(interface) = made else {
            let message = format!("`{}` is not a contract", self.cx.show(&made));
            return Err(self.cx.error(E0332, ty.span, message).emit());
        };
        self.no_messages_in_constants(span)?;
        let Some(constructor) = self.cx.program.interfaces[interface.0 as usize].constructor else {
            let message = format!("`{}` has no constructor that could be called", self.cx.show(&made));
            let def = self.cx.defs.contracts[interface.0 as usize].def;
            let error = self.cx.error(E0332, ty.span, message).label(def.name.span, "declared here");
            let deployable = def.kind == ast::ContractKind::Contract && !def.is_abstract;
            return Err(if deployable {
                error.help("deploy it by a call with the option `stateInit:`").emit()
            } else {
                error.help("name the contract that is to be deployed, not its base").emit()
            });
        };
        let params = self.cx.program.externs[constructor.0 as usize].params.clone();
        let allowed = [
            "stateInit",
            "code",
            "varInit",
            "pubkey",
            "wid",
            "value",
            "flag",
            "bounce",
            "currencies",
            "splitDepth",
        ];
        let list = options;
        let options = self.new_options(list, &allowed, Some(interface), span)?;
        self.check_new_options(&options, span)?;
        let options = self.split_state(list, options, interface, span)?;
        let args = self.args(args, span)?;
        let values =
            self.bind_args(args, &params, &format!("the constructor of `{}`", self.cx.show(&made)))?;
        let kind = ExprKind::New { interface, args: values, options };
        Ok(Operand::Value(Expr { kind, ty: made, span }))
    }

    fn new_array(&mut self, ty: &TypeName, options: &[NamedArg], args: &CallArgs, span: Span) -> R<Operand> {
        let made = self.cx.ty(ty, self.home)?;
        if let Some(option) = options.first() {
            return Err(self.cx.error(E0331, option.span, "an array is made without options").emit());
        }
        let list = self.positional(args, span)?;
        let [length] = list else { return Err(self.wrong_count(span, "1", list.len())) };
        let length = self.typed(length, &Type::UINT256)?;
        Ok(Operand::Value(Expr { kind: ExprKind::ArrayNew(Box::new(length)), ty: made, span }))
    }

    fn check_new_options(&self, options: &NewOptions, span: Span) -> R<()> {
        let say = |text: &str| Err(self.cx.error(E0333, span, text.to_owned()).emit());
        match (&options.state_init, &options.code) {
            (None, None) => return say("`new` needs `stateInit` or `code`"),
            (Some(_), Some(_)) => return say("`stateInit` and `code` exclude each other"),
            (Some(_), None) if !options.var_init.is_empty() || options.pubkey.is_some() => {
                return say("`varInit` and `pubkey` are for `code`: a `stateInit` has its data already");
            }
            _ => {}
        }
        if options.call.value.is_none() {
            return say("`new` needs `value`");
        }
        Ok(())
    }

    /// A state with a `splitDepth` is built apart: the short way to the hash of a state knows none.
    fn split_state(
        &mut self,
        list: &[NamedArg],
        options: NewOptions,
        interface: InterfaceId,
        span: Span,
    ) -> R<NewOptions> {
        let Some(depth) = list.iter().find(|option| option.name.name == "splitDepth") else {
            return Ok(options);
        };
        if options.code.is_none() {
            let message = "`splitDepth` is for `code`: a `stateInit` has its own";
            return Err(self.cx.error(E0333, depth.name.span, message).emit());
        }
        let depth = self.typed(&depth.value, &Type::UINT8)?;
        let NewOptions { code, var_init, pubkey, wid, call, .. } = options;
        let kind = ExprKind::EncodeStateInit {
            interface: Some(interface),
            options: NewOptions { code, var_init, pubkey, ..NewOptions::default() },
            data: None,
            split_depth: Some(Box::new(depth)),
        };
        let state_init = Some(Box::new(Expr { kind, ty: Type::Cell, span }));
        Ok(NewOptions { state_init, wid, call, ..NewOptions::default() })
    }

    /// Options of `new` and of `abi.encodeStateInit`.
    fn new_options(
        &mut self,
        list: &[NamedArg],
        allowed: &[&str],
        interface: Option<InterfaceId>,
        span: Span,
    ) -> R<NewOptions> {
        let call = self.call_options(list, allowed, None)?;
        let mut options = NewOptions { state_init: call.state_init.clone(), ..NewOptions::default() };
        options.call = CallOptions { state_init: None, ..call };
        for option in list {
            let value = &option.value;
            match option.name.as_str() {
                "code" => options.code = Some(Box::new(self.typed(value, &Type::Cell)?)),
                "pubkey" => options.pubkey = Some(Box::new(self.typed(value, &Type::UINT256)?)),
                "wid" => options.wid = Some(Box::new(self.typed(value, &Type::INT8)?)),
                "varInit" => options.var_init = self.var_init(value, interface, span)?,
                _ => {}
            }
        }
        Ok(options)
    }

    fn var_init(
        &mut self,
        value: &ast::Expr,
        interface: Option<InterfaceId>,
        span: Span,
    ) -> R<Vec<(usize, Expr)>> {
        let ast::ExprKind::Fields(fields) = &value.unparen().kind else {
            return Err(self.cx.error(E0333, value.span, "`varInit` takes `{name: value, …}`").emit());
        };
        let Some(interface) = interface else {
            return Err(self.cx.error(E0333, span, "`varInit` needs `contr`").emit());
        };
        let mut inits: Vec<(usize, Expr)> = Vec::new();
        for field in fields {
            let statics = &self.cx.program.interfaces[interface.0 as usize].statics;
            let Some(index) = statics.iter().position(|(name, ..)| *name == field.name.name) else {
                let ty = self.cx.show(&Type::Contract(interface));
                let message = format!("`{ty}` has no static variable `{}`", field.name);
                return Err(self.cx.error(E0333, field.name.span, message).emit());
            };
            if inits.iter().any(|(other, _)| *other == index) {
                let message = format!("`{}` is given twice", field.name);
                return Err(self.cx.error(E0333, field.name.span, message).emit());
            }
            let ty = statics[index].1.clone();
            inits.push((index, self.typed(&field.value, &ty)?));
        }
        Ok(inits)
    }

    pub(crate) fn encode_state_init(&mut self, args: &CallArgs, span: Span) -> R<Operand> {
        let names = ["code", "data", "splitDepth"];
        let list: Vec<NamedArg> = match args {
            CallArgs::Named(list) => list.clone(),
            CallArgs::Positional(list) if list.len() == 2 || list.len() == 3 => list
                .iter()
                .zip(names)
                .map(|(value, name)| NamedArg {
                    span: value.span,
                    name: ast::Ident::new(name, value.span),
                    value: value.clone(),
                })
                .collect(),
            CallArgs::Positional(list) => return Err(self.wrong_count(span, "2 or 3", list.len())),
        };
        let find = |name: &str| list.iter().find(|option| option.name.name == name);
        let interface = match find("contr") {
            Some(option) => Some(self.contract_arg(&option.value)?),
            None => None,
        };
        let allowed = ["code", "data", "splitDepth", "pubkey", "varInit", "contr"];
        let options = self.new_options(&list, &allowed, interface, span)?;
        let data = match find("data") {
            Some(option) => Some(Box::new(self.typed(&option.value, &Type::Cell)?)),
            None => None,
        };
        let split_depth = match find("splitDepth") {
            Some(option) => Some(Box::new(self.typed(&option.value, &Type::UINT8)?)),
            None => None,
        };
        let say = |text: &str| Err(self.cx.error(E0333, span, text.to_owned()).emit());
        if options.code.is_none() {
            return say("`code` must be given");
        }
        let built = options.pubkey.is_some() || !options.var_init.is_empty() || interface.is_some();
        match (&data, built) {
            (Some(_), true) => return say("`data` excludes `contr`, `pubkey` and `varInit`"),
            (None, _) if interface.is_none() => return say("give `data`, or `contr` with `varInit`"),
            _ => {}
        }
        let kind = ExprKind::EncodeStateInit { interface, options, data, split_depth };
        Ok(Operand::Value(Expr { kind, ty: Type::Cell, span }))
    }

    fn contract_arg(&mut self, expr: &ast::Expr) -> R<InterfaceId> {
        match self.type_arg(expr)? {
            Type::Contract(id) => Ok(id),
            other => {
                let message = format!("`{}` is not a contract", self.cx.show(&other));
                Err(self.cx.error(E0332, expr.span, message).emit())
            }
        }
    }
}
