//! Jurors' cards on disk: saved before the commit is sent, found again for the reveal.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use governance::contest::{Card, Line, SealedCard, Verdict};
use governance::text::Digest;
use keys::PublicKey;
use serde::{Deserialize, Serialize};

use crate::error::{CliError, Status};

/// Directory beside the network's own files.
const FOLDER: &str = "cards";

/// A card as a juror writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CardFile {
    line: Vec<LineEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineEntry {
    entry: u8,
    verdict: Word,
    #[serde(default)]
    score: u8,
    comment: String,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Word {
    For,
    Abstain,
    Reject,
    Recuse,
}

/// A card with its salt as it is kept. Who knows the salt before the reveal can read the card.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    contest: u32,
    juror: PublicKey,
    salt: Digest,
    lines: Vec<Line>,
}

/// Reads a card that a juror wrote; lines are put into the order of their entries.
pub(crate) fn read(path: &Path) -> Result<Card, CliError> {
    let bad = |why: String| {
        let what = format!("{} is not a score card", path.display());
        let hint =
            "write [[line]] with entry, verdict (for, abstain, reject, recuse), score 1 to 10 and comment";
        CliError::new(Status::Usage, "bad-card", what, why, hint)
    };
    let text = fs::read_to_string(path).map_err(|error| bad(error.to_string()))?;
    let CardFile { line } = toml::from_str(&text).map_err(|error| bad(error.to_string()))?;
    let mut lines: Vec<Line> = line.iter().map(LineEntry::line).collect();
    lines.sort_by_key(|line| line.entry);
    if lines.is_empty() || lines.windows(2).any(|pair| pair[0].entry == pair[1].entry) {
        return Err(bad("it needs one line for each entry that it names, at least one".to_owned()));
    }
    let is_wrong = |line: &&Line| (line.verdict == Verdict::For) != (1..=10).contains(&line.score);
    if let Some(line) = lines.iter().find(is_wrong) {
        return Err(bad(format!(
            "entry {} has a score of {} with \"{}\"",
            line.entry, line.score, line.verdict
        )));
    }
    Ok(Card { lines })
}

impl LineEntry {
    fn line(&self) -> Line {
        let verdict = match self.verdict {
            Word::For => Verdict::For,
            Word::Abstain => Verdict::Abstain,
            Word::Reject => Verdict::Reject,
            Word::Recuse => Verdict::Recuse,
        };
        Line { entry: self.entry, verdict, score: self.score, comment: Digest::of(&self.comment) }
    }
}

/// Keeps a card in the network's directory, readable by its owner only; gives the file.
pub(crate) fn keep(
    state: &Path,
    contest: u32,
    juror: &PublicKey,
    sealed: &SealedCard,
) -> Result<PathBuf, CliError> {
    let lines = sealed.card.lines.clone();
    let kept = Kept { contest, juror: *juror, salt: Digest(sealed.salt), lines };
    let text = serde_json::to_string_pretty(&kept).expect("numbers and texts are always JSON");
    let folder = state.join(FOLDER);
    let failed = |path: &Path, error: std::io::Error| {
        let what = format!("the card cannot be kept in {}", path.display());
        CliError::new(
            Status::Network,
            "state-file",
            what,
            error.to_string(),
            "check the directory; nothing was sent",
        )
    };
    fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
    let number = files(state, contest, juror).last().map_or(1, |(number, _)| number + 1);
    let path = folder.join(format!("{}-{number}.json", prefix(contest, juror)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| failed(&path, error))?;
    Ok(path)
}

/// The kept cards of a juror for a contest, the newest first.
pub(crate) fn kept(state: &Path, contest: u32, juror: &PublicKey) -> Result<Vec<SealedCard>, CliError> {
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).map_err(|error| error.to_string());
        let kept: Result<Kept, String> =
            text.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
        kept.map(|kept| SealedCard { card: Card { lines: kept.lines }, salt: kept.salt.0 }).map_err(|why| {
            let what = format!("the kept card {} cannot be read", path.display());
            CliError::new(Status::Network, "bad-card", what, why, "restore the file from a copy")
        })
    };
    let (mut cards, mut damaged) = (Vec::new(), None);
    for (_, path) in files(state, contest, juror).into_iter().rev() {
        match read(path) {
            Ok(card) => cards.push(card),
            Err(error) => damaged = Some(error),
        }
    }
    match damaged {
        // Another card may be the one that counts; only if none can be read, the damage is the matter.
        Some(error) if cards.is_empty() => Err(error),
        _ => Ok(cards),
    }
}

/// Files of the kept cards with their numbers, oldest first. One may have been lost.
fn files(state: &Path, contest: u32, juror: &PublicKey) -> Vec<(u32, PathBuf)> {
    let begin = format!("{}-", prefix(contest, juror));
    let number = |path: &Path| {
        let name = path.file_name()?.to_str()?;
        name.strip_prefix(&begin)?.strip_suffix(".json")?.parse().ok()
    };
    let entries = fs::read_dir(state.join(FOLDER)).into_iter().flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut found: Vec<(u32, PathBuf)> = paths.filter_map(|path| Some((number(&path)?, path))).collect();
    found.sort();
    found
}

fn prefix(contest: u32, juror: &PublicKey) -> String {
    format!("contest-{contest}-{}", &juror.to_string()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_card_that_is_lost_or_damaged_does_not_hide_a_newer_one() {
        let folder = tempfile::tempdir().expect("there is room");
        let (state, juror) = (folder.path(), PublicKey([7; 32]));
        let sealed = |score| {
            let line = Line { entry: 1, verdict: Verdict::For, score, comment: Digest::of("good") };
            SealedCard { card: Card { lines: vec![line] }, salt: [score; 32] }
        };
        let paths: Vec<_> =
            (1..=3).map(|score| keep(state, 1, &juror, &sealed(score)).expect("there is room")).collect();
        let salts =
            || kept(state, 1, &juror).map(|cards| cards.iter().map(|card| card.salt[0]).collect::<Vec<_>>());
        assert_eq!(salts().expect("cards"), [3, 2, 1]);
        fs::remove_file(&paths[0]).expect("it is there");
        fs::write(&paths[1], "").expect("it is there");
        assert_eq!(salts().expect("cards"), [3]);
        let next = keep(state, 1, &juror, &sealed(4)).expect("there is room");
        assert!(next.ends_with(format!("{}-4.json", prefix(1, &juror))), "{}", next.display());
        assert_eq!(salts().expect("cards"), [4, 3]);
        for path in [&paths[1], &paths[2], &next] {
            fs::write(path, "").expect("it is there");
        }
        assert_eq!(salts().map_err(|error| error.code), Err("bad-card"));
    }
}
