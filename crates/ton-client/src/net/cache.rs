//! An answer that holds for a while.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

pub(crate) struct Cached<T> {
    life: Duration,
    value: Mutex<Option<(Instant, T)>>,
}

impl<T: Clone> Cached<T> {
    pub(crate) fn new(life: Duration) -> Self {
        Self { life, value: Mutex::new(None) }
    }

    /// The value, if it is young enough.
    pub(crate) fn get(&self) -> Option<T> {
        let value = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        value.as_ref().filter(|(at, _)| at.elapsed() < self.life).map(|(_, value)| value.clone())
    }

    pub(crate) fn set(&self, value: T) {
        *self.value.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), value));
    }
}
