use super::ops::{self, Asked};
use super::tokens::{Token, Tokens};
use super::types::Trouble;
use super::wire::{self, Kind, Prelogin, Unit};
use crate::{Answer, Context, Dialogue, Length, pending, sql, tls};
use quaywatch_model::{
    Attribute, Content, DataClass, Direction, Outcome, Side, Timestamp, Topic, Transfer, TransferKind, Value,
    Verdict,
};
use quaywatch_wire::Reader;
use std::mem;

/// So many bytes of a request are kept to be shown; those behind are only counted.
const MOST_REQUEST_BYTES: usize = 64 * 1024;
/// A token, mostly a row with a large value, is put together up to this, in bytes.
const MOST_TOKEN_BYTES: usize = 1 << 20;

/// What TDS makes us keep: the request that is being made, the one that waits, and how far its answer has come.
#[derive(Debug, Default)]
pub(super) struct Tds {
    client: Option<Side>,
    heard_server: bool,
    /// The request of which not all packets have come.
    building: Option<(Kind, Vec<u8>, u64)>,
    waiting: Option<Asked>,
    /// What statements told of tables.
    tables: sql::Tables,
    answer: Tally,
    tokens: Tokens,
    /// The part of a token that has come; the token goes on in the next packet.
    carry: Vec<u8>,
    /// The rest of this answer is passed over.
    lost_thread: bool,
    text: String,
    encryption: [Option<u8>; 2],
    records: bool,
    tls: Option<Box<tls::Inside>>,
    transfers: u64,
}

/// What an answer held so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) rows: u64,
    pub(super) columns: usize,
    pub(super) row_bytes: u64,
    pub(super) error: Option<(u32, String)>,
    pub(super) began: bool,
    pub(super) open: bool,
}

impl Dialogue for Tds {
    const LAYER: &'static str = "tds";
    const MAX_PDU_BYTES: usize = wire::MAX_PACKET_BYTES;

    fn length(&self, _: Side, head: &[u8]) -> Length {
        wire::length(head)
    }

    fn starts(&self, from: Side, head: &[u8]) -> Answer {
        // Once both have agreed to encrypt there may be records between packets, or nothing but records.
        if self.records && wire::is_record(head) && matches!(wire::length(head), Length::Is(_)) {
            return Answer::Certain;
        }
        match wire::starts(head) {
            // Whose client is known need not show the end of an answer that may be long.
            Answer::No if self.client.is_some() && self.client != Some(from) && wire::begins_answer(head) => {
                Answer::Certain
            }
            answer => answer,
        }
    }

    fn pdu(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) {
        match Unit::decode(bytes) {
            Some(Unit::Packet { kind: Kind::RESPONSE, last, body }) => self.response(cx, from, body, last),
            Some(Unit::Packet { kind: Kind::PRELOGIN, body, .. }) => self.prelogin(cx, from, body),
            Some(Unit::Packet { kind: Kind::ATTENTION, .. }) => self.client = Some(from),
            Some(Unit::Packet { kind, last, body }) => self.request(cx, from, kind, body, last),
            Some(Unit::Record) => self.tls.get_or_insert_default().data(cx, from, bytes),
            None => {}
        }
    }

    fn lost(&mut self, cx: &mut Context<'_>, from: Side, bytes: u64) {
        if let Some(tls) = &mut self.tls {
            tls.gap(cx, from, bytes);
        }
        if self.client == Some(from) {
            self.drop_request(cx);
            return;
        }
        if self.answer.began {
            cx.transfer(&Transfer::Missing { id: self.transfers, bytes });
        }
        cx.memory.free(mem::take(&mut self.carry));
        self.tokens.forget();
        if let Some(asked) = &mut self.waiting {
            asked.answer_lost = true;
        }
    }

    fn tick(&mut self, cx: &mut Context<'_>) -> Option<Timestamp> {
        let ends = pending::patience_ends(self.waiting.as_ref()?.moment.time);
        if cx.now.time > ends {
            self.finish(cx, false);
            return None;
        }
        Some(ends)
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        if let Some(mut tls) = self.tls.take() {
            tls.end(cx);
        }
        self.drop_request(cx);
        if self.answer.open || self.waiting.is_some() {
            self.finish(cx, false);
        }
        cx.memory.free(mem::take(&mut self.carry));
    }

    fn protocol(&self) -> &'static str {
        "tds"
    }

    fn client(&self) -> Option<Side> {
        self.client
    }

    fn carries(&self) -> DataClass {
        DataClass::Signalling
    }
}

impl Tds {
    /// What both can do about encryption; or the handshake of TLS inside packets.
    fn prelogin(&mut self, cx: &mut Context<'_>, from: Side, body: &[u8]) {
        let Some(prelogin) = Prelogin::decode(body) else {
            self.records |= wire::is_record(body);
            if self.records {
                return self.tls.get_or_insert_default().data(cx, from, body);
            }
            return cx.carried(from, DataClass::Signalling, body.len() as u64);
        };
        *from.of_mut(&mut self.encryption) = Some(prelogin.encryption.unwrap_or(2));
        if self.client != Some(from.other()) {
            self.client = Some(from);
            return;
        }
        if let Some([major, minor, high, low, ..]) = prelogin.version {
            let build = u16::from_be_bytes([high, low]);
            cx.fact(from, Attribute::Software, &format!("Microsoft SQL Server {major}.{minor}.{build}"));
        }
        // MS-TDS, section 2.2.6.5: what the server answers holds; 0 protects only the login, 1 and 3 all, 2 nothing.
        let protection = match (prelogin.encryption, *from.other().of(&self.encryption)) {
            (Some(1 | 3), _) => "encrypted",
            (Some(0), Some(0)) => "encrypted login",
            _ => "none",
        };
        self.records |= protection != "none";
        cx.note(from, Topic::Protection, Value::Text(protection));
    }

    fn request(&mut self, cx: &mut Context<'_>, from: Side, kind: Kind, body: &[u8], last: bool) {
        self.client = Some(from);
        let (building, mut bytes, total) = self.building.take().unwrap_or((kind, Vec::new(), 0));
        if bytes.capacity() == 0 {
            bytes = cx.memory.copy(&[]).unwrap_or_default();
        }
        let room = MOST_REQUEST_BYTES.saturating_sub(bytes.len());
        let kept = cx.memory.append(&mut bytes, body.get(..room).unwrap_or(body));
        if !kept || body.len() > room {
            cx.problem("tds", "request too long to keep, cut", Verdict::Limit, body.len() as u64);
        }
        let total = total + body.len() as u64;
        if !last {
            self.building = Some((building, bytes, total));
            return;
        }
        if building == Kind::SSPI {
            // The login goes on.
            return cx.memory.free(bytes);
        }
        if self.waiting.is_some() {
            self.finish(cx, false);
        }
        let asked = Asked { kind: building, moment: cx.now, bytes, total, answer_lost: false };
        if matches!(building, Kind::BATCH | Kind::RPC | Kind::TRANSACTION) {
            self.tokens.old = !asked.has_headers();
        }
        ops::tell_request(cx, from, &asked, &mut self.tables);
        self.waiting = Some(asked);
    }

    fn response(&mut self, cx: &mut Context<'_>, from: Side, body: &[u8], last: bool) {
        // An answer to a prelogin has the same form, and no token begins with its first option.
        if body.first() == Some(&0) && Prelogin::decode(body).is_some() {
            self.client = Some(from.other());
            return self.prelogin(cx, from, body);
        }
        self.client = Some(from.other());
        self.heard_server = true;
        self.answer.open = true;
        if self.lost_thread {
            cx.carried(from, DataClass::DatabaseRows, body.len() as u64);
        } else if self.carry.is_empty() {
            let used = self.read_tokens(cx, from, body);
            let rest = body.get(used..).unwrap_or_default();
            if !rest.is_empty() {
                self.carry = cx.memory.copy(&[]).unwrap_or_default();
                self.keep(cx, rest);
            }
        } else if self.keep(cx, body) {
            let mut carry = mem::take(&mut self.carry);
            let used = self.read_tokens(cx, from, &carry);
            cx.memory.drop_front(&mut carry, used);
            self.carry = carry;
        }
        if last {
            if !self.carry.is_empty() && !self.lost_thread {
                cx.problem("tds", "token cut short", Verdict::Malformed, self.carry.len() as u64);
            }
            self.finish(cx, true);
        }
    }

    /// Keeps the beginning of a token.
    fn keep(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> bool {
        let fits = self.lost_thread || self.carry.len() + bytes.len() <= MOST_TOKEN_BYTES;
        if self.lost_thread {
            return false;
        }
        let kept = fits && cx.memory.append(&mut self.carry, bytes);
        if !kept {
            self.lose_thread(cx, "token too long to put together", Verdict::Limit, bytes.len());
        }
        kept
    }

    fn lose_thread(&mut self, cx: &mut Context<'_>, reason: &'static str, verdict: Verdict, bytes: usize) {
        cx.problem("tds", reason, verdict, bytes as u64);
        cx.memory.free(mem::take(&mut self.carry));
        self.lost_thread = true;
    }

    /// Reads all whole tokens; tells how many bytes they have.
    fn read_tokens(&mut self, cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> usize {
        let mut reader = Reader::new(bytes);
        let mut row_bytes = 0;
        let mut text = mem::take(&mut self.text);
        let used = loop {
            let at = bytes.len() - reader.len();
            if reader.is_empty() {
                break at;
            }
            match self.tokens.next(&mut reader, &mut text) {
                Ok(token) => {
                    let length = bytes.len() - reader.len() - at;
                    if matches!(token, Token::Row | Token::Columns(_)) {
                        row_bytes += length as u64;
                    }
                    self.token(cx, from, token);
                }
                Err(Trouble::Short) => break at,
                Err(Trouble::Unknown) => {
                    let left = bytes.len() - at;
                    let reason = "rows or a token that cannot be read";
                    self.lose_thread(cx, reason, Verdict::Unsupported, left);
                    cx.carried(from, DataClass::DatabaseRows, left as u64);
                    break bytes.len();
                }
            }
        };
        self.tell_rows(cx, from, &text, row_bytes);
        text.clear();
        self.text = text;
        used
    }

    fn token(&mut self, cx: &mut Context<'_>, from: Side, token: Token) {
        let login = self.waiting.as_ref().is_some_and(|asked| asked.kind == Kind::LOGIN);
        match token {
            Token::Columns(count) => self.answer.columns = count,
            Token::Row => self.answer.rows += 1,
            Token::Error { number, message } => {
                if login {
                    cx.note(from, Topic::Login, Value::Text("refused"));
                }
                self.answer.error.get_or_insert((number, message));
            }
            Token::Info { server } => cx.fact(from, Attribute::Name, &server),
            Token::LoginAccepted { version, product, build: [major, minor, high, low] } => {
                // Version 7.2 was the first with the wide counts (MS-TDS, section 2.2.7.14).
                self.tokens.old = version < 0x7200_0000;
                let product = product.trim_end_matches('\0');
                let build = u16::from_be_bytes([high, low]);
                cx.fact(from, Attribute::Software, &format!("{product} {major}.{minor}.{build}"));
                cx.note(from, Topic::Login, Value::Text("accepted"));
            }
            Token::Database(name) => cx.note(from, Topic::Database, Value::Text(&name)),
            Token::Done | Token::Other => {}
        }
    }

    fn tell_rows(&mut self, cx: &mut Context<'_>, from: Side, text: &str, row_bytes: u64) {
        if text.is_empty() {
            return;
        }
        if !self.answer.began {
            self.answer.began = true;
            cx.transfer(&Transfer::Begin {
                id: self.transfers,
                kind: TransferKind::QueryResult,
                direction: Direction::FromDevice,
                client: from.other(),
                name: None,
                block_type: None,
                block_number: None,
            });
        }
        self.answer.row_bytes += row_bytes;
        let bytes = text.as_bytes();
        cx.transfer(&Transfer::Data { id: self.transfers, bytes });
        let class = DataClass::DatabaseRows;
        cx.content(&Content { from, class, wire_bytes: row_bytes, bytes, ends: false });
    }

    /// The answer is over, or will not come.
    fn finish(&mut self, cx: &mut Context<'_>, complete: bool) {
        let tally = mem::take(&mut self.answer);
        let asked = self.waiting.take();
        let client = self.client.unwrap_or(Side::A);
        if tally.began {
            let whole = complete && !self.lost_thread;
            cx.transfer(&Transfer::End { id: self.transfers, complete: whole });
            self.transfers += 1;
            let (from, class) = (client.other(), DataClass::DatabaseRows);
            cx.content(&Content { from, class, wire_bytes: 0, bytes: &[], ends: true });
        }
        let outcome = match (&asked, &tally.error) {
            (_, Some(_)) => Outcome::Refused,
            _ if complete || tally.rows > 0 => Outcome::Accepted,
            (Some(asked), _) => asked.unmet(cx.now, self.heard_server),
            (None, _) => Outcome::Unseen,
        };
        ops::report(cx, client, asked.as_ref(), &mut self.tables, complete, &tally, outcome);
        if let Some(asked) = asked {
            cx.memory.free(asked.bytes);
        }
        cx.memory.free(mem::take(&mut self.carry));
        self.lost_thread = false;
    }

    fn drop_request(&mut self, cx: &mut Context<'_>) {
        if let Some((_, bytes, total)) = self.building.take() {
            cx.problem("tds", "request cut short", Verdict::Incomplete, total);
            cx.memory.free(bytes);
        }
    }
}
