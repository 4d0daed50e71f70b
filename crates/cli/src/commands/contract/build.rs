//! `subgov contract build`

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tsolc::project::{self, Project};

use crate::contracts::{cannot_build, find_sources};
use crate::error::{CliError, Status};
use crate::output::Answer;
use crate::table::{Column, table};

#[derive(Debug, clap::Args)]
pub(crate) struct Build {
    /// Directory with the contracts' sources; without it `contracts` here or above.
    #[arg(long, value_name = "DIR", env = "SUBGOV_CONTRACTS")]
    contracts: Option<PathBuf>,
    /// Write NAME.abi.json, NAME.tvc and manifest.json into this directory.
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Compare with this manifest: the sources must give the same compiler, sources, settings and codes.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "abi/manifest.json")]
    check: Option<PathBuf>,
}

/// Something that a manifest says otherwise.
struct Change {
    contract: String,
    what: String,
    manifest: String,
    built: String,
}

pub(super) fn run(args: &Build) -> Result<Answer, CliError> {
    let folder = args.contracts.clone().map_or_else(find_sources, Ok)?;
    let built = project::build(&folder, "").map_err(|error| cannot_build(&folder, error))?;
    if built.artifacts.is_empty() {
        let what = format!("nothing was compiled from {}", folder.display());
        let hint = "name the directory with the contracts' sources with --contracts";
        return Err(CliError::new(Status::Usage, "no-sources", what, "it has no contract", hint));
    }
    let changes = match &args.check {
        Some(path) => Some(check(path, &built)?),
        None => None,
    };
    if let Some(output) = &args.output {
        project::write(&built, output).map_err(|error| {
            let what = format!("the built contracts cannot be written to {}", output.display());
            let hint = "choose a directory that can be written to";
            CliError::new(Status::Usage, "cannot-write", what, error.to_string(), hint).caused_by(error)
        })?;
    }
    let data = to_json(args, &folder, &built, changes.as_deref());
    match (&args.check, changes) {
        (Some(path), Some(changes)) if !changes.is_empty() => Err(differs(path, &changes).with_data(data)),
        (_, changes) => {
            let mut text = table(
                &[Column::Text("Contract"), Column::Text("Code hash")],
                built.artifacts.iter().map(|it| vec![it.name.clone(), it.code_hash.clone()]),
            );
            text += &format!("Compiled from {}.\n", folder.display());
            if let Some(output) = &args.output {
                text += &format!("Written to {}.\n", output.display());
            }
            if let (Some(path), Some(_)) = (&args.check, changes) {
                text += &format!("Equal to {}.\n", path.display());
            }
            let warnings = Some(built.warnings).filter(|it| !it.is_empty()).into_iter().collect();
            Ok(Answer { text, data, warnings })
        }
    }
}

fn to_json(args: &Build, folder: &Path, built: &Project, changes: Option<&[Change]>) -> Value {
    let contracts =
        built.artifacts.iter().map(|it| json!({ "contract": it.name, "code_hash": it.code_hash }));
    let changes = changes.map(|changes| {
        let row = |it: &Change| json!({ "contract": it.contract, "what": it.what, "manifest": it.manifest, "built": it.built });
        changes.iter().map(row).collect::<Vec<_>>()
    });
    json!({
        "sources": folder,
        "contracts": contracts.collect::<Vec<_>>(),
        "output": args.output,
        "manifest": args.check,
        "changes": changes,
    })
}

/// Compares a manifest with that of what was built.
fn check(path: &Path, built: &Project) -> Result<Vec<Change>, CliError> {
    let bad = |why: String| {
        let what = format!("{} cannot be used", path.display());
        CliError::new(
            Status::Usage,
            "bad-manifest",
            what,
            why,
            "give a manifest.json that `subgov contract build` wrote",
        )
    };
    let text = std::fs::read_to_string(path).map_err(|error| bad(error.to_string()))?;
    let manifest: Value = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
    let contracts =
        manifest["contracts"].as_object().ok_or_else(|| bad("it names no contracts".to_owned()))?;
    let now: Value = serde_json::from_str(&built.manifest).map_err(|error| bad(error.to_string()))?;
    let mut changes = Vec::new();
    let mut compare = |contract: &str, what: &str, manifest: &Value, built: &Value| {
        if manifest != built {
            let word = |value: &Value| value.as_str().unwrap_or("nothing").to_owned();
            let (contract, what) = (contract.to_owned(), what.to_owned());
            changes.push(Change { contract, what, manifest: word(manifest), built: word(built) });
        }
    };
    compare("all", "compiler", &manifest["compiler"], &now["compiler"]);
    let names = contracts.keys().chain(now["contracts"].as_object().into_iter().flat_map(|it| it.keys()));
    let names: std::collections::BTreeSet<_> = names.collect();
    for name in names {
        let [old, new] = [&manifest, &now].map(|it| &it["contracts"][name.as_str()]);
        for what in ["source", "sourceHash", "abiVersion", "codeHash"] {
            compare(name, what, &old[what], &new[what]);
        }
    }
    Ok(changes)
}

fn differs(path: &Path, changes: &[Change]) -> CliError {
    let list: Vec<_> = changes
        .iter()
        .map(|it| {
            format!(
                "\n        {} of {}: {} in the manifest, {} built",
                it.what, it.contract, it.manifest, it.built
            )
        })
        .collect();
    CliError::new(
        Status::Refused,
        "differs",
        format!("the sources do not give what {} says", path.display()),
        format!("there are {} differences:{}", changes.len(), list.concat()),
        "build from the sources that the manifest was made from, or write a new one with --output",
    )
}
