//! Transactions, rejections, bounces.

use chain::{
    Account, AccountStatus, ComputePhaseSkipReason, ComputeView, Config, ConfigOptions, ExecError,
    RejectReason, execute, gas_before_accept,
};
use ton_abi::{
    Boc, Cell, CellBuilder, Image, Lt, MessageKind, MessageView, Nano, UnixTime, external_message,
};

use crate::support::{
    NOW, Out, SENDER, address, assemble, context, contract, number, poke, rejected, run, send, transfer,
};

/// Accepts, then stores 123.
const STORE: &str = "ACCEPT NEWC INT 123 STUR 32 ENDC POP c4";
const TOKEN: Nano = Nano::tokens(1);

fn data(account: &Account) -> u32 {
    account.data().expect("it is active").parse().expect("32 bits")
}

#[test]
fn an_accepted_message_changes_the_data_and_is_paid_for() {
    let account = contract(1, STORE, TOKEN);
    let done = run(&account, &poke(&account));
    assert!(done.view.is_success());
    assert_eq!((data(&account), data(&done.account)), (7, 123));
    let fees = done.view.fees;
    assert_eq!(fees.gas, Nano(1_000_000), "less than 1000 gas costs the flat price");
    assert_eq!(done.collected_fees, Nano(fees.import.0 + fees.gas.0));
    assert_eq!(done.account.balance(), Nano(TOKEN.0 - done.collected_fees.0));
    assert_eq!((done.account.last_paid(), done.view.now), (NOW, NOW));
}

#[test]
fn equal_inputs_give_equal_bytes() {
    let account = contract(1, SENDER, TOKEN);
    let body = send(&[Out::new(address(2), Nano(5), 1)]);
    let message = external_message(account.address(), None, Some(body)).expect("fits");
    let (first, second) = (run(&account, &message), run(&account, &message));
    assert_eq!(Boc::encode(first.transaction), Boc::encode(second.transaction));
    assert_eq!(first.account.cell(), second.account.cell());
}

#[test]
fn a_message_that_is_not_accepted_is_rejected_with_the_exit_code() {
    for (code, exit_code) in
        [("THROW 100", 100), ("NOP", 0), ("INT 1 INT 0 DIV", 4), ("PUSHCONT {} AGAIN", -14)]
    {
        let account = contract(1, code, TOKEN);
        let rejected = rejected(&account, &poke(&account));
        assert_eq!(
            (rejected.exit_code, rejected.reason),
            (Some(exit_code), RejectReason::NotAccepted),
            "{code}"
        );
    }
}

#[test]
fn messages_that_never_reach_the_contract_say_why() {
    let (active, none) = (contract(1, STORE, TOKEN), Account::none(address(1)));
    let uninit = Account::uninit(address(1), TOKEN).expect("fits");
    let poor = Account::uninit(address(1), Nano(10)).expect("fits");
    let elsewhere = external_message(&address(2), None, None).expect("fits");
    let foreign_state = Image::new(assemble(STORE), number(8));
    let foreign_state = external_message(&address(1), Some(&foreign_state), None).expect("fits");
    let cases = [
        (&none, &poke(&none), RejectReason::NoAccount),
        (&uninit, &poke(&uninit), RejectReason::NoCode),
        (&poor, &poke(&poor), RejectReason::NoFunds),
        (&active, &elsewhere, RejectReason::WrongAddress),
        (&uninit, &foreign_state, RejectReason::BadState),
        (&contract(1, STORE, Nano(10)), &poke(&active), RejectReason::NoFunds),
    ];
    for (account, message, reason) in cases {
        let rejected = rejected(account, message);
        assert_eq!((rejected.exit_code, rejected.reason), (None, reason));
    }
}

#[test]
fn a_throw_after_accept_is_a_failed_transaction_that_is_paid_for() {
    let account = contract(1, "ACCEPT THROW 101", TOKEN);
    let done = run(&account, &poke(&account));
    assert!(done.view.aborted && !done.view.is_success());
    assert_eq!((done.view.exit_code(), data(&done.account)), (Some(101), 7));
    assert!(done.account.balance() < TOKEN);
}

#[test]
fn a_throw_after_commit_is_a_failure_although_the_flags_say_success() {
    let code = "ACCEPT NEWC INT 9 STUR 32 ENDC POP c4 COMMIT THROW 105";
    let account = contract(1, code, TOKEN);
    let done = run(&account, &poke(&account));
    let run = done.view.run().expect("it ran");
    assert!(run.committed && !done.view.aborted, "the flags of the transaction");
    assert!(!done.view.is_success(), "what we say");
    assert_eq!((run.exit_code, data(&done.account)), (105, 9));
}

#[test]
fn a_message_deploys_its_state() {
    let image = Image::new(assemble(STORE), number(7));
    let account = Account::uninit(image.address(0).expect("fits"), TOKEN).expect("fits");
    let message = external_message(account.address(), Some(&image), None).expect("fits");
    let done = run(&account, &message);
    assert_eq!(
        (done.view.orig_status, done.account.status()),
        (AccountStatus::Uninit, AccountStatus::Active)
    );
    assert!(done.view.run().expect("it ran").account_activated);
    assert_eq!(done.account.code(), image.state_init.code);
}

#[test]
fn money_for_nobody_stays_unless_it_bounces() {
    let nobody = Account::none(address(9));
    let mut message = transfer(&nobody, TOKEN);
    message.bounce = false;
    let kept = run(&nobody, &message.build().expect("fits"));
    assert_eq!(kept.view.compute, ComputeView::Skipped(ComputePhaseSkipReason::NoState));
    assert_eq!((kept.account.balance(), kept.view.aborted), (TOKEN, true));

    message.bounce = true;
    let returned = run(&nobody, &message.build().expect("fits"));
    assert!(!returned.account.exists());
    let back = MessageView::parse(&returned.out_messages()[0]).expect("a message");
    assert_eq!((back.bounced, back.dst), (true, Some(address(0xee))));
}

#[test]
fn a_failed_call_bounces_with_the_beginning_of_its_body() {
    let account = contract(1, "THROW 111", TOKEN);
    let mut message = transfer(&account, TOKEN);
    let original = CellBuilder::build_from((0x1234_5678_u32, 5_u64, number(3))).expect("fits");
    message.body = Some(original.clone());
    let message = message.build().expect("fits");
    for full in [false, true] {
        let mut context = context(1_000_000);
        context.full_body_in_bounced = full;
        let done = execute(&Config::local(), &account, &message, &context).expect("a transaction");
        assert_eq!(done.view.exit_code(), Some(111));
        let back = MessageView::parse(&done.out_messages()[0]).expect("a message");
        let body = back.body.expect("a body");
        let mut slice = body.as_slice().expect("an ordinary cell");
        let beginning = (slice.load_u32(), slice.load_u32(), slice.load_u64());
        assert_eq!(beginning, (Ok(u32::MAX), Ok(0x1234_5678), Ok(5)));
        let kept: Option<Cell> = slice.load_reference_cloned().ok();
        assert_eq!(kept, full.then(|| original.clone()));
        let fwd_fee_share = done.view.fees.bounce.0 + back.fwd_fee.0;
        assert_eq!(
            back.value.0 + done.view.fees.gas.0 + fwd_fee_share,
            TOKEN.0,
            "the sender pays for all of it"
        );
        assert_eq!(done.account.balance(), TOKEN, "and the contract for nothing");
    }
}

#[test]
fn a_failed_action_bounces_only_where_the_network_says_so() {
    let account = contract(1, SENDER, TOKEN);
    let mut message = transfer(&account, TOKEN);
    message.body = Some(send(&[Out::new(address(2), Nano::tokens(50), 0)]));
    let message = message.build().expect("fits");
    for wanted in [false, true] {
        let mut context = context(1_000_000);
        context.bounce_after_failed_action = wanted;
        let done = execute(&Config::local(), &account, &message, &context).expect("a transaction");
        assert_eq!((done.view.exit_code(), done.view.action_code()), (Some(0), Some(37)));
        assert!(done.view.aborted && !done.view.is_success());
        assert_eq!(done.out_messages().len(), usize::from(wanted));
        assert_eq!(done.view.bounce.is_some(), wanted);
        assert_eq!(done.account.balance() > TOKEN, !wanted, "the money stays without a bounce");
    }
}

#[test]
fn a_forced_bounce_sends_the_message_back_unread() {
    let account = contract(1, SENDER, TOKEN);
    let mut message = transfer(&account, TOKEN);
    message.body = Some(send(&[Out::new(address(2), Nano(5), 1)]));
    let mut context = context(1_000_000);
    context.force_bounce = true;
    let done =
        execute(&Config::local(), &account, &message.build().expect("fits"), &context).expect("it bounces");
    assert!(done.view.aborted && done.view.bounce.is_some() && done.view.exit_code().is_none());
    assert_eq!((done.view.fees.gas, done.account.balance()), (Nano::ZERO, TOKEN));
    let back = MessageView::parse(&done.out_messages()[0]).expect("a message");
    assert!(back.bounced && !back.bounce && back.dst.as_ref() == Some(&message.src));
    assert_eq!(
        back.value.0 + back.fwd_fee.0 + done.view.fees.bounce.0,
        TOKEN.0,
        "forwarding is paid from it"
    );
    // It has the same fees and body as the bounce of a receiver without code.
    let nobody = Account::uninit(address(1), TOKEN).expect("fits");
    let natural = run(&nobody, &message.build().expect("fits"));
    let other = MessageView::parse(&natural.out_messages()[0]).expect("a message");
    assert_eq!((back.value, back.fwd_fee), (other.value, other.fwd_fee));
    assert_eq!(back.body.map(|cell| *cell.repr_hash()), other.body.map(|cell| *cell.repr_hash()));
}

#[test]
fn a_forced_bounce_leaves_other_messages_alone() {
    let (active, uninit) = (contract(1, SENDER, TOKEN), Account::uninit(address(1), TOKEN).expect("fits"));
    let mut forced = context(1_000_000);
    forced.force_bounce = true;
    for (account, bounce) in
        [(&active, false), (&uninit, false), (&uninit, true), (&Account::none(address(1)), true)]
    {
        let mut message = transfer(account, TOKEN);
        message.bounce = bounce;
        let message = message.build().expect("fits");
        let with = execute(&Config::local(), account, &message, &forced).expect("a transaction");
        assert_eq!(with.transaction, run(account, &message).transaction);
    }
    let poked = execute(&Config::local(), &active, &poke(&active), &forced);
    assert_eq!(
        poked.is_ok(),
        execute(&Config::local(), &active, &poke(&active), &context(1_000_000)).is_ok()
    );
}

#[test]
fn the_switch_changes_nothing_else() {
    for body in [None, Some(send(&[Out::new(address(2), Nano(5), 1)])), Some(number(0x0500_0000))] {
        for bounce in [false, true] {
            let account = contract(1, SENDER, TOKEN);
            let mut message = transfer(&account, TOKEN);
            message.body = body.clone();
            message.bounce = bounce;
            let message = message.build().expect("fits");
            let mut with = context(1_000_000);
            with.bounce_after_failed_action = true;
            let with = execute(&Config::local(), &account, &message, &with).expect("a transaction");
            let without = run(&account, &message);
            assert_eq!(with.transaction, without.transaction);
            assert_eq!(with.account.cell(), without.account.cell());
        }
    }
}

#[test]
fn logical_time_moves_past_the_message_and_the_account() {
    let account = contract(1, SENDER, TOKEN);
    let mut message = transfer(&account, TOKEN);
    message.body = Some(send(&[Out::new(address(2), Nano(5), 1), Out::new(address(3), Nano(5), 1)]));
    let first = run(&account, &message.build().expect("fits"));
    assert_eq!(first.view.lt, Lt(1_000_000));
    let lts = |done: &chain::Executed| -> Vec<Lt> {
        done.out_messages().iter().map(|m| MessageView::parse(m).expect("a message").created_lt).collect()
    };
    assert_eq!(lts(&first), [Lt(1_000_001), Lt(1_000_002)]);
    assert_eq!(first.next_lt, Lt(1_000_003));

    // The account's own time wins over a lower one asked for.
    let second = run(&first.account, &message.build().expect("fits"));
    assert_eq!(second.view.lt, Lt(1_000_003));
    assert_eq!((second.view.prev_lt, second.view.prev_hash), (first.view.lt, first.view.hash));

    message.created_lt = Lt(5_000_000);
    let third = run(&second.account, &message.build().expect("fits"));
    assert_eq!(third.view.lt, Lt(5_000_001));
}

#[test]
fn rent_grows_with_time_and_time_never_goes_back() {
    let account = contract(1, STORE, TOKEN);
    let first = run(&account, &poke(&account));
    assert_eq!(first.view.fees.storage, Nano::ZERO, "nothing is owed before the first transaction");
    let mut later = context(2_000_000);
    later.now = UnixTime(NOW.0 + 86_400);
    let day = execute(&Config::local(), &first.account, &poke(&account), &later).expect("a transaction");
    later.now = UnixTime(NOW.0 + 10 * 86_400);
    let ten_days = execute(&Config::local(), &first.account, &poke(&account), &later).expect("a transaction");
    let (day, ten_days) = (day.view.fees.storage.0, ten_days.view.fees.storage.0);
    assert!(day > 0 && ten_days.abs_diff(day * 10) <= 10, "{day} {ten_days}");

    later.now = UnixTime(NOW.0 - 1);
    let back = execute(&Config::local(), &first.account, &poke(&account), &later);
    assert!(matches!(back, Err(ExecError::Fatal(_))), "{back:?}");
}

#[test]
fn answers_to_the_outside_are_external_messages() {
    // ext_out_msg_info$11 src:none dest:none lt:0 at:0, no init, an empty body.
    let code = "ACCEPT NEWC INT 3 STUR 2 INT 102 STZEROES ENDC INT 0 SENDRAWMSG";
    let account = contract(1, code, TOKEN);
    let done = run(&account, &poke(&account));
    let message = MessageView::parse(&done.out_messages()[0]).expect("a message");
    assert_eq!((message.kind, message.src), (MessageKind::ExternalOut, Some(address(1))));
}

#[test]
fn gas_before_accept_is_measured_to_the_instruction() {
    let config = Config::local();
    let measure = |code: &str, config: &Config| {
        let account = contract(1, code, TOKEN);
        gas_before_accept(config, &account, &poke(&account), &context(1_000_000))
    };
    let alone = measure("ACCEPT", &config).expect("accepted");
    assert_eq!(alone, 26, "an instruction of 16 bits costs 10 and its bits");
    let later = measure("NOP NOP ACCEPT NOP NOP NOP", &config).expect("accepted");
    assert_eq!(later, alone + 2 * 18, "what comes after does not count");

    let never = measure("THROW 100", &config);
    assert!(matches!(&never, Err(ExecError::Rejected(r)) if r.exit_code == Some(100)), "{never:?}");

    let hungry = "INT 300 PUSHCONT { NEWC ENDC DROP } REPEAT ACCEPT";
    let over = measure(hungry, &config);
    assert!(matches!(&over, Err(ExecError::Rejected(r)) if r.exit_code == Some(-14)), "{over:?}");
    let generous = Config::with_options(&ConfigOptions { gas_credit: 1_000_000, ..Default::default() });
    assert!(measure(hungry, &generous).expect("accepted") > 10_000);
}

#[test]
fn accounts_survive_their_bag_of_cells() {
    let account = contract(1, STORE, TOKEN);
    let account = run(&account, &poke(&account)).account;
    let again = Account::from_boc(&Boc::encode(account.cell())).expect("readable");
    assert_eq!((again.cell(), again.address()), (account.cell(), account.address()));
    assert_eq!(again.next_lt(), account.next_lt());
    let bare = account.cell_without_constructor().expect("it exists");
    assert_eq!(bare.bit_len() + 1, account.cell().bit_len());
    assert_eq!(Account::none(address(1)).cell_without_constructor(), None);
    assert!(Account::from_boc(&Boc::encode(Account::none(address(1)).cell())).is_err());
}

#[test]
fn everything_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<(Config, Account, chain::ExecContext, chain::Executed, chain::Trace, chain::Ledger)>();
    shared::<(ExecError, chain::GetterError, ton_abi::Decoder, ton_abi::Image, ton_abi::Error)>();
}
