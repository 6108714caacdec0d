//! What fuzzers and properties ask of every service of the controller.

#![allow(
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "what a fuzzer finds is told by a panic; nothing of it is in a program"
)]

use crate::{After, Opening, Plc, SERVICES, Service, s7};
use quaywatch_model::Timestamp;
use quaywatch_wire::Reader;
use std::net::{Ipv4Addr, SocketAddr};

/// No client's byte is worth more than so many of an answer, and no message more than this: a browse of everything, and a
/// little for each byte.
const MOST_BYTES: usize = 1 << 20;
const MOST_PER_BYTE: usize = 4096;
/// So much time passes between two pieces.
const STEP_NANOS: i64 = 100_000_000;

/// A client's bytes to the service at this port, in pieces and in one: nothing breaks, answers stay bounded, and they are
/// the same. Input: steps as of `quaywatch_protocols::testing::fuzz_conversation`, of which those of whoever speaks first
/// are said.
pub fn fuzz_session(port: u16, data: &[u8]) {
    let pieces = pieces(data);
    let whole: Vec<u8> = pieces.concat();
    let Some(service) = SERVICES.iter().find(|service| service.port == port) else {
        panic!("no service has port {port}");
    };
    let in_pieces = said(service, &pieces, 0);
    let in_one = said(service, &[&whole], 0);
    assert_eq!(in_pieces, in_one, "{}: in {} pieces and in one", service.name, pieces.len());
    // Time may pass between them, and what is said unasked comes between.
    said(service, &pieces, STEP_NANOS);
}

fn pieces(data: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut reader = Reader::new(data);
    let mut client = None;
    while let (Ok(control), Ok(length)) = (reader.u8("control"), reader.u16_le("length")) {
        if control & 2 != 0 {
            continue;
        }
        let bytes = reader.take(reader.len().min(length.into()), "bytes").unwrap_or_default();
        if *client.get_or_insert(control & 1) == control & 1 {
            pieces.push(bytes);
        }
    }
    pieces
}

/// What the controller answers.
fn said(service: &Service, pieces: &[&[u8]], step_nanos: i64) -> Vec<u8> {
    let mut plc = Plc::new("STS07", s7::default_program());
    let cpu = s7::Cpu::default();
    let began = Timestamp::from_nanos(1_796_025_600_000_000_000);
    let at = SocketAddr::from((Ipv4Addr::new(10, 7, 7, 10), service.port));
    let mut session = (service.open)(&Opening { at, number: 1, cpu: &cpu, began });
    let (mut out, mut heard, mut now) = (Vec::new(), 0, began);
    for piece in pieces {
        heard += piece.len();
        if session.input(&mut plc, now, piece, &mut out) == After::Close {
            break;
        }
        now = Timestamp::from_nanos(now.nanos() + step_nanos);
        if step_nanos > 0 && session.due(&mut plc, now, &mut out) == After::Close {
            break;
        }
        assert!(out.len() <= MOST_BYTES + heard * MOST_PER_BYTE, "{} bytes for {heard}", out.len());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::fuzz_session;
    use proptest::prelude::{ProptestConfig, any, prop_oneof, proptest};
    use proptest::strategy::Strategy;

    /// Steps of a client: of noise, or of what a message of each protocol begins with and noise after it.
    fn steps() -> impl Strategy<Value = Vec<u8>> {
        let begin = prop_oneof![
            proptest::strategy::Just(Vec::new()),
            proptest::strategy::Just(
                b"\x03\0\0\x16\x11\xe0\0\0\0\x01\0\xc0\x01\x0a\xc1\x02\x01\0\xc2\x02\x01\x02".to_vec()
            ),
            proptest::strategy::Just(b"\0\x01\0\0\0\x06\x01\x04\0\0\0\x02".to_vec()),
            proptest::strategy::Just(
                b"\x65\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0".to_vec()
            ),
            proptest::strategy::Just(
                b"HELF\x20\0\0\0\0\0\0\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec()
            ),
        ];
        let piece = (begin, proptest::collection::vec(any::<u8>(), 0..80))
            .prop_map(|(begin, noise)| [begin, noise].concat());
        proptest::collection::vec(piece, 0..8).prop_map(|pieces| {
            let step = |piece: Vec<u8>| [&[0][..], &(piece.len() as u16).to_le_bytes(), &piece].concat();
            pieces.into_iter().flat_map(step).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_bytes_in_any_pieces_get_the_same_answers_of_s7(data in steps()) {
            fuzz_session(102, &data);
        }

        #[test]
        fn any_bytes_in_any_pieces_get_the_same_answers_of_modbus(data in steps()) {
            fuzz_session(502, &data);
        }

        #[test]
        fn any_bytes_in_any_pieces_get_the_same_answers_of_opc_ua(data in steps()) {
            fuzz_session(4840, &data);
        }

        #[test]
        fn any_bytes_in_any_pieces_get_the_same_answers_of_ethernet_ip(data in steps()) {
            fuzz_session(44_818, &data);
        }
    }
}
