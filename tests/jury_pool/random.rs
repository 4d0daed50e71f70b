//! Random requests and signed messages beside a small model; what the contract says must always agree with it.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use serde_json::json;

use crate::pool::{ALL_TOPICS, FIRST, JUROR, JURY_SELECTION, Pool, REGULAR, k, number, strings};

/// Keys that the sequences use: few, so that they meet often.
const KEYS: u8 = 12;

/// What must be true, in the plainest form.
#[derive(Default)]
struct Model {
    /// Key -> status: 0 active, 1 suspended, 2 resigned.
    jurors: BTreeMap<u8, (u8, u8)>,
    members: BTreeSet<u8>,
    /// Contest -> jury.
    running: BTreeMap<u32, Vec<u8>>,
    next: u32,
}

impl Model {
    fn busy(&self, n: u8) -> usize {
        self.running.values().filter(|jury| jury.contains(&n)).count()
    }

    fn active(&self) -> Vec<u8> {
        self.jurors.iter().filter(|(_, (status, _))| *status == 0).map(|(n, _)| *n).collect()
    }

    fn reserve(&mut self, n: u8) -> bool {
        let active = self.jurors.get(&n).is_some_and(|(status, _)| *status == 0);
        let ok = self.members.contains(&n) || (!active && self.busy(n) == 0);
        if ok {
            self.jurors.remove(&n);
            self.members.insert(n);
        }
        ok
    }

    fn admit(&mut self, n: u8) -> u16 {
        if self.members.contains(&n) {
            return 602;
        }
        let juror = self.jurors.entry(n).or_insert((0, 0));
        if juror.0 != 0 {
            *juror = (0, 0);
        }
        0
    }

    fn report(&mut self, contest: u32, worked: &[u8]) {
        for n in self.running.remove(&contest).unwrap_or_default() {
            let Some(juror) = self.jurors.get_mut(&n) else { continue };
            if worked.contains(&n) {
                juror.1 = 0;
            } else if juror.0 == 0 {
                juror.1 += 1;
                juror.0 = u8::from(juror.1 >= 3);
            }
        }
    }
}

fn number_of(key: &str) -> u8 {
    (JUROR..JUROR + KEYS).find(|n| k(*n) == key).expect("one of our keys")
}

/// One random action on both; the kinds of `step` are weighted so that jurors come, miss and go.
fn step(pool: &mut Pool, model: &mut Model, rng: &mut Rng) {
    let n = JUROR + rng.u8(0..KEYS);
    pool.world.now += 1;
    match rng.u8(0..10) {
        0 => assert_eq!(pool.reserve(&k(n)).ok(), model.reserve(n)),
        1 => {
            assert_eq!(pool.release(&k(n)).code(), 0);
            model.members.remove(&n);
        }
        2..=4 => {
            // Every admission is the prize of a contest of its own.
            let id = model.next;
            model.next += 1;
            assert_eq!(pool.authorize(id, JURY_SELECTION, 1, 1, &[]).code(), 0);
            assert_eq!(pool.admit(id, n).code(), model.admit(n));
            assert_eq!(pool.report(id, &[]).code(), 0);
        }
        5..=6 => {
            let id = model.next;
            model.next += 1;
            assert_eq!(pool.authorize(id, REGULAR, 2, 1, &[]).code(), 0);
            let jury = pool.draw(id, 1).jury();
            let expected = model.active();
            assert_eq!(jury, crate::pool::keys(expected.iter().copied()));
            if jury.is_empty() {
                pool.report(id, &[]);
            } else {
                model.running.insert(id, expected);
            }
        }
        7..=8 => {
            let ids: Vec<_> = model.running.keys().copied().collect();
            let Some(id) = rng.choice(&ids).copied() else { return };
            let jury = model.running[&id].clone();
            let worked: Vec<_> = jury.into_iter().filter(|_| rng.bool()).collect();
            let names: Vec<_> = worked.iter().map(|n| k(*n)).collect();
            assert_eq!(pool.report(id, &names).code(), 0);
            model.report(id, &worked);
        }
        _ => {
            let outcome = pool.call(n, "resign", &json!({}));
            match model.jurors.get_mut(&n).filter(|(status, _)| *status != 2) {
                Some(juror) => {
                    outcome.success();
                    juror.0 = 2;
                }
                None => assert_eq!(outcome.code(), 601),
            }
        }
    }
}

/// The getters say what the model says, and I2 and I14 hold.
fn compare(pool: &Pool, model: &Model) {
    let jurors = pool.all_jurors();
    let found: BTreeMap<u8, (u8, u8)> = jurors
        .iter()
        .map(|juror| {
            let n = number_of(juror["key"].as_str().expect("a key"));
            let short = |field: &str| u8::try_from(number(&juror[field])).expect("fits");
            assert_eq!(usize::from(short("busy")), model.busy(n));
            (n, (short("status"), short("missed")))
        })
        .collect();
    assert_eq!(found, model.jurors);
    let mirror = pool.mirror();
    assert_eq!(mirror, crate::pool::keys(model.members.iter().copied()));
    for n in JUROR..JUROR + KEYS {
        let member = mirror.contains(&k(n));
        assert!(!(member && found.contains_key(&n)), "I2: member and juror");
        assert!(!(member && model.busy(n) > 0), "I14: member and in a jury");
    }
    for (id, jury) in &model.running {
        assert_eq!(strings(&pool.contest(*id)["jury"]), crate::pool::keys(jury.iter().copied()));
    }
}

#[test]
fn random_sequences_agree_with_a_model() {
    for seed in 1..=6 {
        println!("seed {seed}");
        let mut rng = Rng::with_seed(seed);
        let mut pool = Pool::new(0);
        let mut model = Model { next: FIRST, ..Model::default() };
        for _ in 0..120 {
            step(&mut pool, &mut model, &mut rng);
            compare(&pool, &model);
        }
    }
}

#[test]
fn declined_contests_never_get_that_juror() {
    for seed in 1..=4 {
        println!("seed {seed}");
        let mut rng = Rng::with_seed(seed);
        let mut pool = Pool::with_jurors(KEYS);
        for id in 2..8 {
            pool.authorize(id, REGULAR, rng.u8(1..=5), 1, &[]);
            let declined: Vec<u8> = (JUROR..JUROR + KEYS).filter(|_| rng.u8(0..3) == 0).collect();
            for n in &declined {
                pool.call(*n, "recuse", &json!({ "contestId": id })).success();
            }
            let jury = pool.draw(id, 1).jury();
            assert_eq!(jury.len() + declined.len(), usize::from(KEYS));
            assert!(declined.iter().all(|n| !jury.contains(&k(*n))));
        }
        assert_eq!(number(&pool.juror(JUROR)["topicMask"]), u64::from(ALL_TOPICS));
    }
}
