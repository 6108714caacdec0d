use super::twin::maker;
use clap::{Args, Subcommand};
use quaywatch_quay::life::Maker;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Play scenarios on simulated cranes and hold what is found against the truth
    Detection(Detection),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  quaywatch bench detection                              everything: scenarios x 20 seeds x 3 makers
  quaywatch bench detection --seeds 3 --scenario P01     one scenario, three times for each maker
  quaywatch bench detection --first-seed 1 --seeds 2     for working on a detector, without what is held out
  quaywatch bench detection --out DIR                    the same numbers in DIR/detection.json, each capture's
                                                         in DIR/trials.ndjson

Each capture is made, read and judged as `inspect --site` does with the site.toml that twin capture writes beside it. An
alarm is a finding of something that was done, of severity medium or more. A scenario is noticed when an alarm shows one of
its frames, and recognised when that alarm names one of its techniques or signals. Seeds below 1001 are for working on
detectors; those above are for measuring, and only with them the scenarios and the automation that are held out are played.

Exit codes:
  0  measured, whatever the numbers are
  2  bad arguments, or something cannot be written")]
pub(crate) struct Detection {
    /// How many seeds each scenario is played with
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) seeds: u64,
    /// The first of them
    #[arg(long, value_name = "N", default_value_t = quaywatch_benchmark::FIRST_SEED)]
    pub(crate) first_seed: u64,
    /// With whose automation: siemens, abb, rockwell; all, unless told
    #[arg(long = "persona", value_name = "MAKER", value_parser = maker)]
    pub(crate) personas: Vec<Maker>,
    /// Only this scenario, and others that are named so
    #[arg(long = "scenario", value_name = "NAME")]
    pub(crate) scenarios: Vec<String>,
    /// How long each capture with a scenario is
    #[arg(long, value_name = "MINUTES", default_value_t = 15.0)]
    pub(crate) minutes: f64,
    /// Do not look when what is recognised can be told, which takes as long again as everything else
    #[arg(long)]
    pub(crate) no_delays: bool,
    /// How many captures are played at a time; as many as there are processors, unless told
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<u16>,
    /// Where to write detection.txt, detection.json and trials.ndjson; is made where it is not there
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Show no progress
    #[arg(long)]
    pub(crate) quiet: bool,
}
