//! Blocks on the move, put together across PDUs.

use super::ops::{block_of, decimal};
use super::wire::{BlockJob, Function, Pdu, block_piece};
use crate::Context;
use quaywatch_model::{Direction, Side, Transfer, TransferKind, Verdict};
use std::fmt;
use std::mem;

/// So many blocks of one conversation may be on the move. Controllers allow a handful of parallel uploads.
const MOST_MOVING: usize = 16;
/// The longest block name that is kept: NC paths are a few times longer than block names.
const LONGEST_NAME_BYTES: usize = 255;

/// The blocks on the move.
#[derive(Debug, Default)]
pub(super) struct Transfers {
    moving: Vec<Moving>,
    begun: u64,
}

/// A block on the move.
#[derive(Debug)]
struct Moving {
    id: u64,
    /// What the controller calls the upload; none of a download, which is known by its name.
    upload: Option<u32>,
    name: Vec<u8>,
    /// No piece is known to be missing.
    whole: bool,
    /// Bytes of the conversation were lost meanwhile: a piece may be missing that nobody was heard to ask for.
    gap: bool,
    /// How many bytes came, and how many were announced.
    moved: u64,
    announced: Option<u64>,
    /// The piece that says it is the last has come.
    last_seen: bool,
    /// How many pieces were asked for and have not come.
    awaited: u32,
}

/// The answer's status says that more follows.
const MORE: u8 = 1;
/// The answer's status says that something went wrong.
const FAILED: u8 = 2;

impl Transfers {
    /// Takes note of a job that asks for a piece.
    pub(super) fn note_asked(&mut self, job: BlockJob<'_>) {
        let moving = self.find(Some(job), job.function).and_then(|at| self.moving.get_mut(at));
        if let Some(moving) = moving {
            moving.awaited = moving.awaited.saturating_add(1);
        }
    }

    /// Takes note of a block job that is over. `answer` is none where it never came.
    pub(super) fn note(
        &mut self,
        cx: &mut Context<'_>,
        client: Side,
        job: Option<BlockJob<'_>>,
        answer: Option<Pdu<'_>>,
        function: Function,
    ) {
        let accepted = answer.filter(|pdu| pdu.error == 0);
        match function {
            Function::REQUEST_DOWNLOAD => {
                if let (Some(job), Some(_)) = (job, accepted) {
                    // "1", then six digits of what goes to load memory.
                    let announced = job.sizes.and_then(|sizes| decimal(sizes.get(1..7)?));
                    self.begin(cx, client, None, job.name.unwrap_or_default(), announced);
                }
            }
            Function::START_UPLOAD => {
                let answer = accepted.and_then(|pdu| BlockJob::decode(pdu.parameters).ok());
                if let (Some(name), Some(answer)) = (job.and_then(|job| job.name), answer) {
                    // The answer has the length where the job has the name.
                    self.begin(cx, client, Some(answer.upload), name, answer.name.and_then(decimal));
                }
            }
            Function::DOWNLOAD_BLOCK | Function::UPLOAD => self.piece(cx, client, job, accepted, function),
            Function::DOWNLOAD_ENDED | Function::END_UPLOAD => {
                if let Some(at) = self.find(job, function) {
                    let moving = self.moving.remove(at);
                    let no_error = job.is_some_and(|job| job.code == 0 && job.status & FAILED == 0);
                    let complete = moving.has_all() && no_error && accepted.is_some();
                    moving.end(cx, complete);
                }
            }
            _ => {}
        }
    }

    /// The name of the block that an upload id stands for.
    pub(super) fn name_of(&self, upload: u32) -> Option<&[u8]> {
        let moving = self.moving.iter().find(|moving| moving.upload == Some(upload))?;
        Some(&moving.name)
    }

    /// Bytes of either side were lost. They may have been acknowledgements of the transport, as some captures
    /// leave out: whether a piece is missing is told by what was announced.
    pub(super) fn lost(&mut self) {
        self.moving.iter_mut().for_each(|moving| moving.gap = true);
    }

    /// Nothing more will come: what is still on the move is incomplete.
    pub(super) fn end(&mut self, cx: &mut Context<'_>) {
        for moving in self.moving.drain(..) {
            moving.end(cx, false);
        }
    }

    fn find(&self, job: Option<BlockJob<'_>>, function: Function) -> Option<usize> {
        let upload = matches!(function, Function::UPLOAD | Function::END_UPLOAD);
        let mut candidates =
            self.moving.iter().enumerate().filter(|(_, moving)| moving.upload.is_some() == upload);
        match job {
            Some(job) if upload => candidates.find(|(_, moving)| moving.upload == Some(job.upload)),
            Some(job) => candidates.find(|(_, moving)| Some(moving.name.as_slice()) == job.name),
            // The job was not captured; where only one block is on the move it is about that one.
            None => candidates.next().filter(|_| candidates.next().is_none()),
        }
        .map(|(at, _)| at)
    }

    fn begin(
        &mut self,
        cx: &mut Context<'_>,
        client: Side,
        upload: Option<u32>,
        name: &[u8],
        announced: Option<u64>,
    ) {
        let name = name.get(..LONGEST_NAME_BYTES).unwrap_or(name);
        let same = |moving: &Moving| match upload {
            Some(_) => moving.upload == upload,
            None => moving.upload.is_none() && moving.name == name,
        };
        if let Some(at) = self.moving.iter().position(same) {
            self.moving.remove(at).end(cx, false);
        } else if self.moving.len() >= MOST_MOVING {
            cx.problem("s7comm", "too many blocks on the move", Verdict::Limit, 0);
            self.moving.remove(0).end(cx, false);
        }
        self.begun += 1;
        let (id, direction) = match upload {
            None => (self.begun, Direction::ToDevice),
            Some(_) => (self.begun, Direction::FromDevice),
        };
        let (block_type, block_number) = block_of(name);
        let shown = name.escape_ascii();
        let shown: Option<&dyn fmt::Display> = if name.is_empty() { None } else { Some(&shown) };
        cx.transfer(&Transfer::Begin {
            id,
            kind: TransferKind::Program,
            direction,
            client,
            name: shown,
            block_type,
            block_number,
        });
        let name = cx.memory.copy(name).unwrap_or_default();
        let (id, last_seen) = (self.begun, false);
        self.moving.push(Moving {
            id,
            upload,
            name,
            whole: true,
            gap: false,
            moved: 0,
            announced,
            last_seen,
            awaited: 0,
        });
    }

    fn piece(
        &mut self,
        cx: &mut Context<'_>,
        client: Side,
        job: Option<BlockJob<'_>>,
        accepted: Option<Pdu<'_>>,
        function: Function,
    ) {
        let at = self.find(job, function).or_else(|| {
            // The beginning was not captured, but this piece was.
            let (job, _) = job.zip(accepted)?;
            let upload = (function == Function::UPLOAD).then_some(job.upload);
            self.begin(cx, client, upload, job.name.unwrap_or_default(), None);
            let begun = self.moving.last_mut()?;
            begun.whole = false;
            cx.transfer(&Transfer::Missing { id: begun.id, bytes: 0 });
            Some(self.moving.len() - 1)
        });
        let Some(moving) = at.and_then(|at| self.moving.get_mut(at)) else { return };
        moving.awaited = moving.awaited.saturating_sub(1);
        let status = accepted.and_then(|pdu| pdu.parameters.get(1).copied()).unwrap_or(FAILED);
        match accepted.map(|pdu| block_piece(pdu.data)) {
            Some(Ok(bytes)) if status & FAILED == 0 => {
                moving.moved += bytes.len() as u64;
                cx.transfer(&Transfer::Data { id: moving.id, bytes });
            }
            _ => {
                moving.whole = false;
                cx.transfer(&Transfer::Missing { id: moving.id, bytes: 0 });
            }
        }
        moving.last_seen = status & (MORE | FAILED) == 0;
    }
}

impl Moving {
    /// Every piece that was asked for came, the last among them, and where something was lost meanwhile, as many
    /// bytes as were announced.
    fn has_all(&self) -> bool {
        let as_announced = !self.gap || self.announced == Some(self.moved);
        self.whole && self.last_seen && self.awaited == 0 && as_announced
    }

    fn end(mut self, cx: &mut Context<'_>, complete: bool) {
        if !complete && (self.gap || self.awaited > 0) {
            let missing = self.announced.map_or(0, |announced| announced.saturating_sub(self.moved));
            cx.transfer(&Transfer::Missing { id: self.id, bytes: missing });
        }
        cx.memory.free(mem::take(&mut self.name));
        cx.transfer(&Transfer::End { id: self.id, complete });
    }
}

/// Whether a function moves blocks.
pub(super) const fn moves_blocks(function: Function) -> bool {
    matches!(function.0, 0x1A..=0x1F)
}
