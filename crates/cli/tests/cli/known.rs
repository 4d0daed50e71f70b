//! Secrets that tests use. None of them may be in anything that the program tells or writes.

#![allow(dead_code, reason = "the transcripts need fewer of them")]

/// The phrase of the SDK's own tests.
pub(crate) const PHRASE: &str =
    "abandon math mimic master filter design carbon crystal rookie group knife young";
/// A secret key without a phrase.
pub(crate) const SECRET: &str = "9f7c2a4e1b3d5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8";
/// Password of the keys that tests keep.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// Another one, for changes and mistakes.
pub(crate) const OTHER_PASSWORD: &str = "incorrect donkey staple";
