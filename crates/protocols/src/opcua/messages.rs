//! The requests and responses of the services, field by field (OPC 10000-4, clauses 5 and 7), each after its
//! header. One definition reads and writes.

mod attributes;
mod browse;
mod discovery;
mod header;
mod nodes;
mod session;
mod subscription;
mod values;

pub use attributes::*;
pub use browse::*;
pub use discovery::*;
pub use header::*;
pub use nodes::*;
pub use session::*;
pub use subscription::*;
pub use values::*;

use super::builtin::NodeId;
use super::codec::{Decoder, Flaw, Wire};
use super::service::{Half, SERVICE_FAULT, Service};

/// The binary encoding ids of the structures that travel in an [`ExtensionObject`] (OPC 10000-6, annex A).
pub mod encodings {
    /// [`AnonymousIdentityToken`](super::AnonymousIdentityToken).
    pub const ANONYMOUS_IDENTITY_TOKEN: u32 = 321;
    /// [`UserNameIdentityToken`](super::UserNameIdentityToken).
    pub const USER_NAME_IDENTITY_TOKEN: u32 = 324;
    /// [`X509IdentityToken`](super::X509IdentityToken).
    pub const X509_IDENTITY_TOKEN: u32 = 327;
    /// [`IssuedIdentityToken`](super::IssuedIdentityToken).
    pub const ISSUED_IDENTITY_TOKEN: u32 = 940;
    /// [`Argument`](super::Argument).
    pub const ARGUMENT: u32 = 298;
    /// [`BuildInfo`](super::BuildInfo).
    pub const BUILD_INFO: u32 = 340;
    /// [`ServerStatus`](super::ServerStatus).
    pub const SERVER_STATUS: u32 = 864;
    /// [`DataChangeFilter`](super::DataChangeFilter).
    pub const DATA_CHANGE_FILTER: u32 = 724;
    /// [`HistoryData`](super::HistoryData).
    pub const HISTORY_DATA: u32 = 658;
    /// [`UpdateDataDetails`](super::UpdateDataDetails).
    pub const UPDATE_DATA_DETAILS: u32 = 682;
    /// [`DataChangeNotification`](super::DataChangeNotification).
    pub const DATA_CHANGE_NOTIFICATION: u32 = 811;
    /// [`StatusChangeNotification`](super::StatusChangeNotification).
    pub const STATUS_CHANGE_NOTIFICATION: u32 = 820;
    /// [`EventNotificationList`](super::EventNotificationList).
    pub const EVENT_NOTIFICATION_LIST: u32 = 916;
}

/// What a message's header says.
#[derive(Debug, Clone, Copy)]
pub enum Head<'a> {
    /// Of a request.
    Request(RequestHeader<'a>),
    /// Of a response.
    Response(ResponseHeader<'a>),
}

macro_rules! bodies {
    (requests: $($request_id:literal $request:ident($request_type:ty);)*
     responses: $($response_id:literal $response:ident($response_type:ty);)*) => {
        /// What follows the header, by message type.
        #[derive(Debug, Clone, Copy)]
        pub enum Body<'a> {
            /// Nothing.
            Empty,
            /// Bytes that are not read further, of a service whose name is all that is known here.
            Unread(&'a [u8]),
            $(
                #[doc = concat!("Of the request `i=", stringify!($request_id), "`.")]
                $request($request_type),
            )*
            $(
                #[doc = concat!("Of the response `i=", stringify!($response_id), "`.")]
                $response($response_type),
            )*
        }

        impl<'a> Body<'a> {
            fn read(type_id: u32, from: &mut Decoder<'a>) -> Self {
                match type_id {
                    $($request_id => Self::$request(Wire::read(from, stringify!($request))),)*
                    $($response_id => Self::$response(Wire::read(from, stringify!($response))),)*
                    397 | 440 | 452 | 455 | 476 | 569 => Self::Empty,
                    _ => Self::Unread(from.take(from.left().len(), "body")),
                }
            }

            fn write(&self, to: &mut Vec<u8>) {
                match self {
                    Self::Empty => {}
                    Self::Unread(bytes) => to.extend_from_slice(bytes),
                    $(Self::$request(body) => body.write(to),)*
                    $(Self::$response(body) => body.write(to),)*
                }
            }
        }
    };
}
bodies! {
    requests:
    422 FindServersRequest(FindServersRequest<'a>);
    428 GetEndpointsRequest(GetEndpointsRequest<'a>);
    437 RegisterServerRequest(RegisterServerRequest<'a>);
    12208 FindServersOnNetworkRequest(FindServersOnNetworkRequest<'a>);
    12211 RegisterServer2Request(RegisterServer2Request<'a>);
    446 OpenSecureChannelRequest(OpenSecureChannelRequest<'a>);
    461 CreateSessionRequest(CreateSessionRequest<'a>);
    467 ActivateSessionRequest(ActivateSessionRequest<'a>);
    473 CloseSessionRequest(CloseSessionRequest);
    479 CancelRequest(CancelRequest);
    488 AddNodesRequest(AddNodesRequest<'a>);
    494 AddReferencesRequest(AddReferencesRequest<'a>);
    500 DeleteNodesRequest(DeleteNodesRequest<'a>);
    506 DeleteReferencesRequest(DeleteReferencesRequest<'a>);
    527 BrowseRequest(BrowseRequest<'a>);
    533 BrowseNextRequest(BrowseNextRequest<'a>);
    554 TranslateBrowsePathsRequest(TranslateBrowsePathsRequest<'a>);
    560 RegisterNodesRequest(NodeList<'a>);
    566 UnregisterNodesRequest(NodeList<'a>);
    631 ReadRequest(ReadRequest<'a>);
    664 HistoryReadRequest(HistoryReadRequest<'a>);
    673 WriteRequest(WriteRequest<'a>);
    700 HistoryUpdateRequest(HistoryUpdateRequest<'a>);
    712 CallRequest(CallRequest<'a>);
    751 CreateMonitoredItemsRequest(CreateMonitoredItemsRequest<'a>);
    763 ModifyMonitoredItemsRequest(ModifyMonitoredItemsRequest<'a>);
    769 SetMonitoringModeRequest(SetMonitoringModeRequest<'a>);
    775 SetTriggeringRequest(SetTriggeringRequest<'a>);
    781 DeleteMonitoredItemsRequest(DeleteMonitoredItemsRequest<'a>);
    787 CreateSubscriptionRequest(CreateSubscriptionRequest);
    793 ModifySubscriptionRequest(ModifySubscriptionRequest);
    799 SetPublishingModeRequest(SetPublishingModeRequest<'a>);
    826 PublishRequest(PublishRequest<'a>);
    832 RepublishRequest(RepublishRequest);
    841 TransferSubscriptionsRequest(TransferSubscriptionsRequest<'a>);
    847 DeleteSubscriptionsRequest(DeleteSubscriptionsRequest<'a>);
    responses:
    425 FindServersResponse(FindServersResponse<'a>);
    431 GetEndpointsResponse(GetEndpointsResponse<'a>);
    12209 FindServersOnNetworkResponse(FindServersOnNetworkResponse<'a>);
    12212 RegisterServer2Response(StatusResults<'a>);
    449 OpenSecureChannelResponse(OpenSecureChannelResponse<'a>);
    464 CreateSessionResponse(CreateSessionResponse<'a>);
    470 ActivateSessionResponse(ActivateSessionResponse<'a>);
    482 CancelResponse(CancelResponse);
    491 AddNodesResponse(AddNodesResponse<'a>);
    497 AddReferencesResponse(StatusResults<'a>);
    503 DeleteNodesResponse(StatusResults<'a>);
    509 DeleteReferencesResponse(StatusResults<'a>);
    530 BrowseResponse(BrowseResponse<'a>);
    536 BrowseNextResponse(BrowseResponse<'a>);
    557 TranslateBrowsePathsResponse(TranslateBrowsePathsResponse<'a>);
    563 RegisterNodesResponse(NodeList<'a>);
    634 ReadResponse(ReadResponse<'a>);
    667 HistoryReadResponse(HistoryReadResponse<'a>);
    676 WriteResponse(StatusResults<'a>);
    703 HistoryUpdateResponse(HistoryUpdateResponse<'a>);
    715 CallResponse(CallResponse<'a>);
    754 CreateMonitoredItemsResponse(CreateMonitoredItemsResponse<'a>);
    766 ModifyMonitoredItemsResponse(ModifyMonitoredItemsResponse<'a>);
    772 SetMonitoringModeResponse(StatusResults<'a>);
    778 SetTriggeringResponse(SetTriggeringResponse<'a>);
    784 DeleteMonitoredItemsResponse(StatusResults<'a>);
    790 CreateSubscriptionResponse(CreateSubscriptionResponse);
    796 ModifySubscriptionResponse(ModifySubscriptionResponse);
    802 SetPublishingModeResponse(StatusResults<'a>);
    829 PublishResponse(PublishResponse<'a>);
    835 RepublishResponse(RepublishResponse<'a>);
    844 TransferSubscriptionsResponse(TransferSubscriptionsResponse<'a>);
    850 DeleteSubscriptionsResponse(StatusResults<'a>);
}

/// A whole message: type, header, body.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The id of the message's binary encoding.
    pub type_id: NodeId<'a>,
    /// The header.
    pub head: Head<'a>,
    /// The rest.
    pub body: Body<'a>,
}

impl<'a> Message<'a> {
    /// Reads a whole message as far as it can be read, and tells what was wrong with the rest.
    ///
    /// `None`: the type is no number of namespace 0 that stands for a request or a response.
    #[must_use]
    pub fn decode(bytes: &'a [u8]) -> Option<(Self, Result<(), Flaw>)> {
        let mut from = Decoder::new(bytes);
        let type_id = NodeId::read(&mut from, "TypeId");
        let number = type_id.standard_number().filter(|_| from.flaw().is_none())?;
        let head = match half(number)? {
            Half::Request => Head::Request(RequestHeader::read(&mut from, "RequestHeader")),
            Half::Response => Head::Response(ResponseHeader::read(&mut from, "ResponseHeader")),
        };
        let body = match &head {
            // A service that fails as a whole may leave its parameters out.
            Head::Response(header) if header.service_result.is_bad() && from.left().is_empty() => Body::Empty,
            _ => Body::read(number, &mut from),
        };
        Some((Self { type_id, head, body }, from.finish()))
    }

    /// The message's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut to = Vec::new();
        self.type_id.write(&mut to);
        match &self.head {
            Head::Request(header) => header.write(&mut to),
            Head::Response(header) => header.write(&mut to),
        }
        self.body.write(&mut to);
        to
    }
}

fn half(type_id: u32) -> Option<Half> {
    if type_id == SERVICE_FAULT {
        return Some(Half::Response);
    }
    Service::of_message(type_id).map(|(_, half)| half)
}
