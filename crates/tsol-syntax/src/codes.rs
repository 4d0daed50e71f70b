//! Every diagnostic code of this crate, with the text for `--explain`.

crate::code_table! {
    /// Unknown character.
    E0101 = "unknown character",
        "The character has no meaning in TON Solidity. Outside of comments and strings only ASCII letters, digits, `_`, `$`, \
         operators and white space may stand. Look for characters that editors insert silently: typographic quotes, \
         non-breaking spaces, long dashes.";
    /// Unterminated comment.
    E0102 = "block comment is never closed",
        "A comment that begins with `/*` goes on until `*/`. Block comments do not nest: the first `*/` ends the comment.";
    /// Unterminated string.
    E0103 = "string is never closed",
        "A string ends at the quote it began with and must end on the same line. To write a long string, put several \
         strings next to each other: they are joined. A line break inside of a string is `\\n`.";
    /// Bad escape.
    E0104 = "unknown escape in a string",
        "Known escapes are `\\\\`, `\\'`, `\\\"`, `\\n`, `\\r`, `\\t`, `\\xNN` (one byte as two hexadecimal digits), `\\uNNNN` (one \
         Unicode character as four hexadecimal digits) and a backslash at the end of a line.";
    /// Non-ASCII in a plain string.
    E0105 = "character is not allowed in a plain string",
        "Plain strings hold printable ASCII characters and escapes, so that what a reviewer sees is what the contract holds. \
         Write `unicode\"...\"` for other characters.";
    /// Bad hex string.
    E0106 = "malformed hexadecimal string",
        "`hex\"...\"` holds pairs of hexadecimal digits; single underscores may stand between pairs.";
    /// Bad number.
    E0107 = "malformed number",
        "Numbers are decimal (`1_000`, `1.5`, `2e9`) or hexadecimal (`0xff`). Underscores may stand between two digits only. \
         A decimal number does not begin with `0` followed by a digit, and a letter does not follow a number directly. \
         Hexadecimal numbers take no unit.";
    /// Number out of all bounds.
    E0108 = "number is too long",
        "The largest integer of the language has 78 decimal digits. Numbers with more than a thousand digits, written out or by \
         their exponent, are refused before they are computed.";
    /// Bidirectional marks.
    E0109 = "text direction is changed and not restored",
        "The comment or string holds Unicode marks that change the direction of writing and does not close them. The source would \
         look different from what is compiled; such marks are used to hide code from reviewers.";
    /// Prefix without string.
    E0110 = "string expected after `hex` or `unicode`",
        "`hex` and `unicode` are not names: they begin a string, `hex\"00ff\"` or `unicode\"...\"`, without a blank between.";
    /// Unexpected token.
    E0111 = "something else was expected here",
        "The source does not follow the grammar. The message names what was expected and what was found. Often the cause stands \
         just before: a missing semicolon, comma or bracket.";
    /// Reserved word as name.
    E0112 = "reserved word used as a name",
        "Keywords, built-in types, units (`ton`, `ever`, `nano`, ...) and words reserved for later cannot be names. The official \
         compiler refuses them too.";
    /// Nesting limit.
    E0113 = "nested too deeply",
        "Expressions, types and blocks may nest only to a fixed depth, so that no source can exhaust the stack of the compiler. \
         Split the expression with local variables or move inner blocks into functions.";
    /// Unclosed delimiter.
    E0114 = "bracket is never closed",
        "The file ends inside of a block or list. The label shows the bracket that has no partner.";
    /// Attribute twice.
    E0115 = "attribute is given twice",
        "A declaration has at most one visibility and one mutability, and each other attribute at most once.";
    /// Attribute at the wrong place.
    E0116 = "attribute is not allowed here",
        "The attribute exists, but not for this kind of declaration: for example `static` and `nostorage` belong to state variables \
         and `indexed` belongs to parameters of events.";
    /// Trailing comma.
    E0117 = "comma at the end of a list",
        "Lists do not end in a comma. Only tuples may have empty places: `(a, )`.";
    /// Enum without members.
    E0118 = "enum without members",
        "An enum needs at least one member: its first member is the default value.";
    /// Empty import path.
    E0119 = "import path is empty",
        "The path names the file to import; it cannot be empty.";
    /// Data location.
    E0120 = "data locations do not exist in TON Solidity",
        "`memory`, `storage` and `calldata` belong to Ethereum. In TVM every value is copied (without cost, as cells are shared). \
         Remove the word; to change a state variable assign to it directly.";
    /// Error definitions.
    E0121 = "errors with names do not exist in TON Solidity",
        "TVM throws numbers: `revert(code)`, `revert(code, value)` and `require(condition, code)`. Declare the codes as \
         constants of a library instead of `error` definitions.";
    /// Assembly.
    E0122 = "assembly is not supported",
        "Functions written in assembly are not compiled by tsolc, neither free functions with the attribute `assembly` nor \
         `assembly { }` blocks.";
    /// Immutable.
    E0123 = "`immutable` does not exist in TON Solidity",
        "Use `constant` for what is known at compile time and `static` for what is part of the initial data and thereby of the \
         address.";
    /// Unary plus.
    E0124 = "unary plus does not exist",
        "A plus in front of a value changes nothing and is refused. Remove it.";
    /// Logical shift.
    E0125 = "`>>>` does not exist for any type",
        "`>>` shifts unsigned integers logically and signed integers arithmetically. Convert to an unsigned type first if a \
         logical shift of a signed integer is meant.";
    /// Removed words.
    E0126 = "word was removed from the language",
        "`byte` is now `bytes1`, `var` needs a type, `throw` is `revert()`, and `years` was removed because not every year has \
         365 days.";
    /// Operator not definable.
    E0127 = "operator cannot be defined",
        "`using {f as op} for T global` accepts the operators `|`, `&`, `^`, `~`, `+`, `-`, `*`, `/`, `%`, `==`, `!=`, `<`, `>`, \
         `<=` and `>=`.";
    /// Mixed tuple.
    E0128 = "tuple declares some of its variables only",
        "Either every place of a tuple is a declaration or a gap, `(uint a, , bool b) = f();`, or none is. A declaration in \
         parentheses needs a value.";
    /// Gap in array.
    E0129 = "array element is missing",
        "Elements of an array literal cannot be left out; only tuples may have gaps.";
    /// Misplaced unchecked.
    E0130 = "`unchecked` block is only allowed inside of a block",
        "Write `unchecked { ... }` as a statement of its own inside of braces, not directly after `if`, `else` or a loop head.";
    /// Function called constructor.
    E0131 = "function is named `constructor`",
        "The constructor is declared without the keyword `function`: `constructor(...) { ... }`.";
    /// Name missing in a declaration that needs one.
    E0132 = "pragma is empty",
        "A pragma names a feature, such as `pragma tvm-solidity >=0.72.0;` or `pragma AbiHeader expire;`.";
    /// payable.
    W0101 = "`payable` has no effect",
        "Every function may receive money and every address may be sent money. The word is accepted for compatibility; remove it.";
    /// Function named like a special function.
    W0102 = "function is named like a special function",
        "With the keyword `function` it is an ordinary function that the system never calls. Remove the keyword if the special \
         function is meant.";
    /// Old spelling.
    W0103 = "old spelling of a type",
        "`varInt` and `varUint` are now spelled `varint` and `varuint`.";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::TABLE;

    #[test]
    fn codes_are_unique_and_explained() {
        let mut seen = HashSet::new();
        for info in TABLE {
            let code = info.code.as_str();
            assert!(seen.insert(code), "{code} twice");
            assert!(code.len() == 5 && (code.starts_with("E01") || code.starts_with("W01")), "{code}");
            assert!(!info.summary.is_empty() && !info.summary.ends_with('.'), "{code}");
            assert!(info.explanation.len() > 40 && info.explanation.ends_with('.'), "{code}");
        }
    }
}
