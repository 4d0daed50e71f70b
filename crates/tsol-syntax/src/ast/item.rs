//! Declarations.

use super::{BinaryOp, Block, Doc, Expr, Ident, Param, Path, TypeName};
use crate::diag::Reported;
use crate::span::Span;

/// A whole file.
#[derive(Clone, PartialEq, Debug)]
pub struct SourceUnit {
    /// The whole text.
    pub span: Span,
    /// What it declares, in order.
    pub items: Vec<Item>,
}

/// What may stand at the top of a file.
#[derive(Clone, PartialEq, Debug)]
#[allow(clippy::large_enum_variant)] // a few dozen a file; boxes would only burden every match
pub enum Item {
    /// `pragma ...;`.
    Pragma(Pragma),
    /// `import ...;`.
    Import(Import),
    /// A contract, interface or library.
    Contract(ContractDef),
    /// A free function.
    Function(FunctionDef),
    /// A constant of the file.
    Var(StateVar),
    /// A struct.
    Struct(StructDef),
    /// An enum.
    Enum(EnumDef),
    /// An event.
    Event(EventDef),
    /// `type X is T;`.
    UserType(UserTypeDef),
    /// `using ... for ...;`.
    Using(UsingDef),
}

/// `pragma name words;`.
///
/// Any words are accepted; tsol-sema knows which pragmas exist.
#[derive(Clone, PartialEq, Debug)]
pub struct Pragma {
    /// From `pragma` to the semicolon.
    pub span: Span,
    /// First word, with hyphens: `tvm-solidity`, `AbiHeader`, `copyleft`.
    pub name: Ident,
    /// The rest, cut at tokens: `>=`, `0.72.0`, `expire`. Empty for `copyleft` and `msgValue`.
    pub words: Vec<PragmaWord>,
    /// The expressions of `copyleft` (two) and `msgValue` (one); empty for all others.
    pub args: Vec<Expr>,
}

impl Pragma {
    /// The words joined without blanks: `>=0.72.0`. Two version comparisons stay apart by a blank.
    pub fn value(&self) -> String {
        let mut value = String::new();
        for word in &self.words {
            let first = word.text.chars().next();
            let starts_comparison = first.is_some_and(|c| "<>=^~|".contains(c));
            let after_version = value.ends_with(|c: char| c.is_alphanumeric());
            if !value.is_empty()
                && (starts_comparison || first.is_some_and(char::is_alphanumeric))
                && after_version
            {
                value.push(' ');
            }
            value.push_str(&word.text);
        }
        value
    }
}

/// One token of a pragma.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PragmaWord {
    /// Its text; versions such as `0.72.0` are one word.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// `import ... ;`.
#[derive(Clone, PartialEq, Debug)]
pub struct Import {
    /// From `import` to the semicolon.
    pub span: Span,
    /// Path as written.
    pub path: String,
    /// Place of the path, quotes included.
    pub path_span: Span,
    /// What is imported.
    pub clause: ImportClause,
}

/// Forms of imports.
#[derive(Clone, PartialEq, Debug)]
pub enum ImportClause {
    /// `import "p";`: all names.
    All,
    /// `import "p" as x;` and `import * as x from "p";`.
    Namespace(Ident),
    /// `import {a, b as c} from "p";`.
    Names(Vec<ImportName>),
}

/// One name of an import list.
#[derive(Clone, PartialEq, Debug)]
pub struct ImportName {
    /// Name in the other file.
    pub name: Ident,
    /// Name here, if it differs.
    pub alias: Option<Ident>,
}

impl ImportName {
    /// The name under which it is known here.
    pub fn local(&self) -> &Ident {
        self.alias.as_ref().unwrap_or(&self.name)
    }
}

/// A contract, interface or library.
#[derive(Clone, PartialEq, Debug)]
pub struct ContractDef {
    /// From the first keyword to the closing brace.
    pub span: Span,
    /// Comment in front.
    pub doc: Option<Doc>,
    /// Contract, interface or library.
    pub kind: ContractKind,
    /// `abstract`.
    pub is_abstract: bool,
    /// Name.
    pub name: Ident,
    /// Bases in order of writing ("most base-like" first).
    pub bases: Vec<BaseSpec>,
    /// What stands in the braces.
    pub members: Vec<Member>,
}

/// Kinds of contracts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ContractKind {
    /// `contract`.
    Contract,
    /// `interface`.
    Interface,
    /// `library`.
    Library,
}

impl ContractKind {
    /// The keyword.
    pub fn as_str(self) -> &'static str {
        match self {
            ContractKind::Contract => "contract",
            ContractKind::Interface => "interface",
            ContractKind::Library => "library",
        }
    }
}

/// A base in an `is` list.
#[derive(Clone, PartialEq, Debug)]
pub struct BaseSpec {
    /// Name and arguments.
    pub span: Span,
    /// Name of the base.
    pub path: Path,
    /// Arguments of its constructor, if parentheses are written.
    pub args: Option<Vec<Expr>>,
}

/// What may stand in a contract.
#[derive(Clone, PartialEq, Debug)]
#[allow(clippy::large_enum_variant)] // see `Item`
pub enum Member {
    /// A state variable or constant.
    Var(StateVar),
    /// A function, constructor or special function.
    Function(FunctionDef),
    /// A modifier.
    Modifier(ModifierDef),
    /// A struct.
    Struct(StructDef),
    /// An enum.
    Enum(EnumDef),
    /// An event.
    Event(EventDef),
    /// `type X is T;`.
    UserType(UserTypeDef),
    /// `using ... for ...;`.
    Using(UsingDef),
}

/// A state variable, or a constant of a contract or file.
#[derive(Clone, PartialEq, Debug)]
pub struct StateVar {
    /// From the type to the semicolon.
    pub span: Span,
    /// Comment in front.
    pub doc: Option<Doc>,
    /// Type.
    pub ty: TypeName,
    /// Name.
    pub name: Ident,
    /// `public`, `internal` or `private`.
    pub visibility: Option<Attr<Visibility>>,
    /// Place of `constant`.
    pub constant: Option<Span>,
    /// Place of `static`.
    pub is_static: Option<Span>,
    /// Place of `nostorage`.
    pub no_storage: Option<Span>,
    /// `override`.
    pub overrides: Option<OverrideSpec>,
    /// Initial value.
    pub init: Option<Expr>,
}

/// An attribute and its place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Attr<T> {
    /// Which.
    pub value: T,
    /// Where.
    pub span: Span,
}

/// Who may call or see.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Visibility {
    /// `external`.
    External,
    /// `public`.
    Public,
    /// `internal`.
    Internal,
    /// `private`.
    Private,
    /// `getter`: callable off chain only.
    Getter,
}

impl Visibility {
    /// The keyword.
    pub fn as_str(self) -> &'static str {
        match self {
            Visibility::External => "external",
            Visibility::Public => "public",
            Visibility::Internal => "internal",
            Visibility::Private => "private",
            Visibility::Getter => "getter",
        }
    }
}

/// What a function may do to the state. `payable` is accepted with a warning and not kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mutability {
    /// `pure`: does not read the state.
    Pure,
    /// `view`: does not change the state.
    View,
}

impl Mutability {
    /// The keyword.
    pub fn as_str(self) -> &'static str {
        match self {
            Mutability::Pure => "pure",
            Mutability::View => "view",
        }
    }
}

/// `override` or `override(A, B)`.
#[derive(Clone, PartialEq, Debug)]
pub struct OverrideSpec {
    /// The whole specifier.
    pub span: Span,
    /// Named bases; empty without parentheses.
    pub bases: Vec<Path>,
}

/// A function in the widest sense.
#[derive(Clone, PartialEq, Debug)]
pub struct FunctionDef {
    /// From the first keyword to the closing brace or semicolon.
    pub span: Span,
    /// From the first keyword to the last word before the body.
    pub head_span: Span,
    /// Comment in front.
    pub doc: Option<Doc>,
    /// Function, constructor or special function.
    pub kind: FunctionKind,
    /// Name. For kinds other than [`FunctionKind::Function`] it is the keyword.
    pub name: Ident,
    /// Parameters.
    pub params: Vec<Param>,
    /// Results.
    pub returns: Vec<Param>,
    /// Visibility.
    pub visibility: Option<Attr<Visibility>>,
    /// Mutability.
    pub mutability: Option<Attr<Mutability>>,
    /// Place of `virtual`.
    pub is_virtual: Option<Span>,
    /// `override`.
    pub overrides: Option<OverrideSpec>,
    /// Modifiers, and base constructors of constructors, in order.
    pub modifiers: Vec<ModifierCall>,
    /// Place of `externalMsg`.
    pub external_msg: Option<Span>,
    /// Place of `internalMsg`.
    pub internal_msg: Option<Span>,
    /// Place of `inline`.
    pub inline: Option<Span>,
    /// Place of `responsible`.
    pub responsible: Option<Span>,
    /// `functionID(expr)`.
    pub function_id: Option<FunctionId>,
    /// Set where the body is assembly text, which is refused (reported); `body` is absent then.
    pub assembly: Option<Reported>,
    /// Body; absent if the head ends in a semicolon.
    pub body: Option<Block>,
}

/// Kinds of functions. `onCodeUpgrade` and `afterSignatureCheck` are ordinary functions with known names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FunctionKind {
    /// `function name`.
    Function,
    /// `constructor`.
    Constructor,
    /// `receive`.
    Receive,
    /// `fallback`.
    Fallback,
    /// `onBounce`.
    OnBounce,
    /// `onTickTock`.
    OnTickTock,
}

impl FunctionKind {
    /// The keyword that begins the declaration.
    pub fn as_str(self) -> &'static str {
        match self {
            FunctionKind::Function => "function",
            FunctionKind::Constructor => "constructor",
            FunctionKind::Receive => "receive",
            FunctionKind::Fallback => "fallback",
            FunctionKind::OnBounce => "onBounce",
            FunctionKind::OnTickTock => "onTickTock",
        }
    }
}

/// `functionID(value)`.
#[derive(Clone, PartialEq, Debug)]
pub struct FunctionId {
    /// The whole attribute.
    pub span: Span,
    /// The number, or a constant expression.
    pub value: Expr,
}

/// A modifier, or a base constructor, in the head of a function.
#[derive(Clone, PartialEq, Debug)]
pub struct ModifierCall {
    /// Name and arguments.
    pub span: Span,
    /// Name.
    pub path: Path,
    /// Arguments, if parentheses are written.
    pub args: Option<Vec<Expr>>,
}

/// `modifier m(params) virtual override { ... }`.
#[derive(Clone, PartialEq, Debug)]
pub struct ModifierDef {
    /// From `modifier` to the closing brace or semicolon.
    pub span: Span,
    /// From `modifier` to the last word before the body.
    pub head_span: Span,
    /// Comment in front.
    pub doc: Option<Doc>,
    /// Name.
    pub name: Ident,
    /// Parameters.
    pub params: Vec<Param>,
    /// Place of `virtual`.
    pub is_virtual: Option<Span>,
    /// `override`.
    pub overrides: Option<OverrideSpec>,
    /// Body; absent if the head ends in a semicolon.
    pub body: Option<Block>,
}

/// `struct S { ... }`.
#[derive(Clone, PartialEq, Debug)]
pub struct StructDef {
    /// From `struct` to the closing brace.
    pub span: Span,
    /// Comment in front.
    pub doc: Option<Doc>,
    /// Name.
    pub name: Ident,
    /// Members in order.
    pub fields: Vec<StructField>,
}

/// One member of a struct.
#[derive(Clone, PartialEq, Debug)]
pub struct StructField {
    /// Type and name.
    pub span: Span,
    /// Comment in front.
    pub doc: Option<Doc>,
    /// Type.
    pub ty: TypeName,
    /// Name.
    pub name: Ident,
}

/// `enum E { A, B }`.
#[derive(Clone, PartialEq, Debug)]
pub struct EnumDef {
    /// From `enum` to the closing brace.
    pub span: Span,
    /// Comment in front.
    pub doc: Option<Doc>,
    /// Name.
    pub name: Ident,
    /// Members in order; at least one, or an error was reported.
    pub variants: Vec<Ident>,
}

/// `event E(T indexed a, U b);`.
#[derive(Clone, PartialEq, Debug)]
pub struct EventDef {
    /// From `event` to the semicolon.
    pub span: Span,
    /// Comment in front.
    pub doc: Option<Doc>,
    /// Name.
    pub name: Ident,
    /// Parameters.
    pub params: Vec<EventParam>,
    /// Place of `anonymous`.
    pub anonymous: Option<Span>,
}

/// One parameter of an event.
#[derive(Clone, PartialEq, Debug)]
pub struct EventParam {
    /// Type and name.
    pub span: Span,
    /// Type.
    pub ty: TypeName,
    /// Place of `indexed`.
    pub indexed: Option<Span>,
    /// Name, if one is given.
    pub name: Option<Ident>,
}

/// `type X is T;`.
#[derive(Clone, PartialEq, Debug)]
pub struct UserTypeDef {
    /// From `type` to the semicolon.
    pub span: Span,
    /// Comment in front.
    pub doc: Option<Doc>,
    /// Name.
    pub name: Ident,
    /// Type that it stands for.
    pub ty: TypeName,
}

/// `using L for T;`, `using {f, g as +} for T global;`, `using L for *;`.
#[derive(Clone, PartialEq, Debug)]
pub struct UsingDef {
    /// From `using` to the semicolon.
    pub span: Span,
    /// What is attached.
    pub what: UsingWhat,
    /// To which type; absent for `*`.
    pub target: Option<TypeName>,
    /// Place of `global`.
    pub global: Option<Span>,
}

/// What a `using` attaches.
#[derive(Clone, PartialEq, Debug)]
pub enum UsingWhat {
    /// All functions of a library.
    Library(Path),
    /// Functions in braces.
    Functions(Vec<UsingFunction>),
}

/// One function in the braces of a `using`.
#[derive(Clone, PartialEq, Debug)]
pub struct UsingFunction {
    /// Name of the function.
    pub path: Path,
    /// `as op`: the operator that it implements, binary or (for `-` and `~`) unary by its parameters.
    pub operator: Option<Attr<UserOperator>>,
}

/// Operators that a function may implement.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UserOperator {
    /// An operator with two operands; `-` may have one.
    Binary(BinaryOp),
    /// `~`.
    BitNot,
}
