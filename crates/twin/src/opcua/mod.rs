//! OPC UA: the crane as a server on `opc.tcp` (OPC 10000-4 and 10000-6), with the address space of `space`.
//!
//! As in the field, nothing is secured and nobody has to show who he is: the one endpoint has security policy None. Who says
//! that he is somebody has to know that one's password, and may no more than anybody. Parameters, commands and jobs can be written by whoever asks;
//! status cannot. Ranges are not checked, as the controller does not.
//!
//! A connection has one secure channel and at most one session, which ends with it; neither ages. Subscriptions publish
//! when they are asked for the time ([`Session::due`]). Not served, and said so with a status: history, events, views,
//! deadbands, index ranges, triggering, the transfer of subscriptions, and changes of the address space.

mod attributes;
mod discovery;
mod methods;
mod services;
mod session;
mod space;
mod status;
mod subscription;
mod transport;
mod view;

#[cfg(test)]
mod tests;

use crate::{After, Plc, Session};
use quaywatch_model::Timestamp;
use services::{Reply, Request, Ticket};
use session::Connected;
use space::{Now, Space};
use transport::{Step, Transport};

/// The longest message, in bytes: of requests as of answers.
const MOST_MESSAGE_BYTES: usize = 1 << 20;
/// So many chunks a request may come in.
const MOST_CHUNKS: usize = 64;
/// So many nodes, items or methods a request may name.
const MOST_OPERATIONS: usize = 500;
/// So many references of a node are told at once; the rest waits for `BrowseNext`.
const MOST_REFERENCES: usize = 100;
/// So many browses of a session may wait to be gone on with.
const MOST_CONTINUATION_POINTS: usize = 16;
/// So many steps a browse path may have.
const MOST_STEPS: usize = 32;
/// So many subscriptions a session may have.
const MOST_SUBSCRIPTIONS: usize = 8;
/// So many items all subscriptions of a session may watch together.
const MOST_ITEMS: usize = 500;
/// So many values of an item wait to be told.
const MOST_QUEUED: usize = 20;
/// So many values are told in one notification.
const MOST_NOTIFICATIONS: usize = 500;
/// So many notifications of a subscription are kept to be told again.
const MOST_KEPT: usize = 8;
/// So many `Publish` requests of a session may wait.
const MOST_PUBLISH_REQUESTS: usize = 16;

/// A client's connection.
#[derive(Debug)]
pub struct OpcUa {
    number: u32,
    began: Timestamp,
    transport: Transport,
    /// The nodes, made when the channel is opened: who only knocks costs nothing.
    space: Option<Space>,
    session: Option<Connected>,
    /// How many sessions there were.
    sessions: u32,
}

impl OpcUa {
    /// A connection that nothing came by yet. `number` must be another for each and not 0: the channel is called so.
    /// `began` is when the server did.
    #[must_use]
    pub const fn new(number: u32, began: Timestamp) -> Self {
        Self { number, began, transport: Transport::new(number), space: None, session: None, sessions: 0 }
    }

    fn step(&mut self, plc: &mut Plc, time: Timestamp, step: Step, out: &mut Vec<u8>) -> After {
        let (request_id, bytes, opens) = match step {
            Step::Wait => return After::Open,
            Step::Close => return After::Close,
            Step::Open { request_id, bytes } => (request_id, bytes, true),
            Step::Message { request_id, bytes } => (request_id, bytes, false),
        };
        let request = match Request::decode(&bytes) {
            Ok(request) => request,
            Err(error) => {
                self.transport.fail(error, out);
                return After::Close;
            }
        };
        let ticket = Ticket { request_id, handle: request.header.request_handle, service: request.service };
        if opens {
            return self.open(plc, time, &ticket, &request, out);
        }
        let mut replies = Vec::new();
        self.serve(plc, time, &request, ticket, &mut replies);
        self.send(plc, time, replies, out);
        After::Open
    }

    /// Sends answers. One that the client does not take is a fault.
    fn send(&mut self, plc: &Plc, time: Timestamp, replies: Vec<Reply>, out: &mut Vec<u8>) {
        let now = Now { plc, time, began: self.began }.clock();
        for reply in replies {
            let message = reply.encode(now);
            let message = match self.transport.fits(message.len()) {
                true => message,
                false => Reply { answer: Err(status::BAD_RESPONSE_TOO_LARGE), ..reply }.encode(now),
            };
            self.transport.send(reply.ticket.request_id, &message, out);
        }
    }
}

impl Session for OpcUa {
    fn input(&mut self, plc: &mut Plc, now: Timestamp, bytes: &[u8], out: &mut Vec<u8>) -> After {
        self.transport.take_in(bytes);
        loop {
            let step = self.transport.next(out);
            if step == Step::Wait {
                return After::Open;
            }
            if self.step(plc, now, step, out) == After::Close {
                self.session = None;
                return After::Close;
            }
        }
    }

    fn due(&mut self, plc: &mut Plc, now: Timestamp, out: &mut Vec<u8>) -> After {
        if let (Some(session), Some(space)) = (&mut self.session, &self.space) {
            let mut replies = Vec::new();
            session.subscriptions.due(space, Now { plc, time: now, began: self.began }, &mut replies);
            self.send(plc, now, replies, out);
        }
        After::Open
    }
}
