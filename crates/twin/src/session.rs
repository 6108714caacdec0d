use crate::Plc;
use quaywatch_model::Timestamp;

/// Whether a connection goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// It does.
    Open,
    /// What was to be sent is sent, then it is closed.
    Close,
}

/// One client's connection to the controller, in one protocol. Sans-I/O: whoever owns the socket, or writes the capture,
/// hands in what came and sends what is put out.
///
/// Total, as the decoders are: whatever comes in, there is an answer, an error answer, silence or a close, in bounded memory.
pub trait Session: Send {
    /// Takes in bytes as they came, however they were cut, and appends what is to be sent to `out`.
    fn input(&mut self, plc: &mut Plc, now: Timestamp, bytes: &[u8], out: &mut Vec<u8>) -> After;

    /// Time has passed, and more will have before this is asked again: appends what is to be said unasked. Whoever owns the
    /// socket asks every tenth of a second or so, whether or not anything came.
    fn due(&mut self, _plc: &mut Plc, _now: Timestamp, _out: &mut Vec<u8>) -> After {
        After::Open
    }
}
