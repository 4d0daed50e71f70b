//! What jurors sign at the pool.

use governance::jury_pool::{DrawState, JurorStatus};
use serde_json::json;
use workspace_tests::community::{account, wallet};

use crate::run::{Place, Run, STRIKE};

impl Run {
    /// Number of a juror's key, seldom of somebody else's.
    fn mostly_juror(&mut self) -> u8 {
        let pool = self.model.pool.jurors.iter();
        let suspended = pool.clone().filter(|(_, juror)| juror.status == JurorStatus::Suspended);
        let suspended: Vec<_> = suspended.map(|(key, _)| self.numbers[key]).collect();
        if !suspended.is_empty() && self.one_in(3) {
            return self.pick(&suspended).expect("not empty");
        }
        let jurors: Vec<_> = self.model.pool.jurors.keys().map(|key| self.numbers[key]).collect();
        let found = if self.one_in(12) { None } else { self.pick(&jurors) };
        found.unwrap_or_else(|| self.rng.u8(..))
    }

    /// A juror chooses topics, declines a contest, changes the address or leaves.
    pub(crate) fn at_pool(&mut self) {
        let n = self.mostly_juror();
        let by = self.by_odd(n);
        match self.rng.u8(0..40) {
            0..12 => {
                let mask = if self.one_in(8) { 32 * self.rng.u8(0..2) } else { 31 };
                let params = json!({ "topicMask": mask });
                self.signed(Place::Pool, &by, "setTopics", &params, |m, now| {
                    m.pool.set_topics(&by, mask, now)
                });
            }
            12..22 => {
                let contests = self.model.pool.contests.iter();
                let open = contests.filter(|(_, it)| it.state == DrawState::Authorized);
                let open: Vec<_> = open.map(|(id, _)| *id).collect();
                let id = if self.one_in(8) { None } else { self.pick(&open) };
                let id = id.unwrap_or_else(|| self.some_contest());
                if self.is_needed(id) {
                    return;
                }
                let params = json!({ "contestId": id });
                self.signed(Place::Pool, &by, "recuse", &params, |m, now| m.pool.recuse(&by, id, now));
            }
            22..34 => {
                let addr = if self.one_in(8) { account(0, 0) } else { wallet(n) };
                let params = json!({ "addr": addr.to_string() });
                self.signed(Place::Pool, &by, "setAddress", &params, |m, now| {
                    m.pool.set_address(&by, &addr, now)
                });
            }
            // The pool is small: it must not run dry, above all where its jurors are to be suspended.
            _ if self.lazy < STRIKE && (self.model.pool.available(1) > 4 || self.one_in(6)) => {
                self.signed(Place::Pool, &by, "resign", &json!({}), |m, now| m.pool.resign(&by, now));
            }
            _ => {}
        }
    }

    /// All jurors leave the pool, also those who are suspended.
    pub(crate) fn leave_pool(&mut self) {
        let jurors: Vec<_> = self.model.pool.jurors.keys().map(|key| self.numbers[key]).collect();
        for n in jurors {
            let by = self.by(n);
            self.signed(Place::Pool, &by, "resign", &json!({}), |m, now| m.pool.resign(&by, now));
        }
    }

    /// Whether a contest can hardly spare a juror: then seldom anybody declines, or too few contests had a jury.
    fn is_needed(&mut self, id: u32) -> bool {
        let pool = &self.model.pool;
        let left = pool.contests.get(&id).map(|it| pool.available(it.topic).saturating_sub(it.recused.len()));
        left.is_some_and(|left| left < 5) && !self.one_in(8)
    }

    /// A juror who is fit declines a contest whose jury is not drawn.
    pub(crate) fn recuse(&mut self) {
        let pool = &self.model.pool;
        let open = pool.contests.iter().filter(|(_, it)| it.state == DrawState::Authorized);
        let pairs: Vec<_> = open
            .flat_map(|(id, it)| {
                pool.jurors.keys().filter(|key| !it.recused.contains(key)).map(|key| (*id, *key))
            })
            .map(|(id, key)| (id, self.numbers[&key]))
            .collect();
        let Some((id, n)) = self.pick(&pairs) else { return };
        if self.is_needed(id) {
            return;
        }
        let by = self.by(n);
        self.signed(Place::Pool, &by, "recuse", &json!({ "contestId": id }), |m, now| {
            m.pool.recuse(&by, id, now)
        });
    }
}
