//! Loading blocks. The roles are reversed: the station only says what it wants to load; then the controller asks
//! for the pieces, and tells when it has all.

use super::program::{self, Named};
use super::{Answer, Refusal};
use crate::{Block, Plc};
use quaywatch_protocols::s7comm::block::Header;
use quaywatch_protocols::s7comm::wire::{BlockJob, Function, Pdu, block_piece};

/// The load memory: all blocks together, in bytes. No block can be longer either.
const LOAD_MEMORY_BYTES: usize = 1 << 20;
/// The station's answer says that more follows.
const MORE: u8 = 1;

/// A block that is being loaded. A connection loads one after the other.
#[derive(Debug)]
pub(super) struct Download {
    /// Its name as the station wrote it, which every job repeats.
    name: Vec<u8>,
    what: Named,
    announced: usize,
    bytes: Vec<u8>,
    /// What is waited for, and under which reference it was asked.
    asked: (Function, u16),
    /// Why it cannot be loaded, told at its end.
    refusal: Option<Refusal>,
}

/// What follows from a station's answer.
#[derive(Debug)]
pub(super) enum Next {
    /// The next job for the station: its parameters.
    Ask(Vec<u8>),
    /// The block is loaded, or given up.
    Done,
}

impl Download {
    /// Takes on a download, or refuses it. Its first job is [`Download::ask`]ed after the answer is sent.
    pub(super) fn request(plc: &Plc, job: &BlockJob<'_>) -> Result<(Answer, Self), Refusal> {
        let name = job.name.unwrap_or_default();
        let what = Named::parse(name).ok_or(Refusal::WRONG_NAME)?;
        if !what.is_loadable() {
            return Err(Refusal::WRONG_BLOCK_TYPE);
        }
        // "1", then six digits of what goes to load memory and six of code.
        let sizes =
            job.sizes.and_then(|sizes| sizes.get(1..7)).and_then(|digits| std::str::from_utf8(digits).ok());
        let announced: usize =
            sizes.and_then(|digits| digits.parse().ok()).ok_or(Refusal::WRONG_PARAMETERS)?;
        let others = plc.program().iter().filter(|(key, _)| **key != what.key());
        let taken: usize = others.map(|(_, block)| block.0.len()).sum();
        if taken + announced > LOAD_MEMORY_BYTES {
            return Err(Refusal::NO_MEMORY);
        }
        let (bytes, asked) = (Vec::new(), (Function::DOWNLOAD_BLOCK, 0));
        let download = Self { name: name.to_vec(), what, announced, bytes, asked, refusal: None };
        Ok((Answer::of(Function::REQUEST_DOWNLOAD), download))
    }

    /// The parameters of the job that is due, to be sent under this reference.
    pub(super) fn ask(&mut self, reference: u16) -> Vec<u8> {
        self.asked.1 = reference;
        let code = self.refusal.map_or(0, |refusal| refusal.0);
        let job = BlockJob {
            function: self.asked.0,
            status: 0,
            code,
            upload: 0,
            name: Some(&self.name),
            sizes: None,
        };
        job.encode().unwrap_or_default()
    }

    /// Takes the station's answer to what was asked. `None` where it answers something else.
    pub(super) fn answered(&mut self, plc: &mut Plc, answer: &Pdu<'_>, reference: u16) -> Option<Next> {
        if answer.reference != self.asked.1 {
            return None;
        }
        let accepted = answer.error == 0 && answer.function() == Some(self.asked.0);
        if self.asked.0 == Function::DOWNLOAD_ENDED {
            if accepted && self.refusal.is_none() {
                let (kind, number) = self.what.key();
                plc.load(kind, number, Block(std::mem::take(&mut self.bytes)));
            }
            return Some(Next::Done);
        }
        let piece = block_piece(answer.data).unwrap_or_default();
        let more = answer.parameters.get(1).is_some_and(|status| status & MORE != 0);
        if !accepted || piece.is_empty() {
            return Some(Next::Done);
        }
        if self.bytes.len() + piece.len() > self.announced {
            self.refusal = Some(Refusal::WRONG_BLOCK_LENGTH);
        } else {
            self.bytes.extend_from_slice(piece);
        }
        if self.refusal.is_some() || !more {
            self.refusal = self.refusal.or_else(|| self.check());
            self.asked.0 = Function::DOWNLOAD_ENDED;
        }
        Some(Next::Ask(self.ask(reference)))
    }

    /// Why the block is not what was announced.
    fn check(&self) -> Option<Refusal> {
        let Ok(Some(header)) = Header::decode(&self.bytes) else { return Some(Refusal::WRONG_BLOCK_LENGTH) };
        let whole = self.bytes.len() == self.announced && self.announced >= program::SHORTEST_BLOCK_BYTES;
        if !whole || header.load_bytes as usize != self.announced {
            return Some(Refusal::WRONG_BLOCK_LENGTH);
        }
        let same = (header.kind, header.number) == (self.what.type_number(), self.what.number);
        (!same).then_some(Refusal::WRONG_BLOCK_NUMBER)
    }
}
