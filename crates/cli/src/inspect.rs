use crate::arguments::{Format, Inspect};
use indicatif::{ProgressBar, ProgressStyle};
use quaywatch_capture::{Progress, Source};
use quaywatch_report::{json, text};
use quaywatch_sensor::{Settings, Summary, inspect};
use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::time::{Duration, Instant};

/// More workers than this share too little to be worth their memory.
const MOST_WORKERS: u16 = 32;

/// What takes longer than this gets a progress bar.
const PATIENCE: Duration = Duration::from_secs(1);

pub(crate) fn run(arguments: &Inspect) -> Result<(), Box<dyn Error>> {
    let sources: Vec<Source> = arguments.captures.iter().map(Source::from_argument).collect();
    let threads = arguments.threads.unwrap_or_else(processors);
    let settings = Settings { threads, out: arguments.out.clone() };
    let mut bar = Bar::new(arguments.quiet);
    let summary = inspect(&sources, &settings, &mut |progress| bar.show(progress));
    bar.clear();
    let summary = summary?;
    if arguments.quiet {
        return Ok(());
    }
    match print(&summary, arguments) {
        // Whoever closed the pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

fn print(summary: &Summary, arguments: &Inspect) -> io::Result<()> {
    let mut out = BufWriter::new(anstream::stdout());
    let most_lines = if arguments.all { usize::MAX } else { text::Settings::default().most_lines };
    match arguments.format {
        Format::Json => json::write(&mut out, summary)?,
        Format::Text => text::write(&mut out, summary, text::Settings { most_lines })?,
    }
    out.flush()
}

fn processors() -> u16 {
    std::thread::available_parallelism()
        .map_or(1, |count| u16::try_from(count.get()).unwrap_or(MOST_WORKERS).min(MOST_WORKERS))
}

/// A progress bar on standard error, for people only and only for what takes a while.
struct Bar {
    started: Instant,
    wanted: bool,
    bar: Option<ProgressBar>,
}

impl Bar {
    fn new(quiet: bool) -> Self {
        Self { started: Instant::now(), wanted: !quiet, bar: None }
    }

    fn show(&mut self, progress: Progress) {
        if !self.wanted || self.started.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            // On anything but a terminal indicatif draws nothing.
            let (bar, template) = match progress.bytes_total {
                Some(total) => (
                    ProgressBar::new(total),
                    "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} to go",
                ),
                None => (ProgressBar::new_spinner(), "{spinner} {bytes} read, {bytes_per_sec}"),
            };
            ProgressStyle::with_template(template)
                .map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style))
        });
        bar.set_position(progress.bytes_read);
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
