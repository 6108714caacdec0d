//! Finding servers and endpoints (OPC 10000-4, 5.5).

use super::super::builtin::{Blob, DateTime, ExtensionObject, LocalizedText, Text};
use super::super::codec::{Array, Flag, structures};

structures! {
    /// An application (7.2).
    ApplicationDescription<'a> {
        application_uri: Text<'a>,
        product_uri: Text<'a>,
        application_name: LocalizedText<'a>,
        application_type: i32,
        gateway_server_uri: Text<'a>,
        discovery_profile_uri: Text<'a>,
        discovery_urls: Array<'a, Text<'a>>,
    }
    /// A kind of identity a server takes (7.42).
    UserTokenPolicy<'a> {
        policy_id: Text<'a>,
        token_type: i32,
        issued_token_type: Text<'a>,
        issuer_endpoint_url: Text<'a>,
        security_policy_uri: Text<'a>,
    }
    /// Where and how a server can be reached (7.14).
    EndpointDescription<'a> {
        endpoint_url: Text<'a>,
        server: ApplicationDescription<'a>,
        server_certificate: Blob<'a>,
        security_mode: i32,
        security_policy_uri: Text<'a>,
        user_identity_tokens: Array<'a, UserTokenPolicy<'a>>,
        transport_profile_uri: Text<'a>,
        security_level: u8,
    }
    /// A server that a discovery server was told of (7.32).
    RegisteredServer<'a> {
        server_uri: Text<'a>,
        product_uri: Text<'a>,
        server_names: Array<'a, LocalizedText<'a>>,
        server_type: i32,
        gateway_server_uri: Text<'a>,
        discovery_urls: Array<'a, Text<'a>>,
        semaphore_file_path: Text<'a>,
        is_online: Flag,
    }
    /// A server that was found on the network (5.5.3).
    ServerOnNetwork<'a> {
        record_id: u32,
        server_name: Text<'a>,
        discovery_url: Text<'a>,
        server_capabilities: Array<'a, Text<'a>>,
    }
    /// The parameters of a `FindServers` request (5.5.2).
    FindServersRequest<'a> {
        endpoint_url: Text<'a>,
        locale_ids: Array<'a, Text<'a>>,
        server_uris: Array<'a, Text<'a>>,
    }
    /// The parameters of a `FindServers` response (5.5.2).
    FindServersResponse<'a> {
        servers: Array<'a, ApplicationDescription<'a>>,
    }
    /// The parameters of a `FindServersOnNetwork` request (5.5.3).
    FindServersOnNetworkRequest<'a> {
        starting_record_id: u32,
        max_records_to_return: u32,
        server_capability_filter: Array<'a, Text<'a>>,
    }
    /// The parameters of a `FindServersOnNetwork` response (5.5.3).
    FindServersOnNetworkResponse<'a> {
        last_counter_reset_time: DateTime,
        servers: Array<'a, ServerOnNetwork<'a>>,
    }
    /// The parameters of a `GetEndpoints` request (5.5.4).
    GetEndpointsRequest<'a> {
        endpoint_url: Text<'a>,
        locale_ids: Array<'a, Text<'a>>,
        profile_uris: Array<'a, Text<'a>>,
    }
    /// The parameters of a `GetEndpoints` response (5.5.4).
    GetEndpointsResponse<'a> {
        endpoints: Array<'a, EndpointDescription<'a>>,
    }
    /// The parameters of a `RegisterServer` request (5.5.5).
    RegisterServerRequest<'a> {
        server: RegisteredServer<'a>,
    }
    /// The parameters of a `RegisterServer2` request (5.5.6).
    RegisterServer2Request<'a> {
        server: RegisteredServer<'a>,
        discovery_configuration: Array<'a, ExtensionObject<'a>>,
    }
}
