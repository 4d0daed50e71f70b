//! Words and signs of the language.

use crate::ast::{ElementaryType, StringKind, Unit};
use crate::span::Span;

/// One token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
    /// Index into [`Lexed::docs`](crate::lexer::Lexed::docs) of the last NatSpec comment since the token before.
    pub doc: Option<u32>,
}

/// Kinds of tokens. The text of names and literals is read from the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// End of the text; always the last token and only there.
    Eof,
    /// Something that was reported by the lexer.
    Error,
    /// A name.
    Ident,
    /// A number.
    Number,
    /// A string with its quotes and prefix.
    String(StringKind),
    /// A built-in type.
    Type(ElementaryType),
    /// A unit.
    Unit(Unit),
    /// A keyword.
    Keyword(Keyword),
    /// A sign.
    Punct(Punct),
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $( $variant:ident = $text:literal, )* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[allow(missing_docs)] // each variant is its text
        pub enum $name { $( $variant, )* }

        impl $name {
            /// All of them in order of declaration.
            pub const ALL: &[$name] = &[ $( $name::$variant, )* ];

            /// How it is written.
            pub const fn as_str(self) -> &'static str {
                match self { $( $name::$variant => $text, )* }
            }

            /// The one that is written so.
            pub fn from_text(text: &str) -> Option<$name> {
                match text {
                    $( $text => Some($name::$variant), )*
                    _ => None,
                }
            }
        }
    };
}

words! {
    /// Words with a meaning in the grammar.
    Keyword {
        Abstract = "abstract", Anonymous = "anonymous", As = "as", Assembly = "assembly", Break = "break",
        Byte = "byte", Catch = "catch", Constant = "constant", Constructor = "constructor", Continue = "continue",
        Contract = "contract", Delete = "delete", Do = "do", Else = "else", Emit = "emit", EmptyMap = "emptyMap",
        Enum = "enum", Event = "event", External = "external", ExternalMsg = "externalMsg", Fallback = "fallback",
        False = "false", For = "for", Function = "function", FunctionId = "functionID", Getter = "getter",
        Hex = "hex", If = "if", Immutable = "immutable", Import = "import", Indexed = "indexed", Inline = "inline",
        Interface = "interface", Internal = "internal", InternalMsg = "internalMsg", Is = "is", Library = "library",
        Mapping = "mapping", Modifier = "modifier", NaN = "NaN", New = "new", NoStorage = "nostorage",
        Null = "null", OnBounce = "onBounce", OnTickTock = "onTickTock", Optional = "optional",
        Override = "override", Payable = "payable", Pragma = "pragma", Private = "private", Public = "public",
        Pure = "pure", Receive = "receive", Repeat = "repeat", Responsible = "responsible", Return = "return",
        Returns = "returns", Stack = "stack", Static = "static", Struct = "struct", Throw = "throw", True = "true",
        Try = "try", Type = "type", Unchecked = "unchecked", Unicode = "unicode", Using = "using", Var = "var",
        Vector = "vector", View = "view", Virtual = "virtual", While = "while", Years = "years",
        // Reserved without a meaning.
        After = "after", Alias = "alias", Apply = "apply", Auto = "auto", Case = "case", CopyOf = "copyof",
        Default = "default", Define = "define", Final = "final", Implements = "implements", In = "in",
        Let = "let", Macro = "macro", Match = "match", Mutable = "mutable", Of = "of", Partial = "partial",
        Promise = "promise", Reference = "reference", Relocatable = "relocatable", Sealed = "sealed",
        Sizeof = "sizeof", Supports = "supports", Switch = "switch", Typedef = "typedef", TypeOf = "typeof",
    }
}

words! {
    /// Operators and brackets.
    Punct {
        UshrAssign = ">>>=",
        ShlAssign = "<<=", ShrAssign = ">>=", Ushr = ">>>",
        OrOr = "||", AndAnd = "&&", EqEq = "==", NotEq = "!=", Le = "<=", Ge = ">=", Shl = "<<", Shr = ">>",
        Pow = "**", Inc = "++", Dec = "--", FatArrow = "=>", Arrow = "->", ColonAssign = ":=", OrAssign = "|=",
        XorAssign = "^=", AndAssign = "&=", AddAssign = "+=", SubAssign = "-=", MulAssign = "*=",
        DivAssign = "/=", ModAssign = "%=",
        LParen = "(", RParen = ")", LBracket = "[", RBracket = "]", LBrace = "{", RBrace = "}", Colon = ":",
        Semicolon = ";", Dot = ".", Comma = ",", Question = "?", Assign = "=", Lt = "<", Gt = ">", Or = "|",
        Xor = "^", And = "&", Add = "+", Sub = "-", Mul = "*", Div = "/", Mod = "%", Not = "!", Tilde = "~",
    }
}

impl Punct {
    /// Length of the longest sign.
    pub const MAX_LEN: usize = 4;
}

/// What a word means.
pub(crate) fn classify_word(word: &str) -> TokenKind {
    if let Some(ty) = elementary_type(word) {
        return TokenKind::Type(ty);
    }
    if let Some(unit) = unit(word) {
        return TokenKind::Unit(unit);
    }
    Keyword::from_text(word).map_or(TokenKind::Ident, TokenKind::Keyword)
}

/// The built-in type with this name. Widths out of range are ordinary names, as in the official compiler.
pub fn elementary_type(word: &str) -> Option<ElementaryType> {
    use ElementaryType as T;
    let plain = match word {
        "bool" => T::Bool,
        "qbool" => T::QBool,
        "uint" => T::Uint(256),
        "int" => T::Int(257),
        "quint" => T::QUint(256),
        "qint" => T::QInt(257),
        "varuint" | "varUint" => T::VarUint(32),
        "varint" | "varInt" => T::VarInt(32),
        "coins" => T::Coins,
        "fixed" => T::Fixed(128, 18),
        "ufixed" => T::Ufixed(128, 18),
        "bytes" => T::Bytes,
        "string" => T::String,
        "address" => T::Address,
        "address_std" => T::AddressStd,
        "TvmCell" => T::TvmCell,
        "TvmSlice" => T::TvmSlice,
        "TvmBuilder" => T::TvmBuilder,
        "StringBuilder" => T::StringBuilder,
        "variant" => T::Variant,
        _ => return sized_type(word),
    };
    Some(plain)
}

fn sized_type(word: &str) -> Option<ElementaryType> {
    use ElementaryType as T;
    let digits = word.find(|c: char| c.is_ascii_digit())?;
    let (base, size) = word.split_at(digits);
    if let "fixed" | "ufixed" = base {
        let (bits, places) = size.split_once('x')?;
        let (bits, places) = (width(bits, 8, 256)?, width(places, 0, 80)? as u8);
        return Some(if base == "fixed" { T::Fixed(bits, places) } else { T::Ufixed(bits, places) });
    }
    let ty = match base {
        "uint" => T::Uint(width(size, 1, 256)?),
        "int" => T::Int(width(size, 1, 257)?),
        "quint" => T::QUint(width(size, 1, 256)?),
        "qint" => T::QInt(width(size, 1, 257)?),
        "bytes" => T::FixedBytes(width(size, 1, 32)? as u8),
        "varuint" | "varUint" => T::VarUint(var_width(size)?),
        "varint" | "varInt" => T::VarInt(var_width(size)?),
        _ => return None,
    };
    Some(ty)
}

fn width(digits: &str, min: u16, max: u16) -> Option<u16> {
    let leading_zero = digits.len() > 1 && digits.starts_with('0');
    if leading_zero || digits.len() > 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|n| (min..=max).contains(n))
}

fn var_width(digits: &str) -> Option<u8> {
    match digits {
        "16" => Some(16),
        "32" => Some(32),
        _ => None,
    }
}

/// The unit with this name.
pub fn unit(word: &str) -> Option<Unit> {
    let unit = match word {
        "nano" | "nanoton" | "nTon" | "nanoever" => Unit::Nano,
        "micro" | "microton" | "microever" => Unit::Micro,
        "milli" | "milliton" | "milliever" => Unit::Milli,
        "ton" | "Ton" | "ever" | "Ever" => Unit::Ton,
        "kiloton" | "kTon" | "kiloever" | "kEver" => Unit::Kilo,
        "megaton" | "MTon" | "megaever" | "MEver" => Unit::Mega,
        "gigaton" | "GTon" | "gigaever" | "GEver" => Unit::Giga,
        "seconds" => Unit::Seconds,
        "minutes" => Unit::Minutes,
        "hours" => Unit::Hours,
        "days" => Unit::Days,
        "weeks" => Unit::Weeks,
        _ => return None,
    };
    Some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ElementaryType as T;

    #[test]
    fn widths_at_the_borders() {
        let cases = [
            ("uint1", Some(T::Uint(1))),
            ("uint256", Some(T::Uint(256))),
            ("uint257", None),
            ("uint0", None),
            ("uint08", None),
            ("int257", Some(T::Int(257))),
            ("int258", None),
            ("qint257", Some(T::QInt(257))),
            ("quint256", Some(T::QUint(256))),
            ("quint257", None),
            ("bytes1", Some(T::FixedBytes(1))),
            ("bytes32", Some(T::FixedBytes(32))),
            ("bytes33", None),
            ("varuint16", Some(T::VarUint(16))),
            ("varint", Some(T::VarInt(32))),
            ("varint17", None),
            ("fixed32x3", Some(T::Fixed(32, 3))),
            ("ufixed256x80", Some(T::Ufixed(256, 80))),
            ("fixed7x1", None),
            ("fixed8x81", None),
            ("fixed8", None),
            ("uint8x", None),
            ("uint99999999999999999999", None),
        ];
        for (word, ty) in cases {
            assert_eq!(elementary_type(word), ty, "{word}");
        }
    }

    #[test]
    fn words_are_sorted_into_kinds() {
        assert_eq!(classify_word("contract"), TokenKind::Keyword(Keyword::Contract));
        assert_eq!(classify_word("kEver"), TokenKind::Unit(Unit::Kilo));
        assert_eq!(classify_word("coins"), TokenKind::Type(T::Coins));
        assert_eq!(classify_word("onCodeUpgrade"), TokenKind::Ident);
        assert_eq!(classify_word("uint257"), TokenKind::Ident);
    }

    #[test]
    fn every_word_is_found_by_its_text() {
        for keyword in Keyword::ALL {
            assert_eq!(classify_word(keyword.as_str()), TokenKind::Keyword(*keyword));
        }
        for punct in Punct::ALL {
            assert_eq!(Punct::from_text(punct.as_str()), Some(*punct));
            assert!(punct.as_str().len() <= Punct::MAX_LEN);
        }
    }
}
