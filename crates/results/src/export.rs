//! Writing the catalogue down: pages, Markdown, tables, JSON; whole or not at all.

mod csv;
mod html;
mod markdown;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::catalogue::Catalogue;
use crate::check::Report;
use crate::error::Error;
use crate::json::to_json;
use crate::pages;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Where.
    pub directory: PathBuf,
    /// How many files.
    pub files: usize,
    /// How many bytes.
    pub bytes: usize,
}

/// All files of a catalogue by their names: pages and their stylesheet at the top, `catalogue.json`, `csv/`,
/// `markdown/`, and the published records as their SHA-256 was taken in `records/`.
///
/// The same catalogue and report give the same files.
///
/// # Errors
/// [`Error::Page`], [`Error::Table`], [`Error::Json`].
pub fn files(catalogue: &Catalogue, report: &Report) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let mut files = BTreeMap::new();
    files.insert("catalogue.json".to_owned(), to_json(catalogue)?.into_bytes());
    for (name, table) in csv::tables(catalogue)? {
        files.insert(format!("csv/{name}.csv"), table);
    }
    files.extend(records(catalogue));
    let data: Vec<String> = files.keys().cloned().collect();
    let pages = pages::all(catalogue, report, &data);
    for page in &pages {
        files.insert(format!("{}.html", page.file), html::page(catalogue, page)?.into_bytes());
        let name = if page.file == "index" { "README" } else { &page.file };
        files.insert(format!("markdown/{name}.md"), markdown::page(page).into_bytes());
    }
    files.insert("style.css".to_owned(), html::STYLE.as_bytes().to_vec());
    Ok(files)
}

/// Published texts, byte by byte.
fn records(catalogue: &Catalogue) -> impl Iterator<Item = (String, Vec<u8>)> {
    let contests = catalogue.contests.iter().filter_map(|contest| {
        let text = &contest.record.as_ref()?.text;
        Some((format!("records/contest-{}.md", contest.id), text.clone().into_bytes()))
    });
    let stages = catalogue.stages.iter().filter_map(|stage| {
        let text = stage.report_text.as_ref()?;
        Some((format!("records/stage-{}.md", stage.number), text.clone().into_bytes()))
    });
    contests.chain(stages)
}

/// Writes all files into a new directory: into a hidden one beside it first, which takes the name when it is complete.
///
/// # Errors
/// [`Error::Exists`] if there is something of that name; [`Error::File`], and those of [`files`].
pub fn export(catalogue: &Catalogue, report: &Report, directory: &Path) -> Result<Written, Error> {
    if directory.symlink_metadata().is_ok() {
        return Err(Error::Exists { path: directory.to_owned() });
    }
    let all = files(catalogue, report)?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::File { path, source }
    };
    let parent = directory.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(failed(parent))?;
    let unfinished =
        tempfile::Builder::new().prefix(".catalogue-").tempdir_in(parent).map_err(failed(parent))?;
    for (name, bytes) in &all {
        let path = unfinished.path().join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed(folder))?;
        }
        fs::write(&path, bytes).map_err(failed(&path))?;
    }
    // Readable like any other directory: temporary ones are not.
    open_to_all(unfinished.path()).map_err(failed(directory))?;
    fs::rename(unfinished.path(), directory).map_err(failed(directory))?;
    // It has another name now: nothing is left to remove.
    let _ = unfinished.keep();
    let bytes = all.values().map(Vec::len).sum();
    Ok(Written { directory: directory.to_owned(), files: all.len(), bytes })
}

#[cfg(unix)]
fn open_to_all(directory: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) -> std::io::Result<()> {
    Ok(())
}
