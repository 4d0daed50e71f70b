//! The history of an account: all its transactions, and the proof that none is left out.

use std::fmt;

use serde::de::DeserializeOwned;
use ton_abi::{Address, Body, Decoded, Hash, Lt, Nano, PublicKey, UnixTime};
use ton_client::Client;
use ton_client::net::FoundTransaction;
use ton_client::processing::Step;

/// Transactions asked for at once. Source: the least page limit of the endpoints that are spoken to.
const PAGE: usize = 50;

/// All transactions of an account that the network gave, oldest first.
#[derive(Debug, Clone)]
pub struct History {
    /// The account.
    pub account: Address,
    /// Its transactions, decoded.
    pub steps: Vec<Step>,
    /// Where the chain of transactions is broken; `None` if it is whole.
    pub gap: Option<Gap>,
}

/// Why a history is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// The transaction before this one is not the one that it names, or is not there.
    Before {
        /// The transaction whose predecessor is missing.
        hash: Hash,
        /// Its logical time.
        lt: Lt,
    },
    /// The newest transaction did not leave the account as it is now.
    Newest {
        /// Hash of the account's state.
        state: Hash,
        /// What the newest transaction left, zero if there is none.
        left: Hash,
    },
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before { hash, lt } => {
                write!(f, "the transaction before {hash} (logical time {lt}) is missing or another one")
            }
            Self::Newest { state, left } => {
                write!(f, "the newest transaction left the state {left}, the account has {state}")
            }
        }
    }
}

impl History {
    /// Reads the transactions of an account from the newest to the first.
    ///
    /// # Errors
    /// [`ton_client::Error::Transport`], and [`ton_client::Error::BadTransaction`] for cells that are none.
    pub async fn read(client: &Client, account: &Address, contract: &str) -> ton_client::Result<Self> {
        let state = *client.account(account).await?.cell().repr_hash();
        let mut found: Vec<FoundTransaction> = Vec::new();
        let mut steps: Vec<Step> = Vec::new();
        let registry = client.registry();
        let mut last = None;
        loop {
            let page = client.transport().transactions(account, last, PAGE).await?;
            for transaction in &page {
                steps.push(Step::decode(transaction, Some(contract.into()), &registry)?);
            }
            let is_last = page.is_empty();
            found.extend(page);
            match steps.last() {
                Some(oldest) if !is_last && oldest.tx.prev_lt.0 != 0 => last = Some(oldest.tx.prev_lt),
                _ => break,
            }
        }
        let gap = gap(&steps, state);
        steps.reverse();
        Ok(Self { account: account.clone(), steps, gap })
    }

    /// Time of the newest transaction.
    pub fn newest(&self) -> Option<UnixTime> {
        self.steps.last().map(|step| step.tx.now)
    }

    /// Events that the account emitted, in their order.
    pub fn events(&self) -> impl Iterator<Item = (&Step, &Decoded)> {
        self.steps.iter().flat_map(|step| {
            step.external_messages().filter_map(move |message| match &message.body {
                Body::Event { event, .. } => Some((step, event)),
                _ => None,
            })
        })
    }

    /// Events of one name, in their order.
    pub fn events_of(&self, name: &str) -> impl Iterator<Item = (&Step, &Decoded)> {
        self.events().filter(move |(_, event)| &*event.name == name)
    }

    /// Signed calls that did what they asked for: transaction, signer, call; in their order.
    pub fn signed(&self) -> impl Iterator<Item = (&Step, PublicKey, &Decoded)> {
        self.steps.iter().filter(|step| step.is_success()).filter_map(|step| {
            match &step.in_msg.as_ref()?.body {
                Body::Call { header: Some(header), call, .. } => Some((step, header.pubkey?, call)),
                _ => None,
            }
        })
    }
}

/// One value of an event or a call, if it has it.
pub(crate) fn value<T: DeserializeOwned>(decoded: &Decoded, name: &str) -> Option<T> {
    serde_json::from_value(decoded.get_json(name)?).ok()
}

/// One number of an event or a call; 0 if it has none.
pub(crate) fn number<T: TryFrom<u128> + Default>(decoded: &Decoded, name: &str) -> T {
    let found = value::<Nano>(decoded, name).and_then(|Nano(number)| T::try_from(number).ok());
    found.unwrap_or_default()
}

/// One amount of an event or a call; 0 if it has none.
pub(crate) fn amount(decoded: &Decoded, name: &str) -> Nano {
    value(decoded, name).unwrap_or_default()
}

/// The first break in a chain of transactions, newest first, that must end in `state`.
fn gap(steps: &[Step], state: Hash) -> Option<Gap> {
    let left = steps.first().map(|step| step.tx.new_hash).unwrap_or_default();
    if left != state {
        return Some(Gap::Newest { state, left });
    }
    let before = |step: &Step| Gap::Before { hash: step.tx.hash, lt: step.tx.lt };
    for pair in steps.windows(2) {
        let (later, earlier) = (&pair[0], &pair[1]);
        if later.tx.prev_hash != earlier.tx.hash || later.tx.prev_lt != earlier.tx.lt {
            return Some(before(later));
        }
    }
    steps.last().filter(|first| first.tx.prev_lt.0 != 0).map(before)
}
