use crate::arguments::Inspect;
use quaywatch_report::html::{self, About, Captured};
use quaywatch_sensor::Summary;
use sha2::{Digest as _, Sha256};
use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// What the report is called under `--out`.
const NAME: &str = "report.html";
/// So much of a capture is read at once to take its hash.
const STRETCH_BYTES: usize = 64 * 1024;

/// Whether there is a page to write.
pub(crate) const fn is_wanted(arguments: &Inspect) -> bool {
    arguments.report.is_some() || arguments.out.is_some()
}

/// Says what each capture is.
pub(crate) fn captured(captures: &[PathBuf]) -> Result<Vec<Captured>, String> {
    captures.iter().map(|path| one_captured(path)).collect()
}

/// Writes the page where it is wanted. `known`: what the captures are, where that was asked before.
pub(crate) fn write(
    arguments: &Inspect,
    summary: &Summary,
    known: Option<Result<Vec<Captured>, String>>,
) -> Result<(), Box<dyn Error>> {
    let beside_tables = arguments.out.as_ref().map(|folder| folder.join(NAME));
    let paths: Vec<&Path> = arguments.report.iter().chain(&beside_tables).map(AsRef::as_ref).collect();
    if paths.is_empty() {
        return Ok(());
    }
    let captures = known.unwrap_or_else(|| captured(&arguments.captures))?;
    let about = About { title: title(&captures), captures, written: None };
    for path in paths {
        if arguments.captures.iter().any(|capture| is_same(capture, path)) {
            return Err(format!(
                "{}: is a capture that was read; name another file for the report",
                path.display()
            )
            .into());
        }
        one(path, summary, &about).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// A slip of the hand must not cost the evidence.
fn is_same(capture: &Path, report: &Path) -> bool {
    match (capture.canonicalize(), report.canonicalize()) {
        (Ok(capture), Ok(report)) => capture == report,
        _ => false,
    }
}

fn one(path: &Path, summary: &Summary, about: &About) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    html::write(&mut out, summary, about)?;
    out.flush()
}

fn title(captures: &[Captured]) -> String {
    match captures {
        [] => "Network report".to_owned(),
        [one] => format!("Network report: {}", one.name),
        [first, others @ ..] => format!("Network report: {} and {} more", first.name, others.len()),
    }
}

/// Says what a capture is, so that the report can be held to it: its name without the folder, its size and SHA-256. Of
/// what comes through a pipe only that it did.
fn one_captured(path: &Path) -> Result<Captured, String> {
    if path == Path::new("-") {
        return Ok(Captured { name: "standard input".to_owned(), bytes: None, sha256: None });
    }
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let failed = |error: io::Error| format!("{}: {error}", path.display());
    if !path.metadata().map_err(failed)?.is_file() {
        return Ok(Captured { name, bytes: None, sha256: None });
    }
    let (bytes, sha256) = hashed(path).map_err(failed)?;
    Ok(Captured { name, bytes: Some(bytes), sha256: Some(sha256) })
}

fn hashed(path: &Path) -> io::Result<(u64, [u8; 32])> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut bytes = 0;
    let mut stretch = vec![0; STRETCH_BYTES];
    loop {
        let count = file.read(&mut stretch)?;
        let Some(read) = stretch.get(..count).filter(|read| !read.is_empty()) else { break };
        digest.update(read);
        bytes += count as u64;
    }
    Ok((bytes, digest.finalize().into()))
}
