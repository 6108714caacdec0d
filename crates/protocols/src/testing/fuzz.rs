//! Plays what a fuzzer gives.

use super::Player;
use crate::{Protocol, Sink, Transport};
use quaywatch_model::{Content, Fact, LogLine, Note, Operation, Problem, Side, Transfer};
use quaywatch_wire::Reader;
use std::fmt::{self, Write};
use std::hint::black_box;

/// Formats all it is told, as whoever writes it down would, and keeps nothing: a fuzzer plays ten times as much so.
#[derive(Default)]
struct Shown;

impl Write for Shown {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        black_box(text);
        Ok(())
    }
}

impl Sink for Shown {
    fn operation(&mut self, operation: &Operation<'_>) {
        let _ = write!(self, "{operation}");
    }

    fn transfer(&mut self, transfer: &Transfer<'_>) {
        if let Transfer::Begin { name: Some(name), .. } = transfer {
            let _ = write!(self, "{name}");
        }
    }

    fn problem(&mut self, problem: &Problem) {
        let _ = self.write_str(problem.reason);
    }

    fn fact(&mut self, fact: &Fact<'_>) {
        let _ = write!(self, "{}", fact.value);
    }

    fn note(&mut self, note: &Note<'_>) {
        let _ = write!(self, "{}", note.value);
    }

    fn content(&mut self, content: &Content<'_>) {
        black_box(content.bytes);
    }

    fn log(&mut self, line: &LogLine<'_>) {
        let mut count = 0;
        line.values.each(&mut |value| {
            count += 1;
            let _ = value.map_or(Ok(()), |value| write!(self, "{value}"));
        });
        assert_eq!(count, line.log.columns.len(), "a value for each column of {}", line.log.name);
    }
}

/// Plays fuzzer bytes as steps of one conversation: a control byte (bit 0: which side; bit 1: a gap instead of
/// bytes; bit 2: nine seconds pass first), a little-endian `u16` length, then that many bytes (none for a gap).
pub fn fuzz_conversation(protocol: &Protocol, transport: Transport, ports: [u16; 2], data: &[u8]) {
    let mut player = Player::<Shown>::start(protocol, transport, ports);
    let mut reader = Reader::new(data);
    while let (Ok(control), Ok(length)) = (reader.u8("control"), reader.u16_le("length")) {
        let from = if control & 1 == 0 { Side::A } else { Side::B };
        if control & 4 != 0 {
            player.wait_seconds(9);
            player.tick();
        }
        if control & 2 != 0 {
            player.lose(from, length.into());
            continue;
        }
        let bytes = reader.take(reader.len().min(length.into()), "bytes").unwrap_or_default();
        player.say(from, bytes);
    }
    player.finish();
}

/// As [`fuzz_conversation`] on a byte stream, with the bytes of each step put into a frame of their own by `frame`, so
/// that the fuzzer need not find out how the carrier frames them.
pub fn fuzz_framed(protocol: &Protocol, ports: [u16; 2], data: &[u8], frame: fn(&[u8]) -> Option<Vec<u8>>) {
    let mut framed = Vec::with_capacity(data.len());
    let mut reader = Reader::new(data);
    while let (Ok(control), Ok(length)) = (reader.u8("control"), reader.u16_le("length")) {
        let bytes = match control & 2 {
            0 => frame(reader.take(reader.len().min(length.into()), "bytes").unwrap_or_default()),
            _ => Some(Vec::new()),
        };
        let Some(bytes) = bytes else { continue };
        let length = if control & 2 == 0 { bytes.len() as u16 } else { length };
        framed.push(control);
        framed.extend_from_slice(&length.to_le_bytes());
        framed.extend_from_slice(&bytes);
    }
    fuzz_conversation(protocol, Transport::Tcp, ports, &framed);
}
