//! Codes, parties and histories.

use governance::contracts::Contracts;
use governance::registry::CodeKind;
use governance::text::Digest;
use governance::{contest, jury_pool, multisig, treasury};
use ton_abi::Address;

use super::{Check, Report};
use crate::collect::NO_CODE;
use crate::facts::{Account, Facts};
use crate::history::History;

/// Every account runs the known code, the registry deploys the known codes, and the addresses are the registry's.
pub(super) fn check(report: &mut Report, facts: &Facts, contracts: &Contracts) {
    for account in &facts.organs {
        code(report, account.contract, account, contracts);
    }
    for contest in &facts.contests {
        code(report, &super::place(contest), &contest.account, contracts);
        let place = super::place(contest);
        report.same(Check::Party, &place, "address", &contest.record.addr, &contest.account.address);
        let named = [
            ("stage", contest.spec.stage, contest.record.stage),
            ("item", contest.spec.item, contest.record.item),
        ];
        for (what, escrow, registry) in named {
            report.same(Check::Party, &place, what, &escrow, &registry);
        }
    }
    for proposal in &facts.proposals {
        code(report, &format!("proposal {}", proposal.id), &proposal.account, contracts);
    }
    for (kind, hash) in CodeKind::ALL.iter().zip(&facts.codes.code_hashes) {
        let known = contracts.code(*kind).map(|code| Digest(code.repr_hash().0)).unwrap_or_default();
        report.same(Check::Code, "registry", &format!("code of {kind}"), &known, hash);
    }
    parties(report, facts);
}

fn code(report: &mut Report, place: &str, account: &Account, contracts: &Contracts) {
    let known = contracts.get(account.contract).image.code_hash().unwrap_or(NO_CODE);
    report.same(Check::Code, place, "hash of the code", &known, &account.code);
}

fn parties(report: &mut Report, facts: &Facts) {
    let known = [
        (treasury::CONTRACT, &facts.addresses.treasury),
        (jury_pool::CONTRACT, &facts.addresses.jury_pool),
        (multisig::CONTRACT, &facts.addresses.multisig),
    ];
    let none = || "none".to_owned();
    for (contract, address) in known {
        let found = facts.organs.iter().find(|organ| organ.contract == contract);
        let found = found.map_or_else(none, |organ| organ.address.to_string());
        let expected = address.as_ref().map_or_else(none, Address::to_string);
        report.same(Check::Party, "registry", contract, &expected, &found);
    }
}

/// No history has a gap.
pub(super) fn histories(report: &mut Report, facts: &Facts) {
    history(report, "registry", &facts.registry);
    history(report, "treasury", &facts.treasury);
    for contest in &facts.contests {
        history(report, &super::place(contest), &contest.history);
    }
    for proposal in &facts.proposals {
        history(report, &format!("proposal {}", proposal.id), &proposal.history);
    }
    debug_assert!(facts.contests.iter().all(|it| it.account.contract == contest::CONTRACT));
}

fn history(report: &mut Report, place: &str, history: &History) {
    report.holds(Check::History, place, "transactions", history.gap.is_none(), || {
        let gap = history.gap.map(|gap| gap.to_string()).unwrap_or_default();
        ("all from the first to the newest".to_owned(), gap)
    });
}
