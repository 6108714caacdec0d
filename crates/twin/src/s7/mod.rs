//! The controller as a SIMATIC S7-300: what programming devices, operator panels and libraries speak to it on port 102.
//!
//! The layouts are those of [`quaywatch_protocols::s7comm`] and [`quaywatch_protocols::cotp`], which read what is
//! written here. How a real CPU answers is known from captures. None shows an upload that was allowed, a deletion, a
//! start or a password: these are as the decoders and clients expect them.
//!
//! # What is served
//! - COTP with TPDU size and TSAPs, DT in any number of fragments; setup of communication, at most
//!   [`MOST_PDU_BYTES`].
//! - Reading and writing of several variables, in the data blocks of the crane's memory and in inputs, outputs,
//!   flags, timers and counters, which all connections of a [`Cpu`] share.
//! - Counts, lists and information of blocks; upload; download, in which the controller asks for the pieces; activation,
//!   deletion, start and stop.
//! - Status lists of identification, communication, protection, time and mode; the clock; a password; messages of
//!   mode transitions to a station that has subscribed and speaks.
//!
//! A downloaded block counts as loaded when the station has acknowledged the end, and `_INSE` finds it there; a real
//! CPU keeps it apart until then. Loading and deleting data blocks does not touch the crane's memory: its five blocks
//! are always there to be read and written, with the values they have, and no others.
//!
//! Not served, and refused: test functions (variable tables, force), cyclic data, alarms, addresses other than S7ANY.

mod blocks;
pub mod clock;
mod downloads;
mod memory;
mod program;
mod services;
mod szl;
mod transport;
mod uploads;
mod userdata;
mod variables;

#[cfg(test)]
mod tests;

pub use program::default_program;

use crate::{After, Plc, Session};
use downloads::{Download, Next};
use memory::Memory;
use quaywatch_model::Timestamp;
use quaywatch_protocols::s7comm::wire::{BlockJob, Function, Kind, PROTOCOL_ID, Pdu, Setup};
use std::sync::{Arc, Mutex, PoisonError};
use transport::{Step, Transport};
use uploads::Uploads;
use variables::Variables;

/// The longest PDU the controller agrees to, in bytes.
pub const MOST_PDU_BYTES: u16 = 960;
/// The PDU size before anything was agreed, in bytes: that of the smallest controllers.
const FIRST_PDU_BYTES: u16 = 240;
/// The shortest PDU that can be agreed, in bytes: a refusal, a piece of a block and a part of an answer fit in.
const LEAST_PDU_BYTES: u16 = 64;
/// So many jobs of one connection may be open, each way, as captures have it. It says nothing here: a job is answered
/// before the next one is read.
const MOST_JOBS: u16 = 2;

/// The controller behind all connections: its small memories, and its password if it has one.
#[derive(Debug, Clone, Default)]
pub struct Cpu(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    memory: Mutex<Memory>,
    /// As it is on the wire.
    password: Option<[u8; 8]>,
}

impl Cpu {
    /// A controller of protection level 3: blocks are neither read nor changed, and it is neither started nor
    /// stopped, by who does not know the password. Only its first eight bytes count.
    #[must_use]
    pub fn with_password(password: &str) -> Self {
        let mut plain = [b' '; 8];
        for (to, from) in plain.iter_mut().zip(password.bytes()) {
            *to = from;
        }
        // Each byte is disguised with 0x55 and with the disguised one two places before it.
        let mut before = [0, 0];
        let disguised = plain.map(|byte| {
            let [first, second] = before;
            let byte = byte ^ 0x55 ^ first;
            before = [second, byte];
            byte
        });
        Self(Arc::new(Shared { memory: Mutex::default(), password: Some(disguised) }))
    }

    /// A connection to this controller.
    #[must_use]
    pub fn session(&self) -> S7Session {
        S7Session {
            cpu: self.clone(),
            transport: Transport::default(),
            pdu_bytes: FIRST_PDU_BYTES,
            reference: 0,
            unlocked: false,
            uploads: Uploads::default(),
            download: None,
            begun: userdata::Begun::default(),
        }
    }

    fn is_protected(&self) -> bool {
        self.0.password.is_some()
    }
}

/// One station's connection.
#[derive(Debug)]
pub struct S7Session {
    cpu: Cpu,
    transport: Transport,
    pdu_bytes: u16,
    /// The reference of the last job the controller itself sent.
    reference: u16,
    /// The right password was given.
    unlocked: bool,
    uploads: Uploads,
    download: Option<Download>,
    begun: userdata::Begun,
}

impl Session for S7Session {
    fn input(&mut self, plc: &mut Plc, now: Timestamp, bytes: &[u8], out: &mut Vec<u8>) -> After {
        self.transport.take_in(bytes);
        loop {
            match self.transport.next(out) {
                Step::Wait => return After::Open,
                Step::Close => return After::Close,
                Step::Unit(unit) => self.unit(plc, now, &unit, out),
            }
        }
    }
}

/// The parameters and data of an answer, or of a job.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    parameters: Vec<u8>,
    data: Vec<u8>,
}

impl Answer {
    /// Done, and nothing more to say.
    fn of(function: Function) -> Self {
        Self { parameters: vec![function.0], data: Vec::new() }
    }
}

impl S7Session {
    /// One user data unit. What is no S7 PDU is not answered.
    fn unit(&mut self, plc: &mut Plc, now: Timestamp, unit: &[u8], out: &mut Vec<u8>) {
        let Ok((pdu, _)) = Pdu::decode(unit) else { return };
        if unit.first() != Some(&PROTOCOL_ID) {
            return;
        }
        self.begun.note_mode(plc.mode);
        match pdu.kind {
            Kind::JOB if unit.len() > self.pdu_bytes.into() => {
                self.refuse(pdu.reference, Refusal::WRONG_PDU_SIZE, out);
            }
            Kind::JOB => self.job(plc, &pdu, out),
            Kind::ACK | Kind::ACK_DATA => self.acknowledged(plc, &pdu, out),
            Kind::USERDATA => {
                if let Some(answer) = self.userdata(plc, now, &pdu) {
                    self.transport.send(&answer, out);
                }
            }
            _ => {}
        }
        self.tell_mode(plc, now, out);
    }

    fn job(&mut self, plc: &mut Plc, pdu: &Pdu<'_>, out: &mut Vec<u8>) {
        match self.serve_job(plc, pdu) {
            Ok(answer) => self.send(Kind::ACK_DATA, pdu.reference, &answer, out),
            Err(refusal) => return self.refuse(pdu.reference, refusal, out),
        }
        if pdu.function() == Some(Function::REQUEST_DOWNLOAD)
            && let Some(download) = &mut self.download
        {
            self.reference = self.reference.wrapping_add(1);
            let (parameters, data) = (download.ask(self.reference), Vec::new());
            self.send(Kind::JOB, self.reference, &Answer { parameters, data }, out);
        }
    }

    fn serve_job(&mut self, plc: &mut Plc, pdu: &Pdu<'_>) -> Result<Answer, Refusal> {
        let function = pdu.function().unwrap_or(Function(0));
        let is_open = self.unlocked || !self.cpu.is_protected();
        if !is_open && matches!(function.0, 0x1A..=0x1F | 0x28 | 0x29) {
            return Err(Refusal::PROTECTED);
        }
        let block_job = || BlockJob::decode(pdu.parameters).map_err(|_| Refusal::FRAME_ERROR);
        match function {
            Function::SETUP => self.set_up(pdu),
            Function::READ | Function::WRITE => {
                let mut memory = self.cpu.0.memory.lock().unwrap_or_else(PoisonError::into_inner);
                let mut variables = Variables { image: &mut plc.image, memory: &mut memory };
                match function {
                    Function::READ => variables.read(pdu, self.pdu_bytes),
                    _ => variables.write(pdu),
                }
            }
            Function::START_UPLOAD => self.uploads.start(plc, &block_job()?),
            Function::UPLOAD => self.uploads.piece(&block_job()?, self.pdu_bytes),
            Function::END_UPLOAD => self.uploads.end(&block_job()?),
            Function::REQUEST_DOWNLOAD => {
                // One that the station left off is given up.
                let (answer, download) = Download::request(plc, &block_job()?)?;
                self.download = Some(download);
                Ok(answer)
            }
            Function::PI_SERVICE => services::invoke(plc, pdu),
            Function::PLC_STOP => services::stop(plc, pdu),
            _ => Err(Refusal::FRAME_ERROR),
        }
    }

    /// Agrees on the shorter PDU, and on no more jobs than there may be.
    fn set_up(&mut self, pdu: &Pdu<'_>) -> Result<Answer, Refusal> {
        let asked = Setup::decode(pdu.parameters).map_err(|_| Refusal::FRAME_ERROR)?;
        if asked.pdu_bytes < LEAST_PDU_BYTES {
            return Err(Refusal::WRONG_PDU_SIZE);
        }
        self.pdu_bytes = asked.pdu_bytes.min(MOST_PDU_BYTES);
        let agreed = Setup {
            reserved: 0,
            jobs_calling: asked.jobs_calling.clamp(1, MOST_JOBS),
            jobs_called: asked.jobs_called.clamp(1, MOST_JOBS),
            pdu_bytes: self.pdu_bytes,
        };
        Ok(Answer { parameters: agreed.encode(), data: Vec::new() })
    }

    /// The station answers a job of the controller: only downloads have any.
    fn acknowledged(&mut self, plc: &mut Plc, pdu: &Pdu<'_>, out: &mut Vec<u8>) {
        let reference = self.reference.wrapping_add(1);
        let next = self.download.as_mut().and_then(|download| download.answered(plc, pdu, reference));
        match next {
            Some(Next::Ask(parameters)) => {
                self.reference = reference;
                self.send(Kind::JOB, reference, &Answer { parameters, data: Vec::new() }, out);
            }
            Some(Next::Done) => self.download = None,
            None => {}
        }
    }

    fn refuse(&self, reference: u16, refusal: Refusal, out: &mut Vec<u8>) {
        self.send_pdu(
            Kind::ACK,
            reference,
            refusal.0,
            &Answer { parameters: Vec::new(), data: Vec::new() },
            out,
        );
    }

    fn send(&self, kind: Kind, reference: u16, answer: &Answer, out: &mut Vec<u8>) {
        self.send_pdu(kind, reference, 0, answer, out);
    }

    fn send_pdu(&self, kind: Kind, reference: u16, error: u16, answer: &Answer, out: &mut Vec<u8>) {
        let Answer { parameters, data } = answer;
        if let Some(pdu) = (Pdu { kind, redundancy: 0, reference, error, parameters, data }).encode() {
            self.transport.send(&pdu, out);
        }
    }
}

/// Why something is refused: an error class and code, which `s7comm`'s decoder has names for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Refusal(u16);

impl Refusal {
    const WRONG_BLOCK_TYPE: Self = Self(0x0113);
    /// Not served at all, or its parts are not where they should be.
    const FRAME_ERROR: Self = Self(0x8104);
    const NO_MEMORY: Self = Self(0x8301);
    const NO_FURTHER_UPLOAD: Self = Self(0x8304);
    const WRONG_ORDER: Self = Self(0x8401);
    const WRONG_PDU_SIZE: Self = Self(0x8500);
    const NO_TEST_FUNCTION: Self = Self(0xD003);
    const WRONG_NAME: Self = Self(0xD201);
    const WRONG_PARAMETERS: Self = Self(0xD202);
    const NO_SUCH_BLOCK: Self = Self(0xD209);
    const NO_FURTHER_BLOCK: Self = Self(0xD20E);
    const WRONG_BLOCK_NUMBER: Self = Self(0xD210);
    const WRONG_BLOCK_LENGTH: Self = Self(0xD219);
    const PROTECTED: Self = Self(0xD241);
    const NO_SUCH_LIST: Self = Self(0xD401);
    const NO_SUCH_INDEX: Self = Self(0xD402);
    const WRONG_PASSWORD: Self = Self(0xD602);
    const NO_PASSWORD: Self = Self(0xD605);
}
