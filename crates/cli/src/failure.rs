//! Failures of the crates below in the words of the command line.

use governance::codes;
use governance::workflow::Error as WorkflowError;
use ton_client::Error as ClientError;
use ton_client::net::RejectReason;

use crate::error::{CliError, Status};

/// What to do about an account without a contract.
const NOTHING_THERE: &str = "no contract is at this address: check the name or number, and the network";

/// A failure of something asked from the chain; `what` says what did not work.
pub(crate) fn from_client(what: impl Into<String>, error: ClientError) -> CliError {
    let (status, code) = classify(&error);
    let why = error.to_string();
    let hint = error
        .exit_code()
        .and_then(codes::find)
        .map(|code| code.hint.to_owned())
        .or_else(|| hint_of(&error))
        .unwrap_or_else(|| default_hint(status).to_owned());
    let fault = error.fault().cloned();
    CliError::new(status, code, what, why, hint).caused_by(error).at(fault)
}

/// A failure of a workflow.
pub(crate) fn from_workflow(what: impl Into<String>, error: WorkflowError) -> CliError {
    let (status, code, hint) = match error {
        WorkflowError::Client(error) => return from_client(what, error),
        WorkflowError::Unconfirmed { .. } => (
            Status::Refused,
            "not-paid",
            "let one more member confirm it with `subgov multisig confirm`".to_owned(),
        ),
        WorkflowError::Bounced { code, .. } => (Status::Refused, "bounced", code_hint(code)),
        WorkflowError::Proposal { code, .. } => (Status::Refused, "not-executed", code_hint(code.into())),
        WorkflowError::Launch(_) => {
            (Status::Usage, "launch", "see the plan with `subgov stage list`".to_owned())
        }
        WorkflowError::Host(_) => {
            (Status::Network, "node", "report this with the command that caused it".to_owned())
        }
        _ => (Status::Refused, "not-as-expected", "report this with the command that caused it".to_owned()),
    };
    CliError::new(status, code, what, error.to_string(), hint).caused_by(error)
}

fn code_hint(code: i32) -> String {
    let known = codes::find(code).map(|code| format!("{}: {}", code.meaning, code.hint));
    known.unwrap_or_else(|| format!("`subgov explain {code}` tells more"))
}

fn hint_of(error: &ClientError) -> Option<String> {
    match error {
        ClientError::Abi(ton_abi::Error::UnknownFunction(_)) => {
            Some("the contract at this address is of another kind or version, and cannot do it".to_owned())
        }
        // Whoever mistyped a name must not send money to an address that nobody has.
        ClientError::AccountMissing { .. } | ClientError::NotActive { .. } => Some(NOTHING_THERE.to_owned()),
        ClientError::NotIncluded(it)
            if matches!(it.reason(), Some(RejectReason::NoAccount | RejectReason::NoCode)) =>
        {
            Some(NOTHING_THERE.to_owned())
        }
        error => error.hint(),
    }
}

fn classify(error: &ClientError) -> (Status, &'static str) {
    match error {
        ClientError::NotIncluded(_) => (Status::Refused, "not-included"),
        ClientError::Failed(_) => (Status::Refused, "failed"),
        ClientError::Getter { .. } | ClientError::NoAnswer { .. } => (Status::Refused, "getter"),
        ClientError::AccountMissing { .. } | ClientError::NotActive { .. } => {
            (Status::Refused, "no-contract")
        }
        ClientError::AlreadyDeployed { .. } => (Status::Refused, "already-deployed"),
        ClientError::BalanceTooLow { .. } => (Status::Safety, "short-balance"),
        ClientError::Keys(_) | ClientError::BadSignature { .. } => (Status::Keys, "signer"),
        ClientError::DevelopmentKey { .. } => (Status::Keys, "development-key"),
        ClientError::Abi(_) => (Status::Usage, "interface"),
        _ => (Status::Network, "network"),
    }
}

/// A text without the hashes of messages and transactions: of a simulation they mean nothing to anybody.
pub(crate) fn without_hashes(text: &str) -> String {
    let is_hash = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut kept: Vec<&str> = Vec::new();
    for word in text.split(' ') {
        let is_named = kept.last().is_some_and(|before| ["message", "transaction"].contains(before));
        if !(is_named && is_hash(word)) {
            kept.push(word);
        }
    }
    kept.join(" ")
}

fn default_hint(status: Status) -> &'static str {
    match status {
        Status::Refused => "look at the state with `subgov multisig show`",
        Status::Usage => "check what was given against --help",
        Status::Network => "check the network and try again",
        Status::Keys => "check the key, and whoever signs with it",
        Status::Safety => "top up the account",
    }
}

/// A failure of the embedded node.
pub(crate) fn from_node(what: impl Into<String>, error: localnet::Error) -> CliError {
    let (code, hint) = match &error {
        localnet::Error::BadFile { .. } => {
            ("bad-state", "restore the directory from a copy, or make a new one with `subgov node init`")
        }
        localnet::Error::ChangedOnDisk { .. } => ("state-in-use", "run the command again"),
        localnet::Error::File { .. } => ("state-file", "check the directory and its permissions"),
        _ => ("node", "report this with the command that caused it"),
    };
    let why = error.to_string();
    CliError::new(Status::Network, code, what, why, hint).caused_by(error)
}
