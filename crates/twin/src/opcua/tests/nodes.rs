//! The address space, and ways through it.

use super::*;
use crate::opcua::space::{Class, Now, Space};
use quaywatch_protocols::opcua::names::Attribute;
use std::collections::HashSet;

const REFERENCES: u32 = 0;
const HIERARCHICAL: u32 = 33;

#[test]
fn every_node_is_found_by_its_id_from_the_root_on_and_has_the_attributes_of_its_class() {
    let space = Space::new(&Plc::new("STS07", Program::new()));
    let plc = Plc::new("STS07", Program::default());
    let now = Now { plc: &plc, time: Timestamp::default(), began: Timestamp::default() };
    let root = space.place(&NodeId::standard(84)).unwrap();
    let (mut reached, mut next) = (HashSet::from([root]), vec![root]);
    while let Some(place) = next.pop() {
        for reference in &space.at(place).unwrap().references {
            let back = &space.at(reference.target).unwrap().references;
            assert!(back.iter().any(|it| {
                it.target == place && it.kind == reference.kind && it.forward != reference.forward
            }));
            if reference.forward && space.is_kind(reference.kind, 33) && reached.insert(reference.target) {
                next.push(reference.target);
            }
        }
    }
    let all = (0..).map_while(|place| space.at(place).ok().map(|node| (place, node)));
    for (place, node) in all {
        assert!(reached.contains(&place) && space.place(&node.id.wire()) == Ok(place), "{node:?}");
        let has = |attribute| space.attribute(node, Attribute(attribute), now).is_ok();
        let attributes: Vec<u32> = (0..30).filter(|number| has(*number)).collect();
        let of_class: &[u32] = match node.class {
            Class::Object => &[12],
            Class::Variable => &[13, 14, 15, 17, 18, 19, 20],
            Class::Method => &[21, 22],
            Class::ObjectType | Class::DataType => &[8],
            Class::VariableType => &[8, 14, 15],
            Class::ReferenceType => &[8, 9],
        };
        let expected: Vec<u32> = [1, 2, 3, 4, 5, 6, 7].into_iter().chain(of_class.iter().copied()).collect();
        let without_dimensions: Vec<u32> = attributes.into_iter().filter(|it| *it != 16).collect();
        assert_eq!(without_dimensions, expected, "{node:?}");
        let has_type = matches!(node.class, Class::Object | Class::Variable);
        assert_eq!(node.type_definition().is_some(), has_type, "{node:?}");
    }
}

fn look(
    node_id: NodeId<'_>,
    browse_direction: i32,
    kind: u32,
    node_class_mask: u32,
) -> BrowseDescription<'_> {
    BrowseDescription {
        node_id,
        browse_direction,
        reference_type_id: NodeId { namespace: 0, identifier: Identifier::Numeric(kind) },
        include_subtypes: Flag(1),
        node_class_mask,
        result_mask: 63,
    }
}

/// The names that are found, and the point to go on from; or the status.
fn browse(
    client: &mut Client,
    asked: BrowseDescription<'_>,
    most: u32,
) -> Result<(Vec<String>, Vec<u8>), u32> {
    let view = ViewDescription { view_id: NodeId::default(), timestamp: DateTime(0), view_version: 0 };
    let (requested_max_references_per_node, asked) = (most, [asked]);
    let nodes_to_browse = Array::of(&asked);
    let asked = BrowseRequest { view, requested_max_references_per_node, nodes_to_browse };
    found(&client.ask(527, Body::BrowseRequest(asked))?)
}

fn browse_next(client: &mut Client, point: &[u8], release: bool) -> Result<(Vec<String>, Vec<u8>), u32> {
    let release_continuation_points = Flag(release.into());
    let points = [Blob(Some(point))];
    let asked = BrowseNextRequest { release_continuation_points, continuation_points: Array::of(&points) };
    found(&client.ask(533, Body::BrowseNextRequest(asked))?)
}

fn found(message: &[u8]) -> Result<(Vec<String>, Vec<u8>), u32> {
    let (Body::BrowseResponse(response) | Body::BrowseNextResponse(response)) = body(message) else {
        panic!()
    };
    let result = response.results.iter().next().unwrap();
    let name =
        |it: ReferenceDescription<'_>| String::from_utf8(it.browse_name.name.bytes().to_vec()).unwrap();
    match result.status_code.0 >> 16 {
        0 => Ok((result.references.iter().map(name).collect(), result.continuation_point.bytes().to_vec())),
        error => Err(error),
    }
}

#[test]
fn a_browse_goes_one_way_by_one_kind_of_reference_to_one_class_of_nodes() {
    let mut client = Client::connected();
    let brake = node("STS07/Hoist/BrkOpen");
    let mut names = |asked| browse(&mut client, asked, 0).unwrap().0;
    assert_eq!(names(look(NodeId::standard(84), 0, HIERARCHICAL, 0)), ["Objects", "Types", "Views"]);
    assert_eq!(names(look(NodeId::standard(85), 0, REFERENCES, 0)), ["FolderType", "Server", "STS07"]);
    assert_eq!(names(look(brake, 1, REFERENCES, 0)), ["Hoist"]);
    assert_eq!(names(look(brake, 0, REFERENCES, 0)), ["BaseDataVariableType"]);
    assert_eq!(names(look(brake, 2, REFERENCES, 0)), ["Hoist", "BaseDataVariableType"]);
    assert_eq!(names(look(brake, 2, REFERENCES, 1)), ["Hoist"]);
    assert_eq!(names(look(brake, 2, 46, 0)), [""; 0]);
    let exactly = BrowseDescription { include_subtypes: Flag(0), ..look(brake, 1, HIERARCHICAL, 0) };
    assert_eq!(names(exactly), [""; 0]);
    for (asked, error) in [
        (look(node("STS07/Nope"), 0, 0, 0), 0x8034),
        (look(brake, 3, 0, 0), 0x804D),
        (look(brake, 0, 58, 0), 0x804C),
        (look(brake, 0, 1_000, 0), 0x804C),
    ] {
        assert_eq!(browse(&mut client, asked, 0), Err(error));
    }
}

#[test]
fn what_is_not_asked_for_is_not_told_of_a_reference() {
    let mut client = Client::connected();
    let nothing = BrowseDescription { result_mask: 0, ..look(NodeId::standard(84), 0, HIERARCHICAL, 0) };
    assert_eq!(browse(&mut client, nothing, 0).unwrap().0, ["", "", ""]);
}

#[test]
fn a_long_browse_is_gone_on_with_until_it_is_done_or_given_up() {
    let mut client = Client::connected();
    let asked = look(node("STS07/Par"), 0, 47, 0);
    let (mut names, mut point) = browse(&mut client, asked, 7).unwrap();
    let mut pieces = 1;
    while !point.is_empty() {
        let (more, next) = browse_next(&mut client, &point, false).unwrap();
        assert_eq!(browse_next(&mut client, &point, false), Err(0x804A), "each point is good once");
        names.extend(more);
        (point, pieces) = (next, pieces + 1);
    }
    let signals = quaywatch_crane::TAGS.iter().filter(|tag| tag.name.starts_with("Par."));
    assert_eq!(names, signals.map(|tag| tag.name[4..].to_owned()).collect::<Vec<_>>());
    assert_eq!(pieces, names.len().div_ceil(7));
    // At most 100 at once; and at most 16 that wait.
    let types = look(NodeId::standard(63), 1, REFERENCES, 0);
    let (names, point) = browse(&mut client, types, 0).unwrap();
    assert_eq!(names.len(), 100);
    browse_next(&mut client, &point, true).unwrap();
    let points: Vec<_> = (0..16).map(|_| browse(&mut client, asked, 1).unwrap().1).collect();
    assert_eq!(browse(&mut client, asked, 1), Err(0x804B));
    assert_eq!(browse_next(&mut client, &points[3], true), Ok((vec![], vec![])));
    assert!(browse(&mut client, asked, 1).is_ok());
}

fn translate(client: &mut Client, names: &[(u16, &str)]) -> Result<Vec<String>, u32> {
    let elements: Vec<_> = names
        .iter()
        .map(|(namespace, name)| RelativePathElement {
            reference_type_id: NodeId::standard(33),
            is_inverse: Flag(0),
            include_subtypes: Flag(1),
            target_name: QualifiedName { namespace: *namespace, name: Text::new(name) },
        })
        .collect();
    let paths = [BrowsePath { starting_node: NodeId::standard(85), relative_path: Array::of(&elements) }];
    let asked = TranslateBrowsePathsRequest { browse_paths: Array::of(&paths) };
    let bytes = client.ask(554, Body::TranslateBrowsePathsRequest(asked)).unwrap();
    let Body::TranslateBrowsePathsResponse(response) = body(&bytes) else { panic!() };
    let result = response.results.iter().next().unwrap();
    let name = |it: BrowsePathTarget<'_>| match it.target_id.node.identifier {
        Identifier::String(text) => String::from_utf8(text.bytes().to_vec()).unwrap(),
        other => panic!("{other:?}"),
    };
    match result.status_code.0 >> 16 {
        0 => Ok(result.targets.iter().map(name).collect()),
        error => Err(error),
    }
}

#[test]
fn paths_lead_to_signals_and_through_the_shape_of_the_cranes_standard() {
    let mut client = Client::connected();
    let system = [(2, "STS07"), (2, "CraneMotionDeviceSystem")];
    let mut to = |rest: &[&str]| {
        let rest = rest.iter().map(|name| (2, *name));
        translate(&mut client, &system.into_iter().chain(rest).collect::<Vec<_>>())
    };
    let top = "STS07/CraneMotionDeviceSystem";
    for device in ["Hoist", "Trolley", "Gantry", "Boom", "Spreader"] {
        let axis = format!("{device}Axis");
        let path = ["CraneMotionDevices", device, "Axes", &axis, "ParameterSet", "ActualPosition"];
        assert_eq!(to(&path), Ok(vec![format!("{top}/{}", path.join("/"))]));
    }
    let path = ["CraneMotionDevices", "Trolley", "PowerTrains", "TrolleyPowerTrain", "Brake", "ParameterSet"];
    assert!(to(&path).is_ok());
    assert!(to(&["ProtectiveFunctions", "Overload", "ProtectiveFunctionMode"]).is_ok());
    assert_eq!(to(&["Nope"]), Err(0x806F));
    assert_eq!(translate(&mut client, &[(0, "STS07")]), Err(0x806F), "the name is in another namespace");
    assert_eq!(translate(&mut client, &[(2, "")]), Err(0x8060));
    assert_eq!(translate(&mut client, &[]), Err(0x800F));
    assert_eq!(translate(&mut client, &[(2, "STS07"); 33]), Err(0x806E));
}

#[test]
fn enumerations_are_told_as_their_numbers_and_cannot_be_written() {
    let mut client = Client::connected();
    client.set("Ctrl.Mode", Value::Whole(2));
    client.set("Lim.Overload", Value::Bool(true));
    let mode = "STS07/CraneMotionDeviceSystem/ParameterSet/CraneOperationalMode";
    let function = "STS07/CraneMotionDeviceSystem/ProtectiveFunctions/Overload";
    let (kind, active) =
        (format!("{function}/ProtectiveFunctionMode"), format!("{function}/ParameterSet/Active"));
    let asked =
        [value(mode), value(&kind), value(&active), attribute(node(mode), 14), attribute(node(mode), 17)];
    client.read(&asked, |results| {
        let of = |at: usize| results[at].value.scalars().next().unwrap();
        assert!(matches!([of(0), of(1)], [Scalar::Int32(2), Scalar::Int32(1)]));
        assert!(matches!([of(2), of(4)], [Scalar::Boolean(Flag(1)), Scalar::Byte(1)]));
        assert!(matches!(of(3), Scalar::NodeId(id) if id == node("CraneOperationalModeEnum")));
    });
}
