//! Which organisation's files a command reads.

use std::path::{Path, PathBuf};

use governance::Organisation;
use governance::organisation::Files;

use crate::error::{CliError, Status};

/// Where the organisation comes from.
#[derive(Debug, clap::Args)]
pub(crate) struct OrganisationArgs {
    /// Directory with members, stages, topics, contests and governance (.toml); without it the proposal's own are used.
    #[arg(long, value_name = "DIR", env = "SUBGOV_ORGANISATION")]
    organisation: Option<PathBuf>,
}

impl OrganisationArgs {
    pub(crate) fn load(&self) -> Result<Organisation, CliError> {
        self.files().map(|(_, organisation)| organisation)
    }

    /// Whether a directory was named.
    pub(crate) fn is_given(&self) -> bool {
        self.organisation.is_some()
    }

    /// The files' texts, and what they say.
    pub(crate) fn files(&self) -> Result<(Files, Organisation), CliError> {
        let Some(folder) = &self.organisation else {
            return Ok((Files::of_proposal(), Organisation::of_proposal()));
        };
        let files = Files {
            members: read(folder, "members.toml")?,
            stages: read(folder, "stages.toml")?,
            topics: read(folder, "topics.toml")?,
            contests: read(folder, "contests.toml")?,
            governance: read(folder, "governance.toml")?,
        };
        let organisation = Organisation::parse(&files).map_err(|error| {
            CliError::new(
                Status::Usage,
                "bad-organisation",
                format!("the organisation in {} is not valid", folder.display()),
                error.to_string(),
                "correct the file; scripts/ of this project has an example",
            )
            .caused_by(error)
        })?;
        Ok((files, organisation))
    }
}

fn read(folder: &Path, name: &str) -> Result<String, CliError> {
    let path = folder.join(name);
    std::fs::read_to_string(&path).map_err(|error| {
        CliError::new(
            Status::Usage,
            "missing-file",
            format!("cannot read {}", path.display()),
            error.to_string(),
            "give a directory with a copy of all files of scripts/*.toml to --organisation",
        )
        .caused_by(error)
    })
}

/// The place of the member that `text` means.
pub(crate) fn member(organisation: &Organisation, text: &str) -> Result<usize, CliError> {
    organisation.find_member(text).map_err(|error| {
        CliError::new(
            Status::Usage,
            "unknown-member",
            format!("cannot tell which member \"{text}\" is"),
            error.to_string(),
            "give a full name or a number from `subgov member list`",
        )
    })
}
