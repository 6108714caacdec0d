//! `site.toml`: what a site is made of and what is approved there, and what other rooms ask of it.
//!
//! [`Site::load`] reads the file and its tag maps; all mistakes are told at once, each with line, column and what
//! would be valid ([`SiteErrors`]). [`Site::party`] says what is known of a host, once a conversation; then
//! [`Site::may_write`], [`Site::may_pass`], [`Site::may_have`], [`Site::vendor_link`] and [`Site::tags`] answer
//! without allocating. [`draft`] writes a first `site.toml` from what was seen.
//!
//! The keys are described in `docs/site.md`.

mod described;
pub mod draft;
mod error;
mod networks;
mod permit;
mod read;
mod selector;
mod site;
mod tags;
mod words;

pub use described::{
    Asset, AssetId, Conduit, Crane, CraneId, Network, Recipient, RecipientId, VendorLink, Writer, Zone,
    ZoneId,
};
pub use error::{Kind, Mistake, Position, SiteErrors};
pub use networks::Block;
pub use permit::{By, Permit, Why};
pub use read::KEYS;
pub use selector::Selectors;
pub use site::{Host, Party, Site};
pub use tags::{Hit, Order, Tag, TagAddress, TagKind};
pub use words::{LINK_KINDS, LinkPattern, VERB_GROUPS, Verbs, ZoneKind};

#[cfg(test)]
mod tests;
