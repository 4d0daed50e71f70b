//! tsol-sema
