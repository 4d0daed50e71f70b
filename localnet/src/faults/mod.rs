//! Faults: messages that are late, lost, out of order or sent back, on purpose and the same in every run.
//!
//! A [`FaultRule`] says which messages and what becomes of them; the first rule that acts decides. Rules, their
//! counters and the messages they hold back are part of the state: checkpoints, files and the state hash cover them.
//!
//! - **Delay**: an internal message is put into the queue so many rounds after the one that made it; an external one
//!   is tried so many rounds after it would have been, behind those that wait then.
//! - **Drop**: the message is gone. Money inside stands in the books as dropped; the sender hears nothing.
//! - **Reorder**: an internal message waits for the next round, whose imports of such messages are shuffled by the
//!   seed; two messages from one account to another keep their order, which every network guarantees. External
//!   messages are shuffled among those that wait.
//! - **Bounce**: a bounceable internal message to an active account comes back unread, with the fees of any bounce.
//!
//! A message that was sent before the rule existed and waits in the queue is not matched any more.

mod play;
mod shuffle;

use std::sync::Arc;

use rpds::RedBlackTreeMapSync;
use serde::{Deserialize, Serialize};
use ton_abi::{Address, Cell, MessageView, Nano};
use ton_client::MsgHash;
use tycho_types::models::{IntAddr, Message, MsgInfo};

use crate::{Error, Node};

pub(crate) use self::play::Admit;

/// Rules that a node takes.
pub const MAX_FAULTS: usize = 1_000;

/// Rounds that a message can be delayed.
pub const MAX_DELAY: u32 = 100_000;

/// Whole bytes that the data of a cell takes.
const MAX_PREFIX: usize = 127;

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultDirection {
    /// Any.
    #[default]
    Any,
    /// From a client to a contract.
    External,
    /// From contract to contract.
    Internal,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultAction {
    /// It arrives later.
    Delay {
        /// Rounds, 1 to [`MAX_DELAY`].
        rounds: u32,
    },
    /// It never arrives.
    Drop,
    /// It arrives among the others in an order that the seed decides.
    Reorder {
        /// The seed.
        seed: u64,
    },
    /// It comes back as if the receiver had failed; only bounceable internal messages match.
    Bounce,
}

/// First bytes of a message body; of an internal call the first four are the function id. In text hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BodyPrefix(pub Vec<u8>);

impl From<u32> for BodyPrefix {
    fn from(function: u32) -> Self {
        Self(function.to_be_bytes().to_vec())
    }
}

impl TryFrom<String> for BodyPrefix {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits = text.strip_prefix("0x").unwrap_or(&text).as_bytes();
        let nibble = |digit: u8| char::from(digit).to_digit(16);
        let byte = |pair: &[u8]| match *pair {
            [high, low] => Some((nibble(high)? << 4 | nibble(low)?) as u8),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
        bytes.map(Self).ok_or_else(|| format!("{text:?} is not an even number of hexadecimal digits"))
    }
}

impl From<BodyPrefix> for String {
    fn from(prefix: BodyPrefix) -> Self {
        prefix.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Which messages a fault concerns and what it does to them. Conditions left out match everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Which way the message goes.
    #[serde(default)]
    pub direction: FaultDirection,
    /// Its sender; external messages have none.
    #[serde(default)]
    pub src: Option<Address>,
    /// Its receiver.
    #[serde(default)]
    pub dst: Option<Address>,
    /// How its body begins. Bodies of external messages begin with signature and header.
    #[serde(default)]
    pub body: Option<BodyPrefix>,
    /// Matching messages that pass before the rule acts: `n - 1` for the nth.
    #[serde(default)]
    pub skip: u64,
    /// How often it acts; `None` for always.
    #[serde(default)]
    pub times: Option<u64>,
    /// What it does.
    pub action: FaultAction,
}

impl FaultRule {
    /// A rule for all messages.
    #[must_use]
    pub fn new(action: FaultAction) -> Self {
        let direction = FaultDirection::Any;
        Self { direction, src: None, dst: None, body: None, skip: 0, times: None, action }
    }

    fn check(&self) -> Result<(), Error> {
        match self.action {
            FaultAction::Delay { rounds: 0 } => Err(Error::BadFault("a delay takes at least one round")),
            FaultAction::Delay { rounds } if rounds > MAX_DELAY => {
                Err(Error::BadFault("a delay takes at most 100000 rounds"))
            }
            FaultAction::Bounce if self.direction == FaultDirection::External => {
                Err(Error::BadFault("external messages do not bounce"))
            }
            _ if self.body.as_ref().is_some_and(|prefix| prefix.0.len() > MAX_PREFIX) => {
                Err(Error::BadFault("the first cell of a body has at most 127 bytes"))
            }
            _ if self.times == Some(0) => Err(Error::BadFault("a rule that acts 0 times does nothing")),
            _ if self.direction == FaultDirection::External && self.src.is_some() => {
                Err(Error::BadFault("external messages have no sender"))
            }
            _ => Ok(()),
        }
    }

    fn matches(&self, message: &Seen<'_>) -> bool {
        let direction = match self.direction {
            FaultDirection::Any => true,
            FaultDirection::External => message.external,
            FaultDirection::Internal => !message.external,
        };
        direction
            && (self.action != FaultAction::Bounce || message.bounce)
            && self.src.as_ref().is_none_or(|src| message.src.as_ref() == Some(src))
            && self.dst.as_ref().is_none_or(|dst| message.dst.as_ref() == Some(dst))
            && self.body.as_ref().is_none_or(|prefix| message.body_begins(&prefix.0))
    }
}

/// A rule in force with its counters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Number, for [`Node::remove_fault`].
    pub id: u32,
    /// The rule.
    pub rule: FaultRule,
    /// Messages that matched.
    pub matched: u64,
    /// Messages that it acted on.
    pub acted: u64,
}

/// What rules look at.
struct Seen<'a> {
    external: bool,
    src: Option<Address>,
    dst: Option<Address>,
    bounce: bool,
    cell: &'a Cell,
}

impl<'a> Seen<'a> {
    /// `None` for messages to the outside.
    fn read(cell: &'a Cell) -> Result<Option<Self>, Error> {
        Ok(match cell.parse::<MsgInfo>().map_err(Error::BadCell)? {
            MsgInfo::Int(info) => {
                let (src, dst) = (standard(info.src), standard(info.dst));
                Some(Self { external: false, src, dst, bounce: info.bounce, cell })
            }
            MsgInfo::ExtIn(info) => {
                Some(Self { external: true, src: None, dst: standard(info.dst), bounce: false, cell })
            }
            MsgInfo::ExtOut(_) => None,
        })
    }

    fn body_begins(&self, prefix: &[u8]) -> bool {
        let Ok(message) = self.cell.parse::<Message<'_>>() else { return false };
        let mut body = message.body;
        let mut bytes = vec![0; prefix.len()];
        let Ok(bits) = u16::try_from(prefix.len() * 8) else { return false };
        body.load_raw(&mut bytes, bits).is_ok() && bytes == prefix
    }
}

fn standard(address: IntAddr) -> Option<Address> {
    match address {
        IntAddr::Std(address) => Some(address),
        IntAddr::Var(_) => None,
    }
}

/// What was decided about a message that is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mark {
    /// It was delayed and is not looked at again.
    Passed,
    /// It is shuffled by this seed.
    Reordered(u64),
    /// It comes back.
    Bounce,
}

/// A delayed message.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) hash: MsgHash,
    pub(crate) cell: Cell,
    pub(crate) external: bool,
}

/// Rules in force and what they did to messages that are on their way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    pub(crate) next_id: u32,
    pub(crate) rules: Arc<Vec<Fault>>,
    /// By the number of the round in which they go on, then in the order of their delay.
    pub(crate) held: RedBlackTreeMapSync<(u32, u64), Held>,
    pub(crate) next_held: u64,
    /// Money in delayed internal messages.
    pub(crate) held_value: Nano,
    pub(crate) marks: RedBlackTreeMapSync<MsgHash, Mark>,
}

impl Node {
    /// Puts a rule into force for all messages that are sent from now on; gives its number.
    ///
    /// # Errors
    /// [`Error::BadFault`] for a rule that can never act or one too many ([`MAX_FAULTS`]).
    pub fn add_fault(&mut self, rule: FaultRule) -> Result<u32, Error> {
        rule.check()?;
        let faults = &mut self.state.faults;
        if faults.rules.len() >= MAX_FAULTS {
            return Err(Error::BadFault("a node takes at most 1000 rules"));
        }
        let id = faults.next_id;
        faults.next_id = id.checked_add(1).ok_or(Error::BadFault("all numbers of rules are used up"))?;
        Arc::make_mut(&mut faults.rules).push(Fault { id, rule, matched: 0, acted: 0 });
        Ok(id)
    }

    /// The rules in force, in the order in which they are asked.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.state.faults.rules
    }

    /// Takes a rule out of force; `false` if there is none with that number.
    pub fn remove_fault(&mut self, id: u32) -> bool {
        let rules = &mut self.state.faults.rules;
        let Some(place) = rules.iter().position(|fault| fault.id == id) else { return false };
        Arc::make_mut(rules).remove(place);
        true
    }

    /// Takes all rules out of force. Messages that were delayed still arrive when they are due.
    pub fn clear_faults(&mut self) {
        self.state.faults.rules = Arc::default();
    }

    /// Messages that a rule holds back, those due first in front: number of the round and the message.
    pub fn delayed(&self) -> impl Iterator<Item = (u32, &Cell)> {
        self.state.faults.held.iter().map(|(&(round, _), held)| (round, &held.cell))
    }
}

/// Sender and receiver of an internal message, for the order that is kept between two accounts.
fn route(cell: &Cell) -> Option<(Address, Address)> {
    let view = MessageView::parse(cell).ok()?;
    Some((view.src?, view.dst?))
}
