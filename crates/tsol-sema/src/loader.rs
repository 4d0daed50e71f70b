//! Reading imported files, through whoever knows where they are.

use std::collections::HashMap;

use tsol_syntax::ast::{Item, SourceUnit};
use tsol_syntax::diag::Diagnostics;
use tsol_syntax::span::{FileId, SourceMap};

use crate::codes::E0201;

/// Finds imported files. Implemented by the driver over the disk, by tests over a list of texts.
pub trait Loader {
    /// The file that `path` means inside of the file with the path `from`: its own path, which must be equal
    /// whenever the file is the same, and its text. `None` if there is no such file.
    fn load(&self, from: &str, path: &str) -> Option<(String, String)>;
}

/// A loader without files, for sources without imports.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoImports;

impl Loader for NoImports {
    fn load(&self, _: &str, _: &str) -> Option<(String, String)> {
        None
    }
}

/// A file and where its imports lead.
pub(crate) struct Loaded {
    pub(crate) id: FileId,
    pub(crate) unit: SourceUnit,
    /// One per import, in order; `None` where the file was not found (reported).
    pub(crate) imports: Vec<Option<FileId>>,
}

/// Parses the roots and everything that they import, each file once. The result is in order of the ids.
pub(crate) fn load_all(
    sources: &mut SourceMap,
    loader: &dyn Loader,
    roots: &[FileId],
    diags: &Diagnostics,
) -> Vec<Loaded> {
    let mut loaded: HashMap<FileId, Loaded> = HashMap::new();
    let mut queue: Vec<FileId> = roots.iter().rev().copied().collect();
    while let Some(id) = queue.pop() {
        if loaded.contains_key(&id) {
            continue;
        }
        let unit = tsol_syntax::parse_file(sources, id, diags);
        let imports = resolve_imports(&unit, id, sources, loader, diags);
        queue.extend(imports.iter().rev().flatten());
        loaded.insert(id, Loaded { id, unit, imports });
    }
    let mut files: Vec<Loaded> = loaded.into_values().collect();
    files.sort_by_key(|file| file.id);
    files
}

fn resolve_imports(
    unit: &SourceUnit,
    from: FileId,
    sources: &mut SourceMap,
    loader: &dyn Loader,
    diags: &Diagnostics,
) -> Vec<Option<FileId>> {
    let mut found = Vec::new();
    for item in &unit.items {
        let Item::Import(import) = item else { continue };
        if import.path.is_empty() {
            found.push(None); // the parser has said so
            continue;
        }
        let Some((path, text)) = loader.load(sources.path(from), &import.path) else {
            let message = format!("file `{}` was not found", import.path);
            let _ = diags
                .error(E0201, import.path_span, message)
                .here("imported here")
                .help("paths are relative to the importing file, or to a directory given by `--include-path`")
                .emit();
            found.push(None);
            continue;
        };
        let id = sources.find(&path).unwrap_or_else(|| sources.add(path, text));
        found.push(Some(id));
    }
    found
}
