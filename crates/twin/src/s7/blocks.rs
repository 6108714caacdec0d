//! What a controller tells of its blocks, without giving them away.

use super::Refusal;
use super::program::{KINDS, find};
use crate::Plc;
use quaywatch_protocols::s7comm::block::{Footer, Header};

/// What stands before the head and the end of a block in what is told of it: a fixed number, then how much follows.
const INFORMATION_HEAD: [u8; 4] = [0x01, 0x00, 0x00, 0x4A];
/// A block in load and work memory that is linked.
const LINKED: [u8; 2] = [0x22, 0x00];

/// How many blocks there are of each type.
pub(super) fn counts(plc: &Plc) -> Vec<u8> {
    let count = |letter: u8| plc.program().keys().filter(|(kind, _)| *kind == letter).count() as u16;
    KINDS.iter().flat_map(|&letter| [[b'0', letter], count(letter).to_be_bytes()].concat()).collect()
}

/// The blocks of a type: number, where they are, what they are written in.
pub(super) fn of_type(plc: &Plc, kind: &[u8]) -> Result<Vec<u8>, Refusal> {
    let &[b'0', letter] = kind else { return Err(Refusal::WRONG_PARAMETERS) };
    let blocks = plc.program().range((letter, 0)..=(letter, u16::MAX));
    let entries = blocks.flat_map(|((_, number), block)| {
        let language = Header::decode(&block.0).ok().flatten().map_or(0, |header| header.language);
        let ([high, low], [place, _]) = (number.to_be_bytes(), LINKED);
        [high, low, place, language]
    });
    let entries: Vec<u8> = entries.collect();
    if entries.is_empty() { Err(Refusal::NO_FURTHER_BLOCK) } else { Ok(entries) }
}

/// What is told of one block: its head and its end as it was loaded.
pub(super) fn information(plc: &Plc, name: &[u8]) -> Result<Vec<u8>, Refusal> {
    let (_, block) = find(plc.program(), name)?;
    let (head, rest) = block.0.split_at_checked(Header::BYTES).ok_or(Refusal::WRONG_BLOCK_LENGTH)?;
    let end = rest.len().checked_sub(Footer::BYTES).and_then(|at| rest.get(at..));
    let end = end.ok_or(Refusal::WRONG_BLOCK_LENGTH)?;
    Ok([&INFORMATION_HEAD[..], &LINKED, head, end].concat())
}
