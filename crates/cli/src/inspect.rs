use crate::arguments::{Format, Inspect};
use crate::{End, complain_of, report, sources};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use quaywatch_capture::Progress;
use quaywatch_model::Finding;
use quaywatch_report::{json, text};
use quaywatch_sensor::{Settings, Summary, inspect};
use quaywatch_site::Site;
use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// More workers than this share too little to be worth their memory.
const MOST_WORKERS: u16 = 32;

/// What takes longer than this gets a progress bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// Inspects, and says how that ended.
pub(crate) fn run(arguments: &Inspect) -> Result<End, Box<dyn Error>> {
    let sources = sources(&arguments.captures)?;
    let threads = arguments.threads.unwrap_or_else(processors);
    let site = Arc::new(arguments.site.as_deref().map(Site::load).transpose()?.unwrap_or_default());
    let logs = arguments.zeek_logs.map(Into::into);
    let settings = Settings { threads, out: arguments.out.clone(), logs, site };
    let mut bar = Bar::new(arguments.quiet);
    let (summary, captured) = thread::scope(|scope| {
        // Where there are several threads, the hashes are not waited for at the end.
        let taking = (threads > 1 && !arguments.no_report && report::is_wanted(arguments))
            .then(|| scope.spawn(|| report::captured(&arguments.captures)));
        let summary = inspect(&sources, &settings, &mut |progress| bar.show(progress));
        (summary, taking.and_then(|taking| taking.join().ok()))
    });
    bar.clear();
    let summary = summary?;
    if !arguments.no_report {
        report::write(arguments, &summary, captured)?;
    }
    let is_grave =
        |finding: &Finding| arguments.fail_on.is_some_and(|limit| finding.severity >= limit.into());
    if !arguments.quiet {
        match print(&summary, arguments) {
            // Whoever closed the pipe has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            printed => printed?,
        }
    }
    // That nothing grave was found says little where not all was read, so this comes first.
    Ok(if complain_of(&summary.span.shortfall) {
        End::Partial
    } else if summary.findings.iter().any(is_grave) {
        End::Found
    } else {
        End::Good
    })
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

/// As many workers as there are processors.
pub(crate) fn processors() -> u16 {
    thread::available_parallelism()
        .map_or(1, |count| u16::try_from(count.get()).unwrap_or(MOST_WORKERS).min(MOST_WORKERS))
}

/// A progress bar on standard error, for people only and only for what takes a while. It runs unseen from the
/// start, so that the rate it tells is right when it is shown.
pub(crate) struct Bar {
    started: Instant,
    wanted: bool,
    shown: bool,
    bar: ProgressBar,
}

impl Bar {
    pub(crate) fn new(quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Self { started: Instant::now(), wanted: !quiet, shown: false, bar }
    }

    pub(crate) fn show(&mut self, progress: Progress) {
        if !self.wanted {
            return;
        }
        self.bar.set_position(progress.bytes_read);
        if !self.shown && self.started.elapsed() > PATIENCE {
            self.shown = true;
            let template = match progress.bytes_total {
                Some(total) => {
                    self.bar.set_length(total);
                    "{wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} to go"
                }
                None => "{spinner} {bytes} read, {bytes_per_sec}",
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                self.bar.set_style(style);
            }
            // On anything but a terminal this draws nothing.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
