//! Building the functions of a contract.

use tsol_syntax::ast::{self, FunctionKind, ModifierCall};
use tsol_syntax::span::Span;

use crate::body::{Body, Effects, Kind, Returns};
use crate::codes::{E0408, E0409};
use crate::cx::{Cx, R};
use crate::defs::Sym;
use crate::hir::{
    CallOptions, Expr, ExprKind, Function, LocalId, Messages, ModifierUse, Mutability, Stmt, StmtKind, Type,
};

impl Cx<'_> {
    /// Checks a declared function in the context of the contract that is being built.
    pub(crate) fn build_function(&mut self, func: usize) -> R<Function> {
        let info = &self.defs.funcs[func];
        let (def, home) = (info.def, info.home);
        let signature = info.signature.clone()?;
        if let Some(reported) = def.assembly {
            return Err(reported);
        }
        let declared = self.mutability(func);
        let external = self.externs.get(&func).copied();
        let public = info.is_public() && external.is_some();
        let function_id = external.and_then(|id| self.program.externs[id.0 as usize].function_id);
        let function_id = match function_id {
            None if def.function_id.is_some() => self.function_number(func)?,
            known => known,
        };
        let scope = home.contract.map_or(String::new(), |c| self.defs.contracts[c].def.name.name.clone());

        let mut body = Body::new(self, home, Kind::Code);
        body.returns = Returns { ty: signature.result_type(), responsible: def.responsible.is_some() };
        let params = declare_params(&mut body, &def.params, &signature.params);
        let returns = declare_params(&mut body, &def.returns, &signature.returns);
        let modifiers = build_modifiers(&mut body, def);
        let stmts = match &def.body {
            Some(block) => body.block(block),
            None => Ok(Vec::new()),
        };
        body.check_mutability(declared, def.mutability.map(|attr| attr.span));
        if def.body.is_some() && stmts.is_ok() && modifiers.is_ok() {
            body.warn_unused(0, params.len(), "parameter");
            body.warn_unused(params.len() + returns.len(), usize::MAX, "variable");
        }
        let locals = std::mem::take(&mut body.locals);
        let function = Function {
            name: def.name.name.clone(),
            scope,
            locals,
            params,
            returns,
            modifiers: modifiers?,
            body: stmts?,
            public,
            mutability: declared,
            messages: messages(def),
            responsible: def.responsible.is_some(),
            inline: def.inline.is_some() || def.kind == FunctionKind::Constructor,
            function_id,
            external,
            span: def.head_span,
        };
        Ok(function)
    }

    /// The getter of a public state variable.
    pub(crate) fn build_getter(&mut self, var: usize) -> R<Function> {
        let info = &self.defs.vars[var];
        let (def, ty) = (info.def, info.ty.clone()?);
        let span = def.name.span;
        let state = self.build.state[&var];
        let value = Expr { kind: ExprKind::State(state), ty: ty.clone(), span };
        let scope =
            info.home.contract.map_or(String::new(), |c| self.defs.contracts[c].def.name.name.clone());
        Ok(Function {
            name: def.name.name.clone(),
            scope,
            locals: vec![crate::hir::Local { name: def.name.name.clone(), ty, span }],
            params: Vec::new(),
            returns: vec![LocalId(0)],
            modifiers: Vec::new(),
            body: vec![Stmt { kind: StmtKind::Return(Some(value), CallOptions::default()), span }],
            public: true,
            mutability: Mutability::View,
            messages: Messages::Both,
            responsible: false,
            inline: false,
            function_id: None,
            external: None,
            span,
        })
    }
}

fn messages(def: &ast::FunctionDef) -> Messages {
    match (def.external_msg, def.internal_msg) {
        (Some(_), _) => Messages::External,
        (None, Some(_)) => Messages::Internal,
        (None, None) => Messages::Both,
    }
}

/// Makes the locals of parameters or results.
pub(crate) fn declare_params(
    body: &mut Body<'_, '_>,
    list: &[ast::Param],
    types: &[(String, Type)],
) -> Vec<LocalId> {
    let mut ids = Vec::new();
    for (param, (_, ty)) in list.iter().zip(types) {
        ids.push(match &param.name {
            Some(name) => body.declare(name, ty.clone()),
            None => body.add_local("", ty.clone(), param.span),
        });
    }
    ids
}

/// Checks the modifiers in the head of a function. Base constructors are left to the constructor.
fn build_modifiers(body: &mut Body<'_, '_>, def: &ast::FunctionDef) -> R<Vec<ModifierUse>> {
    let mut uses = Vec::new();
    let mut failed = None;
    for call in &def.modifiers {
        match build_modifier(body, def, call) {
            Ok(Some(modifier)) => uses.push(modifier),
            Ok(None) => {}
            Err(reported) => failed = Some(reported),
        }
    }
    failed.map_or(Ok(uses), Err)
}

fn build_modifier(
    body: &mut Body<'_, '_>,
    def: &ast::FunctionDef,
    call: &ModifierCall,
) -> R<Option<ModifierUse>> {
    let syms = body.cx.resolve_path(&call.path, body.home)?;
    let modifier = match syms.as_slice() {
        [Sym::Modifier(modifier)] => body.cx.final_modifier(*modifier),
        [Sym::Contract(_)] if def.kind == FunctionKind::Constructor => {
            // Evaluated by the constructor that runs everything; here only names are marked as used.
            let args = ast::CallArgs::Positional(call.args.clone().unwrap_or_default());
            return body.args(&args, call.span).map(|_| None);
        }
        _ => {
            let message = format!("`{}` is not a modifier", call.path);
            return Err(body.cx.error(E0408, call.path.span, message).emit());
        }
    };
    let info = &body.cx.defs.mods[modifier];
    let (definition, home) = (info.def, info.home);
    let params = info.params.clone()?;
    let args = ast::CallArgs::Positional(call.args.clone().unwrap_or_default());
    let args = body.args(&args, call.span)?;
    let args = body.bind_args(args, &params, &format!("modifier `{}`", call.path))?;
    let Some(block) = &definition.body else {
        let message = format!("modifier `{}` has no body here", call.path);
        return Err(body.cx.error(E0408, call.path.span, message).emit());
    };

    // The modifier is checked where it stands, with its own names, and its effects count at the use.
    let outer_home = std::mem::replace(&mut body.home, home);
    let outer_scopes = body.swap_scopes(vec![std::collections::HashMap::new()]);
    let outer_effects = std::mem::take(&mut body.effects);
    let ignore = body.cx.defs.files[home.file].pragmas.ignore_overflow;
    let outer_unchecked = std::mem::replace(&mut body.unchecked, ignore);
    body.in_modifier = true;
    let locals = declare_params(body, &definition.params, &params);
    let first_local = body.locals.len();
    let checked = body.block(block);
    body.warn_unused(first_local, usize::MAX, "variable");
    body.in_modifier = false;
    body.unchecked = outer_unchecked;
    let inner = std::mem::replace(&mut body.effects, outer_effects);
    body.swap_scopes(outer_scopes);
    body.home = outer_home;
    count_effects(body, inner, call.span);

    let checked = checked?;
    if !has_placeholder(&checked) {
        let message = format!("modifier `{}` never runs the function: `_;` is missing", definition.name);
        let error = body.cx.error(E0409, definition.head_span, message);
        return Err(error.help("write `_;` where the function is to run").emit());
    }
    Ok(Some(ModifierUse { name: definition.name.name.clone(), params: locals, args, body: checked }))
}

fn count_effects(body: &mut Body<'_, '_>, inner: Effects, span: Span) {
    if inner.reads.is_some() {
        body.reads_state(span);
    }
    if inner.writes.is_some() {
        body.writes_state(span);
    }
}

impl Cx<'_> {
    /// Checks a modifier that perhaps nobody uses.
    pub(crate) fn check_modifier_alone(&mut self, modifier: usize) {
        let info = &self.defs.mods[modifier];
        let (def, home) = (info.def, info.home);
        let (Ok(params), Some(block)) = (info.params.clone(), &def.body) else { return };
        let mut body = Body::new(self, home, Kind::Code);
        body.in_modifier = true;
        let params = declare_params(&mut body, &def.params, &params);
        if let Ok(stmts) = body.block(block) {
            body.warn_unused(0, params.len(), "parameter");
            if !has_placeholder(&stmts) {
                let message = format!("modifier `{}` never runs the function: `_;` is missing", def.name);
                let error = self.error(E0409, def.head_span, message);
                let _ = error.help("write `_;` where the function is to run").emit();
            }
        }
    }
}

fn has_placeholder(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Placeholder => true,
        StmtKind::Block(inner) | StmtKind::While(_, inner) | StmtKind::DoWhile(inner, _) => {
            has_placeholder(inner)
        }
        StmtKind::For(_, _, _, inner) | StmtKind::Repeat(_, inner) => has_placeholder(inner),
        StmtKind::ForEach { body, .. } => has_placeholder(body),
        StmtKind::If(_, then, otherwise) => has_placeholder(then) || has_placeholder(otherwise),
        StmtKind::Try(inner, catch) => has_placeholder(inner) || has_placeholder(&catch.body),
        _ => false,
    })
}

impl Cx<'_> {
    /// The most derived modifier of a name.
    fn final_modifier(&self, modifier: usize) -> usize {
        let (Some(built), name) = (self.build.contract, &self.defs.mods[modifier].def.name.name) else {
            return modifier;
        };
        if self.defs.mods[modifier].def.is_virtual.is_none()
            && self.defs.mods[modifier].def.overrides.is_none()
        {
            return modifier;
        }
        for contract in &self.defs.contracts[built].linear {
            let own = &self.defs.contracts[*contract].mods;
            if let Some(found) = own.iter().find(|m| self.defs.mods[**m].def.name.name == *name) {
                return *found;
            }
        }
        modifier
    }
}
