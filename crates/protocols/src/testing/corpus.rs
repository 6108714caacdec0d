//! Plays captures of the folder that `QUAYWATCH_CORPUS` names to the recogniser and the decoders, as the sensor does,
//! and gives all that each conversation reported. For comparison with the logs that Zeek's own tests expect.

use super::Recorder;
use crate::{Context, Conversation, Recogniser, Recognition, Shared, Transport, Wanted};
use quaywatch_capture::{Batch, Captures, Source};
use quaywatch_flow::{Conversation as Flow, Key, Limits, Listener, Table};
use quaywatch_model::{Moment, Problem, Side};
use quaywatch_wire::{Frame, Memory, protocol};
use std::path::{Path, PathBuf};

/// What one conversation of a capture reported.
#[derive(Debug)]
pub(crate) struct Heard {
    /// What it was recognised as.
    pub(crate) protocol: &'static str,
    /// All it reported.
    pub(crate) said: Recorder,
}

/// The corpus, where there is one.
pub(crate) fn folder() -> Option<PathBuf> {
    std::env::var_os("QUAYWATCH_CORPUS").map(PathBuf::from)
}

/// All conversations of the capture at this path below the corpus; none where there is no corpus.
pub(crate) fn hear(capture: &str) -> Option<Vec<Heard>> {
    Some(hear_file(&folder()?.join(capture)))
}

/// All conversations of a capture, in the order they ended.
pub(crate) fn hear_file(path: &Path) -> Vec<Heard> {
    let mut captures = Captures::open(&[Source::from_argument(path)]).unwrap();
    let (mut table, mut memory) = (Table::new(Limits::default()), Memory::new(64 << 20));
    let mut ear = Ear { shared: Shared::default(), heard: Vec::new() };
    let (mut batch, mut last) = (Batch::new(), Moment::default());
    while captures.next_batch(&mut batch).unwrap() {
        for packet in batch.packets() {
            let at = Moment { time: packet.time, frame: packet.frame };
            last = Moment { time: last.time.max(at.time), frame: at.frame };
            let cut = (packet.original_len as usize).saturating_sub(packet.bytes.len());
            if let Some(frame) = Frame::decode(packet.link, packet.bytes, cut) {
                table.frame(&frame, at, packet.original_len.into(), &mut memory, &mut ear);
            }
        }
    }
    table.finish(last, &mut memory, &mut ear);
    assert_eq!(memory.held_bytes(), 0, "{}: all memory must be given back", path.display());
    ear.heard
}

/// The lines of a log that Zeek's tests expect: each as columns and values, without those before and with `id.resp_p`.
pub(crate) fn zeek_log(log: &str) -> Vec<Vec<(String, String)>> {
    let text = std::fs::read_to_string(folder().unwrap().join(log)).unwrap();
    let mut names: Vec<String> = Vec::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut cells = line.split('\t').map(str::to_owned);
        if line.starts_with("#fields") {
            names = cells.skip(1).collect();
        } else if !line.starts_with('#') {
            lines.push(names.iter().cloned().zip(cells.by_ref()).collect());
        }
    }
    lines
}

/// A line of Zeek's as [`Recorder::logs`] writes its own columns, so that the two can be compared: text without quotes.
pub(crate) fn as_zeek(recorded: &str) -> String {
    recorded.replace('"', "")
}

#[derive(Default)]
struct App {
    reading: Reading,
    said: Recorder,
}

enum Reading {
    Undecided(Recogniser),
    Speaking(Box<dyn Conversation>),
    Unknown,
}

impl Default for Reading {
    fn default() -> Self {
        Self::Undecided(Recogniser::default())
    }
}

struct Ear {
    shared: Shared,
    heard: Vec<Heard>,
}

impl Ear {
    fn with<R>(
        &mut self,
        flow: (&Key, &mut Recorder),
        memory: &mut Memory,
        now: Moment,
        act: impl FnOnce(&mut Context<'_>) -> R,
    ) -> R {
        let (key, sink) = flow;
        let wanted = Wanted { logs: true, content: true };
        let (addresses, ports) = (key.addresses, key.ports);
        act(&mut Context { now, addresses, ports, wanted, memory, shared: &mut self.shared, sink })
    }
}

fn transport(key: &Key) -> Option<Transport> {
    match key.protocol {
        protocol::TCP => Some(Transport::Tcp),
        protocol::UDP => Some(Transport::Udp),
        protocol::ICMP => Some(Transport::Icmp),
        protocol::ICMPV6 => Some(Transport::Icmp6),
        0 if key.ethertype != 0 => Some(Transport::Ethernet(key.ethertype)),
        0 => None,
        number => Some(Transport::Ip(number)),
    }
}

impl Listener<App> for Ear {
    fn data(&mut self, flow: &mut Flow<App>, memory: &mut Memory, from: Side, at: Moment, bytes: &[u8]) {
        let key = flow.key;
        let App { reading, said } = &mut flow.app;
        match reading {
            Reading::Unknown => {}
            Reading::Speaking(decoder) => {
                self.with((&key, said), memory, at, |cx| decoder.data(cx, from, bytes));
            }
            Reading::Undecided(recogniser) => {
                let Some(transport) = transport(&key) else { return };
                let shown = |cx: &mut Context<'_>| recogniser.show(cx, transport, from, bytes);
                match self.with((&key, said), memory, at, shown) {
                    Recognition::Undecided => {}
                    Recognition::Unknown => *reading = Reading::Unknown,
                    Recognition::Found(mut decoder) => {
                        self.with((&key, said), memory, at, |cx| {
                            recogniser.replay(cx, decoder.as_mut());
                            decoder.data(cx, from, bytes);
                        });
                        *reading = Reading::Speaking(decoder);
                    }
                }
            }
        }
    }

    fn gap(&mut self, flow: &mut Flow<App>, memory: &mut Memory, from: Side, at: Moment, bytes: u64) {
        let key = flow.key;
        let App { reading, said } = &mut flow.app;
        match reading {
            Reading::Speaking(decoder) => {
                self.with((&key, said), memory, at, |cx| decoder.gap(cx, from, bytes));
            }
            Reading::Undecided(recogniser) => recogniser.gap(memory, from),
            Reading::Unknown => {}
        }
    }

    fn end(&mut self, flow: &mut Flow<App>, memory: &mut Memory, at: Moment) {
        let at = Moment { frame: at.frame, time: at.time.max(flow.last) };
        let key = flow.key;
        let App { reading, mut said } = std::mem::take(&mut flow.app);
        let mut protocol = "unknown";
        match reading {
            Reading::Speaking(mut decoder) => {
                self.with((&key, &mut said), memory, at, |cx| decoder.end(cx));
                protocol = decoder.protocol();
            }
            Reading::Undecided(mut recogniser) => recogniser.forget(memory),
            Reading::Unknown => {}
        }
        said.close();
        self.heard.push(Heard { protocol, said });
    }

    fn problem(&mut self, _: Option<&Flow<App>>, _: Moment, _: &Problem) {}
}

/// Captures of other folders of the corpus in which these are spoken too; each was looked at with tshark.
const GUESTS: [(&str, &str); 8] = [
    ("dcerpc/sv__dcerpc-dcerpc-3109.pcap", "smb"),
    ("dcerpc/sv__dcerpc-dcerpc-ctxids.pcap", "smb"),
    ("dns/ndpi__netbios.pcapng", "smb"),
    ("enip_cip/iti__EIP-IPAddressChangeAttempt.pcap", "smb"),
    ("hart_ip/iti__hart_ip.pcapng", "smb"),
    ("ldap_krb/ndpi__kerberos.pcap", "smb"),
    ("modbus/malcolm__Modicon.pcap", "ftp"),
    ("modbus/zeek__modbus-modbus-and-non-modbus-p502.pcap", "rdp"),
];

#[test]
fn remote_access_and_files_are_claimed_only_where_they_are() {
    let Some(corpus) = folder() else { return };
    let homes = ["rdp", "vnc", "ftp", "tftp", "telnet", "rtsp", "rtp", "smb"];
    let mut claimed = std::collections::BTreeSet::<(String, &str)>::new();
    for room in
        std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        let home = room.file_name().unwrap().to_string_lossy().into_owned();
        for file in std::fs::read_dir(&room).unwrap().map(|entry| entry.unwrap().path()) {
            let name = format!("{home}/{}", file.file_name().unwrap().to_string_lossy());
            if ![".pcap", ".pcapng", ".cap"].iter().any(|ending| name.ends_with(ending)) {
                continue;
            }
            let told = hear_file(&file).into_iter().map(|heard| heard.protocol.trim_end_matches("-data"));
            let guests = told.filter(|protocol| homes.contains(protocol) && home != *protocol);
            claimed.extend(guests.map(|protocol| (name.clone(), protocol)));
        }
    }
    let known = GUESTS.map(|(file, protocol)| (file.to_owned(), protocol));
    assert_eq!(claimed, std::collections::BTreeSet::from(known));
}
