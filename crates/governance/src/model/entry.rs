//! Entries of a contest.

use std::collections::BTreeMap;

use ton_abi::{Address, Nano, PublicKey, UnixTime};

use super::contest::Contest;
use super::jury::Entrants;
use super::limits;
use super::refusal::{Refusal, require};
use crate::contest::Phase;

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Payout wallet.
    pub wallet: Address,
    /// Key of the entrant.
    pub key: PublicKey,
    /// Member whose entry it is, by key or payout address.
    pub member: Option<PublicKey>,
    /// When it was made or replaced.
    pub at: UnixTime,
    /// Whether jurors may score it: a sealed one must be opened.
    pub judged: bool,
    /// Whether it asked for a seat, and whether the registry refused.
    pub nominated: Nomination,
}

/// What became of the wish for a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nomination {
    /// None yet.
    No,
    /// Asked.
    Yes,
    /// Refused; the wallet may ask again.
    Refused,
}

/// What somebody enters with, as far as it can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Payout wallet: the sender.
    pub wallet: Address,
    /// Key of the entrant.
    pub key: PublicKey,
    /// Whether terms, signature of the key and a needed declaration are right.
    pub terms_accepted: bool,
    /// Bytes of the link.
    pub link_bytes: usize,
    /// Whether it is a commitment in a sealed contest, a content in an open one.
    pub fits_seal: bool,
}

impl Contest {
    /// Somebody enters the contest; the number of the entry and the member whose it is.
    ///
    /// # Errors
    /// 501, 505, 154, 162, 504, 503, 502, 517 in this order.
    pub fn submit_entry(&mut self, form: &Form, now: UnixTime) -> Result<(u8, Option<PublicKey>), Refusal> {
        require(self.phase(now) == Phase::Open, Refusal::ENTRIES_CLOSED)?;
        require(form.terms_accepted && !form.key.is_zero(), Refusal::BAD_TERMS)?;
        require(form.link_bytes <= limits::LINK_BYTES, Refusal::TOO_LONG)?;
        require(form.fits_seal, Refusal::HASH_MISMATCH)?;
        let member = self.member_of(form);
        require(member.is_none() || !self.forbid_members, Refusal::MEMBER_ENTRY)?;
        let jurors = &self.spec.bootstrap_jury;
        let conflict = jurors.iter().any(|juror| juror.key == form.key || juror.addr == form.wallet);
        require(!conflict, Refusal::JUROR_CONFLICT)?;
        let rival = |entry: &Entry| entry.wallet == form.wallet || entry.key == form.key;
        require(!self.entries.values().any(rival), Refusal::DUPLICATE_ENTRY)?;
        let number = free_number(&self.entries);
        require(number <= self.spec.max_entries, Refusal::ENTRIES_FULL)?;
        let entry = Entry {
            wallet: form.wallet.clone(),
            key: form.key,
            member,
            at: now,
            judged: !self.spec.is_sealed,
            nominated: Nomination::No,
        };
        self.entries.insert(number, entry);
        self.recorded = Phase::Open;
        let deposit = self.spec.entry_deposit;
        self.books.deposits.funded.0 += deposit.0;
        self.books.deposits.pot.0 += deposit.0;
        Ok((number, member))
    }

    /// The wallet replaces the content.
    ///
    /// # Errors
    /// 501, 157, 515, 154, 162 in this order.
    pub fn replace_entry(
        &mut self,
        number: u8,
        wallet: &Address,
        link_bytes: usize,
        fits_seal: bool,
        now: UnixTime,
    ) -> Result<(), Refusal> {
        require(self.phase(now) == Phase::Open, Refusal::ENTRIES_CLOSED)?;
        let entry = own(&mut self.entries, number, wallet)?;
        require(link_bytes <= limits::LINK_BYTES, Refusal::TOO_LONG)?;
        require(fits_seal, Refusal::HASH_MISMATCH)?;
        entry.at = now;
        Ok(())
    }

    /// The wallet withdraws the entry and gets the deposit.
    ///
    /// # Errors
    /// 501, 157, 515 in this order.
    pub fn withdraw_entry(&mut self, number: u8, wallet: &Address, now: UnixTime) -> Result<Nano, Refusal> {
        require(self.phase(now) == Phase::Open, Refusal::ENTRIES_CLOSED)?;
        own(&mut self.entries, number, wallet)?;
        self.entries.remove(&number);
        let deposit = self.spec.entry_deposit;
        self.books.deposits.pot.0 -= deposit.0;
        self.books.deposits.sent.0 += deposit.0;
        Ok(deposit)
    }

    /// The wallet opens a sealed entry; `matches` tells that content, link and salt give the commitment.
    ///
    /// # Errors
    /// 152, 153, 157, 515, 156, 154, 162 in this order.
    pub fn open_entry(
        &mut self,
        number: u8,
        wallet: &Address,
        link_bytes: usize,
        matches: bool,
        now: UnixTime,
    ) -> Result<(), Refusal> {
        let before_tally = self.settled_at.is_none() && self.tallied_at.is_none();
        require(self.spec.is_sealed && before_tally, Refusal::BAD_PHASE)?;
        let from = self.entries_end;
        require(now >= from && now < from.plus(limits::OPENING), Refusal::BAD_TIME)?;
        let entry = own(&mut self.entries, number, wallet)?;
        require(!entry.judged, Refusal::DUPLICATE)?;
        require(link_bytes <= limits::LINK_BYTES, Refusal::TOO_LONG)?;
        require(matches, Refusal::HASH_MISMATCH)?;
        entry.judged = true;
        Ok(())
    }

    /// Who takes part.
    pub fn entrants(&self) -> Entrants {
        let entries = self.entries.values();
        let (keys, wallets) = entries.map(|entry| (entry.key, entry.wallet.clone())).unzip();
        Entrants { keys, wallets }
    }

    fn member_of(&self, form: &Form) -> Option<PublicKey> {
        if self.members.contains_key(&form.key) {
            return Some(form.key);
        }
        let by_wallet = self.members.iter().find(|(_, payout)| payout.as_ref() == Some(&form.wallet));
        by_wallet.map(|(key, _)| *key)
    }
}

/// An entry of that wallet.
fn own<'a>(
    entries: &'a mut BTreeMap<u8, Entry>,
    number: u8,
    wallet: &Address,
) -> Result<&'a mut Entry, Refusal> {
    let entry = entries.get_mut(&number).ok_or(Refusal::NOT_FOUND)?;
    require(entry.wallet == *wallet, Refusal::NOT_PAYEE)?;
    Ok(entry)
}

/// The least number that no entry has.
fn free_number(entries: &BTreeMap<u8, Entry>) -> u8 {
    (1..=u8::MAX).find(|number| !entries.contains_key(number)).unwrap_or(u8::MAX)
}
