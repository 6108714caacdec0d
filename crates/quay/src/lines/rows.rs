//! A table read out of Microsoft's SQL Server: TDS 7.4 (MS-TDS, sections 2.2.6.7 and 2.2.7), behind a login.

use super::utf16;
use crate::party::Line;

const BATCH: u8 = 0x01;
const ANSWER: u8 = 0x04;
/// A message is cut into packets of this size, as was agreed on at the login.
const PACKET_BYTES: usize = 4096;
const HEADER_BYTES: usize = 8;
const COLUMNS: u8 = 0x81;
const ROW: u8 = 0xD1;
const DONE: u8 = 0xFD;
const TEXT: u8 = 0xE7;
/// The longest text of a column, in bytes.
const WIDTH_BYTES: u16 = 128;
const LATIN: [u8; 5] = [0x09, 0x04, 0xD0, 0x00, 0x34];
/// What a DONE is of.
const SELECT: u16 = 0xC1;

/// A statement, and all rows that it gives.
#[must_use]
pub fn select<const N: usize>(statement: &str, columns: [&str; N], rows: &[[String; N]]) -> Vec<Line> {
    // One header: no transaction, one request at a time.
    let mut batch = [22_u32.to_le_bytes(), 18_u32.to_le_bytes()].concat();
    batch.extend([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    batch.extend(utf16(statement));
    let mut told = vec![COLUMNS];
    told.extend((N as u16).to_le_bytes());
    for column in columns {
        told.extend([0, 0, 0, 0, 9, 0, TEXT]);
        told.extend(WIDTH_BYTES.to_le_bytes());
        told.extend(LATIN);
        told.push(column.encode_utf16().count() as u8);
        told.extend(utf16(column));
    }
    for row in rows {
        told.push(ROW);
        for value in row {
            let text = utf16(value);
            told.extend((text.len() as u16).to_le_bytes());
            told.extend(text);
        }
    }
    told.push(DONE);
    told.extend([0x10, 0]);
    told.extend(SELECT.to_le_bytes());
    told.extend((rows.len() as u64).to_le_bytes());
    vec![Line::client(packets(BATCH, &batch)), Line::server(packets(ANSWER, &told)).after_ms(40)]
}

/// A message in packets, the last of which says so.
fn packets(kind: u8, message: &[u8]) -> Vec<u8> {
    let pieces = message.chunks(PACKET_BYTES - HEADER_BYTES);
    let count = pieces.len();
    let mut out = Vec::with_capacity(message.len() + count * HEADER_BYTES);
    for (index, piece) in pieces.enumerate() {
        let [high, low] = ((piece.len() + HEADER_BYTES) as u16).to_be_bytes();
        out.extend([kind, u8::from(index + 1 == count), high, low, 0, 0, (index as u8).wrapping_add(1), 0]);
        out.extend_from_slice(piece);
    }
    out
}
