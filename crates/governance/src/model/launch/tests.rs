//! Launch checks (T41, T50, T52, T66, T77).

use ton_abi::Nano;

use super::*;
use crate::model::fixture::{DAY, JUROR, START, World, jury_contest, key, spec, wallet};
use crate::organisation::Span;
use crate::payload::SpecJuror;

#[track_caller]
fn assert_refused(spec: Spec, refusal: Refusal) {
    let world = World::funded();
    assert_eq!(world.model.check_spec(&spec, START), Err(refusal));
}

fn good() -> Spec {
    spec(2, 100_000, START)
}

#[test]
fn a_good_contest_passes() {
    let world = World::funded();
    assert_eq!(world.model.check_spec(&good(), START), Ok(()));
    assert_eq!(world.model.check_plan(&good()), Ok(()));
    assert_eq!(world.model.check_spec(&jury_contest(START), START), Ok(()));
}

#[test]
fn counts_texts_and_shares_have_bounds() {
    assert_refused(Spec { title: "x".repeat(129), ..good() }, Refusal::TOO_LONG);
    assert_refused(Spec { doc_link: "x".repeat(257), ..good() }, Refusal::TOO_LONG);
    assert_refused(Spec { jury_bps: 1001, ..good() }, Refusal::PARAMS_BOUND);
    assert_refused(Spec { org_bps: 201, ..good() }, Refusal::PARAMS_BOUND);
    assert_refused(Spec { topic: 0, ..good() }, Refusal::LIMIT);
    assert_refused(Spec { topic: 6, ..good() }, Refusal::LIMIT);
    assert_refused(Spec { min_jurors: 0, ..good() }, Refusal::LIMIT);
    assert_refused(Spec { min_jurors: 25, ..good() }, Refusal::LIMIT);
    assert_refused(Spec { min_scores: 0, ..good() }, Refusal::LIMIT);
    assert_refused(Spec { max_entries: 65, ..good() }, Refusal::LIMIT);
    assert_refused(Spec { entry_deposit: Nano::tokens(1_001), ..good() }, Refusal::LIMIT);
    assert_refused(Spec { depends_on: vec![1; 5], ..good() }, Refusal::LIMIT);
}

#[test]
fn t52_prizes_are_nothing_or_a_tenth_of_a_token_and_fit_the_fund() {
    let prizes = |prizes: &[u128]| Spec { prizes: prizes.iter().map(|n| Nano(*n)).collect(), ..good() };
    let world = World::funded();
    let check = |spec: Spec| world.model.check_spec(&spec, START);
    for fits in [0, 100_000_000, 4_900_000_000, 5_000_000_000, Nano::tokens(100_000).0] {
        assert_eq!(check(prizes(&[fits])), Ok(()), "{fits}");
    }
    assert_eq!(check(prizes(&[1])), Err(Refusal::LIMIT));
    assert_eq!(check(prizes(&[99_999_999])), Err(Refusal::LIMIT));
    assert_eq!(check(prizes(&[Nano::tokens(100_000).0, 100_000_000])), Err(Refusal::LIMIT));
    assert_eq!(check(prizes(&[100_000_000; 33])), Err(Refusal::LIMIT));
    assert_eq!(check(Spec { pro_rata: true, ..good() }), Err(Refusal::LIMIT), "prizes and points");
    assert_eq!(check(Spec { pro_rata: true, prizes: Vec::new(), ..good() }), Ok(()));
}

#[test]
fn t66_every_phase_lasts_a_day() {
    assert_refused(Spec { entries_end: START.plus(DAY - 1), ..good() }, Refusal::BAD_TIME);
    assert_refused(
        Spec { entries_end: START, open_at: UnixTime(START.0 - DAY), ..good() },
        Refusal::BAD_TIME,
    );
    let begun = Spec { open_at: UnixTime(START.0 - DAY), ..good() };
    assert_refused(Spec { entries_end: START.plus(DAY - 1), ..begun }, Refusal::BAD_TIME);
    assert_refused(Spec { entries_end: START.plus(365 * DAY + 1), ..good() }, Refusal::BAD_TIME);
    assert_refused(Spec { commit_span: Span(DAY - 1), ..good() }, Refusal::BAD_TIME);
    assert_refused(Spec { reveal_span: Span(DAY - 1), ..good() }, Refusal::BAD_TIME);
    assert_refused(Spec { confirm_window: Span::days(13), ..good() }, Refusal::BAD_TIME);
    let world = World::funded();
    let day = Spec { entries_end: START.plus(DAY), commit_span: Span::days(1), ..good() };
    assert_eq!(world.model.check_spec(&day, START), Ok(()));
}

#[test]
fn t77_juries_of_their_own_are_for_jury_contests_without_members() {
    let jury = |numbers: &[u8]| -> Vec<SpecJuror> {
        numbers.iter().map(|n| SpecJuror { key: key(*n), addr: wallet(*n) }).collect()
    };
    assert_refused(Spec { bootstrap_jury: jury(&[JUROR]), ..good() }, Refusal::BAD_ACTION);
    assert_refused(Spec { seats: 1, ..good() }, Refusal::BAD_ACTION);
    let of = |numbers| Spec { bootstrap_jury: jury(numbers), min_jurors: 1, ..jury_contest(START) };
    let few = Spec { min_jurors: 3, ..of(&[JUROR, JUROR + 1]) };
    assert_refused(few, Refusal::BAD_ACTION);
    assert_refused(of(&[JUROR, JUROR]), Refusal::BAD_ACTION);
    assert_refused(of(&[JUROR, 3]), Refusal::IS_MEMBER);
    let mut masterchain = of(&[JUROR]);
    masterchain.bootstrap_jury[0].addr = ton_abi::Address::new(-1, ton_abi::Hash([1; 32]));
    assert_refused(masterchain, Refusal::BAD_ADDRESS);
}

#[test]
fn the_item_must_be_in_the_plan_with_its_topic_and_what_it_depends_on() {
    let world = World::funded();
    let check = |spec: Spec| world.model.check_plan(&spec);
    assert_eq!(check(Spec { stage: 0, ..good() }), Err(Refusal::STAGE_NOT_ACTIVE));
    assert_eq!(check(Spec { stage: 5, ..good() }), Err(Refusal::STAGE_NOT_ACTIVE));
    assert_eq!(check(Spec { item: 6, ..good() }), Err(Refusal::OVER_PLAN), "an item of stage 2");
    assert_eq!(check(Spec { topic: 3, ..good() }), Err(Refusal::BAD_ACTION));
    let last = Spec { stage: 4, item: 15, topic: 3, ..good() };
    assert_eq!(check(last), Err(Refusal::BAD_PHASE), "T50: contest 9 has no winner yet");
    assert_refused(Spec { depends_on: vec![1], ..good() }, Refusal::BAD_PHASE);
}
