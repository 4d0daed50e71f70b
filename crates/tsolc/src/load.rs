//! Finds imported sources on disk.

use std::path::{Component, Path, PathBuf};

use tsol_sema::Loader;

/// Looks imports up in directories, as `sold` does.
///
/// Paths that begin with `./` or `../` are relative to the importing file; others are tried below the
/// base path, then below each include path in order. Names of files inside the compilation always use
/// `/` and are relative to the base path where possible, so that output does not depend on the machine.
#[derive(Clone, Debug)]
pub struct DiskLoader {
    base: PathBuf,
    includes: Vec<PathBuf>,
}

impl DiskLoader {
    /// A loader over `base` and then `includes`.
    pub fn new(base: impl Into<PathBuf>, includes: Vec<PathBuf>) -> Self {
        Self { base: base.into(), includes }
    }

    /// Reads a source by its name inside the compilation.
    ///
    /// # Errors
    /// That of the file system for the base path, if no directory has the file.
    pub fn read(&self, name: &str) -> std::io::Result<String> {
        let mut first = None;
        for root in std::iter::once(&self.base).chain(&self.includes) {
            match std::fs::read_to_string(root.join(name)) {
                Ok(text) => return Ok(text),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or_else(|| std::io::ErrorKind::NotFound.into()))
    }

    /// Name inside the compilation of a file given on the command line.
    pub fn name_of(&self, file: &Path) -> String {
        let absolute = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let (full, base) = (absolute(file), absolute(&self.base));
        slashed(full.strip_prefix(&base).unwrap_or(file))
    }
}

impl Loader for DiskLoader {
    fn load(&self, from: &str, path: &str) -> Option<(String, String)> {
        let name = if path.starts_with("./") || path.starts_with("../") {
            let folder = Path::new(from).parent().unwrap_or(Path::new(""));
            slashed(&normal(&folder.join(path)))
        } else {
            slashed(&normal(Path::new(path)))
        };
        let text = self.read(&name).ok()?;
        Some((name, text))
    }
}

/// Removes `.` and resolves `..` without asking the disk.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_resolved_without_the_disk() {
        assert_eq!(normal(Path::new("a/./b/../c.tsol")), Path::new("a/c.tsol"));
        assert_eq!(normal(Path::new("../up.tsol")), Path::new("../up.tsol"));
        assert_eq!(normal(Path::new("../../up.tsol")), Path::new("../../up.tsol"));
    }

    #[test]
    fn relative_imports_follow_the_importing_file_and_others_the_paths() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("base/x/a.tsol", "a");
        write("base/b.tsol", "b");
        write("include/c.tsol", "c");
        let loader = DiskLoader::new(dir.path().join("base"), vec![dir.path().join("include")]);
        let found = |from: &str, path: &str| loader.load(from, path);
        assert_eq!(found("x/a.tsol", "../b.tsol"), Some(("b.tsol".into(), "b".into())));
        assert_eq!(found("b.tsol", "./x/a.tsol"), Some(("x/a.tsol".into(), "a".into())));
        assert_eq!(found("x/a.tsol", "c.tsol"), Some(("c.tsol".into(), "c".into())));
        assert_eq!(found("x/a.tsol", "./c.tsol"), None);
    }
}
