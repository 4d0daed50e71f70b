//! What members, contestants and jurors do, on the contracts themselves.

mod contests;
mod decisions;
mod founding;
mod hall;
mod jurors;
mod simulated;
mod stages;
