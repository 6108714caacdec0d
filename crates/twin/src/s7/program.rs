//! The program a controller has when it is delivered, and how blocks are named.

use super::Refusal;
use crate::{Block, Program};
use quaywatch_crane::Image;
use quaywatch_protocols::s7comm::block::{BlockName, Footer, Header, Kind};

/// A block that has no code, no interface and no segments.
pub(super) const SHORTEST_BLOCK_BYTES: usize = Header::BYTES + Footer::BYTES;

/// The block types in the order controllers list them, by the letter that numbers them.
pub(super) const KINDS: [u8; 7] = *b"8ECABDF";
const ORGANISATION: u8 = b'8';
const DATA: u8 = b'A';
const SYSTEM_DATA: u8 = b'B';
const FUNCTION: u8 = b'C';
const FUNCTION_BLOCK: u8 = b'E';

/// What blocks are written in: statement list, and data blocks.
const STATEMENT_LIST: u8 = 1;
const DATA_BLOCK: u8 = 5;
/// A block that is linked into the program.
const LINKED: u8 = 1;
/// An organisation block's local data: what the system tells it, 20 bytes.
const LOCAL_BYTES: u16 = 20;
/// The end of a block in MC7.
const BLOCK_END: [u8; 2] = [0x65, 0x00];
/// When all was compiled: 09:30 on 2024-03-04, as milliseconds of the day and days since 1984-01-01.
const COMPILED: [u8; 6] = [0x02, 0x09, 0xD9, 0xC0, 0x39, 0x51];

/// The program: a cycle that calls hoist, trolley and gantry, and the data blocks of the tag map with their values when
/// new. The code is no code of any crane: so many operations that do nothing, then the end.
#[must_use]
pub fn default_program() -> Program {
    let code = |operations: usize| [vec![0; 2 * operations], BLOCK_END.to_vec()].concat();
    let mut program = Program::from([
        ((ORGANISATION, 1), block(ORGANISATION, 1, "CYCLE", &code(23))),
        ((FUNCTION, 1), block(FUNCTION, 1, "HOIST", &code(411))),
        ((FUNCTION, 2), block(FUNCTION, 2, "TROLLEY", &code(287))),
        ((FUNCTION, 3), block(FUNCTION, 3, "GANTRY", &code(154))),
    ]);
    let image = Image::default();
    let data = [(100, "STATUS"), (110, "COMMAND"), (120, "PARAM"), (140, "JOB"), (150, "COUNTER")];
    for (number, name) in data {
        let values = image.block(number).unwrap_or_default();
        program.insert((DATA, number), block(DATA, number, name, values));
    }
    program
}

/// A block with this code, or these data. Its checksum is a sum of its bytes: how real ones are made is not known.
fn block(letter: u8, number: u16, name: &str, code: &[u8]) -> Block {
    let named = Named { letter, number };
    let is_data = letter == DATA;
    // Data are filled up to whole words; the length that is told is theirs.
    let fill = code.len() % 2;
    let load_bytes = (SHORTEST_BLOCK_BYTES + code.len() + fill) as u32;
    let header = Header {
        version: 1,
        attributes: LINKED,
        language: if is_data { DATA_BLOCK } else { STATEMENT_LIST },
        kind: named.type_number(),
        number,
        load_bytes,
        protection: 0,
        code_changed: COMPILED,
        interface_changed: COMPILED,
        interface_bytes: 0,
        segment_bytes: 0,
        local_bytes: if is_data { 0 } else { LOCAL_BYTES },
        code_bytes: code.len() as u16,
    };
    let mut bytes = header.encode();
    bytes.extend_from_slice(code);
    bytes.extend(std::iter::repeat_n(0, fill));
    let checksum = bytes.iter().fold(0, |sum: u16, &byte| sum.wrapping_add(byte.into()));
    let texts = ["QUAY", "CRANE", name].map(eight);
    bytes.extend(Footer { texts, version: 0x10, unknown: 0, checksum, reserved: [0; 8] }.encode());
    Block(bytes)
}

/// A text of eight characters, filled with zeros.
fn eight(text: &str) -> [u8; 8] {
    let mut field = [0; 8];
    for (to, from) in field.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    field
}

/// A block by its type and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    /// The second character of its type; the first is 0.
    letter: u8,
    pub(super) number: u16,
}

impl Named {
    /// Reads a name as jobs have it: `_0800001P`.
    pub(super) fn parse(name: &[u8]) -> Option<Self> {
        let name = BlockName::parse(name)?;
        let Kind([b'0', letter]) = name.kind else { return None };
        Some(Self { letter, number: name.number.try_into().ok()? })
            .filter(|named| KINDS.contains(&named.letter))
    }

    /// How the controller keeps it.
    pub(super) const fn key(self) -> (u8, u16) {
        (self.letter, self.number)
    }

    /// Its type as its header has it: the number its two characters are.
    pub(super) const fn type_number(self) -> u8 {
        match self.letter {
            b'0'..=b'9' => self.letter - b'0',
            letter => letter.wrapping_sub(b'A').wrapping_add(10),
        }
    }

    /// Whether a station may load such a block: system functions come with the controller.
    pub(super) const fn is_loadable(self) -> bool {
        matches!(self.letter, ORGANISATION | DATA | SYSTEM_DATA | FUNCTION | FUNCTION_BLOCK)
    }
}

/// The block that a name means.
pub(super) fn find<'a>(program: &'a Program, name: &[u8]) -> Result<(Named, &'a Block), Refusal> {
    let named = Named::parse(name).ok_or(Refusal::WRONG_NAME)?;
    program.get(&named.key()).map(|block| (named, block)).ok_or(Refusal::NO_SUCH_BLOCK)
}

#[cfg(test)]
mod tests {
    use super::{COMPILED, Named, SHORTEST_BLOCK_BYTES, default_program};
    use quaywatch_crane::Image;
    use quaywatch_protocols::s7comm::block::Header;

    #[test]
    fn every_block_says_truly_what_and_how_long_it_is() {
        for ((letter, number), block) in default_program() {
            let header = Header::decode(&block.0).unwrap().unwrap();
            let named = Named { letter, number };
            assert_eq!((header.kind, header.number), (named.type_number(), number));
            assert_eq!(header.load_bytes as usize, block.0.len());
            let code = usize::from(header.code_bytes);
            assert_eq!(SHORTEST_BLOCK_BYTES + code + code % 2, block.0.len());
        }
    }

    #[test]
    fn data_blocks_are_as_long_as_the_memory_they_describe() {
        let program = default_program();
        for number in [100, 110, 120, 140, 150] {
            let header = Header::decode(&program[&(0x41, number)].0).unwrap().unwrap();
            assert_eq!(usize::from(header.code_bytes), Image::default().block(number).unwrap().len());
        }
    }

    #[test]
    fn the_day_of_compilation_is_the_fourth_of_march() {
        let milliseconds = u32::from_be_bytes(COMPILED[..4].try_into().unwrap());
        assert_eq!(milliseconds, (9 * 60 + 30) * 60_000);
        // 40 years with 10 leap days among them, then January, 29 days of February and three of March.
        assert_eq!(u16::from_be_bytes([COMPILED[4], COMPILED[5]]), 40 * 365 + 10 + 31 + 29 + 3);
    }

    #[test]
    fn names_are_read_and_what_is_no_block_is_none() {
        assert_eq!(Named::parse(b"_0A00120P").map(Named::key), Some((0x41, 120)));
        assert_eq!(Named::parse(b"_0800001A").map(|named| named.type_number()), Some(8));
        for wrong in [&b"_0A99999P"[..], b"_0900001P", b"_1A00001P", b"_N_MPF", b""] {
            assert_eq!(Named::parse(wrong), None);
        }
    }
}
