//! Real captures, compared packet for packet with what tshark reads of them.
//!
//! Set `QUAYWATCH_CORPUS` to a folder of captures; without it, or without tshark, these tests say that they were
//! skipped.

use quaywatch_capture::{Batch, Captures, Source};
use quaywatch_model::Timestamp;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Debug, PartialEq, Eq, Clone)]
struct Line {
    frame: u64,
    time: Timestamp,
    original: u32,
    captured: usize,
}

fn captures_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("");
        if path.is_dir() {
            captures_below(&path, found);
        } else if matches!(extension, "pcap" | "pcapng" | "cap" | "gz" | "zst") {
            found.push(path);
        }
    }
}

fn corpus() -> Vec<PathBuf> {
    let Some(folder) = std::env::var_os("QUAYWATCH_CORPUS") else {
        // Past the harness, which would keep what a passing test says to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED: QUAYWATCH_CORPUS names no folder of captures");
        return Vec::new();
    };
    let mut found = Vec::new();
    captures_below(Path::new(&folder), &mut found);
    found.sort();
    found
}

fn read(path: &Path) -> (Vec<Line>, Vec<String>) {
    let mut captures = Captures::open(&[Source::Path(path.into())]).unwrap();
    let (mut batch, mut lines, mut problems) = (Batch::new(), Vec::new(), Vec::new());
    while captures.next_batch(&mut batch).unwrap() {
        lines.extend(batch.packets().map(|packet| Line {
            frame: packet.frame,
            time: packet.time,
            original: packet.original_len,
            captured: packet.bytes.len(),
        }));
        problems.extend(batch.problems().iter().map(|(frame, problem)| format!("{frame} {problem:?}")));
    }
    (lines, problems)
}

/// `1700000000.123456789` as tshark prints it.
fn time(text: &str) -> Timestamp {
    let (seconds, nanos) = text.split_once('.').unwrap();
    let seconds: i64 = seconds.parse().unwrap();
    Timestamp::from_nanos(seconds * 1_000_000_000 + nanos.parse::<i64>().unwrap())
}

fn tshark(path: &Path) -> Option<(Vec<Line>, String)> {
    let fields = ["frame.number", "frame.time_epoch", "frame.len", "frame.cap_len"];
    let mut command = Command::new("tshark");
    command.args(["-n", "-T", "fields"]);
    fields.iter().for_each(|field| {
        command.args(["-e", field]);
    });
    let output = command.arg("-r").arg(path).output().ok()?;
    let lines = String::from_utf8(output.stdout).unwrap();
    let line = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        Line {
            frame: fields[0].parse().unwrap(),
            time: time(fields[1]),
            original: fields[2].parse().unwrap(),
            captured: fields[3].parse().unwrap(),
        }
    };
    Some((lines.lines().map(line).collect(), stderr(&output.stderr)))
}

/// What tshark says of the file, without what it says of the machine it runs on.
fn stderr(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    said.lines().filter(|line| line.contains("tshark: ")).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_capture_has_the_packets_that_tshark_reads() {
    let files = corpus();
    if !files.is_empty() && Command::new("tshark").arg("--version").output().is_err() {
        eprintln!("skipped: there is no tshark");
        return;
    }
    // tshark takes most of its time to start: as many at a time as there are processors.
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = files.len().div_ceil(threads).max(1);
    let compared: Vec<(usize, Vec<String>)> = std::thread::scope(|scope| {
        let running: Vec<_> = files.chunks(share).map(|files| scope.spawn(|| compare(files))).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let packets: usize = compared.iter().map(|(packets, _)| packets).sum();
    eprintln!("{} captures, {packets} packets", files.len());
    let differing: Vec<String> = compared.into_iter().flat_map(|(_, differing)| differing).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

/// How many packets these captures have, and where tshark reads others.
fn compare(files: &[PathBuf]) -> (usize, Vec<String>) {
    let mut packets = 0;
    let mut differing = Vec::new();
    for path in files {
        let (ours, problems) = read(path);
        let (theirs, said) = tshark(path).unwrap();
        packets += ours.len();
        if !problems.is_empty() || !said.is_empty() {
            eprintln!("{}:\n  ours {problems:?}\n  tshark {}", path.display(), said.trim());
        }
        if ours != theirs {
            let first = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs);
            differing.push(format!("{}: {} and {}, {first:?}", path.display(), ours.len(), theirs.len()));
        }
    }
    (packets, differing)
}
