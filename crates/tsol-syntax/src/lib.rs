//! tsol-syntax
