//! Where each coil, input and register is in the controller's memory.

use quaywatch_crane::{Area, Image, Kind, TAGS};
use quaywatch_protocols::modbus::ExceptionCode;
use std::sync::LazyLock;

/// A register's first byte in the controller's memory, or a bit there.
#[derive(Debug, Clone, Copy)]
struct Place {
    block: u16,
    byte: usize,
    bit: u8,
}

/// A table: a place for each address that is used. Between signals there may be none: there is 0, and nothing to keep.
type Places = Vec<Option<Place>>;

/// The four tables, in the order of [`Area`].
static MAP: LazyLock<[Places; 4]> = LazyLock::new(|| {
    [Area::Coil, Area::Discrete, Area::Input, Area::Holding].map(|area| {
        let mut places = Places::new();
        for tag in TAGS.iter().filter(|tag| tag.area == area) {
            let registers = if tag.kind == Kind::Bool { 1 } else { tag.kind.bytes().div_ceil(2) };
            let first = usize::from(tag.register);
            places.resize(places.len().max(first + registers), None);
            for (number, place) in places.iter_mut().skip(first).take(registers).enumerate() {
                let byte = usize::from(tag.byte) + 2 * number;
                *place = Some(Place { block: tag.block, byte, bit: tag.bit });
            }
        }
        places
    })
});

/// The places of so many addresses, all of which must be in use.
fn places(area: Area, address: u16, quantity: u16) -> Result<&'static [Option<Place>], ExceptionCode> {
    let [coils, discretes, inputs, holdings] = &*MAP;
    let table = match area {
        Area::Coil => coils,
        Area::Discrete => discretes,
        Area::Input => inputs,
        Area::Holding => holdings,
    };
    let first = usize::from(address);
    table.get(first..first + usize::from(quantity)).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
}

/// Appends registers of [`Area::Input`] or [`Area::Holding`], two bytes each.
pub(super) fn read_registers(
    image: &Image,
    area: Area,
    address: u16,
    quantity: u16,
    out: &mut Vec<u8>,
) -> Result<(), ExceptionCode> {
    for place in places(area, address, quantity)? {
        let byte = |place: &Place, next| image.block(place.block)?.get(place.byte + next).copied();
        out.extend([0, 1].map(|next| place.as_ref().and_then(|place| byte(place, next)).unwrap_or(0)));
    }
    Ok(())
}

/// Sets holding registers to these bytes, two each.
pub(super) fn write_registers(image: &mut Image, address: u16, data: &[u8]) -> Result<(), ExceptionCode> {
    let quantity = u16::try_from(data.len() / 2).unwrap_or(u16::MAX);
    for (place, value) in places(Area::Holding, address, quantity)?.iter().zip(data.chunks(2)) {
        let Some(place) = place else { continue };
        let bytes = image.block_mut(place.block).and_then(|block| block.get_mut(place.byte..));
        for (to, from) in bytes.unwrap_or_default().iter_mut().zip(value) {
            *to = *from;
        }
    }
    Ok(())
}

/// Appends bits of [`Area::Coil`] or [`Area::Discrete`], the first in the lowest bit of the first byte.
pub(super) fn read_bits(
    image: &Image,
    area: Area,
    address: u16,
    quantity: u16,
    out: &mut Vec<u8>,
) -> Result<(), ExceptionCode> {
    let is_on = |place: &Option<Place>| {
        let byte =
            place.and_then(|place| image.block(place.block)?.get(place.byte).map(|byte| byte >> place.bit));
        byte.is_some_and(|byte| byte & 1 != 0)
    };
    out.extend(
        places(area, address, quantity)?
            .chunks(8)
            .map(|eight| eight.iter().rev().fold(0, |byte, place| byte << 1 | u8::from(is_on(place)))),
    );
    Ok(())
}

/// Sets coils, the first to the lowest bit of the first byte.
pub(super) fn write_coils(
    image: &mut Image,
    address: u16,
    quantity: u16,
    data: &[u8],
) -> Result<(), ExceptionCode> {
    let bits = data.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1));
    for (place, bit) in places(Area::Coil, address, quantity)?.iter().zip(bits) {
        let Some(place) = place else { continue };
        if let Some(byte) = image.block_mut(place.block).and_then(|block| block.get_mut(place.byte)) {
            *byte = *byte & !(1 << place.bit) | bit << place.bit;
        }
    }
    Ok(())
}
