use crate::{Found, Picture, Rule};
use quaywatch_model::{FindingKind, Link, Overlong, Severity};

/// So many packets must be there before a carrier is suspected.
const MANY_PACKETS: u64 = 20;
/// An echo request of ping carries 32 or 56 bytes.
const LONG_ECHO_BYTES: u64 = 128;
/// Data in echoes shows in one direction being longer: an answer repeats its question.
const UNLIKE_BYTES: u64 = 2_000;

pub(super) static DNS: Rule = Rule {
    name: "tunnel.dns",
    title: "Name look-ups that carry data",
    kind: FindingKind::Activity,
    severity: "High.",
    meaning: "A machine asks for names that are far longer than names are, again and again. That is how data leaves through a \
              name server where nothing else gets out.",
    limits: "Needs 20 questions of over 100 bytes between two machines, among however many of ordinary length. Slow tunnels \
             with short names stay below.",
    advice: "Look at the names in the capture; let only the site's own name server ask outside.",
    techniques: &["T0869", "T0884"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 5.2"],
    shown_by: "cases/finding-tunnel-dns",
    silent_in: "cases/quiet-reverse-lookups",
    look: |picture, found| {
        tell_overlong(picture, found, "dns", "asks for names that carry data", Severity::High);
    },
};

pub(super) static ICMP: Rule = Rule {
    name: "tunnel.icmp",
    title: "Echoes that carry data",
    kind: FindingKind::Activity,
    severity: "High.",
    meaning: "Echo requests and answers between two machines differ in how much they carry. An answer has to repeat \
              its question; where it does not, somebody talks through it.",
    limits: "Needs 20 packets. Tests of the largest packet size carry much but answer alike, and are not told.",
    advice: "Look at the echoes' payload in the capture; let echoes pass only where they are needed.",
    techniques: &["T0869", "T0884"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 5.2"],
    shown_by: "cases/finding-tunnel-icmp",
    silent_in: "cases/quiet-large-pings",
    look: |picture, found| {
        let differs = |link: &Link| {
            let ([out, back], [sent, answered]) = (link.bytes, link.packets);
            // Where much was not answered the sums tell nothing.
            let is_answered = sent.abs_diff(answered) * 4 <= sent.max(answered);
            average(link).max(back / answered.max(1)) > LONG_ECHO_BYTES
                && out.abs_diff(back) > UNLIKE_BYTES
                && is_answered
        };
        for protocol in ["icmp", "icmp6"] {
            tell(picture, found, protocol, differs);
        }
    },
};

pub(super) static NTP: Rule = Rule {
    name: "tunnel.ntp",
    title: "Time requests that carry data",
    kind: FindingKind::Activity,
    severity: "Medium.",
    meaning: "Time requests between two machines are longer than the protocol needs.",
    limits: "Needs 20 packets of over 90 bytes. Network Time Security uses long extension fields and shows here.",
    advice: "Look at the packets in the capture; let machines ask only the site's time server.",
    techniques: &["T0869"],
    controls: &["33 CFR 101.650(h)(2)", "IEC 62443-3-3 SR 5.2"],
    shown_by: "cases/finding-tunnel-ntp",
    silent_in: "cases/quiet-ntp-with-digest",
    look: |picture, found| {
        tell_overlong(picture, found, "ntp", "sends time requests that carry data", Severity::Medium);
    },
};

/// Bytes of a packet of the client on the average.
fn average(link: &Link) -> u64 {
    let ([bytes, _], [packets, _]) = (link.bytes, link.packets);
    bytes / packets.max(1)
}

/// Tells of who says much where the protocol's questions are short.
fn tell_overlong(
    picture: &Picture<'_>,
    found: &mut Vec<Found>,
    protocol: &str,
    does: &str,
    severity: Severity,
) {
    let links = picture.links.iter().filter(|link| link.protocol == protocol);
    for link in links.filter(|link| link.overlong.packets >= MANY_PACKETS) {
        let Overlong { packets, bytes: [out, back], first, frames } = &link.overlong;
        found.push(Found {
            time: first.unwrap_or(link.first).time,
            severity,
            title: title(picture, link, does),
            explanation: format!(
                "{out} bytes in {packets} packets out that are longer than the protocol needs, {back} bytes back."
            ),
            subjects: vec![link.client, link.server],
            frames: frames.clone(),
            count: *packets,
        });
    }
}

/// Tells of echoes.
fn tell(picture: &Picture<'_>, found: &mut Vec<Found>, protocol: &str, is_it: impl Fn(&Link) -> bool) {
    let links = picture.links.iter().filter(|link| link.protocol == protocol);
    for link in links.filter(|link| link.packets[0] >= MANY_PACKETS && is_it(link)) {
        let ([out, back], [sent, answered]) = (link.bytes, link.packets);
        found.push(Found {
            time: link.first.time,
            severity: Severity::High,
            title: title(picture, link, "exchanges echoes that carry data"),
            explanation: format!(
                "{out} bytes in {sent} packets out, {back} bytes in {answered} packets back."
            ),
            subjects: vec![link.client, link.server],
            frames: vec![link.first.frame],
            count: sent,
        });
    }
}

fn title(picture: &Picture<'_>, link: &Link, does: &str) -> String {
    format!("{} {does}, with {}", picture.named(link.client), picture.named(link.server))
}
