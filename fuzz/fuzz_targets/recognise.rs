//! Any bytes from two sides through recognition and whatever they are recognised as, on every transport.
//!
//! Input: a byte for the transport and ports, then steps of a control byte (bit 0: which side; bit 1: a gap), a
//! byte of length, and so many bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quaywatch_model::{Moment, Side, Timestamp};
use quaywatch_protocols::testing::{ADDRESSES, Recorder};
use quaywatch_protocols::{Context, Memory, Recogniser, Recognition, Shared, Transport, Wanted};
use quaywatch_wire::Reader;

const PORTS: [u16; 8] = [502, 102, 44818, 2222, 4840, 0, 50_000, 34964];

fuzz_target!(|data: &[u8]| {
    let mut reader = Reader::new(data);
    let Ok(first) = reader.u8("transport") else { return };
    let transport = [Transport::Tcp, Transport::Udp, Transport::Ethernet(0x8892)][usize::from(first) % 3];
    let ports = [50_001, PORTS[usize::from(first >> 2) % PORTS.len()]];
    let (mut memory, mut shared, mut heard) = (Memory::new(1 << 20), Shared::default(), Recorder::default());
    let (mut recogniser, mut found, mut frame) = (Recogniser::default(), None, 0);
    while let (Ok(control), Ok(length)) = (reader.u8("control"), reader.u8("length")) {
        let from = if control & 1 == 0 { Side::A } else { Side::B };
        frame += 1;
        let now = Moment { time: Timestamp::from_nanos(frame as i64 * 1_000_000), frame };
        let bytes = reader.take(reader.len().min(length.into()), "bytes").unwrap_or_default();
        let cx = &mut Context { now, addresses: ADDRESSES, ports, opened: None, wanted: Wanted::default(), memory: &mut memory, shared: &mut shared, sink: &mut heard };
        match (&mut found, control & 2 != 0) {
            (None, true) => recogniser.gap(cx.memory, from),
            (Some(conversation), true) => gap(conversation, cx, from, length),
            (Some(conversation), false) => data_from(conversation, cx, from, bytes),
            (None, false) => match recogniser.show(cx, transport, from, bytes) {
                Recognition::Undecided => {}
                Recognition::Unknown => break,
                Recognition::Found(mut conversation) => {
                    recogniser.replay(cx, conversation.as_mut());
                    conversation.data(cx, from, bytes);
                    found = Some(conversation);
                }
            },
        }
    }
    let now = Moment { time: Timestamp::from_nanos(frame as i64 * 1_000_000), frame };
    let cx = &mut Context { now, addresses: ADDRESSES, ports, opened: None, wanted: Wanted::default(), memory: &mut memory, shared: &mut shared, sink: &mut heard };
    match found {
        Some(mut conversation) => conversation.end(cx),
        None => recogniser.forget(cx.memory),
    }
    assert_eq!(memory.held_bytes(), 0);
});

type Found = Box<dyn quaywatch_protocols::Conversation>;

fn gap(conversation: &mut Found, cx: &mut Context<'_>, from: Side, length: u8) {
    conversation.gap(cx, from, length.into());
}

fn data_from(conversation: &mut Found, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
    conversation.data(cx, from, bytes);
}
