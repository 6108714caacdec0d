//! `s7comm_known_devices.log`: who an answerer said it is, told when the conversation ends.

use super::super::szl::{COMPONENT, List};
use crate::Context;
use quaywatch_model::{Column, Kind, Log, LogLine, Prefix, Side, Value};

/// The log. ICSNPP has the columns of a sender in it and leaves them unset.
static LOG: Log = Log {
    name: "s7comm_known_devices",
    prefix: Prefix::Connection,
    columns: &[
        Column::new("is_orig", Kind::Bool),
        Column::new("source_h", Kind::Addr),
        Column::new("source_p", Kind::Port),
        Column::new("destination_h", Kind::Addr),
        Column::new("destination_p", Kind::Port),
        Column::new("automation_system_name", Kind::String),
        Column::new("module_name", Kind::String),
        Column::new("plant_name", Kind::String),
        Column::new("module_serial", Kind::String),
    ],
};

/// The records of component identification that are told, by index.
const TOLD: [u8; 4] = [1, 2, 3, 5];
/// The longest name that is kept, in bytes: a record has 32.
const LONGEST_NAME_BYTES: usize = 32;

/// What a controller said of itself.
#[derive(Debug, Default)]
pub(in super::super) struct Device([Option<String>; TOLD.len()]);

impl Device {
    /// Reads the answer to a read of a status list; `None` where it is another list or holds none of the names.
    pub(in super::super) fn decode(payload: &[u8]) -> Option<Self> {
        let list = List::decode(payload).ok().filter(|list| list.list() == COMPONENT)?;
        let mut device = Self::default();
        for record in list.records() {
            let Some((&[high, low], value)) = record.split_first_chunk() else { continue };
            let index = u16::from_be_bytes([high, low]);
            for (place, told) in device.0.iter_mut().zip(TOLD) {
                if index == u16::from(told) {
                    *place = Some(name(value));
                }
            }
        }
        device.0.iter().any(Option::is_some).then_some(device)
    }

    /// Takes in what was said later.
    pub(in super::super) fn add(&mut self, later: Self) {
        for (place, told) in self.0.iter_mut().zip(later.0) {
            *place = told.or(place.take());
        }
    }

    /// Tells the line; `from` is the side the names are of.
    pub(in super::super) fn tell(&self, cx: &mut Context<'_>, from: Side) {
        let [system, module, plant, serial] = self.0.each_ref().map(|name| name.as_deref().map(Value::Text));
        let values = [None, None, None, None, None, system, module, plant, serial];
        let at = cx.now;
        cx.log(&LogLine { log: &LOG, at, from, values: &values });
    }
}

/// The text up to its first zero.
fn name(value: &[u8]) -> String {
    let text = value.split(|&byte| byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text.get(..LONGEST_NAME_BYTES).unwrap_or(text)).into_owned()
}
