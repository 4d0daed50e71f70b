//! Rules for declarations: which attributes go together, what special functions look like.

use std::collections::HashMap;

use tsol_syntax::ast::{ContractKind, FunctionDef, FunctionKind, Visibility};
use tsol_syntax::span::Span;

use crate::codes::{E0202, E0324, E0407, E0412, E0413, E0414, E0415, E0416, E0417, E0418, E0512, E0513};
use crate::cx::Cx;
use crate::defs::Sym;
use crate::hir::Type;
use crate::types;

impl<'a> Cx<'a> {
    /// Checks all declarations apart from the code in them.
    pub(crate) fn check_rules(&mut self) {
        for func in 0..self.defs.funcs.len() {
            self.check_function_rules(func);
        }
        for var in 0..self.defs.vars.len() {
            self.check_var_rules(var);
        }
        for (index, (def, _)) in self.defs.events.iter().enumerate() {
            for (param, (_, ty)) in def.params.iter().zip(&self.program.events[index].params) {
                self.check_abi_type(ty, param.ty.span);
                if let Some(span) = param.indexed {
                    self.diags.warning(crate::codes::W0205, span, "`indexed` has no effect").emit();
                }
            }
            if let Some(span) = def.anonymous {
                let _ = self.diags.error(E0412, span, "events cannot be anonymous").emit();
            }
        }
        for contract in 0..self.defs.contracts.len() {
            self.check_contract_rules(contract);
        }
        for file in &self.defs.files {
            let free = file.scope.values().flatten().filter_map(|sym| match sym {
                Sym::Func(func) => Some(*func),
                _ => None,
            });
            self.check_twins(&free.collect::<Vec<_>>());
        }
        self.check_usings();
    }

    fn check_abi_type(&self, ty: &Type, span: Span) {
        if let Some(why) = types::abi_problem(ty, &self.program) {
            let _ = self.error(E0324, span, "this type has no form in the ABI").note(why).emit();
        }
    }

    fn check_function_rules(&self, func: usize) {
        let info = &self.defs.funcs[func];
        let def = info.def;
        self.check_attributes(func, def);
        if info.is_public()
            && !info.home.contract.is_some_and(|c| self.defs.contracts[c].is_library())
            && let Ok(signature) = &info.signature
        {
            let params = def.params.iter().zip(&signature.params);
            for (param, (_, ty)) in params.chain(def.returns.iter().zip(&signature.returns)) {
                self.check_abi_type(ty, param.ty.span);
            }
        }
        match def.kind {
            FunctionKind::Function => self.check_named_special(func, def),
            _ => self.check_special(func, def),
        }
    }

    fn refuse(&self, span: Option<Span>, message: &str) {
        if let Some(span) = span {
            let _ = self.error(E0412, span, message).emit();
        }
    }

    fn check_attributes(&self, func: usize, def: &FunctionDef) {
        let info = &self.defs.funcs[func];
        if let (Some(external), Some(_)) = (def.external_msg, def.internal_msg) {
            self.refuse(Some(external), "`externalMsg` and `internalMsg` exclude each other");
        }
        if def.visibility.is_some_and(|v| v.value == Visibility::Getter) {
            let _ = self.error(E0512, def.head_span, "`getter` functions are not supported").emit();
        }
        let reachable = info.is_public() || matches!(def.kind, FunctionKind::Constructor);
        if !reachable {
            let text = "only functions that messages reach have this attribute";
            self.refuse(def.external_msg.or(def.internal_msg), text);
            self.refuse(def.responsible, text);
        }
        let inlinable =
            def.visibility.is_some_and(|v| matches!(v.value, Visibility::Private | Visibility::Internal))
                || info.home.contract.is_none();
        if !inlinable {
            self.refuse(def.inline, "only private and internal functions can be `inline`");
        }
        let Some(contract) = info.home.contract else { return self.check_free(def) };
        let owner = self.defs.contracts[contract].def;
        self.check_body(def, owner.kind, owner.is_abstract);
        if let (Some(span), true) = (def.is_virtual, info.is_private() || owner.kind == ContractKind::Library)
        {
            self.refuse(Some(span), "this function cannot be `virtual`: nothing can override it");
        }
        if def.kind != FunctionKind::Function {
            return;
        }
        if def.visibility.is_none() {
            let _ = self
                .error(E0412, def.head_span, format!("`{}` has no visibility", def.name))
                .help("add `public`, `external`, `internal` or `private`")
                .emit();
        }
        let external = def.visibility.is_some_and(|v| v.value == Visibility::External);
        if owner.kind == ContractKind::Interface && !external && def.visibility.is_some() {
            self.refuse(Some(def.head_span), "functions of an interface are `external`");
        }
        if owner.kind == ContractKind::Library && external {
            let message = "functions of a library are called directly: they cannot be `external`";
            self.refuse(def.visibility.map(|v| v.span), message);
        }
        let number = info.is_public() || def.name.name == "onCodeUpgrade";
        if !number {
            self.refuse(
                def.function_id.as_ref().map(|id| id.span),
                "only functions that messages reach have an id",
            );
        }
    }

    fn check_free(&self, def: &FunctionDef) {
        if def.body.is_none() && def.assembly.is_none() {
            let _ = self.error(E0414, def.head_span, format!("`{}` has no body", def.name)).emit();
        }
        self.refuse(def.visibility.map(|v| v.span), "free functions have no visibility");
        self.refuse(def.is_virtual, "free functions cannot be `virtual`");
        self.refuse(def.modifiers.first().map(|m| m.span), "free functions have no modifiers");
        self.refuse(def.function_id.as_ref().map(|id| id.span), "free functions have no id");
    }

    fn check_body(&self, def: &FunctionDef, kind: ContractKind, is_abstract: bool) {
        match (&def.body, kind) {
            (Some(_), ContractKind::Interface) => {
                let message = "functions of an interface have no body";
                let _ = self.error(E0414, def.head_span, message).help("end the head with `;`").emit();
            }
            (None, ContractKind::Library) => {
                let _ = self.error(E0414, def.head_span, format!("`{}` has no body", def.name)).emit();
            }
            (None, ContractKind::Contract)
                if def.assembly.is_none() && (!is_abstract || def.is_virtual.is_none()) =>
            {
                let help = "write a body, or make the function `virtual` and the contract `abstract`";
                let message = format!("`{}` has no body", def.name);
                let _ = self.error(E0414, def.head_span, message).help(help).emit();
            }
            _ => {}
        }
    }

    /// Constructors and functions that the network starts.
    fn check_special(&self, func: usize, def: &FunctionDef) {
        let info = &self.defs.funcs[func];
        let word = def.kind.as_str();
        let owner = info.home.contract.map(|c| self.defs.contracts[c].def);
        if owner.is_none_or(|owner| owner.kind != ContractKind::Contract) {
            let _ = self.error(E0415, def.head_span, format!("`{word}` belongs into a contract")).emit();
            return;
        }
        let wanted: Option<&[Type]> = match def.kind {
            FunctionKind::Constructor => None,
            FunctionKind::OnBounce => Some(&[Type::Slice]),
            FunctionKind::OnTickTock => Some(&[Type::Bool]),
            _ => Some(&[]),
        };
        if let Ok(signature) = &info.signature {
            if let Some(wanted) = wanted
                && signature.param_types() != wanted
            {
                let types: Vec<String> = wanted.iter().map(|ty| self.show(ty)).collect();
                let message = format!("`{word}` takes ({})", types.join(", "));
                let _ = self.error(E0415, def.head_span, message).emit();
            }
            if def.kind == FunctionKind::Constructor {
                for (param, (_, ty)) in def.params.iter().zip(&signature.params) {
                    self.check_abi_type(ty, param.ty.span);
                }
            }
        }
        if !def.returns.is_empty() {
            let _ = self.error(E0415, def.head_span, format!("`{word}` returns nothing")).emit();
        }
        if def.kind == FunctionKind::Constructor {
            self.refuse(def.is_virtual, "a constructor cannot be `virtual`");
            let allowed = |v: Visibility| matches!(v, Visibility::Public | Visibility::Internal);
            if let Some(visibility) = def.visibility.filter(|v| !allowed(v.value)) {
                self.refuse(Some(visibility.span), "a constructor has no visibility");
            }
            if let Some(mutability) = def.mutability {
                self.refuse(Some(mutability.span), "a constructor may change the state");
            }
        } else if def.visibility.is_none_or(|v| v.value != Visibility::External) {
            let message = format!("`{word}` is `external`");
            let _ = self.error(E0415, def.head_span, message).help("add `external`").emit();
        }
    }

    /// `onCodeUpgrade` and `afterSignatureCheck` are ordinary functions with a given form.
    fn check_named_special(&self, func: usize, def: &FunctionDef) {
        let info = &self.defs.funcs[func];
        if info.home.contract.is_none_or(|c| self.defs.contracts[c].def.kind != ContractKind::Contract) {
            return;
        }
        let hidden =
            def.visibility.is_some_and(|v| matches!(v.value, Visibility::Private | Visibility::Internal));
        let Ok(signature) = &info.signature else { return };
        match def.name.as_str() {
            "onCodeUpgrade" if !hidden || !signature.returns.is_empty() => {
                let message = "`onCodeUpgrade` is private and returns nothing";
                let _ = self.error(E0415, def.head_span, message).emit();
            }
            "afterSignatureCheck" => {
                let right = signature.param_types() == [Type::Slice, Type::Cell]
                    && signature.result_type() == Type::Slice
                    && hidden
                    && def.inline.is_some();
                if !right {
                    let help = "write `function afterSignatureCheck(TvmSlice body, TvmCell message) private inline returns (TvmSlice)`";
                    let message = "`afterSignatureCheck` has another form";
                    let _ = self.error(E0415, def.head_span, message).help(help).emit();
                }
            }
            _ => {}
        }
    }

    fn check_var_rules(&mut self, var: usize) {
        let info = &self.defs.vars[var];
        let (def, home) = (info.def, info.home);
        let owner = home.contract.map(|c| self.defs.contracts[c].def.kind);
        if let Some(span) = def.overrides.as_ref().map(|o| o.span) {
            let _ = self
                .error(E0513, span, "a variable cannot override a function")
                .help("write a function that returns the variable")
                .emit();
        }
        let several = [def.constant, def.is_static, def.no_storage].into_iter().flatten().count() > 1;
        if several {
            let message = "`constant`, `static` and `nostorage` exclude each other";
            let _ = self.error(E0416, def.span, message).emit();
        }
        if let Some(visibility) = def.visibility.filter(|v| v.value == Visibility::External) {
            let _ = self.error(E0416, visibility.span, "a variable cannot be external").emit();
        }
        if def.constant.is_some() {
            if def.init.is_none() {
                let message = format!("constant `{}` has no value", def.name);
                let _ = self.error(E0407, def.name.span, message).emit();
            }
            return;
        }
        match owner {
            Some(ContractKind::Contract) => {}
            Some(kind) => {
                let article = if kind == ContractKind::Interface { "an" } else { "a" };
                let message = format!("{article} {} has no state", kind.as_str());
                let reported = self.error(E0416, def.span, message).help("make it `constant`").emit();
                self.defs.vars[var].ty = Err(reported);
                return;
            }
            None => {
                let message = "a variable outside of a contract must be `constant`";
                let reported = self.error(E0416, def.span, message).emit();
                self.defs.vars[var].ty = Err(reported);
                return;
            }
        }
        if let (Some(_), Some(init)) = (def.is_static.or(def.no_storage), &def.init) {
            let _ =
                self.error(E0416, init.span, "a `static` or `nostorage` variable gets no value here").emit();
        }
        let Ok(ty) = self.defs.vars[var].ty.clone() else { return };
        let public = def.visibility.is_some_and(|v| v.value == Visibility::Public);
        if def.no_storage.is_none() && !types::is_storable(&ty, &self.program) {
            let message = format!("`{}` cannot be kept in the state", self.show(&ty));
            let _ =
                self.error(E0416, def.ty.span, message).help("declare it `nostorage`, or keep a cell").emit();
        } else if public || def.is_static.is_some() {
            self.check_abi_type(&ty, def.ty.span);
        }
    }

    fn check_contract_rules(&mut self, contract: usize) {
        self.check_overrides(contract);
        self.check_state_names(contract);
        self.check_inherited_names(contract);
        self.check_twins(&self.defs.contracts[contract].funcs);
        let _ = self.base_args(contract);
        let info = &self.defs.contracts[contract];
        let deployable = info.def.kind == ContractKind::Contract && !info.def.is_abstract;
        if deployable {
            self.check_complete(contract);
            self.check_function_numbers(contract);
        }
        let info = &self.defs.contracts[contract];
        if info.def.is_abstract && info.def.kind != ContractKind::Contract {
            let message = format!("{} cannot be `abstract`", info.def.kind.as_str());
            let _ = self.error(E0412, info.def.name.span, message).emit();
        }
    }

    /// State variables of one contract have different names, private ones too: they share the state.
    fn check_state_names(&self, contract: usize) {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for base in self.defs.contracts[contract].linear.iter().rev() {
            for var in &self.defs.contracts[*base].vars {
                let def = self.defs.vars[*var].def;
                if def.name.name.is_empty() {
                    continue;
                }
                if let Some(other) = seen.insert(&def.name.name, *var)
                    && self.defs.vars[other].home.contract != Some(*base)
                {
                    let message = format!("`{}` is declared in a base already", def.name);
                    let _ = self
                        .error(E0417, def.name.span, message)
                        .label(self.defs.vars[other].def.name.span, "declared here")
                        .emit();
                }
            }
        }
    }

    /// A name that a base declares means the same kind of thing here. Functions and modifiers are overridden,
    /// variables have a rule of their own.
    fn check_inherited_names(&self, contract: usize) {
        let mut seen: HashMap<&str, Sym> = HashMap::new();
        for base in self.defs.contracts[contract].linear.iter().rev() {
            for (name, syms) in &self.defs.contracts[*base].scope {
                let Some(sym) = syms.first() else { continue };
                let Some(other) = seen.insert(name, *sym).filter(|other| other != sym) else { continue };
                let same_kind = matches!(
                    (other, sym),
                    (Sym::Func(_), Sym::Func(_))
                        | (Sym::Modifier(_), Sym::Modifier(_))
                        | (Sym::Var(_), Sym::Var(_))
                );
                // `override` at a variable is an error of its own.
                let told = matches!(sym, Sym::Var(var) if self.defs.vars[*var].def.overrides.is_some());
                if !same_kind && !told && !self.is_private(other) {
                    let _ = self
                        .error(
                            E0202,
                            self.defs.name_span(*sym),
                            format!("`{name}` is declared in a base already"),
                        )
                        .label(self.defs.name_span(other), "declared here")
                        .emit();
                }
            }
        }
    }

    /// Functions of one contract or file differ in name or parameter types.
    fn check_twins(&self, funcs: &[usize]) {
        for (i, func) in funcs.iter().enumerate() {
            let def = self.defs.funcs[*func].def;
            if def.kind != FunctionKind::Function || self.defs.funcs[*func].signature.is_err() {
                continue;
            }
            let twin = funcs[..i].iter().find(|other| {
                self.defs.funcs[**other].def.kind == FunctionKind::Function
                    && self.same_params(**other, *func)
            });
            if let Some(twin) = twin {
                let message = format!("`{}` is declared twice with the same parameter types", def.name);
                let _ = self
                    .error(E0202, def.name.span, message)
                    .label(self.defs.funcs[*twin].def.name.span, "first declared here")
                    .emit();
            }
        }
    }

    /// Explicit ids are unique among the functions that messages reach.
    fn check_function_numbers(&mut self, contract: usize) {
        let mut seen: HashMap<u32, usize> = HashMap::new();
        let mut names: HashMap<String, usize> = HashMap::new();
        self.build.contract = Some(contract);
        for base in self.defs.contracts[contract].linear.clone() {
            for func in self.defs.contracts[base].funcs.clone() {
                if !self.defs.funcs[func].is_public() || self.final_target(func) != func {
                    continue;
                }
                let def = self.defs.funcs[func].def;
                if let Some(other) = names.insert(def.name.name.clone(), func) {
                    let _ = self
                        .error(
                            E0418,
                            def.name.span,
                            format!("two public functions have the name `{}`", def.name),
                        )
                        .label(self.defs.funcs[other].def.name.span, "the other one")
                        .note("clients of the ABI know functions by their names")
                        .emit();
                }
                let Ok(Some(number)) = self.function_number(func) else { continue };
                if let Some(other) = seen.insert(number, func) {
                    let _ = self
                        .error(E0413, def.name.span, format!("two functions have the id {number}"))
                        .label(self.defs.funcs[other].def.name.span, "the other one")
                        .emit();
                }
            }
        }
    }
}
