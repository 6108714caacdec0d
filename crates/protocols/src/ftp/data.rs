//! Data connections: what was announced of them, and what they move.

use crate::{
    Context, Conversation,
    images::{self, Beginning},
};
use quaywatch_model::{Content, DataClass, Direction, Side, Transfer, TransferKind, Verdict};
use std::collections::VecDeque;

/// So many announced data connections are remembered; one more, and the oldest is forgotten.
pub(super) const MOST_CHANNELS: usize = 512;

/// The announced data connections of all control connections.
#[derive(Debug, Default)]
pub(super) struct Channels {
    known: VecDeque<Channel>,
    last: u64,
}

/// One data connection, as the control connection tells it.
#[derive(Debug, Default)]
pub(super) struct Channel {
    token: u64,
    /// What is moved over it, once a command says so.
    pub(super) load: Option<Load>,
    /// Whether the server said that all was moved.
    pub(super) done: Option<bool>,
    /// How many bytes were moved.
    pub(super) bytes: u64,
    /// Whether what is moved begins as firmware does.
    pub(super) is_firmware: bool,
}

/// What a data connection moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Load {
    /// A file from the server.
    Read(String),
    /// A file to the server.
    Write(String),
    /// A listing.
    Listing,
}

impl Channels {
    /// A new data connection.
    pub(super) fn open(&mut self) -> u64 {
        if self.known.len() >= MOST_CHANNELS {
            self.known.pop_front();
        }
        self.last += 1;
        self.known.push_back(Channel { token: self.last, ..Channel::default() });
        self.last
    }

    /// One that was announced.
    pub(super) fn get(&mut self, token: u64) -> Option<&mut Channel> {
        self.known.iter_mut().rev().find(|channel| channel.token == token)
    }
}

/// A data connection.
pub(super) struct Data {
    token: u64,
    load: Option<Load>,
    /// What a file is by its name.
    kind: TransferKind,
    beginning: Beginning,
    client: Option<Side>,
    lost: bool,
}

/// The one transfer of a data connection.
const TRANSFER: u64 = 1;

impl Data {
    pub(super) fn new(token: u64) -> Self {
        Self {
            token,
            load: None,
            kind: TransferKind::File,
            beginning: Beginning::default(),
            client: None,
            lost: false,
        }
    }

    fn begin(&mut self, cx: &mut Context<'_>, from: Side) {
        if self.client.is_some() {
            return;
        }
        let load = cx.shared.get::<Channels>().get(self.token).and_then(|channel| channel.load.clone());
        // Where the command was not captured, it is taken for a file that is read.
        let load = load.unwrap_or_else(|| Load::Read(String::new()));
        let (name, direction) = match &load {
            Load::Read(name) => (name, Direction::FromDevice),
            Load::Write(name) => (name, Direction::ToDevice),
            Load::Listing => {
                self.client = Some(from.other());
                self.load = Some(load);
                return;
            }
        };
        let client = if direction == Direction::ToDevice { from } else { from.other() };
        self.kind = self.beginning.kind().unwrap_or_else(|| images::kind(name, &[]));
        let kind = self.kind;
        let shown: &dyn std::fmt::Display = name;
        cx.transfer(&Transfer::Begin {
            id: TRANSFER,
            kind,
            direction,
            client,
            name: (!name.is_empty()).then_some(shown),
            block_type: None,
            block_number: None,
        });
        self.client = Some(client);
        self.load = Some(load);
    }

    /// What a file's bytes are told as.
    const fn class(&self) -> DataClass {
        images::class(self.kind)
    }

    fn is_file(&self) -> bool {
        matches!(self.load, Some(Load::Read(_) | Load::Write(_)))
    }
}

impl Conversation for Data {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        let beginning = self.beginning.goes_on(bytes);
        self.begin(cx, from);
        if let Some(kind) = beginning.filter(|_| self.kind == TransferKind::File) {
            self.kind = kind;
        }
        if let Some(channel) = cx.shared.get::<Channels>().get(self.token) {
            channel.bytes += bytes.len() as u64;
            channel.is_firmware = self.kind == TransferKind::Firmware;
        }
        if self.is_file() {
            cx.transfer(&Transfer::Data { id: TRANSFER, bytes });
            let wire_bytes = bytes.len() as u64;
            cx.content(&Content { from, class: self.class(), wire_bytes, bytes, ends: false });
        }
    }

    fn gap(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        self.begin(cx, from);
        self.lost = true;
        if self.is_file() {
            cx.transfer(&Transfer::Missing { id: TRANSFER, bytes });
        }
        cx.problem("ftp", "bytes of a data connection were lost", Verdict::Incomplete, bytes);
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        if !self.is_file() {
            return;
        }
        let done = cx.shared.get::<Channels>().get(self.token).and_then(|channel| channel.done);
        cx.transfer(&Transfer::End { id: TRANSFER, complete: done == Some(true) && !self.lost });
    }

    fn protocol(&self) -> &'static str {
        "ftp-data"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        match self.load {
            Some(Load::Listing) => DataClass::Signalling,
            _ => self.class(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Channel, Channels, Data, Load};
    use crate::testing::Player;
    use quaywatch_model::Side;

    #[test]
    fn the_bytes_of_a_file_are_of_the_class_that_its_name_or_its_beginning_says() {
        for (name, bytes, class) in [
            ("/up/crane.fw", &b"abcd"[..], "firmware"),
            ("/recipe.dat", b"\x27\x05\x19\x56", "firmware"),
            ("/crane.l5x", b"abcd", "program"),
            ("/moves.csv", b"abcd", "files"),
        ] {
            for load in [Load::Read(name.to_owned()), Load::Write(name.to_owned())] {
                let mut player = Player::of(Box::new(Data::new(1)));
                let channel = Channel { token: 1, load: Some(load), ..Channel::default() };
                player.shared.get::<Channels>().known.push_back(channel);
                player.say(Side::A, bytes);
                let firmware = player.shared.get::<Channels>().get(1).unwrap().is_firmware;
                assert_eq!(firmware, class == "firmware", "{name}");
                let heard = player.end();
                assert!(heard.contents[0].starts_with(&format!("A {class} 4/4")), "{:?}", heard.contents);
            }
        }
    }
}
