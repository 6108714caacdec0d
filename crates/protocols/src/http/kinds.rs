//! What a body is, by what its head says.

use crate::secrets::unescaped;
use quaywatch_model::{DataClass, TransferKind};

/// Ends of names that makers give to firmware.
const FIRMWARE: &[&str] =
    &["bin", "fw", "fwu", "upd", "update", "img", "hex", "dfu", "swu", "rom", "firmware", "sfw"];
/// Ends of names of other files: archives, documents, programs, backups, tables.
const FILES: &[&str] = &[
    "7z", "bak", "cab", "cfg", "conf", "crt", "csv", "db", "deb", "dll", "doc", "docx", "exe", "gz", "ini",
    "iso", "jar", "key", "log", "mdb", "msi", "pcap", "pcapng", "pdf", "pem", "rar", "rpm", "sh", "sql",
    "tar", "tgz", "xls", "xlsx", "xz", "zip",
];
/// Types of content that are files wherever they are met.
const FILE_TYPES: &[&str] = &[
    "application/octet-stream",
    "application/zip",
    "application/gzip",
    "application/x-gzip",
    "application/x-tar",
    "application/pdf",
    "application/x-msdownload",
    "application/x-dosexec",
    "application/x-executable",
    "text/csv",
    "application/x-zip-compressed",
    "application/x-7z-compressed",
    "application/x-rar-compressed",
];
/// The longest name of a file that is told, in bytes.
const MAX_NAME_BYTES: usize = 255;

/// A file in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub(super) kind: TransferKind,
    pub(super) name: String,
}

impl File {
    /// A file of this name and type.
    pub(super) fn new(name: &str, media_type: &str) -> Self {
        let firmware = FIRMWARE.contains(&extension(name).as_str()) || media_type.contains("firmware");
        let kind = if firmware { TransferKind::Firmware } else { TransferKind::File };
        let mut name = name.to_owned();
        while name.len() > MAX_NAME_BYTES {
            name.pop();
        }
        Self { kind, name }
    }

    pub(super) const fn class(&self) -> DataClass {
        match self.kind {
            TransferKind::Firmware => DataClass::Firmware,
            _ => DataClass::Files,
        }
    }
}

/// The file that a body is, if it is one: by its name, by the target, or by its type.
pub(super) fn file(target: &str, media_type: &str, disposition: Option<&str>) -> Option<File> {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let last = unescaped(path.rsplit('/').next().unwrap_or_default());
    if let Some(name) = disposition.and_then(filename) {
        return Some(File::new(&name, media_type));
    }
    let end = extension(&last);
    let named = FIRMWARE.contains(&end.as_str()) || FILES.contains(&end.as_str());
    let page = matches!(media_type, "text/html" | "application/json" | "application/xml" | "text/xml");
    let typed = FILE_TYPES.contains(&media_type) || media_type.contains("firmware");
    (typed || named && !page).then(|| File::new(&last, media_type))
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default()
}

/// The file name in a Content-Disposition (RFC 6266).
pub(super) fn filename(disposition: &str) -> Option<String> {
    let name = parameter(disposition, "filename").or_else(|| {
        parameter(disposition, "filename*").map(|name| name.rsplit('\'').next().unwrap_or(name))
    })?;
    // Only the last part: a path is the sender's own business.
    let name = unescaped(name.rsplit(['/', '\\']).next().unwrap_or(name));
    (!name.is_empty() && name.len() <= MAX_NAME_BYTES).then_some(name)
}

/// A parameter of a header field's value, without quotes.
pub(super) fn parameter<'a>(value: &'a str, wanted: &str) -> Option<&'a str> {
    let parameters = value.split(';').skip(1).filter_map(|part| part.split_once('='));
    let mut found = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
    found.next().map(|(_, value)| value.trim().trim_matches('"'))
}

/// The type in a Content-Type, without parameters, in lower case.
pub(super) fn media_type(value: &str) -> String {
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The class of a body that is no file.
pub(super) fn class(media_type: &str) -> DataClass {
    let moving = media_type.starts_with("video/")
        || media_type.starts_with("audio/")
        || media_type == "multipart/x-mixed-replace";
    if moving { DataClass::Video } else { DataClass::Unknown }
}
