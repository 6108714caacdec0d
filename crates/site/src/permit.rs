//! Whether something may be: who may write what, what may pass between zones, who may get what.

use crate::described::{Conduit, Recipient, Writer};
use crate::tags::Tag;
use crate::words::{Verbs, same};
use crate::{Party, Site};
use quaywatch_model::{DataClass, Verb};
use std::fmt;

/// An answer to "may it?".
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Permit<'s> {
    /// It was said that it may.
    Allowed(By<'s>),
    /// It was said who or what may, and this is not among it.
    Denied(Why<'s>),
    /// Nothing was said about it.
    NotStated,
}

impl Permit<'_> {
    /// Whether it was said that it may not.
    #[must_use]
    pub const fn is_denied(&self) -> bool {
        matches!(self, Self::Denied(_))
    }

    /// Whether it was said that it may.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }
}

/// What allows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum By<'s> {
    /// A `[[writer]]`.
    Writer(&'s Writer),
    /// The column `writable_by` of a tag map.
    Tag(&'s Tag),
    /// A `[[conduit]]`.
    Conduit(&'s Conduit),
    /// Both are in the same zone.
    SameZone,
    /// The `data` of a `[recipient]`.
    Recipient(&'s Recipient),
}

/// What it lacks. Of several reasons, the one that was nearest to allowing it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Why<'s> {
    /// Others may, this client may not.
    OnlyOthers,
    /// The client may do other things there.
    OtherVerb(&'s Writer),
    /// The client may do it to other tags there.
    OtherTag(&'s Writer),
    /// The client may do it on its own crane.
    OtherCrane(&'s Writer),
    /// The client may write other values.
    OutsideRule(&'s Writer),
    /// The tag never has such a value.
    OutsideTag(&'s Tag),
    /// The tag map says who may write the tag.
    TagOfOthers(&'s Tag),
    /// The tag map says that nobody may write the tag.
    ReadOnly(&'s Tag),
    /// No conduit joins the zones for this.
    NoConduit,
    /// The recipient may get other data, or from others.
    OtherData(&'s Recipient),
}

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnlyOthers => f.write_str("the site names who may do this, and not this client"),
            Self::OtherVerb(rule) => {
                write!(f, "the writer on line {} may do other things here", rule.at.line)
            }
            Self::OtherTag(rule) => write!(f, "the writer on line {} may write other tags", rule.at.line),
            Self::OtherCrane(rule) => {
                write!(f, "the writer on line {} may do this on its own crane only", rule.at.line)
            }
            Self::OutsideRule(rule) => {
                write!(f, "the writer on line {} may write values ", rule.at.line)?;
                bounds(f, rule.min, rule.max)
            }
            Self::OutsideTag(tag) => {
                write!(f, "{:?} has values ", tag.name)?;
                bounds(f, tag.min, tag.max)
            }
            Self::TagOfOthers(tag) => write!(f, "{:?} is for others to write", tag.name),
            Self::ReadOnly(tag) => write!(f, "{:?} is not to be written", tag.name),
            Self::NoConduit => f.write_str("no conduit joins the two zones for this"),
            Self::OtherData(to) => write!(f, "{:?} may get other data, or from others", to.name),
        }
    }
}

fn bounds(f: &mut fmt::Formatter<'_>, min: Option<f64>, max: Option<f64>) -> fmt::Result {
    match (min, max) {
        (Some(min), Some(max)) => write!(f, "from {min} to {max}"),
        (Some(min), None) => write!(f, "from {min}"),
        (None, Some(max)) => write!(f, "up to {max}"),
        (None, None) => f.write_str("of any size"),
    }
}

/// A value that is not a number is in no range that was given.
fn within(value: f64, min: Option<f64>, max: Option<f64>) -> bool {
    min.is_none_or(|min| value >= min) && max.is_none_or(|max| value <= max)
}

/// Whether the name is what the pattern says, `*` standing for any characters. Letters may differ in case.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    // Where to go on when what follows the last star did not fit.
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = name.get(n) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(wanted) if wanted.eq_ignore_ascii_case(letter) => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, from)) = star else { return false };
                star = Some((at, from + 1));
                p = at + 1;
                n = from + 1;
            }
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|&byte| byte == b'*')
}

impl Site {
    /// Whether the client may do this to the server, and to the tag if it is known which; `value` is what is written.
    ///
    /// Where a `[[writer]]` speaks of the server, whoever may *change* it has to be named by one: other verbs are
    /// not stated until a writer names them. A tag's own `writable_by` is asked first, then its range.
    #[must_use]
    pub fn may_write<'s>(
        &'s self,
        client: &Party,
        server: &Party,
        verb: Verb,
        tag: Option<&'s Tag>,
        value: Option<f64>,
    ) -> Permit<'s> {
        let sets = matches!(verb, Verb::Write | Verb::Force);
        let mut by_tag = None;
        if let Some(tag) = tag.filter(|_| sets) {
            match self.may_write_tag(client, tag, value) {
                Permit::Allowed(by) => by_tag = Some(by),
                denied @ Permit::Denied(_) => return denied,
                Permit::NotStated => {}
            }
        }
        match self.by_writers(client, server, verb, tag.map(|tag| &*tag.name), value) {
            Permit::Denied(Why::OutsideRule(rule)) => Permit::Denied(Why::OutsideRule(rule)),
            permit @ Permit::Allowed(_) => permit,
            permit => by_tag.map_or(permit, Permit::Allowed),
        }
    }

    fn may_write_tag<'s>(&'s self, client: &Party, tag: &'s Tag, value: Option<f64>) -> Permit<'s> {
        if tag.read_only {
            return Permit::Denied(Why::ReadOnly(tag));
        }
        if !tag.writable_by.cover_or_empty(self, client) {
            return Permit::Denied(Why::TagOfOthers(tag));
        }
        if value.is_some_and(|value| !within(value, tag.min, tag.max)) {
            return Permit::Denied(Why::OutsideTag(tag));
        }
        if tag.writable_by.is_empty() { Permit::NotStated } else { Permit::Allowed(By::Tag(tag)) }
    }

    fn by_writers<'s>(
        &'s self,
        client: &Party,
        server: &Party,
        verb: Verb,
        tag: Option<&str>,
        value: Option<f64>,
    ) -> Permit<'s> {
        let mut stated = false;
        // The reason of the rule that came nearest, and how near it came.
        let mut why = (0, Why::OnlyOthers);
        let mut fail = |nearness: u8, reason| {
            if nearness > why.0 {
                why = (nearness, reason);
            }
        };
        for rule in &self.writers {
            if !rule.on.cover_or_empty(self, server) {
                continue;
            }
            stated |= verb.changes() || (rule.may != Verbs::ANY && rule.may.contains(verb));
            if !rule.who.cover(self, client) {
                continue;
            }
            let other_crane = client.crane.is_some() && client.crane != server.crane;
            if !rule.may.contains(verb) {
                fail(1, Why::OtherVerb(rule));
            } else if other_crane && !rule.across_cranes {
                fail(2, Why::OtherCrane(rule));
            } else if !rule.names(tag) {
                fail(3, Why::OtherTag(rule));
            } else if !rule.bounds(value) {
                fail(4, Why::OutsideRule(rule));
            } else {
                return Permit::Allowed(By::Writer(rule));
            }
        }
        if stated { Permit::Denied(why.1) } else { Permit::NotStated }
    }

    /// Whether this may pass from the client's zone to the server's. Not stated where either is in no zone, or
    /// there is no conduit at all; `verb` where the operation is known.
    #[must_use]
    pub fn may_pass(&self, client: &Party, server: &Party, protocol: &str, verb: Option<Verb>) -> Permit<'_> {
        let (Some(from), Some(to)) = (client.zone, server.zone) else { return Permit::NotStated };
        if from == to {
            return Permit::Allowed(By::SameZone);
        }
        if self.conduits.is_empty() {
            return Permit::NotStated;
        }
        let other_crane = client.crane.is_some() && server.crane.is_some() && client.crane != server.crane;
        let fitting = self.conduits.iter().find(|conduit| {
            (conduit.across_cranes || !other_crane)
                && (conduit.protocols.is_empty() || conduit.protocols.iter().any(|name| same(name, protocol)))
                && verb.is_none_or(|verb| conduit.verbs.contains(verb))
                && conduit.from.cover_or_empty(self, client)
                && conduit.to.cover_or_empty(self, server)
        });
        fitting.map_or(Permit::Denied(Why::NoConduit), |conduit| Permit::Allowed(By::Conduit(conduit)))
    }

    /// Whether the recipient may get such data from there.
    #[must_use]
    pub fn may_have<'s>(&'s self, recipient: &'s Recipient, class: DataClass, from: &Party) -> Permit<'s> {
        let Some(data) = &recipient.data else { return Permit::NotStated };
        if data.contains(&class) && recipient.from.cover_or_empty(self, from) {
            Permit::Allowed(By::Recipient(recipient))
        } else {
            Permit::Denied(Why::OtherData(recipient))
        }
    }
}

impl Writer {
    fn names(&self, tag: Option<&str>) -> bool {
        self.tags.is_empty() || tag.is_some_and(|tag| self.tags.iter().any(|pattern| fits(pattern, tag)))
    }

    /// A rule with a range allows nothing whose value is not known.
    fn bounds(&self, value: Option<f64>) -> bool {
        match value {
            Some(value) => within(value, self.min, self.max),
            None => self.min.is_none() && self.max.is_none(),
        }
    }
}
