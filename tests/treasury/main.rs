//! Stage budgets and the stage gate (governance 5.8; T43-T53).
