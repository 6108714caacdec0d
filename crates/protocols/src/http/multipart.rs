//! Uploads of forms (RFC 7578): the files in them, and the fields that log somebody in.

use super::kinds::{self, File, filename, parameter};
use super::payload::FileTold;
use crate::Context;
use crate::images::{self, Beginning};
use crate::secrets::{is_password, is_user};
use memchr::memmem;
use quaywatch_model::{Content, DataClass, Direction, FileNumber, Side, Transfer, TransferKind};
use quaywatch_wire::{MEDIA_HEAD_BYTES, media_type};

/// The longest boundary (RFC 2046, section 5.1.1), in bytes.
const MAX_BOUNDARY_BYTES: usize = 70;
/// The longest head of a part that is read, in bytes.
const MAX_PART_HEAD_BYTES: usize = 8 * 1024;
/// The longest value of a field that is looked at, in bytes: longer ones log nobody in.
const MAX_VALUE_BYTES: usize = 128;
/// So many files of a form are told in the log, which is Zeek's `HTTP::max_files_orig`.
const MOST_FILES: usize = 15;
/// The files of a form are counted in the upper half of the numbers of their transfers, the bodies in the lower.
const FILE: u64 = 1 << 32;

/// A form that is being uploaded.
#[derive(Debug)]
pub(super) struct Multipart {
    /// The end of line, two dashes and the boundary: what ends a part.
    delimiter: Vec<u8>,
    /// What was not used yet.
    tail: Vec<u8>,
    part: Part,
    /// The number of the next file's transfer.
    transfer_id: u64,
    client: Side,
    /// The files that it had so far.
    pub(super) files: Vec<FileTold>,
    /// Whether a file in it is firmware.
    pub(super) has_firmware: bool,
    /// What the fields that log somebody in say.
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
}

#[derive(Debug)]
enum Part {
    /// Before the first boundary, or in a head.
    Head,
    File {
        class: DataClass,
        number: FileNumber,
        name: String,
        /// Its first bytes.
        head: Vec<u8>,
        /// What they tell of its kind.
        beginning: Beginning,
    },
    Field {
        name: String,
        value: Vec<u8>,
    },
    Over,
}

impl Multipart {
    /// A form of this Content-Type, if its boundary is told.
    pub(super) fn new(
        cx: &mut Context<'_>,
        content_type: &str,
        transfer_id: u64,
        client: Side,
    ) -> Option<Self> {
        let boundary = parameter(content_type, "boundary")?;
        if boundary.is_empty() || boundary.len() > MAX_BOUNDARY_BYTES {
            return None;
        }
        let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
        // The first delimiter has no end of line before it: as if it had.
        let tail = cx.memory.copy(b"\r\n")?;
        let (user, password) = (None, None);
        Some(Self {
            delimiter,
            tail,
            part: Part::Head,
            transfer_id,
            client,
            files: Vec::new(),
            has_firmware: false,
            user,
            password,
        })
    }

    /// The next bytes of the body.
    pub(super) fn feed(&mut self, cx: &mut Context<'_>, bytes: &[u8]) {
        if matches!(self.part, Part::Over) {
            return;
        }
        let mut tail = std::mem::take(&mut self.tail);
        if !cx.memory.append(&mut tail, bytes) {
            cx.memory.free(tail);
            return self.lost(cx, bytes.len() as u64);
        }
        let mut at = 0;
        while let Some(used) = self.step(cx, tail.get(at..).unwrap_or_default()) {
            at += used;
        }
        cx.memory.drop_front(&mut tail, at);
        if tail.len() > MAX_PART_HEAD_BYTES {
            cx.memory.free(tail);
            return self.lost(cx, 0);
        }
        self.tail = tail;
    }

    /// Takes a head, or the content of a part, off the front; `None` where more is needed.
    fn step(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Option<usize> {
        match &mut self.part {
            Part::Over => None,
            Part::Head => {
                let start = memmem::find(bytes, &self.delimiter)? + self.delimiter.len();
                let rest = bytes.get(start..)?;
                if rest.get(..2)? == b"--" {
                    self.part = Part::Over;
                    return Some(start + 2);
                }
                let length = memmem::find(rest, b"\r\n\r\n")?;
                let head = String::from_utf8_lossy(rest.get(..length)?).into_owned();
                self.begin(cx, &head);
                // The last end of line stays, for the delimiter of an empty part begins with it.
                Some(start + length + 4)
            }
            Part::File { .. } | Part::Field { .. } => {
                let found = memmem::find(bytes, &self.delimiter);
                let sure = found.unwrap_or_else(|| bytes.len().saturating_sub(self.delimiter.len()));
                self.content(cx, bytes.get(..sure).unwrap_or_default());
                if found.is_some() {
                    self.end_part(cx, true);
                    return Some(sure);
                }
                (sure > 0).then_some(sure)
            }
        }
    }

    fn begin(&mut self, cx: &mut Context<'_>, head: &str) {
        let field = |wanted: &str| {
            let mut fields = head.lines().filter_map(|line| line.split_once(':'));
            fields.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
        };
        let disposition = field("Content-Disposition").unwrap_or_default();
        let Some(name) = filename(disposition) else {
            let name = parameter(disposition, "name").unwrap_or_default().to_owned();
            self.part = Part::Field { name, value: Vec::new() };
            return;
        };
        let file = File::new(&name, &kinds::media_type(field("Content-Type").unwrap_or_default()));
        self.has_firmware |= file.kind == TransferKind::Firmware;
        let id = self.transfer_id;
        self.transfer_id = id.wrapping_add(FILE);
        cx.transfer(&Transfer::Begin {
            id,
            kind: file.kind,
            direction: Direction::ToDevice,
            client: self.client,
            name: Some(&file.name),
            block_type: None,
            block_number: None,
        });
        let number = FileNumber { frame: cx.now.frame, id };
        self.part = Part::File {
            class: file.class(),
            number,
            name: file.name,
            head: Vec::new(),
            beginning: Beginning::default(),
        };
    }

    fn content(&mut self, cx: &mut Context<'_>, bytes: &[u8]) {
        match &mut self.part {
            Part::File { class, number, head, beginning, .. } if !bytes.is_empty() => {
                if let Some(kind) = beginning.goes_on(bytes).filter(|_| *class == DataClass::Files) {
                    *class = images::class(kind);
                    self.has_firmware |= kind == TransferKind::Firmware;
                }
                cx.transfer(&Transfer::Data { id: number.id, bytes });
                let room = MEDIA_HEAD_BYTES.saturating_sub(head.len());
                head.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
                let (from, wire_bytes) = (self.client, bytes.len() as u64);
                let shown = if cx.wanted.content { bytes } else { &[] };
                cx.content(&Content { from, class: *class, wire_bytes, bytes: shown, ends: false });
            }
            Part::Field { value, .. } if value.len() + bytes.len() <= MAX_VALUE_BYTES => {
                value.extend_from_slice(bytes);
            }
            _ => {}
        }
    }

    fn end_part(&mut self, cx: &mut Context<'_>, complete: bool) {
        match std::mem::replace(&mut self.part, Part::Head) {
            Part::File { class, number, name, head, .. } => {
                cx.transfer(&Transfer::End { id: number.id, complete });
                cx.content(&Content { from: self.client, class, wire_bytes: 0, bytes: &[], ends: true });
                if self.files.len() < MOST_FILES {
                    let media_type = media_type(&head);
                    self.files.push(FileTold { number: Some(number), name: Some(name), media_type });
                }
            }
            Part::Field { name, value } if is_password(&name) => {
                self.password = Some(String::from_utf8_lossy(&value).into_owned());
            }
            Part::Field { name, value } if is_user(&name) => {
                self.user = Some(String::from_utf8_lossy(&value).into_owned());
            }
            _ => {}
        }
    }

    /// Bytes of the body are missing: what follows cannot be told apart.
    pub(super) fn lost(&mut self, cx: &mut Context<'_>, bytes: u64) {
        if let Part::File { number, .. } = &self.part {
            cx.transfer(&Transfer::Missing { id: number.id, bytes });
        }
        self.end_part(cx, false);
        self.part = Part::Over;
    }

    /// The body is over.
    pub(super) fn end(&mut self, cx: &mut Context<'_>) {
        self.end_part(cx, false);
        self.part = Part::Over;
        cx.memory.free(std::mem::take(&mut self.tail));
    }
}
