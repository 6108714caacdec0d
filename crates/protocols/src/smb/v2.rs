//! SMB 2 and 3 (MS-SMB2).

use super::files::{Opening, Piece};
use super::ops::Exchange;
use super::state::{KEPT_BYTES, Smb, When};
use super::wire::Header2;
use super::{names, pipes, session};
use crate::ntlm::utf16;
use crate::{Context, Request};
use quaywatch_model::{Coded, Direction, Moment, Number, Outcome, Side, Topic, Value, Verb, Verdict};

const NEGOTIATE: u16 = 0;
const SESSION_SETUP: u16 = 1;
const TREE_CONNECT: u16 = 3;
const CREATE: u16 = 5;
const CLOSE: u16 = 6;
const READ: u16 = 8;
const WRITE: u16 = 9;
const IOCTL: u16 = 11;
const QUERY_DIRECTORY: u16 = 14;
const SET_INFO: u16 = 17;

const STATUS_PENDING: u32 = 0x103;
const MORE_PROCESSING: u32 = 0xC000_0016;
const BUFFER_OVERFLOW: u32 = 0x8000_0005;
const ACCESS_DENIED: u32 = 0xC000_0022;
/// Delete on close, of CreateOptions (2.2.13).
const DELETE_ON_CLOSE: u32 = 0x1000;
/// A handle that means the one the chain's message before gave (3.2.4.1.4).
const RELATED: u128 = u128::MAX;

/// What an answer is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    message_id: u64,
    command: u16,
}

/// All messages of a chain.
pub(super) fn messages(smb: &mut Smb, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
    let mut next = Some(bytes);
    // The file that a CREATE of this chain opened.
    let mut opened = None;
    while let Some(bytes) = next {
        let Some(header) = Header2::decode(bytes) else {
            let length = bytes.len() as u64;
            return cx.problem("smb", "header does not decode", Verdict::Malformed, length);
        };
        next = header.next;
        if header.is_signed() {
            smb.note_protection(cx, from, false);
        }
        smb.client = Some(if header.is_answer() { from.other() } else { from });
        if header.is_answer() {
            answered(smb, cx, &header, &mut opened);
        } else {
            asked(smb, cx, from, &header);
        }
    }
}

fn asked(smb: &mut Smb, cx: &mut Context<'_>, from: Side, header: &Header2<'_>) {
    match header.command {
        WRITE => write(smb, cx, header),
        IOCTL => transceive(smb, cx, from, header, (24, 28)),
        _ => None,
    };
    // Only what is told of needs its request.
    let kept = matches!(
        header.command,
        SESSION_SETUP | TREE_CONNECT | CREATE | CLOSE | READ | WRITE | QUERY_DIRECTORY | SET_INFO
    );
    if !kept {
        return;
    }
    let key = Key { message_id: header.message_id, command: header.command };
    let bytes = header.message.get(..KEPT_BYTES).unwrap_or(header.message);
    if let Some(gave_way) = smb.v2.push(cx, key, bytes) {
        give_up(smb, cx, gave_way);
    }
}

/// Data goes with the request; what is refused is rare enough to be told all the same.
fn write(smb: &mut Smb, cx: &mut Context<'_>, header: &Header2<'_>) -> Option<()> {
    let (offset, length) = (header.u16(2)?, header.u32(4)?);
    let handle = header.file(16)?;
    if handle == RELATED {
        cx.problem("smb", "write to a file opened in the same chain", Verdict::Unsupported, length.into());
        return None;
    }
    let bytes = header.buffer(offset.into(), usize::try_from(length).ok()?)?;
    let piece =
        Piece { handle, direction: Direction::ToDevice, offset: header.u64(8)?, bytes, asked: cx.now };
    smb.moved(cx, header.tree(), piece);
    Some(())
}

/// 2.2.31 and 2.2.32. What one side says in a pipe by FSCTL_PIPE_TRANSCEIVE; offset and length stand at `places`.
fn transceive(
    smb: &mut Smb,
    cx: &mut Context<'_>,
    from: Side,
    header: &Header2<'_>,
    places: (usize, usize),
) -> Option<()> {
    if header.u32(4)? != pipes::TRANSCEIVE {
        return None;
    }
    let [offset, length] = [header.u32(places.0)?, header.u32(places.1)?].map(usize::try_from);
    let bytes = header.buffer(offset.ok()?, length.ok()?)?;
    pipes::said(smb, cx, from, header.file(8)?, bytes);
    Some(())
}

fn answered(smb: &mut Smb, cx: &mut Context<'_>, header: &Header2<'_>, opened: &mut Option<u128>) {
    let server = smb.client_side().other();
    if header.command == NEGOTIATE && header.status == 0 {
        if let Some(dialect) = header.u16(4) {
            cx.note(server, Topic::Version, Value::Text(&names::dialect(dialect)));
        }
        return;
    }
    if header.status == STATUS_PENDING {
        return;
    }
    if header.command == IOCTL && matches!(header.status, 0 | BUFFER_OVERFLOW) {
        transceive(smb, cx, server, header, (32, 36));
    }
    let key = Key { message_id: header.message_id, command: header.command };
    let Some(request) = smb.v2.take(&key) else { return };
    if let Some(question) = Header2::decode(&request.bytes) {
        exchange(smb, cx, request.moment, &question, header, opened);
    }
    request.free(cx.memory);
}

fn exchange(
    smb: &mut Smb,
    cx: &mut Context<'_>,
    asked: Moment,
    question: &Header2<'_>,
    answer: &Header2<'_>,
    opened: &mut Option<u128>,
) -> Option<()> {
    let when = When { asked: Some(asked), answered: Some(cx.now) };
    let handle = |at| {
        question.file(at).map(|handle| if handle == RELATED { opened.unwrap_or(handle) } else { handle })
    };
    match question.command {
        SESSION_SETUP => setup(smb, cx, when, question, Some(answer)),
        TREE_CONNECT => tree_connect(smb, cx, when, question, answer),
        CREATE => create(smb, cx, when, question, answer, opened),
        CLOSE if answer.status == 0 => close(smb, cx, when, handle(8)?),
        READ if matches!(answer.status, 0 | BUFFER_OVERFLOW) => {
            let length = usize::try_from(answer.u32(4)?).ok()?;
            let bytes = answer.buffer(answer.u8(2)?.into(), length)?;
            let (handle, offset) = (handle(16)?, question.u64(8)?);
            let piece = Piece { handle, direction: Direction::FromDevice, offset, bytes, asked };
            smb.moved(cx, question.tree(), piece);
            Some(())
        }
        READ | WRITE if answer.status == ACCESS_DENIED => {
            let verb = if question.command == READ { Verb::Read } else { Verb::Write };
            let name = smb.files.get(handle(16)?).map(|open| open.name.clone()).unwrap_or_default();
            told(
                smb,
                cx,
                when,
                verb,
                if verb == Verb::Read { ("READ", READ) } else { ("WRITE", WRITE) },
                &name,
                None,
                answer.status,
            );
            Some(())
        }
        QUERY_DIRECTORY if answer.status == 0 => browse(smb, cx, when, handle(8)?, question),
        SET_INFO => set_info(smb, cx, when, question, answer.status, handle(16)?),
        _ => None,
    }
}

/// Tells of an exchange about a file.
#[expect(clippy::too_many_arguments, reason = "what an operation is made of, named once more in Exchange")]
fn told(
    smb: &Smb,
    cx: &mut Context<'_>,
    when: When,
    verb: Verb,
    (name, number): (&'static str, u16),
    file: &str,
    previous: Option<&str>,
    status: u32,
) {
    let refused = status & 0x8000_0000 != 0;
    Exchange {
        client: smb.client_side(),
        verb,
        function: Coded::new(name, Number::Hex16(number)),
        asked: when.asked,
        answered: when.answered,
        outcome: if refused { Outcome::Refused } else { Outcome::Accepted },
        status: refused.then_some(status),
        subject: ("file", file),
        previous,
        bytes: None,
    }
    .report(cx);
}

/// 2.2.5 and 2.2.6. A log-in takes several rounds: the one with the user is told.
fn setup(
    smb: &Smb,
    cx: &mut Context<'_>,
    when: When,
    question: &Header2<'_>,
    answer: Option<&Header2<'_>>,
) -> Option<()> {
    let client = smb.client_side();
    let token = question.buffer(question.u16(12)?.into(), question.u16(14)?.into())?;
    let user = session::from_client(cx, client, token);
    if let Some(answer) = answer {
        let token = answer.u16(4).zip(answer.u16(6));
        if let Some(token) = token.and_then(|(offset, length)| answer.buffer(offset.into(), length.into())) {
            session::from_server(cx, client.other(), token);
        }
    }
    let status = answer.map_or(0, |answer| answer.status);
    // The answer of a first round that fails is told too, as no second follows.
    let user = match (user, status) {
        (Some(user), _) if status != MORE_PROCESSING => user,
        (None, 0 | MORE_PROCESSING) | (Some(_), _) => return None,
        (None, _) => String::new(),
    };
    let refused = status != 0;
    if answer.is_some() {
        session::outcome(cx, client.other(), !refused);
    }
    let outcome = match answer {
        None => Outcome::Unseen,
        Some(_) if refused => Outcome::Refused,
        Some(_) => Outcome::Accepted,
    };
    Exchange {
        client,
        verb: Verb::Authenticate,
        function: Coded::new("SESSION_SETUP", Number::Hex16(SESSION_SETUP)),
        asked: when.asked,
        answered: when.answered,
        outcome,
        status: refused.then_some(status),
        subject: ("user", &user),
        previous: None,
        bytes: None,
    }
    .report(cx);
    Some(())
}

/// 2.2.9 and 2.2.10.
fn tree_connect(
    smb: &mut Smb,
    cx: &mut Context<'_>,
    when: When,
    question: &Header2<'_>,
    answer: &Header2<'_>,
) -> Option<()> {
    let path = utf16(question.buffer(question.u16(4)?.into(), question.u16(6)?.into())?);
    let client = smb.client_side();
    cx.note(client, Topic::Share, Value::Text(&path));
    let refused = answer.status != 0;
    Exchange {
        client,
        verb: Verb::OpenSession,
        function: Coded::new("TREE_CONNECT", Number::Hex16(TREE_CONNECT)),
        asked: when.asked,
        answered: when.answered,
        outcome: if refused { Outcome::Refused } else { Outcome::Accepted },
        status: refused.then_some(answer.status),
        subject: ("share", &path),
        previous: None,
        bytes: None,
    }
    .report(cx);
    if !refused {
        smb.connected(answer.tree()?, path, answer.u8(2)? == 2);
    }
    Some(())
}

/// 2.2.13 and 2.2.14.
fn create(
    smb: &mut Smb,
    cx: &mut Context<'_>,
    when: When,
    question: &Header2<'_>,
    answer: &Header2<'_>,
    opened: &mut Option<u128>,
) -> Option<()> {
    let name = question.buffer(question.u16(44)?.into(), question.u16(46)?.into()).unwrap_or_default();
    // In a chain the tree may be left to the message before; the answer says which it is.
    let tree = answer.tree().or(question.tree());
    let path = smb.path(tree, &utf16(name));
    let client = smb.client_side();
    if answer.status != 0 {
        if answer.status == ACCESS_DENIED {
            let verb = if question.u32(36)? == 1 { Verb::Read } else { Verb::Write };
            told(smb, cx, when, verb, ("CREATE", CREATE), &path, None, answer.status);
        }
        return None;
    }
    let handle = answer.file(64)?;
    *opened = Some(handle);
    let is_pipe = smb.is_pipe(tree);
    let size = answer.u64(48);
    let deletes = question.u32(40)? & DELETE_ON_CLOSE != 0;
    let opening = Opening { handle, name: path.clone(), size, is_pipe, delete_on_close: deletes };
    smb.files.open(cx, client, opening);
    if is_pipe {
        Exchange {
            client,
            verb: Verb::OpenSession,
            function: Coded::new("CREATE", Number::Hex16(CREATE)),
            asked: when.asked,
            answered: when.answered,
            outcome: Outcome::Accepted,
            status: None,
            subject: ("pipe", &path),
            previous: None,
            bytes: None,
        }
        .report(cx);
    } else if answer.u32(4)? != 1 {
        // 0 superseded, 2 created, 3 overwritten; 1 is opened, which changes nothing.
        told(smb, cx, when, Verb::Write, ("CREATE", CREATE), &path, None, 0);
    }
    Some(())
}

fn close(smb: &mut Smb, cx: &mut Context<'_>, when: When, handle: u128) -> Option<()> {
    let client = smb.client_side();
    let open = smb.files.get(handle);
    let deleted = open.filter(|open| open.delete_on_close).map(|open| open.name.clone());
    smb.files.close(cx, client, handle);
    if let Some(name) = deleted {
        told(smb, cx, when, Verb::Write, ("delete", CLOSE), &name, None, 0);
    }
    Some(())
}

/// A directory is listed in several rounds, which are told as one.
fn browse(
    smb: &mut Smb,
    cx: &mut Context<'_>,
    when: When,
    handle: u128,
    question: &Header2<'_>,
) -> Option<()> {
    let pattern = question.buffer(question.u16(24)?.into(), question.u16(26)?.into()).unwrap_or_default();
    let pattern = utf16(pattern);
    let name = match smb.files.get(handle) {
        Some(open) if open.listed => return None,
        Some(open) => {
            open.listed = true;
            format!("{}\\{pattern}", open.name)
        }
        None => pattern,
    };
    told(smb, cx, when, Verb::Browse, ("QUERY_DIRECTORY", QUERY_DIRECTORY), &name, None, 0);
    Some(())
}

/// 2.2.39: of all that can be set, a new name and the wish to be deleted.
fn set_info(
    smb: &mut Smb,
    cx: &mut Context<'_>,
    when: When,
    question: &Header2<'_>,
    status: u32,
    handle: u128,
) -> Option<()> {
    let (kind, class) = (question.u8(2)?, question.u8(3)?);
    let buffer = question.buffer(question.u16(8)?.into(), usize::try_from(question.u32(4)?).ok()?)?;
    let name = smb.files.get(handle).map(|open| open.name.clone()).unwrap_or_default();
    match (kind, class) {
        // FileRenameInformation.
        (1, 10) => {
            let length: [u8; 4] = *buffer.get(16..)?.first_chunk()?;
            let new = buffer.get(20..)?;
            let new = utf16(new.get(..usize::try_from(u32::from_le_bytes(length)).ok()?).unwrap_or(new));
            let new = smb.path(question.tree(), &new);
            told(smb, cx, when, Verb::Write, ("rename", SET_INFO), &new, Some(&name), status);
            if let Some(open) = smb.files.get(handle).filter(|_| status == 0) {
                open.name = new;
            }
        }
        // FileDispositionInformation and its extended form.
        (1, 13 | 64) if buffer.first()? & 1 != 0 => {
            told(smb, cx, when, Verb::Write, ("delete", SET_INFO), &name, None, status);
        }
        _ => return None,
    }
    Some(())
}

/// Requests that are given up: only log-ins matter without their answer.
pub(super) fn end(smb: &mut Smb, cx: &mut Context<'_>) {
    while let Some(request) = smb.v2.take_any() {
        give_up(smb, cx, request);
    }
}

fn give_up(smb: &Smb, cx: &mut Context<'_>, request: Request<Key>) {
    if let Some(question) =
        Header2::decode(&request.bytes).filter(|question| question.command == SESSION_SETUP)
    {
        let when = When { asked: Some(request.moment), answered: None };
        setup(smb, cx, when, &question, None);
    }
    request.free(cx.memory);
}
