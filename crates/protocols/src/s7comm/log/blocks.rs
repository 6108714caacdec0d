//! `s7comm_upload_download.log`: the jobs that move blocks, and their answers.

use super::super::ops::decimal;
use super::super::transfers::moves_blocks;
use super::super::wire::{BlockJob, Function, Kind as Rosctr, Pdu, block_piece};
use super::{Code, NONE, names, reference, tell};
use crate::Context;
use quaywatch_model::{Column, Kind, Log, Prefix, Side, Value};

/// The log.
static LOG: Log = Log {
    name: "s7comm_upload_download",
    prefix: Prefix::Sender,
    columns: &[
        Column::new("rosctr", Kind::String),
        Column::new("pdu_reference", Kind::Count),
        Column::new("function_name", Kind::String),
        Column::new("function_status", Kind::String),
        Column::new("session_id", Kind::Count),
        Column::new("blocklength", Kind::Count),
        Column::new("filename", Kind::String),
        Column::new("block_type", Kind::String),
        Column::new("block_number", Kind::String),
        Column::new("destination_filesystem", Kind::String),
    ],
};

/// What a line says beside the function.
#[derive(Default)]
struct Line<'a> {
    status: Option<u8>,
    session: Option<u32>,
    length: Option<u64>,
    name: Option<&'a [u8]>,
}

/// Tells the line of a job or its answer, if it moves a block.
pub(super) fn pdu(cx: &mut Context<'_>, from: Side, pdu: &Pdu<'_>) {
    let Some(function) = pdu.function().filter(|&function| moves_blocks(function)) else { return };
    let line = if pdu.kind == Rosctr::JOB {
        let Ok(job) = BlockJob::decode(pdu.parameters) else { return };
        Line { status: Some(job.status), session: Some(job.upload), length: None, name: job.name }
    } else {
        answer(pdu, function)
    };
    let status = line.status.filter(|&status| status != NONE).map(|status| Code(status.into()));
    let name = line.name.filter(|name| !name.is_empty());
    // `_0800001P`: a mark, two characters of type, five of number, one of file system.
    let part =
        |from: usize, to: usize| name.map(|name| name.get(from..to).unwrap_or_default().escape_ascii());
    let (shown, number) = (name.map(<[u8]>::escape_ascii), part(3, 8));
    let values = [
        Some(Value::Text(names::rosctr(pdu.kind))),
        Some(reference(pdu)),
        Some(Value::Text(names::function(function))),
        status.as_ref().map(|status| Value::Shown(status)),
        line.session.filter(|&session| session != u32::MAX).map(|session| Value::Unsigned(session.into())),
        line.length.filter(|&length| length != u64::from(u16::MAX)).map(Value::Unsigned),
        shown.as_ref().map(|name| Value::Shown(name)),
        name.map(|name| Value::Text(names::block_type(name.get(1..3).unwrap_or_default()))),
        number.as_ref().map(|number| Value::Shown(number)),
        name.map(|name| Value::Text(names::file_system(name.get(8..).unwrap_or_default()))),
    ];
    tell(cx, &LOG, from, &values);
}

/// Of the answers only those of uploads have a status, and only the first a session.
fn answer<'a>(pdu: &Pdu<'a>, function: Function) -> Line<'a> {
    let status = pdu.parameters.get(1).copied();
    let piece = || block_piece(pdu.data).ok().map(|piece| piece.len() as u64);
    match function {
        Function::START_UPLOAD => match BlockJob::decode(pdu.parameters) {
            // The answer has the length where the job has the name.
            Ok(answer) => Line {
                status,
                session: Some(answer.upload),
                length: answer.name.and_then(decimal),
                name: None,
            },
            Err(_) => Line { status, ..Line::default() },
        },
        Function::UPLOAD => Line { status, length: piece(), ..Line::default() },
        Function::DOWNLOAD_BLOCK => Line { length: piece(), ..Line::default() },
        _ => Line::default(),
    }
}
