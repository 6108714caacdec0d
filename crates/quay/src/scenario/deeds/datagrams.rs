//! What is said in datagrams: tunnels, look-ups, messages, times.

use super::{Going, Stage, again, few};
use crate::lan::{HostId, later};
use crate::lines::cargo::{self, Form};
use crate::lines::{dns, icmp, noise, ntp, snmp, syslog, tftp, wireguard};
use crate::party::{End, Line};
use crate::world::World;
use serde::Deserialize;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// Between whom, and what.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Datagrams {
    /// Who asks.
    pub from: String,
    /// Whom.
    pub to: String,
    /// How often.
    #[serde(default = "once")]
    pub times: u32,
    /// How long between.
    #[serde(default)]
    pub every_s: f64,
    /// In which protocol, and what.
    pub say: Say,
}

const fn once() -> u32 {
    1
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Say {
    /// `WireGuard`: a handshake, then each time so many bytes there and back; none: it only says that it is there.
    Wireguard(#[serde(deserialize_with = "few")] [usize; 2]),
    /// DNS: the address of a name.
    Lookup(String),
    /// DNS: bytes in the names of a domain, and more in texts that come back.
    DnsTunnel {
        /// The domain.
        domain: String,
        /// So many bytes a time: at most 120.
        bytes: usize,
    },
    /// The same, and what is sent is a list of so many containers, a piece each time.
    DnsList {
        /// The domain.
        domain: String,
        /// How many containers.
        containers: usize,
        /// How it is written down before it is cut into names.
        form: Form,
    },
    /// NTP, honestly.
    Time(bool),
    /// NTP with so many bytes behind each message that are none of it.
    TimeTunnel(usize),
    /// ICMP: echoes with so many bytes of noise, and up to as many back; 0: as usual.
    Echo(usize),
    /// Syslog: a list of so many containers, three in each message.
    Syslog(usize),
    /// SNMP: how long the other runs, with this community's name.
    Snmp(String),
    /// TFTP: a file of so many bytes is put.
    Put {
        /// Its name.
        file: String,
        /// How long it is.
        bytes: usize,
    },
}

/// A label of a name holds at most this (RFC 1035, section 2.3.4).
const LABEL_BYTES: usize = 60;
/// How long an answer takes beside its way.
const THINKING_NS: i64 = 250_000;

impl Datagrams {
    /// Begins it.
    pub(super) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        let (from, to) = (stage.host(world, &self.from)?, stage.host(world, &self.to)?);
        let seed = world.chance.next();
        match &self.say {
            Say::Echo(bytes) => return Ok(self.echoes(world, [from, to], *bytes, seed)),
            Say::Time(_) => return Ok(self.times(world, [from, to], 0)),
            Say::TimeTunnel(bytes) => return Ok(self.times(world, [from, to], *bytes)),
            Say::Put { file, bytes } => {
                let port = world.lan.port_of(from);
                let asked = Line::client(tftp::put(file, *bytes));
                play(world, [(from, port), (to, tftp::PORT)], vec![asked]);
                let lines = tftp::blocks(&noise(seed, *bytes));
                return Ok(play(world, [(from, port), (to, 49_200 + (seed % 900) as u16)], lines));
            }
            _ => {}
        }
        let own = world.lan.port_of(from);
        let (lines, port) = self.lines(seed);
        Ok(play(world, [(from, own), (to, port)], lines))
    }

    /// What is known beforehand, and where it is said.
    fn lines(&self, seed: u64) -> (Vec<Line>, u16) {
        let every_ms = (self.every_s * 1e3) as u64;
        let times = u64::from(self.times);
        let id = |time: u64| (seed >> 16) as u16 ^ time as u16;
        let mut lines = Vec::new();
        let mut ask = |asked: Vec<u8>, told: Vec<u8>| {
            let pause_ms = if lines.is_empty() { 0 } else { every_ms };
            lines.push(Line::client(asked).after_ms(pause_ms));
            lines.push(Line::server(told).after_ms(3));
        };
        match &self.say {
            Say::Wireguard(bytes) => return (tunnel(seed, times, every_ms, *bytes), 51_820),
            Say::Lookup(name) => {
                for time in 0..times {
                    let found = [203, 0, 113, 20 + time as u8];
                    let answer = dns::answer(id(time), name, dns::A, Some((&found, 300)));
                    ask(dns::question(id(time), name, dns::A), answer);
                }
            }
            Say::DnsTunnel { domain, bytes } => {
                for time in 0..times {
                    let name = name_of(&noise(seed ^ time, (*bytes).min(120)), domain);
                    let told = text(&hexadecimal(&noise(seed ^ time ^ 0xFF00, 40)));
                    let answer = dns::answer(id(time), &name, dns::TXT, Some((&told, 1)));
                    ask(dns::question(id(time), &name, dns::TXT), answer);
                }
            }
            Say::DnsList { domain, containers, form } => {
                let list = form.of(cargo::json(seed, *containers).as_bytes());
                for (time, piece) in (0_u64..).zip(list.chunks(LABEL_BYTES * 2)) {
                    let piece: Vec<&[u8]> = piece.chunks(LABEL_BYTES).collect();
                    let labels: Vec<_> =
                        piece.iter().map(|label| String::from_utf8_lossy(label).replace('.', "-")).collect();
                    let name = format!("{}.{time}.{domain}", labels.join("."));
                    let answer = dns::answer(id(time), &name, dns::TXT, Some((&text("ok"), 1)));
                    ask(dns::question(id(time), &name, dns::TXT), answer);
                }
            }
            Say::Syslog(containers) => {
                for three in cargo::rows(seed, *containers).chunks(3) {
                    let rows: Vec<String> = three.iter().map(|row| row.join(";")).collect();
                    let message = syslog::message("cms", "mover", &rows.join(" "));
                    lines.push(Line::client(message).after_ms(every_ms));
                }
                return (lines, syslog::PORT);
            }
            Say::Snmp(community) => {
                for time in 0..times {
                    let (number, name) = ((seed as i32 & 0xFFFF) + time as i32, snmp::UP_TIME.to_vec());
                    let told = [(name.clone(), snmp::Value::Ticks(812_345_678))];
                    ask(snmp::question(community, number, &[name]), snmp::answer(community, number, &told));
                }
                return (lines, 161);
            }
            Say::Time(_) | Say::TimeTunnel(_) | Say::Echo(_) | Say::Put { .. } => {}
        }
        (lines, 53)
    }

    fn echoes(&self, world: &mut World, [from, to]: [HostId; 2], bytes: usize, seed: u64) -> Going {
        let id = seed as u16;
        again(world, self.times as usize, self.every_s, move |world, time| {
            // Who answers honestly sends back what came; a tunnel sends what it has.
            let back = if bytes == 0 { 0 } else { 1 + world.chance.below(bytes) };
            let along = |way: u64, count: usize| match count {
                0 => icmp::usual(),
                _ => noise(seed ^ (time as u64) << 8 ^ way, count),
            };
            let now = world.now();
            let number = time as u16 + 1;
            let asked = icmp::echo(icmp::REQUEST, id, number, &along(0, bytes));
            let told = icmp::echo(icmp::REPLY, id, number, &along(1, back));
            let arrived = world.lan.other(now, from, to, icmp::PROTOCOL, &asked);
            if world.lan.host(to).is_some_and(|host| host.up) {
                let departs = world.lan.departure(later(arrived, THINKING_NS), to);
                world.lan.other(departs, to, from, icmp::PROTOCOL, &told);
            }
        })
    }

    fn times(&self, world: &mut World, [from, to]: [HostId; 2], behind: usize) -> Going {
        let port = if behind == 0 { 123 } else { world.lan.port_of(from) };
        again(world, self.times as usize, self.every_s, move |world, time| {
            let now = world.now();
            let tail = |way: u64| noise(now.nanos().unsigned_abs() ^ way ^ time as u64, behind);
            let question = [ntp::question(now, 6), tail(0)].concat();
            let arrived = world.lan.datagram(now, (from, port), (to, 123), &question);
            if world.lan.host(to).is_some_and(|host| host.up) {
                let sent = later(arrived, THINKING_NS);
                let answer = [ntp::answer(now, 6, arrived, sent, [10, 20, 0, 1]), tail(1)].concat();
                let departs = world.lan.departure(sent, to);
                world.lan.datagram(departs, (to, 123), (from, port), &answer);
            }
        })
    }
}

/// A handshake, then so much each time.
fn tunnel(seed: u64, times: u64, every_ms: u64, [out, back]: [usize; 2]) -> Vec<Line> {
    let (ours, theirs) = (seed as u32, (seed >> 32) as u32);
    let mut lines = vec![
        Line::client(wireguard::initiation(ours, seed)),
        Line::server(wireguard::response(theirs, ours, seed ^ 1)).after_ms(1),
    ];
    for count in 0..times {
        lines.push(Line::client(wireguard::data(theirs, count, out)).after_ms(every_ms));
        lines.push(Line::server(wireguard::data(ours, count, back)).after_ms(2));
    }
    lines
}

/// Says all of it, one after another. Who is down says nothing.
fn play(world: &mut World, [client, server]: [(HostId, u16); 2], lines: Vec<Line>) -> Going {
    let over = Rc::new(Cell::new(lines.is_empty()));
    let (ended, mut lines) = (Rc::clone(&over), lines.into_iter().peekable());
    let first = lines.peek().map(|line| line.after).unwrap_or_default();
    let work = move |world: &mut World| -> Option<Duration> {
        let line = lines.next()?;
        let (from, to) = if line.by == End::Client { (client, server) } else { (server, client) };
        let now = world.now();
        let mut arrived = now;
        if world.lan.host(from.0).is_some_and(|host| host.up) {
            let seen = world.lan.departure(now, from.0);
            arrived = world.lan.datagram(seen, from, to, &line.bytes);
        }
        let Some(next) = lines.peek() else {
            ended.set(true);
            return None;
        };
        let way = Duration::from_nanos((arrived.since(now) + THINKING_NS).unsigned_abs());
        Some(world.about(next.after.as_secs_f64()) + way)
    };
    let begins = later(world.now(), first.as_nanos() as i64);
    world.adopt(Box::new(work), world.lan.label, begins);
    Going::Told(over)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes as labels of a domain.
fn name_of(bytes: &[u8], domain: &str) -> String {
    let labels: Vec<String> = bytes.chunks(LABEL_BYTES / 2).map(hexadecimal).collect();
    format!("{}.{domain}", labels.join("."))
}

/// A text as a TXT record has it.
fn text(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let bytes = bytes.get(..255).unwrap_or(bytes);
    [&[bytes.len() as u8][..], bytes].concat()
}
