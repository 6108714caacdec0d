//! What a body is, by what its head says and by its first bytes.

use crate::images;
use crate::secrets::unescaped;
use quaywatch_model::{DataClass, TransferKind};

/// Ends of names that makers give to firmware that a device's page takes, beside what [`images`] knows.
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
    "application/vnd.microsoft.portable-executable",
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
        let kind = if firmware { TransferKind::Firmware } else { images::kind(name, &[]) };
        let mut name = name.to_owned();
        while name.len() > MAX_NAME_BYTES {
            name.pop();
        }
        Self { kind, name }
    }

    pub(super) const fn class(&self) -> DataClass {
        images::class(self.kind)
    }
}

/// The file that a body is, if it is one: by its name, by the target, or by its type.
pub(super) fn file(target: &str, media_type: &str, disposition: Option<&str>) -> Option<File> {
    let last = last_of(target);
    if let Some(name) = disposition.and_then(filename) {
        return Some(File::new(&name, media_type));
    }
    let end = extension(&last);
    let is_program = images::kind(&last, &[]) == TransferKind::Program;
    let named = is_program || FIRMWARE.contains(&end.as_str()) || FILES.contains(&end.as_str());
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

/// The class of a body that is told as no file.
pub(super) fn class(media_type: &str) -> DataClass {
    let moving = media_type.starts_with("video/")
        || media_type.starts_with("audio/")
        || media_type == "multipart/x-mixed-replace";
    match moving {
        true => DataClass::Video,
        // The pictures of a page are files all the same.
        false if is_picture(media_type) => DataClass::Files,
        false => DataClass::Unknown,
    }
}

/// Whether this is a type of still pictures, as cameras that read numbers of containers send them.
pub(super) fn is_picture(media_type: &str) -> bool {
    media_type.starts_with("image/")
}

/// So many first bytes tell by their signature what is sent, whatever its head says.
pub(super) const SIGNATURE_BYTES: usize = 16;

/// The file of this name that begins so, if it is one by its first bytes.
pub(super) fn sent(name: &str, first: &[u8]) -> Option<File> {
    let is_file = |typed: &&str| is_picture(typed) || FILE_TYPES.contains(typed);
    let typed = quaywatch_wire::media_type(first).filter(is_file)?;
    Some(File::new(name, typed))
}

/// What the path of a target ends with, without escapes; its beginning, where it is longer than names are.
pub(super) fn last_of(target: &str) -> String {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    unescaped(last.get(..last.floor_char_boundary(MAX_NAME_BYTES)).unwrap_or_default())
}
