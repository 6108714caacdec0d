//! Reads a tag map's CSV file, as spreadsheets of any country write it: comma, semicolon or tab, a byte order mark
//! or none, quotes where needed, any line ends. Lines that begin with `#` are comments.

use super::address::{Order, TagAddress, TagKind};
use super::index::bit_of;
use crate::error::{Kind, nearest};
use crate::words::{protocol, same};
use crate::{Mistake, Position};
use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

/// The most tags one map can have: ten times what the controllers of a large crane have.
pub(crate) const MOST_TAGS: usize = 50_000;
/// The most columns a map can have: ours, and many that a spreadsheet has beside.
const MOST_COLUMNS: usize = 200;
/// The most bytes of a field; longer ones are mistakes, such as a quote that is never closed.
const LONGEST_FIELD: usize = 8_192;

/// A tag before it is known which crane it is on and who its writers are.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) address: TagAddress,
    /// The address as it was written, where the crane's name has to be put in.
    pub(crate) template: Option<String>,
    pub(crate) kind: TagKind,
    pub(crate) order: Order,
    pub(crate) scale: f64,
    pub(crate) offset: f64,
    pub(crate) unit: Option<String>,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) description: Option<String>,
    pub(crate) writable_by: Vec<(String, Position)>,
    pub(crate) at: Position,
}

/// What stands for the crane's name in an address.
pub(crate) const CRANE: &str = "{crane}";

const COLUMNS: [&str; 12] = [
    "tag",
    "protocol",
    "address",
    "type",
    "endianness",
    "scale",
    "offset",
    "unit",
    "min",
    "max",
    "description",
    "writable_by",
];

/// Other names that spreadsheets have for the columns.
const ALIASES: [(&str, &str); 12] = [
    ("name", "tag"),
    ("data type", "type"),
    ("datatype", "type"),
    ("byte order", "endianness"),
    ("order", "endianness"),
    ("word order", "endianness"),
    ("factor", "scale"),
    ("minimum", "min"),
    ("maximum", "max"),
    ("comment", "description"),
    ("units", "unit"),
    ("writable", "writable_by"),
];

/// A field with where it begins.
#[derive(Debug, Clone)]
struct Field {
    text: String,
    at: Position,
}

/// Reads all rows; every mistake is told.
pub(crate) fn read(
    file: &str,
    text: &str,
    default_protocol: Option<&str>,
    tell: &mut dyn FnMut(Mistake),
) -> Vec<Row> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut sheet = Sheet::new(file, text, tell);
    let Some(head) = sheet.record() else {
        let at = Position { line: 1, column: 1 };
        sheet.mistake(
            at,
            Kind::Missing,
            "the line with the names of the columns",
            "",
            &COLUMNS.join(", "),
            None,
        );
        return Vec::new();
    };
    let columns = sheet.columns(&head);
    let mut rows: Vec<Row> = Vec::new();
    let mut seen = hashbrown::HashMap::<String, Position, foldhash::fast::FixedState>::default();
    while let Some(record) = sheet.record() {
        let at = record.first().map(|field| field.at).unwrap_or_default();
        if rows.len() == MOST_TAGS {
            sheet.mistake(at, Kind::Limit, "tags", &format!("more than {MOST_TAGS}"), "", None);
            break;
        }
        let cells = Cells { columns: &columns, record: &record, protocol: default_protocol };
        let Some(row) = cells.row(&mut sheet) else { continue };
        if let Some(&first) = seen.get(&row.name) {
            sheet.told(
                at,
                Kind::Duplicate,
                "tag",
                &row.name,
                "a name of its own for each tag",
                None,
                Some(first),
            );
            continue;
        }
        seen.insert(row.name.clone(), row.at);
        rows.push(row);
    }
    rows
}

/// Cuts text into records and fields.
struct Sheet<'t> {
    file: &'t str,
    text: &'t str,
    /// How many bytes were read, and where that is.
    done: usize,
    at: Position,
    delimiter: u8,
    reader: Reader,
    buffer: Box<[u8]>,
    tell: &'t mut dyn FnMut(Mistake),
}

impl<'t> Sheet<'t> {
    fn new(file: &'t str, text: &'t str, tell: &'t mut dyn FnMut(Mistake)) -> Self {
        let head = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or("");
        let count = |wanted: u8| head.bytes().filter(|&byte| byte == wanted).count();
        // Most frequent in the head line; a comma where nothing else is.
        let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|&byte| count(byte)).unwrap_or(b',');
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        let buffer = vec![0; LONGEST_FIELD].into();
        Self { file, text, done: 0, at: Position { line: 1, column: 1 }, delimiter, reader, buffer, tell }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.done..).unwrap_or_default()
    }

    fn advance(&mut self, bytes: usize) {
        let passed = self.rest().get(..bytes).unwrap_or_default();
        // A line may end with CR LF, LF or CR.
        let mut previous = self.text.as_bytes().get(self.done.wrapping_sub(1)).copied();
        for c in passed.chars() {
            match c {
                '\n' if previous == Some(b'\r') => {}
                '\n' | '\r' => self.at = Position { line: self.at.line + 1, column: 1 },
                _ => self.at.column += 1,
            }
            previous = u8::try_from(c).ok();
        }
        self.done += bytes;
    }

    /// Passes empty lines and comments.
    fn skip_to_record(&mut self) {
        loop {
            let rest = self.rest();
            let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
            let comment = rest.starts_with('#');
            let empty = rest.get(..line).is_some_and(|line| {
                line.chars().all(|c| c.is_whitespace() || c == char::from(self.delimiter))
            });
            if rest.is_empty() || !(comment || empty) {
                return;
            }
            self.advance((line + 1).min(rest.len()));
        }
    }

    fn record(&mut self) -> Option<Vec<Field>> {
        self.skip_to_record();
        if self.rest().is_empty() {
            return None;
        }
        self.reader.reset();
        let mut record = Vec::new();
        while self.field(&mut record) {}
        Some(record)
    }

    /// Reads one field; whether another follows in the record.
    fn field(&mut self, record: &mut Vec<Field>) -> bool {
        let at = self.at;
        let (mut result, read, mut written) =
            self.reader.read_field(self.rest().as_bytes(), &mut self.buffer);
        self.advance(read);
        if result == ReadFieldResult::InputEmpty {
            // What ends without a line end: say so.
            let more = self.buffer.get_mut(written..).unwrap_or_default();
            let (end, _, further) = self.reader.read_field(&[], more);
            (result, written) = (end, written + further);
        }
        if result == ReadFieldResult::OutputFull {
            let found =
                format!("a field of more than {LONGEST_FIELD} bytes, perhaps a quote that is not closed");
            self.mistake(at, Kind::Syntax, "", &found, "", None);
            self.advance(self.rest().len());
            return false;
        }
        let bytes = self.buffer.get(..written).unwrap_or_default();
        record.push(Field { text: String::from_utf8_lossy(bytes).trim().to_owned(), at });
        result == ReadFieldResult::Field { record_end: false }
    }

    fn mistake(
        &mut self,
        at: Position,
        kind: Kind,
        key: &str,
        found: &str,
        valid: &str,
        meant: Option<String>,
    ) {
        self.told(at, kind, key, found, valid, meant, None);
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a mistake")]
    fn told(
        &mut self,
        at: Position,
        kind: Kind,
        key: &str,
        found: &str,
        valid: &str,
        meant: Option<String>,
        other: Option<Position>,
    ) {
        let (file, key) = (self.file.to_owned(), key.to_owned());
        (self.tell)(Mistake { file, at, kind, key, found: found.into(), valid: valid.into(), meant, other });
    }

    /// Which column each field of the head is; mistakes for names nobody knows.
    fn columns(&mut self, head: &[Field]) -> Vec<Option<&'static str>> {
        let mut columns: Vec<Option<&'static str>> = Vec::new();
        if let Some(field) = head.get(MOST_COLUMNS) {
            self.mistake(field.at, Kind::Limit, "columns", &format!("more than {MOST_COLUMNS}"), "", None);
        }
        for field in head.iter().take(MOST_COLUMNS) {
            let name = COLUMNS.iter().copied().find(|name| same(name, &field.text));
            let alias = || ALIASES.iter().find(|(alias, _)| same(alias, &field.text)).map(|&(_, name)| name);
            let column = name.or_else(alias);
            match column {
                None if !field.text.is_empty() && !field.text.starts_with('(') => {
                    let meant = nearest(&field.text, COLUMNS);
                    self.mistake(
                        field.at,
                        Kind::UnknownKey,
                        "the head line",
                        &field.text,
                        &COLUMNS.join(", "),
                        meant,
                    );
                }
                Some(name) if columns.contains(&Some(name)) => {
                    self.mistake(field.at, Kind::Duplicate, "column", name, "", None);
                }
                _ => {}
            }
            columns.push(column);
        }
        let end = head.first().map(|field| field.at).unwrap_or_default();
        for needed in ["tag", "address"] {
            if !columns.contains(&Some(needed)) {
                self.mistake(end, Kind::Missing, &format!("column {needed}"), "", &COLUMNS.join(", "), None);
            }
        }
        columns
    }
}

/// One record by the names of its columns.
struct Cells<'r> {
    columns: &'r [Option<&'static str>],
    record: &'r [Field],
    protocol: Option<&'r str>,
}

impl<'r> Cells<'r> {
    fn get(&self, column: &str) -> Option<&'r Field> {
        let at = self.columns.iter().position(|name| *name == Some(column))?;
        self.record.get(at).filter(|field| !field.text.is_empty())
    }

    fn text(&self, column: &str) -> Option<String> {
        self.get(column).map(|field| field.text.clone())
    }

    /// A number; in files with semicolons the comma may be the decimal sign.
    fn number(&self, column: &str, sheet: &mut Sheet<'_>) -> Result<Option<f64>, ()> {
        let Some(field) = self.get(column) else { return Ok(None) };
        let text = if sheet.delimiter == b',' { field.text.clone() } else { field.text.replace(',', ".") };
        match text.parse::<f64>().ok().filter(|number| number.is_finite()) {
            Some(number) => Ok(Some(number)),
            None => {
                sheet.mistake(
                    field.at,
                    Kind::BadValue,
                    column,
                    &field.text,
                    "a number such as 110 or 0.5",
                    None,
                );
                Err(())
            }
        }
    }

    /// The row, unless there is a mistake in it; then all that is wrong in it is told.
    fn row(&self, sheet: &mut Sheet<'_>) -> Option<Row> {
        let at = self.record.first().map(|field| field.at).unwrap_or_default();
        let extra = self.record.get(self.columns.len()..).unwrap_or_default();
        if let Some(field) = extra.iter().find(|field| !field.text.is_empty()) {
            let found = format!("more fields than the head line has columns: {:?}", field.text);
            sheet.mistake(
                field.at,
                Kind::Syntax,
                "",
                &found,
                "quotes around text with the separator in it",
                None,
            );
        }
        let name = self.needed("tag", at, sheet);
        let kind = self.parsed("type", TagKind::AsSent, TagKind::parse, TagKind::VALID, sheet);
        let order = self.parsed("endianness", None, |text| Order::parse(text).map(Some), Order::VALID, sheet);
        let address = self.address(kind.ok().unwrap_or(TagKind::AsSent), at, sheet);
        let (scale, offset) = (self.number("scale", sheet), self.number("offset", sheet));
        let (min, max) = (self.number("min", sheet), self.number("max", sheet));
        if let (Ok(Some(low)), Ok(Some(high)), Some(field)) = (min, max, self.get("min"))
            && low > high
        {
            let found = format!("min {low} is above max {high}");
            sheet.mistake(field.at, Kind::EmptyRange, "min", &found, "the smaller value as min", None);
            return None;
        }
        let (kind, (address, told, template)) = (kind.ok()?, address?);
        let kind = if kind == TagKind::AsSent || bit_of(told).is_some() { told } else { kind };
        let little =
            matches!(address, TagAddress::Symbol(_) | TagAddress::Logical { .. } | TagAddress::Node(_));
        Some(Row {
            name: name?,
            address,
            template,
            kind,
            order: order.ok()?.unwrap_or(if little { Order::Dcba } else { Order::Abcd }),
            scale: scale.ok()?.unwrap_or(1.0),
            offset: offset.ok()?.unwrap_or(0.0),
            unit: self.text("unit"),
            min: min.ok()?,
            max: max.ok()?,
            description: self.text("description"),
            writable_by: self.writers(),
            at,
        })
    }

    fn needed(&self, column: &str, at: Position, sheet: &mut Sheet<'_>) -> Option<String> {
        let text = self.text(column);
        if text.is_none() && self.columns.contains(&Some(column)) {
            sheet.mistake(at, Kind::Missing, column, "", "", None);
        }
        text
    }

    fn parsed<T>(
        &self,
        column: &str,
        absent: T,
        parse: impl Fn(&str) -> Option<T>,
        valid: &str,
        sheet: &mut Sheet<'_>,
    ) -> Result<T, ()> {
        let Some(field) = self.get(column) else { return Ok(absent) };
        parse(&field.text).ok_or_else(|| {
            sheet.mistake(field.at, Kind::BadValue, column, &field.text, valid, None);
        })
    }

    /// Address, the kind that the address tells, the address with a place for the crane's name.
    fn address(
        &self,
        kind: TagKind,
        at: Position,
        sheet: &mut Sheet<'_>,
    ) -> Option<(TagAddress, TagKind, Option<String>)> {
        let text = self.needed("address", at, sheet)?;
        let field = self.get("address")?;
        let Some(name) = self.text("protocol").or_else(|| self.protocol.map(str::to_owned)) else {
            let valid = "modbus, s7, cip or opcua in the column protocol, or protocol = in [[tag_map]]";
            sheet.mistake(at, Kind::Missing, "protocol", "", valid, None);
            return None;
        };
        let known = super::address::PROTOCOLS.iter().any(|known| same(known, protocol(&name)));
        if !known && !same(protocol(&name), "enip") {
            let at = self.get("protocol").map_or(at, |field| field.at);
            let meant = nearest(&name, ["modbus", "s7", "cip", "opcua"]);
            sheet.mistake(at, Kind::BadValue, "protocol", &name, "modbus, s7, cip, opcua", meant);
            return None;
        }
        let template = text.contains(CRANE).then(|| text.clone());
        match TagAddress::parse(&name, &text, kind) {
            Ok((address, kind)) => Some((address, kind, template)),
            Err(valid) => {
                sheet.mistake(field.at, Kind::BadValue, "address", &text, valid, None);
                None
            }
        }
    }

    /// The selectors in `writable_by`, separated by blanks-free bars, commas or semicolons.
    fn writers(&self) -> Vec<(String, Position)> {
        let Some(field) = self.get("writable_by") else { return Vec::new() };
        let parts = field.text.split(['|', ',', ';']).map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| (part.to_owned(), field.at)).collect()
    }
}
