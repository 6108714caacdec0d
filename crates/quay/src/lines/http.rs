//! HTTP/1.1 (RFC 9112): requests and responses with a body.

/// A request.
#[must_use]
pub fn request(method: &str, host: &str, target: &str, agent: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let about = match body {
        [] => String::new(),
        _ => format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len()),
    };
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\nAccept: */*\r\n{about}Connection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// A response.
#[must_use]
pub fn response(status: &str, server: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nServer: {server}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}
