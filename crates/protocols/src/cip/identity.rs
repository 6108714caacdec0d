//! What a device says it is: all attributes of its Identity object, which List Identity carries too.

use super::items::Tell;
use super::names;
use quaywatch_model::{Item, Value};
use quaywatch_wire::{ReadError, Reader};
use std::fmt;

/// The Identity object's first attributes. CIP volume 1, chapter 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity<'a> {
    /// The maker's number.
    pub vendor: u16,
    /// The device profile.
    pub device_type: u16,
    /// The maker's number for the product.
    pub product_code: u16,
    /// Firmware revision, major and minor.
    pub revision: [u8; 2],
    /// What the device says of its own condition.
    pub status: u16,
    /// The device's serial number.
    pub serial: u32,
    /// The product's name.
    pub name: &'a [u8],
    /// Further attributes, if there are any: in List Identity the device state.
    pub more: &'a [u8],
}

impl<'a> Identity<'a> {
    /// Reads the attributes in their order.
    ///
    /// # Errors
    /// One does not fit.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let vendor = reader.u16_le("vendor")?;
        let device_type = reader.u16_le("device type")?;
        let product_code = reader.u16_le("product code")?;
        let revision = reader.array("revision")?;
        let status = reader.u16_le("status")?;
        let serial = reader.u32_le("serial number")?;
        let length = reader.u8("product name length")?;
        let name = reader.take(length.into(), "product name")?;
        let more = reader.rest();
        Ok(Self { vendor, device_type, product_code, revision, status, serial, name, more })
    }

    /// Writes the attributes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend(self.vendor.to_le_bytes());
        out.extend(self.device_type.to_le_bytes());
        out.extend(self.product_code.to_le_bytes());
        out.extend(self.revision);
        out.extend(self.status.to_le_bytes());
        out.extend(self.serial.to_le_bytes());
        out.push(self.name.len() as u8);
        out.extend(self.name);
        out.extend(self.more);
    }

    /// Tells every attribute.
    pub(crate) fn tell(&self, tell: Tell<'_>) {
        let mut line = |name: &'static str, value: Value<'_>| tell(Item::valued(&name, value));
        let vendor = Named { number: self.vendor, name: names::vendor(self.vendor) };
        let device_type = Named { number: self.device_type, name: names::device_type(self.device_type) };
        line("vendor", Value::Shown(&vendor));
        line("device type", Value::Shown(&device_type));
        line("product code", Value::Unsigned(self.product_code.into()));
        line("revision", Value::Shown(&Revision(self.revision)));
        line("status", Value::Unsigned(self.status.into()));
        line("serial number", Value::Shown(&Serial(self.serial)));
        line("product name", super::data::text(self.name));
        if let Some(&state) = self.more.first() {
            let state = Named { number: state.into(), name: names::device_state(state) };
            line("state", Value::Shown(&state));
        }
    }
}

struct Named {
    number: u16,
    name: &'static str,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.number)
    }
}

struct Revision([u8; 2]);

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor] = self.0;
        write!(f, "{major}.{minor}")
    }
}

/// Serial numbers are printed on devices in hexadecimal.
struct Serial(u32);

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08X}", self.0)
    }
}
