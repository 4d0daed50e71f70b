//! Every kind of problem that this crate reports.
//!
//! `E02xx` files, names and declarations; `E03xx` types and expressions; `E04xx` state, functions and
//! inheritance; `E05xx` what tsolc does not support; `W02xx` warnings.

tsol_syntax::code_table! {
    /// An import leads nowhere.
    E0201 = "imported file was not found",
        "The path of an import is relative to the importing file, to the base path or to an include path.";
    /// Two declarations have one name.
    E0202 = "name is declared twice",
        "A name means one thing in its scope. Only functions may share a name, if their parameters differ.";
    /// An import collides with another name.
    E0203 = "imported name means something else already",
        "Two different declarations came under one name. Import one of them by `import {x as y} from \"…\";`.";
    /// A named import does not exist.
    E0204 = "imported name does not exist",
        "The file that is named in the import declares nothing of this name.";
    /// A pragma is not known.
    E0205 = "unknown pragma",
        "The pragmas are `tvm-solidity`, `ton-solidity`, `ever-solidity`, `AbiHeader` and `ignoreIntOverflow`.";
    /// An ABI header is not known.
    E0206 = "unknown ABI header",
        "The headers are `pubkey`, `expire` and `notime`. The header `time` is there by default and cannot be asked for.";
    /// The source asks for another version.
    E0207 = "file asks for another version of the language",
        "tsolc implements TVM Solidity 0.77.0. Requirements look like `pragma tvm-solidity >= 0.72.0;`.";
    /// A name means nothing.
    E0208 = "name does not exist here",
        "No local, member, base, file or import declares this name, or it is private in a base.";
    /// A name is not a type.
    E0209 = "name is not a type",
        "A contract, a struct or an enum was expected.";
    /// A base is not allowed.
    E0210 = "contract cannot be a base here",
        "Interfaces inherit from interfaces, contracts from contracts and interfaces, libraries from nothing; each base once.";
    /// A contract is its own base.
    E0211 = "contract is among its own bases",
        "Inheritance has no cycles.";
    /// No order of bases exists.
    E0212 = "bases contradict each other",
        "Bases are written from the most basic to the most derived one. A base must not stand behind a contract that derives from it.";
    /// A struct is empty or contains itself.
    E0213 = "struct has no members, too many, or contains itself",
        "Structs are values: they have at least one member, at most 1000 with those of inner structs, and cannot contain themselves, not even in arrays or mappings.";

    /// A `using` directive is wrong.
    E0214 = "using directive is wrong",
        "`using` attaches a library, or free functions and library functions in braces, to a type that their first parameter takes.";

    /// Key type of a mapping.
    E0301 = "type cannot be the key of a mapping",
        "Keys are integers, addresses, contracts, bool, enums, bytesN, bytes, string, TvmCell, and structs of integers, bool, enums and bytesN with at most 1023 bits.";
    /// A type is not allowed inside of another.
    E0302 = "type is not allowed here",
        "Slices, builders, vectors, stacks, variants and quiet integers live on the stack: they cannot be elements of arrays or values of mappings. An enum has at most 256 members.";
    /// A value has another type than wanted.
    E0303 = "value has another type",
        "There is no implicit conversion. Integers widen only where every value fits; everything else needs `T(x)`.";
    /// A number is not possible.
    E0304 = "number has no value or does not fit",
        "Literals are exact. A result must be whole and fit into its type, and division by zero has no value.";
    /// The type of a literal is not known.
    E0305 = "type is not known here",
        "`null`, `emptyMap`, `NaN` and empty array literals take their type from where they are used.";
    /// Something that is not a value is used as one.
    E0306 = "not a value",
        "A type, a namespace, a function or an event cannot be used as a value.";
    /// An explicit conversion does not exist.
    E0307 = "conversion does not exist",
        "Integers convert to integers, enums and (unsigned) addresses; bytesN to bytes and to unsigned integers of their width; addresses to contracts.";
    /// A binary operator is not defined.
    E0308 = "operator is not defined for these types",
        "Both sides need a common type: two integers of one signedness, or a literal that fits. Shifts and powers take an unsigned right side.";
    /// A unary operator is not defined.
    E0309 = "operator is not defined for this type",
        "`!` takes truth values, `-` signed integers, `~` integers and bytesN, `++` and `--` integers.";
    /// An expression has the wrong form.
    E0310 = "expression has the wrong form",
        "The construct is complete in itself but means nothing in this place.";
    /// There is no contract around.
    E0311 = "not reachable from here",
        "`this`, `super`, state variables and functions of bases exist inside of contracts that have them.";
    /// A modifier is used as a value.
    E0312 = "modifier is not a value",
        "Modifiers stand in the heads of functions only.";
    /// A value has no elements.
    E0313 = "value has no elements",
        "Mappings, arrays, vectors, bytes and bytesN have elements; bytes and string can be cut.";
    /// Something cannot be written.
    E0314 = "value cannot be written",
        "Only variables, and members and elements of variables, can be assigned or changed by a method.";
    /// Tuples of different length.
    E0315 = "number of values differs",
        "The tuple on the right has another number of values than there are places on the left.";
    /// Wrong number of arguments.
    E0316 = "wrong number of arguments",
        "The note lists the parameters.";
    /// Named arguments do not match.
    E0317 = "argument names do not match",
        "Named arguments name every parameter exactly once.";
    /// No overload fits.
    E0318 = "no single form takes these arguments",
        "Of several functions of one name exactly one must take the arguments. Explicit conversions decide.";
    /// Something cannot be called.
    E0319 = "not callable",
        "Functions and types can be called. Events are emitted: `emit E(…);`.";
    /// A member does not exist.
    E0320 = "member does not exist",
        "The type or namespace has no member of this name, or it is a function that must be called.";
    /// `type(T)` of an unsuitable type.
    E0321 = "nothing is known of this type",
        "`type(T).min` and `type(T).max` exist for integers and enums.";
    /// A type argument is wrong.
    E0322 = "type argument is wrong",
        "`load` and `decode` take types; `cast` takes an integer type with the same sign or the same width.";
    /// A type has no form in cells.
    E0323 = "type has no form in cells",
        "Slices, builders, vectors, stacks, variants, quiet integers and tuples cannot be read from cells.";
    /// A type has no form in the ABI.
    E0324 = "type has no form in the ABI",
        "Parameters and results of public functions, events, public and static variables travel in the ABI encoding.";
    /// A function reachable by messages is wanted.
    E0325 = "function is not reachable by messages",
        "`abi.encodeBody`, `abi.functionId` and callbacks take the name of one public or external function, or of a contract for its constructor.";
    /// Operands of a builtin have the wrong type.
    E0326 = "builtin takes other types",
        "The documentation of the builtin in API.md says which types it takes.";
    /// A constant is wanted.
    E0327 = "constant is wanted",
        "This value must be known at compile time.";
    /// Not an exit code.
    E0328 = "not an exit code",
        "Exit codes go from 2 to 65535; those below 100 are used by the machine and by the compiler.";
    /// Callbacks of responsible functions.
    E0329 = "callback is missing or does not fit",
        "A responsible function answers by a message to the callback, a public function whose parameters are exactly its results.";
    /// A function does not take internal messages.
    E0330 = "function takes external messages only",
        "A contract can only send internal messages, and this function is declared `externalMsg`.";
    /// Unknown option in braces.
    E0331 = "option does not exist here",
        "The note lists the options of this call.";
    /// `new` of something that cannot be deployed.
    E0332 = "contract cannot be deployed",
        "Interfaces, libraries and abstract contracts cannot be deployed, and `new` calls a constructor.";
    /// Options of `new` do not go together.
    E0333 = "deploy options do not go together",
        "`new` takes `stateInit`, or `code` with `varInit` and `pubkey`; `value` is always given.";
    /// `call:` of `abi.encodeIntMsg`.
    E0334 = "call list is wanted",
        "The option `call` takes a function and its arguments in braces: `call: {f, a, b}`.";
    /// A jump without a target.
    E0335 = "jump has no target",
        "`break` and `continue` stand in loops, `_;` in modifiers.";
    /// A loop over something without elements.
    E0336 = "loop does not fit its container",
        "Arrays and bytes give elements, mappings give pairs; the declared types are exactly those of the container.";
    /// A return does not fit.
    E0337 = "return does not fit the function",
        "Functions with results return values of their types; options belong to responsible functions.";
    /// `emit` of something else.
    E0338 = "emit does not fit",
        "`emit` takes an event and the option `dest`.";
    /// A catch clause has another form.
    E0339 = "catch has another form",
        "Write `catch (variant value, uint16 code) { … }` or `catch { … }`.";

    /// State is written where it may not be.
    E0401 = "state is changed in a view or pure function",
        "`view` functions read the state, `pure` functions do not know it. Calls count as what the callee may do.";
    /// State is read where it may not be.
    E0402 = "state is read in a pure function",
        "Declare the function `view`.";
    /// A constant is not constant.
    E0403 = "value is not known at compile time",
        "Constants consist of literals, other constants, operators and conversions.";
    /// An external function is called directly.
    E0404 = "external function is called directly",
        "External functions are started by messages only. Declare the function `public` to call it directly as well.";
    /// There is no body.
    E0405 = "function has no body",
        "A contract that can be deployed needs a body for each function that it declares or inherits.";
    /// A constant depends on itself.
    E0406 = "constant depends on itself",
        "The value of a constant cannot need the constant.";
    /// A constant without a value.
    E0407 = "constant has no value",
        "A constant gets its value where it is declared.";
    /// Not a modifier.
    E0408 = "not a modifier",
        "Heads of functions name modifiers, and in constructors bases as well.";
    /// A modifier without `_;`.
    E0409 = "modifier never runs the function",
        "`_;` stands for the function in the body of a modifier. Without it the function would never run.";
    /// A base constructor gets no arguments.
    E0410 = "base constructor gets no arguments",
        "Arguments of base constructors are given in the list of bases or in the head of the constructor.";
    /// A base constructor gets arguments in a wrong way.
    E0411 = "arguments of a base constructor are given wrongly",
        "Give the arguments in one place, in parentheses, and only to bases that have a constructor.";
    /// Attributes do not go together.
    E0412 = "attribute does not fit",
        "The attribute has no meaning for this kind of declaration, or excludes another one.";
    /// A function id is wrong.
    E0413 = "function id is not unique",
        "Ids have 32 bits, 0 belongs to `receive`, and each id belongs to one function.";
    /// A body is missing or too much.
    E0414 = "body is missing or not allowed",
        "Functions of interfaces have no body; virtual functions of abstract contracts may have none.";
    /// A special function has another form.
    E0415 = "special function has another form",
        "API.md, \"Special contract functions\", gives the form of each.";
    /// A state variable is not possible so.
    E0416 = "variable is not possible here",
        "State variables live in contracts, have storable types, and are at most one of constant, static and nostorage.";
    /// A state variable has the name of one of a base.
    E0417 = "state variable is declared in a base already",
        "Two state variables of one contract have different names.";
    /// Public functions share a name.
    E0418 = "public functions share a name",
        "Clients find functions by name: overloading is for internal functions.";
    /// `override` without a base function.
    E0419 = "override of nothing",
        "No base declares a function (or modifier) of this name with these parameter types.";
    /// `override` is missing.
    E0420 = "override is missing",
        "A function that replaces one of a base says so. Only the function of a single interface may be implemented without the word.";
    /// The list of `override` is wrong.
    E0421 = "override list is wrong",
        "Where several bases declare the function, `override(A, B)` names exactly those.";
    /// The base function is not virtual.
    E0422 = "overridden function is not virtual",
        "Add `virtual` to the function of the base.";
    /// The overriding function does not fit.
    E0423 = "overriding function does not fit",
        "It has the same results, visibility (external may become public), messages and id, and may do no more to the state.";
    /// Several bases have the function.
    E0424 = "function of several bases must be overridden",
        "It is not clear which one is meant: override it, and call the ones you want by `Base.f()`.";
    /// An inline function calls itself.
    E0425 = "inline function calls itself",
        "Its code would have to contain itself.";

    /// Copyleft.
    E0501 = "copyleft is not supported",
        "`pragma copyleft` needs a capability that the supported networks do not have.";
    /// A pragma is not supported.
    E0502 = "pragma is not supported",
        "This pragma changes how code is generated in a way that tsolc does not implement.";
    /// User-defined value types.
    E0503 = "user-defined types are not supported",
        "Use the type behind it, or a struct of one member.";
    /// Arrays with a length.
    E0504 = "arrays of a fixed length are not supported",
        "API.md knows arrays without a length only.";
    /// Function types.
    E0505 = "function types are not supported",
        "Functions can be passed to `stack.sort` only.";
    /// A type is not supported.
    E0506 = "type is not supported",
        "The table of supported headings lists what tsolc implements.";
    /// Fixed point numbers.
    E0507 = "fixed point numbers are not supported",
        "Use integers with a fixed scale, such as nano.";
    /// A namespace is not supported.
    E0508 = "namespace is not supported",
        "`gosh` and `bls` need capabilities that the supported networks do not have.";
    /// A form of deployment is not supported.
    E0509 = "function is not supported",
        "Initial data are a dictionary that `new` and `abi.encodeStateInit` build; contracts do not take data apart. The help names the replacement.";
    /// A builtin is not supported.
    E0510 = "builtin is not supported",
        "The function is in the reference, but tsolc does not compile it; its README lists what it does. Where another function does the same, the help names it.";
    /// A loop over existing variables.
    E0511 = "loop over existing variables is not supported",
        "Declare the variables in the head of the loop.";
    /// Getter functions.
    E0512 = "getter functions are not supported",
        "Use a public view function.";
    /// Overriding by variables.
    E0513 = "overriding by a variable is not supported",
        "Write a function that returns the variable.";

    /// Operators of user-defined types.
    E0514 = "operators cannot be defined",
        "Call the function by its name.";

    /// Something is never used.
    W0201 = "declaration is never used",
        "Remove it, or leave the name of a parameter out. Names that begin with `_` are not reported.";
    /// A name hides another one.
    W0202 = "name hides another declaration",
        "The outer declaration cannot be reached by its name here.";
    /// Code is never reached.
    W0203 = "code is never reached",
        "The statement before always leaves.";
    /// A statement without effect.
    W0204 = "value is not used",
        "The statement computes something and drops it.";
    /// An attribute without effect.
    W0205 = "attribute has no effect",
        "TON events are messages: there is no index.";
    /// An external function never accepts.
    W0206 = "message is never accepted",
        "An external message brings no money. Without `tvm.accept()` the transaction is not made and the state does not change.";
    /// Message flags that the network refuses.
    W0207 = "message with these flags is not sent",
        "The action phase fails on unknown flags: the base is 0, 64 (rest of the inbound value) or 128 (whole balance), plus any of 1 (pay fees apart), 2 (ignore errors), 16 (bounce on failure) and 32 (destroy if empty).";
}
