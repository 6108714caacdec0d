//! Lines of the control connection and what they announce.

use quaywatch_model::Address;

/// What one line sounds like to somebody who does not know which protocol it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sound {
    /// Nobody but FTP says this.
    Ftp,
    /// FTP and other protocols of lines say this.
    Shared,
    /// Not FTP.
    Other,
}

/// Commands that SMTP, POP3, NNTP, IRC and SIP do not have.
const ONLY_FTP: [&str; 16] = [
    "PASV", "EPSV", "PORT", "EPRT", "RETR", "STOR", "STOU", "APPE", "SYST", "TYPE", "CWD", "PWD", "MLSD",
    "NLST", "MDTM", "RNFR",
];
/// Commands that others have too.
const SHARED: [&str; 7] = ["USER", "PASS", "AUTH", "FEAT", "LIST", "OPTS", "QUIT"];

/// Tells FTP from others by one line without its LF.
pub(super) fn sounds_like(line: &[u8]) -> Sound {
    let Some(text) = printable(line) else { return Sound::Other };
    if let Some((code, rest)) = reply(text) {
        let lower = rest.to_ascii_lowercase();
        let other =
            ["smtp", "nntp", "imap", "pop3", "http", "proxy"].iter().any(|other| lower.contains(other));
        return match code {
            _ if other => Sound::Other,
            227 if lower.contains("entering passive mode") => Sound::Ftp,
            229 if lower.contains("entering extended passive mode") => Sound::Ftp,
            220 if lower.contains("ftp") => Sound::Ftp,
            120 | 200 | 211 | 215 | 220 | 226 | 230 | 234 | 250 | 257 | 331 | 421 | 530 => Sound::Shared,
            _ => Sound::Other,
        };
    }
    let (verb, argument) = command(text);
    if ONLY_FTP.contains(&verb.as_str()) {
        // RETR and the like need their argument, the others are short: a chance hit is a word at the start of a line.
        let bare = matches!(verb.as_str(), "PASV" | "EPSV" | "SYST" | "PWD" | "STOU" | "NLST" | "MLSD");
        // POP3 retrieves by number.
        let pop3 = verb == "RETR" && argument.bytes().all(|byte| byte.is_ascii_digit());
        return if pop3 {
            Sound::Shared
        } else if bare || !argument.is_empty() {
            Sound::Ftp
        } else {
            Sound::Other
        };
    }
    if SHARED.contains(&verb.as_str()) { Sound::Shared } else { Sound::Other }
}

/// Whether an unfinished line can become a reply or a command.
pub(super) fn begins(bytes: &[u8]) -> bool {
    may_begin(bytes) && printable(bytes).is_some()
}

/// Whether the first bytes are a code and its sign or a verb and its space, as far as they are there.
pub(super) fn may_begin(bytes: &[u8]) -> bool {
    let digits = bytes.iter().take(3).all(u8::is_ascii_digit);
    let letters = bytes.iter().take(4).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let verb = letters == bytes.len() || letters == 4 || letters == 3;
    let after_verb = matches!(bytes.get(letters), None | Some(b' ' | b'\r' | b'\n'));
    digits && matches!(bytes.get(3), None | Some(b' ' | b'-' | b'\r' | b'\n')) || verb && after_verb
}

/// A line as text, if it is text: control characters other than CR and TAB are not, bytes above ASCII may be.
fn printable(line: &[u8]) -> Option<&str> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        Err(bad) => std::str::from_utf8(line.get(..bad.valid_up_to())?).ok()?,
    };
    (!text.is_empty() && !text.bytes().any(|byte| byte < 0x20 && byte != b'\t' && byte != b'\r'))
        .then_some(text)
}

/// The code of a reply line and its text with the sign before it.
pub(super) fn reply(line: &str) -> Option<(u16, &str)> {
    let (digits, rest) = line.split_at_checked(3)?;
    let digits_only = digits.bytes().all(|byte| byte.is_ascii_digit());
    let sign = matches!(rest.bytes().next(), None | Some(b' ' | b'-'));
    (digits_only && sign).then(|| Some((digits.parse().ok()?, rest)))?
}

/// A command's verb in upper case, empty where it is none, and its argument.
pub(super) fn command(line: &str) -> (String, &str) {
    let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
    let is_verb = (3..=4).contains(&verb.len()) && verb.bytes().all(|byte| byte.is_ascii_alphabetic());
    (if is_verb { verb.to_ascii_uppercase() } else { String::new() }, argument.trim())
}

/// Six numbers: an address and a port (RFC 959, HOST-PORT), as PORT says them and the reply 227 has in its text.
pub(super) fn host_port(text: &str) -> Option<(Address, u16)> {
    let start = text.find(|character: char| character.is_ascii_digit())?;
    let text = text.get(start..)?;
    let end =
        text.find(|character: char| !character.is_ascii_digit() && character != ',').unwrap_or(text.len());
    let mut numbers = text.get(..end)?.split(',').map(|number| number.parse::<u8>().ok());
    let mut next = || numbers.next().flatten();
    let address = Address::v4([next()?, next()?, next()?, next()?]);
    Some((address, u16::from_be_bytes([next()?, next()?])))
}

/// `|protocol|address|port|` (RFC 2428), in which EPSV's reply leaves out all but the port.
pub(super) fn extended(text: &str) -> Option<(Option<Address>, u16)> {
    let text = text.get(text.find('|')?..)?;
    let mut parts = text.split('|').skip(2);
    let address = parts.next()?;
    let port = parts.next()?.parse().ok()?;
    let address = match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(v4)) => Some(Address::v4(v4.octets())),
        Ok(std::net::IpAddr::V6(v6)) => Some(Address::v6(v6.octets())),
        Err(_) => None,
    };
    Some((address, port))
}

/// The path between quotes in reply 257.
pub(super) fn quoted(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('"')?;
    rest.split_once('"').map(|(path, _)| path.trim_end_matches('\\'))
}
