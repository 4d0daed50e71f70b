//! What the registry knows about contests, and what happens to them between launch and end.

use std::collections::BTreeSet;

use ton_abi::{Address, PublicKey, UnixTime};

use super::contest::{Advance, Contest};
use super::desk::Job;
use super::entry::{Form, Nomination};
use super::refusal::{Refusal, require};
use super::requests::Body;
use super::signer::Signed;
use super::wallet::{self, Subject};
use super::wire::{Message, Party};
use super::{Model, limits};
use crate::contest::{Ending, Kind};
use crate::payload::Spec;
use crate::registry::{ContestStatus, Step};
use crate::text::Digest;

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
    /// Request of its launch, or its confirmation; 0 for none.
    pub wait: u64,
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
    /// Epoch of the members whom the contest knows.
    pub epoch: u32,
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
            wait: 0,
            stage: spec.stage,
            item: spec.item,
            topic: spec.topic,
            kind: spec.kind,
            proposal,
            finalized_at: UnixTime(0),
            epoch: 0,
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
        if let Some(key) = member {
            self.post(Party::Contest(id), Party::Registry, Message::OnMemberEntry(key));
            self.flush(now);
        }
        Ok(number)
    }

    /// Anyone asks for a contest's jury; whether it stands now.
    ///
    /// # Errors
    /// 157; those of [`Contest::draw_jury`].
    pub fn draw_jury(&mut self, id: u32, now: UnixTime) -> Result<bool, Refusal> {
        self.contest(id)?.draw_jury(now)?;
        self.work(id, Job::Draw, now)?;
        Ok(!self.contest(id)?.jury.is_empty())
    }

    /// Anyone advances a contest. A ranking is announced and its confirmation enqueued.
    ///
    /// # Errors
    /// 157; those of [`Contest::advance`].
    pub fn advance(&mut self, id: u32, now: UnixTime) -> Result<Advance, Refusal> {
        let effect = self.contest(id)?.begin_advance(now)?;
        if effect == Advance::Tallied {
            self.work(id, Job::Tally, now)?;
        }
        Ok(effect)
    }

    /// Anyone has up to `n` items paid.
    ///
    /// # Errors
    /// 157; those of [`Contest::pay_next`].
    pub fn pay_next(&mut self, id: u32, n: u8, now: UnixTime) -> Result<(), Refusal> {
        let contest = self.contest(id)?;
        contest.check_pay(n, now)?;
        contest.recorded = contest.phase(now);
        self.work(id, Job::Pay(n), now)
    }

    /// Anyone has a contest send a request again.
    ///
    /// # Errors
    /// 157, 153, 306 in this order.
    pub fn resend_of(&mut self, id: u32, nonce: u64, now: UnixTime) -> Result<(), Refusal> {
        self.contest(id)?.resend(nonce, now)?;
        self.work(id, Job::Resend(nonce), now)
    }

    /// A poke of a contest began work.
    fn work(&mut self, id: u32, job: Job, now: UnixTime) -> Result<(), Refusal> {
        let message = self.contest(id)?.start(job, now);
        self.post(Party::Contest(id), Party::Contest(id), message);
        self.flush(now);
        Ok(())
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
    ) -> Result<wallet::Effect, Refusal> {
        let effect = self.wallet.confirm(by, subject, now)?;
        if effect == wallet::Effect::Executed {
            self.post(Party::Wallet, Party::Wallet, Message::ExecuteOrder(subject));
            self.flush(now);
        }
        Ok(effect)
    }

    /// A custodian has something carried out that has its confirmations and waits: while the wallet's message to itself
    /// is under way, once more.
    ///
    /// # Errors
    /// 100, 57, 52, 102, 130, 135, 134 in this order.
    pub fn execute_order(
        &mut self,
        by: &Signed,
        subject: Subject,
        now: UnixTime,
    ) -> Result<wallet::Effect, Refusal> {
        self.wallet.check_ready(by, subject, now)?;
        self.wallet.mark(by);
        self.post(Party::Wallet, Party::Wallet, Message::ExecuteOrder(subject));
        self.flush(now);
        Ok(wallet::Effect::Executed)
    }

    /// Anyone ends a contest: treasury, pool and registry hear of it, one after the other.
    ///
    /// # Errors
    /// 157; those of [`Contest::begin_settling`].
    pub fn settle(&mut self, id: u32, now: UnixTime) -> Result<(), Refusal> {
        self.contest(id)?.begin_settling(now)?;
        self.work(id, Job::Settle, now)
    }

    /// The registry hears that a contest is over. Again, nothing changes.
    pub(super) fn contest_closed(&mut self, id: u32, ending: Ending) {
        let Some(listing) = self.directory.get_mut(&id) else { return };
        if matches!(listing.status, ContestStatus::Closed | ContestStatus::Cancelled) {
            return;
        }
        let unheard = listing.status == ContestStatus::Deployed;
        let paid = ending == Ending::Paid;
        listing.status = if paid { ContestStatus::Closed } else { ContestStatus::Cancelled };
        listing.ending = ending;
        let (wait, proposal) = (std::mem::take(&mut listing.wait), listing.proposal);
        if paid {
            self.won.insert(listing.item);
        }
        self.requests.open.remove(&wait);
        self.wallet.wishes.retain(|_, wish| wish.nonce != wait);
        if unheard {
            self.conclude(proposal, Ok(()));
        }
    }

    /// Anyone gives unclaimed payouts of a contest back to the stage.
    ///
    /// # Errors
    /// 157; those of [`Contest::check_sweep`].
    pub fn sweep(&mut self, id: u32, now: UnixTime) -> Result<(), Refusal> {
        let contest = self.contest(id)?;
        contest.check_sweep(now)?;
        contest.swept = (now, contest.swept.1.saturating_add(1));
        self.work(id, Job::Sweep, now)
    }

    /// A winner asks for a seat; the answer of the registry, as far as it is known.
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
    ) -> Result<Nomination, Refusal> {
        let contest = self.contest(id)?;
        contest.nominate(entry, by, wallet, now)?;
        if wallet.is_some() {
            let mut sent = Vec::new();
            contest.ask_for_seat(entry, now, &mut sent);
            for (to, message) in sent {
                self.post(Party::Contest(id), to, message);
            }
            self.flush(now);
        } else {
            self.work(id, Job::Nominate(entry), now)?;
        }
        Ok(self.contest(id)?.entries.get(&entry).map_or(Nomination::No, |entry| entry.nominated))
    }

    /// A member asks for a quick hold; whether it was the third one, so that the contest is asked.
    ///
    /// # Errors
    /// Those of the signature; 157, 152, 156, 308 in this order.
    pub fn quick_hold(&mut self, by: &Signed, id: u32, now: UnixTime) -> Result<bool, Refusal> {
        self.members.authorize(by, now)?;
        let listing = self.directory.get_mut(&id).ok_or(Refusal::NOT_FOUND)?;
        require(listing.status == ContestStatus::Finalized, Refusal::BAD_PHASE)?;
        require(!listing.hold_used && !listing.hold_keys.contains(&by.key), Refusal::DUPLICATE)?;
        let excluded = self.members.excluded(&listing.excluded);
        require(!excluded.contains(&by.key), Refusal::EXCLUDED_ELECTOR)?;
        self.members.accept(by, now);
        listing.hold_keys.insert(by.key);
        let interested = self.interested_in(id);
        let listing = self.directory.get_mut(&id).ok_or(Refusal::NOT_FOUND)?;
        let counts = |key: &PublicKey| self.members.seats.contains_key(key) && !interested.contains(key);
        listing.hold_keys.retain(counts);
        listing.hold_used = listing.hold_keys.len() >= limits::QUICK_HOLD_KEYS;
        let held = listing.hold_used;
        if held {
            let body = Body::Hold(now.plus(limits::QUICK_HOLD));
            let nonce = self.store(Step::Hold, (0, id), body, now);
            self.wake(nonce);
            self.flush(now);
        }
        Ok(held)
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

    /// Members who have no say about a contest, as far as the registry knows (A14).
    pub(super) fn interested_in(&self, id: u32) -> BTreeSet<PublicKey> {
        let mut found = self.entrants(id);
        if let Some(listing) = self.directory.get(&id) {
            found.extend(self.members.excluded(&listing.excluded));
        }
        found
    }

    /// Members among those who entered a contest; the registry knows them from the ranking to the end.
    pub(super) fn entrants(&self, id: u32) -> BTreeSet<PublicKey> {
        let known = self.directory.get(&id).is_some_and(|listing| listing.status == ContestStatus::Finalized);
        let Some(contest) = self.contests.get(&id).filter(|_| known) else { return BTreeSet::new() };
        let entrants = contest.entrants();
        self.members.among(&entrants.keys, &entrants.wallets)
    }

    /// Notes the interest of a member in a contest, by the first key of the seat.
    pub(super) fn note_entrants(&mut self, id: u32, members: impl IntoIterator<Item = PublicKey>) {
        let origins: Vec<_> = members.into_iter().map(|key| self.members.origin_of(&key)).collect();
        if let Some(listing) = self.directory.get_mut(&id) {
            listing.excluded.extend(origins);
        }
    }
}
