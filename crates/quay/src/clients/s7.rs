//! A station that speaks S7comm to a controller: connects as a panel or a programming device, then does one thing after
//! another. Blocks are uploaded and downloaded as the real tools do it, with the roles reversed for a download.

use super::{Plan, Step};
use crate::party::{Next, Party, Scene};
use quaywatch_crane::{Kind as TagKind, Tag, Value};
use quaywatch_protocols::cotp::wire::{self as cotp, Parameters, Tpdu};
use quaywatch_protocols::s7comm::address::{Any, Area, Specification, Type};
use quaywatch_protocols::s7comm::block::encode_piece;
use quaywatch_protocols::s7comm::wire::{
    BlockJob, DataItem, Function, Invocation, Kind, Pdu, Setup, Transport,
};

/// What kind of station this is: the first byte of its TSAP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A programming device.
    Programmer = 1,
    /// An operator panel.
    Panel = 2,
    /// Anything else.
    Basic = 3,
}

/// Something a station does.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Reads these places together.
    Read(Vec<Any>),
    /// Writes a place, in the controller's order of bytes.
    Write(Any, Vec<u8>),
    /// Reads a system status list.
    Status(u16, u16),
    /// Asks how many blocks there are of each type.
    CountBlocks,
    /// Asks for the numbers of all blocks of a type: `A` for data blocks.
    ListBlocks(u8),
    /// Reads a block out.
    Upload(u8, u16),
    /// Loads a block, as a passive one, to be activated.
    Download(u8, u16, Vec<u8>),
    /// Activates a block.
    Insert(u8, u16),
    /// Deletes a block.
    Delete(u8, u16),
    /// Stops the controller.
    Stop,
    /// Starts it.
    Start,
    /// Reads the clock.
    ReadClock,
    /// Sets the clock: ten bytes.
    SetClock([u8; 10]),
}

/// The place of a tag.
#[must_use]
pub fn place(tag: &Tag) -> Any {
    let kind = match tag.kind {
        TagKind::Bool => Type::BIT,
        TagKind::Real => Type::REAL,
        TagKind::Int => Type::INT,
        TagKind::Word => Type::WORD,
        TagKind::Dint => Type::DINT,
        TagKind::Dword => Type::DWORD,
        TagKind::DateTime | TagKind::Text(_) => Type::BYTE,
    };
    let count = if kind == Type::BYTE { tag.kind.bytes() as u16 } else { 1 };
    let offset = u32::from(tag.byte) * 8 + u32::from(tag.bit);
    Any { kind, count, block: tag.block, area: Area::DATA_BLOCK, offset }
}

/// Bytes of a data block.
#[must_use]
pub const fn bytes(block: u16, from: u16, count: u16) -> Any {
    Any { kind: Type::BYTE, count, block, area: Area::DATA_BLOCK, offset: from as u32 * 8 }
}

/// The write of a value to a tag. None: the value is no such tag's.
#[must_use]
pub fn write(tag: &Tag, value: &Value) -> Option<Deed> {
    let mut image = quaywatch_crane::Image::default();
    image.set(tag, value).ok()?;
    let from = usize::from(tag.byte);
    let stored = image.block(tag.block)?.get(from..from + tag.kind.bytes().max(1))?.to_vec();
    let stored = if let Value::Bool(on) = value { vec![u8::from(*on)] } else { stored };
    Some(Deed::Write(place(tag), stored))
}

/// The station.
pub struct Client {
    role: Role,
    slot: u8,
    plan: Plan<Deed>,
    heard: Vec<u8>,
    reference: u16,
    stage: Stage,
}

/// How far it is.
enum Stage {
    Silent,
    Connecting,
    SettingUp,
    Free,
    /// An answer will end what it does.
    Asked,
    Upload,
    Reading {
        id: u32,
    },
    Download {
        block: Vec<u8>,
        sent: usize,
    },
}

/// The PDU that stations ask for.
const PDU_BYTES: u16 = 480;
/// What a piece of a block may have in it.
const PIECE_BYTES: usize = 222;

impl Client {
    /// A station that speaks to the controller in this slot.
    #[must_use]
    pub fn new(role: Role, slot: u8, plan: Plan<Deed>) -> Self {
        Self { role, slot, plan, heard: Vec::new(), reference: 0x100, stage: Stage::Silent }
    }

    fn connect(&self, say: &mut Vec<u8>) {
        let parameters = [0xC0, 1, 0x0A, 0xC1, 2, 1, 0, 0xC2, 2, self.role as u8, self.slot];
        let request = Tpdu::Connect {
            confirm: false,
            credit: 0,
            destination: 0,
            source: 1,
            class: 0,
            parameters: Parameters(&parameters),
            data: &[],
        };
        say.extend(request.encode().unwrap_or_default());
    }

    fn unit(pdu: &Pdu<'_>, say: &mut Vec<u8>) {
        let unit = pdu.encode().unwrap_or_default();
        say.extend(Tpdu::Data { number: 0, end: true, data: &unit }.encode().unwrap_or_default());
    }

    fn job(&mut self, parameters: &[u8], data: &[u8], say: &mut Vec<u8>) {
        self.reference = self.reference.wrapping_add(0x100);
        let reference = self.reference;
        Self::unit(&Pdu { kind: Kind::JOB, redundancy: 0, reference, error: 0, parameters, data }, say);
    }

    fn userdata(&mut self, group: u8, function: u8, payload: &[u8], say: &mut Vec<u8>) {
        self.reference = self.reference.wrapping_add(0x100);
        let reference = self.reference;
        let parameters = [0, 1, 0x12, 4, 0x11, 0x40 | group, function, 0];
        // A request without anything in it says so with the code of "nothing there".
        let mut data = if payload.is_empty() { vec![0x0A, 0] } else { vec![0xFF, 9] };
        data.extend_from_slice(&(payload.len() as u16).to_be_bytes());
        data.extend_from_slice(payload);
        let (parameters, data) = (&parameters, &data);
        Self::unit(&Pdu { kind: Kind::USERDATA, redundancy: 0, reference, error: 0, parameters, data }, say);
    }

    fn block_job(
        &mut self,
        function: Function,
        upload: u32,
        name: Option<&[u8]>,
        sizes: Option<&[u8]>,
        say: &mut Vec<u8>,
    ) {
        let job = BlockJob { function, status: 0, code: 0, upload, name, sizes };
        let parameters = job.encode().unwrap_or_default();
        self.job(&parameters, &[], say);
    }

    fn invoke(&mut self, argument: &[u8], service: &[u8], say: &mut Vec<u8>) {
        let invocation = Invocation { unknown: [0, 0, 0, 0, 0, 0, 0xFD], argument, service };
        let parameters = invocation.encode().unwrap_or_default();
        self.job(&parameters, &[], say);
    }

    fn begin(&mut self, deed: Deed, say: &mut Vec<u8>) {
        self.stage = Stage::Asked;
        match deed {
            Deed::Read(places) => {
                let mut parameters = vec![Function::READ.0, places.len() as u8];
                specify(&places, &mut parameters);
                self.job(&parameters, &[], say);
            }
            Deed::Write(place, value) => {
                let mut parameters = vec![Function::WRITE.0, 1];
                specify(&[place], &mut parameters);
                let (transport, length) = match place.kind {
                    Type::BIT => (Transport::BIT, 1),
                    Type::REAL => (Transport::REAL, value.len()),
                    _ => (Transport::BYTES, value.len() * 8),
                };
                let mut data = Vec::new();
                DataItem { code: 0, transport, length: length as u16, value: &value }.encode(&mut data, true);
                self.job(&parameters, &data, say);
            }
            Deed::Status(list, index) => {
                self.userdata(4, 1, &[list.to_be_bytes(), index.to_be_bytes()].concat(), say);
            }
            Deed::CountBlocks => self.userdata(3, 1, &[], say),
            Deed::ListBlocks(letter) => self.userdata(3, 2, &[b'0', letter], say),
            Deed::ReadClock => self.userdata(7, 1, &[], say),
            Deed::SetClock(time) => self.userdata(7, 2, &time, say),
            Deed::Upload(letter, number) => {
                let name = named(letter, number, b'A');
                self.block_job(Function::START_UPLOAD, 0, Some(&name), None, say);
                self.stage = Stage::Upload;
            }
            Deed::Download(letter, number, block) => {
                let name = named(letter, number, b'P');
                let sizes = format!("1{:06}{:06}", block.len(), block.len().saturating_sub(72));
                self.block_job(Function::REQUEST_DOWNLOAD, 0, Some(&name), Some(sizes.as_bytes()), say);
                self.stage = Stage::Download { block, sent: 0 };
            }
            Deed::Insert(letter, number) => self.invoke(&one_block(letter, number), b"_INSE", say),
            Deed::Delete(letter, number) => self.invoke(&one_block(letter, number), b"_DELE", say),
            Deed::Start => self.invoke(b"", b"P_PROGRAM", say),
            Deed::Stop => {
                let parameters = [&[Function::PLC_STOP.0, 0, 0, 0, 0, 0, 9][..], b"P_PROGRAM"].concat();
                self.job(&parameters, &[], say);
            }
        }
    }

    /// Reads what came, and goes on. Whether it is free for something new.
    fn answered(&mut self, unit: &[u8], say: &mut Vec<u8>) {
        let Ok((pdu, _)) = Pdu::decode(unit) else { return };
        self.stage = match (std::mem::replace(&mut self.stage, Stage::Free), pdu.kind) {
            (Stage::Download { block, mut sent }, Kind::JOB) => {
                self.hand_over(&pdu, &block, &mut sent, say);
                if pdu.function() == Some(Function::DOWNLOAD_ENDED) {
                    Stage::Free
                } else {
                    Stage::Download { block, sent }
                }
            }
            // It is taken on: now the controller asks.
            (download @ Stage::Download { .. }, _) if pdu.error == 0 => download,
            (Stage::Upload, _) if pdu.error == 0 => {
                let id = BlockJob::decode(pdu.parameters).map_or(0, |job| job.upload);
                self.block_job(Function::UPLOAD, id, None, None, say);
                Stage::Reading { id }
            }
            (Stage::Reading { id }, _) if pdu.function() == Some(Function::UPLOAD) => {
                let more = pdu.parameters.get(1).is_some_and(|status| status & 1 != 0);
                let function = if more { Function::UPLOAD } else { Function::END_UPLOAD };
                self.block_job(function, id, None, None, say);
                if more { Stage::Reading { id } } else { Stage::Asked }
            }
            _ => Stage::Free,
        };
    }

    /// Answers the controller, which asks for the next piece of a block or says that it has all.
    fn hand_over(&self, asked: &Pdu<'_>, block: &[u8], sent: &mut usize, say: &mut Vec<u8>) {
        let function = asked.function().unwrap_or(Function::DOWNLOAD_ENDED);
        let (parameters, data) = if function == Function::DOWNLOAD_BLOCK {
            let rest = block.get(*sent..).unwrap_or_default();
            let piece = rest.get(..PIECE_BYTES).unwrap_or(rest);
            *sent += piece.len();
            (vec![function.0, u8::from(*sent < block.len())], encode_piece(piece).unwrap_or_default())
        } else {
            (vec![function.0], Vec::new())
        };
        let (reference, parameters, data) = (asked.reference, parameters.as_slice(), data.as_slice());
        Self::unit(&Pdu { kind: Kind::ACK_DATA, redundancy: 0, reference, error: 0, parameters, data }, say);
    }

    /// The next whole TPKT of what was heard.
    fn next_packet(&mut self) -> Option<Vec<u8>> {
        let length = cotp::length(&self.heard)??;
        (self.heard.len() >= length).then(|| self.heard.drain(..length).collect())
    }
}

impl Party for Client {
    fn turn(&mut self, heard: &[u8], scene: &mut Scene<'_>, say: &mut Vec<u8>) -> Next {
        self.heard.extend_from_slice(heard);
        if matches!(self.stage, Stage::Silent) {
            self.connect(say);
            self.stage = Stage::Connecting;
        }
        while let Some(packet) = self.next_packet() {
            match Tpdu::decode(&packet) {
                Ok(Tpdu::Connect { confirm: true, .. }) => {
                    let setup = Setup { reserved: 0, jobs_calling: 1, jobs_called: 1, pdu_bytes: PDU_BYTES };
                    self.job(&setup.encode(), &[], say);
                    self.stage = Stage::SettingUp;
                }
                Ok(Tpdu::Data { data, .. }) => self.answered(data, say),
                _ => return Next::Close,
            }
        }
        if !matches!(self.stage, Stage::Free) {
            return Next::Listen;
        }
        match (self.plan)(scene) {
            Step::Do(deed) => {
                self.begin(deed, say);
                Next::Listen
            }
            Step::Pause(pause) => Next::Wake(pause),
            Step::Close => Next::Close,
            Step::Stay => Next::Listen,
        }
    }
}

fn specify(places: &[Any], parameters: &mut Vec<u8>) {
    for (index, place) in places.iter().enumerate() {
        // A specification of ten bytes fits.
        let _ = Specification::any(&place.encode()).encode(parameters, index + 1 == places.len());
    }
}

/// A block's name as jobs have it, passive (`P`) or active (`A`).
fn named(letter: u8, number: u16, where_it_is: u8) -> Vec<u8> {
    format!("_0{}{number:05}{}", char::from(letter), char::from(where_it_is)).into_bytes()
}

/// The argument of a service that is about one block.
fn one_block(letter: u8, number: u16) -> Vec<u8> {
    [&[1, 0][..], format!("0{}{number:05}P", char::from(letter)).as_bytes()].concat()
}
