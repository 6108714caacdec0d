//! Writes pages that no capture at hand gives, for the browser test (`scripts/check-report`): one in which everything that a
//! peer chooses tries to be markup or script, one of a very large network, and one of machines that are switched off.
//!
//!     cargo run -p quaywatch-report --example pages -- DIR

#![allow(clippy::indexing_slicing, reason = "this makes a test's input; nothing of it comes from a peer")]

use quaywatch_model::{
    Address, Asset, Change, DataClass, Direction, Disclosure, Entry, Finding, FindingKind, FinishedTransfer,
    Link, Mac, Moment, Outcome, Reach, RemoteAccess, Role, Scope, Severity, Side, Timestamp, TransferKind,
    Transferred, Verb,
};
use quaywatch_report::html::{self, About, Captured};
use quaywatch_sensor::{ProtocolTotal, Summary};
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

/// What tries to get out of wherever it is put.
const ATTEMPTS: [&str; 6] = [
    "</script><script>alert(1)</script>",
    "<img src=http://192.0.2.1/x onerror=alert(2)>",
    "\"><svg onload=alert(3)>",
    "javascript:alert(4)",
    "<!--<script>\u{2028}\u{202e}';alert(5)//",
    "</title></noscript><iframe srcdoc='<script>parent.alert(6)</script>'>",
];
/// Devices of the large network: as many as two /17.
const MANY: u32 = 32_000;

fn main() -> io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    std::fs::create_dir_all(&folder)?;
    page(&Path::new(&folder).join("hostile.html"), &hostile(), ATTEMPTS[5])?;
    page(&Path::new(&folder).join("large.html"), &large(), "A very large network")?;
    page(&Path::new(&folder).join("silent.html"), &silent(), "Machines that are switched off")?;
    page(&Path::new(&folder).join("empty.html"), &Summary::default(), "Nothing captured")
}

fn page(path: &Path, summary: &Summary, title: &str) -> io::Result<()> {
    let captures = ATTEMPTS.map(|name| Captured { name: name.to_owned(), bytes: None, sha256: None });
    let about = About { title: title.to_owned(), captures: captures.to_vec(), written: None };
    let mut out = BufWriter::new(File::create(path)?);
    html::write(&mut out, summary, &about)?;
    out.flush()
}

fn text(index: u32) -> String {
    ATTEMPTS[index as usize % ATTEMPTS.len()].to_owned()
}

const fn time(second: i64) -> Timestamp {
    Timestamp::from_nanos((1_700_000_000 + second) * 1_000_000_000)
}

const fn moment(second: i64) -> Moment {
    Moment { time: time(second), frame: second as u64 + 1 }
}

const fn at(index: u32) -> Address {
    let [_, b, c, d] = index.to_be_bytes();
    Address::v4([10, b, c, d])
}

fn hostile() -> Summary {
    let mut summary = Summary::default();
    (summary.span.first, summary.span.last) = (Some(time(0)), Some(time(3600)));
    summary.protocols.insert("modbus", Default::default());
    let tunnel = ProtocolTotal { carried_packets: 9, carried_wire_bytes: 900, ..ProtocolTotal::default() };
    summary.protocols.insert("vxlan", tunnel);
    summary.span.shortfall.damaged = vec![ATTEMPTS[1].to_owned()];
    for index in 0..12 {
        summary.assets.push(asset(index));
        summary.entries.push(entry(index, index + 1, Verb::Read));
        summary.links.push(link(index, index + 1));
        summary.changes.push(change(index));
        summary.findings.push(finding(index));
        summary.transfers.push(transfer(index));
        summary.remote_access.push(channel(index));
        summary.disclosures.push(disclosure(index));
    }
    summary
}

fn large() -> Summary {
    let mut summary = Summary::default();
    (summary.span.first, summary.span.last) = (Some(time(0)), Some(time(86_400)));
    summary.assets = (0..MANY).map(asset).collect();
    summary.entries = (0..50_000).map(|index| entry(index % 700, 9_000 + index % 97, Verb::Read)).collect();
    summary.changes = (0..20_000).map(change).collect();
    summary.links = (0..60_000).map(|index| link(index % MANY, index.wrapping_mul(7) % MANY)).collect();
    summary.findings = (0..2_000).map(finding).collect();
    summary.disclosures = (0..5_000).map(disclosure).collect();
    summary
}

/// One station asks a dozen addresses that never answer, and sends to one recipient, whose name only one conversation says.
fn silent() -> Summary {
    let mut summary = Summary::default();
    (summary.span.first, summary.span.last) = (Some(time(0)), Some(time(60)));
    summary.assets.push(asset(0));
    summary.links = (256..268).map(|index| Link { packets: [2, 0], ..link(0, index) }).collect();
    let named = |name: Option<&str>, protocol| Disclosure {
        recipient_name: name.map(str::to_owned),
        protocol,
        data_class: DataClass::Weights,
        ..disclosure(0)
    };
    summary.disclosures = vec![named(Some("cms.example"), "http"), named(None, "unknown")];
    summary
}

fn asset(index: u32) -> Asset {
    Asset {
        addresses: vec![at(index)],
        names: vec![text(index)],
        product: Some(text(index + 1)),
        firmware: Some(text(index + 2)),
        crane: (index.is_multiple_of(3)).then(|| text(index)),
        zone: (index.is_multiple_of(3)).then(|| text(index + 1)),
        roles: Role::ALL.get(index as usize % 25).into_iter().copied().collect(),
        first_seen: time(0),
        last_seen: time(60),
        declared: Some(index.is_multiple_of(2)),
        ..Asset::default()
    }
}

fn entry(client: u32, server: u32, verb: Verb) -> Entry {
    Entry {
        client: at(client),
        server: at(server),
        protocol: "modbus",
        verb,
        function: text(client),
        outcomes: [5, 1, 0, 0],
        refused_reads: None,
        bytes: 10,
        first: moment(i64::from(client % 3_000)),
        last: moment(3_500),
    }
}

fn link(client: u32, server: u32) -> Link {
    Link {
        client: at(client),
        server: at(server),
        scopes: [Scope::Private; 2],
        server_port: 502,
        ip_protocol: 6,
        protocol: "modbus",
        conversations: 1,
        failed: 0,
        packets: [1, 1],
        bytes: [u64::from(client) * 100, 50],
        macs: [Mac::default(); 2],
        first: moment(0),
        last: time(60),
        overlong: quaywatch_model::Overlong::default(),
        notes: Vec::new(),
    }
}

fn change(index: u32) -> Change {
    const VERBS: [Verb; 6] =
        [Verb::Write, Verb::Stop, Verb::DownloadProgram, Verb::SetClock, Verb::Force, Verb::UpdateFirmware];
    Change {
        at: moment(i64::from(index)),
        frames: [Some(u64::from(index) + 1), None],
        client: at(index % 40),
        server: at(index % 9 + 100),
        protocol: "modbus",
        verb: VERBS[index as usize % VERBS.len()],
        function: text(index),
        unit: Some(index),
        items: vec![text(index); 3],
        more_items: 2,
        bytes: None,
        outcome: if index.is_multiple_of(3) { Outcome::Refused } else { Outcome::Accepted },
        code: Some(text(index)),
        nth: 0,
        repeated: u64::from(index % 2 * 40),
        until: moment(i64::from(index + 9)).time,
    }
}

fn finding(index: u32) -> Finding {
    Finding {
        rule: if index.is_multiple_of(2) { "program.downloaded" } else { "engineering.unprotected" },
        time: time(0),
        severity: Severity::ALL[index as usize % Severity::ALL.len()],
        kind: if index.is_multiple_of(2) { FindingKind::Activity } else { FindingKind::Exposure },
        title: text(index),
        explanation: text(index + 1),
        crane: Some(text(index)),
        subjects: vec![at(index)],
        techniques: &["T0843"],
        controls: &["33 CFR 101.650(b)(4)", "IEC 62443-3-3 SR 3.4"],
        frames: vec![1, 2, 3],
        count: 4,
        advice: "Find the work order.",
    }
}

fn transfer(index: u32) -> Transferred {
    let transfer = FinishedTransfer {
        conversation: 1,
        id: 1,
        start: moment(0),
        end: moment(1),
        data: Some((moment(0), moment(1))),
        client: Side::A,
        kind: TransferKind::Program,
        direction: Direction::ToDevice,
        name: Some(text(index)),
        block_type: Some(text(index)),
        block_number: Some(1),
        mime_type: None,
        bytes: 10,
        missing_bytes: 0,
        complete: true,
        sha256: Some([7; 32]),
        carved: Some(text(index)),
        problem: None,
    };
    Transferred { client: at(index), server: at(index + 1), protocol: "s7comm", transfer }
}

fn channel(index: u32) -> RemoteAccess {
    RemoteAccess {
        start: moment(0),
        end: time(60),
        uid: text(index),
        conversations: 1,
        client: at(index),
        server: at(index + 1),
        server_port: 5_900,
        kind: "vnc",
        protocols: Vec::new(),
        direction: Reach::Inbound,
        bytes: [10, 20],
        declared: Some(false),
        evidence: vec![text(index)],
    }
}

fn disclosure(index: u32) -> Disclosure {
    Disclosure {
        start: moment(0),
        frames: vec![],
        end: time(60),
        conversations: 1,
        client: at(index % 5),
        recipient: Address::v4([203, 0, 113, (index % 250) as u8]),
        tried: None,
        recipient_port: 443,
        recipient_name: (index.is_multiple_of(2)).then(|| text(index)),
        recipient_scope: Scope::Internet,
        protocol: "tls",
        data_class: DataClass::ALL[index as usize % DataClass::COUNT],
        count: Some(3),
        bytes: u64::from(index + 1) * 1_000,
        samples: vec![text(index)],
        declared: Some(false),
    }
}
