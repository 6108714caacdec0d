//! TCP segments as hosts of each kind make them.

use super::frame::Packet;
use super::tap::Why;
use super::{HostId, Lan, later};
use etherparse::{TcpHeader, TcpOptionElement};
use quaywatch_model::Timestamp;

/// What a segment says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Segment {
    pub(crate) number: u32,
    /// What is acknowledged; none: nothing yet.
    pub(crate) heard: Option<u32>,
    pub(crate) begins: bool,
    pub(crate) ends: bool,
    pub(crate) resets: bool,
    pub(crate) push: bool,
    /// The other side's timestamp that is sent back.
    pub(crate) echo: u32,
    /// Whether both sides do timestamps.
    pub(crate) timed: bool,
}

impl Lan {
    /// A segment as the tap sees it, at this time or, where an address has to be asked for, soon after. Gives when it was
    /// seen, and the timestamp in it.
    pub(crate) fn segment(
        &mut self,
        time: Timestamp,
        from: (HostId, u16),
        to: (HostId, u16),
        segment: &Segment,
        payload: &[u8],
    ) -> (Timestamp, u32) {
        let Some((time, packet)) = self.packet(time, from.0, to.0) else { return (time, 0) };
        let Some(host) = self.host(from.0) else { return (time, 0) };
        let persona = host.persona;
        let ticks = (time.nanos() as f64 * (1.0 + host.skew_ppm * 1e-6) / 1e6) as u64 as u32;
        let mut header = TcpHeader::new(from.1, to.1, segment.number, persona.window);
        header.acknowledgment_number = segment.heard.unwrap_or_default();
        header.ack = segment.heard.is_some();
        header.syn = segment.begins;
        header.fin = segment.ends;
        header.rst = segment.resets;
        header.psh = segment.push;
        let mut options = Vec::new();
        if segment.begins {
            options.push(TcpOptionElement::MaximumSegmentSize(persona.segment_bytes));
            if persona.selective {
                options.push(TcpOptionElement::SelectiveAcknowledgementPermitted);
            }
            if let Some(scale) = persona.scale {
                options.push(TcpOptionElement::Noop);
                options.push(TcpOptionElement::WindowScale(scale));
            }
        }
        if segment.timed && !segment.resets {
            options.push(TcpOptionElement::Timestamp(ticks, segment.echo));
        }
        // At most 24 of 40 bytes.
        let _ = header.set_options(&options);
        let Some(passed) = self.pass(time, [from.0, to.0], payload) else {
            let bytes = packet.tcp(header, payload);
            self.frame(time, bytes);
            return (time, ticks);
        };
        // To whoever stands between, and from there on: one hop older.
        let (link_from, link_to) = (packet.from.0, packet.to.0);
        let first = Packet { to: (passed.mac, packet.to.1), from: (link_from, packet.from.1), ..packet };
        let ttl = packet.ttl.saturating_sub(1).max(1);
        let second = Packet { to: (link_to, packet.to.1), from: (passed.mac, packet.from.1), ttl, ..packet };
        let before = first.tcp(header.clone(), payload);
        let why = Why { label: passed.label, is_side_effect: true };
        self.tap.put(time, before, why, &mut self.chance);
        let time = later(time, passed.after_ns);
        let after = second.tcp(header, &passed.payload);
        self.tap.put(time, after, passed.label.into(), &mut self.chance);
        (time, ticks)
    }
}
