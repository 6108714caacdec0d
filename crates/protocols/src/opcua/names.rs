//! Names for numbers: status codes (OPC 10000-6, annex A.2), attributes (OPC 10000-4, 5.2), security policies
//! (OPC 10000-7), enumerations (OPC 10000-4, clause 7).

use super::builtin::StatusCode;
use quaywatch_model::{Coded, Number};

impl StatusCode {
    /// The code with its name.
    #[must_use]
    pub const fn coded(self) -> Coded<'static> {
        Coded::new(self.name(), Number::Hex32(self.0))
    }

    /// The code, unless it is a plain good.
    #[must_use]
    pub const fn told(self) -> Option<Coded<'static>> {
        if self.0 == 0 { None } else { Some(self.coded()) }
    }

    /// The name the standard gives the code's upper half.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 >> 16 {
            0x0000 => "Good",
            0x002D => "GoodSubscriptionTransferred",
            0x002E => "GoodCompletesAsynchronously",
            0x002F => "GoodOverload",
            0x0030 => "GoodClamped",
            0x0096 => "GoodLocalOverride",
            0x00A2 => "GoodEntryInserted",
            0x00A3 => "GoodEntryReplaced",
            0x00A5 => "GoodNoData",
            0x00A6 => "GoodMoreData",
            0x00A7 => "GoodCommunicationEvent",
            0x00A8 => "GoodShutdownEvent",
            0x00A9 => "GoodCallAgain",
            0x00AA => "GoodNonCriticalTimeout",
            0x00BA => "GoodResultsMayBeIncomplete",
            0x00D9 => "GoodDataIgnored",
            0x00DC => "GoodEdited",
            0x00DD => "GoodPostActionFailed",
            0x00DF => "GoodRetransmissionQueueNotSupported",
            0x00E0 => "GoodDependentValueChanged",
            0x00EB => "GoodSubNormal",
            0x00EF => "GoodPasswordChangeRequired",
            0x4000 => "Uncertain",
            0x406C => "UncertainReferenceOutOfServer",
            0x408F => "UncertainNoCommunicationLastUsableValue",
            0x4090 => "UncertainLastUsableValue",
            0x4091 => "UncertainSubstituteValue",
            0x4092 => "UncertainInitialValue",
            0x4093 => "UncertainSensorNotAccurate",
            0x4094 => "UncertainEngineeringUnitsExceeded",
            0x4095 => "UncertainSubNormal",
            0x40A4 => "UncertainDataSubNormal",
            0x40BC => "UncertainReferenceNotDeleted",
            0x40C0 => "UncertainNotAllNodesAvailable",
            0x40DE => "UncertainDominantValueChanged",
            0x40E2 => "UncertainDependentValueChanged",
            0x40F2 => "UncertainOverRange",
            0x40F3 => "UncertainUnderRange",
            0x4208 => "UncertainTransducerInManual",
            0x4209 => "UncertainSimulatedValue",
            0x420A => "UncertainSensorCalibration",
            0x420F => "UncertainConfigurationError",
            0x8000 => "Bad",
            0x8001 => "BadUnexpectedError",
            0x8002 => "BadInternalError",
            0x8003 => "BadOutOfMemory",
            0x8004 => "BadResourceUnavailable",
            0x8005 => "BadCommunicationError",
            0x8006 => "BadEncodingError",
            0x8007 => "BadDecodingError",
            0x8008 => "BadEncodingLimitsExceeded",
            0x8009 => "BadUnknownResponse",
            0x800A => "BadTimeout",
            0x800B => "BadServiceUnsupported",
            0x800C => "BadShutdown",
            0x800D => "BadServerNotConnected",
            0x800E => "BadServerHalted",
            0x800F => "BadNothingToDo",
            0x8010 => "BadTooManyOperations",
            0x8011 => "BadDataTypeIdUnknown",
            0x8012 => "BadCertificateInvalid",
            0x8013 => "BadSecurityChecksFailed",
            0x8014 => "BadCertificateTimeInvalid",
            0x8015 => "BadCertificateIssuerTimeInvalid",
            0x8016 => "BadCertificateHostNameInvalid",
            0x8017 => "BadCertificateUriInvalid",
            0x8018 => "BadCertificateUseNotAllowed",
            0x8019 => "BadCertificateIssuerUseNotAllowed",
            0x801A => "BadCertificateUntrusted",
            0x801B => "BadCertificateRevocationUnknown",
            0x801C => "BadCertificateIssuerRevocationUnknown",
            0x801D => "BadCertificateRevoked",
            0x801E => "BadCertificateIssuerRevoked",
            0x801F => "BadUserAccessDenied",
            0x8020 => "BadIdentityTokenInvalid",
            0x8021 => "BadIdentityTokenRejected",
            0x8022 => "BadSecureChannelIdInvalid",
            0x8023 => "BadInvalidTimestamp",
            0x8024 => "BadNonceInvalid",
            0x8025 => "BadSessionIdInvalid",
            0x8026 => "BadSessionClosed",
            0x8027 => "BadSessionNotActivated",
            0x8028 => "BadSubscriptionIdInvalid",
            0x802A => "BadRequestHeaderInvalid",
            0x802B => "BadTimestampsToReturnInvalid",
            0x802C => "BadRequestCancelledByClient",
            0x8031 => "BadNoCommunication",
            0x8032 => "BadWaitingForInitialData",
            0x8033 => "BadNodeIdInvalid",
            0x8034 => "BadNodeIdUnknown",
            0x8035 => "BadAttributeIdInvalid",
            0x8036 => "BadIndexRangeInvalid",
            0x8037 => "BadIndexRangeNoData",
            0x8038 => "BadDataEncodingInvalid",
            0x8039 => "BadDataEncodingUnsupported",
            0x803A => "BadNotReadable",
            0x803B => "BadNotWritable",
            0x803C => "BadOutOfRange",
            0x803D => "BadNotSupported",
            0x803E => "BadNotFound",
            0x803F => "BadObjectDeleted",
            0x8040 => "BadNotImplemented",
            0x8041 => "BadMonitoringModeInvalid",
            0x8042 => "BadMonitoredItemIdInvalid",
            0x8043 => "BadMonitoredItemFilterInvalid",
            0x8044 => "BadMonitoredItemFilterUnsupported",
            0x8045 => "BadFilterNotAllowed",
            0x8046 => "BadStructureMissing",
            0x8047 => "BadEventFilterInvalid",
            0x8048 => "BadContentFilterInvalid",
            0x8049 => "BadFilterOperandInvalid",
            0x804A => "BadContinuationPointInvalid",
            0x804B => "BadNoContinuationPoints",
            0x804C => "BadReferenceTypeIdInvalid",
            0x804D => "BadBrowseDirectionInvalid",
            0x804E => "BadNodeNotInView",
            0x804F => "BadServerUriInvalid",
            0x8050 => "BadServerNameMissing",
            0x8051 => "BadDiscoveryUrlMissing",
            0x8052 => "BadSemaphoreFileMissing",
            0x8053 => "BadRequestTypeInvalid",
            0x8054 => "BadSecurityModeRejected",
            0x8055 => "BadSecurityPolicyRejected",
            0x8056 => "BadTooManySessions",
            0x8057 => "BadUserSignatureInvalid",
            0x8058 => "BadApplicationSignatureInvalid",
            0x8059 => "BadNoValidCertificates",
            0x805A => "BadRequestCancelledByRequest",
            0x805B => "BadParentNodeIdInvalid",
            0x805C => "BadReferenceNotAllowed",
            0x805D => "BadNodeIdRejected",
            0x805E => "BadNodeIdExists",
            0x805F => "BadNodeClassInvalid",
            0x8060 => "BadBrowseNameInvalid",
            0x8061 => "BadBrowseNameDuplicated",
            0x8062 => "BadNodeAttributesInvalid",
            0x8063 => "BadTypeDefinitionInvalid",
            0x8064 => "BadSourceNodeIdInvalid",
            0x8065 => "BadTargetNodeIdInvalid",
            0x8066 => "BadDuplicateReferenceNotAllowed",
            0x8067 => "BadInvalidSelfReference",
            0x8068 => "BadReferenceLocalOnly",
            0x8069 => "BadNoDeleteRights",
            0x806A => "BadServerIndexInvalid",
            0x806B => "BadViewIdUnknown",
            0x806D => "BadTooManyMatches",
            0x806E => "BadQueryTooComplex",
            0x806F => "BadNoMatch",
            0x8070 => "BadMaxAgeInvalid",
            0x8071 => "BadHistoryOperationInvalid",
            0x8072 => "BadHistoryOperationUnsupported",
            0x8073 => "BadWriteNotSupported",
            0x8074 => "BadTypeMismatch",
            0x8075 => "BadMethodInvalid",
            0x8076 => "BadArgumentsMissing",
            0x8077 => "BadTooManySubscriptions",
            0x8078 => "BadTooManyPublishRequests",
            0x8079 => "BadNoSubscription",
            0x807A => "BadSequenceNumberUnknown",
            0x807B => "BadMessageNotAvailable",
            0x807C => "BadInsufficientClientProfile",
            0x807D => "BadTcpServerTooBusy",
            0x807E => "BadTcpMessageTypeInvalid",
            0x807F => "BadTcpSecureChannelUnknown",
            0x8080 => "BadTcpMessageTooLarge",
            0x8081 => "BadTcpNotEnoughResources",
            0x8082 => "BadTcpInternalError",
            0x8083 => "BadTcpEndpointUrlInvalid",
            0x8084 => "BadRequestInterrupted",
            0x8085 => "BadRequestTimeout",
            0x8086 => "BadSecureChannelClosed",
            0x8087 => "BadSecureChannelTokenUnknown",
            0x8088 => "BadSequenceNumberInvalid",
            0x8089 => "BadConfigurationError",
            0x808A => "BadNotConnected",
            0x808B => "BadDeviceFailure",
            0x808C => "BadSensorFailure",
            0x808D => "BadOutOfService",
            0x808E => "BadDeadbandFilterInvalid",
            0x8097 => "BadRefreshInProgress",
            0x8098 => "BadConditionAlreadyDisabled",
            0x8099 => "BadConditionDisabled",
            0x809A => "BadEventIdUnknown",
            0x809B => "BadNoData",
            0x809D => "BadDataLost",
            0x809E => "BadDataUnavailable",
            0x809F => "BadEntryExists",
            0x80A0 => "BadNoEntryExists",
            0x80A1 => "BadTimestampNotSupported",
            0x80AB => "BadInvalidArgument",
            0x80AC => "BadConnectionRejected",
            0x80AD => "BadDisconnect",
            0x80AE => "BadConnectionClosed",
            0x80AF => "BadInvalidState",
            0x80B0 => "BadEndOfStream",
            0x80B1 => "BadNoDataAvailable",
            0x80B2 => "BadWaitingForResponse",
            0x80B3 => "BadOperationAbandoned",
            0x80B4 => "BadExpectedStreamToBlock",
            0x80B5 => "BadWouldBlock",
            0x80B6 => "BadSyntaxError",
            0x80B7 => "BadMaxConnectionsReached",
            0x80B8 => "BadRequestTooLarge",
            0x80B9 => "BadResponseTooLarge",
            0x80BB => "BadEventNotAcknowledgeable",
            0x80BD => "BadInvalidTimestampArgument",
            0x80BE => "BadProtocolVersionUnsupported",
            0x80BF => "BadStateNotActive",
            0x80C1 => "BadFilterOperatorInvalid",
            0x80C2 => "BadFilterOperatorUnsupported",
            0x80C3 => "BadFilterOperandCountMismatch",
            0x80C4 => "BadFilterElementInvalid",
            0x80C5 => "BadFilterLiteralInvalid",
            0x80C6 => "BadIdentityChangeNotSupported",
            0x80C8 => "BadNotTypeDefinition",
            0x80C9 => "BadViewTimestampInvalid",
            0x80CA => "BadViewParameterMismatch",
            0x80CB => "BadViewVersionInvalid",
            0x80CC => "BadConditionAlreadyEnabled",
            0x80CD => "BadDialogNotActive",
            0x80CE => "BadDialogResponseInvalid",
            0x80CF => "BadConditionBranchAlreadyAcked",
            0x80D0 => "BadConditionBranchAlreadyConfirmed",
            0x80D1 => "BadConditionAlreadyShelved",
            0x80D2 => "BadConditionNotShelved",
            0x80D3 => "BadShelvingTimeOutOfRange",
            0x80D4 => "BadAggregateListMismatch",
            0x80D5 => "BadAggregateNotSupported",
            0x80D6 => "BadAggregateInvalidInputs",
            0x80D7 => "BadBoundNotFound",
            0x80D8 => "BadBoundNotSupported",
            0x80DA => "BadAggregateConfigurationRejected",
            0x80DB => "BadTooManyMonitoredItems",
            0x80E1 => "BadDominantValueChanged",
            0x80E3 => "BadDependentValueChanged",
            0x80E4 => "BadRequestNotAllowed",
            0x80E5 => "BadTooManyArguments",
            0x80E6 => "BadSecurityModeInsufficient",
            0x80E7 => "BadDataSetIdInvalid",
            0x80E8 => "BadTransactionPending",
            0x80E9 => "BadLocked",
            0x80EA => "BadIndexRangeDataMismatch",
            0x80EC => "BadRequiresLock",
            0x80ED => "BadLocaleNotSupported",
            0x80EE => "BadServerTooBusy",
            0x80F0 => "BadNoValue",
            0x80F1 => "BadTransactionFailed",
            0x810D => "BadCertificateChainIncomplete",
            0x810E => "BadLicenseExpired",
            0x810F => "BadLicenseLimitsExceeded",
            0x8110 => "BadLicenseNotAvailable",
            0x8111 => "BadNotExecutable",
            0x8112 => "BadNumericOverflow",
            0x8113 => "BadRequestNotComplete",
            0x8114 => "BadCertificatePolicyCheckFailed",
            0x8115 => "BadAlreadyExists",
            0x811F => "BadTicketRequired",
            0x8120 => "BadTicketInvalid",
            _ => "unknown",
        }
    }
}

/// A node's attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute(
    /// The number.
    pub u32,
);

impl Attribute {
    /// What names the node.
    pub const NODE_ID: Self = Self(1);
    /// What kind of node it is.
    pub const NODE_CLASS: Self = Self(2);
    /// The name paths are made of.
    pub const BROWSE_NAME: Self = Self(3);
    /// The name for people.
    pub const DISPLAY_NAME: Self = Self(4);
    /// What it is, for people.
    pub const DESCRIPTION: Self = Self(5);
    /// Which attributes can be written.
    pub const WRITE_MASK: Self = Self(6);
    /// Which attributes this user can write.
    pub const USER_WRITE_MASK: Self = Self(7);
    /// Whether a type is only there for its subtypes.
    pub const IS_ABSTRACT: Self = Self(8);
    /// Whether a reference means the same both ways.
    pub const SYMMETRIC: Self = Self(9);
    /// What a reference means the other way.
    pub const INVERSE_NAME: Self = Self(10);
    /// Whether events can be had of it.
    pub const EVENT_NOTIFIER: Self = Self(12);
    /// The type of a variable's value.
    pub const DATA_TYPE: Self = Self(14);
    /// Whether a value is one, an array or a matrix.
    pub const VALUE_RANK: Self = Self(15);
    /// How long an array is.
    pub const ARRAY_DIMENSIONS: Self = Self(16);
    /// What can be done with a value.
    pub const ACCESS_LEVEL: Self = Self(17);
    /// What this user can do with a value.
    pub const USER_ACCESS_LEVEL: Self = Self(18);
    /// How often a value is looked at, in milliseconds.
    pub const MINIMUM_SAMPLING_INTERVAL: Self = Self(19);
    /// Whether values of the past are kept.
    pub const HISTORIZING: Self = Self(20);
    /// Whether a method can be called.
    pub const EXECUTABLE: Self = Self(21);
    /// Whether this user can call a method.
    pub const USER_EXECUTABLE: Self = Self(22);
    /// The value of a variable, which most access is about.
    pub const VALUE: Self = Self(13);

    /// The name the standard gives it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            1 => "NodeId",
            2 => "NodeClass",
            3 => "BrowseName",
            4 => "DisplayName",
            5 => "Description",
            6 => "WriteMask",
            7 => "UserWriteMask",
            8 => "IsAbstract",
            9 => "Symmetric",
            10 => "InverseName",
            11 => "ContainsNoLoops",
            12 => "EventNotifier",
            13 => "Value",
            14 => "DataType",
            15 => "ValueRank",
            16 => "ArrayDimensions",
            17 => "AccessLevel",
            18 => "UserAccessLevel",
            19 => "MinimumSamplingInterval",
            20 => "Historizing",
            21 => "Executable",
            22 => "UserExecutable",
            23 => "DataTypeDefinition",
            24 => "RolePermissions",
            25 => "UserRolePermissions",
            26 => "AccessRestrictions",
            27 => "AccessLevelEx",
            _ => "unknown attribute",
        }
    }
}

/// A message security mode.
#[must_use]
pub const fn security_mode(mode: i32) -> &'static str {
    match mode {
        1 => "None",
        2 => "Sign",
        3 => "SignAndEncrypt",
        _ => "invalid",
    }
}

/// What an application is.
#[must_use]
pub const fn application_type(kind: i32) -> &'static str {
    match kind {
        0 => "Server",
        1 => "Client",
        2 => "ClientAndServer",
        3 => "DiscoveryServer",
        _ => "unknown",
    }
}

/// What a node is.
#[must_use]
pub const fn node_class(class: i32) -> &'static str {
    match class {
        0 => "Unspecified",
        1 => "Object",
        2 => "Variable",
        4 => "Method",
        8 => "ObjectType",
        16 => "VariableType",
        32 => "ReferenceType",
        64 => "DataType",
        128 => "View",
        _ => "unknown",
    }
}

/// How a monitored item is watched.
#[must_use]
pub const fn monitoring_mode(mode: i32) -> &'static str {
    match mode {
        0 => "Disabled",
        1 => "Sampling",
        2 => "Reporting",
        _ => "unknown",
    }
}

/// How a user shows who he is.
#[must_use]
pub const fn token_type(kind: i32) -> &'static str {
    match kind {
        0 => "anonymous",
        1 => "username",
        2 => "certificate",
        3 => "issued",
        _ => "unknown",
    }
}

/// What every security policy's URI begins with.
const POLICY_PREFIX: &[u8] = b"http://opcfoundation.org/UA/SecurityPolicy#";

/// Whether this is the URI of the policy that secures nothing.
pub(super) fn secures_nothing(policy_uri: &[u8]) -> bool {
    policy_uri.strip_prefix(POLICY_PREFIX) == Some(b"None")
}

/// How many bytes of signature end every chunk of a channel with this policy in mode Sign; `None` where the
/// policy is not known here.
pub(super) fn signature_bytes(policy_uri: &[u8]) -> Option<u8> {
    Some(match policy_uri.strip_prefix(POLICY_PREFIX)? {
        b"None" => 0,
        b"Basic128Rsa15" | b"Basic256" => 20,
        b"Basic256Sha256" | b"Aes128_Sha256_RsaOaep" | b"Aes256_Sha256_RsaPss" => 32,
        b"ECC_nistP256" | b"ECC_brainpoolP256r1" => 32,
        b"ECC_nistP384" | b"ECC_brainpoolP384r1" => 48,
        b"ECC_curve25519" | b"ECC_curve448" => 16,
        _ => return None,
    })
}
