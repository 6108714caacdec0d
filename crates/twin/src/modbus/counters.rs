use quaywatch_protocols::modbus::{ExceptionCode, Response, SubFunction};

/// What diagnostics count (clause 6.8.1), each from 0 to 0xFFFF and over again. Negative acknowledges, busy answers,
/// overruns and messages without an answer do not happen here: those counters stand at 0.
#[derive(Debug, Default)]
pub(super) struct Counters {
    messages: u16,
    damaged: u16,
    exceptions: u16,
    for_us: u16,
}

impl Counters {
    /// A message came.
    pub(super) const fn came(&mut self) {
        self.messages = self.messages.wrapping_add(1);
    }

    /// Something came that is no message of Modbus.
    pub(super) const fn damaged(&mut self) {
        self.damaged = self.damaged.wrapping_add(1);
    }

    /// A message was for one of our units.
    pub(super) const fn was_for_us(&mut self) {
        self.for_us = self.for_us.wrapping_add(1);
    }

    /// An exception was answered.
    pub(super) const fn refused(&mut self) {
        self.exceptions = self.exceptions.wrapping_add(1);
    }

    /// Function 8.
    pub(super) fn diagnose<'a>(
        &mut self,
        sub: SubFunction,
        data: &[u8],
        room: &'a mut Vec<u8>,
    ) -> Result<Response<'a>, ExceptionCode> {
        let count = match sub {
            SubFunction::RETURN_QUERY_DATA => None,
            SubFunction::CLEAR_COUNTERS => Some(0),
            SubFunction::RETURN_DIAGNOSTIC_REGISTER
            | SubFunction::SERVER_NO_RESPONSE_COUNT
            | SubFunction::SERVER_NAK_COUNT
            | SubFunction::SERVER_BUSY_COUNT
            | SubFunction::BUS_CHARACTER_OVERRUN_COUNT => Some(0),
            SubFunction::BUS_MESSAGE_COUNT => Some(self.messages),
            SubFunction::BUS_COMMUNICATION_ERROR_COUNT => Some(self.damaged),
            SubFunction::BUS_EXCEPTION_ERROR_COUNT => Some(self.exceptions),
            SubFunction::SERVER_MESSAGE_COUNT => Some(self.for_us),
            _ => return Err(ExceptionCode::ILLEGAL_FUNCTION),
        };
        match count {
            // Any whole number of words comes back as it was sent; the others are asked with one word of zeros.
            None if data.len().is_multiple_of(2) => room.extend_from_slice(data),
            Some(count) if data == [0, 0] => room.extend_from_slice(&count.to_be_bytes()),
            _ => return Err(ExceptionCode::ILLEGAL_DATA_VALUE),
        }
        if sub == SubFunction::CLEAR_COUNTERS {
            *self = Self::default();
        }
        Ok(Response::Diagnostics { sub, data: room })
    }
}
