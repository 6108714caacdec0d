mod bench;
mod twin;

pub(crate) use bench::{Bench, Detection};
pub(crate) use twin::{Twin, TwinCapture, TwinRun, TwinScenarios};

use clap::{Args, Parser, Subcommand, ValueEnum};
use quaywatch_model::Severity;
use quaywatch_store::LogFormat;
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
    /// Measure how well simulated abuse is found
    #[command(subcommand)]
    Bench(Bench),
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
