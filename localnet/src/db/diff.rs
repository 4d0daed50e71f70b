//! What one state has other than the one written last, as rows to write and to remove.

use std::collections::BTreeMap;
use std::sync::Arc;

use ton_abi::{Address, Cell};
use ton_client::MsgHash;
use tycho_types::cell::HashBytes;

use super::accounts::{Larges, account_keys, account_rows};
use super::pack::Shared;
use super::rows::{
    Change, FAULTS, FaultsEntry, META, Meta, config_root, external_key, external_row, faults_row, held_key,
    held_row, message_row, meta_row, queue_key, round_key, round_row, shared_key, shared_row,
};
use crate::Node;
use crate::block::{BASECHAIN, MASTERCHAIN};
use crate::faults::Faults;
use crate::state::{AccountEntry, Ledger, State};

/// What was written so far.
#[derive(Default)]
pub(crate) struct Written {
    /// The node as it was written last; `None` before the first time.
    pub(crate) node: Option<Node>,
    pub(crate) shared: Shared,
    pub(crate) larges: Larges,
    /// Arrival of each external message that waits.
    pub(crate) arrivals: BTreeMap<MsgHash, u64>,
}

/// Rows to write, and what is known of them afterwards.
pub(crate) struct Changes {
    pub(crate) rows: Vec<Change>,
    arrivals: BTreeMap<MsgHash, u64>,
}

impl Written {
    /// Remembers that these changes were written.
    pub(crate) fn accept(&mut self, node: &Node, changes: Changes) {
        self.arrivals = changes.arrivals;
        self.node = Some(node.clone());
    }

    /// Everything that differs. `touched` names all accounts that can differ; `None` compares all of them.
    pub(crate) fn changes(&mut self, node: &Node, touched: Option<&[Address]>) -> Changes {
        let last = self.node.take();
        let mut diff = Diff { rows: Vec::new(), shared: &mut self.shared, larges: &mut self.larges };
        let empty;
        let before = match &last {
            Some(last) => &last.state,
            None => {
                empty = State::empty(node.state.config.clone(), node.state.now);
                &empty
            }
        };
        if let Some(root) = node.state.config.raw().params.as_dict().root() {
            diff.share(root);
        }
        match touched {
            Some(touched) => touched.iter().for_each(|address| {
                diff.account(address, before.accounts.get(address), node.state.accounts.get(address));
            }),
            None => diff.accounts(before, &node.state),
        }
        diff.rounds(before, &node.state);
        diff.queues(before, &node.state);
        let arrivals = diff.externals(&self.arrivals, before, &node.state);
        diff.faults(last.is_none(), &before.faults, &node.state);
        diff.meta(last.as_ref(), node);
        let rows = diff.rows;
        self.node = last;
        Changes { rows, arrivals }
    }
}

struct Diff<'a> {
    rows: Vec<Change>,
    shared: &'a mut Shared,
    larges: &'a mut Larges,
}

impl Diff<'_> {
    fn put(&mut self, key: Vec<u8>, row: Vec<u8>) {
        self.rows.push((key, Some(row)));
    }

    fn remove(&mut self, key: Vec<u8>) {
        self.rows.push((key, None));
    }

    /// Makes a cell a part that rows name.
    fn share(&mut self, part: &Cell) {
        if !self.shared.contains(part.repr_hash()) {
            self.shared.insert(part.clone());
            self.put(shared_key(part.repr_hash()), shared_row(part));
        }
    }

    fn accounts(&mut self, before: &State, now: &State) {
        let (mut old, mut new) = (before.accounts.iter().peekable(), now.accounts.iter().peekable());
        loop {
            match (old.peek(), new.peek()) {
                (Some((a, _)), Some((b, _))) if a == b => {
                    let (address, was) = old.next().expect("it was peeked at");
                    let is = new.next().map(|(_, entry)| entry);
                    self.account(address, Some(was), is);
                }
                (Some((a, _)), b) if b.is_none_or(|(b, _)| a < b) => {
                    let (address, was) = old.next().expect("it was peeked at");
                    self.account(address, Some(was), None);
                }
                (_, Some(_)) => {
                    let (address, is) = new.next().expect("it was peeked at");
                    self.account(address, None, Some(is));
                }
                (_, None) => break,
            }
        }
    }

    fn account(&mut self, address: &Address, was: Option<&AccountEntry>, is: Option<&AccountEntry>) {
        let Some(is) = is else {
            if was.is_some() {
                let keys = account_keys(self.larges, address);
                self.larges.remove(address);
                keys.into_iter().for_each(|key| self.remove(key));
            }
            return;
        };
        let (old, new) = (was.map(|entry| &entry.account), &is.account);
        let same = old.is_some_and(|old| {
            old.cell().repr_hash() == new.cell().repr_hash()
                && old.last_trans_hash() == new.last_trans_hash()
                && old.last_trans_lt() == new.last_trans_lt()
        });
        if same {
            return;
        }
        if is.facts.code_hash.is_some_and(|hash| !self.shared.contains(&HashBytes(hash.0)))
            && let Some(code) = new.code()
        {
            self.share(&code);
        }
        self.rows.extend(account_rows(self.larges, old, new, self.shared));
    }

    /// Rounds of the new state behind the newest one that both have.
    fn rounds(&mut self, before: &State, now: &State) {
        let (was, is) = (before.rounds.len(), now.rounds.len());
        let mut common = was.min(is);
        let differ = |place: usize| {
            [BASECHAIN, MASTERCHAIN].iter().any(|&workchain| {
                let id = |state: &State| state.chain(workchain).blocks.get(place).map(|block| block.id);
                id(before) != id(now)
            })
        };
        while common > 0 && differ(common - 1) {
            common -= 1;
        }
        for place in is.max(common)..was {
            self.remove(round_key(place as u32));
        }
        for place in common..is {
            let (Some(base), Some(master)) = (now.base.blocks.get(place), now.master.blocks.get(place))
            else {
                continue;
            };
            // Only at a change of the configuration this is another one than that of the state.
            if let Some(root) = config_root(master) {
                self.share(&root);
            }
            let row = round_row(base, master, self.shared);
            self.put(round_key(master.seq_no), row);
        }
    }

    fn queues(&mut self, before: &State, now: &State) {
        for workchain in [BASECHAIN, MASTERCHAIN] {
            let (old, new) = (&before.chain(workchain).queue, &now.chain(workchain).queue);
            for key in old.keys().filter(|key| !new.contains_key(key)) {
                self.remove(queue_key(workchain, key));
            }
            for (key, queued) in new.iter().filter(|(key, _)| !old.contains_key(key)) {
                let row = message_row(Vec::new(), now, &key.hash, &queued.cell, self.shared);
                self.put(queue_key(workchain, key), row);
            }
        }
    }

    /// External messages have no number of their own: their rows are numbered in the order of arrival.
    fn externals(
        &mut self,
        known: &BTreeMap<MsgHash, u64>,
        before: &State,
        now: &State,
    ) -> BTreeMap<MsgHash, u64> {
        let waits = |hash: &MsgHash| now.is_waiting(hash);
        if known.is_empty() && now.waiting_externals() == 0 {
            return BTreeMap::new();
        }
        let mut next = known.values().max().map_or(0, |last| last + 1);
        let mut arrivals = BTreeMap::new();
        for workchain in [BASECHAIN, MASTERCHAIN] {
            let mut last = None;
            for (hash, cell) in &now.chain(workchain).externals {
                let number = match known.get(hash) {
                    Some(&number) if last.is_none_or(|last| number > last) => number,
                    // New, or moved back by a fault.
                    earlier => {
                        if let Some(&number) = earlier {
                            self.remove(external_key(number));
                        }
                        let row = external_row(workchain, cell, self.shared);
                        self.put(external_key(next), row);
                        next += 1;
                        next - 1
                    }
                };
                last = Some(number);
                arrivals.insert(*hash, number);
            }
        }
        let gone =
            before.base.externals.iter().chain(&before.master.externals).filter(|(hash, _)| !waits(hash));
        for (hash, _) in gone {
            if let Some(&number) = known.get(hash) {
                self.remove(external_key(number));
            }
        }
        arrivals
    }

    fn faults(&mut self, first: bool, before: &Faults, now: &State) {
        let faults = &now.faults;
        for &(due, number) in before.held.keys().filter(|key| !faults.held.contains_key(key)) {
            self.remove(held_key(due, number));
        }
        for (key, held) in &faults.held {
            // Another past can give the same number to another message.
            if before.held.get(key).is_none_or(|old| old.hash != held.hash) {
                let row = held_row(held, now, self.shared);
                self.put(held_key(key.0, key.1), row);
            }
        }
        let same = !first
            && (before.next_id, before.next_held) == (faults.next_id, faults.next_held)
            && Arc::ptr_eq(&before.rules, &faults.rules)
            && before.marks.is_empty()
            && faults.marks.is_empty();
        let entry = |faults: &Faults| FaultsEntry {
            next_id: faults.next_id,
            next_held: faults.next_held,
            rules: faults.rules.to_vec(),
            marks: faults.marks.iter().map(|(&message, &mark)| (message, mark)).collect(),
        };
        if !same && (first || entry(before) != entry(faults)) {
            self.put(vec![FAULTS], faults_row(&entry(faults)));
        }
    }

    fn meta(&mut self, before: Option<&Node>, now: &Node) {
        let row = |node: &Node, shared: &Shared| {
            let Ledger { supply, fees, burned, undeliverable, dropped } = node.state.ledger;
            let meta = Meta {
                now: node.state.now.0,
                ledger: [supply, fees, burned, undeliverable, dropped],
                options: node.options.clone(),
                head: node.state.head().seq_no,
            };
            meta_row(&meta, &node.state.config, shared)
        };
        let new = row(now, self.shared);
        if before.is_none_or(|before| row(before, self.shared) != new) {
            self.put(vec![META], new);
        }
    }
}
