//! Files on a Windows share are overwritten and renamed: SMB 2.1 (MS-SMB2, section 2.2) behind an NTLM login (MS-NLMP,
//! section 2.2.1).

use super::{noise, utf16};
use crate::party::Line;

/// The port.
pub const PORT: u16 = 445;
const HEADER_BYTES: usize = 64;
const NEGOTIATE: u16 = 0;
const SESSION_SETUP: u16 = 1;
const TREE_CONNECT: u16 = 3;
const CREATE: u16 = 5;
const CLOSE: u16 = 6;
const WRITE: u16 = 9;
const SET_INFO: u16 = 0x11;
const DIALECT: u16 = 0x0210;
/// There is more to say before a session is set up.
const MORE: u32 = 0xC000_0016;
const SESSION: u64 = 0x0000_5800_0000_0001;
const TREE: u32 = 1;
/// So much is written at once.
const WRITE_BYTES: usize = 32_768;
/// Unicode, NTLM, always signed, extended session security, target's properties, version.
const NTLM_FLAGS: u32 = 0x6289_8205;
const NTLM_VERSION: [u8; 8] = [10, 0, 0x63, 0x45, 0, 0, 0, 15];

/// Who does it, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit<'a> {
    /// The account.
    pub user: &'a str,
    /// The machine whose share it is.
    pub server: &'a str,
    /// What is written comes from this.
    pub seed: u64,
}

/// What a file becomes: its name, its length, and what is put behind its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// So many bytes of noise are written over it.
    pub bytes: usize,
    /// It is renamed to end so.
    pub suffix: String,
}

/// A conversation, message by message.
struct Talk {
    lines: Vec<Line>,
    id: u64,
}

impl Talk {
    fn say(&mut self, command: u16, (status, tree, session): (u32, u32, u64), asked: &[u8], told: &[u8]) {
        let id = self.id;
        let asks_of = if command == TREE_CONNECT { 0 } else { tree };
        let asks_in = if self.id < 2 { 0 } else { session };
        self.lines.push(Line::client(message(command, None, id, (asks_of, asks_in), asked)));
        self.lines.push(Line::server(message(command, Some(status), id, (tree, session), told)));
        self.id += 1;
    }
}

/// Logs in, and overwrites and renames all files.
#[must_use]
pub fn overwrite(visit: &Visit<'_>, files: &[File]) -> Vec<Line> {
    let mut talk = Talk { lines: Vec::new(), id: 0 };
    talk.say(NEGOTIATE, (0, 0, 0), &negotiate(visit.seed), &negotiated(visit.seed));
    let (asked, told) = (set_up(&ntlm_negotiate()), let_in(&ntlm_challenge(visit)));
    talk.say(SESSION_SETUP, (MORE, 0, SESSION), &asked, &told);
    talk.say(SESSION_SETUP, (0, 0, SESSION), &set_up(&ntlm_authenticate(visit)), &let_in(&[]));
    let path = utf16(&format!("\\\\{}\\C$", visit.server));
    let asked = [&[9, 0, 0, 0, 72, 0][..], &(path.len() as u16).to_le_bytes(), &path].concat();
    let told = [&[16, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &0x001F_01FF_u32.to_le_bytes()].concat();
    talk.say(TREE_CONNECT, (0, TREE, SESSION), &asked, &told);
    for (number, file) in (1_u64..).zip(files) {
        over(&mut talk, visit.seed ^ number << 32, number, file);
    }
    talk.lines
}

/// One file.
fn over(talk: &mut Talk, seed: u64, number: u64, file: &File) {
    let handle = [number.to_le_bytes(), (number ^ 0xFFFF).to_le_bytes()].concat();
    let place = (0, TREE, SESSION);
    talk.say(CREATE, place, &create(&file.name), &created(file.bytes, &handle));
    let content = noise(seed, file.bytes);
    for (index, piece) in content.chunks(WRITE_BYTES).enumerate() {
        let mut asked = vec![49, 0, 112, 0];
        asked.extend((piece.len() as u32).to_le_bytes());
        asked.extend(((index * WRITE_BYTES) as u64).to_le_bytes());
        asked.extend(&handle);
        asked.extend([0; 16]);
        asked.extend_from_slice(piece);
        let told = [&[17, 0, 0, 0][..], &(piece.len() as u32).to_le_bytes(), &[0; 8]].concat();
        talk.say(WRITE, place, &asked, &told);
    }
    let name = utf16(&format!("{}{}", file.name, file.suffix));
    let rename = [&[0; 16][..], &(name.len() as u32).to_le_bytes(), &name].concat();
    let mut asked = vec![33, 0, 1, 10];
    asked.extend((rename.len() as u32).to_le_bytes());
    asked.extend([96, 0, 0, 0, 0, 0, 0, 0]);
    asked.extend(&handle);
    asked.extend(rename);
    talk.say(SET_INFO, place, &asked, &[2, 0]);
    let asked = [&[24, 0, 0, 0, 0, 0, 0, 0][..], &handle].concat();
    talk.say(CLOSE, place, &asked, &[&[60, 0][..], &[0; 58]].concat());
}

/// A message with its header; an answer has a status.
fn message(command: u16, status: Option<u32>, id: u64, (tree, session): (u32, u64), body: &[u8]) -> Vec<u8> {
    let mut out = (HEADER_BYTES as u32 + body.len() as u32).to_be_bytes().to_vec();
    out.extend(b"\xFESMB");
    out.extend([64, 0, 1, 0]);
    out.extend(status.unwrap_or(0).to_le_bytes());
    out.extend(command.to_le_bytes());
    out.extend([31, 0]);
    out.extend(u32::from(status.is_some()).to_le_bytes());
    out.extend([0; 4]);
    out.extend(id.to_le_bytes());
    out.extend(0xFEFF_u32.to_le_bytes());
    out.extend(tree.to_le_bytes());
    out.extend(session.to_le_bytes());
    out.extend([0; 16]);
    out.extend_from_slice(body);
    out
}

fn negotiate(seed: u64) -> Vec<u8> {
    let mut out = vec![36, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    out.extend(noise(seed, 16));
    out.extend([0; 8]);
    out.extend([0x02, 0x02, 0x10, 0x02]);
    out
}

fn negotiated(seed: u64) -> Vec<u8> {
    let mut out = vec![65, 0, 1, 0];
    out.extend(DIALECT.to_le_bytes());
    out.extend([0, 0]);
    out.extend(noise(seed ^ 0x5E4, 16));
    out.extend(7_u32.to_le_bytes());
    for _ in 0..3 {
        out.extend((1_u32 << 20).to_le_bytes());
    }
    // Times that are not told.
    out.extend([0; 16]);
    // No token: the client begins with what it likes.
    out.extend([128, 0, 0, 0, 0, 0, 0, 0]);
    out
}

fn set_up(token: &[u8]) -> Vec<u8> {
    let mut out = vec![25, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 88, 0];
    out.extend((token.len() as u16).to_le_bytes());
    out.extend([0; 8]);
    out.extend_from_slice(token);
    out
}

fn let_in(token: &[u8]) -> Vec<u8> {
    let mut out = vec![9, 0, 0, 0, 72, 0];
    out.extend((token.len() as u16).to_le_bytes());
    out.extend_from_slice(token);
    out
}

fn create(name: &str) -> Vec<u8> {
    let name = utf16(name);
    let mut out = vec![57, 0, 0, 0];
    out.extend(2_u32.to_le_bytes());
    out.extend([0; 16]);
    // May do everything; a plain file; shared with nobody; opened if it is there; not a directory.
    for word in [0x0013_019F_u32, 0x80, 0, 1, 0x40] {
        out.extend(word.to_le_bytes());
    }
    out.extend([120, 0]);
    out.extend((name.len() as u16).to_le_bytes());
    out.extend([0; 8]);
    out.extend(name);
    out
}

fn created(bytes: usize, handle: &[u8]) -> Vec<u8> {
    let mut out = vec![89, 0, 0, 0, 1, 0, 0, 0];
    out.extend([0; 32]);
    out.extend((bytes as u64).next_multiple_of(4096).to_le_bytes());
    out.extend((bytes as u64).to_le_bytes());
    out.extend([0x80, 0, 0, 0, 0, 0, 0, 0]);
    out.extend_from_slice(handle);
    out.extend([0; 8]);
    out
}

/// A field of an NTLM message: how long, and where in the message.
fn field(bytes: usize, at: usize) -> Vec<u8> {
    let size = (bytes as u16).to_le_bytes();
    [&size[..], &size, &(at as u32).to_le_bytes()].concat()
}

fn ntlm(kind: u32) -> Vec<u8> {
    [&b"NTLMSSP\0"[..], &kind.to_le_bytes()].concat()
}

fn ntlm_negotiate() -> Vec<u8> {
    [ntlm(1), NTLM_FLAGS.to_le_bytes().to_vec(), field(0, 0), field(0, 0), NTLM_VERSION.to_vec()].concat()
}

/// The server's machine as a property, and their end.
fn properties(server: &str) -> Vec<u8> {
    let name = utf16(server);
    [&[1, 0][..], &(name.len() as u16).to_le_bytes(), &name, &[0; 4]].concat()
}

fn ntlm_challenge(visit: &Visit<'_>) -> Vec<u8> {
    let (name, about) = (utf16(visit.server), properties(visit.server));
    let parts = [
        ntlm(2),
        field(name.len(), 56),
        NTLM_FLAGS.to_le_bytes().to_vec(),
        noise(visit.seed ^ 2, 8),
        vec![0; 8],
        field(about.len(), 56 + name.len()),
        NTLM_VERSION.to_vec(),
        name,
        about,
    ];
    parts.concat()
}

fn ntlm_authenticate(visit: &Visit<'_>) -> Vec<u8> {
    const HEAD_BYTES: usize = 88;
    let proof = [
        noise(visit.seed ^ 3, 16),
        vec![1, 1, 0, 0, 0, 0, 0, 0],
        vec![0; 8],
        noise(visit.seed ^ 4, 8),
        vec![0; 4],
        properties(visit.server),
        vec![0; 4],
    ]
    .concat();
    let payload = [vec![0; 24], proof, utf16("TERMINAL"), utf16(visit.user), utf16("HMI-CAB-1"), Vec::new()];
    let (mut fields, mut at) = (Vec::new(), HEAD_BYTES);
    for part in &payload {
        fields.extend(field(part.len(), at));
        at += part.len();
    }
    let tail = [NTLM_FLAGS.to_le_bytes().to_vec(), NTLM_VERSION.to_vec(), noise(visit.seed ^ 5, 16)].concat();
    [ntlm(3), fields, tail, payload.concat()].concat()
}
