use super::*;

fn lexed(text: &str) -> (Lexed, Vec<&'static str>) {
    let diags = Diagnostics::new();
    let lexed = lex(FileId(0), text, &diags);
    let codes = diags.to_vec().iter().map(|d| d.code.as_str()).collect();
    (lexed, codes)
}

fn texts(text: &str) -> Vec<&str> {
    let (lexed, codes) = lexed(text);
    assert!(codes.is_empty(), "{codes:?}");
    lexed.tokens.iter().map(|t| &text[t.span.start as usize..t.span.end as usize]).collect()
}

#[test]
fn signs_are_cut_longest_first() {
    assert_eq!(texts("a>>>=b>>=c>>d>e"), ["a", ">>>=", "b", ">>=", "c", ">>", "d", ">", "e", ""]);
    assert_eq!(texts("i++ +j**-k=>m"), ["i", "++", "+", "j", "**", "-", "k", "=>", "m", ""]);
}

#[test]
fn numbers_end_where_they_should() {
    assert_eq!(
        texts("1_000 1.5 .5 2e-9 0xFf_00 7.x"),
        ["1_000", "1.5", ".5", "2e-9", "0xFf_00", "7", ".", "x", ""]
    );
    assert_eq!(texts("0.72.0"), ["0.72", ".0", ""]);
    for bad in ["12ab", "0x", "1e", "1e+", "0xfg"] {
        let (out, codes) = lexed(bad);
        assert_eq!(codes, ["E0107"], "{bad}");
        assert_eq!(out.tokens[0].kind, TokenKind::Error, "{bad}");
        assert_eq!(out.tokens.len(), 2, "{bad}");
    }
}

#[test]
fn strings_may_hold_quotes_and_escaped_line_ends() {
    let (out, codes) = lexed("\"a\\\"b\" 'it\"s' hex'00ff' unicode\"да\" \"x\\\r\ny\"");
    assert!(codes.is_empty());
    let kinds: Vec<_> = out.tokens.iter().map(|t| t.kind).collect();
    use StringKind::{Hex, Plain, Unicode};
    let strings = [Plain, Plain, Hex, Unicode, Plain].map(TokenKind::String);
    assert_eq!(kinds[..5], strings);
    assert_eq!(kinds[5], TokenKind::Eof);
}

#[test]
fn every_lexer_error_has_its_code() {
    let cases = [
        ("a # b", "E0101"),
        ("a “b” c", "E0101"),
        ("/* open", "E0102"),
        ("\"open", "E0103"),
        ("\"open\nx", "E0103"),
        ("\"open\\", "E0103"),
        ("1x", "E0107"),
        ("// \u{202e} hidden", "E0109"),
        ("unicode\"\u{202e}\"", "E0109"),
        ("/* \u{202c} */", "E0109"),
        ("hex 00", "E0110"),
    ];
    for (text, code) in cases {
        assert_eq!(lexed(text).1[0], code, "{text}");
    }
    assert!(lexed("// \u{202e}closed\u{202c}").1.is_empty());
}

#[test]
fn doc_comments_belong_to_the_next_token() {
    let text = "/// one\n///two\n\n/// three\ncontract /* x */ /** @dev four\n * five\n */ A // six\n";
    let (out, _) = lexed(text);
    let doc = |i: usize| out.tokens[i].doc.map(|d| out.docs[d as usize].text.as_str());
    assert_eq!(doc(0), Some("three"));
    assert_eq!(doc(1), Some("@dev four\nfive"));
    assert_eq!(doc(2), None);
    assert_eq!(out.docs[0].text, "one\ntwo");
    assert_eq!(out.comments.len(), 6);
}

#[test]
fn plain_comments_are_not_docs() {
    for text in ["//// x\na", "/***/ a", "/**/ a", "/*** x */ a", "// x\na"] {
        assert!(lexed(text).0.docs.is_empty(), "{text}");
    }
}

#[test]
fn byte_order_mark_is_skipped() {
    let (out, codes) = lexed("\u{feff}a");
    assert!(codes.is_empty());
    assert_eq!(out.tokens[0].span, Span::new(FileId(0), 3, 4));
}
