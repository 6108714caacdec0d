//! SMB 1 (MS-CIFS, MS-SMB): log-ins, shares, and the files that are moved.

use super::files::{Opening, Piece};
use super::ops::Exchange;
use super::state::{KEPT_BYTES, Smb};
use super::wire::{Block, HEADER1_BYTES, Header1};
use super::{pipes, session};
use crate::{Context, Request};
use quaywatch_model::{
    Attribute, Coded, Direction, Moment, Number, Outcome, Side, Topic, Value, Verb, Verdict,
};

const CLOSE: u8 = 0x04;
const DELETE: u8 = 0x06;
const RENAME: u8 = 0x07;
const TRANSACTION: u8 = 0x25;
const OPEN_ANDX: u8 = 0x2D;
const READ_ANDX: u8 = 0x2E;
const WRITE_ANDX: u8 = 0x2F;
const NEGOTIATE: u8 = 0x72;
const SESSION_SETUP_ANDX: u8 = 0x73;
const TREE_CONNECT_ANDX: u8 = 0x75;
const NT_CREATE_ANDX: u8 = 0xA2;

const MORE_PROCESSING: u32 = 0xC000_0016;
const ACCESS_DENIED: u32 = 0xC000_0022;
/// Of a transaction: to write to a pipe and read from it at once (MS-CIFS 2.2.5.6).
const TRANSACT_NAMED_PIPE: u16 = 0x26;
/// No further command is chained.
const NO_MORE: u8 = 0xFF;
/// So many commands of one message are read; the standard's chains are of two or three.
const MOST_CHAINED: usize = 8;

/// What an answer is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    command: u8,
    process: u16,
    multiplex: u16,
}

/// One command of a message.
#[derive(Clone, Copy)]
struct Command<'a> {
    code: u8,
    block: Block<'a>,
}

/// The commands of a message, chained by their first words (2.2.3.4).
fn commands<'a>(header: &Header1<'a>) -> impl Iterator<Item = Command<'a>> {
    let (header, mut code, mut at) = (*header, header.command, HEADER1_BYTES);
    std::iter::from_fn(move || {
        if code == NO_MORE {
            return None;
        }
        let block = header.block(at)?;
        let command = Command { code, block };
        let chains = matches!(
            code,
            OPEN_ANDX | READ_ANDX | WRITE_ANDX | SESSION_SETUP_ANDX | TREE_CONNECT_ANDX | NT_CREATE_ANDX
        );
        let next = chains.then(|| block.u16(0).zip(block.u16(2))).flatten();
        (code, at) = match next {
            // A chain only goes forward.
            Some((next, offset)) if usize::from(offset) > at => (next.to_le_bytes()[0], offset.into()),
            _ => (NO_MORE, at),
        };
        Some(command)
    })
    .take(MOST_CHAINED)
}

/// A message.
pub(super) fn message(smb: &mut Smb, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
    let Some(header) = Header1::decode(bytes) else {
        return cx.problem("smb", "header does not decode", Verdict::Malformed, bytes.len() as u64);
    };
    let key = Key { command: header.command, process: header.process, multiplex: header.multiplex };
    if !header.is_answer {
        smb.client = Some(from);
        for command in commands(&header) {
            asked(smb, cx, from, &header, command);
        }
        let kept = bytes.get(..KEPT_BYTES).unwrap_or(bytes);
        if let Some(gave_way) = smb.v1.push(cx, key, kept) {
            give_up(smb, cx, gave_way);
        }
        return;
    }
    smb.client = Some(from.other());
    let request = smb.v1.take(&key);
    let question = request.as_ref().and_then(|request| Header1::decode(&request.bytes));
    for answer in commands(&header) {
        let asked =
            question.as_ref().and_then(|question| commands(question).find(|asked| asked.code == answer.code));
        let moment = request.as_ref().map(|request| request.moment);
        answered(smb, cx, moment, question.as_ref().zip(asked), &header, answer);
    }
    if let Some(request) = request {
        request.free(cx.memory);
    }
}

/// What a request tells before it is answered.
fn asked(
    smb: &mut Smb,
    cx: &mut Context<'_>,
    from: Side,
    header: &Header1<'_>,
    command: Command<'_>,
) -> Option<()> {
    let block = command.block;
    if command.code == TRANSACTION {
        return transceive(smb, cx, from, header, block, (block, 22));
    }
    if command.code != WRITE_ANDX {
        return None;
    }
    let length = usize::from(block.u16(20)?) | usize::from(block.u16(18)?) << 16;
    let rest = header.message.get(usize::from(block.u16(22)?)..)?;
    let bytes = rest.get(..length).unwrap_or(rest);
    let high = block.u32(24).unwrap_or(0);
    let offset = u64::from(block.u32(6)?) | u64::from(high) << 32;
    let piece =
        Piece { handle: block.u16(4)?.into(), direction: Direction::ToDevice, offset, bytes, asked: cx.now };
    smb.moved(cx, Some(header.tree.into()), piece);
    Some(())
}

/// MS-CIFS 2.2.5.6: what one side says in a pipe. The request tells in which; count and offset of the data stand at this
/// place of the block.
fn transceive(
    smb: &mut Smb,
    cx: &mut Context<'_>,
    from: Side,
    header: &Header1<'_>,
    request: Block<'_>,
    (block, place): (Block<'_>, usize),
) -> Option<()> {
    let (kind, handle) = (request.u16(28)?, request.u16(30)?);
    if kind != TRANSACT_NAMED_PIPE {
        return None;
    }
    let (length, offset) = (usize::from(block.u16(place)?), usize::from(block.u16(place + 2)?));
    let rest = header.message.get(offset..)?;
    pipes::said(smb, cx, from, handle.into(), rest.get(..length).unwrap_or(rest));
    Some(())
}

/// What an answer tells, with its request where that was captured.
fn answered(
    smb: &mut Smb,
    cx: &mut Context<'_>,
    asked: Option<Moment>,
    question: Option<(&Header1<'_>, Command<'_>)>,
    header: &Header1<'_>,
    answer: Command<'_>,
) -> Option<()> {
    let client = smb.client_side();
    let (question, request) = question?;
    let ends = Ends { client, asked, answered: Some(cx.now), status: header.status };
    match answer.code {
        NEGOTIATE => cx.note(client.other(), Topic::Version, Value::Text("SMB 1")),
        SESSION_SETUP_ANDX => setup(cx, ends, question, request.block, Some((header, answer.block)))?,
        TREE_CONNECT_ANDX => tree_connect(smb, cx, ends, question, request.block, header, answer.block)?,
        NT_CREATE_ANDX | OPEN_ANDX => open(smb, cx, ends, question, request, answer.block)?,
        TRANSACTION => transceive(smb, cx, client.other(), header, request.block, (answer.block, 12))?,
        READ_ANDX => read(smb, cx, ends, question, request.block, header, answer.block)?,
        CLOSE if header.status == 0 => smb.files.close(cx, client, request.block.u16(0)?.into()),
        DELETE => {
            let (name, _) = request.block.text(1, question.unicode)?;
            let path = smb.path(Some(question.tree.into()), &name);
            ends.report(cx, Verb::Write, "DELETE", DELETE, ("file", &path), None);
        }
        RENAME => {
            let (old, next) = request.block.text(1, question.unicode)?;
            let (new, _) = request.block.text(next + 1, question.unicode)?;
            let tree = Some(question.tree.into());
            let (old, new) = (smb.path(tree, &old), smb.path(tree, &new));
            ends.report(cx, Verb::Write, "RENAME", RENAME, ("file", &new), Some(&old));
        }
        _ => {}
    }
    Some(())
}

/// Whose exchange, when, and what became of it.
#[derive(Clone, Copy)]
struct Ends {
    client: Side,
    asked: Option<Moment>,
    answered: Option<Moment>,
    status: u32,
}

impl Ends {
    fn report(
        self,
        cx: &mut Context<'_>,
        verb: Verb,
        name: &'static str,
        code: u8,
        subject: (&'static str, &str),
        previous: Option<&str>,
    ) {
        let outcome = match (self.answered, self.status) {
            (None, _) => Outcome::Unseen,
            (Some(_), 0) => Outcome::Accepted,
            (Some(_), _) => Outcome::Refused,
        };
        Exchange {
            client: self.client,
            verb,
            function: Coded::new(name, Number::Hex8(code)),
            asked: self.asked,
            answered: self.answered,
            outcome,
            status: (self.status != 0).then_some(self.status),
            subject,
            previous,
            bytes: None,
        }
        .report(cx);
    }
}

/// MS-SMB 2.2.4.6, MS-CIFS 2.2.4.53: with a token, or with an account's name.
fn setup(
    cx: &mut Context<'_>,
    ends: Ends,
    question: &Header1<'_>,
    request: Block<'_>,
    answer: Option<(&Header1<'_>, Block<'_>)>,
) -> Option<()> {
    let client = ends.client;
    let unicode = question.unicode;
    let (user, mut at) = if request.words.len() == 24 {
        let length = usize::from(request.u16(14)?);
        let token = request.bytes.get(..length)?;
        (session::from_client(cx, client, token), length)
    } else {
        let passwords = usize::from(request.u16(14)?) + usize::from(request.u16(16)?);
        let (account, next) = request.text(passwords, unicode)?;
        let (domain, next) = request.text(next, unicode)?;
        let user = match (account.is_empty(), domain.is_empty()) {
            (true, _) => account,
            (_, true) => account,
            _ => format!("{domain}\\{account}"),
        };
        let kind = if user.is_empty() { "anonymous" } else { "lanman" };
        cx.note(client, Topic::Authentication, Value::Text(kind));
        if !user.is_empty() {
            cx.note(client, Topic::User, Value::Text(&user));
        }
        (Some(user), next)
    };
    if let Some((system, next)) = request.text(at, unicode) {
        cx.fact(client, Attribute::OperatingSystem, &system);
        at = next;
    }
    if let Some((software, _)) = request.text(at, unicode) {
        cx.fact(client, Attribute::Software, &software);
    }
    if let Some((header, block)) = answer {
        from_server(cx, client.other(), header, block);
    }
    let told = match &user {
        Some(user) if ends.status != MORE_PROCESSING => user.as_str(),
        None if ends.status != 0 && ends.status != MORE_PROCESSING => "",
        _ => return None,
    };
    if ends.answered.is_some() {
        session::outcome(cx, client.other(), ends.status == 0);
    }
    ends.report(cx, Verb::Authenticate, "SESSION_SETUP_ANDX", SESSION_SETUP_ANDX, ("user", told), None);
    Some(())
}

/// What a server says of itself in its answer.
fn from_server(cx: &mut Context<'_>, server: Side, header: &Header1<'_>, block: Block<'_>) -> Option<()> {
    let length = if block.words.len() == 8 { usize::from(block.u16(6)?) } else { 0 };
    session::from_server(cx, server, block.bytes.get(..length)?);
    let (system, next) = block.text(length, header.unicode)?;
    cx.fact(server, Attribute::OperatingSystem, &system);
    let (software, _) = block.text(next, header.unicode)?;
    cx.fact(server, Attribute::Software, &software);
    Some(())
}

/// MS-CIFS 2.2.4.55.
fn tree_connect(
    smb: &mut Smb,
    cx: &mut Context<'_>,
    ends: Ends,
    question: &Header1<'_>,
    request: Block<'_>,
    header: &Header1<'_>,
    answer: Block<'_>,
) -> Option<()> {
    let (path, _) = request.text(request.u16(6)?.into(), question.unicode)?;
    cx.note(ends.client, Topic::Share, Value::Text(&path));
    ends.report(cx, Verb::OpenSession, "TREE_CONNECT_ANDX", TREE_CONNECT_ANDX, ("share", &path), None);
    if ends.status == 0 {
        smb.connected(header.tree.into(), path, answer.bytes.starts_with(b"IPC"));
    }
    Some(())
}

/// MS-CIFS 2.2.4.64 and 2.2.4.41.
fn open(
    smb: &mut Smb,
    cx: &mut Context<'_>,
    ends: Ends,
    question: &Header1<'_>,
    request: Command<'_>,
    answer: Block<'_>,
) -> Option<()> {
    let nt = request.code == NT_CREATE_ANDX;
    let (name, _) = request.block.text(0, question.unicode)?;
    let tree = Some(u32::from(question.tree));
    let path = smb.path(tree, &name);
    let function = if nt { "NT_CREATE_ANDX" } else { "OPEN_ANDX" };
    if ends.status != 0 {
        if ends.status == ACCESS_DENIED {
            ends.report(cx, Verb::Read, function, request.code, ("file", &path), None);
        }
        return None;
    }
    let handle = answer.u16(if nt { 5 } else { 4 })?;
    let size = if nt { answer.u64(55) } else { answer.u32(12).map(u64::from) };
    let created = if nt { answer.u32(7)? != 1 } else { answer.u16(22).is_some_and(|action| action & 3 > 1) };
    let is_pipe = smb.is_pipe(tree);
    let opening = Opening { handle: handle.into(), name: path.clone(), size, is_pipe, ..Opening::default() };
    smb.files.open(cx, ends.client, opening);
    if is_pipe {
        ends.report(cx, Verb::OpenSession, function, request.code, ("pipe", &path), None);
    } else if created {
        ends.report(cx, Verb::Write, function, request.code, ("file", &path), None);
    }
    Some(())
}

/// MS-CIFS 2.2.4.42.
fn read(
    smb: &mut Smb,
    cx: &mut Context<'_>,
    ends: Ends,
    question: &Header1<'_>,
    request: Block<'_>,
    header: &Header1<'_>,
    answer: Block<'_>,
) -> Option<()> {
    if ends.status != 0 {
        return None;
    }
    let length = usize::from(answer.u16(10)?) | usize::from(answer.u16(14).unwrap_or(0)) << 16;
    let rest = header.message.get(usize::from(answer.u16(12)?)..)?;
    let bytes = rest.get(..length).unwrap_or(rest);
    let offset = u64::from(request.u32(6)?) | u64::from(request.u32(20).unwrap_or(0)) << 32;
    let asked = ends.asked.unwrap_or(cx.now);
    let piece =
        Piece { handle: request.u16(4)?.into(), direction: Direction::FromDevice, offset, bytes, asked };
    smb.moved(cx, Some(question.tree.into()), piece);
    Some(())
}

/// Requests that are given up: only log-ins matter without their answer.
pub(super) fn end(smb: &mut Smb, cx: &mut Context<'_>) {
    while let Some(request) = smb.v1.take_any() {
        give_up(smb, cx, request);
    }
}

fn give_up(smb: &Smb, cx: &mut Context<'_>, request: Request<Key>) {
    if let Some(question) = Header1::decode(&request.bytes) {
        let ends = Ends { client: smb.client_side(), asked: Some(request.moment), answered: None, status: 0 };
        for command in commands(&question).filter(|command| command.code == SESSION_SETUP_ANDX) {
            setup(cx, ends, &question, command.block, None);
        }
    }
    request.free(cx.memory);
}
