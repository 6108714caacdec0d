//! HTTP/1.1 (RFC 9112) with headers of one's own: logins, encoded bodies, files that are put.

use crate::party::Line;

/// A request and its response; headers by name and value.
#[must_use]
pub fn exchange(
    [method, target, host]: [&str; 3],
    headers: &[(&str, &str)],
    body: &[u8],
    (status, answer): (&str, &str),
) -> Vec<Line> {
    let mut head = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: curl/8.5.0\r\n");
    headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    if !body.is_empty() {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    let told = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{answer}",
        answer.len()
    );
    vec![Line::client([head.as_bytes(), body].concat()), Line::server(told).after_ms(15)]
}
