//! Hand-written programs, one for each shape of control flow, and their costs.
