//! Zeek's `quic.log`, with the columns of Zeek 6.1 and later: a line a connection, which a Retry and a close that can be
//! read end.
//!
//! `history` has Zeek's letters but U and X: versions that Zeek cannot read are not recognised here, and what it discards
//! is not told.

use super::keys::Version;
use super::wire::{Kind as Packet, Long};
use crate::Context;
use quaywatch_model::{Column, Kind, Log, LogLine, Moment, Prefix, Side, Value};

static LOG: Log = Log {
    name: "quic",
    prefix: Prefix::Connection,
    columns: &[
        Column::new("version", Kind::String),
        Column::new("client_initial_dcid", Kind::String),
        Column::new("client_scid", Kind::String),
        Column::new("server_scid", Kind::String),
        Column::new("server_name", Kind::String),
        Column::new("client_protocol", Kind::String),
        Column::new("history", Kind::String),
    ],
};

/// The longest history, as in Zeek.
const MOST_HISTORY: usize = 100;

/// Keeps what lines are made of.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The connection that has no line yet.
    connection: Option<Connection>,
    /// How many packets with a short header each side has sent.
    shorts: [u64; 2],
}

#[derive(Debug)]
struct Connection {
    begun: Moment,
    version: Version,
    /// The first id that each side called the other by, where it is not empty.
    destinations: [Option<String>; 2],
    /// The id that each side gave itself last.
    sources: [Option<String>; 2],
    server_name: Option<Box<str>>,
    protocol: Option<Box<str>>,
    history: Vec<(Side, char)>,
}

impl Record {
    /// A packet with a long header. A Retry ends the line.
    pub(super) fn long(&mut self, cx: &mut Context<'_>, from: Side, long: &Long<'_>) {
        let is_retry = long.kind == Packet::Retry;
        let letter = match long.kind {
            Packet::Initial => 'I',
            Packet::ZeroRtt => 'Z',
            Packet::Handshake => 'H',
            Packet::Retry => 'R',
        };
        let is_new = self.connection.is_none();
        let connection = self.connection.get_or_insert_with(|| Connection::new(cx.now, long.version));
        if is_new || !is_retry {
            connection.ids(from, long);
        }
        connection.remember(from, letter);
        if is_retry {
            self.write(cx, from.other());
        }
    }

    /// A packet with a short header: the first, second, fourth, eighth and so on of a side have a letter.
    pub(super) fn short(&mut self, from: Side) {
        let Some(connection) = &mut self.connection else { return };
        let count = from.of_mut(&mut self.shorts);
        *count += 1;
        if count.is_power_of_two() {
            connection.remember(from, 'O');
        }
    }

    /// A hello. Of a client's: whom it asks for, and the first protocol it offers.
    pub(super) fn hello(&mut self, from: Side, server_name: Option<&str>, protocol: Option<&str>) {
        let Some(connection) = &mut self.connection else { return };
        connection.remember(from, 'S');
        connection.server_name = server_name.map(Box::from);
        connection.protocol = protocol.map(Box::from);
    }

    /// The connection is closed in a packet that can be read, which ends the line.
    pub(super) fn closed(&mut self, cx: &mut Context<'_>, from: Side, client: Side) {
        if let Some(connection) = &mut self.connection {
            connection.remember(from, 'C');
        }
        self.write(cx, client);
    }

    /// Tells the line of the connection at hand, if there is one; what comes then begins another.
    pub(super) fn write(&mut self, cx: &mut Context<'_>, client: Side) {
        let Some(connection) = self.connection.take() else { return };
        let initial: &Option<String> = client.of(&connection.destinations);
        let [client_id, server_id]: [&Option<String>; 2] =
            [client, client.other()].map(|side| side.of(&connection.sources));
        let case = |(from, letter): &(Side, char)| {
            if *from == client { *letter } else { letter.to_ascii_lowercase() }
        };
        let history: String = connection.history.iter().map(case).collect();
        let values = [
            Some(Value::Text(connection.version.zeek_name())),
            initial.as_deref().map(Value::Text),
            client_id.as_deref().map(Value::Text),
            server_id.as_deref().map(Value::Text),
            connection.server_name.as_deref().map(Value::Text),
            connection.protocol.as_deref().map(Value::Text),
            Some(Value::Text(&history)),
        ];
        cx.log(&LogLine { log: &LOG, at: connection.begun, from: client, values: &values });
    }
}

impl Connection {
    const fn new(begun: Moment, version: Version) -> Self {
        Self {
            begun,
            version,
            destinations: [None, None],
            sources: [None, None],
            server_name: None,
            protocol: None,
            history: Vec::new(),
        }
    }

    fn ids(&mut self, from: Side, long: &Long<'_>) {
        let destination = from.of_mut(&mut self.destinations);
        if destination.is_none() && !long.destination.is_empty() {
            *destination = Some(digits(long.destination));
        }
        *from.of_mut(&mut self.sources) = Some(digits(long.source));
    }

    fn remember(&mut self, from: Side, letter: char) {
        if self.history.len() < MOST_HISTORY {
            self.history.push((from, letter));
        }
    }
}

fn digits(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}
