//! What the capture does not hold, and what of it could not be read: what all other answers rest on.

use super::{Answer, many, verb_of};
use crate::json::file_name;
use crate::number::{Bytes, Count, Duration};
use quaywatch_model::Verb;
use quaywatch_sensor::{Dropped, Shortfall, Stopped, Summary};
use quaywatch_store::ProblemTotal;

/// So many captures are named of those that were not read to their end, are damaged, or lost packets.
const MOST_FILES: usize = 3;

/// What was not seen?
pub(super) fn not_seen(summary: &Summary) -> Answer {
    let span = &summary.span;
    let Shortfall { stopped, damaged, dropped } = &span.shortfall;
    let grave = !stopped.is_empty() || !damaged.is_empty();
    let headline = if grave { unread(stopped, damaged) } else { missing(summary) };
    let mut points: Vec<String> = stopped.iter().skip(1).take(MOST_FILES).map(where_stopped).collect();
    if grave {
        points.push(
            "What all other answers tell ends where reading ended, and nobody knows what came behind it."
                .to_owned(),
        );
        points.push(missing(summary));
    }
    points.extend(dropped.iter().take(MOST_FILES).map(lost));
    points.extend(of_the_file(summary).map(|total| {
        let count = many(total.count, "time");
        format!("In the capture file itself, {count}: {}.", total.reason)
    }));
    if let (Some(first), Some(last)) = (span.first, span.last) {
        points.push(format!("What happened outside these {} is not told.", Duration(last.since(first))));
    }
    let all: u64 = summary.protocols.values().map(|total| total.wire_bytes).sum();
    if let Some(unknown) = summary.protocols.get("unknown").filter(|total| total.conversations > 0) {
        points.push(format!(
            "{} ({} of all bytes) in a protocol that was not recognised.",
            verb_of(unknown.conversations, "conversation", "was", "were"),
            percent(unknown.wire_bytes, all)
        ));
    }
    if !summary.assumed_own.is_empty() {
        points.push(format!(
            "{} taken for the site's own, because they are on the same link or of one network; a site file says whose they are.",
            verb_of(summary.assumed_own.len() as u64, "public address", "was", "were")
        ));
    }
    let opaque: u64 =
        summary.entries.iter().filter(|entry| entry.verb == Verb::Opaque).map(|entry| entry.count()).sum();
    if opaque > 0 {
        let operations = many(opaque, "operation");
        points.push(format!("{operations} could not be read: encrypted, or not documented."));
    }
    points.push(
        "What does not pass the capture point is never seen: a modem's own radio link, a serial line, a laptop \
         plugged into a controller."
            .to_owned(),
    );
    Answer { id: "unseen", question: "What was not seen?", headline, points, grave }
}

/// Where reading stopped, and what cannot be trusted.
fn unread(stopped: &[Stopped], damaged: &[String]) -> String {
    let mut told: Vec<String> = stopped.iter().take(1).map(where_stopped).collect();
    if stopped.len() > 1 {
        told.push(format!("{} in all were not read to their end.", many(stopped.len() as u64, "capture")));
    }
    told.extend(damaged.iter().take(MOST_FILES).map(|file| {
        format!(
            "{} is damaged: its checksum is wrong, and nothing that was read from it can be trusted.",
            file_name(file)
        )
    }));
    if damaged.len() > MOST_FILES {
        told.push(format!("{} are damaged.", many(damaged.len() as u64, "capture")));
    }
    told.join(" ")
}

/// `Reading of night.pcap stopped at byte 1,200 of 5,000: the last packet is cut; 3,800 bytes were not read.`
fn where_stopped(stopped: &Stopped) -> String {
    let Stopped { file, offset, total, inside, reason, unread_bytes } = stopped;
    let total = total.map(|total| format!(" of {}", Count(total))).unwrap_or_default();
    let counted = if inside.is_empty() { "" } else { " decompressed" };
    let unread = match unread_bytes {
        0 => "how much was not read is not known".to_owned(),
        bytes => format!("{} bytes were not read", Count(*bytes)),
    };
    // The reason says it, too, in words that do not depend on how much it is.
    let reason = reason.split(';').next().unwrap_or_default();
    let (file, offset) = (file_name(file), Count(*offset));
    format!("Reading of {file} stopped at byte {offset}{total}{counted}: {reason}; {unread}.")
}

/// What is known to be missing of what was read.
fn missing(summary: &Summary) -> String {
    let span = &summary.span;
    let begun = many(span.begun_before, "conversation");
    match (span.missed_bytes, span.begun_before) {
        (0, 0) if span.shortfall == Shortfall::default() && of_the_file(summary).next().is_none() => {
            "Nothing is known to be missing between the first and the last packet.".to_owned()
        }
        (0, 0) => "Between the packets that were read nothing else is known to be missing.".to_owned(),
        (0, _) => format!("{begun} had begun before the capture did."),
        (missed, _) => format!(
            "{} of payload were sent but not captured; {begun} had begun before the capture did.",
            Bytes(missed)
        ),
    }
}

/// What of a capture file is not as it should be: a last packet that is cut, blocks that break the format's rules.
fn of_the_file(summary: &Summary) -> impl Iterator<Item = &ProblemTotal> {
    summary.problems.iter().filter(|total| matches!(total.layer, "pcap" | "pcapng"))
}

fn lost(dropped: &Dropped) -> String {
    let Dropped { file, interface, packets, .. } = dropped;
    let (packets, file) = (verb_of(*packets, "packet", "was", "were"), file_name(file));
    format!("{packets} dropped while capturing (interface {interface} of {file}).")
}

/// A share in words a reader can check: never 0 % of something, never 100 % of less than all.
fn percent(part: u64, all: u64) -> String {
    let share = if all == 0 { 0.0 } else { part as f64 / all as f64 * 100.0 };
    match share {
        _ if part == 0 => "none".to_owned(),
        share if share < 1.0 => "less than 1 %".to_owned(),
        share if share > 99.0 && part < all => "more than 99 %".to_owned(),
        share => format!("{share:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use quaywatch_model::Verdict;
    use quaywatch_sensor::{Dropped, Stopped, Summary};
    use quaywatch_store::ProblemTotal;

    fn stopped(file: &str, total: Option<u64>, unread_bytes: u64) -> Stopped {
        Stopped {
            file: file.to_owned(),
            offset: 1_200,
            total,
            inside: "",
            reason: "the last packet is cut",
            unread_bytes,
        }
    }

    #[test]
    fn where_reading_stopped_is_the_first_that_is_told() {
        let mut summary = Summary::default();
        summary.span.shortfall.stopped =
            vec![stopped("/mnt/night.pcap", Some(5_000), 3_800), stopped("day.pcap", None, 0)];
        let answers = all(&summary);
        assert!(answers[0].grave && answers[0].id == "unseen");
        assert_eq!(
            answers[0].headline,
            "Reading of night.pcap stopped at byte 1,200 of 5,000: the last packet is cut; 3,800 bytes were not read. \
             2 captures in all were not read to their end."
        );
        assert_eq!(
            answers[0].points[0],
            "Reading of day.pcap stopped at byte 1,200: the last packet is cut; how much was not read is not known."
        );
    }

    #[test]
    fn a_damaged_capture_is_said_to_be_none_to_trust() {
        let mut summary = Summary::default();
        summary.span.shortfall.damaged = vec!["night.pcap.gz".to_owned()];
        let answer = &all(&summary)[0];
        assert_eq!(
            answer.headline,
            "night.pcap.gz is damaged: its checksum is wrong, and nothing that was read from it can be trusted."
        );
        assert!(!answer.points.concat().contains("Nothing is known to be missing"), "{:?}", answer.points);
    }

    #[test]
    fn a_last_packet_that_is_cut_is_told_and_nothing_else_is_said_to_be_missing() {
        let mut summary = Summary::default();
        summary.problems = vec![ProblemTotal {
            layer: "pcap",
            reason: "last packet is cut short",
            verdict: Verdict::Incomplete,
            count: 1,
            bytes: 70,
        }];
        let answer = &all(&summary)[4];
        assert!(!answer.headline.starts_with("Nothing"), "{}", answer.headline);
        assert_eq!(answer.points[0], "In the capture file itself, 1 time: last packet is cut short.");
    }

    #[test]
    fn packets_that_were_dropped_are_told_and_do_not_come_first() {
        let mut summary = Summary::default();
        let file = "night.pcapng".to_owned();
        summary.span.shortfall.dropped = vec![Dropped { file, interface: 0, packets: 1, received: None }];
        let answers = all(&summary);
        assert_eq!((answers[0].id, answers[4].id), ("devices", "unseen"));
        assert_eq!(
            answers[4].points[0],
            "1 packet was dropped while capturing (interface 0 of night.pcapng)."
        );
        assert!(!answers[4].headline.starts_with("Nothing"), "{}", answers[4].headline);
    }
}
