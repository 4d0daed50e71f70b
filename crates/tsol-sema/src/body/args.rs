//! Arguments of calls: by position, by name, and the choice among overloads.

use tsol_syntax::ast::{self, CallArgs};
use tsol_syntax::diag::Reported;
use tsol_syntax::span::Span;

use super::{Body, Operand};
use crate::codes::{E0316, E0317, E0318};
use crate::cx::R;
use crate::hir::{Expr, Type};

/// Arguments, checked as far as possible without knowing the parameters.
pub(crate) struct Args {
    /// Values in order of writing.
    pub(crate) values: Vec<Operand>,
    /// Names, one per value, if they are given.
    pub(crate) names: Option<Vec<ast::Ident>>,
    pub(crate) span: Span,
}

impl Args {
    /// Position of the value for each parameter; `None` if they do not correspond.
    fn order(&self, params: &[(String, Type)]) -> Option<Vec<usize>> {
        if self.values.len() != params.len() {
            return None;
        }
        match &self.names {
            None => Some((0..params.len()).collect()),
            Some(names) => {
                let find = |name: &String| names.iter().position(|given| given.name == *name);
                let order: Vec<usize> = params.iter().map(|(name, _)| find(name)).collect::<Option<_>>()?;
                // Parameters that share a name are an error elsewhere; here they must not share a value.
                let distinct: std::collections::HashSet<usize> = order.iter().copied().collect();
                (distinct.len() == order.len()).then_some(order)
            }
        }
    }
}

impl Body<'_, '_> {
    /// Checks the values of a call.
    pub(crate) fn args(&mut self, args: &CallArgs, span: Span) -> R<Args> {
        let mut values = Vec::new();
        let mut failed = None;
        for value in args.values() {
            match self.operand(value) {
                Ok(operand) => values.push(operand),
                Err(reported) => failed = Some(reported),
            }
        }
        if let Some(reported) = failed {
            return Err(reported);
        }
        let names = match args {
            CallArgs::Positional(_) => None,
            CallArgs::Named(list) => {
                self.check_names_unique(list)?;
                Some(list.iter().map(|arg| arg.name.clone()).collect())
            }
        };
        Ok(Args { values, names, span })
    }

    fn check_names_unique(&self, list: &[ast::NamedArg]) -> R<()> {
        for (i, arg) in list.iter().enumerate() {
            if let Some(first) = list[..i].iter().find(|other| other.name.name == arg.name.name) {
                let message = format!("`{}` is given twice", arg.name);
                return Err(self
                    .cx
                    .error(E0316, arg.name.span, message)
                    .label(first.name.span, "first given here")
                    .emit());
            }
        }
        Ok(())
    }

    /// Whether the arguments fit the parameters.
    pub(crate) fn fit(&self, args: &Args, params: &[(String, Type)]) -> bool {
        args.order(params).is_some_and(|order| {
            order.iter().zip(params).all(|(at, (_, ty))| self.accepts(&args.values[*at], ty))
        })
    }

    /// Converts the arguments to the parameters, in order of the parameters.
    pub(crate) fn bind_args(&mut self, args: Args, params: &[(String, Type)], what: &str) -> R<Vec<Expr>> {
        let Some(order) = args.order(params) else {
            return Err(self.wrong_args(&args, params, what));
        };
        let mut slots: Vec<Option<Operand>> = args.values.into_iter().map(Some).collect();
        let mut bound = Vec::new();
        let mut failed = None;
        for (at, (_, ty)) in order.into_iter().zip(params) {
            let operand = slots[at].take().expect("each argument belongs to one parameter");
            match self.coerce(operand, ty) {
                Ok(expr) => bound.push(expr),
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(bound), Err)
    }

    fn wrong_args(&self, args: &Args, params: &[(String, Type)], what: &str) -> Reported {
        let wanted: Vec<String> = params
            .iter()
            .map(|(name, ty)| format!("{} {name}", self.cx.show(ty)).trim_end().to_owned())
            .collect();
        let given = args.values.len();
        if given != params.len() {
            let many = if params.len() == 1 { "" } else { "s" };
            let message = format!("{what} takes {} argument{many}, not {given}", params.len());
            return self
                .cx
                .error(E0316, args.span, message)
                .note(format!("parameters: ({})", wanted.join(", ")))
                .emit();
        }
        let unknown =
            args.names.iter().flatten().find(|given| !params.iter().any(|(name, _)| *name == given.name));
        let span = unknown.map_or(args.span, |name| name.span);
        let message = match unknown {
            Some(name) => format!("{what} has no parameter `{name}`"),
            None => format!("the names do not belong to the parameters of {what}"),
        };
        self.cx.error(E0317, span, message).note(format!("parameters: ({})", wanted.join(", "))).emit()
    }

    /// The only candidate that the arguments fit.
    pub(crate) fn choose(&self, args: &Args, candidates: &[Vec<(String, Type)>], what: &str) -> R<usize> {
        if candidates.len() == 1 {
            return Ok(0); // `bind` says precisely what is wrong
        }
        let fitting: Vec<usize> = (0..candidates.len()).filter(|i| self.fit(args, &candidates[*i])).collect();
        match fitting.as_slice() {
            [only] => Ok(*only),
            [] => {
                let found: Vec<String> = args.values.iter().map(|value| self.describe(value)).collect();
                let message = format!("no form of {what} takes ({})", found.join(", "));
                let mut error = self.cx.error(E0318, args.span, message);
                for params in candidates {
                    let types: Vec<String> = params.iter().map(|(_, ty)| self.cx.show(ty)).collect();
                    error = error.note(format!("there is ({})", types.join(", ")));
                }
                Err(error.emit())
            }
            several => {
                let exact = several.iter().find(|i| self.fit_exactly(args, &candidates[**i]));
                exact.copied().ok_or_else(|| {
                    let message = format!("more than one form of {what} takes these arguments");
                    self.cx.error(E0318, args.span, message).help("convert the arguments explicitly").emit()
                })
            }
        }
    }

    fn fit_exactly(&self, args: &Args, params: &[(String, Type)]) -> bool {
        args.order(params).is_some_and(|order| {
            order
                .iter()
                .zip(params)
                .all(|(at, (_, ty))| self.own_type(&args.values[*at]).as_ref() == Some(ty))
        })
    }
}
