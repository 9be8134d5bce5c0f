//! A server that follows a script, byte by byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// One thing that a server does on a connection.
#[derive(Clone)]
pub(crate) enum Step {
    /// Sends bytes.
    Send(Vec<u8>),
    /// Waits.
    Pause(Duration),
    /// Sends the same bytes until the client goes away.
    Endless(Vec<u8>, Duration),
    /// Waits until the client goes away.
    Hang,
    /// Sends the request back as the body of an answer.
    Echo,
}

/// A server with a script for each of its connections, in order.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    heard: Receiver<String>,
    gone: Receiver<()>,
}

/// A connection, encrypted or not.
pub(crate) trait Channel: Read + Write + Send {}

impl<T: Read + Write + Send> Channel for T {}

impl Server {
    /// Speaks plainly.
    pub(crate) fn new(scripts: Vec<Vec<Step>>) -> Self {
        Self::with(scripts, |stream| Box::new(stream))
    }

    /// Answers once.
    pub(crate) fn once(answer: impl AsRef<[u8]>) -> Self {
        Self::new(vec![vec![Step::Send(answer.as_ref().to_vec())]])
    }

    /// Speaks through what `wrap` makes of a connection.
    pub(crate) fn with(
        scripts: Vec<Vec<Step>>,
        wrap: impl Fn(TcpStream) -> Box<dyn Channel> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (say_heard, heard) = channel();
        let (say_gone, gone) = channel();
        std::thread::spawn(move || {
            for script in scripts {
                let Ok((stream, _)) = listener.accept() else {
                    return;
                };
                let mut channel = wrap(stream);
                let (say_heard, say_gone) = (say_heard.clone(), say_gone.clone());
                // A thread for each, since a client may leave one open for the next.
                std::thread::spawn(move || {
                    serve(channel.as_mut(), script, &say_heard);
                    // Nobody may be listening any more.
                    let _ = say_gone.send(());
                });
            }
        });
        Self {
            address,
            heard,
            gone,
        }
    }

    /// Closes each connection without reading what was sent, which resets it.
    pub(crate) fn resetting() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // Something unread must be there when the stream is closed.
                let _ = stream.unwrap().peek(&mut [0]);
            }
        });
        address
    }

    /// A URL of this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The next request that it has heard, in full.
    #[track_caller]
    pub(crate) fn heard(&self) -> String {
        self.heard.recv_timeout(Duration::from_secs(5)).unwrap()
    }

    /// Whether it was asked nothing more.
    pub(crate) fn heard_nothing(&self) -> bool {
        self.heard.try_recv().is_err()
    }

    /// Waits until a connection is over.
    #[track_caller]
    pub(crate) fn gone(&self) {
        self.gone.recv_timeout(Duration::from_secs(5)).unwrap();
    }
}

/// An answer with a body and its length.
pub(crate) fn answer(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
    for header in headers {
        answer.push_str(header);
        answer.push_str("\r\n");
    }
    answer.push_str("\r\n");
    [answer.as_bytes(), body].concat()
}

/// An answer that is JSON.
pub(crate) fn json(body: &str) -> Vec<u8> {
    answer("200 OK", &["Content-Type: application/json"], body)
}

fn serve(channel: &mut dyn Channel, script: Vec<Step>, heard: &Sender<String>) {
    let Some(request) = read_request(channel) else {
        return;
    };
    let _ = heard.send(request.clone());
    for step in script {
        let done = match step {
            Step::Send(bytes) => channel.write_all(&bytes).and_then(|()| channel.flush()),
            Step::Pause(time) => {
                std::thread::sleep(time);
                Ok(())
            }
            Step::Endless(bytes, pause) => loop {
                if let Err(error) = channel.write_all(&bytes).and_then(|()| channel.flush()) {
                    break Err(error);
                }
                std::thread::sleep(pause);
            },
            // Also an error ends it: the client is gone.
            Step::Hang => loop {
                match channel.read(&mut [0; 1024]) {
                    Ok(0) => break Ok(()),
                    Ok(_) => {}
                    Err(error) => break Err(error),
                }
            },
            Step::Echo => channel.write_all(&answer("200 OK", &[], &request)),
        };
        if done.is_err() {
            return;
        }
    }
}

/// One request with the body that its header announces.
fn read_request(channel: &mut dyn Channel) -> Option<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_lowercase()
                        .strip_prefix("content-length:")?
                        .trim()
                        .parse()
                        .ok()
                })
                .unwrap_or(0);
            if body.len() >= length {
                return Some(text.into_owned());
            }
        }
        match channel.read(&mut chunk) {
            Ok(read @ 1..) => bytes.extend_from_slice(&chunk[..read]),
            Ok(0) | Err(_) => return None,
        }
    }
}
