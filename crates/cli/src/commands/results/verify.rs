//! `subgov results verify`

use std::collections::VecDeque;
use std::error::Error as StdError;
use std::fmt;
use std::path::Path;

use results::{Catalogue, Check, Report, plain};
use serde_json::{Value, json};

use super::{Verify, read};
use crate::error::{CliError, Status};
use crate::output::{Answer, Progress};
use crate::table::{Column, table};

/// So many differences are listed; all of them are in the JSON form.
const LISTED: usize = 50;

pub(super) async fn run(args: &Verify, progress: Progress) -> Result<Answer, CliError> {
    let file = args.file.as_deref().map(read_file).transpose()?;
    let (facts, mut report) = read(&args.state, progress).await?;
    if let (Some(written), Some(path)) = (file, &args.file) {
        let chain =
            serde_json::to_value(Catalogue::of(&facts)).map_err(|error| super::unread(error.into()))?;
        progress.say(format!("comparing {}", path.display()));
        report.merge(results::compare(&chain, &written));
    }
    let data = data(&report);
    if !report.differences.is_empty() {
        return Err(differs(&report).with_data(data));
    }
    Ok(Answer { text: text(&report), data, warnings: Vec::new() })
}

fn read_file(path: &Path) -> Result<Value, CliError> {
    let what = format!("{} cannot be compared with the chain", path.display());
    let bytes = std::fs::read(path).map_err(|error| {
        let hint = "give the file catalogue.json of an export";
        CliError::new(Status::Usage, "missing-file", &what, error.to_string(), hint).caused_by(error)
    })?;
    results::read_file(&bytes).map_err(|error| {
        let hint = "give the file catalogue.json of an export, or what `subgov results show --json` printed";
        CliError::new(Status::Usage, "bad-catalogue", &what, error.to_string(), hint).caused_by(error)
    })
}

fn text(report: &Report) -> String {
    let columns = [Column::Text("Check"), Column::Text("It holds that"), Column::Number("Facts")];
    let rows = Check::ALL.iter().filter_map(|check| {
        let compared = report.compared.get(check)?;
        Some(vec![check.to_string(), check.meaning().to_owned(), compared.to_string()])
    });
    let unknown: String =
        report.unknown.iter().map(|text| format!("The chain does not tell {}.\n", plain(text))).collect();
    format!("{}All {} facts match.\n{unknown}", table(&columns, rows), report.total())
}

fn data(report: &Report) -> Value {
    let checks = Check::ALL.iter().filter_map(|check| {
        let compared = report.compared.get(check)?;
        let differ = report.differences.iter().filter(|it| it.check == *check).count();
        Some(json!({ "check": check.word(), "compared": compared, "differ": differ }))
    });
    json!({
        "compared": report.total(),
        "checks": checks.collect::<Vec<_>>(),
        "differences": report.differences,
        "unknown": report.unknown,
    })
}

fn differs(report: &Report) -> CliError {
    let count = report.differences.len();
    let facts = if count == 1 { "fact does" } else { "facts do" };
    let what = format!("{count} {facts} not match");
    let why = format!("of {} that were compared", report.total());
    let hint = "a catalogue shows one moment: compare with an export of now, for what has only been added since; what is \
                otherwise different is not to be relied on: ask whoever published it, and read the chain through another \
                endpoint";
    let mut lines: VecDeque<String> =
        report.differences.iter().take(LISTED).map(|difference| plain(&difference.to_string())).collect();
    if count > LISTED {
        lines.push_back(format!("… and {} more, see --json", count - LISTED));
    }
    let error = CliError::new(Status::Refused, "differs", what, why, hint);
    match Line::chain(lines) {
        Some(chain) => error.caused_by(chain),
        None => error,
    }
}

/// Lines below an error: each is the cause of the one before, so that they are shown one by one.
#[derive(Debug)]
struct Line {
    text: String,
    next: Option<Box<Line>>,
}

impl Line {
    fn chain(mut lines: VecDeque<String>) -> Option<Self> {
        let text = lines.pop_front()?;
        Some(Self { text, next: Self::chain(lines).map(Box::new) })
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Line {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.next.as_deref().map(|next| next as &dyn StdError)
    }
}
