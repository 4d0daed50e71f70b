//! Printing and parsing are inverse to each other.

#[allow(dead_code)]
mod support;

use support::{CORPUS, parsed, shape};
use tsol_syntax::print::print;

#[test]
fn corpus_parses_without_any_complaint() {
    for (name, text) in CORPUS {
        let (_, diags) = parsed(text);
        assert!(diags.is_empty(), "{name}: {diags:#?}");
    }
}

#[test]
fn printed_corpus_parses_to_the_same_tree() {
    for (name, text) in CORPUS {
        let (unit, _) = parsed(text);
        let printed = print(&unit);
        let (again, diags) = parsed(&printed);
        assert!(diags.is_empty(), "{name}: {diags:#?}\n{printed}");
        assert_eq!(shape(&unit), shape(&again), "{name}");
        assert_eq!(print(&again), printed, "{name}");
    }
}

#[test]
fn the_comparison_sees_differences() {
    let one = shape(&parsed("contract A { uint x = 1; }").0);
    assert_eq!(one, shape(&parsed("contract  A  {  uint  x=1;  }").0));
    for other in ["contract B { uint x = 1; }", "contract A { uint8 x = 1; }", "contract A { uint x = (1); }"]
    {
        assert_ne!(one, shape(&parsed(other).0), "{other}");
    }
}
