//! The jury pool: jurors, the mirror of the members, contests and their draw.

use std::collections::{BTreeMap, BTreeSet};

use ton_abi::{Address, Hash, PublicKey, UnixTime};

use super::limits;
use super::refusal::{Refusal, require};
use super::signer::{Signed, Signer, check_header};
use crate::contest::Kind;
use crate::jury_pool::{DrawState, JurorStatus};

/// A juror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Juror {
    /// Payout address.
    pub addr: Address,
    /// Bit n - 1 is topic n.
    pub topic_mask: u8,
    /// When the juror was admitted last.
    pub since: UnixTime,
    /// Contest whose prize the seat was.
    pub from_contest: u32,
    /// Status.
    pub status: JurorStatus,
    /// Contests missed in a row.
    pub missed: u8,
    /// Contests judged.
    pub judged: u16,
    /// Messages of the key.
    pub signer: Signer,
}

/// A contest as the pool knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolContest {
    /// Its kind.
    pub kind: Kind,
    /// Its topic.
    pub topic: u8,
    /// Whether it brought its own jury.
    pub bootstrap: bool,
    /// Where it stands.
    pub state: DrawState,
    /// Keys of its jury while it is drawn, in the order of delivery.
    pub jury: Vec<PublicKey>,
    /// Keys that must not be drawn, until the draw.
    pub recused: BTreeSet<PublicKey>,
    /// Keys that it made jurors.
    pub admitted: BTreeSet<PublicKey>,
}

/// Who takes part in a contest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entrants {
    /// Keys of the entries.
    pub keys: BTreeSet<PublicKey>,
    /// Their wallets.
    pub wallets: BTreeSet<Address>,
}

impl Entrants {
    /// Whether a key or an address is among them.
    pub fn name(&self, key: &PublicKey, addr: &Address) -> bool {
        self.keys.contains(key) || self.wallets.contains(addr)
    }
}

/// The pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JuryPool {
    /// Jurors by key; none of them is a member.
    pub jurors: BTreeMap<PublicKey, Juror>,
    /// Keys of the members.
    pub members: BTreeSet<PublicKey>,
    /// Contests by id.
    pub contests: BTreeMap<u32, PoolContest>,
}

impl JuryPool {
    /// A pool without jurors.
    pub fn new(members: &[PublicKey]) -> Self {
        let members = members.iter().copied().collect();
        Self { jurors: BTreeMap::new(), members, contests: BTreeMap::new() }
    }

    /// Unfinished contests whose jury names a key.
    pub fn busy(&self, key: &PublicKey) -> usize {
        self.contests.values().filter(|contest| contest.jury.contains(key)).count()
    }

    /// Active jurors of a topic.
    pub fn available(&self, topic: u8) -> usize {
        self.jurors.values().filter(|juror| juror.judges(topic)).count()
    }

    /// The registry authorises a contest. A known id changes nothing.
    ///
    /// # Errors
    /// 155 topic, number of jurors or key 0; 600 a jury although the contest is no jury contest or the pool has
    /// enough; 156 a key twice; 602 a member.
    pub fn authorize(
        &mut self,
        id: u32,
        kind: Kind,
        topic: u8,
        min_jurors: u8,
        bootstrap: &[PublicKey],
    ) -> Result<(), Refusal> {
        if self.contests.contains_key(&id) {
            return Ok(());
        }
        let counts = (1..=limits::TOPICS).contains(&topic) && bootstrap.len() <= limits::JURORS.into();
        require(counts, Refusal::LIMIT)?;
        if !bootstrap.is_empty() {
            let enough = self.available(topic) >= usize::from(min_jurors);
            require(kind == Kind::JurySelection && !enough, Refusal::NOT_AUTHORISED)?;
            let mut seen = BTreeSet::new();
            for key in bootstrap {
                require(!key.is_zero(), Refusal::LIMIT)?;
                require(seen.insert(*key), Refusal::DUPLICATE)?;
                require(!self.members.contains(key), Refusal::IS_MEMBER)?;
            }
        }
        let state = if bootstrap.is_empty() { DrawState::Authorized } else { DrawState::Drawn };
        let contest = PoolContest {
            kind,
            topic,
            bootstrap: !bootstrap.is_empty(),
            state,
            jury: bootstrap.to_vec(),
            recused: BTreeSet::new(),
            admitted: BTreeSet::new(),
        };
        self.contests.insert(id, contest);
        Ok(())
    }

    /// A contest asks for its jury, without those who take part: always the same one once it is drawn; empty, and
    /// nothing booked, when fewer than `min_jurors` are there.
    ///
    /// # Errors
    /// 600.
    pub fn snapshot(
        &mut self,
        id: u32,
        min_jurors: u8,
        entrants: &Entrants,
    ) -> Result<Vec<PublicKey>, Refusal> {
        let contest = self.contests.get(&id).ok_or(Refusal::NOT_AUTHORISED)?;
        if contest.state != DrawState::Authorized {
            return Ok(contest.jury.clone());
        }
        let fits = |key: &PublicKey, juror: &Juror| {
            let declined = contest.recused.contains(key);
            juror.judges(contest.topic) && !declined && !entrants.name(key, &juror.addr)
        };
        let mut jury: Vec<_> =
            self.jurors.iter().filter(|(key, juror)| fits(key, juror)).map(|(key, _)| *key).collect();
        jury.sort_by_key(|key| draw_hash(id, key).0);
        jury.truncate(limits::JURORS.into());
        // The contract takes keys from the end of its list.
        jury.sort_by(|one, other| other.cmp(one));
        if jury.is_empty() || jury.len() < usize::from(min_jurors) {
            return Ok(Vec::new());
        }
        if let Some(contest) = self.contests.get_mut(&id) {
            contest.state = DrawState::Drawn;
            contest.recused.clear();
            contest.jury.clone_from(&jury);
        }
        Ok(jury)
    }

    /// A contest is over: each juror whom it seated, and whether there was a valid card. Who was drawn but not seated
    /// is only freed. Again, nothing changes.
    ///
    /// # Errors
    /// 600.
    pub fn report_work(&mut self, id: u32, seated: &BTreeMap<PublicKey, bool>) -> Result<(), Refusal> {
        let contest = self.contests.get_mut(&id).ok_or(Refusal::NOT_AUTHORISED)?;
        contest.state = DrawState::Finished;
        contest.recused.clear();
        for key in std::mem::take(&mut contest.jury) {
            let Some(worked) = seated.get(&key) else { continue };
            let Some(juror) = self.jurors.get_mut(&key) else { continue };
            if *worked {
                juror.judged += 1;
                juror.missed = 0;
            } else if juror.status == JurorStatus::Active {
                juror.missed += 1;
                if juror.missed >= limits::MISSED {
                    juror.status = JurorStatus::Suspended;
                }
            }
        }
        Ok(())
    }

    /// A jury contest makes a winner juror. The same contest and key again change nothing.
    ///
    /// # Errors
    /// 600; 155 key 0, topics, or no room; 602 member.
    pub fn admit(
        &mut self,
        id: u32,
        key: PublicKey,
        addr: Address,
        topic_mask: u8,
        now: UnixTime,
    ) -> Result<(), Refusal> {
        let contest = self.contests.get(&id).ok_or(Refusal::NOT_AUTHORISED)?;
        require(contest.kind == Kind::JurySelection, Refusal::NOT_AUTHORISED)?;
        if contest.admitted.contains(&key) {
            return Ok(());
        }
        require(!key.is_zero() && is_topic_mask(topic_mask), Refusal::LIMIT)?;
        require(!self.members.contains(&key), Refusal::IS_MEMBER)?;
        let known = self.jurors.get(&key).cloned();
        if known.as_ref().is_none_or(|juror| juror.status != JurorStatus::Active) {
            require(known.is_some() || self.make_room(), Refusal::LIMIT)?;
            let mut signer = known.as_ref().map_or_else(Signer::default, |juror| juror.signer);
            signer.last_time = signer.last_time.max(now.millis());
            let juror = Juror {
                addr,
                topic_mask,
                since: now,
                from_contest: id,
                status: JurorStatus::Active,
                missed: 0,
                judged: known.map_or(0, |juror| juror.judged),
                signer,
            };
            self.jurors.insert(key, juror);
        }
        if let Some(contest) = self.contests.get_mut(&id) {
            contest.admitted.insert(key);
        }
        Ok(())
    }

    /// A contest was never deployed: it has no jury any more.
    pub(super) fn forget(&mut self, id: u32) {
        if let Some(contest) = self.contests.get_mut(&id) {
            contest.jury.clear();
            contest.recused.clear();
            contest.state = DrawState::Finished;
        }
    }

    /// The registry wants a key to be a member; whether it may.
    pub fn reserve_member(&mut self, key: &PublicKey) -> bool {
        let active = self.jurors.get(key).is_some_and(|juror| juror.status == JurorStatus::Active);
        if key.is_zero() || active || self.busy(key) > 0 {
            return false;
        }
        self.jurors.remove(key);
        self.members.insert(*key);
        true
    }

    /// A key is no member any more.
    pub fn release_member(&mut self, key: &PublicKey) {
        self.members.remove(key);
    }

    /// A juror chooses topics.
    ///
    /// # Errors
    /// 601, 57, 52, 603, 155 in this order.
    pub fn set_topics(&mut self, by: &Signed, topic_mask: u8, now: UnixTime) -> Result<(), Refusal> {
        let juror = self.authorize_juror(by, true, now)?;
        require(is_topic_mask(topic_mask), Refusal::LIMIT)?;
        juror.accept(by, now)?;
        juror.topic_mask = topic_mask;
        Ok(())
    }

    /// A juror declines a contest.
    ///
    /// # Errors
    /// 601, 57, 52, 603, 157, 152, 156, 155 in this order.
    pub fn recuse(&mut self, by: &Signed, id: u32, now: UnixTime) -> Result<(), Refusal> {
        self.authorize_juror(by, true, now)?;
        let contest = self.contests.get(&id).ok_or(Refusal::NOT_FOUND)?;
        require(contest.state == DrawState::Authorized, Refusal::BAD_PHASE)?;
        require(!contest.recused.contains(&by.key), Refusal::DUPLICATE)?;
        self.authorize_juror(by, true, now)?.accept(by, now)?;
        if let Some(contest) = self.contests.get_mut(&id) {
            contest.recused.insert(by.key);
        }
        Ok(())
    }

    /// A juror leaves.
    ///
    /// # Errors
    /// 601, 57, 52, 155 in this order.
    pub fn resign(&mut self, by: &Signed, now: UnixTime) -> Result<(), Refusal> {
        let juror = self.authorize_juror(by, false, now)?;
        juror.accept(by, now)?;
        juror.status = JurorStatus::Resigned;
        Ok(())
    }

    /// A juror changes the payout address.
    ///
    /// # Errors
    /// 601, 57, 52, 161, 155 in this order.
    pub fn set_address(&mut self, by: &Signed, addr: &Address, now: UnixTime) -> Result<(), Refusal> {
        let juror = self.authorize_juror(by, false, now)?;
        require(is_payable(addr), Refusal::BAD_ADDRESS)?;
        juror.accept(by, now)?;
        juror.addr = addr.clone();
        Ok(())
    }

    fn authorize_juror(&mut self, by: &Signed, active: bool, now: UnixTime) -> Result<&mut Juror, Refusal> {
        let juror = self.jurors.get_mut(&by.key).ok_or(Refusal::NOT_IN_POOL)?;
        require(juror.status != JurorStatus::Resigned, Refusal::NOT_IN_POOL)?;
        check_header(by, limits::SHORT_EXPIRE, now)?;
        juror.signer.check_new(by)?;
        require(!active || juror.status == JurorStatus::Active, Refusal::SUSPENDED)?;
        Ok(juror)
    }

    /// Makes sure that one more juror fits: the first one who resigned goes, else the first one who is suspended.
    fn make_room(&mut self) -> bool {
        if self.jurors.len() < limits::POOL {
            return true;
        }
        let first = |status| self.jurors.iter().find(|(_, juror)| juror.status == status);
        let gone = first(JurorStatus::Resigned).or_else(|| first(JurorStatus::Suspended));
        let Some(key) = gone.map(|(key, _)| *key) else { return false };
        self.jurors.remove(&key).is_some()
    }
}

impl Juror {
    fn judges(&self, topic: u8) -> bool {
        self.status == JurorStatus::Active && (self.topic_mask >> (topic - 1)) & 1 == 1
    }

    fn accept(&mut self, by: &Signed, now: UnixTime) -> Result<(), Refusal> {
        self.signer.check_count(now)?;
        self.signer.mark(by, now);
        Ok(())
    }
}

/// Whether an address can be paid: workchain 0 and not zero (C14).
pub fn is_payable(addr: &Address) -> bool {
    addr.workchain == 0 && addr.address.0 != [0; 32]
}

const fn is_topic_mask(mask: u8) -> bool {
    mask != 0 && mask >> limits::TOPICS == 0
}

/// What orders the jurors of a contest: the hash of a cell with the id of the contest and the key.
pub fn draw_hash(contest: u32, key: &PublicKey) -> Hash {
    // An ordinary cell of 36 bytes without references: two descriptor bytes, then the data.
    let mut cell = vec![0, 72];
    cell.extend(contest.to_be_bytes());
    cell.extend(key.0);
    Hash(ton_client::crypto::sha256(&cell))
}

#[cfg(test)]
mod tests;
