//! Items with the tags that the site's maps say they cover.

use quaywatch_model::{Item, Items, Value};
use quaywatch_site::{Party, Site, Tag};
use std::fmt::{self, Write};

/// So many tags of one item are named; a read of a whole block covers more than anybody wants in one row.
const MOST_NAMED: usize = 8;

/// The items of an operation on a server whose tags the site knows.
pub(crate) struct Tagged<'a> {
    pub(crate) items: &'a dyn Items,
    pub(crate) site: &'a Site,
    pub(crate) server: Party,
    pub(crate) protocol: &'static str,
    pub(crate) unit: Option<u32>,
}

/// What an item covers.
#[derive(Clone, Copy)]
pub(crate) enum Covered<'a> {
    /// A tag.
    Tag(&'a Tag),
    /// An object, as records call it, that no tag map names.
    Unnamed(&'a str),
}

impl<'a> Covered<'a> {
    pub(crate) const fn tag(self) -> Option<&'a Tag> {
        match self {
            Self::Tag(tag) => Some(tag),
            Self::Unnamed(_) => None,
        }
    }
}

impl Tagged<'_> {
    /// Tells every tag that is covered whole, with its value as a number; and the objects of which no tag map names any part.
    pub(crate) fn numbers(&self, tell: &mut dyn FnMut(Covered<'_>, Option<f64>)) {
        let mut object = String::new();
        self.items.each(&mut |item| {
            object.clear();
            let _ = write!(object, "{}", item.object);
            let mut is_named = false;
            self.site.tags(
                &self.server,
                self.protocol,
                self.unit,
                &object,
                item.value.as_ref(),
                &mut |hit| {
                    is_named = true;
                    if hit.whole {
                        tell(Covered::Tag(hit.tag), hit.number());
                    }
                },
            );
            if !is_named {
                tell(Covered::Unnamed(&object), None);
            }
        });
    }

    /// Tells the value of every tag that is covered whole.
    pub(crate) fn samples(&self, tell: &mut dyn FnMut(&Tag, Value<'_>)) {
        let mut object = String::new();
        self.items.each(&mut |item| {
            object.clear();
            let _ = write!(object, "{}", item.object);
            let Some(value) = item.value else { return };
            self.site.tags(&self.server, self.protocol, self.unit, &object, Some(&value), &mut |hit| {
                hit.value(&mut |value| tell(hit.tag, value));
            });
        });
    }
}

impl Items for Tagged<'_> {
    fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
        let mut object = String::new();
        self.items.each(&mut |item| {
            object.clear();
            let _ = write!(object, "{}", item.object);
            let mut names: [&str; MOST_NAMED] = [""; MOST_NAMED];
            let mut count = 0;
            self.site.tags(&self.server, self.protocol, self.unit, &object, None, &mut |hit| {
                if let Some(name) = names.get_mut(count) {
                    *name = &hit.tag.name;
                }
                count += 1;
            });
            if count == 0 {
                return tell(item);
            }
            let named = names.get(..count.min(MOST_NAMED)).unwrap_or(&[]);
            tell(Item { tag: Some(&Names { named, more: count - named.len() }), ..item });
        });
    }
}

/// `Par.OverloadPct, Par.HoistAcc and 3 more`.
struct Names<'a> {
    named: &'a [&'a str],
    more: usize,
}

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.named.iter().enumerate() {
            write!(f, "{}{name}", if at > 0 { ", " } else { "" })?;
        }
        if self.more > 0 { write!(f, " and {} more", self.more) } else { Ok(()) }
    }
}
