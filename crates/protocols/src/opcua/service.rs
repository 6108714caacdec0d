//! Every service with the ids of its messages (OPC 10000-6, annex A; OPC 10000-4, clause 5) and its verb.

use quaywatch_model::Verb;

/// A service, named by the id of its request's binary encoding. Open: a number without a name stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Service(
    /// The id in namespace 0.
    pub u32,
);

/// Which half of an exchange a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// A client asks.
    Request,
    /// A server answers.
    Response,
}

/// `ServiceFault`, the answer of any service that fails as a whole.
pub const SERVICE_FAULT: u32 = 397;

macro_rules! services {
    ($($request:literal $response:literal $constant:ident $name:literal $verb:ident;)*) => {
        impl Service {
            $(
                #[doc = concat!("`", $name, "`.")]
                pub const $constant: Self = Self($request);
            )*

            /// The name the standard gives it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self.0 {
                    $($request => $name,)*
                    SERVICE_FAULT => "ServiceFault",
                    _ => "unknown",
                }
            }

            /// What it does. `Call` depends on the method too.
            #[must_use]
            pub const fn verb(self) -> Verb {
                match self.0 {
                    $($request => Verb::$verb,)*
                    _ => Verb::Opaque,
                }
            }

            /// The id of its response's binary encoding; `None` for what is no service known here.
            #[must_use]
            pub const fn response(self) -> Option<u16> {
                match self.0 {
                    $($request => Some($response),)*
                    _ => None,
                }
            }

            /// Which service a message of this type belongs to, and as what.
            #[must_use]
            pub const fn of_message(type_id: u32) -> Option<(Self, Half)> {
                match type_id {
                    $(
                        $request => Some((Self($request), Half::Request)),
                        $response => Some((Self($request), Half::Response)),
                    )*
                    _ => None,
                }
            }
        }
    };
}

// Register and unregister of nodes ask the server to prepare for later access: browsing, not writing.
// Changes of the address space (AddNodes and its kin) set what the server offers, not a control program: Write.
// A method may do anything, so Call counts as Write unless the method is a known one: see `ops`.
services! {
    422 425 FIND_SERVERS "FindServers" Identify;
    428 431 GET_ENDPOINTS "GetEndpoints" Identify;
    437 440 REGISTER_SERVER "RegisterServer" Identify;
    12208 12209 FIND_SERVERS_ON_NETWORK "FindServersOnNetwork" Identify;
    12211 12212 REGISTER_SERVER_2 "RegisterServer2" Identify;
    410 413 TEST_STACK "TestStack" Read;
    416 419 TEST_STACK_EX "TestStackEx" Read;
    446 449 OPEN_SECURE_CHANNEL "OpenSecureChannel" OpenSession;
    452 455 CLOSE_SECURE_CHANNEL "CloseSecureChannel" CloseSession;
    461 464 CREATE_SESSION "CreateSession" OpenSession;
    467 470 ACTIVATE_SESSION "ActivateSession" Authenticate;
    473 476 CLOSE_SESSION "CloseSession" CloseSession;
    479 482 CANCEL "Cancel" CloseSession;
    488 491 ADD_NODES "AddNodes" Write;
    494 497 ADD_REFERENCES "AddReferences" Write;
    500 503 DELETE_NODES "DeleteNodes" Write;
    506 509 DELETE_REFERENCES "DeleteReferences" Write;
    527 530 BROWSE "Browse" Browse;
    533 536 BROWSE_NEXT "BrowseNext" Browse;
    554 557 TRANSLATE_BROWSE_PATHS "TranslateBrowsePathsToNodeIds" Browse;
    560 563 REGISTER_NODES "RegisterNodes" Browse;
    566 569 UNREGISTER_NODES "UnregisterNodes" Browse;
    615 618 QUERY_FIRST "QueryFirst" Browse;
    621 624 QUERY_NEXT "QueryNext" Browse;
    631 634 READ "Read" Read;
    664 667 HISTORY_READ "HistoryRead" Read;
    673 676 WRITE "Write" Write;
    700 703 HISTORY_UPDATE "HistoryUpdate" Write;
    712 715 CALL "Call" Write;
    751 754 CREATE_MONITORED_ITEMS "CreateMonitoredItems" Subscribe;
    763 766 MODIFY_MONITORED_ITEMS "ModifyMonitoredItems" Subscribe;
    769 772 SET_MONITORING_MODE "SetMonitoringMode" Subscribe;
    775 778 SET_TRIGGERING "SetTriggering" Subscribe;
    781 784 DELETE_MONITORED_ITEMS "DeleteMonitoredItems" Subscribe;
    787 790 CREATE_SUBSCRIPTION "CreateSubscription" Subscribe;
    793 796 MODIFY_SUBSCRIPTION "ModifySubscription" Subscribe;
    799 802 SET_PUBLISHING_MODE "SetPublishingMode" Subscribe;
    826 829 PUBLISH "Publish" Subscribe;
    832 835 REPUBLISH "Republish" Subscribe;
    841 844 TRANSFER_SUBSCRIPTIONS "TransferSubscriptions" Subscribe;
    847 850 DELETE_SUBSCRIPTIONS "DeleteSubscriptions" Subscribe;
    15130 15131 SESSIONLESS_INVOKE "SessionlessInvoke" Opaque;
}

impl Service {
    /// Not a service: `HEL`, which waits for its `ACK` like one.
    pub(super) const HELLO: Self = Self(0);
}
