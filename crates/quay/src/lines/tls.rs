//! TLS 1.3 as it looks from outside (RFC 8446, sections 4.1 and 5): a handshake, then records of noise.

use super::noise;
use crate::party::Line;

const HANDSHAKE: u8 = 22;
const CHANGE: u8 = 20;
const DATA: u8 = 23;

/// The handshake of a client that asks for this name.
#[must_use]
pub fn handshake(name: &str, seed: u64) -> Vec<Line> {
    let hello = record(HANDSHAKE, &client_hello(name, seed));
    let answer =
        [record(HANDSHAKE, &server_hello(seed)), record(CHANGE, &[1]), data(seed ^ 1, 1_900)].concat();
    vec![
        Line::client(hello),
        Line::server(answer).after_ms(3),
        Line::client([record(CHANGE, &[1]), data(seed ^ 2, 58)].concat()).after_ms(1),
    ]
}

/// A record of so many bytes that nobody else can read.
#[must_use]
pub fn data(seed: u64, bytes: usize) -> Vec<u8> {
    record(DATA, &noise(seed, bytes + 17))
}

fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3][..], &(content.len() as u16).to_be_bytes(), content].concat()
}

fn message(kind: u8, content: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = (content.len() as u32).to_be_bytes();
    [&[kind, a, b, c][..], content].concat()
}

/// Something with its length in two bytes before it.
fn sized(content: &[u8]) -> Vec<u8> {
    [&(content.len() as u16).to_be_bytes()[..], content].concat()
}

fn extension(number: u16, content: &[u8]) -> Vec<u8> {
    [&number.to_be_bytes()[..], &sized(content)].concat()
}

fn client_hello(name: &str, seed: u64) -> Vec<u8> {
    let key = [&[0, 29][..], &sized(&noise(seed ^ 3, 32))].concat();
    let extensions = [
        extension(0, &sized(&[&[0][..], &sized(name.as_bytes())].concat())),
        extension(10, &sized(&[0, 29, 0, 23])),
        extension(13, &sized(&[4, 3, 8, 4, 4, 1])),
        extension(43, &[4, 3, 4, 3, 3]),
        extension(51, &sized(&key)),
    ];
    let body = [
        vec![3, 3],
        noise(seed ^ 4, 32),
        vec![32],
        noise(seed ^ 5, 32),
        sized(&[0x13, 0x01, 0x13, 0x02, 0xC0, 0x2F]),
        vec![1, 0],
        sized(&extensions.concat()),
    ];
    message(1, &body.concat())
}

fn server_hello(seed: u64) -> Vec<u8> {
    let key = [&[0, 29][..], &sized(&noise(seed ^ 6, 32))].concat();
    let extensions = [extension(43, &[3, 4]), extension(51, &key)];
    let body = [
        vec![3, 3],
        noise(seed ^ 7, 32),
        vec![32],
        noise(seed ^ 5, 32),
        vec![0x13, 0x02, 0],
        sized(&extensions.concat()),
    ];
    message(2, &body.concat())
}
