//! Traces.

use chain::{Account, Config, ExecError, execute, trace};
use ton_abi::{Nano, external_message};

use crate::support::{Out, SENDER, address, assemble, context, contract, number, poke, send, transfer};

const TOKEN: Nano = Nano::tokens(1);

#[test]
fn a_trace_uses_the_gas_of_the_transaction() {
    let out = || send(&[Out::new(address(2), Nano(5), 1), Out::new(address(3), Nano(5), 1)]);
    for (code, body) in [
        ("ACCEPT", number(1)),
        ("ACCEPT THROW 105", number(1)),
        ("ACCEPT NEWC ENDC CTOS LDU 8", number(1)),
        ("ACCEPT PUSHCONT {} AGAIN", number(1)),
        ("ACCEPT NOW LTIME BLOCKLT MYADDR RANDU256", number(1)),
        (SENDER, out()),
    ] {
        let account = contract(1, code, TOKEN);
        let mut internal = transfer(&account, TOKEN);
        internal.body = Some(body.clone());
        let internal = internal.build().expect("fits");
        let external = external_message(account.address(), None, Some(body)).expect("fits");
        for message in [internal, external] {
            let done = execute(&Config::local(), &account, &message, &context(1)).expect("a transaction");
            let trace = trace(&Config::local(), &account, &message, &context(1)).expect("a trace");
            let run = done.view.run().expect("it ran");
            assert_eq!(trace.exit_code, run.exit_code, "{code}");
            if run.exit_code == -14 {
                // The step that goes over the limit is charged up to it.
                assert!(trace.gas_used > run.gas_used && trace.gas_used - run.gas_used < 100, "{code}");
            } else {
                assert_eq!(trace.gas_used, run.gas_used, "{code}");
            }
            assert_eq!(trace.steps.iter().map(|step| step.gas).sum::<u64>(), trace.gas_used, "{code}");
            let profiled: u64 = trace.profile().iter().map(|spot| spot.gas).sum();
            let by_cell: u64 = trace.by_cell().iter().map(|(_, gas)| gas).sum();
            assert_eq!((profiled, by_cell), (trace.gas_used, trace.gas_used), "{code}");
        }
    }
}

#[test]
fn a_profile_finds_the_hot_spot() {
    let code = "ACCEPT INT 10 PUSHCONT { NEWC ENDC DROP } REPEAT";
    let account = contract(1, code, TOKEN);
    let trace = trace(&Config::local(), &account, &poke(&account), &context(1)).expect("a trace");
    let hottest = trace.profile()[0];
    assert_eq!((hottest.count, hottest.gas), (10, 10 * 518), "making a cell costs 500 and the instruction");
    let code = assemble(code);
    assert_eq!(hottest.place.cell, *code.repr_hash());
    assert_eq!(trace.by_cell(), [(hottest.place.cell, trace.gas_used)]);
    // The first instruction stands at the cell's beginning, behind five values of the message.
    assert_eq!((trace.steps[0].place.bits, trace.steps[0].stack_depth), (0, 5));
}

#[test]
fn a_message_that_is_not_accepted_has_a_trace() {
    let account = contract(1, "INT 1 INT 2 ADD THROW 100", TOKEN);
    let trace = trace(&Config::local(), &account, &poke(&account), &context(1)).expect("a trace");
    assert_eq!((trace.exit_code, trace.steps.len()), (100, 4));
}

#[test]
fn what_does_not_run_has_no_trace() {
    let nobody = Account::uninit(address(1), TOKEN).expect("fits");
    assert!(matches!(
        trace(&Config::local(), &nobody, &poke(&nobody), &context(1)),
        Err(ExecError::Fatal(_))
    ));
}
