use super::Flavour;
use super::wire::{Message, Name, Part, Record, Section, Type};
use crate::{Context, mdns, nbns};
use quaywatch_model::{Address, Attribute, Role, Side, Subject};

/// So many facts are told of one message; a host announces a few dozen records.
const MOST_FACTS: usize = 64;

/// What was told of a conversation once and for all.
#[derive(Debug, Default)]
pub(super) struct Told {
    serves: bool,
}

/// Tells what one message says of who is who.
pub(super) fn tell(
    cx: &mut Context<'_>,
    flavour: Flavour,
    from: Side,
    message: &Message<'_>,
    told: &mut Told,
) {
    let is_reply = message.header.is_response();
    if flavour == Flavour::Nbns {
        return nbns::tell(cx, from, message);
    }
    if !is_reply {
        return;
    }
    if flavour == Flavour::Dns {
        serves(cx, from, message, told);
    }
    let asked = message.first_question();
    let mut left = MOST_FACTS;
    let _ = message.each(&mut |part| {
        let Part::Record(record) = part else { return };
        if left == 0 || record.section == Section::Authority {
            return;
        }
        left -= 1;
        if let Some(address) = address(record) {
            let asked = asked.as_ref().filter(|_| record.section == Section::Answer).map(|asked| &asked.name);
            names(cx, flavour, address, record, asked);
        }
        if let (Type::PTR, Some(address)) = (record.kind, reversed(record.name.bytes()))
            && let Some((name, _)) = message.name_in(record, 0)
        {
            cx.fact_of(Subject::Address(address), attribute(flavour), &name.text());
        }
        if flavour == Flavour::Mdns {
            mdns::tell(cx, from, message, record);
        }
    });
}

/// Who answers is a name server, and who asked uses it.
fn serves(cx: &mut Context<'_>, from: Side, message: &Message<'_>, told: &mut Told) {
    let header = message.header;
    let does = matches!(header.rcode(), 0 | 3) && (header.is_authoritative() || header.recursion_available());
    if does && !std::mem::replace(&mut told.serves, true) {
        cx.fact(from, Attribute::Role, Role::NameServer.as_str());
        let server = from.of(&cx.addresses).to_string();
        cx.fact(from.other(), Attribute::NameServer, &server);
    }
}

/// The names of an address: that of its record, and that which was asked for and leads there.
fn names(
    cx: &mut Context<'_>,
    flavour: Flavour,
    address: Address,
    record: &Record<'_>,
    asked: Option<&Name>,
) {
    let about = Subject::Address(address);
    let attribute = attribute(flavour);
    cx.fact_of(about, attribute, &record.name.text());
    if let Some(asked) = asked.filter(|asked| !asked.bytes().eq_ignore_ascii_case(record.name.bytes()))
        && flavour == Flavour::Dns
    {
        cx.fact_of(about, attribute, &asked.text());
    }
}

/// What a name server knows is a domain name; what hosts say of themselves is their name.
fn attribute(flavour: Flavour) -> Attribute {
    if flavour == Flavour::Dns { Attribute::DomainName } else { Attribute::Name }
}

/// The address of an A or AAAA record, if it is somebody's: zeros and loopback are how names are blocked.
pub(crate) fn address(record: &Record<'_>) -> Option<Address> {
    let address = match record.kind {
        Type::A => Address::v4(record.data.try_into().ok()?),
        Type::AAAA => Address::v6(record.data.try_into().ok()?),
        _ => return None,
    };
    let ip = address.ip()?;
    (!ip.is_unspecified() && !ip.is_loopback() && !ip.is_multicast()).then_some(address)
}

/// The address a name of the reverse tree stands for (RFC 1035 section 3.5, RFC 3596 section 2.5).
fn reversed(name: &[u8]) -> Option<Address> {
    let lower = name.to_ascii_lowercase();
    let text = std::str::from_utf8(&lower).ok()?;
    if let Some(digits) = text.strip_suffix(".in-addr.arpa") {
        let mut bytes = [0; 4];
        let mut parts = digits.split('.');
        for byte in bytes.iter_mut().rev() {
            *byte = parts.next()?.parse().ok()?;
        }
        return parts.next().is_none().then_some(Address::v4(bytes));
    }
    let digits = text.strip_suffix(".ip6.arpa")?;
    let mut bytes = [0; 16];
    let mut parts = digits.split('.');
    for byte in bytes.iter_mut().rev() {
        let mut nibble =
            || parts.next().filter(|part| part.len() == 1).and_then(|part| u8::from_str_radix(part, 16).ok());
        let (low, high) = (nibble()?, nibble()?);
        *byte = high << 4 | low;
    }
    parts.next().is_none().then_some(Address::v6(bytes))
}
