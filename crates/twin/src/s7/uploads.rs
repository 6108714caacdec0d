//! Reading blocks out: the station starts, asks for piece after piece, and ends.

use super::program::find;
use super::{Answer, Refusal};
use crate::Plc;
use quaywatch_protocols::s7comm::block::encode_piece;
use quaywatch_protocols::s7comm::wire::{BlockJob, Function};

/// So many uploads of one connection may go on at the same time.
const MOST_UPLOADS: usize = 4;
/// What an answer with a piece has before the piece: header, parameters, length and mark.
pub(super) const PIECE_HEAD_BYTES: usize = 18;
/// What the answer to a start carries where an end carries its error: as controllers of this kind send it.
const STARTED: u16 = 0x0100;

/// The uploads of one connection.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    moving: Vec<Upload>,
    begun: u8,
}

#[derive(Debug)]
struct Upload {
    id: u8,
    /// The block as it was when the upload began.
    block: Vec<u8>,
    sent: usize,
}

impl Uploads {
    /// Answers a start with an id and the block's length.
    pub(super) fn start(&mut self, plc: &Plc, job: &BlockJob<'_>) -> Result<Answer, Refusal> {
        let (_, block) = find(plc.program(), job.name.unwrap_or_default())?;
        if self.moving.len() >= MOST_UPLOADS {
            return Err(Refusal::NO_FURTHER_UPLOAD);
        }
        // Never 0, which is no upload; and not one that is still used.
        let used = |id: u8| id == 0 || self.moving.iter().any(|upload| upload.id == id);
        let id = (1..=u8::MAX).map(|step| self.begun.wrapping_add(step)).find(|id| !used(*id));
        let id = id.ok_or(Refusal::NO_FURTHER_UPLOAD)?;
        self.begun = id;
        let length = format!("{:07}", block.0.len());
        let answer = BlockJob {
            function: Function::START_UPLOAD,
            status: 0,
            code: STARTED,
            upload: id.into(),
            name: Some(length.as_bytes()),
            sizes: None,
        };
        let parameters = answer.encode().ok_or(Refusal::FRAME_ERROR)?;
        self.moving.push(Upload { id, block: block.0.clone(), sent: 0 });
        Ok(Answer { parameters, data: Vec::new() })
    }

    /// Answers with the next piece, and whether more follows.
    pub(super) fn piece(&mut self, job: &BlockJob<'_>, pdu_bytes: u16) -> Result<Answer, Refusal> {
        let upload = self.moving.iter_mut().find(|upload| u32::from(upload.id) == job.upload);
        let upload = upload.ok_or(Refusal::WRONG_ORDER)?;
        let rest = upload.block.get(upload.sent..).unwrap_or_default();
        let room = usize::from(pdu_bytes).saturating_sub(PIECE_HEAD_BYTES);
        let piece = rest.get(..room).unwrap_or(rest);
        upload.sent += piece.len();
        let more = u8::from(upload.sent < upload.block.len());
        let data = encode_piece(piece).ok_or(Refusal::FRAME_ERROR)?;
        Ok(Answer { parameters: vec![Function::UPLOAD.0, more], data })
    }

    /// Ends an upload, whole or not.
    pub(super) fn end(&mut self, job: &BlockJob<'_>) -> Result<Answer, Refusal> {
        let at = self.moving.iter().position(|upload| u32::from(upload.id) == job.upload);
        self.moving.remove(at.ok_or(Refusal::WRONG_ORDER)?);
        Ok(Answer::of(Function::END_UPLOAD))
    }
}
