//! RTP and RTCP: pictures and sound of cameras and intercoms.
//!
//! Standards: *RFC 3550* (2003), sections 5.1 (RTP header), 6.4 and 6.5 (RTCP packets); MPEG transport streams in RTP by
//! *RFC 2250*.
//!
//! ```text
//! RTP   offset 0   version 2, padding, extension, CSRC count
//!              1   marker, payload type       2 sequence u16 BE   4 time stamp u32   8 source u32
//! RTCP  offset 0   version 2, padding, count
//!              1   packet type 200..=204      2 length u16 BE in words, less one; packets fill the datagram
//! ```
//!
//! A stream is what [RTSP](crate::rtsp) announced. Without that only what is certain is recognised: compound RTCP, and
//! MPEG transport streams with their sync byte at every packet.
//!
//! # What is reported
//! All bytes of RTP are video, those of RTCP signalling. The canonical name in a source description is a note.
//!
//! Not decoded: payloads, and streams that nobody announced; loss and jitter are not counted.
//!
//! Limits: nothing is kept of a stream.

#[cfg(test)]
mod tests;

use crate::{Answer, Context, Conversation, Probe, Protocol, Transport};
use quaywatch_model::{DataClass, Side, Topic, Value};
use quaywatch_wire::Reader;

/// The protocol's descriptor.
pub(crate) static PROTOCOL: Protocol = Protocol {
    name: "rtp",
    title: "RTP and RTCP",
    transports: &[Transport::Udp],
    ports: &[],
    probe,
    start: |_| Box::new(Rtp),
    decoded: "streams that RTSP announced, RTCP, and MPEG transport streams: how many bytes are video",
    not_decoded: "payloads; streams of other formats that nobody announced",
};

/// What RTP's header takes without contributing sources and extension.
const HEADER_BYTES: usize = 12;
/// The length of a packet of an MPEG transport stream, and the byte it begins with.
const TRANSPORT_PACKET_BYTES: usize = 188;
const TRANSPORT_SYNC: u8 = 0x47;

fn probe(probe: &Probe<'_>) -> Answer {
    if is_rtcp(probe.bytes, &mut |_| ()) || is_transport_stream(probe.bytes) {
        Answer::Certain
    } else {
        Answer::No
    }
}

/// Whether a datagram is compound RTCP: a report first, then a source description, packets that fill it to the byte.
/// Tells the canonical name.
fn is_rtcp(datagram: &[u8], tell: &mut dyn FnMut(&str)) -> bool {
    let mut reader = Reader::new(datagram);
    let mut kinds = (0, false);
    let mut name = None;
    while !reader.is_empty() {
        let (Ok(first), Ok(kind), Ok(words)) =
            (reader.u8("version"), reader.u8("type"), reader.u16_be("length"))
        else {
            return false;
        };
        let Ok(content) = reader.take(usize::from(words) * 4, "packet") else { return false };
        let is_report = matches!(kind, 200 | 201);
        if first >> 6 != 2 || !(200..=207).contains(&kind) || (kinds.0 == 0 && !is_report) {
            return false;
        }
        if kind == 202 {
            kinds.1 = true;
            name = canonical_name(content);
        }
        kinds.0 += 1;
    }
    if kinds.1 {
        name.into_iter().for_each(tell);
    }
    kinds.1
}

/// The CNAME item of the first source in a source description (section 6.5.1).
fn canonical_name(content: &[u8]) -> Option<&str> {
    let mut reader = Reader::new(content);
    reader.skip(4, "source").ok()?;
    if reader.u8("item").ok()? != 1 {
        return None;
    }
    let length = reader.u8("length").ok()?;
    std::str::from_utf8(reader.take(length.into(), "name").ok()?).ok()
}

/// Whether a datagram is RTP whose payload is packets of an MPEG transport stream.
fn is_transport_stream(datagram: &[u8]) -> bool {
    let Some((header, payload)) = datagram.split_first_chunk::<HEADER_BYTES>() else { return false };
    let &[first, kind, ..] = header;
    first == 0x80
        && kind & 0x7F == 33
        && !payload.is_empty()
        && payload.len() % TRANSPORT_PACKET_BYTES == 0
        && payload.chunks(TRANSPORT_PACKET_BYTES).all(|packet| packet.first() == Some(&TRANSPORT_SYNC))
}

/// A stream, or the reports on it. Nobody is client: either side may send.
struct Rtp;

impl Conversation for Rtp {
    fn data(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        // Types 200 to 207 are RTCP's (RFC 5761 section 4).
        if let [0x80..=0xBF, 200..=207, ..] = *bytes {
            is_rtcp(bytes, &mut |name| cx.note(from, Topic::Channel, Value::Text(name)));
            cx.carried(from, DataClass::Signalling, bytes.len() as u64);
        }
    }

    fn gap(&mut self, _: &mut Context<'_>, _: Side, _: u64) {}

    fn end(&mut self, _: &mut Context<'_>) {}

    fn protocol(&self) -> &'static str {
        "rtp"
    }

    fn client(&self) -> Option<Side> {
        None
    }

    fn carries(&self) -> DataClass {
        DataClass::Video
    }
}
