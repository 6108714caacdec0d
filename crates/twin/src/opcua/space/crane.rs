//! The crane's own nodes: every signal of the tag map under its name, `ns=2;s=STS07/Hoist/Pos`; methods; and the same
//! signals once more in the shape of OPC 40020-1.

use super::standard::{self, structure};
use super::value::{held, kind, many};
use super::{CRANE, Class, Id, Name, Place, Source, Space, Variable};
use quaywatch_crane::{TAGS, Tag};
use quaywatch_protocols::opcua::builtin::{LocalizedText, NodeId, Text};
use quaywatch_protocols::opcua::codec::{Array, Wire};
use quaywatch_protocols::opcua::messages::{Argument, encodings};
use quaywatch_protocols::opcua::variant::{Kind, Scalar};

/// A method, which sets a switch of the operator's desk.
#[derive(Debug)]
pub(in crate::opcua) struct Method {
    pub(in crate::opcua) name: &'static str,
    /// The signal it sets.
    pub(in crate::opcua) tag: &'static str,
    /// Its one argument, a Boolean, which the signal is set to; true where it has none.
    pub(in crate::opcua) argument: Option<&'static str>,
    description: &'static str,
}

/// All methods.
pub(in crate::opcua) static METHODS: &[Method] = &[
    Method {
        name: "StopAll",
        tag: "Cmd.StopAll",
        argument: Some("Stop"),
        description: "Stops all motions, or lets them go on",
    },
    Method {
        name: "FaultReset",
        tag: "Cmd.FaultReset",
        argument: None,
        description: "Lets the controller forget its faults",
    },
];

/// The rank of an array.
const ARRAY: i32 = 1;

pub(super) fn build(space: &mut Space, name: &str) {
    let parent = (Some(space.standard(standard::OBJECTS)), standard::ORGANIZES);
    let crane = space.add(Id::text(CRANE, name.to_owned()), Class::Object, name, parent);
    space.link(crane, standard::HAS_TYPE_DEFINITION, space.standard(standard::BASE_OBJECT_TYPE));
    for tag in TAGS {
        let (group, member) = tag.name.split_once('.').unwrap_or((tag.name, tag.name));
        let group = space.folder(crane, group);
        space.signal(group, member, tag);
    }
    methods(space, crane);
    super::motion::build(space, crane);
}

fn methods(space: &mut Space, crane: Place) {
    let folder = space.folder(crane, "Methods");
    for method in METHODS {
        let place = space.add(space.below(folder, method.name), Class::Method, method.name, {
            (Some(folder), standard::HAS_COMPONENT)
        });
        space.with(place, |node| method.description.clone_into(&mut node.description));
        let Some(name) = method.argument else { continue };
        let argument = Argument {
            name: Text::new(name),
            data_type: NodeId::standard(standard::BOOLEAN as u16),
            value_rank: -1,
            array_dimensions: Array::NULL,
            description: LocalizedText::default(),
        };
        let value = structure_array(encodings::ARGUMENT, &argument);
        space.property(place, (0, "InputArguments"), (space.standard(standard::ARGUMENT), ARRAY), value);
    }
}

/// How the tree below the crane is built: a node's id is its parent's, a slash, and its name.
impl Space {
    pub(super) fn below(&self, parent: Place, name: &str) -> Id {
        match self.nodes.get(parent).map(|node| &node.id.name) {
            Some(Name::Text(text)) => Id::text(CRANE, format!("{text}/{name}")),
            _ => Id::text(CRANE, name.to_owned()),
        }
    }

    /// The object of this name and type, which is made where it is not there.
    pub(super) fn object(&mut self, parent: Place, name: &str, definition: Place) -> Place {
        let id = self.below(parent, name);
        if let Some(place) = self.places.get(&id) {
            return *place;
        }
        let place = self.add(id, Class::Object, name, (Some(parent), standard::HAS_COMPONENT));
        self.link(place, standard::HAS_TYPE_DEFINITION, definition);
        place
    }

    pub(super) fn folder(&mut self, parent: Place, name: &str) -> Place {
        self.object(parent, name, self.standard(standard::FOLDER_TYPE))
    }

    /// A variable that is a signal. Its description is the unit and the range.
    pub(super) fn signal(&mut self, parent: Place, name: &str, tag: &'static Tag) -> Place {
        let data_type = self.standard(kind(tag.kind).0.into());
        let variable = Variable { data_type, rank: -1, source: Source::Tag(tag) };
        let definition = standard::BASE_DATA_VARIABLE_TYPE;
        let place = self.variable(parent, self.below(parent, name), name, definition, variable);
        let [low, high] = tag.range;
        let range = if low < high { format!("{low} to {high}") } else { String::new() };
        let description = format!("{range} {}", tag.unit).trim().to_owned();
        self.with(place, |node| node.description = description);
        place
    }

    /// A property that never changes, whose name is the standard's (namespace 0) or the crane's.
    pub(super) fn property(
        &mut self,
        parent: Place,
        (namespace, name): (u16, &str),
        (data_type, rank): (Place, i32),
        value: Vec<u8>,
    ) {
        let variable = Variable { data_type, rank, source: Source::Fixed(value) };
        let place = self.variable(parent, self.below(parent, name), name, standard::PROPERTY_TYPE, variable);
        self.with(place, |node| node.namespace = namespace);
    }

    /// An enumeration with its names, the first of which stands for 0.
    pub(super) fn enumeration(&mut self, name: &str, names: &[&str]) -> Place {
        let parent = self.standard(standard::ENUMERATION);
        let id = Id::text(CRANE, name.to_owned());
        let place = self.add(id, Class::DataType, name, (Some(parent), standard::HAS_SUBTYPE));
        let names: Vec<_> =
            names.iter().map(|name| Scalar::LocalizedText(LocalizedText::new(name))).collect();
        let value = many(Kind::LOCALIZED_TEXT, &names);
        let data_type = self.standard(standard::LOCALIZED_TEXT);
        self.property(place, (0, "EnumStrings"), (data_type, ARRAY), value);
        place
    }
}

/// An array of one structure, as an encoded variant.
fn structure_array<'a>(type_id: u32, value: &impl Wire<'a>) -> Vec<u8> {
    let single = structure(type_id, value);
    let scalars: Vec<_> = held(&single).scalars().collect();
    many(Kind::EXTENSION_OBJECT, &scalars)
}
