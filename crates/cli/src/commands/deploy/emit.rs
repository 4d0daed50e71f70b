//! Decisions and payments as files, for members and custodians to submit.

use std::path::Path;

use deploy::{Finding, Remedy};

use crate::error::{CliError, Status};

/// A file that was written, and the command that submits it.
pub(crate) struct Emitted {
    pub(crate) path: String,
    pub(crate) command: String,
}

/// Writes all remedies that somebody has to decide into a directory; nothing that is there is overwritten.
pub(crate) fn write(folder: &Path, findings: &[Finding]) -> Result<Vec<Emitted>, CliError> {
    let disk = |path: &Path, error: std::io::Error| {
        let hint = "choose a directory that can be written to, and that has none of these files";
        let what = format!("{} cannot be written", path.display());
        CliError::new(Status::Usage, "cannot-write", what, error.to_string(), hint)
    };
    std::fs::create_dir_all(folder).map_err(|error| disk(folder, error))?;
    let mut emitted = Vec::new();
    for remedy in findings.iter().flat_map(|finding| &finding.remedies) {
        let number = emitted.len() + 1;
        let (name, text, command) = match remedy {
            Remedy::Proposal(file) => {
                let name = format!("{number:02}-{}.proposal.json", file.action.name());
                let path = folder.join(&name);
                (name, file.to_json(), format!("subgov proposal create file {} --as MEMBER", path.display()))
            }
            Remedy::Payment(file) => {
                let name =
                    format!("{number:02}-{}.payment.json", file.title.to_lowercase().replace(' ', "-"));
                (name, file.to_json(), format!("subgov multisig submit --as MEMBER {}", file.arguments()))
            }
            Remedy::Anybody(_) | Remedy::Files(_) | Remedy::Nothing(_) => continue,
        };
        let text = text.map_err(|error| {
            let what = format!("{name} cannot be written");
            CliError::new(Status::Usage, "interface", what, error.to_string(), "report this")
        })?;
        let path = folder.join(name);
        let written = std::fs::File::create_new(&path)
            .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
        written.map_err(|error| disk(&path, error))?;
        emitted.push(Emitted { path: path.display().to_string(), command });
    }
    Ok(emitted)
}
