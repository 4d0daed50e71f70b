//! `contests.toml`: what the members vote on when they launch a contest.

use serde::Deserialize;
use ton_abi::Nano;

use super::{Contest, Error, FileKind, Organisation, Span};
use crate::model::limits;
use crate::rules;

/// A contest proposal: everything that the plan leaves open about a contest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContestProposal {
    /// Number of the contest in the plan.
    pub item: u8,
    /// Who judges it and what its winners get besides prizes.
    pub kind: ContestKind,
    /// Short title, at most 128 bytes.
    pub title: String,
    /// Where the text of the contest proposal is, at most 256 bytes.
    pub link: String,
    /// How the participants' reward is split.
    pub prizes: Prizes,
    /// Jury reward in 1/10000 of the participants' reward.
    pub jury_bps: u16,
    /// Reward of the organisation in 1/10000 of the participants' reward.
    pub org_bps: u16,
    /// From proposing to the opening of entries.
    pub opens_after: Span,
    /// How long entries are open.
    pub entries: Span,
    /// Length of the commit phase.
    pub commit: Span,
    /// Length of the reveal phase.
    pub reveal: Span,
    /// After it an unconfirmed and unheld payout opens by itself.
    pub confirm_window: Span,
    /// Fewer revealing jurors are no quorum.
    pub min_jurors: u8,
    /// Fewer scores leave an entry unqualified.
    pub min_scores: u8,
    /// Most entries.
    pub max_entries: u8,
    /// Deposit of an entry.
    pub entry_deposit: Nano,
    /// Whether entries are commitments until the end of entries.
    pub sealed: bool,
}

/// Kind of a contest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContestKind {
    /// The jury pool judges it.
    Regular,
    /// The best `seats` winners become jurors.
    Jury {
        /// How many.
        seats: u8,
    },
}

/// How a reward is split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prizes {
    /// Prizes of places 1, 2, …
    Table(Vec<Nano>),
    /// By points.
    ProRata,
}

/// From this reward on a contest needs [`MANY_JURORS`].
const LARGE_REWARD: Nano = Nano::tokens(100_000);
const MANY_JURORS: u8 = 5;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContestsFile {
    defaults: Defaults,
    contest: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Defaults {
    jury_bps: u16,
    org_bps: u16,
    #[serde(deserialize_with = "Span::from_text")]
    opens_after: Span,
    #[serde(deserialize_with = "Span::from_text")]
    entries: Span,
    #[serde(deserialize_with = "Span::from_text")]
    commit: Span,
    #[serde(deserialize_with = "Span::from_text")]
    reveal: Span,
    #[serde(deserialize_with = "Span::from_text")]
    confirm_window: Span,
    min_scores: u8,
    max_entries: u8,
    entry_deposit: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    item: u8,
    #[serde(default)]
    kind: Kind,
    title: String,
    link: String,
    #[serde(default)]
    prizes: Vec<u64>,
    #[serde(default)]
    pro_rata: bool,
    min_jurors: u8,
    #[serde(default)]
    seats: u8,
    #[serde(default)]
    sealed: bool,
    jury_bps: Option<u16>,
    org_bps: Option<u16>,
    entries: Option<String>,
    entry_deposit: Option<u64>,
    max_entries: Option<u8>,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Regular,
    Jury,
}

pub(super) fn read(text: &str) -> Result<Vec<ContestProposal>, Error> {
    let ContestsFile { defaults, contest } = super::file::syntax(FileKind::Contests, text)?;
    contest.into_iter().map(|entry| read_entry(&defaults, entry)).collect()
}

fn read_entry(defaults: &Defaults, entry: Entry) -> Result<ContestProposal, Error> {
    let bad = |what| Error::Proposal { contest: entry.item, what };
    let kind = match (entry.kind, entry.seats) {
        (Kind::Regular, 0) => ContestKind::Regular,
        (Kind::Jury, seats @ 1..) => ContestKind::Jury { seats },
        _ => return Err(bad("needs seats if it is a jury contest, and none otherwise")),
    };
    let prizes = match (entry.pro_rata, entry.prizes.is_empty()) {
        (true, true) => Prizes::ProRata,
        (false, false) => Prizes::Table(entry.prizes.iter().copied().map(Nano::tokens).collect()),
        _ => return Err(bad("needs either prizes or pro_rata")),
    };
    let entries = entry.entries.as_deref().map_or(Ok(defaults.entries), str::parse);
    Ok(ContestProposal {
        kind,
        prizes,
        entries: entries.map_err(|_| bad("has a span of entries that is not like 14d"))?,
        item: entry.item,
        title: entry.title,
        link: entry.link,
        jury_bps: entry.jury_bps.unwrap_or(defaults.jury_bps),
        org_bps: entry.org_bps.unwrap_or(defaults.org_bps),
        opens_after: defaults.opens_after,
        commit: defaults.commit,
        reveal: defaults.reveal,
        confirm_window: defaults.confirm_window,
        min_jurors: entry.min_jurors,
        min_scores: defaults.min_scores,
        max_entries: entry.max_entries.unwrap_or(defaults.max_entries),
        entry_deposit: Nano::tokens(entry.entry_deposit.unwrap_or(defaults.entry_deposit)),
        sealed: entry.sealed,
    })
}

pub(super) fn check(organisation: &Organisation) -> Result<(), Error> {
    let found: Vec<_> = organisation.proposals.iter().map(|proposal| proposal.item).collect();
    let expected: Vec<_> = organisation.contests().map(|contest| contest.number).collect();
    if found != expected {
        return Err(Error::Proposals { found, expected });
    }
    for (contest, proposal) in organisation.contests().zip(&organisation.proposals) {
        check_form(organisation, proposal)?;
        check_money(contest, proposal)?;
    }
    Ok(())
}

fn check_form(organisation: &Organisation, proposal: &ContestProposal) -> Result<(), Error> {
    let params = &organisation.governance.params;
    let spans = [proposal.entries, proposal.commit, proposal.reveal];
    let seats = match proposal.kind {
        ContestKind::Regular => 0,
        ContestKind::Jury { seats } => seats,
    };
    let prizes = match &proposal.prizes {
        Prizes::Table(prizes) => prizes.as_slice(),
        Prizes::ProRata => &[],
    };
    let rules = [
        (
            proposal.title.trim().is_empty() || proposal.title.len() > limits::TITLE_BYTES,
            "has no title, or a long one",
        ),
        (proposal.link.len() > limits::LINK_BYTES, "has a link over 256 bytes"),
        (
            spans.iter().any(|span| !(limits::MIN_PHASE..=limits::MAX_PHASE).contains(&span.0)),
            "has a phase under 24 hours or over a year",
        ),
        (
            proposal.confirm_window < params.confirm_window,
            "gives less time for confirmation than governance.toml",
        ),
        (proposal.confirm_window.0 > limits::SPAN_MAX, "gives more than 30 days for confirmation"),
        (proposal.jury_bps > params.jury_bps_max, "gives the jury more than governance.toml allows"),
        (proposal.org_bps > params.org_bps_max, "gives the organisation more than governance.toml allows"),
        (!(1..=limits::JURORS).contains(&proposal.min_jurors), "needs 1 to 24 jurors"),
        (!(1..=limits::JURORS).contains(&proposal.min_scores), "needs 1 to 24 scores"),
        (proposal.entry_deposit > limits::FREE_LIMIT_MAX, "has a deposit over 1 000 TON"),
        (seats > limits::JURORS, "has more than 24 seats"),
        (!(1..=limits::ENTRIES).contains(&proposal.max_entries), "takes 1 to 64 entries"),
        (prizes.len() > limits::PRIZES, "has more than 32 prizes"),
        (prizes.iter().any(|prize| *prize < limits::MIN_PRIZE), "has a prize under 0.1 TON"),
        (prizes.windows(2).any(|pair| pair[0] < pair[1]), "gives a later place more than an earlier one"),
    ];
    match rules.iter().find(|(broken, _)| *broken) {
        Some((_, what)) => Err(Error::Proposal { contest: proposal.item, what }),
        None => Ok(()),
    }
}

/// The shares of a funded contest are the amounts of the plan to the nanotoken, and the prizes fit.
fn check_money(contest: &Contest, proposal: &ContestProposal) -> Result<(), Error> {
    let Some(budget) = contest.budget else { return Ok(()) };
    let number = contest.number;
    let fund = budget.participants;
    if fund >= LARGE_REWARD && proposal.min_jurors < MANY_JURORS {
        return Err(Error::Proposal {
            contest: number,
            what: "needs 5 jurors: its reward is 100 000 TON or more",
        });
    }
    let sum = match &proposal.prizes {
        Prizes::Table(prizes) => prizes.iter().copied().sum(),
        Prizes::ProRata => fund,
    };
    if sum > fund {
        return Err(Error::PrizeSum { contest: number, sum, fund });
    }
    for (who, bps, amount) in
        [("the jury", proposal.jury_bps, budget.jury), ("the organisation", proposal.org_bps, budget.org)]
    {
        let share = rules::share(fund, bps);
        if share != amount {
            return Err(Error::ProposedShare { contest: number, fund: who, share, amount });
        }
    }
    Ok(())
}
