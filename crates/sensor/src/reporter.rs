//! Hands what the flow table finds to the decoders, and what they say to whoever keeps it.

mod desk;
mod said;

use crate::conversations::{App, Reading, transport};
use crate::summary::Summary;
use desk::Desk;
pub(crate) use desk::Outputs;
use quaywatch_flow::{Conversation, Listener, NEVER};
use quaywatch_model::{Mac, Moment, Problem, Scope, Side, Timestamp};
use quaywatch_protocols::{Context, Conversation as Decoder, Recognition, Shared, Sink, Wanted};
use quaywatch_site::Site;
use quaywatch_wire::Memory;
use said::{Said, Unheard};
use std::mem;
use std::sync::Arc;

/// Turns what the flow table and the decoders tell into rows and counts.
pub(crate) struct Reporter {
    shared: Shared,
    desk: Desk,
    /// Whether the frame at hand is told by this worker or only heard.
    pub(crate) telling: bool,
}

impl Reporter {
    pub(crate) fn new(outputs: Outputs, site: Arc<Site>) -> Self {
        Self { shared: Shared::default(), desk: Desk::new(outputs, site), telling: true }
    }

    /// A problem that belongs to no conversation.
    pub(crate) fn loose_problem(&mut self, at: Moment, problem: &Problem) {
        self.desk.problem(None, at, problem);
    }

    /// Whether rows can no longer be written.
    pub(crate) fn failed(&self) -> bool {
        self.desk.failed()
    }

    /// Promises that no operation is told any more that belongs before `time`.
    pub(crate) fn promise(&mut self, time: Timestamp) {
        self.desk.promise(time);
    }

    /// What was found, and where it was written.
    pub(crate) fn finish(self) -> (Summary, Outputs) {
        self.desk.finish()
    }

    /// Whether it is sent to all who are on the segment, which no router passes on (RFC 1812, section 5.3.4). Who sends to a
    /// public address like that may mean a modem that listens.
    fn is_broadcast(&self, kept: &Conversation<App>) -> bool {
        let to_all = kept.macs.contains(&Mac([0xff; 6]));
        to_all && kept.key.addresses.iter().all(|address| self.desk.site.scope(*address) != Scope::Internet)
    }

    /// Lets a decoder act on a conversation.
    fn with<R>(
        &mut self,
        kept: &mut Conversation<App>,
        memory: &mut Memory,
        at: Moment,
        protocol: &'static str,
        act: impl FnOnce(&mut Context<'_>) -> R,
    ) -> R {
        let (addresses, ports) = (kept.key.addresses, kept.key.ports);
        let opened = kept.opened_by();
        let wanted = Wanted { content: kept.app.leaving.is_some(), logs: self.desk.logs.is_some() };
        let mut said = Said { desk: &mut self.desk, kept, protocol, at };
        let mut nothing = Unheard;
        let shadow = said.kept.app.shadow;
        let sink: &mut dyn Sink = if shadow { &mut nothing } else { &mut said };
        act(&mut Context {
            now: at,
            addresses,
            ports,
            opened,
            wanted,
            memory,
            shared: &mut self.shared,
            sink,
        })
    }

    /// Hands a decoder what was said. What it keeps waiting from now on is due no sooner than what waits already, so
    /// it is asked only where nothing waits.
    fn speak(
        &mut self,
        kept: &mut Conversation<App>,
        memory: &mut Memory,
        at: Moment,
        decoder: &mut dyn Decoder,
        from: Side,
        bytes: &[u8],
    ) {
        let asleep = kept.wake == NEVER;
        let protocol = decoder.protocol();
        let due = self.with(kept, memory, at, protocol, |cx| {
            decoder.data(cx, from, bytes);
            if asleep { decoder.tick(cx) } else { None }
        });
        if asleep {
            kept.wake = due.unwrap_or(NEVER);
        }
    }
}

impl Listener<App> for Reporter {
    fn tells(&self) -> bool {
        self.telling
    }

    fn resume(&mut self, tells: bool) {
        self.telling = tells;
    }

    fn begin(&mut self, kept: &mut Conversation<App>) {
        kept.app.shadow = !self.telling;
        if self.telling && !self.is_broadcast(kept) {
            kept.app.leaving = self.desk.summary.leaving.begun(&kept.key.addresses);
        }
    }

    fn data(
        &mut self,
        kept: &mut Conversation<App>,
        memory: &mut Memory,
        from: Side,
        at: Moment,
        bytes: &[u8],
    ) {
        if kept.app.leaving.is_some() && !matches!(kept.app.reading, Reading::Speaking(_)) {
            self.desk.raw(kept, from, at.frame, bytes);
        }
        // The reading is taken out while it works, because what it finds is told of the conversation it is part of.
        let reading = match mem::replace(&mut kept.app.reading, Reading::Unknown) {
            Reading::Unknown => return,
            Reading::Speaking(mut decoder) => {
                self.speak(kept, memory, at, decoder.as_mut(), from, bytes);
                Reading::Speaking(decoder)
            }
            Reading::Undecided(mut recogniser) => {
                let Some(transport) = transport(kept) else { return };
                let shown = |cx: &mut Context<'_>| recogniser.show(cx, transport, from, bytes);
                match self.with(kept, memory, at, "unknown", shown) {
                    Recognition::Undecided => Reading::Undecided(recogniser),
                    Recognition::Unknown => Reading::Unknown,
                    Recognition::Found(mut decoder) => {
                        if let Some(leaving) = &mut kept.app.leaving {
                            let from_its_beginning = recogniser.passed_bytes() == 0;
                            self.desk.summary.leaving.recognised(leaving, from_its_beginning);
                        }
                        let protocol = decoder.protocol();
                        self.with(kept, memory, at, protocol, |cx| recogniser.replay(cx, decoder.as_mut()));
                        self.speak(kept, memory, at, decoder.as_mut(), from, bytes);
                        Reading::Speaking(decoder)
                    }
                }
            }
        };
        kept.app.reading = reading;
    }

    fn gap(&mut self, kept: &mut Conversation<App>, memory: &mut Memory, from: Side, at: Moment, bytes: u64) {
        if let Some(leaving) = &mut kept.app.leaving {
            self.desk.summary.leaving.gap(leaving, from);
        }
        match mem::replace(&mut kept.app.reading, Reading::Unknown) {
            Reading::Speaking(mut decoder) => {
                let protocol = decoder.protocol();
                self.with(kept, memory, at, protocol, |cx| decoder.gap(cx, from, bytes));
                kept.app.reading = Reading::Speaking(decoder);
            }
            Reading::Undecided(mut recogniser) => {
                recogniser.gap(memory, from);
                kept.app.reading = Reading::Undecided(recogniser);
            }
            Reading::Unknown => {}
        }
    }

    fn wake(&mut self, kept: &mut Conversation<App>, memory: &mut Memory, at: Moment) {
        let mut reading = mem::replace(&mut kept.app.reading, Reading::Unknown);
        if let Reading::Speaking(decoder) = &mut reading {
            let protocol = decoder.protocol();
            let due = self.with(kept, memory, at, protocol, |cx| decoder.tick(cx));
            kept.wake = due.unwrap_or(NEVER);
        }
        kept.app.reading = reading;
    }

    fn end(&mut self, kept: &mut Conversation<App>, memory: &mut Memory, at: Moment) {
        // What is told at its end was so when it was last heard, however much later that is noticed.
        let at = Moment { frame: at.frame, time: kept.last };
        match mem::replace(&mut kept.app.reading, Reading::Unknown) {
            Reading::Speaking(mut decoder) => {
                let protocol = decoder.protocol();
                self.with(kept, memory, at, protocol, |cx| decoder.end(cx));
                kept.app.reading = Reading::Speaking(decoder);
            }
            Reading::Undecided(mut recogniser) => recogniser.forget(memory),
            Reading::Unknown => {}
        }
        if !kept.app.shadow {
            self.desk.end(kept);
        }
    }

    fn problem(&mut self, kept: Option<&Conversation<App>>, at: Moment, problem: &Problem) {
        if kept.map_or(self.telling, |kept| !kept.app.shadow) {
            self.desk.problem(kept, at, problem);
        }
    }
}
