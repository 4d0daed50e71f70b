//! What becomes of messages while a command waits for them: told hop by hop on a terminal, and remembered.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use keys::PublicKey;
use serde_json::{Value, json};
use tokio::sync::Notify;
use ton_abi::{Address, UnixTime};
use ton_client::processing::{Observer, Outgoing, Tree};
use ton_client::{Error as ClientError, MsgHash};

use crate::error::CliError;
use crate::outbox::Outbox;

/// Watches the messages of one world.
#[derive(Default)]
pub(crate) struct Hops {
    state: Mutex<State>,
    /// Told when the first message leaves.
    left: Notify,
}

#[derive(Default)]
struct State {
    sent: Vec<Sent>,
    trees: Vec<Tree>,
    signers: Vec<PublicKey>,
    outbox: Option<Outbox>,
    bar: Option<ProgressBar>,
}

/// A message that was about to be posted.
struct Sent {
    hash: MsgHash,
    to: Address,
    expire: Option<UnixTime>,
    fate: Fate,
    /// The record of it on disk.
    file: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Sent,
    Accepted { done: usize, waiting: usize },
    Done,
    Void,
}

impl Hops {
    /// Has messages written down before they leave.
    pub(crate) fn record_in(&self, outbox: Outbox) {
        self.state().outbox = Some(outbox);
    }

    /// Shows progress on the terminal, if there is one.
    pub(crate) fn show(&self, quiet: bool) {
        if quiet || !io::stderr().is_terminal() {
            return;
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        self.state().bar = Some(bar);
    }

    /// Somebody signs with this key.
    pub(crate) fn signed_by(&self, key: PublicKey) {
        self.state().signers.push(key);
    }

    /// Keys that sign.
    pub(crate) fn signers(&self) -> Vec<PublicKey> {
        self.state().signers.clone()
    }

    /// Trees of all messages so far, in the order in which they were finished.
    pub(crate) fn trees(&self) -> Vec<Tree> {
        self.state().trees.clone()
    }

    /// Whether anything left.
    pub(crate) fn has_sent(&self) -> bool {
        !self.state().sent.is_empty()
    }

    /// Whether this very message is one of those that left.
    pub(crate) fn sends(&self, message: &MsgHash) -> bool {
        self.state().sent.iter().any(|sent| sent.hash == *message)
    }

    /// How many messages left.
    pub(crate) fn count(&self) -> usize {
        self.state().sent.len()
    }

    /// Returns when the user interrupts the program after something left; before that the system ends it.
    pub(crate) async fn interruption(&self) {
        self.left.notified().await;
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// No more progress is shown.
    pub(crate) fn end(&self) {
        if let Some(bar) = self.state().bar.take() {
            bar.finish_and_clear();
        }
    }

    /// What is known of messages whose fate is not, after this failure, and how to ask again.
    pub(crate) fn to_text(&self, error: &CliError) -> String {
        self.note_void(error);
        let state = self.state();
        let open = state.sent.iter().filter(|sent| matches!(sent.fate, Fate::Sent | Fate::Accepted { .. }));
        let lines = open.map(|sent| {
            let until = match sent.expire {
                Some(expire) if sent.fate == Fate::Sent => format!(", void after chain time {expire}"),
                _ => String::new(),
            };
            let ask = match &sent.file {
                Some(file) => format!("subgov submit {}", file.display()),
                None => format!("subgov message status {}", sent.hash),
            };
            format!("        message {} is {}{until}; ask again with `{ask}`", sent.hash, sent.fate.words())
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The same for programs.
    pub(crate) fn to_json(&self) -> Value {
        let state = self.state();
        let sent = state.sent.iter().map(|sent| {
            json!({
                "message": sent.hash.to_string(),
                "to": sent.to.to_string(),
                "expire": sent.expire,
                "state": sent.fate.name(),
                "file": sent.file,
            })
        });
        sent.collect()
    }

    /// A failure that proves that a message is void.
    fn note_void(&self, error: &CliError) {
        let source = error.source.as_deref().and_then(|source| source.downcast_ref::<ClientError>());
        let Some(ClientError::NotIncluded(it)) = source else { return };
        let mut state = self.state();
        if let Some(sent) = state.sent.iter_mut().find(|sent| sent.hash == it.message) {
            sent.close(Fate::Void);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fate {
    fn words(self) -> String {
        match self {
            Self::Sent => "sent, and may be executed".to_owned(),
            Self::Accepted { waiting: 0, .. } => "accepted".to_owned(),
            Self::Accepted { done, waiting } => {
                format!("accepted, {done} transactions are known and {waiting} messages on their way")
            }
            Self::Done => "done".to_owned(),
            Self::Void => "void".to_owned(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Accepted { .. } => "accepted",
            Self::Done => "done",
            Self::Void => "void",
        }
    }
}

impl Sent {
    fn close(&mut self, fate: Fate) {
        self.fate = fate;
        if let Some(file) = self.file.take() {
            // A record that stays is settled by the next command.
            let _ = std::fs::remove_file(file);
        }
    }
}

impl State {
    fn tell(&self, line: String) {
        if let Some(bar) = &self.bar {
            bar.set_message(line);
        }
    }
}

impl Observer for Hops {
    fn sending(&self, message: &Outgoing) -> Result<(), ClientError> {
        let mut state = self.state();
        let signer = state.signers.last().copied();
        let kept = state.outbox.as_ref().map(|outbox| outbox.keep(message, signer)).transpose();
        let file = kept.map_err(|reason| ClientError::Unsent { message: message.hash, reason })?;
        // The client sends another message only once the one before is done, or proven to be void.
        for sent in &mut state.sent {
            if sent.fate == Fate::Sent {
                sent.close(Fate::Void);
            }
        }
        let Outgoing { hash, address, expire, .. } = message;
        let sent = Sent { hash: *hash, to: address.clone(), expire: *expire, fate: Fate::Sent, file };
        state.sent.push(sent);
        state.tell(format!("sent {hash}"));
        self.left.notify_one();
        Ok(())
    }

    fn followed(&self, message: &MsgHash, done: usize, waiting: usize) {
        let mut state = self.state();
        if let Some(sent) = state.sent.iter_mut().find(|sent| sent.hash == *message) {
            sent.fate = Fate::Accepted { done, waiting };
        }
        let messages =
            if done + waiting > 1 { format!(" -> {} messages", done + waiting - 1) } else { String::new() };
        state.tell(format!("sent -> accepted{messages}"));
    }

    fn finished(&self, tree: &Tree) {
        let mut state = self.state();
        if let Some(sent) = state.sent.iter_mut().find(|sent| sent.hash == tree.message) {
            sent.close(Fate::Done);
        }
        state.tell(format!("sent -> accepted -> {} messages -> done", tree.steps.len().saturating_sub(1)));
        state.trees.push(tree.clone());
    }
}

/// A watcher that a client can share.
pub(crate) fn watch(client: &ton_client::Client) -> Arc<Hops> {
    let hops = Arc::new(Hops::default());
    client.observe(hops.clone());
    hops
}
