//! Declarations.

use super::Printer;
use crate::ast::{
    BinaryOp, ContractDef, Doc, EnumDef, EventDef, Expr, FunctionDef, FunctionKind, Import, ImportClause,
    Item, Member, ModifierCall, ModifierDef, OverrideSpec, Pragma, StateVar, StringKind, StringLit,
    StructDef, UserOperator, UserTypeDef, UsingDef, UsingWhat,
};

impl Printer {
    pub(super) fn item(&mut self, item: &Item) {
        match item {
            Item::Pragma(pragma) => self.pragma(pragma),
            Item::Import(import) => self.import(import),
            Item::Contract(contract) => self.contract(contract),
            Item::Function(function) => self.function(function),
            Item::Var(var) => self.state_var(var),
            Item::Struct(def) => self.struct_def(def),
            Item::Enum(def) => self.enum_def(def),
            Item::Event(def) => self.event(def),
            Item::UserType(def) => self.user_type(def),
            Item::Using(def) => self.using(def),
        }
        self.newline();
    }

    fn member(&mut self, member: &Member) {
        match member {
            Member::Var(var) => self.state_var(var),
            Member::Function(function) => self.function(function),
            Member::Modifier(def) => self.modifier(def),
            Member::Struct(def) => self.struct_def(def),
            Member::Enum(def) => self.enum_def(def),
            Member::Event(def) => self.event(def),
            Member::UserType(def) => self.user_type(def),
            Member::Using(def) => self.using(def),
        }
    }

    /// Begins the line of a declaration, under its comment.
    fn begin(&mut self, doc: Option<&Doc>, word: &str) {
        for line in doc.iter().flat_map(|doc| doc.text.split('\n')) {
            self.line();
            self.put(if line.is_empty() { "///" } else { "/// " });
            self.put(line);
        }
        self.line();
        self.put(word);
    }

    fn pragma(&mut self, pragma: &Pragma) {
        self.begin(None, "pragma ");
        self.put(pragma.name.as_str());
        for word in &pragma.words {
            self.attr(&word.text);
        }
        if !pragma.args.is_empty() {
            self.put(" ");
            self.list(&pragma.args, Self::expr);
        }
        self.put(";");
    }

    fn import(&mut self, import: &Import) {
        self.begin(None, "import ");
        match &import.clause {
            ImportClause::All => {}
            ImportClause::Namespace(name) => {
                self.put("* as ");
                self.put(name.as_str());
                self.put(" from ");
            }
            ImportClause::Names(names) => {
                self.put("{");
                self.list(names, |p, name| {
                    p.put(name.name.as_str());
                    if let Some(alias) = &name.alias {
                        p.attr("as");
                        p.attr(alias.as_str());
                    }
                });
                self.put("} from ");
            }
        }
        self.string(&StringLit { value: import.path.clone().into_bytes(), kind: StringKind::Plain });
        self.put(";");
    }

    fn contract(&mut self, contract: &ContractDef) {
        self.begin(contract.doc.as_ref(), if contract.is_abstract { "abstract " } else { "" });
        self.put(contract.kind.as_str());
        self.attr(contract.name.as_str());
        if !contract.bases.is_empty() {
            self.put(" is ");
            self.list(&contract.bases, |p, base| {
                p.put(&base.path.to_string());
                p.optional_args(base.args.as_deref());
            });
        }
        self.put(" ");
        self.braces(|p| contract.members.iter().for_each(|member| p.member(member)));
    }

    fn optional_args(&mut self, args: Option<&[Expr]>) {
        if let Some(args) = args {
            self.put("(");
            self.list(args, Self::expr);
            self.put(")");
        }
    }

    fn state_var(&mut self, var: &StateVar) {
        self.begin(var.doc.as_ref(), "");
        self.type_name(&var.ty);
        if let Some(visibility) = var.visibility {
            self.attr(visibility.value.as_str());
        }
        self.flags(&[
            (var.constant.is_some(), "constant"),
            (var.is_static.is_some(), "static"),
            (var.no_storage.is_some(), "nostorage"),
        ]);
        self.overrides(var.overrides.as_ref());
        self.attr(var.name.as_str());
        if let Some(init) = &var.init {
            self.put(" = ");
            self.expr(init);
        }
        self.put(";");
    }

    fn flags(&mut self, flags: &[(bool, &str)]) {
        for (_, word) in flags.iter().filter(|(set, _)| *set) {
            self.attr(word);
        }
    }

    fn overrides(&mut self, spec: Option<&OverrideSpec>) {
        let Some(spec) = spec else { return };
        self.attr("override");
        if !spec.bases.is_empty() {
            self.put("(");
            self.list(&spec.bases, |p, path| p.put(&path.to_string()));
            self.put(")");
        }
    }

    fn function(&mut self, function: &FunctionDef) {
        self.begin(function.doc.as_ref(), function.kind.as_str());
        if function.kind == FunctionKind::Function {
            self.attr(function.name.as_str());
        }
        self.params(&function.params);
        if let Some(visibility) = function.visibility {
            self.attr(visibility.value.as_str());
        }
        if let Some(mutability) = function.mutability {
            self.attr(mutability.value.as_str());
        }
        self.flags(&[
            (function.external_msg.is_some(), "externalMsg"),
            (function.internal_msg.is_some(), "internalMsg"),
            (function.inline.is_some(), "inline"),
            (function.responsible.is_some(), "responsible"),
            (function.is_virtual.is_some(), "virtual"),
        ]);
        self.overrides(function.overrides.as_ref());
        if let Some(id) = &function.function_id {
            self.put(" functionID(");
            self.expr(&id.value);
            self.put(")");
        }
        for call in &function.modifiers {
            self.modifier_call(call);
        }
        self.returns(&function.returns);
        self.body(function.body.as_ref());
    }

    fn modifier_call(&mut self, call: &ModifierCall) {
        self.attr(&call.path.to_string());
        self.optional_args(call.args.as_deref());
    }

    fn body(&mut self, body: Option<&crate::ast::Block>) {
        match body {
            Some(body) => {
                self.put(" ");
                self.block(body);
            }
            None => self.put(";"),
        }
    }

    fn modifier(&mut self, modifier: &ModifierDef) {
        self.begin(modifier.doc.as_ref(), "modifier");
        self.attr(modifier.name.as_str());
        if !modifier.params.is_empty() {
            self.params(&modifier.params);
        }
        self.flags(&[(modifier.is_virtual.is_some(), "virtual")]);
        self.overrides(modifier.overrides.as_ref());
        self.body(modifier.body.as_ref());
    }

    fn struct_def(&mut self, def: &StructDef) {
        self.begin(def.doc.as_ref(), "struct ");
        self.put(def.name.as_str());
        self.put(" ");
        self.braces(|p| {
            for field in &def.fields {
                p.begin(field.doc.as_ref(), "");
                p.type_name(&field.ty);
                p.attr(field.name.as_str());
                p.put(";");
            }
        });
    }

    fn enum_def(&mut self, def: &EnumDef) {
        self.begin(def.doc.as_ref(), "enum ");
        self.put(def.name.as_str());
        self.put(" { ");
        self.list(&def.variants, |p, variant| p.put(variant.as_str()));
        self.put(" }");
    }

    fn event(&mut self, def: &EventDef) {
        self.begin(def.doc.as_ref(), "event ");
        self.put(def.name.as_str());
        self.put("(");
        self.list(&def.params, |p, param| {
            p.type_name(&param.ty);
            p.flags(&[(param.indexed.is_some(), "indexed")]);
            if let Some(name) = &param.name {
                p.attr(name.as_str());
            }
        });
        self.put(")");
        self.flags(&[(def.anonymous.is_some(), "anonymous")]);
        self.put(";");
    }

    fn user_type(&mut self, def: &UserTypeDef) {
        self.begin(def.doc.as_ref(), "type ");
        self.put(def.name.as_str());
        self.put(" is ");
        self.type_name(&def.ty);
        self.put(";");
    }

    fn using(&mut self, def: &UsingDef) {
        self.begin(None, "using ");
        match &def.what {
            UsingWhat::Library(path) => self.put(&path.to_string()),
            UsingWhat::Functions(functions) => {
                self.put("{");
                self.list(functions, |p, function| {
                    p.put(&function.path.to_string());
                    if let Some(operator) = function.operator {
                        p.attr("as");
                        p.attr(match operator.value {
                            UserOperator::Binary(op) => BinaryOp::as_str(op),
                            UserOperator::BitNot => "~",
                        });
                    }
                });
                self.put("}");
            }
        }
        self.put(" for ");
        match &def.target {
            Some(ty) => self.type_name(ty),
            None => self.put("*"),
        }
        self.flags(&[(def.global.is_some(), "global")]);
        self.put(";");
    }
}
