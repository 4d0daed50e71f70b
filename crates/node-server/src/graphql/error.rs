//! Errors as q-server shows them.

use async_graphql::{ErrorExtensionValues, Name, ServerError, Value, value};

/// What goes wrong in a request. Numbers from 500 to 599 mean to clients that the network is down, and that they
/// should try again: no mistake of a user has one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The query makes no sense.
    #[error("{0}")]
    InvalidQuery(String),
    /// The query asks for more than one request may get.
    #[error("the query asks for too much: {0}")]
    TooMuch(String),
    /// The query examined as many documents, or ran as long, as one request may.
    #[error(
        "Query terminated on timeout: {rows} documents examined in {millis} ms; narrow it by id, account_addr, \
         in_msg, block_id, src, dst, code_hash, seq_no, lt or a time"
    )]
    TooSlow {
        /// Documents examined.
        rows: u64,
        /// Milliseconds spent.
        millis: u64,
    },
    /// A posted message says that its time is over.
    #[error("Message expired")]
    MessageExpired {
        /// Identity that the client gave it.
        id: String,
        /// Unix milliseconds of its end.
        expired_at: u64,
        /// Unix milliseconds of the node.
        now: u64,
    },
    /// A posted message is none.
    #[error("Post requests failed: {0}")]
    BadMessage(String),
    /// Too many wait or listen already.
    #[error("too many {0} at a time: try again later")]
    Busy(&'static str),
    /// Switched off by the operator.
    #[error("Disabled")]
    Disabled,
    /// The node stops, or has a defect.
    #[error("the node cannot answer: {0}")]
    Unavailable(String),
}

impl Failure {
    /// The number at `extensions.exception.code`. From 10001 on they are q-server's own.
    #[must_use]
    pub fn code(&self) -> i32 {
        match self {
            Self::MessageExpired { .. } => 10001,
            Self::TooSlow { .. } => 10006,
            Self::InvalidQuery(_) | Self::TooMuch(_) => 10008,
            Self::BadMessage(_) => 400,
            Self::Disabled => 403,
            Self::Busy(_) => 429,
            Self::Unavailable(_) => 503,
        }
    }

    fn exception(&self) -> Value {
        let Value::Object(mut fields) = value!({ "source": "graphql", "code": self.code() }) else {
            return Value::Null;
        };
        let mut add = |name, value: Value| fields.insert(Name::new(name), value);
        match self {
            Self::MessageExpired { id, expired_at, now } => {
                add("data", value!({ "id": (id.as_str()), "expiredAt": (*expired_at), "now": (*now) }));
            }
            Self::TooSlow { rows, millis } => {
                add("data", value!({ "rows": (*rows), "millis": (*millis) }));
            }
            _ => {}
        }
        Value::Object(fields)
    }

    /// As the error of a whole request.
    #[must_use]
    pub fn into_server_error(self) -> ServerError {
        let mut error = ServerError::new(self.to_string(), None);
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", "INTERNAL_SERVER_ERROR");
        extensions.set("exception", self.exception());
        error.extensions = Some(extensions);
        error
    }
}

/// Gives an error q-server's shape. Resolvers return a [`Failure`], which the error carries as its source; errors of
/// the GraphQL engine itself (syntax, unknown fields) have none.
pub(super) fn complete(error: &mut ServerError) {
    let exception = error.source::<Failure>().map(Failure::exception);
    let in_resolver = !error.path.is_empty();
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_some() {
        return;
    }
    let (code, exception) = match exception {
        Some(exception) => ("INTERNAL_SERVER_ERROR", exception),
        None if in_resolver => ("INTERNAL_SERVER_ERROR", Failure::Unavailable(String::new()).exception()),
        None => ("GRAPHQL_VALIDATION_FAILED", Failure::InvalidQuery(String::new()).exception()),
    };
    extensions.set("code", code);
    extensions.set("exception", exception);
}
