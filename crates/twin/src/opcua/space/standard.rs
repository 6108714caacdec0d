//! The standard's own nodes that clients look for (OPC 10000-5; numbers: OPC 10000-6, annex A): folders, types, the server.

use super::value::{many, one};
use super::{Class, Id, Now, Place, SHORTEST_INTERVAL_MS, Source, Space, Variable};
use crate::opcua::discovery::application_uri;
use crate::opcua::{MOST_CONTINUATION_POINTS, MOST_ITEMS, MOST_OPERATIONS};
use crate::{Nameplate, Plc};
use quaywatch_protocols::opcua::builtin::{DateTime, ExtensionObject, LocalizedText, Text};
use quaywatch_protocols::opcua::codec::{Flag, Wire};
use quaywatch_protocols::opcua::messages::{BuildInfo, ServerStatus, encodings};
use quaywatch_protocols::opcua::variant::{Kind, Scalar};

pub(super) const ORGANIZES: u8 = 35;
pub(super) const HAS_TYPE_DEFINITION: u8 = 40;
pub(super) const HAS_SUBTYPE: u8 = 45;
pub(super) const HAS_PROPERTY: u8 = 46;
pub(super) const HAS_COMPONENT: u8 = 47;

pub(super) const OBJECTS: u32 = 85;
pub(super) const BASE_OBJECT_TYPE: u32 = 58;
pub(super) const FOLDER_TYPE: u32 = 61;
pub(super) const BASE_DATA_VARIABLE_TYPE: u32 = 63;
pub(super) const PROPERTY_TYPE: u32 = 68;
pub(super) const ENUMERATION: u32 = 29;
pub(super) const ARGUMENT: u32 = 296;
pub(super) const LOCALIZED_TEXT: u32 = Kind::LOCALIZED_TEXT.0 as u32;
pub(super) const STRING: u32 = Kind::STRING.0 as u32;
pub(super) const BOOLEAN: u32 = Kind::BOOLEAN.0 as u32;

const ROOT: u32 = 84;
const BASE_DATA_TYPE: u32 = 24;
const DATE_TIME: u32 = Kind::DATE_TIME.0 as u32;
const BYTE: u32 = Kind::BYTE.0 as u32;
const UINT16: u32 = Kind::UINT16.0 as u32;
const UINT32: u32 = Kind::UINT32.0 as u32;
const UTC_TIME: u32 = 294;
const LOCALE_ID: u32 = 295;
const DURATION: u32 = 290;
const SERVER: u32 = 2253;
const SERVER_STATUS: u32 = 2256;
const BUILD_INFO: u32 = 2260;
const CAPABILITIES: u32 = 2268;
const OPERATION_LIMITS: u32 = 11704;
/// `ServerState`: it runs.
const RUNNING: i32 = 0;

/// Number, the number of what it is below, name. The first is below none; what is below comes after.
type Rows = &'static [(u32, u32, &'static str)];

#[rustfmt::skip]
const FOLDERS: Rows = &[
    (ROOT, 0, "Root"), (OBJECTS, ROOT, "Objects"), (86, ROOT, "Types"), (87, ROOT, "Views"),
    (88, 86, "ObjectTypes"), (89, 86, "VariableTypes"), (90, 86, "DataTypes"), (91, 86, "ReferenceTypes"),
];
#[rustfmt::skip]
const REFERENCE_TYPES: Rows = &[
    (31, 0, "References"), (32, 31, "NonHierarchicalReferences"), (33, 31, "HierarchicalReferences"),
    (34, 33, "HasChild"), (35, 33, "Organizes"), (36, 33, "HasEventSource"), (37, 32, "HasModellingRule"),
    (38, 32, "HasEncoding"), (39, 32, "HasDescription"), (40, 32, "HasTypeDefinition"),
    (41, 32, "GeneratesEvent"), (44, 34, "Aggregates"), (45, 34, "HasSubtype"),
    (46, 44, "HasProperty"), (47, 44, "HasComponent"), (48, 36, "HasNotifier"),
    (49, 47, "HasOrderedComponent"),
];
#[rustfmt::skip]
const OBJECT_TYPES: Rows = &[
    (BASE_OBJECT_TYPE, 0, "BaseObjectType"), (FOLDER_TYPE, 58, "FolderType"), (2004, 58, "ServerType"),
    (2013, 58, "ServerCapabilitiesType"), (11564, FOLDER_TYPE, "OperationLimitsType"),
];
#[rustfmt::skip]
const VARIABLE_TYPES: Rows = &[
    (62, 0, "BaseVariableType"), (BASE_DATA_VARIABLE_TYPE, 62, "BaseDataVariableType"),
    (PROPERTY_TYPE, 62, "PropertyType"), (2138, BASE_DATA_VARIABLE_TYPE, "ServerStatusType"),
    (3051, BASE_DATA_VARIABLE_TYPE, "BuildInfoType"),
];
#[rustfmt::skip]
const DATA_TYPES: Rows = &[
    (BASE_DATA_TYPE, 0, "BaseDataType"), (26, 24, "Number"), (27, 26, "Integer"), (28, 26, "UInteger"),
    (BOOLEAN, 24, "Boolean"), (2, 27, "SByte"), (BYTE, 28, "Byte"), (4, 27, "Int16"), (UINT16, 28, "UInt16"),
    (6, 27, "Int32"), (UINT32, 28, "UInt32"), (8, 27, "Int64"), (9, 28, "UInt64"), (10, 26, "Float"),
    (11, 26, "Double"), (STRING, 24, "String"), (DATE_TIME, 24, "DateTime"), (14, 24, "Guid"),
    (15, 24, "ByteString"), (16, 24, "XmlElement"), (17, 24, "NodeId"), (18, 24, "ExpandedNodeId"),
    (19, 24, "StatusCode"), (20, 24, "QualifiedName"), (LOCALIZED_TEXT, 24, "LocalizedText"),
    (22, 24, "Structure"), (23, 24, "DataValue"), (25, 24, "DiagnosticInfo"), (ENUMERATION, 24, "Enumeration"),
    (DURATION, 11, "Duration"), (UTC_TIME, DATE_TIME, "UtcTime"), (LOCALE_ID, STRING, "LocaleId"),
    (ARGUMENT, 22, "Argument"), (338, 22, "BuildInfo"), (862, 22, "ServerStatusDataType"),
    (852, ENUMERATION, "ServerState"),
];
/// The types that are only there for their subtypes.
const ABSTRACT: [u32; 12] = [22, 24, 26, 27, 28, 29, 31, 32, 33, 34, 44, 62];

/// Every row of `OperationLimits` names a kind of request in which so many operations may be.
#[rustfmt::skip]
const LIMITS: [(u32, &str); 7] = [
    (11705, "MaxNodesPerRead"), (11707, "MaxNodesPerWrite"), (11709, "MaxNodesPerMethodCall"),
    (11710, "MaxNodesPerBrowse"), (11711, "MaxNodesPerRegisterNodes"),
    (11712, "MaxNodesPerTranslateBrowsePathsToNodeIds"), (11714, "MaxMonitoredItemsPerCall"),
];

/// A part of the server's status that is another at another time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Whole,
    Start,
    Current,
}

impl Part {
    pub(super) fn value(self, now: Now<'_>) -> Vec<u8> {
        let (start_time, current_time) = (now.clock_at(now.began), now.clock());
        let status = ServerStatus {
            start_time,
            current_time,
            state: RUNNING,
            build_info: build_info(&now.plc.nameplate),
            seconds_till_shutdown: 0,
            shutdown_reason: LocalizedText::default(),
        };
        match self {
            Self::Whole => structure(encodings::SERVER_STATUS, &status),
            Self::Start => one(&Scalar::DateTime(start_time)),
            Self::Current => one(&Scalar::DateTime(current_time)),
        }
    }
}

/// A single structure, as an encoded variant.
pub(super) fn structure<'a>(type_id: u32, value: &impl Wire<'a>) -> Vec<u8> {
    let mut body = Vec::new();
    value.write(&mut body);
    one(&Scalar::ExtensionObject(ExtensionObject::standard(type_id, &body)))
}

const fn build_info(nameplate: &Nameplate) -> BuildInfo<'static> {
    BuildInfo {
        product_uri: Text::new(nameplate.uri),
        manufacturer_name: Text::new(nameplate.maker),
        product_name: Text::new(nameplate.product),
        software_version: Text::new(nameplate.revision),
        build_number: Text::new("0"),
        build_date: DateTime(0),
    }
}

pub(super) fn build(space: &mut Space, plc: &Plc) {
    tree(space, FOLDERS, Class::Object, None);
    tree(space, REFERENCE_TYPES, Class::ReferenceType, Some(91));
    tree(space, OBJECT_TYPES, Class::ObjectType, Some(88));
    tree(space, DATA_TYPES, Class::DataType, Some(90));
    tree(space, VARIABLE_TYPES, Class::VariableType, Some(89));
    for (number, ..) in FOLDERS {
        let folder = space.standard(*number);
        space.link(folder, HAS_TYPE_DEFINITION, space.standard(FOLDER_TYPE));
    }
    for number in ABSTRACT {
        space.with(space.standard(number), |node| node.is_abstract = true);
    }
    for (number, ..) in VARIABLE_TYPES {
        let data_type = space.standard(BASE_DATA_TYPE);
        let variable = Variable { data_type, rank: -2, source: Source::None };
        space.with(space.standard(*number), |node| node.variable = Some(variable));
    }
    server(space, plc);
}

/// Folders are organised; types are subtypes of each other, and the first is organised by its folder.
fn tree(space: &mut Space, rows: Rows, class: Class, folder: Option<u32>) {
    for (number, parent, name) in rows {
        let below = match (parent, folder) {
            (0, None) => (None, ORGANIZES),
            (0, Some(folder)) => (Some(space.standard(folder)), ORGANIZES),
            (_, None) => (Some(space.standard(*parent)), ORGANIZES),
            _ => (Some(space.standard(*parent)), HAS_SUBTYPE),
        };
        space.add(Id::number(0, *number), class, name, below);
    }
}

fn server(space: &mut Space, plc: &Plc) {
    let objects = [
        (SERVER, OBJECTS, ORGANIZES, "Server", 2004),
        (CAPABILITIES, SERVER, HAS_COMPONENT, "ServerCapabilities", 2013),
        (OPERATION_LIMITS, CAPABILITIES, HAS_COMPONENT, "OperationLimits", 11564),
    ];
    for (number, parent, kind, name, definition) in objects {
        let place =
            space.add(Id::number(0, number), Class::Object, name, (Some(space.standard(parent)), kind));
        space.link(place, HAS_TYPE_DEFINITION, space.standard(definition));
    }
    let own_uri = application_uri(plc);
    let uris = ["http://opcfoundation.org/UA/", &own_uri, "urn:quaywatch:crane"];
    let namespaces = uris.map(|uri| Scalar::String(Text::new(uri)));
    let strings = |values: &[Scalar<'_>]| Source::Fixed(many(Kind::STRING, values));
    let fixed = |value: Scalar<'_>| Source::Fixed(one(&value));
    let property = PROPERTY_TYPE;
    add(
        space,
        SERVER,
        2254,
        "ServerArray",
        property,
        (STRING, 1),
        strings(&[Scalar::String(Text::new(&own_uri))]),
    );
    add(space, SERVER, 2255, "NamespaceArray", property, (STRING, 1), strings(&namespaces));
    add(space, SERVER, 2267, "ServiceLevel", property, (BYTE, -1), fixed(Scalar::Byte(255)));
    add(space, SERVER, 2994, "Auditing", property, (BOOLEAN, -1), fixed(Scalar::Boolean(Flag(0))));
    status(space, plc);
    let english = [Scalar::String(Text::new("en"))];
    let points = fixed(Scalar::UInt16(MOST_CONTINUATION_POINTS as u16));
    let rate = fixed(Scalar::Double(SHORTEST_INTERVAL_MS));
    let none = || fixed(Scalar::UInt16(0));
    add(space, CAPABILITIES, 2269, "ServerProfileArray", property, (STRING, 1), strings(&[]));
    add(space, CAPABILITIES, 2271, "LocaleIdArray", property, (LOCALE_ID, 1), strings(&english));
    add(space, CAPABILITIES, 2272, "MinSupportedSampleRate", property, (DURATION, -1), rate);
    add(space, CAPABILITIES, 2735, "MaxBrowseContinuationPoints", property, (UINT16, -1), points);
    add(space, CAPABILITIES, 2736, "MaxQueryContinuationPoints", property, (UINT16, -1), none());
    add(space, CAPABILITIES, 2737, "MaxHistoryContinuationPoints", property, (UINT16, -1), none());
    for (number, name) in LIMITS {
        let most = if number == 11714 { MOST_ITEMS.min(MOST_OPERATIONS) } else { MOST_OPERATIONS };
        let most = fixed(Scalar::UInt32(most as u32));
        add(space, OPERATION_LIMITS, number, name, property, (UINT32, -1), most);
    }
}

fn status(space: &mut Space, plc: &Plc) {
    let fixed = |value: Scalar<'_>| Source::Fixed(one(&value));
    let (component, info) = (BASE_DATA_VARIABLE_TYPE, build_info(&plc.nameplate));
    add(space, SERVER, SERVER_STATUS, "ServerStatus", 2138, (862, -1), Source::Status(Part::Whole));
    let mut part = |number, name, data_type, source| {
        add(space, SERVER_STATUS, number, name, component, (data_type, -1), source);
    };
    part(2257, "StartTime", UTC_TIME, Source::Status(Part::Start));
    part(2258, "CurrentTime", UTC_TIME, Source::Status(Part::Current));
    part(2259, "State", 852, fixed(Scalar::Int32(RUNNING)));
    part(2992, "SecondsTillShutdown", UINT32, fixed(Scalar::UInt32(0)));
    part(2993, "ShutdownReason", LOCALIZED_TEXT, fixed(Scalar::LocalizedText(LocalizedText::default())));
    let whole = Source::Fixed(structure(encodings::BUILD_INFO, &info));
    add(space, SERVER_STATUS, BUILD_INFO, "BuildInfo", 3051, (338, -1), whole);
    let mut part = |number, name, data_type, value| {
        add(space, BUILD_INFO, number, name, component, (data_type, -1), fixed(value));
    };
    part(2261, "ProductName", STRING, Scalar::String(info.product_name));
    part(2262, "ProductUri", STRING, Scalar::String(info.product_uri));
    part(2263, "ManufacturerName", STRING, Scalar::String(info.manufacturer_name));
    part(2264, "SoftwareVersion", STRING, Scalar::String(info.software_version));
    part(2265, "BuildNumber", STRING, Scalar::String(info.build_number));
    part(2266, "BuildDate", UTC_TIME, Scalar::DateTime(info.build_date));
}

/// A variable of the server: a property of its parent, or a component.
fn add(
    space: &mut Space,
    parent: u32,
    number: u32,
    name: &str,
    definition: u32,
    (data_type, rank): (u32, i32),
    source: Source,
) -> Place {
    let parent = space.standard(parent);
    let data_type = space.standard(data_type);
    space.variable(parent, Id::number(0, number), name, definition, Variable { data_type, rank, source })
}

impl Space {
    /// A variable below a node: a property where that is its type, else a component.
    pub(super) fn variable(
        &mut self,
        parent: Place,
        id: Id,
        name: &str,
        definition: u32,
        variable: Variable,
    ) -> Place {
        let kind = if definition == PROPERTY_TYPE { HAS_PROPERTY } else { HAS_COMPONENT };
        let place = self.add(id, Class::Variable, name, (Some(parent), kind));
        self.link(place, HAS_TYPE_DEFINITION, self.standard(definition));
        self.with(place, |node| node.variable = Some(variable));
        place
    }
}
