//! Conversations that no controller takes part in: what is said in them is known beforehand.

use super::{Going, Stage, few};
use crate::lines::cargo::{self, Form};
use crate::lines::{mqtt, rdp, rows, rtsp, shares, tds, tls, vnc, web};
use crate::party::{Line, Scripted};
use crate::world::World;
use serde::Deserialize;

/// The conversation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Talk {
    /// Who begins it.
    pub from: String,
    /// With whom.
    pub to: String,
    /// At which port; none: the protocol's own.
    pub port: Option<u16>,
    /// Whether it stays open in the end.
    #[serde(default)]
    pub stays: bool,
    /// In which protocol, and what.
    pub say: Say,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Say {
    /// TLS with a server of this name.
    Tls(Hidden),
    /// A desktop by RDP.
    Rdp {
        /// With this name.
        user: String,
        /// For how long.
        for_s: f64,
    },
    /// A desktop by VNC.
    Vnc {
        /// As the desktop is called.
        desktop: String,
        /// Whether the password is right.
        right: bool,
        /// For how long.
        for_s: f64,
    },
    /// HTTP: a page is asked for, with name and password.
    Login {
        /// Which page.
        target: String,
        /// Name and password.
        #[serde(deserialize_with = "few")]
        with: [String; 2],
        /// What becomes of it: `200 OK`.
        status: String,
    },
    /// HTTP: a file of noise is put.
    Put {
        /// Which.
        file: String,
        /// How long it is.
        bytes: usize,
    },
    /// HTTP: a list of containers is posted.
    Post(List),
    /// MQTT: a list of containers is published, some containers in each message.
    Publish(List),
    /// RTSP: a camera is asked for its picture.
    Watch(bool),
    /// TDS: a table of containers is read out.
    Select {
        /// With this account and password.
        #[serde(deserialize_with = "few")]
        with: [String; 2],
        /// The statement.
        statement: String,
        /// How many rows there are.
        rows: usize,
    },
    /// SMB: files are overwritten and renamed.
    Overwrite {
        /// How many.
        files: usize,
        /// How long each is.
        bytes: usize,
        /// What is put behind their names.
        suffix: String,
    },
}

/// Encrypted.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hidden {
    /// The server's name.
    pub name: String,
    /// How many bytes the one who begins sends each time, and how many come back.
    #[serde(deserialize_with = "few")]
    pub bytes: [usize; 2],
    /// How often.
    #[serde(default = "once")]
    pub times: u32,
    /// How long between.
    #[serde(default)]
    pub every_s: f64,
}

/// A list of containers that is sent somewhere.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The server's name in HTTP, the topic in MQTT.
    pub at: String,
    /// How many containers each list has.
    pub containers: usize,
    /// How many lists.
    #[serde(default = "once")]
    pub times: u32,
    /// How long between.
    #[serde(default)]
    pub every_s: f64,
    /// How each is written down.
    #[serde(default)]
    pub form: Form,
}

const fn once() -> u32 {
    1
}

/// A TLS record holds at most this (RFC 8446, section 5.1).
const RECORD_BYTES: usize = 16_000;

impl Talk {
    /// Begins it.
    pub(super) fn begin(&self, stage: &Stage, world: &mut World) -> Result<Going, String> {
        let (from, to) = (stage.host(world, &self.from)?, stage.host(world, &self.to)?);
        let seed = world.chance.next();
        let server = world.lan.host(to).cloned().ok_or("there is no such host")?;
        let lines = match &self.say {
            Say::Watch(_) => rtsp::play(server.ip, seed as u32, 51_000),
            say => say.lines(seed, self.to.as_str(), &server.ip.to_string()),
        };
        let port = self.port.unwrap_or_else(|| self.say.port());
        if self.stays {
            world.play(from, to, port, Scripted::that_stay(lines));
            return Ok(Going::Done);
        }
        Ok(Going::Talk(world.play(from, to, port, Scripted::both(lines))))
    }
}

impl Say {
    /// Where its protocol is spoken.
    const fn port(&self) -> u16 {
        match self {
            Self::Tls(_) => 443,
            Self::Rdp { .. } => rdp::PORT,
            Self::Vnc { .. } => vnc::PORT,
            Self::Login { .. } | Self::Put { .. } | Self::Post(_) => 80,
            Self::Publish(_) => mqtt::PORT,
            Self::Watch(_) => 554,
            Self::Select { .. } => 1433,
            Self::Overwrite { .. } => shares::PORT,
        }
    }

    fn lines(&self, seed: u64, server: &str, address: &str) -> Vec<Line> {
        match self {
            Self::Tls(hidden) => hidden.lines(seed),
            Self::Rdp { user, for_s } => {
                let mut lines = rdp::begin(user, server, seed);
                // The screen changes once a second.
                lines.extend(pictures((*for_s) as u64, seed));
                lines
            }
            Self::Vnc { desktop, right, for_s } => {
                let mut lines = vnc::begin(desktop, *right, seed);
                if *right {
                    lines.extend(vnc::work((*for_s / 2.0) as u64, 1_800, seed));
                }
                lines
            }
            Self::Login { target, with, status } => {
                let proof = format!("Basic {}", cargo::base64(with.join(":").as_bytes()));
                let headers = [("Authorization", proof.as_str())];
                web::exchange(["GET", target, address], &headers, &[], (status, "<html></html>"))
            }
            Self::Put { file, bytes } => {
                let headers = [("Content-Type", "application/octet-stream")];
                let body = crate::lines::noise(seed, *bytes);
                web::exchange(["PUT", file, address], &headers, &body, ("201 Created", ""))
            }
            Self::Post(list) => list.posts(seed),
            Self::Publish(list) => {
                let messages: Vec<Vec<u8>> = list.bodies(seed).collect();
                mqtt::publish("cms-bridge", &list.at, &messages, (list.every_s * 1e3) as u64)
            }
            Self::Watch(_) => Vec::new(),
            Self::Select { with: [user, password], statement, rows } => {
                let (host, program) = ("CMS-STS", "sqlcmd");
                let mut lines =
                    tds::login(&tds::Login { host, user, password, program, server, database: "RCMS" });
                let columns = ["Container", "IsoType", "VgmTonnes", "Bay", "StackRow", "Tier"];
                lines.extend(rows::select(statement, columns, &cargo::rows(seed, *rows)));
                lines
            }
            Self::Overwrite { files, bytes, suffix } => {
                let file = |number| {
                    let name = format!("ProgramData\\Scada\\Projects\\page{number:03}.pdl");
                    shares::File { name, bytes: *bytes, suffix: suffix.clone() }
                };
                let files: Vec<_> = (0..*files).map(file).collect();
                shares::overwrite(&shares::Visit { user: "svc-hmi", server, seed }, &files)
            }
        }
    }
}

impl Hidden {
    fn lines(&self, seed: u64) -> Vec<Line> {
        let mut lines = tls::handshake(&self.name, seed);
        let [out, back] = self.bytes;
        for time in 0..u64::from(self.times) {
            let pause_ms = if time == 0 { 10 } else { (self.every_s * 1e3) as u64 };
            lines.push(Line::client(records(seed ^ time << 16, out)).after_ms(pause_ms));
            lines.push(Line::server(records(seed ^ time << 24, back)).after_ms(20));
        }
        lines
    }
}

/// So many bytes in as many records as they need.
fn records(seed: u64, bytes: usize) -> Vec<u8> {
    let count = bytes.div_ceil(RECORD_BYTES).max(1);
    let size = |index| if index + 1 == count { bytes - index * RECORD_BYTES } else { RECORD_BYTES };
    (0..count).flat_map(|index| tls::data(seed ^ index as u64, size(index))).collect()
}

/// A screen that somebody works with for so many seconds, under TLS.
fn pictures(seconds: u64, seed: u64) -> impl Iterator<Item = Line> {
    (0..seconds).flat_map(move |second| {
        let seed = seed ^ second << 20;
        [
            Line::client(tls::data(seed, 40)).after_ms(950),
            Line::server(tls::data(seed ^ 1, 1_200 + (seed % 4_000) as usize)).after_ms(30),
        ]
    })
}

impl List {
    /// Each list in its form.
    fn bodies(&self, seed: u64) -> impl Iterator<Item = Vec<u8>> {
        let (form, containers) = (self.form, self.containers);
        (0..u64::from(self.times)).map(move |time| form.of(cargo::json(seed ^ time, containers).as_bytes()))
    }

    fn posts(&self, seed: u64) -> Vec<Line> {
        let mut headers = vec![("Content-Type", "application/json")];
        headers.extend(self.form.header());
        let mut lines = Vec::new();
        for (time, body) in self.bodies(seed).enumerate() {
            let pause_ms = if time == 0 { 0 } else { (self.every_s * 1e3) as u64 };
            let mut said =
                web::exchange(["POST", "/api/v1/moves", &self.at], &headers, &body, ("200 OK", "{}"));
            if let Some(first) = said.first_mut() {
                *first = first.clone().after_ms(pause_ms);
            }
            lines.extend(said);
        }
        lines
    }
}
