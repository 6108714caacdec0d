//! What a panel and a controller say to each other all day: one value read, over and over. For measuring.

use crate::{Protocol, enip, modbus, opcua, s7comm};

/// One read that a panel repeats.
#[derive(Debug, Clone, Copy)]
pub struct Poll {
    /// The protocol.
    pub protocol: &'static Protocol,
    /// The server's port.
    pub port: u16,
    turn: fn(u32) -> [Vec<u8>; 2],
}

impl Poll {
    /// The `n`th request with its answer.
    #[must_use]
    pub fn turn(&self, n: u32) -> [Vec<u8>; 2] {
        (self.turn)(n)
    }
}

/// One poll of each protocol that is polled over TCP.
pub static POLLS: [Poll; 4] = [
    Poll { protocol: &modbus::PROTOCOL, port: 502, turn: modbus_read },
    Poll { protocol: &s7comm::PROTOCOL, port: 102, turn: s7_read },
    Poll { protocol: &enip::PROTOCOL, port: 44_818, turn: cip_read_tag },
    Poll { protocol: &opcua::PROTOCOL, port: 4840, turn: opcua_read },
];

/// Read holding registers (0x03): ten from 100, of unit 1.
fn modbus_read(n: u32) -> [Vec<u8>; 2] {
    let transaction = (n as u16).to_be_bytes();
    let registers: [u8; 20] = std::array::from_fn(|at| at as u8);
    [
        [&transaction[..], &[0, 0, 0, 6, 1, 3, 0, 100, 0, 10]].concat(),
        [&transaction[..], &[0, 0, 0, 23, 1, 3, 20], &registers].concat(),
    ]
}

/// Read variable (0x04): four bytes from DB120.DBB0.
fn s7_read(n: u32) -> [Vec<u8>; 2] {
    let reference = (n as u16).to_be_bytes();
    let head = |length: u8, rosctr: u8| [3, 0, 0, length, 2, 0xf0, 0x80, 0x32, rosctr, 0, 0];
    let request = [0, 14, 0, 0, 4, 1, 0x12, 10, 0x10, 2, 0, 4, 0, 120, 0x84, 0, 0, 0];
    let answer = [0, 2, 0, 8, 0, 0, 4, 1, 0xff, 4, 0, 32, 0xc2, 0x28, 0, 0];
    [[&head(31, 1)[..], &reference, &request].concat(), [&head(29, 3)[..], &reference, &answer].concat()]
}

/// Read tag (0x4c) of `STS7`, a DINT, unconnected.
fn cip_read_tag(n: u32) -> [Vec<u8>; 2] {
    let send_rr_data = |cip: &[u8]| {
        let cip_len = cip.len() as u8;
        let mut pdu = vec![0x6f, 0, cip_len + 16, 0, 0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0];
        pdu.extend_from_slice(&u64::from(n).to_le_bytes());
        pdu.extend_from_slice(&[0; 10]);
        pdu.extend_from_slice(&[2, 0, 0, 0, 0, 0, 0xb2, 0, cip_len, 0]);
        pdu.extend_from_slice(cip);
        pdu
    };
    [send_rr_data(b"\x4c\x03\x91\x04STS7\x01\x00"), send_rr_data(&[0xcc, 0, 0, 0, 0xc4, 0, 1, 2, 3, 4])]
}

/// Read (i=629) of the Value of `ns=2;s=STS07/Load/Net`, a Double, over a secure channel without security.
fn opcua_read(n: u32) -> [Vec<u8>; 2] {
    const TIME: [u8; 8] = 133_500_000_000_000_000_u64.to_le_bytes();
    const NOTHING: [u8; 4] = (-1_i32).to_le_bytes();
    let node = b"STS07/Load/Net";
    let number = n.to_le_bytes();
    let message = |kind: [u8; 2], parts: &[&[u8]]| {
        let body = parts.concat();
        let size = (body.len() + 28) as u32;
        let chunk: [&[u8]; 9] = [
            b"MSGF",
            &size.to_le_bytes(),
            &[1, 0, 0, 0],
            &[1, 0, 0, 0],
            &number,
            &number,
            &[1, 0],
            &kind,
            &body,
        ];
        chunk.concat()
    };
    let request: [&[u8]; 14] = [
        &[0, 0],
        &TIME,
        &number,
        &[0; 4],
        &NOTHING,
        &[0x88, 0x13, 0, 0],
        &[0; 3],
        &[0; 8],
        &[2, 0, 0, 0],
        &[1, 0, 0, 0],
        &[3, 2, 0, node.len() as u8, 0, 0, 0],
        node,
        &[13, 0, 0, 0],
        &[0xff, 0xff, 0xff, 0xff, 0, 0, 0xff, 0xff, 0xff, 0xff],
    ];
    let answer: [&[u8]; 10] = [
        &TIME,
        &number,
        &[0; 4],
        &[0],
        &NOTHING,
        &[0; 3],
        &[1, 0, 0, 0],
        &[1, 11],
        &31.5_f64.to_le_bytes(),
        &NOTHING,
    ];
    // Binary encodings: ReadRequest i=631, ReadResponse i=634.
    [message(631_u16.to_le_bytes(), &request), message(634_u16.to_le_bytes(), &answer)]
}

#[cfg(test)]
mod tests {
    use super::POLLS;
    use crate::Transport;
    use crate::testing::play;
    use quaywatch_model::Side;

    #[test]
    fn every_poll_is_one_accepted_read_from_a_start_in_mid_session() {
        for poll in POLLS {
            let turns: Vec<[Vec<u8>; 2]> = (1..=3).map(|n| poll.turn(n)).collect();
            let said: Vec<(Side, &[u8])> = turns
                .iter()
                .flat_map(|[ask, answer]| [(Side::A, &ask[..]), (Side::B, &answer[..])])
                .collect();
            let heard = play(poll.protocol, Transport::Tcp, [50_000, poll.port], &said);
            assert_eq!(heard.operations.len(), 3, "{}: {heard:?}", poll.protocol.name);
            let accepted = |line: &String| line.starts_with("A: Read ") && line.ends_with("-> accepted");
            assert!(heard.operations.iter().all(accepted), "{}: {heard:?}", poll.protocol.name);
            assert!(heard.problems.is_empty(), "{}: {heard:?}", poll.protocol.name);
        }
    }
}
