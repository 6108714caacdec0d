//! Who speaks in a conversation: a program at one of its ends.

use crate::station::Station;
use quaywatch_crane::Chance;
use quaywatch_model::Timestamp;
use quaywatch_twin::{After, Session};
use std::rc::Rc;
use std::time::Duration;

/// One end's program. Sans-I/O, as the controller's sessions are.
pub trait Party {
    /// The conversation has begun, or something was `heard`, or the time it asked for has come. Appends to `say` what is
    /// to be sent.
    fn turn(&mut self, heard: &[u8], scene: &mut Scene<'_>, say: &mut Vec<u8>) -> Next;
}

/// What a program finds around itself.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The time.
    pub now: Timestamp,
    /// The cranes and their controllers. Programs that are not in a controller ask them over the network.
    pub stations: &'a mut [Station],
    /// What comes by chance.
    pub chance: &'a mut Chance,
}

/// What a program waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// What the other side says.
    Listen,
    /// Time to pass, or what the other side says.
    Wake(Duration),
    /// Nothing: it ends the conversation.
    Close,
    /// Nothing: it drops the conversation.
    Reset,
}

/// A controller's side.
pub(crate) struct Served {
    pub(crate) station: usize,
    pub(crate) session: Box<dyn Session>,
    /// Whether it speaks unasked.
    pub(crate) publishes: bool,
}

/// How often a session that speaks unasked is asked whether it has something to say.
const PUBLISHES_EVERY: Duration = Duration::from_millis(100);

impl Party for Served {
    fn turn(&mut self, heard: &[u8], scene: &mut Scene<'_>, say: &mut Vec<u8>) -> Next {
        let Some(station) = scene.stations.get_mut(self.station) else { return Next::Reset };
        station.swap_told(scene.now);
        let plc = &mut station.plc;
        let after = match heard {
            [] if self.publishes => self.session.due(plc, scene.now, say),
            [] => After::Open,
            _ => self.session.input(plc, scene.now, heard, say),
        };
        station.swap_told(scene.now);
        match after {
            After::Close => Next::Close,
            After::Open if self.publishes => Next::Wake(PUBLISHES_EVERY),
            After::Open => Next::Listen,
        }
    }
}

/// Which end of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The one that began it.
    Client,
    /// The other one.
    Server,
}

/// Something one end says in a conversation that is known beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Who.
    pub by: End,
    /// How long after what was before.
    pub after: Duration,
    /// What.
    pub bytes: Vec<u8>,
}

impl Line {
    /// The client says this, at once.
    #[must_use]
    pub fn client(bytes: impl Into<Vec<u8>>) -> Self {
        Self { by: End::Client, after: Duration::ZERO, bytes: bytes.into() }
    }

    /// The server says this, at once.
    #[must_use]
    pub fn server(bytes: impl Into<Vec<u8>>) -> Self {
        Self { by: End::Server, after: Duration::ZERO, bytes: bytes.into() }
    }

    /// The same, so many milliseconds after what was before.
    #[must_use]
    pub const fn after_ms(mut self, milliseconds: u64) -> Self {
        self.after = Duration::from_millis(milliseconds);
        self
    }
}

/// One end of a conversation that is known beforehand. Says each of its lines when all lines before it were said and heard,
/// and the client closes behind the last one.
pub struct Scripted {
    lines: Rc<[Line]>,
    own: End,
    at: usize,
    heard: usize,
    /// Whether the line that is next was waited for.
    waited: bool,
    stays: bool,
}

impl Scripted {
    /// Both ends.
    #[must_use]
    pub fn both(lines: Vec<Line>) -> [Box<dyn Party>; 2] {
        Self::ends(lines, false)
    }

    /// Both ends of a conversation that stays open behind its last line.
    #[must_use]
    pub fn that_stay(lines: Vec<Line>) -> [Box<dyn Party>; 2] {
        Self::ends(lines, true)
    }

    fn ends(lines: Vec<Line>, stays: bool) -> [Box<dyn Party>; 2] {
        let lines: Rc<[Line]> = lines.into();
        [End::Client, End::Server].map(|own| {
            let lines = Rc::clone(&lines);
            Box::new(Self { lines, own, at: 0, heard: 0, waited: false, stays }) as Box<dyn Party>
        })
    }
}

impl Party for Scripted {
    fn turn(&mut self, heard: &[u8], _: &mut Scene<'_>, say: &mut Vec<u8>) -> Next {
        self.heard += heard.len();
        let woken = heard.is_empty();
        while let Some(line) = self.lines.get(self.at) {
            if line.by != self.own {
                let Some(rest) = self.heard.checked_sub(line.bytes.len()) else { return Next::Listen };
                self.heard = rest;
            } else if line.after.is_zero() || (self.waited && woken) {
                say.extend_from_slice(&line.bytes);
                self.waited = false;
            } else {
                self.waited = true;
                return Next::Wake(line.after);
            }
            self.at += 1;
        }
        match self.own {
            End::Client if !self.stays => Next::Close,
            _ => Next::Listen,
        }
    }
}
