//! Members and their seats, candidates.

use std::collections::{BTreeMap, BTreeSet};

use ton_abi::{Address, PublicKey, UnixTime};

use super::limits;
use super::refusal::{Refusal, require};
use super::signer::{Signed, Signer, check_header};
use crate::organisation::Params;
use crate::rules;
use crate::text::Digest;

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Index of the seat; it stays when the key changes.
    pub index: u8,
    /// Messages of the key.
    pub signer: Signer,
    /// Open proposals.
    pub open: u8,
    /// Payout address, once set.
    pub payout: Option<Address>,
    /// SHA-256 of the profile.
    pub profile_hash: Digest,
    /// The declaration that was signed, and when.
    pub declaration: Option<(Digest, UnixTime)>,
    /// When the seat was taken.
    pub joined_at: UnixTime,
    /// Contest and place that opened the seat; nothing for the first members.
    pub won: Option<(u32, u8)>,
    /// First key of the seat.
    pub origin: PublicKey,
    /// Key before the last rotation.
    pub previous: Option<PublicKey>,
    /// Epoch that began when the key took the seat.
    pub epoch: u32,
}

/// A winner who wants to become member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Key.
    pub key: PublicKey,
    /// Payout address.
    pub addr: Address,
    /// Contest that was won.
    pub contest: u32,
    /// The winning entry.
    pub entry: u8,
    /// Its place.
    pub place: u8,
    /// When the contest had its ranking.
    pub end_time: UnixTime,
    /// When the candidacy ends.
    pub expires: UnixTime,
}

/// The member set and who wants to join it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Members {
    /// Members by key.
    pub seats: BTreeMap<PublicKey, Member>,
    /// Raised with every change of the set.
    pub epoch: u32,
    /// Candidates by number.
    pub candidates: BTreeMap<u32, Candidate>,
    /// Number of the next candidate.
    pub next_candidate: u32,
}

impl Members {
    /// The first members, in index order.
    pub fn new(keys: &[PublicKey], now: UnixTime) -> Self {
        let mut members =
            Self { seats: BTreeMap::new(), epoch: 0, candidates: BTreeMap::new(), next_candidate: 1 };
        for (index, key) in (0..).zip(keys) {
            members.seats.insert(*key, Member::new(*key, index, now));
        }
        members
    }

    /// Number of members.
    pub fn count(&self) -> usize {
        self.seats.len()
    }

    /// Votes that a decision needs today.
    pub fn threshold(&self) -> u8 {
        u8::try_from(rules::threshold(self.count())).unwrap_or(u8::MAX)
    }

    /// Whether there are too few members for normal work (A03).
    pub fn is_under_min(&self, params: &Params) -> bool {
        self.count() < usize::from(params.min_members)
    }

    /// Keys in index order.
    pub fn keys(&self) -> Vec<PublicKey> {
        let mut seats: Vec<_> = self.seats.iter().map(|(key, member)| (member.index, *key)).collect();
        seats.sort_unstable();
        seats.into_iter().map(|(_, key)| key).collect()
    }

    /// Checks the signer of a message to the registry.
    ///
    /// # Errors
    /// 200, 57, 52, 155 in this order.
    pub fn authorize(&self, by: &Signed, now: UnixTime) -> Result<&Member, Refusal> {
        let member = self.seats.get(&by.key).ok_or(Refusal::NOT_MEMBER)?;
        check_header(by, limits::SHORT_EXPIRE, now)?;
        member.signer.check_new(by)?;
        member.signer.check_count(now)?;
        Ok(member)
    }

    /// Marks a message that [`Self::authorize`] let pass.
    pub fn accept(&mut self, by: &Signed, now: UnixTime) {
        if let Some(member) = self.seats.get_mut(&by.key) {
            member.signer.mark(by, now);
        }
    }

    /// Which of `interested` are members today, by their key of today: a seat keeps its interests when its key
    /// changes.
    pub fn excluded(&self, interested: &BTreeSet<PublicKey>) -> BTreeSet<PublicKey> {
        let has = |key: &PublicKey| interested.contains(key);
        let seats = self.seats.iter();
        seats
            .filter(|(key, member)| {
                has(key) || has(&member.origin) || member.previous.as_ref().is_some_and(has)
            })
            .map(|(key, _)| *key)
            .collect()
    }

    /// Members who are among these entrants: under a key of the seat, or with the own payout address.
    pub fn among(&self, keys: &BTreeSet<PublicKey>, wallets: &BTreeSet<Address>) -> BTreeSet<PublicKey> {
        let mut found = self.excluded(keys);
        found.extend(self.payees(wallets));
        found
    }

    /// First key of the seat that a key belongs to or was rotated from; the key itself where there is none.
    pub fn origin_of(&self, key: &PublicKey) -> PublicKey {
        let seat = self.seats.get(key);
        let seat = seat.or_else(|| self.seats.values().find(|member| member.previous.as_ref() == Some(key)));
        seat.map_or(*key, |member| member.origin)
    }

    /// Members who get one of these payments.
    pub fn payees(&self, paid: &BTreeSet<Address>) -> BTreeSet<PublicKey> {
        let paid = |member: &Member| member.payout.as_ref().is_some_and(|payout| paid.contains(payout));
        self.seats.iter().filter(|(_, member)| paid(member)).map(|(key, _)| *key).collect()
    }

    /// A member leaves. The pool and the wallet follow.
    ///
    /// # Errors
    /// Those of [`Self::authorize`]; 201 at the floor of the threshold.
    pub fn resign(&mut self, by: &Signed, now: UnixTime) -> Result<(), Refusal> {
        self.authorize(by, now)?;
        require(self.count() > usize::from(limits::RESIGN_FLOOR), Refusal::UNDER_MIN)?;
        self.unseat(&by.key);
        Ok(())
    }

    /// The members remove one of them.
    ///
    /// # Errors
    /// 200; 201 when that would go below the minimum.
    pub fn remove(&mut self, key: &PublicKey, params: &Params) -> Result<(), Refusal> {
        require(self.seats.contains_key(key), Refusal::NOT_MEMBER)?;
        require(self.count() > usize::from(params.min_members), Refusal::UNDER_MIN)?;
        self.unseat(key);
        Ok(())
    }

    /// The candidate who could be admitted now.
    ///
    /// # Errors
    /// 157, 208, 156, 202 in this order.
    pub fn admissible(&self, number: u32, params: &Params, now: UnixTime) -> Result<&Candidate, Refusal> {
        let candidate = self.candidates.get(&number).ok_or(Refusal::NOT_FOUND)?;
        require(candidate.expires > now, Refusal::CANDIDACY_EXPIRED)?;
        require(!self.seats.contains_key(&candidate.key), Refusal::DUPLICATE)?;
        require(self.count() < usize::from(params.max_members), Refusal::FULL)?;
        Ok(candidate)
    }

    /// Seats a candidate whom the jury pool let go, if there still is one: the least free index, a new epoch.
    pub fn seat(&mut self, number: u32, now: UnixTime) -> Option<Candidate> {
        let taken: BTreeSet<u8> = self.seats.values().map(|member| member.index).collect();
        let index = (0..u8::MAX).find(|index| !taken.contains(index))?;
        let candidate = self.candidates.remove(&number)?;
        let mut member = Member::new(candidate.key, index, now);
        member.payout = Some(candidate.addr.clone());
        member.won = Some((candidate.contest, candidate.place));
        self.epoch += 1;
        member.epoch = self.epoch;
        self.seats.insert(candidate.key, member);
        Some(candidate)
    }

    /// Whether a key could replace another one.
    ///
    /// # Errors
    /// 200, 156 in this order.
    pub fn rotatable(&self, old: &PublicKey, new: &PublicKey) -> Result<(), Refusal> {
        require(self.seats.contains_key(old), Refusal::NOT_MEMBER)?;
        require(!new.is_zero() && !self.seats.contains_key(new), Refusal::DUPLICATE)
    }

    /// Gives a seat to another key; index, profile and open proposals stay.
    ///
    /// # Errors
    /// Those of [`Self::rotatable`].
    pub fn rotate(&mut self, old: &PublicKey, new: PublicKey, now: UnixTime) -> Result<(), Refusal> {
        self.rotatable(old, &new)?;
        let mut member = self.seats.remove(old).ok_or(Refusal::NOT_MEMBER)?;
        member.previous = Some(*old);
        member.signer = Signer::since(now);
        self.epoch += 1;
        member.epoch = self.epoch;
        self.seats.insert(new, member);
        Ok(())
    }

    /// Queues a winner. The same entry again changes nothing.
    ///
    /// # Errors
    /// 207 place; 206 a member's key or another candidate's; 202 too many candidates.
    pub fn nominate(
        &mut self,
        candidate: Candidate,
        params: &Params,
        bounds: &[UnixTime],
        now: UnixTime,
    ) -> Result<(), Refusal> {
        require((1..=params.max_place).contains(&candidate.place), Refusal::PLACE_TOO_LOW)?;
        let member = candidate.key.is_zero() || self.seats.contains_key(&candidate.key);
        require(!member, Refusal::ALREADY_CANDIDATE)?;
        let mut live = self.candidates.clone();
        live.retain(|_, other| other.expires > now);
        if let Some(other) = live.values().find(|other| other.key == candidate.key) {
            let same = (other.contest, other.entry) == (candidate.contest, candidate.entry);
            return require(same, Refusal::ALREADY_CANDIDATE);
        }
        require(live.len() < limits::CANDIDATES, Refusal::FULL)?;
        self.candidates = live;
        let expires = candidacy_end(params.candidacy_cycles, bounds, now);
        self.candidates.insert(self.next_candidate, Candidate { expires, ..candidate });
        self.next_candidate += 1;
        Ok(())
    }

    fn unseat(&mut self, key: &PublicKey) {
        self.seats.remove(key);
        self.epoch += 1;
    }
}

impl Member {
    fn new(key: PublicKey, index: u8, now: UnixTime) -> Self {
        Self {
            index,
            signer: Signer::since(now),
            open: 0,
            payout: None,
            profile_hash: Digest::default(),
            declaration: None,
            joined_at: now,
            won: None,
            origin: key,
            previous: None,
            epoch: 0,
        }
    }
}

/// When a candidacy that starts now ends: the end of the present cycle and of the ones that follow, as far as the
/// table goes; never behind it.
fn candidacy_end(cycles: u8, bounds: &[UnixTime], now: UnixTime) -> UnixTime {
    let ahead = bounds.iter().filter(|bound| **bound > now);
    ahead.take(usize::from(cycles)).last().copied().unwrap_or(UnixTime(u32::MAX))
}
