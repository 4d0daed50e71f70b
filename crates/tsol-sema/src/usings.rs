//! Rules for `using … for …`.

use tsol_syntax::ast::{UsingDef, UsingFunction, UsingWhat};

use crate::codes::{E0214, E0514};
use crate::cx::Cx;
use crate::defs::{Home, Sym};
use crate::hir::Type;

impl Cx<'_> {
    /// Checks every directive, used or not.
    pub(crate) fn check_usings(&mut self) {
        for file in 0..self.defs.files.len() {
            for using in self.defs.files[file].usings.clone() {
                self.check_using(using, Home { file, contract: None });
            }
        }
        for contract in 0..self.defs.contracts.len() {
            let home = Home { file: self.defs.contracts[contract].file, contract: Some(contract) };
            for using in self.defs.contracts[contract].usings.clone() {
                self.check_using(using, home);
            }
        }
    }

    fn check_using(&mut self, using: &UsingDef, home: Home) {
        let target = match &using.target {
            None if home.contract.is_none() => {
                let message = "`using … for *` belongs into a contract";
                let _ = self.error(E0214, using.span, message).help("name the type").emit();
                return;
            }
            None => None,
            Some(target) => match self.ty(target, home) {
                Ok(ty) => Some(ty),
                Err(_) => return,
            },
        };
        if let Some(global) = using.global {
            let own = matches!(target, Some(Type::Struct(_) | Type::Enum(_))) && home.contract.is_none();
            if !own {
                let message = "`global` is for structs and enums, at the top of a file";
                let _ = self.error(E0214, global, message).emit();
            }
        }
        match &using.what {
            UsingWhat::Library(path) => match self.resolve_path(path, home).as_deref() {
                Ok([Sym::Contract(library)]) if self.defs.contracts[*library].is_library() => {}
                Ok(_) => {
                    let message = format!("`{path}` is not a library");
                    let _ = self
                        .error(E0214, path.span, message)
                        .help("functions stand in braces: `using {f} for T`")
                        .emit();
                }
                Err(_) => {}
            },
            UsingWhat::Functions(list) => {
                for function in list {
                    self.check_using_function(function, target.as_ref(), home);
                }
            }
        }
    }

    fn check_using_function(&mut self, function: &UsingFunction, target: Option<&Type>, home: Home) {
        if let Some(operator) = &function.operator {
            let _ = self
                .error(E0514, operator.span, "operators cannot be defined")
                .help("call the function by its name")
                .emit();
            return;
        }
        let Ok(syms) = self.resolve_path(&function.path, home) else { return };
        let [Sym::Func(func)] = syms.as_slice() else {
            let message = format!("`{}` is not one function", function.path);
            let _ = self.error(E0214, function.path.span, message).emit();
            return;
        };
        let info = &self.defs.funcs[*func];
        let stateless = info.home.contract.is_none_or(|c| self.defs.contracts[c].is_library());
        if !stateless {
            let message = "only free functions and functions of libraries can be attached";
            let _ = self.error(E0214, function.path.span, message).emit();
            return;
        }
        let (Ok(signature), Some(target)) = (&info.signature, target) else { return };
        let takes = signature.params.first().is_some_and(|(_, ty)| self.converts(target, ty));
        if !takes {
            let ty = self.show(target);
            let message = format!("the first parameter of `{}` does not take `{ty}`", function.path);
            let _ = self.error(E0214, function.path.span, message).emit();
        }
    }
}
