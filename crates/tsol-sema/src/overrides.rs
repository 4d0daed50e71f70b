//! Overriding: which functions replace which, and whether they may.

use tsol_syntax::ast::{ContractKind, FunctionKind, Visibility};

use crate::codes::{E0419, E0420, E0421, E0422, E0423, E0424};
use crate::cx::Cx;
use crate::defs::{Home, Sym};
use crate::hir::{Function, Mutability};

impl Cx<'_> {
    pub(crate) fn check_overrides(&mut self, contract: usize) {
        for func in self.defs.contracts[contract].funcs.clone() {
            if self.defs.funcs[func].def.kind == FunctionKind::Function {
                self.check_own(contract, func);
            }
        }
        self.check_inherited(contract);
        self.check_modifiers(contract);
    }

    /// The function that each direct base has for this signature.
    fn base_functions(&self, contract: usize, func: usize) -> Vec<usize> {
        let mut found = Vec::new();
        for (base, _) in &self.defs.contracts[contract].bases {
            let in_base = self.defs.contracts[*base].linear.iter().find_map(|c| {
                let funcs = &self.defs.contracts[*c].funcs;
                funcs.iter().copied().find(|f| self.overridable(*f) && self.same_params(*f, func))
            });
            if let Some(other) = in_base
                && !found.contains(&other)
            {
                found.push(other);
            }
        }
        found
    }

    fn overridable(&self, func: usize) -> bool {
        let info = &self.defs.funcs[func];
        info.def.kind == FunctionKind::Function && !info.is_private()
    }

    fn in_interface(&self, func: usize) -> bool {
        let home = self.defs.funcs[func].home.contract;
        home.is_some_and(|c| self.defs.contracts[c].is_interface())
    }

    fn check_own(&mut self, contract: usize, func: usize) {
        let def = self.defs.funcs[func].def;
        let bases = self.base_functions(contract, func);
        if bases.is_empty() {
            if let Some(overrides) = &def.overrides {
                let message = format!("`{}` overrides nothing", def.name);
                let _ = self
                    .error(E0419, overrides.span, message)
                    .note("no base has a function of this name with these parameter types")
                    .emit();
            }
            return;
        }
        if self.defs.funcs[func].is_private() {
            return; // private functions override nothing and hide nothing
        }
        let needs = bases.len() > 1 || !self.in_interface(bases[0]);
        if needs && def.overrides.is_none() {
            let _ = self
                .error(E0420, def.name.span, format!("`{}` overrides a function of a base", def.name))
                .label(self.defs.funcs[bases[0]].def.name.span, "this one")
                .help("add `override`")
                .emit();
        }
        for base in &bases {
            self.check_pair(func, *base);
        }
        self.check_override_list(contract, func, &bases);
    }

    fn check_override_list(&mut self, contract: usize, func: usize, bases: &[usize]) {
        let def = self.defs.funcs[func].def;
        let Some(overrides) = &def.overrides else { return };
        let home = Home { file: self.defs.contracts[contract].file, contract: Some(contract) };
        let mut named = Vec::new();
        for path in &overrides.bases {
            if let Ok(base) = self.resolve_contract(path, home) {
                named.push(base);
            }
        }
        let owners: Vec<usize> = bases.iter().filter_map(|f| self.defs.funcs[*f].home.contract).collect();
        let missing = owners.iter().find(|owner| !named.contains(owner));
        if (bases.len() > 1 || !overrides.bases.is_empty())
            && let Some(missing) = missing
        {
            let names: Vec<&str> =
                owners.iter().map(|c| self.defs.contracts[*c].def.name.name.as_str()).collect();
            let name = &self.defs.contracts[*missing].def.name;
            let _ = self
                .error(E0421, overrides.span, format!("`{name}` must be named in `override`"))
                .help(format!("write `override({})`", names.join(", ")))
                .emit();
        }
        if let Some(extra) = named.iter().find(|named| !owners.contains(named)) {
            let name = &self.defs.contracts[*extra].def.name;
            let message = format!("`{name}` has no function that is overridden here");
            let _ = self.error(E0421, overrides.span, message).emit();
        }
    }

    fn check_pair(&self, func: usize, base: usize) {
        let (own, other) = (&self.defs.funcs[func], &self.defs.funcs[base]);
        let fail = |code, text: String| {
            let error = self.error(code, own.def.name.span, text);
            let error = error.label(other.def.name.span, "the overridden function");
            let _ = if code == E0422 { error.help("add `virtual` to it").emit() } else { error.emit() };
        };
        let name = &own.def.name;
        if other.def.is_virtual.is_none() && !self.in_interface(base) {
            fail(E0422, format!("`{name}` of the base is not `virtual`"));
        }
        if let (Ok(x), Ok(y)) = (&own.signature, &other.signature) {
            let same = x.returns.len() == y.returns.len()
                && x.returns.iter().zip(&y.returns).all(|((_, a), (_, b))| a == b);
            if !same {
                fail(E0423, format!("`{name}` returns other types than the function that it overrides"));
            }
        }
        let visibility = |v: Option<tsol_syntax::ast::Attr<Visibility>>| v.map(|v| v.value);
        let (a, b) = (visibility(own.def.visibility), visibility(other.def.visibility));
        let opened = a == Some(Visibility::Public) && b == Some(Visibility::External);
        if a != b && !opened && a.is_some() && b.is_some() {
            fail(E0423, format!("`{name}` has another visibility than the function that it overrides"));
        }
        let rank = |func| match self.mutability(func) {
            Mutability::Pure => 0,
            Mutability::View => 1,
            Mutability::Default => 2,
        };
        if rank(func) > rank(base) {
            fail(E0423, format!("`{name}` may do more to the state than the function that it overrides"));
        }
        let same_messages = own.def.external_msg.is_some() == other.def.external_msg.is_some()
            && own.def.internal_msg.is_some() == other.def.internal_msg.is_some()
            && own.def.responsible.is_some() == other.def.responsible.is_some();
        if !same_messages {
            let what = "`externalMsg`, `internalMsg` or `responsible`";
            fail(E0423, format!("`{name}` differs from the function that it overrides in {what}"));
        }
        let ids = (self.externs.get(&func), self.externs.get(&base));
        if let (Some(a), Some(b)) = ids
            && self.program.externs[a.0 as usize].function_id
                != self.program.externs[b.0 as usize].function_id
        {
            fail(E0423, format!("`{name}` has another `functionID` than the function that it overrides"));
        }
    }

    /// Functions that come from several bases and are not overridden here.
    fn check_inherited(&mut self, contract: usize) {
        let mut done: Vec<usize> = Vec::new();
        for base in self.defs.contracts[contract].linear.clone().into_iter().skip(1) {
            for func in self.defs.contracts[base].funcs.clone() {
                if !self.overridable(func) || done.iter().any(|other| self.same_params(*other, func)) {
                    continue;
                }
                done.push(func);
                let own = &self.defs.contracts[contract].funcs;
                if own.iter().any(|f| self.same_params(*f, func) && self.overridable(*f)) {
                    continue;
                }
                let bases = self.base_functions(contract, func);
                if bases.len() < 2 || self.one_replaces_all(&bases) {
                    continue;
                }
                let def = self.defs.contracts[contract].def;
                let name = &self.defs.funcs[func].def.name;
                let mut error = self.error(
                    E0424,
                    def.name.span,
                    format!("`{}` inherits `{name}` from several bases and must override it", def.name),
                );
                for base in &bases {
                    error = error.label(self.defs.funcs[*base].def.name.span, "one of them");
                }
                let _ = error.help("override it with `override(…)`, naming those contracts").emit();
            }
        }
    }

    /// Whether all but one are declarations without a body that the one implements.
    fn one_replaces_all(&self, bases: &[usize]) -> bool {
        bases.iter().any(|one| {
            bases.iter().all(|other| {
                if one == other {
                    return true;
                }
                let owners = (self.defs.funcs[*one].home.contract, self.defs.funcs[*other].home.contract);
                let (Some(a), Some(b)) = owners else { return false };
                self.defs.funcs[*other].def.body.is_none() && self.derives(a as u32, b as u32)
            })
        })
    }

    fn check_modifiers(&self, contract: usize) {
        for modifier in &self.defs.contracts[contract].mods {
            let def = self.defs.mods[*modifier].def;
            let base = self.defs.contracts[contract].linear.iter().skip(1).find_map(|c| {
                let mods = &self.defs.contracts[*c].mods;
                mods.iter().copied().find(|m| self.defs.mods[*m].def.name.name == def.name.name)
            });
            match (base, &def.overrides) {
                (None, Some(overrides)) => {
                    let message = format!("`{}` overrides nothing", def.name);
                    let _ = self.error(E0419, overrides.span, message).emit();
                }
                (Some(base), overrides) => {
                    let other = self.defs.mods[base].def;
                    if overrides.is_none() {
                        let message = format!("`{}` overrides a modifier of a base", def.name);
                        let error = self.error(E0420, def.name.span, message);
                        let _ = error.label(other.name.span, "this one").help("add `override`").emit();
                    }
                    if other.is_virtual.is_none() {
                        let message = format!("`{}` of the base is not `virtual`", def.name);
                        let error = self.error(E0422, def.name.span, message);
                        let error = error.label(other.name.span, "the overridden modifier");
                        let _ = error.help("add `virtual` to it").emit();
                    }
                    let params = (&self.defs.mods[*modifier].params, &self.defs.mods[base].params);
                    if let (Ok(a), Ok(b)) = params
                        && !(a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.1 == y.1))
                    {
                        let message =
                            format!("`{}` takes other types than the modifier that it overrides", def.name);
                        let error = self.error(E0423, def.name.span, message);
                        let _ = error.label(other.name.span, "the overridden modifier").emit();
                    }
                }
                (None, None) => {}
            }
        }
    }

    /// A contract that can be deployed has a body for every function.
    pub(crate) fn check_complete(&mut self, contract: usize) {
        self.build.contract = Some(contract);
        let linear = self.defs.contracts[contract].linear.clone();
        let mut missing: Vec<usize> = Vec::new();
        for base in linear.iter().skip(1) {
            for func in self.defs.contracts[*base].funcs.clone() {
                if !self.overridable(func) {
                    continue;
                }
                let target = self.final_target(func);
                let def = self.defs.funcs[target].def;
                let told = self.replaced_by_a_variable(&linear, target);
                if def.body.is_none() && def.assembly.is_none() && !told && !missing.contains(&target) {
                    missing.push(target);
                }
            }
        }
        if missing.is_empty() {
            return;
        }
        let def = self.defs.contracts[contract].def;
        debug_assert_eq!(def.kind, ContractKind::Contract, "only contracts are complete");
        let names: Vec<String> =
            missing.iter().map(|f| format!("`{}`", self.defs.funcs[*f].def.name)).collect();
        let message = format!("`{}` has no body for {}", def.name, names.join(", "));
        let mut error = self.error(crate::codes::E0405, def.name.span, message);
        for func in missing {
            error = error.label(self.defs.funcs[func].def.name.span, "declared here");
        }
        let _ = error.help("write the functions, or make the contract `abstract`").emit();
    }

    /// Whether a variable says that it overrides the function, which is an error of its own.
    fn replaced_by_a_variable(&self, linear: &[usize], func: usize) -> bool {
        let name = &self.defs.funcs[func].def.name.name;
        let here = linear.iter().flat_map(|c| self.defs.contracts[*c].scope.get(name)).flatten();
        here.copied().any(|sym| match sym {
            Sym::Var(var) => self.defs.vars[var].def.overrides.is_some(),
            _ => false,
        })
    }

    /// An inline function cannot be put into itself.
    pub(crate) fn check_inline_recursion(&self, functions: &[Function]) {
        let calls: Vec<Vec<usize>> = functions.iter().map(crate::walk::called).collect();
        for (start, function) in functions.iter().enumerate() {
            if !function.inline {
                continue;
            }
            let mut seen = vec![false; functions.len()];
            let mut queue = calls[start].clone();
            while let Some(next) = queue.pop() {
                if next == start {
                    let message = format!("inline function `{}` calls itself", function.name);
                    let _ = self
                        .error(crate::codes::E0425, function.span, message)
                        .help("remove `inline`")
                        .emit();
                    break;
                }
                if !std::mem::replace(&mut seen[next], true) {
                    queue.extend(&calls[next]);
                }
            }
        }
    }
}
