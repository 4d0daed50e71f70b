//! What the registry knows about contests, and what happens to them between launch and end.

use std::collections::BTreeSet;

use ton_abi::{Address, Nano, PublicKey, UnixTime};

use super::contest::{Advance, Contest};
use super::entry::{Form, Nomination};
use super::judging::DrawFrom;
use super::members::Candidate;
use super::refusal::{Refusal, require};
use super::settlement::Settlement;
use super::signer::Signed;
use super::wallet::{self, Subject, Wish};
use super::{Model, limits};
use crate::contest::{Ending, Kind};
use crate::payload::{Spec, SpecJuror};
use crate::registry::ContestStatus;
use crate::text::Digest;

/// All topics: what the winners of a jury contest may judge.
const ALL_TOPICS: u8 = (1 << limits::TOPICS) - 1;

/// A published record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// SHA-256 of the record.
    pub hash: Digest,
    /// How often it was published.
    pub version: u32,
}

/// A contest in the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Where it stands.
    pub status: ContestStatus,
    /// How it ended.
    pub ending: Ending,
    /// Stage that pays it.
    pub stage: u8,
    /// Number of its item.
    pub item: u8,
    /// Its topic.
    pub topic: u8,
    /// Its kind.
    pub kind: Kind,
    /// Proposal that launched it.
    pub proposal: u32,
    /// When it had its ranking.
    pub finalized_at: UnixTime,
    /// Members with an interest, by the first key of their seat.
    pub excluded: BTreeSet<PublicKey>,
    /// Members who asked for a quick hold.
    pub hold_keys: BTreeSet<PublicKey>,
    /// Whether the quick hold was used.
    pub hold_used: bool,
    /// The published record.
    pub record: Option<Record>,
}

impl Listing {
    pub(super) const fn new(spec: &Spec, proposal: u32) -> Self {
        Self {
            status: ContestStatus::Reserved,
            ending: Ending::None,
            stage: spec.stage,
            item: spec.item,
            topic: spec.topic,
            kind: spec.kind,
            proposal,
            finalized_at: UnixTime(0),
            excluded: BTreeSet::new(),
            hold_keys: BTreeSet::new(),
            hold_used: false,
            record: None,
        }
    }

    /// Whether a record is missing before its stage can be closed.
    pub const fn is_unpublished(&self) -> bool {
        !matches!(self.status, ContestStatus::Reserved | ContestStatus::Deployed) && self.record.is_none()
    }
}

impl Model {
    /// Somebody enters a contest; the number of the entry.
    ///
    /// # Errors
    /// 157 no such contest; those of [`Contest::submit_entry`].
    pub fn submit_entry(&mut self, id: u32, form: &Form, now: UnixTime) -> Result<u8, Refusal> {
        let (number, member) = self.contest(id)?.submit_entry(form, now)?;
        if let Some(listing) = self.directory.get_mut(&id) {
            listing.excluded.extend(member.map(|key| self.members.origin_of(&key)));
        }
        Ok(number)
    }

    /// Anyone asks for a contest's jury; whether it stands now.
    ///
    /// # Errors
    /// 157; those of [`Contest::draw_jury`].
    pub fn draw_jury(&mut self, id: u32, now: UnixTime) -> Result<bool, Refusal> {
        let contest = self.contest(id)?;
        let from = contest.draw_jury(now)?;
        let (bootstrap, min) = (contest.spec.bootstrap_jury.clone(), contest.spec.min_jurors);
        let jurors = match from {
            DrawFrom::Bootstrap => bootstrap,
            DrawFrom::Pool => {
                let keys = self.pool.snapshot(id, min)?;
                let addr = |key| self.pool.jurors.get(key).map(|juror| juror.addr.clone());
                keys.iter().filter_map(|key| Some(SpecJuror { key: *key, addr: addr(key)? })).collect()
            }
        };
        Ok(self.contest(id)?.seat_jury(&jurors, now))
    }

    /// Anyone advances a contest. A ranking is announced and its confirmation enqueued.
    ///
    /// # Errors
    /// 157; those of [`Contest::advance`].
    pub fn advance(&mut self, id: u32, now: UnixTime) -> Result<Advance, Refusal> {
        let contest = self.contest(id)?;
        let effect = contest.advance(now)?;
        if effect == Advance::Tallied {
            let until = contest.confirm_by;
            contest.announce_result(now);
            self.finalize(id, until, now);
        }
        Ok(effect)
    }

    /// A custodian confirms what the registry enqueued; when that was enough, its subject hears it.
    ///
    /// # Errors
    /// Those of [`wallet::Wallet::confirm`]. What the subject answers changes nothing for the custodian.
    pub fn confirm(
        &mut self,
        by: &Signed,
        subject: Subject,
        now: UnixTime,
    ) -> Result<(wallet::Effect, Result<(), Refusal>), Refusal> {
        let effect = self.wallet.confirm(by, subject, now)?;
        let answer = match (effect, subject) {
            (wallet::Effect::Executed, Subject::Contest(id)) => self.contest(id)?.confirm(now),
            (wallet::Effect::Executed, Subject::Org(list)) => {
                // The registry hears that the list is paid, and wants it no more.
                self.treasury.confirmed(list).map(|_| drop(self.wallet.wishes.remove(&subject)))
            }
            _ => Ok(()),
        };
        Ok((effect, answer))
    }

    /// Anyone ends a contest: treasury, pool and registry hear of it.
    ///
    /// # Errors
    /// 157; those of [`Contest::settle`].
    pub fn settle(&mut self, id: u32, now: UnixTime) -> Result<Settlement, Refusal> {
        let settlement = self.contest(id)?.settle(now)?;
        if !settlement.org.is_zero() {
            self.treasury.org_share(id, settlement.org)?;
        }
        let paid = settlement.ending == Ending::Paid;
        self.treasury.refund(id, settlement.refund, true, paid)?;
        self.pool.report_work(id, &settlement.worked)?;
        for (key, addr) in &settlement.winners {
            // A member among the winners is refused; the contest ends all the same.
            let _ = self.pool.admit(id, *key, addr.clone(), ALL_TOPICS, now);
        }
        if let Some(listing) = self.directory.get_mut(&id) {
            listing.status = if paid { ContestStatus::Closed } else { ContestStatus::Cancelled };
            listing.ending = settlement.ending;
            if paid {
                self.won.insert(listing.item);
            }
        }
        self.wallet.wishes.remove(&Subject::Contest(id));
        Ok(settlement)
    }

    /// Anyone gives unclaimed payouts of a contest back to the stage; their sum.
    ///
    /// # Errors
    /// 157; those of [`Contest::sweep`].
    pub fn sweep(&mut self, id: u32, now: UnixTime) -> Result<Nano, Refusal> {
        let contest = self.contest(id)?;
        let amount = contest.sweep(now)?;
        let paid = contest.ending == Ending::Paid;
        self.treasury.refund(id, amount, false, paid)?;
        Ok(amount)
    }

    /// A winner asks for a seat; the answer of the registry.
    ///
    /// # Errors
    /// 157; those of [`Contest::nominate`].
    pub fn nominate(
        &mut self,
        id: u32,
        entry: u8,
        by: &PublicKey,
        wallet: Option<&Address>,
        now: UnixTime,
    ) -> Result<Result<(), Refusal>, Refusal> {
        let (place, key, addr) = self.contest(id)?.nominate(entry, by, wallet, now)?;
        let listing = self.directory.get(&id).ok_or(Refusal::NOT_FOUND)?;
        let ranked = matches!(listing.status, ContestStatus::Finalized | ContestStatus::Closed);
        let candidate = Candidate {
            key,
            addr,
            contest: id,
            entry,
            place,
            end_time: listing.finalized_at,
            expires: UnixTime(0),
        };
        let answer = require(ranked, Refusal::BAD_PHASE)
            .and_then(|()| self.members.nominate(candidate, &self.params, &self.cycle_bounds, now));
        if answer.is_err()
            && let Some(entry) = self.contest(id)?.entries.get_mut(&entry)
        {
            entry.nominated = Nomination::Refused;
        }
        Ok(answer)
    }

    /// A member asks for a quick hold; whether it was the third one, with the answer of the contest.
    ///
    /// # Errors
    /// Those of the signature; 157, 152, 156, 308 in this order.
    pub fn quick_hold(
        &mut self,
        by: &Signed,
        id: u32,
        now: UnixTime,
    ) -> Result<Option<Result<(), Refusal>>, Refusal> {
        self.members.authorize(by, now)?;
        let listing = self.directory.get_mut(&id).ok_or(Refusal::NOT_FOUND)?;
        require(listing.status == ContestStatus::Finalized, Refusal::BAD_PHASE)?;
        require(!listing.hold_used && !listing.hold_keys.contains(&by.key), Refusal::DUPLICATE)?;
        let excluded = self.members.excluded(&listing.excluded);
        require(!excluded.contains(&by.key), Refusal::EXCLUDED_ELECTOR)?;
        self.members.accept(by, now);
        listing.hold_keys.insert(by.key);
        listing.hold_keys.retain(|key| self.members.seats.contains_key(key));
        listing.hold_used = listing.hold_keys.len() >= limits::QUICK_HOLD_KEYS;
        if !listing.hold_used {
            return Ok(None);
        }
        Ok(Some(self.contest(id)?.hold(now.plus(limits::QUICK_HOLD), now)))
    }

    /// A member publishes the record of a contest.
    ///
    /// # Errors
    /// Those of the signature; 157, 152, 154 in this order.
    pub fn publish(
        &mut self,
        by: &Signed,
        id: u32,
        hash: Digest,
        link_bytes: usize,
        now: UnixTime,
    ) -> Result<u32, Refusal> {
        self.members.authorize(by, now)?;
        let listing = self.directory.get_mut(&id).ok_or(Refusal::NOT_FOUND)?;
        require(hash != Digest::default(), Refusal::NOT_FOUND)?;
        require(listing.status >= ContestStatus::Finalized, Refusal::BAD_PHASE)?;
        require(link_bytes <= limits::LINK_BYTES, Refusal::TOO_LONG)?;
        self.members.accept(by, now);
        let version = listing.record.as_ref().map_or(1, |record| record.version + 1);
        listing.record = Some(Record { hash, version });
        Ok(version)
    }

    /// A deployed contest.
    ///
    /// # Errors
    /// 157.
    pub fn contest(&mut self, id: u32) -> Result<&mut Contest, Refusal> {
        self.contests.get_mut(&id).ok_or(Refusal::NOT_FOUND)
    }

    fn finalize(&mut self, id: u32, until: UnixTime, now: UnixTime) {
        let Some(listing) = self.directory.get_mut(&id) else { return };
        listing.status = ContestStatus::Finalized;
        listing.finalized_at = now;
        let excluded = self.members.excluded(&listing.excluded);
        let wish = Wish { until, payees: BTreeSet::new() };
        self.wallet.want(Subject::Contest(id), wish, excluded, now);
    }
}
