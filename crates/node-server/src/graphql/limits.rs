//! What one request may cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::Failure;

/// Longest text of a query, bytes.
pub const QUERY_BYTES: usize = 256 * 1024;
/// Deepest nesting of brackets in a query's text.
pub const QUERY_NESTING: usize = 64;
/// Deepest nesting of fields. Introspection by tools needs 15.
pub const FIELD_DEPTH: usize = 20;
/// Fields of a query, those of fragments counted each time they are used.
pub const FIELDS: usize = 2_000;
/// Directives of a field.
pub const DIRECTIVES: usize = 10;
/// Errors of one answer; further ones are left out.
pub const ERRORS: usize = 10;
/// Conditions of one filter.
pub const FILTER_CONDITIONS: usize = 1_000;
/// Elements of `in` and `notIn`.
pub const FILTER_LIST: usize = 10_000;
/// Paths of `orderBy`, and of the fields of an aggregation.
pub const PATHS: usize = 20;
/// Documents of one list, asked for or not.
pub const LIST: usize = 50;
/// Messages of one `postRequests`, and of one message monitor.
pub const POSTS: usize = 1_000;
/// Documents that one request may examine.
pub const ROWS: u64 = 2_000_000;
/// Documents that one request may show, those of joins included.
pub const DOCUMENTS: u64 = 20_000;
/// Values that one request may show.
pub const VALUES: u64 = 2_000_000;
/// Text that one request may show, bytes.
pub const ANSWER_BYTES: u64 = 64 * 1024 * 1024;
/// Time that one request may spend on examining documents.
pub const TIME: Duration = Duration::from_secs(10);
/// Requests that may wait for a document at a time.
pub const WAITING: usize = 4_096;
/// Subscriptions that may run at a time.
pub const SUBSCRIPTIONS: usize = 4_096;
/// Scans that may run at a time; more wait for their turn.
pub const SCANS: usize = 4;

/// Documents between two looks at the clock.
const CLOCK_EVERY: u64 = 1_024;

/// What one request, or one event of a subscription, has used so far.
#[derive(Clone)]
pub struct Budget(Arc<Used>);

struct Used {
    rows: AtomicU64,
    documents: AtomicU64,
    values: AtomicU64,
    bytes: AtomicU64,
    nanos: AtomicU64,
    spent: AtomicBool,
}

impl Default for Budget {
    fn default() -> Self {
        let zero = AtomicU64::default;
        Self(Arc::new(Used {
            rows: zero(),
            documents: zero(),
            values: zero(),
            bytes: zero(),
            nanos: zero(),
            spent: AtomicBool::default(),
        }))
    }
}

impl Budget {
    /// Starts anew, for the next event of a subscription.
    pub fn reset(&self) {
        let used = &self.0;
        for counter in [&used.rows, &used.documents, &used.values, &used.bytes, &used.nanos] {
            counter.store(0, Ordering::Relaxed);
        }
        used.spent.store(false, Ordering::Relaxed);
    }

    /// Whether the request got an error because it asked for too much: nothing more has to be computed.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.0.spent.load(Ordering::Relaxed)
    }

    fn too_much(&self, text: String) -> Failure {
        self.0.spent.store(true, Ordering::Relaxed);
        Failure::TooMuch(text)
    }

    /// Starts to examine documents.
    #[must_use]
    pub fn scan(&self) -> Scan<'_> {
        Scan { budget: self, started: Instant::now(), rows: 0 }
    }

    /// Counts documents to be shown.
    ///
    /// # Errors
    /// [`Failure::TooMuch`] beyond [`DOCUMENTS`].
    pub fn show_documents(&self, count: usize) -> Result<(), Failure> {
        let shown = self.0.documents.fetch_add(count as u64, Ordering::Relaxed) + count as u64;
        if shown > DOCUMENTS {
            return Err(
                self.too_much(format!("one request shows up to {DOCUMENTS} documents with their joins"))
            );
        }
        Ok(())
    }

    /// Counts a value to be shown.
    ///
    /// # Errors
    /// [`Failure::TooMuch`] beyond [`VALUES`] or [`ANSWER_BYTES`].
    pub fn show_value(&self, bytes: usize) -> Result<(), Failure> {
        let values = self.0.values.fetch_add(1, Ordering::Relaxed) + 1;
        let bytes = self.0.bytes.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64;
        if values > VALUES || bytes > ANSWER_BYTES {
            return Err(self.too_much(format!(
                "one answer has up to {VALUES} values and {} MiB of text",
                ANSWER_BYTES >> 20
            )));
        }
        Ok(())
    }
}

/// Documents being examined; counts when it is dropped, too.
pub struct Scan<'a> {
    budget: &'a Budget,
    started: Instant,
    rows: u64,
}

impl Scan<'_> {
    /// Counts a document.
    ///
    /// # Errors
    /// [`Failure::TooSlow`] beyond [`ROWS`] or [`TIME`] of all scans of the request together.
    pub fn row(&mut self) -> Result<(), Failure> {
        self.rows += 1;
        if self.rows.is_multiple_of(CLOCK_EVERY) { self.settle() } else { Ok(()) }
    }

    fn settle(&mut self) -> Result<(), Failure> {
        let used = &self.budget.0;
        let spent = self.started.elapsed().as_nanos() as u64;
        let rows = used.rows.fetch_add(self.rows, Ordering::Relaxed) + self.rows;
        let nanos = used.nanos.fetch_add(spent, Ordering::Relaxed) + spent;
        (self.rows, self.started) = (0, Instant::now());
        if rows > ROWS || Duration::from_nanos(nanos) > TIME {
            used.spent.store(true, Ordering::Relaxed);
            return Err(Failure::TooSlow { rows, millis: nanos / 1_000_000 });
        }
        Ok(())
    }
}

impl Drop for Scan<'_> {
    fn drop(&mut self) {
        // The failure, if any, was or will be reported by the next row of the request.
        let _ = self.settle();
    }
}
