//! TDS 7.4, as Microsoft's SQL Server is spoken to (MS-TDS, sections 2.2.3 to 2.2.7).

use super::utf16;
use crate::party::Line;

const BATCH: u8 = 0x01;
const ANSWER: u8 = 0x04;
const LOGIN: u8 = 0x10;
const PRELOGIN: u8 = 0x12;
/// The packet ends the message.
const LAST: u8 = 1;
/// Neither side encrypts.
const NOT_SUPPORTED: u8 = 2;
const VERSION: u32 = 0x7400_0004;
const PACKET_BYTES: u32 = 4096;
/// Where a login's texts begin.
const LOGIN_BYTES: usize = 94;
/// What a DONE is of.
const INSERT: u16 = 0xC3;

/// Who logs in, where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Login<'a> {
    /// The client's machine.
    pub host: &'a str,
    /// The account.
    pub user: &'a str,
    /// Its password, which is only written in another way.
    pub password: &'a str,
    /// The program.
    pub program: &'a str,
    /// The server's machine.
    pub server: &'a str,
    /// The database.
    pub database: &'a str,
}

/// How a session begins: both say what they can, and the client logs in.
#[must_use]
pub fn login(who: &Login<'_>) -> Vec<Line> {
    vec![
        Line::client(packet(PRELOGIN, &prelogin([16, 0, 0x10, 0x10, 0, 0], &[0x64, 0x1A, 0, 0]))),
        Line::server(packet(ANSWER, &prelogin([15, 0, 0x10, 0xD3, 0, 0], &[]))).after_ms(1),
        Line::client(packet(LOGIN, &login7(who))),
        Line::server(packet(ANSWER, &logged_in(who))).after_ms(3),
    ]
}

/// A statement that inserts rows, and what the server says to it.
#[must_use]
pub fn insert(statement: &str, rows: u64) -> Vec<Line> {
    // One header: no transaction, one request at a time.
    let mut batch = [22_u32.to_le_bytes(), 18_u32.to_le_bytes()].concat();
    batch.extend([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    batch.extend(utf16(statement));
    vec![
        Line::client(packet(BATCH, &batch)),
        Line::server(packet(ANSWER, &done(0x10, INSERT, rows))).after_ms(2),
    ]
}

fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    let [high, low] = ((body.len() + 8) as u16).to_be_bytes();
    [&[kind, LAST, high, low, 0, 0, 1, 0][..], body].concat()
}

/// Version, encryption, instance, thread, several requests at once.
fn prelogin(version: [u8; 6], thread: &[u8]) -> Vec<u8> {
    let parts: [&[u8]; 5] = [&version, &[NOT_SUPPORTED], &[0], thread, &[0]];
    let mut at = 5 * parts.len() + 1;
    let mut out = Vec::new();
    for (token, part) in parts.iter().enumerate() {
        out.push(token as u8);
        out.extend((at as u16).to_be_bytes());
        out.extend((part.len() as u16).to_be_bytes());
        at += part.len();
    }
    out.push(0xFF);
    out.extend(parts.concat());
    out
}

fn login7(who: &Login<'_>) -> Vec<u8> {
    let hidden = utf16(who.password).into_iter().map(|byte| byte.rotate_left(4) ^ 0xA5).collect();
    let texts = [
        utf16(who.host),
        utf16(who.user),
        hidden,
        utf16(who.program),
        utf16(who.server),
        Vec::new(),
        utf16("ODBC"),
        Vec::new(),
        utf16(who.database),
    ];
    let (mut table, mut at) = (Vec::new(), LOGIN_BYTES);
    let mut place = |text: &Vec<u8>| {
        table.extend((at as u16).to_le_bytes());
        table.extend((text.len() as u16 / 2).to_le_bytes());
        at += text.len();
    };
    texts.iter().for_each(&mut place);
    let texts = texts.concat();
    let mut out = ((LOGIN_BYTES + texts.len()) as u32).to_le_bytes().to_vec();
    for word in [VERSION, PACKET_BYTES, 7, 4711, 0] {
        out.extend(word.to_le_bytes());
    }
    out.extend([0xE0, 0x03, 0, 0]);
    out.extend(0_u32.to_le_bytes());
    out.extend(0x0409_u32.to_le_bytes());
    out.extend(table);
    // The client's hardware address; no SSPI, no file, no new password: they are at the end, and empty.
    out.extend([0, 0x14, 0x22, 0, 0, 1]);
    let end = ((LOGIN_BYTES + texts.len()) as u16).to_le_bytes();
    for _ in 0..3 {
        out.extend(end);
        out.extend([0, 0]);
    }
    out.extend([0; 4]);
    out.extend(texts);
    out
}

/// The database is another one, the login is acknowledged, done.
fn logged_in(who: &Login<'_>) -> Vec<u8> {
    let short = |text: &str| [vec![text.encode_utf16().count() as u8], utf16(text)].concat();
    let change = [vec![1], short(who.database), short("master")].concat();
    let mut name = vec![1];
    name.extend(VERSION.to_be_bytes());
    name.extend(short("Microsoft SQL Server"));
    name.extend([15, 0, 0x10, 0xD3]);
    let token = |kind: u8, body: &[u8]| [&[kind][..], &(body.len() as u16).to_le_bytes(), body].concat();
    [token(0xE3, &change), token(0xAD, &name), done(0, 0, 0)].concat()
}

fn done(status: u16, of: u16, rows: u64) -> Vec<u8> {
    let mut out = vec![0xFD];
    out.extend(status.to_le_bytes());
    out.extend(of.to_le_bytes());
    out.extend(rows.to_le_bytes());
    out
}
