//! The catalogue of a whole story on the embedded network: what it says, that it is recomputed, that a lie of the
//! network or of a file is named, and that no text of a stranger does anything in any form of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod files;
mod lies;
mod story;
mod texts;
mod truth;
