//! A Modbus/TCP device that has a few registers (MODBUS Application Protocol V1.1b3, sections 6.3 and 6.4).

use crate::party::Line;
use quaywatch_protocols::modbus::{Adu, Pdu};

/// Somebody reads these registers, from the first on, with function 3 or 4.
#[must_use]
pub fn read(transaction: u16, unit: u8, code: u8, first: u16, registers: &[u16]) -> Vec<Line> {
    let asked = [first.to_be_bytes(), (registers.len() as u16).to_be_bytes()].concat();
    let values = registers.iter().flat_map(|register| register.to_be_bytes());
    let told: Vec<u8> = std::iter::once(registers.len() as u8 * 2).chain(values).collect();
    let message = |data: &[u8]| {
        let mut out = Vec::new();
        Adu { transaction, unit, pdu: Pdu { code, data } }.encode(&mut out);
        out
    };
    vec![Line::client(message(&asked)), Line::server(message(&told)).after_ms(2)]
}
