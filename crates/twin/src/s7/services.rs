//! Program invocation services: activate, delete, start; and the stop, which is a function of its own.

use super::program::{Named, find};
use super::{Answer, Refusal};
use crate::{Mode, Plc};
use quaywatch_protocols::s7comm::wire::{Function, Invocation, Pdu, stop_target};

/// The controller's program as a whole.
const PROGRAM: &[u8] = b"P_PROGRAM";

/// Answers a program invocation.
pub(super) fn invoke(plc: &mut Plc, pdu: &Pdu<'_>) -> Result<Answer, Refusal> {
    let invocation = Invocation::decode(pdu.parameters).map_err(|_| Refusal::FRAME_ERROR)?;
    match (invocation.service, invocation.argument) {
        // A warm restart, or a cold one.
        (PROGRAM, b"" | b"C ") => plc.mode = Mode::Run,
        (b"_INSE" | b"_DELE", _) => {
            let delete = invocation.service == b"_DELE";
            let blocks: Result<Vec<Named>, Refusal> =
                invocation.blocks().map(|name| find(plc.program(), name).map(|(named, _)| named)).collect();
            // Either all are there or nothing is done.
            let blocks = blocks?;
            if blocks.is_empty() {
                return Err(Refusal::WRONG_PARAMETERS);
            }
            for block in blocks.into_iter().filter(|_| delete) {
                let (kind, number) = block.key();
                plc.delete(kind, number);
            }
        }
        // Compress the memory, copy RAM to ROM: there is nothing to do.
        (b"_GARB" | b"_MODU", _) => {}
        _ => return Err(Refusal::FRAME_ERROR),
    }
    Ok(Answer::of(Function::PI_SERVICE))
}

/// Answers a stop.
pub(super) fn stop(plc: &mut Plc, pdu: &Pdu<'_>) -> Result<Answer, Refusal> {
    if stop_target(pdu.parameters) != Some(PROGRAM) {
        return Err(Refusal::FRAME_ERROR);
    }
    plc.mode = Mode::Stop;
    Ok(Answer::of(Function::PLC_STOP))
}
