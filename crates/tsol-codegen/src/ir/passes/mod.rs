//! Transformations that keep the meaning.
