//! What a controller has: its symbols (class 0x6B), and what its structures are made of (class 0x6C). Rockwell 1756-PM020,
//! chapter 2.

use super::address::Object;
use super::answer::{Outcome, Refusal, general, logix, nothing_left};
use super::layout::{ARRAY, LAYOUT, Layout, ROOT, STRING_TEMPLATE, Structure, Type};
use quaywatch_wire::Reader;

/// The service that lists symbols with the attributes that are asked for.
pub(super) const GET_INSTANCE_ATTRIBUTE_LIST: u8 = 0x55;
/// The service that reads a template's definition.
pub(super) const READ_TEMPLATE: u8 = 0x4C;
/// The symbol of the tag.
pub(super) const TAG_INSTANCE: u32 = 1;
/// The program's name as symbols have it.
pub(super) const PROGRAM: &str = "Program:MainProgram";
/// In attribute 6: the symbol is no alias of another.
const BASE_TAG: u32 = 1 << 26;
/// Bytes of a definition that are counted and not read: clients ask for the size in words, less this.
const DEFINITION_HEAD_BYTES: usize = 23;

/// A symbol.
struct Symbol {
    instance: u32,
    name: &'static str,
    kind: u16,
    bytes: usize,
}

/// The symbols of a scope, in order. System symbols have bit 12 set in their type.
fn symbols(program: bool) -> Vec<Symbol> {
    let system = |instance, name, kind| Symbol { instance, name, kind, bytes: 0 };
    if program {
        return vec![system(1, "Routine:MainRoutine", 0x106D)];
    }
    let layout: &Layout = &LAYOUT;
    let kind = layout.code(Type::Structure(layout.root()));
    vec![
        Symbol { instance: TAG_INSTANCE, name: ROOT, kind, bytes: layout.size() },
        system(2, PROGRAM, 0x1068),
        system(3, "Task:MainTask", 0x1070),
    ]
}

impl Symbol {
    fn attribute(&self, number: u16) -> Option<Vec<u8>> {
        Some(match number {
            1 => {
                let mut name = (self.name.len() as u16).to_le_bytes().to_vec();
                name.extend(self.name.bytes());
                name
            }
            2 => self.kind.to_le_bytes().to_vec(),
            // Addresses, which are nobody's business and yet asked for.
            3 | 5 => (self.instance * 0x1000).to_le_bytes().to_vec(),
            6 => BASE_TAG.to_le_bytes().to_vec(),
            7 => u16::try_from(self.bytes).unwrap_or(u16::MAX).to_le_bytes().to_vec(),
            // Three dimensions, none of which it has.
            8 => vec![0; 12],
            // Anybody may read and write it.
            10 => vec![0],
            _ => return None,
        })
    }
}

/// Lists the scope's symbols from the object's instance on, as many as there is room for.
pub(super) fn list(object: Object, data: &[u8], room: usize) -> Outcome {
    let mut reader = Reader::new(data);
    let count = reader.u16_le("attribute count")?;
    let wanted = (0..count).map(|_| reader.u16_le("attribute")).collect::<Result<Vec<u16>, _>>()?;
    nothing_left(reader.rest())?;
    let mut out = Vec::new();
    for symbol in symbols(object.program).iter().filter(|symbol| symbol.instance >= object.instance) {
        let mut entry = symbol.instance.to_le_bytes().to_vec();
        for number in &wanted {
            let value = symbol.attribute(*number);
            entry.extend(value.ok_or_else(|| Refusal::plain(general::ATTRIBUTE_LIST_ERROR))?);
        }
        if out.len() + entry.len() > room {
            return Err(cut(out));
        }
        out.extend(entry);
    }
    Ok(out)
}

/// The attributes of a symbol.
pub(super) fn symbol_attributes(object: Object) -> Option<Vec<(u16, Vec<u8>)>> {
    let symbols = symbols(object.program);
    let symbol = symbols.iter().find(|symbol| symbol.instance == object.instance)?;
    Some((1..=10).filter_map(|number| Some((number, symbol.attribute(number)?))).collect())
}

/// The attributes of a template: handle, count of members, size of the definition in words, size of the structure.
pub(super) fn template_attributes(instance: u32) -> Option<Vec<(u16, Vec<u8>)>> {
    let structure = LAYOUT.template(instance)?;
    let words = (definition(structure).len() + DEFINITION_HEAD_BYTES).div_ceil(4) as u32;
    Some(vec![
        (1, structure.handle.to_le_bytes().to_vec()),
        (2, (structure.members.len() as u16).to_le_bytes().to_vec()),
        (4, words.to_le_bytes().to_vec()),
        (5, (structure.size as u32).to_le_bytes().to_vec()),
    ])
}

/// Reads a piece of a template's definition: offset, then how many bytes.
pub(super) fn read_template(instance: u32, data: &[u8], room: usize) -> Outcome {
    let structure = LAYOUT.template(instance).ok_or_else(Refusal::unknown)?;
    let mut reader = Reader::new(data);
    let offset = reader.u32_le("offset")? as usize;
    let count = usize::from(reader.u16_le("byte count")?);
    nothing_left(reader.rest())?;
    let definition = definition(structure);
    let rest = definition.get(offset..).ok_or_else(|| Refusal::logix(logix::OFFSET_BEYOND_END))?;
    let asked = rest.len().min(count);
    let piece = rest.get(..asked.min(room)).unwrap_or_default().to_vec();
    if piece.len() < asked {
        return Err(cut(piece));
    }
    Ok(piece)
}

/// What there was room for. Nothing at all would have the client ask for ever.
fn cut(piece: Vec<u8>) -> Refusal {
    if piece.is_empty() {
        return Refusal::plain(general::REPLY_TOO_LARGE);
    }
    Refusal::partial(general::PARTIAL_TRANSFER, piece)
}

/// What a structure is made of: of each member the length of the array or the place of the bit, type, offset; then the
/// structure's name, which ends in a semicolon and what is the controller's own, and the members', each with a zero.
fn definition(structure: &Structure) -> Vec<u8> {
    let mut out = Vec::new();
    for member in &structure.members {
        let info = if member.of == Type::BOOL { member.bit.into() } else { member.count };
        let array = if member.count > 0 { ARRAY } else { 0 };
        out.extend(info.to_le_bytes());
        out.extend((LAYOUT.code(member.of) | array).to_le_bytes());
        out.extend((member.offset as u32).to_le_bytes());
    }
    out.extend(structure.name.bytes());
    // Predefined types have the name alone.
    if structure.template != STRING_TEMPLATE {
        out.extend(b";n");
    }
    out.push(0);
    for member in &structure.members {
        out.extend(member.name.bytes());
        out.push(0);
    }
    out
}
