//! The numbers that have names. Named in words of our own.

use super::wire::Function;
use quaywatch_model::{Coded, Number};
use std::fmt;

/// A function.
pub(super) const fn function(function: Function) -> Coded<'static> {
    let name = match function {
        Function(0x04B1) | Function(0x05A9) => "error",
        Function::EXPLORE => "explore",
        Function::CREATE_OBJECT => "create_object",
        Function::DELETE_OBJECT => "delete_object",
        Function::SET_VARIABLE => "set_variable",
        Function::GET_VARIABLE => "get_variable",
        Function::ADD_LINK => "add_link",
        Function::REMOVE_LINK => "remove_link",
        Function::GET_LINK => "get_link",
        Function::SET_MULTI_VARIABLES => "set_multi_variables",
        Function::GET_MULTI_VARIABLES => "get_multi_variables",
        Function::BEGIN_SEQUENCE => "begin_sequence",
        Function::END_SEQUENCE => "end_sequence",
        Function::INVOKE => "invoke",
        Function::SET_VAR_SUBSTREAMED => "set_var_substreamed",
        Function::GET_VAR_SUBSTREAMED => "get_var_substreamed",
        Function::GET_VARIABLES_ADDRESS => "get_variables_address",
        Function::ABORT => "abort",
        Function::INIT_SSL => "init_ssl",
        _ => "unknown",
    };
    Coded::new(name, Number::Hex16(function.0))
}

/// Objects every controller has.
pub(super) mod object {
    /// The program: its children are blocks.
    pub(in super::super) const PLC_PROGRAM: u32 = 3;
    /// What runs the program.
    pub(in super::super) const EXECUTION_UNIT: u32 = 52;
    /// Where sessions are created.
    pub(in super::super) const SESSION_CONTAINER: u32 = 285;
    /// The class of sessions.
    pub(in super::super) const SESSION_CLASS: u32 = 287;
    /// The classes of subscriptions.
    pub(in super::super) const SUBSCRIPTIONS_CLASS: u32 = 255;
    pub(in super::super) const SUBSCRIPTION_CLASS: u32 = 1001;

    /// Lives only in a session: the session itself or what the controller made for it.
    pub(in super::super) const fn is_transient(id: u32) -> bool {
        matches!(id >> 28, 1 | 7)
    }

    /// A block of the program.
    pub(in super::super) const fn is_block(id: u32) -> bool {
        id >> 24 == 0x8A
    }
}

/// Attributes that say what setting them does.
pub(super) mod attribute {
    /// The challenge a session's client has to answer.
    pub(in super::super) const SESSION_CHALLENGE: u32 = 303;
    /// The answer to the challenge.
    pub(in super::super) const SESSION_RESPONSE: u32 = 304;
    /// The version a session is opened with.
    pub(in super::super) const SESSION_VERSION: u32 = 306;
    /// The password of a session.
    pub(in super::super) const SESSION_PASSWORD: u32 = 309;
    /// The key of a session.
    pub(in super::super) const SESSION_KEY: u32 = 1830;
    /// The answer to a password challenge.
    pub(in super::super) const LEGITIMATION: u32 = 1846;
    /// How many notifications a subscription may still send.
    pub(in super::super) const CREDIT_LIMIT: u32 = 1053;
    /// What the CPU is to do: stop, run.
    pub(in super::super) const OPERATING_STATE_REQUEST: u32 = 2167;
    /// An object's name.
    pub(in super::super) const NAME: u32 = 233;
    /// The value of a data block's variable.
    pub(in super::super) const BLOCK_VALUE: u32 = 2550;
    /// The value of a variable in inputs, outputs and flags.
    pub(in super::super) const AREA_VALUE: u32 = 3736;

    /// Holds a password, or what is as good as one.
    pub(in super::super) const fn is_secret(id: u32) -> bool {
        matches!(id, SESSION_RESPONSE | SESSION_PASSWORD | SESSION_KEY | LEGITIMATION)
    }

    /// Shows who is there.
    pub(in super::super) const fn authenticates(id: u32) -> bool {
        is_secret(id) || id == SESSION_CHALLENGE
    }
}

/// An object: `OB1`, `DB3`, `PLC program`, `object 0x000003C0`.
#[derive(Clone, Copy)]
pub(super) struct Object(pub(super) u32);

impl Object {
    /// The letters of a block's kind, as far as measured, and its number.
    pub(super) const fn block(self) -> Option<(&'static str, u32)> {
        match self.0 >> 16 {
            0x8A0E => Some(("DB", self.0 & 0xFFFF)),
            0x8A32 => Some(("OB", self.0 & 0xFFFF)),
            _ => None,
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((kind, number)) = self.block() {
            return write!(f, "{kind}{number}");
        }
        f.write_str(match self.0 {
            1 => "root",
            2 => "hardware configuration",
            object::PLC_PROGRAM => "PLC program",
            8 => "alarm subsystem",
            48 => "CPU",
            50 => "CPU (common)",
            51 => "memory card",
            object::EXECUTION_UNIT => "CPU execution unit",
            80 => "I",
            81 => "Q",
            82 => "M",
            83 => "C",
            84 => "T",
            201 => "object root",
            object::SESSION_CONTAINER => "session container",
            537 => "type information",
            other => return write!(f, "object 0x{other:08X}"),
        })
    }
}

/// An attribute: its name where it has one that matters, else its number.
pub(super) struct Attribute(pub(super) u32);

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            attribute::NAME => "name",
            attribute::SESSION_CHALLENGE => "session_challenge",
            attribute::SESSION_RESPONSE => "session_response",
            attribute::SESSION_VERSION => "session_version",
            attribute::SESSION_PASSWORD => "session_password",
            attribute::SESSION_KEY => "session_key",
            attribute::LEGITIMATION => "legitimation",
            attribute::CREDIT_LIMIT => "subscription_credit_limit",
            attribute::OPERATING_STATE_REQUEST => "operating_state_request",
            1842 => "effective_protection_level",
            1843 => "active_protection_level",
            other => return write!(f, "attribute {other}"),
        })
    }
}

/// What a return value says: its low word is the code, the rest says who found the error.
pub(super) const fn result(code: i16) -> Coded<'static> {
    let name = match code {
        -1 => "unknown_error",
        -2 => "invalid_value_type",
        -3 => "invalid_argument_value",
        -4 => "not_enough_memory",
        18 => "service_ignored",
        19 => "executed_with_partial_error",
        22 | -118 => "session_delegitimised",
        34 => "transaction_aborted",
        37 => "temporarily_out_of_resources",
        38 => "legitimation_level_disabled",
        _ => "error",
    };
    Coded::new(name, Number::Hex16(code as u16))
}

/// Whether a return value refuses: errors are negative, what else is a number of its own was done, except these.
pub(super) const fn refuses(code: i16) -> bool {
    code < 0 || matches!(code, 18 | 22 | 34 | 37 | 38)
}
