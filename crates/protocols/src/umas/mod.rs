//! UMAS, the Unified Messaging Application Services: how Schneider Electric's engineering software (Unity Pro,
//! EcoStruxure Control Expert) identifies, reserves, reads, programs, starts and stops Modicon controllers.
//!
//! It has no port of its own: it is carried in function 0x5A of [Modbus](crate::modbus), whose conversation calls
//! in here and whose protocol is told as `umas` from the first UMAS message on. Functions are told as
//! `umas start_plc (0x40)`, so that they are not taken for Modbus functions of the same number.
//!
//! The maker publishes no specification. Layouts follow Apache PLC4X's `umas.mspec` (Apache-2.0) and published
//! research (Kaspersky ICS CERT 2022; "From Pass-the-Hash to Code Execution on Schneider Electric M340 PLCs",
//! 2024); they were checked against captured sessions as far as the tests say.
//!
//! ```text
//! request  0         1          2        answer  0         1          2
//!          | session | function | data           | session | FE or FD | data
//! signed   0         1    2    3           35   36        37         38
//!          | session | 38 | 01 | signature | 5A | session | function | data
//! ```
//!
//! Little-endian, unlike Modbus. FE is yes and FD is no. The session key is 0 until the controller is reserved.
//! An answer does not say what it answers: that is known only from its request. A signed message is a wrapper:
//! its operation is the message inside, with `umas signed_message (0x38)` in `via`.
//!
//! Choices: the reservation is a lock, which its holder alone may open while keep-alives come: taking and releasing it
//! are [`ChangeSecurity`](quaywatch_model::Verb::ChangeSecurity), as the locks of Logix controllers and of PCCC are. It
//! tells the station's name. A session is opened by `init_comm` (0x01). Which way a program
//! goes is told by which way its blocks go: 0x30 to 0x32 from the station to the controller
//! ([`DownloadProgram`](quaywatch_model::Verb::DownloadProgram)), 0x33 to 0x35 from the controller
//! ([`UploadProgram`](quaywatch_model::Verb::UploadProgram)); sources disagree about the names. Repeated blocks
//! are one; a number that is skipped is missing. Proofs of passwords, nonces, and memory block 20, which
//! holds the password's hash before firmware 3.50, are told as secrets.
//!
//! Not decoded: the bodies of functions without a published layout (told as bytes), the values that
//! monitoring (0x50) returns, which need the types of the variables, and types in the data dictionary.
//!
//! Limits: as Modbus; a transfer's blocks are passed on as they come and not kept.

mod items;
mod names;
mod ops;
mod state;
mod wire;

#[cfg(test)]
mod tests;

pub use names::Function;
pub use wire::{MemoryRange, Message, ProgramBlock, ProgramStep, Reservation};

pub(crate) use ops::Exchange;
pub(crate) use state::Session;

/// The name records use.
pub const NAME: &str = "umas";

/// Whether what follows function code 0x5A can be a request, and whether it can be an answer.
pub(crate) fn looks(bytes: &[u8]) -> (bool, bool) {
    let Ok(message) = Message::decode(bytes) else { return (false, false) };
    (message.function.is_request(), message.is_answer())
}
