//! Problems found in sources, and the sink that collects them.
//!
//! Every pass of the compiler reports here. A pass that fails returns [`Reported`], which can only be
//! made by emitting an error: so nothing fails silently and nothing is said twice.
//!
//! ```
//! use tsol_syntax::diag::{Code, Diagnostics, Reported};
//! use tsol_syntax::span::{FileId, Span};
//!
//! const E0999: Code = Code::new("E0999");
//! fn check(width: u32, span: Span, diags: &Diagnostics) -> Result<(), Reported> {
//!     if width > 256 {
//!         return Err(diags.error(E0999, span, "integer is too wide").help("use at most 256 bits").emit());
//!     }
//!     Ok(())
//! }
//!
//! let diags = Diagnostics::new();
//! let span = Span::new(FileId(0), 0, 7);
//! assert!(check(300, span, &diags).is_err());
//! assert!(diags.has_errors());
//! ```

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use crate::span::Span;

/// Stable name of a kind of problem, such as `E0101` or `W0101`.
///
/// Ranges: `E01xx`/`W01xx` this crate, `02xx`-`05xx` tsol-sema, `06xx` tsol-codegen, `07xx` the driver.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Code(&'static str);

impl Code {
    /// A code with this text. Only tables made by [`code_table!`](crate::code_table) and tests should need it.
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The text, e.g. `"E0101"`.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What `tsolc --explain CODE` says.
#[derive(Clone, Copy, Debug)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// One line without full stop.
    pub summary: &'static str,
    /// Why it is a problem and how to repair it; plain text, may have several paragraphs.
    pub explanation: &'static str,
}

/// Declares the codes of a crate: one constant for each, and `TABLE` with all of them in order.
///
/// ```
/// tsol_syntax::code_table! {
///     /// A thing is missing.
///     E0998 = "a thing is missing",
///         "Longer text for people who ask.";
/// }
/// assert_eq!(TABLE[0].code, E0998);
/// ```
#[macro_export]
macro_rules! code_table {
    ($( $(#[$meta:meta])* $name:ident = $summary:literal, $explanation:literal; )*) => {
        $( $(#[$meta])* pub const $name: $crate::diag::Code = $crate::diag::Code::new(stringify!($name)); )*
        /// Every code of this crate, in order.
        pub const TABLE: &[$crate::diag::CodeInfo] = &[
            $( $crate::diag::CodeInfo { code: $name, summary: $summary, explanation: $explanation }, )*
        ];
    };
}

/// Weight of a problem.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// No output may be produced.
    Error,
    /// Output is right for what was written, which is perhaps not what was meant.
    Warning,
}

/// A remark on a range of the source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be said there; may be empty on the primary label.
    pub text: String,
    /// Whether this is the place of the problem itself; exactly one label of a diagnostic is.
    pub primary: bool,
}

/// One problem.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Kind of problem.
    pub code: Code,
    /// Weight.
    pub severity: Severity,
    /// One sentence, lower case, without full stop.
    pub message: String,
    /// Places; the first one is the primary one.
    pub labels: Vec<Label>,
    /// Facts that explain the problem.
    pub notes: Vec<String>,
    /// What to write instead.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Place of the problem itself.
    pub fn span(&self) -> Span {
        self.labels.first().map(|l| l.span).unwrap_or_default()
    }
}

/// Proof that an error was emitted. Cannot be made in any other way.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Reported(());

/// Collects diagnostics. Works through `&self`, so that passes can hold it beside their own state.
///
/// A second diagnostic with the same code and the same primary range is dropped.
#[derive(Debug, Default)]
pub struct Diagnostics {
    inner: RefCell<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    list: Vec<Diagnostic>,
    seen: HashSet<(Code, Span)>,
    errors: usize,
}

impl Diagnostics {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts an error at `span`. Nothing is recorded before [`Builder::emit`].
    pub fn error(&self, code: Code, span: Span, message: impl Into<String>) -> Builder<'_, Reported> {
        Builder::new(self, code, Severity::Error, span, message.into())
    }

    /// Starts a warning at `span`. Nothing is recorded before [`Builder::emit`].
    pub fn warning(&self, code: Code, span: Span, message: impl Into<String>) -> Builder<'_, ()> {
        Builder::new(self, code, Severity::Warning, span, message.into())
    }

    /// Whether an error was recorded.
    pub fn has_errors(&self) -> bool {
        self.inner.borrow().errors > 0
    }

    /// `Err` if an error was recorded: the check between two passes.
    pub fn check(&self) -> Result<(), Reported> {
        if self.has_errors() { Err(Reported(())) } else { Ok(()) }
    }

    /// Number of recorded errors.
    pub fn error_count(&self) -> usize {
        self.inner.borrow().errors
    }

    /// Number of everything recorded.
    pub fn len(&self) -> usize {
        self.inner.borrow().list.len()
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Copies of everything recorded so far, in order of emission.
    pub fn to_vec(&self) -> Vec<Diagnostic> {
        self.inner.borrow().list.clone()
    }

    /// Everything recorded, sorted by file, start of the primary range, severity and code.
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        let mut list = self.inner.into_inner().list;
        list.sort_by_key(|d| (d.span().file, d.span().start, d.severity, d.code));
        list
    }

    fn record(&self, diagnostic: Diagnostic) {
        let mut inner = self.inner.borrow_mut();
        if !inner.seen.insert((diagnostic.code, diagnostic.span())) {
            return;
        }
        inner.errors += usize::from(diagnostic.severity == Severity::Error);
        inner.list.push(diagnostic);
    }
}

/// A diagnostic that is being written; `Out` is what [`Builder::emit`] gives back.
#[must_use = "nothing is recorded before `emit`"]
#[derive(Debug)]
pub struct Builder<'a, Out> {
    sink: &'a Diagnostics,
    diagnostic: Diagnostic,
    out: PhantomData<Out>,
}

impl<'a, Out> Builder<'a, Out> {
    fn new(sink: &'a Diagnostics, code: Code, severity: Severity, span: Span, message: String) -> Self {
        let labels = vec![Label { span, text: String::new(), primary: true }];
        let diagnostic = Diagnostic { code, severity, message, labels, notes: Vec::new(), help: None };
        Self { sink, diagnostic, out: PhantomData }
    }

    /// Text beside the primary range.
    pub fn here(mut self, text: impl Into<String>) -> Self {
        if let Some(primary) = self.diagnostic.labels.first_mut() {
            primary.text = text.into();
        }
        self
    }

    /// A remark on another range.
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.diagnostic.labels.push(Label { span, text: text.into(), primary: false });
        self
    }

    /// A fact that explains the problem.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.diagnostic.notes.push(text.into());
        self
    }

    /// What to write instead; a second call replaces the first.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.diagnostic.help = Some(text.into());
        self
    }
}

impl Builder<'_, Reported> {
    /// Records the error.
    pub fn emit(self) -> Reported {
        self.sink.record(self.diagnostic);
        Reported(())
    }
}

impl Builder<'_, ()> {
    /// Records the warning.
    pub fn emit(self) {
        self.sink.record(self.diagnostic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::FileId;

    const A: Code = Code::new("E9001");
    const B: Code = Code::new("W9002");

    fn at(start: u32) -> Span {
        Span::new(FileId(0), start, start + 1)
    }

    #[test]
    fn same_code_at_the_same_place_is_recorded_once() {
        let diags = Diagnostics::new();
        let _ = diags.error(A, at(1), "first").emit();
        let _ = diags.error(A, at(1), "second").emit();
        let _ = diags.error(A, at(2), "elsewhere").emit();
        diags.warning(B, at(1), "other code").emit();
        let messages: Vec<_> = diags.to_vec().into_iter().map(|d| d.message).collect();
        assert_eq!(messages, ["first", "elsewhere", "other code"]);
        assert_eq!((diags.error_count(), diags.len()), (2, 3));
    }

    #[test]
    fn warnings_do_not_fail_a_pass() {
        let diags = Diagnostics::new();
        diags.warning(B, at(0), "odd").emit();
        assert!(diags.check().is_ok());
        let _ = diags.error(A, at(0), "wrong").emit();
        assert!(diags.check().is_err());
    }

    #[test]
    fn builder_keeps_every_part_and_sorting_is_by_place() {
        let diags = Diagnostics::new();
        diags.warning(B, at(5), "later").emit();
        let _ = diags
            .error(A, at(3), "sooner")
            .here("here")
            .label(at(9), "there")
            .note("fact")
            .help("advice")
            .emit();
        let sorted = diags.into_sorted();
        assert_eq!(sorted[1].message, "later");
        let first = &sorted[0];
        assert_eq!(first.span(), at(3));
        assert_eq!((first.labels[0].text.as_str(), first.labels[0].primary), ("here", true));
        assert_eq!((first.labels[1].text.as_str(), first.labels[1].primary), ("there", false));
        assert_eq!((first.notes[0].as_str(), first.help.as_deref()), ("fact", Some("advice")));
    }
}
