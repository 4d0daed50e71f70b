//! What the getters say is what the model knows.

use std::collections::{BTreeMap, BTreeSet};

use governance::contest::{Entry, Juror as Seat, Ledger, Payout, Rank, Standing};
use governance::jury_pool::{Draw, Juror};
use governance::model::contest::Contest;
use governance::model::decision::State;
use governance::model::entry::Nomination;
use governance::model::proposal::Proposal;
use governance::model::wallet::Subject;
use governance::organisation::Params;
use governance::proposal::{Choice, Info, Tally, Vote};
use governance::registry::{
    Candidate, ContestRecord, Member, OpenProposal, Pending, Published, Status, Step, Threshold,
};
use governance::text::Digest;
use governance::treasury::{Item, Stage};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ton_abi::{PublicKey, UnixTime};
use workspace_tests::community::number;

use crate::run::{Place, Run};

/// Page of getters that answer page by page.
const PAGE: u8 = 100;

impl Run {
    /// Compares one contract with the model.
    #[track_caller]
    pub(crate) fn compare(&mut self, place: Place) {
        match place {
            Place::Registry => {
                self.compare_members();
                self.compare_directory();
            }
            Place::Multisig => self.compare_wallet(),
            Place::Treasury => self.compare_treasury(),
            Place::Pool => self.compare_pool(),
            Place::Proposal(id) => self.compare_proposal(id),
            Place::Contest(id) => self.compare_contest(id),
        }
    }

    /// Compares everything.
    #[track_caller]
    pub(crate) fn compare_all(&mut self) {
        let mut places = vec![Place::Registry, Place::Multisig, Place::Treasury, Place::Pool];
        places.extend(self.model.open.keys().map(|id| Place::Proposal(*id)));
        places.extend(self.model.contests.keys().map(|id| Place::Contest(*id)));
        for place in places {
            self.compare(place);
        }
    }

    #[track_caller]
    fn ask<T: DeserializeOwned>(&self, place: Place, getter: &str, params: &Value, value: &str) -> T {
        let answer = self.get(place, getter, params);
        let answer = if value.is_empty() { answer } else { answer[value].clone() };
        serde_json::from_value(answer).unwrap_or_else(|error| panic!("{place:?}.{getter}: {error}"))
    }

    #[track_caller]
    fn same<T: PartialEq + std::fmt::Debug>(&self, what: &str, chain: T, model: T) {
        if chain == model {
            return;
        }
        let (chain, model) = (format!("{chain:?}"), format!("{model:?}"));
        let equal = chain.bytes().zip(model.bytes()).take_while(|(one, other)| one == other).count();
        let part = |text: &str| text.chars().skip(equal.saturating_sub(300)).take(500).collect::<String>();
        panic!("{what}\nchain: … {}\nmodel: … {}{}", part(&chain), part(&model), self.story());
    }

    fn compare_members(&self) {
        let members: Vec<Member> = self.ask(Place::Registry, "getMembers", &json!({}), "members");
        let found: Vec<_> = members.iter().map(member_row).collect();
        let mut expected: Vec<_> =
            self.model.members.seats.iter().map(|(key, it)| model_row(*key, it)).collect();
        expected.sort_by_key(|row| row.0);
        self.same("members", found, expected);
        let threshold: Threshold = self.ask(Place::Registry, "getThreshold", &json!({}), "");
        let model = &self.model.members;
        let members = u8::try_from(model.count()).expect("few members");
        let expected = Threshold { members, threshold: model.threshold(), epoch: model.epoch };
        self.same("threshold", threshold, expected);
        let status: Status = self.ask(Place::Registry, "getStatus", &json!({}), "");
        let open = u8::try_from(self.model.open.len()).expect("few proposals");
        self.same(
            "status",
            (
                status.is_live(),
                status.under_min,
                status.open,
                status.next_proposal,
                u32::from(status.contests),
            ),
            (
                true,
                model.is_under_min(&self.model.params),
                open,
                self.model.next_proposal,
                self.model.last_contest,
            ),
        );
        let params: Params = self.ask(Place::Registry, "getParams", &json!({}), "params");
        self.same("params", params, self.model.params);
        let found: Vec<Candidate> =
            self.ask(Place::Registry, "getCandidates", &json!({ "afterId": 0, "limit": PAGE }), "candidates");
        let expected = model.candidates.iter().map(|(number, it)| Candidate {
            number: *number,
            key: it.key,
            addr: it.addr.clone(),
            contest_id: it.contest,
            entry_id: it.entry.into(),
            place: it.place,
            end_time: it.end_time,
            expires: it.expires,
        });
        self.same("candidates", found, expected.collect());
        let found: Vec<OpenProposal> = self.ask(
            Place::Registry,
            "getOpenProposals",
            &json!({ "afterId": 0, "limit": PAGE }),
            "proposals",
        );
        let found: Vec<_> = found
            .iter()
            .map(|it| (it.id, it.kind, it.epoch, it.proposer, it.threshold, it.running))
            .collect();
        let expected = self.model.open.iter().map(|(id, open)| {
            let terms = &self.model.proposals[id].terms;
            let running = open.state == State::Running;
            (*id, terms.action.kind(), terms.epoch, open.proposer, terms.threshold, running)
        });
        self.same("open proposals", found, expected.collect());
        let page = json!({ "afterNonce": "0", "limit": PAGE });
        let found: Vec<Pending> = self.ask(Place::Registry, "getPending", &page, "requests");
        let found: Vec<_> = found
            .iter()
            .map(|it| (it.nonce, it.step, it.proposal, it.subject, it.sent_at, it.tries))
            .collect();
        let requests = self.model.requests.open.iter();
        let requests =
            requests.map(|(nonce, it)| (*nonce, it.step, it.proposal, it.subject, it.sent_at, it.tries));
        let wishes = self.model.wallet.wishes.iter().map(|(subject, wish)| {
            let contest = if let Subject::Contest(id) = subject { *id } else { 0 };
            (wish.nonce, Step::Confirm, 0, contest, wish.sent_at, wish.tries)
        });
        let mut expected: Vec<_> = requests.chain(wishes).collect();
        expected.sort_unstable_by_key(|row| row.0);
        self.same("requests of the registry", found, expected);
    }

    fn compare_directory(&self) {
        let found: Vec<ContestRecord> =
            self.ask(Place::Registry, "getContests", &json!({ "afterId": 0, "limit": PAGE }), "contests");
        let found: Vec<_> = found
            .into_iter()
            .map(|it| {
                let sets: [BTreeSet<PublicKey>; 2] =
                    [it.excluded, it.hold_keys].map(|all| all.into_iter().collect());
                let place = (it.id, it.stage, it.item, it.topic, it.kind, it.proposal);
                (place, (it.status, it.ending, it.finalized_at, it.hold_used), sets)
            })
            .collect();
        let expected = self.model.directory.iter().map(|(id, it)| {
            let place = (*id, it.stage, it.item, it.topic, it.kind, it.proposal);
            let sets = [it.excluded.clone(), it.hold_keys.clone()];
            (place, (it.status, it.ending, it.finalized_at, it.hold_used), sets)
        });
        self.same("contests", found, expected.collect());
        let found: Vec<Published> =
            self.ask(Place::Registry, "getCatalog", &json!({ "afterId": 0, "limit": PAGE }), "records");
        let found: Vec<_> = found.iter().map(|it| (it.contest_id, it.version, it.record_hash)).collect();
        let expected = self
            .model
            .directory
            .iter()
            .filter_map(|(id, it)| it.record.as_ref().map(|record| (*id, record.version, record.hash)));
        self.same("catalog", found, expected.collect());
    }

    fn compare_proposal(&self, id: u32) {
        let Some(model) = self.model.proposals.get(&id) else { return };
        let place = Place::Proposal(id);
        let info: Info = self.ask(place, "getInfo", &json!({}), "info");
        let terms = &model.terms;
        self.same(
            &format!("proposal {id}"),
            (
                info.kind,
                info.proposer,
                info.epoch,
                usize::from(info.electors),
                info.class_threshold,
                info.soft,
            ),
            (
                terms.action.kind(),
                terms.proposer,
                terms.epoch,
                terms.electorate.len(),
                terms.threshold,
                terms.soft,
            ),
        );
        self.same(
            &format!("course of proposal {id}"),
            (
                info.start,
                info.end,
                info.exec_after,
                info.expire_at,
                info.outcome,
                info.in_progress,
                info.code,
            ),
            (
                terms.start,
                terms.end,
                model.exec_after,
                model.expire_at,
                model.outcome(self.now()),
                model.in_progress,
                model.code,
            ),
        );
        let tally: Tally = self.ask(place, "getOutcome", &json!({}), "");
        let votes = model.votes();
        self.same("tally", (tally.yes, tally.no, tally.abstain), (votes.yes, votes.no, votes.abstain));
        let mut found: Vec<Vote> = self.ask(place, "getVotes", &json!({}), "votes");
        found.sort_by_key(|vote| vote.key);
        let found: Vec<_> =
            found.iter().map(|it| (it.key, it.index, it.excluded, it.choice, it.changes, it.at)).collect();
        self.same("votes", found, ballots(model));
    }

    fn compare_treasury(&self) {
        let treasury = &self.model.treasury;
        let stages: Vec<Stage> = self.ask(Place::Treasury, "getStages", &json!({}), "stages");
        for (number, found) in (1..).zip(&stages) {
            let model = &treasury.stages[&number];
            self.same(
                &format!("stage {number}"),
                (
                    (found.status, found.plan_budget, found.received, found.carry_in, found.carry_out),
                    (
                        found.allocated,
                        found.refunded,
                        found.available,
                        found.reserved,
                        found.sent,
                        found.open,
                    ),
                    found.report_hash,
                ),
                (
                    (model.status, model.budget, model.received, model.carry_in, model.carry_out),
                    (
                        model.allocated,
                        model.refunded,
                        model.available,
                        model.reserved,
                        model.sent,
                        model.open,
                    ),
                    model.report_hash.unwrap_or_default(),
                ),
            );
            let items: Vec<Item> =
                self.ask(Place::Treasury, "getItems", &json!({ "stage": number }), "items");
            for item in items {
                self.same(&format!("item {}", item.number), item.left, treasury.items[&item.number].left);
            }
        }
        let ledger = self.get(Place::Treasury, "getLedger", &json!({}))["ledger"].clone();
        assert_eq!(ledger["holds"], json!(true), "I9 on the chain: {ledger}{}", self.story());
        let field = |name: &str| number(&ledger[name]);
        self.same(
            "ledger",
            (field("booked"), field("orgAvailable"), field("orgReserved"), field("unassigned")),
            (treasury.booked().0, treasury.org_available.0, treasury.org_reserved.0, treasury.unassigned.0),
        );
    }

    fn compare_pool(&self) {
        let jurors: Vec<Juror> =
            self.ask(Place::Pool, "getJurors", &json!({ "afterKey": 0, "limit": PAGE }), "jurors");
        let pool = &self.model.pool;
        let expected = pool.jurors.iter().map(|(key, it)| Juror {
            key: *key,
            addr: it.addr.clone(),
            topic_mask: it.topic_mask,
            since: it.since,
            from_contest: it.from_contest,
            status: it.status,
            missed: it.missed,
            judged: it.judged,
            busy: u8::try_from(pool.busy(key)).expect("few contests"),
        });
        self.same("jurors", jurors, expected.collect());
        let mirror: BTreeSet<PublicKey> = self.ask(Place::Pool, "getMirror", &json!({}), "keys");
        self.same("mirror", mirror, pool.members.clone());
        let draws: Vec<Draw> =
            self.ask(Place::Pool, "getContests", &json!({ "afterId": 0, "limit": PAGE }), "contests");
        let found: Vec<_> = draws
            .into_iter()
            .map(|it| {
                let recused: BTreeSet<_> = it.recused.into_iter().collect();
                (it.contest_id, it.kind, it.topic, it.bootstrap, it.state, it.jury, recused)
            })
            .collect();
        let expected = pool.contests.iter().map(|(id, it)| {
            (*id, it.kind, it.topic, it.bootstrap, it.state, it.jury.clone(), it.recused.clone())
        });
        self.same("contests of the pool", found, expected.collect());
    }

    fn compare_wallet(&mut self) {
        let wallet = &self.model.wallet;
        let epoch = number(&self.get(Place::Multisig, "getEpoch", &json!({}))["epoch"]);
        let parameters = self.get(Place::Multisig, "getParameters", &json!({}));
        let required = number(&parameters["requiredTxnConfirms"]);
        self.same("wallet", (epoch, required), (wallet.epoch.into(), wallet.required.into()));
        let custodians = self.get(Place::Multisig, "getCustodians", &json!({}))["custodians"].clone();
        let custodians: Vec<governance::multisig::Custodian> =
            serde_json::from_value(custodians).expect("custodians");
        let keys: BTreeSet<_> = custodians.iter().map(|it| it.key).collect();
        self.same("custodians", keys, wallet.custodians.keys().copied().collect());
        let index: BTreeMap<_, _> = custodians.iter().map(|it| (it.key, it.index)).collect();
        let mut found = Vec::new();
        for item in self.pending() {
            let field = |name: &str| number(&item[name]);
            let subject = self.subject(&item);
            let live = field("epoch") == epoch && field("until") > u128::from(self.now().0);
            if live {
                let masks = ["confirmationsMask", "rejectionsMask", "excludedMask"].map(field);
                let rest = (field("signsRequired"), field("until"), field("revokes"), field("state") == 3);
                found.push((subject, masks, rest));
            }
        }
        found.sort();
        let wallet = &self.model.wallet;
        let now = self.now();
        let mask = |keys: &BTreeSet<PublicKey>| {
            keys.iter().filter_map(|key| index.get(key)).map(|index| 1_u128 << index).sum::<u128>()
        };
        let live = wallet.orders.iter().filter(|(_, order)| wallet.is_live(order, now));
        let expected = live.map(|(subject, it)| {
            let masks = [&it.confirmed, &it.rejected, &it.excluded].map(mask);
            (*subject, masks, (it.required.into(), it.until.0.into(), it.revokes.into(), it.closed))
        });
        let expected = expected.collect();
        self.same("queue of the wallet", found, expected);
    }

    /// What the model calls an item of the queue.
    fn subject(&self, item: &Value) -> Subject {
        let nonce = u64::try_from(number(&item["nonce"])).expect("a nonce");
        if nonce == 0 {
            return Subject::Payment(u64::try_from(number(&item["id"])).expect("an id"));
        }
        *self.orders.get(&nonce).expect("the registry wants what it enqueued")
    }

    fn compare_contest(&self, id: u32) {
        let Some(model) = self.model.contests.get(&id) else { return };
        let place = Place::Contest(id);
        let standing: Standing = self.ask(place, "getPhase", &json!({}), "info");
        self.same(&format!("contest {id}"), standing, self.standing(model));
        let pages = json!({ "from": 0, "n": PAGE });
        let entries: Vec<Entry> = self.ask(place, "getEntries", &pages, "entries");
        let found: Vec<_> = entries
            .into_iter()
            .map(|it| (it.id, it.wallet, it.key, it.member, it.at, it.judged, it.nominated))
            .collect();
        let expected = model.entries.iter().map(|(number, it)| {
            let nominated = match it.nominated {
                Nomination::No => 0,
                Nomination::Yes => 1,
                Nomination::Refused => 2,
            };
            (*number, it.wallet.clone(), it.key, it.member.is_some(), it.at, it.judged, nominated)
        });
        self.same(&format!("entries of {id}"), found, expected.collect());
        let seats: Vec<Seat> = self.ask(place, "getJury", &json!({}), "jurors");
        let expected = model.jury.iter().map(|(key, it)| Seat {
            index: it.index,
            key: *key,
            addr: it.addr.clone(),
            state: it.state as u8,
            commits: it.commits,
            comments: it.comments,
        });
        self.same(&format!("jury of {id}"), seats, expected.collect());
        let ranking: Vec<Rank> = self.ask(place, "getRanking", &json!({}), "ranking");
        let found: Vec<_> =
            ranking.iter().map(|it| (it.place, it.entry, it.average, it.points, it.prize)).collect();
        let expected = model.ranking.iter().map(|it| (it.place, it.entry, it.average, it.points, it.prize));
        self.same(&format!("ranking of {id}"), found, expected.collect());
        let items: Vec<Payout> = self.ask(place, "getPayouts", &pages, "items");
        let expected = model.books.items.iter().map(|(number, it)| Payout {
            item: *number,
            to: it.to.clone(),
            key: it.key,
            amount: it.amount,
            state: it.state,
        });
        self.same(&format!("payouts of {id}"), items, expected.collect());
        let ledger: Ledger = self.ask(place, "getLedger", &json!({}), "");
        assert!(ledger.budget.holds() && ledger.deposits.holds(), "I10 on the chain: {ledger:?}");
        let owed = model.books.owed(model.desk.org_sent);
        let expected = Ledger { budget: model.books.budget, deposits: model.books.deposits, owed };
        self.same(&format!("books of {id}"), ledger, expected);
        let asks = self.get(place, "getPending", &json!({}))["requests"].clone();
        let asks = asks.as_array().expect("a list").iter();
        let found = asks.map(|it| ["nonce", "kind", "at", "tries", "amount"].map(|name| number(&it[name])));
        let expected = model.desk.asks.iter().map(|(nonce, it)| {
            let (kind, amount) = (it.kind as u8 + 1, it.amount.0 + it.deposits.0);
            [u128::from(*nonce), kind.into(), it.at.0.into(), it.tries.into(), amount]
        });
        self.same(&format!("requests of {id}"), found.collect::<Vec<_>>(), expected.collect());
    }

    fn standing(&self, model: &Contest) -> Standing {
        let small = |count: usize| u8::try_from(count).expect("few");
        Standing {
            phase: model.phase(self.now()),
            recorded: model.recorded,
            ending: model.ending,
            open_at: model.spec.open_at,
            entries_end: model.entries_end,
            commit_end: model.commit_end,
            reveal_end: model.reveal_end,
            extended: model.extended,
            tallied_at: model.tallied_at.unwrap_or_default(),
            confirm_by: model.confirm_by,
            announced: model.announced,
            confirmed: model.confirmed,
            held_until: model.held_until,
            held_total: governance::organisation::Span(model.held_total),
            entries: small(model.entries.len()),
            jurors: small(model.jury.len()),
            revealed: small(model.revealed()),
        }
    }
}

/// What is compared of a member.
type Row = (u8, PublicKey, [UnixTime; 2], Option<ton_abi::Address>, [Digest; 2], (u32, u8), PublicKey, u8);

fn member_row(it: &Member) -> Row {
    let hashes = [it.profile_hash, it.dod_hash];
    let won = (it.from_contest, it.place);
    (it.index, it.key, [it.joined_at, it.dod_at], it.payout.clone(), hashes, won, it.origin, it.open)
}

fn model_row(key: PublicKey, it: &governance::model::members::Member) -> Row {
    let (dod, dod_at) = it.declaration.unwrap_or_default();
    let hashes = [it.profile_hash, dod];
    (
        it.index,
        key,
        [it.joined_at, dod_at],
        it.payout.clone(),
        hashes,
        it.won.unwrap_or_default(),
        it.origin,
        it.open,
    )
}

/// What is compared of an elector.
type Ballot = (PublicKey, u8, bool, Choice, u8, UnixTime);

fn ballots(model: &Proposal) -> Vec<Ballot> {
    let electors = model.terms.electorate.iter();
    let row = |(key, index): (&PublicKey, &u8)| {
        let ballot = model.ballots.get(key);
        let choice = ballot.map_or(Choice::None, |it| it.choice);
        let (changes, at) = ballot.map_or((0, UnixTime(0)), |it| (it.changes, it.at));
        (*key, *index, model.terms.excluded.contains(key), choice, changes, at)
    };
    electors.map(row).collect()
}
