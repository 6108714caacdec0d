use crate::arguments::Learn;
use crate::inspect::{Bar, processors};
use crate::{End, complain_of, sources};
use quaywatch_sensor::{Settings, inspect, observed};
use quaywatch_site::draft;
use std::error::Error;
use std::io::{self, Write};

/// Writes the draft of a `site.toml` to standard output.
pub(crate) fn run(arguments: &Learn) -> Result<End, Box<dyn Error>> {
    let sources = sources(&arguments.captures)?;
    let settings = Settings { threads: processors(), ..Settings::default() };
    let mut bar = Bar::new(false);
    let summary = inspect(&sources, &settings, &mut |progress| bar.show(progress));
    bar.clear();
    let summary = summary?;
    let name = |path: &std::path::PathBuf| {
        path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
    };
    let mut source: Vec<String> = arguments.captures.iter().map(name).collect();
    if let (Some(first), Some(last)) = (summary.span.first, summary.span.last) {
        source.push(format!("{} packets from {first} to {last}", summary.span.packets));
    }
    match io::stdout().write_all(draft::draft(&observed(&summary, source)).as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        other => other?,
    }
    Ok(if complain_of(&summary.span.shortfall) { End::Partial } else { End::Good })
}
