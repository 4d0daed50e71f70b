//! The long texts behind diagnostic codes.

use tsol_syntax::diag::CodeInfo;

/// Every diagnostic of the compiler, by code.
pub fn table() -> impl Iterator<Item = &'static CodeInfo> {
    tsol_syntax::codes::TABLE.iter().chain(tsol_sema::codes::TABLE).chain(tsol_codegen::codes::TABLE)
}

/// The entry of one code; upper or lower case.
pub fn find(code: &str) -> Option<&'static CodeInfo> {
    table().find(|info| info.code.as_str().eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_explained() {
        let mut seen = std::collections::BTreeSet::new();
        for info in table() {
            assert!(seen.insert(info.code), "{} is declared twice", info.code);
            assert!(!info.summary.ends_with('.'), "{}: a summary is one line without full stop", info.code);
            assert!(info.explanation.len() > 20, "{} has no explanation", info.code);
        }
        assert!(find("e0101").is_some());
    }
}
