//! The jury of a contest: seated, committing, revealing.

use std::collections::BTreeSet;

use ton_abi::{Address, Hash, PublicKey, UnixMillis, UnixTime};

use super::contest::Contest;
use super::limits;
use super::refusal::{Refusal, require};
use super::signer::{Signed, check_header};
use super::tally::Stats;
use crate::contest::{Line, Phase, Verdict};
use crate::payload::SpecJuror;

/// What became of a juror's card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardState {
    /// Nothing yet.
    None,
    /// There is a commitment.
    Committed,
    /// A valid card counts.
    Revealed,
    /// The card was malformed and counts for nothing.
    Invalid,
}

/// A juror of a contest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// 0 to 23.
    pub index: u8,
    /// Payout address.
    pub addr: Address,
    /// Time of the last message.
    pub last_time: UnixMillis,
    /// Commits so far.
    pub commits: u8,
    /// State of the card.
    pub state: CardState,
    /// Hash of card, salt, juror and contest.
    pub commitment: Option<Hash>,
    /// Lines that count for the pay.
    pub comments: u8,
}

/// What asking for a jury leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrawFrom {
    /// The jury of the proposal.
    Bootstrap,
    /// The pool.
    Pool,
}

impl Contest {
    /// Anyone asks for the jury.
    ///
    /// # Errors
    /// 152, 153 in this order.
    pub fn draw_jury(&mut self, now: UnixTime) -> Result<DrawFrom, Refusal> {
        require(self.phase(now) == Phase::Drawing, Refusal::BAD_PHASE)?;
        let opened = !self.spec.is_sealed || now >= self.entries_end.plus(limits::OPENING);
        require(opened, Refusal::BAD_TIME)?;
        if self.draw_tries > 0 {
            let wait = limits::RESEND_AFTER << (self.draw_tries - 1).min(8);
            require(now >= self.draw_at.plus(wait), Refusal::BAD_TIME)?;
        }
        self.desk.check_idle(now)?;
        self.draw_at = now;
        self.draw_tries = self.draw_tries.saturating_add(1);
        self.recorded = Phase::Drawing;
        let bootstrap = !self.spec.bootstrap_jury.is_empty();
        Ok(if bootstrap { DrawFrom::Bootstrap } else { DrawFrom::Pool })
    }

    /// Seats jurors without entrants (by key and by address) and members (by key), if enough are left; whether they
    /// were.
    pub fn seat_jury(&mut self, jurors: &[SpecJuror], now: UnixTime) -> bool {
        if self.phase(now) != Phase::Drawing || jurors.is_empty() {
            return false;
        }
        let keys: BTreeSet<_> = self.entries.values().map(|entry| entry.key).collect();
        let wallets: BTreeSet<_> = self.entries.values().map(|entry| entry.wallet.clone()).collect();
        let conflict = |juror: &SpecJuror| {
            keys.contains(&juror.key)
                || wallets.contains(&juror.addr)
                || self.members.contains_key(&juror.key)
        };
        let fit: Vec<_> = jurors.iter().filter(|juror| !conflict(juror)).collect();
        if fit.len() < usize::from(self.spec.min_jurors) {
            return false;
        }
        for (index, juror) in (0..).zip(fit) {
            let seat = Seat {
                index,
                addr: juror.addr.clone(),
                last_time: now.millis(),
                commits: 0,
                state: CardState::None,
                commitment: None,
                comments: 0,
            };
            self.jury.insert(juror.key, seat);
        }
        self.commit_end = now.plus(self.spec.commit_span.0);
        self.reveal_end = self.commit_end.plus(self.spec.reveal_span.0);
        self.recorded = Phase::Commit;
        true
    }

    /// A juror commits to a card; a new commitment replaces the old one.
    ///
    /// # Errors
    /// 507, 57, 52, 152, 511, 155 in this order.
    pub fn commit_card(&mut self, by: &Signed, commitment: Hash, now: UnixTime) -> Result<(), Refusal> {
        let commit_end = self.commit_end;
        let seat = juror(&mut self.jury, by, now)?;
        require(now < commit_end, Refusal::BAD_PHASE)?;
        seat.check_open()?;
        let fits = seat.commits < limits::COMMITS && commitment.0 != [0; 32];
        require(fits, Refusal::LIMIT)?;
        seat.last_time = by.time;
        seat.commits += 1;
        seat.state = CardState::Committed;
        seat.commitment = Some(commitment);
        Ok(())
    }

    /// A juror reveals the card whose hash is `commitment`; `None` for a cell that holds no lines. Nothing counts when
    /// it is malformed; the answer tells the reason.
    ///
    /// # Errors
    /// 507, 57, 52, 152, 511, 508 in this order.
    pub fn reveal_card(
        &mut self,
        by: &Signed,
        commitment: Hash,
        lines: Option<&[Line]>,
        now: UnixTime,
    ) -> Result<Result<u8, u16>, Refusal> {
        let judged = self.judged();
        let during = now >= self.commit_end && now < self.reveal_end;
        let seat = juror(&mut self.jury, by, now)?;
        require(during, Refusal::BAD_PHASE)?;
        seat.check_open()?;
        let committed = seat.state == CardState::Committed && seat.commitment == Some(commitment);
        require(committed, Refusal::BAD_COMMIT)?;
        seat.last_time = by.time;
        let read = read_card(lines.unwrap_or_default(), &judged);
        match read {
            Ok(comments) => (seat.state, seat.comments) = (CardState::Revealed, comments),
            Err(_) => seat.state = CardState::Invalid,
        }
        if read.is_ok() {
            for line in lines.unwrap_or_default() {
                self.scores.entry(line.entry).or_default().add(line);
            }
        }
        self.recorded = self.phase(now);
        Ok(read)
    }

    /// Jurors whose card counts.
    pub fn revealed(&self) -> usize {
        self.jury.values().filter(|seat| seat.state == CardState::Revealed).count()
    }

    /// Numbers of the entries that can be scored.
    pub fn judged(&self) -> BTreeSet<u8> {
        self.entries.iter().filter(|(_, entry)| entry.judged).map(|(number, _)| *number).collect()
    }
}

impl Seat {
    fn check_open(&self) -> Result<(), Refusal> {
        let used = matches!(self.state, CardState::Revealed | CardState::Invalid);
        require(!used, Refusal::ALREADY_REVEALED)
    }
}

impl Stats {
    /// Counts one line of a card.
    pub fn add(&mut self, line: &Line) {
        match line.verdict {
            Verdict::For => {
                self.votes += 1;
                self.points += u16::from(line.score);
            }
            Verdict::Abstain => self.abstained += 1,
            Verdict::Reject => self.rejected += 1,
            Verdict::Recuse => self.recused += 1,
        }
    }
}

/// Checks a card: entries that can be judged, each once and ascending, comments, scores 1 to 10 with a verdict for
/// it. Lines that count for the pay are all but recusals.
///
/// # Errors
/// 509 form, 510 score: reasons of an event, not exit codes.
pub fn read_card(lines: &[Line], judged: &BTreeSet<u8>) -> Result<u8, u16> {
    const BAD_CARD: u16 = 509;
    const BAD_SCORE: u16 = 510;
    if lines.is_empty() {
        return Err(BAD_CARD);
    }
    let (mut last, mut comments) = (0, 0);
    for line in lines {
        let known = line.entry > last && judged.contains(&line.entry);
        if !known || line.comment == crate::text::Digest::default() {
            return Err(BAD_CARD);
        }
        let scored = (1..=limits::SCORE).contains(&line.score);
        if (line.verdict == Verdict::For) != scored || (!scored && line.score != 0) {
            return Err(BAD_SCORE);
        }
        last = line.entry;
        comments += u8::from(line.verdict != Verdict::Recuse);
    }
    Ok(comments)
}

fn juror<'a>(
    jury: &'a mut std::collections::BTreeMap<PublicKey, Seat>,
    by: &Signed,
    now: UnixTime,
) -> Result<&'a mut Seat, Refusal> {
    let seat = jury.get_mut(&by.key).ok_or(Refusal::NOT_JUROR)?;
    check_header(by, limits::SHORT_EXPIRE, now)?;
    require(by.time > seat.last_time, Refusal::REPLAYED)?;
    Ok(seat)
}
