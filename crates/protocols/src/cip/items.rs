//! What an operation was about, told when somebody asks: objects, values, and each one's own status.

use super::attributes;
use super::data::Typed;
use super::names;
use super::path::{Object, Path, Printable, Route};
use super::services::Form;
use super::wire::{ForwardClose, ForwardOpen, ForwardOpened, Reply, Request, class, service};
use quaywatch_model::{Coded, Digits, Item, Items, Number, Value};
use quaywatch_wire::{ReadError, Reader};
use std::fmt;

/// A request and its reply, either of which may be missing.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) form: Form,
    pub(super) request: Option<Request<'a>>,
    pub(super) reply: Option<Reply<'a>>,
}

pub(super) type Tell<'t> = &'t mut dyn FnMut(Item<'_>);

impl<'a> Told<'a> {
    pub(super) fn path(&self) -> Path<'a> {
        self.request.map(|request| request.path).unwrap_or_default()
    }

    pub(super) fn asked(&self) -> &'a [u8] {
        self.request.map(|request| request.data).unwrap_or_default()
    }

    pub(super) fn answered(&self) -> &'a [u8] {
        self.reply.map(|reply| reply.data).unwrap_or_default()
    }

    /// How many bytes of value or program were moved, where that is what the service is for.
    pub(super) fn bytes(&self) -> Option<u64> {
        let moved = match self.form {
            Form::BlockWrite => written_block(self.asked()).map_or(0, |(_, bytes)| bytes.len()),
            Form::Firmware => self.asked().len(),
            Form::BlockRead if self.reply.is_some() => self.answered().len(),
            Form::FileRead if self.reply.is_some() => file_piece(self.answered()).map_or(0, |(_, b)| b.len()),
            Form::FileWrite => file_piece(self.asked()).map_or(0, |(_, bytes)| bytes.len()),
            _ => return None,
        };
        Some(moved as u64)
    }
}

impl Items for Told<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let object = Object::of(self.path());
        if self.path().target().leaf_class == Some(class::PASSWORD_AUTHENTICATOR) {
            return tell(Item::valued(&object, Value::Secret));
        }
        match self.form {
            Form::Object | Form::Firmware | Form::FileRead | Form::FileWrite => tell(Item::named(&object)),
            Form::ReplyValue => tell(with_bytes(&object, self.answered())),
            Form::RequestValue => tell(with_bytes(&object, self.asked())),
            Form::GetAll => attributes::tell_all(self, self.answered(), tell),
            Form::SetAll => attributes::tell_all(self, self.asked(), tell),
            Form::GetSingle => attributes::tell_single(self, self.answered(), tell),
            Form::SetSingle => attributes::tell_single(self, self.asked(), tell),
            Form::GetList => attributes::tell_got_list(self, tell),
            Form::SetList => attributes::tell_set_list(self, tell),
            Form::ReadTag => tell_typed(&object, Typed::decode(self.answered()), tell),
            Form::ReadTagFragmented => {
                let offset = read_offset(self.asked());
                tell_typed(&Spot { object, offset }, Typed::decode(self.answered()), tell);
            }
            Form::WriteTag => {
                let written = written(self.asked(), false).map(|(_, typed)| typed);
                tell_typed(&object, written, tell);
            }
            Form::WriteTagFragmented => match written(self.asked(), true) {
                Some((offset, typed)) => tell_typed(&Spot { object, offset }, Some(typed), tell),
                None => tell(Item::named(&object)),
            },
            Form::ReadModifyWriteTag => tell_masks(object, self.asked(), tell),
            Form::BrowseTags => tell_tags(object, self.asked(), self.answered(), tell),
            Form::ForwardOpen => tell_opened(self, tell),
            Form::ForwardClose => tell_closed(self, tell),
            Form::ResetDevice => {
                let kind = reset_kind(self.asked().first().copied().unwrap_or(0));
                tell(kind.map_or(with_bytes(&object, self.asked()), |kind| {
                    Item::valued(&object, Value::Text(kind))
                }));
            }
            Form::DataTable => {
                let address = Reader::new(self.asked()).u32_le("address").ok();
                tell(with_bytes(&Memory { object, address }, self.answered()));
            }
            Form::BlockRead | Form::BlockWrite => {
                tell(Item::named(&Spot { object, offset: block_offset(self.asked()) }));
            }
        }
    }
}

/// What a device goes back to when it is reset. Volume 1, chapter 5; nothing said is 0.
const fn reset_kind(kind: u8) -> Option<&'static str> {
    match kind {
        0 => Some("power cycle"),
        1 => Some("factory defaults"),
        2 => Some("factory defaults except communication"),
        _ => None,
    }
}

/// Where in its object a Logix block begins.
pub(super) fn block_offset(asked: &[u8]) -> u32 {
    Reader::new(asked).u32_le("block offset").unwrap_or(0)
}

/// Program bytes in a Logix block write, as measured: offset u32, a zero byte, length u16, the bytes. A read asks
/// with offset u32 and length u16.
pub(super) fn written_block(data: &[u8]) -> Option<(u32, &[u8])> {
    let mut reader = Reader::new(data);
    let offset = reader.u32_le("block offset").ok()?;
    reader.skip(1, "zero").ok()?;
    let length = reader.u16_le("block length").ok()?;
    reader.take(usize::from(length).min(reader.len()), "block").ok().map(|bytes| (offset, bytes))
}

/// A piece of a file: transfer number, kind of piece, bytes.
pub(super) fn file_piece(data: &[u8]) -> Option<(u8, &[u8])> {
    let mut reader = Reader::new(data);
    reader.skip(1, "transfer number").ok()?;
    let kind = reader.u8("transfer packet type").ok()?;
    Some((kind, reader.rest()))
}

fn with_bytes<'a>(object: &'a dyn fmt::Display, bytes: &'a [u8]) -> Item<'a> {
    if bytes.is_empty() { Item::named(object) } else { Item::valued(object, Value::Bytes(bytes)) }
}

/// The offset of a fragmented read: after the count of elements.
fn read_offset(asked: &[u8]) -> u32 {
    let mut reader = Reader::new(asked);
    reader.skip(2, "element count").and_then(|()| reader.u32_le("offset")).unwrap_or(0)
}

/// The values of a write, which begin after type and count, and in a fragment after the offset too.
fn written(asked: &[u8], fragmented: bool) -> Option<(u32, Typed<'_>)> {
    let mut reader = Reader::new(asked);
    let (data_type, handle) = Typed::head(&mut reader)?;
    reader.skip(2, "element count").ok()?;
    let offset = if fragmented { reader.u32_le("offset").ok()? } else { 0 };
    Some((offset, Typed { data_type, handle, bytes: reader.rest() }))
}

fn tell_typed(object: &dyn fmt::Display, typed: Option<Typed<'_>>, tell: Tell<'_>) {
    match typed.filter(|typed| !typed.bytes.is_empty()) {
        Some(typed) => tell(Item::valued(object, typed.value())),
        None => tell(Item::named(object)),
    }
}

/// A read-modify-write: the masks' length, the bits to set, the bits to keep.
fn tell_masks(object: Object<'_>, asked: &[u8], tell: Tell<'_>) {
    let mut reader = Reader::new(asked);
    let length = reader.u16_le("mask size").unwrap_or(0);
    let or = reader.take(length.into(), "OR mask").unwrap_or_default();
    let and = reader.take(length.into(), "AND mask").unwrap_or_default();
    tell(Item::valued(&Part { object, part: "or mask" }, mask(or)));
    tell(Item::valued(&Part { object, part: "and mask" }, mask(and)));
}

/// A mask as a number, where it is no longer than one.
fn mask(bytes: &[u8]) -> Value<'_> {
    let mut word = [0; 8];
    match word.get_mut(..bytes.len()) {
        Some(low) => {
            low.copy_from_slice(bytes);
            Value::Unsigned(u64::from_le_bytes(word))
        }
        None => Value::Bytes(bytes),
    }
}

/// Tag names from a Get Instance Attribute List: instances with the attributes that were asked for.
fn tell_tags(scope: Object<'_>, asked: &[u8], answered: &[u8], tell: Tell<'_>) {
    let mut entries = Reader::new(answered);
    let mut told = false;
    while let Some((instance, name, kind)) = tag(asked, &mut entries) {
        told = true;
        let object = Tag { scope, instance, name };
        let kind = kind.map(|kind| Value::Unsigned(kind.into()));
        tell(Item { value: kind, ..Item::named(&object) });
    }
    if !told || !entries.is_empty() {
        tell(with_bytes(&scope, entries.rest()));
    }
}

type TagEntry<'a> = (u32, Option<&'a [u8]>, Option<u16>);

/// The next tag; `None` where an attribute was asked for whose size is not known.
fn tag<'a>(asked: &[u8], entries: &mut Reader<'a>) -> Option<TagEntry<'a>> {
    let mut entry = *entries;
    let mut wanted = Reader::new(asked);
    let count = wanted.u16_le("attribute count").ok()?;
    let instance = entry.u32_le("instance").ok()?;
    let (mut name, mut kind) = (None, None);
    for _ in 0..count {
        match wanted.u16_le("attribute").ok()? {
            1 => {
                let length = entry.u16_le("symbol name length").ok()?;
                name = Some(entry.take(length.into(), "symbol name").ok()?);
            }
            2 => kind = Some(entry.u16_le("symbol type").ok()?),
            // Byte count, addresses, dimensions, external access.
            7 => entry.skip(2, "byte count").ok()?,
            3 | 5 | 6 => entry.skip(4, "address").ok()?,
            8 => entry.skip(12, "dimensions").ok()?,
            10 => entry.skip(1, "external access").ok()?,
            _ => return None,
        }
    }
    *entries = entry;
    Some((instance, name, kind))
}

fn tell_opened(told: &Told<'_>, tell: Tell<'_>) {
    let large = told.request.is_some_and(|request| request.service == service::LARGE_FORWARD_OPEN);
    let asked = told.request.map(|request| ForwardOpen::decode(request.data, large));
    let refused = told.reply.is_some_and(|reply| reply.general != 0);
    let answered = if refused { None } else { ForwardOpened::decode(told.answered()).ok() };
    let number = |number: u32| Some(Value::Unsigned(number.into()));
    let mut line = |name: &dyn fmt::Display, value: Option<Value<'_>>| {
        tell(Item { value, ..Item::named(name) });
    };
    if let Some(Ok(open)) = asked {
        line(&Object::of(open.path), None);
        line(&"transport class", number(open.transport_class().into()));
        line(&"O->T RPI microseconds", number(open.o_t.rpi));
        line(&"O->T parameters", number(open.o_t.parameters));
        line(&"T->O RPI microseconds", number(open.t_o.rpi));
        line(&"T->O parameters", number(open.t_o.parameters));
    } else {
        line(&Object::of(told.path()), None);
    }
    if let Some(opened) = answered {
        line(&"O->T connection id", number(opened.o_t_id));
        line(&"T->O connection id", number(opened.t_o_id));
    }
    let triad = asked.and_then(Result::ok).map(|open| open.triad).or(answered.map(|opened| opened.triad));
    if let Some(triad) = triad {
        line(&"connection serial", number(triad.serial.into()));
        line(&"originator vendor", number(triad.vendor.into()));
        line(&"originator serial", number(triad.originator_serial));
    }
}

fn tell_closed(told: &Told<'_>, tell: Tell<'_>) {
    let close: Result<ForwardClose<'_>, ReadError> = ForwardClose::decode(told.asked());
    let Ok(close) = close else { return tell(Item::named(&Object::of(told.path()))) };
    tell(Item::named(&Object::of(close.path)));
    let mut line = |name: &'static str, number: u32| {
        tell(Item::valued(&name, Value::Unsigned(number.into())));
    };
    line("connection serial", close.triad.serial.into());
    line("originator vendor", close.triad.vendor.into());
    line("originator serial", close.triad.originator_serial);
}

/// The device's own code for one attribute or element.
pub(super) const fn status_code(status: u16) -> Option<Coded<'static>> {
    match status {
        0 => None,
        status if status <= 0xFF => {
            Some(Coded::new(names::general_status(status as u8), Number::Hex8(status as u8)))
        }
        status => Some(Coded::new("unknown", Number::Hex16(status))),
    }
}

/// The device's own code for a whole service.
pub(super) fn reply_code(reply: &Reply<'_>, class: Option<u32>) -> Option<Coded<'static>> {
    let general = names::general_status(reply.general);
    match (reply.general, reply.extended_status()) {
        (0, _) => None,
        (number, None | Some(0)) => Some(Coded::new(general, Number::Hex8(number))),
        (number, Some(extended)) => {
            let name = match number {
                0x01 if class.is_none_or(|class| class == class::CONNECTION_MANAGER) => {
                    names::connection_status(extended)
                }
                0xFF => names::logix_status(extended),
                _ => "unknown",
            };
            let name = if name == "unknown" { general } else { name };
            Some(Coded::new(name, Number::Pair(number.into(), extended)))
        }
    }
}

/// An object and a place in it.
#[derive(Clone, Copy)]
struct Spot<'a> {
    object: Object<'a>,
    offset: u32,
}

impl fmt::Display for Spot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { object, offset } = self;
        match offset {
            0 => object.fmt(f),
            _ => write!(f, "{object} offset {offset}"),
        }
    }
}

/// A place in a controller's memory.
#[derive(Clone, Copy)]
struct Memory<'a> {
    object: Object<'a>,
    address: Option<u32>,
}

impl fmt::Display for Memory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            Some(address) => {
                self.object.fmt(f)?;
                f.write_str(" address 0x")?;
                f.hex(address, 8)
            }
            None => self.object.fmt(f),
        }
    }
}

/// An object and a part of it that the standard names.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) object: Object<'a>,
    pub(super) part: &'static str,
}

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.object.fmt(f)?;
        f.write_str(" ")?;
        f.write_str(self.part)
    }
}

/// A tag in a list of tags.
#[derive(Clone, Copy)]
struct Tag<'a> {
    scope: Object<'a>,
    instance: u32,
    name: Option<&'a [u8]>,
}

impl fmt::Display for Tag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Some(name) => write!(f, "symbol {}", Printable(name)),
            None => write!(f, "{} entry {}", self.scope, self.instance),
        }
    }
}

/// Wrappers and routes, told outermost first.
#[derive(Clone, Copy)]
pub(crate) enum Wrapper<'a> {
    /// A connection for explicit messages. The path is empty where its opening was not seen.
    Connection(Path<'a>),
    /// An Unconnected Send, with the way it goes on.
    UnconnectedSend(Path<'a>),
    /// A Multiple Service Packet.
    MultipleService,
}

impl fmt::Display for Wrapper<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(path) if path.has_route() => {
                f.write_str("class 3 connection to ")?;
                Route(*path).fmt(f)
            }
            Self::Connection(_) => f.write_str("class 3 connection"),
            Self::UnconnectedSend(path) => {
                f.write_str("unconnected_send (0x52) to ")?;
                Route(*path).fmt(f)
            }
            Self::MultipleService => f.write_str("multiple_service_packet (0x0A)"),
        }
    }
}
