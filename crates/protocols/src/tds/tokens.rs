use super::types::{Trouble, TypeInfo, show_wide, wide};
use quaywatch_wire::Reader;
use std::fmt::Write;

/// A table has at most so many columns in SQL Server, with wide tables 30 000; a result has at most 4096.
const MOST_COLUMNS: usize = 4096;

/// What a token of a response says (MS-TDS, section 2.2.7).
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// The columns of the rows that follow, how many.
    Columns(usize),
    /// One row, which was added to the text.
    Row,
    /// A statement is done.
    Done,
    Error {
        number: u32,
        message: String,
    },
    /// A message, and the server's name for itself.
    Info {
        server: String,
    },
    LoginAccepted {
        version: u32,
        product: String,
        build: [u8; 4],
    },
    Database(String),
    Other,
}

/// Reads tokens one by one; knows the columns of the rows to come.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    columns: Vec<TypeInfo>,
    /// Whether the version is before 7.2, whose counts and types are narrower.
    pub(super) old: bool,
    /// Whether it is before 7.1, whose table names and collations are others.
    blind: bool,
}

impl Tokens {
    /// No columns are known: rows cannot be read.
    pub(super) fn forget(&mut self) {
        self.columns = Vec::new();
        self.blind = true;
    }

    /// Reads one token and adds rows and column names to `text`, a line each.
    pub(super) fn next(&mut self, reader: &mut Reader<'_>, text: &mut String) -> Result<Token, Trouble> {
        let before = text.len();
        let token = self.token(reader, text);
        if token.is_err() {
            text.truncate(before);
        }
        token
    }

    fn token(&mut self, reader: &mut Reader<'_>, text: &mut String) -> Result<Token, Trouble> {
        let kind = reader.u8("token")?;
        match kind {
            0x81 => return self.columns(reader, text),
            0xd1 => return self.row(reader, false, text),
            0xd2 => return self.row(reader, true, text),
            0xfd..=0xff => {
                reader.u16_le("status")?;
                reader.u16_le("command")?;
                reader.skip(if self.old { 4 } else { 8 }, "row count")?;
                return Ok(Token::Done);
            }
            0xac => {
                reader.u16_le("ordinal")?;
                let length = reader.u8("name")?;
                reader.skip(usize::from(length) * 2 + 1, "name and status")?;
                reader.skip(if self.old { 4 } else { 6 }, "user type and flags")?;
                TypeInfo::decode(reader)?.value(reader)?;
            }
            0x79 | 0x78 => reader.skip(4, "value")?,
            0xae => loop {
                if reader.u8("feature")? == 0xff {
                    break;
                }
                let length = reader.u32_le("feature length")?;
                reader.skip(length as usize, "feature")?;
            },
            0xe4 | 0xee => {
                let length = reader.u32_le("length")?;
                reader.skip(length as usize, "token body")?;
            }
            0xa4 | 0xa5 | 0xa9 | 0xaa | 0xab | 0xad | 0xe3 | 0xed => {
                let length = reader.u16_le("length")?;
                let body = reader.sub(length.into(), "token body")?;
                return Ok(message(kind, body).unwrap_or(Token::Other));
            }
            _ => return Err(Trouble::Unknown),
        }
        Ok(Token::Other)
    }

    /// Sections 2.2.7.4 and 2.2.5.5: what each column is called and of which type it is.
    fn columns(&mut self, reader: &mut Reader<'_>, text: &mut String) -> Result<Token, Trouble> {
        let count = reader.u16_le("count")?;
        if count == u16::MAX {
            return Ok(Token::Other);
        }
        if usize::from(count) > MOST_COLUMNS {
            return Err(Trouble::Unknown);
        }
        let mut columns = Vec::with_capacity(count.into());
        for number in 0..count {
            reader.skip(if self.old { 4 } else { 6 }, "user type and flags")?;
            let column = TypeInfo::decode(reader)?;
            if column.names_table() {
                let parts = if self.old { 1 } else { reader.u8("table name parts")? };
                for _ in 0..parts {
                    let length = reader.u16_le("table name")?;
                    reader.skip(usize::from(length) * 2, "table name")?;
                }
            }
            let length = reader.u8("column name")?;
            text.push_str(if number == 0 { "" } else { "\t" });
            show_wide(reader.take(usize::from(length) * 2, "column name")?, text);
            columns.push(column);
        }
        text.push('\n');
        self.columns = columns;
        self.blind = false;
        Ok(Token::Columns(count.into()))
    }

    fn row(&self, reader: &mut Reader<'_>, compressed: bool, text: &mut String) -> Result<Token, Trouble> {
        if self.blind || self.columns.is_empty() {
            return Err(Trouble::Unknown);
        }
        let nulls =
            if compressed { reader.take(self.columns.len().div_ceil(8), "null bitmap")? } else { &[] };
        for (number, column) in self.columns.iter().enumerate() {
            text.push_str(if number == 0 { "" } else { "\t" });
            let is_null = nulls.get(number / 8).is_some_and(|bits| bits >> (number % 8) & 1 == 1);
            if is_null {
                text.push_str("NULL");
            } else {
                column.show(&column.value(reader)?, text);
            }
        }
        text.push('\n');
        Ok(Token::Row)
    }
}

/// The tokens whose length is told: an unreadable one is passed over.
fn message(kind: u8, mut body: Reader<'_>) -> Option<Token> {
    match kind {
        0xaa | 0xab => {
            let number = body.u32_le("number").ok()?;
            body.u16_le("state and class").ok()?;
            let length = body.u16_le("message").ok()?;
            let message = wide(body.take(usize::from(length) * 2, "message").ok()?);
            let length = body.u8("server").ok()?;
            let server = wide(body.take(usize::from(length) * 2, "server").ok()?);
            Some(if kind == 0xaa { Token::Error { number, message } } else { Token::Info { server } })
        }
        0xad => {
            body.u8("interface").ok()?;
            let version = body.u32_be("version").ok()?;
            let length = body.u8("product").ok()?;
            let product = wide(body.take(usize::from(length) * 2, "product").ok()?);
            Some(Token::LoginAccepted { version, product, build: body.array("build").ok()? })
        }
        0xe3 => {
            // Section 2.2.7.9: only the database is of use.
            if body.u8("type").ok()? != 1 {
                return None;
            }
            let length = body.u8("new value").ok()?;
            Some(Token::Database(wide(body.take(usize::from(length) * 2, "new value").ok()?)))
        }
        _ => None,
    }
}

/// What is called, and with which values (section 2.2.6.6).
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) procedure: String,
    /// The statement, where the procedure is one that runs a statement.
    pub(super) statement: Option<String>,
    /// Names and values of the other parameters, as far as they could be read.
    pub(super) parameters: Vec<(String, String)>,
}

/// So many parameters of one call are told. SQL Server allows 2100.
const MOST_PARAMETERS: usize = 64;

/// The procedures that have a number (section 2.2.6.6, `ProcID`).
const PROCEDURES: [&str; 16] = [
    "unknown",
    "sp_cursor",
    "sp_cursoropen",
    "sp_cursorprepare",
    "sp_cursorexecute",
    "sp_cursorprepexec",
    "sp_cursorunprepare",
    "sp_cursorfetch",
    "sp_cursoroption",
    "sp_cursorclose",
    "sp_executesql",
    "sp_prepare",
    "sp_execute",
    "sp_prepexec",
    "sp_prepexecrpc",
    "sp_unprepare",
];

impl Call {
    /// Reads a call, of which only the beginning may be there.
    pub(super) fn decode(bytes: &[u8]) -> Self {
        let mut call = Self::default();
        let mut reader = Reader::new(bytes);
        if call.head(&mut reader).is_none() {
            return call;
        }
        let mut wide_left = call.texts_to_statement();
        while call.parameters.len() < MOST_PARAMETERS {
            let Some((name, value, is_wide)) = parameter(&mut reader) else { break };
            wide_left = wide_left.map(|left: u8| if is_wide { left.saturating_sub(1) } else { left });
            if is_wide && wide_left == Some(0) && call.statement.is_none() {
                call.statement = Some(value);
            } else {
                call.parameters.push((name, value));
            }
        }
        call
    }

    /// Which of the texts among the parameters is the statement: the first, or the one after the list of its variables.
    fn texts_to_statement(&self) -> Option<u8> {
        match self.procedure.to_ascii_lowercase().as_str() {
            "sp_executesql" | "sp_cursoropen" => Some(1),
            "sp_prepare" | "sp_prepexec" | "sp_cursorprepare" | "sp_cursorprepexec" => Some(2),
            _ => None,
        }
    }

    fn head(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let length = reader.u16_le("name length").ok()?;
        if length == u16::MAX {
            let number = reader.u16_le("procedure").ok()?;
            let name = PROCEDURES.get(usize::from(number)).or(PROCEDURES.first());
            self.procedure = name.copied().unwrap_or_default().to_owned();
        } else {
            self.procedure = wide(reader.take(usize::from(length) * 2, "name").ok()?);
        }
        reader.u16_le("options").ok().map(|_| ())
    }
}

/// The next parameter: name, value as text, and whether that was UTF-16 text.
fn parameter(reader: &mut Reader<'_>) -> Option<(String, String, bool)> {
    let length = reader.u8("parameter name").ok()?;
    let name = wide(reader.take(usize::from(length) * 2, "parameter name").ok()?);
    reader.u8("status").ok()?;
    let kind = TypeInfo::decode(reader).ok()?;
    let raw = kind.argument(reader).ok()?;
    let mut value = String::new();
    kind.show(&raw, &mut value);
    let mut named = String::new();
    let written = if name.is_empty() { write!(named, "parameter") } else { write!(named, "{name}") };
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
    Some((named, value, kind.is_wide()))
}
