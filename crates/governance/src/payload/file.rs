//! A decision as a file: what a program suggests and a member proposes.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ton_abi::{Error, PublicKey};

use super::{
    Action, AdmitMember, CloseStage, ExtendDeadline, HoldPayout, PayOrg, RemoveMember, RotateKey, SetPolicy,
    Signal, Spec,
};
use crate::organisation::Params;
use crate::text::Digest;

/// Name and version of the file's form.
const SCHEMA: &str = "subgov-proposal/1";

/// A decision that somebody may propose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalFile {
    /// What is decided.
    pub action: Action,
    /// Where its document is; may be empty.
    pub link: String,
    /// SHA-256 of the document; zero without one.
    pub document: Digest,
    /// What it is, for people.
    pub title: String,
    /// Why, for people.
    pub reason: String,
}

/// A text is not such a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadProposalFile {
    /// It is not JSON of that shape.
    #[error("it is no proposal: {0}")]
    Shape(#[from] serde_json::Error),
    /// It has another form.
    #[error("its schema is \"{0}\", not \"{SCHEMA}\"")]
    Schema(String),
    /// The action is none that can be proposed.
    #[error("there is no action \"{0}\" that can be proposed")]
    Action(String),
    /// The document's hash is not one.
    #[error("its document is not the 64 hexadecimal digits of a SHA-256")]
    Document,
    /// The parameters do not fit the action.
    #[error("its parameters do not fit the action {action}")]
    Params {
        /// The action.
        action: String,
        /// What does not fit.
        #[source]
        source: Error,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    schema: String,
    action: String,
    params: Value,
    #[serde(default)]
    link: String,
    #[serde(default)]
    document: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    reason: String,
}

impl ProposalFile {
    /// The file as JSON, with a line break at the end.
    ///
    /// # Errors
    /// [`Error::Binding`] if a parameter has no form in JSON.
    pub fn to_json(&self) -> Result<String, Error> {
        let document =
            if self.document == Digest::default() { String::new() } else { self.document.to_string() };
        let shape = Shape {
            schema: SCHEMA.to_owned(),
            action: self.action.name().to_owned(),
            params: self.action.params()?,
            link: self.link.clone(),
            document,
            title: self.title.clone(),
            reason: self.reason.clone(),
        };
        let text = serde_json::to_string_pretty(&shape).map_err(Error::Binding)?;
        Ok(text + "\n")
    }

    /// Reads a file and checks that the parameters fit the action.
    ///
    /// # Errors
    /// [`BadProposalFile`].
    pub fn parse(text: &str) -> Result<Self, BadProposalFile> {
        let Shape { schema, action: name, params, link, document, title, reason } =
            serde_json::from_str(text)?;
        if schema != SCHEMA {
            return Err(BadProposalFile::Schema(schema));
        }
        let action = Action::from_params(&name, params)
            .map_err(|source| BadProposalFile::Params { action: name.clone(), source })?
            .ok_or_else(|| BadProposalFile::Action(name.clone()))?;
        action.encode().map_err(|source| BadProposalFile::Params { action: name, source })?;
        let document = match document.as_str() {
            "" => Digest::default(),
            text => {
                text.parse().map(|PublicKey(bytes)| Digest(bytes)).map_err(|_| BadProposalFile::Document)?
            }
        };
        Ok(Self { action, link, document, title, reason })
    }
}

impl Action {
    /// The parameters as JSON: the struct of `IMemberRegistry` with that name.
    ///
    /// # Errors
    /// [`Error::Binding`].
    pub fn params(&self) -> Result<Value, Error> {
        match self {
            Self::AdmitMember(it) => serde_json::to_value(it),
            Self::RotateKey(it) => serde_json::to_value(it),
            Self::RemoveMember(it) => serde_json::to_value(it),
            Self::SetParams(it) => serde_json::to_value(it),
            Self::LaunchContest(it) => serde_json::to_value(it),
            Self::ExtendDeadline(it) => serde_json::to_value(it),
            Self::HoldPayout(it) => serde_json::to_value(it),
            Self::CloseStage(it) => serde_json::to_value(it),
            Self::PayOrg(it) => serde_json::to_value(it),
            Self::Signal(it) => serde_json::to_value(it),
            Self::SetPolicy(it) => serde_json::to_value(it),
        }
        .map_err(Error::Binding)
    }

    /// The action of that name with these parameters; none for a name that this program cannot propose.
    ///
    /// # Errors
    /// [`Error::Binding`] if the parameters are not those of the action.
    pub fn from_params(name: &str, params: Value) -> Result<Option<Self>, Error> {
        use serde_json::from_value;
        let action = match name {
            "AdmitMember" => from_value::<AdmitMember>(params).map(Self::AdmitMember),
            "RotateKey" => from_value::<RotateKey>(params).map(Self::RotateKey),
            "RemoveMember" => from_value::<RemoveMember>(params).map(Self::RemoveMember),
            "SetParams" => from_value::<Params>(params).map(Self::SetParams),
            "LaunchContest" => from_value::<Box<Spec>>(params).map(Self::LaunchContest),
            "ExtendDeadline" => from_value::<ExtendDeadline>(params).map(Self::ExtendDeadline),
            "HoldPayout" => from_value::<HoldPayout>(params).map(Self::HoldPayout),
            "CloseStage" => from_value::<CloseStage>(params).map(Self::CloseStage),
            "PayOrg" => from_value::<PayOrg>(params).map(Self::PayOrg),
            "Signal" => from_value::<Signal>(params).map(Self::Signal),
            "SetPolicy" => from_value::<SetPolicy>(params).map(Self::SetPolicy),
            _ => return Ok(None),
        };
        action.map(Some).map_err(Error::Binding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Organisation;

    #[test]
    fn a_decision_comes_back_from_its_file() {
        let params = Organisation::of_proposal().governance.params;
        let key = PublicKey([7; 32]);
        for action in [
            Action::SetParams(params),
            Action::RemoveMember(RemoveMember { key, reason_hash: Digest::of("why") }),
            Action::Signal(Signal { doc_hash: Digest::of("text"), link: "here".to_owned(), soft: true }),
        ] {
            let (title, reason) = ("a title".to_owned(), "a reason".to_owned());
            let file =
                ProposalFile { action, link: String::new(), document: Digest::of("doc"), title, reason };
            let text = file.to_json().unwrap();
            assert_eq!(ProposalFile::parse(&text).unwrap(), file, "{text}");
        }
    }

    #[test]
    fn what_is_no_decision_is_refused_with_its_reason() {
        let action = Action::AdmitMember(AdmitMember { candidate: 3 });
        let file = ProposalFile {
            action,
            link: String::new(),
            document: Digest::default(),
            title: String::new(),
            reason: String::new(),
        };
        let text = file.to_json().unwrap();
        let refused =
            |from: &str, to: &str| ProposalFile::parse(&text.replace(from, to)).unwrap_err().to_string();
        assert!(refused("proposal/1", "proposal/2").contains("schema"));
        assert!(refused("AdmitMember", "Dissolve").contains("no action \"Dissolve\""));
        assert!(refused("candidate", "place").contains("do not fit the action AdmitMember"));
        assert!(refused("\"3\"", "\"4294967296\"").contains("do not fit"));
        assert!(refused("\"document\": \"\"", "\"document\": \"12\"").contains("64 hexadecimal digits"));
    }
}
