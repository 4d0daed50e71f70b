//! Bounds of the contracts, as in `libraries/Limits.tsol`.

use ton_abi::Nano;

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident: $ty:ty = $value:expr;)*) => {
        $($(#[$doc])* pub const $name: $ty = $value;)*

        /// Names and values of those that are plain numbers.
        #[cfg(test)]
        const ALL: &[(&str, u128)] = &[$((stringify!($name), $value as u128)),*];
    };
}

limits! {
    /// How far ahead of the chain a signer's clock may be, in seconds.
    CLOCK_SKEW: u32 = 300;
    /// Longest life of a vote or a message of a custodian, in seconds.
    MAX_EXPIRE: u32 = 86_400;
    /// Longest life of the other signed messages, in seconds.
    SHORT_EXPIRE: u32 = 3_600;
    /// Signed messages of one key a day at the registry and at the jury pool.
    MESSAGES_A_DAY: u8 = 20;
    /// Seconds of a day.
    DAY: u32 = 86_400;
    /// From a failed execution to the next one, in seconds.
    RESEND_AFTER: u32 = 600;
    /// Withdrawn confirmations of one item.
    MAX_REVOKES: u8 = 3;
    /// Bytes of a title.
    TITLE_BYTES: usize = 128;
    /// Bytes of a link.
    LINK_BYTES: usize = 256;
    /// Most members.
    MAX_MEMBERS: u8 = 15;
    /// Fewest members for normal work.
    MIN_MEMBERS: u8 = 10;
    /// Fewest votes of a decision.
    MIN_THRESHOLD: u8 = 6;
    /// Fewest members that a resignation leaves.
    RESIGN_FLOOR: u8 = 6;
    /// Open proposals of all members.
    OPEN_PROPOSALS: usize = 64;
    /// Open proposals of one member.
    OPEN_BY_MEMBER: u8 = 5;
    /// Changes of one vote.
    VOTE_CHANGES: u8 = 5;
    /// Candidates.
    CANDIDATES: usize = 64;
    /// Contests in the directory.
    CONTESTS: u32 = 512;
    /// From passing to execution of decisions that move money, in seconds.
    MONEY_DELAY: u32 = 86_400;
    /// Open confirmations of the registry.
    CONTROLLER_ITEMS: usize = 16;
    /// Addresses of the wallet's policy.
    ALLOWLIST: usize = 8;
    /// Payments of one org list.
    ORG_PAYMENTS: usize = 16;
    /// Org lists that wait.
    ORG_WAITING: usize = 16;
    /// Life of an unconfirmed org list, in seconds.
    RESERVE_LIFE: u32 = 2_592_000;
    /// Topics of the proposal.
    TOPICS: u8 = 5;
    /// Entries of a contest.
    ENTRIES: u8 = 64;
    /// Jurors of a contest.
    JURORS: u8 = 24;
    /// Prizes of a contest.
    PRIZES: usize = 32;
    /// Contests that one depends on.
    DEPENDS: usize = 4;
    /// Jurors in the pool.
    POOL: usize = 128;
    /// Commits of one juror.
    COMMITS: u8 = 5;
    /// Payouts of one call.
    PAYOUTS_PER_CALL: u8 = 20;
    /// Shortest phase, in seconds.
    MIN_PHASE: u32 = 86_400;
    /// Longest phase, in seconds.
    MAX_PHASE: u32 = 31_536_000;
    /// A contest without a jury for so many seconds has no quorum.
    DRAW_WINDOW: u32 = 5_184_000;
    /// Missed contests in a row that suspend a juror.
    MISSED: u8 = 3;
    /// From the last payout to settling, in seconds.
    SETTLE_AFTER: u32 = 86_400;
    /// From settling until unclaimed payouts go back, in seconds.
    SWEEP_AFTER: u32 = 15_552_000;
    /// Length of a quick hold, in seconds.
    QUICK_HOLD: u32 = 604_800;
    /// Members that a quick hold needs.
    QUICK_HOLD_KEYS: usize = 3;
    /// Longest voting delay, in seconds.
    VOTING_DELAY_MAX: u32 = 604_800;
    /// Shortest voting period, grace and renewal window, in seconds.
    SPAN_MIN: u32 = 86_400;
    /// Longest of them, and of confirmations and holds, in seconds.
    SPAN_MAX: u32 = 2_592_000;
    /// Shortest confirmation window, in seconds.
    CONFIRM_MIN: u32 = 259_200;
    /// Most cycles of a candidacy.
    CANDIDACY_CYCLES: u8 = 12;
    /// Highest share of jury or org fund, in 1/10000.
    SHARE_MAX: u16 = 1_000;
    /// Places whose winners may ask for a seat.
    WINNER_PLACES: u8 = 3;
    /// How long sealed entries can be opened, in seconds.
    OPENING: u32 = 86_400;
    /// Repetitions of a request of the registry.
    MAX_TRIES: u8 = 10;
    /// Doublings of a wait between repetitions.
    WAIT_DOUBLINGS: u8 = 8;
    /// Repetitions of a step of settling.
    SETTLE_TRIES: u8 = 10;
    /// Prizes that one message of the tally allots.
    TALLY_STEP: usize = 24;
    /// How far from now a deadline can be moved, in seconds.
    EXTENSION: u32 = 7_776_000;
    /// Highest score.
    SCORE: u8 = 10;
    /// Payout items: number of juror 0.
    JURY_ITEMS: u8 = 65;
    /// Payout items: number of the deposit of entry 1, less one.
    DEPOSIT_ITEMS: u8 = 100;
}

/// Least prize: smaller shares go back to the stage.
pub const MIN_PRIZE: Nano = Nano(100_000_000);
/// Least payment of an org list.
pub const MIN_VALUE: Nano = Nano(1_000_000);
/// Highest free limit of the wallet, and highest deposit of an entry.
pub const FREE_LIMIT_MAX: Nano = Nano::tokens(1_000);

#[cfg(test)]
mod tests {
    use super::*;

    /// Value of a constant in the library, without comments and separators.
    fn in_library(name: &str) -> Option<u128> {
        let text = include_str!("../../../../contracts/libraries/Limits.tsol");
        let line = text.lines().find(|line| line.contains(&format!(" constant {name} =")))?;
        let value = line.split('=').nth(1)?.trim().trim_end_matches(';').replace('_', "");
        value.parse().ok()
    }

    #[test]
    fn bounds_are_those_of_the_contracts() {
        for (name, value) in ALL {
            assert_eq!(in_library(name), Some(*value), "{name}");
        }
        for (name, value) in
            [("MIN_PRIZE", MIN_PRIZE), ("MIN_VALUE", MIN_VALUE), ("FREE_LIMIT_MAX", FREE_LIMIT_MAX)]
        {
            assert_eq!(in_library(name), Some(value.0), "{name}");
        }
    }
}
