//! Telling what the blocks of a DCP message say, item by item.

use super::dcp::{Block, Layout, Selector};
use super::names;
use quaywatch_model::{Coded, Item, Mac, Scalars, Value};
use quaywatch_wire::Reader;
use std::fmt;
use std::net::Ipv4Addr;

/// A parameter by its name, or by its numbers where it has none.
pub(super) struct Parameter(pub(super) Selector);

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Selector { option, suboption } = self.0;
        match names::parameter(self.0) {
            Some(name) => f.write_str(name),
            None => write!(f, "option {option}/{suboption}"),
        }
    }
}

/// Tells one block. `code` is what the device said of this parameter, where it said anything but ok.
pub(super) fn tell_block(
    block: &Block<'_>,
    layout: Layout,
    code: Option<Coded<'_>>,
    tell: &mut dyn FnMut(Item<'_>),
) {
    let tell = &mut |item: Item<'_>| tell(Item { code: item.code.or(code), ..item });
    if let Some((selector, error)) = block.response() {
        let code = (error != 0).then(|| names::block_error(error));
        return tell(Item { code, ..Item::named(&Parameter(selector)) });
    }
    let has_value = layout != Layout::Selectors && !(layout == Layout::Bare && block.value.is_empty());
    if !has_value {
        return tell(Item::named(&Parameter(block.selector)));
    }
    if tell_value(block, tell).is_none() {
        tell(Item::valued(&Parameter(block.selector), Value::Bytes(block.value)));
    }
    match (layout, block.info) {
        (Layout::Qualifier, Some(qualifier)) => tell_qualifier(block.selector, qualifier, tell),
        (Layout::Info, Some(info)) => tell_info(block.selector, info, tell),
        _ => {}
    }
}

/// The name of a TSN domain, behind its UUID.
const TSN_DOMAIN_NAME: u8 = 1;
/// With which priority a station manages the TSN network.
const TSN_NETWORK_MANAGER: u8 = 2;
const UUID_BYTES: usize = 16;

type Tell<'t> = dyn FnMut(Item<'_>) + 't;

/// Tells the value in the standard's fields, or gives `None` and tells nothing where it does not fit them.
fn tell_value(block: &Block<'_>, tell: &mut Tell<'_>) -> Option<()> {
    let object = &Parameter(block.selector);
    let mut value = Reader::new(block.value);
    match block.selector {
        Selector::MAC_ADDRESS => {
            let address = Mac(*block.value.first_chunk()?);
            tell(Item::valued(object, Value::Shown(&address)));
        }
        Selector::IP_PARAMETER | Selector::FULL_IP_SUITE => return tell_addresses(value, tell),
        Selector::STANDARD_GATEWAY => {
            let gateway = address(&mut value)?;
            tell(Item::valued(object, Value::Shown(&gateway)));
        }
        Selector::TYPE_OF_STATION | Selector::NAME_OF_STATION | Selector::ALIAS_NAME => {
            tell(Item::valued(object, text(block.value)));
        }
        Selector::DEVICE_ID => return tell_pair(value, [&"vendor id", &"device id"], tell),
        Selector::OEM_DEVICE_ID => return tell_pair(value, [&"oem vendor id", &"oem device id"], tell),
        Selector::DEVICE_ROLE => {
            let roles = Roles(value.u8("DeviceRoleDetails").ok()?);
            tell(Item::valued(object, Value::Shown(&roles)));
        }
        Selector::DEVICE_OPTIONS => tell(Item::valued(object, Value::List(&Options(block.value)))),
        Selector::DEVICE_INSTANCE | Selector::RSI_PROPERTIES | Selector::DEVICE_INITIATIVE => {
            let number = value.u16_be("value").ok()?;
            tell(Item::valued(object, Value::Unsigned(number.into())));
        }
        Selector::SIGNAL => {
            let signal = names::signal(value.u16_be("SignalValue").ok()?);
            tell(Item::valued(object, Value::Text(signal)));
        }
        Selector::START_TRANSACTION | Selector::END_TRANSACTION | Selector::FACTORY_RESET => {
            tell(Item::named(object));
        }
        Selector::RESET_TO_FACTORY => {
            let mode = names::reset_mode(block.info?);
            tell(Item::valued(object, Value::Text(mode)));
        }
        Selector { option: Selector::DHCP_OPTION, suboption } => {
            tell(Item::valued(object, dhcp(suboption, block.value)));
        }
        Selector { option: Selector::TSN_OPTION, suboption: TSN_DOMAIN_NAME } => {
            tell(Item::valued(
                &"tsn domain uuid",
                Value::Bytes(value.take(UUID_BYTES, "TSNDomainUUID").ok()?),
            ));
            tell(Item::valued(object, text(value.rest())));
        }
        Selector { option: Selector::TSN_OPTION, suboption: TSN_NETWORK_MANAGER } => {
            let priority = value.u16_be("NMEPrio").ok()?;
            tell(Item::valued(object, Value::Unsigned(priority.into())));
        }
        _ => return None,
    }
    Some(())
}

/// Address, subnet mask, gateway, and in the full suite up to four name servers, of which those in use are told.
fn tell_addresses(mut value: Reader<'_>, tell: &mut Tell<'_>) -> Option<()> {
    let suite = (address(&mut value)?, address(&mut value)?, address(&mut value)?);
    tell(Item::valued(&"ip address", Value::Shown(&suite.0)));
    tell(Item::valued(&"subnet mask", Value::Shown(&suite.1)));
    tell(Item::valued(&"gateway", Value::Shown(&suite.2)));
    while let Some(server) = address(&mut value) {
        if !server.is_unspecified() {
            tell(Item::valued(&"dns server", Value::Shown(&server)));
        }
    }
    Some(())
}

fn tell_pair(mut value: Reader<'_>, objects: [&dyn fmt::Display; 2], tell: &mut Tell<'_>) -> Option<()> {
    let (first, second) = (value.u16_be("vendor").ok()?, value.u16_be("device").ok()?);
    let [vendor, device] = objects;
    tell(Item::valued(vendor, Value::Unsigned(first.into())));
    tell(Item::valued(device, Value::Unsigned(second.into())));
    Some(())
}

/// Whether what is set stays. The qualifier of a reset is its mode and was told as its value; that of a
/// control that leaves nothing behind has no meaning.
fn tell_qualifier(selector: Selector, qualifier: u16, tell: &mut Tell<'_>) {
    const CONTROL: u8 = Selector::SIGNAL.option;
    let brackets = matches!(selector, Selector::START_TRANSACTION | Selector::END_TRANSACTION);
    if selector.option != CONTROL || brackets {
        let lifetime = names::lifetime(qualifier);
        tell(Item::valued(&Qualifier(selector), Value::Text(lifetime)));
    }
}

/// Where an address has its value from. Other parameters leave `BlockInfo` unused.
fn tell_info(selector: Selector, info: u16, tell: &mut Tell<'_>) {
    if matches!(selector, Selector::IP_PARAMETER | Selector::FULL_IP_SUITE) {
        tell(Item::valued(&"ip address origin", Value::Text(names::ip_origin(info))));
        if names::ip_conflict(info) {
            tell(Item::valued(&"ip address conflict", Value::Bool(true)));
        }
    }
}

/// A DHCP option: its number again and its length stand before what it says.
fn dhcp(suboption: u8, value: &[u8]) -> Value<'_> {
    const CLIENT_IDENTIFIER: u8 = 61;
    const CONTROL: u8 = 255;
    let inner = match value {
        &[option, length, ref inner @ ..] if option == suboption => inner.get(..length.into()),
        _ => None,
    };
    match (suboption, inner) {
        (CONTROL, Some(&[control, ..])) => Value::Text(names::dhcp_control(control)),
        // RFC 2132, 9.14: a type first; 0 is a name the client was given.
        (CLIENT_IDENTIFIER, Some([0, name @ ..])) => text(name),
        (_, Some(inner)) if inner.iter().all(u8::is_ascii_graphic) => text(inner),
        (_, Some(inner)) => Value::Bytes(inner),
        (_, None) => Value::Bytes(value),
    }
}

/// Text as it is in the block, without the zeroes some stations fill it up with.
fn text(value: &[u8]) -> Value<'_> {
    let end = value.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    value.get(..end).and_then(|text| str::from_utf8(text).ok()).map_or(Value::Bytes(value), Value::Text)
}

fn address(value: &mut Reader<'_>) -> Option<Ipv4Addr> {
    value.array::<4>("address").ok().map(Ipv4Addr::from)
}

/// `name of station qualifier`.
struct Qualifier(Selector);

impl fmt::Display for Qualifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} qualifier", Parameter(self.0))
    }
}

struct Roles(u8);

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (_, name) in names::ROLES.iter().filter(|(bit, _)| self.0 & bit != 0) {
            write!(f, "{}{name}", std::mem::replace(&mut separator, ", "))?;
        }
        if separator.is_empty() { f.write_str("none") } else { Ok(()) }
    }
}

/// The options a device says it has, as pairs of option and suboption.
struct Options<'a>(&'a [u8]);

impl Scalars for Options<'_> {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        for &[option, suboption] in self.0.as_chunks().0 {
            tell(Value::Shown(&Parameter(Selector { option, suboption })));
        }
    }
}
