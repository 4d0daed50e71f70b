//! One decision: votes, outcome, execution (governance 5.6; T23-T33).
