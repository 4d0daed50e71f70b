//! Outcomes turned into checks.

use ton_abi::Decoded;
use ton_client::processing::Tree;
use ton_client::{Error, Result};

use crate::render_tree;

/// Checks on the outcome of a call; each panics with the whole message tree if it does not hold.
pub trait Expect {
    /// The call and everything it caused succeeded.
    fn expect_ok(self) -> Tree;

    /// The call ended with this exit code (or result code of the actions), no matter whether its message was
    /// included.
    fn expect_exit(self, code: i32);

    /// The message was not included, for this exit code before accepting.
    fn expect_rejected(self, code: i32);

    /// The message was included, and its own transaction failed with this code.
    fn expect_failed(self, code: i32);

    /// Somewhere in the tree this event was emitted; gives the first one.
    fn expect_event(&self, name: &str) -> Decoded;

    /// Nowhere in the tree this event was emitted.
    fn expect_no_event(&self, name: &str);

    /// Somewhere in the tree this function was called; gives the first call.
    fn expect_call(&self, function: &str) -> Decoded;
}

impl Expect for Result<Tree> {
    #[track_caller]
    fn expect_ok(self) -> Tree {
        match self.and_then(Tree::expect_success) {
            Ok(tree) => tree,
            Err(error) => panic!("expected success, got: {}", explain(&error)),
        }
    }

    #[track_caller]
    fn expect_exit(self, code: i32) {
        check_code(self, code, |_| true, "exit code");
    }

    #[track_caller]
    fn expect_rejected(self, code: i32) {
        check_code(self, code, |error| matches!(error, Error::NotIncluded(_)), "rejection with exit code");
    }

    #[track_caller]
    fn expect_failed(self, code: i32) {
        check_code(self, code, |error| matches!(error, Error::Failed(_)), "failed transaction with code");
    }

    #[track_caller]
    fn expect_event(&self, name: &str) -> Decoded {
        let tree = tree_of(self);
        match tree.event(name) {
            Some(event) => event.clone(),
            None => panic!("expected the event {name}, got:\n{}", render_tree(tree)),
        }
    }

    #[track_caller]
    fn expect_no_event(&self, name: &str) {
        let tree = tree_of(self);
        assert!(tree.event(name).is_none(), "expected no event {name}, got:\n{}", render_tree(tree));
    }

    #[track_caller]
    fn expect_call(&self, function: &str) -> Decoded {
        let tree = tree_of(self);
        match tree.call(function) {
            Some((_, call)) => call.clone(),
            None => panic!("expected a call of {function}, got:\n{}", render_tree(tree)),
        }
    }
}

#[track_caller]
fn check_code(outcome: Result<Tree>, code: i32, is_kind: impl Fn(&Error) -> bool, what: &str) {
    match outcome {
        Ok(tree) => panic!("expected {what} {code}, but it succeeded:\n{}", render_tree(&tree)),
        Err(error) if is_kind(&error) && error.exit_code() == Some(code) => {}
        Err(error) => panic!("expected {what} {code}, got: {}", explain(&error)),
    }
}

/// The tree of a call that was included, failed or not.
#[track_caller]
fn tree_of(outcome: &Result<Tree>) -> &Tree {
    match outcome {
        Ok(tree) => tree,
        Err(Error::Failed(failure)) => &failure.tree,
        Err(error) => panic!("expected transactions, got: {error}"),
    }
}

fn explain(error: &Error) -> String {
    match error {
        Error::Failed(failure) => format!("{error}\n{}", render_tree(&failure.tree)),
        _ => error.to_string(),
    }
}
