//! What becomes of a body: it is decompressed, told as content, as a transfer, and looked into where it logs somebody
//! in or has a page's title.

use super::coding::Decoder;
use super::kinds::{self, File};
use super::multipart::Multipart;
use super::wire::Head;
use crate::Context;
use crate::images::{self, Beginning};
use quaywatch_model::{Content, DataClass, Direction, FileNumber, Side, Transfer};
use quaywatch_wire::media_type;
use std::fmt;

/// So much of a body's beginning is kept to be looked into, in bytes: a form with a login, the head of a page.
const KEPT_BYTES: usize = 4 * 1024;

/// A body on its way.
pub(super) struct Payload {
    class: DataClass,
    decoder: Option<Decoder>,
    transfer: Option<u64>,
    /// What is sent may turn out to be a file by its first bytes.
    undecided: Option<Undecided>,
    beginning: Beginning,
    /// Whether it is firmware, by its name or its first bytes.
    pub(super) is_firmware: bool,
    pub(super) multipart: Option<Multipart>,
    /// It may log somebody in: what it says is held back until that is known.
    pub(super) is_form: bool,
    /// So many bytes on the wire are held back.
    held_wire_bytes: u64,
    /// The beginning, decoded.
    pub(super) kept: Vec<u8>,
    /// The bytes of the body itself, decoded as far as that was done.
    pub(super) decoded_bytes: u64,
    /// Whether all that was told as a file is the file, and not a range of it.
    whole_file: bool,
    /// Some of it was not captured: what comes after is not its beginning.
    is_cut: bool,
    /// What tells it apart as a file.
    number: Option<FileNumber>,
}

/// What is told of a file in a body, or of a body that is no file.
#[derive(Debug)]
pub(super) struct FileTold {
    /// What tells it apart; of a file only.
    pub(super) number: Option<FileNumber>,
    pub(super) name: Option<String>,
    pub(super) media_type: Option<&'static str>,
}

/// A request's body that is no file by what its head says.
struct Undecided {
    transfer_id: u64,
    /// What it is called if it is one.
    name: String,
}

/// Whose body it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) client: Side,
    pub(super) from: Side,
    pub(super) target: &'a str,
    pub(super) method: &'a str,
    pub(super) status: u16,
    pub(super) transfer_id: u64,
}

impl Payload {
    /// What is to become of the body that follows this head, with the file it is, if it is one.
    pub(super) fn new(cx: &mut Context<'_>, head: Head<'_>, about: About<'_>) -> (Self, Option<File>) {
        let content_type = head.field("Content-Type").unwrap_or_default();
        let media_type = kinds::media_type(content_type);
        let is_request = about.from == about.client;
        let may_login =
            matches!(media_type.as_str(), "application/x-www-form-urlencoded" | "application/json");
        let is_form = is_request && may_login;
        let is_multipart = is_request && media_type == "multipart/form-data";
        let multipart = if is_multipart {
            Multipart::new(cx, content_type, about.transfer_id, about.client)
        } else {
            None
        };
        let mut file = kinds::file(about.target, &media_type, head.field("Content-Disposition"));
        if is_request {
            // Only PUT names the file by the target; what else is sent is told by its own type and name.
            let put = about.method == "PUT";
            let last = &kinds::last_of(about.target);
            file = file
                .filter(|_| !is_form && !is_multipart)
                .or_else(|| (put || kinds::is_picture(&media_type)).then(|| File::new(last, &media_type)));
        } else if !(200..300).contains(&about.status) {
            file = None;
        }
        let wanted = cx.wanted.content || cx.wanted.logs || file.is_some();
        let coding = head.field("Content-Encoding").filter(|_| wanted);
        let class = match &file {
            Some(file) => file.class(),
            None => kinds::class(&media_type),
        };
        let undecided = (is_request && file.is_none() && multipart.is_none())
            .then(|| Undecided { transfer_id: about.transfer_id, name: kinds::last_of(about.target) });
        let payload = Self {
            class,
            undecided,
            decoder: coding.and_then(|coding| Decoder::new(cx, coding)),
            transfer: file.is_some().then_some(about.transfer_id),
            beginning: Beginning::default(),
            is_firmware: class == DataClass::Firmware,
            multipart,
            is_form,
            held_wire_bytes: 0,
            kept: Vec::new(),
            decoded_bytes: 0,
            whole_file: about.status != 206,
            is_cut: false,
            number: None,
        };
        (payload, file)
    }

    /// Begins the transfer of the file that it is.
    pub(super) fn begin(&mut self, cx: &mut Context<'_>, file: &File, about: About<'_>) {
        let Some(id) = self.transfer else { return };
        self.number = Some(FileNumber { frame: cx.now.frame, id });
        let to_device = about.from == about.client;
        let direction = if to_device { Direction::ToDevice } else { Direction::FromDevice };
        begin(cx, id, file, direction, about.client);
    }

    /// The next bytes of the body, as they were on the wire.
    pub(super) fn feed(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let Some(mut decoder) = self.decoder.take() else {
            return self.piece(cx, from, bytes.len() as u64, bytes);
        };
        let mut wire_bytes = bytes.len() as u64;
        decoder
            .feed(cx, bytes, &mut |cx, piece| self.piece(cx, from, std::mem::take(&mut wire_bytes), piece));
        if wire_bytes > 0 {
            self.piece(cx, from, wire_bytes, &[]);
        }
        self.decoder = Some(decoder);
    }

    fn piece(&mut self, cx: &mut Context<'_>, from: Side, wire_bytes: u64, bytes: &[u8]) {
        self.decoded_bytes += bytes.len() as u64;
        let before = self.kept.len();
        if let Some(room) = KEPT_BYTES.checked_sub(before).filter(|_| !self.is_cut) {
            let start = bytes.get(..bytes.len().min(room)).unwrap_or_default();
            // Without memory it is not looked into.
            let _ = cx.memory.append(&mut self.kept, start);
        }
        if self.kept.len() >= kinds::SIGNATURE_BYTES {
            self.decide(cx, from, before);
        }
        if let (Some(id), false) = (self.transfer, bytes.is_empty()) {
            cx.transfer(&Transfer::Data { id, bytes });
            self.learn_kind(bytes);
        }
        if let Some(multipart) = &mut self.multipart {
            multipart.feed(cx, bytes);
        }
        if self.is_form {
            self.held_wire_bytes += wire_bytes;
            return;
        }
        if self.multipart.is_none() {
            self.content(cx, from, wire_bytes, bytes);
        }
    }

    fn learn_kind(&mut self, bytes: &[u8]) {
        if let Some(kind) = self.beginning.goes_on(bytes).filter(|_| self.class == DataClass::Files) {
            self.class = images::class(kind);
            self.is_firmware |= self.class == DataClass::Firmware;
        }
    }

    /// Whether what a client sends is a file by its first bytes, of which so many were told before: an archive may be
    /// called anything.
    fn decide(&mut self, cx: &mut Context<'_>, from: Side, before: usize) {
        let Some(Undecided { transfer_id, name }) = self.undecided.take() else { return };
        // Where memory ran out the beginning is not all there.
        if self.kept.len() as u64 != self.decoded_bytes.min(KEPT_BYTES as u64) {
            return;
        }
        let Some(file) = kinds::sent(&name, &self.kept) else { return };
        self.transfer = Some(transfer_id);
        self.number = Some(FileNumber { frame: cx.now.frame, id: transfer_id });
        begin(cx, transfer_id, &file, Direction::ToDevice, from);
        (self.class, self.is_form) = (file.class(), false);
        self.is_firmware |= self.class == DataClass::Firmware;
        let mut kept = std::mem::take(&mut self.kept);
        let told = kept.get(..before).unwrap_or_default();
        if !told.is_empty() {
            cx.transfer(&Transfer::Data { id: transfer_id, bytes: told });
            self.learn_kind(told);
        }
        let held = std::mem::take(&mut self.held_wire_bytes);
        if held > 0 {
            self.content(cx, from, held, told);
        }
        std::mem::swap(&mut self.kept, &mut kept);
    }

    fn content(&self, cx: &mut Context<'_>, from: Side, wire_bytes: u64, bytes: &[u8]) {
        let bytes = if cx.wanted.content { bytes } else { &[] };
        if wire_bytes > 0 || !bytes.is_empty() {
            cx.content(&Content { from, class: self.class, wire_bytes, bytes, ends: false });
        }
    }

    /// Tells what was held back of a form. `is_login`: it holds a password, and is not shown.
    pub(super) fn tell_form(&mut self, cx: &mut Context<'_>, from: Side, is_login: bool) {
        let wire_bytes = std::mem::take(&mut self.held_wire_bytes);
        if is_login {
            self.class = DataClass::Credentials;
        }
        if wire_bytes > 0 {
            let bytes = if is_login || !cx.wanted.content { &[][..] } else { &self.kept };
            cx.content(&Content { from, class: self.class, wire_bytes, bytes, ends: true });
        }
    }

    /// So many bytes of the body were not captured.
    pub(super) fn lost(&mut self, cx: &mut Context<'_>, bytes: u64) {
        self.undecided = None;
        if let Some(decoder) = &mut self.decoder {
            decoder.lost();
        }
        if let Some(id) = self.transfer {
            cx.transfer(&Transfer::Missing { id, bytes });
        }
        if let Some(multipart) = &mut self.multipart {
            multipart.lost(cx, bytes);
        }
        self.decoded_bytes += bytes;
        self.whole_file = false;
        self.is_cut = true;
    }

    /// The files in it, once it is over; of a body that is no file the type alone.
    pub(super) fn files(&mut self) -> Vec<FileTold> {
        match self.multipart.as_mut().map(|multipart| std::mem::take(&mut multipart.files)) {
            Some(files) if !files.is_empty() => files,
            _ => {
                let media_type = media_type(&self.kept);
                vec![FileTold { number: self.number, name: None, media_type }]
            }
        }
    }

    /// The body is over; `complete`: as its framing says.
    pub(super) fn end(&mut self, cx: &mut Context<'_>, from: Side, complete: bool) {
        self.decide(cx, from, self.kept.len());
        if let Some(multipart) = &mut self.multipart {
            multipart.end(cx);
        }
        if let Some(id) = self.transfer.take() {
            cx.transfer(&Transfer::End { id, complete: complete && self.whole_file });
        }
        if self.decoded_bytes > 0 && !self.is_form && self.multipart.is_none() {
            cx.content(&Content { from, class: self.class, wire_bytes: 0, bytes: &[], ends: true });
        }
        if let Some(decoder) = self.decoder.take() {
            decoder.free(cx);
        }
    }

    /// Gives memory back.
    pub(super) fn free(self, cx: &mut Context<'_>) {
        cx.memory.free(self.kept);
    }
}

/// Tells that a file begins.
fn begin(cx: &mut Context<'_>, id: u64, file: &File, direction: Direction, client: Side) {
    cx.transfer(&Transfer::Begin {
        id,
        kind: file.kind,
        direction,
        client,
        name: (!file.name.is_empty()).then_some(&file.name as &dyn fmt::Display),
        block_type: None,
        block_number: None,
    });
}
