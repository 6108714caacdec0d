//! SMB 3.0.2 (MS-SMB2, section 2.2): a client agrees on a dialect, logs in by Kerberos, and opens shares.

use super::kerberos::{Ticket, offer};
use super::{noise, utf16};
use crate::party::Line;
use quaywatch_model::Timestamp;

const HEADER_BYTES: usize = 64;
const NEGOTIATE: u16 = 0;
const SESSION_SETUP: u16 = 1;
const LOGOFF: u16 = 2;
const TREE_CONNECT: u16 = 3;
const TREE_DISCONNECT: u16 = 4;
/// It is an answer.
const ANSWER: u32 = 1;
const DIALECT: u16 = 0x0302;
/// From 1601, where Windows' time begins, to 1970, in seconds.
const EPOCH_S: i64 = 11_644_473_600;

/// A message with its header; which one it is, of which tree and session.
fn message(command: u16, answer: bool, id: u64, (tree, session): (u32, u64), body: &[u8]) -> Vec<u8> {
    let mut out = (HEADER_BYTES as u32 + body.len() as u32).to_be_bytes().to_vec();
    out.extend(b"\xFESMB");
    out.extend([64, 0, 1, 0, 0, 0, 0, 0]);
    out.extend(command.to_le_bytes());
    out.extend(if answer { [1, 0] } else { [31, 0] });
    out.extend((if answer { ANSWER } else { 0 }).to_le_bytes());
    out.extend([0; 4]);
    out.extend(id.to_le_bytes());
    out.extend(0xFEFF_u32.to_le_bytes());
    out.extend(tree.to_le_bytes());
    out.extend(session.to_le_bytes());
    out.extend([0; 16]);
    out.extend_from_slice(body);
    out
}

/// A whole visit: these shares of a server are opened and closed again.
#[must_use]
pub fn visit(now: Timestamp, ticket: &Ticket<'_>, shares: &[String]) -> Vec<Line> {
    let session = 0x0000_4000_0000_0001 | (ticket.seed & 0xFFFF) << 8;
    let mut lines = vec![
        Line::client(message(NEGOTIATE, false, 0, (0, 0), &negotiate(ticket.seed))),
        Line::server(message(NEGOTIATE, true, 0, (0, 0), &negotiated(now, ticket.seed))).after_ms(1),
        Line::client(message(SESSION_SETUP, false, 1, (0, 0), &set_up(&ticket.token()))),
        Line::server(message(SESSION_SETUP, true, 1, (0, session), &let_in(&ticket.accepted()))).after_ms(3),
    ];
    let mut id = 2;
    let mut say = |command, (asks_of, tells_of): (u32, u32), asked: &[u8], told: &[u8]| {
        lines.push(Line::client(message(command, false, id, (asks_of, session), asked)));
        lines.push(Line::server(message(command, true, id, (tells_of, session), told)).after_ms(1));
        id += 1;
    };
    for (tree, share) in (1..).zip(shares) {
        let path = utf16(share);
        let asked = [&[9, 0, 0, 0, 72, 0][..], &(path.len() as u16).to_le_bytes(), &path].concat();
        let kind = if share.ends_with('$') { 2 } else { 1 };
        let told = [&[16, 0, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &0x001F_01FF_u32.to_le_bytes()].concat();
        say(TREE_CONNECT, (0, tree), &asked, &told);
    }
    for (tree, _) in (1..).zip(shares) {
        say(TREE_DISCONNECT, (tree, tree), &[4, 0, 0, 0], &[4, 0, 0, 0]);
    }
    say(LOGOFF, (0, 0), &[4, 0, 0, 0], &[4, 0, 0, 0]);
    lines
}

/// Four dialects, signing possible.
fn negotiate(seed: u64) -> Vec<u8> {
    let mut out = vec![36, 0, 4, 0, 1, 0, 0, 0, 0x7F, 0, 0, 0];
    out.extend(noise(seed, 16));
    out.extend([0; 8]);
    for dialect in [0x0202_u16, 0x0210, 0x0300, DIALECT] {
        out.extend(dialect.to_le_bytes());
    }
    out
}

fn negotiated(now: Timestamp, seed: u64) -> Vec<u8> {
    let token = offer();
    let mut out = vec![65, 0, 1, 0];
    out.extend(DIALECT.to_le_bytes());
    out.extend([0, 0]);
    out.extend(noise(seed ^ 0x5E4, 16));
    out.extend(0x7F_u32.to_le_bytes());
    for _ in 0..3 {
        out.extend((8_u32 << 20).to_le_bytes());
    }
    out.extend((now.nanos() / 100 + EPOCH_S * 10_000_000).to_le_bytes());
    out.extend([0; 8]);
    out.extend(128_u16.to_le_bytes());
    out.extend((token.len() as u16).to_le_bytes());
    out.extend([0; 4]);
    out.extend(token);
    out
}

fn set_up(token: &[u8]) -> Vec<u8> {
    let mut out = vec![25, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0];
    out.extend(88_u16.to_le_bytes());
    out.extend((token.len() as u16).to_le_bytes());
    out.extend([0; 8]);
    out.extend_from_slice(token);
    out
}

fn let_in(token: &[u8]) -> Vec<u8> {
    let mut out = vec![9, 0, 0, 0];
    out.extend(72_u16.to_le_bytes());
    out.extend((token.len() as u16).to_le_bytes());
    out.extend_from_slice(token);
    out
}
