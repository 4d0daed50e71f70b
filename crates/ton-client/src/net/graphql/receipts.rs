//! Receipts (REMP): what the endpoint tells about messages that were posted to it.
//!
//! COMPAT(sdk): the subscription starts after the post; servers repeat what they told before.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use ton_abi::{Address, UnixMillis};

use super::super::answer::{Malformed, field, maybe, number, text, words};
use super::super::link::{Link, Trouble};
use super::super::socket::Event;
use super::super::{RejectReason, Rejection};
use super::queries;
use crate::ids::MsgHash;

/// Messages whose receipts are remembered; the oldest make room for the newest.
const MAX_MESSAGES: usize = 1024;
/// How long receipts of one message are listened to.
const LISTEN: Duration = Duration::from_secs(600);
/// Pause before a broken subscription is opened again.
const PAUSE: Duration = Duration::from_secs(1);

/// One receipt, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Receipt {
    /// The node did not take the message, with its words and the time of them.
    Rejected(String, UnixMillis),
    /// The transaction is final.
    Finalized,
    /// The message is on its way.
    Other,
}

impl Receipt {
    /// Reads the payload of a subscription.
    pub(super) fn read(data: &Value, message: &MsgHash) -> Result<Self, Malformed> {
        let receipt = field(data, "rempReceipts")?;
        let wrong = Malformed::Wrong { field: "messageId", wanted: "a hash" };
        if text(receipt, "messageId")?.parse::<MsgHash>().map_err(|_| wrong)? != *message {
            return Err(Malformed::Other("message"));
        }
        Ok(match text(receipt, "kind")? {
            "RejectedByFullnode" => {
                // A text that holds JSON.
                let json =
                    text(receipt, "json").ok().and_then(|json| serde_json::from_str::<Value>(json).ok());
                let error = json.as_ref().and_then(|json| maybe(json, "error")?.as_str());
                let at = UnixMillis(number(receipt, "timestamp").unwrap_or(0));
                Self::Rejected(words(error.unwrap_or("the node rejected the message")), at)
            }
            "Finalized" => Self::Finalized,
            _ => Self::Other,
        })
    }
}

struct Watched {
    rejection: Option<Rejection>,
    final_: bool,
    /// Whether somebody was told that there is news.
    told: bool,
    task: JoinHandle<()>,
}

/// All watched messages.
pub(super) struct Receipts(Arc<Shared>);

struct Shared {
    watched: Mutex<Table>,
    news: watch::Sender<u64>,
}

#[derive(Default)]
struct Table {
    entries: HashMap<MsgHash, Watched>,
    order: VecDeque<MsgHash>,
}

impl Receipts {
    pub(super) fn new() -> Self {
        Self(Arc::new(Shared { watched: Mutex::default(), news: watch::Sender::new(0) }))
    }

    /// Listens to the receipts of a message that was just posted.
    pub(super) fn watch(&self, link: &Arc<Link>, message: MsgHash, account: Address) {
        let mut table = self.0.lock();
        if table.entries.contains_key(&message) {
            return;
        }
        if table.order.len() >= MAX_MESSAGES
            && let Some(oldest) = table.order.pop_front().and_then(|oldest| table.entries.remove(&oldest))
        {
            oldest.task.abort();
        }
        let task = tokio::spawn(listen(Arc::downgrade(&self.0), link.clone(), message, account));
        table.entries.insert(message, Watched { rejection: None, final_: false, told: false, task });
        table.order.push_back(message);
    }

    /// Forgets a message: its receipts are no proof any more.
    pub(super) fn forget(&self, message: &MsgHash) {
        let mut table = self.0.lock();
        if let Some(watched) = table.entries.remove(message) {
            watched.task.abort();
            table.order.retain(|known| known != message);
        }
    }

    pub(super) fn rejection(&self, message: &MsgHash) -> Option<Rejection> {
        self.0.lock().entries.get(message)?.rejection.clone()
    }

    /// Waits until there is something new about a message. Each news is told once; afterwards, and for messages
    /// that are not watched, this waits forever.
    pub(super) async fn news(&self, message: &MsgHash) {
        let mut changes = self.0.news.subscribe();
        loop {
            {
                let mut table = self.0.lock();
                if let Some(watched) = table.entries.get_mut(message)
                    && (watched.final_ || watched.rejection.is_some())
                    && !std::mem::replace(&mut watched.told, true)
                {
                    return;
                }
            }
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

impl Drop for Receipts {
    fn drop(&mut self) {
        for watched in self.0.lock().entries.values() {
            watched.task.abort();
        }
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Table> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, message: &MsgHash, receipt: Receipt, account: &Address) {
        {
            let mut table = self.lock();
            let Some(watched) = table.entries.get_mut(message) else { return };
            match receipt {
                Receipt::Rejected(reason, at) => {
                    let (message, account) = (*message, account.clone());
                    let reason = RejectReason::Other(reason);
                    let at = at.seconds();
                    watched.rejection = Some(Rejection { message, account, reason, at, seq_no: 0 });
                }
                Receipt::Finalized => watched.final_ = true,
                Receipt::Other => return,
            }
        }
        self.news.send_modify(|count| *count = count.wrapping_add(1));
    }
}

/// Follows one message until its fate is known. Receipts are a help only: nothing depends on them.
async fn listen(shared: std::sync::Weak<Shared>, link: Arc<Link>, message: MsgHash, account: Address) {
    let start = Instant::now();
    let payload = queries::request(&queries::receipts(&message.to_string()), Value::Null);
    while start.elapsed() < LISTEN {
        if let Ok(mut operation) = subscribe(&link, &payload).await {
            while let Event::Answer(answer) = operation.next().await {
                let Some(shared) = shared.upgrade() else { return };
                let Some(receipt) = answer.get("data").and_then(|data| Receipt::read(data, &message).ok())
                else {
                    continue;
                };
                let done = matches!(receipt, Receipt::Rejected(..) | Receipt::Finalized);
                shared.note(&message, receipt, &account);
                if done {
                    return;
                }
            }
        }
        sleep(PAUSE).await;
    }
}

async fn subscribe(link: &Link, payload: &Value) -> Result<super::super::socket::Operation, Trouble> {
    link.socket(link.current()).await?.start(payload).await
}
