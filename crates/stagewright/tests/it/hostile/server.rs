//! A server of this machine that answers every request with the same bytes, right or not.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// How long a client may take to ask.
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts one, which lives as long as the process, and returns its address.
pub(super) fn serve(answer: impl Into<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answer = answer.into();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // A client that has gone needs no answer.
            let _ = stream.and_then(|stream| reply(stream, &answer));
        }
    });
    address
}

/// Reads the head of a request, then answers and closes.
fn reply(mut stream: TcpStream, answer: &[u8]) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut asked = Vec::new();
    let mut piece = [0; 4096];
    while !asked.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        let count = stream.read(&mut piece)?;
        if count == 0 {
            return Ok(());
        }
        asked.extend_from_slice(&piece[..count]);
    }
    stream.write_all(answer)
}
