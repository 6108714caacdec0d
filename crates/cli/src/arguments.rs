use clap::{Args, Parser, Subcommand, ValueEnum};
use ipnet::Ipv4Net;
use quaywatch_model::Severity;
use quaywatch_store::LogFormat;
use quaywatch_twin::SERVICES;
use std::net::Ipv4Addr;
use std::path::PathBuf;

/// Tells from a crane's own network traffic who operates, services or programs which controller on it, and what
/// exactly they did.
#[derive(Debug, Parser)]
#[command(name = "quaywatch", version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read captures and tell what was done on the network
    Inspect(Inspect),
    /// Draft a site.toml from captures known to be good, for a person to go through
    Learn(Learn),
    /// List the protocols that are decoded, and what of each is not
    Protocols,
    /// Simulate a ship-to-shore crane whose controller answers in real protocols
    #[command(subcommand)]
    Twin(Twin),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  quaywatch inspect crane07.pcapng               a summary on the terminal
  quaywatch inspect mon.pcap.gz tue.pcap.gz      several captures, merged in time order
  quaywatch inspect crane07.pcap --out found     every operation as found/operations.ndjson, programs under
                                                 found/carved
  quaywatch inspect crane07.pcap --report crane07.html
                                                 a page to read, print and hand on
  quaywatch inspect crane07.pcap -q --fail-on high
                                                 for scripts: nothing printed, exit code 1 where something is grave
  tcpdump -w - -i eth0 | quaywatch inspect -     from standard input; ends when the input does

Exit codes:
  0  read to the end
  1  read to the end, and a finding is at least as grave as --fail-on says
  2  bad arguments, input that is no capture, or output that cannot be written; also input that was not read to its end
     or is damaged: all outputs are there, of what was read. A last packet that is cut short is none of these")]
pub(crate) struct Inspect {
    /// pcap or pcapng files, plain or compressed with gzip or zstd; - is standard input
    #[arg(required = true, value_name = "CAPTURE")]
    pub(crate) captures: Vec<PathBuf>,
    /// What the site is made of and what is approved there; see docs/site.md
    #[arg(long, value_name = "site.toml")]
    pub(crate) site: Option<PathBuf>,
    /// Write every record to DIR: the tables as NDJSON, the report as report.html, moved programs under DIR/carved
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Write the report as one self-contained page to FILE; --out writes it too, as DIR/report.html
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Write no report beside the tables; saves reading the captures again for their hashes
    #[arg(long, conflicts_with = "report")]
    pub(crate) no_report: bool,
    /// Write Zeek's logs too, under DIR/zeek: tab-separated, or as JSON
    #[arg(long, value_enum, value_name = "FORM", num_args = 0..=1, default_missing_value = "tsv", requires = "out")]
    pub(crate) zeek_logs: Option<LogForm>,
    /// How to print the summary
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Print no summary and no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Exit with 1 where a finding is at least this grave
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<Gravity>,
    /// Show all that the summary keeps of a list, not only a screen of it
    #[arg(long)]
    pub(crate) all: bool,
    /// Worker threads; as many as there are processors, unless told
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  quaywatch learn quiet-week.pcapng > site.toml          write the draft, then read and correct it
  quaywatch inspect today.pcapng --site site.toml        what is declared stays quiet, deviations are findings

Nothing is approved by the draft but what is there: who may write, who gets data and who may come in is written
switched off, for you to decide.")]
pub(crate) struct Learn {
    /// pcap or pcapng files, plain or compressed with gzip or zstd; - is standard input
    #[arg(required = true, value_name = "CAPTURE")]
    pub(crate) captures: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Twin {
    /// Let a crane run that clients can connect to, until Ctrl-C
    Run(TwinRun),
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

/// How Zeek's logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogForm {
    /// Tab-separated values with a header
    Tsv,
    /// One JSON object a line
    Json,
}

impl From<LogForm> for LogFormat {
    fn from(form: LogForm) -> Self {
        match form {
            LogForm::Tsv => Self::Tsv,
            LogForm::Json => Self::Json,
        }
    }
}

/// How grave a finding is, as people write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Gravity {
    /// Good to know
    Info,
    /// Untidy
    Low,
    /// To be looked at this week
    Medium,
    /// To be looked at today
    High,
    /// To be looked at now
    Critical,
}

impl From<Gravity> for Severity {
    fn from(gravity: Gravity) -> Self {
        match gravity {
            Gravity::Info => Self::Info,
            Gravity::Low => Self::Low,
            Gravity::Medium => Self::Medium,
            Gravity::High => Self::High,
            Gravity::Critical => Self::Critical,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
}
