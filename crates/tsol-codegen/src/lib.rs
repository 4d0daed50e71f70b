//! tsol-codegen
