//! Somebody between two hosts: claims each one's address to the other, passes on what they send, and may change what a
//! controller answers in S7comm.

use super::{Amount, Going, Stage, few};
use crate::lan::{Alter, HostId, Interception, Lan, arp, later};
use crate::world::{World, seconds};
use quaywatch_protocols::cotp::wire::Tpdu;
use quaywatch_protocols::s7comm::address::{Any, Specification, Syntax};
use quaywatch_protocols::s7comm::wire::{DataItem, Function, Kind, Pdu};
use quaywatch_wire::Reader;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Who, where, for how long, and what he changes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mitm {
    /// Who.
    pub by: String,
    /// Between whom: first the one whose questions are read, then the one whose answers are changed.
    #[serde(deserialize_with = "few")]
    pub between: [String; 2],
    /// For how long.
    pub for_s: f64,
    /// Which values are changed; none: nothing is.
    pub change: Option<Change>,
}

/// Floating-point values of a stretch of a data block.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The data block.
    pub block: u16,
    /// The first byte of the first value, and the first byte behind the last one.
    #[serde(deserialize_with = "few")]
    pub bytes: [u16; 2],
    /// What each is multiplied by.
    pub by: Amount,
}

/// How often addresses are claimed.
const CLAIMS_EVERY_S: f64 = 2.0;

impl Mitm {
    /// Begins it.
    pub(super) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        let [asks, answers] = &self.between;
        let (by, one, other) =
            (stage.host(world, &self.by)?, stage.host(world, asks)?, stage.host(world, answers)?);
        let end = later(world.now(), (self.for_s * 1e9) as i64);
        let change = self.change.map(|change| (change, stage.draw(&change.by) as f32));
        let alter = Box::new(S7 { server: other, change, asked: BTreeMap::new() });
        let label = world.lan.label;
        world.lan.intercept(Interception { by, between: [one, other], alter, label });
        let claims = move |world: &mut World| {
            let now = world.now();
            if now >= end {
                world.lan.release(by);
                return None;
            }
            claim(&mut world.lan, now, by, [one, other]);
            claim(&mut world.lan, now, by, [other, one]);
            Some(world.about(CLAIMS_EVERY_S))
        };
        world.adopt(Box::new(claims), label, world.now());
        Ok(Going::Until(later(end, seconds(CLAIMS_EVERY_S * 1.5).as_nanos() as i64)))
    }
}

/// Tells one that it is the other.
fn claim(lan: &mut Lan, now: quaywatch_model::Timestamp, by: HostId, [one, other]: [HostId; 2]) {
    let (Some(by), Some(one), Some(other)) = (lan.host(by), lan.host(one), lan.host(other)) else { return };
    let frame = arp(true, (by.mac, other.ip), (one.mac, one.ip), one.mac);
    lan.frame(now, frame);
}

/// Reads questions, and changes the answers to them.
struct S7 {
    server: HostId,
    /// Which values, and what each is multiplied by.
    change: Option<(Change, f32)>,
    /// What was asked under each reference and not yet answered.
    asked: BTreeMap<u16, Vec<Any>>,
}

/// So many questions are remembered.
const MOST_ASKED: usize = 64;

impl Alter for S7 {
    fn alter(&mut self, from: HostId, payload: &mut [u8]) {
        let Some(change) = self.change else { return };
        let Ok(Tpdu::Data { data, .. }) = Tpdu::decode(payload) else { return };
        let Ok((pdu, _)) = Pdu::decode(data) else { return };
        if pdu.function() != Some(Function::READ) {
            return;
        }
        if from != self.server && pdu.kind == Kind::JOB {
            if self.asked.len() >= MOST_ASKED {
                self.asked.pop_first();
            }
            self.asked.insert(pdu.reference, places(pdu.parameters));
        } else if from == self.server {
            let places = self.asked.remove(&pdu.reference).unwrap_or_default();
            let values = pdu.data.len();
            let edits = edits(&places, pdu.data, change);
            // The values are the end of the segment.
            let start = payload.len().saturating_sub(values);
            for (at, value) in edits {
                if let Some(place) = payload.get_mut(start + at..start + at + 4) {
                    place.copy_from_slice(&value.to_be_bytes());
                }
            }
        }
    }
}

/// The places that a question names.
fn places(parameters: &[u8]) -> Vec<Any> {
    let mut reader = Reader::new(parameters.get(2..).unwrap_or_default());
    let mut places = Vec::new();
    while let Ok(specification) = Specification::decode(&mut reader) {
        if specification.syntax != Syntax::ANY {
            break;
        }
        places.extend(specification.as_any());
        if reader.is_empty() {
            break;
        }
    }
    places
}

/// Which values are changed: where they begin in the answer's data, and what they become.
fn edits(places: &[Any], data: &[u8], (change, by): (Change, f32)) -> Vec<(usize, f32)> {
    let mut reader = Reader::new(data);
    let mut edits = Vec::new();
    for place in places {
        let Ok(item) = DataItem::decode(&mut reader) else { break };
        let end = data.len() - reader.rest().len();
        // An odd value is followed by a fill byte, unless it is the last.
        let fill = usize::from(item.value.len() % 2 == 1 && !reader.is_empty());
        let begin = end - fill - item.value.len();
        let first = (place.offset / 8) as u16;
        let [low, high] = change.bytes;
        for at in (low..high).step_by(4) {
            let Some(into) = at.checked_sub(first).map(usize::from) else { continue };
            let value = item.value.get(into..into + 4).and_then(|value| value.first_chunk());
            if let Some(value) = value.filter(|_| place.block == change.block) {
                edits.push((begin + into, f32::from_be_bytes(*value) * by));
            }
        }
    }
    edits
}
