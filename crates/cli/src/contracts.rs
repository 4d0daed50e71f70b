//! Where the contracts come from: compiled from their sources, or read from a directory of built ones.

use std::fs;
use std::path::{Path, PathBuf};

use governance::contracts::Built;
use ton_abi::{ContractAbi, Image};

use crate::error::{CliError, Status};

/// Which contracts a command works with.
#[derive(Debug, clap::Args)]
pub(crate) struct ContractsArgs {
    /// Directory with the contracts' sources; without it `contracts` here or above.
    #[arg(long, value_name = "DIR", env = "SUBGOV_CONTRACTS")]
    contracts: Option<PathBuf>,
    /// Do not compile: take NAME.abi.json and NAME.tvc from this directory.
    #[arg(long, value_name = "DIR", env = "SUBGOV_IMAGES", conflicts_with = "contracts")]
    images: Option<PathBuf>,
}

/// The contracts that the commands need.
#[derive(Debug, Clone)]
pub(crate) struct Contracts {
    pub(crate) giver: Built,
    /// Those of the organisation.
    pub(crate) organisation: governance::contracts::Contracts,
    /// Where they come from, for people.
    pub(crate) origin: String,
    /// The compiler's warnings.
    pub(crate) warnings: Option<String>,
}

const GIVER: &str = "Giver";

/// Builds the contracts, or reads built ones.
pub(crate) fn build(args: &ContractsArgs) -> Result<Contracts, CliError> {
    match &args.images {
        Some(folder) => Ok(Contracts {
            giver: read(folder, GIVER)?,
            organisation: governance::contracts::Contracts::find(|name| read(folder, name))?,
            origin: format!("read from {}", folder.display()),
            warnings: None,
        }),
        None => compile(&args.contracts.clone().map_or_else(find_sources, Ok)?),
    }
}

fn compile(folder: &Path) -> Result<Contracts, CliError> {
    let project = tsolc::project::build(folder, "").map_err(|error| cannot_build(folder, error))?;
    let pick = |name: &str| -> Result<Built, CliError> {
        let artifact = project.artifacts.iter().find(|artifact| artifact.name == name);
        let artifact = artifact.ok_or_else(|| {
            CliError::new(
                Status::Usage,
                "contracts",
                format!("there is no contract {name} in {}", folder.display()),
                format!("no file {name}.tsol defines it"),
                "give the directory of this project's contracts with --contracts",
            )
        })?;
        parse(name, &artifact.abi, &artifact.tvc)
    };
    Ok(Contracts {
        giver: pick(GIVER)?,
        organisation: governance::contracts::Contracts::find(pick)?,
        origin: format!("compiled from {}", folder.display()),
        warnings: Some(project.warnings.clone()).filter(|warnings| !warnings.is_empty()),
    })
}

/// Sources that do not compile, or are not there.
pub(crate) fn cannot_build(folder: &Path, error: tsolc::project::Error) -> CliError {
    CliError::new(
        Status::Usage,
        "contracts",
        format!("the contracts in {} cannot be built", folder.display()),
        error.to_string(),
        "correct the sources, or use built contracts with --images",
    )
    .caused_by(error)
}

/// `contracts` in the working directory or the nearest one above, else beside this program's own sources.
pub(crate) fn find_sources() -> Result<PathBuf, CliError> {
    let here = std::env::current_dir().unwrap_or_default();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts");
    let candidates = here.ancestors().map(|folder| folder.join("contracts")).chain([own]);
    candidates.into_iter().find(|folder| folder.join("Multisig.tsol").is_file()).ok_or_else(|| {
        CliError::new(
            Status::Usage,
            "contracts",
            "the contracts' sources are not found",
            "no directory `contracts` with Multisig.tsol here or above",
            "run this inside the project, or name the directory with --contracts",
        )
    })
}

fn read(folder: &Path, name: &str) -> Result<Built, CliError> {
    let missing = |path: &Path, error: std::io::Error| {
        CliError::new(
            Status::Usage,
            "missing-file",
            format!("cannot read {}", path.display()),
            error.to_string(),
            format!("the directory needs {name}.abi.json and {name}.tvc"),
        )
    };
    let path = folder.join(format!("{name}.abi.json"));
    let abi = fs::read_to_string(&path).map_err(|error| missing(&path, error))?;
    let path = folder.join(format!("{name}.tvc"));
    let tvc = fs::read(&path).map_err(|error| missing(&path, error))?;
    parse(name, &abi, &tvc)
}

fn parse(name: &str, abi: &str, tvc: &[u8]) -> Result<Built, CliError> {
    let bad = |error: ton_abi::Error| {
        CliError::new(
            Status::Usage,
            "bad-contract",
            format!("the built contract {name} cannot be used"),
            error.to_string(),
            "build the contracts again",
        )
    };
    Ok(Built { abi: ContractAbi::parse(abi).map_err(bad)?, image: Image::from_tvc(tvc).map_err(bad)? })
}
