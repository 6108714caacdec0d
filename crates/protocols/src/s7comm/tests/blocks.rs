//! Blocks: names, heads and ends, pieces.

use super::super::block::{BlockName, Footer, Header, encode_piece};
use super::super::wire::block_piece;
use crate::cotp::tests::hex;

#[test]
fn block_names_are_read() {
    let name = |text: &'static [u8]| BlockName::parse(text).map(|name| (name.to_string(), name.file_system));
    assert_eq!(name(b"_0800001P"), Some(("OB1".to_owned(), b'P')));
    assert_eq!(name(b"_08000010A"), Some(("OB10".to_owned(), b'A')));
    assert_eq!(name(b"0A00120B"), Some(("DB120".to_owned(), b'B')));
    assert_eq!(name(b"_N_MPF_DIR"), None);
    assert_eq!(name(b""), None);
}

#[test]
fn a_blocks_head_and_end_are_written_as_they_were_read() {
    // tia_s300_downloadOb1.pcap: the beginning of the block in frame 60, its end in frame 62; together they are
    // what the controller tells of it in frame 96.
    let head = hex("7070 01 01 03 08 0001 0000014c 00000000 04d1d4e02dce 03a1638321a7 001c 0014 001a 00d4");
    let header = Header::decode(&head).unwrap().unwrap();
    assert_eq!((header.kind, header.number, header.load_bytes, header.code_bytes), (0x08, 1, 332, 212));
    assert_eq!(header.encode(), head);
    assert_eq!(Header::decode(&[&[0], &head[1..]].concat()), Ok(None));
    assert!(Header::decode(&head[..35]).is_err());
    let footer = Footer { texts: [[0; 8]; 3], version: 1, unknown: 0, checksum: 0x5935, reserved: [0; 8] };
    assert_eq!(footer.encode(), [vec![0; 24], hex("0100 5935 0000000000000000")].concat());
}

#[test]
fn a_piece_is_read_as_it_was_written() {
    assert_eq!(encode_piece(&[1, 2, 3]).unwrap(), hex("0003 00fb 010203"));
    assert_eq!(block_piece(&encode_piece(&[1, 2, 3]).unwrap()), Ok(&[1, 2, 3][..]));
    assert_eq!(encode_piece(&vec![0; 65_536]), None);
}
