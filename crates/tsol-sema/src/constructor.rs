//! The constructor that runs everything: initial values, constructors of bases, the own one.
//!
//! Order, as in the official compiler: initial values of all state variables from the most basic contract on, then the
//! constructors from the most basic contract on, each with its own modifiers. Arguments of a base are evaluated right
//! before the first constructor that needs them. A contract that only has initial values accepts the message.

use std::collections::HashMap;

use tsol_syntax::ast::{self, FunctionKind};
use tsol_syntax::span::Span;

use crate::body::{Body, Kind};
use crate::builtin::Builtin;
use crate::codes::{E0410, E0411};
use crate::cx::{Cx, FnKey, R};
use crate::defs::{Home, Sym};
use crate::hir::{
    AssignTarget, Expr, ExprKind, Function, LocalId, Messages, Mutability, Stmt, StmtKind, Type,
};

/// Who gives the arguments of a base.
pub(crate) struct BaseArgs<'a> {
    giver: usize,
    args: &'a [ast::Expr],
    span: Span,
}

impl<'a> Cx<'a> {
    /// The value of a state variable at its declaration.
    pub(crate) fn initializer(&mut self, init: &ast::Expr, ty: &Type, home: Home) -> R<Expr> {
        Body::new(self, home, Kind::Initializer).typed(init, ty)
    }

    pub(crate) fn build_constructor(&mut self) -> R<Function> {
        let contract = self.build.contract.expect("constructors belong to contracts");
        let def = self.defs.contracts[contract].def;
        let home = Home { file: self.defs.contracts[contract].file, contract: Some(contract) };
        let own = self.defs.contracts[contract].constructor;
        let given = self.base_args(contract);
        let span = own.map_or(def.name.span, |func| self.defs.funcs[func].def.head_span);
        let inits = self.state_inits(contract)?;

        let mut body = Body::new(self, home, Kind::Code);
        let mut params: HashMap<usize, Vec<LocalId>> = HashMap::new();
        let mut own_params = Vec::new();
        if let Some(func) = own {
            let signature = body.cx.defs.funcs[func].signature.clone()?;
            let list = body_params(func, &body);
            own_params = hidden_params(&mut body, list, &signature.params);
            params.insert(contract, own_params.clone());
        }
        let mut stmts = inits;
        let mut any = false;
        let linear = body.cx.defs.contracts[contract].linear.clone();
        for base in linear.iter().rev() {
            let Some(func) = body.cx.defs.contracts[*base].constructor else { continue };
            any = true;
            push_args(&mut body, *base, contract, &given, &mut params, &mut stmts)?;
            let id = body.cx.build.function(FnKey::Func(func));
            let locals = params.get(base).cloned().unwrap_or_default();
            let args = locals.iter().map(|local| body.local_expr(*local, span)).collect();
            let call = Expr { kind: ExprKind::Call(id, args), ty: Type::void(), span };
            stmts.push(Stmt { kind: StmtKind::Expr(call), span });
        }
        if !any {
            let accept = ExprKind::Builtin(Builtin::Accept, Vec::new());
            let accept = Expr { kind: accept, ty: Type::void(), span };
            stmts.push(Stmt { kind: StmtKind::Expr(accept), span });
        }
        let locals = std::mem::take(&mut body.locals);
        let messages = own.map_or(Messages::Both, |func| {
            let def = self.defs.funcs[func].def;
            match (def.external_msg, def.internal_msg) {
                (Some(_), _) => Messages::External,
                (None, Some(_)) => Messages::Internal,
                (None, None) => Messages::Both,
            }
        });
        Ok(Function {
            name: FunctionKind::Constructor.as_str().to_owned(),
            scope: def.name.name.clone(),
            locals,
            params: own_params,
            returns: Vec::new(),
            modifiers: Vec::new(),
            body: stmts,
            public: true,
            mutability: Mutability::Default,
            messages,
            responsible: false,
            inline: false,
            function_id: None,
            external: self.program.interfaces[contract].constructor,
            span,
        })
    }

    fn state_inits(&mut self, contract: usize) -> R<Vec<Stmt>> {
        let mut stmts = Vec::new();
        let linear = self.defs.contracts[contract].linear.clone();
        for base in linear.iter().rev() {
            for var in self.defs.contracts[*base].vars.clone() {
                let info = &self.defs.vars[var];
                let (def, home, ty) = (info.def, info.home, info.ty.clone()?);
                let (Some(init), None) = (&def.init, def.constant) else { continue };
                let Some(state) = self.build.state.get(&var).copied() else { continue };
                let value = self.initializer(init, &ty, home)?;
                let span = def.span;
                let place = Expr { kind: ExprKind::State(state), ty: ty.clone(), span: def.name.span };
                let kind = ExprKind::Assign(AssignTarget::Place(Box::new(place)), Box::new(value));
                stmts.push(Stmt { kind: StmtKind::Expr(Expr { kind, ty, span }), span });
            }
        }
        Ok(stmts)
    }

    /// Arguments for the constructors of bases, wherever they are given.
    pub(crate) fn base_args(&self, contract: usize) -> HashMap<usize, BaseArgs<'a>> {
        let mut given: HashMap<usize, BaseArgs<'a>> = HashMap::new();
        for giver in self.defs.contracts[contract].linear.clone() {
            let info = &self.defs.contracts[giver];
            let home = Home { file: info.file, contract: Some(giver) };
            let mut found: Vec<(usize, &'a [ast::Expr], Span)> = Vec::new();
            for (base, spec) in &info.bases {
                if let Some(args) = &spec.args {
                    found.push((*base, args, spec.span));
                }
            }
            if let Some(func) = info.constructor {
                for call in &self.defs.funcs[func].def.modifiers {
                    let syms = self.resolve_path(&call.path, home);
                    let Ok([Sym::Contract(base)]) = syms.as_deref() else { continue };
                    match &call.args {
                        Some(args) => found.push((*base, args, call.span)),
                        None => {
                            let message = "a base constructor stands here without arguments";
                            let _ = self.error(E0411, call.span, message).help("write `()`").emit();
                        }
                    }
                }
            }
            for (base, args, span) in found {
                if !args.is_empty() && self.defs.contracts[base].constructor.is_none() {
                    let message = format!("`{}` has no constructor", self.defs.contracts[base].def.name);
                    let _ = self.error(E0411, span, message).help("remove the arguments").emit();
                    continue;
                }
                if let Some(first) = given.get(&base) {
                    let name = &self.defs.contracts[base].def.name;
                    let message = format!("the arguments of `{name}` are given twice");
                    let _ = self.error(E0411, span, message).label(first.span, "first given here").emit();
                    continue;
                }
                given.insert(base, BaseArgs { giver, args, span });
            }
        }
        given
    }
}

fn body_params<'a>(func: usize, body: &Body<'_, 'a>) -> &'a [ast::Param] {
    &body.cx.defs.funcs[func].def.params
}

/// Parameters that are only handed on: no warnings and no visible names.
fn hidden_params(body: &mut Body<'_, '_>, list: &[ast::Param], types: &[(String, Type)]) -> Vec<LocalId> {
    list.iter().zip(types).map(|(param, (name, ty))| body.add_local(name, ty.clone(), param.span)).collect()
}

/// Evaluates the arguments of a base, and before them those of whoever gives them.
fn push_args(
    body: &mut Body<'_, '_>,
    base: usize,
    built: usize,
    given: &HashMap<usize, BaseArgs<'_>>,
    params: &mut HashMap<usize, Vec<LocalId>>,
    stmts: &mut Vec<Stmt>,
) -> R<()> {
    if params.contains_key(&base) {
        return Ok(());
    }
    let Some(func) = body.cx.defs.contracts[base].constructor else { return Ok(()) };
    let signature = body.cx.defs.funcs[func].signature.clone()?;
    let Some(source) = given.get(&base) else {
        if signature.params.is_empty() {
            params.insert(base, Vec::new());
            return Ok(());
        }
        let (name, own) = (&body.cx.defs.contracts[base].def.name, body.cx.defs.contracts[built].def);
        if own.is_abstract {
            let list = body_params(func, body);
            params.insert(base, hidden_params(body, list, &signature.params));
            return Ok(());
        }
        let message = format!("the constructor of `{name}` gets no arguments");
        return Err(body
            .cx
            .error(E0410, own.name.span, message)
            .label(body.cx.defs.funcs[func].def.head_span, "it takes them here")
            .help(format!("write `contract {} is {name}(…)`, or `constructor() {name}(…)`", own.name))
            .emit());
    };
    push_args(body, source.giver, built, given, params, stmts)?;

    // The arguments see the parameters of the constructor that gives them.
    let giver = &body.cx.defs.contracts[source.giver];
    let home = Home { file: giver.file, contract: Some(source.giver) };
    let giver_func = giver.constructor;
    let outer = std::mem::replace(&mut body.home, home);
    let outer_scopes = body.swap_scopes(vec![HashMap::new()]);
    if let Some(giver_func) = giver_func {
        let locals = params.get(&source.giver).cloned().unwrap_or_default();
        for (param, local) in body_params(giver_func, body).iter().zip(locals) {
            if let Some(name) = &param.name {
                body.bind_quietly(name, local);
            }
        }
    }
    let list = ast::CallArgs::Positional(source.args.to_vec());
    let name = body.cx.defs.contracts[base].def.name.name.clone();
    let bound = body
        .args(&list, source.span)
        .and_then(|args| body.bind_args(args, &signature.params, &format!("the constructor of `{name}`")));
    body.swap_scopes(outer_scopes);
    body.home = outer;
    let mut locals = Vec::new();
    for ((param, (name, ty)), value) in body_params(func, body).iter().zip(&signature.params).zip(bound?) {
        let local = body.add_local(name, ty.clone(), param.span);
        stmts.push(Stmt { kind: StmtKind::Let(vec![Some(local)], Some(value)), span: source.span });
        locals.push(local);
    }
    params.insert(base, locals);
    Ok(())
}
