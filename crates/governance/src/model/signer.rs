//! Signed messages: header, replay protection per signer, messages a day (rules C1 and C17).

use ton_abi::{PublicKey, UnixMillis, UnixTime};

use super::limits;
use super::refusal::{Refusal, require};

/// What a signed message says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// Key of the signer.
    pub key: PublicKey,
    /// Time of the header.
    pub time: UnixMillis,
    /// When it expires.
    pub expire: UnixTime,
}

/// What is known about the messages of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signer {
    /// Time of the last message.
    pub last_time: UnixMillis,
    /// Unix day of the last message.
    pub day: u32,
    /// Messages of that day.
    pub sent: u8,
}

/// Checks that a message is neither expired, nor lives too long, nor comes from the future.
///
/// # Errors
/// 57.
pub fn check_header(by: &Signed, longest: u32, now: UnixTime) -> Result<(), Refusal> {
    let live = by.expire > now && by.expire <= now.plus(longest);
    let past = by.time.0 / 1000 < u64::from(now.0) + u64::from(limits::CLOCK_SKEW);
    require(live && past, Refusal::EXPIRED)
}

impl Signer {
    /// A key that enters a set now: nothing that it signed before is ever taken.
    pub const fn since(now: UnixTime) -> Self {
        Self { last_time: now.millis(), day: 0, sent: 0 }
    }

    /// # Errors
    /// 52 when the message is not newer than the last one.
    pub fn check_new(&self, by: &Signed) -> Result<(), Refusal> {
        require(by.time > self.last_time, Refusal::REPLAYED)
    }

    /// # Errors
    /// 155 when the messages of the day are used up.
    pub fn check_count(&self, now: UnixTime) -> Result<(), Refusal> {
        require(self.sent_today(now) < limits::MESSAGES_A_DAY, Refusal::LIMIT)
    }

    /// Marks a message as taken and counts it.
    pub fn mark(&mut self, by: &Signed, now: UnixTime) {
        self.sent = self.sent_today(now) + 1;
        self.day = now.0 / limits::DAY;
        self.last_time = by.time;
    }

    const fn sent_today(&self, now: UnixTime) -> u8 {
        if self.day == now.0 / limits::DAY { self.sent } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_700_000_000);

    fn message(millis: i64, expire: u32) -> Signed {
        let time = NOW.millis().0.checked_add_signed(millis).expect("a time");
        Signed { key: PublicKey([1; 32]), time: UnixMillis(time), expire: UnixTime(expire) }
    }

    #[test]
    fn a_header_lives_up_to_its_longest_life_and_comes_from_no_future() {
        for (millis, life, fits) in [
            (0, 0, false),
            (0, 1, true),
            (0, 3600, true),
            (0, 3601, false),
            (299_999, 60, true),
            (300_000, 60, false),
            (-9_000_000, 60, true),
        ] {
            let found = check_header(&message(millis, NOW.0 + life), limits::SHORT_EXPIRE, NOW);
            assert_eq!(found.is_ok(), fits, "{millis} ms, {life} s");
        }
    }

    #[test]
    fn messages_are_newer_each_time_and_twenty_a_day() {
        let mut signer = Signer::since(NOW);
        assert_eq!(signer.check_new(&message(0, NOW.0 + 60)), Err(Refusal::REPLAYED));
        for millis in 1..=20 {
            signer.check_new(&message(millis, NOW.0 + 60)).expect("it is newer");
            signer.check_count(NOW).expect("there are fewer than twenty");
            signer.mark(&message(millis, NOW.0 + 60), NOW);
        }
        assert_eq!(signer.check_count(NOW), Err(Refusal::LIMIT));
        let tomorrow = UnixTime((NOW.0 / limits::DAY + 1) * limits::DAY);
        assert_eq!(signer.check_count(UnixTime(tomorrow.0 - 1)), Err(Refusal::LIMIT));
        assert_eq!(signer.check_count(tomorrow), Ok(()));
    }
}
