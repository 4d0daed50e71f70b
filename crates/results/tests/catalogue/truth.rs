//! What is read and recomputed of the story.

use std::collections::BTreeSet;
use std::sync::Arc;

use governance::contest::{Ending, ItemState, Phase};
use results::{Catalogue, Check, check, to_json};
use ton_abi::Nano;

use crate::story::{contracts, facts, story};

#[test]
fn everything_that_can_be_recomputed_is_equal() {
    let report = check(facts(), contracts());
    let lines: Vec<_> = report.differences.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
    let compared: BTreeSet<Check> = report.compared.keys().copied().collect();
    let all: BTreeSet<Check> = Check::ALL.into_iter().filter(|check| *check != Check::File).collect();
    assert_eq!(compared, all, "every check has something to compare");
    assert!(report.total() > 500, "{}", report.total());
}

#[test]
fn a_tie_shares_its_prizes_and_a_rejected_entry_has_no_place() {
    let contest = &facts().contests[0];
    let ranking: Vec<_> = contest.ranking.iter().map(|rank| (rank.place, rank.entry, rank.prize)).collect();
    assert_eq!(ranking, [(1, 1, 400), (1, 2, 400), (3, 3, 200)].map(|(a, b, c)| (a, b, Nano::tokens(c))));
    let catalogue = Catalogue::of(facts());
    let entry = &catalogue.contests[0].entries[3];
    assert_eq!((entry.place, entry.counts.rejected, entry.counts.scores), (None, 2, 1));
    assert_eq!(catalogue.contests[0].entries[2].counts.abstained, 1);
    let deposit = |number: u8| contest.payouts.iter().any(|item| item.item == 100 + number);
    assert_eq!([1, 2, 3, 4].map(deposit), [true, true, true, false], "a rejected entry loses its deposit");
}

#[test]
fn a_payout_that_came_back_is_told_with_its_message() {
    let contest = &facts().contests[0];
    let unpaid: Vec<_> = contest.payouts.iter().filter(|item| item.state == ItemState::Failed).collect();
    let items: Vec<u8> = unpaid.iter().map(|item| item.item).collect();
    assert_eq!(items, [3, 103], "prize and deposit of the payee who takes nothing");
    for item in items {
        let payments: Vec<_> = contest.payments.iter().filter(|it| it.item == u32::from(item)).collect();
        assert_eq!(payments.len(), 1);
        let returned = payments[0].returned.expect("it came back");
        assert!(returned.value < payments[0].transfer.amount, "less the fees of the way");
        assert!(payments[0].transfer.arrived_in.expect("it arrived").bounced);
    }
    let paid = contest.payments.iter().filter(|it| it.returned.is_none());
    assert!(paid.clone().all(|it| it.transfer.arrived_in.is_some_and(|arrival| arrival.fits)));
    assert_eq!(paid.count(), 2 + 3 + 2, "two prizes, three jurors, two deposits");
}

#[test]
fn a_contest_without_a_quorum_gives_everything_back() {
    let contest = &facts().contests[1];
    assert_eq!((contest.standing.phase, contest.standing.ending), (Phase::Closed, Ending::NoQuorum));
    assert!(contest.standing.extended && contest.ranking.is_empty());
    let catalogue = Catalogue::of(facts());
    let refund: Vec<_> = catalogue.contests[1].returns.iter().map(|it| (it.kind, it.given)).collect();
    assert_eq!(refund, [("refund", Nano::tokens(112_000))]);
    // The first contest gave back the lost deposit, and the nanotoken that three jurors cannot share.
    let first = Nano::tokens(5).0 + 1;
    assert_eq!(facts().stages[0].0.refunded.0, Nano::tokens(112_000).0 + first);
}

#[test]
fn a_contest_that_waits_for_its_payout_owes_everything() {
    let contest = &facts().contests[2];
    assert!(contest.payments.is_empty() && contest.standing.phase == Phase::Confirm);
    assert!(contest.payouts.iter().all(|item| item.state == ItemState::Due));
    assert_eq!(contest.payouts.len(), 2 + 3 + 2);
}

#[test]
fn decisions_org_payments_and_jurors_are_told() {
    let catalogue = Catalogue::of(facts());
    let outcomes: Vec<_> =
        catalogue.proposals.iter().map(|it| (it.action.as_str(), it.outcome.as_str())).collect();
    let launches = [("LaunchContest", "executed"); 3];
    assert_eq!(outcomes[..3], launches);
    assert_eq!(outcomes[3..], [("PayOrg", "executed"), ("Signal", "active")]);
    let open = &catalogue.proposals[4];
    assert_eq!((open.yes, open.votes.iter().filter(|vote| vote.transaction.is_some()).count()), (2, 2));
    let payment = &catalogue.treasury.payments[0];
    assert_eq!((payment.proposal, payment.payment.amount), (4, Nano::tokens(5)));
    assert!(payment.payment.arrival.is_some());
    assert_eq!(catalogue.jurors.len(), 3);
    assert!(catalogue.contests[0].record.as_ref().is_some_and(|record| record.version == 1));
    assert_eq!(catalogue.label(&catalogue.contests[0].entries[0].key), "applicant 1");
}

#[test]
fn the_same_state_gives_the_same_bytes() {
    let again = story().collect(Arc::new(story().network()));
    let text = |facts| to_json(&Catalogue::of(facts)).unwrap();
    assert_eq!(text(&again), text(facts()));
    assert_eq!(check(&again, contracts()), check(facts(), contracts()));
}
