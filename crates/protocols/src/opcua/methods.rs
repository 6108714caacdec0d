//! The standard's own methods: what calling them does, and which of their arguments are secret.
//!
//! Node ids of namespace 0 (OPC 10000-6, annex A); methods of OPC 10000-5 (server), -9 (conditions), -12
//! (certificates, credentials), -14 (PubSub keys) and -18 (roles and users). All other methods are the vendor's or the
//! plant's, and may do anything.

use super::builtin::NodeId;
use quaywatch_model::Verb;

/// What is known of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Method {
    pub(super) name: &'static str,
    pub(super) verb: Verb,
    pub(super) secret: Secret,
}

/// Which arguments hold passwords or keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secret {
    None,
    Inputs,
    Outputs,
}

/// What is known of the method with this node id.
pub(super) fn known(method: &NodeId<'_>) -> Option<Method> {
    let (name, verb, secret) = match method.standard_number()? {
        3875 => ("ConditionRefresh", Verb::Subscribe, Secret::None),
        12912 => ("ConditionRefresh2", Verb::Subscribe, Secret::None),
        9111 => ("Acknowledge", Verb::Write, Secret::None),
        9113 => ("Confirm", Verb::Write, Secret::None),
        11492 => ("GetMonitoredItems", Verb::Read, Secret::None),
        12873 => ("ResendData", Verb::Subscribe, Secret::None),
        12749 => ("SetSubscriptionDurable", Verb::Subscribe, Secret::None),
        12886 => ("RequestServerStateChange", Verb::ChangeMode, Secret::None),
        12737 => ("CreateSigningRequest", Verb::ChangeSecurity, Secret::None),
        12740 => ("ApplyChanges", Verb::ChangeSecurity, Secret::None),
        12777 => ("GetRejectedList", Verb::Read, Secret::None),
        // Among its inputs is the private key.
        13737 => ("UpdateCertificate", Verb::ChangeSecurity, Secret::Inputs),
        12666 | 14148 => ("CloseAndUpdate", Verb::ChangeSecurity, Secret::None),
        12668 | 14151 => ("AddCertificate", Verb::ChangeSecurity, Secret::None),
        12670 | 14153 => ("RemoveCertificate", Verb::ChangeSecurity, Secret::None),
        17522 => ("CreateCredential", Verb::ChangeSecurity, Secret::Inputs),
        18006 => ("UpdateCredential", Verb::ChangeSecurity, Secret::Inputs),
        18008 => ("DeleteCredential", Verb::ChangeSecurity, Secret::None),
        15215 | 15907 => ("GetSecurityKeys", Verb::Read, Secret::Outputs),
        17296 => ("SetSecurityKeys", Verb::ChangeSecurity, Secret::Inputs),
        16301 => ("AddRole", Verb::ChangeSecurity, Secret::None),
        16304 => ("RemoveRole", Verb::ChangeSecurity, Secret::None),
        24304 | 24269 => ("AddUser", Verb::ChangeSecurity, Secret::Inputs),
        24306 | 24271 => ("ModifyUser", Verb::ChangeSecurity, Secret::Inputs),
        24308 | 24273 => ("RemoveUser", Verb::ChangeSecurity, Secret::None),
        24310 | 24275 => ("ChangePassword", Verb::ChangeSecurity, Secret::Inputs),
        _ => return None,
    };
    Some(Method { name, verb, secret })
}
