//! ASN.1's basic encoding (ITU-T X.690), as far as SNMP, LDAP and Kerberos need it: tags of one byte, definite lengths.

/// `INTEGER`.
pub const INTEGER: u8 = 0x02;
/// `BIT STRING`.
pub const BIT_STRING: u8 = 0x03;
/// `OCTET STRING`.
pub const OCTETS: u8 = 0x04;
/// `NULL`.
pub const NULL: u8 = 0x05;
/// `OBJECT IDENTIFIER`.
pub const OBJECT: u8 = 0x06;
/// `ENUMERATED`.
pub const ENUMERATED: u8 = 0x0A;
/// `BOOLEAN`.
pub const BOOLEAN: u8 = 0x01;
/// `SEQUENCE`.
pub const SEQUENCE: u8 = 0x30;
/// `SET`.
pub const SET: u8 = 0x31;
/// `GeneralString`, as Kerberos has its names.
pub const GENERAL_STRING: u8 = 0x1B;
/// `GeneralizedTime`.
pub const TIME: u8 = 0x18;

/// A value with its tag and length.
#[must_use]
pub fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    match length {
        0..=0x7F => out.push(length as u8),
        0x80..=0xFF => out.extend([0x81, length as u8]),
        _ => {
            out.push(0x82);
            out.extend((length as u16).to_be_bytes());
        }
    }
    out.extend_from_slice(content);
    out
}

/// A value made of others.
#[must_use]
pub fn of(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    value(tag, &parts.concat())
}

/// A number in as few bytes as it needs.
#[must_use]
pub fn number(tag: u8, number: i64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let spare = |pair: &[u8]| {
        matches!(pair, [0, next] if next & 0x80 == 0) || matches!(pair, [0xFF, next] if next & 0x80 != 0)
    };
    let skipped = bytes.windows(2).take_while(|pair| spare(pair)).count();
    value(tag, bytes.get(skipped..).unwrap_or(&bytes))
}

/// An object's name.
#[must_use]
pub fn object(numbers: &[u32]) -> Vec<u8> {
    let mut content = Vec::new();
    let [first, second, rest @ ..] = numbers else { return value(OBJECT, &[]) };
    content.push((first * 40 + second) as u8);
    for number in rest {
        let mut sevens: Vec<u8> = Vec::new();
        let mut left = *number;
        loop {
            sevens.push((left & 0x7F) as u8 | if sevens.is_empty() { 0 } else { 0x80 });
            left >>= 7;
            if left == 0 {
                break;
            }
        }
        content.extend(sevens.iter().rev());
    }
    value(OBJECT, &content)
}

#[cfg(test)]
mod tests {
    use super::{INTEGER, number, object, value};

    #[test]
    fn numbers_lengths_and_names_are_as_x690_has_them() {
        assert_eq!(number(INTEGER, 0), [2, 1, 0]);
        assert_eq!(number(INTEGER, 127), [2, 1, 127]);
        assert_eq!(number(INTEGER, 128), [2, 2, 0, 128]);
        assert_eq!(number(INTEGER, -1), [2, 1, 0xFF]);
        assert_eq!(object(&[1, 2, 840, 113_554]), [6, 6, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12]);
        assert_eq!(value(4, &[0; 200]).get(..3), Some(&[4, 0x81, 200][..]));
    }
}
