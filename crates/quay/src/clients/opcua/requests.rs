//! What a client of OPC UA asks for: each deed as the request of its service (OPC 10000-4, clause 5).

use super::{CRANE, Client, Deed, EPOCH, Stage, request};
use crate::clients::walk::Walk;
use quaywatch_crane::{Kind, Value};
use quaywatch_protocols::opcua::builtin::{
    DateTime, ExtensionObject, Identifier, NodeId, QualifiedName, Text,
};
use quaywatch_protocols::opcua::codec::{Array, Flag};
use quaywatch_protocols::opcua::messages::{
    Body, BrowseDescription, BrowseRequest, CallMethodRequest, CallRequest, CreateMonitoredItemsRequest,
    CreateSubscriptionRequest, GetEndpointsRequest, MonitoredItemCreateRequest, MonitoringParameters,
    PublishRequest, ReadRequest, ReadValueId, SubscriptionAcknowledgement, ViewDescription, WriteRequest,
    WriteValue,
};
use quaywatch_protocols::opcua::variant::{DataValue, Scalar, Variant};

const VALUE: u32 = 13;
const OBJECTS: u16 = 85;
const HIERARCHICAL: u16 = 33;
/// `TimestampsToReturn`: both.
const BOTH: i32 = 2;
/// `MonitoringMode`: reporting.
const REPORTING: i32 = 2;

impl Client {
    pub(super) fn begin(&mut self, deed: Deed, say: &mut Vec<u8>) {
        self.stage = Stage::Asked;
        match deed {
            Deed::Endpoints => {
                let url = self.url.clone();
                let (endpoint_url, none) = (Text::new(&url), Array::NULL);
                let body = GetEndpointsRequest { endpoint_url, locale_ids: none, profile_uris: none };
                self.ask(request::ENDPOINTS, Body::GetEndpointsRequest(body), say);
            }
            Deed::LogIn(login) => {
                self.login = login;
                self.activate(say);
            }
            Deed::Browse(name) => self.browse(&[name], say),
            Deed::BrowseAll => {
                self.walk = Some(Walk::begin());
                self.walk_on(say);
            }
            Deed::Read(nodes) => {
                let nodes: Vec<_> = nodes.iter().map(|node| value_of(node)).collect();
                let nodes_to_read = Array::of(&nodes);
                let body = ReadRequest { max_age: 0.0, timestamps_to_return: BOTH, nodes_to_read };
                self.ask(request::READ, Body::ReadRequest(body), say);
            }
            Deed::Write(values) => self.write(&values, say),
            Deed::Call(object, method, argument) => self.call([&object, &method], argument, say),
            Deed::Subscribe(nodes, interval_ms) => {
                let body = CreateSubscriptionRequest {
                    requested_publishing_interval: interval_ms,
                    requested_lifetime_count: 600,
                    requested_max_keep_alive_count: 20,
                    max_notifications_per_publish: 0,
                    publishing_enabled: Flag(1),
                    priority: 0,
                };
                self.ask(request::CREATE_SUBSCRIPTION, Body::CreateSubscriptionRequest(body), say);
                self.stage = Stage::Subscribing(nodes);
            }
        }
    }

    /// Asks what is below the next nodes of a walk, if there are any.
    pub(super) fn walk_on(&mut self, say: &mut Vec<u8>) {
        let next = self.walk.as_mut().map(Walk::next).unwrap_or_default();
        if next.is_empty() {
            self.walk = None;
        } else {
            self.browse(&next, say);
            self.stage = Stage::Asked;
        }
    }

    fn browse(&mut self, names: &[String], say: &mut Vec<u8>) {
        let asked: Vec<_> = names.iter().map(|name| below(name)).collect();
        let view = ViewDescription { view_id: NodeId::default(), timestamp: DateTime(0), view_version: 0 };
        let nodes_to_browse = Array::of(&asked);
        let body = BrowseRequest { view, requested_max_references_per_node: 0, nodes_to_browse };
        self.ask(request::BROWSE, Body::BrowseRequest(body), say);
    }

    fn write(&mut self, values: &[(String, Value, Kind)], say: &mut Vec<u8>) {
        let scalars: Vec<_> = values.iter().map(|(_, value, kind)| self.scalar(value, *kind)).collect();
        let asked: Vec<_> = values
            .iter()
            .zip(&scalars)
            .map(|((name, ..), scalar)| WriteValue {
                node_id: named(name),
                attribute_id: VALUE,
                index_range: Text(None),
                value: DataValue::good(Variant::one(scalar)),
            })
            .collect();
        let body = WriteRequest { nodes_to_write: Array::of(&asked) };
        self.ask(request::WRITE, Body::WriteRequest(body), say);
    }

    /// The value as the node of a signal of this kind has it.
    fn scalar<'a>(&self, value: &'a Value, kind: Kind) -> Scalar<'a> {
        match (value, kind) {
            (Value::Real(number), _) => Scalar::Float(*number),
            (Value::Bool(on), _) => Scalar::Boolean(Flag(u8::from(*on))),
            (Value::Text(text), _) => Scalar::String(Text::new(text)),
            (Value::Whole(number), Kind::Int) => Scalar::Int16(*number as i16),
            (Value::Whole(number), Kind::Word) => Scalar::UInt16(*number as u16),
            (Value::Whole(number), Kind::Dword) => Scalar::UInt32(*number as u32),
            (Value::Whole(number), _) => Scalar::Int32(*number as i32),
            (Value::DateTime(_), _) => Scalar::DateTime(DateTime(self.now.nanos() / 100 + EPOCH)),
        }
    }

    fn call(&mut self, [object, method]: [&str; 2], argument: Option<bool>, say: &mut Vec<u8>) {
        let given = argument.map(|on| Scalar::Boolean(Flag(u8::from(on))));
        let given: Vec<_> = given.iter().map(Variant::one).collect();
        let asked = [CallMethodRequest {
            object_id: named(object),
            method_id: named(method),
            input_arguments: Array::of(&given),
        }];
        let body = CallRequest { methods_to_call: Array::of(&asked) };
        self.ask(request::CALL, Body::CallRequest(body), say);
    }

    /// Names what is to be watched, at the subscription's own interval.
    pub(super) fn watch(&mut self, nodes: &[String], say: &mut Vec<u8>) {
        let items: Vec<_> = (1..)
            .zip(nodes)
            .map(|(client_handle, node)| MonitoredItemCreateRequest {
                item_to_monitor: value_of(node),
                monitoring_mode: REPORTING,
                requested_parameters: MonitoringParameters {
                    client_handle,
                    sampling_interval: -1.0,
                    filter: ExtensionObject::default(),
                    queue_size: 1,
                    discard_oldest: Flag(1),
                },
            })
            .collect();
        let subscription_id = self.subscription.unwrap_or_default();
        let items_to_create = Array::of(&items);
        let body =
            CreateMonitoredItemsRequest { subscription_id, timestamps_to_return: BOTH, items_to_create };
        self.ask(request::CREATE_ITEMS, Body::CreateMonitoredItemsRequest(body), say);
        self.stage = Stage::Watching;
    }

    pub(super) fn publish(&mut self, told: Option<SubscriptionAcknowledgement>, say: &mut Vec<u8>) {
        let told: Vec<_> = told.into_iter().collect();
        let subscription_acknowledgements =
            if told.is_empty() { Array::NULL } else { Array::of(told.as_slice()) };
        let body = PublishRequest { subscription_acknowledgements };
        self.ask(request::PUBLISH, Body::PublishRequest(body), say);
    }
}

/// A node of the crane.
const fn named(name: &str) -> NodeId<'_> {
    NodeId { namespace: CRANE, identifier: Identifier::String(Text::new(name)) }
}

/// All that is below a node; below `Objects` where it has no name.
const fn below(name: &str) -> BrowseDescription<'_> {
    BrowseDescription {
        node_id: if name.is_empty() { NodeId::standard(OBJECTS) } else { named(name) },
        browse_direction: 0,
        reference_type_id: NodeId::standard(HIERARCHICAL),
        include_subtypes: Flag(1),
        node_class_mask: 0,
        result_mask: 0x3F,
    }
}

/// A node's value.
fn value_of(name: &str) -> ReadValueId<'_> {
    ReadValueId {
        node_id: named(name),
        attribute_id: VALUE,
        index_range: Text(None),
        data_encoding: QualifiedName { namespace: 0, name: Text(None) },
    }
}
