//! Builds a directory of contracts and keeps the manifest of what was built.
//!
//! Every `*.tsol` directly inside the directory that defines a deployable contract of the file's name is built.
//! `manifest.json` names for each contract its source, the hash over all source texts that took part, the
//! settings and the code hash, so that anyone can check that committed outputs come from committed sources.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};
use tsol_syntax::span::SourceMap;

use crate::{AbiVersion, Artifact, Compilation, DiskLoader, Settings, compile, render};

/// The one contract that speaks an older ABI: its clients were published with signatures that do not
/// cover the address. Source: GiverV2 of TON OS SE, whose ABI is version 2.0.
const OLDER_ABI: &str = "Giver";

/// Why a project could not be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or directory could not be read or written.
    #[error("cannot access {path}")]
    Disk {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// Sources have errors; the text is the rendered diagnostics.
    #[error("{count} source files do not compile:\n{text}")]
    Sources {
        /// Number of files with errors.
        count: usize,
        /// All diagnostics as text.
        text: String,
    },
}

/// A built directory.
#[derive(Debug)]
pub struct Project {
    /// Contracts in order of their names.
    pub artifacts: Vec<Artifact>,
    /// `manifest.json`, with a line break at the end.
    pub manifest: String,
    /// Rendered warnings, empty if there are none.
    pub warnings: String,
}

#[derive(Serialize)]
struct Manifest<'a> {
    compiler: String,
    contracts: BTreeMap<&'a str, Entry>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    source: String,
    source_hash: String,
    abi_version: &'static str,
    code_hash: String,
}

/// Builds `directory`; `folder` chooses a subdirectory of sources (`""` for the top).
///
/// # Errors
/// [`Error::Disk`] and [`Error::Sources`]; all files are compiled before the errors come back.
pub fn build(directory: &Path, folder: &str) -> Result<Project, Error> {
    let loader = DiskLoader::new(directory, Vec::new());
    let (mut built, mut errors, mut failed, mut warnings) = (Vec::new(), String::new(), 0, String::new());
    for name in source_names(directory, folder)? {
        let text =
            loader.read(&name).map_err(|source| Error::Disk { path: directory.join(&name), source })?;
        let settings = settings_of(&name);
        let Compilation { sources, diagnostics, artifacts } = compile(&name, &text, &loader, &settings);
        let rendered: String = diagnostics.iter().map(|d| render::text(d, &sources, false)).collect();
        match artifacts {
            Ok(artifacts) => {
                warnings += &rendered;
                let own = artifacts.into_iter().find(|artifact| artifact.name == stem(&name));
                built.extend(own.map(|artifact| (artifact, source_hash(&sources), settings.abi_version)));
            }
            Err(_) => {
                failed += 1;
                errors += &rendered;
            }
        }
    }
    if failed > 0 {
        return Err(Error::Sources { count: failed, text: errors });
    }
    built.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    let manifest = manifest(&built);
    Ok(Project { artifacts: built.into_iter().map(|(artifact, ..)| artifact).collect(), manifest, warnings })
}

/// Writes `NAME.abi.json`, `NAME.tvc`, `NAME.map.json` and `manifest.json` into `output`, which is made if it is missing.
///
/// # Errors
/// [`Error::Disk`].
pub fn write(project: &Project, output: &Path) -> Result<(), Error> {
    let disk = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Disk { path, source }
    };
    std::fs::create_dir_all(output).map_err(disk(output))?;
    let put = |name: String, bytes: &[u8]| {
        let path = output.join(name);
        std::fs::write(&path, bytes).map_err(disk(&path))
    };
    for artifact in &project.artifacts {
        put(format!("{}.abi.json", artifact.name), artifact.abi.as_bytes())?;
        put(format!("{}.tvc", artifact.name), &artifact.tvc)?;
        put(format!("{}.map.json", artifact.name), artifact.map.as_bytes())?;
    }
    put("manifest.json".to_owned(), project.manifest.as_bytes())
}

fn settings_of(name: &str) -> Settings {
    let abi_version = if stem(name) == OLDER_ABI { AbiVersion::V2_2 } else { AbiVersion::V2_3 };
    Settings { abi_version, ..Settings::default() }
}

fn stem(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name).trim_end_matches(".tsol")
}

/// Names of the `*.tsol` files of a folder, sorted.
fn source_names(directory: &Path, folder: &str) -> Result<Vec<String>, Error> {
    let path = directory.join(folder);
    let disk = |source| Error::Disk { path: path.clone(), source };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&path).map_err(disk)? {
        let file = entry.map_err(disk)?.file_name().to_string_lossy().into_owned();
        if file.ends_with(".tsol") {
            names.push(if folder.is_empty() { file } else { format!("{folder}/{file}") });
        }
    }
    names.sort();
    Ok(names)
}

/// SHA-256 over name and text of every file that took part, in order of names, each with its length before it.
fn source_hash(sources: &SourceMap) -> String {
    let mut files: Vec<_> = sources.files().map(|(_, file)| (file.path(), file.text())).collect();
    files.sort();
    let mut hash = Sha256::new();
    for part in files.into_iter().flat_map(|(path, text)| [path, text]) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn manifest(built: &[(Artifact, String, AbiVersion)]) -> String {
    let entry = |(artifact, source_hash, abi_version): &(Artifact, String, AbiVersion)| Entry {
        source: artifact.source.clone(),
        source_hash: source_hash.clone(),
        abi_version: abi_version.as_str(),
        code_hash: artifact.code_hash.clone(),
    };
    let manifest = Manifest {
        compiler: format!("tsolc {}", env!("CARGO_PKG_VERSION")),
        contracts: built.iter().map(|row| (row.0.name.as_str(), entry(row))).collect(),
    };
    let mut text =
        serde_json::to_string_pretty(&manifest).expect("strings and maps of strings are always JSON");
    text.push('\n');
    text
}
