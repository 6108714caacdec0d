use clap::{Args, Subcommand};
use ipnet::Ipv4Net;
use quaywatch_quay::MOST_CRANES;
use quaywatch_quay::life::{Maker, Pace};
use quaywatch_twin::SERVICES;
use std::net::Ipv4Addr;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Twin {
    /// Let a crane run that clients can connect to, until Ctrl-C
    Run(TwinRun),
    /// Write the network life of cranes to a capture, with the truth beside it
    Capture(TwinCapture),
    /// List what can be played on a crane's network, or show one of them
    Scenarios(TwinScenarios),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sudo quaywatch twin run                        the controller at 127.0.7.10, on the standard ports
  quaywatch twin run --ports-from 15020          the same where low ports are not allowed: 15020 and up
  quaywatch twin run --ports-from 15020 --speed 10
                                                 an hour of the crane in six minutes
  quaywatch twin run --crane sts11.toml          another crane

What listens where is printed, with a command to try each protocol. Whoever asks may read, write, load and stop, as in
the field: nobody has to show who he is. Addresses in 127.0.0.0/8 are reached from this machine only.

sts11.toml may say:
  name = \"STS11\"
  [machine]
  spreader_mass_kg = 14000

Exit codes:
  0  ended by Ctrl-C or a signal to terminate
  2  bad arguments, or an address or port that cannot be had")]
pub(crate) struct TwinRun {
    /// What the crane is called and made of; an ordinary one called STS07, unless told
    #[arg(long, value_name = "FILE")]
    pub(crate) crane: Option<PathBuf>,
    /// The crane's network, one of this machine's; the controller answers at its address .10
    #[arg(long, value_name = "NETWORK", default_value = "127.0.7.0/24", value_parser = network)]
    pub(crate) live: Ipv4Net,
    /// Use port N for the first protocol, N+1 for the next, and so on, instead of the standard ports; 0 takes any
    /// that are free
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(..=LAST_PORT))]
    pub(crate) ports_from: Option<u16>,
    /// How many times as fast as the wall clock the crane runs, 0.1 to 1000
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed, allow_negative_numbers = true)]
    pub(crate) speed: f64,
    /// What chance comes from: the same crane with the same seed does the same work
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    pub(crate) seed: u64,
}

impl TwinRun {
    /// The controller's address.
    pub(crate) fn controller(&self) -> Ipv4Addr {
        host(self.live).unwrap_or(Ipv4Addr::LOCALHOST)
    }
}

/// The last port from which on there is one for each protocol.
const LAST_PORT: i64 = u16::MAX as i64 + 1 - SERVICES.len() as i64;
/// The controller is the tenth address of its network.
const CONTROLLER: u32 = 10;

fn host(network: Ipv4Net) -> Option<Ipv4Addr> {
    let address = network.network().to_bits().checked_add(CONTROLLER).map(Ipv4Addr::from_bits)?;
    (network.contains(&address) && address != network.broadcast()).then_some(address)
}

fn network(text: &str) -> Result<Ipv4Net, String> {
    let network = text.parse().ok().filter(|network| host(*network).is_some());
    network
        .ok_or_else(|| "an IPv4 network with room for its address .10 is valid, such as 127.0.7.0/24".into())
}

fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed| (0.1..=1000.0).contains(speed));
    speed.ok_or_else(|| "a number from 0.1 to 1000 is valid".into())
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  quaywatch twin capture --hours 1 --out quiet               an hour in which nothing is wrong
  quaywatch twin capture --hours 8 --scenario p01-overload-limit --seed 7 --out DIR
  quaywatch twin capture --scenario P01 --scenario N01 --cranes 4 --persona rockwell --out DIR
  quaywatch twin capture --scenario mine.toml --out DIR      a scenario of your own

Written to DIR, the same bytes for the same options:
  quay.pcapng   what a mirror port of the crane's switch sees
  run.json      seed, cranes, weather, how much of the life there is
  labels.jsonl  a line a scenario: who, when, which frames, where it can be seen, whether it is honest
  frames.csv    stretches of frames and the scenario each belongs to; 0 is honest life
  truth.csv     ten times a second: what is true of each crane, beside what its controller says
  ipal.jsonl    the controllers' states once a second in the format of IPAL
  ipal-messages.jsonl   with --messages: what was asked of controllers and answered, in that format
  site.toml     what an honest site would declare, with its tag map, for quaywatch inspect --site

Exit codes:
  0  written
  2  bad arguments, or something cannot be written")]
pub(crate) struct TwinCapture {
    /// Where to write; is made where it is not there
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// How long the capture is
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = hours, allow_negative_numbers = true)]
    pub(crate) hours: f64,
    /// What is played, by name or number, or a file; several are spread over the capture
    #[arg(long = "scenario", value_name = "NAME")]
    pub(crate) scenarios: Vec<String>,
    /// What chance comes from
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    pub(crate) seed: u64,
    /// Whose automation the cranes have: siemens, abb or rockwell
    #[arg(long, value_name = "MAKER", default_value = "siemens", value_parser = maker)]
    pub(crate) persona: Maker,
    /// How many cranes there are; what is played happens to the first
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=MOST_CRANES as i64))]
    pub(crate) cranes: u16,
    /// What the first crane is called and made of; an ordinary one called STS07, unless told
    #[arg(long, value_name = "FILE")]
    pub(crate) crane: Option<PathBuf>,
    /// The mean wind, in metres a second
    #[arg(long, value_name = "N", default_value_t = 6.0, allow_negative_numbers = true)]
    pub(crate) wind: f64,
    /// Which part of the panels' polling there is, 0 to 1
    #[arg(long, value_name = "N", default_value_t = Pace::default().polls, value_parser = part, allow_negative_numbers = true)]
    pub(crate) polls: f64,
    /// Which part of the cyclic telegrams of drives and stations there is, 0 to 1: all of it is 7,000 frames a second
    #[arg(long, value_name = "N", default_value_t = Pace::default().cyclic, value_parser = part, allow_negative_numbers = true)]
    pub(crate) cyclic: f64,
    /// Which part of the cameras' video there is, 0 to 1: all of it is 50 Mbit/s
    #[arg(long, value_name = "N", default_value_t = Pace::default().video, value_parser = part, allow_negative_numbers = true)]
    pub(crate) video: f64,
    /// How often somebody looks into the controller with the engineering station, in an hour, 0 to 60
    #[arg(long, value_name = "N", default_value_t = 0.0, value_parser = visits, allow_negative_numbers = true)]
    pub(crate) engineering: f64,
    /// How often the maker's service comes through the gateway and looks into the controller, in an hour, 0 to 60
    #[arg(long, value_name = "N", default_value_t = 0.0, value_parser = visits, allow_negative_numbers = true)]
    pub(crate) service: f64,
    /// Write what was asked of controllers and answered, too, as messages for detectors that read IPAL
    #[arg(long)]
    pub(crate) messages: bool,
    /// Show no progress
    #[arg(long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TwinScenarios {
    /// Show this one: what happens, and its steps as its file has them
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
}

fn hours(text: &str) -> Result<f64, String> {
    let hours = text.parse().ok().filter(|hours| (0.001..=1000.0).contains(hours));
    hours.ok_or_else(|| "a number from 0.001 to 1000 is valid".into())
}

fn part(text: &str) -> Result<f64, String> {
    let part = text.parse().ok().filter(|part| (0.0..=1.0).contains(part));
    part.ok_or_else(|| "a number from 0 to 1 is valid".into())
}

fn visits(text: &str) -> Result<f64, String> {
    let visits = text.parse().ok().filter(|visits| (0.0..=60.0).contains(visits));
    visits.ok_or_else(|| "a number from 0 to 60 is valid".into())
}

pub(super) fn maker(text: &str) -> Result<Maker, String> {
    Maker::named(text).ok_or_else(|| {
        let names: Vec<&str> = Maker::NAMES.iter().map(|(name, _)| *name).collect();
        format!("valid are {}", names.join(", "))
    })
}
