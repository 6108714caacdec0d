//! A client that speaks EtherNet/IP to a Logix-like controller: registers a session, then one request after another, without
//! a connection or in one of class 3 (CIP Networks Library volumes 1 and 2; tags: Rockwell 1756-PM020).

use super::{Plan, Step};
use crate::lines::enip::logical;
use crate::party::{Next, Party, Scene};
use quaywatch_crane::{Image, Kind, Tag, Value, find};
use quaywatch_protocols::cip::path::{Logical, Path, Segment, Width};
use quaywatch_protocols::cip::wire::{
    ConnectionTriad, ForwardClose, ForwardOpen, ForwardOpened, Members, Reply, Request, Way, class, service,
};
use quaywatch_protocols::enip::wire::{Carried, Command, HEADER_BYTES, Packet};

/// Something a client does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Asks what is here, before anything else (List Identity).
    ListIdentity,
    /// Asks the identity object for all it has.
    Identify,
    /// Asks for the names and types of all tags, in as many questions as it takes.
    ListTags,
    /// Reads a tag of the crane: `Hoist.Pos`.
    Read(String),
    /// Reads several in one message.
    ReadMany(Vec<String>),
    /// Writes a tag: its name, its type, its bytes, the low ones first.
    Write(String, u16, Vec<u8>),
    /// Opens a connection of class 3, in which all that follows is said.
    Connect,
    /// Closes it.
    Disconnect,
    /// Sets the clock to this, in microseconds since 1970.
    SetClock(u64),
    /// Lets the program run, or stops it.
    Run(bool),
    /// Any service on any object: the service, class and instance, what follows.
    Object(u8, [u32; 2], Vec<u8>),
}

/// Rockwell's services on tags.
const READ_TAG: u8 = 0x4C;
const WRITE_TAG: u8 = 0x4D;
const LIST_TAGS: u8 = 0x55;
/// Its classes of the clock and of the mode.
const CLOCK: u32 = 0x8B;
const MODE: u32 = 0x8E;
/// There is more than fits the answer.
const PARTIAL: u8 = 0x06;
/// How often an idle connection is to be heard of, in microseconds, and the longest message in it.
const RPI_US: u32 = 2_000_000;
const ROOM: u32 = 500;
/// Point to point, of variable size, of low priority.
const POINT_TO_POINT: u32 = 0x4200;
const CLASS_3: u8 = 0xA3;
const OUR_ID: u32 = 0x7100_0001;

impl Deed {
    /// The write of a value to a tag. None: the value is no such tag's.
    #[must_use]
    pub fn write(tag: &Tag, value: &Value) -> Option<Self> {
        let kind = match tag.kind {
            Kind::Bool => 0xC1,
            Kind::Int | Kind::Word => 0xC3,
            Kind::Dint | Kind::Dword => 0xC4,
            Kind::Real => 0xCA,
            Kind::Text(_) | Kind::DateTime => return None,
        };
        let bytes = if let Value::Bool(on) = value {
            vec![u8::from(*on)]
        } else {
            let mut image = Image::default();
            image.set(tag, value).ok()?;
            let from = usize::from(tag.byte);
            let stored = image.block(tag.block)?.get(from..from + tag.kind.bytes())?;
            stored.iter().rev().copied().collect()
        };
        Some(Self::Write(tag.name.to_owned(), kind, bytes))
    }
}

/// The client.
pub struct Client {
    plan: Plan<Deed>,
    heard: Vec<u8>,
    session: u32,
    stage: Stage,
    link: Option<Link>,
    /// What was asked last.
    asked: Deed,
    serial: u16,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Silent,
    Registering,
    Asked,
    Free,
}

/// The connection it has.
#[derive(Debug, Clone, Copy)]
struct Link {
    id: u32,
    sequence: u16,
}

impl Client {
    /// A client with this plan.
    #[must_use]
    pub fn new(plan: Plan<Deed>) -> Self {
        let (heard, asked) = (Vec::new(), Deed::Identify);
        Self { plan, heard, session: 0, stage: Stage::Silent, link: None, asked, serial: 1 }
    }

    fn packet(&self, command: Command, data: &[u8], say: &mut Vec<u8>) {
        Packet { command, session: self.session, status: 0, context: 0x51_5741, options: 0, data }
            .encode(say);
    }

    /// Says a message, in the connection if there is one.
    fn message(&mut self, message: &[u8], say: &mut Vec<u8>) {
        let mut data = Vec::new();
        if let Some(link) = &mut self.link {
            link.sequence = link.sequence.wrapping_add(1);
            Carried::Connected { connection: link.id, sequence: link.sequence, message }.encode(0, &mut data);
            self.packet(Command::SEND_UNIT_DATA, &data, say);
        } else {
            Carried::Unconnected(message).encode(10, &mut data);
            self.packet(Command::SEND_RR_DATA, &data, say);
        }
    }

    fn begin(&mut self, deed: Deed, say: &mut Vec<u8>) {
        match &deed {
            Deed::ListIdentity => self.packet(Command::LIST_IDENTITY, &[], say),
            Deed::Identify => {
                self.message(&object(service::GET_ATTRIBUTES_ALL, [class::IDENTITY, 1], &[]), say);
            }
            Deed::ListTags => self.list_tags(0, say),
            Deed::Read(name) => self.message(&read(name), say),
            Deed::ReadMany(names) => {
                let members: Vec<_> = names.iter().map(|name| read(name)).collect();
                let members: Vec<_> = members.iter().map(Vec::as_slice).collect();
                let mut data = Vec::new();
                Members::encode(&members, &mut data);
                let router = [class::MESSAGE_ROUTER, 1];
                self.message(&object(service::MULTIPLE_SERVICE_PACKET, router, &data), say);
            }
            Deed::Write(name, kind, bytes) => {
                let data = [&kind.to_le_bytes()[..], &[1, 0], bytes].concat();
                self.message(&of_tag(WRITE_TAG, name, &data), say);
            }
            Deed::SetClock(micros) => {
                let data = [&[1, 0, 11, 0][..], &micros.to_le_bytes()].concat();
                self.message(&object(service::SET_ATTRIBUTE_LIST, [CLOCK, 1], &data), say);
            }
            Deed::Run(runs) => {
                let service = if *runs { service::START } else { service::STOP };
                self.message(&object(service, [MODE, 1], &[]), say);
            }
            Deed::Connect => self.connect(say),
            Deed::Disconnect => self.disconnect(say),
            Deed::Object(service, place, data) => self.message(&object(*service, *place, data), say),
        }
        self.asked = deed;
        self.stage = Stage::Asked;
    }

    /// From this tag on: its name and its type.
    fn list_tags(&mut self, from: u32, say: &mut Vec<u8>) {
        self.message(&object(LIST_TAGS, [class::SYMBOL, from], &[2, 0, 1, 0, 2, 0]), say);
    }

    const fn triad(&self) -> ConnectionTriad {
        ConnectionTriad { serial: self.serial, vendor: 0x1337, originator_serial: 0x0042_0042 }
    }

    fn connect(&mut self, say: &mut Vec<u8>) {
        self.serial = self.serial.wrapping_add(1);
        let way = |id| Way { id, rpi: RPI_US, parameters: POINT_TO_POINT | ROOM };
        let path = to_router();
        let mut data = Vec::new();
        ForwardOpen {
            large: false,
            priority: 10,
            ticks: 14,
            o_t: way(0),
            t_o: way(OUR_ID),
            triad: self.triad(),
            multiplier: 3,
            transport: CLASS_3,
            path: Path::padded(&path),
        }
        .encode(&mut data);
        self.link = None;
        self.message(&object(service::FORWARD_OPEN, [class::CONNECTION_MANAGER, 1], &data), say);
    }

    fn disconnect(&mut self, say: &mut Vec<u8>) {
        let path = to_router();
        let mut data = Vec::new();
        ForwardClose { priority: 10, ticks: 14, triad: self.triad(), path: Path::padded(&path) }
            .encode(&mut data);
        self.link = None;
        self.message(&object(service::FORWARD_CLOSE, [class::CONNECTION_MANAGER, 1], &data), say);
    }

    fn answered(&mut self, packet: &Packet<'_>, say: &mut Vec<u8>) {
        self.stage = Stage::Free;
        if packet.command == Command::REGISTER_SESSION {
            self.session = packet.session;
            return;
        }
        let message = match Carried::decode(packet.data) {
            Ok(Carried::Unconnected(message) | Carried::Connected { message, .. }) => message,
            Err(_) => return,
        };
        let Ok(reply) = Reply::decode(message) else { return };
        match self.asked {
            Deed::Connect => {
                let opened = ForwardOpened::decode(reply.data).ok().filter(|_| reply.general == 0);
                self.link = opened.map(|opened| Link { id: opened.o_t_id, sequence: 0 });
            }
            Deed::ListTags if reply.general == PARTIAL => {
                if let Some(last) = last_tag(reply.data) {
                    self.list_tags(last + 1, say);
                    self.stage = Stage::Asked;
                }
            }
            _ => {}
        }
    }

    /// The next whole message of what was heard.
    fn next_packet(&mut self) -> Option<Vec<u8>> {
        let [low, high] = *self.heard.get(2..)?.first_chunk::<2>()?;
        let whole = HEADER_BYTES + usize::from(u16::from_le_bytes([low, high]));
        (self.heard.len() >= whole).then(|| self.heard.drain(..whole).collect())
    }
}

impl Party for Client {
    fn turn(&mut self, heard: &[u8], scene: &mut Scene<'_>, say: &mut Vec<u8>) -> Next {
        self.heard.extend_from_slice(heard);
        if self.stage == Stage::Silent {
            self.stage = Stage::Registering;
            self.packet(Command::REGISTER_SESSION, &[1, 0, 0, 0], say);
        }
        while let Some(bytes) = self.next_packet() {
            match Packet::decode(&bytes) {
                Ok(packet) => self.answered(&packet, say),
                Err(_) => return Next::Close,
            }
        }
        if self.stage != Stage::Free {
            return Next::Listen;
        }
        match (self.plan)(scene) {
            Step::Do(deed) => {
                self.begin(deed, say);
                Next::Listen
            }
            Step::Pause(pause) => Next::Wake(pause),
            Step::Close => {
                self.packet(Command::UNREGISTER_SESSION, &[], say);
                Next::Close
            }
            Step::Stay => Next::Listen,
        }
    }
}

/// A request to an object.
fn object(service: u8, [class, instance]: [u32; 2], data: &[u8]) -> Vec<u8> {
    let path = logical(&[(Logical::CLASS, class), (Logical::INSTANCE, instance)]);
    request(service, &path, data)
}

fn request(service: u8, path: &[u8], data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Request { service, path: Path::padded(path), data }.encode(&mut out);
    out
}

/// Switches in a row share a word, which is read as a whole: `Spr.Landed[1]` is in the first.
fn read(name: &str) -> Vec<u8> {
    let is_bit = find(name).is_some_and(|tag| tag.kind == Kind::Bool);
    match name.split_once('[').filter(|_| is_bit) {
        Some((row, number)) => {
            let bit: u32 = number.trim_end_matches(']').parse().unwrap_or_default();
            of_tag(READ_TAG, &format!("{row}[{}]", bit / 32), &[1, 0])
        }
        None => of_tag(READ_TAG, name, &[1, 0]),
    }
}

/// A request to a tag of the crane: `Load.LC[1]` is element 1 of `STS.Load.LC`.
fn of_tag(service: u8, name: &str, data: &[u8]) -> Vec<u8> {
    let mut path = Vec::new();
    for part in std::iter::once("STS").chain(name.split('.')) {
        let (part, element) = match part.strip_suffix(']').and_then(|part| part.split_once('[')) {
            Some((part, element)) => (part, element.parse().ok()),
            None => (part, None),
        };
        Segment::Symbol(part.as_bytes()).encode(true, &mut path);
        if let Some(value) = element {
            Segment::Logical { kind: Logical::MEMBER, value, width: Width::Bits8 }.encode(true, &mut path);
        }
    }
    request(service, &path, data)
}

/// Over the backplane to the controller in slot 0, and its message router.
fn to_router() -> Vec<u8> {
    let mut path = Vec::new();
    Segment::Port { port: 1, link: &[0], extended: false }.encode(true, &mut path);
    path.extend(logical(&[(Logical::CLASS, class::MESSAGE_ROUTER), (Logical::INSTANCE, 1)]));
    path
}

/// The last tag of a list: instance, name with its length, type.
fn last_tag(mut list: &[u8]) -> Option<u32> {
    let mut last = None;
    while let Some((instance, rest)) = list.split_first_chunk::<4>() {
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let skipped = usize::from(u16::from_le_bytes(*length)) + 2;
        list = rest.get(skipped..)?;
        last = Some(u32::from_le_bytes(*instance));
    }
    last
}
