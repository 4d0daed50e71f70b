//! Stage budgets and the stage gate (governance 5.8; T43-T53).

mod books;
mod contests;
mod gas;
mod model;
mod money;
mod moves;
mod org;
mod plan;
mod random;
mod refunds;
mod setup;
mod stages;
mod strangers;
