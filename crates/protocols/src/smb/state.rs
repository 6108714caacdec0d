use super::files::{Files, Piece};
use super::wire::{self, Kind};
use super::{pipes, v1, v2};
use crate::{Answer, Context, Dialogue, Length, Pending};
use quaywatch_model::{DataClass, Direction, Moment, Side, Topic, Value, Verdict};

/// So many shares of one connection are known; one more, and the oldest is forgotten.
const MOST_TREES: usize = 64;
/// So much of a request is kept until its answer comes: names are in there, data is not needed.
pub(super) const KEPT_BYTES: usize = 2048;

/// One connection.
#[derive(Default)]
pub(super) struct Smb {
    pub(super) client: Option<Side>,
    pub(super) heard: [bool; 2],
    pub(super) files: Files,
    trees: Vec<Tree>,
    pub(super) v1: Pending<v1::Key>,
    pub(super) v2: Pending<v2::Key>,
    /// How messages are protected was noted, for signed and for encrypted.
    noted: [bool; 2],
}

/// A share the client is connected to.
struct Tree {
    id: u32,
    path: String,
    is_pipe: bool,
}

impl Dialogue for Smb {
    const LAYER: &'static str = "smb";
    const MAX_PDU_BYTES: usize = wire::LONGEST_PDU_BYTES;

    fn length(&self, _: Side, head: &[u8]) -> Length {
        wire::length(head)
    }

    fn starts(&self, _: Side, head: &[u8]) -> Answer {
        wire::begins(head)
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let message = bytes.get(wire::FRAME_BYTES..).unwrap_or_default();
        *from.of_mut(&mut self.heard) = true;
        match wire::kind(message) {
            Some(Kind::One) => v1::message(self, cx, from, message),
            Some(Kind::Two) => v2::messages(self, cx, from, message),
            Some(Kind::Encrypted) => {
                self.note_protection(cx, from, true);
                cx.carried(from, DataClass::Encrypted, bytes.len() as u64);
            }
            Some(Kind::Compressed) => {
                cx.problem(Self::LAYER, "compressed message", Verdict::Unsupported, bytes.len() as u64);
            }
            None => self.session_service(cx, from, bytes),
        }
    }

    fn lost(&mut self, cx: &mut Context<'_>, from: Side, _: u64) {
        self.files.lost(cx, from);
        if self.client != Some(from) {
            self.v1.answers_lost();
            self.v2.answers_lost();
        }
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        v2::end(self, cx);
        v1::end(self, cx);
        let client = self.client.unwrap_or(Side::A);
        self.files.end(cx, client);
    }

    fn protocol(&self) -> &'static str {
        "smb"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}

impl Smb {
    /// Session requests and their answers, and keep-alives, of RFC 1002.
    fn session_service(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        match *bytes {
            [0x81, ..] => self.client = Some(from),
            [0x82 | 0x83, ..] => self.client = Some(from.other()),
            [0x85, ..] => {}
            _ => cx.problem(Self::LAYER, "frame without a message", Verdict::Malformed, bytes.len() as u64),
        }
    }

    /// Notes once that messages are signed, and once that they are encrypted.
    pub(super) fn note_protection(&mut self, cx: &mut Context<'_>, from: Side, encrypted: bool) {
        let [signed, hidden] = &mut self.noted;
        let noted = if encrypted { hidden } else { signed };
        if !std::mem::replace(noted, true) {
            cx.note(from, Topic::Protection, Value::Text(if encrypted { "encrypted" } else { "signed" }));
        }
    }

    /// The client was connected to a share.
    pub(super) fn connected(&mut self, id: u32, path: String, is_pipe: bool) {
        self.trees.retain(|tree| tree.id != id);
        if self.trees.len() >= MOST_TREES {
            self.trees.remove(0);
        }
        self.trees.push(Tree { id, path, is_pipe });
    }

    /// Whether a share holds pipes, by its number.
    pub(super) fn is_pipe(&self, tree: Option<u32>) -> bool {
        self.tree(tree).is_some_and(|tree| tree.is_pipe)
    }

    /// Bytes of a file went over, or of a conversation in a pipe.
    pub(super) fn moved(&mut self, cx: &mut Context<'_>, tree: Option<u32>, piece: Piece<'_>) {
        let client = self.client_side();
        if self.is_pipe(tree) {
            let asks = piece.direction == Direction::ToDevice;
            let from = if asks { client } else { client.other() };
            pipes::said(self, cx, from, piece.handle, piece.bytes);
        } else {
            self.files.moved(cx, client, piece);
        }
    }

    fn tree(&self, id: Option<u32>) -> Option<&Tree> {
        self.trees.iter().find(|tree| Some(tree.id) == id)
    }

    /// A file's name with the share's before it.
    pub(super) fn path(&self, tree: Option<u32>, name: &str) -> String {
        let name = name.trim_start_matches('\\');
        match self.tree(tree) {
            Some(tree) if name.is_empty() => tree.path.clone(),
            Some(tree) => format!("{}\\{name}", tree.path),
            None => name.to_owned(),
        }
    }

    pub(super) fn client_side(&self) -> Side {
        self.client.unwrap_or(Side::A)
    }
}

/// An exchange's two moments.
#[derive(Clone, Copy)]
pub(super) struct When {
    pub(super) asked: Option<Moment>,
    pub(super) answered: Option<Moment>,
}
