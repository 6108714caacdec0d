//! The address space: nodes and the references between them (OPC 10000-3). What it is made of never changes; values are
//! looked up in the controller when they are asked for.

mod crane;
mod motion;
mod standard;
mod value;

pub(super) use crane::{METHODS, Method};
use value::many;
pub(super) use value::{held, kind, one};

use super::status;
use crate::Plc;
use quaywatch_crane::{Access, Tag};
use quaywatch_model::Timestamp;
use quaywatch_protocols::opcua::builtin::{
    DateTime, Identifier, LocalizedText, NodeId, QualifiedName, StatusCode, Text,
};
use quaywatch_protocols::opcua::codec::Flag;
use quaywatch_protocols::opcua::names::Attribute;
use quaywatch_protocols::opcua::variant::{Kind, Scalar};
use std::collections::HashMap;

/// The namespace of the crane's own nodes, by its index in the server's table.
pub(super) const CRANE: u16 = 2;
/// How often a value may be looked at, in milliseconds: as often as a live connection looks up.
pub(super) const SHORTEST_INTERVAL_MS: f64 = 100.0;
/// What can be done with a value (OPC 10000-3, 8.57).
const READABLE: u8 = 1;
const WRITABLE: u8 = 2;

/// What names a node, in one form whatever it was written in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Id {
    namespace: u16,
    name: Name,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Name {
    Number(u32),
    Text(String),
}

impl Id {
    pub(super) const fn number(namespace: u16, number: u32) -> Self {
        Self { namespace, name: Name::Number(number) }
    }

    fn text(namespace: u16, text: String) -> Self {
        Self { namespace, name: Name::Text(text) }
    }

    /// `None` for GUIDs and opaque names, which nothing here has.
    pub(super) fn of(node: &NodeId<'_>) -> Option<Self> {
        let namespace = node.namespace;
        let number = |number| Some(Self::number(namespace, number));
        match node.identifier {
            Identifier::TwoByte(byte) => number(byte.into()),
            Identifier::FourByte(short) => number(short.into()),
            Identifier::Numeric(long) => number(long),
            Identifier::String(text) => {
                Some(Self::text(namespace, std::str::from_utf8(text.bytes()).ok()?.to_owned()))
            }
            Identifier::Guid(_) | Identifier::Opaque(_) => None,
        }
    }

    /// Written as short as it can be.
    pub(super) fn wire(&self) -> NodeId<'_> {
        let identifier = match &self.name {
            Name::Text(text) => Identifier::String(Text::new(text)),
            Name::Number(number) => match (u8::try_from(*number), u16::try_from(*number)) {
                (Ok(byte), _) if self.namespace == 0 => Identifier::TwoByte(byte),
                (_, Ok(short)) if self.namespace < 0x100 => Identifier::FourByte(short),
                _ => Identifier::Numeric(*number),
            },
        };
        NodeId { namespace: self.namespace, identifier }
    }
}

/// Where a node stands in the space.
pub(super) type Place = usize;

/// What a node is (OPC 10000-3, 8.29).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Object = 1,
    Variable = 2,
    Method = 4,
    ObjectType = 8,
    VariableType = 16,
    ReferenceType = 32,
    DataType = 64,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) id: Id,
    pub(super) class: Class,
    /// The namespace of its browse name.
    namespace: u16,
    name: String,
    description: String,
    is_abstract: bool,
    pub(super) references: Vec<Reference>,
    variable: Option<Variable>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Reference {
    /// The number of its type: one of the standard's, all of which are below 256.
    pub(super) kind: u8,
    pub(super) forward: bool,
    pub(super) target: Place,
}

/// What a variable has, or a type of variables.
#[derive(Debug)]
struct Variable {
    data_type: Place,
    /// -2: any; -1: one value; 1: an array (OPC 10000-3, 5.6.2).
    rank: i32,
    source: Source,
}

/// Where a value comes from.
#[derive(Debug, Clone)]
enum Source {
    /// The controller's memory.
    Tag(&'static Tag),
    /// The same, as what enumerations are written as.
    Choice(&'static Tag),
    /// It never changes: an encoded variant.
    Fixed(Vec<u8>),
    /// The server itself.
    Status(standard::Part),
    /// There is none: a type's.
    None,
}

impl Node {
    pub(super) fn browse_name(&self) -> QualifiedName<'_> {
        QualifiedName { namespace: self.namespace, name: Text::new(&self.name) }
    }

    pub(super) fn display_name(&self) -> LocalizedText<'_> {
        LocalizedText::new(&self.name)
    }

    /// The signal that writing the value sets.
    pub(super) fn writable(&self) -> Option<&'static Tag> {
        match self.variable.as_ref()?.source {
            Source::Tag(tag) if tag.access != Access::Status => Some(tag),
            _ => None,
        }
    }

    pub(super) fn type_definition(&self) -> Option<Place> {
        let is_it =
            |reference: &&Reference| reference.forward && reference.kind == standard::HAS_TYPE_DEFINITION;
        self.references.iter().find(is_it).map(|reference| reference.target)
    }
}

/// When something is asked, and of which controller.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now<'a> {
    pub(super) plc: &'a Plc,
    pub(super) time: Timestamp,
    /// When the server began.
    pub(super) began: Timestamp,
}

impl Now<'_> {
    /// What the controller's clock shows.
    pub(super) fn clock(&self) -> DateTime {
        self.clock_at(self.time)
    }

    fn clock_at(&self, time: Timestamp) -> DateTime {
        DateTime::of(Timestamp::from_nanos(time.nanos().saturating_add(self.plc.clock_ahead_nanos)))
    }
}

#[derive(Debug, Default)]
pub(super) struct Space {
    nodes: Vec<Node>,
    places: HashMap<Id, Place>,
}

impl Space {
    /// The space of the crane with this name.
    pub(super) fn new(plc: &Plc) -> Self {
        let mut space = Self::default();
        standard::build(&mut space, plc);
        crane::build(&mut space, &plc.name);
        space
    }

    pub(super) fn place(&self, node: &NodeId<'_>) -> Result<Place, StatusCode> {
        let place = Id::of(node).and_then(|id| self.places.get(&id).copied());
        place.ok_or(status::BAD_NODE_ID_UNKNOWN)
    }

    pub(super) fn node(&self, node: &NodeId<'_>) -> Result<&Node, StatusCode> {
        self.at(self.place(node)?)
    }

    pub(super) fn at(&self, place: Place) -> Result<&Node, StatusCode> {
        self.nodes.get(place).ok_or(status::BAD_NODE_ID_UNKNOWN)
    }

    /// Whether a type of references is another, or a subtype of it.
    pub(super) fn is_kind(&self, kind: u8, of: u8) -> bool {
        let above = |number| {
            let node = self.nodes.get(*self.places.get(&Id::number(0, u32::from(number)))?)?;
            let subtype =
                node.references.iter().find(|it| !it.forward && it.kind == standard::HAS_SUBTYPE)?;
            match self.nodes.get(subtype.target)?.id.name {
                Name::Number(number) => u8::try_from(number).ok(),
                Name::Text(_) => None,
            }
        };
        std::iter::successors(Some(kind), |number| above(*number)).any(|number| number == of)
    }

    /// An attribute of a node, as an encoded variant.
    pub(super) fn attribute(
        &self,
        node: &Node,
        attribute: Attribute,
        now: Now<'_>,
    ) -> Result<Vec<u8>, StatusCode> {
        let is = |classes: &[Class]| classes.contains(&node.class);
        let scalar = match attribute {
            Attribute::NODE_ID => Scalar::NodeId(node.id.wire()),
            Attribute::NODE_CLASS => Scalar::Int32(node.class as i32),
            Attribute::BROWSE_NAME => Scalar::QualifiedName(node.browse_name()),
            Attribute::DISPLAY_NAME => Scalar::LocalizedText(node.display_name()),
            Attribute::DESCRIPTION => Scalar::LocalizedText(LocalizedText::new(&node.description)),
            Attribute::WRITE_MASK | Attribute::USER_WRITE_MASK => Scalar::UInt32(0),
            Attribute::EVENT_NOTIFIER if is(&[Class::Object]) => Scalar::Byte(0),
            Attribute::EXECUTABLE | Attribute::USER_EXECUTABLE if is(&[Class::Method]) => {
                Scalar::Boolean(Flag(1))
            }
            Attribute::SYMMETRIC if is(&[Class::ReferenceType]) => Scalar::Boolean(Flag(0)),
            Attribute::IS_ABSTRACT
                if is(&[Class::ObjectType, Class::VariableType, Class::ReferenceType, Class::DataType]) =>
            {
                Scalar::Boolean(Flag(node.is_abstract.into()))
            }
            _ => return self.variable_attribute(node, attribute, now),
        };
        Ok(one(&scalar))
    }

    fn variable_attribute(
        &self,
        node: &Node,
        attribute: Attribute,
        now: Now<'_>,
    ) -> Result<Vec<u8>, StatusCode> {
        let variable = node.variable.as_ref().ok_or(status::BAD_ATTRIBUTE_ID_INVALID)?;
        let is_variable = node.class == Class::Variable;
        let access = READABLE | if node.writable().is_some() { WRITABLE } else { 0 };
        let scalar = match attribute {
            Attribute::VALUE if is_variable => return Ok(variable.source.value(now)),
            Attribute::DATA_TYPE => Scalar::NodeId(self.at(variable.data_type)?.id.wire()),
            Attribute::VALUE_RANK => Scalar::Int32(variable.rank),
            Attribute::ARRAY_DIMENSIONS if variable.rank == 1 => {
                return Ok(many(Kind::UINT32, &[Scalar::UInt32(0)]));
            }
            Attribute::ACCESS_LEVEL | Attribute::USER_ACCESS_LEVEL if is_variable => Scalar::Byte(access),
            Attribute::MINIMUM_SAMPLING_INTERVAL if is_variable => Scalar::Double(SHORTEST_INTERVAL_MS),
            Attribute::HISTORIZING if is_variable => Scalar::Boolean(Flag(0)),
            _ => return Err(status::BAD_ATTRIBUTE_ID_INVALID),
        };
        Ok(one(&scalar))
    }
}

/// How the space is built.
impl Space {
    /// Adds a node below another one. Its browse name is in the namespace of its id, as most are.
    fn add(&mut self, id: Id, class: Class, name: &str, (parent, kind): (Option<Place>, u8)) -> Place {
        let (place, namespace) = (self.nodes.len(), id.namespace);
        self.places.insert(id.clone(), place);
        self.nodes.push(Node {
            id,
            class,
            namespace,
            name: name.to_owned(),
            description: String::new(),
            is_abstract: false,
            references: Vec::new(),
            variable: None,
        });
        if let Some(parent) = parent {
            self.link(parent, kind, place);
        }
        place
    }

    fn link(&mut self, from: Place, kind: u8, to: Place) {
        for (one, forward, target) in [(from, true, to), (to, false, from)] {
            if let Some(node) = self.nodes.get_mut(one) {
                node.references.push(Reference { kind, forward, target });
            }
        }
    }

    fn with(&mut self, place: Place, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.get_mut(place) {
            change(node);
        }
    }

    /// The node of the standard with this number; the root where there is none, which a test rules out.
    fn standard(&self, number: u32) -> Place {
        self.places.get(&Id::number(0, number)).copied().unwrap_or_default()
    }
}
