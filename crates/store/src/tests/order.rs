//! Tables come out in time order and are the same bytes however many workers there were.

use super::support::*;
use crate::{ConversationRow, HandshakeRow, Label, Limits, Rows, Store, TOLD_PER_REASON, Transport};
use proptest::prelude::*;
use quaywatch_model::{KeptNote, Operation, Problem, Side, Topic, Verdict};
use std::borrow::Cow;
use std::path::Path;

/// What one conversation tells: when, in which frame.
#[derive(Debug, Clone)]
struct Telling {
    conversation: usize,
    time: i64,
    frame: u64,
}

const CONVERSATIONS: usize = 6;

fn tellings() -> impl Strategy<Value = Vec<Telling>> {
    // Few times and frames, so that many rows tie, and some rows far behind the others.
    let telling = (0..CONVERSATIONS, 0_i64..30, 0_u64..3, 0_i64..20);
    proptest::collection::vec(telling, 0..400).prop_map(|rows| {
        let place = |(number, (conversation, behind, frame, far)): (usize, (usize, i64, u64, i64))| {
            let behind = if far == 0 { behind * 30 } else { behind / 10 };
            Telling { conversation, time: (number as i64 / 4 - behind).max(0), frame }
        };
        rows.into_iter().enumerate().map(place).collect()
    })
}

/// Tells everything, each conversation by the worker it belongs to, and gives the tables.
fn tell(tellings: &[Telling], worker_of: &[usize], limits: Limits) -> [String; 5] {
    tell_promising(tellings, worker_of, limits, None)
}

/// The same; after each row its worker promises that no more comes from so long before it.
fn tell_promising(
    tellings: &[Telling],
    worker_of: &[usize],
    limits: Limits,
    patience: Option<i64>,
) -> [String; 5] {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::with_limits(dir.path(), limits).unwrap();
    let workers = worker_of.iter().max().map_or(1, |most| most + 1);
    let mut rows: Vec<Rows> = (0..workers).map(|_| store.rows()).collect();
    let labels: Vec<Label> = (0..CONVERSATIONS).map(|number| label(&format!("C{number}"))).collect();
    for (number, Telling { conversation, time, frame }) in tellings.iter().enumerate() {
        let rows = &mut rows[worker_of[*conversation]];
        let at = moment(*time, *frame);
        let label = &labels[*conversation];
        // The number tells apart what ties, so that a changed order shows.
        rows.operation(label, "modbus", &Operation { bytes: Some(number as u64), ..read(at) });
        rows.problem(at, &problem(number % 3), || Some(Cow::Borrowed(label)));
        if number % 5 == 0 {
            rows.conversation(&conversation_row(label, at, number));
        }
        if number % 7 == 0 {
            let note = KeptNote { from: Side::A, topic: Topic::Ja4, text: number.to_string(), frame: *frame };
            let (client, start, protocol) = (Side::A, at, "tls");
            rows.handshake(&HandshakeRow { label, client, start, ports: None, protocol, notes: &[note] });
        }
        if let Some(patience) = patience {
            rows.promise(moment(*time - patience, 0).time);
        }
    }
    store.finish(rows).unwrap();
    assert_eq!(files(dir.path()), TABLES.map(|name| format!("{name}.ndjson")));
    TABLES.map(|name| text(dir.path(), name))
}

const TABLES: [&str; 5] = ["conversations", "handshakes", "operations", "problems", "transfers"];

fn problem(kind: usize) -> Problem {
    let reason = ["cut short", "checksum wrong", "unknown version"][kind];
    Problem { layer: "tcp", reason, verdict: Verdict::Malformed, bytes: 1 }
}

fn conversation_row(label: &Label, start: quaywatch_model::Moment, number: usize) -> ConversationRow<'_> {
    ConversationRow {
        label,
        client: Side::A,
        start,
        end: start.time,
        ports: None,
        macs: None,
        vlan: None,
        transport: Transport::Ip(6),
        ethertype: None,
        protocol: "unknown",
        packets: [number as u64, 0],
        bytes: [0, 0],
        wire_bytes: [0, 0],
        state: "OTH",
        missed_bytes: 0,
        tunnel: None,
        zones: [None; 2],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn tables_do_not_depend_on_workers_or_on_spilling(
        tellings in tellings(),
        worker_of in proptest::collection::vec(0_usize..4, CONVERSATIONS),
    ) {
        let one = tell(&tellings, &[0; CONVERSATIONS], Limits::default());
        prop_assert!(is_in_order(&one[2]));
        prop_assert_eq!(&one, &tell(&tellings, &worker_of, Limits::default()));
        prop_assert_eq!(&one, &tell(&tellings, &[0; CONVERSATIONS], TINY));
        prop_assert_eq!(&one, &tell(&tellings, &worker_of, TINY));
        // Some promises are kept, some are not.
        for patience in [0, 3, 40, 1_000] {
            prop_assert_eq!(&one, &tell_promising(&tellings, &worker_of, Limits::default(), Some(patience)));
            prop_assert_eq!(&one, &tell_promising(&tellings, &worker_of, TINY, Some(patience)));
        }
    }
}

fn is_in_order(operations: &str) -> bool {
    let keys: Vec<(String, u64)> = operations
        .lines()
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            (row["time"].as_str().unwrap().to_owned(), row["frames"][0].as_u64().unwrap())
        })
        .collect();
    keys.is_sorted()
}

fn told_in(times: impl Iterator<Item = i64>, limits: Limits, dir: &Path) -> (String, usize) {
    let mut store = Store::with_limits(dir, limits).unwrap();
    let mut rows = store.rows();
    let label = label("C1");
    for time in times {
        rows.operation(&label, "modbus", &read(moment(time, time as u64 + 1)));
    }
    let runs = files(dir).iter().filter(|name| name.ends_with(".keys")).count();
    store.finish(vec![rows]).unwrap();
    (text(dir, "operations"), runs)
}

#[test]
fn rows_labels_and_carvers_go_to_threads() {
    fn is_send<T: Send>() {}
    is_send::<Rows>();
    is_send::<Label>();
    is_send::<crate::Carver>();
}

#[test]
fn rows_that_come_nearly_in_order_are_one_run_whatever_their_number() {
    let dir = tempfile::tempdir().unwrap();
    // Three rows late at most, and a buffer of nine.
    let nearly = (0..9_000).map(|n: i64| if n % 3 == 0 { n + 2 } else { n - 1 });
    let (told, runs) = told_in(nearly, TINY, dir.path());
    assert_eq!(runs, 1);
    assert_eq!(told.lines().count(), 9_000);
    assert!(is_in_order(&told));
}

#[test]
fn rows_in_reverse_order_take_more_runs_than_are_merged_at_once_and_still_come_out_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let (told, runs) = told_in((0..4_000).rev(), TINY, dir.path());
    assert!(runs > 2 * crate::merge::FAN_IN, "{runs}");
    assert_eq!(told.lines().count(), 4_000);
    assert!(is_in_order(&told));
    assert_eq!(files(dir.path()).len(), 5);
}

#[test]
fn what_is_promised_not_to_change_is_written_while_the_rest_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create(dir.path()).unwrap();
    let mut workers = [store.rows(), store.rows()];
    let labels = [label("C1"), label("C2")];
    let mut most = 0;
    for number in 0..40_000_i64 {
        let worker = (number % 2) as usize;
        // Every hundredth row is a thousand late, which is as late as is promised.
        let time = if number % 100 < 2 { number - 1_000 } else { number };
        workers[worker].operation(&labels[worker], "modbus", &read(moment(time, number as u64)));
        workers[worker].promise(moment(number - 1_000, 0).time);
        most = most.max(workers[worker].held_bytes());
    }
    let written = std::fs::metadata(dir.path().join(".operations.run-0")).unwrap().len();
    workers.iter_mut().for_each(Rows::close);
    let runs = files(dir.path()).iter().filter(|name| name.starts_with(".operations")).count();
    store.finish(workers.into()).unwrap();
    let all = text(dir.path(), "operations");
    assert!(is_in_order(&all));
    assert_eq!(runs, 2, "one run with its keys");
    assert!(written as usize > all.len() * 9 / 10, "{written} of {}", all.len());
    assert!(most < 1024 * 1024, "{most}");
}

#[test]
fn rows_a_little_further_back_than_is_looked_are_still_put_in_order() {
    let dir = tempfile::tempdir().unwrap();
    for back in [31, 32, 33, 34, 200] {
        let times = (0..1_000).map(|n: i64| if n % 500 == 499 { n - back } else { n * 2 });
        let (told, _) = told_in(times, Limits::default(), dir.path());
        assert!(is_in_order(&told), "{back}");
    }
}

#[test]
fn of_each_problem_the_first_thousand_are_told_and_all_are_counted() {
    let count = 3 * TOLD_PER_REASON;
    // Backwards, so that every one displaces a later one; with one and with three workers.
    let tell = |workers: usize, limits: Limits| {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::with_limits(dir.path(), limits).unwrap();
        let mut rows: Vec<Rows> = (0..workers).map(|_| store.rows()).collect();
        for number in (0..count).rev() {
            rows[number % workers].problem(moment(number as i64, number as u64 + 1), &problem(0), || None);
        }
        rows[0].problem(moment(0, 1), &problem(1), || None);
        let written = store.finish(rows).unwrap();
        assert_eq!(written.problems.iter().map(|total| total.count).sum::<u64>(), count as u64 + 1);
        text(dir.path(), "problems")
    };
    let one = tell(1, Limits::default());
    assert_eq!(one.lines().count(), TOLD_PER_REASON + 1 + 2);
    assert!(one.contains(&format!("\"frame\":{TOLD_PER_REASON},")));
    assert!(!one.contains(&format!("\"frame\":{},", TOLD_PER_REASON + 1)));
    assert_eq!(one, tell(3, Limits::default()));
    assert_eq!(one, tell(3, TINY));
}

#[test]
fn memory_stays_within_the_limits_however_much_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let limits =
        Limits { operations_bytes: 64 * 1024, conversations_bytes: 64 * 1024, other_bytes: 64 * 1024 };
    let mut store = Store::with_limits(dir.path(), limits).unwrap();
    let mut rows = store.rows();
    let label = label("C1");
    let mut most = 0;
    for number in 0..40_000_i64 {
        // Every tenth row is far too late.
        let time = if number % 10 == 0 { number / 2 } else { number };
        rows.operation(&label, "modbus", &read(moment(time, 1)));
        most = most.max(rows.held_bytes());
    }
    // The buffer, the copy made while spilling, and the index at about a quarter of the rows.
    assert!(most < 4 * 64 * 1024, "{most}");
    store.finish(vec![rows]).unwrap();
    assert!(is_in_order(&text(dir.path(), "operations")));
}
