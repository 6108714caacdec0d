//! A bounded walk over BER (ITU-T X.690): one-byte tags and definite lengths, which is what SNMP, LDAP and Kerberos use.
//!
//! Nothing recurses: who wants to look inside an element walks over its body.

use crate::Length;

/// The tags that several protocols have in common (X.680, section 8.4).
pub(crate) mod tag {
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const OCTETS: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const ENUMERATED: u8 = 0x0a;
    pub(crate) const GENERAL_STRING: u8 = 0x1b;
    pub(crate) const SEQUENCE: u8 = 0x30;
}

/// A length field longer than this is of no message met on a network.
const MOST_LENGTH_BYTES: usize = 4;
/// The bits of a tag that say that its number goes on in the next byte.
const LONG_TAG: u8 = 0x1f;

/// One element: its tag and what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) body: &'a [u8],
}

impl<'a> Element<'a> {
    /// The body as a number with sign, of at most eight bytes.
    pub(crate) fn signed(self) -> Option<i64> {
        let (&first, _) = self.body.split_first()?;
        let start = if first & 0x80 != 0 { -1_i64 } else { 0 };
        let fits = self.body.len() <= size_of::<i64>();
        fits.then(|| self.body.iter().fold(start, |number, &byte| number << 8 | i64::from(byte)))
    }

    /// The body as a number without sign, of at most eight bytes and a leading zero.
    pub(crate) fn unsigned(self) -> Option<u64> {
        let digits = match self.body {
            [0, digits @ ..] if !digits.is_empty() => digits,
            all => all,
        };
        let fits = !digits.is_empty() && digits.len() <= size_of::<u64>();
        fits.then(|| digits.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    /// The elements in it.
    pub(crate) const fn walk(self) -> Walk<'a> {
        Walk { left: self.body }
    }
}

/// Goes over the elements that stand one after the other. Ends at the first that does not fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk<'a> {
    left: &'a [u8],
}

impl<'a> Walk<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes }
    }

    /// The next element, if it has this tag; else nothing is taken.
    pub(crate) fn tagged(&mut self, tag: u8) -> Option<Element<'a>> {
        let mut ahead = *self;
        let element = ahead.next().filter(|element| element.tag == tag)?;
        *self = ahead;
        Some(element)
    }

    /// What was not walked over.
    pub(crate) const fn rest(self) -> &'a [u8] {
        self.left
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let (tag, header, length) = head(self.left).ok().flatten()?;
        let body = self.left.get(header..)?.get(..length)?;
        self.left = self.left.get(header + length..)?;
        Some(Element { tag, body })
    }
}

/// How long the element at the start of `bytes` is, with tag and length.
pub(crate) fn length(bytes: &[u8]) -> Length {
    match head(bytes) {
        Ok(Some((_, header, length))) => Length::Is(header + length),
        Ok(None) => Length::More,
        Err(reason) => Length::Bad(reason),
    }
}

/// Tag, length of tag and length field, length of the body; `None` where more bytes would tell.
fn head(bytes: &[u8]) -> Result<Option<(u8, usize, usize)>, &'static str> {
    let &[tag, first, ref more @ ..] = bytes else { return Ok(None) };
    if tag & LONG_TAG == LONG_TAG {
        return Err("BER tag of several bytes");
    }
    if first < 0x80 {
        return Ok(Some((tag, 2, first.into())));
    }
    let count = usize::from(first & 0x7f);
    if count == 0 || count > MOST_LENGTH_BYTES {
        return Err("BER length without an end or too long");
    }
    let Some(digits) = more.get(..count) else { return Ok(None) };
    let length = digits.iter().fold(0_u64, |length, &byte| length << 8 | u64::from(byte));
    let length = u32::try_from(length).ok().filter(|&length| length < u32::MAX / 2);
    length.map(|length| Some((tag, 2 + count, length as usize))).ok_or("BER length out of bounds")
}

#[cfg(test)]
mod tests {
    use super::{Element, Walk, length, tag};
    use crate::Length;

    #[test]
    fn elements_are_walked_over_in_order_and_a_cut_one_ends_the_walk() {
        let mut walk = Walk::new(&[0x02, 1, 0xff, 0x04, 0x81, 2, b'a', b'b', 0x05, 3, 0]);
        assert_eq!(walk.tagged(tag::OCTETS), None);
        assert_eq!(walk.next().and_then(Element::signed), Some(-1));
        assert_eq!(walk.tagged(tag::OCTETS), Some(Element { tag: tag::OCTETS, body: b"ab" }));
        assert_eq!(walk.next(), None);
        assert_eq!(walk.rest(), [0x05, 3, 0]);
    }

    #[test]
    fn numbers_without_sign_may_have_a_leading_zero() {
        let number = |body| Element { tag: 0x41, body }.unsigned();
        assert_eq!(number(&[0, 0xff, 0xff, 0xff, 0xff]), Some(0xffff_ffff));
        assert_eq!(number(&[0]), Some(0));
        assert_eq!(number(&[]), None);
        assert_eq!(number(&[1; 9]), None);
    }

    #[test]
    fn a_length_is_known_when_its_field_is_whole() {
        assert_eq!(length(&[0x30, 0x82, 1]), Length::More);
        assert_eq!(length(&[0x30, 0x82, 1, 0]), Length::Is(260));
        assert!(matches!(length(&[0x30, 0x80]), Length::Bad(_)));
        assert!(matches!(length(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), Length::Bad(_)));
    }
}
