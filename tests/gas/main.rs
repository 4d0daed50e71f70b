//! Gas, steps and sizes of all contracts (compiler 4.8, governance 5.13; T06, T67).
//!
//! One play calls every function of every contract; `gas.txt` holds the dearest call of each. It is written anew by
//! `UPDATE_SNAPSHOTS=1 cargo test -p workspace-tests --test gas`. The tests beside the single contracts measure at
//! the limits that one play cannot reach: 512 contests, 128 jurors, 64 candidates, 32 custodians.

mod getters;
mod play;
mod spare;
mod table;
mod wallet;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use workspace_tests::compiled::artifact;
use workspace_tests::workspace;

use crate::play::Play;
use crate::spare::Bill;
use crate::table::{CONTRACTS, Cost, Row};

/// First lines of the table.
const HEADER: &str = "15 members, 24 jurors, 64 entries, 32 prizes, 3 contests, the plan of the proposal. The dearest call of each\n\
    function that the play saw; gas, steps and gas before acceptance each by itself. Getters are local runs.\n\
    applyUpdate: 32 new custodians and new code.\n\
    UPDATE_SNAPSHOTS=1 writes this file anew.";
/// External credit, and what of it may be used (C2).
const BEFORE_ACCEPT: u64 = 9_000;
/// Gas of one transaction, by the network's limit.
const LIMIT: u64 = 1_000_000;
/// Gas of a reveal and of a step of the tally with 64 entries.
const REVEAL: u64 = 450_000;
const TALLY: u64 = 600_000;
/// Bytes of the largest image.
const IMAGE: usize = 48 * 1024;

/// Functions that the play does not call, with the reason. Those of wallets are in `multisig/gas.txt`.
const ELSEWHERE: &[(&str, &str)] =
    &[("Multisig.acceptTransfer", "answers transfers of other wallets, which the community never gets")];

struct Measured {
    rows: BTreeMap<Row, Cost>,
    bill: Bill,
}

/// The play, once for all tests.
fn measured() -> &'static Measured {
    static DONE: OnceLock<Measured> = OnceLock::new();
    DONE.get_or_init(|| {
        let mut rows = BTreeMap::new();
        let mut play = Play::begin();
        play.first_contest();
        for (name, contract) in [
            ("ContestEscrow", play.contests[0].clone()),
            ("Proposal", play.proposal.clone()),
            ("Multisig", play.community.multisig.clone()),
            ("MemberRegistry", play.community.registry.clone()),
        ] {
            getters::measure(&play, name, &contract, &mut rows);
        }
        play.seats();
        play.payout();
        play.rules();
        play.other_contests();
        play.money();
        for (name, contract) in [
            ("Treasury", play.community.treasury.clone()),
            ("JuryPool", play.community.jury_pool.clone()),
            ("MemberRegistry", play.community.registry.clone()),
        ] {
            getters::measure(&play, name, &contract, &mut rows);
        }
        play.end();
        let accounts = table::accounts(&play.community);
        table::collect(&play.community.world, &accounts, &mut rows);
        let largest = wallet::largest();
        let update = Row::new("Multisig", "applyUpdate", "internal");
        rows.insert(update.clone(), largest[&update]);
        let bill = Bill::of(&rows, &largest);
        Measured { rows, bill }
    })
}

#[test]
fn gas_and_sizes_are_the_committed_ones() {
    workspace_tests::snapshot("tests/gas/gas.txt", &table::render(HEADER, &measured().rows));
}

#[test]
fn every_function_is_measured() {
    let wallet = std::fs::read_to_string(workspace("tests/multisig/gas.txt")).expect("the wallet's table");
    let in_wallet = |name: &str| {
        let name = name.strip_prefix("Multisig.");
        name.is_some_and(|name| wallet.lines().any(|line| line.split([' ', ',']).next() == Some(name)))
    };
    let mut missing = table::missing(&measured().rows);
    missing.retain(|name| !in_wallet(name));
    let excepted: Vec<_> = ELSEWHERE.iter().map(|(name, _)| (*name).to_owned()).collect();
    missing.sort();
    assert_eq!(missing, excepted, "what the play never calls, and what may be left out");
}

#[test]
fn t06_every_external_message_is_accepted_inside_the_credit() {
    let mut signed = 0;
    for (row, cost) in &measured().rows {
        if let Some(gas) = cost.before_accept {
            assert!(gas < BEFORE_ACCEPT, "{row:?} needs {gas} gas before it is accepted");
            signed += 1;
        }
        assert!(row.kind == "getter" || cost.gas < LIMIT, "{row:?} needs {} gas", cost.gas);
        assert!(
            !matches!(row.kind, "signed" | "poke") || cost.before_accept.is_some(),
            "{row:?} is measured"
        );
    }
    assert!(signed > 20, "the play sends external messages");
}

#[test]
fn t67_a_reveal_and_a_tally_of_64_entries_stay_inside_their_limits() {
    let gas = |function: &str, kind| measured().rows[&Row::new("ContestEscrow", function, kind)].gas;
    let reveal = gas("revealCard", "signed");
    assert!(reveal < REVEAL, "{reveal}");
    let tally = gas("work, tally", "internal");
    assert!(tally < TALLY, "{tally}");
}

#[test]
fn every_image_fits_an_external_message() {
    for name in CONTRACTS {
        let size = artifact(&format!("{name}.tsol")).tvc.len();
        assert!(size < IMAGE, "{name} has {size} bytes");
    }
}

#[test]
fn gas_constants_cover_what_they_pay_with_a_fifth_to_spare() {
    measured().bill.check();
}
