use crate::Conversation;
use crate::state::Endpoint;
use quaywatch_model::Side;
use quaywatch_wire::{Flags, Tcp, protocol};

/// So many letters are kept; a connection in good order has eight. What is past them is told by one [`Event::CUT`].
const MOST_LETTERS: usize = 20;
/// A SYN whose sequence number is further off than this is not trusted: it may be of another connection.
const LARGEST_JUMP: u32 = 1 << 20;

/// What a conversation went through, in order: the letters of Zeek's `history` (base/protocols/conn/main.zeek).
///
/// Letters are of a side as long as nobody knows who opened the conversation: upper case for side A.
#[derive(Debug, Default)]
pub(crate) struct History {
    letters: [u8; MOST_LETTERS],
    len: u8,
    /// Which events were seen from side A and side B, a bit each.
    seen: [u8; 2],
}

/// Something that a side did: its letter, and the bit that tells that it was seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event(u8, u8);

impl Event {
    const SYN: Self = Self(b'S', 0x01);
    const SYN_ACK: Self = Self(b'H', 0x01);
    const ACK: Self = Self(b'A', 0x02);
    pub(crate) const DATA: Self = Self(b'D', 0x04);
    const FIN: Self = Self(b'F', 0x08);
    const RST: Self = Self(b'R', 0x10);
    /// FIN and RST at once.
    const INCONSISTENT: Self = Self(b'I', 0x20);
    /// SYN with FIN or RST.
    const SEVERAL_FLAGS: Self = Self(b'Q', 0x40);
    /// Of a transport without letters, and where there are more letters than are kept.
    pub(crate) const CUT: Self = Self(b'X', 0x80);
}

/// What is told again at its 10th, 100th, ... time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trouble {
    BadChecksum,
    Gap,
    Repeated,
    ZeroWindow,
}

/// How often each [`Trouble`] was met.
pub(crate) type Troubles = [u32; 4];

impl History {
    /// The letters as seen from who opened the conversation, with `^` where that is not who was heard first.
    pub(crate) fn text(&self, originator: Side, opener: Side) -> String {
        let flipped = (originator != opener && self.len > 0).then_some('^');
        let turned = |&letter: &u8| match originator {
            Side::A => letter,
            Side::B => letter ^ 0x20,
        };
        let letters = self.letters.get(..usize::from(self.len)).unwrap_or(&self.letters);
        flipped.into_iter().chain(letters.iter().map(turned).map(char::from)).collect()
    }

    /// Tells `event` the first time it is seen from `from`.
    #[inline]
    pub(crate) fn once(&mut self, from: Side, event: Event) {
        self.unlike(from, event, false);
    }

    /// Tells `event` the first time, and where it is another than the one before.
    #[inline]
    fn unlike(&mut self, from: Side, event: Event, is_another: bool) {
        let Event(letter, bit) = event;
        let seen = from.of_mut(&mut self.seen);
        if *seen & bit == 0 || is_another {
            *seen |= bit;
            self.tell(from, letter);
        }
    }

    /// Counts `trouble` and tells every power of ten.
    #[cold]
    pub(crate) fn count(&mut self, from: Side, trouble: Trouble, counts: &mut Troubles) {
        let (letter, place) = match trouble {
            Trouble::BadChecksum => (b'C', 0),
            Trouble::Gap => (b'G', 1),
            Trouble::Repeated => (b'T', 2),
            Trouble::ZeroWindow => (b'W', 3),
        };
        let Some(count) = counts.get_mut(place) else { return };
        *count = count.saturating_add(1);
        if 10_u32.checked_pow(count.ilog10()) == Some(*count) {
            self.tell(from, letter);
        }
    }

    /// Whether `from` asked for a connection and then aborted, with nothing but troubles before that.
    pub(crate) fn asked_and_aborted(&self, from: Side) -> bool {
        let case = if from == Side::A { 0 } else { 0x20 };
        let mut letters = self.letters.iter().map(|letter| letter ^ case);
        letters.next() == Some(b'S') && letters.find(|letter| b"HAFGIQR".contains(letter)) == Some(b'R')
    }

    fn tell(&mut self, from: Side, letter: u8) {
        let case = if from == Side::A { 0 } else { 0x20 };
        let len = usize::from(self.len);
        let Some(place) = self.letters.get_mut(len) else { return };
        *place = if len + 1 < MOST_LETTERS { letter } else { Event::CUT.0 } ^ case;
        self.len += 1;
    }
}

/// Takes in a segment of a TCP connection, before its state does.
#[inline]
pub(crate) fn segment<T>(conversation: &mut Conversation<T>, from: Side, tcp: &Tcp<'_>) {
    let half = conversation.streams.half(from);
    let end = tcp.sequence.wrapping_add(tcp.payload_len as u32);
    let is_ahead = end.wrapping_sub(half.newest) as i32 > 0;
    let is_plain = !tcp.flags.has(CONTROLS) && tcp.window != 0 && !tcp.bad_checksum;
    let is_midway = matches!(half.endpoint, Endpoint::Established | Endpoint::Partial);
    if !is_plain || !is_midway || !is_ahead && tcp.payload_len > 0 {
        return unusual(conversation, from, tcp);
    }
    if is_ahead {
        half.newest = end;
    }
    conversation.history.flags(from, tcp, false);
}

/// What a packet adds to the history of a conversation that is not TCP. ICMP has none.
#[inline]
pub(crate) fn packet<T>(conversation: &mut Conversation<T>, from: Side, bad_checksum: bool) {
    let Conversation { key, history, streams, .. } = conversation;
    if bad_checksum {
        history.count(from, Trouble::BadChecksum, streams.troubles(from));
    }
    match key.protocol {
        protocol::UDP => history.once(from, Event::DATA),
        // Of a TCP segment that cannot be read nothing can be said.
        protocol::TCP | protocol::ICMP | protocol::ICMPV6 => {}
        _ => history.once(from, Event::CUT),
    }
}

/// What takes part in the beginning and the end of a connection.
const CONTROLS: u8 = Flags::SYN | Flags::FIN | Flags::RST;

impl History {
    /// Tells what the flags say. `differs`: a control flag's number is not that of the last one.
    #[inline]
    fn flags(&mut self, from: Side, tcp: &Tcp<'_>, differs: bool) {
        let is_acknowledgment = tcp.flags.has(Flags::ACK);
        match tcp.flags.0 & CONTROLS {
            0 if tcp.payload_len > 0 => self.once(from, Event::DATA),
            0 if is_acknowledgment => self.once(from, Event::ACK),
            0 => {}
            Flags::SYN if is_acknowledgment => self.unlike(from, Event::SYN_ACK, differs),
            Flags::SYN => self.unlike(from, Event::SYN, differs),
            Flags::FIN => self.unlike(from, Event::FIN, differs),
            Flags::RST => self.unlike(from, Event::RST, differs),
            several if several & Flags::SYN == 0 => self.once(from, Event::INCONSISTENT),
            _ => self.once(from, Event::SEVERAL_FLAGS),
        }
    }
}

/// A segment of the beginning or the end of a connection, or one that tells of trouble.
fn unusual<T>(conversation: &mut Conversation<T>, from: Side, tcp: &Tcp<'_>) {
    let Conversation { history, streams, .. } = conversation;
    let peer = streams.endpoint(from.other());
    let half = streams.half(from);
    let Tcp { sequence, flags, payload_len, .. } = *tcp;
    let resets = flags.has(Flags::RST);
    // SYN and FIN are each a number of the stream; what a reset carries is not of it.
    let len = if resets { 0 } else { payload_len as u32 };
    let controls = u32::from(flags.has(Flags::SYN)) + u32::from(flags.has(Flags::FIN));
    let end = sequence.wrapping_add(len).wrapping_add(controls);
    let begins_anew = flags.has(Flags::SYN) && half.isn != sequence;
    let differs = if flags.has(Flags::SYN) { begins_anew } else { end != half.newest };
    history.flags(from, tcp, differs);

    let ahead = end.wrapping_sub(half.newest) as i32;
    let is_first = half.endpoint == Endpoint::Inactive || begins_anew;
    let was_reset = half.endpoint.is_reset();
    let is_trusted = !flags.has(Flags::SYN) || ahead.unsigned_abs() <= LARGEST_JUMP;
    if resets || is_first || ahead > 0 && is_trusted && !was_reset {
        // Past a reset nothing is of the stream: its number is only compared with another reset's.
        half.newest = end;
    } else if payload_len > 0 && is_trusted && !was_reset {
        history.count(from, Trouble::Repeated, streams.troubles(from));
    }
    if tcp.bad_checksum {
        history.count(from, Trouble::BadChecksum, streams.troubles(from));
    }
    // After the peer's FIN, and with or after a reset, a window means nothing.
    if tcp.window == 0 && !resets && !was_reset && peer != Endpoint::Closed {
        history.count(from, Trouble::ZeroWindow, streams.troubles(from));
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, History, MOST_LETTERS, Trouble};
    use quaywatch_model::Side;

    #[test]
    fn trouble_is_told_at_every_power_of_ten() {
        let (mut history, mut counts) = (History::default(), [0; 4]);
        for _ in 0..99 {
            history.count(Side::B, Trouble::Repeated, &mut counts);
        }
        assert_eq!(history.text(Side::A, Side::A), "tt");
        history.count(Side::B, Trouble::Repeated, &mut counts);
        assert_eq!(history.text(Side::A, Side::A), "ttt");
    }

    #[test]
    fn who_opened_is_upper_case_and_a_turned_direction_is_marked() {
        let mut history = History::default();
        assert_eq!(history.text(Side::B, Side::A), "", "nothing was turned where nothing is told");
        history.once(Side::A, Event::DATA);
        history.once(Side::B, Event::ACK);
        assert_eq!(history.text(Side::A, Side::A), "Da");
        assert_eq!(history.text(Side::B, Side::A), "^dA");
    }

    #[test]
    fn a_history_that_is_too_long_ends_with_a_mark() {
        let mut history = History::default();
        for _ in 0..=MOST_LETTERS {
            history.unlike(Side::A, Event::RST, true);
        }
        let text = history.text(Side::A, Side::A);
        assert_eq!(text, "R".repeat(MOST_LETTERS - 1) + "X");
    }
}
