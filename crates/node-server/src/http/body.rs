//! Reading request bodies: bounded in bytes, in time, and all together.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::failure::Failure;

/// The budget of all bodies is counted in pieces of this many bytes.
const PIECE: usize = 4 << 10;

/// Memory that all bodies together may take.
#[derive(Clone)]
pub(crate) struct Budget(Arc<Semaphore>);

/// A body, with its part of the budget for as long as it is needed.
pub(crate) struct Held {
    pub(crate) bytes: Vec<u8>,
    budget: Option<OwnedSemaphorePermit>,
}

impl Held {
    /// The bytes without their part of the budget.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        drop(self.budget);
        self.bytes
    }
}

impl Budget {
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new((bytes / PIECE).min(Semaphore::MAX_PERMITS))))
    }

    /// Reads a body of at most `limit` bytes within `time`.
    pub(crate) async fn read(&self, body: Body, limit: usize, time: Duration) -> Result<Held, Failure> {
        match tokio::time::timeout(time, self.collect(body, limit)).await {
            Ok(read) => read,
            Err(_) => Err(Failure::new(408, "slow-body", format!("the body did not arrive within {time:?}"))),
        }
    }

    async fn collect(&self, mut body: Body, limit: usize) -> Result<Held, Failure> {
        let announced = axum::body::HttpBody::size_hint(&body).lower();
        if announced > limit as u64 {
            return Err(too_large(limit));
        }
        let mut held = Held { bytes: Vec::new(), budget: None };
        let mut paid = 0;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Failure::new(400, "broken-body", error.to_string()))?;
            let Ok(data) = frame.into_data() else { continue };
            let length = held.bytes.len() + data.len();
            if length > limit {
                return Err(too_large(limit));
            }
            // A vector that grows may have twice the room it needs.
            let pieces = (2 * length).div_ceil(PIECE);
            self.pay(&mut held.budget, pieces - paid)?;
            paid = pieces;
            held.bytes.extend_from_slice(&data);
        }
        Ok(held)
    }

    fn pay(&self, paid: &mut Option<OwnedSemaphorePermit>, pieces: usize) -> Result<(), Failure> {
        let pieces = u32::try_from(pieces).unwrap_or(u32::MAX);
        let more = self.0.clone().try_acquire_many_owned(pieces).map_err(|_| {
            Failure::new(503, "busy", "too many large requests are under way: try again later")
        })?;
        match paid {
            Some(paid) => paid.merge(more),
            None => *paid = Some(more),
        }
        Ok(())
    }
}

fn too_large(limit: usize) -> Failure {
    Failure::new(413, "body-too-large", format!("the body is longer than {limit} bytes"))
}
