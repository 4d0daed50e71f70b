use super::{codes, parse_text};
use crate::print::print;

/// Every way to nest or chain something without end, far beyond the limits. Test threads have 2 MiB of stack.
#[test]
fn endless_nesting_is_an_error_and_not_an_overflow() {
    const MANY: usize = 100_000;
    let in_value = |text: String| format!("contract A {{ uint x = {text}; }}");
    let in_body = |text: String| format!("contract A {{ function f() public {{ {text} }} }}");
    let repeat = |text: &str| text.repeat(MANY);
    let sources = [
        in_value(format!("{}1{}", repeat("("), repeat(")"))),
        in_value(repeat("(")),
        in_value(format!("{}1{}", repeat("["), repeat("]"))),
        in_value(repeat("a[")),
        in_value(format!("{}a", repeat("- "))),
        in_value(format!("{}a", repeat("!"))),
        in_value(format!("{}a", repeat("+ "))),
        in_value(format!("{}a", repeat("delete "))),
        in_value(format!("a{}", repeat(" + a"))),
        in_value(format!("a{}", repeat(" ** a"))),
        in_value(format!("a{}", repeat(" = a"))),
        in_value(format!("a{}", repeat(" ? a : a"))),
        in_value(repeat("a ? ")),
        in_value(format!("a{}", repeat(".a"))),
        in_value(format!("a{}", repeat("[1]"))),
        in_value(format!("a{}", repeat("[]"))),
        in_value(format!("a{}", repeat("()"))),
        in_value(format!("a{}", repeat("{a: 1}"))),
        in_value(repeat("f{varInit: {a: ")),
        in_value(repeat("f({varInit: ")),
        in_value(repeat("f({call: {")),
        in_value(repeat("optional(")),
        in_value(repeat("new a[")),
        in_value(repeat("type(uint[")),
        format!("contract A {{ uint{} x; }}", repeat("[]")),
        format!("contract A {{ {} x; }}", repeat("mapping(uint => ")),
        format!("contract A {{ {} x; }}", repeat("function (")),
        format!("contract A {{ {} x; }}", repeat("uint[")),
        in_body(repeat("{")),
        in_body(format!("{}{}", repeat("{"), repeat("}"))),
        in_body(repeat("if (a) ")),
        in_body(format!("if (a) b; {}", repeat("else if (a) b; "))),
        in_body(repeat("while (a) ")),
        in_body(repeat("do ")),
        in_body(repeat("try {")),
        in_body(repeat("for (uint a : b) ")),
        in_body(repeat("for (;;) ")),
        in_body(repeat("(a, ")),
        in_body(repeat("unchecked {")),
    ];
    for source in sources {
        let found = codes(&source);
        let start = &source[..60.min(source.len())];
        assert_eq!(
            found.iter().filter(|c| **c == "E0113").count(),
            1,
            "{start}: {:?}",
            &found[..found.len().min(5)]
        );
        // Every refused plus within the limit is a mistake of its own; everything else is said once or twice.
        assert!(found.len() <= 201, "{start}: {} messages", found.len());
    }
}

#[test]
fn long_lists_are_no_nesting() {
    const MANY: usize = 20_000;
    let sources = [
        format!("contract A {{ uint[] x = [{}1]; }}", "a.b + 1, ".repeat(MANY)),
        format!("contract A {{ function f() public {{ {} }} }}", "a = b + c * d; ".repeat(MANY)),
        format!("contract A {{ {} }}", "uint x; ".repeat(MANY)),
        format!("contract A {{ enum E {{ {}B }} }}", "A, ".repeat(MANY)),
    ];
    for source in sources {
        assert!(codes(&source).is_empty());
    }
}

#[test]
fn depth_within_the_limits_is_accepted_and_printed() {
    let sources = [
        format!("contract A {{ uint x = {}1{}; }}", "(".repeat(80), ")".repeat(80)),
        format!("contract A {{ uint x = a{}; }}", " + a".repeat(400)),
        format!("contract A {{ uint x = a{}; }}", ".a".repeat(400)),
        format!("contract A {{ function f() public {{ {}a;{} }} }}", "if (a) { ".repeat(60), " }".repeat(60)),
        format!("contract A {{ function f() public {{ if (a) b; {} }} }}", "else if (a) b; ".repeat(120)),
    ];
    for source in sources {
        let (unit, diags) = parse_text(&source);
        assert!(diags.is_empty(), "{diags:?}");
        assert!(parse_text(&print(&unit)).1.is_empty());
    }
}

#[test]
fn garbage_without_end_is_read_in_one_go() {
    const MANY: usize = 100_000;
    for piece in [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ";",
        ",",
        "\"",
        "'",
        "/*",
        "0x",
        "\\",
        "\u{202e}",
        "é",
        "function ",
        "contract A ",
    ] {
        let text = piece.repeat(MANY);
        let _ = parse_text(&text);
        let _ = parse_text(&format!("contract A {{ function f() public {{ {text}"));
    }
}
