//! Secure channels, sessions and users (OPC 10000-4, 5.6 and 5.7).

use super::super::builtin::{Blob, DateTime, DiagnosticInfo, ExtensionObject, NodeId, StatusCode, Text};
use super::super::codec::{Array, Flag, structures};
use super::discovery::{ApplicationDescription, EndpointDescription};

structures! {
    /// A signature (7.37).
    SignatureData<'a> {
        algorithm: Text<'a>,
        signature: Blob<'a>,
    }
    /// A software certificate, which the standard gave up but kept the place of (7.38).
    SignedSoftwareCertificate<'a> {
        certificate_data: Blob<'a>,
        signature: Blob<'a>,
    }
    /// The keys of a channel (5.6.2).
    ChannelSecurityToken {
        channel_id: u32,
        token_id: u32,
        created_at: DateTime,
        revised_lifetime: u32,
    }
    /// The parameters of a `OpenSecureChannel` request (5.6.2).
    OpenSecureChannelRequest<'a> {
        client_protocol_version: u32,
        request_type: i32,
        security_mode: i32,
        client_nonce: Blob<'a>,
        requested_lifetime: u32,
    }
    /// The parameters of a `OpenSecureChannel` response (5.6.2).
    OpenSecureChannelResponse<'a> {
        server_protocol_version: u32,
        security_token: ChannelSecurityToken,
        server_nonce: Blob<'a>,
    }
    /// The parameters of a `CreateSession` request (5.7.2).
    CreateSessionRequest<'a> {
        client_description: ApplicationDescription<'a>,
        server_uri: Text<'a>,
        endpoint_url: Text<'a>,
        session_name: Text<'a>,
        client_nonce: Blob<'a>,
        client_certificate: Blob<'a>,
        requested_session_timeout: f64,
        max_response_message_size: u32,
    }
    /// The parameters of a `CreateSession` response (5.7.2).
    CreateSessionResponse<'a> {
        session_id: NodeId<'a>,
        authentication_token: NodeId<'a>,
        revised_session_timeout: f64,
        server_nonce: Blob<'a>,
        server_certificate: Blob<'a>,
        server_endpoints: Array<'a, EndpointDescription<'a>>,
        server_software_certificates: Array<'a, SignedSoftwareCertificate<'a>>,
        server_signature: SignatureData<'a>,
        max_request_message_size: u32,
    }
    /// The parameters of a `ActivateSession` request (5.7.3).
    ActivateSessionRequest<'a> {
        client_signature: SignatureData<'a>,
        client_software_certificates: Array<'a, SignedSoftwareCertificate<'a>>,
        locale_ids: Array<'a, Text<'a>>,
        user_identity_token: ExtensionObject<'a>,
        user_token_signature: SignatureData<'a>,
    }
    /// The parameters of a `ActivateSession` response (5.7.3).
    ActivateSessionResponse<'a> {
        server_nonce: Blob<'a>,
        results: Array<'a, StatusCode>,
        diagnostic_infos: Array<'a, DiagnosticInfo<'a>>,
    }
    /// The parameters of a `CloseSession` request (5.7.4).
    CloseSessionRequest {
        delete_subscriptions: Flag,
    }
    /// The parameters of a `Cancel` request (5.7.5).
    CancelRequest {
        request_handle: u32,
    }
    /// The parameters of a `Cancel` response (5.7.5).
    CancelResponse {
        cancel_count: u32,
    }
    /// Nobody in particular, in an [`ExtensionObject`] (7.41.3).
    AnonymousIdentityToken<'a> {
        policy_id: Text<'a>,
    }
    /// A user's name and password (7.41.4).
    UserNameIdentityToken<'a> {
        policy_id: Text<'a>,
        user_name: Text<'a>,
        password: Blob<'a>,
        encryption_algorithm: Text<'a>,
    }
    /// A user's certificate (7.41.5).
    X509IdentityToken<'a> {
        policy_id: Text<'a>,
        certificate_data: Blob<'a>,
    }
    /// A token that somebody else issued (7.41.6).
    IssuedIdentityToken<'a> {
        policy_id: Text<'a>,
        token_data: Blob<'a>,
        encryption_algorithm: Text<'a>,
    }
}
