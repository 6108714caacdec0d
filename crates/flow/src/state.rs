use quaywatch_wire::Flags;

/// How a conversation stood when it was last seen, in the words of Zeek's `conn_state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnState {
    /// An attempt without an answer.
    S0,
    /// Established, not over.
    S1,
    /// Over in good order.
    Sf,
    /// Refused.
    Rej,
    /// Established; the originator closed, the responder did not answer that.
    S2,
    /// Established; the responder closed, the originator did not answer that.
    S3,
    /// Established; the originator aborted.
    Rsto,
    /// The responder aborted.
    Rstr,
    /// The originator sent a SYN and then aborted; no answer was seen.
    Rstos0,
    /// The responder answered a SYN that was not seen and then aborted.
    Rstrh,
    /// The originator sent a SYN and then a FIN; no answer was seen.
    Sh,
    /// The responder answered a SYN that was not seen and then sent a FIN.
    Shr,
    /// No beginning seen: mid-stream.
    Oth,
}

impl ConnState {
    /// The word used in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S0 => "S0",
            Self::S1 => "S1",
            Self::Sf => "SF",
            Self::Rej => "REJ",
            Self::S2 => "S2",
            Self::S3 => "S3",
            Self::Rsto => "RSTO",
            Self::Rstr => "RSTR",
            Self::Rstos0 => "RSTOS0",
            Self::Rstrh => "RSTRH",
            Self::Sh => "SH",
            Self::Shr => "SHR",
            Self::Oth => "OTH",
        }
    }

    /// From what the two ends of a TCP connection did.
    pub(crate) fn of_tcp(originator: Endpoint, responder: Endpoint, any_bytes: bool) -> Self {
        use Endpoint::{Closed, Established, Inactive, Partial, Reset, SynAckSent, SynSent};
        let silent = |end| matches!(end, Inactive | Partial);
        let plain = |end: Endpoint| if end.is_reset() { Reset } else { end };
        match (plain(originator), plain(responder)) {
            (SynSent | SynAckSent, Reset) => Self::Rej,
            (Reset, Reset) if !any_bytes => Self::Rej,
            (from, Reset) => {
                if silent(from) {
                    Self::Rstrh
                } else {
                    Self::Rstr
                }
            }
            (Reset, to) => {
                if silent(to) {
                    Self::Rstos0
                } else {
                    Self::Rsto
                }
            }
            (Closed, Closed) => Self::Sf,
            (Closed, to) => {
                if silent(to) {
                    Self::Sh
                } else {
                    Self::S2
                }
            }
            (from, Closed) => {
                if silent(from) {
                    Self::Shr
                } else {
                    Self::S3
                }
            }
            (SynSent, Inactive) => Self::S0,
            (Established, Established) => Self::S1,
            _ => Self::Oth,
        }
    }

    /// From who sent anything at all.
    pub(crate) const fn of_datagrams(originator: bool, responder: bool) -> Self {
        match (originator, responder) {
            (true, true) => Self::Sf,
            (true, false) => Self::S0,
            (false, true) => Self::Shr,
            (false, false) => Self::Oth,
        }
    }
}

/// What one end of a TCP connection was seen to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Endpoint {
    /// Nothing yet.
    #[default]
    Inactive,
    /// Sent a SYN.
    SynSent,
    /// Answered a SYN that was not seen.
    SynAckSent,
    /// Sent something without a beginning.
    Partial,
    /// The handshake was seen.
    Established,
    /// Sent a FIN.
    Closed,
    /// Sent a RST.
    Reset,
    /// Sent a FIN, then a RST.
    ClosedThenReset,
}

impl Endpoint {
    /// Takes in the flags of a segment that `self` sent and `peer` did not, and whether it carried anything.
    pub(crate) fn step(&mut self, peer: &mut Self, flags: Flags, has_data: bool) {
        let syn = flags.has(Flags::SYN);
        // The usual case first: between its beginning and its end nothing changes.
        if *self != Self::Inactive && !flags.has(Flags::SYN | Flags::FIN | Flags::RST) {
            return;
        }
        *self = match (*self, syn, flags.has(Flags::ACK)) {
            (Self::Reset | Self::ClosedThenReset, ..) => return,
            // Both were done: it is over in good order.
            (Self::Closed, ..) if flags.has(Flags::RST) && *peer == Self::Closed => return,
            (Self::Closed, ..) if flags.has(Flags::RST) => Self::ClosedThenReset,
            _ if flags.has(Flags::RST) => Self::Reset,
            (Self::Inactive | Self::SynSent, true, false) => Self::SynSent,
            (Self::Inactive | Self::SynSent, true, true) if *peer == Self::SynSent => {
                *peer = Self::Established;
                Self::Established
            }
            (Self::Inactive, true, true) => Self::SynAckSent,
            (Self::Inactive, false, _) if *peer == Self::SynAckSent => {
                *peer = Self::Established;
                Self::Established
            }
            // Some acknowledge a SYN before they answer it.
            (Self::Inactive, false, true) if *peer == Self::SynSent && !has_data => Self::Inactive,
            (Self::Inactive, false, _) => Self::Partial,
            (state, ..) => state,
        };
        if flags.has(Flags::FIN) && !self.is_reset() {
            *self = Self::Closed;
            if *peer == Self::ClosedThenReset {
                // The other side did not wait for this FIN with its RST: it is over in good order all the same.
                *peer = Self::Closed;
            }
        }
    }

    /// Whether this end will send no more.
    pub(crate) const fn is_over(self) -> bool {
        matches!(self, Self::Closed) || self.is_reset()
    }

    /// Whether this end aborted.
    pub(crate) const fn is_reset(self) -> bool {
        matches!(self, Self::Reset | Self::ClosedThenReset)
    }
}
