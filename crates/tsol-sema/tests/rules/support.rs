//! Running the checker on marked sources.

use std::collections::BTreeMap;

use tsol_sema::{Loader, check, hir};
use tsol_syntax::diag::{Code, Diagnostic, Diagnostics};
use tsol_syntax::span::SourceMap;

/// Files by path.
pub(crate) struct Texts(pub(crate) BTreeMap<&'static str, &'static str>);

impl Loader for Texts {
    fn load(&self, _: &str, path: &str) -> Option<(String, String)> {
        self.0.get(path).map(|text| (path.to_owned(), (*text).to_owned()))
    }
}

fn run(
    source: &str,
    files: &[(&'static str, &'static str)],
) -> (SourceMap, Vec<Diagnostic>, Option<hir::Program>) {
    let mut sources = SourceMap::new();
    let root = sources.add("main.tsol", source);
    let diags = Diagnostics::new();
    let loader = Texts(files.iter().copied().collect());
    let program = check(&mut sources, &loader, &[root], &diags).ok();
    (sources, diags.into_sorted(), program)
}

fn marks(source: &str) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    for (number, line) in source.lines().enumerate() {
        if let Some((_, codes)) = line.split_once("//~") {
            found.extend(codes.split_whitespace().map(|code| (number as u32 + 1, code.to_owned())));
        }
    }
    found.sort();
    found
}

/// Checks a source of one file against its marks.
pub(crate) fn verify(source: &str) {
    verify_with(source, &[]);
}

/// Checks a source with imported files against the marks of the source.
pub(crate) fn verify_with(source: &str, files: &[(&'static str, &'static str)]) {
    let (sources, diagnostics, program) = run(source, files);
    let mut found: Vec<(u32, String)> =
        diagnostics.iter().map(|d| (sources.line_col(d.span()).line, d.code.as_str().to_owned())).collect();
    found.sort();
    let expected = marks(source);
    let said: Vec<String> = diagnostics
        .iter()
        .map(|d| format!("{}: {} {}", sources.line_col(d.span()).line, d.code, d.message))
        .collect();
    assert_eq!(found, expected, "\n{source}\nreported:\n{}", said.join("\n"));
    let wrong = expected.iter().any(|(_, code)| code.starts_with('E'));
    assert_eq!(program.is_none(), wrong, "a tree exists exactly for sources without errors");
}

/// Checks statements in a function of a contract with a few declarations around them.
pub(crate) fn verify_code(code: &str) {
    verify(&wrap(code));
}

/// Codes of everything that is reported for a source.
pub(crate) fn codes_of(source: &str) -> Vec<Code> {
    run(source, &[]).1.iter().map(|diagnostic| diagnostic.code).collect()
}

fn wrap(code: &str) -> String {
    format!(
        "interface IOther {{ function ping(uint32 a) external; function ask(uint8 x) external responsible returns (uint64); }}\n\
         enum Color {{ Red, Green, Blue }}\n\
         struct Point {{ uint32 x; uint32 y; }}\n\
         event Happened(uint32 a, address b);\n\
         contract C {{\n\
         uint32 m; mapping(uint32 => uint64) map; uint32[] list; address who; optional(uint32) maybe; string text; bytes data; TvmCell cell;\n\
         function answer(uint64 v) public {{ m = uint32(v); }}\n\
         function plain(uint32 a) internal pure returns (uint32) {{ return a; }}\n\
         function code() public {{\n{code}\n}}\n\
         }}\n"
    )
}

/// The typed tree of a right source.
pub(crate) fn tree(source: &str) -> hir::Program {
    let (sources, diagnostics, program) = run(source, &[]);
    let said: Vec<String> = diagnostics
        .iter()
        .map(|d| format!("{}: {} {}", sources.line_col(d.span()).line, d.code, d.message))
        .collect();
    program.unwrap_or_else(|| panic!("{source}\nreported:\n{}", said.join("\n")))
}
