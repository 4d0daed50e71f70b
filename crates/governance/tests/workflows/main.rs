//! What members, contestants and jurors do, on the contracts themselves.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod contests;
mod decisions;
mod founding;
mod hall;
mod jurors;
mod simulated;
mod stages;
