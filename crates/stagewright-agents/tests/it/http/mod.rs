//! HTTP steps against real servers that say exactly what a test wants them to say.

mod address;
mod answers;
mod hostile;
mod redirects;
mod requests;
mod secrets;
mod server;
mod status;
mod stopping;
mod tls;

use crate::world::{World, shell};
use stagewright_agents::{Body, HttpMethod, HttpRequest, Performed, Request};

/// A request of this URL.
pub(crate) fn get(url: &str) -> Request {
    asking(HttpRequest::new(HttpMethod::Get, url))
}

/// A request that carries something.
pub(crate) fn post(url: &str) -> Request {
    asking(HttpRequest::new(HttpMethod::Post, url))
}

fn asking(request: HttpRequest) -> Request {
    Request {
        body: Body::Http(Box::new(request)),
        ..shell("")
    }
}

/// Small changes of what is asked, so that a test says only what it is about.
pub(crate) trait Asking: Sized {
    fn http(self, change: impl FnOnce(&mut HttpRequest)) -> Self;
}

impl Asking for Request {
    fn http(mut self, change: impl FnOnce(&mut HttpRequest)) -> Self {
        let Body::Http(request) = &mut self.body else {
            panic!("an HTTP request")
        };
        change(request);
        self
    }
}

/// The log of the conversation.
pub(crate) fn conversation(world: &World, performed: &Performed) -> String {
    String::from_utf8(world.stderr(performed)).unwrap()
}
