//! Random sequences of legal and illegal messages, each compared with the model (governance 5.14; T46, T51, I7-I9).

use fastrand::Rng;
use serde_json::json;
use ton_abi::{Address, MessageView};

use crate::books::{
    BOOK, Books, CALL, FLOOR, STEP, Sent, Step, TON, escrow, giver, multisig, number, payee, registry,
    stranger,
};
use crate::model::{Budget, Model, Reply};
use crate::moves::{
    closing, confirmation, contest, funding, list_hash, paying, refunding, reservation, sharing,
};
use crate::plan::Plan;

/// Ids of contests that come up.
const CONTESTS: u32 = 80;

/// The treasury beside its model.
struct Run {
    rng: Rng,
    books: Books,
    model: Model,
    /// Fundings that left, also those that were settled: contest, nonce and message.
    fundings: Vec<(u32, u64, MessageView)>,
    /// Payments that left: list, position and message.
    payments: Vec<(u32, u8, MessageView)>,
    /// Messages that were accepted, bounced or refused, to show that each came up.
    counts: [usize; 3],
}

impl Run {
    fn new(seed: u64) -> Self {
        let plan = Plan::of(&[&[30, 20, 0], &[25, 10], &[40], &[5, 5, 7], &[60], &[8, 9], &[3], &[50, 1]]);
        let mut books = Books::with(&plan);
        books.world.puppets.extend((0..CONTESTS).map(escrow));
        Self {
            rng: Rng::with_seed(seed),
            books,
            model: Model::new(&plan),
            fundings: Vec::new(),
            payments: Vec::new(),
            counts: [0; 3],
        }
    }

    /// Mostly the one who may, sometimes another.
    fn sender(&mut self, right: Address) -> (Address, bool) {
        if self.rng.u8(0..12) > 0 {
            return (right, true);
        }
        let other = [stranger(), registry(), multisig(), escrow(0), payee(0)];
        let other = other[self.rng.usize(0..other.len())].clone();
        let same = other == right;
        (other, same)
    }

    /// An answer, or a message that went home.
    fn expect(&mut self, step: &Step, to: &Address, nonce: u64, expected: Reply) {
        match expected {
            Ok(code) => {
                assert_eq!(step.code, 0);
                let answer = step.sent.iter().find_map(|sent| match sent {
                    Sent::Done { to: answered, nonce, code, .. } if answered == to => {
                        Some((answered, *nonce, *code))
                    }
                    _ => None,
                });
                assert_eq!(answer, Some((to, nonce, code)));
                self.counts[usize::from(code != 0)] += 1;
            }
            Err(code) => {
                assert_eq!(step.code, code);
                assert!(matches!(&step.sent[..], [Sent::Back { to: home, .. }] if home == to));
                self.counts[2] += 1;
            }
        }
    }

    fn stage(&mut self) -> u8 {
        let open = self.model.stages.iter().position(|stage| stage.status != 2).unwrap_or(7);
        if self.rng.u8(0..5) > 0 { u8::try_from(open + 1).expect("eight") } else { self.rng.u8(0..10) }
    }

    fn amount(&mut self) -> u128 {
        let tons = u128::from(self.rng.u8(0..40)) * TON;
        if self.rng.bool() { tons } else { tons + u128::from(self.rng.u32(..)) }
    }

    /// A contest; preferably one whose budget is in this state.
    fn contest(&mut self, state: Budget) -> u32 {
        let running = self.model.contests.iter().filter(|(_, c)| c.state == state && !c.over);
        let fitting: Vec<_> = running.map(|(id, _)| *id).collect();
        if !fitting.is_empty() && self.rng.u8(0..5) > 0 {
            return fitting[self.rng.usize(0..fitting.len())];
        }
        let known: Vec<_> = self.model.contests.keys().copied().collect();
        if known.is_empty() || self.rng.u8(0..8) == 0 {
            return self.rng.u32(0..CONTESTS);
        }
        known[self.rng.usize(0..known.len())]
    }

    fn step(&mut self) {
        match self.rng.u8(0..100) {
            0..12 => self.fund(),
            12..27 => self.reserve(),
            27..31 => self.release(),
            31..45 => self.ready(),
            45..54 => self.ack(),
            54..58 => self.bounce_fund(),
            58..68 => self.refund(),
            68..73 => self.share(),
            73..76 => self.query(),
            76..81 => self.close(),
            81..86 => self.pay(),
            86..91 => self.confirm(),
            91..94 => self.bounce_payment(),
            94..97 => self.release_list(),
            _ => self.other_money(),
        }
    }

    fn fund(&mut self) {
        let right = if self.rng.bool() { multisig() } else { giver() };
        let (from, legal) = self.sender(right);
        let legal = legal || from == multisig();
        let (stage, amount, nonce) = (self.stage(), self.amount(), self.books.nonce());
        let value = if self.rng.u8(0..15) > 0 { amount + CALL } else { amount + CALL - 1 };
        let mut after = self.model.clone();
        let expected = match after.fund(stage.into(), amount) {
            _ if !legal => Err(150),
            Ok(_) if value < amount + CALL => Err(151),
            other => other,
        };
        if expected.is_ok() {
            self.model = after;
        }
        let step = self.books.call(&from, value, "fundStage", &funding(stage.into(), nonce, amount));
        self.expect(&step, &from, nonce, expected);
    }

    fn reserve(&mut self) {
        let (from, legal) = self.sender(registry());
        let (nonce, stage) = (self.books.nonce(), self.stage());
        let id =
            if self.rng.u8(0..4) > 0 { self.rng.u32(0..CONTESTS) } else { self.contest(Budget::Reserved) };
        let known = self.model.contests.get(&id).cloned();
        let (place, total) = match known.filter(|_| self.rng.bool()) {
            Some(contest) => (contest.place, contest.total),
            None => {
                let items: Vec<_> = self.model.items.iter().filter(|(_, i)| i.stage == stage).collect();
                let item = if items.is_empty() { 0 } else { *items[self.rng.usize(0..items.len())].0 };
                let left = self.model.items.get(&item).map_or(0, |item| item.left);
                let total =
                    if self.rng.bool() { left } else { left / 2 + u128::from(self.rng.bool()) * 3 * TON };
                ((stage, item), total)
            }
        };
        let expected = if legal { Ok(self.model.reserve(id, nonce, place, total)) } else { Err(150) };
        let step =
            self.books.call(&from, CALL, "reserve", &reservation(id, nonce, place, &escrow(id), total));
        self.expect(&step, &from, nonce, expected);
    }

    fn release(&mut self) {
        let (from, legal) = self.sender(registry());
        let (id, nonce) = (self.contest(Budget::Reserved), self.books.nonce());
        let expected = if legal { Ok(self.model.release(id)) } else { Err(150) };
        let step = self.books.call(&from, CALL, "release", &contest(id, nonce));
        self.expect(&step, &from, nonce, expected);
    }

    fn ready(&mut self) {
        let id = self.contest(Budget::Reserved);
        let (from, legal) = self.sender(escrow(id));
        let nonce = self.books.nonce();
        let expected = if legal { self.model.ready(id, nonce) } else { Some(Err(406)) };
        let step = self.books.call(&from, CALL, "escrowReady", &contest(id, nonce));
        if let Some(expected) = expected {
            self.expect(&step, &from, nonce, expected);
            return;
        }
        let total = self.model.contests[&id].total;
        assert!(matches!(&step.sent[..], [Sent::Fund { to, contest, nonce: given, value }]
            if *to == escrow(id) && *contest == id && *given == nonce && *value >= total + TON / 2));
        self.fundings.push((id, nonce, step.messages[0].clone()));
        self.counts[0] += 1;
    }

    /// A funding that left, mostly a late one; anything when none did.
    fn funding(&mut self) -> (u32, u64) {
        let flying = self.fundings.iter().rev().take(3).collect::<Vec<_>>();
        match flying.get(self.rng.usize(0..4)) {
            Some((id, nonce, _)) => (*id, *nonce),
            None => (self.rng.u32(0..CONTESTS), 1),
        }
    }

    fn ack(&mut self) {
        let (id, nonce) = self.funding();
        let (from, legal) = self.sender(escrow(id));
        let expected = if legal { self.model.ack(id, nonce) } else { Err(406) };
        let step = self.books.call(&from, TON / 2, "fundAck", &contest(id, nonce));
        match expected {
            Ok(()) => assert!(matches!(&step.sent[..], [Sent::Plain { to, .. }] if *to == registry())),
            Err(code) => self.expect(&step, &from, nonce, Err(code)),
        }
    }

    fn bounce_fund(&mut self) {
        if self.fundings.is_empty() {
            return;
        }
        let back = self.rng.usize(0..self.fundings.len().min(4));
        let (id, nonce, message) = self.fundings[self.fundings.len() - 1 - back].clone();
        let expected = self.model.bounce_fund(id, nonce);
        let loss = u128::from(self.rng.u32(0..20_000_000));
        let step = self.books.bounce(&message, loss);
        match expected {
            Some(request) => self.expect(&step, &registry(), request, Ok(402)),
            None => assert!(step.code == 0 && step.sent.is_empty() && step.events.is_empty()),
        }
    }

    fn refund(&mut self) {
        let id = self.contest(Budget::Funded);
        let (from, legal) = self.sender(escrow(id));
        let nonce = if self.rng.u8(0..8) > 0 { self.books.nonce() } else { self.rng.u64(0..4) };
        let total = self.model.contests.get(&id).map_or(0, |contest| contest.total);
        let amount = if total == 0 || self.rng.bool() { 0 } else { self.rng.u128(0..=total) };
        let (last, paid) = (self.rng.u8(0..3) > 0, self.rng.bool());
        let expected = if legal { self.model.refund(id, nonce, amount, last, paid) } else { Err(406) };
        let step = self.books.call(&from, amount + CALL, "refund", &refunding(id, nonce, amount, last, paid));
        self.expect(&step, &from, nonce, expected);
    }

    fn share(&mut self) {
        let id = self.contest(Budget::Funded);
        let (from, legal) = self.sender(escrow(id));
        let nonce = if self.rng.u8(0..8) > 0 { self.books.nonce() } else { self.rng.u64(0..4) };
        let amount = self.amount() / 4;
        let expected = if legal { self.model.share(id, nonce, amount) } else { Err(406) };
        let step = self.books.call(&from, amount + CALL, "orgShare", &sharing(id, nonce, amount));
        self.expect(&step, &from, nonce, expected);
    }

    fn query(&mut self) {
        let (id, nonce) = (self.contest(Budget::Funded), self.rng.u64(0..4));
        let (from, legal) = self.sender(escrow(id));
        let expected = if legal { self.model.query(id, nonce) } else { Err(406) };
        let step = self.books.call(&from, CALL, "query", &contest(id, nonce));
        self.expect(&step, &from, nonce, expected);
    }

    fn close(&mut self) {
        let (from, legal) = self.sender(registry());
        let (stage, report, nonce) = (self.stage(), self.rng.u8(1..3), self.books.nonce());
        let expected = if legal { Ok(self.model.close(stage.into(), report)) } else { Err(150) };
        let step = self.books.call(&from, CALL, "close", &closing(stage.into(), nonce, report));
        self.expect(&step, &from, nonce, expected);
    }

    fn pay(&mut self) {
        let (from, legal) = self.sender(registry());
        let (pay, fresh) = (self.rng.u32(0..60), self.books.nonce());
        let nonce = if self.rng.u8(0..8) > 0 { fresh } else { self.waiting() };
        let known = self.model.lists.get(&pay).map(|list| list.payments.clone());
        let payments = known.filter(|_| self.rng.bool()).unwrap_or_else(|| {
            let count = self.rng.u8(0..4);
            (0..count).map(|_| (self.rng.u8(0..20), u128::from(self.rng.u32(..)))).collect()
        });
        let now = self.books.world.now;
        let expected = if legal { Ok(self.model.pay(pay, nonce, &payments, now)) } else { Err(150) };
        let step = self.books.call(&from, CALL, "payOrg", &paying(pay, nonce, &named(&payments)));
        self.expect(&step, &from, nonce, expected);
    }

    /// Nonce of a list, preferably of one that waits.
    fn waiting(&mut self) -> u64 {
        let waiting: Vec<_> =
            self.model.lists.values().filter(|list| !list.paid).map(|list| list.nonce).collect();
        if waiting.is_empty() { 7 } else { waiting[self.rng.usize(0..waiting.len())] }
    }

    fn confirm(&mut self) {
        let (from, legal) = self.sender(multisig());
        let nonce = self.waiting();
        let list = self.model.lists.iter().find(|(_, list)| list.nonce == nonce);
        let (pay, mut payments) = list.map_or((0, Vec::new()), |(pay, list)| (*pay, list.payments.clone()));
        if self.rng.u8(0..6) == 0 {
            payments.push((1, TON));
        }
        let (expected, paid) = if legal {
            let (code, paid) = self.model.confirm(nonce, &payments);
            (Ok(code), paid)
        } else {
            (Err(150), Vec::new())
        };
        let hash = list_hash(&named(&payments));
        let step = self.books.call(&from, CALL, "confirmed", &confirmation(nonce, &hash));
        self.expect(&step, &from, nonce, expected);
        for (index, (to, amount)) in (0..).zip(&paid) {
            let sent = Sent::Payment { to: payee(*to), pay, index, value: *amount };
            assert_eq!(step.sent[usize::from(index)], sent);
            self.payments.push((pay, index, step.messages[usize::from(index)].clone()));
        }
    }

    fn bounce_payment(&mut self) {
        if self.payments.is_empty() {
            return;
        }
        let (pay, index, message) = self.payments[self.rng.usize(0..self.payments.len())].clone();
        let expected = self.model.bounce_payment(pay, index);
        let step = self.books.bounce(&message, 500_000);
        assert_eq!(step.names(), if expected { vec!["OrgPayBounced"] } else { vec![] });
    }

    fn release_list(&mut self) {
        if self.rng.u8(0..4) == 0 {
            self.books.world.now += self.rng.u32(0..3_000_000);
        }
        let nonce = self.waiting();
        let expected = self.model.release_list(nonce, self.books.world.now);
        let outcome = self.books.poke("releaseReserve", &json!({ "nonce": nonce.to_string() }));
        assert_eq!((outcome.code(), outcome.refused()), (expected, expected != 0));
    }

    fn other_money(&mut self) {
        let amount = self.amount();
        if amount <= BOOK {
            return;
        }
        match self.rng.u8(0..3) {
            0 => {
                self.books.transfer(&stranger(), amount);
                self.model.unassigned += amount - BOOK;
            }
            1 => {
                self.books.call(&stranger(), amount, "topUp", &json!({}));
            }
            _ => {
                let kept = self.books.sum("booked") + self.books.sum("float").max(FLOOR) + STEP;
                let surplus = self.books.balance().saturating_sub(kept);
                let outcome = self.books.poke("reconcile", &json!({}));
                match outcome.transactions().first() {
                    Some(executed) => {
                        let fees = executed.view.fees;
                        self.model.unassigned += surplus - fees.import.0 - fees.storage.0;
                    }
                    None => assert!(outcome.code() == 160 && surplus < BOOK, "{surplus}"),
                }
            }
        }
    }

    /// The treasury's books are the model's, to the nano.
    fn compare(&self) {
        let model = &self.model;
        let stages = self.books.get("getStages", &json!({}))["stages"].clone();
        for (shown, stage) in stages.as_array().expect("a list").iter().zip(&model.stages) {
            let of = |field: &str| number(&shown[field]);
            assert_eq!((of("status"), of("open")), (stage.status.into(), stage.open.into()));
            assert_eq!(
                ["received", "carryIn", "carryOut", "allocated", "refunded", "available", "reserved", "sent"]
                    .map(of),
                [
                    stage.received,
                    stage.carry_in,
                    stage.carry_out,
                    stage.allocated,
                    stage.refunded,
                    stage.available,
                    stage.reserved,
                    stage.sent
                ]
            );
        }
        for pair in model.stages.windows(2) {
            assert!(
                pair[1].status == 0 || pair[0].status == 2,
                "I7: stage k is active only if k - 1 is closed"
            );
        }
        for stage in &model.stages {
            let spent = stage.allocated + stage.sent + stage.reserved;
            assert!(spent <= stage.received + stage.carry_in + stage.refunded, "I8: never more than came in");
        }
        let sums = ["orgAvailable", "orgReserved", "unassigned"].map(|field| self.books.sum(field));
        assert_eq!(sums, [model.org_available, model.org_reserved, model.unassigned]);
    }

    /// Items and contests, too.
    fn compare_all(&self) {
        self.compare();
        for (number, item) in &self.model.items {
            assert_eq!(self.books.left(item.stage, *number), item.left, "item {number}");
        }
        for (id, contest) in &self.model.contests {
            let shown = self.books.escrow(*id);
            assert_eq!(shown["state"], json!((contest.state as u8).to_string()), "contest {id}");
            assert_eq!(shown["over"], json!(contest.over));
        }
    }
}

/// Payments to the payees with these numbers.
fn named(payments: &[(u8, u128)]) -> Vec<(Address, u128)> {
    payments.iter().map(|(to, amount)| (payee(*to), *amount)).collect()
}

#[test]
fn t51_random_sequences_keep_the_books_of_the_model() {
    let (mut counts, mut closed) = ([0; 3], 0);
    for seed in 1..=6 {
        println!("seed {seed}");
        let mut run = Run::new(seed);
        for number in 0..500 {
            run.step();
            run.compare();
            if number % 25 == 0 {
                run.compare_all();
            }
        }
        run.compare_all();
        closed += run.model.stages.iter().filter(|stage| stage.status == 2).count();
        for (sum, count) in counts.iter_mut().zip(run.counts) {
            *sum += count;
        }
    }
    println!("{counts:?} accepted, answered with an error, sent home; {closed} stages closed");
    assert!(counts.iter().all(|count| *count > 300), "all kinds of answers came up: {counts:?}");
    assert!(closed >= 6, "stages were closed: {closed}");
}
