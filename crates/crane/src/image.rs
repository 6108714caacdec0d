use crate::tags::{Kind, TAGS, Tag, Value};

/// The data blocks of the controller: status, commands, parameters, job, counters and identity; number and length.
const BLOCKS: [(u16, usize); 5] = [(100, 304), (110, 41), (120, 86), (140, 36), (150, 56)];

/// The controller's memory, as S7 has it. Modbus reads and writes the same bytes through its own addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    blocks: [Vec<u8>; BLOCKS.len()],
}

/// A value that is of another kind than its signal, or a place that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The value's kind is not the signal's.
    #[error("the value is of another kind than the signal")]
    Kind,
    /// There is no such block, or it is not so long.
    #[error("there are no such bytes in the controller's memory")]
    Place,
}

impl Default for Image {
    fn default() -> Self {
        let mut image = Self { blocks: BLOCKS.map(|(_, length)| vec![0; length]) };
        for tag in TAGS {
            if let (Kind::Text(room), Some([first, ..])) = (tag.kind, image.place_mut(tag)) {
                *first = room;
            }
        }
        image
    }
}

impl Image {
    /// A data block's bytes.
    #[must_use]
    pub fn block(&self, number: u16) -> Option<&[u8]> {
        let at = BLOCKS.iter().position(|(other, _)| *other == number)?;
        self.blocks.get(at).map(Vec::as_slice)
    }

    /// A data block's bytes, to be written.
    pub fn block_mut(&mut self, number: u16) -> Option<&mut [u8]> {
        let at = BLOCKS.iter().position(|(other, _)| *other == number)?;
        self.blocks.get_mut(at).map(Vec::as_mut_slice)
    }

    /// What a signal is.
    #[must_use]
    pub fn get(&self, tag: &Tag) -> Value {
        let block = self.block(tag.block).unwrap_or_default();
        let from = block.get(usize::from(tag.byte)..).unwrap_or_default();
        match tag.kind {
            Kind::Bool => Value::Bool(from.first().is_some_and(|byte| byte >> tag.bit & 1 != 0)),
            Kind::Real => Value::Real(f32::from_be_bytes(array(from))),
            Kind::Int => Value::Whole(i16::from_be_bytes(array(from)).into()),
            Kind::Word => Value::Whole(u16::from_be_bytes(array(from)).into()),
            Kind::Dint => Value::Whole(i32::from_be_bytes(array(from)).into()),
            Kind::Dword => Value::Whole(u32::from_be_bytes(array(from)).into()),
            Kind::DateTime => Value::DateTime(array(from)),
            Kind::Text(room) => {
                let [_, length] = array(from);
                let text = from.get(2..2 + usize::from(length.min(room))).unwrap_or_default();
                Value::Text(text.iter().copied().map(char::from).collect())
            }
        }
    }

    /// Sets a signal.
    ///
    /// # Errors
    /// The value is of another kind.
    pub fn set(&mut self, tag: &Tag, value: &Value) -> Result<(), Unfit> {
        let place = self.place_mut(tag).ok_or(Unfit::Place)?;
        match (tag.kind, value) {
            (Kind::Bool, Value::Bool(on)) => {
                let byte = place.first_mut().ok_or(Unfit::Place)?;
                *byte = *byte & !(1 << tag.bit) | u8::from(*on) << tag.bit;
            }
            (Kind::Real, Value::Real(number)) => place.copy_from_slice(&number.to_be_bytes()),
            (Kind::Int, Value::Whole(number)) => {
                place.copy_from_slice(&(*number).clamp(i16::MIN.into(), i16::MAX.into()).to_be_bytes()[6..]);
            }
            (Kind::Word, Value::Whole(number)) => {
                place.copy_from_slice(&(*number).clamp(0, u16::MAX.into()).to_be_bytes()[6..]);
            }
            (Kind::Dint, Value::Whole(number)) => {
                place.copy_from_slice(&(*number).clamp(i32::MIN.into(), i32::MAX.into()).to_be_bytes()[4..]);
            }
            (Kind::Dword, Value::Whole(number)) => {
                place.copy_from_slice(&(*number).clamp(0, u32::MAX.into()).to_be_bytes()[4..]);
            }
            (Kind::DateTime, Value::DateTime(bytes)) => place.copy_from_slice(bytes),
            (Kind::Text(room), Value::Text(text)) => {
                let bytes = text.as_bytes().get(..usize::from(room)).unwrap_or(text.as_bytes());
                place.fill(0);
                for (to, from) in place.iter_mut().zip([room, bytes.len() as u8].iter().chain(bytes)) {
                    *to = *from;
                }
            }
            _ => return Err(Unfit::Kind),
        }
        Ok(())
    }

    fn place_mut(&mut self, tag: &Tag) -> Option<&mut [u8]> {
        let first = usize::from(tag.byte);
        self.block_mut(tag.block)?.get_mut(first..first + tag.kind.bytes().max(1))
    }
}

fn array<const N: usize>(from: &[u8]) -> [u8; N] {
    from.first_chunk().copied().unwrap_or([0; N])
}

#[cfg(test)]
mod tests {
    use super::Image;
    use crate::tags::{Kind, TAGS, Value, find};

    #[test]
    fn every_signal_is_read_as_it_was_set_and_touches_no_other() {
        let mut image = Image::default();
        let mut expected = Vec::new();
        for (number, tag) in TAGS.iter().enumerate() {
            let value = match tag.kind {
                Kind::Real => Value::Real(number as f32 + 0.5),
                Kind::Bool => Value::Bool(number % 3 == 0),
                Kind::Text(room) => Value::Text("ABCDEFGHIJKLMNOP"[..usize::from(room)].to_owned()),
                Kind::DateTime => Value::DateTime([0x26, 0x11, 0x30, 0x22, 0x15, 0x00, 0x12, 0x32]),
                _ => Value::Whole(number as i64),
            };
            image.set(tag, &value).unwrap();
            expected.push((tag, value));
        }
        for (tag, value) in expected {
            assert_eq!(image.get(tag), value, "{}", tag.name);
        }
    }

    /// The bytes of the tag map's example: 30.48 t in DB100.DBD64.
    #[test]
    fn a_load_stands_where_the_tag_map_says() {
        let mut image = Image::default();
        image.set(find("Load.Net").unwrap(), &Value::Real(30.48)).unwrap();
        assert_eq!(image.block(100).unwrap()[64..68], [0x41, 0xF3, 0xD7, 0x0A]);
        assert!(image.set(find("Load.Net").unwrap(), &Value::Bool(true)).is_err());
    }
}
