//! Every threat of the specification that is in scope has a test that is named after it: `t23_…`, and every defect of
//! the published contest that ours answers: `f1_…`. A renamed or removed test shows here.

use std::path::Path;

use workspace_tests::workspace;

/// Threats whose handling the contracts of today must show. Not yet: 36, 37 (cycles), 39 (upgrades), 51
/// (the random model test of its own target), 70 (disqualification), 73 (rounds), 78 (dissolution), 80 (pages).
const THREATS: [std::ops::RangeInclusive<u8>; 8] =
    [1..=35, 38..=38, 40..=50, 52..=69, 71..=72, 74..=77, 79..=79, 81..=81];

/// Findings in the published FreeTonContest.
const FINDINGS: [u8; 5] = [1, 2, 4, 5, 8];

fn test_names(folder: &Path, names: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            test_names(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("readable");
            let after_mark = text.split("#[test]\n").skip(1);
            let functions = after_mark.filter_map(|rest| rest.trim_start().strip_prefix("fn "));
            names.extend(functions.map(|rest| rest.chars().take_while(|c| *c != '(').collect::<String>()));
        }
    }
}

#[test]
fn every_threat_in_scope_has_a_test_of_its_name() {
    let mut names = Vec::new();
    test_names(&workspace("tests"), &mut names);
    let threats = THREATS.into_iter().flatten().map(|n| format!("t{n:02}_"));
    let findings = FINDINGS.iter().map(|n| format!("f{n}_"));
    let missing: Vec<_> =
        threats.chain(findings).filter(|prefix| !names.iter().any(|name| name.starts_with(prefix))).collect();
    assert!(missing.is_empty(), "no test is named after {missing:?}");
    assert!(names.len() > 300, "only {} tests were found", names.len());
}
