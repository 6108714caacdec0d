//! Attributes and their values: single, listed, or all of an object at once.

use super::data::{Typed, attribute_type};
use super::identity::Identity;
use super::items::{Part, Tell, Told, status_code};
use super::path::Object;
use super::wire::class;
use quaywatch_model::{Item, Timestamp, Value};
use quaywatch_wire::Reader;
use std::fmt;
use std::net::Ipv4Addr;

/// The interface configuration in the TCP/IP interface object. Volume 2, chapter 5.
const INTERFACE_CONFIGURATION: u16 = 5;
/// The MAC address in the Ethernet link object.
const PHYSICAL_ADDRESS: u16 = 3;
/// Logix's wall clock, in microseconds since 1970.
const WALL_CLOCK: u32 = 0x8B;
const CLOCK_TIMES: [u16; 2] = [6, 11];

/// All attributes of an object, in the order its class fixes.
pub(super) fn tell_all(told: &Told<'_>, data: &[u8], tell: Tell<'_>) {
    let object = Object::of(told.path());
    let class = told.path().target().leaf_class;
    match Identity::decode(data) {
        Ok(identity) if class == Some(class::IDENTITY) => return identity.tell(tell),
        _ if data.is_empty() => return tell(Item::named(&object)),
        _ => {}
    }
    match interface(data).filter(|_| class == Some(class::TCP_IP_INTERFACE)) {
        Some((configuration, host)) => {
            tell_interface(object, configuration, tell);
            tell(Item::valued(&Part { object, part: "host name" }, super::data::text(host)));
        }
        None => tell(Item::valued(&object, Value::Bytes(data))),
    }
}

/// The interface configuration and the host name among all attributes of the TCP/IP interface object. Volume 2,
/// chapter 5: status, capability, control, path to the link, configuration, host name.
fn interface(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut reader = Reader::new(data);
    reader.skip(12, "status, capability, control").ok()?;
    let words = reader.u16_le("path size").ok()?;
    reader.skip(usize::from(words) * 2, "path").ok()?;
    let configuration = reader.peek();
    reader.skip(20, "addresses").ok()?;
    let length = reader.u16_le("domain length").ok()?;
    // Strings are padded to whole words.
    reader.skip(usize::from(length).next_multiple_of(2), "domain").ok()?;
    let length = reader.u16_le("host name length").ok()?;
    Some((configuration, reader.take(length.into(), "host name").ok()?))
}

/// One attribute, which the path names.
pub(super) fn tell_single(told: &Told<'_>, data: &[u8], tell: Tell<'_>) {
    let target = told.path().target();
    let attribute = target.attribute.and_then(|attribute| u16::try_from(attribute).ok());
    tell_value(Object::of(told.path()), target.leaf_class, attribute, data, 0, tell);
}

/// The values that came: count, then number, status and value of each.
pub(super) fn tell_got_list(told: &Told<'_>, tell: Tell<'_>) {
    let class = told.path().target().leaf_class;
    let mut reply = Reader::new(told.answered());
    let Ok(count) = reply.u16_le("attribute count") else { return tell_asked(told, tell) };
    let mut asked = numbers(told.asked());
    asked.next();
    for left in (0..count).rev() {
        let head = reply.u16_le("attribute").and_then(|number| Ok((number, reply.u16_le("status")?)));
        let Ok((number, status)) = head else { return };
        let next = asked.next();
        let object = Object { path: told.path(), attribute: Some(number) };
        let after = next.filter(|_| left > 0).map(After::Got);
        let value =
            if status == 0 { value_bytes(&mut reply, class, number, left, after) } else { Some(&[][..]) };
        match value {
            Some(value) => tell_value(object, class, Some(number), value, status, tell),
            None => {
                tell(Item { code: status_code(status), ..Item::named(&object) });
                return tell_rest(told, next, asked, reply.rest(), tell);
            }
        }
    }
}

/// The values that were sent: count, then number and value of each; statuses are in the reply.
pub(super) fn tell_set_list(told: &Told<'_>, tell: Tell<'_>) {
    let class = told.path().target().leaf_class;
    let mut request = Reader::new(told.asked());
    let Some(count) = request.u16_le("attribute count").ok().filter(|&count| count > 0) else {
        return tell(Item::named(&Object::of(told.path())));
    };
    let mut answered = Statuses::new(told.answered());
    answered.next();
    for left in (0..count).rev() {
        let Ok(number) = request.u16_le("attribute") else { return };
        let status =
            Statuses::new(told.answered()).find(|&(it, _)| it == number).map_or(0, |(_, status)| status);
        let next = answered.next().map(|(number, _)| number);
        let object = Object { path: told.path(), attribute: Some(number) };
        let after = next.filter(|_| left > 0).map(After::Set);
        match value_bytes(&mut request, class, number, left, after) {
            Some(value) => tell_value(object, class, Some(number), value, status, tell),
            None => {
                tell(Item { code: status_code(status), ..Item::named(&object) });
                let rest = request.rest();
                return tell_rest(told, next, answered.map(|(number, _)| number), rest, tell);
            }
        }
    }
}

/// What stands before the next attribute's value.
#[derive(Clone, Copy)]
enum After {
    /// Its number and a status.
    Got(u16),
    /// Its number.
    Set(u16),
}

/// The bytes of one value in a list. Values say neither type nor length: the length is known of published
/// attributes and of the last; for the others the next attribute's number is looked for, and if it could stand
/// in more than one place, nothing is claimed.
fn value_bytes<'a>(
    reader: &mut Reader<'a>,
    class: Option<u32>,
    number: u16,
    left: u16,
    after: Option<After>,
) -> Option<&'a [u8]> {
    if left == 0 {
        return Some(reader.rest());
    }
    let data_type = class.and_then(|class| attribute_type(class, number));
    let length = data_type.and_then(|data_type| data_type.length(reader.peek()));
    let length = length.or_else(|| only_place(reader.peek(), after?))?;
    reader.take(length, "attribute value").ok()
}

fn only_place(bytes: &[u8], after: After) -> Option<usize> {
    /// Statuses up to here have names; others do not count as one.
    const LAST_STATUS: u8 = 0x2E;
    let mut places = match after {
        After::Got(next) => {
            let [low, high] = next.to_le_bytes();
            let fits = move |window: &[u8]| matches!(window, &[a, b, status, 0] if a == low && b == high && status <= LAST_STATUS);
            return only(bytes.windows(4).enumerate().filter(|&(_, w)| fits(w)).map(|(at, _)| at));
        }
        After::Set(next) => {
            let next = next.to_le_bytes();
            bytes.windows(2).enumerate().filter(move |&(_, window)| window == next).map(|(at, _)| at)
        }
    };
    only(&mut places)
}

fn only(mut places: impl Iterator<Item = usize>) -> Option<usize> {
    let first = places.next()?;
    places.next().is_none().then_some(first)
}

/// Attributes whose values cannot be told apart: their names, then their bytes together.
fn tell_rest(
    told: &Told<'_>,
    next: Option<u16>,
    more: impl Iterator<Item = u16>,
    bytes: &[u8],
    tell: Tell<'_>,
) {
    for number in next.into_iter().chain(more) {
        tell(Item::named(&Object { path: told.path(), attribute: Some(number) }));
    }
    let part = Part { object: Object::of(told.path()), part: "attribute values, undivided" };
    tell(Item::valued(&part, Value::Bytes(bytes)));
}

/// The attributes that were asked for, where no answer came.
fn tell_asked(told: &Told<'_>, tell: Tell<'_>) {
    let mut count = 0;
    for number in numbers(told.asked()) {
        count += 1;
        tell(Item::named(&Object { path: told.path(), attribute: Some(number) }));
    }
    if count == 0 {
        tell(Item::named(&Object::of(told.path())));
    }
}

/// The attribute numbers in a request's list.
fn numbers(asked: &[u8]) -> impl Iterator<Item = u16> {
    let mut reader = Reader::new(asked);
    let count = reader.u16_le("attribute count").unwrap_or(0);
    (0..count).map_while(move |_| reader.u16_le("attribute").ok())
}

/// Numbers and statuses in the reply to a set list.
#[derive(Clone, Copy)]
struct Statuses<'a> {
    reader: Reader<'a>,
    left: u16,
}

impl<'a> Statuses<'a> {
    fn new(answered: &'a [u8]) -> Self {
        let mut reader = Reader::new(answered);
        let left = reader.u16_le("attribute count").unwrap_or(0);
        Self { reader, left }
    }
}

impl Iterator for Statuses<'_> {
    type Item = (u16, u16);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let number = self.reader.u16_le("attribute").ok()?;
        Some((number, self.reader.u16_le("status").ok()?))
    }
}

fn tell_value(
    object: Object<'_>,
    class: Option<u32>,
    number: Option<u16>,
    bytes: &[u8],
    status: u16,
    tell: Tell<'_>,
) {
    let code = status_code(status);
    let mut valued = |value: Value<'_>| tell(Item { code, ..Item::valued(&object, value) });
    let (Some(class), Some(number)) = (class, number) else {
        return if bytes.is_empty() { tell(Item::named(&object)) } else { valued(Value::Bytes(bytes)) };
    };
    if bytes.is_empty() {
        return tell(Item { code, ..Item::named(&object) });
    }
    if class == WALL_CLOCK
        && CLOCK_TIMES.contains(&number)
        && let Some(time) = clock(bytes)
    {
        return valued(Value::Shown(&time));
    }
    if class == class::TCP_IP_INTERFACE && number == INTERFACE_CONFIGURATION {
        return tell_interface(object, bytes, tell);
    }
    if let (class::ETHERNET_LINK, PHYSICAL_ADDRESS, Some(address)) = (class, number, bytes.first_chunk()) {
        return valued(Value::Shown(&Mac(*address)));
    }
    match attribute_type(class, number) {
        Some(data_type) => valued(Typed { data_type, handle: None, bytes }.value()),
        None => valued(Value::Bytes(bytes)),
    }
}

struct Mac([u8; 6]);

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// Microseconds since 1970, where they can be a date.
fn clock(bytes: &[u8]) -> Option<Timestamp> {
    let micros = u64::from_le_bytes(*bytes.first_chunk::<8>()?);
    let nanos = i64::try_from(micros).ok()?.checked_mul(1000)?;
    Some(Timestamp::from_nanos(nanos))
}

/// Address, mask, gateway, two name servers, domain.
fn tell_interface(object: Object<'_>, bytes: &[u8], tell: Tell<'_>) {
    let mut reader = Reader::new(bytes);
    for part in ["address", "mask", "gateway", "name server 1", "name server 2"] {
        let Ok(address) = reader.u32_le("address") else { return };
        let address = Ipv4Addr::from(address);
        tell(Item::valued(&Part { object, part }, Value::Shown(&address)));
    }
    let length = reader.u16_le("domain length").unwrap_or(0);
    let domain = reader.take(length.into(), "domain").unwrap_or_default();
    if !domain.is_empty() {
        tell(Item::valued(&Part { object, part: "domain" }, super::data::text(domain)));
    }
}
