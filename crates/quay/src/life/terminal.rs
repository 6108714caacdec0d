//! What the terminal and a crane tell each other: the terminal's system its jobs, the crane's what was done, the database
//! each move and how the crane does, and the historian asks.

use super::{DOMAIN, Place, is_up, pair, repeat};
use crate::clients::told::Told;
use crate::clients::{Plan, Step, once};
use crate::lan::{HostId, Label, later};
use crate::lines::{http, tds};
use crate::party::{Line, Scripted};
use crate::station::Station;
use crate::world::{World, seconds};
use quaywatch_crane::work::Move;
use quaywatch_model::Timestamp;
use serde_json::{Value as Json, json};
use std::collections::VecDeque;

/// How often the database is told how the crane does, how often it is looked for a new move, how often the historian asks.
const STATUS_S: f64 = 10.0;
const LOOK_S: f64 = 0.5;
const HISTORY_S: f64 = 60.0;
const RECONNECT_S: f64 = 20.0;
/// How soon the crane's system tells that a move is over, and the terminal's what is next: half of the times sooner.
const DONE_S: f64 = 0.6;
const DISPATCH_S: f64 = 1.1;
/// How soon the crane's system makes something of what it was told.
const TAKEN_S: f64 = 0.2;
const SPREAD: f64 = 0.5;
/// How often an idle connection is asked whether its other end is still there.
const KEPT_ALIVE_S: f64 = 30.0;
/// How long one that is not needed is kept.
const POOLED_S: [f64; 2] = [1200.0, 2400.0];
const JOB_PORT: u16 = 8080;
const DATABASE_PORT: u16 = 1433;
const KIND: &str = "application/json";

/// Lets a crane and its terminal work together.
pub(super) fn work(world: &mut World, place: &Place) {
    jobs(world, place);
    database(world, place);
    history(world, place);
}

/// The move a crane is at; a hatch cover is nobody's cargo.
fn job(station: &Station) -> Option<&Move> {
    station.crane.job().filter(|job| !job.container.number.is_empty())
}

/// The same, once the terminal has told it to the crane's system.
pub(super) fn dispatched(station: &Station) -> Option<&Move> {
    job(station).filter(|job| station.dispatched == Some(job.order))
}

fn moves(station: &Station) -> u32 {
    station.number("Stat.Moves").unwrap_or_default() as u32
}

/// Each move is told to the crane when it begins, and to the terminal when it is over.
fn jobs(world: &mut World, place: &Place) {
    let (Some((tos, cms)), index) = (pair(world, place, "tos", "cms"), place.station) else { return };
    let (crane, mut told, mut at) = (place.crane.clone(), None, None::<Json>);
    repeat(world, LOOK_S, move |world| {
        let station = world.stations.get(index)?;
        let (now, count) = (world.now(), moves(station));
        let begins = job(station).filter(|job| told != Some(job.order));
        if let Some(next) = begins.map(|job| (job.order, message(&crane, job))) {
            told = Some(next.0);
            let (order, body) = next;
            if let Some(done) = at.replace(body.clone()) {
                let done = finished(done, now, count);
                soon(world, DONE_S, move |world| {
                    post(world, (cms, tos), "/api/v2/moves/done", ("crane-cms/3.4", &done));
                });
            }
            soon(world, DISPATCH_S, move |world| {
                post(world, (tos, cms), "/jobs", ("terminal/11.2", &body));
                if is_up(world, tos) {
                    soon(world, TAKEN_S, move |world| {
                        let station = world.stations.get_mut(index);
                        station.into_iter().for_each(|station| station.dispatched = Some(order));
                    });
                }
            });
        }
        Some(world.about(LOOK_S))
    });
}

/// Something is done once, after about this time: each of two systems gets to it in its own time.
fn soon(world: &mut World, usual_s: f64, work: impl FnOnce(&mut World) + 'static) {
    let wait_s = world.chance.lognormal(usual_s, SPREAD);
    let mut work = Some(work);
    let begins = later(world.now(), (wait_s * 1e9) as i64);
    let once = move |world: &mut World| -> Option<std::time::Duration> {
        work.take().into_iter().for_each(|work| work(world));
        None
    };
    world.adopt(Box::new(once), world.lan.label, begins);
}

fn message(crane: &str, job: &Move) -> Json {
    let container = &job.container;
    json!({
        "crane": crane,
        "order": job.order,
        "kind": if job.discharge { "DSCH" } else { "LOAD" },
        "container": container.number,
        "isoType": container.iso_type,
        "vgmKg": container.declared_kg.round(),
        "position": { "bay": job.bay, "row": job.row, "tier": job.tier },
    })
}

fn finished(mut job: Json, now: Timestamp, count: u32) -> Json {
    if let Some(fields) = job.as_object_mut() {
        fields.insert("state".to_owned(), json!("COMPLETE"));
        fields.insert("completedUnixMs".to_owned(), json!(now.nanos() / 1_000_000));
        fields.insert("movesTotal".to_owned(), json!(count));
    }
    job
}

/// One message in a conversation of its own.
fn post(world: &mut World, (from, to): (HostId, HostId), target: &str, (agent, body): (&str, &Json)) {
    let Some(host) = world.lan.host(to).map(|host| format!("{}:{JOB_PORT}", host.ip)) else { return };
    if is_up(world, from) {
        let request = http::request("POST", &host, target, agent, KIND, body.to_string().as_bytes());
        let answer = json!({ "accepted": true }).to_string();
        let response = http::response("200 OK", "Kestrel", KIND, answer.as_bytes());
        let lines = vec![Line::client(request), Line::server(response).after_ms(9)];
        world.play(from, to, JOB_PORT, Scripted::both(lines));
    }
}

/// The historian asks the crane's system how the crane does.
fn history(world: &mut World, place: &Place) {
    let (Some((historian, cms)), index) = (pair(world, place, "historian", "cms"), place.station) else {
        return;
    };
    repeat(world, HISTORY_S, move |world| {
        let station = world.stations.get(index)?;
        let values = ["Hoist.Pos", "Trolley.Pos", "Load.Net", "Wind.Spd", "Pwr.ActiveP", "Stat.Moves"];
        let told: serde_json::Map<_, _> = values
            .iter()
            .map(|tag| {
                let rounded = (station.number(tag).unwrap_or_default() * 100.0).round() / 100.0;
                ((*tag).to_owned(), json!(rounded))
            })
            .collect();
        let host = world.lan.host(cms).map(|host| format!("{}:{JOB_PORT}", host.ip))?;
        if is_up(world, historian) && is_up(world, cms) {
            let request = http::request("GET", &host, "/api/state", "historian/9.1", KIND, &[]);
            let body = Json::Object(told).to_string();
            let response = http::response("200 OK", "crane-cms/3.4", KIND, body.as_bytes());
            let lines = vec![Line::client(request), Line::server(response).after_ms(7)];
            world.play(historian, cms, JOB_PORT, Scripted::both(lines));
        }
        Some(world.about(HISTORY_S))
    });
}

/// One connection to the database, which stays.
fn database(world: &mut World, place: &Place) {
    let (Some((cms, sql)), begin) = (pair(world, place, "cms", "sql"), world.now()) else { return };
    let (index, crane, mut talk) = (place.station, place.crane.clone(), None);
    let work = move |world: &mut World| {
        let up = is_up(world, cms) && is_up(world, sql);
        if up && talk.is_none_or(|talk| world.is_over(talk)) {
            talk = Some(world.play(cms, sql, DATABASE_PORT, Told::both(statements(index, crane.clone()))));
        }
        Some(world.about(RECONNECT_S))
    };
    world.adopt(Box::new(work), Label::default(), begin);
    pooled(world, place, [cms, sql]);
}

/// One more that is kept for when it is needed: the system sees to it that it stays, and in the end takes a new one.
fn pooled(world: &mut World, place: &Place, [cms, sql]: [HostId; 2]) {
    let (crane, mut talk) = (place.crane.clone(), None);
    repeat(world, KEPT_ALIVE_S, move |world| {
        match talk.filter(|talk| !world.is_over(*talk)) {
            Some(talk) => world.keep_alive(talk, 0, true),
            None if is_up(world, cms) && is_up(world, sql) => {
                let lasts_s = world.chance.between(POOLED_S[0], POOLED_S[1]);
                let plan = once(vec![Step::Do(log_in(&crane)), Step::Pause(seconds(lasts_s))]);
                talk = Some(world.play(cms, sql, DATABASE_PORT, Told::both(plan)));
            }
            None => {}
        }
        Some(world.about(KEPT_ALIVE_S))
    });
}

/// Logs in, then inserts each move when it begins, and how the crane does every ten seconds.
fn statements(index: usize, crane: String) -> Plan<Vec<Line>> {
    let mut waiting = VecDeque::new();
    let (mut logged_in, mut told, mut due) = (false, None, None);
    Box::new(move |scene| {
        if !std::mem::replace(&mut logged_in, true) {
            return Step::Do(log_in(&crane));
        }
        let (now, station) = (scene.now, scene.stations.get(index));
        if let Some(job) = station.and_then(dispatched).filter(|job| told != Some(job.order)) {
            told = Some(job.order);
            waiting.push_back(insert_move(&crane, job));
        }
        if let Some(station) = station.filter(|_| due.is_none_or(|due: Timestamp| due <= now)) {
            due = Some(later(now, (STATUS_S * 1e9) as i64));
            waiting.push_back(insert_status(&crane, station));
        }
        match waiting.pop_front() {
            Some(statement) => Step::Do(tds::insert(&statement, 1)),
            None => Step::Pause(seconds(LOOK_S)),
        }
    })
}

fn log_in(crane: &str) -> Vec<Line> {
    tds::login(&tds::Login {
        host: &format!("{crane}-CMS"),
        user: "cms_writer",
        password: "Br\u{fc}cke-7!kran",
        program: "Crane CMS",
        server: &format!("sql.{DOMAIN}"),
        database: "QuayOps",
    })
}

fn insert_move(crane: &str, job: &Move) -> String {
    let Move { order, container, bay, row, tier, .. } = job;
    let (number, kind, kg) = (&container.number, container.iso_type, container.declared_kg.round());
    format!(
        "INSERT INTO dbo.CraneMoves (Crane, OrderId, ContainerNo, IsoType, VgmKg, Bay, RowNo, Tier) \
         VALUES ('{crane}', {order}, '{number}', '{kind}', {kg}, {bay}, {row}, {tier})"
    )
}

fn insert_status(crane: &str, station: &Station) -> String {
    let number = |tag| station.number(tag).unwrap_or_default();
    let (state, power_kw, wind, moves) =
        (number("Cycle.State"), number("Pwr.ActiveP"), number("Wind.Spd"), moves(station));
    format!(
        "INSERT INTO dbo.CraneStatus (Crane, CycleState, PowerKw, WindMs, Moves) \
         VALUES ('{crane}', {state}, {power_kw:.1}, {wind:.1}, {moves})"
    )
}
