//! How a command fails: what, why, what to do next, and one of six exit statuses.

pub(crate) mod codes;

use std::error::Error as StdError;

use serde_json::{Value, json};
use ton_client::source::Fault;

use crate::place;

/// Exit status of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// The chain refused, or did not do what was asked.
    Refused = 1,
    /// The command line or a file is wrong.
    Usage = 2,
    /// The network, or the state that stands for it, cannot be reached.
    Network = 3,
    /// A key or phrase is wrong or missing.
    Keys = 4,
    /// Stopped before anything was sent, because it would do harm.
    Safety = 5,
}

/// A failed command.
#[derive(Debug)]
pub(crate) struct CliError {
    /// Stable name for programs.
    pub(crate) code: &'static str,
    pub(crate) status: Status,
    /// What did not work.
    pub(crate) what: String,
    /// Why.
    pub(crate) why: String,
    /// What to do next.
    pub(crate) hint: String,
    /// The error underneath.
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
    data: Option<Box<Value>>,
    /// What stdout gets all the same, for people.
    answer: String,
    /// Where in its sources a contract ended, if it was one and that is known.
    place: Option<Box<Fault>>,
}

impl CliError {
    pub(crate) fn new(
        status: Status,
        code: &'static str,
        what: impl Into<String>,
        why: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        let (what, why, hint) = (what.into(), why.into(), hint.into());
        Self { code, status, what, why, hint, source: None, data: None, answer: String::new(), place: None }
    }

    pub(crate) fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    pub(crate) fn with_data(mut self, data: Value) -> Self {
        self.data = Some(Box::new(data));
        self
    }

    /// With an answer that is worth reading though the command failed.
    pub(crate) fn with_answer(mut self, text: String) -> Self {
        self.answer = text;
        self
    }

    /// What stdout gets all the same, for people.
    pub(crate) fn answer(&self) -> &str {
        &self.answer
    }

    /// The line of a contract's sources where it ended.
    pub(crate) fn at(mut self, fault: Option<Fault>) -> Self {
        self.place = fault.map(Box::new);
        self
    }

    /// What was found out before the failure.
    pub(crate) fn data(&self) -> Option<&Value> {
        self.data.as_deref()
    }

    /// The errors underneath, outermost first, without those that `why` already says.
    pub(crate) fn causes(&self) -> Vec<String> {
        let mut causes = Vec::new();
        let mut next = self.source.as_deref().map(|source| source as &dyn StdError);
        while let Some(cause) = next {
            let text = cause.to_string();
            if !self.why.contains(&text) && !causes.contains(&text) {
                causes.push(text);
            }
            next = cause.source();
        }
        causes
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut error = json!({
            "code": self.code,
            "status": self.status as u8,
            "what": self.what,
            "why": self.why,
            "hint": self.hint,
            "causes": self.causes(),
        });
        if let Some(fault) = self.place.as_deref() {
            error["place"] = place::to_json(fault);
        }
        error
    }

    /// For people, ends with a line break.
    pub(crate) fn to_text(&self) -> String {
        let mut text = format!("error[{}]: {}\n  why:  {}\n", self.code, self.what, self.why);
        for cause in self.causes() {
            text += &format!("        {}\n", cause.trim_end().replace('\n', "\n        "));
        }
        let lines = self.place.as_deref().map(place::to_lines).unwrap_or_default();
        for (n, line) in lines.iter().enumerate() {
            text += &format!("  {}  {line}\n", if n == 0 { "at: " } else { "    " });
        }
        text += &format!("  next: {}\n", self.hint);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_why_and_what_next() {
        let error = CliError::new(Status::Keys, "bad-phrase", "no key", "12 words are needed", "check it")
            .caused_by("12 words are needed".to_owned());
        assert_eq!(
            error.to_text(),
            "error[bad-phrase]: no key\n  why:  12 words are needed\n  next: check it\n"
        );
        assert_eq!(error.to_json()["status"], 4);
    }
}
