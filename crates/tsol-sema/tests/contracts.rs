//! The contracts of this workspace are right.

use std::path::{Component, Path, PathBuf};

use tsol_sema::{Loader, check};
use tsol_syntax::diag::Diagnostics;
use tsol_syntax::span::SourceMap;

struct Disk;

impl Loader for Disk {
    fn load(&self, from: &str, path: &str) -> Option<(String, String)> {
        let joined = Path::new(from).parent()?.join(path);
        let mut clean = PathBuf::new();
        for part in joined.components() {
            match part {
                Component::ParentDir => {
                    clean.pop();
                }
                Component::CurDir => {}
                other => clean.push(other),
            }
        }
        let text = std::fs::read_to_string(&clean).ok()?;
        Some((clean.display().to_string(), text))
    }
}

fn sources_in(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).expect("the folder exists") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            found.extend(sources_in(&path));
        } else if path.extension().is_some_and(|ext| ext == "tsol") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn every_contract_of_the_workspace_has_a_typed_tree() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../contracts")
        .canonicalize()
        .expect("contracts/ exists");
    let files = sources_in(&dir);
    assert!(!files.is_empty(), "contracts/ is not empty");
    let mut problems = Vec::new();
    for file in files {
        let mut sources = SourceMap::new();
        let text = std::fs::read_to_string(&file).expect("the file can be read");
        let id = sources.add(file.display().to_string(), text);
        let diags = Diagnostics::new();
        let _ = check(&mut sources, &Disk, &[id], &diags);
        for diagnostic in diags.into_sorted() {
            let span = diagnostic.span();
            let path = sources.path(span.file).rsplit("contracts/").next().unwrap_or_default();
            let line = sources.line_col(span).line;
            let labels: Vec<_> = diagnostic.labels.iter().map(|l| sources.snippet(l.span)).collect();
            problems.push(format!(
                "{path}:{line}: {} {} {:?} {:?} {:?}",
                diagnostic.code,
                diagnostic.message,
                labels.first(),
                diagnostic.notes,
                diagnostic.help
            ));
        }
    }
    problems.dedup();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
