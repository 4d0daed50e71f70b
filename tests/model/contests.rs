//! Contestants: entries made, replaced, withdrawn and opened.

use ed25519_dalek::Signer;
use governance::contest::{Phase, entry_hash};
use governance::model::Refusal;
use governance::model::entry::Form;
use governance::text::Digest;
use serde_json::json;
use ton_abi::{Address, Boc, CellBuilder, ContractAbi};
use workspace_tests::community::{TON, wallet};

use crate::decisions::digest;
use crate::run::{LOW_VALUE, Place, Run};

/// First key of contestants.
pub(crate) const ENTRANT: u8 = 100;
/// What a contestant pays for gas. Source: `Gas.ENTRY`, and `Gas.CALL` for members.
const ENTRY: u128 = TON / 2;
/// Least value of other calls. Source: `Gas.DESK`.
pub(crate) const DESK: u128 = TON / 5;
/// Salt of all sealed entries.
const SALT: Digest = digest(0x5A);

impl Run {
    /// A contest in this phase, seldom another one.
    pub(crate) fn contest_in(&mut self, phases: &[Phase]) -> Option<u32> {
        let now = self.now();
        let all: Vec<_> = self.model.contests.keys().copied().collect();
        let fits = |id: &&u32| phases.contains(&self.model.contests[*id].phase(now));
        let fitting: Vec<_> = all.iter().filter(fits).copied().collect();
        if fitting.is_empty() || self.one_in(20) { self.pick(&all) } else { self.pick(&fitting) }
    }

    /// Somebody enters: mostly a contestant, sometimes a member or a juror.
    pub(crate) fn enter(&mut self) {
        let Some(id) = self.contest_in(&[Phase::Open]) else { return };
        let n = match self.rng.u8(0..14) {
            0 | 1 => self.member(),
            2 => 50 + self.rng.u8(0..5),
            _ => self.entrant(),
        };
        let from = if self.one_in(20) { wallet(50 + self.rng.u8(0..5)) } else { wallet(n) };
        let spec = self.model.contests[&id].spec.clone();
        let address = self.contract(Place::Contest(id)).address;
        let wrong = self.rng.u8(0..50);
        let signer = if wrong == 0 { n.wrapping_add(1) } else { n };
        let key = self.public(n);
        let signature = self.keys[usize::from(signer)].sign(&entry_hash(&address, &from).expect("a hash"));
        let declaration = self.keys[usize::from(n)].sign(&declaration_hash(&address));
        let sealed = spec.is_sealed != (wrong == 1);
        let (hash, link, commitment) = if sealed {
            (Digest::default(), String::new(), seal(&address, &from, n))
        } else {
            (content(n), if wrong == 2 { "x".repeat(257) } else { work(n) }, Digest::default())
        };
        let declares = spec.need_dod && wrong != 3;
        let form = Form {
            wallet: from.clone(),
            key,
            terms_accepted: wrong != 0 && wrong != 4 && (declares || !spec.need_dod),
            link_bytes: link.len(),
            fits_seal: wrong != 1,
        };
        let params = json!({
            "key": key.to_uint256(), "keySig": hex::encode(signature.to_bytes()),
            "contentHash": hash, "link": link, "commitment": commitment,
            "termsHash": if wrong == 4 { digest(99) } else { spec.terms_hash },
            "dodHash": if declares { digest(10) } else { Digest::default() },
            "dodSig": if declares { hex::encode(declaration.to_bytes()) } else { String::new() },
        });
        let value = if wrong == 5 { spec.entry_deposit.0 } else { spec.entry_deposit.0 + ENTRY + 2 * TON };
        let price = spec.entry_deposit.0 + ENTRY;
        self.inside((&from, value), Place::Contest(id), "submitEntry", &params, |m, now| {
            let early = [
                Refusal::ENTRIES_CLOSED,
                Refusal::BAD_TERMS,
                Refusal::TOO_LONG,
                Refusal::HASH_MISMATCH,
                Refusal::MEMBER_ENTRY,
            ];
            match m.clone().submit_entry(id, &form, now) {
                Err(refusal) if early.contains(&refusal) => Err(refusal),
                _ if value < price => Err(LOW_VALUE),
                _ => m.submit_entry(id, &form, now),
            }
        });
    }

    /// A contestant, seldom one who is a juror already.
    fn entrant(&mut self) -> u8 {
        let n = ENTRANT + self.rng.u8(0..40);
        let juror = self.model.pool.jurors.contains_key(&self.public(n));
        if juror && !self.one_in(10) { ENTRANT + 40 + self.rng.u8(0..40) } else { n }
    }

    /// An entry with its wallet and the number of its key; seldom one that is not there.
    fn some_entry(&mut self, id: u32) -> (u8, Address, u8) {
        let entries = self.model.contests[&id].entries.iter();
        let entries: Vec<_> =
            entries.map(|(number, it)| (*number, it.wallet.clone(), self.numbers[&it.key])).collect();
        let missing = (self.rng.u8(..), wallet(1), 1);
        let (number, own, n) = if self.one_in(25) { missing } else { self.pick(&entries).unwrap_or(missing) };
        let from = if self.one_in(12) { wallet(99) } else { own };
        (number, from, n)
    }

    /// A contestant replaces an entry.
    pub(crate) fn replace(&mut self) {
        let Some(id) = self.contest_in(&[Phase::Open]) else { return };
        let (entry, from, n) = self.some_entry(id);
        let address = self.contract(Place::Contest(id)).address;
        let wrong = self.rng.u8(0..16);
        let sealed = self.model.contests[&id].spec.is_sealed != (wrong == 0);
        let (hash, link, commitment) = if sealed {
            (Digest::default(), String::new(), seal(&address, &from, n))
        } else {
            (content(n), if wrong == 1 { "x".repeat(257) } else { work(n) }, Digest::default())
        };
        let params = json!({ "entry": entry, "contentHash": hash, "link": link, "commitment": commitment });
        let value = if wrong == 2 { DESK - 1 } else { TON };
        self.inside((&from, value), Place::Contest(id), "replaceEntry", &params, |m, now| {
            let open = m.contest(id)?.phase(now) == Phase::Open;
            if open && value < DESK {
                return Err(LOW_VALUE);
            }
            m.contest(id)?.replace_entry(entry, &from, link.len(), wrong != 0, now)
        });
    }

    /// A contestant withdraws an entry.
    pub(crate) fn withdraw(&mut self) {
        let Some(id) = self.contest_in(&[Phase::Open]) else { return };
        let (entry, from, _) = self.some_entry(id);
        let params = json!({ "entry": entry });
        self.inside((&from, TON), Place::Contest(id), "withdrawEntry", &params, |m, now| {
            m.contest(id)?.withdraw_entry(entry, &from, now)
        });
    }

    /// A contestant opens a sealed entry, at first those that are closed.
    pub(crate) fn open(&mut self) {
        let now = self.now();
        let contests = self.model.contests.iter();
        let waiting = contests.filter(|(_, it)| {
            it.spec.is_sealed && now >= it.entries_end && it.jury.is_empty() && it.tallied_at.is_none()
        });
        let waiting: Vec<_> = waiting.map(|(id, _)| *id).collect();
        let all: Vec<_> = self.model.contests.keys().copied().collect();
        let Some(id) = self.pick(if waiting.is_empty() { &all } else { &waiting }) else { return };
        let (entry, from, n) = self.some_entry(id);
        let wrong = self.rng.u8(0..16);
        let link = if wrong == 0 { "x".repeat(257) } else { work(n) };
        let hash = if wrong == 1 { content(n.wrapping_add(1)) } else { content(n) };
        let params = json!({ "entry": entry, "contentHash": hash, "link": link, "salt": SALT });
        self.inside((&from, TON), Place::Contest(id), "openEntry", &params, |m, now| {
            m.contest(id)?.open_entry(entry, &from, link.len(), wrong != 1, now)
        });
    }
}

/// SHA-256 of the work of contestant `n`, as it were.
fn content(n: u8) -> Digest {
    Digest(std::array::from_fn(|at| if at == 0 { n } else { 0xC0 }))
}

/// Link of the work of contestant `n`.
fn work(n: u8) -> String {
    format!("ipfs://work-{n}")
}

/// Commitment to the work of contestant `n`: what `abi.encode(contest, wallet, contentHash, salt, link)` hashes to.
fn seal(contest: &Address, from: &Address, n: u8) -> Digest {
    let field = |name: &str, ty: &str| json!({ "name": name, "type": ty });
    let abi = ContractAbi::from_value(&json!({
        "version": "2.3", "header": [], "functions": [], "events": [],
        "fields": [field("a", "address"), field("b", "address"), field("c", "uint256"), field("d", "uint256"),
            field("e", "string")],
    }));
    let values =
        json!({ "a": contest.to_string(), "b": from.to_string(), "c": content(n), "d": SALT, "e": work(n) });
    let cell = abi.expect("a valid ABI").encode_fields(&values).expect("encodable");
    Digest::from(*cell.repr_hash())
}

/// What a contestant's key signs for the declaration.
fn declaration_hash(contest: &Address) -> [u8; 32] {
    let mut builder = CellBuilder::new();
    builder.store_small_uint(0b100, 3).expect("fits");
    builder.store_u8(contest.workchain as u8).expect("fits");
    builder.store_raw(&contest.address.0, 256).expect("fits");
    builder.store_raw(&digest(10).0, 256).expect("fits");
    builder.build().expect("fits").repr_hash().0
}

/// A cell as base64.
pub(crate) fn boc(cell: &ton_abi::Cell) -> String {
    Boc::encode_base64(cell)
}
