use crate::{Answer, Length};
use quaywatch_wire::{ReadError, Reader};
use std::borrow::Cow;

/// Id, flags and four counts.
pub(crate) const HEADER_BYTES: usize = 12;
/// A name in text has at most this many bytes (RFC 1035 section 2.3.4).
const MAX_NAME_BYTES: usize = 255;
/// So many questions are read; nobody asks more at once (Zeek's `dns_max_queries`).
pub(crate) const MOST_QUESTIONS: u16 = 25;
/// The longest message over TCP, with its length.
pub(crate) const MAX_PDU_BYTES: usize = 2 + u16::MAX as usize;

/// Record types that are read. Open: the number stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Type(pub(crate) u16);

impl Type {
    pub(crate) const A: Self = Self(1);
    pub(crate) const NS: Self = Self(2);
    pub(crate) const CNAME: Self = Self(5);
    pub(crate) const SOA: Self = Self(6);
    pub(crate) const NULL: Self = Self(10);
    pub(crate) const WKS: Self = Self(11);
    pub(crate) const PTR: Self = Self(12);
    pub(crate) const HINFO: Self = Self(13);
    pub(crate) const MX: Self = Self(15);
    pub(crate) const TXT: Self = Self(16);
    pub(crate) const AAAA: Self = Self(28);
    pub(crate) const LOC: Self = Self(29);
    /// NIMLOC in DNS; the name record of NetBIOS.
    pub(crate) const NB: Self = Self(32);
    /// The node status record of NetBIOS under the same number.
    pub(crate) const SRV: Self = Self(33);
    pub(crate) const NAPTR: Self = Self(35);
    pub(crate) const A6: Self = Self(38);
    pub(crate) const OPT: Self = Self(41);
    pub(crate) const DS: Self = Self(43);
    pub(crate) const SSHFP: Self = Self(44);
    pub(crate) const RRSIG: Self = Self(46);
    pub(crate) const NSEC: Self = Self(47);
    pub(crate) const DNSKEY: Self = Self(48);
    pub(crate) const NSEC3: Self = Self(50);
    pub(crate) const NSEC3PARAM: Self = Self(51);
    pub(crate) const SVCB: Self = Self(64);
    pub(crate) const HTTPS: Self = Self(65);
    pub(crate) const SPF: Self = Self(99);
    pub(crate) const TKEY: Self = Self(249);
    pub(crate) const TSIG: Self = Self(250);
    pub(crate) const IXFR: Self = Self(251);
    pub(crate) const AXFR: Self = Self(252);
    pub(crate) const CAA: Self = Self(257);
    pub(crate) const BINDS: Self = Self(65534);
}

/// The first twelve bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) id: u16,
    pub(crate) flags: u16,
    pub(crate) questions: u16,
    pub(crate) answers: u16,
    pub(crate) authority: u16,
    pub(crate) additional: u16,
}

impl Header {
    /// The opcode of dynamic updates, and of `NetBIOS` registrations.
    pub(crate) const UPDATE: u8 = 5;

    pub(crate) const fn is_response(&self) -> bool {
        self.flags & 0x8000 != 0
    }

    pub(crate) const fn opcode(&self) -> u8 {
        (self.flags >> 11 & 0x0f) as u8
    }

    pub(crate) const fn is_authoritative(&self) -> bool {
        self.flags & 0x0400 != 0
    }

    pub(crate) const fn is_truncated(&self) -> bool {
        self.flags & 0x0200 != 0
    }

    pub(crate) const fn recursion_desired(&self) -> bool {
        self.flags & 0x0100 != 0
    }

    pub(crate) const fn recursion_available(&self) -> bool {
        self.flags & 0x0080 != 0
    }

    /// The three bits that were reserved once.
    pub(crate) const fn reserved(&self) -> u8 {
        (self.flags >> 4 & 0x07) as u8
    }

    pub(crate) const fn rcode(&self) -> u16 {
        self.flags & 0x0f
    }

    /// How many records there are.
    pub(crate) const fn records(&self) -> u32 {
        self.answers as u32 + self.authority as u32 + self.additional as u32
    }

    /// Opcodes in use, codes in use, no code in a question, and not empty.
    const fn is_sane(&self) -> bool {
        let opcode = matches!(self.opcode(), 0 | 4..=9);
        let code = self.rcode() <= 10 && (self.is_response() || self.rcode() == 0);
        let asks = self.is_response() || (self.questions > 0 && (self.opcode() != 0 || self.authority < 64));
        opcode
            && code
            && asks
            && self.questions <= MOST_QUESTIONS
            && self.questions as u32 + self.records() > 0
    }
}

/// A name as text with dots, without the last one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name {
    text: [u8; MAX_NAME_BYTES],
    length: u8,
}

impl Name {
    pub(crate) fn bytes(&self) -> &[u8] {
        self.text.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// As text; what is no text is replaced.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes())
    }

    /// As text in lower case; what is no text is written as `\x` and two digits.
    pub(crate) fn lower(&self) -> String {
        escaped(&self.bytes().to_ascii_lowercase())
    }

    fn push(&mut self, label: &[u8]) -> Option<()> {
        let mut at = usize::from(self.length);
        if at > 0 {
            *self.text.get_mut(at)? = b'.';
            at += 1;
        }
        self.text.get_mut(at..at + label.len())?.copy_from_slice(label);
        self.length = u8::try_from(at + label.len()).ok()?;
        Some(())
    }
}

/// Bytes as text; what is no UTF-8 is written as `\x` and two digits, as Zeek does.
pub(crate) fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}

/// A question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question {
    pub(crate) name: Name,
    pub(crate) kind: Type,
    pub(crate) class: u16,
    /// How many bytes it takes in the message.
    pub(crate) wire_bytes: usize,
}

/// The part of a message a record stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Answer,
    Authority,
    Additional,
}

/// A record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    pub(crate) section: Section,
    pub(crate) name: Name,
    pub(crate) kind: Type,
    pub(crate) class: u16,
    pub(crate) ttl: u32,
    pub(crate) data: &'a [u8],
    /// Where `data` begins in the message, for names in it.
    at: usize,
}

/// What a message consists of behind its header.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part<'a> {
    Question(&'a Question),
    Record(&'a Record<'a>),
}

/// A view of one message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Message<'a> {
    pub(crate) header: Header,
    bytes: &'a [u8],
}

impl<'a> Message<'a> {
    pub(crate) fn decode(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(bytes);
        let header = Header {
            id: reader.u16_be("ID")?,
            flags: reader.u16_be("flags")?,
            questions: reader.u16_be("QDCOUNT")?,
            answers: reader.u16_be("ANCOUNT")?,
            authority: reader.u16_be("NSCOUNT")?,
            additional: reader.u16_be("ARCOUNT")?,
        };
        Ok(Self { header, bytes })
    }

    /// Tells questions and records in order; gives how many bytes they take with the header.
    pub(crate) fn each(&self, tell: &mut dyn FnMut(Part<'_>)) -> Result<usize, ReadError> {
        let mut go_on = |part: Part<'_>| {
            tell(part);
            true
        };
        self.walk(&mut go_on)
    }

    /// As [`Message::each`], until it is told that this is enough.
    fn walk(&self, go_on: &mut dyn FnMut(Part<'_>) -> bool) -> Result<usize, ReadError> {
        let mut at = HEADER_BYTES;
        for _ in 0..self.header.questions.min(MOST_QUESTIONS) {
            let question = self.question(&mut at)?;
            if !go_on(Part::Question(&question)) {
                return Ok(at);
            }
        }
        let Header { answers, authority, additional, .. } = self.header;
        let sections =
            [(answers, Section::Answer), (authority, Section::Authority), (additional, Section::Additional)];
        for (count, section) in sections {
            for _ in 0..count {
                let record = self.record(&mut at, section)?;
                if !go_on(Part::Record(&record)) {
                    return Ok(at);
                }
            }
        }
        Ok(at)
    }

    /// The first question.
    pub(crate) fn first_question(&self) -> Option<Question> {
        let mut at = HEADER_BYTES;
        if self.header.questions == 0 { None } else { self.question(&mut at).ok() }
    }

    fn question(&self, at: &mut usize) -> Result<Question, ReadError> {
        let begin = *at;
        let name = self.name(at)?;
        let mut reader = self.reader(*at, "question")?;
        let (kind, class) = (Type(reader.u16_be("QTYPE")?), reader.u16_be("QCLASS")?);
        *at += 4;
        Ok(Question { name, kind, class, wire_bytes: *at - begin })
    }

    fn record(&self, at: &mut usize, section: Section) -> Result<Record<'a>, ReadError> {
        let name = self.name(at)?;
        let mut reader = self.reader(*at, "record")?;
        let (kind, class) = (Type(reader.u16_be("TYPE")?), reader.u16_be("CLASS")?);
        let ttl = reader.u32_be("TTL")?;
        let length = usize::from(reader.u16_be("RDLENGTH")?);
        let data = reader.take(length, "RDATA")?;
        let begin = *at + 10;
        *at = begin + length;
        Ok(Record { section, name, kind, class, ttl, data, at: begin })
    }

    /// The name in a record's data behind `skip` bytes, and how many bytes of the data it takes with them.
    pub(crate) fn name_in(&self, record: &Record<'_>, skip: usize) -> Option<(Name, usize)> {
        let mut at = record.at + skip;
        let name = self.name(&mut at).ok()?;
        let taken = at - record.at;
        (taken <= record.data.len()).then_some((name, taken))
    }

    /// Reads a name and moves `at` behind it. Every jump goes back behind the last, so that it ends.
    fn name(&self, at: &mut usize) -> Result<Name, ReadError> {
        let mut name = Name { text: [0; MAX_NAME_BYTES], length: 0 };
        let mut here = *at;
        let mut end = None;
        let mut before = *at;
        loop {
            let mut reader = self.reader(here, "name")?;
            let offset = here;
            let wrong = |field| ReadError { field, offset, needed: 0, left: 0 };
            match reader.u8("label length")? {
                0 => {
                    *at = end.unwrap_or(here + 1);
                    return Ok(name);
                }
                length @ 1..=63 => {
                    let label = reader.take(length.into(), "label")?;
                    name.push(label).ok_or_else(|| wrong("name longer than 255 bytes"))?;
                    here += 1 + usize::from(length);
                }
                high @ 0xc0.. => {
                    let low = reader.u8("compression offset")?;
                    end.get_or_insert(here + 2);
                    here = usize::from(high & 0x3f) << 8 | usize::from(low);
                    if here >= before {
                        return Err(wrong("compression that leads forward"));
                    }
                    before = here;
                }
                _ => return Err(wrong("label type")),
            }
        }
    }

    fn reader(&self, at: usize, field: &'static str) -> Result<Reader<'a>, ReadError> {
        let mut reader = Reader::new(self.bytes);
        reader.skip(at, field)?;
        Ok(reader)
    }

    /// Whether this is a message at all. At home a sane header and question will do; elsewhere all must be there, to the
    /// last byte, with classes in use and names of plain letters.
    pub(crate) fn is_plausible(&self, at_home: bool) -> bool {
        if !self.header.is_sane() {
            return false;
        }
        if at_home && self.first_question().is_some_and(|question| is_class(question.class)) {
            return true;
        }
        let mut plain = at_home || (self.header.questions <= 1 && self.header.flags & 0x0040 == 0);
        let end = self.walk(&mut |part| {
            plain &= part.is_plain(at_home);
            plain
        });
        end.is_ok_and(|end| plain && end == self.bytes.len())
    }

    /// Whether this may be a message, judged by its first few questions and records.
    fn begins_plain(&self) -> bool {
        let (mut plain, mut parts) = (true, 0);
        let end = self.walk(&mut |part| {
            plain &= part.is_plain(false);
            parts += 1;
            plain && parts < PARTS_THAT_PROVE
        });
        end.is_ok_and(|end| plain && (parts == PARTS_THAT_PROVE || end == self.bytes.len()))
    }
}

impl Part<'_> {
    /// Whether the class is in use and, elsewhere than at home, the name is of plain letters.
    fn is_plain(&self, at_home: bool) -> bool {
        let (name, class, kind) = match *self {
            Part::Question(question) => (&question.name, question.class, question.kind),
            Part::Record(record) => (&record.name, record.class, record.kind),
        };
        let class_fits = kind == Type::OPT || (is_class(class) && kind.0 != 0);
        class_fits && (at_home || name.bytes().iter().all(|byte| (0x21..0x7f).contains(byte)))
    }
}

/// So many plain questions and records at the start of a message prove that it is one: where the next message is
/// looked for, at every byte, it is not read to its end each time.
const PARTS_THAT_PROVE: usize = 4;

/// Internet, Chaos, Hesiod, none and any; the top bit is a flag of multicast DNS.
const fn is_class(class: u16) -> bool {
    matches!(class & 0x7fff, 1 | 3 | 4 | 254 | 255)
}

/// How long the message over TCP that begins here is.
pub(crate) fn length(head: &[u8]) -> Length {
    match head.first_chunk().map(|bytes| usize::from(u16::from_be_bytes(*bytes))) {
        None => Length::More,
        Some(length) if length < HEADER_BYTES => Length::Bad("message shorter than its header"),
        Some(length) => Length::Is(2 + length),
    }
}

/// Whether a message over TCP begins here: length, header and the first question or record.
pub(crate) fn begins(head: &[u8]) -> Answer {
    let length = match length(head) {
        Length::More => return Answer::Unsure,
        Length::Bad(_) => return Answer::No,
        Length::Is(length) => length,
    };
    let body = head.get(2..length.min(head.len())).unwrap_or_default();
    let Ok(message) = Message::decode(body) else {
        // Before the header is whole its opcode and codes tell already.
        let flags = body.get(2..4).and_then(|flags| flags.try_into().ok()).map_or(0, u16::from_be_bytes);
        return if flags & 0x0040 == 0 { Answer::Unsure } else { Answer::No };
    };
    let header = message.header;
    if !header.is_sane() || header.flags & 0x0040 != 0 || header.questions > 1 {
        return Answer::No;
    }
    if body.len() + 2 == length {
        return if message.begins_plain() { Answer::Certain } else { Answer::No };
    }
    let first = match header.questions {
        0 => message.record(&mut HEADER_BYTES.clone(), Section::Answer).map(|record| record.class),
        _ => message.first_question().map(|question| question.class).ok_or(SHORT),
    };
    match first {
        Ok(class) if is_class(class) => Answer::Certain,
        Ok(_) => Answer::No,
        Err(_) if body.len() < HEADER_BYTES + MAX_NAME_BYTES + 10 => Answer::Unsure,
        Err(_) => Answer::No,
    }
}

const SHORT: ReadError = ReadError { field: "question", offset: HEADER_BYTES, needed: 0, left: 0 };
