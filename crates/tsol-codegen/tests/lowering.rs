//! Every contract of the workspace lowers to a module that the verifier accepts.

#![allow(clippy::unwrap_used)] // helpers of tests

use std::path::{Path, PathBuf};

use tsol_codegen::{Settings, ir, lower};
use tsol_sema::Loader;
use tsol_syntax::diag::Diagnostics;
use tsol_syntax::span::SourceMap;

struct Disk;

impl Loader for Disk {
    fn load(&self, from: &str, path: &str) -> Option<(String, String)> {
        let full = Path::new(from).parent()?.join(path);
        let text = std::fs::read_to_string(&full).ok()?;
        let full = full.canonicalize().ok()?;
        Some((full.to_string_lossy().into_owned(), text))
    }
}

fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts");
    let mut files = Vec::new();
    for folder in [root.clone(), root.join("test")] {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        files.extend(
            entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "tsol")),
        );
    }
    files.sort();
    files
}

#[test]
fn contracts_lower_to_valid_modules() {
    let files = sources();
    assert!(!files.is_empty(), "no contracts found");
    for path in files {
        let mut map = SourceMap::new();
        let diags = Diagnostics::new();
        let full = path.canonicalize().unwrap();
        let root = map.add(full.to_string_lossy(), std::fs::read_to_string(&path).unwrap());
        let Ok(program) = tsol_sema::check(&mut map, &Disk, &[root], &diags) else {
            panic!("{}: {:#?}", path.display(), diags.to_vec());
        };
        for contract in &program.contracts {
            let module = lower::lower(&program, contract, &Settings::default(), &diags);
            let Ok(module) = module else {
                let list: Vec<_> = diags
                    .to_vec()
                    .iter()
                    .map(|d| format!("{} at {:?}", d.message, map.snippet(d.span())))
                    .collect();
                panic!("{}: {list:#?}", path.display());
            };
            ir::verify(&module).unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
        }
    }
}
