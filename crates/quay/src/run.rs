//! A capture with its truth beside it.

use crate::lan::{Frame, Label};
use crate::life::{Maker, Pace, Place, hosts, settle};
use crate::scenario::{Condition, Guest, Ip, Played, Player, Scenario, Unplayable};
use crate::station::Station;
use crate::truth::{Frames, Told};
use crate::world::World;
use quaywatch_capture::pcapng::Writer;
use quaywatch_crane::{Chance, Settings, find};
use quaywatch_model::{Mac, Timestamp};
use quaywatch_wire::LinkType;
use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What is to be captured.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What comes by chance comes from this.
    pub seed: u64,
    /// When the capture begins.
    pub begin: Timestamp,
    /// How long it is.
    pub length_s: f64,
    /// Whose automation the cranes have.
    pub maker: Maker,
    /// The cranes' names. What happens happens to the first.
    pub cranes: Vec<String>,
    /// Constants, operator and weather of all of them.
    pub settings: Settings,
    /// How much of the honest life there is.
    pub pace: Pace,
    /// What is played, spread over the capture.
    pub scenarios: Vec<Scenario>,
}

/// Why there is no capture.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// There cannot be such a crane.
    #[error(transparent)]
    Unsound(#[from] quaywatch_crane::Unsound),
    /// There cannot be such a scenario here.
    #[error(transparent)]
    Unplayable(#[from] Unplayable),
    /// A file cannot be written.
    #[error("{}: {cause}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: io::Error,
    },
    /// A scenario needs another maker's automation.
    #[error("scenario {id} cannot be played on a crane of {maker}; valid is {valid}")]
    Unsuited {
        /// Which scenario.
        id: String,
        /// Whose automation the run has.
        maker: &'static str,
        /// Whose would do.
        valid: String,
    },
    /// Two cranes have one name.
    #[error("two cranes are called {0}; each needs a name of its own")]
    Twice(String),
    /// So many cranes have no addresses.
    #[error("{0} cranes are too many; up to {MOST_CRANES} have addresses")]
    TooMany(usize),
}

/// What becomes of each scenario.
type Players = Vec<Rc<RefCell<Played>>>;

/// Cranes are in 10.7.1.0/24 and so on.
pub const MOST_CRANES: usize = 200;
/// So long a crane has been at work when the capture begins.
const WARM_UP_S: f64 = 90.0;
/// How often the truth is written down.
const TRUTH_EVERY_S: f64 = 0.1;
/// Scenarios begin in this part of their share of the capture.
const BEGINS_IN: [f64; 2] = [0.10, 0.45];

/// What was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// How many frames.
    pub frames: u64,
    /// The capture's bytes.
    pub bytes: u64,
    /// Each scenario's number, how many frames it made, and what of it could not be done.
    pub played: Vec<(String, u64, Vec<String>)>,
}

impl Run {
    /// Captures, and writes everything to this directory, which is made: `quay.pcapng`, `run.json`, `labels.jsonl`,
    /// `frames.csv`, `truth.csv`, `ipal.jsonl`, `site.toml` and its tag maps. Tells how many seconds are done.
    ///
    /// # Errors
    /// There is no such crane or scenario, or a file cannot be written.
    pub fn write(&self, directory: &Path, progress: &mut dyn FnMut(f64)) -> Result<Written, Failed> {
        let (mut world, places, honest) = self.people()?;
        let players = self.set_up(&mut world, &places)?;
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |cause| Failed::Write { path, cause }
        };
        fs::create_dir_all(directory).map_err(failed(directory))?;
        crate::declaration::write(directory, &world, &places, honest).map_err(failed(directory))?;
        let path = directory.join("quay.pcapng");
        let file = File::create(&path).map_err(failed(&path))?;
        let comment = format!("a simulated crane's network, seed {}", self.seed);
        let mut writer =
            Writer::new(BufWriter::new(file), "Quaywatch twin", &comment).map_err(failed(&path))?;
        let interface = writer.interface(LinkType::ETHERNET, "mirror").map_err(failed(&path))?;
        let mut frames = Frames::default();
        let mut told = Told::create(directory).map_err(failed(directory))?;
        let steps = (self.length_s / TRUTH_EVERY_S).round() as u64;
        for step in 1..=steps {
            let until = crate::lan::later(self.begin, (step as f64 * TRUTH_EVERY_S * 1e9) as i64);
            let mut seen = |frame: &Frame| {
                frames.count(frame);
                writer.packet(interface, frame.time, &frame.bytes, "")
            };
            world.run_until(until, &mut seen).map_err(failed(&path))?;
            let under = self.under(&players, &frames, until);
            told.moment(until, &mut world.stations, under).map_err(failed(directory))?;
            progress(step as f64 * TRUTH_EVERY_S);
        }
        writer.finish().map_err(failed(&path))?;
        let host = |name: &str| {
            let host = world.lan.host(places.first()?.host(&world, name)?)?;
            Some((Mac(host.mac), host.ip))
        };
        told.finish(self, &frames, &players, host).map_err(failed(directory))?;
        let bytes = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        let played = self.scenarios.iter().zip(&players).enumerate().map(|(index, (scenario, played))| {
            (scenario.id.clone(), frames.of(Label(index as u16 + 1)), played.borrow().failed.clone())
        });
        Ok(Written { frames: frames.total(), bytes, played: played.collect() })
    }

    /// The first of the abuse that is going on at this time: it has begun, and is not over, or its frames still come.
    fn under(&self, players: &[Rc<RefCell<Played>>], frames: &Frames, time: Timestamp) -> Option<&str> {
        let goes_on = |(index, played): (usize, &Rc<RefCell<Played>>)| {
            let played = played.borrow();
            let last = frames.last_of(Label(index as u16 + 1));
            let end = played.ended.map(|ended| last.map_or(ended, |last| last.max(ended)));
            played.armed.is_some_and(|armed| armed <= time) && end.is_none_or(|end| time <= end)
        };
        let mut all = self.scenarios.iter().zip(players.iter().enumerate());
        all.find(|(scenario, player)| !scenario.is_benign() && goes_on(*player))
            .map(|(scenario, _)| &*scenario.id)
    }

    /// The world with all who belong there, their places, and how many hosts they are.
    fn people(&self) -> Result<(World, Vec<Place>, usize), Failed> {
        let warm = crate::lan::later(self.begin, -(WARM_UP_S * 1e9) as i64);
        let mut world = World::new(self.seed, warm);
        world.lan.lost_per_million = LOST_PER_MILLION;
        world.lan.tap.doubled_per_million = DOUBLED_PER_MILLION;
        let places = self.places()?;
        for place in &places {
            world.stations.push(Station::new(&place.crane, &self.settings_of(place), warm)?);
            hosts::join_all(&mut world, place);
        }
        let honest = world.lan.hosts().count();
        Ok((world, places, honest))
    }

    /// Lets them live, guests come, and time pass until the capture begins.
    fn set_up(&self, world: &mut World, places: &[Place]) -> Result<Players, Failed> {
        for place in places {
            settle(world, place, self.pace);
        }
        let Some(first) = places.first() else { return Ok(Vec::new()) };
        let players = self.arm(world, first)?;
        world.run_until::<std::convert::Infallible>(self.begin, &mut |_| Ok(())).unwrap_or_default();
        Ok(players)
    }

    fn places(&self) -> Result<Vec<Place>, Failed> {
        if self.cranes.len() > MOST_CRANES {
            return Err(Failed::TooMany(self.cranes.len()));
        }
        let mut places: Vec<Place> = Vec::new();
        for (station, crane) in self.cranes.iter().enumerate() {
            if places.iter().any(|place| place.crane == *crane) {
                return Err(Failed::Twice(crane.clone()));
            }
            // STS07 is in 10.7.7.0/24, as long as no other crane is there.
            let digits: String = crane.chars().filter(char::is_ascii_digit).collect();
            let is_free = |number: &u8| *number > 0 && places.iter().all(|place| place.number != *number);
            let number = digits.parse().ok().filter(is_free).or_else(|| (1..=u8::MAX).find(is_free));
            let number = number.unwrap_or_default();
            places.push(Place { crane: crane.clone(), number, maker: self.maker, station });
        }
        Ok(places)
    }

    /// Cranes differ in what comes by chance, and have one wind, a little later each.
    fn settings_of(&self, place: &Place) -> Settings {
        let seed = self.seed.wrapping_add(place.station as u64 * 0x9E37_79B9);
        let settings = self.settings.clone();
        Settings {
            seed,
            wind_seed: self.seed,
            wind_lead_s: place.station as f64 * 4.0,
            jobs_come: true,
            ..settings
        }
    }

    /// Lets guests join, and scenarios wait for their time.
    fn arm(&self, world: &mut World, place: &Place) -> Result<Players, Failed> {
        let mut chance = Chance::new(self.seed, 0x5CE);
        let share_s = self.length_s / self.scenarios.len().max(1) as f64;
        let mut players = Vec::new();
        for (index, scenario) in self.scenarios.iter().enumerate() {
            if !scenario.suits(self.maker) {
                let (id, valid) = (scenario.id.clone(), scenario.personas.join(" or "));
                return Err(Failed::Unsuited { id, maker: self.maker.name(), valid });
            }
            for guest in &scenario.hosts {
                join(world, place, scenario, guest)?;
            }
            check(world, place, scenario)?;
            let [from, to] = BEGINS_IN;
            let begins_s = share_s * (index as f64 + chance.between(from, to));
            let begins = crate::lan::later(self.begin, (begins_s * 1e9) as i64);
            let loaded = chance.uniform() < LOADED_SHARE;
            let (player, played) =
                Player::new(Rc::new(scenario.clone()), place.clone(), loaded, self.seed, begins);
            world.adopt(Box::new(player), Label(index as u16 + 1), begins);
            players.push(played);
        }
        Ok(players)
    }
}

/// A tenth of a per mille, as in quiet industrial networks.
const LOST_PER_MILLION: u32 = 100;
/// Mirror ports see some frames twice.
const DOUBLED_PER_MILLION: u32 = 50;
/// This part of all scenarios that may begin with or without a load begins with one.
const LOADED_SHARE: f64 = 0.7;

fn missing(scenario: &Scenario, what: &'static str, name: &str, valid: impl Into<String>) -> Failed {
    Failed::Unplayable(Unplayable::Missing {
        id: scenario.id.clone(),
        what,
        name: name.to_owned(),
        valid: valid.into(),
    })
}

fn join(world: &mut World, place: &Place, scenario: &Scenario, guest: &Guest) -> Result<(), Failed> {
    let personas = crate::lan::persona::PERSONAS;
    let persona = personas.iter().find(|persona| persona.name == guest.persona).ok_or_else(|| {
        let valid: Vec<&str> = personas.iter().map(|persona| persona.name).collect();
        missing(scenario, "persona", &guest.persona, format!("valid are {}", valid.join(", ")))
    })?;
    let behind = match &guest.behind {
        Some(name) => {
            let router = place.host(world, name).and_then(|id| world.lan.host(id));
            Some(
                router
                    .ok_or_else(|| missing(scenario, "host", name, "it must join before who is behind it"))?
                    .mac,
            )
        }
        None => None,
    };
    let mac = match (&guest.mac, behind) {
        (Some(text), _) => hardware_address(text).ok_or_else(|| {
            missing(scenario, "hardware address", text, "valid is one such as 00:1e:42:07:00:4d")
        })?,
        (None, Some(router)) => router,
        (None, None) => {
            return Err(missing(
                scenario,
                "mac of host",
                &guest.name,
                "a guest has one, or is behind a host",
            ));
        }
    };
    let ip = match guest.ip {
        Ip::Last(number) => place.address(number),
        Ip::Whole(ip) => ip,
    };
    if let Some(other) = world.lan.at(ip).and_then(|id| world.lan.host(id)) {
        // Whom two scenarios know by one name and address comes once.
        if other.mac == mac && other.name == format!("{}/{}", place.crane, guest.name) {
            return Ok(());
        }
        let valid = format!("it is {}'s; each host has an address of its own", other.name);
        return Err(missing(scenario, "free address", &ip.to_string(), valid));
    }
    let id = place.join(world, &guest.name, mac, 0, persona);
    if let Some(host) = world.lan.host_mut(id) {
        let away = host.clone().behind(mac, guest.hops, guest.away_ms.max(0.035), guest.jitter_ms);
        *host = crate::lan::Host { ip, ..away };
    }
    Ok(())
}

/// A hardware address as people write it.
pub(crate) fn hardware_address(text: &str) -> Option<[u8; 6]> {
    let parts: Option<Vec<u8>> = text.split(':').map(|part| u8::from_str_radix(part, 16).ok()).collect();
    parts?.try_into().ok()
}

/// Whether all hosts and signals that a scenario names are there.
fn check(world: &World, place: &Place, scenario: &Scenario) -> Result<(), Failed> {
    for step in &scenario.steps {
        for name in step.deed.hosts() {
            if place.host(world, name).is_none() {
                let prefix = format!("{}/", place.crane);
                let valid: Vec<&str> = world
                    .lan
                    .hosts()
                    .filter_map(|(_, host)| {
                        host.name.strip_prefix(&prefix).or((!host.name.contains('/')).then_some(&host.name))
                    })
                    .collect();
                return Err(missing(scenario, "host", name, format!("valid are {}", valid.join(", "))));
            }
        }
    }
    if let Some((what, name, valid)) = scenario.effect.iter().find_map(Condition::missing) {
        return Err(missing(scenario, what, &name, valid));
    }
    let steps = scenario.steps.iter().flat_map(|step| step.deed.tags());
    for name in scenario.tags.iter().map(String::as_str).chain(steps) {
        if find(name).is_none() {
            return Err(missing(scenario, "signal", name, "signals are named as in Hoist.Pos"));
        }
    }
    Ok(())
}
