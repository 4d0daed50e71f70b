//! Building contracts: state, entries and the functions that they reach.

use std::collections::HashMap;

use tsol_syntax::ast::{ContractKind, FunctionKind, Visibility};

use crate::cx::{Build, Cx, FnKey, R};
use crate::hir::{Contract, Entries, EventId, Function, InterfaceId, StateId, StateVar, Storage};

impl Cx<'_> {
    /// Checks all code. Contracts that can be deployed go into the program.
    pub(crate) fn build_all(&mut self) {
        // In order of declaration, so that long chains of constants are not followed by recursion.
        for var in 0..self.defs.vars.len() {
            if self.defs.vars[var].def.constant.is_some() {
                let _ = self.constant(var);
            }
        }
        for contract in 0..self.defs.contracts.len() {
            let def = self.defs.contracts[contract].def;
            let built = self.build_contract(contract);
            let deployable = def.kind == ContractKind::Contract && !def.is_abstract;
            if let (Ok(built), true) = (built, deployable) {
                self.program.interfaces[contract].contract = Some(self.program.contracts.len());
                self.program.contracts.push(built);
            }
        }
        self.build_free_functions();
    }

    /// Free functions are checked even where nobody uses them.
    fn build_free_functions(&mut self) {
        self.build = Build::default();
        for func in 0..self.defs.funcs.len() {
            if self.defs.funcs[func].home.contract.is_none() && !self.checked.contains(&func) {
                let _ = self.build_function(func);
                self.drain_functions();
            }
        }
    }

    /// Builds the functions that were asked for and not built yet, for their errors only.
    fn drain_functions(&mut self) {
        let mut next = 0;
        while let Some((key, ())) = self.build.keys.get_index(next) {
            let key = *key;
            next += 1;
            if let FnKey::Func(func) = key
                && !self.checked.insert(func)
            {
                continue;
            }
            let _ = self.build_key(key);
        }
    }

    fn build_key(&mut self, key: FnKey) -> R<Function> {
        match key {
            FnKey::Func(func) => {
                self.checked.insert(func);
                self.build_function(func)
            }
            FnKey::Getter(var) => self.build_getter(var),
            FnKey::Constructor => self.build_constructor(),
        }
    }

    fn build_contract(&mut self, contract: usize) -> R<Contract> {
        let info = &self.defs.contracts[contract];
        let (def, file) = (info.def, info.file);
        self.build = Build { contract: Some(contract), ..Build::default() };
        let state = self.build_state(contract);
        let entries = self.build_entries(contract);

        let mut functions = Vec::new();
        let mut failed = None;
        let mut next = 0;
        while let Some((key, ())) = self.build.keys.get_index(next) {
            let key = *key;
            next += 1;
            match self.build_key(key) {
                Ok(function) => functions.push(function),
                Err(reported) => failed = Some(reported),
            }
        }
        let events = self.contract_events(contract);
        self.build_rest(contract);
        if let Some(reported) = failed {
            return Err(reported);
        }
        let state = state?;
        self.check_inline_recursion(&functions);
        self.warn_missing_accept(&functions);
        Ok(Contract {
            name: def.name.name.clone(),
            interface: InterfaceId(contract as u32),
            headers: self.defs.files[file].pragmas.headers(),
            state,
            functions,
            entries,
            events,
            span: def.span,
        })
    }

    /// Functions of the contract that nothing reaches are checked too.
    fn build_rest(&mut self, contract: usize) {
        for func in self.defs.contracts[contract].funcs.clone() {
            if !self.build.keys.contains_key(&FnKey::Func(func)) && self.checked.insert(func) {
                let _ = self.build_function(func);
            }
        }
        for modifier in self.defs.contracts[contract].mods.clone() {
            self.check_modifier_alone(modifier);
        }
    }

    fn build_state(&mut self, contract: usize) -> R<Vec<StateVar>> {
        let linear = self.defs.contracts[contract].linear.clone();
        let mut vars: Vec<usize> = Vec::new();
        for base in linear.iter().rev() {
            for var in &self.defs.contracts[*base].vars {
                if self.defs.vars[*var].def.constant.is_none() {
                    vars.push(*var);
                }
            }
        }
        let number = |(i, var): (usize, &usize)| (*var, StateId(i as u32));
        self.build.state = vars.iter().enumerate().map(number).collect::<HashMap<_, _>>();
        let mut state = Vec::new();
        let mut failed = None;
        for var in vars {
            let info = &self.defs.vars[var];
            let (def, home) = (info.def, info.home);
            let ty = match info.ty.clone() {
                Ok(ty) => ty,
                Err(reported) => {
                    failed = Some(reported);
                    continue;
                }
            };
            let init = match &def.init {
                None => Ok(None),
                Some(init) => self.initializer(init, &ty, home).map(Some),
            };
            let storage = match (def.is_static, def.no_storage) {
                (Some(_), _) => Storage::Static,
                (None, Some(_)) => Storage::NoStorage,
                (None, None) => Storage::Normal,
            };
            match init {
                Ok(init) => {
                    let name = def.name.name.clone();
                    state.push(StateVar { name, ty, storage, init, span: def.name.span });
                }
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(state), Err)
    }

    fn build_entries(&mut self, contract: usize) -> Entries {
        let linear = self.defs.contracts[contract].linear.clone();
        let mut entries = Entries::default();
        if self.defs.contracts[contract].is_library() {
            return entries;
        }
        // Order of the official compiler: functions from the most derived contract on, then getters from the
        // most basic one on.
        for base in &linear {
            for func in self.defs.contracts[*base].funcs.clone() {
                let has_body = self.defs.funcs[func].def.body.is_some();
                if self.defs.funcs[func].is_public() && has_body && self.final_target(func) == func {
                    entries.public.push(self.build.function(FnKey::Func(func)));
                }
            }
        }
        for base in linear.iter().rev() {
            for var in self.defs.contracts[*base].vars.clone() {
                let def = self.defs.vars[var].def;
                let public = def.visibility.is_some_and(|v| v.value == Visibility::Public);
                if public && def.constant.is_none() && self.defs.vars[var].ty.is_ok() {
                    entries.public.push(self.build.function(FnKey::Getter(var)));
                }
            }
        }
        if self.needs_constructor(contract) {
            entries.constructor = Some(self.build.function(FnKey::Constructor));
        }
        let special = |cx: &mut Self, wanted: &dyn Fn(&Self, usize) -> bool| {
            let found = linear.iter().find_map(|base| {
                cx.defs.contracts[*base].funcs.iter().copied().find(|func| wanted(cx, *func))
            })?;
            cx.defs.funcs[found].def.body.as_ref()?;
            Some(cx.build.function(FnKey::Func(found)))
        };
        let kind = |kind: FunctionKind| move |cx: &Self, func: usize| cx.defs.funcs[func].def.kind == kind;
        let named = |name: &'static str| {
            move |cx: &Self, func: usize| {
                let def = cx.defs.funcs[func].def;
                def.kind == FunctionKind::Function && def.name.name == name
            }
        };
        entries.receive = special(self, &kind(FunctionKind::Receive));
        entries.fallback = special(self, &kind(FunctionKind::Fallback));
        entries.on_bounce = special(self, &kind(FunctionKind::OnBounce));
        entries.on_tick_tock = special(self, &kind(FunctionKind::OnTickTock));
        entries.on_code_upgrade = special(self, &named("onCodeUpgrade"));
        entries.after_signature_check = special(self, &named("afterSignatureCheck"));
        entries
    }

    fn contract_events(&self, contract: usize) -> Vec<EventId> {
        let mut events: Vec<EventId> = Vec::new();
        for base in &self.defs.contracts[contract].linear {
            events.extend(self.defs.contracts[*base].events.iter().copied());
        }
        for event in &self.build.events {
            if !events.contains(event) {
                events.push(*event);
            }
        }
        events
    }
}
