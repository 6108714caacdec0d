//! TCP segments as hosts of each kind make them.

use super::frame::Packet;
use super::persona::Numbering;
use super::tap::Why;
use super::{HostId, Lan, Persona, later};
use etherparse::TcpHeader;
use etherparse::TcpOptionElement::{
    MaximumSegmentSize, Noop, SelectiveAcknowledgementPermitted, Timestamp as Ticks, WindowScale,
};
use quaywatch_model::Timestamp;

/// What TCP is extended by: what who begins offers, then what both sides do (RFC 7323, section 2.2; RFC 2018, section 2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Extended {
    pub(crate) timed: bool,
    pub(crate) scaled: bool,
    pub(crate) selective: bool,
}

impl Extended {
    pub(crate) const fn of(persona: &Persona) -> Self {
        Self { timed: persona.timestamps, scaled: persona.scale.is_some(), selective: persona.selective }
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self {
            timed: self.timed && other.timed,
            scaled: self.scaled && other.scaled,
            selective: self.selective && other.selective,
        }
    }
}

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
    /// How far this side's timestamps are from its clock.
    pub(crate) clock: u32,
    /// What is offered or was agreed on.
    pub(crate) extended: Extended,
    /// What has come and is still in the window's way, in bytes.
    pub(crate) untaken: u32,
    /// Which of the conversation's packets it is.
    pub(crate) packet: u16,
}

impl Segment {
    fn header(&self, persona: &Persona, ports: [u16; 2], ticks: u32) -> TcpHeader {
        let [from, to] = ports;
        let mut header = TcpHeader::new(from, to, self.number, self.window(persona));
        header.acknowledgment_number = self.heard.unwrap_or_default();
        header.ack = self.heard.is_some();
        header.syn = self.begins;
        header.fin = self.ends;
        header.rst = self.resets;
        header.psh = self.push;
        let Extended { timed, scaled, selective } = self.extended;
        let mut options = Vec::new();
        if self.begins {
            options.push(MaximumSegmentSize(persona.segment_bytes));
            let scale = persona.scale.filter(|_| scaled);
            // The two systems that extend it do so in different orders.
            if timed {
                options.extend(selective.then_some(SelectiveAcknowledgementPermitted));
                options.push(Ticks(ticks, self.echo));
                options.extend(scale.map(|scale| [Noop, WindowScale(scale)]).into_iter().flatten());
            } else {
                options.extend(scale.map(|scale| [Noop, WindowScale(scale)]).into_iter().flatten());
                let permitted = [Noop, Noop, SelectiveAcknowledgementPermitted];
                options.extend(selective.then_some(permitted).into_iter().flatten());
            }
        } else if timed && !self.resets {
            options.extend([Noop, Noop, Ticks(ticks, self.echo)]);
        }
        // At most 20 of 40 bytes.
        let _ = header.set_options(&options);
        header
    }

    /// The receive window as it is written down: never scaled in a first segment, nor where only one side would.
    fn window(&self, persona: &Persona) -> u16 {
        let [asks, answers] = persona.windows;
        if self.resets {
            return 0;
        }
        let first = if self.heard.is_some() && self.begins { answers } else { asks };
        match persona.scale.filter(|_| self.extended.scaled) {
            _ if self.begins => first,
            Some(scale) => {
                (persona.room_bytes.saturating_sub(self.untaken) >> scale).min(u16::MAX.into()) as u16
            }
            None => u32::from(first).saturating_sub(self.untaken) as u16,
        }
    }
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
        let Some((time, mut packet)) = self.packet(time, from.0, to.0) else { return (time, 0) };
        let Some(host) = self.host(from.0) else { return (time, 0) };
        let ticks = (time.nanos() as f64 * (1.0 + host.skew_ppm * 1e-6) / 1e6) as u64 as u32;
        let ticks = ticks.wrapping_add(segment.clock);
        if host.persona.numbering == Numbering::Conversation {
            packet.number = segment.packet;
        }
        let header = segment.header(host.persona, [from.1, to.1], ticks);
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
