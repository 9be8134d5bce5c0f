//! One request over one connection, and what comes back.
//!
//! The connection is driven by the same future that waits for the answer, never by a
//! task of its own: dropping the future closes it at once.

use super::connect::Connection;
use super::failure::{self, Failure};
use super::hop::Hop;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderMap, HeaderValue};
use hyper::http::response;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use std::future::poll_fn;
use std::pin::{Pin, pin};

/// The largest header of an answer, in bytes.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// The most fields in the header of an answer.
const MAX_HEADERS: usize = 256;

type Driving = http1::Connection<TokioIo<Box<dyn Connection>>, Full<Bytes>>;

/// An answer whose header has come.
pub(crate) struct Exchange {
    /// Status and fields.
    pub(crate) head: response::Parts,
    body: Incoming,
    line: Line,
}

/// The connection's own work.
struct Line {
    driving: Option<Pin<Box<Driving>>>,
}

impl Exchange {
    /// Sends a request and waits for the header of its answer.
    ///
    /// # Errors
    /// When the connection fails, or what comes is not HTTP or too large.
    pub(crate) async fn begin(hop: &Hop, stream: Box<dyn Connection>) -> Result<Self, Failure> {
        let (mut sender, driving) = http1::Builder::new()
            .max_buf_size(MAX_HEAD_BYTES)
            .max_headers(MAX_HEADERS)
            .title_case_headers(true)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| failed(hop, &error))?;
        let mut line = Line {
            driving: Some(Box::pin(driving)),
        };
        let response = line
            .drive(sender.send_request(request_of(hop)?))
            .await
            .map_err(|error| failed(hop, &error))?;
        let (head, body) = Response::into_parts(response);
        Ok(Self { head, body, line })
    }

    /// The next piece of the body; `None` at its end.
    ///
    /// # Errors
    /// When the body ends before it is complete.
    pub(crate) async fn piece(&mut self, hop: &Hop) -> Result<Option<Bytes>, Failure> {
        loop {
            match self.line.drive(self.body.frame()).await {
                None => return Ok(None),
                Some(Err(error)) => return Err(failed(hop, &error)),
                // What is no data is a trailer, which nobody asked for.
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }
}

impl Line {
    /// Waits for something that needs the connection to go on.
    async fn drive<T>(&mut self, what: impl Future<Output = T>) -> T {
        let mut what = pin!(what);
        poll_fn(|context| {
            if let Some(driving) = &mut self.driving
                && driving.as_mut().poll(context).is_ready()
            {
                // How it ended is told to whoever waits for the answer.
                self.driving = None;
            }
            what.as_mut().poll(context)
        })
        .await
    }
}

fn request_of(hop: &Hop) -> Result<Request<Full<Bytes>>, Failure> {
    let unsendable = |error: &dyn std::fmt::Display| {
        Failure::invalid(format!(
            "the request to {} cannot be sent: {error}",
            hop.url
        ))
    };
    let method = Method::from_bytes(hop.method.as_str().as_bytes())
        .expect("the methods of a step are methods of HTTP");
    let host = HeaderValue::from_str(&hop.url.authority()).map_err(|error| unsendable(&error))?;
    let mut request = Request::builder()
        .method(method)
        .uri(hop.url.target())
        .body(Full::new(hop.body.clone()))
        .map_err(|error| unsendable(&error))?;
    let mut headers = HeaderMap::with_capacity(hop.headers.len() + 1);
    headers.insert(HOST, host);
    headers.extend(hop.headers.clone());
    *request.headers_mut() = headers;
    Ok(request)
}

/// What became of a connection, in words.
fn failed(hop: &Hop, error: &hyper::Error) -> Failure {
    let server = hop.url.authority();
    let details = failure::with_causes(error);
    if error.is_parse_too_large() {
        return Failure::answer(format!(
            "the header of the answer of {server} is larger than {MAX_HEAD_BYTES} bytes or \
             {MAX_HEADERS} fields"
        ));
    }
    if error.is_parse() {
        return Failure::network(format!(
            "{server} does not answer in HTTP/1.1 ({details}); check scheme and port"
        ));
    }
    if error.is_incomplete_message() {
        return Failure::network(format!(
            "{server} closed the connection before its answer was complete; see its log"
        ));
    }
    Failure::network(format!(
        "the connection to {server} failed before its answer was complete: {details}"
    ))
}
