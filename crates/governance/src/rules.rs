//! Numbers of the rules: how many must agree, how many may sit.

use ton_abi::Nano;

/// The most members there can be. Source: proposal, "the max number of members … is 15".
pub const MAX_MEMBERS: usize = 15;
/// The fewest members for normal work. Source: proposal, "the min number is 10".
pub const MIN_MEMBERS: usize = 10;
/// The fewest votes a decision ever needs: half of [`MIN_MEMBERS`] plus one, so that a shrinking membership
/// cannot shrink the majority further.
pub const MIN_THRESHOLD: usize = 6;
/// The most custodians a multisig holds (its masks have 32 bits, as in SafeMultisig).
pub const MAX_CUSTODIANS: usize = 32;

/// Parts of a whole that shares are counted in: one is 0.01 %.
pub const BPS: u32 = 10_000;

/// A share of an amount in 1/10000, rounded down, as the contracts compute it.
///
/// ```
/// use ton_abi::Nano;
///
/// assert_eq!(governance::rules::share(Nano::tokens(200_000), 1_000), Nano::tokens(20_000));
/// ```
pub const fn share(amount: Nano, bps: u16) -> Nano {
    Nano(amount.0 * bps as u128 / BPS as u128)
}

/// Votes or confirmations that `members` need for a decision: the least count strictly above half, at least
/// [`MIN_THRESHOLD`].
///
/// Source: proposal, "decisions … are to be taken by 50% + 1 vote".
///
/// ```
/// assert_eq!(governance::rules::threshold(15), 8);
/// ```
pub const fn threshold(members: usize) -> usize {
    let majority = members / 2 + 1;
    if majority > MIN_THRESHOLD { majority } else { MIN_THRESHOLD }
}

/// Confirmations that an update of a multisig needs: all of one or two custodians, else two thirds, rounded up.
///
/// Source: multisig2, `(2n + 1) / 3`.
pub const fn update_threshold(custodians: usize) -> usize {
    if custodians <= 2 { custodians } else { (2 * custodians + 1) / 3 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_plus_one_with_a_floor_of_six() {
        let expected = [(15, 8), (14, 8), (13, 7), (12, 7), (11, 6), (10, 6), (9, 6), (5, 6), (1, 6)];
        for (members, votes) in expected {
            assert_eq!(threshold(members), votes, "{members} members");
        }
        assert_eq!(threshold(MIN_MEMBERS), MIN_THRESHOLD);
        for members in MIN_MEMBERS..=MAX_MEMBERS {
            assert!(2 * threshold(members) > members && 2 * (threshold(members) - 1) <= members);
        }
    }

    #[test]
    fn updates_need_two_thirds() {
        for (custodians, votes) in [(1, 1), (2, 2), (3, 2), (10, 7), (15, 10), (32, 21)] {
            assert_eq!(update_threshold(custodians), votes, "{custodians} custodians");
        }
    }
}
