//! What members sign at the registry besides proposals.

use governance::registry::ContestStatus;
use serde_json::json;
use ton_abi::{Address, Hash};
use workspace_tests::community::{account, wallet};

use crate::decisions::digest;
use crate::run::{Place, Run};

impl Run {
    /// A member, seldom a stranger, sets the payout address: some are shared, some are those of contestants.
    pub(crate) fn set_profile(&mut self) {
        let n = self.mostly_member();
        let by = self.by_odd(n);
        let payout = match self.rng.u8(0..12) {
            0 => account(0, 0),
            1 => Address::new(-1, Hash([1; 32])),
            2 => wallet(100 + self.rng.u8(0..30)),
            _ => wallet(n),
        };
        let params = json!({ "payout": payout.to_string(), "profileHash": digest(7) });
        self.signed(Place::Registry, &by, "setProfile", &params, |m, now| {
            m.set_profile(&by, &payout, digest(7), now)
        });
    }

    /// A member signs the declaration.
    pub(crate) fn attest(&mut self) {
        let n = self.mostly_member();
        let by = self.by_odd(n);
        let params = json!({ "docHash": digest(8) });
        self.signed(Place::Registry, &by, "attest", &params, |m, now| m.attest(&by, digest(8), now));
    }

    /// One member signs more than a day allows.
    pub(crate) fn chatter(&mut self) {
        let n = self.member();
        for _ in 0..21 {
            let by = self.by(n);
            let params = json!({ "docHash": digest(8) });
            self.signed(Place::Registry, &by, "attest", &params, |m, now| m.attest(&by, digest(8), now));
        }
    }

    /// A member leaves.
    pub(crate) fn resign(&mut self) {
        let n = self.mostly_member();
        let by = self.by_odd(n);
        self.signed(Place::Registry, &by, "resign", &json!({}), |m, now| m.resign(&by, now));
    }

    /// A member asks to hold a payout.
    pub(crate) fn quick_hold(&mut self) {
        let waits = |status| status == ContestStatus::Finalized;
        let fitting: Vec<_> =
            self.model.directory.iter().filter(|(_, it)| waits(it.status)).map(|(id, _)| *id).collect();
        let id = if self.one_in(6) { None } else { self.pick(&fitting) };
        let id = id.unwrap_or_else(|| self.some_contest());
        let n = self.mostly_member();
        let by = self.by_odd(n);
        self.signed(Place::Registry, &by, "quickHold", &json!({ "contestId": id }), |m, now| {
            m.quick_hold(&by, id, now)
        });
    }

    /// A member publishes the record of a contest, at first of one that has none.
    pub(crate) fn publish(&mut self) {
        let listed = self.model.directory.iter();
        let missing: Vec<_> = listed.filter(|(_, it)| it.is_unpublished()).map(|(id, _)| *id).collect();
        let id = if self.one_in(6) { None } else { self.pick(&missing) };
        let id = id.unwrap_or_else(|| self.some_contest());
        let n = self.mostly_member();
        let by = self.by_odd(n);
        let hash = if self.one_in(20) { governance::text::Digest::default() } else { digest(9) };
        let link = if self.one_in(20) { "x".repeat(257) } else { "ipfs://record".to_owned() };
        let params = json!({ "contestId": id, "recordHash": hash, "link": link });
        self.signed(Place::Registry, &by, "publish", &params, |m, now| {
            m.publish(&by, id, hash, link.len(), now)
        });
    }
}
