//! Calls: conversions, struct constructors, functions of the sources, free builtins.

use tsol_syntax::ast::{self, CallArgs, FunctionKind, Visibility};
use tsol_syntax::diag::Reported;
use tsol_syntax::span::Span;

use super::args::Args;
use super::{Body, Kind, Operand, Via};
use crate::codes::{E0310, E0311, E0316, E0319, E0404, E0405};
use crate::cx::R;
use crate::hir::{Expr, ExprKind, Mutability, Type};

impl Body<'_, '_> {
    pub(crate) fn call(&mut self, callee: &ast::Expr, args: &CallArgs, span: Span) -> R<Operand> {
        match &callee.unparen().kind {
            ast::ExprKind::CallOptions { callee, options } => {
                self.call_with_options(callee, options, args, span)
            }
            ast::ExprKind::New(ty) => self.new_object(ty, &[], args, span),
            ast::ExprKind::Member { base, name } => {
                let receiver = self.operand(base)?;
                self.call_member(receiver, name, args, span)
            }
            ast::ExprKind::Ident(name) if self.is_free_builtin(name) => self.free_builtin(name, args, span),
            _ => {
                let callee = self.operand(callee)?;
                self.call_operand(callee, args, span)
            }
        }
    }

    fn is_free_builtin(&mut self, name: &ast::Ident) -> bool {
        super::namespace::is_free_function(&name.name)
            && self.find_local(&name.name).is_none()
            && self.cx.lookup(self.home, &name.name).is_empty()
    }

    /// Calls what an operand stands for.
    pub(crate) fn call_operand(&mut self, callee: Operand, args: &CallArgs, span: Span) -> R<Operand> {
        match callee {
            Operand::Funcs { list, via, span: name } => {
                let args = self.args(args, span)?;
                self.call_functions(&list, via, args, name, span)
            }
            Operand::Type(Type::Struct(id), _) => {
                let fields = self.cx.program.structs[id.0 as usize].fields.clone();
                let args = self.args(args, span)?;
                let name = format!("struct `{}`", self.cx.show(&Type::Struct(id)));
                let values = self.bind_args(args, &fields, &name)?;
                let kind = ExprKind::StructNew(id, values);
                Ok(Operand::Value(Expr { kind, ty: Type::Struct(id), span }))
            }
            Operand::Type(ty, _) => self.conversion(ty, args, span),
            Operand::Event(at) => Err(self
                .cx
                .error(E0319, at, "an event is not called")
                .help("write `emit` in front of it")
                .emit()),
            other => {
                let message = format!("{} cannot be called", self.describe(&other));
                Err(self.cx.error(E0319, other.span(), message).emit())
            }
        }
    }

    fn conversion(&mut self, ty: Type, args: &CallArgs, span: Span) -> R<Operand> {
        let CallArgs::Positional(list) = args else {
            return Err(self.cx.error(E0310, span, "a conversion takes one value without a name").emit());
        };
        match list.as_slice() {
            [value] => {
                let operand = self.operand(value)?;
                Ok(Operand::Value(self.convert_explicitly(operand, &ty, span)?))
            }
            [] if ty == Type::Cell => Ok(Operand::Value(Expr { kind: ExprKind::Default, ty, span })),
            _ => {
                let message = format!("a conversion takes one value, not {}", list.len());
                Err(self.cx.error(E0316, span, message).emit())
            }
        }
    }

    /// Calls one of several functions of a name.
    pub(crate) fn call_functions(
        &mut self,
        list: &[usize],
        via: Via,
        args: Args,
        name: Span,
        span: Span,
    ) -> R<Operand> {
        let (func, params) = self.choose_function(list, &args, name)?;
        let what = format!("`{}`", self.cx.defs.funcs[func].def.name);
        self.check_callable(func, via, name)?;
        let values = self.bind_args(args, &params, &what)?;
        let target = match via {
            Via::Name => self.cx.final_target(func),
            Via::Type | Via::Super => func,
        };
        self.check_has_body(target, via, name)?;
        self.count_call(func, span);
        let id = self.function_id(target);
        let ty = self.cx.defs.funcs[func].signature.as_ref().map_err(|reported| *reported)?.result_type();
        Ok(Operand::Value(Expr { kind: ExprKind::Call(id, values), ty, span }))
    }

    /// The function of a name that takes the arguments, and its parameters.
    pub(crate) fn choose_function(
        &mut self,
        list: &[usize],
        args: &Args,
        name: Span,
    ) -> R<(usize, Vec<(String, Type)>)> {
        let mut candidates = Vec::new();
        for func in list {
            candidates.push(self.cx.defs.funcs[*func].signature.clone()?.params);
        }
        let what = self.cx.defs.funcs[list[0]].def.name.name.clone();
        let chosen = self.choose(args, &candidates, &format!("`{what}`"))?;
        let _ = name;
        Ok((list[chosen], candidates.swap_remove(chosen)))
    }

    /// Counts what the callee may do to the state.
    pub(crate) fn count_call(&mut self, func: usize, span: Span) {
        let mutability = self.cx.mutability(func);
        self.calls(mutability, span);
    }

    pub(crate) fn check_callable(&mut self, func: usize, via: Via, name: Span) -> R<()> {
        if self.kind == Kind::Constant {
            return Err(self.not_constant(name));
        }
        let info = &self.cx.defs.funcs[func];
        let def = info.def;
        if let Some(reported) = def.assembly {
            return Err(reported);
        }
        let is_library = info.home.contract.is_some_and(|c| self.cx.defs.contracts[c].is_library());
        let external =
            def.visibility.is_some_and(|v| matches!(v.value, Visibility::External | Visibility::Getter));
        if external && !is_library {
            return Err(self
                .cx
                .error(E0404, name, format!("`{}` is external: only messages call it", def.name))
                .label(def.name.span, "declared here")
                .help("declare it `public`, or send a message with `this.f(…)`")
                .emit());
        }
        self.check_base(func, via, name)
    }

    /// `Base.f` needs `Base` among the bases.
    fn check_base(&self, func: usize, via: Via, name: Span) -> R<()> {
        let home = self.cx.defs.funcs[func].home.contract;
        let Some(owner) = home.filter(|_| via == Via::Type) else { return Ok(()) };
        if self.cx.defs.contracts[owner].is_library() {
            return Ok(());
        }
        let is_base = self.home.contract.is_some_and(|own| self.cx.derives(own as u32, owner as u32));
        if is_base {
            return Ok(());
        }
        let owner = &self.cx.defs.contracts[owner].def.name;
        let message = format!("`{owner}` is not a base of this contract");
        Err(self
            .cx
            .error(E0311, name, message)
            .help(format!("to send it a message, write `{owner}(address).…`"))
            .emit())
    }

    fn check_has_body(&self, target: usize, via: Via, name: Span) -> R<()> {
        let def = self.cx.defs.funcs[target].def;
        let abstract_here = self.cx.build.contract.is_none_or(|c| {
            let def = self.cx.defs.contracts[c].def;
            def.is_abstract || self.cx.defs.contracts[c].is_interface()
        });
        if def.body.is_some() || def.kind != FunctionKind::Function || (via == Via::Name && abstract_here) {
            return Ok(());
        }
        if via == Via::Name {
            // The contract lacks an implementation: said once, at the contract.
            return Ok(());
        }
        let message = format!("`{}` has no body there", def.name);
        Err(self.cx.error(E0405, name, message).label(def.name.span, "declared here").emit())
    }

    /// `super.f(…)`.
    pub(crate) fn super_functions(&mut self, name: &ast::Ident, span: Span) -> R<Vec<usize>> {
        let (Some(own), Some(built)) = (self.home.contract, self.cx.build.contract) else {
            return Err(self.no_super(span));
        };
        if self.cx.defs.contracts[own].is_library() {
            return Err(self.no_super(span));
        }
        let linear = self.cx.defs.contracts[built].linear.clone();
        let behind = linear.iter().skip_while(|c| **c != own).skip(1);
        let mut found: Vec<usize> = Vec::new();
        for base in behind {
            for func in self.cx.defs.contracts[*base].funcs.clone() {
                let info = &self.cx.defs.funcs[func];
                let fits = info.def.name.name == name.name
                    && info.def.kind == FunctionKind::Function
                    && info.def.body.is_some()
                    && !info.is_private();
                if fits && !found.iter().any(|other| self.cx.same_params(*other, func)) {
                    found.push(func);
                }
            }
        }
        if found.is_empty() {
            let message = format!("no base has a function `{name}` with a body");
            return Err(self.cx.error(E0405, name.span, message).emit());
        }
        Ok(found)
    }

    fn no_super(&self, span: Span) -> Reported {
        self.cx.error(E0311, span, "there is no `super` outside of a contract").emit()
    }
}

impl crate::cx::Cx<'_> {
    /// The function that a virtual call reaches in the contract being built.
    pub(crate) fn final_target(&self, func: usize) -> usize {
        let info = &self.defs.funcs[func];
        let (Some(owner), Some(built)) = (info.home.contract, self.build.contract) else { return func };
        if self.defs.contracts[owner].is_library() || info.is_private() {
            return func;
        }
        for contract in &self.defs.contracts[built].linear {
            for candidate in &self.defs.contracts[*contract].funcs {
                let other = &self.defs.funcs[*candidate];
                if other.def.kind == FunctionKind::Function
                    && !other.is_private()
                    && self.same_params(*candidate, func)
                {
                    return *candidate;
                }
            }
        }
        func
    }

    /// What a call of the function may do to the state. Functions of libraries and free functions have no state:
    /// without an attribute they count as `pure`.
    pub(crate) fn mutability(&self, func: usize) -> Mutability {
        let info = &self.defs.funcs[func];
        let stateless = info.home.contract.is_none_or(|c| self.defs.contracts[c].is_library());
        match info.def.mutability.map(|attr| attr.value) {
            Some(ast::Mutability::Pure) => Mutability::Pure,
            Some(ast::Mutability::View) => Mutability::View,
            None if stateless => Mutability::Pure,
            None => Mutability::Default,
        }
    }
}
