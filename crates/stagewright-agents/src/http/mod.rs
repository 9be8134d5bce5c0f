//! HTTP steps: one request, its redirects, its answer.
//!
//! [`HttpRequest`] is what is frozen; the rest happens at launch. `perform` tells the
//! story; `hop` makes a request ready to be sent, `url` and `address` say where it may
//! go, `connect` and `tls` go there and nowhere else, `exchange` speaks HTTP/1.1,
//! `redirect` and `status` say what an answer means, `judge` reads it, `conversation`
//! keeps the logs.
//!
//! What it must never do: follow a name to an address that was not checked, send a
//! secret to an origin that it was not meant for, keep connections or cookies for the
//! next step, use the environment's proxies, or trust a certificate that the machine
//! does not. One launch sends its request once; repeating it is the retry policy's.
//!
//! Dropping the future closes the connection, and so does a stop, gentle or forced: a
//! request has no grace, since its server may go on regardless. The `Idempotency-Key`
//! header lets it recognise the repetition (decision 3).
//!
//! Neighbours: `crate::answer` reads documents, `crate::redact` removes secrets.

mod request;

pub use request::{
    DEFAULT_REDIRECTS, HttpAnswer, HttpBody, HttpMethod, HttpRequest, MAX_REDIRECTS,
};

#[cfg(feature = "http")]
mod address;
#[cfg(feature = "http")]
mod connect;
#[cfg(feature = "http")]
mod conversation;
#[cfg(feature = "http")]
mod exchange;
#[cfg(feature = "http")]
mod failure;
#[cfg(feature = "http")]
mod hop;
#[cfg(feature = "http")]
mod judge;
#[cfg(feature = "http")]
mod patience;
#[cfg(feature = "http")]
mod perform;
#[cfg(feature = "http")]
mod redirect;
#[cfg(feature = "http")]
mod retry_after;
#[cfg(feature = "http")]
mod status;
#[cfg(feature = "http")]
mod tls;
#[cfg(feature = "http")]
mod url;

#[cfg(feature = "http")]
pub(crate) use tls::Tls;

#[cfg(not(feature = "http"))]
mod absent;
