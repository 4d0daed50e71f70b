//! Lies of a network and of a file: each is named for what it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use localnet::SharedNode;
use results::{Catalogue, Check, Difference, check, compare};
use serde_json::Value;
use ton_abi::{Address, Cell, CellBuilder, Lt};
use ton_client::net::{FoundTransaction, Head, Transport, TransportError};
use ton_client::{MsgHash, TxHash};

use crate::story::{contracts, facts, story};

type Answer<T> = Result<T, TransportError>;

/// A network that tells the truth but for what it was told to say.
struct Liar {
    honest: SharedNode,
    accounts: BTreeMap<String, chain::Account>,
    hidden: BTreeSet<TxHash>,
    lost: BTreeSet<MsgHash>,
}

impl Liar {
    fn new() -> Self {
        Self {
            honest: story().network(),
            accounts: BTreeMap::new(),
            hidden: BTreeSet::new(),
            lost: BTreeSet::new(),
        }
    }

    /// Tells other data of an account: one run of bits in place of another.
    fn data(mut self, address: &Address, from: &[u8], to: &[u8]) -> Self {
        let node = story().network();
        let data = node.lock().account(address).data().expect("a contract has data");
        let forged = forge(&data, &bits(from), &bits(to)).expect("the data has it");
        node.lock().set_data(address, forged).expect("a contract");
        self.accounts.insert(address.to_string(), node.lock().account(address));
        self
    }

    /// Tells another code of an account.
    fn code(mut self, address: &Address, code: Cell) -> Self {
        let node = story().network();
        node.lock().set_code(address, code).expect("a contract");
        self.accounts.insert(address.to_string(), node.lock().account(address));
        self
    }

    /// What is not as it should be, as seen through this network.
    fn differences(self) -> Vec<Difference> {
        check(&story().collect(Arc::new(self)), contracts()).differences
    }
}

#[async_trait]
impl Transport for Liar {
    fn name(&self) -> String {
        "liar".to_owned()
    }

    async fn config(&self) -> Answer<chain::Config> {
        self.honest.config().await
    }

    async fn head(&self, address: &Address) -> Answer<Head> {
        self.honest.head(address).await
    }

    async fn wait_block(&self, address: &Address, after: &Head, timeout: Duration) -> Answer<Option<Head>> {
        self.honest.wait_block(address, after, timeout).await
    }

    async fn post(&self, message: &[u8]) -> Answer<()> {
        self.honest.post(message).await
    }

    async fn account(&self, address: &Address) -> Answer<chain::Account> {
        match self.accounts.get(&address.to_string()) {
            Some(account) => Ok(account.clone()),
            None => self.honest.account(address).await,
        }
    }

    async fn transaction(&self, hash: &TxHash) -> Answer<Option<FoundTransaction>> {
        self.honest.transaction(hash).await
    }

    async fn transaction_of(&self, in_msg: &MsgHash) -> Answer<Option<FoundTransaction>> {
        if self.lost.contains(in_msg) { Ok(None) } else { self.honest.transaction_of(in_msg).await }
    }

    async fn transactions(
        &self,
        account: &Address,
        last: Option<Lt>,
        limit: usize,
    ) -> Answer<Vec<FoundTransaction>> {
        let mut found = self.honest.transactions(account, last, limit).await?;
        found.retain(|transaction| !self.hidden.contains(&transaction.hash()));
        Ok(found)
    }

    async fn message(&self, hash: &MsgHash) -> Answer<Option<Cell>> {
        self.honest.message(hash).await
    }
}

fn bits(bytes: &[u8]) -> Vec<bool> {
    bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect()
}

/// The tree of cells with the first run of bits replaced; `None` if it has none.
fn forge(cell: &Cell, from: &[bool], to: &[bool]) -> Option<Cell> {
    let mut slice = cell.as_slice().expect("an ordinary cell");
    let mut own: Vec<bool> = (0..slice.size_bits()).map(|_| slice.load_bit().expect("a bit")).collect();
    let mut children: Vec<Cell> =
        (0..slice.size_refs()).map(|_| slice.load_reference_cloned().expect("a reference")).collect();
    let found = own.windows(from.len()).position(|window| window == from);
    if let Some(at) = found {
        own[at..at + to.len()].copy_from_slice(to);
    } else {
        let forged = children.iter().position(|child| forge(child, from, to).is_some())?;
        children[forged] = forge(&children[forged], from, to)?;
    }
    let mut builder = CellBuilder::new();
    for bit in own {
        builder.store_bit(bit).expect("as long as before");
    }
    for child in children {
        builder.store_reference(child).expect("as many as before");
    }
    Some(builder.build().expect("as large as before"))
}

/// Asserts that a difference is among those found.
#[track_caller]
fn named(differences: &[Difference], check: Check, place: &str, what: &str) {
    let found =
        differences.iter().any(|it| it.check == check && it.place.starts_with(place) && it.what == what);
    let lines: Vec<_> = differences.iter().map(ToString::to_string).collect();
    assert!(found, "{check}: {place}: {what} among\n{}", lines.join("\n"));
}

fn line(entry: u8, score: u8, comment: &[u8; 32]) -> Vec<u8> {
    [&[entry, 0, score][..], comment].concat()
}

#[test]
fn another_code_is_named() {
    let contest = &facts().contests[2].account.address;
    // The same contract with one more cell behind its code is another one.
    let code = story().network().lock().account(contest).code().expect("a code");
    let mut builder = CellBuilder::new();
    builder.store_slice(code.as_slice().expect("an ordinary cell")).expect("a copy");
    builder.store_bit_one().expect("one more bit");
    let found = Liar::new().code(contest, builder.build().expect("a cell")).differences();
    named(&found, Check::Code, "contest 3", "hash of the code");
    named(&found, Check::History, "contest 3", "transactions");
}

#[test]
fn another_score_in_a_card_is_named() {
    let contest = &facts().contests[0];
    let card = &contest.cards[0].lines[0];
    let (from, to) = (line(1, card.score, &card.comment.0), line(1, card.score - 1, &card.comment.0));
    let found = Liar::new().data(&contest.account.address, &from, &to).differences();
    named(&found, Check::Card, "contest 1, juror 0, entry 1", "score");
    named(&found, Check::Counts, "contest 1, entry 1", "points");
    named(&found, Check::Ranking, "contest 1, position 1 of the ranking", "entry");
    named(&found, Check::Ranking, "contest 1, position 1 of the ranking", "prize, TON");
    named(&found, Check::Hash, "contest 1", "hash of the ranking");
}

#[test]
fn another_payee_is_named() {
    let contest = &facts().contests[2];
    let payout = &contest.payouts[0];
    let amount = payout.amount.0.to_be_bytes();
    let from = [&payout.to.address.0[..], &payout.key.0, &amount].concat();
    let to = [&[0x66; 32][..], &payout.key.0, &amount].concat();
    let found = Liar::new().data(&contest.account.address, &from, &to).differences();
    let place = format!("contest 3, payout {}", payout.item);
    named(&found, Check::Payout, &place, "payee");
    let by_check: BTreeSet<Check> = found.iter().map(|difference| difference.check).collect();
    assert_eq!(by_check, BTreeSet::from([Check::History, Check::Payout]), "nothing else: {found:?}");
}

#[test]
fn another_amount_is_named() {
    let contest = &facts().contests[0];
    let payout = &contest.payouts[0];
    let own = |amount: u128| [&payout.key.0[..], &amount.to_be_bytes()].concat();
    let (from, to) = (own(payout.amount.0), own(payout.amount.0 + 1));
    let found = Liar::new().data(&contest.account.address, &from, &to).differences();
    named(&found, Check::Payout, "contest 1, payout 1", "amount, TON");
}

#[test]
fn a_payout_that_is_not_in_the_history_is_named() {
    let contest = &facts().contests[0];
    let payment = &contest.payments[0];
    let mut liar = Liar::new();
    liar.hidden.insert(payment.transfer.sent_in);
    let found = liar.differences();
    named(&found, Check::History, "contest 1", "transactions");
    let place = format!("contest 1, payout {}", payment.item);
    named(&found, Check::Payment, &place, "state by the messages");
    named(&found, Check::Books, "contest 1", "sent");
}

#[test]
fn a_payout_that_never_arrived_is_named() {
    let payment = &facts().contests[0].payments[0];
    let mut liar = Liar::new();
    liar.lost.insert(payment.transfer.message);
    let found = liar.differences();
    assert_eq!(found.len(), 1, "{found:?}");
    named(&found, Check::Payment, &format!("contest 1, payout {}", payment.item), "arrival");
}

#[test]
fn hidden_votes_entries_and_grants_are_named() {
    let proposal = &facts().proposals[0];
    let vote = proposal.history.signed().next().expect("somebody voted").0.hash;
    let submitted = |contest: usize| {
        facts().contests[contest].history.events_of("EntrySubmitted").next().expect("an entry").0.hash
    };
    let grant = facts().treasury.events_of("StageFunded").next().expect("a grant").0.hash;
    let mut liar = Liar::new();
    liar.hidden.extend([vote, submitted(2), grant]);
    let found = liar.differences();
    named(&found, Check::Vote, "proposal 1, elector 0", "vote");
    named(&found, Check::Entry, "contest 3, entry 1", "entry");
    named(&found, Check::Stage, "stage 1", "received");
    for place in ["proposal 1", "contest 3", "treasury"] {
        named(&found, Check::History, place, "transactions");
    }
}

/// Ways to the leaves of a JSON value, without the places in lists, each with one pointer of that kind.
fn leaves(value: &Value, kind: &str, pointer: &str, all: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                leaves(value, &format!("{kind}.{name}"), &format!("{pointer}/{name}"), all);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                leaves(value, &format!("{kind}[]"), &format!("{pointer}/{index}"), all);
            }
        }
        _ => {
            all.insert(kind.to_owned(), pointer.to_owned());
        }
    }
}

fn alter(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(format!("{text}x")),
        Value::Number(number) => Value::from(number.as_u64().unwrap_or_default() + 1),
        Value::Bool(truth) => Value::Bool(!truth),
        _ => Value::String("something".to_owned()),
    }
}

#[test]
fn every_kind_of_fact_that_a_file_alters_is_named_alone() {
    let chain = serde_json::to_value(Catalogue::of(facts())).unwrap();
    assert!(compare(&chain, &chain).differences.is_empty());
    let mut kinds = BTreeMap::new();
    leaves(&chain, "", "", &mut kinds);
    assert!(kinds.len() > 150, "{} kinds of facts", kinds.len());
    for (kind, pointer) in kinds {
        let mut file = chain.clone();
        let leaf = file.pointer_mut(&pointer).expect("a leaf");
        *leaf = alter(leaf);
        let found = compare(&chain, &file).differences;
        assert_eq!(found.len(), 1, "{kind}: {found:?}");
        let name = pointer.rsplit('/').next().expect("a name");
        assert!(found[0].what.starts_with(name) || kind.ends_with("[]"), "{pointer}: {}", found[0]);
        assert_ne!(found[0].expected, found[0].found);
    }
}

#[test]
fn what_a_file_leaves_out_or_adds_is_named() {
    let chain = serde_json::to_value(Catalogue::of(facts())).unwrap();
    let mut file = chain.clone();
    let payouts = file.pointer_mut("/contests/0/payouts").and_then(Value::as_array_mut).expect("payouts");
    let last = payouts.pop().expect("a payout");
    let found = compare(&chain, &file).differences;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].found.as_str(), found[0].place.as_str()),
        ("nothing", "contests[0: id 1]"),
        "{}",
        found[0]
    );
    assert!(found[0].what.contains(&format!("item {}", last["item"])), "{}", found[0]);

    let mut file = chain.clone();
    file["contests"].as_array_mut().expect("contests").push(serde_json::json!({ "id": 9 }));
    file["organisation"]["motto"] = "trust us".into();
    let found: Vec<_> =
        compare(&chain, &file).differences.iter().map(|it| (it.what.clone(), it.expected.clone())).collect();
    assert_eq!(
        found,
        [("motto", "nothing"), ("contests[3: id 9]", "nothing")].map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
}

#[test]
fn what_is_no_catalogue_is_not_read() {
    let catalogue = results::to_json(&Catalogue::of(facts())).unwrap();
    assert!(results::read_file(catalogue.as_bytes()).is_ok());
    let wrapped = format!(
        "{{\"schema\": \"subgov/1\", \"ok\": true, \"data\": {catalogue}, \"errors\": [], \"warnings\": [] }}"
    );
    assert!(results::read_file(wrapped.as_bytes()).is_ok());
    for (text, why) in [
        ("", "it is not JSON"),
        ("[]", "its schema is missing"),
        ("{\"schema\": \"subgov-results/2\"}", "its schema is \"subgov-results/2\""),
        ("{\"schema\": 1}", "its schema is 1"),
    ] {
        let error = results::read_file(text.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with(why), "{error}");
    }
}
