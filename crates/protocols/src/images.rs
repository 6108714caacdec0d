//! What a file is that goes over the network: a device's firmware, a controller's program, or just a file. By its name, and
//! by its first bytes, for whoever renames an image does not change those.

use quaywatch_model::{DataClass, TransferKind};

/// Ends of names that makers of controllers and switches give to firmware and to nothing else: `.upd` Siemens, `.rom` Moxa,
/// `.dfu` USB's device firmware upgrade, `.swu` SWUpdate, `.raucb` RAUC.
const FIRMWARE: [&str; 7] = [".fw", ".fwu", ".upd", ".dfu", ".rom", ".swu", ".raucb"];
/// Ends of names that engineering tools give to projects and programs of controllers and to nothing else: STEP 7 and TIA
/// Portal with their sources, STEP 7-Micro/WIN, Logix, RSLogix 500, Control Expert, Machine Expert, TwinCAT, CODESYS, GX Works,
/// CX-Programmer, Sysmac Studio.
const PROGRAMS: [&str; 46] = [
    ".awl",
    ".scl",
    ".rss",
    ".pro",
    ".xef",
    ".tpy",
    ".mlp",
    ".gxw",
    ".s7p",
    ".s7l",
    ".s5d",
    ".ap11",
    ".ap12",
    ".ap13",
    ".ap14",
    ".ap15",
    ".ap15_1",
    ".ap16",
    ".ap17",
    ".ap18",
    ".ap19",
    ".ap20",
    ".zap13",
    ".zap14",
    ".zap15",
    ".zap15_1",
    ".zap16",
    ".zap17",
    ".zap18",
    ".zap19",
    ".zap20",
    ".mwp",
    ".acd",
    ".l5x",
    ".l5k",
    ".stu",
    ".sta",
    ".zef",
    ".apx",
    ".smbp",
    ".tsproj",
    ".tnzip",
    ".projectarchive",
    ".gx3",
    ".cxp",
    ".smc2",
];
/// Ends of names of what people read: a manual about firmware is none.
const DOCUMENTS: [&str; 15] = [
    ".txt", ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".csv", ".htm", ".html", ".md", ".log", ".png", ".jpg",
    ".lnk", ".url",
];
/// How images begin that are loaded into devices and into nothing else.
const SIGNATURES: [&[u8]; 8] = [
    // U-Boot: image header, include/image.h, IH_MAGIC.
    b"\x27\x05\x19\x56",
    // A flattened device tree, in which U-Boot's FIT images come (Devicetree Specification, 5.2).
    b"\xD0\x0D\xFE\xED",
    // File systems of flash memory: SquashFS of both byte orders, UBI and UBIFS.
    b"hsqs",
    b"sqsh",
    b"UBI#",
    b"\x31\x18\x10\x06",
    // TRX, of routers; DfuSe, of microcontrollers (UM0391).
    b"HDR0",
    b"DfuSe",
];

/// How sources and exports of controllers' programs begin, behind a byte order mark and blanks: STEP 7's and TIA Portal's
/// sources (SIMATIC S7-SCL V5.3, chapter 8; STL reference, chapter on sources), Logix's text export (1756-RM084).
const SOURCES: [&str; 6] =
    ["ORGANIZATION_BLOCK ", "FUNCTION_BLOCK ", "DATA_BLOCK ", "FUNCTION FC", "IE_VER :=", "TYPE UDT"];
/// What says in the beginning of an XML file that it is a program: Logix's export, PLCopen's exchange format (IEC 61131-10),
/// TIA Portal's Openness, Control Expert's export.
const EXPORTS: [&str; 5] =
    ["<RSLogix5000Content", "plcopen.org/xml", "IEC61131_10_Ed", "<SW.Blocks.", "<FEFExchangeFile"];

/// The longest record of a file for programming memories, in bytes: 255 bytes as digits, with what is around them.
const LONGEST_RECORD: usize = 2 * 260 + 2;

/// What a file of this name is that begins with these bytes, as far as they are known.
pub(crate) fn kind(name: &str, first: &[u8]) -> TransferKind {
    let lower = name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    if is_firmware(first) || ends(&FIRMWARE) || lower.contains("firmware") && !ends(&DOCUMENTS) {
        TransferKind::Firmware
    } else if ends(&PROGRAMS) || is_program(first) {
        TransferKind::Program
    } else {
        TransferKind::File
    }
}

/// The class of what is moved.
pub(crate) const fn class(kind: TransferKind) -> DataClass {
    match kind {
        TransferKind::Firmware => DataClass::Firmware,
        TransferKind::Program => DataClass::Program,
        TransferKind::QueryResult => DataClass::DatabaseRows,
        TransferKind::File => DataClass::Files,
    }
}

/// The first bytes of a file that comes in pieces.
#[derive(Debug, Clone, Default)]
pub(crate) struct Beginning {
    bytes: Vec<u8>,
    kind: Option<TransferKind>,
}

impl Beginning {
    /// What the file is, where what is known by now is how firmware or a program begins.
    pub(crate) const fn kind(&self) -> Option<TransferKind> {
        self.kind
    }

    /// Takes in the next piece, and gives the [`kind`](Self::kind).
    pub(crate) fn goes_on(&mut self, piece: &[u8]) -> Option<TransferKind> {
        let room = LONGEST_RECORD.saturating_sub(self.bytes.len());
        if room > 0 && self.kind.is_none() {
            self.bytes.extend_from_slice(piece.get(..piece.len().min(room)).unwrap_or_default());
            let kind = kind("", &self.bytes);
            self.kind = (kind != TransferKind::File).then_some(kind);
        }
        self.kind
    }
}

/// Whether this is how a controller's program begins: a source, an export, or an archive whose first file is one.
fn is_program(first: &[u8]) -> bool {
    if let Some(name) = first_in_archive(first) {
        return kind(name, b"") == TransferKind::Program;
    }
    let start = first.get(..first.len().min(LONGEST_RECORD)).unwrap_or_default();
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    SOURCES.iter().any(|source| start.starts_with(source.as_bytes()))
        || start.first() == Some(&b'<')
            && EXPORTS.iter().any(|export| memchr::memmem::find(start, export.as_bytes()).is_some())
}

/// The name of the first file in a ZIP archive (APPNOTE 6.3, section 4.3.7).
fn first_in_archive(first: &[u8]) -> Option<&str> {
    let head = first.strip_prefix(b"PK\x03\x04")?;
    let length = usize::from(u16::from_le_bytes(*head.get(22..24)?.first_chunk()?));
    std::str::from_utf8(head.get(26..)?.get(..length)?).ok()
}

/// Whether this is how a device's firmware begins.
fn is_firmware(first: &[u8]) -> bool {
    SIGNATURES.iter().any(|signature| first.starts_with(signature)) || is_hex_record(first)
}

/// Whether it begins with a record of the formats that memories are programmed from: Intel HEX (Rev. A, 1988) or Motorola's
/// S-records. Their checksum tells them from text.
fn is_hex_record(first: &[u8]) -> bool {
    let line = first.get(..first.len().min(LONGEST_RECORD)).unwrap_or_default();
    let Some(end) = line.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else { return false };
    match line.get(..end) {
        Some([b':', digits @ ..]) => {
            // Length, address, type, data: all add up to nothing.
            octets(digits).is_some_and(|octets| {
                octets.len() >= 5
                    && octets.first().is_some_and(|&length| usize::from(length) + 5 == octets.len())
                    && sum(&octets) == 0
            })
        }
        Some([b'S', b'0' | b'1' | b'2' | b'3', digits @ ..]) => octets(digits).is_some_and(|octets| {
            octets.first().is_some_and(|&length| length >= 3 && usize::from(length) + 1 == octets.len())
                && sum(&octets) == u8::MAX
        }),
        _ => false,
    }
}

fn sum(octets: &[u8]) -> u8 {
    octets.iter().fold(0, |sum, octet| sum.wrapping_add(*octet))
}

fn octets(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Beginning, is_firmware, kind};
    use quaywatch_model::TransferKind::{File, Firmware, Program};

    #[test]
    fn firmware_and_programs_are_told_by_their_names() {
        for name in ["/6ES7515-2AM01-0AB0_V02.09.upd", "Firmware_2.bin", r"share\DRIVE.FW"] {
            assert_eq!(kind(name, b""), Firmware, "{name}");
        }
        for name in [r"projects\STS07.ap17", "/crane.ACD", "STS07.s7p", "OB1.awl", "sts07.RSS"] {
            assert_eq!(kind(name, b""), Program, "{name}");
        }
        for name in ["recipe.bin", "firmware release notes.pdf", "moves.csv", "", "recap17"] {
            assert_eq!(kind(name, b""), File, "{name}");
        }
    }

    #[test]
    fn a_program_that_was_renamed_is_told_by_how_it_begins() {
        let archive = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0a\0\0\0STS07.ap17rest";
        for program in [
            &b"ORGANIZATION_BLOCK OB 1\r\nTITLE=x\r\n"[..],
            b"\xEF\xBB\xBF\r\nFUNCTION_BLOCK \"Hoist\"",
            b"<?xml version=\"1.0\"?>\n<RSLogix5000Content SchemaRevision=\"1.0\">",
            archive,
        ] {
            assert_eq!(kind("backup.dat", program), Program, "{program:?}");
            let mut beginning = Beginning::default();
            assert_eq!(program.chunks(3).filter_map(|piece| beginning.goes_on(piece)).last(), Some(Program));
        }
        let other = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0a.csvrest";
        for other in [&other[..], b"PK\x03\x04", b"The ORGANIZATION_BLOCK is", b"<html>", b"TYPE"] {
            assert_eq!(kind("backup.dat", other), File, "{other:?}");
        }
    }

    #[test]
    fn an_image_that_was_renamed_is_told_by_how_it_begins() {
        for image in [
            &b"\x27\x05\x19\x56\x12\x34"[..],
            b"hsqs\x07\0",
            b":10010000214601360121470136007EFE09D2190140\r\n:00",
            b"S00F000068656C6C6F202020202000003C\n",
        ] {
            assert!(is_firmware(image), "{image:?}");
            assert_eq!(kind("recipe.dat", image), Firmware);
            let mut beginning = Beginning::default();
            let pieces: Vec<bool> =
                image.chunks(1).map(|piece| beginning.goes_on(piece) == Some(Firmware)).collect();
            assert!(!pieces[0] && pieces[image.len() - 1], "in pieces");
        }
        for other in [
            &b"MZ\x90\0"[..],
            b"\x7FELF",
            b":10010000214601360121470136007EFE09D2190141\r\n",
            b":1 a list\n",
            b"S1\n",
            b"",
            b":",
        ] {
            assert!(!is_firmware(other), "{other:?}");
        }
    }
}
