//! What a contest's getters answer.

use serde::Deserialize;
use ton_abi::{Address, Nano, PublicKey, UnixTime};

use super::{Ending, ItemState, Line, Phase};
use crate::organisation::Span;
use crate::text::Digest;

/// Where a contest stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Phase of this moment.
    pub phase: Phase,
    /// Phase that was recorded last.
    pub recorded: Phase,
    /// How it ended, as far as known.
    pub ending: Ending,
    /// When entries open.
    pub open_at: UnixTime,
    /// When entries close.
    pub entries_end: UnixTime,
    /// End of the commit phase; 0 before the jury stands.
    pub commit_end: UnixTime,
    /// End of the reveal phase; 0 before the jury stands.
    pub reveal_end: UnixTime,
    /// Whether commit and reveal were repeated for lack of jurors.
    pub extended: bool,
    /// When the ranking was made; 0 before.
    pub tallied_at: UnixTime,
    /// When an unconfirmed payout opens by itself; 0 before the ranking.
    pub confirm_by: UnixTime,
    /// Whether the registry knows the result.
    pub announced: bool,
    /// Whether the members confirmed the payout.
    pub confirmed: bool,
    /// End of the last hold.
    pub held_until: UnixTime,
    /// All holds together.
    pub held_total: Span,
    /// Entries that were not withdrawn.
    #[serde(with = "ton_abi::number")]
    pub entries: u8,
    /// Size of the jury.
    #[serde(with = "ton_abi::number")]
    pub jurors: u8,
    /// Jurors with a valid card.
    #[serde(with = "ton_abi::number")]
    pub revealed: u8,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its number.
    #[serde(with = "ton_abi::number")]
    pub id: u8,
    /// Wallet that sent it and is paid.
    pub wallet: Address,
    /// Key of the entrant.
    pub key: PublicKey,
    /// Whether the entrant is a member.
    pub member: bool,
    /// When it was sent.
    pub at: UnixTime,
    /// SHA-256 of the work.
    pub content_hash: Digest,
    /// Where the work is.
    pub link: String,
    /// What a sealed entry committed to; zero in an open contest.
    pub commitment: Digest,
    /// SHA-256 of the declaration that the entrant signed; zero for none.
    pub dod_hash: Digest,
    /// Whether jurors may score it.
    pub judged: bool,
    /// 0 no, 1 yes, 2 the registry refused.
    #[serde(with = "ton_abi::number")]
    pub nominated: u8,
}

/// A juror of a contest.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Juror {
    /// Place in the jury.
    #[serde(with = "ton_abi::number")]
    pub index: u8,
    /// Public key.
    pub key: PublicKey,
    /// Payout address.
    pub addr: Address,
    /// 0 nothing, 1 committed, 2 revealed, 3 revealed an invalid card.
    #[serde(with = "ton_abi::number")]
    pub state: u8,
    /// How often the juror committed.
    #[serde(with = "ton_abi::number")]
    pub commits: u8,
    /// Lines that count for the pay.
    #[serde(with = "ton_abi::number")]
    pub comments: u8,
}

impl Juror {
    /// Whether the juror committed and did not reveal yet.
    pub fn has_committed(&self) -> bool {
        self.state == 1
    }

    /// Whether a valid card of the juror counts.
    pub fn has_revealed(&self) -> bool {
        self.state == 2
    }
}

/// A valid card that was revealed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RevealedCard {
    /// Key of the juror.
    pub key: PublicKey,
    /// Its lines, entries ascending.
    pub lines: Vec<Line>,
}

/// A place in the ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Rank {
    /// Place; equal averages share it.
    #[serde(with = "ton_abi::number")]
    pub place: u8,
    /// Number of the entry.
    #[serde(with = "ton_abi::number")]
    pub entry: u8,
    /// Points * 1000 / votes.
    #[serde(with = "ton_abi::number")]
    pub average: u16,
    /// Sum of the scores.
    #[serde(with = "ton_abi::number")]
    pub points: u16,
    /// Prize; nothing beyond the prizes.
    pub prize: Nano,
}

/// A payout item.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Payout {
    /// Its number.
    #[serde(with = "ton_abi::number")]
    pub item: u8,
    /// Payee.
    pub to: Address,
    /// Key of the entrant or juror.
    pub key: PublicKey,
    /// Amount.
    pub amount: Nano,
    /// Its state.
    pub state: ItemState,
}

/// Money of one kind. `funded = pot + due + sent + failed + org_share + refunded` always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Money {
    /// What came in.
    pub funded: Nano,
    /// Not allotted yet.
    pub pot: Nano,
    /// Allotted and not sent.
    pub due: Nano,
    /// Paid.
    pub sent: Nano,
    /// Came back.
    pub failed: Nano,
    /// For the org fund.
    pub org_share: Nano,
    /// Sent back to the stage.
    pub refunded: Nano,
}

impl Money {
    /// Whether it adds up.
    pub fn holds(&self) -> bool {
        let parts = [self.pot, self.due, self.sent, self.failed, self.org_share, self.refunded];
        parts.into_iter().sum::<Nano>() == self.funded
    }
}

/// The books of a contest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Ledger {
    /// The budget.
    pub budget: Money,
    /// Deposits of the entrants.
    pub deposits: Money,
    /// What of the balance is not gas money.
    pub owed: Nano,
}

/// A request without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Request {
    /// Its nonce.
    #[serde(with = "ton_abi::number")]
    pub nonce: u64,
    /// What it asks for.
    #[serde(with = "ton_abi::number")]
    pub kind: u8,
    /// When it was sent last.
    pub at: UnixTime,
    /// How often it was sent again.
    #[serde(with = "ton_abi::number")]
    pub tries: u8,
    /// Money that it carries.
    pub amount: Nano,
}
