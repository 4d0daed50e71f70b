//! Money is conserved to the nanotoken, whatever contracts send to each other.
//!
//! A failure names its seed; run that one alone with `BOOKS_SEED=… cargo test -p chain --test vm books`.

use std::collections::{BTreeMap, VecDeque};

use chain::{Account, Config, ExecError, Ledger, execute};
use fastrand::Rng;
use ton_abi::{Address, Cell, MessageKind, MessageView, Nano, UnixTime, external_message};

use crate::support::{NOW, Out, SENDER, address, context, contract, poke, run, send, transfer};

/// Contracts that send on, one that throws, and addresses where nothing is.
const SENDERS: u8 = 4;
const THROWER: u8 = 5;
const ADDRESSES: u8 = 8;

struct World {
    config: Config,
    accounts: BTreeMap<Address, Account>,
    queue: VecDeque<Cell>,
    ledger: Ledger,
    now: UnixTime,
    lt: u64,
    bounce_after_failed_action: bool,
    full_body_in_bounced: bool,
    transactions: usize,
    failed: usize,
}

impl World {
    fn new(rng: &mut Rng) -> Self {
        let mut accounts: Vec<_> = (1..=SENDERS).map(|i| contract(i, SENDER, Nano::tokens(100))).collect();
        accounts.push(contract(THROWER, "ACCEPT THROW 100", Nano::tokens(100)));
        Self {
            config: Config::local(),
            ledger: Ledger::new(accounts.iter().map(Account::balance).sum()),
            accounts: accounts.into_iter().map(|a| (a.address().clone(), a)).collect(),
            queue: VecDeque::new(),
            now: NOW,
            lt: 0,
            bounce_after_failed_action: rng.bool(),
            full_body_in_bounced: rng.bool(),
            transactions: 0,
            failed: 0,
        }
    }

    fn deliver(&mut self, message: &Cell) {
        let view = MessageView::parse(message).expect("a message");
        let to = view.dst.expect("it has a receiver");
        let account = self.accounts.remove(&to).unwrap_or_else(|| Account::none(to.clone()));
        self.lt += 1_000_000;
        let mut context = context(self.lt);
        context.now = self.now;
        context.bounce_after_failed_action = self.bounce_after_failed_action;
        context.full_body_in_bounced = self.full_body_in_bounced;
        let account = match execute(&self.config, &account, message, &context) {
            Ok(done) => {
                self.ledger.record(&done).expect("readable messages");
                let out = done.out_messages().iter().cloned();
                self.queue.extend(out.filter(|m| kind(m) == MessageKind::Internal));
                self.transactions += 1;
                self.failed += usize::from(!done.view.is_success());
                let fees = done.view.fees;
                let sum = fees.import.0 + fees.storage.0 + fees.gas.0 + fees.action.0 + fees.bounce.0;
                assert_eq!(sum, done.view.total_fees.0, "the phases' fees make up the total");
                done.account
            }
            Err(ExecError::Rejected(_)) => account,
            Err(e) => panic!("{e}"),
        };
        self.accounts.insert(to, account);
        self.ledger.check(self.accounts.values().map(Account::balance)).expect("the books balance");
    }
}

fn kind(message: &Cell) -> MessageKind {
    MessageView::parse(message).expect("a message").kind
}

fn random_send(rng: &mut Rng, depth: usize) -> Cell {
    let messages: Vec<_> = (0..rng.usize(1..=3))
        .map(|_| {
            let value = match rng.u8(0..8) {
                0 => Nano::ZERO,
                1 => Nano::tokens(1_000),
                _ => Nano(rng.u128(0..20_000_000_000)),
            };
            let base = *rng.choice(&[0u8, 0, 0, 64, 64, 128]).expect("not empty");
            // Pay fees apart, ignore errors, bounce on error, delete when empty.
            let flags = rng.u8(..) & (1 | 2 | 16 | 32);
            let mut message = Out::new(address(rng.u8(1..=ADDRESSES)), value, base | flags);
            message.bounce = rng.bool();
            message.body = (depth > 0 && rng.u8(0..4) > 0).then(|| random_send(rng, depth - 1));
            message
        })
        .collect();
    send(&messages)
}

#[test]
fn money_is_conserved_in_random_worlds() {
    let seeds = match std::env::var("BOOKS_SEED").ok().and_then(|seed| seed.parse::<u64>().ok()) {
        Some(seed) => seed..=seed,
        None => 1..=40,
    };
    let (mut transactions, mut failed) = (0, 0);
    for seed in seeds {
        println!("BOOKS_SEED={seed}");
        let rng = &mut Rng::with_seed(seed);
        let mut world = World::new(rng);
        for _ in 0..25 {
            let body = random_send(rng, 2);
            let to = address(rng.u8(1..=THROWER));
            if rng.bool() {
                world.deliver(&external_message(&to, None, Some(body)).expect("fits"));
            } else {
                let mut message = transfer(&Account::none(to), Nano(rng.u128(1..30_000_000_000)));
                message.body = Some(body);
                message.bounce = rng.bool();
                let message = message.build().expect("fits");
                world.ledger.mint_message(&message).expect("readable");
                world.deliver(&message);
            }
            while let Some(message) = world.queue.pop_front() {
                world.deliver(&message);
            }
            assert_eq!(world.ledger.in_flight(), Nano::ZERO);
            world.now = world.now.plus(rng.u32(0..100_000));
        }
        transactions += world.transactions;
        failed += world.failed;
    }
    println!("{transactions} transactions, {failed} failed");
    assert!(transactions >= 25 && failed > 0 && failed < transactions, "the worlds are not all alike");
}

#[test]
fn the_books_notice_a_single_nanotoken() {
    let account = contract(1, SENDER, Nano::tokens(10));
    let body = send(&[Out::new(address(2), Nano::tokens(1), 1)]);
    let done = run(&account, &external_message(account.address(), None, Some(body)).expect("fits"));
    let mut ledger = Ledger::new(Nano::tokens(10));
    let collected = ledger.record(&done).expect("readable");
    assert_eq!(collected, done.collected_fees, "nothing was left in an external message");
    let balance = done.account.balance();
    ledger.check([balance]).expect("the books balance");
    assert!(ledger.check([Nano(balance.0 - 1)]).is_err());
    assert!(ledger.check([Nano(balance.0 + 1)]).is_err());
    assert!(ledger.check([]).is_err());
}

#[test]
fn two_thirds_of_a_forward_fee_are_collected_with_the_message() {
    let (sender, receiver) = (contract(1, SENDER, Nano::tokens(10)), Account::none(address(2)));
    let mut out = Out::new(address(2), Nano::tokens(1), 1);
    out.bounce = false;
    let body = send(&[out]);
    let sent = run(&sender, &external_message(sender.address(), None, Some(body)).expect("fits"));
    let mut ledger = Ledger::new(Nano::tokens(10));
    ledger.record(&sent).expect("readable");
    assert_eq!(sent.view.fees.action, Nano(333_328), "a third of 1 000 000");
    assert_eq!(ledger.in_flight(), Nano(1_000_666_672), "the value and two thirds");

    let received = run(&receiver, &sent.out_messages()[0]);
    assert_eq!(received.collected_fees, Nano::ZERO);
    assert_eq!(ledger.record(&received).expect("readable"), Nano(666_672));
    ledger.check([sent.account.balance(), received.account.balance()]).expect("the books balance");
}

#[test]
#[should_panic(expected = "a message is delivered once")]
fn a_message_from_nowhere_is_noticed() {
    let account = contract(1, SENDER, Nano::tokens(10));
    let message = transfer(&account, Nano::tokens(1)).build().expect("fits");
    let _ = Ledger::new(Nano::tokens(10)).record(&run(&account, &message));
}

#[test]
fn a_rejected_message_costs_nothing() {
    let account = contract(1, "THROW 100", Nano::tokens(10));
    let before = account.cell().clone();
    let rejected = execute(&Config::local(), &account, &poke(&account), &context(1));
    assert!(matches!(rejected, Err(ExecError::Rejected(_))));
    assert_eq!(*account.cell(), before);
}
