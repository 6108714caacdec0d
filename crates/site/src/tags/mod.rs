//! Tag maps: which name an address of a controller has, and what its bytes mean.
//!
//! A map is read from a CSV file ([`csv`]), its addresses as makers write them ([`address`]); [`object`] reads the
//! objects of operations, [`index`] says which tags they cover, and [`decode`] what a tag's value is.

pub(crate) mod address;
pub(crate) mod csv;
pub(crate) mod decode;
pub(crate) mod index;
pub(crate) mod object;

use crate::selector::Selectors;
use crate::{CraneId, Party, Position, Site};
pub use address::{Order, TagAddress, TagKind};
pub use index::Hit;
use quaywatch_model::Value;

/// A named value of a controller.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// Its name: `Par.OverloadPct`.
    pub name: String,
    /// Where it is.
    pub address: TagAddress,
    /// What its bytes are.
    pub kind: TagKind,
    /// The order of its bytes.
    pub order: Order,
    /// What the number on the wire is multiplied with.
    pub scale: f64,
    /// What is added to it then.
    pub offset: f64,
    /// The unit it has then.
    pub unit: Option<String>,
    /// The smallest value it has, in that unit.
    pub min: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
    /// What it is.
    pub description: Option<String>,
    /// Who may write it; nothing where that is not said.
    pub writable_by: Selectors,
    /// Nobody may write it.
    pub read_only: bool,
    /// Where it stands in its file.
    pub at: Position,
}

/// The tags of controllers that have the same map.
#[derive(Debug, Clone)]
pub(crate) struct TagMap {
    /// Whose tags they are.
    pub(crate) of: Selectors,
    /// The crane whose name stands in the addresses, where one does.
    pub(crate) crane: Option<CraneId>,
    /// The unit, slot or station behind the address.
    pub(crate) unit: Option<u32>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) index: index::Index,
}

impl Site {
    /// Tells which tags of the server an item of an operation covers, in a fixed order.
    ///
    /// `protocol` and `object` are what the operation's record has; `value` is the item's, if it has one. Nothing is
    /// allocated, and an object nobody mapped costs a few comparisons.
    pub fn tags<'s>(
        &'s self,
        server: &Party,
        protocol: &str,
        unit: Option<u32>,
        object: &str,
        value: Option<&Value<'_>>,
        tell: &mut dyn FnMut(Hit<'s, '_>),
    ) {
        let Some(maps) = self.index.maps.get(&server.crane) else { return };
        let Some(object) = object::Object::parse(protocol, object) else { return };
        for map in maps.iter().filter_map(|&at| self.maps.get(at)) {
            let same_unit = map.unit.is_none() || unit.is_none() || map.unit == unit;
            if same_unit && map.of.cover(self, server) {
                map.index.covered(&object, &map.tags, value, tell);
            }
        }
    }

    /// Whether there is any tag map, so that it is of use to ask.
    #[must_use]
    pub fn has_tags(&self) -> bool {
        !self.maps.is_empty()
    }

    /// Whether there is a tag map of this server.
    #[must_use]
    pub fn is_mapped(&self, server: &Party) -> bool {
        let maps = self.index.maps.get(&server.crane).into_iter().flatten();
        maps.filter_map(|&at| self.maps.get(at)).any(|map| map.of.cover(self, server))
    }

    /// All tags of all maps.
    pub fn all_tags(&self) -> impl Iterator<Item = &Tag> {
        self.maps.iter().flat_map(|map| &map.tags)
    }
}
