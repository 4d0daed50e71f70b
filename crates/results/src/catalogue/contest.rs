//! A contest as plain data.

use governance::contest;
use governance::model::tally::Stats;
use governance::payload::Spec;
use serde::Serialize;
use serde_json::Value;
use ton_abi::{Address, Nano, UnixTime};

use super::organisation::Record;
use crate::check::published_text;
use crate::facts::{self, ContestFacts, Facts};
use crate::history::{number, value};

/// A contest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contest {
    /// Its id.
    pub id: u32,
    /// Its escrow.
    pub address: String,
    /// Hash of its code.
    pub code: String,
    /// Stage that pays it.
    pub stage: u8,
    /// Number of its item in the plan.
    pub item: u8,
    /// 1 to 5.
    pub topic: u8,
    /// Proposal that launched it.
    pub proposal: u32,
    /// What the members voted on.
    pub terms: Terms,
    /// Where it stands: created, funded, open, …
    pub phase: String,
    /// none, paid, cancelled, no quorum.
    pub ending: String,
    /// When what happens.
    pub times: Times,
    /// Entries by number.
    pub entries: Vec<Entry>,
    /// Jury by place.
    pub jury: Vec<Juror>,
    /// Ranking, best first.
    pub ranking: Vec<Rank>,
    /// Hash of the ranking.
    pub results_hash: String,
    /// Payout items by number.
    pub payouts: Vec<Payout>,
    /// Hash of the payout list, which the members confirm.
    pub payout_hash: String,
    /// Whether they did.
    pub confirmed: bool,
    /// Org share and refunds.
    pub returns: Vec<Return>,
    /// Books of the budget.
    pub budget: Money,
    /// Books of the deposits.
    pub deposits: Money,
    /// The published record.
    pub record: Option<Record>,
    /// Everything that happened.
    pub events: Vec<Event>,
}

/// What the members voted on; amounts in nanotokens.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Terms {
    /// regular, jury selection.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Where the contest proposal is.
    pub link: String,
    /// SHA-256 of the contest proposal.
    pub document: String,
    /// SHA-256 of the terms that entrants accept.
    pub terms: String,
    /// Participants' reward.
    pub fund: Nano,
    /// Reward of the jury in 1/10000 of the fund.
    pub jury_bps: u16,
    /// Reward of the organisation in 1/10000 of the fund.
    pub org_bps: u16,
    /// Prizes of places 1, 2, …; empty when split by points.
    pub prizes: Vec<Nano>,
    /// Whether the fund is split by points.
    pub by_points: bool,
    /// Fewer revealing jurors are no quorum.
    pub min_jurors: u8,
    /// Fewer scores leave an entry unqualified.
    pub min_scores: u8,
    /// Most entries.
    pub max_entries: u8,
    /// Deposit of an entry.
    pub deposit: Nano,
    /// Whether entries are commitments until the end of entries.
    pub sealed: bool,
    /// Winners who become jurors.
    pub seats: u8,
    /// Author of the contest proposal.
    pub author: Option<String>,
}

/// When what happens; 0 while it is not known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Times {
    /// Entries open.
    pub open: UnixTime,
    /// Entries close.
    pub entries_end: UnixTime,
    /// Jurors have committed.
    pub commit_end: UnixTime,
    /// Jurors have revealed.
    pub reveal_end: UnixTime,
    /// Whether commit and reveal were repeated for lack of jurors.
    pub extended: bool,
    /// The ranking was made.
    pub ranked: UnixTime,
    /// An unconfirmed payout opens by itself.
    pub confirm_by: UnixTime,
    /// End of the last hold.
    pub held_until: UnixTime,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Its number.
    pub number: u8,
    /// Wallet that sent it and is paid.
    pub wallet: String,
    /// Key of the entrant.
    pub key: String,
    /// Whether the entrant is a member.
    pub member: bool,
    /// When it was sent.
    pub at: UnixTime,
    /// SHA-256 of the work.
    pub work: String,
    /// Where the work is.
    pub link: String,
    /// What a sealed entry committed to; zero in an open contest.
    pub commitment: String,
    /// SHA-256 of the declaration that the entrant signed, or zero.
    pub declaration: String,
    /// Whether jurors may score it.
    pub judged: bool,
    /// Whether the entrant asked for a seat: no, yes, refused.
    pub nominated: &'static str,
    /// Transaction that took it in.
    pub transaction: Option<String>,
    /// What the cards add up to.
    pub counts: Counts,
    /// Place in the ranking, if it has one.
    pub place: Option<u8>,
}

/// What the cards add up to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Counts {
    /// Sum of the scores.
    pub points: u16,
    /// Jurors who scored it.
    pub scores: u8,
    /// Average of the scores in thousandths.
    pub average: u16,
    /// Jurors who had no opinion.
    pub abstained: u8,
    /// Jurors who rejected it.
    pub rejected: u8,
    /// Jurors with an interest.
    pub recused: u8,
}

/// A juror of the contest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Juror {
    /// Place in the jury.
    pub number: u8,
    /// Public key.
    pub key: String,
    /// Payout address.
    pub address: String,
    /// none, committed, revealed, invalid.
    pub state: &'static str,
    /// Commitments, oldest first.
    pub commits: Vec<Card>,
    /// The reveal.
    pub reveal: Option<Card>,
    /// Comments that are paid.
    pub comments: u8,
    /// Lines of the valid card.
    pub lines: Vec<Line>,
}

/// A commitment or a reveal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card {
    /// Transaction that took it in.
    pub transaction: String,
    /// When.
    pub at: UnixTime,
    /// Hash of the card with its salt, for a commitment; the salt for a reveal.
    pub hash: String,
}

/// A line of a card.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Number of the entry.
    pub entry: u8,
    /// for, abstain, reject, recuse.
    pub verdict: String,
    /// 1 to 10 with for, else 0.
    pub score: u8,
    /// SHA-256 of the comment.
    pub comment: String,
}

/// A place in the ranking.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rank {
    /// Place; equal averages share it.
    pub place: u8,
    /// Number of the entry.
    pub entry: u8,
    /// Average of the scores in thousandths.
    pub average: u16,
    /// Sum of the scores.
    pub points: u16,
    /// Prize in nanotokens.
    pub prize: Nano,
}

/// A payout item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Payout {
    /// Its number: 1 to 64 prizes, 65 to 88 jurors, 101 to 164 deposits.
    pub item: u8,
    /// prize, jury, deposit.
    pub kind: &'static str,
    /// Number of the entry or place in the jury.
    pub of: u8,
    /// Payee.
    pub to: String,
    /// Key of the entrant or juror.
    pub key: String,
    /// Amount in nanotokens.
    pub amount: Nano,
    /// due, sent, failed, swept.
    pub state: String,
    /// Messages that paid it, oldest first.
    pub payments: Vec<Payment>,
}

/// A message that paid.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Payment {
    /// Hash of the message.
    pub message: String,
    /// Transaction that sent it.
    pub transaction: String,
    /// When.
    pub at: UnixTime,
    /// Receiver.
    pub to: String,
    /// Money that it carried, in nanotokens.
    pub amount: Nano,
    /// Transaction that took it in.
    pub arrival: Option<Arrival>,
    /// What came back of it, in nanotokens.
    pub returned: Option<Nano>,
}

/// The transaction that took a message in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Arrival {
    /// Its hash.
    pub transaction: String,
    /// Whether it sent the message back.
    pub bounced: bool,
}

/// Money for the treasury.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Return {
    /// org share, refund.
    pub kind: &'static str,
    /// The message. Its amount includes what comes back as change.
    #[serde(flatten)]
    pub payment: Payment,
    /// What is given, in nanotokens.
    pub given: Nano,
}

/// Books; what came in is the sum of all others. In nanotokens.
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// When.
    pub at: UnixTime,
    /// What.
    pub name: String,
    /// Transaction.
    pub transaction: String,
    /// Its values.
    pub values: Value,
}

impl Contest {
    pub(super) fn of(facts: &Facts, contest: &ContestFacts) -> Self {
        let standing = &contest.standing;
        Self {
            id: contest.record.id,
            address: contest.account.address.to_string(),
            code: contest.account.code.to_string(),
            stage: contest.record.stage,
            item: contest.record.item,
            topic: contest.record.topic,
            proposal: contest.record.proposal,
            terms: Terms::of(&contest.spec),
            phase: standing.phase.word().to_owned(),
            ending: standing.ending.word().to_owned(),
            times: Times {
                open: standing.open_at,
                entries_end: standing.entries_end,
                commit_end: standing.commit_end,
                reveal_end: standing.reveal_end,
                extended: standing.extended,
                ranked: standing.tallied_at,
                confirm_by: standing.confirm_by,
                held_until: standing.held_until,
            },
            entries: contest.entries.iter().map(|entry| Entry::of(contest, entry)).collect(),
            jury: contest.jury.iter().map(|juror| Juror::of(contest, juror)).collect(),
            ranking: contest.ranking.iter().map(Rank::of).collect(),
            results_hash: contest.results_hash.to_string(),
            payouts: contest.payouts.iter().map(|payout| Payout::of(contest, payout)).collect(),
            payout_hash: contest.payout_hash.to_string(),
            confirmed: standing.confirmed,
            returns: contest.returns.iter().map(Return::of).collect(),
            budget: Money::of(&contest.ledger.budget),
            deposits: Money::of(&contest.ledger.deposits),
            record: record(facts, contest),
            events: events(contest),
        }
    }
}

fn record(facts: &Facts, contest: &ContestFacts) -> Option<Record> {
    let published = facts.published(contest.record.id)?;
    Some(Record {
        version: published.version,
        hash: published.record_hash.to_string(),
        link: published.link.clone(),
        text: published_text(facts, contest).unwrap_or_default(),
    })
}

fn events(contest: &ContestFacts) -> Vec<Event> {
    let event = |(step, event): (&ton_client::processing::Step, &ton_abi::Decoded)| Event {
        at: step.tx.now,
        name: event.name.to_string(),
        transaction: step.hash.to_string(),
        values: event.json(),
    };
    contest.history.events().map(event).collect()
}

impl Terms {
    fn of(spec: &Spec) -> Self {
        Self {
            kind: spec.kind.word().to_owned(),
            title: spec.title.clone(),
            link: spec.doc_link.clone(),
            document: spec.doc_hash.to_string(),
            terms: spec.terms_hash.to_string(),
            fund: spec.fund,
            jury_bps: spec.jury_bps,
            org_bps: spec.org_bps,
            prizes: spec.prizes.clone(),
            by_points: spec.pro_rata,
            min_jurors: spec.min_jurors,
            min_scores: spec.min_scores,
            max_entries: spec.max_entries,
            deposit: spec.entry_deposit,
            sealed: spec.is_sealed,
            seats: spec.seats,
            author: spec.author.as_ref().map(Address::to_string),
        }
    }
}

impl Entry {
    fn of(contest: &ContestFacts, entry: &contest::Entry) -> Self {
        let taken = contest.history.events_of("EntrySubmitted");
        // A number that became free can be given again: the last one is this entry's.
        let taken = taken.filter(|(_, event)| number::<u8>(event, "entry") == entry.id).last();
        let stats = contest.stats.get(&entry.id).copied().unwrap_or_default();
        Self {
            number: entry.id,
            wallet: entry.wallet.to_string(),
            key: entry.key.to_string(),
            member: entry.member,
            at: entry.at,
            work: entry.content_hash.to_string(),
            link: entry.link.clone(),
            commitment: entry.commitment.to_string(),
            declaration: entry.dod_hash.to_string(),
            judged: entry.judged,
            nominated: ["no", "yes", "refused"]
                .get(usize::from(entry.nominated))
                .copied()
                .unwrap_or("unknown"),
            transaction: taken.map(|(step, _)| step.hash.to_string()),
            counts: Counts::of(stats),
            place: contest.ranking.iter().find(|rank| rank.entry == entry.id).map(|rank| rank.place),
        }
    }
}

impl Counts {
    fn of(stats: Stats) -> Self {
        Self {
            points: stats.points,
            scores: stats.votes,
            average: stats.average(),
            abstained: stats.abstained,
            rejected: stats.rejected,
            recused: stats.recused,
        }
    }
}

impl Juror {
    fn of(contest: &ContestFacts, juror: &contest::Juror) -> Self {
        let calls = |function: &'static str, member: &'static str| -> Vec<Card> {
            let calls = contest.history.signed();
            let own = calls.filter(|(_, key, call)| *key == juror.key && &*call.name == function);
            own.map(|(step, _, call)| Card {
                transaction: step.hash.to_string(),
                at: step.tx.now,
                hash: value::<governance::text::Digest>(call, member).unwrap_or_default().to_string(),
            })
            .collect()
        };
        let card = contest.cards.iter().find(|card| card.key == juror.key);
        Self {
            number: juror.index,
            key: juror.key.to_string(),
            address: juror.addr.to_string(),
            state: ["none", "committed", "revealed", "invalid"]
                .get(usize::from(juror.state))
                .copied()
                .unwrap_or("unknown"),
            commits: calls("commitCard", "cardHash"),
            reveal: calls("revealCard", "salt").pop(),
            comments: juror.comments,
            lines: card.map(|card| card.lines.iter().map(Line::of).collect()).unwrap_or_default(),
        }
    }
}

impl Line {
    fn of(line: &contest::Line) -> Self {
        Self {
            entry: line.entry,
            verdict: line.verdict.word().to_owned(),
            score: line.score,
            comment: line.comment.to_string(),
        }
    }
}

impl Rank {
    fn of(rank: &contest::Rank) -> Self {
        Self {
            place: rank.place,
            entry: rank.entry,
            average: rank.average,
            points: rank.points,
            prize: rank.prize,
        }
    }
}

impl Payout {
    fn of(contest: &ContestFacts, payout: &contest::Payout) -> Self {
        use governance::model::limits::{DEPOSIT_ITEMS, JURY_ITEMS};
        let (kind, of) = match payout.item {
            item if item > DEPOSIT_ITEMS => ("deposit", item - DEPOSIT_ITEMS),
            item if item >= JURY_ITEMS => ("jury", item - JURY_ITEMS),
            item => ("prize", item),
        };
        let payments = contest.payments.iter().filter(|payment| payment.item == u32::from(payout.item));
        Self {
            item: payout.item,
            kind,
            of,
            to: payout.to.to_string(),
            key: payout.key.to_string(),
            amount: payout.amount,
            state: payout.state.word().to_owned(),
            payments: payments.map(Payment::of).collect(),
        }
    }
}

impl Payment {
    pub(super) fn of(payment: &facts::Payment) -> Self {
        Self { returned: payment.returned.map(|returned| returned.value), ..Self::sent(&payment.transfer) }
    }

    fn sent(transfer: &facts::Transfer) -> Self {
        let arrival = transfer.arrived_in.map(|arrival| Arrival {
            transaction: arrival.transaction.to_string(),
            bounced: arrival.bounced,
        });
        Self {
            message: transfer.message.to_string(),
            transaction: transfer.sent_in.to_string(),
            at: transfer.at,
            to: transfer.to.to_string(),
            amount: transfer.value,
            arrival,
            returned: None,
        }
    }
}

impl Return {
    fn of(transfer: &facts::Transfer) -> Self {
        Self {
            kind: if transfer.what == "orgShare" { "org share" } else { "refund" },
            payment: Payment::sent(transfer),
            given: transfer.amount,
        }
    }
}

impl Money {
    fn of(money: &contest::Money) -> Self {
        Self {
            funded: money.funded,
            pot: money.pot,
            due: money.due,
            sent: money.sent,
            failed: money.failed,
            org_share: money.org_share,
            refunded: money.refunded,
        }
    }
}
