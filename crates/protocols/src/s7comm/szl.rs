//! The system status list ("System-Zustandsliste"): what a controller tells of itself.
//!
//! A request names a list by id and index; the answer repeats them, then says how long a record is and how many
//! there are. The low byte of the id is the list, the high byte which extract of it.

use super::names;
use super::value::{Clock, text};
use quaywatch_model::{Item, Value};
use quaywatch_wire::{ReadError, Reader};
use std::fmt;

/// What was asked for, and the records that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List<'a> {
    /// Which list.
    pub id: u16,
    /// Which part of it.
    pub index: u16,
    /// How long a record is; 0 in a request.
    pub record_bytes: u16,
    /// How many records it says there are; 0 in a request.
    pub count: u16,
    /// The records.
    pub records: &'a [u8],
}

/// Module identification.
pub(super) const MODULE: u8 = 0x11;
/// Component identification.
pub(super) const COMPONENT: u8 = 0x1C;

impl<'a> List<'a> {
    /// Reads a request's payload or an answer's.
    ///
    /// # Errors
    /// Too short.
    pub fn decode(payload: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(payload);
        let (id, index) = (reader.u16_be("SZL id")?, reader.u16_be("SZL index")?);
        if reader.is_empty() {
            return Ok(Self { id, index, record_bytes: 0, count: 0, records: &[] });
        }
        let (record_bytes, count) = (reader.u16_be("record length")?, reader.u16_be("record count")?);
        Ok(Self { id, index, record_bytes, count, records: reader.rest() })
    }

    /// Writes an answer's payload; a request is only its first four bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let head = [self.id, self.index, self.record_bytes, self.count];
        let mut bytes: Vec<u8> = head.iter().flat_map(|field| field.to_be_bytes()).collect();
        bytes.extend_from_slice(self.records);
        bytes
    }

    /// Which list, whatever the extract.
    pub(super) const fn list(&self) -> u8 {
        self.id as u8
    }

    pub(super) fn records(&self) -> impl Iterator<Item = &'a [u8]> {
        self.records.chunks_exact(usize::from(self.record_bytes).max(1)).take(self.count.into())
    }
}

/// `SZL 0x001C/0x0000 component_identification`.
impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SZL 0x{:04X}/0x{:04X} {}", self.id, self.index, name(self.list()))
    }
}

/// The lists of the CPU's manual.
const fn name(list: u8) -> &'static str {
    match list {
        0x00 => "list_of_szl_ids",
        MODULE => "module_identification",
        0x12 => "cpu_characteristics",
        0x13 => "user_memory_areas",
        0x14 => "system_areas",
        0x15 => "block_types",
        0x16 | 0x23 => "priority_classes",
        0x17 => "permitted_sdbs",
        0x18 => "io_configuration",
        0x19 | 0x74 => "module_leds",
        COMPONENT => "component_identification",
        0x21 => "interrupt_assignment",
        0x22 => "interrupt_status",
        0x24 => "modes",
        0x25 => "process_image_assignment",
        0x31 => "communication_capability",
        0x32 => "communication_status",
        0x33 => "diagnostics_logon_list",
        0x37 => "ethernet_details",
        0x71 => "h_cpu_group",
        0x75 => "switched_dp_slaves",
        0x81 => "start_information",
        0x82 => "start_events",
        0x90 => "dp_master_systems",
        0x91 | 0x96 => "module_status",
        0x92 | 0x94 => "rack_status",
        0x95 => "extended_dp_master_systems",
        0xA0 => "diagnostic_buffer",
        0xB1..=0xB4 => "module_diagnostics",
        _ => "unknown_list",
    }
}

/// Tells the items of an answer: what the list is, then what its records say.
pub(super) fn tell(list: &List<'_>, tell: &mut dyn FnMut(Item<'_>)) {
    tell(Item::named(list));
    for record in list.records() {
        match (list.list(), record) {
            (MODULE, _) => module(record, tell),
            (COMPONENT, _) => component(record, tell),
            (0x24, &[_, _, _, mode, ..]) => modes(mode, record, tell),
            (0x31, &[0, 1, p0, p1, c0, c1, ..]) => {
                tell(Item::valued(&"max_pdu_bytes", number(p0, p1)));
                tell(Item::valued(&"max_connections", number(c0, c1)));
            }
            (0x32, &[_, 4, k0, k1, p0, p1, r0, r1, s0, s1, ..]) => {
                tell(Item::valued(&"protection_level_of_key_switch", number(k0, k1)));
                tell(Item::valued(&"protection_level_assigned", number(p0, p1)));
                tell(Item::valued(&"protection_level_valid", number(r0, r1)));
                tell(Item::valued(&"mode_switch", Value::Text(mode_switch(u16::from_be_bytes([s0, s1])))));
            }
            _ => {}
        }
    }
}

const fn number(high: u8, low: u8) -> Value<'static> {
    Value::Unsigned(u16::from_be_bytes([high, low]) as u64)
}

/// Index, order number, type, and a version that is in other places for hardware and firmware.
fn module(record: &[u8], tell: &mut dyn FnMut(Item<'_>)) {
    let mut reader = Reader::new(record);
    let (Ok(index), Ok(order), Ok(_)) =
        (reader.u16_be("index"), reader.take(20, "order number"), reader.u16_be("module type"))
    else {
        return;
    };
    let Ok([v0, v1, v2, v3]) = reader.array("versions") else { return };
    let order = text(order);
    match index {
        1 => {
            tell(Item::valued(&"order_number", order));
            tell(Item::valued(&"version", number(v2, v3)));
        }
        6 => {
            tell(Item::valued(&"hardware_order_number", order));
            tell(Item::valued(&"hardware_version", number(v2, v3)));
        }
        7 if v0 == b'V' => {
            tell(Item::valued(&"firmware_version", Value::Shown(&format_args!("V{v1}.{v2}.{v3}"))));
        }
        0x81 if v0.is_ascii_alphabetic() => {
            let letter = char::from(v0);
            tell(Item::valued(&"firmware_extension", Value::Shown(&format_args!("{letter}{v1}.{v2}.{v3}"))));
        }
        _ => tell(Item::valued(&"module", order)),
    }
}

fn component(record: &[u8], tell: &mut dyn FnMut(Item<'_>)) {
    let Some((&[high, low], value)) = record.split_first_chunk() else { return };
    let what = match u16::from_be_bytes([high, low]) & 0x00FF {
        1 => "automation_system_name",
        2 => "module_name",
        3 => "plant_designation",
        4 => "copyright",
        5 => "serial_number",
        7 => "module_type_name",
        8 => "memory_card_serial_number",
        // Numbers, not text: manufacturer and profile.
        9 => {
            return tell(Item::valued(
                &"manufacturer_and_profile",
                Value::Bytes(value.get(..6).unwrap_or(value)),
            ));
        }
        0x0A => return tell(Item::valued(&"oem_id", Value::Bytes(value))),
        0x0B => "location",
        _ => return,
    };
    tell(Item::valued(&what, text(value)));
}

/// The mode asked for is in the low nibble, the one before in the high nibble; the time ends the record.
fn modes(mode: u8, record: &[u8], tell: &mut dyn FnMut(Item<'_>)) {
    let previous = Some(mode >> 4).filter(|&mode| mode != 0).map(operating_state).map(Value::Text);
    let object = &"operating_mode";
    tell(Item {
        object,
        value: Some(Value::Text(operating_state(mode & 0x0F))),
        previous,
        code: None,
        tag: None,
    });
    if let Some(clock) = record.get(12..20).and_then(Clock::from_bcd) {
        tell(Item::valued(&"since", Value::Shown(&clock)));
    }
}

const fn operating_state(state: u8) -> &'static str {
    match state {
        1 => "STOP (update)",
        2 => "STOP (memory reset)",
        3 => "STOP (self-initialisation)",
        4 => "STOP",
        5 => "startup (complete restart)",
        6 => "startup (warm restart)",
        7 => "startup (hot restart)",
        8 => "RUN",
        9 => "RUN (redundant)",
        0x0A => "HOLD",
        0x0B => "link-up",
        0x0C => "update",
        0x0D => "defective",
        _ => "unknown",
    }
}

const fn mode_switch(position: u16) -> &'static str {
    match position {
        1 => "RUN",
        2 => "RUN-P",
        3 => "STOP",
        4 => "MRES",
        _ => "unknown",
    }
}

/// A mode transition that was pushed.
pub(super) fn mode_transition(mode: u8, tell: &mut dyn FnMut(Item<'_>)) {
    tell(Item::valued(&"operating_mode", Value::Text(names::mode(mode))));
}
