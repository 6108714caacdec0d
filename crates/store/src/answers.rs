//! The tables of answers: what was read, devices, channels, what left, findings. They are small and are written in one go when
//! everything is known.

use crate::error::At;
use crate::found_in::FoundIn;
use crate::json::{self, Array};
use crate::run::TempFile;
use crate::{Label, Store, StoreError};
use quaywatch_model::{
    Address, Asset, CaptureFile, Disclosure, Finding, Moment, RemoteAccess, Side, Timestamp,
};
use std::fmt::Display;
use std::io::Write;

/// What was concluded from all that was read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answers<'a> {
    /// The captures that were read.
    pub captures: &'a [CaptureFile],
    /// The devices.
    pub assets: &'a [Asset],
    /// Remote-service channels.
    pub remote_access: &'a [RemoteAccess],
    /// What left for whom.
    pub disclosures: &'a [Disclosure],
    /// What deserves attention.
    pub findings: &'a [Finding],
}

impl Store {
    /// Writes the tables of answers, each in the order of time and put in place by a rename, replacing those of an earlier run.
    ///
    /// # Errors
    /// Something could not be written.
    pub fn answers(&self, answers: &Answers<'_>) -> Result<(), StoreError> {
        let begin = |capture: &CaptureFile| (capture.first.unwrap_or_default(), 0);
        self.answer("captures", answers.captures, push_capture, begin)?;
        self.answer("assets", answers.assets, push_asset, |asset| (asset.first_seen, asset.first_frame))?;
        self.answer("remote_access", answers.remote_access, push_remote_access, |row| place(row.start))?;
        self.answer("disclosures", answers.disclosures, push_disclosure, |row| place(row.start))?;
        let first_frame = |finding: &Finding| finding.frames.first().copied().unwrap_or_default();
        self.answer("findings", answers.findings, push_finding, |row| (row.time, first_frame(row)))
    }

    fn answer<T>(
        &self,
        name: &str,
        rows: &[T],
        push: fn(&mut Row<'_>, &mut FoundIn, &T),
        place: impl Fn(&T) -> (Timestamp, u64),
    ) -> Result<(), StoreError> {
        let (temp, mut file) = TempFile::create(self.dir().join(format!(".{name}.new")))?;
        let (mut text, mut found_in) = (Vec::new(), FoundIn::of(self.origins()));
        let mut rows: Vec<&T> = rows.iter().collect();
        // Rows of one frame keep the order in which they were concluded.
        rows.sort_by_key(|row| place(row));
        for row in rows {
            let mut line = Row::begin(&mut text);
            push(&mut line, &mut found_in, row);
            line.end();
        }
        file.write_all(&text).at(temp.path(), "write")?;
        temp.publish(&self.dir().join(format!("{name}.ndjson")))
    }
}

const fn place(at: Moment) -> (Timestamp, u64) {
    (at.time, at.frame)
}

/// One row, key by key. What is absent is left out.
pub(crate) struct Row<'a> {
    out: &'a mut Vec<u8>,
    empty: bool,
}

impl<'a> Row<'a> {
    pub(crate) fn begin(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, empty: true }
    }

    /// Ends it where it is not a line of its own.
    pub(crate) fn close(self) {
        self.out.push(b'}');
    }

    fn end(self) {
        self.out.extend_from_slice(b"}\n");
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.empty) {
            self.out.push(b',');
        }
    }

    /// What every row says of its conversation.
    pub(crate) fn label(&mut self, label: &Label, client: Side) {
        self.separate();
        label.push(self.out, client);
    }

    pub(crate) fn key(&mut self, key: &str) -> &mut Vec<u8> {
        self.separate();
        json::push_str(self.out, key);
        self.out.push(b':');
        self.out
    }

    pub(crate) fn text(&mut self, key: &str, text: &str) {
        json::push_str(self.key(key), text);
    }

    pub(crate) fn maybe(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(key, text);
        }
    }

    fn shown(&mut self, key: &str, shown: impl Display) {
        self.text(key, &shown.to_string());
    }

    pub(crate) fn time(&mut self, key: &str, time: Timestamp) {
        self.shown(key, time);
    }

    pub(crate) fn number(&mut self, key: &str, number: u64) {
        json::push_unsigned(self.key(key), number);
    }

    fn declared(&mut self, declared: Option<bool>) {
        self.text(
            "declared",
            match declared {
                Some(true) => "true",
                Some(false) => "false",
                None => "unknown",
            },
        );
    }

    fn list<T>(&mut self, key: &str, members: &[T], mut push: impl FnMut(&mut Vec<u8>, &T)) {
        if members.is_empty() {
            return;
        }
        let mut array = Array::open(self.key(key));
        members.iter().for_each(|member| push(array.member(), member));
        array.close();
    }

    pub(crate) fn texts<T: AsRef<str>>(&mut self, key: &str, texts: &[T]) {
        self.list(key, texts, |out, text| json::push_str(out, text.as_ref()));
    }

    fn addresses(&mut self, key: &str, addresses: &[Address]) {
        self.list(key, addresses, |out, address| json::push_str(out, &address.to_string()));
    }

    fn frame(&mut self, frame: u64, found_in: &mut FoundIn) {
        if frame > 0 {
            self.number("frame", frame);
            found_in.push(self.out, &[frame]);
        }
    }

    pub(crate) fn frames(&mut self, key: &str, frames: &[u64], found_in: &mut FoundIn) {
        self.list(key, frames, |out, frame| json::push_unsigned(out, *frame));
        found_in.push(self.out, frames);
    }
}

fn push_capture(row: &mut Row<'_>, _: &mut FoundIn, capture: &CaptureFile) {
    row.text("file", &capture.file);
    row.text("format", capture.format);
    row.maybe("compression", capture.compression);
    row.texts("link_types", &capture.link_types);
    row.number("packets", capture.packets);
    if let (Some(first), Some(last)) = (capture.first, capture.last) {
        row.time("first", first);
        row.time("last", last);
    }
}

fn push_asset(row: &mut Row<'_>, found_in: &mut FoundIn, asset: &Asset) {
    if let Some(mac) = asset.mac {
        row.shown("mac", mac);
    }
    row.addresses("addresses", &asset.addresses);
    row.texts("names", &asset.names);
    row.maybe("crane", asset.crane.as_deref());
    row.maybe("zone", asset.zone.as_deref());
    row.maybe("maker", asset.maker.as_deref());
    row.maybe("product", asset.product.as_deref());
    row.maybe("order_number", asset.order_number.as_deref());
    row.maybe("serial", asset.serial.as_deref());
    row.maybe("firmware", asset.firmware.as_deref());
    row.maybe("operating_system", asset.operating_system.as_deref());
    row.list("roles", &asset.roles, |out, role| json::push_str(out, role.as_str()));
    row.texts("protocols_served", &asset.protocols_served);
    row.texts("protocols_used", &asset.protocols_used);
    row.time("first_seen", asset.first_seen);
    row.time("last_seen", asset.last_seen);
    row.declared(asset.declared);
    row.list("evidence", &asset.evidence, |out, evidence| {
        let mut piece = Row::begin(out);
        piece.text("protocol", evidence.protocol);
        piece.text("attribute", evidence.attribute.as_str());
        piece.text("value", &evidence.value);
        piece.frame(evidence.frame, found_in);
        piece.close();
    });
}

fn push_remote_access(row: &mut Row<'_>, found_in: &mut FoundIn, channel: &RemoteAccess) {
    row.time("start", channel.start.time);
    row.time("end", channel.end);
    row.maybe("uid", Some(channel.uid.as_str()).filter(|uid| !uid.is_empty()));
    row.frame(channel.start.frame, found_in);
    row.shown("client", channel.client);
    row.shown("server", channel.server);
    if channel.server_port > 0 {
        row.number("server_port", channel.server_port.into());
    }
    row.text("kind", channel.kind);
    row.text("direction", channel.direction.as_str());
    row.number("conversations", channel.conversations);
    let [out, back] = channel.bytes;
    row.number("bytes_out", out);
    row.number("bytes_in", back);
    row.declared(channel.declared);
    row.texts("evidence", &channel.evidence);
}

fn push_disclosure(row: &mut Row<'_>, found_in: &mut FoundIn, disclosure: &Disclosure) {
    row.time("start", disclosure.start.time);
    row.time("end", disclosure.end);
    row.frame(disclosure.start.frame, found_in);
    row.shown("client", disclosure.client);
    row.shown("recipient", disclosure.recipient);
    if disclosure.recipient_port > 0 {
        row.number("recipient_port", disclosure.recipient_port.into());
    }
    row.maybe("recipient_name", disclosure.recipient_name.as_deref());
    if let Some(tried) = disclosure.tried {
        row.number("tried", tried);
    }
    row.text("recipient_scope", disclosure.recipient_scope.as_str());
    row.text("protocol", disclosure.protocol);
    row.text("data_class", disclosure.data_class.as_str());
    row.number("conversations", disclosure.conversations);
    if let Some(count) = disclosure.count {
        row.number("count", count);
    }
    row.number("bytes", disclosure.bytes);
    row.texts("samples", &disclosure.samples);
    row.declared(disclosure.declared);
}

fn push_finding(row: &mut Row<'_>, found_in: &mut FoundIn, finding: &Finding) {
    row.text("id", &id(finding));
    row.time("time", finding.time);
    row.text("severity", finding.severity.as_str());
    row.text("kind", finding.kind.as_str());
    row.text("rule", finding.rule);
    row.text("title", &finding.title);
    row.text("explanation", &finding.explanation);
    row.maybe("crane", finding.crane.as_deref());
    row.addresses("subjects", &finding.subjects);
    row.texts("techniques", finding.techniques);
    row.texts("controls", finding.controls);
    row.frames("evidence", &finding.frames, found_in);
    row.number("count", finding.count);
    row.text("advice", finding.advice);
}

/// The same for the same cause in every run: the rule and a hash of who is concerned and of the title.
fn id(finding: &Finding) -> String {
    let mut text = format!("{} {}", finding.rule, finding.title);
    finding.subjects.iter().for_each(|subject| text.push_str(&format!(" {subject}")));
    format!("{}-{:08x}", finding.rule, crate::label::hash(text.as_bytes()) as u32)
}
