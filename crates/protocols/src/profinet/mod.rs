//! PROFINET on Ethernet: who names and addresses which station, and whether cyclic process data runs.
//!
//! Standard: IEC 61158-6-10:2019 (PROFINET IO, type 10). DCP is clause 4.3, real-time frames (RTC) clause 4.7,
//! alarms (RTA) clause 4.8, `FrameID` ranges are in clause 4.2. EtherType 0x8892; the bytes begin at the `FrameID`,
//! all numbers are big-endian.
//!
//! ```text
//! DCP (FrameID FEFC hello, FEFD get/set, FEFE identify request, FEFF identify response)
//! offset 0         2          3             4     8               10           12
//!        | FrameID | ServiceID | ServiceType | Xid | ResponseDelay | DataLength | blocks: DataLength bytes |
//! block  0        1           2             4
//!        | Option | Suboption | BlockLength | BlockInfo or BlockQualifier (2), value | pad to even |
//!        (a get request has only Option, Suboption pairs; an identify request's blocks have no BlockInfo)
//!
//! RTC (FrameID 0100..0FFF, 8000..FBFF)
//! offset 0         2                          length-4       length-2     length-1
//!        | FrameID | process data, 40 or more | CycleCounter | DataStatus | TransferStatus |
//!
//! RTA (FrameID FC01 high, FE01 low)
//! offset 0         2             4             6         7          8             10           12
//!        | FrameID | DstEndpoint | SrcEndpoint | PDUType | AddFlags | SendSeqNum | AckSeqNum | VarPartLen | part |
//! ```
//!
//! What becomes an operation:
//! - **Identify.** The question goes to a multicast address, so each answer comes in a conversation of its own.
//!   The question is remembered by Xid across conversations and every answer is an Identify operation:
//!   client is who receives the answer. A question nobody answered is one operation of its own conversation.
//! - **Get** is Read. **Set** is Reset where it has a reset block, else `SetNetwork` where it sets an address, name
//!   or start-up behaviour, else Opaque where all is the maker's own. A set that only asks for **signal**
//!   (the device blinks) is Identify: it answers "which box is it?" and leaves the device as it was.
//!   A block that the device refuses makes the operation refused, with the first such code.
//! - **Hello** is Subscribe: an announcement nobody asked for.
//! - **Cyclic data** is Subscribe, of its consumer: one operation when a `FrameID` is first seen from a side, and
//!   one at each change of `DataStatus` or `TransferStatus`. What the cycle counter skips is only counted: in the
//!   next such operation, and at the end as a problem.
//! - **Alarms**: one Subscribe operation for each notification, a repeated one not again. A controller's
//!   acknowledgement is an operation only where it refuses. An RTA error ends the connection: `CloseSession`.
//!
//! Ethernet padding: a DCP message has a length of its own, what follows is ignored. The status of a cyclic frame is
//! its last four bytes. That holds on the wire because process data is padded to 40 bytes before the status, which
//! makes the least frame without Ethernet padding. If the last four bytes cannot be a status (a capture with
//! the frame check sequence in it) that is said once for the `FrameID` and they are not believed. A frame that the
//! capture cut off must come as a gap, not as data.
//!
//! Not decoded: the process data of cyclic frames (its layout is agreed in the connect request on UDP port 34964),
//! sub-frames of dynamic frame packing, alarm payload behind the specifier, PTCP time synchronisation (a conversation
//! of nothing else is named `profinet_ptcp`), fragments (FF80..FF8F) and the remote service interface (FE02), which are counted as problems. The
//! context manager on UDP and media redundancy (EtherType 88E3) are other protocols.
//!
//! Limits: [`Pending::LIMIT`](crate::Pending::LIMIT) requests wait in a conversation;
//! `asked::MOST_QUESTIONS` identify requests are remembered; `cyclic::MOST_STREAMS` frame ids are watched a side.
//! A requester's address is not in the bytes: of two stations that ask with the same Xid at once, the later
//! is taken for the one that was answered.

mod alarm;
mod asked;
mod cyclic;
mod dcp;
mod names;
mod ops;
mod state;
mod values;
mod wire;

#[cfg(test)]
mod tests;

pub use alarm::{AlarmNotification, PduType, Rta};
pub use dcp::{Block, Blocks, Layout, Message, Selector, Service, ServiceType, push_block};
pub use wire::{Class, Cyclic, DataStatus, ETHERTYPE, FrameId};

use crate::{Answer, Probe, Protocol, Transport};

/// The name problems are filed under.
const LAYER: &str = "profinet";

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "profinet",
    title: "PROFINET (DCP, RT, alarms)",
    transports: &[Transport::Ethernet(ETHERTYPE)],
    ports: &[],
    probe,
    start: |_| Box::new(state::Profinet::default()),
    decoded: "DCP identify, get, set, hello with every block of the standard; presence and status changes of \
              cyclic data; alarm notifications, refused acknowledgements and connection aborts",
    not_decoded: "process data of cyclic frames, alarm payload, PTCP, fragments, remote service interface",
};

/// The `EtherType` is PROFINET's alone, so a `FrameID` that is in use and a body that fits it is certain.
fn probe(probe: &Probe<'_>) -> Answer {
    let bytes = probe.bytes;
    let fits = match FrameId::of(bytes).map(FrameId::class) {
        Some(Class::Dcp) => Message::decode(bytes).is_ok(),
        Some(Class::Alarm) => Rta::decode(bytes).is_ok(),
        Some(Class::Cyclic1 | Class::Cyclic3) => Cyclic::decode(bytes).is_ok(),
        Some(Class::Ptcp | Class::Fragment | Class::RemoteService) => true,
        Some(Class::Reserved) | None => false,
    };
    if fits { Answer::Certain } else { Answer::No }
}
