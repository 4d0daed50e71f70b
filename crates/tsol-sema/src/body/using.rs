//! `using L for T`: functions called as if they were members.

use tsol_syntax::ast::{self, CallArgs, FunctionKind, UsingDef, UsingWhat};
use tsol_syntax::span::Span;

use super::place::{Root, place_root};
use super::{Body, Operand, Via};
use crate::cx::R;
use crate::defs::{Home, Sym};
use crate::hir::{Expr, ExprKind, Type};

impl Body<'_, '_> {
    /// Functions attached to the type of a receiver under a name.
    pub(crate) fn attached(&mut self, receiver: &Expr, name: &str) -> Vec<usize> {
        let mut usings: Vec<(&UsingDef, Home)> = Vec::new();
        if let Some(contract) = self.home.contract {
            usings.extend(self.cx.defs.contracts[contract].usings.iter().map(|using| (*using, self.home)));
        }
        for (index, file) in self.cx.defs.files.iter().enumerate() {
            let home = Home { file: index, contract: None };
            let visible = file.usings.iter().filter(|u| index == self.home.file || u.global.is_some());
            usings.extend(visible.map(|using| (*using, home)));
        }
        let mut found = Vec::new();
        for (using, home) in usings {
            if !self.using_matches(using, home, &receiver.ty) {
                continue;
            }
            for func in self.using_functions(using, home, name) {
                let fits = match &self.cx.defs.funcs[func].signature {
                    Ok(signature) => {
                        signature.params.first().is_some_and(|(_, ty)| self.cx.converts(&receiver.ty, ty))
                    }
                    Err(_) => false,
                };
                if fits && !found.contains(&func) {
                    found.push(func);
                }
            }
        }
        found
    }

    fn using_matches(&mut self, using: &UsingDef, home: Home, ty: &Type) -> bool {
        match &using.target {
            None => true,
            Some(target) => self.cx.ty(target, home).is_ok_and(|target| target == *ty),
        }
    }

    fn using_functions(&self, using: &UsingDef, home: Home, name: &str) -> Vec<usize> {
        let funcs = |syms: Vec<Sym>| {
            syms.into_iter().filter_map(|sym| match sym {
                Sym::Func(func) => Some(func),
                _ => None,
            })
        };
        match &using.what {
            UsingWhat::Library(path) => match self.cx.resolve_path(path, home).as_deref() {
                Ok([Sym::Contract(library)]) => {
                    let all = self.cx.defs.contracts[*library].funcs.iter().copied();
                    all.filter(|func| {
                        let info = &self.cx.defs.funcs[*func];
                        info.def.kind == FunctionKind::Function
                            && info.def.name.name == name
                            && !info.is_private()
                    })
                    .collect()
                }
                _ => Vec::new(),
            },
            UsingWhat::Functions(list) => list
                .iter()
                .filter(|f| f.operator.is_none() && f.path.segments.last().is_some_and(|s| s.name == name))
                .flat_map(|f| funcs(self.cx.resolve_path(&f.path, home).unwrap_or_default()))
                .collect(),
        }
    }

    /// `receiver.name(args)` by `using for`.
    pub(crate) fn call_attached(
        &mut self,
        receiver: Expr,
        list: &[usize],
        name: &ast::Ident,
        args: &CallArgs,
        span: Span,
    ) -> R<Operand> {
        let args = self.args(args, span)?;
        let mut candidates = Vec::new();
        for func in list {
            candidates.push(self.cx.defs.funcs[*func].signature.clone()?.params[1..].to_vec());
        }
        let what = format!("`{name}`");
        let chosen = self.choose(&args, &candidates, &what)?;
        let func = list[chosen];
        self.check_callable(func, Via::Type, name.span)?;
        let mut operands = self.bind_args(args, &candidates[chosen], &what)?;
        let signature = self.cx.defs.funcs[func].signature.clone()?;
        let receiver = super::convert::convert(receiver, &signature.params[0].1);
        // As the official compiler: a call on a state variable counts as a change of it.
        if place_root(&receiver) == Ok(Root::State) {
            self.writes_state(span);
        }
        operands.insert(0, receiver);
        self.count_call(func, span);
        let id = self.function_id(func);
        let kind = ExprKind::CallBound(id, operands);
        Ok(Operand::Value(Expr { kind, ty: signature.result_type(), span }))
    }
}
