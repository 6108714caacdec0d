//! The message router: hands a CIP request to whom it is for.

use super::address::{Place, Target, target};
use super::answer::{Answer, Outcome, Refusal, general};
use super::connections::{Connections, routed_here};
use super::{access, objects};
use crate::Plc;
use quaywatch_model::Timestamp;
use quaywatch_protocols::cip::MAX_DEPTH;
use quaywatch_protocols::cip::wire::{Members, Request, UnconnectedSend, class, service};

/// The bytes of a reply before its data.
const REPLY_BYTES: usize = 4;
/// The bytes of a reply that only refuses, and says why in a word.
const REFUSAL_BYTES: usize = REPLY_BYTES + 2;
/// The bytes of a number in a Multiple Service Packet: how many members there are, where each begins.
const NUMBER_BYTES: usize = 2;

/// What requests act on.
pub(super) struct Router<'a> {
    pub(super) plc: &'a mut Plc,
    pub(super) connections: &'a mut Connections,
    pub(super) now: Timestamp,
}

impl Router<'_> {
    /// Answers a message in at most `room` bytes.
    pub(super) fn serve(&mut self, message: &[u8], room: usize) -> Vec<u8> {
        self.reply(message, room, MAX_DEPTH)
    }

    fn reply(&mut self, message: &[u8], room: usize, depth: usize) -> Vec<u8> {
        let room_for_data = room.saturating_sub(REPLY_BYTES);
        let outcome = match addressed(message) {
            Ok((target, request)) if is_unconnected_send(target, &request) => {
                match unwrapped(request.data, depth) {
                    Ok(inner) => return self.reply(inner, room, depth - 1),
                    Err(refusal) => Err(refusal),
                }
            }
            Ok((target, request)) => self.dispatch(target, request, room_for_data, depth),
            Err(refusal) => Err(refusal),
        };
        let mut answer = Answer::from(outcome);
        // Who could cut his answer to the room has done so.
        if answer.data.len() > room_for_data {
            answer = Refusal::plain(general::REPLY_TOO_LARGE).0;
        }
        let mut out = Vec::new();
        answer.encode(message.first().copied().unwrap_or(0), &mut out);
        out
    }

    fn dispatch(&mut self, target: Target, request: Request<'_>, room: usize, depth: usize) -> Outcome {
        let Request { service: number, data, .. } = request;
        let unsupported = || Refusal::plain(general::SERVICE_NOT_SUPPORTED);
        let object = match target {
            Target::Tag(place) => {
                let done = access::serve(number, place, data, &mut self.plc.image, room);
                return done.unwrap_or_else(|| Err(unsupported()));
            }
            Target::Object(object) => object,
        };
        if object.is_tag()
            && let Some(done) = access::serve(number, Place::root(), data, &mut self.plc.image, room)
        {
            return done;
        }
        match (object.class, object.instance, number) {
            (class::CONNECTION_MANAGER, 1, service::FORWARD_OPEN) => {
                self.connections.open(data, false, self.now)
            }
            (class::CONNECTION_MANAGER, 1, service::LARGE_FORWARD_OPEN) => {
                self.connections.open(data, true, self.now)
            }
            (class::CONNECTION_MANAGER, 1, service::FORWARD_CLOSE) => self.connections.close(data),
            (class::MESSAGE_ROUTER, 1, service::MULTIPLE_SERVICE_PACKET) => self.many(data, room, depth),
            _ => objects::serve(number, object, data, self.plc, self.now, room),
        }
    }

    /// Answers the members of a Multiple Service Packet one by one. Each has the room that is left when those after it
    /// have just enough to be refused.
    fn many(&mut self, data: &[u8], room: usize, depth: usize) -> Outcome {
        let members = Members::new(data);
        let announced = members.announced();
        let members: Vec<&[u8]> = members.collect();
        if members.len() != announced || members.is_empty() {
            return Err(Refusal::plain(general::NOT_ENOUGH_DATA));
        }
        if depth == 0 {
            return Err(Refusal::plain(general::REPLY_TOO_LARGE));
        }
        let (mut replies, mut failed) = (Vec::new(), false);
        let mut left = room.checked_sub(NUMBER_BYTES + members.len() * (NUMBER_BYTES + REFUSAL_BYTES));
        for member in members {
            let room = left.ok_or_else(|| Refusal::plain(general::REPLY_TOO_LARGE))? + REFUSAL_BYTES;
            let reply = self.reply(member, room, depth - 1);
            failed |= reply.get(2).is_some_and(|status| *status != 0);
            left = room.checked_sub(reply.len().max(REFUSAL_BYTES));
            replies.push(reply);
        }
        let replies: Vec<&[u8]> = replies.iter().map(Vec::as_slice).collect();
        let mut out = Vec::new();
        Members::encode(&replies, &mut out);
        if failed { Err(Refusal::partial(general::EMBEDDED_SERVICE_ERROR, out)) } else { Ok(out) }
    }
}

/// Reads a request and follows its path.
fn addressed(message: &[u8]) -> Result<(Target, Request<'_>), Refusal> {
    let request = Request::decode(message).map_err(|_| Refusal::plain(general::PATH_SIZE_INVALID))?;
    Ok((target(request.path)?, request))
}

/// The same number asks a tag for a fragment.
const fn is_unconnected_send(target: Target, request: &Request<'_>) -> bool {
    match target {
        Target::Object(object) => {
            object.class == class::CONNECTION_MANAGER && request.service == service::UNCONNECTED_SEND
        }
        Target::Tag(_) => false,
    }
}

/// The message in an Unconnected Send that is for this controller.
fn unwrapped(data: &[u8], depth: usize) -> Result<&[u8], Refusal> {
    let send = UnconnectedSend::decode(data)?;
    routed_here(send.route)?;
    if depth == 0 || send.message.is_empty() {
        return Err(Refusal::plain(general::NOT_ENOUGH_DATA));
    }
    Ok(send.message)
}
