//! Tables of everything that the sources declare, and the scopes in which names are found.

use indexmap::IndexMap;
use tsol_syntax::ast::{
    BaseSpec, ContractDef, ContractKind, EnumDef, EventDef, Expr, FunctionDef, FunctionKind, Ident, Import,
    ImportClause, Item, Member, ModifierDef, StateVar, StructDef, UsingDef, Visibility,
};
use tsol_syntax::diag::{Diagnostics, Reported};
use tsol_syntax::span::Span;

use crate::codes::{E0202, E0203, E0204, E0503};
use crate::hir::{EnumId, EventId, Program, StructId, Type};
use crate::loader::Loaded;
use crate::pragma::Pragmas;

/// What a name means.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Sym {
    /// Contract, interface or library, by index.
    Contract(usize),
    /// Function, by index; a name may have several.
    Func(usize),
    /// Constant or state variable, by index.
    Var(usize),
    /// Modifier, by index.
    Modifier(usize),
    Struct(StructId),
    Enum(EnumId),
    Event(EventId),
    /// `import … as name`, by index of the file.
    Module(usize),
}

/// Names of one file or contract.
pub(crate) type Scope = IndexMap<String, Vec<Sym>>;

/// Where a declaration stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Home {
    pub(crate) file: usize,
    pub(crate) contract: Option<usize>,
}

pub(crate) struct File<'a> {
    pub(crate) scope: Scope,
    pub(crate) pragmas: Pragmas,
    pub(crate) usings: Vec<&'a UsingDef>,
    pub(crate) imports: Vec<(&'a Import, Option<usize>)>,
    /// Value of `pragma msgValue`.
    pub(crate) msg_value: Option<&'a Expr>,
}

pub(crate) struct ContractInfo<'a> {
    pub(crate) def: &'a ContractDef,
    pub(crate) file: usize,
    pub(crate) scope: Scope,
    /// Direct bases in order of writing.
    pub(crate) bases: Vec<(usize, &'a BaseSpec)>,
    /// The contract itself first, then its bases, most derived first.
    pub(crate) linear: Vec<usize>,
    pub(crate) funcs: Vec<usize>,
    pub(crate) vars: Vec<usize>,
    pub(crate) mods: Vec<usize>,
    pub(crate) events: Vec<EventId>,
    pub(crate) usings: Vec<&'a UsingDef>,
    pub(crate) constructor: Option<usize>,
}

impl ContractInfo<'_> {
    pub(crate) fn is_library(&self) -> bool {
        self.def.kind == ContractKind::Library
    }

    pub(crate) fn is_interface(&self) -> bool {
        self.def.kind == ContractKind::Interface
    }
}

/// Parameters and results with their types.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signature {
    pub(crate) params: Vec<(String, Type)>,
    pub(crate) returns: Vec<(String, Type)>,
}

impl Signature {
    pub(crate) fn param_types(&self) -> Vec<Type> {
        self.params.iter().map(|(_, ty)| ty.clone()).collect()
    }

    /// Type of a call: nothing, the only result, or a tuple.
    pub(crate) fn result_type(&self) -> Type {
        match self.returns.as_slice() {
            [(_, only)] => only.clone(),
            many => Type::Tuple(many.iter().map(|(_, ty)| ty.clone()).collect()),
        }
    }
}

pub(crate) struct FuncInfo<'a> {
    pub(crate) def: &'a FunctionDef,
    pub(crate) home: Home,
    pub(crate) signature: Result<Signature, Reported>,
}

impl FuncInfo<'_> {
    pub(crate) fn is_private(&self) -> bool {
        self.def.visibility.is_some_and(|v| v.value == Visibility::Private)
    }

    /// Whether messages can reach it.
    pub(crate) fn is_public(&self) -> bool {
        self.def.kind == FunctionKind::Function
            && self
                .def
                .visibility
                .is_some_and(|v| matches!(v.value, Visibility::Public | Visibility::External))
    }
}

pub(crate) struct VarInfo<'a> {
    pub(crate) def: &'a StateVar,
    pub(crate) home: Home,
    pub(crate) ty: Result<Type, Reported>,
}

pub(crate) struct ModInfo<'a> {
    pub(crate) def: &'a ModifierDef,
    pub(crate) home: Home,
    pub(crate) params: Result<Vec<(String, Type)>, Reported>,
}

/// All declarations.
pub(crate) struct Defs<'a> {
    pub(crate) files: Vec<File<'a>>,
    pub(crate) contracts: Vec<ContractInfo<'a>>,
    pub(crate) funcs: Vec<FuncInfo<'a>>,
    pub(crate) vars: Vec<VarInfo<'a>>,
    pub(crate) mods: Vec<ModInfo<'a>>,
    pub(crate) structs: Vec<(&'a StructDef, Home)>,
    pub(crate) enums: Vec<(&'a EnumDef, Home)>,
    pub(crate) events: Vec<(&'a EventDef, Home)>,
}

impl<'a> Defs<'a> {
    /// Fills the tables from the trees and binds imported names. Types are not resolved yet.
    pub(crate) fn collect(loaded: &'a [Loaded], program: &mut Program, diags: &Diagnostics) -> Self {
        let mut defs = Defs {
            files: Vec::new(),
            contracts: Vec::new(),
            funcs: Vec::new(),
            vars: Vec::new(),
            mods: Vec::new(),
            structs: Vec::new(),
            enums: Vec::new(),
            events: Vec::new(),
        };
        for (index, file) in loaded.iter().enumerate() {
            let target = |id| loaded.iter().position(|other| other.id == id);
            let mut imports = file.imports.iter();
            let mut entry = File {
                scope: Scope::new(),
                pragmas: Pragmas::default(),
                usings: Vec::new(),
                imports: Vec::new(),
                msg_value: None,
            };
            for item in &file.unit.items {
                match item {
                    Item::Pragma(pragma) => {
                        entry.pragmas.read(pragma, diags);
                        if pragma.name.name == "msgValue" {
                            entry.msg_value = pragma.args.first();
                        }
                    }
                    Item::Import(import) => {
                        let id = imports.next().copied().flatten();
                        entry.imports.push((import, id.and_then(target)));
                    }
                    Item::Using(using) => entry.usings.push(using),
                    _ => defs.collect_item(item, index, &mut entry.scope, program, diags),
                }
            }
            defs.files.push(entry);
        }
        defs.bind_imports(diags);
        defs
    }

    fn collect_item(
        &mut self,
        item: &'a Item,
        file: usize,
        scope: &mut Scope,
        program: &mut Program,
        diags: &Diagnostics,
    ) {
        let home = Home { file, contract: None };
        let (name, sym) = match item {
            Item::Contract(def) => (&def.name, Sym::Contract(self.add_contract(def, file, program, diags))),
            Item::Function(def) => (&def.name, Sym::Func(self.add_func(def, home))),
            Item::Var(def) => (&def.name, Sym::Var(self.add_var(def, home))),
            Item::Struct(def) => (&def.name, Sym::Struct(self.add_struct(def, home, program))),
            Item::Enum(def) => (&def.name, Sym::Enum(self.add_enum(def, home, program))),
            Item::Event(def) => (&def.name, Sym::Event(self.add_event(def, home, program))),
            Item::UserType(def) => return refuse_user_type(&def.name, def.span, diags),
            Item::Pragma(_) | Item::Import(_) | Item::Using(_) => return,
        };
        self.declare(scope, name, sym, diags);
    }

    fn add_contract(
        &mut self,
        def: &'a ContractDef,
        file: usize,
        program: &mut Program,
        diags: &Diagnostics,
    ) -> usize {
        let index = self.contracts.len();
        program.interfaces.push(crate::hir::Interface {
            name: def.name.name.clone(),
            constructor: None,
            statics: Vec::new(),
            has_pubkey: true,
            contract: None,
        });
        self.contracts.push(ContractInfo {
            def,
            file,
            scope: Scope::new(),
            bases: Vec::new(),
            linear: vec![index],
            funcs: Vec::new(),
            vars: Vec::new(),
            mods: Vec::new(),
            events: Vec::new(),
            usings: Vec::new(),
            constructor: None,
        });
        let home = Home { file, contract: Some(index) };
        let mut scope = Scope::new();
        for member in &def.members {
            self.collect_member(member, home, index, &mut scope, program, diags);
        }
        self.contracts[index].scope = scope;
        index
    }

    fn collect_member(
        &mut self,
        member: &'a Member,
        home: Home,
        index: usize,
        scope: &mut Scope,
        program: &mut Program,
        diags: &Diagnostics,
    ) {
        let (name, sym) = match member {
            Member::Var(def) => {
                let var = self.add_var(def, home);
                self.contracts[index].vars.push(var);
                (&def.name, Sym::Var(var))
            }
            Member::Function(def) => {
                let func = self.add_func(def, home);
                self.contracts[index].funcs.push(func);
                if def.kind == FunctionKind::Constructor && self.contracts[index].constructor.is_none() {
                    self.contracts[index].constructor = Some(func);
                    return;
                }
                if def.kind != FunctionKind::Function {
                    return self.check_special_once(index, func, diags);
                }
                (&def.name, Sym::Func(func))
            }
            Member::Modifier(def) => {
                let params = Ok(Vec::new());
                self.mods.push(ModInfo { def, home, params });
                let modifier = self.mods.len() - 1;
                self.contracts[index].mods.push(modifier);
                (&def.name, Sym::Modifier(modifier))
            }
            Member::Struct(def) => (&def.name, Sym::Struct(self.add_struct(def, home, program))),
            Member::Enum(def) => (&def.name, Sym::Enum(self.add_enum(def, home, program))),
            Member::Event(def) => {
                let event = self.add_event(def, home, program);
                self.contracts[index].events.push(event);
                (&def.name, Sym::Event(event))
            }
            Member::UserType(def) => return refuse_user_type(&def.name, def.span, diags),
            Member::Using(def) => {
                self.contracts[index].usings.push(def);
                return;
            }
        };
        self.declare(scope, name, sym, diags);
    }

    fn check_special_once(&self, contract: usize, func: usize, diags: &Diagnostics) {
        let def = self.funcs[func].def;
        let same = |other: &&usize| **other != func && self.funcs[**other].def.kind == def.kind;
        if let Some(first) = self.contracts[contract].funcs.iter().find(same) {
            let word = def.kind.as_str();
            let _ = diags
                .error(E0202, def.head_span, format!("`{word}` is defined twice"))
                .label(self.funcs[*first].def.head_span, "first defined here")
                .emit();
        }
    }

    fn add_func(&mut self, def: &'a FunctionDef, home: Home) -> usize {
        self.funcs.push(FuncInfo { def, home, signature: Ok(Signature::default()) });
        self.funcs.len() - 1
    }

    fn add_var(&mut self, def: &'a StateVar, home: Home) -> usize {
        self.vars.push(VarInfo { def, home, ty: Ok(Type::void()) });
        self.vars.len() - 1
    }

    fn add_struct(&mut self, def: &'a StructDef, home: Home, program: &mut Program) -> StructId {
        self.structs.push((def, home));
        let name = def.name.name.clone();
        program.structs.push(crate::hir::Struct { name, fields: Vec::new(), span: def.span });
        StructId(program.structs.len() as u32 - 1)
    }

    fn add_enum(&mut self, def: &'a EnumDef, home: Home, program: &mut Program) -> EnumId {
        self.enums.push((def, home));
        let members = def.variants.iter().map(|variant| variant.name.clone()).collect();
        program.enums.push(crate::hir::Enum { name: def.name.name.clone(), members, span: def.span });
        EnumId(program.enums.len() as u32 - 1)
    }

    fn add_event(&mut self, def: &'a EventDef, home: Home, program: &mut Program) -> EventId {
        self.events.push((def, home));
        let name = def.name.name.clone();
        program.events.push(crate::hir::Event { name, params: Vec::new(), span: def.span });
        EventId(program.events.len() as u32 - 1)
    }

    /// Enters a name. Functions may share one; events may be overloaded by nothing.
    fn declare(&self, scope: &mut Scope, name: &Ident, sym: Sym, diags: &Diagnostics) {
        if name.name.is_empty() {
            return; // reported by the parser
        }
        let entry = scope.entry(name.name.clone()).or_default();
        let clash = entry.iter().find(|other| !matches!((other, sym), (Sym::Func(_), Sym::Func(_))));
        if let Some(other) = clash {
            let _ = diags
                .error(E0202, name.span, format!("`{name}` is declared twice"))
                .label(self.name_span(*other), "first declared here")
                .emit();
            return;
        }
        entry.push(sym);
    }

    /// Place of the name in its declaration.
    pub(crate) fn name_span(&self, sym: Sym) -> Span {
        match sym {
            Sym::Contract(i) => self.contracts[i].def.name.span,
            Sym::Func(i) => self.funcs[i].def.name.span,
            Sym::Var(i) => self.vars[i].def.name.span,
            Sym::Modifier(i) => self.mods[i].def.name.span,
            Sym::Struct(id) => self.structs[id.0 as usize].0.name.span,
            Sym::Enum(id) => self.enums[id.0 as usize].0.name.span,
            Sym::Event(id) => self.events[id.0 as usize].0.name.span,
            Sym::Module(_) => Span::default(),
        }
    }

    /// Binds the names of all imports. Plain imports hand on what they import themselves, so this runs until
    /// nothing changes.
    fn bind_imports(&mut self, diags: &Diagnostics) {
        loop {
            let mut changed = false;
            for file in 0..self.files.len() {
                for number in 0..self.files[file].imports.len() {
                    let (import, Some(target)) = self.files[file].imports[number] else { continue };
                    changed |= self.bind_import(file, import, target, diags);
                }
            }
            if !changed {
                break;
            }
        }
        self.check_import_names(diags);
    }

    fn bind_import(&mut self, file: usize, import: &Import, target: usize, diags: &Diagnostics) -> bool {
        let names: Vec<(String, Span, Vec<Sym>)> = match &import.clause {
            ImportClause::All => {
                let scope = &self.files[target].scope;
                scope.iter().map(|(name, syms)| (name.clone(), import.path_span, syms.clone())).collect()
            }
            ImportClause::Namespace(name) => {
                vec![(name.name.clone(), name.span, vec![Sym::Module(target)])]
            }
            ImportClause::Names(list) => list
                .iter()
                .filter_map(|name| {
                    let syms = self.files[target].scope.get(&name.name.name)?.clone();
                    Some((name.local().name.clone(), name.local().span, syms))
                })
                .collect(),
        };
        let mut changed = false;
        for (name, span, syms) in names {
            for sym in syms {
                changed |= self.import_sym(file, &name, span, sym, diags);
            }
        }
        changed
    }

    fn import_sym(&mut self, file: usize, name: &str, span: Span, sym: Sym, diags: &Diagnostics) -> bool {
        let entry = self.files[file].scope.entry(name.to_owned()).or_default();
        if entry.contains(&sym) {
            return false;
        }
        let clash = entry.iter().copied().find(|o| !matches!((o, sym), (Sym::Func(_), Sym::Func(_))));
        if let Some(other) = clash {
            let _ = diags
                .error(E0203, span, format!("imported name `{name}` already means something else"))
                .label(self.name_span(other), "declared here")
                .label(self.name_span(sym), "and here")
                .help("import it under another name: `import {x as y} from \"…\";`")
                .emit();
            return false;
        }
        entry.push(sym);
        true
    }

    fn check_import_names(&self, diags: &Diagnostics) {
        for file in &self.files {
            for (import, target) in &file.imports {
                let (ImportClause::Names(list), Some(target)) = (&import.clause, target) else { continue };
                for name in list {
                    if !self.files[*target].scope.contains_key(&name.name.name) {
                        let message = format!("`{}` does not declare `{}`", import.path, name.name);
                        let mut error = diags.error(E0204, name.name.span, message);
                        let names = self.files[*target].scope.keys().map(String::as_str);
                        if let Some(near) = crate::names::nearest(&name.name.name, names) {
                            error = error.help(format!("perhaps `{near}` is meant"));
                        }
                        let _ = error.emit();
                    }
                }
            }
        }
    }
}

fn refuse_user_type(name: &Ident, span: Span, diags: &Diagnostics) {
    let message = format!("user-defined type `{name}` is not supported");
    let _ =
        diags.error(E0503, span, message).help("use the type behind it, or a struct of one member").emit();
}
