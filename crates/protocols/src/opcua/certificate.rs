//! The one thing that is told of a certificate: whom it names.

use quaywatch_wire::{ReadError, Reader};

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
/// The object identifier 2.5.4.3, `commonName`.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// Serial number, signature algorithm, issuer and validity stand before the subject (RFC 5280, 4.1).
const FIELDS_BEFORE_SUBJECT: usize = 4;

/// The subject's common name in a DER certificate, the first one where there is a chain.
pub(super) fn common_name(certificate: &[u8]) -> Option<&str> {
    let mut certificate = inside(&mut Reader::new(certificate), SEQUENCE)?;
    let mut fields = inside(&mut certificate, SEQUENCE)?;
    if fields.peek().first() == Some(&VERSION) {
        element(&mut fields).ok()?;
    }
    for _ in 0..FIELDS_BEFORE_SUBJECT {
        element(&mut fields).ok()?;
    }
    let mut subject = inside(&mut fields, SEQUENCE)?;
    while !subject.is_empty() {
        let mut names = inside(&mut subject, SET)?;
        let mut name = inside(&mut names, SEQUENCE)?;
        let (_, kind) = element(&mut name).ok()?;
        let (_, value) = element(&mut name).ok()?;
        if kind.peek() == COMMON_NAME {
            return std::str::from_utf8(value.peek()).ok();
        }
    }
    None
}

fn inside<'a>(from: &mut Reader<'a>, tag: u8) -> Option<Reader<'a>> {
    let (found, content) = element(from).ok()?;
    (found == tag).then_some(content)
}

/// A tag and what it holds.
fn element<'a>(from: &mut Reader<'a>) -> Result<(u8, Reader<'a>), ReadError> {
    let tag = from.u8("tag")?;
    let length = match from.u8("length")? {
        0x81 => from.u8("length")?.into(),
        0x82 => from.u16_be("length")?.into(),
        short @ 0..=0x7f => short.into(),
        // Longer than any certificate, or not DER.
        _ => usize::MAX,
    };
    Ok((tag, from.sub(length, "content")?))
}
